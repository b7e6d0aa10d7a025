#include "store/study/path_private.h"

#include <stdlib.h>

struct path_links path_links(const struct path_span *spans, uint32_t n)
{
	struct path_links l = {xcalloc((size_t)n + 1, sizeof *l.first), xcalloc((size_t)n + 1, sizeof *l.next)};
	for (uint32_t i = 0; i <= n; i++)
		l.first[i] = l.next[i] = PATH_NONE;
	for (uint32_t i = n; i-- > 0;) {
		uint32_t up = path_up(spans, n, i);
		l.next[i] = l.first[up];
		l.first[up] = i;
	}
	return l;
}

void path_links_done(struct path_links *l)
{
	free(l->first);
	free(l->next);
}

uint32_t path_up(const struct path_span *spans, uint32_t n, uint32_t row)
{
	uint32_t up = spans[row].up;
	return up && up <= row ? row - up : n;
}

bool path_is_running(const struct path_span *p)
{
	return p->status == STATUS_RUNNING || (p->flags & SPAN_RUNNING);
}

int64_t path_plus(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? (a > 0 ? INT64_MAX : INT64_MIN + 1) : sum;
}

int64_t path_minus(int64_t a, int64_t b)
{
	int64_t difference;
	return __builtin_sub_overflow(a, b, &difference) ? (a > 0 ? INT64_MAX : INT64_MIN + 1) : difference;
}

/* ---------------------------------------------------------------- the path */

struct window { /* what a row has of the path, before its children take their parts */
	uint32_t row;
	int64_t from_ns, to_ns;
};

struct leg {
	int64_t end_ns, real_end_ns, start_ns;
	uint32_t row;
};

/* As in store/settle_time.c, where ties go by the key: rows are in order of it where starts are equal. */
static int last_first(const void *pa, const void *pb)
{
	const struct leg *a = pa, *b = pb;
	if (a->end_ns != b->end_ns)
		return a->end_ns > b->end_ns ? -1 : 1;
	if (a->real_end_ns != b->real_end_ns)
		return a->real_end_ns > b->real_end_ns ? -1 : 1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

struct walk {
	const struct path_span *spans;
	uint32_t n;
	struct path_links links;
	VEC(struct window) stack;
	VEC(struct leg) legs;
	path_segments *out;
};

static void add_segment(struct walk *w, uint32_t row, int64_t from, int64_t to)
{
	if (to <= from)
		return;
	const struct path_span *p = row < w->n ? &w->spans[row] : NULL;
	bool own = p && !(p->flags & SPAN_SYNTHETIC) && p->start_ns != TIME_UNKNOWN;
	*vec_add(w->out) = (struct path_segment){own ? row : PATH_NONE, from, to};
}

/* Children on the path. One without times counts as its parent's window: only a root can be one, for the sake of what is below it. */
static void find_legs(struct walk *w, const struct window *at)
{
	vec_clear(&w->legs);
	for (uint32_t c = w->links.first[at->row]; c != PATH_NONE; c = w->links.next[c]) {
		const struct path_span *p = &w->spans[c];
		if (!(p->flags & SPAN_CRITICAL))
			continue;
		struct leg leg = {.row = c, .start_ns = at->from_ns, .real_end_ns = at->to_ns};
		if (p->start_ns != TIME_UNKNOWN) {
			leg.start_ns = p->start_ns > at->from_ns ? p->start_ns : at->from_ns;
			leg.real_end_ns =
			    p->duration_ns == UNKNOWN_INT ? INT64_MAX : path_plus(p->start_ns, p->duration_ns);
		}
		leg.end_ns = leg.real_end_ns < at->to_ns ? leg.real_end_ns : at->to_ns;
		*vec_add(&w->legs) = leg;
	}
	if (w->legs.n > 1)
		qsort(w->legs.at, w->legs.n, sizeof *w->legs.at, last_first);
}

static void walk_window(struct walk *w, struct window at)
{
	int64_t before = at.to_ns;
	find_legs(w, &at);
	for (size_t i = 0; i < w->legs.n && before > at.from_ns; i++) {
		const struct leg *leg = &w->legs.at[i];
		if (leg->end_ns > before || leg->end_ns <= leg->start_ns)
			continue;
		add_segment(w, at.row, leg->end_ns, before);
		*vec_add(&w->stack) = (struct window){leg->row, leg->start_ns, leg->end_ns};
		before = leg->start_ns;
	}
	add_segment(w, at.row, at.from_ns, before);
}

static int by_time(const void *pa, const void *pb)
{
	const struct path_segment *a = pa, *b = pb;
	return a->from_ns < b->from_ns ? -1 : a->from_ns > b->from_ns;
}

void path_walk(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns, path_segments *out)
{
	vec_clear(out);
	if (start_ns == TIME_UNKNOWN || duration_ns == UNKNOWN_INT || duration_ns <= 0)
		return;
	struct walk w = {.spans = spans, .n = n, .links = path_links(spans, n), .out = out};
	*vec_add(&w.stack) = (struct window){n, start_ns, path_plus(start_ns, duration_ns)};
	while (w.stack.n)
		walk_window(&w, w.stack.at[--w.stack.n]);
	if (out->n > 1)
		qsort(out->at, out->n, sizeof *out->at, by_time);
	path_links_done(&w.links);
	vec_done(&w.stack);
	vec_done(&w.legs);
}
