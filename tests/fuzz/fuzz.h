/* What the fuzz targets share. A target is one file tests/fuzz/fuzz_NAME.c with fuzz_input(): it takes any bytes, and stops the
 * program with FUZZ_CHECK where a promise is broken. Built by clang with libFuzzer (make fuzz TARGET=NAME SECONDS=60), and by
 * any compiler with replay.c, which runs the kept inputs as a test (make test). */
#ifndef SPOOR_TESTS_FUZZ_FUZZ_H
#define SPOOR_TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/arena.h"
#include "store/base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv); /* optional */

#define FUZZ_CHECK(what)                                                                           \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #what); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as it is, without a terminator: a byte read beyond it is a report of the sanitizer. */
static inline struct str fuzz_str(const uint8_t *data, size_t size)
{
	return (struct str){(const char *)data, size};
}

/* A number for choices that leaves the input whole, so that files of a corpus serve as they are. */
static inline unsigned fuzz_choice(struct str in)
{
	return in.len ? (unsigned)in.len * 31 + (unsigned char)in.ptr[in.len - 1] : 0;
}

/* Takes one byte off the front for a choice; 0 at the end. */
static inline unsigned fuzz_byte(struct str *in)
{
	if (in->len == 0)
		return 0;
	unsigned byte = (unsigned char)in->ptr[0];
	in->ptr++;
	in->len--;
	return byte;
}

/* A folder for files of this process, in memory where the system has such a place; removed at exit. */
static char fuzz_dir[64];

static inline void fuzz_dir_remove(void)
{
	static const char *const names[] = {"s.db",     "s.db-wal", "s.db-shm",  "s.db-lock",   "s.db-import", "t.db",
	                                    "t.db-wal", "t.db-shm", "t.db-lock", "t.db-import", "input"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char path[96];
		snprintf(path, sizeof path, "%s/%s", fuzz_dir, names[i]);
		unlink(path);
	}
	rmdir(fuzz_dir);
}

static inline const char *fuzz_file(char path[96], const char *name)
{
	if (!fuzz_dir[0]) {
		snprintf(fuzz_dir, sizeof fuzz_dir, "%s/spoor-fuzz-XXXXXX",
		         access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		FUZZ_CHECK(mkdtemp(fuzz_dir));
		atexit(fuzz_dir_remove);
	}
	snprintf(path, 96, "%s/%s", fuzz_dir, name);
	return path;
}

static inline void fuzz_write(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "wb");
	FUZZ_CHECK(f && (bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len));
	FUZZ_CHECK(fclose(f) == 0);
}

#endif
