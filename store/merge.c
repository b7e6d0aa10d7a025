#include "store/merge.h"

#include <stdio.h>
#include <time.h>

#include "store/hidden_key.h"

/* A transaction is ended after so many events or so long: a verdict that waits goes next. */
enum { EVENTS_ONCE = 256, LONG_NS = 30 * 1000 * 1000 };

struct merging {
	struct db *to;
	const _Atomic bool *cancel;
	merge_seen *seen;
	void *context;
	struct merge_counts *counts;
	struct key_hashes *keys;
	struct arena arena;
	bool in_txn;
	int n; /* in this transaction */
	int64_t began_ns;
};

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool commit(struct merging *m, struct err *err)
{
	if (!m->in_txn)
		return true;
	m->in_txn = false;
	return db_commit(m->to, err);
}

static bool breathe(struct merging *m, struct err *err)
{
	if (m->in_txn && ++m->n < EVENTS_ONCE && clock_ns() - m->began_ns < LONG_NS)
		return true;
	if (!commit(m, err) || !db_begin(m->to, err))
		return false;
	m->in_txn = true;
	m->n = 0;
	m->began_ns = clock_ns();
	return true;
}

static bool put(struct merging *m, const struct annotation *a, struct err *err)
{
	struct merge_counts *c = m->counts;
	bool is_new, same = true;
	if (!breathe(m, err) || !annotate_put(m->to, a, &is_new, err) ||
	    (!is_new && !annotate_is_same(m->to, a, &same, err)))
		return false;
	c->fresh += is_new;
	c->known += !is_new && same;
	c->conflicts += !same;
	if (same && m->seen)
		m->seen(m->context, a, is_new);
	return true;
}

static bool take_one(void *context, const struct annotation *of, struct err *err)
{
	struct merging *m = context;
	struct annotation a = *of;
	const char *why;
	if (m->cancel && *m->cancel)
		return err_set(err, ERR_INTERRUPTED, NULL, "stopped: doing it again does the rest");
	m->counts->events++;
	bool ok = true;
	if (annotation_check(&a, &m->arena, &why)) {
		ok = key_show(m->keys, &m->arena, &a.hint, err) && put(m, &a, err);
	} else {
		if (!m->counts->refused++)
			snprintf(m->counts->why, sizeof m->counts->why, "%s", why);
	}
	arena_reset(&m->arena);
	return ok;
}

bool merge_events(struct db *to, struct db *from, const _Atomic bool *cancel, merge_seen *seen, void *context,
                  struct merge_counts *out, struct err *err)
{
	struct merging m = {.to = to,
	                    .cancel = cancel,
	                    .seen = seen,
	                    .context = context,
	                    .counts = out,
	                    .keys = key_hashes_new(to),
	                    .arena = ARENA_INIT};
	*out = (struct merge_counts){0};
	bool ok = annotate_each(from, take_one, &m, err);
	if (ok)
		ok = commit(&m, err);
	else if (m.in_txn)
		db_rollback(to);
	key_hashes_free(m.keys);
	arena_done(&m.arena);
	return ok;
}
