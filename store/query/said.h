/* What a span says, as text to compare and to read: its answer, the texts in its JSON, what a document is called. */
#ifndef SPOOR_STORE_QUERY_SAID_H
#define SPOOR_STORE_QUERY_SAID_H

#include "store/base/arena.h"
#include "store/model.h"

/* What a span answered: the text of its output messages, else its output; of JSON the member that holds the answer ("answer", "output",
 * "content", choices[0].message.content …), else all its texts. Absent: nothing. Borrowed from the span or in the arena. */
struct str said_answer(const struct span *span, struct arena *arena);
/* JSON: the texts and figures in it, a row each, with the names of members before them; any other text as it is. */
struct str said_plain(struct str text, struct arena *arena);
/* What a document is called: its title, name, file or URL of its metadata, else its id. Absent: it has none. */
struct str said_document(const struct document *document, struct arena *arena);

#endif
