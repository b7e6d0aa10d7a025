#include "tui/screen/pane_prompts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/units.h"
#include "tui/columns_prompts.h"
#include "tui/screen/pane_axis.h"
#include "tui/screen/pane_chosen.h"

enum { MARGIN = 4, BAR_COLS = 15, DAY_COLS = 7, TIME_COLS = 12, WORD_COLS = 7, NAME_LEAST = 14, WIDE = 100, GAP = 2 };

const char *prompts_order_name(enum prompts_order by)
{
	static const char *const names[N_PROMPTS_ORDERS] = {"last seen", "name", "runs",         "traces",
	                                                    "pass rate", "P95",  "cost per case"};
	return names[by];
}

/* ---------------------------------------------------------------- lines */

static uint64_t fold_key(const struct prompts_view *v, size_t prompt)
{
	return hash64(v->data->all[prompt].name);
}

bool prompts_is_folded(const struct prompts_view *v, size_t prompt)
{
	uint64_t key = fold_key(v, prompt);
	for (size_t i = 0; i < v->folded.n; i++)
		if (v->folded.at[i] == key)
			return true;
	return false;
}

void prompts_fold(struct prompts_view *v, size_t prompt, bool fold)
{
	uint64_t key = fold_key(v, prompt);
	if (fold == prompts_is_folded(v, prompt))
		return;
	if (fold) {
		*vec_add(&v->folded) = key;
		return;
	}
	size_t n = 0;
	for (size_t i = 0; i < v->folded.n; i++)
		if (v->folded.at[i] != key)
			v->folded.at[n++] = v->folded.at[i];
	v->folded.n = n;
}

static const struct prompt_version *newest(const struct prompts *p, const struct prompt *prompt)
{
	return &p->versions[prompt->first + prompt->n - 1];
}

struct ordered {
	double key; /* NaN: last */
	size_t prompt;
};

static double order_key(const struct prompts *p, size_t i, enum prompts_order by)
{
	const struct prompt *prompt = &p->all[i];
	const struct prompt_score *s = prompt_score_shown(p, newest(p, prompt));
	switch (by) {
	case BY_SEEN: return prompt->last_ns == TIME_UNKNOWN ? UNKNOWN_DOUBLE : (double)prompt->last_ns;
	case BY_NAME: return -(double)i;
	case BY_RUNS: return (double)prompt->runs;
	case BY_TRACES: return (double)prompt->traces;
	case BY_PASS: return s ? s->pass_rate : UNKNOWN_DOUBLE;
	case BY_P95: return s && s->p95_ns != UNKNOWN_INT ? (double)s->p95_ns : UNKNOWN_DOUBLE;
	case BY_COST: return s ? s->cost_usd : UNKNOWN_DOUBLE;
	case N_PROMPTS_ORDERS: break;
	}
	return UNKNOWN_DOUBLE;
}

static int largest_first(const void *pa, const void *pb)
{
	const struct ordered *a = pa, *b = pb;
	bool no_a = isnan(a->key), no_b = isnan(b->key);
	if (no_a != no_b)
		return no_a ? 1 : -1;
	if (!no_a && a->key > b->key)
		return -1;
	if (!no_a && a->key < b->key)
		return 1;
	return a->prompt < b->prompt ? -1 : 1;
}

void prompts_lines(struct prompts_view *v)
{
	const struct prompts *p = v->data;
	struct ordered *order = xcalloc(p->n + 1, sizeof *order);
	int64_t found = -1, id = v->list.id;
	for (size_t i = 0; i < p->n; i++) {
		double key = order_key(p, i, v->by);
		order[i] = (struct ordered){v->inverted ? -key : key, i};
	}
	if (p->n > 1)
		qsort(order, p->n, sizeof *order, largest_first);
	vec_clear(&v->lines);
	for (size_t i = 0; i < p->n; i++) {
		const struct prompt *prompt = &p->all[order[i].prompt];
		bool several = prompt->n > 1;
		if (several) {
			if (id == -newest(p, prompt)->id)
				found = (int64_t)v->lines.n;
			*vec_add(&v->lines) = (struct prompts_line){order[i].prompt, SIZE_MAX};
		}
		for (size_t k = prompt->first + prompt->n;
		     k-- > prompt->first && !(several && prompts_is_folded(v, order[i].prompt));) {
			if (id == p->versions[k].id)
				found = (int64_t)v->lines.n;
			*vec_add(&v->lines) = (struct prompts_line){order[i].prompt, k};
		}
		/* The version was folded away: its prompt. */
		if (several && found < 0 && id > 0 && prompts_by_id(p, id) &&
		    prompts_by_id(p, id)->prompt == order[i].prompt)
			found = (int64_t)v->lines.n - 1;
	}
	free(order);
	list_refit(&v->list, (int64_t)v->lines.n, found);
}

void prompts_view_done(struct prompts_view *v)
{
	vec_done(&v->lines);
	vec_done(&v->folded);
}

static const struct prompts_line *line_at(const struct prompts_view *v, int64_t at)
{
	return at >= 0 && (size_t)at < v->lines.n ? &v->lines.at[at] : NULL;
}

const struct prompts_line *prompts_cursor(const struct prompts_view *v)
{
	return line_at(v, v->list.cursor);
}

static const struct prompt_version *version_of(const struct prompts_view *v, const struct prompts_line *line)
{
	return line->version == SIZE_MAX ? newest(v->data, &v->data->all[line->prompt])
	                                 : &v->data->versions[line->version];
}

const struct prompt_version *prompts_cursor_version(const struct prompts_view *v)
{
	const struct prompts_line *line = prompts_cursor(v);
	return line ? version_of(v, line) : NULL;
}

const struct prompt_compared *prompts_compared(const compared_list *all, const struct prompt_version *v)
{
	for (size_t i = 0; v->pair_a && i < all->n; i++)
		if (all->at[i].a == v->pair_a && all->at[i].b == v->pair_b)
			return &all->at[i];
	return NULL;
}

static bool has_id(const struct prompts_view *v, const struct prompt_version *version)
{
	for (size_t i = 0; i < version->n_ids; i++) {
		size_t low = 0, high = v->n_found;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (v->found[mid] == version->ids[i])
				return true;
			if (v->found[mid] < version->ids[i])
				low = mid + 1;
			else
				high = mid;
		}
	}
	return false;
}

bool prompts_line_is_found(const struct prompts_view *v, int64_t at)
{
	const struct prompts_line *line = line_at(v, at);
	if (!line || !v->find.len)
		return false;
	const struct prompt *prompt = &v->data->all[line->prompt];
	const struct prompt_version *version = version_of(v, line);
	bool same_case = find_ignores_case(v->find);
	if (line->version == SIZE_MAX || prompt->n == 1)
		if (text_find(prompt_name(prompt), v->find, 0, same_case) != SIZE_MAX)
			return true;
	if (line->version == SIZE_MAX)
		return prompts_is_folded(v, line->prompt) && has_id(v, version);
	for (size_t i = 0; i < version->n_labels; i++)
		if (text_find(version->labels[i], v->find, 0, same_case) != SIZE_MAX)
			return true;
	return text_find(version->hash, v->find, 0, true) == 0 || has_id(v, version);
}

/* ---------------------------------------------------------------- the list */

struct layout {
	int name_cols, time_cols;
	bool seen, bar, latency, cost;
	bool runs, traces, word;
};

static struct layout layout_of(int cols)
{
	struct layout l = {.seen = true, .bar = true, .runs = true, .traces = true, .word = true};
	l.time_cols = cols >= WIDE ? TIME_COLS : DAY_COLS;
	l.latency = l.cost = cols >= WIDE;
	bool *const goes[] = {&l.seen, &l.bar, &l.traces, &l.runs, &l.word};
	for (size_t i = 0;; i++) {
		l.name_cols = cols - MARGIN - 8 - (l.seen ? l.time_cols + GAP : 0) - (l.bar ? BAR_COLS + GAP : 0) -
		              (l.runs ? 6 : 0) - (l.traces ? 8 : 0) - (l.word ? WORD_COLS + GAP : 0) -
		              (l.latency ? 9 : 0) - (l.cost ? 10 : 0);
		if (l.name_cols >= NAME_LEAST || i == sizeof goes / sizeof *goes)
			break;
		*goes[i] = false;
	}
	l.name_cols = l.name_cols < 1 ? 1 : l.name_cols;
	return l;
}

struct pen {
	struct canvas line;
	int col;
};

static void put(struct pen *p, int cols, bool right, enum role role, struct str text)
{
	if (right)
		canvas_put_right(p->line, 0, p->col, cols, role, text);
	else
		canvas_put(p->line, 0, p->col, cols, role, text);
	p->col += cols + GAP;
}

static void putc_(struct pen *p, int cols, bool right, enum role role, const char *text)
{
	put(p, cols, right, role, str_of(text));
}

/* A title of a column that the prompts can be ordered by. */
static void put_head(struct pen *p, const struct prompts_view *v, enum prompts_order by, int cols, const char *title)
{
	canvas_zone(canvas_part(p->line, 0, p->col, 1, cols),
	            (struct zone){.kind = ZONE_COLUMN, .at = by, .now = v->by});
	putc_(p, cols, by != BY_NAME && by != BY_SEEN, ROLE_HEADING, title);
}

static void draw_head(const struct prompts_view *v, struct canvas line)
{
	struct layout l = layout_of(line.cols);
	struct pen p = {line, MARGIN};
	put_head(&p, v, BY_NAME, l.name_cols, "prompt, versions");
	if (l.seen)
		put_head(&p, v, BY_SEEN, l.time_cols, l.time_cols >= TIME_COLS ? "last seen" : "seen");
	if (l.runs)
		put_head(&p, v, BY_RUNS, 4, "runs");
	if (l.traces)
		put_head(&p, v, BY_TRACES, 6, "traces");
	put_head(&p, v, BY_PASS, 6, "pass");
	if (l.bar)
		putc_(&p, BAR_COLS, false, ROLE_HEADING, "0%   50%   100%");
	if (l.latency)
		put_head(&p, v, BY_P95, 7, "P95");
	if (l.cost)
		put_head(&p, v, BY_COST, 8, "$/case");
	if (l.word)
		putc_(&p, WORD_COLS, false, ROLE_HEADING, "change");
}

struct drawing {
	const struct prompts_view *view;
	const struct ui *ui;
	struct chosen chosen;           /* n 0: none are */
	const struct prompts_line *row; /* that is drawn */
	bool cursor;
};

/* "20 Nov" of "20 Nov 16:40", "16:40" of "16:40:12", "2025-11" of "2025-11-20". */
static struct str short_time(struct str time, size_t cols)
{
	size_t blank = time.len, colon = str_find_char(time, ':');
	while (blank > 0 && time.ptr[blank - 1] != ' ')
		blank--;
	if (colon != SIZE_MAX && blank > 1)
		return str_cut(time, 0, blank - 1);
	return colon != SIZE_MAX ? str_cut(time, 0, colon + 3) : time.len > cols ? str_cut(time, 0, cols) : time;
}

static void put_time(struct pen *p, const struct drawing *d, int cols, int64_t ns)
{
	struct buf text = BUF_INIT;
	if (ns != TIME_UNKNOWN)
		units_time(&text, ns, d->ui->now_ns);
	else
		buf_add_cstr(&text, d->ui->ascii ? "-" : "–");
	struct str shown = buf_str(&text);
	if (cols < TIME_COLS)
		shown = short_time(shown, (size_t)cols);
	put(p, cols, false, ROLE_DIM, shown);
	buf_done(&text);
}

static void put_count(struct pen *p, int cols, int64_t n)
{
	struct buf text = BUF_INIT;
	units_count(&text, n);
	put(p, cols, true, n ? ROLE_TEXT : ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

static void put_word(struct pen *p, const struct drawing *d, const struct prompt_version *v)
{
	const struct prompt_compared *c = prompts_compared(d->view->compared, v);
	if (!c || !c->has_pass || c->failed) {
		put(p, WORD_COLS, false, ROLE_DIM, STR_NONE);
		return;
	}
	switch (c->pass.verdict) {
	case METRIC_BETTER: putc_(p, WORD_COLS, false, ROLE_BETTER, "better"); break;
	case METRIC_WORSE: putc_(p, WORD_COLS, false, ROLE_WORSE, "worse"); break;
	case METRIC_NO_DIFFERENCE: putc_(p, WORD_COLS, false, ROLE_DIM, "alike"); break;
	case METRIC_TOO_FEW: putc_(p, WORD_COLS, false, ROLE_DIM, "too few"); break;
	}
}

static void draw_figures(struct pen *p, const struct drawing *d, const struct layout *l, const struct prompt_version *v)
{
	const struct prompt_score *s = v ? prompt_score_shown(d->view->data, v) : NULL;
	struct buf text = BUF_INIT;
	if (s)
		units_percent(&text, s->pass_rate);
	put(p, 6, true, ROLE_TEXT, s && !IS_UNKNOWN(s->pass_rate) ? buf_str(&text) : STR_NONE);
	if (l->bar) {
		struct axis axis = {.scale = 0.5};
		if (s && !IS_UNKNOWN(s->pass_rate)) {
			axis = (struct axis){s->pass_rate - 0.5, s->pass_low - 0.5, s->pass_high - 0.5, 0.5, false};
			axis_draw(p->line, 0, p->col, BAR_COLS, &axis, ROLE_TEXT);
		}
		p->col += BAR_COLS + GAP;
	}
	buf_clear(&text);
	if (s && s->p95_ns != UNKNOWN_INT)
		units_duration(&text, s->p95_ns, d->ui->ascii);
	if (l->latency)
		put(p, 7, true, ROLE_TEXT, buf_str(&text));
	buf_clear(&text);
	if (s && !IS_UNKNOWN(s->cost_usd))
		units_usd(&text, s->cost_usd);
	if (l->cost)
		put(p, 8, true, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
	if (l->word && v)
		put_word(p, d, v);
}

static bool is_marked(const struct prompts_view *v, int64_t id)
{
	for (int i = 0; i < PROMPT_MARKS; i++)
		if (v->marks[i] == id)
			return true;
	return false;
}

/* The name, of a version its label and the beginning of its hash; what is found lit, under the cursor reversed. */
static void draw_name(struct pen *p, const struct drawing *d, const struct layout *l, const struct prompts_line *line,
                      bool cursor)
{
	const struct prompt *prompt = &d->view->data->all[line->prompt];
	const struct prompt_version *v = line->version == SIZE_MAX ? NULL : &d->view->data->versions[line->version];
	struct arena arena = ARENA_INIT;
	struct str first = !v || prompt->n == 1 ? prompt_name(prompt) : prompt_version_name(v, &arena), more = STR_NONE;
	int at = p->col + (v && prompt->n > 1 ? 2 : 0), room = p->col + l->name_cols - at;
	if (!v)
		more = arena_printf(&arena, "%zu versions", prompt->n);
	else if (prompt->n == 1)
		more = prompt_version_name(v, &arena);
	else if (v->label.len)
		more = v->hash.len ? str_cut(v->hash, 0, 8) : STR_LIT("no text");
	int used = canvas_put(p->line, 0, at, room, v && prompt->n > 1 ? ROLE_TEXT : ROLE_HEADING, first);
	find_light(p->line, 0, at, room, first, d->view->find);
	if (cursor)
		canvas_reverse(p->line, 0, at, used);
	if (used + GAP + 3 < room)
		canvas_put(p->line, 0, at + used + GAP, room - used - GAP, ROLE_DIM, more);
	p->col += l->name_cols + GAP;
	arena_done(&arena);
}

/* ---------------------------------------------------------------- with chosen columns */

/* The column of an order; of a version's last traces and runs that of its time. */
static const char *const order_columns[N_PROMPTS_ORDERS] = {
    [BY_SEEN] = "last_seen",        [BY_NAME] = "prompt",    [BY_RUNS] = "runs",
    [BY_TRACES] = "traces",         [BY_PASS] = "pass_rate", [BY_P95] = "p95_ns",
    [BY_COST] = "cost_usd_per_case"};

static bool chosen_of(const struct prompts_view *v, int cols, struct chosen *out)
{
	if (!chosen_begin(out, prompt_columns, column_named(prompt_columns, str_of(order_columns[v->by]))))
		return false;
	for (size_t i = 0; i < out->n; i++)
		for (int by = 0; by < N_PROMPTS_ORDERS; by++)
			if (strcmp(out->at[i].column->name, order_columns[by]) == 0)
				out->at[i].order = by;
	chosen_fit(out, MARGIN, cols);
	return true;
}

/* A prompt's own line has what is of all its versions; folded it stands for its newest. */
static int draw_chosen(const void *context, struct canvas line, const struct chosen_place *p)
{
	const struct drawing *d = context;
	const struct prompt *prompt = &d->view->data->all[d->row->prompt];
	bool is_head = d->row->version == SIZE_MAX;
	struct pen pen = {line, p->col};
	if (strcmp(p->column->name, "prompt") == 0) {
		draw_name(&pen, d, &(struct layout){.name_cols = p->cols}, d->row, d->cursor);
		return 0; /* the cursor is drawn */
	}
	if (!is_head)
		return -1;
	if (strcmp(p->column->name, "last_seen") == 0)
		put_time(&pen, d, p->cols, prompt->last_ns);
	else if (strcmp(p->column->name, "runs") == 0)
		put_count(&pen, p->cols, prompt->runs);
	else if (strcmp(p->column->name, "traces") == 0 && d->view->data->has_uses)
		put_count(&pen, p->cols, prompt->traces);
	else
		return prompts_is_folded(d->view, d->row->prompt) ? -1 : 0;
	return p->cols;
}

static void draw_line(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct drawing *d = context;
	const struct prompts_line *row = &d->view->lines.at[at];
	const struct prompts *data = d->view->data;
	const struct prompt *prompt = &data->all[row->prompt];
	bool is_head = row->version == SIZE_MAX, folded = is_head && prompts_is_folded(d->view, row->prompt);
	const struct prompt_version *v = version_of(d->view, row);
	struct layout l = layout_of(line.cols);
	struct pen p = {line, MARGIN};
	if (is_head) {
		canvas_zone(canvas_part(line, 0, 1, 1, 3), (struct zone){.kind = ZONE_FOLD});
		canvas_putc(line, 0, 2, 1, ROLE_DIM, folded ? (d->ui->ascii ? "+" : "▸") : (d->ui->ascii ? "-" : "▾"));
	} else if (is_marked(d->view, v->id))
		canvas_putc(line, 0, 1, 1, ROLE_MARK, d->ui->ascii ? "*" : "●");
	if (d->chosen.n) {
		struct drawing one = *d;
		struct prompt_row figures = prompt_row_of(data, v);
		one.row = row;
		one.cursor = cursor;
		chosen_row(&d->chosen, line, &figures, cursor, d->ui->now_ns, draw_chosen, &one);
		return;
	}
	draw_name(&p, d, &l, row, cursor);
	if (l.seen)
		put_time(&p, d, l.time_cols, is_head ? prompt->last_ns : v->last_ns);
	if (l.runs)
		put_count(&p, 4, is_head ? prompt->runs : (int64_t)v->n_runs);
	if (l.traces && data->has_uses)
		put_count(&p, 6, is_head ? prompt->traces : v->calls.traces);
	else if (l.traces)
		put(&p, 6, true, ROLE_DIM, d->ui->ascii ? STR_LIT("...") : STR_LIT("…"));
	draw_figures(&p, d, &l, is_head && !folded ? NULL : v);
}

void prompts_view_draw(const struct prompts_view *v, const struct ui *ui, struct canvas pane)
{
	struct drawing d = {.view = v, .ui = ui};
	struct canvas head = canvas_part(pane, 0, 0, 1, pane.cols);
	if (chosen_of(v, pane.cols, &d.chosen))
		chosen_titles(&d.chosen, head, v->inverted != (v->by == BY_NAME), v->by);
	else
		draw_head(v, head);
	list_draw(&v->list, canvas_part(pane, 1, 0, pane.rows - 1, pane.cols), draw_line, &d);
}
