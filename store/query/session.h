/* One conversation: the traces of a session in order of time, each a turn: what the user said, what was done about it in short, the
 * answer. Figures of all turns come at once from the traces' rows, so running totals are right from the first one on; what a turn
 * tells is read turn by turn. */
#ifndef SPOOR_STORE_QUERY_SESSION_H
#define SPOOR_STORE_QUERY_SESSION_H

#include "store/block.h"
#include "store/query/span.h"
#include "store/query/traces.h"

enum {
	SESSION_TURNS = 100000, /* read; more are counted in `total` only */
	SESSION_SPANS = 2000,   /* of a turn that are looked at for its steps */
	SESSION_STEPS = 64,     /* different steps of a turn */
	SESSION_CALLS = 200,    /* single calls of a turn told whole */
	SESSION_TEXT = 1 << 20  /* bytes of a text told whole */
};

/* One trace of the session, and the sums up to it, itself with it; what no turn so far states is unknown. */
struct session_mark {
	int64_t trace, start_ns, end_ns;
	int64_t gap_ns; /* from the latest end so far to its start; negative: it began before; TIME_UNKNOWN */
	int64_t tokens, sum_tokens; /* in and out */
	double cost, sum_cost;
	int64_t duration_ns;
	bool failed;
	bool about; /* some of the cost so far is estimated */
};

struct session {
	struct arena arena; /* owns all below */
	struct str text;    /* its id; empty: a trace that names no session, alone */
	struct session_mark *turns;
	size_t n;
	int64_t total; /* traces it has; n if not more than SESSION_TURNS */
	int64_t first_ns, last_ns;
	int64_t busy_ns; /* sum of what the turns took */
	int64_t spans, errors, failed, llm_calls, tool_calls, tokens_in, tokens_out;
	double cost_usd;
	bool about;
	const struct score_row *scores; /* on the session itself */
	size_t n_scores;
};
void session_done(struct session *s);
/* The session of a trace (row id). A trace without one is a session of one turn. ERR_NOT_FOUND: no such trace. */
bool session_open(struct db *db, int64_t trace, struct session *out, struct err *err);
/* By a session's id or an unambiguous prefix of it, else by that of one of its traces: *trace is the one it begins with, or that one.
 * ERR_NOT_FOUND; ERR_USAGE: ambiguous, says which. */
bool session_find(struct db *db, struct str name, int64_t *trace, struct err *err);

/* What was done in a turn, in the order in which each name first came: calls of tools, retrievers, guardrails, sub-agents … */
struct session_step {
	enum span_kind kind;
	struct str name;
	int64_t n, errors, duration_ns; /* duration: of all n together */
	int64_t span;                   /* key of the first */
	int64_t documents;              /* of the first few retrievals; -1: not known */
	bool same;                      /* two or more with the same arguments */
};
/* A single one of them. */
struct session_call {
	enum span_kind kind;
	struct str name, message;
	enum span_status status;
	int64_t span, start_ns, duration_ns;
};

struct session_turn {
	struct arena arena; /* owns all below */
	struct trace_row row;
	struct str user, answer;        /* previews, or whole */
	int64_t user_span, answer_span; /* keys of the spans that have them; 0: not looked for */
	struct str user_id, answer_id;  /* their ids as written */
	bool whole;
	struct session_step *steps;
	size_t n_steps;
	struct session_call *calls; /* only if whole */
	size_t n_calls;
	int64_t more_calls; /* not among them */
	int64_t looked_at;  /* spans; fewer than row.n: the steps are those of the first */
};
void session_turn_done(struct session_turn *t);
/* "get_balance ×3 !same, 1 failed", "search-policies 4 documents": a step for people. ascii: x for ×. */
void session_step_words(struct buf *out, const struct session_step *step, bool ascii);
/* "3m12s later", "at once", "while the one before ran"; nothing if the gap is not known. */
void session_gap_words(struct buf *out, int64_t gap_ns, bool ascii);
/* The trace `trace` (row id) of the session. whole: the texts as they are in the records, and each call. blocks: the caller's cache. */
bool session_turn(struct db *db, struct block_cache *blocks, int64_t trace, bool whole, struct session_turn *out,
                  struct err *err);

#endif
