/* `spoor compare A B --histogram NAME`: how the values of a score lie in both runs. */
#ifndef SPOOR_TUI_CMD_HISTOGRAM_H
#define SPOOR_TUI_CMD_HISTOGRAM_H

#include "store/query/compare.h"
#include "tui/cmd/out.h"

/* clang-format off */
#define HISTOGRAM_OPTION \
	{"histogram", 0, OPTION_TEXT, "SCORE|all", "how a score, latency_ns or cost_usd lies in both runs"}
/* clang-format on */

/* Prints that of one score, or of all there are. ERR_NO_DATA: the runs cannot be compared; ERR_NOT_FOUND: no such score on both sides. */
bool histogram_print(struct db *db, int64_t a, int64_t b, const char *name, const struct out *out, struct err *err);

#endif
