/* DeepEval's test runs: the file it keeps of the last one (.deepeval/.latest_test_run.json, the run under testRunData), the one it writes on
 * the way (.temp_test_run_data.json) and into DEEPEVAL_RESULTS_FOLDER, and what evaluate() returns, dumped (snake_case). A run is a file:
 * nothing in it names it. Its time is in the file's name (20250115_123456) or the first trace's.
 * Sources: confident-ai/deepeval deepeval/test_run/{api,test_run}.py, evaluate/types.py; formats/evals.md section 5. */
#include "import/deepeval_trace.h"
#include "import/eval_row.h"

#define FAMILY "deepeval"

enum { SLOT_CASE, SLOT_TALK, SLOT_ROW };

struct deepeval_state {
	bool told; /* the run of rows without a frame */
};

static const struct record_path deepeval_paths[] = {
    {"testRunData.testCases[]",               SLOT_CASE},
    {"testRunData.conversationalTestCases[]", SLOT_TALK},
    {"testCases[]",                           SLOT_CASE},
    {"conversationalTestCases[]",             SLOT_TALK},
    {"testResults[]",                         SLOT_CASE},
    {"",                                      SLOT_ROW }, /* a list of results, or lines */
    {NULL,                                    0        },
};

/* Hyperparameters are whatever the user logged. */
static const char *const deepeval_secrets[] = {
    "hyperparameters.**.apiKey",        "hyperparameters.**.headers",          "hyperparameters.**.token",
    "hyperparameters.**.authorization", "hyperparameters.**.password",         "additionalMetadata.**.apiKey",
    "additionalMetadata.**.headers",    "additionalMetadata.**.authorization", NULL,
};

static struct val get(struct val v, const char *name)
{
	return val_get_loose(v, name);
}

/* ---------------------------------------------------------------- the run */

/* "Prompt Template", "prompt_template" and "promptTemplate" are one. */
static bool is_called(struct member m, const char *name)
{
	struct str key = val_raw(m.key);
	for (size_t i = 1; i + 1 < key.len; i++) {
		char c = key.ptr[i];
		if (c == ' ' || c == '_' || c == '-')
			continue;
		if (*name == 0 || (c | 0x20) != *name++)
			return false;
	}
	return *name == 0;
}

static struct val parameter(struct val parameters, const char *const *names)
{
	for (; *names; names++)
		for (struct member m = val_first(parameters); m.ok && val_is(parameters, SCAN_OBJECT); m = val_next(m))
			if (is_called(m, *names) && val_ok(m.val))
				return m.val;
	return VAL_NONE;
}

/* A prompt of `prompts`, or one that stands in the hyperparameters itself. */
static bool read_prompt(struct fields *f, struct eval_run *run, struct val prompt)
{
	struct val version = get(prompt, "version"), text = get(prompt, "textTemplate"),
	           settings = get(prompt, "modelSettings");
	if (!val_is(prompt, SCAN_OBJECT))
		return false;
	run->prompt_name = field_text(f, get(prompt, "alias"));
	run->prompt_version = field_text(f, val_ok(version) ? version : get(prompt, "hash"));
	run->prompt_text = field_text(f, val_ok(text) ? text : get(prompt, "messagesTemplate"));
	if (!run->model.len)
		run->model = field_text(f, get(settings, "name"));
	run->provider = field_text(f, get(settings, "provider"));
	return run->prompt_name.len || run->prompt_text.len;
}

static void read_parameters(struct fields *f, struct eval_run *run, struct val parameters, struct val prompts)
{
	static const char *const models[] = {"model",           "modelname", "llm", "llmmodel",
	                                     "generationmodel", "modelid",   NULL};
	static const char *const templates[] = {"prompttemplate", "prompt", "systemprompt", "promptname", NULL};
	struct val model = parameter(parameters, models), prompt = parameter(parameters, templates);
	if (val_is(model, SCAN_OBJECT))
		model = FIELD_ANY(model, "name", "model", "model_name");
	run->model = field_text(f, model);
	for (struct member m = val_first(prompts); m.ok && val_is(prompts, SCAN_ARRAY); m = val_next(m))
		if (read_prompt(f, run, m.val))
			return;
	if (!val_is(prompt, SCAN_OBJECT))
		run->prompt_text = field_text(f, prompt);
	else
		read_prompt(f, run, prompt);
}

/* How a metric did over the whole run. */
static void read_aggregates(struct fields *f, struct metric_list *list, struct val scores)
{
	static const char *const counts[] = {"passes", "fails", "errors"};
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_ARRAY); m = val_next(m)) {
		struct str name = field_text(f, get(m.val, "metric"));
		for (size_t i = 0; i < sizeof counts / sizeof *counts && name.len; i++) {
			double n;
			if (val_double(get(m.val, counts[i]), &n))
				metric_add(list, f->arena,
				           arena_printf(f->arena, STR_FMT "/%s", STR_ARG(name), counts[i]), n);
		}
	}
}

static void read_totals(struct fields *f, struct eval_run *run, struct val v)
{
	static const char *const totals[] = {"testPassed", "testFailed", "runDuration", "evaluationCost"};
	struct metric_list list = {0};
	for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
		double n;
		if (val_double(get(v, totals[i]), &n))
			metric_add(&list, f->arena, str_of(totals[i]), n);
	}
	read_aggregates(f, &list, get(v, "metricsScores"));
	metric_add_all(&list, f, get(v, "traceMetricsScores"), "traceMetricsScores/");
	run_take_metrics(run, &list);
}

/* What is left of the run; around it, where Confident AI shows it. */
static struct str config_of(struct fields *f, struct val v)
{
	static const char *const told[] = {"metricsScores", "traceMetricsScores", "testPassed", "testFailed",
	                                   "runDuration",   "evaluationCost",     NULL};
	struct rest rest = {BUF_INIT};
	rest_add_cells(f, &rest, v, told);
	if (!get(v, "testRunLink").scan)
		rest_add_cell_as(f, &rest, STR_LIT("testRunLink"), frame_get(f->rec->frame, "testRunLink", true));
	return rest_end(&rest, f, deepeval_secrets);
}

/* "20250115_123456" at the end of a name, as DEEPEVAL_RESULTS_FOLDER has it: no zone is said. */
static int64_t time_of_name(struct import *im, struct str stem)
{
	bool zoneless;
	int64_t ns;
	struct str t = str_from(stem, stem.len > 15 ? stem.len - 15 : 0);
	for (size_t i = 0; i < t.len; i++)
		if (i == 8 ? t.ptr[i] != '_' : t.ptr[i] < '0' || t.ptr[i] > '9')
			return TIME_UNKNOWN;
	if (t.len != 15)
		return TIME_UNKNOWN;
	struct str iso = arena_printf(im->arena, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2s", t.ptr, t.ptr + 4, t.ptr + 6,
	                              t.ptr + 9, t.ptr + 11, t.ptr + 13);
	return units_iso(iso, &ns, &zoneless) ? ns : TIME_UNKNOWN;
}

static struct eval_run run_of(struct fields *f)
{
	struct eval_run run = run_start(FAMILY);
	struct str stem = source_stem(f->im);
	run.id = source_run_id(f->im);
	run.created_ns = time_of_name(f->im, stem);
	return run;
}

static void tell_run(struct fields *f, struct val v)
{
	struct eval_run run = run_of(f);
	struct val dataset = get(v, "datasetAlias"), identifier = get(v, "identifier");
	run.name = field_text(f, val_ok(identifier) ? identifier : get(v, "testFile"));
	if (!run.name.len)
		run.name = source_stem(f->im);
	run.dataset = field_text(f, val_ok(dataset) ? dataset : get(v, "datasetId"));
	read_parameters(f, &run, get(v, "hyperparameters"), get(v, "prompts"));
	read_totals(f, &run, v);
	run.config = config_of(f, v);
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- metrics */

/* The kind of a judge is its name's end: "Coherence [GEval]", "Order [DAG]". */
static bool names_a_judge(struct str name)
{
	return str_ends(name, "GEval]") || str_ends(name, "[DAG]") || str_ends(name, "DAG]");
}

/* What a metric says beyond its score: how it came to it. */
static void keep_details(struct fields *f, struct buf *list, struct val metric)
{
	static const char *const told[] = {"threshold", "success", "score", "reason", "evaluationModel", "error", NULL};
	static const char *const dull[] = {"threshold", "success", "score",      "reason", "evaluationModel",
	                                   "error",     "name",    "strictMode", "metric", NULL};
	bool strict = false;
	if (!rest_of(f, metric, dull).len && !(field_bool(f, get(metric, "strictMode"), &strict) && strict))
		return;
	buf_add_char(list, list->len ? ',' : '[');
	buf_add_str(list, rest_of(f, metric, told));
}

struct verdict {
	struct buf errors, details; /* texts of failed metrics; what else the metrics say */
	struct score_list scores;
};

static void add_error(struct verdict *to, struct str name, struct str text)
{
	if (to->errors.len)
		buf_add_char(&to->errors, '\n');
	buf_add_str(&to->errors, name);
	buf_add_cstr(&to->errors, ": ");
	buf_add_str(&to->errors, text);
}

static void read_metric(struct fields *f, struct verdict *to, struct val metric)
{
	struct score *score = score_add(&to->scores, f->arena, STR_NONE);
	struct str error = field_text(f, get(metric, "error"));
	score->scope.family = STR_LIT(FAMILY);
	if (!deepeval_metric(f, score, metric)) {
		score_drop(&to->scores);
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("metricsData"), "score skipped",
		               "a metric without a name");
		return;
	}
	if (!score->judge_model.len)
		score->source = names_a_judge(score->name) ? SOURCE_JUDGE : SOURCE_CODE;
	if (error.len) {
		add_error(to, score->name, error);
		score->explanation = error;
		score->value = UNKNOWN_DOUBLE;
		score->label = STR_LIT("error");
		score->pass = -1; /* success is false, but nothing was measured */
	}
	keep_details(f, &to->details, metric);
}

static const struct field_rule metric_rules[] = {
    {"success", FIELD_BOOL  },
    {NULL,      FIELD_OBJECT},
};

static void read_metrics(struct fields *f, struct verdict *to, struct val metrics)
{
	fields_expect_objects(f, metrics, false, "metricsData");
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_ARRAY); m = val_next(m)) {
		fields_expect(f, m.val, metric_rules, "metricsData[].");
		if (val_is(m.val, SCAN_OBJECT))
			read_metric(f, to, m.val);
	}
}

/* ---------------------------------------------------------------- cases */

static const struct field_rule case_rules[] = {
    {"success",         FIELD_BOOL  },
    {"metricsData",     FIELD_LIST  },
    {"metricsMetadata", FIELD_LIST  },
    {"turns",           FIELD_LIST  },
    {"messages",        FIELD_LIST  },
    {"trace",           FIELD_OBJECT},
    {NULL,              FIELD_OBJECT},
};

static const char *const told[] = {
    "input",          "actualOutput",    "expectedOutput", "success", "metricsData", "runDuration",     "tokenCost",
    "completionTime", "metricsMetadata", "order",          "index",   "trace",       "expectedOutcome", NULL};

static struct str metadata_of(struct fields *f, struct val v, struct verdict *verdict)
{
	struct rest rest = {BUF_INIT};
	rest_add_cells(f, &rest, v, told);
	if (verdict->details.len) {
		buf_add_char(&verdict->details, ']');
		rest_add_cell_as(f, &rest, STR_LIT("metricsData"),
		                 fields_scan(f, arena_str(f->arena, buf_str(&verdict->details))));
	}
	return rest_end(&rest, f, deepeval_secrets);
}

/* Until 2025 a conversation was a list of test cases, each with its question and answer. */
static struct val turns_of_messages(struct fields *f, struct val messages)
{
	struct buf list = BUF_INIT;
	for (struct member m = val_first(messages); m.ok && val_is(messages, SCAN_ARRAY); m = val_next(m)) {
		struct val in = get(m.val, "input"), out = get(m.val, "actualOutput");
		if (val_ok(get(m.val, "role")))
			return messages;
		if (val_ok(in)) {
			buf_add_cstr(&list, list.len ? ",{\"role\":\"user\",\"content\":"
			                             : "[{\"role\":\"user\",\"content\":");
			buf_add_str(&list, val_raw(in));
			buf_add_char(&list, '}');
		}
		if (val_ok(out)) {
			buf_add_cstr(&list, list.len ? "," : "[");
			buf_add_cstr(&list, "{\"role\":\"assistant\",\"content\":");
			buf_add_str(&list, val_raw(out));
			buf_add_char(&list, '}');
		}
	}
	if (list.len)
		buf_add_char(&list, ']');
	struct val turns = list.len ? fields_scan(f, arena_str(f->arena, buf_str(&list))) : VAL_NONE;
	buf_done(&list);
	return turns;
}

/* A simulated conversation is its scenario: what is said differs each time. Any other is what the user asked. */
static void read_talk(struct fields *f, struct case_result *res, struct val v)
{
	struct str scenario = case_key_part(f, get(v, "scenario"));
	struct val expected = get(v, "expectedOutcome"), turns = get(v, "turns");
	struct talk talk = {.n = 0};
	if (!val_ok(turns))
		turns = turns_of_messages(f, get(v, "messages"));
	if (!talk_read(f, turns, &talk) && val_is(turns, SCAN_ARRAY) && val_count(turns))
		talk.input = talk.key = field_text(f, turns);
	res->input = talk.input.len && !str_is(talk.input, "[]") ? talk.input : scenario.len ? scenario : STR_NONE;
	res->output = talk.output;
	res->title = scenario.len ? scenario : talk.title;
	res->expected = field_text(f, expected);
	res->key = CASE_KEY(f->arena, scenario.len ? scenario : talk.key, case_key_part(f, expected));
}

static void read_text(struct fields *f, struct case_result *res, struct val v)
{
	struct val input = get(v, "input"), expected = get(v, "expectedOutput"), output = get(v, "actualOutput");
	if (!val_ok(input))
		input = get(v, "multimodalInput");
	if (!val_ok(expected))
		expected = get(v, "multimodalExpectedOutput");
	if (!val_ok(output))
		output = get(v, "multimodalInputActualOutput");
	res->input = field_text(f, input);
	res->expected = field_text(f, expected);
	res->output = field_text(f, output);
	res->key = CASE_KEY(f->arena, case_key_part(f, input), case_key_part(f, expected));
}

/* runDuration includes the judging; 0 was not measured. */
static int64_t latency_of(const struct fields *f, struct val v)
{
	int64_t ns = field_duration(f, get(v, "completionTime"), 1000000000, "completionTime");
	if (ns > 0)
		return ns;
	ns = field_duration(f, get(v, "runDuration"), 1000000000, "runDuration");
	return ns > 0 ? ns : UNKNOWN_INT;
}

static enum case_status status_of(const struct fields *f, struct val v, bool errors)
{
	bool pass = false, known = field_bool(f, get(v, "success"), &pass);
	if (errors && !pass)
		return CASE_ERROR;
	return status_of_pass(known ? pass : -1);
}

/* The trace of a case, if it has one; its metrics are the case's. Says when the run was, at the latest. */
static void read_trace(struct fields *f, struct case_result *res, struct val trace)
{
	struct eval_run run = run_of(f);
	if (!val_is(trace, SCAN_OBJECT) || !deepeval_trace_read(f, trace, true))
		return;
	res->trace_id = field_text(f, get(trace, "uuid"));
	if (run.created_ns != TIME_UNKNOWN)
		return;
	run.created_ns = field_time(f, get(trace, "startTime"), "trace.startTime");
	if (run.created_ns != TIME_UNKNOWN)
		sink_run(f->im->sink, &run);
}

static bool is_case(struct val v)
{
	static const char *const members[] = {"metricsData", "metricsMetadata", "input",
	                                      "turns",       "messages",        "actualOutput"};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (val_is(v, SCAN_OBJECT) && val_ok(get(v, members[i])))
			return true;
	return false;
}

static void tell_case(struct fields *f, struct val v)
{
	struct case_result res = case_start(FAMILY);
	struct verdict verdict = {.scores = {0}};
	struct val metrics = get(v, "metricsData"), order = get(v, "order");
	bool talks = val_ok(get(v, "turns")) || val_ok(get(v, "messages"));
	fields_expect(f, v, case_rules, "");
	if (talks)
		read_talk(f, &res, v);
	else
		read_text(f, &res, v);
	res.run_id = source_run_id(f->im);
	res.variant = 1; /* the same question with the same expectation is asked again: a repeat */
	res.order = field_count(f, val_ok(order) ? order : get(v, "index"), "order");
	if (res.order == UNKNOWN_INT)
		res.order = (int64_t)f->rec->number;
	read_metrics(f, &verdict, val_ok(metrics) ? metrics : get(v, "metricsMetadata"));
	res.status = status_of(f, v, verdict.errors.len > 0);
	if (res.status == CASE_ERROR)
		res.error = arena_str(f->arena, buf_str(&verdict.errors));
	res.latency_ns = latency_of(f, v);
	res.cost_usd = field_number(f, get(v, "tokenCost"), "tokenCost");
	read_trace(f, &res, get(v, "trace"));
	res.metadata = metadata_of(f, v, &verdict);
	case_take_scores(&res, &verdict.scores);
	sink_case(f->im->sink, &res);
	buf_done(&verdict.errors);
	buf_done(&verdict.details);
}

/* ---------------------------------------------------------------- the format */

static bool deepeval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct deepeval_state *state = im->state;
	struct fields f = fields_of(im, rec);
	(void)err;
	if (!is_case(rec->root)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(rec->root, SCAN_OBJECT) ? "not a test case: no input, turns or metricsData"
		                                              : "not an object");
	} else {
		if (rec->slot == SLOT_ROW && !state->told)
			tell_run(&f, VAL_NONE);
		state->told = true;
		tell_case(&f, rec->root);
	}
	fields_done(&f);
	return true;
}

/* The run, of which most stands behind its cases. */
static bool deepeval_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	static const char *const members[] = {"metricsScores", "testPassed",    "hyperparameters", "prompts",
	                                      "runDuration",   "confidentLink", "testRunId",       "identifier"};
	struct record none = {.frame = frame};
	struct fields f = fields_of(im, &none);
	bool is_run = false;
	(void)err;
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		is_run = is_run || get(frame->root, members[i]).scan;
	if (is_run)
		tell_run(&f, frame->root);
	fields_done(&f);
	return true;
}

static int deepeval_probe(const struct sample *sample, const char **why)
{
	static const struct {
		int score;
		const char *why, *keys[2];
	} signs[] = {
	    {97, "has testRunData.testCases",         {"testRunData.testCases"}                             },
	    {97, "has testRunData",                   {"testRunData.conversationalTestCases"}               },
	    {96, "has testCases and metricsScores",   {"testCases", "metricsScores"}                        },
	    {96, "has conversationalTestCases",       {"conversationalTestCases", "metricsScores"}          },
	    {95, "has test cases with metricsData",   {"testCases[].metricsData"}                           },
	    {95, "has test cases with metricsData",   {"conversationalTestCases[].metricsData"}             },
	    {94, "has test cases with actualOutput",  {"testCases[].actualOutput", "testCases[].name"}      },
	    {94, "has test results with metricsData", {"testResults[].metricsData", "testResults[].success"}},
	    {94, "has testCases",                     {"testCases", "conversationalTestCases"}              },
	    {88, "rows have metricsData and success", {"metricsData[].name", "success"}                     },
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (sample_has(sample, signs[i].keys[0]) &&
		    (!signs[i].keys[1] || sample_has(sample, signs[i].keys[1]))) {
			*why = signs[i].why;
			return signs[i].score;
		}
	*why = "no testCases with metricsScores";
	return 0;
}

const struct format format_deepeval = {
    .name = "deepeval",
    .title = "DeepEval test runs",
    .spec_url = "https://deepeval.com/docs/evaluation-introduction",
    .how = "testRunData.testCases; testCases or conversationalTestCases with metricsScores; rows with metricsData",
    .fills = "one eval run per file, case results, a score per metric; the traces inside",
    .example =
        "{\"testRunData\":{\"testCases\":[{\"input\":…,\"actualOutput\":…,\"success\":true,\"metricsData\":[…]}],…}}",
    .paths = deepeval_paths,
    .secrets = deepeval_secrets,
    .loose_keys = true,
    .lenient = true, /* Python writes NaN */
    .state_size = sizeof(struct deepeval_state),
    .probe = deepeval_probe,
    .record = deepeval_record,
    .frame_end = deepeval_frame_end,
};
