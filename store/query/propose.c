#include "store/query/propose.h"

#include <string.h>
#include <time.h>

#include "store/block.h"

static int64_t mono_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct batch {
	struct subject subjects[PROPOSE_BATCH];
	bool there[PROPOSE_BATCH];
	size_t n;
};

/* Decodes outside of the write transaction. */
static bool read_targets(struct db *db, struct block_cache *blocks, const struct proposing *p, struct arena *arena,
                         struct batch *b, struct err *err)
{
	bool ok = db_begin_read(db, err);
	size_t left = p->n - p->done;
	for (b->n = 0; ok && b->n < left && b->n < PROPOSE_BATCH; b->n++) {
		struct err trouble = ERR_INIT;
		b->there[b->n] =
		    subject_target(db, blocks, &p->at[p->done + b->n], arena, &b->subjects[b->n], &trouble);
		if (!b->there[b->n] && trouble.code != ERR_NOT_FOUND) {
			*err = trouble;
			ok = false;
		}
	}
	db_end_read(db);
	return ok;
}

/* Its author has judged it by hand, or the same is proposed already. */
static bool is_taken(struct db *db, const struct proposing *p, const struct subject *s, struct arena *arena,
                     bool *taken, struct err *err)
{
	struct annotation *now;
	size_t n;
	*taken = false;
	if (!annotate_state(db, &s->hash, arena, &now, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (now[i].field == FIELD_VERDICT && str_eq(now[i].author, p->author))
			*taken = !(now[i].how & HOW_PROPOSED) || str_eq(now[i].value, p->says[0].value);
	return true;
}

static bool write_one(struct db *db, struct proposing *p, const struct subject *s, int64_t now_ns, struct arena *arena,
                      struct err *err)
{
	struct event_id events[SAYS_MOST];
	const struct annotate_opts opts = {
	    .author = p->author, .now_ns = now_ns, .how = HOW_PROPOSED, .because = &p->because};
	bool taken;
	if (!is_taken(db, p, s, arena, &taken, err))
		return false;
	if (taken) {
		p->skipped++;
		return true;
	}
	if (!annotate_in(db, &s->target, &opts, p->says, p->n_says, events, err))
		return false;
	for (size_t i = 0; i < p->n_says; i++)
		*vec_add(&p->events) = events[i];
	return true;
}

bool propose_next(struct db *db, struct block_cache *blocks, struct proposing *p, int64_t now_ns, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct batch b = {.n = 0};
	const size_t events = p->events.n, skipped = p->skipped;
	size_t written = 0;
	BUG_ON(p->n_says == 0 || p->n_says > SAYS_MOST || p->says[0].field != FIELD_VERDICT);
	bool ok = read_targets(db, blocks, p, &arena, &b, err) && db_begin(db, err);
	if (ok) {
		int64_t until = mono_ns() + PROPOSE_NS;
		for (; ok && written < b.n && (written == 0 || mono_ns() < until); written++) {
			if (!b.there[written])
				p->skipped++;
			else
				ok = write_one(db, p, &b.subjects[written], now_ns, &arena, err);
		}
		ok = ok && db_commit(db, err);
		if (!ok) {
			db_rollback(db);
			p->events.n = events;
			p->skipped = skipped;
		}
	}
	if (ok)
		p->done += written;
	arena_done(&arena);
	return ok;
}
