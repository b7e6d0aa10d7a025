/* What the parts of the mapping share: semconv.c (picking, kinds, names), semconv_usage.c, semconv_talk.c (messages, input and output),
 * semconv_payload.c (what only a reader of one span sees), semconv_score.c (evaluations). For nobody else. */
#ifndef SPOOR_IMPORT_SEMCONV_PRIVATE_H
#define SPOOR_IMPORT_SEMCONV_PRIVATE_H

#include "import/message.h"
#include "import/semconv.h"
#include "import/semconv_list.h"

struct picked {
	const struct attr_in *attr; /* NULL: none */
	enum conv conv;
	int rank;
};

struct mapping {
	struct import *im;
	struct arena *arena;
	const struct record *rec;
	const struct span_in *in;
	struct span span;
	struct picked best[N_FIELDS];
	enum span_kind said;
	int said_rank; /* INT_MAX: no attribute says the kind */
	struct flat_items flat;
	struct message_list inputs, outputs;
	bool mixed;      /* inputs holds both directions */
	bool dialect;    /* some attribute is of an LLM dialect */
	bool unknown_op; /* gen_ai.operation.name has a word nobody knows */
	struct str exception;
	int64_t first_event_ns;
};

/* semconv.c */
struct str semconv_picked_text(struct mapping *m, enum field field);
static inline bool semconv_has(const struct mapping *m, enum field field)
{
	return m->best[field].attr != NULL;
}
/* Of the attribute picked; STR_NONE. Most fields of most spans have none: a span asks for twenty. */
static inline struct str semconv_text(struct mapping *m, enum field field)
{
	return semconv_has(m, field) ? semconv_picked_text(m, field) : STR_NONE;
}
/* An attribute that is a list, a list as JSON text, or one word, as texts. */
size_t semconv_texts(struct mapping *m, enum field field, const struct str **out);

/* semconv_usage.c */
void semconv_usage(struct mapping *m); /* tokens, cost, first token */

/* semconv_talk.c */
void semconv_look_at_events(struct mapping *m); /* exception, first token */
void semconv_input_output(struct mapping *m);

/* semconv_payload.c */
void semconv_payload(struct mapping *m);
void semconv_payload_plain(struct mapping *m); /* attributes, events and links alone */

/* semconv_score.c: to the sink, after the span */
void semconv_event_scores(struct mapping *m);
void semconv_inline_scores(struct mapping *m);

#endif
