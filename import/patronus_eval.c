/* A row is one evaluator's verdict on one case; the rows of a case have its input and its right answer in common.
 * Source: https://docs.patronus.ai (experiments, evaluation-results), patronus-py src/patronus/experiments (formats/evals.md section 14). */
#include "import/patronus_eval.h"

#include "import/eval_row.h"

#define INPUTS  "evaluated_model_input", "task_input", "input"
#define GOLDEN  "evaluated_model_gold_answer", "task_gold_answer", "gold_answer"
#define OUTPUTS "evaluated_model_output", "task_output", "output"

bool patronus_is_case(struct val row)
{
	if (val_ok(FIELD_ANY(row, "experiment_id", "dataset_sample_id", GOLDEN)))
		return true;
	return val_ok(FIELD_ANY(row, INPUTS)) && !val_ok(FIELD_ANY(row, "id", "log_id", "trace_id", "span_id"));
}

static struct str run_id(const struct fields *f, struct val row)
{
	struct str id = field_text(f, FIELD_ANY(row, "experiment_id"));
	return id.len ? id : source_run_id(f->im);
}

static void tell_run(struct fields *f, struct val row, const struct score *score)
{
	struct eval_run run = run_start("patronus");
	bool experiment = val_ok(FIELD_ANY(row, "experiment_id"));
	run.scope = score->scope;
	run.id = run_id(f, row);
	run.name = field_text(f, FIELD_ANY(row, "experiment_name"));
	if (!run.name.len && !experiment)
		run.name = source_stem(f->im);
	run.dataset = field_text(f, FIELD_ANY(row, "dataset_name", "dataset_id"));
	run.model = field_text(f, FIELD_ANY(row, "evaluated_model_selected_model", "evaluated_model_name"));
	run.provider = field_text(f, FIELD_ANY(row, "evaluated_model_provider"));
	run.created_ns = score->time_ns;
	sink_run(f->im->sink, &run);
}

void patronus_case(struct fields *f, struct val row, const struct score *score)
{
	static const char *const told[] = {INPUTS,
	                                   GOLDEN,
	                                   OUTPUTS,
	                                   "pass",
	                                   "score",
	                                   "score_raw",
	                                   "text_output",
	                                   "explanation",
	                                   "created_at",
	                                   "id",
	                                   "evaluator_id",
	                                   "evaluator_family",
	                                   "criteria",
	                                   "metric_name",
	                                   "project_id",
	                                   "trace_id",
	                                   "experiment_id",
	                                   "span_id",
	                                   "dataset_name",
	                                   "evaluation_duration",
	                                   NULL};
	struct case_result res = case_start("patronus");
	struct val input = field_open_cell(f, FIELD_ANY(row, INPUTS)),
	           golden = field_open_cell(f, FIELD_ANY(row, GOLDEN));
	struct score own = *score;
	tell_run(f, row, score);
	own.trace_id = own.span_id = STR_NONE;
	own.aside = false;
	res.scope = score->scope;
	res.run_id = run_id(f, row);
	res.key = CASE_KEY(f->arena, case_key_part(f, input), case_key_part(f, golden));
	res.repeat = 0;
	res.part = true;
	res.status = status_of_pass(score->pass);
	res.input = field_text(f, input);
	res.expected = field_text(f, golden);
	res.output = field_text(f, FIELD_ANY(row, OUTPUTS));
	res.trace_id = field_text(f, FIELD_ANY(row, "trace_id"));
	res.metadata = rest_of(f, row, told);
	res.scores = &own;
	res.n_scores = !IS_UNKNOWN(own.value) || own.label.len || own.pass >= 0;
	sink_case(f->im->sink, &res);
}
