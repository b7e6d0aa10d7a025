/* The filter language (product.md): text → tree, mistakes at their column; the tree compiles to SQL with bound values.
 *
 *     kind:llm status:error dur>2s cost>0.01 tokens>=4k model~gpt-4 name="get_balance" score.groundedness<0.5
 *     text:"refund policy" tag:prod since:7d has:annotation verdict:bad run:v13 ( … or … ) not …
 *
 * Words side by side mean and. @NAME is a saved filter (saved.h), as if it stood there in brackets. Fields come from one table (name, type, SQL, help). */
#ifndef SPOOR_STORE_QUERY_FILTER_H
#define SPOOR_STORE_QUERY_FILTER_H

#include "store/annotate.h"
#include "store/base/arena.h"
#include "store/db.h"

struct filter; /* a parsed filter; owned by its arena */

/* FILTER_PAIRS: the rows of a comparison, by compare_filter.h: only some of its fields have SQL. */
enum filter_over { FILTER_TRACES, FILTER_CASES, FILTER_RUNS, FILTER_SPANS, FILTER_PAIRS };

struct filter_mistake {
	size_t column; /* byte offset in the text of the first character that cannot be, from 0 */
	char expected[160];
	char
	    instead[48]; /* what was meant, perhaps: a field, a word of a list, a saved filter; "" if nothing is near */
};
/* "expected a field: … (did you mean status?)" */
void filter_mistake_words(struct buf *out, const struct filter_mistake *mistake);

/* What stands at a place of a filter being typed, right or wrong: for completion. */
enum filter_place { FILTER_NOTHING, FILTER_FIELD, FILTER_SCORE_NAME, FILTER_SAVED, FILTER_VALUE };
struct filter_spot {
	enum filter_place place;
	size_t from, to;  /* bytes of the text that a completion takes the place of */
	struct str typed; /* up to the caret, without quotes (borrowed) */
	struct str field; /* FILTER_VALUE: its name as typed */
	bool quoted;      /* an opening quote stands before `typed`, inside from … to */
};
void filter_spot_at(struct str text, enum filter_over over, size_t caret, struct filter_spot *out);
/* Appends the value as a filter takes it: in quotes where it needs them. */
void filter_quote(struct buf *out, struct str value);

/* Parses; NULL with *mistake filled. An empty text is a filter that keeps everything. now_ns: for since:7d. The tree lives in arena. */
struct filter *filter_parse(struct arena *arena, struct str text, enum filter_over over, int64_t now_ns,
                            struct filter_mistake *mistake);
/* Prints the tree back: parsing that gives an equal tree. */
void filter_print(struct buf *out, const struct filter *f);
bool filter_is_empty(const struct filter *f); /* also NULL */

/* Not for FILTER_PAIRS. Appends a SQL condition over the query's main row (alias t for traces, c for cases, r for runs, s for spans) with ?NNN parameters from
 * *n_params + 1 on; filter_bind gives them their values in the same order. */
void filter_sql(struct buf *sql, const struct filter *f, int *n_params);
void filter_bind(struct stmt *s, const struct filter *f, int first_param);

/* A time as a filter takes one, alone: "2026-11-20", "7d" (ago), "yesterday". False: *mistake. */
bool filter_time(struct str text, int64_t now_ns, int64_t *ns, struct filter_mistake *mistake);

/* Looks up what text:"…" asks for, once for each state of the store: before filter_bind, on the connection the statement is for. */
bool filter_resolve(const struct filter *f, struct db *db, struct err *err);

struct filter_field {
	const char *name, *help, *example;
};
/* The table of fields for help and completion; ends with name NULL. */
const struct filter_field *filter_fields(enum filter_over over);

#endif
