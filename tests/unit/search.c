/* Full-text search: the index, what is read without it, and a plain look at the texts all say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "import/import.h"
#include "store/base/json.h"
#include "store/base/scan.h"
#include "store/base/text_words.h"
#include "store/query/filter.h"
#include "store/query/search.h"
#include "store/query/traces.h"
#include "store/search.h"
#include "store/search_segment.h"
#include "store/stat/rng.h"

/* ---------------------------------------------------------------- a store of its own */

static char dir[] = "/tmp/spoor-search-XXXXXX", path[64];
static struct db *db;

static void open_store(void)
{
	struct err err = ERR_INIT;
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
}

static void close_store(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[96];
		snprintf(file, sizeof file, "%s%s", path, ends[i]);
		unlink(file);
	}
}

static int setup(void **state)
{
	(void)state;
	sink_set_decoder(import_decode);
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

static void import_text(struct str text)
{
	char file[96];
	snprintf(file, sizeof file, "%s/in.jsonl", dir);
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(text.ptr, 1, text.len, f), text.len);
	fclose(f);
	struct import_report report = {0};
	struct err err = ERR_INIT;
	char *paths[] = {file};
	bool ok = import_paths(db, paths, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err);
	import_report_done(&report);
	unlink(file);
	if (!ok)
		fail_msg("%s", err.text);
}

static void index_all(void)
{
	struct err err = ERR_INIT;
	int percent;
	if (!search_index(db, 2, NULL, &err) || !search_percent(db, &percent, &err))
		fail_msg("%s", err.text);
	assert_int_equal(percent, 100);
}

static void drop_index(void)
{
	struct err err = ERR_INIT;
	int percent;
	if (!search_drop(db, &err) || !search_percent(db, &percent, &err))
		fail_msg("%s", err.text);
	assert_int_equal(percent, 0);
}

/* One span: trace and span by number, its name and the JSON text of an attribute's value. */
static void add_span(struct buf *out, unsigned trace, unsigned span, struct str input)
{
	buf_printf(
	    out,
	    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
	    "\"framed\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"step\","
	    "\"startTimeUnixNano\":\"%llu\",\"endTimeUnixNano\":\"%llu\",\"attributes\":[{\"key\":\"input.value\","
	    "\"value\":{\"stringValue\":",
	    trace + 0x10000000u, span + 1, 1750000000000000000ull + span, 1750000000000000001ull + span);
	scan_quote(out, input);
	buf_add_cstr(out, "}}]}]}]}]}\n");
}

/* ---------------------------------------------------------------- searching */

/* Every hit of every page, one a line. */
static void found(const char *text, int64_t limit, struct buf *out)
{
	struct search_query q = {.text = str_of(text), .limit = limit};
	struct search_page page;
	struct err err = ERR_INIT;
	do {
		if (!search_page(db, &q, &page, &err))
			fail_msg("\"%s\": %s", text, err.text);
		for (size_t i = 0; i < page.n; i++) {
			const struct search_hit *h = &page.hits[i];
			assert_true(h->snippet.len <= SNIPPET_BYTES && h->match_at + h->match_len <= h->snippet.len);
			buf_printf(out, STR_FMT " " STR_FMT " %s " STR_FMT "\n", STR_ARG(h->trace_text),
			           STR_ARG(h->span_text), h->field, STR_ARG(h->snippet));
			assert_true(q.before == 0 || h->record < q.before);
		}
		q.before = page.n ? page.hits[page.n - 1].record : 0;
		bool more = page.more;
		search_page_done(&page);
		if (!more)
			break;
	} while (true);
}

static size_t n_found(const char *text)
{
	struct buf out = BUF_INIT;
	size_t n = 0;
	found(text, 50, &out);
	for (size_t i = 0; i < out.len; i++)
		n += out.ptr[i] == '\n';
	buf_done(&out);
	return n;
}

static void check_n(const char *text, size_t want)
{
	size_t n = n_found(text);
	if (n != want)
		fail_msg("\"%s\": %zu hits, not %zu", text, n, want);
}

/* ---------------------------------------------------------------- what is a word */

static void test_words(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = {
	    {"Café",              "cafe",               true },
            {"NAÏVE",             "naive",              true },
            {"cafe\u0301",         "café",              true },
	    {"Straße",            "strasse",            false},
            {"ÅNGSTRÖM",         "angstrom",           true },
            {"Ёлка",           "елка",           true },
	    {"ΆΛΦΑ",           "αλφα",           true },
            {"refund",             "refunds",            false},
            {"が",                "か",                false},
	    {"हिन्दी", "हिन्दी", true },
	};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct words a = words_of(str_of(pairs[i].a)), b = words_of(str_of(pairs[i].b));
		struct word x, y, rest;
		assert_true(words_next(&a, &x) && words_next(&b, &y));
		assert_false(words_next(&a, &rest));
		if ((x.hash == y.hash) != pairs[i].same)
			fail_msg("%s and %s", pairs[i].a, pairs[i].b);
		assert_true(x.hash == words_prefix(str_of(pairs[i].a), x.n_codes));
	}
	struct words w = words_of(STR_LIT("get_balance 返金は"));
	struct word word;
	static const size_t at[] = {0, 4, 12, 15, 18};
	for (size_t i = 0; i < 5; i++) {
		assert_true(words_next(&w, &word));
		assert_int_equal(word.at, at[i]);
		assert_int_equal(word.single, i >= 2);
		assert_int_equal(word.glued, i >= 3);
	}
	assert_false(words_next(&w, &word));
}

static void test_queries(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "The refund policy says: sixty days.",
	    "Refunds are paid after a policy check",
	    "{\"city\":\"M\\u00fcnchen\",\"tool\":\"get_balance\",\"note\":\"line one\\nline two\"}",
	    "返金ポリシーは六十日です",
	    "C:\\temp\\new and --> arrows 🎉 \"quoted\"",
	    "[{\"role\":\"user\",\"content\":\"{\\\"inner\\\":\\\"na\\\\u00efve tail\\\"}\"}]",
	};
	static const struct {
		const char *text;
		size_t n;
	} queries[] = {
	    {"refund",              1},
	    {"REFUND*",             2},
	    {"refund policy",       1},
	    {"policy refund",       1},
	    {"\"refund policy\"",   1},
	    {"\"policy refund\"",   0},
	    {"policy",              2},
	    {"munchen",             1},
	    {"München",            1},
	    {"get_balance",         1},
	    {"balance_get",         0},
	    {"\"one line\"",        1},
	    {"nline",               0},
	    {"返金",              1},
	    {"金返",              0},
	    {"返",                 1},
	    {"ポリシー",        1},
	    {"temp",                1},
	    {"emp",                 0},
	    {"-->",                 1},
	    {"🎉",                1},
	    {"🎂",                0},
	    {"naive",               1},
	    {"\"naive tail\"",      1},
	    {"refund -->",          0},
	    {"framed",              6},
	    {"step",                6},
	    {"r*",                  3},
	    {"sixty*",              1},
	    {"\"",                  6},
	    {"refund OR policy",    0},
	    {"NEAR(refund policy)", 0},
	    {"text:refund",         0},
	    {"\"refund policy",     1},
	    {"*",	           0},
	};
	struct buf in = BUF_INIT;
	open_store();
	for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
		add_span(&in, i, i, str_of(texts[i]));
	import_text(buf_str(&in));
	for (int indexed = 0; indexed < 2; indexed++) {
		for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
			check_n(queries[i].text, queries[i].n);
		index_all();
	}
	struct search_page page;
	struct err err = ERR_INIT;
	assert_true(search_page(db, &(struct search_query){.text = STR_LIT("policy says"), .limit = 5}, &page, &err));
	assert_int_equal(page.n, 1);
	assert_string_equal(page.hits[0].field, "input");
	assert_true(
	    str_eq(str_cut(page.hits[0].snippet, page.hits[0].match_at, page.hits[0].match_len), STR_LIT("policy")));
	search_page_done(&page);
	assert_false(search_page(db, &(struct search_query){.text = STR_LIT(""), .limit = 5}, &page, &err));
	assert_int_equal(err.code, ERR_USAGE);
	search_page_done(&page);
	buf_done(&in);
	close_store();
}

/* ---------------------------------------------------------------- index and reading agree */

static const char *const vocabulary[] = {
    "refund", "policy", "Charge", "NAÏVE",     "naive", "w9",  "w91",   "w9123", "返金", "ポリシー", "día",    "x",
    "days",   "the",    "of",     "get_stats", "🎉",     "-->", "100.5", "ключ",  "a\"b", "c\\n",     "charge", "zeta",
};
enum { N_VOCABULARY = sizeof vocabulary / sizeof *vocabulary };

static void add_words(struct rng *dice, struct buf *out, int n)
{
	for (int i = 0; i < n; i++) {
		uint64_t k = rng_index(dice, 40);
		if (k < N_VOCABULARY)
			buf_add_cstr(out, vocabulary[k]);
		else
			buf_printf(out, "r%llu", (unsigned long long)rng_index(dice, 3000));
		buf_add_cstr(out, rng_index(dice, 6) ? " " : ".\n");
	}
}

/* Traces of some spans, each sent the conversation so far as JSON in a string. */
static void make_chats(struct rng *dice, struct buf *out, unsigned from, unsigned n)
{
	for (unsigned t = from; t < from + n; t++) {
		struct buf chat = BUF_INIT, message = BUF_INIT, value = BUF_INIT;
		unsigned spans = 1 + (unsigned)rng_index(dice, 6);
		for (unsigned s = 0; s < spans; s++) {
			buf_clear(&message);
			buf_clear(&value);
			add_words(dice, &message, 3 + (int)rng_index(dice, 60));
			buf_add_cstr(&chat, chat.len ? "," : "");
			scan_quote(&chat, buf_str(&message));
			buf_add_char(&value, 0x5b);
			buf_add_str(&value, buf_str(&chat));
			buf_add_char(&value, 0x5d);
			add_span(out, t, t * 16 + s, rng_index(dice, 4) ? buf_str(&value) : buf_str(&message));
		}
		buf_done(&chat);
		buf_done(&message);
		buf_done(&value);
	}
}

static void make_query(struct rng *dice, struct buf *out)
{
	int n = 1 + (int)rng_index(dice, 3);
	buf_clear(out);
	bool phrase = rng_index(dice, 4) == 0;
	buf_add_cstr(out, phrase ? "\"" : "");
	for (int i = 0; i < n; i++) {
		buf_add_cstr(out, i ? " " : "");
		if (rng_index(dice, 3))
			buf_add_cstr(out, vocabulary[rng_index(dice, N_VOCABULARY)]);
		else
			buf_printf(out, "r%llu", (unsigned long long)rng_index(dice, 3000));
		buf_add_cstr(out, !phrase && rng_index(dice, 5) == 0 ? "*" : "");
	}
	buf_add_cstr(out, phrase ? "\"" : "");
}

enum { QUERIES = 40 };
struct answers {
	struct buf query[QUERIES], hits[QUERIES];
};

static void ask_all(struct answers *a, bool first, const char *when)
{
	for (int i = 0; i < QUERIES; i++) {
		struct buf hits = BUF_INIT;
		found(buf_cstr(&a->query[i]), first ? 1000000 : 97, &hits);
		if (first)
			a->hits[i] = hits;
		else if (!str_eq(buf_str(&hits), buf_str(&a->hits[i])))
			fail_msg("%s, \"%s\":\n%s\nnot\n%s", when, buf_cstr(&a->query[i]), buf_cstr(&hits),
			         buf_cstr(&a->hits[i]));
		if (!first)
			buf_done(&hits);
	}
}

/* Each block is in one segment, segments do not overlap. */
static void check_segments(void)
{
	int64_t blocks = 0, lost = 0, overlaps = 0;
	struct err err = ERR_INIT;
	assert_true(db_int(db, "SELECT count(*) FROM block", 0, &blocks, &err));
	assert_true(db_int(db,
	                   "SELECT count(*) FROM block b WHERE (SELECT count(*) FROM search s WHERE b.first BETWEEN "
	                   "s.first AND s.last) <> 1",
	                   0, &lost, &err));
	assert_true(db_int(
	    db, "SELECT count(*) FROM search a, search b WHERE a.id < b.id AND a.last >= b.first AND b.last >= a.first",
	    0, &overlaps, &err));
	assert_true(blocks > 0);
	assert_int_equal(lost, 0);
	assert_int_equal(overlaps, 0);
}

static void make_store(struct answers *a, uint64_t seed)
{
	static const unsigned sizes[] = {300, 40, 120, 1, 1};
	struct rng dice = rng_stream(seed, 1);
	unsigned from = 0;
	open_store();
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct buf in = BUF_INIT;
		make_chats(&dice, &in, from, sizes[i]);
		import_text(buf_str(&in));
		from += sizes[i];
		buf_done(&in);
		if (a && i == 1)
			index_all(); /* so that there are several segments */
	}
	for (int i = 0; a && i < QUERIES; i++) {
		a->query[i] = a->hits[i] = BUF_INIT;
		make_query(&dice, &a->query[i]);
	}
}

static void answers_done(struct answers *a)
{
	for (int i = 0; i < QUERIES; i++) {
		buf_done(&a->query[i]);
		buf_done(&a->hits[i]);
	}
}

static void test_index_is_reading(void **state)
{
	(void)state;
	struct answers a;
	struct err err = ERR_INIT;
	int64_t middle = 0;
	make_store(&a, 3);
	drop_index();
	ask_all(&a, true, "");
	size_t any = 0;
	for (int i = 0; i < QUERIES; i++)
		any += a.hits[i].len > 0;
	assert_true(any > QUERIES / 3 && any < QUERIES);
	ask_all(&a, false, "read, in small pages");
	index_all();
	check_segments();
	ask_all(&a, false, "indexed");
	assert_true(db_int(db, "SELECT first + 1 FROM block ORDER BY first LIMIT 1 OFFSET 2", 0, &middle, &err));
	assert_true(db_begin(db, &err) && search_forget(db, middle, middle, &err) && db_commit(db, &err));
	ask_all(&a, false, "one segment forgotten");
	index_all();
	check_segments();
	ask_all(&a, false, "indexed again");
	answers_done(&a);
	close_store();
}

/* The traces a filter finds: those of all hits. */
static void test_filter(void **state)
{
	(void)state;
	struct answers a;
	make_store(&a, 4);
	for (int i = 0; i < QUERIES; i++) {
		struct buf hits = BUF_INIT;
		struct err err = ERR_INIT;
		struct trace_page page;
		struct arena arena = ARENA_INIT;
		char last[33] = "", text[256];
		int64_t want = 0;
		if (buf_cstr(&a.query[i])[0] != '"')
			continue;
		found(buf_cstr(&a.query[i]), 1000, &hits);
		struct str rest = buf_str(&hits), line; /* hits of one trace stand together here */
		while (str_split(&rest, '\n', &line)) {
			if (line.len > 32 && strncmp(line.ptr, last, 32) != 0 &&
			    strncmp(line.ptr, "00000000", 8) == 0) {
				snprintf(last, sizeof last, "%.32s", line.ptr);
				want++;
			}
		}
		struct buf escaped = BUF_INIT;
		struct str inner = str_cut(buf_str(&a.query[i]), 1, a.query[i].len - 2);
		if (str_find_char(inner, '"') == SIZE_MAX && str_find_char(inner, '\\') == SIZE_MAX) {
			snprintf(text, sizeof text, "text:\"%.*s\"", (int)inner.len, inner.ptr);
			struct filter *f = filter_parse(&arena, str_of(text), FILTER_TRACES, 0, NULL);
			assert_non_null(f);
			if (!traces_page(db, &(struct trace_query){.filter = f, .limit = 5000}, &page, &err))
				fail_msg("%s", err.text);
			if (page.total != want)
				fail_msg("%s: %lld traces, not %lld", text, (long long)page.total, (long long)want);
			trace_page_done(&page);
		}
		buf_done(&escaped);
		buf_done(&hits);
		arena_done(&arena);
	}
	answers_done(&a);
	close_store();
}

/* ---------------------------------------------------------------- killed and cancelled */

static struct search_progress watched;
static int64_t kill_at;

static void *kill_when_due(void *any)
{
	(void)any;
	while (atomic_load(&watched.segments) < kill_at)
		sched_yield();
	raise(SIGKILL);
	return NULL;
}

static void test_killed(void **state)
{
	(void)state;
	struct answers a;
	make_store(&a, 5);
	drop_index();
	ask_all(&a, true, "");
	for (kill_at = 0; kill_at < 2; kill_at++) {
		pid_t child;
		drop_index();
		db_close(db);
		fflush(NULL);
		if ((child = fork()) == 0) {
			pthread_t killer;
			struct db *own = db_open(path, DB_WRITE, NULL);
			if (own && pthread_create(&killer, NULL, kill_when_due, NULL) == 0)
				search_index(own, 1, &watched, NULL);
			for (;;)
				pause();
		}
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		db = db_open(path, DB_WRITE, NULL);
		assert_non_null(db);
		ask_all(&a, false, "killed");
		index_all();
		check_segments();
		ask_all(&a, false, "gone on with");
	}
	answers_done(&a);
	close_store();
}

static void test_cancelled(void **state)
{
	(void)state;
	struct search_progress p = {0};
	struct err err = ERR_INIT;
	int percent;
	make_store(NULL, 6);
	atomic_store(&p.cancel, true);
	assert_true(search_index(db, 2, &p, &err));
	assert_int_equal(atomic_load(&p.segments), 0);
	assert_true(search_percent(db, &percent, &err) && percent == 0);
	atomic_store(&p.cancel, false);
	assert_true(search_index(db, 2, &p, &err));
	assert_int_equal(atomic_load(&p.percent), 100);
	check_segments();
	close_store();
}

/* ---------------------------------------------------------------- hostile text */

static uint64_t schema_hash(void)
{
	struct err err = ERR_INIT;
	struct buf all = BUF_INIT;
	struct stmt *s = db_query(db, "SELECT ifnull(sql,'') FROM sqlite_schema ORDER BY name", &err);
	assert_non_null(s);
	while (stmt_step(s, &err) == STEP_ROW)
		buf_add_str(&all, col_str(s, 0));
	stmt_end(s);
	uint64_t hash = hash64(buf_str(&all));
	buf_done(&all);
	return hash;
}

struct strings {
	struct str *at;
	size_t n, cap;
};

/* Every string of a JSON text. */
static void strings_of(struct str json, struct arena *arena, struct strings *out)
{
	struct scan scan = SCAN_INIT;
	if (!scan_text(&scan, json, &(struct scan_opts){.last = true, .replace_utf8 = true, .lenient = true}))
		return;
	for (uint32_t i = 0; i < scan.n; i++)
		if (scan.tokens[i].type == SCAN_STRING && scan.tokens[i].len)
			*vec_add(out) = arena_str(arena, val_str((struct val){&scan, i}, arena));
	scan_done(&scan);
}

static void read_file(const char *name, struct arena *arena, struct strings *out)
{
	char file[512];
	struct buf text = BUF_INIT;
	snprintf(file, sizeof file, "%s/hostile/%s",
	         getenv("SPOOR_CORPUS") ? getenv("SPOOR_CORPUS") : "../shared/corpus", name);
	FILE *f = fopen(file, "rb");
	char bytes[4096];
	for (size_t n; f && (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&text, bytes, n);
	if (f)
		fclose(f);
	struct str rest = buf_str(&text), line;
	if (rest.len && rest.ptr[0] == '[') {
		strings_of(rest, arena, out);
	} else {
		while (str_split(&rest, '\n', &line))
			strings_of(line, arena, out);
	}
	buf_done(&text);
}

/* Each string is a span's input; searched for as it is, its span is among the hits. */
static void test_hostile(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct strings all = {0};
	struct buf in = BUF_INIT;
	read_file("naughty/blns.json", &arena, &all);
	read_file("made/sql-fts-injection.jsonl", &arena, &all);
	if (!all.n) {
		print_message("skipped: no corpus\n");
		return;
	}
	open_store();
	uint64_t schema = schema_hash();
	for (unsigned i = 0; i < all.n; i++)
		add_span(&in, i, i, all.at[i]);
	import_text(buf_str(&in));
	for (int indexed = 0; indexed < 2; indexed++) {
		for (unsigned i = 0; i < all.n; i++) {
			struct search_page page;
			struct err err = ERR_INIT;
			struct words words = words_of(all.at[i]);
			struct word any;
			char id[33];
			if (indexed && !words_next(&words, &any))
				continue; /* read, as before */
			bool there = false;
			snprintf(id, sizeof id, "%032x", i + 0x10000000u);
			if (!search_page(db, &(struct search_query){.text = all.at[i], .limit = 100000}, &page, &err))
				fail_msg("\"" STR_FMT "\": %s", STR_ARG(all.at[i]), err.text);
			for (size_t k = 0; k < page.n; k++)
				there = there || str_is(page.hits[k].trace_text, id);
			if (!there)
				fail_msg("not found%s: \"" STR_FMT "\"", indexed ? ", indexed" : "",
				         STR_ARG(all.at[i]));
			search_page_done(&page);
		}
		index_all();
	}
	assert_true(schema == schema_hash());
	vec_done(&all);
	buf_done(&in);
	arena_done(&arena);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),   cmocka_unit_test(test_queries), cmocka_unit_test(test_index_is_reading),
	    cmocka_unit_test(test_filter),  cmocka_unit_test(test_killed),  cmocka_unit_test(test_cancelled),
	    cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
