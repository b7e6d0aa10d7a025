/* Writing a text of several lines in place: the editor in the lower third of the frame, over any screen (OUT_WRITE). What is written is
 * kept as a draft ($XDG_STATE_HOME/spoor/drafts, mode 0600) whenever the keys rest, so that nothing that ends the program or the
 * machine loses more than a moment's typing; the next time a text of the same name is asked for, it is there again. */
#ifndef SPOOR_TUI_WRITE_H
#define SPOOR_TUI_WRITE_H

#include "tui/screen.h"
#include "tui/widget/editor.h"

struct write {
	bool on;
	struct ui *ui;
	const char *store; /* the drafts are of */
	struct editor editor;
	char title[120];
	const struct action *answer;
	struct buf draft;            /* its path; empty: none is kept */
	struct buf kept;             /* what the file holds */
	bool has_file;               /* there is one */
	struct buf thrown, of_draft; /* what was thrown away last, and under which path it would have been kept */
	struct buf answered;         /* what was written */
};

void write_init(struct write *w, struct ui *ui, const char *store); /* both borrowed */
/* A draft of the text under work is kept. */
void write_done(struct write *w);

/* `t` is of an OUT_WRITE; its text is taken over. */
void write_start(struct write *w, struct target *t);
enum write_result { WRITE_GOES_ON, WRITE_ANSWERED, WRITE_LEFT };
/* WRITE_ANSWERED: write_text is to be handed to w->answer. After it, or WRITE_LEFT, the editor is gone. */
enum write_result write_key(struct write *w, int key);
/* A click (rows 0) or the wheel, at a cell of the frame. */
void write_mouse(struct write *w, int frame_rows, int row, int col, int rows);
void write_paste(struct write *w, struct str bytes);
struct str write_text(const struct write *w); /* until the next write_start */
/* The keys rest: keeps a draft of what was changed since the last one. */
void write_rest(struct write *w);

int write_rows(int rows);                            /* how many of the frame's rows it takes, at its bottom */
void write_fit(struct write *w, int rows, int cols); /* of the frame */
void write_draw(const struct write *w, struct canvas all);

#endif
