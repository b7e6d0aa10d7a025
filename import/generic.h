/* Plain tables of results: what the columns of a row are, by their names or by what the user says (--map). A row is one JSON object: a line,
 * an element of a list, a row of a CSV, a row made of a table that was written column by column.
 * Rules: formats/evals.md sections 0.1, 0.4, 0.6 and 15. What a row is taken for depends on nothing but the row and the map. */
#ifndef SPOOR_IMPORT_GENERIC_H
#define SPOOR_IMPORT_GENERIC_H

#include "import/eval.h"

enum generic_field {
	GENERIC_NONE, /* kept as metadata */
	GENERIC_ID,
	GENERIC_INPUT,
	GENERIC_EXPECTED,
	GENERIC_OUTPUT,
	GENERIC_PASS,
	GENERIC_ERROR,
	GENERIC_LATENCY,
	GENERIC_COST,
	GENERIC_MODEL,
	GENERIC_PROVIDER,
	GENERIC_TOKENS_IN,
	GENERIC_TOKENS_OUT,
	GENERIC_USAGE, /* an object with both */
	GENERIC_PROMPT,
	GENERIC_PROMPT_NAME,
	GENERIC_PROMPT_VERSION,
	GENERIC_RUN,
	GENERIC_DATASET,
	GENERIC_REPEAT,
	GENERIC_TURN,
	GENERIC_TRACE,
	GENERIC_TITLE,
	GENERIC_REASON,
	GENERIC_JUDGE,
	GENERIC_THRESHOLD,
	GENERIC_SCORES, /* an object or a list of them */
	GENERIC_SCORE,  /* from here on a row may have several */
	GENERIC_LABEL,
	N_GENERIC_FIELDS
};
const char *generic_field_name(enum generic_field field); /* "tokens_in"; GENERIC_NONE: "metadata" */

/* What a name says: a row of generic_names.c. Names are written there in lower case, with "_" between words. */
struct generic_name {
	const char *name;
	enum generic_field field;
	int rank; /* of several columns for one field the lowest is taken; from GENERIC_WEAK on it counts only where no better one is */
};
enum { GENERIC_WEAK = 100 };
const struct generic_name *generic_name_find(struct str name); /* NULL: says nothing */

/* ---- what the user says: "input=question,output=answer,score=accuracy+f1,score:ragas=faith,latency:s=took,expected=" */

struct generic_map_row {
	enum generic_field field;
	struct str column; /* absent: no column is that field */
	struct str name;   /* of a score or label; absent: the column's */
	int64_t unit_ns;   /* of a latency; 0: as its name says */
};
struct generic_map {
	struct generic_map_row *at;
	size_t n;
};
/* A field, "=", the column's name, or several with "+" where the field is score or label; "," before the next. A backslash takes , = + \ as
 * they are. A dot goes into an object, if no column has that name. Text of the arena. false: err says what there is (ERR_USAGE). */
bool generic_map_parse(struct str text, struct arena *arena, struct generic_map *map, struct err *err);

/* ---- a row */

struct generic_column {
	struct str name;
	struct val val;
	enum generic_field field;
	struct str score;   /* GENERIC_SCORE, _LABEL: its name */
	int64_t unit_ns;    /* GENERIC_LATENCY */
	bool mapped, taken; /* by the user; it is not metadata any more */
	struct str plain;   /* name in lower case, with "_" between words */
	const struct generic_name *known;
};
struct generic_row {
	struct generic_column *at;
	size_t n;
	struct generic_column *by[GENERIC_SCORE]; /* NULL: it has none */
	bool scored;                              /* the user has named the scores */
	struct str twice;                         /* a column that is there twice; absent: none */
};
enum { GENERIC_COLUMNS_MAX = 2000 }; /* further ones are left to the raw record */

/* The columns of a row. map may be NULL. All memory is f's arena's. */
void generic_row_read(struct fields *f, struct val object, const struct generic_map *map, struct generic_row *row);
bool generic_row_has(const struct generic_row *row, enum generic_field field); /* with a value that is not empty */
bool generic_is_empty(struct val v); /* absent, null, "", the words None, null, NaN, N/A; {} and [] */
/* 1 passed, 0 failed, -1 says nothing, GENERIC_BROKEN: it came to no answer. */
enum { GENERIC_BROKEN = -2 };
int generic_verdict(const struct fields *f, const struct generic_column *c);
bool generic_may_be_score(struct str name, struct arena *arena); /* a number of that name; no count, time, place */
/* A row of a table of metrics ("metric,score"): a figure of the whole run, not a case. */
struct generic_figure {
	struct str name;
	double value; /* unknown: `said` is no number */
	struct val said;
	bool known; /* as a metric's name */
};
bool generic_is_figure(const struct generic_row *row, struct arena *arena, struct generic_figure *figure);
/* How many of its columns are scores; named: of these, with a name that metrics have. */
size_t generic_scores(const struct generic_row *row, size_t *named);
bool generic_was_run(const struct generic_row *row);   /* its time, tokens, cost or model are there */
bool generic_is_result(const struct generic_row *row); /* a case's result, and no settings, log or aggregate */

/* The first row of a sample, wherever it lies; VAL_NONE: there is none. Good until fields_done. map may be NULL. */
struct val generic_first_row(struct fields *f, const struct sample *sample, const struct generic_map *map);
/* A hash of the columns' names: files of one shape have one. 0: no rows. */
uint64_t generic_shape(const struct sample *sample);
/* Does a map fit the sample? false: err names what is not there, and what is. */
bool generic_map_fits(struct str map, const struct sample *sample, struct err *err);

/* Is it one of the formats that maps are for? */
bool generic_is_format(const struct format *format);
/* The one for this sample if the user gives a map, whatever the probes say. NULL: there are no rows in it. */
const struct format *generic_format_for(const struct sample *sample, const struct generic_map *map);

/* Does the model belong to the case (generic_models.c), so that it makes no run of its own? By the rows the sample holds; NULL: no. */
bool generic_model_of_case(struct fields *f, const struct sample *sample, const struct generic_map *map);

/* What the columns of the first row are taken for, in their order. */
struct generic_said {
	struct str column, field; /* "score \"f1\"", "latency (in s)", "metadata" */
	bool mapped;
};
size_t generic_explain(const struct sample *sample, struct str map, struct arena *arena, struct generic_said **out);

#endif
