/* The state of the screen of one trace, between the files it is made of: trace.c (what shows, the table of keys), pane_trace_ask.c
 * (requests, answers, what is kept of a trace that was left), pane_trace_keys.c (what the keys do). */
#ifndef SPOOR_TUI_SCREEN_PANE_TRACE_STATE_H
#define SPOOR_TUI_SCREEN_PANE_TRACE_STATE_H

#include "tui/screen.h"
#include "tui/screen/pane_span.h"
#include "tui/screen/pane_trace.h"
#include "tui/screen/pane_tree.h"
#include "tui/widget/move.h"

struct trace_state {
	/* which trace */
	int64_t id, source, key; /* key: span to put the cursor on when it opens */
	int64_t asked;           /* that span, for good */
	bool sent;               /* to that span: what would hide it is not brought back */
	bool tab_sent;           /* and for that tab of it */
	char prefix[256];
	/* the trace */
	struct arena arena; /* of row and reason */
	struct trace_row row;
	struct str reason; /* why it failed */
	bool opened, lost;
	bool came_back;   /* its folds and cursor are those of this session */
	bool view_is_old; /* what of it shows was brought back */
	enum { RECALL_NOT, RECALL_ASKED, RECALL_DONE } recall;
	int64_t back, back_above; /* the span the cursor was on, and the rows above it */
	uint64_t generation;      /* the row, the spans and the details were read at */
	uint64_t verdicts;        /* what people say was read at */
	bool span_is_stale;
	struct tree_pane tree;
	struct span_pane span;
	struct block_cache *blocks; /* travels with requests for details: NULL while one is under way */
	bool full;                  /* the details have the screen */
	struct buf find;
	bool link_wanted;       /* follow the link of the details under way */
	const char *find_field; /* of a hit of a search over everything: the text that has it; NULL: any */
	bool of_hits;           /* it was opened at such a hit: n and N go on to the next */
	bool shows_find;        /* the first span shown is to open at the tab that has it */
	/* what of it shows */
	struct trace_view view, shown; /* as asked for; as it is on the screen */
	bool says_so;                  /* the message is that a view takes a while */
	struct folds base;             /* of the whole tree, while something else shows */
	char root_name[128];           /* of the temporary root */
	struct {
		enum tree_rank_by by;
		int64_t place, pos; /* where ! and $ were last; pos -1: nowhere */
	} rank;
	struct {
		int64_t at_ns, n; /* at_ns TIME_UNKNOWN: not looked up yet */
		char newest[128];
	} moment;
	/* requests */
	struct trace_want wish;            /* a jump or new folds that a key asked for */
	struct trace_want pending, failed; /* under way; the last one that failed, not asked again */
	uint64_t serial;                   /* of the one under way, 0 none */
};

/* ---- trace.c: where things stand on the screen */
struct split {
	bool beside, pane, tree;
	int tree_rows, tree_cols; /* ruler and rows */
	int pane_row, pane_col, pane_rows, pane_cols;
};
struct split trace_split(const struct trace_state *s, int rows, int cols);

/* ---- pane_trace_ask.c */
void *trace_ask(struct screen *screen);                         /* screen_ops.ask */
void trace_take(struct screen *screen, void *request, bool ok); /* screen_ops.take */
void trace_keep(const struct screen *screen);                   /* folds and cursor, for when it is opened again */
void trace_fit(struct screen *screen);                          /* after anything that moves or resizes */
void trace_wish_link(struct screen *screen);                    /* to the span that the link of the details names */

/* ---- pane_trace_memory.c: screen_ops.remember, recall */
void trace_remember(const struct screen *screen, struct jout *out);
bool trace_recall(struct screen *screen, const struct cJSON *kept, bool lately);

/* ---- pane_trace_keys.c: the actions; the table is in trace.c */
bool trace_waits(const struct screen *screen); /* screen_ops.waits */
enum outcome trace_move(struct screen *screen, enum move move);
/* Those of pane_trace_view.c: what shows, and from where. Esc goes through trace_show_more: false, all shows already. */
bool trace_show_more(struct screen *screen);
#define TRACE_ACTIONS(X)   \
	X(fold_or_parent)  \
	X(unfold_or_child) \
	X(toggle_fold)     \
	X(parent)          \
	X(fold_all)        \
	X(unfold_all)      \
	X(fold_depth)      \
	X(follow_link)     \
	X(search)          \
	X(next_match)      \
	X(prev_match)      \
	X(next_tab)        \
	X(prev_tab)        \
	X(full)            \
	X(details_down)    \
	X(details_up)      \
	X(print_record)    \
	X(save)            \
	X(self_time)       \
	X(leave)           \
	X(next_error)      \
	X(prev_error)      \
	X(next_critical)   \
	X(prev_critical)   \
	X(next_sibling)    \
	X(prev_sibling)    \
	X(next_same)       \
	X(prev_same)       \
	X(slowest)         \
	X(dearest)         \
	X(fold_kind)       \
	X(filter)          \
	X(root)            \
	X(order)           \
	X(agents)          \
	X(zoom)            \
	X(time_left)       \
	X(time_right)
#define TRACE_ACTION(name) \
	enum outcome trace_##name(struct screen *screen, const struct input *in, struct target *target);
TRACE_ACTIONS(TRACE_ACTION)

#endif
