/* The screen of a case whole: what it draws (golden files), and what its keys do. Beside the bundled samples two runs made here: answers
 * that are JSON, repeats, errors, an answer of megabytes, scripts that are wide or run from right to left, a case on one side only. */
#include "tests/screens.h"

#include "store/base/json.h"
#include "store/query/case_whole.h"
#include "store/query/runs.h"

static char made_path[sizeof stage_dir + 16];

/* ---------------------------------------------------------------- the runs */

struct row {
	const char *run, *id, *input, *expected, *output, *error, *reason;
	bool passed;
	int64_t ms;
	double cost;
};

#define A_JSON                                                                                                       \
	"{\"id\":7,\"customer\":{\"name\":\"Ana\",\"city\":\"Leuven\"},\"items\":[{\"name\":\"lamp\",\"price\":20}," \
	"{\"name\":\"desk\",\"price\":300}],\"note\":\"deliver before noon, call first\",\"paid\":true}"
#define B_JSON                                                                                                        \
	"{\"id\":7,\"customer\":{\"name\":\"Ana\",\"city\":\"Leuven\"},\"items\":[{\"name\":\"lamp\",\"price\":25},"  \
	"{\"name\":\"chair\",\"price\":80},{\"name\":\"desk\",\"price\":300.0}],\"note\":\"deliver after noon, call " \
	"first\",\"paid\":\"yes\",\"extra\":null}"
#define MESSAGES                                                                          \
	"[{\"role\":\"system\",\"content\":\"Answer for the desk.\"},{\"role\":\"user\"," \
	"\"content\":\"What did the customer order?\"}]"

static const struct row rows[] = {
    {"base",      "json",  MESSAGES,                                          A_JSON,     A_JSON,                                                  NULL,              NULL,             true,  900,  0.002 },
    {"candidate", "json",  MESSAGES,                                          A_JSON,     B_JSON,                                                  NULL,              "price is wrong", false, 1400, 0.0031},
 /* three repeats of one case on both sides: A flaky, B never; identical answers */
    {"base",      "flaky", "Is the fee refunded?",                            "yes",      "Yes, it is.",                                           NULL,              "states it",      true,  800,  0.001 },
    {"base",      "flaky", "Is the fee refunded?",                            "yes",      "No, the bank keeps it.",                                NULL,              "contradicts",    false, 950,  0.001 },
    {"base",      "flaky", "Is the fee refunded?",                            "yes",      "Yes, it is.",                                           NULL,              "states it",      true,  700,  0.001 },
    {"candidate", "flaky", "Is the fee refunded?",                            "yes",      "No, the bank keeps it.",                                NULL,              "contradicts",    false, 650,
     0.002                                                                                                                                                                                                 },
    {"candidate", "flaky", "Is the fee refunded?",                            "yes",      "No, the bank keeps it.",                                NULL,              "contradicts",    false, 610,
     0.002                                                                                                                                                                                                 },
    {"candidate", "flaky", "Is the fee refunded?",                            "yes",      "No, the bank keeps it.",                                NULL,              "contradicts",    false, 640,
     0.002                                                                                                                                                                                                 },
    {"base",      "error", "Who signs the form?",                             "both",     "Both holders sign.",                                    NULL,              NULL,             true,  500,  0.001 },
    {"candidate", "error", "Who signs the form?",                             "both",     NULL,                                                    "429: rate limit", NULL,             false, 30,   0     },
    {"base",      "cjk",   "退款需要多少天?",                          "十天",   "退款需要三十天,请联系银行。",              NULL,              NULL,             false, 500,  0.001 },
    {"candidate", "cjk",   "退款需要多少天?",                          "十天",   "退款需要十天,请联系银行。",                 NULL,              NULL,             true,  510,  0.001 },
    {"base",      "rtl",   "كم يوما يستغرق الاسترداد؟", "عشرة", "يستغرق الاسترداد ثلاثين يوما", NULL,              NULL,             false, 500,  0.001 },
    {"candidate", "rtl",   "كم يوما يستغرق الاسترداد؟", "عشرة", "يستغرق الاسترداد عشرة أيام",     NULL,              NULL,             true,  510,
     0.001                                                                                                                                                                                                 },
    {"base",      "gone",  "What of an old card?",                            "send",     "Send it back.",                                         NULL,              NULL,             true,  500,  0.001 },
};

static void add_row(struct buf *out, const struct row *r)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_cstr(&j, "run_name", r->run);
	jout_cstr(&j, "dataset", "desk");
	jout_cstr(&j, "case_id", r->id);
	jout_cstr(&j, "input", r->input);
	jout_cstr(&j, "expected", r->expected);
	jout_cstr(&j, "output", r->output);
	if (r->error)
		jout_cstr(&j, "error", r->error);
	else
		jout_bool(&j, "passed", r->passed);
	if (r->reason)
		jout_cstr(&j, "reason", r->reason);
	jout_int(&j, "latency_ms", r->ms);
	jout_double(&j, "cost_usd", r->cost);
	jout_cstr(&j, "channel", strcmp(r->run, "base") == 0 ? "mail" : "chat");
	jout_end(&j);
	buf_add_char(out, '\n');
}

/* 60,000 lines, of which B changes two. */
static void add_huge(struct buf *out, const char *run)
{
	struct buf text = BUF_INIT;
	bool base = strcmp(run, "base") == 0;
	for (int i = 0; i < 60000; i++)
		buf_printf(&text, "line %d of a long report%s\n", i,
		           !base && (i == 30000 || i == 59000) ? ", mended" : "");
	struct row r = {run, "huge", "Write a long report.", NULL, buf_cstr(&text), NULL, NULL, base, 9000, 0.2};
	add_row(out, &r);
	buf_done(&text);
}

static int setup(void **state)
{
	if (stage_setup(state) != 0)
		return -1;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		add_row(&text, &rows[i]);
	add_huge(&text, "base");
	add_huge(&text, "candidate");
	snprintf(made_path, sizeof made_path, "%s/desk.jsonl", stage_dir);
	FILE *f = fopen(made_path, "wb");
	bool ok = f && fwrite(text.ptr, 1, text.len, f) == text.len;
	ok = f && fclose(f) == 0 && ok;
	buf_done(&text);
	/* Named without its folder, which is another each time: the screen shows where a record came from. */
	char cwd[4096], name[] = "desk.jsonl", *paths[] = {name};
	struct import_report report = {0};
	struct import_opts opts = {.now_ns = UNKNOWN_INT};
	struct db *db = ok && getcwd(cwd, sizeof cwd) ? db_open(stage_path, DB_WRITE, &err) : NULL;
	ok = db && chdir(stage_dir) == 0;
	ok = ok && import_paths(db, paths, 1, &opts, NULL, &report, &err);
	ok = chdir(cwd) == 0 && ok;
	import_report_done(&report);
	db_close(db);
	if (!ok)
		fprintf(stderr, "screens_case: %s\n", err.text);
	return ok ? 0 : -1;
}

static int teardown(void **state)
{
	unlink(made_path);
	return stage_teardown(state);
}

static struct target case_of(const char *run_a, const char *run_b, const char *name)
{
	struct target t = {0};
	struct err err = ERR_INIT;
	if (!runs_find(stage_db, str_of(run_a), &t.id, &err) || !runs_find(stage_db, str_of(run_b), &t.id2, &err) ||
	    !case_find(stage_db, t.id, t.id2, str_of(name), &t.span, &err))
		fail_msg("%s", err.text);
	return t;
}

static struct target made_case(const char *name)
{
	return case_of("base", "candidate", name);
}

static struct target sample_case(const char *name)
{
	return case_of("eval-v12.json", "eval-v13.json", name);
}

/* ---------------------------------------------------------------- what it draws */

struct golden {
	const char *name, *keys; /* keys: pressed before; NULL: none */
	int rows, cols;
	bool ascii, mono;
};

static void draw(const struct target *target, const struct golden *g)
{
	struct stage st;
	stage_open(&st, "case", target, g->rows, g->cols, g->ascii);
	st.ui->mono = g->mono;
	stage_keys(&st, "z z"); /* laid out anew, for no colours */
	if (g->keys)
		stage_keys(&st, g->keys);
	stage_golden(&st, g->name);
	stage_close(&st);
}

static void draws_a_case(void **state)
{
	(void)state;
	static const struct golden goldens[] = {
	    {"case-80x24",           NULL,          24, 80,  false, false},
	    {"case-80x24-ascii",     NULL,          24, 80,  true,  false},
	    {"case-80x24-mono",      NULL,          24, 80,  false, true },
	    {"case-200x50",          NULL,          50, 200, false, false},
	    {"case-200x50-ascii",    NULL,          50, 200, true,  false},
	    {"case-lines-80x24",     "d",           24, 80,  false, true },
	    {"case-texts-80x24",     "d d",         24, 80,  false, false},
	    {"case-beside-80x24",    "s",           24, 80,  false, true },
	    {"case-expected-200x50", "x",           50, 200, false, true },
	    {"case-scores-80x24",    "Tab Tab Tab", 24, 80,  false, false},
	    {"case-metadata-80x24",  "S-Tab S-Tab", 24, 80,  false, true },
	};
	struct target target = sample_case("disputed hotel charge");
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++)
		draw(&target, &goldens[i]);
}

static void draws_repeats(void **state)
{
	(void)state;
	struct target target = made_case("flaky");
	draw(&target, &(struct golden){"case-repeats-80x24", "Tab Tab Tab Tab", 24, 80, false, false});
	draw(&target, &(struct golden){"case-repeats-200x50-ascii", "Tab Tab Tab Tab", 50, 200, true, true});
	draw(&target, &(struct golden){"case-flaky-80x24", NULL, 24, 80, false, true});
}

static void draws_json(void **state)
{
	(void)state;
	struct target target = made_case("json");
	draw(&target, &(struct golden){"case-json-80x24", NULL, 24, 80, false, true});
	draw(&target, &(struct golden){"case-json-200x50-ascii", "z", 50, 200, true, false});
	draw(&target, &(struct golden){"case-json-words-80x24", "d", 24, 80, false, true});
}

static void draws_what_is_unlike_others(void **state)
{
	(void)state;
	struct target target = made_case("error");
	draw(&target, &(struct golden){"case-error-80x24", NULL, 24, 80, false, false});
	target = made_case("gone");
	draw(&target, &(struct golden){"case-one-side-80x24", NULL, 24, 80, false, false});
	target = made_case("cjk");
	draw(&target, &(struct golden){"case-cjk-80x24", NULL, 24, 80, false, true});
	target = made_case("rtl");
	draw(&target, &(struct golden){"case-rtl-80x24", NULL, 24, 80, false, true});
	target = made_case("huge");
	draw(&target, &(struct golden){"case-huge-80x24", NULL, 24, 80, false, true});
	target = made_case("json");
	draw(&target, &(struct golden){"case-raw-80x24", "S-Tab", 24, 80, false, false});
}

/* Whatever the size, the tab and the way of looking, nothing is painted outside and nothing crashes. */
static void draws_at_any_size(void **state)
{
	(void)state;
	static const char *const names[] = {"json", "flaky", "error", "gone", "cjk"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct target target = made_case(names[i]);
		for (int rows_ = 4; rows_ <= 64; rows_ += 15)
			for (int cols = 1; cols <= 240; cols += 34) {
				struct stage st;
				stage_open(&st, "case", &target, rows_, cols, rows_ % 2 == 0);
				for (int tab = 0; tab < 7; tab++) {
					stage_keys(&st, "d } } s z d s } { G g PgDn j k x Tab ] (");
					stage_draw(&st);
				}
				stage_close(&st);
			}
	}
}

/* ---------------------------------------------------------------- what its keys do */

static void differences_are_walked(void **state)
{
	(void)state;
	struct target target = made_case("huge");
	struct stage st;
	stage_open(&st, "case", &target, 24, 80, false);
	assert_true(stage_shows(&st, "compared by lines"));
	assert_true(stage_shows(&st, "29997 equal lines"));
	stage_keys(&st, "}");
	assert_true(stage_shows(&st, "line 30000 of a long report, mended"));
	stage_keys(&st, "} }");
	assert_true(stage_shows(&st, "no difference further down"));
	stage_keys(&st, "{ {");
	stage_keys(&st, "g");
	assert_true(stage_shows(&st, "Case  "));
	stage_close(&st);
}

static void the_pair_that_tells_most_shows(void **state)
{
	(void)state;
	struct target target = made_case("flaky");
	struct stage st;
	struct buf out = BUF_INIT;
	stage_open(&st, "case", &target, 24, 80, false);
	assert_true(stage_shows(&st, "repeat 1 of A's 3, 1 of B's 3"));
	assert_true(stage_shows(&st, "2 of 3 passed: unstable"));
	stage_keys(&st, ")");
	assert_true(stage_shows(&st, "repeat 2 of A's 3, 1 of B's 3"));
	assert_true(stage_shows(&st, "no difference")); /* A's second answer is B's */
	stage_keys(&st, "[");
	assert_true(stage_shows(&st, "repeat 2 of A's 3, 3 of B's 3"));
	stage_keys(&st, "Tab Tab Tab Tab");
	assert_true(stage_shows(&st, "A 1×  B 3×  the same answer"));
	stage_keys(&st, "j Enter"); /* the cursor is where it was */
	assert_true(stage_shows(&st, "repeat 2 of A's 3, 2 of B's 3"));
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_non_null(strstr(buf_cstr(&out), " --case '[\"desk\",\"flaky\"]' --pick 2,2"));
	stage_close(&st);
	buf_done(&out);
}

/* Changed words that stand in what only one side retrieved; the runs the other way round say the same the other way round. */
static void changed_words_lead_to_their_document(void **state)
{
	(void)state;
	struct target t = sample_case("disputed hotel charge");
	struct case_whole ab, ba;
	struct err err = ERR_INIT;
	assert_true(case_whole_load(stage_db, t.id, t.id2, t.span, UNKNOWN_INT, UNKNOWN_INT, &ab, &err));
	assert_true(case_whole_load(stage_db, t.id2, t.id, t.span, UNKNOWN_INT, UNKNOWN_INT, &ba, &err));
	assert_int_equal(ab.n_wordings, 2);
	assert_int_equal(ba.n_wordings, 2);
	assert_false(ab.wordings[0].of_b);
	assert_string_equal(ab.wordings[0].words.ptr, "120 days");
	assert_string_equal(ab.wordings[0].document.ptr, "pol-refund-2026");
	assert_true(ab.wordings[1].of_b);
	assert_string_equal(ab.wordings[1].words.ptr, "60 days");
	assert_string_equal(ab.wordings[1].document.ptr, "pol-refund-2021");
	assert_string_equal(ba.wordings[0].words.ptr, ab.wordings[1].words.ptr);
	assert_false(ba.wordings[0].of_b);
	assert_int_equal(ab.texts[CASE_ANSWERS].words.n_changes, ba.texts[CASE_ANSWERS].words.n_changes);
	assert_int_equal(ab.n_scores, ba.n_scores);
	case_whole_done(&ab);
	case_whole_done(&ba);
	/* A run against itself: nothing differs anywhere. */
	assert_true(case_whole_load(stage_db, t.id, t.id, t.span, UNKNOWN_INT, UNKNOWN_INT, &ab, &err));
	assert_int_equal(ab.n_wordings, 0);
	for (int i = 0; i < N_CASE_SUBJECTS; i++)
		assert_true(i == CASE_EXPECTED_A || i == CASE_EXPECTED_B || !ab.texts[i].both || ab.texts[i].equal);
	case_whole_done(&ab);
}

static void expected_is_compared_with_either_answer(void **state)
{
	(void)state;
	struct target target = sample_case("disputed hotel charge");
	struct stage st;
	stage_open(&st, "case", &target, 24, 80, false);
	stage_keys(&st, "x");
	assert_true(stage_shows(&st, "expected against B"));
	stage_keys(&st, "x");
	assert_true(stage_shows(&st, "expected against A"));
	stage_close(&st);
}

/* What was chosen for one case goes for the next. */
static void the_way_of_looking_stays(void **state)
{
	(void)state;
	struct target target = made_case("json");
	struct stage st, next;
	stage_open(&st, "case", &target, 24, 80, false);
	assert_true(stage_shows(&st, "by JSON"));
	stage_keys(&st, "d d d");
	assert_true(stage_shows(&st, "each whole"));
	stage_keys(&st, "d");
	assert_true(stage_shows(&st, "by JSON"));
	stage_keys(&st, "d J");
	assert_int_equal(st.outcome, OUT_NEXT_HIT);
	assert_true(stage_shows(&st, "by words"));
	target = made_case("cjk");
	stage_open(&next, "case", &target, 24, 80, false);
	next.screen.ops->close(&next.screen);
	memset(next.screen.state, 0, next.screen.ops->state_size);
	next.ui->case_look = st.ui->case_look;
	struct err err = ERR_INIT;
	assert_true(next.screen.ops->open(&next.screen, &target, &err));
	stage_settle(&next);
	assert_true(stage_shows(&next, "by words"));
	stage_close(&next);
	stage_close(&st);
}

static void records_fold_and_are_searched(void **state)
{
	(void)state;
	struct target target = made_case("json");
	struct stage st;
	struct buf out = BUF_INIT;
	stage_open(&st, "case", &target, 24, 80, false);
	stage_keys(&st, "S-Tab /");
	stage_line(&st, "after noon");
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_non_null(strstr(buf_cstr(&out), "after noon"));
	stage_keys(&st, "Esc");
	assert_int_equal(st.outcome, OUT_HANDLED);
	stage_keys(&st, "g Space");
	assert_true(stage_shows(&st, "desk.jsonl"));
	stage_keys(&st, "/");
	stage_line(&st, "nowhere at all");
	assert_true(stage_shows(&st, "not on this tab"));
	stage_close(&st);
	buf_done(&out);
}

static void values_are_handed_on_whole(void **state)
{
	(void)state;
	struct target target = made_case("error"), place;
	struct stage st;
	struct buf out = BUF_INIT;
	stage_open(&st, "case", &target, 24, 80, false);
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_non_null(strstr(buf_cstr(&out), "A:\nBoth holders sign."));
	assert_non_null(strstr(buf_cstr(&out), "B:\n429: rate limit"));
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_ID, &out));
	assert_string_equal(buf_cstr(&out), "[\"desk\",\"error\"]");
	stage_keys(&st, "t");
	assert_string_equal(st.ui->message, "the trace of B's result is not in the store");
	st.screen.ops->place(&st.screen, &place);
	stage_close(&st);
	/* A place opens on its case, by its key alone, too. */
	place.span = 0;
	stage_open(&st, "case", &place, 24, 80, false);
	assert_true(stage_shows(&st, "Both holders sign."));
	stage_close(&st);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draws_a_case),
	    cmocka_unit_test(draws_repeats),
	    cmocka_unit_test(draws_json),
	    cmocka_unit_test(draws_what_is_unlike_others),
	    cmocka_unit_test(draws_at_any_size),
	    cmocka_unit_test(differences_are_walked),
	    cmocka_unit_test(the_pair_that_tells_most_shows),
	    cmocka_unit_test(changed_words_lead_to_their_document),
	    cmocka_unit_test(expected_is_compared_with_either_answer),
	    cmocka_unit_test(the_way_of_looking_stays),
	    cmocka_unit_test(records_fold_and_are_searched),
	    cmocka_unit_test(values_are_handed_on_whole),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
