/* Pydantic Logfire's records: what its query API answers ({"columns":[…],"rows":[…]}), rows a line, and the older answer of columns
 * that hold their values. Source: pydantic/logfire docs/reference/sql.md and docs/how-to-guides/query-api.md. */
#include "import/columns.h"
#include "import/semconv.h"
#include "import/span_json.h"

enum { SLOT_ROW, SLOT_JOINED };

struct logfire_state {
	uint64_t n_span_events;
};

static const struct record_path logfire_paths[] = {
    {"",       SLOT_ROW},
    {"rows[]", SLOT_ROW},
    {NULL,     0       },
};

/* ---- a row */

/* Columns with a place of their own; the others stay attributes. */
static const struct str row_keys[] = {
    STR_INIT("trace_id"),
    STR_INIT("span_id"),
    STR_INIT("parent_span_id"),
    STR_INIT("span_name"),
    STR_INIT("message"),
    STR_INIT("kind"),
    STR_INIT("level"),
    STR_INIT("start_timestamp"),
    STR_INIT("end_timestamp"),
    STR_INIT("duration"),
    STR_INIT("attributes"),
    STR_INIT("tags"),
    STR_INIT("service_name"),
    STR_INIT("otel_status_code"),
    STR_INIT("otel_status_message"),
    STR_INIT("otel_events"),
    STR_INIT("otel_links"),
    STR_INIT("otel_scope_name"),
    STR_INIT("otel_resource_attributes"),
    STR_INIT("is_exception"),
    STR_INIT("exception_type"),
    STR_INIT("exception_message"),
};
enum row_key {
	R_TRACE_ID,
	R_SPAN_ID,
	R_PARENT,
	R_SPAN_NAME,
	R_MESSAGE,
	R_KIND,
	R_LEVEL,
	R_START,
	R_END,
	R_DURATION,
	R_ATTRIBUTES,
	R_TAGS,
	R_SERVICE,
	R_STATUS,
	R_STATUS_MESSAGE,
	R_EVENTS,
	R_LINKS,
	R_SCOPE,
	R_RESOURCE,
	R_IS_EXCEPTION,
	R_EXCEPTION_TYPE,
	R_EXCEPTION_MESSAGE,
	N_COLUMNS
};

static enum row_key key_of(struct member m)
{
	for (int i = 0; i < N_COLUMNS; i++) {
		if (member_is(m, row_keys[i].ptr))
			return (enum row_key)i;
	}
	return N_COLUMNS;
}

static void read_columns(const struct otlp_in *in, struct val row, struct val *got, struct span_in *span)
{
	struct attr_list extras = {.arena = in->arena};

	for (int i = 0; i < N_COLUMNS; i++)
		got[i] = VAL_NONE;
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		enum row_key column = key_of(m);

		if (column < N_COLUMNS)
			got[column] = m.val;
		else
			attr_list_add(&extras, member_key(m, in->arena), m.val);
	}
	span->extras = attr_list_done(&extras);
}

/* Attributes may be JSON text (CSV); structures inside them stay JSON, as Logfire shows them. */
static void read_attributes(const struct otlp_in *in, const struct val *got, struct span_in *span)
{
	struct attr_list attrs = {.arena = in->arena}, resource = {.arena = in->arena};
	struct val list = span_json_opened(in, got[R_ATTRIBUTES]);

	for (struct member m = val_first(list); m.ok && m.key.scan; m = val_next(m))
		attr_list_add(&attrs, member_key(m, in->arena), m.val);
	attr_list_add(&attrs, STR_LIT("logfire.tags"), got[R_TAGS]);
	list = span_json_opened(in, got[R_RESOURCE]);
	for (struct member m = val_first(list); m.ok && m.key.scan; m = val_next(m))
		attr_list_add(&resource, member_key(m, in->arena), m.val);
	attr_list_add(&resource, STR_LIT("service.name"), got[R_SERVICE]);
	span->attrs = attr_list_done(&attrs);
	span->resource = attr_list_done(&resource);
	span->scope_name = val_str(got[R_SCOPE], in->arena);
	if (val_ok(got[R_EVENTS]))
		span_json_events(in, got[R_EVENTS], span);
	if (val_ok(got[R_LINKS]))
		span_json_links(in, got[R_LINKS], span);
}

/* "duration" is in seconds; a log has none. */
static void read_times(const struct otlp_in *in, const struct val *got, bool is_log, struct span_in *span)
{
	int64_t length;

	span->start_ns = span_json_time(in, got[R_START], false, "start_timestamp");
	span->end_ns = span_json_time(in, got[R_END], false, "end_timestamp");
	if (is_log && span->end_ns == TIME_UNKNOWN)
		span->end_ns = span->start_ns;
	if (span->end_ns != TIME_UNKNOWN || span->start_ns == TIME_UNKNOWN || !val_ok(got[R_DURATION]) ||
	    !units_seconds(val_text(got[R_DURATION], in->arena), &length) || length < 0)
		return;
	if (__builtin_add_overflow(span->start_ns, length, &span->end_ns))
		span->end_ns = TIME_UNKNOWN;
}

/* Levels are OpenTelemetry's severity numbers (error from 17), or their words. */
static bool is_error_level(struct val level, struct arena *arena)
{
	struct str word = val_str(level, arena);
	int64_t n;

	if (val_is(level, SCAN_NUMBER))
		return val_int64(level, &n) && n >= 17;
	return str_ieq(word, "error") || str_ieq(word, "fatal");
}

static void read_status(const struct otlp_in *in, const struct val *got, struct span_in *span)
{
	struct str type = val_str(got[R_EXCEPTION_TYPE], in->arena),
	           text = val_str(got[R_EXCEPTION_MESSAGE], in->arena);
	bool exception = false;

	span_json_status(in, got[R_STATUS], span);
	span->message = val_str(got[R_STATUS_MESSAGE], in->arena);
	if (span->status == STATUS_UNSET &&
	    (is_error_level(got[R_LEVEL], in->arena) || (val_bool(got[R_IS_EXCEPTION], &exception) && exception)))
		span->status = STATUS_ERROR;
	if (!span->message.len && (type.len || text.len))
		span->message = arena_printf(in->arena, "%.*s%s%.*s", STR_ARG(type), type.len && text.len ? ": " : "",
		                             STR_ARG(text));
}

static void read_row(struct import *im, const struct record *rec, struct val row)
{
	struct otlp_in in = span_json_in(im, rec);
	struct logfire_state *state = im->state;
	struct span_in span = {.scope = {.family = STR_LIT("logfire")}};
	struct val got[N_COLUMNS];
	bool is_log;

	read_columns(&in, row, got, &span);
	if (val_str_is(got[R_KIND], "span_event")) {
		state->n_span_events++; /* its span's otel_events has it */
		return;
	}
	is_log = val_str_is(got[R_KIND], "log");
	span.trace_id = otlp_id(&in, got[R_TRACE_ID], 16, "trace_id");
	span.id = otlp_id(&in, got[R_SPAN_ID], 8, "span_id");
	span.parent_id = otlp_id(&in, got[R_PARENT], 8, "parent_span_id");
	if (!span.trace_id.len)
		otlp_no_id(&in, VAL_NONE, "trace_id", "trace");
	if (!span.id.len)
		otlp_no_id(&in, VAL_NONE, "span_id", "span");
	span.name = val_str(val_ok(got[R_MESSAGE]) ? got[R_MESSAGE] : got[R_SPAN_NAME], im->arena);
	span.pending = val_str_is(got[R_KIND], "pending_span");
	read_status(&in, got, &span);
	read_times(&in, got, is_log, &span);
	if (!span.pending)
		span_json_settle(&in, &span);
	read_attributes(&in, got, &span);
	semconv_span(im, rec, &span);
}

/* ---- columns that hold their values: rows are put together */

static void read_joined(struct import *im, const struct record *rec, struct val list)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct columns columns = columns_new(im->arena);
	struct scan scan = SCAN_INIT;
	struct buf row = BUF_INIT;
	struct str key;

	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct val name = val_get(m.val, "name"), values = val_get(m.val, "values");

		if (val_is(name, SCAN_STRING) && val_is(values, SCAN_ARRAY))
			columns_add(&columns, val_raw(name), values);
	}
	while (columns_next(&columns, &row, &key, im->arena)) {
		/* Each row lives as long as the record: what is made of it is borrowed. */
		struct str text = arena_str(im->arena, buf_str(&row));

		if (!scan_text(&scan, text, &opts))
			continue;
		import_detail(im, rec, SLOT_JOINED, text);
		read_row(im, rec, scan_root(&scan));
	}
	scan_done(&scan);
	buf_done(&row);
}

static bool logfire_record(struct import *im, const struct record *rec, struct err *err)
{
	struct val list = val_get(rec->root, "columns");

	(void)err;
	if (val_is(list, SCAN_ARRAY) && val_ok(val_get(val_at(list, 0), "values")))
		read_joined(im, rec, list);
	else if (val_ok(val_get(rec->root, "span_id")) || val_ok(val_get(rec->root, "trace_id")))
		read_row(im, rec, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "a row without span_id and trace_id");
	return true;
}

static bool logfire_finish(struct import *im, struct err *err)
{
	const struct logfire_state *state = im->state;
	struct record none = {.number = 0};

	(void)err;
	if (state->n_span_events)
		import_problem(im, &none, SEVERITY_WARNING, "not-imported", STR_NONE, "kept as records",
		               "%llu %s of their spans", (unsigned long long)state->n_span_events,
		               state->n_span_events == 1 ? "row repeats events" : "rows repeat events");
	return true;
}

static int logfire_probe(const struct sample *sample, const char **why)
{
	if (sample_has(sample, "span_name") && sample_has(sample, "start_timestamp") &&
	    sample_has(sample, "trace_id")) {
		*why = "has span_name and start_timestamp";
		return 93;
	}
	if (sample_has(sample, "rows[].trace_id") &&
	    (sample_has(sample, "columns[].datatype") || sample_has(sample, "rows[].start_timestamp"))) {
		*why = "has columns and rows with trace_id";
		return 93;
	}
	if (sample_has(sample, "columns[].datatype") && sample_has(sample, "columns[].values")) {
		*why = "has columns with values";
		return 92;
	}
	*why = "no span_name with start_timestamp";
	return 0;
}

const struct format format_logfire = {
    .name = "logfire",
    .title = "Pydantic Logfire records",
    .spec_url = "https://logfire.pydantic.dev/docs/how-to-guides/query-api/",
    .how = "rows with span_name and start_timestamp, alone, under rows, or as columns with values",
    .fills = "traces, spans with messages, events and links; logs as spans without length",
    .example = "{\"columns\":[…],\"rows\":[{\"trace_id\":…,\"span_id\":…,\"span_name\":…,\"start_timestamp\":…,"
               "\"attributes\":{…}}]}",
    .seen = "documented shape, no real sample seen",
    .paths = logfire_paths,
    .state_size = sizeof(struct logfire_state),
    .probe = logfire_probe,
    .record = logfire_record,
    .finish = logfire_finish,
};
