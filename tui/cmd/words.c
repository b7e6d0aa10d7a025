#include "tui/cmd/words.h"

#include "tui/cmd/cmds.h"

/* clang-format off */
const struct word_row word_rows[] = {
	{"A",        TAKES_RUN,     "the baseline, a RUN"},
	{"B",        TAKES_RUN,     "the candidate, a RUN"},
	{"CHECK",    TAKES_CHECK,   "the name of a check (spoor help rules lists them)"},
	{"CLASS",    TAKES_CLASS,   "what became of a case: lost, won, new_errors, changed, same, only_a, only_b"},
	{"COLUMN",   TAKES_COLUMN,  "a column's name: a member of a row in --json"},
	{"COMMAND",  TAKES_COMMAND, "one of the commands above"},
	{"DATASET",  TAKES_DATASET, "a dataset's name, or a part only it has"},
	{"DIR",      TAKES_FILE,    "a folder; all that is in it is read"},
	{"FIELD",    TAKES_NOTHING, "a field's name; which there are is said where it is asked for"},
	{"FILE",     TAKES_FILE,    "a file; where - is allowed it stands for standard input or output"},
	{"FILTER",   TAKES_FILTER,  "conditions as spoor help filter tells them, one word for the shell: 'status:error dur>2s'"},
	{"FORM",     TAKES_FORM,    "what the answers are written as (spoor help export)"},
	{"FORMAT",   TAKES_FORMAT,  "one of the formats that spoor formats lists"},
	{"GROUP",    TAKES_GROUP,   "what is counted together: kind, model, tool, name, day …"},
	{"ID",       TAKES_NOTHING, NULL},
	{"JUDGE",    TAKES_JUDGE,   "a judge: the name of the score it gives"},
	{"K",        TAKES_NOTHING, NULL},
	{"KEY",      TAKES_NOTHING, "a case's key, the beginning of it, or a part of its title"},
	{"LINK",     TAKES_LINK,    "a place: spoor help links"},
	{"METRIC",   TAKES_NOTHING, "pass, a score's name, latency_p50_ns, latency_p95_ns or cost_usd_per_case"},
	{"MODEL",    TAKES_MODEL,   "a model's name"},
	{"N",        TAKES_NOTHING, NULL},
	{"NAME",     TAKES_NOTHING, NULL},
	{"NEW",      TAKES_NOTHING, NULL},
	{"PAGE",     TAKES_NOTHING, NULL},
	{"PERSON",   TAKES_PERSON,  "who said it: the author's name as spoor log shows it"},
	{"PROMPT",   TAKES_PROMPT,  "a prompt's name; with @VERSION one version of it"},
	{"QUEUE",    TAKES_QUEUE,   "the name of a review queue"},
	{"REASON",   TAKES_REASON,  "a word for what is wrong with an answer: outdated, tone …"},
	{"RULE",     TAKES_NOTHING, "a rule of yours: spoor help rules"},
	{"RUN",      TAKES_RUN,     RUN_NAMES},
	{"S",        TAKES_NOTHING, NULL},
	{"SCORE",    TAKES_SCORE,   "a score's name"},
	{"SELECT",   TAKES_NOTHING, "a statement in SQL: spoor help sql"},
	{"SESSION",  TAKES_SESSION, "a session's id, or an unambiguous prefix of it, or that of one of its traces"},
	{"SETTING",  TAKES_SETTING, "the name of a setting: spoor help config"},
	{"SHARE",    TAKES_NOTHING, "a share: 0.85 or 85%"},
	{"SPAN",     TAKES_SPAN,    "a span's id, or an unambiguous prefix of it"},
	{"STEP",     TAKES_STEP,    "the name of a step, or a kind: llm, retriever, tool"},
	{"STORE",    TAKES_FILE,    "a store's file"},
	{"TAG",      TAKES_TAG,     "a word that people put to an answer to find it by"},
	{"TARGET",   TAKES_TARGET,  "an answer: " "trace:ID, trace:ID/span:ID or RUN/CASE, the ids cut short as long as only one fits"},
	{"TEXT",     TAKES_NOTHING, NULL},
	{"THEME",    TAKES_THEME,   "the name of a theme, or the path of its file"},
	{"TIME",     TAKES_TIME,    "a day (2026-11-20), with a time (2026-11-20T09:30), or how long ago: 7d, 12h, yesterday"},
	{"TOPIC",    TAKES_TOPIC,   "one of the topics of spoor help"},
	{"TRACE",    TAKES_TRACE,   "a trace's id, or an unambiguous prefix of it"},
	{"USD",      TAKES_NOTHING, NULL},
	{"VALUE",    TAKES_NOTHING, NULL},
	{"VERSION",  TAKES_VERSION, "a prompt's version: its label, or the first digits of its text's hash"},
	{"X",        TAKES_NOTHING, NULL},
	{.word = NULL},
};
/* clang-format on */

/* A word may hold these beside letters: small ones are literal values. */
static bool is_of_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '|' || c == '_' || c == '-' || c == ':';
}

bool word_next(struct str *rest, struct str *word)
{
	size_t i = 0, n = 0;
	while (i < rest->len && !is_of_word(rest->ptr[i]))
		i++;
	while (i + n < rest->len && is_of_word(rest->ptr[i + n]))
		n++;
	*word = str_cut(*rest, i, n);
	*rest = str_from(*rest, i + n);
	return n > 0;
}

const struct word_row *word_named(struct str word)
{
	struct str part;
	while (word.len && str_split(&word, '|', &part))
		for (const struct word_row *row = word_rows; row->word; row++)
			if (str_is(part, row->word))
				return row;
	return NULL;
}
