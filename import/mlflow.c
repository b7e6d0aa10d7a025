/* MLflow traces: objects of versions 2 and 3, the artifact that holds only spans, answers of `traces search` and of the REST
 * interface, and tables of search_traces and of evaluations (column `trace`; beside it spans, assessments, tags in Python's own
 * spelling, which is not read). Spans stream; a trace's info may come behind them.
 * Sources: MLflow 3 tables in a public repository, MLflow's fixture of version 2, mlflow/entities and mlflow/protos. */
#include "import/mlflow_private.h"

#include <string.h>

#include "store/base/hash.h"

enum { SLOT_ROW, SLOT_SPAN, MS = 1000000 };

struct mlflow_state {
	uint64_t n_superseded; /* assessments marked as not valid any more */
	uint64_t told;         /* hash of the trace that was told as a case last */
};

static const struct record_path mlflow_paths[] = {
    {"",                      SLOT_ROW }, /* a row of a table, a trace without spans */
    {"data.spans[]",          SLOT_SPAN},
    {"spans[]",               SLOT_SPAN}, /* the artifact traces.json */
    {"traces[].data.spans[]", SLOT_SPAN},
    {"traces[].spans[]",      SLOT_SPAN},
    {"trace.data.spans[]",    SLOT_SPAN},
    {"trace.spans[]",         SLOT_SPAN},
    {NULL,                    0        },
};

/* ---------------------------------------------------------------- assessments */

static enum score_source source_of(struct str type)
{
	return str_ieq(type, "LLM_JUDGE") || str_ieq(type, "AI_JUDGE") ? SOURCE_JUDGE
	       : str_ieq(type, "HUMAN")                                ? SOURCE_HUMAN
	       : str_ieq(type, "CODE")                                 ? SOURCE_CODE
	                                                               : SOURCE_UNKNOWN;
}

struct val mlflow_expected(struct val expectation)
{
	struct val value = val_get(expectation, "value"), serialized = val_get(expectation, "serialized_value");
	if (val_ok(value))
		return value;
	return val_is(serialized, SCAN_OBJECT) ? val_get(serialized, "value") : serialized;
}

/* Exactly one of feedback, expectation, issue. What a case should have given is no judgement: its name says so. */
static void read_verdict(struct fields *f, struct score *score, struct val v)
{
	struct val feedback = val_get(v, "feedback"), expectation = val_get(v, "expectation");
	struct val failure = val_get(feedback, "error");
	if (!val_ok(failure))
		failure = val_get(v, "error");
	if (val_ok(expectation)) {
		score->name = arena_printf(f->arena, STR_FMT " (expected)", STR_ARG(score->name));
		field_score_value(f, score, mlflow_expected(expectation));
	} else if (val_ok(feedback)) {
		field_score_value(f, score, val_get(feedback, "value"));
	} else {
		score->label = field_text(f, val_path(v, "issue.issue_name"));
	}
	if (!val_ok(failure) || !IS_UNKNOWN(score->value) || score->label.len)
		return;
	score->label = STR_LIT("error");
	if (!score->explanation.len)
		score->explanation = field_text(
		    f, val_is(failure, SCAN_OBJECT) ? FIELD_ANY(failure, "error_message", "error_code") : failure);
}

static const struct field_rule assessment_rules[] = {
    {"source",      FIELD_OBJECT},
    {"feedback",    FIELD_OBJECT},
    {"expectation", FIELD_OBJECT},
    {"issue",       FIELD_OBJECT},
    {"valid",       FIELD_BOOL  },
    {NULL,          FIELD_OBJECT},
};

bool mlflow_score(struct fields *f, struct score *score, struct val v, struct str trace_id)
{
	struct val source = val_get(v, "source");
	struct str who = field_text(f, val_get(source, "source_id"));
	*score = score_start(MLFLOW_FAMILY);
	score->id = field_text(f, val_get(v, "assessment_id"));
	score->name = field_text(f, FIELD_ANY(v, "assessment_name", "name"));
	score->trace_id = trace_id.len ? trace_id : field_text(f, val_get(v, "trace_id"));
	score->span_id = mlflow_span_id(f, val_get(v, "span_id"), "assessments.span_id");
	score->explanation = field_text(f, val_get(v, "rationale"));
	score->time_ns =
	    field_time(f, FIELD_ANY(v, "create_time", "create_time_ms", "last_update_time"), "assessments.create_time");
	score->source = source_of(field_text(f, val_get(source, "source_type")));
	if (score->source == SOURCE_JUDGE)
		score->judge_model = who;
	else if (score->source == SOURCE_HUMAN)
		score->author = who;
	if (!score->name.len || !score->trace_id.len)
		return false;
	read_verdict(f, score, v);
	return true;
}

/* of_case: the trace is a case, whose score its feedback is. */
static void read_assessment(struct fields *f, struct val v, struct str trace_id, bool of_case)
{
	struct score score;
	fields_expect(f, v, assessment_rules, "assessments[].");
	if (!mlflow_score(f, &score, v, trace_id)) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("assessments"),
		               "assessment skipped", "an assessment without %s", score.name.len ? "a trace" : "a name");
		return;
	}
	score.aside = of_case && val_ok(val_get(v, "feedback"));
	sink_score(f->im->sink, &score);
}

/* How many are superseded: 1 or 0. */
static uint64_t read_one_assessment(struct fields *f, struct val v, struct str trace_id, bool of_case)
{
	bool valid = true;
	if (field_bool(f, val_get(v, "valid"), &valid) && !valid)
		return 1;
	read_assessment(f, v, trace_id, of_case);
	return 0;
}

static uint64_t read_assessments(struct fields *f, struct val list, struct str trace_id, bool of_case)
{
	uint64_t superseded = 0;
	list = field_open_cell(f, list);
	fields_expect_objects(f, list, false, "assessments");
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT))
			superseded += read_one_assessment(f, m.val, trace_id, of_case);
	return superseded;
}

/* ---------------------------------------------------------------- traces */

/* "1.5s" in REST answers, else ms. */
int64_t mlflow_duration(const struct fields *f, struct val info)
{
	struct val v = FIELD_ANY(info, "execution_duration_ms", "execution_time_ms", "execution_duration");
	struct str text = val_text(v, f->arena);
	int64_t ns;
	if (val_is(v, SCAN_STRING) && str_ends(text, "s"))
		return units_seconds(str_cut(text, 0, text.len - 1), &ns) && ns >= 0 ? ns : UNKNOWN_INT;
	return field_duration(f, v, MS, "execution_duration");
}

/* What went in or came out, as a preview that may be cut: JSON text as long as it is whole. */
static struct str said(struct fields *f, struct val pairs, const char *key, struct val preview)
{
	struct val v = mlflow_pair(f, pairs, key);
	return field_text(f, field_open(f, val_ok(v) ? v : preview));
}

static struct val request_time(struct val info)
{
	return FIELD_ANY(info, "request_time", "timestamp_ms", "timestamp");
}

static const struct field_rule info_rules[] = {
    {"tags",             FIELD_EITHER},
    {"trace_metadata",   FIELD_EITHER},
    {"request_metadata", FIELD_EITHER},
    {"assessments",      FIELD_LIST  },
    {"state",            FIELD_WORD  },
    {"status",           FIELD_WORD  },
    {NULL,               FIELD_OBJECT},
};

static struct trace trace_of(struct fields *f, struct val info)
{
	struct trace trace = trace_start(MLFLOW_FAMILY);
	struct val meta = FIELD_ANY(info, "trace_metadata", "request_metadata"), tags = val_get(info, "tags");
	struct val cost = field_open(f, mlflow_pair(f, meta, "mlflow.trace.cost"));
	trace.id = mlflow_trace_id(f, info);
	trace.name = field_text(f, mlflow_pair(f, tags, "mlflow.traceName"));
	trace.session = field_text(f, mlflow_pair(f, meta, "mlflow.trace.session"));
	trace.user = field_text(f, mlflow_pair(f, meta, "mlflow.trace.user"));
	if (!trace.user.len) /* the login name of the machine */
		trace.user = field_text(f, mlflow_pair(f, meta, "mlflow.user"));
	trace.service = field_text(f, mlflow_pair(f, meta, "mlflow.source.name"));
	if (!trace.service.len)
		trace.service = field_text(f, mlflow_pair(f, tags, "mlflow.source.name"));
	/* Both may be cut; the store prefers the root span's, which are whole. */
	trace.input = said(f, meta, "mlflow.traceInputs", FIELD_ANY(info, "request_preview", "request"));
	trace.output = said(f, meta, "mlflow.traceOutputs", FIELD_ANY(info, "response_preview", "response"));
	meta = field_open(f, meta);
	trace.metadata = val_is(meta, SCAN_OBJECT) ? val_raw(meta) : STR_NONE;
	trace.status = field_status(field_text(f, FIELD_ANY(info, "state", "status")));
	trace.cost_usd = field_number(f, val_get(cost, "total_cost"), "mlflow.trace.cost");
	trace.start_ns = field_time(f, request_time(info), "request_time");
	/* The fixture of version 2 counts from 100 ms after the epoch: its unit is what its name says. */
	if (val_is(val_get(info, "timestamp_ms"), SCAN_NUMBER))
		trace.start_ns = field_time_in(f, val_get(info, "timestamp_ms"), MS, "timestamp_ms");
	int64_t took = mlflow_duration(f, info);
	if (took != UNKNOWN_INT && trace.start_ns != TIME_UNKNOWN && trace.status != STATUS_RUNNING &&
	    __builtin_add_overflow(trace.start_ns, took, &trace.end_ns))
		trace.end_ns = TIME_UNKNOWN;
	return trace;
}

/* The trace as a case of the runs that evaluated it, once: its root span, which knows more, may have told it. */
static bool tell_case(struct fields *f, struct val info, struct mlflow_texts texts, const struct trace *trace)
{
	struct mlflow_state *state = f->im->state;
	uint64_t id = hash64(trace->id);
	bool of_case = mlflow_case(f, info, state->told == id ? NULL : &texts, trace);
	state->told = id;
	return of_case;
}

/* A trace's info, or a table's row with the same members: the trace and its assessments. row: the table's row around it, whose texts are
 * whole, or VAL_NONE. */
static void read_info(struct fields *f, struct val info, struct val row)
{
	struct mlflow_state *state = f->im->state;
	struct mlflow_texts texts = {FIELD_ANY(row, "request", "inputs"), FIELD_ANY(row, "response", "outputs")};
	if (!mlflow_trace_id(f, info).len)
		return;
	fields_expect(f, info, info_rules, "info.");
	struct trace trace = trace_of(f, info);
	sink_trace(f->im->sink, &trace);
	bool of_case = tell_case(f, info, texts, &trace);
	state->n_superseded += read_assessments(f, val_get(info, "assessments"), trace.id, of_case);
}

/* ---------------------------------------------------------------- records */

static struct val info_in(struct val v)
{
	struct val info = val_get(v, "info");
	return val_is(info, SCAN_OBJECT) ? info : val_get(v, "trace_info");
}

/* A trace that came as one value; row: the table's around it, or VAL_NONE. */
static void read_whole(struct fields *f, struct val v, struct val info, struct val row)
{
	struct val data = val_get(v, "data"),
	           spans = field_open(f, val_get(val_is(data, SCAN_OBJECT) ? data : v, "spans"));
	read_info(f, info, row);
	for (struct member m = val_first(spans); m.ok && val_is(spans, SCAN_ARRAY); m = val_next(m))
		if (val_is(m.val, SCAN_OBJECT))
			mlflow_span(f, m.val, info);
}

/* A row of a table: its `trace` says everything; without it the row itself is the info. */
static void read_row(struct fields *f, struct val row)
{
	struct mlflow_state *state = f->im->state;
	struct val trace = field_open(f, val_get(row, "trace"));
	if (val_is(info_in(trace), SCAN_OBJECT))
		read_whole(f, trace, info_in(trace), row);
	else if (val_is(info_in(row), SCAN_OBJECT))
		read_whole(f, row, info_in(row), VAL_NONE);
	else if (val_ok(val_get(row, "assessment_name")))
		state->n_superseded += read_one_assessment(f, row, STR_NONE, false);
	else if (mlflow_trace_id(f, row).len)
		read_info(f, row, row);
	else
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "no MLflow trace, and no row of a table of them");
}

/* Beside the spans, or in a column of the row whose spans they are. */
static struct val info_around(struct fields *f, const struct frame *frame)
{
	struct val info = frame_get(frame, "info", false);
	if (!val_is(info, SCAN_OBJECT))
		info = frame_get(frame, "trace_info", false);
	return val_is(info, SCAN_OBJECT) ? info : info_in(field_open(f, frame_get(frame, "trace", false)));
}

/* What went in and came out is whole in the root span; the info has the beginning of it. */
static void read_span(struct fields *f, struct val v, struct val info)
{
	bool root = !val_ok(FIELD_ANY(v, "parent_span_id", "parent_id"));
	mlflow_span(f, v, info);
	if (!root || !mlflow_trace_id(f, info).len || !mlflow_case(f, info, NULL, NULL))
		return;
	struct trace trace = trace_of(f, info);
	tell_case(f, info, mlflow_span_texts(f, v), &trace);
}

static bool mlflow_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	else if (rec->slot == SLOT_SPAN)
		read_span(&f, rec->root, info_around(&f, rec->frame));
	else
		read_row(&f, rec->root);
	fields_done(&f);
	return true;
}

/* DataFrame.to_json() as it comes, column by column: {"trace_id":{"0":…},"trace":{"0":"{…}"}}. */
static void read_column(struct import *im, const struct record *rec, struct val column)
{
	for (struct member m = val_first(column); m.ok; m = val_next(m)) {
		struct fields f = fields_of(im, rec);
		struct val trace = field_open(&f, m.val);
		if (val_is(m.val, SCAN_STRING) && val_is(info_in(trace), SCAN_OBJECT)) {
			import_detail(im, rec, SLOT_ROW, val_raw(trace));
			read_whole(&f, trace, info_in(trace), VAL_NONE);
		} else if (val_is(m.val, SCAN_STRING)) {
			import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("trace"), "trace skipped",
			               "no MLflow trace");
		}
		fields_done(&f);
	}
}

static bool mlflow_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct record none = {.frame = frame};
	struct fields f = fields_of(im, &none);
	struct val info = info_in(frame->root);
	(void)err;
	if (!val_is(info, SCAN_OBJECT))
		info = info_in(field_open(&f, val_get(frame->root, "trace")));
	if (!val_is(info, SCAN_OBJECT) && strcmp(frame->path, "traces[]") == 0) /* old REST answers: the info itself */
		info = frame->root;
	if (val_is(info, SCAN_OBJECT))
		read_info(&f, info, VAL_NONE);
	else if (strcmp(frame->path, "trace") == 0 && !im->decoding)
		read_column(im, &none, frame->root);
	fields_done(&f);
	return true;
}

static bool mlflow_finish(struct import *im, struct err *err)
{
	const struct mlflow_state *state = im->state;
	struct record none = {.number = 0};
	(void)err;
	if (state->n_superseded)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu superseded assessments not imported (valid: false)",
		               (unsigned long long)state->n_superseded);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int mlflow_probe(const struct sample *s, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"info.trace_id", "info.trace_location"},                   96, "is an MLflow trace of version 3"    },
	    {{"info.request_id", "info.timestamp_ms"},                   96, "is an MLflow trace of version 2"    },
	    {{"traces[].info.trace_id", "traces[].info.trace_location"}, 96, "has MLflow traces"                  },
	    {{"traces[].info.request_id", "traces[].info.timestamp_ms"}, 96, "has MLflow traces"                  },
	    {{"traces[].trace_info.trace_id"},                           95, "has MLflow traces (REST)"           },
	    {{"trace.trace_info.trace_id"},                              95, "is an MLflow trace (REST)"          },
	    {{"trace_info.trace_id", "trace_info.trace_location"},       95, "is an MLflow trace (REST)"          },
	    {{"traces[].request_id", "traces[].timestamp_ms"},           94, "has traces of MLflow's REST answers"},
	    {{"traces[].trace_id", "traces[].trace_location"},           94, "has traces of MLflow's REST answers"},
	    {{"spans[].attributes.mlflow.traceRequestId"},               95, "has spans of an MLflow trace"       },
	    {{"data.spans[].attributes.mlflow.traceRequestId"},          95, "has spans of an MLflow trace"       },
	    {{"trace_id", "trace", "trace_metadata", "state"},           90, "is a table of MLflow traces"        },
	    {{"request_id", "trace", "timestamp_ms"},                    90, "is a table of MLflow traces"        },
	    {{"request_id", "trace", "spans", "request"},                88, "is a table of MLflow traces"        },
	    {{"trace_id", "state", "trace_metadata", "request_time"},    86, "is a table of MLflow traces"        },
	    {{"assessment_name", "trace_id", "source.source_type"},      86, "has rows of MLflow assessments"     },
	};
	*why = "no MLflow trace";
	int score = sample_signs(s, signs, sizeof signs / sizeof *signs, why);
	if (score)
		return score;
	/* Tables of evaluations; a row may be larger than what detection sees. */
	if ((sample_has(s, "trace_id") || sample_has(s, "request_id")) && sample_has(s, "trace") &&
	    str_find(s->bytes, STR_LIT("mlflow.trace")) != SIZE_MAX) {
		*why = "has a column of MLflow traces";
		return 90;
	}
	return 0;
}

const struct format format_mlflow = {
    .name = "mlflow",
    .title = "MLflow traces",
    .spec_url = "https://mlflow.org/docs/latest/genai/tracing/",
    .how = "info and data of a trace (versions 2 and 3), spans with mlflow.traceRequestId, tables with a column trace",
    .fills =
        "traces, spans with messages, documents, tokens and cost, assessments as scores; evaluations as runs and cases",
    .example = "{\"info\":{\"trace_id\":\"tr-…\",\"trace_location\":…,\"assessments\":[…]},\"data\":{\"spans\":[{"
               "\"span_id\":…}]}}",
    .paths = mlflow_paths,
    .lenient = true, /* Python writes NaN */
    .state_size = sizeof(struct mlflow_state),
    .probe = mlflow_probe,
    .record = mlflow_record,
    .frame_end = mlflow_frame_end,
    .finish = mlflow_finish,
};
