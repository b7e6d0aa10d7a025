/* `spoor compare A B --slice FIELD`, `spoor run ID --slice FIELD`: what the two commands share. */
#ifndef SPOOR_TUI_CMD_SLICES_H
#define SPOOR_TUI_CMD_SLICES_H

#include "store/query/slices.h"
#include "tui/cmd/out.h"

/* clang-format off */
#define SLICE_OPTIONS \
	{"slice", 0, OPTION_TEXT, "FIELD", "cut by a field of the cases' metadata: each value with its own figures"}, \
	{"metric", 0, OPTION_TEXT, "NAME", "--slice: which metric the text shows, by its name in --json (pass)"}, \
	{"fields", 0, OPTION_FLAG, NULL, "the fields there are to slice by, with their values"}
/* clang-format on */

/* Whether the line asks for one of them, instead of the command's own answer. */
bool slices_asked(const struct command_line *line);
/* Prints it. b = 0: run a alone. ERR_NO_DATA: the runs cannot be compared; ERR_NOT_FOUND: no such field. */
bool slices_print(struct db *db, int64_t a, int64_t b, const struct command_line *line, const struct compare_opts *opts,
                  const struct out *out, struct err *err);

#endif
