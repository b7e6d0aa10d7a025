#include "store/query/path.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/path_private.h"
#include "store/span_row.h"

const char *const path_assumptions[] = {
    "a step waits for the steps beside it that had ended when it began, and for no other",
    "a parent ends as long after its last child as it did; what outlives it by more than 1 ms is not waited for",
    "no rate limit, lock or cache joins steps that the trace does not show as joined",
    "which call decided that another was made stands in no trace",
    NULL,
};

void path_report_done(struct path_report *r)
{
	arena_done(&r->arena);
	*r = (struct path_report){0};
}

/* ---------------------------------------------------------------- whose the path is */

static int largest_first(const void *pa, const void *pb)
{
	const struct path_part *a = pa, *b = pb;
	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

static int by_id(const void *pa, const void *pb)
{
	const struct path_part *a = pa, *b = pb;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* Plain spans (a call's HTTP request, its query) are of the step that made them: each row's own, or the nearest above that says what it is. */
static uint32_t *steps_of(const struct study_rows *rows)
{
	uint32_t *step = xcalloc(rows->spans.n + 1, sizeof *step);
	for (uint32_t i = 0; i < rows->spans.n; i++) {
		const struct path_span *p = &rows->spans.at[i];
		step[i] = p->kind == KIND_SPAN && p->up && p->up <= i ? step[i - p->up] : i;
	}
	return step;
}

static uint64_t part_id(const struct study_rows *rows, enum path_by by, uint32_t i, uint32_t step)
{
	const struct path_span *p = &rows->spans.at[i];
	uint32_t model = p->model ? p->model : rows->spans.at[step].model;
	switch (by) {
	case PATH_BY_KIND: return rows->spans.at[step].kind;
	case PATH_BY_NAME: return (uint64_t)p->name << 8 | p->kind;
	case PATH_BY_MODEL: return model ? model : PATH_NO_SPAN;
	}
	return 0;
}

static void join_parts(path_parts *parts)
{
	size_t kept = 0;
	if (parts->n > 1)
		qsort(parts->at, parts->n, sizeof *parts->at, by_id);
	for (size_t i = 0; i < parts->n; i++) {
		struct path_part *part = &parts->at[i];
		if (kept && parts->at[kept - 1].id == part->id) {
			struct path_part *to = &parts->at[kept - 1];
			to->ns += part->ns;
			to->spans += part->spans;
			to->heaviest = part->most_ns > to->most_ns ? part->heaviest : to->heaviest;
			to->most_ns = part->most_ns > to->most_ns ? part->most_ns : to->most_ns;
			continue;
		}
		parts->at[kept++] = *part;
	}
	parts->n = kept;
	if (kept > 1)
		qsort(parts->at, kept, sizeof *parts->at, largest_first);
}

void path_parts_of(const struct study_rows *rows, const int64_t *own, int64_t none_ns, enum path_by by, path_parts *out)
{
	uint32_t *step = steps_of(rows);
	vec_clear(out);
	for (uint32_t i = 0; i < rows->spans.n; i++)
		if (own[i] > 0)
			*vec_add(out) = (struct path_part){.id = part_id(rows, by, i, step[i]),
			                                   .ns = own[i],
			                                   .most_ns = own[i],
			                                   .spans = 1,
			                                   .heaviest = i,
			                                   .first = i};
	if (none_ns > 0)
		*vec_add(out) =
		    (struct path_part){.id = PATH_NO_SPAN, .ns = none_ns, .heaviest = PATH_NONE, .first = PATH_NONE};
	join_parts(out);
	free(step);
}

int64_t path_own(const path_segments *path, int64_t *own)
{
	int64_t none = 0;
	for (size_t i = 0; i < path->n; i++) {
		const struct path_segment *g = &path->at[i];
		*(g->span == PATH_NONE ? &none : &own[g->span]) += g->to_ns - g->from_ns;
	}
	return none;
}

bool path_part_words(struct db *db, struct words *words, enum path_by by, uint64_t id, struct arena *arena,
                     struct path_share *out, struct err *err)
{
	int64_t word = UNKNOWN_INT;
	out->no_span = id == PATH_NO_SPAN && by != PATH_BY_MODEL;
	out->no_model = id == PATH_NO_SPAN && by == PATH_BY_MODEL;
	if (id == PATH_NO_SPAN)
		return true;
	if (by == PATH_BY_KIND) {
		out->kind = (enum span_kind)id;
		out->name = str_of(kind_name(out->kind));
		return true;
	}
	out->kind = by == PATH_BY_NAME ? (enum span_kind)(id & 0xFF) : KIND_LLM;
	word = (int64_t)(by == PATH_BY_NAME ? id >> 8 : id);
	const struct word *w = words_get(words, db, word, err);
	if (w)
		out->name = arena_str(arena, w->text);
	return w != NULL;
}

struct load {
	struct db *db;
	struct block_cache *blocks;
	struct path_report *out;
	struct err *err;
	struct study_rows rows;
	struct words words;
	path_segments path;
	int64_t *own;
	struct payloads payloads;
};

static bool fill_shares(struct load *l, enum path_by by, int64_t none_ns, struct path_shares *out)
{
	path_parts parts = {0};
	struct path_report *r = l->out;
	bool ok = true;
	path_parts_of(&l->rows, l->own, none_ns, by, &parts);
	out->at = arena_zalloc(&r->arena, parts.n + 1, sizeof *out->at);
	for (size_t i = 0; ok && i < parts.n; i++) {
		const struct path_part *part = &parts.at[i];
		struct path_share *s = &out->at[out->n++];
		*s = (struct path_share){.ns = part->ns,
		                         .spans = part->spans,
		                         .share = (double)part->ns / (double)r->trace.duration_ns,
		                         .pos = -1};
		if (part->heaviest != PATH_NONE) {
			s->pos = l->rows.rows.at[part->heaviest].pos;
			s->key = l->rows.rows.at[part->heaviest].key;
		}
		ok = path_part_words(l->db, &l->words, by, part->id, &r->arena, s, l->err);
	}
	vec_done(&parts);
	return ok;
}

/* ---------------------------------------------------------------- the path in time */

static bool word_text(struct load *l, uint32_t id, struct str *out)
{
	const struct word *w = words_get(&l->words, l->db, id ? (int64_t)id : UNKNOWN_INT, l->err);
	*out = w ? arena_str(&l->out->arena, w->text) : STR_NONE;
	return w != NULL;
}

static bool fill_steps(struct load *l)
{
	struct path_report *r = l->out;
	r->all_steps = l->path.n;
	r->n_steps = l->path.n < PATH_STEPS ? l->path.n : PATH_STEPS;
	r->steps = arena_zalloc(&r->arena, r->n_steps + 1, sizeof *r->steps);
	bool ok = true;
	for (size_t i = 0; ok && i < r->n_steps; i++) {
		const struct path_segment *g = &l->path.at[i];
		struct path_step *step = &r->steps[i];
		*step = (struct path_step){.from_ns = g->from_ns - r->trace.start_ns,
		                           .to_ns = g->to_ns - r->trace.start_ns,
		                           .no_span = g->span == PATH_NONE,
		                           .pos = -1};
		if (g->span == PATH_NONE)
			continue;
		const struct path_span *p = &l->rows.spans.at[g->span];
		const struct study_row *row = &l->rows.rows.at[g->span];
		step->pos = row->pos;
		step->key = row->key;
		step->depth = row->depth;
		step->duration_ns = p->duration_ns;
		step->kind = (enum span_kind)p->kind;
		step->status = (enum span_status)p->status;
		ok = word_text(l, p->name, &step->name) && word_text(l, p->model, &step->model);
	}
	for (size_t i = 0; i < l->rows.spans.n; i++)
		r->spans += l->own[i] > 0;
	return ok;
}

/* A span that only waits (a server's for the end of a request) outlasts all that is done meanwhile, and has the path: that is said. */
static void find_masked(struct load *l)
{
	struct path_report *r = l->out;
	int64_t n = 0, calls = 0;
	size_t widest = 0;
	for (size_t i = 1; i < l->path.n; i++)
		if (l->path.at[i].to_ns - l->path.at[i].from_ns > l->path.at[widest].to_ns - l->path.at[widest].from_ns)
			widest = i;
	const struct path_segment *g = l->path.n ? &l->path.at[widest] : NULL;
	if (!g || widest >= r->n_steps || g->to_ns - g->from_ns < r->trace.duration_ns / 2)
		return;
	for (size_t i = 0; i < l->rows.spans.n; i++) {
		const struct path_span *p = &l->rows.spans.at[i];
		if (p->flags & (SPAN_CRITICAL | SPAN_SYNTHETIC) || p->start_ns < g->from_ns || p->start_ns >= g->to_ns)
			continue;
		n++;
		calls += p->kind == KIND_LLM || p->kind == KIND_TOOL;
	}
	const struct path_step *step = &r->steps[widest];
	if (n)
		r->masked = arena_printf(&r->arena,
		                         "While " STR_FMT
		                         " had the path, %lld other span%s began (LLM and tool calls: %lld) that "
		                         "nothing waited for: if it only waits, look there.",
		                         STR_ARG(step->no_span ? STR_LIT("no span") : str_cut(step->name, 0, 80)),
		                         (long long)n, n == 1 ? "" : "s", (long long)calls);
}

/* ---------------------------------------------------------------- what if */

static bool load_hints(struct load *l)
{
	struct path_report *r = l->out;
	struct arena arena = ARENA_INIT;
	struct whatifs found;
	struct whatif_opts opts = {payloads_share, &l->payloads};
	l->payloads = (struct payloads){.db = l->db,
	                                .blocks = l->blocks,
	                                .trace = r->trace.id,
	                                .rows = &l->rows,
	                                .arena = ARENA_INIT,
	                                .err = l->err};
	bool ok = whatif_find(l->rows.spans.at, (uint32_t)l->rows.spans.n, r->trace.start_ns, r->trace.duration_ns,
	                      &l->path, &opts, &arena, &found);
	r->least_ns = found.least_ns;
	r->runs = found.runs;
	r->runs_asked = found.asked;
	r->payloads_cut = l->payloads.cut;
	r->played = true;
	r->hints = arena_zalloc(&r->arena, found.n + 1, sizeof *r->hints);
	for (size_t i = 0; ok && i < found.n; i++)
		ok = path_hint_of(l->db, &l->words, &l->payloads, &found.at[i], &r->trace, &r->arena,
		                  &r->hints[r->n_hints++], l->err);
	payloads_done(&l->payloads);
	arena_done(&arena);
	return ok;
}

static bool load_parts(struct load *l)
{
	struct path_report *r = l->out;
	const struct trace_row *t = &r->trace;
	bool whole = t->n <= PATH_WHATIF_SPANS;
	if (!study_rows_read(l->db, t, !whole, INT64_MAX / 2, &l->rows, l->err))
		return false;
	path_walk(l->rows.spans.at, (uint32_t)l->rows.spans.n, t->start_ns, t->duration_ns, &l->path);
	l->own = xcalloc(l->rows.spans.n + 1, sizeof *l->own);
	int64_t none = path_own(&l->path, l->own);
	bool ok = fill_shares(l, PATH_BY_KIND, none, &r->kinds) && fill_shares(l, PATH_BY_NAME, none, &r->names) &&
	          fill_shares(l, PATH_BY_MODEL, none, &r->models) && fill_steps(l) && (!whole || load_hints(l));
	if (ok && whole)
		find_masked(l);
	return ok;
}

bool path_load(struct db *db, struct block_cache *blocks, int64_t trace, struct path_report *out, struct err *err)
{
	*out = (struct path_report){.arena = ARENA_INIT};
	struct load l = {.db = db, .blocks = blocks, .out = out, .err = err};
	bool ok = traces_get(db, trace, &out->arena, &out->trace, err) &&
	          (out->trace.duration_ns == UNKNOWN_INT || load_parts(&l));
	study_rows_done(&l.rows);
	words_done(&l.words);
	vec_done(&l.path);
	free(l.own);
	return ok;
}
