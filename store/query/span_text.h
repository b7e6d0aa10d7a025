/* What a span was given and what it answered as one text each, whatever form its source has for it. */
#ifndef SPOOR_STORE_QUERY_SPAN_TEXT_H
#define SPOOR_STORE_QUERY_SPAN_TEXT_H

#include "store/base/arena.h"
#include "store/model.h"

/* Its input; where there is none, what its messages say that it did not make itself. Absent: nobody says. The span's or the arena's. */
struct str span_input_text(const struct span *span, struct arena *arena);
/* Its output; where there is none, its documents (id and content), else the messages that it made. */
struct str span_output_text(const struct span *span, struct arena *arena);
struct str span_documents_text(const struct span *span, struct arena *arena);

#endif
