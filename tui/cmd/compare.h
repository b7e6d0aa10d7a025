/* Two runs compared, on their way out: what text, Markdown and --json of `spoor compare` share. */
#ifndef SPOOR_TUI_CMD_COMPARE_H
#define SPOOR_TUI_CMD_COMPARE_H

#include "store/query/agreement.h"
#include "store/query/compare_view.h"
#include "store/query/begins.h"
#include "store/query/noise.h"
#include "tui/cmd/out.h"

struct compare_out {
	struct out out;
	struct compare c;
	struct compare_view view; /* what of it is printed */
	struct compare_order order;
	struct buf filter;     /* what it was chosen by, in one text; empty: all */
	struct arena arena;    /* of the parsed filter */
	int64_t limit, offset; /* rows: of each class as text, of all as JSON; -1: all */
	bool ask_begins;       /* --begins: begins is filled */
	struct begins begins;
	bool ask_noise; /* --noise: noise is filled */
	struct noise noise;
	struct agreement_pairs preferred; /* what people preferred; pairs 0: they were not asked */
	struct buf text;
};

void compare_metric_json(struct jout *j, const struct compare_metric *m);
bool compare_json(struct compare_out *o, struct err *err);
/* Text for people, or Markdown for a pull request. */
void compare_text(struct compare_out *o);
void compare_markdown(struct compare_out *o);

/* A figure of this metric in its own unit; as a difference: with its sign, rates in percentage points. */
void compare_figure(struct buf *to, const struct compare_metric *m, double figure, bool difference, bool ascii);
/* The same of an aggregate that sources state: a plain number. */
void compare_plain_figure(struct buf *to, double figure, bool difference, bool ascii);
/* "0.0123", "<0.0001", "–" */
void compare_p(struct buf *to, double p, bool ascii);
/* Its name, prompt version, model and time. */
void compare_run_name(struct buf *to, const struct run_row *r, int64_t now_ns);
/* "better" "worse" "no evidence" "too few" */
const char *compare_words(const struct compare_metric *m);
/* "pass", "FAIL", "error", or over repeats "2/3" */
void compare_side_status(struct buf *to, const struct compare_side *s);
/* The first score that moved: its name and how; nothing if none did. */
void compare_moved(struct buf *to, const struct compare *c, const struct compare_row *row, bool ascii);

/* spoor compare A B --case KEY (compare_case.c). The exit code. */
struct command_line;
int compare_case_main(const struct command_line *line, struct err *err);

#endif
