#include "import/generic_doc.h"

#include <stdlib.h>
#include <string.h>

enum { MEMBERS_LOOKED_AT = 5 };

const struct record_path generic_list_paths[] = {
    {"results[]",                         0},
    {"data[]",                            0},
    {"examples[]",                        0},
    {"rows[]",                            0},
    {"cases[]",                           0},
    {"test_cases[]",                      0},
    {"testCases[]",                       0},
    {"tests[]",                           0},
    {"test_results[]",                    0},
    {"testResults[]",                     0},
    {"samples[]",                         0},
    {"predictions[]",                     0},
    {"items[]",                           0},
    {"records[]",                         0},
    {"entries[]",                         0},
    {"instances[]",                       0},
    {"evaluations[]",                     0},
    {"evals[]",                           0},
    {"eval_results[]",                    0},
    {"evaluation_results[]",              0},
    {"outputs[]",                         0},
    {"responses[]",                       0},
    {"details[]",                         0},
    {"questions[]",                       0},
    {"per_example[]",                     0},
    {"per_sample[]",                      0},
    {"individual_results[]",              0},
    {"detailed_results[]",                0},
    {"results.rows[]",                    0},
    {"results.cases[]",                   0},
    {"results.details[]",                 0},
    {"results.examples[]",                0},
    {"results.samples[]",                 0},
    {"results.items[]",                   0},
    {"data.rows[]",                       0},
    {"data.results[]",                    0},
    {"metadata.example_level_metadata[]", 0}, /* OpenAI simple-evals */
    {NULL,                                0},
};

/* Members in which results may be kept by id. */
static const char *const keyed_names[] = {"results", "eval",    "evals", "cases", "examples",
                                          "details", "samples", "data",  NULL};

struct val generic_doc_unwrap(struct val row)
{
	struct val inner = val_get(row, "row");
	return val_is(inner, SCAN_OBJECT) && val_get(row, "row_idx").scan ? inner : row;
}

const struct generic_map generic_any = {NULL, 0};

static bool is_result(struct fields *f, struct val v, const struct generic_map *map)
{
	struct generic_row row;
	if (!val_is(v, SCAN_OBJECT) || map)
		return val_is(v, SCAN_OBJECT) && val_first(v).ok;
	generic_row_read(f, generic_doc_unwrap(v), NULL, &row);
	return generic_is_result(&row);
}

static bool is_list_of_results(struct fields *f, struct val list, const struct generic_map *map)
{
	int n = 0;
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY) && n < MEMBERS_LOOKED_AT;
	     m = val_next(m), n++)
		if (is_result(f, m.val, map))
			return true;
	return false;
}

struct val generic_doc_list(struct fields *f, struct val object, const struct generic_map *map)
{
	for (const struct record_path *p = generic_list_paths; p->path; p++) {
		char name[64];
		size_t len = strlen(p->path) - 2;
		memcpy(name, p->path, len);
		name[len] = 0;
		struct val list = val_path(object, name);
		if (is_list_of_results(f, list, map))
			return list;
	}
	return VAL_NONE;
}

/* All members lists of one length, or all objects of one size, and no lists of objects. */
static bool is_columns(struct val object)
{
	uint32_t n = 0, length = 0;
	enum scan_type type = SCAN_NONE;
	for (struct member m = val_first(object); m.ok; m = val_next(m), n++) {
		if (n == 0) {
			type = val_type(m.val);
			length = val_count(m.val);
		}
		if (val_type(m.val) != type || val_count(m.val) != length)
			return false;
	}
	return n >= 2 && length > 0 && (type == SCAN_ARRAY || type == SCAN_OBJECT);
}

/* The first row says whether it is one of results. */
static bool are_columns_of_results(struct fields *f, struct val object, const struct generic_map *map)
{
	struct generic_doc_rows rows;
	if (!is_columns(object))
		return false;
	generic_doc_rows_begin(f, object, GENERIC_DOC_COLUMNS, map, &rows);
	bool found =
	    generic_doc_rows_next(&rows) && is_result(f, fields_scan(f, arena_str(f->arena, buf_str(&rows.json))), map);
	generic_doc_rows_done(&rows);
	return found;
}

/* Not figures of a task each: something was asked, answered or judged. */
static bool is_kept_result(struct fields *f, struct val v, const struct generic_map *map)
{
	struct generic_row row;
	if (val_is(v, SCAN_ARRAY))
		v = val_first(v).val;
	if (!val_is(v, SCAN_OBJECT) || map)
		return val_is(v, SCAN_OBJECT) && val_first(v).ok;
	generic_row_read(f, v, NULL, &row);
	if (row.by[GENERIC_OUTPUT] && generic_was_run(&row))
		return true;
	return generic_row_has(&row, GENERIC_PASS) || (row.by[GENERIC_INPUT] && row.by[GENERIC_OUTPUT]) ||
	       ((row.by[GENERIC_INPUT] || row.by[GENERIC_OUTPUT]) && generic_is_result(&row));
}

/* All members are results, or lists of them. */
static bool holds_results(struct fields *f, struct val object, const struct generic_map *map)
{
	int n = 0;
	bool found = false;
	for (struct member m = val_first(object); m.ok && n < MEMBERS_LOOKED_AT; m = val_next(m), n++) {
		if (!m.key.scan || !(val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY)))
			return false;
		found = found || is_kept_result(f, m.val, map);
	}
	return found;
}

/* The object whose members are results. */
static struct val keyed_of(struct fields *f, struct val object, const struct generic_map *map)
{
	for (size_t i = 0; keyed_names[i]; i++) {
		struct val v = val_get(object, keyed_names[i]);
		if (val_is(v, SCAN_OBJECT) && holds_results(f, v, map))
			return v;
	}
	return holds_results(f, object, map) ? object : VAL_NONE;
}

static bool has_inside(struct val object)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY))
			return true;
	return false;
}

static bool any_is_mapped(const struct generic_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->at[i].mapped)
			return true;
	return false;
}

/* {"columns":["question",…],"index":[0,…],"data":[["…",…],…]}: pandas. */
static bool is_split(struct val object)
{
	struct val columns = val_get(object, "columns"), data = val_get(object, "data");
	return val_is(columns, SCAN_ARRAY) && val_is(val_first(columns).val, SCAN_STRING) && val_is(data, SCAN_ARRAY) &&
	       (!val_first(data).ok || val_is(val_first(data).val, SCAN_ARRAY));
}

struct val generic_doc_zip(struct fields *f, struct val columns, struct val values)
{
	struct buf json = BUF_INIT;
	struct member name = val_first(columns);
	for (struct member m = val_first(values); m.ok && name.ok; m = val_next(m), name = val_next(name)) {
		if (!val_is(name.val, SCAN_STRING))
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		buf_add_str(&json, val_raw(name.val));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(m.val));
	}
	buf_add_cstr(&json, json.len ? "}" : "{}");
	struct val row = fields_scan(f, arena_str(f->arena, buf_str(&json)));
	buf_done(&json);
	return row;
}

enum generic_doc generic_doc_of(struct fields *f, struct val object, const struct generic_map *map)
{
	struct generic_row row;
	if (!has_inside(object))
		return GENERIC_DOC_ROW;
	if (is_split(object))
		return GENERIC_DOC_SPLIT;
	if (are_columns_of_results(f, object, map))
		return GENERIC_DOC_COLUMNS;
	generic_row_read(f, generic_doc_unwrap(object), map, &row);
	bool is = generic_is_result(&row), whole = row.by[GENERIC_INPUT] && row.by[GENERIC_OUTPUT];
	if ((is && whole) || any_is_mapped(&row))
		return GENERIC_DOC_ROW;
	if (generic_doc_list(f, object, map).scan)
		return GENERIC_DOC_LIST;
	return !is && keyed_of(f, object, map).scan ? GENERIC_DOC_KEYED : GENERIC_DOC_ROW;
}

/* ---------------------------------------------------------------- rows */

void generic_doc_rows_begin(struct fields *f, struct val object, enum generic_doc doc, const struct generic_map *map,
                            struct generic_doc_rows *rows)
{
	*rows = (struct generic_doc_rows){.f = f, .doc = doc};
	if (doc == GENERIC_DOC_KEYED) {
		rows->outer = val_first(keyed_of(f, object, map));
		return;
	}
	rows->columns = columns_new(f->arena);
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		columns_add(&rows->columns, val_raw(m.key), m.val);
}

/* A row with its key among its members, unless it has an id of its own. */
static void add_key(struct generic_doc_rows *rows, const char *name, struct str key, struct str object)
{
	struct buf json = BUF_INIT;
	struct str rest = str_trim(str_from(object, 1));
	buf_printf(&json, "{\"%s\":", name);
	scan_quote(&json, key);
	buf_add_cstr(&json, rest.len && rest.ptr[0] != '}' ? "," : "");
	buf_add_str(&json, rest);
	buf_clear(&rows->json);
	buf_add_str(&rows->json, buf_str(&json));
	buf_done(&json);
}

static bool next_of_columns(struct generic_doc_rows *rows)
{
	struct str key;
	if (!columns_next(&rows->columns, &rows->json, &key, rows->f->arena))
		return false;
	if (key.len)
		add_key(rows, "index", key, arena_str(rows->f->arena, buf_str(&rows->json)));
	return true;
}

static bool has_id(const struct fields *f, struct val row)
{
	for (struct member m = val_first(row); m.ok && m.key.scan; m = val_next(m)) {
		const struct generic_name *known = generic_name_find(member_key(m, f->arena));
		if (known && known->field == GENERIC_ID && known->rank < GENERIC_WEAK && !generic_is_empty(m.val))
			return true;
	}
	return false;
}

static bool take_keyed(struct generic_doc_rows *rows, struct val row)
{
	if (!val_is(row, SCAN_OBJECT))
		return false;
	buf_clear(&rows->json);
	if (has_id(rows->f, row))
		buf_add_str(&rows->json, val_raw(row));
	else
		add_key(rows, "id", member_key(rows->outer, rows->f->arena), val_raw(row));
	return true;
}

bool generic_doc_rows_next(struct generic_doc_rows *rows)
{
	if (rows->doc == GENERIC_DOC_COLUMNS)
		return next_of_columns(rows);
	for (; rows->outer.ok; rows->outer = val_next(rows->outer)) {
		struct val v = rows->outer.val;
		if (val_is(v, SCAN_ARRAY)) {
			rows->inner = rows->inner.ok ? val_next(rows->inner) : val_first(v);
			for (; rows->inner.ok; rows->inner = val_next(rows->inner))
				if (take_keyed(rows, rows->inner.val))
					return true;
			continue;
		}
		if (take_keyed(rows, v)) {
			rows->outer = val_next(rows->outer);
			return true;
		}
	}
	return false;
}

void generic_doc_rows_done(struct generic_doc_rows *rows)
{
	buf_done(&rows->json);
}
