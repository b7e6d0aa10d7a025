/* A team's own checks, and what it wants of ours: rules.json.
 *
 * JSON, in which comments (two slashes, or slash and star) and a comma behind the last element are allowed. Looked for where --rules says, else $SPOOR_RULES, else
 * $XDG_CONFIG_HOME/spoor/rules.json (~/.config). `spoor help rules` prints the whole table of keys, made from the one that reads them. */
#ifndef SPOOR_STORE_CHECK_RULES_H
#define SPOOR_STORE_CHECK_RULES_H

#include "store/check/check.h"

struct rules;

/* path: NULL: where it is looked for; *out is NULL if there is none there. ERR_USAGE with the file, its line and what could stand there; ERR_SYSTEM if it
 * cannot be read. now_ns: for "since:7d" in a filter. */
bool rules_load(const char *path, int64_t now_ns, struct rules **out, struct err *err);
/* The same of a text; name: what mistakes call it. */
bool rules_parse(struct str text, const char *name, int64_t now_ns, struct rules **out, struct err *err);
void rules_free(struct rules *rules); /* NULL is fine */

const char *rules_path(const struct rules *rules); /* NULL: none */
uint64_t rules_hash(const struct rules *rules);    /* changes when they do; 0: none */
enum check_level rules_level(const struct rules *rules, enum check_id id);
double rules_limit(const struct rules *rules, enum check_id id);
size_t rules_n(const struct rules *rules); /* of the team's own */
const char *rules_name(const struct rules *rules, size_t i);
const char *rules_help_of(const struct rules *rules, size_t i); /* its message, or "" */

/* All keys with their help, and an example: for `spoor help rules`. Appends. */
void rules_help(struct buf *out);

#endif
