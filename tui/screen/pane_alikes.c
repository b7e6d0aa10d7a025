#include "tui/screen/pane_alikes.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"
#include "store/study/provenance.h"
#include "tui/keyed.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/pane_size.h"

enum { BELOW_ROWS = 9, ROWS_FOR_BOTH = 14, WHOLE_COLS = 100 /* lines that the eye can follow */ };

struct alikes_places alikes_places(const struct alikes_view *v, int rows, int cols)
{
	struct alikes_places p = {.list_rows = rows, .list_cols = cols};
	if (v->whole) {
		p = (struct alikes_places){.pane_rows = rows, .pane_col = cols > 60 ? 3 : 1};
		p.pane_cols = cols - 2 * p.pane_col < WHOLE_COLS ? cols - 2 * p.pane_col : WHOLE_COLS;
	} else if (cols >= ALIKES_BESIDE_COLS) {
		p.pane_cols = pane_size(cols * 42 / 100, cols, 30, 50);
		p.list_cols = cols - p.pane_cols - 2;
		p.pane_col = p.list_cols + 2;
		p.pane_rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		p.pane_rows = pane_size(BELOW_ROWS, rows, 4, 5) - 1;
		p.list_rows = rows - 1 - p.pane_rows;
		p.pane_row = p.list_rows + 1;
		p.pane_col = 1;
		p.pane_cols = cols - 2;
	}
	return p;
}

const struct alikes_line *alikes_line(const struct alikes_view *v)
{
	return v->list.cursor >= 0 && (size_t)v->list.cursor < v->lines.n ? &v->lines.at[v->list.cursor] : NULL;
}

struct alike_row *alikes_row(const struct alikes_view *v)
{
	const struct alikes_line *line = alikes_line(v);
	return line && line->row != SIZE_MAX ? &v->found.rows[line->row] : NULL;
}

void alikes_lines(struct alikes_view *v)
{
	vec_clear(&v->lines);
	for (size_t g = 0; g < v->found.n_groups; g++) {
		*vec_add(&v->lines) = (struct alikes_line){g, SIZE_MAX};
		for (size_t i = 0; i < v->found.groups[g].n; i++)
			*vec_add(&v->lines) = (struct alikes_line){g, v->found.groups[g].first + i};
	}
}

/* ---------------------------------------------------------------- the list */

struct drawing {
	const struct alikes_view *v;
	const struct ui *ui;
};

static void draw_group(const struct alikes_view *v, struct canvas line, size_t g, bool cursor)
{
	const struct alike_group *group = &v->found.groups[g];
	char n[64];
	snprintf(n, sizeof n, "%zu", group->n);
	int used = (int)strlen(n), cols = line.cols - used - 4;
	int put = canvas_put(line, 0, 1, cols, ROLE_HEADING, group->words);
	if (cursor)
		canvas_reverse(line, 0, 1, put);
	canvas_put_right(line, 0, line.cols - used - 1, used, ROLE_HEADING, str_of(n));
}

/* What this person says of it: as other lists mark it, with ? for what is only proposed. */
static const char *sign_of(const struct alike_row *row, enum role *role)
{
	*role = row->by_hand == VERDICT_GOOD    ? ROLE_OK
	        : row->by_hand == VERDICT_BAD   ? ROLE_ERROR
	        : row->by_hand || row->proposed ? ROLE_WARNING
	                                        : ROLE_DIM;
	switch (row->by_hand) {
	case VERDICT_GOOD: return "+";
	case VERDICT_BAD: return "-";
	case VERDICT_UNSURE: return "~";
	case VERDICT_NONE: break;
	}
	return row->proposed ? "?" : " ";
}

static void add_name(struct buf *out, const struct alike_row *row)
{
	buf_add_str(out, row->title.len ? row->title : row->key);
	if (row->at.kind == SUBJECT_CASE && row->at.at.repeat > 0)
		buf_printf(out, " #%lld", (long long)row->at.at.repeat + 1);
}

/* The words that tell it from the others of its group: all reasons but the one that the heading says. */
static void add_why(struct buf *out, const struct alike_row *row)
{
	for (size_t i = row->why[0].aspect == ALIKE_ANSWER ? 0 : 1; i < row->n_why; i++) {
		buf_add_cstr(out, out->len ? "; " : "");
		buf_add_str(out, row->why[i].words);
	}
}

static void draw_item(const struct alikes_view *v, struct canvas line, size_t r, bool cursor)
{
	const struct alike_row *row = &v->found.rows[r];
	struct buf text = BUF_INIT;
	enum role role;
	const char *sign = sign_of(row, &role);
	/* Narrow: what tells items apart is their name; why stands in the rule below. */
	int run_cols = line.cols < 60 || v->blind ? 0 : 18;
	int name_cols = line.cols < 100 ? line.cols - 12 - run_cols : 42;
	canvas_putc(line, 0, 1, 1, role, sign);
	canvas_putc(line, 0, 2, 1, v->marked[r] ? ROLE_MARK : ROLE_DIM,
	            v->marked[r]   ? "*"
	            : v->opened[r] ? (line.grid->ascii ? "o" : "○")
	                           : " ");
	canvas_printf(line, 0, 4, 5, ROLE_TEXT, "%3d %%", (int)(row->alike * 100));
	add_name(&text, row);
	int put = canvas_put(line, 0, 10, name_cols, v->marked[r] ? ROLE_MARK : ROLE_TEXT, buf_str(&text));
	if (cursor)
		canvas_reverse(line, 0, 10, put);
	int col = 10 + name_cols + 1;
	if (run_cols && row->run.len) {
		canvas_put(line, 0, col, run_cols - 1, ROLE_DIM, row->run);
		col += run_cols;
	}
	buf_clear(&text);
	add_why(&text, row);
	if (line.cols - col > 12)
		canvas_put(line, 0, col, line.cols - col - 1, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

static void draw_line(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	const struct alikes_line *l = &d->v->lines.at[at];
	if (l->row == SIZE_MAX)
		draw_group(d->v, line, l->group, cursor);
	else
		draw_item(d->v, line, l->row, cursor);
}

/* ---------------------------------------------------------------- all */

/* Nothing is alike: what was looked at, and that this is no failure. */
static void draw_none(const struct alikes_view *v, struct canvas body)
{
	struct buf text = BUF_INIT;
	const struct lookalikes *l = &v->found;
	canvas_putc(body, 1, 3, body.cols - 4, ROLE_TEXT, "None failed in the same way.");
	if (!v->blind) {
		buf_printf(&text, "Looked at: " STR_FMT, STR_ARG(l->scope));
		canvas_put(body, 2, 3, body.cols - 4, ROLE_DIM, buf_str(&text));
		buf_clear(&text);
	}
	if (l->judged)
		buf_printf(&text, "%lld are alike, but you have judged them.", (long long)l->judged);
	else if (l->equal)
		buf_printf(&text, "%lld equal answers to the same case share the verdict.", (long long)l->equal);
	canvas_put(body, 3, 3, body.cols - 4, ROLE_DIM, buf_str(&text));
	if (!v->wide)
		canvas_putc(body, 5, 3, body.cols - 4, ROLE_DIM,
		            keyed("{Tab} looks for what is like anything that you flagged with the same words."));
	buf_done(&text);
}

static void draw_rule(const struct alikes_view *v, struct canvas body, const struct alikes_places *p)
{
	struct buf text = BUF_INIT;
	const struct alike_row *row = alikes_row(v);
	if (p->pane_row > 0) {
		canvas_rule(body, p->pane_row - 1, ROLE_BORDER);
		if (row) {
			add_why(&text, row);
			canvas_put(body, p->pane_row - 1, 1, 1, ROLE_BORDER, STR_LIT(" "));
			int used = canvas_put(body, p->pane_row - 1, 2, body.cols - 4, ROLE_HEADING, buf_str(&text));
			canvas_put(body, p->pane_row - 1, 2 + used, 1, ROLE_BORDER, STR_LIT(" "));
		}
	} else if (p->list_rows > 0) {
		canvas_fill(canvas_part(body, 0, p->list_cols, body.rows, 1), 0, 0, 1, ROLE_BORDER,
		            body.grid->ascii ? "|" : "│");
		for (int r = 1; r < body.rows; r++)
			canvas_putc(body, r, p->list_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	}
	buf_done(&text);
}

static void draw_why_not(const char *why, struct canvas body)
{
	struct canvas c = canvas_part(body, 1, 3, body.rows - 1, body.cols - 4);
	int used = sheet_say(c, ROLE_TEXT, why) + 1;
	sheet_say(canvas_part(c, used, 0, c.rows - used, c.cols), ROLE_DIM,
	          keyed("{-} says that an answer is bad, wherever one shows; {a} then finds those that failed in the "
	                "same way."));
}

void alikes_draw(const struct alikes_view *v, const struct ui *ui, const char *why, struct canvas body)
{
	const struct drawing d = {v, ui};
	if (!v->loaded && why) {
		draw_why_not(why, body);
		return;
	}
	if (!v->loaded) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            ui->ascii ? "Looking for what failed in the same way ..."
		                      : "Looking for what failed in the same way …");
		return;
	}
	if (!v->lines.n) {
		draw_none(v, body);
		return;
	}
	struct alikes_places p = alikes_places(v, body.rows, body.cols);
	if (p.list_rows > 0)
		list_draw(&v->list, canvas_part(body, 0, 0, p.list_rows, p.list_cols), draw_line, &d);
	if (p.pane_rows <= 0)
		return;
	if (!v->whole)
		draw_rule(v, body, &p);
	struct canvas pane = canvas_part(body, p.pane_row, p.pane_col, p.pane_rows, p.pane_cols);
	const struct alike_row *row = alikes_row(v);
	if (row)
		pager_draw(&v->pager, pane, v->has_text && subject_is(&row->at, &v->read) ? ROLE_TEXT : ROLE_DIM);
}

/* ---------------------------------------------------------------- the text of an item */

static void heading(struct review_words *w, const char *name)
{
	if (w->text.len)
		review_words_addc(w, ROLE_TEXT, "\n\n");
	review_words_addc(w, ROLE_HEADING, name);
	review_words_addc(w, ROLE_TEXT, "\n");
}

static struct str readable(struct review_words *w, struct str answer, struct str error)
{
	if (answer.len)
		review_words_json(w, answer);
	else if (error.len)
		review_words_add(w, ROLE_TEXT, error);
	return buf_str(&w->text);
}

static int by_place(const void *pa, const void *pb)
{
	const struct tint *a = pa, *b = pb;
	return a->from < b->from ? -1 : a->from > b->from;
}

/* Appends an answer with what is lit in it; overlapping stretches become one after the other. */
static void add_lit(struct review_words *w, struct str text, struct tint *lit, size_t n)
{
	size_t begin = w->text.len, end = 0;
	buf_add_str(&w->text, text);
	if (n > 1)
		qsort(lit, n, sizeof *lit, by_place);
	for (size_t i = 0; i < n; i++) {
		size_t from = lit[i].from > end ? lit[i].from : end, to = lit[i].from + lit[i].len;
		if (to <= from)
			continue;
		*vec_add(&w->tints) = (struct tint){begin + from, to - from, ROLE_WARNING};
		end = to;
	}
}

struct equal {
	struct arena arena;
	struct tint *in_item, *in_flagged;
	size_t n;
};

static void find_equal(struct equal *e, struct str item, struct str flagged)
{
	struct provenance_use use = {.n = 0};
	struct provenance_answer *prepared = item.len && flagged.len ? provenance_answer_new(item) : NULL;
	if (prepared)
		provenance_used(prepared, flagged, &e->arena, &use);
	e->in_item = arena_zalloc(&e->arena, use.n, sizeof *e->in_item);
	e->in_flagged = arena_zalloc(&e->arena, use.n, sizeof *e->in_flagged);
	e->n = use.n;
	for (size_t i = 0; i < use.n; i++) {
		const struct provenance_passage *p = &use.passages[i];
		e->in_item[i] = (struct tint){p->answer_at, p->answer_len, ROLE_WARNING};
		e->in_flagged[i] = (struct tint){p->at, p->len, ROLE_WARNING};
	}
	provenance_answer_free(prepared);
}

static void add_question(struct review_words *w, const struct subject *s)
{
	if (s->question.len) {
		heading(w, "QUESTION");
		review_words_json(w, s->question);
	} else if (s->n_fields) {
		heading(w, "GIVEN");
		review_words_fields(w, s->fields, s->n_fields);
	}
}

static void add_reasons(struct review_words *w, const struct alike_row *row)
{
	char line[120];
	heading(w, "WHY IT IS OFFERED");
	for (size_t i = 0; i < row->n_why; i++) {
		const struct alike_why *y = &row->why[i];
		review_words_addc(w, ROLE_TEXT, i ? "\n- " : "- ");
		review_words_add(w, ROLE_TEXT, y->words);
		snprintf(line, sizeof line, "  (%lld failed, %lld passed with it)", (long long)y->failed,
		         (long long)y->passed);
		review_words_addc(w, ROLE_DIM, line);
	}
}

void alikes_text(struct review_words *out, size_t *answer_at, const struct subject *item, const struct subject *flagged,
                 const struct alike_row *row)
{
	struct review_words mine = {.text = BUF_INIT}, theirs = {.text = BUF_INIT};
	struct equal equal = {.arena = ARENA_INIT};
	struct str answer = readable(&mine, item->answer, item->error);
	struct str other = readable(&theirs, flagged->answer, flagged->error);
	find_equal(&equal, answer, other);
	add_question(out, item);
	*answer_at = out->text.len ? out->text.len + 2 : 0;
	heading(out, item->answer.len || !item->error.len ? "ANSWER" : "ERROR");
	if (answer.len)
		add_lit(out, answer, equal.in_item, equal.n);
	else
		review_words_addc(out, ROLE_DIM, "The answer is empty.");
	heading(out, "THE FLAGGED ONE");
	if (other.len)
		add_lit(out, other, equal.in_flagged, equal.n);
	else
		review_words_addc(out, ROLE_DIM, "Its answer is empty.");
	if (item->expected.len) {
		heading(out, "EXPECTED");
		review_words_json(out, item->expected);
	}
	add_reasons(out, row);
	if (item->n_documents) {
		heading(out, "SOURCES");
		for (size_t i = 0; i < item->n_documents; i++) {
			review_words_addc(out, ROLE_TEXT, i ? "\n" : "");
			review_words_add(out, ROLE_TEXT, item->documents[i].name);
		}
	}
	review_words_done(&mine);
	review_words_done(&theirs);
	arena_done(&equal.arena);
}
