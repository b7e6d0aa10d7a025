#include "tui/cmd/hunks_out.h"

#include "store/base/clean.h"

/* ---------------------------------------------------------------- text */

static void add_text(struct buf *to, struct str text, bool ascii)
{
	clean_print(to, text, true, ascii);
}

static void add_lines(struct buf *to, struct str text, bool ascii)
{
	if (!text.len)
		return;
	add_text(to, hunk_chomp(text), ascii);
	buf_add_char(to, '\n');
}

static void add_words(struct buf *to, const struct hunk *k, bool ascii)
{
	struct str a = hunk_chomp(k->a), b = hunk_chomp(k->b);
	for (size_t i = 0; i < k->words.n; i++) {
		const struct diff_op *op = &k->words.ops[i];
		bool in_b = op->kind == DIFF_ONLY_B;
		struct str text = in_b ? str_cut(b, op->b_at, op->b_len) : str_cut(a, op->a_at, op->a_len);
		bool marked = op->kind != DIFF_EQUAL && text.len;
		buf_add_cstr(to, !marked ? "" : in_b ? "{+" : "[-");
		add_text(to, text, ascii);
		buf_add_cstr(to, !marked ? "" : in_b ? "+}" : "-]");
	}
	buf_add_char(to, '\n');
}

void hunks_text(struct buf *to, const struct hunks *h, bool ascii)
{
	for (size_t i = 0; i < h->n; i++) {
		if (!h->at[i].equal) {
			add_words(to, &h->at[i], ascii);
			continue;
		}
		struct hunk_excerpt e = hunk_excerpt(h, i);
		add_lines(to, e.head, ascii);
		if (e.left_out)
			buf_printf(to, "... %zu equal lines ...\n", e.left_out);
		add_lines(to, e.tail, ascii);
	}
}

/* ---------------------------------------------------------------- Markdown */

/* Longer than any run of ` in the texts, so that none ends the block. */
static size_t fence_of(const struct hunks *h)
{
	size_t most = 2;
	for (size_t i = 0; i < h->n; i++)
		for (int side = 0; side < 2; side++) {
			struct str text = side ? h->at[i].b : h->at[i].a;
			size_t run = 0;
			for (size_t k = 0; k < text.len; k++) {
				run = text.ptr[k] == '`' ? run + 1 : 0;
				most = run > most ? run : most;
			}
		}
	return most + 1;
}

static void add_marked(struct buf *to, char mark, struct str text)
{
	struct str rest = hunk_chomp(text), line;
	while (text.len && str_split(&rest, '\n', &line)) {
		buf_add_char(to, mark);
		buf_add_char(to, ' ');
		clean_print(to, line, false, false);
		buf_add_char(to, '\n');
	}
}

void hunks_markdown(struct buf *to, const struct hunks *h)
{
	size_t fence = fence_of(h);
	buf_add_fill(to, '`', fence);
	buf_add_cstr(to, "diff\n");
	for (size_t i = 0; i < h->n; i++) {
		const struct hunk *k = &h->at[i];
		if (!k->equal) {
			add_marked(to, '-', k->a);
			add_marked(to, '+', k->b);
			continue;
		}
		struct hunk_excerpt e = hunk_excerpt(h, i);
		add_marked(to, ' ', e.head);
		if (e.left_out)
			buf_printf(to, "@@ %zu equal lines @@\n", e.left_out);
		add_marked(to, ' ', e.tail);
	}
	buf_add_fill(to, '`', fence);
	buf_add_char(to, '\n');
}

/* ---------------------------------------------------------------- JSON */

static void hunk_json(struct jout *j, const struct hunk *k)
{
	jout_object(j, NULL);
	jout_bool(j, "equal", k->equal);
	jout_int(j, "a_first", (int64_t)k->a_first);
	jout_int(j, "b_first", (int64_t)k->b_first);
	if (k->equal) {
		jout_int(j, "lines", (int64_t)k->a_lines);
		jout_str(j, "text", k->a);
	} else {
		jout_array(j, "words");
		for (size_t i = 0; i < k->words.n; i++) {
			const struct diff_op *op = &k->words.ops[i];
			bool in_b = op->kind == DIFF_ONLY_B;
			jout_object(j, NULL);
			jout_cstr(j, "in", op->kind == DIFF_EQUAL ? "both" : in_b ? "b" : "a");
			jout_str(j, "text",
			         in_b ? str_cut(k->b, op->b_at, op->b_len) : str_cut(k->a, op->a_at, op->a_len));
			jout_end(j);
		}
		jout_end(j);
	}
	jout_end(j);
}

void hunks_json(struct jout *j, const char *key, const struct hunks *h)
{
	if (!h) {
		jout_null(j, key);
		return;
	}
	jout_object(j, key);
	jout_int(j, "places", (int64_t)h->places);
	jout_int(j, "words_added", h->words_added);
	jout_int(j, "words_removed", h->words_removed);
	jout_bool(j, "coarse", h->coarse);
	jout_array(j, "hunks");
	for (size_t i = 0; i < h->n; i++)
		hunk_json(j, &h->at[i]);
	jout_end(j);
	jout_end(j);
}

/* ---------------------------------------------------------------- variables */

static bool has(const struct str *all, size_t n, struct str one)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i], one))
			return true;
	return false;
}

static void names_json(struct jout *j, const char *key, const struct str *of, size_t n, const struct str *other,
                       size_t n_other, bool in)
{
	jout_array(j, key);
	for (size_t i = 0; i < n; i++)
		if (has(other, n_other, of[i]) == in)
			jout_str(j, NULL, of[i]);
	jout_end(j);
}

void hunks_vars_json(struct jout *j, struct str a, struct str b)
{
	struct str in_a[TEMPLATE_VARS], in_b[TEMPLATE_VARS];
	size_t n_a = template_vars(a, in_a), n_b = template_vars(b, in_b);
	jout_object(j, "variables");
	names_json(j, "both", in_a, n_a, in_b, n_b, true);
	names_json(j, "added", in_b, n_b, in_a, n_a, false);
	names_json(j, "gone", in_a, n_a, in_b, n_b, false);
	jout_end(j);
}

static void names_text(struct buf *to, const char *label, const struct str *of, size_t n, const struct str *other,
                       size_t n_other, bool in)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (has(other, n_other, of[i]) != in)
			continue;
		if (found++ == 0)
			buf_printf(to, "%s%s", to->len ? "; " : "", label);
		else
			buf_add_cstr(to, ", ");
		buf_add_str(to, of[i]);
	}
}

void hunks_vars_text(struct buf *to, struct str a, struct str b, bool ascii)
{
	struct str in_a[TEMPLATE_VARS], in_b[TEMPLATE_VARS];
	size_t n_a = template_vars(a, in_a), n_b = template_vars(b, in_b);
	struct buf line = BUF_INIT;
	names_text(&line, "variables: ", in_a, n_a, in_b, n_b, true);
	names_text(&line, "new: ", in_b, n_b, in_a, n_a, false);
	names_text(&line, "gone: ", in_a, n_a, in_b, n_b, false);
	if (line.len) {
		clean_print(to, buf_str(&line), false, ascii);
		buf_add_char(to, '\n');
	}
	buf_done(&line);
}
