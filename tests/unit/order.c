/* Records in another order give the same spans: every sample of lines in tests/format, of every format whose records stand for
 * themselves (a transcript's do not), imported as it is and shuffled. Ids that are made up go by the record's number, so spans are
 * compared by all but their ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/format.h"
#include "import/import.h"
#include "store/base/vec.h"

enum { SHUFFLES = 4 };

static char folder[64];

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void slurp(const char *path, struct buf *out)
{
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	buf_clear(out);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(out, chunk, n);
	fclose(f);
}

/* Lines that are each a value; false: it is something else (a document over several lines, one line). */
struct lines {
	struct str *at;
	size_t n, cap;
};

static bool lines_of(struct str text, struct lines *lines)
{
	struct scan scan = SCAN_INIT;
	struct str line;
	bool good = true;
	lines->n = 0;
	while (str_split(&text, '\n', &line)) {
		if (!str_trim(line).len)
			continue;
		good = good &&
		       scan_text(&scan, line, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
		*vec_add(lines) = line;
	}
	scan_done(&scan);
	return good && lines->n > 2;
}

static void remove_store(const char *store)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[120];
		snprintf(path, sizeof path, "%s%s", store, ends[i]);
		unlink(path);
	}
}

static void rows(struct db *db, const char *sql, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, sql, &err);
	if (!s)
		fail_msg("%s", err.text);
	while (stmt_step(s, &err) == STEP_ROW) {
		buf_add_str(out, col_str(s, 0));
		buf_add_char(out, '\n');
	}
	stmt_end(s);
}

/* What an import of these lines gives. */
static void dump(const struct lines *lines, struct buf *out)
{
	char store[96], file[96];
	struct err err = ERR_INIT;
	struct import_report report;
	char *paths[] = {file};
	snprintf(store, sizeof store, "%s/s.db", folder);
	snprintf(file, sizeof file, "%s/a.jsonl", folder);
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	for (size_t i = 0; i < lines->n; i++)
		fprintf(f, STR_FMT "\n", STR_ARG(lines->at[i]));
	fclose(f);
	struct db *db = db_open(store, DB_WRITE, &err);
	if (!db || !import_paths(db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
	buf_clear(out);
	rows(
	    db,
	    "SELECT ifnull((SELECT text FROM word WHERE id = s.name), '-') || ' ' || s.depth || ' ' || s.kind || ' ' "
	    "|| s.status ||"
	    " ' ' || ifnull(s.start_ns, '-') || ' ' || ifnull(s.duration_ns, '-') || ' ' || ifnull(s.tokens_in, '-') "
	    "|| ' ' ||"
	    " ifnull(s.tokens_out, '-') || ' ' || ifnull(s.cost_usd, '-') || ' ' || ifnull(s.input_hash, '-') || ' ' ||"
	    " ifnull(s.output_hash, '-') AS line FROM span s ORDER BY line",
	    out);
	rows(db,
	     "SELECT (SELECT text FROM word WHERE id = c.name) || ' ' || ifnull(c.value, '-') || ' ' || "
	     "ifnull(c.label, '-') || ' ' ||"
	     " (SELECT seen > 0 FROM trace WHERE id = c.trace) AS line FROM score c ORDER BY line",
	     out);
	db_close(db);
	remove_store(store);
	unlink(file);
}

static size_t check_sample(const char *path)
{
	struct buf text = BUF_INIT, want = BUF_INIT, got = BUF_INIT;
	struct lines lines = {.n = 0};
	size_t tried = 0;
	uint32_t seed = 7;
	slurp(path, &text);
	if (lines_of(buf_str(&text), &lines)) {
		dump(&lines, &want);
		for (; tried < SHUFFLES; tried++) {
			/* The first stays: what the file is is told by it. */
			for (size_t i = lines.n - 1; i > 1; i--) {
				size_t k = 1 + next_random(&seed) % i;
				struct str line = lines.at[i];
				lines.at[i] = lines.at[k];
				lines.at[k] = line;
			}
			dump(&lines, &got);
			if (!str_eq(buf_str(&want), buf_str(&got)))
				fail_msg("%s, shuffle %zu:\n%s\nnot\n%s", path, tried, buf_cstr(&got), buf_cstr(&want));
		}
	}
	vec_done(&lines);
	buf_done(&text);
	buf_done(&want);
	buf_done(&got);
	return tried;
}

static size_t check_format(const char *name)
{
	char path[400];
	size_t tried = 0;
	snprintf(path, sizeof path, "tests/format/%s", name);
	DIR *dir = opendir(path);
	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));) {
		if (!str_ends(str_of(e->d_name), ".in"))
			continue;
		snprintf(path, sizeof path, "tests/format/%s/%s", name, e->d_name);
		tried += check_sample(path);
	}
	closedir(dir);
	return tried;
}

static void shuffled(void **state)
{
	(void)state;
	size_t tried = 0;
	snprintf(folder, sizeof folder, "/tmp/spoor-order-XXXXXX");
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; formats[i]; i++)
		if (!formats[i]->stateful)
			tried += check_format(formats[i]->name);
	print_message("%zu shuffles\n", tried);
	assert_true(tried > 100);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(shuffled)};
	sink_set_decoder(import_decode);
	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
