/* Inside case_fields: the values met while records are read (case_fields_table.c), and who told them (case_fields.c). */
#ifndef SPOOR_STORE_QUERY_CASE_FIELDS_PRIVATE_H
#define SPOOR_STORE_QUERY_CASE_FIELDS_PRIVATE_H

#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/query/case_fields.h"

struct field_value {
	uint32_t field;
	uint64_t hash;
	struct str text;
	double number;
};

/* `told` stands for one telling of a case: the caller's number. */
struct field_cell {
	uint32_t told, value; /* in values */
};

struct field_met {
	struct str name;
	uint32_t origin;
	uint64_t hash;
	size_t n_values;
	int64_t told; /* how often it was stated */
	bool texts, several, free_text;
};

struct field_slots { /* index + 1; 0 free */
	uint32_t *at;
	size_t cap;
};

struct field_table {
	struct arena arena;
	struct str only;
	VEC(struct field_met) fields;
	VEC(struct field_value) values;
	VEC(struct field_cell) cells;
	struct field_slots field_slots, value_slots;
	struct scan scan;
	struct arena scratch;
	bool cut;
};

enum { FROM_METADATA, FROM_INPUT, FROM_EXPECTED, FROM_TRACE };

void field_table_done(struct field_table *t);
/* What one telling states. Texts that are no JSON objects state nothing. */
void field_table_take(struct field_table *t, uint32_t told, struct str metadata, struct str input, struct str expected);

/* A tag of the trace that the result links to. */
void field_table_tag(struct field_table *t, uint32_t told, struct str tag);

#endif
