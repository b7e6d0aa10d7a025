/* Checks: what can be said of a trace without a model to judge it. Deterministic: of equal traces equal findings, whatever the order in
 * which they came.
 *
 * A check looks at one trace's settled spans and at what their records say, and leaves findings: which check, which span (or the whole
 * trace), how grave, how many, and why in plain words. They stand in a table of their own (`finding`), are shown as scores of source
 * `code` wherever scores are, and are made anew when the trace or the rules change. They never repeat a secret they found.
 *
 * Level. A note says what is worth knowing and often right; a warning, what is probably wrong; an error, what must not be. Notes do not
 * count as failed. */
#ifndef SPOOR_STORE_CHECK_CHECK_H
#define SPOOR_STORE_CHECK_CHECK_H

#include <stdatomic.h>

#include "store/base/arena.h"
#include "store/db.h"

enum check_level { CHECK_OFF = -1, CHECK_NOTE, CHECK_WARNING, CHECK_ERROR, N_CHECK_LEVELS };
const char *check_level_name(enum check_level level); /* "off" "note" "warning" "error" */
bool check_level_named(struct str name, enum check_level *level);

enum check_id {
	CHECK_INVALID_JSON,
	CHECK_EMPTY_ANSWER,
	CHECK_CUT_OFF,
	CHECK_EMAIL,
	CHECK_PHONE,
	CHECK_IBAN,
	CHECK_CARD,
	CHECK_SECRET,
	CHECK_REPEATED_CALL,
	CHECK_LOOP,
	CHECK_RETRY,
	CHECK_UNUSED_DOCUMENTS,
	CHECK_NO_RESULT,
	CHECK_MISSING_PARENT,
	CHECK_NEVER_ENDED,
	CHECK_SLOW_TRACE,
	CHECK_DEAR_TRACE,
	CHECK_PARTLY_CHECKED,
	N_CHECKS
};

struct check {
	const char *name, *group; /* "repeated-call"; "output" "privacy" "behaviour" */
	const char *help;         /* what it finds, at most 100 columns */
	bool of_trace;            /* its findings are of the whole trace, not of a span */
	enum check_level level;   /* the gravest its findings have */
	const char *limit_name;   /* what the rules may set, NULL: nothing */
	double limit;             /* unless they do */
	const char *limit_help;
};
extern const struct check checks[N_CHECKS];

/* A team's rules (rules.h); NULL: all checks as they are. */
struct rules;

struct check_progress {
	_Atomic bool cancel;    /* set by anybody: stops at the next trace */
	_Atomic int percent;    /* of what there was to do */
	_Atomic int64_t traces; /* done so far */
};
/* Looks at all traces that were not yet, newest first. Each record is decoded once; one without an LLM call and without anything that
 * looks personal not at all. Write transactions take about 50 ms. Stopped by cancel: true, and the next call goes on. Of a trace of more
 * than CHECK_ROWS spans, the first so many. */
enum { CHECK_ROWS = 100000, CHECK_MOST = 200 }; /* CHECK_MOST: findings of one check in one trace that are kept */
bool check_run(struct db *db, const struct rules *rules, struct check_progress *progress, struct err *err);
/* Traces that were not yet looked at by these rules. */
bool check_pending(struct db *db, const struct rules *rules, int64_t *n, struct err *err);

#endif
