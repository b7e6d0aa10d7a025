/* Span kinds from the words of the dialects. Private to semconv*.c. */
#ifndef SPOOR_IMPORT_SEMCONV_KIND_H
#define SPOOR_IMPORT_SEMCONV_KIND_H

#include "import/semconv_table.h"
#include "store/model.h"

/* The kind a dialect's word means; false: not one of its words. conv: C_KIND_…. */
bool semconv_kind_said(enum conv conv, struct str word, enum span_kind *kind);
bool semconv_is_vector_store(struct str db);
/* Refines a kind by the span's name. KIND_SPAN (a span with LLM attributes of unknown kind) becomes what its name says, else task. */
enum span_kind semconv_kind_of_name(struct str name, enum span_kind kind);

#endif
