/* Zip archives made by hand, so that every byte of them can be wrong. For tests only, after cmocka.h; static, so that each test has what it
 * needs. */
#ifndef SPOOR_TESTS_ZIP_H
#define SPOOR_TESTS_ZIP_H

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "store/base/str.h"

enum method { STORED = 0, DEFLATE = 8, ZSTD = 93 };

static inline void little(struct buf *out, uint64_t v, int n)
{
	for (; n-- > 0; v >>= 8)
		buf_add_char(out, (char)(v & 0xff));
}

static inline void squeeze(struct buf *out, struct str bytes, enum method method)
{
	if (method == STORED) {
		buf_add_str(out, bytes);
	} else if (method == ZSTD) {
		size_t cap = ZSTD_compressBound(bytes.len);
		char *into = malloc(cap);
		size_t n = ZSTD_compress(into, cap, bytes.ptr, bytes.len, 3);
		assert_false(ZSTD_isError(n));
		buf_add_str(out, (struct str){into, n});
		free(into);
	} else {
		z_stream z = {.zalloc = NULL};
		size_t cap = compressBound((uLong)bytes.len) + 64;
		unsigned char *into = malloc(cap), *from = malloc(bytes.len + 1);
		memcpy(from, bytes.ptr ? bytes.ptr : "", bytes.len);
		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = from;
		z.avail_in = (uInt)bytes.len;
		z.next_out = into;
		z.avail_out = (uInt)cap;
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		buf_add_str(out, (struct str){(char *)into, cap - z.avail_out});
		deflateEnd(&z);
		free(from);
		free(into);
	}
}

struct zip {
	struct buf bytes, directory;
	unsigned n;
};

static inline void fields(struct buf *out, struct str name, struct str packed, struct str plain, enum method method,
                          unsigned flags)
{
	little(out, 20, 2);
	little(out, flags, 2);
	little(out, (uint64_t)method, 2);
	little(out, 0x5a21, 4);
	little(out, crc32(crc32(0, NULL, 0), (const unsigned char *)plain.ptr, (uInt)plain.len), 4);
	little(out, packed.len, 4);
	little(out, plain.len, 4);
	little(out, name.len, 2);
	little(out, 0, 2);
}

/* mode: of Unix, 0 none. */
static inline void zip_add_as(struct zip *z, const char *name, struct str plain, enum method method, unsigned flags,
                              unsigned mode)
{
	struct buf packed = BUF_INIT;
	size_t at = z->bytes.len;
	squeeze(&packed, plain, method);
	buf_add_str(&z->bytes, STR_LIT("PK\x03\x04"));
	fields(&z->bytes, str_of(name), buf_str(&packed), plain, method, flags);
	buf_add_cstr(&z->bytes, name);
	buf_add_str(&z->bytes, buf_str(&packed));
	buf_add_str(&z->directory, STR_LIT("PK\x01\x02"));
	little(&z->directory, 3 << 8 | 20, 2);
	fields(&z->directory, str_of(name), buf_str(&packed), plain, method, flags);
	little(&z->directory, 0, 6);
	little(&z->directory, (uint64_t)mode << 16, 4);
	little(&z->directory, at, 4);
	buf_add_cstr(&z->directory, name);
	z->n++;
	buf_done(&packed);
}

static inline void zip_add(struct zip *z, const char *name, const char *plain, enum method method)
{
	zip_add_as(z, name, str_of(plain), method, 0, 0);
}

static inline void zip_end(struct zip *z)
{
	size_t at = z->bytes.len;
	buf_add_str(&z->bytes, buf_str(&z->directory));
	buf_add_str(&z->bytes, STR_LIT("PK\x05\x06"));
	little(&z->bytes, 0, 4);
	little(&z->bytes, z->n, 2);
	little(&z->bytes, z->n, 2);
	little(&z->bytes, z->directory.len, 4);
	little(&z->bytes, at, 4);
	little(&z->bytes, 0, 2);
}

static inline void zip_done(struct zip *z)
{
	buf_done(&z->bytes);
	buf_done(&z->directory);
}

#endif
