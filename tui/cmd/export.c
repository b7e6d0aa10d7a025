/* spoor export: what people said, and what it was said of, for the programs that go on with it. */
#include "tui/cmd/export.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/file.h"
#include "store/base/units.h"
#include "tui/cmd/stop.h"

enum { WRITE_BYTES = 256 << 10 };

/* ---------------------------------------------------------------- what can be exported */

static const struct export_thing *const things[] = {
    &export_reviews,
};

/* clang-format off */
static const struct option_row export_options[] = {
	{"out", 'o', OPTION_TEXT, "FILE", "into this file, of mode 0600, whole or not at all (-: standard output)"},
	{"force", 'f', OPTION_FLAG, NULL, "replace FILE if it is there"},
	{"author", 0, OPTION_TEXT, "NAME", "only what this person said"},
	{"since", 0, OPTION_TEXT, "TIME", "only what was said since: 7d, 2026-11-20"},
	{"queue", 0, OPTION_TEXT, "NAME", "only what was said in this review queue"},
	{"mask", 0, OPTION_FLAG, NULL, "personal data and secrets in texts are masked"},
	{.name = NULL},
};
/* clang-format on */

/* ---------------------------------------------------------------- the file */

static bool cannot_write(const char *file, struct err *err)
{
	return err_set(err, ERR_SYSTEM, NULL, "cannot write %s: %s", file, strerror(errno));
}

bool export_open(const struct command_line *line, struct export_out *out, struct err *err)
{
	const char *file = cmd_option(line, "out");
	*out = (struct export_out){
	    .file = file && strcmp(file, "-") != 0 ? file : NULL, .force = cmd_flag(line, "force"), .fd = -1};
	if (!out->file)
		return true;
	if (!out->force && access(out->file, F_OK) == 0)
		return err_set(err, ERR_USAGE, NULL, "%s is there already (--force replaces it)", out->file);
	if (!file_temp_beside(&out->temp, out->file, err))
		return false;
	out->fd = open(buf_cstr(&out->temp), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	return out->fd >= 0 || cannot_write(out->file, err);
}

static bool write_away(struct export_out *out, struct buf *text, struct err *err)
{
	out->bytes += (int64_t)text->len;
	bool ok = true;
	if (out->fd < 0)
		ok = out_flush(text, err);
	for (size_t done = 0; ok && out->fd >= 0 && done < text->len;) {
		ssize_t n = write(out->fd, text->ptr + done, text->len - done);
		if (n < 0 && errno != EINTR)
			ok = cannot_write(out->file, err);
		done += n > 0 ? (size_t)n : 0;
	}
	buf_clear(text);
	return ok;
}

bool export_more(void *out, struct buf *text, struct err *err)
{
	return text->len < WRITE_BYTES || write_away(out, text, err);
}

bool export_close(struct export_out *out, bool keep, struct err *err)
{
	bool ok = !keep || write_away(out, &out->text, err);
	if (out->fd >= 0 && close(out->fd) != 0 && ok)
		ok = cannot_write(out->file, err);
	if (out->temp.len) {
		bool put = keep && ok;
		ok = ok && (!put || file_put(buf_cstr(&out->temp), out->file, out->force, err));
		if (!put || !ok)
			unlink(buf_cstr(&out->temp));
	}
	buf_done(&out->text);
	buf_done(&out->temp);
	out->fd = -1;
	return ok;
}

void export_said(const struct command_line *line, const struct export_out *out, int64_t n, const char *one,
                 const char *many)
{
	struct buf text = BUF_INIT;
	if (!out->file || cmd_flag(line, "json"))
		return;
	buf_add_cstr(&text, out->file);
	buf_add_cstr(&text, ": ");
	units_thousands(&text, n);
	buf_printf(&text, " %s, ", n == 1 ? one : many);
	units_bytes(&text, (uint64_t)out->bytes);
	clean_fput(stderr, buf_str(&text));
	fputc('\n', stderr);
	buf_done(&text);
}

/* ---------------------------------------------------------------- the command */

bool export_since(const struct command_line *line, int64_t *since_ns, struct err *err)
{
	const char *since = cmd_option(line, "since");
	struct filter_mistake mistake;
	*since_ns = TIME_UNKNOWN;
	if (!since || filter_time(str_of(since), cmd_now_ns(), since_ns, &mistake))
		return true;
	return err_set(err, ERR_USAGE, NULL, "--since: expected %.150s", mistake.expected);
}

static const struct export_thing *thing_named(const char *name, struct err *err)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
		if (strcmp(things[i]->name, name) == 0) {
			buf_done(&all);
			return things[i];
		}
		buf_printf(&all, "%s%s", i ? ", " : "", things[i]->name);
	}
	err_set(err, ERR_USAGE, NULL, "cannot export \"%.60s\": there is %s", name, buf_cstr(&all));
	buf_done(&all);
	return NULL;
}

static int export_main(const struct command_line *line, struct err *err)
{
	static _Atomic bool cancel; /* outlives this call: a late signal may still set it */
	const struct export_thing *thing = thing_named(line->args[0], err);
	struct db *db = thing ? cmd_store(line, DB_READ, err) : NULL;
	if (!db)
		return err_exit_code(err->code);
	stop_on_signals(&cancel, db);
	int code = thing->run(line, db, err);
	stop_without_db();
	db_close(db);
	return stop_signal() ? 128 + stop_signal() : code;
}

const struct command command_export = {
    .name = "export",
    .operands = "WHAT",
    .help = "what people said, and of what, for those who go on with it",
    .more = "WHAT is one of\n"
            "  reviews  every verdict, note and correction with its author and time, as JSON Lines that\n"
            "           spoor import and spoor merge take: the same twice counts once, in any order\n"
            "Exit code 1: there was nothing to export, and no file was written.",
    .min_args = 1,
    .max_args = 1,
    .options = export_options,
    .run = export_main,
};
