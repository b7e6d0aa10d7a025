/* Rows of tables of results → cases: what importers share whose files are tables in one form or another (a CSV row, a JSON object, a list of
 * cells under a list of columns, a table written column by column), and conversations as cases. */
#ifndef SPOOR_IMPORT_EVAL_ROW_H
#define SPOOR_IMPORT_EVAL_ROW_H

#include "import/eval.h"

/* ---- identity */

/* The id of a run that is a file and nothing more: "#folder/stem". With it files stay apart whose first bytes are equal; a copy of a file
 * is known by its content before anybody asks for its run. Absent at stdin: made from the source. */
struct str source_run_id(const struct import *im);
/* Tells that run, called by the file's name, at the first of its rows: *told is the source's state. */
void source_tell_run(struct import *im, const char *family, bool *told);

/* ---- what has no field of its own */

/* As rest_add (eval.h), of a table's cell: null, NaN and "" are left out; a text that is a list or an object, as JSON or as Python's repr, is opened. */
void rest_add_cell(struct fields *f, struct rest *rest, struct member m);
/* The same under another name. */
void rest_add_cell_as(struct fields *f, struct rest *rest, struct str name, struct val v);
/* All members but those in `told` (ends with NULL; compared as the format's keys are). */
void rest_add_cells(struct fields *f, struct rest *rest, struct val object, const char *const *told);
struct str rest_of(struct fields *f, struct val object, const char *const *told);

/* ---- conversations */

/* A list of {role|type, content|text}: what was asked up to the last answer, and that. */
struct talk {
	struct str input;  /* one question: its text; else the messages before `output` as JSON */
	struct str output; /* the last answer's text */
	struct str title;  /* the first question */
	struct str key;    /* all questions: the answers may be another's in the next run */
	size_t n;
};
/* False: it is no list of messages. */
bool talk_read(struct fields *f, struct val list, struct talk *talk);

/* ---- rows */

/* Table forms → rows as objects; good until fields_done of the caller's fields.
 * An object: itself. A list: its cells by `columns`, a list of names (VAL_NONE or too short: VAL_NONE). */
struct val row_of_cells(struct fields *f, struct val record, struct val columns);
/* A table written column by column ({"question":{"0":…},"answer":{"0":…}}, pandas' to_json as it comes): every member an object, with the
 * same first key. */
bool row_is_by_column(struct val table);
/* Each row of it: told as a detail of `slot`, then `read`. */
void row_each_by_column(struct import *im, const struct record *rec, int slot,
                        void (*read)(struct import *, const struct record *, struct val row));

/* The row of a record, in any of these forms, for a format whose paths are "" and "data[]" (pandas' orient="split" and "table" beside records).
 * VAL_NONE: it is none, which is said, of cells without names only once (*said). */
struct val row_open(struct fields *f, struct val record, bool *said);

enum row_role {
	ROW_REST, /* no field: metadata */
	ROW_INPUT,
	ROW_EXPECTED,
	ROW_OUTPUT,
	ROW_ERROR,
	ROW_SECONDS,
	ROW_MS,
	ROW_TOKENS_IN,
	ROW_TOKENS_OUT,
	ROW_COST,
	ROW_INDEX,
	ROW_TRACE,
	ROW_SCORE,
	N_ROW_ROLES
};

/* What a format knows of columns by name. Ends with {NULL}. Of two that are there the earlier one in the list has the role, the other
 * is metadata. Names compare with case and underscores ignored. */
struct row_name {
	const char *name;
	enum row_role role;
};

/* A row taken apart. */
struct row {
	struct val object;
	bool cells;                   /* all its members are texts: a number in a text is a number */
	struct val got[N_ROW_ROLES];  /* by role: the column, VAL_NONE */
	const struct row_name *names; /* as given */
};
struct row row_start(const struct fields *f, struct val object, const struct row_name *names);
/* The member has a role of a name (and is the one that has it). */
bool row_is_told(const struct row *row, struct member m);
/* Another column's name: `name` and suffix, either loose. VAL_NONE: none, or empty. */
struct val row_beside(const struct fields *f, const struct row *row, struct str name, const char *suffix);
/* Latency, tokens, cost, order, trace, error, output and expected value (texts), and input: a conversation is split. Sets the key of input and
 * expected value. */
void row_tell(struct fields *f, const struct row *row, struct case_result *res);

/* "NaN is no value": score_value, where words for it are none at all; -0 is 0. */
bool row_score_value(const struct fields *f, struct score *score, struct val cell);

#endif
