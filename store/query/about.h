/* What other spans of its trace have to do with a span: whom it names in a link or in the reason of a score, who failed and names it,
 * and whether it is the retry of a call that failed. For the person who looks at that one span. */
#ifndef SPOOR_STORE_QUERY_ABOUT_H
#define SPOOR_STORE_QUERY_ABOUT_H

#include "store/query/span.h"
#include "store/query/tree.h"

enum {
	ABOUT_SPANS =
	    5000,        /* of the trace, looked through for names and failures; in a longer one those are not known */
	ABOUT_FAILED = 8 /* failed spans whose links are read */
};

/* A span that is named. id empty: none. */
struct span_named {
	struct str id, name;
	int64_t pos;
	enum span_status status;
	bool elsewhere; /* the link leads into another trace, or to a span that is not there: only its id is known */
};

struct span_about {
	struct span_named link;      /* the first of its links */
	struct span_named failed;    /* the first span that failed and whose link names this one */
	struct span_named *by_score; /* for each of the span's scores: the span its explanation names */
	/* Of the critical path (store/study/path.h: time in which all else waits for it), this span's with all below it: 0..1; NaN: it is not
	 * on it, or that is not known. */
	double path_share;
	/* The call of the same name right before (after) it under its parent. */
	bool is_retry, was_retried; /* of one that failed; this one failed, and there is another */
	struct tree_row before, after;
};

/* trace: id; first, n: its rows. All in the arena. One range read, and at most ABOUT_FAILED records decoded where spans failed. A name in
 * an explanation counts if it cannot be just a word: quoted, or with a digit, '_', '-' or '.' in it. */
bool span_about(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                const struct tree_row *row, const struct span_detail *detail, struct arena *arena,
                struct span_about *out, struct err *err);

/* Where `name` stands in `text` as a name: see span_about. */
bool about_names(struct str text, struct str name);

#endif
