/* F8: a store file somebody else made. The input changes a good store: 4 bytes of offset, 1 of length, then the bytes, again and
 * again; a last offset beyond the end cuts the file there. Opening, listing, trees, payloads and an import end in rows or in
 * an error in words, never in a crash, an endless query or a statement of the file's own. */
#include "import/import.h"
#include "store/block.h"
#include "store/query/compare.h"
#include "store/query/runs.h"
#include "store/query/sources.h"
#include "store/query/span.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tests/fuzz/fuzz.h"

static struct buf good;

static const char trace_file[] =
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"svc\"}}]"
    "},"
    "\"scopeSpans\":[{\"spans\":["
    "{\"traceId\":\"00000000000000000000000000000a01\",\"spanId\":\"00000000000000a1\",\"name\":\"root\","
    "\"startTimeUnixNano\":\"1795132800000000000\",\"endTimeUnixNano\":\"1795132801000000000\"},"
    "{\"traceId\":\"00000000000000000000000000000a01\",\"spanId\":\"00000000000000a2\",\"parentSpanId\":"
    "\"00000000000000a1\","
    "\"name\":\"chat gpt\",\"startTimeUnixNano\":\"1795132800100000000\",\"endTimeUnixNano\":\"1795132800900000000\","
    "\"attributes\":[{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"chat\"}},"
    "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"12\"}}]}]}]}]}\n";

static void import_into(struct db *db, char *path)
{
	struct import_report report = {0};
	struct err err = ERR_INIT;
	char *paths[] = {path};
	import_paths(db, paths, 1, &(struct import_opts){.now_ns = UNKNOWN_INT}, NULL, &report, &err);
	import_report_done(&report);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	char path[96], input[96], bytes[65536], eval[] = "tests/data/eval-v12.json";
	struct err err = ERR_INIT;
	sink_set_decoder(import_decode);
	fuzz_write(fuzz_file(input, "input"), str_of(trace_file));
	struct db *db = db_open(fuzz_file(path, "t.db"), DB_WRITE, &err);
	FUZZ_CHECK(db);
	import_into(db, input);
	import_into(db, eval); /* absent when not run from the root of the tree: less to break */
	db_checkpoint(db, 0);
	db_close(db);
	FILE *f = fopen(path, "rb");
	FUZZ_CHECK(f);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&good, bytes, n);
	fclose(f);
	return 0;
}

static struct str changed_store(struct str in, struct buf *copy)
{
	buf_add(copy, good.ptr, good.len);
	while (in.len >= 5) {
		size_t at = fuzz_byte(&in), n;
		at |= (size_t)fuzz_byte(&in) << 8;
		at |= (size_t)fuzz_byte(&in) << 16;
		at |= (size_t)fuzz_byte(&in) << 24;
		n = fuzz_byte(&in);
		if (at >= copy->len)
			return str_cut(buf_str(copy), 0, at % (copy->len + 1));
		n = n < in.len ? n : in.len;
		n = n < copy->len - at ? n : copy->len - at;
		memcpy(copy->ptr + at, in.ptr, n);
		in = str_from(in, n);
	}
	return buf_str(copy);
}

static void look_at_trace(struct db *db, struct block_cache *blocks, const struct trace_row *t)
{
	struct err err = ERR_INIT;
	struct tree_window w = {0};
	struct folds folds = {0};
	struct arena arena = ARENA_INIT;
	if (tree_window(db, t->first, t->n, &folds, 0, 30, &w, &err))
		for (size_t i = 0; i < w.n; i++) {
			struct span_detail detail = {0};
			span_detail(db, blocks, t->id, w.rows[i].key, w.rows[i].record, &arena, &detail, &err);
		}
	tree_groups(db, t->id, t->first, 2, &folds, NULL, &err);
	tree_fold_depth(db, t->first, &(struct tree_scope){.to = t->n}, 1, &folds, &err);
	folds_done(&folds);
	tree_window_done(&w);
	arena_done(&arena);
}

static void look_at(struct db *db)
{
	struct err err = ERR_INIT;
	struct trace_page traces = {0};
	struct run_page runs = {0};
	struct arena arena = ARENA_INIT;
	struct block_cache *blocks = block_cache_new(db);
	struct source *sources;
	struct problem *problems;
	size_t n;
	int64_t total, counts[20], errors[20], from, to;
	if (traces_page(db, &(struct trace_query){.limit = 20}, &traces, &err))
		for (size_t i = 0; i < traces.n; i++)
			look_at_trace(db, blocks, &traces.rows[i]);
	traces_over_time(db, &(struct trace_query){.limit = -1}, 20, counts, errors, &from, &to, &err);
	if (runs_page(db, NULL, 0, 0, 20, &runs, &err))
		for (size_t i = 0; i < runs.n; i++) {
			struct case_page cases = {0};
			struct compare c = {0};
			cases_page(db, runs.rows[i].id, NULL, 0, 20, &cases, &err);
			if (i == 0)
				compare_runs(db, runs.rows[i].id, runs.rows[runs.n - 1].id,
				             &(struct compare_opts){.rows_only = true}, &c, &err);
			compare_done(&c);
			case_page_done(&cases);
		}
	sources_all(db, &arena, &sources, &n, &err);
	sources_problems(db, 0, 20, &arena, &problems, &n, &total, &err);
	trace_page_done(&traces);
	run_page_done(&runs);
	block_cache_free(blocks);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ends[] = {"s.db-wal", "s.db-shm", "s.db-lock", "s.db-import"};
	char store[96], path[96];
	struct buf copy = BUF_INIT;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		unlink(fuzz_file(path, ends[i]));
	fuzz_write(fuzz_file(store, "s.db"), changed_store(fuzz_str(data, size), &copy));
	buf_done(&copy);
	static const enum db_mode modes[] = {DB_READ, DB_WRITE};
	for (size_t i = 0; i < 2; i++) {
		struct err err = ERR_INIT;
		struct db *db = db_open(store, modes[i], &err);
		FUZZ_CHECK(db || (err.code == ERR_STORE && err.text[0]));
		if (!db)
			continue;
		look_at(db);
		if (modes[i] == DB_WRITE)
			fuzz_file(path, "input"), import_into(db, path);
		db_close(db);
	}
	return 0;
}
