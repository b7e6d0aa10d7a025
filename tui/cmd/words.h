/* The words in capitals of usage lines and option tables (RUN, FILTER, TIME …): what each stands for, in one table. Help explains them from
 * it, completion knows by it what to offer. A word in small letters with bars ("mean|majority") is its own list of values. */
#ifndef SPOOR_TUI_CMD_WORDS_H
#define SPOOR_TUI_CMD_WORDS_H

#include "store/base/str.h"

enum takes {
	TAKES_NOTHING, /* a number, a text: nothing can be offered */
	TAKES_FILE,
	TAKES_COMMAND,
	TAKES_TOPIC, /* a command, too */
	TAKES_TRACE,
	TAKES_SPAN,
	TAKES_RUN,
	TAKES_TARGET, /* trace:ID, RUN/CASE */
	TAKES_LINK,
	TAKES_SESSION,
	TAKES_PROMPT,
	TAKES_VERSION,
	TAKES_DATASET,
	TAKES_JUDGE,
	TAKES_QUEUE,
	TAKES_SCORE,
	TAKES_CHECK,
	TAKES_MODEL,
	TAKES_STEP,
	TAKES_PERSON,
	TAKES_REASON,
	TAKES_TAG,
	TAKES_FILTER,
	TAKES_COLUMN,
	TAKES_GROUP, /* spoor stats --by */
	TAKES_CLASS, /* of compared cases */
	TAKES_FORM,  /* spoor export --format */
	TAKES_FORMAT,
	TAKES_THEME,
	TAKES_SETTING,
	TAKES_TIME,
	N_TAKES
};

struct word_row {
	const char *word; /* "RUN" */
	enum takes takes;
	const char *help; /* NULL: it says so itself, or the option does */
};
extern const struct word_row word_rows[]; /* sorted by word; ends with word NULL */

/* The words of "A B", "[PROMPT [VERSION [VERSION]]]", "FILE…|DIR…|-", "CLASS,…", one after another: marks are left out, what stands
 * between bars is one word with them ("FILE|DIR"). False at the end. */
bool word_next(struct str *rest, struct str *word);
/* NULL: no such word. Of several between bars the first that is one. */
const struct word_row *word_named(struct str word);

#endif
