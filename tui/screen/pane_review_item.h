/* An item of Review on the screen: conversation, question, answer (or two), expected answer, names of sources, in a column of at most 72
 * characters. Only the answer scrolls; on short screens blank rows, sources, conversation, expected answer, question and headings
 * go, in this order. Laid out anew when its size changes; drawing is pure. */
#ifndef SPOOR_TUI_SCREEN_PANE_REVIEW_ITEM_H
#define SPOOR_TUI_SCREEN_PANE_REVIEW_ITEM_H

#include "store/study/provenance.h"
#include "tui/screen/pane_review_words.h"
#include "tui/widget/pager.h"

enum { REVIEW_MEASURE = 72, REVIEW_BESIDE_COLS = 120 /* two answers stand beside each other */ };

enum review_part {
	REVIEW_TURNS,
	REVIEW_QUESTION,
	REVIEW_ANSWER,   /* of a pair: the left one */
	REVIEW_ANSWER_B, /* the right one */
	REVIEW_EXPECTED,
	N_REVIEW_PARTS
};

struct review_pane {
	const char *heading;
	bool there;
	struct review_words words;
	struct pager pager;
	/* Where it stands: rows and columns of the item's canvas; rows 0: not at all, head_row -1: without its heading. */
	int head_row, row, rows, col, cols;
	int need; /* rows that it would take, counted up to REVIEW_ROWS */
};
enum { REVIEW_ROWS = 1000 };

struct review_item {
	struct arena arena; /* of the subject's texts */
	struct subject subject;
	struct review_pane part[N_REVIEW_PARTS];
	/* Which sentence of `sentences` (the answer as it is read) stands in which document; source n_documents: the question. n 0: not looked
	 * for (no documents, or texts beyond REVIEW_ORIGINS). */
	struct provenance origins;
	struct str sentences; /* of `origins`; a document's source is its name, a newline and its text */
	/* SHA-256 of what is before the eyes, so that the audit trail says what was judged: of each part that is there, in the order above,
	 * its heading, a newline, its text as it is drawn (JSON as names and values) before it is wrapped, a newline; then, of each
	 * document, its name and a newline. */
	struct sha256 shown;
	bool swapped; /* of a pair: the candidate's answer is the left one */
	bool raw;     /* the texts as the source has them */
	int rows, cols;
	int sources_row; /* -1: not shown */
	bool has_gaps;
};
enum { REVIEW_ORIGINS = 2 << 20 /* bytes of an answer and its documents */ };

/* Makes the readable texts of item->subject (in item->arena, from subject_load) and looks for what stands where; `swapped` as above. On
 * any thread; linear in the texts. */
void review_item_make(struct review_item *item, bool swapped);
/* The same texts, readable or as the source has them. */
void review_item_set_raw(struct review_item *item, bool raw);
void review_item_done(struct review_item *item);

/* For a canvas of that size; keeps the place in the answer. */
void review_item_lay(struct review_item *item, int rows, int cols);
/* Moves the answer (of a pair both); false: nothing moved. */
bool review_item_scroll(struct review_item *item, enum move move);
void review_item_draw(const struct review_item *item, struct canvas c);

/* The column of text on a screen of so many columns. */
struct review_page {
	int col, cols;
};
struct review_page review_page(int cols);
/* Where the text begins in the source that a document is. */
size_t review_name_bytes(const struct review_item *item, size_t document);
bool review_is_pair(const struct review_item *item);

#endif
