/* What the files of ingest_cases share: ingest_cases.c (runs, rows), ingest_parts.c (several records of one case), ingest_places.c (rows
 * of one key), ingest_rolls.c. */
#ifndef SPOOR_STORE_INGEST_CASES_H
#define SPOOR_STORE_INGEST_CASES_H

#include "store/case_part.h"
#include "store/ingest_private.h"

/* Repeats of rows that wait for their place: from -1 down, not yet counted; from MOVED down, counted, on the way to another place. */
#define MOVED (-((int64_t)1 << 40))

struct case_place {
	int64_t run, key, repeat;
};

/* Of case_result and case_part alike, in the order of cases_bind_row; case_score and case_part_score likewise. */
#define CASE_COLUMNS                                                                                 \
	"status, title, ord, input_hash, expected_hash, output_hash, variant, latency_ns, cost_usd," \
	" tokens_in, tokens_out, trace, record, hash, source, weight"
#define SCORE_COLUMNS "name, n, value, label, pass, threshold, from_, judge"
void cases_bind_row(struct stmt *s, int first, const struct case_part *row);           /* 16 parameters */
void cases_bind_score(struct stmt *s, int first, const struct case_part_score *score); /* 8 */

struct case_there { /* what a place holds already */
	bool taken;
	int64_t hash, source, order, base;
	int64_t parts; /* column parts: 0 a row told once, 1 a part alone, else so many rows of case_part */
};

bool cases_look(struct writer *w, struct case_place at, struct case_there *there, struct err *err);
/* Where a row of the place's key may wait for its own. */
bool cases_waiting_place(struct writer *w, struct case_place *at, struct err *err);
/* Puts the row there instead of what is there; base: UNKNOWN_INT, or the key it is one of. */
bool cases_write_row(struct writer *w, const struct case_part *row, const struct case_part_score *scores,
                     struct case_place at, int64_t base, int64_t parts, struct err *err);
bool cases_key_id(struct writer *w, struct str text, int64_t *id, struct err *err); /* made if new */
void cases_count(struct writer *w, int64_t scores, bool fresh);                     /* one more case result held */
bool cases_count_scores(struct writer *w, struct case_place at, int64_t *n, struct err *err);
/* What is there is now held by the source at work, too. */
bool cases_claim(struct writer *w, struct case_place at, int64_t source, struct err *err);
bool cases_conflict(struct writer *w, struct str key, struct err *err); /* the problem */

/* Rows for one place, of which one at least is a part or meets one. */
bool parts_add(struct writer *w, struct case_place at, struct str key, bool has_repeat, const struct case_parts *told,
               struct err *err);
/* Adds what was told of a place to rows; text goes to the arena. */
bool parts_load(struct writer *w, struct case_place at, int64_t parts, struct case_parts *rows, struct arena *arena,
                struct err *err);
/* Makes the place of these rows and of nothing else. */
bool parts_replace(struct writer *w, struct case_place at, int64_t base, struct case_parts *rows, struct err *err);
bool parts_move(struct writer *w, struct case_place at, struct case_place to, struct err *err);
bool parts_drop(struct writer *w, struct case_place at, struct err *err); /* the place with all that was told of it */
/* What the source at work holds of these rows, and what the store does: times times (1, -1) added to the counts. */
void parts_tally(struct writer *w, const struct case_parts *rows, int64_t times);

/* So many different rows that are no parts, of sorted ones: more than one contradict each other. */
size_t parts_wholes(const struct case_parts *rows);

bool cases_settle_places(struct writer *w, struct err *err);
bool cases_roll_up(struct writer *w, struct err *err);

#endif
