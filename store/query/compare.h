/* Two runs compared: classes, paired statistics, rows. Definitions: statistics.md and decisions.md 12-13 (quoted at each field). */
#ifndef SPOOR_STORE_QUERY_COMPARE_H
#define SPOOR_STORE_QUERY_COMPARE_H

#include "store/query/runs.h"
#include "store/stat/metric.h"

enum case_class {
	CLASS_REGRESSED,
	CLASS_IMPROVED,
	CLASS_NEW_ERROR,
	CLASS_CHANGED,
	CLASS_SAME,
	CLASS_ONLY_A,
	CLASS_ONLY_B,
	N_CLASSES
};
const char *
case_class_name(enum case_class c); /* --json: "regressed" "improved" "new_errors" "changed" "same" "only_a" "only_b" */
const char *
case_class_title(enum case_class c); /* tabs: "Lost" "Won" "New errors" "Changed" "Same" "Only A" "Only B" */

struct compare_side {
	bool present;
	enum case_status status; /* majority of repeats */
	int64_t passes, scored;  /* repeats passed / with a verdict */
	int64_t latency_ns;      /* mean of repeats; UNKNOWN_INT */
	double cost_usd;
	uint64_t output_hash;
	struct case_at at;     /* the first repeat */
	int64_t record, trace; /* its; trace row id or 0 */
	bool flaky;            /* repeats disagree */
	const double *scores;  /* one per compare.scores; NaN missing */
};

struct compare_row {
	int64_t case_id;
	struct str key, title;
	enum case_class class_;
	struct compare_side a, b;
	double loss; /* for the order inside a class: drop of the mean of scores, larger first */
};

/* B's less A's; NaN where a side has none. */
double compare_slower(const struct compare_row *row); /* ns */
double compare_dearer(const struct compare_row *row); /* USD */

struct compare_metric {
	const char *name; /* "pass", a score's name, "latency_p50_ns", "latency_p95_ns", "cost_usd_per_case" */
	const char *kind; /* "rate" "score" "latency" "cost" */
	bool lower_is_better;
	struct metric_result result;
};

/* An aggregate that the sources of both runs state, in its own unit: no cases stand behind it, so nothing is tested. */
struct compare_stated {
	struct str name;
	double a, b;
};

struct compare {
	struct arena arena;
	struct run_row a, b;
	/* Of cases with repeats on either side, result by result: those of one number meet. 0 paired: there are none. The classes above
	 * are of whole cases, by majority. */
	struct {
		int64_t paired, improved, regressed, new_errors;
	} repeats;
	int64_t paired, count[N_CLASSES]; /* -1: not counted yet (lost_only) */
	bool lost_only;                   /* rows are of CLASS_REGRESSED alone, of many the first: by compare_lost */
	bool by_input;                    /* no shared case keys: aligned by the hash of the input */
	struct str refused;               /* not empty: their cases cannot be compared, and why */
	struct compare_stated *stated;    /* by name; where cases cannot be compared, it may be all there is */
	size_t n_stated;
	struct str *scores; /* names of the scores, sorted */
	bool *lower;        /* of each score: the source says that lower is better */
	bool *yes_no; /* of each score: no result has anything but 0 or 1, and there are verdicts, which say as much */
	size_t n_scores;
	struct compare_metric *metrics;
	size_t n_metrics;
	int holm;                 /* size of the corrected family */
	struct compare_row *rows; /* by class in enum order, inside by loss, then title */
	size_t n_rows;
	size_t
	    shared_title; /* bytes of whole words that all titles begin with; 0: hardly any. What comes behind tells them apart;
	                   * all of it where all titles are the same */
	struct str sentence; /* the answer in one sentence */
	struct str outlook;  /* what so many cases can show, and how many more would settle it; empty: not known */
};
void compare_done(struct compare *c);
/* What of a row's title tells it from the others: all behind shared_title; its key where nothing is. Borrowed from c. */
struct str compare_title_rest(const struct compare *c, const struct compare_row *row);

struct compare_opts {
	bool majority;  /* --repeats majority */
	double margin;  /* NaN: none given */
	uint64_t seed;  /* 0: the default of statistics.md 4 */
	bool rows_only; /* classes and rows at once, statistics left for a second call */
};
/* Reads both runs as two ordered cursors and merges them: linear. Statistics per statistics.md. db may be interrupted. */
bool compare_runs(struct db *db, int64_t a, int64_t b, const struct compare_opts *opts, struct compare *out,
                  struct err *err);
/* What a first screen shows, before the other cases are read: the lost cases as compare_runs would order them (of very many the
 * first: count[] has all), and what the verdicts alone tell of the rest. Where that would be nothing, or hardly less than all, it is compare_runs with rows_only. */
bool compare_lost(struct db *db, int64_t a, int64_t b, struct compare *out, struct err *err);

#endif
