#include "store/query/tree_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/span_row.h"

_Static_assert(SPAN_SYNTHETIC == 16 && SPAN_DUP_USAGE == 512 && SPAN_ANSWER == 2048 && KIND_AGENT == 1 &&
                   KIND_CHAIN == 2 && KIND_LLM == 3 && KIND_TOOL == 4 && STATUS_ERROR == 2,
               "the SQL below names them by number");

const char *tree_order_name(enum tree_order order)
{
	static const char *const names[N_TREE_ORDERS] = {"start", "duration", "self time", "cost"};
	return order < N_TREE_ORDERS ? names[order] : names[0];
}

struct tree_view *tree_view_hold(struct tree_view *v)
{
	if (v)
		v->holders++;
	return v;
}

void tree_view_drop(struct tree_view *v)
{
	if (!v || --v->holders > 0)
		return;
	free(v->rows);
	free(v->index);
	free(v->agents);
	free(v);
}

/* ---------------------------------------------------------------- what matches, and what it hangs on */

struct build {
	struct db *db;
	int64_t first, from, n;
	VEC(struct tree_view_row) rows; /* up: of the one that is above it in the view, its index + 1; 0 none */
	VEC(uint32_t) open;             /* indexes of the last row and all above it, outermost first */
	VEC(uint32_t) chain;            /* what is to be added, innermost first */
	bool only_chains;               /* what is above a match shows only if it is a chain */
	struct err *err;
};

static uint32_t pos_of_open(const struct build *b, size_t i)
{
	return b->rows.at[b->open.at[i]].pos;
}

/* Which of the open rows is at `pos`; SIZE_MAX: none. */
static size_t find_open(const struct build *b, int64_t pos)
{
	size_t low = 0, high = b->open.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (pos_of_open(b, mid) < pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low < b->open.n && pos_of_open(b, low) == pos ? low : SIZE_MAX;
}

static void add_row(struct build *b, uint32_t pos, bool match, bool drop)
{
	uint32_t above = b->open.n ? b->open.at[b->open.n - 1] + 1 : 0;
	*vec_add(&b->open) = (uint32_t)b->rows.n;
	*vec_add(&b->rows) = (struct tree_view_row){
	    .pos = pos, .up = above, .size = 1, .match = match ? 1u : 0u, .drop = drop ? 1u : 0u};
}

static bool read_up(struct build *b, int64_t pos, int64_t *up, bool *is_chain)
{
	struct stmt *s = db_query(b->db, "SELECT up, kind FROM span WHERE pos = ?", b->err);
	if (!s)
		return false;
	stmt_int(s, 1, b->first + pos);
	enum step step = stmt_step(s, b->err);
	*up = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	*is_chain = step == STEP_ROW && col_int_or(s, 1, 0) == KIND_CHAIN;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* In build.chain: shows only while the view is made. Positions in a trace are below it (tree_view_new). */
static const uint32_t dropped = UINT32_C(1) << 31;

/* Adds a span that matches below all that it hangs on. Spans come in order of pos, so what is above one and shows already is above the
 * last one too: what is new to the view is read, once. (Where a damaged store says otherwise it hangs on nothing.) */
static bool add_match(struct build *b, int64_t pos, int64_t up)
{
	int64_t last = b->rows.n ? (int64_t)b->rows.at[b->rows.n - 1].pos : -1;
	size_t open = 0;
	vec_clear(&b->chain);
	*vec_add(&b->chain) = (uint32_t)pos;
	for (int64_t at = pos - up; up > 0 && at >= b->from && at < pos; at -= up) {
		size_t i = find_open(b, at);
		if (i != SIZE_MAX) {
			open = i + 1;
			break;
		}
		bool is_chain;
		if (at <= last)
			break;
		if (!read_up(b, at, &up, &is_chain))
			return false;
		*vec_add(&b->chain) = (uint32_t)at | (b->only_chains && !is_chain ? dropped : UINT32_C(0));
	}
	b->open.n = open;
	for (size_t i = b->chain.n; i-- > 0;)
		add_row(b, b->chain.at[i] & ~dropped, i == 0, (b->chain.at[i] & dropped) != 0);
	return true;
}

static bool add_matches(struct build *b, struct stmt *s)
{
	enum step step = STEP_DONE;
	bool ok = s != NULL;
	while (ok && (step = stmt_step(s, b->err)) == STEP_ROW)
		ok = add_match(b, col_int(s, 0) - b->first, col_int_or(s, 1, 0));
	return ok && step == STEP_DONE;
}

static bool read_filtered(struct build *b, const struct filter *f)
{
	struct buf sql = BUF_INIT;
	int params = 2;
	buf_add_cstr(&sql, "SELECT s.pos, s.up FROM span s WHERE s.pos BETWEEN ?1 AND ?2 AND (s.flags & 16) = 0 AND ");
	filter_sql(&sql, f, &params);
	buf_add_cstr(&sql, " ORDER BY s.pos");
	struct stmt *s = db_query_composed(b->db, buf_str(&sql), b->err);
	if (s) {
		stmt_int(s, 1, b->first + b->from);
		stmt_int(s, 2, b->first + b->from + b->n - 1);
		filter_bind(s, f, 3);
	}
	bool ok = add_matches(b, s);
	if (s)
		stmt_free(s);
	buf_done(&sql);
	return ok;
}

static bool read_matches(struct build *b, const char *sql)
{
	struct stmt *s = db_query(b->db, sql, b->err);
	if (!s)
		return false;
	stmt_int(s, 1, b->first + b->from);
	stmt_int(s, 2, b->first + b->from + b->n - 1);
	bool ok = add_matches(b, s);
	stmt_end(s);
	return ok;
}

/* ---------------------------------------------------------------- the tree of them */

/* Takes out what only led to others; those hang on what it hung on. */
static void take_out_dropped(struct build *b)
{
	size_t kept = 0;
	uint32_t *now = xmalloc(size_mul(b->rows.n + 1, sizeof *now)); /* index + 1 of the row, or of what it hung on */
	for (size_t i = 0; i < b->rows.n; i++) {
		struct tree_view_row row = b->rows.at[i];
		row.up = row.up ? now[row.up - 1] : 0;
		now[i] = row.drop ? row.up : (uint32_t)kept + 1;
		if (!row.drop)
			b->rows.at[kept++] = row;
	}
	b->rows.n = kept;
	free(now);
}

/* Parents' indexes become steps back; depths and sizes follow. */
static void shape(struct build *b)
{
	for (size_t i = 0; i < b->rows.n; i++) {
		struct tree_view_row *row = &b->rows.at[i];
		size_t above = row->up;
		row->depth = above ? b->rows.at[above - 1].depth + 1 : 0;
		row->up = above ? (uint32_t)(i - (above - 1)) : 0;
	}
	for (size_t i = b->rows.n; i-- > 0;) {
		struct tree_view_row *row = &b->rows.at[i];
		if (row->up)
			b->rows.at[i - row->up].size += row->size;
	}
}

/* ---------------------------------------------------------------- siblings in another order */

struct sibling {
	double value; /* unknown: -infinity */
	uint32_t above, at;
};

static int compare_siblings(const void *a, const void *b)
{
	const struct sibling *x = a, *y = b;
	if (x->above != y->above)
		return x->above < y->above ? -1 : 1;
	if (x->value < y->value || x->value > y->value)
		return x->value > y->value ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static bool read_values(struct build *b, enum tree_order order, bool by_tokens, struct sibling *out)
{
	static const char *const sql[] = {
	    [ORDER_DURATION] = "SELECT pos, duration_ns FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos",
	    [ORDER_SELF] = "SELECT pos, self_ns FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos",
	    [ORDER_COST] = "SELECT pos, sub_cost FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos",
	};
	struct stmt *s = db_query(
	    b->db, by_tokens ? "SELECT pos, sub_tokens FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos" : sql[order],
	    b->err);
	if (!s)
		return false;
	stmt_int(s, 1, b->first + b->from);
	stmt_int(s, 2, b->first + b->from + b->n - 1);
	size_t i = 0;
	enum step step;
	while ((step = stmt_step(s, b->err)) == STEP_ROW) {
		int64_t pos = col_int(s, 0) - b->first;
		while (i < b->rows.n && b->rows.at[i].pos < pos)
			i++;
		if (i == b->rows.n)
			break;
		double value = col_double(s, 1);
		if (b->rows.at[i].pos == pos)
			out[i].value = isnan(value) ? -(double)INFINITY : value;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool says_cost(struct build *b, bool *yes)
{
	struct stmt *s =
	    db_query(b->db, "SELECT 1 FROM span WHERE pos BETWEEN ? AND ? AND sub_cost IS NOT NULL LIMIT 1", b->err);
	if (!s)
		return false;
	stmt_int(s, 1, b->first + b->from);
	stmt_int(s, 2, b->first + b->from + b->n - 1);
	enum step step = stmt_step(s, b->err);
	*yes = step == STEP_ROW;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* Each row's place is its parent's and what stands between them. Siblings come parent by parent, in the order the parents had: a parent
 * has its place before its children ask for it. */
static void place_siblings(struct build *b, const struct sibling *siblings)
{
	size_t n = b->rows.n;
	uint32_t *place = xmalloc(size_mul(n + 1, sizeof *place)); /* by the old index */
	struct tree_view_row *rows = xmalloc(size_mul(n + 1, sizeof *rows));
	uint32_t next = 0;
	for (size_t i = 0; i < n; i++) {
		const struct sibling *s = &siblings[i];
		if (i == 0 || s->above != siblings[i - 1].above)
			next = s->above ? place[s->above - 1] + 1 : 0;
		place[s->at] = next;
		rows[next] = b->rows.at[s->at];
		rows[next].up = s->above ? next - place[s->above - 1] : 0;
		next += rows[next].size;
	}
	memcpy(b->rows.at, rows, n * sizeof *rows);
	free(rows);
	free(place);
}

static bool sort_siblings(struct build *b, enum tree_order order, bool *by_tokens)
{
	bool cost = false;
	if (b->rows.n == 0)
		return true;
	if (order == ORDER_COST && !says_cost(b, &cost))
		return false;
	*by_tokens = order == ORDER_COST && !cost;
	struct sibling *siblings = xcalloc(b->rows.n + 1, sizeof *siblings);
	for (size_t i = 0; i < b->rows.n; i++) {
		uint32_t up = b->rows.at[i].up;
		siblings[i] = (struct sibling){
		    .value = -(double)INFINITY, .above = up ? (uint32_t)i - up + 1 : 0, .at = (uint32_t)i};
	}
	bool ok = read_values(b, order, *by_tokens, siblings);
	if (ok) {
		qsort(siblings, b->rows.n, sizeof *siblings, compare_siblings);
		place_siblings(b, siblings);
	}
	free(siblings);
	return ok;
}

static void give_index(struct tree_view *v, int64_t n)
{
	v->index = xmalloc(size_mul((size_t)n + 1, sizeof *v->index));
	for (int64_t i = 0; i < n; i++)
		v->index[i] = (uint32_t)v->n;
	for (int64_t i = 0; i < v->n; i++)
		v->index[v->rows[i].pos - v->from] = (uint32_t)i;
}

/* ---------------------------------------------------------------- what agents did */

static void add_work(struct tree_agent *a, struct stmt *s)
{
	int64_t kind = col_int_or(s, 1, 0), flags = col_int_or(s, 3, 0);
	a->llm_calls += kind == KIND_LLM && !(flags & SPAN_ANSWER);
	a->tool_calls += kind == KIND_TOOL && !(flags & SPAN_ANSWER);
	a->errors += col_int_or(s, 2, 0) == STATUS_ERROR;
	if (flags & SPAN_DUP_USAGE)
		return;
	int64_t in = col_int(s, 4), out = col_int(s, 5);
	double cost = col_double(s, 6);
	if (in != UNKNOWN_INT || out != UNKNOWN_INT)
		a->tokens = (a->tokens == UNKNOWN_INT ? 0 : a->tokens) + (in == UNKNOWN_INT ? 0 : in) +
		            (out == UNKNOWN_INT ? 0 : out);
	if (!isnan(cost))
		a->cost_usd = (isnan(a->cost_usd) ? 0 : a->cost_usd) + cost;
}

struct open_agent {
	size_t row;
	int64_t end; /* pos after its subtree */
};

/* Rows and spans both come in order of pos: the nearest row above a span is the last one that began before it and has not ended. */
static bool sum_agents(struct build *b, struct tree_agent *agents)
{
	struct stmt *s = db_query(b->db,
	                          "SELECT pos, kind, status, flags, tokens_in, tokens_out, cost_usd, size FROM span"
	                          " WHERE pos BETWEEN ? AND ? ORDER BY pos",
	                          b->err);
	if (!s)
		return false;
	stmt_int(s, 1, b->first + b->from);
	stmt_int(s, 2, b->first + b->from + b->n - 1);
	VEC(struct open_agent) open = {0};
	size_t i = 0;
	enum step step;
	while ((step = stmt_step(s, b->err)) == STEP_ROW) {
		int64_t pos = col_int(s, 0) - b->first;
		while (open.n && open.at[open.n - 1].end <= pos)
			open.n--;
		if (i < b->rows.n && b->rows.at[i].pos == pos) {
			*vec_add(&open) = (struct open_agent){.row = i, .end = pos + col_int_or(s, 7, 1)};
			i++;
		}
		if (open.n)
			add_work(&agents[open.at[open.n - 1].row], s);
	}
	stmt_end(s);
	vec_done(&open);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- all of it */

static bool read_rows(struct build *b, const struct tree_view_ask *ask)
{
	if (ask->agents)
		return read_matches(b,
		                    "SELECT pos, up FROM span WHERE pos BETWEEN ? AND ? AND (kind = 1 OR (kind = 2 AND"
		                    " name IN (SELECT id FROM word WHERE text LIKE '%handoff%'"
		                    " OR text LIKE '%hand-off%' OR text LIKE '%transfer_to%'))) ORDER BY pos");
	if (!filter_is_empty(ask->filter))
		return read_filtered(b, ask->filter);
	return read_matches(b, "SELECT pos, up FROM span WHERE pos BETWEEN ? AND ? ORDER BY pos");
}

static bool build_view(struct build *b, const struct tree_view_ask *ask, struct tree_view *v)
{
	bool plain = !ask->agents && filter_is_empty(ask->filter);
	bool sorts = ask->order != ORDER_START;
	if (plain && sorts && b->n > TREE_ORDER_MOST)
		v->too_many = true;
	b->only_chains = ask->agents;
	if (v->too_many || !read_rows(b, ask))
		return v->too_many;
	if (ask->agents)
		take_out_dropped(b);
	shape(b);
	for (size_t i = 0; i < b->rows.n; i++)
		v->matches += b->rows.at[i].match;
	if (ask->agents) { /* before they get another order */
		v->agents = xcalloc(b->rows.n + 1, sizeof *v->agents);
		for (size_t i = 0; i < b->rows.n; i++)
			v->agents[i] = (struct tree_agent){.tokens = UNKNOWN_INT, .cost_usd = UNKNOWN_DOUBLE};
		return sum_agents(b, v->agents);
	}
	v->too_many = sorts && b->rows.n > TREE_ORDER_MOST;
	if (!sorts || v->too_many)
		return true;
	v->order = ask->order;
	return sort_siblings(b, ask->order, &v->by_tokens);
}

struct tree_view *tree_view_new(struct db *db, int64_t first, int64_t from, int64_t n, const struct tree_view_ask *ask,
                                struct err *err)
{
	struct build b = {.db = db, .first = first, .from = from, .n = n, .err = err};
	if (from < 0 || n < 0 || n > INT32_MAX || from > INT32_MAX - n) {
		err_set(err, ERR_NOT_FOUND, NULL, "that part of the trace is not there");
		return NULL;
	}
	struct tree_view *v = xcalloc(1, sizeof *v);
	*v = (struct tree_view){.from = from, .to = from + n, .holders = 1};
	bool ok = build_view(&b, ask, v);
	v->rows = b.rows.at;
	v->n = (int64_t)b.rows.n;
	if (ok && v->order != ORDER_START)
		give_index(v, n);
	vec_done(&b.open);
	vec_done(&b.chain);
	if (ok)
		return v;
	tree_view_drop(v);
	return NULL;
}

/* ---------------------------------------------------------------- asking it */

/* The last row, in order of pos, that begins at or before it; -1: none. Of views in that order. */
static int64_t at_or_before(const struct tree_view *v, int64_t pos)
{
	int64_t low = 0, high = v->n;
	while (low < high) {
		int64_t mid = low + (high - low) / 2;
		if (v->rows[mid].pos <= pos)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

int64_t tree_view_index(const struct tree_view *v, int64_t pos)
{
	if (v->index) {
		int64_t i = pos >= v->from && pos < v->to ? v->index[pos - v->from] : v->n;
		return i < v->n ? i : -1;
	}
	int64_t i = at_or_before(v, pos);
	return i >= 0 && v->rows[i].pos == pos ? i : -1;
}

int64_t tree_view_near(const struct tree_view *v, int64_t pos)
{
	if (v->n == 0)
		return 0;
	if (!v->index) {
		int64_t i = at_or_before(v, pos);
		return i < 0 ? 0 : i;
	}
	for (int64_t at = pos; at >= v->from; at--) {
		int64_t i = tree_view_index(v, at);
		if (i >= 0)
			return i;
	}
	return 0;
}

bool tree_view_is_last(const struct tree_view *v, int64_t index)
{
	const struct tree_view_row *row = &v->rows[index];
	int64_t end = row->up ? index - row->up + v->rows[index - row->up].size : v->n;
	return index + row->size >= end;
}
