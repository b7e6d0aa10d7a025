/* Two long texts as hunks: lines that are equal, and stretches of lines that differ with the words that changed in them; for
 * templates, where a reader wants both the place and the words. And what a template leaves open: its variables. Pure. */
#ifndef SPOOR_STORE_DIFF_HUNK_H
#define SPOOR_STORE_DIFF_HUNK_H

#include "store/diff.h"

/* Whole lines of both texts; of an equal one both say the same. */
struct hunk {
	bool equal;
	struct str a, b;         /* borrowed from the texts; of a changed one either may be empty */
	size_t a_lines, b_lines; /* lines they have; the last one may lack its end */
	size_t a_first, b_first; /* number of the first one, from 1 */
	struct diff words;       /* of a changed one, in bytes of its own a and b */
};

struct hunks {
	struct hunk *at; /* in order; equal and changed ones take turns; in the arena */
	size_t n;
	size_t places;                      /* stretches that differ, counted by words; 0: the texts are equal */
	int64_t words_added, words_removed; /* words only B has, only A has */
	bool coarse;                        /* some of it was too long to be told word by word */
};
/* As diff_text: lines first, then words inside each changed stretch. Exchanging a and b mirrors every figure. */
struct hunks diff_hunks(struct arena *arena, struct str a, struct str b);
/* "3 places: +12 −4 words"; "no difference". */
void hunks_words(struct buf *out, const struct hunks *h, bool ascii);

/* What is told of an equal hunk: its first and last few lines and how many are left out between; all of it is `head` where that would save
 * next to nothing. The texts' first lines and their last ones have no change to stand beside. */
struct hunk_excerpt {
	struct str head, tail;
	size_t left_out;
};
struct hunk_excerpt hunk_excerpt(const struct hunks *h, size_t i);
/* Without the end of its last line, which a row has of itself. */
struct str hunk_chomp(struct str text);

/* The next variable of a template at or after `from`: {{name}} {{ name | filter }} {name} ${name} {% … %} %(name)s. False: none. [*at, *at +
 * *len) is all of it with its braces, *name what is between them (of a {% … %}: nothing). */
bool template_next(struct str text, size_t from, size_t *at, size_t *len, struct str *name);
/* The names of all variables, each once, in order of their first place; at most TEMPLATE_VARS. Linear in the text. */
enum { TEMPLATE_VARS = 200 };
size_t template_vars(struct str text, struct str vars[TEMPLATE_VARS]);

#endif
