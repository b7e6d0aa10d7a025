/* What queue.c (making, finding) and queue_turn.c (working through) share. */
#ifndef SPOOR_STORE_QUEUE_PRIVATE_H
#define SPOOR_STORE_QUEUE_PRIVATE_H

#include "store/queue.h"

#define ITEM_COLUMNS                                                                                     \
	"i.seq, i.kind, i.run, i.case_id, i.repeat, i.run_b, i.repeat_b, i.trace, i.span, i.input_hash," \
	" i.output_hash, i.content IS NOT NULL"
void queue_take_item(struct stmt *s, struct queue_item *out);

/* `db`, or a connection of its own where that one only reads; NULL: err. */
struct db *queue_writer(struct db *db, struct err *err);
void queue_writer_done(struct db *db, struct db *writer);

#endif
