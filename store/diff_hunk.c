#include "store/diff_hunk.h"

#include <string.h>

#include "store/base/vec.h"

/* ---------------------------------------------------------------- hunks */

static size_t count_lines(struct str text)
{
	size_t n = text.len && text.ptr[text.len - 1] != '\n';
	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == '\n';
	return n;
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_wordy(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Stretches between blanks that hold more than punctuation. */
static int64_t count_words(struct str text)
{
	int64_t n = 0;
	for (size_t i = 0; i < text.len;) {
		bool word = false;
		for (; i < text.len && !is_blank((unsigned char)text.ptr[i]); i++)
			word = word || is_wordy((unsigned char)text.ptr[i]);
		n += word;
		for (; i < text.len && is_blank((unsigned char)text.ptr[i]); i++)
			;
	}
	return n;
}

/* diff_text depends on which text comes first, where there are several shortest ways: here B against A is A against B turned round. */
static struct diff diff_either(struct arena *arena, struct str a, struct str b, enum diff_unit unit)
{
	if (str_cmp(a, b) <= 0)
		return diff_text(arena, a, b, unit);
	struct diff d = diff_text(arena, b, a, unit);
	for (size_t i = 0; i < d.n; i++) {
		const struct diff_op op = d.ops[i];
		enum diff_kind kind = op.kind == DIFF_EQUAL    ? DIFF_EQUAL
		                      : op.kind == DIFF_ONLY_A ? DIFF_ONLY_B
		                                               : DIFF_ONLY_A;
		d.ops[i] = (struct diff_op){kind, op.b_at, op.b_len, op.a_at, op.a_len};
		if (kind != DIFF_ONLY_A || i == 0 || d.ops[i - 1].kind != DIFF_ONLY_B)
			continue;
		/* only_a stands before only_b, and says where it begins in B */
		struct diff_op in_b = d.ops[i - 1], in_a = d.ops[i];
		in_a.b_at = in_b.b_at;
		in_b.a_at = in_a.a_at + in_a.a_len;
		d.ops[i - 1] = in_a;
		d.ops[i] = in_b;
	}
	return d;
}

static void add_words(struct hunks *h, const struct hunk *k)
{
	for (size_t i = 0; i < k->words.n; i++) {
		const struct diff_op *op = &k->words.ops[i];
		if (op->kind == DIFF_ONLY_A)
			h->words_removed += count_words(str_cut(k->a, op->a_at, op->a_len));
		else if (op->kind == DIFF_ONLY_B)
			h->words_added += count_words(str_cut(k->b, op->b_at, op->b_len));
	}
	h->places += k->words.n_changes;
	h->coarse = h->coarse || k->words.unit != DIFF_WORDS;
}

struct hunks diff_hunks(struct arena *arena, struct str a, struct str b)
{
	struct diff lines = diff_either(arena, a, b, DIFF_LINES);
	struct hunks h = {.at = arena_zalloc(arena, lines.n, sizeof *h.at), .coarse = lines.unit != DIFF_LINES};
	size_t a_line = 1, b_line = 1;
	for (size_t i = 0; i < lines.n;) {
		struct hunk *k = &h.at[h.n++];
		const struct diff_op *op = &lines.ops[i++];
		*k = (struct hunk){.equal = op->kind == DIFF_EQUAL, .a_first = a_line, .b_first = b_line};
		k->a = str_cut(a, op->a_at, op->a_len);
		k->b = str_cut(b, op->b_at, op->b_len);
		if (op->kind == DIFF_ONLY_A && i < lines.n && lines.ops[i].kind == DIFF_ONLY_B) {
			k->b = str_cut(b, lines.ops[i].b_at, lines.ops[i].b_len);
			i++;
		}
		k->a_lines = count_lines(k->a);
		k->b_lines = k->equal ? k->a_lines : count_lines(k->b);
		a_line += k->a_lines;
		b_line += k->b_lines;
		if (k->equal)
			continue;
		k->words = diff_either(arena, k->a, k->b, DIFF_WORDS);
		add_words(&h, k);
	}
	return h;
}

void hunks_words(struct buf *out, const struct hunks *h, bool ascii)
{
	if (!h->places) {
		buf_add_cstr(out, "no difference");
		return;
	}
	buf_printf(out, "%zu %s: +%lld %s%lld words", h->places, h->places == 1 ? "place" : "places",
	           (long long)h->words_added, ascii ? "-" : "−", (long long)h->words_removed);
}

/* ---------------------------------------------------------------- equal lines, a few of them */

enum { AROUND = 2 };

/* Up to and with the n-th line end from the front; all of it if there are fewer. */
static struct str first_lines(struct str text, size_t n)
{
	size_t at = 0;
	while (n-- && at < text.len) {
		size_t end = str_find_char(str_from(text, at), '\n');
		at = end == SIZE_MAX ? text.len : at + end + 1;
	}
	return str_cut(text, 0, at);
}

static struct str last_lines(struct str text, size_t n)
{
	size_t at = text.len;
	while (n-- && at > 0) {
		at--; /* the line's own end */
		while (at > 0 && text.ptr[at - 1] != '\n')
			at--;
	}
	return str_from(text, at);
}

struct hunk_excerpt hunk_excerpt(const struct hunks *h, size_t i)
{
	const struct hunk *k = &h->at[i];
	size_t head = i == 0 ? 0 : AROUND, tail = i + 1 == h->n ? 0 : AROUND;
	if (k->a_lines <= head + tail + 2)
		return (struct hunk_excerpt){k->a, STR_NONE, 0};
	return (struct hunk_excerpt){first_lines(k->a, head), last_lines(k->a, tail), k->a_lines - head - tail};
}

struct str hunk_chomp(struct str text)
{
	return text.len && text.ptr[text.len - 1] == '\n' ? str_cut(text, 0, text.len - 1) : text;
}

/* ---------------------------------------------------------------- variables */

enum { VARIABLE_MOST = 80 }; /* bytes; what is longer is text in braces */

static bool starts_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

static bool in_name(char c)
{
	return starts_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '[' || c == ']';
}

/* The name at the beginning of `text` and what follows it: the name's length, 0: none. */
static size_t name_of(struct str text)
{
	size_t n = 0;
	if (!text.len || !starts_name(text.ptr[0]))
		return 0;
	while (n < text.len && n < VARIABLE_MOST && in_name(text.ptr[n]))
		n++;
	return n;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

/* {{ name }}, {{ name | filter }}, {{#name}} {{/name}}: what stands before its end is short and on one line. */
static size_t double_brace(struct str rest, struct str *name)
{
	for (size_t i = 2; i + 1 < rest.len && i < 2 + 2 * VARIABLE_MOST && rest.ptr[i] != '\n' && rest.ptr[i] != '{';
	     i++) {
		if (rest.ptr[i] != '}' || rest.ptr[i + 1] != '}')
			continue;
		struct str inside = str_trim(str_cut(rest, 2, i - 2));
		if (inside.len && is_one_of(inside.ptr[0], "#/^&"))
			inside = str_from(inside, 1);
		size_t n = name_of(inside);
		struct str after = str_trim(str_from(inside, n));
		if (!n || (after.len && !is_one_of(after.ptr[0], "|(:")))
			return 0;
		*name = str_cut(inside, 0, n);
		return i + 2;
	}
	return 0;
}

static size_t block_tag(struct str rest)
{
	for (size_t i = 2; i + 1 < rest.len && i < 4 * VARIABLE_MOST && rest.ptr[i] != '\n'; i++)
		if (rest.ptr[i] == '%' && rest.ptr[i + 1] == '}')
			return i + 2;
	return 0;
}

/* `open` bytes, a name, then `end`. */
static size_t simple(struct str rest, size_t open, const char *end, struct str *name)
{
	struct str inside = str_from(rest, open);
	size_t n = name_of(inside);
	if (!n || !str_starts(str_from(inside, n), end))
		return 0;
	*name = str_cut(inside, 0, n);
	return open + n + strlen(end);
}

static size_t variable_at(struct str rest, struct str *name)
{
	*name = STR_NONE;
	if (str_starts(rest, "{{"))
		return double_brace(rest, name);
	if (str_starts(rest, "{%"))
		return block_tag(rest);
	if (str_starts(rest, "${"))
		return simple(rest, 2, "}", name);
	if (str_starts(rest, "%("))
		return simple(rest, 2, ")s", name);
	return rest.ptr[0] == '{' ? simple(rest, 1, "}", name) : 0;
}

bool template_next(struct str text, size_t from, size_t *at, size_t *len, struct str *name)
{
	for (size_t i = from; i + 2 < text.len; i++) {
		char c = text.ptr[i];
		if (c != '{' && c != '$' && c != '%')
			continue;
		*len = variable_at(str_from(text, i), name);
		*at = i;
		if (*len)
			return true;
		if (c == '{' && text.ptr[i + 1] == '{')
			i++; /* not half of a pair */
	}
	return false;
}

size_t template_vars(struct str text, struct str vars[TEMPLATE_VARS])
{
	size_t n = 0, at = 0, len = 0;
	struct str name;
	while (n < TEMPLATE_VARS && template_next(text, at + len, &at, &len, &name)) {
		bool known = !name.len;
		for (size_t i = 0; i < n && !known; i++)
			known = str_eq(vars[i], name);
		if (!known)
			vars[n++] = name;
	}
	return n;
}
