/* One row for each span: parts of one (trace, key), stored or new, repeated, complementing or contradicting each other. */
#include <stdlib.h>
#include <string.h>

#include "store/ingest_rows.h"
#include "store/span_row.h"

static int by_key(const void *pa, const void *pb, void *rows)
{
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;
	int64_t key_a = ((const struct settle_row *)rows)[a].key, key_b = ((const struct settle_row *)rows)[b].key;
	if (key_a != key_b)
		return key_a < key_b ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* The rows of one key, in order: the settled one, then by hash; of equal ones, what is stored and the smaller record first. */
static int by_part(const void *pa, const void *pb)
{
	const struct part_member *a = pa, *b = pb;
	if ((a->from == FROM_SPAN) != (b->from == FROM_SPAN))
		return a->from == FROM_SPAN ? -1 : 1;
	if (a->origin.hash != b->origin.hash)
		return a->origin.hash < b->origin.hash ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	if (a->origin.record != b->origin.record)
		return a->origin.record < b->origin.record ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* The members of a group, in order, at job->members. */
static bool load_members(struct writer *w, struct settle_job *job, const uint32_t *group, size_t n, struct err *err)
{
	vec_clear(&job->members);
	for (size_t i = 0; i < n; i++) {
		struct part_member *m = vec_add(&job->members);
		uint64_t ref = w->settle.rows.at[group[i]].ref;
		*m = (struct part_member){.row = group[i], .from = ref_from(ref)};
		if (!rows_load_origin(w->db, job, ref, &m->origin, err))
			return false;
	}
	if (n > 1)
		qsort(job->members.at, n, sizeof *job->members.at, by_part);
	return true;
}

/* Who holds the span now, and whether that is news: counts the sources that had not held it before. */
static int64_t claim(const struct writer *w, struct settle_job *job, int64_t before)
{
	int64_t now = before, last = before;
	bool mine = false;
	for (size_t i = 0; i < job->members.n; i++) {
		const struct part_member *m = &job->members.at[i];
		int64_t source = m->origin.source;
		if (m->from != FROM_LOOSE && m->from != FROM_BATCH)
			continue;
		if (source == w->source && !mine && before != w->source)
			job->held.spans++;
		else if (source != w->source && source != before && source != last)
			*vec_add(&job->foreign) = source;
		mine = mine || source == w->source;
		last = now = source;
	}
	return mine ? w->source : now;
}

/* The different parts of the group, of each the first in order (stored before new, then the smallest record), moved to the front: how
 * many. A settled row is a part itself only if nothing is in span_other. */
static size_t different_parts(struct settle_job *job, uint64_t *combined)
{
	struct part_member *at = job->members.at;
	bool has_other = false, settled = at[0].from == FROM_SPAN;
	for (size_t i = 0; i < job->members.n; i++)
		has_other = has_other || at[i].from == FROM_OTHER;
	size_t kept = 0, from = settled && has_other ? 1 : 0;
	uint64_t first = at[0].origin.hash, last = 0;
	*combined = 0;
	for (size_t i = from; i < job->members.n; i++) {
		uint64_t hash = at[i].origin.hash;
		if (kept && last == hash)
			continue;
		if (i > from && from == 0 && settled && first == hash)
			continue; /* sorted before the others, whatever its hash */
		at[kept++] = at[i];
		last = hash;
		*combined ^= hash;
	}
	return kept;
}

static uint64_t combine(const struct span_part *parts, size_t n)
{
	uint64_t all = 0;
	for (size_t i = 0; i < n; i++)
		all ^= parts[i].hash;
	return all;
}

static bool word_text(struct writer *w, uint32_t id, struct arena *arena, struct str *text, struct err *err)
{
	*text = STR_NONE;
	if (!id)
		return true;
	struct stmt *s = db_query(w->db, "SELECT text FROM word WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*text = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The model may stand in one record and the tokens in another: what no part could be charged for, or only for its share. */
static bool estimate(struct writer *w, struct span_part *p, struct arena *arena, struct err *err)
{
	struct usage usage = {.start_ns = p->start_ns,
	                      .tokens_in = p->tokens_in,
	                      .tokens_out = p->tokens_out,
	                      .tokens_cached = p->tokens_cached,
	                      .tokens_cache_write = p->tokens_cache_write};
	if (!IS_UNKNOWN(p->cost_usd) && !(p->flags & SPAN_ESTIMATED))
		return true;
	if (!word_text(w, p->model, arena, &usage.model, err) ||
	    !word_text(w, p->provider, arena, &usage.provider, err))
		return false;
	double usd = sink_price(&usage);
	if (IS_UNKNOWN(usd))
		return true;
	p->cost_usd = usd;
	p->flags |= SPAN_ESTIMATED;
	return true;
}

bool settle_load_group(struct writer *w, struct settle_job *job, const struct settle_group *g, int64_t key,
                       struct span_part *out, bool *conflict, struct err *err)
{
	arena_reset(&job->row_arena);
	vec_clear(&job->parts);
	for (size_t i = 0; i < g->n; i++)
		if (!rows_load_part(w->db, job, job->refs.at[g->first + i], key, &job->row_arena, vec_add(&job->parts),
		                    err))
			return false;
	part_merge(job->parts.at, g->n, out, conflict);
	out->hash = combine(job->parts.at, g->n);
	if (g->n > 1 && !estimate(w, out, &job->row_arena, err))
		return false;
	out->source = g->source;
	*conflict = *conflict || g->more;
	if (*conflict)
		out->flags |= SPAN_CONFLICT;
	return true;
}

static int by_rank(const void *pa, const void *pb)
{
	const struct origin *a = &((const struct part_member *)pa)->origin,
	                    *b = &((const struct part_member *)pb)->origin;
	return part_rank(&(struct span_part){.end_ns = a->end_ns, .hash = a->hash},
	                 &(struct span_part){.end_ns = b->end_ns, .hash = b->hash});
}

/* Of very many parts only the first in rank are kept. */
static size_t cut_parts(struct settle_job *job, int64_t key, size_t n)
{
	if (n <= PARTS_MAX)
		return n;
	qsort(job->members.at, n, sizeof *job->members.at, by_rank);
	for (size_t i = PARTS_MAX; i < n; i++)
		if (job->members.at[i].from == FROM_OTHER)
			*vec_add(&job->surplus) = (struct surplus){key, job->members.at[i].origin.hash};
	return PARTS_MAX;
}

/* Several parts, or one that a row cannot hold: the row is made of them, now for the tree and again when it is written. */
static bool merge_parts(struct writer *w, struct settle_job *job, size_t n, uint32_t row, bool has_settled,
                        uint64_t settled_hash, int64_t source, bool *same, struct err *err)
{
	struct settle_row *stand = &w->settle.rows.at[row];
	size_t had_surplus = job->surplus.n, kept = cut_parts(job, stand->key, n);
	struct settle_group g = {.first = job->refs.n, .n = (uint32_t)kept, .more = kept < n, .source = source};
	struct span_part out;
	bool conflict;
	for (size_t i = 0; i < kept; i++)
		*vec_add(&job->refs) = w->settle.rows.at[job->members.at[i].row].ref;
	if (!settle_load_group(w, job, &g, stand->key, &out, &conflict, err))
		return false;
	*same = has_settled && settled_hash == out.hash && !(conflict && !(stand->flags & SPAN_CONFLICT));
	if (*same) {
		job->refs.n = g.first;
		job->surplus.n = had_surplus;
		return true;
	}
	if (conflict)
		*vec_add(&job->conflicts) = out.key;
	*stand = rows_of_part(&out);
	stand->ref = ref_of(FROM_MERGED, job->groups.n);
	*vec_add(&job->groups) = g;
	return true;
}

/* Settles which row stands for a group of one key; the others are gone. */
static bool merge_group(struct writer *w, struct settle_job *job, const uint32_t *group, size_t n, struct err *err)
{
	struct settle_row *rows = w->settle.rows.at;
	if (!load_members(w, job, group, n, err))
		return false;
	int64_t held = job->held.spans;
	struct part_member first = job->members.at[0];
	bool has_settled = first.from == FROM_SPAN, merged = false;
	struct settle_row settled = rows[first.row];
	int64_t had = first.origin.source, source = claim(w, job, has_settled ? had : 0);
	uint64_t combined;
	if (!has_settled)
		job->fresh.spans++;
	for (size_t i = 1; i < n; i++)
		rows[job->members.at[i].row].ref |= REF_GONE;
	size_t kept = different_parts(job, &combined);
	struct part_member part = job->members.at[0];
	bool same = has_settled && combined == first.origin.hash;
	bool plain =
	    kept == 1 && (part.from == FROM_LOOSE || part.from == FROM_BATCH) &&
	    part_is_plain(&(struct span_part){.start_ns = rows[part.row].start_ns, .end_ns = part.origin.end_ns});
	if (!same && plain) {
		rows[first.row] = rows[part.row];
		rows[first.row].ref &= ~(uint64_t)REF_GONE;
		had = part.origin.source;
	} else if (!same) {
		if (!merge_parts(w, job, kept, first.row, has_settled, first.origin.hash, source, &same, err))
			return false;
		merged = !same;
	}
	if (source != had && !merged)
		*vec_add(&job->claims) = (struct claim){first.row, source};
	rows[first.row].ref |= (held != job->held.spans ? REF_HELD : 0) | (has_settled ? 0 : REF_FRESH) |
	                       (source == w->source ? REF_MINE : 0);
	job->changed = job->changed || !same;
	if (!same) {
		if (has_settled)
			rows_hist(w, &settled, -1);
		rows_hist(w, &rows[first.row], 1);
	}
	return true;
}

/* The common case: one key, one row, from the batch or settled long ago. */
static bool single(struct writer *w, struct settle_job *job, uint32_t index, struct err *err)
{
	struct settle_row *row = &w->settle.rows.at[index];
	if (ref_from(row->ref) == FROM_SPAN)
		return true;
	if (ref_from(row->ref) == FROM_OTHER || !(row->ref & REF_PLAIN))
		return merge_group(w, job, &index, 1, err);
	row->ref |= REF_FRESH;
	if (row->ref & REF_MINE) {
		row->ref |= REF_HELD;
		job->held.spans++;
	} else {
		if (!load_members(w, job, &index, 1, err))
			return false;
		claim(w, job, 0);
	}
	job->fresh.spans++;
	job->changed = true;
	rows_hist(w, row, 1);
	return true;
}

/* Moves the rows that stand to the front. Claims name rows, so they move along. */
static void drop_gone(struct settle *s, struct settle_job *job)
{
	size_t kept = 0, next_claim = 0;
	for (size_t i = 0; i < s->rows.n; i++) {
		if (s->rows.at[i].ref & REF_GONE)
			continue;
		if (next_claim < job->claims.n && job->claims.at[next_claim].row == i)
			job->claims.at[next_claim++].row = (uint32_t)kept;
		s->rows.at[kept++] = s->rows.at[i];
	}
	s->rows.n = kept;
}

static int by_row(const void *pa, const void *pb)
{
	const struct claim *a = pa, *b = pb;
	return a->row < b->row ? -1 : a->row > b->row;
}

int64_t settle_source_of(const struct settle_job *job, uint32_t row, int64_t otherwise)
{
	struct claim key = {.row = row};
	const struct claim *c = NULL;
	if (job->claims.n)
		c = bsearch(&key, job->claims.at, job->claims.n, sizeof key, by_row);
	return c ? c->source : otherwise;
}

bool settle_merge(struct writer *w, struct settle_job *job, struct err *err)
{
	size_t n = w->settle.rows.n;
	uint32_t *items = xmalloc(size_mul(n + 1, sizeof *items)); /* of row numbers: qsort takes as much again */
	const struct settle_row *rows = w->settle.rows.at;
	for (uint32_t i = 0; i < n; i++)
		items[i] = i;
	if (n > 1)
		qsort_r(items, n, sizeof *items, by_key, w->settle.rows.at);
	bool ok = true;
	for (size_t i = 0, end; ok && i < n; i = end) {
		for (end = i + 1; end < n && rows[items[end]].key == rows[items[i]].key;)
			end++;
		ok = end - i == 1 ? single(w, job, items[i], err) : merge_group(w, job, &items[i], end - i, err);
	}
	free(items);
	if (!ok)
		return false;
	if (job->claims.n > 1)
		qsort(job->claims.at, job->claims.n, sizeof *job->claims.at, by_row);
	drop_gone(&w->settle, job);
	return true;
}
