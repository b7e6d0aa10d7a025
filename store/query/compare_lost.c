/* The first screen of a comparison: the lost cases before all others. The verdicts of both runs, which an index holds, say which they
 * are; their scores, which lie close together, which of very many come first; so that the wide rows are read of these alone. */
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/compare_private.h"

enum {
	LOST_MOST = 20000, /* reading so many is hardly less than reading all */
	LOST_FIRST = 400   /* of more than twice as many the first */
};

typedef VEC(int64_t) id_list;

/* Merges the verdicts of both runs: the cases lost, and how many of each class there are. */
static void merge_verdicts(const struct verdicts *a, const struct verdicts *b, struct compare *out, id_list *lost)
{
	size_t i = 0, k = 0;
	while (i < a->n || k < b->n) {
		if (k == b->n || (i < a->n && a->at[i].case_id < b->at[k].case_id)) {
			out->count[CLASS_ONLY_A]++;
			i++;
		} else if (i == a->n || b->at[k].case_id < a->at[i].case_id) {
			out->count[CLASS_ONLY_B]++;
			k++;
		} else {
			enum case_class class_ = compare_class_of_verdicts(a->at[i].status, b->at[k].status);
			out->paired++;
			out->count[class_]++;
			if (class_ == CLASS_REGRESSED && lost->n < LOST_MOST)
				*vec_add(lost) = a->at[i].case_id;
			i++;
			k++;
		}
	}
	out->count[CLASS_CHANGED] = out->count[CLASS_SAME] = -1;
}

static void ids_json(const id_list *ids, struct buf *out)
{
	buf_clear(out);
	buf_add_char(out, '[');
	for (size_t i = 0; i < ids->n; i++)
		buf_printf(out, "%s%lld", i ? "," : "", (long long)ids->at[i]);
	buf_add_char(out, ']');
}

/* ---------------------------------------------------------------- of very many the first */

/* The cases with their scores and nothing else: enough for their order. */
static bool read_light(struct db *db, int64_t run, const id_list *ids, struct str only, enum case_status status,
                       struct side_run *out, struct err *err)
{
	out->cases = xcalloc(ids->n + 1, sizeof *out->cases);
	out->n = out->cap = ids->n;
	for (size_t i = 0; i < ids->n; i++)
		out->cases[i] = (struct side_case){
		    .case_id = ids->at[i],
		    .side = {.present = true, .status = status, .scored = 1, .passes = status == CASE_PASSED}
                };
	return side_scores(db, run, only, out, err);
}

static int by_id(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return (a > b) - (a < b);
}

/* Leaves those with the largest losses: LOST_FIRST, and all that lost as much as the last of them, since titles decide among these. */
static bool keep_first(struct db *db, struct compare *out, struct str only, id_list *ids, struct err *err)
{
	struct compare_work work = {0};
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct compare light = {.arena = ARENA_INIT, .a = {.id = out->a.id}, .b = {.id = out->b.id}};
	bool ok = read_light(db, out->a.id, ids, only, CASE_PASSED, &work.a, err) &&
	          read_light(db, out->b.id, ids, only, CASE_FAILED, &work.b, err) &&
	          compare_sides(db, &opts, &work, &light, err);
	if (ok && light.n_rows > LOST_FIRST) {
		double least = light.rows[LOST_FIRST - 1].loss;
		ids->n = 0;
		for (size_t i = 0; i < light.n_rows && light.rows[i].loss >= least; i++)
			*vec_add(ids) = light.rows[i].case_id;
		qsort(ids->at, ids->n, sizeof *ids->at, by_id);
	}
	compare_work_done(&work);
	compare_done(&light);
	return ok;
}

/* ---------------------------------------------------------------- the rows */

/* In the order they have among all. */
static bool lost_rows(struct db *db, id_list *lost, struct compare *out, struct err *err)
{
	struct compare_work work = {0};
	struct compare all = *out;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct buf only = BUF_INIT;
	bool ok = true;
	ids_json(lost, &only);
	if (lost->n > (size_t)2 * LOST_FIRST) {
		ok = keep_first(db, out, buf_str(&only), lost, err);
		ids_json(lost, &only);
	}
	ok = ok && side_read(db, out->a.id, buf_str(&only), &out->arena, &work.a, err) &&
	     side_read(db, out->b.id, buf_str(&only), &out->arena, &work.b, err) &&
	     compare_sides(db, &opts, &work, out, err);
	compare_work_done(&work);
	buf_done(&only);
	/* Counts are those of all cases again, and so is the sentence. */
	memcpy(out->count, all.count, sizeof all.count);
	out->paired = all.paired;
	out->lost_only = true;
	compare_sentence(out);
	return ok;
}

bool compare_lost(struct db *db, int64_t a, int64_t b, struct compare *out, struct err *err)
{
	static const struct compare_opts rows = {.margin = UNKNOWN_DOUBLE, .rows_only = true};
	struct verdicts in_a = {0}, in_b = {0};
	id_list lost = {0};
	*out = (struct compare){.arena = ARENA_INIT};
	bool ok = runs_get(db, a, &out->arena, &out->a, err) && runs_get(db, b, &out->arena, &out->b, err) &&
	          side_verdicts(db, a, &in_a, err) && side_verdicts(db, b, &in_b, err);
	if (ok)
		merge_verdicts(&in_a, &in_b, out, &lost);
	bool few = ok && out->count[CLASS_REGRESSED] > 0 && out->count[CLASS_REGRESSED] <= LOST_MOST;
	free(in_a.at);
	free(in_b.at);
	if (few)
		ok = lost_rows(db, &lost, out, err);
	vec_done(&lost);
	if (few || !ok)
		return ok;
	compare_done(out);
	return compare_runs(db, a, b, &rows, out, err);
}
