#include "tui/widget/diffview.h"

#include "store/base/vec.h"
#include "tui/widget/rowtext.h"

/* What the pane shows, put together before it is wrapped. */
struct build {
	struct buf text;
	VEC(struct tint) tints;
	size_t limit; /* bytes that surely fill the pane */
};

static void add_text(struct build *build, struct str text)
{
	text = str_cut(text, 0, build->limit);
	size_t from = build->text.len;
	buf_add_str(&build->text, text);
	for (size_t i = from; i < build->text.len; i++)
		if (build->text.ptr[i] == '\n' || build->text.ptr[i] == '\r' || build->text.ptr[i] == '\t')
			build->text.ptr[i] = ' ';
}

static void add_change(struct build *build, struct str text, bool b, bool brackets)
{
	size_t from = build->text.len;
	if (brackets)
		buf_add_cstr(&build->text, b ? "{+" : "[-");
	add_text(build, text);
	if (brackets)
		buf_add_cstr(&build->text, b ? "+}" : "-]");
	enum role role = b ? ROLE_INSERTED : ROLE_DELETED;
	*vec_add(&build->tints) = (struct tint){.from = from, .len = build->text.len - from, .role = role};
}

static bool is_word_start(struct str text, size_t at)
{
	return at == 0 || (strchr(" \n\t", text.ptr[at - 1]) && !strchr(" \n\t", text.ptr[at]));
}

/* Where the end of `text` begins that is worth about `cols` columns: at a word, if one begins near. */
static size_t tail_from(struct str text, int cols)
{
	size_t at = text.len > (size_t)cols ? text.len - (size_t)cols : 0;
	size_t lowest = at > (size_t)cols ? at - (size_t)cols : 0;
	for (size_t i = at; i < text.len; i++)
		if (is_word_start(text, i))
			return i;
	for (size_t i = at; i > lowest; i--)
		if (is_word_start(text, i))
			return i;
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at++;
	return at;
}

/* What stands before the first change: all of it if the change then is on the first row, else its end. */
static void add_lead(struct build *build, struct str text, int cols, bool ascii)
{
	int used;
	if (text_fit(text, cols * 2 / 3, &used) == text.len) {
		add_text(build, text);
		return;
	}
	buf_add_cstr(&build->text, ascii ? "~ " : "… ");
	add_text(build, str_from(text, tail_from(text, cols / 3)));
}

static void fill(struct build *build, const struct diffview *d, bool b, int cols, bool ascii)
{
	size_t b_at = 0;
	bool lead = d->n > 1;
	for (size_t i = 0; i < d->n && build->text.len < build->limit; i++) {
		const struct diffview_op *op = &d->ops[i];
		struct str text = str_cut(op->kind == DIFFVIEW_INSERTED ? d->b : d->a, op->from, op->len);
		if (op->kind == DIFFVIEW_SAME && b)
			text = str_cut(d->b, b_at, op->len);
		if (op->kind != DIFFVIEW_DELETED)
			b_at += op->len;
		if (op->kind == DIFFVIEW_SAME && lead)
			add_lead(build, text, cols, ascii);
		else if (op->kind == DIFFVIEW_SAME)
			add_text(build, text);
		else if ((op->kind == DIFFVIEW_INSERTED) == b)
			add_change(build, text, b, d->brackets);
		lead = false;
	}
}

void diffview_draw(struct canvas pane, const struct diffview *d, bool b)
{
	if (pane.rows <= 0 || pane.cols <= 0)
		return;
	struct build build = {.limit = size_mul((size_t)pane.rows + 1, (size_t)pane.cols) * 4};
	fill(&build, d, b, pane.cols, pane.grid->ascii);
	struct str text = buf_str(&build.text);
	size_t at = 0;
	for (int i = 0; i < pane.rows && at < text.len; i++) {
		struct text_row row;
		size_t next = text_wrap(text, at, pane.cols, &row);
		if (i == pane.rows - 1)
			row.len = text.len - row.at; /* what is too long is cut with an ellipsis */
		int cols = canvas_put(pane, i, 0, -1, ROLE_TEXT, str_cut(text, row.at, row.len));
		rowtext_tints(canvas_part(pane, i, 0, 1, cols), 0, 0, text, &row, build.tints.at, build.tints.n);
		at = next == SIZE_MAX ? text.len : next;
	}
	buf_done(&build.text);
	vec_done(&build.tints);
}
