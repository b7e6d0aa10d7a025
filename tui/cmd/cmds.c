/* The table of commands: a new one is its file, which defines command_NAME, and a row here (sorted). */
#include "tui/cmd/cmds.h"

#define COMMANDS(X) \
	X(alikes)   \
	X(backup)   \
	X(checks)   \
	X(compare)  \
	X(complete) \
	X(config)   \
	X(diff)     \
	X(doctor)   \
	X(export)   \
	X(flag)     \
	X(forget)   \
	X(formats)  \
	X(gate)     \
	X(help)     \
	X(import)   \
	X(judges)   \
	X(ledger)   \
	X(log)      \
	X(merge)    \
	X(open)     \
	X(origins)  \
	X(path)     \
	X(prompts)  \
	X(review)   \
	X(rules)    \
	X(run)      \
	X(runs)     \
	X(samples)  \
	X(search)   \
	X(session)  \
	X(sql)      \
	X(stats)    \
	X(trace)    \
	X(traces)

#define DECLARE(name) extern const struct command command_##name;
#define ROW(name)     &command_##name,
COMMANDS(DECLARE)
const struct command *const commands[] = {COMMANDS(ROW) NULL};

/* clang-format off */
const struct command_group command_groups[] = {
	{"look",    "Look at traces",           {"traces", "trace", "session", "search", "path", "ledger", "origins", "diff", "checks", "stats"}},
	{"compare", "Compare and release",      {"runs", "run", "compare", "gate", "prompts", "judges"}},
	{"judge",   "What people say",          {"review", "flag", "alikes", "rules", "log"}},
	{"share",   "Hand on and bring home",   {"export", "merge"}},
	{"store",   "What is in the store",     {"import", "forget", "backup", "sql", "doctor"}},
	{"more",    "Help and settings",        {"samples", "open", "formats", "config", "help"}},
	{.name = NULL},
};

const struct option_row common_options[] = {
	{"json", 'j', OPTION_FLAG, NULL, "one JSON value on standard output; failures as JSON, too"},
	{"store", 0, OPTION_TEXT, "FILE", "this store instead of $SPOOR_STORE or the user's own"},
	{"ascii", 0, OPTION_FLAG, NULL, "nothing but ASCII (so it is where the locale is not UTF-8)"},
	{"mask", 0, OPTION_FLAG, NULL, "personal data and secrets masked in what is printed (as $SPOOR_MASK=1 does)"},
	{"config", 0, OPTION_TEXT, "FILE", "these settings instead of $SPOOR_CONFIG or the user's own; \"\": none"},
	{"set", 0, OPTION_TEXT, "SETTING=VALUE", "a setting, for this time: theme=light, columns.traces=name,cost (spoor help config)"},
	{"no-color", 0, OPTION_FLAG, NULL, "no colours (printed text has none; for the explorer)"},
	{"mouse", 0, OPTION_FLAG, NULL, "clicks and the wheel, switched by @ (for the explorer)"},
	{"help", 'h', OPTION_FLAG, NULL, "how the command is used"},
	{.name = NULL},
};

const struct option_row front_options[] = {
	{"open", 0, OPTION_TEXT, "LINK", "begin there: trace:ID … (spoor help links)"},
	{"follow", 0, OPTION_FLAG, NULL, "go on reading the files as they grow"},
	{"fresh", 0, OPTION_FLAG, NULL, "begin at the list, not where the last session was"},
	{"map", 0, OPTION_TEXT, "FIELD=COLUMN,…", "which column of a table of results is what (spoor help import)"},
	{"store", 0, OPTION_TEXT, "FILE", "this store instead of $SPOOR_STORE or the user's own"},
	{"config", 0, OPTION_TEXT, "FILE", "these settings instead of $SPOOR_CONFIG or the user's own; \"\": none"},
	{"set", 0, OPTION_TEXT, "SETTING=VALUE", "a setting, for this time: theme=light, columns.traces=name,cost (spoor help config)"},
	{"theme", 0, OPTION_TEXT, "THEME", "the colours (spoor help themes)"},
	{"ascii", 0, OPTION_FLAG, NULL, "nothing but ASCII (so it is where the locale is not UTF-8)"},
	{"no-color", 0, OPTION_FLAG, NULL, "no colours"},
	{"mask", 0, OPTION_FLAG, NULL, "personal data and secrets masked in what is shown"},
	{"mouse", 0, OPTION_FLAG, NULL, "clicks and the wheel from the start (@ switches them)"},
	{"json", 'j', OPTION_FLAG, NULL, "of a command that follows: one JSON value on standard output"},
	{"version", 0, OPTION_FLAG, NULL, "which spoor this is"},
	{"help", 'h', OPTION_FLAG, NULL, "the commands"},
	{.name = NULL},
};
/* clang-format on */
