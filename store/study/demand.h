/* What a rule demands of one answer: of its text, of the tools that were called and the documents that were retrieved for it, of its time
 * and its price. One reading of it for traces (store/check), for case results, for back-tests and for rules being proposed. Pure. */
#ifndef SPOOR_STORE_STUDY_DEMAND_H
#define SPOOR_STORE_STUDY_DEMAND_H

#include "store/base/units.h"
#include "store/model.h"
#include "store/study/pattern.h"

enum demand_field {
	FIELD_OUTPUT,
	FIELD_INPUT,
	FIELD_ARGUMENTS, /* of spans only, as the next */
	FIELD_RESULT,
	FIELD_ANY,
	FIELD_ERROR_TEXT,
	N_DEMAND_FIELDS
};

struct demand { /* what is not demanded is unknown: STR_NONE, NULL, UNKNOWN_INT, NaN */
	enum demand_field field;
	struct str
	    json_field; /* dotted: the texts below are looked for in this field of the text's JSON, which has to be there */
	bool json;      /* the text is JSON */
	struct str contain, not_contain;
	const struct pattern *match, *not_match;
	int64_t min_length, max_length; /* characters */
	double min_value, max_value;    /* of the text, or the field, as a number */
	struct str must_call, must_not_call;
	struct str must_retrieve, must_not_retrieve;
	struct str tool; /* of max_calls */
	int64_t max_calls;
	struct str call, before;
	int64_t max_duration, max_tokens;
	double max_cost;
};
#define DEMAND_NONE                                   \
	((struct demand){.min_length = UNKNOWN_INT,   \
	                 .max_length = UNKNOWN_INT,   \
	                 .min_value = UNKNOWN_DOUBLE, \
	                 .max_value = UNKNOWN_DOUBLE, \
	                 .max_calls = UNKNOWN_INT,    \
	                 .max_duration = UNKNOWN_INT, \
	                 .max_tokens = UNKNOWN_INT,   \
	                 .max_cost = UNKNOWN_DOUBLE})

/* An answer as rules see it. Absent texts break nothing; neither does what is not known. */
struct answer {
	struct str output, input, error;
	int64_t duration_ns, tokens;
	double cost_usd;
	bool has_tools, has_documents;       /* known, even if none */
	const struct str *tools, *documents; /* names: of calls in the order of time; of what was retrieved */
	size_t n_tools, n_documents;
};

/* Where in which text it was broken; len 0: nowhere in particular (something is missing). */
struct demand_place {
	enum demand_field field;
	size_t at, len; /* bytes */
};

bool demand_has_text(const struct demand *d);
bool demand_has_limit(const struct demand *d);
bool demand_has_tools(const struct demand *d);
bool demand_has_documents(const struct demand *d);
/* Does an answer alone tell? Not where it is about arguments and results of tools. */
bool demand_is_of_answers(const struct demand *d);

/* Of one text alone: each thing that is wrong with it goes to `found` (may be NULL) as plain words behind "the output ". True: something is. */
struct demand_found {
	void (*tell)(void *arg, size_t at, size_t len, struct str why);
	void *arg;
};
bool demand_text_broken(const struct demand *d, struct str text, const struct demand_found *found);
/* Of the tools called, or the documents retrieved: the first thing that is wrong; why (may be NULL) is appended to. */
bool demand_tools_broken(const struct demand *d, const struct str *tools, size_t n, struct buf *why);
bool demand_documents_broken(const struct demand *d, const struct str *documents, size_t n, struct buf *why);
/* Of an answer as a whole. why and place may be NULL. Linear in the text times the size of the patterns. */
bool demand_broken(const struct demand *d, const struct answer *a, struct buf *why, struct demand_place *place);

/* The text that a span answered with: of its last message, else the output; absent if it has none. */
struct str demand_answer(const struct span *span);

/* A field of a JSON text by its dotted path, as text (numbers and structures as written); absent: there is none. Lives in arena. */
struct str demand_json_field(struct str json, struct str path, struct arena *arena, bool *is_json);

#endif
