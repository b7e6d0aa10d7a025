/* Keys from the bytes of a terminal, whatever it calls itself: what curses knows by the description, and what it does not: variants of the cursor keys,
 * the keypad, UTF-8, pasted text, mouse reports; what is no key is swallowed whole. Owned by term.c; nobody else includes this. */
#ifndef SPOOR_TUI_TERM_KEYS_H
#define SPOOR_TUI_TERM_KEYS_H

#include "store/base/str.h"

/* After newterm. fd: where the keys come from. */
void term_keys_open(int fd, bool utf8, bool mouse);
void term_keys_close(void);
int term_keys_take(
    void); /* a key that is there; KEY_NONE if none is, or none that means something. Waits for the rest of a sequence, no longer */
struct str term_keys_paste(void);         /* of the last KEY_PASTE */
void term_keys_mouse(int *row, int *col); /* of the last KEY_CLICK or KEY_WHEEL_… */

#endif
