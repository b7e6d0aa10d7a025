/* People's verdicts on the answers of a run. */
#include <stdlib.h>
#include <string.h>

#include "store/annotate.h"
#include "store/base/hash.h"
#include "store/base/vec.h"
#include "store/query/runs.h"

struct vote {
	int64_t case_id;
	uint64_t input_hash, output_hash, author;
	int64_t repeat; /* of answers that are nothing: each its own */
	int64_t time_ns;
	enum verdict verdict;
};

static int by_answer(const struct vote *a, const struct vote *b)
{
	if (a->case_id != b->case_id)
		return a->case_id < b->case_id ? -1 : 1;
	if (a->output_hash != b->output_hash)
		return a->output_hash < b->output_hash ? -1 : 1;
	if (a->input_hash != b->input_hash)
		return a->input_hash < b->input_hash ? -1 : 1;
	return a->repeat < b->repeat ? -1 : a->repeat > b->repeat;
}

static int by_vote(const void *pa, const void *pb)
{
	const struct vote *a = pa, *b = pb;
	int order = by_answer(a, b);
	if (order)
		return order;
	if (a->author != b->author)
		return a->author < b->author ? -1 : 1;
	return a->time_ns > b->time_ns ? -1 : a->time_ns < b->time_ns; /* the newest first */
}

static void count(struct vote *votes, size_t n, struct run_verdicts *out)
{
	for (size_t i = 0, next; i < n; i = next) {
		int64_t good = 0, bad = 0;
		for (next = i; next < n && by_answer(&votes[i], &votes[next]) == 0; next++) {
			bool again = next > i && votes[next].author == votes[next - 1].author;
			good += !again && votes[next].verdict == VERDICT_GOOD;
			bad += !again && votes[next].verdict == VERDICT_BAD;
		}
		out->judged++;
		out->good += good > bad;
		out->bad += bad > good;
		out->unsure += good == bad;
	}
}

typedef VEC(struct vote) vote_vec;

static bool read_votes(struct db *db, const char *sql, int64_t run, vote_vec *votes, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, HOW_PROPOSED);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct vote v = {.case_id = col_int(s, 0),
		                 .input_hash = (uint64_t)col_int_or(s, 2, 0),
		                 .output_hash = (uint64_t)col_int_or(s, 3, 0),
		                 .author = hash64(col_plain(s, 4)),
		                 .verdict = verdict_named(col_str(s, 5)),
		                 .time_ns = col_int(s, 6)};
		v.repeat = v.output_hash ? 0 : col_int_or(s, 1, 0);
		if (v.verdict != VERDICT_NONE)
			*vec_add(votes) = v;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

bool runs_verdicts(struct db *db, int64_t run, struct run_verdicts *out, struct err *err)
{
	/* By the answer's texts, and by the trace that a result names. */
	static const char by_texts[] =
	    "SELECT c.case_id, c.repeat, c.input_hash, c.output_hash, n.author, n.value, n.time_ns"
	    " FROM case_result c CROSS JOIN annotation_now n ON n.output_hash = c.output_hash"
	    " AND n.input_hash IS c.input_hash AND n.field = 0 AND n.how & ?2 = 0"
	    " WHERE c.run = ?1";
	static const char by_trace[] =
	    "SELECT c.case_id, c.repeat, c.input_hash, c.output_hash, n.author, n.value, n.time_ns"
	    " FROM case_result c CROSS JOIN trace t ON t.key = c.trace CROSS JOIN annotation_now n ON n.trace = t.text"
	    " AND n.span IS NULL AND n.field = 0 AND n.how & ?2 = 0 WHERE c.run = ?1 AND c.trace IS NOT NULL";
	vote_vec votes = {0};
	int64_t any;
	*out = (struct run_verdicts){0};
	if (!db_int(db, "SELECT 1 FROM annotation_now LIMIT 1", 0, &any, err))
		return false;
	if (!any)
		return true;
	bool ok = read_votes(db, by_texts, run, &votes, err) && read_votes(db, by_trace, run, &votes, err);
	if (ok && votes.n > 1)
		qsort(votes.at, votes.n, sizeof *votes.at, by_vote);
	if (ok)
		count(votes.at, votes.n, out);
	vec_done(&votes);
	return ok;
}
