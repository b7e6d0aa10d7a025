/* The tabs of the span pane that are JSON: attributes, events, the raw records, each as a tree that folds (widget/jsonview.h). */
#ifndef SPOOR_TUI_SCREEN_PANE_SPAN_TREE_H
#define SPOOR_TUI_SCREEN_PANE_SPAN_TREE_H

#include "store/query/span.h"
#include "tui/widget/jsonview.h"

struct span_tree {
	struct jsonview view;
	struct arena made; /* the texts that the view borrows */
	uint64_t hash;     /* of them: the same again keeps its folds */
	bool laid;
};
void span_tree_init(struct span_tree *t);
void span_tree_done(struct span_tree *t);

/* Attributes and those of the resource: names with dots in groups. {"gen_ai":{"request":{"model":"gpt-4o",… */
void span_tree_attributes(struct span_tree *t, const struct span *span);
/* Each event with its time after the span's start. */
void span_tree_events(struct span_tree *t, const struct span *span, bool ascii);
/* An input or an output that is JSON; what is base64 in it is named, not shown. */
void span_tree_value(struct span_tree *t, struct str value);
/* All records, the one that counts most first, and what each stands in. */
void span_tree_records(struct span_tree *t, const struct span_detail *d);

/* Attributes as one JSON object, names with dots in groups; appended to out. Those of one group stand together, sorted as people do
 * (x.2 before x.10). */
void attributes_json(struct buf *out, const struct attribute *at, size_t n);

#endif
