/* What the cases of a run are about: their metadata as fields with values, to cut a run into slices by.
 *
 * Metadata has no table: it is told by the stored records, so a reading runs the format over every record of the run once, in their
 * order. Fields are scalars, nested ones by their dotted path ("meta.tier"); a list of scalars gives a value each (tags); of an input that is a
 * JSON object the members too, as "input.NAME" (templates' variables); the expected answer where it is short, as "expected"; tags
 * of the trace that a result links to, as "trace.tag".
 * Values are texts of at most FIELD_VALUE_BYTES; true and false; numbers, whole ones without their decimals (2.0 is 2).
 *
 * A case with repeats has the values that all repeats give which state the field; if none is common to them, it
 * differs.
 *
 * Cost: one decoding of the run's records; 8 bytes for each value of each case. */
#ifndef SPOOR_STORE_QUERY_CASE_FIELDS_H
#define SPOOR_STORE_QUERY_CASE_FIELDS_H

#include "store/base/arena.h"
#include "store/db.h"

enum {
	FIELDS_MOST = 1000,          /* fields that are told apart, those met first */
	FIELD_TEXTS_MOST = 1000,     /* other texts of one field than that: it is free text, or an id */
	FIELD_VALUES_MOST = 1000000, /* of all fields */
	FIELD_CELLS_MOST = 8 << 20,
	FIELD_NAME_BYTES = 200,
	FIELD_VALUE_BYTES = 200,
	FIELD_TAGS_MOST = 64, /* a longer list is data, no tags */
	FIELD_DEPTH = 8       /* objects in objects */
};

#define FIELD_DIFFERS UINT32_MAX
struct case_field_cell {
	uint32_t at;    /* which case: in case_ids */
	uint32_t value; /* in the field's values, or FIELD_DIFFERS: its repeats contradict each other */
};

struct case_field_value {
	struct str text;
	double number; /* NaN: it is none */
	int64_t cases;
};

struct case_field {
	struct str name;
	struct case_field_value *values; /* numeric: by number, else by text */
	size_t n_values;
	struct case_field_cell *cells; /* by case, then value */
	size_t n_cells;
	int64_t cases, differ; /* cases that state it; among them, whose repeats differ */
	bool numeric;          /* all values are numbers, or texts of numbers */
	bool several;          /* some case has more than one value */
	bool free_text;        /* too many texts, or too long ones: no values and no cells, cases is a guess */
};

struct case_fields {
	struct arena arena;
	struct case_field *at; /* by name */
	size_t n;
	int64_t *case_ids; /* ascending */
	size_t n_cases;
	int64_t unread; /* results of which no record tells any more */
	bool cut;       /* there was more than the bounds above let in */
};

/* only: this field alone (its exact name, or "input." and it), as if there were no others; STR_NONE: all. db may be interrupted. Done in any
 * case. */
bool case_fields_read(struct db *db, int64_t run, struct str only, struct case_fields *out, struct err *err);
void case_fields_done(struct case_fields *f);

/* By its name; "NAME" also finds "input.NAME" where nothing else is called so. NULL: there is none. */
const struct case_field *case_fields_find(const struct case_fields *f, struct str name);

/* The cells of one case; n = 0: it does not state the field, or is no case of the run. */
struct case_field_cells {
	const struct case_field_cell *at;
	size_t n;
};
struct case_field_cells case_fields_of(const struct case_fields *f, const struct case_field *field, int64_t case_id);

#endif
