/* Rows of the table of prompts → versions → prompts. What they are used for: prompts_score.c, prompts_uses.c. */
#include "store/query/prompts.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"
#include "store/query/prompts_private.h"

enum { HEAD_BYTES = 2000, PAIRS_LOOKED = 200 };

/* ---------------------------------------------------------------- rows */

struct row {
	int64_t id, first_ns;
	struct str called, name, label, alias,
	    hash; /* alias: the label as written; label: as it is read; hash: bytes */
	uint32_t version;
	bool joins; /* without a text, and there is just one text of its name and label */
};
typedef VEC(struct row) row_list;

#define ROWS                                                                                                         \
	"SELECT p.id, w.text, p.version, p.hash, p.first_ns, CASE WHEN instr(w.text, ': ') > 0 THEN substr(p.text, " \
	"1, 2000) END FROM prompt p JOIN word w ON w.id = p.name"
_Static_assert(HEAD_BYTES == 2000, "the SQL above says it");

static bool read_rows(struct db *db, struct arena *arena, row_list *out, struct err *err)
{
	struct stmt *s = db_query(db, ROWS, err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct row row = {.id = col_int(s, 0),
		                  .called = arena_str(arena, col_str(s, 1)),
		                  .alias = arena_str(arena, col_str(s, 2)),
		                  .hash = arena_str(arena, col_blob(s, 3)),
		                  .first_ns = col_int(s, 4)};
		prompt_read_name(row.called, row.alias, col_str(s, 5), &row.name, &row.label);
		*vec_add(out) = row;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* "v13" and "13" are one label. */
static struct str plain_label(struct str label)
{
	bool v =
	    label.len > 1 && (label.ptr[0] == 'v' || label.ptr[0] == 'V') && label.ptr[1] >= '0' && label.ptr[1] <= '9';
	return v ? str_from(label, 1) : label;
}

static int by_label(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int order = str_cmp(a->name, b->name);
	order = order ? order : str_cmp(plain_label(a->label), plain_label(b->label));
	order = order ? order : str_cmp(a->hash, b->hash);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static int by_version(const void *pa, const void *pb)
{
	const struct row *a = pa, *b = pb;
	int order = str_cmp(a->name, b->name);
	order = order ? order : str_cmp(a->hash, b->hash);
	order = order || a->hash.len ? order : str_cmp(plain_label(a->label), plain_label(b->label));
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

static bool same_label(const struct row *a, const struct row *b)
{
	return str_eq(a->name, b->name) && str_eq(plain_label(a->label), plain_label(b->label));
}

/* Rows without a text take the hash of the only text that has their name and label. */
static void join_rows(row_list *rows)
{
	if (rows->n > 1)
		qsort(rows->at, rows->n, sizeof *rows->at, by_label);
	for (size_t from = 0, end; from < rows->n; from = end) {
		for (end = from + 1; end < rows->n && same_label(&rows->at[end], &rows->at[from]);)
			end++;
		/* Those without a hash come first. */
		size_t first = from;
		while (first < end && !rows->at[first].hash.len)
			first++;
		bool one = first < end && str_eq(rows->at[first].hash, rows->at[end - 1].hash);
		for (size_t i = from; one && rows->at[from].label.len && i < first; i++) {
			rows->at[i].hash = rows->at[end - 1].hash;
			rows->at[i].joins = true;
		}
	}
	if (rows->n > 1)
		qsort(rows->at, rows->n, sizeof *rows->at, by_version);
}

/* ---------------------------------------------------------------- versions */

static bool has_str(const struct str *all, size_t n, struct str one)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i], one))
			return true;
	return false;
}

static bool is_hash_label(const struct row *row)
{
	return row->label.len >= 32 && str_find_char(row->label, ' ') == SIZE_MAX;
}

enum { NAMES_KEPT = 64 };

static void fill_version(struct prompts *p, struct prompt_version *v, const struct row *rows, size_t n)
{
	int64_t *ids = arena_alloc(&p->arena, n * sizeof *ids);
	size_t most = n < NAMES_KEPT ? n : NAMES_KEPT;
	struct str *labels = arena_zalloc(&p->arena, 2 * most, sizeof *labels),
	           *called = arena_zalloc(&p->arena, most, sizeof *called);
	v->id = rows[0].id;
	bool has_text = false;
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		ids[i] = row->id;
		if (!has_text && row->hash.len && !row->joins) {
			v->id = row->id;
			has_text = true;
		}
		if (row->label.len && v->n_labels < most && !has_str(labels, v->n_labels, row->label))
			labels[v->n_labels++] = row->label;
		if (v->n_called < most && !has_str(called, v->n_called, row->called))
			called[v->n_called++] = row->called;
		/* The shortest that says something: "v13", not its hash. */
		if (row->label.len && !is_hash_label(row) && (!v->label.len || row->label.len < v->label.len))
			v->label = row->label;
		if (row->first_ns != TIME_UNKNOWN && (v->first_ns == TIME_UNKNOWN || row->first_ns < v->first_ns))
			v->first_ns = row->first_ns;
	}
	for (size_t i = 0; i < n; i++)
		if (rows[i].alias.len && v->n_labels < 2 * most && !has_str(labels, v->n_labels, rows[i].alias))
			labels[v->n_labels++] = rows[i].alias;
	if (rows[0].hash.len) {
		struct buf hex = BUF_INIT;
		hash_hex(&hex, rows[0].hash.ptr, rows[0].hash.len);
		v->hash = arena_str(&p->arena, buf_str(&hex));
		buf_done(&hex);
	}
	v->ids = ids;
	v->n_ids = n;
	v->labels = labels;
	v->called = called;
	v->last_ns = v->first_ns;
}

static int by_id(const void *pa, const void *pb)
{
	const struct prompt_id *a = pa, *b = pb;
	return (a->id > b->id) - (a->id < b->id);
}

static bool same_version(const struct row *a, const struct row *b)
{
	return str_eq(a->name, b->name) && str_eq(a->hash, b->hash) && (a->hash.len || same_label(a, b));
}

static void make_versions(struct prompts *p, row_list *rows)
{
	p->versions = arena_zalloc(&p->arena, rows->n, sizeof *p->versions);
	p->all = arena_zalloc(&p->arena, rows->n, sizeof *p->all);
	for (size_t from = 0, end; from < rows->n; from = end) {
		const struct row *row = &rows->at[from];
		for (end = from + 1; end < rows->n && same_version(&rows->at[end], row);)
			end++;
		if (!p->n || !str_eq(p->all[p->n - 1].name, row->name))
			p->all[p->n++] = (struct prompt){.name = row->name, .first = p->n_versions};
		struct prompt_version *v = &p->versions[p->n_versions++];
		*v = (struct prompt_version){
		    .prompt = p->n - 1,
		    .first_ns = TIME_UNKNOWN,
		    .before = SIZE_MAX,
		    .calls = {.first_ns = TIME_UNKNOWN, .last_ns = TIME_UNKNOWN}
                };
		fill_version(p, v, row, end - from);
		p->all[p->n - 1].n++;
	}
}

static void make_ids(struct prompts *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_versions; i++)
		n += p->versions[i].n_ids;
	if (!p->ids)
		p->ids = arena_zalloc(&p->arena, n, sizeof *p->ids);
	p->n_ids = 0;
	for (size_t i = 0; i < p->n_versions; i++)
		for (size_t k = 0; k < p->versions[i].n_ids; k++)
			p->ids[p->n_ids++] = (struct prompt_id){p->versions[i].ids[k], (uint32_t)i};
	if (p->n_ids > 1)
		qsort(p->ids, p->n_ids, sizeof *p->ids, by_id);
}

size_t prompts_version_of(const struct prompts *p, int64_t id)
{
	struct prompt_id key = {.id = id};
	const struct prompt_id *found = p->n_ids ? bsearch(&key, p->ids, p->n_ids, sizeof key, by_id) : NULL;
	return found ? found->version : SIZE_MAX;
}

const struct prompt_version *prompts_by_id(const struct prompts *p, int64_t id)
{
	size_t i = prompts_version_of(p, id);
	return i == SIZE_MAX ? NULL : &p->versions[i];
}

/* ---------------------------------------------------------------- runs */

#define RUNS                                                                                                         \
	"SELECT r.id, r.prompt, r.dataset, r.model, r.created_ns, r.cases, r.repeats, r.pass_shares, r.scored_keys," \
	" r.cost_usd, r.costed, r.p50_ns, r.p95_ns, r.keys FROM run r WHERE r.prompt IS NOT NULL AND ("

static struct stmt *runs_that(struct db *db, const struct filter *filter, struct err *err)
{
	struct buf sql = BUF_INIT;
	int params = 0;
	buf_add_cstr(&sql, RUNS);
	filter_sql(&sql, filter, &params);
	buf_add_cstr(&sql, ") ORDER BY r.created_ns DESC NULLS LAST, r.id DESC");
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (s)
		filter_bind(s, filter, 1);
	return s;
}

static bool read_runs(struct db *db, const struct filter *filter, struct prompts *p, struct prompt_run **out, size_t *n,
                      struct err *err)
{
	VEC(struct prompt_run) all = {0};
	struct stmt *s = runs_that(db, filter, err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		size_t version = prompts_version_of(p, col_int(s, 1));
		if (version == SIZE_MAX)
			continue;
		*vec_add(&all) = (struct prompt_run){.id = col_int(s, 0),
		                                     .dataset = col_int_or(s, 2, 0),
		                                     .model = col_int_or(s, 3, 0),
		                                     .created_ns = col_int(s, 4),
		                                     .cases = col_int_or(s, 5, 0),
		                                     .repeats = col_int_or(s, 6, 0),
		                                     .shares = col_double(s, 7),
		                                     .scored = (double)col_int_or(s, 8, 0),
		                                     .cost_usd = col_double(s, 9),
		                                     .costed = col_int_or(s, 10, 0),
		                                     .p50_ns = col_int(s, 11),
		                                     .p95_ns = col_int(s, 12),
		                                     .keys = col_int_or(s, 13, 0),
		                                     .version = (uint32_t)version};
	}
	stmt_free(s);
	*out = arena_zalloc(&p->arena, all.n, sizeof **out);
	*n = all.n;
	if (all.n)
		memcpy(*out, all.at, all.n * sizeof *all.at);
	vec_done(&all);
	return step == STEP_DONE;
}

/* To each version its own, in their order: counted, then dealt out. */
static void deal_runs(struct prompts *p, const struct prompt_run *runs, size_t n)
{
	struct prompt_run *dealt = arena_zalloc(&p->arena, n, sizeof *dealt);
	size_t *at = arena_zalloc(&p->arena, p->n_versions, sizeof *at), sum = 0;
	for (size_t i = 0; i < n; i++)
		p->versions[runs[i].version].n_runs++;
	for (size_t i = 0; i < p->n_versions; i++) {
		at[i] = sum;
		p->versions[i].runs = dealt + sum;
		sum += p->versions[i].n_runs;
	}
	for (size_t i = 0; i < n; i++) {
		struct prompt_version *v = &p->versions[runs[i].version];
		int64_t ns = runs[i].created_ns;
		dealt[at[runs[i].version]++] = runs[i];
		if (ns == TIME_UNKNOWN)
			continue;
		v->first_ns = v->first_ns == TIME_UNKNOWN || ns < v->first_ns ? ns : v->first_ns;
		v->last_ns = v->last_ns == TIME_UNKNOWN || ns > v->last_ns ? ns : v->last_ns;
	}
}

/* ---------------------------------------------------------------- order and sums */

static int by_time(const void *pa, const void *pb)
{
	const struct prompt_version *a = pa, *b = pb;
	if (a->prompt != b->prompt)
		return a->prompt < b->prompt ? -1 : 1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1; /* TIME_UNKNOWN is the least */
	int order = str_cmp(a->label, b->label);
	return order ? order : (a->id > b->id) - (a->id < b->id);
}

/* The newest run of b with a run of a on the same dataset, and the same model if asked for. */
static bool find_pair(const struct prompt_version *a, struct prompt_version *b, bool same_model)
{
	for (size_t i = 0; i < b->n_runs && i < PAIRS_LOOKED; i++)
		for (size_t k = 0; k < a->n_runs && k < PAIRS_LOOKED; k++) {
			if (a->runs[k].dataset != b->runs[i].dataset || !a->runs[k].cases || !b->runs[i].cases ||
			    (same_model && a->runs[k].model != b->runs[i].model))
				continue;
			b->pair_a = a->runs[k].id;
			b->pair_b = b->runs[i].id;
			b->pair_same_model = a->runs[k].model == b->runs[i].model;
			return true;
		}
	return false;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == TIME_UNKNOWN ? b : b == TIME_UNKNOWN || a < b ? a : b;
}

/* The dataset most versions have a score on; of equals the one that comes first in the newest of them. */
static void choose_dataset(struct prompts *p, struct prompt *prompt)
{
	enum { MOST = 64 };
	int64_t ids[MOST], votes[MOST] = {0};
	struct str names[MOST];
	size_t n = 0, best = 0;
	for (size_t i = prompt->first + prompt->n; i-- > prompt->first;) {
		const struct prompt_version *v = &p->versions[i];
		for (size_t k = 0; k < v->n_scores; k++) {
			size_t at = 0;
			while (at < n && ids[at] != v->scores[k].dataset_id)
				at++;
			if (at == n && n == MOST)
				continue;
			if (at == n) {
				ids[n] = v->scores[k].dataset_id;
				names[n++] = v->scores[k].dataset;
			}
			votes[at]++;
		}
	}
	for (size_t i = 1; i < n; i++)
		if (votes[i] > votes[best])
			best = i;
	prompt->dataset_id = n ? ids[best] : 0;
	prompt->dataset = n ? names[best] : STR_NONE;
}

static void sum_prompt(struct prompts *p, struct prompt *prompt)
{
	prompt->first_ns = prompt->last_ns = TIME_UNKNOWN;
	prompt->runs = prompt->traces = prompt->calls = 0;
	for (size_t i = prompt->first; i < prompt->first + prompt->n; i++) {
		struct prompt_version *v = &p->versions[i];
		prompt->first_ns = earlier(prompt->first_ns, v->first_ns);
		prompt->last_ns = v->last_ns > prompt->last_ns ? v->last_ns : prompt->last_ns;
		prompt->runs += (int64_t)v->n_runs;
		prompt->traces += v->calls.traces;
		prompt->calls += v->calls.has_figures ? v->calls.figures.n : 0;
		v->before = i > prompt->first ? i - 1 : SIZE_MAX;
		v->pair_a = v->pair_b = 0;
		if (v->before != SIZE_MAX && !find_pair(&p->versions[i - 1], v, true))
			find_pair(&p->versions[i - 1], v, false);
	}
	choose_dataset(p, prompt);
}

void prompts_sum(struct prompts *p)
{
	if (p->n_versions > 1)
		qsort(p->versions, p->n_versions, sizeof *p->versions, by_time);
	make_ids(p);
	for (size_t i = 0; i < p->n; i++)
		sum_prompt(p, &p->all[i]);
}

bool prompts_list(struct db *db, const struct filter *filter, int64_t cases_most, struct prompts *out, struct err *err)
{
	row_list rows = {0};
	struct prompt_run *runs = NULL;
	size_t n_runs = 0;
	*out = (struct prompts){.arena = ARENA_INIT, .filtered = !filter_is_empty(filter)};
	bool ok = read_rows(db, &out->arena, &rows, err);
	if (ok) {
		join_rows(&rows);
		make_versions(out, &rows);
		make_ids(out);
	}
	vec_done(&rows);
	ok = ok && read_runs(db, filter, out, &runs, &n_runs, err);
	if (ok)
		deal_runs(out, runs, n_runs);
	ok = ok && prompts_score(db, cases_most, out, err);
	if (ok && out->filtered)
		prompts_drop(out);
	if (ok)
		prompts_sum(out);
	return ok;
}

void prompts_done(struct prompts *p)
{
	arena_done(&p->arena);
	*p = (struct prompts){0};
}
