/* spoor export: what can be exported is a table (export.c); here is what its rows share: the options and the file they write. */
#ifndef SPOOR_TUI_CMD_EXPORT_H
#define SPOOR_TUI_CMD_EXPORT_H

#include "store/base/outfile.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"

/* As --out and --force say. */
bool export_open(const struct command_line *line, struct outfile *out, struct err *err);
/* Ends what has gone well or not, with n things in it, and says on standard error what file was written. Exit code; nothing (1) leaves no file. */
int export_close(const struct command_line *line, struct outfile *out, bool ok, int64_t n, const char *one,
                 const char *many, struct err *err);

struct export_thing {
	const char *name, *help;
	const char *operand; /* what may follow the name; NULL: nothing */
	int (*run)(const struct command_line *line, struct db *db,
	           struct err *err); /* exit code; args[0] is the name */
};
extern const struct export_thing export_flagged, export_queue, export_reviews;

struct str export_text(const struct command_line *line, const char *option); /* absent: not given */
/* --since of the line. False: err. TIME_UNKNOWN: not given. */
bool export_since(const struct command_line *line, int64_t *since_ns, struct err *err);

#endif
