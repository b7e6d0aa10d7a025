/* The conversations of tau-bench and tau2-bench as traces. Private to tau_*.c. */
#ifndef SPOOR_IMPORT_TAU_BENCH_H
#define SPOOR_IMPORT_TAU_BENCH_H

#include "import/eval.h"

struct tau_talk {
	struct val messages; /* traj or messages: a list */
	struct str trace_id, name, input, error;
	struct str model, user_model;
	int64_t start_ns, end_ns; /* TIME_UNKNOWN: that of the messages */

	/* out */
	struct str output;             /* the agent's last words */
	int64_t tokens_in, tokens_out; /* of the agent */
};

/* The agent's root span, below it a model call for each of its messages and a span for each of the user's, their tool calls below
 * them with what the tools answered. Messages without a time keep their order by their spans' ids. */
void tau_talk(struct fields *f, struct tau_talk *talk);

#endif
