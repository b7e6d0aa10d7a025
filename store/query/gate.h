/* The gate: is this run good enough to ship? Limits, one check per point, and one answer.
 *
 * What a check's status means, so that no reviewer is surprised:
 *   pass      the figure is within its limit (the point estimate; with `strict` its whole 95 % interval)
 *   fail      the figure is beyond its limit, or a paired test says worse (p after Holm below 0.05, statistics.md 8)
 *   too-few   it was asked for, and these cases cannot answer it
 *   skipped   nobody asked, or there is nothing to look at; the reason says which, with the figures there are
 * Against the baseline each metric is a check: it fails if it is significantly worse, unless a margin was given and the worse end of
 * its interval lies within it; with a margin, what is not known to be within it is too-few. Without one, "no evidence" passes, and the
 * reason says what could go unseen. A metric on fewer cases than could tell (6; P95 72) is skipped, but for the pass rate; a limit of its
 * own makes it too-few.
 * The answer is hold if any check fails, else not enough evidence if any is too-few, else ship (statistics.md 8). A gate that was given
 * nothing about quality (no baseline, no limit of a rate, score or slice) has a too-few check that says so: it never ships on age alone. */
#ifndef SPOOR_STORE_QUERY_GATE_H
#define SPOOR_STORE_QUERY_GATE_H

#include "store/query/compare.h"

/* ---------------------------------------------------------------- limits */

/* Unset limits are unknown: NaN, UNKNOWN_INT, STR_NONE, NULL. gate_limits_init sets the defaults. */
struct gate_must_pass { /* every result of these cases passed: by filter, or by a field of the case */
	struct str name;
	struct str where;
	const struct filter *filter;
	struct str field, value;
};
struct gate_slice { /* the cases with this value of a field; value absent: each of its values */
	struct str field, value;
	double pass_rate;
	int64_t min_cases;
	bool no_regression; /* judged within its own family of p-values */
};
struct gate_score {
	struct str name;
	double min, max, max_drop, margin;
	int better; /* 1 higher, -1 lower, 0: as the source says, else higher */
};
struct gate_allowed { /* a case that may be lost, or fail anew with an error */
	struct str key, reason;
	int64_t until_ns; /* no longer then */
	struct str until; /* as written */
};

struct gate_limits {
	struct str file; /* where they were read; STR_NONE: flags alone */
	struct str baseline;
	int64_t min_cases;
	double pass_rate;
	bool strict;
	double margin; /* of rates and scores: a regression surely smaller is none; UNKNOWN: any that is significant */
	bool no_regression;
	const struct str *tolerate; /* metrics that may get worse */
	size_t n_tolerate;
	int64_t max_lost, max_new_errors;
	int64_t p50_ns, p95_ns;
	double cost_usd; /* per task */
	double volume;   /* and at so many times … */
	int64_t tasks;   /* … so many tasks; unknown: the run's cases */
	bool traces;
	int64_t max_age_ns; /* 0: any */
	int64_t repeats, repeats_pass;
	double repeats_rate;
	bool drift;
	const struct gate_must_pass *must_pass;
	size_t n_must_pass;
	const struct gate_slice *slices;
	size_t n_slices;
	const struct gate_score *scores;
	size_t n_scores;
	const struct gate_allowed *allowed;
	size_t n_allowed;
};

#define GATE_MIN_CASES 50
#define GATE_MAX_AGE   (INT64_C(7) * 86400 * 1000000000)
#define GATE_VOLUME    10

void gate_limits_init(struct gate_limits *limits);
/* Is the run on trial judged against a baseline given as this word? "previous": the newest earlier run of its dataset. */
#define GATE_PREVIOUS "previous"

/* ---------------------------------------------------------------- the gate file (gate_file.c) */

/* Reads a gate file over `limits` (a key that is not there leaves its limit as it is). JSON with comments; every mistake is appended to
 * `mistakes`, one a line: FILE:LINE:COLUMN: what is wrong. Values are never repeated there (a wrong file may hold secrets), names of
 * keys are. now_ns: for filters. Texts live in arena. Returns the number of mistakes. */
size_t gate_file_parse(struct str text, const char *file, int64_t now_ns, struct arena *arena,
                       struct gate_limits *limits, struct buf *mistakes);
/* The same of a file. False: it could not be read (ERR_USAGE), or has mistakes: err holds the first and how many. */
bool gate_file_load(const char *file, int64_t now_ns, struct arena *arena, struct gate_limits *limits,
                    struct buf *mistakes, struct err *err);
/* One limit by the name of its key ("pass_rate", "repeats.min"; "must_pass": a filter) from text as a command line has it ("85%", "8s",
 * "a,b"), with the same checks. flag: what a mistake calls it. ERR_USAGE. */
bool gate_limit_set(struct gate_limits *limits, const char *key, const char *flag, struct str text, int64_t now_ns,
                    struct arena *arena, struct err *err);
/* All keys with their help, from the table that reads them; a whole file with every key in it, which has no mistakes. Append. */
void gate_file_help(struct buf *out);
void gate_file_example(struct buf *out);

/* ---------------------------------------------------------------- what it says */

enum gate_status { GATE_PASS, GATE_FAIL, GATE_TOO_FEW, GATE_SKIPPED, N_GATE_STATUSES };
enum gate_answer { GATE_SHIP, GATE_HOLD, GATE_NOT_ENOUGH, N_GATE_ANSWERS };
enum gate_unit {
	GATE_COUNT,
	GATE_RATE,   /* share, 0..1 */
	GATE_POINTS, /* difference of shares */
	GATE_NS,
	GATE_USD,
	GATE_SCORE,
	GATE_AGE, /* ns, shown in days */
	N_GATE_UNITS
};
/* What stands behind a check, for whoever opens it. */
enum gate_behind {
	BEHIND_RUN,
	BEHIND_COMPARE,
	BEHIND_LOST,
	BEHIND_ERRORS,
	BEHIND_SLICES,
	BEHIND_SCORES,
	BEHIND_REPEATS,
	BEHIND_TRACES,
	BEHIND_TREND
};

struct gate_case {
	struct str key, title;
};

struct gate_check {
	struct str name;  /* stable, for scripts: "pass-rate", "regression.pass", "slice.category=refund" */
	struct str title; /* for people */
	enum gate_status status;
	enum gate_unit unit;
	enum gate_behind behind;
	double value, limit;           /* NaN: none */
	bool at_most;                  /* the limit is one from above */
	double low, high;              /* 95 % interval of the value */
	double before, after;          /* of a difference: the baseline's figure, the run's */
	double p;                      /* of a paired test, after Holm */
	int64_t n;                     /* cases (or results) behind it; UNKNOWN_INT */
	int64_t more;                  /* so many more cases would settle it; UNKNOWN_INT */
	double detectable;             /* the smallest difference it could have shown (80 % power); NaN */
	struct str reason;             /* in plain words, with the figures; no full stop */
	struct str brief;              /* the same as short as it gets, for the answer's sentence */
	const struct gate_case *cases; /* that speak against it, the first few */
	size_t n_cases;
	int64_t all_cases; /* how many there are */
	struct str
	    field; /* BEHIND_SLICES: the field; BEHIND_SCORES: the score; borrowed from the limits, or the comparison */
};

struct gate {
	struct arena arena;
	enum gate_answer answer;
	struct str sentence; /* why, in one sentence */
	struct str settle;   /* what would settle it; absent: nothing is open */
	struct str evidence; /* what this many cases could show at all */
	struct run_row run;
	bool has_baseline;
	struct compare compare; /* with a baseline; its rows are the flipped cases */
	const struct gate_check *checks;
	size_t n_checks;
	int64_t count[N_GATE_STATUSES];
};
void gate_done(struct gate *g);

struct gate_opts {
	int64_t now_ns;
	uint64_t seed;
	bool majority;
};
/* Judges `run`, against `baseline` unless that is 0. Reads the run's cases once, and both runs once more for the comparison; statistics
 * as compare_runs. May be interrupted. ERR_NOT_FOUND: there is no such run. Texts of limits have to live as long as the answer. */
bool gate_judge(struct db *db, int64_t run, int64_t baseline, const struct gate_limits *limits,
                const struct gate_opts *opts, struct gate *out, struct err *err);
/* The baseline that the limits name: 0 if none. ERR_NOT_FOUND: there is none of this name, or no earlier run of the dataset. */
bool gate_baseline(struct db *db, int64_t run, const struct gate_limits *limits, int64_t *baseline, struct err *err);

const char *gate_status_name(enum gate_status s);  /* "pass" "fail" "too-few" "skipped" */
const char *gate_status_title(enum gate_status s); /* "pass" "FAIL" "too few" "skipped" */
const char *gate_status_mark(enum gate_status s, bool ascii);
const char *gate_answer_name(enum gate_answer a);  /* "ship" "hold" "not-enough-evidence" */
const char *gate_answer_title(enum gate_answer a); /* "SHIP" "HOLD" "NOT ENOUGH EVIDENCE" */
int gate_exit_code(enum gate_answer a);            /* 0 1 5 */

/* A figure in its unit, for people. `difference`: with its sign. */
void gate_figure(struct buf *out, enum gate_unit unit, double figure, bool difference, bool ascii);
/* "≥ 85%", "≤ 8.00s", "" if there is no limit */
void gate_limit(struct buf *out, const struct gate_check *c, bool ascii);

#endif
