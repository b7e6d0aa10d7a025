/* Phoenix experiments: the server's download of one (JSON; CSV, whose columns annotation_NAME_… are flattened annotations), what
 * runExperiment and run_experiment give back (runs and evaluations in two lists, a case in parts), and the REST API's runs.
 * Sources: Arize-ai/phoenix src/phoenix/server/api/routers/v1/experiments.py, phoenix-client 6.14.2 (npm) and its Python sister
 * packages/phoenix-client resources/experiments. Rules: formats/evals.md section 13. */
#include <string.h>

#include "import/eval.h"
#include "import/id_table.h"
#include "import/waiting.h"

#define FAMILY "phoenix"
enum { SLOT_ROW, SLOT_RUN, SLOT_EVALUATION };
enum { MS = 1000000 };

static const struct record_path paths[] = {
    {"",                 SLOT_ROW       },
    {"data[]",           SLOT_ROW       }, /* a page of the API */
    {"runs.*",           SLOT_RUN       }, /* by their ids (JavaScript) */
    {"runs[]",           SLOT_RUN       },
    {"taskRuns[]",       SLOT_RUN       }, /* Python */
    {"evaluationRuns[]", SLOT_EVALUATION},
    {NULL,               0              },
};

static const char *const secrets[] = {
    "**.api_key", "**.apiKey", "**.authorization", "**.Authorization", "**.headers", "**.extra_headers", NULL,
};

/* Evaluations name a run; the case is the run's example. */
struct state {
	struct id_table runs;    /* run → example, repetition */
	struct id_table counted; /* example → how many runs it had */
	struct waiting waiting;
	struct run_memory told;
	bool any;
	char run[256]; /* of the file */
	size_t n_run;
};

static void state_done(void *of)
{
	struct state *state = of;
	id_table_done(&state->runs);
	id_table_done(&state->counted);
	waiting_done(&state->waiting);
}

static struct str text(const struct fields *f, struct val object, const char *name)
{
	return field_text(f, val_get_loose(object, name));
}

static struct val of_frame(const struct fields *f, const char *name)
{
	return frame_get(f->rec->frame, name, true);
}

/* ---------------------------------------------------------------- the experiment */

static struct str experiment_id(const struct fields *f, struct val row)
{
	struct str id = text(f, row, "experiment_id");
	if (!id.len)
		id = field_text(f, of_frame(f, "experiment_id"));
	return id.len ? id : field_text(f, of_frame(f, "id"));
}

/* named: a download has no id and no name of its experiment in it, its file is called after it. */
static void tell_run(struct fields *f, struct val about, struct str id, bool named, int64_t start_ns)
{
	static const char *const known[] = {"id",
	                                    "experiment_id",
	                                    "name",
	                                    "dataset_id",
	                                    "metadata",
	                                    "runs",
	                                    "task_runs",
	                                    "experiment_metadata",
	                                    "evaluation_runs",
	                                    "created_at",
	                                    NULL};
	struct eval_run run = run_start(FAMILY);
	struct val metadata = field_open_cell(f, val_get_loose(about, "metadata"));
	if (!val_ok(metadata))
		metadata = field_open_cell(f, val_get_loose(about, "experiment_metadata"));
	run.id = id;
	run.name = text(f, about, "name");
	if (!run.name.len && named)
		run.name = source_stem(f->im);
	run.dataset = text(f, about, "dataset_id");
	run.created_ns = field_time(f, val_get_loose(about, "created_at"), "createdAt");
	if (run.created_ns == TIME_UNKNOWN)
		run.created_ns = start_ns;
	run_take_metadata(f, &run, metadata);
	run.config = json_joined(f->arena, fields_rest(f, metadata, NULL), fields_rest(f, about, known));
	sink_run(f->im->sink, &run);
}

static struct str known_run(const struct state *state)
{
	return state->n_run ? (struct str){state->run, state->n_run} : STR_NONE;
}

static const struct frame *outermost(const struct frame *frame)
{
	while (frame && frame->outer)
		frame = frame->outer;
	return frame;
}

/* At the first of its cases; a page may hold runs of several experiments. */
static void tell_run_of(struct fields *f, struct val row, int64_t start_ns)
{
	struct state *state = f->im->state;
	const struct frame *frame = outermost(f->rec->frame);
	struct str id = experiment_id(f, row);
	bool by_row = text(f, row, "experiment_id").len && f->rec->slot == SLOT_ROW;
	if (run_must_be_told(&state->told, id, start_ns))
		tell_run(f, frame && !by_row ? frame->root : VAL_NONE, id, !by_row, start_ns);
	if (!state->any && id.len && id.len <= sizeof state->run) {
		state->n_run = id.len;
		memcpy(state->run, id.ptr, id.len);
	}
	state->any = true;
}

/* ---------------------------------------------------------------- scores */

static enum score_source source_of(struct str kind)
{
	return str_ieq(kind, "LLM")     ? SOURCE_JUDGE
	       : str_ieq(kind, "HUMAN") ? SOURCE_HUMAN
	       : str_ieq(kind, "CODE")  ? SOURCE_CODE
	                                : SOURCE_UNKNOWN;
}

/* What an annotation says, wherever its members stand. An evaluator that failed has a text and no value. */
struct said {
	struct str name;
	struct val score, label, explanation, error, kind, metadata;
};

static void add_score(struct fields *f, struct score_list *scores, const struct said *said)
{
	struct score *score = score_add(scores, f->arena, said->name);
	struct str label = field_text(f, said->label), error = field_text(f, said->error);
	score_value(f, score, said->score);
	if (label.len)
		score->label = label;
	score->explanation = field_text(f, said->explanation);
	if (error.len && !score->explanation.len)
		score->explanation = error;
	score->source = source_of(field_text(f, said->kind));
	if (score->source == SOURCE_JUDGE)
		score->judge_model = field_text(f, val_get(field_open_cell(f, said->metadata), "model"));
}

static void add_annotation(struct fields *f, struct score_list *scores, struct val v)
{
	struct val result = val_get(v, "result");
	struct val inner = val_is(result, SCAN_OBJECT) ? result : v;
	const struct said said = {
	    .name = text(f, v, "name"),
	    .score = val_get(inner, "score"),
	    .label = val_get(inner, "label"),
	    .explanation = val_get(inner, "explanation"),
	    .error = val_get(v, "error"),
	    .kind = val_get_loose(v, "annotator_kind"),
	    .metadata = val_get(inner, "metadata"),
	};
	add_score(f, scores, &said);
}

/* annotation_NAME_score, …: the longest ending wins, a name may itself end so ("annotation_eval_score_score"). */
static bool split_column(struct str key, struct str *name, struct str *part)
{
	static const char *const parts[] = {"_annotator_kind", "_explanation", "_start_time", "_end_time", "_trace_id",
	                                    "_metadata",       "_label",       "_score",      "_error"};
	if (!str_starts(key, "annotation_"))
		return false;
	key = str_from(key, strlen("annotation_"));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		size_t n = strlen(parts[i]);
		if (!str_ends(key, parts[i]) || key.len == n)
			continue;
		*name = str_cut(key, 0, key.len - n);
		*part = str_from(key, key.len - n + 1);
		return true;
	}
	return false;
}

static void take_column(struct said *said, struct str part, struct val v)
{
	const struct {
		const char *part;
		struct val *to;
	} members[] = {
	    {"score",          &said->score      },
            {"label",          &said->label      },
            {"explanation",    &said->explanation},
	    {"error",          &said->error      },
            {"annotator_kind", &said->kind       },
            {"metadata",       &said->metadata   },
	};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (str_is(part, members[i].part))
			*members[i].to = v;
}

enum { ANNOTATIONS_MAX = 256 };

/* A row's cells of annotations it does not have are all empty. */
static void add_columns(struct fields *f, struct score_list *scores, struct val row)
{
	struct said *list = arena_zalloc(f->arena, ANNOTATIONS_MAX, sizeof *list);
	size_t n = 0, i;
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name, part;
		if (!split_column(member_key(m, f->arena), &name, &part) || !field_text(f, m.val).len)
			continue;
		for (i = 0; i < n && !str_eq(list[i].name, name); i++)
			;
		if (i == ANNOTATIONS_MAX)
			continue;
		n += i == n;
		list[i].name = name;
		take_column(&list[i], part, m.val);
	}
	for (i = 0; i < n; i++)
		add_score(f, scores, &list[i]);
}

/* ---------------------------------------------------------------- cases */

/* Repetitions count from 1. */
static int64_t repeat_of(const struct fields *f, struct val row)
{
	int64_t number = field_count(f, val_get_loose(row, "repetition_number"), "repetition_number");
	return number > 0 ? number - 1 : 0;
}

static void read_tokens(const struct fields *f, struct val row, struct case_result *res)
{
	int64_t in = field_count(f, val_get_loose(row, "prompt_token_count"), "prompt_token_count");
	int64_t out = field_count(f, val_get_loose(row, "completion_token_count"), "completion_token_count");
	if (in <= 0 && out <= 0) /* zeros where no model was traced */
		return;
	res->tokens_in = in;
	res->tokens_out = out;
}

static bool is_annotation_column(struct str key)
{
	struct str name, part;
	return split_column(key, &name, &part);
}

static struct str other_members(struct fields *f, struct val row)
{
	static const char *const known[] = {"id",
	                                    "example_id",
	                                    "dataset_example_id",
	                                    "experiment_id",
	                                    "repetition_number",
	                                    "input",
	                                    "output",
	                                    "error",
	                                    "reference_output",
	                                    "latency_ms",
	                                    "start_time",
	                                    "end_time",
	                                    "trace_id",
	                                    "annotations",
	                                    "prompt_token_count",
	                                    "completion_token_count",
	                                    NULL};
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str key = member_key(m, f->arena);
		bool taken = is_annotation_column(key) || !field_text(f, m.val).len;
		for (size_t i = 0; known[i] && !taken; i++)
			taken = member_is_loose(m, known[i]);
		if (!taken)
			rest_add(&rest, key, m.val);
	}
	return rest_end(&rest, f, NULL);
}

static struct case_result case_of(struct fields *f, struct val row)
{
	struct case_result res = case_start(FAMILY);
	struct val input = field_open_cell(f, val_get_loose(row, "input"));
	struct val expected = field_open_cell(f, val_get_loose(row, "reference_output"));
	struct val output = val_get_loose(row, "output"), opened = field_open_cell(f, output);
	int64_t start = field_time(f, val_get_loose(row, "start_time"), "start_time");
	int64_t end = field_time(f, val_get_loose(row, "end_time"), "end_time");
	tell_run_of(f, row, start);
	res.part = true;
	res.run_id = experiment_id(f, row);
	res.repeat = repeat_of(f, row);
	res.key = text(f, row, "example_id");
	if (!res.key.len)
		res.key = text(f, row, "dataset_example_id");
	if (!res.key.len)
		res.key = CASE_KEY(f->arena, case_key_part(f, input), case_key_part(f, expected));
	res.input = case_text(f, input);
	res.expected = case_text(f, expected);
	res.output = case_text(f, val_ok(opened) ? opened : output);
	res.error = text(f, row, "error");
	res.status = res.error.len ? CASE_ERROR : CASE_UNSCORED;
	res.latency_ns = field_duration(f, val_get_loose(row, "latency_ms"), MS, "latency_ms");
	if (res.latency_ns == UNKNOWN_INT)
		res.latency_ns = units_between(start, end);
	read_tokens(f, row, &res);
	res.trace_id = text(f, row, "trace_id");
	res.metadata = other_members(f, row);
	return res;
}

static void read_row(struct fields *f, struct val row)
{
	struct case_result res = case_of(f, row);
	struct score_list scores = {0};
	struct val list = field_open_cell(f, val_get(row, "annotations"));
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT))
			add_annotation(f, &scores, m.val);
	add_columns(f, &scores, row);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- runs and evaluations */

/* A run of several repetitions that does not say which one it is: the first, second, … of its example. */
static struct str repetition_text(struct fields *f, struct val run, struct str example)
{
	struct state *state = f->im->state;
	struct str number = text(f, run, "repetition_number"), count;
	struct id_place before = {STR_NONE, STR_NONE};
	int64_t n = 0;
	if (number.len || f->im->decoding)
		return number;
	if (id_table_get(&state->counted, example, &before))
		scan_int64(before.span, &n);
	count = arena_printf(f->arena, "%lld", (long long)n + 1);
	id_table_put(&state->counted, example, (struct id_place){.span = count});
	return count;
}

static bool tell_evaluation(struct import *im, const struct record *rec, struct err *err);

static bool read_run(struct fields *f, struct val run, struct err *err)
{
	struct state *state = f->im->state;
	struct str id = text(f, run, "id"), example = text(f, run, "dataset_example_id");
	struct str number = repetition_text(f, run, example);
	struct case_result res = case_of(f, run);
	int64_t n = 0;
	if (!val_ok(val_get_loose(run, "repetition_number")) && scan_int64(number, &n) && n > 1) {
		res.repeat = n - 1;
		record_joined(f->im, f->rec, &(struct id_member){"repetitionNumber", number}, 1);
	}
	sink_case(f->im->sink, &res);
	if (!id.len || f->im->decoding)
		return true;
	id_table_put(&state->runs, id, (struct id_place){.trace = example, .span = number});
	return waiting_come(&state->waiting, id, f->im, tell_evaluation, err);
}

static void put_evaluation(struct fields *f, struct val evaluation, struct str run, struct str example, int64_t repeat)
{
	struct case_result res = case_start(FAMILY);
	struct score_list scores = {0};
	res.part = true;
	res.run_id = run;
	res.key = example;
	res.repeat = repeat;
	add_annotation(f, &scores, evaluation);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* Once joined with its run's example it can be read alone. False: its run has not come. */
static bool join_evaluation(struct fields *f, struct val evaluation)
{
	struct state *state = f->im->state;
	struct str example = text(f, evaluation, "dataset_example_id");
	struct id_place place;
	int64_t n = 1;
	if (example.len) {
		put_evaluation(f, evaluation, experiment_id(f, evaluation), example, repeat_of(f, evaluation));
		return true;
	}
	if (!id_table_get(&state->runs, text(f, evaluation, "experiment_run_id"), &place))
		return false;
	scan_int64(place.span, &n);
	struct str run = known_run(state);
	const struct id_member members[] = {
	    {"experimentId",     run        },
            {"datasetExampleId", place.trace},
            {"repetitionNumber", place.span }
        };
	record_joined(f->im, f->rec, members, 3);
	put_evaluation(f, evaluation, run, place.trace, n > 0 ? n - 1 : 0);
	return true;
}

static void no_run(struct fields *f)
{
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-id", STR_LIT("experimentRunId"), "evaluation skipped",
	               "an evaluation of no run of this file");
}

static bool tell_evaluation(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (!join_evaluation(&f, rec->root))
		no_run(&f);
	fields_done(&f);
	return true;
}

static void read_evaluation(struct fields *f, struct val evaluation)
{
	struct state *state = f->im->state;
	if (join_evaluation(f, evaluation))
		return;
	if (f->im->decoding || !waiting_put(&state->waiting, text(f, evaluation, "experiment_run_id"), f->rec))
		no_run(f);
}

/* ---------------------------------------------------------------- records */

static bool is_experiment(struct val v)
{
	return val_ok(val_get_loose(v, "dataset_version_id")) && val_ok(val_get(v, "id")) &&
	       !val_ok(val_get_loose(v, "example_id"));
}

static bool phoenix_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	bool ok = true;
	if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	else if (rec->slot == SLOT_EVALUATION)
		read_evaluation(&f, rec->root);
	else if (rec->slot == SLOT_RUN)
		ok = read_run(&f, rec->root, err);
	else if (is_experiment(rec->root))
		tell_run(&f, rec->root, text(&f, rec->root, "id"), false, TIME_UNKNOWN);
	else if (val_ok(val_get_loose(rec->root, "repetition_number")))
		read_row(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "no run of an experiment");
	fields_done(&f);
	return ok;
}

static bool phoenix_eval_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct record none = {.frame = frame, .root = frame->root};
	struct state *state = im->state;
	struct fields f = fields_of(im, &none);
	(void)err;
	if (!frame->outer && (frame->late || !state->any) && is_experiment(frame->root))
		tell_run(&f, frame->root, experiment_id(&f, VAL_NONE), true, TIME_UNKNOWN);
	fields_done(&f);
	return true;
}

static bool phoenix_eval_finish(struct import *im, struct err *err)
{
	struct state *state = im->state;
	return waiting_end(&state->waiting, im, tell_evaluation, err);
}

/* ---------------------------------------------------------------- detection */

static int phoenix_eval_probe(const struct sample *s, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"example_id", "repetition_number", "annotations"},
	     95,	                                                             "runs with example_id, repetition_number and annotations"},
	    {{"example_id", "repetition_number", "reference_output"},            94, "runs with example_id, repetition_number"                },
	    {{"example_id", "repetition_number", "input"},                       85, "runs with example_id, repetition_number"                },
	    {{"runs", "evaluationRuns", "datasetId"},                            95, "runs and evaluationRuns of a dataset"                   },
	    {{"taskRuns", "datasetId", "experimentId"},                          95, "task_runs of an experiment"                             },
	    {{"runs", "datasetVersionId", "exampleCount"},                       90, "runs of a dataset's version"                            },
	    {{"data[].dataset_example_id", "data[].experiment_id", NULL},
	     92,	                                                             "runs with dataset_example_id and experiment_id"         },
	    {{"dataset_example_id", "experiment_id", "repetition_number"},
	     92,	                                                             "runs with dataset_example_id and experiment_id"         },
	    {{"data[].dataset_version_id", "data[].example_count", "data[].id"}, 85, "a list of experiments"                                  },
	};
	*why = "no example_id with repetition_number, no evaluationRuns";
	return sample_signs(s, signs, sizeof signs / sizeof *signs, why);
}

const struct format format_phoenix_eval = {
    .name = "phoenix-eval",
    .title = "Arize Phoenix experiments",
    .spec_url = "https://arize.com/docs/phoenix/sdk-api-reference/rest-api/experiments",
    .how = "example_id with repetition_number and annotations (or columns annotation_NAME_score); runs with "
           "evaluationRuns or task_runs",
    .fills =
        "one eval run per experiment, case results by example and repetition with a score per annotation, linked to "
        "their traces",
    .example = "[{\"example_id\":…,\"repetition_number\":1,\"input\":{…},\"output\":…,\"annotations\":[{\"name\":…,"
               "\"score\":1}]}]",
    .paths = paths,
    .secrets = secrets,
    .loose_keys = true,
    .lenient = true, /* pandas writes NaN */
    .stateful = true,
    .state_size = sizeof(struct state),
    .state_done = state_done,
    .probe = phoenix_eval_probe,
    .record = phoenix_eval_record,
    .frame_end = phoenix_eval_frame_end,
    .finish = phoenix_eval_finish,
};
