/* How large a screen's details are, beside its list or below it: each screen knows a size that suits it, and one step for all of them, of
 * the person's choosing, makes it larger or smaller. */
#ifndef SPOOR_TUI_WIDGET_PANE_SIZE_H
#define SPOOR_TUI_WIDGET_PANE_SIZE_H

enum { PANE_STEPS = 6 }; /* either way */

/* Where the step is kept (struct ui: pane_share), -PANE_STEPS … PANE_STEPS; borrowed. NULL: none, all panes are of their own size. */
void pane_share_in(const int *share);

/* Rows or columns of details that would be `normal` of the `whole` that they and the list share: a twelfth of it a step more or less, but
 * at least `least` and leaving `list_least` to the list. Without a step it is `normal`, whatever else is asked for. */
int pane_size(int normal, int whole, int least, int list_least);

#endif
