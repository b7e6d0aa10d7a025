#include "import/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/hash.h"

enum { BLOCK = 64 << 10, HEADER = 512, RETRIES = 16, NAMES = 1 << 18 /* more than members */, TAIL = 22 + 65535 };
_Static_assert((int)NAMES > 2 * (int)ARCHIVE_MEMBERS_MAX, "the table of names is never full");
static const uint64_t RATIO_FREE = 16 << 20;
static const uint64_t EXPANDED_DEFAULT = 64ULL << 30;
static const uint64_t DIRECTORY_MAX =
    64 << 20; /* libarchive holds all of a zip's directory in memory, three times its size */
enum { RATIO_DEFAULT = 200 };

/* ---------------------------------------------------------------- the library */

#define FUNCTIONS(X)                       \
	X(archive_entry_filetype)          \
	X(archive_entry_hardlink)          \
	X(archive_entry_is_data_encrypted) \
	X(archive_entry_pathname)          \
	X(archive_entry_pathname_utf8)     \
	X(archive_error_string)            \
	X(archive_filter_bytes)            \
	X(archive_format_name)             \
	X(archive_read_data_block)         \
	X(archive_read_free)               \
	X(archive_read_new)                \
	X(archive_read_next_header)        \
	X(archive_read_open1)              \
	X(archive_read_set_callback_data)  \
	X(archive_read_set_read_callback)  \
	X(archive_read_set_seek_callback)  \
	X(archive_read_set_skip_callback)  \
	X(archive_read_support_format_tar) \
	X(archive_read_support_format_zip) \
	X(archive_version_string)

#define MEMBER(name) __typeof__(name) *name;
#define ROW(name)    {#name, offsetof(struct library, name)},

static struct library {
	FUNCTIONS(MEMBER)
	bool there;
} lib;

static void load_library(void)
{
	static const struct {
		const char *name;
		size_t at;
	} rows[] = {FUNCTIONS(ROW)};
	errno = 0;
	void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
	if (!handle && errno == ENOMEM)
		err_die("out of memory (libarchive)");
	lib.there = handle != NULL;
	for (size_t i = 0; lib.there && i < sizeof rows / sizeof *rows; i++) {
		void *found = dlsym(handle, rows[i].name);
		memcpy((char *)&lib + rows[i].at, &found, sizeof found); /* POSIX: an object pointer holds it */
		lib.there = found != NULL;
	}
}

static bool library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, load_library);
	return lib.there;
}

const char *archive_library(void)
{
	return library() ? lib.archive_version_string() : NULL;
}

/* ---------------------------------------------------------------- what is it */

static uint64_t octal(struct str field)
{
	uint64_t n = 0;
	for (size_t i = 0; i < field.len; i++)
		if (field.ptr[i] >= '0' && field.ptr[i] <= '7')
			n = n << 3 | (uint64_t)(field.ptr[i] - '0');
		else if (n || (field.ptr[i] != ' ' && field.ptr[i] != '0'))
			break;
	return n;
}

/* The header's bytes add up to what it says, its own sum read as blanks. Source: POSIX.1-2017, pax, ustar interchange format. */
static bool is_tar(struct str head)
{
	enum { SUM_AT = 148, SUM_LEN = 8 };
	uint64_t sum = 0;
	if (head.len < HEADER || head.ptr[0] == '\0')
		return false;
	for (size_t i = 0; i < HEADER; i++)
		sum += i >= SUM_AT && i < SUM_AT + SUM_LEN ? ' ' : (unsigned char)head.ptr[i];
	return sum == octal(str_cut(head, SUM_AT, SUM_LEN));
}

enum archive_kind archive_kind(struct str head)
{
	if (str_starts(head, "PK\x03\x04") || str_starts(head, "PK\x05\x06") ||
	    str_starts(head, "PK\x07\x08PK\x03\x04"))
		return ARCHIVE_ZIP;
	return is_tar(head) ? ARCHIVE_TAR : ARCHIVE_NONE;
}

const char *archive_kind_name(enum archive_kind kind)
{
	return kind == ARCHIVE_ZIP ? "zip" : kind == ARCHIVE_TAR ? "tar" : NULL;
}

/* ---------------------------------------------------------------- an archive */

struct archive_in {
	struct archive *in;
	struct reader *bytes;
	const char *path;
	enum archive_kind kind;
	struct archive_limits limits;
	int fd; /* of a plain file: read at places; -1: bytes come once */
	uint64_t size, at;
	_Atomic uint64_t position;
	char block[BLOCK];

	struct buf name;
	uint64_t name_hash;          /* of the name as it is; not 0 */
	uint64_t number, expanded;   /* members so far; bytes of those that were read */
	uint64_t member_from, given; /* the current member: where its data begins, bytes given */
	struct str piece;            /* of it, not yet given */
	uint64_t hole;               /* zeros before the piece (a sparse file in a tar) */
	uint64_t *names;             /* hashes of the names met; 0: free */
	bool member_failed;
	const char *member_code;
	struct err member_err;

	bool tail_missing; /* a zip without the end of its directory */
	unsigned carry;    /* the last bytes of a stream, to find that end */
	bool end_seen;
	bool over; /* no more members can be read */
	const char *over_code;
	struct err over_err;
};

static bool fails(struct archive_in *a, const char **code, struct err *err, const char *why, const char *text)
{
	*code = why;
	struct where at = {.file = a->path};
	return err_set(err, ERR_INPUT, &at, "%s", text);
}

/* ---------------------------------------------------------------- libarchive asks for bytes */

static void note_position(struct archive_in *a)
{
	atomic_store_explicit(&a->position, a->fd < 0 ? reader_source_bytes(a->bytes) : a->at, memory_order_relaxed);
}

/* The end of a zip's directory goes by in a stream: "PK\5\6", perhaps over two blocks. */
static void watch_for_end(struct archive_in *a, struct str bytes)
{
	for (size_t i = 0; i < bytes.len && !a->end_seen; i++) {
		a->carry = a->carry << 8 | (unsigned char)bytes.ptr[i];
		a->end_seen = a->carry == 0x504b0506;
	}
}

static void source_failed(struct archive_in *a, const char *code, const char *text)
{
	a->over = true;
	fails(a, &a->over_code, &a->over_err, code, text);
}

static la_ssize_t on_read(struct archive *in, void *context, const void **out)
{
	struct archive_in *a = context;
	struct err why = ERR_INIT;
	(void)in;
	int64_t n =
	    a->fd < 0 ? reader_read(a->bytes, a->block, BLOCK, &why) : pread(a->fd, a->block, BLOCK, (off_t)a->at);
	*out = a->block;
	if (n < 0) {
		source_failed(a, a->fd < 0 ? reader_code(a->bytes) : "io", a->fd < 0 ? why.text : strerror(errno));
		return ARCHIVE_FATAL;
	}
	a->at += (uint64_t)n;
	if (a->fd < 0 && a->kind == ARCHIVE_ZIP)
		watch_for_end(a, (struct str){a->block, (size_t)n});
	note_position(a);
	return (la_ssize_t)n;
}

static la_int64_t on_skip(struct archive *in, void *context, la_int64_t n)
{
	struct archive_in *a = context;
	(void)in;
	uint64_t left = a->size > a->at ? a->size - a->at : 0;
	uint64_t by = (uint64_t)n < left ? (uint64_t)n : left;
	a->at += by;
	return (la_int64_t)by;
}

static la_int64_t on_seek(struct archive *in, void *context, la_int64_t offset, int whence)
{
	struct archive_in *a = context;
	(void)in;
	int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)a->at : (int64_t)a->size, to;
	if (__builtin_add_overflow(from, (int64_t)offset, &to) || to < 0)
		return ARCHIVE_FATAL;
	a->at = (uint64_t)to;
	return to;
}

/* ---------------------------------------------------------------- a zip's directory */

static uint64_t little(const char *p, int n)
{
	uint64_t v = 0;
	while (n-- > 0)
		v = v << 8 | (unsigned char)p[n];
	return v;
}

/* Where the directory begins; false: it has no end record. Source: APPNOTE 6.3.10, 4.3.14-4.3.16. */
static bool find_directory(const struct archive_in *a, uint64_t *from)
{
	uint64_t want = a->size < TAIL ? a->size : TAIL;
	char *tail = xmalloc(TAIL);
	ssize_t n = pread(a->fd, tail, (size_t)want, (off_t)(a->size - want));
	ssize_t at = n - 22;
	while (at >= 0 && memcmp(tail + at, "PK\x05\x06", 4) != 0)
		at--;
	bool found = at >= 0;
	if (found)
		*from = little(tail + at + 16, 4);
	char large[56];
	if (found && *from == UINT32_MAX && at >= 20 && memcmp(tail + at - 20, "PK\x06\x07", 4) == 0 &&
	    pread(a->fd, large, sizeof large, (off_t)(little(tail + at - 12, 8) & INT64_MAX)) == sizeof large)
		*from = little(large + 48, 8);
	free(tail);
	return found;
}

/* false: it would take too much memory to read. */
static bool look_at_directory(struct archive_in *a, const char **code, struct err *err)
{
	uint64_t from;
	if (a->kind != ARCHIVE_ZIP || a->fd < 0)
		return true;
	a->tail_missing = !find_directory(a, &from);
	if (a->tail_missing || from > a->size || a->size - from <= DIRECTORY_MAX)
		return true;
	return fails(a, code, err, "limit-members", "the zip's directory has more than 64 MiB");
}

/* ---------------------------------------------------------------- opening */

static void seek_where_possible(struct archive_in *a)
{
	struct stat st;
	bool plain = reader_is_plain(a->bytes);
	a->fd = plain ? reader_fd(a->bytes) : -1;
	if (a->fd >= 0 && fstat(a->fd, &st) == 0)
		a->size = (uint64_t)st.st_size;
	else
		a->fd = -1;
}

static bool open_library(struct archive_in *a, const char **code, struct err *err)
{
	a->in = lib.archive_read_new();
	if (!a->in)
		err_die("out of memory");
	if (a->kind == ARCHIVE_ZIP)
		lib.archive_read_support_format_zip(a->in);
	else
		lib.archive_read_support_format_tar(a->in);
	lib.archive_read_set_callback_data(a->in, a);
	lib.archive_read_set_read_callback(a->in, on_read);
	if (a->fd >= 0) {
		lib.archive_read_set_skip_callback(a->in, on_skip);
		lib.archive_read_set_seek_callback(a->in, on_seek);
	}
	if (lib.archive_read_open1(a->in) == ARCHIVE_OK)
		return true;
	if (a->over)
		return fails(a, code, err, a->over_code, a->over_err.text);
	return fails(a, code, err, "damaged", "the archive cannot be read");
}

struct archive_in *archive_in_open(struct reader *bytes, const char *path, enum archive_kind kind,
                                   const struct archive_limits *limits, const char **code, struct err *err)
{
	struct archive_in *a = xcalloc(1, sizeof *a);
	a->bytes = bytes;
	a->path = path;
	a->kind = kind;
	a->limits = limits ? *limits : (struct archive_limits){0};
	a->limits.expanded_bytes = a->limits.expanded_bytes ? a->limits.expanded_bytes : EXPANDED_DEFAULT;
	a->limits.ratio = a->limits.ratio ? a->limits.ratio : RATIO_DEFAULT;
	if (a->limits.members == 0 || a->limits.members > ARCHIVE_MEMBERS_MAX)
		a->limits.members = ARCHIVE_MEMBERS_MAX;
	seek_where_possible(a);
	bool ok = library() ? look_at_directory(a, code, err) && open_library(a, code, err)
	                    : fails(a, code, err, "unknown-format",
	                            "archives need the library libarchive (Debian: libarchive13), which is not there; "
	                            "unpack it first");
	if (ok)
		return a;
	archive_in_close(a);
	return NULL;
}

void archive_in_close(struct archive_in *a)
{
	if (!a)
		return;
	if (a->in)
		lib.archive_read_free(a->in);
	buf_done(&a->name);
	free(a->names);
	free(a);
}

/* ---------------------------------------------------------------- the next member */

/* Hidden, as in a folder, and what macOS puts into its zips. */
static bool is_hidden(struct str name)
{
	while (name.len) {
		size_t end = str_find_char(name, '/');
		struct str part = str_cut(name, 0, end == SIZE_MAX ? name.len : end);
		if (str_is(part, "__MACOSX") || (part.len > 1 && part.ptr[0] == '.' && !str_is(part, "..")))
			return true;
		name = end == SIZE_MAX ? STR_NONE : str_from(name, end + 1);
	}
	return false;
}

static void take_name(struct archive_in *a, struct archive_entry *entry)
{
	const char *name = lib.archive_entry_pathname_utf8(entry);
	name = name ? name : lib.archive_entry_pathname(entry);
	struct str s = str_of(name ? name : "");
	while (str_starts(s, "./"))
		s = str_from(s, 2);
	buf_clear(&a->name);
	clean_print(&a->name, str_cut(s, 0, ARCHIVE_NAME_MAX), false, false);
	if (a->name.len > ARCHIVE_NAME_MAX) { /* pictures of controls are longer than they */
		size_t end = ARCHIVE_NAME_MAX;
		while (((unsigned char)a->name.ptr[end] & 0xc0) == 0x80)
			end--;
		a->name.ptr[a->name.len = end] = '\0';
	}
	a->name_hash = hash64(s) | 1;
	if (!a->name.len)
		buf_printf(&a->name, "member %llu", (unsigned long long)a->number);
}

/* Whether the name was met before. */
static bool note_name(struct archive_in *a)
{
	if (!a->names)
		a->names = xcalloc(NAMES, sizeof *a->names);
	size_t i = (size_t)(a->name_hash >> 1) % NAMES;
	for (; a->names[i]; i = (i + 1) % NAMES)
		if (a->names[i] == a->name_hash)
			return true;
	a->names[i] = a->name_hash;
	return false;
}

static bool is_link(struct archive_entry *entry)
{
	return lib.archive_entry_hardlink(entry) || lib.archive_entry_filetype(entry) == AE_IFLNK;
}

/* These say themselves how much memory they want, up to 4 GiB, and libarchive gives it. */
static bool is_greedy(struct archive_in *a)
{
	static const char *const methods[] = {"(lzma)", "(xz)", "(ppmd"}; /* as in "ZIP 6.3 (lzma)" */
	const char *name = lib.archive_format_name(a->in);
	for (size_t i = 0; name && i < sizeof methods / sizeof *methods; i++)
		if (strstr(name, methods[i]))
			return true;
	return false;
}

static void end_badly(struct archive_in *a, const char *code, const char *text)
{
	a->over = true;
	fails(a, &a->over_code, &a->over_err, code, text);
}

static void end_damaged(struct archive_in *a)
{
	const char *words = lib.archive_error_string(a->in);
	struct buf text = BUF_INIT;
	if (a->over) /* the source's own words */
		return;
	buf_printf(&text, "the %s archive is damaged or cut off", archive_kind_name(a->kind));
	if (words)
		buf_printf(&text, " (%.120s)", words);
	end_badly(a, "damaged", buf_cstr(&text));
	buf_done(&text);
}

/* libarchive stops at the archive's end: what is wrong with the rest of a compressed one (its checksum) is still to be met. */
static void drain(struct archive_in *a)
{
	struct err why = ERR_INIT;
	int64_t n;
	while ((n = reader_read(a->bytes, a->block, BLOCK, &why)) > 0)
		watch_for_end(a, (struct str){a->block, (size_t)n});
	if (n < 0)
		end_badly(a, reader_code(a->bytes), why.text);
	a->tail_missing = a->kind == ARCHIVE_ZIP && !a->end_seen;
}

static enum archive_event at_end(struct archive_in *a, const char **code, struct err *err)
{
	if (a->fd < 0 && !a->over)
		drain(a);
	if (reader_stopped(a->bytes))
		return ARCHIVE_IN_STOPPED;
	if (!a->over && a->tail_missing)
		end_badly(a, "damaged", "the zip's directory is missing: the archive is cut off");
	a->over = true;
	*code = a->over_code;
	if (a->over_code)
		*err = a->over_err;
	return ARCHIVE_IN_END;
}

/* The next header. NULL: the end, good or bad. */
static struct archive_entry *next_entry(struct archive_in *a)
{
	struct archive_entry *entry = NULL;
	int status = ARCHIVE_RETRY;
	if (a->over)
		return NULL;
	for (int i = 0; i < RETRIES && (status == ARCHIVE_RETRY || status == ARCHIVE_FAILED); i++)
		status = lib.archive_read_next_header(a->in, &entry);
	if (status == ARCHIVE_EOF)
		return NULL;
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
		end_damaged(a);
		return NULL;
	}
	if (++a->number <= a->limits.members)
		return entry;
	struct buf text = BUF_INIT;
	buf_printf(&text, "it has more than %u members", a->limits.members);
	end_badly(a, "limit-members", buf_cstr(&text));
	buf_done(&text);
	return NULL;
}

static bool is_wanted(struct archive_entry *entry, struct str name)
{
	unsigned type = lib.archive_entry_filetype(entry);
	return !is_hidden(name) && (is_link(entry) || type == AE_IFREG || type == 0);
}

enum archive_event archive_in_next(struct archive_in *a, struct archive_member *m, const char **code, struct err *err)
{
	struct archive_entry *entry;
	*code = NULL;
	do {
		entry = next_entry(a);
		if (!entry)
			return at_end(a, code, err);
		take_name(a, entry);
	} while (!is_wanted(entry, buf_str(&a->name)));
	a->member_failed = false;
	a->piece = STR_NONE;
	a->hole = a->given = 0;
	a->member_from = (uint64_t)lib.archive_filter_bytes(a->in, -1);
	*m = (struct archive_member){.name = buf_cstr(&a->name), .number = a->number, .again = note_name(a)};
	if (is_link(entry)) {
		m->why = "a link, which is not followed";
		return ARCHIVE_IN_PASSED;
	}
	if (lib.archive_entry_is_data_encrypted(entry)) {
		m->code = "encrypted";
		m->why = "it is encrypted";
		return ARCHIVE_IN_BAD;
	}
	if (a->kind == ARCHIVE_ZIP && is_greedy(a)) {
		m->code = "compression";
		m->why = "LZMA, xz and PPMd are not read in a zip; unpack it first";
		return ARCHIVE_IN_BAD;
	}
	return ARCHIVE_IN_MEMBER;
}

/* ---------------------------------------------------------------- a member's bytes */

static int64_t member_fails(struct archive_in *a, const char *code, const char *text)
{
	a->member_failed = true;
	fails(a, &a->member_code, &a->member_err, code, text);
	return -1;
}

/* What is left of a bomb can be passed over only where the directory says how long it is. */
static int64_t member_too_large(struct archive_in *a, const char *code, bool of_all, unsigned long long limit,
                                const char *form)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, of_all ? "the members expand to more than " : "it expands to more than ");
	buf_printf(&text, "%llu %s", limit, form);
	int64_t n = member_fails(a, code, buf_cstr(&text));
	if (of_all)
		end_badly(a, code, buf_cstr(&text));
	else if (a->fd < 0)
		end_badly(a, code, "what comes behind a member that expands so much is not looked at in a pipe");
	buf_done(&text);
	return n;
}

static int64_t check_limits(struct archive_in *a, int64_t n)
{
	const struct archive_limits *l = &a->limits;
	a->given += (uint64_t)n;
	uint64_t total = a->expanded + a->given;
	uint64_t taken = (uint64_t)lib.archive_filter_bytes(a->in, -1) - a->member_from;
	uint64_t whole = a->fd >= 0 ? a->size : reader_source_bytes(a->bytes);
	if (total > l->expanded_bytes)
		return member_too_large(a, "limit-expanded", true, l->expanded_bytes, "bytes together");
	if (a->given > RATIO_FREE && a->given / l->ratio > taken)
		return member_too_large(a, "limit-ratio", false, l->ratio, "times its size");
	if (a->expanded > RATIO_FREE && total / l->ratio > whole)
		return member_too_large(a, "limit-ratio", true, l->ratio, "times the archive's size");
	return n;
}

static const char *data_failure(const char *words)
{
	if (!words)
		return "its data is damaged";
	if (strstr(words, "CRC") || strstr(words, "checksum"))
		return "its data is damaged: the checksum (CRC) is wrong";
	if (strstr(words, "size"))
		return "its data is damaged: the size is not what it should be";
	if (strstr(words, "nsupported") || strstr(words, "not supported"))
		return "it is compressed in a way that is not read; unpack it first";
	if (strstr(words, "runcated"))
		return "its data is cut off";
	return "its data is damaged";
}

/* The next piece. 0: there is none. Not archive_read_data, which forgets what it has read when it then fails. */
static int64_t next_piece(struct archive_in *a)
{
	const void *ptr = NULL;
	size_t len = 0;
	la_int64_t at = 0;
	int status = lib.archive_read_data_block(a->in, &ptr, &len, &at);
	if (status == ARCHIVE_EOF)
		return 0;
	if (status != ARCHIVE_OK)
		return member_fails(a, a->over ? a->over_code : "damaged",
		                    a->over ? a->over_err.text : data_failure(lib.archive_error_string(a->in)));
	if (at < 0 || (uint64_t)at < a->given)
		return member_fails(a, "damaged", "its data is damaged");
	a->hole = (uint64_t)at - a->given;
	a->piece = (struct str){ptr, len};
	return 1;
}

static int64_t give(struct archive_in *a, void *into, size_t cap)
{
	if (a->hole) {
		size_t n = a->hole < cap ? (size_t)a->hole : cap;
		memset(into, 0, n);
		a->hole -= n;
		return check_limits(a, (int64_t)n);
	}
	struct str part = str_cut(a->piece, 0, cap);
	memcpy(into, part.ptr, part.len);
	a->piece = str_from(a->piece, part.len);
	return check_limits(a, (int64_t)part.len);
}

static int64_t feed(void *context, void *into, size_t cap, const char **code, struct err *err)
{
	struct archive_in *a = context;
	int64_t n = a->member_failed ? -1 : 1;
	while (n > 0 && !a->hole && !a->piece.len)
		n = next_piece(a);
	if (n > 0)
		n = give(a, into, cap);
	if (n >= 0)
		return n;
	*code = reader_stopped(a->bytes) ? NULL : a->member_code;
	*err = a->member_err;
	return -1;
}

struct reader *archive_in_member(struct archive_in *a, struct err *err)
{
	uint64_t left = a->limits.expanded_bytes > a->expanded ? a->limits.expanded_bytes - a->expanded : 1;
	const struct reader_limits limits = {.expanded_bytes = left, .ratio = a->limits.ratio};
	return reader_fed(a->path, feed, a, &limits, err);
}

void archive_in_gave(struct archive_in *a, uint64_t n)
{
	if (!a->member_failed)
		a->expanded += n > a->given ? n : a->given;
	a->given = 0;
}

uint64_t archive_in_position(const struct archive_in *a)
{
	return atomic_load_explicit(&a->position, memory_order_relaxed);
}
