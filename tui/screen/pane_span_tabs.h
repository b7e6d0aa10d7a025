/* What the tabs of the span pane say, but for the long texts: builders of sheets. Private to pane_span. */
#ifndef SPOOR_TUI_SCREEN_PANE_SPAN_TABS_H
#define SPOOR_TUI_SCREEN_PANE_SPAN_TABS_H

#include "tui/screen/pane_span.h"

struct laying {
	struct sheet *s;
	struct pieces *pieces; /* what folds */
	const struct span_data *d;
	const struct trace_row *trace; /* NULL for span_tabs_source */
	int rows;                      /* to see at once */
	bool ascii;
};
void span_tabs_lay(const struct laying *l, enum span_tab tab);
/* A record's place in words: "a.zip: b.json, record 3, line 3, byte 323". */
void span_tabs_place(struct buf *out, const struct span_origin *o);
/* "traces.jsonl, record 41, line 41, byte 18,223  otlp" on the present row; wide: in one row. */
void span_tabs_source(const struct laying *l, bool wide);
/* The tab Overview (pane_span_overview.c). */
void span_overview_lay(const struct laying *l);
/* "✓ judge groundedness  0.91" on the present row. */
void span_tabs_score(const struct laying *l, const struct score_row *score);
bool looks_like_json(struct str text);
/* On new rows: JSON printed, anything else wrapped. */
void sheet_text(struct sheet *s, int indent, enum role role, struct str text);

#endif
