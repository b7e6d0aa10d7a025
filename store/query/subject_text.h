/* The payloads of any source as a layman reads them: a question, what was said before it, named values, an answer, documents. Pure: text in,
 * text out; no ids, no JSON, no names of API fields where it can be said in words. What is data stays: an object that is the answer becomes
 * rows "name: value".
 *
 * Shapes known: text; text with the marks of a chat template; JSON (also Python's repr of it) of variables, messages (OpenAI, Anthropic, Gemini,
 * LangChain, Vercel, OpenTelemetry), choices, content parts, tool calls, retrieved documents. Linear in the text; what is longer than
 * SUBJECT_JSON is shown as it is, and what is longer than SUBJECT_BYTES is cut and says how much more there is. */
#ifndef SPOOR_STORE_QUERY_SUBJECT_TEXT_H
#define SPOOR_STORE_QUERY_SUBJECT_TEXT_H

#include "store/model.h"
#include "store/query/subject.h"

enum {
	SUBJECT_JSON = 16 << 20,  /* bytes of JSON that are opened */
	SUBJECT_BYTES = 256 << 10 /* of one text */
};

/* A list in the making; beyond SUBJECT_LIST entries they are only counted. */
struct subject_list {
	struct subject_text *at;
	size_t n, cap, more;
};
struct subject_draft {
	struct arena *arena;
	struct str question;
	struct subject_list turns, fields, documents;
};

/* What was asked: its question, turns and fields, and the documents given with it, are added to the draft. */
void subject_read_input(struct subject_draft *d, struct str text);
/* The same of a call's messages: those that went in. Results of tools after the question are documents. False: there were none in words. */
bool subject_read_messages(struct subject_draft *d, const struct message *messages, size_t n);
/* What was answered; absent if the text is. Documents that came with it are added to the draft (NULL: dropped). */
struct str subject_read_answer(struct subject_draft *d, struct str text, struct arena *arena);
/* The same of what a call's messages made: texts, else the calls of tools in words. Absent: nothing. */
struct str subject_read_made(const struct message *messages, size_t n, struct arena *arena);
/* What was expected. A list is of acceptable answers. assertions: lines "contains: …" of promptfoo, in words. */
struct str subject_read_expected(struct str text, bool assertions, struct arena *arena);
/* Of a case's metadata: documents, and choices that the question was asked with and does not say itself. */
void subject_read_metadata(struct subject_draft *d, struct str json);
/* Any value as text: a scalar as it is, an object in rows "name: value", a list in rows "- value". */
struct str subject_plain(struct str text, struct arena *arena);

/* Appends a text to a list, cut to SUBJECT_BYTES; nothing if it is empty, or of documents if the same text is there. */
void subject_add(struct subject_draft *d, struct subject_list *list, struct str name, struct str text);
/* The text, or its beginning with how much more there is. */
struct str subject_cut(struct str text, struct arena *arena);

#endif
