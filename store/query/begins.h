/* Where regressions begin: the traces of every case that got worse put in line with their baseline's (trace_diff.h), the first step in
 * which they differ, counted over all of these cases, and over those that did not get worse as a control.
 *
 * Lost cases are those of CLASS_REGRESSED and CLASS_NEW_ERROR; where no case of the two runs has passed or failed, those whose
 * scores fell and those with an error in B alone (by_scores). All other paired cases are the control: a step at which those part too is not to blame.
 * Of a case with repeats one result of each side is taken: those that have the verdict of their case there (the majority's) and the same
 * number, else the first with that verdict on each side, else the first with a trace. So it is a failed result of B against a
 * passed one of A wherever a case was lost, and the same the other way round.
 *
 * A label is what a step is called, its kind, and what differs (begins_what): the same for all cases, so that it can be counted.
 * Where something differs in nearly every pair of both groups alike (at least BEGINS_EVERYWHERE_SHARE of the lost, and of BEGINS_EVERYWHERE_LEAST or
 * more others), as a new component does, that is said, and the pairs are looked at again beside it: rows with `then` count the first step that
 * differs beside what differs everywhere.
 *
 * A step is tested by Fisher's exact test of (lost that part there) against (others that part there), its difference has Newcombe's interval
 * (store/stat/rates.h); Holm over all steps of both passes that could reach 0.05 at all (Tarone 1990), as Insights does.
 * Work is bounded: BEGINS_LOST and BEGINS_OTHERS cases, picked by a hash of their keys where there are more, BEGINS_SPANS spans of each trace,
 * BEGINS_SPANS_ALL of all; what was left out is counted. */
#ifndef SPOOR_STORE_QUERY_BEGINS_H
#define SPOOR_STORE_QUERY_BEGINS_H

#include "store/query/compare.h"

enum {
	BEGINS_LOST = 4096,
	BEGINS_OTHERS = 512,
	BEGINS_SPANS = 20000,
	BEGINS_SPANS_ALL = 4000000,
	BEGINS_DOCUMENTS = 16,      /* pairs of retrievals of a case whose documents are looked at */
	BEGINS_PLACES = 64,         /* places of a pair that are kept */
	BEGINS_MORE_LEAST = 2,      /* lost cases: one alone is no pattern, whatever its p */
	BEGINS_EVERYWHERE_LEAST = 5 /* of so many others at least it can be said */
};
#define BEGINS_EVERYWHERE_SHARE 0.9

enum begins_what {
	BEGINS_NEW,     /* a step that only B has */
	BEGINS_MISSING, /* that only A has */
	BEGINS_RENAMED,
	BEGINS_MOVED,
	BEGINS_MODEL,
	BEGINS_INPUT,
	BEGINS_FAILS,    /* in B, not in A */
	BEGINS_RECOVERS, /* in A, not in B */
	BEGINS_STATUS,   /* it ended in one alone */
	BEGINS_DOCUMENTS_DIFFER,
	BEGINS_OUTPUT,
	N_BEGINS_WHATS
};
const char *begins_what_name(enum begins_what what); /* --json: "new" "missing" … */
const char *begins_what_words(enum begins_what what, enum span_kind kind);

enum begins_verdict {
	BEGINS_MORE,       /* p_holm < 0.05, and more of the lost: where regressions begin */
	BEGINS_LESS,       /* p_holm < 0.05, and fewer */
	BEGINS_ALIKE,      /* no evidence that it is */
	BEGINS_EVERYWHERE, /* nearly every pair differs in it, lost or not */
	BEGINS_TOO_FEW,    /* cases to tell */
	BEGINS_ALONE       /* nothing to compare with: no other case has both traces */
};
const char *
begins_verdict_name(enum begins_verdict v); /* --json: "more" "less" "alike" "everywhere" "too_few" "no_control" */
const char *begins_verdict_words(enum begins_verdict v); /* in few words, for a table */

#define BEGINS_NONE UINT32_MAX
/* What differs, within a step. */
struct begins_label {
	enum begins_what what;
	int64_t lost, others;         /* cases that first differ here */
	int64_t lost_any, others_any; /* cases that differ here at all */
	bool everywhere;
	uint32_t step;
	struct str filter; /* of Compare: begins:"retrieve-policy: other documents" */
};
struct begins_step {
	struct str name; /* as in the source */
	enum span_kind kind;
	bool then; /* of the second pass */
	int64_t lost, others;
	double low, high; /* of lost/lost_looked - others/others_looked; NaN: none */
	double p, p_holm; /* NaN: not tested */
	enum begins_verdict verdict;
	uint32_t first, n; /* its labels, most lost first */
	struct str filter; /* begins:"retrieve-policy" */
};

enum begins_trace { BEGINS_BOTH, BEGINS_NO_A, BEGINS_NO_B, BEGINS_NEITHER, BEGINS_NOT_LOOKED };
struct begins_case {
	size_t row; /* of compare.rows */
	bool lost;
	enum begins_trace has;
	int64_t trace_a, trace_b; /* row ids; 0: none */
	int64_t repeat_a, repeat_b;
	uint32_t first, then; /* labels; BEGINS_NONE: they differ nowhere (that was looked at) */
	bool cut;             /* only part of its traces was read */
};

/* A line of the table that screen and command show: steps with a loss, below each what differs in it where that is not one thing alone. */
enum begins_line_kind {
	BEGINS_LINE_STEP,
	BEGINS_LINE_LABEL,  /* within the step above; or a step in which one thing alone differs */
	BEGINS_LINE_BESIDE, /* a heading: what comes is beside what differs everywhere */
	BEGINS_LINE_NOWHERE,
	BEGINS_LINE_NO_TRACE
};
struct begins_line {
	enum begins_line_kind kind;
	bool inside;                 /* a label below its step */
	bool then;                   /* of the second pass */
	uint32_t step, label;        /* BEGINS_NONE: none */
	struct str name;             /* of the step; what the line is called */
	const char *what;            /* "other documents"; "" */
	const char *words;           /* the verdict's; "" */
	enum begins_verdict verdict; /* where words is not empty */
	int64_t lost, others;        /* UNKNOWN_INT: not of this line */
	double low, high, p_holm;
	struct str filter; /* of Compare; empty: none */
};

struct begins_count {   /* of one group */
	int64_t all;    /* cases */
	int64_t traced; /* with both traces */
	int64_t no_a, no_b, neither;
	int64_t looked;       /* whose traces were put in line: the n of every share */
	int64_t nowhere;      /* of these: they differ nowhere */
	int64_t nowhere_then; /* and nowhere beside what differs everywhere */
};
struct begins {
	struct arena arena;
	bool by_scores;
	bool errors;       /* some of the lost end in an error that had an answer */
	int64_t shared;    /* results left out, since their trace is that of other cases too */
	bool names_traces; /* where no lost case has both: results name some that are not in the store */
	struct begins_count lost, others;
	bool cut;                  /* only part of some traces was read */
	int64_t tested;            /* the family of Holm */
	struct begins_step *steps; /* first pass before the second; in each BEGINS_MORE first, then most lost first */
	size_t n_steps, n_first;
	struct begins_label *labels;
	size_t n_labels;
	uint32_t *everywhere; /* labels that differ in nearly every pair, most lost first */
	size_t n_everywhere;
	struct begins_case *cases; /* of both groups, in the order of compare.rows */
	size_t n_cases;
	struct begins_line *lines;
	size_t n_lines;
	int64_t others_only; /* steps at which no lost case, but others first differ: not in the lines */
	struct str
	    brief; /* where they begin, in one row: "3 of 5 losses first differ at retrieve-policy: other documents" */
	struct str sentence; /* "14 of 19 losses first differ at retrieve-policy: other documents" … */
	struct str missing;  /* what could not be looked at, and what to do; may be empty */
};
void begins_done(struct begins *b);

struct begins_most {
	int64_t lost, others; /* 0: BEGINS_LOST, BEGINS_OTHERS */
};
/* One read of each run's links to traces, then each pair's rows. db may be interrupted. c is borrowed for the call. It must have its
 * rows, all of them (not lost_only). */
bool begins_of(struct db *db, const struct compare *c, struct begins_most most, struct begins *out, struct err *err);

/* A lost case stands behind the line. */
bool begins_is_behind(const struct begins *b, const struct begins_line *line, const struct begins_case *c);

/* The label that tells most of a case, where there is room for one: the first, or the first beside what differs everywhere. */
uint32_t begins_telling(const struct begins *b, const struct begins_case *c);

/* Turns keep[i], one per c->rows, to false but for cases that got worse and first differ at `step`: "NAME", "NAME: other documents" (as in
 * filter above), with "then " before it of the second pass, "nowhere", or "no trace". As long as begins_of. */
bool begins_mark(struct db *db, const struct compare *c, struct str step, bool *keep, struct err *err);

#endif
