/* A screen: state, a table of actions, a pure draw. Screens never call or include each other: they return a target and the app
 * looks the screen up. Data comes by request: `ask` says what the view needs (UI thread), `fetch` gets it (query thread, own
 * connection), `take` adopts it (UI thread). The UI waits at most 15 ms for an answer, else draws what it has. */
#ifndef SPOOR_TUI_SCREEN_H
#define SPOOR_TUI_SCREEN_H

#include "store/base/arena.h"
#include "tui/action.h"
#include "tui/canvas.h"

struct cJSON;
struct db;
struct jout;
struct saying;
struct subject_at;
struct queue_ask;
struct column;
struct queue_wish;
struct list;
struct marked;

/* Where to go: a screen and what it should show. Ids are the store's row ids. */
struct target {
	const char *screen;          /* screen_ops name: "traces" "trace" "runs" "compare" "help" … */
	int64_t id, id2;             /* trace; run; baseline and candidate */
	int64_t span;                /* span key, of a list a row id, to put the cursor on; 0 none */
	int64_t row;                 /* of a long list: where the row `span` stands */
	char text[256];              /* filter, case key hash, topic */
	char find[256];              /* text to light and go to, as / would, or several (words_find); empty: none */
	const char *field;           /* which text of the span has it ("input", "document" …: search.h); NULL: any */
	const char *prompt;          /* OUT_PROMPT: what is asked, "/" "&" … */
	const struct action *answer; /* OUT_PROMPT: the action that gets the line */
	const char *words; /* OUT_PROMPT: what Tab completes, blank-separated; "/": names of files; NULL: nothing */
	char line[1024];   /* OUT_PROMPT: what the line begins with; empty: text. Screen sql: the statement */
	char *whole;       /* OUT_WRITE: the text so far (malloc; the app takes it over); NULL: none */
	char draft
	    [160]; /* OUT_WRITE: the same words find a text again that was not saved ("note <target>"); empty: none */
	char sort[48]; /* a list: the column it is in order of, " asc" behind it if smallest first; empty: its own */
	int filter;    /* OUT_PROMPT: the line is a filter: 1 + enum filter_over; 0: it is not */
};

/* What the app lends every screen. */
struct ui {
	int64_t now_ns; /* wall clock (SPOOR_NOW freezes it) */
	bool ascii;
	bool mono;           /* no colours: brackets and words stand for them */
	int rows, cols;      /* of the body */
	int64_t looked;      /* row id of the newest trace there was when the user last looked; 0: never */
	int64_t newest;      /* of the newest one that a list has shown by now; 0: none */
	uint64_t generation; /* rises when the store changed: ask again */
	bool masked;         /* personal data is masked in all that queries answer */
	const char *
	    store; /* its absolute path, where a command line has to name it; NULL: it is the one taken without --store */
	const char *bundle; /* the store is a review bundle: its path as given; NULL: it is not */
	uint64_t
	    verdicts; /* rises when somebody here said something of an answer: only marks need to be asked for again */
	struct queue_wish
	    *wish;          /* what screen "queues" is to make when it is opened: it takes it over; NULL: nothing */
	int pane_share;     /* steps that details are larger than they would be by themselves (widget/pane_size.h) */
	uint32_t case_look; /* how cases are looked at, kept from one to the next; screen case knows */
	char message[512];  /* what the status line says next; a screen writes it through ui_say */
	bool message_is_error;
	bool
	    moves; /* the cursor has just left a row: what is told of its row, elsewhere on the screen, can wait until it rests */
};
void ui_say(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void ui_fail(struct ui *ui, const struct err *err);

/* Where a screen tells more of the row under the cursor than stands in it: cells of the body. */
struct beside {
	int row, col, rows, cols;
	int scroll_row; /* from here on its rows lie beside rows of the list; < 0: none does */
	int64_t top;    /* of the list: those rows scroll together */
	int64_t id;     /* of the row under the cursor */
};

struct screen {
	const struct screen_ops *ops;
	struct ui *ui; /* the app's; borrowed */
	void *state;   /* ops->state_size bytes, zeroed before open */
	uint64_t
	    serial; /* the app's: never given twice, so an answer cannot reach another screen at the same address */
	uint64_t mask_turn;    /* the app's: when all that it shows was last read with the masking of that time */
	struct marked *marked; /* the app's: rows that are marked (marked.h); NULL: none */
	char *view;            /* views.h: what it is remembered under; owned; NULL: not known yet */
	bool visit;    /* the screen's, from open: for what another screen sent it for, so it is not remembered */
	bool usual;    /* the app's: it was opened with the filter of the settings */
	bool answered; /* the app's: an answer has come */
	bool recalled; /* and how it was left the last time has been brought back, or there is nothing to bring */
};

enum copy {
	COPY_VALUE,   /* the text that is told: an input, an answer, a record */
	COPY_ID,      /* its id as the source writes it */
	COPY_PATH,    /* names from the outermost to it: "dispute-agent/gather-facts/get_balance" */
	COPY_COMMAND, /* the command line that prints this view: "spoor trace 4bf92f35 --span 12ab" */
	COPY_LINK,    /* the link (tui/link.h) of what the cursor stands on: "trace:4bf92f35/span:12ab" */
	COPY_VIEW /* the link of what the screen is about, the same wherever its cursor, filter and tab are: "trace:4bf92f35" */
};

enum hit { HIT_NONE, HIT_FOUND, HIT_WAITS };

struct screen_ops {
	const char *name, *title;
	size_t state_size;
	const struct action *actions; /* ends with ACTIONS_END; the app's own (quit, help, redraw …) come after */
	bool (*open)(struct screen *, const struct target *, struct err *);
	/* What the view needs now, does not have and has not asked for yet, as a request the screen allocates (malloc family); NULL:
	 * nothing. Called after each batch of keys, each answer and each rise of ui->generation. A newer request takes the place of
	 * one that still waits and interrupts one that runs; either comes back through take with ok false. */
	void *(*ask)(struct screen *);
	/* Fills the request. On the query thread; `db` is that thread's. false: err (shown), the request still goes to take. */
	bool (*fetch)(struct db *db, void *request, struct err *err);
	/* Adopts the answer; owns and frees the request (also one that failed or is no longer wanted: ok false). */
	void (*take)(struct screen *, void *request, bool ok);
	void (*draw)(const struct screen *, struct canvas body); /* pure */
	/* May be absent; false: it tells no more now. */
	bool (*beside)(const struct screen *, struct beside *out);
	/* Row 1 of the frame, and the left part of the status line. */
	void (*headline)(const struct screen *, struct canvas row);
	void (*status)(const struct screen *, struct buf *out);
	/* Where the cursor stands, as a target this screen can be opened with again; for "open", permalinks, coming back. */
	void (*place)(const struct screen *, struct target *out);
	/* What the cursor stands on, whole and as it is in the store (for the clipboard, the pager, the editor); appended to out. May be
	 * absent; false: there is no such thing here, now. */
	bool (*copy)(const struct screen *, enum copy what, struct buf *out);
	/* The file that what the cursor stands on came from, as it was given; may be NULL or absent. */
	struct str (*file)(const struct screen *);
	/* What the cursor stands on, to be judged; may be absent, or false: there is no answer here, now. */
	bool (*subject)(const struct screen *, struct subject_at *out);
	/* A list whose rows can be marked (tui/marked.h), now, and what is judged in a row of it; false: nothing, or it is not read. Absent:
	 * there is none. */
	const struct list *(*list)(const struct screen *);
	bool (*row)(const struct screen *, int64_t row, struct subject_at *out);
	/* What the screen itself wants written (tui/saying.h), in order, handed over; NULL: nothing (more). Asked after each key and each answer.
	 * May be absent. */
	struct saying *(*say)(struct screen *);
	/* The answer: it is on the disk, or (ok false) err says why not. The app frees the saying. May be absent. */
	void (*said)(struct screen *, struct saying *, bool ok, const struct err *);
	/* Keys wait: what the next ones are meant for does not show yet (something is being written or read). They are kept in their order; Q
	 * ends the program all the same. May be absent. */
	bool (*waits)(const struct screen *);
	/* The hint line, where it is not that of the actions' hints; false: it is. May be absent. */
	bool (*hints)(const struct screen *, struct canvas row);
	/* Where to go on by itself, asked once after each take: true, with the screen to open above this one, or instead of it; out->screen
	 * NULL with *instead: only away from here. May be absent. */
	bool (*goes)(struct screen *, struct target *out, bool *instead);
	/* What the list shows under its filter, in its order (or its marked rows), to be reviewed with r: fills all but author and time, texts and
	 * items in the arena. May be absent, or false: then what `subject` says is reviewed alone. */
	bool (*review)(const struct screen *, struct arena *arena, struct queue_ask *out);
	/* The table of the list that shows now, whose columns can be chosen (columns_lists.h); NULL: it has none. Absent: the first that is of this
	 * screen. */
	const struct column *(*columns)(const struct screen *);
	/* For a list of hits: the one after (or before) the one gone to last, which the screen above asks for. HIT_WAITS: more are being
	 * read. May be absent. */
	enum hit (*hit)(struct screen *, bool forward, struct target *out);
	/* How the view looks, for when it is opened again, in this session or another: members of an object (cursor, folds, filter, order,
	 * tab), at most a few KiB; what looks as it opens by itself is left out. Asked for when the screen is left, and now and then. */
	void (*remember)(const struct screen *, struct jout *out);
	/* Brings it back: after open and after each take until it returns true, or a key comes first. What is not there any more, or is
	 * nonsense, is passed over. lately: it was left in this session or in the last few days, so that what hides rows (a filter, a
	 * temporary root) comes back, too; it says so where it shows. What the target asked for wins. Both, or neither. */
	bool (*recall)(struct screen *, const struct cJSON *kept, bool lately);
	void (*close)(struct screen *);
};

extern const struct screen_ops *const screens[]; /* ends with NULL */
const struct screen_ops *screen_named(const char *name);

/* The actions that every screen has, for the screen that lists keys; the app sets it (app.h: app_actions). NULL: none known. */
extern const struct action *screen_common_actions;

#endif
