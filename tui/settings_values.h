/* Values of settings as text: whether they are any. */
#ifndef SPOOR_TUI_SETTINGS_VALUES_H
#define SPOOR_TUI_SETTINGS_VALUES_H

#include "tui/settings.h"

/* Whether a text is a value of this setting; else what is wrong with it goes to `wrong`, a sentence behind the setting's name. */
bool setting_is_value(const struct setting *s, const char *value, struct buf *wrong);
/* Off only in these words, so that a slip in a variable never shows what was to be masked; on in those of the same kind. */
bool setting_is_off(const char *value);
bool setting_is_on(const char *value);

/* Appends an object: the members of a but for those b has, too, then b's; where both have an object of a name, these are merged likewise.
 * VAL_NONE is an empty object. As deep as b is. */
void settings_merge(struct buf *out, struct val a, struct val b);

#endif
