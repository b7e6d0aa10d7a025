/* The critical path of a trace, whose it is, and what would shorten it (store/study/path.h, whatif.h: what is assumed stands there); and
 * whose it is over many traces. */
#ifndef SPOOR_STORE_QUERY_PATH_H
#define SPOOR_STORE_QUERY_PATH_H

#include "store/block.h"
#include "store/query/traces.h"
#include "store/study/whatif.h"

enum {
	PATH_WHATIF_SPANS = 200000, /* of larger traces the path is shown (exact), but nothing played */
	PATH_PAYLOADS = 200,        /* records decoded to see what calls share */
	PATH_STEPS = 20000,         /* stretches listed; the shares are of all */
	PATH_OVER_TRACES = 20000    /* of a run, the newest */
};

/* What of the path belongs to a kind, a name of one kind, or a model. A plain span (a call's HTTP request, its query) counts for the kind
 * and model of the step it is part of: the nearest span above whose kind is known. */
struct path_share {
	struct str name; /* of the kind, the span, the model; absent: no span, or no model */
	enum span_kind kind;
	bool no_span, no_model;
	int64_t ns, spans; /* spans: with time on the path */
	double share;
	int64_t pos, key; /* the one with the most of it */
};
struct path_shares {
	struct path_share *at; /* the largest first */
	size_t n;
};

struct path_step {
	int64_t from_ns, to_ns; /* from the trace's start */
	bool no_span;
	int64_t pos, key, duration_ns;
	int depth;
	struct str name, model;
	enum span_kind kind;
	enum span_status status;
};

struct path_hint {
	enum whatif_kind kind;
	struct str title; /* "draft-answer twice as fast" */
	struct str why;   /* the evidence, in sentences */
	int64_t saves_ns, after_ns;
	int64_t tokens;   /* saved, too; UNKNOWN_INT */
	double cost_usd;  /* likewise */
	bool unsure;      /* BESIDE: what they share cannot be told */
	int64_t pos, key; /* of the first span; ONCE: of the first that need not be */
	int64_t *keys;    /* of all */
	size_t n;
};

struct path_report {
	struct arena arena; /* owns all below */
	struct trace_row trace;
	struct path_shares kinds, names, models;
	struct path_step *steps;
	size_t n_steps, all_steps;
	struct path_hint *hints;
	size_t n_hints;
	int64_t least_ns;        /* hints that save less are not listed */
	int64_t spans;           /* on the path */
	bool played;             /* false: the trace is too large, see above */
	size_t runs, runs_asked; /* sequences of calls that might be begun together; those whose texts were compared */
	struct str
	    masked; /* a step that has half of the path or more while others ran that nothing waited for, in a sentence; or absent */
	bool payloads_cut; /* PATH_PAYLOADS was met: the rest cannot be told */
};
void path_report_done(struct path_report *r);
/* One walk over the trace's rows, and the records of the calls compared. blocks: borrowed. */
bool path_load(struct db *db, struct block_cache *blocks, int64_t trace, struct path_report *out, struct err *err);

/* What the model leaves out, in a sentence each: for the foot of the screen, --json, help. Ends with NULL. */
extern const char *const path_assumptions[];

/* ---- over many traces */

struct path_over_row {
	struct path_share all; /* ns: summed; share: of the sum of durations; spans: of all traces */
	int64_t traces;        /* that have it on their path */
	double p50, p95;       /* of its share in a trace, traces without it as 0 (R's type 7, store/stat/interval.h) */
	int64_t trace;         /* row id of the one with the most of it; `all.key` is its span there */
	struct str trace_text;
};
struct path_over {
	struct arena arena;                           /* owns all below */
	struct path_over_row *kinds, *names, *models; /* the largest share first */
	size_t n_kinds, n_names, n_models;
	int64_t traces, matching; /* with times, looked at; that match */
	int64_t duration_ns;      /* summed */
	int64_t p50_ns, p95_ns;   /* of their durations; UNKNOWN_INT: no trace */
};
void path_over_done(struct path_over *o);
/* The newest PATH_OVER_TRACES that match; linear in their spans. */
bool path_over(struct db *db, const struct filter *filter, struct path_over *out, struct err *err);

#endif
