/* Texts of an item as somebody reads them who has never seen JSON: names and values on rows of their own. */
#ifndef SPOOR_TUI_SCREEN_PANE_REVIEW_WORDS_H
#define SPOOR_TUI_SCREEN_PANE_REVIEW_WORDS_H

#include "store/base/arena.h"
#include "store/base/vec.h"
#include "store/query/subject.h"
#include "tui/widget/rowtext.h"

enum { REVIEW_WORDS_BYTES = 1 << 20 /* JSON beyond it stays as it is */ };

/* A text that is being made, with the stretches that have a look of their own: for a pager. */
struct review_words {
	struct buf text;
	VEC(struct tint) tints;
};
void review_words_done(struct review_words *w);
void review_words_add(struct review_words *w, enum role role, struct str text);
void review_words_addc(struct review_words *w, enum role role, const char *text);
/* JSON (also in a Markdown fence that is all of the text) as names and values: "order_id" is "order id", true "yes", null "nothing"; lists
 * have a row per element. Any other text as it is, without white space around it. Linear; never recurses. */
void review_words_json(struct review_words *w, struct str text);
/* An input of several values: a row for each name, the value after it or, of several lines, below it. */
void review_words_fields(struct review_words *w, const struct subject_text *fields, size_t n);
/* A conversation: who speaks, and below it what. */
void review_words_turns(struct review_words *w, const struct subject_text *turns, size_t n);
/* "user" → "User"; any other name as it is. */
struct str review_speaker(struct str name);

#endif
