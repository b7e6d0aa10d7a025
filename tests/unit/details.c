/* The details of a span: how it stands among its like (hist_usage), what other spans have to do with it (query/about.h), and the tabs
 * that show it (tests/screen/details-*.golden). Over the samples, and a trace made for it. */
#include "tests/screens.h"

#include "store/forget.h"
#include "store/hist.h"
#include "store/hist_table.h"
#include "store/query/about.h"
#include "tui/screen/pane_span_tree.h"

#include <math.h>

static char made_dir[] = "/tmp/spoor-about-XXXXXX";
static char made_path[64], made_file[64];

/* A call that fails and is made again, twice; a judge who names spans; a link, also into another trace. */
static const char made[] =
    "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":["
    "{\"traceId\":\"0000000000000000000000000000abcd\",\"spanId\":\"00000000000000a1\",\"name\":\"agent\","
    "\"startTimeUnixNano\":\"1795132800000000000\",\"endTimeUnixNano\":\"1795132809000000000\"},"
    "{\"traceId\":\"0000000000000000000000000000abcd\",\"spanId\":\"00000000000000b1\",\"parentSpanId\":"
    "\"00000000000000a1\","
    "\"name\":\"get_rate\",\"startTimeUnixNano\":\"1795132800000000000\",\"endTimeUnixNano\":\"1795132801000000000\","
    "\"status\":{\"code\":2,\"message\":\"timeout\"},\"links\":[{\"traceId\":\"0000000000000000000000000000abcd\","
    "\"spanId\":"
    "\"00000000000000c1\"}]},"
    "{\"traceId\":\"0000000000000000000000000000abcd\",\"spanId\":\"00000000000000b2\",\"parentSpanId\":"
    "\"00000000000000a1\","
    "\"name\":\"get_rate\",\"startTimeUnixNano\":\"1795132801500000000\",\"endTimeUnixNano\":\"1795132802000000000\","
    "\"status\":{\"code\":2,\"message\":\"refused\"},\"links\":[{\"traceId\":\"000000000000000000000000000000ff\","
    "\"spanId\":"
    "\"00000000000000c1\"}]},"
    "{\"traceId\":\"0000000000000000000000000000abcd\",\"spanId\":\"00000000000000b3\",\"parentSpanId\":"
    "\"00000000000000a1\","
    "\"name\":\"get_rate\",\"startTimeUnixNano\":\"1795132803000000000\",\"endTimeUnixNano\":\"1795132804000000000\"},"
    "{\"traceId\":\"0000000000000000000000000000abcd\",\"spanId\":\"00000000000000c1\",\"parentSpanId\":"
    "\"00000000000000a1\","
    "\"name\":\"answer\",\"startTimeUnixNano\":\"1795132804000000000\",\"endTimeUnixNano\":\"1795132809000000000\"}"
    "]}]}]}\n";

static struct db *open_made(void)
{
	struct err err = ERR_INIT;
	assert_non_null(mkdtemp(made_dir));
	snprintf(made_path, sizeof made_path, "%s/s.db", made_dir);
	snprintf(made_file, sizeof made_file, "%s/a.jsonl", made_dir);
	FILE *f = fopen(made_file, "wb");
	assert_non_null(f);
	fputs(made, f);
	fclose(f);
	struct db *db = db_open(made_path, DB_WRITE, &err);
	char *paths[] = {made_file};
	struct import_report report = {0};
	assert_non_null(db);
	assert_true(import_paths(db, paths, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err));
	import_report_done(&report);
	return db;
}

static void close_made(struct db *db)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s%s", made_path, ends[i]);
		unlink(path);
	}
	unlink(made_file);
	rmdir(made_dir);
}

/* ---------------------------------------------------------------- about */

struct asked {
	struct arena arena;
	struct block_cache *blocks;
	struct tree_row row;
	struct span_detail detail;
	struct span_about about;
};

static int64_t first_of(struct db *db)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, "SELECT first FROM trace WHERE id = 1", &err);
	assert_non_null(s);
	int64_t first = stmt_step(s, &err) == STEP_ROW ? col_int(s, 0) : -1;
	stmt_end(s);
	return first;
}

static void ask_about(struct db *db, struct asked *a, int64_t pos, const char *reason)
{
	struct err err = ERR_INIT;
	struct score_row *score = NULL;
	*a = (struct asked){.blocks = block_cache_new(db)};
	assert_true(tree_get(db, 1, pos, &a->arena, &a->row, &err));
	assert_true(span_detail(db, a->blocks, 1, a->row.key, a->row.record, &a->arena, &a->detail, &err));
	if (reason) {
		score = arena_zalloc(&a->arena, 1, sizeof *score);
		score->explanation = str_of(reason);
		a->detail.scores = score;
		a->detail.n_scores = 1;
	}
	assert_true(span_about(db, a->blocks, 1, 1, 5, &a->row, &a->detail, &a->arena, &a->about, &err));
}

static void done_about(struct asked *a)
{
	block_cache_free(a->blocks);
	arena_done(&a->arena);
}

static void test_retries(void **state)
{
	(void)state;
	struct db *db = open_made();
	struct asked a;
	assert_int_equal(first_of(db), 1);
	ask_about(db, &a, 1, NULL); /* the first call: failed, made again; its link is another span of this trace */
	assert_false(a.about.is_retry);
	assert_true(a.about.was_retried);
	assert_int_equal(a.about.after.status, STATUS_ERROR);
	assert_string_equal(a.about.link.name.ptr, "answer");
	assert_false(a.about.link.elsewhere);
	assert_true(fabs(a.about.path_share - 1.0 / 9) < 1e-9); /* one second of nine */
	done_about(&a);

	ask_about(db, &a, 2, NULL); /* the second: both; its link leads into another trace */
	assert_true(a.about.is_retry && a.about.was_retried);
	assert_string_equal(a.about.before.message.ptr, "timeout");
	assert_int_equal(a.about.after.status, STATUS_UNSET);
	assert_true(a.about.link.elsewhere);
	done_about(&a);

	ask_about(db, &a, 3, NULL);
	assert_true(a.about.is_retry);
	assert_false(a.about.was_retried);
	assert_false(a.about.link.id.len || a.about.failed.id.len);
	done_about(&a);

	ask_about(db, &a, 4, NULL); /* who failed and names it */
	assert_false(a.about.is_retry);
	assert_string_equal(a.about.failed.name.ptr, "get_rate");
	assert_int_equal(a.about.failed.pos, 1);
	done_about(&a);

	static const struct {
		const char *reason;
		int64_t pos; /* of the span it names; -1: none */
	} reasons[] = {
	    {"The rate of get_rate is of last year.",      1 },
	    {"span 00000000000000b3 used an old rate",     3 },
	    {"the answer is wrong",                        -1},
	    {"the step 'answer' made it up",               4 },
	    {"the agent and forget_rates are fine",        -1},
	    {"0000000000000000000000000000b3 is no span",  -1},
	    {"its \"agent\" is the span itself, not this", 0 },
	    {"",	                                   -1},
	};
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		int64_t at = reasons[i].pos == 4 ? 3 : 4;
		ask_about(db, &a, at, reasons[i].reason);
		const struct span_named *named = &a.about.by_score[0];
		if ((named->id.len ? named->pos : -1) != reasons[i].pos)
			fail_msg("\"%s\": span %lld", reasons[i].reason, (long long)named->pos);
		done_about(&a);
	}
	close_made(db);
}

/* ---------------------------------------------------------------- the histograms */

enum { MOST = 200 };

static void usage_of(struct db *db, const char *sql, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, sql, &err);
	assert_non_null(s);
	buf_clear(out);
	while (stmt_step(s, &err) == STEP_ROW) {
		buf_add_str(out, col_str(s, 0));
		buf_add_char(out, '\n');
	}
	stmt_end(s);
}

#define TABLE                                                                                                     \
	"SELECT w.text || ' ' || h.kind || ' ' || h.what || ' ' || h.n || ' ' || hex(h.counts) FROM hist_usage h" \
	" JOIN word w ON w.id = h.name ORDER BY 1"
#define COUNTED                                                                                                        \
	"SELECT name || ' ' || kind || ' ' || what || ' ' || count(*) FROM (SELECT w.text AS name, s.kind AS kind, 1 " \
	"AS what FROM span s"                                                                                          \
	" JOIN trace t ON s.pos >= t.first AND s.pos < t.first + t.n JOIN word w ON w.id = s.name"                     \
	" WHERE ifnull(s.tokens_in, s.tokens_out) IS NOT NULL UNION ALL SELECT w.text, s.kind, 2 FROM span s"          \
	" JOIN trace t ON s.pos >= t.first AND s.pos < t.first + t.n JOIN word w ON w.id = s.name"                     \
	" WHERE s.cost_usd >= 0) GROUP BY name, kind, what ORDER BY 1"
#define COUNTS                                                                                                   \
	"SELECT w.text || ' ' || h.kind || ' ' || h.what || ' ' || h.n FROM hist_usage h JOIN word w ON w.id = " \
	"h.name ORDER BY 1"

static void same(struct db *db, const char *a, const char *b)
{
	struct buf left = BUF_INIT, right = BUF_INIT;
	usage_of(db, a, &left);
	usage_of(db, b, &right);
	assert_string_equal(buf_cstr(&left), buf_cstr(&right));
	buf_done(&left);
	buf_done(&right);
}

static void import_again(struct db *db, const char *name)
{
	struct err err = ERR_INIT;
	char path[64];
	char *paths[] = {path};
	struct import_report report = {0};
	snprintf(path, sizeof path, "%s", name);
	assert_true(import_paths(db, paths, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err));
	import_report_done(&report);
}

static void test_counts(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct db *db = db_open(stage_path, DB_WRITE, &err);
	assert_non_null(db);
	usage_of(db, TABLE, &before);
	assert_true(before.len > 1000);
	same(db, COUNTS, COUNTED);

	import_again(db, "tests/data/traces-agent.jsonl"); /* changes nothing */
	usage_of(db, TABLE, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));

	/* A store from before the table gets what an import would have written. */
	assert_true(db_begin(db, &err) && db_exec(db, "DELETE FROM hist_usage", &err) && hist_fill(db, &err) &&
	            db_commit(db, &err));
	usage_of(db, TABLE, &after);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));

	/* What is forgotten is no longer counted. */
	int64_t ids[MOST];
	size_t n = 0;
	struct stmt *s = db_query(db, "SELECT id FROM trace WHERE id % 3 = 0 LIMIT 200", &err);
	while (stmt_step(s, &err) == STEP_ROW)
		ids[n++] = col_int(s, 0);
	stmt_end(s);
	struct forget *f = forget_open(db, &err);
	_Atomic bool cancel = false;
	bool cut = false;
	assert_non_null(f);
	assert_true(n > 50);
	assert_true(forget_note(f,
	                        &(struct forget_what){
	                            .traces = {ids, n}
        },
	                        &err));
	assert_true(forget_run(f, false, &cancel, &cut, &err));
	forget_close(f);
	same(db, COUNTS, COUNTED);
	usage_of(db, TABLE, &after);
	assert_string_not_equal(buf_cstr(&before), buf_cstr(&after));
	buf_done(&before);
	buf_done(&after);
	db_close(db);
}

/* Against all of its like, sorted. */
static void test_rank(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct db *db = db_open(stage_path, DB_READ, &err);
	struct stmt *s = db_query(
	    db,
	    "SELECT s.tokens_in + s.tokens_out, s.cost_usd FROM span s JOIN trace t ON s.pos >= t.first AND s.pos < "
	    "t.first + t.n"
	    " JOIN word w ON w.id = s.name WHERE w.text = 'draft-answer' AND s.tokens_in IS NOT NULL ORDER BY 1",
	    &err);
	int64_t tokens[1000];
	size_t n = 0;
	while (stmt_step(s, &err) == STEP_ROW && n < 1000)
		tokens[n++] = col_int(s, 0);
	stmt_end(s);
	assert_true(n > 100);
	for (size_t i = 0; i < n; i += 7) {
		struct tree_rank rank;
		struct tree_row row = {.name = STR_INIT("draft-answer"),
		                       .kind = KIND_LLM,
		                       .duration_ns = UNKNOWN_INT,
		                       .tokens_in = tokens[i],
		                       .tokens_out = UNKNOWN_INT,
		                       .cost_usd = UNKNOWN_DOUBLE};
		assert_true(tree_rank(db, &row, &rank, &err));
		size_t below = 0;
		while (below < n && hist_bucket(tokens[below]) < hist_bucket(tokens[i]))
			below++;
		assert_int_equal(rank.tokens.n, n);
		assert_true(fabs(rank.tokens.more_than - (double)below / (double)n) < 1e-9);
		assert_true(llabs(rank.tokens.p50 - tokens[(n - 1) / 2]) <= tokens[n / 2] / 60 + 1);
		assert_true(isnan(rank.cost.more_than) && isnan(rank.time.more_than));
		assert_true(rank.cost.n > 100 && rank.cost.p50 > 1000000); /* a tenth of a cent and more */
	}
	assert_int_equal(hist_cost(0.000000002), 2);
	assert_int_equal(hist_cost(-1), UNKNOWN_INT);
	assert_int_equal(hist_cost(UNKNOWN_DOUBLE), UNKNOWN_INT);
	assert_int_equal(hist_cost(1e300), INT64_MAX);
	db_close(db);
}

/* ---------------------------------------------------------------- the tabs */

static struct target trace_of(const char *id)
{
	struct target t = {.screen = "trace"};
	snprintf(t.text, sizeof t.text, "%s", id);
	return t;
}

#define DISPUTE "d15b07e020261120000000000000b10c"
#define TIMEOUT "d15b07e020261117000000000000e4ce"

static const struct {
	const char *name, *trace, *keys, *find;
	int rows, cols;
	bool ascii, mono;
} goldens[] = {
    {"overview-80x24",       DISPUTE, "e o Enter",                             NULL,   24, 80,  false, false},
    {"overview-80x24-split", DISPUTE, "e o",                                   NULL,   24, 80,  false, false},
    {"overview-200x50",      DISPUTE, "e o",                                   NULL,   50, 200, false, false},
    {"overview-80x24-ascii", DISPUTE, "e o Enter",                             NULL,   24, 80,  true,  true },
    {"attrs-80x24",          DISPUTE, "e o Enter Tab Tab Tab Tab Tab",         NULL,   24, 80,  false, false},
    {"attrs-80x24-ascii",    DISPUTE, "e o Enter Tab Tab Tab Tab Tab",         NULL,   24, 80,  true,  true },
    {"attrs-200x50",         DISPUTE, "e o Tab Tab Tab Tab Tab",               NULL,   50, 200, false, false},
    {"attrs-80x24-folded",   DISPUTE, "e o Enter Tab Tab Tab Tab Tab z j l j", NULL,   24, 80,  false, false},
    {"raw-80x24-found",      DISPUTE, "e Enter S-Tab z",                       "iban", 24, 80,  false, false},
    {"events-80x24",         TIMEOUT, "e Enter Tab Tab Tab Tab",               NULL,   24, 80,  false, false},
    {"events-80x24-ascii",   TIMEOUT, "e Enter Tab Tab Tab Tab",               NULL,   24, 80,  true,  true },
    {"scores-80x24",         DISPUTE, "e o Enter S-Tab S-Tab",                 NULL,   24, 80,  false, false},
    {"scores-80x24-ascii",   DISPUTE, "e o Enter S-Tab S-Tab Space",           NULL,   24, 80,  true,  true },
};

static void test_tabs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		struct stage st;
		char name[64];
		struct target target = trace_of(goldens[i].trace);
		stage_open(&st, "trace", &target, goldens[i].rows, goldens[i].cols, goldens[i].ascii);
		st.ui->mono = goldens[i].mono;
		stage_keys(&st, goldens[i].keys);
		if (goldens[i].find) {
			stage_keys(&st, "/");
			stage_line(&st, goldens[i].find);
		}
		snprintf(name, sizeof name, "details-%s", goldens[i].name);
		stage_golden(&st, name);
		stage_close(&st);
	}
}

/* What the cursor of a tree stands on is what is copied; in the split view it is all the tab has. */
static void test_copy(void **state)
{
	(void)state;
	struct stage st;
	struct buf out = BUF_INIT;
	struct target target = trace_of(DISPUTE);
	stage_open(&st, "trace", &target, 24, 80, false);
	stage_keys(&st, "e S-Tab");
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_true(str_starts(buf_str(&out), "{\"traceId\":\"d15b07e0") && out.ptr[out.len - 1] == '}');
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_PATH, &out));
	assert_string_equal(buf_cstr(&out), "dispute-agent/pii-check");
	stage_keys(&st, "Enter j j");
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_PATH, &out));
	assert_string_equal(buf_cstr(&out), "parentSpanId");
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_VALUE, &out));
	assert_string_equal(buf_cstr(&out), "da1576ec954fedd3");
	buf_clear(&out);
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &out));
	assert_string_equal(buf_cstr(&out), "spoor trace " DISPUTE " --raw --span 2bf83e3a6635525d");
	stage_keys(&st, "=");
	assert_true(stage_shows(&st, "{\"traceId\":"));
	buf_done(&out);
	stage_close(&st);
}

static void test_attributes(void **state)
{
	(void)state;
	static const struct {
		const char *names, *json; /* each name's value is its number */
	} cases[] = {
	    {"",	                                                "{}"	                                         },
	    {"b a",	                                             "{\"a\":1,\"b\":0}"                                  },
	    {"gen_ai.system gen_ai.request.model gen_ai.request.top_p",
	     "{\"gen_ai\":{\"request\":{\"model\":1,\"top_p\":2},\"system\":0}}"                                             },
	    {"a.b.c.d a.b.c.e",	                                 "{\"a.b.c\":{\"d\":0,\"e\":1}}"                      }, /* a group of groups of one */
	    {"m.10.x m.9.x m.9.y",	                              "{\"m\":{\"9\":{\"x\":1,\"y\":2},\"10.x\":0}}"       },
	    {"a a.b a-c a.d a",	                                 "{\"a\":0,\"a\":4,\"a\":{\"b\":1,\"d\":3},\"a-c\":2}"},
	    {". .. a. .a a..b",	                                 "{\".\":0,\"..\":1,\".a\":3,\"a.\":2,\"a..b\":4}"    },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct attribute at[8];
		struct buf out = BUF_INIT;
		struct str rest = str_of(cases[i].names), name;
		static const char *const values[] = {"0", "1", "2", "3", "4"};
		size_t n = 0;
		while (rest.len && str_split(&rest, ' ', &name)) {
			at[n] = (struct attribute){.key = name, .json = str_of(values[n])};
			n++;
		}
		attributes_json(&out, at, n);
		assert_string_equal(buf_cstr(&out), cases[i].json);
		buf_done(&out);
	}
	struct attribute broken = {.key = STR_INIT("k"), .json = STR_INIT("{no")};
	struct buf out = BUF_INIT;
	attributes_json(&out, &broken, 1);
	assert_string_equal(buf_cstr(&out), "{\"k\":\"{no\"}");
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rank),       cmocka_unit_test(test_retries),
	    cmocka_unit_test(test_tabs),       cmocka_unit_test(test_copy),
	    cmocka_unit_test(test_attributes), cmocka_unit_test(test_counts), /* the last one: it forgets traces */
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
