#include "tui/statefile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/base/file.h"

/* Open and locked, and still the file of that name; -1. Never waits long: a line of what was typed is not worth it. */
static int open_locked(const char *path, int create)
{
	enum { TRIES = 20 };
	for (int i = 0; i < TRIES; i++) {
		struct stat here, there;
		int fd = open(path, O_RDWR | O_APPEND | create | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
		    S_ISREG(here.st_mode) && here.st_ino == there.st_ino && here.st_dev == there.st_dev)
			return fd;
		close(fd); /* another holds it, or has just put a shorter one in its place */
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return -1;
}

/* A disk that was full once has left half a line: the next one begins a line of its own. */
static bool ends_in_half_a_line(int fd)
{
	struct stat st;
	char last = '\n';
	return fstat(fd, &st) == 0 && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n <= 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

bool statefile_add(const char *name, struct str lines)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	file_state_path(&path, name);
	int fd = file_make_dir_of(buf_cstr(&path), &err) ? open_locked(buf_cstr(&path), O_CREAT) : -1;
	bool ok = fd >= 0 && (!ends_in_half_a_line(fd) || write_all(fd, STR_LIT("\n"))) && write_all(fd, lines);
	if (fd >= 0)
		close(fd);
	buf_done(&path);
	return ok;
}

static void drop_half_a_line(struct buf *b)
{
	size_t end = str_find_char(buf_str(b), '\n'), gone = end == SIZE_MAX ? b->len : end + 1;
	memmove(b->ptr, b->ptr + gone, b->len - gone + 1); /* with the byte that ends it */
	b->len -= gone;
}

static bool read_newest(int fd, size_t most, struct buf *out)
{
	struct stat st;
	char block[16384];
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return false;
	off_t at = (uint64_t)st.st_size > most ? st.st_size - (off_t)most : 0;
	bool cut = at > 0;
	while (out->len < most) {
		size_t left = most - out->len;
		ssize_t n = pread(fd, block, left < sizeof block ? left : sizeof block, at);
		if (n <= 0)
			break;
		buf_add_str(out, (struct str){block, (size_t)n});
		at += n;
	}
	if (cut && out->len)
		drop_half_a_line(out);
	return out->len > 0;
}

bool statefile_read(const char *name, size_t most, struct buf *out)
{
	struct buf path = BUF_INIT;
	buf_clear(out);
	file_state_path(&path, name);
	int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for a named pipe */
	bool ok = fd >= 0 && read_newest(fd, most, out);
	if (fd >= 0)
		close(fd);
	buf_done(&path);
	return ok;
}

void statefile_shorten(const char *name, size_t larger, statefile_keep_fn *keep)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT, kept = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat st;
	file_state_path(&path, name);
	bool large = stat(buf_cstr(&path), &st) == 0 && st.st_size > 0 && (uint64_t)st.st_size > larger;
	int fd = large ? open_locked(buf_cstr(&path), 0) : -1;
	if (fd >= 0 && read_newest(fd, 4 * larger, &bytes)) {
		keep(buf_str(&bytes), &kept);
		file_replace(buf_cstr(&path), buf_str(&kept), &err);
	}
	if (fd >= 0)
		close(fd);
	buf_done(&path);
	buf_done(&bytes);
	buf_done(&kept);
}
