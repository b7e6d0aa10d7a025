/* Spans as the OpenTelemetry SDKs and home-made exporters dump them, one JSON object each: Python's ReadableSpan.to_json and console
 * exporter, JSON.stringify of the JS SDK's span (gemini-cli, VS Code Copilot), strands-evals, SMOLTRACE, AWS ADOT, any-agent, and flat
 * dicts of everybody's own; wrapped in {"spans":[…]} or not. A few names for each thing, none of which contradict each other. Also bare
 * attributes without any id: one span. */
#include "import/semconv.h"
#include "import/span_json.h"

enum { SLOT_SPAN };

/* What the spans of the wrapper at work are of. */
struct sdk_state {
	char trace[128]; /* "" none, or the one trace */
	bool many;
	uint64_t n_logs, n_metrics; /* met and not imported */
};

static const struct record_path sdk_paths[] = {
    {"",                 SLOT_SPAN},
    {"spans[]",          SLOT_SPAN},
    {"trace.spans[]",    SLOT_SPAN},
    {"traces[].spans[]", SLOT_SPAN},
    {"data.spans[]",     SLOT_SPAN},
    {NULL,               0        },
};

/* ---- members */

enum member_key {
	K_TRACE_ID,
	K_SPAN_ID,
	K_ID,
	K_PARENT_SPAN_ID,
	K_PARENT_ID,
	K_PARENT,
	K_PARENT_CONTEXT,
	K_CONTEXT,
	K_NAME,
	K_SPAN_NAME,
	K_OPERATION,
	K_KIND,
	K_SPAN_KIND,
	K_START,
	K_START_NS,
	K_START_OTHER,
	K_END,
	K_END_NS,
	K_END_OTHER,
	K_DURATION_NS,
	K_DURATION_MS,
	K_DURATION_S,
	K_DURATION,
	K_STATUS,
	K_STATUS_CODE,
	K_STATUS_MESSAGE,
	K_ATTRIBUTES,
	K_EVENTS,
	K_LINKS,
	K_RESOURCE,
	K_SCOPE,
	K_SCOPE_NAME,
	K_SERVICE,
	K_DROPPED_A,
	K_DROPPED_E,
	K_DROPPED_L,
	K_NOISE, /* of the SDK's inner life; only the raw record shows it */
	N_KEYS
};

/* Compared with case and underscores ignored: "trace_id" is "traceId", "_spanContext" is "spanContext". */
static const struct {
	const char *name;
	enum member_key key;
} member_names[] = {
    {"traceId",                   K_TRACE_ID      },
    {"spanId",                    K_SPAN_ID       },
    {"parentSpanId",              K_PARENT_SPAN_ID},
    {"name",                      K_NAME          },
    {"startTime",                 K_START         },
    {"endTime",                   K_END           },
    {"attributes",                K_ATTRIBUTES    },
    {"status",                    K_STATUS        },
    {"kind",                      K_KIND          },
    {"events",                    K_EVENTS        },
    {"spanEvents",                K_EVENTS        },
    {"links",                     K_LINKS         },
    {"resource",                  K_RESOURCE      },
    {"resourceAttributes",        K_RESOURCE      },
    {"scope",                     K_SCOPE         },
    {"instrumentationScope",      K_SCOPE         },
    {"instrumentationLibrary",    K_SCOPE         },
    {"instrumentationInfo",       K_SCOPE         },
    {"scopeName",                 K_SCOPE_NAME    },
    {"parentId",                  K_PARENT_ID     },
    {"parent",                    K_PARENT        },
    {"parentSpanContext",         K_PARENT_CONTEXT},
    {"context",                   K_CONTEXT       },
    {"spanContext",               K_CONTEXT       },
    {"id",                        K_ID            },
    {"spanName",                  K_SPAN_NAME     },
    {"operationName",             K_OPERATION     },
    {"spanKind",                  K_SPAN_KIND     },
    {"startTimeUnixNano",         K_START_NS      },
    {"startTimeNs",               K_START_NS      },
    {"startNs",                   K_START_NS      },
    {"startTimestamp",            K_START_OTHER   },
    {"start",                     K_START_OTHER   },
    {"startedAt",                 K_START_OTHER   },
    {"timestamp",                 K_START_OTHER   },
    {"endTimeUnixNano",           K_END_NS        },
    {"endTimeNs",                 K_END_NS        },
    {"endNs",                     K_END_NS        },
    {"endTimestamp",              K_END_OTHER     },
    {"end",                       K_END_OTHER     },
    {"endedAt",                   K_END_OTHER     },
    {"durationNs",                K_DURATION_NS   },
    {"durationMs",                K_DURATION_MS   },
    {"latencyMs",                 K_DURATION_MS   },
    {"durationSeconds",           K_DURATION_S    },
    {"durationS",                 K_DURATION_S    },
    {"duration",                  K_DURATION      },
    {"statusCode",                K_STATUS_CODE   },
    {"statusMessage",             K_STATUS_MESSAGE},
    {"statusDescription",         K_STATUS_MESSAGE},
    {"serviceName",               K_SERVICE       },
    {"service",                   K_SERVICE       },
    {"droppedAttributesCount",    K_DROPPED_A     },
    {"droppedEventsCount",        K_DROPPED_E     },
    {"droppedLinksCount",         K_DROPPED_L     },
    {"ended",                     K_NOISE         },
    {"traceState",                K_NOISE         },
    {"flags",                     K_NOISE         },
    {"spanLimits",                K_NOISE         },
    {"spanProcessor",             K_NOISE         },
    {"isRecording",               K_NOISE         },
    {"attributeValueLengthLimit", K_NOISE         },
    {"attributesCount",           K_NOISE         },
    {"performanceStartTime",      K_NOISE         },
    {"performanceOffset",         K_NOISE         },
    {"startTimeProvided",         K_NOISE         },
    {"spanContextTraceFlags",     K_NOISE         },
};

struct members {
	struct val got[N_KEYS];
	struct attr_list extras;
};

static enum member_key key_of(struct member m)
{
	for (size_t i = 0; i < sizeof member_names / sizeof *member_names; i++) {
		if (member_is_loose(m, member_names[i].name))
			return member_names[i].key;
	}
	return N_KEYS;
}

static void read_members(const struct otlp_in *in, struct val object, struct members *out)
{
	*out = (struct members){.extras = {.arena = in->arena}};
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		enum member_key key = key_of(m);

		if (key < N_KEYS && val_ok(m.val))
			out->got[key] = m.val;
		else if (key == N_KEYS)
			attr_list_open(&out->extras, member_key(m, in->arena), m.val);
	}
}

static struct val first_of(const struct members *m, enum member_key a, enum member_key b, enum member_key c)
{
	return val_ok(m->got[a]) ? m->got[a] : val_ok(m->got[b]) ? m->got[b] : m->got[c];
}

/* ---- ids */

static struct val inner_id(struct val v, const char *key)
{
	return val_is(v, SCAN_OBJECT) ? val_get_loose(v, key) : VAL_NONE;
}

static struct val parent_of(const struct members *m)
{
	struct val v = first_of(m, K_PARENT_SPAN_ID, K_PARENT_ID, K_PARENT_ID);

	if (!val_ok(v))
		v = inner_id(m->got[K_PARENT_CONTEXT], "spanId");
	if (!val_ok(v) && val_is(m->got[K_PARENT], SCAN_OBJECT))
		return inner_id(m->got[K_PARENT], "spanId");
	return val_ok(v) ? v : m->got[K_PARENT];
}

static void read_ids(const struct otlp_in *in, const struct members *m, struct span_in *span)
{
	struct val trace = m->got[K_TRACE_ID], id = first_of(m, K_SPAN_ID, K_SPAN_ID, K_SPAN_ID);

	if (!val_ok(trace))
		trace = inner_id(m->got[K_CONTEXT], "traceId");
	if (!val_ok(trace))
		trace = frame_get(in->rec->frame, "traceId", true);
	if (!val_ok(id))
		id = inner_id(m->got[K_CONTEXT], "spanId");
	if (!val_ok(id))
		id = m->got[K_ID];
	span->trace_id = otlp_id(in, trace, 16, "trace_id");
	span->id = otlp_id(in, id, 8, "span_id");
	span->parent_id = otlp_id(in, parent_of(m), 8, "parent_id");
}

static void tell_missing_ids(const struct otlp_in *in, const struct span_in *span)
{
	if (!span->trace_id.len)
		otlp_no_id(in, VAL_NONE, "trace_id", "trace");
	if (!span->id.len)
		otlp_no_id(in, VAL_NONE, "span_id", "span");
}

/* ---- times */

static int64_t either_time(const struct otlp_in *in, const struct members *m, enum member_key plain,
                           enum member_key in_ns, enum member_key other, const char *path)
{
	if (val_ok(m->got[plain]))
		return span_json_time(in, m->got[plain], false, path);
	if (val_ok(m->got[in_ns]))
		return span_json_time(in, m->got[in_ns], true, path);
	return span_json_time(in, m->got[other], false, path);
}

/* The JS SDK's console exporter gives "timestamp" and "duration" in microseconds; of others' numbers the unit is anybody's guess. */
static bool is_microseconds(const struct members *m)
{
	double start;

	return val_double(m->got[K_START_OTHER], &start) && start > 1e14 && start < 1e17;
}

static int64_t duration_of(const struct otlp_in *in, const struct members *m)
{
	static const struct {
		enum member_key key;
		double ns;
	} units[] = {
	    {K_DURATION_NS, 1  },
	    {K_DURATION_MS, 1e6},
	    {K_DURATION_S,  1e9},
	};
	double amount;

	if (val_is(m->got[K_DURATION], SCAN_ARRAY))
		return span_json_time(in, m->got[K_DURATION], false, "duration");
	if (is_microseconds(m) && val_double(m->got[K_DURATION], &amount) && amount >= 0 && amount < 9e15)
		return (int64_t)(amount * 1e3 + 0.5);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (val_double(m->got[units[i].key], &amount) && amount >= 0 && amount * units[i].ns < 9e18)
			return (int64_t)(amount * units[i].ns + 0.5);
	}
	return TIME_UNKNOWN;
}

static void read_times(const struct otlp_in *in, const struct members *m, struct span_in *span)
{
	int64_t length = TIME_UNKNOWN;

	span->start_ns = either_time(in, m, K_START, K_START_NS, K_START_OTHER, "start_time");
	span->end_ns = either_time(in, m, K_END, K_END_NS, K_END_OTHER, "end_time");
	if (span->end_ns == TIME_UNKNOWN && span->start_ns != TIME_UNKNOWN)
		length = duration_of(in, m);
	if (length != TIME_UNKNOWN && __builtin_add_overflow(span->start_ns, length, &span->end_ns))
		span->end_ns = TIME_UNKNOWN;
}

/* ---- the rest */

/* {"attributes":{…}}, the JS SDK's {"_rawAttributes":[[key, value], …]}, or the attributes themselves. */
static struct attrs_in read_resource(const struct otlp_in *in, const struct members *m)
{
	struct attr_list list = {.arena = in->arena};
	struct val v = m->got[K_RESOURCE], inner = inner_id(v, "attributes");

	if (!val_ok(v))
		v = frame_get(in->rec->frame, "resource", true);
	if (!val_ok(inner))
		inner = inner_id(v, "attributes");
	if (!val_ok(inner))
		inner = inner_id(v, "rawAttributes");
	if (val_ok(inner) || val_is(v, SCAN_OBJECT))
		attr_list_members(&list, in, val_ok(inner) ? inner : v, "resource.attributes");
	if (val_is(m->got[K_SERVICE], SCAN_STRING))
		attr_list_add(&list, STR_LIT("service.name"), m->got[K_SERVICE]);
	return attr_list_done(&list);
}

static void read_kind(const struct otlp_in *in, const struct members *m, struct span_in *span)
{
	bool otlp = val_ok(m->got[K_START_NS]);

	span->otel_kind = span_json_otel_kind(m->got[K_KIND], otlp, in->arena);
	if (!span->otel_kind.len)
		span->otel_kind = span_json_otel_kind(m->got[K_SPAN_KIND], otlp, in->arena);
	span->kind_word = val_str(m->got[K_SPAN_KIND], in->arena);
	if (!span->kind_word.len)
		span->kind_word = val_str(m->got[K_KIND], in->arena);
}

static int64_t dropped_total(const struct members *m)
{
	int64_t total = 0, n;

	for (int key = K_DROPPED_A; key <= K_DROPPED_L; key++) {
		if (val_int64(m->got[key], &n) && n > 0 && n < UINT32_MAX)
			total += n;
	}
	return total;
}

/* ADOT's LangChain spans have nothing but an event with what went in and out: its shape tells what the span is. */
static struct str kind_of_body(const struct otlp_in *in, struct span_in *span)
{
	struct val output, content;

	for (struct member m = val_first(in->rec->root); m.ok; m = val_next(m)) {
		if (!member_is_loose(m, "spanEvents") || !val_is(m.val, SCAN_ARRAY))
			continue;
		output = val_path(val_get(val_at(m.val, 0), "body"), "output.messages");
		content = span_json_opened(in, val_get(val_at(output, 0), "content"));
		if (val_ok(val_get(content, "generations")))
			return STR_LIT("LLM");
		if (val_str_is(val_get(content, "type"), "tool")) {
			span->tool_name = val_str(val_get(content, "name"), in->arena);
			return STR_LIT("TOOL");
		}
		if (val_is(val_get(content, "messages"), SCAN_ARRAY))
			return STR_LIT("CHAIN");
	}
	return span->kind_word;
}

static bool is_dialect(struct str key)
{
	static const char *const prefixes[] = {"gen_ai.", "llm.",       "openinference.", "ai.",
	                                       "lmnr.",   "traceloop.", "langfuse.",      "input.value",
	                                       "mlflow.", "agentops.",  "braintrust.",    "gcp.vertex.agent."};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		if (str_starts(key, prefixes[i]))
			return true;
	}
	return false;
}

static bool has_dialect(struct attrs_in attrs)
{
	for (size_t i = 0; i < attrs.n; i++) {
		if (is_dialect(attrs.at[i].key))
			return true;
	}
	return false;
}

/* "{operation} {model or tool}", as the conventions name spans. */
static struct str made_name(const struct attrs_in *attrs, struct arena *a)
{
	static const char *const words[] = {"gen_ai.operation.name", "openinference.span.kind", "ai.operationId"};
	static const char *const things[] = {"gen_ai.tool.name", "gen_ai.request.model", "llm.model_name", "tool.name"};
	struct str word = STR_NONE, thing = STR_NONE;

	for (size_t i = 0; i < sizeof words / sizeof *words && !word.len; i++)
		word = semconv_get(attrs, words[i], a);
	for (size_t i = 0; i < sizeof things / sizeof *things && !thing.len; i++)
		thing = semconv_get(attrs, things[i], a);
	return word.len && thing.len ? arena_printf(a, "%.*s %.*s", STR_ARG(word), STR_ARG(thing)) : word;
}

static void note_trace(struct import *im, struct str id)
{
	struct sdk_state *state = im->state;

	if (!id.len || id.len >= sizeof state->trace || (state->trace[0] && !str_is(id, state->trace))) {
		state->many = true;
		return;
	}
	memcpy(state->trace, id.ptr, id.len);
	state->trace[id.len] = 0;
}

/* The version of what made the span, and whatever else its scope says. */
static struct attrs_in read_scope(const struct otlp_in *in, const struct members *m)
{
	struct attr_list list = {.arena = in->arena};

	for (struct member s = val_first(m->got[K_SCOPE]); in->payload && s.ok && s.key.scan; s = val_next(s)) {
		struct str key = member_key(s, in->arena);

		if (val_is(s.val, SCAN_STRING) && val_raw(s.val).len == 2)
			continue;
		if (member_is_loose(s, "version"))
			attr_list_add(&list, STR_LIT("otel.scope.version"), s.val);
		else if (member_is_loose(s, "attributes"))
			attr_list_members(&list, in, s.val, "scope.attributes");
		else if (!member_is_loose(s, "name"))
			attr_list_open(&list, arena_printf(in->arena, "otel.scope.%.*s", STR_ARG(key)), s.val);
	}
	return attr_list_done(&list);
}

static void fill_span(const struct otlp_in *in, struct members *m, struct span_in *span)
{
	struct attr_list attrs = {.arena = in->arena};

	read_ids(in, m, span);
	span->name = val_str(first_of(m, K_NAME, K_SPAN_NAME, K_OPERATION), in->arena);
	read_kind(in, m, span);
	span_json_status(in, m->got[K_STATUS_CODE], span);
	span_json_status(in, m->got[K_STATUS], span);
	if (val_is(m->got[K_STATUS_MESSAGE], SCAN_STRING))
		span->message = val_str(m->got[K_STATUS_MESSAGE], in->arena);
	read_times(in, m, span);
	if (val_ok(m->got[K_ATTRIBUTES]))
		attr_list_members(&attrs, in, m->got[K_ATTRIBUTES], "attributes");
	span->attrs = attr_list_done(&attrs);
	if (span->end_ns == TIME_UNKNOWN)
		attr_list_add(&m->extras, STR_LIT("duration"), m->got[K_DURATION]);
	span->extras = attr_list_done(&m->extras);
	if (val_ok(m->got[K_EVENTS]))
		span_json_events(in, m->got[K_EVENTS], span);
	if (val_ok(m->got[K_LINKS]))
		span_json_links(in, m->got[K_LINKS], span);
	span->resource = read_resource(in, m);
	span->scope_name = val_is(m->got[K_SCOPE], SCAN_OBJECT) ? val_str(val_get(m->got[K_SCOPE], "name"), in->arena)
	                                                        : val_str(m->got[K_SCOPE_NAME], in->arena);
	span->scope_attrs = read_scope(in, m);
	span->dropped = dropped_total(m);
}

/* ---- logs and metrics that an exporter wrote to the same file (gemini-cli, console exporters) */

static bool is_log(struct val v, const struct members *m)
{
	return !val_ok(m->got[K_START]) &&
	       (val_ok(val_get_loose(v, "severityNumber")) || val_ok(val_get(v, "hrTime")) ||
	        val_ok(val_get_loose(v, "observedTimestamp")));
}

static bool is_metric(struct val v)
{
	return val_ok(val_get_loose(v, "scopeMetrics")) || val_ok(val_get_loose(v, "resourceMetrics")) ||
	       (val_ok(val_get(v, "descriptor")) && val_ok(val_get_loose(v, "dataPoints")));
}

/* Messages and evaluations of a span; false: nothing of a trace. */
static bool read_log(const struct otlp_in *in, struct members *m)
{
	struct attr_list attrs = {.arena = in->arena};
	struct span_in span = {.scope = {.family = STR_LIT("sdk")}, .start_ns = TIME_UNKNOWN, .end_ns = TIME_UNKNOWN};
	struct event_in event = {.time_ns = span_json_time(in, m->got[K_START_OTHER], false, "timestamp")};
	struct score score;

	read_ids(in, m, &span);
	if (val_ok(m->got[K_ATTRIBUTES]))
		attr_list_members(&attrs, in, m->got[K_ATTRIBUTES], "attributes");
	event.attrs = attr_list_done(&attrs);
	event.name = val_str(val_get_loose(in->rec->root, "eventName"), in->arena);
	if (!event.name.len)
		event.name = semconv_get(&event.attrs, "event.name", in->arena);
	if (!span.trace_id.len)
		return false;
	if (str_is(event.name, "gen_ai.evaluation.result") &&
	    semconv_evaluation(&event.attrs, STR_NONE, &score, in->arena)) {
		score.scope = span.scope;
		score.trace_id = span.trace_id;
		score.span_id = span.id;
		score.time_ns = event.time_ns;
		sink_score(in->im->sink, &score);
		return true;
	}
	if (!span.id.len || !str_is(event.name, "gen_ai.client.inference.operation.details"))
		return false;
	span.events = &event;
	span.n_events = 1;
	semconv_span(in->im, in->rec, &span);
	return true;
}

static bool sdk_finish(struct import *im, struct err *err)
{
	const struct sdk_state *state = im->state;
	struct record none = {.number = 0};
	struct otlp_in in = span_json_in(im, &none);

	(void)err;
	otlp_not_imported(&in, state->n_logs, "log record");
	otlp_not_imported(&in, state->n_metrics, "metric");
	return true;
}

/* ---- records */

static bool sdk_record(struct import *im, const struct record *rec, struct err *err)
{
	struct otlp_in in = span_json_in(im, rec);
	struct span_in span = {.scope = {.family = STR_LIT("sdk")}};
	struct sdk_state *state = im->state;
	struct members m;

	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
		return true;
	}
	read_members(&in, rec->root, &m);
	if (is_log(rec->root, &m)) {
		state->n_logs += !read_log(&in, &m);
		return true;
	}
	if (is_metric(rec->root)) {
		state->n_metrics++;
		return true;
	}
	fill_span(&in, &m, &span);
	if (!span.trace_id.len && !span.id.len) {
		if (!val_ok(m.got[K_ATTRIBUTES])) { /* the object itself is the attributes */
			span.attrs = span.extras;
			span.extras = (struct attrs_in){NULL, 0};
		}
		if (!has_dialect(span.attrs)) {
			import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
			               "not a span: no ids and no attributes of an LLM");
			return true;
		}
	} else {
		tell_missing_ids(&in, &span);
		span_json_settle(&in, &span);
	}
	if (!span.name.len)
		span.name = made_name(&span.attrs, im->arena);
	span.kind_word = kind_of_body(&in, &span);
	note_trace(im, span.trace_id);
	semconv_span(im, rec, &span);
	return true;
}

/* What a wrapper says of the one trace whose spans it holds: any-agent's answer, strands' session, SMOLTRACE's cost. */
static bool sdk_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct sdk_state *state = im->state;
	struct trace trace = {.scope = {.family = STR_LIT("sdk")},
	                      .id = str_of(state->trace),
	                      .start_ns = TIME_UNKNOWN,
	                      .end_ns = TIME_UNKNOWN,
	                      .cost_usd = UNKNOWN_DOUBLE};
	double cost;

	(void)err;
	if (trace.id.len && !state->many) {
		trace.output = val_text(val_get(frame->root, "final_output"), im->arena);
		trace.session = val_text(val_get_loose(frame->root, "sessionId"), im->arena);
		if (val_double(val_get_loose(frame->root, "totalCostUsd"), &cost) && cost > 0)
			trace.cost_usd = cost;
		if (trace.output.len || trace.session.len || !IS_UNKNOWN(trace.cost_usd))
			sink_trace(im->sink, &trace);
	}
	state->trace[0] = 0;
	state->many = false;
	return true;
}

/* ---- detection */

static bool has_all(const struct sample *s, const char *prefix, const char *const *keys)
{
	char path[128];

	for (; *keys; keys++) {
		snprintf(path, sizeof path, "%s%s", prefix, *keys);
		if (!sample_has(s, path))
			return false;
	}
	return true;
}

static bool has_dialect_key(const struct sample *s)
{
	for (size_t i = 0; i < s->n_keys; i++) {
		struct str key = s->keys[i];

		if (is_dialect(str_starts(key, "attributes.") ? str_from(key, strlen("attributes.")) : key))
			return true;
	}
	return false;
}

/* Files that begin with logs or metrics. */
static bool spans_follow(const struct sample *s)
{
	for (size_t i = 0; i < s->n_values; i++) {
		struct val v = s->values[i], context = val_get_loose(v, "spanContext");

		if (!val_is(context, SCAN_OBJECT))
			context = val_get(v, "context");
		if (val_ok(val_get_loose(context, "traceId")) && val_ok(val_get_loose(v, "startTime")) &&
		    val_ok(val_get(v, "name")))
			return true;
	}
	return s->n_values && val_ok(val_get(s->values[0], "hrTime")) &&
	       val_ok(val_get_loose(s->values[0], "severityNumber"));
}

static int sdk_probe(const struct sample *sample, const char **why)
{
	static const char *const prefixes[] = {"", "spans[].", "trace.spans[].", "traces[].spans[].", "data.spans[]."};
	static const struct {
		const char *keys[5];
		int score;
		const char *why;
	} signs[] = {
	    {{"spanContext.traceId", "startTime", NULL},                      87, "span of the JS SDK: spanContext"             },
	    {{"context.trace_id", "context.span_id", "parent.span_id", NULL},
	     86,	                                                          "span with context and parent objects"        },
	    {{"context.trace_id", "context.span_id", "kind", "name", NULL},   74, "span of the Python SDK: context"             },
	    {{"trace_id", "span_id", "attributes", NULL},                     71, "object with trace_id, span_id and attributes"},
	    {{"context.trace_id", "context.span_id", "attributes", NULL},     58, "object with context and attributes"          },
	    {{"trace_id", "span_id", "name", "start_time", NULL},             56, "object with trace_id, span_id and times"     },
	    {{"trace_id", "span_id", "operation_name", NULL},                 55, "object with trace_id and span_id"            },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
			if (has_all(sample, prefixes[k], signs[i].keys)) {
				*why = signs[i].why;
				return signs[i].score;
			}
		}
	}
	if (sample_has(sample, "trace_id") && sample_has(sample, "spans[].span_id") &&
	    sample_has(sample, "spans[].name")) {
		*why = "trace_id beside spans with span_id";
		return 54;
	}
	if (spans_follow(sample)) {
		*why = "a span of an SDK further on";
		return 53;
	}
	if (has_dialect_key(sample)) {
		*why = "attributes of an LLM span, without ids";
		return 40;
	}
	*why = "no spans with ids in the ways of SDKs";
	return 0;
}

const struct format format_sdk_span = {
    .name = "sdk-span",
    .title = "Span dumps of OpenTelemetry SDKs and home-made exporters",
    .spec_url = "https://opentelemetry.io/docs/specs/otel/trace/sdk/",
    .how = "objects with trace_id and span_id, context or spanContext, alone or under spans",
    .fills = "traces, spans with messages, documents, events and links, scores of evaluation events",
    .example = "{\"name\":…,\"context\":{\"trace_id\":\"0x…\",\"span_id\":\"0x…\"},\"attributes\":{…}} or "
               "{\"spans\":[{\"trace_id\":…}]}",
    .paths = sdk_paths,
    .state_size = sizeof(struct sdk_state),
    .probe = sdk_probe,
    .record = sdk_record,
    .frame_end = sdk_frame_end,
    .finish = sdk_finish,
};
