/* The writer's side of a batch: transactions, words, blocks, scores, problems, the resume point. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "store/annotate.h"
#include "store/base/text.h"
#include "store/ingest_private.h"

/* ---------------------------------------------------------------- transactions */

int64_t writer_clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool writer_run(struct writer *w, const char *sql, size_t n, const int64_t *params, struct err *err)
{
	struct stmt *s = db_query(w->db, sql, err);
	if (!s)
		return false;
	for (size_t i = 0; i < n; i++)
		stmt_int(s, (int)i + 1, params[i]);
	return stmt_run(s, err);
}

bool writer_meta(struct writer *w, const char *key, int64_t otherwise, int64_t *out, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT value FROM meta WHERE key = ?", err);
	if (!s)
		return false;
	stmt_str_static(s, 1, str_of(key));
	enum step step = stmt_step(s, err);
	*out = step == STEP_ROW ? col_int_or(s, 0, otherwise) : otherwise;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool writer_set_meta(struct writer *w, const char *key, int64_t value, struct err *err)
{
	struct stmt *s = db_query(w->db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?,?)", err);
	if (!s)
		return false;
	stmt_str_static(s, 1, str_of(key));
	stmt_int(s, 2, value);
	return stmt_run(s, err);
}

/* Another process may have written since: whatever we remember of the tables is read again. */
static void forget_cached(struct writer *w)
{
	intern_forget(&w->intern);
	hash_set_clear(&w->known);
	w->next_pos = w->next_trace = -1;
	w->next_pos_moved = false;
}

static bool read_counters(struct writer *w, struct err *err)
{
	if (w->next_pos >= 0)
		return true;
	int64_t top = 0;
	if (!writer_meta(w, "next_pos", 1, &w->next_pos, err) ||
	    !db_int(w->db, "SELECT max(id) FROM trace", 0, &top, err))
		return false;
	w->next_trace = (top > 0 ? top : 0) + 1;
	return true;
}

bool writer_begin(struct writer *w, struct err *err)
{
	if (w->in_txn)
		return true;
	if (!db_begin(w->db, err))
		return false;
	w->in_txn = true;
	w->began_ns = writer_clock_ns();
	int64_t version = db_version_of_data(w->db);
	if (version != w->data_version)
		forget_cached(w);
	w->data_version = version;
	return read_counters(w, err);
}

static bool flush_counts(struct writer *w, struct err *err)
{
	struct ingest_counts *h = &w->held;
	if (!w->source || !(h->traces | h->spans | h->scores | h->runs | h->cases | w->problems_new))
		return true;
	bool ok = WRITER_RUN(w, err,
	                     "UPDATE source SET traces = ifnull(traces,0) + ?, spans = ifnull(spans,0) + ?,"
	                     " scores = ifnull(scores,0) + ?, runs = ifnull(runs,0) + ?, cases = ifnull(cases,0) + ?,"
	                     " problems = max(0, ifnull(problems,0) + ?) WHERE id = ?",
	                     h->traces, h->spans, h->scores, h->runs, h->cases, w->problems_new, w->source);
	*h = (struct ingest_counts){0};
	w->problems_new = 0;
	return ok;
}

bool writer_commit(struct writer *w, struct err *err)
{
	if (!w->in_txn)
		return true;
	if (!settle_flush(w, err) || !flush_counts(w, err))
		return false;
	if (w->next_pos_moved && !writer_set_meta(w, "next_pos", w->next_pos, err))
		return false;
	if (w->strict_open) /* one transaction until the source has ended */
		return true;
	if (!db_commit(w->db, err))
		return false;
	w->next_pos_moved = false;
	w->in_txn = false;
	atomic_fetch_add(&w->commits, 1);
	db_checkpoint(w->db, DB_LOG_BYTES);
	return true;
}

bool writer_breathe_for(struct writer *w, int64_t rows, struct err *err)
{
	int64_t taken = w->in_txn ? writer_clock_ns() - w->began_ns : 0, most = w->in_batch ? BATCH_NS : TXN_NS;
	bool late = taken > most || (taken > most / 10 && taken + rows * ROW_NS > most);
	if (late && !w->strict_open) {
		atomic_fetch_add(&w->splits, w->in_batch);
		if (!writer_commit(w, err))
			return false;
	}
	return writer_begin(w, err);
}

bool writer_breathe(struct writer *w, struct err *err)
{
	return writer_breathe_for(w, 0, err);
}

void writer_rollback(struct writer *w)
{
	if (w->in_txn)
		db_rollback(w->db);
	w->in_txn = w->strict_open = w->in_batch = false;
	w->held = (struct ingest_counts){0};
	w->problems_new = 0;
	settle_drop(w);
	forget_cached(w);
}

/* ---------------------------------------------------------------- problems */

static struct str valid(struct writer *w, struct str text)
{
	return text.ptr ? text_valid(&w->problem_arena, text) : text;
}

static bool store_problem(struct writer *w, const struct problem *p, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "INSERT INTO problem(source, file, entry, record, line, path, offset, severity, code,"
	                          " reason, kept) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, w->source ? w->source : UNKNOWN_INT);
	stmt_blob_static(s, 2, str_of(p->file));
	stmt_str_static(s, 3, valid(w, str_of(p->entry)));
	stmt_int(s, 4, p->record ? (int64_t)p->record : UNKNOWN_INT);
	stmt_int(s, 5, p->line ? (int64_t)p->line : UNKNOWN_INT);
	stmt_str_static(s, 6, valid(w, p->path));
	stmt_int(s, 7, p->record || p->line || p->offset ? (int64_t)p->offset : UNKNOWN_INT);
	stmt_int(s, 8, p->severity);
	stmt_str_static(s, 9, str_of(p->code));
	stmt_str_static(s, 10, p->reason.ptr ? valid(w, p->reason) : STR_LIT(""));
	stmt_str_static(s, 11, valid(w, p->kept));
	return stmt_run(s, err);
}

static void keep_problem(struct writer *w, const struct problem *p)
{
	struct problem copy = *p;
	copy.file = arena_cstr(&w->problem_arena, p->file).ptr;
	copy.entry = p->entry ? arena_cstr(&w->problem_arena, p->entry).ptr : NULL;
	copy.code = arena_cstr(&w->problem_arena, p->code).ptr;
	copy.path = arena_str(&w->problem_arena, p->path);
	copy.reason = arena_str(&w->problem_arena, p->reason);
	copy.kept = arena_str(&w->problem_arena, p->kept);
	*vec_add(&w->problems) = copy;
}

bool writer_problem(struct writer *w, const struct problem *p, struct err *err)
{
	struct problem full = *p;
	if (!full.file || !*full.file)
		full.file = w->file ? w->file : "";
	if (!full.entry)
		full.entry = w->entry;
	int exit_code = problem_exit(&full);
	w->problem_exit = exit_code > w->problem_exit ? exit_code : w->problem_exit;
	w->problems_total++;
	w->problems_new++;
	if (w->problems.n < PROBLEMS_KEPT)
		keep_problem(w, &full);
	if (w->problems_stored >= PROBLEMS_STORED)
		return true;
	w->problems_stored++;
	return writer_begin(w, err) && store_problem(w, &full, err);
}

bool writer_problems_full(const struct writer *w)
{
	return w->problems.n >= PROBLEMS_KEPT && w->problems_stored >= PROBLEMS_STORED;
}

void writer_problem_count(struct writer *w, int64_t n)
{
	w->problems_total += n;
	w->problems_new += n;
}

bool writer_problem_fmt(struct writer *w, enum severity severity, const char *code, struct str path, const char *kept,
                        struct err *err, const char *fmt, ...)
{
	struct buf reason = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&reason, fmt, args);
	va_end(args);
	struct problem p = {
	    .severity = severity, .code = code, .path = path, .reason = buf_str(&reason), .kept = str_of(kept)};
	bool ok = writer_problem(w, &p, err);
	buf_done(&reason);
	return ok;
}

/* ---------------------------------------------------------------- words, prompts */

static bool resolve_words(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 1; i < b->words.n; i++) {
		struct batch_word *word = &b->words.at[i];
		if (!intern_word(&w->intern, w->db, word->text, word->hash, &word->id, err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	for (size_t i = 1; i < b->prompts.n; i++) {
		struct batch_prompt *p = &b->prompts.at[i];
		struct intern_prompt in = {
		    .name = b->words.at[p->name].id,
		    .version = p->version,
		    .hash = {(const char *)p->hash, p->has_text ? sizeof p->hash : 0},
		    .text = p->has_text ? p->text : STR_NONE,
		    .first_ns = p->first_ns,
		};
		if (!intern_prompt(w->db, &in, &p->id, err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* From here on the parts hold ids of the store. */
static void resolve_parts(struct writer *w, struct batch *b)
{
	const struct batch_word *words = b->words.at;
	for (size_t i = 0; i < b->spans.n; i++) {
		struct span_part *p = &b->spans.at[i].part;
		p->name = words[p->name].id;
		p->model = words[p->model].id;
		p->provider = words[p->provider].id;
		p->session = words[p->session].id;
		p->user = words[p->user].id;
		p->service = words[p->service].id;
		p->trace_name = words[p->trace_name].id;
		p->prompt = b->prompts.at[p->prompt].id;
		p->source = w->source;
	}
}

/* ---------------------------------------------------------------- blocks */

/* Before the transaction, so that nobody waits for it. Data that comes again is mostly not worth it. */
static void pack_blocks(struct writer *w, struct batch *b)
{
	for (size_t i = 0; i < b->blocks.n && !w->repeats && !w->in_txn; i++)
		block_pack(&b->blocks.at[i], w->pack, w->pool);
}

/* An entry all of whose rows were in the store before, record for record, keeps its number but not its bytes. */
static bool is_repeat(const struct batch_entry *e)
{
	return (e->type == ENTRY_RECORD || e->type == ENTRY_DETAIL) && !e->keep && e->rows && e->rows == e->dups;
}

/* The block again, its repeats without their bytes. */
static bool write_rest(struct writer *w, struct batch *b, struct block_fill *block, struct err *err)
{
	const struct batch_entry *entries = b->entries.at + (block->first - b->first_entry);
	struct block_fill rest = {.first = block->first};
	struct str raw;
	bool ok = block_raw(block, w->pack, &raw, err);
	size_t at = 0;
	for (uint32_t i = 0; ok && i < block->n; i++) {
		const struct batch_entry *e = &entries[i];
		struct entry entry = {
		    .type = e->type,
		    .slot = e->slot,
		    .bytes = is_repeat(e) ? STR_LIT("") : str_cut(raw, at, e->len),
		    .frame = e->frame,
		    .record = e->record,
		    .line = e->line,
		    .offset = e->offset,
		};
		block_add(&rest, &entry, w->pool);
		at += e->len;
	}
	ok = ok && block_write(w->db, w->pack, w->source, &rest, w->pool, err);
	block_fill_done(&rest, w->pool);
	return ok;
}

static bool write_block(struct writer *w, struct batch *b, struct block_fill *block, struct err *err)
{
	const struct batch_entry *entries = b->entries.at + (block->first - b->first_entry);
	uint32_t repeats = 0;
	for (uint32_t i = 0; i < block->n; i++)
		repeats += is_repeat(&entries[i]);
	w->repeats = w->repeats || repeats;
	if (repeats == block->n)
		return true;
	if (repeats)
		return write_rest(w, b, block, err);
	return block_write(w->db, w->pack, w->source, block, w->pool, err);
}

static bool write_blocks(struct writer *w, struct batch *b, struct err *err)
{
	w->repeats = false;
	for (size_t i = 0; i < b->blocks.n; i++) {
		bool ok = write_block(w, b, &b->blocks.at[i], err);
		block_fill_done(&b->blocks.at[i], w->pool); /* the parser may have its memory */
		if (!ok || !writer_breathe(w, err))
			return false;
	}
	vec_clear(&b->blocks);
	return true;
}

static bool write_tails(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->entries.n; i++) {
		const struct batch_entry *e = &b->entries.at[i];
		if (e->type == ENTRY_TAIL &&
		    !WRITER_RUN(w, err, "INSERT OR REPLACE INTO frame_tail(frame, tail) VALUES(?,?)", (int64_t)e->frame,
		                (int64_t)(b->first_entry + i)))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- what sources say of traces, tags, scores */

static bool write_said(struct writer *w, struct batch *b, struct err *err)
{
	const struct batch_word *words = b->words.at;
	for (size_t i = 0; i < b->said.n; i++) {
		const struct batch_said *said = &b->said.at[i];
		struct stmt *s = db_query(w->db,
		                          "INSERT OR IGNORE INTO trace_said(trace, hash, name, session, user, service,"
		                          " start_ns, end_ns, status, cost_usd, record) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, b->traces.at[said->trace].id);
		stmt_int(s, 2, (int64_t)said->hash);
		const uint32_t ids[] = {said->name, said->session, said->user, said->service};
		for (int k = 0; k < 4; k++)
			stmt_int(s, 3 + k, ids[k] ? (int64_t)words[ids[k]].id : UNKNOWN_INT);
		stmt_int(s, 7, said->start_ns);
		stmt_int(s, 8, said->end_ns);
		stmt_int(s, 9, said->status);
		stmt_double(s, 10, said->cost_usd);
		stmt_int(s, 11, (int64_t)said->record);
		if (!stmt_run(s, err) || (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err)))
			return false;
	}
	return true;
}

static bool write_tags(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->tags.n; i++) {
		const struct batch_tag *tag = &b->tags.at[i];
		if (!WRITER_RUN(w, err, "INSERT OR IGNORE INTO trace_tag(trace, tag) VALUES(?,?)",
		                b->traces.at[tag->trace].id, b->words.at[tag->tag].id))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

static int64_t word_id(const struct batch *b, uint32_t i)
{
	return i ? (int64_t)b->words.at[i].id : UNKNOWN_INT;
}

static bool insert_score(struct writer *w, struct batch *b, const struct batch_score *score, struct err *err)
{
	struct stmt *s =
	    db_query(w->db,
	             "INSERT INTO score(ident, trace, span, name, value, label, pass, threshold, explanation,"
	             " from_, judge, author, time_ns, record, source) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, score->ident);
	stmt_int(s, 2, b->traces.at[score->trace].id);
	stmt_int(s, 3, score->has_span ? score->span : UNKNOWN_INT);
	stmt_int(s, 4, word_id(b, score->name));
	stmt_double(s, 5, score->value);
	stmt_str_static(s, 6, score->label);
	stmt_int(s, 7, score->pass < 0 ? UNKNOWN_INT : score->pass);
	stmt_double(s, 8, score->threshold);
	stmt_str_static(s, 9, score->explanation);
	stmt_int(s, 10, score->from);
	stmt_int(s, 11, word_id(b, score->judge));
	stmt_int(s, 12, word_id(b, score->author));
	stmt_int(s, 13, score->time_ns);
	stmt_int(s, 14, (int64_t)score->record);
	stmt_int(s, 15, w->source);
	return stmt_run(s, err) &&
	       WRITER_RUN(w, err, "UPDATE trace SET scores = scores + 1 WHERE id = ?", b->traces.at[score->trace].id);
}

static bool write_score(struct writer *w, struct batch *b, const struct batch_score *score, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT id, source FROM score WHERE ident = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, score->ident);
	enum step step = stmt_step(s, err);
	int64_t id = step == STEP_ROW ? col_int(s, 0) : 0, source = step == STEP_ROW ? col_int(s, 1) : 0;
	stmt_end(s);
	if (step == STEP_FAIL)
		return false;
	if (id && source == w->source)
		return true;
	w->held.scores += !score->aside;
	if (id)
		return WRITER_RUN(w, err, "UPDATE score SET source = ? WHERE id = ?", w->source, id);
	w->fresh.scores += !score->aside;
	w->has_waiting |= score->waits;
	return insert_score(w, b, score, err);
}

static bool write_scores(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->scores.n; i++) {
		if (!write_score(w, b, &b->scores.at[i], err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- annotations */

static bool write_annotation(struct writer *w, const struct annotation *a, struct err *err)
{
	bool is_new, same = true;
	if (!annotate_put(w->db, a, &is_new, err) || (!is_new && !annotate_is_same(w->db, a, &same, err)))
		return false;
	w->held_annotations++;
	w->fresh.annotations += is_new;
	if (same || a->masked)
		return true;
	struct buf id = BUF_INIT;
	hash_hex(&id, a->event.byte, sizeof a->event.byte);
	bool ok = writer_problem_fmt(w, SEVERITY_SKIPPED, "conflict", STR_LIT("event"), "what is in the store stays",
	                             err, "event %.12s… is in the store with other content", buf_cstr(&id));
	buf_done(&id);
	return ok;
}

static bool write_annotations(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->annotations.n; i++) {
		if (!write_annotation(w, &b->annotations.at[i], err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- a batch */

static bool write_traces(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->traces.n; i++) {
		struct batch_trace *t = &b->traces.at[i];
		if (!settle_batch_trace(w, b, t, err) || !writer_breathe(w, err))
			return false;
	}
	return true;
}

static bool ensure_said_traces(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->traces.n; i++) {
		struct batch_trace *t = &b->traces.at[i];
		if ((t->n_said || !t->n_spans) && !settle_ensure_trace(w, t, err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* The resume point, in the transaction that makes the rows before it visible, or the last of them. */
static bool write_point(struct writer *w, const struct batch *b, struct err *err)
{
	if (b->first_ns != TIME_UNKNOWN &&
	    !WRITER_RUN(
	        w, err,
	        "UPDATE source SET first_ns = min(ifnull(first_ns, ?1), ?1), last_ns = max(ifnull(last_ns, ?2), ?2)"
	        " WHERE id = ?3",
	        b->first_ns, b->last_ns, w->source))
		return false;
	if (!b->has_point)
		return true;
	struct stmt *s = db_query(w->db, "UPDATE source SET bytes = ?, prefix_hash = ?, records = ? WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)b->point_bytes);
	stmt_blob_static(s, 2, (struct str){(const char *)b->point_hash.byte, sizeof b->point_hash.byte});
	stmt_int(s, 3, (int64_t)b->point_records);
	stmt_int(s, 4, w->source);
	return stmt_run(s, err);
}

static bool write_problems(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->problems.n; i++)
		if (!writer_problem(w, &b->problems.at[i], err) || (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err)))
			return false;
	return true;
}

/* All of a batch, usually in one transaction. */
static bool write_batch(struct writer *w, struct batch *b, struct err *err)
{
	if (!writer_begin(w, err) || !resolve_words(w, b, err))
		return false;
	resolve_parts(w, b);
	return settle_mark_known(w, b, err) && write_blocks(w, b, err) && write_tails(w, b, err) &&
	       ensure_said_traces(w, b, err) && write_said(w, b, err) && write_traces(w, b, err) &&
	       write_tags(w, b, err) && write_scores(w, b, err) && cases_write(w, b, err) &&
	       write_annotations(w, b, err) && write_problems(w, b, err) && writer_begin(w, err) &&
	       write_point(w, b, err) && writer_commit(w, err);
}

/* The next batches are to take about as long as a transaction may. */
static void adapt(struct writer *w, int64_t took)
{
	int halves = atomic_load(&w->halves);
	if (took > SLOW_NS && halves < HALVES_MAX)
		atomic_store(&w->halves, halves + 1);
	else if (took < QUICK_NS && halves > 0)
		atomic_store(&w->halves, halves - 1);
}

/* Large traces that are due are settled behind the batch: they take transactions of their own. */
static bool settle_due(struct writer *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->traces.n; i++)
		if (b->traces.at[i].due && (!writer_begin(w, err) || !settle_large(w, b->traces.at[i].id, err)))
			return false;
	return writer_commit(w, err);
}

bool writer_batch(struct writer *w, struct batch *b, struct err *err)
{
	pack_blocks(w, b);
	int64_t splits = atomic_load(&w->splits);
	w->in_batch = true;
	if (!write_batch(w, b, err))
		return false;
	w->in_batch = false;
	bool split = atomic_load(&w->splits) != splits;
	if (!w->strict_open)
		adapt(w, split ? BATCH_NS : writer_clock_ns() - w->began_ns);
	return settle_due(w, b, err);
}

/* ---------------------------------------------------------------- leftovers */

/* The import lock is waited for only outside of transactions: who has it alone may be waiting for the write lock. Changing its kind
 * lets go of it for a moment, so nothing of ours may be half done. */
static bool lock_alone(struct writer *w)
{
	BUG_ON(w->in_txn);
	return w->lock_fd >= 0 && flock(w->lock_fd, LOCK_EX | LOCK_NB) == 0;
}

static void lock_shared(struct writer *w)
{
	BUG_ON(w->in_txn);
	while (w->lock_fd >= 0 && flock(w->lock_fd, LOCK_SH) != 0 && errno == EINTR)
		;
}

static bool sweep_ranges(struct writer *w, struct err *err)
{
	for (;;) {
		struct stmt *s = db_query(w->db, "SELECT first, n FROM garbage LIMIT 1", err);
		if (!s)
			return false;
		enum step step = stmt_step(s, err);
		int64_t first = step == STEP_ROW ? col_int(s, 0) : 0, n = step == STEP_ROW ? col_int(s, 1) : 0;
		stmt_end(s);
		if (step != STEP_ROW)
			return step == STEP_DONE;
		if (!settle_sweep_range(w, first, n, err))
			return false;
	}
}

/* Ranges in `garbage` may be another import's at work: only who is alone may sweep. */
bool writer_sweep(struct writer *w, struct err *err)
{
	bool alone = lock_alone(w);
	bool ok = !alone || (writer_begin(w, err) && sweep_ranges(w, err) && writer_commit(w, err));
	if (!ok)
		writer_rollback(w);
	lock_shared(w);
	return ok;
}

/* Alone now: another import may begin the next moment, and settling what is loose can cope with that. */
static bool look_round(struct writer *w, struct err *err)
{
	w->alone = false;
	if (w->strict_open)
		return true;
	if (!writer_commit(w, err))
		return false;
	w->alone = lock_alone(w);
	lock_shared(w);
	return true;
}

/* ---------------------------------------------------------------- the end of a source */

static bool write_state(struct writer *w, bool whole, struct err *err)
{
	return WRITER_RUN(w, err, "UPDATE source SET state = ? WHERE id = ?", whole ? SOURCE_WHOLE : SOURCE_STOPPED,
	                  w->source);
}

static bool is_refused(struct writer *w, const char *file, const char *entry, bool *is, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT 1 FROM problem WHERE source IS NULL AND file = ? AND entry IS ?", err);
	if (!s)
		return false;
	stmt_blob_static(s, 1, str_of(file));
	stmt_str_static(s, 2, valid(w, str_of(entry)));
	enum step step = stmt_step(s, err);
	*is = step == STEP_ROW;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool writer_forget_refusal(struct writer *w, const char *file, const char *entry, struct err *err)
{
	bool is = false;
	struct stmt *s = NULL;
	if (!is_refused(w, file, entry, &is, err))
		return false;
	if (!is)
		return true;
	if (!writer_begin(w, err) ||
	    !(s = db_query(w->db, "DELETE FROM problem WHERE source IS NULL AND file = ? AND entry IS ?", err)))
		return false;
	stmt_blob_static(s, 1, str_of(file));
	stmt_str_static(s, 2, valid(w, str_of(entry)));
	return stmt_run(s, err);
}

bool writer_refuse(struct writer *w, const char *file, const char *entry, const struct problem *problems, size_t n,
                   struct err *err)
{
	w->source = 0;
	if (!writer_begin(w, err) || !writer_forget_refusal(w, file, entry, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!store_problem(w, &problems[i], err))
			return false;
	return writer_commit(w, err);
}

/* Nothing of the source stays but what was wrong with it. */
static bool roll_back_strict(struct writer *w, struct err *err)
{
	writer_rollback(w);
	w->rolled_back = true;
	w->fresh = (struct ingest_counts){0};
	return writer_refuse(w, w->file, w->entry, w->problems.at, w->problems.n, err);
}

bool writer_finish(struct writer *w, enum ingest_stop stop, struct err *err)
{
	bool light = stop == STOP_PAUSE_LIGHT || stop == STOP_CUT_LIGHT;
	bool pause = stop == STOP_PAUSE || stop == STOP_PAUSE_LIGHT, whole = stop == STOP_WHOLE;
	if (!look_round(w, err) || !settle_loose(w, light, err) || !cases_finish(w, err) || !waiting_finish(w, err))
		return false;
	if (pause)
		return writer_commit(w, err);
	if (!settle_report(w, err))
		return false;
	bool strict = w->strict_open;
	if (strict && (!whole || w->problems_total))
		return roll_back_strict(w, err);
	w->strict_open = false;
	return writer_begin(w, err) && write_state(w, whole, err) && writer_commit(w, err);
}
