/* Preferences: which of two runs' answers people found better, pair by pair. An event keeps hashes of the two answers, no run: the outputs of the
 * cases that were judged are read to know whose they are. */
#include <stdlib.h>
#include <string.h>

#include "store/query/agreement_private.h"
#include "store/stat/paired.h"

enum {
	REPEATS_MOST = 8,   /* of a case in each run, tried */
	RUN_PAIRS_MOST = 20 /* of a queue */
};

/* Order of annotation_prefers. */
enum { PREFERS_A, PREFERS_B, PREFERS_NONE, PREFERS_NEITHER, N_PREFERS };

struct judged {
	struct sha256 target;
	struct str key; /* of the case */
};

struct preferring {
	struct db *db;
	struct block_cache *blocks;
	struct arena *arena;
	struct agreement_pairs *out;
	VEC(struct judged) judged; /* by key */
};

/* ---------------------------------------------------------------- what was judged */

static int by_key(const void *pa, const void *pb)
{
	const struct judged *a = pa, *b = pb;
	int order = str_cmp(a->key, b->key);
	return order ? order : memcmp(a->target.byte, b->target.byte, sizeof a->target.byte);
}

static bool read_judged(struct preferring *p, struct err *err)
{
	struct stmt *s = db_query(p->db,
	                          "SELECT DISTINCT target, hint FROM annotation_now WHERE field = 6 AND how & ? = 0"
	                          " AND hint LIKE 'pair:%'",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, HOW_PROPOSED);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct judged j;
		struct str target = col_blob(s, 0);
		if (target.len != sizeof j.target.byte)
			continue;
		memcpy(j.target.byte, target.ptr, target.len);
		j.key = arena_str(p->arena, str_from(col_plain(s, 1), 5));
		*vec_add(&p->judged) = j;
	}
	stmt_end(s);
	if (p->judged.n > 1)
		qsort(p->judged.at, p->judged.n, sizeof *p->judged.at, by_key);
	return step == STEP_DONE;
}
_Static_assert(FIELD_PREFERENCE == 6, "the SQL above names it by number");

/* ---------------------------------------------------------------- one pair */

static bool count_pair(struct preferring *p, const struct subject *pair, struct err *err)
{
	int64_t votes[N_PREFERS] = {0}, all = 0;
	struct str a = pair->raw_output.ptr ? pair->raw_output : pair->error;
	struct str b = pair->raw_output_b.ptr ? pair->raw_output_b : pair->error_b;
	struct stmt *s =
	    db_query(p->db, "SELECT value FROM annotation_now WHERE target = ? AND field = 6 AND how & ? = 0", err);
	enum step step;
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)pair->hash.byte, sizeof pair->hash.byte});
	stmt_int(s, 2, HOW_PROPOSED);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int prefers = annotation_prefers(col_str(s, 0), a, b);
		if (prefers < 0)
			continue;
		votes[prefers]++;
		all++;
	}
	stmt_end(s);
	if (step != STEP_DONE || !all)
		return step == STEP_DONE;
	int most = 0, equal = 1;
	for (int i = 1; i < N_PREFERS; i++) {
		equal = votes[i] > votes[most] ? 1 : equal + (votes[i] == votes[most]);
		most = votes[i] > votes[most] ? i : most;
	}
	struct agreement_pairs *out = p->out;
	int64_t *const counts[N_PREFERS] = {&out->a, &out->b, &out->tie, &out->both_bad};
	++*(equal > 1 ? &out->split : counts[most]);
	out->pairs++;
	out->votes += all;
	out->twice += all > 1;
	out->agreed += all > 1 && votes[most] == all;
	return true;
}

/* ---------------------------------------------------------------- one case */

static bool read_repeats(struct preferring *p, int64_t run, struct str key, int64_t *case_id,
                         int64_t repeats[REPEATS_MOST], size_t *n, struct err *err)
{
	struct stmt *s = db_query(p->db,
	                          "SELECT c.case_id, c.repeat FROM case_key k JOIN case_result c ON c.run = ? AND"
	                          " c.case_id = k.id WHERE k.text = ? ORDER BY c.repeat LIMIT ?",
	                          err);
	enum step step;
	*n = 0;
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_str(s, 2, key);
	stmt_int(s, 3, REPEATS_MOST);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		*case_id = col_int(s, 0);
		repeats[(*n)++] = col_int_or(s, 1, 0);
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static struct judged *find_judged(struct judged *at, size_t n, const struct sha256 *target)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(at[i].target.byte, target->byte, sizeof target->byte) == 0)
			return &at[i];
	return NULL;
}

/* Equal answers of two repeats are one pair: each target counts once. */
static bool count_case(struct preferring *p, struct judged *judged, size_t n, struct err *err)
{
	int64_t repeats_a[REPEATS_MOST], repeats_b[REPEATS_MOST], case_id = 0;
	size_t n_a, n_b, left = n;
	if (!read_repeats(p, p->out->run_a, judged->key, &case_id, repeats_a, &n_a, err) ||
	    !read_repeats(p, p->out->run_b, judged->key, &case_id, repeats_b, &n_b, err))
		return false;
	for (size_t k = 0; k < n_a * n_b && left; k++) {
		struct arena arena = ARENA_INIT;
		struct subject pair;
		const struct subject_at at = {
		    .kind = SUBJECT_PAIR,
		    .at = {p->out->run_a, case_id, repeats_a[k % n_a]},
		    .run_b = p->out->run_b,
		    .repeat_b = repeats_b[k / n_a]
                };
		bool ok = subject_target(p->db, p->blocks, &at, &arena, &pair, err);
		struct judged *found = ok ? find_judged(judged, n, &pair.hash) : NULL;
		if (found) {
			ok = count_pair(p, &pair, err);
			memset(found->target.byte, 0, sizeof found->target.byte);
			left--;
		}
		arena_done(&arena);
		if (!ok)
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- between two runs */

static bool name_run(struct db *db, int64_t run, struct arena *arena, struct str *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT ifnull(name, text) FROM run WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	enum step step = stmt_step(s, err);
	*out = step == STEP_ROW ? arena_str(arena, col_str(s, 0)) : STR_LIT("");
	stmt_end(s);
	return step != STEP_FAIL;
}

static void finish(struct agreement_pairs *out, struct arena *arena)
{
	int64_t decided = out->a + out->b, tied = out->tie + out->split;
	struct buf text = BUF_INIT;
	out->p = decided ? paired_mcnemar(out->a, out->b) : UNKNOWN_DOUBLE;
	out->share = decided ? (double)out->b / (double)decided : UNKNOWN_DOUBLE;
	out->interval = interval_wilson((double)out->b, (double)decided);
	if (!decided) {
		buf_printf(&text, "People found neither better in %lld pair%s.", (long long)out->pairs,
		           out->pairs == 1 ? "" : "s");
	} else {
		bool real = out->p < 0.05, b = out->b >= out->a;
		buf_printf(&text, "People preferred %s in %lld of %lld decided pairs (%lld tied, %lld both bad): ",
		           b ? "B" : "A", (long long)(b ? out->b : out->a), (long long)decided, (long long)tied,
		           (long long)out->both_bad);
		if (real)
			buf_printf(&text, "%s is better (p %.2g).", b ? "B" : "A", out->p);
		else
			buf_printf(&text, "no evidence of a difference (p %.2g).", out->p);
	}
	out->sentence = arena_str(arena, buf_str(&text));
	buf_done(&text);
}

static bool prefer(struct preferring *p, struct err *err)
{
	bool ok = true;
	struct judged *at = xcalloc(p->judged.n + 1, sizeof *at);
	if (p->judged.n)
		memcpy(at, p->judged.at, p->judged.n * sizeof *at);
	for (size_t i = 0, n; ok && i < p->judged.n; i += n) {
		for (n = 1; i + n < p->judged.n && str_eq(at[i + n].key, at[i].key); n++)
			;
		ok = count_case(p, at + i, n, err);
	}
	free(at);
	ok = ok && name_run(p->db, p->out->run_a, p->arena, &p->out->name_a, err) &&
	     name_run(p->db, p->out->run_b, p->arena, &p->out->name_b, err);
	if (ok && p->out->pairs)
		finish(p->out, p->arena);
	return ok;
}

bool agreement_prefer(struct db *db, struct block_cache *blocks, int64_t run_a, int64_t run_b, struct arena *arena,
                      struct agreement_pairs *out, struct err *err)
{
	*out = (struct agreement_pairs){.run_a = run_a,
	                                .run_b = run_b,
	                                .p = UNKNOWN_DOUBLE,
	                                .share = UNKNOWN_DOUBLE,
	                                .interval = INTERVAL_NONE,
	                                .sentence = STR_LIT("")};
	struct preferring p = {.db = db, .blocks = blocks, .arena = arena, .out = out};
	bool ok = read_judged(&p, err) && (!p.judged.n || prefer(&p, err));
	vec_done(&p.judged);
	return ok;
}

/* ---------------------------------------------------------------- of a queue, or all queues */

struct run_pair {
	int64_t a, b;
};

static bool run_pairs(struct ag *a, struct run_pair out[RUN_PAIRS_MOST], size_t *n, struct err *err)
{
	*n = 0;
	if (a->opts->run_a) {
		out[(*n)++] = (struct run_pair){a->opts->run_a, a->opts->run_b};
		return true;
	}
	struct stmt *s = db_query(a->db,
	                          "SELECT DISTINCT i.run, i.run_b FROM queue q JOIN queue_item i ON i.queue = q.id"
	                          " WHERE i.kind = ?1 AND i.run > 0 AND i.run_b > 0 AND (?2 IS NULL OR q.name = ?2)"
	                          " AND (?3 = 0 OR ?3 IN (i.run, i.run_b)) LIMIT ?4",
	                          err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, SUBJECT_PAIR);
	stmt_str(s, 2, a->opts->queue.len ? a->opts->queue : STR_NONE);
	stmt_int(s, 3, a->opts->run);
	stmt_int(s, 4, RUN_PAIRS_MOST);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		out[(*n)++] = (struct run_pair){col_int(s, 0), col_int(s, 1)};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool count_votes(struct ag *a, int64_t *votes, struct err *err)
{
	struct stmt *s = db_query(a->db, "SELECT count(*) FROM annotation_now WHERE field = 6 AND how & ? = 0", err);
	if (!s)
		return false;
	stmt_int(s, 1, HOW_PROPOSED);
	enum step step = stmt_step(s, err);
	*votes = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool ag_preferences(struct ag *a, struct err *err)
{
	struct run_pair runs[RUN_PAIRS_MOST];
	size_t n;
	int64_t votes;
	if (!count_votes(a, &votes, err) || !run_pairs(a, runs, &n, err))
		return false;
	if (!votes)
		return true;
	struct block_cache *blocks = block_cache_new(a->db);
	bool ok = true;
	a->out->preferred = arena_zalloc(&a->out->arena, n + 1, sizeof *a->out->preferred);
	for (size_t i = 0; ok && i < n; i++) {
		struct agreement_pairs *row = &a->out->preferred[a->out->n_preferred];
		ok = !db_ticker_stopped(&a->ticker) &&
		     agreement_prefer(a->db, blocks, runs[i].a, runs[i].b, &a->out->arena, row, err);
		if (ok && row->pairs) {
			a->out->n_preferred++;
			votes -= row->votes;
		}
	}
	bool all = !a->opts->queue.len && !a->opts->run && !a->opts->run_a && filter_is_empty(a->opts->cases);
	a->out->preferences_unplaced = all && votes > 0 ? votes : 0;
	block_cache_free(blocks);
	return ok;
}
