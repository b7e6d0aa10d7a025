/* Traces of mlflow.genai.evaluate() as case results. A trace alone is no case: it must say that it was evaluated (assessments, the tag that
 * an evaluation leaves) and in which run. Assessments name the run that made them; of others it is the run the trace was logged in.
 * One trace may be evaluated by several runs: it is a case of each. Expectations are what was expected, feedback is scores.
 * Sources: mlflow/mlflow mlflow/genai/evaluation, mlflow/entities/assessment.py; real tables (formats/evals.md section 7). */
#include "import/mlflow_private.h"

#include "import/eval_row.h"

enum { RUNS_MAX = 16, ASSESSMENTS_MAX = 10000 };

struct evaluated {
	struct val info, assessments;
	struct mlflow_texts texts;
	struct str home; /* the run the trace was logged in */
	struct str runs[RUNS_MAX];
	size_t n_runs;
	struct str expected, key_expected;
};

static bool is_valid(struct fields *f, struct val assessment)
{
	bool valid = true;
	return val_is(assessment, SCAN_OBJECT) && !(field_bool(f, val_get(assessment, "valid"), &valid) && !valid);
}

static struct str run_named(struct fields *f, struct val pairs)
{
	static const char *const names[] = {"mlflow.sourceRun", "mlflow.runId", "mlflow.run_id",
	                                    "mlflow.source.run_id"};
	struct str id = STR_NONE;
	for (size_t i = 0; i < sizeof names / sizeof *names && !id.len; i++)
		id = field_text(f, mlflow_pair(f, pairs, names[i]));
	return id;
}

static struct str run_of(struct fields *f, const struct evaluated *e, struct val assessment)
{
	struct val meta = val_get(assessment, "metadata");
	struct str id = field_text(f, mlflow_pair(f, meta, "mlflow.assessment.sourceRunId"));
	return id.len ? id : e->home;
}

static void add_run(struct evaluated *e, struct str id)
{
	for (size_t i = 0; i < e->n_runs; i++)
		if (str_eq(e->runs[i], id))
			return;
	if (id.len && e->n_runs < RUNS_MAX)
		e->runs[e->n_runs++] = id;
}

/* A person's word about a trace that happened to be logged in a run is no evaluation. */
static bool is_evaluation(struct val assessment)
{
	return val_ok(val_get(assessment, "expectation")) ||
	       !val_str_is(val_path(assessment, "source.source_type"), "HUMAN") ||
	       val_ok(val_path(assessment, "metadata.mlflow.assessment.sourceRunId"));
}

static void find_runs(struct fields *f, struct evaluated *e)
{
	struct val tags = val_get(e->info, "tags");
	bool tagged =
	    val_ok(mlflow_pair(f, tags, "mlflow.eval.requestId")) || val_ok(mlflow_pair(f, tags, "eval.requestId"));
	size_t n = 0;
	e->home = run_named(f, FIELD_ANY(e->info, "trace_metadata", "request_metadata"));
	if (!e->home.len)
		e->home = run_named(f, tags);
	for (struct member m = val_first(e->assessments); m.ok && n < ASSESSMENTS_MAX; m = val_next(m), n++)
		if (is_valid(f, m.val) && val_ok(val_get(m.val, "feedback")) && is_evaluation(m.val))
			add_run(e, run_of(f, e, m.val));
	for (struct member m = val_first(e->assessments); m.ok && !e->n_runs && e->home.len; m = val_next(m))
		if (is_valid(f, m.val) && is_evaluation(m.val))
			add_run(e, e->home);
	if (!e->n_runs && tagged)
		add_run(e, e->home);
}

/* One that is a text, or all by name. */
static void read_expectations(struct fields *f, struct evaluated *e)
{
	struct rest rest = {BUF_INIT};
	struct val only = VAL_NONE;
	size_t n = 0;
	for (struct member m = val_first(e->assessments); m.ok; m = val_next(m)) {
		struct val expectation = val_get(m.val, "expectation");
		if (!is_valid(f, m.val) || !val_ok(expectation))
			continue;
		only = mlflow_expected(expectation);
		rest_add_cell_as(f, &rest, field_text(f, FIELD_ANY(m.val, "assessment_name", "name")), only);
		n++;
	}
	e->expected = rest_end(&rest, f, NULL);
	e->key_expected = e->expected.len ? case_key_part(f, fields_scan(f, e->expected)) : STR_LIT("");
	if (n == 1)
		e->expected = field_text(f, only);
}

/* ---------------------------------------------------------------- one run's case */

/* Whole if somebody knows it, else the preview; the beginning in the metadata is shorter still. */
static struct val said(struct fields *f, const struct evaluated *e, struct val whole, const char *preview,
                       const char *key)
{
	struct val meta = FIELD_ANY(e->info, "trace_metadata", "request_metadata");
	struct val v = field_open_cell(f, whole);
	if (!val_ok(v))
		v = field_open(f, FIELD_ANY(e->info, preview));
	return val_ok(v) ? v : field_open(f, mlflow_pair(f, meta, key));
}

/* The evaluation's own hash of what went in (SHA-256 of Python's str()), which all forms of a trace have; else that itself. */
static struct str key_of(struct fields *f, const struct evaluated *e, struct val input)
{
	struct str id = field_text(f, mlflow_pair(f, val_get(e->info, "tags"), "mlflow.eval.requestId"));
	bool hex = id.len == 64;
	for (size_t i = 0; i < id.len && hex; i++)
		hex = (id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f');
	return CASE_KEY(f->arena, hex ? id : case_key_part(f, input), e->key_expected);
}

/* Tags of the user's own, and what the row has that no other place takes. */
static struct str metadata_of(struct fields *f, const struct evaluated *e)
{
	struct val tags = field_open_cell(f, val_get(e->info, "tags"));
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(tags); m.ok && val_is(tags, SCAN_OBJECT); m = val_next(m))
		if (!str_starts(member_key(m, f->arena), "mlflow."))
			rest_add_cell(f, &rest, m);
	rest_add_cell_as(f, &rest, STR_LIT("client_request_id"), FIELD_ANY(e->info, "client_request_id"));
	return rest_end(&rest, f, NULL);
}

static void read_usage(struct fields *f, struct case_result *res, struct val info)
{
	struct val meta = FIELD_ANY(info, "trace_metadata", "request_metadata");
	struct val usage = field_open(f, mlflow_pair(f, meta, "mlflow.trace.tokenUsage"));
	struct val cost = field_open(f, mlflow_pair(f, meta, "mlflow.trace.cost"));
	res->tokens_in = field_count(f, val_get(usage, "input_tokens"), "mlflow.trace.tokenUsage");
	res->tokens_out = field_count(f, val_get(usage, "output_tokens"), "mlflow.trace.tokenUsage");
	res->cost_usd = field_number(f, val_get(cost, "total_cost"), "mlflow.trace.cost");
	int64_t took = mlflow_duration(f, info);
	res->latency_ns = took > 0 ? took : UNKNOWN_INT; /* 0: nothing was run, outputs were there */
}

static void tell_run(struct fields *f, const struct evaluated *e, struct str id, const struct trace *trace)
{
	struct eval_run run = run_start(MLFLOW_FAMILY);
	struct val prompts = field_open(f, mlflow_pair(f, val_get(e->info, "tags"), "mlflow.linkedPrompts"));
	struct val prompt = val_is(prompts, SCAN_ARRAY) ? val_at(prompts, 0) : VAL_NONE;
	run.id = id;
	run.created_ns = trace->start_ns;
	run.prompt_name = field_text(f, val_get(prompt, "name"));
	run.prompt_version = field_text(f, val_get(prompt, "version"));
	sink_run(f->im->sink, &run);
}

static void tell_case(struct fields *f, const struct evaluated *e, struct str run, const struct trace *trace)
{
	struct case_result res = case_start(MLFLOW_FAMILY);
	struct score_list scores = {0};
	struct val input = said(f, e, e->texts.in, "request_preview", "mlflow.traceInputs");
	res.run_id = run;
	res.key = key_of(f, e, input);
	case_trial(&res, trace->start_ns, trace->id);
	res.input = field_text(f, input);
	res.expected = e->expected;
	res.output = field_text(f, said(f, e, e->texts.out, "response_preview", "mlflow.traceOutputs"));
	res.trace_id = trace->id;
	res.metadata = metadata_of(f, e);
	read_usage(f, &res, e->info);
	if (trace->status == STATUS_ERROR)
		res.status = CASE_ERROR;
	for (struct member m = val_first(e->assessments); m.ok && scores.n < ASSESSMENTS_MAX; m = val_next(m)) {
		struct score *score;
		if (!is_valid(f, m.val) || !val_ok(val_get(m.val, "feedback")) || !str_eq(run_of(f, e, m.val), run))
			continue;
		score = score_add(&scores, f->arena, STR_NONE);
		if (!mlflow_score(f, score, m.val, trace->id))
			score_drop(&scores);
		else
			score->trace_id = score->span_id = STR_NONE;
	}
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

bool mlflow_case(struct fields *f, struct val info, const struct mlflow_texts *texts, const struct trace *trace)
{
	struct evaluated e = {.info = info};
	e.assessments = field_open_cell(f, val_get(info, "assessments"));
	if (!val_is(e.assessments, SCAN_ARRAY))
		e.assessments = VAL_NONE;
	find_runs(f, &e);
	if (!e.n_runs || !texts || !trace)
		return e.n_runs > 0;
	e.texts = *texts;
	read_expectations(f, &e);
	for (size_t i = 0; i < e.n_runs; i++) {
		tell_run(f, &e, e.runs[i], trace);
		tell_case(f, &e, e.runs[i], trace);
	}
	return true;
}
