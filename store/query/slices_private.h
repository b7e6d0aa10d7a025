/* Inside slices: both runs as read, and one field of them joined (slices_join.c); what is made of it (slices.c, slices_fields.c). */
#ifndef SPOOR_STORE_QUERY_SLICES_PRIVATE_H
#define SPOOR_STORE_QUERY_SLICES_PRIVATE_H

#include "store/base/vec.h"
#include "store/query/case_fields.h"
#include "store/query/compare_private.h"
#include "store/query/slices.h"

#define NOT_THERE UINT32_MAX
/* A case as it meets the other run's, or one of one side. */
struct slice_member {
	uint32_t a, b;           /* index in the runs' cases, or NOT_THERE */
	uint32_t told_a, told_b; /* index in their case_fields, or NOT_THERE */
	enum case_class class_;
	bool lost, won; /* A passed and B failed or met an error; the other way round */
};

struct slicing {
	bool alone;
	struct compare c;
	struct compare_work work;
	struct case_fields fields_a, fields_b;
	struct slice_member *members; /* one per row of c; alone: one per case of a */
	size_t n_members;
};

/* ---- one field of both runs */

struct joined_value {
	struct str text; /* borrowed from the case_fields */
	double number;
};

struct joined_side { /* all NULL: the run has no such field */
	const struct case_field *field;
	uint32_t *start;  /* of each case, its first cell; one more at the end */
	uint32_t *joined; /* of each of its values: which of the joined */
};

struct joined {
	struct joined_side a, b;
	struct joined_value *values; /* by text */
	size_t n_values;
	bool known; /* some run has the field */
	bool numeric, several, free_text;
	VEC(uint32_t) of_a, of_b; /* scratch */
};
void joined_make(const struct case_fields *a, const struct case_fields *b, struct str field, struct joined *out);
void joined_done(struct joined *j);

enum slice_word { SAYS_NOTHING, SAYS_VALUES, SAYS_DIFFERENT };
/* What the case is said to have: *ids, ascending, good until the next call. */
enum slice_word joined_of(struct joined *j, const struct slice_member *m, const uint32_t **ids, size_t *n);

/* Bins of a numeric field: which one a number is in, 0..3. */
struct quartiles {
	double at[3];
};
bool quartiles_make(double *numbers, size_t n, struct quartiles *out); /* sorts; false: there are none */
int quartiles_bin(const struct quartiles *q, double number);

#endif
