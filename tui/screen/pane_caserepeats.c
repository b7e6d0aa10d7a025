/* All repeats of a case in both runs: a row a number, A's half and B's; below it each different answer once. */
#include <stdio.h>
#include <stdlib.h>

#include "tui/screen/pane_casetabs.h"
#include "tui/keyed.h"

enum {
	HEAD = 2,
	NUMBER = 8,   /* columns of the repeat's number, with the cursor */
	VERDICT = 10, /* of "* verdict " */
	ANSWER = 5,
	LATENCY = 8,
	COST = 9,
	SCORE = 8,
	ANSWER_ROWS = 6
};

void caserepeats_done(struct caserepeats *r)
{
	free(r->numbers);
	*r = (struct caserepeats){0};
}

static int by_number(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

void caserepeats_set(struct caserepeats *r, const struct case_whole *w)
{
	const struct case_repeats_side *a = &w->repeats.a, *b = &w->repeats.b;
	int64_t before = r->numbers && r->list.total ? r->numbers[r->list.cursor] : UNKNOWN_INT;
	size_t n = 0, kept = 0;
	r->w = w;
	r->numbers = xrealloc(r->numbers, size_add(size_add(a->n, b->n), 1), sizeof *r->numbers);
	for (size_t i = 0; i < a->n; i++)
		r->numbers[n++] = a->at[i].at.repeat;
	for (size_t i = 0; i < b->n; i++)
		r->numbers[n++] = b->at[i].at.repeat;
	qsort(r->numbers, n, sizeof *r->numbers, by_number);
	for (size_t i = 0; i < n; i++)
		if (!kept || r->numbers[i] != r->numbers[kept - 1])
			r->numbers[kept++] = r->numbers[i];
	r->list.total = (int64_t)kept;
	int64_t found = 0, want = before != UNKNOWN_INT ? before
	                          : b->n                ? b->at[w->at_b].at.repeat
	                                                : a->at[w->at_a].at.repeat;
	for (size_t i = 0; i < kept; i++)
		found = r->numbers[i] == want ? (int64_t)i : found;
	list_go(&r->list, found);
}

int caserepeats_rows(const struct caserepeats *r, int rows)
{
	int64_t most = rows > 2 * HEAD + 4 ? rows / 2 : rows;
	return (int)(r->list.total + HEAD < most ? r->list.total + HEAD : most);
}

/* ---------------------------------------------------------------- one side of a row */

/* Which columns a half of so many has room for: what no repeat has takes none, and a score goes before the cost. */
struct fit {
	bool latency, cost;
	int scores;
};

static bool any_has(const struct caserepeats *r, bool cost)
{
	const struct case_repeats_side *const sides[] = {&r->w->repeats.a, &r->w->repeats.b};
	for (int side = 0; side < 2; side++)
		if (!IS_UNKNOWN(cost ? sides[side]->cost_usd : sides[side]->latency_ns))
			return true;
	return false;
}

static struct fit fit_of(const struct caserepeats *r, int cols)
{
	int room = cols - VERDICT - ANSWER, n = (int)r->w->repeats.n_scores;
	struct fit fit = {.latency = any_has(r, false)};
	room -= fit.latency ? LATENCY : 0;
	if (n && room >= SCORE) {
		fit.scores = 1;
		room -= SCORE;
	}
	fit.cost = any_has(r, true) && room >= COST;
	room -= fit.cost ? COST : 0;
	for (; fit.scores > 0 && fit.scores < n && room >= SCORE; room -= SCORE)
		fit.scores++;
	return fit;
}

static size_t score_at(const struct caserepeats *r, int i)
{
	return (r->score + (size_t)i) % r->w->repeats.n_scores;
}

static void draw_half_head(const struct caserepeats *r, struct canvas c)
{
	struct fit fit = fit_of(r, c.cols);
	int col = VERDICT;
	canvas_putc(c, 0, 2, VERDICT - 2, ROLE_HEADING, "verdict");
	canvas_putc(c, 0, col, ANSWER, ROLE_HEADING, "ans.");
	col += ANSWER;
	if (fit.latency)
		canvas_put_right(c, 0, col, LATENCY - 1, ROLE_HEADING, STR_LIT("latency"));
	col += fit.latency ? LATENCY : 0;
	for (int i = 0; i < fit.scores; i++, col += SCORE)
		canvas_put(c, 0, col, SCORE - 1, ROLE_HEADING, r->w->repeats.scores[score_at(r, i)]);
	if (fit.cost)
		canvas_put_right(c, 0, col, COST - 1, ROLE_HEADING, STR_LIT("cost"));
}

static const char *verdict_word(enum case_status status)
{
	switch (status) {
	case CASE_PASSED: return "pass";
	case CASE_FAILED: return "FAIL";
	case CASE_ERROR: return "error";
	case CASE_UNSCORED:
	case N_CASE_STATUSES: break;
	}
	return "none";
}

static void draw_half(const struct caserepeats *r, struct canvas c, const struct case_repeat *repeat, bool shown)
{
	struct fit fit = fit_of(r, c.cols);
	struct buf out = BUF_INIT;
	int col = VERDICT;
	if (!repeat)
		return;
	canvas_putc(c, 0, 0, 1, ROLE_MARK, shown ? "*" : " ");
	canvas_putc(c, 0, 2, VERDICT - 3, case_status_role(repeat->status), verdict_word(repeat->status));
	if (repeat->answer >= 0)
		canvas_printf(c, 0, col, ANSWER - 1, ROLE_TEXT, "%lld", (long long)repeat->answer + 1);
	else
		canvas_putc(c, 0, col, ANSWER - 1, ROLE_DIM, "none");
	col += ANSWER;
	if (fit.latency) {
		units_duration(&out, repeat->latency_ns, r->ascii);
		canvas_put_right(c, 0, col, LATENCY - 1, ROLE_TEXT, buf_str(&out));
		col += LATENCY;
	}
	for (int i = 0; i < fit.scores; i++, col += SCORE) {
		buf_clear(&out);
		units_score(&out, repeat->scores[score_at(r, i)]);
		canvas_put(c, 0, col, SCORE - 1, ROLE_TEXT, buf_str(&out));
	}
	if (fit.cost) {
		buf_clear(&out);
		units_usd(&out, repeat->cost_usd);
		canvas_put_right(c, 0, col, COST - 1, ROLE_TEXT, buf_str(&out));
	}
	buf_done(&out);
}

/* ---------------------------------------------------------------- the table */

static struct canvas half_of(struct canvas row, int side)
{
	int half = (row.cols - NUMBER - 2) / 2;
	return canvas_part(row, 0, side ? NUMBER + half + 2 : NUMBER, 1, half);
}

static void draw_row(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct caserepeats *r = context;
	const struct case_repeats *all = &r->w->repeats;
	size_t a = case_repeat_index(&all->a, r->numbers[row]), b = case_repeat_index(&all->b, r->numbers[row]);
	canvas_printf(line, 0, 2, NUMBER - 3, cursor ? ROLE_CURSOR : ROLE_TEXT, "%lld", (long long)r->numbers[row] + 1);
	draw_half(r, half_of(line, 0), a == SIZE_MAX ? NULL : &all->a.at[a], a == r->w->at_a);
	draw_half(r, half_of(line, 1), b == SIZE_MAX ? NULL : &all->b.at[b], b == r->w->at_b);
}

void caserepeats_draw(const struct caserepeats *r, struct canvas pane)
{
	struct canvas names = canvas_part(pane, 0, 0, 1, pane.cols), head = canvas_part(pane, 1, 0, 1, pane.cols);
	canvas_putc(head, 0, 1, NUMBER - 2, ROLE_HEADING, "repeat");
	for (int side = 0; side < 2; side++) {
		const struct case_repeats_side *s = side ? &r->w->repeats.b : &r->w->repeats.a;
		struct canvas half = half_of(names, side);
		struct buf words = BUF_INIT;
		case_repeats_words(&words, s);
		int col = 2 + canvas_putc(half, 0, 2, -1, ROLE_HEADING, side ? "B  " : "A  ");
		canvas_put(half, 0, col, half.cols - col - 1, s->unstable ? ROLE_WARNING : ROLE_TEXT, buf_str(&words));
		draw_half_head(r, half_of(head, side));
		buf_done(&words);
	}
	struct canvas rows = canvas_part(pane, HEAD, 0, pane.rows - HEAD, pane.cols);
	for (int row = 0; row < pane.rows; row++)
		canvas_putc(pane, row, NUMBER + (pane.cols - NUMBER - 2) / 2, 1, ROLE_BORDER, "│");
	list_draw(&r->list, rows, draw_row, r);
}

/* ---------------------------------------------------------------- answers */

static void lay_answer(struct sheet *s, const struct case_whole *w, size_t i, const struct case_show *show)
{
	const struct case_answer *answer = &w->answers[i];
	struct flow f = {.col = 10, .cols = s->cols - 10 > 8 ? s->cols - 10 : 8, .ascii = show->ascii};
	const char *times = show->ascii ? "x" : "×";
	sheet_gap(s);
	sheet_row(s);
	sheet_printf(s, ROLE_HEADING, "answer %zu", i + 1);
	sheet_column(s, 10);
	if (answer->n_a)
		sheet_printf(s, ROLE_TEXT, "A %lld%s  ", (long long)answer->n_a, times);
	if (answer->n_b)
		sheet_printf(s, ROLE_TEXT, "B %lld%s  ", (long long)answer->n_b, times);
	if (answer->n_a && answer->n_b)
		sheet_addc(s, ROLE_DIM, "the same answer on both sides");
	sheet_row(s);
	if (answer->text.len)
		flow_add(&f, ROLE_TEXT, answer->text);
	else
		flow_addc(&f, ROLE_DIM,
		          answer->text.ptr         ? "(empty)"
		          : i >= CASE_ANSWERS_READ ? "(not read: only the first 40 answers are)"
		                                   : "(its record is not in the store)");
	flow_lay_one(s, &f, show->unfold ? 0 : ANSWER_ROWS);
	flow_done(&f);
}

/* "A 3 × the same answer · B 2 different answers" */
void caserepeats_answers(struct sheet *s, int cols, const struct case_whole *w, const struct case_show *show)
{
	sheet_begin(s, cols);
	const struct case_repeats *r = &w->repeats;
	if (r->a.n <= 1 && r->b.n <= 1) {
		sheet_addc(s, ROLE_DIM, "This case was run once on either side: it has no repeats.");
		return;
	}
	for (int side = 0; side < 2; side++) {
		const struct case_repeats_side *of = side ? &r->b : &r->a;
		sheet_addc(s, ROLE_HEADING, side ? "   B " : "A ");
		if (of->n_answers == 1 && of->n > 1)
			sheet_printf(s, ROLE_TEXT, "%zu %s same answer", of->n, show->ascii ? "x" : "×");
		else
			sheet_printf(s, ROLE_TEXT, "%zu different answer%s in %zu", of->n_answers,
			             of->n_answers == 1 ? "" : "s", of->n);
	}
	sheet_addc(s, ROLE_DIM, keyed("   (* compared now; {Enter}: compare this one)"));
	for (size_t i = 0; i < w->n_answers && !sheet_is_full(s); i++)
		lay_answer(s, w, i, show);
}
