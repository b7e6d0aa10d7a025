/* Files that grow, are renamed, cut, written anew and taken away, step by step; and a follower killed at any moment. What is in the
 * store at the end is what an undisturbed import of the same bytes gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "import/follow.h"

enum { STEPS_MAX = 200 };

struct box {
	char dir[64], store[96], file[96];
	struct db *db;
	struct follow *follow;
	struct import_progress progress;
	bool poll;
	int told[FOLLOW_CAUGHT_UP + 1];
};

static void tell(void *context, const struct follow_event *e)
{
	struct box *box = context;
	box->told[e->news]++;
}

static struct db *open_store(const char *path)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	return db;
}

static void box_open(struct box *box)
{
	*box = (struct box){.poll = false};
	snprintf(box->dir, sizeof box->dir, "/tmp/spoor-follow-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
	snprintf(box->store, sizeof box->store, "%s/.s.db",
	         box->dir); /* hidden: it lies in the folder that is followed */
	snprintf(box->file, sizeof box->file, "%s/a.jsonl", box->dir);
	box->db = open_store(box->store);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void box_close(struct box *box)
{
	db_close(box->db);
	assert_int_equal(nftw(box->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void begin(struct box *box, const char *path)
{
	struct err err = ERR_INIT;
	const struct follow_opts opts = {.tell = tell, .context = box, .set_times = true, .poll_only = box->poll};
	char *paths[] = {(char *)(uintptr_t)path};
	atomic_store(&box->progress.cancel, false);
	box->follow = follow_open(box->db, paths, 1, &opts, &box->progress, &err);
	if (!box->follow)
		fail_msg("%s", err.text);
}

/* Until there is nothing to do. */
static void settle(struct box *box)
{
	struct err err = ERR_INIT;
	for (int i = 0; i < STEPS_MAX; i++) {
		if (!follow_step(box->follow, 0, &err))
			fail_msg("%s", err.text);
		if (i > 1 && follow_is_idle(box->follow))
			return;
	}
	fail_msg("it never rests");
}

static struct import_report end(struct box *box)
{
	struct err err = ERR_INIT;
	struct import_report report;
	if (!follow_end(box->follow, &report, &err))
		fail_msg("%s", err.text);
	follow_close(box->follow);
	box->follow = NULL;
	return report;
}

static void end_quietly(struct box *box)
{
	struct import_report report = end(box);
	import_report_done(&report);
}

/* ---------------------------------------------------------------- texts */

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
		buf_printf(out, "\"name\":\"step %d\",\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\"}",
		           i % 7, 1700000000000000000LL + i * 1000, 1700000000000000000LL + i * 1000 + 500 + k);
	}
	buf_printf(out, "]}]}]}\n");
}

static struct str lines(struct buf *out, int from, int to)
{
	buf_clear(out);
	for (int i = from; i < to; i++)
		line_of(out, i);
	return buf_str(out);
}

static void put(const char *path, int flags, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.ptr ? text.ptr : "", text.len), text.len);
	close(fd);
}

static void put_lines(const char *path, int flags, int from, int to)
{
	struct buf text = BUF_INIT;
	put(path, flags, lines(&text, from, to));
	buf_done(&text);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	if (!db_int(db, sql, -1, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

static int64_t spans(struct box *box)
{
	return number(box->db, "SELECT ifnull(sum(spans), 0) FROM trace WHERE loose = 0");
}

/* All that does not depend on when it came. */
static void dump(struct db *db, struct buf *out)
{
	static const char *const queries[] = {
	    "SELECT t.text || ' ' || t.n || ' ' || t.loose || ' ' || ifnull(t.start_ns, '-') || ' ' || "
	    "ifnull(t.duration_ns, '-')"
	    " || ' ' || t.status || ' ' || t.spans || ' ' || t.orphans || ' ' || t.scores FROM trace t ORDER BY t.text",
	    "SELECT t.text || ' ' || (p.pos - t.first) || ' ' || p.key || ' ' || p.up || ' ' || p.depth || ' ' || "
	    "p.size || ' '"
	    " || ifnull(n.text, '-') || ' ' || p.status || ' ' || ifnull(p.start_ns, '-') || ' ' || p.hash FROM trace t"
	    " JOIN span p ON p.pos >= t.first AND p.pos < t.first + t.n LEFT JOIN word n ON n.id = p.name"
	    " ORDER BY t.text, p.pos",
	    "SELECT 'stray ' || p.key FROM span p WHERE NOT EXISTS"
	    " (SELECT 1 FROM trace t WHERE t.id = p.trace AND p.pos >= t.first AND p.pos < t.first + t.n)",
	    "SELECT 'loose ' || key FROM span_loose",
	    "SELECT 'garbage ' || n FROM garbage",
	    "SELECT 'hist ' || ifnull(w.text, '-') || ' ' || h.kind || ' ' || h.n || ' ' || hex(h.counts) FROM hist h"
	    " LEFT JOIN word w ON w.id = h.name ORDER BY 1",
	    "SELECT 'case ' || r.text || ' ' || k.text || ' ' || c.repeat || ' ' || c.status || ' ' || c.hash"
	    " FROM case_result c JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id ORDER BY 1",
	    "SELECT 'problem ' || code || ' ' || ifnull(record, '-') FROM problem ORDER BY 1",
	};
	struct err err = ERR_INIT;
	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
		struct stmt *s = db_query(db, queries[i], &err);
		if (!s)
			fail_msg("%s", err.text);
		while (stmt_step(s, &err) == STEP_ROW)
			buf_printf(out, STR_FMT "\n", STR_ARG(col_str(s, 0)));
		stmt_end(s);
	}
}

/* The store against an import of these files into a fresh one, each by itself. */
static void same_as_import(struct box *box, const char *const *files)
{
	struct box fresh;
	struct err err = ERR_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT;
	box_open(&fresh);
	for (; *files; files++) {
		char *paths[] = {(char *)(uintptr_t)*files};
		struct import_report report;
		assert_true(
		    import_paths(fresh.db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err));
		import_report_done(&report);
	}
	dump(box->db, &a);
	dump(fresh.db, &b);
	assert_true(b.len > 0);
	assert_string_equal(buf_cstr(&a), buf_cstr(&b));
	buf_done(&a);
	buf_done(&b);
	box_close(&fresh);
}

#define SAME_AS_IMPORT(box, ...) same_as_import(box, (const char *const[]){__VA_ARGS__, NULL})

static const char *side(const struct box *box, const char *name)
{
	static char paths[4][128];
	static int next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", box->dir, name);
	return path;
}

static uint32_t seed;
static uint32_t random_to(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* ---------------------------------------------------------------- growing */

/* Cut anywhere, also inside a line: what is there is exactly the whole records, and nobody complains. */
static void grows(bool poll)
{
	struct box box;
	struct buf text = BUF_INIT;
	box_open(&box);
	box.poll = poll;
	struct str all = lines(&text, 0, 60);
	put(box.file, 0, str_cut(all, 0, 0));
	begin(&box, box.file);
	settle(&box);
	seed = 7;
	for (size_t at = 0; at < all.len;) {
		size_t n = 1 + random_to(700);
		struct str part = str_cut(all, at, n);
		put(box.file, O_APPEND, part);
		at += part.len;
		settle(&box);
		int64_t ends = 0; /* in each line the scope's object ends, then two spans do */
		for (size_t i = 1; i < at; i++)
			ends += all.ptr[i] == '}' && all.ptr[i - 1] == '"';
		int64_t whole = ends / 3 * 2 + (ends % 3 ? ends % 3 - 1 : 0);
		assert_int_equal(spans(&box), whole);
		assert_int_equal(number(box.db, "SELECT ifnull(sum(records), 0) FROM source"), whole);
	}
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source WHERE state = 0"), 1);
	struct import_report r = end(&box);
	assert_int_equal(r.n_files, 1);
	assert_int_equal(r.files[0].held.spans, 120);
	assert_int_equal(r.files[0].fresh.spans, 120);
	import_report_done(&r);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source WHERE state = 1"), 1);
	SAME_AS_IMPORT(&box, box.file);
	buf_done(&text);
	box_close(&box);
}

static void test_grows(void **state)
{
	(void)state;
	grows(false);
}

static void test_grows_without_inotify(void **state)
{
	(void)state;
	grows(true);
}

static void test_bad_lines_and_tails(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 3);
	begin(&box, box.file);
	settle(&box);
	put(box.file, O_APPEND, STR_LIT("{\"a\": \\1"));
	settle(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0); /* its line is not over */
	put(box.file, O_APPEND, STR_LIT("}\n"));
	settle(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem WHERE code = 'bad-json'"), 1);
	put_lines(box.file, O_APPEND, 3, 5);
	settle(&box);
	assert_int_equal(spans(&box), 10);
	put(box.file, O_APPEND, STR_LIT("{\"resourceSpans\":["));
	settle(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 1);
	struct import_report r = end(&box);
	assert_int_equal(r.exit_code, 3);
	import_report_done(&r);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem WHERE code = 'incomplete-tail'"), 1);
	SAME_AS_IMPORT(&box, box.file);
	/* Taken up again, the tail becomes whole. */
	put(box.file, O_APPEND, STR_LIT("]}\n"));
	begin(&box, box.file);
	settle(&box);
	end_quietly(&box);
	SAME_AS_IMPORT(&box, box.file);
	box_close(&box);
}

/* ---------------------------------------------------------------- renamed, cut, written anew */

static void test_rotated(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 10);
	begin(&box, box.file);
	settle(&box);
	int writer = open(box.file, O_WRONLY | O_APPEND);
	assert_int_equal(rename(box.file, side(&box, "a.1")), 0);
	put_lines(box.file, 0, 50, 60);
	struct buf text = BUF_INIT;
	struct str more = lines(&text, 10, 14); /* the writer has not noticed yet */
	assert_int_equal(write(writer, more.ptr, more.len), more.len);
	settle(&box);
	close(writer);
	put_lines(box.file, O_APPEND, 60, 65);
	settle(&box);
	assert_int_equal(spans(&box), 58);
	assert_int_equal(box.told[FOLLOW_ROTATED], 1);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source WHERE state = 1"), 2);
	SAME_AS_IMPORT(&box, side(&box, "a.1"), box.file);
	buf_done(&text);
	box_close(&box);
}

static void test_gone_and_back(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	begin(&box, box.file); /* not there yet */
	settle(&box);
	assert_int_equal(box.told[FOLLOW_TROUBLE], 1);
	put_lines(box.file, 0, 0, 4);
	settle(&box);
	assert_int_equal(spans(&box), 8);
	assert_int_equal(unlink(box.file), 0);
	settle(&box);
	assert_int_equal(box.told[FOLLOW_GONE], 1);
	assert_int_equal(follow_files(box.follow), 1);
	put_lines(box.file, 0, 20, 23);
	settle(&box);
	assert_int_equal(spans(&box), 14);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0); /* that it was not there is forgotten */
	box_close(&box);
}

/* copytruncate; a longer text over a shorter one; one of the same length; each is another source, and what was read stays. */
static void test_cut_and_written_anew(void **state)
{
	(void)state;
	static const struct {
		int from, to, flags;
	} texts[] = {
	    {100, 103, O_TRUNC}, /* shorter */
	    {200, 220, O_TRUNC}, /* longer, all at once */
	    {300, 320, 0      }, /* as long */
	};
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 10);
	begin(&box, box.file);
	settle(&box);
	int64_t want = 20;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		put_lines(box.file, texts[i].flags, texts[i].from, texts[i].to);
		settle(&box);
		want += 2 * (texts[i].to - texts[i].from);
		assert_int_equal(spans(&box), want);
		assert_int_equal(box.told[FOLLOW_REPLACED], i + 1);
		assert_int_equal(number(box.db, "SELECT count(*) FROM source"), i + 2);
	}
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source WHERE state = 1"), 4);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	box_close(&box);
}

/* The head is the same for more than its 4 KiB, and the cut lies behind it. */
static void test_written_anew_behind_the_head(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 40);
	begin(&box, box.file);
	settle(&box);
	put_lines(box.file, O_TRUNC, 0, 30);
	put_lines(box.file, O_APPEND, 70, 90);
	settle(&box);
	assert_int_equal(box.told[FOLLOW_REPLACED], 1);
	assert_int_equal(spans(&box), 120);
	end_quietly(&box);
	box_close(&box);
}

static struct str slurp(const char *path, struct buf *out)
{
	char chunk[65536];
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
		buf_add_str(out, (struct str){chunk, n});
	fclose(f);
	return buf_str(out);
}

/* One document, first half written, then whole, then another in its place. */
static void test_documents(void **state)
{
	(void)state;
	struct box box;
	struct buf a = BUF_INIT, b = BUF_INIT;
	box_open(&box);
	struct str first = slurp("tests/data/eval-v12.json", &a), second = slurp("tests/data/eval-v13.json", &b);
	put(box.file, 0, str_cut(first, 0, first.len / 2));
	begin(&box, box.file);
	settle(&box);
	put(box.file, O_APPEND, str_from(first, first.len / 2));
	settle(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), 82);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 1);
	put(box.file, O_TRUNC, second);
	settle(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), 82 + 84);
	end_quietly(&box);
	SAME_AS_IMPORT(&box, "tests/data/eval-v12.json", "tests/data/eval-v13.json");
	buf_done(&a);
	buf_done(&b);
	box_close(&box);
}

static void put_gzip(const char *path, const char *mode, int from, int to)
{
	struct buf text = BUF_INIT;
	struct str s = lines(&text, from, to);
	gzFile f = gzopen(path, mode);
	assert_non_null(f);
	assert_int_equal(gzwrite(f, s.ptr, (unsigned)s.len), s.len);
	assert_int_equal(gzclose(f), Z_OK);
	buf_done(&text);
}

static void test_gzip_members(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_gzip(box.file, "wb", 0, 10);
	begin(&box, box.file);
	settle(&box);
	assert_int_equal(spans(&box), 20);
	put_gzip(box.file, "ab", 10, 15);
	settle(&box);
	assert_int_equal(spans(&box), 30);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 1);
	end_quietly(&box);
	SAME_AS_IMPORT(&box, box.file);
	box_close(&box);
}

/* ---------------------------------------------------------------- folders, names */

static void test_folder(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 5);
	begin(&box, box.dir);
	settle(&box);
	assert_int_equal(mkdir(side(&box, "sub"), 0700), 0);
	put_lines(side(&box, "sub/b.jsonl"), 0, 20, 25);
	settle(&box);
	assert_int_equal(spans(&box), 20);
	put_lines(side(&box, "sub/b.jsonl"), O_APPEND, 25, 27);
	put(side(&box, "note.txt"), 0, STR_LIT("no trace at all\n"));
	settle(&box);
	assert_int_equal(spans(&box), 24);
	assert_int_equal(box.told[FOLLOW_TROUBLE], 0); /* nobody named the note */
	/* Renamed within the folder: the same file, read on; another name of it: read once. */
	assert_int_equal(rename(box.file, side(&box, "c.jsonl")), 0);
	assert_int_equal(link(side(&box, "c.jsonl"), side(&box, "d.jsonl")), 0);
	put_lines(side(&box, "c.jsonl"), O_APPEND, 5, 8);
	settle(&box);
	assert_int_equal(spans(&box), 30);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 2);
	assert_int_equal(number(box.db, "SELECT sum(records) FROM source"), 30);
	assert_int_equal(box.told[FOLLOW_FOUND], 2);
	end_quietly(&box);
	box_close(&box);
}

/* Two that begin alike and part: the second is a source of its own from where they differ. */
static void test_copies_that_part(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_lines(box.file, 0, 0, 30);
	put_lines(side(&box, "b.jsonl"), 0, 0, 30);
	begin(&box, box.dir);
	settle(&box);
	put_lines(box.file, O_APPEND, 30, 33);
	settle(&box);
	put_lines(side(&box, "b.jsonl"), O_APPEND, 90, 95);
	settle(&box);
	assert_int_equal(spans(&box), 76);
	put_lines(box.file, O_APPEND, 33, 35);
	settle(&box);
	assert_int_equal(spans(&box), 80);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 2);
	end_quietly(&box);
	box_close(&box);
}

/* Another process imports the same file while it is followed. */
static void test_two_at_once(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	box_open(&box);
	put_lines(box.file, 0, 0, 10);
	begin(&box, box.file);
	settle(&box);
	put_lines(box.file, O_APPEND, 10, 20);
	struct db *other = open_store(box.store);
	char *paths[] = {box.file};
	struct import_report report;
	assert_true(import_paths(other, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err));
	import_report_done(&report);
	db_close(other);
	put_lines(box.file, O_APPEND, 20, 25);
	settle(&box);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT sum(records) FROM source"), 50);
	SAME_AS_IMPORT(&box, box.file);
	box_close(&box);
}

/* ---------------------------------------------------------------- unfinished traces */

static void put_span(const char *path, int key, int parent, const char *more)
{
	struct buf text = BUF_INIT;
	buf_printf(&text,
	           "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\","
	           "\"name\":\"s\","
	           "\"startTimeUnixNano\":\"1700000000000000000\"%s",
	           99, key, more);
	if (parent)
		buf_printf(&text, ",\"parentSpanId\":\"%016x\"", parent);
	buf_printf(&text, "}]}]}]}\n");
	put(path, O_APPEND, buf_str(&text));
	buf_done(&text);
}

/* A span that has not ended, then has; a child before its parent: not a problem until the source has ended. */
static void test_unfinished(void **state)
{
	(void)state;
	struct box box;
	box_open(&box);
	put_span(box.file, 1, 0, "");
	begin(&box, box.file);
	settle(&box);
	assert_int_equal(number(box.db, "SELECT status FROM trace"), STATUS_RUNNING);
	put_span(box.file, 1, 0, ",\"endTimeUnixNano\":\"1700000001000000000\"");
	settle(&box);
	assert_int_equal(number(box.db, "SELECT status FROM trace"), STATUS_UNSET);
	assert_int_equal(number(box.db, "SELECT duration_ns FROM trace"), 1000000000);
	put_span(box.file, 3, 2, ",\"endTimeUnixNano\":\"1700000001000000000\"");
	settle(&box);
	assert_int_equal(number(box.db, "SELECT orphans FROM trace"), 1);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem WHERE code = 'orphan'"), 1);
	put_span(box.file, 2, 1, ",\"endTimeUnixNano\":\"1700000001000000000\"");
	begin(&box, box.file);
	settle(&box);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT orphans FROM trace"), 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
	SAME_AS_IMPORT(&box, box.file);
	box_close(&box);
}

/* Told to stop while a large trace has news that were not worth writing it again: kept loose, settled by whoever comes next. */
static void test_stopped_with_a_large_trace(void **state)
{
	(void)state;
	enum { LARGE = 17000 };
	struct box box;
	struct err err = ERR_INIT;
	box_open(&box);
	for (int i = 0; i < LARGE; i++) {
		if (i == 0)
			put(box.file, 0, STR_LIT(""));
		put_span(box.file, i + 1, i > 0, ",\"endTimeUnixNano\":\"1700000001000000000\"");
	}
	begin(&box, box.file);
	while (number(box.db, "SELECT ifnull(max(records), 0) FROM source") < LARGE)
		assert_true(follow_step(box.follow, 0, &err));
	put_span(box.file, LARGE + 1, 1, ",\"endTimeUnixNano\":\"1700000001000000000\"");
	while (number(box.db, "SELECT max(records) FROM source") < LARGE + 1)
		assert_true(follow_step(box.follow, 0, &err));
	bool owes = number(box.db, "SELECT loose FROM trace") > 0;
	atomic_store(&box.progress.cancel, true);
	end_quietly(&box);
	assert_int_equal(number(box.db, "SELECT loose FROM trace"), owes);
	assert_int_equal(number(box.db, "SELECT state FROM source"), owes ? 2 : 1);
	begin(&box, box.file);
	while (!follow_is_idle(box.follow) || number(box.db, "SELECT loose FROM trace") > 0)
		assert_true(follow_step(box.follow, 0, &err));
	end_quietly(&box);
	SAME_AS_IMPORT(&box, box.file);
	box_close(&box);
}

/* ---------------------------------------------------------------- killed */

static struct import_progress *child_progress;
static void on_signal(int number)
{
	(void)number;
	import_cancel(child_progress);
}

static int follow_child(struct box *box, bool gently)
{
	static struct import_progress progress;
	struct err err = ERR_INIT;
	struct import_report report;
	struct sigaction act = {.sa_handler = on_signal};
	char *paths[] = {box->file};
	const struct follow_opts opts = {.set_times = true};
	child_progress = &progress;
	if (!import_progress_init(&progress, &err))
		return 1;
	if (gently)
		sigaction(SIGTERM, &act, NULL);
	struct db *db = db_open(box->store, DB_WRITE, &err);
	struct follow *f = db ? follow_open(db, paths, 1, &opts, &progress, &err) : NULL;
	bool ok = f && follow_run(f, &report, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	follow_close(f);
	if (ok)
		import_report_done(&report);
	db_close(db);
	import_progress_done(&progress);
	return ok ? 0 : 1;
}

/* Exactly the records before the resume point; after a kill perhaps some of the batch that was being written, too, over several
 * transactions if the machine is slow: they are found there again. */
static void check_state(struct box *box, bool killed)
{
	struct db *db = open_store(box->store);
	int64_t records = number(db, "SELECT ifnull(sum(records), 0) FROM source");
	/* Torn where new bytes met old ones; severity 2 is the file's ("it got shorter"), not the record's. */
	int64_t held = number(db, "SELECT ifnull(sum(spans), 0) FROM trace") +
	               number(db, "SELECT count(*) FROM span_loose") +
	               number(db, "SELECT count(*) FROM problem p JOIN source s ON s.id = p.source"
	                          " WHERE p.record <= s.records AND p.severity < 2");
	/* A torn one may read well, but for a word on it: then both it and the word are there. */
	int64_t words = number(db, "SELECT count(*) FROM problem p JOIN source s ON s.id = p.source"
	                           " WHERE p.record <= s.records AND p.severity = 0");
	if (killed ? held < records : held < records || held - words > records)
		fail_msg("%lld spans, %lld records", (long long)held, (long long)records);
	db_close(db);
}

static void killed(int number_of_signal, uint32_t first_seed)
{
	enum { ROUNDS = 12, LINES = 240 };
	struct box box;
	struct buf text = BUF_INIT;
	box_open(&box);
	db_close(box.db);
	struct str all = lines(&text, 0, LINES);
	size_t at = 0;
	seed = first_seed;
	put(box.file, 0, STR_LIT(""));
	for (int round = 0; round < ROUNDS; round++) {
		pid_t child = fork();
		if (child == 0)
			_exit(follow_child(&box, number_of_signal != SIGKILL));
		size_t until = round + 1 == ROUNDS ? all.len : at + random_to((uint32_t)(2 * all.len / ROUNDS));
		while (at < until && at < all.len) {
			struct str part = str_cut(all, at, 1 + random_to(900));
			put(box.file, O_APPEND, part);
			at += part.len;
			for (uint32_t spin = random_to(200); spin > 0; spin--)
				getppid(); /* the moment of the kill wanders over what the child does */
		}
		kill(child, number_of_signal);
		int status = 0;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		bool as_told = number_of_signal == SIGKILL
		                   ? WIFSIGNALED(status)
		                   : (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		                         (WIFSIGNALED(status) && WTERMSIG(status) == number_of_signal);
		if (!as_told)
			fail_msg("seed %u, round %d: status %d", first_seed, round, status);
		check_state(&box, WIFSIGNALED(status));
	}
	box.db = open_store(box.store);
	begin(&box, box.file);
	settle(&box);
	end_quietly(&box);
	assert_int_equal(spans(&box), 2 * LINES);
	SAME_AS_IMPORT(&box, box.file);
	buf_done(&text);
	box_close(&box);
}

static void test_killed(void **state)
{
	(void)state;
	killed(SIGKILL, 1);
	killed(SIGKILL, 2);
}

/* Told to stop at any moment while it passes over what the store has: the resume point never goes back. */
static void test_terminated_at_known(void **state)
{
	(void)state;
	enum { ROUNDS = 60, LINES = 2000 };
	struct box box;
	struct buf text = BUF_INIT;
	box_open(&box);
	struct str all = lines(&text, 0, LINES);
	put(box.file, 0,
	    str_cut(all, 0, all.len - 1)); /* no end of line: what is known is read again to find where to go on */
	begin(&box, box.file);
	settle(&box);
	end_quietly(&box);
	int64_t records = number(box.db, "SELECT records FROM source");
	assert_true(records >= LINES - 1);
	seed = 7;
	for (int round = 0; round < ROUNDS; round++) {
		pid_t child = fork();
		if (child == 0)
			_exit(follow_child(&box, true));
		usleep(random_to(12000));
		kill(child, SIGTERM);
		int status = 0;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		assert_int_equal(number(box.db, "SELECT records FROM source"), records);
	}
	buf_done(&text);
	box_close(&box);
}

static void test_terminated(void **state)
{
	(void)state;
	killed(SIGTERM, 3);
}

/* ---------------------------------------------------------------- an import whose file is not left alone (matrix D3) */

static int import_child(const struct box *box)
{
	struct err err = ERR_INIT;
	struct import_report report;
	char *paths[] = {(char *)(uintptr_t)box->file};
	struct db *db = db_open(box->store, DB_WRITE, &err);
	bool ok = db && import_paths(db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err);
	if (ok)
		import_report_done(&report);
	db_close(db);
	return ok ? 0 : 1;
}

static void disturb(struct box *box, int how)
{
	switch (how) {
	case 0: assert_int_equal(truncate(box->file, 100000), 0); break;
	case 1: put_lines(box->file, O_TRUNC, 5000, 5200); break;
	case 2: put_lines(box->file, O_APPEND, 4000, 4100); break;
	case 3: assert_int_equal(unlink(box->file), 0); break;
	case 4:
		put_lines(side(box, "new"), 0, 6000, 6100);
		assert_int_equal(rename(side(box, "new"), box->file), 0);
		break;
	default: assert_int_equal(chmod(box->file, 0), 0); break;
	}
}

/* Cut, written anew, added to, deleted, replaced, closed to us: the source is absent, or its point is exact; then the rest is read. */
static void test_disturbed(void **state)
{
	(void)state;
	seed = 11;
	for (int how = 0; how < 12; how++) {
		struct box box;
		box_open(&box);
		db_close(box.db);
		put_lines(box.file, 0, 0, 4000);
		pid_t child = fork();
		if (child == 0)
			_exit(import_child(&box));
		for (uint32_t spin = random_to(200000); spin > 0; spin--)
			getppid();
		disturb(&box, how % 6);
		int status = 0;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		check_state(&box, false);
		bool there = access(box.file, R_OK) == 0;
		if (there)
			assert_int_equal(import_child(&box), 0);
		box.db = open_store(box.store);
		if (there && how % 6 == 2) /* nothing but more: as if nobody had been in between */
			SAME_AS_IMPORT(&box, box.file);
		box_close(&box);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grows),
	    cmocka_unit_test(test_grows_without_inotify),
	    cmocka_unit_test(test_bad_lines_and_tails),
	    cmocka_unit_test(test_rotated),
	    cmocka_unit_test(test_gone_and_back),
	    cmocka_unit_test(test_cut_and_written_anew),
	    cmocka_unit_test(test_written_anew_behind_the_head),
	    cmocka_unit_test(test_documents),
	    cmocka_unit_test(test_gzip_members),
	    cmocka_unit_test(test_folder),
	    cmocka_unit_test(test_copies_that_part),
	    cmocka_unit_test(test_two_at_once),
	    cmocka_unit_test(test_unfinished),
	    cmocka_unit_test(test_stopped_with_a_large_trace),
	    cmocka_unit_test(test_killed),
	    cmocka_unit_test(test_terminated_at_known),
	    cmocka_unit_test(test_terminated),
	    cmocka_unit_test(test_disturbed),
	};
	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
