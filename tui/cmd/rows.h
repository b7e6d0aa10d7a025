/* Rows of any command, in one place: what a command prints as --json holds arrays of objects, and each of them is a list that can be
 * asked for as JSON Lines, CSV, Markdown or an aligned table, in order of a column, from a row on, so many of them, by these columns.
 *
 * A command prints its --json as ever; what it writes (out_flush, out_stream) goes through here instead of to standard output, and the
 * elements of the array that is asked for are taken out of it. So the rows of all forms are the rows of --json, by construction. A
 * command that has a column table of its own (LIST_OPTIONS) does its own --where, --sort, --limit, --csv and --markdown.
 *
 * All forms have the columns that rows_table says, also where there are no rows.
 *
 * --jsonl: one object a line, as the elements stand in --json, as they come: constant memory unless --sort is asked.
 * --json with --limit, --offset, --sort, --columns: the same value with so much of that one array. */
#ifndef SPOOR_TUI_CMD_ROWS_H
#define SPOOR_TUI_CMD_ROWS_H

#include "tui/cmd/cmd.h"

/* Where rows lie in a command's --json. */
struct rows_of {
	const char *command;
	const char *name; /* of --table */
	const char *path; /* member names from the top, with dots between */
	const char *when; /* NULL: asked for unless another is; "": only by --table; else by this option, too */
	/* The members of a row that are its columns, in order, with blanks between. "a.status": of the object "a"; "steps[]": a list or an
	 * object, whole in a cell of CSV and in no table for people; "scores.*": here stand the members of "scores", whatever names the
	 * data give them. A test holds it against the rows. */
	const char *columns;
};
extern const struct rows_of
    rows_table[]; /* sorted by command; the first of a command is its main list; ends with command NULL */
/* One of `columns` taken off *rest; false at its end. */
struct rows_column {
	struct str name;
	bool whole; /* NAME[] */
	bool open;  /* NAME.* */
	bool found; /* for who looks at rows: some has it */
};
bool rows_column_next(struct str *rest, struct rows_column *out);
bool rows_has(const struct command *c); /* does it print a list of rows? */

/* --jsonl --csv … : options of each command that has rows, where it has none of that name itself. */
extern const struct option_row rows_options[];

bool rows_option_of(const struct command *c, const struct option_row *row); /* is it one of them? */
/* "Its lists, for --table: calls pieces", the main one first; nothing if there is but one. */
void rows_tables(struct buf *out, const struct command *c);
/* "Columns of calls: span name start …", a paragraph for each list; lists that have the same share one. */
void rows_columns(struct buf *out, const struct command *c);

/* Looks whether the line asks for rows; then the command has to run as with --json. Refuses forms that exclude each other. */
bool rows_begin(struct command_line *line, struct err *err);
/* Are rows taken out of what is written? */
bool rows_wanted(void);
bool rows_take(struct str written, struct err *err);
/* After the command: prints what is left; with `failed` nothing. False: err. */
bool rows_end(bool failed, struct err *err);

#endif
