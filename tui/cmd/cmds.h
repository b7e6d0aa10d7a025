/* What the commands share behind the table of cmd.h: list options, names that are near. */
#ifndef SPOOR_TUI_CMD_CMDS_H
#define SPOOR_TUI_CMD_CMDS_H

#include "store/base/arena.h"
#include "store/base/near.h"
#include "store/query/filter.h"
#include "tui/cmd/cmd.h"
#include "tui/cmd/out.h"

extern const char *cmd_version; /* of the program: main says it */

/* What terminfo knows of standard output's terminal; main says who can tell, as no command knows curses. */
struct terminal_found {
	int colors, rows, cols; /* 0: none, not known */
	bool moves, mouse, pastes,
	    syncs;        /* its cursor can be moved; it tells of clicks, of what is pasted; shows a frame at once */
	char library[32]; /* "ncurses 6.4.20221231" */
};
extern bool (*cmd_look_at_terminal)(struct terminal_found *out); /* false: terminfo does not know it */

/* What commands cannot know of the settings, as it is of screens; main says it. */
extern void (*cmd_config_read)(const char *path); /* all of a file, keys and lists, too */
extern void (*cmd_config_example)(struct buf *out,
                                  const char *table); /* members of "keys", "columns" … commented out */

/* The keys of every screen, row by row, in the order of the screens; main says who can tell. */
struct cmd_key {
	const char *screen, *where; /* "trace", "Trace"; "everywhere", "Everywhere" */
	const char *keys;           /* as bound now: "j Down" */
	const char *action, *help;
};
typedef void cmd_key_row(void *to, const struct cmd_key *key);
extern void (*cmd_each_key)(cmd_key_row *row, void *to);
/* Names of the keys that are no characters: "PgUp". */
extern void (*cmd_each_key_name)(void (*each)(void *to, const char *name), void *to);

/* `spoor NAME --help`. */
void help_command(struct buf *out, const struct command *c);

/* How a run is named on the command line, for help. */
#define RUN_NAMES "a run's id, an unambiguous prefix of it, its prompt version, or its file's name"

/* ---- the options every list has */
/* clang-format off */
#define LIST_OPTIONS \
	{"where", 'w', OPTION_TEXT, "FILTER", "only what matches (spoor help filter)"}, \
	{"sort", 's', OPTION_TEXT, "COLUMN", "in order of a column"}, \
	{"asc", 0, OPTION_FLAG, NULL, "smallest first (text: the default)"}, \
	{"desc", 0, OPTION_FLAG, NULL, "largest first (figures and times: the default)"}, \
	{"limit", 'n', OPTION_INT, "N", "at most N rows"}, \
	{"offset", 0, OPTION_INT, "N", "leave out the first N rows"}, \
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"}, \
	{"csv", 0, OPTION_FLAG, NULL, "as CSV; text a spreadsheet would take for a formula gets '"}, \
	{"csv-raw", 0, OPTION_FLAG, NULL, "as CSV, text as it is"}, \
	{"markdown", 0, OPTION_FLAG, NULL, "as a Markdown table"}
/* clang-format on */

struct list_opts {
	struct out out;
	struct filter *filter;     /* NULL: all */
	const struct column *sort; /* NULL: the query's own order */
	bool ascending;
	int64_t offset, limit; /* limit -1: all */
};
/* Reads them. Terminals get at most 100 rows unless asked. The filter lives in arena. */
bool list_opts(const struct command_line *line, enum filter_over over, const struct column *columns,
               struct arena *arena, struct list_opts *out, struct err *err);
/* --where alone. NULL: all. */
bool list_filter(const struct command_line *line, enum filter_over over, struct arena *arena, struct filter **filter,
                 struct err *err);
/* For queries that have no order of their own choosing: all n rows sorted, then the slice offset … offset+limit in *first, *shown. */
void list_sort(const struct list_opts *opts, void *rows, size_t n, size_t size_bytes, size_t *first, size_t *shown);
/* "100 of 2,345 traces (--limit, --offset)" on standard error when a terminal did not get all. */
void list_more(const struct list_opts *opts, int64_t shown, int64_t total, const char *what);

#endif
