/* Secrets are not stored: at a format's listed paths the value's bytes are replaced before the record is kept (decisions.md 11). */
#ifndef SPOOR_IMPORT_REDACT_H
#define SPOOR_IMPORT_REDACT_H

#include "store/base/scan.h"

/* Paths (ends with NULL) name members: "response.metadata.http.headers". "[]" after a key goes through a list's elements, "*" is
 * any key, "**" any number of keys and elements, so "config.**.apiKey"; text that holds a JSON object or list with the last key's name
 * in it is gone through like the object itself. A value at a path, whatever its type, is replaced by
 * the string "[not stored: N bytes]"; null, "", {} and [] stay, and what was replaced before. loose: keys compare as the
 * scanner's member_is_loose.
 * Writes the record's new bytes to *out (replaced) and adds the bytes left out to *n_bytes. False: nothing to replace, *out is
 * untouched. Linear in the tokens under "**", else in the members on the way. */
bool redact(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes);
/* The same, and adds to *which the paths that led to something: bit i for paths[i], bit 63 for all beyond. */
bool redact_which(struct val root, const char *const *paths, bool loose, struct buf *out, uint64_t *n_bytes,
                  uint64_t *which);

#endif
