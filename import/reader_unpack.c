/* Compressions: gzip, zstd, zstd record by record, xz. Each by its own library and not by libarchive: that one does not check gzip's CRC
 * (3.6.2), and brings libxml2, ICU and the C++ library into every start of the program, which took longer than all else in it. */
#include <string.h>
#include <zstd_errors.h>

#include "import/reader_private.h"

static const uint64_t XZ_MEMORY = 128 << 20; /* xz -9 needs 65 MiB */

const char *const container_names[N_CONTAINERS] = {
    [CONTAINER_GZIP] = "gzip",   [CONTAINER_ZSTD] = "zstd",
    [CONTAINER_XZ] = "xz",       [CONTAINER_ZSTD_RECORDS] = "zstd",
    [CONTAINER_BZIP2] = "bzip2", [CONTAINER_LZ4] = "lz4",
    [CONTAINER_7ZIP] = "7-Zip",  [CONTAINER_COMPRESS] = "compress (.Z)",
};

/* Between members: another member, or the end; zeros may pad the end, as with gzip(1). */
static int64_t next_member(struct reader *r, bool *end)
{
	*end = false;
	while (r->in_at < r->in_end && r->in[r->in_at] == 0)
		reader_use(r, 1);
	if (r->in_end - r->in_at < 2 && !r->in_eof) {
		memmove(r->in, r->in + r->in_at, r->in_end - r->in_at);
		r->in_end -= r->in_at;
		r->in_at = 0;
		return reader_fill(r) ? 0 : -1;
	}
	if (r->in_at == r->in_end && r->in_eof) {
		*end = true;
		return 0;
	}
	if (r->in[r->in_at] != 0x1f)
		return reader_fail(r, "damaged", "after the compressed data come bytes that are not gzip");
	inflateReset(&r->zlib);
	r->in_member = true;
	return 0;
}

static const char *inflate_failure(const struct reader *r)
{
	const char *words = r->zlib.msg ? r->zlib.msg : "";
	if (strcmp(words, "incorrect data check") == 0)
		return "the gzip data is damaged: its checksum (CRC) is wrong";
	if (strcmp(words, "incorrect length check") == 0)
		return "the gzip data is damaged: its length is wrong";
	return "the gzip data is damaged";
}

static int64_t inflate_some(struct reader *r, char *into, size_t cap)
{
	if (r->zlib_bad)
		return reader_fail(r, "damaged", r->zlib_bad);
	if (r->in_at == r->in_end && !r->in_eof && !reader_fill(r))
		return -1;
	size_t had = r->in_end - r->in_at;
	r->zlib.next_in = r->in + r->in_at;
	r->zlib.avail_in = (uInt)had;
	r->zlib.next_out = (unsigned char *)into;
	r->zlib.avail_out = cap > INT32_MAX ? INT32_MAX : (uInt)cap;
	uInt room = r->zlib.avail_out;
	int status = inflate(&r->zlib, Z_NO_FLUSH);
	reader_use(r, had - r->zlib.avail_in);
	if (status == Z_MEM_ERROR)
		err_die("out of memory");
	if (status == Z_STREAM_END)
		r->in_member = false;
	else if (status != Z_OK && status != Z_BUF_ERROR)
		r->zlib_bad = inflate_failure(r);
	int64_t n = (int64_t)(room - r->zlib.avail_out);
	/* Only now: zlib may still have had something to give when its input was at its end. */
	if (n == 0 && had == 0 && r->in_member && r->in_eof && !r->zlib_bad)
		return reader_fail(r, "damaged", "the gzip data is cut off");
	return n;
}

static int64_t pull_gzip(struct reader *r, char *into, size_t cap)
{
	for (;;) {
		bool end = false;
		int64_t n = r->in_member || r->zlib_bad ? inflate_some(r, into, cap) : next_member(r, &end);
		if (n != 0 || end)
			return n;
	}
}

static int64_t damaged(struct reader *r, const char *what, const char *why)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "the %s data is %s", container_names[r->container], what);
	if (why)
		buf_printf(&text, " (%s)", why);
	int64_t n = reader_fail(r, "damaged", buf_cstr(&text));
	buf_done(&text);
	return n;
}

/* Gives the decoder `n` bytes of the input. */
static bool step_zstd(struct reader *r, size_t n, ZSTD_outBuffer *out)
{
	ZSTD_inBuffer in = {.src = r->in + r->in_at, .size = n};
	size_t hint = ZSTD_decompressStream(r->zstd, out, &in);
	if (ZSTD_getErrorCode(hint) == ZSTD_error_memory_allocation)
		err_die("out of memory");
	if (ZSTD_isError(hint)) {
		damaged(r, "damaged", ZSTD_getErrorName(hint));
		return false;
	}
	reader_use(r, in.pos);
	r->in_frame = hint != 0;
	r->zstd_wants = hint;
	return true;
}

/* Frames one after the other, as zstd(1) reads them; a call may give nothing and only take. What is decoded is fetched first, and the
 * decoder gets no more than it asks for, a block or a checksum: so what a block held is out before its frame is found wrong. */
static int64_t pull_zstd(struct reader *r, char *into, size_t cap)
{
	ZSTD_outBuffer out = {.dst = into, .size = cap};
	if (r->in_frame && !step_zstd(r, 0, &out))
		return -1;
	while (out.pos == 0) {
		if (r->in_at == r->in_end && !r->in_eof && !reader_fill(r))
			return -1;
		bool drained = r->in_at == r->in_end && r->in_eof;
		if (drained && !r->in_frame)
			return 0;
		if (!r->in_frame)
			r->zstd_wants = ZSTD_initDStream(r->zstd);
		size_t there = r->in_end - r->in_at;
		if (!step_zstd(r, there < r->zstd_wants ? there : r->zstd_wants, &out))
			return -1;
		if (drained && out.pos == 0 && r->in_frame)
			return damaged(r, "cut off", NULL);
	}
	return (int64_t)out.pos;
}

/* The next record's length, 4 bytes with the big end first. 0: the end, -1: failed. */
static int64_t next_record(struct reader *r)
{
	while (r->in_end - r->in_at < 4 && !r->in_eof) {
		memmove(r->in, r->in + r->in_at, r->in_end - r->in_at);
		r->in_end -= r->in_at;
		r->in_at = 0;
		if (!reader_fill(r))
			return -1;
	}
	const unsigned char *p = r->in + r->in_at;
	size_t there = r->in_end - r->in_at;
	if (there < 4)
		return there ? damaged(r, "cut off", NULL) : 0;
	r->record_left = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	r->record_begun = false;
	reader_use(r, 4);
	return 1;
}

/* The next bytes of a record to the decoder, never those of the one behind it. */
static bool step_record(struct reader *r, ZSTD_outBuffer *out)
{
	if (r->in_at == r->in_end && !r->in_eof && !reader_fill(r))
		return false;
	if (!r->in_frame)
		r->zstd_wants = ZSTD_initDStream(r->zstd);
	size_t before = r->in_at, n = r->in_end - r->in_at;
	n = n < r->zstd_wants ? n : r->zstd_wants;
	n = n < r->record_left ? n : r->record_left;
	if (n == 0) {
		damaged(r, "cut off", NULL);
		return false;
	}
	bool good = step_zstd(r, n, out);
	r->record_left -= (uint32_t)(r->in_at - before);
	return good;
}

/* Each record is compressed by itself behind its length. Those that are JSON become lines. Source: opentelemetry-collector-contrib
 * exporter/fileexporter/README.md. */
static int64_t pull_zstd_records(struct reader *r, char *into, size_t cap)
{
	ZSTD_outBuffer out = {.dst = into, .size = cap};
	if (r->in_frame && !step_zstd(r, 0, &out))
		return -1;
	while (out.pos == 0) {
		if (r->in_frame || r->record_left > 0) {
			if (!step_record(r, &out))
				return -1;
			continue;
		}
		if (r->line_open) {
			r->line_open = false;
			*into = '\n';
			return 1;
		}
		int64_t more = next_record(r);
		if (more <= 0)
			return more;
	}
	r->line_open = (r->record_begun ? r->line_open : *into == '{' || *into == '[') && into[out.pos - 1] != '\n';
	r->record_begun = true;
	return (int64_t)out.pos;
}

static int64_t xz_failure(struct reader *r)
{
	if (r->xz_status == LZMA_MEM_ERROR)
		err_die("out of memory");
	if (r->xz_status == LZMA_BUF_ERROR)
		return damaged(r, "cut off", NULL);
	return damaged(r, "damaged",
	               r->xz_status == LZMA_MEMLIMIT_ERROR  ? "it wants more than 128 MiB of memory"
	               : r->xz_status == LZMA_OPTIONS_ERROR ? "its options are not known"
	               : r->xz_status == LZMA_FORMAT_ERROR  ? "bytes that are not xz"
	                                                    : NULL);
}

static int64_t pull_xz(struct reader *r, char *into, size_t cap)
{
	r->xz.next_out = (uint8_t *)into;
	r->xz.avail_out = cap;
	while (r->xz_status == LZMA_OK && r->xz.avail_out == cap) {
		if (r->in_at == r->in_end && !r->in_eof && !reader_fill(r))
			return -1;
		size_t had = r->in_end - r->in_at;
		r->xz.next_in = r->in + r->in_at;
		r->xz.avail_in = had;
		r->xz_status = lzma_code(&r->xz, r->in_eof ? LZMA_FINISH : LZMA_RUN);
		reader_use(r, had - r->xz.avail_in);
	}
	size_t n = cap - r->xz.avail_out; /* what came before a failure is given first */
	return n || r->xz_status == LZMA_STREAM_END ? (int64_t)n : xz_failure(r);
}

/* ---- all of them */

int64_t unpack_pull(struct reader *r, char *into, size_t cap)
{
	if (r->container == CONTAINER_GZIP)
		return pull_gzip(r, into, cap);
	if (r->container == CONTAINER_ZSTD)
		return pull_zstd(r, into, cap);
	return r->container == CONTAINER_XZ ? pull_xz(r, into, cap) : pull_zstd_records(r, into, cap);
}

void unpack_open(struct reader *r)
{
	if (r->container == CONTAINER_GZIP) {
		if (inflateInit2(&r->zlib, MAX_WBITS + 16) != Z_OK)
			err_die("out of memory");
		r->zlib_ready = r->in_member = true;
	} else if (r->container == CONTAINER_XZ) {
		r->xz = (lzma_stream)LZMA_STREAM_INIT;
		if (lzma_stream_decoder(&r->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
			err_die("out of memory");
		r->xz_ready = true;
	} else {
		r->zstd = ZSTD_createDStream();
		if (!r->zstd)
			err_die("out of memory");
	}
}

void unpack_close(struct reader *r)
{
	ZSTD_freeDStream(r->zstd);
	if (r->xz_ready)
		lzma_end(&r->xz);
	if (r->zlib_ready)
		inflateEnd(&r->zlib);
}

const char *reader_xz(void)
{
	return lzma_version_string();
}
