/* AgentOps: a trace as its API and dashboard give it, with the spans' attributes turned into nested objects; they are made flat again
 * and read as any OpenTelemetry span's. (What its SDK sends is OTLP.) A list of traces holds no spans: it is refused by name.
 * Source: AgentOps-AI/agentops app/api/agentops/api/routes/v4/traces/responses.py, public/v1/traces.py, public/v1/spans.py. */
#include <stdlib.h>

#include "import/fields.h"
#include "import/semconv.h"

enum { FLAT_DEPTH = 16, TOO_LITTLE = 15 };

static const struct record_path agentops_paths[] = {
    {"",        0}, /* one span */
    {"spans[]", 0},
    {NULL,      0},
};

/* ---------------------------------------------------------------- attributes */

struct flat {
	struct arena *arena;
	VEC(struct attr_in) list;
};

static struct attr_in attr_of(struct str key, struct val v)
{
	struct attr_in attr = {.key = key, .type = ATTR_JSON, .text = val_raw(v)};
	if (val_is(v, SCAN_STRING))
		return (struct attr_in){.key = key, .type = ATTR_STRING, .string = v};
	if (val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE))
		return (struct attr_in){.key = key, .type = ATTR_BOOL, .integer = val_is(v, SCAN_TRUE)};
	if (val_is(v, SCAN_NUMBER) && scan_int64(attr.text, &attr.integer))
		attr.type = ATTR_INT;
	else if (val_is(v, SCAN_NUMBER) && val_double(v, &attr.number))
		attr.type = ATTR_DOUBLE;
	return attr;
}

static struct str below(const struct flat *f, struct str prefix, struct member m, size_t i)
{
	struct str key = m.key.scan ? member_key(m, f->arena) : arena_printf(f->arena, "%zu", i);
	if (!prefix.len)
		return key;
	return arena_printf(f->arena, STR_FMT "." STR_FMT, STR_ARG(prefix), STR_ARG(key));
}

static bool is_nest(struct val v)
{
	return (val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)) && val_first(v).ok;
}

/* {"a":{"b":[{"c":1}]}} is a.b.0.c = 1. */
static void flatten(struct flat *f, struct str prefix, struct val v)
{
	struct {
		struct member at;
		struct str prefix;
		size_t i;
	} stack[FLAT_DEPTH];
	size_t n = 0;
	if (!is_nest(v))
		return;
	stack[n].at = val_first(v);
	stack[n].i = 0;
	stack[n++].prefix = prefix;
	while (n > 0) {
		struct member m = stack[n - 1].at;
		if (!m.ok) {
			n--;
			continue;
		}
		stack[n - 1].at = val_next(m);
		struct str key = below(f, stack[n - 1].prefix, m, stack[n - 1].i++);
		if (is_nest(m.val) && n < FLAT_DEPTH) {
			stack[n].at = val_first(m.val);
			stack[n].i = 0;
			stack[n++].prefix = key;
		} else if (val_ok(m.val)) {
			*vec_add(&f->list) = attr_of(key, m.val);
		}
	}
}

/* The arena's copy; the list is empty again. */
static struct attrs_in taken(struct flat *f)
{
	struct attr_in *at = arena_alloc(f->arena, (f->list.n + 1) * sizeof *at);
	struct attrs_in attrs = {.at = at, .n = f->list.n};
	if (f->list.n)
		memcpy(at, f->list.at, f->list.n * sizeof *at);
	vec_clear(&f->list);
	return attrs;
}

/* ---------------------------------------------------------------- spans */

static const char *const mapped[] = {
    "span_id",     "parent_span_id",   "span_name",           "span_kind",       "service_name",
    "start_time",  "end_time",         "status_code",         "status_message",  "attributes",
    "trace_id",    "project_id",       "resource_attributes", "span_attributes", "event_timestamps",
    "event_names", "event_attributes", "link_trace_ids",      "link_span_ids",   "link_attributes",
    NULL};

static struct attrs_in attributes_of(struct flat *flat, struct val row)
{
	flatten(flat, STR_NONE, val_get(row, "attributes"));
	flatten(flat, STR_NONE, val_get(row, "span_attributes"));
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		bool told = !val_ok(m.val);
		for (size_t i = 0; mapped[i] && !told; i++)
			told = member_is(m, mapped[i]);
		if (!told)
			*vec_add(&flat->list) = attr_of(member_key(m, flat->arena), m.val);
	}
	return taken(flat);
}

static struct attrs_in resource_of(struct flat *flat, struct val row)
{
	struct val service = val_get(row, "service_name");
	if (val_is(service, SCAN_STRING))
		*vec_add(&flat->list) = attr_of(STR_LIT("service.name"), service);
	flatten(flat, STR_NONE, val_get(row, "resource_attributes"));
	return taken(flat);
}

/* Lists side by side: names, times, attributes. */
static void read_events(struct fields *f, struct flat *flat, struct span_in *span, struct val row)
{
	struct val names = val_get(row, "event_names"), times = val_get(row, "event_timestamps");
	struct member time = val_first(times), attrs = val_first(val_get(row, "event_attributes"));
	if (!val_is(names, SCAN_ARRAY))
		return;
	struct event_in *events = arena_zalloc(f->arena, (size_t)val_count(names) + 1, sizeof *events);
	for (struct member m = val_first(names); m.ok; m = val_next(m)) {
		struct event_in *e = &events[span->n_events++];
		e->name = val_text(m.val, f->arena);
		e->time_ns = time.ok ? field_time(f, time.val, "event_timestamps") : TIME_UNKNOWN;
		if (attrs.ok)
			flatten(flat, STR_NONE, attrs.val);
		e->attrs = taken(flat);
		time = val_next(time);
		attrs = val_next(attrs);
	}
	span->events = events;
}

static void read_links(struct fields *f, struct span_in *span, struct val row)
{
	struct val traces = val_get(row, "link_trace_ids");
	struct member id = val_first(val_get(row, "link_span_ids"));
	if (!val_is(traces, SCAN_ARRAY))
		return;
	struct link_in *links = arena_zalloc(f->arena, (size_t)val_count(traces) + 1, sizeof *links);
	for (struct member m = val_first(traces); m.ok; m = val_next(m), id = val_next(id)) {
		links[span->n_links].trace_id = val_text(m.val, f->arena);
		links[span->n_links++].span_id = id.ok ? val_text(id.val, f->arena) : STR_NONE;
	}
	span->links = links;
}

static void read_status(const struct fields *f, struct span_in *span, struct val row)
{
	struct str code = field_text(f, val_get(row, "status_code"));
	if (str_starts(code, "STATUS_CODE_"))
		code = str_from(code, strlen("STATUS_CODE_"));
	span->status = str_ieq(code, "unset") ? STATUS_UNSET : field_status(code);
	span->message = field_text(f, val_get(row, "status_message"));
}

static const struct field_rule rules[] = {
    {"attributes",          FIELD_EITHER},
    {"span_attributes",     FIELD_EITHER},
    {"resource_attributes", FIELD_EITHER},
    {"event_names",         FIELD_LIST  },
    {"event_timestamps",    FIELD_LIST  },
    {"event_attributes",    FIELD_LIST  },
    {"link_trace_ids",      FIELD_LIST  },
    {"link_span_ids",       FIELD_LIST  },
    {NULL,                  FIELD_OBJECT},
};

static void read_span(struct fields *f, struct val row)
{
	struct flat flat = {.arena = f->arena};
	struct span_in span = {.scope = {.family = STR_LIT("agentops")}};
	struct val trace = FIELD_ANY(row, "trace_id");
	fields_expect(f, row, rules, "");
	span.trace_id = field_text(f, val_ok(trace) ? trace : frame_get(f->rec->frame, "trace_id", false));
	span.id = field_text(f, val_get(row, "span_id"));
	if (!span.id.len) {
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(row, SCAN_OBJECT) ? "not a span: no span_id" : "not an object");
		return;
	}
	if (!span.trace_id.len)
		import_problem(f->im, f->rec, SEVERITY_WARNING, "bad-value", STR_NONE, "kept as a trace of its own",
		               "a span that names no trace");
	span.parent_id = field_text(f, val_get(row, "parent_span_id"));
	span.name = field_text(f, val_get(row, "span_name"));
	span.otel_kind = field_text(f, val_get(row, "span_kind"));
	span.start_ns = field_time(f, val_get(row, "start_time"), "start_time");
	span.end_ns = field_time(f, val_get(row, "end_time"), "end_time");
	read_status(f, &span, row);
	span.attrs = attributes_of(&flat, row);
	span.resource = resource_of(&flat, row);
	read_events(f, &flat, &span, row);
	read_links(f, &span, row);
	semconv_span(f->im, f->rec, &span);
	vec_done(&flat.list);
}

static bool agentops_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	read_span(&f, rec->root);
	fields_done(&f);
	return true;
}

static bool agentops_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct record none = {0};
	struct fields f = fields_of(im, &none);
	struct trace trace = trace_start("agentops");
	(void)err;
	trace.id = field_text(&f, val_get(frame->root, "trace_id"));
	trace.tags = field_tags(&f, val_get(frame->root, "tags"), &trace.n_tags);
	if (trace.id.len && trace.n_tags)
		sink_trace(im->sink, &trace);
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int agentops_probe(const struct sample *sample, const char **why)
{
	bool list = (sample_has(sample, "traces[].root_span_name") && sample_has(sample, "traces[].span_count")) ||
	            (sample_has(sample, "root_span_name") && sample_has(sample, "span_count"));
	if (sample_has(sample, "spans[].span_name") && sample_has(sample, "spans[].span_id") &&
	    sample_has(sample, "trace_id")) {
		*why = "trace_id with spans[] of span_id and span_name";
		return 88;
	}
	if (sample_has(sample, "span_name") && sample_has(sample, "span_id") && sample_has(sample, "span_attributes")) {
		*why = "rows have span_id, span_name and span_attributes";
		return 80;
	}
	*why = list ? "a list of AgentOps traces without their spans: get the traces themselves"
	            : "no spans with span_name";
	return list ? TOO_LITTLE : 0;
}

const struct format format_agentops = {
    .name = "agentops",
    .title = "AgentOps traces",
    .spec_url = "https://docs.agentops.ai/v2/usage/public-api",
    .how = "trace_id with spans[] of span_id and span_name; or such a span by itself",
    .fills = "as OpenTelemetry: spans with messages, tokens, events and links; the trace's tags",
    .example = "{\"trace_id\":\"…\",\"spans\":[{\"span_id\":\"…\",\"span_name\":\"…\",\"span_attributes\":{…},…}]}",
    .seen = "documented shape, no real sample seen",
    .paths = agentops_paths,
    .probe = agentops_probe,
    .record = agentops_record,
    .frame_end = agentops_frame_end,
};
