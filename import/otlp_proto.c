/* OTLP as protobuf → OTLP/JSON, a line for each ResourceSpans (ResourceLogs, ResourceMetrics). Three ways to put messages in a file: the
 * collector's file exporter writes each behind its length as 4 bytes, big end first; others behind a varint; a request's body is one bare
 * message. Messages down to the scope are streamed, so that a file of one message takes no more memory than one of many; a span (log
 * record, resource, scope) is a unit and is converted whole.
 *
 * Source: opentelemetry-collector-contrib exporter/fileexporter/README.md; see otlp_proto.h. */
#include "import/otlp_proto.h"

enum framing { FRAMED, BARE, VARINT };
enum signal { SPANS, LOGS, METRICS, N_SIGNALS, NO_SIGNAL = N_SIGNALS };

enum { PEEK = 64 << 10, LEVELS = 3, HEADER_MAX = 20 };

/* ---- what the three signals call the same things */

static const struct {
	const char *resource, *scope, *old_scope; /* how their lists begin */
	struct proto_member records;
} signals[N_SIGNALS] = {
    [SPANS] = {.resource = "{\"resourceSpans\":[{",
               .scope = "\"scopeSpans\":[{",
               .old_scope = "\"instrumentationLibrarySpans\":[{",
               .records = {"\"spans\":", PROTO_MESSAGE, true, &proto_span}    },
    [LOGS] = {.resource = "{\"resourceLogs\":[{",
               .scope = "\"scopeLogs\":[{",
               .old_scope = "\"instrumentationLibraryLogs\":[{",
               .records = {"\"logRecords\":", PROTO_MESSAGE, true, &proto_log}},
    [METRICS] = {.resource = "{\"resourceMetrics\":[{",
               .scope = "\"scopeMetrics\":[{",
               .old_scope = "\"instrumentationLibraryMetrics\":[{",
               .records = {"\"metrics\":", PROTO_MESSAGE, true, &proto_metric}},
};

static const struct proto_member resource = {"\"resource\":", PROTO_MESSAGE, false, &proto_resource};
static const struct proto_member scope = {"\"scope\":", PROTO_MESSAGE, false, &proto_scope};
static const struct proto_member library = {"\"instrumentationLibrary\":", PROTO_MESSAGE, false, &proto_scope};
static const struct proto_member schema_url = {"\"schemaUrl\":", PROTO_STRING, false, NULL};

enum { SCOPE_FIELD = 2, OLD_SCOPE_FIELD = 1000, RECORDS_FIELD = 2 };

static bool is_scope(const struct proto_field *f)
{
	return f->wire == WIRE_BYTES && (f->number == SCOPE_FIELD || f->number == OLD_SCOPE_FIELD);
}

/* ---- what a message holds: the three look alike down to their records */

/* By the first field that only one of them has; a metric has texts and messages only. */
static enum signal signal_of_record(const unsigned char *p, const unsigned char *end)
{
	struct proto_field f;
	bool id = false, name = false;
	for (; p < end; p = f.ptr + f.len) {
		if (proto_field(&f, p, end) != PROTO_FIELD || f.len > (uint64_t)(end - f.ptr))
			return NO_SIGNAL;
		bool bytes = f.wire == WIRE_BYTES;
		if (f.wire == WIRE_64)
			return f.number == 7 || f.number == 8 ? SPANS : LOGS;
		if (f.wire == WIRE_VARINT)
			return f.number == 2 || f.number == 7 ? LOGS : SPANS;
		if (bytes && f.number == 2 && id && f.len == 8)
			return SPANS;
		if (bytes && f.number == 10)
			return LOGS;
		id |= bytes && f.number == 1 && f.len == 16;
		name |= bytes && f.number == 1 && f.len > 0;
	}
	return name ? METRICS : NO_SIGNAL;
}

struct peek {
	enum signal signal;
	bool bad; /* this is no such message */
	bool key; /* it has an attribute with a name */
};

static const unsigned char *clamp(const struct proto_field *f, const unsigned char *end)
{
	return f->len > (uint64_t)(end - f->ptr) ? end : f->ptr + f->len;
}

/* Goes through the fields of a message of `len` bytes at p, of which those up to `end` are there, with `visit` (which is given what is
 * there of a field) until it has enough or finds it bad. */
typedef bool visit_field(struct peek *peek, const struct proto_field *f, const unsigned char *end);
static void peek_fields(struct peek *peek, const unsigned char *p, uint64_t len, const unsigned char *end,
                        visit_field *visit)
{
	struct proto_field f;
	bool whole = len <= (uint64_t)(end - p);
	end = whole ? p + len : end;
	while (p < end && !peek->bad) {
		enum proto_got got = proto_field(&f, p, end);
		if (got != PROTO_FIELD || proto_size(&f, p) > len) {
			peek->bad |= got != PROTO_CUT || whole;
			return;
		}
		if (visit(peek, &f, clamp(&f, end)))
			return;
		len -= proto_size(&f, p);
		p = clamp(&f, end);
	}
}

static bool peek_attribute(struct peek *peek, const struct proto_field *f, const unsigned char *end)
{
	peek->bad |= f->number > 3;
	if (f->number != 1)
		return true;
	for (const unsigned char *p = f->ptr; p < end; p++)
		peek->bad |= *p < 0x20 || *p == 0x7F;
	peek->key |= !peek->bad && f->len > 0;
	return true;
}

static bool peek_in_resource(struct peek *peek, const struct proto_field *f, const unsigned char *end)
{
	peek->bad |= f->number > 3 || (f->number != 2) != (f->wire == WIRE_BYTES);
	if (f->number == 1 && !peek->bad)
		peek_fields(peek, f->ptr, f->len, end, peek_attribute);
	return false;
}

static bool peek_in_scope(struct peek *peek, const struct proto_field *f, const unsigned char *end)
{
	peek->bad |= f->number > 3 || f->wire != WIRE_BYTES;
	if (f->number == RECORDS_FIELD && !peek->bad)
		peek->signal = signal_of_record(f->ptr, end);
	return peek->signal != NO_SIGNAL;
}

static bool peek_in_one(struct peek *peek, const struct proto_field *f, const unsigned char *end)
{
	peek->bad |= (f->number > 3 && f->number != OLD_SCOPE_FIELD) || f->wire != WIRE_BYTES;
	if (f->number == 1 && !peek->bad)
		peek_fields(peek, f->ptr, f->len, end, peek_in_resource);
	else if (is_scope(f) && !peek->bad)
		peek_fields(peek, f->ptr, f->len, end, peek_in_scope);
	return peek->signal != NO_SIGNAL;
}

/* Fields of the outermost message. */
static bool peek_in_all(struct peek *peek, const struct proto_field *f, const unsigned char *end)
{
	peek->bad |= f->number != 1 || f->wire != WIRE_BYTES;
	if (!peek->bad)
		peek_fields(peek, f->ptr, f->len, end, peek_in_one);
	return peek->signal != NO_SIGNAL;
}

/* ---- is it protobuf */

static uint64_t big_end(const unsigned char *p)
{
	return (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3];
}

/* The message of `len` bytes at p, of which those up to `end` are there, begins as OTLP does. */
static enum convert_sniff sniff_message(const unsigned char *p, const unsigned char *end, uint64_t len, bool last)
{
	struct peek peek = {.signal = NO_SIGNAL};
	struct proto_field f;
	if (p < end && *p != 0x0A)
		return CONVERT_NO;
	enum proto_got got = proto_field(&f, p, end);
	if (got == PROTO_CUT)
		return last ? CONVERT_NO : CONVERT_MORE;
	if (got == PROTO_BAD || f.len == 0 || f.len > len || proto_size(&f, p) > len)
		return CONVERT_NO;
	peek_fields(&peek, p, len, end, peek_in_all);
	if (peek.bad)
		return CONVERT_NO;
	/* A record says what it is; a resource alone must have a named attribute. */
	return peek.key || peek.signal != NO_SIGNAL ? CONVERT_YES : last ? CONVERT_NO : CONVERT_MORE;
}

static enum convert_sniff sniff(struct str head, bool last, unsigned *dialect)
{
	const unsigned char *p = (const unsigned char *)head.ptr, *end = p + head.len, *inner = p;
	uint64_t len;
	enum convert_sniff bare = head.len ? sniff_message(p, end, UINT64_MAX, last) : CONVERT_MORE;
	*dialect = BARE;
	if (bare != CONVERT_NO)
		return bare;
	*dialect = FRAMED;
	while (end - p >= 4 && big_end(p) == 0) /* empty messages */
		p += 4;
	if (end - p <= 4 && (p > inner || *p == 0))
		return last ? CONVERT_NO : CONVERT_MORE;
	if (end - p > 4 && p[4] == 0x0A)
		return sniff_message(p + 4, end, big_end(p), last);
	*dialect = VARINT;
	return proto_varint(&inner, end, &len) && len > 1 ? sniff_message(inner, end, len, last) : CONVERT_NO;
}

/* ---- the walk */

/* An open message: [0] the outermost, [1] of one resource, [2] of one scope. */
struct level {
	uint64_t end;  /* source offset; UINT64_MAX: the source's end */
	uint64_t list; /* number of the field whose array is open, 0: none */
	bool any;
};

struct proto {
	struct level levels[LEVELS];
	size_t depth;
	enum signal signal;
	uint64_t skip_to; /* source offset: what lies before it is passed over */
	bool old;         /* the scope is one of an old version */
	bool lost;        /* in bytes between lengths that are none */
};

static uint64_t offset_now(const struct convert *c)
{
	return c->base + c->at;
}

static enum convert_step want(struct convert *c, uint64_t n)
{
	c->want = n > SIZE_MAX ? SIZE_MAX : (size_t)n;
	return CONVERT_WANT;
}

static void push(struct proto *s, uint64_t end)
{
	s->levels[s->depth++] = (struct level){.end = end};
}

static void close_list(struct convert *c, struct level *l)
{
	if (l->list)
		convert_lit(c, "]");
	l->list = 0;
}

static void pop(struct convert *c, struct proto *s)
{
	struct level *l = &s->levels[--s->depth];
	if (s->depth == 0)
		return;
	close_list(c, l);
	if (s->depth == 1)
		convert_lit(c, "}]}\n");
	else
		convert_lit(c, "}");
}

/* The bytes ran out inside a message. */
static enum convert_step cut_off(struct convert *c, struct proto *s)
{
	convert_tell(c, c->at, 0, SEVERITY_FILE, "truncated", 1, "what came before is kept",
	             "the text ends inside a protobuf message");
	while (s->depth > 0)
		pop(c, s);
	convert_take(c, c->len - c->at);
	return CONVERT_END;
}

/* ---- between messages */

/* A length stands here with a message behind it that could be ours. */
static bool message_here(const unsigned char *p, const unsigned char *end)
{
	struct proto_field f;
	uint64_t len = end - p > 6 ? big_end(p) : 0;
	if (len < 2 || p[4] != 0x0A || proto_field(&f, p + 4, end) != PROTO_FIELD || f.len + 2 > len)
		return false;
	return f.ptr == end || *f.ptr == 0x0A || *f.ptr == 0x12 || *f.ptr == 0x1A;
}

/* Looks for the next length behind bytes that are none. */
static enum convert_step find_message(struct convert *c, struct proto *s)
{
	const unsigned char *p = c->in + c->at, *end = c->in + c->len;
	if (!s->lost) {
		convert_tell(c, c->at, 0, SEVERITY_SKIPPED, "bad-protobuf", 1, "skipped up to the next message",
		             "no length with a protobuf message behind it");
		s->lost = true;
		p++;
	}
	while (end - p > HEADER_MAX && !message_here(p, end))
		p++;
	bool found = end - p > HEADER_MAX || message_here(p, end);
	if (!found && c->ended)
		p = end;
	s->lost = !found;
	convert_take(c, (size_t)(p - (c->in + c->at)));
	return found || c->ended ? CONVERT_GO : want(c, c->len - c->at + PEEK);
}

static enum convert_step begin_message(struct convert *c, struct proto *s)
{
	const unsigned char *p = c->in + c->at, *end = c->in + c->len;
	uint64_t len;
	if (p == end)
		return c->ended ? CONVERT_END : want(c, 1);
	if (c->dialect == BARE) {
		push(s, UINT64_MAX);
		return CONVERT_GO;
	}
	if (end - p <= HEADER_MAX && !c->ended)
		return want(c, HEADER_MAX + 1);
	if (c->dialect == VARINT) {
		const unsigned char *inner = p;
		if (!proto_varint(&inner, end, &len) || len > INT64_MAX) {
			convert_tell(c, c->at, 0, SEVERITY_FILE, inner ? "truncated" : "bad-protobuf", 1,
			             "what came before is kept", "no length of a message");
			return CONVERT_END;
		}
		convert_take(c, (size_t)(inner - p));
		push(s, offset_now(c) + len);
		return CONVERT_GO;
	}
	if (s->lost)
		return find_message(c, s);
	if (end - p < 4)
		return cut_off(c, s);
	/* A field of another number may be of a later version; anything else is no message. */
	len = big_end(p);
	if (len > 0 && end - p > 6 && !message_here(p, end))
		return find_message(c, s);
	convert_take(c, 4);
	push(s, offset_now(c) + len);
	return CONVERT_GO;
}

/* ---- in a message */

/* What cannot be read is passed over to the end of the message it is in. */
static enum convert_step bad_field(struct convert *c, struct proto *s, const char *why)
{
	uint64_t end = s->levels[s->depth - 1].end;
	bool rest = end == UINT64_MAX;
	convert_tell(c, c->at, 0, rest ? SEVERITY_FILE : SEVERITY_SKIPPED, "bad-protobuf", 1,
	             rest ? "what came before is kept" : "the rest of the message around it is skipped", "%s", why);
	s->skip_to = end;
	return CONVERT_GO;
}

static void begin_member(struct convert *c, struct level *l)
{
	close_list(c, l);
	if (l->any)
		convert_lit(c, ",");
	l->any = true;
}

static void begin_in_list(struct convert *c, struct level *l, uint64_t number, const char *opening)
{
	if (l->list == number) {
		convert_lit(c, ",{");
		return;
	}
	begin_member(c, l);
	convert_add(c, opening, strlen(opening));
	l->list = number;
}

/* A message that is streamed begins. */
static enum convert_step open_level(struct convert *c, struct proto *s, const struct proto_field *f)
{
	size_t header = (size_t)(f->ptr - (c->in + c->at));
	if (s->depth == 1) {
		uint64_t look = f->len < PEEK ? f->len : PEEK;
		if (!c->ended && c->len - c->at < header + look)
			return want(c, header + look);
		struct peek peek = {.signal = NO_SIGNAL};
		peek_fields(&peek, f->ptr, f->len, c->in + c->len, peek_in_one);
		s->signal = peek.signal != NO_SIGNAL ? peek.signal : s->signal;
		convert_mark(c, c->at, 0);
		convert_add(c, signals[s->signal].resource, strlen(signals[s->signal].resource));
	} else {
		s->old = f->number == OLD_SCOPE_FIELD;
		begin_in_list(c, &s->levels[1], f->number,
		              s->old ? signals[s->signal].old_scope : signals[s->signal].scope);
	}
	convert_take(c, header);
	push(s, offset_now(c) + f->len);
	return CONVERT_GO;
}

static const struct proto_member *member_of(const struct proto *s, const struct proto_field *f)
{
	bool in_scope = s->depth == 3;
	switch (f->number) {
	case 1: return !in_scope ? &resource : s->old ? &library : &scope;
	case RECORDS_FIELD: return in_scope ? &signals[s->signal].records : NULL;
	case 3: return &schema_url;
	default: return NULL;
	}
}

/* A field that is converted whole. */
static bool write_unit(struct convert *c, struct proto *s, const struct proto_field *f)
{
	struct level *l = &s->levels[s->depth - 1];
	if (s->depth == 1) { /* nothing is known here but resources */
		convert_mark(c, c->at, 0);
		convert_lit(c, "{");
		bool good = proto_write_field(c, NULL, f);
		convert_lit(c, "}\n");
		return good;
	}
	const struct proto_member *member = member_of(s, f);
	if (!member || !member->repeated || f->wire != WIRE_BYTES) {
		begin_member(c, l);
		return proto_write_field(c, member, f);
	}
	if (l->list == f->number) {
		convert_lit(c, ",");
	} else {
		begin_member(c, l);
		convert_add(c, member->name, strlen(member->name));
		convert_lit(c, "[");
		l->list = f->number;
	}
	convert_mark(c, c->at, 0);
	return proto_write(c, member->message, f->ptr, f->ptr + f->len);
}

static enum convert_step unit(struct convert *c, struct proto *s, const struct proto_field *f)
{
	uint64_t size = proto_size(f, c->in + c->at);
	size_t mark = c->text.len, places = c->places.n;
	struct level before = s->levels[s->depth - 1];
	if (size <= c->max && size > c->len - c->at)
		return c->ended ? cut_off(c, s) : want(c, size);
	if (size <= c->max && write_unit(c, s, f)) {
		convert_take(c, (size_t)size);
		return CONVERT_GO;
	}
	c->text.len = mark;
	c->places.n = places < c->places.n ? places : c->places.n;
	s->levels[s->depth - 1] = before;
	convert_tell(c, c->at, 0, SEVERITY_SKIPPED, "limit-record", 1, "skipped; what is around it is kept",
	             "a protobuf message larger than %zu bytes", c->max);
	s->skip_to = offset_now(c) + size;
	return CONVERT_GO;
}

static enum convert_step field_step(struct convert *c, struct proto *s)
{
	const unsigned char *p = c->in + c->at;
	uint64_t end = s->levels[s->depth - 1].end, now = offset_now(c);
	struct proto_field f;
	if (now == end || (end == UINT64_MAX && c->ended && c->at == c->len)) {
		pop(c, s);
		return CONVERT_GO;
	}
	size_t there = c->len - c->at;
	if (there < HEADER_MAX && there < end - now && !c->ended)
		return want(c, end - now < HEADER_MAX ? end - now : HEADER_MAX);
	bool whole = end - now <= there;
	enum proto_got got = proto_field(&f, p, whole ? p + (end - now) : p + there);
	if (got == PROTO_CUT && !whole)
		return cut_off(c, s);
	if (got != PROTO_FIELD)
		return bad_field(c, s, "no protobuf field");
	if (proto_size(&f, p) > end - now)
		return bad_field(c, s, "a field is longer than the message it is in");
	bool streamed = s->depth == 1 ? f.number == 1 && f.wire == WIRE_BYTES : s->depth == 2 && is_scope(&f);
	return streamed ? open_level(c, s, &f) : unit(c, s, &f);
}

static enum convert_step skip_step(struct convert *c, struct proto *s)
{
	uint64_t left = s->skip_to - offset_now(c), there = c->len - c->at;
	convert_take(c, (size_t)(left < there ? left : there));
	if (left <= there) {
		s->skip_to = 0;
		return CONVERT_GO;
	}
	if (!c->ended)
		return want(c, 1);
	bool rest = s->skip_to == UINT64_MAX; /* to the end, as was told */
	s->skip_to = 0;
	if (!rest)
		return cut_off(c, s);
	while (s->depth > 0)
		pop(c, s);
	return CONVERT_END;
}

static enum convert_step step(struct convert *c)
{
	struct proto *s = c->state;
	if (s->skip_to > 0)
		return skip_step(c, s);
	return s->depth == 0 ? begin_message(c, s) : field_step(c, s);
}

const struct conversion convert_protobuf = {
    .name = "protobuf", .state_size = sizeof(struct proto), .sniff = sniff, .step = step};
