/* A team's own checks, and what it wants of ours: rules.json.
 *
 * JSON, in which comments (two slashes, or slash and star) and a comma behind the last element are allowed. Looked for where --rules says, else $SPOOR_RULES, else
 * $XDG_CONFIG_HOME/spoor/rules.json (~/.config). `spoor help rules` prints the whole table of keys, made from the one that reads them. */
#ifndef SPOOR_STORE_CHECK_RULES_H
#define SPOOR_STORE_CHECK_RULES_H

#include "store/check/check.h"
#include "store/query/ruleprop.h"

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

enum check_level rules_level_of(const struct rules *rules, size_t i); /* of one of the team's own */
/* Its own words, as the file has them. */
struct str rules_text(const struct rules *rules, size_t i);
/* The rule as it is tried on answers (store/query/ruleprop.h). False: it is about spans, which people judge one by one at most. */
bool rules_trial(const struct rules *rules, size_t i, struct rule_trial *out);
/* What it flags, in words: "says \"as an AI\"; is longer than 200 characters". Appends. */
void rules_words(const struct rules *rules, size_t i, struct buf *out);

/* A file of this one rule {…}: for rules being tried and written. */
bool rules_parse_one(struct str rule, int64_t now_ns, struct rules **out, struct err *err);
/* Where rules are kept that no --rules names: $SPOOR_RULES or the file in the config directory. Appends. */
void rules_place(struct buf *out);
/* Adds a rule {…} at the end of the file's rules, makes the file where there is none; all else in it stays as it is, comments too. path: NULL: rules_place.
 * Written whole or not at all; a link is followed. ERR_USAGE: the file or the rule has a mistake, or a rule of that name is there. */
bool rules_save(const char *path, struct str rule, int64_t now_ns, struct err *err);
/* The text of the file with the rule in it; appends. Pure; for rules_save. False: it is not an object with a list of rules. */
bool rules_insert(struct str file, struct str rule, struct buf *out);

/* All keys with their help, and an example: for `spoor help rules`. Appends. */
void rules_help(struct buf *out);

#endif
