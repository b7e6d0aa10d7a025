/* spoor backup: a copy of the store in one file, made while others read and write. */
#include <string.h>

#include "store/base/units.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/stop.h"

/* clang-format off */
static const struct option_row backup_options[] = {
	{"force", 'f', OPTION_FLAG, NULL, "replace FILE if it is there"},
	{.name = NULL},
};
/* clang-format on */

static bool print(const struct command_line *line, const char *file, int64_t bytes, struct err *err)
{
	struct out o;
	struct buf out = BUF_INIT;
	struct jout j;
	out_init(&o, line);
	if (o.form == OUT_JSON_) {
		jout_init(&j, &out, false);
		jout_object(&j, NULL);
		jout_str(&j, "file", str_of(file));
		jout_int(&j, "bytes", bytes);
		jout_end(&j);
	} else {
		out_text(&o, &out, str_of(file), 0);
		buf_add_cstr(&out, "  ");
		units_bytes(&out, (uint64_t)bytes);
		buf_add_cstr(&out, ", looked through and sound");
	}
	buf_add_char(&out, '\n');
	bool ok = out_flush(&out, err);
	buf_done(&out);
	return ok;
}

static int backup_main(const struct command_line *line, struct err *err)
{
	static struct db_progress progress; /* outlives this call: a late signal may still set cancel */
	int64_t bytes = 0;
	struct db *db = cmd_store(line, DB_READ, err);
	if (!db)
		return err_exit_code(err->code);
	stop_on_signals(&progress.cancel, db);
	bool ok = db_backup(db, line->args[0], cmd_flag(line, "force"), &progress, &bytes, err);
	stop_without_db();
	db_close(db);
	ok = ok && print(line, line->args[0], bytes, err);
	if (stop_signal())
		return 128 + stop_signal();
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_backup = {
    .name = "backup",
    .operands = "FILE",
    .help = "a copy of the store in one file, while others may write",
    .more = "The copy is looked through before it gets its name, and is a store like any other: spoor --store FILE "
            "opens it.",
    .min_args = 1,
    .max_args = 1,
    .options = backup_options,
    .run = backup_main,
};
