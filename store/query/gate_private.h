/* Inside the gate: what its points look at. gate.c puts them together, gate_run.c judges the run by itself, gate_paired.c against its
 * baseline, gate_parts.c by parts of its cases. */
#ifndef SPOOR_STORE_QUERY_GATE_PRIVATE_H
#define SPOOR_STORE_QUERY_GATE_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/case_fields.h"
#include "store/query/compare_private.h"
#include "store/query/gate.h"

enum { GATE_CASES = 20 /* that a check names */ };

/* A field of the cases of both runs: read once for all limits that stand together. */
struct gate_fields {
	bool read;
	struct str field;
	struct case_fields run, base;
};
void gate_fields_done(struct gate_fields *f);

struct trial {
	struct db *db;
	const struct gate_limits *limits;
	const struct gate_opts *opts;
	struct gate *out;
	struct side_run side; /* the run's cases */
	struct gate_fields fields;
	VEC(struct gate_check) checks;
	bool quality;     /* something about quality was asked and judged */
	int64_t baseline; /* 0: none */
	struct err *err;
};

/* A new check, skipped and without figures; its address is good until the next. name, title: of the trial's arena, or literals. */
struct gate_check *gate_add(struct trial *t, struct str name, struct str title, enum gate_behind behind);
struct gate_check *gate_addc(struct trial *t, const char *name, const char *title, enum gate_behind behind);
void gate_say(struct trial *t, struct gate_check *c, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Figures of a check as text of the arena: its value in its unit, its interval " (95% interval LOW to HIGH)" or nothing. */
const char *gate_fig(struct trial *t, enum gate_unit unit, double figure, bool difference);
const char *gate_range(struct trial *t, const struct gate_check *c, bool difference);
/* Whether a figure lies beyond the check's limit. At the limit is within it, and so is what differs from it by no more than the noise of decimals
 * in binary (statistics.md 5; store/stat/paired.h): 50 cases of 0.7 have a mean of 0.6999999999999996. false for NaN. */
bool gate_beyond(const struct gate_check *c, double figure);
/* Pass, fail or (strict) too few, by value, limit, at_most, low and high. */
void gate_within(const struct trial *t, struct gate_check *c);
/* What the reason of a check that is too few for that (strict) ends with; "" for others. */
const char *gate_doubt(const struct gate_check *c);
/* The share k of n as value, with its interval. */
void gate_rate(struct gate_check *c, double k, double n);
/* How many more cases at this rate would put the whole interval within the limit; UNKNOWN_INT: none would, or none are needed. */
int64_t gate_rate_more(double rate, int64_t n, double limit);
/* "1 case", "12 cases" */
const char *gate_n(struct trial *t, int64_t n, const char *one, const char *many);
/* Names a case that speaks against the check. */
struct case_list {
	VEC(struct gate_case) first;
	struct str last; /* the key named last */
	int64_t n;
};
void gate_case(struct trial *t, struct case_list *list, struct str key, struct str title);
void gate_cases(struct trial *t, struct gate_check *c, struct case_list *list);

/* The points, in the order of the answer. False: the store failed. */
bool gate_run_points(struct trial *t);    /* pass rate … */
bool gate_paired_points(struct trial *t); /* regressions, lost cases, new errors, allowed ones */
bool gate_slice_points(struct trial *t);
bool gate_part_points(struct trial *t);   /* scores, cases that must pass, repeats */
bool gate_budget_points(struct trial *t); /* latency, cost, traces, age, drift */
/* Cases that must pass: what was found of them. */
struct gate_must {
	int64_t cases, results, not_passed, unscored;
	struct case_list against;
};
void gate_must_result(struct trial *t, struct gate_must *m, struct str key, struct str title, int64_t status);
bool gate_must_by_field(struct trial *t, const struct gate_must_pass *must, struct gate_must *m);
const struct gate_score *gate_score_limit(const struct trial *t, struct str name);

#endif
