/* The screen of prompts behind its keys: what it holds, asks for and lays out. */
#ifndef SPOOR_TUI_SCREEN_PANE_PROMPTS_ASK_H
#define SPOOR_TUI_SCREEN_PANE_PROMPTS_ASK_H

#include "tui/screen/pane_prompts.h"

enum prompts_ask { ASK_NOTHING, ASK_LIST, ASK_TEXTS, ASK_USES, ASK_COMPARE, ASK_FIND };

struct prompts_state {
	struct prompts_view view;
	struct prompts data;
	bool loaded, failed, uses_failed;
	uint64_t generation, uses_generation, serial, asked_generation;
	int64_t spans_most; /* figures of traces were read up to; 0: not yet */
	enum prompts_ask asked;
	char start[256]; /* a version to begin on: a prompt row's id or a name */
	char from[128];  /* and its text held against that of this version; empty: the list */
	struct prompt_texts texts;
	bool masked; /* what is kept was read so (ui->masked) */
	compared_list compared;
	struct arena compared_arena;
	struct buf find;
	char filter[256]; /* over runs */
	uint64_t stamp;   /* of the filter: another one, other data */
	struct arena found_arena;
	bool find_pending, find_go;
	/* the pane, or the whole screen */
	bool whole, all_lines;
	struct sheet sheet;
	const struct prompt_version *sheet_version;
	int sheet_cols, top;
	bool fresh;
	bool sent;          /* it was opened on a version */
	bool recalls;       /* the filter was brought back, the rest is to be */
	bool filter_is_old; /* it was brought back */
};

/* Where list and pane stand in a body of that size. */
struct prompts_places {
	int list_rows, list_cols, pane_row, pane_col, pane_rows, pane_cols; /* pane_rows 0: none */
};
struct prompts_places prompts_places(int rows, int cols, int64_t lines);

/* What the version under the cursor is held against: with two marks these two, the older first; with one that; else the version before. */
void prompts_pair(const struct prompts_state *st, const struct prompt_version **a, const struct prompt_version **b);
bool prompts_texts_are_of(const struct prompts_state *st, const struct prompt_version *a,
                          const struct prompt_version *b);
void prompts_lay_out(struct screen *screen);
/* Keeps which version the cursor is on, before prompts_lines. */
void prompts_remember(struct prompts_state *st);
/* The cursor to the next line that the search finds, from `from` on. */
bool prompts_go_to_found(struct screen *screen, int64_t from, int by);

void *prompts_ask(struct screen *screen);
bool prompts_fetch(struct db *db, void *request, struct err *err);
void prompts_take(struct screen *screen, void *request, bool ok);

#endif
