/* What a value of a platform's record looks like, where no field says it: a conversation, documents. By its first elements only. */
#ifndef SPOOR_IMPORT_SHAPE_H
#define SPOOR_IMPORT_SHAPE_H

#include "import/fields.h"

/* A request or answer of a model, or a list of messages, in any shape of message.h. */
bool shape_is_chat(struct val v);
/* A list whose first element is a text with metadata: what a retriever gives. */
bool shape_is_documents(struct val v);

/* fields_input, fields_output, and the conversation and documents if they look like such (of an llm span even plain text is said).
 * Either may be absent. Call when the span's kind is known. */
void shape_in_and_out(struct fields *f, struct span *span, struct val in, struct val out);

#endif
