/* What help and the man pages share. */
#ifndef SPOOR_TUI_CMD_HELP_H
#define SPOOR_TUI_CMD_HELP_H

#include "tui/cmd/cmd.h"
#include "tui/cmd/page.h"

void help_sentence(struct buf *out, const char *line);     /* its first letter large */
void help_usage(struct buf *out, const struct command *c); /* "spoor trace [OPTION…] TRACE" */
void help_options(struct page *p, const struct option_row *rows);
void help_rows(struct page *p,
               const struct command *c);            /* what its rows can be asked for with, and its lists of rows */
const char *help_group_of(const struct command *c); /* NULL: none */
/* The commands of a group that there are; g NULL: those of no group. */
void help_each_command(const struct command_group *g, void (*each)(struct page *p, const struct command *c),
                       struct page *p);
bool help_has_others(void);

#endif
