/* Pages of Review: text in the place of the item (on wide screens beside it): help, guide, documents, evidence, all of the item, the end. */
#ifndef SPOOR_TUI_SCREEN_PANE_REVIEW_PAGE_H
#define SPOOR_TUI_SCREEN_PANE_REVIEW_PAGE_H

#include "tui/screen/pane_review_item.h"

enum review_page_kind {
	REVIEW_NO_PAGE,
	REVIEW_HELP,
	REVIEW_WHOLE,
	REVIEW_DOCUMENTS,
	REVIEW_GUIDE,
	REVIEW_EVIDENCE,
	REVIEW_END,  /* nothing is left to judge now */
	REVIEW_LEAVE /* what is saved, and how to go on */
};
enum { REVIEW_PAGE_BESIDE_COLS = 150 };

struct review_sheet {
	enum review_page_kind kind;
	struct review_words words;
	struct pager pager;
	int rows, cols; /* of the canvas */
};

void review_sheet_begin(struct review_sheet *s, enum review_page_kind kind); /* empty; kind NO_PAGE: closed */
void review_sheet_heading(struct review_sheet *s, const char *heading);      /* a blank row before it, but the first */
void review_sheet_end(struct review_sheet *s);                               /* the text is complete */
void review_sheet_done(struct review_sheet *s);
/* Those that need no more than the item. */
void review_sheet_help(struct review_sheet *s, bool first, bool pair, bool ascii);
void review_sheet_whole(struct review_sheet *s, const struct review_item *item);
void review_sheet_documents(struct review_sheet *s, const struct review_item *item);
void review_sheet_guide(struct review_sheet *s, struct str rubric);
/* now: what people said of the item (annotate_state), judged: whether `author` has; then scores, others' verdicts and the run show. */
void review_sheet_evidence(struct review_sheet *s, const struct review_item *item, const struct annotation *now,
                           size_t n, struct str author, bool judged, bool ascii);

/* "the first is better": as they stand on the screen. */
void review_preference_words(struct buf *out, const struct review_item *item, struct str value);

void review_sheet_lay(struct review_sheet *s, int rows, int cols);
bool review_sheet_scroll(struct review_sheet *s, enum move move);
bool review_sheet_more(const struct review_sheet *s);
void review_sheet_draw(const struct review_sheet *s, struct canvas c);

#endif
