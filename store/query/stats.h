/* Figures over many traces: how long, how often wrong, how dear, and by what. One query for the screen and the command.
 *
 * Two ways to count. By what a trace is (name, service, session, user, hour, day): a row counts traces, its durations are theirs, an error is
 * a trace with any span that failed. By what its spans are (kind, model, provider, tool, step, prompt): a row counts spans, each with
 * its own duration and status. Tokens and cost are those that the trace's totals count (settle.h), so no call is paid twice; cost by span
 * may differ from the trace's where a source states the cost of the whole trace.
 *
 * Percentiles come from histograms of 1.6 % wide buckets (store/hist.h): within 0.8 %. One that n durations cannot tell from their
 * maximum, n (1 - p) < 1, is unknown: P50 needs 2, P95 20, P99 100. Intervals of rates: Wilson, 95 %. */
#ifndef SPOOR_STORE_QUERY_STATS_H
#define SPOOR_STORE_QUERY_STATS_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/model.h"
#include "store/query/filter.h"

enum stats_by {
	STATS_KIND,
	STATS_MODEL,
	STATS_TOOL, /* spans of kind tool, by name */
	STATS_STEP, /* the others, by kind and name */
	STATS_PROMPT,
	STATS_PROVIDER,
	STATS_NAME, /* from here on: by trace */
	STATS_SERVICE,
	STATS_SESSION,
	STATS_USER,
	STATS_HOUR, /* of the day, local */
	STATS_DAY,  /* local */
	STATS_DOCUMENT,
	STATS_CHECK, /* what checks found: a row counts findings */
	N_STATS_BY
};
#define STATS_BIT(by)   (1u << (by))
#define STATS_OF_SPANS  (STATS_BIT(STATS_NAME) - 1)
#define STATS_OF_TRACES (STATS_BIT(STATS_DOCUMENT) - STATS_BIT(STATS_NAME))
const char *stats_by_name(enum stats_by by); /* "kind" "model" … */
bool stats_by_named(struct str name, enum stats_by *by);
bool stats_by_is_of_spans(enum stats_by by);

enum { STATS_BUCKETS = 120, STATS_ROWS = 1 << 16 /* groups of one section; what is beyond them is one row */ };

struct stats_figures {
	int64_t n, errors;
	double error_rate, error_low, error_high; /* NaN: n = 0 */
	int64_t timed;                            /* with a duration */
	int64_t p50_ns, p95_ns, p99_ns;           /* UNKNOWN_INT: too few */
	int64_t total_ns;                         /* sum of durations; of spans their self time: what they took alone */
	int64_t tokens_in, tokens_out, tokens_cached,
	    tokens_reasoning; /* UNKNOWN_INT: nobody says; by trace the last two always */
	double cost_usd;      /* NaN: nobody says */
	bool cost_estimated;  /* some of it */
};

struct stats_row {
	struct str name; /* absent: they have none */
	bool has_kind;
	enum span_kind kind; /* STATS_STEP: a name may come with several */
	struct stats_figures figures;
	double share; /* of the section's rows: of spans, of their time; of traces, of their number */
	/* STATS_TOOL. A retry: a call after a failed one of the same name in its trace, in the tree's order. A repeat: one whose name and
	 * arguments an earlier one in its trace had. */
	int64_t retries, repeats;
	struct str message; /* of the failed ones the most usual, its first line; n of them have it */
	int64_t message_n;
	/* STATS_CHECK: figures.n are its findings, error_… the share of the traces that have some. level: 0 note, 1 warning, 2 error. */
	int64_t traces;
	int level;
	struct str filter; /* the traces it is of, in the filter language; absent: cannot be said */
};

/* A document whose presence goes with bad outcomes. Counted are traces with an outcome: bad: a score that failed or is below its threshold,
 * a case that failed, a person's verdict "bad"; good: one of these that says the contrary and none bad. The document is in a trace if one
 * of its spans has it among its documents (by id, else by content). Difference: Newcombe; p: Fisher's exact, two-sided, corrected (Holm)
 * over all documents for which any outcome could have reached 0.05 (Tarone). Presence is no cause: it says where to look first. */
struct stats_document {
	struct str name, text; /* id; how its content begins */
	int64_t with, with_bad, without, without_bad;
	double rate_with, rate_without, delta, low, high; /* shares that are bad; delta = with - without */
	double p, p_holm;                                 /* NaN: too few to be tested */
	bool suspect;                                     /* p_holm < 0.05 and delta > 0 */
	struct str filter;
};

struct stats_head {
	struct stats_figures figures; /* of traces; tokens cached and reasoning from their spans, if these were read */
	int64_t from_ns, to_ns;       /* first and last start, of `started` traces */
	int64_t started;
	int64_t counts[STATS_BUCKETS], errors[STATS_BUCKETS]; /* equal stretches of time */
	int64_t costed;                                       /* traces with a cost */
	double cost_mean, cost_sd;                            /* of these */
};

struct stats_section {
	struct stats_row *rows; /* most first: of spans by time taken, of traces by number; hours and days in order */
	size_t n;
	bool more; /* the last row is all that is beyond STATS_ROWS */
};

struct stats_query {
	const struct filter *filter; /* NULL: all */
	int64_t source;              /* only traces seen last in this source; 0: any */
	unsigned sections;           /* STATS_BIT(…) of what is wanted */
	int64_t spans_most;          /* newest traces first until so many spans were read; < 0: all */
	int64_t documents_most;      /* traces whose documents are read; < 0: all */
};

struct stats {
	struct arena arena; /* owns all below */
	struct stats_head head;
	struct stats_section sections[N_STATS_BY];
	int64_t traces, spans;            /* that match */
	int64_t spans_read, traces_read;  /* what the sections of spans are made of: all, or the newest */
	bool rolled_up;                   /* some come from what stats_roll kept: not just the newest */
	struct stats_document *documents; /* suspects first */
	size_t n_documents;
	int64_t checked;                       /* STATS_CHECK: traces that were looked at */
	int64_t outcomes, bad, documents_read; /* traces with an outcome; bad ones; those whose documents were read */
};
const char *stats_verdict(const struct stats_document *d); /* "worse" "better" "no evidence" "too few" */
void stats_done(struct stats *s);
bool stats_get(struct db *db, const struct stats_query *q, struct stats *out, struct err *err);

/* Keeps sums of what the sections of spans count, so that asking for all traces reads few spans: stretch by stretch, a short write
 * transaction each, as far as it is not done yet (stats_roll.c). cancel may be NULL; stopped, it goes on the next time. About 1.2 µs a span. */
bool stats_roll(struct db *db, const _Atomic bool *cancel, struct err *err);

/* Cost at `times` the volume, if traces go on coming as they did from the first start to the last; those without a cost are taken at the
 * mean of the others. Linear in the volume: tiers, caching and price changes are not known. Bounds: the prediction interval of a sum
 * (interval.h). per_day, per_month (30 days): NaN if the period is none, less than an hour, or nothing has a cost. */
#define STATS_PERIOD_LEAST_NS (3600LL * 1000000000)
struct stats_projection {
	double times, days; /* of the period; below STATS_PERIOD_LEAST_NS nothing is projected from it */
	int64_t period_ns;  /* UNKNOWN_INT: there is none */
	double traces_per_day;
	double per_day, per_month, month_low, month_high; /* bounds: NaN if too few */
	bool short_period;                                /* less than a day */
};
struct stats_projection stats_project(const struct stats_head *head, double times);

#endif
