/* The runs of a dataset in time: which of them left the band that the runs before it predict (statistics.md 13; store/stat/interval.h:
 * t prediction interval, Hahn 1970), since when, and what changed at that run.
 *
 * What is one series: all runs of one dataset (by its name; runs that name none have no series), in the order of their time, whatever
 * their model or prompt: where these change, the run says so. Not counted: runs without a time, and a run that has the content of an
 * earlier one (each case with the same verdict and output), no other prompt or model, a time within the hour: the same evaluation exported
 * again. Aggregates a source states for a run without case results count as means of scores of that name.
 *
 * Each run is tested as if it were the newest: against the last 12 counted runs before it with a figure; fewer than 3 make no band. A
 * stretch begins where a run leaves its band. Runs that left it would teach the band their own level, so what follows is held against
 * the band that was left: the stretch goes on while runs lie beyond it on the same side, and for at most 12 runs, when all that the band is
 * made of is of the new level. */
#ifndef SPOOR_STORE_QUERY_TREND_H
#define SPOOR_STORE_QUERY_TREND_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/query/runs.h"
#include "store/stat/interval.h"

enum { TREND_BAND = 12, TREND_METRICS = 64 /* of one series: pass and so many scores less one, by name */ };
#define TREND_NOWHERE SIZE_MAX

enum trend_changed { TREND_MODEL = 1, TREND_PROMPT = 2 };

struct trend_run {
	int64_t id, created_ns;
	int64_t keys;     /* its cases */
	int64_t same_as;  /* the run of which this is another export, 0 none */
	bool counts;      /* it is a point of the series */
	unsigned changed; /* since the last counted run that names one: bits of enum trend_changed */
};

struct trend_figure {
	double value;       /* pass: the rate; a score: its mean; NaN: none, or the run does not count */
	struct drift drift; /* the band of the runs before it */
	int side;           /* of that band: -1 below, +1 above, 0 inside or none */
	size_t since;       /* where the stretch it belongs to began (an index into runs), TREND_NOWHERE: to none */
};

struct trend_metric {
	struct str name; /* "pass", or a score's */
	bool is_rate;
	struct trend_figure *at; /* one per run of the series */
	size_t last;             /* the newest run with a value, TREND_NOWHERE: none has */
};

struct trend_series {
	struct str dataset;
	struct trend_run *runs; /* oldest first; those without a time before all others */
	size_t n, counted;
	struct trend_metric *metrics; /* pass first, if any run has verdicts; then scores by name */
	size_t n_metrics, metrics_left_out;
};

struct trends {
	struct arena arena;
	struct trend_series *series; /* by dataset */
	size_t n;
};
void trends_done(struct trends *t);

/* dataset NULL: all. Reads the run rows and the means of their scores, no case: 10,000 runs with 3 scores take about 110 ms. */
bool trends_read(struct db *db, const struct str *dataset, struct trends *out, struct err *err);

/* NULL: there is none of it. log n. */
const struct trend_series *trends_of(const struct trends *t, struct str dataset);
/* TREND_NOWHERE: the run is not in it. log n, for runs with a time. */
size_t trend_index(const struct trend_series *s, int64_t run, int64_t created_ns);
/* The metric whose newest run is in a stretch, pass before scores; NULL: all are inside. */
const struct trend_metric *trend_drifting(const struct trend_series *s);
/* The side (-1, +1) of the stretch that `i` belongs to, 0: it belongs to none. */
int trend_side(const struct trend_metric *m, size_t i);

/* The smallest share of cases that a run has in common with one of those its band is made of: both have / either has, by case key.
 * NaN: there is no band, or no cases. Walks the cases of up to 13 runs. */
bool trend_shared(struct db *db, const struct trend_series *s, const struct trend_metric *m, size_t i, double *share,
                  struct err *err);
enum { TREND_SHARED_PERCENT = 80 }; /* less is said */

/* A run with its place in its series, for tables. at: TREND_NOWHERE if the series did not have it. */
struct trend_line {
	const struct run_row *run;
	const struct trend_series *series;
	const struct trend_metric *metric;
	size_t at;
};
/* "inside" "below" "above" its band; "still below", "still above": inside, since runs of the stretch it is part of have made that wide;
 * NULL: no band, no value, or not counted. */
const char *trend_place(const struct trend_metric *m, size_t i);

/* A dataset by its name, or by the only one that has `name` in it (letter case aside). ERR_NOT_FOUND; ERR_USAGE: several do. */
bool trend_find_dataset(struct db *db, struct str name, struct arena *arena, struct str *dataset, struct err *err);

/* "▆▇▆▇▼▄▃": the newest `most` runs that have a value, oldest first, with a mark before the one where a stretch begins. It spans what
 * there is, but at least a fifth of the scale, so that noise does not look like a cliff. *mark: which of its characters begins the
 * stretch that the newest run is in, the mark itself, TREND_NOWHERE if it is in none; may be NULL. Returns how many columns were added. */
size_t trend_spark(struct buf *out, const struct trend_series *s, const struct trend_metric *m, size_t most, bool ascii,
                   size_t *mark);

/* In words, for a line ("fell below its band since 26 Oct", brief: "fell since 26 Oct") and for a person ("pass: 82.0%, below its band (86.1% to 94.0% from the 12
 * runs before it), drifting since 26 Oct 2026: run NAME is the first"). now_ns: the year is said if it is another. Append. */
void trend_short(struct buf *out, const struct trend_series *s, const struct trend_metric *m, int64_t now_ns,
                 bool brief);
void trend_figure_print(struct buf *out, const struct trend_metric *m, double value); /* "82.1%" or "0.861" */
void trend_answer(struct buf *out, const struct trend_series *s, const struct trend_metric *m);
/* "prompt", "model", "model, prompt"; nothing if nothing changed. */
void trend_changed_print(struct buf *out, unsigned changed);

#endif
