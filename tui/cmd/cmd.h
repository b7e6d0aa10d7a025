/* Commands: one file each, which defines command_NAME, and a row in cmds.c. The table feeds parsing, usage, `spoor help`, and later the
 * man page and completion. A command prints to standard output what its screen shows; messages go to standard error. */
#ifndef SPOOR_TUI_CMD_CMD_H
#define SPOOR_TUI_CMD_CMD_H

#include "store/base/err.h"
#include "store/base/str.h"

struct arena;
struct db;
struct column;

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_INT, OPTION_NUMBER };
struct option_row {
	const char *name; /* "json" for --json */
	char letter;      /* 0: none */
	enum option_type type;
	const char *value; /* what is shown for the value: "FILTER"; NULL for flags */
	const char *help;
};

enum { OPTIONS_MAX = 64 };
struct command_line {
	const struct command *command;
	char **args; /* operands */
	size_t n_args;
	const char *values
	    [OPTIONS_MAX]; /* by index in the command's options, then the common ones; flags: "" when given; NULL: not given */
};

struct command {
	const char *name, *operands, *help; /* operands: "ID", "A B", "FILE…|-" */
	const char *more;                   /* a longer text for `spoor help NAME`; may be NULL */
	int min_args, max_args;             /* max -1: any */
	const struct option_row *options;   /* ends with name NULL; may be NULL */
	bool hidden;                        /* for programs: in no list, no page */
	bool makes_store;                   /* where there is none, it begins one */
	int over;                           /* enum filter_over: what its --where is over */
	const struct column *columns;       /* of its list, for --sort and --columns; may be NULL */
	int (*run)(const struct command_line *line,
	           struct err *err); /* exit code; err filled when it says so: printed by the caller */
};

extern const struct command *const commands[]; /* ends with NULL; sorted by name */
/* What commands are for, in the order in which people need them; a test holds that each is in one group. */
struct command_group {
	const char *name, *title; /* "look"; for a page's heading */
	const char *commands[16]; /* up to the first NULL */
};
extern const struct command_group command_groups[]; /* ends with name NULL */
extern const struct option_row
    common_options[]; /* --json --store --ascii --no-color --help …: every command has them */
extern const struct option_row
    front_options[]; /* of the explorer, before its files: spoor --theme NAME FILE…; main.c takes no other */
const struct command *command_named(struct str name);
/* All options of a command: its own, those of its rows (rows.h) that it does not have itself, the common ones. NULL after the last. */
const struct option_row *command_option(const struct command *c, size_t i);

/* Value of an option, NULL if not given. Flags: "" if given. */
const char *cmd_option(const struct command_line *line, const char *name);
bool cmd_flag(const struct command_line *line, const char *name);
bool cmd_int(const struct command_line *line, const char *name, int64_t otherwise, int64_t *out, struct err *err);
int64_t cmd_now_ns(void);                        /* $SPOOR_NOW or the clock */
bool cmd_masks(const struct command_line *line); /* --mask, or $SPOOR_MASK */
/* A text for the reader: masked (arena's) if cmd_masks. For what comes of a store that is written, which masks nothing itself. */
struct str cmd_masked(const struct command_line *line, struct arena *arena, struct str text);
void cmd_store_path(const struct command_line *line, struct buf *out); /* appends it; the file need not be there */
/* The store the line names (--store, $SPOOR_STORE, default). mode: enum db_mode. What a DB_READ one gives
 * is masked if cmd_masks. A store that is absent is an error but for commands that make one. NULL: err. */
struct db *cmd_store(const struct command_line *line, int mode, struct err *err);

/* Runs argv (argv[0] is the command's name): parses, runs, prints errors (with --json as {"error":{…}}), returns the exit code. */
int cmd_main(int argc, char **argv);

#endif
