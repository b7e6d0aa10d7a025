/* What the parts of the reader share: reader.c (bytes of a source, limits, conversions, opening), reader_unpack.c (compressions). For
 * nobody else. */
#ifndef SPOOR_IMPORT_READER_PRIVATE_H
#define SPOOR_IMPORT_READER_PRIVATE_H

#include <lzma.h>
#include <stdatomic.h>
#include <zlib.h>
#include <zstd.h>

#include "import/reader.h"

enum { INPUT_SIZE = 256 << 10 };

/* What the first bytes say. Zip and tar are not here: whoever reads meets them in the decompressed bytes (archive.h). */
enum container {
	CONTAINER_PLAIN,
	CONTAINER_GZIP,
	CONTAINER_ZSTD,
	CONTAINER_ZSTD_RECORDS, /* of the OpenTelemetry collector's file exporter */
	CONTAINER_XZ,
	CONTAINER_BZIP2,
	CONTAINER_LZ4,
	CONTAINER_7ZIP,
	CONTAINER_COMPRESS,
	N_CONTAINERS
};
extern const char *const container_names[N_CONTAINERS];

struct reader {
	char *path;
	int fd;            /* -1: memory, or fed */
	reader_feed *feed; /* bytes from elsewhere */
	void *feed_context;
	struct str memory;
	size_t chunk;
	enum container container;
	struct reader_limits limits;

	unsigned char *in; /* read and not yet used: in[in_at..in_end) */
	size_t in_at, in_end;
	bool in_eof;
	z_stream zlib;
	bool zlib_ready, in_member;
	const char *zlib_bad; /* damage met, to be told once the bytes before it are given */
	ZSTD_DStream *zstd;
	bool in_frame;                /* of zstd */
	size_t zstd_wants;            /* bytes it would like next */
	uint32_t record_left;         /* bytes of the record that were not taken yet */
	bool record_begun, line_open; /* it has given something; that is JSON, and no line end came after it */
	lzma_stream xz;
	lzma_ret xz_status; /* anything but LZMA_OK stays */
	bool xz_ready;

	uint64_t pulled; /* decompressed bytes so far */
	struct buf head; /* looked at to choose a conversion: comes first, from head_at */
	size_t head_at;
	bool looked;
	struct convert *convert; /* NULL: given as it is */

	struct buf unread; /* given back: comes first, from unread_at */
	size_t unread_at;
	struct hasher *hasher;
	uint64_t given, source_size;
	_Atomic uint64_t source_bytes;
	uint64_t at;  /* of the next byte, if placed */
	bool placed;  /* read by pread: a second reader of the same descriptor does not move it */
	bool limited; /* source_size is the end, also of a file that shrinks */
	bool stopped; /* the wait was given up */
	reader_wait *wait;
	void *wait_context;
	bool regular, failed;
	const char *code;
	struct err err; /* of the failure: it stays */
};

/* reader.c. Keeps the failure; -1. */
int64_t reader_fail(struct reader *r, const char *code, const char *text);
/* Puts more of the file behind what is unused. false: failed; the end sets in_eof. */
bool reader_fill(struct reader *r);
void reader_use(struct reader *r, size_t n); /* n bytes of the input are used */

/* reader_unpack.c. A compressed container's decoder; its next bytes: up to cap, 0 at the end, -1 with the failure kept. */
void unpack_open(struct reader *r);
void unpack_close(struct reader *r);
int64_t unpack_pull(struct reader *r, char *into, size_t cap);

#endif
