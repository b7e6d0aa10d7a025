/* What a conversion is made of: convert.c keeps the bytes, the text, the places and the problems; a conversion takes units off the
 * front of the window and writes lines. For csv.c, otlp_proto*.c and convert.c. */
#ifndef SPOOR_IMPORT_CONVERT_PRIVATE_H
#define SPOOR_IMPORT_CONVERT_PRIVATE_H

#include <string.h>

#include "import/convert.h"
#include "store/base/vec.h"

enum { CONVERT_PAD = 32 };

enum convert_step {
	CONVERT_GO,   /* something was taken or written: call again */
	CONVERT_WANT, /* not before `want` bytes from `at` on are there, or the end (then it must go on or end) */
	CONVERT_END
};

struct convert;
struct conversion {
	const char *name;
	size_t state_size;
	/* Pure; see convert_sniff. */
	enum convert_sniff (*sniff)(struct str head, bool last, unsigned *dialect);
	enum convert_step (*step)(struct convert *c);
	void (*done)(void *state); /* may be NULL */
};
extern const struct conversion convert_csv, convert_protobuf;

/* From this byte of the text on it is about this place. */
struct convert_at {
	uint64_t text, source, line;
};

struct convert_told {
	struct convert_at at;
	enum severity severity;
	const char *code, *kept;
	uint64_t records;
	char *reason;
};

struct convert {
	const struct conversion *how;
	void *state; /* state_size bytes, zeroed at first */
	unsigned dialect;
	convert_pull *pull;
	void *context;
	size_t window, max; /* bytes read at once; of one unit */

	unsigned char *in; /* in[at..len): not taken yet. CONVERT_PAD bytes behind len may be read, too */
	size_t at, len, cap, want;
	uint64_t base; /* source offset of in[0] */
	uint64_t line; /* of in[at], for conversions of text: theirs to count */
	bool ended;    /* nothing follows in[len - 1] */
	bool failed;   /* because reading failed */
	bool over;     /* the conversion has ended */

	struct buf text; /* written, given up to text_at */
	size_t text_at;
	uint64_t text_base; /* offset of text.ptr[0] */
	VEC(struct convert_at) places;
	VEC(struct convert_told) told;
	size_t told_at;
	struct buf reason;
};

static inline void convert_take(struct convert *c, size_t n)
{
	c->at += n;
}

/* Room for n bytes of text; the caller writes them and adds to text.len what it wrote. */
static inline char *convert_room(struct convert *c, size_t n)
{
	if (c->text.cap - c->text.len <= n)
		buf_reserve(&c->text, n);
	return c->text.ptr + c->text.len;
}

static inline void convert_add(struct convert *c, const char *s, size_t n)
{
	memcpy(convert_room(c, n), s, n);
	c->text.len += n;
}
#define convert_lit(c, literal) convert_add(c, "" literal, sizeof(literal) - 1)

/* The body of a JSON string; CONVERT_PAD bytes behind s may be read (it lies in the window). Bytes that are not UTF-8 stay: the scanner
 * counts them. */
void convert_body(struct convert *c, const unsigned char *s, size_t n);
/* What is written next is about source byte in[at]. */
void convert_mark(struct convert *c, size_t at, uint64_t line);
/* Bad input at in[at]. records: see convert_problem. What only tells that the bytes ran out is not kept if reading failed: that is told
 * by who read. */
void convert_tell(struct convert *c, size_t at, uint64_t line, enum severity severity, const char *code,
                  uint64_t records, const char *kept, const char *fmt, ...) __attribute__((format(printf, 8, 9)));

#endif
