/* Rows of one key without a repeat are told apart by their position in the dataset: the first keeps the key, the others become KEY#1,
 * KEY#2, …, and those of an equal variant are repeats of one. Which one is first is only known at the end, so all but the first to arrive wait under negative repeats until the
 * source has ended; then the group gets its places anew. The order of arrival leaves no trace. Every step leaves rows that the
 * next try understands, so that a long group may take several transactions. */
#include "store/ingest_cases.h"

#include <stdlib.h>

struct member {
	struct case_place at;
	int64_t order, source, parts; /* parts: the column */
	uint64_t hash, variant;
	bool counted, gone;
};

struct group {
	int64_t run, base;
	VEC(struct member) members;
};

static int by_order(const void *pa, const void *pb)
{
	const struct member *a = pa, *b = pb;
	bool a_unknown = a->order == UNKNOWN_INT, b_unknown = b->order == UNKNOWN_INT;
	if (a_unknown != b_unknown)
		return a_unknown ? 1 : -1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash > b->hash ? -1 : 1;
	return a->at.repeat > b->at.repeat ? -1 : a->at.repeat < b->at.repeat; /* settled ones before those that wait */
}

static bool is_waiting(int64_t repeat)
{
	return repeat < 0 && repeat > MOVED;
}

static bool load_members(struct writer *w, struct group *g, const char *sql, struct err *err)
{
	struct stmt *s = db_query(w->db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, g->run);
	stmt_int(s, 2, g->base);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&g->members) = (struct member){
		    .at = {g->run, col_int(s, 0), col_int_or(s, 1, 0)},
		    .order = col_int(s, 2),
		    .hash = (uint64_t)col_int_or(s, 3, 0),
		    .source = col_int_or(s, 4, 0),
		    .variant = (uint64_t)col_int_or(s, 5, 0),
		    .parts = col_int_or(s, 6, 0),
		    .counted = !is_waiting(col_int_or(s, 1, 0)),
		};
	stmt_end(s);
	return step == STEP_DONE;
}

static bool drop_member(struct writer *w, struct member *m, struct err *err)
{
	m->gone = true;
	return WRITER_RUN(w, err, "DELETE FROM case_score WHERE run = ? AND case_id = ? AND repeat = ?", m->at.run,
	                  m->at.key, m->at.repeat) &&
	       WRITER_RUN(w, err, "DELETE FROM case_result WHERE run = ? AND case_id = ? AND repeat = ?", m->at.run,
	                  m->at.key, m->at.repeat);
}

/* One row of a position stays (the larger hash), the other goes. A place is counted once for each source that holds it. */
static bool merge_member(struct writer *w, struct member *stays, struct member *m, struct err *err)
{
	int64_t mine, other;
	if (!cases_count_scores(w, stays->at, &mine, err) || !cases_count_scores(w, m->at, &other, err))
		return false;
	if (stays->hash != m->hash && !cases_conflict(w, STR_NONE, err))
		return false;
	if (m->counted && !stays->counted) {
		if (m->source == w->source) {
			w->held.scores += mine - other;
			w->fresh.scores += mine - other;
		} else {
			cases_count(w, mine, false);
		}
		stays->counted = true;
	} else if (stays->counted && m->source == w->source) {
		if (!cases_claim(w, stays->at, stays->source, err))
			return false;
		stays->source = w->source;
	}
	return drop_member(w, m, err);
}

static bool drop_repeats(struct writer *w, struct group *g, struct err *err)
{
	struct member *stays = NULL;
	for (size_t i = 0; i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		bool same = stays && stays->order == m->order && (m->order != UNKNOWN_INT || stays->hash == m->hash);
		if (!same) {
			stays = m;
			continue;
		}
		if (!merge_member(w, stays, m, err))
			return false;
		if (i % ROWS_PER_LOOK == 0 && !writer_breathe(w, err))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- where parts are among them */

struct told {
	struct case_part row;
	size_t member, stays; /* where it lies, where it belongs: of members */
};

struct told_group { /* all that was told of a group */
	struct arena arena;
	struct case_parts rows, one; /* one: of the case at work; its scores are those of rows */
	VEC(struct told) told;
};

static int by_stays(const void *pa, const void *pb)
{
	const struct told *a = pa, *b = pb;
	if (a->stays != b->stays)
		return a->stays < b->stays ? -1 : 1;
	if (a->member != b->member)
		return a->member < b->member ? -1 : 1;
	return a->row.hash < b->row.hash ? -1 : a->row.hash > b->row.hash;
}

/* Of members of one order the first stays; what has no order belongs to the first of all. */
static bool load_told(struct writer *w, struct group *g, struct told_group *t, struct err *err)
{
	size_t stays = 0;
	for (size_t i = 0; i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		size_t first = t->rows.at.n;
		m->gone = i > 0 && (m->order == UNKNOWN_INT || m->order == g->members.at[stays].order);
		stays = m->gone ? stays : i;
		if (!parts_load(w, m->at, m->parts, &t->rows, &t->arena, err))
			return false;
		for (size_t k = first; k < t->rows.at.n; k++) {
			const struct case_part *row = &t->rows.at.at[k];
			*vec_add(&t->told) = (struct told){*row, i, row->order == UNKNOWN_INT ? 0 : stays};
		}
	}
	t->one.scores.at = t->rows.scores.at;
	t->one.scores.n = t->rows.scores.n;
	return true;
}

static void tally_members(struct writer *w, const struct group *g, struct told_group *t)
{
	for (size_t k = 0, end; k < t->told.n; k = end) {
		vec_clear(&t->one.at);
		for (end = k; end < t->told.n && t->told.at[end].member == t->told.at[k].member; end++)
			*vec_add(&t->one.at) = t->told.at[end].row;
		case_parts_sort(&t->one);
		if (g->members.at[t->told.at[k].member].counted)
			parts_tally(w, &t->one, -1);
	}
}

static void take_case(struct told_group *t, size_t first, size_t end)
{
	size_t kept = 0;
	vec_clear(&t->one.at);
	for (size_t k = first; k < end; k++)
		*vec_add(&t->one.at) = t->told.at[k].row;
	case_parts_sort(&t->one);
	for (size_t i = 0; i < t->one.at.n; i++) {
		const struct case_part *row = &t->one.at.at[i], *last = kept ? &t->one.at.at[kept - 1] : NULL;
		if (!last || last->hash != row->hash || last->source != row->source)
			t->one.at.at[kept++] = *row;
	}
	t->one.at.n = kept;
}

/* The rows of one case come together at the member that stays. moved: some were elsewhere, or go elsewhere. */
static bool gather_case(struct writer *w, const struct group *g, struct told_group *t, struct member *m, bool moved,
                        struct err *err)
{
	struct case_parts scores = {.at = {0}};
	struct case_part row;
	bool first = m->at.key == g->base && m->at.repeat == 0;
	if (moved && ((parts_wholes(&t->one) > 1 && !cases_conflict(w, STR_NONE, err)) ||
	              !parts_replace(w, m->at, first ? UNKNOWN_INT : g->base, &t->one, err)))
		return false;
	if (case_parts_join(&t->one, 0, &row, &scores)) {
		m->order = row.order;
		m->hash = row.hash;
		m->variant = row.variant;
		m->parts = t->one.at.n > 1 ? (int64_t)t->one.at.n : row.part;
	}
	case_parts_done(&scores);
	if (m->counted)
		parts_tally(w, &t->one, 1);
	return true;
}

static bool gather_cases(struct writer *w, struct group *g, struct told_group *t, struct err *err)
{
	bool *gave = xcalloc(g->members.n, sizeof *gave), ok = true;
	for (size_t k = 0; k < t->told.n; k++)
		gave[t->told.at[k].member] |= t->told.at[k].member != t->told.at[k].stays;
	if (t->told.n > 1)
		qsort(t->told.at, t->told.n, sizeof *t->told.at, by_stays);
	for (size_t k = 0, end; ok && k < t->told.n; k = end) {
		size_t stays = t->told.at[k].stays;
		bool moved = gave[stays];
		for (end = k; end < t->told.n && t->told.at[end].stays == stays; end++)
			moved = moved || t->told.at[end].member != stays;
		take_case(t, k, end);
		ok = gather_case(w, g, t, &g->members.at[stays], moved, err);
	}
	free(gave);
	return ok;
}

/* In one transaction. */
static bool join_members(struct writer *w, struct group *g, struct err *err)
{
	struct told_group t = {.arena = ARENA_INIT};
	bool ok = load_told(w, g, &t, err);
	if (ok)
		tally_members(w, g, &t);
	for (size_t i = 0; ok && i < g->members.n; i++)
		ok = !g->members.at[i].gone || parts_drop(w, g->members.at[i].at, err);
	ok = ok && gather_cases(w, g, &t, err);
	vec_done(&t.told);
	vec_done(&t.one.at);
	case_parts_done(&t.rows);
	arena_done(&t.arena);
	return ok;
}

static bool has_parts(const struct group *g)
{
	for (size_t i = 0; i < g->members.n; i++)
		if (g->members.at[i].parts)
			return true;
	return false;
}

static bool count_place(struct writer *w, const struct member *m, struct err *err)
{
	int64_t scores = 0;
	if (!m->parts) {
		bool ok = cases_count_scores(w, m->at, &scores, err);
		cases_count(w, scores, m->source == w->source);
		return ok;
	}
	struct arena arena = ARENA_INIT;
	struct case_parts rows = {.at = {0}};
	bool ok = parts_load(w, m->at, m->parts, &rows, &arena, err);
	case_parts_sort(&rows);
	parts_tally(w, &rows, 1);
	case_parts_done(&rows);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- places */

static bool move(struct writer *w, struct member *m, struct case_place to, int64_t base, struct err *err)
{
	if (!WRITER_RUN(
	        w, err,
	        "UPDATE case_result SET case_id = ?, repeat = ?, base = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	        to.key, to.repeat, base, m->at.run, m->at.key, m->at.repeat) ||
	    !WRITER_RUN(w, err,
	                "UPDATE case_score SET case_id = ?, repeat = ? WHERE run = ? AND case_id = ? AND repeat = ?",
	                to.key, to.repeat, m->at.run, m->at.key, m->at.repeat) ||
	    (m->parts > 1 && !parts_move(w, m->at, to, err)))
		return false;
	m->at = to;
	return true;
}

/* The place of number i of the group: KEY, KEY#1, KEY#2, …; numbers whose key belongs to another case are passed over. */
static bool next_place(struct writer *w, const struct group *g, struct str key, int64_t *number, struct case_place *to,
                       struct err *err)
{
	for (;; ++*number) {
		*to = (struct case_place){g->run, g->base, 0};
		if (*number == 0)
			return true;
		struct buf text = BUF_INIT;
		buf_add_str(&text, key);
		buf_printf(&text, "#%lld", (long long)*number);
		bool ok = cases_key_id(w, buf_str(&text), &to->key, err);
		buf_done(&text);
		if (!ok)
			return false;
		struct stmt *s = db_query(w->db,
		                          "SELECT 1 FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0"
		                          " AND base IS NOT ? LIMIT 1",
		                          err);
		if (!s)
			return false;
		stmt_int(s, 1, g->run);
		stmt_int(s, 2, to->key);
		stmt_int(s, 3, g->base);
		enum step step = stmt_step(s, err);
		stmt_end(s);
		if (step != STEP_ROW)
			return step == STEP_DONE;
	}
}

static bool same_place(struct case_place a, struct case_place b)
{
	return a.key == b.key && a.repeat == b.repeat;
}

/* Of each member the index of the first of its variant (itself if it has none), and how many of them come before it. */
struct repeat_of {
	uint64_t variant;
	size_t index, first;
	int64_t repeat;
};

static int by_variant(const void *pa, const void *pb)
{
	const struct repeat_of *a = pa, *b = pb;
	if (a->variant != b->variant)
		return a->variant < b->variant ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static int by_index(const void *pa, const void *pb)
{
	const struct repeat_of *a = pa, *b = pb;
	return (a->index > b->index) - (a->index < b->index);
}

static struct repeat_of *find_repeats(const struct group *g)
{
	size_t n = 0;
	struct repeat_of *r = xcalloc(g->members.n + 1, sizeof *r);
	for (size_t i = 0; i < g->members.n; i++)
		r[i] = (struct repeat_of){
		    .variant = g->members.at[i].gone ? 0 : g->members.at[i].variant, .index = i, .first = i};
	n = g->members.n;
	if (n > 1)
		qsort(r, n, sizeof *r, by_variant);
	for (size_t i = 1; i < n; i++)
		if (r[i].variant && r[i].variant == r[i - 1].variant) {
			r[i].first = r[i - 1].first;
			r[i].repeat = r[i - 1].repeat + 1;
		}
	if (n > 1)
		qsort(r, n, sizeof *r, by_index);
	return r;
}

static bool place_members(struct writer *w, struct group *g, struct str key, struct err *err)
{
	struct case_place *to = xmalloc(size_mul(g->members.n + 1, sizeof *to));
	struct repeat_of *repeats = find_repeats(g);
	int64_t number = 0, low = MOVED; /* below whatever a crash left on its way */
	bool ok = true;
	for (size_t i = 0; i < g->members.n; i++)
		low = g->members.at[i].at.repeat < low ? g->members.at[i].at.repeat : low;
	for (size_t i = 0; ok && i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		if (m->gone)
			continue;
		if (repeats[i].first == i) {
			ok = next_place(w, g, key, &number, &to[i], err);
			number++;
		} else {
			to[i] = to[repeats[i].first];
			to[i].repeat = repeats[i].repeat;
		}
		ok = ok && (m->counted || count_place(w, m, err));
		/* From here on it counts as counted, wherever a crash leaves it. */
		if (ok && !same_place(m->at, to[i]))
			ok = move(w, m, (struct case_place){g->run, g->base, low - 1 - (int64_t)i}, g->base, err);
		ok = ok && (i % ROWS_PER_LOOK != 0 || writer_breathe(w, err));
	}
	for (size_t i = 0; ok && i < g->members.n; i++) {
		struct member *m = &g->members.at[i];
		if (!m->gone && !same_place(m->at, to[i]))
			ok = move(w, m, to[i], to[i].key == g->base && to[i].repeat == 0 ? UNKNOWN_INT : g->base, err);
		ok = ok && (i % ROWS_PER_LOOK != 0 || writer_breathe(w, err));
	}
	free(repeats);
	free(to);
	return ok;
}

static bool key_text(struct writer *w, int64_t id, struct buf *out, struct err *err)
{
	struct stmt *s = db_query(w->db, "SELECT text FROM case_key WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	bool ok = stmt_step(s, err) == STEP_ROW;
	if (ok)
		buf_add_str(out, col_str(s, 0));
	stmt_end(s);
	return ok;
}

static bool settle_group(struct writer *w, struct group *g, struct err *err)
{
	static const char first[] = "SELECT case_id, repeat, ord, hash, source, variant, parts FROM case_result"
	                            " WHERE run = ? AND case_id = ? AND repeat = 0 AND base IS NULL";
	static const char others[] =
	    "SELECT case_id, repeat, ord, hash, source, variant, parts FROM case_result INDEXED BY case_base"
	    " WHERE run = ? AND base = ? AND base IS NOT NULL";
	struct buf key = BUF_INIT;
	vec_clear(&g->members);
	bool ok = key_text(w, g->base, &key, err) && load_members(w, g, first, err) && load_members(w, g, others, err);
	if (ok && g->members.n > 1)
		qsort(g->members.at, g->members.n, sizeof *g->members.at, by_order);
	ok = ok && (has_parts(g) ? join_members(w, g, err) : drop_repeats(w, g, err)) &&
	     place_members(w, g, buf_str(&key), err);
	buf_done(&key);
	return ok;
}

bool cases_settle_places(struct writer *w, struct err *err)
{
	struct group g = {.run = -1, .base = -1};
	bool ok = true;
	for (enum step step = STEP_ROW; ok && step == STEP_ROW;) {
		struct stmt *s = NULL;
		ok = writer_breathe(w, err) && (s = db_query(w->db,
		                                             "SELECT run, base FROM case_result INDEXED BY case_loose"
		                                             " WHERE repeat < 0 AND (run, base) > (?, ?)"
		                                             " ORDER BY run, base LIMIT 1",
		                                             err)) != NULL;
		if (!ok)
			break;
		stmt_int(s, 1, g.run);
		stmt_int(s, 2, g.base);
		step = stmt_step(s, err);
		if (step == STEP_ROW) {
			g.run = col_int(s, 0);
			g.base = col_int(s, 1);
		}
		stmt_end(s);
		ok = step == STEP_ROW ? settle_group(w, &g, err) : step == STEP_DONE;
	}
	vec_done(&g.members);
	return ok;
}
