/* Chat shapes → messages: OTel GenAI parts, OpenAI, Anthropic, Gemini, LangChain, Vercel AI; one reader that knows them all by
 * their keys. Used by every format that carries conversations. */
#ifndef SPOOR_IMPORT_MESSAGE_H
#define SPOOR_IMPORT_MESSAGE_H

#include "store/base/arena.h"
#include "store/base/scan.h"
#include "store/model.h"

struct message_list {
	struct message *at;
	size_t n, cap;
};

/* Appends the messages of a value: an array of messages, one message, {"messages": […]}, a plain string (one user, or with
 * `output` one assistant message). A string that holds JSON is opened once. Unknown parts are kept as PART_OTHER. */
void message_read(struct message_list *list, struct val value, bool output, struct arena *arena);
/* The same over text that is JSON or plain. */
void message_read_text(struct message_list *list, struct str text, bool output, struct arena *arena);
/* Its steps apart, for callers that want the scan, too. message_scan: false: the text is not JSON that may hold messages; the others
 * then take NULL for `json`. The scan is of the text without its outer white space. */
bool message_scan(struct scan *scan, struct str text);
void message_read_scanned(struct message_list *list, struct str text, const struct scan *json, bool output,
                          struct arena *arena);
/* Like message_read_scanned, but appends only as much from the end as message_preview needs for the same answer: for rows, where
 * nobody sees the other messages. */
void message_read_last(struct message_list *list, struct str text, const struct scan *json, bool output,
                       struct arena *arena);
/* A role in the words people know: "human", "HumanMessage", "MessageRole.USER" are user; others in lower case. */
struct str message_role(struct str word, struct arena *arena);
/* Content written as JSON text of a list of typed parts (OpenLLMetry): *parts and how many; 0: it is just text. */
size_t message_parts_in(struct str text, struct message_part **parts, struct arena *arena);
/* A copy of one message to the end of the list. */
void message_append(struct message_list *list, const struct message *message, struct arena *arena);
/* What a list preview shows: input: the last user text ("user: …"); output: the last assistant text, else its tool calls
 * ("get_balance({…})"). Absent if there is none. */
struct str message_preview(const struct message_list *list, bool output, struct arena *arena);
/* A conversation as readable text, "role: text" paragraphs, for input/output panes and search. */
struct str message_text(const struct message_list *list, struct arena *arena);

#endif
