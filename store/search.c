#include "store/search.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/block.h"
#include "store/search_keys.h"
#include "store/search_segment.h"

enum { THREADS_MAX = 4, SHARED_MIN = 16 };

/* ---------------------------------------------------------------- one thread's share of blocks */

struct worker {
	pthread_t thread;
	struct db *db, *own; /* own: opened for this thread */
	struct block_cache *blocks;
	struct key_set keys, frame; /* frame: keys of the frames around the records of frame_number */
	uint64_t frame_number;
	int64_t firsts[SEGMENT_BLOCKS]; /* the share */
	uint32_t n, index;              /* index of the first in its segment */
	struct key_pairs pairs;
	struct arena arena;
	_Atomic bool *cancel;
	struct err err;
	bool ok;
};

static bool has_tail(struct db *db, uint64_t frame)
{
	struct stmt *s = db_query(db, "SELECT 1 FROM frame_tail WHERE frame = ?", NULL);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)frame);
	bool any = stmt_step(s, NULL) == STEP_ROW;
	stmt_end(s);
	return any;
}

/* What surrounds a record may stand in another block, and is part of what the record says. */
static bool add_frames(struct worker *w, uint64_t record, uint64_t frame)
{
	if (frame != w->frame_number) {
		struct stored_record rec;
		if (!block_fetch(w->blocks, record, &w->arena, &rec, &w->err))
			return false;
		key_set_clear(&w->frame);
		for (size_t i = 0; i < rec.n_frames; i++)
			key_set_add(&w->frame, rec.frames[i]);
		arena_reset(&w->arena);
		w->frame_number = frame;
	}
	key_set_join(&w->keys, &w->frame);
	return true;
}

static bool add_block(struct worker *w, uint64_t first)
{
	struct block_view b;
	struct {
		uint64_t record, frame;
	} *outer = NULL;
	size_t n = 0, cap = 0;
	uint64_t frame = 0;
	key_set_clear(&w->keys);
	if (!block_view(w->blocks, first, &b, &w->err))
		return false;
	for (uint32_t i = 0; i < b.n; i++) {
		const struct entry *e = &b.entries[i];
		if (!e->bytes.len)
			continue;
		key_set_add(&w->keys, e->bytes);
		if (!e->frame || e->frame == frame || e->type == ENTRY_TAIL)
			continue;
		frame = e->frame;
		if (frame < b.first || has_tail(w->db, frame)) {
			outer = vec_grow(outer, &cap, n, sizeof *outer);
			outer[n].record = b.first + i;
			outer[n++].frame = frame;
		}
	}
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++)
		ok = add_frames(w, outer[i].record, outer[i].frame);
	free(outer);
	return ok;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	w->ok = true;
	vec_clear(&w->pairs);
	for (uint32_t i = 0; i < w->n && w->ok && !atomic_load(w->cancel); i++) {
		/* A damaged block cannot be searched either way: the rest is indexed all the same. */
		w->ok = add_block(w, (uint64_t)w->firsts[i]) || w->err.code == ERR_STORE;
		for (size_t k = 0; k < w->keys.n; k++)
			*vec_add(&w->pairs) = (uint64_t)w->keys.keys[k] << 32 | (w->index + i);
	}
	return NULL;
}

static bool worker_open(struct worker *w, struct db *db, bool own, struct search_progress *progress, struct err *err)
{
	*w = (struct worker){.db = db, .cancel = &progress->cancel, .arena = ARENA_INIT};
	if (own && !(w->db = w->own = db_open(db_path(db), DB_READ, err)))
		return false;
	w->blocks = block_cache_new(w->db);
	key_set_init(&w->keys);
	key_set_init(&w->frame);
	return true;
}

static void worker_close(struct worker *w)
{
	if (w->blocks) {
		block_cache_free(w->blocks);
		key_set_done(&w->keys);
		key_set_done(&w->frame);
		vec_done(&w->pairs);
		arena_done(&w->arena);
	}
	db_close(w->own);
}

struct crew {
	struct db *db;
	struct search_progress *progress;
	struct worker at[THREADS_MAX]; /* the first works on db itself */
	int n, most;
};

/* ---------------------------------------------------------------- what is not indexed */

struct gap {
	int64_t above, below; /* entries between these two */
	struct segment lower; /* the segment under the gap; id 0: none */
};

/* Blocks between two entries, newest first, at most SEGMENT_BLOCKS; *end: the last entry of the newest. */
static bool blocks_between(struct db *db, const struct gap *g, int64_t *firsts, uint32_t *n, int64_t *end,
                           struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT first, n FROM block WHERE first > ? AND first < ? ORDER BY first DESC LIMIT 256", err);
	if (!s)
		return false;
	stmt_int(s, 1, g->above);
	stmt_int(s, 2, g->below);
	enum step step;
	*n = 0;
	while ((step = stmt_step(s, err)) == STEP_ROW && *n < SEGMENT_BLOCKS) {
		if (*n == 0)
			*end = col_int(s, 0) + col_int(s, 1) - 1;
		firsts[(*n)++] = col_int(s, 0);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The newest blocks in a row that no segment has, in run; run->n 0: none. */
static bool newest_run(struct db *db, struct segment *run, struct gap *gap, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT id, first, last, blocks FROM search ORDER BY first DESC", err);
	if (!s)
		return false;
	bool ok = true;
	enum step step;
	*run = (struct segment){0};
	*gap = (struct gap){.below = INT64_MAX};
	do {
		step = stmt_step(s, err);
		gap->lower = (struct segment){0};
		ok = step != STEP_FAIL && (step == STEP_DONE || segment_read(s, &gap->lower, err));
		gap->above = gap->lower.id ? gap->lower.last : -1;
		ok = ok && blocks_between(db, gap, run->blocks, &run->n, &run->last, err);
		if (ok && run->n == 0)
			gap->below = gap->lower.first;
	} while (ok && step == STEP_ROW && run->n == 0);
	stmt_end(s);
	for (uint32_t i = 0; i < run->n / 2; i++) {
		int64_t swap = run->blocks[i];
		run->blocks[i] = run->blocks[run->n - 1 - i];
		run->blocks[run->n - 1 - i] = swap;
	}
	run->first = run->blocks[0];
	return ok;
}

bool search_percent(struct db *db, int *percent, struct err *err)
{
	struct segment run;
	struct gap gap;
	int64_t all = 0, in = 0;
	*percent = 100;
	if (!newest_run(db, &run, &gap, err))
		return false;
	if (run.n == 0)
		return true;
	if (!db_int(db, "SELECT first + n FROM block ORDER BY first DESC LIMIT 1", 1, &all, err) ||
	    !db_int(db, "SELECT sum(last - first + 1) FROM search", 0, &in, err))
		return false;
	*percent = all > 0 ? (int)(in * 100 / all) : 0;
	if (*percent > 99)
		*percent = 99;
	return true;
}

/* ---------------------------------------------------------------- segment by segment */

static bool make_pairs(struct worker *workers, int n_workers, struct segment *g, uint32_t from, struct err *err)
{
	uint32_t todo = g->n - from;
	int n = todo < SHARED_MIN ? 1 : n_workers, running = 1;
	for (int i = 0; i < n; i++) {
		uint32_t at = todo * (uint32_t)i / (uint32_t)n, end = todo * ((uint32_t)i + 1) / (uint32_t)n;
		workers[i].index = from + at;
		memcpy(workers[i].firsts, g->blocks + from + at, (end - at) * sizeof *workers[i].firsts);
		workers[i].n = end - at;
	}
	while (running < n && pthread_create(&workers[running].thread, NULL, work, &workers[running]) == 0)
		running++;
	work(&workers[0]);
	for (int i = 1; i < running; i++)
		pthread_join(workers[i].thread, NULL);
	for (int i = running; i < n; i++)
		work(&workers[i]);
	for (int i = 0; i < n; i++)
		if (!workers[i].ok) {
			if (err)
				*err = workers[i].err;
			return false;
		}
	return true;
}

/* Another spoor may have been at the same work meanwhile. */
static bool still_free(struct db *db, const struct segment *run, bool *is_free, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT 1 FROM search WHERE last >= ? AND first <= ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, run->first);
	stmt_int(s, 2, run->last);
	enum step step = stmt_step(s, err);
	*is_free = step == STEP_DONE;
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool same_segment(struct db *db, const struct segment *g, bool *same, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT 1 FROM search WHERE id = ? AND first = ? AND last = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, g->id);
	stmt_int(s, 2, g->first);
	stmt_int(s, 3, g->last);
	enum step step = stmt_step(s, err);
	*same = step == STEP_ROW;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* A segment of few blocks is joined to the one below, so that many small imports do not leave many small segments. */
static bool is_joined(const struct segment *run, const struct gap *gap)
{
	return gap->lower.id && run->n + gap->lower.n <= SEGMENT_BLOCKS && gap->lower.n <= 2 * run->n;
}

static bool write_segment(struct db *db, struct segment *whole, const struct segment *run, const struct gap *gap,
                          struct worker *workers, int n_workers, struct err *err)
{
	struct key_pairs pairs = {0};
	bool joined = is_joined(run, gap), is_free = false, ok = true;
	if (joined)
		ok = segment_pairs(db, gap->lower.id, &pairs, err);
	for (int i = 0; ok && i < n_workers; i++) {
		struct key_pairs *p = &workers[i].pairs;
		vec_reserve(&pairs, pairs.n + p->n + 1);
		for (size_t k = 0; k < p->n; k++)
			*vec_add(&pairs) = p->at[k];
		vec_done(p);
	}
	ok = ok && db_begin(db, err);
	if (ok) {
		bool same = true;
		ok = still_free(db, run, &is_free, err) && (!joined || same_segment(db, &gap->lower, &same, err));
		if (ok && is_free && same)
			ok = (!joined || segment_drop(db, gap->lower.id, err)) && segment_write(db, whole, &pairs, err);
		ok = ok && db_commit(db, err);
		if (!ok)
			db_rollback(db);
	}
	vec_done(&pairs);
	return ok;
}

/* A helper's connection costs more than indexing the blocks of a small import: so they are opened once there is work for all. */
static bool crew_open(struct crew *c, uint32_t todo, struct err *err)
{
	int want = todo < SHARED_MIN ? 1 : c->most;
	bool ok = true;
	while (ok && c->n < want) {
		ok = worker_open(&c->at[c->n], c->db, c->n > 0, c->progress, err);
		c->n++;
	}
	return ok;
}

/* *more: false when nothing is left. */
static bool one_segment(struct crew *c, bool *more, struct err *err)
{
	struct db *db = c->db;
	struct segment run;
	struct gap gap;
	*more = false;
	if (!newest_run(db, &run, &gap, err))
		return false;
	if (run.n == 0)
		return true;
	struct segment whole = run;
	uint32_t below = 0;
	if (is_joined(&run, &gap)) {
		below = gap.lower.n;
		whole = gap.lower;
		memcpy(whole.blocks + below, run.blocks, run.n * sizeof *run.blocks);
		whole.n = below + run.n;
		whole.last = run.last;
	}
	if (!crew_open(c, whole.n - below, err))
		return false;
	for (int i = 0; i < c->n; i++)
		vec_clear(&c->at[i].pairs);
	if (!make_pairs(c->at, c->n, &whole, below, err))
		return false;
	if (atomic_load(&c->progress->cancel))
		return true;
	*more = true;
	return write_segment(db, &whole, &run, &gap, c->at, c->n, err);
}

int search_threads(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (int)n;
}

bool search_index(struct db *db, int threads, struct search_progress *progress, struct err *err)
{
	struct search_progress own = {0};
	progress = progress ? progress : &own;
	struct crew crew = {.db = db, .progress = progress};
	crew.most = threads < 1 ? 1 : threads > THREADS_MAX ? THREADS_MAX : threads;
	int percent = 0;
	bool ok = search_percent(db, &percent, err), more = ok && percent < 100;
	atomic_store(&progress->percent, percent);
	while (ok && more && !atomic_load(&progress->cancel)) {
		ok = one_segment(&crew, &more, err) && search_percent(db, &percent, err);
		atomic_store(&progress->percent, percent);
		atomic_fetch_add(&progress->segments, more);
		if (ok)
			db_checkpoint(db, DB_LOG_BYTES);
	}
	for (int i = 0; i < crew.n; i++)
		worker_close(&crew.at[i]);
	return ok;
}

/* ---------------------------------------------------------------- forgetting */

static bool one_id(struct db *db, const char *sql, int64_t a, int64_t b, int64_t *id, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, a);
	stmt_int(s, 2, b);
	enum step step = stmt_step(s, err);
	*id = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

bool search_forget(struct db *db, int64_t first, int64_t last, struct err *err)
{
	int64_t id;
	do {
		if (!one_id(db, "SELECT id FROM search WHERE last >= ? AND first <= ? LIMIT 1", first, last, &id, err))
			return false;
		if (id && !segment_drop(db, id, err))
			return false;
	} while (id);
	return true;
}

bool search_drop(struct db *db, struct err *err)
{
	int64_t id;
	bool ok;
	do {
		ok = db_begin(db, err);
		if (!ok)
			return false;
		ok = one_id(db, "SELECT id FROM search WHERE id >= ?1 AND id <= ?2 LIMIT 1", 0, INT64_MAX, &id, err) &&
		     (!id || segment_drop(db, id, err)) && db_commit(db, err);
		if (!ok)
			db_rollback(db);
	} while (ok && id);
	return ok;
}
