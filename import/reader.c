/* One struct for all sources: `pull` gives decompressed bytes, the rest (offsets, limits, failures that stay) is shared; what is no JSON
 * goes through a conversion on its way out.
 * Each compression by its own library and not by libarchive: that one does not check gzip's CRC (3.6.2), and brings libxml2, ICU and
 * the C++ library into every start of the program, which took longer than all else in it. */
#include "import/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "import/convert.h"

enum { INPUT_SIZE = 256 << 10, SNIFF_MIN = 8, LOOK_SIZE = 4096, PAUSE_MS = 50 };
static const uint64_t XZ_MEMORY = 128 << 20; /* xz -9 needs 65 MiB */
static const uint64_t RATIO_FREE = 16 << 20; /* below this no ratio is suspect: a file of blanks is not a bomb */
static const uint64_t EXPANDED_DEFAULT = 64ULL << 30;
enum { RATIO_DEFAULT = 200 };

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

static const struct {
	enum container container;
	size_t at, len;
	const char *bytes;
} magics[] = {
    {.container = CONTAINER_GZIP,         .at = 0, .len = 2, .bytes = "\x1f\x8b"          },
    {.container = CONTAINER_ZSTD,         .at = 0, .len = 4, .bytes = "\x28\xb5\x2f\xfd"  },
    {.container = CONTAINER_ZSTD_RECORDS, .at = 4, .len = 4, .bytes = "\x28\xb5\x2f\xfd"  },
    {.container = CONTAINER_XZ,           .at = 0, .len = 6, .bytes = "\xfd\x37zXZ\0"     },
    {.container = CONTAINER_BZIP2,        .at = 0, .len = 3, .bytes = "BZh"               },
    {.container = CONTAINER_LZ4,          .at = 0, .len = 4, .bytes = "\x04\x22\x4d\x18"  },
    {.container = CONTAINER_7ZIP,         .at = 0, .len = 6, .bytes = "7z\xbc\xaf\x27\x1c"},
    {.container = CONTAINER_COMPRESS,     .at = 0, .len = 2, .bytes = "\x1f\x9d"          },
};

static const char *const container_names[N_CONTAINERS] = {
    [CONTAINER_GZIP] = "gzip",   [CONTAINER_ZSTD] = "zstd",
    [CONTAINER_XZ] = "xz",       [CONTAINER_ZSTD_RECORDS] = "zstd",
    [CONTAINER_BZIP2] = "bzip2", [CONTAINER_LZ4] = "lz4",
    [CONTAINER_7ZIP] = "7-Zip",  [CONTAINER_COMPRESS] = "compress (.Z)",
};

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

static _Thread_local const char *open_code;

/* ---- failures */

static int64_t fail(struct reader *r, const char *code, const char *text)
{
	r->failed = true;
	r->code = code;
	struct where at = {.file = r->path, .offset = r->pulled};
	err_set(&r->err, ERR_INPUT, &at, "%s", text);
	return -1;
}

static int64_t fail_io(struct reader *r, int number)
{
	return fail(r, "io", strerror(number));
}

/* ---- bytes of the file */

static void count_source(struct reader *r, size_t n)
{
	atomic_fetch_add_explicit(&r->source_bytes, n, memory_order_relaxed);
}

static bool is_ready(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;
	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR && timeout_ms < 0);
	return n != 0; /* also when poll fails: read then says why */
}

/* A pipe is waited for here and not in read(): whoever waits may have other work, or be told to stop. */
static bool await(struct reader *r)
{
	if (r->regular || r->stopped)
		return !r->stopped;
	if (!r->wait)
		return is_ready(r->fd, -1);
	r->stopped = !is_ready(r->fd, 0) && !r->wait(r->wait_context, r->fd);
	return !r->stopped;
}

static int64_t read_fed(struct reader *r, void *into, size_t cap)
{
	struct err why = ERR_INIT;
	const char *code = "damaged";
	int64_t n = r->feed(r->feed_context, into, cap, &code, &why);
	if (n >= 0)
		return n;
	r->stopped = code == NULL;
	return r->stopped ? 0 : fail(r, code, why.text);
}

/* One read(); 0 at the end, -1 with the failure kept. */
static int64_t read_file(struct reader *r, void *into, size_t cap)
{
	ssize_t n;
	if (r->feed)
		return read_fed(r, into, cap);
	if (!await(r))
		return 0;
	do
		n = r->placed ? pread(r->fd, into, cap, (off_t)r->at) : read(r->fd, into, cap);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		r->at += (uint64_t)n;
	return n < 0 ? fail_io(r, errno) : (int64_t)n;
}

/* Puts more of the file behind what is unused. false: failed; the end sets in_eof. */
static bool fill_input(struct reader *r)
{
	if (r->in_at == r->in_end)
		r->in_at = r->in_end = 0;
	if (r->in_eof || r->in_end == INPUT_SIZE)
		return true;
	int64_t n = read_file(r, r->in + r->in_end, INPUT_SIZE - r->in_end);
	if (n < 0)
		return false;
	r->in_eof = n == 0;
	r->in_end += (size_t)n;
	return true;
}

static void use_input(struct reader *r, size_t n)
{
	r->in_at += n;
	count_source(r, n);
}

/* ---- one pull per container: up to cap bytes, 0 at the end, -1 with the failure kept */

static int64_t pull_memory(struct reader *r, char *into, size_t cap)
{
	struct str rest = str_from(r->memory, (size_t)r->pulled);
	size_t n = rest.len < cap ? rest.len : cap;
	if (r->chunk > 0 && n > r->chunk)
		n = r->chunk;
	if (n > 0)
		memcpy(into, rest.ptr, n);
	count_source(r, n);
	return (int64_t)n;
}

static int64_t pull_plain(struct reader *r, char *into, size_t cap)
{
	size_t ready = r->in_end - r->in_at;
	uint64_t left = r->source_size > r->pulled ? r->source_size - r->pulled : 0;
	if (r->limited && left == 0)
		return 0;
	if (r->limited && left < cap)
		cap = (size_t)left;
	if (ready > 0) {
		size_t n = ready < cap ? ready : cap;
		memcpy(into, r->in + r->in_at, n);
		use_input(r, n);
		return (int64_t)n;
	}
	int64_t n = read_file(r, into, cap);
	if (n > 0)
		count_source(r, (size_t)n);
	if (n == 0 && r->regular && !r->limited && r->pulled < r->source_size)
		return fail(r, "io", "the file got shorter while it was read");
	return n;
}

/* Between members: another member, or the end; zeros may pad the end, as with gzip(1). */
static int64_t next_member(struct reader *r, bool *end)
{
	*end = false;
	while (r->in_at < r->in_end && r->in[r->in_at] == 0)
		use_input(r, 1);
	if (r->in_end - r->in_at < 2 && !r->in_eof) {
		memmove(r->in, r->in + r->in_at, r->in_end - r->in_at);
		r->in_end -= r->in_at;
		r->in_at = 0;
		return fill_input(r) ? 0 : -1;
	}
	if (r->in_at == r->in_end && r->in_eof) {
		*end = true;
		return 0;
	}
	if (r->in[r->in_at] != 0x1f)
		return fail(r, "damaged", "after the compressed data come bytes that are not gzip");
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
		return fail(r, "damaged", r->zlib_bad);
	if (r->in_at == r->in_end && !r->in_eof && !fill_input(r))
		return -1;
	size_t had = r->in_end - r->in_at;
	r->zlib.next_in = r->in + r->in_at;
	r->zlib.avail_in = (uInt)had;
	r->zlib.next_out = (unsigned char *)into;
	r->zlib.avail_out = cap > INT32_MAX ? INT32_MAX : (uInt)cap;
	uInt room = r->zlib.avail_out;
	int status = inflate(&r->zlib, Z_NO_FLUSH);
	use_input(r, had - r->zlib.avail_in);
	if (status == Z_MEM_ERROR)
		err_die("out of memory");
	if (status == Z_STREAM_END)
		r->in_member = false;
	else if (status != Z_OK && status != Z_BUF_ERROR)
		r->zlib_bad = inflate_failure(r);
	int64_t n = (int64_t)(room - r->zlib.avail_out);
	/* Only now: zlib may still have had something to give when its input was at its end. */
	if (n == 0 && had == 0 && r->in_member && r->in_eof && !r->zlib_bad)
		return fail(r, "damaged", "the gzip data is cut off");
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
	int64_t n = fail(r, "damaged", buf_cstr(&text));
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
	use_input(r, in.pos);
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
		if (r->in_at == r->in_end && !r->in_eof && !fill_input(r))
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
		if (!fill_input(r))
			return -1;
	}
	const unsigned char *p = r->in + r->in_at;
	size_t there = r->in_end - r->in_at;
	if (there < 4)
		return there ? damaged(r, "cut off", NULL) : 0;
	r->record_left = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	r->record_begun = false;
	use_input(r, 4);
	return 1;
}

/* The next bytes of a record to the decoder, never those of the one behind it. */
static bool step_record(struct reader *r, ZSTD_outBuffer *out)
{
	if (r->in_at == r->in_end && !r->in_eof && !fill_input(r))
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
		if (r->in_at == r->in_end && !r->in_eof && !fill_input(r))
			return -1;
		size_t had = r->in_end - r->in_at;
		r->xz.next_in = r->in + r->in_at;
		r->xz.avail_in = had;
		r->xz_status = lzma_code(&r->xz, r->in_eof ? LZMA_FINISH : LZMA_RUN);
		use_input(r, had - r->xz.avail_in);
	}
	size_t n = cap - r->xz.avail_out; /* what came before a failure is given first */
	return n || r->xz_status == LZMA_STREAM_END ? (int64_t)n : xz_failure(r);
}

static int64_t pull(struct reader *r, char *into, size_t cap)
{
	switch (r->container) {
	case CONTAINER_GZIP: return pull_gzip(r, into, cap);
	case CONTAINER_ZSTD: return pull_zstd(r, into, cap);
	case CONTAINER_ZSTD_RECORDS: return pull_zstd_records(r, into, cap);
	case CONTAINER_XZ: return pull_xz(r, into, cap);
	case CONTAINER_PLAIN:
	case CONTAINER_BZIP2:
	case CONTAINER_LZ4:
	case CONTAINER_7ZIP:
	case CONTAINER_COMPRESS:
	case N_CONTAINERS: break;
	}
	return r->fd < 0 && !r->feed ? pull_memory(r, into, cap) : pull_plain(r, into, cap);
}

/* ---- limits */

static int64_t check_limits(struct reader *r, int64_t n)
{
	if (n <= 0 || r->container == CONTAINER_PLAIN)
		return n;
	uint64_t total = r->pulled + (uint64_t)n;
	uint64_t source = reader_source_bytes(r);
	struct buf text = BUF_INIT;
	const char *code = NULL;
	if (total > r->limits.expanded_bytes) {
		code = "limit-expanded";
		buf_printf(&text, "it expands to more than %llu bytes", (unsigned long long)r->limits.expanded_bytes);
	} else if (total > RATIO_FREE && total / r->limits.ratio > source) {
		code = "limit-ratio";
		buf_printf(&text, "it expands to more than %u times its size", r->limits.ratio);
	}
	if (code)
		n = fail(r, code, buf_cstr(&text));
	buf_done(&text);
	return n;
}

static int64_t take_kept(struct buf *kept, size_t *at, char *into, size_t cap)
{
	struct str rest = str_cut(buf_str(kept), *at, cap);
	memcpy(into, rest.ptr, rest.len);
	*at += rest.len;
	if (*at == kept->len) {
		buf_done(kept);
		*at = 0;
	}
	return (int64_t)rest.len;
}

/* ---- conversions */

static int64_t pull_more(struct reader *r, char *into, size_t cap)
{
	int64_t n = r->failed ? -1 : check_limits(r, pull(r, into, cap));
	if (n > 0)
		r->pulled += (uint64_t)n;
	return n;
}

/* Decompressed bytes from the first on. */
static int64_t pull_bytes(void *context, char *into, size_t cap)
{
	struct reader *r = context;
	return r->head.len ? take_kept(&r->head, &r->head_at, into, cap) : pull_more(r, into, cap);
}

/* The first bytes tell whether a conversion is for them; they come again. */
static void look(struct reader *r)
{
	enum convert_sniff verdict = CONVERT_MORE;
	const struct conversion *how;
	unsigned dialect = 0;
	int64_t n = 1;
	r->looked = true;
	while (verdict == CONVERT_MORE && n > 0 && r->head.len < CONVERT_HEAD) {
		buf_reserve(&r->head, LOOK_SIZE);
		n = pull_more(r, r->head.ptr + r->head.len, LOOK_SIZE - r->head.len % LOOK_SIZE);
		r->head.len += n > 0 ? (size_t)n : 0;
		/* What a pipe has may be all for now; a file is looked at in steps, so that it is always judged alike. */
		if (r->regular && n > 0 && r->head.len % LOOK_SIZE)
			continue;
		verdict = convert_sniff(buf_str(&r->head), n <= 0 || r->head.len >= CONVERT_HEAD, &how, &dialect);
	}
	if (verdict == CONVERT_YES)
		r->convert = convert_open(how, dialect, pull_bytes, r, 0, 0);
}

static int64_t next_bytes(struct reader *r, char *into, size_t cap)
{
	if (!r->looked)
		look(r);
	return r->convert ? convert_read(r->convert, into, cap) : pull_bytes(r, into, cap);
}

int64_t reader_read(struct reader *r, char *into, size_t cap, struct err *err)
{
	BUG_ON(cap == 0);
	int64_t n = r->unread.len ? take_kept(&r->unread, &r->unread_at, into, cap) : next_bytes(r, into, cap);
	if (n > 0) {
		r->given += (uint64_t)n;
		if (r->hasher)
			hasher_add(r->hasher, (struct str){into, (size_t)n});
	}
	if (n < 0 && err)
		*err = r->err;
	return n;
}

void reader_unread(struct reader *r, struct str bytes)
{
	BUG_ON(r->unread.len || bytes.len > r->given);
	buf_add_str(&r->unread, bytes);
	r->given -= bytes.len;
}

void reader_hash(struct reader *r, struct hasher *hasher)
{
	r->hasher = hasher;
}

/* ---- opening */

static enum container sniff(struct str head)
{
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
		struct str part = str_cut(head, magics[i].at, magics[i].len);
		if (str_eq(part, (struct str){magics[i].bytes, magics[i].len}))
			return magics[i].container;
	}
	return CONTAINER_PLAIN;
}

static bool open_file(struct reader *r)
{
	bool standard_input = strcmp(r->path, "-") == 0;
	if (r->feed)
		return true;
	/* Not to hang in open() on a FIFO nobody writes to yet. */
	if (r->fd < 0)
		r->fd = standard_input ? STDIN_FILENO : open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	if (r->fd < 0 || fstat(r->fd, &st) != 0)
		return fail_io(r, errno) == 0;
	if (S_ISDIR(st.st_mode))
		return fail_io(r, EISDIR) == 0;
	int flags = fcntl(r->fd, F_GETFL);
	if (!standard_input && flags >= 0)
		fcntl(r->fd, F_SETFL, flags & ~O_NONBLOCK);
	r->placed = !standard_input && S_ISREG(st.st_mode);
	off_t at = r->placed ? 0 : S_ISREG(st.st_mode) ? lseek(r->fd, 0, SEEK_CUR) : -1;
	if (at >= 0 && at <= st.st_size) {
		r->regular = true;
		r->source_size = (uint64_t)(st.st_size - at);
		posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return true;
}

static bool read_head(struct reader *r)
{
	r->in = xmalloc(INPUT_SIZE);
	while (r->in_end < SNIFF_MIN && !r->in_eof)
		if (!fill_input(r))
			return false;
	return true;
}

static bool refuse(struct reader *r)
{
	struct buf text = BUF_INIT;
	/* Every container has a name. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	buf_printf(&text, "this is %s data, which is not read; unpack it first", container_names[r->container]);
	fail(r, "unknown-format", buf_cstr(&text));
	buf_done(&text);
	return false;
}

static bool open_container(struct reader *r)
{
	r->container = sniff((struct str){(const char *)r->in, r->in_end});
	switch (r->container) {
	case CONTAINER_PLAIN: return true;
	case CONTAINER_GZIP:
		if (inflateInit2(&r->zlib, MAX_WBITS + 16) != Z_OK)
			err_die("out of memory");
		r->zlib_ready = r->in_member = true;
		return true;
	case CONTAINER_ZSTD:
	case CONTAINER_ZSTD_RECORDS:
		r->zstd = ZSTD_createDStream();
		if (!r->zstd)
			err_die("out of memory");
		return true;
	case CONTAINER_XZ:
		r->xz = (lzma_stream)LZMA_STREAM_INIT;
		if (lzma_stream_decoder(&r->xz, XZ_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
			err_die("out of memory");
		r->xz_ready = true;
		return true;
	case CONTAINER_BZIP2:
	case CONTAINER_LZ4:
	case CONTAINER_7ZIP:
	case CONTAINER_COMPRESS:
	case N_CONTAINERS: break;
	}
	return refuse(r);
}

static struct reader *open_reader(const char *path, struct reader *r, struct err *err)
{
	r->path = xstrdup(path);
	if (r->limits.expanded_bytes == 0)
		r->limits.expanded_bytes = EXPANDED_DEFAULT;
	if (r->limits.ratio == 0)
		r->limits.ratio = RATIO_DEFAULT;
	if (open_file(r) && read_head(r) && open_container(r)) {
		if (r->regular) /* of a pipe more may have to come */
			look(r);
		return r;
	}
	open_code = r->code;
	if (err) {
		*err = r->err;
		err->at.file = path; /* ours is about to go */
	}
	reader_close(r);
	return NULL;
}

struct reader *reader_open(const char *path, const struct reader_limits *limits, struct err *err)
{
	return reader_open_wait(path, limits, NULL, NULL, err);
}

struct reader *reader_open_wait(const char *path, const struct reader_limits *limits, reader_wait *wait, void *context,
                                struct err *err)
{
	struct reader *r = xcalloc(1, sizeof *r);
	r->fd = -1;
	r->wait = wait;
	r->wait_context = context;
	if (limits)
		r->limits = *limits;
	return open_reader(path, r, err);
}

struct reader *reader_fed(const char *path, reader_feed *feed, void *context, const struct reader_limits *limits,
                          struct err *err)
{
	struct reader *r = xcalloc(1, sizeof *r);
	r->fd = -1;
	r->feed = feed;
	r->feed_context = context;
	if (limits)
		r->limits = *limits;
	return open_reader(path, r, err);
}

struct reader *reader_again(const struct reader *other)
{
	struct reader *r = xcalloc(1, sizeof *r);
	BUG_ON(!other->placed);
	r->fd = fcntl(other->fd, F_DUPFD_CLOEXEC, 3);
	r->limits = other->limits;
	if (r->fd >= 0)
		return open_reader(other->path, r, NULL);
	free(r);
	return NULL;
}

struct reader *reader_at(int fd, const char *path, uint64_t from, uint64_t to)
{
	struct reader *r = xcalloc(1, sizeof *r);
	r->path = xstrdup(path);
	r->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	r->regular = r->placed = r->limited = r->looked = true;
	r->at = r->given = r->pulled = from;
	r->source_size = to;
	return r;
}

bool reader_seek(struct reader *r, uint64_t offset)
{
	if (!reader_is_plain(r) || r->failed)
		return false;
	buf_done(&r->unread);
	buf_done(&r->head);
	r->unread_at = r->head_at = 0;
	r->in_at = r->in_end = 0;
	r->in_eof = false;
	r->at = r->given = r->pulled = offset;
	return true;
}

void reader_limit(struct reader *r, uint64_t size)
{
	r->limited = reader_is_plain(r);
	if (!r->limited)
		return;
	r->source_size = size;
	if (r->head.len > size)
		r->head.len = (size_t)size;
}

struct reader *reader_memory(struct str bytes, size_t chunk)
{
	struct reader *r = xcalloc(1, sizeof *r);
	r->fd = -1;
	r->memory = bytes;
	r->chunk = chunk;
	r->source_size = bytes.len;
	r->looked = true;
	return r;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	convert_close(r->convert);
	ZSTD_freeDStream(r->zstd);
	if (r->xz_ready)
		lzma_end(&r->xz);
	if (r->zlib_ready)
		inflateEnd(&r->zlib);
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	buf_done(&r->unread);
	buf_done(&r->head);
	free(r->in);
	free(r->path);
	free(r);
}

/* ---- questions */

uint64_t reader_offset(const struct reader *r)
{
	return r->given;
}

uint64_t reader_source_bytes(const struct reader *r)
{
	return atomic_load_explicit(&r->source_bytes, memory_order_relaxed);
}

uint64_t reader_source_size(const struct reader *r)
{
	return r->source_size;
}

int reader_fd(const struct reader *r)
{
	return r->placed ? r->fd : -1;
}

bool reader_is_plain(const struct reader *r)
{
	return r->placed && r->container == CONTAINER_PLAIN && !r->convert;
}

bool reader_stopped(const struct reader *r)
{
	return r->stopped;
}

bool reader_pauses(const struct reader *r)
{
	bool pipe = r->fd >= 0 && !r->regular && r->in_at == r->in_end && !r->in_eof;
	pipe &= !r->unread.len && !r->head.len && !(r->convert && convert_pending(r->convert));
	return pipe && !is_ready(r->fd, PAUSE_MS);
}

const char *reader_compression(const struct reader *r)
{
	return container_names[r->container];
}

const char *reader_conversion(const struct reader *r)
{
	return r->convert ? convert_name(r->convert) : NULL;
}

bool reader_place(struct reader *r, uint64_t offset, uint64_t *source_offset, uint64_t *line)
{
	if (r->convert)
		convert_place(r->convert, offset, source_offset, line);
	return r->convert != NULL;
}

bool reader_problem(struct reader *r, uint64_t offset, struct problem *p, uint64_t *records)
{
	return r->convert && convert_problem(r->convert, offset, p, records);
}

const char *reader_code(const struct reader *r)
{
	return r ? r->code : open_code;
}

const char *reader_xz(void)
{
	return lzma_version_string();
}
