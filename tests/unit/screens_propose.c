/* Screen propose: rules out of flagged answers, as drawn (golden files), and what its keys do; the query behind it against brute force. */
#include "tests/screens.h"

#include <sys/stat.h>

#include "store/annotate.h"
#include "store/base/file.h"
#include "store/check/rules.h"
#include "store/query/ruleprop.h"

/* ---------------------------------------------------------------- a store in which people judged */

static bool judge(struct db *db, struct block_cache *blocks, const struct subject_at *at, const char *author,
                  const char *verdict, const char *reason, unsigned how, int64_t time_ns)
{
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct err err = ERR_INIT;
	struct event_id events[2];
	const struct say says[] = {
	    {FIELD_VERDICT, STR_NONE, str_of(verdict)},
            {FIELD_REASON,  STR_NONE, str_of(reason) }
        };
	const struct annotate_opts opts = {.author = str_of(author), .now_ns = time_ns, .how = how};
	bool ok = subject_target(db, blocks, at, &arena, &subject, &err) &&
	          annotate(db, &subject.target, &opts, says, reason ? 2 : 1, events, &err);
	if (!ok)
		fprintf(stderr, "judge: %s\n", err.text);
	arena_done(&arena);
	return ok;
}

enum { CASES_MOST = 2000 };
struct cases {
	struct case_at at[CASES_MOST];
	int64_t status[CASES_MOST];
	size_t n;
};

static void read_cases(struct db *db, const char *sql, struct cases *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query_composed(db, str_of(sql), &err);
	out->n = 0;
	while (s && stmt_step(s, &err) == STEP_ROW && out->n < CASES_MOST) {
		out->at[out->n] =
		    (struct case_at){.run = col_int(s, 0), .case_id = col_int(s, 1), .repeat = col_int(s, 2)};
		out->status[out->n++] = col_int(s, 3);
	}
	stmt_free(s);
}

/* Everybody's opinion is what the run itself said; of a few, people disagree, propose, or are not sure. */
static bool judge_all(struct db *db)
{
	static struct cases cases;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = true;
	read_cases(db,
	           "SELECT run, case_id, repeat, status FROM case_result WHERE run IN (SELECT id FROM run WHERE name ="
	           " 'claims one-prompt') AND status IN (1, 2) ORDER BY case_id, repeat",
	           &cases);
	for (size_t i = 0; ok && i < cases.n; i++) {
		const struct subject_at at = {.kind = SUBJECT_CASE, .at = cases.at[i]};
		bool bad = cases.status[i] == 2;
		ok = judge(db, blocks, &at, "anna",
		           i % 29 == 7 ? "unsure"
		           : bad       ? "bad"
		                       : "good",
		           bad && i % 2 ? "wrong, tone" : NULL, i % 31 == 11 ? HOW_PROPOSED : 0,
		           1763000000000000000 + (int64_t)i);
		if (ok && i % 37 == 5)
			ok = judge(db, blocks, &at, "ben", bad ? "good" : "bad", NULL, 0,
			           1763100000000000000 + (int64_t)i);
	}
	block_cache_free(blocks);
	return ok && cases.n > 100;
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char claims[] = "tests/data/evals-claims.tar.gz", traces[] = "tests/data/traces-claims.jsonl.gz";
	char *paths[] = {claims, traces};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, 2, &opts, NULL, &report, &err) && judge_all(db);
	import_report_done(&report);
	db_close(db);
	return ok ? 0 : -1;
}

/* ---------------------------------------------------------------- drawn */

static void golden(const char *keys, const char *filter, int rows, int cols, bool ascii, bool mono, const char *name)
{
	struct stage st;
	struct target target = {.screen = "propose"};
	snprintf(target.text, sizeof target.text, "%s", filter ? filter : "");
	stage_open(&st, "propose", &target, rows, cols, ascii);
	st.ui->mono = mono;
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws(void **state)
{
	(void)state;
	golden(NULL, NULL, 24, 80, false, false, "propose-80x24");
	golden("j Tab j", NULL, 24, 80, false, false, "propose-answers-80x24");
	golden(NULL, NULL, 50, 200, false, false, "propose-200x50");
	golden("Tab", NULL, 24, 80, true, false, "propose-80x24-ascii");
	golden(NULL, NULL, 24, 80, false, true, "propose-80x24-mono");
	golden("b", NULL, 24, 80, false, false, "propose-all-80x24");
	golden(NULL, NULL, 12, 60, false, false, "propose-60x12");
	golden(NULL, NULL, 8, 40, false, false, "propose-40x8");
	golden(NULL, "run:steps", 24, 80, false, false, "propose-nothing-80x24");
}

/* ---------------------------------------------------------------- keys */

static void changes_saves_exports(void **state)
{
	(void)state;
	char dir[] = "/tmp/spoor-propose-XXXXXX", rules[64], out[64];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct stage st;
	assert_non_null(mkdtemp(dir));
	snprintf(rules, sizeof rules, "%s/rules.json", dir);
	snprintf(out, sizeof out, "%s/asserts.yaml", dir);
	setenv("SPOOR_RULES", rules, 1);
	stage_open(&st, "propose", &(struct target){.screen = "propose"}, 24, 80, false);
	stage_keys(&st, "e");
	assert_non_null(strstr(st.target.line, "\"name\""));
	stage_line(&st, "{\"name\": \"mine\", \"must_be\": 3}");
	assert_true(st.ui->message_is_error);
	stage_keys(&st, "e");
	stage_line(&st, "{\"name\": \"mine\", \"json_field\": \"decision\", \"must_not_match\": \"^deny$\"}");
	stage_golden(&st, "propose-changed-80x24");
	assert_true(stage_shows(&st, "is deny"));
	stage_keys(&st, "w");
	assert_non_null(strstr(st.ui->message, "saved mine to "));
	assert_true(file_read(&text, rules, 100000, &err));
	assert_non_null(strstr(buf_cstr(&text), "\"name\": \"mine\""));
	stage_keys(&st, "w");
	assert_non_null(strstr(st.ui->message, "two rules are called \"mine\""));
	stage_keys(&st, "x");
	stage_line(&st, out);
	assert_non_null(strstr(st.ui->message, "wrote "));
	assert_true(file_read(&text, out, 100000, &err));
	assert_non_null(strstr(buf_cstr(&text), "metric: mine"));
	/* What is there is never written over. */
	stage_keys(&st, "x");
	stage_line(&st, out);
	assert_true(st.ui->message_is_error);
	stage_keys(&st, "Tab Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "case");
	stage_close(&st);
	unsetenv("SPOOR_RULES");
	unlink(rules);
	unlink(out);
	rmdir(dir);
	buf_done(&text);
}

static void filters(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "propose", &(struct target){.screen = "propose"}, 24, 80, false);
	assert_true(stage_shows(&st, "51 flagged"));
	stage_keys(&st, "&");
	stage_line(&st, "nosuch:1");
	assert_true(st.ui->message_is_error);
	stage_keys(&st, "&");
	stage_line(&st, "repeat:1");
	assert_false(stage_shows(&st, "51 flagged"));
	assert_true(stage_shows(&st, "repeat:1"));
	stage_keys(&st, "Esc");
	assert_true(stage_shows(&st, "51 flagged"));
	stage_close(&st);
}

/* ---------------------------------------------------------------- against brute force */

struct opinion {
	int good, bad, unsure;
	bool reason;
};

/* As annotate_state tells of one answer. */
static struct opinion opinion_of(const struct subject *subject, const char *reason)
{
	struct arena arena = ARENA_INIT;
	struct annotation *all;
	struct opinion o = {0};
	struct err err = ERR_INIT;
	size_t n;
	assert_true(annotate_state(stage_db, &subject->hash, &arena, &all, &n, &err));
	for (size_t i = 0; i < n; i++) {
		if (all[i].how & HOW_PROPOSED)
			continue;
		o.good += all[i].field == FIELD_VERDICT && str_is(all[i].value, "good");
		o.bad += all[i].field == FIELD_VERDICT && str_is(all[i].value, "bad");
		o.unsure += all[i].field == FIELD_VERDICT && str_is(all[i].value, "unsure");
		o.reason = o.reason || (reason && all[i].field == FIELD_REASON &&
		                        str_find(all[i].value, str_of(reason)) != SIZE_MAX);
	}
	arena_done(&arena);
	return o;
}

static void counts_as_by_hand(void **state)
{
	(void)state;
	static struct cases cases;
	static const char *const reasons[] = {NULL, "tone"};
	static const char rule[] = "{\"name\": \"r\", \"json_field\": \"decision\", \"must_not_match\": \"^refer$\"}";
	struct block_cache *blocks = block_cache_new(stage_db);
	struct rules *rules;
	struct rule_trial trial;
	struct err err = ERR_INIT;
	assert_true(rules_parse_one(str_of(rule), 0, &rules, &err));
	assert_true(rules_trial(rules, 0, &trial));
	read_cases(stage_db, "SELECT run, case_id, repeat, status FROM case_result WHERE repeat >= 0", &cases);
	assert_true(cases.n > 500);
	for (size_t k = 0; k < 2; k++) {
		struct rule_outcome want = {0}, got;
		struct arena arena = ARENA_INIT;
		static uint64_t seen[CASES_MOST][2];
		size_t n_seen = 0;
		for (size_t i = 0; i < cases.n; i++) {
			const struct subject_at at = {.kind = SUBJECT_CASE, .at = cases.at[i]};
			struct subject subject;
			assert_true(subject_target(stage_db, blocks, &at, &arena, &subject, &err));
			bool again = false;
			for (size_t s = 0; s < n_seen; s++)
				again =
				    again || (subject.input_hash && subject.output_hash &&
				              seen[s][0] == subject.input_hash && seen[s][1] == subject.output_hash);
			if (again)
				continue;
			seen[n_seen][0] = subject.input_hash;
			seen[n_seen++][1] = subject.output_hash;
			struct opinion o = opinion_of(&subject, reasons[k]);
			struct str output = subject.raw_output;
			bool broken = str_find(output, STR_LIT("\"decision\":\"refer\"")) != SIZE_MAX ||
			              str_find(output, STR_LIT("\"decision\"")) == SIZE_MAX;
			bool bad = o.bad > o.good && (!reasons[k] || o.reason), good = o.good > o.bad,
			     judged = o.good + o.bad + o.unsure > 0;
			want.hits += bad && broken;
			want.misses += bad && !broken;
			want.alarms += good && broken;
			want.passed += good && !broken;
			want.unjudged += !judged;
			want.would += !judged && broken;
			want.unsure += judged && !bad && !good;
		}
		const struct rule_scope scope = {.no_traces = true, .reason = str_of(reasons[k])};
		if (!ruleprop_try(stage_db, &scope, &trial, 1, true, NULL, &arena, &got, &err))
			fail_msg("%s", err.text);
		assert_int_equal(got.hits, want.hits);
		assert_int_equal(got.misses, want.misses);
		assert_int_equal(got.alarms, want.alarms);
		assert_int_equal(got.passed, want.passed);
		assert_int_equal(got.unjudged, want.unjudged);
		assert_int_equal(got.would, want.would);
		assert_int_equal(got.unsure, want.unsure);
		assert_true(want.hits > 0 && want.alarms > 0 && want.would > 0 && want.unsure > 0 && want.misses > 0);
		/* Judged ones alone: the same of them. */
		struct rule_outcome judged;
		assert_true(ruleprop_try(stage_db, &scope, &trial, 1, false, NULL, &arena, &judged, &err));
		assert_int_equal(judged.hits, want.hits);
		assert_int_equal(judged.passed, want.passed);
		assert_int_equal(judged.unjudged, 0);
		arena_done(&arena);
	}
	rules_free(rules);
	block_cache_free(blocks);
}

/* What is proposed counts the same when it is tried as a rule of a file. */
static void proposes_what_holds(void **state)
{
	(void)state;
	struct ruleprop_page page;
	struct err err = ERR_INIT;
	const struct rule_scope scope = {0};
	assert_true(ruleprop_page(stage_db, &scope, NULL, &page, &err));
	assert_true(page.found.n > 0);
	for (size_t i = 0; i < page.found.n; i++) {
		struct rules *rules;
		struct rule_trial trial;
		struct rule_outcome got;
		struct arena arena = ARENA_INIT;
		assert_true(rules_parse_one(page.found.rules[i].json, 0, &rules, &err));
		assert_true(rules_trial(rules, 0, &trial));
		assert_true(ruleprop_try(stage_db, &scope, &trial, 1, false, NULL, &arena, &got, &err));
		assert_int_equal(got.hits, page.found.rules[i].hits);
		assert_int_equal(got.alarms, page.found.rules[i].alarms);
		assert_int_equal(got.hits, page.outcomes[i].hits);
		for (size_t k = 0; k < got.n_examples; k++)
			assert_true(got.examples[k].lit_at + got.examples[k].lit_len <= got.examples[k].excerpt.len);
		rules_free(rules);
		arena_done(&arena);
	}
	ruleprop_page_done(&page);
}

static void is_stopped(void **state)
{
	(void)state;
	struct rule_progress progress = {.cancel = true};
	struct ruleprop_page page;
	struct err err = ERR_INIT;
	assert_false(ruleprop_page(stage_db, &(struct rule_scope){0}, &progress, &page, &err));
	assert_int_equal(err.code, ERR_INTERRUPTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws),
	    cmocka_unit_test(changes_saves_exports),
	    cmocka_unit_test(filters),
	    cmocka_unit_test(counts_as_by_hand),
	    cmocka_unit_test(proposes_what_holds),
	    cmocka_unit_test(is_stopped),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
