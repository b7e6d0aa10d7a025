/* What each id of a source stands for, for files in which a second list names the things of a first one: 40 bytes and the texts for each
 * id, up to ID_TABLE_MAX of them (id_map.h: a bounded number, for streams without an end). Part of an importer's state. */
#ifndef SPOOR_IMPORT_ID_TABLE_H
#define SPOOR_IMPORT_ID_TABLE_H

#include "import/id_map.h"
#include "store/base/vec.h"

enum { ID_TABLE_MAX = 1 << 20 };

struct id_entry {
	uint64_t hash;
	size_t at;
	uint32_t n_trace, n_span;
};
struct id_table { /* private; all zero is empty */
	VEC(struct id_entry) rows;
	uint32_t *slots; /* row + 1; open addressing, at most half of them taken */
	size_t n_slots;
	struct buf text;
};

/* The newest place of an id is the one it has. Absent ids, and those beyond the limit, are not kept. */
void id_table_put(struct id_table *table, struct str id, struct id_place place);
/* False: not known. The texts are good until the next put. */
bool id_table_get(const struct id_table *table, struct str id, struct id_place *place);
void id_table_done(struct id_table *table);

#endif
