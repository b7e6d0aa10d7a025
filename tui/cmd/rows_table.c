/* Which arrays of a command's --json are lists of rows. */
#include <string.h>

#include "store/base/str.h"
#include "tui/cmd/rows.h"

/* clang-format off */
const struct rows_of rows_table[] = {
	/* command    --table        path in --json        when */
	{"alikes",    "answers",     "rows",               NULL},
	{"alikes",    "seeds",       "seeds",              ""},
	{"alikes",    "groups",      "groups",             ""},
	{"checks",    "checks",      "checks",             NULL},
	{"checks",    "findings",    "findings",           NULL},
	{"compare",   "cases",       "rows",               NULL},
	{"compare",   "metrics",     "metrics",            ""},
	{"compare",   "stated",      "stated",             ""},
	{"compare",   "begins",      "begins.cases",       "begins"},
	{"compare",   "steps",       "begins.steps",       ""},
	{"compare",   "noise",       "noise.cases",        "noise"},
	{"compare",   "floor",       "noise.metrics",      ""},
	{"compare",   "slices",      "slices",             "slice"},
	{"compare",   "fields",      "fields",             "fields"},
	{"compare",   "facts",       "differs.facts",      "prompts"},
	{"compare",   "histograms",  "histograms",         "histogram"},
	{"config",    "settings",    "settings",           NULL},
	{"config",    "mistakes",    "mistakes",           ""},
	{"diff",      "rows",        "rows",               NULL},
	{"doctor",    "files",       "files",              NULL},
	{"doctor",    "problems",    "problems",           "problems"},
	{"formats",   "formats",     "formats",            NULL},
	{"gate",      "checks",      "checks",             NULL},
	{"help",      "commands",    "commands",           NULL},
	{"help",      "topics",      "topics",             ""},
	{"help",      "words",       "words",              ""},
	{"help",      "fields",      "fields",             ""},
	{"help",      "keys",        "keys",               ""},
	{"import",    "files",       "files",              NULL},
	{"judges",    "judges",      "judges",             NULL},
	{"ledger",    "calls",       "calls",              NULL},
	{"ledger",    "pieces",      "pieces",             ""},
	{"log",       "events",      "events",             NULL},
	{"merge",     "items",       "disagreements.items", NULL},
	{"origins",   "sentences",   "sentences",          NULL},
	{"origins",   "sources",     "sources",            ""},
	{"path",      "names",       "names",              NULL},
	{"path",      "kinds",       "kinds",              ""},
	{"path",      "models",      "models",             ""},
	{"path",      "stretches",   "path",               ""},
	{"path",      "what-if",     "what_if",            ""},
	{"prompts",   "versions",    "versions",           NULL},
	{"prompts",   "datasets",    "datasets",           ""},
	{"review",    "queues",      "queues",             NULL},
	{"review",    "offers",      "offers",             ""},
	{"review",    "people",      "people",             "report"},
	{"review",    "pairs",       "pairs",              ""},
	{"review",    "judges",      "judges",             ""},
	{"review",    "disagreements", "disagreements",    ""},
	{"review",    "reasons",     "reasons",            ""},
	{"rules",     "rules",       "rules",              NULL},
	{"run",       "cases",       "cases",              NULL},
	{"run",       "pass-at-k",   "pass_at_k",          ""},
	{"runs",      "runs",        "runs",               NULL},
	{"runs",      "trend",       "trend.runs",         ""},
	{"runs",      "metrics",     "trend.metrics",      ""},
	{"samples",   "samples",     "samples",            NULL},
	{"search",    "hits",        "hits",               NULL},
	{"session",   "turns",       "conversation",       NULL},
	{"stats",     "kind",        "by.kind",            NULL},
	{"stats",     "model",       "by.model",           NULL},
	{"stats",     "tool",        "by.tool",            NULL},
	{"stats",     "step",        "by.step",            NULL},
	{"stats",     "prompt",      "by.prompt",          NULL},
	{"stats",     "provider",    "by.provider",        NULL},
	{"stats",     "name",        "by.name",            NULL},
	{"stats",     "service",     "by.service",         NULL},
	{"stats",     "session",     "by.session",         NULL},
	{"stats",     "user",        "by.user",            NULL},
	{"stats",     "hour",        "by.hour",            NULL},
	{"stats",     "day",         "by.day",             NULL},
	{"stats",     "document",    "by.document",        NULL},
	{"trace",     "spans",       "spans",              NULL},
	{"trace",     "scores",      "trace_scores",       ""},
	{"traces",    "traces",      "traces",             NULL},
	{.command = NULL},
};

const struct option_row rows_options[] = {
	{"jsonl", 0, OPTION_FLAG, NULL, "its rows as JSON Lines: one object a line, as they stand in --json"},
	{"csv", 0, OPTION_FLAG, NULL, "its rows as CSV; text a spreadsheet would take for a formula gets '"},
	{"csv-raw", 0, OPTION_FLAG, NULL, "its rows as CSV, text as it is"},
	{"markdown", 0, OPTION_FLAG, NULL, "its rows as a Markdown table"},
	{"table", 0, OPTION_TEXT, "NAME", "which rows, of a command that has several lists"},
	{"sort", 's', OPTION_TEXT, "COLUMN", "its rows in order of a column"},
	{"asc", 0, OPTION_FLAG, NULL, "smallest first (text: the default)"},
	{"desc", 0, OPTION_FLAG, NULL, "largest first (figures and times: the default)"},
	{"limit", 'n', OPTION_INT, "N", "at most N rows"},
	{"offset", 0, OPTION_INT, "N", "leave out the first N rows"},
	{"columns", 'c', OPTION_TEXT, "COLUMN,…", "these columns, by their names in --json"},
	{.name = NULL},
};
/* clang-format on */

bool rows_option_of(const struct command *c, const struct option_row *row)
{
	return rows_has(c) && row >= rows_options && row < rows_options + sizeof rows_options / sizeof *rows_options;
}

void rows_tables(struct buf *out, const struct command *c)
{
	size_t n = 0;
	for (const struct rows_of *r = rows_table; r->command; r++)
		n += strcmp(r->command, c->name) == 0;
	if (n < 2)
		return;
	buf_add_cstr(out, "Its lists, for --table:");
	for (const struct rows_of *r = rows_table; r->command; r++)
		if (strcmp(r->command, c->name) == 0)
			buf_printf(out, " %s", r->name);
}

bool rows_has(const struct command *c)
{
	for (const struct rows_of *r = rows_table; r->command; r++)
		if (strcmp(r->command, c->name) == 0)
			return true;
	return false;
}
