/* Judged answers in the shapes of those who go on with them. One table: the command's --format, its help, and what a screen offers. */
#ifndef SPOOR_STORE_QUERY_FLAGGED_OUT_H
#define SPOOR_STORE_QUERY_FLAGGED_OUT_H

#include "store/query/flagged.h"

struct flagged_writing {
	struct buf *out;
	bool first;               /* nothing has been written yet */
	bool documents;           /* with what was retrieved for the answer */
	int64_t answers, written; /* that came; that gave something (lines, of platforms: scores) */
	int64_t left_out;         /* answers that gave nothing: flagged_format.lacks says why */
};
/* A shape. What each writes stands at the head of its file. */
struct flagged_format {
	const char *name, *ending, *help;        /* "promptfoo"; ".json"; one line */
	const char *one, *many;                  /* what is counted: "test", "tests" */
	const char *lacks;                       /* why an answer may give nothing: "no trace", in plain words */
	void (*head)(struct flagged_writing *w); /* may be NULL */
	int64_t (*answer)(struct flagged_writing *w, const struct flagged *f); /* how many things it gave */
	void (*tail)(struct flagged_writing *w);                               /* may be NULL */
};
extern const struct flagged_format *const flagged_formats[];        /* ends with NULL; the first is the default */
const struct flagged_format *flagged_format_named(struct str name); /* NULL: none */

/* Writes all of them to *out; `more` (outfile_more) may write it away and empty it. w: what came of it. */
bool flagged_write(struct db *db, const struct flagged_opts *opts, const struct flagged_format *format, bool documents,
                   struct buf *out, bool (*more)(void *context, struct buf *out, struct err *err), void *context,
                   struct flagged_writing *w, struct err *err);

#endif
