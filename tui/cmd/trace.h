/* One trace on its way out: what text, --json and --raw of `spoor trace` share. */
#ifndef SPOOR_TUI_CMD_TRACE_H
#define SPOOR_TUI_CMD_TRACE_H

#include "store/query/span.h"
#include "store/query/traces.h"
#include "store/query/tree.h"
#include "tui/cmd/out.h"

struct trace_out {
	struct db *db;
	struct out out;
	struct trace_row row;
	struct arena arena; /* owns row */
	bool payload;       /* --json: with inputs, outputs, messages, … */
	struct buf text;
};

/* The whole trace as one JSON value, span after span: memory does not grow with the trace. */
bool trace_json(struct trace_out *t, struct err *err);
/* One span as its details on the screen tell it. */
bool trace_span(struct trace_out *t, int64_t key, struct err *err);

/* The same as one OTLP/JSON request that spoor imports as the same trace. */
bool trace_otlp(struct trace_out *t, struct err *err);
/* For an issue tracker: head, tree with durations, what failed with what went in and came out. */
bool trace_markdown(struct trace_out *t, struct err *err);

#endif
