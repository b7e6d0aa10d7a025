#include "tui/screen/pane_traces.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/span_row.h"
#include "tui/columns_lists.h"
#include "tui/keyed.h"
#include "tui/screen/pane_marks.h"
#include "tui/screen/pane_text.h"
#include "tui/screen/pane_tree.h"
#include "tui/widget/bars.h"
#include "tui/widget/pane_size.h"

enum { BESIDE_COLS = 120 };

const struct trace_row *traces_pane_row(const struct traces_pane *s, int64_t row)
{
	int64_t i = row - s->offset;
	return i >= 0 && i < (int64_t)s->page.n ? &s->page.rows[i] : NULL;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

int64_t traces_pane_scale(const struct trace_page *page)
{
	static const int steps[] = {10, 12, 15, 20, 30, 40, 50, 60, 80, 100};
	int64_t *all = xcalloc(page->n + 1, sizeof *all), most = 0;
	size_t n = 0;
	for (size_t i = 0; i < page->n; i++)
		if (page->rows[i].duration_ns > 0)
			all[n++] = page->rows[i].duration_ns;
	qsort(all, n, sizeof *all, by_size);
	if (n)
		most = all[n - 1 - n / 12];
	free(all);
	for (int64_t unit = 1; unit < INT64_MAX / 1000; unit *= 10)
		for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
			if (most <= unit * steps[i])
				return n ? unit * steps[i] : 0;
	return most;
}

struct str traces_pane_file(struct str path)
{
	size_t slash = path.len;
	while (slash > 0 && path.ptr[slash - 1] != '/')
		slash--;
	return str_from(path, slash);
}

/* A column on the screen: one of trace_columns, or a picture of our own (column NULL). Free text, the name and what went in,
 * stands last in the row. */
enum picture { NO_PICTURE, PICTURE_BAR, PICTURE_SCORES, PICTURE_NAME };
struct place {
	const struct column *column;
	enum picture picture;
	int col, cols;
};
enum { MAX_PLACES = 32, MARGIN = 4, NAME_LEAST = 16, NAME_GOOD = 24 };

/* What gives way first, so that the name has room to be told from the next one. */
static const char *const give_way[] = {"tool_calls", "llm_calls", "tokens_out", "tokens_in"};
enum { GIVE_WAY = sizeof give_way / sizeof *give_way };

static int bar_cols(int cols)
{
	return cols < 60 ? 0 : cols < 100 ? 8 : cols < 140 ? 14 : 20;
}

static int score_cols(int cols)
{
	return cols < 96 ? 0 : cols < 140 ? 14 : 24;
}

/* Shown otherwise: a mark, or in the details beside. Free text needs the room: the first `gone` of give_way leave it theirs. What the list is
 * ordered by always shows. */
static bool is_left_out(const struct column *c, int cols, size_t gone, const char *sorted)
{
	if (strcmp(c->name, sorted) == 0)
		return false;
	if (c->width <= 0 || cols < c->min_cols)
		return true;
	for (size_t i = 0; i < gone; i++)
		if (strcmp(c->name, give_way[i]) == 0)
			return true;
	static const char *const never[] = {"status", "session", "user", "service", "errors"};
	for (size_t i = 0; i < sizeof never / sizeof *never; i++)
		if (strcmp(c->name, never[i]) == 0)
			return true;
	return cols < 140 && strcmp(c->name, "tokens_out") == 0;
}

static bool has_picture(const struct column *c)
{
	return strcmp(c->name, "name") == 0 || strcmp(c->name, "scores") == 0;
}

static bool is_left(const struct place *p)
{
	return p->picture != PICTURE_BAR && !(p->column && p->column->right && p->picture == NO_PICTURE);
}

/* Blanks before a place: a figure and what begins at its right are kept apart. */
static int gap_before(const struct place *places, size_t i)
{
	return i && is_left(&places[i]) && !is_left(&places[i - 1]) ? 2 : 1;
}

static void add_chosen(struct place *places, size_t *n, const struct column *c, int cols)
{
	struct place p = {.column = c, .cols = column_cols(c)};
	if (*n + 2 >= MAX_PLACES)
		return;
	if (strcmp(c->name, "scores") == 0) {
		p.picture = PICTURE_SCORES;
		p.cols = score_cols(cols) ? score_cols(cols) : 10;
	} else if (strcmp(c->name, "name") == 0) {
		p.picture = PICTURE_NAME;
		p.cols = 0; /* what is left */
	}
	places[(*n)++] = p;
	if (strcmp(c->name, "duration_ns") == 0 && bar_cols(cols))
		places[(*n)++] = (struct place){.picture = PICTURE_BAR, .cols = bar_cols(cols)};
}

static int cols_of(const struct place *places, size_t n)
{
	int cols = MARGIN - 1;
	for (size_t i = 0; i < n; i++)
		cols += gap_before(places, i) + places[i].cols;
	return cols;
}

static bool shows(const struct column *const *columns, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i]->name, name) == 0)
			return true;
	return false;
}

/* Those people chose, in their order; the name and what the list is ordered by always show, and from the right goes what leaves the name no
 * room. */
static size_t places_chosen(const struct column *const *chosen, size_t n_chosen, int cols, enum trace_sort sort,
                            struct place places[MAX_PLACES])
{
	const char *sorted = trace_sort_name(sort);
	size_t n = 0;
	for (size_t i = 0; i < n_chosen && n < MAX_PLACES - 5; i++)
		add_chosen(places, &n, chosen[i], cols);
	if (!shows(chosen, n_chosen, sorted) && strcmp(sorted, "name") != 0 &&
	    column_named(trace_columns, str_of(sorted)))
		add_chosen(places, &n, column_named(trace_columns, str_of(sorted)), cols);
	if (!shows(chosen, n_chosen, "name"))
		add_chosen(places, &n, column_named(trace_columns, STR_LIT("name")), cols);
	cols -= places[n - 1].picture != PICTURE_NAME; /* not against what stands beside the list */
	for (size_t i = n; i-- > 0 && cols - cols_of(places, n) < NAME_LEAST;) {
		bool keeps = places[i].picture == PICTURE_NAME ||
		             (places[i].column && strcmp(places[i].column->name, sorted) == 0);
		if (!keeps)
			memmove(&places[i], &places[i + 1], (--n - i) * sizeof *places);
	}
	int rest = cols - cols_of(places, n), col = MARGIN - 1;
	for (size_t i = 0; i < n; i++) {
		if (places[i].picture == PICTURE_NAME)
			places[i].cols = rest > 0 ? rest : 0;
		col += gap_before(places, i);
		places[i].col = col;
		col += places[i].cols;
	}
	return n;
}

/* Without the first `gone` of give_way; the name is the last. */
static size_t places_usual(int cols, size_t gone, enum trace_sort sort, struct place places[MAX_PLACES])
{
	size_t n = 0;
	int col = MARGIN;
	for (const struct column *c = trace_columns; c->name && n < MAX_PLACES - 4; c++) {
		if (has_picture(c) || is_left_out(c, cols, gone, trace_sort_name(sort)))
			continue;
		places[n++] = (struct place){.column = c, .col = col, .cols = column_cols(c)};
		col += column_cols(c) + 1;
		if (strcmp(c->name, "duration_ns") == 0 && bar_cols(cols)) {
			places[n++] = (struct place){.picture = PICTURE_BAR, .col = col, .cols = bar_cols(cols)};
			col += bar_cols(cols) + 1;
		}
	}
	int scores = sort == TRACE_BY_SCORES && !score_cols(cols) ? 10 : score_cols(cols);
	if (scores) {
		places[n++] = (struct place){.column = column_named(trace_columns, STR_LIT("scores")),
		                             .picture = PICTURE_SCORES,
		                             .col = col + 1,
		                             .cols = scores};
		col += scores + 2;
	}
	places[n++] = (struct place){.column = column_named(trace_columns, STR_LIT("name")),
	                             .picture = PICTURE_NAME,
	                             .col = col + 1,
	                             .cols = cols - col - 1};
	return n;
}

static size_t places_for(int cols, enum trace_sort sort, struct place places[MAX_PLACES])
{
	size_t n_chosen;
	const struct column *const *chosen = list_columns(list_kind_of(trace_columns), &n_chosen);
	if (chosen)
		return places_chosen(chosen, n_chosen, cols, sort, places);
	size_t gone = 0, n = places_usual(cols, gone, sort, places);
	while (places[n - 1].cols < NAME_GOOD && gone < GIVE_WAY)
		n = places_usual(cols, ++gone, sort, places);
	return n;
}

/* What a full bar stands for. */
static void draw_scale(const struct traces_pane *s, struct canvas c, int y, const struct place *p)
{
	struct buf text = BUF_INIT;
	if (s->scale_ns <= 0)
		return;
	if (s->scale_ns % 1000000000 == 0 && s->scale_ns < 60000000000)
		buf_printf(&text, "%llds", (long long)(s->scale_ns / 1000000000));
	else
		units_duration(&text, s->scale_ns, c.grid->ascii);
	int cols = p->cols - text_cols(buf_str(&text)) - 1;
	if (cols > 1)
		canvas_fill(c, y, p->col, cols, ROLE_BORDER, "─");
	canvas_put_right(c, y, p->col, p->cols, ROLE_HEADING, buf_str(&text));
	buf_done(&text);
}

static void draw_titles(const struct traces_pane *s, struct canvas c, int y, const struct place *places, size_t n)
{
	const char *sorted = trace_sort_name(s->sort);
	const struct column *by = column_named(trace_columns, str_of(sorted));
	int64_t now = by ? by - trace_columns : -1;
	enum trace_sort sort;
	for (size_t i = 0; i < n; i++) {
		const struct place *p = &places[i];
		if (p->column && trace_sort_named(str_of(p->column->name), &sort))
			canvas_zone(canvas_part(c, y, p->col - 1, 1, p->cols + 1),
			            (struct zone){.kind = ZONE_COLUMN, .at = p->column - trace_columns, .now = now});
		const char *title = p->column ? p->column->title : "";
		if (p->picture == PICTURE_BAR) {
			draw_scale(s, c, y, p);
			continue;
		}
		bool is_sorted = p->column && strcmp(p->column->name, sorted) == 0;
		enum role role = is_sorted ? ROLE_TAB_ACTIVE : ROLE_HEADING;
		char text[40];
		const char *arrow = c.grid->ascii ? (s->ascending ? "^" : "v") : s->ascending ? "▴" : "▾";
		snprintf(text, sizeof text, "%s%s", is_sorted ? arrow : "", title);
		if (p->column && p->column->right)
			canvas_put_right(c, y, p->col - 1, p->cols + 1, role, str_of(text));
		else
			canvas_putc(c, y, is_sorted ? p->col - 1 : p->col, p->cols, role, text);
	}
}

static void put_badge(struct canvas c, int y, int *col, int end, enum role role, const char *mark, struct str text)
{
	int need = text_cols(str_of(mark)) + text_cols(text);
	if (*col + need > end)
		return;
	*col += canvas_putc(c, y, *col, -1, role, mark);
	*col += canvas_put(c, y, *col, -1, role, text) + 1;
}

static int outcome_of(const struct trace_score *score)
{
	return score_outcome(score->pass, score->label);
}

/* What failed by name, then the plain figures, then how many passed. */
static void draw_scores(const struct trace_row *row, struct canvas c, int y, int col, int cols)
{
	int end = col + cols, passed = 0;
	bool ascii = c.grid->ascii;
	for (size_t i = 0; i < row->n_scores; i++)
		if (outcome_of(&row->scores[i]) == 0)
			put_badge(c, y, &col, end, ROLE_ERROR, glyph_error(ascii), str_cut(row->scores[i].name, 0, 12));
	for (size_t i = 0; i < row->n_scores; i++)
		passed += outcome_of(&row->scores[i]) == 1;
	if (passed) {
		char text[16];
		snprintf(text, sizeof text, "%d", passed);
		put_badge(c, y, &col, end, ROLE_OK, ascii ? "+" : "✓", str_of(text));
	}
	for (size_t i = 0; i < row->n_scores; i++) {
		struct buf text = BUF_INIT;
		if (outcome_of(&row->scores[i]) >= 0 || IS_UNKNOWN(row->scores[i].value))
			continue;
		buf_add_str(&text, str_cut(row->scores[i].name, 0, 6));
		buf_add_char(&text, ' ');
		units_score(&text, row->scores[i].value);
		put_badge(c, y, &col, end, ROLE_DIM, "", buf_str(&text));
		buf_done(&text);
	}
}

/* Where the scores have no column of their own: how many of them failed, besides what checks found. */
static int draw_failed_scores(const struct trace_row *row, struct canvas c, int y, int col, int end)
{
	int failed = 0;
	for (size_t i = 0; i < row->n_scores; i++)
		failed += outcome_of(&row->scores[i]) == 0 && !trace_is_finding(row, row->scores[i].name);
	return failed && end - col > 6 ? canvas_printf(c, y, col + 1, end - col - 1, ROLE_ERROR, "%s%d",
	                                               glyph_error(c.grid->ascii), failed) +
	                                     1
	                               : 0;
}

/* What checks found, but for what the repeats say already. */
static int draw_findings(const struct trace_row *row, struct canvas c, int y, int col, int end)
{
	struct str rest = row->findings, name;
	int from = col;
	while (rest.len && str_split(&rest, ',', &name) && end - col > 4)
		if (row->repeats <= 1 || !str_is(name, "repeated-call"))
			col +=
			    canvas_printf(c, y, col + 1, end - col - 1, ROLE_WARNING, "!" STR_FMT, STR_ARG(name)) + 1;
	return col - from;
}

/* Name, repeats, and as much of what went in as there is room for. */
static void draw_name(const struct traces_pane *s, const struct trace_row *row, struct canvas c, int y, int col,
                      int cols, bool cursor, bool running, bool scores)
{
	int end = col + cols, marks = row->repeats > 1 ? 10 : 0;
	struct str name = row->name.len ? row->name : row->text.len ? row->text : STR_LIT("(no name)");
	int room = cols - (cols > 20 ? marks : 0);
	int used = canvas_put(c, y, col, room, row->errors ? ROLE_ERROR : ROLE_TEXT, name);
	find_light(c, y, col, used, name, buf_str(&s->find));
	if (cursor)
		canvas_reverse(c, y, col, used);
	col += used;
	if (row->repeats > 1)
		col += canvas_printf(c, y, col + 1, end - col - 1, ROLE_WARNING, "%s%lld !same",
		                     c.grid->ascii ? "x" : "×", (long long)row->repeats) +
		       1;
	col += draw_findings(row, c, y, col, end);
	if (!scores)
		col += draw_failed_scores(row, c, y, col, end);
	if ((running || row->status == STATUS_RUNNING) && end - col > 8)
		col += canvas_putc(c, y, col + 1, end - col - 1, ROLE_RUNNING, running ? "running" : "not ended") + 1;
	struct str input = str_starts(row->input, "user: ") ? str_from(row->input, 6) : row->input;
	if (end - col < 10 || input.len == 0)
		return;
	used = canvas_put(c, y, col + 2, end - col - 2, ROLE_DIM, input);
	find_light(c, y, col + 2, used, input, buf_str(&s->find));
}

static void draw_marks(const struct traces_pane *s, const struct trace_row *row, bool running, struct canvas c, int y)
{
	if (s->looked && row->id > s->looked)
		canvas_putc(c, y, 3, 1, ROLE_MARK, c.grid->ascii ? "*" : "•");
	if (row->errors > 0 || row->status == STATUS_ERROR)
		canvas_putc(c, y, 1, 1, ROLE_ERROR, glyph_error(c.grid->ascii));
	else if (running || row->status == STATUS_RUNNING)
		canvas_putc(c, y, 1, 1, ROLE_RUNNING, c.grid->ascii ? "." : "…");
	marks_draw(&row->marks, c, y, 2);
}

static void draw_bar(const struct traces_pane *s, const struct trace_row *row, struct canvas c, int y,
                     const struct place *p)
{
	enum role role = row->status == STATUS_ERROR || row->errors > 0 ? ROLE_BAR_ERROR : ROLE_BAR;
	if (row->duration_ns == UNKNOWN_INT || s->scale_ns <= 0)
		return;
	canvas_bar(c, y, p->col, p->cols, 0, (double)row->duration_ns / (double)s->scale_ns, role);
	if (row->duration_ns > s->scale_ns)
		canvas_putc(c, y, p->col + p->cols - 1, 1, ROLE_WARNING, c.grid->ascii ? ">" : "▸");
}

static void draw_row(const struct traces_pane *s, const struct trace_row *row, struct canvas c, int y, bool cursor,
                     int64_t now_ns, const struct place *places, size_t n)
{
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	if (cursor)
		canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
	bool running = trace_is_running(row, now_ns), scores = false;
	for (size_t i = 0; i < n; i++)
		scores |= places[i].picture == PICTURE_SCORES;
	draw_marks(s, row, running, c, y);
	for (size_t i = 0; i < n; i++) {
		const struct place *p = &places[i];
		if (p->picture == PICTURE_NAME)
			draw_name(s, row, c, y, p->col, p->cols, cursor, running, scores);
		else if (p->picture == PICTURE_SCORES)
			draw_scores(row, c, y, p->col, p->cols);
		else if (p->picture == PICTURE_BAR)
			draw_bar(s, row, c, y, p);
		if (p->picture != NO_PICTURE)
			continue;
		struct value v = p->column->get(row, &arena);
		buf_clear(&text);
		if (running && strcmp(p->column->name, "duration_ns") == 0) /* so far */
			buf_add_cstr(&text, c.grid->ascii ? ">" : "≥");
		value_print(&text, &v, now_ns, c.grid->ascii);
		enum role role = v.type == VALUE_NONE
		                     ? ROLE_TEXT
		                     : v.role; /* each change of colour costs bytes of every line scrolled in */
		if (p->column->right)
			canvas_put_right(c, y, p->col, p->cols, role, buf_str(&text));
		else
			canvas_put(c, y, p->col, p->cols, role, buf_str(&text));
	}
	buf_done(&text);
	arena_done(&arena);
}

/* The most columns, of those given, into which the buckets divide evenly. */
static int even_cols(int most)
{
	for (int cols = most < 120 ? most : 120; cols > 0; cols--)
		if (TRACES_BUCKETS % cols == 0)
			return cols;
	return 0;
}

/* "16 Nov 08:11 ▁▂▅█▃ 20 Nov 17:02" between two columns. */
static void draw_over_time(const struct traces_pane *s, struct canvas c, int y, int from, int to, int64_t now_ns)
{
	struct buf first = BUF_INIT, last = BUF_INIT;
	double counts[TRACES_BUCKETS] = {0};
	units_time(&first, s->from_ns, now_ns);
	units_time(&last, s->to_ns, now_ns);
	int cols = even_cols(to - from - text_cols(buf_str(&first)) - text_cols(buf_str(&last)) - 2);
	if (cols >= 8) {
		int share = TRACES_BUCKETS / cols;
		for (int i = 0; i < TRACES_BUCKETS; i++)
			counts[i / share] += (double)s->counts[i];
		int at = from + canvas_put(c, y, from, -1, ROLE_DIM, buf_str(&first)) + 1;
		bars_sparkline(c, y, at, cols, counts, (size_t)cols, 0, ROLE_BAR_CRITICAL);
		for (int i = 0; i < TRACES_BUCKETS; i++)
			if (s->errors[i])
				canvas_tint(c, y, at + i / share, 1, ROLE_ERROR);
		canvas_put(c, y, at + cols + 1, -1, ROLE_DIM, buf_str(&last));
	}
	buf_done(&first);
	buf_done(&last);
}

static void draw_spark(const struct traces_pane *s, struct canvas c, int y, int64_t now_ns)
{
	struct buf total = BUF_INIT, failed = BUF_INIT, fresh = BUF_INIT;
	units_thousands(&total, s->page.total);
	if (s->page.total != s->page.all) {
		buf_add_cstr(&total, " of ");
		units_thousands(&total, s->page.all);
	}
	buf_add_cstr(&total, s->page.all == 1 ? " trace" : " traces");
	if (s->all_errors) {
		units_thousands(&failed, s->all_errors);
		buf_add_cstr(&failed, " with errors");
	}
	if (s->page.fresh) { /* of all, as the marks in the rows say it of each */
		units_thousands(&fresh, s->page.fresh);
		buf_printf(&fresh, "%s new", s->page.fresh == TRACES_FRESH ? "+" : "");
	}
	int total_cols = text_cols(buf_str(&total)), failed_cols = text_cols(buf_str(&failed));
	int fresh_cols = text_cols(buf_str(&fresh));
	int col = c.cols - 1 - total_cols - failed_cols - (failed_cols ? 2 : 0) - fresh_cols - (fresh_cols ? 2 : 0);
	canvas_put(c, y, col, -1, ROLE_HEADING, buf_str(&total));
	canvas_put(c, y, col + total_cols + 2, -1, ROLE_MARK, buf_str(&fresh));
	canvas_put(c, y, c.cols - 1 - failed_cols, -1, ROLE_ERROR, buf_str(&failed));
	if (s->from_ns != TIME_UNKNOWN && s->to_ns > s->from_ns)
		draw_over_time(s, c, y, MARGIN, col - 3, now_ns);
	buf_done(&total);
	buf_done(&failed);
	buf_done(&fresh);
}

static void draw_first_steps(struct canvas c)
{
	static const struct {
		enum role role;
		const char *text;
	} lines[] = {
	    {ROLE_TITLE,   "Nothing is in this store yet."                                            },
	    {ROLE_TEXT,    ""	                                                                 },
	    {ROLE_TEXT,    "spoor reads the traces and eval results of LLM applications from files."  },
	    {ROLE_TEXT,    ""	                                                                 },
	    {ROLE_HEADING, "    spoor FILE…              import what is new in them and look at it" },
	    {ROLE_HEADING, "    … | spoor import -       the same from a pipe"                      },
	    {ROLE_HEADING, "    :welcome                 how to begin, where files come from"         },
	    {ROLE_HEADING, "    :samples                 sample traces and runs, built in"            },
	    {ROLE_TEXT,    ""	                                                                 },
	    {ROLE_TEXT,    "spoor formats lists the formats it knows. {?} shows the keys, {q} leaves."},
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		canvas_putc(c, 1 + (int)i, MARGIN, -1, lines[i].role, keyed(lines[i].text));
}

static void draw_nothing(const struct traces_pane *s, struct canvas c)
{
	if (!s->loaded)
		return;
	if (s->page.all == 0 && s->page.runs > 0) {
		canvas_putc(c, 1, MARGIN, -1, ROLE_TITLE, "No traces are in this store.");
		canvas_printf(c, 3, MARGIN, -1, ROLE_TEXT, "It has %lld eval %s: %s shows %s.", (long long)s->page.runs,
		              s->page.runs == 1 ? "run" : "runs", key_now("Tab"), s->page.runs == 1 ? "it" : "them");
		return;
	}
	if (s->page.all == 0 && s->filter.len == 0) {
		draw_first_steps(c);
		return;
	}
	canvas_put(c, 1, MARGIN, -1, ROLE_TEXT, STR_LIT("No trace matches."));
	draw_spark(s, c, 0, 0);
	if (s->filter.len)
		canvas_printf(c, 2, MARGIN, -1, ROLE_DIM, "Filter: " STR_FMT "    (%s)", STR_ARG(buf_str(&s->filter)),
		              keyed("{Esc} drops it, {&} changes it"));
	canvas_putc(c, 3, MARGIN, -1, ROLE_DIM, keyed("Eval runs are on their own screen: {Tab}."));
}

/* ---------------------------------------------------------------- details beside the list */

static void fact(struct sheet *sheet, const char *label, struct str text, enum role role)
{
	if (text.len == 0)
		return;
	sheet_label(sheet, label);
	sheet_add(sheet, role, text);
}

static void detail_figures(struct sheet *sheet, const struct trace_row *row, bool ascii)
{
	const struct {
		const char *name;
		int64_t n;
	} tokens[] = {
	    {"in ",        row->tokens_in       },
	    {"out ",       row->tokens_out      },
	    {"cached ",    row->tokens_cached   },
	    {"reasoning ", row->tokens_reasoning}
        };
	sheet_label(sheet, "took");
	sheet_duration(sheet, ROLE_TEXT, row->duration_ns, ascii);
	sheet_printf(sheet, ROLE_DIM, "   %lld span%s, %lld LLM call%s, %lld tool call%s", (long long)row->spans,
	             row->spans == 1 ? "" : "s", (long long)row->llm_calls, row->llm_calls == 1 ? "" : "s",
	             (long long)row->tool_calls, row->tool_calls == 1 ? "" : "s");
	if (row->errors)
		sheet_printf(sheet, ROLE_ERROR, "   %lld failed", (long long)row->errors);
	if (row->repeats > 1) {
		sheet_label(sheet, "repeat");
		sheet_printf(sheet, ROLE_WARNING, "one tool was called %lld times with the same arguments",
		             (long long)row->repeats);
	}
	bool any = !IS_UNKNOWN(row->cost_usd);
	for (size_t i = 0; i < 4; i++)
		any |= tokens[i].n != UNKNOWN_INT;
	if (!any)
		return;
	sheet_label(sheet, "tokens");
	for (size_t i = 0; i < 4; i++)
		if (tokens[i].n != UNKNOWN_INT) {
			sheet_addc(sheet, ROLE_DIM, tokens[i].name);
			sheet_count(sheet, ROLE_TEXT, tokens[i].n);
			sheet_addc(sheet, ROLE_DIM, "   ");
		}
	if (!IS_UNKNOWN(row->cost_usd))
		sheet_cost(sheet, ROLE_TEXT, row->cost_usd, row->usage & TRACE_COST_ESTIMATED);
	sheet_usage_words(sheet, row);
}

static void detail_scores(struct sheet *sheet, const struct trace_row *row, bool ascii)
{
	for (size_t i = 0; i < row->n_scores; i++) {
		const struct trace_score *score = &row->scores[i];
		int outcome = outcome_of(score);
		sheet_label(sheet, i == 0 ? "scores" : "");
		sheet_addc(sheet, score_role(outcome), score_mark(outcome, ascii));
		sheet_addc(sheet, ROLE_DIM, " ");
		sheet_add(sheet, ROLE_TEXT, score->name);
		sheet_addc(sheet, ROLE_DIM, "  ");
		sheet_score(sheet, outcome, score->value, score->label);
	}
}

static void draw_details(const struct traces_pane *s, const struct trace_row *row, struct canvas c)
{
	struct sheet sheet = {0};
	bool ascii = c.grid->ascii;
	sheet_begin(&sheet, c.cols);
	sheet_row(&sheet);
	sheet_add(&sheet, ROLE_TITLE, row->name.len ? row->name : STR_LIT("(no name)"));
	if (row->errors || row->status == STATUS_ERROR)
		sheet_printf(&sheet, ROLE_ERROR, "  %s error", glyph_error(ascii));
	fact(&sheet, "id", row->text, ROLE_DIM);
	struct buf when = BUF_INIT;
	units_time_full(&when, row->start_ns);
	if (row->start_ns != TIME_UNKNOWN)
		fact(&sheet, "began", arena_str(&sheet.arena, buf_str(&when)), ROLE_TEXT);
	buf_done(&when);
	detail_figures(&sheet, row, ascii);
	fact(&sheet, "session", row->session, ROLE_TEXT);
	fact(&sheet, "user", row->user, ROLE_TEXT);
	fact(&sheet, "service", row->service, ROLE_TEXT);
	fact(&sheet, "file", traces_pane_file(row->file), ROLE_DIM);
	fact(&sheet, "format", row->format, ROLE_DIM);
	detail_scores(&sheet, row, ascii);
	const struct {
		const char *name;
		struct str text;
	} texts[] = {
	    {"Input",  row->input },
            {"Output", row->output}
        };
	for (size_t i = 0; i < 2; i++) {
		sheet_gap(&sheet);
		sheet_row(&sheet);
		sheet_addc(&sheet, ROLE_HEADING, texts[i].name);
		sheet_row(&sheet);
		sheet_wrap(&sheet, texts[i].text.len ? ROLE_TEXT : ROLE_DIM, 0,
		           texts[i].text.len ? texts[i].text : STR_LIT("none in the file"), 0);
	}
	sheet_draw(&sheet, c, 0, false, buf_str(&s->find));
	sheet_done(&sheet);
}

/* 0: the list has the whole width. */
static int details_cols(int cols)
{
	return cols >= BESIDE_COLS ? pane_size(cols * 36 / 100, cols, 24, 60) : 0;
}

bool traces_pane_beside(const struct traces_pane *s, int rows, int cols, struct beside *out)
{
	int pane = details_cols(cols);
	const struct trace_row *row = traces_pane_row(s, s->list.cursor);
	*out = (struct beside){.row = TRACES_HEAD_ROWS - 1,
	                       .col = cols - pane + 2,
	                       .rows = rows - TRACES_HEAD_ROWS + 1,
	                       .cols = pane - 3,
	                       .scroll_row = TRACES_HEAD_ROWS,
	                       .top = s->list.top,
	                       .id = row ? row->id : -1 - s->list.cursor};
	return pane > 0 && s->list.total > 0;
}

void traces_pane_draw(const struct traces_pane *s, struct canvas body, int64_t now_ns)
{
	if (s->list.total == 0) {
		draw_nothing(s, body);
		return;
	}
	int pane = details_cols(body.cols), list_cols = body.cols - pane;
	if (pane) {
		for (int y = TRACES_HEAD_ROWS - 1; y < body.rows; y++)
			canvas_putc(body, y, list_cols, 1, ROLE_DIM, body.grid->ascii ? "|" : "│");
		const struct trace_row *row = traces_pane_row(s, s->list.cursor);
		if (row)
			draw_details(s, row,
			             canvas_part(body, TRACES_HEAD_ROWS - 1, list_cols + 2,
			                         body.rows - TRACES_HEAD_ROWS + 1, pane - 3));
	}
	struct place places[MAX_PLACES];
	size_t n = places_for(list_cols, s->sort, places);
	draw_spark(s, body, 0, now_ns);
	struct canvas c = canvas_part(body, 0, 0, body.rows, list_cols);
	draw_titles(s, c, 1, places, n);
	list_zone(&s->list, canvas_part(c, TRACES_HEAD_ROWS, 0, c.rows - TRACES_HEAD_ROWS, c.cols), true);
	for (int y = TRACES_HEAD_ROWS; y < body.rows; y++) {
		int64_t at = s->list.top + y - TRACES_HEAD_ROWS;
		const struct trace_row *row = at < s->list.total ? traces_pane_row(s, at) : NULL;
		if (row)
			draw_row(s, row, c, y, at == s->list.cursor, now_ns, places, n);
	}
}
