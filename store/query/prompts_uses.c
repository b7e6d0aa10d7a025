/* What traces tell of prompts: which used them and when, what their spans took, how these traces were scored. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/prompts_private.h"
#include "store/query/stats_private.h"
#include "store/trace_words.h"

/* Of traces whose list of words is not complete so many rows of spans are looked through, all together. */
enum { UNSURE_SPANS = 500000, SCORES_READ = 200000, NAMES_MOST = 50, FEW_SPANS = 200000 };

struct tallied {
	int64_t name, n;
	double sum;
};
struct named_means {
	VEC(struct tallied) at;
};

struct uses {
	struct db *db;
	struct prompts *p;
	struct named_means *means; /* one per version */
	int64_t spans_left;
	uint32_t *mark; /* one per version: the trace that was counted for it last */
	uint32_t now;
	VEC(struct span_range)
	all, using; /* where the spans of all traces lie, and of those that use a prompt; newest first */
};

/* ---------------------------------------------------------------- the walk */

static bool count_trace(struct uses *u, int64_t prompt, int64_t start_ns)
{
	size_t at = prompts_version_of(u->p, prompt);
	if (at == SIZE_MAX || u->mark[at] == u->now)
		return at != SIZE_MAX;
	struct prompt_calls *c = &u->p->versions[at].calls;
	u->mark[at] = u->now;
	c->traces++;
	if (start_ns == TIME_UNKNOWN)
		return true;
	c->first_ns = c->first_ns == TIME_UNKNOWN || start_ns < c->first_ns ? start_ns : c->first_ns;
	c->last_ns = c->last_ns == TIME_UNKNOWN || start_ns > c->last_ns ? start_ns : c->last_ns;
	return true;
}

/* Its words are too many to be listed: its spans say it, as long as there are not too many of these. */
static bool count_by_spans(struct uses *u, const struct span_range *at, int64_t start_ns, bool *uses, struct err *err)
{
	if (at->n > u->spans_left) {
		u->p->unsure++;
		return true;
	}
	u->spans_left -= at->n;
	struct stmt *s =
	    db_query(u->db, "SELECT DISTINCT prompt FROM span WHERE pos >= ? AND pos < ? AND prompt IS NOT NULL", err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, at->first);
	stmt_int(s, 2, at->first + at->n);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*uses |= count_trace(u, col_int(s, 0), start_ns);
	stmt_end(s);
	return step == STEP_DONE;
}

static bool walk_trace(struct uses *u, struct stmt *s, struct err *err)
{
	uint32_t words[WORDS_MOST];
	size_t n = 0;
	struct span_range at = {col_int_or(s, 1, 0), col_int_or(s, 2, 0)};
	int64_t start_ns = col_int(s, 0);
	bool uses = false;
	u->now++;
	u->p->traces++;
	if (at.n <= 0)
		return true;
	if (!trace_words_of(col_blob(s, 3), WORDS_PROMPT, words, &n) && !count_by_spans(u, &at, start_ns, &uses, err))
		return false;
	for (size_t i = 0; i < n; i++)
		uses |= count_trace(u, words[i], start_ns);
	*vec_add(&u->all) = at;
	if (uses)
		*vec_add(&u->using) = at;
	return true;
}

#define WALK "SELECT start_ns, first, n, words FROM trace INDEXED BY trace_start WHERE seen > 0 ORDER BY start_ns DESC"

static bool walk(struct uses *u, struct err *err)
{
	struct stmt *s = db_query(u->db, WALK, err);
	enum step step = STEP_FAIL;
	bool ok = s != NULL;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW)
		ok = walk_trace(u, s, err);
	if (s)
		stmt_end(s);
	return ok && step == STEP_DONE;
}

/* ---------------------------------------------------------------- scores */

#define SCORES                                                                                       \
	"SELECT x.name, x.value, t.words FROM score x JOIN trace t ON t.id = x.trace WHERE x.value " \
	"IS NOT NULL ORDER BY x.id DESC LIMIT 200000"
_Static_assert(SCORES_READ == 200000, "the SQL above says it");

static void add_score(struct named_means *m, int64_t name, double value)
{
	size_t i = 0;
	while (i < m->at.n && m->at.at[i].name != name)
		i++;
	if (i == m->at.n && i == NAMES_MOST)
		return;
	if (i == m->at.n)
		*vec_add(&m->at) = (struct tallied){.name = name};
	m->at.at[i].n++;
	m->at.at[i].sum += value;
}

static bool read_scores(struct uses *u, struct err *err)
{
	struct stmt *s = db_query(u->db, SCORES, err);
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		uint32_t words[WORDS_MOST];
		size_t n;
		double value = col_double(s, 1);
		u->now++;
		u->p->scores_read++;
		if (!isfinite(value) || !trace_words_of(col_blob(s, 2), WORDS_PROMPT, words, &n))
			continue;
		for (size_t i = 0; i < n; i++) {
			size_t at = prompts_version_of(u->p, words[i]);
			if (at == SIZE_MAX || u->mark[at] == u->now)
				continue;
			u->mark[at] = u->now;
			add_score(&u->means[at], col_int(s, 0), value);
		}
	}
	if (s)
		stmt_end(s);
	return step == STEP_DONE &&
	       db_int(u->db, "SELECT count(*) FROM score WHERE value IS NOT NULL", 0, &u->p->scores, err);
}

static int by_name(const void *pa, const void *pb)
{
	const struct run_score *a = pa, *b = pb;
	return str_cmp(a->name, b->name);
}

static bool fill_scores(struct uses *u, struct err *err)
{
	struct words words = {.n = 0};
	bool ok = true;
	for (size_t i = 0; ok && i < u->p->n_versions; i++) {
		struct named_means *m = &u->means[i];
		struct run_score *out = arena_zalloc(&u->p->arena, m->at.n, sizeof *out);
		for (size_t k = 0; ok && k < m->at.n; k++) {
			const struct word *word = words_get(&words, u->db, m->at.at[k].name, err);
			ok = word != NULL;
			if (ok)
				out[k] = (struct run_score){arena_str(&u->p->arena, word->text), m->at.at[k].n,
				                            m->at.at[k].sum / (double)m->at.at[k].n};
		}
		if (ok && m->at.n > 1)
			qsort(out, m->at.n, sizeof *out, by_name);
		u->p->versions[i].calls.scores = out;
		u->p->versions[i].calls.n_scores = m->at.n;
	}
	words_done(&words);
	return ok;
}

/* ---------------------------------------------------------------- figures of spans */

/* The cells of what was scanned (by kind, name, model, provider and prompt), put together by version. */
static void fill_figures(struct uses *u, const struct spans_read *read)
{
	struct prompts *p = u->p;
	struct tally *all = xcalloc(p->n_versions + 1, sizeof *all);
	for (size_t i = 0; i < p->n_versions; i++)
		all[i] = TALLY_INIT;
	for (size_t i = 0; i < read->cells.all.n; i++) {
		const struct group *cell = &read->cells.all.at[i];
		struct cell_key key = cell_key(cell);
		size_t at =
		    cell->a == GROUP_REST && cell->b == GROUP_REST ? SIZE_MAX : prompts_version_of(p, key.prompt);
		if (at != SIZE_MAX)
			tally_merge(&all[at], &cell->tally);
	}
	for (size_t i = 0; i < p->n_versions; i++) {
		struct prompt_calls *c = &p->versions[i].calls;
		c->has_figures = all[i].n > 0;
		tally_figures(&all[i], &c->figures);
		tally_done(&all[i]);
	}
	free(all);
}

/* Where few rows have to be read it is done at once; else the sums that are kept (stats_roll.c) save reading most of them. */
static bool read_figures(struct uses *u, int64_t spans_most, struct err *err)
{
	struct spans_read read;
	struct prompts *p = u->p;
	int64_t rows = 0;
	for (size_t i = 0; i < u->using.n; i++)
		rows += u->using.at[i].n;
	bool few = rows <= FEW_SPANS;
	spans_begin(&read);
	bool ok = few ? spans_scan(u->db, u->using.at, u->using.n, -1, &read, err)
	              : spans_read_all(u->db, u->all.at, u->all.n, spans_most, &read, err);
	if (ok) {
		p->calls_of = (int64_t)(few ? u->using.n : u->all.n);
		p->calls_read = read.traces;
		p->calls_mixed = read.cells.more;
		fill_figures(u, &read);
	}
	spans_done(&read);
	return ok;
}

/* ---------------------------------------------------------------- all of it */

/* Rows that nothing uses any more: a run was told anew, or is gone. */
void prompts_drop(struct prompts *p)
{
	size_t n = 0, n_prompts = 0;
	for (size_t i = 0; i < p->n; i++) {
		struct prompt kept = p->all[i];
		size_t first = n;
		for (size_t k = kept.first; k < kept.first + kept.n; k++) {
			struct prompt_version v = p->versions[k];
			if (!v.n_runs && (p->filtered || (!v.calls.traces && !p->unsure)))
				continue;
			v.prompt = n_prompts;
			p->versions[n++] = v;
		}
		kept.first = first;
		kept.n = n - first;
		if (kept.n)
			p->all[n_prompts++] = kept;
	}
	p->n = n_prompts;
	p->n_versions = n;
}

bool prompts_uses(struct db *db, int64_t spans_most, struct prompts *p, struct err *err)
{
	struct uses u = {.db = db, .p = p, .spans_left = UNSURE_SPANS};
	p->has_uses = !p->n_versions;
	if (p->has_uses)
		return true;
	u.mark = xcalloc(p->n_versions, sizeof *u.mark);
	u.means = xcalloc(p->n_versions, sizeof *u.means);
	bool ok = walk(&u, err) && read_figures(&u, spans_most, err) && read_scores(&u, err) && fill_scores(&u, err);
	for (size_t i = 0; ok && i < p->n_versions; i++) {
		struct prompt_version *v = &p->versions[i];
		const struct prompt_calls *c = &v->calls;
		if (c->first_ns != TIME_UNKNOWN && (v->first_ns == TIME_UNKNOWN || c->first_ns < v->first_ns))
			v->first_ns = c->first_ns;
		v->last_ns = c->last_ns > v->last_ns ? c->last_ns : v->last_ns;
	}
	for (size_t i = 0; i < p->n_versions; i++)
		vec_done(&u.means[i].at);
	free(u.means);
	free(u.mark);
	vec_done(&u.all);
	vec_done(&u.using);
	if (ok) {
		p->has_uses = true;
		prompts_drop(p);
		prompts_sum(p);
	}
	return ok;
}
