/* What the transcripts of coding agents share: a conversation is told line by line, and a span is known only from several of them. The format
 * gathers them and stores a detail (import_detail): one JSON object with the facts worked out from the lines before, and the lines
 * themselves as they came:
 *   {"trace":"…","id":"…","parent":"…","start":"ns","end":"ns","before":[…],"lines":[…]}
 * Reading a detail gives the span, on import and when it is shown. */
#ifndef SPOOR_IMPORT_TRANSCRIPT_H
#define SPOOR_IMPORT_TRANSCRIPT_H

#include "import/fields.h"

enum { TRANSCRIPT_BEFORE_MAX = 1 << 20, TRANSCRIPT_LINES_MAX = 8 << 20, TRANSCRIPT_RESULTS_MAX = 16 << 20 };

/* ---- making: begin, members in any order, end */
void detail_begin(struct buf *out);
void detail_text(struct buf *out, const char *key, struct str text);  /* nothing if it is absent */
void detail_ns(struct buf *out, const char *key, int64_t ns);         /* nothing if unknown */
void detail_json(struct buf *out, const char *key, struct str json);  /* one value; nothing if absent */
void detail_member(struct buf *out, struct str key, struct str json); /* key: as it is written, with quotes */
void detail_list(struct buf *out, const char *key,
                 struct str values); /* values with commas between them; nothing if empty */
void detail_end(struct buf *out);

/* Adds a JSON value to a list of values with commas between them, as long as it is below `most` bytes; false: left out. */
bool values_add(struct buf *list, struct str json, size_t most);

/* The same to what goes before an answer (TRANSCRIPT_BEFORE_MAX); a value that is left out is a problem. */
void values_keep(const struct fields *f, struct buf *list, struct str json);
/* Its first `most` bytes at most, whole characters. */
struct str text_cut(struct str text, size_t most);
/* The words of text blocks as a person reads them; blocks of other types: the JSON. */
struct str transcript_text(const struct fields *f, struct val blocks);
/* An id of a reasonable length: one of more than 200 bytes is cut and gets its hash. */
struct str transcript_id(const struct fields *f, struct val v);

/* Ends the detail, stores it, and has its span read from it by `take`, as showing it will. Frees json. */
typedef void transcript_take(struct fields *f, struct val detail);
void detail_tell(struct fields *f, int slot, struct buf *json, transcript_take *take);

/* ---- what such formats do alike */
/* The best score of a sample's values; `nothing`: the reason of 0. */
int transcript_probe(const struct sample *s, int (*score)(struct val v, const char **why), const char *nothing,
                     const char **why);
/* A format's `record`: details go to the function of their slot, lines (objects only, and only on import: all they give is in details) to
 * `line`. takes ends with {0, NULL}. */
struct transcript_slot {
	int slot;
	transcript_take *take;
};
void transcript_record(struct import *im, const struct record *rec, const struct transcript_slot *takes,
                       transcript_take *line);

/* ---- reading: trace, id, parent, start, end into a span */
void detail_facts(const struct fields *f, struct span *span, struct val detail);

/* ---- what came when: the times of the last 4,096 records by their ids */
enum { TRANSCRIPT_TIMES = 4096 };
struct transcript_times {
	struct {
		uint64_t key;
		int64_t ns;
	} at[TRANSCRIPT_TIMES];
};
void times_note(struct transcript_times *t, struct str id, int64_t ns);
int64_t times_find(const struct transcript_times *t, struct str id); /* TIME_UNKNOWN: not known (any more) */

/* ---- calls of tools that wait for their result */
struct transcript_call {
	char *id;     /* NULL: free */
	uint64_t key; /* its hash */
	char *parent, *trace;
	struct buf json;   /* the call as it came */
	struct buf result; /* what has come of its result, if it comes in parts */
	bool answered;
	bool named_later; /* its span's name comes with its result: without one it is not told */
	int64_t end_ns;
	int64_t start_ns;
	uint64_t order;
};
enum { TRANSCRIPT_CALLS = 256 };
struct transcript_calls {
	struct transcript_call at[TRANSCRIPT_CALLS];
	uint64_t order;
};
/* A place for one more; the oldest makes room if all are taken: it is in *old then (else old->id is NULL), the caller's. */
struct transcript_call *calls_add(struct transcript_calls *c, struct str id, struct transcript_call *old);
struct transcript_call *calls_find(struct transcript_calls *c, struct str id); /* NULL: none */
/* One more part of a call's result, as long as all that wait hold less than TRANSCRIPT_RESULTS_MAX; else a problem. */
void call_add_result(const struct fields *f, const struct transcript_calls *c, struct transcript_call *call,
                     struct str json);
void call_done(struct transcript_call *call); /* free again */
void calls_done(struct transcript_calls *c);

#endif
