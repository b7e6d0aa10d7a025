/* F2, the way into the store: any bytes as a file, imported twice, is the same as once; under another name too. The report says
 * what the store holds, the trees are whole, and every stored record opens again. */
#include <sys/wait.h>

#include "import/import.h"
#include "store/block.h"
#include "store/query/runs.h"
#include "store/query/sources.h"
#include "store/query/span.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tests/fuzz/fuzz.h"

static struct buf empty_store; /* a store nothing was imported into */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	char path[96], bytes[65536];
	struct err err = ERR_INIT;
	sink_set_decoder(import_decode);
	struct db *db = db_open(fuzz_file(path, "t.db"), DB_WRITE, &err);
	FUZZ_CHECK(db);
	db_checkpoint(db, 0);
	db_close(db);
	FILE *f = fopen(path, "rb");
	FUZZ_CHECK(f);
	for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&empty_store, bytes, n);
	fclose(f);
	return 0;
}

static void import_once(struct db *db, char *path, struct import_file *out)
{
	char *paths[] = {path};
	struct import_report report = {0};
	struct err err = ERR_INIT;
	bool ok = import_paths(db, paths, 1, &(struct import_opts){.now_ns = INT64_C(1795222000000000000)}, NULL,
	                       &report, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	FUZZ_CHECK(ok && report.n_files >= 1);
	*out = report.files[report.n_files - 1]; /* an archive is told after its members */
	FUZZ_CHECK(out->exit_code == 0 || out->exit_code == 3);
	FUZZ_CHECK((out->status != IMPORT_REFUSED && out->status != IMPORT_PARTIAL) || out->problems_total > 0);
	for (size_t i = 0; i < out->n_problems; i++)
		FUZZ_CHECK(out->problems[i].code && out->problems[i].reason.len);
	import_report_done(&report);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = 0;
	struct err err = ERR_INIT;
	FUZZ_CHECK(db_int(db, sql, 0, &n, &err));
	return n;
}

struct held {
	int64_t traces, spans, scores, runs, cases, entries;
};

static struct held hold(struct db *db)
{
	return (struct held){number(db, "SELECT count(*) FROM trace"),       number(db, "SELECT count(*) FROM span"),
	                     number(db, "SELECT count(*) FROM score"),       number(db, "SELECT count(*) FROM run"),
	                     number(db, "SELECT count(*) FROM case_result"), number(db, "SELECT count(*) FROM block")};
}

/* Each row of a trace once, sizes and depths as a tree has them, and the payload of each opens. */
static void check_trace(struct db *db, struct block_cache *blocks, const struct trace_row *t)
{
	struct err err = ERR_INIT;
	struct tree_window w = {0};
	struct folds folds = {0};
	struct arena arena = ARENA_INIT;
	FUZZ_CHECK(tree_window(db, t->first, t->n, &folds, 0, t->n, &w, &err));
	FUZZ_CHECK((int64_t)w.n == t->n);
	for (size_t i = 0; i < w.n; i++) {
		const struct tree_row *r = &w.rows[i];
		struct span_detail detail = {0};
		FUZZ_CHECK(r->pos == (int64_t)i && r->size >= 1 && r->pos + r->size <= t->n);
		FUZZ_CHECK(r->up >= 0 && r->up <= r->pos);
		FUZZ_CHECK(r->up == 0 ? r->depth == 0 : r->depth == w.rows[i - (size_t)r->up].depth + 1);
		FUZZ_CHECK(r->duration_ns == UNKNOWN_INT || r->duration_ns >= 0);
		FUZZ_CHECK(span_detail(db, blocks, t->id, r->key, r->record, &arena, &detail, &err));
		arena_reset(&arena);
	}
	tree_window_done(&w);
	arena_done(&arena);
}

static void check_store(struct db *db)
{
	struct err err = ERR_INIT;
	struct trace_page traces = {0};
	struct run_page runs = {0};
	struct block_cache *blocks = block_cache_new(db);
	FUZZ_CHECK(traces_page(db, &(struct trace_query){.limit = 50}, &traces, &err));
	for (size_t i = 0; i < traces.n; i++)
		if (traces.rows[i].loose == 0 && traces.rows[i].n > 0 && traces.rows[i].n < 2000)
			check_trace(db, blocks, &traces.rows[i]);
	FUZZ_CHECK(runs_page(db, NULL, 0, 0, 50, &runs, &err));
	for (size_t i = 0; i < runs.n; i++) {
		struct case_page cases = {0};
		FUZZ_CHECK(cases_page(db, runs.rows[i].id, NULL, 0, 200, &cases, &err));
		FUZZ_CHECK(cases.total == runs.rows[i].cases);
		case_page_done(&cases);
	}
	FUZZ_CHECK(number(db, "SELECT count(*) FROM pragma_foreign_key_check") == 0);
	trace_page_done(&traces);
	run_page_done(&runs);
	block_cache_free(blocks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const ends[] = {"s.db-wal", "s.db-shm", "s.db-lock", "s.db-import"};
	char store[96], input[96], path[96];
	struct err err = ERR_INIT;
	struct import_file once, twice;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		unlink(fuzz_file(path, ends[i]));
	fuzz_write(fuzz_file(store, "s.db"), buf_str(&empty_store));
	fuzz_write(fuzz_file(input, "input"), fuzz_str(data, size));
	struct db *db = db_open(store, DB_WRITE, &err);
	FUZZ_CHECK(db);
	import_once(db, input, &once);
	struct held before = hold(db);
	FUZZ_CHECK(once.held.traces <= before.traces && once.held.runs <= before.runs);
	import_once(db, input, &twice);
	struct held after = hold(db);
	if (once.status ==
	    IMPORT_PARTIAL) /* read again each time for what may have come since; its frames are kept again */
		after.entries = before.entries;
	FUZZ_CHECK(memcmp(&before, &after, sizeof before) == 0);
	FUZZ_CHECK(once.exit_code == twice.exit_code);
	FUZZ_CHECK(twice.fresh.spans == 0 && twice.fresh.traces == 0 && twice.fresh.cases == 0);
	check_store(db);
	db_close(db);
	return 0;
}
