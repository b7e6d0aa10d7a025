/* The table of commands: a new one is its file, which defines command_NAME, and a row here (sorted). */
#include "tui/cmd/cmds.h"

#define COMMANDS(X) \
	X(alikes)   \
	X(backup)   \
	X(checks)   \
	X(compare)  \
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
	X(search)   \
	X(session)  \
	X(stats)    \
	X(trace)    \
	X(traces)

#define DECLARE(name) extern const struct command command_##name;
#define ROW(name)     &command_##name,
COMMANDS(DECLARE)
const struct command *const commands[] = {COMMANDS(ROW) NULL};

/* clang-format off */
const struct option_row common_options[] = {
	{"json", 'j', OPTION_FLAG, NULL, "one JSON value on standard output; failures as JSON, too"},
	{"store", 0, OPTION_TEXT, "FILE", "this store instead of $SPOOR_STORE or the user's own"},
	{"ascii", 0, OPTION_FLAG, NULL, "nothing but ASCII (so it is where the locale is not UTF-8)"},
	{"mask", 0, OPTION_FLAG, NULL, "personal data and secrets masked in what is printed (as $SPOOR_MASK=1 does)"},
	{"config", 0, OPTION_TEXT, "FILE", "these settings instead of $SPOOR_CONFIG or the user's own; \"\": none"},
	{"no-color", 0, OPTION_FLAG, NULL, "no colours (printed text has none; for the explorer)"},
	{"help", 'h', OPTION_FLAG, NULL, "how the command is used"},
	{.name = NULL},
};
/* clang-format on */
