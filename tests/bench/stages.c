#include "tests/bench/stages.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if __has_include(<yyjson.h>)
#include <yyjson.h>
#define HAVE_YYJSON 1
#else
#define HAVE_YYJSON 0
#endif

#include "import/import.h"
#include "import/record.h"
#include "store/search.h"
#include "tests/bench/measure.h"

/* ---------------------------------------------------------------- the stages */

static void by_cjson(struct str text, bool document)
{
	for (struct str line; str_split(&text, document ? '\0' : '\n', &line);)
		if (line.len) {
			cJSON *tree = cJSON_ParseWithLength(line.ptr, line.len);
			if (!tree)
				err_die("cJSON refuses the file");
			cJSON_Delete(tree);
		}
}

static void by_yyjson(struct str text, bool document)
{
#if HAVE_YYJSON
	for (struct str line; str_split(&text, document ? '\0' : '\n', &line);)
		yyjson_doc_free(yyjson_read(line.ptr, line.len, 0));
#else
	(void)text, (void)document;
#endif
}

/* Every string, keys too, as text. */
static void unescape(struct val root, struct arena *arena, volatile size_t *bytes)
{
	for (uint32_t i = root.i, end = val_token(root)->next; i < end; i++)
		if (root.scan->tokens[i].type == SCAN_STRING)
			*bytes += val_str((struct val){root.scan, i}, arena).len;
}

static void by_records(struct str text, bool strings)
{
	static const struct record_path paths[] = {
	    {"resourceSpans[].scopeSpans[].spans[]", 0},
            {NULL,                                   0}
        };
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct reader *bytes = reader_memory(text, 0);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.paths = paths});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	volatile size_t sum = 0;
	size_t records = 0;
	for (enum record_event e; (e = record_next(r, &rec, &frame, &problem, &err)) != RECORD_NONE;) {
		if (e != RECORD_RECORD)
			continue;
		records++;
		if (strings)
			unescape(rec.root, &arena, &sum);
		arena_reset(&arena);
	}
	if (records == 0)
		err_die("no record in the file");
	record_close(r);
	reader_close(bytes);
	arena_done(&arena);
}

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct stage_time timed(enum stage stage, struct str text, bool document)
{
	double wall = now_s(), cpu = cpu_s();
	switch (stage) {
	case STAGE_CJSON: by_cjson(text, document); break;
	case STAGE_YYJSON: by_yyjson(text, document); break;
	case STAGE_PULL:
	case STAGE_RECORDS: by_records(text, stage == STAGE_PULL); break;
	case N_STAGES: break;
	}
	return (struct stage_time){now_s() - wall, cpu_s() - cpu};
}

/* ---------------------------------------------------------------- in the process of their own */

/* What cJSON freed in two million small pieces is joined at the next large malloc, which for 100 MB takes 0.2 s: three times as long as
 * the parsing it would be charged to. So cJSON comes last, and what it left is gathered between the clocks. */
static void gather(void)
{
	char *volatile large = malloc(4 << 20);
	free(large);
}

static void all_stages(const char *file, bool document, struct stage_times *t)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(file, "r");
	if (!f)
		err_die("cannot read %s", file);
	buf_reserve(&text, (size_t)file_bytes(file) + 1);
	text.len = fread(text.ptr, 1, (size_t)file_bytes(file), f);
	fclose(f);
	for (int s = 0; s < N_STAGES; s++)
		if (s != STAGE_YYJSON || HAVE_YYJSON)
			t->fresh[s] = timed((enum stage)s, buf_str(&text), document);
	/* From here on what is freed stays with the process. */
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_MAX, 0);
	timed(STAGE_CJSON, buf_str(&text), document);
	for (int s = 0; s < N_STAGES; s++) {
		gather();
		if (s != STAGE_YYJSON || HAVE_YYJSON)
			t->warm[s] = timed((enum stage)s, buf_str(&text), document);
	}
	buf_done(&text);
}

static int64_t longest_transaction(char *file, const char *store)
{
	struct err err = ERR_INIT;
	struct import_opts opts = {.now_ns = 0};
	struct import_report report = {.arena = ARENA_INIT};
	struct import_progress progress = {0};
	struct db *db = db_open(store, DB_WRITE, &err);
	if (!db || !import_progress_init(&progress, &err) ||
	    !import_paths(db, &file, 1, &opts, &progress, &report, &err) ||
	    !search_index(db, search_threads(), NULL, &err))
		err_die("%s", err.text);
	int64_t longest = db_longest_ns(db);
	import_report_done(&report);
	db_close(db);
	return longest;
}

/* stages FD document|lines FILE, or stages FD import FILE STORE */
int stages_main(int argc, char **argv)
{
	struct stage_times t = {.longest_ns = 0};
	if (argc < 5)
		return 2;
	if (argc == 6)
		t.longest_ns = longest_transaction(argv[4], argv[5]);
	else
		all_stages(argv[4], strcmp(argv[3], "document") == 0, &t);
	return write((int)strtol(argv[2], NULL, 10), &t, sizeof t) == (ssize_t)sizeof t ? 0 : 1;
}

bool stages_run(const char *file, bool document, struct stage_times *out)
{
	return run_self((const char *const[]){"stages", document ? "document" : "lines", file, NULL}, NULL, out,
	                sizeof *out);
}

bool stages_import(const char *file, const char *store, struct stage_times *out)
{
	return run_self((const char *const[]){"stages", "import", file, store, NULL}, NULL, out, sizeof *out);
}
