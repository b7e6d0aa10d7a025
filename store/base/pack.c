#include "store/base/pack.h"

#include <inttypes.h>
#include <zlib.h>
#include <zstd.h>

enum { ROOM_KEPT = 4 << 20 };

struct pack {
	ZSTD_CCtx *compressor;
	ZSTD_DCtx *expander;
	struct buf
	    room; /* the bound of a result is as large as what goes in: that much is kept once, not by every result */
};

struct pack *pack_new(int level)
{
	struct pack *p = xcalloc(1, sizeof *p);
	p->compressor = ZSTD_createCCtx();
	p->expander = ZSTD_createDCtx();
	if (!p->compressor || !p->expander)
		err_die("out of memory (zstd)");
	ZSTD_CCtx_setParameter(p->compressor, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(p->compressor, ZSTD_c_checksumFlag, 1);
	return p;
}

void pack_free(struct pack *p)
{
	if (!p)
		return;
	ZSTD_freeCCtx(p->compressor);
	ZSTD_freeDCtx(p->expander);
	buf_done(&p->room);
	free(p);
}

void pack_compress(struct pack *p, struct str raw, struct buf *out)
{
	size_t bound = ZSTD_compressBound(raw.len);
	buf_reserve(&p->room, bound);
	size_t n = ZSTD_compress2(p->compressor, p->room.ptr, bound, raw.ptr ? raw.ptr : "", raw.len);
	if (ZSTD_isError(n)) /* with room enough only memory can be missing */
		err_die("zstd: %s", ZSTD_getErrorName(n));
	buf_clear(out);
	buf_add(out, p->room.ptr, n);
	if (bound > ROOM_KEPT)
		buf_done(&p->room);
}

bool pack_expand(struct pack *p, struct str packed, size_t raw_size, size_t limit, struct buf *out, struct err *err)
{
	buf_clear(out);
	if (raw_size > limit)
		return err_set(err, ERR_STORE, NULL, "a block of %zu bytes is larger than the %zu allowed", raw_size,
		               limit);
	unsigned long long said =
	    packed.len ? ZSTD_getFrameContentSize(packed.ptr, packed.len) : ZSTD_CONTENTSIZE_ERROR;
	if (said == ZSTD_CONTENTSIZE_ERROR)
		return err_set(err, ERR_STORE, NULL, "a block is not zstd data");
	if (said != ZSTD_CONTENTSIZE_UNKNOWN && said != raw_size)
		return err_set(err, ERR_STORE, NULL, "a block says %llu bytes where %zu are expected", said, raw_size);
	buf_reserve(out, raw_size);
	size_t n = ZSTD_decompressDCtx(p->expander, out->ptr, raw_size, packed.ptr, packed.len);
	if (ZSTD_isError(n))
		return err_set(err, ERR_STORE, NULL, "a block is damaged (zstd: %s)", ZSTD_getErrorName(n));
	if (n != raw_size)
		return err_set(err, ERR_STORE, NULL, "a block has %zu bytes where %zu are expected", n, raw_size);
	out->len = n;
	out->ptr[n] = '\0';
	return true;
}

uint32_t pack_crc32(uint32_t crc, struct str bytes)
{
	if (bytes.len == 0)
		return crc; /* crc32_z(…, NULL, 0) would start anew */
	return (uint32_t)crc32_z(crc, (const unsigned char *)bytes.ptr, bytes.len);
}

void pack_varint(struct buf *out, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_add_char(out, (char)(unsigned char)(n | 0x80));
	buf_add_char(out, (char)n);
}

bool pack_unvarint(struct str *rest, uint64_t *n)
{
	uint64_t value = 0;
	for (size_t i = 0; i < rest->len && i < 10; i++) {
		unsigned char byte = (unsigned char)rest->ptr[i];
		if (i == 9 && byte > 1)
			return false; /* beyond 64 bits */
		value |= (uint64_t)(byte & 0x7F) << (7 * i);
		if (byte < 0x80) {
			*n = value;
			*rest = str_from(*rest, i + 1);
			return true;
		}
	}
	return false;
}

const char *pack_zstd(void)
{
	return ZSTD_versionString();
}

const char *pack_zlib(void)
{
	return zlibVersion();
}
