/* Zip and tar → their members, one after another, by streaming: nothing is ever written to a disk, and a member's name is a label,
 * never a path. Compressed tars are decompressed by reader.c, which checks more; here come plain ones.
 * By libarchive, which is loaded when the first archive is met: with what it brings along (libxml2, ICU) it would cost every start of
 * the program more than all else in it. Only zip and tar are switched on.
 *
 * What libarchive 3.6.2 does not say is checked here: a zip whose directory is cut off. Zip methods: stored, deflate, bzip2 and
 * zstd (93); LZMA, xz and PPMd want as much memory as the archive says. A file is read by its directory, a pipe by its local headers. */
#ifndef SPOOR_IMPORT_ARCHIVE_H
#define SPOOR_IMPORT_ARCHIVE_H

#include "import/reader.h"

enum archive_kind { ARCHIVE_NONE, ARCHIVE_ZIP, ARCHIVE_TAR };
/* By the first decompressed bytes (512 for tar: its header's checksum must be right). */
enum archive_kind archive_kind(struct str head);
const char *archive_kind_name(enum archive_kind kind); /* "zip", "tar" */

enum { ARCHIVE_MEMBERS_MAX = 100000, ARCHIVE_NAME_MAX = 255 };

struct archive_limits {
	uint64_t expanded_bytes; /* of all members together; 0: 64 GiB */
	unsigned ratio; /* of a member to its compressed bytes, and of all to the archive, each after 16 MiB; 0: 200 */
	uint32_t members; /* 0: ARCHIVE_MEMBERS_MAX, which is the most */
};

struct archive_in;
/* Reads from `bytes` (borrowed, at the start of the archive). NULL with err and *code (static): libarchive is not there, or the archive
 * cannot be read at all. */
struct archive_in *archive_in_open(struct reader *bytes, const char *path, enum archive_kind kind,
                                   const struct archive_limits *limits, const char **code, struct err *err);
void archive_in_close(struct archive_in *a);

enum archive_event {
	ARCHIVE_IN_END,
	ARCHIVE_IN_MEMBER, /* a file: archive_in_member reads it */
	ARCHIVE_IN_PASSED, /* a member that is not read, and no harm: a link */
	ARCHIVE_IN_BAD,    /* a member that cannot be read: encrypted, or compressed otherwise. Others follow */
	ARCHIVE_IN_STOPPED /* bytes could not be waited for (reader_stopped) */
};
struct archive_member {
	const char *name;       /* cleaned, at most ARCHIVE_NAME_MAX bytes; good until the next call */
	uint64_t number;        /* from 1, counting all members */
	bool again;             /* a member of this name came before */
	const char *code, *why; /* PASSED, BAD */
};
/* The next member; what is left of the last one is passed over. Folders, devices and hidden names go by silently. The end: *code set
 * (and err) if the archive ends badly: damaged, a limit. What came before stands. */
enum archive_event archive_in_next(struct archive_in *a, struct archive_member *m, const char **code, struct err *err);
/* A reader of the current member, which may be compressed itself; the caller closes it before the next call. NULL: as reader_open. */
struct reader *archive_in_member(struct archive_in *a, struct err *err);
/* The member's reader gave n bytes in all: those count in the limits, if it was compressed itself. */
void archive_in_gave(struct archive_in *a, uint64_t n);
/* The archive's own bytes looked at so far; any thread may ask. */
uint64_t archive_in_position(const struct archive_in *a);

const char *archive_library(void); /* version of libarchive; NULL: it is not there */

#endif
