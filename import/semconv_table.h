/* The table of attribute names: one row says what an attribute is for, how its value is read and how much its word counts
 * against others for the same field. A new dialect is new rows in semconv_table.c. Private to semconv*.c. */
#ifndef SPOOR_IMPORT_SEMCONV_TABLE_H
#define SPOOR_IMPORT_SEMCONV_TABLE_H

#include "store/base/str.h"

enum field {
	F_NONE,
	F_KIND,
	F_MODEL,
	F_PROVIDER,
	F_TOKENS_IN,
	F_TOKENS_OUT,
	F_TOKENS_TOTAL,
	F_TOKENS_CACHED,
	F_TOKENS_CACHE_WRITE,
	F_TOKENS_REASONING,
	F_COST,
	F_COST_IN,
	F_COST_OUT,
	F_FIRST_TOKEN,
	F_PROMPT_NAME,
	F_PROMPT_VERSION,
	F_PROMPT_TEXT,
	F_SESSION,
	F_USER,
	F_TRACE_NAME, /* of a root span only */
	F_TOOL,
	F_AGENT,
	F_NAME, /* shown instead of the span's name */
	F_INPUT,
	F_OUTPUT,
	F_INPUT_CHAT, /* never in a row: filled by input rows that hold messages */
	F_OUTPUT_CHAT,
	F_OUTPUT_CALLS, /* tool calls beside an answer's text */
	F_SYSTEM,       /* system instructions beside the messages */
	F_DOCUMENTS,
	F_TAGS,
	F_ERROR_TYPE,
	F_FINISH,
	F_SPAN_TYPE,      /* Logfire: span, log, pending_span */
	F_PENDING_PARENT, /* Logfire: the real parent of a pending span */
	F_REASONING,      /* beside an answer's text */
	F_USAGE,          /* an object of token counts */
	F_COST_OBJECT,    /* an object of costs */
	F_FIRST_TIME,     /* when the first token came */
	F_LEVEL,          /* ERROR: the span's status */
	F_MESSAGE,        /* status message */
	F_ERROR_EVENTS,   /* there: exception events alone say that it failed */
	F_SCORES,         /* an object of scores by name */
	F_EXPERIMENT,     /* the item of a Langfuse experiment */
	F_HINT,           /* says only which kind it is if nothing better does */
	N_FIELDS
};

enum conv {
	C_TEXT,
	C_CHAT,  /* messages as JSON text or as a structure */
	C_MIXED, /* messages of both directions in one list */
	C_COUNT, /* tokens */
	C_USD,
	C_SECONDS,
	C_MILLISECONDS,
	C_LIST,       /* tags */
	C_FIRST_WORD, /* provider: up to the first dot */
	C_JSON_WORD,  /* text, perhaps in JSON's quotation marks */
	C_TIME,       /* ISO, perhaps in JSON's quotation marks */
	C_USAGE,      /* an object of numbers, perhaps as JSON text */
	C_KIND_OPENINFERENCE,
	C_KIND_GENAI,
	C_KIND_TRACELOOP,
	C_KIND_VERCEL,
	C_KIND_REQUEST,
	C_KIND_PLATFORM,
	/* kinds a mere attribute hints at, for F_HINT */
	C_HINT_LLM,
	C_HINT_TOOL,
	C_HINT_AGENT,
	C_HINT_RETRIEVER,
	C_HINT_EMBEDDING,
	C_HINT_RERANKER,
	C_HINT_GUARDRAIL,
	C_HINT_VECTOR_STORE,
	C_HINT_TASK
};

struct semconv_row {
	const char *name;
	enum field field;
	enum conv conv;
	int rank; /* the lowest that has a value wins */
};

/* The row of an attribute, forks of Traceloop by their suffix included; NULL. Thread-safe. */
const struct semconv_row *semconv_row(struct str key);

/* The row of a member beside a span's attributes, by names that home-made exporters use ("model", "prompt_tokens"); case and underscores
 * ignored. NULL. */
const struct semconv_row *semconv_bare_row(struct str key);
enum { BARE_RANK = 90 }; /* of such rows and more */

/* Lists flattened into keys: "llm.input_messages.10.message.role". */
enum flat_list {
	FLAT_NONE,
	FLAT_INPUT,      /* llm.input_messages */
	FLAT_OUTPUT,     /* llm.output_messages */
	FLAT_PROMPT,     /* gen_ai.prompt */
	FLAT_COMPLETION, /* gen_ai.completion */
	FLAT_PROMPTS,    /* llm.prompts */
	FLAT_CHOICES,    /* llm.choices */
	FLAT_DOCUMENTS,
	FLAT_RERANKED,
	FLAT_RERANK_INPUT,
	FLAT_EMBEDDINGS,
	FLAT_TAGS,
	FLAT_ANNOTATIONS, /* the first of six: annotations and evaluations of the span, the trace, the session */
	FLAT_EVALUATIONS,
	FLAT_TRACE_ANNOTATIONS,
	FLAT_TRACE_EVALUATIONS,
	FLAT_SESSION_ANNOTATIONS,
	FLAT_SESSION_EVALUATIONS,
	N_FLAT_LISTS
};
/* The list a key belongs to, its index, and what follows the index ("message.role"). FLAT_NONE: no list. */
enum flat_list semconv_flat(struct str key, uint32_t *index, struct str *rest);

#endif
