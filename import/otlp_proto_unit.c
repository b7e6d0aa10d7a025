/* The messages of OTLP, and one of them as JSON: a walk over its fields with a stack of its own. What a table does not know is kept
 * under its number: "#19". */
#include "import/otlp_proto.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- messages. By field number, so that a look-up is an index. */

#define TEXT(name)                                         \
	{                                                  \
		"\"" name "\":", PROTO_STRING, false, NULL \
	}
#define TEXTS(name)                                       \
	{                                                 \
		"\"" name "\":", PROTO_STRING, true, NULL \
	}
#define ID(name)                                        \
	{                                               \
		"\"" name "\":", PROTO_HEX, false, NULL \
	}
#define BYTES(name)                                        \
	{                                                  \
		"\"" name "\":", PROTO_BASE64, false, NULL \
	}
#define NUMBER(name)                                       \
	{                                                  \
		"\"" name "\":", PROTO_NUMBER, false, NULL \
	}
#define LONG(name)                                       \
	{                                                \
		"\"" name "\":", PROTO_LONG, false, NULL \
	}
#define BOOL(name)                                       \
	{                                                \
		"\"" name "\":", PROTO_BOOL, false, NULL \
	}
#define TIME(name)                                          \
	{                                                   \
		"\"" name "\":", PROTO_FIXED64, false, NULL \
	}
#define FLAGS(name)                                         \
	{                                                   \
		"\"" name "\":", PROTO_FIXED32, false, NULL \
	}
#define DOUBLE(name)                                       \
	{                                                  \
		"\"" name "\":", PROTO_DOUBLE, false, NULL \
	}
#define ONE(name, message)                                        \
	{                                                         \
		"\"" name "\":", PROTO_MESSAGE, false, &(message) \
	}
#define LIST(name, message)                                      \
	{                                                        \
		"\"" name "\":", PROTO_MESSAGE, true, &(message) \
	}
#define MESSAGE(table)                                                   \
	{                                                                \
		.members = (table), .n = sizeof(table) / sizeof *(table) \
	}

static const struct proto_message any_value, key_value;

static const struct proto_member array_members[] = {[1] = LIST("values", any_value)};
static const struct proto_member kvlist_members[] = {[1] = LIST("values", key_value)};
static const struct proto_message array_value = MESSAGE(array_members), kvlist_value = MESSAGE(kvlist_members);

static const struct proto_member any_members[] = {
    [1] = TEXT("stringValue"),
    [2] = BOOL("boolValue"),
    [3] = LONG("intValue"),
    [4] = DOUBLE("doubleValue"),
    [5] = ONE("arrayValue", array_value),
    [6] = ONE("kvlistValue", kvlist_value),
    [7] = BYTES("bytesValue"),
};
static const struct proto_message any_value = MESSAGE(any_members);

static const struct proto_member key_value_members[] = {[1] = TEXT("key"), [2] = ONE("value", any_value)};
static const struct proto_message key_value = MESSAGE(key_value_members);

static const struct proto_member entity_members[] = {
    [1] = TEXT("schemaUrl"),
    [2] = TEXT("type"),
    [3] = TEXTS("idKeys"),
    [4] = TEXTS("descriptionKeys"),
};
static const struct proto_message entity = MESSAGE(entity_members);

static const struct proto_member resource_members[] = {
    [1] = LIST("attributes", key_value),
    [2] = NUMBER("droppedAttributesCount"),
    [3] = LIST("entityRefs", entity),
};
const struct proto_message proto_resource = MESSAGE(resource_members);

static const struct proto_member scope_members[] = {
    [1] = TEXT("name"),
    [2] = TEXT("version"),
    [3] = LIST("attributes", key_value),
    [4] = NUMBER("droppedAttributesCount"),
};
const struct proto_message proto_scope = MESSAGE(scope_members);

static const struct proto_member event_members[] = {
    [1] = TIME("timeUnixNano"),
    [2] = TEXT("name"),
    [3] = LIST("attributes", key_value),
    [4] = NUMBER("droppedAttributesCount"),
};
static const struct proto_member link_members[] = {
    [1] = ID("traceId"),
    [2] = ID("spanId"),
    [3] = TEXT("traceState"),
    [4] = LIST("attributes", key_value),
    [5] = NUMBER("droppedAttributesCount"),
    [6] = FLAGS("flags"),
};
static const struct proto_member status_members[] = {[2] = TEXT("message"), [3] = NUMBER("code")};
static const struct proto_message event = MESSAGE(event_members), link = MESSAGE(link_members),
                                  status = MESSAGE(status_members);

static const struct proto_member span_members[] = {
    [1] = ID("traceId"),
    [2] = ID("spanId"),
    [3] = TEXT("traceState"),
    [4] = ID("parentSpanId"),
    [5] = TEXT("name"),
    [6] = NUMBER("kind"),
    [7] = TIME("startTimeUnixNano"),
    [8] = TIME("endTimeUnixNano"),
    [9] = LIST("attributes", key_value),
    [10] = NUMBER("droppedAttributesCount"),
    [11] = LIST("events", event),
    [12] = NUMBER("droppedEventsCount"),
    [13] = LIST("links", link),
    [14] = NUMBER("droppedLinksCount"),
    [15] = ONE("status", status),
    [16] = FLAGS("flags"),
};
const struct proto_message proto_span = MESSAGE(span_members);

static const struct proto_member log_members[] = {
    [1] = TIME("timeUnixNano"),
    [2] = NUMBER("severityNumber"),
    [3] = TEXT("severityText"),
    [5] = ONE("body", any_value),
    [6] = LIST("attributes", key_value),
    [7] = NUMBER("droppedAttributesCount"),
    [8] = FLAGS("flags"),
    [9] = ID("traceId"),
    [10] = ID("spanId"),
    [11] = TIME("observedTimeUnixNano"),
    [12] = TEXT("eventName"),
};
const struct proto_message proto_log = MESSAGE(log_members);

/* Metrics are not read: their points stay under their numbers. */
static const struct proto_member metric_members[] = {
    [1] = TEXT("name"), [2] = TEXT("description"), [3] = TEXT("unit"), [12] = LIST("metadata", key_value)};
const struct proto_message proto_metric = MESSAGE(metric_members);

/* ---- fields */

enum proto_got proto_field(struct proto_field *f, const unsigned char *p, const unsigned char *end)
{
	uint64_t tag;
	if (!proto_varint(&p, end, &tag))
		return p ? PROTO_CUT : PROTO_BAD;
	f->number = tag >> 3;
	f->wire = (enum wire)(tag & 7);
	f->len = 0;
	if (f->number == 0 || f->number > 0x1FFFFFFF)
		return PROTO_BAD;
	switch (tag & 7) {
	case WIRE_VARINT:
		if (!proto_varint(&p, end, &f->value))
			return p ? PROTO_CUT : PROTO_BAD;
		break;
	case WIRE_BYTES:
		if (!proto_varint(&p, end, &f->len))
			return p ? PROTO_CUT : PROTO_BAD;
		if (f->len > INT64_MAX)
			return PROTO_BAD;
		break;
	case WIRE_64: f->len = 8; break;
	case WIRE_32: f->len = 4; break;
	default: return PROTO_BAD;
	}
	f->ptr = p;
	if ((f->wire == WIRE_64 || f->wire == WIRE_32) && f->len > (uint64_t)(end - p))
		return PROTO_CUT;
	return PROTO_FIELD;
}

static uint64_t fixed(const unsigned char *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

/* ---- scalars */

static void write_uint(struct convert *c, uint64_t v)
{
	char digits[20], *p = digits + sizeof digits;
	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	convert_add(c, p, (size_t)(digits + sizeof digits - p));
}

static void write_int(struct convert *c, int64_t v)
{
	if (v < 0)
		convert_lit(c, "-");
	write_uint(c, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

static void write_double(struct convert *c, double v)
{
	char *out = convert_room(c, 32);
	if (isnan(v) || isinf(v)) {
		c->text.len += (size_t)snprintf(out, 32, "\"%s\"", isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity");
		return;
	}
	int n = 0; /* the shortest that reads as the same number */
	for (int precision = 15; precision <= 17; precision++) {
		n = snprintf(out, 32, "%.*g", precision, v);
		if (strtod(out, NULL) == v)
			break;
	}
	c->text.len += (size_t)n;
}

static void write_hex(struct convert *c, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *out = convert_room(c, n * 2 + 2);
	*out++ = '"';
	for (size_t i = 0; i < n; i++) {
		*out++ = digits[p[i] >> 4];
		*out++ = digits[p[i] & 15];
	}
	*out = '"';
	c->text.len += n * 2 + 2;
}

static void write_base64(struct convert *c, const unsigned char *p, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *start = convert_room(c, n / 3 * 4 + 8), *out = start;
	*out++ = '"';
	for (size_t i = 0; i < n; i += 3) {
		size_t there = n - i < 3 ? n - i : 3;
		uint32_t group = (uint32_t)p[i] << 16;
		group |= there > 1 ? (uint32_t)p[i + 1] << 8 : 0;
		group |= there > 2 ? p[i + 2] : 0;
		for (size_t k = 0; k < 4; k++)
			*out++ = k <= there ? digits[group >> (18 - 6 * k) & 63] : '=';
	}
	*out++ = '"';
	c->text.len += (size_t)(out - start);
}

static void write_string(struct convert *c, const unsigned char *p, size_t n)
{
	convert_lit(c, "\"");
	convert_body(c, p, n);
	convert_lit(c, "\"");
}

/* ---- one field */

static enum wire wire_of(enum proto_type type)
{
	switch (type) {
	case PROTO_NUMBER:
	case PROTO_LONG:
	case PROTO_BOOL: return WIRE_VARINT;
	case PROTO_FIXED64:
	case PROTO_DOUBLE: return WIRE_64;
	case PROTO_FIXED32: return WIRE_32;
	case PROTO_UNKNOWN:
	case PROTO_STRING:
	case PROTO_HEX:
	case PROTO_BASE64:
	case PROTO_MESSAGE: break;
	}
	return WIRE_BYTES;
}

static void write_text_number(struct convert *c, int64_t v, bool is_signed)
{
	convert_lit(c, "\"");
	if (is_signed)
		write_int(c, v);
	else
		write_uint(c, (uint64_t)v);
	convert_lit(c, "\"");
}

/* Of all types but PROTO_MESSAGE. */
static void write_scalar(struct convert *c, enum proto_type type, const struct proto_field *f)
{
	uint64_t bits;
	double number;
	switch (type) {
	case PROTO_STRING: write_string(c, f->ptr, (size_t)f->len); return;
	case PROTO_HEX: write_hex(c, f->ptr, (size_t)f->len); return;
	case PROTO_NUMBER: write_int(c, (int64_t)f->value); return;
	case PROTO_LONG: write_text_number(c, (int64_t)f->value, true); return;
	case PROTO_FIXED64: write_text_number(c, (int64_t)fixed(f->ptr, 8), false); return;
	case PROTO_FIXED32: write_uint(c, fixed(f->ptr, 4)); return;
	case PROTO_BOOL:
		if (f->value)
			convert_lit(c, "true");
		else
			convert_lit(c, "false");
		return;
	case PROTO_DOUBLE:
		bits = fixed(f->ptr, 8);
		memcpy(&number, &bits, sizeof number);
		write_double(c, number);
		return;
	case PROTO_UNKNOWN:
	case PROTO_BASE64:
	case PROTO_MESSAGE: break;
	}
	if (f->wire == WIRE_BYTES)
		write_base64(c, f->ptr, (size_t)f->len);
	else
		write_text_number(c, (int64_t)(f->wire == WIRE_VARINT ? f->value : fixed(f->ptr, (size_t)f->len)),
		                  false);
}

static void write_name(struct convert *c, const struct proto_member *member, uint64_t number)
{
	if (member)
		convert_add(c, member->name, strlen(member->name));
	else
		c->text.len += (size_t)snprintf(convert_room(c, 32), 32, "\"#%llu\":", (unsigned long long)number);
}

bool proto_write_field(struct convert *c, const struct proto_member *member, const struct proto_field *f)
{
	if (member && wire_of(member->type) != f->wire)
		member = NULL;
	write_name(c, member, f->number);
	if (member && member->type == PROTO_MESSAGE)
		return proto_write(c, member->message, f->ptr, f->ptr + f->len);
	write_scalar(c, member ? member->type : PROTO_UNKNOWN, f);
	return true;
}

/* ---- messages */

enum { NEST_MAX = 200 }; /* messages in messages; in one attribute half as many lists */

struct nest {
	const struct proto_message *message;
	const unsigned char *end;
	const struct proto_member *list; /* repeated member whose array is open */
	bool any;
};

static void open_object(struct convert *c, struct nest *n, const struct proto_message *m, const unsigned char *end)
{
	convert_lit(c, "{");
	*n = (struct nest){.message = m, .end = end};
}

static void close_list(struct convert *c, struct nest *n)
{
	if (n->list)
		convert_lit(c, "]");
	n->list = NULL;
}

/* An attribute with a text, as most are, in one go. false: it is another. */
static bool write_plain_attribute(struct convert *c, const unsigned char *p, const unsigned char *end)
{
	uint64_t key_len, value_len, text_len;
	if (end - p < 4 || *p++ != 0x0A || !proto_varint(&p, end, &key_len) || key_len > (uint64_t)(end - p))
		return false;
	const unsigned char *key = p;
	p += key_len;
	if (end - p < 4 || *p++ != 0x12 || !proto_varint(&p, end, &value_len) || value_len != (uint64_t)(end - p))
		return false;
	if (end - p < 2 || *p++ != 0x0A || !proto_varint(&p, end, &text_len) || text_len != (uint64_t)(end - p))
		return false;
	convert_lit(c, "{\"key\":\"");
	convert_body(c, key, (size_t)key_len);
	convert_lit(c, "\",\"value\":{\"stringValue\":\"");
	convert_body(c, p, (size_t)text_len);
	convert_lit(c, "\"}}");
	return true;
}

static const struct proto_member *known(const struct proto_message *m, const struct proto_field *f)
{
	if (f->number >= m->n || !m->members[f->number].name || wire_of(m->members[f->number].type) != f->wire)
		return NULL;
	return &m->members[f->number];
}

/* Comma, name and bracket before a value of this member. */
static void begin_member(struct convert *c, struct nest *n, const struct proto_member *member, uint64_t number)
{
	bool goes_on = member && member->repeated && n->list == member;
	if (!goes_on)
		close_list(c, n);
	if (n->any)
		convert_lit(c, ",");
	n->any = true;
	if (goes_on)
		return;
	write_name(c, member, number);
	if (!member || !member->repeated)
		return;
	convert_lit(c, "[");
	n->list = member;
}

static void tell_bad(struct convert *c, const unsigned char *p, const char *why)
{
	convert_tell(c, (size_t)(p - c->in), 0, SEVERITY_SKIPPED, "bad-protobuf", 0,
	             "the rest of the message around it is skipped", "%s", why);
}

bool proto_write(struct convert *c, const struct proto_message *m, const unsigned char *p, const unsigned char *end)
{
	struct nest nest[NEST_MAX];
	struct proto_field f;
	size_t depth = 1, mark = c->text.len;
	open_object(c, &nest[0], m, end);
	while (depth > 0 && c->text.len - mark <= c->max) {
		struct nest *n = &nest[depth - 1];
		if (p >= n->end) {
			close_list(c, n);
			convert_lit(c, "}");
			depth--;
			continue;
		}
		enum proto_got got = proto_field(&f, p, n->end);
		if (got != PROTO_FIELD || f.len > (uint64_t)(n->end - f.ptr)) {
			tell_bad(c, p,
			         got == PROTO_BAD ? "no protobuf field"
			                          : "a field is longer than the message it is in");
			p = n->end;
			continue;
		}
		const struct proto_member *member = known(n->message, &f);
		const struct proto_message *inner = member ? member->message : NULL;
		if (inner && depth == NEST_MAX) {
			convert_tell(c, (size_t)(p - c->in), 0, SEVERITY_WARNING, "limit-depth", 0,
			             "kept as bytes in base64", "messages nested deeper than %d", NEST_MAX);
			member = NULL;
			inner = NULL;
		}
		begin_member(c, n, member, f.number);
		p = f.ptr + f.len;
		if (!inner) {
			write_scalar(c, member ? member->type : PROTO_UNKNOWN, &f);
		} else if (inner != &key_value || !write_plain_attribute(c, f.ptr, p)) {
			open_object(c, &nest[depth++], inner, p);
			p = f.ptr;
		}
	}
	return depth == 0;
}
