/* The model every importer fills: product.md's traces, spans, scores, eval runs, case results, prompts, annotations.
 *
 * These structs travel through a sink (sink.h); all text is borrowed for the time of the call. "Unknown" is a value:
 * STR_NONE for text, UNKNOWN_INT / TIME_UNKNOWN for integers and times, UNKNOWN_DOUBLE for numbers. 0 and "" are values.
 * Units: ns since the epoch, ns, tokens, USD, bytes. The row part is what lists need and is kept in tables; the payload
 * part is decoded again from the stored record when somebody looks (sink wants SINK_PAYLOAD). */
#ifndef SPOOR_STORE_MODEL_H
#define SPOOR_STORE_MODEL_H

#include "store/base/hash.h"
#include "store/base/str.h"
#include "store/base/units.h"

struct arena;
struct scan;

enum span_kind {
	KIND_SPAN, /* the source does not say */
	KIND_AGENT,
	KIND_CHAIN,
	KIND_LLM,
	KIND_TOOL,
	KIND_RETRIEVER,
	KIND_EMBEDDING,
	KIND_RERANKER,
	KIND_GUARDRAIL,
	KIND_EVALUATOR,
	KIND_PROMPT,
	KIND_PARSER,
	KIND_TASK,
	N_KINDS
};

enum span_status { STATUS_UNSET, STATUS_OK, STATUS_ERROR, STATUS_RUNNING, N_STATUSES };
enum case_status { CASE_UNSCORED, CASE_PASSED, CASE_FAILED, CASE_ERROR, N_CASE_STATUSES };
enum score_source { SOURCE_UNKNOWN, SOURCE_JUDGE, SOURCE_HUMAN, SOURCE_CODE, N_SCORE_SOURCES };

/* Enums ↔ the words of files, screens, filters and --json. …_named: ASCII case ignored; false if no such word. */
const char *kind_name(enum span_kind kind);             /* "llm" */
const char *kind_short(enum span_kind kind);            /* at most 5 columns, for the tree: "retr", "guard" */
bool kind_named(struct str name, enum span_kind *kind); /* full or short name */
const char *status_name(enum span_status status);       /* "unset" "ok" "error" "running" */
bool status_named(struct str name, enum span_status *status);
const char *case_status_name(enum case_status status); /* "unscored" "passed" "failed" "error" */
bool case_status_named(struct str name, enum case_status *status);
const char *score_source_name(enum score_source source); /* "unknown" "judge" "human" "code" */

/* Ids. 128-bit hex ids and UUIDs are global; any other id means something only inside (family, project): `family` is the
 * format family's name ("otlp", "langfuse"), project may be absent. Ids are kept and shown as the source writes them. */
struct id_scope {
	struct str family, project;
};
struct hash128 model_trace_key(struct id_scope scope, struct str id);
/* 16 hex digits: their 64-bit value; else the XXH3-64 of the id's bytes. *is_hex says which (lower-case hex prints back). */
/* An id for what has none: the same each time the same record of the same source is read. head: hash of the source's first bytes;
 * entry_hash: hash64 of the record's stored bytes; n: UINT64_MAX for the trace, 0, 1, … for the record's spans without an id. */
struct hash128 model_made_up(struct hash128 head, uint64_t record, uint64_t entry_hash, uint64_t n);
/* Of an eval run whose id begins with '#': it means something only inside its source. */
struct hash128 model_local_run_key(struct hash128 head, struct str id);
/* The text a case's key is known by: itself if it is short and plain, else its SHA-256 in hex. The arena's. */
struct str model_case_key(struct arena *arena, struct str key);
int64_t model_span_key(struct str id, bool *is_hex);
/* The two halves of a call that share one id (Zipkin): the caller's span is ID, the answering one is ID.server, with the parent both
 * name. They are one span in counts and hang together in the tree (settle.h). */
#define MODEL_ANSWER ".server"
bool model_is_answer(struct str id);        /* 16 lower-case hex digits and MODEL_ANSWER */
int64_t model_other_half(int64_t span_key); /* of an answer the caller's key, and the other way round */
enum { MODEL_HASH_JSON_MAX = 16 << 10 };
/* Hash of normalised text, for "same arguments", "same input": canonical JSON if the text is JSON of at most 16 KiB, else the
 * text trimmed. 0: absent or empty. */
uint64_t model_text_hash(struct str text);
/* The same of a text scanned already: without its outer white space, lenient, with replace_utf8. NULL: no JSON object or list. */
uint64_t model_scanned_hash(struct str text, const struct scan *scan);
/* The same after scan_text_again: what was worked out for the tokens it kept is taken from memory. All zero at first; free(at). */
struct model_hashes {
	uint64_t *at;
	uint32_t n, cap;
};
uint64_t model_scanned_hash_again(struct str text, const struct scan *scan, uint32_t kept, struct model_hashes *memory);

struct attribute {
	struct str key, json; /* json: the value as JSON text */
};

enum part_type { PART_TEXT, PART_REASONING, PART_TOOL_CALL, PART_TOOL_RESULT, PART_MEDIA, PART_OTHER };
struct message_part {
	enum part_type type;
	struct str
	    text; /* text; tool call: arguments (JSON or text); tool result: its text; media: URI or absent; other: JSON */
	struct str id;     /* tool call id */
	struct str name;   /* tool name; media: mime type; other: the type's name */
	size_t size_bytes; /* media inlined: decoded size, else 0 */
	bool failed;       /* tool result: its source says that it is an error */
	struct str data;   /* media inlined: its base64 text or data: URI as it came, else absent */
};
struct message {
	struct str role; /* system user assistant tool developer … as written, lower case */
	struct str name;
	const struct message_part *parts;
	size_t n_parts;
	struct str finish_reason;
	bool output; /* made by this call */
};

struct document {
	struct str id, content, metadata; /* metadata: JSON text */
	double score;
};

struct span_event {
	struct str name;
	int64_t time_ns;
	struct str attributes; /* JSON object text */
};

struct span_link {
	struct str trace_id, span_id, attributes;
};

struct span {
	/* row */
	struct id_scope scope;
	struct str trace_id, id,
	    parent_id; /* absent trace_id or id: made up by the sink from (source, record number) */
	struct str name;
	enum span_kind kind;
	enum span_status status;
	struct str message; /* status message, exception text */
	int64_t start_ns, end_ns;
	struct str model, provider;
	int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning; /* tokens_in includes cached ones */
	int64_t tokens_cache_write; /* written to a cache, in tokens_in too; 0: none, or nobody says */
	double cost_usd;        /* as the source states; what it does not state may be estimated (sink.h, sink_price) */
	int64_t first_token_ns; /* after start */
	struct str prompt_name, prompt_version, prompt_text; /* prompt_text: the template, never a rendered prompt */
	struct str session, user, service; /* any span may name them; the trace takes the earliest span's */
	struct str trace_name;             /* what this span says the trace is called */
	struct str tool_name;
	struct str input, output; /* as a person reads them: text or JSON text, whole */
	struct str input_preview,
	    output_preview; /* the telling part, any length (the store cuts at 200 bytes); absent: from input/output */
	uint64_t input_hash, output_hash; /* model_text_hash; 0 unknown */
	const struct str *tags;
	size_t n_tags;

	/* payload: filled only if the sink wants SINK_PAYLOAD */
	const struct attribute *attributes;
	size_t n_attributes;
	const struct attribute *resource;
	size_t n_resource;
	const struct message *messages;
	size_t n_messages;
	const struct document *documents;
	size_t n_documents;
	const struct span_event *events;
	size_t n_events;
	const struct span_link *links;
	size_t n_links;
};

/* What a source says of a whole trace (formats with a trace record of their own). Spans' own figures win where known. */
struct trace {
	struct id_scope scope;
	struct str id, name, session, user, service;
	struct str input, output, metadata; /* metadata: JSON object text */
	int64_t start_ns, end_ns;
	enum span_status status;
	double cost_usd;
	const struct str *tags;
	size_t n_tags;
};

struct score {
	/* target: a case result when the sink is told so by its case_result call (scores of struct case_result); else: */
	struct id_scope scope;
	struct str trace_id,
	    span_id;        /* span_id absent: the whole trace; trace_id absent: the span wherever it is, or comes */
	bool either;        /* without trace_id: span_id may be a trace's id as well, the source does not say which */
	struct str session; /* without trace_id and span_id: of a whole session */
	struct str name;
	double value;     /* number; booleans 0/1; unknown when only a label */
	struct str label; /* "C", "true", "toxic"; absent for plain numbers */
	int pass;         /* 1, 0, -1 unknown */
	double threshold;
	struct str explanation;
	enum score_source source;
	struct str judge_model, author;
	int64_t time_ns;
	struct str id; /* the source's own id, if it has one: repeats of a name stay apart */
	bool
	    own_id; /* nobody else in the family has that id: the same score may be told of a span and of its trace and span */
	bool aside; /* of a trace inside a result: kept, but the source's count of scores is that of its cases */
};

/* What begins the text of the row where scores wait for a span (or a trace), or stand for a session: no trace's own id begins so. */
#define WAITING_SPAN    "span:"
#define WAITING_EITHER  WAITING_SPAN "?"
#define WAITING_SESSION "session:"

struct metric { /* an aggregate the source states */
	struct str name;
	double value;
};

struct eval_run {
	struct id_scope scope;
	struct str
	    id; /* stable within scope; absent: made from the source; "#…": means something only inside its source */
	struct str name, dataset, model, provider;
	struct str prompt_name, prompt_version, prompt_text;
	int64_t created_ns;
	struct str config; /* JSON text, may be absent */
	const struct metric *metrics;
	size_t n_metrics;
};

struct case_result {
	struct id_scope scope;
	struct str run_id; /* the eval_run's id */
	struct str key; /* stable text identity inside the dataset: what the format's rules say; the store hashes it */
	struct str title; /* a short readable name; absent: from input */
	int64_t
	    repeat; /* 0-based; UNKNOWN_INT: 0, and further rows of the same key are told apart by `order` (#1, #2, …) */
	int64_t order; /* position in the dataset, UNKNOWN_INT if none */
	uint64_t
	    variant; /* of rows of one key without a repeat: equal ones (not 0) are repeats of one case, in their order; others are
			     different cases */
	/* One of several records that tell of this case (a row and its grading, one line for each filter): parts of one place (run, key, repeat)
	 * join, in any order and out of any source. Known beats unknown, error beats failed beats passed beats unscored, of scores equal ones are
	 * one and others stay beside each other. Not a part: two that differ are a conflict. */
	bool part;
	int64_t
	    weight; /* of a part: where two contradict each other, the one with the larger weight counts (else one of them, always the same) */
	enum case_status status;
	struct str input, expected, output, error;
	int64_t latency_ns;
	double cost_usd;
	int64_t tokens_in, tokens_out;
	struct str trace_id; /* in `scope`, or global if 128-bit; absent: none */
	struct str metadata; /* JSON object text */
	const struct score *scores;
	size_t n_scores;
};

/* Severities and codes of problems (robustness.md section 4). The codes never change meaning. */
enum severity { SEVERITY_WARNING, SEVERITY_SKIPPED, SEVERITY_FILE };
const char *severity_name(enum severity severity); /* "warning" "skipped" "file" */

struct problem {
	const char *file, *entry;      /* entry: member of an archive, or NULL */
	uint64_t record, line, offset; /* record, line from 1 (0 unknown); offset from 0 in the decompressed stream */
	struct str path;               /* "resourceSpans[0].scopeSpans[0].spans[4]", absent if none */
	enum severity severity;
	const char *code;        /* one of the documented list: "bad-json", "truncated", … */
	struct str reason, kept; /* plain words, at most 100 columns; kept: what was done */
};
/* "FILE: record 41, line 41, byte 18223: reason (kept)". One form everywhere. Not cleaned: print through clean.h. */
void problem_sentence(struct buf *out, const struct problem *p);
/* 0 or 3: what a problem of this code and severity means for the exit code. */
int problem_exit(const struct problem *p);

#endif
