/* Text becomes tokens, tokens become numbers (equal text, equal number), and Myers' algorithm marks the tokens that only
 * one side has. Boxes still to be split wait on a stack of our own; what is marked does not depend on their order. */
#include "store/diff.h"

#include "store/base/text.h"
#include "store/diff_private.h"

/* Edits after which the search for the middle of a box settles for the furthest point reached. */
enum { MAX_EDITS = 1024 };

/* ---- words */

enum char_class { CLASS_WORD, CLASS_BLANK, CLASS_LINE_END, CLASS_SINGLE, CLASS_EXTEND };

struct code_range {
	uint32_t first, last;
	enum char_class class;
};

/* Beyond ASCII, sorted; what is in none of them is a word character. Unicode 15: white space, general punctuation,
 * scripts written without blanks one character at a time, symbols and emoji; and what extends a cluster: combining marks,
 * joiners, variation selectors, skin tones, tags. */
static const struct code_range RANGES[] = {
    {0x80,    0x84,    CLASS_SINGLE  },
    {0x85,    0x85,    CLASS_LINE_END},
    {0x86,    0x9F,    CLASS_SINGLE  },
    {0xA0,    0xA0,    CLASS_BLANK   },
    {0xA1,    0xA9,    CLASS_SINGLE  },
    {0xAB,    0xAC,    CLASS_SINGLE  },
    {0xAD,    0xAD,    CLASS_EXTEND  },
    {0xAE,    0xB1,    CLASS_SINGLE  },
    {0xB4,    0xB4,    CLASS_SINGLE  },
    {0xB6,    0xB8,    CLASS_SINGLE  },
    {0xBB,    0xBB,    CLASS_SINGLE  },
    {0xBF,    0xBF,    CLASS_SINGLE  },
    {0xD7,    0xD7,    CLASS_SINGLE  },
    {0xF7,    0xF7,    CLASS_SINGLE  },
    {0x300,   0x36F,   CLASS_EXTEND  },
    {0x483,   0x489,   CLASS_EXTEND  },
    {0x591,   0x5BD,   CLASS_EXTEND  },
    {0x60C,   0x60D,   CLASS_SINGLE  },
    {0x61B,   0x61B,   CLASS_SINGLE  },
    {0x61F,   0x61F,   CLASS_SINGLE  },
    {0x64B,   0x65F,   CLASS_EXTEND  },
    {0x6D4,   0x6D4,   CLASS_SINGLE  },
    {0x964,   0x965,   CLASS_SINGLE  },
    {0x1680,  0x1680,  CLASS_BLANK   },
    {0x1AB0,  0x1AFF,  CLASS_EXTEND  },
    {0x1DC0,  0x1DFF,  CLASS_EXTEND  },
    {0x2000,  0x200A,  CLASS_BLANK   },
    {0x200B,  0x200F,  CLASS_EXTEND  },
    {0x2010,  0x2027,  CLASS_SINGLE  },
    {0x2028,  0x2029,  CLASS_LINE_END},
    {0x202A,  0x202E,  CLASS_SINGLE  },
    {0x202F,  0x202F,  CLASS_BLANK   },
    {0x2030,  0x205E,  CLASS_SINGLE  },
    {0x205F,  0x205F,  CLASS_BLANK   },
    {0x2060,  0x206F,  CLASS_SINGLE  },
    {0x20A0,  0x20CF,  CLASS_SINGLE  },
    {0x20D0,  0x20FF,  CLASS_EXTEND  },
    {0x2190,  0x2BFF,  CLASS_SINGLE  },
    {0x2E00,  0x2FFF,  CLASS_SINGLE  },
    {0x3000,  0x3000,  CLASS_BLANK   },
    {0x3001,  0x3029,  CLASS_SINGLE  },
    {0x302A,  0x302F,  CLASS_EXTEND  },
    {0x3030,  0x3098,  CLASS_SINGLE  },
    {0x3099,  0x309A,  CLASS_EXTEND  },
    {0x309B,  0x30FF,  CLASS_SINGLE  },
    {0x3200,  0x9FFF,  CLASS_SINGLE  },
    {0xE000,  0xFAFF,  CLASS_SINGLE  },
    {0xFE00,  0xFE0F,  CLASS_EXTEND  },
    {0xFE10,  0xFE1F,  CLASS_SINGLE  },
    {0xFE20,  0xFE2F,  CLASS_EXTEND  },
    {0xFE30,  0xFE6F,  CLASS_SINGLE  },
    {0xFF01,  0xFF0F,  CLASS_SINGLE  },
    {0xFF1A,  0xFF20,  CLASS_SINGLE  },
    {0xFF3B,  0xFF40,  CLASS_SINGLE  },
    {0xFF5B,  0xFF65,  CLASS_SINGLE  },
    {0xFFFC,  0xFFFD,  CLASS_SINGLE  },
    {0x1F000, 0x1F3FA, CLASS_SINGLE  },
    {0x1F3FB, 0x1F3FF, CLASS_EXTEND  },
    {0x1F400, 0x1FAFF, CLASS_SINGLE  },
    {0x20000, 0x3FFFF, CLASS_SINGLE  },
    {0xE0001, 0xE01EF, CLASS_EXTEND  },
};

enum { CODE_ZWJ = 0x200D, FLAG_FIRST = 0x1F1E6, FLAG_LAST = 0x1F1FF };

static enum char_class ascii_class(uint32_t code)
{
	if (code == '\n' || code == '\r')
		return CLASS_LINE_END;
	if (code == ' ' || code == '\t' || code == '\v' || code == '\f')
		return CLASS_BLANK;
	uint32_t lower = code | 0x20;
	bool word = (code >= '0' && code <= '9') || (lower >= 'a' && lower <= 'z') || code == '_';
	return word ? CLASS_WORD : CLASS_SINGLE;
}

static enum char_class class_of(uint32_t code)
{
	if (code < 0x80)
		return ascii_class(code);
	size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (code > RANGES[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	bool inside = low < sizeof RANGES / sizeof *RANGES && code >= RANGES[low].first;
	return inside ? RANGES[low].class : CLASS_WORD;
}

static bool is_flag_half(uint32_t code)
{
	return code >= FLAG_FIRST && code <= FLAG_LAST;
}

/* The rest of the cluster whose last code point is `code`: what extends it, and what follows a joiner. */
static void take_extending(struct str *rest, uint32_t code)
{
	while (rest->len) {
		struct str after = *rest;
		uint32_t next = text_decode(&after);
		if (class_of(next) != CLASS_EXTEND && code != CODE_ZWJ)
			return;
		*rest = after;
		code = next;
	}
}

static void take_run(struct str *rest, enum char_class class)
{
	while (rest->len) {
		struct str after = *rest;
		uint32_t next = text_decode(&after);
		enum char_class next_class = class_of(next);
		if (next_class != class && next_class != CLASS_EXTEND)
			return;
		*rest = after;
		if (next == CODE_ZWJ)
			take_extending(rest, next);
	}
}

/* Takes one word token off the front of *rest, which is not empty. */
static enum char_class take_word(struct str *rest)
{
	uint32_t first = text_decode(rest);
	enum char_class class = class_of(first);
	switch (class) {
	case CLASS_WORD:
	case CLASS_BLANK: take_run(rest, class); break;
	case CLASS_LINE_END:
		if (first == '\r' && rest->len && rest->ptr[0] == '\n')
			text_decode(rest);
		break;
	case CLASS_SINGLE:
		if (is_flag_half(first) && rest->len) {
			struct str after = *rest;
			if (is_flag_half(text_decode(&after)))
				*rest = after;
		}
		take_extending(rest, first);
		break;
	case CLASS_EXTEND: take_extending(rest, first); break;
	}
	return class;
}

static void take_line(struct str *rest)
{
	size_t end = str_find_char(*rest, '\n');
	*rest = str_from(*rest, end == SIZE_MAX ? rest->len : end + 1);
}

/* False: more than `max` tokens. */
static bool split_text(struct str text, enum diff_unit unit, size_t max, struct tokens *out)
{
	struct str rest = text;
	while (rest.len) {
		if (out->n == max)
			return false;
		size_t at = text.len - rest.len;
		bool blank = false;
		if (unit == DIFF_LINES)
			take_line(&rest);
		else
			blank = take_word(&rest) == CLASS_BLANK;
		*vec_add(out) = (struct token){.at = at, .len = text.len - rest.len - at, .blank = blank};
	}
	return true;
}

/* ---- numbers: by sorting, since hostile text can make any hash collide */

struct named {
	struct str text;
	uint32_t *id;
};

static int by_text(const void *left, const void *right)
{
	const struct named *x = left, *y = right;
	return str_cmp(x->text, y->text);
}

static size_t name_tokens(struct str text, struct tokens *tokens, struct named *out)
{
	for (size_t i = 0; i < tokens->n; i++)
		out[i] =
		    (struct named){.text = str_cut(text, tokens->at[i].at, tokens->at[i].len), .id = &tokens->at[i].id};
	return tokens->n;
}

static void number_tokens(struct str a, struct tokens *of_a, struct str b, struct tokens *of_b)
{
	struct named *all = xmalloc(size_mul(size_add(of_a->n, size_add(of_b->n, 1)), sizeof *all));
	size_t n = name_tokens(a, of_a, all);
	n += name_tokens(b, of_b, all + n);
	qsort(all, n, sizeof *all, by_text);
	uint32_t id = 0;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_text(&all[i - 1], &all[i]) != 0)
			id++;
		*all[i].id = id;
	}
	free(all);
}

/* ---- Myers. x counts tokens of A, y of B, diagonal d = x - y. */

struct box {
	ptrdiff_t x0, x1, y0, y1;
};

struct boxes {
	struct box *at;
	size_t n, cap;
};

struct search {
	struct token *a, *b;
	ptrdiff_t *forward, *backward; /* furthest x by diagonal; memory[] shifted so that negative ones exist */
	ptrdiff_t *memory;
	bool approximate;
};

struct point {
	ptrdiff_t x, y;
};

static void search_init(struct search *s, struct tokens *a, struct tokens *b)
{
	size_t diagonals = size_add(size_add(a->n, b->n), 3);
	*s = (struct search){.a = a->at, .b = b->at};
	s->memory = xmalloc(size_mul(diagonals, 2 * sizeof *s->memory));
	s->forward = s->memory + b->n + 1;
	s->backward = s->forward + diagonals;
}

static bool same(const struct search *s, ptrdiff_t x, ptrdiff_t y)
{
	/* Inside the box, so both sides have tokens. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	return s->a[x].id == s->b[y].id;
}

/* A range of diagonals in reach; after each step its ends move outwards by one, and stop at the edge of the box. */
struct reach {
	ptrdiff_t min, max;
};

static void widen(struct reach *reach, const struct box *box, ptrdiff_t *furthest, ptrdiff_t outside)
{
	if (reach->min > box->x0 - box->y1)
		furthest[--reach->min - 1] = outside;
	else
		reach->min++;
	if (reach->max < box->x1 - box->y0)
		furthest[++reach->max + 1] = outside;
	else
		reach->max--;
}

/* One more edit from the start of the box. True: met the other side, at *split. */
static bool step_forward(const struct search *s, const struct box *box, struct reach *reach, const struct reach *other,
                         bool meets, struct point *split)
{
	ptrdiff_t *furthest = s->forward;
	widen(reach, box, furthest, -1);
	for (ptrdiff_t d = reach->max; d >= reach->min; d -= 2) {
		ptrdiff_t x = furthest[d - 1] < furthest[d + 1] ? furthest[d + 1] : furthest[d - 1] + 1, y = x - d;
		while (x < box->x1 && y < box->y1 && same(s, x, y)) {
			x++;
			y++;
		}
		furthest[d] = x;
		if (meets && d >= other->min && d <= other->max && s->backward[d] <= x) {
			*split = (struct point){.x = x, .y = y};
			return true;
		}
	}
	return false;
}

/* The mirror image: one more edit from the end of the box. */
static bool step_backward(const struct search *s, const struct box *box, struct reach *reach, const struct reach *other,
                          bool meets, struct point *split)
{
	ptrdiff_t *furthest = s->backward;
	widen(reach, box, furthest, PTRDIFF_MAX);
	for (ptrdiff_t d = reach->max; d >= reach->min; d -= 2) {
		ptrdiff_t x = furthest[d - 1] < furthest[d + 1] ? furthest[d - 1] : furthest[d + 1] - 1, y = x - d;
		while (x > box->x0 && y > box->y0 && same(s, x - 1, y - 1)) {
			x--;
			y--;
		}
		furthest[d] = x;
		if (meets && d >= other->min && d <= other->max && x <= s->forward[d]) {
			*split = (struct point){.x = x, .y = y};
			return true;
		}
	}
	return false;
}

static ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b)
{
	return a < b ? a : b;
}

static ptrdiff_t larger(ptrdiff_t a, ptrdiff_t b)
{
	return a > b ? a : b;
}

/* Too many edits: the point, from either end, that is furthest from it. */
static struct point furthest_point(const struct search *s, const struct box *box, const struct reach *forward,
                                   const struct reach *backward)
{
	struct point from_start = {.x = box->x0, .y = box->y0}, from_end = {.x = box->x1, .y = box->y1};
	for (ptrdiff_t d = forward->max; d >= forward->min; d -= 2) {
		ptrdiff_t x = smaller(smaller(s->forward[d], box->x1), box->y1 + d), y = x - d;
		if (x + y > from_start.x + from_start.y)
			from_start = (struct point){.x = x, .y = y};
	}
	for (ptrdiff_t d = backward->max; d >= backward->min; d -= 2) {
		ptrdiff_t x = larger(larger(s->backward[d], box->x0), box->y0 + d), y = x - d;
		if (x + y < from_end.x + from_end.y)
			from_end = (struct point){.x = x, .y = y};
	}
	ptrdiff_t come = from_start.x + from_start.y - box->x0 - box->y0;
	ptrdiff_t gone = box->x1 + box->y1 - from_end.x - from_end.y;
	return come > gone ? from_start : from_end;
}

/* A point on a shortest path through the box, whose first tokens differ and whose last tokens differ. */
static struct point middle_of(struct search *s, const struct box *box)
{
	ptrdiff_t first = box->x0 - box->y0, last = box->x1 - box->y1;
	struct reach forward = {first, first}, backward = {last, last};
	struct point split;
	bool odd = ((first - last) & 1) != 0;
	s->forward[first] = box->x0;
	s->backward[last] = box->x1;
	for (int edits = 0; edits < MAX_EDITS; edits++) {
		if (step_forward(s, box, &forward, &backward, odd, &split))
			return split;
		if (step_backward(s, box, &backward, &forward, !odd, &split))
			return split;
	}
	s->approximate = true;
	return furthest_point(s, box, &forward, &backward);
}

static struct box without_equal_ends(const struct search *s, struct box box)
{
	while (box.x0 < box.x1 && box.y0 < box.y1 && same(s, box.x0, box.y0)) {
		box.x0++;
		box.y0++;
	}
	while (box.x0 < box.x1 && box.y0 < box.y1 && same(s, box.x1 - 1, box.y1 - 1)) {
		box.x1--;
		box.y1--;
	}
	return box;
}

static void mark(struct token *tokens, ptrdiff_t from, ptrdiff_t to)
{
	/* from < to only where there are tokens */
	for (ptrdiff_t i = from; i < to; i++)
		tokens[i].changed = true; /* NOLINT(clang-analyzer-core.NullDereference) */
}

bool diff_mark_changed(struct tokens *a, struct tokens *b)
{
	struct search s;
	struct boxes todo = {0};
	search_init(&s, a, b);
	*vec_add(&todo) = (struct box){.x1 = (ptrdiff_t)a->n, .y1 = (ptrdiff_t)b->n};
	while (todo.n) {
		struct box box = without_equal_ends(&s, todo.at[--todo.n]);
		if (box.x0 == box.x1 || box.y0 == box.y1) {
			mark(s.a, box.x0, box.x1);
			mark(s.b, box.y0, box.y1);
			continue;
		}
		struct point split = middle_of(&s, &box);
		*vec_add(&todo) = (struct box){.x0 = box.x0, .x1 = split.x, .y0 = box.y0, .y1 = split.y};
		*vec_add(&todo) = (struct box){.x0 = split.x, .x1 = box.x1, .y0 = split.y, .y1 = box.y1};
	}
	vec_done(&todo);
	free(s.memory);
	return s.approximate;
}

/* ---- changes, from marks to ops */

/* Tokens x0..x1-1 of A became y0..y1-1 of B. */
struct change {
	size_t x0, x1, y0, y1;
};

struct changes {
	struct change *at;
	size_t n, cap;
};

static void collect_changes(const struct tokens *a, const struct tokens *b, struct changes *out)
{
	size_t x = 0, y = 0;
	while (x < a->n || y < b->n) {
		struct change c = {.x0 = x, .y0 = y};
		while (x < a->n && a->at[x].changed)
			x++;
		while (y < b->n && b->at[y].changed)
			y++;
		c.x1 = x;
		c.y1 = y;
		if (c.x1 > c.x0 || c.y1 > c.y0) {
			*vec_add(out) = c;
			continue;
		}
		x++;
		y++;
	}
}

static bool replaces(const struct change *c)
{
	return c->x1 > c->x0 && c->y1 > c->y0;
}

/* Words replaced on both sides of one blank read better as one change: "big old" for "small new". Where nothing is
 * replaced, joining would only show the blank twice. */
static void join_over_blanks(struct changes *changes, const struct tokens *a)
{
	size_t kept = 0;
	for (size_t i = 0; i < changes->n; i++) {
		struct change *last = kept ? &changes->at[kept - 1] : NULL, *c = &changes->at[i];
		/* Between two changes A has tokens. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		bool joins = last && c->x0 - last->x1 == 1 && a->at[last->x1].blank && (replaces(last) || replaces(c));
		if (joins) {
			last->x1 = c->x1;
			last->y1 = c->y1;
		} else {
			changes->at[kept++] = *c;
		}
	}
	changes->n = kept;
}

/* Joining may have left the same tokens at the ends of both sides: they are equal text again. */
static void trim_equal_ends(struct change *c, const struct tokens *a, const struct tokens *b)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a replacement has tokens on both sides */
	while (replaces(c) && a->at[c->x0].id == b->at[c->y0].id) {
		c->x0++;
		c->y0++;
	}
	while (replaces(c) && a->at[c->x1 - 1].id == b->at[c->y1 - 1].id) {
		c->x1--;
		c->y1--;
	}
}

static size_t byte_at(const struct tokens *tokens, size_t i, struct str text)
{
	return i < tokens->n ? tokens->at[i].at : text.len;
}

static void add_op(struct diff *diff, enum diff_kind kind, const struct diff_op *bytes)
{
	if (bytes->a_len == 0 && bytes->b_len == 0)
		return;
	diff->ops[diff->n] = *bytes;
	diff->ops[diff->n++].kind = kind;
}

/* Ops of the bytes from (a_at, b_at): equal up to the change, then the change. */
static void add_change(struct diff *diff, size_t a_at, size_t b_at, const struct diff_op *change)
{
	add_op(
	    diff, DIFF_EQUAL,
	    &(struct diff_op){.a_at = a_at, .a_len = change->a_at - a_at, .b_at = b_at, .b_len = change->b_at - b_at});
	add_op(diff, DIFF_ONLY_A,
	       &(struct diff_op){.a_at = change->a_at, .a_len = change->a_len, .b_at = change->b_at});
	add_op(diff, DIFF_ONLY_B,
	       &(struct diff_op){.a_at = change->a_at + change->a_len, .b_at = change->b_at, .b_len = change->b_len});
	diff->n_changes += change->a_len || change->b_len ? 1 : 0;
}

static void alloc_ops(struct arena *arena, struct diff *diff, size_t n_changes)
{
	diff->ops = arena_alloc(arena, size_mul(size_add(size_mul(n_changes, 3), 1), sizeof *diff->ops));
}

static void make_ops(struct arena *arena, struct diff *diff, const struct changes *changes, struct str a,
                     const struct tokens *of_a, struct str b, const struct tokens *of_b)
{
	size_t a_at = 0, b_at = 0;
	alloc_ops(arena, diff, changes->n);
	for (size_t i = 0; i < changes->n; i++) {
		const struct change *c = &changes->at[i];
		struct diff_op bytes = {.a_at = byte_at(of_a, c->x0, a), .b_at = byte_at(of_b, c->y0, b)};
		bytes.a_len = byte_at(of_a, c->x1, a) - bytes.a_at;
		bytes.b_len = byte_at(of_b, c->y1, b) - bytes.b_at;
		add_change(diff, a_at, b_at, &bytes);
		a_at = bytes.a_at + bytes.a_len;
		b_at = bytes.b_at + bytes.b_len;
	}
	add_op(diff, DIFF_EQUAL,
	       &(struct diff_op){.a_at = a_at, .a_len = a.len - a_at, .b_at = b_at, .b_len = b.len - b_at});
}

/* False: a side has too many tokens of this unit. */
static bool diff_by(struct arena *arena, struct str a, struct str b, enum diff_unit unit, struct diff *diff)
{
	size_t max = unit == DIFF_WORDS ? DIFF_MAX_WORDS : DIFF_MAX_LINES;
	struct tokens of_a = {0}, of_b = {0};
	bool fits = split_text(a, unit, max, &of_a) && split_text(b, unit, max, &of_b);
	if (fits) {
		struct changes changes = {0};
		number_tokens(a, &of_a, b, &of_b);
		diff->unit = unit;
		diff->approximate = diff_mark_changed(&of_a, &of_b);
		collect_changes(&of_a, &of_b, &changes);
		join_over_blanks(&changes, &of_a);
		for (size_t i = 0; i < changes.n; i++)
			trim_equal_ends(&changes.at[i], &of_a, &of_b);
		make_ops(arena, diff, &changes, a, &of_a, b, &of_b);
		vec_done(&changes);
	}
	vec_done(&of_a);
	vec_done(&of_b);
	return fits;
}

static void diff_whole(struct arena *arena, struct str a, struct str b, struct diff *diff)
{
	diff->unit = DIFF_WHOLE;
	alloc_ops(arena, diff, 1);
	if (str_eq(a, b))
		add_op(diff, DIFF_EQUAL, &(struct diff_op){.a_len = a.len, .b_len = b.len});
	else
		add_change(diff, 0, 0, &(struct diff_op){.a_len = a.len, .b_len = b.len});
}

/* ---- the middle: what lies between what both begin and end with alike */

static bool is_separator(char c)
{
	return c == ' ' || c == '\n';
}

/* Bytes that both begin with, up to a blank (which is not among them): no word is cut. */
static size_t common_start(struct str a, struct str b)
{
	size_t n = 0, most = a.len < b.len ? a.len : b.len;
	while (n < most && a.ptr[n] == b.ptr[n])
		n++;
	while (n > 0 && (n == most || !is_separator(a.ptr[n]) || a.ptr[n] != b.ptr[n]))
		n--;
	return n;
}

/* Bytes that both end with, from a blank on. */
static size_t common_end(struct str a, struct str b)
{
	size_t n = 0, most = a.len < b.len ? a.len : b.len;
	while (n < most && a.ptr[a.len - 1 - n] == b.ptr[b.len - 1 - n])
		n++;
	while (n > 0 && !is_separator(a.ptr[a.len - n]))
		n--;
	return n;
}

/* One more op at the end; equal neighbours are one. */
static void append_op(struct diff *diff, struct diff_op op)
{
	struct diff_op *last = diff->n ? &diff->ops[diff->n - 1] : NULL;
	if (op.a_len == 0 && op.b_len == 0)
		return;
	if (last && last->kind == DIFF_EQUAL && op.kind == DIFF_EQUAL) {
		last->a_len += op.a_len;
		last->b_len += op.b_len;
	} else {
		diff->ops[diff->n++] = op;
	}
}

/* By words in the middle alone. False: that, too, has too many; or it is all there is, or nothing. */
static bool diff_middle(struct arena *arena, struct str a, struct str b, struct diff *diff)
{
	size_t start = common_start(a, b), end = common_end(str_from(a, start), str_from(b, start));
	struct str mid_a = str_cut(a, start, a.len - start - end), mid_b = str_cut(b, start, b.len - start - end);
	struct diff mid = {.n = 0};
	if (start + end == 0 || mid_a.len + mid_b.len == 0 || !diff_by(arena, mid_a, mid_b, DIFF_WORDS, &mid))
		return false;
	*diff = mid;
	diff->n = 0;
	diff->ops = arena_alloc(arena, size_mul(mid.n + 2, sizeof *diff->ops));
	append_op(diff, (struct diff_op){.kind = DIFF_EQUAL, .a_len = start, .b_len = start});
	for (size_t i = 0; i < mid.n; i++) {
		struct diff_op op = mid.ops[i];
		op.a_at += start;
		op.b_at += start;
		append_op(diff, op);
	}
	append_op(diff, (struct diff_op){
	                    .kind = DIFF_EQUAL, .a_at = a.len - end, .a_len = end, .b_at = b.len - end, .b_len = end});
	return true;
}

struct diff diff_text(struct arena *arena, struct str a, struct str b, enum diff_unit unit)
{
	struct diff diff = {.n = 0};
	if (unit == DIFF_WORDS && (diff_by(arena, a, b, DIFF_WORDS, &diff) || diff_middle(arena, a, b, &diff)))
		return diff;
	if (unit != DIFF_WHOLE && diff_by(arena, a, b, DIFF_LINES, &diff))
		return diff;
	diff_whole(arena, a, b, &diff);
	return diff;
}
