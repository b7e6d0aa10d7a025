#include "store/study/whatif.h"

#include <stdlib.h>

#include "store/study/path_private.h"

enum { HALVES = 12, NAMES = 8, REPEATS = 12 };

typedef VEC(struct whatif) whatif_list;

struct find {
	const struct path_span *spans;
	uint32_t n;
	int64_t start_ns, duration_ns, least_ns;
	const struct whatif_opts *opts;
	struct arena *arena;
	struct schedule *schedule;
	int64_t *own;   /* of each span, of the path */
	uint32_t *size; /* rows of its subtree */
	whatif_list found;
	struct whatifs *out;
};

static struct whatif *add(struct find *f, enum whatif_kind kind, enum change change, const uint32_t *spans, size_t n,
                          bool anyway)
{
	int64_t after = schedule_with(f->schedule, change, change == CHANGE_GONE ? spans + 1 : spans,
	                              change == CHANGE_GONE ? n - 1 : n);
	int64_t saves = path_minus(f->duration_ns, after);
	if (saves < f->least_ns && !anyway)
		return NULL;
	struct whatif *w = vec_add(&f->found);
	*w = (struct whatif){.kind = kind,
	                     .n = n,
	                     .saves_ns = saves > 0 ? saves : 0,
	                     .after_ns = saves > 0 ? after : f->duration_ns,
	                     .tokens = UNKNOWN_INT,
	                     .cost_usd = UNKNOWN_DOUBLE,
	                     .same_output = -1};
	w->spans = arena_alloc(f->arena, size_mul(n, sizeof *spans));
	memcpy(w->spans, spans, n * sizeof *spans);
	return w;
}

/* ---------------------------------------------------------------- twice as fast */

struct heavy {
	int64_t own_ns;
	uint32_t span;
};

static int heaviest_first(const void *pa, const void *pb)
{
	const struct heavy *a = pa, *b = pb;
	if (a->own_ns != b->own_ns)
		return a->own_ns > b->own_ns ? -1 : 1;
	return a->span < b->span ? -1 : a->span > b->span;
}

static void find_halves(struct find *f)
{
	VEC(struct heavy) all = {0};
	for (uint32_t i = 0; i < f->n; i++)
		if (f->own[i] / 2 >= f->least_ns && !(f->spans[i].flags & SPAN_SYNTHETIC))
			*vec_add(&all) = (struct heavy){f->own[i], i};
	if (all.n > 1)
		qsort(all.at, all.n, sizeof *all.at, heaviest_first);
	for (size_t i = 0; i < all.n && i < HALVES; i++) {
		struct whatif *w = add(f, WHATIF_HALF, CHANGE_HALF, &all.at[i].span, 1, false);
		if (w)
			w->own_ns = all.at[i].own_ns;
	}
	vec_done(&all);
}

/* Spans in an order that brings those together that are alike. */
struct alike {
	uint64_t hash;
	uint32_t name, span;
	uint8_t kind;
};

static int alike_first(const void *pa, const void *pb)
{
	const struct alike *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->span < b->span ? -1 : a->span > b->span;
}

typedef VEC(struct alike) alike_list;

static size_t alike_end(const alike_list *l, size_t from)
{
	size_t to = from + 1;
	while (to < l->n && l->at[to].name == l->at[from].name && l->at[to].kind == l->at[from].kind &&
	       l->at[to].hash == l->at[from].hash)
		to++;
	return to;
}

struct group { /* of an alike_list */
	size_t from, n;
	int64_t worth;
};

static int worth_most(const void *pa, const void *pb)
{
	const struct group *a = pa, *b = pb;
	if (a->worth != b->worth)
		return a->worth > b->worth ? -1 : 1;
	return a->from < b->from ? -1 : a->from > b->from;
}

typedef VEC(struct group) group_list;

static void sort_groups(group_list *l)
{
	if (l->n > 1)
		qsort(l->at, l->n, sizeof *l->at, worth_most);
}

static uint32_t *members(struct find *f, const alike_list *l, const struct group *g)
{
	uint32_t *spans = arena_alloc(f->arena, size_mul(g->n, sizeof *spans));
	for (size_t i = 0; i < g->n; i++)
		spans[i] = l->at[g->from + i].span;
	return spans;
}

static void find_names(struct find *f)
{
	alike_list all = {0};
	group_list groups = {0};
	for (uint32_t i = 0; i < f->n; i++)
		if (!(f->spans[i].flags & SPAN_SYNTHETIC) && f->spans[i].name)
			*vec_add(&all) = (struct alike){0, f->spans[i].name, i, f->spans[i].kind};
	if (all.n > 1)
		qsort(all.at, all.n, sizeof *all.at, alike_first);
	for (size_t i = 0, to; i < all.n; i = to) {
		struct group g = {.from = i};
		size_t critical = 0;
		to = alike_end(&all, i);
		for (size_t k = i; k < to; k++) {
			g.worth += f->own[all.at[k].span];
			critical += f->own[all.at[k].span] > 0;
		}
		g.n = to - i;
		if (critical > 1 && g.worth / 2 >= f->least_ns)
			*vec_add(&groups) = g;
	}
	sort_groups(&groups);
	for (size_t i = 0; i < groups.n && i < NAMES; i++) {
		struct whatif *w =
		    add(f, WHATIF_HALF_ALL, CHANGE_HALF, members(f, &all, &groups.at[i]), groups.at[i].n, false);
		if (w)
			w->own_ns = groups.at[i].worth;
	}
	vec_done(&groups);
	vec_done(&all);
}

/* ---------------------------------------------------------------- the same call once */

static bool is_call(const struct path_span *p)
{
	switch ((enum span_kind)p->kind) {
	case KIND_LLM:
	case KIND_TOOL:
	case KIND_RETRIEVER:
	case KIND_EMBEDDING:
	case KIND_RERANKER:
	case KIND_GUARDRAIL:
	case KIND_EVALUATOR: return true;
	case KIND_SPAN:
	case KIND_AGENT:
	case KIND_CHAIN:
	case KIND_PROMPT:
	case KIND_PARSER:
	case KIND_TASK:
	case N_KINDS: break;
	}
	return false;
}

static void add_usage(struct find *f, struct whatif *w)
{
	const struct path_span *first = &f->spans[w->spans[0]];
	w->same_output = first->output_hash ? 1 : -1;
	for (size_t i = 1; i < w->n; i++) {
		const struct path_span *p = &f->spans[w->spans[i]];
		if (w->same_output >= 0)
			w->same_output = !p->output_hash ? -1 : w->same_output && p->output_hash == first->output_hash;
		if (p->tokens != UNKNOWN_INT)
			w->tokens = (w->tokens == UNKNOWN_INT ? 0 : w->tokens) + p->tokens;
		if (!IS_UNKNOWN(p->cost_usd))
			w->cost_usd = (IS_UNKNOWN(w->cost_usd) ? 0 : w->cost_usd) + p->cost_usd;
	}
}

/* A call inside another one of its own name and arguments is how it was instrumented, not a repeat. */
static size_t drop_nested(const struct find *f, struct alike *at, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || at[i].span >= at[kept - 1].span + f->size[at[kept - 1].span])
			at[kept++] = at[i];
	return kept;
}

static void find_repeats(struct find *f)
{
	alike_list all = {0};
	group_list groups = {0};
	for (uint32_t i = 0; i < f->n; i++) {
		const struct path_span *p = &f->spans[i];
		if (is_call(p) && p->input_hash && p->status != STATUS_ERROR)
			*vec_add(&all) = (struct alike){p->input_hash, p->name, i, p->kind};
	}
	if (all.n > 1)
		qsort(all.at, all.n, sizeof *all.at, alike_first);
	for (size_t i = 0, to; i < all.n; i = to) {
		to = alike_end(&all, i);
		struct group g = {.from = i, .n = drop_nested(f, &all.at[i], to - i)};
		for (size_t k = 1; k < g.n; k++)
			g.worth +=
			    f->spans[all.at[i + k].span].duration_ns > 0 ? f->spans[all.at[i + k].span].duration_ns : 0;
		if (g.n > 1)
			*vec_add(&groups) = g;
	}
	sort_groups(&groups);
	for (size_t i = 0; i < groups.n && i < REPEATS; i++) {
		struct whatif *w =
		    add(f, WHATIF_ONCE, CHANGE_GONE, members(f, &all, &groups.at[i]), groups.at[i].n, true);
		add_usage(f, w);
		bool worth = w->saves_ns >= f->least_ns || w->tokens > 0 || w->cost_usd > 0;
		f->found.n -= !worth;
	}
	vec_done(&groups);
	vec_done(&all);
}

/* ---------------------------------------------------------------- beside each other */

struct run {
	uint32_t at[WHATIF_RUN];
	size_t n;
	int64_t saves_ns; /* if nothing is shared */
	enum share share;
};

/* A check decides whether there is a next step. */
static bool may_precede(const struct path_span *p)
{
	return p->kind != KIND_GUARDRAIL;
}

static bool may_be_beside(const struct path_span *p)
{
	bool decides = p->kind == KIND_LLM || p->kind == KIND_AGENT || p->kind == KIND_CHAIN;
	return !decides && p->start_ns != TIME_UNKNOWN && p->duration_ns > 0 && p->status != STATUS_ERROR &&
	       !path_is_running(p) && !(p->flags & (SPAN_SYNTHETIC | SPAN_ANSWER));
}

static int64_t end_of(const struct path_span *p)
{
	return path_plus(p->start_ns, p->duration_ns);
}

static bool same_call(const struct path_span *a, const struct path_span *b)
{
	return a->name == b->name && a->kind == b->kind && a->input_hash == b->input_hash && a->input_hash;
}

static bool is_repeat(const struct find *f, const struct run *r, uint32_t row)
{
	for (size_t i = 0; i < r->n; i++)
		if (same_call(&f->spans[r->at[i]], &f->spans[row]))
			return true;
	return false;
}

static void end_run(struct find *f, struct run *r, struct run *runs, size_t *n_runs)
{
	if (r->n > 1) {
		r->saves_ns = path_minus(f->duration_ns, schedule_with(f->schedule, CHANGE_BESIDE, r->at, r->n));
		f->out->runs += r->saves_ns >= f->least_ns;
	}
	if (r->n > 1 && r->saves_ns >= f->least_ns) { /* the most worth ones, sorted */
		size_t i = *n_runs < WHATIF_RUNS ? (*n_runs)++ : WHATIF_RUNS;
		for (; i > 0 && runs[i - 1].saves_ns < r->saves_ns; i--)
			if (i < WHATIF_RUNS)
				runs[i] = runs[i - 1];
		if (i < WHATIF_RUNS)
			runs[i] = *r;
	}
	r->n = 0;
}

/* Siblings in order of start; `last`: the end of any that began before the one at hand. */
static void find_runs_below(struct find *f, const struct path_links *links, uint32_t row, struct run *runs, size_t *n)
{
	struct run r = {.n = 0};
	int64_t last = INT64_MIN;
	for (uint32_t c = links->first[row]; c != PATH_NONE; c = links->next[c]) {
		const struct path_span *p = &f->spans[c];
		if (p->start_ns == TIME_UNKNOWN)
			break;
		bool fits = may_be_beside(p) && (p->flags & SPAN_CRITICAL);
		const struct path_span *before = r.n ? &f->spans[r.at[r.n - 1]] : NULL;
		if (before && (!fits || r.n == WHATIF_RUN || !may_precede(before) || p->start_ns < end_of(before) ||
		               last > end_of(before) || is_repeat(f, &r, c)))
			end_run(f, &r, runs, n);
		if (fits)
			r.at[r.n++] = c;
		if (p->duration_ns != UNKNOWN_INT && end_of(p) > last)
			last = end_of(p);
	}
	end_run(f, &r, runs, n);
}

/* Steps around others often have no texts of their own: to suggest that they share nothing somebody has to have looked. */
static bool may_be_unknown(const struct find *f, const struct run *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!is_call(&f->spans[r->at[i]]))
			return false;
	return true;
}

static void add_run(struct find *f, const struct run *r)
{
	if (r->share == SHARE_UNKNOWN && !may_be_unknown(f, r))
		return;
	struct whatif *w = r->n > 1 ? add(f, WHATIF_BESIDE, CHANGE_BESIDE, r->at, r->n, false) : NULL;
	if (w)
		w->share = r->share;
}

/* Cut where a call uses what one before it answered. */
static bool split_run(struct find *f, const struct run *whole)
{
	struct run r = {.share = SHARE_NOTHING};
	for (size_t i = 0; i < whole->n; i++) {
		enum share worst = SHARE_NOTHING;
		for (size_t k = 0; k < r.n && worst != SHARE_SOME; k++) {
			enum share share;
			if (!f->opts->share(f->opts->context, r.at[k], whole->at[i], &share))
				return false;
			worst = share == SHARE_NOTHING ? worst : share;
		}
		if (worst == SHARE_SOME) {
			add_run(f, &r);
			r = (struct run){.share = SHARE_NOTHING};
		} else if (worst == SHARE_UNKNOWN) {
			r.share = SHARE_UNKNOWN;
		}
		r.at[r.n++] = whole->at[i];
	}
	add_run(f, &r);
	return true;
}

static bool find_beside(struct find *f)
{
	if (!f->opts || !f->opts->share)
		return true;
	struct run *runs = xcalloc(WHATIF_RUNS, sizeof *runs);
	size_t n = 0;
	struct path_links links = path_links(f->spans, f->n);
	for (uint32_t row = 0; row <= f->n; row++)
		if (links.first[row] != PATH_NONE && (row == f->n || f->spans[row].flags & SPAN_CRITICAL))
			find_runs_below(f, &links, row, runs, &n);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++, f->out->asked++)
		ok = split_run(f, &runs[i]);
	path_links_done(&links);
	free(runs);
	return ok;
}

/* ---------------------------------------------------------------- all */

static int saves_most(const void *pa, const void *pb)
{
	const struct whatif *a = pa, *b = pb;
	if (a->saves_ns != b->saves_ns)
		return a->saves_ns > b->saves_ns ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->spans[0] < b->spans[0] ? -1 : a->spans[0] > b->spans[0];
}

static void measure(struct find *f, const path_segments *path)
{
	for (size_t i = 0; i < path->n; i++)
		if (path->at[i].span < f->n)
			f->own[path->at[i].span] += path->at[i].to_ns - path->at[i].from_ns;
	for (uint32_t i = f->n; i-- > 0;) {
		uint32_t up = path_up(f->spans, f->n, i);
		f->size[i]++;
		f->size[up] += f->size[i];
	}
}

bool whatif_find(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns,
                 const path_segments *path, const struct whatif_opts *opts, struct arena *arena, struct whatifs *out)
{
	struct find f = {.spans = spans,
	                 .n = n,
	                 .start_ns = start_ns,
	                 .duration_ns = duration_ns,
	                 .opts = opts,
	                 .arena = arena,
	                 .out = out};
	*out = (struct whatifs){0};
	if (start_ns == TIME_UNKNOWN || duration_ns == UNKNOWN_INT || duration_ns <= 0)
		return true;
	f.least_ns = out->least_ns = duration_ns / 200 + 1;
	f.own = xcalloc((size_t)n + 1, sizeof *f.own);
	f.size = xcalloc((size_t)n + 1, sizeof *f.size);
	f.schedule = schedule_new(spans, n, start_ns, duration_ns);
	measure(&f, path);
	find_halves(&f);
	find_names(&f);
	find_repeats(&f);
	bool ok = find_beside(&f);
	if (f.found.n > 1)
		qsort(f.found.at, f.found.n, sizeof *f.found.at, saves_most);
	out->n = f.found.n < WHATIF_MOST ? f.found.n : WHATIF_MOST;
	out->at = arena_zalloc(arena, out->n + 1, sizeof *out->at);
	if (out->n)
		memcpy(out->at, f.found.at, out->n * sizeof *out->at);
	vec_done(&f.found);
	schedule_free(f.schedule);
	free(f.own);
	free(f.size);
	return ok;
}
