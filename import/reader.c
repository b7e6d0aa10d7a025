/* One struct for all sources: `pull` gives decompressed bytes, the rest (offsets, limits, failures that stay) is shared; what is no JSON
 * goes through a conversion on its way out. */
#include "import/reader_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/convert.h"

enum { SNIFF_MIN = 8, LOOK_SIZE = 4096, PAUSE_MS = 50 };
static const uint64_t RATIO_FREE = 16 << 20; /* below this no ratio is suspect: a file of blanks is not a bomb */
static const uint64_t EXPANDED_DEFAULT = 64ULL << 30;
enum { RATIO_DEFAULT = 200 };

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

static _Thread_local const char *open_code;

/* ---- failures */

int64_t reader_fail(struct reader *r, const char *code, const char *text)
{
	r->failed = true;
	r->code = code;
	struct where at = {.file = r->path, .offset = r->pulled};
	err_set(&r->err, ERR_INPUT, &at, "%s", text);
	return -1;
}

static int64_t fail_io(struct reader *r, int number)
{
	return reader_fail(r, "io", strerror(number));
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
	return r->stopped ? 0 : reader_fail(r, code, why.text);
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
bool reader_fill(struct reader *r)
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

void reader_use(struct reader *r, size_t n)
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
		reader_use(r, n);
		return (int64_t)n;
	}
	int64_t n = read_file(r, into, cap);
	if (n > 0)
		count_source(r, (size_t)n);
	if (n == 0 && r->regular && !r->limited && r->pulled < r->source_size)
		return reader_fail(r, "io", "the file got shorter while it was read");
	return n;
}
static int64_t pull(struct reader *r, char *into, size_t cap)
{
	switch (r->container) {
	case CONTAINER_GZIP:
	case CONTAINER_ZSTD:
	case CONTAINER_ZSTD_RECORDS:
	case CONTAINER_XZ: return unpack_pull(r, into, cap);
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
		n = reader_fail(r, code, buf_cstr(&text));
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
		if (!reader_fill(r))
			return false;
	return true;
}

static bool refuse(struct reader *r)
{
	struct buf text = BUF_INIT;
	/* Every container has a name. NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	buf_printf(&text, "this is %s data, which is not read; unpack it first", container_names[r->container]);
	reader_fail(r, "unknown-format", buf_cstr(&text));
	buf_done(&text);
	return false;
}

static bool open_container(struct reader *r)
{
	r->container = sniff((struct str){(const char *)r->in, r->in_end});
	switch (r->container) {
	case CONTAINER_PLAIN: return true;
	case CONTAINER_GZIP:
	case CONTAINER_ZSTD:
	case CONTAINER_ZSTD_RECORDS:
	case CONTAINER_XZ: unpack_open(r); return true;
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
	unpack_close(r);
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
