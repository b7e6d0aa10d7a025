/* The noise floor: how much a case wobbles on its own, metric by metric, and what of the comparison exceeds it; Enter opens those cases in
 * Compare. */
#include <stdlib.h>
#include <string.h>

#include "store/query/noise.h"
#include "store/query/subject.h"
#include "tui/keyed.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen.h"
#include "tui/screen/pane_cases.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/find.h"
#include "tui/widget/list.h"
#include "tui/widget/pane_size.h"

enum {
	MARGIN = 2,
	GAP = 2,
	WORD = 7,
	NAME_LEAST = 12,
	NAME_MOST = 44,
	CASES_LEAST = 3,
	ROWS_FOR_CASES = 14,
	ROWS_FOR_HEAD = 8,
	ROWS_FOR_ALL = 16
};

/* The lines above the metrics: changed cases that exceed the noise, and that do not. */
enum { LINE_BEYOND, LINE_WITHIN, N_LINES };

struct request {
	const void *owner;
	uint64_t serial, generation;
	int64_t a, b;
	bool failed; /* and asking again would not help */
	struct compare compare;
	struct noise noise;
};

struct noise_state {
	int64_t a, b;
	struct compare compare;
	struct noise noise;
	bool loaded, failed, in_cases;
	uint64_t generation, serial;
	struct list table, cases;
	size_t *behind; /* of compare.rows: those behind the line under the cursor */
	size_t n_behind;
	struct sheet head, told;
	int64_t told_line;
	int head_rows; /* of the screen the head was laid out for */
	struct buf find;
};

static struct noise_state *state_of(const struct screen *s)
{
	return s->state;
}

static const struct noise_metric *metric_at(const struct noise_state *s, int64_t line)
{
	return s->loaded && line >= N_LINES && (size_t)(line - N_LINES) < s->noise.n_metrics
	           ? &s->noise.metrics[line - N_LINES]
	           : NULL;
}

static struct str name_at(const struct noise_state *s, int64_t line)
{
	const struct noise_metric *m = metric_at(s, line);
	return m ? m->name : line == LINE_BEYOND ? STR_LIT("beyond noise") : STR_LIT("within noise");
}

static const bool *marks_at(const struct noise_state *s, int64_t line)
{
	const struct noise_metric *m = metric_at(s, line);
	return m ? m->is_beyond : line == LINE_BEYOND ? s->noise.is_beyond : s->noise.is_within;
}

static void gather(struct noise_state *s)
{
	const bool *marks = s->loaded ? marks_at(s, s->table.cursor) : NULL;
	s->n_behind = 0;
	s->behind = xrealloc(s->behind, s->compare.n_rows + 1, sizeof *s->behind);
	for (size_t i = 0; marks && i < s->compare.n_rows; i++)
		if (marks[i])
			s->behind[s->n_behind++] = i;
	list_refit(&s->cases, (int64_t)s->n_behind, 0);
	list_go(&s->cases, 0);
}

/* ---------------------------------------------------------------- where things stand */

struct places {
	int head_rows, titles_row, table_row, table_rows, told_row, told_rows, cases_row, cases_rows;
};

static struct places places_for(const struct noise_state *s, int rows)
{
	struct places at = {.head_rows = rows >= ROWS_FOR_HEAD ? s->head.rows : 0};
	at.titles_row = at.head_rows;
	at.table_row = at.titles_row + 1;
	at.table_rows = rows - at.table_row;
	if (rows < ROWS_FOR_CASES || !s->noise.n_metrics)
		return at;
	int lines = N_LINES + (int)(s->noise.n_metrics < 200 ? s->noise.n_metrics : 200);
	at.told_rows = s->told.rows;
	int most = at.table_rows - 1 - at.told_rows - CASES_LEAST;
	if (most < 3) {
		at.told_rows = 0;
		most = at.table_rows - 1 - CASES_LEAST;
	}
	most = at.table_rows - pane_size(at.table_rows - most, at.table_rows, CASES_LEAST, 3);
	at.table_rows = lines < most ? lines : most;
	at.told_row = at.table_row + at.table_rows + 1;
	at.cases_row = at.told_row + at.told_rows;
	at.cases_rows = rows - at.cases_row;
	return at;
}

/* As many rows for every metric, so that nothing jumps when the cursor moves. */
static void tell(struct noise_state *s, int cols, bool ascii)
{
	int most = 0;
	const struct noise_metric *m = metric_at(s, s->table.cursor);
	for (size_t i = 0; i <= s->noise.n_metrics; i++) {
		const struct noise_metric *at = i < s->noise.n_metrics ? &s->noise.metrics[i] : m;
		struct buf text = BUF_INIT;
		sheet_begin(&s->told, cols);
		if (at)
			noise_explain(&text, at, ascii);
		else if (s->table.cursor == LINE_BEYOND)
			buf_add_cstr(&text, "Changed cases of which the verdict, a score or the answer exceeds its "
			                    "floor. This is told of "
			                    "single cases; what all of them together show, the comparison tells.");
		else
			buf_add_cstr(
			    &text,
			    "Changed cases of which nothing exceeds its floor: a run differs from itself as much. "
			    "This is told of single cases; what all of them together show, the comparison tells.");
		sheet_row(&s->told);
		sheet_wrap(&s->told, ROLE_DIM, 0, arena_str(&s->told.arena, buf_str(&text)), 4);
		buf_done(&text);
		most = s->told.rows > most ? s->told.rows : most;
	}
	while (s->told.rows < most)
		sheet_row(&s->told);
	s->told_line = s->table.cursor;
}

static void lay_out(struct screen *screen)
{
	struct noise_state *s = state_of(screen);
	int cols = screen->ui->cols - 2 * MARGIN + 1;
	if (s->loaded && (s->head.cols != cols || s->head_rows != screen->ui->rows)) {
		bool low = screen->ui->rows < ROWS_FOR_ALL;
		sheet_begin(&s->head, cols);
		sheet_wrap(&s->head, ROLE_TEXT, 0, s->noise.sentence, low ? 2 : 3);
		sheet_row(&s->head);
		if (!low) {
			sheet_wrap(&s->head, ROLE_DIM, 0, s->noise.stands_on, 4);
			sheet_row(&s->head);
		}
		s->head_rows = screen->ui->rows;
	}
	if (s->loaded && s->noise.n_metrics && (s->told.cols != cols || s->told_line != s->table.cursor))
		tell(s, cols, screen->ui->ascii);
	struct places at = places_for(s, screen->ui->rows);
	list_set_page(&s->table, at.table_rows > 0 ? at.table_rows : 1);
	list_set_page(&s->cases, at.cases_rows > 0 ? at.cases_rows : 1);
}

/* ---------------------------------------------------------------- data */

static void *noise_ask(struct screen *screen)
{
	static uint64_t serials;
	struct noise_state *s = state_of(screen);
	lay_out(screen);
	if (s->serial || (s->generation == screen->ui->generation && (s->loaded || s->failed)))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .owner = s, .serial = ++serials, .generation = screen->ui->generation, .a = s->a, .b = s->b};
	s->serial = r->serial;
	return r;
}

static bool noise_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	bool ok = compare_runs(db, r->a, r->b, &opts, &r->compare, err) && noise_of(db, &r->compare, &r->noise, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void adopt(struct noise_state *s, struct request *r)
{
	struct compare compare = s->compare;
	struct noise noise = s->noise;
	int64_t line = s->table.cursor;
	s->compare = r->compare;
	s->noise = r->noise;
	r->compare = compare;
	r->noise = noise;
	s->loaded = true;
	s->head.cols = s->told.cols = 0; /* to be laid out */
	list_refit(&s->table, s->noise.n_metrics ? N_LINES + (int64_t)s->noise.n_metrics : 0, line);
	gather(s);
	s->in_cases = s->in_cases && s->n_behind;
}

static void noise_take(struct screen *screen, void *request, bool ok)
{
	struct noise_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && s->serial == r->serial) {
		s->serial = 0;
		s->failed = r->failed;
		if (ok || r->failed)
			s->generation = r->generation;
		if (ok)
			adopt(s, r);
	}
	compare_done(&r->compare);
	noise_done(&r->noise);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

enum noise_column { WOBBLE_A, WOBBLE_B, FLOOR, MOVED, BEYOND, CHANCE, BEHIND, N_COLUMNS };
static const struct {
	const char *title;
	int cols, min_cols; /* only where the screen has so many */
} columns[N_COLUMNS] = {
    [WOBBLE_A] = {"wobble A",  8,  50 },
      [WOBBLE_B] = {"wobble B",  8,  60 },
      [FLOOR] = {"floor",     7,  40 },
    [MOVED] = {"moved",     10, 68 },
      [BEYOND] = {"beyond",    6,  0  },
      [CHANCE] = {"by chance", 9,  78 },
    [BEHIND] = {"behind it", 46, 140},
};

static int name_cols(int cols)
{
	int rest = cols - MARGIN - 1;
	for (int i = 0; i < N_COLUMNS; i++)
		rest -= cols >= columns[i].min_cols ? columns[i].cols + GAP : 0;
	return rest < NAME_LEAST ? NAME_LEAST : rest > NAME_MOST ? NAME_MOST : rest;
}

static void cell_text(struct buf *out, const struct noise_metric *m, enum noise_column column, bool ascii)
{
	switch (column) {
	case WOBBLE_A: noise_figure(out, m, m->a.wobble, false, ascii); break;
	case WOBBLE_B: noise_figure(out, m, m->b.wobble, false, ascii); break;
	case FLOOR: noise_figure(out, m, m->floor, true, ascii); break;
	case MOVED: buf_printf(out, "%lld of %lld", (long long)m->moved, (long long)m->of); break;
	case BEYOND: buf_printf(out, "%lld", (long long)m->beyond); break;
	case CHANCE: buf_printf(out, m->by_chance < 10 ? "%.1f" : "%.0f", m->by_chance); break;
	case BEHIND: noise_behind(out, m); break;
	case N_COLUMNS: break;
	}
}

/* Of the two lines above the metrics: so many of the changed cases. */
static void sum_text(struct buf *out, const struct noise *n, int64_t line, enum noise_column column)
{
	if (column == MOVED)
		buf_printf(out, "%lld of %lld", (long long)n->changed, (long long)n->paired);
	if (column == BEYOND)
		buf_printf(out, "%lld",
		           (long long)(line == LINE_BEYOND ? n->changed - n->within - n->untold : n->within));
}

static void draw_line(const void *context, struct canvas c, int64_t at, bool cursor)
{
	const struct noise_state *s = context;
	const struct noise_metric *m = metric_at(s, at);
	int room = name_cols(c.cols), col = MARGIN + room + GAP;
	struct buf text = BUF_INIT;
	struct str name = name_at(s, at);
	int used = canvas_put(c, 0, MARGIN, room, m ? ROLE_TEXT : ROLE_HEADING, name);
	find_light(c, 0, MARGIN, room, name, buf_str(&s->find));
	if (cursor)
		canvas_reverse(c, 0, MARGIN, used);
	for (int i = 0; i < N_COLUMNS; i++) {
		if (c.cols < columns[i].min_cols)
			continue;
		buf_clear(&text);
		if (m)
			cell_text(&text, m, (enum noise_column)i, c.grid->ascii);
		else
			sum_text(&text, &s->noise, at, (enum noise_column)i);
		enum role role = m && i == BEYOND && (double)m->beyond > m->by_chance ? ROLE_WARNING : ROLE_TEXT;
		if (i == BEHIND)
			canvas_put(c, 0, col, columns[i].cols, ROLE_DIM, buf_str(&text));
		else
			canvas_put_right(c, 0, col, columns[i].cols, role, buf_str(&text));
		col += columns[i].cols + GAP;
	}
	buf_done(&text);
}

static void draw_titles(struct canvas c)
{
	int room = name_cols(c.cols), col = MARGIN + room + GAP;
	canvas_putc(c, 0, MARGIN, room, ROLE_HEADING, "metric");
	for (int i = 0; i < N_COLUMNS; i++) {
		if (c.cols < columns[i].min_cols)
			continue;
		if (i == BEHIND)
			canvas_putc(c, 0, col, columns[i].cols, ROLE_HEADING, columns[i].title);
		else
			canvas_put_right(c, 0, col, columns[i].cols, ROLE_HEADING, str_of(columns[i].title));
		col += columns[i].cols + GAP;
	}
}

static void add_beyond(struct buf *out, const struct noise *n, size_t row)
{
	const char *before = "";
	for (size_t i = 0; i < n->n_metrics; i++)
		if (n->metrics[i].is_beyond[row]) {
			buf_add_cstr(out, before);
			buf_add_str(out, n->metrics[i].name);
			before = ", ";
		}
}

static void draw_case(const void *context, struct canvas c, int64_t at, bool cursor)
{
	const struct noise_state *s = context;
	const struct compare_row *row = &s->compare.rows[s->behind[at]];
	int more = c.cols >= 120  ? 50
	           : c.cols >= 76 ? 22
	                          : 0,
	    room = c.cols - MARGIN - 2 * (WORD + GAP) - (more ? more + GAP : 0) - 1;
	room = room > 90 ? 90 : room;
	char word[16];
	int used = canvas_put(c, 0, MARGIN, room, ROLE_TEXT, row->title);
	find_light(c, 0, MARGIN, room, row->title, buf_str(&s->find));
	if (cursor)
		canvas_reverse(c, 0, MARGIN, used);
	int col = MARGIN + room + GAP;
	enum role role = case_word(word, &row->a);
	canvas_putc(c, 0, col, WORD, role, word);
	role = case_word(word, &row->b);
	canvas_putc(c, 0, col + WORD + GAP, WORD, role, word);
	struct buf text = BUF_INIT;
	add_beyond(&text, &s->noise, s->behind[at]);
	if (more)
		canvas_put(c, 0, col + 2 * (WORD + GAP), more, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

static void draw_pane(const struct noise_state *s, const struct places *at, struct canvas body)
{
	struct list cases = s->cases;
	struct canvas rule = canvas_part(body, at->told_row - 1, 0, 1, body.cols);
	canvas_rule(rule, 0, ROLE_BORDER);
	struct buf text = BUF_INIT;
	buf_printf(&text, " %zu %s", s->n_behind, s->n_behind == 1 ? "case: " : "cases: ");
	buf_add_str(&text, name_at(s, s->table.cursor));
	buf_add_cstr(&text, metric_at(s, s->table.cursor) ? " beyond noise " : " ");
	canvas_put(rule, 0, MARGIN, body.cols - MARGIN - 2, ROLE_HEADING, buf_str(&text));
	buf_done(&text);
	if (at->told_rows)
		sheet_draw(&s->told, canvas_part(body, at->told_row, MARGIN, at->told_rows, body.cols - MARGIN), 0,
		           false, STR_NONE);
	if (!s->in_cases)
		cases.cursor = -1;
	list_draw(&cases, canvas_part(body, at->cases_row, 0, at->cases_rows, body.cols), draw_case, s);
}

static void noise_draw(const struct screen *screen, struct canvas body)
{
	const struct noise_state *s = state_of(screen);
	if (!s->loaded) {
		canvas_putc(body, 1, 2, -1, ROLE_DIM,
		            s->failed ? keyed("The comparison could not be read. {q} goes back.")
		                      : "reading repeats and their answers");
		return;
	}
	struct places at = places_for(s, body.rows);
	if (at.head_rows)
		sheet_draw(&s->head, canvas_part(body, 0, MARGIN - 1, at.head_rows, body.cols - MARGIN), 0, false,
		           STR_NONE);
	if (!s->noise.n_metrics)
		return;
	struct list table = s->table;
	if (s->in_cases)
		table.cursor = -1;
	draw_titles(canvas_part(body, at.titles_row, 0, 1, body.cols));
	list_draw(&table, canvas_part(body, at.table_row, 0, at.table_rows, body.cols), draw_line, s);
	if (s->in_cases && s->table.cursor >= s->table.top && s->table.cursor < s->table.top + at.table_rows)
		canvas_putc(body, at.table_row + (int)(s->table.cursor - s->table.top), 0, 1, ROLE_DIM,
		            body.grid->ascii ? "*" : "•");
	if (at.cases_rows > 0)
		draw_pane(s, &at, body);
}

static bool noise_beside(const struct screen *screen, struct beside *out)
{
	const struct noise_state *s = state_of(screen);
	struct places at = places_for(s, screen->ui->rows);
	*out = (struct beside){.row = at.told_row - 1,
	                       .rows = screen->ui->rows - at.told_row + 1,
	                       .cols = screen->ui->cols,
	                       .scroll_row = -1,
	                       .id = s->table.cursor + 1};
	return s->loaded && at.cases_rows > 0 && !s->in_cases;
}

static void noise_headline(const struct screen *screen, struct canvas row)
{
	const struct noise_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Noise floor") + 2;
	if (!s->loaded)
		return;
	compare_put_sides(row, col, screen->ui, &s->compare.a, &s->compare.b);
}

static void noise_status(const struct screen *screen, struct buf *out)
{
	const struct noise_state *s = state_of(screen);
	if (!s->loaded || !s->noise.n_metrics)
		return;
	list_position(out, s->in_cases ? &s->cases : &s->table);
	if (s->find.len)
		buf_printf(out, "%s/" STR_FMT, screen->ui->ascii ? ", " : " · ", STR_ARG(buf_str(&s->find)));
}

/* ---------------------------------------------------------------- keys */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome noise_move(struct screen *screen, enum move move)
{
	struct noise_state *s = state_of(screen);
	if (s->in_cases)
		list_move(&s->cases, move);
	else if (list_move(&s->table, move))
		gather(s);
	lay_out(screen);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(noise_move)

ACTION(other_pane)
{
	UNUSED;
	struct noise_state *s = state_of(screen);
	struct places at = places_for(s, screen->ui->rows);
	if (s->in_cases)
		s->in_cases = false;
	else if (s->loaded && s->n_behind && at.cases_rows > 0)
		s->in_cases = true;
	else
		ui_say(screen->ui, "no case stands behind this line");
	return OUT_HANDLED;
}

ACTION(open_row)
{
	(void)in;
	struct noise_state *s = state_of(screen);
	if (!s->loaded || !s->noise.n_metrics || (s->in_cases && !s->n_behind))
		return OUT_HANDLED;
	*target = (struct target){.screen = "compare", .id = s->a, .id2 = s->b};
	if (s->in_cases) {
		struct str key = s->compare.rows[s->behind[s->cases.cursor]].key;
		snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(key, 0, sizeof target->text - 1)));
		return OUT_OPEN;
	}
	struct buf filter = BUF_INIT;
	noise_filter(&filter, metric_at(s, s->table.cursor)    ? name_at(s, s->table.cursor)
	                      : s->table.cursor == LINE_BEYOND ? STR_LIT("beyond")
	                                                       : STR_LIT("within"));
	bool fits = filter.len < sizeof target->line;
	if (fits)
		snprintf(target->line, sizeof target->line, "%s", buf_cstr(&filter));
	else
		ui_say(screen->ui, "the name of this score is too long for a filter");
	buf_done(&filter);
	return fits ? OUT_OPEN : OUT_HANDLED;
}

ACTION(leave)
{
	(void)target;
	struct noise_state *s = state_of(screen);
	if (in->key == KEY_ESCAPE && s->find.len) {
		buf_clear(&s->find);
		return OUT_HANDLED;
	}
	if (!s->in_cases)
		return OUT_IGNORED;
	s->in_cases = false;
	return OUT_HANDLED;
}

static struct buf *find_text_of(struct screen *screen)
{
	return &state_of(screen)->find;
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct noise_state *s = state_of(screen);
	struct list *list = s->in_cases ? &s->cases : &s->table;
	struct str find = buf_str(&s->find);
	if (!find.len || !s->loaded || !list->total)
		return OUT_HANDLED;
	for (int64_t k = stay ? 0 : 1; k <= list->total; k++) {
		int64_t i = ((list->cursor + by * k) % list->total + list->total) % list->total;
		struct str text = s->in_cases ? s->compare.rows[s->behind[i]].title : name_at(s, i);
		if (text_find(text, find, 0, find_ignores_case(find)) == SIZE_MAX)
			continue;
		list_go(list, i);
		if (!s->in_cases)
			gather(s);
		return OUT_HANDLED;
	}
	ui_say(screen->ui, s->in_cases ? "no case here is called that" : "no metric is called that");
	return OUT_HANDLED;
}
FIND_FUNCTIONS(find_text_of, search_again)

/* clang-format off */
static const struct action actions[] = {
	{.name = "open", .keys = "Enter", .help = "these cases in Compare; on a case: that one", .hint = "open", .hint_order = 1, .run = open_row},
	{.name = "other-pane", .keys = "Tab S-Tab", .help = "to the cases behind the line, and back", .hint = "cases", .hint_order = 2, .run = other_pane},
	MOVE_ACTIONS,
	{.name = "search", .keys = "/", .help = "search the metrics; among the cases their titles", .hint = "search", .hint_order = 3, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "leave", .keys = "q Esc", .help = "out of the search, out of the cases, else one level up", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool noise_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct noise_state *s = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "%s", keyed("two runs are needed: {compare.W} in Compare"));
	s->a = target->id;
	s->b = target->id2;
	list_init(&s->table);
	list_init(&s->cases);
	return true;
}

static void noise_place(const struct screen *screen, struct target *out)
{
	const struct noise_state *s = state_of(screen);
	*out = (struct target){.screen = "noise", .id = s->a, .id2 = s->b};
}

static bool noise_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct noise_state *s = state_of(screen);
	if (!s->loaded)
		return false;
	const struct compare_row *row =
	    s->in_cases && s->n_behind ? &s->compare.rows[s->behind[s->cases.cursor]] : NULL;
	switch (what) {
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor compare");
		copy_word(out, s->compare.a.text);
		copy_word(out, s->compare.b.text);
		buf_add_cstr(out, " --noise");
		return true;
	case COPY_VALUE: return copy_str(out, s->noise.sentence);
	case COPY_ID: return copy_str(out, row ? row->key : name_at(s, s->table.cursor));
	case COPY_PATH: return copy_str(out, row ? row->title : name_at(s, s->table.cursor));
	case COPY_LINK:
		if (row)
			return copy_case_link(out, s->compare.a.text, s->compare.b.text, row->key);
		return copy_link(out, "noise", s->compare.a.text, s->compare.b.text);
	case COPY_VIEW: return copy_link(out, "noise", s->compare.a.text, s->compare.b.text);
	}
	return false;
}

static void noise_close(struct screen *screen)
{
	struct noise_state *s = state_of(screen);
	compare_done(&s->compare);
	noise_done(&s->noise);
	sheet_done(&s->head);
	sheet_done(&s->told);
	buf_done(&s->find);
	free(s->behind);
}

static bool noise_subject(const struct screen *screen, struct subject_at *out)
{
	const struct noise_state *s = state_of(screen);
	if (!s->loaded || !s->in_cases || !s->n_behind)
		return false;
	const struct compare_row *row = &s->compare.rows[s->behind[s->cases.cursor]];
	*out = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.present ? row->b.at : row->a.at};
	return true;
}

/* ---------------------------------------------------------------- how it was left */

static void noise_remember(const struct screen *screen, struct jout *out)
{
	const struct noise_state *s = state_of(screen);
	if (!s->loaded)
		return;
	remember_row(out, &s->table, STR_NONE);
	remember_flag(out, "in-cases", s->in_cases);
	remember_int(out, "case", s->cases.cursor);
}

static bool noise_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct noise_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	recall_row(kept, &s->table, -1);
	gather(s);
	list_go(&s->cases, recall_int(kept, "case", 0, INT32_MAX));
	s->in_cases = s->n_behind && recall_flag(kept, "in-cases");
	return true;
}

const struct screen_ops screen_noise = {
    .name = "noise",
    .title = "Noise floor",
    .state_size = sizeof(struct noise_state),
    .actions = actions,
    .open = noise_open,
    .ask = noise_ask,
    .fetch = noise_fetch,
    .take = noise_take,
    .draw = noise_draw,
    .beside = noise_beside,
    .headline = noise_headline,
    .status = noise_status,
    .place = noise_place,
    .copy = noise_copy,
    .subject = noise_subject,
    .remember = noise_remember,
    .recall = noise_recall,
    .close = noise_close,
};
