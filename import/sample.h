/* What detection looks at: the first bytes of a source, scanned as far as they go. */
#ifndef SPOOR_IMPORT_SAMPLE_H
#define SPOOR_IMPORT_SAMPLE_H

#include "import/format.h"

enum { SAMPLE_BYTES = 64 << 10, SAMPLE_VALUES = 8, SAMPLE_KEYS = 400, SAMPLE_DEPTH = 6 };

/* Fills everything but `entries` from the first bytes of a source (cut at SAMPLE_BYTES, copied). `whole`: there are no more
 * than these. All memory is the arena's; the sample lives as long. Lines before the first that is JSON are
 * passed over. Bytes that are not JSON leave n_values 0; a value that is bad further on still gives its keys; a first one
 * that is cut off is closed. */
void sample_fill(struct sample *s, struct str name, struct str bytes, bool whole, struct arena *arena);

/* The keys of the JSON value at the start of text, which may be cut off anywhere, with their paths; at most `cap` different
 * ones, at most SAMPLE_DEPTH keys deep. Returns how many. */
size_t sample_keys(struct str text, struct str *keys, size_t cap, struct arena *arena);

/* The beginning of a value that is cut off, closed so that it is one: a long text is shorter, what comes behind is not there. */
struct str sample_closed(struct str text, struct arena *arena);

#endif
