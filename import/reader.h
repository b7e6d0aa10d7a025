/* Sources → bytes: a file, standard input ("-"), gzip, zstd, xz; later members of zip and tar. By content, not by name.
 * Never mmap (a truncated file would kill us); true offsets in the decompressed stream; limits against bombs. */
#ifndef SPOOR_IMPORT_READER_H
#define SPOOR_IMPORT_READER_H

#include "store/base/err.h"
#include "store/base/hash.h"
#include "store/base/str.h"

/* Stop at 1 GiB or 200:1 after the first 16 MiB, whatever comes last, for compressed sources (robustness.md row 10). */
struct reader_limits {
	uint64_t expanded_bytes; /* 0: 64 GiB (a plain 10 GB file is fine; this is for compressed ones) */
	unsigned ratio;          /* 0: 200, after the first 16 MiB */
};

struct reader;
/* Opens and looks at the first bytes. NULL with err (ERR_INPUT): the system's words, a directory, or a compression or
 * archive we do not read; reader_code(NULL) then is "io", "unknown-format" or "damaged". */
struct reader *reader_open(const char *path, const struct reader_limits *limits, struct err *err);
/* The same over memory, for tests and the decoder; `chunk` bytes at most per read (0: all). Borrowed. */
struct reader *reader_memory(struct str bytes, size_t chunk);
void reader_close(struct reader *r);
/* Up to cap bytes (cap > 0); 0 at the end; -1 with err (damaged, limit, io: err->text in plain words, err->at.offset), and
 * again -1 from then on. A plain file that shrank since it was opened is an "io" failure at its new end. */
int64_t reader_read(struct reader *r, char *into, size_t cap, struct err *err);
/* Gives the last bytes read back: they come again first (detection looks at them before anybody reads; copied). */
void reader_unread(struct reader *r, struct str bytes);
/* Adds every byte that is given from now on to `hasher` (borrowed; NULL ends it): the resume point's hash. */
void reader_hash(struct reader *r, struct hasher *hasher);
uint64_t reader_offset(const struct reader *r);         /* decompressed bytes given so far */
uint64_t reader_source_bytes(const struct reader *r);   /* bytes of the file consumed; any thread may ask */
uint64_t reader_source_size(const struct reader *r);    /* size of the file, 0 if unknown (pipe) */
const char *reader_compression(const struct reader *r); /* "gzip", "zstd", "xz" or NULL */
/* Problem code of the last failure: "io" "damaged" "limit-expanded" "limit-ratio" "unknown-format"; NULL if none.
 * reader_code(NULL): of this thread's last reader_open that returned NULL. */
const char *reader_code(const struct reader *r);

#endif
