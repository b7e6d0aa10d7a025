/* The details of one span as a pane with tabs: overview, input, output, messages, documents, events, attributes, scores, raw record.
 * Shared by the screens that show spans. Data comes by span_fetch on the query thread and moves into the pane. */
#ifndef SPOOR_TUI_SCREEN_PANE_SPAN_H
#define SPOOR_TUI_SCREEN_PANE_SPAN_H

#include "store/query/span.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/pager.h"

struct span_data {
	struct arena arena; /* owns all below */
	struct tree_row row;
	struct span_detail detail;
	struct tree_rank rank;
	bool loaded;
};
void span_data_done(struct span_data *d);
/* The span at `pos` of a trace, with all a pane may show of it. */
bool span_fetch(struct db *db, struct block_cache *blocks, const struct trace_row *trace, int64_t pos,
                struct span_data *out, struct err *err);

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

struct span_pane {
	struct span_data data;
	enum span_tab tab; /* as chosen; a span without it shows the overview, and the choice stays */
	struct buf find;   /* lit; empty: none */
	/* as laid out for (data, tab, size) */
	struct sheet sheet;
	struct pager pager;
	struct buf text; /* the pager's */
	int top;         /* of the sheet */
	int rows, cols;
	bool laid_out;
	bool printed; /* the raw record with line breaks of ours, not as it came */
};
void span_pane_init(struct span_pane *p);
void span_pane_done(struct span_pane *p);
/* Takes over *data, which is empty afterwards. */
void span_pane_take(struct span_pane *p, struct span_data *data);
void span_pane_turn(struct span_pane *p, int by); /* to the tab after or before, round the end */
bool span_pane_print(struct span_pane *p);        /* the raw record as it came, or printed: turns over, says which */
void span_pane_scroll(struct span_pane *p, int64_t rows);
bool span_pane_find(struct span_pane *p, struct str what); /* lights and goes to the first match; false: none */
bool span_pane_seek(struct span_pane *p, bool forward);    /* next match, round the end; false: none */
bool span_pane_seek_on(struct span_pane *p, bool forward); /* the same, but not round the end */
/* The tab that has a text of that name ("input", "document" …: search.h); TAB_OVERVIEW: none of its own. */
enum span_tab span_tab_of_field(const char *field);
/* Makes it ready to be drawn on a canvas of rows x cols, tab row included. Call after any change, before drawing. */
void span_pane_fit(struct span_pane *p, const struct trace_row *trace, int rows, int cols, bool ascii);
/* old: the data is that of another span than the cursor's: dimmed. */
void span_pane_draw(const struct span_pane *p, struct canvas c, bool old);
/* The span a link or score names, by its id as written; STR_NONE: none. */
struct str span_pane_link(const struct span_pane *p);

#endif
