/* The details of one span as a pane with tabs: overview, input, output, messages, documents, events, attributes, scores, raw record.
 * Shared by the screens that show spans. Data comes by span_fetch on the query thread and moves into the pane. */
#ifndef SPOOR_TUI_SCREEN_PANE_SPAN_H
#define SPOOR_TUI_SCREEN_PANE_SPAN_H

#include "store/query/about.h"
#include "store/query/docuse.h"
#include "store/query/marks.h"
#include "store/query/span.h"
#include "store/query/talk.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/screen.h"
#include "tui/screen/pane_fold.h"
#include "tui/screen/pane_span_tree.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/pager.h"

struct span_data {
	struct arena arena; /* owns all below */
	struct tree_row row;
	struct span_detail detail;
	struct tree_rank rank;
	struct span_about about;
	struct str path;          /* names from the root to it: "dispute-agent/gather-facts/get_balance" */
	struct talk talk;         /* known: for a call of a model that was fetched for its messages */
	struct docuse docuse;     /* the same of a retrieval and its documents */
	struct opinion *opinions; /* of people, by author */
	size_t n_opinions;
	int64_t now_ns; /* when it was read */
	bool loaded;
};
void span_data_done(struct span_data *d);
enum span_tab {
	TAB_OVERVIEW,
	TAB_INPUT,
	TAB_OUTPUT,
	TAB_MESSAGES,
	TAB_DOCS,
	TAB_EVENTS,
	TAB_ATTRS,
	TAB_SCORES,
	TAB_RAW,
	N_SPAN_TABS
};

/* The span at `pos` of a trace, with all a pane may show of it; what only one tab shows and takes reading other spans, if it is that tab. */
bool span_fetch(struct db *db, struct block_cache *blocks, const struct trace_row *trace, int64_t pos,
                enum span_tab tab, struct span_data *out, struct err *err);

struct span_pane {
	struct span_data data;
	enum span_tab tab;                 /* as chosen; a span without it shows the overview, and the choice stays */
	struct buf find;                   /* lit; empty: none */
	struct pieces pieces[N_SPAN_TABS]; /* what folds in each tab */
	/* as laid out for (data, tab, size) */
	struct sheet sheet;
	struct pager pager;
	struct buf text; /* the pager's */
	int top;         /* of the sheet */
	int rows, cols;
	const struct trace_row *trace;
	bool laid_out;
	bool keys;       /* it has the keyboard: the cursor among its pieces shows */
	bool ascii;      /* as laid out */
	bool as_it_came; /* the raw record, not as a tree */
	size_t save_at;  /* what pane_save asked a name for */
	char save_prompt[80];
	struct span_tree *trees; /* for each tab that is one */
};
void span_pane_init(struct span_pane *p);
void span_pane_done(struct span_pane *p);
/* Takes over *data, which is empty afterwards. */
void span_pane_take(struct span_pane *p, struct span_data *data);
/* The tab needs more of the span than was fetched: fetch it again, for p->tab. */
bool span_pane_wants(const struct span_pane *p);
void span_pane_turn(struct span_pane *p, int by); /* to the tab after or before, round the end */
bool span_pane_print(struct span_pane *p); /* the raw record as a tree, or as it came: turns over; true: a tree */
void span_pane_scroll(struct span_pane *p, int64_t rows);
bool span_pane_find(struct span_pane *p, struct str what); /* lights and goes to the first match; false: none */
bool span_pane_seek(struct span_pane *p, bool forward);    /* next match, round the end; false: none */
bool span_pane_seek_on(struct span_pane *p, bool forward); /* the same, but not round the end */
/* The tab that has a text of that name ("input", "document" …: search.h); TAB_OVERVIEW: none of its own. */
enum span_tab span_tab_of_field(const char *field);
/* Next piece, fold, unfold in what folds: as the full view's keys say. False: nothing folds in this tab. */
bool span_pane_key(struct span_pane *p, enum piece_key key);
/* The full view's keys in a tab that is a tree (attributes, events, record). False: it is none. */
bool span_pane_move(struct span_pane *p, enum move move);
bool span_pane_levels(struct span_pane *p, int levels);
bool span_pane_position(struct buf *out, const struct span_pane *p); /* "row 5 of 120 · messages[2].text" */
/* As screen_ops.copy: what the tab tells, whole; in the full view of a tree what its cursor stands on. */
bool span_pane_copy(const struct span_pane *p, const struct trace_row *trace, enum copy what, struct buf *out);
/* As links call it: "output". NULL: no such tab. */
const char *span_tab_name(enum span_tab tab);
bool span_tab_named(struct str name, enum span_tab *tab);
enum span_tab span_pane_shown(const struct span_pane *p); /* the tab that shows */
bool span_pane_is_tree(const struct span_pane *p);
/* The message or the document at the cursor, or at the top; SIZE_MAX: the tab has none. */
size_t span_pane_item(const struct span_pane *p);
/* Makes it ready to be drawn on a canvas of rows x cols, tab row included. Call after any change, before drawing. */
void span_pane_fit(struct span_pane *p, const struct trace_row *trace, int rows, int cols, bool ascii);
/* old: the data is that of another span than the cursor's: dimmed. */
void span_pane_draw(const struct span_pane *p, struct canvas c, bool old);
/* The span a link or score names, by its id as written; STR_NONE: none. */
struct str span_pane_link(const struct span_pane *p);

#endif
