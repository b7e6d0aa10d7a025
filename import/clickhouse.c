/* Rows of the OpenTelemetry collector's ClickHouse exporter (table otel_traces) as clickhouse-client prints them: one object a line
 * (FORMAT JSONEachRow), or one document with the columns' names in "meta" and the rows in "data" (FORMAT JSON, and JSONCompact, whose
 * rows are lists). Attributes are a Map of texts, or with the newer JSON columns nested objects; events and links are parallel lists.
 * Times have no zone and are UTC unless the server's says otherwise; integers of 64 bits are text or numbers by setting.
 * Source: opentelemetry-collector-contrib exporter/clickhouseexporter/internal/sqltemplates (traces_table.sql, traces_json_table.sql);
 * clickhouse.com/docs/interfaces/formats. */
#include "import/attr_list.h"
#include "import/fields.h"
#include "import/otlp_value.h"
#include "import/semconv.h"

enum column {
	C_TIMESTAMP,
	C_TRACE_ID,
	C_SPAN_ID,
	C_PARENT_SPAN_ID,
	C_TRACE_STATE,
	C_SPAN_NAME,
	C_SPAN_KIND,
	C_SERVICE_NAME,
	C_RESOURCE,
	C_SCOPE_NAME,
	C_SCOPE_VERSION,
	C_ATTRIBUTES,
	C_DURATION,
	C_STATUS_CODE,
	C_STATUS_MESSAGE,
	C_EVENT_TIMES,
	C_EVENT_NAMES,
	C_EVENT_ATTRIBUTES,
	C_LINK_TRACE_IDS,
	C_LINK_SPAN_IDS,
	C_LINK_STATES,
	C_LINK_ATTRIBUTES,
	C_EVENTS,
	C_LINKS,
	N_COLUMNS
};

static const char *const columns[N_COLUMNS + 1] = {
    [C_TIMESTAMP] = "Timestamp",
    [C_TRACE_ID] = "TraceId",
    [C_SPAN_ID] = "SpanId",
    [C_PARENT_SPAN_ID] = "ParentSpanId",
    [C_TRACE_STATE] = "TraceState",
    [C_SPAN_NAME] = "SpanName",
    [C_SPAN_KIND] = "SpanKind",
    [C_SERVICE_NAME] = "ServiceName",
    [C_RESOURCE] = "ResourceAttributes",
    [C_SCOPE_NAME] = "ScopeName",
    [C_SCOPE_VERSION] = "ScopeVersion",
    [C_ATTRIBUTES] = "SpanAttributes",
    [C_DURATION] = "Duration",
    [C_STATUS_CODE] = "StatusCode",
    [C_STATUS_MESSAGE] = "StatusMessage",
    [C_EVENT_TIMES] = "Events.Timestamp",
    [C_EVENT_NAMES] = "Events.Name",
    [C_EVENT_ATTRIBUTES] = "Events.Attributes",
    [C_LINK_TRACE_IDS] = "Links.TraceId",
    [C_LINK_SPAN_IDS] = "Links.SpanId",
    [C_LINK_STATES] = "Links.TraceState",
    [C_LINK_ATTRIBUTES] = "Links.Attributes",
    [C_EVENTS] = "Events", /* flatten_nested = 0: a list of objects */
    [C_LINKS] = "Links",
};

struct row {
	struct otlp_in in;
	struct fields fields;
	struct val got[N_COLUMNS];
	struct span_in span;
	struct attr_list attrs, resource, scope;
};

/* ---- columns */

static enum column column_named(struct str name)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		if (str_is(name, columns[i]))
			return (enum column)i;
	}
	return N_COLUMNS;
}

/* What is no column of the exporter's table is an attribute. */
static void take_column(struct row *row, struct str name, struct val v)
{
	enum column c = column_named(name);

	if (c < N_COLUMNS)
		row->got[c] = v;
	else if (val_ok(v))
		attr_put_val(&row->attrs, name, v);
}

/* JSONCompact: the row's values in the order of meta. */
static bool take_list(struct row *row)
{
	struct val meta = frame_get(row->in.rec->frame, "meta", false);
	struct member name = val_first(meta);

	for (struct member m = val_first(row->in.rec->root); m.ok; m = val_next(m), name = val_next(name)) {
		if (!name.ok)
			return false;
		take_column(row, val_str(val_get(name.val, "name"), row->in.arena), m.val);
	}
	return true;
}

static bool take_columns(struct row *row)
{
	struct val root = row->in.rec->root;

	if (val_is(root, SCAN_ARRAY))
		return take_list(row);
	for (struct member m = val_first(root); m.ok; m = val_next(m))
		take_column(row, member_key(m, row->in.arena), m.val);
	return val_is(root, SCAN_OBJECT);
}

static struct str text_of(const struct row *row, enum column c)
{
	return field_text(&row->fields, row->got[c]);
}

/* ---- events and links: lists side by side, or one list of objects */

struct lists {
	struct member at[4];
	size_t n;
};

static struct lists lists_of(const struct row *row, enum column first, size_t n)
{
	struct lists l = {.n = n};

	for (size_t i = 0; i < n; i++) {
		struct val v = row->got[(size_t)first + i];

		l.at[i] = val_is(v, SCAN_ARRAY) ? val_first(v) : (struct member){.ok = false};
	}
	return l;
}

/* The next of each list; shorter ones give VAL_NONE. False: all are at their end. */
static bool next_of(struct lists *l, struct val *got)
{
	bool any = false;

	for (size_t i = 0; i < l->n; i++) {
		got[i] = l->at[i].ok ? l->at[i].val : VAL_NONE;
		any = any || l->at[i].ok;
		l->at[i] = val_next(l->at[i]);
	}
	return any;
}

static size_t longest(const struct row *row, enum column first, size_t n)
{
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		size_t count = val_count(row->got[(size_t)first + i]);

		most = count > most ? count : most;
	}
	return most;
}

static struct attrs_in flat(const struct row *row, struct val object, struct str state)
{
	struct attr_list list = {.arena = row->in.arena};

	attr_put_text(&list, STR_LIT("tracestate"), state);
	attr_put_flat(&list, object);
	return attr_all(&list);
}

static void put_event(struct row *row, struct event_in *event, const struct val *got)
{
	event->time_ns = field_time(&row->fields, got[0], "Events.Timestamp");
	event->name = val_text(got[1], row->in.arena);
	event->attrs = flat(row, got[2], STR_NONE);
}

static void put_link(struct row *row, struct link_in *link, const struct val *got)
{
	link->trace_id = otlp_id(&row->in, got[0], 16, "Links.TraceId");
	link->span_id = otlp_id(&row->in, got[1], 8, "Links.SpanId");
	link->attrs = flat(row, got[3], field_text(&row->fields, got[2]));
}

static void read_events(struct row *row)
{
	struct lists l = lists_of(row, C_EVENT_TIMES, 3);
	size_t n = size_add(longest(row, C_EVENT_TIMES, 3), val_count(row->got[C_EVENTS]));
	struct event_in *at = arena_zalloc(row->in.arena, n + 1, sizeof *at);
	struct val got[3] = {VAL_NONE};

	while (next_of(&l, got))
		put_event(row, &at[row->span.n_events++], got);
	for (struct member m = val_first(row->got[C_EVENTS]); m.ok; m = val_next(m)) {
		got[0] = val_get(m.val, "Timestamp");
		got[1] = val_get(m.val, "Name");
		got[2] = val_get(m.val, "Attributes");
		put_event(row, &at[row->span.n_events++], got);
	}
	row->span.events = at;
}

static void read_links(struct row *row)
{
	struct lists l = lists_of(row, C_LINK_TRACE_IDS, 4);
	size_t n = size_add(longest(row, C_LINK_TRACE_IDS, 4), val_count(row->got[C_LINKS]));
	struct link_in *at = arena_zalloc(row->in.arena, n + 1, sizeof *at);
	struct val got[4] = {VAL_NONE};

	while (next_of(&l, got))
		put_link(row, &at[row->span.n_links++], got);
	for (struct member m = val_first(row->got[C_LINKS]); m.ok; m = val_next(m)) {
		got[0] = val_get(m.val, "TraceId");
		got[1] = val_get(m.val, "SpanId");
		got[2] = val_get(m.val, "TraceState");
		got[3] = val_get(m.val, "Attributes");
		put_link(row, &at[row->span.n_links++], got);
	}
	row->span.links = at;
}

/* ---- the span */

static void read_ids(struct row *row)
{
	row->span.trace_id = otlp_id(&row->in, row->got[C_TRACE_ID], 16, "TraceId");
	row->span.id = otlp_id(&row->in, row->got[C_SPAN_ID], 8, "SpanId");
	row->span.parent_id = otlp_id(&row->in, row->got[C_PARENT_SPAN_ID], 8, "ParentSpanId");
	if (!row->span.trace_id.len)
		otlp_no_id(&row->in, row->got[C_TRACE_ID], "TraceId", "trace");
	if (!row->span.id.len)
		otlp_no_id(&row->in, row->got[C_SPAN_ID], "SpanId", "span");
}

static void read_times(struct row *row)
{
	int64_t duration = field_duration(&row->fields, row->got[C_DURATION], 1, "Duration");

	row->span.start_ns = field_time(&row->fields, row->got[C_TIMESTAMP], "Timestamp");
	if (row->span.start_ns == TIME_UNKNOWN || duration == UNKNOWN_INT ||
	    __builtin_add_overflow(row->span.start_ns, duration, &row->span.end_ns))
		row->span.end_ns = TIME_UNKNOWN;
}

static void read_attributes(struct row *row)
{
	attr_put_flat(&row->attrs, row->got[C_ATTRIBUTES]);
	attr_put_text(&row->attrs, STR_LIT("tracestate"), text_of(row, C_TRACE_STATE));
	attr_put_text(&row->resource, STR_LIT("service.name"), text_of(row, C_SERVICE_NAME));
	attr_put_flat(&row->resource, row->got[C_RESOURCE]);
	attr_put_text(&row->scope, STR_LIT("otel.scope.version"), text_of(row, C_SCOPE_VERSION));
	row->span.attrs = attr_all(&row->attrs);
	row->span.resource = attr_all(&row->resource);
	row->span.scope_attrs = attr_all(&row->scope);
}

static void report_wrong_types(const struct row *row)
{
	static const struct {
		enum column column;
		enum scan_type type;
	} wanted[] = {
	    {C_RESOURCE,         SCAN_OBJECT},
	    {C_ATTRIBUTES,       SCAN_OBJECT},
	    {C_EVENT_TIMES,      SCAN_ARRAY },
	    {C_EVENT_NAMES,      SCAN_ARRAY },
	    {C_EVENT_ATTRIBUTES, SCAN_ARRAY },
	    {C_LINK_TRACE_IDS,   SCAN_ARRAY },
	    {C_LINK_SPAN_IDS,    SCAN_ARRAY },
	    {C_LINK_STATES,      SCAN_ARRAY },
	    {C_LINK_ATTRIBUTES,  SCAN_ARRAY },
	    {C_EVENTS,           SCAN_ARRAY },
	    {C_LINKS,            SCAN_ARRAY },
	};

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
		struct val v = row->got[wanted[i].column];

		if (val_ok(v) && !val_is(v, wanted[i].type))
			import_problem(row->in.im, row->in.rec, SEVERITY_WARNING, "bad-value",
			               str_of(columns[wanted[i].column]), "kept without it", "%s is not %s",
			               columns[wanted[i].column],
			               wanted[i].type == SCAN_ARRAY ? "a list" : "an object");
	}
}

static void read_row(struct row *row)
{
	read_ids(row);
	read_times(row);
	row->span.name = text_of(row, C_SPAN_NAME);
	row->span.otel_kind = otlp_kind(row->got[C_SPAN_KIND], row->in.arena);
	row->span.scope_name = text_of(row, C_SCOPE_NAME);
	row->span.status = otlp_status(text_of(row, C_STATUS_CODE));
	row->span.message = text_of(row, C_STATUS_MESSAGE);
	report_wrong_types(row);
	read_attributes(row);
	read_events(row);
	read_links(row);
	semconv_span(row->in.im, row->in.rec, &row->span);
}

static bool clickhouse_record(struct import *im, const struct record *rec, struct err *err)
{
	const struct attr_list empty = {.arena = im->arena};
	struct row row = {
	    .in = {.im = im,            .rec = rec, .arena = im->arena, .payload = sink_wants(im->sink, SINK_PAYLOAD)},
	    .fields = fields_of(im, rec),
	    .span = {.scope = {.family = STR_LIT("otlp")}}, /* the same ids as the spans it was given */
	    .attrs = empty,
	    .resource = empty,
	    .scope = empty,
	};

	(void)err;
	if (take_columns(&row))
		read_row(&row);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               val_is(rec->root, SCAN_ARRAY) ? "a row has more values than meta has columns"
		                                             : "not a row");
	fields_done(&row.fields);
	return true;
}

/* ---- detection */

static int rows_probe(const struct sample *s, const char **why)
{
	bool ids = sample_has(s, "TraceId") && sample_has(s, "SpanId") && sample_has(s, "SpanName");

	*why = "no rows of otel_traces";
	if (!ids || !(sample_has(s, "SpanAttributes") || sample_has(s, "ResourceAttributes") ||
	              (sample_has(s, "Timestamp") && sample_has(s, "Duration"))))
		return 0;
	*why = "rows with TraceId, SpanId and SpanName (ClickHouse otel_traces)";
	return 88;
}

/* The names of the columns of a JSONCompact document are values: they are looked for in the first one that was scanned, or, if the
 * sample cuts it off, as text. */
static bool has_column(const struct sample *s, const char *name)
{
	struct str quoted[] = {STR_LIT("\"TraceId\""), STR_LIT("\"SpanName\"")};
	struct val meta = s->n_values ? val_get(s->values[0], "meta") : VAL_NONE;

	for (struct member m = val_first(meta); m.ok; m = val_next(m)) {
		if (val_str_is(val_get(m.val, "name"), name))
			return true;
	}
	for (size_t i = 0; i < 2 && !meta.scan; i++) {
		if (str_is(str_cut(quoted[i], 1, quoted[i].len - 2), name))
			return str_find(s->bytes, quoted[i]) != SIZE_MAX;
	}
	return false;
}

static bool is_document(const struct sample *s)
{
	return sample_has(s, "meta[].name") && sample_has(s, "meta[].type") && has_column(s, "TraceId") &&
	       has_column(s, "SpanName");
}

static int clickhouse_probe(const struct sample *s, const char **why)
{
	if (!is_document(s))
		return rows_probe(s, why);
	*why = "meta with the columns of ClickHouse's otel_traces";
	return 89;
}

static const struct record_path clickhouse_paths[] = {
    {"data[]", 0},
    {"",       0},
    {NULL,     0},
};

const struct format format_clickhouse = {
    .name = "clickhouse",
    .title = "ClickHouse otel_traces (JSONEachRow, JSON, JSONCompact)",
    .spec_url =
        "https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/exporter/clickhouseexporter",
    .how = "rows with TraceId, SpanId, SpanName and SpanAttributes or ResourceAttributes; meta and data of such",
    .fills = "traces, spans with messages, documents, events and links",
    .example =
        "{\"Timestamp\":\"2026-11-20 09:12:00.123456789\",\"TraceId\":\"…\",\"SpanId\":\"…\",\"SpanName\":\"chat m\","
        "\"SpanAttributes\":{…}}",
    .seen = "documented shape, no real sample seen",
    .paths = clickhouse_paths,
    .probe = clickhouse_probe,
    .record = clickhouse_record,
};
