/* Calls of tools and their results within one list of messages. A result belongs to the last call before it with its id that has none
 * yet; without an id (or if no call has it) to the first call before it without a result: of its name, if it has one. What is
 * left is paired by order and name whatever the ids say: some sources write one id of a call (fc_…) and another of its result (call_…). */
#ifndef SPOOR_STORE_STUDY_TOOLPAIRS_H
#define SPOOR_STORE_STUDY_TOOLPAIRS_H

#include "store/base/arena.h"
#include "store/model.h"

#define NO_MATE UINT32_MAX

struct tool_pairs {
	const uint32_t *first;   /* of each message: the number of its first part, counted over all messages */
	const uint32_t *mate;    /* of each part: the number of its result, or of its call; NO_MATE */
	const uint32_t *message; /* of each part: its message */
};
void tool_pairs(struct arena *arena, const struct message *messages, size_t n, struct tool_pairs *out);
/* What a tool gave back tells of a failure: its source says so, it begins as errors do, or is JSON with an error in it. */
bool tool_result_failed(const struct message_part *result);

#endif
