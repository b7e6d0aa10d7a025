/* What the files of the screen Review share: its state, and what its parts do to it. */
#ifndef SPOOR_TUI_SCREEN_PANE_REVIEW_STATE_H
#define SPOOR_TUI_SCREEN_PANE_REVIEW_STATE_H

#include "store/base/vec.h"
#include "tui/saying.h"
#include "tui/screen.h"
#include "tui/screen/pane_review_load.h"
#include "tui/screen/pane_review_page.h"

enum review_mode {
	REVIEW_JUDGES,  /* digits are verdicts */
	REVIEW_REASONS, /* a bad verdict was given: digits say why, one is enough */
	REVIEW_SEVERAL  /* digits switch reasons on and off until Enter */
};

struct review_state {
	struct target from; /* as it was opened */
	bool masked;        /* how all of it was read */
	bool quits;         /* it was opened by a command: leaving it ends the program */
	struct review_queue queue;
	bool known;     /* queue is loaded */
	char why[300];  /* it can't be: in words */
	uint64_t marks; /* rises with everything that was said: what was read before it is old */
	struct review_loaded *now, *ahead;
	bool ahead_known; /* ahead is what comes next, or (NULL) ahead_end why nothing does */
	enum queue_end ahead_end;
	int64_t ahead_ns; /* when it was claimed */
	bool ahead_skipped, ahead_failed;
	uint64_t progress_marks; /* marks when it was counted */
	bool skipped_too;        /* those that were skipped have their turn */
	int64_t want;            /* seq of the item that is to show, REVIEW_NEXT, REVIEW_NONE: as it is */
	int64_t want_beside;
	enum queue_end end; /* now NULL: why */
	bool ended;
	struct agreement figures; /* of the queue, for the end */
	bool has_figures;
	uint64_t figures_marks;
	uint64_t serial; /* of the request under way */
	bool give_back;  /* claims, since Review is being left */
	/* what is being said */
	enum review_mode mode;
	unsigned picked; /* bits: reasons, REVIEW_SEVERAL */
	VEC(struct saying *) to_say;
	unsigned writing; /* handed to the writer */
	int64_t writing_since_ns;
	bool leaving;    /* the item is decided: the next one shows once all is written */
	uint64_t group;  /* takes back what was said of the item last; 0: none */
	char saved[200]; /* the receipt */
	bool can_take_back, saved_bad;
	bool
	    blind; /* the item came blind, and nothing of others has been looked at since: all that is said of it is said blind */
	struct subject_at bad; /* what was called bad last: look-alikes of it; kind SUBJECT_NONE: nothing yet */
	/* time on the item */
	int64_t touched_ns, spent_ns, claimed_ns;
	struct review_sheet page;
	bool welcome; /* the help has shown by itself */
};

static inline struct review_state *review_of(const struct screen *screen)
{
	return screen->state;
}

/* pane_review_draw.c */
void review_draw(const struct screen *screen, struct canvas body);
void review_headline(const struct screen *screen, struct canvas row);
void review_status(const struct screen *screen, struct buf *out);
bool review_hints(const struct screen *screen, struct canvas row);
void review_lay(struct screen *screen); /* before drawing, when anything changed */

/* pane_review_end.c; bundle: the path of the one file that the store is, NULL: it is the user's own */
void review_sheet_end_of_queue(struct review_sheet *s, const struct review_state *state, const char *bundle);
void review_sheet_leave(struct review_sheet *s, const struct review_state *state, const char *bundle);

/* pane_review_keys.c */
extern const struct action review_actions[];
void review_touch(struct review_state *s, int64_t now_ns); /* a key, or a new item: the clock of the item */

/* pane_review_say.c */
bool review_waits(const struct screen *screen);
void review_verdict(struct screen *screen, enum verdict v);
void review_prefer(struct screen *screen, int choice); /* 0 the left one, 1 the right one, 2 both good, 3 both bad */
void review_reasons(struct screen *screen, struct str reasons);
void review_text(struct screen *screen, enum annotation_field field, struct str text);
void review_keep(struct screen *screen); /* what was said of the same answer elsewhere */
void review_skip(struct screen *screen);
void review_take_back(struct screen *screen, bool again);
struct saying *review_say(struct screen *screen);
void review_said(struct screen *screen, struct saying *said, bool ok, const struct err *err);
/* What comes next, or why nothing does. */
void review_next(struct screen *screen);
void review_show(struct screen *screen, struct review_loaded *item); /* taken over */
void review_end(struct screen *screen, enum queue_end end);

#endif
