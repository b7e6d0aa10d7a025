/* Stored records back as what they say, the one way for all that shows it: masked where the connection masks (db_set_mask), the texts as
 * well as the record's own bytes. What identifies (ids, case keys, names of sessions and users that are looked up) stays as it is. */
#ifndef SPOOR_STORE_QUERY_PAYLOAD_H
#define SPOOR_STORE_QUERY_PAYLOAD_H

#include "store/block.h"

/* Runs the decoder over a record that was fetched (block_fetch, into `arena`) into `to`; afterwards its bytes are masked, too. */
bool payload_decode(struct db *db, struct stored_record *rec, struct arena *arena, struct sink *to, struct err *err);
/* Only the record's bytes and frames. */
void payload_mask(struct db *db, struct stored_record *rec, struct arena *arena);

#endif
