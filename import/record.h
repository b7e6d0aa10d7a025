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
 * The window is 1 MiB, so that hashing and scanning find it in the cache; it grows only for one record larger than it, up to RECORD_MAX (then: problem "limit-record").
 * One JSON value is scanned strictly; after a bad one the reader goes on at the next line that begins a good value. */
#ifndef SPOOR_IMPORT_RECORD_H
#define SPOOR_IMPORT_RECORD_H

#include "import/reader.h"
#include "store/base/arena.h"
#include "store/base/scan.h"
#include "store/sink.h"

enum { RECORD_WINDOW = 1 << 20, RECORD_MAX = 256 << 20 };

/* "results.results[]"; "" is the top-level value itself; [] opens an array; keys by their exact text unless the format has
 * loose_keys; "*" is any key that no other path names ("runs.*": each member of an object of objects). A path that ends at an object's
 * member gives that member whole. Top-level arrays are always opened, so a path
 * does not begin with []. No path may be the beginning of another ("data[]" and "data[].spans[]": a bug), but for "": beside others it
 * means top-level values in which no path leads anywhere, such as {"id":1} beside {"data":[{"id":1}]}. */
struct record_path {
	const char *path;
	int slot; /* handed to the format with each record of this path */
};

/* One opened object around a record. */
struct frame {
	const struct frame *outer;
	struct str json;  /* its members but the opened ones, as one JSON object, so far; at frame_end: all */
	struct val root;  /* json scanned */
	uint64_t number;  /* entry number once stored (record_frame_stored), else 0 */
	int level;        /* 0 the top-level value's object, 1 … */
	const char *path; /* "resourceSpans[]", "" at level 0; lives as long as the record reader */
	bool late;        /* members came after records (so records before them did not see them) */
	bool broken;      /* frame_end only: the text ended or went bad inside the object after it had given records */
	size_t stored;    /* bytes of json at record_frame_stored: what follows is the tail */
};

struct record_reader;

struct record {
	struct str bytes;
	struct val root; /* bytes scanned; val_offset counts from a text that may begin before them */
	int slot;
	const struct frame *frame;     /* innermost first through ->outer; NULL if the record is the top-level value */
	uint64_t number, line, offset; /* number from 1 in this source entry, counting skipped records too; line from 1;
	                                  offset of bytes in the stream; of a converted source (reader_place) both of the
	                                  unit it was made of */
	const struct record_reader *reader; /* private: record_path_text */
};

/* "resourceSpans[0].scopeSpans[0].spans[4]" of the record just given; STR_NONE for a top-level value and in a decoder. */
struct str record_path_text(const struct record *rec, struct arena *arena);

/* The member `key` of the nearest frame that has it. */
struct val frame_get(const struct frame *frame, const char *key, bool loose);
/* The members that came since record_frame_stored, as one JSON object. false: none. */
bool frame_tail(const struct frame *frame, struct buf *out);

struct record_opts {
	const struct record_path
	    *paths; /* ends with {NULL}; borrowed; NULL: each top-level value is a record, slot 0 */
	bool loose_keys, lenient;
	size_t window, max; /* 0: the defaults; tests use 16 bytes */
	int depth_max;      /* 0: 1000 */
	/* Going on in a source that grew: records and lines before the reader's offset. */
	uint64_t records_before, lines_before;
	bool lined_before; /* what came before was one value a line (record_point.lined) */
};

/* `bytes` is borrowed; offsets go on from its reader_offset. */
struct record_reader *record_open(struct reader *bytes, const struct record_opts *opts);
void record_close(struct record_reader *r);

enum record_event {
	RECORD_NONE,      /* the end */
	RECORD_RECORD,    /* *rec is filled, good until the next call */
	RECORD_FRAME_END, /* *frame is filled: an opened object is complete (or ->broken) */
	RECORD_PROBLEM    /* *problem is filled (file and entry by the caller); reading goes on with the next call */
};
/* The next thing in the stream. RECORD_NONE with err->code set: reading failed (err says), else the clean end.
 * Codes: bad-json, truncated, incomplete-tail, empty, limit-depth, limit-record, unknown-format (UTF-16 and UTF-32),
 * wrong-type (an element of an opened array that cannot be opened; skipped); warnings bad-utf8 and lone-surrogate, once
 * for each record or frame member that holds any, after it. An object in which no record was found is a frame's end. */
enum record_event record_next(struct record_reader *r, struct record *rec, struct frame **frame,
                              struct problem *problem, struct err *err);
/* Text of 16 or 32 bits a character, told by its first four bytes: what it is and what to do, static. NULL: it is not. */
const char *record_wide_text(struct str first);
/* The decompressed offset behind the last top-level value (or element of a top-level array) that is fully dealt with once
 * the event just returned is: where reading may go on later. An incomplete tail is not dealt with. */
uint64_t record_offset(const struct record_reader *r);
/* The same with all that going on from there takes (record_opts). */
struct record_point {
	uint64_t offset, records, lines;
	bool lined;
};
struct record_point record_point(const struct record_reader *r);
/* Everything that could be read has been read: a problem given now may be the end's alone. */
bool record_at_end(const struct record_reader *r);
/* The caller has stored frame->json as entry `number`: this frame's number and where its tail begins. */
void record_frame_stored(struct record_reader *r, const struct frame *frame, uint64_t number);

/* A stored record with its frames as a format sees it: for the decoder. */
struct record_memory {
	struct record rec;
	struct frame *frames;
	struct scan *scans; /* [0] the record's, then one for each frame */
	size_t n_frames;
	struct arena arena;
};
/* opts: the format's paths and switches. The bytes of `stored` are borrowed. false with err: it no longer scans. */
bool record_memory_init(struct record_memory *m, const struct stored_record *stored, const struct record_opts *opts,
                        struct err *err);
void record_memory_done(struct record_memory *m);

#endif
