/* Sources that are not JSON become JSON Lines on their way in, between decompression and the record reader: what lies behind it (records,
 * frames, store, decoder, raw view, search, resume hash) knows JSON only. A conversion is one file and one row in convert.c. It streams,
 * and takes memory for one unit of the source (a row, a span), which has at most RECORD_MAX bytes. The same bytes give the same text,
 * however they come in pieces. */
#ifndef SPOOR_IMPORT_CONVERT_H
#define SPOOR_IMPORT_CONVERT_H

#include "store/model.h"

enum { CONVERT_HEAD = 256 << 10 }; /* a conversion is chosen by at most so many of the first bytes */

enum convert_sniff { CONVERT_NO, CONVERT_MORE, CONVERT_YES };

struct conversion;
/* The conversion for a source by its first decompressed bytes. last: no more of them will be shown. CONVERT_YES: *how, and *dialect for
 * convert_open. CONVERT_MORE: show more. */
enum convert_sniff convert_sniff(struct str head, bool last, const struct conversion **how, unsigned *dialect);

/* Up to cap bytes of the source from its first on; 0 at the end; -1: failed, which the caller knows. */
typedef int64_t convert_pull(void *context, char *into, size_t cap);

struct convert;
/* window, max: 0 for the defaults (64 KiB, RECORD_MAX); tests use less. */
struct convert *convert_open(const struct conversion *how, unsigned dialect, convert_pull *pull, void *context,
                             size_t window, size_t max);
void convert_close(struct convert *c);
const char *convert_name(const struct convert *c); /* "csv", "protobuf" */
/* Up to cap bytes of the text; 0 at the end, -1 if the source failed: after all that could be made of what came before. */
int64_t convert_read(struct convert *c, char *into, size_t cap);
bool convert_pending(const struct convert *c); /* there is text that waits for convert_read */
/* Where in the source the unit lies that holds this byte of the text: its offset and line (0: it has no lines). To be asked of bytes not
 * much before (2 MiB) the last one asked of. */
void convert_place(struct convert *c, uint64_t offset, uint64_t *source_offset, uint64_t *line);
/* The oldest bad input that was met before this byte of the text was made and has not been told yet: place in the source, code,
 * severity, reason, kept (static or good until the next call); the rest is for the caller. *records: how many records it stands for
 * that are not in the text. false: none. */
bool convert_problem(struct convert *c, uint64_t offset, struct problem *p, uint64_t *records);

#endif
