/* OTLP as protobuf: wire types, the messages, and one message in memory as JSON. Private to otlp_proto*.c.
 * Sources: protobuf.dev/programming-guides/encoding; opentelemetry-proto 1.7 (trace, logs, common, resource); its "JSON Protobuf
 * Encoding": ids in hex, 64-bit numbers as text. */
#ifndef SPOOR_IMPORT_OTLP_PROTO_H
#define SPOOR_IMPORT_OTLP_PROTO_H

#include "import/convert_private.h"

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* Moves *p behind the varint at it. false: it is cut off at `end` (*p stays) or longer than 10 bytes (*p is NULL). */
static inline bool proto_varint(const unsigned char **p, const unsigned char *end, uint64_t *value)
{
	const unsigned char *at = *p;
	uint64_t v = 0;
	if (at < end && *at < 0x80) {
		*value = *at;
		*p = at + 1;
		return true;
	}
	for (unsigned shift = 0; at < end; shift += 7, at++) {
		if (shift > 63) {
			*p = NULL;
			return false;
		}
		v |= (uint64_t)(*at & 0x7F) << shift;
		if (*at < 0x80) {
			*value = v;
			*p = at + 1;
			return true;
		}
	}
	return false;
}

/* One field: tag and where its content lies. */
struct proto_field {
	uint64_t number;
	enum wire wire;
	uint64_t value;           /* of a varint */
	const unsigned char *ptr; /* content of the others */
	uint64_t len;             /* of WIRE_BYTES: as it claims, which may lie beyond the bytes given */
};
enum proto_got { PROTO_FIELD, PROTO_CUT, PROTO_BAD };
/* The field at p. PROTO_CUT: its tag, length or number is not whole. */
enum proto_got proto_field(struct proto_field *f, const unsigned char *p, const unsigned char *end);
/* Bytes of the field at p, with its tag. */
static inline uint64_t proto_size(const struct proto_field *f, const unsigned char *p)
{
	return (uint64_t)(f->ptr - p) + f->len;
}

enum proto_type {
	PROTO_UNKNOWN,
	PROTO_STRING,
	PROTO_HEX,    /* bytes: an id */
	PROTO_BASE64, /* bytes */
	PROTO_NUMBER, /* varint of 32 bits, or an enum */
	PROTO_LONG,   /* int64 as varint: text */
	PROTO_BOOL,
	PROTO_FIXED64, /* text */
	PROTO_FIXED32,
	PROTO_DOUBLE,
	PROTO_MESSAGE
};

struct proto_message;
struct proto_member {
	const char *name; /* as it is written: "traceId": */
	enum proto_type type;
	bool repeated;
	const struct proto_message *message;
};
struct proto_message {
	const struct proto_member *members; /* by number; without a name: not known */
	size_t n;
};
extern const struct proto_message proto_span, proto_log, proto_metric, proto_resource, proto_scope;

/* Writes the message in [p, end), which lies in the window, as a JSON object. What is bad in it is told, and left out with the rest of
 * the innermost message around it. false: its text is larger than c->max; it is not whole then. */
bool proto_write(struct convert *c, const struct proto_message *m, const unsigned char *p, const unsigned char *end);
/* One field of no message that is written whole: "name":value, or "#7":value if the member is NULL. */
bool proto_write_field(struct convert *c, const struct proto_member *member, const struct proto_field *f);

#endif
