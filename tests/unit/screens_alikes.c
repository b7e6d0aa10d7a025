/* Screen alikes: what it draws of the samples (golden files), proposing, taking back, and what it refuses. */
#include "tests/screens.h"

#include "store/annotate.h"
#include "store/block.h"
#include "store/query/propose.h"
#include "tui/saying.h"

static struct db *writer;

static int setup(void **state)
{
	struct err err = ERR_INIT;
	setenv("SPOOR_AUTHOR", "eva", 1);
	if (stage_setup(state) != 0)
		return -1;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	char claims[] = "tests/data/evals-claims.tar.gz", traces[] = "tests/data/traces-claims.jsonl.gz";
	char *paths[] = {claims, traces};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	bool ok = db && import_paths(db, paths, 2, &opts, NULL, &report, &err);
	import_report_done(&report);
	db_close(db);
	writer = ok ? db_open(stage_path, DB_DURABLE, &err) : NULL;
	return writer ? 0 : -1;
}

static int teardown(void **state)
{
	db_close(writer);
	return stage_teardown(state);
}

/* ---------------------------------------------------------------- what the app does */

/* Hands over what the screen wants written, and tells it. Returns how many sayings there were. */
static int write_sayings(struct stage *st)
{
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(writer);
	struct saying *s;
	int n = 0;
	while ((s = st->screen.ops->say(&st->screen))) {
		bool ok = true;
		if (s->kind == SAYING_PROPOSE) {
			struct proposing p = {.author = STR_INIT("eva"),
			                      .says = s->says,
			                      .n_says = s->n_says,
			                      .because = s->because,
			                      .at = s->many,
			                      .n = s->n_many};
			while (ok && p.done < p.n)
				ok = propose_next(writer, blocks, &p, st->ui->now_ns, &err);
			s->n_written = p.done - p.skipped;
			s->n_left = p.skipped;
			vec_done(&p.events);
		} else {
			assert_int_equal(s->kind, SAYING_DROP);
			ok = annotate_take_back(writer, s->drop, s->n_drop, STR_LIT("eva"), st->ui->now_ns, &err);
		}
		assert_true(ok);
		st->ui->verdicts++;
		st->screen.ops->said(&st->screen, s, ok, &err);
		saying_free(s);
		n++;
	}
	block_cache_free(blocks);
	stage_settle(st);
	return n;
}

static int64_t number(const char *sql)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query_composed(writer, str_of(sql), &err);
	assert_non_null(s);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t n = col_int(s, 0);
	stmt_free(s);
	return n;
}

/* The result of that title in the run of the re-ranker. */
static struct target case_of(const char *title, int64_t repeat)
{
	char sql[400];
	snprintf(sql, sizeof sql,
	         "SELECT c.case_id FROM case_result c JOIN run r ON r.id = c.run WHERE r.name = 'claims rerank' AND"
	         " c.title = '%s' LIMIT 1",
	         title);
	struct target t = {.screen = "alikes", .text = "case", .span = repeat};
	t.id = number("SELECT id FROM run WHERE name = 'claims rerank'");
	t.id2 = number(sql);
	return t;
}

static void flag(const struct target *t, const char *verdict, const char *reasons)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct event_id events[2];
	struct block_cache *blocks = block_cache_new(writer);
	const struct subject_at at = {
	    .kind = SUBJECT_CASE, .at = {t->id, t->id2, t->span}
        };
	const struct say says[] = {
	    {FIELD_VERDICT, STR_NONE, str_of(verdict)},
            {FIELD_REASON,  STR_NONE, str_of(reasons)}
        };
	assert_true(subject_target(writer, blocks, &at, &arena, &subject, &err));
	assert_true(annotate(writer, &subject.target,
	                     &(struct annotate_opts){.author = STR_INIT("eva"), .now_ns = 1700000000000000000}, says, 2,
	                     events, &err));
	block_cache_free(blocks);
	arena_done(&arena);
}

static void clean(void)
{
	struct err err = ERR_INIT;
	assert_true(db_exec(writer, "DELETE FROM annotation", &err));
	assert_true(db_exec(writer, "DELETE FROM annotation_now", &err));
}

/* ---------------------------------------------------------------- drawing */

static void draws(void **state)
{
	(void)state;
	static const struct {
		const char *name, *keys;
		int rows, cols;
		bool ascii, mono;
	} rows[] = {
	    {"alikes-80x24",       "",        24, 80,  false, false},
	    {"alikes-80x24-ascii", "j",       24, 80,  true,  false},
	    {"alikes-80x24-mono",  "j Space", 24, 80,  false, true },
	    {"alikes-200x50",      "",        50, 200, false, false},
	    {"alikes-40x12",       "j",       12, 40,  false, false},
	    {"alikes-item-80x24",  "Enter",   24, 80,  false, false},
	    {"alikes-item-200x50", "j Enter", 50, 200, false, false},
	};
	clean();
	struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
	flag(&t, "bad", "wrong");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stage st;
		stage_open(&st, "alikes", &t, rows[i].rows, rows[i].cols, rows[i].ascii);
		st.ui->mono = rows[i].mono;
		if (*rows[i].keys)
			stage_keys(&st, rows[i].keys);
		stage_golden(&st, rows[i].name);
		stage_close(&st);
	}
}

static void draws_none(void **state)
{
	(void)state;
	struct stage st;
	clean();
	struct target t = case_of("did not feel like going to Porto", 0);
	flag(&t, "bad", "wrong");
	stage_open(&st, "alikes", &t, 24, 80, false);
	stage_golden(&st, "alikes-none-80x24");
	stage_keys(&st, "j k Enter Space p u U J K t");
	assert_int_equal(write_sayings(&st), 0);
	stage_close(&st);
}

/* From a blind review: neither the list nor an opened item says of which run it is. */
static void blind_hides_runs(void **state)
{
	(void)state;
	for (int blind = 0; blind < 2; blind++) {
		struct stage st;
		clean();
		struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
		flag(&t, "bad", "wrong");
		snprintf(t.text, sizeof t.text, blind ? "case blind" : "case");
		stage_open(&st, "alikes", &t, 24, 80, false);
		assert_true(stage_shows(&st, "alike"));
		assert_int_equal(stage_shows(&st, "claims "), !blind);
		stage_keys(&st, "j Enter");
		assert_true(stage_shows(&st, "QUESTION"));
		assert_int_equal(stage_shows(&st, "claims steps") || stage_shows(&st, "claims rerank"), !blind);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- proposing */

#define PROPOSED "SELECT count(*) FROM annotation_now WHERE field = 0 AND how = 1"

static void proposes(void **state)
{
	(void)state;
	struct stage st;
	clean();
	struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
	flag(&t, "bad", "wrong");
	stage_open(&st, "alikes", &t, 24, 80, false);
	stage_keys(&st, "p");
	assert_int_equal(write_sayings(&st), 0); /* none was opened */
	assert_non_null(strstr(st.ui->message, "open one of a group first"));
	stage_keys(&st, "Enter");
	assert_true(stage_shows(&st, "QUESTION"));
	stage_keys(&st, "q p");
	assert_int_equal(write_sayings(&st), 1);
	stage_golden(&st, "alikes-proposed-80x24");
	int64_t n = number(PROPOSED);
	assert_true(n >= 3);
	assert_int_equal(number("SELECT count(*) FROM annotation_now WHERE field = 3 AND how = 1 AND value = 'wrong'"),
	                 n);
	/* They say because of which verdict, and that is by hand. */
	assert_int_equal(number("SELECT count(*) FROM annotation p JOIN annotation f ON f.event = p.because WHERE"
	                        " p.how = 1 AND p.field = 0 AND f.how = 0 AND f.value = 'bad'"),
	                 n);
	stage_keys(&st, "p"); /* again: nothing is left */
	assert_int_equal(write_sayings(&st), 0);
	stage_keys(&st, "u");
	assert_int_equal(write_sayings(&st), 1);
	assert_int_equal(number(PROPOSED), n - 1);
	stage_keys(&st, "u"); /* of this one nothing is proposed any more: the program's own undo */
	assert_int_equal(st.outcome, OUT_IGNORED);
	stage_keys(&st, "U");
	assert_int_equal(write_sayings(&st), 1);
	assert_int_equal(number(PROPOSED), 0);
	assert_int_equal(number("SELECT count(*) FROM annotation_now WHERE how = 1"), 0); /* the reasons, too */
	assert_int_equal(number("SELECT count(*) FROM annotation_now"), 2);               /* the flag stays */
	stage_close(&st);
}

static void proposes_the_marked(void **state)
{
	(void)state;
	struct stage st;
	clean();
	struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
	flag(&t, "bad", "wrong");
	stage_open(&st, "alikes", &t, 24, 80, false);
	stage_keys(&st, "Enter q j Space Space p");
	assert_int_equal(write_sayings(&st), 1);
	assert_int_equal(number(PROPOSED), 2);
	stage_keys(&st, "p"); /* none is marked any more: all that are left */
	assert_int_equal(write_sayings(&st), 1);
	assert_true(number(PROPOSED) > 2);
	stage_close(&st);
}

/* A verdict by hand is never replaced by a proposal, and takes the place of one. */
static void hand_goes_first(void **state)
{
	(void)state;
	struct stage st;
	struct subject_at at = {.kind = SUBJECT_NONE};
	clean();
	struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
	flag(&t, "bad", "wrong");
	stage_open(&st, "alikes", &t, 24, 80, false);
	assert_true(st.screen.ops->subject(&st.screen, &at));
	assert_int_equal(at.kind, SUBJECT_CASE);
	struct target first = {.id = at.at.run, .id2 = at.at.case_id, .span = at.at.repeat};
	flag(&first, "good", "");
	st.ui->verdicts++;
	stage_settle(&st);
	assert_true(stage_shows(&st, ">+"));
	stage_keys(&st, "Enter q p");
	assert_int_equal(write_sayings(&st), 1);
	assert_int_equal(number("SELECT count(*) FROM annotation_now WHERE field = 0 AND how = 0"), 2);
	assert_true(stage_shows(&st, ">+"));
	stage_keys(&st, "j");
	assert_true(stage_shows(&st, ">?"));
	assert_true(st.screen.ops->subject(&st.screen, &at));
	struct target second = {.id = at.at.run, .id2 = at.at.case_id, .span = at.at.repeat};
	flag(&second, "bad", "wrong");
	st.ui->verdicts++;
	stage_settle(&st);
	assert_true(stage_shows(&st, ">-")); /* confirmed */
	assert_int_equal(number("SELECT count(*) FROM annotation_now WHERE field = 0 AND how = 0"), 3);
	stage_close(&st);
}

static void without_a_verdict(void **state)
{
	(void)state;
	struct stage st;
	clean();
	struct target t = case_of("bicycle gone from the open yard, Bremen", 0);
	stage_open(&st, "alikes", &t, 24, 80, false);
	assert_true(stage_shows(&st, "not judged yet"));
	stage_keys(&st, "Enter q p");
	assert_int_equal(write_sayings(&st), 0);
	assert_non_null(strstr(st.ui->message, "flag that one first"));
	stage_close(&st);
}

/* All that was flagged with the same words; without a target what was flagged last. */
static void like_all(void **state)
{
	(void)state;
	struct stage st;
	clean();
	struct target a = case_of("bicycle gone from the open yard, Bremen", 0),
	              b = case_of("threw a stone in Bremen", 0);
	flag(&a, "bad", "wrong");
	flag(&b, "bad", "wrong");
	stage_open(&st, "alikes", &(struct target){.text = ""}, 50, 200, false);
	assert_false(stage_shows(&st, "and 1 more"));
	stage_keys(&st, "Tab");
	assert_true(stage_shows(&st, "and 1 more"));
	assert_true(stage_shows(&st, "threw a stone in Lyon"));
	assert_true(stage_shows(&st, "bicycle gone from the open yard, Lyon"));
	stage_keys(&st, "Tab");
	assert_false(stage_shows(&st, "and 1 more"));
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws),
	    cmocka_unit_test(draws_none),
	    cmocka_unit_test(blind_hides_runs),
	    cmocka_unit_test(proposes),
	    cmocka_unit_test(proposes_the_marked),
	    cmocka_unit_test(hand_goes_first),
	    cmocka_unit_test(without_a_verdict),
	    cmocka_unit_test(like_all),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
