/* Screens under test: runs a program (or a function) on a pseudo-terminal, feeds what it writes to libvterm, and compares the
 * grid with tests/screen/NAME.golden. Never sleeps: it polls until the screen is as expected or VT_PATIENCE_MS passed.
 *
 *   struct vt vt;
 *   vt_open(&vt, 24, 80, (const char *const[]){"build/release/spoor", "--store", "x.db", NULL}, NULL);
 *   assert_true(vt_wait_text(&vt, "12 traces"));
 *   vt_send(&vt, "j\r");
 *   assert_true(vt_golden(&vt, "trace-open"));       SPOOR_GOLDEN=1 writes the file instead
 *   vt_send(&vt, "Q");
 *   assert_int_equal(vt_close(&vt), 0);
 *
 * A golden file has for each row "|" and its text, and, where not all is plain text, ":" and one letter per column for the
 * role (tui/role.h), read back from colours of the default theme at 256 colours; "C" is the reversed name under the cursor,
 * "#" a look no role has. Link with cmocka, vterm, util. */
#ifndef SPOOR_TESTS_VTERM_H
#define SPOOR_TESTS_VTERM_H

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "store/base/text.h"
#include "tui/theme.h"

enum { VT_PATIENCE_MS = 60000, VT_QUIET_MS = 250 };

struct vt {
	pid_t pid;
	int fd;
	VTerm *vterm;
	VTermScreen *screen;
	int rows, cols;
	size_t n_bytes;  /* written by the program so far */
	bool over;       /* it closed the terminal */
	struct buf *raw; /* what it writes is added, unless NULL */
	char home[64];   /* $HOME: empty at first, removed by vt_close */
	struct theme theme;
};

/* ---- starting */

static inline void vt_child_env(const struct vt *vt, const char *const *env)
{
	static const char *const keep[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "SPOOR_NOW",
	                                   "SPOOR_CORPUS"};
	char *kept[sizeof keep / sizeof *keep];
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++) {
		const char *value = getenv(keep[i]);
		kept[i] = value ? xstrdup(value) : NULL;
	}
	clearenv();
	for (size_t i = 0; i < sizeof keep / sizeof *keep; i++)
		if (kept[i])
			setenv(keep[i], kept[i], 1);
	setenv("TERM", "xterm-256color", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("SPOOR_NOW", "2026-11-20T12:00:00Z", 0);
	setenv("HOME", vt->home, 1);
	for (; env && *env; env++) {
		char *copy = xstrdup(*env), *value = strchr(copy, '=');
		if (value) {
			*value = 0;
			setenv(copy, value + 1, 1);
		} else {
			unsetenv(copy);
		}
	}
}

/* Runs run(arg) on the pty; env: "NAME=value" (or "NAME": unset), NULL at the end, on top of the clean environment. */
static inline void vt_fork(struct vt *vt, int rows, int cols, int (*run)(void *), void *arg, const char *const *env)
{
	*vt = (struct vt){.rows = rows, .cols = cols, .home = "/tmp/spoor-test-XXXXXX"};
	struct err err = ERR_INIT;
	if (!mkdtemp(vt->home) || !theme_load(&vt->theme, "default", &err))
		abort();
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	fflush(NULL);
	vt->pid = forkpty(&vt->fd, NULL, NULL, &size);
	if (vt->pid < 0)
		abort();
	if (vt->pid == 0) {
		for (int number = 1; number < 32; number++) /* cmocka catches crashes */
			signal(number, SIG_DFL);
		for (int fd = 3; fd < 64 && !run; fd++)
			close(fd);
		vt_child_env(vt, env);
		if (run)
			_exit(run(arg));
		const char *const *from = arg;
		char *argv[64] = {NULL};
		for (size_t i = 0; from[i] && i < 63; i++)
			argv[i] = xstrdup(from[i]);
		execvp(argv[0], argv);
		_exit(127);
	}
	vt->vterm = vterm_new(rows, cols);
	vterm_set_utf8(vt->vterm, 1);
	vt->screen = vterm_obtain_screen(vt->vterm);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_reset(vt->screen, 1);
}

static inline void vt_open(struct vt *vt, int rows, int cols, const char *const *argv, const char *const *env)
{
	const void *borrowed = argv;
	void *arg;
	memcpy(&arg, &borrowed, sizeof arg);
	vt_fork(vt, rows, cols, NULL, arg, env);
}

/* ---- talking */

static inline int64_t vt_now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what the program wrote, waiting at most timeout_ms for it. False: nothing came. */
static inline bool vt_pump(struct vt *vt, int timeout_ms)
{
	char bytes[65536];
	struct pollfd fd = {.fd = vt->fd, .events = POLLIN};
	if (vt->over || poll(&fd, 1, timeout_ms) <= 0)
		return false;
	ssize_t n = read(vt->fd, bytes, sizeof bytes);
	if (n <= 0) {
		vt->over = n == 0 || errno != EINTR;
		return false;
	}
	vt->n_bytes += (size_t)n;
	if (vt->raw)
		buf_add(vt->raw, bytes, (size_t)n);
	vterm_input_write(vt->vterm, bytes, (size_t)n);
	return true;
}

static inline void vt_send_bytes(struct vt *vt, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t written = write(vt->fd, bytes, n);
		if (written < 0 && errno != EINTR)
			return;
		bytes += written > 0 ? written : 0;
		n -= written > 0 ? (size_t)written : 0;
		vt_pump(vt, 0);
	}
}

static inline void vt_send(struct vt *vt, const char *keys)
{
	vt_send_bytes(vt, keys, strlen(keys));
}

static inline void vt_resize(struct vt *vt, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	vt->rows = rows;
	vt->cols = cols;
	vterm_set_size(vt->vterm, rows, cols);
	ioctl(vt->fd, TIOCSWINSZ, &size);
}

/* ---- reading the screen */

static inline struct style vt_style(const struct vt *vt, int row, int col, VTermScreenCell *cell)
{
	vterm_screen_get_cell(vt->screen, (VTermPos){.row = row, .col = col}, cell);
	struct style style = {.fg = -1, .bg = -1};
	if (!VTERM_COLOR_IS_DEFAULT_FG(&cell->fg) && VTERM_COLOR_IS_INDEXED(&cell->fg))
		style.fg = cell->fg.indexed.idx;
	if (!VTERM_COLOR_IS_DEFAULT_BG(&cell->bg) && VTERM_COLOR_IS_INDEXED(&cell->bg))
		style.bg = cell->bg.indexed.idx;
	style.attrs = (uint8_t)((cell->attrs.bold ? STYLE_BOLD : 0) | (cell->attrs.underline ? STYLE_UNDERLINE : 0) |
	                        (cell->attrs.reverse ? STYLE_REVERSE : 0));
	return style;
}

static inline bool vt_same_style(struct style a, struct style b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attrs == b.attrs;
}

static inline char vt_letter(const struct vt *vt, int row, int col)
{
	VTermScreenCell cell;
	struct style style = vt_style(vt, row, col, &cell);
	bool blank = cell.chars[0] == 0 || cell.chars[0] == ' ';
	bool lead = (style.attrs & STYLE_REVERSE) && cell.chars[0] >= 0x2589 && cell.chars[0] <= 0x258F;
	for (int role = ROLE_BAR; lead && role <= ROLE_BAR_OTHER; role++) /* the begin of a bar */
		if (style.fg == vt->theme.styles[DEPTH_256][role].fg)
			return role_letter((enum role)role);
	if (style.attrs & STYLE_REVERSE)
		return role_letter(ROLE_CURSOR);
	for (int role = ROLE_BAR; role <= ROLE_BAR_OTHER; role++)
		if (blank && style.bg >= 0 && style.bg == vt->theme.styles[DEPTH_256][role].fg)
			return role_letter((enum role)role);
	if (blank && style.bg < 0 && !(style.attrs & STYLE_UNDERLINE))
		return ' ';
	for (int role = 0; role < N_ROLES; role++)
		if (vt_same_style(style, vt->theme.styles[DEPTH_256][role]))
			return role_letter((enum role)role);
	return '#';
}

static inline void vt_add_row(const struct vt *vt, struct buf *out, int row)
{
	size_t from = out->len;
	for (int col = 0; col < vt->cols; col++) {
		VTermScreenCell cell;
		vterm_screen_get_cell(vt->screen, (VTermPos){.row = row, .col = col}, &cell);
		if (cell.chars[0] == 0)
			buf_add_char(out, ' ');
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[i] != UINT32_MAX; i++)
			text_encode(out, cell.chars[i]);
	}
	while (out->len > from && out->ptr[out->len - 1] == ' ')
		out->ptr[--out->len] = 0;
}

/* The screen as text, one line a row, trailing blanks cut. */
static inline void vt_text(const struct vt *vt, struct buf *out)
{
	for (int row = 0; row < vt->rows; row++) {
		vt_add_row(vt, out, row);
		buf_add_char(out, '\n');
	}
}

static inline void vt_add_letters(const struct vt *vt, struct buf *out, int row)
{
	size_t from = out->len;
	bool plain = true;
	buf_add_char(out, ':');
	for (int col = 0; col < vt->cols; col++) {
		char letter = vt_letter(vt, row, col);
		plain = plain && (letter == ' ' || letter == '.');
		buf_add_char(out, letter);
	}
	while (out->ptr[out->len - 1] == ' ')
		out->ptr[--out->len] = 0;
	if (plain)
		out->ptr[out->len = from] = 0;
	else
		buf_add_char(out, '\n');
}

/* The screen in the form of a golden file. */
static inline void vt_golden_text(const struct vt *vt, struct buf *out)
{
	for (int row = 0; row < vt->rows; row++) {
		buf_add_char(out, '|');
		vt_add_row(vt, out, row);
		buf_add_char(out, '\n');
		vt_add_letters(vt, out, row);
	}
}

/* ---- waiting */

/* Pumps until done(vt, arg) or patience is over. */
static inline bool vt_wait(struct vt *vt, bool (*done)(const struct vt *, const void *), const void *arg)
{
	int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
	while (!done(vt, arg)) {
		int64_t left = deadline - vt_now_ms();
		if (left <= 0 || (!vt_pump(vt, (int)left) && vt->over))
			return done(vt, arg);
		while (vt_pump(vt, 0)) {
		}
	}
	return true;
}

static inline bool vt_has_text(const struct vt *vt, const void *text)
{
	struct buf now = BUF_INIT;
	vt_text(vt, &now);
	bool found = strstr(buf_cstr(&now), text) != NULL;
	buf_done(&now);
	return found;
}

static inline bool vt_has_no_text(const struct vt *vt, const void *text)
{
	return !vt_has_text(vt, text);
}

static inline void vt_print(const struct vt *vt, const char *title)
{
	struct buf now = BUF_INIT;
	vt_golden_text(vt, &now);
	fprintf(stderr, "---- %s\n%s----\n", title, buf_cstr(&now));
	buf_done(&now);
}

/* Until the text is anywhere on the screen (within one row). Prints the screen when it does not come. */
static inline bool vt_wait_text(struct vt *vt, const char *text)
{
	if (vt_wait(vt, vt_has_text, text))
		return true;
	vt_print(vt, text);
	return false;
}

static inline bool vt_wait_gone(struct vt *vt, const char *text)
{
	return vt_wait(vt, vt_has_no_text, text);
}

/* Whether a thread of the program runs or waits for a disk: it has not obeyed all that came, however long nothing was written. */
static inline bool vt_works(const struct vt *vt)
{
	char path[64], text[256];
	snprintf(path, sizeof path, "/proc/%ld/task", (long)vt->pid);
	DIR *tasks = opendir(path);
	bool works = false;
	for (struct dirent *task; tasks && !works && (task = readdir(tasks)) != NULL;) {
		snprintf(path, sizeof path, "/proc/%ld/task/%.16s/stat", (long)vt->pid, task->d_name);
		FILE *file = fopen(path, "r");
		text[file ? fread(text, 1, sizeof text - 1, file) : 0] = 0;
		const char *name_end = strrchr(text, ')');
		works = name_end && name_end[1] && strchr("RD", name_end[2]) && name_end[2];
		if (file)
			fclose(file);
	}
	if (tasks)
		closedir(tasks);
	return works;
}

/* Until nothing was written for VT_QUIET_MS and the program sleeps: where no text says that it is done, for golden files and counting bytes. */
static inline void vt_settle(struct vt *vt)
{
	int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
	while ((vt_pump(vt, VT_QUIET_MS) || vt_works(vt)) && vt_now_ms() < deadline) {
	}
}

static inline bool vt_is_golden(const struct vt *vt, const void *expected)
{
	struct buf now = BUF_INIT;
	vt_golden_text(vt, &now);
	bool same = strcmp(buf_cstr(&now), expected) == 0;
	buf_done(&now);
	return same;
}

static inline bool vt_write_golden(struct vt *vt, const char *path)
{
	vt_settle(vt);
	struct buf now = BUF_INIT;
	vt_golden_text(vt, &now);
	FILE *file = fopen(path, "w");
	bool ok = file && fwrite(buf_cstr(&now), 1, now.len, file) == now.len;
	ok = file && fclose(file) == 0 && ok;
	buf_done(&now);
	return ok;
}

/* Until the screen is tests/screen/NAME.golden (from the root of the repository). */
static inline bool vt_golden(struct vt *vt, const char *name)
{
	char path[256], expected[1 << 18];
	snprintf(path, sizeof path, "tests/screen/%s.golden", name);
	const char *rewrite = getenv("SPOOR_GOLDEN");
	if (rewrite && strcmp(rewrite, "1") == 0)
		return vt_write_golden(vt, path);
	FILE *file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "%s: not there; SPOOR_GOLDEN=1 writes it\n", path);
		return false;
	}
	expected[fread(expected, 1, sizeof expected - 1, file)] = 0;
	fclose(file);
	if (vt_wait(vt, vt_is_golden, expected))
		return true;
	fprintf(stderr, "---- %s, expected\n%s", path, expected);
	vt_print(vt, "on the screen");
	return false;
}

/* ---- ending */

static inline int vt_remove(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Waits for the end of the program (killed when it does not come); returns its exit code, or 128 + signal. */
static inline int vt_close(struct vt *vt)
{
	int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
	int status = 0;
	while (!vt->over && vt_now_ms() < deadline)
		vt_pump(vt, 100);
	if (!vt->over)
		kill(vt->pid, SIGKILL);
	waitpid(vt->pid, &status, 0);
	close(vt->fd);
	vterm_free(vt->vterm);
	nftw(vt->home, vt_remove, 16, FTW_DEPTH | FTW_PHYS);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
