#include "import/eval_row.h"

#include <stdlib.h>

#include "import/columns.h"

enum { BESIDE_MAX = 512 }; /* columns among which another is looked for */

/* ---------------------------------------------------------------- identity */

struct str source_run_id(const struct import *im)
{
	struct str stem = source_stem(im), folder = source_folder(im, 0);
	if (!stem.len)
		return STR_NONE;
	return arena_printf(im->arena, "#" STR_FMT "%s" STR_FMT, STR_ARG(folder), folder.len ? "/" : "", STR_ARG(stem));
}

void source_tell_run(struct import *im, const char *family, bool *told)
{
	struct eval_run run = run_start(family);
	if (*told)
		return;
	*told = true;
	run.id = source_run_id(im);
	run.name = source_stem(im);
	sink_run(im->sink, &run);
}

/* ---------------------------------------------------------------- what has no field of its own */

static bool is_empty(struct val v)
{
	return !val_ok(v) || (val_is(v, SCAN_STRING) && val_raw(v).len <= 2) || val_is(v, SCAN_NAN);
}

static bool is_structure(struct val v)
{
	return val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
}

static void add_quoted(struct fields *f, struct rest *rest, struct str quoted, struct val v)
{
	if (is_empty(v))
		return;
	struct val opened = field_open_cell(f, v);
	buf_add_char(&rest->json, rest->json.len ? ',' : '{');
	buf_add_str(&rest->json, quoted);
	buf_add_char(&rest->json, ':');
	/* The scanner takes NaN in a list, JSON does not. */
	if (is_structure(opened))
		scan_canonical(&rest->json, opened);
	else
		buf_add_str(&rest->json, val_raw(v));
}

void rest_add_cell(struct fields *f, struct rest *rest, struct member m)
{
	add_quoted(f, rest, val_raw(m.key), m.val);
}

void rest_add_cell_as(struct fields *f, struct rest *rest, struct str name, struct val v)
{
	struct buf quoted = BUF_INIT;
	scan_quote(&quoted, name);
	add_quoted(f, rest, buf_str(&quoted), v);
	buf_done(&quoted);
}

void rest_add_cells(struct fields *f, struct rest *rest, struct val object, const char *const *told)
{
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m)) {
		const char *const *name = told;
		while (*name && !(f->loose ? member_is_loose(m, *name) : member_is(m, *name)))
			name++;
		if (!*name)
			rest_add_cell(f, rest, m);
	}
}

struct str rest_of(struct fields *f, struct val object, const char *const *told)
{
	struct rest rest = {BUF_INIT};
	rest_add_cells(f, &rest, object, told);
	return rest_end(&rest, f, NULL);
}

/* ---------------------------------------------------------------- conversations */

static struct val role_of(struct val message)
{
	return FIELD_ANY(message, "role", "type");
}

static bool is_role(struct val message, const char *const *roles)
{
	struct val role = role_of(message);
	for (; *roles; roles++)
		if (val_is(role, SCAN_STRING) && str_ieq(str_cut(val_raw(role), 1, val_raw(role).len - 2), *roles))
			return true;
	return false;
}

static bool is_user(struct val message)
{
	return is_role(message, (const char *const[]){"user", "human", NULL});
}

static bool is_assistant(struct val message)
{
	return is_role(message, (const char *const[]){"assistant", "ai", "model", NULL});
}

static struct val content_of(struct val message)
{
	return FIELD_ANY(message, "content", "text");
}

/* The answer: what an assistant says last. */
static uint32_t answer_at(struct val list)
{
	uint32_t at = UINT32_MAX, i = 0;
	for (struct member m = val_first(list); m.ok; m = val_next(m), i++)
		if (is_assistant(m.val) && val_ok(content_of(m.val)))
			at = i;
	return at;
}

static bool is_talk(struct val list)
{
	if (!val_is(list, SCAN_ARRAY) || !val_first(list).ok)
		return false;
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		if (!val_is(m.val, SCAN_OBJECT) || !val_is(role_of(m.val), SCAN_STRING))
			return false;
	return true;
}

static void add_element(struct buf *list, struct str json)
{
	buf_add_char(list, list->len ? ',' : '[');
	buf_add_str(list, json);
}

static struct str list_take(const struct fields *f, struct buf *list)
{
	buf_add_cstr(list, list->len ? "]" : "[]");
	struct str text = arena_str(f->arena, buf_str(list));
	buf_done(list);
	return text;
}

bool talk_read(struct fields *f, struct val list, struct talk *talk)
{
	struct buf before = BUF_INIT, asked = BUF_INIT;
	uint32_t answer = answer_at(list), i = 0, n_before = 0;
	*talk = (struct talk){.n = 0};
	if (!is_talk(list))
		return false;
	for (struct member m = val_first(list); m.ok; m = val_next(m), i++) {
		struct val content = content_of(m.val);
		if (i == answer)
			talk->output = field_text(f, content);
		if (is_user(m.val) && !talk->title.len)
			talk->title = field_text(f, content);
		if (is_user(m.val) && val_ok(content))
			add_element(&asked, val_raw(content));
		if (i < answer && ++n_before)
			add_element(&before, val_raw(m.val));
	}
	talk->n = i;
	talk->key = list_take(f, &asked);
	talk->input = list_take(f, &before);
	if (n_before == 1 && is_user(val_at(list, 0)))
		talk->input = talk->title;
	return true;
}

/* ---------------------------------------------------------------- forms of tables */

struct val row_of_cells(struct fields *f, struct val record, struct val columns)
{
	struct buf json = BUF_INIT;
	if (!val_is(record, SCAN_ARRAY))
		return val_is(record, SCAN_OBJECT) ? record : VAL_NONE;
	struct member name = val_first(columns), cell = val_first(record);
	for (; cell.ok && name.ok && val_is(columns, SCAN_ARRAY); cell = val_next(cell), name = val_next(name)) {
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, val_text(name.val, f->arena));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(cell.val));
	}
	bool whole = json.len && !cell.ok;
	buf_add_char(&json, '}');
	struct val row = whole ? fields_scan(f, arena_str(f->arena, buf_str(&json))) : VAL_NONE;
	buf_done(&json);
	return row;
}

bool row_is_by_column(struct val table)
{
	size_t n = 0;
	struct str first = STR_NONE;
	if (!val_is(table, SCAN_OBJECT))
		return false;
	for (struct member m = val_first(table); m.ok; m = val_next(m), n++) {
		struct member row = val_first(m.val);
		if (!val_is(m.val, SCAN_OBJECT) || !row.ok)
			return false;
		if (n && !str_eq(first, val_raw(row.key)))
			return false;
		first = val_raw(row.key);
	}
	return n >= 2;
}

void row_each_by_column(struct import *im, const struct record *rec, int slot,
                        void (*read)(struct import *, const struct record *, struct val row))
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct columns columns = columns_new(im->arena);
	struct scan scan = SCAN_INIT;
	struct buf json = BUF_INIT;
	struct str key;
	for (struct member m = val_first(rec->root); m.ok; m = val_next(m))
		if (!columns_add(&columns, val_raw(m.key), m.val)) {
			import_problem(im, rec, SEVERITY_WARNING, "limit-columns", STR_NONE,
			               "further columns are kept in the record, not read", "more than %d columns",
			               COLUMNS_MAX);
			break;
		}
	while (columns_next(&columns, &json, &key, im->arena)) {
		/* The row's number, or what the table calls it. */
		json.len--;
		buf_add_cstr(&json, ",\"index\":");
		scan_quote(&json, key);
		buf_add_char(&json, '}');
		struct str text = arena_str(im->arena, buf_str(&json));
		if (!scan_text(&scan, text, &opts))
			continue;
		import_detail(im, rec, slot, text);
		read(im, rec, scan_root(&scan));
	}
	scan_done(&scan);
	buf_done(&json);
}

struct val row_open(struct fields *f, struct val record, bool *said)
{
	struct val columns = frame_get(f->rec->frame, "columns", false);
	struct val row = row_of_cells(f, record, columns);
	if (val_first(row).ok)
		return row;
	if (val_is(record, SCAN_ARRAY) && !val_is(columns, SCAN_ARRAY)) {
		if (!*said)
			import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE,
			               "this row and those like it skipped",
			               "cells without the names of their columns before them");
		*said = true;
	} else {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not a row");
	}
	return VAL_NONE;
}

/* ---------------------------------------------------------------- rows */

struct row row_start(const struct fields *f, struct val object, const struct row_name *names)
{
	struct row row = {.object = object, .cells = true, .names = names};
	(void)f;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		row.cells = row.cells && (val_is(m.val, SCAN_STRING) || !val_ok(m.val));
	for (; names->name; names++) {
		struct val v = val_get_loose(object, names->name);
		if (!val_ok(row.got[names->role]) && !is_empty(v))
			row.got[names->role] = v;
	}
	return row;
}

bool row_is_told(const struct row *row, struct member m)
{
	for (int role = ROW_INPUT; role < N_ROW_ROLES; role++)
		if (row->got[role].scan == m.val.scan && row->got[role].i == m.val.i && m.val.scan)
			return true;
	return false;
}

struct val row_beside(const struct fields *f, const struct row *row, struct str name, const char *suffix)
{
	if (name.len > 200 || val_count(row->object) > BESIDE_MAX)
		return VAL_NONE;
	struct val v = val_get_loose(row->object, arena_printf(f->arena, STR_FMT "%s", STR_ARG(name), suffix).ptr);
	return is_empty(v) ? VAL_NONE : v;
}

/* v0.1 of Ragas has a list of one reference. */
static struct val only_one(struct val v)
{
	return val_is(v, SCAN_ARRAY) && val_count(v) == 1 ? val_at(v, 0) : v;
}

void row_tell(struct fields *f, const struct row *row, struct case_result *res)
{
	const struct val *got = row->got;
	struct val input = field_open_cell(f, got[ROW_INPUT]),
	           expected = only_one(field_open_cell(f, got[ROW_EXPECTED]));
	struct talk talk;
	struct str asked = case_key_part(f, input);
	res->input = field_text(f, input);
	res->output = field_text(f, field_open_cell(f, got[ROW_OUTPUT]));
	if (talk_read(f, input, &talk)) {
		asked = talk.key;
		res->title = talk.title;
		if (!res->output.len && talk.output.len) {
			res->input = talk.input;
			res->output = talk.output;
		}
	}
	res->expected = field_text(f, expected);
	res->error = field_text(f, got[ROW_ERROR]);
	res->key = CASE_KEY(f->arena, asked, case_key_part(f, expected));
	int64_t ns = field_duration(f, got[ROW_SECONDS], 1000000000, "latency");
	if (!val_ok(got[ROW_SECONDS]))
		ns = field_duration(f, got[ROW_MS], 1000000, "latency_ms");
	res->latency_ns = ns > 0 ? ns : UNKNOWN_INT;
	res->tokens_in = field_count(f, got[ROW_TOKENS_IN], "tokens");
	res->tokens_out = field_count(f, got[ROW_TOKENS_OUT], "tokens");
	res->cost_usd = field_number(f, got[ROW_COST], "cost");
	res->trace_id = field_text(f, got[ROW_TRACE]);
	if (!val_int64(got[ROW_INDEX], &res->order) || res->order < 0)
		res->order = (int64_t)f->rec->number;
}

bool row_score_value(const struct fields *f, struct score *score, struct val cell)
{
	if (!score_value(f, score, cell))
		return false;
	if (score->value <= 0 && score->value >= 0)
		score->value = 0; /* -0.0 */
	if (IS_UNKNOWN(score->value) && (str_is(score->label, "nan") || str_ieq(score->label, "none") ||
	                                 str_ieq(score->label, "null") || str_is(score->label, "<NA>"))) {
		score->label = STR_NONE;
		return false;
	}
	return true;
}
