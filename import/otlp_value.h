/* The values inside OTLP/JSON: ids in hex or base64, nanoseconds as text or numbers, AnyValue. Each reader takes what files were
 * seen to hold and reports the rest as a problem with its place in the record. For otlp*.c and the containers whose ids are the same. */
#ifndef SPOOR_IMPORT_OTLP_VALUE_H
#define SPOOR_IMPORT_OTLP_VALUE_H

#include "import/format.h"
#include "import/span_in.h"

struct otlp_in {
	struct import *im;
	const struct record *rec;
	struct arena *arena;
	bool payload;
};

/* got[i] = the member whose key is keys[i], case and underscores ignored; VAL_NONE. keys as camelCase literals, best in the order
 * in which they come. One pass; the last of a name wins. */
void otlp_members(struct val object, const struct str *keys, size_t n, struct val *got);
/* An id of n bytes as lower-case hex, integers too (any-agent; 128-bit decimals exactly); other ids as written; STR_NONE: absent, empty, zero, or (with a problem) unusable. */
struct str otlp_id(const struct otlp_in *in, struct val v, size_t n_bytes, const char *path);
/* An id of a format from before OpenTelemetry, of up to 64 or 128 bits: without the 16 zeros in front that make 128 bits of 64; zeros
 * left out in front are put back, if there are at most four or `any`. Ids that are not hex are given back as they are. */
struct str otlp_short_id(struct str id, bool any, struct arena *arena);
/* The problem of a span whose own id is missing: a made-up one is used. */
void otlp_no_id(const struct otlp_in *in, struct val v, const char *path, const char *what);
/* Nanoseconds since the epoch; TIME_UNKNOWN: absent, null, 0, or (with a problem) no time or beyond int64. */
int64_t otlp_time(const struct otlp_in *in, struct val v, const char *path);
bool otlp_has_time(struct val v); /* there, and not null, "" or 0 */
/* "client", "SPAN_KIND_CLIENT" or 3 as "client"; STR_NONE for anything else. */
struct str otlp_kind(struct val kind, struct arena *arena);
/* "Error", "STATUS_CODE_ERROR", "2", …; unset for anything else. */
enum span_status otlp_status(struct str text);
/* The pairs of a kvlistValue, the string of a stringValue; VAL_NONE. */
struct val otlp_pairs(struct val any);
struct val otlp_member(struct val any, const char *key); /* of a kvlistValue: the value of this key, an AnyValue */
struct val otlp_string(struct val any);
/* A list of key and value. only: nothing but this key is wanted (NULL: all). */
struct attrs_in otlp_attributes(const struct otlp_in *in, struct val list, const char *path, const char *only);
/* What a file holds beside traces, told once: "3 log records not imported". 0: nothing. */
void otlp_not_imported(const struct otlp_in *in, uint64_t n, const char *what);
/* False: absent, or (with a problem) no list. */
bool otlp_is_list(const struct otlp_in *in, struct val v, const char *path);

#endif
