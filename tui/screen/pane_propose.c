#include "tui/screen/pane_propose.h"

#include <math.h>

#include "tui/screen/pane_text.h"
#include "tui/widget/pane_size.h"

enum {
	BESIDE_COLS = 120,
	HEAD_ROWS = 3, /* what was found, and the names of the columns */
	KIND_COLS = 13,
	BAR_COLS = 14,
	ALARM_COLS = 6,
	COUNT_COLS = 8,
	LEAD_COLS = 20, /* of an excerpt, before what is lit */
	JSON_ROWS = 4
};

struct offered *propose_entry(const struct propose_state *s)
{
	int64_t row = s->rules.cursor;
	return row >= 0 && (size_t)row < s->n ? &s->entries[row] : NULL;
}

const struct rule_example *propose_example(const struct propose_state *s)
{
	const struct offered *e = propose_entry(s);
	int64_t row = s->examples.cursor;
	return e && row >= 0 && (size_t)row < e->outcome.n_examples ? &e->outcome.examples[row] : NULL;
}

struct propose_layout propose_layout(const struct propose_state *s, int rows, int cols)
{
	struct propose_layout l = {.list_cols = cols, .details_cols = cols};
	if (cols >= BESIDE_COLS) {
		l.list_cols = cols - pane_size(cols - cols / 2, cols, 40, 50);
		l.list_rows = rows - HEAD_ROWS;
		l.details_col = l.list_cols + 2;
		l.details_cols = cols - l.details_col;
		l.details_rows = rows;
	} else {
		int room = rows - HEAD_ROWS, most = room - pane_size(room - room / 3, room, 6, 2),
		    n = s->n > 0 ? (int)(s->n < 100 ? s->n : 100) : 1;
		l.list_rows = n < most ? n : most > 1 ? most : 1;
		l.details_row = HEAD_ROWS + l.list_rows + 1;
		l.details_rows = rows - l.details_row;
	}
	l.examples_rows = l.details_rows - (cols >= BESIDE_COLS ? 11 : 6);
	if (l.examples_rows < 0)
		l.examples_rows = 0;
	return l;
}

/* ---------------------------------------------------------------- drawing: the rules */

static int name_cols(int cols)
{
	return cols - 3 - BAR_COLS - 1 - COUNT_COLS - ALARM_COLS - 1 - COUNT_COLS;
}

static void put_of(struct canvas line, int col, enum role role, int64_t k, int64_t n)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%lld/%lld", (long long)k, (long long)n);
	canvas_put_right(line, 0, col, COUNT_COLS - 1, role, buf_str(&text));
	buf_done(&text);
}

static double share(int64_t k, int64_t n)
{
	return n ? (double)k / (double)n : 0;
}

static void draw_rule(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct propose_state *s = context;
	if (row < 0 || (size_t)row >= s->n)
		return;
	const struct offered *e = &s->entries[row];
	const struct rule_outcome *o = &e->outcome;
	int64_t flagged = o->hits + o->misses, approved = o->alarms + o->passed;
	int wide = name_cols(line.cols);
	canvas_putc(line, 0, 1, 1, ROLE_MARK, e->marked ? "*" : " ");
	int used = canvas_put(line, 0, 2, wide > 1 ? wide : line.cols - 2, e->saved ? ROLE_OK : ROLE_TEXT, e->words);
	if (cursor)
		canvas_reverse(line, 0, 2, used);
	if (wide <= 1)
		return;
	int col = 3 + wide;
	/* In whole cells: two bars in one cell would leave a gap. None at all, and all, are told apart from nearly. */
	double hit = floor(share(o->hits, flagged) * BAR_COLS + 0.5) / BAR_COLS, cell = 1.0 / BAR_COLS;
	hit = o->hits && hit < cell ? cell : o->misses && hit > 1 - cell ? 1 - cell : hit;
	if (o->misses)
		canvas_bar(line, 0, col, BAR_COLS, hit, 1, ROLE_BAR);
	if (o->hits)
		canvas_bar(line, 0, col, BAR_COLS, 0, hit, ROLE_BAR_CRITICAL);
	col += BAR_COLS + 1;
	put_of(line, col, ROLE_TEXT, o->hits, flagged);
	col += COUNT_COLS;
	if (o->alarms)
		canvas_bar(line, 0, col, ALARM_COLS, 0, share(o->alarms, approved), ROLE_BAR_ERROR);
	col += ALARM_COLS + 1;
	put_of(line, col, o->alarms ? ROLE_WARNING : ROLE_DIM, o->alarms, approved);
}

static void draw_head(struct canvas line)
{
	int wide = name_cols(line.cols);
	canvas_putc(line, 0, 2, wide, ROLE_HEADING, "flags an answer that");
	if (wide <= 1)
		return;
	canvas_putc(line, 0, 3 + wide, BAR_COLS + COUNT_COLS, ROLE_HEADING, "hits of flagged");
	canvas_put_right(line, 0, line.cols - ALARM_COLS - 1 - COUNT_COLS, ALARM_COLS + COUNT_COLS, ROLE_HEADING,
	                 STR_LIT("false alarms"));
}

static void draw_verdict(const struct propose_state *s, struct canvas c)
{
	struct sheet sheet = {0};
	struct buf text = BUF_INIT;
	sheet_begin(&sheet, c.cols - 2);
	sheet_row(&sheet);
	ruleprop_verdict(&s->page.found, &text);
	if (s->page.left_out)
		buf_printf(&text, " (%lld judged answers more were not looked at.)", (long long)s->page.left_out);
	sheet_wrap(&sheet, ROLE_TEXT, 0, buf_str(&text), HEAD_ROWS - 1);
	sheet_draw(&sheet, canvas_part(c, 0, 1, HEAD_ROWS - 1, c.cols - 2), 0, false, STR_NONE);
	sheet_done(&sheet);
	buf_done(&text);
}

/* ---------------------------------------------------------------- drawing: the one under the cursor */

static const char *const kind_words[N_RULE_OUTCOMES] = {"false alarm", "flagged, hit", "missed", "not judged"};
static const enum role kind_roles[N_RULE_OUTCOMES] = {ROLE_ERROR, ROLE_OK, ROLE_DIM, ROLE_WARNING};

/* As much of the excerpt before what is lit as there is room for. */
static size_t excerpt_from(const struct rule_example *e, int cols)
{
	size_t from = e->lit_len && e->lit_at + e->lit_len > (size_t)(cols > 0 ? cols : 0) && e->lit_at > LEAD_COLS
	                  ? e->lit_at - LEAD_COLS
	                  : 0;
	while (from && ((unsigned char)e->excerpt.ptr[from] & 0xC0) == 0x80)
		from--;
	return from;
}

static void put_excerpt(struct canvas line, int col, const struct rule_example *e, bool ascii)
{
	int cols = line.cols - col;
	size_t from = excerpt_from(e, cols);
	struct str before = str_cut(e->excerpt, from, e->lit_at - from),
	           lit = str_cut(e->excerpt, e->lit_at, e->lit_len);
	if (!str_trim(e->excerpt).len) {
		canvas_put(line, 0, col, cols, ROLE_DIM, e->why.len ? e->why : STR_LIT("(empty)"));
		return;
	}
	if (!e->lit_len) {
		canvas_put(line, 0, col, cols, ROLE_TEXT, e->excerpt);
		return;
	}
	if (from)
		col += canvas_putc(line, 0, col, cols, ROLE_DIM, ascii ? "..." : "…");
	col += canvas_put(line, 0, col, line.cols - col, ROLE_TEXT, before);
	col += canvas_put(line, 0, col, line.cols - col, ROLE_MATCH, lit);
	canvas_put(line, 0, col, line.cols - col, ROLE_TEXT, str_from(e->excerpt, e->lit_at + e->lit_len));
}

struct drawing {
	const struct propose_state *s;
	bool ascii;
};

static void draw_example(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	const struct offered *e = propose_entry(d->s);
	if (!e || row < 0 || (size_t)row >= e->outcome.n_examples)
		return;
	const struct rule_example *x = &e->outcome.examples[row];
	int used = canvas_putc(line, 0, 1, KIND_COLS - 1, kind_roles[x->kind], kind_words[x->kind]);
	if (cursor)
		canvas_reverse(line, 0, 1, used);
	put_excerpt(line, 1 + KIND_COLS, x, d->ascii);
}

static void add_counts(struct sheet *sheet, const struct offered *e, int64_t tried)
{
	const struct rule_outcome *o = &e->outcome;
	long long flagged = o->hits + o->misses, approved = o->alarms + o->passed;
	sheet_row(sheet);
	sheet_printf(sheet, ROLE_TEXT, "hits %lld of %lld flagged (%.0f to %.0f%%), false alarms %lld of %lld",
	             (long long)o->hits, flagged, flagged ? 100 * o->recall.low : 0, flagged ? 100 * o->recall.high : 0,
	             (long long)o->alarms, approved);
	sheet_row(sheet);
	if (e->everything)
		sheet_printf(sheet, ROLE_WARNING, "would flag %lld of %lld answers that nobody judged",
		             (long long)o->would, (long long)o->unjudged);
	else if (!IS_UNKNOWN(e->p))
		sheet_printf(sheet, ROLE_DIM, "by chance: p %s%.2g, corrected for %lld tried",
		             e->p < RULEPROP_P_SHOWN ? "< " : "", e->p < RULEPROP_P_SHOWN ? RULEPROP_P_SHOWN : e->p,
		             (long long)tried);
	else
		sheet_addc(sheet, ROLE_DIM, "changed by hand");
}

static void draw_details(const struct screen *screen, struct canvas c, int examples_rows)
{
	const struct propose_state *s = screen->state;
	const struct offered *e = propose_entry(s);
	struct sheet sheet = {0};
	if (!e || c.rows <= 0)
		return;
	int facts = c.rows - examples_rows;
	sheet_begin(&sheet, c.cols - 2);
	sheet_row(&sheet);
	sheet_add(&sheet, ROLE_TITLE, e->name);
	sheet_addc(&sheet, ROLE_DIM, e->saved ? "  saved" : "");
	if (facts > 8) {
		sheet_row(&sheet);
		sheet_wrap(&sheet, ROLE_TEXT, 0, e->words, 2);
	}
	sheet_row(&sheet);
	sheet_wrap(&sheet, ROLE_JSON_KEY, 0, e->json, facts > 8 ? JSON_ROWS : 2);
	add_counts(&sheet, e, s->page.found.tried);
	sheet_draw(&sheet, canvas_part(c, 0, 1, facts, c.cols - 2), 0, false, STR_NONE);
	sheet_done(&sheet);
	if (examples_rows <= 0)
		return;
	struct list shown = s->examples;
	if (!s->in_examples)
		shown.cursor = -1;
	list_draw(&shown, canvas_part(c, facts, 0, examples_rows, c.cols), draw_example,
	          &(struct drawing){s, screen->ui->ascii});
}

void propose_draw(const struct screen *screen, struct canvas body)
{
	const struct propose_state *s = screen->state;
	struct propose_layout l = propose_layout(s, body.rows, body.cols);
	struct canvas left = canvas_part(body, 0, 0, body.rows, l.list_cols);
	if (!s->loaded) {
		canvas_putc(body, 1, 1, body.cols - 2, ROLE_DIM,
		            s->failed ? "could not be read" : "holding what was flagged against what was approved");
		return;
	}
	draw_verdict(s, left);
	if (!s->n) {
		if (!s->page.found.tried)
			canvas_putc(body, HEAD_ROWS + 1, 1, body.cols - 2, ROLE_DIM,
			            "Flag answers anywhere with + (good) and - (bad); rules come of both.");
		return;
	}
	draw_head(canvas_part(left, HEAD_ROWS - 1, 0, 1, l.list_cols));
	struct canvas rules = canvas_part(left, HEAD_ROWS, 0, l.list_rows, l.list_cols);
	list_draw(&s->rules, rules, draw_rule, s);
	list_zone(&s->rules, rules, !s->in_examples);
	if (l.details_row)
		canvas_rule(body, l.details_row - 1, ROLE_BORDER);
	draw_details(screen, canvas_part(body, l.details_row, l.details_col, l.details_rows, l.details_cols),
	             l.examples_rows);
}
