/* What the parts of the record reader share: record.c (top level), record_walk.c (objects on the way to records),
 * record_path.c (paths), record_frame.c (frames, the decoder's records), record_window.c (bytes), record_problem.c and
 * record_resync.c (bad input and going on after it). For nobody else. */
#ifndef SPOOR_IMPORT_RECORD_PRIVATE_H
#define SPOOR_IMPORT_RECORD_PRIVATE_H

#include "import/record.h"
#include "store/base/vec.h"

#define NO_OFFSET UINT64_MAX

/* ---- bytes: a window that slides over the stream */

enum { WINDOW_HOLD = 1 << 20 };

struct window {
	struct reader *source;
	char *at; /* at[0..len) are the bytes from offset `base`; pos is the next one to look at */
	size_t len, cap, pos;
	uint64_t base;
	size_t size, most;      /* how much is wanted at once; where doubling pauses */
	uint64_t keep;          /* bytes from here stay, or NO_OFFSET */
	uint64_t hold;          /* the same, but only WINDOW_HOLD bytes back: to go back after bad input */
	uint64_t line, line_at; /* number of the line that the byte at line_at is on */
	bool ended, failed;     /* no more bytes; because reading failed */
	struct err err;
};

void window_init(struct window *w, struct reader *source, size_t size, size_t most);
void window_done(struct window *w);
/* At least doubles what lies behind pos (or fills the window); moves bytes. false: there are no more. */
bool window_more(struct window *w);
struct str window_rest(const struct window *w);
uint64_t window_offset(const struct window *w);
uint64_t window_line(struct window *w, uint64_t offset); /* offset in the window */
int window_peek(struct window *w);                       /* the byte at pos, -1 at the end */
int window_blanks(struct window *w);                     /* skips JSON white space, then the same */

/* ---- paths: a tree of keys and [] */

struct path_node {
	struct str key;   /* of the edge from the object above; absent for [] and the root */
	int elem;         /* the node of an array's elements, -1 if none */
	int first, other; /* first key below; next key beside */
	bool record;
	int slot;
	char *text; /* "resourceSpans[].scopeSpans" */
};
struct path_tree {
	struct path_node *at;
	size_t n, cap;
	int objects_max; /* how many objects may be open at once */
	bool loose;
	bool lone; /* "" beside other paths: */
	int lone_slot;
};

void path_compile(struct path_tree *t, const struct record_path *paths, bool loose);
void path_done(struct path_tree *t);
int path_member(const struct path_tree *t, int node, struct str key); /* -1: not on the way */

/* ---- frames */

struct open_frame {
	struct frame frame; /* first: a frame's address is its open_frame's */
	struct buf json;    /* without the closing brace while it grows */
	struct buf late;    /* members not yet in json: it is scanned again only when it has doubled */
	struct scan scan;
	bool shown;        /* frame.json and root are filled */
	bool gave;         /* records were given from inside */
	bool opened;       /* something in it was */
	uint64_t at, line; /* of its brace; the line only outside of others */
	bool full;         /* it has reached the limit, which was said */
};

void frame_begin(struct open_frame *f, const struct frame *outer, const char *path);
/* false: the frame would grow beyond max and stays as it is. */
bool frame_add(struct open_frame *f, struct str key, struct str value, size_t max);
void frame_show(struct open_frame *f, bool all, const struct scan_opts *opts);
void frame_done(struct open_frame *f);

/* ---- the reader */

enum level_state { LEVEL_FIRST, LEVEL_AFTER };

/* One opened container. */
struct level {
	int node;
	bool array;
	bool top;               /* an array around top-level values */
	bool whole, whole_root; /* walked by tokens; pos stands at the whole_root's first byte until it ends */
	enum level_state state; /* streaming: what was read last */
	uint64_t index;         /* of the array's element now read */
	struct member member;   /* whole: the next */
	size_t used;            /* whole_root: bytes */
};

/* A warning to be given at the next call. */
struct notice {
	const char *code;
	uint32_t count;
	uint64_t record, line, offset;
};

enum phase { PHASE_START, PHASE_READ, PHASE_UNWIND, PHASE_END };

struct record_reader {
	struct window w;
	struct path_tree paths;
	struct scan_opts scan_opts;
	size_t max;
	int depth_max;
	enum phase phase;

	VEC(struct level) stack;
	struct open_frame *frames;
	size_t n_frames, frames_cap;
	struct scan scan;   /* of the value being walked or given */
	struct scan trying; /* of candidates when going on after bad input */
	int record_node;    /* of the record just given, for its path */
	VEC(struct notice) notices;
	size_t notice_at;
	struct buf reason, path_text;

	uint64_t number; /* of the last record */
	uint64_t given;  /* offset behind it, in the window's stream */
	uint64_t dealt;  /* record_offset */
	uint64_t dealt_records, dealt_lines;
	bool any, lost, mended; /* a value was met; nothing good follows; a problem was met */

	/* the top-level value being read, and the lines of the source */
	uint64_t outer_line;        /* where it began, or the array around it */
	size_t unit_indent, indent; /* blanks before it; before what is read now, if at_line_start */
	bool at_line_start;
	bool lines_known, lined; /* a value has ended; each so far filled exactly one line */
	bool unit_ended, unit_one_line;
};

/* The way to what is being read; `node` is the last step's, -1 if it has none. */
void path_print(struct buf *out, const struct record_reader *r, int node);
/* Finds where to go on after bad input at bad_at; moves the window there. false: nothing good follows. *rest_blank: nothing
 * but white space came after the line of the bad value. */
bool resync(struct record_reader *r, uint64_t bad_at, bool *rest_blank);
/* Skips the value at pos without checking it; at top level stops before a line that looks like the next value, unless it lies
 * before `seen`: what was scanned as part of this value is not looked at again. */
void skip_value(struct record_reader *r, bool top, uint64_t seen);

/* ---- steps. A function that returns an event returns RECORD_NONE for "nothing to give yet". */

/* Where an event's matter goes. */
struct out {
	struct record *rec;
	struct frame **frame;
	struct problem *problem;
};

struct trouble {
	const char *code, *why;
	uint64_t at; /* of the bad byte, at or behind pos */
	bool cut;    /* the bytes ran out */
};

enum limit { LIMIT_RECORD, LIMIT_DEPTH };

/* record_problem.c */
/* Bad JSON: all open containers are left, the next good value is looked for. */
enum record_event record_broken(struct record_reader *r, const struct out *out, struct trouble t);
/* The same at pos, where byte c (-1: the end) cannot be. */
enum record_event record_broken_here(struct record_reader *r, const struct out *out, int c, const char *why);
/* A value that is too much for us is skipped by its brackets; what is around it goes on. `seen`: see skip_value. */
enum record_event record_skip(struct record_reader *r, const struct out *out, enum limit limit, int node,
                              uint64_t seen);
enum record_event record_wrong_type(struct record_reader *r, const struct out *out, uint64_t at);
/* Warnings wait for the next call. */
void record_warn(struct record_reader *r, const char *code, uint32_t count, uint64_t record, uint64_t offset);
void record_warn_text(struct record_reader *r, uint64_t record, uint64_t offset); /* what the last scan replaced */
enum record_event record_give_notice(struct record_reader *r, const struct out *out);

/* record.c */
struct level *record_top(struct record_reader *r);
/* Outside all objects: what is read now is a top-level value or an element of a top-level array. */
bool record_at_unit(const struct record_reader *r);
void record_unit_end(struct record_reader *r);
void record_dealt(struct record_reader *r); /* all before pos is dealt with */

/* record_walk.c */
bool record_is(const struct record_reader *r, int node);
enum record_event record_whole_step(struct record_reader *r, const struct out *out);
enum record_event record_stream_step(struct record_reader *r, const struct out *out);
/* Up to the next element's or key's first byte *c; false: *event is what came instead. */
bool record_stream_next(struct record_reader *r, const struct out *out, int *c, enum record_event *event);
/* The value at pos: a record; a scalar at top level or an element that cannot be opened; an opened object or array. */
enum record_event record_stream(struct record_reader *r, const struct out *out, int node);
enum record_event record_stream_other(struct record_reader *r, const struct out *out);
enum record_event record_open_object(struct record_reader *r, const struct out *out, int node);
enum record_event record_open_array(struct record_reader *r, const struct out *out, int node);
enum record_event record_give_frame(struct record_reader *r, const struct out *out); /* the innermost ends */

#endif
