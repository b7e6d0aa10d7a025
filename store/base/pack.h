/* Blocks: zstd for what is stored, CRC-32 for what is checked. */
#ifndef SPOOR_STORE_BASE_PACK_H
#define SPOOR_STORE_BASE_PACK_H

#include "store/base/str.h"

/* A reusable compressor/decompressor; one per thread. About 2 MB once both sides are used. */
struct pack;
struct pack *pack_new(int level); /* zstd level */
void pack_free(struct pack *p);
/* Replaces *out by the compressed form of raw, with a content checksum. */
void pack_compress(struct pack *p, struct str raw, struct buf *out);
/* Replaces *out by the raw bytes. raw_size is what the caller expects, at most `limit`; anything else is an error. */
bool pack_expand(struct pack *p, struct str packed, size_t raw_size, size_t limit, struct buf *out, struct err *err);
uint32_t pack_crc32(uint32_t crc, struct str bytes); /* zlib's; start with 0 */

const char *pack_zstd(void); /* versions of the libraries */
const char *pack_zlib(void);

/* Varints (LEB128) for block headers. */
void pack_varint(struct buf *out, uint64_t n);
bool pack_unvarint(struct str *rest, uint64_t *n); /* takes it off *rest */

#endif
