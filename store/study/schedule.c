/* Of each row how long it takes and how long after its start the last of its subtree ends (`reach`), both made of its children's. A
 * change is played by working out again the rows it touches and all above them, last row first, and then taken back. */
#include <stdlib.h>

#include "store/study/path_private.h"

struct undo {
	uint32_t row;
	int64_t takes, reach;
};

struct schedule {
	const struct path_span *spans;
	uint32_t n; /* row n: the trace */
	struct path_links links;
	/* As it is. end: where it is waited for; TIME_UNKNOWN: not in the schedule. */
	int64_t *begin, *end, *took;
	uint32_t *by_end;  /* children, those of one parent together, by end */
	uint32_t *ends_at; /* where those of a row begin in by_end; n + 2 of them */
	uint32_t *place;   /* of a row among its siblings */
	int64_t all_reach, all_ns;
	/* As it would be. */
	int64_t *takes, *reach;
	int64_t *new_begin, *new_end; /* scratch: of the siblings at hand, from their parent's start */
	uint8_t *change;
	uint32_t *beside; /* the member before it */
	VEC(uint32_t) touched;
	VEC(struct undo) undo;
};

/* ---------------------------------------------------------------- times as they are */

/* What has no times but children that do covers them, as it would if it had been written down. */
static void cover(struct schedule *s, uint32_t up, uint32_t row)
{
	if (s->begin[up] == TIME_UNKNOWN || s->begin[row] < s->begin[up])
		s->begin[up] = s->begin[row];
	if (s->end[up] == TIME_UNKNOWN || s->end[row] > s->end[up])
		s->end[up] = s->end[row];
}

static void read_times(struct schedule *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct path_span *p = &s->spans[i];
		uint32_t up = path_up(s->spans, s->n, i);
		s->begin[i] = s->end[i] = TIME_UNKNOWN;
		if (p->start_ns == TIME_UNKNOWN || (p->duration_ns == UNKNOWN_INT && !path_is_running(p)))
			continue;
		int64_t last =
		    s->end[up] == TIME_UNKNOWN ? s->end[s->n] : s->end[up]; /* still running: ends with its parent */
		s->begin[i] = p->start_ns;
		s->end[i] = p->duration_ns != UNKNOWN_INT
		                ? path_plus(p->start_ns, p->duration_ns > 0 ? p->duration_ns : 0)
		            : last > p->start_ns ? last
		                                 : p->start_ns;
	}
	for (uint32_t i = s->n; i-- > 0;) {
		uint32_t up = path_up(s->spans, s->n, i);
		if (s->begin[i] != TIME_UNKNOWN && up < s->n &&
		    (s->spans[up].start_ns == TIME_UNKNOWN || s->begin[up] == TIME_UNKNOWN))
			cover(s, up, i);
	}
	for (uint32_t i = 0; i <= s->n; i++)
		s->took[i] = s->takes[i] = s->begin[i] == TIME_UNKNOWN ? 0 : path_minus(s->end[i], s->begin[i]);
	for (uint32_t i = 0; i < s->n;
	     i++) { /* after all have their own length: children that end a little late are awaited */
		int64_t last = s->end[path_up(s->spans, s->n, i)];
		if (s->begin[i] != TIME_UNKNOWN && last != TIME_UNKNOWN && s->end[i] > last && s->begin[i] <= last &&
		    path_minus(s->end[i], last) <= PATH_SLACK_NS)
			s->end[i] = last;
	}
}

struct ended {
	int64_t end_ns, begin_ns;
	uint32_t row, up;
};

static int by_end(const void *pa, const void *pb)
{
	const struct ended *a = pa, *b = pb;
	if (a->up != b->up)
		return a->up < b->up ? -1 : 1;
	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	if (a->begin_ns != b->begin_ns)
		return a->begin_ns < b->begin_ns ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void order_children(struct schedule *s)
{
	struct ended *all = xcalloc((size_t)s->n + 1, sizeof *all);
	uint32_t n = 0, at = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->begin[i] != TIME_UNKNOWN)
			all[n++] = (struct ended){s->end[i], s->begin[i], i, path_up(s->spans, s->n, i)};
	if (n > 1)
		qsort(all, n, sizeof *all, by_end);
	for (uint32_t row = 0; row <= s->n; row++) {
		uint32_t place = 0;
		s->ends_at[row] = at;
		for (; at < n && all[at].up == row; at++)
			s->by_end[at] = all[at].row;
		for (uint32_t c = s->links.first[row]; c != PATH_NONE; c = s->links.next[c])
			s->place[c] = place++;
	}
	s->ends_at[s->n + 1] = at;
	free(all);
}

/* ---------------------------------------------------------------- playing one row */

/* Times from the row's start, as they were (old) and as they would be (new). */
struct play {
	struct schedule *s;
	uint32_t row;
	uint32_t ended;             /* walks by_end */
	uint32_t active;            /* the first child by start that had not ended; PATH_NONE: none */
	int64_t old_last, new_last; /* the last end so far */
	int64_t self;               /* time of its own, as it was */
	int64_t reach;
	bool half;
};

/* Those that had ended by `until` are waited for, if they had begun before the child at `place`. */
static void wait_for(struct play *p, int64_t until, uint32_t place)
{
	struct schedule *s = p->s;
	for (; p->ended < s->ends_at[p->row + 1]; p->ended++) {
		uint32_t c = s->by_end[p->ended];
		if (s->end[c] > until || s->place[c] >= place)
			break;
		int64_t old = path_minus(s->end[c], s->begin[p->row]);
		p->old_last = old > p->old_last ? old : p->old_last;
		p->new_last = s->new_end[c] > p->new_last ? s->new_end[c] : p->new_last;
	}
}

/* How long after the last end the next thing comes, new: half of what was the row's own time is gone if it is to be. */
static int64_t lag(struct play *p, int64_t until, uint32_t place)
{
	struct schedule *s = p->s;
	int64_t to = path_minus(until, s->begin[p->row]), own_to = to;
	while (p->active != PATH_NONE && (s->begin[p->active] == TIME_UNKNOWN || s->end[p->active] <= until) &&
	       s->place[p->active] < place)
		p->active = s->links.next[p->active];
	if (p->active != PATH_NONE && s->place[p->active] < place) {
		int64_t from = path_minus(s->begin[p->active], s->begin[p->row]);
		own_to = from < to ? from : to;
	}
	int64_t own = own_to > p->old_last ? own_to - p->old_last : 0;
	p->self += own;
	return path_minus(to, p->old_last) - (p->half ? own / 2 : 0);
}

static void play_child(struct play *p, uint32_t c)
{
	struct schedule *s = p->s;
	uint32_t with = s->change[c] == CHANGE_BESIDE ? s->beside[c] : PATH_NONE;
	int64_t base = s->begin[p->row];
	wait_for(p, s->begin[c], s->place[c]);
	int64_t gap = lag(p, s->begin[c], s->place[c]), begin = path_plus(p->new_last, gap);
	if (with != PATH_NONE && path_minus(s->end[with], base) >= p->old_last)
		begin = path_plus(s->new_begin[with], gap);
	s->new_begin[c] = begin;
	int64_t moved = path_minus(begin, path_minus(s->begin[c], base));
	s->new_end[c] = path_plus(path_minus(s->end[c], base), path_plus(moved, path_minus(s->takes[c], s->took[c])));
	int64_t reach = path_plus(begin, s->reach[c]);
	p->reach = reach > p->reach ? reach : p->reach;
}

static int64_t play_row(struct schedule *s, uint32_t row)
{
	struct play p = {.s = s,
	                 .row = row,
	                 .ended = s->ends_at[row],
	                 .active = s->links.first[row],
	                 .half = s->change[row] == CHANGE_HALF};
	s->takes[row] = s->reach[row] = 0;
	if (s->change[row] == CHANGE_GONE || s->begin[row] == TIME_UNKNOWN)
		return 0;
	for (uint32_t c = s->links.first[row]; c != PATH_NONE; c = s->links.next[c])
		if (s->begin[c] != TIME_UNKNOWN)
			play_child(&p, c);
	int64_t end = path_plus(s->begin[row], s->took[row]);
	wait_for(&p, end, UINT32_MAX);
	int64_t takes = path_plus(p.new_last, lag(&p, end, UINT32_MAX));
	s->takes[row] = takes > 0 ? takes : 0;
	/* The trace ends where the last of its spans does; what it took is not made of its roots'. */
	s->reach[row] = row == s->n ? p.reach : p.reach > s->takes[row] ? p.reach : s->takes[row];
	return p.self;
}

/* ---------------------------------------------------------------- all of it */

struct schedule *schedule_new(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns)
{
	struct schedule *s = xcalloc(1, sizeof *s);
	size_t room = (size_t)n + 2;
	int64_t **const times[] = {&s->begin, &s->end, &s->took, &s->takes, &s->reach, &s->new_begin, &s->new_end};
	uint32_t **const rows[] = {&s->by_end, &s->ends_at, &s->place, &s->beside};
	*s = (struct schedule){.spans = spans, .n = n, .all_ns = duration_ns, .links = path_links(spans, n)};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		*times[i] = xcalloc(room, sizeof **times[i]);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		*rows[i] = xcalloc(room, sizeof **rows[i]);
	s->change = xcalloc(room, sizeof *s->change);
	bool timed = start_ns != TIME_UNKNOWN && duration_ns != UNKNOWN_INT && duration_ns >= 0;
	s->begin[n] = timed ? start_ns : 0;
	s->end[n] = timed ? path_plus(start_ns, duration_ns) : 0;
	read_times(s);
	order_children(s);
	for (uint32_t row = n + 1; row-- > 0;)
		if (row < n)
			play_row(s, row);
	play_row(s, n);
	s->all_reach = s->reach[n];
	return s;
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	void *const all[] = {s->begin,   s->end,    s->took,    s->takes, s->reach,  s->new_begin,
	                     s->new_end, s->by_end, s->ends_at, s->place, s->beside, s->change};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		free(all[i]);
	path_links_done(&s->links);
	vec_done(&s->touched);
	vec_done(&s->undo);
	free(s);
}

static int last_row_first(const void *pa, const void *pb)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	return a > b ? -1 : a < b;
}

enum { TOUCHED = 0x80 }; /* in change[] */

/* The rows and all above them, each once, the last first; the trace's own is not among them. */
static void touch(struct schedule *s, enum change change, const uint32_t *spans, size_t n)
{
	vec_clear(&s->touched);
	for (size_t i = 0; i < n; i++)
		for (uint32_t row = spans[i]; row < s->n && !(s->change[row] & TOUCHED);
		     row = path_up(s->spans, s->n, row)) {
			s->change[row] |= TOUCHED;
			*vec_add(&s->touched) = row;
		}
	for (size_t i = 0; i < s->touched.n; i++)
		s->change[s->touched.at[i]] = CHANGE_NOTHING;
	for (size_t i = 0; i < n; i++) {
		if (spans[i] >= s->n)
			continue;
		s->change[spans[i]] = (uint8_t)(change == CHANGE_BESIDE && i == 0 ? CHANGE_NOTHING : change);
		s->beside[spans[i]] = i ? spans[i - 1] : PATH_NONE;
	}
	if (s->touched.n > 1)
		qsort(s->touched.at, s->touched.n, sizeof *s->touched.at, last_row_first);
}

int64_t schedule_with(struct schedule *s, enum change change, const uint32_t *spans, size_t n)
{
	touch(s, change, spans, n);
	vec_clear(&s->undo);
	for (size_t i = 0; i < s->touched.n; i++) {
		uint32_t row = s->touched.at[i];
		*vec_add(&s->undo) = (struct undo){row, s->takes[row], s->reach[row]};
		play_row(s, row);
	}
	play_row(s, s->n);
	int64_t all = path_plus(s->all_ns, path_minus(s->reach[s->n], s->all_reach));
	for (size_t i = 0; i < s->undo.n; i++) {
		const struct undo *u = &s->undo.at[i];
		s->takes[u->row] = u->takes;
		s->reach[u->row] = u->reach;
		s->change[u->row] = CHANGE_NOTHING;
	}
	return all;
}

int64_t schedule_self(struct schedule *s, uint32_t span)
{
	struct undo before = {span, s->takes[span], s->reach[span]};
	int64_t self = play_row(s, span);
	s->takes[span] = before.takes;
	s->reach[span] = before.reach;
	return self;
}
