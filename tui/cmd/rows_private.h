/* What the files of rows.h share: rows.c finds the rows in what a command writes, rows_print.c prints them. */
#ifndef SPOOR_TUI_CMD_ROWS_PRIVATE_H
#define SPOOR_TUI_CMD_ROWS_PRIVATE_H

#include "store/base/arena.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/rows.h"

enum { ROWS_WANTED = 16, ROWS_PATH = 3, ROWS_KEY = 48 };

enum rows_form { ROWS_TEXT, ROWS_JSON, ROWS_JSONL, ROWS_CSV, ROWS_MARKDOWN };

struct rows {
	bool active;
	const struct command_line *line;
	enum rows_form form;
	struct out o;
	const struct rows_of *wanted[ROWS_WANTED]; /* the first that comes */
	size_t n_wanted;
	bool beside; /* not the command's main list */
	const char *sort, *only;
	bool ascending, descending;
	int64_t limit, offset; /* limit -1: all */
	bool collects;         /* nothing can be printed before all rows are there */

	/* where in the JSON we are */
	int depth, in_rows; /* in_rows: depth of the rows' array while in it */
	bool found, in_string, escaped, key_due;
	bool is_object[ROWS_PATH + 1];
	char keys[ROWS_PATH + 1][ROWS_KEY + 1];
	struct buf word;

	struct buf row; /* the one that is coming */
	int64_t seen, printed;
	VEC(struct str) rows;
	struct arena arena;
	struct buf out;
};

/* Appends one row of --json or --jsonl to r->out, of the columns that are asked for. */
bool rows_print(struct rows *r, struct str row, struct err *err);
bool rows_project(struct rows *r, struct str row, struct err *err);
/* All that were collected, in order, as the form wants them. */
bool rows_finish(struct rows *r, struct err *err);

#endif
