#include "import/span_json.h"

#include "import/semconv_table.h"

/* Beyond these a structure stays JSON: names grow with each level. */
enum { NEST_MAX = 16, KEY_LEN_MAX = 512, MEMBERS_MAX = 10000, OPENED_MAX = 100000 };

struct otlp_in span_json_in(struct import *im, const struct record *rec)
{
	return (struct otlp_in){
	    .im = im, .rec = rec, .arena = im->arena, .payload = sink_wants(im->sink, SINK_PAYLOAD)};
}

struct val span_json_opened(const struct otlp_in *in, struct val v)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct str text = val_is(v, SCAN_STRING) ? str_trim(val_str(v, in->arena)) : STR_NONE;
	struct scan scan = SCAN_INIT, *kept;

	if (!text.len || (text.ptr[0] != '{' && text.ptr[0] != '['))
		return v;
	if (scan_text(&scan, text, &opts)) {
		kept = arena_zalloc(in->arena, 1, sizeof *kept);
		*kept = (struct scan){.text = scan.text, .n = scan.n, .cap = scan.n};
		kept->tokens = arena_alloc(in->arena, size_mul(scan.n, sizeof *scan.tokens));
		memcpy(kept->tokens, scan.tokens, scan.n * sizeof *scan.tokens);
		v = scan_root(kept);
	}
	scan_done(&scan);
	return v;
}

/* ---- attributes */

static struct attr_in *add(struct attr_list *list, struct str key)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? size_mul(list->cap, 2) : 32;
		struct attr_in *at = arena_alloc(list->arena, size_mul(cap, sizeof *at));

		if (list->n)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	list->at[list->n] = (struct attr_in){.key = key};
	return &list->at[list->n++];
}

static bool is_integer(struct str literal)
{
	for (size_t i = 0; i < literal.len; i++) {
		if ((literal.ptr[i] < '0' || literal.ptr[i] > '9') && literal.ptr[i] != '-')
			return false;
	}
	return literal.len > 0;
}

static void fill_number(struct attr_in *attr, struct val v)
{
	attr->type = ATTR_DOUBLE;
	attr->text = val_raw(v);
	if (is_integer(attr->text) && val_int64(v, &attr->integer))
		attr->type = ATTR_INT;
	else if (!val_double(v, &attr->number))
		attr->number = UNKNOWN_DOUBLE;
}

void attr_list_add(struct attr_list *list, struct str key, struct val v)
{
	struct attr_in *attr;
	bool flag = false;

	if (!val_ok(v) || val_is(v, SCAN_NAN))
		return;
	attr = add(list, key);
	if (val_is(v, SCAN_STRING)) {
		attr->type = ATTR_STRING;
		attr->string = v;
	} else if (val_is(v, SCAN_NUMBER)) {
		fill_number(attr, v);
	} else if (val_bool(v, &flag)) {
		attr->type = ATTR_BOOL;
		attr->integer = flag;
	} else {
		attr->type = ATTR_JSON;
		attr->text = val_raw(v);
	}
}

/* A list whose elements the conventions know as "key.N.…". */
static bool is_flat_list(struct str key, struct val v, struct arena *arena)
{
	struct str rest;
	uint32_t index;

	return val_is(v, SCAN_ARRAY) && val_is(val_at(v, 0), SCAN_OBJECT) && !semconv_row(key) &&
	       semconv_flat(arena_printf(arena, "%.*s.0.x", STR_ARG(key)), &index, &rest) != FLAT_NONE;
}

static bool opens(const struct attr_list *list, struct str key, struct val v, int depth)
{
	if (depth >= NEST_MAX || key.len > KEY_LEN_MAX || list->n >= OPENED_MAX)
		return false;
	if (!(val_is(v, SCAN_OBJECT) && val_first(v).ok && !semconv_row(key)) && !is_flat_list(key, v, list->arena))
		return false;
	return val_count(v) <= MEMBERS_MAX;
}

struct opened {
	struct member next;
	struct str key;
	uint32_t index;
};

static struct str joined_key(const struct opened *o, struct arena *arena)
{
	struct str key = o->next.key.scan ? member_key(o->next, arena) : arena_printf(arena, "%u", o->index);
	char *text = arena_alloc(arena, size_add(o->key.len, key.len) + 2);

	memcpy(text, o->key.ptr, o->key.len);
	text[o->key.len] = '.';
	if (key.len)
		memcpy(text + o->key.len + 1, key.ptr, key.len);
	return (struct str){text, o->key.len + 1 + key.len};
}

/* {"stringValue":"x"}: an AnyValue of OTLP in an object of attributes. */
static struct val without_any(struct val v)
{
	static const char *const names[] = {"stringValue", "intValue", "doubleValue", "boolValue", "arrayValue"};
	struct str key;
	struct val inner;

	if (!val_single(v, &key, &inner))
		return v;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (str_is(key, names[i]))
			return inner;
	}
	return v;
}

/* {"values":[{"stringValue":"x"}]}: a list that lost only its outer wrapping. */
static bool add_any_list(struct attr_list *list, struct str key, struct val v)
{
	struct buf out = BUF_INIT;
	struct str name;
	struct val items;
	struct attr_in *attr;

	if (!val_single(v, &name, &items) || !str_is(name, "values") || !val_is(items, SCAN_ARRAY))
		return false;
	for (struct member m = val_first(items); m.ok; m = val_next(m)) {
		buf_add_char(&out, out.len ? ',' : '[');
		buf_add_str(&out, val_raw(without_any(m.val)));
	}
	buf_add_cstr(&out, out.len ? "]" : "[]");
	attr = add(list, key);
	attr->type = ATTR_JSON;
	attr->text = arena_str(list->arena, buf_str(&out));
	buf_done(&out);
	return true;
}

void attr_list_open(struct attr_list *list, struct str key, struct val v)
{
	struct opened stack[NEST_MAX];
	int depth = 0;

	v = without_any(v);
	if (add_any_list(list, key, v))
		return;
	if (!opens(list, key, v, depth)) {
		attr_list_add(list, key, v);
		return;
	}
	stack[depth++] = (struct opened){.next = val_first(v), .key = key};
	while (depth > 0) {
		struct opened *o = &stack[depth - 1];
		struct val item = o->next.val;
		struct str name;

		if (!o->next.ok) {
			depth--;
			continue;
		}
		name = joined_key(o, list->arena);
		o->next = val_next(o->next);
		o->index++;
		if (opens(list, name, item, depth))
			stack[depth++] = (struct opened){.next = val_first(item), .key = name};
		else
			attr_list_add(list, name, item);
	}
}

/* [["service.name", "x"], …] */
static bool is_pairs(struct val v)
{
	return val_is(v, SCAN_ARRAY) && val_is(val_at(v, 0), SCAN_ARRAY) &&
	       val_is(val_at(val_at(v, 0), 0), SCAN_STRING);
}

void attr_list_members(struct attr_list *list, const struct otlp_in *in, struct val v, const char *path)
{
	struct attrs_in otlp;

	v = span_json_opened(in, v);
	if (is_pairs(v)) {
		for (struct member m = val_first(v); m.ok; m = val_next(m))
			attr_list_open(list, val_str(val_at(m.val, 0), in->arena), val_at(m.val, 1));
		return;
	}
	if (val_is(v, SCAN_OBJECT)) {
		for (struct member m = val_first(v); m.ok; m = val_next(m))
			attr_list_open(list, member_key(m, in->arena), m.val);
		return;
	}
	otlp = otlp_attributes(in, v, path, NULL);
	for (size_t i = 0; i < otlp.n; i++)
		*add(list, STR_NONE) = otlp.at[i];
}

struct attrs_in attr_list_done(const struct attr_list *list)
{
	return (struct attrs_in){list->at, list->n};
}

/* ---- times */

/* [seconds, nanos], {"seconds":…,"nanos":…} */
static bool pair_time(struct val v, int64_t *ns)
{
	struct val whole = val_is(v, SCAN_ARRAY) ? val_at(v, 0) : val_get(v, "seconds");
	struct val part = val_is(v, SCAN_ARRAY) ? val_at(v, 1) : val_get_loose(v, "nanos");
	int64_t seconds, nanos = 0;

	if (!val_int64(whole, &seconds) || (val_ok(part) && !val_int64(part, &nanos)))
		return false;
	return !__builtin_mul_overflow(seconds, INT64_C(1000000000), ns) && !__builtin_add_overflow(*ns, nanos, ns);
}

static bool number_time(struct str literal, bool in_ns, int64_t *ns)
{
	if (in_ns && is_integer(literal))
		return scan_int64(literal, ns);
	return units_epoch(literal, ns);
}

int64_t span_json_time(const struct otlp_in *in, struct val v, bool in_ns, const char *path)
{
	struct str text = val_is(v, SCAN_STRING) ? str_trim(val_str(v, in->arena)) : STR_NONE;
	bool zoneless, good = false;
	int64_t ns = 0;

	if (!val_ok(v) || val_is(v, SCAN_NAN) ||
	    (val_is(v, SCAN_STRING) &&
	     (!text.len || str_ieq(text, "none") || str_ieq(text, "null") || str_ieq(text, "nat"))))
		return TIME_UNKNOWN;
	if (val_is(v, SCAN_NUMBER))
		good = number_time(val_raw(v), in_ns, &ns);
	else if (val_is(v, SCAN_ARRAY) || val_is(v, SCAN_OBJECT))
		good = pair_time(v, &ns);
	else if (text.len)
		good = units_iso(text, &ns, &zoneless) || number_time(text, in_ns, &ns);
	if (good)
		return ns ? ns : TIME_UNKNOWN;
	import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-time", str_of(path), "kept, time unknown", "not a time");
	return TIME_UNKNOWN;
}

void span_json_settle(const struct otlp_in *in, struct span_in *span)
{
	if (span->start_ns != TIME_UNKNOWN && span->end_ns != TIME_UNKNOWN && span->end_ns < span->start_ns)
		import_problem(in->im, in->rec, SEVERITY_WARNING, "bad-time", STR_LIT("end_time"),
		               "kept, duration unknown", "end time before start time");
	if (span->start_ns != TIME_UNKNOWN && span->end_ns == TIME_UNKNOWN && span->status == STATUS_UNSET)
		span->status = STATUS_RUNNING;
}

/* ---- words */

static struct str without(struct str text, const char *prefix)
{
	return str_starts(text, prefix) ? str_from(text, strlen(prefix)) : text;
}

struct str span_json_otel_kind(struct val v, bool otlp, struct arena *arena)
{
	static const char *const words[] = {"internal", "server", "client", "producer", "consumer"};
	struct str text;
	int64_t n;

	if (val_is(v, SCAN_NUMBER) && val_int64(v, &n)) {
		n -= otlp;
		return n >= 0 && n < 5 ? str_of(words[n]) : STR_NONE;
	}
	text = without(without(val_str(v, arena), "SpanKind."), "SPAN_KIND_");
	for (size_t i = 0; i < 5; i++) {
		if (str_ieq(text, words[i]))
			return str_of(words[i]);
	}
	return STR_NONE;
}

static void status_word(struct str word, struct span_in *span)
{
	word = without(without(word, "StatusCode."), "STATUS_CODE_");
	if (str_ieq(word, "ok") || str_is(word, "1") || str_ieq(word, "success"))
		span->status = STATUS_OK;
	else if (str_ieq(word, "error") || str_is(word, "2") || str_ieq(word, "failed") || str_ieq(word, "failure"))
		span->status = STATUS_ERROR;
}

void span_json_status(const struct otlp_in *in, struct val v, struct span_in *span)
{
	struct val code = v, message = VAL_NONE;

	if (val_is(v, SCAN_OBJECT)) {
		code = val_get(v, "code");
		if (!val_ok(code))
			code = val_get_loose(v, "statusCode");
		message = val_get(v, "message");
		if (!val_ok(message))
			message = val_get(v, "description");
	}
	if (val_ok(code))
		status_word(str_trim(val_text(code, in->arena)), span);
	if (val_ok(message) && val_raw(message).len > 2)
		span->message = val_text(message, in->arena);
}

/* ---- events and links */

static const struct str event_keys[] = {
    STR_INIT("name"), STR_INIT("timestamp"),      STR_INIT("attributes"),   STR_INIT("eventName"),
    STR_INIT("time"), STR_INIT("eventTimestamp"), STR_INIT("timeUnixNano"), STR_INIT("body"),
};
enum { E_NAME, E_TIMESTAMP, E_ATTRIBUTES, E_EVENT_NAME, E_TIME, E_EVENT_TIMESTAMP, E_TIME_NS, E_BODY, N_EVENT_KEYS };

/* What an event or a link says beside what is known of it, and how many attributes it lost. */
static void read_others(const struct otlp_in *in, struct val v, const struct str *known, size_t n_known,
                        struct attr_list *attrs)
{
	int64_t dropped;

	for (struct member m = val_first(v); m.ok && in->payload; m = val_next(m)) {
		bool is_known = member_is_loose(m, "spanId") || member_is_loose(m, "traceId");

		for (size_t i = 0; i < n_known && !is_known; i++)
			is_known = member_is_loose(m, known[i].ptr);
		if (member_is_loose(m, "droppedAttributesCount")) {
			if (val_int64(m.val, &dropped) && dropped > 0)
				attr_list_add(attrs, STR_LIT("otel.dropped"), m.val);
		} else if (!is_known) {
			attr_list_open(attrs, member_key(m, in->arena), m.val);
		}
	}
}

static struct val first_of(struct val a, struct val b, struct val c)
{
	return val_ok(a) ? a : val_ok(b) ? b : c;
}

static void read_event(const struct otlp_in *in, struct val v, struct event_in *event)
{
	struct attr_list attrs = {.arena = in->arena};
	struct val got[N_EVENT_KEYS], name, time;

	otlp_members(v, event_keys, N_EVENT_KEYS, got);
	name = first_of(got[E_NAME], got[E_EVENT_NAME], VAL_NONE);
	time = first_of(first_of(got[E_TIMESTAMP], got[E_TIME], got[E_EVENT_TIMESTAMP]), got[E_TIME_NS], VAL_NONE);
	event->name = val_str(name, in->arena);
	event->time_ns = span_json_time(in, time, val_ok(got[E_TIME_NS]), "events.timestamp");
	if (val_ok(got[E_ATTRIBUTES]))
		attr_list_members(&attrs, in, got[E_ATTRIBUTES], "events.attributes");
	attr_list_add(&attrs, STR_LIT("body"), got[E_BODY]);
	read_others(in, v, event_keys, N_EVENT_KEYS, &attrs);
	event->attrs = attr_list_done(&attrs);
}

void span_json_events(const struct otlp_in *in, struct val list, struct span_in *span)
{
	struct event_in *at;

	list = span_json_opened(in, list);
	if (!otlp_is_list(in, list, "events"))
		return;
	at = arena_zalloc(in->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT))
			read_event(in, m.val, &at[span->n_events++]);
	}
	span->events = at;
}

static const struct str link_keys[] = {
    STR_INIT("context"), STR_INIT("attributes"), STR_INIT("spanContext"),
    STR_INIT("traceId"), STR_INIT("spanId"),     STR_INIT("flags"),
};
enum { L_CONTEXT, L_ATTRIBUTES, L_SPAN_CONTEXT, L_TRACE_ID, L_SPAN_ID, L_FLAGS, N_LINK_KEYS };

void span_json_links(const struct otlp_in *in, struct val list, struct span_in *span)
{
	struct link_in *at;

	list = span_json_opened(in, list);
	if (!otlp_is_list(in, list, "links"))
		return;
	at = arena_zalloc(in->arena, (size_t)val_count(list) + 1, sizeof *at);
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		struct attr_list attrs = {.arena = in->arena};
		struct link_in *link = &at[span->n_links];
		struct val got[N_LINK_KEYS], context;

		if (!val_is(m.val, SCAN_OBJECT))
			continue;
		otlp_members(m.val, link_keys, N_LINK_KEYS, got);
		context = val_is(got[L_CONTEXT], SCAN_OBJECT)        ? got[L_CONTEXT]
		          : val_is(got[L_SPAN_CONTEXT], SCAN_OBJECT) ? got[L_SPAN_CONTEXT]
		                                                     : m.val;
		link->trace_id = otlp_id(in, val_get_loose(context, "traceId"), 16, "links.trace_id");
		link->span_id = otlp_id(in, val_get_loose(context, "spanId"), 8, "links.span_id");
		if (in->payload && val_ok(got[L_ATTRIBUTES]))
			attr_list_members(&attrs, in, got[L_ATTRIBUTES], "links.attributes");
		read_others(in, m.val, link_keys, N_LINK_KEYS, &attrs);
		link->attrs = attr_list_done(&attrs);
		span->n_links++;
	}
	span->links = at;
}
