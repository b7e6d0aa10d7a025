/* Jaeger's own JSON: the query API and what its UI downloads (data[]), one bare trace, Elasticsearch documents (a search's answer or
 * lines of a dump), and the older model's JSON (base64 ids, ISO times, vType). A span names its process, which stands beside the list
 * of spans, as a rule behind it: in a trace larger than the window the spans come first, and the trace learns its service later.
 * Sources: jaegertracing/jaeger internal/uimodel/model.go, model/json and storage/elasticsearch/spanstore/internal/dbmodel; which
 * reference is the parent: jaeger-ui packages/jaeger-ui/src/model/OtelSpanFacade.ts. */
#include "import/attr_list.h"
#include "import/fields.h"
#include "import/otlp_value.h"
#include "import/semconv.h"

enum { SLOT_SPAN, SLOT_LONE, ID_MAX = 64, PROCESS_MAX = 128, MICROSECOND = 1000 };

/* The span that stands for its trace while the processes are still to come: one without a parent, then the earliest. */
struct late_trace {
	char id[ID_MAX], process[PROCESS_MAX];
	size_t id_len, process_len; /* id_len 0: none */
	int64_t start_ns;
	bool root;
};

struct jaeger_state {
	struct late_trace late;
};

static const struct record_path jaeger_paths[] = {
    {"data[].spans[]",      SLOT_SPAN},
    {"spans[]",             SLOT_SPAN},
    {"hits.hits[]._source", SLOT_SPAN},
    {"_source",             SLOT_SPAN},
    {"",                    SLOT_LONE},
    {NULL,                  0        },
};

struct jaeger_in {
	struct otlp_in in;
	struct fields fields;
	struct val span;
	struct span_in out;
	struct attr_list attrs, resource, scope;
};

/* ---- ids */

static struct str id_of(const struct jaeger_in *j, struct val v, size_t n_bytes, const char *path)
{
	return otlp_short_id(otlp_id(&j->in, v, n_bytes, path), false, j->in.arena);
}

/* ---- tags */

/* {key, type, value}; the older model has vType and one of vStr, vBool, … */
static struct val tag_value(struct val tag)
{
	static const char *const names[] = {"value", "vStr", "vInt64", "vFloat64", "vBool", "vBinary"};
	struct val v = VAL_NONE;

	for (size_t i = 0; i < sizeof names / sizeof *names && !v.scan; i++)
		v = val_get_loose(tag, names[i]);
	return v;
}

static void bad_tag(const struct jaeger_in *j, struct str key, const char *path, struct str type)
{
	import_problem(j->in.im, j->in.rec, SEVERITY_WARNING, "bad-value",
	               arena_printf(j->in.arena, "%s.%.*s", path, STR_ARG(key)), "kept as written",
	               "the value is not of type %.*s", STR_ARG(type));
}

/* int64 beyond JavaScript's reach, and everything in Elasticsearch, comes as text. */
static void put_tag(const struct jaeger_in *j, struct attr_list *list, struct val tag, const char *path)
{
	struct str key = val_str(val_get_loose(tag, "key"), j->in.arena);
	struct val type_val = val_get_loose(tag, "type"), v = tag_value(tag);
	struct str type = val_text(val_ok(type_val) ? type_val : val_get_loose(tag, "vType"), j->in.arena);
	struct attr_in attr = {.key = key};
	bool flag;

	if (str_ieq(type, "int64") && val_int64(v, &attr.integer)) {
		attr.type = ATTR_INT;
		attr_put(list, attr);
	} else if (str_ieq(type, "float64") && val_double(v, &attr.number)) {
		attr.type = ATTR_DOUBLE;
		attr.text = val_text(v, j->in.arena);
		attr_put(list, attr);
	} else if (str_ieq(type, "bool") && val_bool(v, &flag)) {
		attr.type = ATTR_BOOL;
		attr.integer = flag;
		attr_put(list, attr);
	} else {
		if (val_ok(v) && (str_ieq(type, "int64") || str_ieq(type, "float64") || str_ieq(type, "bool")))
			bad_tag(j, key, path, type);
		attr_put_val(list, key, v);
	}
}

/* ---- what tags say of the span itself */

enum meaning {
	MEANS_KIND,
	MEANS_STATUS,
	MEANS_MESSAGE,
	MEANS_SCOPE,
	MEANS_VERSION,
	MEANS_DROPPED,
	MEANS_NOTHING,
	MEANS_ERROR,
	N_MEANINGS
};

/* Tags that Jaeger makes of a span's fields go back where they came from. */
static const struct {
	const char *key;
	enum meaning means;
} synthetic[] = {
    {"error",                         MEANS_ERROR  },
    {"internal.span.format",          MEANS_NOTHING},
    {"otel.dropped_attributes_count", MEANS_DROPPED},
    {"otel.dropped_events_count",     MEANS_DROPPED},
    {"otel.dropped_links_count",      MEANS_DROPPED},
    {"otel.library.name",             MEANS_SCOPE  },
    {"otel.library.version",          MEANS_VERSION},
    {"otel.scope.name",               MEANS_SCOPE  },
    {"otel.scope.version",            MEANS_VERSION},
    {"otel.status_code",              MEANS_STATUS },
    {"otel.status_description",       MEANS_MESSAGE},
    {"span.kind",                     MEANS_KIND   },
};

static bool take_status(struct jaeger_in *j, struct str code)
{
	if (str_ieq(code, "ERROR"))
		j->out.status = STATUS_ERROR;
	else if (str_ieq(code, "OK") && j->out.status != STATUS_ERROR)
		j->out.status = STATUS_OK;
	return str_ieq(code, "ERROR") || str_ieq(code, "OK") || str_ieq(code, "UNSET");
}

/* False: it stays an attribute. */
static bool take_meaning(struct jaeger_in *j, enum meaning means, struct val v)
{
	struct str text = val_text(v, j->in.arena);
	int64_t n;
	bool flag;

	switch (means) {
	case MEANS_KIND: j->out.otel_kind = otlp_kind(v, j->in.arena); return j->out.otel_kind.len > 0;
	case MEANS_STATUS: return take_status(j, text);
	case MEANS_MESSAGE: j->out.message = text; return true;
	case MEANS_SCOPE: j->out.scope_name = text; return true;
	case MEANS_VERSION: attr_put_text(&j->scope, STR_LIT("otel.scope.version"), text); return true;
	case MEANS_ERROR:
		if (val_bool(v, &flag) && flag)
			j->out.status = STATUS_ERROR;
		return false;
	case MEANS_DROPPED:
		if (!val_int64(v, &n) || n < 0 || n > UINT32_MAX)
			return false;
		j->out.dropped += n;
		return true;
	case MEANS_NOTHING: return true;
	case N_MEANINGS: break;
	}
	return false;
}

static bool is_meaning(struct jaeger_in *j, struct str key, struct val v)
{
	for (size_t i = 0; i < sizeof synthetic / sizeof *synthetic; i++) {
		if (str_is(key, synthetic[i].key))
			return take_meaning(j, synthetic[i].means, v);
	}
	return false;
}

/* ---- lists of tags */

static void put_tags(struct jaeger_in *j, struct attr_list *list, struct val tags, const char *path)
{
	if (!otlp_is_list(&j->in, tags, path))
		return;
	for (struct member m = val_first(tags); m.ok; m = val_next(m)) {
		struct val key = val_get_loose(m.val, "key");

		if (!val_is(key, SCAN_STRING))
			import_problem(j->in.im, j->in.rec, SEVERITY_WARNING, "bad-value", str_of(path),
			               "kept without it", "a tag without a key");
		else if (list != &j->attrs || !is_meaning(j, val_str(key, j->in.arena), tag_value(m.val)))
			put_tag(j, list, m.val, path);
	}
}

/* Elasticsearch with tags as fields: {"tag":{"http@method":"GET"}}, @ for the dots. */
static struct str dotted(struct str key, struct arena *arena)
{
	char *at = arena_alloc(arena, key.len + 1);

	for (size_t i = 0; i < key.len; i++)
		at[i] = key.ptr[i] == '@' ? '.' : key.ptr[i];
	return (struct str){at, key.len};
}

static void put_tag_fields(const struct jaeger_in *j, struct attr_list *list, struct val tags)
{
	for (struct member m = val_first(tags); m.ok && m.key.scan; m = val_next(m))
		attr_put_val(list, dotted(member_key(m, j->in.arena), j->in.arena), m.val);
}

static void read_tags(struct jaeger_in *j)
{
	struct val tags = val_get_loose(j->span, "tags"), fields = val_get_loose(j->span, "tag");

	if (val_is(tags, SCAN_OBJECT)) { /* a hand-written file's way */
		fields = tags;
		tags = VAL_NONE;
	}
	put_tags(j, &j->attrs, tags, "tags");
	for (struct member m = val_first(fields); m.ok && m.key.scan; m = val_next(m)) {
		struct str key = dotted(member_key(m, j->in.arena), j->in.arena);

		if (!is_meaning(j, key, m.val))
			attr_put_val(&j->attrs, key, m.val);
	}
}

/* ---- logs, references, process */

static const char *const span_known[] = {
    "traceID", "spanID", "parentSpanID", "operationName", "references",      "startTime", "duration", "tags",
    "tag",     "logs",   "process",      "processID",     "startTimeMillis", "flags",     NULL};

static bool wants_fields(const struct jaeger_in *j, struct str event)
{
	return j->in.payload || str_is(event, "exception") || str_starts(event, "gen_ai.");
}

/* The event's name is a field of the log like the others. */
static void read_log(struct jaeger_in *j, struct val log, struct event_in *event)
{
	struct val fields = val_get_loose(log, "fields");
	struct attr_list list = {.arena = j->in.arena}, rest = {.arena = j->in.arena};

	event->time_ns = field_time_in(&j->fields, val_get_loose(log, "timestamp"), MICROSECOND, "logs.timestamp");
	for (struct member m = val_first(fields); m.ok && !event->name.len; m = val_next(m)) {
		if (val_str_is(val_get_loose(m.val, "key"), "event"))
			event->name = val_text(tag_value(m.val), j->in.arena);
	}
	if (!wants_fields(j, event->name))
		return;
	put_tags(j, &list, fields, "logs.fields");
	for (size_t i = 0; i < list.n; i++) {
		if (!str_is(list.at[i].key, "event"))
			attr_put(&rest, list.at[i]);
	}
	event->attrs = attr_all(&rest);
}

static void read_logs(struct jaeger_in *j)
{
	struct val logs = val_get_loose(j->span, "logs");
	struct event_in *at;

	if (!otlp_is_list(&j->in, logs, "logs"))
		return;
	at = arena_zalloc(j->in.arena, (size_t)val_count(logs) + 1, sizeof *at);
	for (struct member m = val_first(logs); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			read_log(j, m.val, &at[j->out.n_events++]);
	}
	j->out.events = at;
}

static bool is_child_of(struct val ref)
{
	struct val type = val_get_loose(ref, "refType");
	int64_t number = 1;

	/* the older model leaves its zero value out */
	return val_str_is(type, "CHILD_OF") || !val_ok(type) || (val_int64(type, &number) && number == 0);
}

/* The first reference of this kind into the span's own trace: its place in the list, or SIZE_MAX. */
static size_t find_parent(const struct jaeger_in *j, struct val refs, bool child_of)
{
	size_t i = 0;

	for (struct member m = val_first(refs); m.ok; m = val_next(m), i++) {
		struct val trace = val_get_loose(m.val, "traceID");

		if (is_child_of(m.val) != child_of || !val_ok(val_get_loose(m.val, "spanID")))
			continue;
		if (!val_ok(trace) || str_eq(id_of(j, trace, 16, "references.traceID"), j->out.trace_id))
			return i;
	}
	return SIZE_MAX;
}

static void read_link(struct jaeger_in *j, struct val ref, struct link_in *link)
{
	struct attr_list list = {.arena = j->in.arena};

	link->trace_id = id_of(j, val_get_loose(ref, "traceID"), 16, "references.traceID");
	link->span_id = id_of(j, val_get_loose(ref, "spanID"), 8, "references.spanID");
	attr_put_text(&list, STR_LIT("opentracing.ref_type"),
	              is_child_of(ref) ? STR_LIT("child_of") : STR_LIT("follows_from"));
	link->attrs = attr_all(&list);
}

static void read_references(struct jaeger_in *j)
{
	struct val refs = val_get_loose(j->span, "references");
	struct link_in *at;
	size_t parent, i = 0;

	j->out.parent_id = id_of(j, val_get_loose(j->span, "parentSpanID"), 8, "parentSpanID");
	if (!otlp_is_list(&j->in, refs, "references"))
		return;
	parent = find_parent(j, refs, true);
	if (parent == SIZE_MAX)
		parent = find_parent(j, refs, false);
	at = arena_zalloc(j->in.arena, (size_t)val_count(refs) + 1, sizeof *at);
	for (struct member m = val_first(refs); m.ok; m = val_next(m), i++) {
		if (i == parent)
			j->out.parent_id = id_of(j, val_get_loose(m.val, "spanID"), 8, "references.spanID");
		else if (val_is(m.val, SCAN_OBJECT))
			read_link(j, m.val, &at[j->out.n_links++]);
	}
	j->out.links = at;
}

/* Of spans whose processes are still to come, the one whose service will be the trace's. */
static void note_late(struct jaeger_in *j, struct str process)
{
	struct late_trace *late = &((struct jaeger_state *)j->in.im->state)->late;
	bool root = !j->out.parent_id.len;
	struct str id = j->out.trace_id;

	if (!id.len || id.len > ID_MAX || !process.len || process.len > PROCESS_MAX)
		return;
	if (late->id_len && (root != late->root ? late->root : j->out.start_ns >= late->start_ns))
		return;
	*late = (struct late_trace){
	    .id_len = id.len, .process_len = process.len, .start_ns = j->out.start_ns, .root = root};
	memcpy(late->id, id.ptr, id.len);
	memcpy(late->process, process.ptr, process.len);
}

static void read_process(struct jaeger_in *j)
{
	struct val process = val_get_loose(j->span, "process"), all = frame_get(j->in.rec->frame, "processes", true);
	struct str id = val_str(val_get_loose(j->span, "processID"), j->in.arena);

	if (!val_is(process, SCAN_OBJECT))
		process = val_find(all, id);
	if (!val_ok(process) && !val_ok(all))
		note_late(j, id);
	attr_put_text(&j->resource, STR_LIT("service.name"),
	              val_text(val_get_loose(process, "serviceName"), j->in.arena));
	if (!j->in.payload)
		return;
	put_tags(j, &j->resource, val_get_loose(process, "tags"), "process.tags");
	put_tag_fields(j, &j->resource, val_get_loose(process, "tag"));
}

/* ---- the span */

/* Microseconds; in the older model text with a unit: "0.005s", "100000ns". */
static int64_t duration_of(const struct jaeger_in *j, struct val v)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {
	    {"ns",  1         },
            {"us",  1000      },
            {"µs", 1000      },
            {"ms",  1000000   },
            {"s",   1000000000}
        };
	struct str text = val_str(v, j->in.arena);
	double d;

	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (str_ends(text, units[i].unit) &&
		    scan_double(str_cut(text, 0, text.len - strlen(units[i].unit)), &d) && d >= 0 &&
		    d < 9e18 / (double)units[i].ns)
			return (int64_t)(d * (double)units[i].ns + 0.5);
	}
	return field_duration(&j->fields, v, MICROSECOND, "duration");
}

static void read_times(struct jaeger_in *j)
{
	struct val start = val_get_loose(j->span, "startTime");
	int64_t duration = duration_of(j, val_get_loose(j->span, "duration"));

	j->out.start_ns = field_time_in(&j->fields, start, MICROSECOND, "startTime");
	if (!val_ok(start))
		j->out.start_ns = field_time_in(&j->fields, val_get_loose(j->span, "startTimeMillis"),
		                                1000 * MICROSECOND, "startTimeMillis");
	j->out.end_ns = TIME_UNKNOWN;
	if (j->out.start_ns != TIME_UNKNOWN && duration != UNKNOWN_INT &&
	    __builtin_add_overflow(j->out.start_ns, duration, &j->out.end_ns))
		j->out.end_ns = TIME_UNKNOWN;
}

static void read_ids(struct jaeger_in *j)
{
	struct val trace = val_get_loose(j->span, "traceID"), span = val_get_loose(j->span, "spanID");

	if (!val_ok(trace))
		trace = frame_get(j->in.rec->frame, "traceID", true);
	j->out.trace_id = id_of(j, trace, 16, "traceID");
	j->out.id = id_of(j, span, 8, "spanID");
	if (!j->out.trace_id.len)
		otlp_no_id(&j->in, trace, "traceID", "trace");
	if (!j->out.id.len)
		otlp_no_id(&j->in, span, "spanID", "span");
}

static void read_span(struct jaeger_in *j)
{
	read_ids(j);
	j->out.name = val_str(val_get_loose(j->span, "operationName"), j->in.arena);
	read_times(j);
	read_tags(j);
	read_logs(j);
	read_references(j);
	read_process(j);
	if (j->in.payload)
		attr_put_others(&j->attrs, j->span, span_known);
	j->out.attrs = attr_all(&j->attrs);
	j->out.resource = attr_all(&j->resource);
	j->out.scope_attrs = attr_all(&j->scope);
	semconv_span(j->in.im, j->in.rec, &j->out);
}

/* What the API says went wrong or is doubtful, and lists that are none. */
static void report_around(struct import *im, const struct record *rec, struct val object)
{
	static const char *const lists[] = {"data", "spans"};

	for (struct member m = val_first(val_get_loose(object, "errors")); m.ok; m = val_next(m)) {
		struct val said = val_get_loose(m.val, "msg");

		import_problem(im, rec, SEVERITY_WARNING, "bad-value", STR_LIT("errors"), "what came with it is kept",
		               "Jaeger reports an error: %.*s",
		               STR_ARG(val_text(val_ok(said) ? said : m.val, im->arena)));
	}
	for (struct member m = val_first(val_get_loose(object, "warnings")); m.ok; m = val_next(m))
		import_problem(im, rec, SEVERITY_WARNING, "bad-value", STR_LIT("warnings"), "kept",
		               "Jaeger warns of a trace: %.*s", STR_ARG(val_text(m.val, im->arena)));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		if (val_ok(val_get_loose(object, lists[i])))
			import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", str_of(lists[i]), "nothing read from it",
			               "%s is not a list", lists[i]);
	}
}

/* A top-level value without a list of spans: a span, or an answer that holds none. */
static void read_lone(struct jaeger_in *j)
{
	bool is_span = val_ok(val_get_loose(j->span, "operationName")) || val_ok(val_get_loose(j->span, "spanID"));

	if (is_span) {
		read_span(j);
		return;
	}
	report_around(j->in.im, j->in.rec, j->span);
	if (!val_first(val_get_loose(j->span, "errors")).ok)
		import_problem(j->in.im, j->in.rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "neither a span nor a trace");
}

static bool jaeger_record(struct import *im, const struct record *rec, struct err *err)
{
	struct attr_list empty = {.arena = im->arena};
	struct jaeger_in j = {
	    .in = {.im = im,            .rec = rec, .arena = im->arena, .payload = sink_wants(im->sink, SINK_PAYLOAD)},
	    .fields = fields_of(im, rec),
	    .span = rec->root,
	    .out = {.scope = {.family = STR_LIT("jaeger")}},
	    .attrs = empty,
	    .resource = empty,
	    .scope = empty,
	};

	(void)err;
	if (val_is(rec->root, SCAN_OBJECT) && rec->slot == SLOT_LONE)
		read_lone(&j);
	else if (val_is(rec->root, SCAN_OBJECT))
		read_span(&j);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "not an object");
	fields_done(&j.fields);
	return true;
}

/* ---- frames */

static void tell_service(struct import *im, const struct late_trace *late, struct val processes)
{
	struct val process = val_find(processes, (struct str){late->process, late->process_len});
	struct trace trace = trace_start("jaeger");

	trace.id = (struct str){late->id, late->id_len};
	trace.service = val_text(val_get_loose(process, "serviceName"), im->arena);
	if (trace.service.len)
		sink_trace(im->sink, &trace);
}

static bool jaeger_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct jaeger_state *state = im->state;
	struct val processes = val_get_loose(frame->root, "processes");

	(void)err;
	report_around(im, &(struct record){.frame = frame}, frame->root);
	if (state->late.id_len && val_is(processes, SCAN_OBJECT)) {
		tell_service(im, &state->late, processes);
		state->late.id_len = 0;
	}
	return true;
}

/* ---- detection */

static int jaeger_probe(const struct sample *s, const char **why)
{
	static const struct {
		const char *keys[3];
		int score;
		const char *why;
	} signs[] = {
	    {{"data[].spans[].operationName", "data[].traceID"},
	     95,	                                                              "has data of traceID and spans (Jaeger API or UI)"},
	    {{"data[].traceID", "data[].spans", "data[].processes"},
	     94,	                                                              "has data of traceID and spans (Jaeger API or UI)"},
	    {{"spans[].operationName", "spans[].spanID", "processes"},            93, "is one Jaeger trace: spans and processes"        },
	    {{"spans[].operationName", "spans[].spanID", "spans[].processID"},
	     93,	                                                              "is one Jaeger trace: spans with processID"       },
	    {{"spans[].operationName", "spans[].spanID", "spans[].process"},
	     92,	                                                              "is one Jaeger trace: spans with a process"       },
	    {{"traceID", "spans", "processes"},                                   91, "is one Jaeger trace without spans"               },
	    {{"hits.hits[]._source.operationName", "hits.hits[]._source.spanID"},
	     90,	                                                              "is an Elasticsearch answer with Jaeger spans"    },
	    {{"_source.operationName", "_source.spanID"},                         90, "is an Elasticsearch dump of Jaeger spans"        },
	    {{"operationName", "spanID", "traceID"},                              88, "is a Jaeger span"                                },
	    {{"errors[].msg", "data", "total"},                                   60, "is an answer of Jaeger's API that has an error"  },
	};

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		bool all = true;

		for (size_t k = 0; k < 3 && signs[i].keys[k] && all; k++)
			all = sample_has(s, signs[i].keys[k]);
		if (all) {
			*why = signs[i].why;
			return signs[i].score;
		}
	}
	*why = "no Jaeger spans with operationName";
	return 0;
}

const struct format format_jaeger = {
    .name = "jaeger",
    .title = "Jaeger JSON",
    .spec_url = "https://www.jaegertracing.io/docs/latest/architecture/apis/",
    .how = "data[] of traceID, spans and processes; one such trace or span alone; Elasticsearch documents of spans",
    .fills = "traces, spans with messages, documents, events and links",
    .example = "{\"data\":[{\"traceID\":\"…\",\"spans\":[{\"spanID\":\"…\",\"operationName\":\"…\",\"tags\":[…]}],"
               "\"processes\":{…}}]}",
    .paths = jaeger_paths,
    .loose_keys = true,
    .state_size = sizeof(struct jaeger_state),
    .probe = jaeger_probe,
    .record = jaeger_record,
    .frame_end = jaeger_frame_end,
};
