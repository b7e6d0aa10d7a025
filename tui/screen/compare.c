/* Two runs compared: the answer in a sentence, the metrics with their intervals, every case by class, the changed words of the
 * one under the cursor. */
#include <stdio.h>
#include <stdlib.h>

#include "store/query/queue_make.h"
#include "store/query/subject.h"
#include "tui/screen/pane_compare.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_memory.h"

static struct compare_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static const struct compare nothing = {.n_rows = 0};

static bool compare_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct compare_state *st = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "two runs are needed for a comparison");
	screen->visit = target->line[0] || target->text[0];
	st->a = target->id;
	st->b = target->id2;
	snprintf(st->start, sizeof st->start, "%s", target->text);
	list_init(&st->list);
	st->cases.only = N_CLASSES;
	st->data = &nothing;
	if (target->line[0]) {
		struct str text = str_cut(str_of(target->line), 0, COMPARE_FILTER_MAX);
		if (filter_typed(screen->ui, text, FILTER_PAIRS, COMPARE_FILTER_MAX))
			compare_set_filter(st, text);
	}
	return true;
}

static void compare_place(const struct screen *screen, struct target *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	*out = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
	snprintf(out->line, sizeof out->line, "%s", st->look.filter);
	if (row)
		snprintf(out->text, sizeof out->text, STR_FMT, STR_ARG(str_cut(row->key, 0, sizeof out->text - 1)));
}

static void add_side(struct buf *out, const char *name, const struct run_row *run, const struct case_side *side)
{
	buf_printf(out, "\n%s (" STR_FMT "):\n", name, STR_ARG(run->name.len ? run->name : run->text));
	buf_add_str(out, side->answer.ptr ? side->answer : str_of(case_no_answer(side)));
	buf_add_char(out, '\n');
}

/* The case: what was asked and expected, both answers. */
static bool copy_case(const struct compare_state *st, const struct compare_row *row, struct buf *out)
{
	if (!case_pair_is_of(&st->pair, row))
		return false;
	buf_add_str(out, row->title.len ? row->title : row->key);
	buf_add_cstr(out, "\n\ninput:\n");
	buf_add_str(out, case_input(&st->pair));
	buf_add_cstr(out, "\n\nexpected:\n");
	buf_add_str(out, case_expected(&st->pair));
	buf_add_char(out, '\n');
	add_side(out, "A", &st->data->a, &st->pair.a);
	add_side(out, "B", &st->data->b, &st->pair.b);
	return true;
}

/* As --sort names it, the worst first. */
static void add_order(const struct compare_state *st, struct buf *out)
{
	static const char *const names[] = {[BY_LATENCY] = "latency", [BY_COST] = "cost", [BY_TITLE] = "title"};
	const struct compare_order *order = &st->cases.order;
	if (order->by == BY_LOSS)
		return;
	buf_add_cstr(out, " --sort");
	copy_word(out, order->by == BY_SCORE ? st->data->scores[order->score] : str_of(names[order->by]));
}

static bool compare_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!st->loaded)
		return false;
	if (what == COPY_VIEW)
		return copy_link(out, "compare", st->data->a.text, st->data->b.text);
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor compare");
		copy_word(out, st->data->a.text);
		copy_word(out, st->data->b.text);
		if (st->look.filter[0]) {
			buf_add_cstr(out, " --where");
			copy_word(out, str_of(st->look.filter));
		}
		add_order(st, out);
		return true;
	}
	if (!row)
		return false;
	if (what == COPY_LINK)
		return copy_case_link(out, st->data->a.text, st->data->b.text, row->key);
	if (what == COPY_VALUE)
		return copy_case(st, row, out);
	return copy_str(out, what == COPY_ID || !row->title.len ? row->key : row->title);
}

static void compare_close(struct screen *screen)
{
	struct compare_state *st = state_of(screen);
	begins_done(&st->begins.b);
	free(st->begins.first);
	arena_done(&st->marks.arena);
	compare_held_drop(st->held);
	compare_view_done(&st->view);
	case_pair_done(&st->pair);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

/* The candidate's answer; of a case that only A has, A's. Of repeats the one that shows. */
static bool compare_subject(const struct screen *screen, struct subject_at *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = compare_cursor(st);
	if (!row)
		return false;
	const struct compare_side *side = row->b.present ? &row->b : &row->a;
	const struct case_side *shown = row->b.present ? &st->pair.b : &st->pair.a;
	*out = (struct subject_at){.kind = SUBJECT_CASE, .at = side->at};
	if (case_pair_is_of(&st->pair, row) && shown->present)
		out->at = shown->at;
	return true;
}

static const struct list *compare_list(const struct screen *screen)
{
	const struct compare_state *st = state_of(screen);
	return st->loaded ? &st->list : NULL;
}

/* The candidate's answer, else A's. */
static bool compare_row_at(const struct screen *screen, int64_t at, struct subject_at *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = st->loaded ? cases_row(&st->cases, cases_row_at(&st->cases, at)) : NULL;
	if (row)
		*out = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.present ? row->b.at : row->a.at};
	return row != NULL;
}

/* Both answers to each case that shows; of cases that have another key in B, B's. */
static bool compare_review(const struct screen *screen, struct arena *arena, struct queue_ask *out)
{
	const struct compare_state *st = state_of(screen);
	if (!st->loaded || !st->view.n)
		return false;
	struct subject_at *items = arena_alloc(arena, st->view.n * sizeof *items);
	size_t n = 0;
	for (size_t i = 0; i < st->view.n; i++) {
		const struct compare_row *row = &st->data->rows[st->view.rows[i]];
		if (row->a.present && row->b.present && row->a.at.case_id == row->b.at.case_id)
			items[n++] = (struct subject_at){.kind = SUBJECT_PAIR,
			                                 .at = row->a.at,
			                                 .run_b = row->b.at.run,
			                                 .repeat_b = row->b.at.repeat};
		else if (row->b.present)
			items[n++] = (struct subject_at){.kind = SUBJECT_CASE, .at = row->b.at};
	}
	*out = (struct queue_ask){.from = QUEUE_LISTED, .items = items, .n_items = n, .listed = STR_LIT("A or B")};
	return n > 0;
}

/* ---------------------------------------------------------------- how it was left */

static void compare_remember(const struct screen *screen, struct jout *out)
{
	const struct compare_state *st = state_of(screen);
	const struct compare_row *row = st->loaded ? compare_cursor(st) : NULL;
	const struct compare_order *order =
	    &st->look.order; /* what was asked for last: its answer may not be there yet */
	if (!st->loaded)
		return;
	remember_text(out, "filter", str_of(st->look.filter));
	remember_int(out, "order", (int64_t)order->by);
	if (order->by == BY_SCORE && order->score < st->data->n_scores)
		remember_text(out, "score", st->data->scores[order->score]);
	remember_flag(out, "inverted", order->invert);
	if (st->cases.only < N_CLASSES)
		remember_int(out, "only", st->cases.only + 1);
	remember_flag(out, "expected", st->expected);
	remember_flag(out, "metrics", st->all_metrics);
	if (st->list.cursor > 0)
		remember_row(out, &st->list, row ? row->key : STR_NONE);
}

/* The filter and the order, which are made anew; false: they are as they were. */
static bool recall_compare_look(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct compare_state *st = state_of(screen);
	struct str filter = recall_filter(kept, "filter", FILTER_PAIRS, screen->ui->now_ns, sizeof st->look.filter);
	struct compare_order order = {.by = (enum compare_by)recall_int(kept, "order", 0, BY_TITLE),
	                              .invert = recall_flag(kept, "inverted")};
	struct str score = recall_text(kept, "score");
	for (size_t i = 0; order.by == BY_SCORE && i < st->data->n_scores; i++)
		if (str_eq(st->data->scores[i], score))
			order.score = i;
	if (!lately || st->data->refused.len)
		filter = STR_NONE;
	if (filter.len == 0 && order.by == BY_LOSS && !order.invert)
		return false;
	compare_set_filter(st, filter);
	st->filter_is_old = filter.len > 0;
	st->look.order = order;
	return true;
}

static bool compare_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct compare_state *st = state_of(screen);
	if (st->failed)
		return true;
	if (!st->loaded)
		return false;
	if (!st->recalls) {
		st->recalls = true;
		st->expected = recall_flag(kept, "expected");
		st->all_metrics = recall_flag(kept, "metrics");
		if (recall_compare_look(screen, kept, lately))
			return false;
	}
	if (st->data->lost_only || st->shown.number != st->look.number)
		return false; /* the rest is on its way */
	int only = (int)recall_int(kept, "only", 0, N_CLASSES);
	if (lately && only && st->cases.n[only - 1])
		cases_show_only(&st->cases, only - 1);
	list_refit(&st->list, cases_lines(&st->cases), -1);
	for (int64_t i = 0; recall_text(kept, "on").len && i < (int64_t)st->view.n; i++)
		if (recall_is_row(kept, cases_row(&st->cases, i)->key)) {
			recall_row(kept, &st->list, cases_line_of(&st->cases, i));
			break;
		}
	cases_settle(&st->cases, &st->list, false);
	compare_lay_out(screen);
	return true;
}

const struct screen_ops screen_compare = {
    .name = "compare",
    .title = "Compare",
    .state_size = sizeof(struct compare_state),
    .actions = compare_actions,
    .open = compare_open,
    .ask = compare_ask,
    .fetch = compare_fetch,
    .take = compare_take,
    .draw = compare_draw,
    .beside = compare_beside,
    .headline = compare_headline,
    .status = compare_status,
    .place = compare_place,
    .copy = compare_copy,
    .subject = compare_subject,
    .list = compare_list,
    .row = compare_row_at,
    .review = compare_review,
    .hit = compare_hit,
    .remember = compare_remember,
    .recall = compare_recall,
    .close = compare_close,
};
