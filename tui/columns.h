/* Column tables: for each kind of row one table that draws, measures, sorts and prints (text, CSV, Markdown, JSON): the screen and its
 * twin command share it. A value knows its unit, so people and --json get their own form of the same thing. */
#ifndef SPOOR_TUI_COLUMNS_H
#define SPOOR_TUI_COLUMNS_H

#include "store/base/json.h"
#include "store/base/units.h"
#include "store/base/arena.h"
#include "tui/role.h"

enum value_type {
	VALUE_NONE,
	VALUE_TEXT,
	VALUE_COUNT,
	VALUE_TOKENS,
	VALUE_TIME,
	VALUE_DURATION,
	VALUE_USD,
	VALUE_SHARE,
	VALUE_SCORE,
	VALUE_BOOL,
	VALUE_JSON
};
struct value {
	enum value_type type;
	struct str text; /* TEXT, JSON (raw) */
	int64_t i;       /* COUNT TOKENS TIME DURATION BOOL */
	double d;        /* USD SHARE SCORE */
	bool about;      /* USD: estimated; for people "~" before it */
	enum role role;  /* how it is painted */
};

struct column {
	const char *name;  /* stable: --json key, --columns, --sort */
	const char *title; /* head of the column; "" for glyph columns */
	int width;         /* columns on the screen; 0: not on the screen (JSON only); < 0: takes what is left */
	int min_cols;      /* shown only if the screen is at least this wide */
	bool right;        /* aligned right */
	const char *sort;  /* field of the query's sort table, or NULL */
	struct value (*get)(const void *row, struct arena *arena);
};

extern const struct column trace_columns[], span_columns[], run_columns[], case_columns[], search_columns[],
    stats_span_columns[], stats_tool_columns[], stats_trace_columns[], stats_document_columns[], stats_check_columns[],
    finding_columns[], finding_sum_columns[], trend_columns[], judge_columns[], judge_figures[], judge_item_columns[],
    judge_other_columns[]; /* end with name NULL */

/* A column by the name people give it: its own ("duration_ns"), that without its unit ("duration"), or its title ("total"), in this order;
 * NULL: none. */
const struct column *column_named(const struct column *columns, struct str name);
/* Appends " (did you mean cost_usd?)", or "; there are …". */
void column_suggest(struct buf *out, const struct column *columns, struct str name);
/* How wide it is on a screen where people chose it: its width, else what its title and figures take. < 0: what is left. */
int column_cols(const struct column *c);

/* order[0] …: the rows by a column; unknown values last either way, equal ones as they were. */
void column_order(const struct column *by, bool ascending, const void *rows, size_t n, size_t size_bytes,
                  size_t *order);

/* For people: units.h forms; ascii as asked. now_ns for times. */
void value_print(struct buf *out, const struct value *v, int64_t now_ns, bool ascii);
void value_json(struct jout *j, const char *key, const struct value *v);
void value_csv(struct buf *out, const struct value *v, bool raw);

#endif
