/* The driver: known files, files that grow, cancel and resume, folders, strict, and records decoded again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/import.h"
#include "store/block.h"
#include "store/query/span.h"

struct box {
	char dir[64], store[96], file[96];
	struct db *db;
};

static void box_open(struct box *box)
{
	struct err err = ERR_INIT;
	snprintf(box->dir, sizeof box->dir, "/tmp/spoor-import-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
	snprintf(box->store, sizeof box->store, "%s/s.db", box->dir);
	snprintf(box->file, sizeof box->file, "%s/a.jsonl", box->dir);
	box->db = db_open(box->store, DB_WRITE, &err);
	if (!box->db)
		fail_msg("%s", err.text);
}

static void box_close(struct box *box)
{
	static const char *const names[] = {"s.db",    "s.db-wal",    "s.db-shm",    "s.db-lock", "s.db-import",
	                                    "a.jsonl", "sub/b.jsonl", "sub/.hidden", "sub",       "note.txt"};
	db_close(box->db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[160];
		snprintf(path, sizeof path, "%s/%s", box->dir, names[i]);
		if (unlink(path) != 0)
			rmdir(path);
	}
	assert_int_equal(rmdir(box->dir), 0);
}

/* One export request per line, two spans each; a trace for every 5 lines. */
static void line_of(struct buf *out, int i)
{
	buf_printf(out,
	           "{\"resourceSpans\":[{\"resource\":{\"attributes\":[]},\"scopeSpans\":[{\"scope\":{\"name\":\"t\"},"
	           "\"spans\":[");
	for (int k = 0; k < 2; k++) {
		buf_printf(out, "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",", k ? "," : "", i / 5 + 1,
		           2 * i + k + 1);
		if (k)
			buf_printf(out, "\"parentSpanId\":\"%016x\",", 2 * i + 1);
		buf_printf(out,
		           "\"name\":\"step\",\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\","
		           "\"attributes\":[{\"key\":\"n\",\"value\":{\"intValue\":\"%d\"}}]}",
		           1700000000000000000LL + i * 1000, 1700000000000000000LL + i * 1000 + 500 + k, i);
	}
	buf_printf(out, "]}]}]}\n");
}

static void write_lines(const char *path, int from, int to, const char *mode)
{
	struct buf text = BUF_INIT;
	for (int i = from; i < to; i++)
		line_of(&text, i);
	FILE *f = fopen(path, mode);
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	buf_done(&text);
}

static struct import_report run(struct box *box, const char *path, bool strict, struct import_progress *progress)
{
	struct err err = ERR_INIT;
	struct import_report report;
	struct import_opts opts = {.strict = strict};
	char *paths[] = {(char *)(uintptr_t)path};
	if (!import_paths(box->db, paths, 1, &opts, progress, &report, &err))
		fail_msg("%s", err.text);
	return report;
}

static void expect(struct import_report *r, enum import_status status, int64_t spans, int64_t fresh, int exit_code)
{
	assert_int_equal(r->n_files, 1);
	const struct import_file *f = &r->files[0];
	if (f->status != status || f->held.spans != spans || f->fresh.spans != fresh || r->exit_code != exit_code)
		fail_msg("%s, %lld spans, %lld new, exit %d", import_status_name(f->status), (long long)f->held.spans,
		         (long long)f->fresh.spans, r->exit_code);
	import_report_done(r);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	assert_true(db_int(db, sql, -1, &n, &err));
	return n;
}

static void test_again_and_grown(void **state)
{
	(void)state;
	struct box box;
	struct import_report r;
	box_open(&box);
	write_lines(box.file, 0, 100, "w");
	r = run(&box, box.file, false, NULL);
	assert_int_equal(r.files[0].held.traces, 20);
	expect(&r, IMPORT_IMPORTED, 200, 200, 0);
	r = run(&box, box.file, false, NULL);
	assert_int_equal(r.files[0].held.traces, 20);
	expect(&r, IMPORT_UNCHANGED, 200, 0, 0);
	write_lines(box.file, 100, 130, "a");
	r = run(&box, box.file, false, NULL);
	expect(&r, IMPORT_IMPORTED, 260, 60, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 1);
	write_lines(box.file, 7, 40, "w"); /* another beginning: another source, nothing new in it */
	r = run(&box, box.file, false, NULL);
	expect(&r, IMPORT_IMPORTED, 66, 0, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 2);
	assert_int_equal(number(box.db, "SELECT count(*) FROM span"), 260);
	box_close(&box);
}

static void test_tail_that_grows(void **state)
{
	(void)state;
	struct box box;
	struct import_report r;
	box_open(&box);
	write_lines(box.file, 0, 10, "w");
	FILE *f = fopen(box.file, "a");
	fputs("{\"resourceSpans\":[{\"scopeSpans\":[", f);
	fclose(f);
	r = run(&box, box.file, false, NULL);
	assert_string_equal(r.files[0].problems[0].code, "incomplete-tail");
	import_report_done(&r);
	f = fopen(box.file, "a");
	fputs("{\"spans\":[{\"traceId\":\"000000000000000000000000000000ff\",\"spanId\":\"00000000000000ff\",\"name\":"
	      "\"x\"}]}]}]}\n",
	      f);
	fclose(f);
	r = run(&box, box.file, false, NULL);
	expect(&r, IMPORT_IMPORTED, 21, 1, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	assert_int_equal(number(box.db, "SELECT problems FROM source"), 0);
	box_close(&box);
}

static void test_cancel_and_resume(void **state)
{
	(void)state;
	struct box box;
	struct import_progress progress = {0};
	struct import_report r;
	box_open(&box);
	write_lines(box.file, 0, 50, "w");
	atomic_store(&progress.cancel, true);
	r = run(&box, box.file, false, &progress);
	assert_int_equal(r.n_files, 0);
	import_report_done(&r);
	atomic_store(&progress.cancel, false);
	r = run(&box, box.file, false, &progress);
	expect(&r, IMPORT_IMPORTED, 100, 100, 0);
	assert_true(atomic_load(&progress.done));
	assert_int_equal(atomic_load(&progress.files_done), 1);
	box_close(&box);
}

static void test_folders_and_strangers(void **state)
{
	(void)state;
	struct box box;
	char path[160];
	box_open(&box);
	write_lines(box.file, 0, 3, "w");
	snprintf(path, sizeof path, "%s/sub", box.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/sub/b.jsonl", box.dir);
	write_lines(path, 2, 6, "w");
	snprintf(path, sizeof path, "%s/sub/.hidden", box.dir);
	write_lines(path, 50, 60, "w");
	snprintf(path, sizeof path, "%s/note.txt", box.dir);
	FILE *f = fopen(path, "w");
	fputs("no trace at all\n", f);
	fclose(f);
	/* The store lies in the folder, too: binary, passed over like the note. */
	struct import_report r = run(&box, box.dir, false, NULL);
	int imported = 0, unknown = 0;
	for (size_t i = 0; i < r.n_files; i++) {
		imported += r.files[i].status == IMPORT_IMPORTED;
		unknown += r.files[i].status == IMPORT_UNKNOWN;
		assert_int_equal(r.files[i].status == IMPORT_UNKNOWN, r.files[i].why.len > 0);
		if (i)
			assert_true(str_cmp(r.files[i - 1].file, r.files[i].file) < 0);
	}
	assert_int_equal(imported, 2);
	assert_true(unknown >= 1);
	assert_int_equal(r.exit_code, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	import_report_done(&r);
	assert_int_equal(number(box.db, "SELECT count(*) FROM span"), 12);
	r = run(&box, "/nowhere/at/all.json", false, NULL);
	assert_string_equal(r.files[0].problems[0].code, "io");
	expect(&r, IMPORT_REFUSED, 0, 0, 3);
	box_close(&box);
}

static void test_strict(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	write_lines(box.file, 0, 10, "w");
	FILE *f = fopen(box.file, "a");
	fputs("{bad}\n", f);
	fclose(f);
	write_lines(box.file, 10, 12, "a");
	struct import_report r = run(&box, box.file, true, NULL);
	expect(&r, IMPORT_REFUSED, 0, 0, 3);
	assert_int_equal(number(box.db, "SELECT count(*) FROM trace"), 0);
	r = run(&box, box.file, false, NULL);
	expect(&r, IMPORT_IMPORTED, 24, 24, 3);
	box_close(&box);
}

/* ---------------------------------------------------------------- decoding */

struct seen {
	struct sink sink;
	int spans;
	char id[40];
	size_t n_attributes;
};

static uint64_t no_entry(struct sink *s, const struct entry *e)
{
	(void)s, (void)e;
	return 1;
}
static void see_span(struct sink *s, const struct span *span)
{
	struct seen *seen = (struct seen *)(void *)s;
	seen->spans++;
	seen->n_attributes = span->n_attributes;
	snprintf(seen->id, sizeof seen->id, STR_FMT, STR_ARG(span->id));
}
static void no_problem(struct sink *s, const struct problem *p)
{
	(void)s, (void)p;
}

static void test_decode(void **state)
{
	(void)state;
	static const struct sink_ops ops = {.entry = no_entry, .span = see_span, .problem = no_problem};
	struct box box;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct stored_record stored;
	box_open(&box);
	write_lines(box.file, 0, 10, "w");
	struct import_report r = run(&box, box.file, false, NULL);
	import_report_done(&r);
	struct block_cache *cache = block_cache_new(box.db);
	for (int key = 1; key <= 20; key++) {
		struct stmt *s = db_query(box.db, "SELECT record FROM span WHERE key = ?", &err);
		stmt_int(s, 1, key);
		assert_int_equal(stmt_step(s, &err), STEP_ROW);
		uint64_t record = (uint64_t)col_int(s, 0);
		stmt_end(s);
		if (!block_fetch(cache, record, &arena, &stored, &err))
			fail_msg("%s", err.text);
		struct seen seen = {
		    .sink = {.ops = &ops, .wants = SINK_PAYLOAD}
                };
		if (!import_decode(&stored, &seen.sink, &err))
			fail_msg("%s", err.text);
		char want[20];
		snprintf(want, sizeof want, "%016x", key);
		assert_int_equal(seen.spans, 1);
		assert_string_equal(seen.id, want);
		assert_int_equal(seen.n_attributes, 1);
	}
	block_cache_free(cache);
	arena_done(&arena);
	box_close(&box);
}

/* Resources of the same length one after another, with one span and with many: each span has the service of its own. */
static void test_services(void **state)
{
	(void)state;
	static const char *const names[] = {"ants", "bees", "cats"};
	struct box box;
	struct buf text = BUF_INIT;
	box_open(&box);
	for (int i = 0; i < 30; i++) {
		buf_printf(&text,
		           "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
		           "{\"stringValue\":\"%s\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"t\"},\"spans\":[",
		           names[i % 3]);
		for (int k = 0; k <= i % 2 * 3; k++)
			buf_printf(&text, "%s{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"%s\"}",
			           k ? "," : "", i + 1, 100 * i + k + 1, names[i % 3]);
		buf_printf(&text, "]}]}]}\n");
	}
	FILE *f = fopen(box.file, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	struct import_report r = run(&box, box.file, false, NULL);
	expect(&r, IMPORT_IMPORTED, 75, 75, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM span WHERE service = name"), 75);
	assert_int_equal(number(box.db, "SELECT count(DISTINCT service) FROM span"), 3);
	buf_done(&text);
	box_close(&box);
}

/* ---------------------------------------------------------------- a span of two records */

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* The start holds what went in, the end what came out: one span, shown whole whichever came first. */
static void halves(bool end_first)
{
	static const char *const parts[] = {
	    "{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"chat\","
	    "\"startTimeUnixNano\":\"1700000000000000000\",\"attributes\":["
	    "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
	    "{\"key\":\"gen_ai.input.messages\",\"value\":{\"stringValue\":"
	    "\"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"how much?\\\"}]\"}}]}]}]}\n",
	    "{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"chat\","
	    "\"endTimeUnixNano\":\"1700000001000000000\",\"attributes\":["
	    "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
	    "{\"key\":\"gen_ai.usage.output_tokens\",\"value\":{\"intValue\":7}},"
	    "{\"key\":\"gen_ai.output.messages\",\"value\":{\"stringValue\":"
	    "\"[{\\\"role\\\":\\\"assistant\\\",\\\"content\\\":\\\"seven\\\"}]\"}}]}]}]}\n"};
	struct box box;
	struct buf text = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct span_detail d;
	box_open(&box);
	for (int i = 0; i < 2; i++) {
		struct str half = str_of(parts[end_first ? 1 - i : i]);
		size_t at = str_find(half, STR_LIT("%032x"));
		buf_add_str(&text, str_cut(half, 0, at));
		buf_printf(&text, "%032x\",\"spanId\":\"%016x", 1, 5);
		buf_add_str(&text, str_from(half, at + strlen("%032x\",\"spanId\":\"%016x")));
	}
	write_text(box.file, buf_cstr(&text));
	struct import_report report = run(&box, box.file, false, NULL);
	assert_int_equal(report.files[0].fresh.spans, 1);
	assert_int_equal(report.files[0].problems_total, 0);
	import_report_done(&report);
	struct block_cache *blocks = block_cache_new(box.db);
	if (!span_detail(box.db, blocks, number(box.db, "SELECT id FROM trace"), number(box.db, "SELECT key FROM span"),
	                 number(box.db, "SELECT record FROM span"), &arena, &d, &err))
		fail_msg("%s", err.text);
	assert_int_equal(d.n_origins, 2);
	assert_int_equal(d.origins[0].record, end_first ? 1 : 2); /* the one that ended counts more */
	assert_int_equal(d.span.n_messages, 2);
	assert_true(str_is(d.span.messages[0].parts[0].text, "how much?"));
	assert_false(d.span.messages[0].output);
	assert_true(str_is(d.span.messages[1].parts[0].text, "seven"));
	assert_true(d.span.messages[1].output);
	assert_true(str_is(d.span.input, "[{\"role\":\"user\",\"content\":\"how much?\"}]"));
	assert_int_equal(d.span.tokens_out, 7);
	assert_int_equal(d.span.start_ns, 1700000000000000000LL);
	assert_int_equal(d.span.n_attributes, 4);
	block_cache_free(blocks);
	arena_done(&arena);
	buf_done(&text);
	box_close(&box);
}

static void test_halves(void **state)
{
	(void)state;
	sink_set_decoder(import_decode);
	halves(false);
	halves(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_halves),
	    cmocka_unit_test(test_again_and_grown),
	    cmocka_unit_test(test_tail_that_grows),
	    cmocka_unit_test(test_cancel_and_resume),
	    cmocka_unit_test(test_folders_and_strangers),
	    cmocka_unit_test(test_strict),
	    cmocka_unit_test(test_decode),
	    cmocka_unit_test(test_services),
	};
	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
