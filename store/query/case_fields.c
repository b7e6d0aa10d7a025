#include "store/query/case_fields.h"

#include <stdlib.h>

#include "store/block.h"
#include "store/query/payload.h"
#include "store/query/case.h"
#include "store/query/case_fields_private.h"
#include "store/query/case_private.h"

/* One record's word on one result. Most results are told once. */
struct telling {
	struct case_wanted wanted;
	uint32_t at;   /* which case: in case_ids */
	uint32_t rank; /* of several records of one result: which counts first */
	int sure;      /* case_rank of what was found for it; 0: nothing yet */
	struct str metadata, input, expected;
};

struct reading {
	struct db *db;
	int64_t run;
	struct case_fields *out;
	VEC(struct telling) told; /* by record, then key */
	VEC(int64_t) ids;
	struct arena keys;
	struct field_table table;
};

/* ---------------------------------------------------------------- who tells of which result */

#define RESULTS_SQL                                                                                             \
	"SELECT c.case_id, c.repeat, k.text, b.text, c.ord, ifnull(c.parts, 0), c.record, ifnull(c.weight, 0)," \
	" r.key FROM case_result c JOIN case_key k ON k.id = c.case_id JOIN run r ON r.id = c.run"              \
	" LEFT JOIN case_key b ON b.id = c.base WHERE c.run = ? AND c.repeat >= 0 ORDER BY c.case_id, c.repeat"
/* In the order in which they count (case.c); hashes are unsigned. */
#define PARTS_SQL                                                                                    \
	"SELECT case_id, repeat, record, part, ifnull(weight, 0), hash FROM case_part WHERE run = ?" \
	" AND repeat >= 0 ORDER BY case_id, repeat, ifnull(weight, 0) DESC, hash < 0 DESC, hash DESC"

static void add_result(struct reading *r, struct stmt *s)
{
	int64_t case_id = col_int(s, 0), parts = col_int(s, 5);
	struct str run = col_blob(s, 8);
	struct telling *last = r->told.n ? &r->told.at[r->told.n - 1] : NULL;
	bool same_case = last && r->ids.at[last->at] == case_id;
	struct case_wanted w = {.repeat = col_int(s, 1),
	                        .order = col_int(s, 4),
	                        .several = parts > 1,
	                        .part = parts == 1,
	                        .record = col_int(s, 6),
	                        .weight = col_int(s, 7)};
	if (run.len == sizeof w.run.byte)
		memcpy(w.run.byte, run.ptr, run.len);
	w.key = same_case ? last->wanted.key : arena_str(&r->keys, col_plain(s, 2));
	w.base = same_case ? last->wanted.base : arena_str(&r->keys, col_plain(s, 3));
	if (!same_case)
		*vec_add(&r->ids) = case_id;
	*vec_add(&r->told) = (struct telling){.wanted = w, .at = (uint32_t)(r->ids.n - 1)};
}

static bool read_results(struct reading *r, struct err *err)
{
	struct stmt *s = db_query(r->db, RESULTS_SQL, err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, r->run);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		add_result(r, s);
	stmt_end(s);
	return step == STEP_DONE;
}

/* The result with this place; the parts come in the same order as the results. */
static struct telling *next_several(struct reading *r, size_t n, size_t *from, int64_t case_id, int64_t repeat)
{
	for (; *from < n; ++*from) {
		struct telling *t = &r->told.at[*from];
		int64_t id = r->ids.at[t->at];
		if (id > case_id || (id == case_id && t->wanted.repeat >= repeat))
			return id == case_id && t->wanted.repeat == repeat && t->wanted.several ? t : NULL;
	}
	return NULL;
}

/* A result that several records tell of becomes a telling for each of them that counts: the first takes its place, the others come behind
 * all. */
static bool read_parts(struct reading *r, struct err *err)
{
	size_t n = r->told.n, from = 0, place = SIZE_MAX;
	int64_t hash = 0;
	uint32_t rank = 0;
	bool whole = false, any = false;
	enum step step;
	for (size_t i = 0; i < n && !any; i++)
		any = r->told.at[i].wanted.several;
	if (!any)
		return true;
	struct stmt *s = db_query(r->db, PARTS_SQL, err);
	if (!s)
		return false;
	stmt_int(s, 1, r->run);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct telling *t = next_several(r, n, &from, col_int(s, 0), col_int(s, 1));
		if (!t)
			continue;
		bool first = place != from, part = col_int(s, 3) != 0;
		if (first) {
			rank = 0;
			whole = false;
		}
		bool again = !first && hash == col_int(s, 5), beaten = !part && whole;
		place = from;
		hash = col_int(s, 5);
		whole = whole || !part;
		if (again || beaten || rank >= CASE_ORIGINS)
			continue;
		struct telling told = *t;
		told.wanted.part = part;
		told.wanted.record = col_int(s, 2);
		told.wanted.weight = col_int(s, 4);
		told.rank = rank;
		if (rank++ == 0)
			*t = told;
		else
			*vec_add(&r->told) = told;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

static struct str match_key(const struct telling *t)
{
	return t->wanted.base.ptr ? t->wanted.base : t->wanted.key;
}

static int by_record(const void *left, const void *right)
{
	const struct telling *a = left, *b = right;
	if (a->wanted.record != b->wanted.record)
		return (a->wanted.record > b->wanted.record) - (a->wanted.record < b->wanted.record);
	int keys = str_cmp(match_key(a), match_key(b));
	if (keys)
		return keys;
	if (a->wanted.repeat != b->wanted.repeat)
		return (a->wanted.repeat > b->wanted.repeat) - (a->wanted.repeat < b->wanted.repeat);
	return a->at != b->at ? (a->at > b->at) - (a->at < b->at) : (a->rank > b->rank) - (a->rank < b->rank);
}

/* ---------------------------------------------------------------- a record read again
 *
 * Each of its cases goes to the tellings of its key, to those for which none so sure was found before. */
struct listener {
	struct sink sink;
	struct arena *arena;
	struct telling *told; /* those of the record, by key */
	size_t n;
	struct hash128 head;
	size_t cases;
};

/* Results of one key in one record beyond these are not told apart from the first: reading stays linear. */
enum { ALIKE_MOST = 256 };

static void hear(struct listener *l, struct telling *t, const struct case_result *res, int sure)
{
	t->sure = sure;
	t->metadata = arena_str(l->arena, res->metadata);
	t->input = str_starts(str_trim(res->input), "{") ? arena_str(l->arena, res->input) : STR_NONE;
	t->expected =
	    res->expected.len <= 4 * (size_t)FIELD_VALUE_BYTES ? arena_str(l->arena, res->expected) : STR_NONE;
}

static size_t first_of_key(const struct listener *l, struct str key)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(match_key(&l->told[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void on_case(struct sink *s, const struct case_result *res)
{
	struct listener *l = (struct listener *)(void *)s;
	struct str key = model_case_key(l->arena, res->key);
	if (l->cases++ == 0 && l->n == 1 && !str_eq(key, match_key(&l->told[0])))
		hear(l, &l->told[0], res, 1); /* one alone is it, whatever it is called by now: unless another comes */
	if (l->cases == 2 && l->n == 1 && l->told[0].sure == 1)
		l->told[0].sure = 0;
	size_t first = first_of_key(l, key);
	for (size_t i = first; i < l->n && i - first < ALIKE_MOST; i++) {
		struct telling *t = &l->told[i];
		if (!str_eq(match_key(t), key))
			break;
		int sure = case_rank(&t->wanted, l->head, res, key);
		if (sure > t->sure)
			hear(l, t, res, sure);
	}
}

static const struct sink_ops listener_ops = {.case_result = on_case};

static bool read_record(struct reading *r, struct block_cache *blocks, size_t from, size_t n, struct arena *arena,
                        struct err *err)
{
	struct stored_record rec;
	struct listener l = {.sink = {.ops = &listener_ops}, .arena = arena, .told = r->told.at + from, .n = n};
	if (!block_fetch(blocks, (uint64_t)l.told[0].wanted.record, arena, &rec, err))
		return false;
	l.head = rec.head;
	/* One that no longer reads takes nothing from the others. */
	struct err unread = ERR_INIT;
	bool reads = payload_decode(r->db, &rec, arena, &l.sink, &unread);
	for (size_t i = 0; i < n; i++) {
		const struct telling *t = &l.told[i];
		if (reads && t->sure)
			field_table_take(&r->table, (uint32_t)(from + i), t->metadata, t->input, t->expected);
		else
			r->out->unread++;
	}
	return true;
}

static bool read_records(struct reading *r, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct block_cache *blocks = block_cache_new(r->db);
	struct db_ticker ticker;
	bool ok = db_ticker_begin(r->db, &ticker, err);
	for (size_t from = 0, n; ok && from < r->told.n; from += n) {
		for (n = 1; from + n < r->told.n; n++)
			if (r->told.at[from + n].wanted.record != r->told.at[from].wanted.record)
				break;
		arena_reset(&arena);
		ok = !db_ticker_stopped(&ticker) && read_record(r, blocks, from, n, &arena, err);
	}
	db_ticker_end(&ticker);
	block_cache_free(blocks);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- tags of traces
 *
 * They are rows of the store, not of the case's record: of the trace that a result links to. */
#define TAGS_SQL                                                                                            \
	"SELECT c.case_id, c.repeat, w.text FROM case_result c JOIN trace t ON t.key = c.trace"             \
	" JOIN trace_tag g ON g.trace = t.id JOIN word w ON w.id = g.tag WHERE c.run = ? AND c.repeat >= 0" \
	" ORDER BY c.case_id, c.repeat"

/* A telling by its result: those of told, in the order of their results. */
struct place {
	int64_t case_id, repeat;
	uint32_t told;
};

static int by_result(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	if (a->case_id != b->case_id)
		return (a->case_id > b->case_id) - (a->case_id < b->case_id);
	if (a->repeat != b->repeat)
		return (a->repeat > b->repeat) - (a->repeat < b->repeat);
	return (a->told > b->told) - (a->told < b->told);
}

static struct place *places_of(const struct reading *r)
{
	struct place *out = xcalloc(r->told.n + 1, sizeof *out);
	for (size_t i = 0; i < r->told.n; i++)
		out[i] = (struct place){r->ids.at[r->told.at[i].at], r->told.at[i].wanted.repeat, (uint32_t)i};
	qsort(out, r->told.n, sizeof *out, by_result);
	return out;
}

static bool read_tags(struct reading *r, struct err *err)
{
	struct stmt *s = db_query(r->db, TAGS_SQL, err);
	struct place *places = NULL;
	size_t at = 0;
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, r->run);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct place wanted = {.case_id = col_int(s, 0), .repeat = col_int(s, 1)};
		if (!places)
			places = places_of(r);
		while (at < r->told.n && by_result(&places[at], &wanted) < 0)
			at++;
		if (at < r->told.n && places[at].case_id == wanted.case_id && places[at].repeat == wanted.repeat)
			field_table_tag(&r->table, places[at].told, col_str(s, 2));
	}
	stmt_end(s);
	free(places);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- cells in order */

/* Cells by (field, case), those of one telling beside each other: two stable counting sorts. The caller frees. */
static struct field_cell *sorted_cells(const struct reading *r, size_t *first_of_field)
{
	const struct field_table *t = &r->table;
	size_t n = t->cells.n, most = t->fields.n > r->ids.n ? t->fields.n : r->ids.n;
	struct field_cell *by_case = xmalloc(size_mul(size_add(n, 1), sizeof *by_case));
	struct field_cell *out = xmalloc(size_mul(size_add(n, 1), sizeof *out));
	size_t *at = xcalloc(size_add(most, 2), sizeof *at);
	for (size_t i = 0; i < n; i++)
		at[r->told.at[t->cells.at[i].told].at + 1]++;
	for (size_t i = 1; i <= r->ids.n; i++)
		at[i] += at[i - 1];
	for (size_t i = 0; i < n; i++)
		by_case[at[r->told.at[t->cells.at[i].told].at]++] = t->cells.at[i];
	memset(first_of_field, 0, (t->fields.n + 2) * sizeof *first_of_field);
	for (size_t i = 0; i < n; i++)
		first_of_field[t->values.at[by_case[i].value].field + 1]++;
	for (size_t i = 1; i <= t->fields.n; i++)
		first_of_field[i] += first_of_field[i - 1];
	if (t->fields.n)
		memcpy(at, first_of_field, t->fields.n * sizeof *at);
	for (size_t i = 0; i < n; i++)
		out[at[t->values.at[by_case[i].value].field]++] = by_case[i];
	free(by_case);
	free(at);
	return out;
}

/* The cells of one telling, in those of one case and field. */
struct stated {
	int64_t repeat;
	uint32_t rank;
	struct field_cell *at;
	size_t n;
};

static int by_repeat(const void *left, const void *right)
{
	const struct stated *a = left, *b = right;
	if (a->repeat != b->repeat)
		return (a->repeat > b->repeat) - (a->repeat < b->repeat);
	return (a->rank > b->rank) - (a->rank < b->rank);
}

static int by_cell_value(const void *left, const void *right)
{
	const struct field_cell *a = left, *b = right;
	return (a->value > b->value) - (a->value < b->value);
}

static void sort_unique(struct stated *s)
{
	size_t kept = 0;
	if (s->n > 1)
		qsort(s->at, s->n, sizeof *s->at, by_cell_value);
	for (size_t i = 0; i < s->n; i++)
		if (!kept || s->at[i].value != s->at[kept - 1].value)
			s->at[kept++] = s->at[i];
	s->n = kept;
}

/* Of the first one's values those that the other has, too; both are sorted. */
static void keep_common(struct stated *one, const struct stated *other)
{
	size_t kept = 0;
	for (size_t i = 0, k = 0; i < one->n && k < other->n;) {
		uint32_t a = one->at[i].value, b = other->at[k].value;
		if (a == b)
			one->at[kept++] = one->at[i];
		i += a <= b;
		k += b <= a;
	}
	one->n = kept;
}

struct making {
	const struct reading *r;
	VEC(struct stated) stated;
	VEC(struct case_field_cell) cells;
	uint32_t *new_place; /* of a value: in its field */
};

/* The cells of one case and field: what its repeats say, of each the telling that counts first. */
static void end_case(struct making *m, struct field_cell *cells, size_t n, struct case_field *field)
{
	const struct telling *told = m->r->told.at;
	uint32_t at = told[cells[0].told].at;
	vec_clear(&m->stated);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && cells[k].told == cells[i].told; k++)
			continue;
		const struct telling *t = &told[cells[i].told];
		*vec_add(&m->stated) = (struct stated){t->wanted.repeat, t->rank, cells + i, k - i};
	}
	struct stated *all = m->stated.at, *one = &all[0];
	if (m->stated.n > 1)
		qsort(all, m->stated.n, sizeof *all, by_repeat);
	sort_unique(one);
	for (size_t i = 1; i < m->stated.n; i++) {
		if (all[i].repeat == all[i - 1].repeat)
			continue;
		sort_unique(&all[i]);
		keep_common(one, &all[i]);
	}
	bool differ = one->n == 0;
	field->cases++;
	field->differ += differ;
	field->several = field->several || one->n > 1;
	for (size_t i = 0; i < (differ ? 1 : one->n); i++)
		*vec_add(&m->cells) = (struct case_field_cell){at, differ ? FIELD_DIFFERS : one->at[i].value};
}

struct value_place {
	const struct field_value *value;
	uint32_t id;
};

static int by_text(const void *left, const void *right)
{
	const struct value_place *a = left, *b = right;
	return str_cmp(a->value->text, b->value->text);
}

static int by_number(const void *left, const void *right)
{
	const struct value_place *a = left, *b = right;
	double x = a->value->number, y = b->value->number;
	return x < y ? -1 : x > y ? 1 : by_text(left, right);
}

/* The values that cells of the field have, sorted; the cells get their new numbers. */
static void place_values(struct making *m, struct case_field *field)
{
	const struct field_table *t = &m->r->table;
	VEC(struct value_place) all = {0};
	field->numeric = true;
	for (size_t i = 0; i < m->cells.n; i++) {
		uint32_t id = m->cells.at[i].value;
		if (id == FIELD_DIFFERS || m->new_place[id])
			continue;
		m->new_place[id] = 1;
		*vec_add(&all) = (struct value_place){&t->values.at[id], id};
		field->numeric = field->numeric && !IS_UNKNOWN(t->values.at[id].number);
	}
	field->numeric = field->numeric && all.n > 0;
	if (all.n > 1)
		qsort(all.at, all.n, sizeof *all.at, field->numeric ? by_number : by_text);
	field->n_values = all.n;
	field->values = arena_zalloc(&m->r->out->arena, all.n, sizeof *field->values);
	for (size_t i = 0; i < all.n; i++) {
		m->new_place[all.at[i].id] = (uint32_t)i;
		field->values[i] =
		    (struct case_field_value){arena_str(&m->r->out->arena, all.at[i].value->text),
		                              field->numeric ? all.at[i].value->number : UNKNOWN_DOUBLE, 0};
	}
	field->n_cells = m->cells.n;
	field->cells = arena_alloc(&m->r->out->arena, m->cells.n * sizeof *field->cells);
	for (size_t i = 0; i < m->cells.n; i++) {
		struct case_field_cell *cell = &field->cells[i];
		*cell = m->cells.at[i];
		if (cell->value == FIELD_DIFFERS)
			continue;
		cell->value = m->new_place[cell->value];
		field->values[cell->value].cases++;
	}
	vec_done(&all);
}

static int by_cell(const void *left, const void *right)
{
	const struct case_field_cell *a = left, *b = right;
	if (a->at != b->at)
		return (a->at > b->at) - (a->at < b->at);
	return (a->value > b->value) - (a->value < b->value);
}

static void make_field(struct making *m, const struct field_met *met, struct field_cell *cells, size_t n,
                       struct case_field *field)
{
	*field = (struct case_field){
	    .name = arena_str(&m->r->out->arena, met->name), .several = met->several, .free_text = met->free_text};
	if (met->free_text) {
		field->cases = met->told < (int64_t)m->r->ids.n ? met->told : (int64_t)m->r->ids.n;
		return;
	}
	vec_clear(&m->cells);
	for (size_t i = 0, k; i < n; i = k) {
		uint32_t at = m->r->told.at[cells[i].told].at;
		for (k = i + 1; k < n && m->r->told.at[cells[k].told].at == at; k++)
			continue;
		end_case(m, cells + i, k - i, field);
	}
	place_values(m, field);
	if (field->several && field->n_cells > 1)
		qsort(field->cells, field->n_cells, sizeof *field->cells, by_cell);
}

struct field_order {
	const struct field_met *met;
	size_t at;
};

static int by_name(const void *left, const void *right)
{
	const struct field_order *a = left, *b = right;
	int names = str_cmp(a->met->name, b->met->name);
	return names ? names : (a->met->origin > b->met->origin) - (a->met->origin < b->met->origin);
}

/* Fields by name; of two of one name the metadata's. */
static void make_fields(struct reading *r)
{
	const struct field_table *t = &r->table;
	struct case_fields *out = r->out;
	size_t *first = xcalloc(t->fields.n + 2, sizeof *first);
	struct field_cell *cells = sorted_cells(r, first);
	struct field_order *order = xcalloc(t->fields.n + 1, sizeof *order);
	struct making m = {.r = r, .new_place = xcalloc(t->values.n + 1, sizeof *m.new_place)};
	for (size_t i = 0; i < t->fields.n; i++)
		order[i] = (struct field_order){&t->fields.at[i], i};
	qsort(order, t->fields.n, sizeof *order, by_name);
	out->at = arena_zalloc(&out->arena, t->fields.n, sizeof *out->at);
	for (size_t i = 0; i < t->fields.n; i++) {
		size_t from = first[order[i].at], end = first[order[i].at + 1];
		if (i && str_eq(order[i].met->name, order[i - 1].met->name))
			continue;
		make_field(&m, order[i].met, cells + from, end - from, &out->at[out->n]);
		out->n += out->at[out->n].cases > 0;
	}
	vec_done(&m.stated);
	vec_done(&m.cells);
	free(m.new_place);
	free(order);
	free(cells);
	free(first);
}

/* ---------------------------------------------------------------- public */

bool case_fields_read(struct db *db, int64_t run, struct str only, struct case_fields *out, struct err *err)
{
	*out = (struct case_fields){.arena = ARENA_INIT};
	struct reading r = {.db = db, .run = run, .out = out, .table = {.only = only}};
	bool ok = read_results(&r, err) && read_parts(&r, err);
	if (ok && r.told.n > UINT32_MAX - 1)
		ok = err_set(err, ERR_STORE, NULL, "a run of more than four thousand million results");
	if (ok && r.told.n) {
		qsort(r.told.at, r.told.n, sizeof *r.told.at, by_record);
		ok = read_records(&r, err) && read_tags(&r, err);
	}
	if (ok) {
		out->n_cases = r.ids.n;
		out->case_ids = arena_alloc(&out->arena, r.ids.n * sizeof *out->case_ids);
		if (r.ids.n)
			memcpy(out->case_ids, r.ids.at, r.ids.n * sizeof *r.ids.at);
		make_fields(&r);
		out->cut = r.table.cut;
	}
	field_table_done(&r.table);
	arena_done(&r.keys);
	vec_done(&r.told);
	vec_done(&r.ids);
	return ok;
}

void case_fields_done(struct case_fields *f)
{
	arena_done(&f->arena);
	*f = (struct case_fields){.arena = ARENA_INIT};
}

static const struct case_field *find_exact(const struct case_fields *f, struct str name)
{
	size_t low = 0, high = f->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(f->at[middle].name, name);
		if (order == 0)
			return &f->at[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct case_field *case_fields_find(const struct case_fields *f, struct str name)
{
	const struct case_field *found = find_exact(f, name);
	if (found)
		return found;
	struct buf longer = BUF_INIT;
	buf_add_cstr(&longer, "input.");
	buf_add_str(&longer, name);
	found = find_exact(f, buf_str(&longer));
	buf_done(&longer);
	return found;
}

struct case_field_cells case_fields_of(const struct case_fields *f, const struct case_field *field, int64_t case_id)
{
	size_t low = 0, high = f->n_cases;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (f->case_ids[middle] < case_id)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == f->n_cases || f->case_ids[low] != case_id)
		return (struct case_field_cells){NULL, 0};
	size_t from = 0, end = field->n_cells;
	while (from < end) {
		size_t middle = from + (end - from) / 2;
		if (field->cells[middle].at < low)
			from = middle + 1;
		else
			end = middle;
	}
	struct case_field_cells out = {field->cells + from, 0};
	while (from + out.n < field->n_cells && out.at[out.n].at == low)
		out.n++;
	return out;
}
