/* The tool calls of one trace, in the tree's order: which of them repeat an earlier one, and which try again what failed. */
#ifndef SPOOR_STORE_TOOL_CALLS_H
#define SPOOR_STORE_TOOL_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty. */
struct tool_calls {
	struct tool_call *at; /* open addressing; what is not of this epoch is free */
	size_t n, cap;
	uint32_t epoch;
};
struct tool_call_is {
	bool retry;  /* the call of this name before it failed */
	bool repeat; /* an earlier one has the same name and arguments */
};

void tool_calls_begin(struct tool_calls *c); /* another trace */
/* input_hash: of the arguments; 0: not known, repeats none. */
struct tool_call_is tool_calls_add(struct tool_calls *c, uint32_t name, uint64_t input_hash, bool failed);
void tool_calls_done(struct tool_calls *c);

#endif
