#include "tui/screen/pane_casediff.h"

#include "store/base/scan.h"
#include "tui/keyed.h"

enum {
	FOLD_LINES = 12,   /* as many equal lines, or more, in a row fold … */
	KEPT_LINES = 3,    /* … but for these around a change; */
	FOLD_BYTES = 2400, /* so does a longer line … */
	KEPT_BYTES = 240   /* … but for these */
};

const char *case_way_name(enum case_way way)
{
	static const char *const names[] = {"as it fits", "by JSON", "by words", "by lines", "each whole", ""};
	return names[way];
}

const char *case_sides_name(enum case_sides sides)
{
	static const char *const names[] = {"as it fits", "beside each other", "in one text", "one below the other",
	                                    ""};
	return names[sides];
}

enum case_way casediff_way(const struct case_texts *t, enum case_way wanted)
{
	bool words = !t->both || t->words.unit == DIFF_WORDS; /* else they are too many */
	if (wanted == WAY_BEST && t->objects)
		return WAY_JSON;
	if (wanted == WAY_BEST || (wanted == WAY_JSON && !t->is_json))
		wanted = WAY_WORDS;
	return wanted == WAY_WORDS && !words ? WAY_LINES : wanted;
}

/* ---------------------------------------------------------------- parts of a text */

void casediff_add(struct flow *f, enum diff_kind kind, struct str text, bool brackets)
{
	enum role role = kind == DIFF_EQUAL ? ROLE_TEXT : kind == DIFF_ONLY_B ? ROLE_INSERTED : ROLE_DELETED;
	brackets = brackets && kind != DIFF_EQUAL;
	if (brackets)
		flow_addc(f, role, kind == DIFF_ONLY_B ? "{+" : "[-");
	flow_add(f, role, text);
	if (brackets)
		flow_addc(f, role, kind == DIFF_ONLY_B ? "+}" : "-]");
}

static size_t count_lines(struct str text)
{
	size_t n = 0;
	for (const char *at = text.ptr; at && (at = memchr(at, '\n', (size_t)(text.ptr + text.len - at))) != NULL; at++)
		n++;
	return n;
}

/* Bytes up to and with the n-th line end. */
static size_t after_lines(struct str text, size_t n)
{
	size_t at = 0;
	for (; n > 0 && at < text.len; n--) {
		size_t end = str_find_char(str_from(text, at), '\n');
		at = end == SIZE_MAX ? text.len : at + end + 1;
	}
	return at;
}

static size_t whole_char(struct str text, size_t at)
{
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at++;
	return at;
}

/* What shows of equal text: its beginning and its end, and what is left out between them, in words ("" : nothing). */
struct kept {
	struct str head, tail;
	char gone[64];
};

static struct kept keep(struct str text, bool first, bool last, const struct case_show *show)
{
	struct kept k = {.head = text};
	size_t lines = count_lines(text);
	const char *dots = show->ascii ? "..." : "…";
	if (show->unfold || (first && last))
		return k;
	if (lines >= FOLD_LINES) {
		size_t head = first ? 0 : after_lines(text, KEPT_LINES),
		       tail = last ? text.len : after_lines(text, lines - KEPT_LINES);
		size_t n = count_lines(str_cut(text, head, tail - head));
		k.head = str_cut(text, 0, head);
		k.tail = str_from(text, tail);
		snprintf(k.gone, sizeof k.gone, "%s %zu equal lines (%s)\n", dots, n, key_now("z"));
	} else if (text.len >= FOLD_BYTES) {
		size_t head = first ? 0 : whole_char(text, KEPT_BYTES),
		       tail = last ? text.len : whole_char(text, text.len - KEPT_BYTES);
		k.head = str_cut(text, 0, head);
		k.tail = str_from(text, tail);
		snprintf(k.gone, sizeof k.gone, " %s %zu equal bytes (%s) %s ", dots, tail - head, key_now("z"), dots);
	}
	return k;
}

static struct str side_of(const struct diff_op *op, struct str a, struct str b)
{
	return op->kind == DIFF_ONLY_B ? str_cut(b, op->b_at, op->b_len) : str_cut(a, op->a_at, op->a_len);
}

void casediff_inline(struct flow *f, const struct diff *d, struct str a, struct str b, const struct case_show *show)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_op *op = &d->ops[i];
		struct str text = side_of(op, a, b);
		if (op->kind != DIFF_EQUAL) {
			casediff_add(f, op->kind, text, true); /* old beside new: colour alone would not do */
			continue;
		}
		struct kept k = keep(text, i == 0, i + 1 == d->n, show);
		flow_add(f, ROLE_TEXT, k.head);
		flow_addc(f, ROLE_DIM, k.gone);
		flow_add(f, ROLE_TEXT, k.tail);
	}
}

/* ---------------------------------------------------------------- lines */

/* Each line with its mark before it: "- ", "+ ", two blanks. */
static void add_lines(struct flow *f, enum diff_kind kind, struct str text)
{
	static const char *const marks[] = {[DIFF_EQUAL] = "  ", [DIFF_ONLY_A] = "- ", [DIFF_ONLY_B] = "+ "};
	enum role role = kind == DIFF_EQUAL ? ROLE_TEXT : kind == DIFF_ONLY_B ? ROLE_INSERTED : ROLE_DELETED;
	while (text.len) {
		size_t end = str_find_char(text, '\n'), len = end == SIZE_MAX ? text.len : end;
		flow_addc(f, role, marks[kind]);
		flow_add(f, role, str_cut(text, 0, len));
		flow_addc(f, ROLE_TEXT, "\n");
		text = str_from(text, len + 1);
	}
}

static void add_equal_lines(struct flow *f, struct str text, bool first, bool last, const struct case_show *show)
{
	struct kept k = keep(text, first, last, show);
	add_lines(f, DIFF_EQUAL, k.head);
	flow_addc(f, ROLE_DIM, k.gone);
	add_lines(f, DIFF_EQUAL, k.tail);
}

static void trim_end(struct flow *f)
{
	if (f->text.len && f->text.ptr[f->text.len - 1] == '\n') {
		f->text.len--;
		if (f->ranges.n)
			f->ranges.at[f->ranges.n - 1].end = f->text.len;
	}
}

/* ---------------------------------------------------------------- beside each other */

static void lay_both(struct sheet *s, struct flow *a, struct flow *b)
{
	flow_lay(s, (struct flow *const[]){a, b}, 2, 0);
	flow_empty(a);
	flow_empty(b);
}

/* Equal text stands beside itself: both flows are laid at each line end that both sides share. */
static void beside_words(struct sheet *s, const struct case_texts *t, const struct diff *d, struct flow *a,
                         struct flow *b, const struct case_show *show)
{
	for (size_t i = 0; i < d->n && !sheet_is_full(s); i++) {
		const struct diff_op *op = &d->ops[i];
		struct str text = side_of(op, t->a, t->b);
		if (op->kind != DIFF_EQUAL) {
			casediff_add(op->kind == DIFF_ONLY_B ? b : a, op->kind, text, show->brackets);
			continue;
		}
		struct kept k = keep(text, i == 0, i + 1 == d->n, show);
		struct str parts[] = {k.head, str_of(k.gone), k.tail};
		for (int part = 0; part < 3; part++) {
			struct str rest = parts[part], line;
			while (rest.len && str_split(&rest, '\n', &line)) {
				flow_add(a, part == 1 ? ROLE_DIM : ROLE_TEXT, line);
				flow_add(b, part == 1 ? ROLE_DIM : ROLE_TEXT, line);
				if (!rest.ptr)
					break;
				lay_both(s, a, b);
				sheet_row(s);
			}
		}
	}
	lay_both(s, a, b);
}

static void beside_lines(struct sheet *s, const struct case_texts *t, struct flow *a, struct flow *b,
                         const struct case_show *show)
{
	const struct diff *d = &t->lines;
	for (size_t i = 0; i < d->n && !sheet_is_full(s); i++) {
		const struct diff_op *op = &d->ops[i];
		struct str text = side_of(op, t->a, t->b);
		if (op->kind != DIFF_EQUAL) {
			add_lines(op->kind == DIFF_ONLY_B ? b : a, op->kind, text);
			continue;
		}
		if (a->text.len || b->text.len) {
			trim_end(a);
			trim_end(b);
			lay_both(s, a, b);
			sheet_row(s);
		}
		add_equal_lines(a, text, i == 0, i + 1 == d->n, show);
		add_equal_lines(b, text, i == 0, i + 1 == d->n, show);
		trim_end(a);
		trim_end(b);
		lay_both(s, a, b);
		if (i + 1 < d->n)
			sheet_row(s);
	}
	trim_end(a);
	trim_end(b);
	if (a->text.len || b->text.len)
		lay_both(s, a, b);
}

/* Beside each other, or A's above B's where there is one column. */
static void lay_names(struct sheet *s, const char *const names[2], const struct case_show *show, const struct flow *a,
                      const struct flow *b)
{
	struct flow own[2] = {0}, *heads = show->heads ? show->heads : own;
	for (int side = 0; side < 2; side++) {
		const struct flow *at = side ? b : a;
		heads[side].col = at->col;
		heads[side].cols = at->cols;
		heads[side].ascii = show->ascii;
		if (!show->heads)
			flow_addc(&heads[side], ROLE_HEADING, names[side]);
	}
	if (b->col) {
		lay_both(s, &heads[0], &heads[1]);
	} else {
		flow_lay_one(s, &heads[0], 0);
		sheet_row(s);
		flow_lay_one(s, &heads[1], 0);
	}
	flow_done(&own[0]);
	flow_done(&own[1]);
}

static void lay_beside(struct sheet *s, const struct case_texts *t, enum case_way way, const char *const names[2],
                       const struct case_show *show)
{
	int half = (s->cols - 3) / 2;
	struct flow a = {.cols = half, .ascii = show->ascii}, b = {.col = half + 3, .cols = half, .ascii = show->ascii};
	lay_names(s, names, show, &a, &b);
	sheet_row(s);
	if (way == WAY_TEXTS || !t->both) {
		struct flow *const both[] = {&a, &b};
		const struct str texts[] = {t->a, t->b};
		for (int side = 0; side < 2; side++) {
			flow_add(both[side], ROLE_TEXT, texts[side]);
			if (!texts[side].len)
				flow_addc(both[side], ROLE_DIM, texts[side].ptr ? "(empty)" : "(none)");
		}
		lay_both(s, &a, &b);
	} else if (way == WAY_LINES) {
		beside_lines(s, t, &a, &b, show);
	} else {
		beside_words(s, t, &t->words, &a, &b, show);
	}
	flow_done(&a);
	flow_done(&b);
}

/* ---------------------------------------------------------------- in one column */

static void lay_inline(struct sheet *s, const struct case_texts *t, enum case_way way, const struct case_show *show)
{
	struct flow f = {.cols = s->cols, .ascii = show->ascii};
	const struct diff *d = &t->lines;
	if (way == WAY_WORDS)
		casediff_inline(&f, &t->words, t->a, t->b, show);
	for (size_t i = 0; way == WAY_LINES && i < d->n; i++) {
		const struct diff_op *op = &d->ops[i];
		if (op->kind == DIFF_EQUAL)
			add_equal_lines(&f, side_of(op, t->a, t->b), i == 0, i + 1 == d->n, show);
		else
			add_lines(&f, op->kind, side_of(op, t->a, t->b));
	}
	trim_end(&f);
	flow_lay_one(s, &f, 0);
	flow_done(&f);
}

static void add_side(struct flow *f, const struct case_texts *t, enum case_way way, bool is_b,
                     const struct case_show *show)
{
	const struct diff *d = way == WAY_LINES ? &t->lines : &t->words;
	struct str whole = is_b ? t->b : t->a;
	if (way == WAY_TEXTS || !t->both) {
		flow_add(f, ROLE_TEXT, whole);
		if (!whole.len)
			flow_addc(f, ROLE_DIM, whole.ptr ? "(empty)" : "(none)");
		return;
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_op *op = &d->ops[i];
		if (op->kind == (is_b ? DIFF_ONLY_A : DIFF_ONLY_B))
			continue;
		struct str text = side_of(op, t->a, t->b);
		struct kept k = keep(text, i == 0, i + 1 == d->n, show);
		if (op->kind != DIFF_EQUAL && way == WAY_LINES)
			add_lines(f, op->kind, text);
		else if (op->kind != DIFF_EQUAL)
			casediff_add(f, op->kind, text, show->brackets);
		else if (way == WAY_LINES)
			add_equal_lines(f, text, i == 0, i + 1 == d->n, show);
		else {
			flow_add(f, ROLE_TEXT, k.head);
			flow_addc(f, ROLE_DIM, k.gone);
			flow_add(f, ROLE_TEXT, k.tail);
		}
	}
}

static void lay_below(struct sheet *s, const struct case_texts *t, enum case_way way, const char *const names[2],
                      const struct case_show *show)
{
	struct flow f = {.cols = s->cols, .ascii = show->ascii};
	for (int side = 0; side < 2; side++) {
		if (side) {
			sheet_gap(s);
			sheet_row(s);
		}
		if (show->heads) {
			show->heads[side].cols = s->cols;
			flow_lay_one(s, &show->heads[side], 0);
		} else {
			sheet_addc(s, ROLE_HEADING, names[side]);
		}
		sheet_row(s);
		add_side(&f, t, way, side == 1, show);
		trim_end(&f);
		flow_lay_one(s, &f, 0);
	}
	flow_done(&f);
}

/* ---------------------------------------------------------------- outside */

static bool mostly_same(const struct case_texts *t)
{
	size_t same = 0, most = t->a.len > t->b.len ? t->a.len : t->b.len;
	for (size_t i = 0; i < t->words.n; i++)
		same += t->words.ops[i].kind == DIFF_EQUAL ? t->words.ops[i].a_len : 0;
	return same * 2 >= most;
}

static void say_unit(struct sheet *s, const struct case_texts *t, enum case_way way)
{
	const struct diff *d = way == WAY_LINES ? &t->lines : &t->words;
	if (!t->both || way == WAY_TEXTS || way == WAY_JSON || t->equal)
		return;
	if (d->unit == DIFF_LINES && t->words.unit != DIFF_WORDS)
		sheet_addc(s, ROLE_WARNING, "longer than 20,000 words: compared by lines");
	else if (d->unit == DIFF_WHOLE)
		sheet_addc(s, ROLE_WARNING, "too long to compare: each text whole");
	else if (d->approximate)
		sheet_addc(s, ROLE_WARNING, "so different that not every equal word was looked for");
	else
		return;
	sheet_row(s);
}

void casediff_text(struct sheet *s, int col, struct str text, int max_rows, bool ascii)
{
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct flow f = {.col = col, .cols = s->cols - col > 8 ? s->cols - col : 8, .ascii = ascii};
	if (diff_json_may(text) && max_rows <= 0 && scan_text(&scan, text, &opts)) {
		struct buf pretty = BUF_INIT;
		scan_pretty(&pretty, scan_root(&scan));
		flow_add(&f, ROLE_TEXT, buf_str(&pretty));
		buf_done(&pretty);
	} else {
		flow_add(&f, ROLE_TEXT, text);
	}
	scan_done(&scan);
	flow_lay_one(s, &f, max_rows);
	flow_done(&f);
}

static enum case_sides sides_of(const struct sheet *s, const struct case_texts *t, enum case_way way,
                                const struct case_show *show)
{
	enum case_sides sides = show->sides;
	if (sides == SIDES_BEST)
		sides = s->cols >= CASE_BESIDE_COLS ? SIDES_BESIDE : mostly_same(t) ? SIDES_INLINE : SIDES_BELOW;
	return sides == SIDES_INLINE && (!t->both || way == WAY_TEXTS) ? SIDES_BELOW : sides;
}

/* Both are one: the same, or a tree. */
static bool is_one_text(const struct case_texts *t, enum case_way way)
{
	return way == WAY_JSON || (t->both && t->equal && way != WAY_TEXTS);
}

void casediff_lay(struct sheet *s, const struct case_texts *t, const char *const names[2], const struct case_show *show)
{
	enum case_way way = casediff_way(t, show->way);
	enum case_sides sides = sides_of(s, t, way, show);
	bool one = is_one_text(t, way) || sides == SIDES_INLINE;
	if (one && show->heads) {
		int half = (s->cols - 3) / 2;
		bool beside = s->cols >= CASE_BESIDE_COLS;
		struct flow a = {.cols = beside ? half : s->cols}, b = {.col = beside ? half + 3 : 0, .cols = a.cols};
		lay_names(s, names, show, &a, &b);
		sheet_row(s);
	}
	say_unit(s, t, way);
	if (t->both && (t->equal || (way == WAY_JSON && !t->json.n)) && way != WAY_TEXTS) {
		sheet_addc(s, ROLE_DIM,
		           !t->equal  ? "the same JSON on both sides, written otherwise"
		           : t->a.len ? "the same on both sides, byte for byte"
		                      : "empty on both sides");
		sheet_row(s);
		casediff_text(s, 0, t->a, 0, show->ascii);
		return;
	}
	if (way == WAY_JSON) {
		casetree_lay(s, &t->json, show);
		return;
	}
	if (sides == SIDES_BESIDE)
		lay_beside(s, t, way, names, show);
	else if (sides == SIDES_INLINE)
		lay_inline(s, t, way, show);
	else
		lay_below(s, t, way, names, show);
}
