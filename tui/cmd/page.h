/* Pages of documentation, written once and printed in two forms: text of at most 80 columns for `spoor help`, and roff (man macros)
 * for man pages. What is put in is text of ours as it is to be read: what roff or columns need is done here, in one place. */
#ifndef SPOOR_TUI_CMD_PAGE_H
#define SPOOR_TUI_CMD_PAGE_H

#include "store/base/str.h"

enum page_form { PAGE_TEXT, PAGE_MAN };
enum { PAGE_COLS = 80 };
struct page {
	struct buf *out;
	enum page_form form;
	int name_cols;    /* of the names of rows, which are then a table without empty lines; 0: as it comes */
	int in;           /* page_in */
	bool dense;       /* PAGE_MAN: .PD 0 holds */
	bool after_title; /* nothing came since */
};

/* The head of a man page: "spoor-filter", "7", one line; date as roff shows it, may be empty. Nothing in text. */
void page_begin(struct page *p, const char *name, const char *section, const char *date, const char *version,
                const char *line);
void page_section(struct page *p, const char *title); /* man: .SH in capitals */
void page_part(struct page *p, const char *title);    /* a part of a section */
/* Paragraphs: lines are filled anew; an empty line parts paragraphs, lines that begin with a blank stay as they are. */
void page_text(struct page *p, const char *text);
/* A name and what it means, hanging. More than one line of text: paragraphs, as above. */
void page_row(struct page *p, const char *name, const char *text);
/* Further text, rows and examples belong to the row above, up to page_in(p, -1). */
void page_in(struct page *p, int by);
void page_verbatim(struct page *p, const char *text); /* lines as they are */

/* Text that roff prints as it is, wherever in a line it stands. Appends. */
void page_roff(struct buf *out, struct str text);

#endif
