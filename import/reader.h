/* Sources → bytes: a file, standard input ("-"), a member of an archive (archive.h); gzip, zstd, xz. By content, not by name.
 * Never mmap (a truncated file would kill us); true offsets in the decompressed stream; limits against bombs. */
#ifndef SPOOR_IMPORT_READER_H
#define SPOOR_IMPORT_READER_H

#include "store/base/err.h"
#include "store/base/hash.h"
#include "store/base/str.h"
#include "store/model.h"

/* Stop at 1 GiB or 200:1 after the first 16 MiB, whatever comes last, for compressed sources (robustness.md row 10). */
struct reader_limits {
	uint64_t expanded_bytes; /* 0: 64 GiB (a plain 10 GB file is fine; this is for compressed ones) */
	unsigned ratio;          /* 0: 200, after the first 16 MiB */
};

struct reader;
/* Opens and looks at the first bytes. NULL with err (ERR_INPUT): the system's words, a directory, or a compression or
 * archive we do not read; reader_code(NULL) then is "io", "unknown-format" or "damaged". */
struct reader *reader_open(const char *path, const struct reader_limits *limits, struct err *err);
/* The same; before a read of a pipe, FIFO or terminal that has nothing yet `wait` is called with its descriptor. true: there is
 * something now, or its end; false: give up: the source ends here, reader_stopped. On the reader's thread. */
typedef bool reader_wait(void *context, int fd);
struct reader *reader_open_wait(const char *path, const struct reader_limits *limits, reader_wait *wait, void *context,
                                struct err *err);
/* The same over bytes that come from elsewhere (a member of an archive): up to cap of them, 0 at the end, -1 with err and *code (static)
 * and again -1 from then on; *code NULL: they could not be waited for (reader_stopped). `path` is what failures name. */
typedef int64_t reader_feed(void *context, void *into, size_t cap, const char **code, struct err *err);
struct reader *reader_fed(const char *path, reader_feed *feed, void *context, const struct reader_limits *limits,
                          struct err *err);
/* A second reader of the same open file, from its start, whatever its name stands for now (reader_fd(other) >= 0). NULL: no. */
struct reader *reader_again(const struct reader *other);
/* Plain bytes [from, to) of an open file; offsets count from 0. A file that is shorter ends there: no failure. fd is not kept. */
struct reader *reader_at(int fd, const char *path, uint64_t from, uint64_t to);
/* Goes to an offset; false (nothing happens): compressed, converted, or not a file. Not hashed. */
bool reader_seek(struct reader *r, uint64_t offset);
/* Of a plain file only the first `size` bytes are read (one that is shorter: no failure); else nothing happens. */
void reader_limit(struct reader *r, uint64_t size);
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
uint64_t reader_offset(const struct reader *r);       /* bytes given so far */
uint64_t reader_source_bytes(const struct reader *r); /* bytes of the file consumed; any thread may ask */
uint64_t reader_source_size(const struct reader *r);  /* size of the file, 0 if unknown (pipe) */
int reader_fd(const struct reader *r);                /* of a regular file opened by name, else -1 */
bool reader_is_plain(const struct reader *r);         /* a regular file, given as it is */
bool reader_stopped(const struct reader *r);          /* wait said false */
/* A pipe that has had nothing for a moment (waits 50 ms to see): what came so far should be looked at. */
bool reader_pauses(const struct reader *r);
const char *reader_compression(const struct reader *r); /* "gzip", "zstd", "xz" or NULL */
/* What is not JSON is given as JSON Lines (convert.h): "csv", "protobuf"; NULL: it is given as it is. Then reader_read, reader_offset
 * and the hash are about the text that was made; failures and what follows here are about the bytes it was made of. */
const char *reader_conversion(const struct reader *r);
bool reader_place(struct reader *r, uint64_t offset, uint64_t *source_offset,
                  uint64_t *line); /* convert_place; false: the same */
bool reader_problem(struct reader *r, uint64_t offset, struct problem *p, uint64_t *records); /* convert_problem */
/* Problem code of the last failure: "io" "damaged" "limit-expanded" "limit-ratio" "unknown-format"; NULL if none.
 * reader_code(NULL): of this thread's last reader_open that returned NULL. */
const char *reader_code(const struct reader *r);

const char *reader_xz(void); /* version of liblzma */

#endif
