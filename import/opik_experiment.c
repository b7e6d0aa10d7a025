/* Opik's experiments: what evaluate() gives back (JavaScript's camelCase, Python's snake_case), the comparison of experiments of the REST API
 * (several runs in one file), `opik export … experiment` (JSON, CSV), rows of experiment items.
 * A failed task has one result, called __opik_task_error__, of value 0: an error, never a score. A task that failed has no output
 * elsewhere, and nobody says why.
 * Sources: formats/evals.md section 13; opik 2.0.40 (npm) recorded; comet-ml/opik sdks/python/src/opik/cli/exports/utils.py and
 * evaluation/{test_case,test_result,evaluation_result}.py (the export, Python's result). */
#include "import/eval.h"

enum { SLOT_ROW, SLOT_RESULT, SLOT_ITEM, KEY_MAX = 64 };

struct opik_state {
	struct run_memory runs;
	bool told; /* the run of the frame */
};

static const struct record_path opik_paths[] = {
    {"",                             SLOT_ROW   }, /* rows of experiment items, also of a CSV */
    {"test_results[]",               SLOT_RESULT},
    {"content[].experiment_items[]", SLOT_ITEM  },
    {"items[]",                      SLOT_ITEM  },
    {"experiment_items[]",           SLOT_ITEM  },
    {NULL,                           0          },
};

/* One item at work. In a CSV what is the item's has a prefix. */
struct item {
	struct fields *f;
	struct val v;
	const char *prefix; /* "", "item_" */
};

static struct val get(const struct item *item, const char *key)
{
	char name[KEY_MAX];
	snprintf(name, sizeof name, "%s%s", item->prefix, key);
	struct val v = val_get_loose(item->v, name);
	return *item->prefix ? field_open_cell(item->f, v) : field_open(item->f, v);
}

static struct str text(const struct item *item, const char *key)
{
	return field_text(item->f, get(item, key));
}

/* ---------------------------------------------------------------- runs */

/* {"prompts": {NAME: TEMPLATE}}, as evaluate() writes it into the experiment's configuration; before that one "prompt". */
static void read_prompt(const struct fields *f, struct eval_run *run, struct val metadata)
{
	struct member first = val_first(val_get(metadata, "prompts"));
	struct val prompt = val_get(metadata, "prompt");
	if (first.ok && first.key.scan && val_is(first.val, SCAN_STRING)) {
		run->prompt_name = member_key(first, f->arena);
		run->prompt_text = field_text(f, first.val);
	} else if (val_is(prompt, SCAN_STRING)) {
		run->prompt_text = field_text(f, prompt);
	}
	if (val_is(FIELD_ANY(metadata, "prompt_version"), SCAN_STRING))
		run->prompt_version = field_text(f, FIELD_ANY(metadata, "prompt_version"));
	if (val_is(FIELD_ANY(metadata, "model", "model_name"), SCAN_STRING))
		run->model = field_text(f, FIELD_ANY(metadata, "model", "model_name"));
}

/* The version the server knows of: its commit. */
static void read_prompt_version(const struct fields *f, struct eval_run *run, struct val experiment)
{
	struct val version = val_at(val_get(experiment, "prompt_versions"), 0);
	if (!val_is(version, SCAN_OBJECT))
		version = val_get(experiment, "prompt_version");
	struct str commit = field_text(f, FIELD_ANY(version, "commit", "id"));
	struct str name = field_text(f, FIELD_ANY(version, "prompt_name"));
	if (commit.len)
		run->prompt_version = commit;
	if (name.len)
		run->prompt_name = name;
}

/* Averages: a list of {name, value}. */
static void read_averages(const struct fields *f, struct metric_list *metrics, struct val list)
{
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		double value = field_number(f, val_get(m.val, "value"), "feedback_scores.value");
		if (!IS_UNKNOWN(value))
			metric_add(metrics, f->arena, field_text(f, val_get(m.val, "name")), value);
	}
}

static struct eval_run run_of_experiment(const struct fields *f, struct val experiment)
{
	static const char *const mapped[] = {"id",    "name", "dataset_name", "created_at", "feedback_scores",
	                                     "usage", NULL};
	struct eval_run run = run_start("opik");
	struct metric_list metrics = {.n = 0};
	run.id = field_text(f, val_get_loose(experiment, "id"));
	run.name = field_text(f, val_get(experiment, "name"));
	run.dataset = field_text(f, val_get_loose(experiment, "dataset_name"));
	run.created_ns = field_time(f, val_get_loose(experiment, "created_at"), "experiment.created_at");
	run.config = fields_rest(f, experiment, mapped);
	read_prompt(f, &run, val_get(experiment, "metadata"));
	read_prompt_version(f, &run, experiment);
	read_averages(f, &metrics, val_get_loose(experiment, "feedback_scores"));
	metric_add_all(&metrics, f, val_get(experiment, "usage"), "usage/");
	run_take_metrics(&run, &metrics);
	return run;
}

/* What evaluate() gives back: the experiment's name and nothing of its configuration. Errors are told by their cases. */
static struct eval_run run_of_result(const struct fields *f, const struct frame *frame)
{
	static const char *const mapped[] = {"experiment_id", "experiment_name", "errors", NULL};
	struct eval_run run = run_start("opik");
	run.id = field_text(f, frame_get(frame, "experiment_id", true));
	run.name = field_text(f, frame_get(frame, "experiment_name", true));
	run.created_ns = uuid_time_ns(run.id); /* all of Opik's ids are such */
	run.config = fields_rest(f, frame->root, mapped);
	return run;
}

static struct val experiment_of(const struct frame *frame)
{
	return frame ? frame_get(frame, "experiment", false) : VAL_NONE;
}

/* Once, and again when a file larger than the window has said all. */
static void tell_frame_run(const struct fields *f, const struct frame *frame, bool again)
{
	struct opik_state *state = f->im->state;
	struct val experiment = experiment_of(frame);
	if (state->told && !again && !f->im->decoding)
		return;
	struct eval_run run =
	    val_is(experiment, SCAN_OBJECT) ? run_of_experiment(f, experiment) : run_of_result(f, frame);
	state->told = true;
	sink_run(f->im->sink, &run);
}

/* Rows name their experiment; those of a CSV say more of it. */
static void tell_row_run(const struct item *item, struct str id)
{
	struct fields *f = item->f;
	struct opik_state *state = f->im->state;
	struct eval_run run = run_start("opik");
	if (!run_must_be_told(&state->runs, id, TIME_UNKNOWN))
		return;
	run.id = id;
	run.created_ns = uuid_time_ns(id);
	if (*item->prefix) {
		run.name = field_text(f, val_get(item->v, "experiment_name"));
		run.dataset = field_text(f, val_get(item->v, "experiment_dataset_name"));
		run.created_ns = field_time(f, val_get(item->v, "experiment_created_at"), "experiment_created_at");
	}
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- scores */

/* Names of the library's own metrics that ask a model. */
static bool is_judge(struct str name)
{
	static const char *const judges[] = {"hallucination",           "moderation",        "answer_relevance",
	                                     "context_recall",          "context_precision", "usefulness",
	                                     "dialogue_helpfulness",    "qa_relevance",      "summarization",
	                                     "trajectory_accuracy",     "user_frustration",  "session_completeness",
	                                     "conversational_coherence"};
	for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
		if (str_starts(name, judges[i]))
			return true;
	return is_judge_name(name);
}

static enum score_source source_of(struct val said, struct str name)
{
	if (val_str_is(said, "ui"))
		return SOURCE_HUMAN;
	if (val_str_is(said, "online_scoring") || is_judge(name))
		return SOURCE_JUDGE;
	return SOURCE_CODE;
}

/* {name, value, reason, categoryName, source, scoringFailed}: a scorer that failed gave no value, whatever stands there. */
static void read_score(const struct fields *f, struct score_list *list, struct val v)
{
	struct str name = field_text(f, val_get(v, "name"));
	bool failed = false;
	struct score *score = score_add(list, f->arena, name);
	field_bool(f, val_get_loose(v, "scoring_failed"), &failed);
	if (!failed)
		score_value(f, score, val_get(v, "value"));
	struct str category = field_text(f, val_get_loose(v, "category_name"));
	if (category.len)
		score->label = category;
	score->explanation = field_text(f, val_get(v, "reason"));
	score->source = source_of(val_get(v, "source"), score->name);
	score->author = field_text(f, val_get_loose(v, "created_by"));
	score->time_ns = field_time(f, val_get_loose(v, "created_at"), "feedback_scores.created_at");
}

/* Of the results of a task that failed one is the failure. */
static void read_scores(const struct fields *f, struct case_result *res, struct score_list *list, struct val scores)
{
	fields_expect_objects(f, scores, false, "scores");
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_ARRAY); m = val_next(m)) {
		if (val_str_is(val_get(m.val, "name"), "__opik_task_error__")) {
			struct str why = field_text(f, val_get(m.val, "reason"));
			res->status = CASE_ERROR;
			res->error = why.len ? why : STR_LIT("the task failed");
		} else if (val_is(m.val, SCAN_OBJECT)) {
			read_score(f, list, m.val);
		}
	}
}

/* Test suites: {value: what is asserted, passed, reason}, judged by a model. */
static void read_assertions(const struct fields *f, struct score_list *list, struct val assertions)
{
	for (struct member m = val_first(assertions); m.ok && val_is(assertions, SCAN_ARRAY); m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct score *score = score_add(list, f->arena, field_text(f, FIELD_ANY(m.val, "value", "name")));
		score->pass = pass_of_value(f, val_get(m.val, "passed"));
		score_value(f, score, val_get(m.val, "passed"));
		score->explanation = field_text(f, val_get(m.val, "reason"));
		score->source = SOURCE_JUDGE;
	}
}

/* ---------------------------------------------------------------- cases */

static void finish_case(const struct fields *f, struct case_result *res, const struct score_list *scores)
{
	if (!res->key.len)
		res->key = CASE_KEY(f->arena, res->input, res->expected);
	case_trial(res, TIME_UNKNOWN, res->trace_id);
	if (res->order == UNKNOWN_INT)
		res->order = (int64_t)f->rec->number;
	case_take_scores(res, scores);
	sink_case(f->im->sink, res);
}

/* Two files tell of one experiment, each something the other does not know: the result an error's words, the comparison how long it took. */
static struct case_result case_of(struct str run)
{
	struct case_result res = case_start("opik");
	res.run_id = run;
	res.part = true;
	return res;
}

static void skipped(const struct fields *f, const char *why)
{
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s", why);
}

static void tell_result(struct fields *f, struct val v)
{
	static const char *const mapped[] = {"test_case", "score_results", NULL};
	static const char *const mapped_test[] = {"trace_id",    "dataset_item_id",      "scoring_inputs",
	                                          "task_output", "dataset_item_content", NULL};
	struct score_list scores = {.n = 0};
	struct val test = val_get_loose(v, "test_case"), output = val_get_loose(test, "task_output");
	struct val item = val_get_loose(test, "dataset_item_content");
	bool mixed = !val_first(item).ok;
	if (!val_is(test, SCAN_OBJECT)) {
		skipped(f, "not a result: no test case");
		return;
	}
	tell_frame_run(f, f->rec->frame, false);
	struct case_result res = case_of(field_text(f, frame_get(f->rec->frame, "experiment_id", true)));
	res.key = field_text(f, val_get_loose(test, "dataset_item_id"));
	res.trace_id = field_text(f, val_get_loose(test, "trace_id"));
	case_take_item(f, &res, mixed ? val_get_loose(test, "scoring_inputs") : item, mixed ? output : VAL_NONE);
	res.output = case_text(f, output);
	res.metadata = json_joined(f->arena, fields_rest(f, test, mapped_test), fields_rest(f, v, mapped));
	read_scores(f, &res, &scores, val_get_loose(v, "score_results"));
	finish_case(f, &res, &scores);
}

static const char *const item_mapped[] = {"experiment_id",
                                          "dataset_item_id",
                                          "trace_id",
                                          "input",
                                          "output",
                                          "feedback_scores",
                                          "duration",
                                          "total_estimated_cost",
                                          "usage",
                                          "status",
                                          "assertion_results",
                                          "dataset_item_data",
                                          "evaluation_task_output",
                                          NULL};

/* Columns of a CSV that are not the item's own, or mapped, are left out. */
static struct str item_metadata(const struct item *item)
{
	struct fields *f = item->f;
	if (!*item->prefix)
		return fields_rest(f, item->v, item_mapped);
	const char **not = arena_zalloc(f->arena, (size_t)val_count(item->v) + 1, sizeof *not );
	size_t n = 0, prefix = strlen(item->prefix);
	for (struct member m = val_first(item->v); m.ok; m = val_next(m)) {
		struct str key = arena_str(f->arena, member_key(m, f->arena));
		bool drop = !str_starts(key, item->prefix);
		for (size_t i = 0; item_mapped[i] && !drop; i++)
			drop = str_is(str_from(key, prefix), item_mapped[i]);
		if (drop)
			not [n++] = key.ptr;
	}
	return fields_rest(f, item->v, not );
}

/* The dataset's item: in the export beside the task's input, on a page around the items. */
static struct val data_of(const struct item *item)
{
	struct val data = get(item, "dataset_item_data");
	if (!val_is(data, SCAN_OBJECT) && item->f->rec->frame)
		data = frame_get(item->f->rec->frame, "data", false);
	return val_first(data).ok ? data : get(item, "input");
}

static void tell_item(const struct item *item)
{
	struct fields *f = item->f;
	struct score_list scores = {.n = 0};
	struct val experiment = experiment_of(f->rec->frame), task = get(item, "evaluation_task_output");
	struct str run = text(item, "experiment_id");
	if (!run.len) /* a CSV has it twice */
		run = field_text(f, val_get_loose(item->v, "experiment_id"));
	struct span usage = span_start("opik");
	if (val_is(experiment, SCAN_OBJECT)) {
		tell_frame_run(f, f->rec->frame, false);
		run = field_text(f, val_get(experiment, "id"));
	} else {
		tell_row_run(item, run);
	}
	struct case_result res = case_of(run);
	res.key = text(item, "dataset_item_id");
	res.trace_id = text(item, "trace_id");
	case_take_item(f, &res, data_of(item), VAL_NONE);
	res.output = case_text(f, val_first(task).ok ? task : get(item, "output"));
	res.latency_ns = field_duration(f, get(item, "duration"), 1000000, "duration");
	res.cost_usd = field_number(f, get(item, "total_estimated_cost"), "total_estimated_cost");
	fields_usage(f, &usage, get(item, "usage"), "usage");
	res.tokens_in = usage.tokens_in;
	res.tokens_out = usage.tokens_out;
	res.status = status_of_pass(pass_of_value(f, get(item, "status")));
	res.metadata = item_metadata(item);
	read_scores(f, &res, &scores, get(item, "feedback_scores"));
	read_assertions(f, &scores, get(item, "assertion_results"));
	finish_case(f, &res, &scores);
}

/* ---------------------------------------------------------------- records */

static bool is_item(const struct item *item)
{
	return val_is(item->v, SCAN_OBJECT) && (text(item, "dataset_item_id").len || text(item, "trace_id").len);
}

static bool opik_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct item item = {&f, rec->root, ""};
	(void)err;
	if (val_get(rec->root, "item_dataset_item_id").scan)
		item.prefix = "item_";
	if (rec->slot == SLOT_RESULT)
		tell_result(&f, rec->root);
	else if (is_item(&item))
		tell_item(&item);
	else
		skipped(&f, val_is(rec->root, SCAN_OBJECT) ? "neither a dataset item nor a trace is named"
		                                           : "not an object");
	fields_done(&f);
	return true;
}

/* An experiment without items, and what stood behind the items of a file larger than the window. */
static bool opik_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct opik_state *state = im->state;
	const struct record none = {.frame = frame};
	struct fields f = fields_of(im, &none);
	bool named = val_is(experiment_of(frame), SCAN_OBJECT) || val_ok(frame_get(frame, "experiment_id", true));
	(void)err;
	if (frame->level == 0 && named && (frame->late || !state->told))
		tell_frame_run(&f, frame, true);
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int opik_probe(const struct sample *sample, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"testResults", "experimentId", NULL},                          96, "testResults with experimentId"                        },
	    {{"testResults[].testCase", "testResults[].scoreResults", NULL},
	     94,	                                                         "testResults[] with testCase and scoreResults"         },
	    {{"content[].experiment_items", NULL, NULL},                     95, "content[] with experiment_items"                      },
	    {{"experiment.dataset_name", "items", "downloaded_at"},
	     95,	                                                         "experiment, items and downloaded_at (opik export)"    },
	    {{"experiment.dataset_name", "items[].dataset_item_id", NULL},
	     94,	                                                         "experiment and items[] with dataset_item_id"          },
	    {{"experiment_items[].dataset_item_id", NULL, NULL},             93, "experiment_items[] with dataset_item_id"              },
	    {{"item_dataset_item_id", "experiment_id", NULL},                95, "columns experiment_… and item_… (opik export)"    },
	    {{"experiment_id", "dataset_item_id", "trace_id"},
	     90,	                                                         "rows with experiment_id, dataset_item_id and trace_id"},
	};
	*why = "no testResults, no experiment_items";
	return sample_signs(sample, signs, sizeof signs / sizeof *signs, why);
}

const struct format format_opik_experiment = {
    .name = "opik-experiment",
    .title = "Opik experiments",
    .spec_url = "https://www.comet.com/docs/opik/evaluation/overview",
    .how = "testResults with experimentId; content[] with experiment_items; experiment with items (opik export); rows "
           "with "
           "experiment_id, dataset_item_id and trace_id; columns experiment_… and item_…",
    .fills = "an eval run per experiment, case results with scores, their reasons and sources, errors, latency; their "
             "traces' ids",
    .example = "{\"experimentId\":\"…\",\"experimentName\":\"…\",\"testResults\":[{\"testCase\":{\"datasetItemId\":…},"
               "\"scoreResults\":[…]}]}",
    .seen = "evaluate() of JavaScript and the comparison page are real; the export's JSON and CSV, Python's result: "
            "from the source",
    .paths = opik_paths,
    .loose_keys = true,
    .lenient = true,
    .state_size = sizeof(struct opik_state),
    .probe = opik_probe,
    .record = opik_record,
    .frame_end = opik_frame_end,
};
