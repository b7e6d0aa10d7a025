/* A call of a model within its trace: the call before it in the same conversation, what is new since, and the spans of the tools that its
 * messages call. On the query thread. */
#ifndef SPOOR_STORE_QUERY_TALK_H
#define SPOOR_STORE_QUERY_TALK_H

#include "store/query/span.h"
#include "store/query/tree.h"
#include "store/study/newmessages.h"
#include "store/study/toolpairs.h"

enum {
	TALK_ROWS =
	    20000, /* rows before the call that are looked at for calls of models and of tools, a thousand at first; after it a thousand */
	TALK_CALLS = 24,      /* calls whose messages are read */
	TALK_BYTES = 64 << 20 /* of them together */
};

/* The span of a tool that a message of the call calls. */
struct talk_tool {
	size_t message, part;
	int64_t pos, duration_ns; /* UNKNOWN_INT */
	enum span_status status;
};

/* The call of a result that is told without it: some sources keep of each call only what came since the one before. */
struct talk_call {
	size_t message, part; /* of the result */
	struct str name, arguments;
};

struct talk {
	bool known;            /* looked for; else all is empty */
	bool found;            /* there is a call before */
	int64_t pos, start_ns; /* its */
	struct str name;
	struct new_messages news; /* against it; not found: all is new */
	int calls_read;
	bool
	    only_new; /* of that call nothing is told again but the results of what it called: the source keeps what is new */
	bool limited; /* none was found that has all of it, and there may be others beyond the limits */
	const struct talk_tool *tools; /* by message and part */
	size_t n_tools;
	const struct talk_call *calls; /* by message and part */
	size_t n_calls;
};

/* The call before: of the models' calls that ended before this one began, at most TALK_ROWS rows above it in the tree, the last whose
 * messages are all here; else the one of which most are. Those of the same name and depth are looked at first. Tools: those of the name
 * that the call names, of the same arguments; else in their order, between the call and the next. */
bool talk_about(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                const struct tree_row *row, const struct span *span, struct arena *arena, struct talk *out,
                struct err *err);
/* "new in this call: 2 of 17 messages …", or that there is no call before, and how far was looked. */
void talk_sentence(struct buf *out, const struct talk *talk);
/* The call of the result there, made by a call before; NULL. */
const struct talk_call *talk_call_of(const struct talk *talk, size_t message, size_t part);
/* The span of the tool that is called there, or whose result is there without its call; NULL. */
const struct talk_tool *talk_tool_at(const struct talk *talk, size_t message, size_t part);

#endif
