/* Patronus: evaluations and logs as its API gives them. (What its SDK sends is OTLP.) An evaluation that names its trace or span is a
 * score of it; one of an experiment or a dataset is a case of an eval run (patronus_eval.h); any other is a span of its own, with what was judged.
 * A log belongs to the span it names.
 * Source: https://docs.patronus.ai (evaluations/search, evaluation-results/search, evaluation-results/batch, logs/search) and
 * patronus-py src/patronus/api/api_types.py. */
#include "import/patronus_eval.h"
#include "import/shape.h"

enum { SLOT_ROW, SLOT_LOG };

static const struct record_path patronus_paths[] = {
    {"",                     SLOT_ROW},
    {"evaluations[]",        SLOT_ROW},
    {"evaluation_results[]", SLOT_ROW},
    {"logs[]",               SLOT_LOG},
    {NULL,                   0       },
};

/* ---------------------------------------------------------------- evaluations */

/* Names of Patronus' own evaluators, where their family is not told: "lynx-small", "judge-large", "patronus:hallucination". */
static bool is_hosted(struct val name)
{
	static const char *const begins[] = {"lynx", "judge", "glider", "patronus:", "retrieval-"};
	struct str raw = val_is(name, SCAN_STRING) ? str_from(val_raw(name), 1) : STR_NONE;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (str_starts(raw, begins[i]))
			return true;
	return false;
}

/* A person's, a model's of Patronus, or a function of the user's. */
static enum score_source source_of(struct val row)
{
	if (val_ok(FIELD_ANY(row, "annotation_criteria_id")))
		return SOURCE_HUMAN;
	if (val_ok(FIELD_ANY(row, "evaluator_family")) || is_hosted(FIELD_ANY(row, "evaluator_id")) ||
	    is_hosted(FIELD_ANY(row, "criteria")))
		return SOURCE_JUDGE;
	return SOURCE_CODE;
}

static const struct field_rule rules[] = {
    {"pass", FIELD_BOOL  },
    {"tags", FIELD_OBJECT},
    {NULL,   FIELD_OBJECT},
};

static struct score score_of(struct fields *f, struct val row)
{
	fields_expect(f, row, rules, "");
	struct score score = score_start("patronus");
	bool pass;
	score.scope.project = field_text(f, FIELD_ANY(row, "project_id"));
	score.id = field_text(f, val_get(row, "id"));
	score.own_id = true;
	score.name = field_text(f, FIELD_ANY(row, "metric_name", "criteria", "evaluator_id", "evaluator_family"));
	score.value = field_number(f, FIELD_ANY(row, "score", "score_raw"), "score");
	score.label = field_text(f, FIELD_ANY(row, "text_output"));
	score.pass = field_bool(f, val_get(row, "pass"), &pass) ? pass : -1;
	score.explanation = field_text(f, val_get(row, "explanation"));
	score.source = source_of(row);
	if (score.source == SOURCE_JUDGE)
		score.judge_model = field_text(f, FIELD_ANY(row, "evaluator_id", "evaluator_family"));
	score.time_ns = field_time(f, val_get(row, "created_at"), "created_at");
	return score;
}

static const char *const mapped[] = {"id",
                                     "trace_id",
                                     "span_id",
                                     "project_id",
                                     "evaluator_id",
                                     "pass",
                                     "score",
                                     "score_raw",
                                     "text_output",
                                     "explanation",
                                     "created_at",
                                     "evaluated_model_input",
                                     "evaluated_model_output",
                                     "task_input",
                                     "task_output",
                                     "evaluated_model_name",
                                     "evaluated_model_provider",
                                     "tags",
                                     NULL};

/* What was judged, for an evaluation that stands alone: the evaluator's own span. */
static void tell_judged(struct fields *f, struct val row, struct score *score)
{
	struct span span = span_start("patronus");
	struct val documents = FIELD_ANY(row, "evaluated_model_retrieved_context", "task_context");
	span.scope = score->scope;
	span.trace_id = field_text(f, FIELD_ANY(row, "log_id", "id"));
	span.id = score->id;
	span.name = field_text(f, FIELD_ANY(row, "evaluator_id", "evaluator_family"));
	if (!span.name.ptr)
		span.name = score->name;
	span.kind = KIND_EVALUATOR;
	span.status = STATUS_OK;
	span.start_ns = score->time_ns;
	span.model = field_text(f, FIELD_ANY(row, "evaluated_model_selected_model", "evaluated_model_name"));
	span.provider = field_text(f, FIELD_ANY(row, "evaluated_model_provider"));
	shape_in_and_out(f, &span, FIELD_ANY(row, "evaluated_model_input", "task_input"),
	                 FIELD_ANY(row, "evaluated_model_output", "task_output"));
	fields_documents(f, &span, documents);
	fields_attributes(f, &span, row, "", mapped);
	fields_attributes(f, &span, val_get(row, "tags"), "tags.", NULL);
	sink_span(f->im->sink, &span);
	score->trace_id = span.trace_id;
	score->span_id = span.id;
}

static void read_evaluation(struct fields *f, struct val row)
{
	struct score score = score_of(f, row);
	if (!score.name.len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(row, SCAN_OBJECT) ? "not an evaluation: no evaluator_id" : "not an object");
		return;
	}
	score.trace_id = field_text(f, FIELD_ANY(row, "trace_id"));
	score.span_id = field_text(f, FIELD_ANY(row, "span_id"));
	bool in_trace = score.trace_id.len || score.span_id.len, of_case = patronus_is_case(row);
	if (of_case)
		patronus_case(f, row, &score);
	else if (!in_trace)
		tell_judged(f, row, &score);
	score.aside = of_case;
	if (in_trace || !of_case)
		sink_score(f->im->sink, &score);
}

/* ---------------------------------------------------------------- logs */

static const char *const mapped_log[] = {"trace_id", "span_id", "timestamp", "service_name", NULL};

static void read_log(struct fields *f, struct val row)
{
	struct span span = span_start("patronus");
	struct val body = field_open(f, val_get(row, "body"));
	struct span_event event = {.name = STR_LIT("log"), .attributes = STR_NONE};
	span.trace_id = field_text(f, FIELD_ANY(row, "trace_id"));
	span.id = field_text(f, FIELD_ANY(row, "span_id"));
	if (!span.trace_id.len || !span.id.len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "a log that names no span");
		return;
	}
	span.service = field_text(f, FIELD_ANY(row, "service_name"));
	event.time_ns = field_time(f, val_get(row, "timestamp"), "timestamp");
	if (val_is(body, SCAN_OBJECT)) {
		event.attributes = val_raw(body);
		shape_in_and_out(f, &span, FIELD_ANY(body, "task_input", "evaluated_model_input"),
		                 FIELD_ANY(body, "task_output", "evaluated_model_output"));
		fields_documents(f, &span, FIELD_ANY(body, "task_context", "evaluated_model_retrieved_context"));
	}
	fields_attributes(f, &span, row, "log.", mapped_log);
	if (f->payload) {
		span.events = &event;
		span.n_events = 1;
	}
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- records */

static bool patronus_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (rec->slot == SLOT_LOG || val_ok(val_get(rec->root, "log_attributes")))
		read_log(&f, rec->root);
	else
		read_evaluation(&f, rec->root);
	fields_done(&f);
	return true;
}

static int patronus_probe(const struct sample *sample, const char **why)
{
	static const char *const sure[] = {"evaluations[].evaluator_id", "evaluations[].annotation_criteria_id",
	                                   "evaluation_results[].evaluator_id", "logs[].log_attributes"};
	for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
		if (sample_has(sample, sure[i])) {
			*why = "evaluations[], evaluation_results[] or logs[] of Patronus";
			return 88;
		}
	if (sample_has(sample, "evaluator_id") &&
	    (sample_has(sample, "score_raw") || sample_has(sample, "experiment_id") || sample_has(sample, "log_id") ||
	     sample_has(sample, "evaluated_model_output"))) {
		*why = "rows have evaluator_id with score_raw, log_id or evaluated_model_output";
		return 85;
	}
	if (sample_has(sample, "evaluator_id") && sample_has(sample, "criteria") && sample_has(sample, "pass")) {
		*why = "rows have evaluator_id, criteria and pass";
		return 84;
	}
	*why = "no evaluator_id";
	return 0;
}

const struct format format_patronus = {
    .name = "patronus",
    .title = "Patronus evaluations and logs",
    .spec_url = "https://docs.patronus.ai/docs/api_ref/evaluations/search-evaluations",
    .how = "evaluations[] or evaluation_results[] with evaluator_id; logs[] with log_attributes; rows of them",
    .fills = "scores of the spans they name; of experiments and datasets runs and cases; else a span for each; logs as "
             "events",
    .example = "{\"evaluation_results\":[{\"evaluator_id\":\"…\",\"pass\":true,\"score_raw\":0.92,\"evaluated_model_"
               "input\":\"…\"}]}",
    .seen = "documented shape, no real sample seen",
    .paths = patronus_paths,
    .probe = patronus_probe,
    .record = patronus_record,
};
