/* One row for each span: parts of one (trace, key), stored or new, repeated, complementing or contradicting each other. */
#include <stdlib.h>
#include <string.h>

#include "store/ingest_rows.h"
#include "store/span_row.h"

struct item {
	int64_t key;
	uint32_t row;
};

static int by_key(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* The rows of one key, in order: the settled one, then by hash; of equal ones, what is stored and the smaller record first. */
static int by_part(const void *pa, const void *pb)
{
	const struct origin *a = *(const struct origin *const *)pa, *b = *(const struct origin *const *)pb;
	if ((a->from == FROM_SPAN) != (b->from == FROM_SPAN))
		return a->from == FROM_SPAN ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->record < b->record ? -1 : a->record > b->record;
}

static void order_parts(struct settle_job *job, struct item *group, size_t n)
{
	struct origin **parts = arena_alloc(&job->arena, size_mul(n, sizeof *parts));
	for (size_t i = 0; i < n; i++)
		parts[i] = &job->origins.at[group[i].row];
	qsort(parts, n, sizeof *parts, by_part);
	for (size_t i = 0; i < n; i++)
		group[i].row = (uint32_t)(parts[i] - job->origins.at);
}

static struct origin *origin_of(struct settle_job *job, const struct item *item)
{
	return &job->origins.at[item->row];
}

/* Who holds the span now, and whether that is news: counts the sources that had not held it before. */
static int64_t claim(const struct writer *w, struct settle_job *job, const struct item *group, size_t n, int64_t before)
{
	int64_t now = before, last = before;
	bool mine = false;
	for (size_t i = 0; i < n; i++) {
		const struct origin *o = &job->origins.at[group[i].row];
		if (o->from != FROM_LOOSE && o->from != FROM_BATCH)
			continue;
		if (o->source == w->source && !mine && before != w->source)
			job->held.spans++;
		else if (o->source != w->source && o->source != before && o->source != last)
			*vec_add(&job->foreign) = o->source;
		mine = mine || o->source == w->source;
		last = now = o->source;
	}
	return mine ? w->source : now;
}

/* The different parts of a group, of each the first in order (stored before new, then the smallest record). A settled row is a part
 * itself only if nothing is in span_other. */
static size_t different_parts(struct settle_job *job, struct item *group, size_t n, uint64_t *combined)
{
	bool has_other = false, settled = origin_of(job, &group[0])->from == FROM_SPAN;
	for (size_t i = 0; i < n; i++)
		has_other = has_other || origin_of(job, &group[i])->from == FROM_OTHER;
	size_t kept = 0, from = settled && has_other ? 1 : 0;
	uint64_t first = origin_of(job, &group[0])->hash, last = 0;
	*combined = 0;
	for (size_t i = from; i < n; i++) {
		uint64_t hash = origin_of(job, &group[i])->hash;
		if (kept && last == hash)
			continue;
		if (i > from && from == 0 && settled && first == hash)
			continue; /* sorted before the others, whatever its hash */
		group[from + kept++] = group[i];
		last = hash;
		*combined ^= hash;
	}
	memmove(group, group + from, kept * sizeof *group);
	return kept;
}

static uint64_t combine(const struct span_part *parts, size_t n)
{
	uint64_t all = 0;
	for (size_t i = 0; i < n && i < PARTS_MAX; i++)
		all ^= parts[i].hash;
	return all;
}

/* Several parts, or one that a row cannot hold: they go to span_other, the row is made of them. */
static bool merge_parts(struct writer *w, struct settle_job *job, const struct item *items, size_t n,
                        const struct settle_row *settled, uint64_t settled_hash, struct span_part *out, bool *same,
                        struct err *err)
{
	struct span_part *parts = arena_zalloc(&job->arena, n, sizeof *parts);
	for (size_t i = 0; i < n; i++)
		if (!rows_load_part(w->db, job, &job->origins.at[items[i].row], &w->settle.rows.at[items[i].row],
		                    &job->arena, &parts[i], err))
			return false;
	bool conflict;
	part_merge(parts, n, out, &conflict);
	out->hash = combine(parts, n);
	*same = settled && settled_hash == out->hash;
	if (conflict)
		out->flags |= SPAN_CONFLICT;
	*same = *same && !(conflict && !(settled->flags & SPAN_CONFLICT));
	if (*same)
		return true;
	if (conflict)
		*vec_add(&job->conflicts) = out->key;
	for (size_t i = 0; i < n; i++) {
		if (i < PARTS_MAX)
			*vec_add(&job->others) = parts[i];
		else
			*vec_add(&job->surplus) = parts[i];
	}
	return true;
}

/* Settles which row stands for a group of one key; the others are gone. */
static bool merge_group(struct writer *w, struct settle_job *job, struct item *group, size_t n, struct err *err)
{
	struct settle_row *rows = w->settle.rows.at;
	order_parts(job, group, n);
	struct item first = group[0];
	bool has_settled = origin_of(job, &first)->from == FROM_SPAN;
	struct settle_row settled = rows[first.row];
	struct origin *stand = &job->origins.at[first.row];
	uint64_t settled_hash = stand->hash, combined;
	int64_t source = claim(w, job, group, n, has_settled ? stand->source : 0);
	if (!has_settled)
		job->fresh.spans++;
	for (size_t i = 1; i < n; i++)
		job->origins.at[group[i].row].gone = true;
	size_t kept = different_parts(job, group, n, &combined);
	enum origin_from from = origin_of(job, &group[0])->from;
	bool same = has_settled && combined == settled_hash;
	bool plain = kept == 1 && (from == FROM_LOOSE || from == FROM_BATCH) &&
	             part_is_plain(&(struct span_part){.start_ns = rows[group[0].row].start_ns,
	                                               .end_ns = job->origins.at[group[0].row].end_ns});
	if (!same && plain) {
		if (group[0].row != first.row) {
			rows[first.row] = rows[group[0].row];
			*stand = job->origins.at[group[0].row];
			stand->gone = false;
		}
	} else if (!same) {
		struct span_part out;
		if (!merge_parts(w, job, group, kept, has_settled ? &settled : NULL, settled_hash, &out, &same, err))
			return false;
		if (!same) {
			rows[first.row] = rows_of_part(&out);
			rows[first.row].ref = job->merged.n;
			*stand = (struct origin){.from = FROM_MERGED, .hash = out.hash, .record = out.record};
			*vec_add(&job->merged) = out;
		}
	}
	if (same && stand->source != source)
		*vec_add(&job->claims) = first.row;
	stand->source = source;
	job->changed = job->changed || !same;
	if (!same) {
		if (has_settled)
			rows_hist(w, &settled, -1);
		rows_hist(w, &rows[first.row], 1);
	}
	return true;
}

/* The common case: one key, one row, from the batch or settled long ago. */
static bool single(struct writer *w, struct settle_job *job, struct item *item, struct err *err)
{
	struct origin *o = &job->origins.at[item->row];
	if (o->from == FROM_SPAN)
		return true;
	const struct settle_row *row = &w->settle.rows.at[item->row];
	struct span_part times = {.start_ns = row->start_ns, .end_ns = o->end_ns};
	if (o->from == FROM_OTHER || !part_is_plain(&times))
		return merge_group(w, job, item, 1, err);
	o->source = claim(w, job, item, 1, 0);
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
		bool claimed = next_claim < job->claims.n && job->claims.at[next_claim] == (int64_t)i;
		if (job->origins.at[i].gone)
			continue;
		if (claimed)
			job->claims.at[next_claim++] = (int64_t)kept;
		s->rows.at[kept] = s->rows.at[i];
		job->origins.at[kept++] = job->origins.at[i];
	}
	s->rows.n = kept;
	job->origins.n = kept;
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

bool settle_merge(struct writer *w, struct settle_job *job, struct err *err)
{
	size_t n = w->settle.rows.n;
	struct item *items = xmalloc(size_mul(n + 1, sizeof *items));
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){w->settle.rows.at[i].key, (uint32_t)i};
	if (n > 1)
		qsort(items, n, sizeof *items, by_key);
	bool ok = true;
	for (size_t i = 0, end; ok && i < n; i = end) {
		for (end = i + 1; end < n && items[end].key == items[i].key;)
			end++;
		ok = end - i == 1 ? single(w, job, &items[i], err) : merge_group(w, job, &items[i], end - i, err);
	}
	free(items);
	if (!ok)
		return false;
	if (job->claims.n > 1)
		qsort(job->claims.at, job->claims.n, sizeof *job->claims.at, by_number);
	drop_gone(&w->settle, job);
	return true;
}
