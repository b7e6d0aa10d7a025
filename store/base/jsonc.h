/* JSON that people write: rules, gate and settings files. Comments (two slashes, or slash and star) and a comma behind the last
 * element are allowed; the values themselves go through scan.h, so a mistake's place in the file is exact. */
#ifndef SPOOR_STORE_BASE_JSONC_H
#define SPOOR_STORE_BASE_JSONC_H

#include "store/base/scan.h"

/* Makes comments, and with `commas` also a comma behind a last element, blanks, in place: every byte stays where it is, and so does every
 * line. Returns where a comment begins that has no end, which is blank to the text's end; SIZE_MAX: there is none. */
size_t jsonc_comments(char *text, size_t n, bool commas);
void jsonc_blank(char *text, size_t n); /* both, whether the last comment ends or not */
/* Line and column (in characters) of a byte, both from 1; linear. */
void jsonc_place(struct str text, size_t at, size_t *line, size_t *column);
/* Appends " (did you mean X?)", or "; there are X, Y, …" of n names that lie `stride` bytes apart. */
void jsonc_suggest(struct buf *out, struct str word, const char *const *names, size_t n, size_t stride);
/* "2s", "500ms", "1m30s", "7d", "2w" in ns, the sum of its parts, to the nearest; false: it is no duration. */
bool jsonc_duration(struct str text, int64_t *ns);

#endif
