/* The ingest, fed by hand: whatever the order, the portions and the interruptions, the store says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/block.h"
#include "store/ingest.h"

/* ---------------------------------------------------------------- a store of its own */

struct box {
	char dir[64], path[96];
	struct db *db;
};

static void box_open(struct box *box)
{
	struct err err = ERR_INIT;
	snprintf(box->dir, sizeof box->dir, "/tmp/spoor-ingest-XXXXXX");
	assert_non_null(mkdtemp(box->dir));
	snprintf(box->path, sizeof box->path, "%s/s.db", box->dir);
	box->db = db_open(box->path, DB_WRITE, &err);
	if (!box->db)
		fail_msg("%s", err.text);
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

/* Everything the store says, ids replaced by what they stand for, in an order that does not depend on when rows came. What may
 * differ is left out: record numbers, positions, sources. */
static const char *const dumps[] = {
    "SELECT 'trace', t.text, t.n, t.loose, n.text, s.text, u.text, v.text, t.start_ns, t.duration_ns, t.status, "
    "t.spans,"
    " t.errors, t.llm_calls, t.tool_calls, t.tokens_in, t.tokens_out, t.tokens_cached, t.tokens_reasoning, t.cost_usd,"
    " t.usage, t.usage_repeats, t.repeats, t.input, t.output, hex(t.input_rank), t.scores, t.orphans, t.cycles, t.said "
    "IS NULL FROM trace t"
    " LEFT JOIN word n ON n.id = t.name LEFT JOIN word s ON s.id = t.session LEFT JOIN word u ON u.id = t.user"
    " LEFT JOIN word v ON v.id = t.service ORDER BY t.text",
    "SELECT 'span', t.text, p.pos - t.first, p.key, p.id, p.parent, p.up, p.depth, p.size, p.flags, n.text, p.kind,"
    " p.status, p.start_ns, p.duration_ns, p.self_ns, p.first_token_ns, m.text, q.version, p.tokens_in, p.tokens_out,"
    " p.tokens_cache_write, p.cost_usd, p.sub_tokens, p.sub_cost, p.sub_errors, p.rep_n, p.rep_len, p.input_hash, "
    "p.output_hash, p.message,"
    " p.hash FROM trace t JOIN span p ON p.pos >= t.first AND p.pos < t.first + t.n LEFT JOIN word n ON n.id = p.name"
    " LEFT JOIN word m ON m.id = p.model LEFT JOIN prompt q ON q.id = p.prompt ORDER BY t.text, p.pos",
    "SELECT 'stray', p.key FROM span p WHERE NOT EXISTS"
    " (SELECT 1 FROM trace t WHERE t.id = p.trace AND p.pos >= t.first AND p.pos < t.first + t.n)",
    "SELECT 'loose', key FROM span_loose",
    "SELECT 'garbage', n FROM garbage",
    "SELECT 'other', t.text, o.key, o.hash, o.start_ns, o.end_ns, o.status FROM span_other o JOIN trace t ON t.id = "
    "o.trace"
    " ORDER BY t.text, o.key, o.hash",
    "SELECT 'hist', w.text, h.kind, h.n, hex(h.counts) FROM hist h LEFT JOIN word w ON w.id = h.name ORDER BY 2, 3",
    "SELECT 'hist_usage', w.text, h.kind, h.what, h.n, hex(h.counts) FROM hist_usage h LEFT JOIN word w ON w.id = "
    "h.name"
    " ORDER BY 2, 3, 4",
    "SELECT 'score', t.text, s.span, w.text, s.value, s.label, s.explanation FROM score s JOIN trace t ON t.id = "
    "s.trace"
    " JOIN word w ON w.id = s.name ORDER BY 2, 3, 4, 5, 6, 7",
    "SELECT 'tag', t.text, w.text FROM trace_tag g JOIN trace t ON t.id = g.trace JOIN word w ON w.id = g.tag ORDER BY "
    "2, 3",
    "SELECT 'prompt', w.text, p.version, hex(p.hash), p.text, p.first_ns FROM prompt p JOIN word w ON w.id = p.name"
    " ORDER BY 2, 3, 4",
    "SELECT 'run', r.text, r.name, w.text, r.created_ns, r.config, r.cases, r.passed, r.failed, r.errored, r.unscored,"
    " r.keys, r.repeats, r.pass_shares, r.scored_keys, r.p50_ns, r.p95_ns, r.tokens_in, r.tokens_out, r.cost_usd,"
    " r.costed, r.dirty FROM run r LEFT JOIN word w ON w.id = r.model ORDER BY 2",
    "SELECT 'metric', r.text, w.text, m.value FROM run_metric m JOIN run r ON r.id = m.run JOIN word w ON w.id = m.name"
    " ORDER BY 2, 3",
    "SELECT 'mean', r.text, w.text, m.n, m.mean FROM run_score m JOIN run r ON r.id = m.run JOIN word w ON w.id = "
    "m.name"
    " ORDER BY 2, 3",
    "SELECT 'case', r.text, k.text, c.repeat, b.text, c.status, c.title, c.ord, c.output_hash, c.latency_ns, "
    "c.cost_usd,"
    " hex(c.trace), c.hash FROM case_result c JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id"
    " LEFT JOIN case_key b ON b.id = c.base ORDER BY 2, 3, 4",
    "SELECT 'case_score', r.text, k.text, c.repeat, w.text, c.n, c.value, c.label, c.pass FROM case_score c"
    " JOIN run r ON r.id = c.run JOIN case_key k ON k.id = c.case_id JOIN word w ON w.id = c.name ORDER BY 2, 3, 4, 5, "
    "6",
};

static void dump_rows(struct db *db, const char *sql, struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(db, sql, &err);
	if (!s)
		fail_msg("%s", err.text);
	enum step step;
	while ((step = stmt_step(s, &err)) == STEP_ROW) {
		for (int c = 0; c < 40 && (c == 0 || !col_null(s, c) || c < 33); c++) {
			buf_add_str(out, col_str(s, c));
			buf_add_char(out, '|');
		}
		buf_add_char(out, '\n');
	}
	stmt_end(s);
	assert_int_equal(step, STEP_DONE);
}

static void dump(struct db *db, struct buf *out)
{
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
		size_t from = at;
		while (from > 0 && have.ptr[from - 1] != '\n')
			from--;
		fail_msg("%s: differs at byte %zu of %zu\n  have %.400s\n  want %.400s", what, at, have.len,
		         have.ptr + from, want->ptr + (from < want->len ? from : 0));
	}
	buf_done(&have);
}

static int64_t number(struct db *db, const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	if (!db_int(db, sql, -1, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

/* ---------------------------------------------------------------- records made by number */

enum { TRACES = 13, RECORDS = 900 };

static uint64_t mix(uint64_t n)
{
	n = (n + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
	n ^= n >> 29;
	n *= 0x94D049BB133111EBu;
	return n ^ (n >> 32);
}

static const struct span blank_span = {
    .start_ns = TIME_UNKNOWN,
    .end_ns = TIME_UNKNOWN,
    .tokens_in = UNKNOWN_INT,
    .tokens_out = UNKNOWN_INT,
    .tokens_cached = UNKNOWN_INT,
    .tokens_reasoning = UNKNOWN_INT,
    .cost_usd = __builtin_nan(""),
    .first_token_ns = UNKNOWN_INT,
};

/* Costs that are estimated take part in every test. */
static double price_of(const struct usage *u)
{
	if (!str_is(u->model, "m-1"))
		return UNKNOWN_DOUBLE;
	int64_t written = u->tokens_cache_write > 0 ? u->tokens_cache_write : 0;
	return (double)(u->tokens_in > 0 ? u->tokens_in : 0) / 4 + (double)written / 8;
}

static void put_span(struct sink *sink, uint64_t i)
{
	char trace[40], id[20], parent[20], input[64];
	uint64_t r = mix(i), t = r % TRACES, key = mix(i / 3) % 60;
	/* Three records in a row speak of the same span of the same trace: a beginning, an end, sometimes a contradiction. */
	t = mix(i / 3) % TRACES;
	snprintf(trace, sizeof trace, "%032llx", (unsigned long long)t + 1);
	snprintf(id, sizeof id, "%016llx", (unsigned long long)key + 1);
	snprintf(parent, sizeof parent, "%016llx", (unsigned long long)(mix(key) % 70 + 1));
	snprintf(input, sizeof input, "  input   of record %llu ", (unsigned long long)i % 50);
	struct span s = blank_span;
	s.trace_id = str_of(trace);
	s.id = str_of(id);
	s.parent_id = key % 9 ? str_of(parent) : STR_NONE;
	s.kind = (enum span_kind)(key % N_KINDS);
	s.name = key % 2 ? STR_LIT("step") : STR_LIT("call");
	s.start_ns = 1000 + (int64_t)key * 10;
	if (i % 3 == 0) {
		s.status = STATUS_RUNNING;
		s.input = str_of(input);
	} else {
		s.end_ns = s.start_ns + (int64_t)(r % 40) - 3;
		s.status = r % 5 ? STATUS_OK : STATUS_ERROR;
		s.output = str_of(input);
		s.tokens_in = (int64_t)(r % 7);
		if (r % 3)
			s.cost_usd = (double)(r % 8) / 16;
		if (r % 4)
			s.model = r % 13 ? STR_LIT("m-1") : STR_LIT("m-2");
		s.tokens_cache_write = (int64_t)(r % 2);
		s.message = r % 5 ? STR_NONE : STR_LIT("broken");
	}
	if (i % 11 == 0)
		s.start_ns = TIME_UNKNOWN;
	if (i % 17 == 0) {
		s.prompt_name = STR_LIT("greet");
		s.prompt_version = i % 2 ? STR_LIT("1") : STR_LIT("2");
		s.prompt_text = STR_LIT("Hello {name}");
	}
	if (i % 7 == 0)
		s.session = i % 2 ? STR_LIT("s-a") : STR_LIT("s-b");
	struct str tag = STR_LIT("prod");
	s.tags = &tag;
	s.n_tags = i % 19 == 0;
	sink_span(sink, &s);
	if (i % 23 == 0) {
		struct trace said = {.id = str_of(trace),
		                     .name = i % 2 ? STR_LIT("said one") : STR_LIT("said two"),
		                     .start_ns = TIME_UNKNOWN,
		                     .end_ns = (int64_t)(r % 100),
		                     .cost_usd = 1.5};
		sink_trace(sink, &said);
	}
	if (i % 13 == 0) {
		struct score score = {.trace_id = str_of(trace),
		                      .span_id = i % 2 ? str_of(id) : STR_NONE,
		                      .name = STR_LIT("quality"),
		                      .value = (double)(r % 3) / 2,
		                      .threshold = UNKNOWN_DOUBLE,
		                      .pass = -1,
		                      .explanation = STR_LIT("because"),
		                      .time_ns = TIME_UNKNOWN};
		sink_score(sink, &score);
	}
}

static void put_case(struct sink *sink, uint64_t i)
{
	char key[90], output[40], trace[40];
	uint64_t r = mix(i);
	struct eval_run run = {.id = i % 2 ? STR_LIT("run-1") : STR_LIT("run-2"),
	                       .name = r % 2 ? STR_LIT("nightly") : STR_LIT("weekly"),
	                       .model = r % 3 ? STR_LIT("m-1") : STR_LIT("m-2"),
	                       .created_ns = (int64_t)(r % 1000)};
	struct metric metric = {STR_LIT("accuracy"), (double)(r % 5)};
	run.metrics = &metric;
	run.n_metrics = i % 3 == 0;
	if (i % 5 == 0)
		sink_run(sink, &run);
	snprintf(key, sizeof key, "case %llu%s", (unsigned long long)r % 20,
	         r % 20 == 7 ? " and a key that is far too long to be kept as it is, so it is hashed" : "");
	snprintf(output, sizeof output, "answer %llu", (unsigned long long)r % 4);
	snprintf(trace, sizeof trace, "%032llx", (unsigned long long)(r % TRACES) + 1);
	struct score scores[3] = {
	    {.name = STR_LIT("f1"),     .value = (double)(r % 10) / 10, .pass = -1},
	    {	               .name = STR_LIT("f1"),             .value = 0.1,                      .pass = 1          },
	    { .name = STR_LIT("tone"), .value = UNKNOWN_DOUBLE,                     .label = STR_LIT("kind"),           .pass = -1}
        };
	struct case_result res = {
	    .run_id = run.id,
	    .key = str_of(key),
	    .repeat = i % 2 ? UNKNOWN_INT : (int64_t)(r % 3),
	    .order = i % 2 ? (int64_t)(r % 40) : UNKNOWN_INT,
	    .status = (enum case_status)(r % N_CASE_STATUSES),
	    .input = STR_LIT("question"),
	    .output = str_of(output),
	    .latency_ns = (int64_t)(r % 1000),
	    .cost_usd = (double)(r % 9) / 100,
	    .tokens_in = 5,
	    .tokens_out = UNKNOWN_INT,
	    .trace_id = i % 4 ? str_of(trace) : STR_NONE,
	    .scores = scores,
	    .n_scores = r % 4,
	};
	sink_case(sink, &res);
}

static void put_record(struct sink *sink, uint64_t i)
{
	char raw[64];
	snprintf(raw, sizeof raw, "{\"record\":%llu}", (unsigned long long)i);
	struct entry e = {.type = ENTRY_RECORD, .bytes = str_of(raw), .record = i + 1};
	sink_entry(sink, &e);
	if (i % 4 == 3)
		put_case(sink, i);
	else
		put_span(sink, i);
}

/* ---------------------------------------------------------------- sources */

static struct source source_of(const char *name)
{
	return (struct source){.path = str_of(name),
	                       .format = STR_LIT("test"),
	                       .head_len = strlen(name),
	                       .head_hash = hash128_of(str_of(name)),
	                       .size = 1,
	                       .mtime_ns = 1};
}

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

struct counts {
	struct ingest_counts held, fresh;
};

static void point(struct ingest *in, uint64_t records)
{
	struct err err = ERR_INIT;
	must(ingest_point(in, records * 10, NULL, records, &err), &err);
}

/* Records order[from … to - 1] as one source; a point after each `step`. */
static struct counts import_some(struct db *db, const char *name, const uint64_t *order, size_t from, size_t to,
                                 size_t step)
{
	struct err err = ERR_INIT;
	struct counts counts;
	struct ingest *in = ingest_open(db, &err);
	must(in != NULL, &err);
	struct source source = source_of(name);
	must(ingest_begin(in, &source, &err), &err);
	for (size_t i = from; i < to; i++) {
		put_record(ingest_sink(in), order[i]);
		if (i % step == 0)
			point(in, i + 1);
	}
	point(in, to);
	must(ingest_end(in, true, &counts.held, &counts.fresh, &err), &err);
	must(ingest_close(in, &err), &err);
	return counts;
}

static void in_order(uint64_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		order[i] = i;
}

static void shuffle(uint64_t *order, size_t n, uint64_t seed)
{
	in_order(order, n);
	for (size_t i = n; i > 1; i--) {
		size_t j = mix(seed * 100003 + i) % i;
		uint64_t swap = order[i - 1];
		order[i - 1] = order[j];
		order[j] = swap;
	}
}

/* ---------------------------------------------------------------- tests */

static void make_reference(struct buf *want, struct counts *counts)
{
	struct box box;
	uint64_t order[RECORDS];
	in_order(order, RECORDS);
	box_open(&box);
	*counts = import_some(box.db, "all", order, 0, RECORDS, 1);
	assert_int_equal(number(box.db, "SELECT count(*) FROM span WHERE flags & 16 = 0"), counts->held.spans);
	assert_int_equal(number(box.db, "SELECT count(*) FROM case_result"), counts->held.cases);
	assert_int_equal(number(box.db, "SELECT count(*) FROM trace"), counts->held.traces);
	assert_int_equal(number(box.db, "SELECT count(*) FROM run"), counts->held.runs);
	assert_memory_equal(&counts->held, &counts->fresh, sizeof counts->held);
	dump(box.db, want);
	box_close(&box);
}

static void test_any_order_and_portions(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	struct counts counts;
	make_reference(&want, &counts);
	assert_true(counts.held.spans > 150 && counts.held.cases > 30);
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct box box;
		uint64_t order[RECORDS];
		char name[32];
		shuffle(order, RECORDS, seed);
		box_open(&box);
		size_t portions = 1 + seed % 5 * seed;
		for (size_t k = 0; k < portions; k++) {
			snprintf(name, sizeof name, "portion %zu", k);
			import_some(box.db, name, order, RECORDS * k / portions, RECORDS * (k + 1) / portions, seed);
		}
		snprintf(name, sizeof name, "seed %d", (int)seed);
		check_same(box.db, &want, name);
		box_close(&box);
	}
	buf_done(&want);
}

static void test_again_adds_nothing(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	struct counts first, again;
	make_reference(&want, &first);
	struct box box;
	uint64_t order[RECORDS];
	in_order(order, RECORDS);
	box_open(&box);
	import_some(box.db, "all", order, 0, RECORDS, 1);
	int64_t raw = number(box.db, "SELECT sum(raw_bytes) FROM block");
	again = import_some(box.db, "copy", order, 0, RECORDS, 1);
	check_same(box.db, &want, "again");
	assert_memory_equal(&first.held, &again.held, sizeof first.held);
	const struct ingest_counts none = {0};
	assert_memory_equal(&again.fresh, &none, sizeof none);
	/* Records of spans alone are not kept twice. */
	assert_true(number(box.db, "SELECT sum(raw_bytes) FROM block") < 2 * raw);
	box_close(&box);
	buf_done(&want);
}

/* Every record a row names has its bytes, and they are its own; those that came again (and only they) have none. */
static void check_records(struct db *db, const char *sql, int64_t *empty)
{
	struct err err = ERR_INIT;
	struct block_cache *cache = block_cache_new(db);
	struct arena arena = ARENA_INIT;
	struct stmt *s = db_query(db, sql, &err);
	must(s != NULL, &err);
	while (stmt_step(s, &err) == STEP_ROW) {
		struct stored_record stored;
		char want[64];
		must(block_fetch(cache, (uint64_t)col_int(s, 0), &arena, &stored, &err), &err);
		snprintf(want, sizeof want, "{\"record\":%llu}", (unsigned long long)stored.entry.record - 1);
		*empty += stored.entry.bytes.len == 0;
		if (stored.entry.bytes.len && !str_is(stored.entry.bytes, want))
			fail_msg("entry %lld: %s", (long long)col_int(s, 0), want);
	}
	stmt_end(s);
	arena_done(&arena);
	block_cache_free(cache);
}

static void test_records_that_come_again(void **state)
{
	(void)state;
	struct box box;
	uint64_t order[RECORDS];
	in_order(order, RECORDS);
	box_open(&box);
	import_some(box.db, "half", order, 0, RECORDS / 2, 50);
	import_some(box.db, "all", order, 0, RECORDS, 50);
	int64_t empty = 0;
	check_records(box.db,
	              "SELECT record FROM span WHERE record > 0 UNION SELECT record FROM span_other UNION SELECT record"
	              " FROM score UNION SELECT record FROM trace_said UNION SELECT record FROM case_result",
	              &empty);
	assert_int_equal(empty, 0);
	check_records(box.db,
	              "WITH RECURSIVE entry(at, last) AS (SELECT first, first + n - 1 FROM block UNION ALL"
	              " SELECT at + 1, last FROM entry WHERE at < last) SELECT at FROM entry",
	              &empty);
	assert_in_range(empty, RECORDS / 8, RECORDS / 2);
	box_close(&box);
}

static void put_large(struct sink *sink, int64_t i, const char *name)
{
	char id[20], parent[20];
	snprintf(id, sizeof id, "%016llx", (unsigned long long)i + 1);
	snprintf(parent, sizeof parent, "%016llx", (unsigned long long)(i / 7) + 1);
	struct entry e = {.type = ENTRY_RECORD, .bytes = str_of(id), .record = (uint64_t)i + 1};
	struct span s = blank_span;
	s.trace_id = STR_LIT("000102030405060708090a0b0c0d0e0f");
	s.id = str_of(id);
	s.parent_id = i ? str_of(parent) : STR_NONE;
	s.name = str_of(name);
	s.start_ns = i;
	s.end_ns = i + 1000;
	s.kind = KIND_LLM;
	s.tokens_in = 1;
	sink_entry(sink, &e);
	sink_span(sink, &s);
}

/* One record: n spans, and perhaps a score, which are not known from its bytes alone. */
static void import_record(struct db *db, const char *name, int64_t n, bool with_score)
{
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	struct ingest *in = ingest_open(db, &err);
	must(in != NULL, &err);
	struct source source = source_of(name);
	must(ingest_begin(in, &source, &err), &err);
	struct entry e = {.type = ENTRY_RECORD, .bytes = STR_LIT("{\"record\":0}"), .record = 1};
	sink_entry(ingest_sink(in), &e);
	for (int64_t i = 0; i < n; i++) {
		char id[20];
		snprintf(id, sizeof id, "%016llx", (unsigned long long)i + 1);
		struct span s = blank_span;
		s.trace_id = STR_LIT("000102030405060708090a0b0c0d0e0f");
		s.id = str_of(id);
		sink_span(ingest_sink(in), &s);
	}
	struct score score = {.trace_id = STR_LIT("000102030405060708090a0b0c0d0e0f"),
	                      .name = STR_LIT("quality"),
	                      .value = 1,
	                      .threshold = UNKNOWN_DOUBLE,
	                      .pass = -1,
	                      .time_ns = TIME_UNKNOWN};
	if (with_score)
		sink_score(ingest_sink(in), &score);
	point(in, 1);
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	must(ingest_close(in, &err), &err);
}

/* A record is known by its spans, and yet gives something new: a score that an import had not come to when it was killed; spans that
 * follow in the next batch. Its bytes are kept for these. */
static void test_record_known_in_part(void **state)
{
	(void)state;
	static const struct {
		int64_t first, second;
		bool score;
		const char *sql;
	} cases[] = {
	    {3,	              3,	                   true,  "SELECT record FROM score"                },
	    {2 * INGEST_BATCH_SPANS, 2 * INGEST_BATCH_SPANS + 50, false, "SELECT record FROM span WHERE source = 2"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct box box;
		int64_t empty = 0;
		box_open(&box);
		import_record(box.db, "before", cases[i].first, false);
		import_record(box.db, "after", cases[i].second, cases[i].score);
		check_records(box.db, cases[i].sql, &empty);
		if (empty)
			fail_msg("case %zu: %lld rows name a record without its bytes", i, (long long)empty);
		box_close(&box);
	}
}

/* Two imports that add to one trace in turns: each holds it once. */
static void test_sources_in_turns(void **state)
{
	(void)state;
	enum { TURNS = 3 };
	struct box box;
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	struct db *other = db_open(box.path, DB_WRITE, &err);
	must(other != NULL, &err);
	struct ingest *in[2] = {ingest_open(box.db, &err), ingest_open(other, &err)};
	struct source source[2] = {source_of("one"), source_of("two")};
	for (int turn = 0; turn < TURNS; turn++)
		for (int k = 0; k < 2; k++) {
			must(in[k] && ingest_begin(in[k], &source[k], &err), &err);
			source[k].id = ingest_source_id(in[k]);
			put_large(ingest_sink(in[k]), turn * 2 + k, "step");
			point(in[k], (uint64_t)turn + 1);
			must(ingest_pause(in[k], false, &held, &fresh, &err), &err);
			assert_int_equal(held.traces, 1);
			assert_int_equal(held.spans, turn + 1);
		}
	for (int k = 0; k < 2; k++)
		must(ingest_close(in[k], &err), &err);
	assert_int_equal(number(box.db, "SELECT sum(traces) FROM source"), 2);
	assert_int_equal(number(box.db, "SELECT spans FROM trace"), 2 * TURNS);
	db_close(other);
	box_close(&box);
}

static void test_stop_and_resume(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	struct counts counts;
	make_reference(&want, &counts);
	struct box box;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct source source = source_of("all"), *known;
	size_t n;
	int64_t next;
	struct ingest_counts held, fresh;
	box_open(&box);
	for (size_t at = 0; at < RECORDS; at += 250) {
		size_t to = at + 250 < RECORDS ? at + 250 : RECORDS;
		must(source_candidates(box.db, STR_LIT("all"), &arena, &known, &n, &next, &err), &err);
		assert_int_equal(n, at > 0);
		if (n) {
			assert_int_equal(known[0].records, at);
			assert_int_equal(known[0].state, SOURCE_STOPPED);
		}
		struct ingest *in = ingest_open(box.db, &err);
		must(in != NULL, &err);
		must(ingest_begin(in, n ? &known[0] : &source, &err), &err);
		for (size_t i = at; i < to; i++)
			put_record(ingest_sink(in), i);
		point(in, to);
		must(ingest_end(in, to == RECORDS, &held, &fresh, &err), &err);
		must(ingest_close(in, &err), &err);
	}
	check_same(box.db, &want, "resumed");
	assert_memory_equal(&held, &counts.held, sizeof held);
	assert_int_equal(number(box.db, "SELECT state FROM source"), SOURCE_WHOLE);
	arena_done(&arena);
	box_close(&box);
	buf_done(&want);
}

/* A child imports, slowly enough to be met anywhere, and is killed. */
static void import_until_killed(const char *path, useconds_t pause)
{
	struct err err = ERR_INIT;
	struct db *db = db_open(path, DB_WRITE, &err);
	struct ingest *in = db ? ingest_open(db, &err) : NULL;
	struct source source = source_of("all");
	if (!in || !ingest_begin(in, &source, &err))
		_exit(1);
	for (uint64_t i = 0; i < RECORDS; i++) {
		put_record(ingest_sink(in), i);
		if (i % 16 == 0) {
			usleep(pause);
			struct ingest_counts held, fresh;
			ingest_point(in, i * 10, NULL, i + 1, &err);
			if (i % 64 == 0) /* let it be written */
				ingest_end(in, false, &held, &fresh, &err);
			source.id = ingest_source_id(in);
			if (i % 64 == 0 && !ingest_begin(in, &source, &err))
				_exit(1);
		}
	}
	for (;;)
		usleep(1000);
}

static void test_killed(void **state)
{
	(void)state;
	struct buf want = BUF_INIT;
	struct counts counts;
	make_reference(&want, &counts);
	uint64_t order[RECORDS];
	in_order(order, RECORDS);
	for (int round = 0; round < 8; round++) {
		struct box box;
		struct err err = ERR_INIT;
		box_open(&box);
		db_close(box.db);
		pid_t child = fork();
		if (child == 0)
			import_until_killed(box.path, 300);
		usleep((useconds_t)(5000 + round * 9000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		box.db = db_open(box.path, DB_WRITE, &err);
		must(box.db != NULL, &err);
		import_some(box.db, "once more", order, 0, RECORDS, 7);
		check_same(box.db, &want, "killed");
		box_close(&box);
	}
	buf_done(&want);
}

/* A trace far larger than one transaction: several batches, the new range beside the old, nothing left over. */
static void test_large_trace(void **state)
{
	(void)state;
	enum { N = 60000 };
	struct buf want = BUF_INIT;
	for (int round = 0; round < 2; round++) {
		struct box box;
		struct err err = ERR_INIT;
		struct ingest_counts held, fresh;
		box_open(&box);
		struct ingest *in = ingest_open(box.db, &err);
		must(in != NULL, &err);
		for (int again = 0; again < 2; again++) {
			struct source source = source_of(again ? "second" : "first");
			must(ingest_begin(in, &source, &err), &err);
			for (int64_t i = 0; i < N; i++) {
				put_large(ingest_sink(in), round ? N - 1 - i : i, "step");
				if (i % 64 == 0)
					point(in, (uint64_t)i);
			}
			must(ingest_end(in, true, &held, &fresh, &err), &err);
			assert_int_equal(held.spans, N);
			assert_int_equal(held.traces, 1);
			assert_int_equal(fresh.spans, again ? 0 : N);
		}
		must(ingest_close(in, &err), &err);
		assert_int_equal(number(box.db, "SELECT count(*) FROM span"), N);
		assert_int_equal(number(box.db, "SELECT count(*) FROM garbage"), 0);
		assert_int_equal(number(box.db, "SELECT count(*) FROM span_loose"), 0);
		assert_int_equal(number(box.db, "SELECT sum(n) FROM hist"), N);
		if (round == 0)
			dump(box.db, &want);
		else
			check_same(box.db, &want, "large, backwards");
		box_close(&box);
	}
	buf_done(&want);
}

/* ---------------------------------------------------------------- what a kill between two transactions would leave */

enum { WIDE_RECORDS = 600, WIDE_SPANS = 30 };

struct
    watch { /* somebody who is at the store after each transaction of the import: the lock lets nobody have it twice running */
	const char *path;
	_Atomic bool stop;
	_Atomic int64_t looks, moves;
	_Atomic int64_t wrong_records, wrong_spans; /* the first time they differed; -1: never */
};

static void *watch_points(void *arg)
{
	struct watch *w = arg;
	struct err err = ERR_INIT;
	struct db *db = db_open(w->path, DB_WRITE, &err);
	int64_t last = -1;
	while (db && !atomic_load(&w->stop) && db_begin(db, &err)) {
		int64_t records = -1, spans = -1;
		db_int(db, "SELECT records FROM source", 0, &records, &err);
		db_int(db,
		       "SELECT count(*) FROM (SELECT p.trace, p.key FROM trace t JOIN span p ON p.pos >= t.first AND"
		       " p.pos < t.first + t.n AND p.record > 0 UNION SELECT trace, key FROM span_loose)",
		       0, &spans, &err);
		db_rollback(db);
		if (spans != records * WIDE_SPANS && atomic_load(&w->wrong_records) < 0) {
			atomic_store(&w->wrong_records, records);
			atomic_store(&w->wrong_spans, spans);
		}
		atomic_fetch_add(&w->moves, records != last);
		last = records;
		atomic_fetch_add(&w->looks, 1);
	}
	db_close(db);
	return NULL;
}

/* Half of the spans in one trace that grows large, the others in small ones. */
static void put_wide(struct sink *sink, int64_t i, struct str raw)
{
	struct entry e = {.type = ENTRY_RECORD, .bytes = raw, .record = (uint64_t)i + 1};
	sink_entry(sink, &e);
	for (int64_t k = 0; k < WIDE_SPANS; k++) {
		char trace[40], id[20];
		snprintf(trace, sizeof trace, "%032llx", k % 2 ? 1ULL : 2ULL + (unsigned long long)i / 5);
		snprintf(id, sizeof id, "%016llx", (unsigned long long)(i * WIDE_SPANS + k + 1));
		struct span s = blank_span;
		s.trace_id = str_of(trace);
		s.id = str_of(id);
		s.start_ns = i;
		s.end_ns = i + 1;
		sink_span(sink, &s);
	}
}

static void test_point_is_exact(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	struct buf raw = BUF_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	for (int i = 0; i < 20000; i++)
		buf_printf(&raw, "%d ", i); /* 100 KB: few spans to a batch */
	struct ingest *in = ingest_open(box.db, &err);
	must(in != NULL, &err);
	struct source source = source_of("wide");
	must(ingest_begin(in, &source, &err), &err);
	struct watch watch = {.path = box.path, .wrong_records = -1};
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, watch_points, &watch), 0);
	for (int64_t i = 0; i < WIDE_RECORDS; i++) {
		put_wide(ingest_sink(in), i, buf_str(&raw));
		point(in, (uint64_t)i + 1);
	}
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	atomic_store(&watch.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(held.spans, WIDE_RECORDS * WIDE_SPANS);
	assert_true(watch.moves > 8);
	if (watch.wrong_records >= 0 && ingest_splits(in) == 0)
		fail_msg("%lld spans are there, the point is record %lld", (long long)watch.wrong_spans,
		         (long long)watch.wrong_records);
	printf("looked %lld times, the point had moved %lld times, %lld batches were split\n", (long long)watch.looks,
	       (long long)watch.moves, (long long)ingest_splits(in));
	must(ingest_close(in, &err), &err);
	buf_done(&raw);
	box_close(&box);
}

static void test_conflict(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	struct ingest *in = ingest_open(box.db, &err);
	struct source source = source_of("conflict");
	must(ingest_begin(in, &source, &err), &err);
	put_large(ingest_sink(in), 0, "one");
	put_large(ingest_sink(in), 0, "one");
	put_large(ingest_sink(in), 1, "one");
	put_large(ingest_sink(in), 1, "two");
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	const struct problem *problems;
	size_t n;
	int64_t total;
	int exit_code;
	ingest_problems(in, &problems, &n, &total, &exit_code);
	assert_int_equal(n, 1);
	assert_int_equal(total, 1);
	assert_string_equal(problems[0].code, "conflict");
	assert_int_equal(exit_code, 3);
	assert_int_equal(held.spans, 2);
	assert_int_equal(number(box.db, "SELECT count(*) FROM span_other"), 2);
	assert_int_equal(number(box.db, "SELECT flags & 1024 FROM span WHERE key = 2"), 1024);
	assert_int_equal(number(box.db, "SELECT count(*) FROM problem"), 1);
	assert_int_equal(number(box.db, "SELECT problems FROM source"), 1);
	must(ingest_close(in, &err), &err);
	box_close(&box);
}

static void put_half(struct sink *sink, const char *id, const char *parent, uint64_t record)
{
	struct entry e = {.type = ENTRY_RECORD, .bytes = str_of(id), .record = record};
	struct span s = blank_span;
	s.trace_id = STR_LIT("000102030405060708090a0b0c0d0e0f");
	s.id = str_of(id);
	s.parent_id = str_of(parent);
	s.service = str_ends(s.id, MODEL_ANSWER) ? STR_LIT("back") : STR_LIT("front");
	sink_entry(sink, &e);
	sink_span(sink, &s);
}

/* The two halves of a call are one span in every count, in whatever order and portions they come, and whoever brings them. */
static void test_halves_of_a_call(void **state)
{
	(void)state;
	static const char *const ids[] = {"0000000000000001", "0000000000000002", "0000000000000002.server",
	                                  "0000000000000003"};
	static const char *const parents[] = {NULL, "0000000000000001", "0000000000000001", "0000000000000002"};
	struct buf want = BUF_INIT;
	for (size_t round = 0; round < 24; round++) {
		struct box box;
		struct err err = ERR_INIT;
		struct ingest_counts held, fresh;
		size_t turn = round % 4;
		bool portions = round / 4 % 2, two_sources = round / 8 % 3 == 1, again = round / 8 % 3 == 2;
		int64_t brought = 0;
		box_open(&box);
		struct ingest *in = ingest_open(box.db, &err);
		must(in != NULL, &err);
		struct source source = source_of("first");
		must(ingest_begin(in, &source, &err), &err);
		for (size_t i = 0; i < 4; i++) {
			size_t k = (i + turn) % 4;
			put_half(ingest_sink(in), ids[k], parents[k], i + 1);
			if (portions) {
				point(in, i + 1);
				must(ingest_pause(in, false, &held, &fresh, &err), &err);
				brought += fresh.spans;
				source = source_of(two_sources && i == 1 ? "second" : "first");
				source.id = two_sources && i == 1 ? 0 : ingest_source_id(in);
				must(ingest_begin(in, &source, &err), &err);
			}
		}
		must(ingest_end(in, true, &held, &fresh, &err), &err);
		brought += fresh.spans;
		assert_int_equal(brought, 3);
		if (!two_sources)
			assert_int_equal(held.spans, 3);
		if (again) {
			source = source_of("the same elsewhere");
			must(ingest_begin(in, &source, &err), &err);
			for (size_t i = 0; i < 4; i++)
				put_half(ingest_sink(in), ids[i], parents[i], i + 1);
			must(ingest_end(in, true, &held, &fresh, &err), &err);
			assert_int_equal(held.spans, 3);
			assert_int_equal(fresh.spans, 0);
		}
		must(ingest_close(in, &err), &err);
		assert_int_equal(number(box.db, "SELECT spans FROM trace"), 3);
		assert_int_equal(number(box.db, "SELECT count(*) FROM span"), 4);
		assert_int_equal(number(box.db, "SELECT depth FROM span WHERE id = '0000000000000002.server'"), 2);
		if (round == 0)
			dump(box.db, &want);
		check_same(box.db, &want, "halves");
		box_close(&box);
	}
	buf_done(&want);
}

static void source_with_score(struct box *box, const char *name, bool spans, const struct score *score)
{
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	struct ingest *in = ingest_open(box->db, &err);
	must(in != NULL, &err);
	struct source source = source_of(name);
	must(ingest_begin(in, &source, &err), &err);
	if (score) {
		struct entry e = {.type = ENTRY_RECORD, .bytes = STR_LIT("a score"), .record = 1};
		sink_entry(ingest_sink(in), &e);
		sink_score(ingest_sink(in), score);
	}
	for (int i = 0; spans && i < 3; i++)
		put_large(ingest_sink(in), i, "one");
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	assert_int_equal(held.scores, score != NULL);
	assert_int_equal(held.traces, spans);
	must(ingest_close(in, &err), &err);
}

static void source_with(struct box *box, const char *name, bool spans, bool score, struct str target)
{
	struct score waits = {.scope = {.family = STR_LIT("another")},
	                      .span_id = target,
	                      .either = true,
	                      .name = STR_LIT("useful"),
	                      .value = 1,
	                      .threshold = UNKNOWN_DOUBLE,
	                      .pass = -1,
	                      .time_ns = TIME_UNKNOWN};
	source_with_score(box, name, spans, score ? &waits : NULL);
}

/* With an id of its own it is one score, whether its trace is told or not. */
static void test_score_told_twice(void **state)
{
	(void)state;
	for (int order = 0; order < 2; order++) {
		struct box box;
		struct score score = {.scope = {.family = STR_LIT("another")},
		                      .span_id = STR_LIT("0000000000000002"),
		                      .name = STR_LIT("useful"),
		                      .value = 1,
		                      .threshold = UNKNOWN_DOUBLE,
		                      .pass = -1,
		                      .time_ns = TIME_UNKNOWN,
		                      .id = STR_LIT("feedback 1"),
		                      .own_id = true};
		box_open(&box);
		for (int turn = 0; turn < 2; turn++) {
			score.trace_id = order == turn ? STR_NONE : STR_LIT("000102030405060708090a0b0c0d0e0f");
			source_with_score(&box, turn ? "second" : "first", true, &score);
		}
		assert_int_equal(number(box.db, "SELECT count(*) FROM score"), 1);
		assert_int_equal(number(box.db, "SELECT c.trace = t.id FROM score c, trace t WHERE t.seen > 0"), 1);
		assert_int_equal(number(box.db, "SELECT scores FROM trace WHERE seen > 0"), 1);
		box_close(&box);
	}
}

/* A score that names only its span comes to it, whichever is first, and once; so does one whose id turns out to be a trace's. */
static void test_score_without_trace(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		struct box box;
		int order = round % 3;
		bool of_trace = round >= 3;
		struct str target =
		    of_trace ? STR_LIT("000102030405060708090a0b0c0d0e0f") : STR_LIT("0000000000000002");
		box_open(&box);
		if (order < 2)
			source_with(&box, "first", order == 0, order == 1, target);
		source_with(&box, "second", order != 0, order != 1, target);
		source_with(&box, "a copy of the scores", false, true, target);
		assert_int_equal(number(box.db, "SELECT count(*) FROM score"), 1);
		assert_int_equal(number(box.db, "SELECT ifnull(span, 0) FROM score"), of_trace ? 0 : 2);
		assert_int_equal(number(box.db, "SELECT c.trace = t.id FROM score c, trace t WHERE t.seen > 0"), 1);
		assert_int_equal(number(box.db, "SELECT scores FROM trace WHERE seen > 0"), 1);
		assert_int_equal(number(box.db, "SELECT sum(scores) FROM trace WHERE seen = 0"), 0);
		box_close(&box);
	}
}

static void test_repeated_keys(void **state)
{
	(void)state;
	static const int64_t orders[][4] = {
	    {5, 1, 9, 3},
            {9, 5, 3, 1},
            {1, 3, 5, 9}
        };
	for (size_t round = 0; round < 3; round++) {
		struct box box;
		struct err err = ERR_INIT;
		struct ingest_counts held, fresh;
		box_open(&box);
		struct ingest *in = ingest_open(box.db, &err);
		for (int again = 0; again < 2; again++) {
			struct source source = source_of(again ? "b" : "a");
			must(ingest_begin(in, &source, &err), &err);
			for (size_t i = 0; i < 4; i++) {
				struct entry e = {.type = ENTRY_RECORD, .bytes = STR_LIT("{}"), .record = i + 1};
				sink_entry(ingest_sink(in), &e);
				struct case_result res = {.run_id = STR_LIT("r"),
				                          .key = STR_LIT("q"),
				                          .repeat = UNKNOWN_INT,
				                          .order = orders[round][i],
				                          .status = CASE_PASSED,
				                          .latency_ns = orders[round][i],
				                          .cost_usd = UNKNOWN_DOUBLE,
				                          .tokens_in = UNKNOWN_INT,
				                          .tokens_out = UNKNOWN_INT};
				sink_case(ingest_sink(in), &res);
			}
			must(ingest_end(in, true, &held, &fresh, &err), &err);
			assert_int_equal(held.cases, 4);
			assert_int_equal(fresh.cases, again ? 0 : 4);
		}
		must(ingest_close(in, &err), &err);
		struct buf have = BUF_INIT;
		dump_rows(box.db,
		          "SELECT k.text, c.ord FROM case_result c JOIN case_key k ON k.id = c.case_id ORDER BY c.ord",
		          &have);
		struct str rest = buf_str(&have), line;
		static const char *const want[] = {"q|1|", "q#1|3|", "q#2|5|", "q#3|9|"};
		for (size_t i = 0; i < 4; i++) {
			assert_true(str_split(&rest, '\n', &line));
			assert_true(str_starts(line, want[i]));
		}
		assert_int_equal(number(box.db, "SELECT p50_ns FROM run"), 4);
		assert_int_equal(number(box.db, "SELECT cases FROM run"), 4);
		assert_int_equal(number(box.db, "SELECT keys FROM run"), 4);
		buf_done(&have);
		box_close(&box);
	}
}

static void test_strict(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	struct ingest *in = ingest_open(box.db, &err);
	ingest_strict(in, true);
	struct source source = source_of("strict");
	must(ingest_begin(in, &source, &err), &err);
	for (uint64_t i = 0; i < 40; i++)
		put_record(ingest_sink(in), i);
	struct problem p = {.severity = SEVERITY_WARNING, .code = "bad-time", .reason = STR_LIT("odd")};
	sink_problem(ingest_sink(in), &p);
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	assert_true(ingest_rolled_back(in));
	assert_int_equal(fresh.spans, 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM source"), 0);
	assert_int_equal(number(box.db, "SELECT count(*) FROM trace"), 0);
	assert_true(number(box.db, "SELECT count(*) FROM problem") >= 1);
	source = source_of("strict and good");
	must(ingest_begin(in, &source, &err), &err);
	put_large(ingest_sink(in), 0, "one");
	must(ingest_end(in, true, &held, &fresh, &err), &err);
	assert_false(ingest_rolled_back(in));
	assert_int_equal(number(box.db, "SELECT count(*) FROM trace"), 1);
	assert_int_equal(number(box.db, "SELECT state FROM source"), SOURCE_WHOLE);
	must(ingest_close(in, &err), &err);
	box_close(&box);
}

/* Ids that the source does not give are the same each time it is read. */
static void test_made_up_ids(void **state)
{
	(void)state;
	struct box box;
	struct err err = ERR_INIT;
	struct ingest_counts held, fresh;
	box_open(&box);
	struct ingest *in = ingest_open(box.db, &err);
	for (int again = 0; again < 2; again++) {
		struct source source = source_of("nameless");
		must(ingest_begin(in, &source, &err), &err);
		for (uint64_t i = 0; i < 3; i++) {
			struct entry e = {.type = ENTRY_RECORD, .bytes = STR_LIT("{}"), .record = i + 1};
			sink_entry(ingest_sink(in), &e);
			struct span s = blank_span;
			s.name = STR_LIT("x");
			sink_span(ingest_sink(in), &s);
			sink_span(ingest_sink(in), &s);
		}
		must(ingest_end(in, true, &held, &fresh, &err), &err);
		assert_int_equal(held.spans, 6);
		assert_int_equal(held.traces, 3);
		assert_int_equal(fresh.spans, again ? 0 : 6);
	}
	must(ingest_close(in, &err), &err);
	box_close(&box);
}

int main(void)
{
	sink_set_price_list(price_of);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_any_order_and_portions),
	    cmocka_unit_test(test_again_adds_nothing),
	    cmocka_unit_test(test_records_that_come_again),
	    cmocka_unit_test(test_record_known_in_part),
	    cmocka_unit_test(test_sources_in_turns),
	    cmocka_unit_test(test_stop_and_resume),
	    cmocka_unit_test(test_killed),
	    cmocka_unit_test(test_large_trace),
	    cmocka_unit_test(test_point_is_exact),
	    cmocka_unit_test(test_conflict),
	    cmocka_unit_test(test_halves_of_a_call),
	    cmocka_unit_test(test_score_without_trace),
	    cmocka_unit_test(test_score_told_twice),
	    cmocka_unit_test(test_repeated_keys),
	    cmocka_unit_test(test_strict),
	    cmocka_unit_test(test_made_up_ids),
	};
	return cmocka_run_group_tests_name("ingest", tests, NULL, NULL);
}
