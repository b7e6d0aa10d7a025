/* spoor export: what can be exported is a table (export.c); here is what its rows share: the file that is written whole or not at all. */
#ifndef SPOOR_TUI_CMD_EXPORT_H
#define SPOOR_TUI_CMD_EXPORT_H

#include "store/db.h"
#include "tui/cmd/cmds.h"

/* Where an export goes: standard output, or a file of mode 0600 that gets its name when all of it is written and synced. */
struct export_out {
	struct buf text;  /* to be added to; export_more writes it away */
	const char *file; /* NULL: standard output */
	bool force;       /* in place of what is there */
	struct buf temp;  /* the file while it is unfinished */
	int fd;
	int64_t bytes;
};
/* As --out and --force say. False: there is such a file already (ERR_USAGE), or it cannot be written. */
bool export_open(const struct command_line *line, struct export_out *out, struct err *err);
/* Writes x->text away once there is a good deal of it; `out` is a struct export_out (reviews_more, flagged_more). */
bool export_more(void *out, struct buf *text, struct err *err);
/* keep: the rest is written and the file gets its name; else nothing of it stays. Frees. */
bool export_close(struct export_out *out, bool keep, struct err *err);
/* "verdicts.jsonl: 120 events" on standard error, where a file was written and somebody looks. */
void export_said(const struct command_line *line, const struct export_out *out, int64_t n, const char *one,
                 const char *many);

struct export_thing {
	const char *name, *help;
	int (*run)(const struct command_line *line, struct db *db,
	           struct err *err); /* exit code; args[0] is the name */
};
extern const struct export_thing export_flagged, export_reviews;

/* --since of the line. False: err. TIME_UNKNOWN: not given. */
bool export_since(const struct command_line *line, int64_t *since_ns, struct err *err);

#endif
