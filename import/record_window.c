#include "import/record_private.h"

#include <stdlib.h>
#include <string.h>

enum { INDENT_MAX = 1000 };

void window_init(struct window *w, struct reader *source, size_t size, size_t most)
{
	*w = (struct window){.source = source, .size = size, .keep = NO_OFFSET, .hold = NO_OFFSET, .line = 1};
	w->most = most > size ? most + 1 : size;
	w->base = w->line_at = reader_offset(source);
}

void window_done(struct window *w)
{
	free(w->at);
}

struct str window_rest(const struct window *w)
{
	return (struct str){w->at + w->pos, w->len - w->pos};
}

uint64_t window_offset(const struct window *w)
{
	return w->base + w->pos;
}

static uint64_t count_lines(struct str s)
{
	uint64_t n = 0;
	const char *p = s.ptr, *end = s.ptr + s.len;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n;
}

uint64_t window_line(struct window *w, uint64_t offset)
{
	bool back = offset < w->line_at;
	uint64_t from = back ? offset : w->line_at;
	uint64_t to = back ? w->line_at : offset;
	if (from < to) {
		uint64_t n = count_lines((struct str){w->at + (from - w->base), (size_t)(to - from)});
		w->line = back ? w->line - n : w->line + n;
	}
	w->line_at = offset;
	return w->line;
}

/* pos, or the line end before it if only an indentation lies between: it tells that a line begins here. */
static uint64_t line_or_pos(const struct window *w)
{
	size_t at = w->pos, least = w->pos > INDENT_MAX ? w->pos - INDENT_MAX : 0;
	while (at > least && (w->at[at - 1] == ' ' || w->at[at - 1] == '\t' || w->at[at - 1] == '\r'))
		at--;
	bool line = at > least && w->at[at - 1] == '\n';
	return w->base + (line ? at - 1 : w->pos);
}

/* Drops what nobody needs any more from the front. */
static void compact(struct window *w)
{
	uint64_t from = line_or_pos(w);
	if (w->keep < from)
		from = w->keep;
	if (w->hold != NO_OFFSET && w->hold + WINDOW_HOLD < window_offset(w))
		w->hold = NO_OFFSET;
	if (w->hold < from)
		from = w->hold;
	if (w->line_at < from)
		window_line(w, from);
	size_t drop = (size_t)(from - w->base);
	if (drop == 0)
		return;
	w->len -= drop;
	w->pos -= drop;
	w->base = from;
	memmove(w->at, w->at + drop, w->len);
}

bool window_more(struct window *w)
{
	if (w->ended)
		return false;
	compact(w);
	size_t had = w->len - w->pos;
	size_t twice = had * 2 > w->most && had < w->most ? w->most : had * 2;
	size_t want = twice > w->size ? twice : w->size;
	if (w->cap < size_add(w->pos, want)) {
		w->cap = size_add(w->pos, want);
		w->at = xrealloc(w->at, w->cap, 1);
	}
	do {
		int64_t n = reader_read(w->source, w->at + w->len, w->cap - w->len, &w->err);
		w->failed = n < 0;
		w->ended = n <= 0;
		if (n > 0)
			w->len += (size_t)n;
	} while (!w->ended && w->len - w->pos < twice && !reader_pauses(w->source));
	return w->len - w->pos > had;
}

int window_peek(struct window *w)
{
	if (w->pos == w->len && !window_more(w))
		return -1;
	return (unsigned char)w->at[w->pos];
}

int window_blanks(struct window *w)
{
	for (;;) {
		int c = window_peek(w);
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return c;
		w->pos++;
	}
}
