/* Judged answers on their way out: each shape is read again, what it says is what people said, and nothing planted gets through a mask. Answers are found
 * again after the run was imported anew, from another format, or under another id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "store/base/scan.h"
#include "store/base/outfile.h"
#include "store/merge.h"
#include "store/query/flagged_out.h"
#include "store/query/reviews.h"
#include "tests/store.h"

static struct block_cache *blocks;

/* ---------------------------------------------------------------- stores, verdicts */

static void import_file(struct db *to, const char *path)
{
	struct err err = ERR_INIT;
	char file[256], *paths[] = {file};
	snprintf(file, sizeof file, "%s", path);
	struct import_report report = {.arena = ARENA_INIT};
	if (!import_paths(to, paths, 1, &(struct import_opts){.depth_max = 1000}, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

static void import_text(struct db *to, const char *name, struct str text)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", store_dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	import_file(to, path);
	unlink(path);
}

static struct db *open_store(const char *name)
{
	struct err err = ERR_INIT;
	char path[160];
	snprintf(path, sizeof path, "%s/%s.db", store_dir, name);
	struct db *other = db_open(path, DB_WRITE, &err);
	if (!other)
		fail_msg("%s", err.text);
	return other;
}

static void remove_store(struct db *other, const char *name)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(other);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[200];
		snprintf(path, sizeof path, "%s/%s.db%s", store_dir, name, ends[i]);
		unlink(path);
	}
}

/* The nth result of a run, by its place in the table of runs; or of traces where run is 0. */
static struct subject_at at_nth(struct db *of, int64_t run, int64_t nth)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(of,
	             run ? "SELECT run, case_id, repeat FROM case_result WHERE run = ?1 AND repeat >= 0 ORDER BY ord,"
	                   " case_id, repeat LIMIT 1 OFFSET ?2"
	                 : "SELECT id, ?1, 0 FROM trace ORDER BY start_ns, id LIMIT 1 OFFSET ?2",
	             &err);
	stmt_int(s, 1, run);
	stmt_int(s, 2, nth);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	struct subject_at at = {.kind = run ? SUBJECT_CASE : SUBJECT_TRACE};
	if (run)
		at.at = (struct case_at){col_int(s, 0), col_int(s, 1), col_int(s, 2)};
	else
		at.trace = col_int(s, 0);
	stmt_end(s);
	return at;
}

struct words {
	const char *verdict, *note, *correction, *reason;
	unsigned how;
};

static void judge_at(struct db *to, const struct subject_at *at, const char *author, struct words words)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct block_cache *cache = block_cache_new(to);
	struct subject subject;
	struct event_id ids[SAYS_MOST];
	struct say says[SAYS_MOST];
	size_t n = 0;
	const struct annotate_opts opts = {
	    .author = str_of(author), .now_ns = INT64_C(1763630000000000000), .how = words.how, .queue = STR_LIT("q")};
	if (!subject_target(to, cache, at, &arena, &subject, &err))
		fail_msg("%s", err.text);
	if (words.verdict)
		says[n++] = (struct say){FIELD_VERDICT, STR_NONE, str_of(words.verdict)};
	if (words.note)
		says[n++] = (struct say){FIELD_NOTE, STR_NONE, str_of(words.note)};
	if (words.correction)
		says[n++] = (struct say){FIELD_CORRECTION, STR_NONE, str_of(words.correction)};
	if (words.reason)
		says[n++] = (struct say){FIELD_REASON, STR_NONE, str_of(words.reason)};
	assert_true(annotate(to, &subject.target, &opts, says, n, ids, &err));
	block_cache_free(cache);
	arena_done(&arena);
}

static void judge(struct db *to, int64_t run, int64_t nth, const char *author, struct words words)
{
	struct subject_at at = at_nth(to, run, nth);
	judge_at(to, &at, author, words);
}

static bool no_more(void *context, struct buf *out, struct err *err)
{
	(void)context;
	(void)out;
	(void)err;
	return true;
}

static struct flagged_writing write_as(struct db *from, const char *format, struct flagged_opts opts, struct buf *out)
{
	struct err err = ERR_INIT;
	struct flagged_writing w;
	if (!opts.since_ns)
		opts.since_ns = TIME_UNKNOWN;
	buf_clear(out);
	if (!flagged_write(from, &opts, flagged_format_named(str_of(format)), false, out, no_more, NULL, &w, &err))
		fail_msg("%s", err.text);
	return w;
}

static void move_reviews(struct db *to, struct db *from)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	int64_t n;
	assert_true(
	    reviews_write(from, &(struct reviews_opts){.since_ns = TIME_UNKNOWN}, &text, no_more, NULL, &n, &err));
	import_text(to, "moved.jsonl", buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- reading lines */

struct lines {
	struct scan scan;
	struct arena arena;
	struct str rest;
};

/* The next line as a JSON value; VAL_NONE at the end. */
static struct val next_line(struct lines *l)
{
	struct str line;
	if (!str_split(&l->rest, '\n', &line) || !line.len)
		return VAL_NONE;
	if (!scan_text(&l->scan, line, &(struct scan_opts){.last = true}))
		fail_msg("no JSON: %.*s", (int)line.len, line.ptr);
	return scan_root(&l->scan);
}

static bool text_is(struct lines *l, struct val v, const char *path, const char *want)
{
	return str_is(val_text(val_path(v, path), &l->arena), want);
}

static void lines_done(struct lines *l)
{
	scan_done(&l->scan);
	arena_done(&l->arena);
}

/* ---------------------------------------------------------------- the golden set */

#define CARD "4111 1111 1111 1111"

static int fill(void **state)
{
	int failed = store_setup(state);
	import_file(db, "tests/data/eval-v12.json");
	import_file(db, "tests/data/eval-v13.json");
	import_file(db, "tests/data/traces-agent.jsonl");
	judge(db, 1, 0, "anna",
	      (struct words){"bad", "quotes {{ env.KEY }} and jo.fox@acme.com", NULL, "outdated, tone", 0});
	judge(db, 1, 0, "bo", (struct words){"good", NULL, NULL, NULL, 0});
	judge(db, 1, 1, "anna", (struct words){"bad", NULL, "=HYPERLINK(1) my card is " CARD ".", "wrong", 0});
	judge(db, 1, 1, "bo", (struct words){"bad", "two\nlines", NULL, NULL, HOW_BLIND});
	judge(db, 1, 2, "anna", (struct words){"good", NULL, NULL, NULL, HOW_PROPOSED});
	judge(db, 2, 3, "anna", (struct words){"good", NULL, NULL, NULL, 0});
	judge(db, 2, 4, "bo", (struct words){NULL, "only a note", NULL, NULL, 0});
	judge(db, 2, 5, "bo", (struct words){"bad", "{% endraw %}file://x.js", NULL, NULL, 0});
	judge(db, 0, 3, "anna", (struct words){"bad", "slow", NULL, "incomplete", 0});
	blocks = block_cache_new(db);
	return failed;
}

static int empty(void **state)
{
	block_cache_free(blocks);
	return store_teardown(state);
}

static void test_golden(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	struct flagged_writing w = write_as(db, "jsonl", (struct flagged_opts){0}, &out);
	struct lines l = {.rest = buf_str(&out)};
	int n = 0;
	assert_int_equal(w.answers, 6);
	assert_int_equal(w.written, 6);
	for (struct val v; (v = next_line(&l)).scan; n++) {
		if (n == 0) {
			assert_true(text_is(&l, v, "verdict", "disagree") && text_is(&l, v, "author", "anna, bo"));
			assert_true(text_is(&l, v, "kind", "case") && val_count(val_get(v, "reviews")) == 2);
			assert_true(text_is(&l, val_at(val_get(v, "reviews"), 0), "note",
			                    "quotes {{ env.KEY }} and jo.fox@acme.com"));
			assert_true(val_str_is(val_at(val_get(v, "reasons"), 1), "tone"));
		}
		if (n == 1) {
			bool blind = false;
			assert_true(text_is(&l, v, "verdict", "bad") && val_ok(val_get(v, "correction")));
			assert_true(val_bool(val_get(val_at(val_get(v, "reviews"), 1), "blind"), &blind) && blind);
			assert_true(text_is(&l, val_at(val_get(v, "reviews"), 1), "note", "two\nlines"));
		}
		if (n == 3)
			assert_false(val_ok(val_get(v, "verdict")));
		assert_true(val_str(val_get(v, "input"), &l.arena).len > 10 && val_ok(val_get(v, "output")));
	}
	assert_int_equal(n, 6);
	lines_done(&l);
	buf_done(&out);
}

static void test_which(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	const struct filter *refunds = filter_parse(&arena, STR_LIT("run:v12"), FILTER_CASES, 0, &mistake);
	assert_non_null(refunds);
	const struct {
		struct flagged_opts opts;
		int64_t answers;
	} rows[] = {
	    {{.verdicts = 1U << FLAGGED_BAD},                           3},
	    {{.verdicts = 1U << FLAGGED_GOOD},                          1},
	    {{.verdicts = 1U << FLAGGED_GOOD, .with_proposed = true},   2},
	    {{.verdicts = 1U << FLAGGED_DISAGREE | 1U << FLAGGED_GOOD}, 2},
	    {{.verdicts = 1U << FLAGGED_NONE},                          1},
	    {{.corrected = true},	                               1},
	    {{.author = STR_LIT("bo")},                                 4},
	    {{.author = STR_LIT("bo"), .verdicts = 1U << FLAGGED_GOOD}, 1},
	    {{.author = STR_LIT("nobody")},                             0},
	    {{.queue = STR_LIT("q")},                                   6},
	    {{.queue = STR_LIT("other")},                               0},
	    {{.since_ns = INT64_C(1763630000000000001)},                4},
	    {{.run = 2},	                                        3},
	    {{.cases = refunds},	                                2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct flagged_writing w = write_as(db, "jsonl", rows[i].opts, &out);
		if (w.answers != rows[i].answers)
			fail_msg("row %zu: %lld answers", i, (long long)w.answers);
	}
	arena_done(&arena);
	buf_done(&out);
}

/* ---------------------------------------------------------------- masks */

static void test_mask(void **state)
{
	(void)state;
	static const char *const planted[] = {"jo.fox@acme.com", "jo.fox", "4111 1111", CARD};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct event_id event;
	struct arena arena = ARENA_INIT;
	struct block_cache *cache = block_cache_new(db);
	struct subject subject;
	const struct subject_at at = at_nth(db, 1, 0);
	const struct say say = {FIELD_SCORE, STR_LIT("asked of jo.fox@acme.com"), STR_LIT("0.5")};
	assert_true(subject_target(db, cache, &at, &arena, &subject, &err));
	assert_true(annotate(db, &subject.target, &(struct annotate_opts){.author = STR_LIT("anna"), .now_ns = 7}, &say,
	                     1, &event, &err));
	for (size_t i = 0; flagged_formats[i]; i++) {
		write_as(db, flagged_formats[i]->name, (struct flagged_opts){.masked = true}, &out);
		for (size_t k = 0; k < sizeof planted / sizeof *planted; k++)
			if (out.len && strstr(buf_cstr(&out), planted[k]))
				fail_msg("%s lets %s through", flagged_formats[i]->name, planted[k]);
	}
	write_as(db, "jsonl", (struct flagged_opts){0}, &out);
	assert_non_null(strstr(buf_cstr(&out), CARD));
	assert_non_null(strstr(buf_cstr(&out), "asked of jo.fox@acme.com"));
	assert_true(annotate_take_back(db, &event, 1, STR_LIT("anna"), 8, &err));
	block_cache_free(cache);
	arena_done(&arena);
	buf_done(&out);
}

/* ---------------------------------------------------------------- shapes */

static void test_csv(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	write_as(db, "csv", (struct flagged_opts){0}, &out);
	assert_non_null(strstr(buf_cstr(&out), "'=HYPERLINK"));
	assert_null(strstr(buf_cstr(&out), ",=HYPERLINK"));
	assert_null(strstr(buf_cstr(&out), "\"=HYPERLINK"));
	buf_done(&out);
}

static void test_promptfoo(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct flagged_writing w = write_as(db, "promptfoo", (struct flagged_opts){0}, &out);
	assert_int_equal(w.written, 4); /* not where people differ, not of a note alone */
	assert_int_equal(w.left_out, 2);
	assert_true(scan_text(&scan, buf_str(&out), &(struct scan_opts){.last = true}));
	struct val tests = scan_root(&scan);
	assert_int_equal(val_count(tests), 4);
	for (struct member m = val_first(tests); m.ok; m = val_next(m)) {
		assert_true(val_is(val_get(m.val, "vars"), SCAN_OBJECT) && val_count(val_get(m.val, "assert")) > 0);
		assert_true(val_is(val_get(m.val, "description"), SCAN_STRING));
		for (struct member a = val_first(val_get(m.val, "assert")); a.ok; a = val_next(a)) {
			struct str value = val_str(val_get(a.val, "value"), &arena);
			assert_true(value.len > 0 && !str_starts(value, "file://"));
		}
	}
	assert_true(val_is(val_path(val_at(tests, 0), "vars.question"), SCAN_STRING)); /* as the file had them */
	assert_true(val_str_is(val_get(val_at(val_get(val_at(tests, 0), "assert"), 0), "type"), "factuality"));
	assert_null(strstr(buf_cstr(&out), "{% endraw %}file"));
	/* Rendered it is the text again, word for word. */
	assert_non_null(strstr(buf_cstr(&out), "{% end{% endraw %}raw{% raw %} %}file://x.js{% endraw %}"));
	scan_done(&scan);
	arena_done(&arena);
	buf_done(&out);
}

/* Whatever stands in the data, a test names no file and is no template. */
static void test_hostile_vars(void **state)
{
	(void)state;
	struct db *other = open_store("hostile");
	struct buf out = BUF_INIT;
	import_text(
	    other, "h.json",
	    STR_LIT(
	        "{\"version\":3,\"evalId\":\"e-1\",\"results\":{\"version\":3,\"results\":[{\"testIdx\":0,"
	        "\"promptIdx\":0,"
	        "\"success\":false,\"score\":0,\"provider\":{\"id\":\"p\"},\"prompt\":{\"raw\":\"x\",\"label\":\"x\"},"
	        "\"vars\":{\"a\":\"file:///etc/passwd\",\"b\":\"{{ env.KEY "
	        "}}\",\"c\":[\"one\",\"two\"],\"d\":{\"e\":\"{%x%}\"},"
	        "\"f\":{\"g\":7},\"h\":12.50,\"\\u001b\":null},"
	        "\"response\":{\"output\":\"python:import os\"},\"testCase\":{\"vars\":{},"
	        "\"assert\":[{\"type\":\"javascript\",\"value\":\"process.exit()\"},{\"type\":\"contains\",\"value\":"
	        "\"ok\"}]}}]}}"));
	judge(other, 1, 0, "anna", (struct words){"bad", NULL, NULL, NULL, 0});
	struct flagged_writing w = write_as(other, "promptfoo", (struct flagged_opts){0}, &out);
	assert_int_equal(w.written, 1);
	assert_non_null(strstr(buf_cstr(&out), "\"a\":\"{% raw %}file:///etc/passwd{% endraw %}\""));
	assert_non_null(strstr(buf_cstr(&out), "\"b\":\"{% raw %}{{ env.KEY }}{% endraw %}\""));
	assert_non_null(strstr(buf_cstr(&out), "\"c\":\"[\\\"one\\\",\\\"two\\\"]\""));
	assert_non_null(strstr(buf_cstr(&out), "\"d\":\"{% raw %}{\\\"e\\\":\\\"{%x%}\\\"}{% endraw %}\""));
	assert_non_null(strstr(buf_cstr(&out), "\"f\":{\"g\":7},\"h\":12.50"));
	assert_non_null(strstr(buf_cstr(&out), "\"not-equals\",\"value\":\"{% raw %}python:import os{% endraw %}\""));
	assert_null(strstr(buf_cstr(&out), "process.exit"));
	assert_non_null(strstr(buf_cstr(&out), "{\"type\":\"contains\",\"value\":\"ok\"}"));
	remove_store(other, "hostile");
	buf_done(&out);
}

static void test_training(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	struct flagged_writing w = write_as(db, "chat", (struct flagged_opts){0}, &out);
	struct lines l = {.rest = buf_str(&out)};
	assert_int_equal(w.written, 2);
	for (struct val v; (v = next_line(&l)).scan;) {
		struct val messages = val_get(v, "messages");
		uint32_t n = val_count(messages);
		assert_true(n >= 2 && val_str_is(val_get(val_at(messages, n - 1), "role"), "assistant"));
		assert_true(val_str_is(val_get(val_at(messages, n - 2), "role"), "user"));
	}
	w = write_as(db, "preference", (struct flagged_opts){0}, &out);
	l.rest = buf_str(&out);
	assert_int_equal(w.written, 1);
	struct val v = next_line(&l);
	assert_true(
	    str_starts(val_str(val_get(val_at(val_get(v, "preferred_output"), 0), "content"), &l.arena), "=HYPERLINK"));
	assert_true(val_str_is(val_get(val_at(val_get(v, "non_preferred_output"), 0), "role"), "assistant"));
	assert_true(val_count(val_path(v, "input.messages")) >= 1);
	lines_done(&l);
	buf_done(&out);
}

/* A pair is found again by trying the results of its case, whichever side each was on. */
static void test_pair(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf out = BUF_INIT, value = BUF_INIT;
	struct subject subject;
	struct event_id id;
	struct subject_at at;
	int64_t nth = 6;
	do {
		at = at_nth(db, 1, nth++);
		at.kind = SUBJECT_PAIR;
		at.run_b = 2;
		assert_true(subject_target(db, blocks, &at, &arena, &subject, &err));
	} while (str_eq(subject.raw_output, subject.raw_output_b));
	annotation_preference(&value, subject.raw_output, subject.raw_output_b, 1);
	struct say say = {FIELD_PREFERENCE, STR_NONE, buf_str(&value)};
	assert_true(annotate(db, &subject.target, &(struct annotate_opts){.author = STR_LIT("cy"), .now_ns = 5}, &say,
	                     1, &id, &err));
	struct flagged_writing w = write_as(db, "preference", (struct flagged_opts){.author = STR_LIT("cy")}, &out);
	struct lines l = {.rest = buf_str(&out)};
	assert_int_equal(w.written, 1);
	struct val v = next_line(&l);
	assert_true(str_eq(val_str(val_get(val_at(val_get(v, "preferred_output"), 0), "content"), &l.arena),
	                   subject.raw_output_b));
	write_as(db, "jsonl", (struct flagged_opts){.author = STR_LIT("cy")}, &out);
	assert_non_null(strstr(buf_cstr(&out), "\"kind\":\"pair\""));
	assert_true(annotate_take_back(db, &id, 1, STR_LIT("cy"), 6, &err));
	lines_done(&l);
	buf_done(&out);
	buf_done(&value);
	arena_done(&arena);
}

/* What the platforms get says the same when it is read as theirs. */
static void test_platforms(void **state)
{
	(void)state;
	static const char *const formats[] = {"mlflow", "langfuse"};
	for (size_t i = 0; i < 2; i++) {
		struct db *other = open_store("platform");
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		int64_t n = 0, bad = 0;
		struct flagged_writing w = write_as(db, formats[i], (struct flagged_opts){0}, &out);
		assert_int_equal(w.written, 9); /* those without a trace give none */
		import_text(other, "scores.jsonl", buf_str(&out));
		assert_true(db_int(other, "SELECT count(*) FROM score", 0, &n, &err));
		assert_true(
		    db_int(other,
		           "SELECT count(*) FROM score s JOIN trace t ON t.id = s.trace WHERE s.label = 'bad' AND"
		           " s.explanation = 'incomplete: slow' AND t.text LIKE 'd15b07e%'",
		           0, &bad, &err));
		assert_int_equal(n, 9);
		assert_int_equal(bad, 1);
		remove_store(other, "platform");
		buf_done(&out);
	}
}

/* ---------------------------------------------------------------- found again */

/* Judged here, found there: the places of one store's verdicts in another. */
static void find_there(struct db *there, int64_t *answers, int64_t *here, int64_t *by_text)
{
	struct buf out = BUF_INIT;
	struct lines l = {.rest = STR_NONE};
	write_as(there, "jsonl", (struct flagged_opts){0}, &out);
	l.rest = buf_str(&out);
	*answers = *here = *by_text = 0;
	for (struct val v; (v = next_line(&l)).scan; (*answers)++) {
		*here += val_ok(val_get(v, "kind"));
		*by_text += val_ok(val_get(v, "kind")) && val_ok(val_get(v, "case")) &&
		            !str_eq(val_str(val_get(v, "case"), &l.arena), val_str(val_get(v, "id"), &l.arena));
	}
	lines_done(&l);
	buf_done(&out);
}

static void test_import_again(void **state)
{
	(void)state;
	struct db *other = open_store("again");
	int64_t answers, here, by_text;
	move_reviews(other, db);
	find_there(other, &answers, &here, &by_text);
	assert_true(answers == 6 && here == 0); /* kept, though nothing is here */
	import_file(other, "tests/data/eval-v13.json");
	import_file(other, "tests/data/eval-v12.json");
	import_file(other, "tests/data/traces-agent.jsonl");
	find_there(other, &answers, &here, &by_text);
	assert_true(answers == 6 && here == 6 && by_text == 0);
	remove_store(other, "again");
}

/* The same answers under other case ids: by their texts. */
static void test_other_keys(void **state)
{
	(void)state;
	struct db *one = open_store("one"), *two = open_store("two");
	static const char *const line = "{\"id\":\"%s-%d\",\"input\":\"What is %d and %d?\",\"output\":\"It is "
	                                "%d.\",\"expected\":\"%d\",\"score\":1}\n";
	struct buf first = BUF_INIT, second = BUF_INIT;
	for (int i = 0; i < 20; i++) {
		buf_printf(&first, line, "a", i, i, i, 2 * i, 2 * i);
		buf_printf(&second, line, "row", 100 - i, i, i, 2 * i, 2 * i);
	}
	import_text(one, "first.jsonl", buf_str(&first));
	import_text(two, "second.jsonl", buf_str(&second));
	for (int i = 0; i < 10; i++)
		judge(one, 1, i, "anna", (struct words){i % 2 ? "good" : "bad", NULL, NULL, NULL, 0});
	struct err err = ERR_INIT;
	struct merge_counts counts;
	int64_t answers, here, by_text;
	assert_true(merge_events(two, one, NULL, NULL, NULL, &counts, &err));
	assert_int_equal(counts.fresh, 10);
	find_there(two, &answers, &here, &by_text);
	assert_int_equal(answers, 10);
	assert_int_equal(here, 10);
	assert_int_equal(by_text, 10);
	buf_done(&first);
	buf_done(&second);
	remove_store(one, "one");
	remove_store(two, "two");
}

/* A trace that another tool exported under another id. */
static void test_other_trace(void **state)
{
	(void)state;
	struct db *one = open_store("one"), *two = open_store("two");
	static const char *const span =
	    "{\"trace_id\":\"%s\",\"span_id\":\"%s\",\"name\":\"ask\",\"start_time\":\"2026-11-20T09:00:00Z\",\"end_"
	    "time\":"
	    "\"2026-11-20T09:00:01Z\",\"attributes\":{\"input.value\":\"How long?\",\"output.value\":\"30 days\"}}\n";
	struct buf first = BUF_INIT, second = BUF_INIT;
	buf_printf(&first, span, "11111111111111111111111111111111", "1111111111111111");
	buf_printf(&second, span, "22222222222222222222222222222222", "2222222222222222");
	import_text(one, "first.jsonl", buf_str(&first));
	import_text(two, "second.jsonl", buf_str(&second));
	judge(one, 0, 0, "anna", (struct words){"bad", NULL, NULL, NULL, 0});
	move_reviews(two, one);
	struct buf out = BUF_INIT;
	write_as(two, "jsonl", (struct flagged_opts){0}, &out);
	assert_non_null(strstr(buf_cstr(&out), "\"trace_id\":\"22222222222222222222222222222222\""));
	buf_done(&out);
	buf_done(&first);
	buf_done(&second);
	remove_store(one, "one");
	remove_store(two, "two");
}

/* One evaluation, exported by its own tool as JSON and as CSV. */
static void test_two_formats(void **state)
{
	(void)state;
	const char *corpus = getenv("SPOOR_CORPUS");
	char json[256], csv[256];
	snprintf(json, sizeof json, "%s/evals/promptfoo/bank-4runs/bank-4runs.json", corpus ? corpus : "");
	snprintf(csv, sizeof csv, "%s/evals/promptfoo/bank-4runs/bank-4runs.csv", corpus ? corpus : "");
	if (!corpus || access(json, R_OK) != 0 || access(csv, R_OK) != 0) {
		print_message("skipped: no corpus\n");
		return;
	}
	struct db *one = open_store("one"), *two = open_store("two");
	int64_t answers, here, by_text;
	import_file(one, json);
	import_file(two, csv);
	for (int i = 0; i < 20; i++)
		judge(one, 1 + i % 4, i, "anna", (struct words){i % 3 ? "good" : "bad", NULL, NULL, NULL, 0});
	move_reviews(two, one);
	find_there(two, &answers, &here, &by_text);
	assert_true(answers > 10 && here == answers);
	remove_store(one, "one");
	remove_store(two, "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_golden),       cmocka_unit_test(test_which),      cmocka_unit_test(test_mask),
	    cmocka_unit_test(test_csv),          cmocka_unit_test(test_promptfoo),  cmocka_unit_test(test_hostile_vars),
	    cmocka_unit_test(test_training),     cmocka_unit_test(test_pair),       cmocka_unit_test(test_platforms),
	    cmocka_unit_test(test_import_again), cmocka_unit_test(test_other_keys), cmocka_unit_test(test_other_trace),
	    cmocka_unit_test(test_two_formats),
	};
	return cmocka_run_group_tests(tests, fill, empty);
}
