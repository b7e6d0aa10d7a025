/* `spoor review --report [QUEUE]`: what people's verdicts say in figures. The options it reads of the line: run, where, blind, first (disagreements), markdown, json.
 * Exit code: 0; 5 nobody has judged anything there. */
#ifndef SPOOR_TUI_CMD_REVIEW_REPORT_H
#define SPOOR_TUI_CMD_REVIEW_REPORT_H

#include "tui/cmd/cmd.h"

struct agreement_pairs;
struct jout;

int review_report(const struct command_line *line, struct err *err);
/* Preferences between two runs, as an object: an element of its "preferences", and "preferences" of `compare --json`. */
void review_json_preferred(struct jout *j, const char *key, const struct agreement_pairs *p);

#endif
