/* Prompts with their versions beneath as a list, and all that is known of one version as a sheet. */
#ifndef SPOOR_TUI_SCREEN_PANE_PROMPTS_H
#define SPOOR_TUI_SCREEN_PANE_PROMPTS_H

#include "store/base/vec.h"
#include "store/query/compare.h"
#include "store/query/prompts.h"
#include "tui/screen.h"
#include "tui/screen/pane_template.h"
#include "tui/widget/list.h"

enum { PROMPT_MARKS = 2 };

/* How a version did against the one before, by their newest runs on one dataset. */
struct prompt_compared {
	int64_t a, b; /* runs */
	bool failed;  /* their cases cannot be compared */
	bool has_pass;
	struct metric_result pass; /* of the metric "pass" */
	struct str sentence;
};
typedef VEC(struct prompt_compared) compared_list;

/* Two templates, or one. Row ids of prompts; 0: none. */
struct prompt_texts {
	struct arena arena; /* owns all below */
	int64_t a, b;
	struct str text_a, text_b; /* absent: no file holds it */
	struct hunks hunks;        /* if both are there */
};

struct prompts_line {
	size_t prompt, version; /* version SIZE_MAX: the prompt's own line, above several versions */
};

enum prompts_order { BY_SEEN, BY_NAME, BY_RUNS, BY_TRACES, BY_PASS, BY_P95, BY_COST, N_PROMPTS_ORDERS };
const char *prompts_order_name(enum prompts_order by);

struct prompts_view {
	const struct prompts *data;
	VEC(struct prompts_line) lines;
	struct list list;
	VEC(uint64_t) folded; /* hashes of names */
	int64_t marks[PROMPT_MARKS];
	enum prompts_order by;
	bool inverted;
	struct str find;
	const int64_t *found; /* row ids of prompts whose text was found, ascending */
	size_t n_found;
	const compared_list *compared;
};
/* After other data, folds or another order: the cursor stays on its version. */
void prompts_lines(struct prompts_view *v);
void prompts_view_done(struct prompts_view *v);
bool prompts_is_folded(const struct prompts_view *v, size_t prompt);
void prompts_fold(struct prompts_view *v, size_t prompt, bool fold);
const struct prompts_line *prompts_cursor(const struct prompts_view *v);
/* The version the cursor stands on, of a prompt's own line its newest; NULL: no lines. */
const struct prompt_version *prompts_cursor_version(const struct prompts_view *v);
const struct prompt_compared *prompts_compared(const compared_list *all, const struct prompt_version *v);
bool prompts_line_is_found(const struct prompts_view *v, int64_t line);

void prompts_view_draw(const struct prompts_view *v, const struct ui *ui, struct canvas pane);

struct prompt_sheet_of {
	const struct prompts *data;
	const struct prompt_version *version;
	const struct prompt_version *other;     /* what it is held against: the version before, or a marked one; NULL */
	const struct prompt_compared *compared; /* NULL: not known */
	const struct prompt_texts *texts;       /* NULL: not read yet */
	bool facts;                             /* with figures, else the texts alone */
	struct template_look look;
	int64_t now_ns;
};
void prompt_sheet(struct sheet *s, int cols, const struct prompt_sheet_of *of);

#endif
