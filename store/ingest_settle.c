/* Traces: the spans of a batch and what is stored of their trace become one settled trace.
 *
 * A trace's rows lie together in `span`, in pre-order, and only the trace row says where. Settling loads them (the few columns that
 * the tree needs), adds what is new, merges the parts of equal keys, computes the tree and writes all rows to a new range, fetching
 * the other columns of each when its turn comes. Then the trace row is flipped and
 * the old range deleted. Large traces do this over several transactions: the new range is noted in `garbage` first, and the
 * old one when the row is flipped, so that whatever a crash leaves is swept by the next import. */
#include <stdlib.h>
#include <string.h>

#include "store/ingest_rows.h"
#include "store/span_row.h"

/* ---------------------------------------------------------------- the trace row */

#define TRACE_COLUMNS "id, first, n, loose, source, seen, said, input_rank, output_rank"

static void read_rank(struct stmt *s, int c, struct preview_rank *rank, bool *has)
{
	struct str blob = col_blob(s, c);
	*has = blob.len == PREVIEW_RANK;
	if (*has)
		memcpy(rank->byte, blob.ptr, PREVIEW_RANK);
}

#define CLEAR(v)                               \
	do {                                   \
		if ((v).cap > TRACE_ROWS_ONCE) \
			vec_done(&(v));        \
		vec_clear(&(v));               \
	} while (0)

static void job_clear(struct settle_job *job)
{
	CLEAR(job->others);
	CLEAR(job->groups);
	CLEAR(job->refs);
	CLEAR(job->surplus);
	CLEAR(job->conflicts);
	CLEAR(job->foreign);
	CLEAR(job->adopted);
	CLEAR(job->claims);
	CLEAR(job->members);
	CLEAR(job->parts);
	job->batch = NULL;
	job->trace = NULL;
	job->id = job->first = job->n = job->loose = job->source = job->seen = 0;
	job->said = UNKNOWN_INT;
	job->loose_max = 0;
	job->exists = job->changed = job->has_input = job->has_output = false;
	job->words = (struct trace_words){.more = false};
	job->held = job->fresh = (struct ingest_counts){0};
}

static bool read_trace(struct stmt *s, struct settle_job *job, struct err *err)
{
	enum step step = stmt_step(s, err);
	job->exists = step == STEP_ROW;
	if (job->exists) {
		job->id = col_int(s, 0);
		job->first = col_int_or(s, 1, 0);
		job->n = col_int_or(s, 2, 0);
		job->loose = col_int_or(s, 3, 0);
		job->source = col_int_or(s, 4, 0);
		job->seen = col_int_or(s, 5, 0);
		job->said = col_int(s, 6);
		read_rank(s, 7, &job->input_rank, &job->has_input);
		read_rank(s, 8, &job->output_rank, &job->has_output);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool settle_find_trace(struct writer *w, struct settle_job *job, const struct hash128 *key, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT " TRACE_COLUMNS " FROM trace WHERE key = ?", err);
	if (!s)
		return false;
	stmt_blob_static(s, 1, (struct str){(const char *)key->byte, sizeof key->byte});
	return read_trace(s, job, err);
}

static bool get_trace(struct writer *w, struct settle_job *job, int64_t id, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT " TRACE_COLUMNS " FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	return read_trace(s, job, err);
}

bool settle_ensure_trace(struct writer *w, struct batch_trace *t, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT id FROM trace WHERE key = ?", err);
	if (!s)
		return false;
	stmt_blob_static(s, 1, (struct str){(const char *)t->key.byte, sizeof t->key.byte});
	enum step step = stmt_step(s, err);
	t->id = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	if (t->id || step == STEP_FAIL)
		return step != STEP_FAIL;
	s = db_query(w->db, "INSERT INTO trace(id, key, text, source, seen) VALUES(?,?,?,0,0)", err);
	if (!s)
		return false;
	stmt_int(s, 1, w->next_trace);
	stmt_blob_static(s, 2, (struct str){(const char *)t->key.byte, sizeof t->key.byte});
	stmt_str_static(s, 3, t->text);
	t->id = w->next_trace++;
	return stmt_run(s, err);
}

/* ---------------------------------------------------------------- gathering */

static void add_row(struct writer *w, const struct settle_row *row, enum origin_from from, uint64_t id,
                    const struct origin *o)
{
	struct span_part times = {.start_ns = row->start_ns, .end_ns = o->end_ns};
	struct settle_row *added = vec_add(&w->settle.rows);
	*added = *row;
	added->ref = ref_of(from, id) | (part_is_plain(&times) ? REF_PLAIN : 0);
	added->ref |= o->source == w->source ? REF_MINE : 0;
}

static void add_batch_rows(struct writer *w, struct settle_job *job)
{
	if (!job->trace)
		return;
	for (uint32_t i = job->trace->first_span; i != SETTLE_NONE; i = job->batch->spans.at[i].next) {
		const struct span_part *p = &job->batch->spans.at[i].part;
		struct settle_row row = rows_of_part(p);
		add_row(w, &row, FROM_BATCH, i, &(struct origin){p->hash, p->record, p->source, p->end_ns});
	}
}

static bool add_stored_rows(struct writer *w, struct settle_job *job, struct err *err)
{
	if (!job->exists || (job->n == 0 && job->loose == 0))
		return true;
	struct rows_reader r;
	const struct {
		bool (*open)(struct rows_reader *, struct db *, const struct settle_job *, struct err *);
		enum origin_from from;
	} tables[] = {
	    {rows_open_span,  FROM_SPAN },
            {rows_open_loose, FROM_LOOSE},
            {rows_open_other, FROM_OTHER}
        };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (tables[i].from == FROM_LOOSE && job->loose == 0)
			continue;
		if (!tables[i].open(&r, w->db, job, err))
			return false;
		struct settle_row row;
		struct origin origin;
		enum step step;
		while ((step = rows_next(&r, &row, &origin, err)) == STEP_ROW) {
			if (tables[i].from == FROM_SPAN && (row.flags & SPAN_SYNTHETIC))
				continue;
			if (tables[i].from == FROM_LOOSE && (int64_t)row.ref > job->loose_max)
				job->loose_max = (int64_t)row.ref;
			if (tables[i].from == FROM_OTHER) {
				row.ref = job->others.n;
				*vec_add(&job->others) = origin;
			}
			if (row.ref >> (64 - REF_SHIFT - 1)) {
				rows_close(&r);
				return err_set(err, ERR_STORE, NULL, "the store is damaged: a span's place cannot be");
			}
			add_row(w, &row, tables[i].from, row.ref, &origin);
		}
		rows_close(&r);
		if (step == STEP_FAIL)
			return false;
	}
	return true;
}

/* Where no row will be written. Then every row is one of the range, in its order. */
static bool add_stored_facts(struct writer *w, struct settle_job *job, struct err *err)
{
	struct rows_reader r;
	struct settle_facts facts;
	if (!w->settle.n_real)
		return true;
	if (!rows_open_facts(&r, w->db, job, err))
		return false;
	enum step step = STEP_ROW;
	for (uint32_t i = 0; i < w->settle.n_real && (step = rows_next_facts(&r, &facts, err)) == STEP_ROW; i++)
		settle_add_facts(&w->settle, i, &facts);
	rows_close(&r);
	return step != STEP_FAIL;
}

/* The two halves of a call count as one span. */
static void count_calls_once(const struct settle *s, struct settle_job *job)
{
	for (uint32_t i = 0; i < s->n_real && s->n_answers; i++) {
		const struct settle_row *row = &s->rows.at[i];
		uint32_t p = s->parent_at[i];
		if (!(row->flags & SPAN_ANSWER) || p == SETTLE_NONE || s->rows.at[p].key != model_other_half(row->key))
			continue;
		uint64_t either = row->ref | s->rows.at[p].ref, both = row->ref & s->rows.at[p].ref;
		job->held.spans -= either & REF_HELD && both & REF_MINE;
		job->fresh.spans -= either & REF_FRESH && 1;
	}
}

static bool gather(struct writer *w, struct settle_job *job, struct err *err)
{
	settle_clear(&w->settle);
	if (!add_stored_rows(w, job, err))
		return false;
	add_batch_rows(w, job);
	if (w->settle.rows.n > SETTLE_ROWS_MAX)
		return err_set(err, ERR_STORE, NULL, "a trace has more than %d spans", SETTLE_ROWS_MAX);
	if (!settle_merge(w, job, err))
		return false;
	settle_tree(&w->settle);
	count_calls_once(&w->settle, job);
	return job->changed || add_stored_facts(w, job, err);
}

/* ---------------------------------------------------------------- writing */

/* What the row is made of; the parts of several go to span_other. */
static bool load_row(struct writer *w, struct settle_job *job, const struct settle_row *row, struct span_part *part,
                     struct err *err)
{
	arena_reset(&job->row_arena);
	if (ref_from(row->ref) != FROM_MERGED)
		return rows_load_part(w->db, job, row->ref, row->key, &job->row_arena, part, err);
	bool conflict;
	if (!settle_load_group(w, job, &job->groups.at[row->ref >> REF_SHIFT], row->key, part, &conflict, err))
		return false;
	for (size_t i = 0; i < job->parts.n; i++)
		if (!rows_insert_other(w->db, job->id, &job->parts.at[i], err))
			return false;
	return true;
}

static bool write_row(struct writer *w, struct settle_job *job, int64_t pos, uint32_t index, struct err *err)
{
	const struct settle_row *row = &w->settle.rows.at[index];
	if (row->flags & SPAN_SYNTHETIC)
		return rows_insert_synthetic(w->db, job->id, pos, row, err);
	/* Measured: reading and binding a row is faster than INSERT … SELECT, which materialises what comes from its own table. */
	struct span_part part;
	if (!load_row(w, job, row, &part, err))
		return false;
	trace_words_add(&job->words, WORDS_KIND, (uint32_t)row->kind + 1);
	trace_words_add(&job->words, row->kind == KIND_TOOL ? WORDS_TOOL : WORDS_NAME, row->name);
	trace_words_add(&job->words, WORDS_MODEL, part.model);
	trace_words_add(&job->words, WORDS_PROVIDER, part.provider);
	trace_words_add(&job->words, WORDS_PROMPT, part.prompt);
	settle_add_facts(&w->settle, index,
	                 &(struct settle_facts){part.tokens_in, part.tokens_out, part.tokens_cached,
	                                        part.tokens_reasoning, part.session, part.user, part.service,
	                                        part.trace_name});
	waiting_meet(w, job, row->key);
	return rows_insert(w->db, job->id, pos, row, &part, settle_source_of(job, index, part.source), err);
}

static bool drop_surplus(struct writer *w, struct settle_job *job, bool may_breathe, struct err *err)
{
	for (size_t i = 0; i < job->surplus.n; i++) {
		if (!WRITER_RUN(w, err, "DELETE FROM span_other WHERE trace = ? AND key = ? AND hash = ?", job->id,
		                job->surplus.at[i].key, (int64_t)job->surplus.at[i].hash))
			return false;
		if (may_breathe && i % ROWS_PER_LOOK == ROWS_PER_LOOK - 1 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

static bool write_claims(struct writer *w, struct settle_job *job, bool may_breathe, struct err *err)
{
	for (size_t i = 0; i < job->claims.n; i++) {
		const struct settle_row *row = &w->settle.rows.at[job->claims.at[i].row];
		if (!WRITER_RUN(w, err, "UPDATE span SET source = ? WHERE pos = ? AND trace = ? AND key = ?",
		                job->claims.at[i].source, (int64_t)(row->ref >> REF_SHIFT), job->id, row->key))
			return false;
		if (may_breathe && i % ROWS_PER_LOOK == ROWS_PER_LOOK - 1 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

static bool write_trace(struct writer *w, struct settle_job *job, struct err *err)
{
	struct rows_said said = ROWS_SAID_NONE;
	if (job->exists && !rows_load_said(w->db, job->id, &said, err))
		return false;
	if (job->trace)
		job->seen = w->source;
	if (!job->source)
		job->source = job->seen;
	return rows_write_trace(w->db, job, &w->settle, &said, err) && waiting_meet_trace(w, job, err) &&
	       waiting_adopt(w, job, err);
}

static bool report_conflicts(struct writer *w, struct settle_job *job, struct err *err)
{
	for (size_t i = 0; i < job->conflicts.n; i++) {
		if (i && writer_problems_full(w)) {
			writer_problem_count(w, (int64_t)(job->conflicts.n - i));
			break;
		}
		struct buf path = BUF_INIT;
		bool ok = rows_span_words(w->db, job->id, job->conflicts.at[i], &path, err) &&
		          writer_problem_fmt(w, SEVERITY_WARNING, "conflict", buf_str(&path),
		                             "the later one is shown, both raw records are kept", err,
		                             "two records of this span say different things");
		buf_done(&path);
		if (!ok)
			return false;
	}
	return true;
}

static int by_source(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* Another source's spans are only ever loose here if its import was killed. */
static bool count(struct writer *w, const struct settle_job *job, struct err *err)
{
	w->held.spans += job->held.spans;
	w->fresh.spans += job->fresh.spans;
	if (job->foreign.n > 1)
		qsort(job->foreign.at, job->foreign.n, sizeof *job->foreign.at, by_source);
	for (size_t i = 0, end; i < job->foreign.n; i = end) {
		for (end = i + 1; end < job->foreign.n && job->foreign.at[end] == job->foreign.at[i];)
			end++;
		if (!WRITER_RUN(w, err, "UPDATE source SET spans = ifnull(spans,0) + ? WHERE id = ?",
		                (int64_t)(end - i), job->foreign.at[i]))
			return false;
	}
	return true;
}

/* All in the transaction at hand. */
static bool settle_now(struct writer *w, struct settle_job *job, struct err *err)
{
	if (!gather(w, job, err))
		return false;
	bool is_new = !job->exists;
	if (is_new)
		job->id = w->next_trace++;
	int64_t old_first = job->first, old_n = job->n, had_loose = job->loose;
	if (job->changed) {
		size_t n = w->settle.rows.n;
		job->first = w->next_pos;
		job->n = (int64_t)n;
		w->next_pos += job->n;
		w->next_pos_moved = true;
		for (size_t i = 0; i < n; i++)
			if (!write_row(w, job, job->first + (int64_t)i, w->settle.order[i], err))
				return false;
		if (!drop_surplus(w, job, false, err))
			return false;
		if (old_n &&
		    !WRITER_RUN(w, err, "DELETE FROM span WHERE pos >= ? AND pos < ?", old_first, old_first + old_n))
			return false;
	} else if (!write_claims(w, job, false, err)) {
		return false;
	}
	job->loose = 0;
	if (had_loose && !WRITER_RUN(w, err, "DELETE FROM span_loose WHERE trace = ?", job->id))
		return false;
	return count(w, job, err) && write_trace(w, job, err) && report_conflicts(w, job, err);
}

/* ---------------------------------------------------------------- large traces */

bool settle_sweep_range(struct writer *w, int64_t first, int64_t n, struct err *err)
{
	enum { STEP = 1024 };
	for (int64_t done = 0; done < n; done += STEP) {
		int64_t end = done + STEP < n ? done + STEP : n;
		if (!writer_breathe(w, err) ||
		    !WRITER_RUN(w, err, "DELETE FROM span WHERE pos >= ? AND pos < ?", first + done, first + end))
			return false;
	}
	return writer_breathe(w, err) && WRITER_RUN(w, err, "DELETE FROM garbage WHERE first = ?", first);
}

static bool sweep_loose(struct writer *w, const struct settle_job *job, struct err *err)
{
	for (;;) {
		if (!writer_breathe(w, err) ||
		    !WRITER_RUN(w, err,
		                "DELETE FROM span_loose WHERE loose IN"
		                " (SELECT loose FROM span_loose WHERE trace = ? AND loose <= ? LIMIT 1024)",
		                job->id, job->loose_max))
			return false;
		if (db_changes(w->db) == 0)
			break;
	}
	return WRITER_RUN(w, err,
	                  "UPDATE trace SET loose = (SELECT count(*) FROM span_loose WHERE trace = ?1) WHERE id = ?1",
	                  job->id);
}

/* Nobody has settled or added to the trace since it was loaded? (Another process may import at the same time.) */
static bool is_as_loaded(struct writer *w, const struct settle_job *job, bool *same, struct err *err)
{
	struct settle_job now = {.id = 0};
	if (!get_trace(w, &now, job->id, err))
		return false;
	*same = now.exists && now.first == job->first && now.n == job->n && now.loose == job->loose;
	return true;
}

static bool write_range(struct writer *w, struct settle_job *job, int64_t first, struct err *err)
{
	size_t n = w->settle.rows.n;
	for (size_t i = 0; i < n; i++) {
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
		if (!write_row(w, job, first + (int64_t)i, w->settle.order[i], err))
			return false;
	}
	return drop_surplus(w, job, true, err);
}

static bool flip(struct writer *w, struct settle_job *job, int64_t first, struct err *err)
{
	int64_t old_first = job->first, old_n = job->n;
	if (job->changed) {
		job->first = first;
		job->n = (int64_t)w->settle.rows.n;
		if (!WRITER_RUN(w, err, "DELETE FROM garbage WHERE first = ?", first) ||
		    (old_n &&
		     !WRITER_RUN(w, err, "INSERT OR REPLACE INTO garbage(first, n) VALUES(?,?)", old_first, old_n)))
			return false;
	}
	w->hist_held = false;
	if (!count(w, job, err) || !write_trace(w, job, err) || !report_conflicts(w, job, err) ||
	    !writer_commit(w, err))
		return false;
	return !job->changed || !old_n || settle_sweep_range(w, old_first, old_n, err);
}

/* A new range for the rows, noted as garbage until the trace says it is not. */
static bool write_new_range(struct writer *w, struct settle_job *job, int64_t first, struct err *err)
{
	int64_t n = (int64_t)w->settle.rows.n;
	w->next_pos += n;
	w->next_pos_moved = true;
	return WRITER_RUN(w, err, "INSERT INTO garbage(first, n) VALUES(?,?)", first, n) && writer_commit(w, err) &&
	       writer_begin(w, err) && write_range(w, job, first, err);
}

/* From the store alone, over as many transactions as it takes. If another process settles the same trace meanwhile, its work stands
 * and ours is swept; what is loose then stays so for the next time. */
bool settle_large(struct writer *w, int64_t id, struct err *err)
{
	struct settle_job *job = &w->job;
	struct err why = ERR_INIT;
	if (!writer_commit(w, err) || !db_begin_read(w->db, err))
		return false;
	job_clear(job);
	w->hist_held = true; /* its changes belong into the transaction that flips the trace */
	bool ok = get_trace(w, job, id, err) && gather(w, job, err);
	db_end_read(w->db);
	if (!ok || !writer_begin(w, err))
		return false;
	int64_t first = w->next_pos, n = (int64_t)w->settle.rows.n;
	ok = job->changed ? write_new_range(w, job, first, &why) : write_claims(w, job, true, &why);
	bool same = ok;
	if (!ok && why.code != ERR_NOT_FOUND) {
		if (err)
			*err = why;
		return false;
	}
	if (!writer_commit(w, err) || !writer_begin(w, err) || (ok && !is_as_loaded(w, job, &same, err)))
		return false;
	if (same)
		return flip(w, job, first, err) && sweep_loose(w, job, err);
	settle_drop(w);
	return !job->changed || settle_sweep_range(w, first, n, err);
}

/* ---------------------------------------------------------------- from a batch */

static bool add_loose(struct writer *w, struct settle_job *job, struct err *err)
{
	uint32_t n = 0;
	for (uint32_t i = job->trace->first_span; i != SETTLE_NONE; i = job->batch->spans.at[i].next) {
		if (!rows_insert_loose(w->db, job->id, &job->batch->spans.at[i].part, err))
			return false;
		n++;
	}
	n += n == 0; /* only words on the trace: settle it all the same, later */
	job->loose += n;
	return rows_touch_trace(w->db, job, w->source, n, err);
}

static bool create_trace(struct writer *w, struct settle_job *job, struct batch_trace *t, struct err *err)
{
	if (!settle_ensure_trace(w, t, err))
		return false;
	job->id = t->id;
	job->exists = true;
	return true;
}

/* When what is loose is worth a rewrite of what is settled: a trace that keeps growing is written a bounded number of times over; a
 * large one, whose rows cost the most, hardly more than once. What is not due now is at the end of the source. */
static bool is_due(int64_t settled, int64_t loose)
{
	return settled <= TRACE_ROWS_ONCE ? loose * 2 >= settled : loose / 16 >= settled;
}

/* The row says which source saw the trace last: not enough where two imports at once add to it in turns. */
static bool is_news(struct writer *w, const struct settle_job *job)
{
	uint64_t id = (uint64_t)(job->exists ? job->id : w->next_trace);
	if (job->seen == w->source || hash_set_has(&w->counted, id))
		return false;
	if (w->counted.n < COUNTED_MAX)
		hash_set_add(&w->counted, id);
	return true;
}

bool settle_batch_trace(struct writer *w, struct batch *b, struct batch_trace *t, struct err *err)
{
	struct settle_job *job = &w->job;
	if (!t->n_spans && !t->n_said)
		return true;
	job_clear(job);
	job->batch = b;
	job->trace = t;
	if (!settle_find_trace(w, job, &t->key, err))
		return false;
	int64_t began = w->began_ns;
	if (!writer_breathe_for(w, job->n + job->loose + t->n_spans, err) ||
	    (w->began_ns != began && !settle_find_trace(w, job, &t->key, err)))
		return false;
	if (is_news(w, job)) {
		w->held.traces++;
		atomic_fetch_add(&w->traces_seen, 1);
	}
	w->fresh.traces += job->source == 0;
	int64_t more = (int64_t)t->n_spans + (t->n_said > 0);
	bool due = is_due(job->n, job->loose + more);
	bool large = job->n + job->loose + more > TRACE_ROWS_ONCE && !w->strict_open;
	if (due && !large) {
		bool ok = settle_now(w, job, err);
		t->id = job->id;
		return ok;
	}
	if ((!job->exists && !create_trace(w, job, t, err)) || !add_loose(w, job, err))
		return false;
	t->id = job->id;
	t->due = due;
	return true;
}

/* ---------------------------------------------------------------- the end of a source */

static bool next_loose(struct writer *w, int64_t after, int64_t *id, int64_t *rows, int64_t *loose, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT id, n + loose, loose FROM trace INDEXED BY trace_loose WHERE loose > 0 AND "
	                          "id > ?1 AND (?2 OR seen = ?3)"
	                          " ORDER BY id LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, after);
	stmt_int(s, 2, w->alone);
	stmt_int(s, 3, w->source);
	enum step step = stmt_step(s, err);
	*id = step == STEP_ROW ? col_int(s, 0) : 0;
	*rows = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
	*loose = step == STEP_ROW ? col_int_or(s, 2, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Alone, also what a killed import has left; else only what this source has touched: the rest is another import's at work. */
bool settle_loose(struct writer *w, bool light, struct err *err)
{
	w->left_loose = false;
	for (int64_t id = 0, rows, loose;;) {
		if (!writer_breathe(w, err) || !next_loose(w, id, &id, &rows, &loose, err))
			return false;
		if (!id)
			return true;
		if (light && rows > TRACE_ROWS_ONCE && !is_due(rows - loose, loose)) {
			w->left_loose = true;
			continue;
		}
		if (rows > TRACE_ROWS_ONCE && !w->strict_open) {
			if (!settle_large(w, id, err))
				return false;
			continue;
		}
		job_clear(&w->job);
		if (!writer_breathe_for(w, rows, err) || !get_trace(w, &w->job, id, err) ||
		    !settle_now(w, &w->job, err))
			return false;
	}
}
