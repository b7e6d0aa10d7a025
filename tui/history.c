#include "tui/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/text.h"

static void history_path(struct buf *path)
{
	file_state_path(path, "history");
}

/* One line, fit to be shown and to be written: no controls, valid UTF-8. */
static void clean_line(struct buf *out, struct str line)
{
	struct str rest = str_trim(str_cut(line, 0, HISTORY_LINE_MAX));
	while (rest.len) {
		uint32_t code = text_decode(&rest);
		text_encode(out, code < 0x20 || (code >= 0x7F && code < 0xA0) ? ' ' : code);
	}
}

/* Takes the sign off a line of the file; 0: not one of ours. */
static char sign_of(struct str *line)
{
	if (line->len < 3 || line->ptr[1] != ' ' || !strchr("&/:*@", line->ptr[0]))
		return 0;
	char sign = line->ptr[0];
	*line = str_from(*line, 2);
	return sign;
}

/* ---------------------------------------------------------------- the file under its lock */

/* Open and locked, and still the file of that name; -1. Never waits long: a line of history is not worth it. */
static int open_locked(const char *path)
{
	enum { TRIES = 20 };
	for (int i = 0; i < TRIES; i++) {
		struct stat here, there;
		int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
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

/* The newest HISTORY_KEPT lines of what was read. */
static struct str newest(struct str bytes)
{
	size_t at = bytes.len, lines = 0;
	while (at > 0 && lines <= HISTORY_KEPT)
		lines += bytes.ptr[--at] == '\n';
	return str_from(bytes, at > 0 ? at + 1 : 0);
}

/* Others wait meanwhile, and then find the new file by its name. */
static void shorten(const char *path)
{
	struct buf bytes = BUF_INIT;
	int fd = open_locked(path);
	if (fd < 0)
		return;
	struct err err = ERR_INIT;
	if (file_read(&bytes, path, 64 * HISTORY_FILE_MAX, &err)) {
		struct str kept = newest(buf_str(&bytes));
		if (kept.len > HISTORY_FILE_MAX / 2) /* long lines: half of what is allowed */
			kept = str_from(kept, kept.len - HISTORY_FILE_MAX / 2);
		file_replace(path, kept, &err);
	}
	close(fd);
	buf_done(&bytes);
}

void history_note(char sign, struct str line)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct err err = ERR_INIT;
	buf_printf(&text, "%c ", sign);
	clean_line(&text, line);
	buf_add_char(&text, '\n');
	history_path(&path);
	int fd = text.len > 3 && file_make_dir_of(buf_cstr(&path), &err) ? open_locked(buf_cstr(&path)) : -1;
	if (fd >= 0) {
		ssize_t n = write(fd, text.ptr, text.len);
		(void)n; /* a full disk costs the memory of this line */
		close(fd);
	}
	buf_done(&path);
	buf_done(&text);
}

void history_load(struct edit_history *history, char sign)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT, clean = BUF_INIT;
	struct stat st;
	struct err err = ERR_INIT;
	history_path(&path);
	if (stat(buf_cstr(&path), &st) == 0 && st.st_size > HISTORY_FILE_MAX)
		shorten(buf_cstr(&path));
	struct str rest = STR_NONE, line;
	if (file_read(&bytes, buf_cstr(&path), 2 * HISTORY_FILE_MAX, &err))
		rest = newest(buf_str(&bytes));
	while (str_split(&rest, '\n', &line)) {
		if (sign_of(&line) != sign)
			continue;
		buf_clear(&clean);
		clean_line(&clean, line);
		edit_history_add(history, buf_str(&clean));
	}
	buf_done(&path);
	buf_done(&bytes);
	buf_done(&clean);
}
