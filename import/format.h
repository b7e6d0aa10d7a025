/* What a format is: one .c file and one row in formats.c. A format never sees SQL, files or threads: it gets records
 * (record.h) and hands model structs to a sink. `record` must depend on nothing but the record, its frames and, as a mere
 * short cut, `state`: showing a stored record runs the same function again with state zeroed. */
#ifndef SPOOR_IMPORT_FORMAT_H
#define SPOOR_IMPORT_FORMAT_H

#include "import/record.h"
#include "import/repeat.h"
#include "store/base/arena.h"
#include "store/sink.h"

/* What detection looks at: never the file's extension alone. */
struct sample {
	struct str name;  /* file name without folders */
	struct str bytes; /* first bytes, decompressed, at most 64 KiB */
	bool whole;       /* bytes is the whole source */
	/* What bytes were made from (reader_conversion): "csv", where a value is one row and all its members are texts; "protobuf".
	 * Absent: they are as they came. */
	struct str conversion;
	/* The first JSON values as scanned (top-level arrays opened, at most 8); a first value cut by the end of the sample is given
	 * as far as it was seen, closed there. Not JSON: n_values 0. */
	struct val values[8];
	size_t n_values;
	/* Keys met in the first value with their path, "resourceSpans[].scopeSpans[].spans[].traceId": at most 400 of them, depth <= 6. */
	const struct str *keys;
	size_t n_keys;
	const struct str *entries; /* names in an archive or folder */
	size_t n_entries;
};
bool sample_has(const struct sample *s,
                const char *key_path); /* among keys; compared with case and underscores ignored */
bool sample_has_at(const struct sample *s, const char *place,
                   const char *key); /* "events[]." and "span_id": the two joined */
/* What a probe looks for by keys alone: the first of `signs` whose keys are all there (as sample_has) gives its score and *why. 0: none, and
 * *why stays. */
struct sample_sign {
	const char *keys[4]; /* up to the first NULL */
	int score;
	const char *why;
};
int sample_signs(const struct sample *s, const struct sample_sign *signs, size_t n, const char **why);

/* One step of a format's own code. */
struct import {
	struct sink *sink;
	struct arena *arena; /* emptied after each record */
	const struct format *format;
	void *state; /* format->state_size bytes, zeroed at the start of each source */
	const char *file, *entry;
	const struct sample *sample; /* what detection looked at; NULL when decoding */
	struct str map;              /* what the user says the columns of a table are (generic.h); absent: nothing */
	bool decoding;               /* a stored record is being shown, not imported */
	struct repeat repeat;        /* a short cut over records; all zero at first, repeat_done at last */
};

/* Reports bad input at this record: the one way. path is a place inside the record ("attributes.gen_ai.usage.input_tokens"; the
 * record's own path goes before it) or STR_NONE. rec may have no bytes (number 0): something about a frame or the whole source. */
void import_problem(struct import *im, const struct record *rec, enum severity severity, const char *code,
                    struct str path, const char *kept, const char *fmt, ...) __attribute__((format(printf, 7, 8)));

/* The end of im->state. */
void import_state_done(struct import *im);
/* Stores a record of the format's own making, of records joined (ENTRY_DETAIL); `slot` tells `record` so when it is shown again. The spans
 * and scores given next, until the record at hand is dealt with, are made from it. rec: where it says it stands. */
void import_detail(struct import *im, const struct record *rec, int slot, struct str json);

/* What a member of an archive is to a format that takes an archive for one source (bundle.h). */
enum bundle_part {
	BUNDLE_STRANGER, /* nothing of it: that is said */
	BUNDLE_SKIP,     /* only what others say, too */
	BUNDLE_HEAD,     /* speaks of all rows */
	BUNDLE_ROW
};

struct format {
	const char *name; /* stable: in the store, --json, `spoor formats` */
	const char *title;
	const char *spec_url;
	const char *how;     /* one line: how it is recognised (spoor formats) */
	const char *fills;   /* one line: what it fills */
	const char *example; /* one line: the shape that is recognised, shortened */
	const char *seen;    /* NULL: built from real files; else "documented shape, no real sample seen" or finer */
	const struct record_path *paths; /* ends with {NULL}; NULL: each top-level value is one record, slot 0 */
	/* Where records and frames hold what must not be stored (redact.h says how a path is written); ends with NULL. May be NULL. */
	const char *const *secrets;
	bool loose_keys; /* paths compare with case and underscores ignored */
	bool lenient;    /* NaN and Infinity are taken as "no value" */
	/* What a record gives depends on those before it (a transcript): a source that is gone on with is read from its beginning again,
	 * and the records known already go through `record` once more, to a sink that drops what they give. What they give late, at a later
	 * record or at `finish`, is a detail (import_detail): shown again alone. */
	bool stateful;
	/* Names of folders, or the file's own, say which run or case its records are of (eval.h, source_folder): the same bytes under
	 * other names are another source. */
	bool placed;
	size_t state_size;
	void (*state_done)(
	    void *state); /* frees what the state holds, not the state; it may be all zero. May be NULL */
	/* What a member of that name is; with it the format reads whole archives, of the names in which `probe` says yes (sample->entries, nothing
	 * else), and gets them as bundle.h writes them. NULL: each member is a source of its own. */
	enum bundle_part (*bundle)(struct str name);
	/* 0 no … 100 certain; *why gets a short static reason. Pure. */
	int (*probe)(const struct sample *sample, const char **why);
	/* One record to the sink. Bad input is import_problem() and true; false with err only if the world fails. */
	bool (*record)(struct import *im, const struct record *rec, struct err *err);
	/* A frame's object has ended and all its members are known (frame->json). May be NULL. */
	bool (*frame_end)(struct import *im, const struct frame *frame, struct err *err);
	/* The source has ended; the place for what could only be said now. May be NULL. */
	bool (*finish)(struct import *im, struct err *err);
};

extern const struct format *const formats[];         /* ends with NULL; order means nothing */
const struct format *format_named(const char *name); /* NULL if none */
/* The highest probe wins. NULL: none recognised; *why then says what came nearest. A tie is a bug (tests). */
const struct format *format_detect(const struct sample *sample, const char **why);

#endif
