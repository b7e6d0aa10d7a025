/* A sample's events → what became of it, as a tree: inspect_events.c finds the nodes, inspect_span.c makes spans of them. Private to the
 * importer of Inspect AI's logs. */
#ifndef SPOOR_IMPORT_INSPECT_EVENTS_H
#define SPOOR_IMPORT_INSPECT_EVENTS_H

#include "import/inspect_private.h"

enum node_kind { NODE_ROOT, NODE_SPAN, NODE_MODEL, NODE_TOOL, NODE_SUBTASK, NODE_SANDBOX };

struct node {
	enum node_kind kind;
	struct str id;
	uint32_t parent;         /* index; the root's own is 0 */
	struct val event;        /* what it began with; of a tool the span in which it ran, if that is told */
	struct val call;         /* of a tool: its event */
	struct val end;          /* span_end, the end of a step */
	struct val score, error; /* the last ones inside it */
	uint32_t first, last;    /* of inspect_tree.notes: other events inside it, in their order; UINT32_MAX: none */
};

struct note {
	struct val event;
	uint32_t next;
};

/* All in the arena. */
struct inspect_tree {
	struct node *nodes; /* [0] is the sample; a parent comes before its children */
	struct note *notes;
	uint32_t n_nodes, n_notes, n_models;
	struct val first, last; /* events */
};
void inspect_read_tree(const struct inspect *in, struct inspect_tree *tree);

/* Where the sample's trace is; absent: there is nothing to tell of it. */
struct str inspect_trace_id(const struct inspect *in);
/* res: the sample's case, for what the root shows. */
void inspect_tell_trace(const struct inspect *in, const struct case_result *res);

#endif
