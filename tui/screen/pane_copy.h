/* What screens have in common for screen_ops.copy. */
#ifndef SPOOR_TUI_SCREEN_PANE_COPY_H
#define SPOOR_TUI_SCREEN_PANE_COPY_H

#include "tui/link.h"
#include "tui/screen/pane_text.h"

/* " WORD" for a command line that is pasted into a shell: quoted if it is not plain. */
void copy_word(struct buf *out, struct str word);
/* A sheet as plain text, row for row. */
void copy_sheet(struct buf *out, const struct sheet *s, bool ascii);
/* The link "kind:of", "kind:of..and", and with a part of it "kind:of/span:id", which may be absent. False: `of` is. */
bool copy_link(struct buf *out, const char *kind, struct str of, struct str and);
bool copy_link_in(struct buf *out, const char *kind, struct str of, enum link_part part, struct str value);
/* Text that is there: true. */
bool copy_str(struct buf *out, struct str text);

#endif
