#include "tui/screen/pane_cases.h"

#include <stdio.h>
#include <string.h>

#include "store/base/units.h"
#include "tui/columns_compare.h"
#include "tui/screen/pane_chosen.h"
#include "tui/screen/pane_marks.h"
#include "tui/screen/pane_text.h"

enum {
	WORD = 5,     /* columns of "pass " */
	SCORE = 14,   /* of "0.94 → 0.31" and a gap */
	LATENCY = 17, /* of " 3.18s → 4.02s" */
	COST = 19,    /* of "$0.0307 → $0.0336" */
	TITLE = 38,   /* a title keeps at least this much when columns are added */
	BEGINS = 17,  /* of a step's name; less where there is no room for it */
	BEGINS_LEAST = 13,
	MAX_SHOWN = 8
};

/* ---------------------------------------------------------------- lines and rows */

static void order_scores(struct cases *c)
{
	size_t n = c->data->n_scores < CASES_SCORES ? c->data->n_scores : CASES_SCORES;
	c->n_scores = 0;
	for (int yes_no = 0; yes_no <= 1; yes_no++)
		for (size_t i = 0; i < n; i++)
			if (c->data->yes_no[i] == (yes_no == 1))
				c->scores[c->n_scores++] = i;
}

static void count_shown(struct cases *c)
{
	int64_t first = 0;
	for (int k = 0; k < N_CLASSES; k++) {
		c->first[k] = first;
		c->n[k] = c->only == N_CLASSES || c->only == k ? c->view->count[k] : 0;
		first += c->view->count[k];
	}
}

void cases_set(struct cases *c, const struct compare *data, const struct compare_view *view)
{
	c->data = data;
	c->view = view;
	count_shown(c);
	order_scores(c);
}

void cases_show_only(struct cases *c, int class_)
{
	c->only = class_;
	if (c->view)
		count_shown(c);
}

int64_t cases_lines(const struct cases *c)
{
	int64_t lines = 0;
	for (int k = 0; k < N_CLASSES; k++)
		lines += c->n[k] ? c->n[k] + (lines > 0) : 0;
	return lines;
}

int64_t cases_line_of(const struct cases *c, int64_t row)
{
	int64_t line = 0;
	for (int k = 0; k < N_CLASSES; k++) {
		if (!c->n[k])
			continue;
		line += line > 0; /* the rule */
		if (row < c->first[k] + c->n[k])
			return line + (row > c->first[k] ? row - c->first[k] : 0);
		line += c->n[k];
	}
	return line;
}

/* The class whose rule or row stands at a line; *row: -1 for a rule. */
static int class_at(const struct cases *c, int64_t line, int64_t *row)
{
	int64_t at = 0;
	*row = -1;
	for (int k = 0; k < N_CLASSES; k++) {
		if (!c->n[k])
			continue;
		int64_t rule = at > 0;
		if (line < at + rule)
			return k;
		if (line < at + rule + c->n[k]) {
			*row = c->first[k] + (line - at - rule);
			return k;
		}
		at += rule + c->n[k];
	}
	return N_CLASSES;
}

int64_t cases_row_at(const struct cases *c, int64_t line)
{
	int64_t row;
	class_at(c, line, &row);
	return row;
}

const struct compare_row *cases_row(const struct cases *c, int64_t row)
{
	return row >= 0 && row < (int64_t)c->view->n ? &c->data->rows[c->view->rows[row]] : NULL;
}

int64_t cases_find_id(const struct cases *c, int64_t case_id)
{
	for (int k = 0; k < N_CLASSES; k++)
		for (int64_t i = c->first[k]; i < c->first[k] + c->n[k]; i++)
			if (c->data->rows[c->view->rows[i]].case_id == case_id)
				return i;
	return -1;
}

void cases_settle(const struct cases *c, struct list *list, bool up)
{
	if (list->total && cases_row_at(c, list->cursor) < 0)
		list_go(list, list->cursor + (up && list->cursor > 0 ? -1 : 1));
}

/* ---------------------------------------------------------------- drawing */

enum role case_word(char out[16], const struct compare_side *side)
{
	if (!side->present) {
		snprintf(out, 16, "none");
		return ROLE_DIM;
	}
	if (side->scored > 1) {
		snprintf(out, 16, "%lld/%lld", (long long)(side->passes % 1000), (long long)(side->scored % 1000));
		return side->flaky ? ROLE_WARNING : side->passes ? ROLE_OK : ROLE_ERROR;
	}
	switch (side->status) {
	case CASE_PASSED: snprintf(out, 16, "pass"); return ROLE_OK;
	case CASE_FAILED: snprintf(out, 16, "FAIL"); return ROLE_ERROR;
	case CASE_ERROR: snprintf(out, 16, "err"); return ROLE_ERROR;
	case CASE_UNSCORED:
	case N_CASE_STATUSES: break;
	}
	snprintf(out, 16, "–");
	return ROLE_DIM;
}

/* ---------------------------------------------------------------- order */

enum { FIXED_ORDERS = 4 }; /* loss, and behind the scores latency, cost, title */

static bool has_order(const struct cases *c, enum compare_by by)
{
	const struct run_row *a = &c->data->a, *b = &c->data->b;
	switch (by) {
	case BY_LATENCY: return a->p50_ns != UNKNOWN_INT && b->p50_ns != UNKNOWN_INT;
	case BY_COST: return !IS_UNKNOWN(a->cost_usd) && !IS_UNKNOWN(b->cost_usd);
	case BY_LOSS:
	case BY_SCORE:
	case BY_TITLE: break;
	}
	return true;
}

static size_t place_of(const struct cases *c, struct compare_order order)
{
	size_t at = 0;
	switch (order.by) {
	case BY_LOSS: return 0;
	case BY_SCORE:
		while (at < c->n_scores && c->scores[at] != order.score)
			at++;
		return 1 + at;
	case BY_LATENCY: return c->n_scores + 1;
	case BY_COST: return c->n_scores + 2;
	case BY_TITLE: break;
	}
	return c->n_scores + 3;
}

struct compare_order cases_next_order(const struct cases *c, struct compare_order order, int by)
{
	static const enum compare_by behind[] = {BY_LATENCY, BY_COST, BY_TITLE};
	size_t n = c->n_scores + FIXED_ORDERS, at = place_of(c, order);
	do {
		at = (at + n + (by > 0 ? 1 : n - 1)) % n;
		order = (struct compare_order){.by = BY_LOSS};
		if (at > c->n_scores)
			order.by = behind[at - c->n_scores - 1];
		else if (at > 0)
			order = (struct compare_order){.by = BY_SCORE, .score = c->scores[at - 1]};
	} while (!has_order(c, order.by));
	return order;
}

void cases_order_words(const struct cases *c, struct compare_order order, struct buf *out)
{
	switch (order.by) {
	case BY_LOSS: buf_add_cstr(out, order.invert ? "smallest loss first" : "largest loss first"); break;
	case BY_SCORE:
		buf_add_str(out, str_cut(c->data->scores[order.score], 0, 60));
		buf_add_cstr(out, order.invert ? ": smallest loss first" : ": largest loss first");
		break;
	case BY_LATENCY:
		buf_add_cstr(out, order.invert ? "what became faster first" : "what became slower first");
		break;
	case BY_COST: buf_add_cstr(out, order.invert ? "what became cheaper first" : "what became dearer first"); break;
	case BY_TITLE: buf_add_cstr(out, order.invert ? "by title, from Z" : "by title"); break;
	}
}

/* ---------------------------------------------------------------- columns */

/* What stands beside the title: the figure they are ordered by first, then the first score, where the traces differ, a score,
 * latency, cost, other scores. */
struct shown {
	enum compare_by by; /* BY_SCORE, BY_LATENCY, BY_COST; BY_TITLE: where the traces first differ */
	size_t score;
	int cols;
};
struct columns {
	struct shown at[MAX_SHOWN];
	size_t n;
	int room, title_cols;
};

static void add_column(const struct cases *c, struct columns *to, enum compare_by by, size_t score)
{
	static const int widths[] = {[BY_SCORE] = SCORE, [BY_LATENCY] = LATENCY, [BY_COST] = COST, [BY_TITLE] = BEGINS};
	int cols = widths[by];
	for (size_t i = 0; i < to->n; i++)
		if (to->at[i].by == by && (by != BY_SCORE || to->at[i].score == score))
			return;
	if (by == BY_TITLE && to->room < cols && to->room >= BEGINS_LEAST)
		cols = to->room;
	if (!has_order(c, by) || to->n == MAX_SHOWN || to->room < cols)
		return;
	to->at[to->n++] = (struct shown){by, score, cols};
	to->room -= cols;
}

static struct columns columns_of(const struct cases *c, int cols)
{
	enum { BEFORE_LATENCY = 2 };
	int least = cols >= 60 ? TITLE : 12, room = cols - 3 - 2 * WORD - 1;
	struct columns to = {.room = room - least};
	if (c->order.by == BY_SCORE || c->order.by == BY_LATENCY || c->order.by == BY_COST)
		add_column(c, &to, c->order.by, c->order.score);
	for (size_t i = 0; i < BEFORE_LATENCY; i++) {
		if (i < c->n_scores && !c->data->yes_no[c->scores[i]] && (i > 0 || !to.n))
			add_column(c, &to, BY_SCORE, c->scores[i]);
		if (i == 0 && c->begins_expected)
			add_column(c, &to, BY_TITLE, 0);
	}
	add_column(c, &to, BY_LATENCY, 0);
	add_column(c, &to, BY_COST, 0);
	for (size_t i = 0; i < c->n_scores; i++)
		add_column(c, &to, BY_SCORE, c->scores[i]);
	to.title_cols = room;
	for (size_t i = 0; i < to.n; i++)
		to.title_cols -= to.at[i].cols;
	return to;
}

static bool is_ordered_by(const struct cases *c, const struct shown *column)
{
	return column->by != BY_TITLE && c->order.by == column->by &&
	       (column->by != BY_SCORE || column->score == c->order.score);
}

static void put_head(struct canvas line, int col, int cols, struct str title, bool ordered, bool invert)
{
	const char *arrow = line.grid->ascii ? (invert ? "^" : "v") : invert ? "▴" : "▾";
	if (ordered)
		canvas_putc(line, 0, col - 1, 1, ROLE_TAB_ACTIVE, arrow);
	canvas_put(line, 0, col, cols, ordered ? ROLE_TAB_ACTIVE : ROLE_HEADING, title);
}

static void zone_head(struct canvas line, int col, int cols, int64_t at, int64_t now)
{
	canvas_zone(canvas_part(line, 0, col, 1, cols), (struct zone){.kind = ZONE_COLUMN, .at = at, .now = now});
}

/* Two decimals, so that the figures stand below each other; a scale of its own as it is. */
static void add_score(struct buf *out, double score)
{
	if (IS_UNKNOWN(score) || score >= 10 || score <= -10)
		units_score(out, score);
	else
		buf_printf(out, "%.2f", score);
}

/* "0.94 → 0.31": A's figure ends where the arrow begins. */
static void put_pair(struct canvas line, int col, int cols, struct str a, struct str b)
{
	int each = (cols - 1 - 3) / 2;
	canvas_put_right(line, 0, col, each, ROLE_TEXT, a);
	if (line.grid->ascii) /* "0.94 > 0.31" would say something else */
		canvas_putc(line, 0, col + each, 2, ROLE_DIM, "->");
	else
		canvas_putc(line, 0, col + each + 1, 1, ROLE_DIM, "→");
	canvas_put(line, 0, col + each + 3, each, ROLE_TEXT, b);
}

static void add_figure(struct buf *out, const struct compare_side *side, const struct shown *column, bool ascii)
{
	size_t before = out->len;
	if (side->present && column->by == BY_SCORE)
		add_score(out, side->scores[column->score]);
	else if (side->present && column->by == BY_LATENCY && side->latency_ns != UNKNOWN_INT)
		units_duration(out, side->latency_ns, ascii);
	else if (side->present && column->by == BY_COST && !IS_UNKNOWN(side->cost_usd))
		units_usd(out, side->cost_usd);
	if (out->len == before)
		buf_add_cstr(out, ascii ? "-" : "–");
}

static bool is_known(const struct compare_side *side, const struct shown *column)
{
	if (!side->present)
		return false;
	return column->by == BY_SCORE     ? !IS_UNKNOWN(side->scores[column->score])
	       : column->by == BY_LATENCY ? side->latency_ns != UNKNOWN_INT
	                                  : !IS_UNKNOWN(side->cost_usd);
}

static void put_figures(struct canvas line, int col, const struct compare_row *row, const struct shown *column)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	if (is_known(&row->a, column) || is_known(&row->b, column)) {
		add_figure(&a, &row->a, column, line.grid->ascii);
		add_figure(&b, &row->b, column, line.grid->ascii);
		put_pair(line, col, column->cols, buf_str(&a), buf_str(&b));
	}
	buf_done(&a);
	buf_done(&b);
}

static void put_begins(const struct cases *c, struct canvas line, int col, int cols, const struct compare_row *row)
{
	uint32_t label = c->begins ? c->differs[row - c->data->rows] : CASES_NOT_LOOKED;
	if (label == BEGINS_NONE)
		canvas_putc(line, 0, col, cols - 1, ROLE_DIM, "nowhere");
	else if (label != CASES_NOT_LOOKED)
		canvas_put(line, 0, col, cols - 1, ROLE_TEXT, c->begins->steps[c->begins->labels[label].step].name);
}

/* Of B's answer; of A's where B has none. */
static const struct marks *marks_at(const struct cases *c, const struct compare_row *row)
{
	bool of_b = row->b.present;
	return marks_of_case_in(c->marks[of_b], c->n_marks[of_b], (of_b ? &row->b : &row->a)->at.case_id);
}

/* ---------------------------------------------------------------- with chosen columns */

enum { TITLE_COL = 3 };

/* Which column people choose has the figures of an order. */
static const char *column_of(enum compare_by by)
{
	switch (by) {
	case BY_LOSS: break;
	case BY_SCORE: return "scores";
	case BY_LATENCY: return "latency_ns";
	case BY_COST: return "cost_usd";
	case BY_TITLE: return "title";
	}
	return NULL;
}

static bool is_column(const struct chosen_place *p, const char *name)
{
	return strcmp(p->column->name, name) == 0;
}

static bool are_chosen(const char *name)
{
	size_t n;
	const struct column *const *columns = list_columns(list_kind_of(compare_columns), &n);
	for (size_t i = 0; columns && i < n; i++)
		if (strcmp(columns[i]->name, name) == 0)
			return true;
	return false;
}

/* "scores" stands for a place each, as many as there is room to list; there only for the order, for the one ordered by. */
static void spread_scores(const struct cases *c, struct chosen *to)
{
	size_t at = 0;
	while (at < to->n && !is_column(&to->at[at], "scores"))
		at++;
	if (at == to->n)
		return;
	if (!are_chosen("scores")) {
		to->at[at].of = c->order.score;
		to->at[at].title = c->data->scores[c->order.score];
		return;
	}
	const struct chosen_place first = to->at[at];
	size_t room = CHOSEN_MOST - to->n + 1, n = c->n_scores < room ? c->n_scores : room;
	memmove(&to->at[at + n], &to->at[at + 1], (to->n - at - 1) * sizeof *to->at);
	to->n += n - 1;
	for (size_t i = 0; i < n; i++) {
		to->at[at + i] = first;
		to->at[at + i].of = c->scores[i];
		to->at[at + i].title = c->data->scores[c->scores[i]];
	}
}

static struct shown shown_of(const struct chosen_place *p)
{
	enum compare_by by = is_column(p, "scores") ? BY_SCORE : is_column(p, "latency_ns") ? BY_LATENCY : BY_COST;
	return (struct shown){by, p->of, p->cols + 1};
}

static bool is_figure(const struct chosen_place *p)
{
	return is_column(p, "scores") || is_column(p, "latency_ns") || is_column(p, "cost_usd");
}

static bool chosen_of(const struct cases *c, int cols, struct chosen *out)
{
	const char *sorted = column_of(c->order.by);
	if (!chosen_begin(out, compare_columns, sorted ? column_named(compare_columns, str_of(sorted)) : NULL))
		return false;
	spread_scores(c, out);
	for (size_t i = 0; i < out->n; i++) {
		struct chosen_place *p = &out->at[i];
		struct shown figure = shown_of(p);
		if (is_column(p, "title"))
			figure.by = BY_TITLE;
		if (is_figure(p) || is_column(p, "title"))
			p->order = (int64_t)place_of(c, (struct compare_order){.by = figure.by, .score = figure.score});
	}
	chosen_fit(out, TITLE_COL, cols);
	return true;
}

static int put_title(const struct cases *c, struct canvas line, int col, int cols, const struct compare_row *row)
{
	struct str title = row->title;
	int from = 0;
	if (c->data->shared_title && text_cols(title) > cols) { /* what all begin with tells nothing */
		title = compare_title_rest(c->data, row);
		from = canvas_putc(line, 0, col, 1, ROLE_DIM, line.grid->ascii ? "~" : "…");
	}
	int used = from + canvas_put(line, 0, col + from, cols - from, ROLE_TEXT, title);
	find_light(line, 0, col + from, cols - from, title, c->find);
	return used;
}

struct chosen_case {
	const struct cases *cases;
	const struct compare_row *row;
};

static int draw_chosen(const void *context, struct canvas line, const struct chosen_place *p)
{
	const struct chosen_case *of = context;
	char word[16];
	if (is_column(p, "title"))
		return put_title(of->cases, line, p->col, p->cols, of->row);
	if (is_column(p, "status")) {
		enum role role = case_word(word, &of->row->a);
		canvas_putc(line, 0, p->col, WORD, role, word);
		role = case_word(word, &of->row->b);
		canvas_putc(line, 0, p->col + WORD, WORD, role, word);
	} else if (is_column(p, "begins")) {
		put_begins(of->cases, line, p->col, p->cols + 1, of->row);
	} else if (is_figure(p)) {
		struct shown figure = shown_of(p);
		put_figures(line, p->col, of->row, &figure);
	} else {
		return -1;
	}
	return p->cols;
}

void cases_draw_head(const struct cases *c, struct canvas line)
{
	struct columns columns = columns_of(c, line.cols);
	struct chosen chosen;
	if (chosen_of(c, line.cols, &chosen)) {
		chosen_titles(&chosen, line, c->order.invert, (int64_t)place_of(c, c->order));
		return;
	}
	int col = 3 + columns.title_cols + 1;
	int64_t now = (int64_t)place_of(c, c->order);
	zone_head(line, 2, columns.title_cols, (int64_t)place_of(c, (struct compare_order){.by = BY_TITLE}), now);
	put_head(line, 3, -1, STR_LIT("case"), c->order.by == BY_TITLE, c->order.invert);
	canvas_putc(line, 0, col, WORD, ROLE_HEADING, "A");
	canvas_putc(line, 0, col + WORD, WORD, ROLE_HEADING, "B");
	col += 2 * WORD;
	for (size_t i = 0; i < columns.n; col += columns.at[i++].cols) {
		const struct shown *column = &columns.at[i];
		struct str title = column->by == BY_SCORE     ? c->data->scores[column->score]
		                   : column->by == BY_LATENCY ? STR_LIT("latency")
		                   : column->by == BY_COST    ? STR_LIT("cost")
		                                              : STR_LIT("first differs");
		if (column->by != BY_TITLE)
			zone_head(
			    line, col - 1, column->cols,
			    (int64_t)place_of(c, (struct compare_order){.by = column->by, .score = column->score}),
			    now);
		put_head(line, col, column->cols - 1, title, is_ordered_by(c, column), c->order.invert);
	}
}

static void draw_row(const struct cases *c, struct canvas line, const struct compare_row *row, bool cursor)
{
	char word[16];
	struct columns columns = columns_of(c, line.cols);
	int room = columns.title_cols, col = TITLE_COL + room + 1;
	struct chosen chosen;
	if (row->a.flaky || row->b.flaky)
		canvas_putc(line, 0, 1, 1, ROLE_WARNING, "≈");
	const struct marks *marks = marks_at(c, row);
	if (marks)
		marks_draw(marks, line, 0, row->a.flaky || row->b.flaky ? 2 : 1);
	if (chosen_of(c, line.cols, &chosen)) {
		struct chosen_case of = {c, row};
		chosen_row(&chosen, line, row, cursor, 0, draw_chosen, &of);
		if (c->old)
			canvas_tint(line, 0, 0, line.cols, ROLE_DIM);
		return;
	}
	int used = put_title(c, line, TITLE_COL, room, row);
	if (cursor)
		canvas_reverse(line, 0, TITLE_COL, used);
	enum role role = case_word(word, &row->a);
	canvas_putc(line, 0, col, WORD, role, word);
	role = case_word(word, &row->b);
	canvas_putc(line, 0, col + WORD, WORD, role, word);
	col += 2 * WORD;
	for (size_t i = 0; i < columns.n; col += columns.at[i++].cols)
		if (columns.at[i].by == BY_TITLE)
			put_begins(c, line, col, columns.at[i].cols, row);
		else
			put_figures(line, col, row, &columns.at[i]);
	if (c->old)
		canvas_tint(line, 0, 0, line.cols, ROLE_DIM);
}

static void draw_rule(const struct cases *c, struct canvas line, int class_)
{
	canvas_rule(line, 0, ROLE_BORDER);
	canvas_printf(line, 0, 2, -1, ROLE_HEADING, " %s %lld ", case_class_title((enum case_class)class_),
	              (long long)c->n[class_]);
}

static void draw_line(const void *context, struct canvas line, int64_t at, bool cursor)
{
	const struct cases *c = context;
	int64_t row;
	int class_ = class_at(c, at, &row);
	if (row >= 0)
		draw_row(c, line, cases_row(c, row), cursor);
	else if (class_ < N_CLASSES)
		draw_rule(c, line, class_);
}

void cases_draw(const struct cases *c, const struct list *list, struct canvas pane)
{
	list_draw(list, pane, draw_line, c);
}
