/* Screen agreement: answers that two people judged differently, and the figures (golden files); what its keys do. */
#include "tests/screens.h"

#include "store/annotate.h"
#include "store/block.h"
#include "store/query/subject.h"

static void say(struct db *db, struct block_cache *blocks, const struct subject_at *at, const char *who,
                const struct say *says, size_t n, unsigned how)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct event_id events[SAYS_MOST];
	const struct annotate_opts opts = {.author = str_of(who),
	                                   .now_ns = INT64_C(1795177800000000000),
	                                   .how = how,
	                                   .queue = STR_LIT("refund answers")};
	if (!subject_target(db, blocks, at, &arena, &subject, &err) ||
	    !annotate(db, &subject.target, &opts, says, n, events, &err))
		fail_msg("%s", err.text);
	arena_done(&arena);
}

/* Two people over the first 40 answers of a run: they part on every fifth, one of them is unsure on every seventh. */
static void judge_all(struct db *db)
{
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(db);
	struct subject_at at[40];
	size_t n = 0;
	struct stmt *q = db_query(db,
	                          "SELECT c.run, c.case_id, c.repeat FROM run r JOIN case_result c ON c.run = r.id"
	                          " WHERE r.name = 'dispute v13' ORDER BY c.ord, c.repeat LIMIT 40",
	                          &err);
	while (stmt_step(q, &err) == STEP_ROW)
		at[n++] = (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {col_int(q, 0), col_int(q, 1), col_int(q, 2)}
                };
	stmt_end(q);
	assert_int_equal(n, 40);
	const struct say good = {FIELD_VERDICT, STR_NONE, STR_LIT("good")};
	const struct say unsure = {FIELD_VERDICT, STR_NONE, STR_LIT("unsure")};
	const struct say bad[3] = {
	    {FIELD_VERDICT,    STR_NONE, STR_LIT("bad")                             },
	    {FIELD_REASON,     STR_NONE, STR_LIT("outdated, tone")                  },
	    {FIELD_CORRECTION, STR_NONE, STR_LIT("120 days from the statement date")}
        };
	for (size_t i = 0; i < n; i++) {
		say(db, blocks, &at[i], "Ann", i % 5 ? &good : bad, i % 5 ? 1 : 3, HOW_BLIND);
		say(db, blocks, &at[i], "Ben", i % 7 ? &good : &unsure, 1, 0);
	}
	say(db, blocks, &at[1], "Cal", bad, 1, HOW_PROPOSED);
	block_cache_free(blocks);
}

static int setup(void **state)
{
	struct err err = ERR_INIT;
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_DURABLE, &err);
	if (db)
		judge_all(db);
	db_close(db);
	return db ? 0 : -1;
}

static void golden(const char *keys, int rows, int cols, bool ascii, const char *name)
{
	struct stage st;
	stage_open(&st, "agreement", &(struct target){.text = "refund answers"}, rows, cols, ascii);
	if (keys)
		stage_keys(&st, keys);
	stage_golden(&st, name);
	stage_close(&st);
}

static void draws(void **state)
{
	(void)state;
	golden(NULL, 24, 80, false, "agreement-80x24");
	golden("j", 50, 200, false, "agreement-200x50");
	golden("Tab", 24, 80, true, "agreement-figures-80x24-ascii");
	golden(NULL, 12, 60, false, "agreement-60x12");
}

static void opens(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "agreement", &(struct target){.text = "refund answers"}, 24, 80, false);
	assert_true(stage_shows(&st, "Ann: bad, outdated, tone"));
	assert_true(stage_shows(&st, "should be: 120 days"));
	stage_keys(&st, "Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_string_equal(st.target.screen, "case");
	stage_keys(&st, "o");
	assert_string_equal(st.target.screen, "judges");
	stage_close(&st);
	stage_open(&st, "agreement", &(struct target){.text = "another queue"}, 24, 80, false);
	assert_true(stage_shows(&st, "Nobody has judged an answer here yet."));
	assert_true(stage_shows(&st, "no answer was judged by two people yet"));
	stage_keys(&st, "Enter Tab G j k");
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(draws), cmocka_unit_test(opens)};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
