/* Verdicts that were only proposed are in no figure: every one that is made of verdicts, before and after 100 proposals; and with one of
 * them confirmed by hand, so that what is compared is known to move. Also propose itself: batches, what it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/base/hash.h"
#include "store/block.h"
#include "store/query/agreement.h"
#include "store/query/flagged.h"
#include "store/query/judges.h"
#include "store/query/lookalikes.h"
#include "store/query/propose.h"
#include "store/query/queue_make.h"
#include "store/query/ruleprop.h"
#include "tests/store.h"

enum { BY_HAND = 20, PROPOSALS = 100, CASES = 1000 };

static struct subject_at cases[CASES];
static size_t n_cases;

static int setup(void **state)
{
	struct err err = ERR_INIT;
	char claims[] = "tests/data/evals-claims.tar.gz", traces[] = "tests/data/traces-claims.jsonl.gz";
	char *paths[] = {claims, traces};
	struct import_report report = {0};
	if (store_setup(state) != 0 ||
	    !import_paths(db, paths, 2, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err))
		return -1;
	import_report_done(&report);
	struct stmt *s = db_query(db,
	                          "SELECT c.run, c.case_id, min(c.repeat) FROM case_result c GROUP BY c.run, c.case_id"
	                          " ORDER BY c.run, c.case_id",
	                          &err);
	while (s && stmt_step(s, &err) == STEP_ROW && n_cases < CASES)
		cases[n_cases++] = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)}
                };
	stmt_end(s);
	return n_cases > 200 ? 0 : -1;
}

static struct event_id say(struct block_cache *blocks, const struct subject_at *at, const char *author,
                           const char *verdict, const char *reason)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct event_id events[2];
	const struct say says[] = {
	    {FIELD_VERDICT, STR_NONE, str_of(verdict)},
            {FIELD_REASON,  STR_NONE, str_of(reason) }
        };
	const struct annotate_opts opts = {.author = str_of(author), .now_ns = 1700000000000000000};
	assert_true(subject_target(db, blocks, at, &arena, &subject, &err));
	assert_true(annotate(db, &subject.target, &opts, says, *reason ? 2 : 1, events, &err));
	arena_done(&arena);
	return events[0];
}

/* ---------------------------------------------------------------- figures, as one text */

static void add_judges(struct buf *out)
{
	struct err err = ERR_INIT;
	struct judges j = {.arena = ARENA_INIT};
	assert_true(judges_get(db, &(struct judges_opts){.threshold = UNKNOWN_DOUBLE}, &j, &err));
	buf_printf(out, "judges %zu annotations %lld\n", j.n, (long long)j.annotations);
	for (size_t i = 0; i < j.n; i++) {
		const struct judge *r = &j.rows[i];
		buf_printf(out,
		           STR_FMT " %lld %lld %lld %lld kappa %.9f people %lld unlabelled %lld humans " STR_FMT "\n",
		           STR_ARG(r->name), (long long)r->cells[0][0], (long long)r->cells[0][1],
		           (long long)r->cells[1][0], (long long)r->cells[1][1], r->kappa.kappa, (long long)r->people,
		           (long long)r->unlabelled, STR_ARG(r->humans));
		buf_printf(out, "disagreements %lld next %zu\n", (long long)r->disagreements_of, r->n_next);
	}
	judges_done(&j);
}

static void add_agreement(struct buf *out)
{
	struct err err = ERR_INIT;
	struct agreement a = {.arena = ARENA_INIT};
	assert_true(agreement_get(db, &(struct agreement_opts){.judges = true}, &a, &err));
	buf_printf(out, "agreement %lld %lld good %lld bad %lld unsure %lld twice %lld of %lld: " STR_FMT "\n",
	           (long long)a.answers, (long long)a.verdicts, (long long)a.good, (long long)a.bad,
	           (long long)a.unsure, (long long)a.twice, (long long)a.disagreements_of, STR_ARG(a.sentence));
	for (size_t i = 0; i < a.n_people; i++)
		buf_printf(out, STR_FMT " %lld %lld %lld\n", STR_ARG(a.people[i].name), (long long)a.people[i].judged,
		           (long long)a.people[i].good, (long long)a.people[i].bad);
	for (size_t i = 0; i < a.n_pairs; i++)
		buf_printf(out, "%lld %lld %.9f\n", (long long)a.pairs[i].both, (long long)a.pairs[i].same,
		           a.pairs[i].kappa.kappa);
	for (size_t i = 0; i < a.n_reasons; i++)
		buf_printf(out, STR_FMT " %lld\n", STR_ARG(a.reasons[i].word), (long long)a.reasons[i].n);
	for (size_t i = 0; i < a.n_judges; i++)
		buf_printf(out, STR_FMT " %lld %lld\n", STR_ARG(a.judges[i].name), (long long)a.judges[i].cells[0][0],
		           (long long)a.judges[i].cells[0][1]);
	agreement_done(&a);
	for (int64_t run = 1; run <= 3; run++) {
		struct agreement of_run = {.arena = ARENA_INIT};
		assert_true(agreement_get(db, &(struct agreement_opts){.run = run}, &of_run, &err));
		buf_printf(out, "run %lld %lld %lld %lld\n", (long long)of_run.answers, (long long)of_run.good,
		           (long long)of_run.bad, (long long)of_run.unsure);
		agreement_done(&of_run);
	}
}

static bool tell_flagged(void *context, const struct flagged *f, struct err *err)
{
	(void)err;
	buf_printf(context, STR_FMT " %s %zu " STR_FMT "\n", STR_ARG(f->case_key), flagged_verdict_name(f->verdict),
	           f->n_said, STR_ARG(f->authors));
	return true;
}

static void add_flagged(struct buf *out, bool with_proposed)
{
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(db);
	const struct flagged_opts opts = {.since_ns = TIME_UNKNOWN, .with_proposed = with_proposed};
	assert_true(flagged_each(db, blocks, &opts, tell_flagged, out, &err));
	block_cache_free(blocks);
}

static int64_t count_cases(const char *text)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct filter *filter = filter_parse(&arena, str_of(text), FILTER_CASES, 0, &mistake);
	int64_t n = 0;
	if (!filter)
		fail_msg("%s: %s", text, mistake.expected);
	for (int64_t run = 1; run <= 3; run++) {
		struct case_page page = {.arena = ARENA_INIT};
		assert_true(cases_page(db, run, filter, 0, 1, &page, &err));
		n += page.total;
		case_page_done(&page);
	}
	arena_done(&arena);
	return n;
}

static void add_filters(struct buf *out)
{
	static const char *const filters[] = {"verdict:bad", "verdict:good", "verdict:unsure", "not verdict:bad",
	                                      "author:eva",  "reason:wrong", "has:annotation"};
	for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
		buf_printf(out, "%s %lld\n", filters[i], (long long)count_cases(filters[i]));
}

static void add_queue(struct buf *out)
{
	struct err err = ERR_INIT;
	struct queue_found f = {.arena = ARENA_INIT};
	const struct queue_ask ask = {.from = QUEUE_CASES, .author = STR_INIT("eva")};
	assert_true(queue_candidates(db, &ask, &f, &err));
	buf_printf(out, "to review %zu, judged before %lld\n", f.n, (long long)f.judged);
	queue_found_done(&f);
}

static void add_rules(struct buf *out)
{
	struct err err = ERR_INIT;
	struct ruleprop_page p = {.arena = ARENA_INIT};
	assert_true(ruleprop_page(db, &(struct rule_scope){.run = 0}, NULL, &p, &err));
	buf_printf(out, "rules %zu\n", p.found.n);
	for (size_t i = 0; i < p.found.n; i++)
		buf_printf(out, "%lld %lld %lld\n", (long long)p.outcomes[i].hits, (long long)p.outcomes[i].misses,
		           (long long)p.outcomes[i].alarms);
	ruleprop_page_done(&p);
}

/* What is alike rests on verdicts, too: on how the items of the pool stand. */
static void add_lookalikes(struct buf *out)
{
	struct err err = ERR_INIT;
	struct lookalikes l = {.arena = ARENA_INIT};
	const struct lookalikes_query q = {.at = cases[0], .author = STR_INIT("eva")};
	assert_true(lookalikes_find(db, &q, &l, &err));
	buf_printf(out, "alike %lld good %lld bad %lld judged %lld\n", (long long)l.total, (long long)l.good,
	           (long long)l.bad, (long long)l.judged);
	lookalikes_done(&l);
}

static char *figures(void)
{
	struct buf out = BUF_INIT;
	add_judges(&out);
	add_agreement(&out);
	add_flagged(&out, false);
	add_filters(&out);
	add_queue(&out);
	add_rules(&out);
	add_lookalikes(&out);
	return buf_detach(&out);
}

/* ---------------------------------------------------------------- proposing */

static void propose_all(struct proposing *p)
{
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(db);
	int batches = 0;
	while (p->done < p->n) {
		assert_true(propose_next(db, blocks, p, 1700000000000000000, &err));
		batches++;
	}
	assert_true(batches > 1);
	block_cache_free(blocks);
}

static void moves_nothing(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(db);
	struct event_id flag = {{0}};
	for (size_t i = 0; i < BY_HAND; i++) {
		flag = say(blocks, &cases[i], "eva", i % 3 ? "bad" : "good", i % 3 ? "wrong" : "");
		if (i % 2)
			say(blocks, &cases[i], "tom", i % 4 == 1 ? "bad" : "good", "");
	}
	char *before = figures();
	assert_non_null(strstr(before, "eva"));
	const struct say says[] = {
	    {FIELD_VERDICT, STR_NONE, STR_INIT("bad")  },
            {FIELD_REASON,  STR_NONE, STR_INIT("wrong")}
        };
	struct proposing p = {.author = STR_INIT("eva"),
	                      .says = says,
	                      .n_says = 2,
	                      .because = flag,
	                      .at = cases,
	                      .n = BY_HAND + PROPOSALS};
	propose_all(&p);
	int64_t n;
	assert_true(db_int(db, "SELECT count(*) FROM annotation_now WHERE how = 1 AND field = 0", 0, &n, &err));
	assert_true(p.skipped >= BY_HAND); /* judged by hand: they stay as they are */
	assert_int_equal(n, (int64_t)(p.n - p.skipped));
	assert_true(n > PROPOSALS * 2 / 3); /* equal answers share one */
	assert_int_equal(p.events.n, 2 * (size_t)n);
	char *after = figures();
	assert_string_equal(before, after);
	free(after);
	/* Asked for, they are told. */
	struct buf with = BUF_INIT, without = BUF_INIT;
	add_flagged(&with, true);
	add_flagged(&without, false);
	assert_true(with.len > without.len * 2);
	buf_done(&with);
	buf_done(&without);
	assert_true(count_cases("has:proposed") >= n);
	/* The same again changes nothing. */
	struct proposing again = p;
	again.done = again.skipped = 0;
	memset(&again.events, 0, sizeof again.events);
	propose_all(&again);
	assert_int_equal(again.skipped, again.n);
	assert_int_equal(again.events.n, 0);
	/* One is confirmed by hand: it moves figures, and is no proposal any more. */
	say(blocks, &cases[BY_HAND + 5], "eva", "bad", "");
	after = figures();
	assert_string_not_equal(before, after);
	free(after);
	int64_t left;
	assert_true(db_int(db, "SELECT count(*) FROM annotation_now WHERE how = 1 AND field = 0", 0, &left, &err));
	assert_int_equal(left, n - 1);
	free(before);
	vec_done(&p.events);
	block_cache_free(blocks);
}

/* What has gone since is skipped, and the others get theirs. */
static void skips_what_is_gone(void **state)
{
	(void)state;
	const struct say says[] = {
	    {FIELD_VERDICT, STR_NONE, STR_INIT("unsure")}
        };
	struct subject_at at[PROPOSE_BATCH + 2];
	for (size_t i = 0; i < sizeof at / sizeof *at; i++)
		at[i] = cases[BY_HAND + PROPOSALS + i];
	at[1].at.case_id = 999999;
	struct proposing p = {
	    .author = STR_INIT("ann"), .says = says, .n_says = 1, .at = at, .n = sizeof at / sizeof *at};
	propose_all(&p);
	assert_true(p.skipped >= 1);
	assert_int_equal(p.events.n, p.n - p.skipped);
	vec_done(&p.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(moves_nothing), cmocka_unit_test(skips_what_is_gone)};
	return cmocka_run_group_tests(tests, setup, store_teardown);
}
