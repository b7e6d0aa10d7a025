/* Going on after bad input. Lines are the only landmark: a string cannot hold a raw newline, so a line that begins with a
 * bracket and scans well is a value, and one indented no more than the bad value began is not inside it. */
#include "import/record_private.h"

#include <string.h>

static bool is_blank(int c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Moves behind the next newline. false: there is none. */
static bool next_line(struct window *w)
{
	for (;;) {
		struct str rest = window_rest(w);
		size_t at = str_find_char(rest, '\n');
		if (at != SIZE_MAX) {
			w->pos += at + 1;
			return true;
		}
		w->pos = w->len;
		if (!window_more(w))
			return false;
	}
}

/* Moves to `offset`, or to the start of its line if only blanks lie between (then true). */
static bool go_to(struct window *w, uint64_t offset)
{
	size_t at = (size_t)(offset - w->base);
	size_t start = at;
	while (start > 0 && is_blank(w->at[start - 1]))
		start--;
	bool line = start > 0 && w->at[start - 1] == '\n';
	w->pos = line ? start : at;
	return line;
}

/* What may follow a value at top level; before the bad byte a comma or bracket would mean it lies inside something. */
static bool follows(int c, bool before)
{
	return c == '\n' || c < 0 || (!before && (c == '{' || c == '[' || c == ','));
}

/* The byte behind the value at pos that is `used` long, blanks skipped; false if the window must grow to tell. */
static bool byte_after(const struct window *w, size_t used, int *c, size_t *at)
{
	size_t i = w->pos + used;
	while (i < w->len && is_blank(w->at[i]))
		i++;
	*at = i;
	*c = i < w->len ? (unsigned char)w->at[i] : -1;
	return i < w->len || w->ended;
}

/* A good value stands at pos. false: *bad_at is where it is seen that not. */
static bool value_here(struct record_reader *r, bool before, uint64_t *bad_at)
{
	struct window *w = &r->w;
	do {
		struct str rest = window_rest(w);
		struct scan_opts opts = r->scan_opts;
		opts.last = w->ended;
		size_t used = 0, after = 0;
		int c = -1;
		switch (scan_value(&r->trying, rest, &opts, &used)) {
		case SCAN_OK:
			if (!byte_after(w, used, &c, &after))
				break;
			*bad_at = w->base + after;
			return follows(c, before);
		case SCAN_BAD: *bad_at = window_offset(w) + r->trying.bad_at; return false;
		case SCAN_MORE:
			if (rest.len >= WINDOW_HOLD)
				return true; /* good for as far as one looks */
			break;
		}
	} while (window_more(w) || w->ended);
	return false;
}

/* At a line's start: its indentation is skipped and counted. Returns its first byte, '\n' if it is blank. */
static int line_begin(struct record_reader *r)
{
	struct window *w = &r->w;
	r->indent = 0;
	int c = window_peek(w);
	if (c == 0xEF) { /* a byte order mark before each line: files joined by cat */
		while (w->len - w->pos < 3 && window_more(w))
			;
		if (str_starts(window_rest(w), "\xEF\xBB\xBF"))
			w->pos += 3;
		c = window_peek(w);
	}
	for (; is_blank(c); c = window_peek(w)) {
		r->indent++;
		w->pos++;
	}
	return c;
}

bool resync(struct record_reader *r, uint64_t bad_at, bool *rest_blank)
{
	struct window *w = &r->w;
	uint64_t from = w->hold;
	w->keep = w->hold = NO_OFFSET;
	*rest_blank = true;
	bool at_line = false;
	/* What has been given is not given again. */
	if (from != NO_OFFSET)
		w->pos = (size_t)((from > r->given ? from : r->given) - w->base);
	else
		at_line = go_to(w, bad_at);
	for (;;) {
		if (!at_line && !next_line(w))
			return false;
		at_line = false;
		int c = line_begin(r);
		if (c < 0)
			return false;
		if (c == '\n')
			continue;
		*rest_blank = false;
		if (r->indent > r->unit_indent)
			continue;
		bool before = window_offset(w) < bad_at;
		if (r->lined && !before)
			return true; /* each line is for itself */
		uint64_t seen = window_offset(w) + 1;
		if (c != '{' && c != '[')
			continue;
		if (value_here(r, before, &seen))
			return true;
		/* No second look at what was scanned: brackets opened before `seen` would end there, too. */
		uint64_t here = window_offset(w);
		at_line = go_to(w, seen) && window_offset(w) > here;
		if (window_offset(w) < here)
			w->pos = (size_t)(here - w->base);
	}
}

void skip_value(struct record_reader *r, bool top, uint64_t seen)
{
	struct window *w = &r->w;
	uint64_t depth = 0;
	bool string = false, escape = false, line_start = false;
	size_t indent = 0;
	w->keep = w->hold = NO_OFFSET;
	for (int c = window_peek(w); c >= 0; w->pos++, c = window_peek(w)) {
		bool bracket = c == '{' || c == '[';
		if (top && line_start && bracket && indent <= r->unit_indent && window_offset(w) >= seen) {
			w->pos = (size_t)(w->keep - w->base);
			break;
		}
		indent = c == '\n' ? 0 : indent + 1;
		line_start = c == '\n' || (line_start && is_blank(c));
		if (!line_start)
			w->keep = NO_OFFSET;
		else if (c == '\n')
			w->keep = window_offset(w);
		bool ended = false, quote = c == '"' && !escape;
		escape = string && c == '\\' && !escape;
		if (quote) {
			ended = string && depth == 0;
			string = !string;
		} else if (string) {
			continue;
		} else if (bracket) {
			depth++;
		} else if (depth == 0) { /* a scalar ends before this byte, or goes on */
			if (c == ',' || c == ']' || c == '}' || c == '\n' || is_blank(c))
				break;
		} else if (c == '}' || c == ']') {
			ended = --depth == 0;
		}
		if (ended) {
			w->pos++;
			break;
		}
	}
	w->keep = NO_OFFSET;
}
