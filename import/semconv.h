/* Attribute names → model fields: OTel GenAI (three generations), OpenInference, OpenLLMetry/Traceloop and its forks, Vercel AI
 * SDK, Logfire / Pydantic AI. One table (semconv_table.c): name, field, converter, rank. Sources: formats named per row group. */
#ifndef SPOOR_IMPORT_SEMCONV_H
#define SPOOR_IMPORT_SEMCONV_H

#include "import/format.h"
#include "import/span_in.h"

/* Maps one neutral span and hands it, and the scores it carries (gen_ai.evaluation.result events, inline annotations), to the
 * import's sink. `rec` is for problems. */
void semconv_span(struct import *im, const struct record *rec, const struct span_in *in);
/* Fills a score from the attributes of a gen_ai.evaluation.result event or log record; target and time are the caller's.
 * False: it has no name. */
bool semconv_evaluation(const struct attrs_in *attrs, struct str scope_name, struct score *score, struct arena *arena);
/* The text of an attribute (arena or borrowed); numbers as written, JSON as it is; STR_NONE if absent. Last of that name wins. */
struct str semconv_get(const struct attrs_in *attrs, const char *key, struct arena *arena);
/* An attribute's value as JSON text. */
struct str semconv_json(const struct attr_in *attr, struct arena *arena);

#endif
