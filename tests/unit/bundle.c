/* Archives that are one source: what is made of their members, and what becomes of it in a store. */
#include "import/bundle.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "import/import.h"
#include "store/query/span.h"
#include "tests/zip.h"

#define EVAL                                                                                                       \
	"\"eval\":{\"eval_id\":\"e1\",\"task\":\"sums\",\"model\":\"m/one\",\"created\":\"2026-01-02T00:00:00Z\"," \
	"\"dataset\":{\"name\":\"sums\"}}"
#define START  "{\"version\":2," EVAL "}"
#define HEADER "{\"version\":2,\"status\":\"success\"," EVAL ",\"results\":{\"scores\":[]}}"
#define ONE                                                                                                          \
	"{\"id\":1,\"epoch\":1,\"input\":\"1+1\",\"target\":\"2\",\"uuid\":\"u1\",\"scores\":{\"match\":{\"value\":" \
	"\"C\"}}"                                                                                                    \
	",\"messages\":[{\"role\":\"user\",\"content\":\"1+1\"}]}"
#define TWO "{\"id\":\"b\",\"epoch\":2,\"input\":\"2+2\",\"target\":\"4\",\"scores\":{\"match\":{\"value\":\"I\"}}}"
#define TWO_BETTER \
	"{\"id\":\"b\",\"epoch\":2,\"input\":\"2+2\",\"target\":\"4\",\"scores\":{\"match\":{\"value\":\"C\"}}}"
#define ROW(n, m) "\n{\"entry\":\"samples/" n ".json\",\"member\":" m "}"

enum { END_RECORD = 22 }; /* of a zip: a stream is not told from a whole one by less of it */

static char dir[] = "/tmp/spoor-bundle-XXXXXX";
static char path[64], store[64], json_path[64];

/* ---------------------------------------------------------------- the document */

static void write_file(const char *to, struct str bytes)
{
	int fd = open(to, O_WRONLY | O_TRUNC | O_CREAT, 0600);
	assert_int_equal(write(fd, bytes.ptr, bytes.len), (ssize_t)bytes.len);
	close(fd);
}

/* The document, a line "! entry code" for each problem behind it; "none": no bundle; "|code": no archive. */
static void read_out(struct reader *outer, size_t chunk, struct buf *out)
{
	struct err err = ERR_INIT;
	const char *code = NULL;
	struct archive_member first = {.name = NULL};
	struct bundle_plan plan;
	struct archive_in *in = archive_in_open(outer, path, ARCHIVE_ZIP, NULL, &code, &err);
	buf_clear(out);
	if (!in) {
		buf_printf(out, "|%s", code);
		return;
	}
	enum archive_event event = archive_in_next(in, &first, &code, &err);
	bundle_plan_init(&plan, outer, path, ARCHIVE_ZIP, event == ARCHIVE_IN_END ? NULL : first.name);
	if (plan.format && event != ARCHIVE_IN_END) {
		struct bundle *b = bundle_open(&plan, in, &first, event, 0);
		struct reader *r = bundle_reader(b, path, &err);
		char bytes[4096];
		struct problem p;
		int64_t n;
		assert_non_null(r);
		while ((n = reader_read(r, bytes, chunk, &err)) > 0)
			buf_add_str(out, (struct str){bytes, (size_t)n});
		assert_int_equal(n, 0);
		while (bundle_problem(b, &p))
			buf_printf(out, "! %s %s %llu\n", p.entry ? p.entry : "-", p.code,
			           (unsigned long long)p.record);
		reader_close(r);
		bundle_close(b);
	} else {
		buf_add_cstr(out, "none");
	}
	bundle_plan_done(&plan);
	archive_in_close(in);
}

static void from_file(struct str bytes, struct buf *out)
{
	write_file(path, bytes);
	struct reader *r = reader_open(path, NULL, NULL);
	assert_non_null(r);
	read_out(r, 4096, out);
	reader_close(r);
}

static void from_stream(struct str bytes, size_t chunk, struct buf *out)
{
	struct reader *r = reader_memory(bytes, chunk);
	read_out(r, chunk ? chunk : 4096, out);
	reader_close(r);
}

static void gives(struct str bytes, const char *file, const char *stream)
{
	struct buf out = BUF_INIT;
	from_file(bytes, &out);
	assert_string_equal(buf_cstr(&out), file);
	from_stream(bytes, 0, &out);
	assert_string_equal(buf_cstr(&out), stream);
	from_stream(bytes, 1, &out);
	assert_string_equal(buf_cstr(&out), stream);
	buf_done(&out);
}

/* As Inspect writes it: the head comes last. */
static void ended(struct zip *z, enum method method)
{
	zip_add(z, "_journal/start.json", START, method);
	zip_add(z, "samples/b_epoch_2.json", TWO, method);
	zip_add(z, "samples/1_epoch_1.json", ONE, method);
	zip_add(z, "_journal/summaries/1.json", "[]", method);
	zip_add(z, "summaries.json", "[]", method);
	zip_add(z, "header.json", HEADER, method);
	zip_end(z);
}
#define ROWS ROW("b_epoch_2", TWO) "," ROW("1_epoch_1", ONE)

static void whole(void **state)
{
	static const enum method methods[] = {STORED, DEFLATE, ZSTD};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct zip z = {.n = 0};
		ended(&z, methods[i]);
		gives(buf_str(&z.bytes),
		      "{\"bundle\":{\"_journal/start.json\":" START ",\n\"header.json\":" HEADER
		      "},\n\"members\":[" ROWS BUNDLE_CLOSING,
		      "{\"bundle\":{\"_journal/start.json\":" START "},\n\"members\":[" ROWS
		      "\n],\n\"late\":{\"header.json\":" HEADER "}}\n");
		zip_done(&z);
	}
}

static void killed(void **state)
{
	struct zip z = {.n = 0};
	(void)state;
	zip_add(&z, "_journal/start.json", START, DEFLATE);
	zip_add(&z, "samples/1_epoch_1.json", ONE, DEFLATE);
	const char *want = "{\"bundle\":{\"_journal/start.json\":" START "},\n\"members\":[" ROW("1_epoch_1", ONE)
	    BUNDLE_CLOSING "! - damaged 2\n";
	gives(buf_str(&z.bytes), want, want); /* no directory */
	zip_done(&z);
}

static void odd_members(void **state)
{
	struct zip z = {.n = 0};
	(void)state;
	zip_add(&z, "_journal/start.json", START, STORED);
	zip_add(&z, "samples/1.json", "\xEF\xBB\xBF{}", STORED);
	zip_add(&z, "samples/2.json", "{\"cut\":", STORED);
	zip_add(&z, "samples/3.json", "1 2", STORED);
	zip_add(&z, "samples/4.json", "", STORED);
	zip_add(&z, "notes.txt", "hello", STORED);
	zip_add_as(&z, "samples/5.json", STR_LIT("............secret"), STORED, 1, 0);
	zip_add(&z, "samples/6.json", "{\"x\":NaN}", STORED);
	zip_end(&z);
	const char *want =
	    "{\"bundle\":{\"_journal/start.json\":" START "},\n\"members\":[" ROW("1", "{}") "," ROW("6", "{\"x\":NaN}")
	        BUNDLE_CLOSING "! samples/2.json bad-json 2\n! samples/3.json bad-json 2\n"
	                       "! samples/4.json bad-json 2\n! notes.txt unknown-format 2\n"
	                       "! samples/5.json encrypted 2\n";
	gives(buf_str(&z.bytes), want, want);
	zip_done(&z);
}

/* Of a file the last one, of a stream the first one of a name. */
static void written_again(void **state)
{
	struct zip z = {.n = 0};
	(void)state;
	zip_add(&z, "header.json", "{}", STORED);
	zip_add(&z, "samples/b.json", TWO, STORED);
	zip_add(&z, "header.json", HEADER, STORED);
	zip_add(&z, "samples/b.json", TWO_BETTER, STORED);
	zip_add(&z, "header.json", "broken", STORED);
	zip_end(&z);
	gives(buf_str(&z.bytes),
	      "{\"bundle\":{\"header.json\":" HEADER "},\n\"members\":[" ROW("b", TWO_BETTER) BUNDLE_CLOSING
	      "! samples/b.json duplicate-entry 1\n"
	      "! header.json bad-json 2\n",
	      "none");
	zip_done(&z);
}

static void deep(void **state)
{
	struct zip z = {.n = 0};
	struct buf bytes = BUF_INIT, out = BUF_INIT;
	(void)state;
	buf_add_fill(&bytes, '[', 995);
	buf_add_fill(&bytes, ']', 995);
	zip_add(&z, "_journal/start.json", START, STORED);
	zip_add(&z, "samples/1.json", buf_cstr(&bytes), STORED);
	zip_end(&z);
	from_file(buf_str(&z.bytes), &out);
	assert_non_null(strstr(buf_cstr(&out), "[" BUNDLE_CLOSING "! samples/1.json limit-depth 1\n"));
	buf_done(&bytes);
	buf_done(&out);
	zip_done(&z);
}

static void strangers(void **state)
{
	struct zip z = {.n = 0};
	(void)state;
	zip_add(&z, "header.json", "{}", STORED);
	zip_add(&z, "other.json", "{}", STORED);
	zip_end(&z);
	gives(buf_str(&z.bytes), "none", "none");
	zip_done(&z);
	z = (struct zip){.n = 0};
	zip_end(&z);
	gives(buf_str(&z.bytes), "none", "none");
	zip_done(&z);
}

/* Whatever the archive is, the document is one JSON value, and what is lost is said. */
static void is_sound(struct str bytes, bool lossy, struct buf *out)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	size_t used;
	for (int way = 0; way < 2; way++) {
		if (way)
			from_stream(bytes, 0, out);
		else
			from_file(bytes, out);
		struct str text = buf_str(out);
		if (!str_starts(text, "{"))
			continue;
		assert_int_equal(scan_value(&scan, text, &opts, &used), SCAN_OK);
		if (lossy)
			assert_non_null(strstr(text.ptr + used, "! "));
	}
	scan_done(&scan);
}

static void cut_and_damaged(void **state)
{
	struct zip z = {.n = 0};
	struct buf out = BUF_INIT, bytes = BUF_INIT;
	(void)state;
	ended(&z, DEFLATE);
	for (size_t n = 4; n < z.bytes.len; n++)
		is_sound(str_cut(buf_str(&z.bytes), 0, n), n + END_RECORD <= z.bytes.len, &out);
	for (size_t i = 0; i < z.bytes.len; i++) {
		buf_clear(&bytes);
		buf_add_str(&bytes, buf_str(&z.bytes));
		bytes.ptr[i] = (char)(bytes.ptr[i] ^ 0x41);
		is_sound(buf_str(&bytes), false, &out);
	}
	buf_done(&out);
	buf_done(&bytes);
	zip_done(&z);
}

/* ---------------------------------------------------------------- in a store */

static struct import_report import(struct db *db, const char *what)
{
	struct err err = ERR_INIT;
	struct import_report report;
	struct import_opts opts = {.strict = false};
	char *paths[] = {(char *)(uintptr_t)what};
	if (!import_paths(db, paths, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	return report;
}

static void expect(struct db *db, enum import_status status, int64_t cases, int64_t fresh, int exit_code)
{
	struct import_report r = import(db, path);
	assert_int_equal(r.n_files, 1);
	const struct import_file *f = &r.files[0];
	if (f->status != status || f->held.cases != cases || f->fresh.cases != fresh || r.exit_code != exit_code)
		fail_msg("%s, %lld cases, %lld new, exit %d", import_status_name(f->status), (long long)f->held.cases,
		         (long long)f->fresh.cases, r.exit_code);
	assert_true(str_is(f->format, "inspect"));
	assert_int_equal(f->entry.len, 0);
	import_report_done(&r);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	assert_true(db_int(db, sql, -1, &n, &err));
	return n;
}

static struct db *open_store(void)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(store, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	sink_set_decoder(import_decode);
	return db;
}

static void close_store(struct db *db)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	char name[96];
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		snprintf(name, sizeof name, "%s%s", store, ends[i]);
		unlink(name);
	}
}

static void write_zip(struct zip *z, const char *const *members)
{
	for (; members[0]; members += 2)
		zip_add(z, members[0], members[1], ZSTD);
	zip_end(z);
	write_file(path, buf_str(&z->bytes));
	zip_done(z);
	*z = (struct zip){.n = 0};
}

/* An archive that is written while its eval runs: one source until the head comes, and no case twice. */
static void grows(void **state)
{
	static const char *const first[] = {"_journal/start.json", START, "samples/1_epoch_1.json", ONE, NULL};
	static const char *const second[] = {"_journal/start.json",
	                                     START,
	                                     "samples/1_epoch_1.json",
	                                     ONE,
	                                     "_journal/summaries/1.json",
	                                     "[]",
	                                     "samples/b_epoch_2.json",
	                                     TWO,
	                                     NULL};
	static const char *const third[] = {"_journal/start.json",
	                                    START,
	                                    "samples/1_epoch_1.json",
	                                    ONE,
	                                    "_journal/summaries/1.json",
	                                    "[]",
	                                    "samples/b_epoch_2.json",
	                                    TWO,
	                                    "header.json",
	                                    HEADER,
	                                    NULL};
	struct zip z = {.n = 0};
	struct db *db = open_store();
	(void)state;
	write_zip(&z, first);
	expect(db, IMPORT_IMPORTED, 1, 1, 0);
	expect(db, IMPORT_UNCHANGED, 1, 0, 0);
	write_zip(&z, second);
	expect(db, IMPORT_IMPORTED, 2, 1, 0);
	expect(db, IMPORT_UNCHANGED, 2, 0, 0);
	assert_int_equal(number(db, "SELECT count(*) FROM source"), 1);
	assert_int_equal(number(db, "SELECT config LIKE '%\"status\":\"started\"%' FROM run"), 1);
	write_zip(&z, third);
	expect(db, IMPORT_IMPORTED, 2, 0, 0);
	expect(db, IMPORT_UNCHANGED, 2, 0, 0);
	assert_int_equal(number(db, "SELECT config LIKE '%\"status\":\"success\"%' FROM run"), 1);
	assert_int_equal(number(db, "SELECT count(*) FROM run"), 1);
	assert_int_equal(number(db, "SELECT passed * 10 + failed FROM run"), 11);
	close_store(db);
}

/* The same eval as a JSON log: the same run, the same cases, nothing new. */
static void same_as_json(void **state)
{
	static const char json[] =
	    "{\"version\":2,\"status\":\"success\"," EVAL ",\"results\":{\"scores\":[]},\"samples\":[" TWO "," ONE "]}";
	struct zip z = {.n = 0};
	struct db *db = open_store();
	(void)state;
	ended(&z, DEFLATE);
	write_file(path, buf_str(&z.bytes));
	write_file(json_path, str_of(json));
	expect(db, IMPORT_IMPORTED, 2, 2, 0);
	struct import_report r = import(db, json_path);
	assert_int_equal(r.files[0].held.cases, 2);
	assert_int_equal(r.files[0].fresh.cases, 0);
	assert_int_equal(r.files[0].fresh.runs, 0);
	assert_int_equal(r.exit_code, 0);
	import_report_done(&r);
	zip_done(&z);
	close_store(db);
}

static void one_bad_member(void **state)
{
	static const char *const members[] = {"_journal/start.json",
	                                      START,
	                                      "samples/1_epoch_1.json",
	                                      "{\"id\":",
	                                      "samples/b_epoch_2.json",
	                                      TWO,
	                                      "header.json",
	                                      HEADER,
	                                      NULL};
	struct zip z = {.n = 0};
	struct db *db = open_store();
	(void)state;
	write_zip(&z, members);
	expect(db, IMPORT_IMPORTED, 1, 1, 3);
	expect(db, IMPORT_UNCHANGED, 1, 0, 3);
	assert_int_equal(number(db, "SELECT count(*) FROM problem"), 1);
	close_store(db);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof path, "%s/a.eval", dir);
	snprintf(json_path, sizeof json_path, "%s/a.json", dir);
	snprintf(store, sizeof store, "%s/s.db", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unlink(json_path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole),           cmocka_unit_test(killed),       cmocka_unit_test(odd_members),
	    cmocka_unit_test(written_again),   cmocka_unit_test(deep),         cmocka_unit_test(strangers),
	    cmocka_unit_test(grows),           cmocka_unit_test(same_as_json), cmocka_unit_test(one_bad_member),
	    cmocka_unit_test(cut_and_damaged),
	};
	return cmocka_run_group_tests_name("bundle", tests, setup, teardown);
}
