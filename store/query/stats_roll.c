/* Sums of what was scanned once, kept by stretches of the table of spans.
 *
 * A trace's rows are written to places that were never used before and only deleted after (store/ingest_settle.c), so what a range of
 * them adds up to never changes. Traces whose first row lies among the same CHUNK_ROWS places are summed up together, under a hash of
 * their ranges: if any of them grew, went or came, the hash is another one, and the chunk is scanned again. So whoever writes spans need not
 * know of this. The last, unfinished chunk is always scanned. */
#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/pack.h"
#include "store/query/stats_private.h"

enum { CHUNK_BITS = 15, BUCKETS_MOST = 4096 };

static int by_first(const void *pa, const void *pb)
{
	const struct span_range *a = pa, *b = pb;
	return (a->first > b->first) - (a->first < b->first);
}

static int newest_first(const void *pa, const void *pb)
{
	return by_first(pb, pa);
}

static int64_t chunk_of(const struct span_range *range)
{
	return range->first >> CHUNK_BITS;
}

/* The ranges from `from` on that are of one chunk. */
static size_t chunk_end(const struct span_range *ranges, size_t n, size_t from)
{
	size_t end = from + 1;
	while (end < n && chunk_of(&ranges[end]) == chunk_of(&ranges[from]))
		end++;
	return end;
}

static int64_t state_of(const struct span_range *ranges, size_t n)
{
	return (int64_t)hash64((struct str){(const char *)ranges, n * sizeof *ranges});
}

/* ---------------------------------------------------------------- as bytes */

static void pack_known(struct buf *out, int64_t n)
{
	pack_varint(out, n < 0 ? 0 : (uint64_t)n + 1);
}

static void pack_cell(struct buf *out, const struct group *cell)
{
	struct cell_key k = cell_key(cell);
	const struct tally *t = &cell->tally;
	const uint64_t head[] = {k.name,
	                         k.model,
	                         k.provider,
	                         k.prompt,
	                         k.kind,
	                         (uint64_t)t->n,
	                         (uint64_t)t->errors,
	                         (uint64_t)t->total_ns,
	                         (uint64_t)t->retries,
	                         (uint64_t)t->repeats,
	                         t->estimated,
	                         (uint64_t)t->low,
	                         (uint64_t)t->n_times};
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		pack_varint(out, head[i]);
	for (int i = 0; i < TALLY_TOKENS; i++)
		pack_known(out, t->tokens[i]);
	buf_add(out, &t->cost_usd, sizeof t->cost_usd);
	for (int32_t i = 0; i < t->n_times; i++)
		pack_varint(out, t->times[i]);
}

static void pack_read(struct buf *out, const struct spans_read *r)
{
	buf_clear(out);
	pack_varint(out, (uint64_t)r->spans);
	pack_varint(out, (uint64_t)r->traces);
	pack_varint(out, r->cells.all.n);
	for (size_t i = 0; i < r->cells.all.n; i++)
		pack_cell(out, &r->cells.all.at[i]);
	pack_varint(out, r->messages.all.n);
	for (size_t i = 0; i < r->messages.all.n; i++) {
		const struct group *m = &r->messages.all.at[i];
		pack_varint(out, m->a);
		pack_varint(out, (uint64_t)m->tally.n);
		pack_varint(out, m->text.len);
		buf_add_str(out, m->text);
	}
}

static bool take(struct str *rest, uint64_t most, uint64_t *out)
{
	return pack_unvarint(rest, out) && *out <= most;
}

/* to: NULL: only whether it can be read. */
static bool unpack_cell(struct str *rest, struct spans_read *to)
{
	enum {
		NAME,
		MODEL,
		PROVIDER,
		PROMPT,
		KIND,
		SPANS,
		ERRORS,
		TOTAL,
		RETRIES,
		REPEATS,
		ESTIMATED,
		LOW,
		TIMES,
		N_HEAD
	};
	uint64_t head[N_HEAD], tokens[TALLY_TOKENS], count;
	double cost;
	for (int i = 0; i < N_HEAD; i++)
		if (!take(rest, i < KIND ? UINT32_MAX : INT64_MAX, &head[i]))
			return false;
	for (int i = 0; i < TALLY_TOKENS; i++)
		if (!take(rest, INT64_MAX, &tokens[i]))
			return false;
	if (head[KIND] >= N_KINDS || head[LOW] > BUCKETS_MOST || head[TIMES] > BUCKETS_MOST || rest->len < sizeof cost)
		return false;
	memcpy(&cost, rest->ptr, sizeof cost);
	*rest = str_from(*rest, sizeof cost);
	struct tally *t = NULL;
	if (to) {
		struct cell_key key = {(uint32_t)head[NAME], (uint32_t)head[MODEL], (uint32_t)head[PROVIDER],
		                       (uint32_t)head[PROMPT], (uint8_t)head[KIND]};
		t = &cell_of(&to->cells, &key)->tally;
		struct tally sums = TALLY_INIT;
		sums.n = (int64_t)head[SPANS];
		sums.errors = (int64_t)head[ERRORS];
		sums.total_ns = (int64_t)head[TOTAL];
		sums.retries = (int64_t)head[RETRIES];
		sums.repeats = (int64_t)head[REPEATS];
		sums.cost_usd = cost;
		sums.estimated = head[ESTIMATED] != 0;
		for (int i = 0; i < TALLY_TOKENS; i++)
			sums.tokens[i] = tokens[i] ? (int64_t)tokens[i] - 1 : UNKNOWN_INT;
		tally_merge(t, &sums);
	}
	for (uint64_t i = 0; i < head[TIMES]; i++) {
		if (!take(rest, UINT32_MAX, &count))
			return false;
		if (t && count)
			tally_times(t, (int32_t)(head[LOW] + i), (int64_t)count);
	}
	return true;
}

static bool unpack_message(struct str *rest, struct spans_read *to)
{
	uint64_t a, n, len;
	if (!pack_unvarint(rest, &a) || !take(rest, INT64_MAX, &n) || !take(rest, rest->len, &len))
		return false;
	struct str text = str_cut(*rest, 0, (size_t)len);
	*rest = str_from(*rest, (size_t)len);
	if (!to || a == GROUP_REST)
		return true;
	struct group *g = groups_of(&to->messages, a, hash64(text));
	if (!g->tally.n)
		g->text = arena_str(&to->arena, text);
	g->tally.n += (int64_t)n;
	return true;
}

static bool unpack(struct str data, struct spans_read *to)
{
	uint64_t spans, traces, n;
	if (!take(&data, INT64_MAX, &spans) || !take(&data, INT64_MAX, &traces) || !take(&data, INT64_MAX, &n))
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (!unpack_cell(&data, to))
			return false;
	if (!take(&data, INT64_MAX, &n))
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (!unpack_message(&data, to))
			return false;
	if (to) {
		to->spans += (int64_t)spans;
		to->traces += (int64_t)traces;
	}
	return data.len == 0;
}

/* ---------------------------------------------------------------- the table */

/* Is the chunk of these ranges there? With `to` it is added to that. */
static bool find_chunk(struct db *db, const struct span_range *ranges, size_t n, struct spans_read *to, bool *found,
                       struct err *err)
{
	struct stmt *s = db_query(db, "SELECT data FROM stats_chunk WHERE chunk = ? AND ranges = ?", err);
	*found = false;
	if (!s)
		return false;
	stmt_int(s, 1, chunk_of(ranges));
	stmt_int(s, 2, state_of(ranges, n));
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*found = unpack(col_blob(s, 0), NULL) && (!to || unpack(col_blob(s, 0), to));
	stmt_end(s);
	return step != STEP_FAIL;
}

bool spans_read_all(struct db *db, struct span_range *ranges, size_t n, int64_t most, struct spans_read *out,
                    struct err *err)
{
	struct spans_read rolled = {.arena = ARENA_INIT};
	VEC(struct span_range) rest = {0};
	bool ok = true;
	spans_begin(&rolled);
	if (n > 1)
		qsort(ranges, n, sizeof *ranges, by_first);
	for (size_t from = 0, end; ok && from < n; from = end) {
		bool found;
		end = chunk_end(ranges, n, from);
		ok = find_chunk(db, ranges + from, end - from, &rolled, &found, err);
		for (size_t i = from; ok && !found && i < end; i++)
			*vec_add(&rest) = ranges[i];
	}
	rolled.rolled_up = rest.n < n;
	if (rest.n > 1)
		qsort(rest.at, rest.n, sizeof *rest.at, newest_first);
	ok = ok && spans_scan(db, rest.at, rest.n, most, &rolled, err);
	vec_done(&rest);
	*out = rolled;
	return ok;
}

/* ---------------------------------------------------------------- keeping it */

typedef VEC(struct span_range) range_list;

static bool read_ranges(struct db *db, range_list *out, int64_t *last, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT first, n FROM trace WHERE n > 0 AND seen > 0", err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(out) = (struct span_range){col_int(s, 0), col_int(s, 1)};
	stmt_end(s);
	if (out->n > 1)
		qsort(out->at, out->n, sizeof *out->at, by_first);
	return step == STEP_DONE && db_int(db, "SELECT max(pos) FROM span", 0, last, err);
}

static bool write_chunk(struct db *db, const struct span_range *ranges, size_t n, struct str data, struct err *err)
{
	if (!db_begin(db, err))
		return false;
	struct stmt *s = db_query(db, "INSERT OR REPLACE INTO stats_chunk(chunk, ranges, data) VALUES(?,?,?)", err);
	bool ok = s != NULL;
	if (s) {
		stmt_int(s, 1, chunk_of(ranges));
		stmt_int(s, 2, state_of(ranges, n));
		stmt_blob_static(s, 3, data);
		ok = stmt_run(s, err);
	}
	if (ok && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

static bool keep_chunk(struct db *db, const struct span_range *ranges, size_t n, struct buf *data, struct err *err)
{
	struct spans_read r = {.arena = ARENA_INIT};
	spans_begin(&r);
	bool ok = spans_scan(db, ranges, n, -1, &r, err);
	/* Beyond what is told apart figures would be lost for good: such a chunk is scanned each time. */
	if (ok && !r.cells.more && !r.messages.more) {
		pack_read(data, &r);
		ok = write_chunk(db, ranges, n, buf_str(data), err);
	}
	spans_done(&r);
	return ok;
}

/* Chunks whose traces have all gone. */
static bool drop_others(struct db *db, const range_list *ranges, struct err *err)
{
	VEC(int64_t) gone = {0};
	struct stmt *s = db_query(db, "SELECT chunk FROM stats_chunk ORDER BY chunk", err);
	enum step step;
	size_t at = 0;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		int64_t chunk = col_int(s, 0);
		while (at < ranges->n && chunk_of(&ranges->at[at]) < chunk)
			at++;
		if (at == ranges->n || chunk_of(&ranges->at[at]) != chunk)
			*vec_add(&gone) = chunk;
	}
	stmt_end(s);
	bool ok = step == STEP_DONE;
	if (ok && gone.n && db_begin(db, err)) {
		for (size_t i = 0; ok && i < gone.n; i++) {
			s = db_query(db, "DELETE FROM stats_chunk WHERE chunk = ?", err);
			ok = s != NULL;
			if (s) {
				stmt_int(s, 1, gone.at[i]);
				ok = stmt_run(s, err);
			}
		}
		ok = ok && db_commit(db, err);
		if (!ok)
			db_rollback(db);
	}
	vec_done(&gone);
	return ok;
}

bool stats_roll(struct db *db, const _Atomic bool *cancel, struct err *err)
{
	range_list ranges = {0};
	struct buf data = BUF_INIT;
	int64_t last = 0;
	bool ok = read_ranges(db, &ranges, &last, err);
	for (size_t from = 0, end; ok && from < ranges.n && !(cancel && *cancel); from = end) {
		bool found;
		end = chunk_end(ranges.at, ranges.n, from);
		if (chunk_of(&ranges.at[from]) >= last >> CHUNK_BITS)
			break; /* it may still grow */
		ok = find_chunk(db, ranges.at + from, end - from, NULL, &found, err) &&
		     (found || keep_chunk(db, ranges.at + from, end - from, &data, err));
	}
	ok = ok && drop_others(db, &ranges, err);
	vec_done(&ranges);
	buf_done(&data);
	return ok;
}
