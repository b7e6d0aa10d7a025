/* What people judge, as a word of a command line: "trace:ID", "trace:ID/span:ID", "RUN/CASE" ("RUN/CASE#2": its second repeat), or the id of a trace alone. Ids may be cut to
 * what only one has; RUN and CASE are found as everywhere (runs_find, case_find). */
#ifndef SPOOR_TUI_CMD_SUBJECT_ARG_H
#define SPOOR_TUI_CMD_SUBJECT_ARG_H

#include "store/query/subject.h"

#define SUBJECT_NAMES "trace:ID, trace:ID/span:ID or RUN/CASE"

/* ERR_NOT_FOUND: there is none; ERR_USAGE: several, or no such form. */
bool cmd_subject(struct db *db, struct str word, struct subject_at *out, struct err *err);

#endif
