/* LangSmith's experiments as files: rows of evaluate() (JavaScript and Python, alone or as an ExperimentResults object), its data frame
 * (to_pandas, get_test_results; CSV, JSON records or columns), examples with the runs of several experiments, and what is uploaded of
 * experiments run elsewhere. Sources: langsmith 0.10.5 (npm), langchain-ai/langsmith-sdk python/langsmith/evaluation/_runner.py and
 * client.py, docs.langchain.com/langsmith/upload-existing-experiments. Rules: formats/evals.md section 12. */
#include <string.h>

#include "import/columns.h"
#include "import/langsmith.h"

enum { SLOT_ROW, SLOT_RESULT, SLOT_EXAMPLE };
enum { SECOND = 1000000000, RUNS_MAX = 64 };

static const struct record_path experiment_paths[] = {
    {"",                     SLOT_ROW    },
    {"results[]",            SLOT_RESULT }, /* ExperimentResults; an upload */
    {"examples_with_runs[]", SLOT_EXAMPLE}, /* get_experiment_results */
    {NULL,                   0           },
};

struct state {
	struct run_memory runs;
	bool told;         /* an upload's head, the runs of a data frame */
	char session[256]; /* of the rows of evaluate() */
	size_t n_session;
};

static struct val either(struct val v, const char *name, const char *other)
{
	struct val found = val_get(v, name);
	return found.scan ? found : val_get(v, other);
}

static void skip(struct import *im, const struct record *rec, const char *what)
{
	import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s", what);
}

/* ---------------------------------------------------------------- rows of evaluate() */

/* The span comes first: it says when the run was, what it cost and how it ended. A run that is none (Python's str() of it) leaves
 * the example and its scores. */
static void read_result(struct fields *f, struct val run, struct val example, struct val scores)
{
	struct state *state = f->im->state;
	struct span span = span_start("langsmith");
	if (val_is(run, SCAN_OBJECT))
		langsmith_run(f, run, false, false, &span);
	else if (val_ok(run))
		import_problem(f->im, f->rec, SEVERITY_WARNING, "wrong-type", STR_LIT("run"),
		               "the case is kept without it", "the run is not an object");
	const struct langsmith_result result = {
	    .run = val_is(run, SCAN_OBJECT) ? run : VAL_NONE, .span = &span, .example = example, .scores = scores};
	struct str session = langsmith_case(f, &result, &state->runs);
	if (session.len && session.len <= sizeof state->session) {
		memcpy(state->session, session.ptr, session.len);
		state->n_session = session.len;
	}
}

static void read_evaluated(struct fields *f, struct val row)
{
	struct val results = either(row, "evaluationResults", "evaluation_results");
	struct val list = val_is(results, SCAN_ARRAY) ? results : val_get(results, "results");
	read_result(f, val_get(row, "run"), val_get(row, "example"), list);
}

/* An example with the runs of one experiment or of several: each run's session says which. */
static void read_example(struct fields *f, struct val example)
{
	struct val runs = val_get(example, "runs");
	for (struct member m = val_first(runs); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			read_result(f, m.val, example, VAL_NONE);
		else
			import_problem(f->im, f->rec, SEVERITY_SKIPPED, "wrong-type", STR_LIT("runs"), "run skipped",
			               "a run that is not an object");
	}
}

/* ---------------------------------------------------------------- uploads */

static const char *const upload_known[] = {"row_id",     "inputs",   "expected_outputs",  "actual_outputs",
                                           "start_time", "end_time", "evaluation_scores", "error",
                                           NULL};

/* What stands around the rows: it may come after them. */
static void tell_upload(struct fields *f, const struct frame *frame)
{
	static const char *const known[] = {"experiment_name",
	                                    "dataset_name",
	                                    "experiment_start_time",
	                                    "results",
	                                    "experiment_metadata",
	                                    "summary_experiment_scores",
	                                    NULL};
	struct eval_run run = run_start("langsmith");
	struct val summary = frame_get(frame, "summary_experiment_scores", false);
	struct val metadata = frame_get(frame, "experiment_metadata", false);
	struct val start = frame_get(frame, "experiment_start_time", false);
	struct metric_list metrics = {0};
	double value;
	run.id = run.name = field_text(f, frame_get(frame, "experiment_name", false));
	run.dataset = field_text(f, frame_get(frame, "dataset_name", false));
	if (!run.dataset.len)
		run.dataset = field_text(f, frame_get(frame, "dataset_id", false));
	run.created_ns = field_time(f, start, "experiment_start_time");
	run_take_metadata(f, &run, metadata);
	run.config = json_joined(f->arena, fields_rest(f, metadata, NULL), fields_rest(f, frame->root, known));
	for (struct member m = val_first(summary); m.ok && val_is(summary, SCAN_ARRAY); m = val_next(m))
		if (val_double(val_get(m.val, "score"), &value))
			metric_add(&metrics, f->arena, field_text(f, val_get(m.val, "key")), value);
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* row_id names the row of this upload; what is asked names the case. */
static void read_uploaded(struct fields *f, struct val row)
{
	struct state *state = f->im->state;
	struct case_result res = case_start("langsmith");
	struct score_list scores = {0};
	int64_t start = field_time(f, val_get(row, "start_time"), "start_time");
	int64_t end = field_time(f, val_get(row, "end_time"), "end_time");
	if (!state->told)
		tell_upload(f, f->rec->frame);
	state->told = true;
	res.run_id = field_text(f, frame_get(f->rec->frame, "experiment_name", false));
	res.key = CASE_KEY(f->arena, case_key_part(f, val_get(row, "inputs")),
	                   case_key_part(f, val_get(row, "expected_outputs")));
	res.order = (int64_t)f->rec->number;
	case_trial(&res, start, start == TIME_UNKNOWN ? STR_NONE : field_text(f, val_get(row, "row_id")));
	res.input = case_text(f, val_get(row, "inputs"));
	res.expected = case_text(f, val_get(row, "expected_outputs"));
	res.output = case_text(f, val_get(row, "actual_outputs"));
	res.error = field_text(f, val_get(row, "error"));
	res.status = res.error.len ? CASE_ERROR : CASE_UNSCORED;
	res.latency_ns = units_between(start, end);
	res.metadata = fields_rest(f, row, upload_known);
	langsmith_scores(f, &scores, val_get(row, "evaluation_scores"));
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- rows of the data frame */

/* A column: which of the experiments beside each other it belongs to (the converter calls the second of two columns of one name
 * "name#2"), and its name without that. */
static int split_column(struct str *name)
{
	size_t hash = str_find_char(*name, '#');
	int64_t n;
	if (hash == SIZE_MAX || hash == 0 || !scan_int64(str_from(*name, hash + 1), &n) || n < 2 || n > RUNS_MAX)
		return 1;
	*name = str_cut(*name, 0, hash);
	return (int)n;
}

/* pandas: an empty cell, NaN in JSON columns. */
static bool is_blank(const struct fields *f, struct val v)
{
	struct str text = field_text(f, v);
	return !val_ok(v) || val_is(v, SCAN_NAN) || !text.len || str_is(text, "NaN") || str_is(text, "nan") ||
	       str_is(text, "None");
}

/* "inputs.question", "inputs.context" → {"question":…,"context":…} of the n-th experiment; VAL_NONE: all its cells are empty. */
static struct val gather(struct fields *f, struct val row, int nth, const char *prefix, const char *other)
{
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		struct val v = m.val, opened;
		if (split_column(&name) != nth || is_blank(f, v))
			continue;
		if (!str_starts(name, prefix) && !(other && str_starts(name, other)))
			continue;
		opened = field_open_cell(f, v);
		if (val_is(opened, SCAN_OBJECT) || val_is(opened, SCAN_ARRAY))
			v = opened;
		rest_add(&rest, str_from(name, str_find_char(name, '.') + 1), v);
	}
	struct str json = rest_end(&rest, f, NULL);
	return json.len ? fields_scan(f, json) : VAL_NONE;
}

static struct val column(struct fields *f, struct val row, int nth, const char *name)
{
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str key = member_key(m, f->arena);
		if (split_column(&key) == nth && str_is(key, name) && !is_blank(f, m.val))
			return m.val;
	}
	return VAL_NONE;
}

static bool is_own_column(struct str name)
{
	return str_starts(name, "outputs.") || str_starts(name, "feedback.") || str_is(name, "error") ||
	       str_is(name, "execution_time") || str_is(name, "id");
}

/* Of how many experiments the row tells. */
static int count_runs(struct fields *f, struct val row)
{
	int most = 1;
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		int nth = split_column(&name);
		most = nth > most && is_own_column(name) ? nth : most;
	}
	return most;
}

static void read_feedback(struct fields *f, struct val row, int nth, struct score_list *scores)
{
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (split_column(&name) != nth || !str_starts(name, "feedback.") || is_blank(f, m.val))
			continue;
		struct score *score = score_add(scores, f->arena, str_from(name, strlen("feedback.")));
		if (!score_value(f, score, m.val))
			score_drop(scores);
	}
}

static bool is_index(struct str name)
{
	return str_is(name, "#1") || str_starts(name, "Unnamed: ") || str_is(name, "index") || str_is(name, "level_0");
}

/* Columns of nobody's. */
static struct str other_columns(struct fields *f, struct val row)
{
	static const char *const prefixes[] = {"inputs.", "input.", "outputs.", "reference.", "feedback."};
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena), base = name;
		bool known = is_index(name) || str_is(name, "example_id");
		split_column(&base);
		for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
			known = known || str_starts(base, prefixes[i]);
		if (!known && !is_own_column(base) && !is_blank(f, m.val))
			rest_add(&rest, name, m.val);
	}
	return rest_end(&rest, f, NULL);
}

/* One experiment's run is made from the file: its name is only the file's. */
static struct str frame_run(struct fields *f, int nth, int n_runs)
{
	return n_runs > 1 ? arena_printf(f->arena, "#%d", nth) : STR_NONE;
}

static void read_frame_case(struct fields *f, struct val row, int64_t order, int nth, int n_runs)
{
	struct case_result res = case_start("langsmith");
	struct score_list scores = {0};
	struct val inputs = gather(f, row, nth, "inputs.", "input.");
	struct val reference = gather(f, row, nth, "reference.", NULL);
	struct val example = column(f, row, nth, "example_id");
	if (nth > 1 && !val_ok(inputs))
		inputs = gather(f, row, 1, "inputs.", "input.");
	if (nth > 1 && !val_ok(reference))
		reference = gather(f, row, 1, "reference.", NULL);
	if (nth > 1 && !val_ok(example))
		example = column(f, row, 1, "example_id");
	res.run_id = frame_run(f, nth, n_runs);
	res.key = field_text(f, example);
	if (!res.key.len)
		res.key = CASE_KEY(f->arena, case_key_part(f, inputs), case_key_part(f, reference));
	res.trace_id = field_text(f, column(f, row, nth, "id"));
	res.order = order;
	case_trial(&res, TIME_UNKNOWN, STR_NONE); /* in the order of the rows */
	res.input = case_text(f, inputs);
	res.expected = case_text(f, reference);
	res.output = case_text(f, gather(f, row, nth, "outputs.", NULL));
	res.error = field_text(f, column(f, row, nth, "error"));
	res.status = res.error.len ? CASE_ERROR : CASE_UNSCORED;
	res.latency_ns = field_duration(f, column(f, row, nth, "execution_time"), SECOND, "execution_time");
	res.metadata = other_columns(f, row);
	read_feedback(f, row, nth, &scores);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* In a comparison an experiment without any cell in this row did not run the example. */
static bool has_cells(struct fields *f, struct val row, int nth)
{
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (split_column(&name) == nth && is_own_column(name) && !is_blank(f, m.val))
			return true;
	}
	return false;
}

static void read_frame_row(struct fields *f, struct val row, int64_t order)
{
	struct state *state = f->im->state;
	int n_runs = count_runs(f, row);
	for (int nth = 1; nth <= n_runs; nth++) {
		struct eval_run run = run_start("langsmith");
		run.id = frame_run(f, nth, n_runs);
		run.name = source_stem(f->im);
		if (n_runs > 1)
			run.name = arena_printf(f->arena, STR_FMT " %d", STR_ARG(run.name), nth);
		if (!state->told)
			sink_run(f->im->sink, &run);
		if (n_runs == 1 || has_cells(f, row, nth))
			read_frame_case(f, row, order, nth, n_runs);
	}
	state->told = true;
}

static bool is_frame_key(struct str key)
{
	return str_starts(key, "inputs.") || str_starts(key, "input.") || str_starts(key, "outputs.") ||
	       str_starts(key, "reference.") || str_starts(key, "feedback.");
}

/* A row of the frame: several kinds of its columns, and one that is always there. */
static bool is_frame(struct val v)
{
	bool in = false, out = false, also = false;
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m)) {
		struct str key = val_raw(m.key);
		key = str_cut(key, 1, key.len - 2);
		in = in || str_starts(key, "inputs.") || str_starts(key, "input.");
		out = out || (is_frame_key(key) && !str_starts(key, "input"));
		also = also || str_is(key, "execution_time") || str_is(key, "example_id");
	}
	return in && out && also;
}

/* to_json() without orient: {"inputs.question":{"0":…},…}. */
static bool is_by_column(struct val v)
{
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str key = val_raw(m.key);
		key = str_cut(key, 1, key.len - 2);
		if (str_is(key, "execution_time") || str_is(key, "example_id"))
			return val_is(m.val, SCAN_OBJECT);
	}
	return false;
}

/* Each row has its own scans: the table is one record, however long. */
static void read_columns(struct import *im, const struct record *rec)
{
	struct columns columns = columns_new(im->arena);
	struct buf row = BUF_INIT;
	struct str key;
	int64_t n = 0;
	for (struct member m = val_first(rec->root); m.ok; m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT))
			columns_add(&columns, val_raw(m.key), m.val);
	while (columns_next(&columns, &row, &key, im->arena)) {
		struct fields f = fields_of(im, rec);
		struct val v = fields_scan(&f, buf_str(&row));
		if (val_is(v, SCAN_OBJECT)) {
			import_detail(im, rec, SLOT_ROW, buf_str(&row));
			read_frame_row(&f, v, ++n);
		}
		fields_done(&f);
	}
	buf_done(&row);
}

/* ---------------------------------------------------------------- records */

static bool is_evaluated(struct val v)
{
	return val_ok(val_get(v, "run")) && val_is(val_get(v, "example"), SCAN_OBJECT);
}

static bool is_uploaded(const struct record *rec)
{
	return rec->frame && val_ok(frame_get(rec->frame, "experiment_name", false)) &&
	       val_is(val_get(rec->root, "inputs"), SCAN_OBJECT);
}

static bool experiment_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT))
		skip(im, rec, "not an object");
	else if (is_evaluated(rec->root))
		read_evaluated(&f, rec->root);
	else if (is_uploaded(rec))
		read_uploaded(&f, rec->root);
	else if (val_is(val_get(rec->root, "runs"), SCAN_ARRAY))
		read_example(&f, rec->root);
	else if (is_frame(rec->root) && is_by_column(rec->root))
		read_columns(im, rec);
	else if (is_frame(rec->root))
		read_frame_row(&f, rec->root, (int64_t)rec->number);
	else
		skip(im, rec, "no result of an experiment");
	fields_done(&f);
	return true;
}

/* What evaluators said of the whole experiment; and an upload's name and dataset, where they come after its rows. */
static bool experiment_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct record none = {.frame = frame, .root = frame->root};
	const struct state *state = im->state;
	struct fields f = fields_of(im, &none);
	struct val summary = either(frame->root, "summaryResults", "summary_results");
	struct metric_list metrics = {0};
	double value;
	(void)err;
	if (val_is(summary, SCAN_OBJECT))
		summary = val_get(summary, "results");
	for (struct member m = val_first(summary); m.ok && val_is(summary, SCAN_ARRAY); m = val_next(m))
		if (val_double(val_get(m.val, "score"), &value))
			metric_add(&metrics, f.arena, field_text(&f, val_get(m.val, "key")), value);
	if (val_ok(val_get(frame->root, "experiment_name")) && (frame->late || !state->told)) {
		tell_upload(&f, frame);
	} else if (metrics.n && state->n_session) {
		struct eval_run run = run_start("langsmith");
		run.id = (struct str){state->session, state->n_session};
		run_take_metrics(&run, &metrics);
		sink_run(im->sink, &run);
	}
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int experiment_probe(const struct sample *s, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"run.id", "example.id", "evaluationResults"},                    96, "rows of run, example and evaluationResults"   },
	    {{"results[].run.id", "results[].example.id", NULL},               96, "results of run and example"                   },
	    {{"run.run_type", "run.inputs", "run.reference_example_id"},       88, "rows of a run that answers an example"        },
	    {{"run.run_type", "run.start_time", NULL},                         80, "rows of a run"                                },
	    {{"experiment_name", "results[].actual_outputs", NULL},
	     95,	                                                           "experiment_name and results of actual_outputs"},
	    {{"experiment_name", "results[].evaluation_scores", NULL},         94, "experiment_name and results with scores"      },
	    {{"examples_with_runs[].runs", NULL, NULL},                        97, "examples with runs"                           },
	    {{"dataset_id", "runs[].reference_example_id", "runs[].run_type"}, 97, "examples with runs"                           },
	};
	int score = sample_signs(s, signs, sizeof signs / sizeof *signs, why);
	if (score)
		return score;
	if (s->n_values && is_frame(s->values[0])) {
		*why = "columns inputs.*, outputs.* or feedback.*, with execution_time or example_id";
		return 93;
	}
	*why = "no results of run and example, no columns inputs.* and feedback.*";
	return 0;
}

const struct format format_langsmith_eval = {
    .name = "langsmith-eval",
    .title = "LangSmith experiments",
    .spec_url = "https://docs.langchain.com/langsmith/analyze-an-experiment",
    .how = "rows of run, example and evaluationResults; columns inputs.*, outputs.*, reference.*, feedback.*; "
           "experiment_name with results; examples with runs",
    .fills = "one eval run per experiment, case results by example with a score per evaluator, their runs as traces",
    .example =
        "{\"run\":{\"id\":…,\"session_name\":…,\"reference_example_id\":…},\"example\":{\"id\":…,\"inputs\":{…}},"
        "\"evaluationResults\":{\"results\":[{\"key\":…,\"score\":1}]}}",
    .seen = "rows of evaluate(): real files; data frame, upload and examples with runs: documented shapes",
    .paths = experiment_paths,
    .secrets = langsmith_secrets,
    .lenient = true, /* pandas writes NaN */
    .state_size = sizeof(struct state),
    .probe = experiment_probe,
    .record = experiment_record,
    .frame_end = experiment_frame_end,
};
