/* Self time and the critical path. */
#include <stdlib.h>

#include "store/settle.h"
#include "store/span_row.h"

static bool is_timed(const struct settle_row *row)
{
	return row->start_ns != TIME_UNKNOWN && row->duration_ns != UNKNOWN_INT;
}

/* Children come in order of start, so the union of their intervals is one sweep. */
static int64_t self_time(const struct settle *s, uint32_t v)
{
	const struct settle_row *row = &s->rows.at[v];
	if (!is_timed(row) || (row->flags & SPAN_SYNTHETIC))
		return UNKNOWN_INT;
	int64_t end = settle_end(row), at = row->start_ns, covered = 0;
	for (uint32_t c = s->first_child[v]; c != SETTLE_NONE && at < end; c = s->next[c]) {
		const struct settle_row *child = &s->rows.at[c];
		if (!is_timed(child))
			continue;
		int64_t from = child->start_ns > at ? child->start_ns : at;
		int64_t to = settle_end(child) < end ? settle_end(child) : end;
		if (to <= from)
			continue;
		covered += to - from;
		at = to;
	}
	return row->duration_ns > covered ? row->duration_ns - covered : 0;
}

/* ---------------------------------------------------------------- critical path */

struct leg {                 /* a child that may be on the path */
	int64_t end_ns;      /* where it counts as ended: not after its parent */
	int64_t real_end_ns; /* INT64_MAX: still running */
	int64_t start_ns, key;
	uint32_t row;
};

struct step {         /* a row on the path whose children are to be looked at, up to a time */
	uint32_t row; /* SETTLE_NONE: the roots */
	int64_t until_ns;
};

static int last_first(const void *pa, const void *pb)
{
	const struct leg *a = pa, *b = pb;
	if (a->end_ns != b->end_ns)
		return a->end_ns > b->end_ns ? -1 : 1;
	if (a->real_end_ns != b->real_end_ns)
		return a->real_end_ns > b->real_end_ns ? -1 : 1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static bool leg_of(const struct settle_row *row, int64_t until, struct leg *leg)
{
	bool running = row->status == STATUS_RUNNING || (row->flags & SPAN_RUNNING);
	if (row->start_ns == TIME_UNKNOWN || (row->duration_ns == UNKNOWN_INT && !running))
		return false;
	int64_t real = row->duration_ns == UNKNOWN_INT ? INT64_MAX : settle_end(row);
	*leg = (struct leg){
	    .end_ns = real < until ? real : until,
	    .real_end_ns = real,
	    .start_ns = row->start_ns,
	    .key = row->key,
	};
	return row->start_ns < leg->end_ns || (row->start_ns == real && real <= until);
}

struct walk {
	struct settle *s;
	VEC(struct step) stack;
	VEC(struct leg) legs;
};

static void walk_children(struct walk *w, struct step at)
{
	struct settle *s = w->s;
	vec_clear(&w->legs);
	uint32_t first = s->first_child[at.row == SETTLE_NONE ? s->rows.n : at.row];
	for (uint32_t c = first; c != SETTLE_NONE; c = s->next[c]) {
		struct leg leg;
		if (!leg_of(&s->rows.at[c], at.until_ns, &leg))
			continue;
		leg.row = c;
		*vec_add(&w->legs) = leg;
	}
	if (w->legs.n > 1)
		qsort(w->legs.at, w->legs.n, sizeof *w->legs.at, last_first);
	int64_t before = at.until_ns;
	for (size_t i = 0; i < w->legs.n; i++) {
		const struct leg *leg = &w->legs.at[i];
		if (leg->end_ns > before)
			continue; /* ran beside one that is on the path */
		s->rows.at[leg->row].flags |= SPAN_CRITICAL;
		*vec_add(&w->stack) = (struct step){leg->row, leg->end_ns};
		before = leg->start_ns;
	}
}

static void critical_path(struct settle *s)
{
	struct walk w = {.s = s};
	*vec_add(&w.stack) = (struct step){SETTLE_NONE, INT64_MAX};
	while (w.stack.n) {
		struct step at = w.stack.at[--w.stack.n];
		walk_children(&w, at);
		if (at.row == SETTLE_NONE && w.legs.n == 0 && s->rows.n) { /* no root has a time: its children may */
			uint32_t root = s->first_child[s->rows.n];
			s->rows.at[root].flags |= SPAN_CRITICAL;
			*vec_add(&w.stack) = (struct step){root, INT64_MAX};
		}
	}
	vec_done(&w.stack);
	vec_done(&w.legs);
}

void settle_times(struct settle *s)
{
	for (uint32_t i = 0; i < s->rows.n; i++)
		s->rows.at[i].self_ns = self_time(s, i);
	critical_path(s);
}
