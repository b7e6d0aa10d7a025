/* The scanner: strict RFC 8259 JSON over bytes in memory, for everything that comes from a file.
 *
 * One pass over one value checks it whole (grammar, UTF-8, escapes, control bytes, depth) and leaves a flat table of its
 * tokens; afterwards walking, skipping and looking up cost no second look at the bytes. Strings are slices of the input
 * until somebody asks for their text; number literals stay as written, so 64-bit integers are exact.
 *
 * Differences from RFC 8259, all named: `lenient` also takes NaN, Infinity and -Infinity (type SCAN_NAN); escaped lone
 * surrogates are taken (text U+FFFD) and counted. Bytes that are not UTF-8 inside a string are taken when
 * `replace_utf8` is set (each maximal subpart reads as U+FFFD) and counted, else refused.
 * Duplicate keys are legal; scan_get finds the last.  Sources: RFC 8259; Unicode 15 section 3.9 (maximal subparts). */
#ifndef SPOOR_STORE_BASE_SCAN_H
#define SPOOR_STORE_BASE_SCAN_H

#include "store/base/arena.h"
#include "store/base/str.h"

enum scan_type {
	SCAN_NONE,
	SCAN_NULL,
	SCAN_FALSE,
	SCAN_TRUE,
	SCAN_NUMBER,
	SCAN_NAN,
	SCAN_STRING,
	SCAN_ARRAY,
	SCAN_OBJECT
};

enum scan_status {
	SCAN_OK,
	SCAN_MORE, /* the value may go on after the bytes given: give more, or say `last` */
	SCAN_BAD
};

enum { SCAN_DEPTH_MAX = 1000 }; /* default nesting limit (robustness: depth bombs) */

struct scan_token {
	uint32_t at, len; /* slice of the text; for strings without the quotes */
	uint32_t next;    /* index of the token after this value and all it holds */
	uint8_t type;     /* enum scan_type */
	uint8_t escaped;  /* string: has a backslash or bytes to replace, so its text differs from its slice */
	uint8_t
	    respelt; /* string: an escape that need not be (\u, \/) or bytes to replace: its text has other spellings, too */
	uint8_t unused;
};

struct scan_opts {
	bool last;         /* no bytes will follow */
	bool lenient;      /* NaN, Infinity, -Infinity */
	bool replace_utf8; /* ill-formed UTF-8 in strings is counted, not refused */
	int depth_max;     /* 0: SCAN_DEPTH_MAX */
};

/* One scanned value. The text is borrowed and must outlive it; token memory is reused by the next scan_value. */
struct scan {
	const char *text;
	struct scan_token *tokens;
	uint32_t n, cap;
	uint32_t bad_utf8, lone_surrogates; /* how many were met (and replaced) */
	size_t bad_at;                      /* SCAN_BAD: byte offset in the text of the first byte that cannot be */
	const char *bad;                    /* SCAN_BAD: plain words, static; "nested deeper than 1000" for the limit */
};

#define SCAN_INIT ((struct scan){0})

void scan_done(struct scan *s);

/* Scans the one value that starts at text[0] (white space before it is skipped). SCAN_OK: *used is the bytes consumed,
 * up to and with the value's last byte (a number at the very end needs `last` or a byte after it). At most 4 GiB - 1.
 * Empty text or white space only: SCAN_MORE, or with `last` SCAN_BAD "empty". Never recurses. Linear. */
enum scan_status scan_value(struct scan *s, struct str text, const struct scan_opts *opts, size_t *used);

/* The whole text is one value and white space. false: s->bad and s->bad_at say why. */
bool scan_text(struct scan *s, struct str text, const struct scan_opts *opts);

/* scan_text of a text that begins with the same `same` bytes as the one this scan holds (or holds nothing): elements of a list
 * that lie in them whole are not looked at again. *kept: the first token that is new, 0: all are. s->bad_utf8 and
 * s->lone_surrogates count in what is new. */
bool scan_text_again(struct scan *s, struct str text, size_t same, const struct scan_opts *opts, uint32_t *kept);

/* ---- walking: a val is a handle into a scan, good until the next scan_value */
struct val {
	const struct scan *scan;
	uint32_t i;
};
#define VAL_NONE ((struct val){NULL, 0})

static inline const struct scan_token *val_token(struct val v)
{
	return &v.scan->tokens[v.i];
}
static inline struct val scan_root(const struct scan *s)
{
	return s->n ? (struct val){s, 0} : VAL_NONE;
}
static inline enum scan_type val_type(struct val v) /* SCAN_NONE for VAL_NONE */
{
	return v.scan ? (enum scan_type)val_token(v)->type : SCAN_NONE;
}
static inline bool val_is(struct val v, enum scan_type type)
{
	return val_type(v) == type;
}
static inline bool val_ok(struct val v) /* present and not null */
{
	return v.scan && val_token(v)->type != SCAN_NULL;
}
struct str val_raw(struct val v); /* the value's bytes as written (strings with their quotes) */
size_t val_offset(struct val v);  /* of its first byte in the scanned text */
uint32_t val_count(struct val v); /* elements or members; linear */

/* A string's text, unescaped. No escapes: a slice of the input, else a copy in `arena`. Not a string: STR_NONE.
 * May hold NUL. Ill-formed bytes read as U+FFFD. */
struct str val_str(struct val v, struct arena *arena);
/* The text of any scalar: a string's text, a number's literal, true/false; object or array: its JSON as written; null: STR_NONE. */
struct str val_text(struct val v, struct arena *arena);
bool val_str_is(struct val v, const char *text); /* string equal to `text` */

bool val_int64(struct val v,
               int64_t *out); /* exact: integer literal (also in a string) that fits; 1e3 and 5.0 count as integers */
bool val_uint64(struct val v, uint64_t *out);
bool val_double(struct val v, double *out); /* finite number, also in a string ("0.7"); "C" numeric rules */
bool val_bool(struct val v, bool *out);     /* true, false; also the strings "true" and "false" */

struct member {
	struct val key, val;
	uint32_t end; /* private: the token behind the container */
	bool ok;
};
static inline struct member member_at(const struct scan *s, uint32_t i, uint32_t end, bool keyed)
{
	if (i >= end)
		return (struct member){.ok = false};
	return (struct member){
	    .key = {keyed ? s : NULL, keyed ? i : 0},
              .val = {s,                i + keyed    },
              .end = end, .ok = true
        };
}
/* for (struct member m = val_first(obj); m.ok; m = val_next(m)) … ; an array's members have key VAL_NONE, and so has the value behind the
 * last. */
static inline struct member val_first(struct val container)
{
	enum scan_type type = val_type(container);
	if (!container.scan || (type != SCAN_OBJECT && type != SCAN_ARRAY))
		return (struct member){.ok = false};
	return member_at(container.scan, container.i + 1, val_token(container)->next, type == SCAN_OBJECT);
}
static inline struct member val_next(struct member m)
{
	return m.ok ? member_at(m.val.scan, val_token(m.val)->next, m.end, m.key.scan != NULL) : m;
}
bool member_is(struct member m, const char *key); /* exact key */
/* Key compared with ASCII case and underscores ignored: trace_id, traceId and TraceID are one (OTLP). */
bool member_is_loose(struct member m, const char *key);
struct str member_key(struct member m, struct arena *arena); /* unescaped */
/* An object of just these two members in this order, without escapes in their keys: their values. A quick look at what is
 * written the usual way; false says nothing. */
bool val_pair(struct val object, struct str first, struct str second, struct val got[2]);
/* The same for an object of one member, whose key is handed out. */
bool val_single(struct val object, struct str *key, struct val *got);

struct val val_find(struct val object, struct str key); /* last wins; VAL_NONE */
static inline struct val val_get(struct val object, const char *key)
{
	return val_find(object, str_of(key));
}
struct val val_get_loose(struct val object, const char *key);
struct val val_at(struct val array, uint32_t index);
/* Dotted path of exact keys: "gradingResult.pass". Keys that hold a dot need val_get. */
struct val val_path(struct val object, const char *path);

/* ---- numbers and strings apart from a scan */
/* The text of a part of a string's body that scanned well without bytes to replace; no escape (nor a pair of them) may be cut.
 * dst has room for body.len bytes. Returns those written. */
size_t scan_body_text(char *dst, struct str body);
bool scan_int64(struct str literal, int64_t *out); /* a whole integer literal with optional '-' */
bool scan_double(struct str literal, double *out); /* finite; whatever the locale */
/* "66.6" of "66.6%": 0.666 and not a neighbour of it, as 66.6 / 100 is. */
bool scan_percent(struct str literal, double *out);
/* Appends text as a JSON string with quotes; control characters and ill-formed bytes become escapes / U+FFFD. */
void scan_quote(struct buf *out, struct str text);
/* Canonical JSON (keys sorted by bytes, no white space, numbers as written, strings re-quoted, last duplicate only):
 * equal meaning, equal bytes. For hashes of arguments and case keys. */
void scan_canonical(struct buf *out, struct val v);
/* The values as written but without white space between tokens. */
void scan_compact(struct buf *out, struct val v);
/* Pretty-printed with two blanks an indent; literals as written. */
void scan_pretty(struct buf *out, struct val v);

/* Which code path is in use: "avx2", "sse2", "plain"; scan_force for tests and benches (NULL: best). False if not here. */
const char *scan_path(void);
bool scan_force(const char *path);

#endif
