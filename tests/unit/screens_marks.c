/* What people say, on the screens: signs in lists and trees, who said what beside them; and what each screen's cursor stands on. */
#include "tests/screens.h"

#include "store/query/case_repeats.h"
#include "store/query/runs.h"
#include "store/query/span.h"
#include "store/query/subject.h"
#include "store/query/traces.h"

#define DISPUTE "d15b07e020261120000000000000b10c"
#define BEFORE  "d15b07e0202611200000000000000042"
#define CASE    "chargeback when the merchant is closed"
#define NOW_NS  (INT64_C(1795220000) * 1000000000)

static int64_t trace_id(const char *text)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!traces_find(stage_db, str_of(text), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static int64_t run_id(const char *name)
{
	struct err err = ERR_INIT;
	int64_t id = 0;
	if (!runs_find(stage_db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static struct case_at case_at(const char *run, const char *title)
{
	struct err err = ERR_INIT;
	struct case_at at = {.run = run_id(run)};
	if (!case_find(stage_db, at.run, at.run, str_of(title), &at.case_id, &err))
		fail_msg("%s", err.text);
	return at;
}

/* The span of a trace with that name. */
static int64_t span_named(int64_t trace, const char *name)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(stage_db,
	             "SELECT s.key FROM trace t JOIN span s ON s.pos >= t.first AND s.pos < t.first + t.n JOIN"
	             " word w ON w.id = s.name WHERE t.id = ? AND w.text = ? LIMIT 1",
	             &err);
	stmt_int(s, 1, trace);
	stmt_str(s, 2, str_of(name));
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t key = col_int(s, 0);
	stmt_end(s);
	return key;
}

static void says(struct db *db, struct subject_at at, const char *author, int minutes, unsigned how,
                 const struct say *say, size_t n)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject subject;
	struct event_id events[SAYS_MOST];
	struct block_cache *blocks = block_cache_new(db);
	const struct annotate_opts opts = {
	    .author = str_of(author), .now_ns = NOW_NS - minutes * INT64_C(60000000000), .how = how};
	if (!subject_target(db, blocks, &at, &arena, &subject, &err) ||
	    !annotate(db, &subject.target, &opts, say, n, events, &err))
		fail_msg("%s", err.text);
	block_cache_free(blocks);
	arena_done(&arena);
}

#define SAY(db, at, author, minutes, how, ...)                                \
	says(db, at, author, minutes, how, (const struct say[]){__VA_ARGS__}, \
	     sizeof((const struct say[]){__VA_ARGS__}) / sizeof(struct say))

static int setup(void **state)
{
	if (stage_setup(state) != 0)
		return -1;
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_DURABLE, &err);
	struct subject_at trace = {.kind = SUBJECT_TRACE, .trace = trace_id(DISPUTE)},
	                  before = {.kind = SUBJECT_TRACE, .trace = trace_id(BEFORE)}, span = trace,
	                  of_case = {.kind = SUBJECT_CASE, .at = case_at("v13", CASE)},
	                  of_a = {.kind = SUBJECT_CASE, .at = case_at("v12", CASE)};
	span.kind = SUBJECT_SPAN;
	span.span = span_named(trace.trace, "draft-answer");
	SAY(db, trace, "ana", 90, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("bad")},
	    {FIELD_REASON, STR_NONE, STR_LIT("outdated, personal data")},
	    {FIELD_NOTE, STR_NONE, STR_LIT("It quotes an IBAN, and policy 4.2 ended in May.\nAsk Ben.")});
	SAY(db, trace, "ben", 30, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("good")});
	SAY(db, span, "ana", 80, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("bad")},
	    {FIELD_CORRECTION, STR_NONE, STR_LIT("Policy 5.0 covers it: please send the booking confirmation.")});
	SAY(db, before, "ana", 20, HOW_PROPOSED, {FIELD_VERDICT, STR_NONE, STR_LIT("bad")});
	SAY(db, of_case, "ana", 10, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("bad")},
	    {FIELD_TAG, STR_LIT("chargeback"), STR_LIT("chargeback")});
	SAY(db, of_case, "ben", 9, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("unsure")},
	    {FIELD_NOTE, STR_NONE, STR_LIT("who closed it?")});
	SAY(db, of_a, "ana", 8, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("good")});
	db_close(db);
	return 0;
}

/* ---------------------------------------------------------------- golden screens */

static struct target target_of(const char *screen)
{
	struct target t = {.screen = screen};
	if (strcmp(screen, "trace") == 0) {
		t.id = trace_id(DISPUTE);
	} else if (strcmp(screen, "compare") == 0 || strcmp(screen, "case") == 0) {
		t.id = run_id("v12");
		t.id2 = run_id("v13");
	}
	if (strcmp(screen, "case") == 0)
		t.span = case_at("v13", CASE).case_id;
	if (strcmp(screen, "traces") == 0)
		snprintf(t.text, sizeof t.text, "name:dispute-agent start<2026-11-20T12:00");
	return t;
}

static const struct {
	const char *name, *screen, *keys;
	int rows, cols;
	bool ascii, mono;
} golden[] = {
    {"marks-traces-80x24",       "traces",  NULL,                        24, 80,  false, false},
    {"marks-traces-80x24-ascii", "traces",  NULL,                        24, 80,  true,  true },
    {"marks-trace-80x24",        "trace",   NULL,                        24, 80,  false, false},
    {"marks-trace-80x24-scores", "trace",   "Tab Tab Tab Tab Tab Enter", 24, 80,  false, false},
    {"marks-trace-200x50",       "trace",   NULL,                        50, 200, false, false},
    {"marks-compare-80x24",      "compare", NULL,                        24, 80,  false, false},
    {"marks-compare-200x50",     "compare", NULL,                        50, 200, false, false},
    {"marks-case-80x24",         "case",    NULL,                        24, 80,  false, false},
    {"marks-case-80x24-ascii",   "case",    NULL,                        24, 80,  true,  true },
};

static void test_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
		struct stage st;
		struct target t = target_of(golden[i].screen);
		stage_open(&st, golden[i].screen, &t, golden[i].rows, golden[i].cols, golden[i].ascii);
		st.ui->mono = golden[i].mono;
		if (golden[i].keys)
			stage_keys(&st, golden[i].keys);
		stage_golden(&st, golden[i].name);
		stage_close(&st);
	}
}

/* ---------------------------------------------------------------- what the cursor stands on */

static struct subject_at subject_of(const struct stage *st)
{
	struct subject_at at = {.kind = SUBJECT_NONE};
	assert_non_null(st->screen.ops->subject);
	if (!st->screen.ops->subject(&st->screen, &at))
		return (struct subject_at){.kind = SUBJECT_NONE};
	return at;
}

static void test_subjects(void **state)
{
	(void)state;
	const int64_t trace = trace_id(DISPUTE);
	const struct {
		const char *screen, *keys;
		struct target target;
		enum subject_kind kind;
	} rows[] = {
	    {"traces",    NULL,  {.screen = "traces"},                                             SUBJECT_TRACE  },
	    {"trace",     NULL,  {.screen = "trace", .id = trace},                                 SUBJECT_TRACE  },
	    {"trace",     "j",   {.screen = "trace", .id = trace},                                 SUBJECT_SPAN   },
	    {"compare",   NULL,  {.screen = "compare", .id = run_id("v12"), .id2 = run_id("v13")}, SUBJECT_CASE   },
	    {"session",   NULL,  {.screen = "session", .id = trace},                               SUBJECT_TRACE  },
	    {"ledger",    "j",   {.screen = "ledger", .id = trace},                                SUBJECT_SPAN   },
	    {"origins",   NULL,  {.screen = "origins", .id = trace},                               SUBJECT_SPAN   },
	    {"path",      "} j", {.screen = "path", .id = trace},                                  SUBJECT_SPAN   },
	    {"tracediff", NULL,  {.screen = "tracediff", .id = trace_id(BEFORE), .id2 = trace},    SUBJECT_SPAN   },
	    {"search",    NULL,  {.screen = "search", .text = "charged"},                          N_SUBJECT_KINDS},
	    {"case",      NULL,  target_of("case"),	                                        SUBJECT_CASE   },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stage st;
		stage_open(&st, rows[i].screen, &rows[i].target, 24, 80, false);
		if (rows[i].keys)
			stage_keys(&st, rows[i].keys);
		struct subject_at at = subject_of(&st);
		if (rows[i].kind == N_SUBJECT_KINDS ? at.kind == SUBJECT_NONE : at.kind != rows[i].kind)
			fail_msg("%s %s: kind %d", rows[i].screen, rows[i].keys ? rows[i].keys : "", (int)at.kind);
		/* And it is there to be judged. */
		struct arena arena = ARENA_INIT;
		struct subject subject;
		struct err err = ERR_INIT;
		struct block_cache *blocks = block_cache_new(stage_db);
		if (!subject_target(stage_db, blocks, &at, &arena, &subject, &err))
			fail_msg("%s: %s", rows[i].screen, err.text);
		block_cache_free(blocks);
		arena_done(&arena);
		stage_close(&st);
	}
}

/* In a comparison it is the candidate's answer; in a case the side that is looked at. */
static void test_sides(void **state)
{
	(void)state;
	struct stage st;
	struct target t = target_of("case");
	stage_open(&st, "case", &t, 24, 80, false);
	assert_int_equal(subject_of(&st).at.run, run_id("v13"));
	stage_keys(&st, "Tab x"); /* expected, against A */
	assert_int_equal(subject_of(&st).at.run, run_id("v12"));
	stage_keys(&st, "x");
	assert_int_equal(subject_of(&st).at.run, run_id("v13"));
	stage_close(&st);
}

/* What was said meanwhile shows without the rest being asked for anew: ui->verdicts has risen. */
static void test_fresh(void **state)
{
	(void)state;
	struct stage st;
	struct target t = target_of("trace");
	struct err err = ERR_INIT;
	stage_open(&st, "trace", &t, 24, 80, false);
	stage_keys(&st, "j");
	assert_false(stage_shows(&st, "classify-intent ~"));
	struct subject_at at = subject_of(&st);
	struct db *db = db_open(stage_path, DB_DURABLE, &err);
	SAY(db, at, "ana", 1, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("unsure")});
	db_close(db);
	st.ui->verdicts++;
	stage_keys(&st, "k j");
	assert_true(stage_shows(&st, "classify-intent ~"));
	assert_true(stage_shows(&st, "~ unsure  ana"));
	stage_close(&st);
}

/* A turn of a session shows what was said of it, at once and once it is taken back. */
static void test_session(void **state)
{
	(void)state;
	struct stage st;
	struct target t = target_of("trace");
	struct err err = ERR_INIT;
	t.screen = "session";
	stage_open(&st, "session", &t, 24, 80, false);
	struct subject_at at = subject_of(&st);
	assert_int_equal(at.kind, SUBJECT_TRACE);
	assert_false(stage_shows(&st, " ~ dispute-agent"));
	struct db *db = db_open(stage_path, DB_DURABLE, &err);
	SAY(db, at, "zoe", 1, 0, {FIELD_VERDICT, STR_NONE, STR_LIT("unsure")});
	st.ui->verdicts++;
	stage_keys(&st, "j k");
	assert_true(stage_shows(&st, " ~ ") || stage_shows(&st, " ± "));
	db_close(db);
	stage_close(&st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden), cmocka_unit_test(test_subjects), cmocka_unit_test(test_sides),
	    cmocka_unit_test(test_fresh),  cmocka_unit_test(test_session),
	};
	return cmocka_run_group_tests(tests, setup, stage_teardown);
}
