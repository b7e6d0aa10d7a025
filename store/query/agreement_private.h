/* Inside agreement*.c. */
#ifndef SPOOR_STORE_QUERY_AGREEMENT_PRIVATE_H
#define SPOOR_STORE_QUERY_AGREEMENT_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/agreement.h"

/* One person's verdict on one answer. */
struct ag_verdict {
	unsigned char group[16]; /* answers that are the same share it */
	struct sha256 target;
	uint64_t input_hash, output_hash;
	int32_t person;
	int8_t verdict; /* enum verdict */
	bool blind;
	int64_t time_ns;
	struct str hint;
};

struct ag_place { /* first of its answers' verdicts, and how many */
	size_t first, n;
	int64_t good, bad, unsure, newest_ns;
};

struct ag {
	struct db *db;
	const struct agreement_opts *opts;
	struct agreement *out;
	VEC(struct agreement_person) people;
	VEC(struct ag_verdict) verdicts; /* by group, then person; one of each */
	VEC(struct ag_place) places;
	struct db_ticker ticker;
};

/* agreement_read.c */
bool ag_read(struct ag *a, struct err *err);
/* Appends " AND (…)" about the annotation_now called n to the SQL; parameters from ?2 on, which ag_bind gives. */
struct stmt *ag_compose(struct ag *a, const char *head, const char *tail, struct err *err);
int32_t ag_person(struct ag *a, struct str name); /* -1: there are too many */
/* Splits "outdated, tone" and counts each word. */
struct ag_words {
	VEC(struct agreement_word) at;
};
void ag_count_reasons(struct ag_words *w, struct str reasons, struct arena *arena);
void ag_give_reasons(struct ag_words *w, struct arena *arena, struct agreement_word **out, size_t *n);

/* agreement_items.c: which answers to show, and where they are */
bool ag_disagreements(struct ag *a, struct err *err);
/* agreement_prefer.c */
bool ag_preferences(struct ag *a, struct err *err);

#endif
