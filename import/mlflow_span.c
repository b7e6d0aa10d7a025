/* One MLflow span → model. Version 3: base64 ids, *_unix_nano, status {code, message}. Version 2: context {span_id, trace_id} in hex,
 * start_time in ns whatever its size, status_code. The value of each attribute is JSON text.
 * Sources: MLflow 3 tables, MLflow's own fixture of version 2, mlflow/tracing/constant.py for the names. */
#include "import/mlflow_private.h"

#include <string.h>

#include "import/otlp_value.h"

struct mlflow_attrs {
	const struct mlflow_attr *at;
	size_t n;
};

/* ---------------------------------------------------------------- ids */

struct str mlflow_span_id(const struct fields *f, struct val v, const char *path)
{
	const struct otlp_in in = {.im = f->im, .rec = f->rec, .arena = f->arena, .payload = f->payload};
	return otlp_id(&in, v, 8, path);
}

struct str mlflow_trace_id(const struct fields *f, struct val info)
{
	return field_text(f, FIELD_ANY(info, "trace_id", "request_id"));
}

/* ---------------------------------------------------------------- attributes */

struct val mlflow_pair(struct fields *f, struct val pairs, const char *key)
{
	pairs = field_open_cell(f, pairs);
	if (!val_is(pairs, SCAN_ARRAY))
		return val_get(pairs, key);
	for (struct member m = val_first(pairs); m.ok; m = val_next(m))
		if (val_str_is(val_get(m.val, "key"), key))
			return val_get(m.val, "value");
	return VAL_NONE;
}

/* Answers of the REST interface have OTLP's list: {"key": …, "value": {"string_value": …}}. */
static struct mlflow_attr pair_of(const struct fields *f, struct val v)
{
	struct val value = val_get(v, "value");
	return (struct mlflow_attr){.key = val_str(val_get(v, "key"), f->arena),
	                            .json = val_is(value, SCAN_OBJECT) ? val_first(value).val : value};
}

static struct mlflow_attrs attrs_of(const struct fields *f, struct val v)
{
	bool keyed = val_is(v, SCAN_OBJECT);
	struct mlflow_attr *at = arena_alloc(f->arena, ((size_t)val_count(v) + 1) * sizeof *at);
	struct mlflow_attrs attrs = {.at = at};
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		at[attrs.n++] = keyed ? (struct mlflow_attr){member_key(m, f->arena), m.val} : pair_of(f, m.val);
	return attrs;
}

/* Opened: a structure, a plain string, or the JSON of a scalar as text. */
static struct val attr(struct fields *f, const struct mlflow_attrs *attrs, const char *key)
{
	for (size_t i = attrs->n; i-- > 0;)
		if (str_is(attrs->at[i].key, key))
			return field_open(f, attrs->at[i].json);
	return VAL_NONE;
}

static struct val attr_any(struct fields *f, const struct mlflow_attrs *attrs, const char *const *keys)
{
	struct val v = VAL_NONE;
	for (; *keys && !val_ok(v); keys++)
		v = attr(f, attrs, *keys);
	return v;
}
#define ATTR_ANY(f, attrs, ...) attr_any(f, attrs, (const char *const[]){__VA_ARGS__, NULL})

/* What fields of the model hold; everything else is shown under its own name. */
static bool is_mapped(struct str key)
{
	static const char *const keys[] = {"mlflow.traceRequestId",  "mlflow.spanType",        "mlflow.spanInputs",
	                                   "mlflow.spanOutputs",     "mlflow.llm.model",       "mlflow.llm.provider",
	                                   "mlflow.llm.cost",        "mlflow.chat.tokenUsage", "mlflow.linkedPrompts",
	                                   "mlflow.spanFunctionName"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_is(key, keys[i]))
			return true;
	return false;
}

/* "\"LLM\"" is shown as "LLM", "1" as 1. */
static void show_attributes(struct fields *f, struct span *span, const struct mlflow_attrs *attrs)
{
	struct attribute *at = arena_alloc(f->arena, (attrs->n + 1) * sizeof *at);
	for (size_t i = 0; i < attrs->n; i++) {
		const struct mlflow_attr *a = &attrs->at[i];
		struct val inner = val_is(a->json, SCAN_STRING) ? fields_scan(f, val_str(a->json, f->arena)) : a->json;
		if (!is_mapped(a->key) && val_ok(a->json))
			at[span->n_attributes++] =
			    (struct attribute){.key = a->key, .json = val_raw(inner.scan ? inner : a->json)};
	}
	span->attributes = at;
}

/* ---------------------------------------------------------------- events and links */

static struct str json_of(struct val v)
{
	return val_ok(v) ? val_raw(v) : STR_NONE;
}

static void read_events(struct fields *f, struct span *span, struct val list)
{
	if (!val_is(list, SCAN_ARRAY))
		return;
	struct span_event *at = arena_zalloc(f->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val time = FIELD_ANY(m.val, "time_unix_nano", "timestamp"), attrs = val_get(m.val, "attributes");
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct str name = field_text(f, val_get(m.val, "name"));
		if (str_is(name, "exception") && !span->message.len)
			span->message = field_text(f, field_open(f, mlflow_pair(f, attrs, "exception.message")));
		at[span->n_events++] = (struct span_event){.name = name,
		                                           .time_ns = field_time_in(f, time, 1, "events.timestamp"),
		                                           .attributes = json_of(attrs)};
	}
	span->events = at;
	if (!f->payload)
		span->n_events = 0;
}

static void read_links(struct fields *f, struct span *span, struct val list)
{
	const struct otlp_in in = {.im = f->im, .rec = f->rec, .arena = f->arena, .payload = f->payload};
	if (!f->payload || !val_is(list, SCAN_ARRAY))
		return;
	struct span_link *at = arena_zalloc(f->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val attrs = val_get(m.val, "attributes"), id = val_get(m.val, "trace_id");
		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		struct str trace = field_text(f, id);
		at[span->n_links++] = (struct span_link){
		    .trace_id = str_starts(trace, "tr") ? trace : otlp_id(&in, id, 16, "links.trace_id"),
		    .span_id = mlflow_span_id(f, val_get(m.val, "span_id"), "links.span_id"),
		    .attributes = json_of(attrs)};
	}
	span->links = at;
}

/* ---------------------------------------------------------------- the parts of a span */

static void read_ids(struct fields *f, struct span *span, struct val v, const struct mlflow_attrs *attrs,
                     struct val info)
{
	const struct otlp_in in = {.im = f->im, .rec = f->rec, .arena = f->arena, .payload = f->payload};
	struct val context = val_get(v, "context");
	bool second = val_is(context, SCAN_OBJECT);
	span->trace_id = field_text(f, attr(f, attrs, "mlflow.traceRequestId"));
	if (!span->trace_id.len)
		span->trace_id = mlflow_trace_id(f, info);
	if (!span->trace_id.len) {
		struct str hex = otlp_id(&in, val_get(second ? context : v, "trace_id"), 16, "trace_id");
		span->trace_id = hex.len && !second ? arena_printf(f->arena, "tr-" STR_FMT, STR_ARG(hex)) : hex;
	}
	span->id = mlflow_span_id(f, val_get(second ? context : v, "span_id"), "span_id");
	span->parent_id = mlflow_span_id(f, FIELD_ANY(v, "parent_span_id", "parent_id"), "parent_span_id");
}

static enum span_status status_of(struct str word)
{
	if (str_starts(word, "STATUS_CODE_"))
		word = str_from(word, strlen("STATUS_CODE_"));
	return str_is(word, "2") ? STATUS_ERROR : str_is(word, "1") ? STATUS_OK : field_status(word);
}

static void read_course(struct fields *f, struct span *span, struct val v)
{
	struct val status = val_get(v, "status");
	struct val code = val_is(status, SCAN_OBJECT) ? val_get(status, "code") : FIELD_ANY(v, "status_code", "status");
	span->start_ns = field_time_in(f, FIELD_ANY(v, "start_time_unix_nano", "start_time_ns", "start_time"), 1,
	                               "start_time_unix_nano");
	span->end_ns =
	    field_time_in(f, FIELD_ANY(v, "end_time_unix_nano", "end_time_ns", "end_time"), 1, "end_time_unix_nano");
	span->status = status_of(field_text(f, code));
	span->message =
	    field_text(f, val_is(status, SCAN_OBJECT) ? val_get(status, "message") : val_get(v, "status_message"));
	if (span->status == STATUS_UNSET && span->start_ns != TIME_UNKNOWN && span->end_ns == TIME_UNKNOWN)
		span->status = STATUS_RUNNING;
	if (span->start_ns != TIME_UNKNOWN && span->end_ns != TIME_UNKNOWN && span->end_ns < span->start_ns)
		import_problem(f->im, f->rec, SEVERITY_WARNING, "bad-time", STR_LIT("end_time_unix_nano"),
		               "kept, duration unknown", "end time before start time");
}

static struct str word_of(const struct fields *f, struct val v)
{
	return val_is(v, SCAN_STRING) ? field_text(f, v) : STR_NONE;
}

static bool calls_model(const struct span *span)
{
	return span->kind == KIND_LLM || span->kind == KIND_EMBEDDING;
}

static void read_model(struct fields *f, struct span *span, const struct mlflow_attrs *attrs, struct val in,
                       struct val out)
{
	span->model = word_of(f, ATTR_ANY(f, attrs, "mlflow.llm.model", "mlflow.chat.model", "gen_ai.response.model",
	                                  "gen_ai.request.model", "llm.model_name"));
	if (!span->model.len && calls_model(span)) {
		span->model = word_of(f, FIELD_ANY(in, "model", "model_name"));
		if (!span->model.len)
			span->model = word_of(f, FIELD_ANY(out, "model", "model_name"));
	}
	span->provider = word_of(
	    f, ATTR_ANY(f, attrs, "mlflow.llm.provider", "gen_ai.provider.name", "gen_ai.system", "llm.provider"));
}

static bool says_anthropic(struct str s)
{
	return str_find(s, STR_LIT("anthropic")) != SIZE_MAX || str_find(s, STR_LIT("claude")) != SIZE_MAX;
}

/* MLflow has Anthropic's names for everybody's tokens; only Anthropic counts cached ones beside the input. */
static void read_usage(struct fields *f, struct span *span, const struct mlflow_attrs *attrs, struct val out)
{
	struct val usage = attr(f, attrs, "mlflow.chat.tokenUsage"), cost = attr(f, attrs, "mlflow.llm.cost");
	fields_usage(f, span, usage, "mlflow.chat.tokenUsage");
	int64_t in;
	if (val_int64(val_get(usage, "input_tokens"), &in) && in >= 0 && in >= span->tokens_cached &&
	    !says_anthropic(span->model) && !says_anthropic(span->provider))
		span->tokens_in = in;
	if (calls_model(span) && val_is(out, SCAN_OBJECT))
		fields_usage(f, span, val_get(out, "usage"), "mlflow.spanOutputs.usage");
	span->tokens_in = span->tokens_in != UNKNOWN_INT ? span->tokens_in
	                                                 : field_count(f, attr(f, attrs, "gen_ai.usage.input_tokens"),
	                                                               "gen_ai.usage.input_tokens");
	span->tokens_out =
	    span->tokens_out != UNKNOWN_INT
	        ? span->tokens_out
	        : field_count(f, attr(f, attrs, "gen_ai.usage.output_tokens"), "gen_ai.usage.output_tokens");
	if (val_ok(cost))
		span->cost_usd =
		    field_number(f, val_is(cost, SCAN_OBJECT) ? val_get(cost, "total_cost") : cost, "mlflow.llm.cost");
}

/* A list of {name, version}: the first names the prompt, all are shown. Of the whole trace: its root's. */
static void read_prompt(struct fields *f, struct span *span, const struct mlflow_attrs *attrs, struct val info)
{
	struct val list = attr(f, attrs, "mlflow.linkedPrompts");
	if (!val_ok(list) && !span->parent_id.len)
		list = field_open(f, mlflow_pair(f, val_get(info, "tags"), "mlflow.linkedPrompts"));
	if (!val_is(list, SCAN_ARRAY))
		return;
	struct val first = val_at(list, 0);
	span->prompt_name = field_text(f, val_get(first, "name"));
	span->prompt_version = field_text(f, val_get(first, "version"));
	if (val_count(list) > 1)
		fields_attribute(f, span, "mlflow.linkedPrompts", list);
}

static void read_talk(struct fields *f, struct span *span, const struct mlflow_attrs *attrs, struct val in,
                      struct val out)
{
	struct val said = attr(f, attrs, "mlflow.chat.messages");
	bool llm = span->kind == KIND_LLM;
	fields_input(f, span, in);
	fields_output(f, span, out);
	if (!field_is_chat(f, in) && val_is(said, SCAN_ARRAY))
		fields_messages(f, span, said, VAL_NONE);
	else if (llm || field_is_chat(f, in) || field_is_chat(f, out))
		fields_messages(f, span, llm || field_is_chat(f, in) ? in : VAL_NONE,
		                llm || field_is_chat(f, out) ? out : VAL_NONE);
	if (span->kind == KIND_RETRIEVER)
		fields_documents(f, span, out);
}

/* Members of a span that have their place. */
static const char *const span_members[] = {"trace_id",
                                           "span_id",
                                           "parent_span_id",
                                           "parent_id",
                                           "context",
                                           "name",
                                           "start_time",
                                           "start_time_ns",
                                           "end_time",
                                           "end_time_ns",
                                           "status",
                                           "status_code",
                                           "attributes",
                                           "start_time_unix_nano",
                                           "end_time_unix_nano",
                                           "status_message",
                                           "events",
                                           "links",
                                           NULL};

static const struct field_rule rules[] = {
    {"attributes", FIELD_EITHER},
    {"context",    FIELD_OBJECT},
    {"events",     FIELD_LIST  },
    {"links",      FIELD_LIST  },
    {NULL,         FIELD_OBJECT},
};

struct mlflow_texts mlflow_span_texts(struct fields *f, struct val span)
{
	struct mlflow_attrs attrs = attrs_of(f, val_get(span, "attributes"));
	return (struct mlflow_texts){attr(f, &attrs, "mlflow.spanInputs"), attr(f, &attrs, "mlflow.spanOutputs")};
}

void mlflow_span(struct fields *f, struct val v, struct val info)
{
	struct span span = span_start(MLFLOW_FAMILY);
	fields_expect(f, v, rules, "");
	fields_expect_objects(f, val_get(v, "events"), false, "events");
	fields_expect_objects(f, val_get(v, "links"), false, "links");
	struct mlflow_attrs attrs = attrs_of(f, val_get(v, "attributes"));
	struct val in = attr(f, &attrs, "mlflow.spanInputs"), out = attr(f, &attrs, "mlflow.spanOutputs");
	read_ids(f, &span, v, &attrs, info);
	read_course(f, &span, v);
	span.name = field_text(f, val_get(v, "name"));
	span.kind = field_kind(field_text(f, attr(f, &attrs, "mlflow.spanType")));
	if (span.kind == KIND_TOOL)
		span.tool_name = span.name;
	read_model(f, &span, &attrs, in, out);
	read_usage(f, &span, &attrs, out);
	if (f->payload)
		show_attributes(f, &span, &attrs);
	fields_attributes(f, &span, v, "", span_members);
	read_prompt(f, &span, &attrs, info);
	read_talk(f, &span, &attrs, in, out);
	read_events(f, &span, val_get(v, "events"));
	read_links(f, &span, val_get(v, "links"));
	sink_span(f->im->sink, &span);
}
