/* Reviews that travel: what stores say of one another's verdicts does not depend on the road, the order or how often they came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

#include "store/merge.h"
#include "store/query/disagree.h"
#include "store/query/reviews.h"
#include "store/stat/rng.h"
#include "tests/store.h"

enum { STORES = 3, MOST = 512 };

/* ---------------------------------------------------------------- stores beside the first one */

static struct db *open_store(const char *name)
{
	struct err err = ERR_INIT;
	char path[128];
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
		char path[160];
		snprintf(path, sizeof path, "%s/%s.db%s", store_dir, name, ends[i]);
		unlink(path);
	}
}

static bool no_more(void *context, struct buf *out, struct err *err)
{
	(void)context;
	(void)out;
	(void)err;
	return true;
}

static int64_t export_all(struct db *from, const struct reviews_opts *opts, struct buf *out)
{
	struct err err = ERR_INIT;
	struct reviews_opts all = {.since_ns = TIME_UNKNOWN};
	int64_t n;
	buf_clear(out);
	if (!reviews_write(from, opts ? opts : &all, out, no_more, NULL, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

/* The state, as the screens read it. */
static void dump_state(struct db *from, struct buf *out)
{
	struct err err = ERR_INIT;
	buf_clear(out);
	struct stmt *s = db_query(from,
	                          "SELECT hex(target) || author || field || '/' || part || '=' || value || how ||"
	                          " ifnull(trace, '') FROM annotation_now ORDER BY target, author, field, part",
	                          &err);
	assert_non_null(s);
	while (stmt_step(s, &err) == STEP_ROW) {
		buf_add_str(out, col_str(s, 0));
		buf_add_char(out, '\n');
	}
	stmt_end(s);
}

static void import_text(struct db *to, struct str text, int want_code, int64_t want_new)
{
	struct err err = ERR_INIT;
	static int n;
	char path[128], *paths[] = {path};
	snprintf(path, sizeof path, "%s/in%d.jsonl", store_dir, n++);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	struct import_report report = {.arena = ARENA_INIT};
	struct import_opts opts = {.depth_max = 1000};
	if (!import_paths(to, paths, 1, &opts, NULL, &report, &err))
		fail_msg("%s", err.text);
	if (report.exit_code != want_code)
		fail_msg("exit %d: %.*s", report.exit_code,
		         report.n_files && report.files[0].n_problems ? (int)report.files[0].problems[0].reason.len : 0,
		         report.n_files && report.files[0].n_problems ? report.files[0].problems[0].reason.ptr : "");
	if (want_new >= 0)
		assert_int_equal(report.files[0].fresh.annotations, want_new);
	import_report_done(&report);
	unlink(path);
}

static struct merge_counts merge(struct db *to, struct db *from)
{
	struct err err = ERR_INIT;
	struct merge_counts counts;
	if (!merge_events(to, from, NULL, NULL, NULL, &counts, &err))
		fail_msg("%s", err.text);
	return counts;
}

/* ---------------------------------------------------------------- people who judge */

static const char *const people[] = {"anna", "bo", "Çağla"};
static const char *const words[] = {"good", "bad", "unsure"};

static void judge_randomly(struct db *to, struct rng *rng, int n)
{
	struct err err = ERR_INIT;
	struct event_id said[MOST];
	const char *by[MOST];
	int n_said = 0;
	for (int i = 0; i < n; i++) {
		char key[32];
		unsigned k = (unsigned)rng_index(rng, 6);
		snprintf(key, sizeof key, k % 2 ? "case-%u" : "trace:t%u/span:s", k);
		struct annotation_target t = {str_of(key), STR_LIT("question"), STR_LIT("answer")};
		const char *author = people[rng_index(rng, 3)];
		int64_t now = INT64_C(1700000000000000000) + (int64_t)rng_index(rng, 40);
		if (n_said && rng_index(rng, 4) == 0) {
			int back = (int)rng_index(rng, (uint64_t)n_said);
			assert_true(annotate_take_back(to, &said[back], 1, str_of(by[back]), now, &err));
			continue;
		}
		struct annotate_opts opts = {
		    .author = str_of(author), .now_ns = now, .how = (unsigned)rng_index(rng, 4)};
		struct say says[] = {
		    {FIELD_VERDICT, STR_NONE, str_of(words[rng_index(rng, 3)])},
		    {FIELD_NOTE,             STR_NONE,            STR_LIT("a \"note\"\nof \xF0\x9F\xA6\x8A lines")                 }
                };
		struct event_id ids[2];
		assert_true(annotate(to, &t, &opts, says, 1 + rng_index(rng, 2), ids, &err));
		by[n_said] = author;
		said[n_said++] = ids[0];
	}
}

/* Any stores, merged or imported in any order, over any road, any number of times, come to the same. */
static void test_union(void **state)
{
	(void)state;
	struct rng rng = rng_stream(7, 0);
	for (int round = 0; round < 12; round++) {
		static const char *const names[STORES] = {"a", "b", "c"};
		struct db *stores[STORES];
		struct buf text[STORES] = {BUF_INIT, BUF_INIT, BUF_INIT}, first = BUF_INIT, now = BUF_INIT;
		for (int i = 0; i < STORES; i++) {
			stores[i] = open_store(names[i]);
			judge_randomly(stores[i], &rng, 5 + (int)rng_index(&rng, 25));
			export_all(stores[i], NULL, &text[i]);
		}
		for (int i = 0; i < STORES; i++) {
			int start = (int)rng_index(&rng, STORES);
			for (int k = 0; k < STORES; k++) {
				int from = (start + k) % STORES;
				if (rng_index(&rng, 2) == 0)
					import_text(stores[i], buf_str(&text[from]), 0, -1);
				else if (from != i)
					merge(stores[i], stores[from]);
				if (rng_index(&rng, 3) == 0)
					import_text(stores[i], buf_str(&text[from]), 0, 0);
			}
			for (int from = 0; from < STORES; from++)
				import_text(stores[i], buf_str(&text[from]), 0, -1);
		}
		struct buf state_first = BUF_INIT, state_now = BUF_INIT;
		for (int i = 0; i < STORES; i++) {
			export_all(stores[i], NULL, i ? &now : &first);
			dump_state(stores[i], i ? &state_now : &state_first);
			if (i)
				assert_string_equal(buf_cstr(&first), buf_cstr(&now));
			if (i)
				assert_string_equal(buf_cstr(&state_first), buf_cstr(&state_now));
		}
		for (int i = 0; i < STORES; i++) {
			remove_store(stores[i], names[i]);
			buf_done(&text[i]);
		}
		buf_done(&first);
		buf_done(&now);
		buf_done(&state_first);
		buf_done(&state_now);
	}
}

/* Lines shuffled, doubled and of several files: the same. */
static void test_lines(void **state)
{
	(void)state;
	struct rng rng = rng_stream(11, 0);
	struct db *a = open_store("a"), *b = open_store("b");
	struct buf text = BUF_INIT, mixed = BUF_INIT, again = BUF_INIT;
	judge_randomly(a, &rng, 60);
	int64_t n = export_all(a, NULL, &text);
	struct str lines[MOST], rest = buf_str(&text), line;
	size_t n_lines = 0;
	while (str_split(&rest, '\n', &line) && line.len)
		lines[n_lines++] = line;
	assert_int_equal(n_lines, n + 1);
	for (size_t i = 1; i < n_lines; i++) { /* the header stays in front */
		size_t k = 1 + (size_t)rng_index(&rng, n_lines - 1);
		line = lines[i];
		lines[i] = lines[k];
		lines[k] = line;
	}
	for (size_t i = 0; i < n_lines; i++)
		for (int times = i == 7 ? 3 : 1; times > 0; times--) {
			buf_add_str(&mixed, lines[i]);
			buf_add_char(&mixed, '\n');
		}
	import_text(b, buf_str(&mixed), 0, n);
	export_all(b, NULL, &again);
	assert_string_equal(buf_cstr(&text), buf_cstr(&again));
	dump_state(a, &text);
	dump_state(b, &again);
	assert_string_equal(buf_cstr(&text), buf_cstr(&again));
	remove_store(a, "a");
	remove_store(b, "b");
	buf_done(&text);
	buf_done(&mixed);
	buf_done(&again);
}

/* ---------------------------------------------------------------- what cannot be */

#define EVENT  "\"event\":\"00112233445566778899aabbccddeeff\","
#define TARGET "\"target\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\","
#define REST   "\"author\":\"anna\",\"field\":\"verdict\",\"value\":\"bad\",\"time\":\"2026-11-20T09:12:00Z\"}"
#define HEAD   "{\"format\":\"spoor-reviews\",\"version\":1}\n"

static void test_bad_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int64_t fresh;
		int code;
	} rows[] = {
	    {"{" EVENT TARGET REST,	                                                                                 1, 0},
	    {"{" EVENT TARGET "\"more\":[1,{}],\"queue\":\"q\",\"how\":[\"blind\",\"psychic\"]," REST,                      1, 0},
	    {"{" EVENT TARGET "\"io\":null,\"shown\":null,\"because\":null,\"part\":null,\"withdraws\":null," REST,         1,
	     0	                                                                                                          },
	    {"{" TARGET REST,	                                                                                       0, 3},
	    {"{" EVENT REST,	                                                                                        0, 3},
	    {"{\"event\":\"0011\"," TARGET REST,	                                                                    0, 3},
	    {"{\"event\":17," TARGET REST,	                                                                          0, 3},
	    {"{" EVENT TARGET "\"io\":\"zz\"," REST,	                                                                0, 3},
	    {"{" EVENT TARGET "\"input_hash\":\"12\"," REST,	                                                        0, 3},
	    {"{" EVENT TARGET "\"field\":\"verdict\",\"value\":\"bad\",\"time\":\"2026-11-20T09:12:00Z\"}",                 0, 3},
	    {"{" EVENT TARGET "\"author\":\"  \",\"field\":\"verdict\",\"value\":\"bad\",\"time\":\"2026-11-20\"}",         0,
	     3	                                                                                                          },
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"mood\",\"value\":\"bad\",\"time\":\"2026-11-20\"}",             0, 3},
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"verdict\",\"value\":\"awful\",\"time\":\"2026-11-20\"}",        0,
	     3	                                                                                                          },
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"verdict\",\"value\":\"bad\",\"time\":\"soon\"}",                0, 3},
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"verdict\",\"value\":\"bad\",\"time\":\"2250-01-01\"}",          0,
	     3	                                                                                                          },
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"verdict\",\"time\":\"2026-11-20\"}",                            0, 3},
	    {"{" EVENT TARGET "\"author\":\"a\",\"field\":\"preference\",\"value\":\"left\",\"time\":\"2026-11-20\"}",
	     0,	                                                                                                        3},
	    {"{" EVENT TARGET
	     "\"author\":\"a\\u0000b\",\"field\":\"note\",\"value\":\"\xFF\\ud800\",\"time\":\"2026-11-20\"}", 1, 0},
	    {"[1]",	                                                                                                 0, 3},
	    {"{" EVENT TARGET,	                                                                                      0, 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct db *a = open_store("a");
		struct buf text = BUF_INIT;
		buf_printf(&text, HEAD "%s\n", rows[i].line);
		import_text(a, buf_str(&text), rows[i].code, rows[i].fresh);
		remove_store(a, "a");
		buf_done(&text);
	}
}

/* A later version is not guessed at, and a file that was cut between two lines is not whole. */
static void test_headers(void **state)
{
	(void)state;
	struct db *a = open_store("a");
	import_text(a, STR_LIT("{\"format\":\"spoor-reviews\",\"version\":2}\n{" EVENT TARGET REST "\n"), 3, 0);
	import_text(a, STR_LIT("{\"format\":\"spoor-reviews\"}\n{" EVENT TARGET REST "\n"), 3, 0);
	import_text(a, STR_LIT("{\"format\":\"spoor-reviews\",\"version\":1,\"events\":2}\n{" EVENT TARGET REST "\n"),
	            3, 1);
	import_text(a, STR_LIT("{" EVENT TARGET REST "\n"), 0, 0); /* no header */
	remove_store(a, "a");
}

/* The same id with other words: the first stays, and that is told; a masked copy of it is no other word. */
static void test_conflict(void **state)
{
	(void)state;
	struct db *a = open_store("a"), *b = open_store("b");
	struct buf text = BUF_INIT;
	static const char line[] =
	    HEAD "{" EVENT TARGET "\"author\":\"a\",\"field\":\"note\",\"value\":\"%s\",\"time\":\"2026-11-20\"%s}\n";
	char first[512], other[512], masked[512];
	snprintf(first, sizeof first, line, "call jo@acme.com", "");
	snprintf(other, sizeof other, line, "call nobody", "");
	snprintf(masked, sizeof masked, line, "call j…@acme.com", ",\"masked\":true");
	import_text(a, str_of(first), 0, 1);
	import_text(a, str_of(other), 3, 0);
	import_text(a, str_of(masked), 0, 0);
	import_text(b, str_of(other), 0, 1);
	struct merge_counts c = merge(a, b);
	assert_int_equal(c.conflicts, 1);
	assert_int_equal(c.fresh, 0);
	export_all(a, NULL, &text);
	assert_non_null(strstr(buf_cstr(&text), "jo@acme.com"));
	export_all(a, &(struct reviews_opts){.since_ns = TIME_UNKNOWN, .masked = true}, &text);
	assert_null(strstr(buf_cstr(&text), "jo@acme.com"));
	assert_non_null(strstr(buf_cstr(&text), "\"masked\":true"));
	remove_store(a, "a");
	remove_store(b, "b");
	buf_done(&text);
}

/* A tag and the name of a score are what somebody typed, too. */
static void test_masked_part(void **state)
{
	(void)state;
	struct db *a = open_store("a");
	struct buf text = BUF_INIT;
	import_text(a,
	            STR_LIT(HEAD "{" EVENT TARGET
	                         "\"author\":\"a\",\"field\":\"tag\",\"part\":\"jo@acme.com\",\"value\":"
	                         "\"jo@acme.com\",\"queue\":\"for jo@acme.com\",\"time\":\"2026-11-20\"}\n"),
	            0, 1);
	export_all(a, &(struct reviews_opts){.since_ns = TIME_UNKNOWN, .masked = true}, &text);
	assert_null(strstr(buf_cstr(&text), "jo@acme.com"));
	assert_non_null(strstr(buf_cstr(&text), "\"masked\":true"));
	remove_store(a, "a");
	buf_done(&text);
}

/* A withdrawal that names another place than the event it withdraws: nothing, whichever came first. */
static void test_strange_withdrawal(void **state)
{
	(void)state;
	static const char *const lines[] = {"{" EVENT TARGET REST "\n",
	                                    "{\"event\":\"ff112233445566778899aabbccddeeff\"," TARGET
	                                    "\"author\":\"anna\",\"field\":\"note\",\"time\":\"2026-11-21\","
	                                    "\"withdraws\":\"00112233445566778899aabbccddeeff\"}\n"};
	struct buf state_a = BUF_INIT, state_b = BUF_INIT;
	for (int i = 0; i < 2; i++) {
		struct db *a = open_store("a");
		import_text(a, str_of(lines[i]), 0, 1);
		import_text(a, str_of(lines[1 - i]), 0, 1);
		dump_state(a, i ? &state_b : &state_a);
		remove_store(a, "a");
	}
	assert_string_equal(buf_cstr(&state_a), buf_cstr(&state_b));
	assert_true(state_a.len > 0);
	buf_done(&state_a);
	buf_done(&state_b);
}

/* ---------------------------------------------------------------- filters, disagreements */

static void say(struct db *to, const char *key, const char *author, const char *value, int64_t now, unsigned how)
{
	struct err err = ERR_INIT;
	struct annotation_target t = {str_of(key), STR_LIT("q"), str_of(strchr(key, ':') ? "other" : "a")};
	struct annotate_opts opts = {.author = str_of(author), .now_ns = now, .how = how, .queue = STR_LIT("q1")};
	struct say s = {FIELD_VERDICT, STR_NONE, str_of(value)};
	struct event_id id;
	assert_true(annotate(to, &t, &opts, &s, 1, &id, &err));
}

static void test_disagreements(void **state)
{
	(void)state;
	struct db *a = open_store("a");
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct disagreement *found;
	struct buf text = BUF_INIT;
	size_t n;
	int64_t total;
	say(a, "k1", "anna", "good", 100, 0);
	say(a, "k2", "bo", "bad", 200, 0); /* the same question and answer under another key */
	say(a, "trace:t", "anna", "good", 300, 0);
	say(a, "trace:t", "bo", "bad", 400, HOW_PROPOSED); /* counts nowhere */
	assert_true(disagreements(a, NULL, 10, &arena, &found, &n, &total, &err));
	assert_int_equal(n, 1);
	assert_int_equal(total, 1);
	assert_int_equal(found[0].n, 2);
	assert_true(str_is(found[0].said[0].author, "anna") && str_is(found[0].said[1].value, "bad"));
	say(a, "k1", "bo", "good", 500, 0); /* the newer word on it */
	assert_true(disagreements(a, NULL, 10, &arena, &found, &n, &total, &err));
	assert_int_equal(total, 0);
	assert_int_equal(export_all(a, &(struct reviews_opts){.since_ns = 300}, &text), 3);
	assert_int_equal(
	    export_all(a, &(struct reviews_opts){.since_ns = TIME_UNKNOWN, .author = STR_LIT("bo")}, &text), 3);
	assert_int_equal(export_all(a, &(struct reviews_opts){.since_ns = TIME_UNKNOWN, .queue = STR_LIT("q2")}, &text),
	                 0);
	assert_int_equal(text.len, 0);
	arena_done(&arena);
	buf_done(&text);
	remove_store(a, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_union),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_bad_lines),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_masked_part),
	    cmocka_unit_test(test_conflict),
	    cmocka_unit_test(test_strange_withdrawal),
	    cmocka_unit_test(test_disagreements),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
