/* Flags of a span row (span.flags), set by settle but for those that say where they come from. */
#ifndef SPOOR_STORE_SPAN_ROW_H
#define SPOOR_STORE_SPAN_ROW_H

enum span_flag {
	SPAN_RUNNING = 1 << 0,    /* no end yet */
	SPAN_BAD_TIME = 1 << 1,   /* end before start, or times that cannot be */
	SPAN_MADE_UP_ID = 1 << 2, /* the source gave no id */
	SPAN_CRITICAL = 1 << 3,   /* on the critical path */
	SPAN_SYNTHETIC = 1 << 4,  /* "parent missing": no record; never counted as a span */
	SPAN_ORPHAN = 1 << 5,     /* its parent is not there: hangs under a synthetic row */
	SPAN_CYCLE = 1 << 6,      /* its parent chain came back to it: cut here */
	SPAN_LAST = 1 << 7,       /* last child of its parent (or last root) */
	SPAN_SAME = 1 << 8,       /* its group of siblings (rep_n) all have the same arguments */
	SPAN_DUP_USAGE = 1 << 9,  /* its tokens and cost repeat a descendant's or ancestor's: not in the totals */
	SPAN_CONFLICT = 1 << 10,  /* another record of this id said something else */
	SPAN_ANSWER =
	    1 << 11, /* the answering half of a call (model_is_answer): not counted if its other half is there */
	SPAN_ESTIMATED = 1 << 12,    /* its cost comes from the price list, not from its source */
	SPAN_SUB_ESTIMATED = 1 << 13 /* some of what its subtree costs does */
};

/* trace.usage: how the trace's cost came about. */
enum trace_usage {
	TRACE_COST_ESTIMATED = 1 << 0, /* some of it comes from the price list */
	TRACE_COST_SAID = 1 << 1       /* it is what the source says of the whole trace */
};

#endif
