/* What the files of rows.h share: rows.c finds the rows in what a command writes, rows_columns.c knows their columns, rows_print.c prints
 * them. */
#ifndef SPOOR_TUI_CMD_ROWS_PRIVATE_H
#define SPOOR_TUI_CMD_ROWS_PRIVATE_H

#include "store/base/arena.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/rows.h"

enum { ROWS_WANTED = 16, ROWS_PATH = 3, ROWS_KEY = 48, ROWS_COLUMNS = OUT_CELLS_MOST, ROWS_STREAM = 64 << 10 };

enum rows_form { ROWS_TEXT, ROWS_JSON, ROWS_JSONL, ROWS_CSV, ROWS_MARKDOWN };

struct rows {
	bool active;
	const struct command_line *line;
	enum rows_form form;
	struct out o;
	const struct rows_of *wanted[ROWS_WANTED]; /* the first that comes */
	size_t n_wanted;
	const struct rows_of *table; /* the one that came; before that the first that is wanted */
	bool beside;                 /* not the command's main list */
	const char *sort, *only;     /* only: of the command line, or `names` */
	struct buf names;            /* outlives the rows, as `arena` does not */
	bool ascending, descending;
	int64_t limit, offset; /* limit -1: all */
	char reach[24];        /* what the command's own --limit has to be for both */
	bool collects;         /* nothing can be printed before all rows are there */
	bool headed;           /* the head of CSV is printed */

	/* where in the JSON we are */
	int depth, in_rows; /* in_rows: depth of the rows' array while in it */
	bool found, in_string, escaped, key_due;
	bool is_object[ROWS_PATH + 1];
	char keys[ROWS_PATH + 1][ROWS_KEY + 1];
	struct buf word;

	struct buf row; /* the one that is coming */
	int64_t seen, printed;
	bool has[ROWS_COLUMNS]; /* names of `only`, by their place, that some row has */
	VEC(struct str) rows;
	struct arena arena;
	struct buf out;
};

/* What two runs both have goes by one name in --columns: "latency_ns" becomes "a.latency_ns,b.latency_ns". */
void rows_spread_names(struct rows *r);
/* Every name of `only` and `sort` is a column of one of the wanted lists, or below one whose members the data name. */
bool rows_check_names(const struct rows *r, struct err *err);
/* After all rows: a name that only the data could have, and no row had. */
bool rows_check_found(const struct rows *r, struct str name, bool found, struct err *err);
bool rows_is_below(struct str name, struct str above); /* "a.status" is below "a" */

/* Are the columns known before the rows are: can CSV go out row by row? */
bool rows_are_told(const struct rows *r);
/* One row of --json, --jsonl or --csv, of the columns that are asked for; what has come together is written. */
bool rows_print(struct rows *r, struct str row, struct err *err);
bool rows_write(struct rows *r, struct err *err);
void rows_head(struct rows *r); /* of CSV, where no row has printed it */
/* All that were collected, in order, as the form wants them. */
bool rows_finish(struct rows *r, struct err *err);

#endif
