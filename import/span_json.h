/* Spans written as plain JSON objects (SDK dumps, Phoenix, Logfire) → the neutral span: what their readers share. Attributes are members
 * of an object instead of OTLP's key-value pairs, times are ISO text, numbers of any unit or [seconds, nanos], ids text or integers. */
#ifndef SPOOR_IMPORT_SPAN_JSON_H
#define SPOOR_IMPORT_SPAN_JSON_H

#include "import/otlp_value.h"

/* For one record. */
struct otlp_in span_json_in(struct import *im, const struct record *rec);

/* A string whose text is a JSON object or list: that; anything else as it is. Lives in the arena. */
struct val span_json_opened(const struct otlp_in *in, struct val v);

/* Attributes under construction; all in `arena`. */
struct attr_list {
	struct arena *arena;
	struct attr_in *at;
	size_t n, cap;
};
/* key is borrowed. null and NaN: nothing. Structures stay JSON. */
void attr_list_add(struct attr_list *list, struct str key, struct val v);
/* One attribute, or if its value is an object without a meaning of its own, each of its members under "key.member"; lists that the
 * conventions flatten (annotations, reranked documents) under "key.0.member". */
void attr_list_open(struct attr_list *list, struct str key, struct val v);
/* The members of an object, or of a list of key and value (OTLP) or of pairs (JS SDK 2), opened; also as JSON text. */
void attr_list_members(struct attr_list *list, const struct otlp_in *in, struct val v, const char *path);
struct attrs_in attr_list_done(const struct attr_list *list);

/* A time in any of the spellings; numbers by their size (s, ms, us, ns), or in ns if so said. Absent, null, "", 0: TIME_UNKNOWN; else a
 * problem. */
int64_t span_json_time(const struct otlp_in *in, struct val v, bool ns, const char *path);
/* "SpanKind.CLIENT", "SPAN_KIND_CLIENT", "client", or the SDK's number (0 internal … 4 consumer; OTLP's is one more) → "client";
 * STR_NONE: none of them. */
struct str span_json_otel_kind(struct val v, bool otlp, struct arena *arena);
/* {code|status_code, message|description}, a word, or a number → in->status and ->message; what they hold stays if v does not say. */
void span_json_status(const struct otlp_in *in, struct val v, struct span_in *span);
/* Lists of {name, timestamp, attributes, body} and of {context|traceId…, attributes}; absent: nothing. */
void span_json_events(const struct otlp_in *in, struct val list, struct span_in *span);
void span_json_links(const struct otlp_in *in, struct val list, struct span_in *span);
/* Marks a span without an end as running and tells of an end before its start. */
void span_json_settle(const struct otlp_in *in, struct span_in *span);

#endif
