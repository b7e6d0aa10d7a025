/* Threads, queue, sink. The parser's thread calls; the writer's thread writes. Whatever both touch is behind one mutex; the writer's own
 * state belongs to its thread while it is busy and to the caller while it rests (ingest_begin, ingest_end wait for that). */
#include "store/ingest.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/ingest_private.h"

enum { BATCHES = INGEST_QUEUE + 2, NUMBERS = 1 << 24, HELP_QUEUE = 2 };

struct ingest {
	struct sink sink; /* first: the sink's address is ours */
	struct writer w;

	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t work, space;
	struct batch *queue[INGEST_QUEUE], *unused[BATCHES];
	int n_unused;
	_Atomic int n_queue;
	bool busy, stop, failed;
	struct err err;

	struct block_pool pool;

	/* the parser's */
	struct pack *pack;
	struct batch batches[BATCHES], *filling;
	struct batch_place place;
	uint64_t next_entry, last_entry; /* numbers reserved: next … last - 1 */
	int64_t begun_ns;                /* when the batch got its first thing */
	int halves;                      /* of its size */
	bool strict, in_source;
	int64_t source;
	struct ingest_counts held, fresh;
	_Atomic int64_t spans_seen, cases_seen;
};

/* ---------------------------------------------------------------- the writer's thread */

static void write_one(struct ingest *in, struct batch *b)
{
	struct err err = ERR_INIT;
	bool ok = writer_batch(&in->w, b, &err) &&
	          (!b->ends_source || writer_finish(&in->w, (enum ingest_stop)b->stop, &err));
	if (ok)
		return;
	writer_rollback(&in->w);
	pthread_mutex_lock(&in->mutex);
	in->failed = true;
	in->err = err;
	pthread_mutex_unlock(&in->mutex);
}

static void *write_batches(void *arg)
{
	struct ingest *in = arg;
	pthread_mutex_lock(&in->mutex);
	for (;;) {
		while (in->n_queue == 0 && !in->stop)
			pthread_cond_wait(&in->work, &in->mutex);
		if (in->n_queue == 0)
			break;
		struct batch *b = in->queue[0];
		memmove(in->queue, in->queue + 1, (size_t)(in->n_queue - 1) * sizeof *in->queue);
		in->n_queue--;
		bool skip = in->failed;
		in->busy = true;
		pthread_cond_broadcast(&in->space);
		pthread_mutex_unlock(&in->mutex);
		if (!skip)
			write_one(in, b);
		pthread_mutex_lock(&in->mutex);
		in->busy = false;
		in->unused[in->n_unused++] = b;
		pthread_cond_broadcast(&in->space);
	}
	pthread_mutex_unlock(&in->mutex);
	return NULL;
}

/* Waits until the writer rests. False if it failed, now or earlier. */
static bool wait_idle(struct ingest *in, struct err *err)
{
	pthread_mutex_lock(&in->mutex);
	while (in->n_queue || in->busy)
		pthread_cond_wait(&in->space, &in->mutex);
	bool ok = !in->failed;
	if (!ok && err)
		*err = in->err;
	pthread_mutex_unlock(&in->mutex);
	return ok;
}

bool ingest_ok(const struct ingest *in, struct err *err)
{
	struct ingest *own = (struct ingest *)(uintptr_t)in; /* the mutex is not part of what is const */
	pthread_mutex_lock(&own->mutex);
	bool ok = !own->failed;
	if (!ok && err)
		*err = own->err;
	pthread_mutex_unlock(&own->mutex);
	return ok;
}

/* ---------------------------------------------------------------- batches */

static void fail(struct ingest *in, const struct err *err)
{
	pthread_mutex_lock(&in->mutex);
	if (!in->failed)
		in->err = *err;
	in->failed = true;
	pthread_mutex_unlock(&in->mutex);
}

/* Entry numbers are handed out before anything is written, so they are taken from the store in large portions; two imports at once
 * never get the same. What is left of a portion is given back at the end of the source if nobody came after us. */
static void reserve_numbers(struct ingest *in)
{
	struct err err = ERR_INIT;
	int64_t next;
	bool ok = wait_idle(in, &err) && writer_begin(&in->w, &err) &&
	          writer_meta(&in->w, "next_entry", 1, &next, &err) &&
	          writer_set_meta(&in->w, "next_entry", next + NUMBERS, &err) && writer_commit(&in->w, &err);
	if (!ok) {
		writer_rollback(&in->w);
		fail(in, &err);
		return;
	}
	in->next_entry = (uint64_t)next;
	in->last_entry = (uint64_t)next + NUMBERS;
}

static bool return_numbers(struct ingest *in, struct err *err)
{
	int64_t next;
	if (in->next_entry >= in->last_entry)
		return true;
	bool ok = writer_begin(&in->w, err) && writer_meta(&in->w, "next_entry", 1, &next, err);
	if (ok && next == (int64_t)in->last_entry)
		ok = writer_set_meta(&in->w, "next_entry", (int64_t)in->next_entry, err);
	in->last_entry = in->next_entry;
	return ok && writer_commit(&in->w, err);
}

static void take_batch(struct ingest *in)
{
	if (in->last_entry - in->next_entry <= BATCH_ENTRIES)
		reserve_numbers(in);
	pthread_mutex_lock(&in->mutex);
	while (in->n_unused == 0)
		pthread_cond_wait(&in->space, &in->mutex);
	in->filling = in->unused[--in->n_unused];
	pthread_mutex_unlock(&in->mutex);
	batch_reset(in->filling, in->next_entry);
	in->halves = atomic_load(&in->w.halves);
	in->filling->full_blocks = in->halves < 2 ? (size_t)BATCH_BLOCKS >> in->halves : 1;
	in->begun_ns = writer_clock_ns();
}

/* Who is ahead compresses: the parser if batches are waiting, else the writer. Measured as 1.5 times the speed of either alone
 * doing it (performance.md section 2). n: how many blocks are complete. */
static void help_writer(struct ingest *in, size_t n)
{
	struct batch *b = in->filling;
	for (size_t i = b->n_helped; i < n && in->n_queue >= HELP_QUEUE; i++) {
		block_pack(&b->blocks.at[i], in->pack, &in->pool);
		b->n_helped = i + 1;
	}
}

static void submit(struct ingest *in)
{
	struct batch *b = in->filling;
	help_writer(in, b->blocks.n);
	if (b->entries.n)
		b->entries.at[b->entries.n - 1].keep = true; /* rows of it may still come, in the next batch */
	in->next_entry = b->first_entry + b->entries.n;
	in->filling = NULL;
	pthread_mutex_lock(&in->mutex);
	while (in->n_queue == INGEST_QUEUE)
		pthread_cond_wait(&in->space, &in->mutex);
	in->queue[in->n_queue++] = b;
	pthread_cond_signal(&in->work);
	pthread_mutex_unlock(&in->mutex);
	if (!b->ends_source)
		take_batch(in);
}

/* Full blocks, the last as nearly as its records allow. */
static bool is_due(const struct batch *b, int halves)
{
	size_t blocks = b->blocks.n, last = blocks ? b->blocks.at[blocks - 1].raw.len : 0;
	size_t rows = (size_t)INGEST_BATCH_SPANS >> halves;
	return blocks > b->full_blocks || (blocks == b->full_blocks && last >= BLOCK_BYTES / 8 * 7) ||
	       batch_bytes(b) >= 2 * (size_t)INGEST_BATCH_BYTES >> halves || b->spans.n >= rows || b->cases.n >= rows ||
	       b->scores.n >= rows || b->annotations.n >= rows / 4 || b->entries.n >= BATCH_ENTRIES / 2;
}

/* A record that gives very much is cut: such a batch ends without a resume point. */
static bool is_overfull(const struct batch *b)
{
	return batch_bytes(b) >= 4 * (size_t)INGEST_BATCH_BYTES || b->spans.n >= 2 * INGEST_BATCH_SPANS ||
	       b->cases.n >= 2 * INGEST_BATCH_SPANS || b->scores.n >= 4 * INGEST_BATCH_SPANS ||
	       b->said.n >= 2 * INGEST_BATCH_SPANS || b->annotations.n >= INGEST_BATCH_SPANS ||
	       b->entries.n >= BATCH_ENTRIES;
}

static struct batch *room(struct ingest *in)
{
	BUG_ON(!in->in_source);
	if (is_overfull(in->filling)) {
		in->filling->has_point = false;
		submit(in);
	}
	return in->filling;
}

/* ---------------------------------------------------------------- the sink */

static struct ingest *of(struct sink *s)
{
	return (struct ingest *)(void *)s;
}

static uint64_t on_entry(struct sink *s, const struct entry *e)
{
	struct ingest *in = of(s);
	uint64_t number = batch_entry_add(room(in), &in->place, e);
	help_writer(in, in->filling->blocks.n - 1);
	return number;
}

static void on_span(struct sink *s, const struct span *span)
{
	struct ingest *in = of(s);
	batch_span_add(room(in), &in->place, span);
	atomic_fetch_add_explicit(&in->spans_seen, 1, memory_order_relaxed);
}

static void on_trace(struct sink *s, const struct trace *trace)
{
	struct ingest *in = of(s);
	batch_said_add(room(in), &in->place, trace);
}

static void on_score(struct sink *s, const struct score *score)
{
	struct ingest *in = of(s);
	batch_score_add(room(in), &in->place, score);
}

static void on_run(struct sink *s, const struct eval_run *run)
{
	struct ingest *in = of(s);
	batch_run_add(room(in), &in->place, run);
}

static void on_case(struct sink *s, const struct case_result *res)
{
	struct ingest *in = of(s);
	batch_case_add(room(in), &in->place, res);
	atomic_fetch_add_explicit(&in->cases_seen, 1, memory_order_relaxed);
}

static void on_annotation(struct sink *s, const struct annotation *a)
{
	struct ingest *in = of(s);
	batch_annotation_add(room(in), &in->place, a);
}

static void on_problem(struct sink *s, const struct problem *p)
{
	struct ingest *in = of(s);
	batch_problem_add(room(in), p);
}

static const struct sink_ops ops = {
    .entry = on_entry,
    .span = on_span,
    .trace = on_trace,
    .score = on_score,
    .run = on_run,
    .case_result = on_case,
    .annotation = on_annotation,
    .problem = on_problem,
};

struct sink *ingest_sink(struct ingest *in)
{
	return &in->sink;
}

/* ---------------------------------------------------------------- sources */

static struct str hash_text(const struct hash128 *h)
{
	return (struct str){(const char *)h->byte, sizeof h->byte};
}

/* Another process may have begun the same file since it was looked for. */
static bool find_rival(struct writer *w, const struct source *known, int64_t *id, struct err *err)
{
	*id = 0;
	if (!known->looked)
		return true;
	struct stmt *s = db_query(w->db, "SELECT id FROM source WHERE head_hash = ? AND id >= ? AND path = ?", err);
	if (!s)
		return false;
	stmt_blob(s, 1, hash_text(&known->head_hash));
	stmt_int(s, 2, known->looked);
	stmt_blob(s, 3, known->path.ptr ? known->path : STR_LIT(""));
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*id = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool insert_source(struct writer *w, const struct source *known, struct err *err)
{
	if (!find_rival(w, known, &w->source, err))
		return false;
	if (w->source)
		return true;
	struct stmt *s =
	    db_query(w->db,
	             "INSERT INTO source(path, entry, format, head_len, head_hash, bytes, prefix_hash, records,"
	             " size, mtime_ns, state, traces, spans, scores, runs, cases, problems, map)"
	             " VALUES(?,?,?,?,?,0,?,0,?,?,0,0,0,0,0,0,0,?)",
	             err);
	if (!s)
		return false;
	struct hash128 nothing = hash128_of(STR_LIT(""));
	stmt_blob(s, 1, known->path.ptr ? known->path : STR_LIT(""));
	stmt_str(s, 2, known->entry);
	stmt_str(s, 3, known->format.ptr ? known->format : STR_LIT(""));
	stmt_int(s, 4, (int64_t)known->head_len);
	stmt_blob(s, 5, hash_text(&known->head_hash));
	stmt_blob(s, 6, hash_text(&nothing));
	stmt_int(s, 7, known->size);
	stmt_int(s, 8, known->mtime_ns);
	stmt_str(s, 9, known->map.len ? known->map : STR_NONE);
	if (!stmt_run(s, err))
		return false;
	w->source = db_last_rowid(w->db);
	return true;
}

static bool reopen_source(struct writer *w, const struct source *known, struct err *err)
{
	struct stmt *s =
	    db_query(w->db, "UPDATE source SET state = 0, path = ?, size = ?, mtime_ns = ? WHERE id = ?", err);
	if (!s)
		return false;
	stmt_blob(s, 1, known->path.ptr ? known->path : STR_LIT(""));
	stmt_int(s, 2, known->size);
	stmt_int(s, 3, known->mtime_ns);
	stmt_int(s, 4, known->id);
	w->source = known->id;
	if (!stmt_run(s, err) || !WRITER_RUN(w, err, "DELETE FROM problem WHERE source = ? AND record > ?", known->id,
	                                     (int64_t)known->records))
		return false;
	w->problems_new -= db_changes(w->db); /* those records are read again: a tail that was not whole then, say */
	return true;
}

static char *copy_or_null(struct str text)
{
	return text.ptr ? xstrndup(text) : NULL;
}

static void forget_source(struct writer *w)
{
	free(w->file);
	free(w->entry);
	w->file = w->entry = NULL;
	w->source = 0;
	w->held = w->fresh = (struct ingest_counts){0};
	w->held_annotations = 0;
	w->problems_new = w->problems_stored = w->problems_total = 0;
	w->problem_exit = 0;
	vec_clear(&w->problems);
	arena_reset(&w->problem_arena);
	w->rolled_back = false;
}

bool ingest_begin(struct ingest *in, const struct source *known, struct err *err)
{
	struct writer *w = &in->w;
	BUG_ON(in->in_source);
	if (!wait_idle(in, err))
		return false;
	if (!known->id || known->id != in->source) /* a file that is followed goes on */
		hash_set_clear(&w->counted);
	forget_source(w);
	w->file = copy_or_null(known->path.ptr ? known->path : STR_LIT(""));
	w->entry = copy_or_null(known->entry);
	bool ok = writer_begin(w, err);
	w->strict_open = ok && in->strict;
	ok = ok && (known->id ? reopen_source(w, known, err) : insert_source(w, known, err)) &&
	     writer_forget_refusal(w, w->file, w->entry, err) && waiting_load(w, err) &&
	     db_int(w->db, "SELECT max(id) FROM trace", 0, &w->old_trace_max, err);
	struct stmt *s = ok ? db_query(w->db, "SELECT count(*) FROM problem WHERE source = ?", err) : NULL;
	if (s) {
		stmt_int(s, 1, w->source);
		ok = stmt_step(s, err) == STEP_ROW;
		w->problems_stored = ok ? col_int_or(s, 0, 0) : 0;
		stmt_end(s);
	}
	if (!ok || !s || !writer_commit(w, err)) {
		writer_rollback(w);
		return false;
	}
	in->source = w->source;
	in->place = (struct batch_place){.head = known->head_hash};
	in->in_source = true;
	take_batch(in);
	return ingest_ok(in, err);
}

bool ingest_point(struct ingest *in, uint64_t bytes, const struct hasher *prefix, uint64_t records, struct err *err)
{
	struct batch *b = in->filling;
	bool due = is_due(b, in->halves) || (!batch_is_empty(b) && writer_clock_ns() - in->begun_ns > INGEST_WAIT_NS);
	b->has_point = true;
	b->point_bytes = bytes;
	b->point_records = records;
	b->point_hash = prefix ? hasher_value(prefix) : (struct hash128){{0}};
	if (!due)
		return true;
	submit(in);
	return ingest_ok(in, err);
}

static bool read_held(struct ingest *in, struct err *err)
{
	struct stmt *s = db_query(in->w.db, "SELECT traces, spans, scores, runs, cases FROM source WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, in->source);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		in->held = (struct ingest_counts){.traces = col_int_or(s, 0, 0),
		                                  .spans = col_int_or(s, 1, 0),
		                                  .scores = col_int_or(s, 2, 0),
		                                  .runs = col_int_or(s, 3, 0),
		                                  .cases = col_int_or(s, 4, 0)};
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool end_source(struct ingest *in, enum ingest_stop stop, struct ingest_counts *held,
                       struct ingest_counts *fresh, struct err *err)
{
	BUG_ON(!in->in_source);
	in->filling->ends_source = true;
	in->filling->stop = (uint8_t)stop;
	submit(in);
	in->in_source = false;
	in->held = (struct ingest_counts){0};
	if (!wait_idle(in, err))
		return false;
	if (!return_numbers(in, err) || (!in->w.rolled_back && !read_held(in, err))) {
		writer_rollback(&in->w);
		return false;
	}
	in->held.annotations = in->w.rolled_back ? 0 : in->w.held_annotations;
	*held = in->held;
	*fresh = in->w.fresh;
	return true;
}

bool ingest_end(struct ingest *in, bool whole, struct ingest_counts *held, struct ingest_counts *fresh, struct err *err)
{
	return end_source(in, whole ? STOP_WHOLE : STOP_CUT, held, fresh, err);
}

bool ingest_stop(struct ingest *in, struct ingest_counts *held, struct ingest_counts *fresh, struct err *err)
{
	return end_source(in, STOP_CUT_LIGHT, held, fresh, err);
}

bool ingest_pause(struct ingest *in, bool light, struct ingest_counts *held, struct ingest_counts *fresh,
                  struct err *err)
{
	BUG_ON(in->strict);
	return end_source(in, light ? STOP_PAUSE_LIGHT : STOP_PAUSE, held, fresh, err);
}

bool ingest_refuse(struct ingest *in, const struct problem *p, struct err *err)
{
	BUG_ON(in->in_source);
	if (!wait_idle(in, err))
		return false;
	if (writer_refuse(&in->w, p->file, p->entry, p, 1, err))
		return true;
	writer_rollback(&in->w);
	return false;
}

bool ingest_unrefuse(struct ingest *in, const char *file, const char *entry, struct err *err)
{
	BUG_ON(in->in_source);
	if (!wait_idle(in, err))
		return false;
	if (writer_forget_refusal(&in->w, file, entry, err) && writer_commit(&in->w, err))
		return true;
	writer_rollback(&in->w);
	return false;
}

/* ---------------------------------------------------------------- opening, closing */

static int open_lock(const struct db *db)
{
	struct buf path = BUF_INIT;
	buf_printf(&path, "%s-import", db_path(db));
	int fd = open(buf_cstr(&path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	buf_done(&path);
	return fd;
}

static void free_ingest(struct ingest *in)
{
	struct writer *w = &in->w;
	forget_source(w);
	for (int i = 0; i < BATCHES; i++)
		batch_done(&in->batches[i]);
	pack_free(w->pack);
	pack_free(in->pack);
	block_pool_done(&in->pool);
	intern_done(&w->intern);
	hash_set_clear(&w->known);
	hash_set_clear(&w->counted);
	settle_done(&w->settle);
	vec_done(&w->job.others);
	vec_done(&w->job.groups);
	vec_done(&w->job.refs);
	vec_done(&w->job.surplus);
	vec_done(&w->job.conflicts);
	vec_done(&w->job.foreign);
	vec_done(&w->job.adopted);
	vec_done(&w->waiting);
	vec_done(&w->job.claims);
	vec_done(&w->job.members);
	vec_done(&w->job.parts);
	arena_done(&w->job.row_arena);
	free(w->hist);
	vec_done(&w->problems);
	arena_done(&w->problem_arena);
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	pthread_mutex_destroy(&in->mutex);
	pthread_cond_destroy(&in->work);
	pthread_cond_destroy(&in->space);
	free(in);
}

/* Signals are the caller's thread's business. */
static bool start_thread(struct ingest *in, struct err *err)
{
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int failed = pthread_create(&in->thread, NULL, write_batches, in);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return !failed || err_set(err, ERR_SYSTEM, NULL, "cannot start a thread: %s", strerror(failed));
}

struct ingest *ingest_open(struct db *db, struct err *err)
{
	struct ingest *in = xcalloc(1, sizeof *in);
	in->sink = (struct sink){.ops = &ops};
	in->w = (struct writer){.db = db,
	                        .pack = pack_new(BLOCK_LEVEL),
	                        .pool = &in->pool,
	                        .data_version = -1,
	                        .next_pos = -1,
	                        .next_trace = -1,
	                        .lock_fd = open_lock(db)};
	in->pack = pack_new(BLOCK_LEVEL);
	block_pool_init(&in->pool);
	pthread_mutex_init(&in->mutex, NULL);
	pthread_cond_init(&in->work, NULL);
	pthread_cond_init(&in->space, NULL);
	atomic_init(&in->w.halves, 1); /* until it is known how fast the writer is */
	for (int i = 0; i < BATCHES; i++) {
		batch_init(&in->batches[i], &in->pool);
		in->unused[in->n_unused++] = &in->batches[i];
	}
	if (writer_sweep(&in->w, err) && start_thread(in, err))
		return in;
	writer_rollback(&in->w);
	free_ingest(in);
	return NULL;
}

bool ingest_close(struct ingest *in, struct err *err)
{
	if (!in)
		return true;
	struct ingest_counts held, fresh;
	bool ok = !in->in_source || ingest_end(in, false, &held, &fresh, err);
	ok = ok && wait_idle(in, err) && writer_sweep(&in->w, err);
	pthread_mutex_lock(&in->mutex);
	in->stop = true;
	pthread_cond_broadcast(&in->work);
	pthread_mutex_unlock(&in->mutex);
	pthread_join(in->thread, NULL);
	ok = ok && ingest_ok(in, err);
	if (ok)
		db_checkpoint(in->w.db, DB_LOG_BYTES);
	free_ingest(in);
	return ok;
}

/* ---------------------------------------------------------------- asking */

void ingest_strict(struct ingest *in, bool strict)
{
	in->strict = strict;
}

bool ingest_rolled_back(const struct ingest *in)
{
	return in->w.rolled_back;
}

void ingest_problems(const struct ingest *in, const struct problem **problems, size_t *n, int64_t *total,
                     int *exit_code)
{
	*problems = in->w.problems.at;
	*n = in->w.problems.n;
	*total = in->w.problems_total;
	*exit_code = in->w.problem_exit;
}

int64_t ingest_source_id(const struct ingest *in)
{
	return in->w.rolled_back ? 0 : in->source;
}

bool ingest_left_loose(const struct ingest *in)
{
	return in->w.left_loose;
}

int64_t ingest_traces_seen(const struct ingest *in)
{
	return atomic_load(&in->w.traces_seen);
}

int64_t ingest_spans_seen(const struct ingest *in)
{
	return atomic_load(&in->spans_seen);
}

int64_t ingest_cases_seen(const struct ingest *in)
{
	return atomic_load(&in->cases_seen);
}

int64_t ingest_commits(const struct ingest *in)
{
	return atomic_load(&in->w.commits);
}

int64_t ingest_splits(const struct ingest *in)
{
	return atomic_load(&in->w.splits);
}
