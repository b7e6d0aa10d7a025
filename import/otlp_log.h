/* Log records beside the spans: evaluation results, and what was said in a call where the producer writes that to logs. Private to otlp*.c.
 *
 * Messages (gen_ai.user.message, gen_ai.choice, …: one a record) and gen_ai.client.inference.operation.details are gathered for each span
 * and handed on as a span of its id that knows nothing else; the store joins it with the span. An evaluation that names no span but a
 * gen_ai.response.id is given to the span that has it, whichever comes first. Both are details (import_detail), shown again alone.
 * Bounded: so many spans at a time, the newest responses, so many evaluations that wait. */
#ifndef SPOOR_IMPORT_OTLP_LOG_H
#define SPOOR_IMPORT_OTLP_LOG_H

#include "import/otlp_value.h"

/* SLOT_TALK: a span put together from log records; SLOT_EVALUATION: a log record whose span was found by its response. */
enum { SLOT_SPAN, SLOT_LOG, SLOT_METRIC, SLOT_TALK, SLOT_EVALUATION };
enum {
	OTLP_LOG_ID = 64,
	OTLP_TALKS = 8,
	OTLP_TALK_BYTES = 1 << 20,
	OTLP_RESPONSES = 4096,
	OTLP_WAITING = 1000,
	OTLP_WAITING_BYTES = 4 << 20
};

struct otlp_target {
	char trace[OTLP_LOG_ID], span[OTLP_LOG_ID];
	size_t trace_len, span_len;
};
struct otlp_talk {
	struct otlp_target of; /* span_len 0: free */
	struct buf attributes, events;
	uint64_t used, record, line, offset;
};
struct otlp_response {
	uint64_t hash;
	struct otlp_target of;
};
struct otlp_waiting {
	uint64_t hash, record, line, offset;
	char *json;
	size_t len;
};

struct otlp_logs { /* all zero at first */
	struct otlp_talk talks[OTLP_TALKS];
	struct otlp_response *responses; /* a ring */
	struct otlp_waiting *waiting;
	size_t n_responses, n_waiting, waiting_bytes;
	uint64_t clock, others; /* others: records of no use here */
};

/* Reads a record that is a span of events and attributes (SLOT_TALK). */
typedef void otlp_talk_fn(struct import *im, const struct record *rec);

void otlp_log(struct otlp_logs *logs, const struct otlp_in *in, otlp_talk_fn *talk);
/* A span has come and is in the sink: its response may be waited for. */
void otlp_log_span(struct otlp_logs *logs, const struct otlp_in *in, const struct span_in *span);
/* Hands on what is gathered; returns how many records were of no use. */
uint64_t otlp_log_finish(struct otlp_logs *logs, const struct otlp_in *in, otlp_talk_fn *talk);
void otlp_log_done(struct otlp_logs *logs);

#endif
