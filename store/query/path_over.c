/* Whose the critical path is over many traces: each trace's path walked, its parts summed. */
#include <stdlib.h>

#include "store/query/path_private.h"
#include "store/stat/interval.h"

enum { PAGE = 1000 };

void path_over_done(struct path_over *o)
{
	arena_done(&o->arena);
	*o = (struct path_over){0};
}

/* A part of one trace. */
struct seen {
	uint64_t id;
	int64_t ns, spans, key, most_ns;
	double share;
	uint32_t trace; /* place in `ids` */
};
typedef VEC(struct seen) seen_list;

struct over {
	struct db *db;
	struct path_over *out;
	struct err *err;
	struct study_rows rows;
	struct words words;
	path_segments path;
	path_parts parts;
	VEC(int64_t) own;
	VEC(int64_t) ids;
	VEC(struct str) texts;
	VEC(double) durations;
	seen_list seen[3];
};

static bool add_trace(struct over *o, const struct trace_row *t)
{
	if (t->n <= 0 || t->start_ns == TIME_UNKNOWN || t->duration_ns == UNKNOWN_INT || t->duration_ns <= 0)
		return true;
	if (!study_rows_read(o->db, t, true, INT64_MAX / 2, &o->rows, o->err))
		return false;
	path_walk(o->rows.spans.at, (uint32_t)o->rows.spans.n, t->start_ns, t->duration_ns, &o->path);
	vec_reserve(&o->own, o->rows.spans.n + 1);
	memset(o->own.at, 0, (o->rows.spans.n + 1) * sizeof *o->own.at);
	int64_t none = path_own(&o->path, o->own.at);
	for (enum path_by by = PATH_BY_KIND; by <= PATH_BY_MODEL; by++) {
		path_parts_of(&o->rows, o->own.at, none, by, &o->parts);
		for (size_t i = 0; i < o->parts.n; i++) {
			const struct path_part *p = &o->parts.at[i];
			*vec_add(&o->seen[by]) = (struct seen){
			    .id = p->id,
			    .ns = p->ns,
			    .spans = p->spans,
			    .most_ns = p->most_ns,
			    .key = p->heaviest == PATH_NONE ? 0 : o->rows.rows.at[p->heaviest].key,
			    .share = (double)p->ns / (double)t->duration_ns,
			    .trace = (uint32_t)o->ids.n,
			};
		}
	}
	*vec_add(&o->ids) = t->id;
	*vec_add(&o->texts) = arena_str(&o->out->arena, t->text);
	*vec_add(&o->durations) = (double)t->duration_ns;
	o->out->duration_ns += t->duration_ns;
	return true;
}

static bool add_traces(struct over *o, const struct filter *filter)
{
	bool ok = true, more = true;
	for (int64_t at = 0; ok && more && at < PATH_OVER_TRACES; at += PAGE) {
		struct trace_page page;
		struct trace_query q = {.filter = filter, .offset = at, .limit = PAGE};
		ok = traces_page(o->db, &q, &page, o->err);
		more = page.n == PAGE;
		o->out->matching = page.total;
		for (size_t i = 0; ok && i < page.n; i++)
			ok = add_trace(o, &page.rows[i]);
		trace_page_done(&page);
	}
	return ok;
}

static int by_id_and_share(const void *pa, const void *pb)
{
	const struct seen *a = pa, *b = pb;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->share != b->share)
		return a->share < b->share ? -1 : 1;
	return a->trace < b->trace ? -1 : a->trace > b->trace;
}

static int largest_first(const void *pa, const void *pb)
{
	const struct path_over_row *a = pa, *b = pb;
	if (a->all.ns != b->all.ns)
		return a->all.ns > b->all.ns ? -1 : 1;
	return str_cmp(a->all.name, b->all.name);
}

/* One part's shares in order, behind zeros for the traces that lack it. */
static void quantiles(const struct over *o, const struct seen *at, size_t n, double *shares, struct path_over_row *row)
{
	size_t all = o->ids.n, without = all - n;
	for (size_t i = 0; i < all; i++)
		shares[i] = i < without ? 0 : at[i - without].share;
	row->p50 = interval_quantile_of(shares, all, 0.5);
	row->p95 = interval_quantile_of(shares, all, 0.95);
}

static bool add_row(struct over *o, enum path_by by, const struct seen *at, size_t n, double *shares,
                    struct path_over_row *row)
{
	const struct seen *most = at;
	*row = (struct path_over_row){.traces = (int64_t)n};
	for (size_t i = 0; i < n; i++) {
		row->all.ns += at[i].ns;
		row->all.spans += at[i].spans;
		if (at[i].ns > most->ns)
			most = &at[i];
	}
	row->all.share = (double)row->all.ns / (double)o->out->duration_ns;
	row->all.key = most->key;
	row->all.pos = -1;
	row->trace = o->ids.at[most->trace];
	row->trace_text = o->texts.at[most->trace];
	quantiles(o, at, n, shares, row);
	return path_part_words(o->db, &o->words, by, at->id, &o->out->arena, &row->all, o->err);
}

static bool fill(struct over *o, enum path_by by, struct path_over_row **rows, size_t *n_rows)
{
	seen_list *all = &o->seen[by];
	double *shares = xcalloc(o->ids.n + 1, sizeof *shares);
	size_t n = 0;
	bool ok = true;
	if (all->n > 1)
		qsort(all->at, all->n, sizeof *all->at, by_id_and_share);
	for (size_t i = 0; i < all->n; i++)
		n += i == 0 || all->at[i].id != all->at[i - 1].id;
	*rows = arena_zalloc(&o->out->arena, n + 1, sizeof **rows);
	for (size_t i = 0, to; ok && i < all->n; i = to) {
		for (to = i + 1; to < all->n && all->at[to].id == all->at[i].id;)
			to++;
		ok = add_row(o, by, &all->at[i], to - i, shares, &(*rows)[(*n_rows)++]);
	}
	if (*n_rows > 1)
		qsort(*rows, *n_rows, sizeof **rows, largest_first);
	free(shares);
	return ok;
}

static int by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return a < b ? -1 : a > b;
}

bool path_over(struct db *db, const struct filter *filter, struct path_over *out, struct err *err)
{
	*out = (struct path_over){.arena = ARENA_INIT, .p50_ns = UNKNOWN_INT, .p95_ns = UNKNOWN_INT};
	struct over o = {.db = db, .out = out, .err = err};
	bool ok = add_traces(&o, filter);
	out->traces = (int64_t)o.ids.n;
	if (ok && o.ids.n) {
		qsort(o.durations.at, o.durations.n, sizeof *o.durations.at, by_value);
		out->p50_ns = (int64_t)(interval_quantile_of(o.durations.at, o.durations.n, 0.5) + 0.5);
		out->p95_ns = (int64_t)(interval_quantile_of(o.durations.at, o.durations.n, 0.95) + 0.5);
		ok = fill(&o, PATH_BY_KIND, &out->kinds, &out->n_kinds) &&
		     fill(&o, PATH_BY_NAME, &out->names, &out->n_names) &&
		     fill(&o, PATH_BY_MODEL, &out->models, &out->n_models);
	}
	study_rows_done(&o.rows);
	words_done(&o.words);
	vec_done(&o.path);
	vec_done(&o.parts);
	vec_done(&o.own);
	vec_done(&o.ids);
	vec_done(&o.texts);
	vec_done(&o.durations);
	for (int i = 0; i < 3; i++)
		vec_done(&o.seen[i]);
	return ok;
}
