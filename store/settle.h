/* The shape of one trace: links, order, times, usage, roll-ups. Pure: an array of spans in, the same array with its outputs
 * filled out, and the order of the rows. Nothing here recurses, and nothing is worse than n log n, whatever the spans say
 * (chains of a million, a million children, cycles, unknown parents).
 *
 * Links. Parents by key. A parent chain that comes back to itself is cut above the span with the smallest key of the cycle
 * (SPAN_CYCLE). Spans whose parent is not there hang below one synthetic row per missing parent (SPAN_SYNTHETIC; its key is
 * the missing one's, its time covers its children).
 *
 * Halves of a call. SPAN_ANSWER and the span of the other half's key (model_other_half) share one id: the answer hangs below the
 * caller, and what names that id as its parent below the half of its own service, else below the caller. An answer whose caller is
 * not there takes its place. Source: zipkin2.internal.SpanNode.
 *
 * Order. Siblings by start (unknown last), then key; rows in pre-order. Consecutive siblings of one name and kind are a
 * group: its first row has rep_n and rep_len.
 *
 * Self time. Duration minus the union of the children's intervals, each clipped to the span's own.
 *
 * Critical path. Walked backwards from the end of the root: of the children, the one that finished last is on it; then the
 * one that finished last before that one began; and so on, inside each of them likewise. Children that outlive their parent
 * (asynchronous) are cut at its end, those that begin after it are left out; a span still running ends with its parent.
 * Several roots count as the children of one. Source: Z. Zhang et al., "CRISP: Critical Path Analysis of Large-Scale
 * Microservice Architectures", USENIX ATC 2022, section 4 (the walk), and Jaeger's critical path (overflowing children).
 *
 * Usage without double counting. Producers repeat the numbers of a call in the spans around it. For tokens, and in the same way
 * for cost: llm spans count, but not below another llm span that has some (embeddings alike), unless a tool or an agent is between
 * them, whose calls are its own; any other span counts only if no llm span below it has some and nothing above it counted. What
 * has some and does not count is SPAN_DUP_USAGE.
 * Source: the rule of OpenTelemetry-like producers in formats/traces-otel.md section 10.
 * Estimated costs (SPAN_ESTIMATED) follow the same rule among themselves, and then only where no stated cost speaks of the same call:
 * not below a stated one that counts as it would have to, nor around a stated one of an llm span. */
#ifndef SPOOR_STORE_SETTLE_H
#define SPOOR_STORE_SETTLE_H

#include "store/base/vec.h"
#include "store/model.h"

/* One a span, so every byte of it counts where a trace has a million. What comes in by a union goes out as the other. */
struct settle_row {
	int64_t key;
	int64_t start_ns, duration_ns;
	uint64_t input_hash;
	uint64_t ref; /* the caller's */
	union {
		int64_t parent;
		int64_t self_ns; /* out */
	};
	union {
		int64_t tokens;     /* in and out together (settle_tokens) */
		int64_t sub_tokens; /* out */
	};
	union {
		double cost_usd;
		double sub_cost; /* out */
	};
	uint32_t name;  /* id of a word, 0 none */
	uint16_t flags; /* enum span_flag; in: what the source said, out: all */
	uint8_t kind, status;
	union {
		bool has_parent;
		uint32_t up; /* out: rows back to the parent, 0: a root */
	};

	/* out */
	union {
		uint32_t service; /* in; id of a word, 0 none */
		uint32_t depth;   /* levels above */
	};
	uint32_t size;           /* rows of the subtree with itself */
	uint32_t sub_errors;     /* errors in the subtree, itself too */
	uint32_t rep_n, rep_len; /* first of a group: spans, rows they take together; else 0 */
};

/* What only the totals need of a span; handed in while its row is written, so that it is not held for all of them at once. */
struct settle_facts {
	int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning;
	uint32_t session, user, service, trace_name;
};

/* Fields named `first_…` come from the earliest span (unknown start last, then key) that has them. */
struct settle_totals {
	int64_t spans; /* synthetic ones not, and of the two halves of a call one */
	int64_t start_ns, duration_ns;
	enum span_status status;
	int64_t errors, llm_calls, tool_calls, repeats;
	int64_t tokens_in, tokens_out, tokens_cached,
	    tokens_reasoning; /* UNKNOWN_INT if nobody knows; from settle_add_facts */
	double cost_usd;
	bool cost_estimated;   /* some of it */
	int64_t usage_repeats; /* spans with tokens or cost that are not in the totals */
	uint32_t root_name;
	uint32_t first_name, first_session, first_user, first_service; /* from settle_add_facts */
};

struct settle {
	VEC(struct settle_row) rows; /* the caller's, keys distinct; synthetic ones are added behind */
	uint32_t *order;             /* rows in pre-order: indices, rows.n of them */
	struct settle_totals totals;
	VEC(int64_t) cycles;         /* where one was cut: the smallest key of each */
	size_t n_orphans, n_answers; /* n_answers: halves of calls whose other half is there */

	/* private; arrays of rows.n */
	uint32_t n_real;
	uint32_t *parent_at, *first_child, *next, *position; /* first_child has one more: the roots */
	uint32_t *usage;
	uint32_t givers[4]; /* rows that gave first_name … first_service so far */
	size_t cap, parent_cap;
	void *scratch;
	size_t scratch_size;
};

#define SETTLE_NONE UINT32_MAX
enum { SETTLE_ROWS_MAX = 1 << 30 };

void settle_clear(struct settle *s); /* for the next trace; memory kept unless it is large */
void settle_done(struct settle *s);
void settle_tree(struct settle *s);
/* After settle_tree, once for each row but the synthetic ones, in any order: until then the totals lack what comes from these. */
void settle_add_facts(struct settle *s, uint32_t row, const struct settle_facts *facts);
int64_t settle_tokens(int64_t in, int64_t out); /* their sum; UNKNOWN_INT if both are unknown */

/* The parts of settle_tree, in order (settle.c, settle_time.c, settle_sum.c). */
void settle_links(struct settle *s);
void settle_times(struct settle *s);
void settle_sums(struct settle *s);
void *settle_scratch(struct settle *s, size_t bytes); /* good until the next call */
int64_t settle_end(const struct settle_row *row);     /* TIME_UNKNOWN if it is */
#endif
