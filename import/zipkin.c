/* Zipkin v2 JSON: a list of spans, a list of such lists (/api/v2/traces), or lines of either. Version 1 is recognised and refused.
 * The two halves of a call may share one id: the answering one says so ("shared": true) and becomes a span of its own, ID.server
 * (store/model.h), below the caller's; the store finds the half below which a child belongs.
 * Sources: openzipkin/zipkin-api zipkin2-api.yaml; zipkin2.internal.SpanNode; annotations that hold an event's attributes:
 * opentelemetry-specification trace/sdk_exporters/zipkin.md. */
#include "import/attr_list.h"
#include "import/fields.h"
#include "import/otlp_value.h"
#include "import/semconv.h"

enum { MICROSECOND = 1000 };

struct zipkin_in {
	struct otlp_in in;
	struct fields fields;
	struct val record;
	struct span_in span;
	struct attr_list attrs, resource, scope;
};

static const char *const known[] = {"traceId",        "parentId",    "id",       "kind",
                                    "name",           "timestamp",   "duration", "localEndpoint",
                                    "remoteEndpoint", "annotations", "tags",     NULL};

static struct val member_of(const struct zipkin_in *z, const char *key)
{
	return val_get(z->record, key);
}

/* ---- ids: hex without the zeros in front means the same (zipkin2.Span.normalizeTraceId) */

static struct str id_of(const struct zipkin_in *z, const char *key, size_t n_bytes)
{
	return otlp_short_id(otlp_id(&z->in, member_of(z, key), n_bytes, key), true, z->in.arena);
}

static void read_ids(struct zipkin_in *z)
{
	struct str answer;
	bool shared;

	z->span.trace_id = id_of(z, "traceId", 16);
	z->span.id = id_of(z, "id", 8);
	z->span.parent_id = id_of(z, "parentId", 8);
	if (!z->span.trace_id.len)
		otlp_no_id(&z->in, member_of(z, "traceId"), "traceId", "trace");
	if (!z->span.id.len)
		otlp_no_id(&z->in, member_of(z, "id"), "id", "span");
	if (!val_bool(member_of(z, "shared"), &shared) || !shared || str_is(z->span.otel_kind, "client"))
		return;
	answer = arena_printf(z->in.arena, "%.*s%s", STR_ARG(z->span.id), MODEL_ANSWER);
	if (model_is_answer(answer))
		z->span.id = answer;
}

/* ---- tags: every value is text */

/* "error" is an error whatever it says, but "false", which some write by mistake; other words are its message. */
static void take_error(struct zipkin_in *z, struct str text)
{
	if (str_ieq(text, "false"))
		return;
	z->span.status = STATUS_ERROR;
	if (text.len && !str_ieq(text, "true"))
		z->span.message = text;
}

/* What OpenTelemetry's exporter made tags of goes back where it came from. False: an attribute like any other. */
static bool take_otel_tag(struct zipkin_in *z, struct str key, struct val v)
{
	struct str text = val_text(v, z->in.arena);

	if (str_is(key, "otel.scope.name") || str_is(key, "otel.library.name")) {
		z->span.scope_name = text;
	} else if (str_is(key, "otel.scope.version") || str_is(key, "otel.library.version")) {
		if (!z->scope.n)
			attr_put_text(&z->scope, STR_LIT("otel.scope.version"), text);
	} else if (str_is(key, "otel.status_code")) {
		if (z->span.status != STATUS_ERROR)
			z->span.status = otlp_status(text);
	} else {
		return false;
	}
	return true;
}

static void read_tags(struct zipkin_in *z)
{
	struct val tags = member_of(z, "tags");

	if (val_ok(tags) && !val_is(tags, SCAN_OBJECT))
		import_problem(z->in.im, z->in.rec, SEVERITY_WARNING, "bad-value", STR_LIT("tags"), "kept without them",
		               "tags is not an object");
	for (struct member m = val_first(tags); m.ok && m.key.scan; m = val_next(m)) {
		struct str key = member_key(m, z->in.arena);

		if (str_is(key, "error"))
			take_error(z, val_text(m.val, z->in.arena));
		if (!take_otel_tag(z, key, m.val))
			attr_put_val(&z->attrs, key, m.val);
	}
}

static void put_endpoint(struct zipkin_in *z, struct attr_list *list, const char *name, bool service_too)
{
	for (struct member m = val_first(member_of(z, name)); m.ok && m.key.scan; m = val_next(m)) {
		struct str key = member_key(m, z->in.arena);

		if (val_ok(m.val) && (service_too || !str_is(key, "serviceName")))
			attr_put_val(list, arena_printf(z->in.arena, "%s.%.*s", name, STR_ARG(key)), m.val);
	}
}

static void read_endpoints(struct zipkin_in *z)
{
	attr_put_text(&z->resource, STR_LIT("service.name"),
	              field_text(&z->fields, val_get(member_of(z, "localEndpoint"), "serviceName")));
	if (!z->in.payload)
		return;
	put_endpoint(z, &z->resource, "localEndpoint", false);
	put_endpoint(z, &z->attrs, "remoteEndpoint", true);
}

/* ---- annotations */

/* "name": {…}, as OpenTelemetry writes an event. */
static bool read_otel_event(struct zipkin_in *z, struct str text, struct event_in *event)
{
	const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct attr_list list = {.arena = z->in.arena};
	struct str whole;
	struct scan *scan;
	struct member m;

	if (!str_starts(text, "\"") || !str_ends(text, "}"))
		return false;
	whole = arena_printf(z->in.arena, "{%s}", arena_str(z->in.arena, text).ptr);
	scan = xcalloc(1, sizeof *scan);
	*vec_add(&z->fields.scans) = scan; /* its values are looked at until the record is done */
	m = scan_text(scan, whole, &opts) ? val_first(scan_root(scan)) : (struct member){.ok = false};
	if (!m.ok || !val_is(m.val, SCAN_OBJECT) || val_next(m).ok)
		return false;
	event->name = member_key(m, z->in.arena);
	attr_put_flat(&list, m.val);
	event->attrs = attr_all(&list);
	return true;
}

static void read_annotations(struct zipkin_in *z)
{
	struct val list = member_of(z, "annotations");
	struct event_in *at;

	if (!otlp_is_list(&z->in, list, "annotations"))
		return;
	at = arena_zalloc(z->in.arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct event_in *event = &at[z->span.n_events];
		struct str text = val_text(val_get(m.val, "value"), z->in.arena);

		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		event->time_ns =
		    field_time_in(&z->fields, val_get(m.val, "timestamp"), MICROSECOND, "annotations.timestamp");
		if (!read_otel_event(z, text, event))
			event->name = text;
		z->span.n_events++;
	}
	z->span.events = at;
}

/* ---- the span */

/* Either may be missing: a half of which only the other host knows it, a span reported before its end. */
static void read_times(struct zipkin_in *z)
{
	int64_t duration = field_duration(&z->fields, member_of(z, "duration"), MICROSECOND, "duration");

	z->span.start_ns = field_time_in(&z->fields, member_of(z, "timestamp"), MICROSECOND, "timestamp");
	if (z->span.start_ns == TIME_UNKNOWN || duration == UNKNOWN_INT ||
	    __builtin_add_overflow(z->span.start_ns, duration, &z->span.end_ns))
		z->span.end_ns = TIME_UNKNOWN;
}

static void read_span(struct zipkin_in *z)
{
	z->span.otel_kind = otlp_kind(member_of(z, "kind"), z->in.arena);
	read_ids(z);
	read_times(z);
	z->span.name = val_str(member_of(z, "name"), z->in.arena);
	read_tags(z);
	read_endpoints(z);
	read_annotations(z);
	if (z->in.payload)
		attr_put_others(&z->attrs, z->record, known);
	z->span.attrs = attr_all(&z->attrs);
	z->span.resource = attr_all(&z->resource);
	z->span.scope_attrs = attr_all(&z->scope);
	semconv_span(z->in.im, z->in.rec, &z->span);
}

static const char *why_not(struct val record)
{
	if (!val_is(record, SCAN_OBJECT))
		return "not an object";
	return val_get(record, "binaryAnnotations").scan ? "a span of Zipkin version 1: export it with /api/v2" : NULL;
}

static bool zipkin_record(struct import *im, const struct record *rec, struct err *err)
{
	const struct attr_list empty = {.arena = im->arena};
	struct zipkin_in z = {
	    .in = {.im = im,            .rec = rec, .arena = im->arena, .payload = sink_wants(im->sink, SINK_PAYLOAD)},
	    .fields = fields_of(im, rec),
	    .record = rec->root,
	    .span = {.scope = {.family = STR_LIT("zipkin")}},
	    .attrs = empty,
	    .resource = empty,
	    .scope = empty,
	};
	const char *why = why_not(rec->root);

	(void)err;
	if (why)
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s", why);
	else
		read_span(&z);
	fields_done(&z.fields);
	return true;
}

/* ---- detection */

/* Of this century, if it is a number of microseconds. */
static bool is_microseconds(struct val v)
{
	int64_t n;

	return val_is(v, SCAN_NUMBER) && val_int64(v, &n) && n > 900000000000000 && n < 9000000000000000;
}

/* A span without localEndpoint must at least have the integer times of one. */
static bool has_times(const struct sample *s)
{
	for (size_t i = 0; i < s->n_values; i++) {
		struct val v = s->values[i];

		if (is_microseconds(val_get(v, "timestamp")) &&
		    (val_get(v, "duration").scan || val_get(v, "kind").scan))
			return true;
	}
	return false;
}

static int zipkin_probe(const struct sample *s, const char **why)
{
	*why = "no spans with traceId, id and localEndpoint";
	if (!sample_has(s, "traceId") || !sample_has(s, "id") || sample_has(s, "spanId"))
		return 0;
	if (sample_has(s, "binaryAnnotations")) {
		*why = "spans of Zipkin version 1, which is not read: export them with /api/v2";
		return 19;
	}
	if (sample_has(s, "localEndpoint") || sample_has(s, "remoteEndpoint")) {
		*why = "spans with traceId, id and localEndpoint (Zipkin v2)";
		return 90;
	}
	if (!has_times(s))
		return 0;
	*why = "spans with traceId, id and times in microseconds (Zipkin v2)";
	return 60;
}

const struct format format_zipkin = {
    .name = "zipkin",
    .title = "Zipkin v2 JSON",
    .spec_url = "https://zipkin.io/zipkin-api/",
    .how = "spans with traceId, id and localEndpoint, or integer times; lists, lists of lists, lines",
    .fills = "traces, spans with events",
    .example = "[{\"traceId\":\"…\",\"id\":\"…\",\"kind\":\"CLIENT\",\"name\":\"get\",\"timestamp\":1571896375322000,"
               "\"localEndpoint\":{\"serviceName\":\"…\"}}]",
    .probe = zipkin_probe,
    .record = zipkin_record,
};
