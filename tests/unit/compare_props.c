/* What holds of any two runs, whatever is in them: a run does not differ from itself; exchanging A and B mirrors every figure; cases
 * that only one side has change nothing for the others; the order in which rows came changes nothing. On runs made at random, with
 * repeats, errors, missing scores and figures, and on real pairs (skipped without the corpus). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <unistd.h>

#include "import/import.h"
#include "import/prices.h"
#include "store/query/compare.h"
#include "store/sink.h"
#include "store/stat/rng.h"

static char dir[] = "/tmp/spoor-props-XXXXXX";
static struct db *db;

static struct db *open_store(const char *name)
{
	char path[sizeof dir + 40];
	struct err err = ERR_INIT;
	snprintf(path, sizeof path, "%s/%s", dir, name);
	struct db *opened = db_open(path, DB_WRITE, &err);
	if (!opened)
		fail_msg("%s", err.text);
	return opened;
}

static void close_store(struct db *store)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	char path[512], file[520];
	snprintf(path, sizeof path, "%s", db_path(store));
	db_close(store);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
}

static int setup(void **state)
{
	(void)state;
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* no price list of the user's */
	sink_set_decoder(import_decode);
	sink_set_price_list(prices_cost);
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void compare(int64_t a, int64_t b, bool majority, struct compare *out)
{
	struct err err = ERR_INIT;
	struct compare_opts opts = {.margin = UNKNOWN_DOUBLE, .majority = majority};
	if (!compare_runs(db, a, b, &opts, out, &err))
		fail_msg("%s", err.text);
}

/* ---------------------------------------------------------------- what must hold */

static bool near(double x, double y)
{
	if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
		return IS_UNKNOWN(x) && IS_UNKNOWN(y);
	return fabs(x - y) <= 1e-12 * fmax(1, fmax(fabs(x), fabs(y)));
}

static bool exactly(double x, double y)
{
	return (IS_UNKNOWN(x) && IS_UNKNOWN(y)) || (x <= y && x >= y);
}

static bool is_nought(double x)
{
	return IS_UNKNOWN(x) || (x <= 0 && x >= 0);
}

#define HOLDS(condition)                                                                  \
	do {                                                                              \
		if (!(condition))                                                         \
			fail_msg("%s: %s: %s", of, m ? m->name : "the rows", #condition); \
	} while (0)

static void check_itself(const char *of, int64_t run, bool majority)
{
	struct compare c;
	const struct compare_metric *m = NULL;
	compare(run, run, majority, &c);
	if (c.refused.len) {
		compare_done(&c);
		return;
	}
	HOLDS(c.count[CLASS_SAME] == c.paired && c.paired == (int64_t)c.n_rows);
	for (size_t i = 0; i < c.n_rows; i++)
		HOLDS(is_nought(c.rows[i].loss) && is_nought(compare_slower(&c.rows[i])) &&
		      is_nought(compare_dearer(&c.rows[i])));
	for (size_t i = 0; i < c.n_metrics; i++) {
		m = &c.metrics[i];
		const struct metric_result *r = &m->result;
		HOLDS(is_nought(r->delta) && exactly(r->a, r->b));
		/* Newcombe's interval has a width even where no pair differs: so many others would have hidden one. */
		HOLDS(r->test == TEST_MCNEMAR ? near(r->low, -r->high) && r->low <= 0
		                              : is_nought(r->low) && is_nought(r->high));
		HOLDS(IS_UNKNOWN(r->p) || exactly(r->p, 1));
		HOLDS(IS_UNKNOWN(r->p_holm) || exactly(r->p_holm, 1));
		HOLDS(r->verdict == METRIC_TOO_FEW || r->verdict == METRIC_NO_DIFFERENCE);
		HOLDS((r->verdict == METRIC_TOO_FEW) == (r->n < r->min_n));
	}
	m = NULL;
	HOLDS(str_find(c.sentence, STR_LIT("B ")) == SIZE_MAX);
	compare_done(&c);
}

/* The class a case has when A and B are exchanged (decisions.md 13). */
static enum case_class mirrored(const struct compare_row *row)
{
	switch (row->class_) {
	case CLASS_ONLY_A: return CLASS_ONLY_B;
	case CLASS_ONLY_B: return CLASS_ONLY_A;
	case CLASS_SAME: return CLASS_SAME;
	case CLASS_REGRESSED: return CLASS_IMPROVED;
	case CLASS_IMPROVED:
		return row->a.status == CASE_FAILED  ? CLASS_REGRESSED
		       : row->a.status == CASE_ERROR ? CLASS_NEW_ERROR
		                                     : CLASS_CHANGED;
	case CLASS_NEW_ERROR: return row->a.status == CASE_PASSED ? CLASS_IMPROVED : CLASS_CHANGED;
	case CLASS_CHANGED:
	case N_CLASSES: break;
	}
	if (row->b.status == CASE_UNSCORED && row->a.status == CASE_PASSED)
		return CLASS_IMPROVED;
	return row->a.status == CASE_ERROR && row->b.status == CASE_FAILED ? CLASS_NEW_ERROR : CLASS_CHANGED;
}

/* By the case of A, else of B: paired by input, both have one of their own. */
static const struct compare_row *turned_row(const struct compare *c, const struct compare_row *row)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *other = &c->rows[i];
		if (other->a.present == row->b.present && other->b.present == row->a.present &&
		    (!row->a.present || other->b.at.case_id == row->a.at.case_id) &&
		    (!row->b.present || other->a.at.case_id == row->b.at.case_id))
			return other;
	}
	fail_msg("%.*s is not there when A and B are exchanged", (int)row->key.len, row->key.ptr);
	return row;
}

static void check_mirror_rows(const char *of, const struct compare *c, const struct compare *t)
{
	const struct compare_metric *m = NULL;
	HOLDS(c->paired == t->paired && c->n_rows == t->n_rows && c->by_input == t->by_input);
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i], *other = turned_row(t, row);
		HOLDS(other->class_ == mirrored(row));
		HOLDS(near(other->loss, -row->loss));
		HOLDS(near(compare_slower(other), -compare_slower(row)) &&
		      near(compare_dearer(other), -compare_dearer(row)));
		HOLDS(row->a.status == other->b.status && row->a.flaky == other->b.flaky);
	}
}

static enum stat_verdict opposite(enum stat_verdict v)
{
	return v == METRIC_BETTER ? METRIC_WORSE : v == METRIC_WORSE ? METRIC_BETTER : v;
}

static void check_mirror(const char *of, int64_t a, int64_t b, bool majority)
{
	struct compare c, t;
	const struct compare_metric *m = NULL;
	compare(a, b, majority, &c);
	compare(b, a, majority, &t);
	HOLDS((c.refused.len > 0) == (t.refused.len > 0));
	HOLDS(c.count[CLASS_ONLY_A] == t.count[CLASS_ONLY_B] && c.count[CLASS_ONLY_B] == t.count[CLASS_ONLY_A]);
	if (!c.refused.len)
		check_mirror_rows(of, &c, &t);
	HOLDS(c.n_metrics == t.n_metrics && c.holm == t.holm);
	for (size_t i = 0; i < c.n_metrics; i++) {
		m = &c.metrics[i];
		const struct metric_result *x = &m->result, *y = &t.metrics[i].result;
		HOLDS(strcmp(m->name, t.metrics[i].name) == 0 && x->n == y->n && x->test == y->test);
		HOLDS(near(x->a, y->b) && near(x->b, y->a) && near(x->delta, -y->delta));
		HOLDS(near(x->low, -y->high) && near(x->high, -y->low));
		HOLDS(exactly(x->p, y->p) && exactly(x->p_holm, y->p_holm));
		HOLDS(y->verdict == opposite(x->verdict) && x->ranks_disagree == y->ranks_disagree);
		HOLDS(near(x->smallest_detectable, y->smallest_detectable) && x->cases_needed == y->cases_needed);
	}
	compare_done(&c);
	compare_done(&t);
}

/* Every figure of the paired cases, bit for bit. */
static void check_equal(const char *of, const struct compare *c, const struct compare *d)
{
	const struct compare_metric *m = NULL;
	HOLDS(c->paired == d->paired);
	for (int k = 0; k < CLASS_ONLY_A; k++)
		HOLDS(c->count[k] == d->count[k]);
	HOLDS(c->repeats.paired == d->repeats.paired && c->repeats.improved == d->repeats.improved &&
	      c->repeats.regressed == d->repeats.regressed && c->repeats.new_errors == d->repeats.new_errors);
	HOLDS(c->n_metrics == d->n_metrics && c->holm == d->holm);
	for (size_t i = 0; i < c->n_metrics; i++) {
		m = &c->metrics[i];
		const struct metric_result *x = &m->result, *y = &d->metrics[i].result;
		HOLDS(strcmp(m->name, d->metrics[i].name) == 0 && x->n == y->n && x->verdict == y->verdict);
		HOLDS(exactly(x->a, y->a) && exactly(x->b, y->b) && exactly(x->delta, y->delta));
		HOLDS(exactly(x->low, y->low) && exactly(x->high, y->high));
		HOLDS(exactly(x->p, y->p) && exactly(x->p_holm, y->p_holm));
		HOLDS(exactly(x->smallest_detectable, y->smallest_detectable) && x->cases_needed == y->cases_needed &&
		      x->cases_more == y->cases_more);
	}
}

/* ---------------------------------------------------------------- runs made at random */

enum { SCORES = 4, MOST_REPEATS = 4, MOST_CASES = 90, EXTRA = 40 };

struct result {
	bool there;
	int status;
	int64_t output, latency_ns;
	double cost_usd, scores[SCORES];
};
struct made {
	size_t n; /* cases */
	struct result at[2][MOST_CASES + EXTRA][MOST_REPEATS];
};

static double share(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

static bool now_and_then(struct rng *rng, double p)
{
	return share(rng) < p;
}

static struct result make_result(struct rng *rng, double pass)
{
	struct result r = {.there = true, .output = (int64_t)(rng_next(rng) % 4) + 1};
	double d = share(rng);
	r.status = d < pass ? CASE_PASSED : d < 0.9 ? CASE_FAILED : d < 0.96 ? CASE_ERROR : CASE_UNSCORED;
	r.latency_ns = now_and_then(rng, 0.1) ? UNKNOWN_INT : (int64_t)(1e9 * (0.2 + 4 * share(rng)));
	r.cost_usd = now_and_then(rng, 0.2) ? UNKNOWN_DOUBLE : 0.01 * share(rng);
	r.scores[0] = now_and_then(rng, 0.2) ? UNKNOWN_DOUBLE : share(rng);
	r.scores[1] = now_and_then(rng, 0.1) ? UNKNOWN_DOUBLE : floor(4 * share(rng)) / 3; /* many ties */
	r.scores[2] = r.status == CASE_UNSCORED ? UNKNOWN_DOUBLE : r.status == CASE_PASSED;
	r.scores[3] = UNKNOWN_DOUBLE; /* B alone has it, see below */
	return r;
}

static void make_side(struct rng *rng, struct made *to, int side, size_t i, int repeats, double pass)
{
	for (int k = 0; k < repeats; k++) {
		if (k > 0 && now_and_then(rng, 0.1))
			continue;
		to->at[side][i][k] = make_result(rng, pass);
		to->at[side][i][k].scores[3] = side == 1 && now_and_then(rng, 0.5) ? share(rng) : UNKNOWN_DOUBLE;
	}
}

/* Cases on both sides, some on one alone; behind them EXTRA more of one side alone, which are only put in when asked for. */
static void make_pair(uint64_t seed, struct made *to)
{
	struct rng rng = rng_stream(seed, 0);
	memset(to, 0, sizeof *to);
	to->n = 4 + rng_next(&rng) % (MOST_CASES - 4);
	int repeats = seed % 3 ? 1 : 2 + (int)(rng_next(&rng) % (MOST_REPEATS - 1));
	double better = share(&rng) * 0.4;
	for (size_t i = 0; i < to->n + EXTRA; i++) {
		bool extra = i >= to->n, in_a = extra ? i % 2 == 0 : !now_and_then(&rng, 0.05),
		     in_b = extra ? i % 2 == 1 : !in_a || !now_and_then(&rng, 0.05);
		if (in_a)
			make_side(&rng, to, 0, i, repeats, 0.5);
		if (in_b)
			make_side(&rng, to, 1, i, repeats, 0.5 + better);
		/* What a run has on unpaired cases alone is not a score of the pair. */
		if (extra && in_a)
			to->at[0][i][0].scores[3] = 0.5;
	}
}

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void put_score(int64_t run, int64_t case_id, int repeat, int name, double value)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(db, "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(?,?,?,?,0,?,1)", &err);
	stmt_int(s, 1, run);
	stmt_int(s, 2, case_id);
	stmt_int(s, 3, repeat);
	stmt_int(s, 4, name + 1);
	stmt_double(s, 5, value);
	must(stmt_run(s, &err), &err);
}

static void put_result(int64_t run, int64_t case_id, int repeat, const struct result *r)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, "INSERT OR IGNORE INTO case_key(id, text) VALUES(?1, 'key-' || ?1)", &err);
	stmt_int(s, 1, case_id);
	must(stmt_run(s, &err), &err);
	s = db_query(
	    db,
	    "INSERT INTO case_result(run,case_id,repeat,status,output_hash,latency_ns,cost_usd,record,hash,source)"
	    " VALUES(?1,?2,?3,?4,?5,?6,?7,?1 * 100000 + ?2 * 10 + ?3,0,1)",
	    &err);
	stmt_int(s, 1, run);
	stmt_int(s, 2, case_id);
	stmt_int(s, 3, repeat);
	stmt_int(s, 4, r->status);
	stmt_int(s, 5, r->output);
	stmt_int(s, 6, r->latency_ns);
	stmt_double(s, 7, r->cost_usd);
	must(stmt_run(s, &err), &err);
	for (int k = 0; k < SCORES; k++)
		if (!IS_UNKNOWN(r->scores[k]))
			put_score(run, case_id, repeat, k, r->scores[k]);
}

/* One side as a run. `turn`: cases and repeats get other numbers and come in another order. */
static void put_run(int64_t run, const struct made *m, int side, size_t n, bool turn)
{
	char sql[200];
	struct err err = ERR_INIT;
	snprintf(sql, sizeof sql,
	         "INSERT INTO run(id,key,text,source,seen) VALUES(%lld,CAST('k%lld' AS BLOB),'run-%lld',1,1)",
	         (long long)run, (long long)run, (long long)run);
	must(db_exec(db, sql, &err), &err);
	for (size_t j = 0; j < n; j++) {
		size_t from = turn ? n - 1 - j : j;
		for (int k = 0; k < MOST_REPEATS; k++)
			if (m->at[side][from][k].there)
				put_result(run, (int64_t)j + 1, turn ? MOST_REPEATS - 1 - k : k, &m->at[side][from][k]);
	}
}

static void test_made_runs(void **state)
{
	(void)state;
	static struct made m;
	struct err err = ERR_INIT;
	size_t decided = 0;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		char of[40];
		struct compare c, d;
		db = open_store("made.db");
		must(db_exec(db, "INSERT INTO word(id,text) VALUES(1,'graded'),(2,'steps'),(3,'right'),(4,'mine')",
		             &err),
		     &err);
		snprintf(of, sizeof of, "seed %d", (int)seed);
		make_pair(seed, &m);
		must(db_begin(db, &err), &err);
		put_run(1, &m, 0, m.n, false);
		put_run(2, &m, 1, m.n, false);
		put_run(3, &m, 0, m.n, true);
		put_run(4, &m, 1, m.n, true);
		put_run(5, &m, 0, m.n + EXTRA, false);
		put_run(6, &m, 1, m.n + EXTRA, false);
		must(db_commit(db, &err), &err);
		for (int majority = 0; majority <= 1; majority++) {
			check_itself(of, 1, majority == 1);
			check_itself(of, 2, majority == 1);
			check_mirror(of, 1, 2, majority == 1);
			compare(1, 2, majority == 1, &c);
			for (size_t i = 0; i < c.n_metrics; i++)
				decided += c.metrics[i].result.verdict == METRIC_BETTER ||
				           c.metrics[i].result.verdict == METRIC_WORSE;
			compare(3, 4, majority == 1, &d);
			check_equal(of, &c, &d); /* the order of rows */
			assert_int_equal(c.count[CLASS_ONLY_A], d.count[CLASS_ONLY_A]);
			compare_done(&d);
			compare(5, 6, majority == 1, &d);
			check_equal(of, &c, &d); /* unpaired cases */
			assert_int_equal(d.count[CLASS_ONLY_A], c.count[CLASS_ONLY_A] + EXTRA / 2);
			compare_done(&d);
			compare_done(&c);
		}
		close_store(db);
	}
	assert_true(decided > 10); /* or the runs above would be too alike to tell anything */
}

/* ---------------------------------------------------------------- real pairs */

static const char *const real[][2] = {
    {"lm-eval/negotiationtom-runA",                  "lm-eval/negotiationtom-runB"                    },
    {"inspect/popularity-5epochs-gpt-5.eval",        "inspect/popularity-5epochs-claude-sonnet-4.eval"},
    {"inspect/arc-easy-qwen2.5-0.5b.json",           "inspect/arc-easy-claude-sonnet-4.json"          },
    {"promptfoo/pew-run1.json",                      "promptfoo/pew-run2.json"                        },
    {"generic/piqa-qwen3-0.6b-hf_fp16_notf32.jsonl", "generic/piqa-qwen3-0.6b-vllm_fp16_notf32.jsonl" },
    {"ragas/brightleaf-run1.csv",                    "ragas/brightleaf-run2.csv"                      },
    {"langsmith-sdk/capitals-v1.evaluate.json",      "langsmith-sdk/capitals-v2.evaluate.json"        },
};

static bool import_two(struct db *store, const char *corpus, const char *first, const char *second)
{
	char a[512], b[512], *paths[] = {a, b};
	struct err err = ERR_INIT;
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	snprintf(a, sizeof a, "%s/evals/%s", corpus, first);
	snprintf(b, sizeof b, "%s/evals/%s", corpus, second);
	bool there = access(a, R_OK) == 0 && access(b, R_OK) == 0;
	if (there)
		must(import_paths(store, paths, 2, &opts, NULL, &report, &err), &err);
	import_report_done(&report);
	return there;
}

/* Of the two runs with these texts in the store at hand; refused or not as the other store has it. */
static void compare_texts(const char *a, const char *b, struct compare *out)
{
	struct err err = ERR_INIT;
	int64_t id_a = 0, id_b = 0;
	must(runs_find(db, str_of(a), &id_a, &err) && runs_find(db, str_of(b), &id_b, &err), &err);
	compare(id_a, id_b, false, out);
}

static void check_store(const char *of, struct db *other)
{
	struct err err = ERR_INIT;
	struct run_page page;
	must(runs_page(db, NULL, 0, 0, 6, &page, &err), &err);
	for (size_t i = 0; i < page.n; i++) {
		check_itself(of, page.rows[i].id, false);
		for (size_t k = 0; k < i; k++) {
			struct compare c, d;
			char a[300], b[300];
			check_mirror(of, page.rows[i].id, page.rows[k].id, false);
			snprintf(a, sizeof a, STR_FMT, STR_ARG(page.rows[i].text));
			snprintf(b, sizeof b, STR_FMT, STR_ARG(page.rows[k].text));
			compare(page.rows[i].id, page.rows[k].id, false, &c);
			struct db *here = db;
			db = other;
			compare_texts(a, b, &d);
			db = here;
			check_equal(of, &c, &d);
			compare_done(&c);
			compare_done(&d);
		}
	}
	run_page_done(&page);
}

static void test_real_pairs(void **state)
{
	(void)state;
	const char *corpus = getenv("SPOOR_CORPUS") ? getenv("SPOOR_CORPUS") : "../shared/corpus";
	size_t seen = 0;
	for (size_t i = 0; i < sizeof real / sizeof *real; i++) {
		struct db *there = open_store("there.db"), *back = open_store("back.db");
		bool found = import_two(there, corpus, real[i][0], real[i][1]) &&
		             import_two(back, corpus, real[i][1], real[i][0]);
		db = there;
		if (found)
			check_store(real[i][0], back);
		seen += found;
		close_store(there);
		close_store(back);
	}
	if (!seen) {
		print_message("skipped: no corpus\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_made_runs),
	    cmocka_unit_test(test_real_pairs),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
