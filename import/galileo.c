/* Galileo: the body its SDKs send, a trace with spans inside spans to any depth; and the records its API gives, flat or nested.
 * A trace's record is not a span: it gives the trace's own words. Nothing has an end: it is the start and the duration. Scores lie
 * among the system's numbers in `metrics`; `metric_info` says more of them.
 * Sources: galileo 1.33.1 (JavaScript) recorded; galileo-python resources/models (formats/traces-platforms.md section 14). */
#include <stdlib.h>

#include "import/galileo_eval.h"
#include "import/shape.h"

static const struct record_path galileo_paths[] = {
    {"",          0}, /* a record by itself */
    {"traces[]",  0}, /* what is sent */
    {"records[]", 0}, /* a page of the search */
    {NULL,        0},
};

static const struct {
	const char *type;
	enum span_kind kind;
} kinds[] = {
    {"workflow",  KIND_CHAIN    },
    {"agent",     KIND_AGENT    },
    {"llm",       KIND_LLM      },
    {"retriever", KIND_RETRIEVER},
    {"tool",      KIND_TOOL     },
    {"control",   KIND_GUARDRAIL},
};

/* What the spans of one record have in common. */
struct context {
	struct fields *f;
	struct str project, session, trace;
	struct score_list *of_case; /* the trace is a case: its scores are the case's */
	bool nested;                /* below a trace's record, which has said what it copies to its spans */
};

/* ---------------------------------------------------------------- scores */

static const char *const system_names[] = {"duration_ns", "time_to_first_token_ns", "cost", "latency", NULL};
static const char *const suffixes[] = {"_ns",        "_cost",        "_num_judges", "_explanation",
                                       "_rationale", "_model_alias", "_critique",   NULL};

/* num_input_tokens, numCachedInputTokens, …: not scores. */
static bool is_system(struct str name)
{
	for (size_t i = 0; system_names[i]; i++)
		if (str_is(name, system_names[i]))
			return true;
	for (size_t i = 0; suffixes[i]; i++)
		if (str_ends(name, suffixes[i]))
			return true;
	return str_starts(name, "num_") ||
	       (str_starts(name, "num") && name.len > 3 && name.ptr[3] >= 'A' && name.ptr[3] <= 'Z');
}

static bool is_plain(struct val v)
{
	return val_ok(v) && !val_is(v, SCAN_OBJECT) && !val_is(v, SCAN_ARRAY);
}

static void read_info(const struct fields *f, struct score *score, struct val info)
{
	struct str type = field_text(f, val_get(info, "scorer_type"));
	score->explanation = field_text(f, FIELD_ANY(info, "explanation", "rationale", "message"));
	score->judge_model = field_text(f, val_get(info, "model_alias"));
	if (score->judge_model.ptr || val_ok(val_get(info, "num_judges")) || val_ok(val_get(info, "rationale")))
		score->source = SOURCE_JUDGE;
	else if (str_find(type, STR_LIT("code")) != SIZE_MAX || str_find(type, STR_LIT("Code")) != SIZE_MAX)
		score->source = SOURCE_CODE;
}

/* Older answers have NAME_explanation beside NAME. */
static struct str beside(const struct context *c, struct val metrics, struct str name, const char *suffix)
{
	struct str key = arena_printf(c->f->arena, STR_FMT "%s", STR_ARG(name), suffix);
	return field_text(c->f, val_find(metrics, key));
}

static void tell_score(const struct context *c, struct score score, struct str name, struct val value, struct val v)
{
	struct val metrics = val_get(v, "metrics");
	score.name = name;
	read_info(c->f, &score, val_find(val_get(v, "metric_info"), name));
	if (!score.explanation.ptr)
		score.explanation = beside(c, metrics, name, "_explanation");
	if (!score.explanation.ptr)
		score.explanation = beside(c, metrics, name, "_rationale");
	if (score.source == SOURCE_UNKNOWN && score.explanation.ptr)
		score.source = SOURCE_JUDGE;
	if (is_plain(value))
		field_score_value(c->f, &score, value);
	else
		score.label = field_text(c->f, value);
	score.aside = c->of_case != NULL;
	sink_score(c->f->im->sink, &score);
	if (!c->of_case)
		return;
	score.aside = false;
	score.trace_id = STR_NONE;
	*score_add(c->of_case, c->f->arena, name) = score;
}

/* Computed, or tried and failed. */
static bool has_come(struct val info)
{
	struct val status = val_get(info, "status_type");
	if (!val_ok(status))
		return val_ok(val_get(info, "value"));
	return val_str_is(status, "success") || val_str_is(status, "error") || val_str_is(status, "failed");
}

/* target: scope and ids. */
static void tell_scores(const struct context *c, struct val v, struct score target)
{
	struct val metrics = val_get(v, "metrics"), infos = val_get(v, "metric_info");
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, c->f->arena);
		if (!is_system(name) && is_plain(m.val))
			tell_score(c, target, name, m.val, v);
	}
	for (struct member m = val_first(infos); m.ok && val_is(infos, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, c->f->arena);
		if (!is_system(name) && !is_plain(val_find(metrics, name)) && has_come(m.val))
			tell_score(c, target, name, val_get(m.val, "value"), v);
	}
}

/* ---------------------------------------------------------------- spans */

static int64_t end_of(const struct fields *f, int64_t start, struct val metrics)
{
	int64_t end, duration = field_duration(f, val_get(metrics, "duration_ns"), 1, "metrics.duration_ns");
	if (start == TIME_UNKNOWN || duration == UNKNOWN_INT || __builtin_add_overflow(start, duration, &end))
		return TIME_UNKNOWN;
	return end;
}

static enum span_status status_of(const struct fields *f, struct val v)
{
	int64_t code = field_count(f, val_get(v, "status_code"), "status_code");
	if (code == UNKNOWN_INT || code == 0)
		return STATUS_UNSET;
	return code >= 400 ? STATUS_ERROR : STATUS_OK;
}

static void read_metrics(const struct fields *f, struct span *span, struct val metrics)
{
	span->tokens_in = field_count(f, val_get(metrics, "num_input_tokens"), "metrics.num_input_tokens");
	span->tokens_out = field_count(f, val_get(metrics, "num_output_tokens"), "metrics.num_output_tokens");
	span->tokens_cached = field_count(f, FIELD_ANY(metrics, "num_cached_input_tokens", "numCachedInputTokens"),
	                                  "metrics.num_cached_input_tokens");
	span->tokens_reasoning = field_count(f, FIELD_ANY(metrics, "num_reasoning_tokens", "numReasoningTokens"),
	                                     "metrics.num_reasoning_tokens");
	span->first_token_ns =
	    field_duration(f, val_get(metrics, "time_to_first_token_ns"), 1, "metrics.time_to_first_token_ns");
	span->cost_usd = field_number(f, val_get(metrics, "cost"), "metrics.cost");
}

static const char *const mapped_metrics[] = {"duration_ns",
                                             "num_input_tokens",
                                             "num_output_tokens",
                                             "num_total_tokens",
                                             "num_cached_input_tokens",
                                             "numCachedInputTokens",
                                             "num_reasoning_tokens",
                                             "numReasoningTokens",
                                             "time_to_first_token_ns",
                                             "cost",
                                             NULL};
static const char *const mapped[] = {"type",    "id",     "trace_id",      "parent_id",  "session_id",  "name",
                                     "input",   "output", "tags",          "created_at", "status_code", "model",
                                     "metrics", "spans",  "user_metadata", "project_id", NULL};
static const char *const mapped_nested[] = {"type",
                                            "id",
                                            "trace_id",
                                            "parent_id",
                                            "session_id",
                                            "name",
                                            "input",
                                            "output",
                                            "tags",
                                            "created_at",
                                            "status_code",
                                            "model",
                                            "metrics",
                                            "spans",
                                            "user_metadata",
                                            "project_id",
                                            "dataset_input",
                                            "dataset_output",
                                            "dataset_metadata",
                                            NULL};

static void read_attributes(const struct context *c, struct span *span, struct val v)
{
	fields_attributes(c->f, span, v, "", c->nested ? mapped_nested : mapped);
	fields_attributes(c->f, span, val_get(v, "metrics"), "metrics.", mapped_metrics);
	fields_attributes(c->f, span, val_get(v, "user_metadata"), "", NULL);
}

static void read_kind(struct span *span, const struct fields *f, struct val v)
{
	struct str type = field_text(f, val_get(v, "type"));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_ieq(type, kinds[i].type))
			span->kind = kinds[i].kind;
	if (span->kind == KIND_TOOL)
		span->tool_name = span->name;
}

static const struct field_rule rules[] = {
    {"metrics",       FIELD_OBJECT},
    {"metric_info",   FIELD_OBJECT},
    {"user_metadata", FIELD_OBJECT},
    {"tags",          FIELD_TAGS  },
    {"spans",         FIELD_LIST  },
    {NULL,            FIELD_OBJECT},
};

static void tell_span(const struct context *c, struct val v, struct str id, struct str parent)
{
	struct fields *f = c->f;
	struct span span = span_start("galileo");
	fields_expect(f, v, rules, "");
	struct val metrics = val_get(v, "metrics");
	span.scope.project = c->project;
	span.trace_id = c->trace;
	span.id = id;
	span.parent_id = parent;
	span.session = c->session;
	span.name = field_text(f, val_get(v, "name"));
	read_kind(&span, f, v);
	span.start_ns = field_time(f, val_get(v, "created_at"), "created_at");
	span.end_ns = end_of(f, span.start_ns, metrics);
	span.status = status_of(f, v);
	span.model = field_text(f, val_get(v, "model"));
	read_metrics(f, &span, metrics);
	span.tags = field_tags(f, val_get(v, "tags"), &span.n_tags);
	shape_in_and_out(f, &span, val_get(v, "input"), val_get(v, "output"));
	if (span.kind == KIND_RETRIEVER)
		fields_documents(f, &span, val_get(v, "output"));
	if (span.status == STATUS_ERROR)
		span.message = field_text(f, val_get(v, "output")); /* there is no other text */
	read_attributes(c, &span, v);
	sink_span(f->im->sink, &span);
	struct score target = score_start("galileo");
	target.scope.project = c->project;
	target.trace_id = c->trace;
	target.span_id = id;
	tell_scores(c, v, target);
}

/* ---------------------------------------------------------------- traces and sessions */

/* The user's own metadata and whatever has no field. */
static struct str metadata_of(const struct fields *f, struct val v)
{
	struct span gathered = span_start("galileo");
	struct fields wanted = *f;
	struct buf json = BUF_INIT;
	wanted.payload = true;
	fields_attributes(&wanted, &gathered, val_get(v, "user_metadata"), "", NULL);
	fields_attributes(&wanted, &gathered, v, "", mapped);
	for (size_t i = 0; i < gathered.n_attributes; i++) {
		buf_add_char(&json, i ? ',' : '{');
		scan_quote(&json, gathered.attributes[i].key);
		buf_add_char(&json, ':');
		buf_add_str(&json, gathered.attributes[i].json);
	}
	if (json.len)
		buf_add_char(&json, '}');
	struct str text = json.len ? arena_str(f->arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return text;
}

static void tell_trace(const struct context *c, struct val v)
{
	struct fields *f = c->f;
	struct trace trace = trace_start("galileo");
	fields_expect(f, v, rules, "");
	trace.scope.project = c->project;
	trace.id = c->trace;
	trace.name = field_text(f, val_get(v, "name"));
	trace.session = c->session;
	trace.input = field_text(f, val_get(v, "input"));
	trace.output = field_text(f, val_get(v, "output"));
	trace.metadata = metadata_of(f, v);
	trace.start_ns = field_time(f, val_get(v, "created_at"), "created_at");
	trace.end_ns = end_of(f, trace.start_ns, val_get(v, "metrics"));
	trace.status = status_of(f, v);
	trace.cost_usd = field_number(f, val_path(v, "metrics.cost"), "metrics.cost");
	trace.tags = field_tags(f, val_get(v, "tags"), &trace.n_tags);
	sink_trace(f->im->sink, &trace);
	struct score target = score_start("galileo");
	struct score_list scores = {0};
	struct context own = *c;
	struct str run = galileo_run(f, v);
	target.scope.project = c->project;
	target.trace_id = c->trace;
	own.of_case = run.len ? &scores : NULL;
	tell_scores(&own, v, target);
	if (run.len)
		galileo_case(f, v, run, &trace, &scores);
}

static void tell_session(const struct context *c, struct val v)
{
	struct score target = score_start("galileo");
	target.scope.project = c->project;
	target.session = field_text(c->f, val_get(v, "id"));
	tell_scores(c, v, target);
	import_problem(c->f->im, c->f->rec, SEVERITY_WARNING, "bad-value", STR_NONE, "its scores are kept",
	               "the record of a session, which is neither a trace nor a span");
}

/* ---------------------------------------------------------------- records */

/* Where a span has no id (it is sent without), its place stands for it: "0.2" is the third span of the first. */
static struct str id_of(const struct context *c, struct val v, struct str above, size_t i)
{
	struct str id = field_text(c->f, val_get(v, "id"));
	if (id.len)
		return id;
	return above.len ? arena_printf(c->f->arena, STR_FMT ".%zu", STR_ARG(above), i)
	                 : arena_printf(c->f->arena, "%zu", i);
}

struct level {
	struct member at;
	struct str parent;
	size_t i;
};

/* Spans inside spans: no recursion, whatever the depth. */
static void read_spans(const struct context *c, struct val spans, struct str parent)
{
	VEC(struct level) stack = {0};
	if (val_is(spans, SCAN_ARRAY))
		*vec_add(&stack) = (struct level){val_first(spans), parent, 0};
	while (stack.n) {
		struct level *top = &stack.at[stack.n - 1];
		struct val v = top->at.val, inner;
		struct str above = top->parent;
		if (!top->at.ok) {
			stack.n--;
			continue;
		}
		size_t i = top->i++;
		top->at = val_next(top->at);
		if (!val_is(v, SCAN_OBJECT)) {
			import_problem(c->f->im, c->f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("spans"),
			               "span skipped", "not an object");
			continue;
		}
		struct str id = id_of(c, v, above, i);
		tell_span(c, v, id, above);
		inner = val_get(v, "spans");
		if (val_is(inner, SCAN_ARRAY))
			*vec_add(&stack) = (struct level){val_first(inner), id, 0};
	}
	vec_done(&stack);
}

static struct str around(const struct fields *f, struct val v, const char *name)
{
	struct val own = FIELD_ANY(v, name);
	return field_text(f, val_ok(own) ? own : frame_get(f->rec->frame, name, false));
}

static struct context context_of(struct fields *f, struct val v)
{
	struct context c = {.f = f};
	c.project = around(f, v, "project_id");
	if (!c.project.ptr)
		c.project = around(f, v, "log_stream_id");
	c.session = around(f, v, "session_id");
	return c;
}

/* The span below a trace names the trace as its parent. */
static void read_span(struct context *c, struct val v)
{
	struct str id = field_text(c->f, val_get(v, "id")), parent = field_text(c->f, val_get(v, "parent_id"));
	c->trace = field_text(c->f, val_get(v, "trace_id"));
	if (str_eq(parent, c->trace))
		parent = STR_NONE;
	tell_span(c, v, id, parent);
	read_spans(c, val_get(v, "spans"), id);
}

static void read_record(struct fields *f, struct val v)
{
	struct context c = context_of(f, v);
	struct val type = val_get(v, "type");
	bool no_type = !val_ok(type) && val_is(val_get(v, "spans"), SCAN_ARRAY);
	if (val_str_is(type, "session")) {
		tell_session(&c, v);
	} else if (val_str_is(type, "trace") || no_type) { /* without a type: spans sent for a trace */
		c.trace = field_text(f, no_type ? val_get(v, "trace_id") : FIELD_ANY(v, "id", "trace_id"));
		c.nested = !no_type;
		if (!no_type)
			tell_trace(&c, v);
		struct str parent = no_type ? field_text(f, val_get(v, "parent_id")) : STR_NONE;
		read_spans(&c, val_get(v, "spans"), str_eq(parent, c.trace) ? STR_NONE : parent);
	} else if (val_is(type, SCAN_STRING)) {
		read_span(&c, v);
	} else {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(v, SCAN_OBJECT) ? "neither a trace nor a span: no type" : "not an object");
	}
}

static bool galileo_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	read_record(&f, rec->root);
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int galileo_probe(const struct sample *sample, const char **why)
{
	static const char *const places[] = {"", "traces[].", "records[].", "spans[]."};
	static const char *const more[] = {"user_metadata", "dataset_metadata", "status_code", "step_number", "run_id"};
	*why = "no type with metrics.duration_ns";
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (!sample_has_at(sample, places[i], "type") || !sample_has_at(sample, places[i], "created_at") ||
		    (!sample_has_at(sample, places[i], "metrics.duration_ns") &&
		     !sample_has_at(sample, places[i], "metric_info")))
			continue;
		for (size_t k = 0; k < sizeof more / sizeof *more; k++)
			if (sample_has_at(sample, places[i], more[k])) {
				*why = "records have type, created_at and metrics.duration_ns or metric_info";
				return 92;
			}
	}
	return 0;
}

const struct format format_galileo = {
    .name = "galileo",
    .title = "Galileo traces and records",
    .spec_url = "https://v2docs.galileo.ai/references/api",
    .how = "type, created_at and metrics.duration_ns or metric_info: rows, traces[], records[]",
    .fills =
        "traces, spans at any depth with messages, documents, tokens and cost; metrics as scores; experiments as runs",
    .example =
        "{\"log_stream_id\":\"…\",\"traces\":[{\"type\":\"trace\",\"metrics\":{\"duration_ns\":…},\"spans\":[…]}]}",
    .paths = galileo_paths,
    .probe = galileo_probe,
    .record = galileo_record,
};
