/* Spans that `spoor trace ID --otlp` has written: attribute "spoor.span" holds the model's fields as JSON, so that nothing has to be
 * guessed from names of conventions.
 *
 *     version 1; trace_id, family, project, id, parent: as the first source wrote them, where they are not the hex ids of the span;
 *     links: [{trace, span}], the same of its links
 *     kind, status: words; model, provider, tokens_in … tokens_cache_write, cost_usd (not an estimated one), first_token_ns, prompt_name,
 *     prompt_version, prompt_text, session, user, service, trace_name, tool_name, input_preview, output_preview, tags
 *     input, output: text; true: what attribute input.value, output.value holds; input_hash, output_hash
 *     messages: [{role, name, finish_reason, output, parts: [{type: number of enum part_type, text, id, name, size}]}]
 *     documents: [{id, content, metadata, score}]
 *     scores: [{name, value, label, pass, threshold, explanation, source: number of enum score_source, judge_model, author, time_ns,
 *     of_session}]
 *     trace: of the first span: name, session, user, service, start_ns, end_ns, status, cost_usd, input, output, scores
 *     added: names of attributes that its source did not have; events: how many events it had; service_added: its resource had no service */
#ifndef SPOOR_IMPORT_SEMCONV_OWN_H
#define SPOOR_IMPORT_SEMCONV_OWN_H

#include "import/format.h"
#include "import/span_in.h"

/* Hands the span and its scores to the sink, if it is one of ours; false: it is not, or cannot be read as one. */
bool semconv_own(struct import *im, const struct record *rec, const struct span_in *in);

#endif
