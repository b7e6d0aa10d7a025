/* What the parts of the editor share. */
#ifndef SPOOR_TUI_WIDGET_EDITOR_PRIVATE_H
#define SPOOR_TUI_WIDGET_EDITOR_PRIVATE_H

#include "tui/widget/editor.h"

/* ---- rows of the screen (editor_rows.c): row i is [starts[i], starts[i + 1]) with the blanks or the newline it was broken at. A text
 * that ends in a newline has an empty row behind it; there is always one row. */

void editor_wrap_all(struct editor *e);
/* `removed` bytes at `at` gave way to `added`: breaks anew from there to where the rows are as they were. */
void editor_wrap_change(struct editor *e, size_t at, size_t removed, size_t added);

size_t editor_row_of(const struct editor *e, size_t at);    /* the last row that begins at or before it */
size_t editor_caret_row(const struct editor *e);            /* the same, but for a caret that clings */
size_t editor_row_next(const struct editor *e, size_t row); /* where the next one begins, or the text ends */
size_t editor_row_end(const struct editor *e,
                      size_t row); /* where the caret stands at its end: before what it was broken at */
int editor_col_of(const struct editor *e, size_t row, size_t at);
size_t editor_at_col(const struct editor *e, size_t row, int col); /* the cluster there, or the row's end */

size_t editor_before(const struct editor *e, size_t at); /* where the cluster before begins */
size_t editor_after(const struct editor *e, size_t at);
size_t editor_boundary(const struct editor *e, size_t at); /* the first place at or behind it where a cluster begins */

/* ---- changes (editor_undo.c) */

/* Puts `added` in the place of [at, at + removed), the caret behind it, and notes it to be undone. typing: goes together with the
 * typing just before. */
void editor_change(struct editor *e, size_t at, size_t removed, struct str added, bool typing);
bool editor_undo(struct editor *e);
bool editor_redo(struct editor *e);
void editor_forget_changes(struct editor *e);

#endif
