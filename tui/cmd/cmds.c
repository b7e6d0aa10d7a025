/* The table of commands: what parsing, usage and `spoor help` know. */
#include "tui/cmd/cmds.h"

#define RUN_NAMES "a run's id, an unambiguous prefix of it, its prompt version, or its file's name"

static const char more_backup[] =
    "The copy is looked through before it gets its name, and is a store like any other: spoor --store FILE opens it.";
static const char more_compare[] =
    "A is the baseline, B the candidate: each " RUN_NAMES ".\n"
    "Cases are paired by their key. The answer does not change the exit code: that is 0 whoever won.";
static const char more_doctor[] =
    "With --problems: every problem met when importing, or only those of the FILEs named.";
static const char more_forget[] =
    "FILE is as doctor lists it, trace:ID and run:ID are one trace or eval run. With a file go all traces and eval\n"
    "runs that have a record of it. It says what will go, and asks; --yes in scripts. Verdicts and notes stay.\n"
    "The store is written anew at the end, so that no text is left in the file: that needs room for two copies beside\n"
    "it. Stopped or killed half-way, the next spoor forget goes on, also without words.";
static const char more_import[] =
    "Files are recognised by their content; gzip, zstd and xz are opened. The same file again adds nothing, a\n"
    "file that grew adds what is new. Folders are read with all they hold; - is standard input. An import that was\n"
    "stopped goes on where it was.";
static const char more_run[] = "ID is " RUN_NAMES ".";
static const char more_search[] = "Words have to stand in one text (a message, a document, an input …), in any order; "
                                  "'\"refund policy\"' in quotes is a\n"
                                  "phrase, refund* any word that begins so. Letters of both cases are one, with or "
                                  "without diacritics. A chat that is\n"
                                  "sent again with each call counts where it was new. Exit code 1: found nothing.";
static const char more_trace[] = "ID is any unambiguous prefix of the trace's id.";

/* clang-format off */
/* name, operands, help, more, min_args, max_args, options, run. Sorted by name. */
const struct command commands[] = {
	{"backup", "FILE", "a copy of the store in one file, while others may write", more_backup, 1, 1, backup_options, cmd_backup},
	{"compare", "A B", "what got better and worse between two eval runs, and is it noise", more_compare, 2, 2, compare_options, cmd_compare},
	{"doctor", "[FILE…]", "the store's health, the files' problems, the terminal as found", more_doctor, 0, -1, doctor_options, cmd_doctor},
	{"forget", "FILE|trace:ID|…", "take traces, eval runs or whole files out of the store, for good", more_forget, 0, -1, forget_options, cmd_forget},
	{"formats", "[NAME]", "the formats that are read, and how each is recognised", NULL, 0, 1, NULL, cmd_formats},
	{"help", "[COMMAND|TOPIC]", "this list, a command, or a topic: keys, filter, files, exit-codes", NULL, 0, 1, NULL, cmd_help},
	{"import", "FILE…|DIR…|-", "read trace and eval files into the store", more_import, 1, -1, import_options, cmd_import},
	{"run", "ID", "one eval run with its cases", more_run, 1, 1, run_options, cmd_run},
	{"runs", "", "the eval runs: pass rate, latency, cost", NULL, 0, 0, runs_options, cmd_runs},
	{"search", "TEXT…", "inputs, outputs, messages, documents that hold the words", more_search, 1, -1, search_options, cmd_search},
	{"trace", "ID", "one trace as a tree of its spans", more_trace, 1, 1, trace_options, cmd_trace},
	{"traces", "", "the traces, newest first", NULL, 0, 0, traces_options, cmd_traces},
	{.name = NULL},
};

const struct option_row common_options[] = {
	{"json", 'j', OPTION_FLAG, NULL, "one JSON value on standard output; failures as JSON, too"},
	{"store", 0, OPTION_TEXT, "FILE", "this store instead of $SPOOR_STORE or the user's own"},
	{"ascii", 0, OPTION_FLAG, NULL, "nothing but ASCII (so it is where the locale is not UTF-8)"},
	{"no-color", 0, OPTION_FLAG, NULL, "no colours (printed text has none; for the explorer)"},
	{"help", 'h', OPTION_FLAG, NULL, "how the command is used"},
	{.name = NULL},
};
/* clang-format on */
