/* Lists of traces: pages, counts, sums, sparkline. */
#ifndef SPOOR_STORE_QUERY_TRACES_H
#define SPOOR_STORE_QUERY_TRACES_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/model.h"
#include "store/query/filter.h"
#include "store/query/marks.h"

struct trace_score {
	struct str name, label;
	double value;
	int pass;
};

struct trace_row {
	int64_t id; /* row id */
	struct hash128 key;
	struct str text; /* id as the source writes it */
	struct str name, session, user, service;
	int64_t start_ns, duration_ns;
	enum span_status status;
	int64_t spans, errors, llm_calls, tool_calls;
	int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning;
	double cost_usd;
	unsigned usage;           /* enum trace_usage: how cost_usd came about */
	int64_t usage_repeats;    /* spans whose tokens or cost are not in the totals: others have the same */
	struct str findings;      /* names of the checks that found something in it, but for notes: "iban,slow-trace" */
	int64_t repeats;          /* the most calls of one tool with the same arguments; 0 none */
	struct str input, output; /* previews */
	const struct trace_score *scores;
	size_t n_scores;
	struct marks marks;      /* what people say of it */
	int64_t first, n, loose; /* where its spans lie */
	struct str file, format; /* first source */
	int64_t orphans;         /* spans whose parent is not there */
	bool being_read;         /* its latest source is being read or followed now, or its reader was killed */
};

/* Is it still going on? No file says so: a producer writes a span when it ends, so that the root comes last. Taken for running is
 * a trace with a span that has no end, or one whose parent is not there, while its file is being read and if its newest
 * event is less than 15 minutes before now. Otherwise the same trace has "not ended", or has lost its parent. */
#define TRACE_RECENT_NS (15LL * 60 * 1000000000)
bool trace_is_running(const struct trace_row *row, int64_t now_ns);

/* Whether a score of the row is what a check found, and not one of its source's. */
bool trace_is_finding(const struct trace_row *row, struct str score);

/* How tokens and cost of the trace came about, for people: what repeats and was counted once, what is estimated, what the source says
 * itself. Appends nothing where they are just the sum of what all its spans say. */
void trace_usage_words(struct buf *out, const struct trace_row *row);

enum trace_sort {
	TRACE_BY_START,
	TRACE_BY_STATUS, /* descending: failed, running, ok, unset */
	TRACE_BY_NAME,
	TRACE_BY_SESSION,
	TRACE_BY_USER,
	TRACE_BY_SERVICE,
	TRACE_BY_DURATION,
	TRACE_BY_SPANS,
	TRACE_BY_ERRORS,
	TRACE_BY_LLM,
	TRACE_BY_TOOLS,
	TRACE_BY_TOKENS_IN,
	TRACE_BY_TOKENS_OUT,
	TRACE_BY_TOKENS, /* in and out, as filter tokens> has them */
	TRACE_BY_COST,
	TRACE_BY_REPEATS,
	TRACE_BY_SCORES,  /* how many it has */
	TRACE_BY_VERDICT, /* descending: bad, unsure, good */
	TRACE_BY_SOURCE,
	N_TRACE_SORTS
};
bool trace_sort_named(struct str column, enum trace_sort *sort); /* names as in the column table */
const char *trace_sort_name(enum trace_sort sort);               /* the column's */
bool trace_sort_is_text(enum trace_sort sort);                   /* read from A on, not from the largest down */

struct trace_query {
	const struct filter *filter; /* NULL: all */
	enum trace_sort sort;
	bool ascending;
	int64_t offset, limit; /* limit < 0: all */
	int64_t source;        /* only traces of this source (seen last); 0: any */
	int64_t looked;        /* traces with larger row ids are counted as new; 0: none are */
};

enum { TRACES_FRESH = 10000 };

struct trace_page {
	struct arena arena; /* owns all below */
	struct trace_row *rows;
	size_t n;
	int64_t total;      /* matching */
	int64_t all;        /* in the store */
	int64_t runs;       /* eval runs in the store, where it has no trace: else 0, not asked */
	int64_t newest;     /* the largest row id in the store */
	int64_t fresh;      /* came after `looked`, whether they match or not; at most TRACES_FRESH are counted */
	int64_t longest_ns; /* of the page: the scale of the duration bars */
	struct str source;  /* the path of the query's, if it asks for one */
};
void trace_page_done(struct trace_page *p);
/* One page; rows in order. Newest first without a filter is a walk along an index; else all that match are walked, and counted by the
 * way (tens of ms at 100,000 traces). */
bool traces_page(struct db *db, const struct trace_query *q, struct trace_page *out, struct err *err);
/* Where a trace stands in the list, from 0; -1: it is not in it. A walk along the list up to it, on an index where it is in order of time. */
bool traces_rank(struct db *db, const struct trace_query *q, int64_t id, int64_t *row, struct err *err);
/* How many match; the list of them, asked for next, is then at hand. */
bool traces_count(struct db *db, const struct filter *filter, int64_t *n, struct err *err);
/* One trace by row id. ERR_NOT_FOUND if there is none. */
bool traces_get(struct db *db, int64_t id, struct arena *arena, struct trace_row *out, struct err *err);
/* A trace by an unambiguous prefix of its id as written. ERR_NOT_FOUND: none; ERR_USAGE: ambiguous (says how many, and some). */
bool traces_find(struct db *db, struct str prefix, int64_t *id, struct err *err);

/* Traces and errors over time in `n` equal buckets from the first start to the last, for the sparkline above the list. */
bool traces_over_time(struct db *db, const struct trace_query *q, int n, int64_t *counts, int64_t *errors,
                      int64_t *from_ns, int64_t *to_ns, struct err *err);

#endif
