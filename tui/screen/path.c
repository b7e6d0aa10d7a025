/* What a trace's time went into: whose its critical path is, what would shorten it and why, the path in order of time. Without a trace:
 * whose the path is over all traces that match a filter. */
#include <stdlib.h>

#include "store/base/vec.h"
#include "store/query/path.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_text.h"
#include "tui/screen/pane_tree.h"
#include "tui/widget/find.h"
#include "tui/widget/list.h"
#include "tui/widget/pane_size.h"

enum { BESIDE_COLS = 120, BELOW_ROWS = 6, ROWS_FOR_BOTH = 12, BARS_COLS = 60 };

enum row_is { ROW_SHARES, ROW_SHARE, ROW_HINTS, ROW_HINT, ROW_STEPS, ROW_STEP };
struct row {
	enum row_is is;
	size_t at; /* in its table */
};
enum by { BY_KIND, BY_NAME, BY_MODEL, N_BY };
static const char *const by_names[N_BY] = {"kind", "span", "model"};

struct request {
	const void *owner;
	uint64_t serial, generation;
	int64_t id;
	struct arena arena;
	struct filter *filter;
	bool interrupted;
	struct path_report report;
	struct path_over over;
};

struct path_state {
	int64_t id; /* 0: over many */
	struct buf filter, find;
	struct path_report report;
	struct path_over over;
	bool loaded, failed;
	uint64_t serial, generation;
	enum by by;
	VEC(struct row) rows;
	struct list list;
	struct sheet sheet; /* of the row under the cursor */
	int64_t sheet_row;
	bool sheet_old;
};

static struct path_state *state_of(const struct screen *s)
{
	return s->state;
}

static struct path_shares shares_of(const struct path_state *s)
{
	const struct path_shares all[N_BY] = {s->report.kinds, s->report.names, s->report.models};
	return all[s->by];
}

static const struct path_over_row *over_rows(const struct path_state *s, size_t *n)
{
	const struct path_over *o = &s->over;
	const struct path_over_row *const rows[N_BY] = {o->kinds, o->names, o->models};
	const size_t counts[N_BY] = {o->n_kinds, o->n_names, o->n_models};
	*n = counts[s->by];
	return rows[s->by];
}

static const struct path_share *share_at(const struct path_state *s, size_t i)
{
	size_t n;
	return s->id ? &shares_of(s).at[i] : &over_rows(s, &n)[i].all;
}

static const struct row *row_at(const struct path_state *s, int64_t i)
{
	return i >= 0 && (size_t)i < s->rows.n ? &s->rows.at[i] : NULL;
}

static void add_rows(struct path_state *s, enum row_is head, enum row_is is, size_t n)
{
	*vec_add(&s->rows) = (struct row){head, 0};
	for (size_t i = 0; i < n; i++)
		*vec_add(&s->rows) = (struct row){is, i};
}

static void make_rows(struct path_state *s)
{
	size_t n;
	vec_clear(&s->rows);
	if (s->id && s->report.all_steps) {
		add_rows(s, ROW_SHARES, ROW_SHARE, shares_of(s).n);
		add_rows(s, ROW_HINTS, ROW_HINT, s->report.n_hints);
		add_rows(s, ROW_STEPS, ROW_STEP, s->report.n_steps);
	} else if (!s->id && s->over.traces) {
		over_rows(s, &n);
		add_rows(s, ROW_SHARES, ROW_SHARE, n);
	}
	list_refit(&s->list, (int64_t)s->rows.n, s->list.cursor);
	s->sheet_row = -1;
}

/* ---------------------------------------------------------------- where things stand */

struct split {
	int list_rows, list_cols, pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: none */
};

static struct split split_for(int rows, int cols)
{
	struct split v = {.list_rows = rows, .list_cols = cols};
	if (cols >= BESIDE_COLS) {
		v.pane_cols = pane_size(cols * 38 / 100, cols, 30, 50);
		v.list_cols = cols - v.pane_cols - 2;
		v.pane_col = v.list_cols + 2;
		v.pane_rows = rows;
	} else if (rows >= ROWS_FOR_BOTH) {
		v.pane_rows = pane_size(BELOW_ROWS, rows, 4, 5) - 1;
		v.list_rows = rows - 1 - v.pane_rows;
		v.pane_row = v.list_rows + 1;
		v.pane_col = 1;
		v.pane_cols = cols - 2;
	}
	return v;
}

/* ---------------------------------------------------------------- the row under the cursor, told */

static void tell_share(struct path_state *s, struct sheet *sh, size_t i, bool ascii)
{
	const struct path_share *p = share_at(s, i);
	const char *what = p->no_span ? "no span" : p->no_model ? "no model" : NULL;
	sheet_add(sh, ROLE_TITLE, what ? str_of(what) : p->name.len ? p->name : STR_LIT("(no name)"));
	sheet_addc(sh, ROLE_TEXT, "  ");
	sheet_duration(sh, ROLE_TEXT, p->ns, ascii);
	sheet_addc(sh, ROLE_TEXT, p->no_span ? " of the critical path" : " on the critical path, of ");
	if (!p->no_span) {
		sheet_count(sh, ROLE_TEXT, p->spans);
		sheet_addc(sh, ROLE_TEXT, p->spans == 1 ? " span" : " spans");
	}
	sheet_row(sh);
	if (p->no_span)
		sheet_wrap(
		    sh, ROLE_TEXT, 0,
		    STR_LIT("Time in which no span is on the path: between roots, inside a span that is not in the "
		            "file, or after the last root while something it left behind still ran."),
		    0);
	else if (s->by == BY_NAME)
		sheet_wrap(sh, ROLE_TEXT, 0,
		           STR_LIT("Its own time on the path: what the spans below it and beside it leave."), 0);
	else
		sheet_wrap(sh, ROLE_TEXT, 0,
		           STR_LIT("Plain spans (a request, a query) count for the step that they are part of."), 0);
	if (!s->id) {
		size_t n;
		const struct path_over_row *r = &over_rows(s, &n)[i];
		sheet_row(sh);
		sheet_printf(sh, ROLE_TEXT, "On the path of %lld of %lld traces. The most of it: trace ",
		             (long long)r->traces, (long long)s->over.traces);
		sheet_add(sh, ROLE_LINK, r->trace_text);
	} else if (i == 0 && s->report.masked.len) {
		sheet_row(sh);
		sheet_wrap(sh, ROLE_WARNING, 0, s->report.masked, 0);
	} else if (p->pos >= 0) {
		sheet_row(sh);
		sheet_addc(sh, ROLE_DIM, keyed("{Enter}: the span with the most of it."));
	}
}

static void tell_hint(const struct path_state *s, struct sheet *sh, size_t i, bool ascii)
{
	const struct path_hint *h = &s->report.hints[i];
	sheet_wrap(sh, ROLE_TITLE, 0, h->title, 2);
	sheet_row(sh);
	sheet_addc(sh, ROLE_TEXT, "saves ");
	sheet_duration(sh, ROLE_TEXT, h->saves_ns, ascii);
	sheet_addc(sh, ROLE_TEXT, ": ");
	sheet_duration(sh, ROLE_TEXT, s->report.trace.duration_ns, ascii);
	sheet_addc(sh, ROLE_TEXT, ascii ? " -> " : " → ");
	sheet_duration(sh, ROLE_TEXT, h->after_ns, ascii);
	sheet_row(sh);
	sheet_wrap(sh, h->unsure ? ROLE_WARNING : ROLE_TEXT, 0, h->why, 0);
}

static void tell_step(const struct path_state *s, struct sheet *sh, size_t i, bool ascii)
{
	const struct path_step *p = &s->report.steps[i];
	sheet_add(sh, ROLE_TITLE, p->no_span ? STR_LIT("no span") : p->name.len ? p->name : STR_LIT("(no name)"));
	if (!p->no_span)
		sheet_printf(sh, kind_role(p->kind), "  %s", kind_name(p->kind));
	if (p->model.len) {
		sheet_addc(sh, ROLE_TEXT, "  ");
		sheet_add(sh, ROLE_DIM, p->model);
	}
	sheet_row(sh);
	sheet_addc(sh, ROLE_TEXT, "on the path from ");
	sheet_duration(sh, ROLE_TEXT, p->from_ns, ascii);
	sheet_addc(sh, ROLE_TEXT, " to ");
	sheet_duration(sh, ROLE_TEXT, p->to_ns, ascii);
	if (!p->no_span && p->duration_ns != UNKNOWN_INT) {
		sheet_addc(sh, ROLE_TEXT, ", of the ");
		sheet_duration(sh, ROLE_TEXT, p->duration_ns, ascii);
		sheet_addc(sh, ROLE_TEXT, " that it took");
	}
}

static void tell_head(const struct path_state *s, struct sheet *sh, enum row_is is)
{
	const struct path_report *r = &s->report;
	if (is == ROW_SHARES) {
		sheet_wrap(
		    sh, ROLE_TEXT, 0,
		    str_of(keyed("Whose time the end of the trace waited for: the shares add up to its duration. "
		                 "{Tab}: by kind, by span, by model.")),
		    0);
		if (!s->id)
			sheet_row(sh);
		if (!s->id)
			sheet_wrap(sh, ROLE_TEXT, 0,
			           STR_LIT("share: of all traces' time together; P50, P95: of its share in a trace."),
			           0);
		return;
	}
	if (is == ROW_STEPS) {
		sheet_wrap(
		    sh, ROLE_TEXT, 0,
		    STR_LIT(
		        "The critical path in order of time, from the end backwards: the step that ended last, then "
		        "the one that ended last before it began, inside each likewise."),
		    0);
		if (r->n_steps < r->all_steps) {
			sheet_row(sh);
			sheet_printf(sh, ROLE_WARNING, "the first %zu of %zu stretches", r->n_steps, r->all_steps);
		}
		return;
	}
	if (r->masked.len) {
		sheet_wrap(sh, ROLE_WARNING, 0, r->masked, 0);
		sheet_row(sh);
	}
	sheet_addc(sh, ROLE_TEXT, r->played ? "The schedule played again. Assumed:" : "Not played: too many spans.");
	for (size_t i = 0; r->played && path_assumptions[i]; i++) {
		sheet_row(sh);
		sheet_addc(sh, ROLE_DIM, "- ");
		sheet_wrap(sh, ROLE_TEXT, 2, str_of(path_assumptions[i]), 0);
	}
	if (r->payloads_cut || r->runs_asked < r->runs) {
		sheet_row(sh);
		sheet_wrap(sh, ROLE_WARNING, 0,
		           STR_LIT("Not all calls were compared for what they share: the dearest ones were."), 0);
	}
}

static void tell(struct screen *screen)
{
	struct path_state *s = state_of(screen);
	struct split v = split_for(screen->ui->rows, screen->ui->cols);
	const struct row *row = row_at(s, s->list.cursor);
	if (s->sheet_row == s->list.cursor && s->sheet.cols == v.pane_cols)
		return;
	s->sheet_row = s->list.cursor;
	sheet_begin(&s->sheet, v.pane_cols > 10 ? v.pane_cols : 10);
	if (!row)
		return;
	switch (row->is) {
	case ROW_SHARE: tell_share(s, &s->sheet, row->at, screen->ui->ascii); break;
	case ROW_HINT: tell_hint(s, &s->sheet, row->at, screen->ui->ascii); break;
	case ROW_STEP: tell_step(s, &s->sheet, row->at, screen->ui->ascii); break;
	case ROW_SHARES:
	case ROW_HINTS:
	case ROW_STEPS: tell_head(s, &s->sheet, row->is); break;
	}
}

/* ---------------------------------------------------------------- data */

static void *path_ask(struct screen *screen)
{
	static uint64_t serials;
	struct path_state *s = state_of(screen);
	list_set_page(&s->list, split_for(screen->ui->rows, screen->ui->cols).list_rows);
	tell(screen);
	bool fresh = (s->loaded || s->failed) && s->generation == screen->ui->generation;
	if (fresh || s->serial)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .id = s->id,
	                      .arena = ARENA_INIT,
	                      .interrupted = true};
	if (!s->id) { /* it was looked at when the screen opened */
		struct filter_mistake mistake;
		r->filter = filter_parse(&r->arena, arena_str(&r->arena, buf_str(&s->filter)), FILTER_TRACES,
		                         screen->ui->now_ns, &mistake);
	}
	s->serial = r->serial;
	return r;
}

static bool path_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct block_cache *blocks = r->id ? block_cache_new(db) : NULL;
	bool ok = r->id ? path_load(db, blocks, r->id, &r->report, err) : path_over(db, r->filter, &r->over, err);
	block_cache_free(blocks);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	return ok;
}

static void adopt(struct path_state *s, struct request *r)
{
	bool first = !s->loaded;
	path_report_done(&s->report);
	path_over_done(&s->over);
	s->report = r->report;
	s->over = r->over;
	r->report = (struct path_report){0};
	r->over = (struct path_over){0};
	s->loaded = true;
	make_rows(s);
	if (first && s->rows.n > 1)
		list_go(&s->list, 1);
}

static void path_take(struct screen *screen, void *request, bool ok)
{
	struct path_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		if (!r->interrupted)
			s->generation = r->generation;
		if (ok)
			adopt(s, r);
		tell(screen);
	}
	path_report_done(&r->report);
	path_over_done(&r->over);
	arena_done(&r->arena);
	free(r);
}

static bool path_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct path_state *s = state_of(screen);
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	s->id = target->id;
	screen->visit = target->text[0] != '\0';
	bool ok = s->id || filter_parse(&arena, str_of(target->text), FILTER_TRACES, screen->ui->now_ns, &mistake);
	arena_done(&arena);
	if (!ok)
		return err_set(err, ERR_USAGE, NULL, "filter, column %zu: expected %s", mistake.column + 1,
		               mistake.expected);
	buf_add_cstr(&s->filter, target->text);
	list_init(&s->list);
	s->sheet_row = -1;
	return true;
}

static void path_close(struct screen *screen)
{
	struct path_state *s = state_of(screen);
	path_report_done(&s->report);
	path_over_done(&s->over);
	vec_done(&s->rows);
	sheet_done(&s->sheet);
	buf_done(&s->filter);
	buf_done(&s->find);
}

static void path_place(const struct screen *screen, struct target *out)
{
	const struct path_state *s = state_of(screen);
	*out = (struct target){.screen = "path", .id = s->id};
	snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(buf_str(&s->filter), 0, 255)));
}

/* ---------------------------------------------------------------- drawing */

struct drawing {
	const struct path_state *s;
	const struct ui *ui;
};

static void put_duration(struct canvas line, int col, int cols, enum role role, int64_t ns)
{
	struct buf text = BUF_INIT;
	units_duration(&text, ns, line.grid->ascii);
	canvas_put_right(line, 0, col, cols, role, buf_str(&text));
	buf_done(&text);
}

static void put_percent(struct canvas line, int col, int cols, enum role role, double share)
{
	struct buf text = BUF_INIT;
	units_percent(&text, share);
	canvas_put_right(line, 0, col, cols, role, buf_str(&text));
	buf_done(&text);
}

static int name_cols(int cols)
{
	return cols < 60 ? cols / 2 : cols < 100 ? 34 : 40;
}

static void draw_share_head(const struct path_state *s, struct canvas line)
{
	int col = name_cols(line.cols) + 1;
	canvas_printf(line, 0, 1, col - 2, ROLE_HEADING, "by %s", by_names[s->by]);
	canvas_put_right(line, 0, col, 7, ROLE_HEADING, STR_LIT("time"));
	canvas_put_right(line, 0, col + 7, 7, ROLE_HEADING, STR_LIT("share"));
	if (!s->id && line.cols >= col + 38) {
		canvas_put_right(line, 0, col + 14, 7, ROLE_HEADING, STR_LIT("P50"));
		canvas_put_right(line, 0, col + 21, 7, ROLE_HEADING, STR_LIT("P95"));
		canvas_put_right(line, 0, col + 28, 8, ROLE_HEADING, STR_LIT("traces"));
	}
}

static int draw_share(const struct path_state *s, struct canvas line, size_t i, int *name_at)
{
	const struct path_share *p = share_at(s, i);
	int col = 1, end = name_cols(line.cols);
	*name_at = col;
	if (!p->no_span && !p->no_model && s->by == BY_NAME) {
		canvas_putc(line, 0, col, 5, kind_role(p->kind), kind_short(p->kind));
		col += 6;
		*name_at = col;
	}
	struct str name = p->no_span    ? STR_LIT("(no span)")
	                  : p->no_model ? STR_LIT("(no model)")
	                  : p->name.len ? p->name
	                                : STR_LIT("(no name)");
	enum role role = p->no_span || p->no_model ? ROLE_DIM : s->by == BY_KIND ? kind_role(p->kind) : ROLE_TEXT;
	int used = canvas_put(line, 0, col, end - col, role, name);
	find_light(line, 0, col, used, name, buf_str(&s->find));
	col = end + 1;
	put_duration(line, col, 7, ROLE_TEXT, p->ns);
	put_percent(line, col + 7, 7, ROLE_TEXT, p->share);
	col += 15;
	if (!s->id && line.cols >= end + 39) {
		size_t n;
		const struct path_over_row *r = &over_rows(s, &n)[i];
		put_percent(line, col - 1, 7, ROLE_TEXT, r->p50);
		put_percent(line, col + 6, 7, ROLE_TEXT, r->p95);
		struct buf text = BUF_INIT;
		units_thousands(&text, r->traces);
		canvas_put_right(line, 0, col + 13, 8, ROLE_DIM, buf_str(&text));
		buf_done(&text);
		col += 22;
	}
	if (line.cols - col > 3)
		canvas_bar(line, 0, col, line.cols - col - 1, 0, p->share, ROLE_BAR_CRITICAL);
	return used;
}

static int draw_hint(const struct path_state *s, struct canvas line, size_t i, int *name_at)
{
	const struct path_hint *h = &s->report.hints[i];
	put_duration(line, 1, 7, h->saves_ns ? ROLE_BETTER : ROLE_DIM, h->saves_ns);
	canvas_putc(line, 0, 10, 2, ROLE_DIM, line.grid->ascii ? "->" : "→");
	put_duration(line, 12, 7, ROLE_TEXT, h->after_ns);
	*name_at = 21;
	int used = canvas_put(line, 0, 21, line.cols - 22, h->unsure ? ROLE_WARNING : ROLE_TEXT, h->title);
	find_light(line, 0, 21, used, h->title, buf_str(&s->find));
	return used;
}

static int draw_step(const struct path_state *s, struct canvas line, size_t i, int *name_at)
{
	const struct path_step *p = &s->report.steps[i];
	double all = (double)s->report.trace.duration_ns;
	put_duration(line, 1, 7, ROLE_DIM, p->from_ns);
	put_duration(line, 8, 8, ROLE_TEXT, p->to_ns - p->from_ns);
	int col = 18, end = line.cols >= BARS_COLS ? col + (line.cols - col) * 5 / 9 : line.cols - 1;
	if (!p->no_span) {
		canvas_putc(line, 0, col, 5, kind_role(p->kind), kind_short(p->kind));
		col += 6;
	}
	*name_at = col;
	bool failed = p->status == STATUS_ERROR;
	struct str name = p->no_span ? STR_LIT("(no span)") : p->name.len ? p->name : STR_LIT("(no name)");
	int used = canvas_put(line, 0, col, end - col, p->no_span ? ROLE_DIM : failed ? ROLE_ERROR : ROLE_TEXT, name);
	find_light(line, 0, col, used, name, buf_str(&s->find));
	if (failed && end - col - used > 2)
		canvas_putc(line, 0, col + used + 1, 1, ROLE_ERROR, glyph_error(line.grid->ascii));
	if (line.cols >= BARS_COLS)
		canvas_bar(line, 0, end + 1, line.cols - end - 2, (double)p->from_ns / all, (double)p->to_ns / all,
		           p->no_span ? ROLE_BAR
		           : failed   ? ROLE_BAR_ERROR
		                      : ROLE_BAR_CRITICAL);
	return used;
}

static int draw_head(const struct path_state *s, struct canvas line, enum row_is is)
{
	const struct path_report *r = &s->report;
	if (is == ROW_SHARES) {
		draw_share_head(s, line);
		return 2;
	}
	if (is == ROW_STEPS) {
		canvas_putc(line, 0, 1, -1, ROLE_HEADING, "     at     for  the path");
		return 7;
	}
	return canvas_putc(line, 0, 1, -1, ROLE_HEADING,
	                   !r->played   ? "  saves   what if: not played, the trace has more than 200,000 spans"
	                   : r->n_hints ? "  saves  would take  what if"
	                                : "  saves   what if: no single change saves time worth telling");
}

_Static_assert(PATH_WHATIF_SPANS == 200000, "the heading says it");

static void draw_row(const void *context, struct canvas line, int64_t i, bool cursor)
{
	const struct drawing *d = context;
	const struct row *row = row_at(d->s, i);
	int at = 1, used = 0;
	if (!row)
		return;
	switch (row->is) {
	case ROW_SHARE: used = draw_share(d->s, line, row->at, &at); break;
	case ROW_HINT: used = draw_hint(d->s, line, row->at, &at); break;
	case ROW_STEP: used = draw_step(d->s, line, row->at, &at); break;
	case ROW_SHARES:
	case ROW_HINTS:
	case ROW_STEPS: used = draw_head(d->s, line, row->is); break;
	}
	if (cursor)
		canvas_reverse(line, 0, at, used);
}

static void path_draw(const struct screen *screen, struct canvas body)
{
	const struct path_state *s = state_of(screen);
	struct split v = split_for(body.rows, body.cols);
	struct drawing d = {s, screen->ui};
	if (!s->rows.n) {
		canvas_putc(body, 1, 2, -1, ROLE_DIM,
		            s->failed    ? "the path could not be read"
		            : !s->loaded ? "walking the critical path"
		            : s->id      ? "No path: the times of its spans are not known, or it took none."
		                         : "No trace with known times matches.");
		return;
	}
	list_draw(&s->list, canvas_part(body, 0, 0, v.list_rows, v.list_cols), draw_row, &d);
	if (!v.pane_rows)
		return;
	if (v.pane_row)
		canvas_rule(canvas_part(body, v.pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
	else
		for (int row = 0; row < body.rows; row++)
			canvas_putc(body, row, v.list_cols, 1, ROLE_BORDER, body.grid->ascii ? "|" : "│");
	sheet_draw(&s->sheet, canvas_part(body, v.pane_row, v.pane_col, v.pane_rows, v.pane_cols), 0,
	           s->sheet_row != s->list.cursor, STR_NONE);
}

static bool path_beside(const struct screen *screen, struct beside *out)
{
	const struct path_state *s = state_of(screen);
	struct split v = split_for(screen->ui->rows, screen->ui->cols);
	*out = (struct beside){.row = v.pane_row,
	                       .col = v.pane_col,
	                       .rows = v.pane_rows,
	                       .cols = v.pane_cols,
	                       .scroll_row = v.pane_row ? -1 : 0,
	                       .top = s->list.top,
	                       .id = s->list.cursor};
	return v.pane_rows > 0 && s->rows.n > 0;
}

/* "llm 75.8%, tool 17%, task 3.4%": as many as fit. */
static void add_kinds(struct buf *out, const struct path_state *s, int cols)
{
	size_t n = s->id ? s->report.kinds.n : s->over.n_kinds;
	for (size_t i = 0; i < n; i++) {
		const struct path_share *p = s->id ? &s->report.kinds.at[i] : &s->over.kinds[i].all;
		size_t before = out->len;
		buf_add_cstr(out, i ? ", " : "");
		buf_add_cstr(out, p->no_span ? "no span" : kind_name(p->kind));
		buf_add_char(out, ' ');
		units_percent(out, p->share);
		if (text_cols(buf_str(out)) <= cols)
			continue;
		out->len = before;
		out->ptr[before] = '\0';
		return;
	}
}

static void path_headline(const struct screen *screen, struct canvas row)
{
	const struct path_state *s = state_of(screen);
	struct buf left = BUF_INIT, right = BUF_INIT;
	bool ascii = row.grid->ascii;
	if (s->loaded && s->id) {
		units_thousands(&right, s->report.spans);
		buf_add_cstr(&right, " of ");
		units_thousands(&right, s->report.trace.spans);
		buf_add_cstr(&right, " spans ");
		units_duration(&right, s->report.trace.duration_ns, ascii);
	} else if (s->loaded) {
		units_thousands(&right, s->over.traces);
		if (s->over.matching > s->over.traces) {
			buf_add_cstr(&right, " of ");
			units_thousands(&right, s->over.matching);
		}
		buf_add_cstr(&right, " traces ");
		units_duration(&right, s->over.duration_ns, ascii);
	}
	int figures = text_cols(buf_str(&right)), col = 1;
	col += canvas_putc(row, 0, col, -1, ROLE_TITLE, "Critical path") + 2;
	struct str what =
	    s->id ? (s->report.trace.name.len ? s->report.trace.name : s->report.trace.text) : buf_str(&s->filter);
	int room = row.cols - figures - col - 2;
	col += canvas_put(row, 0, col, room, s->id ? ROLE_TITLE : ROLE_MARK, what) + 2;
	room = row.cols - figures - col - 3;
	if (room > 0)
		add_kinds(&left, s, room);
	canvas_put(row, 0, col, room > 0 ? room : 0, ROLE_DIM, buf_str(&left));
	canvas_put_right(row, 0, row.cols - figures - 1, figures, ROLE_TITLE, buf_str(&right));
	buf_done(&left);
	buf_done(&right);
}

static void path_status(const struct screen *screen, struct buf *out)
{
	const struct path_state *s = state_of(screen);
	if (!s->rows.n)
		return;
	list_position(out, &s->list);
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, screen->ui->ascii ? ", " : " · ", STR_ARG(buf_str(&s->find)));
}

static bool path_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct path_state *s = state_of(screen);
	const struct row *row = row_at(s, s->list.cursor);
	if (what == COPY_LINK || what == COPY_VIEW) {
		if (s->id)
			return s->loaded && copy_link(out, "path", s->report.trace.text, STR_NONE);
		return copy_link_in(out, "path", STR_NONE, LINK_WHERE, buf_str(&s->filter));
	}
	if (what == COPY_COMMAND) {
		if (s->id)
			copy_command(out, "path", s->report.trace.text, NULL, STR_NONE);
		else
			copy_command(out, "path", STR_NONE, "where", buf_str(&s->filter));
		return s->loaded;
	}
	if (what == COPY_ID && s->loaded && s->id) {
		buf_add_str(out, s->report.trace.text);
		return true;
	}
	if (what != COPY_VALUE || !row || row->is == ROW_SHARES || row->is == ROW_HINTS || row->is == ROW_STEPS)
		return false;
	if (row->is == ROW_HINT) {
		buf_add_str(out, s->report.hints[row->at].title);
		buf_add_cstr(out, ": saves ");
		units_duration(out, s->report.hints[row->at].saves_ns, false);
		buf_add_cstr(out, ". ");
		buf_add_str(out, s->report.hints[row->at].why);
	} else {
		buf_add_str(out, row->is == ROW_SHARE ? share_at(s, row->at)->name : s->report.steps[row->at].name);
	}
	return true;
}

/* ---------------------------------------------------------------- actions */

static enum outcome path_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_REFRESH;
}

MOVE_FUNCTIONS(path_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

/* The trace and the span that the row tells of; false: none. */
static bool span_of_row(const struct path_state *s, const struct row *row, int64_t *trace, int64_t *span)
{
	const struct path_share *share = row && row->is == ROW_SHARE ? share_at(s, row->at) : NULL;
	size_t n;
	*trace = share && !s->id ? over_rows(s, &n)[row->at].trace : s->id;
	if (share && (!s->id || share->pos >= 0))
		*span = share->key;
	else if (row && row->is == ROW_HINT)
		*span = s->report.hints[row->at].key;
	else if (row && row->is == ROW_STEP && !s->report.steps[row->at].no_span)
		*span = s->report.steps[row->at].key;
	else
		return false;
	return true;
}

static bool path_subject(const struct screen *screen, struct subject_at *out)
{
	const struct path_state *s = state_of(screen);
	*out = (struct subject_at){.kind = SUBJECT_SPAN};
	return span_of_row(s, row_at(s, s->list.cursor), &out->trace, &out->span);
}

ACTION(go)
{
	(void)in;
	struct path_state *s = state_of(screen);
	*target = (struct target){.screen = "trace"};
	if (span_of_row(s, row_at(s, s->list.cursor), &target->id, &target->span))
		return OUT_OPEN;
	ui_say(screen->ui, "no span stands here");
	return OUT_HANDLED;
}

static enum outcome turn(struct screen *screen, int by)
{
	struct path_state *s = state_of(screen);
	s->by = (enum by)(((int)s->by + by + N_BY) % N_BY);
	make_rows(s);
	list_go(&s->list, s->rows.n > 1 ? 1 : 0);
	ui_say(screen->ui, "by %s", by_names[s->by]);
	return OUT_REFRESH;
}

ACTION(turn_on)
{
	UNUSED;
	return turn(screen, 1);
}

ACTION(turn_back)
{
	UNUSED;
	return turn(screen, -1);
}

static bool is_head(const struct row *row)
{
	return row->is == ROW_SHARES || row->is == ROW_HINTS || row->is == ROW_STEPS;
}

static enum outcome section(struct screen *screen, int by)
{
	struct path_state *s = state_of(screen);
	for (int64_t i = s->list.cursor + by; i >= 0 && (size_t)i < s->rows.n; i += by)
		if (is_head(&s->rows.at[i])) {
			list_go(&s->list, i);
			if (by > 0) /* the section shows, not its heading alone */
				s->list.top = i < s->list.total - s->list.page ? i : s->list.top;
			return OUT_REFRESH;
		}
	return OUT_HANDLED;
}

ACTION(next_section)
{
	UNUSED;
	return section(screen, 1);
}

ACTION(prev_section)
{
	UNUSED;
	return section(screen, -1);
}

static struct str row_text(const struct path_state *s, const struct row *row)
{
	switch (row->is) {
	case ROW_SHARE: return share_at(s, row->at)->name;
	case ROW_HINT: return s->report.hints[row->at].title;
	case ROW_STEP: return s->report.steps[row->at].name;
	case ROW_SHARES:
	case ROW_HINTS:
	case ROW_STEPS: break;
	}
	return STR_NONE;
}

static struct buf *find_text_of(struct screen *screen)
{
	return &state_of(screen)->find;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct path_state *s = state_of(screen);
	struct str find = buf_str(&s->find);
	int64_t n = (int64_t)s->rows.n;
	if (!find.len || !n)
		return OUT_HANDLED;
	for (int64_t k = stay ? 0 : 1; k <= n; k++) {
		int64_t i = ((s->list.cursor + by * k) % n + n) % n;
		if (text_find(row_text(s, &s->rows.at[i]), find, 0, find_ignores_case(find)) == SIZE_MAX)
			continue;
		list_go(&s->list, i);
		return OUT_REFRESH;
	}
	ui_say(screen->ui, "not found");
	return OUT_HANDLED;
}

FIND_FUNCTIONS(find_text_of, search_again)

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"open",         "Enter", "to the span in its trace",            "span",    1, go             },
    {"next-by",      "Tab",   "shares by kind, by span, by model",   "by",      2, turn_on        },
    {"prev-by",      "S-Tab", "the same, the other way round",       NULL,      0, turn_back      },
    MOVE_ACTIONS,
    {"next-section", "}",     "next section: shares, what if, path", "section", 3, next_section   },
    {"prev-section", "{",     "the section before",                  NULL,      0, prev_section   },
    {"search",       "/",     "search names and what-ifs",           "search",  4, search         },
    {"next-match",   "n",     "next match",                          NULL,      0, search_next    },
    {"prev-match",   "N",     "previous match",                      NULL,      0, search_previous},
    ACTIONS_END,
};

/* ---------------------------------------------------------------- how it was left */

static void path_remember(const struct screen *screen, struct jout *out)
{
	const struct path_state *s = state_of(screen);
	remember_int(out, "by", (int64_t)s->by);
	if (s->list.cursor != 1)
		remember_row(out, &s->list, STR_NONE);
}

static bool path_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct path_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	s->by = (enum by)recall_int(kept, "by", 0, N_BY - 1);
	make_rows(s);
	recall_row(kept, &s->list, -1);
	s->sheet_row = -1;
	return true;
}

const struct screen_ops screen_path = {
    .name = "path",
    .title = "Critical path",
    .state_size = sizeof(struct path_state),
    .actions = actions,
    .open = path_open,
    .ask = path_ask,
    .fetch = path_fetch,
    .take = path_take,
    .draw = path_draw,
    .beside = path_beside,
    .headline = path_headline,
    .status = path_status,
    .place = path_place,
    .copy = path_copy,
    .subject = path_subject,
    .remember = path_remember,
    .recall = path_recall,
    .close = path_close,
};
