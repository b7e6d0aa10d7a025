/* Why a source of no known format may be of none: it is JSON, but for a mistake or an early end. */
#ifndef SPOOR_IMPORT_MISTAKE_H
#define SPOOR_IMPORT_MISTAKE_H

#include "import/sample.h"
#include "store/sink.h"

/* The first mistake in the sample's JSON, with its record, line and byte ("truncated": the text ends early; "bad-json"), texts in the arena.
 * False: there is none, it is no JSON, or a good value stands on a line before it, so that the format is what is not known. */
bool mistake_find(const struct sample *sample, struct arena *arena, struct problem *out);

#endif
