/* Where a store lies and what lies there, before SQLite opens it: one look at the path, the file system and the first 100 bytes,
 * so that what is no store of ours is refused without a byte of it being changed. Knows the file format (sqlite.org/fileformat.html,
 * section 1.3), not the library. */
#ifndef SPOOR_STORE_DB_PLACE_H
#define SPOOR_STORE_DB_PLACE_H

#include "store/base/str.h"

enum { APPLICATION_ID = 0x73706f72 }; /* 'spor': marks the file as ours (PRAGMA application_id) */

struct db_place {
	bool exists, empty; /* empty: 0 bytes, a store still to be made */
	bool hot;       /* its log or journal holds bytes: not copied back by its last writer, or that one is at work */
	bool read_only; /* file, directory or file system: `why` */
	bool no_shared; /* no memory shared between processes there: network file systems, or $SPOOR_NO_SHM is set */
	bool still;     /* read-only and without a log: nobody can change it while we read */
	unsigned mode;
	int64_t version; /* of the schema, as the header says: 0 if the log may know better */
	char why[128];
};

/* Looks at `path` (absolute). newest: the schema version we know. ERR_STORE in plain words if it can be no store of ours: a
 * directory, a symbolic link, another program's, cut off, of a newer version, unreadable. A file that is not there is no error. */
bool db_place_look(struct db_place *place, const char *path, int64_t newest, struct err *err);
/* Says why the store cannot be written and what to do. Always false. */
bool db_place_refuse(const struct db_place *place, const char *path, struct err *err);
/* What an owner should know although it opens (others can read it; a network file system); appends, nothing if all is well. */
void db_place_remark(const struct db_place *place, const char *path, struct buf *out);

#endif
