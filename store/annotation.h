/* One event of what people say of answers, as it is kept and as it travels (store/annotate.h keeps them, import/reviews.c reads them). */
#ifndef SPOOR_STORE_ANNOTATION_H
#define SPOOR_STORE_ANNOTATION_H

#include "store/base/hash.h"
#include "store/base/str.h"

struct arena;

enum annotation_field {
	FIELD_VERDICT, /* "good" "bad" "unsure" */
	FIELD_NOTE,
	FIELD_CORRECTION, /* the answer as it should be */
	FIELD_REASON,     /* one or more, joined by ", ": "outdated, tone" */
	FIELD_TAG,        /* part and value: the tag */
	FIELD_SCORE, /* part: name of the score that is set right; value: the number or label. The source's own stays as it is */
	FIELD_PREFERENCE, /* of a pair of answers: annotation_pair */
	N_ANNOTATION_FIELDS
};
enum verdict { VERDICT_NONE, VERDICT_GOOD, VERDICT_BAD, VERDICT_UNSURE };

/* Bits. A proposed verdict was not made by looking at this answer: it is in no figure until its author has opened and confirmed it
 * (which adds an event without the bit). */
enum annotation_how { HOW_PROPOSED = 1, HOW_BLIND = 2 };

struct event_id {
	unsigned char byte[16];
};

struct annotation {
	struct event_id event;
	struct sha256 target, io;
	uint64_t input_hash, output_hash; /* model_text_hash; 0 unknown */
	struct str hint;                  /* the target's key */
	struct str author, part, value;
	enum annotation_field field;
	int64_t time_ns;
	unsigned how; /* enum annotation_how */
	bool is_withdrawal, has_because, has_shown, has_io;
	struct event_id withdraws, because; /* where is_withdrawal, has_because */
	struct sha256 shown;                /* where has_shown */
	struct str queue;                   /* absent: none */
	bool withdrawn;                     /* annotate_history: its author took it back */
	bool masked;                        /* on its way here: its text is not what was written; not kept */
};

const char *verdict_name(enum verdict v);
enum verdict verdict_named(struct str word);                    /* VERDICT_NONE: none of them */
const char *annotation_field_name(enum annotation_field field); /* "verdict" "note" … */
bool annotation_field_named(struct str word, enum annotation_field *out);
/* An event of another's making, before it is kept: text without ill-formed bytes and NULs (copied to `arena` where it had any), lengths within
 * bounds, a verdict that is one, a time that leaves room for later ones. false: *why, static. */
bool annotation_check(struct annotation *a, struct arena *arena, const char **why);

#endif
