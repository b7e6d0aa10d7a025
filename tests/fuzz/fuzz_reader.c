/* F6, the part that exists: the reader over plain, gzip, zstd and xz bytes, with small limits. However it is read, the same
 * bytes and the same end; offsets count what was given; a limit is kept; a failure has a code and stays. */
#include <zlib.h>

#include "import/reader.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1 << 20 };

struct outcome {
	struct buf bytes;
	bool failed, opened, converted;
	char code[32];
};

static void read_all(const char *path, size_t chunk, struct outcome *out)
{
	struct err err = ERR_INIT;
	*out = (struct outcome){.bytes = BUF_INIT};
	struct reader *r = reader_open(path, &(struct reader_limits){.expanded_bytes = LIMIT, .ratio = 200}, &err);
	out->opened = r != NULL;
	if (!r) {
		FUZZ_CHECK(err.code == ERR_INPUT && err.text[0] && reader_code(NULL));
		snprintf(out->code, sizeof out->code, "%s", reader_code(NULL));
		return;
	}
	static char into[70000];
	int64_t n;
	while ((n = reader_read(r, into, chunk, &err)) > 0) {
		FUZZ_CHECK((size_t)n <= chunk);
		buf_add(&out->bytes, into, (size_t)n);
		FUZZ_CHECK(reader_offset(r) == out->bytes.len);
		FUZZ_CHECK(!reader_compression(r) || reader_conversion(r) || out->bytes.len <= LIMIT);
	}
	out->failed = n < 0;
	out->converted = reader_conversion(r) != NULL;
	if (out->failed) {
		FUZZ_CHECK(err.code != ERR_NONE && err.text[0] && reader_code(r));
		snprintf(out->code, sizeof out->code, "%s", reader_code(r));
		FUZZ_CHECK(reader_read(r, into, chunk, &err) == -1);
	} else {
		FUZZ_CHECK(reader_read(r, into, chunk, &err) == 0);
	}
	reader_close(r);
}

/* What zlib itself makes of one member: nothing may be taken whole that its own check refuses. */
static bool zlib_takes(struct str in, struct buf *out)
{
	z_stream z = {0};
	FUZZ_CHECK(inflateInit2(&z, 15 + 16) == Z_OK);
	union {
		const void *from;
		void *to;
	} bytes = {.from = in.ptr};
	z.next_in = bytes.to;
	z.avail_in = (unsigned)in.len;
	int code;
	do {
		char chunk[4096];
		z.next_out = (unsigned char *)chunk;
		z.avail_out = sizeof chunk;
		code = inflate(&z, Z_NO_FLUSH);
		buf_add(out, chunk, sizeof chunk - z.avail_out);
	} while (code == Z_OK && out->len <= LIMIT);
	bool whole = code == Z_STREAM_END && z.avail_in == 0;
	inflateEnd(&z);
	return whole && out->len <= LIMIT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = fuzz_str(data, size);
	char path[96];
	struct outcome large, small;
	fuzz_write(fuzz_file(path, "input"), in);
	read_all(path, 65536, &large);
	read_all(path, 1 + fuzz_choice(in) % 1000, &small);
	FUZZ_CHECK(large.opened == small.opened && large.failed == small.failed && strcmp(large.code, small.code) == 0);
	if (!large.failed || strncmp(large.code, "limit", 5) != 0)
		FUZZ_CHECK(str_eq(buf_str(&large.bytes), buf_str(&small.bytes)));
	if (size > 2 && data[0] == 0x1f && data[1] == 0x8b) {
		struct buf plain = BUF_INIT;
		if (zlib_takes(in, &plain)) {
			FUZZ_CHECK(large.opened && !large.failed);
			FUZZ_CHECK(large.converted || str_eq(buf_str(&plain), buf_str(&large.bytes)));
		}
		buf_done(&plain);
	}
	buf_done(&large.bytes);
	buf_done(&small.bytes);
	return 0;
}
