/* What a review queue is made of (store/query/queue_make.h), and the bundle that travels (queue_bundle.h), on the sample files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "store/base/units.h"
#include "store/query/queue_bundle.h"
#include "store/query/queue_offers.h"
#include "store/query/queue_subject.h"
#include "store/query/runs.h"
#include "tests/store.h"

static const int64_t t0 = INT64_C(1795219200000000000); /* 2026-11-21 */

static void import_files(struct db *to, const char *const *names, size_t n)
{
	struct err err = ERR_INIT;
	struct import_report report = {0};
	const struct import_opts opts = {.now_ns = t0};
	char *paths[8];
	for (size_t i = 0; i < n; i++)
		paths[i] = xstrdup(names[i]);
	bool ok = import_paths(to, paths, n, &opts, NULL, &report, &err);
	import_report_done(&report);
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	if (!ok)
		fail_msg("%s", err.text);
}

static const char *const files[] = {"tests/data/eval-v12.json", "tests/data/eval-v13.json",
                                    "tests/data/evals-claims.tar.gz", "tests/data/traces-agent.jsonl"};
enum { N_FILES = sizeof files / sizeof *files };

static int setup(void **state)
{
	if (store_setup(state) != 0)
		return -1;
	import_files(db, files, N_FILES);
	return 0;
}

static int64_t run_of(struct db *at, const char *name)
{
	int64_t id;
	struct err err = ERR_INIT;
	if (!runs_find(at, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

static struct queue_found found_in(struct db *at, struct queue_ask ask)
{
	struct queue_found f;
	struct err err = ERR_INIT;
	if (!ask.author.ptr)
		ask.author = STR_LIT("ann");
	ask.now_ns = t0;
	if (!queue_candidates(at, &ask, &f, &err))
		fail_msg("%s", err.text);
	return f;
}

static void same_items(const struct queue_found *a, const struct queue_found *b, size_t n)
{
	assert_true(a->n >= n && b->n >= n);
	for (size_t i = 0; i < n; i++) {
		assert_true(a->items[i].input_hash == b->items[i].input_hash);
		assert_true(a->items[i].output_hash == b->items[i].output_hash);
	}
}

static void samples_are_the_same_everywhere(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char path[128];
	static const char *const backwards[] = {"tests/data/traces-agent.jsonl", "tests/data/evals-claims.tar.gz",
	                                        "tests/data/eval-v13.json", "tests/data/eval-v12.json"};
	snprintf(path, sizeof path, "%s/other.db", store_dir);
	struct db *other = db_open(path, DB_WRITE, &err);
	assert_non_null(other);
	import_files(other, backwards, N_FILES);
	for (int kind = 0; kind < 2; kind++) {
		enum queue_from from = kind ? QUEUE_TRACES : QUEUE_CASES;
		struct queue_found a = found_in(db, (struct queue_ask){.from = from, .sample = 20, .seed = 7}),
		                   b = found_in(other, (struct queue_ask){.from = from, .sample = 20, .seed = 7}),
		                   fewer = found_in(db, (struct queue_ask){.from = from, .sample = 5, .seed = 7}),
		                   seed = found_in(db, (struct queue_ask){.from = from, .sample = 20, .seed = 8});
		assert_int_equal(a.n, 20);
		assert_int_equal(a.fit, b.fit);
		same_items(&a, &b, 20);
		same_items(&a, &fewer, 5);
		size_t equal = 0;
		for (size_t i = 0; i < 20; i++)
			equal += a.items[i].output_hash == seed.items[i].output_hash;
		assert_true(equal < 20);
		queue_found_done(&a);
		queue_found_done(&b);
		queue_found_done(&fewer);
		queue_found_done(&seed);
	}
	db_close(other);
	for (int i = 0; i < 5; i++) {
		char file[160];
		snprintf(file, sizeof file, "%s%s", path,
		         (const char *const[]){"", "-wal", "-shm", "-lock", "-import"}[i]);
		unlink(file);
	}
}

static int64_t status_of(const struct queue_item *item)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(db, "SELECT status FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", &err);
	stmt_int(s, 1, item->run);
	stmt_int(s, 2, item->case_id);
	stmt_int(s, 3, item->repeat);
	assert_int_equal(stmt_step(s, &err), STEP_ROW);
	int64_t status = col_int(s, 0);
	stmt_end(s);
	return status;
}

static void strata_get_equal_shares(void **state)
{
	(void)state;
	struct queue_ask ask = {.from = QUEUE_CASES, .run = run_of(db, "v13"), .sample = 20, .seed = 3};
	ask.stratify = STR_LIT("verdict");
	struct queue_found even = found_in(db, ask);
	int64_t counts[4] = {0};
	for (size_t i = 0; i < even.n; i++)
		counts[status_of(&even.items[i])]++;
	assert_int_equal(even.n, 20);
	assert_int_equal(counts[CASE_FAILED], 10); /* there are 10, and as many passed are taken */
	assert_int_equal(counts[CASE_PASSED], 10);
	queue_found_done(&even);
	ask.sample = 30; /* all that failed, the rest is filled */
	even = found_in(db, ask);
	memset(counts, 0, sizeof counts);
	for (size_t i = 0; i < even.n; i++)
		counts[status_of(&even.items[i])]++;
	assert_int_equal(counts[CASE_FAILED], 10);
	assert_int_equal(even.n, 30);
	queue_found_done(&even);

	struct err err = ERR_INIT;
	ask.stratify = STR_LIT("weather");
	ask.now_ns = t0;
	assert_false(queue_candidates(db, &ask, &even, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.text, "status"));
	queue_found_done(&even);
}

static void equal_answers_are_one(void **state)
{
	(void)state;
	struct queue_found f = found_in(db, (struct queue_ask){.from = QUEUE_CASES});
	assert_int_equal(f.met, 646);
	assert_int_equal(f.met, f.equal + f.silent + f.judged + f.fit);
	assert_true(f.equal > 0);
	for (size_t i = 0; i < f.n; i++)
		for (size_t k = i + 1; k < f.n; k++)
			assert_false(f.items[i].case_id == f.items[k].case_id &&
			             f.items[i].input_hash == f.items[k].input_hash &&
			             f.items[i].output_hash == f.items[k].output_hash);
	queue_found_done(&f);
	struct queue_found pairs =
	    found_in(db, (struct queue_ask){.from = QUEUE_PAIRS, .run = run_of(db, "v12"), .run_b = run_of(db, "v13")});
	assert_int_equal(pairs.n, 51);
	assert_int_equal(pairs.identical, 28);
	queue_found_done(&pairs);
}

/* A verdict of this person on that item. */
static void judge(const struct queue_item *item, const char *author, enum annotation_field field, const char *value)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct subject s;
	unsigned char event[16];
	struct block_cache *blocks = block_cache_new(db);
	if (!queue_subject(db, blocks, item, &arena, &s, &err) ||
	    !annotate_add(db, &s.target, str_of(author), field, str_of(value), t0, event, &err))
		fail_msg("%s", err.text);
	block_cache_free(blocks);
	arena_done(&arena);
}

static void what_one_judged_is_left_out(void **state)
{
	(void)state;
	const struct queue_ask asks[] = {
	    {.from = QUEUE_CASES, .run = run_of(db, "v13"), .where = STR_INIT("status:failed")},
	    { .from = QUEUE_TRACES,     .sorted = true,       .most = 20      },
	    { .from = QUEUE_PAIRS, .run = run_of(db,           "v12"),                 .run_b = run_of(db,                 "v13")},
	};
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
		struct queue_ask ask = asks[i], again = asks[i], other = asks[i];
		struct queue_found before = found_in(db, ask);
		bool pair = ask.from == QUEUE_PAIRS;
		judge(&before.items[1], "ann", pair ? FIELD_PREFERENCE : FIELD_VERDICT, pair ? "tie" : "bad");
		struct queue_found after = found_in(db, ask);
		again.again = true;
		other.author = STR_LIT("bob");
		struct queue_found with = found_in(db, again), bobs = found_in(db, other);
		assert_true(after.judged >= 1);
		assert_true(after.items[0].output_hash == before.items[0].output_hash);
		assert_true(after.items[1].output_hash == before.items[2].output_hash);
		assert_int_equal(with.n, before.n);
		assert_int_equal(bobs.n, before.n);
		queue_found_done(&before);
		queue_found_done(&after);
		queue_found_done(&with);
		queue_found_done(&bobs);
	}
}

static void an_empty_one_says_why(void **state)
{
	(void)state;
	const struct {
		struct queue_ask ask;
		const char *why;
	} rows[] = {
	    {{.from = QUEUE_CASES, .where = STR_INIT("title~nowhere-at-all")},                   "nothing matches: answers where"     },
	    {{.from = QUEUE_SPANS, .step = STR_INIT("no-such-step")},                            "nothing matches: steps no-such-step"},
	    {{.from = QUEUE_PAIRS, .run = run_of(db, "v12"), .run_b = run_of(db, "eval-C1")},    "no case is in both"                 },
	    {{.from = QUEUE_CASES, .run = run_of(db, "v13"), .where = STR_INIT("status:error")},
	     "the only one that matches has no answer"	                                                                        },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct queue_found f = found_in(db, rows[i].ask);
		assert_int_equal(f.n, 0);
		if (strncmp(f.why.ptr, rows[i].why, strlen(rows[i].why)) != 0)
			fail_msg("%s", f.why.ptr);
		queue_found_done(&f);
	}
	struct queue_found f;
	struct err err = ERR_INIT;
	const struct queue_ask wrong = {.from = QUEUE_ANSWERS, .where = STR_INIT("bogus:1"), .now_ns = t0};
	assert_false(queue_candidates(db, &wrong, &f, &err));
	assert_int_equal(err.code, ERR_USAGE);
	queue_found_done(&f);
}

static void the_same_words_go_on(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct queue_begun a, b, c;
	struct queue_ask ask = {
	    .from = QUEUE_CASES, .run = run_of(db, "v12"), .sample = 3, .author = STR_LIT("ann"), .now_ns = t0};
	const struct queue_begin how = {.mode = QUEUE_BLIND}, named = {.name = STR_LIT("mine")};
	assert_true(queue_begin(db, &ask, &how, &a, &err));
	assert_true(queue_begin(db, &ask, &how, &b, &err));
	assert_false(a.resumed);
	assert_true(b.resumed);
	assert_int_equal(a.id, b.id);
	queue_begun_done(&b);
	/* finished: the same words make another one, of another name */
	for (int64_t seq = 0; seq < 3; seq++) {
		const struct queue_mark done = {.state = QUEUE_DONE, .time_ns = t0 + seq, .spent_ns = 1};
		assert_true(db_begin(db, &err));
		assert_true(queue_mark(db, a.id, seq, ask.author, &done, NULL, &err));
		assert_true(db_commit(db, &err));
	}
	assert_true(queue_begin(db, &ask, &how, &b, &err));
	assert_false(b.resumed);
	assert_false(str_eq(a.name, b.name));
	assert_true(queue_begin(db, &ask, &named, &c, &err));
	assert_false(c.resumed);
	assert_true(str_is(c.name, "mine"));
	queue_begun_done(&c);
	ask.sample = 4; /* a name that is there wins over the words */
	assert_true(queue_begin(db, &ask, &named, &c, &err));
	assert_true(c.resumed);
	assert_int_equal(c.items, 3);
	/* a blind queue's name tells neither run nor outcome */
	assert_null(strstr(a.name.ptr, "v12"));
	queue_begun_done(&a);
	queue_begun_done(&b);
	queue_begun_done(&c);
}

static void offers_hold_what_they_say(void **state)
{
	(void)state;
	for (int i = 0; i < N_OFFERS; i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct queue_offer offer;
		if (!queue_offer(db, (enum queue_offer_kind)i, STR_LIT("cyd"), t0, &arena, &offer, &err))
			fail_msg("%s", err.text);
		struct queue_found f = found_in(db, offer.ask);
		assert_int_equal(offer.count, f.n);
		assert_true(offer.count > 0);
		queue_found_done(&f);
		arena_done(&arena);
	}
}

static void rows_that_went_are_found_by_their_texts(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct subject s;
	struct block_cache *blocks = block_cache_new(db);
	struct queue_found f =
	    found_in(db, (struct queue_ask){.from = QUEUE_CASES, .run = run_of(db, "v13"), .again = true});
	struct queue_item item = f.items[3];
	item.run = 999; /* its run was forgotten and imported again */
	assert_true(queue_subject(db, blocks, &item, &arena, &s, &err));
	assert_true(s.output_hash == f.items[3].output_hash);
	item = f.items[3];
	item.case_id = f.items[4].case_id; /* another answer has its ids now */
	assert_true(queue_subject(db, blocks, &item, &arena, &s, &err));
	assert_true(s.output_hash == f.items[3].output_hash);
	item.output_hash++;
	assert_false(queue_subject(db, blocks, &item, &arena, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	queue_found_done(&f);
	block_cache_free(blocks);
	arena_done(&arena);
}

/* ---------------------------------------------------------------- bundles */

static void content_comes_back_as_it_was(void **state)
{
	(void)state;
	static const char odd[] = "NUL \0 and \xff ill-formed";
	const struct subject_text turns[] = {
	    {STR_INIT("user"), STR_INIT("hello")},
            {{NULL, 0},        STR_INIT("")     }
        };
	const struct subject s = {
	    .at = {.kind = SUBJECT_CASE  },
	    .target = {               STR_LIT("key"), {odd, sizeof odd - 1}, STR_LIT("out")},
	    .answer = { odd,                    sizeof odd - 1},
	    .turns = turns,
	    .n_turns = 2
        };
	struct pack *pack = pack_new(3);
	struct buf content = BUF_INIT;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct subject back;
	queue_content_write(pack, &s, &content);
	assert_true(queue_content_read(buf_str(&content), &arena, &back, &err));
	assert_true(str_eq(back.answer, s.answer));
	assert_null(back.question.ptr);
	assert_int_equal(back.n_turns, 2);
	assert_true(str_is(back.turns[0].name, "user"));
	assert_null(back.turns[1].name.ptr);
	assert_non_null(back.turns[1].text.ptr);
	struct sha256 hash = annotation_target_hash(&s.target);
	assert_memory_equal(back.hash.byte, hash.byte, sizeof hash);
	/* cut anywhere, or with any byte changed: an error or another item, never more than that */
	for (size_t cut = 0; cut < content.len; cut++)
		assert_false(queue_content_read(str_cut(buf_str(&content), 0, cut), &arena, &back, &err));
	for (size_t i = 0; i < content.len; i++) {
		content.ptr[i] = (char)(content.ptr[i] ^ 0x55);
		queue_content_read(buf_str(&content), &arena, &back, &err);
		content.ptr[i] = (char)(content.ptr[i] ^ 0x55);
	}
	buf_done(&content);
	pack_free(pack);
	arena_done(&arena);
}

static int64_t count_of(struct db *at, const char *sql)
{
	struct err err = ERR_INIT;
	int64_t n;
	assert_true(db_int(at, sql, -1, &n, &err));
	return n;
}

static void a_bundle_holds_the_queue_and_nothing_else(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct buf name = BUF_INIT;
	struct queue_begun begun;
	struct queue_bundle bundle;
	struct subject here, there;
	struct queue_item item, home;
	char file[128];
	const struct queue_bundle_opts plain = {.force = false};
	const struct queue_ask ask = {.from = QUEUE_PAIRS,
	                              .run = run_of(db, "v12"),
	                              .run_b = run_of(db, "v13"),
	                              .sample = 4,
	                              .author = STR_LIT("ann"),
	                              .now_ns = t0};
	const struct queue_begin how = {.name = STR_LIT("To go"), .mode = QUEUE_BLIND, .rubric = STR_LIT("Be kind.")};
	assert_true(queue_begin(db, &ask, &how, &begun, &err));
	snprintf(file, sizeof file, "%s/to-go.spoor", store_dir);
	if (!queue_bundle_write(db, begun.id, &plain, file, &bundle, &err))
		fail_msg("%s", err.text);
	assert_int_equal(bundle.items, 4);
	assert_int_equal(bundle.missing, 0);
	assert_false(queue_bundle_write(db, begun.id, &plain, file, &bundle, &err)); /* it is there */
	err = ERR_INIT;
	assert_true(queue_bundle_is(file, &name, &err));
	assert_string_equal(buf_cstr(&name), "To go");
	assert_false(queue_bundle_is(store_path, &name, &err)); /* a store is no bundle */
	assert_false(queue_bundle_is("tests/data/eval-v12.json", &name, &err));
	assert_int_equal(err.code, ERR_NONE);

	struct db *at = db_open(file, DB_READ, &err);
	assert_non_null(at);
	assert_int_equal(count_of(at, "SELECT count(*) FROM queue_item WHERE content IS NOT NULL"), 4);
	assert_int_equal(count_of(at,
	                          "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM trace) + (SELECT count(*)"
	                          " FROM block) + (SELECT count(*) FROM annotation) + (SELECT count(*) FROM word) +"
	                          " (SELECT count(*) FROM source) + (SELECT count(*) FROM queue_mark)"),
	                 0);
	assert_int_equal(count_of(at, "SELECT count(*) FROM queue WHERE made_from LIKE '%v1%'"), 0);
	assert_true(queue_item(at, 1, 2, &arena, &item, &err));
	assert_true(queue_item(db, begun.id, 2, &arena, &home, &err));
	struct block_cache *blocks = block_cache_new(db);
	assert_true(queue_subject(at, NULL, &item, &arena, &there, &err));
	assert_true(queue_subject(db, blocks, &home, &arena, &here, &err));
	assert_memory_equal(there.hash.byte, here.hash.byte,
	                    sizeof here.hash); /* the verdict will be on the same target */
	assert_true(str_eq(there.answer_b, here.answer_b));
	assert_null(there.run.ptr);
	assert_int_equal(there.n_scores, 0);
	block_cache_free(blocks);
	db_close(at);
	for (int i = 0; i < 5; i++) {
		char beside[160];
		snprintf(beside, sizeof beside, "%s%s", file,
		         (const char *const[]){"", "-wal", "-shm", "-lock", "-import"}[i]);
		unlink(beside);
	}
	buf_done(&name);
	queue_begun_done(&begun);
	arena_done(&arena);
}

/* Verdicts said in a queue elsewhere count as done here, for who said them. */
static void merged_verdicts_are_marked(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct queue_begun begun;
	struct arena arena = ARENA_INIT;
	struct event_id event;
	struct subject s;
	int64_t marked;
	const struct queue_ask ask = {
	    .from = QUEUE_CASES, .run = run_of(db, "eval-C2"), .sample = 3, .author = STR_LIT("ann"), .now_ns = t0};
	const struct queue_begin how = {.name = STR_LIT("Sent out")};
	assert_true(queue_begin(db, &ask, &how, &begun, &err));
	struct block_cache *blocks = block_cache_new(db);
	assert_true(queue_subject(db, blocks, &begun.found.items[1], &arena, &s, &err));
	const struct annotate_opts opts = {.author = STR_LIT("eve"), .now_ns = t0, .queue = STR_LIT("Sent out")};
	const struct say say = {FIELD_VERDICT, STR_NONE, STR_LIT("good")};
	assert_true(annotate(db, &s.target, &opts, &say, 1, &event, &err));
	if (!queue_mark_merged(db, &marked, &err))
		fail_msg("%s", err.text);
	assert_int_equal(marked, 1);
	struct queue_mark mark;
	assert_true(queue_marked(db, begun.id, 1, STR_LIT("eve"), &mark, &err));
	assert_int_equal(mark.state, QUEUE_DONE);
	assert_true(queue_mark_merged(db, &marked, &err));
	assert_int_equal(marked, 0);
	block_cache_free(blocks);
	queue_begun_done(&begun);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(samples_are_the_same_everywhere),
	    cmocka_unit_test(strata_get_equal_shares),
	    cmocka_unit_test(equal_answers_are_one),
	    cmocka_unit_test(an_empty_one_says_why),
	    cmocka_unit_test(what_one_judged_is_left_out),
	    cmocka_unit_test(the_same_words_go_on),
	    cmocka_unit_test(offers_hold_what_they_say),
	    cmocka_unit_test(rows_that_went_are_found_by_their_texts),
	    cmocka_unit_test(content_comes_back_as_it_was),
	    cmocka_unit_test(a_bundle_holds_the_queue_and_nothing_else),
	    cmocka_unit_test(merged_verdicts_are_marked),
	};
	return cmocka_run_group_tests(tests, setup, store_teardown);
}
