/* TARGET: what is to be judged or was: a trace by a prefix of its id, TRACE/SPAN, or RUN/CASE (RUN/CASE#2: its second repeat), the case by its key,
 * the beginning of it, or a part of its title. */
#ifndef SPOOR_TUI_CMD_SUBJECT_ARG_H
#define SPOOR_TUI_CMD_SUBJECT_ARG_H

#include "store/query/subject.h"

#define SUBJECT_NAMES "a trace's id, TRACE/SPAN, or RUN/CASE (RUN/CASE#2: its second repeat); prefixes will do"

/* ERR_NOT_FOUND: none; ERR_USAGE: several. A "/" inside an id is none that parts it if the whole names a trace. */
bool cmd_subject(struct db *db, struct str target, struct subject_at *out, struct err *err);

#endif
