#include "tui/screen/pane_slices.h"

#include <math.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/keyed.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_metrics.h"
#include "tui/widget/find.h"
#include "tui/widget/pane_size.h"
#include "tui/widget/tabs.h"

enum { FIELDS_BESIDE = 130, FIELDS_COLS = 44, ROWS_FOR_METRICS = 15, TABS_MOST = 200 };

static const struct slices_state *state_of(const struct screen *screen)
{
	return screen->state;
}

const struct slice *slices_cursor(const struct slices_state *st)
{
	return st->has && st->list.cursor < (int64_t)st->data.n ? st->rows[st->list.cursor] : NULL;
}

const struct slice_field *slices_field(const struct slices_state *st)
{
	return st->field < st->fields.n ? &st->fields.at[st->field] : NULL;
}

const char *slices_metric_name(const struct slices_state *st)
{
	return st->metric[0] ? st->metric : st->data.lead ? st->data.lead : "pass";
}

const struct compare_metric *slices_metric(const struct slices_state *st, const struct slice *slice)
{
	const char *name = slices_metric_name(st);
	for (size_t i = 0; i < slice->n_metrics; i++)
		if (strcmp(slice->metrics[i].name, name) == 0)
			return &slice->metrics[i];
	return NULL;
}

/* ---------------------------------------------------------------- where things stand */

struct split {
	int fields_cols;          /* of the list of fields at the left; 0: they are tabs above */
	int col, cols;            /* of all else */
	int top;                  /* row of the table's head */
	int list_rows;            /* of the table's rows, without its head and the row of all cases */
	int metrics, metric_rows; /* row of the slice's metrics, with their rule; 0: no room */
};

static struct split split_for(const struct slices_state *st, int rows, int cols)
{
	struct split v = {.cols = cols};
	if (cols >= FIELDS_BESIDE && st->fields.n) {
		v.fields_cols = FIELDS_COLS;
		v.col = FIELDS_COLS + 1;
		v.cols = cols - v.col;
	}
	v.top = v.fields_cols ? 0 : 1;
	int room = rows - v.top - 2, wanted = st->has ? (int)(st->data.n < 500 ? st->data.n : 500) : 1;
	if (rows >= ROWS_FOR_METRICS) {
		struct compare c = {.metrics = st->data.whole.metrics, .n_metrics = st->data.whole.n_metrics};
		int need = st->figures ? metrics_rows(&c) + 1 : 6, least = wanted < 6 ? wanted : 6;
		v.metric_rows = need < room - least ? need : room - least;
		v.metric_rows = v.metric_rows > room / 2 && wanted > room - v.metric_rows ? room / 2 : v.metric_rows;
		v.metric_rows = v.metric_rows > 2 ? pane_size(v.metric_rows, room, 3, 4) : v.metric_rows;
		room -= v.metric_rows;
		v.metrics = v.metric_rows > 2 ? rows - v.metric_rows : 0;
		room += v.metrics ? 0 : v.metric_rows;
	}
	v.list_rows = room > 1 ? room : 1;
	return v;
}

void slices_lay_out(struct screen *screen)
{
	struct slices_state *st = screen->state;
	struct split v = split_for(st, screen->ui->rows, screen->ui->cols);
	list_set_page(&st->list, v.list_rows);
}

bool slices_beside(const struct screen *screen, struct beside *out)
{
	const struct slices_state *st = state_of(screen);
	struct split v = split_for(st, screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.metrics,
	                       .col = v.col,
	                       .rows = screen->ui->rows - v.metrics,
	                       .cols = v.cols,
	                       .scroll_row = -1,
	                       .top = st->list.top,
	                       .id = st->list.cursor};
	return v.metrics > 0 && st->has && st->data.n > 0;
}

/* Columns of the table; 0: there is no room. A figure's is its right edge. */
struct places {
	int value_cols, cases, a, b, delta, axis, axis_cols, interval, lost, won, p, words, words_cols;
};

static int count_cols(int64_t n)
{
	struct buf text = BUF_INIT;
	units_thousands(&text, n);
	int cols = (int)text.len;
	buf_done(&text);
	return cols;
}

struct widths {
	int cases, figure, delta, lost, won;
};

/* What the figures of the metric take, each with a blank before it. */
static struct widths widths_of(const struct slices_state *st)
{
	const struct slice *all = &st->data.whole;
	const struct compare_metric *m = slices_metric(st, all);
	char kind = m ? m->kind[0] : 'r';
	struct widths w = {.figure = kind == 'l' || kind == 'c' ? 9 : 7, .delta = kind == 'c' ? 11 : 9};
	w.cases = count_cols(all->cases) + 1;
	w.lost = count_cols(all->lost) + 2;
	w.won = count_cols(all->won) + 2;
	w.cases = w.cases < 6 ? 6 : w.cases;
	w.lost = w.lost < 5 ? 5 : w.lost;
	w.won = w.won < 4 ? 4 : w.won;
	return w;
}

/* From the least to the most: figures, words, lost and won, axis, p, interval. What is left goes to the value and the axis. */
static struct places places_of(const struct slices_state *st, int cols)
{
	enum { P = 8, WORDS = 13, INTERVAL = 24, AXIS = 11, AXIS_MOST = 41, VALUE = 16, VALUE_MOST = 44 };
	const struct widths w = widths_of(st);
	struct places at = {0};
	int rest = cols - 1 - w.cases - 2 * w.figure - w.delta, moved_cols = w.lost + w.won;
	/* A value of 12 columns comes before all of these. */
	bool words = rest >= 12 + WORDS;
	rest -= words ? WORDS : 0;
	bool moved = words && rest >= 12 + moved_cols;
	rest -= moved ? moved_cols : 0;
	bool axis = moved && rest >= 12 + AXIS + 3;
	bool p = axis && rest >= 20 + AXIS + 2 + P;
	rest -= p ? P : 0;
	bool interval = p && rest >= 20 + AXIS + 2 + INTERVAL;
	rest -= interval ? INTERVAL : 0;
	at.value_cols = axis ? (rest - 2 - AXIS) : rest;
	if (axis && at.value_cols > VALUE) {
		int more = at.value_cols - VALUE;
		at.value_cols = VALUE + (more + 1) / 2;
	}
	at.value_cols = at.value_cols > VALUE_MOST ? VALUE_MOST : at.value_cols < 8 ? 8 : at.value_cols;
	at.axis_cols = axis ? rest - 2 - at.value_cols : 0;
	at.axis_cols = at.axis_cols > AXIS_MOST ? AXIS_MOST : at.axis_cols;
	at.axis_cols = at.axis_cols >= 9 ? (at.axis_cols - 1) / 2 * 2 + 1 : 0;
	at.cases = 1 + at.value_cols + w.cases;
	at.a = at.cases + w.figure;
	at.b = at.a + w.figure;
	at.delta = at.b + w.delta;
	int next = at.delta;
	if (at.axis_cols) {
		at.axis = next + 2;
		next += at.axis_cols + 2;
	}
	if (interval) {
		at.interval = next + 2;
		next += INTERVAL;
	}
	if (moved) {
		at.lost = next + w.lost;
		at.won = at.lost + w.won;
		next = at.won;
	}
	if (p) {
		at.p = next + P;
		next += P;
	}
	if (words) {
		at.words = next + 2;
		at.words_cols = cols - at.words;
	}
	return at;
}

/* ---------------------------------------------------------------- the table */

struct drawing {
	const struct slices_state *st;
	struct places at;
	double scale; /* one for all slices, so that they can be compared */
};

static double common_scale(const struct slices_state *st)
{
	double scale = 0;
	for (size_t i = 0; i < st->data.n; i++) {
		const struct compare_metric *m = slices_metric(st, &st->data.at[i]);
		if (m && m->result.n >= m->result.min_n)
			scale = fmax(scale, metric_scale(m));
	}
	const struct compare_metric *whole = slices_metric(st, &st->data.whole);
	return whole ? fmax(scale, metric_scale(whole)) : scale;
}

static void put(struct canvas line, int right, int cols, enum role role, struct buf *text)
{
	if (right)
		canvas_put_right(line, 0, right - cols, cols, role, buf_str(text));
	buf_clear(text);
}

static void put_count(struct canvas line, int right, enum role role, int64_t n, const char *sign, struct buf *text)
{
	if (n)
		buf_add_cstr(text, sign);
	units_thousands(text, n);
	put(line, right, 6, n ? role : ROLE_DIM, text);
}

/* Without figures yet: the rates, which are known with the counts. */
static struct compare_metric rates_alone(const struct slices_state *st, const struct slice *s)
{
	struct compare_metric m = {
	    .name = "pass",
	    .kind = "rate",
	    .result = {.n = s->a.n,
	               .a = s->a.rate,
	               .b = s->b.rate,
	               .delta = s->b.rate - s->a.rate,
	               .low = UNKNOWN_DOUBLE,
	               .high = UNKNOWN_DOUBLE,
	               .p_holm = UNKNOWN_DOUBLE}
        };
	if (strcmp(slices_metric_name(st), "pass") != 0)
		m.result.a = m.result.b = m.result.delta = UNKNOWN_DOUBLE;
	return m;
}

static void draw_figures(const struct drawing *d, struct canvas line, const struct slice *s, enum role role)
{
	const struct places *at = &d->at;
	const struct compare_metric *known = slices_metric(d->st, s);
	struct compare_metric rates = rates_alone(d->st, s);
	const struct compare_metric *m = known ? known : &rates;
	struct buf text = BUF_INIT;
	bool ascii = line.grid->ascii;
	enum role verdict = known ? metric_role(&m->result) : ROLE_DIM;
	units_thousands(&text, s->cases);
	put(line, at->cases, 7, role, &text);
	metric_figure(&text, m, m->result.a, ascii);
	put(line, at->a, 8, role, &text);
	metric_figure(&text, m, m->result.b, ascii);
	put(line, at->b, 8, role, &text);
	metric_difference(&text, m, m->result.delta, ascii);
	put(line, at->delta, 9, verdict == ROLE_DIM ? role : verdict, &text);
	put_count(line, at->lost, ROLE_WORSE, s->lost, ascii ? "-" : "−", &text);
	put_count(line, at->won, ROLE_BETTER, s->won, "+", &text);
	if (!known) {
		canvas_fill(line, 0, at->axis, at->axis_cols, ROLE_DIM, ascii ? "." : "·");
		buf_done(&text);
		return;
	}
	if (at->axis_cols) {
		struct axis axis = {m->result.delta, m->result.low, m->result.high, d->scale, m->lower_is_better};
		axis_draw(line, 0, at->axis, at->axis_cols, &axis, verdict == ROLE_DIM ? ROLE_TEXT : verdict);
	}
	if (at->interval && !IS_UNKNOWN(m->result.low)) {
		metric_difference(&text, m, m->result.low, ascii);
		buf_add_cstr(&text, ascii ? " .. " : " … ");
		metric_difference(&text, m, m->result.high, ascii);
		canvas_put(line, 0, at->interval, 22, ROLE_DIM, buf_str(&text));
		buf_clear(&text);
	}
	metric_p(&text, m->result.p_holm);
	put(line, at->p, 7, role, &text);
	if (at->words) {
		metric_words(&text, &m->result);
		canvas_put(line, 0, at->words, at->words_cols, verdict, buf_str(&text));
	}
	buf_done(&text);
}

static void draw_slice(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct drawing *d = context;
	if (row >= (int64_t)d->st->data.n)
		return;
	const struct slice *s = d->st->rows[row];
	struct str value = s->value.len ? s->value : STR_LIT("(empty)");
	enum role role = s->cases < SLICE_LEAST ? ROLE_DIM : ROLE_TEXT;
	int used = canvas_put(line, 0, 1, d->at.value_cols - 1, role, value);
	find_light(line, 0, 1, d->at.value_cols - 1, value, buf_str(&d->st->find));
	if (cursor)
		canvas_reverse(line, 0, 1, used);
	draw_figures(d, line, s, role);
}

static void draw_head(const struct slices_state *st, struct canvas pane, const struct places *at)
{
	enum role role = ROLE_HEADING;
	const struct compare_metric plain = {.name = slices_metric_name(st), .kind = ""};
	/* The metric's name stands over its figures, as far as the value's column has room for both. */
	canvas_put(pane, 0, 1, at->value_cols - 1, role, slices_field(st) ? slices_field(st)->name : STR_NONE);
	canvas_put_right(pane, 0, at->cases - 7, 7, role, STR_LIT("cases"));
	canvas_put_right(pane, 0, at->a - 8, 8, role, STR_LIT("A"));
	canvas_put_right(pane, 0, at->b - 8, 8, role, STR_LIT("B"));
	canvas_put_right(pane, 0, at->delta - 9, 9, role, pane.grid->ascii ? STR_LIT("B-A") : STR_LIT("B−A"));
	if (at->axis_cols) {
		if (at->axis_cols >= 13)
			canvas_putc(pane, 0, at->axis, at->axis_cols / 2, role, "worse");
		canvas_putc(pane, 0, at->axis + at->axis_cols / 2, -1, role, "0");
		if (at->axis_cols >= 15)
			canvas_put_right(pane, 0, at->axis + at->axis_cols - 6, 6, role, STR_LIT("better"));
	}
	if (at->interval)
		canvas_putc(pane, 0, at->interval, -1, role, "95% interval");
	if (at->lost) {
		canvas_put_right(pane, 0, at->lost - 5, 5, role, STR_LIT("lost"));
		canvas_put_right(pane, 0, at->won - 5, 5, role, STR_LIT("won"));
	}
	if (at->p)
		canvas_put_right(pane, 0, at->p - 7, 7, role, STR_LIT("p Holm"));
	if (at->words)
		canvas_printf(pane, 0, at->words, at->words_cols, role, "%s", metric_title(&plain));
}

static void draw_metrics(const struct slices_state *st, struct canvas pane)
{
	const struct slice *s = slices_cursor(st);
	struct buf text = BUF_INIT;
	canvas_rule(pane, 0, ROLE_BORDER);
	if (!s)
		return;
	struct str value = s->value.len ? s->value : STR_LIT("(empty)");
	int col = 1 + canvas_printf(pane, 0, 1, pane.cols / 2, ROLE_TAB_ACTIVE, " " STR_FMT " ", STR_ARG(value));
	static const char *const words[N_CLASSES] = {
	    [CLASS_REGRESSED] = "lost",  [CLASS_IMPROVED] = "won", [CLASS_NEW_ERROR] = "new errors",
	    [CLASS_CHANGED] = "changed", [CLASS_SAME] = "same",    [CLASS_ONLY_A] = "only A",
	    [CLASS_ONLY_B] = "only B"};
	for (int i = 0; i < N_CLASSES; i++) {
		if ((i == CLASS_ONLY_A || i == CLASS_ONLY_B) && !s->count[i])
			continue;
		buf_add_cstr(&text, i ? " · " : " ");
		units_thousands(&text, s->count[i]);
		buf_printf(&text, " %s", i == CLASS_NEW_ERROR && s->count[i] == 1 ? "new error" : words[i]);
	}
	buf_add_char(&text, ' ');
	canvas_put(pane, 0, col + 1, pane.cols - col - 2, ROLE_DIM, buf_str(&text));
	buf_done(&text);
	struct canvas rows = canvas_part(pane, 1, 0, pane.rows - 1, pane.cols);
	if (!s->n_metrics) {
		canvas_putc(rows, 0, 1, -1, ROLE_DIM, "computing the intervals");
		return;
	}
	struct compare c = {.metrics = s->metrics, .n_metrics = s->n_metrics};
	int need = metrics_rows(&c), room = rows.rows;
	if (need <= room) {
		metrics_draw(rows, &c);
		return;
	}
	/* As many as fit, those with cases; the table shows any. */
	size_t shown = 0;
	for (c.n_metrics = 0; c.n_metrics < s->n_metrics && (int)shown < room - 2; c.n_metrics++)
		shown += s->metrics[c.n_metrics].result.n > 0;
	metrics_draw(canvas_part(rows, 0, 0, room - 1, rows.cols), &c);
	canvas_printf(rows, room - 1, 1, -1, ROLE_DIM, "and %d more: %s shows them one after another in the table",
	              need - 1 - (int)shown, key_now(">"));
}

/* ---------------------------------------------------------------- the fields */

static void draw_tabs(const struct slices_state *st, struct canvas body)
{
	struct tab tabs[TABS_MOST];
	char names[TABS_MOST][64];
	/* Useless ones only while one of them is looked at. */
	size_t n = st->field < st->fields.useful ? st->fields.useful : st->fields.n, from = 0;
	if (n > TABS_MOST && st->field >= TABS_MOST / 2)
		from = st->field - TABS_MOST / 2 < n - TABS_MOST ? st->field - TABS_MOST / 2 : n - TABS_MOST;
	n = n - from < TABS_MOST ? n - from : TABS_MOST;
	for (size_t i = 0; i < n; i++) {
		const struct slice_field *f = &st->fields.at[from + i];
		struct str name = str_cut(f->name, 0, sizeof names[i] - 1);
		memcpy(names[i], name.ptr, name.len);
		names[i][name.len] = '\0';
		tabs[i] = (struct tab){.name = names[i], .count = f->free_text ? -1 : (int64_t)f->slices};
	}
	tabs_draw(body, 0, tabs, n, st->field - from);
}

static void draw_field(const struct slices_state *st, struct canvas pane, int row, size_t at)
{
	const struct slice_field *f = &st->fields.at[at];
	bool here = at == st->field;
	enum role role = here         ? ROLE_TAB_ACTIVE
	                 : f->useless ? ROLE_DIM
	                              : ROLE_TEXT; /* as a tab: the cursor is on a value */
	struct buf count = BUF_INIT;
	if (!f->free_text)
		units_thousands(&count, (int64_t)f->slices);
	int room = pane.cols - 3 - 6;
	int used = canvas_put(pane, row, 3, room, role, f->name);
	if (here) {
		canvas_putc(pane, row, 2, 1, role, "[");
		canvas_putc(pane, row, 3 + used, 1, role, "]");
	}
	if (used + 2 < room)
		canvas_put(pane, row, 3 + used + 2, room - used - 2, ROLE_DIM, f->examples);
	canvas_put_right(pane, row, pane.cols - 6, 5, role, buf_str(&count));
	buf_done(&count);
}

/* The present one in sight; a line between those that cut and those that do not. */
static void draw_fields(const struct slices_state *st, struct canvas pane)
{
	int room = pane.rows - 1;
	size_t top = st->field >= (size_t)room ? st->field - (size_t)room + 1 : 0;
	canvas_putc(pane, 0, 3, -1, ROLE_HEADING, "field");
	canvas_put_right(pane, 0, pane.cols - 8, 7, ROLE_HEADING, STR_LIT("slices"));
	for (int row = 1; row <= room && top + (size_t)row - 1 < st->fields.n; row++)
		draw_field(st, pane, row, top + (size_t)row - 1);
}

/* ---------------------------------------------------------------- all of it */

static const char *nothing_words(const struct slices_state *st)
{
	const struct slice_field *f = slices_field(st);
	if (st->failed)
		return "the cases could not be read";
	if (!st->loaded)
		return "pairing the cases";
	if (!st->fields.n)
		return "no case has metadata to slice by";
	if (st->data_failed)
		return "the figures could not be computed";
	if (!st->has || st->data_field != st->field)
		return "cutting";
	if (f && f->free_text)
		return "too many texts, or too long ones, to slice by";
	if (!st->fields.useful)
		return "no field cuts these cases: one value for all, or each case its own";
	return "no case that both runs have states it alike";
}

static void draw_table(const struct screen *screen, struct canvas pane, const struct split *v)
{
	const struct slices_state *st = state_of(screen);
	struct drawing d = {st, places_of(st, pane.cols), common_scale(st)};
	struct canvas table = canvas_part(pane, v->top, 0, v->list_rows + 2, pane.cols);
	draw_head(st, table, &d.at);
	if (!st->has || st->data_field != st->field || !st->data.n) {
		canvas_putc(table, 2, 1, -1, ROLE_DIM, nothing_words(st));
		return;
	}
	struct canvas all = canvas_part(table, 1, 0, 1, table.cols);
	canvas_putc(all, 0, 1, d.at.value_cols - 1, ROLE_HEADING, "all cases");
	draw_figures(&d, all, &st->data.whole, ROLE_TEXT);
	list_draw(&st->list, canvas_part(table, 2, 0, v->list_rows, table.cols), draw_slice, &d);
}

void slices_draw(const struct screen *screen, struct canvas body)
{
	const struct slices_state *st = state_of(screen);
	struct split v = split_for(st, body.rows, body.cols);
	if (!st->loaded && st->paired) {
		const struct compare *c = slicing_compare(st->paired->slicing);
		struct buf text = BUF_INIT;
		buf_add_cstr(&text, "reading what ");
		units_thousands(&text, c->a.cases + c->b.cases);
		buf_add_cstr(&text, " results are about, record by record");
		canvas_put(body, 1, 1, body.cols - 2, ROLE_DIM, buf_str(&text));
		buf_done(&text);
		return;
	}
	if (!st->loaded || !st->fields.n || st->data.refused.len) {
		struct str refused = st->data.refused;
		canvas_put(body, 1, 1, body.cols - 2, ROLE_DIM, refused.len ? refused : str_of(nothing_words(st)));
		return;
	}
	if (v.fields_cols)
		draw_fields(st, canvas_part(body, 0, 0, body.rows, v.fields_cols));
	else
		draw_tabs(st, body);
	for (int row = 0; row < body.rows && v.fields_cols; row++)
		canvas_putc(body, row, v.fields_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	struct canvas pane = canvas_part(body, 0, v.col, body.rows, v.cols);
	draw_table(screen, pane, &v);
	if (v.metrics && st->has && st->data_field == st->field && st->data.n)
		draw_metrics(st, canvas_part(pane, v.metrics, 0, body.rows - v.metrics, pane.cols));
}

void slices_headline(const struct screen *screen, struct canvas row)
{
	const struct slices_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Slices  ");
	const struct slices_held *held = st->paired ? st->paired : st->held;
	const struct compare *c = held ? slicing_compare(held->slicing) : NULL;
	bool told = st->has && st->data.a.id; /* without any field no figures were made */
	if (told || (c && c->a.id == st->a && c->b.id == st->b))
		compare_put_sides(row, col, screen->ui, told ? &st->data.a : &c->a, told ? &st->data.b : &c->b);
}

void slices_status(const struct screen *screen, struct buf *out)
{
	static const char *const orders[N_SLICES_ORDERS] = {"largest loss first", "most cases first",
	                                                    "smallest p first", "by value"};
	const struct slices_state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!st->has || st->data_field != st->field || !st->data.n)
		return;
	const struct slices *s = &st->data;
	list_position(out, &st->list);
	buf_printf(out, "%s%s%s", dot, orders[st->order], st->inverted ? ", turned" : "");
	if (!st->figures)
		buf_printf(out, "%scomputing the intervals", dot);
	if (s->bins)
		buf_printf(out, "%sat the quartiles", dot);
	if (s->several)
		buf_printf(out, "%sa case may be in several", dot);
	if (s->not_stated)
		buf_printf(out, "%s%lld do not state it", dot, (long long)s->not_stated);
	if (s->differ)
		buf_printf(out, "%s%lld stated differently: in none", dot, (long long)s->differ);
	if (s->more_values)
		buf_printf(out, "%s%lld more values", dot, (long long)s->more_values);
	if (s->unread)
		buf_printf(out, "%s%lld results not readable", dot, (long long)s->unread);
	if (s->n > 1 && st->figures)
		buf_printf(out, "%sHolm inside each: by chance %.1f of %zu", dot, 0.05 * (double)s->n, s->n);
}
