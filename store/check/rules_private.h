/* Rules as they are read. Private to store/check. */
#ifndef SPOOR_STORE_CHECK_RULES_PRIVATE_H
#define SPOOR_STORE_CHECK_RULES_PRIVATE_H

#include "store/check/rules.h"
#include "store/model.h"
#include "store/query/filter.h"
#include "store/study/demand.h"

enum { RULES_MOST = 64 }; /* bits of check_trace.rules_kept */

struct rule {
	const char *name; /* what could not be read is unknown: NULL, STR_NONE, UNKNOWN_INT … */
	struct str message;
	enum check_level level;
	bool of_trace;
	const struct filter *where; /* over traces; NULL: all */
	const struct filter *cases; /* over case results; NULL: all */
	const struct filter *spans; /* over spans; NULL: all */
	int64_t kind;               /* UNKNOWN_INT: any */
	struct str span, model;     /* a tool: demand.tool */
	struct demand demand;
	struct str text; /* as written */
};

/* What the rule is about is an answer, not spans of one kind or name. */
bool rule_is_of_answers(const struct rule *r);

struct rules {
	struct arena arena;
	struct str path;
	uint64_t hash;
	enum check_level level[N_CHECKS];
	double limit[N_CHECKS];
	struct rule at[RULES_MOST];
	size_t n;
};

struct check_trace;
struct span;
/* rule_run.c. In this order for each trace; `open` once before, `close` once after all. */
struct rule_state;
bool rules_open(struct db *db, const struct rules *rules, struct rule_state **out, struct err *err);
void rules_close(struct rule_state *s);
bool rules_begin(struct rule_state *s, struct check_trace *t, struct err *err); /* which rules are about it */
bool rules_want_text(const struct check_trace *t, int64_t row); /* must this span's record be decoded? */
void rules_span(struct check_trace *t, int64_t row, const struct span *span);
void rules_end(struct check_trace *t);

#endif
