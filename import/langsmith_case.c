/* LangSmith's experiments: a root run that answers an example of a dataset is a case of the session it belongs to. Raw runs, rows of
 * evaluate() and examples with their runs share this. Rules: formats/evals.md section 12. */
#include "import/langsmith.h"

/* ---------------------------------------------------------------- what is a case */

static struct val metadata_of(struct fields *f, struct val run)
{
	struct val extra = field_open_cell(f, val_get(run, "extra"));
	struct val metadata = field_open(f, val_get(extra, "metadata"));
	return val_is(metadata, SCAN_OBJECT) ? metadata : VAL_NONE;
}

/* Evaluators' own runs name the example, too: they belong to the session "evaluators", say whom they judged (Python), or got it as
 * their argument (JavaScript). */
static bool is_evaluator(struct fields *f, struct val run)
{
	struct val args = val_get(field_open_cell(f, val_get(run, "inputs")), "args");
	if (val_str_is(val_get(run, "session_name"), "evaluators"))
		return true;
	if (val_ok(FIELD_ANY(metadata_of(f, run), "reference_run_id", "target_run_id", "targetRunId")))
		return true;
	return val_ok(val_get(val_at(args, 0), "langSmithRunAndExample"));
}

static struct str session_of(struct fields *f, struct val run)
{
	return field_text(f, FIELD_ANY(run, "session_name", "session_id"));
}

static bool is_root(struct fields *f, struct val run)
{
	struct str order = field_text(f, val_get(run, "dotted_order"));
	return !val_ok(FIELD_ANY(run, "parent_run_id")) && str_find_char(order, '.') == SIZE_MAX;
}

bool langsmith_is_case(struct fields *f, struct val run)
{
	return val_ok(FIELD_ANY(run, "reference_example_id")) && is_root(f, run) && session_of(f, run).len &&
	       !is_evaluator(f, run);
}

/* ---------------------------------------------------------------- scores */

/* score and value may both be there (1 and "CORRECT"): value is the label then. */
static void read_value(struct fields *f, struct score *score, struct val result)
{
	struct val value = val_get(result, "value");
	if (!score_value(f, score, val_get(result, "score"))) {
		if (!score_value(f, score, value))
			score->label = field_text(f, value);
	} else if (val_ok(value) && !val_is(value, SCAN_NUMBER)) {
		score->label = field_text(f, value);
	}
}

/* Evaluators do not say what they are: LangSmith itself files all they give under the source "model". */
void langsmith_scores(struct fields *f, struct score_list *scores, struct val results)
{
	results = field_open(f, results);
	for (struct member m = val_first(results); m.ok && val_is(results, SCAN_ARRAY); m = val_next(m)) {
		struct val about = val_get_loose(m.val, "evaluator_info");
		struct val correction = val_get(m.val, "correction");
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct score *score = score_add(scores, f->arena, field_text(f, val_get(m.val, "key")));
		read_value(f, score, m.val);
		score->source = SOURCE_JUDGE;
		score->judge_model = field_text(f, FIELD_ANY(about, "model", "model_name", "ls_model_name"));
		score->explanation = field_text(f, val_get(m.val, "comment"));
		if (val_ok(correction))
			score->explanation =
			    arena_printf(f->arena, STR_FMT "%scorrection: " STR_FMT, STR_ARG(score->explanation),
			                 score->explanation.len ? "\n" : "", STR_ARG(field_text(f, correction)));
	}
}

static void read_stats(struct fields *f, struct score_list *scores, struct val run)
{
	struct val stats = field_open_cell(f, val_get(run, "feedback_stats"));
	for (struct member m = val_first(stats); m.ok && val_is(stats, SCAN_OBJECT); m = val_next(m)) {
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct score *score = score_add(scores, f->arena, STR_NONE);
		*score = langsmith_stat(f, m);
	}
}

/* ---------------------------------------------------------------- the experiment */

static bool starts_any(struct str name, const char *const *starts)
{
	for (; *starts; starts++)
		if (str_starts(name, *starts))
			return true;
	return false;
}

/* The metadata of a run is its experiment's, with what is the example's own, and with the settings of the process. */
static struct str config_of(struct fields *f, struct val metadata)
{
	static const char *const others[] = {"LANGSMITH_",  "LANGCHAIN_", "example_version",
	                                     "ls_example_", "reference_", NULL};
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(metadata); m.ok && val_is(metadata, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (!starts_any(name, others))
			rest_add(&rest, name, m.val);
	}
	return rest_end(&rest, f, NULL);
}

static void tell_run(struct fields *f, const struct langsmith_result *in, struct run_memory *runs)
{
	struct val metadata = metadata_of(f, in->run);
	struct eval_run run = run_start("langsmith");
	run.id = session_of(f, in->run);
	run.name = run.id.len ? field_text(f, val_get(in->run, "session_name")) : source_stem(f->im);
	run.dataset = field_text(f, val_get(in->example, "dataset_id"));
	run.config = config_of(f, metadata);
	run_take_metadata(f, &run, metadata);
	run.created_ns = in->span->start_ns;
	if (run_must_be_told(runs, CASE_KEY(f->arena, run.id, run.dataset, run.config), run.created_ns))
		sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- the case */

/* With one repetition an example has one result, which halves, exports and the SDK's own result may each tell a part of. Repetitions
 * have no number: they are told apart by their starts, and of two halves the one that has ended is the run. */
static void read_place(struct fields *f, const struct langsmith_result *in, struct case_result *res)
{
	int64_t repetitions = field_count(f, val_get(metadata_of(f, in->run), "num_repetitions"), "num_repetitions");
	res->part = repetitions == 1 || (repetitions == UNKNOWN_INT && in->half);
	if (res->part)
		res->repeat = 0;
	else
		case_trial(res, in->span->start_ns, in->span->trace_id);
}

static struct str metadata_text(struct fields *f, struct val example)
{
	static const char *const known[] = {"id",          "dataset_id", "inputs",   "outputs", "created_at",
	                                    "modified_at", "runs",       "metadata", NULL};
	struct rest rest = {BUF_INIT};
	rest_add_all(&rest, val_get(example, "metadata"), NULL);
	rest_add_all(&rest, example, known);
	return rest_end(&rest, f, NULL);
}

static void read_texts(struct fields *f, const struct langsmith_result *in, struct case_result *res)
{
	struct val inputs = field_open_cell(f, val_get(in->example, "inputs"));
	struct val outputs = field_open_cell(f, val_get(in->example, "outputs"));
	res->input = case_text(f, val_ok(inputs) ? inputs : field_open_cell(f, val_get(in->run, "inputs")));
	res->expected = case_text(f, outputs);
	res->output = case_text(f, field_open_cell(f, val_get(in->run, "outputs")));
	res->key = field_text(f, FIELD_ANY(in->run, "reference_example_id"));
	if (!res->key.len)
		res->key = field_text(f, val_get(in->example, "id"));
	if (!res->key.len)
		res->key = CASE_KEY(f->arena, case_key_part(f, inputs), case_key_part(f, outputs));
}

/* Exports of runs that called no model have zeros. */
static void read_usage(const struct span *span, struct case_result *res)
{
	if (span->tokens_in <= 0 && span->tokens_out <= 0 && !(span->cost_usd > 0))
		return;
	res->tokens_in = span->tokens_in;
	res->tokens_out = span->tokens_out;
	res->cost_usd = span->cost_usd;
}

struct str langsmith_case(struct fields *f, const struct langsmith_result *in, struct run_memory *runs)
{
	struct case_result res = case_start("langsmith");
	struct score_list scores = {0};
	res.run_id = session_of(f, in->run);
	read_texts(f, in, &res);
	read_place(f, in, &res);
	if (in->half && !res.part && in->span->end_ns == TIME_UNKNOWN)
		return res.run_id;
	tell_run(f, in, runs);
	res.error = in->span->message;
	res.status = res.error.len || in->span->status == STATUS_ERROR ? CASE_ERROR : CASE_UNSCORED;
	res.latency_ns = units_between(in->span->start_ns, in->span->end_ns);
	read_usage(in->span, &res);
	res.trace_id = in->span->trace_id;
	res.metadata = metadata_text(f, in->example);
	if (val_ok(in->scores))
		langsmith_scores(f, &scores, in->scores);
	else
		read_stats(f, &scores, in->run);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
	return res.run_id;
}
