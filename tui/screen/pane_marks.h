/* What people say of a row, in one cell of a list, and who says what, as lines of a sheet. */
#ifndef SPOOR_TUI_SCREEN_PANE_MARKS_H
#define SPOOR_TUI_SCREEN_PANE_MARKS_H

#include "store/query/marks.h"
#include "tui/canvas.h"
#include "tui/screen/pane_text.h"

/* One cell: + good, - bad, ~ unsure, ± people differ, ? proposed only, c a note or the like, ↳ only steps of it were judged. NULL: nothing. */
const char *marks_sign(const struct marks *m, bool ascii, enum role *role);
void marks_draw(const struct marks *m, struct canvas c, int y, int col);
/* "bad  ana, 2 min ago  outdated" and what they wrote; nothing if nobody said anything. name: of the label, "people" "people on A". */
void marks_lay(struct sheet *s, const char *name, const struct opinion *opinions, size_t n, int64_t now_ns);

/* The same on one row: "B  -bad ana, +good ben  outdated  …". */
void marks_line(struct sheet *s, const char *name, const struct opinion *opinions, size_t n);

#endif
