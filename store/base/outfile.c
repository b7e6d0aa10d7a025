#include "store/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/file.h"

enum { WRITE_BYTES = 256 << 10 };

static bool failed(const struct outfile *out, struct err *err)
{
	return err_set(err, ERR_SYSTEM, NULL, "cannot write %s: %s", out->file ? out->file : "standard output",
	               strerror(errno));
}

bool outfile_open(struct outfile *out, const char *file, bool force, struct err *err)
{
	*out = (struct outfile){.file = file && strcmp(file, "-") != 0 ? file : NULL, .force = force, .fd = -1};
	struct stat st;
	if (!out->file)
		return true;
	if (stat(out->file, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) { /* a device or a pipe */
		out->fd = open(out->file, O_WRONLY | O_CLOEXEC);
		return out->fd >= 0 || failed(out, err);
	}
	if (!force && access(out->file, F_OK) == 0)
		return err_set(err, ERR_USAGE, NULL, "%s is there already (--force replaces it)", out->file);
	if (!file_temp_beside(&out->temp, out->file, err))
		return false;
	out->fd = open(buf_cstr(&out->temp), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	return out->fd >= 0 || failed(out, err);
}

static bool write_away(struct outfile *out, struct buf *text, struct err *err)
{
	int fd = out->file ? out->fd : STDOUT_FILENO;
	for (size_t done = 0; done < text->len;) {
		ssize_t n = write(fd, text->ptr + done, text->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(out, err);
		done += (size_t)n;
	}
	out->bytes += (int64_t)text->len;
	buf_clear(text);
	return true;
}

bool outfile_more(void *out, struct buf *text, struct err *err)
{
	return text->len < WRITE_BYTES || write_away(out, text, err);
}

bool outfile_close(struct outfile *out, bool keep, struct err *err)
{
	bool ok = !keep || write_away(out, &out->text, err);
	if (out->fd >= 0 && close(out->fd) != 0 && ok)
		ok = failed(out, err);
	bool put = keep && ok && out->temp.len;
	ok = ok && (!put || file_put(buf_cstr(&out->temp), out->file, out->force, err));
	if (out->temp.len && (!put || !ok))
		unlink(buf_cstr(&out->temp));
	buf_done(&out->text);
	buf_done(&out->temp);
	out->fd = -1;
	return ok;
}
