/* make bench: the goals of the project, measured in one run on one machine, as one table.
 *
 *   bench run DIR SPOOR          data and stores are made in DIR; BENCH_MB (100), BENCH=full (also 1 GB, and ten million spans),
 *                                BENCH=huge (10 GB, too), SPOOR_BENCH_DATA (a folder with lines100.jsonl, doc100.json, … instead)
 *   bench gen KIND LIMIT FILE    data alone (gen.h); FILE - is standard output
 *   bench term SPOOR STORE       the explorer alone
 *   bench reads STORE            every question to a store, one line each; BENCH_ONLY: those whose name has this in it */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "import/import.h"
#include "store/base/units.h"
#include "tests/bench/gen.h"
#include "tests/bench/imports.h"
#include "tests/bench/keys.h"
#include "tests/bench/reads.h"
#include "tests/bench/stages.h"
#include "tests/bench/term.h"

static void make(const char *path, enum gen_kind kind, int64_t limit)
{
	FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	if (!f)
		err_die("cannot write %s: %s", path, strerror(errno));
	gen_write(f, kind, limit, 7);
	if (f != stdout && fclose(f) != 0)
		err_die("cannot write %s: %s", path, strerror(errno));
}

/* The file of that name in SPOOR_BENCH_DATA, else one made now. The caller frees. */
static char *data_file(const char *dir, const char *name, enum gen_kind kind, int64_t mb, bool *made)
{
	const char *given = getenv("SPOOR_BENCH_DATA"), *extension = kind == GEN_DOC ? "json" : "jsonl";
	struct buf path = BUF_INIT;
	if (given && *given) {
		buf_printf(&path, "%s/%s%lld.%s", given, name, (long long)mb, extension);
		*made = access(buf_cstr(&path), R_OK) != 0;
		if (!*made)
			return buf_detach(&path);
		buf_clear(&path);
	}
	buf_printf(&path, "%s/%s%lld.%s", dir, name, (long long)mb, extension);
	make(buf_cstr(&path), kind, mb * 1000000);
	*made = true;
	return buf_detach(&path);
}

static void imports(const char *dir, const char *spoor, int64_t mb, int n_rounds)
{
	bool made[3] = {false};
	struct buf size = BUF_INIT;
	buf_printf(&size, mb >= 1000 ? "%g GB" : "%g MB", mb >= 1000 ? (double)mb / 1000 : (double)mb);
	char *doc = data_file(dir, "doc", GEN_DOC, mb, &made[0]),
	     *lines = data_file(dir, "lines", GEN_LINES, mb, &made[1]), *single = NULL;
	if (mb < 1000)
		single = data_file(dir, "single", GEN_SINGLE, mb, &made[2]);
	imports_run(&(struct import_bench){.dir = dir,
	                                   .spoor = spoor,
	                                   .doc = doc,
	                                   .lines = lines,
	                                   .single = single,
	                                   .rounds = n_rounds,
	                                   .parsers = mb <= 1000,
	                                   .peers = single != NULL,
	                                   .size = buf_cstr(&size)});
	char *const all[3] = {doc, lines, single};
	for (size_t i = 0; i < 3; i++) {
		if (made[i])
			unlink(all[i]);
		free(all[i]);
	}
}

static void import_into(const char *spoor, const char *store, const char *file)
{
	const char *const words[] = {spoor, "import", file, NULL};
	struct child c = run_child(words, store);
	if (c.status != 0)
		err_die("spoor import %s ended with %d", file, c.status);
}

/* Two large runs and eighteen small ones. */
static void add_runs(const char *dir, const char *spoor, const char *store, int64_t cases)
{
	struct buf path = BUF_INIT;
	for (int i = 0; i < 20; i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/run-%02d.jsonl", dir, i);
		FILE *f = fopen(buf_cstr(&path), "w");
		if (!f)
			err_die("cannot write %s: %s", buf_cstr(&path), strerror(errno));
		gen_write(f, i % 2 ? GEN_EVAL_B : GEN_EVAL_A, i < 2 ? cases : cases / 100,
		          i < 2 ? 7 : (uint64_t)(100 + i / 2));
		fclose(f);
		import_into(spoor, store, buf_cstr(&path));
		unlink(buf_cstr(&path));
	}
	buf_done(&path);
}

/* A store of so many spans in a hundredth as many traces, made once and kept in DIR. */
static void many(const char *dir, const char *spoor, int64_t spans)
{
	struct buf store = BUF_INIT, file = BUF_INIT;
	buf_printf(&store, "%s/spans%lld.db", dir, (long long)spans);
	buf_printf(&file, "%s/many.jsonl", dir);
	if (file_bytes(buf_cstr(&store)) < 0) {
		make(buf_cstr(&file), GEN_MANY, spans);
		import_into(spoor, buf_cstr(&store), buf_cstr(&file));
		unlink(buf_cstr(&file));
		add_runs(dir, spoor, buf_cstr(&store), spans / 100);
	}
	printf("a store of %lld spans:\n", (long long)spans);
	goal_add((struct goal){
	    "", spans >= 1000000 ? "in a store of ten million spans:" : "in a store of a hundred thousand spans:", "",
	    UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, UNKNOWN_DOUBLE, true});
	term_run(spoor, buf_cstr(&store));
	keys_run(spoor, buf_cstr(&store));
	reads_run(buf_cstr(&store), true);
	buf_done(&store);
	buf_done(&file);
}

static void machine(struct buf *out)
{
	char line[256], when[32];
	time_t now = time(NULL);
	struct tm utc;
	FILE *f = fopen("/proc/cpuinfo", "r");
	strftime(when, sizeof when, "%Y-%m-%d", gmtime_r(&now, &utc));
	double load = 0;
	if (getloadavg(&load, 1) != 1)
		load = 0;
	buf_printf(out, "%s, %ld cores, load %.1f", when, sysconf(_SC_NPROCESSORS_ONLN), load);
	while (f && fgets(line, sizeof line, f))
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
			buf_printf(out, ", %s", str_trim(str_of(strchr(line, ':') + 1)).ptr);
			break;
		}
	if (f)
		fclose(f);
	while (out->len && out->ptr[out->len - 1] == '\n')
		out->ptr[--out->len] = '\0';
	buf_add_cstr(out, "\n\n");
}

static int run(const char *dir, const char *spoor)
{
	const char *how = getenv("BENCH"), *given = getenv("BENCH_MB");
	bool huge = how && strcmp(how, "huge") == 0, full = huge || (how && strcmp(how, "full") == 0);
	int64_t mb = given && *given ? strtoll(given, NULL, 10) : 100;
	imports(dir, spoor, mb > 0 ? mb : 100, 5);
	imports_small(&(struct import_bench){.dir = dir, .spoor = spoor});
	if (full)
		imports(dir, spoor, 1000, 3);
	if (huge)
		imports(dir, spoor, 10000, 1);
	many(dir, spoor, full ? 10000000 : 100000);
	struct buf table = BUF_INIT;
	machine(&table);
	int missed = goals_print(&table);
	buf_printf(&table, "\n%d missed\n", missed);
	fputs(buf_cstr(&table), stdout);
	FILE *f = fopen("tests/bench/RESULTS.txt", "w");
	if (f) {
		fputs(buf_cstr(&table), f);
		fclose(f);
	}
	buf_done(&table);
	return 0;
}

int main(int argc, char **argv)
{
	enum gen_kind kind;
	if (argc > 1 && strcmp(argv[1], "child") == 0)
		return child_main(argc, argv);
	sink_set_decoder(import_decode);
	if (argc > 1 && strcmp(argv[1], "stages") == 0)
		return stages_main(argc, argv);
	if (argc == 4 && strcmp(argv[1], "run") == 0)
		return run(argv[2], argv[3]);
	if (argc == 5 && strcmp(argv[1], "gen") == 0 && gen_named(argv[2], &kind)) {
		make(argv[4], kind, strtoll(argv[3], NULL, 10));
		return 0;
	}
	if ((argc == 3 && strcmp(argv[1], "reads") == 0) ||
	    (argc == 4 && (strcmp(argv[1], "term") == 0 || strcmp(argv[1], "keys") == 0))) {
		struct buf table = BUF_INIT;
		if (argc == 3)
			reads_run(argv[2], true);
		else if (strcmp(argv[1], "keys") == 0)
			keys_run(argv[2], argv[3]);
		else
			term_run(argv[2], argv[3]);
		goals_print(&table);
		fputs(buf_cstr(&table), stdout);
		buf_done(&table);
		return 0;
	}
	fputs("bench run DIR SPOOR | gen KIND LIMIT FILE | term SPOOR STORE | keys SPOOR STORE | reads STORE\n",
	      stderr);
	return 2;
}
