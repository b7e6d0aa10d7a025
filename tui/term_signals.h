/* Signals while the terminal is ours: handlers only set flags and wake a poll; a crash resets the terminal with one prepared
 * write. One terminal, one process: the state is global. Owned by term.c; nobody else includes this. */
#ifndef SPOOR_TUI_TERM_SIGNALS_H
#define SPOOR_TUI_TERM_SIGNALS_H

#include "store/base/str.h"

/* What a crash handler does to the terminal. */
struct term_reset {
	int fd;          /* of the terminal */
	char bytes[256]; /* leaves the other screen, shows the cursor, resets colours and keys */
	size_t n;
};

enum { SAW_RESIZE = 1, SAW_SUSPEND = 2, SAW_CONTINUE = 4, SAW_WAKE = 8 };

/* Installs the handlers (a suspend that the shell ignores stays ignored) and keeps the terminal's modes as they are now. */
bool term_signals_open(const struct term_reset *reset, struct err *err);
void term_signals_close(void); /* puts the old handlers back */
/* The terminal as it was, at once and from any thread; whatever another thread still draws goes nowhere. For a process that ends. */
void term_signals_give_back(void);
bool term_signals_are_open(void);
int term_signals_fd(void);               /* readable when something happened */
void term_signals_drain(void);           /* empties it; what happened is still there to take */
unsigned term_signals_take(void);        /* SAW_… since the last call; empties the fd */
int term_signals_ending(void);           /* SIGHUP SIGTERM SIGINT SIGQUIT once one came, else 0 */
void term_signals_note_hangup(void);     /* the terminal went away without a signal */
void term_signals_clear_interrupt(void); /* forgets a SIGINT */
void term_signals_wake(void);            /* SAW_WAKE with the next take; from any thread */
void term_signals_stop(void);            /* stops the process as ^Z does by default; returns when it goes on */

#endif
