/* The terminal: shows a grid, reads keys. The only file that knows curses. One terminal a process, one thread (the UI's)
 * calls these, but term_wake, which any may call.
 * Call setlocale(LC_ALL, "") before. Nothing from a file reaches the terminal but through grid cells (canvas.h); no window
 * title is set, and the terminal is never asked anything, so nothing it sends is an answer. */
#ifndef SPOOR_TUI_TERM_H
#define SPOOR_TUI_TERM_H

#include "tui/action.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct term_opts {
	bool ascii;    /* no line drawing from the terminal's side; the grid's own ascii decides about text */
	bool no_color; /* also with NO_COLOR in the environment (https://no-color.org) */
	bool mouse;    /* clicks and wheel come as keys; the terminal's own text selection then needs Shift */
};

/* Keys that only a mouse gives; where: term_mouse. A press is a click at once, so a double one is two of them at one place; a second
 * button, releases and drags are nothing. */
enum { KEY_CLICK = KEY_NONE + 1, KEY_WHEEL_UP, KEY_WHEEL_DOWN };

/* What terminfo says of standard output's terminal, without taking it. False: it does not know it. */
struct term_look {
	int colors, rows, cols;
	bool moves, mouse, pastes, syncs; /* pastes: it tells what is pasted; syncs: it shows a frame at once */
	const char *library;
};
bool term_look(struct term_look *out);

/* Takes the terminal of standard output; keys come from standard input or, if that is no terminal, from /dev/tty.
 * err: ERR_USAGE when there is no terminal one can move the cursor on; it names the commands that need none. */
bool term_open(const struct theme *theme, const struct term_opts *opts, struct err *err);
void term_close(void);                          /* gives the terminal back as it was; harmless when not open */
bool term_is_utf8(void);                        /* of the locale; else the caller wants grids with ascii set */
void term_set_theme(const struct theme *theme); /* shows with the next term_show */
enum depth term_depth(void);                    /* what the terminal, NO_COLOR and the options leave */
void term_size(int *rows, int *cols);           /* at most 500 x 1000 */

/* Shows a grid of term_size. Sends what changed since the last one: a cursor move costs about 100 bytes (performance.md). */
void term_show(const struct grid *grid);
/* Bytes that a serial line has still to send; a pseudo-terminal says 0, whatever is behind it. */
int term_queued(void);
void term_redraw(void); /* the next term_show sends everything (^L) */

/* The next key (action.h), waiting at most timeout_ms (< 0: no limit). KEY_NONE: none came, or term_wake, or term_signal.
 * KEY_RESIZED: the size may be another one, or the process was stopped and goes on; draw again. */
int term_read(int timeout_ms);
bool term_pending(void);   /* term_read would give a key at once: read it before drawing */
void term_unread(int key); /* the key just read: term_read gives it again */
/* The text of the last KEY_PASTE, bytes as they came, until the next term_read. Where the terminal does not mark what is pasted, it comes as
 * keys. Longer than TERM_PASTE_MOST: it was cut there. */
enum { TERM_PASTE_MOST = 4 << 20 };
struct str term_paste(void);
void term_mouse(int *row, int *col); /* of the last KEY_CLICK or KEY_WHEEL_… */
bool term_has_mouse(void);           /* the terminal's description says that it can tell of clicks; only while open */
/* Whether it does: at once, or with the next term_show after term_leave. Off whenever the terminal is not ours. */
void term_set_mouse(bool on);
int term_signal(void);           /* SIGHUP, SIGTERM, SIGINT or SIGQUIT once one came, else 0 */
void term_clear_interrupt(void); /* SIGINT was dealt with (a job cancelled) */
void term_wake(void);            /* from any thread: term_read returns */

void term_suspend(void); /* as ^Z: the next term_read stops the process group */
/* While another program has the terminal, for who waits for it: readable when a signal or term_wake came, < 0 when not open. What came is
 * still there for the next term_read. */
int term_news_fd(void);
void term_news_seen(void); /* not readable any more */
void term_leave(void);     /* for $PAGER and $EDITOR: the terminal as it was, until the next term_show */
/* After term_leave: what a program that was killed could not take back (its screen, a hidden cursor, the mouse, marked pastes). */
void term_tidy(void);

/* Puts text on the clipboard of the terminal (osc52_add). False: too long (74,994 bytes), the caller writes a file. Whether the
 * terminal obeyed cannot be known. */
bool term_copy(struct str text, bool tmux_has);

#endif
