/* Deterministic data for make bench: the same kind and limit give the same bytes. About 2.2 KB a span: a third are chat calls whose
 * input is the conversation so far as JSON inside a string, the others tools and HTTP calls. */
#ifndef SPOOR_BENCH_GEN_H
#define SPOOR_BENCH_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum gen_kind {
	GEN_LINES, /* OTLP/JSON, one export request per line, spans of several traces mixed as an exporter's are */
	GEN_DOC,   /* the same spans as one document on one line */
	GEN_SINGLE, /* the same with one span a line, and its time and duration at the top of the line, as programs for logs want it */
	GEN_MANY, /* OTLP/JSON lines with small spans, for a store of very many: of 10,000,000 in 100,000 traces one trace has
	             * 1,000,000 and one 10,000; other limits in proportion */
	GEN_EVAL_A, /* promptfoo's JSON Lines: the baseline */
	GEN_EVAL_B, /* the same cases again: 12 % of the scores and 30 % of the outputs differ, 1 % missing, 1 % new */
	N_GEN_KINDS
};
/* Kind by its name: "lines" "doc" "single" "many" "eval-a" "eval-b". False: no such kind. */
bool gen_named(const char *name, enum gen_kind *kind);

/* At least `limit` bytes (lines, doc, single), spans (many) or cases (evals). Returns the spans or cases written; the program ends on an error
 * of the file. `seed` makes another set of the same sort. */
int64_t gen_write(FILE *out, enum gen_kind kind, int64_t limit, uint64_t seed);

#endif
