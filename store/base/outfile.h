/* A file that is written piece by piece, of mode 0600, and gets its name only when all of it is written and synced; or standard output;
 * or a device or a pipe, which is written to as it is. */
#ifndef SPOOR_STORE_BASE_OUTFILE_H
#define SPOOR_STORE_BASE_OUTFILE_H

#include "store/base/str.h"

struct outfile {
	struct buf text;  /* to be added to; outfile_more writes it away */
	const char *file; /* borrowed; NULL: standard output */
	bool force;       /* in place of what is there */
	struct buf temp;  /* the file while it is unfinished */
	int fd;
	int64_t bytes; /* written so far */
};
/* file NULL or "-": standard output. False: there is such a file already and not force (ERR_USAGE), or it cannot be written. outfile_close either way. */
bool outfile_open(struct outfile *out, const char *file, bool force, struct err *err);
/* Writes `text` away once there is a good deal of it (256 KiB), and empties it. out: a struct outfile. */
bool outfile_more(void *out, struct buf *text, struct err *err);
/* keep: the rest of out->text is written and the file gets its name; else nothing of it stays. Frees. */
bool outfile_close(struct outfile *out, bool keep, struct err *err);

#endif
