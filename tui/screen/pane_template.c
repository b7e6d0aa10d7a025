#include "tui/screen/pane_template.h"

#include "tui/keyed.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_flow.h"

enum { NAMES_SHOWN = 100, VARS_ROWS = 3 };

/* ---------------------------------------------------------------- variables */

static void add_template(struct flow *f, enum role role, struct str text)
{
	size_t at = 0, from, len;
	struct str name;
	while (template_next(text, at, &from, &len, &name)) {
		flow_add(f, role, str_cut(text, at, from - at));
		flow_add(f, ROLE_JSON_KEY, str_cut(text, from, len));
		at = from + len;
	}
	flow_add(f, role, str_from(text, at));
}

static bool has_var(const struct str *vars, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(vars[i], name))
			return true;
	return false;
}

/* Those of `of` that are (or are not) in `other`. */
static size_t add_names(struct buf *out, const struct str *of, size_t n, const struct str *other, size_t n_other,
                        bool in)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		if (has_var(other, n_other, of[i]) != in)
			continue;
		if (++found <= NAMES_SHOWN)
			buf_printf(out, "%s" STR_FMT, found > 1 ? ", " : "", STR_ARG(of[i]));
	}
	return found;
}

static void add_part(struct flow *f, enum role role, const char *label, const struct buf *names)
{
	if (!names->len)
		return;
	flow_addc(f, ROLE_DIM, label);
	flow_add(f, role, buf_str(names));
}

void template_vars_row(struct sheet *s, struct str a, struct str b, bool two, bool ascii)
{
	struct str in_a[TEMPLATE_VARS], in_b[TEMPLATE_VARS];
	size_t n_a = template_vars(a, in_a), n_b = two ? template_vars(b, in_b) : 0;
	struct buf both = BUF_INIT, added = BUF_INIT, gone = BUF_INIT;
	if (!n_a && !n_b)
		return;
	add_names(&both, in_a, n_a, two ? in_b : in_a, two ? n_b : n_a, true);
	if (two) {
		add_names(&added, in_b, n_b, in_a, n_a, false);
		add_names(&gone, in_a, n_a, in_b, n_b, false);
	}
	struct flow f = {.col = SHEET_LABEL, .cols = s->cols - SHEET_LABEL, .ascii = ascii};
	sheet_label(s, "vars");
	add_part(&f, ROLE_JSON_KEY, "", &both);
	add_part(&f, ROLE_INSERTED, both.len ? "   new: " : "new: ", &added);
	add_part(&f, ROLE_DELETED, both.len || added.len ? "   gone: " : "gone: ", &gone);
	flow_lay_one(s, &f, VARS_ROWS);
	flow_done(&f);
	buf_done(&both);
	buf_done(&added);
	buf_done(&gone);
}

/* ---------------------------------------------------------------- one */

void template_sheet(struct sheet *s, struct str text, const struct template_look *look)
{
	struct flow f = {.cols = s->cols, .ascii = look->ascii};
	add_template(&f, ROLE_TEXT, text);
	flow_lay_one(s, &f, 0);
	flow_done(&f);
}

/* ---------------------------------------------------------------- two */

struct laying {
	struct sheet *s;
	const struct template_look *look;
	bool sides, begun;
};

static void next_row(struct laying *l)
{
	if (l->begun)
		sheet_row(l->s);
	l->begun = true;
}

/* A few columns of margin say which lines changed where no colour does. */
static void lay_equal(struct laying *l, struct str text)
{
	int half = (l->s->cols - 3) / 2;
	struct flow a = {.cols = l->sides ? half : l->s->cols, .ascii = l->look->ascii},
	            b = {.col = half + 3, .cols = half, .ascii = l->look->ascii};
	struct flow *const flows[2] = {&a, &b};
	if (!text.len || sheet_is_full(l->s))
		return;
	next_row(l);
	add_template(&a, ROLE_DIM, hunk_chomp(text));
	add_template(&b, ROLE_DIM, hunk_chomp(text));
	flow_lay(l->s, flows, l->sides ? 2 : 1, 0);
	flow_done(&a);
	flow_done(&b);
}

static void lay_gap(struct laying *l, size_t lines)
{
	next_row(l);
	sheet_printf(l->s, ROLE_BORDER, "%s %zu equal lines %s", l->look->ascii ? "..." : "···", lines,
	             l->look->ascii ? "..." : "···");
}

static void lay_unchanged(struct laying *l, const struct hunks *h, size_t i)
{
	struct hunk_excerpt e = hunk_excerpt(h, i);
	if (l->look->whole || !e.left_out) {
		lay_equal(l, h->at[i].a);
		return;
	}
	lay_equal(l, e.head);
	lay_gap(l, e.left_out);
	lay_equal(l, e.tail);
}

/* Both in one text (side < 0), or one side of it. The last line's end is left out. */
static void add_words(struct flow *f, const struct hunk *h, int side, const struct template_look *look)
{
	struct str a = hunk_chomp(h->a), b = hunk_chomp(h->b);
	for (size_t i = 0; i < h->words.n; i++) {
		const struct diff_op *op = &h->words.ops[i];
		bool in_b = op->kind == DIFF_ONLY_B;
		struct str text = in_b ? str_cut(b, op->b_at, op->b_len) : str_cut(a, op->a_at, op->a_len);
		if (op->kind == DIFF_EQUAL)
			add_template(f, ROLE_TEXT, text);
		else if (side < 0 || (side == 1) == in_b)
			case_add_change(f, in_b, text, look->brackets);
	}
}

static void lay_changed(struct laying *l, const struct hunk *h)
{
	int half = (l->s->cols - 3) / 2;
	struct flow a = {.cols = l->sides ? half : l->s->cols, .ascii = l->look->ascii},
	            b = {.col = half + 3, .cols = half, .ascii = l->look->ascii};
	struct flow *const flows[2] = {&a, &b};
	if (sheet_is_full(l->s))
		return;
	next_row(l);
	add_words(&a, h, l->sides ? 0 : -1, l->look);
	if (l->sides)
		add_words(&b, h, 1, l->look);
	flow_lay(l->s, flows, l->sides ? 2 : 1, 0);
	flow_done(&a);
	flow_done(&b);
}

void template_diff_sheet(struct sheet *s, const struct hunks *h, const struct template_look *look)
{
	struct laying l = {.s = s, .look = look, .sides = s->cols >= TEMPLATE_SIDES_COLS};
	for (size_t i = 0; i < h->n; i++)
		if (h->at[i].equal)
			lay_unchanged(&l, h, i);
		else
			lay_changed(&l, &h->at[i]);
}

void template_left_out(struct sheet *s)
{
	if (!s->left_out && !sheet_is_full(s))
		return;
	s->rows_max++;
	sheet_row(s);
	sheet_addc(s, ROLE_WARNING, keyed("more than fits here: {v} shows all of it in the pager"));
}

void template_scroll(int *top, int rows, int page, enum move move)
{
	int last = rows > page ? rows - page : 0;
	*top += move_rows(move, page > 2 ? page - 1 : 1);
	*top = *top < 0 ? 0 : *top > last ? last : *top;
}
