/* Flag to check: answers that people judged, as store/study/ruleprop.h wants them; and any rule tried on what people said: what it hits,
 * what it misses, where it would raise a false alarm, and how many answers nobody has judged it would flag.
 *
 * What counts: verdicts that somebody made by looking (proposed ones never). Of several people's the majority; a tie is no verdict. An answer
 * is its input and output: equal ones, in other runs or as the trace of a case, count once, as a case result if one is there. */
#ifndef SPOOR_STORE_QUERY_RULEPROP_H
#define SPOOR_STORE_QUERY_RULEPROP_H

#include <stdatomic.h>

#include "store/query/filter.h"
#include "store/query/subject.h"
#include "store/study/ruleprop.h"

/* Which answers. */
struct rule_scope {
	const struct filter *cases, *traces; /* NULL: all */
	bool no_cases, no_traces;            /* the filter is not one over these */
	int64_t run;                         /* row id: of this run only (and no traces); 0: all */
	struct str author, reason; /* absent: anybody's; bad for any reason. A reason is one word of those given */
};

/* A rule as it is tried: read by store/check. */
struct rule_trial {
	const struct demand *demand;
	const struct filter *where, *cases; /* its own; NULL: all */
	bool no_cases, no_traces;           /* it is not about these */
};

enum rule_outcome_kind {
	RULE_ALARM,
	RULE_HIT,
	RULE_MISS,
	RULE_WOULD,
	N_RULE_OUTCOMES
};                                                          /* what speaks against it first */
const char *rule_outcome_name(enum rule_outcome_kind kind); /* "false alarm" "hit" "miss" "not judged" */

struct rule_example {
	enum rule_outcome_kind kind;
	struct subject_at at;
	struct str title;
	struct str excerpt;     /* of the text, around what broke the rule; else its beginning */
	size_t lit_at, lit_len; /* in the excerpt */
	struct str why;         /* absent: a miss */
};
enum { RULE_EXAMPLES = 100 /* of each kind that are kept */ };

struct rule_outcome {
	int64_t hits, misses, alarms, passed; /* of flagged; of approved */
	int64_t unjudged, would;              /* answers without a verdict; of them, those it would flag */
	int64_t unsure;     /* judged neither good nor bad, or bad for another reason: in no other figure */
	int64_t unreadable; /* answers whose records no longer tell them */
	int64_t left_out;   /* answers beyond RULE_ITEMS */
	struct interval precision, recall;
	struct rule_example *examples; /* by kind, then in the order of the store */
	size_t n_examples;
};
enum { RULE_ITEMS = 1000000 };

struct rule_progress {
	_Atomic bool cancel; /* set by anybody: ERR_INTERRUPTED */
	_Atomic int percent;
};

/* Tries n rules in one walk over the judged answers, or over all of them. Each record is decoded once: see README, "Speed". out: n; all in the
 * arena. progress may be NULL; a db_interrupt ends it as well. */
bool ruleprop_try(struct db *db, const struct rule_scope *scope, const struct rule_trial *rules, size_t n,
                  bool everything, struct rule_progress *progress, struct arena *arena, struct rule_outcome *out,
                  struct err *err);

struct ruleprop_page {
	struct arena arena; /* owns all below */
	struct ruleprop found;
	struct rule_outcome *outcomes; /* of each rule found, over the judged answers */
	int64_t unsure, unreadable;
	int64_t left_out; /* judged answers beyond RULEPROP_ANSWERS */
};
/* Rules out of what people judged; each is about what that was: all case results, or none; traces of the names that these have. */
bool ruleprop_page(struct db *db, const struct rule_scope *scope, struct rule_progress *progress,
                   struct ruleprop_page *out, struct err *err);
void ruleprop_page_done(struct ruleprop_page *p);

#endif
