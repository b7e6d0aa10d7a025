/* The beginning of a JSON value that does not fit a sample, made a value: a long text is ended where it is cut, a member without its value is
 * left out, and what is open is closed. */
#include "import/sample.h"

enum { OPEN_MAX = 256 };

struct cut_walk {
	struct str text;
	size_t at;
	size_t good, good_open; /* up to here it is well formed, with so much open */
	char closers[OPEN_MAX];
	size_t open;
	bool wants_key, in_string;
};

static void is_good(struct cut_walk *w)
{
	w->good = w->at;
	w->good_open = w->open;
}

/* Behind the string at `at`; if it is cut off, to where it may be ended, with in_string. */
static void pass_string(struct cut_walk *w)
{
	for (w->at++; w->at < w->text.len;) {
		char c = w->text.ptr[w->at];
		size_t len = c != '\\' ? 1 : w->at + 1 < w->text.len && w->text.ptr[w->at + 1] == 'u' ? 6 : 2;
		if (len > w->text.len - w->at)
			break;
		w->at += len;
		if (c == '"')
			return;
	}
	w->in_string = true;
}

static bool step(struct cut_walk *w)
{
	char c = w->text.ptr[w->at];
	if (c == '"') {
		bool key = w->wants_key;
		pass_string(w);
		w->wants_key = false;
		w->in_string &= !key;
		if (!key)
			is_good(w);
		return w->at < w->text.len && !w->in_string;
	}
	if (c == ',') {
		is_good(w);
		w->wants_key = w->open && w->closers[w->open - 1] == '}';
	}
	w->at++;
	if (c == '{' || c == '[') {
		if (w->open == OPEN_MAX)
			return false;
		w->closers[w->open++] = c == '{' ? '}' : ']';
		w->wants_key = c == '{';
		is_good(w);
	} else if (c == '}' || c == ']') {
		if (!w->open || w->closers[--w->open] != c)
			return false;
		is_good(w);
	}
	return w->open > 0;
}

struct str sample_closed(struct str text, struct arena *arena)
{
	struct cut_walk w = {.text = text};
	struct buf out = BUF_INIT;
	while (w.at < text.len && step(&w))
		;
	buf_add_str(&out, str_cut(text, 0, w.good));
	if (w.in_string)
		buf_add_char(&out, '"');
	while (w.good_open > 0)
		buf_add_char(&out, w.closers[--w.good_open]);
	struct str closed = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return closed;
}
