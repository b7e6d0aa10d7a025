/* OTLP/JSON: export requests as one document, as lines, in arrays; with every container key seen in the wild around the resource
 * spans. Keys are compared with case and underscores ignored (proto3 JSON readers must take both spellings).
 * Source: opentelemetry-proto 1.x, "JSON Protobuf Encoding"; deviations are named where they are handled. */
#include "import/attr_list.h"
#include "import/otlp_log.h"
#include "import/otlp_value.h"

#include "import/semconv.h"

enum { LATE_MAX = 256, MEMO_MAX = 256 };

/* What the frames around the last span said: thousands of spans have the same. */
struct frame_memo {
	uint64_t number; /* of the innermost; 0: nothing known */
	size_t bytes;    /* of all of them: members may still come */
	char scope[MEMO_MAX], service[MEMO_MAX];
	size_t scope_len, service_len;
	struct attr_in attr;
};

struct otlp_state {
	struct frame_memo memo;
	uint64_t n_metrics; /* met and not imported */
	struct otlp_logs logs;
	/* Traces whose spans came before their resource: they learn the service when the resource's object ends. */
	char late[LATE_MAX][33];
	size_t n_late;
};

static const struct record_path otlp_paths[] = {
    {"resourceSpans[].scopeSpans[].spans[]",                         SLOT_SPAN  },
    {"resourceSpans[].instrumentationLibrarySpans[].spans[]",        SLOT_SPAN  },
 /* Tempo, Grafana's download */
    {"batches[].scopeSpans[].spans[]",                               SLOT_SPAN  },
    {"batches[].instrumentationLibrarySpans[].spans[]",              SLOT_SPAN  },
 /* Jaeger API v3 */
    {"result.resourceSpans[].scopeSpans[].spans[]",                  SLOT_SPAN  },
    {"result.resourceSpans[].instrumentationLibrarySpans[].spans[]", SLOT_SPAN  },
 /* Tempo API v2 */
    {"trace.resourceSpans[].scopeSpans[].spans[]",                   SLOT_SPAN  },
    {"trace.resourceSpans[].instrumentationLibrarySpans[].spans[]",  SLOT_SPAN  },
    {"trace.batches[].scopeSpans[].spans[]",                         SLOT_SPAN  },
    {"trace.batches[].instrumentationLibrarySpans[].spans[]",        SLOT_SPAN  },
 /* one bare ResourceSpans */
    {"scopeSpans[].spans[]",                                         SLOT_SPAN  },
    {"instrumentationLibrarySpans[].spans[]",                        SLOT_SPAN  },
    {"resourceLogs[].scopeLogs[].logRecords[]",                      SLOT_LOG   },
    {"scopeLogs[].logRecords[]",                                     SLOT_LOG   },
    {"resourceMetrics[]",                                            SLOT_METRIC},
    {"scopeMetrics[]",                                               SLOT_METRIC},
    {NULL,                                                           0          },
};

/* ---- spans */

enum span_key {
	K_TRACE_ID,
	K_SPAN_ID,
	K_PARENT,
	K_NAME,
	K_KIND,
	K_START,
	K_END,
	K_ATTRIBUTES,
	K_EVENTS,
	K_LINKS,
	K_STATUS,
	K_DROPPED_A,
	K_DROPPED_E,
	K_DROPPED_L,
	N_SPAN_KEYS
};

static const struct str span_keys[N_SPAN_KEYS] = {
    [K_TRACE_ID] = STR_INIT("traceId"),
    [K_SPAN_ID] = STR_INIT("spanId"),
    [K_PARENT] = STR_INIT("parentSpanId"),
    [K_NAME] = STR_INIT("name"),
    [K_KIND] = STR_INIT("kind"),
    [K_START] = STR_INIT("startTimeUnixNano"),
    [K_END] = STR_INIT("endTimeUnixNano"),
    [K_ATTRIBUTES] = STR_INIT("attributes"),
    [K_EVENTS] = STR_INIT("events"),
    [K_LINKS] = STR_INIT("links"),
    [K_STATUS] = STR_INIT("status"),
    [K_DROPPED_A] = STR_INIT("droppedAttributesCount"),
    [K_DROPPED_E] = STR_INIT("droppedEventsCount"),
    [K_DROPPED_L] = STR_INIT("droppedLinksCount"),
};

static const struct str event_keys[] = {STR_INIT("name"),    STR_INIT("timeUnixNano"), STR_INIT("attributes"),
                                        STR_INIT("traceId"), STR_INIT("spanId"),       STR_INIT("traceState")};
enum { E_NAME, E_TIME, E_ATTRIBUTES, E_TRACE_ID, E_SPAN_ID, E_TRACE_STATE, N_EVENT_KEYS };

static struct otlp_in in_of(struct import *im, const struct record *rec)
{
	return (struct otlp_in){
	    .im = im, .rec = rec, .arena = im->arena, .payload = sink_wants(im->sink, SINK_PAYLOAD)};
}

static bool wants_attributes(const struct otlp_in *in, struct str event)
{
	return in->payload || in->rec->slot == SLOT_TALK || str_is(event, "exception") || str_starts(event, "gen_ai.");
}

/* What an event or a link says beside what is known of it, and how many attributes it lost. */
static struct attrs_in with_others(const struct otlp_in *in, struct val object, struct attrs_in attrs)
{
	static const char *const known[] = {"name",   "timeUnixNano", "attributes", "traceId",
	                                    "spanId", "traceState",   "flags",      "droppedAttributesCount",
	                                    NULL};
	struct attr_list list = {.arena = in->arena};
	struct val dropped = val_get_loose(object, "droppedAttributesCount");
	int64_t n;

	attr_put_others(&list, object, known);
	if (val_int64(dropped, &n) && n > 0)
		attr_put_val(&list, STR_LIT("otel.dropped"), dropped);
	if (!list.n)
		return attrs;
	for (size_t i = 0; i < attrs.n; i++)
		attr_put(&list, attrs.at[i]);
	return attr_all(&list);
}

static void read_events(const struct otlp_in *in, struct val list, struct span_in *span)
{
	struct otlp_in whole = *in;
	struct event_in *at;

	whole.payload = true; /* messages are made of any attribute, also of those that are structures */
	if (!otlp_is_list(in, list, "events"))
		return;
	at = arena_zalloc(in->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct event_in *event = &at[span->n_events];
		struct val got[N_EVENT_KEYS];

		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		otlp_members(m.val, event_keys, N_EVENT_KEYS, got);
		event->name = val_str(got[E_NAME], in->arena);
		event->time_ns = otlp_time(in, got[E_TIME], "events.timeUnixNano");
		if (wants_attributes(in, event->name))
			event->attrs = otlp_attributes(&whole, got[E_ATTRIBUTES], "events.attributes", NULL);
		if (in->payload)
			event->attrs = with_others(in, m.val, event->attrs);
		span->n_events++;
	}
	span->events = at;
}

/* One more in front, if it says anything. */
static struct attrs_in with_text(const struct otlp_in *in, struct str key, struct val v, struct attrs_in attrs)
{
	struct attr_list list = {.arena = in->arena};
	struct str text = val_text(v, in->arena);

	if (!text.len)
		return attrs;
	attr_put_text(&list, key, text);
	for (size_t i = 0; i < attrs.n; i++)
		attr_put(&list, attrs.at[i]);
	return attr_all(&list);
}

static void read_links(const struct otlp_in *in, struct val list, struct span_in *span)
{
	struct link_in *at;

	if (!otlp_is_list(in, list, "links"))
		return;
	at = arena_zalloc(in->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct link_in *link = &at[span->n_links];
		struct val got[N_EVENT_KEYS];

		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		otlp_members(m.val, event_keys, N_EVENT_KEYS, got);
		link->trace_id = otlp_id(in, got[E_TRACE_ID], 16, "links.traceId");
		link->span_id = otlp_id(in, got[E_SPAN_ID], 8, "links.spanId");
		if (in->payload)
			link->attrs = with_text(
			    in, STR_LIT("tracestate"), got[E_TRACE_STATE],
			    with_others(in, m.val, otlp_attributes(in, got[E_ATTRIBUTES], "links.attributes", NULL)));
		span->n_links++;
	}
	span->links = at;
}

static void read_status(const struct otlp_in *in, struct val status, struct span_in *span)
{
	static const struct str keys[] = {STR_INIT("message"), STR_INIT("code")};
	struct val got[2];
	struct str text;

	if (val_ok(status) && !val_is(status, SCAN_OBJECT)) {
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-value", STR_LIT("status"),
		               "kept, status unknown", "status is not an object");
		return;
	}
	otlp_members(status, keys, 2, got);
	text = val_text(got[1], in->arena);
	span->status = otlp_status(text);
	span->message = val_str(got[0], in->arena);
}

static void read_times(const struct otlp_in *in, const struct val *got, struct span_in *span)
{
	bool unfinished = !otlp_has_time(got[K_END]);

	span->start_ns = otlp_time(in, got[K_START], "startTimeUnixNano");
	span->end_ns = otlp_time(in, got[K_END], "endTimeUnixNano");
	if (span->start_ns != TIME_UNKNOWN && span->end_ns != TIME_UNKNOWN && span->end_ns < span->start_ns)
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-time", STR_LIT("endTimeUnixNano"),
		               "kept, duration unknown", "end time before start time");
	if (unfinished && span->start_ns != TIME_UNKNOWN && span->status == STATUS_UNSET)
		span->status = STATUS_RUNNING;
}

static void read_ids(const struct otlp_in *in, const struct val *got, struct span_in *span)
{
	span->trace_id = otlp_id(in, got[K_TRACE_ID], 16, "traceId");
	span->id = otlp_id(in, got[K_SPAN_ID], 8, "spanId");
	span->parent_id = otlp_id(in, got[K_PARENT], 8, "parentSpanId");
	if (!span->trace_id.len)
		otlp_no_id(in, got[K_TRACE_ID], "traceId", "trace");
	if (!span->id.len)
		otlp_no_id(in, got[K_SPAN_ID], "spanId", "span");
}

static size_t frame_bytes(const struct frame *frame)
{
	size_t n = 0;

	for (; frame; frame = frame->outer)
		n += frame->json.len;
	return n;
}

static void memo_use(const struct frame_memo *memo, struct span_in *span)
{
	if (memo->scope_len)
		span->scope_name = (struct str){memo->scope, memo->scope_len};
	span->resource = (struct attrs_in){&memo->attr, 1};
}

/* Only the usual: a service as text. */
static void memo_fill(struct frame_memo *memo, const struct frame *frame, const struct span_in *span,
                      struct arena *arena)
{
	struct str service;

	if (!frame || !frame->number || span->resource.n != 1 || span->resource.at[0].type != ATTR_STRING)
		return;
	service = val_str(span->resource.at[0].string, arena);
	if (span->scope_name.len > MEMO_MAX || service.len > MEMO_MAX || !service.len)
		return;
	*memo = (struct frame_memo){.number = frame->number, .bytes = frame_bytes(frame)};
	memcpy(memo->service, service.ptr, service.len);
	memo->service_len = service.len;
	memo->scope_len = span->scope_name.len;
	if (memo->scope_len)
		memcpy(memo->scope, span->scope_name.ptr, memo->scope_len);
	memo->attr = (struct attr_in){
	    .key = STR_LIT("service.name"), .type = ATTR_STRING, .text = {memo->service, memo->service_len}
        };
}

/* The service is told when the resource comes. */
static void note_late(struct otlp_state *state, struct str trace_id)
{
	if (!trace_id.len || trace_id.len > 32 || state->n_late >= LATE_MAX)
		return;
	if (state->n_late && str_is(trace_id, state->late[state->n_late - 1]))
		return;
	memcpy(state->late[state->n_late], trace_id.ptr, trace_id.len);
	state->late[state->n_late++][trace_id.len] = 0;
}

static void read_frames(const struct otlp_in *in, struct span_in *span)
{
	struct otlp_state *state = in->im->state;
	const struct frame *frame = in->rec->frame;
	struct val resource, scope;

	if (in->rec->slot == SLOT_TALK)
		return;

	if (!in->payload && frame && frame->number && frame->number == state->memo.number &&
	    frame_bytes(frame) == state->memo.bytes) {
		memo_use(&state->memo, span);
		return;
	}
	resource = frame_get(frame, "resource", true);
	scope = frame_get(frame, "scope", true);
	if (!val_ok(scope))
		scope = frame_get(frame, "instrumentationLibrary", true);
	span->scope_name = val_str(val_get_loose(scope, "name"), in->arena);
	span->resource = otlp_attributes(in, val_get_loose(resource, "attributes"), "resource.attributes",
	                                 in->payload ? NULL : "service.name");
	if (in->payload)
		span->scope_attrs =
		    with_text(in, STR_LIT("otel.scope.version"), val_get_loose(scope, "version"),
		              otlp_attributes(in, val_get_loose(scope, "attributes"), "scope.attributes", NULL));
	else
		memo_fill(&state->memo, frame, span, in->arena);
	if (!val_ok(resource))
		note_late(state, span->trace_id);
}

static int64_t dropped_total(const struct val *got)
{
	static const enum span_key keys[] = {K_DROPPED_A, K_DROPPED_E, K_DROPPED_L};
	int64_t total = 0, n;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (val_int64(got[keys[i]], &n) && n > 0 && n < UINT32_MAX)
			total += n;
	}
	return total;
}

/* What has no place in the model. */
static void read_others(const struct otlp_in *in, struct span_in *span)
{
	static const char *const known[] = {"traceId",
	                                    "spanId",
	                                    "parentSpanId",
	                                    "name",
	                                    "kind",
	                                    "startTimeUnixNano",
	                                    "endTimeUnixNano",
	                                    "attributes",
	                                    "events",
	                                    "links",
	                                    "status",
	                                    "droppedAttributesCount",
	                                    "droppedEventsCount",
	                                    "droppedLinksCount",
	                                    "flags",
	                                    NULL};
	struct attr_list list = {.arena = in->arena};

	attr_put_others(&list, in->rec->root, known);
	if (!list.n)
		return;
	for (size_t i = 0; i < span->attrs.n; i++)
		attr_put(&list, span->attrs.at[i]);
	span->attrs = attr_all(&list);
}

static void read_span(struct import *im, const struct record *rec)
{
	struct otlp_in in = in_of(im, rec);
	struct val got[N_SPAN_KEYS];
	struct span_in span = {.scope = {.family = STR_LIT("otlp")}};

	otlp_members(rec->root, span_keys, N_SPAN_KEYS, got);
	read_ids(&in, got, &span);
	if (val_ok(got[K_NAME]) && !val_is(got[K_NAME], SCAN_STRING))
		import_problem(im, rec, SEVERITY_WARNING, "bad-value", STR_LIT("name"), "kept without a name",
		               "name is not a string");
	span.name = val_str(got[K_NAME], im->arena);
	span.otel_kind = otlp_kind(got[K_KIND], im->arena);
	read_status(&in, got[K_STATUS], &span);
	read_times(&in, got, &span);
	span.attrs = otlp_attributes(&in, got[K_ATTRIBUTES], "attributes", NULL);
	if (in.payload)
		read_others(&in, &span);
	read_events(&in, got[K_EVENTS], &span);
	read_links(&in, got[K_LINKS], &span);
	read_frames(&in, &span);
	span.dropped = dropped_total(got);
	semconv_span(im, rec, &span);
	if (rec->slot == SLOT_SPAN && !im->decoding)
		otlp_log_span(&((struct otlp_state *)im->state)->logs, &in, &span);
}

static bool otlp_record(struct import *im, const struct record *rec, struct err *err)
{
	struct otlp_state *state = im->state;

	(void)err;
	if (rec->slot == SLOT_METRIC) {
		state->n_metrics++;
	} else if (!val_is(rec->root, SCAN_OBJECT)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	} else if (rec->slot == SLOT_LOG || rec->slot == SLOT_EVALUATION) {
		struct otlp_in in = in_of(im, rec);

		otlp_log(&state->logs, &in, read_span);
	} else {
		read_span(im, rec);
	}
	return true;
}

/* ---- frames */

static void tell_service(struct import *im, const struct frame *frame)
{
	struct otlp_state *state = im->state;
	struct record none = {.frame = frame};
	struct otlp_in in = in_of(im, &none);
	struct attrs_in attrs;
	struct str service;

	attrs = otlp_attributes(&in, val_get_loose(val_get_loose(frame->root, "resource"), "attributes"),
	                        "resource.attributes", "service.name");
	service = semconv_get(&attrs, "service.name", im->arena);
	for (size_t i = 0; i < state->n_late && service.len; i++) {
		struct trace trace = {.scope = {.family = STR_LIT("otlp")},
		                      .id = str_of(state->late[i]),
		                      .service = service,
		                      .start_ns = TIME_UNKNOWN,
		                      .end_ns = TIME_UNKNOWN,
		                      .cost_usd = UNKNOWN_DOUBLE};

		sink_trace(im->sink, &trace);
	}
	state->n_late = 0;
}

/* A container key that is there but was not opened is not the list it should be. */
static void report_unopened(struct import *im, const struct frame *frame)
{
	static const char *const keys[] = {"resourceSpans", "scopeSpans", "instrumentationLibrarySpans", "spans",
	                                   "batches"};
	struct record none = {.frame = frame};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		struct val v = val_get_loose(frame->root, keys[i]);

		if (val_ok(v) && !val_is(v, SCAN_ARRAY))
			import_problem(im, &none, SEVERITY_SKIPPED, "bad-value",
			               arena_printf(im->arena, "%s%s%s", frame->path, *frame->path ? "." : "", keys[i]),
			               "nothing read from it", "%s is not a list", keys[i]);
	}
}

static bool otlp_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct otlp_state *state = im->state;

	(void)err;
	report_unopened(im, frame);
	if (state->n_late && val_is(val_get_loose(frame->root, "resource"), SCAN_OBJECT))
		tell_service(im, frame);
	return true;
}

static bool otlp_finish(struct import *im, struct err *err)
{
	struct otlp_state *state = im->state;
	struct record none = {.number = 0};
	struct otlp_in in = in_of(im, &none);
	uint64_t n_logs = otlp_log_finish(&state->logs, &in, read_span);

	(void)err;
	otlp_not_imported(&in, n_logs, "log record");
	otlp_not_imported(&in, state->n_metrics, "metric");
	return true;
}

static void otlp_state_done(void *state)
{
	otlp_log_done(&((struct otlp_state *)state)->logs);
}

/* ---- detection */

static int otlp_probe(const struct sample *sample, const char **why)
{
	static const struct {
		const char *key;
		int score;
		const char *why;
	} signs[] = {
	    {"resourceSpans",                         96, "has resourceSpans"                          },
	    {"result.resourceSpans",                  95, "has result.resourceSpans (Jaeger API v3)"   },
	    {"trace.resourceSpans",                   95, "has trace.resourceSpans (Tempo)"            },
	    {"trace.batches",                         92, "has trace.batches (Tempo)"                  },
	    {"batches[].scopeSpans",                  94, "has batches of scopeSpans (Tempo)"          },
	    {"batches[].instrumentationLibrarySpans", 94, "has batches of spans (Grafana)"             },
	    {"scopeSpans",	                    90, "is one ResourceSpans: has scopeSpans"       },
	    {"instrumentationLibrarySpans",           90, "is one ResourceSpans of an old version"     },
	    {"resourceLogs",                          80, "OTLP logs, perhaps with spans further on"   },
	    {"resourceMetrics",                       80, "OTLP metrics, perhaps with spans further on"},
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (sample_has(sample, signs[i].key)) {
			*why = signs[i].why;
			return signs[i].score;
		}
	}
	*why = "no resourceSpans";
	return 0;
}

const struct format format_otlp = {
    .name = "otlp",
    .title = "OpenTelemetry OTLP (JSON and protobuf)",
    .spec_url = "https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding",
    .how = "resourceSpans, batches or scopeSpans in the first JSON values, camelCase or snake_case",
    .fills = "traces, spans with messages, documents, events and links, scores of evaluation events",
    .example = "{\"resourceSpans\":[{\"resource\":{…},\"scopeSpans\":[{\"spans\":[{\"traceId\":…,\"spanId\":…}]}]}]}",
    .paths = otlp_paths,
    .loose_keys = true,
    .state_size = sizeof(struct otlp_state),
    .state_done = otlp_state_done,
    .probe = otlp_probe,
    .record = otlp_record,
    .frame_end = otlp_frame_end,
    .finish = otlp_finish,
};
