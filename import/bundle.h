/* An archive whose members are not sources of their own but parts of one: a format says so of the names in it (format.bundle). It is read as
 * one JSON document, so that records, frames, resuming, the raw view and search know it like any other:
 *
 *   {"bundle":{<name>:<bytes>,…},
 *   "members":[
 *   {"entry":<name>,"member":<bytes>},
 *   …
 *   ],
 *   "late":{<name>:<bytes>,…}}
 *
 * `bundle` has the members that speak of all the others (BUNDLE_HEAD), wherever they lie in a file; of a pipe those that come before the first
 * row, the others are in `late`. Rows keep the archive's order. A member is there whole and is JSON, or is not there and a problem; of
 * two of one name the last one counts (of a pipe the first). The document is well-formed whatever the archive is.
 * Memory: the heads, and one member. An archive to which rows were added gives a document that differs only from BUNDLE_CLOSING on. */
#ifndef SPOOR_IMPORT_BUNDLE_H
#define SPOOR_IMPORT_BUNDLE_H

#include "import/archive.h"
#include "import/format.h"

#define BUNDLE_CLOSING "\n]}\n" /* without late heads */

enum { BUNDLE_HEAD_MAX = 64 << 20 /* of all heads */, BUNDLE_ROW_MAX = 128 << 20 };

/* What there is to know before its rows are read. */
struct bundle_plan {
	const struct format *format; /* NULL: it is no bundle */
	struct str *names;           /* of the members met: all of a file's, the first of a pipe's */
	bool whole;                  /* all of them were met */
	struct bundle_number *last;  /* by name's hash, then number */
	struct bundle_head *heads;
	size_t n_names, n_last, n_heads;
	struct arena arena;
};
/* Looks through a second copy of the archive, if `outer` can be read twice; else only `first` (NULL: there is none) is known. */
void bundle_plan_init(struct bundle_plan *plan, const struct reader *outer, const char *path, enum archive_kind kind,
                      const char *first);
void bundle_plan_done(struct bundle_plan *plan);

struct bundle;
/* Over an archive at its start, or where its first member, `first`, has just been given (NULL: it has not). All are borrowed. depth_max as
 * record_opts'. */
struct bundle *bundle_open(const struct bundle_plan *plan, struct archive_in *in, const struct archive_member *first,
                           enum archive_event event, int depth_max);
void bundle_close(struct bundle *b);
/* The document; the caller closes the reader before the bundle. */
struct reader *bundle_reader(struct bundle *b, const char *path, struct err *err);
/* The oldest problem that has not been told: its entry, record (that of the row it stands before), code, reason, kept; good until bundle_close. false:
 * there is none. SEVERITY_FILE: the archive ends here. */
bool bundle_problem(struct bundle *b, struct problem *p);

#endif
