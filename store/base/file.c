#include "store/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* ERR_SYSTEM (or ERR_NOT_FOUND) in the system's words. */
static bool failed(struct err *err, const char *doing, const char *path)
{
	int why = errno;
	return err_set(err, why == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, NULL, "%s %s: %s", doing, path, strerror(why));
}

/* ---- XDG */

static void add_home(struct buf *out)
{
	const char *home = getenv("HOME");
	struct passwd entry, *found = NULL;
	char memory[4096];
	if (home && home[0] == '/')
		buf_add_cstr(out, home);
	else if (getpwuid_r(getuid(), &entry, memory, sizeof memory, &found) == 0 && found)
		buf_add_cstr(out, found->pw_dir);
}

static void xdg_path(struct buf *out, const char *variable, const char *under_home, const char *name)
{
	const char *dir = getenv(variable);
	if (dir && dir[0] == '/') {
		buf_add_cstr(out, dir);
	} else {
		add_home(out);
		buf_add_cstr(out, under_home);
	}
	buf_printf(out, "/spoor/%s", name);
}

void file_data_path(struct buf *out, const char *name)
{
	xdg_path(out, "XDG_DATA_HOME", "/.local/share", name);
}

void file_config_path(struct buf *out, const char *name)
{
	xdg_path(out, "XDG_CONFIG_HOME", "/.config", name);
}

void file_state_path(struct buf *out, const char *name)
{
	xdg_path(out, "XDG_STATE_HOME", "/.local/state", name);
}

/* ---- directories and names */

static bool make_dir(const char *dir, struct err *err)
{
	struct stat st;
	if (mkdir(dir, 0700) == 0)
		return chmod(dir, 0700) == 0 ||
		       failed(err, "cannot set the mode of", dir); /* the umask may have taken bits */
	int why = errno;
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	errno = why == EEXIST ? ENOTDIR : why;
	return failed(err, "cannot make the directory", dir);
}

bool file_make_dir_of(const char *path, struct err *err)
{
	const char *last = strrchr(path, '/');
	if (!last || last == path)
		return true;
	char *dir = xstrndup((struct str){path, (size_t)(last - path)});
	bool ok = true;
	for (char *p = dir + 1; ok && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		ok = make_dir(dir, err);
		*p = '/';
	}
	ok = ok && make_dir(dir, err);
	free(dir);
	return ok;
}

/* Splits at the last slash; "dir/" and "dir/." name the directory itself: then *name is empty. */
static void split_path(struct str path, struct str *dir, struct str *name)
{
	size_t at = path.len;
	while (at && path.ptr[at - 1] != '/')
		at--;
	*name = str_from(path, at);
	*dir = at ? str_cut(path, 0, at) : STR_LIT(".");
	if (str_is(*name, ".") || str_is(*name, "..")) {
		*dir = path;
		*name = STR_LIT("");
	}
}

bool file_absolute(struct buf *out, const char *path, struct err *err)
{
	struct str dir, name;
	char real[PATH_MAX];
	if (!path[0])
		return err_set(err, ERR_USAGE, NULL, "a file name is empty");
	split_path(str_of(path), &dir, &name);
	char *dir_path = xstrndup(dir);
	bool ok = realpath(dir_path, real) != NULL;
	if (!ok)
		failed(err, "no such directory:", dir_path);
	free(dir_path);
	if (!ok)
		return false;
	buf_add_cstr(out, real);
	if (name.len) {
		if (real[1]) /* not "/" */
			buf_add_char(out, '/');
		buf_add_str(out, name);
	}
	return true;
}

/* ---- whole files */

static bool write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = str_from(bytes, (size_t)n);
	}
	return true;
}

/* A new file nobody could have put there before. */
static int open_temp(int dir, char name[32])
{
	for (int attempt = 0; attempt < 16; attempt++) {
		uint64_t salt = 0;
		if (getrandom(&salt, sizeof salt, 0) != (ssize_t)sizeof salt)
			return -1;
		snprintf(name, 32, ".spoor-%016llx", (unsigned long long)salt);
		int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A device, a pipe or a socket is written to, never taken away: under its name others look for it, not for our text. */
static bool may_replace(int dir, const char *name)
{
	struct stat st;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return true;
	errno = S_ISDIR(st.st_mode) ? EISDIR : ENOTSUP;
	return false;
}

static bool replace_in(int dir, const char *name, struct str bytes)
{
	char temp[32];
	int fd = may_replace(dir, name) ? open_temp(dir, temp) : -1;
	if (fd < 0)
		return false;
	bool ok = fchmod(fd, 0600) == 0 && write_all(fd, bytes) && fsync(fd) == 0;
	int why = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	if (ok && renameat(dir, temp, dir, name) != 0) {
		ok = false;
		why = errno;
	}
	if (!ok) {
		unlinkat(dir, temp, 0);
		errno = why;
		return false;
	}
	return fsync(dir) == 0 || errno == EINVAL; /* some file systems have no fsync of directories */
}

static int open_dir_of(const char *path, struct str *name, struct err *err)
{
	struct str dir;
	split_path(str_of(path), &dir, name);
	if (name->len == 0) {
		err_set(err, ERR_USAGE, NULL, "%s is not a file name", path);
		return -1;
	}
	char *dir_path = xstrndup(dir);
	int fd = open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(dir_path);
	if (fd < 0)
		failed(err, "cannot write", path);
	return fd;
}

bool file_replace(const char *path, struct str bytes, struct err *err)
{
	struct str name;
	int fd = open_dir_of(path, &name, err);
	if (fd < 0)
		return false;
	bool ok = replace_in(fd, name.ptr, bytes);
	if (!ok)
		failed(err, "cannot write", path);
	close(fd);
	return ok;
}

bool file_temp_beside(struct buf *temp, const char *path, struct err *err)
{
	struct str name;
	char made[32];
	int dir = open_dir_of(path, &name, err);
	if (dir < 0)
		return false;
	int fd = open_temp(dir, made);
	bool ok = fd >= 0 || failed(err, "cannot write", path);
	if (ok) {
		buf_add_str(temp, str_cut(str_of(path), 0, (size_t)(name.ptr - path)));
		buf_add_cstr(temp, made);
		close(fd);
	}
	close(dir);
	return ok;
}

static bool sync_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;
	int why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

bool file_put(const char *temp, const char *path, bool replace, struct err *err)
{
	struct str name, from;
	int dir = open_dir_of(path, &name, err);
	if (dir < 0)
		return false;
	split_path(str_of(temp), &(struct str){NULL, 0}, &from);
	/* A second name fails if there is a first; renaming would not say. */
	bool ok = sync_file(dir, from.ptr) &&
	          (replace ? may_replace(dir, name.ptr) && renameat(dir, from.ptr, dir, name.ptr) == 0
	                   : linkat(dir, from.ptr, dir, name.ptr, 0) == 0 && unlinkat(dir, from.ptr, 0) == 0);
	ok = ok && (fsync(dir) == 0 || errno == EINVAL); /* some file systems have no fsync of directories */
	if (!ok && errno == EEXIST)
		err_set(err, ERR_USAGE, NULL, "%s is there already", path);
	else if (!ok)
		failed(err, "cannot write", path);
	close(dir);
	return ok;
}

static bool read_fd(int fd, struct buf *out, size_t limit, const char *path, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return failed(err, "cannot read", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, NULL, "%s is not a regular file", path);
	for (;;) {
		buf_reserve(out, 4096);
		ssize_t n = read(fd, out->ptr + out->len, 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(err, "cannot read", path);
		if (n == 0)
			break;
		out->len += (size_t)n;
		if (out->len > limit)
			return err_set(err, ERR_INPUT, NULL, "%s is larger than the %zu bytes allowed", path, limit);
	}
	out->ptr[out->len] = '\0';
	return true;
}

bool file_read(struct buf *out, const char *path, size_t limit, struct err *err)
{
	buf_clear(out);
	int fd;
	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for a named pipe */
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return failed(err, "cannot read", path);
	bool ok = read_fd(fd, out, limit, path, err);
	if (!ok)
		buf_clear(out);
	close(fd);
	return ok;
}
