/* Which answers of a judge are shown: those it contradicts itself on, those people see otherwise, those to label next. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/judges_private.h"

static bool is_sure(enum judge_outcome o)
{
	return o == OUTCOME_GOOD || o == OUTCOME_BAD;
}

static double distance_of(const struct jd_view *v)
{
	return fabs(v->value - v->threshold); /* NaN if either is */
}

static bool fill(struct jd_work *w, const struct jd_view *v, struct judge_item *out, struct err *err)
{
	*out = (struct judge_item){.value = v->value,
	                           .threshold = v->threshold,
	                           .judge = v->outcome,
	                           .human = v->human,
	                           .n_judge = v->n,
	                           .n_passed = v->n_passed,
	                           .n_good = v->n_good,
	                           .n_bad = v->n_bad,
	                           .distance = distance_of(v),
	                           .spread = v->spread};
	const struct jd_target *other = &w->d->targets.at[v->other];
	if (v->other != v->target) {
		out->other = (struct case_at){other->run, other->case_id, other->repeat};
		out->other_trace = other->trace;
		out->other_span = other->span;
		out->other_has_span = other->has_span;
	}
	return jd_item(w->d, &w->d->targets.at[v->target], out, err);
}

static bool fill_all(struct jd_work *w, const struct jd_view **views, size_t n, int64_t most, struct judge_item **out,
                     size_t *n_out, struct err *err)
{
	bool ok = true;
	*n_out = n < (size_t)most ? n : (size_t)most;
	*out = arena_zalloc(&w->d->out->arena, *n_out + 1, sizeof **out);
	for (size_t i = 0; ok && i < *n_out; i++)
		ok = fill(w, views[i], &(*out)[i], err);
	return ok;
}

static int64_t most_rows(const struct jd_work *w)
{
	return w->d->opts->rows ? w->d->opts->rows : JUDGES_ROWS;
}

/* ---------------------------------------------------------------- disagreements */

static int larger(double a, double b) /* NaN last */
{
	if (IS_UNKNOWN(a) || IS_UNKNOWN(b))
		return IS_UNKNOWN(a) - IS_UNKNOWN(b);
	return a > b ? -1 : a < b;
}

static int worst_first(const void *pa, const void *pb)
{
	const struct jd_view *a = *(const struct jd_view *const *)pa, *b = *(const struct jd_view *const *)pb;
	int order = larger(distance_of(a), distance_of(b));
	if (order)
		return order;
	int people_a = abs(a->n_good - a->n_bad), people_b = abs(b->n_good - b->n_bad);
	if (people_a != people_b)
		return people_a > people_b ? -1 : 1;
	if (a->outcome != b->outcome)
		return a->outcome == OUTCOME_GOOD ? -1 : 1;
	return a->answer < b->answer ? -1 : a->answer > b->answer;
}

bool jd_disagreements(struct jd_work *w, struct jd_judge *j, struct err *err)
{
	const struct jd_view **order = xcalloc(j->n_views + 1, sizeof *order);
	size_t n = 0;
	for (size_t i = 0; i < j->n_views; i++)
		if (is_sure(j->views[i].human) && is_sure(j->views[i].outcome) &&
		    j->views[i].human != j->views[i].outcome)
			order[n++] = &j->views[i];
	if (n > 1)
		qsort(order, n, sizeof *order, worst_first);
	j->row->disagreements_of = (int64_t)n;
	bool ok = fill_all(w, order, n, most_rows(w), &j->row->disagreements, &j->row->n_disagreements, err);
	free(order);
	return ok;
}

/* ---------------------------------------------------------------- flips */

struct judged {
	uint64_t group;
	const struct jd_score *score;
};

static int by_group(const void *pa, const void *pb)
{
	const struct judged *a = pa, *b = pb;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return a->score < b->score ? -1 : a->score > b->score;
}

struct flip_sums {
	struct judge_flips out;
	double spreads;
	VEC(struct jd_view) flipped;
};

/* n scores of one judge on equal answers. */
static void count_group(struct flip_sums *sums, const struct judged *at, size_t n)
{
	int64_t good = 0, bad = 0, numbers = 0;
	double low = UNKNOWN_DOUBLE, high = UNKNOWN_DOUBLE, sum = 0;
	struct jd_view view = {.answer = at->score->answer,
	                       .target = at->score->target,
	                       .other = at->score->target,
	                       .threshold = at->score->cut,
	                       .human_value = UNKNOWN_DOUBLE};
	for (size_t i = 0; i < n; i++) {
		const struct jd_score *s = at[i].score;
		good += s->outcome == OUTCOME_GOOD;
		bad += s->outcome == OUTCOME_BAD;
		if (view.other == view.target && s->outcome != at->score->outcome)
			view.other = s->target;
		if (!isfinite(s->value))
			continue;
		numbers++;
		sum += s->value;
		low = low <= s->value ? low : s->value;
		high = high >= s->value ? high : s->value;
	}
	if (numbers > 1) {
		sums->out.numbers++;
		sums->spreads += high - low;
		sums->out.most = sums->out.most >= high - low ? sums->out.most : high - low;
	}
	if (good + bad < 2)
		return;
	sums->out.groups++;
	sums->out.pairs += (good + bad) * (good + bad - 1) / 2;
	sums->out.pairs_flipped += good * bad;
	if (!good || !bad)
		return;
	sums->out.flipped++;
	view.n = (int32_t)(good + bad);
	view.n_passed = (int32_t)good;
	view.outcome = good > bad ? OUTCOME_GOOD : OUTCOME_BAD;
	view.value = numbers ? sum / (double)numbers : UNKNOWN_DOUBLE;
	view.spread = numbers > 1 ? high - low : UNKNOWN_DOUBLE;
	*vec_add(&sums->flipped) = view;
}

static int widest_first(const void *pa, const void *pb)
{
	const struct jd_view *a = *(const struct jd_view *const *)pa, *b = *(const struct jd_view *const *)pb;
	int order = larger(a->spread, b->spread);
	if (order)
		return order;
	int32_t less_a = a->n_passed < a->n - a->n_passed ? a->n_passed : a->n - a->n_passed;
	int32_t less_b = b->n_passed < b->n - b->n_passed ? b->n_passed : b->n - b->n_passed;
	if (less_a != less_b)
		return less_a > less_b ? -1 : 1;
	return a->answer < b->answer ? -1 : a->answer > b->answer;
}

/* What people said of the answer stands in its view. */
static void take_people(const struct jd_judge *j, struct jd_view *to)
{
	size_t low = 0, high = j->n_views;
	while (low < high && !j->row->all_models) {
		size_t middle = low + (high - low) / 2;
		if (j->views[middle].answer < to->answer)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low; i < j->n_views && (j->row->all_models || i == low); i++) {
		const struct jd_view *v = &j->views[i];
		if (v->answer != to->answer)
			continue;
		to->human = v->human;
		to->n_good = v->n_good;
		to->n_bad = v->n_bad;
		to->n_unsure = v->n_unsure;
		return;
	}
}

bool jd_flips(struct jd_work *w, struct jd_judge *j, struct err *err)
{
	struct judged *at = xcalloc(j->n_scores + 1, sizeof *at);
	struct flip_sums sums = {.out.most = UNKNOWN_DOUBLE};
	size_t n = 0;
	for (size_t i = 0; i < j->n_scores; i++) {
		uint64_t group = w->d->targets.at[j->scores[i].target].group;
		/* Only the same model can contradict itself. */
		if (group)
			at[n++] = (struct judged){jd_mix(group, (uint64_t)j->scores[i].judge), &j->scores[i]};
	}
	if (n > 1)
		qsort(at, n, sizeof *at, by_group);
	for (size_t first = 0, next; first < n; first = next) {
		for (next = first + 1; next < n && at[next].group == at[first].group; next++)
			;
		if (next - first > 1)
			count_group(&sums, at + first, next - first);
	}
	sums.out.share =
	    sums.out.groups ? interval_wilson((double)sums.out.flipped, (double)sums.out.groups) : INTERVAL_NONE;
	sums.out.spread = sums.out.numbers ? sums.spreads / (double)sums.out.numbers : UNKNOWN_DOUBLE;
	j->row->flips = sums.out;
	const struct jd_view **order = xcalloc(sums.flipped.n + 1, sizeof *order);
	for (size_t i = 0; i < sums.flipped.n; i++)
		order[i] = &sums.flipped.at[i];
	if (sums.flipped.n > 1)
		qsort(order, sums.flipped.n, sizeof *order, widest_first);
	for (size_t i = 0; i < sums.flipped.n && i < (size_t)most_rows(w); i++)
		take_people(j, (struct jd_view *)(uintptr_t)order[i]);
	bool ok = fill_all(w, order, sums.flipped.n, most_rows(w), &j->row->flipped, &j->row->n_flipped, err);
	free(order);
	vec_done(&sums.flipped);
	free(at);
	return ok;
}

/* ---------------------------------------------------------------- what to label next
 *
 * Kappa's interval narrows fastest when both verdicts are met equally often, however rare one is: so as many of each. Inside a verdict one
 * from the nearer half to the threshold, one from the farther half in turn, so that the hard ones are met and the easy ones still stand for
 * the rest; inside a half by a fixed lot. So the list does not move when a label is given, but for what was labelled. */

enum stratum { PASS_NEAR, FAIL_NEAR, PASS_FAR, FAIL_FAR, NO_VERDICT, N_STRATA };

static const char *const reasons[N_STRATA] = {
    [PASS_NEAR] = "a narrow pass",
    [FAIL_NEAR] = "a narrow fail",
    [PASS_FAR] = "a clear pass",
    [FAIL_FAR] = "a clear fail",
    [NO_VERDICT] = "no verdict of the judge",
};

struct candidate {
	const struct jd_view *view;
	uint64_t draw;
};

static int by_draw(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	if (a->draw != b->draw)
		return a->draw < b->draw ? -1 : 1;
	return a->view < b->view ? -1 : a->view > b->view;
}

static int nearest_first(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	double x = distance_of(a->view), y = distance_of(b->view);
	if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
		return IS_UNKNOWN(x) && IS_UNKNOWN(y) ? by_draw(pa, pb) : IS_UNKNOWN(x) ? 1 : -1;
	return x < y ? -1 : x > y ? 1 : by_draw(pa, pb);
}

struct stratum_list {
	struct candidate *at;
	size_t n, next;
};

static void make_strata(struct jd_work *w, const struct jd_judge *j, struct candidate *room, enum judge_outcome o,
                        struct stratum_list *near, struct stratum_list *far)
{
	size_t n = 0;
	for (size_t i = 0; i < j->n_views; i++) {
		const struct jd_view *v = &j->views[i];
		enum judge_outcome is = is_sure(v->outcome) ? v->outcome : OUTCOME_NONE;
		if (is == o && v->n_good + v->n_bad + v->n_unsure == 0)
			room[n++] = (struct candidate){v, w->d->answers.at[v->answer].draw};
	}
	if (n > 1)
		qsort(room, n, sizeof *room, nearest_first);
	size_t half = far ? (n + 1) / 2 : n;
	*near = (struct stratum_list){.at = room, .n = half};
	if (half > 1)
		qsort(room, half, sizeof *room, by_draw);
	if (!far)
		return;
	*far = (struct stratum_list){.at = room + half, .n = n - half};
	if (n - half > 1)
		qsort(room + half, n - half, sizeof *room, by_draw);
}

static bool is_taken(const struct jd_view **order, size_t n, size_t answer)
{
	for (size_t i = 0; i < n; i++)
		if (order[i]->answer == answer)
			return true;
	return false;
}

bool jd_next(struct jd_work *w, struct jd_judge *j, struct err *err)
{
	size_t most = (size_t)(w->d->opts->next ? w->d->opts->next : JUDGES_NEXT), n = 0;
	struct candidate *room = xcalloc(3 * (j->n_views + 1), sizeof *room);
	struct stratum_list lists[N_STRATA] = {{0}};
	make_strata(w, j, room, OUTCOME_GOOD, &lists[PASS_NEAR], &lists[PASS_FAR]);
	make_strata(w, j, room + j->n_views, OUTCOME_BAD, &lists[FAIL_NEAR], &lists[FAIL_FAR]);
	make_strata(w, j, room + 2 * j->n_views, OUTCOME_NONE, &lists[NO_VERDICT], NULL);
	const struct jd_view **order = xcalloc(most + 1, sizeof *order);
	enum stratum *of = xcalloc(most + 1, sizeof *of);
	bool any = true;
	/* The fewer of a verdict people have seen, the earlier it comes: the side that lacks labels begins. */
	bool fails_first = j->row->cells[0][0] + j->row->cells[1][0] < j->row->cells[0][1] + j->row->cells[1][1];
	static const enum stratum turns[2][5] = {
	    {PASS_NEAR, FAIL_NEAR, PASS_FAR, FAIL_FAR, NO_VERDICT},
	    {FAIL_NEAR, PASS_NEAR, FAIL_FAR, PASS_FAR, NO_VERDICT}
        };
	bool verdicts = j->row->passed + j->row->failed > 0;
	while (any && n < most) {
		any = false;
		for (size_t i = 0; i < N_STRATA && n < most; i++) {
			enum stratum s = turns[fails_first][i];
			struct stratum_list *list = &lists[s];
			if (s == NO_VERDICT && verdicts)
				continue;
			while (list->next < list->n && is_taken(order, n, list->at[list->next].view->answer))
				list->next++;
			if (list->next == list->n)
				continue;
			of[n] = s;
			order[n++] = list->at[list->next++].view;
			any = true;
		}
	}
	bool ok = fill_all(w, order, n, (int64_t)most, &j->row->next, &j->row->n_next, err);
	for (size_t i = 0; ok && i < n; i++) {
		bool plain = IS_UNKNOWN(j->row->next[i].distance) && of[i] != NO_VERDICT;
		j->row->next[i].why = !plain                                  ? reasons[of[i]]
		                      : j->row->next[i].judge == OUTCOME_GOOD ? "passed"
		                                                              : "failed";
	}
	free(room);
	free(order);
	free(of);
	return ok;
}
