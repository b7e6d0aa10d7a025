#include "tui/screen/pane_cases.h"

#include <stdio.h>

#include "store/base/units.h"
#include "tui/screen/pane_text.h"

enum {
	WORD = 5,   /* columns of "pass " */
	SCORE = 14, /* of "0.94 → 0.31" and a gap */
	TITLE = 38, /* a title keeps at least this much when scores are added */
	MAX_SHOWN = 4
};

/* ---------------------------------------------------------------- lines and rows */

static bool is_yes_or_no(double d)
{
	return IS_UNKNOWN(d) || d <= 0 || (d >= 1 && d <= 1);
}

static bool is_graded(const struct compare *data, size_t score)
{
	for (size_t i = 0; i < data->n_rows; i++)
		if (!is_yes_or_no(data->rows[i].a.scores[score]) || !is_yes_or_no(data->rows[i].b.scores[score]))
			return true;
	return false;
}

static void order_scores(struct cases *c)
{
	size_t n = c->data->n_scores < CASES_SCORES ? c->data->n_scores : CASES_SCORES;
	c->n_scores = 0;
	for (int graded = 1; graded >= 0; graded--)
		for (size_t i = 0; i < n; i++)
			if (is_graded(c->data, i) == (graded == 1))
				c->order[c->n_scores++] = i;
}

void cases_set(struct cases *c, const struct compare *data)
{
	c->data = data;
	memset(c->n, 0, sizeof c->n);
	for (size_t i = 0; i < data->n_rows; i++)
		c->n[data->rows[i].class_]++;
	int64_t first = 0;
	for (int k = 0; k < N_CLASSES; k++) {
		c->first[k] = first;
		first += c->n[k];
	}
	order_scores(c);
	if (c->score >= c->n_scores)
		c->score = 0;
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
	int64_t rules = 0;
	for (int k = 0; k < N_CLASSES; k++)
		rules += c->n[k] && c->first[k] > 0 && c->first[k] <= row;
	return row + rules;
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

void cases_settle(const struct cases *c, struct list *list, bool up)
{
	if (list->total && cases_row_at(c, list->cursor) < 0)
		list_go(list, list->cursor + (up && list->cursor > 0 ? -1 : 1));
}

/* ---------------------------------------------------------------- drawing */

enum role case_word(char out[16], const struct compare_side *side)
{
	if (!side->present) {
		snprintf(out, 16, " ");
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

/* How many scores a row of that width shows beside the title. */
static size_t scores_shown(const struct cases *c, int cols)
{
	int room = (cols - 3 - 2 * WORD - 1 - (cols >= 60 ? TITLE : 12)) / SCORE;
	size_t most = room < 0 ? 0 : room > MAX_SHOWN ? MAX_SHOWN : (size_t)room;
	return most < c->n_scores ? most : c->n_scores;
}

static int title_cols(const struct cases *c, int cols)
{
	return cols - 3 - 2 * WORD - 1 - (int)scores_shown(c, cols) * SCORE;
}

static size_t nth_score(const struct cases *c, size_t i)
{
	return c->order[(c->score + i) % c->n_scores];
}

void cases_draw_head(const struct cases *c, struct canvas line)
{
	int col = 3 + title_cols(c, line.cols) + 1;
	canvas_putc(line, 0, 3, -1, ROLE_HEADING, "case");
	canvas_putc(line, 0, col, WORD, ROLE_HEADING, "A");
	canvas_putc(line, 0, col + WORD, WORD, ROLE_HEADING, "B");
	for (size_t i = 0; i < scores_shown(c, line.cols); i++)
		canvas_put(line, 0, col + 2 * WORD + (int)i * SCORE, SCORE - 1, ROLE_HEADING,
		           c->data->scores[nth_score(c, i)]);
}

/* Two decimals, so that the figures stand below each other; a scale of its own as it is. */
static void add_score(struct buf *out, double score)
{
	if (IS_UNKNOWN(score) || score >= 10 || score <= -10)
		units_score(out, score);
	else
		buf_printf(out, "%.2f", score);
}

static void put_score(struct canvas line, int col, double a, double b)
{
	struct buf text = BUF_INIT;
	if (IS_UNKNOWN(a) && IS_UNKNOWN(b))
		return;
	add_score(&text, a);
	canvas_put_right(line, 0, col, 5, ROLE_TEXT, buf_str(&text));
	buf_clear(&text);
	add_score(&text, b);
	if (line.grid->ascii) /* "0.94 > 0.31" would say something else */
		canvas_putc(line, 0, col + 5, 2, ROLE_DIM, "->");
	else
		canvas_putc(line, 0, col + 6, 1, ROLE_DIM, "→");
	canvas_put(line, 0, col + 8, 5, ROLE_TEXT, buf_str(&text));
	buf_done(&text);
}

static void draw_row(const struct cases *c, struct canvas line, const struct compare_row *row, bool cursor)
{
	char word[16];
	int room = title_cols(c, line.cols), col = 3 + room + 1;
	if (row->a.flaky || row->b.flaky)
		canvas_putc(line, 0, 1, 1, ROLE_WARNING, "≈");
	int used = canvas_put(line, 0, 3, room, ROLE_TEXT, row->title);
	find_light(line, 0, 3, room, row->title, c->find);
	if (cursor)
		canvas_reverse(line, 0, 3, used);
	enum role role = case_word(word, &row->a);
	canvas_putc(line, 0, col, WORD, role, word);
	role = case_word(word, &row->b);
	canvas_putc(line, 0, col + WORD, WORD, role, word);
	for (size_t i = 0; i < scores_shown(c, line.cols); i++) {
		size_t k = nth_score(c, i);
		put_score(line, col + 2 * WORD + (int)i * SCORE, row->a.scores[k], row->b.scores[k]);
	}
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
		draw_row(c, line, &c->data->rows[row], cursor);
	else if (class_ < N_CLASSES)
		draw_rule(c, line, class_);
}

void cases_draw(const struct cases *c, const struct list *list, struct canvas pane)
{
	list_draw(list, pane, draw_line, c);
}
