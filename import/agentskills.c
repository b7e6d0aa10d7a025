/* Gradings of agent skills: grading.json in the folder of each eval, timing.json beside it, benchmark.json above. The folders say which run and
 * which case: RUN/eval-N/grading.json, or as skill-creator lays them out WORKSPACE/iteration-N/eval-N/CONFIGURATION/run-K/grading.json, where
 * with_skill and without_skill are two runs and run-K a repeat. A case's key is its eval's folder: assertions are reworded from version to
 * version. timing.json alone is no case: its figures are metrics of the run, named after the eval. A benchmark.json may hold every
 * run's expectations again, with numbers in place of the folders' names: these runs stay beside those of the folders, as other exports do.
 * run_eval.py tries whether a skill's description makes a query call it: a case for each query.
 * Sources: real baselines (formats/evals.md section 11); anthropics/skills, skill-creator: references/schemas.md, aggregate_benchmark.py. */
#include "import/eval.h"

enum { SLOT_DOC, SLOT_RUN };

static const struct record_path agentskills_paths[] = {
    {"",       SLOT_DOC},
    {"runs[]", SLOT_RUN},
    {NULL,     0       },
};

struct agentskills_state {
	uint64_t n_runs;
};

/* ---- folders */

struct place {
	struct str run, eval, config;
	int64_t repeat;
};

static bool is_eval(struct str name)
{
	return str_starts(name, "eval-") || str_starts(name, "eval_");
}

static int64_t repeat_of(struct str name)
{
	int64_t n;
	return str_starts(name, "run-") && scan_int64(str_from(name, 4), &n) && n > 0 ? n - 1 : -1;
}

/* iteration-2 of this workspace is not that of another; "runs" is nobody's name. */
static struct str root_at(const struct fields *f, int up)
{
	struct str root = source_folder(f->im, up);
	if (str_is(root, "runs"))
		root = source_folder(f->im, ++up);
	struct str around = source_folder(f->im, up + 1);
	if (str_starts(root, "iteration-") && around.len)
		return arena_printf(f->arena, STR_FMT "/" STR_FMT, STR_ARG(around), STR_ARG(root));
	return root;
}

static struct place place_of(const struct fields *f)
{
	int repeated = repeat_of(source_folder(f->im, 0)) >= 0, up = -1;
	struct place place = {.repeat = repeated ? repeat_of(source_folder(f->im, 0)) : 0};
	for (int i = 0; i < 3 && up < 0; i++)
		if (is_eval(source_folder(f->im, i)))
			up = i;
	if (up < 0) { /* folders called otherwise: a configuration ends so */
		struct str name = source_folder(f->im, repeated);
		up = repeated + (str_ends(name, "_skill") || str_ends(name, "-skill") || str_is(name, "baseline"));
	}
	if (up > repeated)
		place.config = source_folder(f->im, up - 1);
	place.eval = source_folder(f->im, up);
	place.run = root_at(f, up + 1);
	return place;
}

static struct str joined(const struct fields *f, struct str a, struct str b)
{
	return a.len && b.len ? arena_printf(f->arena, STR_FMT "/" STR_FMT, STR_ARG(a), STR_ARG(b)) : a.len ? a : b;
}

static struct eval_run run_named(struct str id)
{
	struct eval_run run = run_start("agentskills");
	run.name = id;
	run.id = id.len ? id : STR_LIT("#run");
	return run;
}

/* ---- gradings */

static const char *assertions_name(struct val v)
{
	static const char *const names[] = {"assertion_results", "expectations", "assertions", "expectation_results",
	                                    "results"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct val list = val_get(v, names[i]);
		if (val_is(list, SCAN_ARRAY) && val_is(val_at(list, 0), SCAN_OBJECT))
			return names[i];
	}
	return "assertion_results";
}

static struct val assertions_of(struct val v)
{
	return val_get(v, assertions_name(v));
}

static struct val passed_of(struct val assertion)
{
	return FIELD_ANY(assertion, "passed", "pass", "met", "satisfied", "result");
}

static struct str text_of(const struct fields *f, struct val assertion)
{
	return field_text(f, FIELD_ANY(assertion, "text", "assertion", "expectation", "name", "description"));
}

/* The case passes if every assertion does; without a word on one it has no verdict, unless another failed. */
static void read_assertions(struct fields *f, struct case_result *res, struct val list)
{
	struct score_list scores = {0};
	size_t passed = 0, failed = 0, n = 0;
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		n++;
		if (!val_is(m.val, SCAN_OBJECT) || !val_ok(passed_of(m.val)))
			continue;
		struct score *score = score_add(&scores, f->arena, text_of(f, m.val));
		score_value(f, score, passed_of(m.val));
		score->pass = pass_of_value(f, passed_of(m.val));
		score->explanation =
		    field_text(f, FIELD_ANY(m.val, "evidence", "reason", "explanation", "justification"));
		score->source = SOURCE_JUDGE;
		passed += score->pass == 1;
		failed += score->pass == 0;
	}
	case_take_scores(res, &scores);
	if (failed || (passed && passed == n))
		res->status = failed ? CASE_FAILED : CASE_PASSED;
}

static bool is_one_of(struct val key, const char *const *names)
{
	for (; *names; names++)
		if (val_str_is(key, *names))
			return true;
	return false;
}

/* 0 seconds: nobody measured. */
static int64_t seconds(const struct fields *f, struct val v, const char *path)
{
	int64_t ns = field_duration(f, v, 1000000000, path);
	return ns == 0 ? UNKNOWN_INT : ns;
}

static void read_grading(struct fields *f, struct val v)
{
	const char *const mapped[] = {assertions_name(v), NULL};
	struct place place = place_of(f);
	struct eval_run run = run_named(joined(f, place.run, place.config));
	struct case_result res = case_start("agentskills");
	struct val timing = val_get(v, "timing"), list = assertions_of(v);
	sink_run(f->im->sink, &run);
	res.run_id = run.id;
	res.key = place.eval.len ? place.eval : source_stem(f->im);
	res.title = res.key;
	res.repeat = place.repeat;
	read_assertions(f, &res, list);
	res.latency_ns = seconds(f, FIELD_ANY(timing, "executor_duration_seconds", "total_duration_seconds"), "timing");
	res.metadata = fields_rest(f, v, mapped);
	sink_case(f->im->sink, &res);
}

/* ---- timings */

static const char *const timing_members[] = {"total_tokens",
                                             "duration_ms",
                                             "total_duration_seconds",
                                             "executor_start",
                                             "executor_end",
                                             "executor_duration_seconds",
                                             "grader_start",
                                             "grader_end",
                                             "grader_duration_seconds",
                                             NULL};

static bool is_timing(struct val v)
{
	size_t figures = 0;
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m)) {
		if (!is_one_of(m.key, timing_members))
			return false;
		figures += val_is(m.val, SCAN_NUMBER);
	}
	return figures > 0 && (val_get(v, "total_tokens").scan || val_get(v, "executor_duration_seconds").scan) &&
	       val_count(v) > 1;
}

static void read_timing(struct fields *f, struct val v)
{
	struct place place = place_of(f);
	struct eval_run run = run_named(joined(f, place.run, place.config));
	struct metric_list metrics = {0};
	struct str prefix = place.eval;
	if (prefix.len && place.repeat > 0)
		prefix = arena_printf(f->arena, STR_FMT " run %lld", STR_ARG(prefix), (long long)place.repeat + 1);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		double value;
		if (!val_is(m.val, SCAN_NUMBER) || !val_double(m.val, &value))
			continue;
		struct str name = joined(f, prefix, member_key(m, f->arena));
		metric_add(&metrics, f->arena, name, value);
	}
	run.created_ns = field_time(f, val_get(v, "executor_start"), "executor_start");
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* ---- benchmarks */

/* "<model-name>": nobody filled it in. */
static struct str filled_in(const struct fields *f, struct val v)
{
	struct str text = field_text(f, v);
	return str_starts(text, "<") ? STR_NONE : text;
}

static struct eval_run benchmark_run(const struct fields *f, struct str config, struct val metadata, bool rows)
{
	struct str root = joined(f, root_at(f, 0), rows ? STR_LIT("benchmark") : STR_NONE);
	struct eval_run run = run_named(joined(f, root, config));
	run.dataset = filled_in(f, val_get(metadata, "skill_name"));
	run.model = filled_in(f, val_get(metadata, "executor_model"));
	run.created_ns = field_time(f, val_get(metadata, "timestamp"), "metadata.timestamp");
	return run;
}

static void read_benchmark(struct fields *f, struct val v, bool rows)
{
	static const char *const mapped[] = {"runs", "run_summary", NULL};
	struct val summary = val_get(v, "run_summary"), metadata = val_get(v, "metadata");
	struct metric_list own = {0};
	struct str config = fields_rest(f, v, mapped);
	bool any = false;
	for (struct member m = val_first(summary); m.ok && val_is(summary, SCAN_OBJECT); m = val_next(m)) {
		struct metric_list metrics = {0};
		struct str name = member_key(m, f->arena);
		if (!val_get(m.val, "pass_rate").scan || val_str_is(m.key, "delta"))
			continue;
		struct eval_run run = benchmark_run(f, name, metadata, rows);
		metric_add_all(&metrics, f, m.val, "");
		run_take_metrics(&run, &metrics);
		run.config = config;
		sink_run(f->im->sink, &run);
		any = true;
	}
	if (any)
		return;
	struct eval_run run = benchmark_run(f, STR_NONE, metadata, rows);
	metric_add_all(&own, f, summary, "");
	run_take_metrics(&run, &own);
	run.config = config;
	sink_run(f->im->sink, &run);
}

static void read_run(struct fields *f, struct val v)
{
	const char *const mapped[] = {"eval_name", "configuration", "run_number", "eval_id", assertions_name(v), NULL};
	struct val result = val_get(v, "result"), list = assertions_of(v);
	struct eval_run run = benchmark_run(f, field_text(f, val_get(v, "configuration")),
	                                    frame_get(f->rec->frame, "metadata", false), true);
	struct case_result res = case_start("agentskills");
	int64_t number = field_count(f, val_get(v, "run_number"), "run_number");
	int64_t passed = field_count(f, val_get(result, "passed"), "result.passed");
	int64_t total = field_count(f, val_get(result, "total"), "result.total");
	sink_run(f->im->sink, &run);
	res.run_id = run.id;
	res.key = arena_printf(f->arena, "eval-" STR_FMT, STR_ARG(field_text(f, val_get(v, "eval_id"))));
	res.title = field_text(f, val_get(v, "eval_name"));
	if (!res.title.len)
		res.title = res.key;
	res.repeat = number > 0 ? number - 1 : UNKNOWN_INT;
	read_assertions(f, &res, list);
	if (!res.n_scores && total > 0 && passed >= 0)
		res.status = passed >= total ? CASE_PASSED : CASE_FAILED;
	res.latency_ns = seconds(f, val_get(result, "time_seconds"), "result.time_seconds");
	res.metadata = fields_rest(f, v, mapped);
	sink_case(f->im->sink, &res);
}

/* ---- does a skill's description call it: run_eval.py */

static bool is_trigger_eval(struct val v)
{
	struct val first = val_at(val_get(v, "results"), 0);
	return val_get(first, "query").scan && val_get(first, "should_trigger").scan &&
	       val_get(first, "trigger_rate").scan;
}

static void read_query(struct fields *f, struct str run, struct val v)
{
	static const char *const mapped[] = {"query", "trigger_rate", "pass", "should_trigger", NULL};
	struct case_result res = case_start("agentskills");
	struct score_list scores = {0};
	bool should = false;
	res.run_id = run;
	res.key = res.input = field_text(f, val_get(v, "query"));
	if (field_bool(f, val_get(v, "should_trigger"), &should))
		res.expected = should ? STR_LIT("triggers") : STR_LIT("does not trigger");
	struct score *score = score_add(&scores, f->arena, STR_LIT("trigger_rate"));
	score_value(f, score, val_get(v, "trigger_rate"));
	score->pass = pass_of_value(f, val_get(v, "pass"));
	score->source = SOURCE_CODE;
	res.status = status_of_pass(score->pass);
	res.metadata = fields_rest(f, v, mapped);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

/* What is tried is the description: it is the prompt. */
static void read_trigger_eval(struct fields *f, struct val v)
{
	static const char *const mapped[] = {"results", "summary", "skill_name", "description", NULL};
	struct val results = val_get(v, "results");
	struct eval_run run = run_named(joined(f, source_folder(f->im, 0), source_stem(f->im)));
	struct metric_list metrics = {0};
	run.dataset = run.prompt_name = field_text(f, val_get(v, "skill_name"));
	run.prompt_text = field_text(f, val_get(v, "description"));
	run.config = fields_rest(f, v, mapped);
	metric_add_all(&metrics, f, val_get(v, "summary"), "");
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
	for (struct member m = val_first(results); m.ok; m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT))
			read_query(f, run.id, m.val);
}

/* ---- records */

static bool is_grading(struct val v)
{
	struct val first = val_at(assertions_of(v), 0);
	return passed_of(first).scan &&
	       FIELD_ANY(first, "text", "assertion", "expectation", "name", "description").scan;
}

static bool has_assertions(struct val v)
{
	return val_is(val_get(v, "assertion_results"), SCAN_ARRAY) || val_is(val_get(v, "expectations"), SCAN_ARRAY) ||
	       is_grading(v);
}

static bool agentskills_record(struct import *im, const struct record *rec, struct err *err)
{
	struct agentskills_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct val v = rec->root;
	(void)err;
	if (rec->slot == SLOT_RUN && val_is(v, SCAN_OBJECT)) {
		state->n_runs++;
		read_run(&f, v);
	} else if (rec->slot == SLOT_DOC && val_is(val_get(v, "run_summary"), SCAN_OBJECT))
		read_benchmark(&f, v, false);
	else if (rec->slot == SLOT_DOC && is_trigger_eval(v))
		read_trigger_eval(&f, v);
	else if (rec->slot == SLOT_DOC && has_assertions(v))
		read_grading(&f, v);
	else if (rec->slot == SLOT_DOC && is_timing(v))
		read_timing(&f, v);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a grading, a timing, a benchmark nor queries that trigger");
	fields_done(&f);
	return true;
}

/* A benchmark with runs of its own. */
static bool agentskills_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct agentskills_state *state = im->state;
	struct record none = {.number = 0, .frame = frame};
	struct fields f = fields_of(im, &none);
	(void)err;
	if (frame->level == 0 && !im->decoding)
		read_benchmark(&f, frame->root, state->n_runs > 0);
	fields_done(&f);
	return true;
}

/* ---- detection */

static int agentskills_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE, summary = val_get(v, "run_summary");
	struct val run = val_at(val_get(v, "runs"), 0);
	*why = "no assertion_results or expectations, no run_summary";
	if (str_is(sample->conversion, "csv") || !val_is(v, SCAN_OBJECT))
		return 0;
	if ((val_is(val_get(v, "assertion_results"), SCAN_ARRAY) || val_is(val_get(v, "expectations"), SCAN_ARRAY)) &&
	    is_grading(v)) {
		*why = "assertion_results or expectations that passed or not";
		return 92;
	}
	if (val_get(summary, "pass_rate").scan || val_get(val_get(summary, "with_skill"), "pass_rate").scan ||
	    (val_get(run, "eval_id").scan && val_get(run, "configuration").scan)) {
		*why = "run_summary with a pass_rate, or runs with eval_id and configuration";
		return 91;
	}
	if (is_trigger_eval(v)) {
		*why = "results with query, should_trigger and trigger_rate";
		return 91;
	}
	if (sample->whole && sample->n_values == 1 && is_timing(v)) {
		*why = "nothing but total_tokens and durations";
		return 80;
	}
	if (sample->whole && sample->n_values == 1 && is_grading(v) &&
	    val_get(val_get(v, "summary"), "pass_rate").scan) {
		*why = "assertions that passed or not, with a summary";
		return 88;
	}
	return 0;
}

const struct format format_agentskills = {
    .name = "agentskills",
    .title = "Agent-skill gradings (skill-creator)",
    .spec_url = "https://github.com/anthropics/skills/blob/main/skills/skill-creator/references/schemas.md",
    .how = "assertion_results or expectations with passed and evidence, run_summary with pass_rate, a timing.json, or "
           "results with should_trigger",
    .fills = "a run for each baseline folder or configuration, a case for each eval folder, a score per assertion",
    .example = "{\"assertion_results\":[{\"text\":\"…\",\"passed\":true,\"evidence\":\"…\"}],\"summary\":{…}}",
    .paths = agentskills_paths,
    .placed = true,
    .state_size = sizeof(struct agentskills_state),
    .probe = agentskills_probe,
    .record = agentskills_record,
    .frame_end = agentskills_frame_end,
};
