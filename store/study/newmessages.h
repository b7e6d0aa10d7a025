/* What a call of a model was told that the call before it was not: two lists of messages compared by what they say.
 *
 * A conversation grows: what was told to the call before, what that call answered, and what came since (results of tools, the user). It
 * also loses its beginning (a window that slides), has its beginning told again in short (a summary), or its system prompt changed.
 * Messages are matched in order: a common beginning, then messages that are there once in each list (the longest rising run of them,
 * as in a patience diff) and their equal neighbours. n log n. */
#ifndef SPOOR_STORE_STUDY_NEWMESSAGES_H
#define SPOOR_STORE_STUDY_NEWMESSAGES_H

#include "store/base/arena.h"
#include "store/model.h"

enum message_state {
	MESSAGE_NEW,    /* told for the first time; of a system prompt: changed, or added */
	MESSAGE_BEFORE, /* told to the call before */
	MESSAGE_ANSWER, /* the call before answered it */
	MESSAGE_MADE    /* this call answered it */
};

enum system_state { SYSTEM_NONE, SYSTEM_SAME, SYSTEM_EDITED, SYSTEM_ADDED, SYSTEM_DROPPED };

struct new_messages {
	enum message_state *states; /* of each message of this call; the arena's */
	size_t told;                /* messages told to this call, the system prompt with them */
	size_t n_new, n_answer;     /* of them, by state, without the system prompt; the rest is as before */
	size_t dropped;             /* told to the call before and not to this one; without the system prompt */
	enum system_state prompt;   /* the system prompt */
	bool replaced; /* where messages were dropped stands one that is new: a summary of them, or an edit */
	size_t shared; /* as before or answered, without the system prompt: 0 is another conversation */
	bool whole;    /* all that the call before was told is here */
};

/* What a message says: role (ai, model: assistant …) and parts. Reasoning counts only where there is nothing else: it is often not told
 * again. Ids of calls do not count. Equal JSON is equal however it is written. */
uint64_t message_hash(const struct message *m);
bool message_is_system(const struct message *m); /* system or developer */
void new_messages(struct arena *arena, const struct message *before, size_t n_before, const struct message *now,
                  size_t n_now, struct new_messages *out);
/* "new in this call: 2 of 17 messages and the last answer; system prompt as before; 3 messages dropped" */
void new_messages_sentence(struct buf *out, const struct new_messages *n);

#endif
