/* Platform JSON → model: what the importers of platforms share. Values as the platforms write them (times in seven spellings, counts as
 * floats, JSON inside strings, usage objects of every SDK) become fields of struct span; what cannot be read is a problem with its
 * place. Sources: the formats' own documents; rules: numbers from 1 in the comments below. */
#ifndef SPOOR_IMPORT_FIELDS_H
#define SPOOR_IMPORT_FIELDS_H

#include "import/format.h"
#include "import/message.h"
#include "store/base/vec.h"

struct fields {
	struct import *im;
	const struct record *rec;
	struct arena *arena; /* im's: emptied after the record */
	bool payload;        /* somebody looks at the span: messages, documents, attributes are wanted */
	bool loose;          /* the format's loose_keys: names compare with case and underscores ignored */
	VEC(struct scan *) scans;
};
/* One for each record; fields_done when the record is dealt with (it frees the scans that fields_open made). */
struct fields fields_of(struct import *im, const struct record *rec);
void fields_done(struct fields *f);

/* A span, trace or score of which nothing is known yet. family: a literal. */
struct span span_start(const char *family);
struct trace trace_start(const char *family);
struct score score_start(const char *family);

/* The text of a scalar or the JSON of a structure; null, "" and absent: STR_NONE. */
struct str field_text(const struct fields *f, struct val v);
/* The first of the members (names end with NULL) that is there, not null and not "". */
struct val field_any(struct val object, const char *const *names);
#define FIELD_ANY(object, ...) field_any(object, (const char *const[]){__VA_ARGS__, NULL})
/* One walk over an object: got[i] is the member names[i] (the last of them), VAL_NONE if absent. Loose if the format's keys are. */
void fields_members(const struct fields *f, struct val object, const char *const *names, size_t n, struct val *got);
/* The member a dotted path leads to; segments are exact keys, strings that hold JSON are opened on the way. */
struct val field_path(struct fields *f, struct val v, const char *path);

/* JSON text of our own making as a value; good until fields_done. VAL_NONE: it is no JSON. */
struct val fields_scan(struct fields *f, struct str json);
/* A string that holds JSON, and whose text begins with { [ or ", is opened, at most 4 times; anything else is given back as it is.
 * Never opens "8" or "true". Good until fields_done. */
struct val field_open(struct fields *f, struct val v);
/* The same for a cell of a table where a list or an object belongs: empty is VAL_NONE, and Python's repr of it (pyrepr.h) is opened, too. */
struct val field_open_cell(struct fields *f, struct val v);

/* What members a format reads must be, by name; ends with {NULL}. Any other type than that, null, "" and the words for nothing ("None", "NaN")
 * is a problem "wrong-type" at prefix and name: the record keeps the value, the model does not have it. A string that holds JSON is what
 * it holds. Text that is none is one of them only for FIELD_WORD (kinds, statuses) and FIELD_TAGS (one tag). */
enum field_type { FIELD_OBJECT, FIELD_LIST, FIELD_EITHER, FIELD_WORD, FIELD_TAGS, FIELD_BOOL };
struct field_rule {
	const char *name;
	enum field_type type;
};
void fields_expect(struct fields *f, struct val object, const struct field_rule *rules, const char *prefix);
/* The members of a list that must be objects: the others, strings (ids) only if not `ids`, are problems at `path`. */
void fields_expect_objects(const struct fields *f, struct val list, bool ids, const char *path);

/* Times → ns. ISO 8601 with T or blank, with and without zone (none: UTC); numbers, also as text, by size (s below 1e11, ms, us, ns).
 * Absent, null, "", "None", "null", "NaT", 0: TIME_UNKNOWN. Else a problem "bad-time" at `path`, and TIME_UNKNOWN. */
int64_t field_time(const struct fields *f, struct val v, const char *path);
/* The same where the format fixes the unit of numbers: ns each (1, 1000, 1000000, 1000000000). Decimals are rounded to ns. */
int64_t field_time_in(const struct fields *f, struct val v, int64_t unit_ns, const char *path);
/* A length of time in units of unit_ns; negative or unreadable: UNKNOWN_INT (unreadable: a problem). */
int64_t field_duration(const struct fields *f, struct val v, int64_t unit_ns, const char *path);
/* Tokens, counts: integers, also 79.0 and "79"; absent, "None", "NaN": UNKNOWN_INT; negative or no number: a problem "bad-value", UNKNOWN_INT. */
int64_t field_count(const struct fields *f, struct val v, const char *path);
/* Numbers, also in text ("0.0000141"); absent, null, "None", "NaN": UNKNOWN_DOUBLE; else a problem "bad-value". */
double field_number(const struct fields *f, struct val v, const char *path);
/* true, false, 1, 0, and those words as text in any case (Python's cells); else false, and *truth as it was. */
bool field_bool(const struct fields *f, struct val v, bool *truth);
/* Strings of a list (or one string) as tags: the arena's. */
const struct str *field_tags(const struct fields *f, struct val v, size_t *n);

/* Usage of any SDK: {prompt_tokens|input_tokens|promptTokens|input|…}. OpenAI, Google, LangChain: cached tokens lie inside the input;
 * Anthropic (cache_read_input_tokens, cache_creation_input_tokens beside input_tokens): outside, so they are added to it (rule 6).
 * Fills what is unknown yet in tokens_* and, if the object has one, cost_usd. `path`: where it stands, for problems. */
void fields_usage(const struct fields *f, struct span *span, struct val usage, const char *path);

/* Input and output of a span: text as a person reads it (a plain string's text, else JSON text), the preview, the hash. Strings that hold
 * JSON are opened. Absent or null: nothing. */
void fields_input(struct fields *f, struct span *span, struct val v);
void fields_output(struct fields *f, struct span *span, struct val v);
/* The conversation: inputs first, then outputs; either may be VAL_NONE. Sets previews from it if it has any; fills span->messages where
 * payload is wanted. Call after fields_input/fields_output, with the values that hold messages (in any shape of message.h). */
void fields_messages(struct fields *f, struct span *span, struct val in, struct val out);
/* Looks like a conversation, and not just like some JSON: for spans of which nobody says that they called a model. */
bool field_is_chat(struct fields *f, struct val v);
/* Documents of a retriever: a list of {id?, page_content|pageContent|content|text, score?, metadata?} or of strings; or an object with
 * such a list under documents, docs, results, matches, nodes. Only where payload is wanted. */
void fields_documents(struct fields *f, struct span *span, struct val v);

/* Attributes: every member of `object` not in `mapped` (NULL: all of them), as written; prefix is put before the names ("metadata.").
 * Objects are not flattened; empty cells of a table are left out. Call as often as wanted. Only where payload is wanted. mapped ends with NULL. */
void fields_attributes(struct fields *f, struct span *span, struct val object, const char *prefix,
                       const char *const *mapped);

/* One attribute, as written; null and absent: nothing. */
void fields_attribute(struct fields *f, struct span *span, const char *name, struct val v);

/* Words → kinds, statuses: "LLM", "generation", "chat_model", "retriever", "embedding", …; KIND_SPAN for what is not known. */
enum span_kind field_kind(struct str word);
/* "ok" "success" "completed" …; "error" "failed" …; "running" "pending" "in_progress" …; else STATUS_UNSET. */
enum span_status field_status(struct str word);

/* A score's value: number → value; true/false, also as a text → 0/1 with its label; text → label, and value if it is a number. null: nothing. */
void field_score_value(const struct fields *f, struct score *score, struct val v);

#endif
