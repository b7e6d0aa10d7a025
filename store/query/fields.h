/* The fields of the filter language: what each is called, what its values are, and the SQL it stands for. */
#ifndef SPOOR_STORE_QUERY_FIELDS_H
#define SPOOR_STORE_QUERY_FIELDS_H

#include "store/query/filter.h"

enum field_type {
	TYPE_WORD,       /* name:x is x, letters alike; name=x exactly; name~x contains */
	TYPE_ID,         /* id:x begins with x */
	TYPE_TEXT,       /* source:x contains x */
	TYPE_FOUND,      /* text:x has a text that holds x (search.h); what was found is bound where the SQL says "#" */
	TYPE_DURATION,   /* ns; 2s 500ms 1m30s */
	TYPE_COUNT,      /* 12 4k 1.5M */
	TYPE_MONEY,      /* USD; 0.01 $0.01 */
	TYPE_RATE,       /* 0.9 90% */
	TYPE_TIME,       /* 2026-11-20, 2026-11-20T09:30, 7d (ago), today, yesterday */
	TYPE_SINCE,      /* the same, ":" alone: at or after */
	TYPE_UNTIL,      /* before */
	TYPE_ENUM,       /* one word of a list */
	TYPE_SCORE,      /* score.NAME: a number, or a label */
	TYPE_SCORE_MEAN, /* score.NAME of a run: a number */
	TYPE_NUMBER,     /* 0.5 -0.2 20% */
	TYPE_FIELD,      /* field.NAME: a value of a field that cases have, ":" alone */
	TYPE_STEP,       /* a text as a list of ours gives it, ":" alone */
	TYPE_HAS         /* has:WORD: each word is a condition of its own */
};

/* The words of an enum, by number from `first` to `last`. */
struct field_words {
	int first, last;
	const char *(*name)(int value);
	bool (*named)(struct str word, int *value);
};
struct field_has {
	const char *word, *sql; /* the list ends with word NULL */
};

/* sql: "{x}" stands for the comparison of x with the value (in TYPE_SCORE x.value or x.label), "@" for the parameter that
 * holds the score's name, "#" for the value's own, "$" for 1 where the operator is ":", else 0. Literals of ours all: no text of the user is ever part of SQL. */
struct field {
	const char *name;
	enum field_type type;
	const char *sql;
	const struct field_words *words;
	const struct field_has *has;
};

/* Asked with a name behind a dot: score.NAME. */
bool field_takes_name(const struct field *f);
/* ASCII case ignored; "score.NAME" is asked for as "score". NULL: no such field. */
const struct field *field_named(enum filter_over over, struct str name);
/* The field a bare word is looked for in, with "~". */
const struct field *field_of_bare_words(enum filter_over over);
/* "name, status, kind, …" for a message; appends. */
void field_list(struct buf *out, enum filter_over over);
void field_values(struct buf *out, const struct field *f); /* of TYPE_ENUM and TYPE_HAS: "good, bad, unsure" */

#endif
