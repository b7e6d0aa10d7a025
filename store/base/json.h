/* Small JSON of our own through cJSON: saved filters, themes (comments allowed), test oracle. What people write and
 * must be told their mistakes in by line and column goes through jsonc.h.
 * Never for imported bytes: those go through scan.h (cJSON rounds 64-bit integers and cuts strings at NUL). */
#ifndef SPOOR_STORE_BASE_JSON_H
#define SPOOR_STORE_BASE_JSON_H

#include "store/base/str.h"

struct cJSON;

/* Parses text with // and block comments allowed. err says line and column. Caller frees with json_free. */
struct cJSON *json_parse(struct str text, const char *file, struct err *err);
void json_free(struct cJSON *tree);
const struct cJSON *json_get(const struct cJSON *object, const char *key); /* case-sensitive; NULL */
const char *json_string(const struct cJSON *object, const char *key);      /* borrowed; NULL if absent or no string */
bool json_number(const struct cJSON *object, const char *key, double *out);
bool json_bool(const struct cJSON *object, const char *key, bool *out);
/* for (const struct cJSON *m = json_first(o); m; m = json_next(m)) */
const struct cJSON *json_first(const struct cJSON *container);
const struct cJSON *json_next(const struct cJSON *member);
const char *json_key(const struct cJSON *member); /* NULL in an array */
const char *json_text(const struct cJSON *value); /* string value or NULL */

/* ---- writing JSON: a printer that streams into a buf, commas and quoting by itself. Text goes through clean_json. */
struct jout {
	struct buf *out;
	uint64_t has[4];   /* private: bit per depth: a comma is due */
	uint64_t array[4]; /* private: bit per depth: an array is open, not an object */
	int depth;         /* at most 250 */
	bool pretty;
};
void jout_init(struct jout *j, struct buf *out, bool pretty);
void jout_object(struct jout *j, const char *key); /* key NULL inside arrays and at the top */
void jout_array(struct jout *j, const char *key);
void jout_end(struct jout *j);                                   /* closes the innermost */
void jout_str(struct jout *j, const char *key, struct str text); /* absent (ptr NULL): null */
void jout_cstr(struct jout *j, const char *key, const char *text);
void jout_int(struct jout *j, const char *key, int64_t n);   /* UNKNOWN_INT: null */
void jout_double(struct jout *j, const char *key, double d); /* NaN: null */
void jout_bool(struct jout *j, const char *key, bool b);
void jout_null(struct jout *j, const char *key);
void jout_time(struct jout *j, const char *key, int64_t ns);     /* ISO 8601 UTC, nine decimals; unknown: null */
void jout_raw(struct jout *j, const char *key, struct str json); /* JSON as it is; absent: null */

#endif
