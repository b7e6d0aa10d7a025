/* What people say of rows, read from annotation_now: a sign for lists, and who said what for details. An annotation fits
 *   a trace, a span    by its ids;
 *   a case result      if input and output are the same, and its hint is that case's key, or nothing of that key is in the store: so it is
 *                      found again after the run was imported anew, or from another format.
 * Of what one author said in one field the newest counts: an answer that has changed since has another target. Proposed verdicts stay apart. */
#ifndef SPOOR_STORE_QUERY_MARKS_H
#define SPOOR_STORE_QUERY_MARKS_H

#include "store/query/subject.h"

struct opinion {
	struct str author, part, value;
	enum annotation_field field;
	int64_t time_ns;
	unsigned how; /* enum annotation_how */
};

struct marks {
	enum verdict verdict; /* what all say who said something; VERDICT_NONE: nobody did, or they differ */
	bool differ;
	bool proposed;                /* the verdict is only a proposed one */
	bool note, correction, other; /* other: reasons, tags, scores */
	bool inside; /* of a trace nobody said anything, but of one of its spans: the verdict is of those */
	int people;  /* with a verdict */
};
bool marks_any(const struct marks *m);
struct marks marks_of(const struct opinion *opinions, size_t n);

/* Who says what of it now, by author and field; a look-up in an index. at: SUBJECT_PAIR has none (n 0). At most OPINIONS_MOST. */
enum { OPINIONS_MOST = 1000 };
bool opinions_of(struct db *db, const struct subject_at *at, struct arena *arena, struct opinion **out, size_t *n,
                 struct err *err);
/* The same of a span by its id as written (absent: of the trace), without looking for its row. */
bool opinions_of_span(struct db *db, int64_t trace, struct str span, struct arena *arena, struct opinion **out,
                      size_t *n, struct err *err);
/* The sign of a trace, by its id as written; also of what is said of its spans (inside). */
bool marks_of_trace(struct db *db, struct str trace, struct marks *out, struct err *err);

/* Those of the spans of a trace, for a tree; by span id as written (trees show 16-digit ones in hex). */
struct span_mark {
	struct str span; /* absent: the trace itself, that is its first span */
	struct marks marks;
};
bool marks_of_spans(struct db *db, int64_t trace, struct arena *arena, struct span_mark **out, size_t *n,
                    struct err *err);

/* Those of the results of a run, by case; of a case with repeats all of them together. A few look-ups for each thing that people ever said,
 * whatever the size of the run; where some of it is of cases that are not here, one for each of its cases. */
struct case_mark {
	int64_t case_id;
	struct marks marks;
};
bool marks_of_run(struct db *db, int64_t run, struct arena *arena, struct case_mark **out, size_t *n, struct err *err);
/* Among those; NULL: nobody said anything. */
const struct marks *marks_of_case_in(const struct case_mark *marks, size_t n, int64_t case_id);

/* SQL for the table of filter fields (fields.c). cond is over annotation_now n. */
#define MARKS_NEWEST                                                                                            \
	"NOT EXISTS(SELECT 1 FROM annotation_now m WHERE m.trace = n.trace AND m.span IS n.span AND m.field = " \
	"n.field AND m.author = n.author AND m.part = n.part AND m.time_ns > n.time_ns)"
#define MARKS_TRACE(cond)                                                                                              \
	"t.id IN (SELECT x.id FROM annotation_now n JOIN trace x ON x.text = n.trace WHERE " cond " AND " MARKS_NEWEST \
	")"
#define MARKS_SPAN(cond)                                                                                          \
	"(s.pos IN (SELECT x.first FROM annotation_now n JOIN trace x ON x.text = n.trace WHERE n.span IS NULL"   \
	" AND " cond " AND " MARKS_NEWEST ") OR (s.trace, ifnull(s.id, printf('%016x', s.key))) IN (SELECT x.id," \
	" n.span FROM annotation_now n JOIN trace x ON x.text = n.trace WHERE n.span IS NOT NULL AND " cond       \
	" AND " MARKS_NEWEST "))"
#define MARKS_FITS                                                                                                \
	"n.output_hash IS c.output_hash AND n.input_hash IS c.input_hash AND (n.hint = (SELECT k.text FROM"       \
	" case_key k WHERE k.id = c.case_id) OR (n.output_hash IS NOT NULL AND n.hint NOT IN (SELECT k.text FROM" \
	" case_key k WHERE k.text = n.hint) AND ifnull(n.trace, '') NOT IN (SELECT x.text FROM trace x WHERE"     \
	" x.text = n.trace)))"
#define MARKS_CASE(cond) "EXISTS(SELECT 1 FROM annotation_now n WHERE " MARKS_FITS " AND " cond ")"
#define MARKS_RUN(cond)  "EXISTS(SELECT 1 FROM case_result c WHERE c.run = r.id AND " MARKS_CASE(cond) ")"

#endif
