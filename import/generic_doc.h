/* Where the rows of a table lie in a JSON document: lines, a list below a known name, columns of values, results by id. Private to
 * generic*.c. */
#ifndef SPOOR_IMPORT_GENERIC_DOC_H
#define SPOOR_IMPORT_GENERIC_DOC_H

#include "import/columns.h"
#include "import/generic.h"

enum generic_doc {
	GENERIC_DOC_ROW,     /* it is one itself (or figures of a whole run) */
	GENERIC_DOC_LIST,    /* {"results":[{…},…]} */
	GENERIC_DOC_SPLIT,   /* {"columns":[…],"data":[[…],…]}: pandas */
	GENERIC_DOC_COLUMNS, /* {"question":[…],"answer":[…]}, {"question":{"0":…},…}: pandas */
	GENERIC_DOC_KEYED    /* {"case-1":{…},…}, {"eval":{"case-1":[{…},…]}} */
};
/* map: what the user says the columns are; then rows need not look like results. NULL: only by their names. generic_any: rows of anything. */
enum generic_doc generic_doc_of(struct fields *f, struct val object, const struct generic_map *map);
extern const struct generic_map generic_any;

/* Names of lists of rows, and their paths. */
extern const struct record_path generic_list_paths[];
/* The first such list of an object whose elements are results; VAL_NONE. */
struct val generic_doc_list(struct fields *f, struct val object, const struct generic_map *map);
/* A row of _SPLIT as an object. */
struct val generic_doc_zip(struct fields *f, struct val columns, struct val values);
/* {"row_idx":0,"row":{…}} (the datasets server) → the row. */
struct val generic_doc_unwrap(struct val row);

/* The rows of _COLUMNS and _KEYED, one after another, as JSON objects with all that the row is known by. */
struct generic_doc_rows {
	struct buf json;
	struct fields *f;
	enum generic_doc doc;
	struct columns columns;
	struct member outer, inner; /* keyed: by id; a list of several of one id */
};
void generic_doc_rows_begin(struct fields *f, struct val object, enum generic_doc doc, const struct generic_map *map,
                            struct generic_doc_rows *rows);
bool generic_doc_rows_next(struct generic_doc_rows *rows);
void generic_doc_rows_done(struct generic_doc_rows *rows);

/* ---- a row's values; no column, or an empty one: STR_NONE, UNKNOWN_DOUBLE, UNKNOWN_INT */
struct str generic_text(const struct generic_row *row, enum generic_field field, struct arena *arena);
struct str generic_word(const struct generic_row *row, enum generic_field field,
                        struct arena *arena); /* trimmed; "None", "nan" are nothing */
double generic_number(const struct generic_row *row, enum generic_field field, struct arena *arena); /* "$0.01", too */
int64_t generic_count(const struct generic_row *row, enum generic_field field, struct arena *arena);
struct generic_column *generic_named(const struct generic_row *row, struct str plain); /* NULL: none */
/* pass: the row's verdict (generic_verdict). Columns that say something of a score are taken, too. */
void generic_read_scores(struct fields *f, struct case_result *res, const struct generic_row *row, int pass);

int generic_probe(const struct sample *sample, const char **why);
int generic_json_probe(const struct sample *sample, const char **why);
int generic_case_probe(const struct sample *sample, const char **why);

#endif
