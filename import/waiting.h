/* Records that came before what they speak of: an end before its start, feedback before its row. Kept, in bounded memory, until that
 * comes or the source ends; part of an importer's state (format.state_done frees it), so the format is stateful. */
#ifndef SPOOR_IMPORT_WAITING_H
#define SPOOR_IMPORT_WAITING_H

#include "import/format.h"
#include "store/base/vec.h"

enum { WAITING_RECORDS = 1024, WAITING_BYTES = 4 << 20 };

struct waiting_row {
	char *id;
	struct buf json;
	int slot;
	uint64_t number, line, offset;
};
struct waiting { /* private; all zero is empty */
	VEC(struct waiting_row) rows;
	size_t bytes;
};

/* Keeps a copy of the record until `id` comes. False: no room. */
bool waiting_put(struct waiting *w, struct str id, const struct record *rec);
/* Hands the records that wait for `id`, in their order, to `tell`, which says what comes of each. `tell` is as format->record. */
typedef bool waiting_tell(struct import *im, const struct record *rec, struct err *err);
bool waiting_come(struct waiting *w, struct str id, struct import *im, waiting_tell *tell, struct err *err);
/* The source has ended: hands over all that still wait. */
bool waiting_end(struct waiting *w, struct import *im, waiting_tell *tell, struct err *err);
void waiting_done(struct waiting *w);

#endif
