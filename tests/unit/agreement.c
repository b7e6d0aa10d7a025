/* Reviewers among each other, and preferences: on rows made by hand, with figures worked out by hand, and on the samples. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "store/annotate.h"
#include "store/query/agreement.h"
#include "tests/store.h"

static int clear(void **state)
{
	(void)state;
	run_sql("DELETE FROM annotation; DELETE FROM annotation_now; DELETE FROM queue; DELETE FROM queue_item;"
	        "DELETE FROM queue_mark; DELETE FROM case_result; DELETE FROM case_score; DELETE FROM trace; DELETE "
	        "FROM span; DELETE FROM run; DELETE FROM case_key");
	return 0;
}

static void near(double a, double b)
{
	if (!(fabs(a - b) < 1e-6))
		fail_msg("%.9f is not %.9f", a, b);
}

static struct event_id say(struct annotation_target t, const char *author, enum annotation_field field,
                           const char *value, struct annotate_opts opts)
{
	struct err err = ERR_INIT;
	struct event_id event;
	const struct say one = {field, STR_NONE, str_of(value)};
	static int64_t now;
	opts.author = str_of(author);
	opts.now_ns = opts.now_ns ? opts.now_ns : ++now;
	if (!annotate(db, &t, &opts, &one, 1, &event, &err))
		fail_msg("%s", err.text);
	return event;
}

/* The answer n of a case of that number. */
static struct annotation_target answer(int n)
{
	static char key[4][32], in[4][32], out[4][32];
	static int turn;
	int i = turn++ % 4;
	snprintf(key[i], sizeof key[i], "case %d", n);
	snprintf(in[i], sizeof in[i], "question %d", n);
	snprintf(out[i], sizeof out[i], "answer %d", n);
	return (struct annotation_target){str_of(key[i]), str_of(in[i]), str_of(out[i])};
}

static void judge(int n, const char *author, const char *verdict)
{
	say(answer(n), author, FIELD_VERDICT, verdict, (struct annotate_opts){0});
}

static void get(const struct agreement_opts *opts, struct agreement *out)
{
	const struct agreement_opts none = {0};
	struct err err = ERR_INIT;
	if (!agreement_get(db, opts ? opts : &none, out, &err))
		fail_msg("%s", err.text);
}

static const struct agreement_person *person(const struct agreement *a, const char *name)
{
	for (size_t i = 0; i < a->n_people; i++)
		if (str_is(a->people[i].name, name))
			return &a->people[i];
	fail_msg("%s is not there", name);
	return NULL;
}

/* Cohen's table: 20 both good, 15 both bad, 5 and 10 otherwise: agreement 0.7, by chance 0.5, kappa 0.4. Alpha of two raters of two
 * categories: 1 - (2n - 1) o / (n0 n1) = 1 - 99·15 / (45·55) = 0.4 as well. */
static void test_two(void **state)
{
	(void)state;
	struct agreement a;
	for (int i = 0; i < 50; i++) {
		judge(i, "ann", i < 25 ? "good" : "bad");
		judge(i, "ben", i < 20 || (i >= 25 && i < 35) ? "good" : "bad");
	}
	judge(50, "ann", "unsure");
	judge(50, "ben", "good");
	judge(51, "ann", "good");
	get(NULL, &a);
	assert_int_equal(a.answers, 52);
	assert_int_equal(a.verdicts, 103);
	assert_int_equal(a.twice, 51);
	assert_int_equal(a.n_people, 2);
	assert_true(str_is(a.people[0].name, "ann"));
	assert_int_equal(a.people[0].judged, 52);
	assert_int_equal(a.people[0].good, 26);
	assert_int_equal(a.people[0].bad, 25);
	assert_int_equal(a.people[0].unsure, 1);
	assert_int_equal(a.n_pairs, 1);
	const struct agreement_pair *p = a.pairs;
	assert_int_equal(p->both, 51);
	assert_int_equal(p->n, 50);
	assert_int_equal(p->same, 35);
	assert_int_equal(p->cells[1][1], 20);
	assert_int_equal(p->cells[1][0], 5);
	assert_int_equal(p->cells[0][1], 10);
	assert_int_equal(p->cells[0][0], 15);
	assert_int_equal(p->cells[2][1], 1);
	near(p->kappa.agreement, 0.7);
	near(p->kappa.kappa, 0.4);
	/* R: prop.test(35, 50, correct = FALSE)$conf.int */
	near(p->agreement.low, 0.562496495);
	near(p->agreement.high, 0.808964465);
	assert_int_equal(a.alpha.n_units, 50);
	near(a.alpha.alpha, 0.4);
	assert_true(a.alpha.interval.low < 0.4 && a.alpha.interval.high > 0.4);
	assert_int_equal(a.disagreements_of, 15);
	assert_int_equal(a.n_disagreements, 15);
	assert_true(str_starts(a.sentence, "2 people gave 103 verdicts on 52 answers: 57 good, 45 bad, 1 unsure."));
	assert_true(
	    str_find(a.sentence, STR_LIT("They differ on 15 of 50 judged twice: agreement 70 %, kappa 0.40 (95 %: ")) !=
	    SIZE_MAX);
	agreement_done(&a);
	get(&(struct agreement_opts){.rows = -1}, &a);
	assert_int_equal(a.disagreements_of, 15);
	assert_int_equal(a.n_disagreements, 0);
	agreement_done(&a);
}

/* Newest counts, taken back does not; proposed is in no figure until it is confirmed. */
static void test_what_counts(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct agreement a;
	judge(1, "ann", "good");
	judge(1, "ann", "bad");
	struct event_id gone = say(answer(2), "ann", FIELD_VERDICT, "good", (struct annotate_opts){0});
	assert_true(annotate_take_back(db, &gone, 1, STR_LIT("ann"), 1000, &err));
	say(answer(3), "ann", FIELD_VERDICT, "good", (struct annotate_opts){.how = HOW_PROPOSED});
	say(answer(4), "ann", FIELD_VERDICT, "good", (struct annotate_opts){.how = HOW_BLIND});
	judge(3, "ben", "bad");
	get(NULL, &a);
	assert_int_equal(a.proposed, 1);
	assert_int_equal(a.answers, 3);
	assert_int_equal(a.good, 1);
	assert_int_equal(a.bad, 2);
	assert_int_equal(a.disagreements_of, 0);
	assert_int_equal(person(&a, "ann")->judged, 2);
	assert_int_equal(person(&a, "ann")->proposed, 1);
	assert_int_equal(person(&a, "ann")->blind, 1);
	agreement_done(&a);
	get(&(struct agreement_opts){.blind = true}, &a);
	assert_int_equal(a.answers, 1);
	agreement_done(&a);
	judge(3, "ann", "good"); /* confirmed */
	get(NULL, &a);
	assert_int_equal(a.proposed, 0);
	assert_int_equal(a.disagreements_of, 1);
	assert_int_equal(a.disagreements->at.kind, SUBJECT_NONE); /* no run has it */
	assert_true(str_is(a.disagreements->key, "case 3"));
	agreement_done(&a);
}

/* The same answer under two keys is one, and of one person there the newest counts; without texts each is its own. */
static void test_equal_answers(void **state)
{
	(void)state;
	struct agreement a;
	struct annotation_target t = answer(1), other = t, empty = {STR_LIT("trace:a"), STR_NONE, STR_NONE};
	other.key = STR_LIT("the same, imported from elsewhere");
	say(t, "ann", FIELD_VERDICT, "good", (struct annotate_opts){.now_ns = 10});
	say(other, "ann", FIELD_VERDICT, "bad", (struct annotate_opts){.now_ns = 20});
	say(other, "ben", FIELD_VERDICT, "good", (struct annotate_opts){.now_ns = 5});
	say(empty, "ann", FIELD_VERDICT, "good", (struct annotate_opts){0});
	empty.key = STR_LIT("trace:b");
	say(empty, "ben", FIELD_VERDICT, "bad", (struct annotate_opts){0});
	get(NULL, &a);
	assert_int_equal(a.answers, 3);
	assert_int_equal(a.verdicts, 4);
	assert_int_equal(a.disagreements_of, 1);
	assert_int_equal(a.disagreements->n_said, 2);
	assert_int_equal(a.disagreements->good, 1);
	assert_int_equal(a.disagreements->bad, 1);
	agreement_done(&a);
}

/* A queue: answers that were judged in it, whoever judged them; skips, pace, reasons. */
static void test_queue(void **state)
{
	(void)state;
	struct agreement a;
	const struct annotate_opts q = {.queue = STR_LIT("friday")};
	run_sql(
	    "INSERT INTO queue(id,name,made_ns,author,made_from,mode,copies,seed) VALUES(7,'friday',1,'ann','',0,0,1)");
	run_sql("INSERT INTO queue_mark(queue,seq,author,state,time_ns,spent_ns) VALUES(7,0,'ann',1,1,3000000000),"
	        "(7,1,'ann',1,1,9000000000),(7,2,'ann',2,1,5000000000),(7,3,'ann',1,1,NULL),(7,0,'cal',2,1,NULL)");
	say(answer(1), "ann", FIELD_VERDICT, "bad", q);
	say(answer(1), "ann", FIELD_REASON, "outdated, tone", q);
	say(answer(1), "ann", FIELD_NOTE, "the limit is 120 days", q);
	say(answer(2), "ann", FIELD_VERDICT, "bad", q);
	say(answer(2), "ann", FIELD_REASON, "tone", q);
	say(answer(2), "ann", FIELD_CORRECTION, "120 days", q);
	judge(1, "ben", "good"); /* outside of it */
	judge(9, "ben", "good");
	get(&(struct agreement_opts){.queue = STR_LIT("friday")}, &a);
	assert_int_equal(a.answers, 2);
	assert_int_equal(a.n_people, 3);
	const struct agreement_person *ann = person(&a, "ann");
	assert_int_equal(ann->skipped, 1);
	assert_int_equal(ann->timed, 2);
	assert_int_equal(ann->spent_ns, 12000000000);
	near(ann->per_minute, 10);
	assert_int_equal(ann->notes, 1);
	assert_int_equal(ann->corrections, 1);
	assert_int_equal(ann->n_reasons, 2);
	assert_true(str_is(ann->reasons[0].word, "tone"));
	assert_int_equal(ann->reasons[0].n, 2);
	assert_int_equal(a.n_reasons, 2);
	assert_int_equal(person(&a, "cal")->skipped, 1);
	assert_int_equal(person(&a, "cal")->judged, 0);
	assert_true(isnan(person(&a, "cal")->per_minute));
	assert_int_equal(person(&a, "ben")->judged, 1);
	assert_int_equal(a.disagreements_of, 1);
	const struct agreement_said *said = a.disagreements->said;
	assert_true(str_is(said[0].reasons, "outdated, tone"));
	assert_true(str_is(said[0].note, "the limit is 120 days"));
	assert_int_equal(said[0].verdict, VERDICT_BAD);
	assert_true(str_is(a.people[said[0].person].name, "ann"));
	agreement_done(&a);
	get(&(struct agreement_opts){.queue = STR_LIT("no such queue")}, &a);
	assert_int_equal(a.answers, 0);
	assert_true(str_is(a.sentence, "Nobody has judged an answer here yet."));
	agreement_done(&a);
}

/* ---------------------------------------------------------------- on the samples */

static void import_samples(void)
{
	struct err err = ERR_INIT;
	char a[] = "tests/data/eval-v12.json", b[] = "tests/data/eval-v13.json", c[] = "tests/data/traces-agent.jsonl";
	char *paths[] = {a, b, c};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	run_sql("DELETE FROM source; DELETE FROM run_source; DELETE FROM problem");
	bool ok = import_paths(db, paths, 3, &opts, NULL, &report, &err);
	import_report_done(&report);
	if (!ok)
		fail_msg("%s", err.text);
}

static int64_t number(const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n;
	if (!db_int(db, sql, 0, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

/* What the i-th case is; a pair of the two runs if pair. */
static void subject_of(int i, int64_t run, int64_t run_b, struct block_cache *blocks, struct arena *arena,
                       struct subject *out)
{
	struct err err = ERR_INIT;
	char sql[200];
	snprintf(sql, sizeof sql, "SELECT case_id FROM case_result WHERE run = %lld ORDER BY case_id LIMIT 1 OFFSET %d",
	         (long long)run, i);
	struct stmt *s = db_query_composed(db, str_of(sql), &err);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	const struct subject_at at = {
	    .kind = run_b ? SUBJECT_PAIR : SUBJECT_CASE, .at = {run, col_int(s, 0), 0},
                     .run_b = run_b
        };
	stmt_free(s);
	if (!subject_target(db, blocks, &at, arena, out, &err))
		fail_msg("%s", err.text);
}

/* Ten pairs decided 8 to 2 for B, one a tie, one both bad, one with as many for each. R: binom.test(2, 10)$p.value = 0.109375;
 * prop.test(8, 10, correct = FALSE)$conf.int = 0.4901624715 0.9433178486. */
static void test_preferences(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	import_samples();
	struct block_cache *blocks = block_cache_new(db);
	int64_t a = number("SELECT min(id) FROM run"), b = number("SELECT max(id) FROM run");
	assert_true(a && b && a != b);
	for (int i = 0, used = 0; used < 13; i++) {
		struct subject s;
		subject_of(i, a, b, blocks, &arena, &s);
		if (str_eq(s.raw_output, s.raw_output_b))
			continue;
		int prefers = used < 2 ? 0 : used < 10 ? 1 : used == 10 ? 2 : used == 11 ? 3 : 0;
		struct buf value = BUF_INIT;
		annotation_preference(&value, s.raw_output, s.raw_output_b, prefers);
		say(s.target, "ann", FIELD_PREFERENCE, buf_cstr(&value), (struct annotate_opts){0});
		if (used == 0)
			say(s.target, "ben", FIELD_PREFERENCE, buf_cstr(&value), (struct annotate_opts){0});
		buf_clear(&value);
		annotation_preference(&value, s.raw_output, s.raw_output_b, 1);
		if (used == 12)
			say(s.target, "ben", FIELD_PREFERENCE, buf_cstr(&value), (struct annotate_opts){0});
		if (used == 3)
			say(s.target, "cal", FIELD_PREFERENCE, buf_cstr(&value),
			    (struct annotate_opts){.how = HOW_PROPOSED});
		buf_done(&value);
		used++;
	}
	struct agreement_pairs p, mirrored;
	assert_true(agreement_prefer(db, blocks, a, b, &arena, &p, &err));
	assert_int_equal(p.pairs, 13);
	assert_int_equal(p.votes, 15);
	assert_int_equal(p.a, 2);
	assert_int_equal(p.b, 8);
	assert_int_equal(p.tie, 1);
	assert_int_equal(p.both_bad, 1);
	assert_int_equal(p.split, 1);
	assert_int_equal(p.twice, 2);
	assert_int_equal(p.agreed, 1);
	near(p.p, 0.109375);
	near(p.share, 0.8);
	near(p.interval.low, 0.4901625);
	near(p.interval.high, 0.9433178);
	assert_true(str_is(p.sentence,
	                   "People preferred B in 8 of 10 decided pairs (2 tied, 1 both bad): no evidence of a "
	                   "difference (p 0.11)."));
	/* The runs the other way round. */
	assert_true(agreement_prefer(db, blocks, b, a, &arena, &mirrored, &err));
	assert_int_equal(mirrored.a, 8);
	assert_int_equal(mirrored.b, 2);
	near(mirrored.p, p.p);
	/* Without saying which runs: those of a queue's pairs; without one nobody knows. */
	struct agreement all;
	get(NULL, &all);
	assert_int_equal(all.n_preferred, 0);
	assert_int_equal(all.preferences_unplaced, 15);
	agreement_done(&all);
	struct buf sql = BUF_INIT;
	buf_printf(
	    &sql,
	    "INSERT INTO queue(id,name,made_ns,author,made_from,mode,copies,seed) VALUES(1,'pairs',1,'ann','',0,0,1);"
	    "INSERT INTO queue_item(queue,seq,kind,run,case_id,repeat,run_b,repeat_b) VALUES(1,0,%d,%lld,1,0,%lld,0)",
	    SUBJECT_PAIR, (long long)a, (long long)b);
	run_sql(buf_cstr(&sql));
	buf_done(&sql);
	get(NULL, &all);
	assert_int_equal(all.n_preferred, 1);
	assert_int_equal(all.preferred->pairs, 13);
	assert_int_equal(all.preferences_unplaced, 0);
	agreement_done(&all);
	block_cache_free(blocks);
	arena_done(&arena);
}

/* Verdicts on a run's answers, of the case and of the trace it names; and where a disagreement is opened. */
static void test_run(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject s[4];
	struct run_verdicts v;
	import_samples();
	struct block_cache *blocks = block_cache_new(db);
	int64_t a = number("SELECT min(id) FROM run"), b = number("SELECT max(id) FROM run");
	assert_true(runs_verdicts(db, a, &v, &err));
	assert_int_equal(v.judged, 0);
	for (int i = 0; i < 4; i++)
		subject_of(i, a, 0, blocks, &arena, &s[i]);
	say(s[0].target, "ann", FIELD_VERDICT, "good", (struct annotate_opts){0});
	say(s[0].target, "ben", FIELD_VERDICT, "bad", (struct annotate_opts){0});
	say(s[0].target, "cal", FIELD_VERDICT, "bad", (struct annotate_opts){0});
	/* The same answer under other keys: she is one person all the same. */
	for (int i = 0; i < 2; i++) {
		struct annotation_target other = s[0].target;
		other.key = i ? STR_LIT("one key") : STR_LIT("another key");
		say(other, "ann", FIELD_VERDICT, "good", (struct annotate_opts){0});
	}
	say(s[1].target, "ann", FIELD_VERDICT, "good", (struct annotate_opts){0});
	say(s[2].target, "ann", FIELD_VERDICT, "unsure", (struct annotate_opts){0});
	say(s[3].target, "ann", FIELD_VERDICT, "bad", (struct annotate_opts){.how = HOW_PROPOSED});
	assert_true(runs_verdicts(db, a, &v, &err));
	assert_int_equal(v.judged, 3);
	assert_int_equal(v.good, 1);
	assert_int_equal(v.bad, 1);
	assert_int_equal(v.unsure, 1);
	struct agreement g;
	get(&(struct agreement_opts){.run = a}, &g);
	assert_int_equal(g.answers, 3);
	assert_int_equal(g.disagreements_of, 1);
	assert_int_equal(g.disagreements->at.kind, SUBJECT_CASE);
	assert_int_equal(g.disagreements->at.at.run, a);
	assert_int_equal(g.disagreements->at.at.case_id, s[0].at.at.case_id);
	assert_true(g.disagreements->title.len > 0 && g.disagreements->run.len > 0);
	agreement_done(&g);
	/* Of the other run only what is the same answer there. */
	struct run_verdicts other;
	assert_true(runs_verdicts(db, b, &other, &err));
	assert_true(other.judged <= v.judged);
	block_cache_free(blocks);
	arena_done(&arena);
}

/* Damaged rows of the table: nothing is read beyond them. */
static void test_damaged(void **state)
{
	(void)state;
	struct agreement a;
	judge(1, "ann", "good");
	run_sql("INSERT INTO annotation_now(target,author,field,part,value,time_ns,event,how,hint) VALUES"
	        "(x'01','x',0,'','good',1,x'00',0,'trace:'),(zeroblob(32),'y',0,'','excellent',1,x'00',0,NULL),"
	        "(zeroblob(32),'',0,'',NULL,1,x'00',0,NULL),(zeroblob(32),'z',3,'',',,, ,',1,x'00',0,NULL),"
	        "(zeroblob(32),'p',6,'','better:',1,x'00',0,'pair:')");
	get(&(struct agreement_opts){.judges = true}, &a);
	assert_int_equal(a.answers, 1);
	assert_int_equal(a.n_reasons, 0);
	assert_int_equal(a.n_preferred, 0);
	agreement_done(&a);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, clear)
	const struct CMUnitTest tests[] = {
	    TEST(test_two),     TEST(test_what_counts), TEST(test_equal_answers), TEST(test_queue),
	    TEST(test_damaged), TEST(test_preferences), TEST(test_run),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
