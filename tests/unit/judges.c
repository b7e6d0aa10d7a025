/* store/query/judges: rows made by hand in the tables, and the bundled samples with verdicts given through annotate_add. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "store/annotate.h"
#include "store/base/units.h"
#include "store/db.h"
#include "store/query/judges.h"
#include "store/sink.h"
#include "tests/store.h"

/* ---------------------------------------------------------------- rows by hand */

enum { TONE = 1, HUMAN, MODEL_A, MODEL_B, OTHER_NAME, TOXIC, EXACT };

static int begin(void **state)
{
	(void)state;
	run_sql(
	    "DELETE FROM case_result; DELETE FROM case_score; DELETE FROM run; DELETE FROM case_key; DELETE FROM word;"
	    "DELETE FROM annotation; DELETE FROM annotation_now; DELETE FROM trace; DELETE FROM score;"
	    "INSERT INTO word(id, text) VALUES(1, 'tone'), (2, 'human'), (3, 'model-a'), (4, 'model-b'), (5, 'colour'),"
	    " (6, 'toxicity'), (7, 'exact')");
	for (int id = 1; id <= 4; id++) {
		char sql[200];
		snprintf(sql, sizeof sql,
		         "INSERT INTO run(id, key, text, name, source, seen) VALUES(%d, CAST('k%d' AS BLOB), 'run-%d', "
		         "'run %d', 1, 1)",
		         id, id, id, id);
		run_sql(sql);
	}
	return 0;
}

/* output: 0 not known. */
static void add_result(int run, int case_id, int repeat, int64_t output)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, "INSERT OR IGNORE INTO case_key(id, text) VALUES(?1, 'key-' || ?1)", &err);
	stmt_int(s, 1, case_id);
	assert_true(stmt_run(s, &err));
	s = db_query(db,
	             "INSERT INTO case_result(run, case_id, repeat, status, title, input_hash, output_hash, record, "
	             "hash, source)"
	             " VALUES(?1, ?2, ?3, 1, 'case ' || ?2, 1000 + ?2, ?4, 1, 0, 1)",
	             &err);
	stmt_int(s, 1, run);
	stmt_int(s, 2, case_id);
	stmt_int(s, 3, repeat);
	stmt_int(s, 4, output ? output : UNKNOWN_INT);
	if (!stmt_run(s, &err))
		fail_msg("%s", err.text);
}

struct given {
	int run, case_id, repeat, name, n, by, judge;
	double value, threshold;
	int pass; /* -1 unknown */
	const char *label;
};

static void add_score(const struct given *g)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(
	    db,
	    "INSERT INTO case_score(run, case_id, repeat, name, n, value, label, pass, threshold, from_, judge)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    &err);
	stmt_int(s, 1, g->run);
	stmt_int(s, 2, g->case_id);
	stmt_int(s, 3, g->repeat);
	stmt_int(s, 4, g->name);
	stmt_int(s, 5, g->n);
	stmt_double(s, 6, g->value);
	stmt_str(s, 7, str_of(g->label));
	stmt_int(s, 8, g->pass >= 0 ? g->pass : UNKNOWN_INT);
	stmt_double(s, 9, g->threshold);
	stmt_int(s, 10, g->by);
	stmt_int(s, 11, g->judge ? g->judge : UNKNOWN_INT);
	if (!stmt_run(s, &err))
		fail_msg("%s", err.text);
}

static void judge_says(int run, int case_id, int repeat, double value)
{
	add_score(&(struct given){run, case_id, repeat, TONE, 0, SOURCE_JUDGE, MODEL_A, value, 0.7, -1, NULL});
}

static void person_says(int run, int case_id, int repeat, int name, int n, const char *label)
{
	add_score(
	    &(struct given){run, case_id, repeat, name, n, SOURCE_HUMAN, 0, UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, -1, label});
}

static const struct judges_opts PLAIN = {.threshold = UNKNOWN_DOUBLE};

static void get(const struct judges_opts *opts, struct judges *out)
{
	struct err err = ERR_INIT;
	if (!judges_get(db, opts ? opts : &PLAIN, out, &err))
		fail_msg("%s", err.text);
}

static const struct judge *named(const struct judges *j, const char *name, const char *model)
{
	const struct judge *found = NULL;
	for (size_t i = 0; i < j->n && !found; i++)
		if (str_is(j->rows[i].name, name) && str_eq(j->rows[i].model, str_of(model)) && !j->rows[i].all_models)
			found = &j->rows[i];
	BUG_ON(!found);
	return found;
}

static void near(double got, double want)
{
	if (fabs(got - want) > 1e-9 * fmax(1, fabs(want)))
		fail_msg("got %.17g, want %.17g", got, want);
}

/* ---------------------------------------------------------------- agreement */

/* statsmodels cohens_kappa([[46, 3], [0, 11]]), proportion_confint(57, 60, method='wilson') */
static void test_kappa(void **state)
{
	(void)state;
	struct judges j;
	for (int i = 1; i <= 60; i++) {
		add_result(1, i, 0, 5000 + i);
		bool good = i <= 49, passes = good && i > 3;
		judge_says(1, i, 0, passes ? 0.9 : i == 1 ? 0.1 : i == 2 ? 0.69 : 0.4);
		person_says(1, i, 0, HUMAN, 0, good ? "good" : "bad");
	}
	get(NULL, &j);
	const struct judge *t = named(&j, "tone", "model-a");
	assert_int_equal(t->cells[1][1], 46);
	assert_int_equal(t->cells[1][0], 3);
	assert_int_equal(t->cells[0][1], 0);
	assert_int_equal(t->cells[0][0], 11);
	near(t->kappa.kappa, 0.8489932885906039);
	near(t->kappa.se, 0.08400177857747701);
	near(t->kappa.interval.low, 0.6843528279414407);
	near(t->by_chance, (49.0 * 46 + 11.0 * 14) / 3600);
	near(t->agreement.low, 0.8629948352365147);
	near(t->agreement.high, 0.9828504978356043);
	assert_true(!t->kappa.too_few && !t->kappa.rough && !t->one_sided);
	assert_true(str_is(t->humans, "human 60"));
	assert_true(str_is(t->sentence, "agrees with people in 57 of 60; chance alone would give 40"));
	/* worst first: farthest below 0.7 */
	assert_int_equal(t->n_disagreements, 3);
	assert_int_equal(t->disagreements[0].at.case_id, 1);
	assert_int_equal(t->disagreements[1].at.case_id, 3);
	assert_int_equal(t->disagreements[2].at.case_id, 2);
	near(t->disagreements[0].distance, 0.6);
	/* of 46 at 0.9, 11 and one at 0.4, …: passing from 0.69 on is right in 58 */
	near(t->best_threshold, 0.69);
	near(t->best_agreement, 58.0 / 60);
	assert_int_equal(t->unlabelled, 0);
	assert_int_equal(t->n_next, 0);
	near(t->plan[0].half, 1.959963984540054 * 0.08400177857747701 * sqrt(60.0 / 70));
	judges_done(&j);
}

/* One answer of a case counts once, however often it was given; the majority of the judge's verdicts on it, a tie fails. */
static void test_equal_answers(void **state)
{
	(void)state;
	struct judges j;
	for (int run = 1; run <= 2; run++)
		for (int repeat = 0; repeat < 2; repeat++) {
			add_result(run, 1, repeat, 77); /* four times the same */
			judge_says(run, 1, repeat, run == 1 && repeat == 0 ? 0.2 : 0.8);
			add_result(run, 2, repeat, 88 + repeat);
			judge_says(run, 2, repeat, 0.9);
			add_result(run, 3, repeat, 99);
			judge_says(run, 3, repeat, repeat ? 0.9 : 0.5);
		}
	person_says(2, 1, 1, HUMAN, 0, "good"); /* on one of the four */
	person_says(1, 3, 0, HUMAN, 0, "good");
	get(NULL, &j);
	const struct judge *t = named(&j, "tone", "model-a");
	assert_int_equal(t->scores, 12);
	assert_int_equal(t->answers, 4); /* case 2 has two */
	assert_int_equal(t->kappa.n, 2);
	assert_int_equal(t->cells[1][1], 1);
	assert_int_equal(t->cells[1][0], 1); /* 2 of 4 passed: it fails */
	assert_int_equal(t->flips.groups, 4);
	assert_int_equal(t->flips.flipped, 2);
	near(t->flips.share.low, 0.15003898915214947); /* proportion_confint(2, 4, method='wilson') */
	near(t->flips.share.high, 0.8499610108478506);
	assert_int_equal(t->flips.pairs, 6 + 1 + 1 + 6);
	assert_int_equal(t->flips.pairs_flipped, 3 + 4);
	near(t->flips.spread, (0.6 + 0.4) / 4);
	near(t->flips.most, 0.6);
	assert_int_equal(t->n_flipped, 2);
	assert_int_equal(t->flipped[0].at.case_id, 1);
	assert_int_equal(t->flipped[0].n_judge, 4);
	assert_int_equal(t->flipped[0].n_passed, 3);
	assert_int_equal(t->flipped[0].n_good, 1);
	assert_int_equal(t->flipped[0].other.run, 1); /* where it said otherwise */
	assert_true(t->kappa.too_few && IS_UNKNOWN(t->kappa.interval.low));
	judges_done(&j);
	/* where another answer is expected, another verdict is no contradiction */
	run_sql("UPDATE case_result SET expected_hash = 10 * run + repeat");
	get(NULL, &j);
	assert_int_equal(named(&j, "tone", "model-a")->flips.groups, 0);
	judges_done(&j);
	run_sql("UPDATE case_result SET expected_hash = NULL");
	/* an answer that is not known is not equal to another */
	run_sql("UPDATE case_result SET output_hash = NULL");
	get(NULL, &j);
	t = named(&j, "tone", "model-a");
	assert_int_equal(t->answers, 12);
	assert_int_equal(t->flips.groups, 0);
	judges_done(&j);
}

static void test_people(void **state)
{
	(void)state;
	struct judges j;
	static const char *const votes[6][3] = {
	    {"good",   "good",   "bad"   },
            {"good",   "bad",    NULL    },
            {"unsure", NULL,     NULL    },
	    {"bad",    "bad",    "unsure"},
            {"good",   "unsure", NULL    },
            {NULL,     NULL,     NULL    },
	};
	for (int i = 0; i < 6; i++) {
		add_result(1, i + 1, 0, 100 + i);
		judge_says(1, i + 1, 0, 0.9);
		for (int n = 0; n < 3 && votes[i][n]; n++)
			person_says(1, i + 1, 0, HUMAN, n, votes[i][n]);
	}
	get(NULL, &j);
	const struct judge *t = named(&j, "tone", "model-a");
	assert_int_equal(t->kappa.n, 3);
	assert_int_equal(t->cells[1][1], 2);
	assert_int_equal(t->cells[0][1], 1);
	assert_int_equal(t->dropped.tied, 1);
	assert_int_equal(t->dropped.unsure, 1);
	assert_int_equal(t->unlabelled, 1);
	assert_int_equal(t->people, 3);
	assert_int_equal(t->alpha.n_units, 3);
	/* units {1,1,0} {1,0} {0,0}: o_10 = o_01 = 1 + 1, n = 7, n_1 = 3, n_0 = 4: 1 - 6·4/(2·12) */
	near(t->alpha.alpha, 1 - 6.0 * 4 / 24);
	assert_true(t->alpha.too_few);
	assert_true(t->one_sided); /* it passes everything */
	assert_int_equal(t->n_next, 1);
	assert_int_equal(t->next[0].at.case_id, 6);
	judges_done(&j);
}

/* Its own name first, then general ones; others only if asked for. */
static void test_whose(void **state)
{
	(void)state;
	struct judges j;
	for (int i = 1; i <= 3; i++) {
		add_result(1, i, 0, 100 + i);
		judge_says(1, i, 0, 0.9);
		person_says(1, i, 0, OTHER_NAME, 0, "bad");
	}
	person_says(1, 1, 0, TONE, 1, "good");
	person_says(1, 1, 0, HUMAN, 0, "bad");
	person_says(1, 2, 0, HUMAN, 0, "bad");
	get(NULL, &j);
	const struct judge *t = named(&j, "tone", "model-a");
	assert_int_equal(t->kappa.n, 2);
	assert_int_equal(t->cells[1][1], 1);
	assert_int_equal(t->cells[0][1], 1);
	assert_int_equal(t->unlabelled, 1);
	assert_int_equal(j.human_scores, 6);
	assert_true(str_is(j.human_names, "tone 1, human 2, colour 3"));
	judges_done(&j);
	get(&(struct judges_opts){.threshold = UNKNOWN_DOUBLE, .human = STR_LIT("Colour")}, &j);
	t = named(&j, "tone", "model-a");
	assert_int_equal(t->cells[0][1], 3);
	assert_true(str_is(t->humans, "colour 3"));
	judges_done(&j);
	assert_true(judges_is_general(STR_LIT("User-Rating")) && judges_is_general(STR_LIT("human_verdict")));
	assert_false(judges_is_general(STR_LIT("groundedness")));
}

/* ---------------------------------------------------------------- what scores say */

static void test_words(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		enum judge_outcome outcome;
	} words[] = {
	    {"Correct",	                                OUTCOME_GOOD  },
            {"INCORRECT",                                      OUTCOME_BAD   },
	    {" thumbs_up ",	                            OUTCOME_GOOD  },
            {"thumbs down",                                    OUTCOME_BAD   },
	    {"hallucinated",	                           OUTCOME_BAD   },
            {"factual",                                        OUTCOME_GOOD  },
	    {"C",	                                      OUTCOME_GOOD  },
            {"I",                                              OUTCOME_BAD   },
	    {"P",	                                      OUTCOME_UNSURE},
            {"not sure",                                       OUTCOME_UNSURE},
	    {"unsure",	                                 OUTCOME_UNSURE},
            {"non-toxic",                                      OUTCOME_GOOD  },
	    {"yes",	                                    OUTCOME_GOOD  },
            {"No",                                             OUTCOME_BAD   },
	    {"\U0001F44D",	                             OUTCOME_GOOD  },
            {"\U0001F44E",                                     OUTCOME_BAD   },
	    {"friendly",	                               OUTCOME_NONE  },
            {"",                                               OUTCOME_NONE  },
	    {"acceptable",	                             OUTCOME_GOOD  },
            {"wrong",                                          OUTCOME_BAD   },
	    {"gültig",	                                OUTCOME_NONE  },
            {"irrelevant",                                     OUTCOME_BAD   },
	    {"unrelated",	                              OUTCOME_BAD   },
            {"true",                                           OUTCOME_GOOD  },
	    {"false",	                                  OUTCOME_BAD   },
            {"a label that is far longer than any of ours is", OUTCOME_NONE  },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (judges_label(str_of(words[i].label)) != words[i].outcome)
			fail_msg("%s: %d", words[i].label, judges_label(str_of(words[i].label)));
}

static void one_score(double value, double threshold, int pass, const char *label)
{
	begin(NULL);
	add_result(1, 1, 0, 5);
	add_score(&(struct given){1, 1, 0, TOXIC, 0, SOURCE_JUDGE, MODEL_A, value, threshold, pass, label});
}

static enum judge_outcome says(const struct judges_opts *opts)
{
	struct judges j;
	get(opts, &j);
	const struct judge *t = named(&j, "toxicity", "model-a");
	enum judge_outcome o = t->passed ? OUTCOME_GOOD : t->failed ? OUTCOME_BAD : OUTCOME_NONE;
	judges_done(&j);
	return o;
}

static void test_scales(void **state)
{
	(void)state;
	struct judges_opts four = {.threshold = 4}, low = {.threshold = 4, .lower = true};
	one_score(0.9, 0.5, 0, NULL); /* what the source says of passing wins */
	assert_int_equal(says(NULL), OUTCOME_BAD);
	one_score(0.9, 0.95, -1, "good"); /* then the threshold */
	assert_int_equal(says(NULL), OUTCOME_BAD);
	one_score(1, UNKNOWN_DOUBLE, -1, "hallucinated"); /* then the label */
	assert_int_equal(says(NULL), OUTCOME_BAD);
	one_score(0.6, UNKNOWN_DOUBLE, -1, NULL); /* then a half */
	assert_int_equal(says(NULL), OUTCOME_GOOD);
	one_score(3.5, UNKNOWN_DOUBLE, -1, NULL); /* of which scale? */
	assert_int_equal(says(NULL), OUTCOME_NONE);
	assert_int_equal(says(&four), OUTCOME_BAD);
	assert_int_equal(says(&low), OUTCOME_GOOD);
	one_score(0.2, UNKNOWN_DOUBLE, -1, NULL);
	run_sql("UPDATE run SET config = '{\"higher_is_better\": {\"toxicity\": false}}' WHERE id = 1");
	assert_int_equal(says(NULL), OUTCOME_GOOD);
}

/* Ratings of people from 1 to 5 against a judge's: by order, statsmodels cohens_kappa(wt='quadratic'). */
static void test_ratings(void **state)
{
	(void)state;
	static const int table[5][5] = {
	    {9, 3,  1,  0,  0 },
            {4, 12, 5,  1,  0 },
            {1, 6,  20, 7,  2 },
            {0, 1,  6,  15, 5 },
            {0, 0,  2,  4,  11}
        };
	int id = 0;
	for (int human = 0; human < 5; human++)
		for (int judge = 0; judge < 5; judge++)
			for (int i = 0; i < table[human][judge]; i++) {
				id++;
				add_result(1, id, 0, 9000 + id);
				add_score(&(struct given){1, id, 0, TONE, 0, SOURCE_JUDGE, 0, judge + 1, UNKNOWN_DOUBLE,
				                          -1, NULL});
				add_score(&(struct given){1, id, 0, TONE, 1, SOURCE_HUMAN, 0, human + 1, UNKNOWN_DOUBLE,
				                          -1, NULL});
			}
	struct judges j;
	get(&(struct judges_opts){.threshold = 4}, &j);
	const struct judge *t = named(&j, "tone", NULL);
	assert_int_equal(t->ordinal_n, 115);
	assert_int_equal(t->ordinal_c, 5);
	near(t->ordinal.kappa, 0.7901247085065396);
	near(t->ordinal.interval.low, 0.7171996200821082);
	/* 1, 2: bad, 4, 5: good, 3: unsure */
	assert_int_equal(t->dropped.unsure, 1 + 6 + 20 + 7 + 2);
	assert_int_equal(t->cells[1][1], 15 + 5 + 4 + 11);
	assert_int_equal(t->cells[0][1], 1);
	judges_done(&j);
}

/* ---------------------------------------------------------------- several judges */

static void test_models(void **state)
{
	(void)state;
	struct judges j;
	for (int i = 1; i <= 20; i++) {
		add_result(1, i, 0, 100 + i);
		add_score(&(struct given){1, i, 0, TONE, 0, SOURCE_JUDGE, MODEL_A, UNKNOWN_DOUBLE, UNKNOWN_DOUBLE,
		                          i % 2, NULL});
		add_score(&(struct given){1, i, 0, TONE, 1, SOURCE_JUDGE, MODEL_B, UNKNOWN_DOUBLE, UNKNOWN_DOUBLE,
		                          i % 4 > 0, NULL});
		add_score(&(struct given){1, i, 0, EXACT, 0, SOURCE_CODE, 0, i % 2, UNKNOWN_DOUBLE, -1, NULL});
	}
	get(NULL, &j);
	assert_int_equal(j.n, 4);
	assert_int_equal(j.n_judges, 2);
	assert_true(j.rows[0].all_models && j.rows[0].models == 2 && j.rows[0].scores == 40);
	assert_int_equal(j.rows[3].by, SOURCE_CODE); /* after the judges */
	const struct judge *a = named(&j, "tone", "model-a");
	assert_int_equal(a->n_others, 2);
	assert_true(str_is(a->others[0].model, "model-b")); /* of the same name first */
	assert_int_equal(a->others[0].cells[1][1], 10);
	assert_int_equal(a->others[0].cells[1][0], 5); /* the other passes, this one does not */
	assert_int_equal(a->others[0].cells[0][0], 5);
	assert_int_equal(a->others[0].kappa.n, 20);
	near(a->others[1].kappa.kappa, 1);
	/* Models of one name that contradict each other are no flips. */
	assert_int_equal(j.rows[0].flips.groups, 0);
	judges_done(&j);
	person_says(1, 1, 0, HUMAN, 0, "bad");
	get(NULL, &j);
	for (size_t i = 0; i < j.n; i++)
		if (j.rows[i].by == SOURCE_JUDGE) {
			assert_true(j.rows[i].n_disagreements > 0);
			assert_int_equal(j.rows[i].disagreements[0].n_bad, 1);
		}
	judges_done(&j);
}

/* The same evaluation exported twice is one; the same answers judged again are two. */
static void test_exported_twice(void **state)
{
	(void)state;
	struct judges j;
	for (int run = 1; run <= 3; run++)
		for (int i = 1; i <= 4; i++) {
			add_result(run, i, 0, 100 + i);
			judge_says(run, i, 0, run == 3 && i == 1 ? 0.3 : 0.8);
		}
	run_sql("UPDATE run SET content = 4711");
	get(NULL, &j);
	assert_int_equal(j.twice, 1);
	assert_int_equal(j.runs, 2);
	const struct judge *t = named(&j, "tone", "model-a");
	assert_int_equal(t->scores, 8);
	assert_int_equal(t->flips.groups, 4);
	assert_int_equal(t->flips.flipped, 1);
	judges_done(&j);
	get(
	    &(struct judges_opts){
	        .threshold = UNKNOWN_DOUBLE, .runs = {2, 0}
        },
	    &j);
	assert_int_equal(j.runs, 1);
	assert_int_equal(named(&j, "tone", "model-a")->scores, 4);
	judges_done(&j);
}

/* ---------------------------------------------------------------- what to label */

static void test_next(void **state)
{
	(void)state;
	struct judges j, again;
	for (int i = 1; i <= 100; i++) {
		add_result(1, i, 0, 100 + i);
		judge_says(1, i, 0, i <= 90 ? 0.7 + i * 0.003 : 0.7 - i * 0.003);
		if (i % 10 == 5)
			person_says(1, i, 0, HUMAN, 0, "good");
	}
	struct judges_opts ten = {.threshold = UNKNOWN_DOUBLE, .next = 12};
	get(&ten, &j);
	get(&ten, &again);
	const struct judge *t = named(&j, "tone", "model-a");
	int fails = 0;
	assert_int_equal(t->unlabelled, 90);
	assert_int_equal(t->n_next, 12);
	for (size_t i = 0; i < t->n_next; i++) {
		fails += t->next[i].judge == OUTCOME_BAD;
		assert_true(t->next[i].at.case_id % 10 != 5);
		assert_int_equal(t->next[i].n_good + t->next[i].n_bad, 0);
		assert_int_equal(t->next[i].at.case_id, named(&again, "tone", "model-a")->next[i].at.case_id);
	}
	assert_int_equal(fails, 6);                      /* as many as passes, though they are one in ten */
	assert_int_equal(t->next[0].judge, OUTCOME_BAD); /* people have seen fewer of them */
	judges_done(&j);
	judges_done(&again);
}

static void test_nothing(void **state)
{
	(void)state;
	struct judges j;
	get(NULL, &j);
	assert_int_equal(j.n, 0);
	judges_done(&j);
	add_result(1, 1, 0, 1);
	person_says(1, 1, 0, HUMAN, 0, "good");
	get(NULL, &j);
	assert_int_equal(j.n, 0); /* people are no judges on trial */
	assert_int_equal(j.human_scores, 1);
	judges_done(&j);
}

/* ---------------------------------------------------------------- verdicts given in spoor, on the samples */

static void import_samples(void)
{
	struct err err = ERR_INIT;
	begin(NULL);
	run_sql("DELETE FROM word; DELETE FROM run; DELETE FROM source; DELETE FROM span; DELETE FROM run_source; "
	        "DELETE FROM problem");
	char a[] = "tests/data/eval-v12.json", b[] = "tests/data/eval-v13.json",
	     v[] = "tests/data/traces-voice.json.gz";
	char *paths[] = {a, b, v};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = import_paths(db, paths, 3, &opts, NULL, &report, &err);
	import_report_done(&report);
	if (!ok)
		fail_msg("%s", err.text);
}

static void read_item(const struct judge_item *item, struct arena *arena, struct judge_reading *out)
{
	struct err err = ERR_INIT;
	if (!judges_read(db, item, arena, out, &err))
		fail_msg("%s", err.text);
}

static void give(const struct annotation_target *t, const char *author, const char *value, int64_t time_ns,
                 unsigned char event[16])
{
	struct err err = ERR_INIT;
	if (!annotate_add(db, t, str_of(author), FIELD_VERDICT, str_of(value), time_ns, event, &err))
		fail_msg("%s", err.text);
}

static void test_annotations(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct judges j;
	struct arena arena = ARENA_INIT;
	unsigned char event[16];
	import_samples();
	get(NULL, &j);
	const struct judge *t = named(&j, "groundedness", "openai:gpt-4.1");
	assert_int_equal(t->kappa.n, 0);
	assert_true(t->n_next >= 4);
	struct judge_reading r[4];
	struct annotation_target at[4];
	for (size_t i = 0; i < 4; i++) {
		read_item(&t->next[i], &arena, &r[i]);
		assert_true(r[i].output.len > 0 && r[i].n_scores > 0);
		at[i] = (struct annotation_target){arena_str(&arena, t->next[i].key), r[i].input, r[i].output};
	}
	enum judge_outcome first = t->next[0].judge;
	judges_done(&j);
	give(&at[0], "ann", first == OUTCOME_GOOD ? "bad" : "good", 1, event);
	give(&at[0], "ann", first == OUTCOME_GOOD ? "good" : "bad", 2, event); /* the newest counts */
	give(&at[1], "ann", "unsure", 1, event);
	at[2].key = STR_LIT("another key"); /* the key has changed: the hashes of input and output still say which */
	give(&at[2], "ann", "good", 1, event);
	give(&at[3], "ann", "bad", 1, event);
	assert_true(annotate_withdraw(db, event, STR_LIT("ann"), 2, &err));
	at[3].output = STR_LIT("an answer that nobody gave");
	give(&at[3], "ann", "bad", 3, event);
	get(NULL, &j);
	t = named(&j, "groundedness", "openai:gpt-4.1");
	assert_int_equal(j.annotations, 4);
	assert_int_equal(t->kappa.n, 2); /* though no answer was read */
	assert_true(t->cells[first == OUTCOME_GOOD][first == OUTCOME_GOOD] >= 1);
	assert_int_equal(t->cells[1][0] + t->cells[1][1], 1 + (first == OUTCOME_GOOD)); /* people's good ones */
	assert_int_equal(t->dropped.unsure, 1);
	assert_int_equal(j.annotations_lost, 1);
	judges_done(&j);
	get(&(struct judges_opts){.threshold = UNKNOWN_DOUBLE, .lengths = JUDGES_LENGTHS}, &j);
	t = named(&j, "groundedness", "openai:gpt-4.1");
	assert_int_equal(t->kappa.n, 2);
	assert_int_equal(j.annotations_lost, 1);
	assert_true(str_is(t->humans, "verdicts in spoor 3"));
	assert_int_equal(t->lengths, t->answers);
	assert_true(!IS_UNKNOWN(t->length.rho));
	judges_done(&j);
	/* a sample of the lengths, the same each time */
	double rho = 0;
	for (int i = 0; i < 2; i++) {
		get(&(struct judges_opts){.threshold = UNKNOWN_DOUBLE, .lengths = 20}, &j);
		t = named(&j, "groundedness", "openai:gpt-4.1");
		assert_true(t->lengths >= 20 && t->lengths < t->lengths_of);
		assert_false(i > 0 && fabs(t->length.rho - rho) > 0);
		rho = t->length.rho;
		judges_done(&j);
	}
	arena_done(&arena);
}

/* What was only proposed is in no figure; a queue's verdicts can be tried alone, without scores of people from elsewhere. */
static void test_proposed_and_queue(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct judges j;
	struct arena arena = ARENA_INIT;
	struct event_id event;
	const struct say good = {FIELD_VERDICT, STR_NONE, STR_LIT("good")};
	import_samples();
	get(NULL, &j);
	const struct judge *t = named(&j, "groundedness", "openai:gpt-4.1");
	struct annotation_target at[3];
	for (size_t i = 0; i < 3; i++) {
		struct judge_reading r;
		read_item(&t->next[i], &arena, &r);
		at[i] = (struct annotation_target){arena_str(&arena, t->next[i].key), r.input, r.output};
	}
	judges_done(&j);
	const struct annotate_opts opts[3] = {
	    {.author = STR_LIT("ann"), .now_ns = 1, .how = HOW_PROPOSED},
	    {.author = STR_LIT("ann"),                        .now_ns = 1,            .queue = STR_LIT("q1")},
	    {.author = STR_LIT("ben"),  .now_ns = 1 },
	};
	for (size_t i = 0; i < 3; i++)
		assert_true(annotate(db, &at[i], &opts[i], &good, 1, &event, &err));
	get(NULL, &j);
	assert_int_equal(j.annotations, 2);
	assert_int_equal(named(&j, "groundedness", "openai:gpt-4.1")->kappa.n, 2);
	assert_int_equal(named(&j, "politeness", NULL)->kappa.n, 5);
	judges_done(&j);
	get(&(struct judges_opts){.threshold = UNKNOWN_DOUBLE, .queue = STR_LIT("q1")}, &j);
	assert_int_equal(j.annotations, 1);
	assert_int_equal(named(&j, "groundedness", "openai:gpt-4.1")->kappa.n, 1);
	assert_int_equal(named(&j, "politeness", NULL)->kappa.n, 0);
	judges_done(&j);
	/* Confirmed, it counts. */
	const struct annotate_opts seen = {.author = STR_LIT("ann"), .now_ns = 2};
	assert_true(annotate(db, &at[0], &seen, &good, 1, &event, &err));
	get(NULL, &j);
	assert_int_equal(named(&j, "groundedness", "openai:gpt-4.1")->kappa.n, 3);
	judges_done(&j);
	arena_done(&arena);
}

/* Verdicts on a trace and on one of its spans. */
static void test_annotated_traces(void **state)
{
	(void)state;
	struct judges j;
	struct arena arena = ARENA_INIT;
	unsigned char event[16];
	import_samples();
	get(NULL, &j);
	const struct judge *t = named(&j, "politeness", NULL);
	assert_int_equal(t->answers, 5);
	/* "solved" is of the whole traces: it counts for the only span that was judged. */
	assert_true(str_is(t->humans, "solved 5"));
	assert_int_equal(t->kappa.n, 5);
	assert_int_equal(t->cells[1][1], 3);
	assert_int_equal(t->cells[0][1], 2);
	struct judge_item two[2] = {t->disagreements[0], t->disagreements[1]};
	for (size_t i = 0; i < 2; i++) {
		const struct judge_item *item = &two[i];
		struct judge_reading r;
		char key[200];
		assert_true(item->at.run == 0 && item->trace > 0 && item->has_span);
		read_item(item, &arena, &r);
		snprintf(key, sizeof key, "trace:" STR_FMT "/span:%016llx", STR_ARG(item->key),
		         (unsigned long long)item->span);
		give(&(struct annotation_target){str_of(key), r.input, r.output}, "ben", i ? "bad" : "good", 1, event);
	}
	judges_done(&j);
	get(NULL, &j);
	t = named(&j, "politeness", NULL);
	assert_int_equal(j.annotations_lost, 0);
	/* What was said of the span itself goes before: one of the two is good now. */
	assert_int_equal(t->cells[1][1], 4);
	assert_int_equal(t->cells[0][1], 1);
	judges_done(&j);
	arena_done(&arena);
}

/* The sample whose every fourth answer a person judged: 60 verdicts, as its maker wrote them. */
static void test_claims(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct judges j;
	begin(NULL);
	run_sql("DELETE FROM word; DELETE FROM run; DELETE FROM source; DELETE FROM span; DELETE FROM run_source; "
	        "DELETE FROM problem");
	char claims[] = "tests/data/evals-claims.tar.gz";
	char *paths[] = {claims};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = import_paths(db, paths, 1, &opts, NULL, &report, &err);
	import_report_done(&report);
	if (!ok)
		fail_msg("%s", err.text);
	get(NULL, &j);
	const struct judge *t = named(&j, "reasoning", "openai:gpt-4.1");
	assert_int_equal(t->scores, 480);
	assert_int_equal(t->kappa.n + t->unlabelled + t->dropped.tied + t->dropped.unsure + t->dropped.unscored,
	                 t->answers);
	assert_true(t->flips.groups > 0 && t->flips.flipped > 0 && t->flips.flipped == (int64_t)t->n_flipped);
	for (size_t i = 1; i < t->n_disagreements; i++)
		assert_true(t->disagreements[i - 1].distance >= t->disagreements[i].distance);
	for (size_t i = 1; i < t->n_flipped; i++)
		assert_true(t->flipped[i - 1].spread >= t->flipped[i].spread);
	judges_done(&j);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_kappa),
	    TEST(test_equal_answers),
	    TEST(test_people),
	    TEST(test_whose),
	    TEST(test_words),
	    TEST(test_scales),
	    TEST(test_ratings),
	    TEST(test_models),
	    TEST(test_exported_twice),
	    TEST(test_next),
	    TEST(test_nothing),
	    TEST(test_annotations),
	    TEST(test_proposed_and_queue),
	    TEST(test_annotated_traces),
	    TEST(test_claims),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
