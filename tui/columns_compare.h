/* Columns of the cases of two runs, side by side (columns_compare.c). A row is a struct compare_row. What a column says of both runs has the name
 * that `spoor compare --json` has in its objects a and b. */
#ifndef SPOOR_TUI_COLUMNS_COMPARE_H
#define SPOOR_TUI_COLUMNS_COMPARE_H

#include "tui/columns.h"

extern const struct column compare_columns[]; /* ends with name NULL */

#endif
