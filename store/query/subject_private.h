/* Inside subject_*.c: JSON values in words. A reader's arena holds what strings had to be unescaped to. */
#ifndef SPOOR_STORE_QUERY_SUBJECT_PRIVATE_H
#define SPOOR_STORE_QUERY_SUBJECT_PRIVATE_H

#include "store/base/scan.h"
#include "store/block.h"
#include "store/query/subject_text.h"

enum {
	SUBJECT_DEPTH =
	    8 /* of objects in lists in texts of JSON … that are told in rows; deeper ones as a list of values */
};

enum subject_role { ROLE_NONE, ROLE_USER, ROLE_ASSISTANT, ROLE_INSTRUCTIONS, ROLE_TOOL };
enum subject_role subject_role_of(struct str role);
struct str subject_role_name(enum subject_role role); /* "user" … */

/* subject_plain.c */
bool subject_looks_like_json(struct str text);
/* Opens JSON, or Python's repr of it, which `made` then holds. False: it is just text (or too long); the scan is empty. */
bool subject_open(struct str text, struct scan *scan, struct buf *made);
bool subject_is_id(struct str text);                /* a UUID, a hash, a token: nothing to be read */
bool subject_is_noise(struct member m);             /* a member of no interest to a layman */
void subject_name(struct buf *out, struct str key); /* "payout_eur" and "payoutEur" → "payout eur" */
void subject_value(struct buf *out, struct val v, int indent, int depth, struct arena *scratch);
/* "calls get_weather (location: Paris)". */
void subject_call(struct buf *out, struct str name, struct val arguments, int indent, int depth, struct arena *scratch);
bool subject_add_call(struct buf *out, struct val v, int indent, int depth,
                      struct arena *scratch);                 /* false: v is no call of a tool */
struct str subject_scalar(struct val v, struct arena *arena); /* trimmed text of a string or number, else absent */
/* The first of the names (NULL ends them) that the object has and that is not empty; case and underscores do not matter. */
struct val subject_first(struct val object, const char *const *names);
bool subject_is_named(struct member m, const char *const *names);

/* subject_chat.c */
bool subject_is_message(struct val v);
bool subject_is_chat(struct val v); /* a list of messages, or a list of one such list */
/* before: all of it was said before the question, which stands elsewhere. */
void subject_read_chat(struct subject_draft *d, struct val list, bool before);
/* What a message's content says; calls of tools in words where it says nothing else. */
void subject_content(struct buf *out, struct val message, struct arena *scratch);
bool subject_is_parts(struct val v); /* a list of pieces of content */
void subject_parts(struct buf *out, struct val v, struct arena *scratch);
/* The last answer in a list of messages; nothing if there is none. */
void subject_last_answer(struct buf *out, struct val list, struct arena *scratch);
/* Text with the marks of a chat template, or of examples before the question. False: it has none. */
bool subject_read_template(struct subject_draft *d, struct str text);
struct str subject_unmarked(struct str text); /* without the marks that end a message */

/* subject_trace.c: from the store. Bounded: SUBJECT_SPANS rows of a trace, a few records. */
struct subject_source {
	struct db *db;
	struct block_cache *blocks;
	struct subject_draft draft;
	struct str answer;
	bool partial;
};
/* A span's input, answer and documents. */
void subject_take_span(struct subject_source *s, const struct span *span);
/* What the trace was asked and answered: its root, else its calls of models. root: read already, or NULL. */
bool subject_take_trace(struct subject_source *s, int64_t trace, const struct span *root, struct err *err);
bool subject_take_root(struct subject_source *s, int64_t trace, struct err *err); /* reads it */
/* What its retrievals gave, of a span's before it (pos, -1: of all); where there are none, what its tools did. */
bool subject_take_documents(struct subject_source *s, int64_t trace, int64_t before, struct err *err);
/* The turns of its session before it. */
bool subject_take_session(struct subject_source *s, int64_t trace, struct err *err);

#endif
