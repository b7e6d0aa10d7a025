/* Which documents go with bad outcomes. */
#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/block.h"
#include "store/query/span.h"
#include "store/query/stats_private.h"
#include "store/span_row.h"
#include "store/stat/paired.h"
#include "store/stat/rates.h"

enum { DOCUMENTS_MOST = 50000, TEXT_LEN = 120, SPANS_OF_TRACE = 200 };

struct outcome {
	int64_t trace, first, n;
	bool bad;
};

struct tested {
	uint64_t key[2];
	struct str name, text;
	int64_t with, with_bad;
	int64_t last; /* trace it was counted for */
};

struct state {
	struct db *db;
	struct block_cache *blocks;
	struct stats *out;
	VEC(struct outcome) outcomes;
	struct groups index; /* a, b: hash of what a document is known by; tally.n: its place in documents + 1 */
	VEC(struct tested) documents;
};

/* ---------------------------------------------------------------- outcomes */

#define OUTCOMES                                                                                 \
	"t.id, t.first, t.n,"                                                                    \
	" t.verdict = 2 OR EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id AND (x.pass = 0 OR" \
	" (x.pass IS NULL AND x.value < x.threshold)"                                            \
	" OR (x.pass IS NULL AND lower(x.label) IN ('fail', 'failed'))))"                        \
	" OR EXISTS(SELECT 1 FROM case_result c WHERE c.trace = t.key AND c.status = 2),"        \
	" t.verdict = 1 OR EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id AND (x.pass = 1 OR" \
	" (x.pass IS NULL AND x.value >= x.threshold)"                                           \
	" OR (x.pass IS NULL AND lower(x.label) IN ('pass', 'passed'))))"                        \
	" OR EXISTS(SELECT 1 FROM case_result c WHERE c.trace = t.key AND c.status = 1)"
_Static_assert(CASE_PASSED == 1 && CASE_FAILED == 2 && VERDICT_GOOD == 1 && VERDICT_BAD == 2,
               "the SQL above names them by number");

static bool read_outcomes(struct state *s, const struct stats_query *q, struct err *err)
{
	int params;
	struct stmt *row = stats_traces(s->db, q, OUTCOMES,
	                                " AND (t.verdict > 0 OR EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id) OR"
	                                " t.key IN (SELECT c.trace FROM case_result c WHERE c.trace IS NOT NULL))"
	                                " ORDER BY t.start_ns DESC",
	                                &params, err);
	enum step step = STEP_FAIL;
	while (row && (step = stmt_step(row, err)) == STEP_ROW) {
		bool bad = col_int_or(row, 3, 0) > 0, good = col_int_or(row, 4, 0) > 0;
		if (bad || good)
			*vec_add(&s->outcomes) =
			    (struct outcome){col_int(row, 0), col_int_or(row, 1, 0), col_int_or(row, 2, 0), bad};
		s->out->outcomes += bad || good;
		s->out->bad += bad;
	}
	stmt_free(row);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- documents of a trace */

static void meet(struct state *s, const struct outcome *trace, const struct document *d)
{
	struct str known_by = str_trim(d->id.len ? d->id : d->content);
	if (!known_by.len)
		return;
	struct hash128 hash = hash128_of(known_by);
	uint64_t key[2];
	memcpy(key, hash.byte, sizeof key);
	struct group *g = groups_of(&s->index, key[0], key[1] ^ (d->id.len ? 1 : 0));
	if (g->a == GROUP_REST && g->b == GROUP_REST)
		return; /* one more than can be told apart */
	if (!g->tally.n) {
		struct str text = str_trim(d->content);
		size_t line = str_find_char(text, '\n');
		*vec_add(&s->documents) = (struct tested){
		    .name = arena_str(&s->out->arena, d->id.len ? known_by : STR_NONE),
		    .text = arena_str(&s->out->arena, str_cut(text, 0, line < TEXT_LEN ? line : TEXT_LEN)),
		};
		g->tally.n = (int64_t)s->documents.n;
	}
	struct tested *t = &s->documents.at[g->tally.n - 1];
	if (t->last == trace->trace)
		return;
	t->last = trace->trace;
	t->with++;
	t->with_bad += trace->bad;
}

struct span_at {
	int64_t key, record;
};

/* Spans that can have documents: of the kinds that retrieve, at most SPANS_OF_TRACE of a trace. */
static bool read_trace(struct state *s, const struct outcome *trace, struct err *err)
{
	struct stmt *row = db_query(s->db,
	                            "SELECT key, record FROM span WHERE pos >= ? AND pos < ? AND kind IN (5, 7) AND"
	                            " (flags & 16) = 0 AND record > 0 ORDER BY pos LIMIT 200",
	                            err);
	VEC(struct span_at) spans = {0};
	if (!row)
		return false;
	stmt_int(row, 1, trace->first);
	stmt_int(row, 2, trace->first + trace->n);
	enum step step;
	while ((step = stmt_step(row, err)) == STEP_ROW)
		*vec_add(&spans) = (struct span_at){col_int(row, 0), col_int(row, 1)};
	stmt_end(row);
	bool ok = step == STEP_DONE;
	for (size_t i = 0; ok && i < spans.n; i++) {
		struct arena arena = ARENA_INIT;
		struct span_detail detail = {0};
		struct err trouble = ERR_INIT;
		/* A record that cannot be decoded any more is told of in the trace itself. */
		if (span_detail(s->db, s->blocks, trace->trace, spans.at[i].key, spans.at[i].record, &arena, &detail,
		                &trouble))
			for (size_t k = 0; k < detail.span.n_documents; k++)
				meet(s, trace, &detail.span.documents[k]);
		else if (trouble.code == ERR_INTERRUPTED) {
			*err = trouble;
			ok = false;
		}
		arena_done(&arena);
	}
	vec_done(&spans);
	return ok;
}
_Static_assert(KIND_RETRIEVER == 5 && KIND_RERANKER == 7 && SPAN_SYNTHETIC == 16 && SPANS_OF_TRACE == 200,
               "the SQL above names them by number");

/* ---------------------------------------------------------------- the table */

const char *stats_verdict(const struct stats_document *d)
{
	if (IS_UNKNOWN(d->p))
		return "too few";
	if (d->p_holm >= 0.05)
		return "no evidence";
	return d->delta > 0 ? "worse" : "better";
}

static struct rate with(const struct stats_document *d)
{
	return (struct rate){d->with_bad, d->with};
}

static struct rate without(const struct stats_document *d)
{
	return (struct rate){d->without_bad, d->without};
}

static void fill(struct stats *out, struct stats_document *d, const struct tested *t, int64_t read, int64_t read_bad)
{
	*d = (struct stats_document){.name = t->name,
	                             .text = t->text,
	                             .with = t->with,
	                             .with_bad = t->with_bad,
	                             .without = read - t->with,
	                             .without_bad = read_bad - t->with_bad,
	                             .rate_with = (double)t->with_bad / (double)t->with,
	                             .rate_without = UNKNOWN_DOUBLE,
	                             .delta = UNKNOWN_DOUBLE,
	                             .p = UNKNOWN_DOUBLE,
	                             .p_holm = UNKNOWN_DOUBLE};
	if (d->without > 0) {
		d->rate_without = (double)d->without_bad / (double)d->without;
		d->delta = d->rate_with - d->rate_without;
	}
	struct interval interval = rates_newcombe(with(d), without(d));
	d->low = interval.low;
	d->high = interval.high;
	if (rates_fisher_least(with(d), without(d)) < 0.05)
		d->p = rates_fisher(with(d), without(d));
	/* Where the document's own words stand as text: its id, else how it begins. */
	struct str known_by = t->name.len ? t->name : str_cut(t->text, 0, 60);
	struct str quoted = STR_NONE;
	stats_filter(out, &quoted, "text", known_by);
	if (quoted.len) /* text: takes ":" */
		d->filter = arena_printf(&out->arena, "text:" STR_FMT, STR_ARG(str_from(quoted, 5)));
}

static void correct(struct stats *out)
{
	double *p = xmalloc(size_mul(out->n_documents + 1, sizeof *p));
	for (size_t i = 0; i < out->n_documents; i++)
		p[i] = out->documents[i].p;
	paired_holm(p, out->n_documents, p);
	for (size_t i = 0; i < out->n_documents; i++) {
		out->documents[i].p_holm = p[i];
		out->documents[i].suspect = p[i] < 0.05 && out->documents[i].delta > 0;
	}
	free(p);
}

/* Suspects first, the surest of them at the top; then by what the difference is at least, with those that were too few to be tested. */
static int by_suspicion(const void *pa, const void *pb)
{
	const struct stats_document *a = pa, *b = pb;
	if (a->suspect != b->suspect)
		return a->suspect ? -1 : 1;
	if (a->suspect && a->p != b->p)
		return a->p < b->p ? -1 : 1;
	double x = IS_UNKNOWN(a->low) ? -2 : a->low, y = IS_UNKNOWN(b->low) ? -2 : b->low;
	if (x != y)
		return x > y ? -1 : 1;
	if (a->with != b->with)
		return a->with > b->with ? -1 : 1;
	int order = str_cmp(a->name, b->name);
	return order ? order : str_cmp(a->text, b->text);
}

bool stats_documents(struct db *db, const struct stats_query *q, struct stats *out, struct err *err)
{
	struct state s = {.db = db, .blocks = block_cache_new(db), .out = out, .index.most = DOCUMENTS_MOST};
	int64_t bad = 0;
	bool ok = read_outcomes(&s, q, err);
	for (size_t i = 0; ok && i < s.outcomes.n; i++) {
		if (q->documents_most >= 0 && out->documents_read >= q->documents_most)
			break;
		ok = read_trace(&s, &s.outcomes.at[i], err);
		bad += s.outcomes.at[i].bad;
		out->documents_read++;
	}
	if (ok) {
		out->documents = arena_zalloc(&out->arena, s.documents.n, sizeof *out->documents);
		for (size_t i = 0; i < s.documents.n; i++)
			fill(out, &out->documents[out->n_documents++], &s.documents.at[i], out->documents_read, bad);
		correct(out);
		if (out->n_documents > 1)
			qsort(out->documents, out->n_documents, sizeof *out->documents, by_suspicion);
	}
	block_cache_free(s.blocks);
	vec_done(&s.outcomes);
	vec_done(&s.documents);
	groups_done(&s.index);
	return ok;
}
