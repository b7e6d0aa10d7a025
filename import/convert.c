#include "import/convert_private.h"

#include <stdarg.h>
#include <stdlib.h>

#include "import/record.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <emmintrin.h>
#define VECTORS 1
#else
#define VECTORS 0
#endif

static const struct conversion *const conversions[] = {&convert_protobuf, &convert_csv};

enum {
	WINDOW = 64 << 10,
	TEXT_ENOUGH = 64 << 10, /* made before any is given */
	PIECE = 4096,
	PLACES_MAX = 1 << 18,
	PLACES_BACK = 2 << 20, /* bytes of the text: the record reader goes back so far, and its window is half of it */
	TOLD_MAX = 1000
};

enum convert_sniff convert_sniff(struct str head, bool last, const struct conversion **how, unsigned *dialect)
{
	enum convert_sniff best = CONVERT_NO;
	for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++) {
		enum convert_sniff one = conversions[i]->sniff(head, last, dialect);
		*how = conversions[i];
		if (one == CONVERT_YES)
			return one;
		if (one == CONVERT_MORE && !last)
			best = one;
	}
	*how = NULL;
	return best;
}

/* ---- life */

struct convert *convert_open(const struct conversion *how, unsigned dialect, convert_pull *pull, void *context,
                             size_t window, size_t max)
{
	struct convert *c = xcalloc(1, sizeof *c);
	c->how = how;
	c->dialect = dialect;
	c->pull = pull;
	c->context = context;
	c->window = window ? window : WINDOW;
	c->max = max ? max : RECORD_MAX;
	c->state = xcalloc(1, how->state_size);
	c->line = 1;
	return c;
}

void convert_close(struct convert *c)
{
	if (!c)
		return;
	if (c->how->done)
		c->how->done(c->state);
	for (size_t i = c->told_at; i < c->told.n; i++)
		free(c->told.at[i].reason);
	vec_done(&c->told);
	vec_done(&c->places);
	buf_done(&c->text);
	buf_done(&c->reason);
	free(c->state);
	free(c->in);
	free(c);
}

const char *convert_name(const struct convert *c)
{
	return c->how->name;
}

/* ---- bytes in */

/* Bytes nobody needs any more go, and there is room for what is wanted. */
static void make_room(struct convert *c)
{
	if (c->at > 0) {
		memmove(c->in, c->in + c->at, c->len - c->at);
		c->base += c->at;
		c->len -= c->at;
		c->at = 0;
	}
	/* What is wanted may be a length that the source only claims: not at once. */
	size_t room = c->want < c->len * 2 ? c->want : c->len * 2;
	if (c->cap >= room && c->len < c->cap)
		return;
	while (c->cap < room || c->cap == c->len)
		c->cap = c->cap ? size_mul(c->cap, 2) : c->window;
	c->in = xrealloc(c->in, size_add(c->cap, CONVERT_PAD), 1);
}

static void more(struct convert *c)
{
	make_room(c);
	do {
		int64_t n = c->pull(c->context, (char *)c->in + c->len, c->cap - c->len);
		c->failed = n < 0;
		c->ended = n <= 0;
		if (n > 0)
			c->len += (size_t)n;
	} while (!c->ended && c->len < c->want && c->len < c->cap);
	memset(c->in + c->len, 0, CONVERT_PAD);
}

/* ---- text out */

/* Makes text. false: there is none any more. */
static bool work(struct convert *c)
{
	c->text_base += c->text.len;
	c->text.len = c->text_at = 0;
	while (!c->over && c->text.len < TEXT_ENOUGH) {
		switch (c->how->step(c)) {
		case CONVERT_GO: break;
		case CONVERT_END: c->over = true; break;
		case CONVERT_WANT:
			BUG_ON(c->ended);
			if (c->text.len > 0)
				return true; /* first what there is: the source may be a pipe that rests */
			more(c);
			break;
		}
	}
	return c->text.len > 0;
}

bool convert_pending(const struct convert *c)
{
	return c->text_at < c->text.len;
}

int64_t convert_read(struct convert *c, char *into, size_t cap)
{
	if (!convert_pending(c) && !work(c))
		return c->failed ? -1 : 0;
	struct str rest = str_cut(buf_str(&c->text), c->text_at, cap);
	memcpy(into, rest.ptr, rest.len);
	c->text_at += rest.len;
	return (int64_t)rest.len;
}

static size_t escape(char *out, unsigned char ch)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorts[256] = {
	    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	out[0] = '\\';
	if (shorts[ch]) {
		out[1] = shorts[ch];
		return 2;
	}
	out[1] = 'u';
	out[2] = out[3] = '0';
	out[4] = digits[ch >> 4];
	out[5] = digits[ch & 15];
	return 6;
}

/* Bytes of s that go as they are, at most n: written to `out`, which has room for 16 more. */
static size_t copy_plain(char *out, const unsigned char *s, size_t n)
{
	size_t i = 0;
#if VECTORS
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
	for (; i < n; i += 16) {
		__m128i v;
		memcpy(&v, s + i, sizeof v);
		memcpy(out + i, &v, sizeof v);
		__m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash));
		stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
		unsigned stops = (unsigned)_mm_movemask_epi8(stop);
		if (stops) {
			i += (unsigned)__builtin_ctz(stops);
			return i < n ? i : n;
		}
	}
	return n;
#else
	for (; i < n && s[i] >= 0x20 && s[i] != '"' && s[i] != '\\'; i++)
		out[i] = (char)s[i];
	return i;
#endif
}

void convert_body(struct convert *c, const unsigned char *s, size_t n)
{
	/* Beyond that the unit is too large, and its text is not kept. */
	while (n > 0 && c->text.len <= c->max + 2 * (size_t)TEXT_ENOUGH) {
		size_t piece = n < PIECE ? n : PIECE, done = 0;
		char *out = convert_room(c, piece * 6 + 16), *start = out;
		for (;;) {
			size_t plain = copy_plain(out, s + done, piece - done);
			out += plain;
			done += plain;
			if (done >= piece)
				break;
			out += escape(out, s[done++]);
		}
		c->text.len += (size_t)(out - start);
		s += piece;
		n -= piece;
	}
}

/* ---- places */

static void drop_places(struct convert *c, size_t n)
{
	if (n == 0)
		return;
	c->places.n -= n;
	memmove(c->places.at, c->places.at + n, c->places.n * sizeof *c->places.at);
}

void convert_mark(struct convert *c, size_t at, uint64_t line)
{
	if (c->places.n == PLACES_MAX) /* nobody asks */
		drop_places(c, PLACES_MAX / 2);
	*vec_add(&c->places) = (struct convert_at){c->text_base + c->text.len, c->base + at, line};
}

/* How many places begin at or before this byte of the text. */
static size_t places_until(const struct convert *c, uint64_t offset)
{
	size_t low = 0, high = c->places.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->places.at[middle].text <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void convert_place(struct convert *c, uint64_t offset, uint64_t *source_offset, uint64_t *line)
{
	*source_offset = *line = 0;
	if (c->places.n == 0)
		return;
	size_t n = places_until(c, offset);
	const struct convert_at *place = &c->places.at[n ? n - 1 : 0];
	*source_offset = place->source;
	*line = place->line;
	size_t old = places_until(c, offset > PLACES_BACK ? offset - PLACES_BACK : 0);
	if (old > PLACES_MAX / 8)
		drop_places(c, old - 1);
}

/* ---- problems */

void convert_tell(struct convert *c, size_t at, uint64_t line, enum severity severity, const char *code,
                  uint64_t records, const char *kept, const char *fmt, ...)
{
	bool cut = strcmp(code, "truncated") == 0 || strcmp(code, "incomplete-tail") == 0;
	if (c->failed && cut)
		return;
	if (c->told.n - c->told_at == TOLD_MAX) { /* text in which nothing is good must not fill the memory */
		struct convert_told *last = &c->told.at[c->told.n - 1];
		last->records += records;
		free(last->reason);
		last->reason = xstrdup("much more that is bad from here on, not told one by one");
		return;
	}
	va_list args;
	struct buf reason = BUF_INIT;
	va_start(args, fmt);
	buf_vprintf(&reason, fmt, args);
	va_end(args);
	*vec_add(&c->told) = (struct convert_told){
	    .at = {c->text_base + c->text.len, c->base + at, line},
	    .severity = severity,
	    .code = code,
	    .kept = kept,
	    .records = records,
	    .reason = buf_detach(&reason)
        };
}

bool convert_problem(struct convert *c, uint64_t offset, struct problem *p, uint64_t *records)
{
	if (c->told_at == c->told.n || c->told.at[c->told_at].at.text > offset)
		return false;
	struct convert_told *told = &c->told.at[c->told_at++];
	buf_clear(&c->reason);
	buf_add_cstr(&c->reason, told->reason);
	free(told->reason);
	*p = (struct problem){.line = told->at.line,
	                      .offset = told->at.source,
	                      .severity = told->severity,
	                      .code = told->code,
	                      .reason = buf_str(&c->reason),
	                      .kept = str_of(told->kept)};
	*records = told->records;
	if (c->told_at == c->told.n) {
		vec_clear(&c->told);
		c->told_at = 0;
	}
	return true;
}
