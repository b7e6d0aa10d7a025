/* make bench: what spoor does against what the work costs at least, in one run on one machine; prints ratios.
 *
 *   bench DIR [MB [SPOOR]]  makes DIR/bench.jsonl and DIR/bench.json (OTLP/JSON lines and one document, MB each, default 100), then
 *                     cJSON whole and per line, the scanner, the import into a fresh store, the first pages, and what peers are installed.
 * Data: agent turns of one chat and a few tools, chats repeating the conversation so far; deterministic. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "import/import.h"
#include "import/record.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "store/stat/rng.h"

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---------------------------------------------------------------- data */

static struct rng dice;

static uint64_t roll(uint64_t n)
{
	return rng_index(&dice, n);
}

static void words(struct buf *out, int n)
{
	static const char *const list[] = {"refund", "policy",    "the",    "customer", "charge", "within",
	                                   "days",   "account",   "of",     "a",        "to",     "balance",
	                                   "hotel",  "naïve",     "答え",   "dispute",  "card",   "which",
	                                   "we",     "statement", "please", "form",     "route",  "limit"};
	for (int i = 0; i < n; i++) {
		buf_add_cstr(out, list[roll(sizeof list / sizeof *list)]);
		buf_add_cstr(out, roll(14) ? " " : ".\\\\n");
	}
}

static void span(struct buf *out, uint64_t trace, uint64_t id, uint64_t parent, int turn, struct buf *history,
                 int64_t start)
{
	buf_printf(out, "{\"traceId\":\"%016llx%016llx\",\"spanId\":\"%016llx\",", (unsigned long long)trace,
	           (unsigned long long)~trace, (unsigned long long)id);
	if (parent)
		buf_printf(out, "\"parentSpanId\":\"%016llx\",", (unsigned long long)parent);
	bool chat = parent && turn == 0;
	buf_printf(
	    out,
	    "\"name\":\"%s\",\"kind\":1,\"startTimeUnixNano\":\"%lld\",\"endTimeUnixNano\":\"%lld\",\"attributes\":["
	    "{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"%s\"}}",
	    !parent ? "invoke_agent"
	    : chat  ? "chat gpt-4o"
	            : "execute_tool search",
	    (long long)start, (long long)(start + 1000000 + (int64_t)roll(900000000)),
	    !parent ? "invoke_agent"
	    : chat  ? "chat"
	            : "execute_tool");
	if (chat) {
		buf_printf(
		    history,
		    "%s{\\\"role\\\":\\\"user\\\",\\\"parts\\\":[{\\\"type\\\":\\\"text\\\",\\\"content\\\":\\\"",
		    history->len ? "," : "");
		words(history, 40 + (int)roll(60));
		buf_add_cstr(history, "\\\"}]}");
		buf_add_cstr(out, ",{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"gpt-4o\"}},"
		                  "{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"812\"}},"
		                  "{\"key\":\"gen_ai.input.messages\",\"value\":{\"stringValue\":\"[");
		buf_add_str(out, buf_str(history));
		buf_add_cstr(out, "]\"}}");
		if (history->len > 20000)
			buf_clear(history);
	} else if (parent) {
		buf_add_cstr(out, ",{\"key\":\"gen_ai.tool.name\",\"value\":{\"stringValue\":\"search\"}},"
		                  "{\"key\":\"gen_ai.tool.call.result\",\"value\":{\"stringValue\":\"");
		words(out, 60);
		buf_add_cstr(out, "\"}}");
	}
	buf_add_cstr(out, "],\"status\":{}}");
}

static const char head[] =
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
    "\"bench\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"bench\"},\"spans\":[";
static const char foot[] = "]}]}]}\n";

/* Returns the spans written. */
static int64_t make(const char *path, uint64_t bytes, bool document)
{
	FILE *f = fopen(path, "w");
	if (!f)
		err_die("cannot write %s: %s", path, strerror(errno));
	struct buf out = BUF_INIT, history = BUF_INIT;
	dice = rng_stream(7, 0);
	uint64_t written = 0;
	int64_t spans = 0, start = 1750000000000000000;
	if (document)
		written += fwrite(head, 1, sizeof head - 1, f);
	for (bool first = true; written < bytes; first = false) {
		uint64_t trace = rng_next(&dice), root = rng_next(&dice) | 1;
		int n = 4 + (int)roll(40);
		buf_clear(&out);
		buf_clear(&history);
		if (document && !first)
			buf_add_char(&out, ',');
		if (!document)
			buf_add_cstr(&out, head);
		for (int i = 0; i < n; i++, spans++) {
			if (i)
				buf_add_char(&out, ',');
			span(&out, trace, i ? rng_next(&dice) | 1 : root, i ? root : 0, i % 4 == 1 ? 0 : 1, &history,
			     start += 1000000);
		}
		if (!document)
			buf_add_cstr(&out, foot);
		written += fwrite(out.ptr, 1, out.len, f);
	}
	if (document)
		fwrite(foot, 1, sizeof foot - 1, f);
	fclose(f);
	buf_done(&out);
	buf_done(&history);
	return spans;
}

/* ---------------------------------------------------------------- what is measured */

static struct buf load(const char *path)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(path, "r");
	char chunk[1 << 16];
	size_t n;
	while (f && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(&text, chunk, n);
	if (f)
		fclose(f);
	return text;
}

static double whole_cjson(struct str text)
{
	double start = now_s();
	cJSON *tree = cJSON_ParseWithLength(text.ptr, text.len);
	if (!tree)
		err_die("cJSON refuses the document");
	cJSON_Delete(tree);
	return now_s() - start;
}

static double lines_cjson(struct str text)
{
	double start = now_s();
	for (struct str line; str_split(&text, '\n', &line);)
		cJSON_Delete(cJSON_ParseWithLength(line.ptr, line.len));
	return now_s() - start;
}

static double lines_scan(struct str text)
{
	struct scan s = SCAN_INIT;
	double start = now_s();
	for (struct str line; str_split(&text, '\n', &line);)
		if (line.len && !scan_text(&s, line, &(struct scan_opts){.last = true}))
			err_die("the scanner refuses a line: %s", s.bad);
	double took = now_s() - start;
	scan_done(&s);
	return took;
}

/* The document's bytes into records: reading, framing, scanning. */
static double records(const char *path)
{
	static const struct record_path paths[] = {
	    {"resourceSpans[].scopeSpans[].spans[]", 0},
            {.path = NULL                                     }
        };
	struct err err = ERR_INIT;
	double start = now_s();
	struct reader *bytes = reader_open(path, NULL, &err);
	struct record_reader *r = record_open(bytes, &(struct record_opts){.paths = paths});
	struct record rec;
	struct frame *frame;
	struct problem problem;
	while (record_next(r, &rec, &frame, &problem, &err) != RECORD_NONE)
		;
	record_close(r);
	reader_close(bytes);
	return now_s() - start;
}

struct imported {
	double seconds;
	int64_t store_bytes, rss_bytes;
};

/* `spoor import` as a whole process into a fresh store: its time and its memory are its own. */
static struct imported import(const char *spoor, const char *dir, char *path)
{
	struct imported got = {0};
	char store[512];
	snprintf(store, sizeof store, "%s/bench.db", dir);
	unlink(store);
	double start = now_s();
	pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execl(spoor, spoor, "import", "--store", store, path, (char *)NULL);
		_exit(127);
	}
	int status = 0;
	struct rusage use;
	if (wait4(child, &status, 0, &use) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		err_die("the import failed (%s)", spoor);
	got.seconds = now_s() - start;
	got.rss_bytes = use.ru_maxrss * 1024;
	struct stat st;
	got.store_bytes = stat(store, &st) == 0 ? st.st_size : 0;
	return got;
}

static void row(const char *what, double mb, double seconds, double against, const char *name, double goal)
{
	printf("%-34s %9.0f MB/s", what, mb / seconds);
	if (against > 0)
		printf("   %5.2fx %s", against / seconds, name);
	if (goal > 0)
		printf("   goal %.2fx", goal);
	putchar('\n');
}

static void reads(const char *dir)
{
	char store[512];
	struct err err = ERR_INIT;
	snprintf(store, sizeof store, "%s/bench.db", dir);
	struct db *db = db_open(store, DB_READ, &err);
	if (!db)
		err_die("%s", err.text);
	struct trace_page page;
	struct trace_query q = {.limit = 50};
	double start = now_s();
	if (!traces_page(db, &q, &page, &err))
		err_die("%s", err.text);
	double first = now_s() - start;
	start = now_s();
	struct tree_window w;
	struct folds none = {0};
	if (page.n && !tree_window(db, page.rows[0].first, page.rows[0].n, &none, 0, 50, &w, &err))
		err_die("%s", err.text);
	printf("%-34s %9.2f ms   first screen of a trace %.2f ms\n", "first page of traces", first * 1e3,
	       (now_s() - start) * 1e3);
	if (page.n)
		tree_window_done(&w);
	trace_page_done(&page);
	db_close(db);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".", *spoor = argc > 3 ? argv[3] : "build/release/spoor";
	uint64_t mb = argc > 2 ? strtoull(argv[2], NULL, 10) : 100, bytes = mb * 1000000;
	char lines[512], doc[512];
	snprintf(lines, sizeof lines, "%s/bench.jsonl", dir);
	snprintf(doc, sizeof doc, "%s/bench.json", dir);
	sink_set_decoder(import_decode);
	int64_t spans = make(lines, bytes, false);
	make(doc, bytes, true);
	/* The imports first: a child begins with its parent's memory on its account. */
	struct imported d = import(spoor, dir, doc), l = import(spoor, dir, lines);
	struct buf text = load(doc);
	double size = (double)text.len / 1e6, whole = whole_cjson(buf_str(&text));
	buf_done(&text);
	text = load(lines);
	double by_line = lines_cjson(buf_str(&text)), scanned = lines_scan(buf_str(&text));
	buf_done(&text);
	printf("%lld spans, %.0f MB, %ld cores\n", (long long)spans, size, sysconf(_SC_NPROCESSORS_ONLN));
	row("cJSON, whole document", size, whole, 0, "", 0);
	row("cJSON, line by line", size, by_line, 0, "", 0);
	row("scanner, line by line", size, scanned, by_line, "cJSON by line", 0);
	row("records of the document", size, records(doc), whole, "cJSON whole", 7);
	row("import of one document", size, d.seconds, whole, "cJSON whole", 2);
	row("import of JSON Lines", size, l.seconds, by_line, "cJSON by line", 1.25);
	printf("%-34s %9.0f MiB (document), %.0f MiB (lines)   goal 96 MiB\n", "peak memory",
	       (double)d.rss_bytes / 1048576, (double)l.rss_bytes / 1048576);
	printf("%-34s %9.3f of the input   goal 0.20\n", "store", (double)l.store_bytes / ((double)bytes));
	reads(dir);
	return 0;
}
