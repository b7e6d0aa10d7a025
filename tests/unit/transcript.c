/* Records that depend on others: files that grow while they are imported or come in another order, sub-agents in files of their own, and
 * answers shown again from their details. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "store/block.h"
#include "store/query/span.h"

struct box {
	char dir[64], store[96];
	struct db *db;
};

static void box_open(struct box *box)
{
	struct err err = ERR_INIT;
	snprintf(box->dir, sizeof box->dir, "/tmp/spoor-transcript-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
	snprintf(box->store, sizeof box->store, "%s/s.db", box->dir);
	box->db = db_open(box->store, DB_WRITE, &err);
	if (!box->db)
		fail_msg("%s", err.text);
}

static void box_close(struct box *box)
{
	db_close(box->db);
	DIR *dir = opendir(box->dir);
	for (struct dirent *e; (e = readdir(dir));) {
		char path[400];
		snprintf(path, sizeof path, "%s/%s", box->dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	closedir(dir);
	assert_int_equal(rmdir(box->dir), 0);
}

static struct str slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	char chunk[4096];
	size_t n;
	if (!f)
		fail_msg("%s is missing", path);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(out, chunk, n);
	fclose(f);
	return buf_str(out);
}

static const char *put(const struct box *box, const char *name, struct str text)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/%s", box->dir, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	return path;
}

static void import(struct box *box, const char *path)
{
	struct import_report report;
	struct err err = ERR_INIT;
	char *paths[] = {(char *)(uintptr_t)path};
	if (!import_paths(box->db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

/* Every span with its place in the tree, in an order that does not depend on the imports'. */
static void dump(struct box *box, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(
	    box->db,
	    "SELECT t.text || ' ' || s.key || ' ' || ifnull(s.parent, '-') || ' ' || s.depth || ' ' || s.kind || ' ' "
	    "|| s.status || ' ' ||"
	    " ifnull(s.start_ns, '-') || ' ' || ifnull(s.duration_ns, '-') || ' ' || ifnull(s.tokens_in, '-') || ' ' ||"
	    " ifnull(s.tokens_out, '-') || ' ' || ifnull(s.input_hash, '-') || ' ' || ifnull(s.output_hash, '-')"
	    " FROM span s JOIN trace t ON t.id = s.trace ORDER BY t.text, s.key",
	    &err);
	if (!s)
		fail_msg("%s", err.text);
	while (stmt_step(s, &err) == STEP_ROW) {
		buf_add_str(out, col_str(s, 0));
		buf_add_char(out, '\n');
	}
	stmt_end(s);
}

static void dump_of(const char *name, struct str first, struct str then, struct buf *out)
{
	struct box box;
	box_open(&box);
	if (first.len)
		import(&box, put(&box, name, first));
	import(&box, put(&box, name, then));
	dump(&box, out);
	box_close(&box);
}

/* Cut after each line, imported, and imported again when it is whole: the same as at once. */
static void grown(const char *path)
{
	struct buf text = BUF_INIT, want = BUF_INIT, got = BUF_INIT;
	struct str all = slurp(path, &text);
	dump_of("a.jsonl", STR_NONE, all, &want);
	assert_true(want.len > 0);
	for (size_t at = 0, next; at < all.len; at = next) {
		size_t n = str_find_char(str_from(all, at), '\n');
		next = n == SIZE_MAX ? all.len : at + n + 1;
		buf_clear(&got);
		dump_of("a.jsonl", str_cut(all, 0, next), all, &got);
		if (!str_eq(buf_str(&want), buf_str(&got)))
			fail_msg("%s, cut at %zu:\n%s\nnot\n%s", path, next, buf_cstr(&got), buf_cstr(&want));
	}
	buf_done(&text);
	buf_done(&want);
	buf_done(&got);
}

static void test_grown(void **state)
{
	(void)state;
	grown("tests/format/claude-code/session.in");
	grown("tests/format/claude-code/sub-agent.in");
	grown("tests/format/codex/rollout.in");
	grown("tests/format/codex/thread.in");
	grown("tests/format/codex/exec.in");
	grown("tests/format/goose/session.in");
	grown("tests/format/claude-code/newer.in");
	grown("tests/format/claude-code/sessions.in");
	grown("tests/format/codex/calls.in");
	grown("tests/format/codex/sessions.in");
	grown("tests/format/codex/forked.in");
	grown("tests/format/weave-batch/halves.in");
	grown("tests/format/weave-batch/early.in");
	grown("tests/format/braintrust/bodies.in");
}

static int64_t hanging_scores(struct box *box)
{
	struct err err = ERR_INIT;
	int64_t n = -1;
	assert_true(db_int(box->db, "SELECT count(*) FROM score c JOIN span s ON s.trace = c.trace AND s.key = c.span",
	                   0, &n, &err));
	return n;
}

/* The last line first: ends before their starts, feedback before its rows. */
static void reversed(const char *path, int64_t n_scores)
{
	struct buf text = BUF_INIT, back = BUF_INIT, dumps[2] = {BUF_INIT, BUF_INIT};
	struct str all = slurp(path, &text);
	for (size_t end = all.len, at = all.len; end > 0; end = at) {
		for (at = end - 1; at > 0 && all.ptr[at - 1] != '\n';)
			at--;
		buf_add_str(&back, str_cut(all, at, end - at));
	}
	for (int i = 0; i < 2; i++) {
		struct box box;
		box_open(&box);
		import(&box, put(&box, "a.jsonl", i ? buf_str(&back) : all));
		dump(&box, &dumps[i]);
		assert_int_equal(hanging_scores(&box), n_scores);
		box_close(&box);
	}
	assert_true(dumps[0].len > 0);
	assert_string_equal(buf_cstr(&dumps[0]), buf_cstr(&dumps[1]));
	buf_done(&text);
	buf_done(&back);
	buf_done(&dumps[0]);
	buf_done(&dumps[1]);
}

static void test_reversed(void **state)
{
	(void)state;
	reversed("tests/format/weave-batch/halves.in", 0);
	reversed("tests/format/weave-batch/early.in", 0);
	reversed("tests/format/braintrust/bodies.in", 2);
	reversed("tests/format/braintrust/rows.in", 4);
}

/* The agent's file before its session's, and after it. */
static void joined(const char *session, const char *agent, const char *agent_name)
{
	struct buf texts[2] = {BUF_INIT, BUF_INIT}, dumps[2] = {BUF_INIT, BUF_INIT};
	struct str whole = slurp(session, &texts[0]), part = slurp(agent, &texts[1]);
	struct err err = ERR_INIT;
	for (int first = 0; first < 2; first++) {
		struct box box;
		int64_t n = -1;
		box_open(&box);
		for (int i = 0; i < 2; i++)
			import(&box, (i == first) ? put(&box, agent_name, part) : put(&box, "session.jsonl", whole));
		dump(&box, &dumps[first]);
		assert_true(db_int(box.db, "SELECT count(*) FROM trace WHERE spans > 0", 0, &n, &err));
		assert_int_equal(n, 1);
		assert_true(db_int(box.db, "SELECT sum(orphans) FROM trace", 0, &n, &err));
		assert_int_equal(n, 0);
		assert_true(db_int(box.db, "SELECT count(*) FROM problem WHERE code = 'orphan'", 0, &n, &err));
		assert_int_equal(n, 0);
		assert_true(
		    db_int(box.db, "SELECT sum(problems) - (SELECT count(*) FROM problem) FROM source", 0, &n, &err));
		assert_int_equal(n, 0);
		box_close(&box);
	}
	assert_string_equal(buf_cstr(&dumps[0]), buf_cstr(&dumps[1]));
	for (int i = 0; i < 2; i++) {
		buf_done(&texts[i]);
		buf_done(&dumps[i]);
	}
}

static void test_joined(void **state)
{
	(void)state;
	joined("tests/format/claude-code/session.in", "tests/format/claude-code/sub-agent.in", "agent-ab12.jsonl");
	joined("tests/format/codex/rollout.in", "tests/format/codex/thread.in", "thread.jsonl");
}

/* An answer of several lines: what its record shows is what was imported. */
static void test_shown_again(void **state)
{
	(void)state;
	struct box box;
	struct buf text = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct span_detail d;
	int64_t trace, key, record;
	box_open(&box);
	import(&box, put(&box, "a.jsonl", slurp("tests/format/claude-code/session.in", &text)));
	struct block_cache *blocks = block_cache_new(box.db);
	assert_true(db_int(box.db, "SELECT trace FROM span WHERE tokens_out = 80", 0, &trace, &err));
	assert_true(db_int(box.db, "SELECT key FROM span WHERE tokens_out = 80", 0, &key, &err));
	assert_true(db_int(box.db, "SELECT record FROM span WHERE tokens_out = 80", 0, &record, &err));
	assert_true(span_detail(box.db, blocks, trace, key, record, &arena, &d, &err));
	assert_int_equal(d.span.tokens_out, 80);
	assert_int_equal(d.span.n_messages, 3);
	assert_int_equal(d.span.messages[2].n_parts, 3); /* its text and two calls, of four lines */
	assert_true(str_find(d.raw, STR_LIT("\"uuid\":\"u4\"")) != SIZE_MAX);
	block_cache_free(blocks);
	arena_done(&arena);
	buf_done(&text);
	box_close(&box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_grown),
	    cmocka_unit_test(test_reversed),
	    cmocka_unit_test(test_joined),
	    cmocka_unit_test(test_shown_again),
	};
	sink_set_decoder(import_decode);
	return cmocka_run_group_tests_name("transcript", tests, NULL, NULL);
}
