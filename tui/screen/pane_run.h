/* One eval run: how it is called, and all that is known of it for the pane beside the list. */
#ifndef SPOOR_TUI_SCREEN_PANE_RUN_H
#define SPOOR_TUI_SCREEN_PANE_RUN_H

#include "store/query/pass_k.h"
#include "store/query/trend.h"
#include "tui/screen/pane_text.h"

struct str run_name(const struct run_row *run);       /* its name, without one its id */
struct str run_model_name(const struct run_row *run); /* without the folders before it: "qwen2.5:0.5b" */
bool run_says(struct str text,
              struct str word); /* whether word stands in text, letter case aside; an empty word does */
/* The name says the prompt's version already, or the version is a hash, which says nothing. */
bool run_version_is_said(const struct run_row *run);
/* "dispute v12": the name, with the prompt version unless the name says it already. Appends. */
void run_label(struct buf *out, const struct run_row *run);
/* What takes longer to find out than its row; zero: not known (yet). */
struct run_more {
	const struct run_detail *detail;
	const struct trend_series *series; /* of its dataset; NULL: none */
	size_t at;                         /* where it stands in it, TREND_NOWHERE: nowhere */
	const struct pass_ks *pass_k;
	double shared; /* trend_shared; NaN: not known */
	int64_t now_ns;
};
void run_sheet(struct sheet *s, int cols, const struct run_row *run, const struct run_more *more, bool ascii);

#endif
