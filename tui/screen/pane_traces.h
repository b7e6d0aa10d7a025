/* How the list of traces looks: sparkline, columns, bars, badges, details beside it. Private to traces.c, which owns the state. */
#ifndef SPOOR_TUI_SCREEN_PANE_TRACES_H
#define SPOOR_TUI_SCREEN_PANE_TRACES_H

#include "store/query/traces.h"
#include "tui/screen.h"
#include "tui/widget/list.h"

enum { TRACES_BUCKETS = 240, TRACES_HEAD_ROWS = 2 }; /* divides by many widths; sparkline and column titles */

struct traces_pane {
	int64_t source; /* 0: of all files */
	struct buf filter, find;
	enum trace_sort sort;
	bool ascending;
	struct list list;
	struct trace_page page;
	int64_t looked;   /* traces with larger row ids are new to the user; 0: none are */
	int64_t offset;   /* of the page's first row */
	int64_t scale_ns; /* what a full bar stands for */
	bool loaded;
	int64_t counts[TRACES_BUCKETS], errors[TRACES_BUCKETS], from_ns, to_ns, all_errors;
};

const struct trace_row *traces_pane_row(const struct traces_pane *t, int64_t row); /* NULL: not fetched */
/* A scale on which most rows can be compared: a few that took far longer run over it, and say so. */
int64_t traces_pane_scale(const struct trace_page *page);
void traces_pane_draw(const struct traces_pane *t, struct canvas body, int64_t now_ns);
/* The file's name without its folders. */
struct str traces_pane_file(struct str path);

/* Where the details of the trace under the cursor stand (screen.h); the body is of that size. */
bool traces_pane_beside(const struct traces_pane *s, int rows, int cols, struct beside *out);

#endif
