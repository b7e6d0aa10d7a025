/* The eval runs on their way out: what `spoor runs` and `spoor run` have in files of their own. */
#ifndef SPOOR_TUI_CMD_RUNS_H
#define SPOOR_TUI_CMD_RUNS_H

#include "store/query/pass_k.h"
#include "store/query/runs.h"
#include "tui/cmd/cmds.h"

/* Members of an open JSON object: the array "runs". */
void runs_json_rows(struct jout *j, const struct run_row *rows, size_t n);

/* `spoor runs --dataset D`: its runs in time, each against the band of those before it, and the answer. metric: "pass", or a score's
 * name; NULL: pass, or the first score of runs without verdicts. */
bool runs_trend(struct db *db, struct list_opts *opts, struct str dataset, const char *metric, struct err *err);

/* pass@k and pass^k of one run, as text and as the JSON member "pass_at_k". */
void pass_k_text(struct buf *to, const struct pass_ks *all, bool ascii);
void pass_k_json(struct jout *j, const struct pass_ks *all);

#endif
