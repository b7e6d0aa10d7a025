/* Chats repeat what was said so far: the input of an agent's next call begins with the input of its last. This remembers one such
 * input, and what it begins with is neither unescaped nor scanned nor hashed again. A short cut and nothing more: every answer
 * is the one that message_scan and model_text_hash give. */
#ifndef SPOOR_IMPORT_REPEAT_H
#define SPOOR_IMPORT_REPEAT_H

#include "store/base/scan.h"
#include "store/model.h"

struct repeat { /* private, all of it */
	struct buf raw, text;
	struct repeat_piece {
		size_t raw, text; /* where both may be cut */
	} * pieces;
	size_t n_pieces, cap_pieces;
	struct scan scan;
	struct model_hashes hashes;
};

struct repeat_chat {
	struct str text;
	const struct scan *json; /* NULL: the text is no JSON; hash is not known then */
	uint64_t hash;
};

/* A JSON string that may hold a list of messages; what it gives is good until the next call. False: not worth it, or not
 * possible; nothing was done. */
bool repeat_read(struct repeat *r, struct val string, struct repeat_chat *chat);
void repeat_done(struct repeat *r); /* *r is all zero again */

#endif
