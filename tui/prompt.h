/* The prompt: a line asked for on the status line, with what it needs: earlier lines, completion with a list of what is possible and how
 * often it occurs, and for filters their mistakes as they are typed, how many match, and ^S to save one under a name. */
#ifndef SPOOR_TUI_PROMPT_H
#define SPOOR_TUI_PROMPT_H

#include "store/query/filter.h"
#include "store/query/suggest.h"
#include "tui/screen.h"
#include "tui/widget/edit.h"

enum prompt_sort {
	PROMPT_COMMAND,
	PROMPT_SEARCH,
	PROMPT_FILTER,
	PROMPT_ALL,
	PROMPT_OTHER,
	N_PROMPTS
}; /* each remembers its own lines */
enum { PROMPT_ITEMS = 256 };

/* What may stand at the caret. */
struct prompt_item {
	struct str text, insert; /* shown; put into the line */
	int64_t n;               /* -1: not counted */
	struct str help;
};

/* What was asked of the store. */
struct prompt_want {
	uint64_t stamp; /* of the line */
	bool count, values;
};

struct prompt {
	bool on;
	struct ui *ui;
	struct screen screen;                  /* stands for the prompt on the query thread: serial, ops */
	char sign[80];                         /* what it asks for */
	const struct action *answer, *actions; /* of the screen it was opened on */
	const char *
	    words; /* what Tab completes where it is neither a filter nor a command; "/": names of files; NULL: nothing */
	struct edit edit;
	struct edit_history histories[N_PROMPTS];
	bool has_history[N_PROMPTS];
	/* a filter */
	bool is_filter;
	enum filter_over over;
	bool wrong;
	struct filter_mistake mistake;
	int64_t matching; /* -1: not known */
	bool saving;      /* the name for ^S is asked; the filter waits in `kept` */
	struct buf kept;
	/* completion */
	bool open; /* the list shows */
	struct arena arena;
	struct prompt_item *items;
	size_t n_items;
	int chosen;      /* -1: none */
	size_t from, to; /* what an item takes the place of */
	bool tab_waits;  /* Tab was pressed before the values were there */
	struct suggestions values;
	struct buf values_for; /* field and typed text they are for */
	/* requests */
	uint64_t stamp, serial, counted; /* of the line now; of the request under way, 0 none; stamp that was counted */
	char said[160];                  /* what the list or ^S has to say */
};

void prompt_init(struct prompt *p, struct ui *ui, uint64_t serial);
void prompt_done(struct prompt *p);
void prompt_start(struct prompt *p, const struct target *t, const struct action *actions);
enum prompt_result { PROMPT_GOES_ON, PROMPT_ANSWERED, PROMPT_LEFT };
enum prompt_result prompt_key(struct prompt *p, int key);
/* A click at a cell of the frame: in the line the caret goes there, in the list that item is taken. */
void prompt_click(struct prompt *p, const struct canvas *all, int row, int col);
void prompt_paste(struct prompt *p, struct str text); /* its newlines are blanks there */
struct str prompt_line(const struct prompt *p);
/* On the frame's last two rows, and the list above them. */
void prompt_draw(const struct prompt *p, struct canvas all);

/* As a screen's: what it wants of the store; through prompt->screen.ops on the query thread; and back. */
void *prompt_ask(struct prompt *p);
void prompt_take(struct prompt *p, void *request, bool ok);

#endif
