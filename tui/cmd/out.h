/* Printing lists from column tables: aligned text for people, --json, CSV, Markdown. Text from files goes through clean.h. */
#ifndef SPOOR_TUI_CMD_OUT_H
#define SPOOR_TUI_CMD_OUT_H

#include "store/base/vec.h"
#include "store/model.h"
#include "tui/columns.h"

struct command_line;

enum out_form { OUT_TEXT, OUT_JSON_, OUT_CSV, OUT_MARKDOWN };

struct out {
	enum out_form form;
	bool ascii;
	bool terminal; /* stdout is one: fit to its width */
	int cols;      /* width for text; 0: unlimited */
	int64_t now_ns;
	const char *only; /* --columns a,b,c; NULL: those of the screen */
	bool csv_raw;
	bool no_head; /* CSV and Markdown: further rows of a table already begun */
};
/* As the line and the terminal say. */
void out_init(struct out *o, const struct command_line *line);
/* Rows of one table as text, CSV or Markdown. rows: n of size_bytes each. False with err: unknown column in `only`. */
bool out_table(const struct out *o, struct buf *to, const struct column *columns, const void *rows, size_t n,
               size_t size_bytes, struct err *err);
/* One row as the members of a JSON object already opened. */
void out_members(struct jout *j, const struct column *columns, const void *row);
/* The same with one member, `name`, called otherwise, because its name is taken here. */
void out_members_but(struct jout *j, const struct column *columns, const void *row, const char *name,
                     const char *instead);
/* Writes to stdout, all of it; false: exit 4 ("cannot write …"); a reader that went away ends us quietly (SIGPIPE). Where the rows alone
 * are asked for, they are taken out of it (rows.h); out_write does not look. */
bool out_write(const struct buf *text, struct err *err);
bool out_flush(const struct buf *text, struct err *err);
/* The same for a whole text for people: through $SPOOR_PAGER, the setting pager or $PAGER (else less, else more; "" and cat: none) where
 * standard output is a terminal that it is too long for, and not TERM=dumb. Waits until the reader has left it. */
bool out_page(const struct buf *text, struct err *err);
/* Writes what there is and empties it, once it is large: for answers made piece by piece. */
bool out_stream(struct buf *text, struct err *err);

/* One line of text from a file, cleaned; at most `cols` columns with an ellipsis (0: no limit). */
void out_text(const struct out *o, struct buf *to, struct str text, int cols);
/* The same, filled up with blanks to `cols`, more if the text needs more and `cut` is not set. */
void out_cell(const struct out *o, struct buf *to, struct str text, int cols, bool right, bool cut);
/* Ends a line of text; blanks at its end go. */
void out_end_line(struct buf *to);

/* A small table of texts that no column table makes, filled cell by cell, row by row. As text a row of which the first cell alone has text
 * is a heading: it is not cut, and makes no column wider. */
struct out_head {
	const char *title; /* as it is to be printed */
	bool right;
	bool ours; /* no text of a file: Markdown needs no escapes */
};
struct out_cells {
	const struct out_head *head;
	int n;          /* of head, at most OUT_CELLS_MOST */
	int first_cols; /* of the first column, at most */
	VEC(struct buf) at;
};
enum { OUT_CELLS_MOST = 128 };
struct buf *out_cells_add(struct out_cells *t); /* valid until the next */
void out_cells_text(const struct out *o, struct buf *to, const struct out_cells *t);
void out_cells_markdown(struct buf *to, const struct out_cells *t);
void out_cells_done(struct out_cells *t);
/* Tokens in and out, "11k+1.3k"; one of them alone if only that is known. */
void out_tokens(struct buf *to, int64_t in, int64_t out);
/* A SHA-256 in hex (case keys, prompt versions) by its first digits; other text as it is. For people, never for scripts. */
struct str out_short(struct str text);
/* JSON of a file: as written, but for control characters (escapes, blanks between tokens) and ill-formed bytes (U+FFFD). What is no
 * JSON becomes a JSON string. */
void out_json_text(struct buf *to, struct str json);
/* A score of a case result, as an object of an array. */
void out_score(struct jout *j, const struct score *s);
/* The members of a problem (decisions: one shape everywhere), in an object already opened. */
void out_problem(struct jout *j, const struct problem *p);

#endif
