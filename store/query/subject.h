/* What a person judges, as a layman reads it: an answer of a case, of a trace or of a span, or two answers to one input; and the key under
 * which a verdict on it is kept (store/annotate.h). */
#ifndef SPOOR_STORE_QUERY_SUBJECT_H
#define SPOOR_STORE_QUERY_SUBJECT_H

#include "store/annotate.h"
#include "store/query/case.h"

enum subject_kind { SUBJECT_NONE, SUBJECT_CASE, SUBJECT_TRACE, SUBJECT_SPAN, SUBJECT_PAIR, N_SUBJECT_KINDS };

/* Where it is: ids of the store. */
struct subject_at {
	enum subject_kind kind;
	struct case_at at;       /* a case; of a pair: the baseline's */
	int64_t run_b, repeat_b; /* of a pair: the candidate's */
	int64_t trace, span;     /* row id of the trace; key of the span */
};
bool subject_is(const struct subject_at *a, const struct subject_at *b);

enum {
	SUBJECT_LIST = 200,  /* entries of a list */
	SUBJECT_SPANS = 5000 /* of a trace, that are looked through for calls and retrievals */
};

/* A text of the item, at most about SUBJECT_BYTES (subject_text.h) long: what is left out is said at its end. name, of a turn: "user" "assistant"
 * "instructions" (a system prompt) "tool"; of a document its title; of a field "order number". */
struct subject_text {
	struct str name, text;
};

/* All in the arena given to subject_load. Absent texts are absent, not empty. */
struct subject {
	struct subject_at at;
	struct annotation_target target; /* of a pair: annotation_pair */
	struct sha256 hash, io;          /* of the target */
	uint64_t input_hash, output_hash;
	struct sha256 answers[2]; /* of a pair: each one's annotation_answer_hash (its output, else its error) */
	bool masked;      /* it came masked (queue_bundle.h): the target's texts are not here, the hashes are theirs */
	struct str title; /* a short name, may be absent */
	struct str question; /* the last thing that was asked; of an input that is several fields: absent, see fields */
	const struct subject_text *turns;     /* what was said before the question, oldest first */
	const struct subject_text *fields;    /* an input of several named values */
	const struct subject_text *documents; /* what was retrieved for the answer; name absent: it has none */
	size_t n_turns, n_fields, n_documents;
	size_t more_turns, more_fields, more_documents; /* beyond SUBJECT_LIST: of turns the oldest are left out */
	bool partial; /* of a long trace, only SUBJECT_SPANS spans were looked at for all this */
	struct str answer, expected, error;
	struct str answer_b, error_b; /* of a pair: of the candidate */
	/* The evidence, for after one's own verdict. */
	struct str run, run_b; /* names; of a trace: absent */
	const struct score *scores, *scores_b;
	size_t n_scores, n_scores_b;
	struct str raw_input, raw_output, raw_output_b,
	    raw_expected; /* as the source has them, for "show me the JSON" */
};
/* ERR_NOT_FOUND: it is not in the store (any more). On a thread that may read. */
bool subject_load(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                  struct subject *out, struct err *err);
/* Only the key and the hashes: out->target, hash, io, input_hash, output_hash. Decodes the same records, joins no documents. */
bool subject_target(struct db *db, struct block_cache *blocks, const struct subject_at *at, struct arena *arena,
                    struct subject *out, struct err *err);
void subject_set_target(struct subject *out);                 /* the hashes, of target and raw texts */
struct annotation_kept subject_kept(const struct subject *s); /* its key is the subject's */
/* All that a person reads, masked; target and hashes stay. */
void subject_mask(db_mask *mask, struct arena *arena, struct subject *s);

/* Appends the key of the target: the case key, "trace:ID", "trace:ID/span:ID", "pair:KEY". */
bool subject_key(struct db *db, const struct subject_at *at, struct buf *out, struct err *err);

#endif
