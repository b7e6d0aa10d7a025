/* The explorer's state, shared by the files it is made of and by nobody else:
 *
 *   app.c          start, the loop, what rests, the end
 *   app_stack.c    the screens: opened, closed, gone back to, gone on from; links and hits
 *   app_ask.c      requests to the query thread and their answers; masking; what was said and is being written
 *   app_draw.c     the frame: headline, body, status line, hints
 *   app_keys.c     what a key, pasted text or the mouse does: to the editor, the prompt, the screen or the program
 *   app_actions.c  the program's own actions (app.h: app_actions), but for
 *   app_line.c     those that take a line: `:`, search, SQL, links; and
 *   app_import.c   the import behind the screen, following and indexing
 *
 * UI thread only. One frame of the loop: threads' answers, then what the screen on top still wants (ask), keys held back, the frame
 * (draw), and keys. What a key does never draws: it sets `ask` and `draw`. */
#ifndef SPOOR_TUI_APP_STATE_H
#define SPOOR_TUI_APP_STATE_H

#include <stddef.h>

#include "store/base/vec.h"
#include "tui/app.h"
#include "tui/hold.h"
#include "tui/job.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/theme.h"
#include "tui/verdict_keys.h"
#include "tui/write.h"

struct link_found;

struct app {
	const struct app_opts *opts;
	struct ui ui;         /* what screens see of all this */
	bool ask, draw, quit; /* for the loop: the screen may want data, the frame is to be drawn, this is the end */

	/* app.c */
	struct theme theme;
	struct check_thread *check; /* after an unclean end */
	struct {
		bool check, index;
	} later;                /* to be begun once the first screen is whole */
	struct memory *memory;  /* of views; NULL: none is kept */
	int64_t remember_at_ms; /* when the keys will have rested; 0: they have */
	int64_t rest_at_ms;     /* while the cursor moves: when it will have rested */
	char author[128];
	char *store_name; /* ui.store */
	bool read_only;   /* the store */
	bool empty;       /* it had nothing when this began, and nothing came */
	bool shown;       /* the first frame */
	int signal_number;

	/* app_stack.c */
	VEC(struct screen *) stack; /* the last one shows */
	uint64_t serial;            /* of the newest screen */
	uint64_t goes;              /* of the screen that got an answer, and may want to go on by itself; 0: none */
	bool
	    opened; /* the screen is new, or shows something else: it gets its rows before the next key that was typed ahead */

	/* app_ask.c */
	struct query_thread *queries;
	uint64_t ticket;      /* of the newest request */
	uint64_t mask_ticket; /* of the newest request before masking changed: its answer is not wanted any more */
	uint64_t mask_turn;   /* rises when masking is switched on or off */
	struct verdicts *verdicts;
	struct verdict_keys keys;

	/* app_draw.c */
	struct grid grid;
	struct hold hold;
	bool painted;         /* the grid shows all that keys did; the terminal may not yet */
	uint64_t on_terminal; /* serial of the screen in the last frame: clicks are meant for that one */

	/* app_keys.c */
	bool acting;          /* a key is obeyed: an action has the screen on top in its hands */
	VEC(int) held;        /* keys typed ahead of what they are meant for (screen op waits) */
	bool copying;         /* y was pressed: the next key says what */
	int count;            /* the number typed before a key (fingers.h); 0: none */
	bool mouse;           /* clicks come */
	struct prompt prompt; /* on the status line */
	struct write write;   /* over the lower part of the frame */
	int64_t draft_at_ms;  /* when the keys will have rested; 0: nothing to keep */

	/* app_import.c */
	struct import_thread *import;
	struct index_thread *index; /* while there is something to index and no import runs */
	int64_t import_seen;        /* generation of the import last shown */
	char *follow_path;          /* followed or imported, if no files were given */
	int index_drawn;            /* per cent */
	bool mistake_waits;         /* the first import's message does not hide what the settings have wrong */
	bool import_jump;           /* go to what was imported once it is there: until a key is pressed */
};

/* The program around what it lends: an action sees a screen, these act on the program. */
static inline struct app *app_of(struct ui *ui)
{
	return (struct app *)((char *)ui - offsetof(struct app, ui));
}

int64_t app_clock_ns(const struct app *app); /* wall clock; SPOOR_NOW freezes it */
int64_t app_mono_ms(void);

/* ---- app_stack.c */
struct screen *app_top(const struct app *app);
bool app_is_first(struct ui *ui); /* it stands above nothing */
void app_close_top(struct app *app);
/* The list that all screens stand above: traces; runs, while the store has nothing else. */
const char *app_home(struct app *app);
/* False: it cannot be opened, and that is said. What is already open is gone back to. */
bool app_open_screen(struct app *app, const struct target *t);
/* places.h: open and open_again */
bool app_open_place(struct ui *ui, const struct target *t, struct str link);
bool app_open_again(struct ui *ui, const struct target *t, const char *view);
/* The screens of a link. first: they are what the program begins with, the list it belongs to below them, and a queue ends with it; else
 * they come above what shows, without the list. */
bool app_open_link(struct app *app, struct str text, bool first);
/* n and N above a list of hits. */
void app_go_to_hit(struct app *app, bool forward);
/* The screen on top goes on by itself if it has an answer and wants to: it may be closed and freed. So it does not while an action runs,
 * which has the screen in its hands and may wait for an answer; nor while a line or a text is typed: what is done with that is the
 * screen's that asked for it. */
void app_go_on(struct app *app);

/* ---- app_ask.c */
/* What the screen on top wants, waiting as long as a key may; then it goes on by itself where it may. */
void app_ask(struct app *app);
void app_ask_for_prompt(struct app *app);              /* what that wants, when nobody else wants anything */
void app_ask_below(struct app *app, struct screen *s); /* for a screen that does not show */
void app_take_answers(struct app *app);                /* all that are there */
/* All that the screen on top wants, for what is about to be given out; waits up to 2 s. */
void app_be_current(struct app *app);
/* The answer to a request of no screen's, waited for; false: there is none in time, or it failed. */
bool app_fetch_now(struct ui *ui, const struct screen_ops *ops, void *request, struct err *err);
void app_set_mask(struct app *app, bool on);
/* What it shows may have been read before masking was switched on. */
bool app_is_veiled(const struct app *app, const struct screen *s);
void app_take_sayings(struct app *app); /* hands over what the screen on top wants written */
void app_watch_verdicts(struct app *app);

/* ---- app_draw.c */
enum { HELP_ORDER = 30 };        /* where the help stands among the hints */
void app_paint(struct app *app); /* into the grid */
void app_draw(struct app *app);  /* and onto the terminal */
/* The screen's part of the frame: between its title and the status line or the editor. */
void app_lay_out(struct app *app);
void app_resize(struct app *app); /* to the terminal's size */

/* ---- app_keys.c */
enum { DRAFT_MS = 1000 }; /* how long the keys rest before what is being written is kept */
/* Waits for the first key, then takes all that are there: one frame for many held keys. */
void app_read_keys(struct app *app, int timeout_ms);
void app_obey_held(struct app *app);

/* ---- app_actions.c */
/* False, and said: what would be given out is not masked yet. */
bool app_may_give_out(struct app *app);
void app_copy_choice(struct screen *s, int letter); /* the letter after y */
void app_set_mouse(struct app *app, bool on);

/* ---- app_line.c */
typedef enum outcome app_action(struct screen *, const struct input *, struct target *);
app_action app_command, app_search_all, app_ask_sql, app_ask_for_link;

/* ---- app_import.c */
app_action app_follow, app_import_file;
bool app_start_import(struct app *app, char *const *paths, size_t n, bool follow, struct err *err);
void app_start_index(struct app *app); /* a mistake in the rules is said; what can be done without them is */
void app_watch_import(struct app *app);
void app_watch_index(struct app *app);

#endif
