/* A review bundle that is written masked (store/query/queue_bundle.h): nothing planted is in the file, and what is said on it comes home. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/merge.h"
#include "store/query/queue_bundle.h"
#include "store/query/queue_make.h"
#include "store/query/queue_subject.h"
#include "store/query/runs.h"
#include "store/study/mask.h"
#include "tests/store.h"

extern char **environ;

static const int64_t t0 = INT64_C(1795219200000000000); /* 2026-11-21 */
static char before[128], after[128], traces[128];

static bool plant(void)
{
	const char *const argv[] = {"python3", "tests/planted.py", store_dir, NULL};
	pid_t child;
	int status = 0;
	return posix_spawnp(&child, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ) == 0 &&
	       waitpid(child, &status, 0) == child && status == 0;
}

/* tests/planted.py: personal data of each sort in every text, keys of cases among them. */
static int setup(void **state)
{
	struct err err = ERR_INIT;
	struct import_report report = {0};
	const struct import_opts opts = {.now_ns = t0};
	if (store_setup(state) != 0)
		return -1;
	snprintf(before, sizeof before, "%s/before.json", store_dir);
	snprintf(after, sizeof after, "%s/after.json", store_dir);
	snprintf(traces, sizeof traces, "%s/traces.json", store_dir);
	char *paths[] = {before, after, traces};
	bool ok = plant() && import_paths(db, paths, 3, &opts, NULL, &report, &err);
	import_report_done(&report);
	/* as of a format whose cases have names */
	ok = ok && db_begin(db, &err) &&
	     db_exec(db, "UPDATE case_key SET text = 'claim of jane.roe@acme-corp.de ' || id", &err) &&
	     db_commit(db, &err);
	return ok ? 0 : -1;
}

static void remove_store(const char *file)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[256];
		snprintf(path, sizeof path, "%s%s", file, ends[i]);
		unlink(path);
	}
}

static int teardown(void **state)
{
	char things[160];
	snprintf(things, sizeof things, "%s/things.txt", store_dir);
	unlink(things);
	unlink(before);
	unlink(after);
	unlink(traces);
	return store_teardown(state);
}

static int64_t run_of(const char *name)
{
	int64_t id;
	struct err err = ERR_INIT;
	if (!runs_find(db, str_of(name), &id, &err))
		fail_msg("%s", err.text);
	return id;
}

/* In the file as it lies there, or packed in an item. */
static void no_thing_is_in(const char *file, struct db *at, int64_t items)
{
	static const char *const things[] = {"jane.roe", "901820", "0532 0130", "4111 1111", "4111111111", "sk-a1B2"};
	struct buf all = BUF_INIT;
	char chunk[4096];
	FILE *in = fopen(file, "rb");
	assert_non_null(in);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, in)) > 0;)
		buf_add(&all, chunk, n);
	fclose(in);
	struct pack *pack = pack_new(3);
	for (int64_t i = 0; i < items; i++) {
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		struct queue_item item;
		uint64_t size;
		assert_true(queue_item(at, 1, i, &arena, &item, &err));
		assert_true(pack_unvarint(&item.content, &size));
		assert_true(pack_expand(pack, item.content, (size_t)size, CONTENT_BYTES, &all, &err));
		for (size_t k = 0; k < sizeof things / sizeof *things; k++)
			if (str_find(buf_str(&all), str_of(things[k])) != SIZE_MAX)
				fail_msg("%s is in item %d", things[k], (int)i);
		assert_true(str_find(buf_str(&all), STR_LIT("@acme-corp.de")) != SIZE_MAX ||
		            str_find(buf_str(&all), STR_LIT("mail ")) !=
		                SIZE_MAX); /* it is the texts that were looked through */
		arena_done(&arena);
	}
	pack_free(pack);
	buf_done(&all);
}

/* Every item: the same target; what is said of the masked one is found on the one here. */
static void round_trip(struct queue_ask ask, const char *name, bool is_pair)
{
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct queue_begun begun;
	struct queue_bundle bundle;
	struct merge_counts counts;
	const struct queue_bundle_opts opts = {.masked = true};
	const struct queue_begin how = {.name = str_of(name),
	                                .rubric = STR_LIT("Ask jane.roe@acme-corp.de or +49 30 901820.")};
	char file[160];
	int64_t marked;
	ask.author = STR_LIT("ann");
	ask.now_ns = t0;
	assert_true(queue_begin(db, &ask, &how, &begun, &err));
	snprintf(file, sizeof file, "%s/%s.spoor", store_dir, name);
	if (!queue_bundle_write(db, begun.id, &opts, file, &bundle, &err))
		fail_msg("%s", err.text);
	assert_true(bundle.items > 0);
	struct db *at = db_open(file, DB_DURABLE, &err);
	assert_non_null(at);
	no_thing_is_in(file, at, bundle.items);
	struct block_cache *blocks = block_cache_new(db);
	for (int64_t i = 0; i < bundle.items; i++) {
		struct subject here, there;
		struct queue_item item, home;
		struct event_id event;
		struct buf want = BUF_INIT, value = BUF_INIT;
		assert_true(queue_item(at, 1, i, &arena, &item, &err));
		assert_true(queue_item(db, begun.id, i, &arena, &home, &err));
		assert_true(queue_subject(at, NULL, &item, &arena, &there, &err));
		assert_true(queue_subject(db, blocks, &home, &arena, &here, &err));
		assert_true(there.masked && !here.masked);
		assert_memory_equal(there.hash.byte, here.hash.byte, sizeof here.hash);
		assert_memory_equal(there.io.byte, here.io.byte, sizeof here.io);
		assert_true(there.input_hash == here.input_hash && there.output_hash == here.output_hash);
		assert_true(str_eq(there.answer, mask_str(&arena, here.answer)));
		assert_false(mask_any(there.target.key));
		if (is_pair) {
			annotation_preference(&want, here.raw_output.ptr ? here.raw_output : here.error,
			                      here.raw_output_b.ptr ? here.raw_output_b : here.error_b, 1);
			annotation_preference_of(&value, there.answers, 1);
			assert_string_equal(buf_cstr(&value), buf_cstr(&want));
		} else {
			buf_add_cstr(&value, "bad");
		}
		const struct annotation_kept kept = subject_kept(&there);
		const struct say say = {is_pair ? FIELD_PREFERENCE : FIELD_VERDICT, STR_NONE, buf_str(&value)};
		const struct annotate_opts by = {.author = STR_LIT("eve"), .now_ns = t0, .queue = str_of(name)};
		assert_true(db_begin(at, &err) && annotate_kept_in(at, &kept, &by, &say, 1, &event, &err) &&
		            db_commit(at, &err));
		buf_done(&want);
		buf_done(&value);
	}
	no_thing_is_in(file, at, bundle.items);
	assert_true(merge_events(db, at, NULL, NULL, NULL, &counts, &err));
	assert_int_equal(counts.fresh, bundle.items);
	assert_true(queue_mark_merged(db, &marked, &err));
	assert_int_equal(marked, bundle.items);
	for (int64_t i = 0; i < bundle.items; i++) {
		struct annotation *now;
		struct subject here;
		struct queue_item home;
		size_t n;
		assert_true(queue_item(db, begun.id, i, &arena, &home, &err));
		assert_true(queue_subject(db, blocks, &home, &arena, &here, &err));
		assert_true(annotate_state(db, &here.hash, &arena, &now, &n, &err));
		assert_int_equal(n, 1);
		assert_true(str_eq(now[0].hint, here.target.key)); /* also where the bundle had its hash */
	}
	block_cache_free(blocks);
	db_close(at);
	remove_store(file);
	queue_begun_done(&begun);
	arena_done(&arena);
}

static void cases_come_home(void **state)
{
	(void)state;
	round_trip((struct queue_ask){.from = QUEUE_CASES, .run = run_of("before")}, "Cases", false);
}

static void pairs_come_home(void **state)
{
	(void)state;
	round_trip((struct queue_ask){.from = QUEUE_PAIRS, .run = run_of("before"), .run_b = run_of("after")}, "Pairs",
	           true);
}

static void traces_come_home(void **state)
{
	(void)state;
	round_trip((struct queue_ask){.from = QUEUE_TRACES}, "Traces", false);
}

static void a_name_that_names_somebody_is_refused(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	struct queue_begun begun;
	struct queue_bundle bundle;
	char file[160];
	const struct queue_bundle_opts opts = {.masked = true};
	const struct queue_ask ask = {
	    .from = QUEUE_CASES, .run = run_of("before"), .author = STR_LIT("ann"), .now_ns = t0};
	const struct queue_begin how = {.name = STR_LIT("of jane.roe@acme-corp.de")};
	assert_true(queue_begin(db, &ask, &how, &begun, &err));
	snprintf(file, sizeof file, "%s/named.spoor", store_dir);
	assert_false(queue_bundle_write(db, begun.id, &opts, file, &bundle, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_int_equal(access(file, F_OK), -1);
	queue_begun_done(&begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cases_come_home),
	    cmocka_unit_test(pairs_come_home),
	    cmocka_unit_test(traces_come_home),
	    cmocka_unit_test(a_name_that_names_somebody_is_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
