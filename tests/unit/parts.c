/* Cases told by several records: whatever the order, the files and the interruptions, they are joined alike, and each file counts what it
 * tells itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/forget.h"
#include "store/ingest.h"
#include "store/base/scan.h"
#include "store/query/case.h"
#include "store/query/forget_plan.h"

/* ---------------------------------------------------------------- a store of its own */

struct box {
	char dir[64], path[96];
	struct db *db;
};

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void box_open(struct box *box)
{
	struct err err = ERR_INIT;
	snprintf(box->dir, sizeof box->dir, "/tmp/spoor-parts-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
	snprintf(box->path, sizeof box->path, "%s/s.db", box->dir);
	box->db = db_open(box->path, DB_WRITE, &err);
	must(box->db != NULL, &err);
}

static void box_close(struct box *box)
{
	static const char *const names[] = {"", "-wal", "-shm", "-lock", "-import"};
	db_close(box->db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", box->path, names[i]);
		unlink(path);
	}
	rmdir(box->dir);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	must(db_int(db, sql, -1, &n, &err), &err);
	return n;
}

/* What the store says of cases, without numbers that go by the order of arrival. */
static const char *const dumps[] = {
    "SELECT 'run', text, cases, passed, failed, errored, unscored, keys, repeats, pass_shares, p50_ns, tokens_in, "
    "cost_usd,"
    " dirty FROM run ORDER BY text",
    "SELECT 'case', r.text, k.text, c.repeat, b.text, c.status, c.title, c.ord, c.variant, c.input_hash, "
    "c.expected_hash,"
    " c.output_hash, c.latency_ns, c.cost_usd, c.tokens_in, c.tokens_out, hex(c.trace), c.hash, c.parts IS NULL"
    " FROM case_result c JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id"
    " LEFT JOIN case_key b ON b.id = c.base ORDER BY 2, 3, 4",
    "SELECT 'score', r.text, k.text, c.repeat, w.text, c.n, c.value, c.label, c.pass, c.threshold, c.from_, j.text"
    " FROM case_score c JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id JOIN word w ON w.id = c.name"
    " LEFT JOIN word j ON j.id = c.judge ORDER BY 2, 3, 4, 5, 6",
    "SELECT 'mean', r.text, w.text, m.n, m.mean FROM run_score m JOIN run r ON r.id = m.run JOIN word w ON w.id = "
    "m.name"
    " ORDER BY 2, 3",
    /* Of rows that are no parts those that lost are kept or not, as they came. */
    "SELECT DISTINCT 'part', r.text, k.text, c.repeat, c.hash, c.status, c.title, c.ord FROM case_part c"
    " JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id WHERE part ORDER BY 2, 3, 4, 5",
};

static void dump_rows(struct db *db, const char *sql, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, sql, &err);
	must(s != NULL, &err);
	enum step step;
	while ((step = stmt_step(s, &err)) == STEP_ROW) {
		for (int c = 0; c < 20; c++) {
			buf_add_str(out, col_str(s, c));
			buf_add_char(out, '|');
		}
		buf_add_char(out, '\n');
	}
	stmt_end(s);
	assert_int_equal(step, STEP_DONE);
}

/* So many rows are as they say, and none hangs on nothing. */
static void check_shape(struct db *db)
{
	static const char *const none[] = {
	    "SELECT count(*) FROM case_result WHERE repeat < 0",
	    "SELECT count(*) FROM case_result c WHERE parts > 1 AND parts <> (SELECT count(*) FROM case_part p WHERE"
	    " p.run = c.run AND p.case_id = c.case_id AND p.repeat = c.repeat)",
	    "SELECT count(*) FROM case_part p WHERE NOT EXISTS (SELECT 1 FROM case_result c WHERE"
	    " p.run = c.run AND p.case_id = c.case_id AND p.repeat = c.repeat AND c.parts > 1)",
	    "SELECT count(*) FROM case_part_score s WHERE NOT EXISTS (SELECT 1 FROM case_part p WHERE p.run = s.run AND"
	    " p.case_id = s.case_id AND p.repeat = s.repeat AND p.hash = s.hash AND p.source = s.source)",
	    "SELECT count(*) FROM case_score s WHERE NOT EXISTS (SELECT 1 FROM case_result c WHERE s.run = c.run AND"
	    " s.case_id = c.case_id AND s.repeat = c.repeat)",
	    "SELECT count(*) FROM case_result WHERE source NOT IN (SELECT id FROM source)",
	    "SELECT count(*) FROM case_part WHERE source NOT IN (SELECT id FROM source)",
	};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (number(db, none[i]) != 0)
			fail_msg("%lld: %s", (long long)number(db, none[i]), none[i]);
}

static void dump(struct db *db, struct buf *out)
{
	check_shape(db);
	for (size_t i = 0; i < sizeof dumps / sizeof *dumps; i++)
		dump_rows(db, dumps[i], out);
}

static void check_same(struct db *db, const struct buf *want, const char *what)
{
	struct buf have = BUF_INIT;
	dump(db, &have);
	if (!str_eq(buf_str(&have), buf_str(want))) {
		size_t at = 0;
		while (at < have.len && at < want->len && have.ptr[at] == want->ptr[at])
			at++;
		while (at > 0 && have.ptr[at - 1] != '\n')
			at--;
		fail_msg("%s: differs at byte %zu\n  have %.300s\n  want %.300s", what, at, have.ptr + at,
		         want->ptr + (at < want->len ? at : 0));
	}
	buf_done(&have);
}

/* ---------------------------------------------------------------- records made by number */

enum { RECORDS = 240, KEYS = 14 };

static uint64_t mix(uint64_t n)
{
	n = (n + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
	n ^= n >> 29;
	n *= 0x94D049BB133111EBu;
	return n ^ (n >> 32);
}

static const struct case_result blank = {
    .repeat = UNKNOWN_INT,
    .order = UNKNOWN_INT,
    .latency_ns = UNKNOWN_INT,
    .cost_usd = __builtin_nan(""),
    .tokens_in = UNKNOWN_INT,
    .tokens_out = UNKNOWN_INT,
};

static struct score some_score(uint64_t r)
{
	return (struct score){
	    .name = r % 2 ? STR_LIT("f1") : STR_LIT("tone"),
	    .value = r % 5 ? (double)(r / 2 % 3) / 2 : UNKNOWN_DOUBLE,
	    .label = r % 7 ? STR_NONE : STR_LIT("kind"),
	    .threshold = r % 4 ? UNKNOWN_DOUBLE : 0.5,
	    .pass = (int)(r / 3 % 3) - 1,
	    .source = r % 3 ? SOURCE_CODE : SOURCE_JUDGE,
	    .judge_model = r % 3   ? STR_NONE
	                   : r % 2 ? STR_LIT("m-1")
	                           : STR_LIT("m-2"),
	};
}

static uint64_t n_keys = KEYS;

/* Keys up to 4 have a repeat; 5 to 7 have none and no order; of 8 to 11 some have an order; up to 9 all are parts. */
static void put_telling(struct sink *sink, uint64_t i)
{
	static const int64_t orders[] = {3, 9, 5, UNKNOWN_INT};
	char key[24], text[24];
	uint64_t r = mix(i), k = r % n_keys;
	snprintf(key, sizeof key, "q%llu", (unsigned long long)k);
	snprintf(text, sizeof text, "text %llu", (unsigned long long)(r / 100 % 4));
	struct score scores[3];
	for (uint64_t n = 0; n < 3; n++)
		scores[n] = some_score(mix(r + n));
	struct case_result res = blank;
	res.run_id = r / 7 % 2 ? STR_LIT("r1") : STR_LIT("r2");
	res.key = str_of(key);
	res.part = k < 10 || r / 11 % 2;
	res.weight = (int64_t)(r / 51 % 3) - 1;
	res.status = (enum case_status)(r / 13 % N_CASE_STATUSES);
	res.repeat = k <= 4 ? (int64_t)(k % 3) : UNKNOWN_INT;
	if (k >= 8)
		res.order = k >= 12 ? 7 : orders[r / 17 % 4];
	res.input = r / 19 % 2 ? STR_NONE : str_of(text);
	res.output = r / 23 % 2 ? STR_NONE : str_of(text);
	res.latency_ns = r / 29 % 2 ? UNKNOWN_INT : (int64_t)(r / 31 % 50);
	res.cost_usd = r / 37 % 2 ? UNKNOWN_DOUBLE : (double)(r / 41 % 8) / 16;
	res.trace_id = r / 43 % 4 ? STR_NONE : STR_LIT("0123456789abcdef0123456789abcdef");
	res.scores = scores;
	res.n_scores = r / 47 % 4;
	sink_case(sink, &res);
}

/* A record tells of one case, or of two. */
static void tell_record(struct sink *sink, uint64_t i)
{
	put_telling(sink, i);
	if (i % 3 == 0)
		put_telling(sink, i + RECORDS);
}

static void put_record(struct sink *sink, uint64_t i)
{
	char raw[64];
	snprintf(raw, sizeof raw, "{\"record\":%llu}", (unsigned long long)i);
	sink_entry(sink, &(struct entry){.type = ENTRY_RECORD, .bytes = str_of(raw), .record = i + 1});
	tell_record(sink, i);
}

static bool decode(const struct stored_record *rec, struct sink *out, struct err *err)
{
	int64_t i = -1;
	struct str number = str_cut(rec->entry.bytes, 10, rec->entry.bytes.len - 11);
	if (!scan_int64(number, &i))
		return err_set(err, ERR_INPUT, NULL, "no number");
	tell_record(out, (uint64_t)i);
	return true;
}

/* ---------------------------------------------------------------- importing */

static struct source source_of(const char *name)
{
	return (struct source){.path = str_of(name),
	                       .format = STR_LIT("test"),
	                       .head_len = strlen(name),
	                       .head_hash = hash128_of(str_of(name)),
	                       .size = 1,
	                       .mtime_ns = 1};
}

struct counts {
	struct ingest_counts held, fresh;
};

/* Records order[from … to - 1]; a transaction after each `step`, at the end for 0. Goes on where the source stands, if it is there. */
static struct counts import_some(struct db *db, const char *name, const uint64_t *order, size_t from, size_t to,
                                 size_t step)
{
	struct err err = ERR_INIT;
	struct counts counts;
	struct ingest *in = ingest_open(db, &err);
	must(in != NULL, &err);
	struct source source = source_of(name);
	struct stmt *s = db_query(db, "SELECT id, records FROM source WHERE path = ?", &err);
	must(s != NULL, &err);
	stmt_blob(s, 1, source.path);
	if (stmt_step(s, &err) == STEP_ROW) {
		source.id = col_int(s, 0);
		source.records = (uint64_t)col_int(s, 1);
	}
	stmt_end(s);
	from += source.records;
	must(ingest_begin(in, &source, &err), &err);
	for (size_t i = from, n = source.records; i < to; i++) {
		put_record(ingest_sink(in), order[i]);
		n++;
		must(ingest_point(in, n, NULL, n, &err), &err);
		if (step && n % step == 0) {
			must(ingest_pause(in, false, &counts.held, &counts.fresh, &err), &err);
			source.id = ingest_source_id(in);
			source.records = n;
			must(ingest_begin(in, &source, &err), &err);
		}
	}
	must(ingest_end(in, true, &counts.held, &counts.fresh, &err), &err);
	must(ingest_close(in, &err), &err);
	return counts;
}

static void shuffle(uint64_t *order, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; seed && i > 1; i--) {
		size_t j = mix(seed * 100003 + i) % i;
		uint64_t swap = order[i - 1];
		order[i - 1] = order[j];
		order[j] = swap;
	}
}

static void make_reference(struct buf *want)
{
	struct box box;
	uint64_t order[RECORDS];
	shuffle(order, RECORDS, 0);
	box_open(&box);
	struct counts counts = import_some(box.db, "all", order, 0, RECORDS, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), counts.held.cases);
	assert_int_equal(number(box.db, "SELECT count(*) FROM case_score"), counts.held.scores);
	assert_memory_equal(&counts.held, &counts.fresh, sizeof counts.held);
	assert_true(number(box.db, "SELECT count(*) FROM case_part") > RECORDS / 2);
	assert_true(number(box.db, "SELECT count(*) FROM case_result WHERE base IS NOT NULL") > 5);
	dump(box.db, want);
	box_close(&box);
}

/* ---------------------------------------------------------------- tests */

/* Portions of a shuffled row of records as sources of their own. */
static void any_order_and_portions(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	const char *more = getenv("SPOOR_SEEDS"); /* for a longer look */
	uint64_t seeds = more ? strtoull(more, NULL, 10) : 24;
	make_reference(&want);
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct box box;
		uint64_t order[RECORDS];
		char name[32];
		size_t portions = seed % 6 == 5 ? RECORDS : 1 + seed % 6;
		int64_t cases = 0;
		shuffle(order, RECORDS, seed);
		box_open(&box);
		for (size_t k = 0; k < portions; k++) {
			snprintf(name, sizeof name, "portion %zu", k);
			size_t from = RECORDS * k / portions, to = RECORDS * (k + 1) / portions;
			struct counts counts = import_some(box.db, name, order, from, to, seed % 4);
			cases += counts.fresh.cases; /* of the last piece only, if there were several */
		}
		snprintf(name, sizeof name, "seed %d", (int)seed);
		check_same(box.db, &want, name);
		if (seed % 4 == 0)
			assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), cases);
		box_close(&box);
	}
	buf_done(&want);
}

/* Each file counts what it would count alone, in a store that has others, cut into pieces or not. (Where a place depends on what others
 * say of a key without a repeat, so does the count: not here.) */
static void each_counts_its_own(void **state)
{
	(void)state;
	n_keys = 8;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct box box, alone;
		uint64_t order[RECORDS];
		int64_t fresh_cases = 0, fresh_scores = 0;
		shuffle(order, RECORDS, seed);
		box_open(&box);
		for (size_t k = 0; k < 4; k++) {
			char name[32];
			size_t from = RECORDS * k / 5, to = RECORDS * (k + 2) / 5; /* they overlap */
			snprintf(name, sizeof name, "portion %zu", k);
			box_open(&alone);
			struct counts mine = import_some(alone.db, name, order, from, to, 0);
			struct counts counts = import_some(box.db, name, order, from, to, seed % 2 ? 0 : 5);
			assert_int_equal(counts.held.cases, mine.held.cases);
			assert_int_equal(counts.held.scores, mine.held.scores);
			fresh_cases += counts.fresh.cases;
			fresh_scores += counts.fresh.scores;
			box_close(&alone);
		}
		if (seed % 2) {
			assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), fresh_cases);
			assert_int_equal(number(box.db, "SELECT count(*) FROM case_score"), fresh_scores);
		}
		box_close(&box);
	}
	n_keys = KEYS;
}

/* The same records from a second file, and from a third in another order: nothing is new, each file holds all. */
static void again_adds_nothing(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	struct box box;
	uint64_t order[RECORDS];
	make_reference(&want);
	box_open(&box);
	shuffle(order, RECORDS, 0);
	struct counts first = import_some(box.db, "a", order, 0, RECORDS, 0);
	for (uint64_t seed = 0; seed < 3; seed++) {
		char name[] = "b0";
		name[1] = (char)('0' + seed);
		shuffle(order, RECORDS, seed);
		struct counts counts = import_some(box.db, name, order, 0, RECORDS, seed);
		assert_int_equal(counts.held.cases, first.held.cases);
		assert_int_equal(counts.held.scores, first.held.scores);
		assert_int_equal(counts.fresh.cases, 0);
		assert_int_equal(counts.fresh.scores, 0);
	}
	struct buf have = BUF_INIT;
	/* A lone row told by three files has become rows of case_part; what it says is the same. */
	dump_rows(box.db, dumps[0], &have);
	dump_rows(box.db, dumps[2], &have);
	assert_true(have.len > 1000);
	struct box once;
	box_open(&once);
	import_some(once.db, "a", order, 0, RECORDS, 0);
	struct buf have_once = BUF_INIT;
	dump_rows(once.db, dumps[0], &have_once);
	dump_rows(once.db, dumps[2], &have_once);
	assert_true(str_eq(buf_str(&have), buf_str(&have_once)));
	box_close(&once);
	buf_done(&have);
	buf_done(&have_once);
	buf_done(&want);
	box_close(&box);
}

/* Killed at any moment, the import goes on where it stood. */
static void killed_and_resumed(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	uint64_t order[RECORDS];
	make_reference(&want);
	for (int round = 0; round < 8; round++) {
		struct box box;
		struct err err = ERR_INIT;
		shuffle(order, RECORDS, (uint64_t)round);
		box_open(&box);
		db_close(box.db);
		pid_t child = fork();
		if (child == 0) {
			struct db *db = db_open(box.path, DB_WRITE, &err);
			if (db)
				import_some(db, "all", order, 0, RECORDS, 3);
			_exit(0);
		}
		usleep((useconds_t)(2000 + round * 9000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		box.db = db_open(box.path, DB_WRITE, &err);
		must(box.db != NULL, &err);
		struct counts counts = import_some(box.db, "all", order, 0, RECORDS, 7);
		check_same(box.db, &want, "killed");
		assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), counts.held.cases);
		assert_int_equal(number(box.db, "SELECT count(*) FROM case_score"), counts.held.scores);
		box_close(&box);
	}
	buf_done(&want);
}

static void put_part(struct sink *sink, uint64_t i, struct case_result res)
{
	char raw[64];
	snprintf(raw, sizeof raw, "{\"record\":%llu}", (unsigned long long)i);
	sink_entry(sink, &(struct entry){.type = ENTRY_RECORD, .bytes = str_of(raw), .record = i + 1});
	res.run_id = STR_LIT("r");
	res.key = STR_LIT("q");
	sink_case(sink, &res);
}

static void check_row(struct db *db, const char *sql, const char *want)
{
	struct buf have = BUF_INIT;
	dump_rows(db, sql, &have);
	if (!str_starts(buf_str(&have), want))
		fail_msg("%s\n  have %s\n  want %s", sql, buf_cstr(&have), want);
	buf_done(&have);
}

/* What is joined, field by field: known beats unknown, the gravest status, equal scores once. */
static void fields(void **state)
{
	(void)state;
	struct score f1 = {.name = STR_LIT("f1"), .value = 0.5, .pass = 1, .threshold = UNKNOWN_DOUBLE}, other = f1,
	             em = f1;
	other.value = 0.25;
	em.name = STR_LIT("em");
	struct score first[] = {f1, em}, second[] = {other, f1, f1};
	struct case_result parts[3] = {blank, blank, blank};
	parts[0].part = parts[1].part = true;
	parts[0].status = CASE_PASSED;
	parts[0].input = STR_LIT("what?");
	parts[0].scores = first;
	parts[0].n_scores = 2;
	parts[1].status = CASE_FAILED;
	parts[1].output = STR_LIT("this");
	parts[1].latency_ns = 7;
	parts[1].order = 4;
	parts[1].scores = second;
	parts[1].n_scores = 3;
	parts[0].weight = 1;
	parts[1].input = STR_LIT("another question");
	parts[2].status = CASE_PASSED; /* no part, of the same place */
	parts[2].tokens_in = 12;
	static const int orders[][3] = {
	    {0, 1, 2},
            {2, 1, 0},
            {1, 2, 0},
            {2, 0, 1}
        };
	for (size_t round = 0; round < 8; round++) {
		struct box box;
		struct err err = ERR_INIT;
		struct ingest_counts held, fresh;
		box_open(&box);
		struct ingest *in = ingest_open(box.db, &err);
		struct source source = source_of("a");
		must(ingest_begin(in, &source, &err), &err);
		for (size_t i = 0; i < 3; i++) {
			int k = orders[round % 4][i];
			put_part(ingest_sink(in), (uint64_t)k, parts[k]);
			must(ingest_point(in, i + 1, NULL, i + 1, &err), &err);
			if (round < 4)
				continue;
			must(ingest_pause(in, false, &held, &fresh, &err), &err);
			source.id = ingest_source_id(in);
			source.records = i + 1;
			must(ingest_begin(in, &source, &err), &err);
		}
		must(ingest_end(in, true, &held, &fresh, &err), &err);
		must(ingest_close(in, &err), &err);
		assert_int_equal(held.cases, 1);
		assert_int_equal(held.scores, 3);
		check_row(box.db,
		          "SELECT status, title, ord, input_hash IS NULL, output_hash IS NULL, expected_hash IS NULL,"
		          " latency_ns, tokens_in, tokens_out, parts FROM case_result",
		          "2|what?|4|0|0|1|7|12||3|");
		check_row(
		    box.db,
		    "SELECT group_concat(t) FROM (SELECT w.text || s.n || '=' || s.value AS t FROM case_score s JOIN"
		    " word w ON w.id = s.name ORDER BY 1)",
		    "em0=0.5,f10=0.25,f11=0.5|");
		assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 0);
		assert_int_equal(number(box.db, "SELECT failed FROM run"), 1);
		box_close(&box);
	}
}

/* Two that are no parts still contradict each other, and a part beside them changes nothing about that. */
static void wholes_conflict(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct box box;
		struct err err = ERR_INIT;
		struct ingest_counts held, fresh;
		box_open(&box);
		struct ingest *in = ingest_open(box.db, &err);
		struct source source = source_of("a");
		must(ingest_begin(in, &source, &err), &err);
		for (int i = 0; i < 3; i++) {
			int k = (i + round) % 3;
			struct case_result res = blank;
			res.repeat = 0;
			res.part = k == 2;
			res.status = k == 2 ? CASE_UNSCORED : k ? CASE_PASSED : CASE_FAILED;
			res.latency_ns = k < 2 ? k + 1 : UNKNOWN_INT;
			res.tokens_in = k == 2 ? 5 : UNKNOWN_INT;
			put_part(ingest_sink(in), (uint64_t)k, res);
		}
		must(ingest_end(in, true, &held, &fresh, &err), &err);
		must(ingest_close(in, &err), &err);
		assert_int_equal(held.cases, 1);
		assert_int_equal(number(box.db, "SELECT count(*) FROM problem WHERE code = 'conflict'"), 1);
		/* Not a mixture of both: one of them. */
		assert_int_equal(number(box.db, "SELECT (status = 1) = (latency_ns = 2) FROM case_result"), 1);
		assert_int_equal(number(box.db, "SELECT tokens_in FROM case_result"), 5);
		box_close(&box);
	}
}

/* A case of very many parts takes no time to speak of, in one batch or in many. */
static void many_parts(void **state)
{
	(void)state;
	enum { N = 2000 };
	struct box box;
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	struct ingest *in = ingest_open(box.db, &err);
	for (int again = 0; again < 2; again++) {
		struct source source = source_of(again ? "b" : "a");
		must(ingest_begin(in, &source, &err), &err);
		for (uint64_t i = 0; i < N; i++) {
			struct case_result res = blank;
			struct score score = {.name = STR_LIT("f1"), .value = (double)i, .threshold = UNKNOWN_DOUBLE};
			res.part = true;
			res.scores = &score;
			res.n_scores = 1;
			res.status = i == N / 2 ? CASE_FAILED : CASE_PASSED;
			put_part(ingest_sink(in), i, res);
			must(ingest_point(in, i + 1, NULL, i + 1, &err), &err);
			if (i % 100 != 99)
				continue;
			must(ingest_pause(in, false, &held, &fresh, &err), &err);
			source.id = ingest_source_id(in);
			source.records = i + 1;
			must(ingest_begin(in, &source, &err), &err);
		}
		must(ingest_end(in, true, &held, &fresh, &err), &err);
		assert_int_equal(held.cases, 1);
		assert_int_equal(held.scores, N);
	}
	must(ingest_close(in, &err), &err);
	assert_int_equal(number(box.db, "SELECT parts FROM case_result"), 2 * N);
	assert_int_equal(number(box.db, "SELECT status FROM case_result"), CASE_FAILED);
	assert_int_equal(number(box.db, "SELECT max(n) FROM case_score"), N - 1);
	check_shape(box.db);
	box_close(&box);
}

/* A run goes whole with either of its sources (forget.h); the other one is read again from its beginning, and is what it would be alone. */
static void forget_either(void **state)
{
	(void)state;
	uint64_t order[RECORDS];
	shuffle(order, RECORDS, 5);
	for (int which = 0; which < 2; which++) {
		struct box box, alone;
		struct err err = ERR_INIT;
		struct buf want = BUF_INIT;
		box_open(&box);
		box_open(&alone);
		import_some(box.db, "a", order, 0, RECORDS / 2, 0);
		import_some(box.db, "b", order, RECORDS / 2, RECORDS, 0);
		struct forget_plan plan = {.cases = 0};
		forget_plan_add(&plan.sources, which + 1);
		must(forget_plan_close(box.db, &plan, &err), &err);
		assert_int_equal(plan.runs.at.n, 2);
		assert_int_equal(plan.again.at.n, 1);
		struct forget_what what = forget_plan_what(&plan);
		struct forget *f = forget_open(box.db, &err);
		bool cut;
		must(f != NULL, &err);
		must(forget_note(f, &what, &err) && forget_run(f, false, NULL, &cut, &err), &err);
		forget_close(f);
		forget_plan_done(&plan);
		assert_int_equal(number(box.db, "SELECT count(*) FROM case_part"), 0);
		assert_int_equal(number(box.db, "SELECT count(*) FROM case_part_score"), 0);
		assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), 0);
		size_t from = which ? 0 : RECORDS / 2, to = which ? RECORDS / 2 : RECORDS;
		import_some(alone.db, "x", order, from, to, 0);
		import_some(box.db, which ? "a" : "b", order, from, to, 0);
		dump(alone.db, &want);
		check_same(box.db, &want, "read again");
		buf_done(&want);
		box_close(&box);
		box_close(&alone);
	}
}

/* ---------------------------------------------------------------- showing */

static int64_t hash_or_null(struct str text)
{
	uint64_t hash = model_text_hash(text);
	return hash ? (int64_t)hash : UNKNOWN_INT;
}

static bool same_number(double a, double b)
{
	return IS_UNKNOWN(a) || IS_UNKNOWN(b) ? IS_UNKNOWN(a) && IS_UNKNOWN(b) : !(a < b) && !(a > b);
}

static void check_score(struct stmt *s, const struct case_detail *d)
{
	size_t found = 0;
	for (size_t i = 0; i < d->res.n_scores; i++) {
		const struct score *score = &d->res.scores[i];
		found += str_eq(score->name, col_str(s, 0)) && same_number(score->value, col_double(s, 1)) &&
		         str_eq(score->label, col_str(s, 2)) && score->pass == col_int_or(s, 3, -1) &&
		         same_number(score->threshold, col_double(s, 4)) && (int64_t)score->source == col_int(s, 5) &&
		         str_eq(score->judge_model, col_str(s, 6));
	}
	assert_true(found > 0);
}

static void check_scores(struct db *db, struct case_at at, const struct case_detail *d)
{
	struct err err = ERR_INIT;
	struct stmt *s =
	    db_query(db,
	             "SELECT w.text, c.value, c.label, c.pass, c.threshold, c.from_, j.text FROM case_score c"
	             " JOIN word w ON w.id = c.name LEFT JOIN word j ON j.id = c.judge"
	             " WHERE c.run = ? AND c.case_id = ? AND c.repeat = ?",
	             &err);
	must(s != NULL, &err);
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.case_id);
	stmt_int(s, 3, at.repeat);
	size_t n = 0;
	for (; stmt_step(s, &err) == STEP_ROW; n++)
		check_score(s, d);
	stmt_end(s);
	assert_int_equal(d->res.n_scores, n);
}

/* What is shown of a case, decoded of all its records, is what the store joined. */
static void shown_as_stored(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	uint64_t order[RECORDS];
	size_t n = 0, several = 0;
	decode_fn *before = sink_decoder();
	sink_set_decoder(decode);
	shuffle(order, RECORDS, 3);
	box_open(&box);
	import_some(box.db, "a", order, 0, RECORDS / 2, 0);
	import_some(box.db, "b", order, RECORDS / 3, RECORDS, 0);
	struct block_cache *blocks = block_cache_new(box.db);
	struct stmt *s =
	    db_query(box.db,
	             "SELECT run, case_id, repeat, status, ord, input_hash, output_hash, latency_ns, cost_usd,"
	             " (SELECT count(DISTINCT hash) FROM case_part p WHERE p.run = c.run AND"
	             " p.case_id = c.case_id AND p.repeat = c.repeat) FROM case_result c WHERE parts > 0",
	             &err);
	must(s != NULL, &err);
	for (; stmt_step(s, &err) == STEP_ROW; n++) {
		struct arena arena = ARENA_INIT;
		struct case_detail d;
		struct case_at at = {col_int(s, 0), col_int(s, 1), col_int(s, 2)};
		size_t records = (size_t)col_int(s, 9);
		must(case_detail(box.db, blocks, at, &arena, &d, &err), &err);
		assert_int_equal(d.n_origins, records ? records : 1);
		assert_int_equal(d.res.status, col_int(s, 3));
		assert_int_equal(d.res.order, col_int(s, 4));
		assert_int_equal(hash_or_null(d.res.input), col_int(s, 5));
		assert_int_equal(hash_or_null(d.res.output), col_int(s, 6));
		assert_int_equal(d.res.latency_ns, col_int(s, 7));
		assert_true(same_number(d.res.cost_usd, col_double(s, 8)));
		check_scores(box.db, at, &d);
		several += records > 1;
		arena_done(&arena);
	}
	stmt_end(s);
	assert_true(n > 20 && several > 20);
	block_cache_free(blocks);
	box_close(&box);
	sink_set_decoder(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields),
	    cmocka_unit_test(wholes_conflict),
	    cmocka_unit_test(any_order_and_portions),
	    cmocka_unit_test(each_counts_its_own),
	    cmocka_unit_test(again_adds_nothing),
	    cmocka_unit_test(killed_and_resumed),
	    cmocka_unit_test(many_parts),
	    cmocka_unit_test(forget_either),
	    cmocka_unit_test(shown_as_stored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
