/* What screens have in common for screen_ops.copy. */
#ifndef SPOOR_TUI_SCREEN_PANE_COPY_H
#define SPOOR_TUI_SCREEN_PANE_COPY_H

#include "tui/columns.h"
#include "tui/link.h"
#include "tui/screen/pane_text.h"

/* " WORD" for a command line that is pasted into a shell: quoted if it is not plain. */
void copy_word(struct buf *out, struct str word);
/* "spoor COMMAND OF --OPTION VALUE"; what is empty is left out. */
void copy_command(struct buf *out, const char *command, struct str of, const char *option, struct str value);
/* " --columns A,B" where people chose the columns of a list (columns_lists.h); " --sort COLUMN --asc". */
void copy_columns(struct buf *out, const struct column *table);
void copy_sort(struct buf *out, const char *column, bool ascending);
/* A sheet as plain text, row for row. */
void copy_sheet(struct buf *out, const struct sheet *s, bool ascii);
/* The link "kind:of..and", and one with a part, "kind:of/span:value"; what is empty is left out. Always true. */
bool copy_link(struct buf *out, const char *kind, struct str of, struct str and);
bool copy_link_in(struct buf *out, const char *kind, struct str of, enum link_part part, struct str value);
/* Of a case of two runs, or of one. */
bool copy_case_link(struct buf *out, struct str a, struct str b, struct str key);
/* Text that is there: true. */
bool copy_str(struct buf *out, struct str text);

#endif
