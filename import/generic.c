/* Plain tables of results: CSV, JSON Lines, lists in a JSON document, tables by column, results by id; and files that hold nothing but a run's
 * figures. What each column is, generic_columns.c says by its name, or the user does (--map).
 * Each file is a run of its own, or as many as it has experiments, prompt versions and models that answered the same questions: two files of one name are two runs.
 * Rules: formats/evals.md section 15. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/generic_doc.h"
#include "store/base/vec.h"

enum { SLOT_ROW, SLOT_MADE, RUNS_MAX = 256, CONFIG_MAX = 256 << 10, NUMBER_MAX = 64 };

/* A run told already: by what it differs from the file's others. */
struct run_told {
	char *part;    /* "gpt-4o", "": nothing */
	char *dataset; /* of all its rows so far; NULL: none said, or several */
	bool datasets;
};

struct generic_state {
	struct arena arena; /* the map's */
	struct generic_map map;
	bool parsed;
	bool looked, model_of_case; /* at the sample: generic_model_of_case */
	VEC(struct run_told) runs;
	uint64_t n_rows, n_outputs;
	uint64_t first; /* number of the first record seen; above 1: what was read before is not known */
	bool no_key_said;
};

static const char *const generic_secrets[] = {
    "**.apiKey", "**.api_key", "**.authorization", "**.Authorization", "**.cookies", "**.password", NULL};

static void generic_state_done(void *any)
{
	struct generic_state *state = any;
	for (size_t i = 0; i < state->runs.n; i++) {
		free(state->runs.at[i].part);
		free(state->runs.at[i].dataset);
	}
	vec_done(&state->runs);
	arena_done(&state->arena);
}

/* The user's map, or NULL. It was looked at before it was taken. */
static const struct generic_map *map_of(struct import *im)
{
	struct generic_state *state = im->state;
	struct err unseen = ERR_INIT;
	if (!im->map.len)
		return NULL;
	if (!state->parsed && !generic_map_parse(im->map, &state->arena, &state->map, &unseen))
		state->map.n = 0;
	state->parsed = true;
	return &state->map;
}

/* ---------------------------------------------------------------- runs */

/* A file called results.csv says less than its folder. */
static bool says_nothing(struct str stem)
{
	static const char *const names[] = {"result",       "results",
	                                    "output",       "outputs",
	                                    "eval",         "evals",
	                                    "evaluation",   "evaluations",
	                                    "score",        "scores",
	                                    "data",         "metrics",
	                                    "samples",      "details",
	                                    "report",       "predictions",
	                                    "prediction",   "responses",
	                                    "answers",      "cases",
	                                    "test",         "tests",
	                                    "generations",  "summary",
	                                    "eval_results", "evaluation_results",
	                                    "test_results", "rows",
	                                    "run"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(stem, names[i]))
			return true;
	return false;
}

static struct str joined(struct arena *arena, struct str a, const char *between, struct str b)
{
	if (!a.len || !b.len)
		return a.len ? a : b;
	return arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(a), between, STR_ARG(b));
}

extern const struct format format_generic_case;

/* Files of one result each are a run together: their folder's. */
static bool is_of_folder(const struct import *im)
{
	return im->format == &format_generic_case && source_folder(im, 0).len;
}

static struct str file_name(const struct import *im)
{
	struct str stem = source_stem(im), folder = source_folder(im, 0), outer = source_folder(im, 1);
	if (is_of_folder(im))
		return says_nothing(folder) && outer.len ? joined(im->arena, outer, "/", folder) : folder;
	return stem.len && says_nothing(stem) && folder.len ? joined(im->arena, folder, "/", stem) : stem;
}

/* The model of each row is its own: it goes to the metadata. */
static void leave_model(struct fields *f, struct generic_row *row)
{
	struct generic_state *state = f->im->state;
	struct generic_column *model = row->by[GENERIC_MODEL];
	if (!state->looked)
		state->model_of_case = generic_model_of_case(f, f->im->sample, map_of(f->im));
	state->looked = true;
	if (!state->model_of_case || !model || model->mapped)
		return;
	model->taken = false;
	row->by[GENERIC_MODEL] = NULL;
}

/* By what a row's run differs from others of its file. */
static struct str part_of(const struct generic_row *row, struct arena *arena)
{
	static const enum generic_field fields[] = {GENERIC_RUN, GENERIC_MODEL, GENERIC_PROMPT_NAME,
	                                            GENERIC_PROMPT_VERSION};
	struct str part = STR_LIT("");
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		part = joined(arena, part, " · ", generic_word(row, fields[i], arena));
	return part;
}

/* "#": two files of one name are two runs. */
static struct str run_id(const struct import *im, struct str part)
{
	const char *local = is_of_folder(im) ? "" : "#";
	return arena_printf(im->arena, "%s" STR_FMT, local, STR_ARG(joined(im->arena, file_name(im), " · ", part)));
}

static struct str frame_text(const struct frame *frame, struct arena *arena, const char *const *names)
{
	for (size_t i = 0; frame && names[i]; i++) {
		struct val v = frame_get(frame, names[i], false);
		if (val_is(v, SCAN_STRING) && val_raw(v).len > 2)
			return val_str(v, arena);
	}
	return STR_NONE;
}

static int64_t frame_time(const struct frame *frame, struct arena *arena)
{
	static const char *const names[] = {"timestamp", "created_at", "createdAt",  "created", "date",
	                                    "run_date",  "start_time", "started_at", NULL};
	struct str text = frame_text(frame, arena, names);
	int64_t ns;
	bool zoneless;
	return text.len && units_iso(text, &ns, &zoneless) ? ns : TIME_UNKNOWN;
}

/* What stands around the rows is said of all their runs. */
static void run_of_frame(struct eval_run *run, const struct frame *frame, struct arena *arena)
{
	static const char *const models[] = {"model", "model_name", "model_id", "llm", NULL};
	static const char *const datasets[] = {"dataset", "dataset_name", "benchmark", "eval_name", "task", NULL};
	static const char *const providers[] = {"provider", NULL};
	static const char *const prompts[] = {"prompt_template", "system_prompt", NULL};
	static const char *const versions[] = {"prompt_version", NULL};
	if (!frame)
		return;
	run->model = run->model.len ? run->model : frame_text(frame, arena, models);
	run->provider = run->provider.len ? run->provider : frame_text(frame, arena, providers);
	run->dataset = frame_text(frame, arena, datasets);
	run->prompt_text = run->prompt_text.len ? run->prompt_text : frame_text(frame, arena, prompts);
	run->prompt_version = run->prompt_version.len ? run->prompt_version : frame_text(frame, arena, versions);
	run->created_ns = frame_time(frame, arena);
}

/* Its place in the state; NULL: too many. */
static struct run_told *told_run(struct generic_state *state, struct str part, bool *fresh)
{
	*fresh = false;
	for (size_t i = state->runs.n; i-- > 0;)
		if (str_is(part, state->runs.at[i].part))
			return &state->runs.at[i];
	*fresh = true;
	if (state->runs.n == RUNS_MAX)
		return NULL;
	struct run_told *told = vec_add(&state->runs);
	*told = (struct run_told){.part = xstrndup(part)};
	return told;
}

static void note_dataset(struct run_told *told, struct str dataset, bool fresh)
{
	if (fresh && dataset.len)
		told->dataset = xstrndup(dataset);
	else if (told->dataset && !str_is(dataset, told->dataset))
		told->datasets = true; /* several: then none is the run's */
}

/* The name waits for the end: then it is known whether the file holds several runs. */
static void tell_run(struct import *im, const struct record *rec, const struct generic_row *row, struct str part,
                     const struct metric_list *metrics, struct str config)
{
	struct eval_run run = run_start("generic");
	struct arena *a = im->arena;
	bool fresh;
	struct run_told *told = told_run(im->state, part, &fresh);
	if (told)
		note_dataset(told, generic_word(row, GENERIC_DATASET, a), fresh);
	if (!fresh && !metrics)
		return;
	run.id = run_id(im, part);
	run.model = generic_word(row, GENERIC_MODEL, a);
	if (!run.model.len && metrics && !row->by[GENERIC_RUN])
		run.model = part; /* from the settings beside the figures */
	run.provider = generic_word(row, GENERIC_PROVIDER, a);
	run.prompt_text = generic_text(row, GENERIC_PROMPT, a);
	run.prompt_name = generic_word(row, GENERIC_PROMPT_NAME, a);
	run.prompt_version = generic_word(row, GENERIC_PROMPT_VERSION, a);
	run_of_frame(&run, rec->frame, a);
	run.config = config;
	if (metrics)
		run_take_metrics(&run, metrics);
	if (!told) /* nobody will name it at the end */
		run.name = joined(a, file_name(im), " · ", part);
	sink_run(im->sink, &run);
}

/* ---------------------------------------------------------------- cases */

/* pandas writes whole numbers with a fraction where a value is missing elsewhere in the column: 12.0 is 12. */
static struct str id_text(struct val v, struct fields *f)
{
	struct str text = str_trim(case_key_part(f, v));
	size_t dot = str_find(text, STR_LIT(".0"));
	int64_t whole;
	if (dot != SIZE_MAX && dot + 2 == text.len && scan_int64(str_cut(text, 0, dot), &whole))
		text.len = dot;
	return text;
}

/* The first text of a row of figures: in a table of systems, its name. */
static struct str first_text(const struct generic_row *row, struct arena *arena)
{
	for (size_t i = 0; i < row->n; i++) {
		const struct generic_column *c = &row->at[i];
		if (!c->taken && val_is(c->val, SCAN_STRING) && !generic_is_empty(c->val))
			return val_str(c->val, arena);
	}
	return STR_NONE;
}

/* The id, with its dataset, since ids begin anew in each; the turn of a conversation is a case of its own. Else what was asked and expected.
 * Else all that is left is the place in the file. */
static struct str key_of(struct fields *f, const struct generic_row *row, struct case_result *res,
                         const struct record *rec)
{
	struct arena *a = f->arena;
	struct str input =
	    generic_row_has(row, GENERIC_INPUT) ? case_key_part(f, row->by[GENERIC_INPUT]->val) : STR_NONE;
	struct str expected =
	    generic_row_has(row, GENERIC_EXPECTED) ? case_key_part(f, row->by[GENERIC_EXPECTED]->val) : STR_NONE;
	struct str id = generic_row_has(row, GENERIC_ID) ? id_text(row->by[GENERIC_ID]->val, f) : STR_NONE;
	struct str dataset = generic_word(row, GENERIC_DATASET, a), turn = generic_word(row, GENERIC_TURN, a);
	struct generic_state *state = f->im->state;
	res->variant =
	    hash64(CASE_KEY(a, input, expected)); /* one id, the same question: a repeat; else another case */
	if (!id.len && !input.len)
		id = is_of_folder(f->im) ? source_stem(f->im) : first_text(row, a);
	if (id.len)
		id = turn.len ? arena_printf(a, STR_FMT ", turn " STR_FMT, STR_ARG(id), STR_ARG(turn)) : id;
	if (id.len)
		return dataset.len ? CASE_KEY(a, dataset, id) : id;
	if (input.len)
		return CASE_KEY(a, input, expected);
	if (!state->no_key_said && !f->im->decoding)
		import_problem(f->im, rec, SEVERITY_WARNING, "no-key", STR_NONE,
		               "told apart by their place in the file",
		               "no id and no input; --map id=COLUMN names one");
	state->no_key_said = true;
	res->variant = 0;
	return arena_printf(a, "row %lld", (long long)res->order + 1);
}

/* A verdict that failed, with what was wrong: the error's type says that it is the grader's word. */
static bool is_graders(const struct generic_row *row, int pass)
{
	return pass == 0 && generic_named(row, STR_LIT("error_type"));
}

static int verdict_of(struct fields *f, struct case_result *res, const struct generic_row *row)
{
	struct generic_column *pass = row->by[GENERIC_PASS], *error = row->by[GENERIC_ERROR];
	int passed = pass ? generic_verdict(f, pass) : -1;
	bool truth, none = !generic_row_has(row, GENERIC_ERROR);
	if (error && field_bool(f, error->val, &truth) && !truth)
		none = true;
	res->status = status_of_pass(passed);
	if (error && !none && !is_graders(row, passed)) {
		res->status = CASE_ERROR;
		res->error = str_trim(val_text(error->val, f->arena));
		res->error = str_ieq(res->error, "true") ? STR_LIT("error") : res->error;
	} else if (passed == GENERIC_BROKEN) {
		res->status = CASE_ERROR;
		res->error = val_text(pass->val, f->arena);
	} else if (error && !none) {
		error->taken = false; /* metadata */
	}
	return passed;
}

static void read_usage(struct fields *f, struct case_result *res, const struct generic_row *row)
{
	struct span span = span_start("generic");
	double latency = generic_number(row, GENERIC_LATENCY, f->arena);
	if (latency > 0 && latency * (double)row->by[GENERIC_LATENCY]->unit_ns < 9e18)
		res->latency_ns = (int64_t)(latency * (double)row->by[GENERIC_LATENCY]->unit_ns + 0.5);
	if (generic_row_has(row, GENERIC_USAGE))
		fields_usage(f, &span, row->by[GENERIC_USAGE]->val, "usage");
	res->cost_usd = generic_number(row, GENERIC_COST, f->arena);
	res->cost_usd = IS_UNKNOWN(res->cost_usd) ? span.cost_usd : res->cost_usd;
	res->tokens_in = generic_count(row, GENERIC_TOKENS_IN, f->arena);
	res->tokens_out = generic_count(row, GENERIC_TOKENS_OUT, f->arena);
	res->tokens_in = res->tokens_in == UNKNOWN_INT ? span.tokens_in : res->tokens_in;
	res->tokens_out = res->tokens_out == UNKNOWN_INT ? span.tokens_out : res->tokens_out;
}

/* All that no field took. */
static struct str metadata_of(const struct generic_row *row, struct arena *arena)
{
	struct buf json = BUF_INIT;
	for (size_t i = 0; i < row->n; i++) {
		const struct generic_column *c = &row->at[i];
		if (c->taken || generic_is_empty(c->val))
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, c->name);
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(c->val));
	}
	if (json.len)
		buf_add_char(&json, '}');
	struct str text = json.len ? arena_str(arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return text;
}

static struct str title_of(const struct case_result *res, const struct generic_row *row, struct arena *arena)
{
	struct str title = generic_word(row, GENERIC_TITLE, arena);
	if (title.len || res->input.len)
		return title;
	title = generic_word(row, GENERIC_ID, arena);
	return title.len ? title : first_text(row, arena);
}

static bool is_of_a_case(const struct generic_row *row)
{
	static const enum generic_field fields[] = {GENERIC_ID,   GENERIC_INPUT, GENERIC_EXPECTED, GENERIC_OUTPUT,
	                                            GENERIC_PASS, GENERIC_ERROR, GENERIC_SCORES};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (generic_row_has(row, fields[i]))
			return true;
	return false;
}

static void tell_case(struct fields *f, const struct record *rec, struct generic_row *row, int64_t order)
{
	struct import *im = f->im;
	struct generic_state *state = im->state;
	struct case_result res = case_start("generic");
	struct str part = part_of(row, f->arena);
	res.order = order;
	res.run_id = run_id(im, part);
	tell_run(im, rec, row, part, NULL, STR_NONE);
	res.key = key_of(f, row, &res, rec);
	if (row->by[GENERIC_REPEAT])
		res.repeat = generic_count(row, GENERIC_REPEAT, f->arena);
	res.input = generic_text(row, GENERIC_INPUT, f->arena);
	res.expected = generic_text(row, GENERIC_EXPECTED, f->arena);
	res.output = generic_text(row, GENERIC_OUTPUT, f->arena);
	res.trace_id = generic_word(row, GENERIC_TRACE, f->arena);
	res.title = title_of(&res, row, f->arena);
	int pass = verdict_of(f, &res, row);
	read_usage(f, &res, row);
	generic_read_scores(f, &res, row, pass);
	res.metadata = metadata_of(row, f->arena);
	sink_case(im->sink, &res);
	state->n_rows += is_of_a_case(row);
	state->n_outputs += row->by[GENERIC_OUTPUT] != NULL;
}

/* ---------------------------------------------------------------- figures of a whole run */

/* All members are texts: a row of a CSV, where a text that has no other meaning names the row. */
static bool is_named_row(const struct generic_row *row, struct arena *arena)
{
	for (size_t i = 0; i < row->n; i++)
		if (!val_is(row->at[i].val, SCAN_STRING))
			return false;
	return first_text(row, arena).len > 0;
}

/* Only the file's first record, or one that says whose figures they are: a further one without any id is a poor case, but a case. */
static bool is_aggregate(const struct generic_row *row, const struct record *rec, struct arena *arena)
{
	bool whose = generic_row_has(row, GENERIC_MODEL) || generic_row_has(row, GENERIC_RUN);
	return !is_of_a_case(row) && (rec->number <= 1 || whose) && !is_named_row(row, arena);
}

static void tell_aggregate(struct fields *f, const struct record *rec, struct generic_row *row)
{
	struct metric_list list = {0};
	for (size_t i = 0; i < row->n; i++) {
		struct generic_column *c = &row->at[i];
		double value;
		c->taken = c->field >= GENERIC_SCORE || c->field == GENERIC_MODEL || c->field == GENERIC_PROVIDER;
		bool settings = str_starts(c->plain, "config") || str_starts(c->plain, "version");
		bool plain = c->field == GENERIC_SCORES || str_is(c->plain, "results");
		const char *prefix = plain ? "" : arena_printf(f->arena, STR_FMT "/", STR_ARG(c->name)).ptr;
		if (val_is(c->val, SCAN_OBJECT) && !settings)
			metric_add_all(&list, f, c->val, prefix);
		else if (c->taken && val_double(c->val, &value))
			metric_add(&list, f->arena, c->name, value);
	}
	struct val config_model = val_path(rec->root, "config_general.model_name"); /* LightEval */
	struct str config = metadata_of(row, f->arena), part = part_of(row, f->arena);
	if (!part.len && val_is(config_model, SCAN_STRING))
		part = val_str(config_model, f->arena);
	tell_run(f->im, rec, row, part, &list, config.len <= CONFIG_MAX ? config : STR_NONE);
}

static void tell_figure(struct fields *f, const struct record *rec, const struct generic_row *row,
                        const struct generic_figure *figure)
{
	struct metric_list list = {0};
	metric_add(&list, f->arena, figure->name, figure->value);
	if (IS_UNKNOWN(figure->value) && !generic_is_empty(figure->said))
		import_problem(f->im, rec, SEVERITY_WARNING, "bad-value", figure->name, "kept in the record",
		               "a metric whose value is no number");
	tell_run(f->im, rec, row, part_of(row, f->arena), &list, STR_NONE);
}

/* ---------------------------------------------------------------- records */

static void read_object(struct fields *f, const struct record *rec, struct val object, int64_t order)
{
	struct generic_row row;
	generic_row_read(f, generic_doc_unwrap(object), map_of(f->im), &row);
	leave_model(f, &row);
	if (row.twice.ptr)
		import_problem(f->im, rec, SEVERITY_WARNING, "duplicate-key", row.twice, "the last one counts",
		               "a member that is there twice");
	struct generic_figure figure;
	if (generic_is_figure(&row, f->arena, &figure))
		tell_figure(f, rec, &row, &figure);
	else if (rec->slot == SLOT_ROW && !rec->frame && is_aggregate(&row, rec, f->arena))
		tell_aggregate(f, rec, &row);
	else
		tell_case(f, rec, &row, order);
}

/* Each row becomes a record of its own, and is shown again alone. */
static void read_rows(struct fields *f, const struct record *rec, enum generic_doc doc)
{
	struct generic_doc_rows rows;
	int64_t order = 0;
	generic_doc_rows_begin(f, rec->root, doc, map_of(f->im), &rows);
	while (generic_doc_rows_next(&rows)) {
		struct arena *whole = f->im->arena;
		struct arena own = ARENA_INIT;
		struct record made = {.bytes = buf_str(&rows.json),
		                      .slot = SLOT_MADE,
		                      .number = rec->number,
		                      .line = rec->line,
		                      .offset = rec->offset};
		f->im->arena = &own;
		struct fields inner = fields_of(f->im, &made);
		made.root = fields_scan(&inner, made.bytes);
		if (val_is(made.root, SCAN_OBJECT)) {
			import_detail(f->im, rec, SLOT_MADE, made.bytes);
			read_object(&inner, &made, made.root, order++);
		}
		fields_done(&inner);
		arena_done(&own);
		f->im->arena = whole;
	}
	generic_doc_rows_done(&rows);
}

static bool generic_record(struct import *im, const struct record *rec, struct err *err)
{
	struct generic_state *state = im->state;
	struct fields f = fields_of(im, rec);
	enum generic_doc doc = GENERIC_DOC_ROW;
	(void)err;
	state->first = state->first ? state->first : rec->number;
	struct val columns = rec->frame ? frame_get(rec->frame, "columns", false) : VAL_NONE;
	if (val_is(rec->root, SCAN_ARRAY) && val_is(columns, SCAN_ARRAY)) {
		read_object(&f, rec, generic_doc_zip(&f, columns, rec->root), (int64_t)rec->number - 1);
		fields_done(&f);
		return true;
	}
	if (!val_is(rec->root, SCAN_OBJECT)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "not a row: no object");
		fields_done(&f);
		return true;
	}
	if (rec->slot == SLOT_ROW && !rec->frame)
		doc = generic_doc_of(&f, rec->root, map_of(im));
	bool made = doc == GENERIC_DOC_COLUMNS || doc == GENERIC_DOC_KEYED;
	if (!made)
		read_object(&f, rec, rec->root, (int64_t)rec->number - 1);
	else if (!im->decoding) /* shown again, each row stands for itself */
		read_rows(&f, rec, doc);
	fields_done(&f);
	return true;
}

/* What stands around the rows: of all runs told so far. */
static bool generic_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct generic_state *state = im->state;
	struct fields f = fields_of(im, &(struct record){.root = frame->root});
	static const char *const names[] = {"metrics",           "summary", "aggregate", "aggregates",
	                                    "aggregate_scores",  "scores",  "averages",  "overall",
	                                    "aggregate_metrics", "stats",   NULL};
	(void)err;
	for (size_t i = 0; frame->level == 0 && i < state->runs.n; i++) {
		struct eval_run run = run_start("generic");
		struct metric_list list = {0};
		run.id = run_id(im, str_of(state->runs.at[i].part));
		run_of_frame(&run, frame, im->arena);
		for (struct member m = val_first(frame->root); m.ok; m = val_next(m)) {
			struct str name = member_key(m, im->arena);
			double value;
			if (val_is(m.val, SCAN_NUMBER) && val_double(m.val, &value) &&
			    generic_may_be_score(name, im->arena))
				metric_add(&list, im->arena, name, value);
			for (size_t k = 0; val_is(m.val, SCAN_OBJECT) && names[k]; k++)
				if (str_is(name, names[k]))
					metric_add_all(&list, &f, m.val, "");
		}
		run_take_metrics(&run, &list);
		if (frame->json.len > 2 && frame->json.len <= CONFIG_MAX)
			run.config = frame->json;
		if (state->runs.n > 1)
			run.model = STR_NONE; /* each has its own */
		sink_run(im->sink, &run);
	}
	fields_done(&f);
	return true;
}

/* A file of one run is that run; of several, what they differ by goes into their names. */
static bool generic_finish(struct import *im, struct err *err)
{
	struct generic_state *state = im->state;
	(void)err;
	for (size_t i = 0; i < state->runs.n; i++) {
		const struct run_told *told = &state->runs.at[i];
		struct eval_run run = run_start("generic");
		run.id = run_id(im, str_of(told->part));
		if (state->first <= 1) /* else they have their names, by all the runs there were */
			run.name =
			    joined(im->arena, file_name(im), " · ", state->runs.n > 1 ? str_of(told->part) : STR_NONE);
		if (told->dataset && !told->datasets)
			run.dataset = str_of(told->dataset);
		sink_run(im->sink, &run);
	}
	if (state->n_rows && !state->n_outputs && !im->map.len)
		import_problem(im, &(struct record){.number = 0}, SEVERITY_WARNING, "no-output", STR_NONE,
		               "the rest is kept", "no column was taken for the output; --map output=COLUMN names one");
	return true;
}

const struct format format_generic = {
    .name = "generic",
    .title = "plain rows of results (CSV, JSON Lines, JSON)",
    .spec_url = "https://www.rfc-editor.org/rfc/rfc4180",
    .how = "the last resort: rows with an id or input and an output, verdict or score, by their names; or a run's "
           "metrics alone",
    .fills = "one eval run per file (and per experiment, prompt version, and model that answered the same questions), "
             "case results, scores; --map "
             "says which column is what",
    .example = "id,question,answer,ground_truth,correct,f1,latency_ms",
    .secrets = generic_secrets,
    .lenient = true,
    .state_size = sizeof(struct generic_state),
    .state_done = generic_state_done,
    .probe = generic_probe,
    .record = generic_record,
    .finish = generic_finish,
};

const struct format format_generic_json = {
    .name = "generic-json",
    .title = "a list of results in a JSON document",
    .spec_url = "https://www.rfc-editor.org/rfc/rfc8259",
    .how = "the last resort: a list of such rows below results, data, examples, rows, cases, samples, predictions, …",
    .fills = "as generic; what stands around the list goes to the run",
    .example = "{\"model\":\"…\",\"results\":[{\"id\":1,\"input\":\"…\",\"output\":\"…\",\"score\":0.5},…]}",
    .paths = generic_list_paths,
    .secrets = generic_secrets,
    .lenient = true,
    .state_size = sizeof(struct generic_state),
    .state_done = generic_state_done,
    .probe = generic_json_probe,
    .record = generic_record,
    .frame_end = generic_frame_end,
    .finish = generic_finish,
};

const struct format format_generic_case = {
    .name = "generic-case",
    .title = "one result in a JSON file of its own",
    .spec_url = "https://www.rfc-editor.org/rfc/rfc8259",
    .how = "the last resort: one object with an input or output and a verdict, score or expected value",
    .fills = "as generic; the files of one folder are one eval run",
    .example = "{\"id\":\"case-1\",\"input\":\"…\",\"output\":\"…\",\"passed\":true}",
    .secrets = generic_secrets,
    .lenient = true,
    .state_size = sizeof(struct generic_state),
    .state_done = generic_state_done,
    .probe = generic_case_probe,
    .record = generic_record,
    .finish = generic_finish,
};
