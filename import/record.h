/* Bytes → records: finds the units of a source by path in a stream, in memory that does not grow with the file.
 *
 * A source is a sequence of JSON values: one document, JSON Lines, pretty-printed documents one after another, or a
 * top-level array of any of these; extensions mean nothing. The format's paths say which values are records and, by
 * being passed through, which containers are opened. Example (OTLP): "resourceSpans[].scopeSpans[].spans[]".
 * What lies beside the way to a record is its frame: for each opened object the members that were not opened, as one JSON
 * object. So nothing is lost, and a record with its chain of frames can be read again alone.
 *
 * A value that fits the window is scanned once and walked by its tokens. A container that does not is entered and read
 * member by member; members of its frame that come after its records make the frame's tail.
 * The window is 4 MiB; it grows only for one record larger than it, up to RECORD_MAX (then: problem "limit-record").
 * One JSON value is scanned strictly; after a bad one the reader goes on at the next line that begins a good value. */
#ifndef SPOOR_IMPORT_RECORD_H
#define SPOOR_IMPORT_RECORD_H

#include "import/reader.h"
#include "store/base/scan.h"
#include "store/sink.h"

enum { RECORD_WINDOW = 4 << 20, RECORD_MAX = 256 << 20 };

struct record_path {
	const char
	    *path; /* "results.results[]"; "" is the top-level value itself; [] opens an array; keys by their exact text
			     unless the format has loose_keys. A path that ends at an object's member gives that member whole. */
	int slot;  /* handed to the format with each record of this path */
};

/* One opened object around a record. */
struct frame {
	const struct frame *outer;
	struct str json;  /* its members but the opened ones, as one JSON object, so far; at frame_end: all */
	struct val root;  /* json scanned */
	uint64_t number;  /* entry number once stored, else 0 */
	int level;        /* 0 the top-level value's object, 1 … */
	const char *path; /* "resourceSpans[]", borrowed from the paths' table rendering */
	bool late;        /* members came after records (so records before them did not see them) */
};

struct record {
	struct str bytes;
	struct val root; /* bytes scanned */
	int slot;
	const struct frame *frame; /* innermost first through ->outer; NULL if the record is the top-level value */
	uint64_t number, line,
	    offset;      /* number from 1 in this source entry; line from 1; offset of bytes in the stream */
	struct str path; /* "resourceSpans[0].scopeSpans[0].spans[4]", for problems; borrowed */
};

/* The member `key` of the nearest frame that has it. */
struct val frame_get(const struct frame *frame, const char *key, bool loose);

struct record_opts {
	const struct record_path *paths;
	bool loose_keys, lenient;
	size_t window, max; /* 0: the defaults; tests use 16 bytes */
	int depth_max;      /* 0: 1000 */
};

struct record_reader;
struct record_reader *record_open(struct reader *bytes, const struct record_opts *opts);
void record_close(struct record_reader *r);

enum record_event {
	RECORD_NONE,      /* the end */
	RECORD_RECORD,    /* *rec is filled, good until the next call */
	RECORD_FRAME_END, /* *frame is filled: an opened object is complete */
	RECORD_PROBLEM    /* *problem is filled (file and entry by the caller); reading goes on with the next call */
};
/* The next thing in the stream. RECORD_NONE with err->code set: reading failed (err says), else the clean end. */
enum record_event record_next(struct record_reader *r, struct record *rec, struct frame **frame,
                              struct problem *problem, struct err *err);
uint64_t record_offset(const struct record_reader *r); /* decompressed bytes fully dealt with */

#endif
