/* Two ways through an opened object: by tokens, if it was scanned whole, or streaming, byte after byte with a scan for each
 * member that is not opened itself. Whatever cannot be scanned whole (too large, cut, bad, or with ill-formed text to be
 * counted per record) is streamed, so both give the same events and a bad value is met where it is. */
#include "import/record_private.h"

#include <string.h>

/* ---- what a value is on the way to */

static bool opens(const struct record_reader *r, int node, int first_byte)
{
	const struct path_node *n = &r->paths.at[node];
	return (first_byte == '{' && n->first >= 0) || (first_byte == '[' && n->elem >= 0);
}

bool record_is(const struct record_reader *r, int node)
{
	return node >= 0 && r->paths.at[node].record;
}

/* Neither a record nor opened: a member of its frame. */
static bool is_own(const struct record_reader *r, int node, int first_byte)
{
	return node < 0 || (!record_is(r, node) && !opens(r, node, first_byte));
}

static struct str unquoted(struct str key)
{
	return str_cut(key, 1, key.len - 2);
}

static struct level *push(struct record_reader *r, int node, bool array)
{
	struct level *l = vec_add(&r->stack);
	*l = (struct level){.node = node, .array = array, .index = UINT64_MAX /* one before the first */};
	if (array)
		return l;
	BUG_ON(r->n_frames == r->frames_cap);
	const struct frame *outer = r->n_frames ? &r->frames[r->n_frames - 1].frame : NULL;
	struct open_frame *f = &r->frames[r->n_frames++];
	frame_begin(f, outer, r->paths.at[node].text);
	f->at = window_offset(&r->w);
	f->line = outer ? 0 : window_line(&r->w, f->at);
	return l;
}

/* ---- giving */

static enum record_event give_at(struct record_reader *r, const struct out *out, int node, int slot, struct val root,
                                 uint64_t offset, uint64_t line)
{
	struct str bytes = val_raw(root);
	for (size_t i = 0; i < r->n_frames; i++) {
		frame_show(&r->frames[i], false, &r->scan_opts);
		r->frames[i].gave = true;
	}
	r->record_node = node;
	r->given = offset + bytes.len;
	*out->rec = (struct record){.bytes = bytes,
	                            .root = root,
	                            .slot = slot,
	                            .frame = r->n_frames ? &r->frames[r->n_frames - 1].frame : NULL,
	                            .number = ++r->number,
	                            .line = line,
	                            .offset = offset,
	                            .reader = r};
	record_warn_text(r, r->number, offset);
	return RECORD_RECORD;
}

enum record_event record_give_frame(struct record_reader *r, const struct out *out)
{
	struct open_frame *f = &r->frames[--r->n_frames];
	/* Those around it too: who stores this frame stores them before it, and no record may have shown them yet. */
	for (size_t i = 0; i < r->n_frames; i++)
		frame_show(&r->frames[i], false, &r->scan_opts);
	frame_show(f, true, &r->scan_opts);
	*out->frame = &f->frame;
	return RECORD_FRAME_END;
}

static enum record_event give(struct record_reader *r, const struct out *out, int node, struct val root)
{
	uint64_t offset = r->w.base + (uint64_t)(val_raw(root).ptr - r->w.at);
	return give_at(r, out, node, r->paths.at[node].slot, root, offset, window_line(&r->w, offset));
}

/* A top-level object that was opened, in case it held records, and is one itself. */
static bool is_lone(const struct record_reader *r, const struct open_frame *f)
{
	return r->paths.lone && r->n_frames == 1 && !f->opened && !f->full;
}

static enum record_event give_lone(struct record_reader *r, const struct out *out)
{
	struct open_frame *f = &r->frames[--r->n_frames];
	frame_show(f, true, &r->scan_opts);
	return give_at(r, out, 0, r->paths.lone_slot, f->frame.root, f->at, f->line);
}

/* The innermost container has ended, pos is behind it (or at the whole_root's start). */
static enum record_event close_level(struct record_reader *r, const struct out *out)
{
	struct level l = *record_top(r);
	r->stack.n--;
	if (l.whole_root)
		r->w.pos += l.used;
	if (record_at_unit(r))
		record_unit_end(r);
	if (l.array)
		return RECORD_NONE;
	return is_lone(r, &r->frames[r->n_frames - 1]) ? give_lone(r, out) : record_give_frame(r, out);
}

static void add_to_frame(struct record_reader *r, struct str key, struct str value, uint64_t offset)
{
	struct open_frame *f = &r->frames[r->n_frames - 1];
	if (frame_add(f, key, value, r->max) || f->full)
		return;
	f->full = true;
	record_warn(r, "limit-record", r->max > UINT32_MAX ? UINT32_MAX : (uint32_t)r->max, r->number + 1, offset);
}

/* ---- by tokens */

static int first_byte(struct val v)
{
	return (unsigned char)val_raw(v).ptr[0];
}

/* No member is on the way to a record: with "" among the paths the object is one, as it stands. */
static bool leads_nowhere(const struct record_reader *r, int node, struct val object)
{
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (!is_own(r, path_member(&r->paths, node, unquoted(val_raw(m.key))), first_byte(m.val)))
			return false;
	return true;
}

/* The frame of a whole object is known before its first record. */
static void push_whole(struct record_reader *r, int node, struct val v)
{
	struct level *l = push(r, node, val_is(v, SCAN_ARRAY));
	l->whole = true;
	if (l->array) {
		l->member = val_first(v);
		return;
	}
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str key = val_raw(m.key);
		if (is_own(r, path_member(&r->paths, node, unquoted(key)), first_byte(m.val)))
			add_to_frame(r, key, val_raw(m.val), window_offset(&r->w) + val_offset(m.val));
		else if (!l->member.ok)
			l->member = m;
	}
}

enum record_event record_whole_step(struct record_reader *r, const struct out *out)
{
	struct level *l = record_top(r);
	struct member m = l->member;
	if (!m.ok)
		return close_level(r, out);
	l->member = val_next(m);
	l->index++;
	const struct path_node *n = &r->paths.at[l->node];
	int node = l->array ? n->elem : path_member(&r->paths, l->node, unquoted(val_raw(m.key)));
	if (record_is(r, node)) {
		if (!l->array)
			r->frames[r->n_frames - 1].opened = true;
		return give(r, out, node, m.val);
	}
	if (!is_own(r, node, first_byte(m.val))) {
		if (!l->array)
			r->frames[r->n_frames - 1].opened = true;
		push_whole(r, node, m.val);
	} else if (l->array) {
		return record_wrong_type(r, out, window_offset(&r->w) + val_offset(m.val));
	}
	return RECORD_NONE;
}

/* Tries to scan the object at pos with what the window can hold. */
static bool try_whole(struct record_reader *r, size_t *used)
{
	struct window *w = &r->w;
	struct scan_opts opts = r->scan_opts;
	opts.depth_max = r->depth_max - (int)r->stack.n;
	for (;;) {
		size_t had = w->len - w->pos;
		opts.last = w->ended;
		enum scan_status status = scan_value(&r->scan, window_rest(w), &opts, used);
		if (status == SCAN_OK)
			return r->scan.bad_utf8 == 0 && r->scan.lone_surrogates == 0 && *used <= r->max;
		/* Nearly full: sliding it for the rest would cost a second scan and rarely help. */
		if (status == SCAN_BAD || had >= w->size - w->size / 4 || !window_more(w))
			return false;
	}
}

/* ---- streaming */

enum leaf { LEAF_GOOD, LEAF_BAD, LEAF_LARGE, LEAF_DEEP };

static bool is_deep(const char *why)
{
	return strncmp(why, "nested deeper", 13) == 0;
}

/* Scans the value at pos, however large. LEAF_BAD: *t says why; else t->at is how far it was seen to be one value. */
static enum leaf leaf(struct record_reader *r, size_t *used, struct trouble *t)
{
	struct window *w = &r->w;
	struct scan_opts opts = r->scan_opts;
	opts.depth_max = r->depth_max - (int)r->stack.n;
	int c = window_peek(w);
	*t = (struct trouble){.at = window_offset(w)};
	if (opts.depth_max <= 0 && (c == '{' || c == '['))
		return LEAF_DEEP;
	for (;;) {
		opts.last = w->ended;
		enum scan_status status = scan_value(&r->scan, window_rest(w), &opts, used);
		size_t seen = status == SCAN_OK ? *used : status == SCAN_BAD ? r->scan.bad_at : w->len - w->pos;
		if (seen > r->max) {
			t->at += r->max;
			return LEAF_LARGE;
		}
		if (status == SCAN_OK)
			return LEAF_GOOD;
		if (status == SCAN_BAD)
			break;
		window_more(w);
	}
	*t = (struct trouble){.code = "bad-json", .why = r->scan.bad, .at = window_offset(w) + r->scan.bad_at};
	if (is_deep(t->why))
		return LEAF_DEEP;
	opts.last = false; /* would it have been fine with more bytes? */
	t->cut = w->ended && scan_value(&r->trying, window_rest(w), &opts, used) == SCAN_MORE;
	return LEAF_BAD;
}

static enum record_event no_leaf(struct record_reader *r, const struct out *out, enum leaf found, struct trouble t,
                                 int node)
{
	if (found == LEAF_BAD)
		return record_broken(r, out, t);
	return record_skip(r, out, found == LEAF_DEEP ? LIMIT_DEPTH : LIMIT_RECORD, node, t.at);
}

enum record_event record_stream(struct record_reader *r, const struct out *out, int node)
{
	size_t used;
	struct trouble t;
	enum leaf found = leaf(r, &used, &t);
	if (found != LEAF_GOOD)
		return no_leaf(r, out, found, t, node);
	enum record_event event = give(r, out, node, scan_root(&r->scan));
	r->w.pos += used;
	if (record_at_unit(r))
		record_unit_end(r);
	return event;
}

/* A scalar at top level, or an element that cannot be opened. */
enum record_event record_stream_other(struct record_reader *r, const struct out *out)
{
	size_t used;
	struct trouble t;
	enum leaf found = leaf(r, &used, &t);
	if (found != LEAF_GOOD)
		return no_leaf(r, out, found, t, -1);
	uint64_t at = window_offset(&r->w);
	enum record_event event = RECORD_NONE;
	bool unit = record_at_unit(r);
	if (unit && r->paths.lone)
		event = give_at(r, out, 0, r->paths.lone_slot, scan_root(&r->scan), at, window_line(&r->w, at));
	r->w.pos += used;
	if (!unit)
		return record_wrong_type(r, out, at);
	record_unit_end(r);
	return event;
}

enum record_event record_open_object(struct record_reader *r, const struct out *out, int node)
{
	size_t used;
	if ((int)r->stack.n >= r->depth_max)
		return record_skip(r, out, LIMIT_DEPTH, node, window_offset(&r->w));
	if (!try_whole(r, &used)) {
		push(r, node, false);
		r->w.pos++;
		return RECORD_NONE;
	}
	if (r->paths.lone && r->n_frames == 0 && leads_nowhere(r, node, scan_root(&r->scan))) {
		uint64_t at = window_offset(&r->w);
		enum record_event event =
		    give_at(r, out, node, r->paths.lone_slot, scan_root(&r->scan), at, window_line(&r->w, at));
		r->w.pos += used;
		if (record_at_unit(r))
			record_unit_end(r);
		return event;
	}
	push_whole(r, node, scan_root(&r->scan));
	record_top(r)->whole_root = true;
	record_top(r)->used = used;
	return RECORD_NONE;
}

enum record_event record_open_array(struct record_reader *r, const struct out *out, int node)
{
	if ((int)r->stack.n >= r->depth_max)
		return record_skip(r, out, LIMIT_DEPTH, node, window_offset(&r->w));
	push(r, node, true);
	r->w.pos++;
	return RECORD_NONE;
}

/* A value on the way: pos is at its first byte c. */
static enum record_event stream_way(struct record_reader *r, const struct out *out, int node, int c)
{
	if (record_is(r, node))
		return record_stream(r, out, node);
	if (!opens(r, node, c))
		return record_stream_other(r, out);
	return c == '{' ? record_open_object(r, out, node) : record_open_array(r, out, node);
}

/* Up to the next element's or key's first byte *c; false: *event is what came instead. */
bool record_stream_next(struct record_reader *r, const struct out *out, int *c, enum record_event *event)
{
	struct level *l = record_top(r);
	int end = l->array ? ']' : '}';
	*c = window_blanks(&r->w);
	if (*c == end) {
		r->w.pos++;
		*event = close_level(r, out);
		return false;
	}
	if (l->state == LEVEL_AFTER && *c == ',') {
		r->w.pos++;
		*c = window_blanks(&r->w);
	} else if (l->state == LEVEL_AFTER) {
		*event = record_broken_here(r, out, *c,
		                            l->array ? "a comma or ] was expected" : "a comma or } was expected");
		return false;
	}
	l->state = LEVEL_AFTER;
	l->index++;
	if (*c < 0)
		*event = record_broken_here(r, out, *c, "");
	return *c >= 0;
}

/* The key at pos; *c is its value's first byte then. The key's bytes stay in the window from w.keep on. */
static bool stream_key(struct record_reader *r, const struct out *out, int *c, size_t *key_len,
                       enum record_event *event)
{
	struct trouble t;
	if (*c != '"') {
		*event = record_broken_here(r, out, *c, "a key in quotes was expected");
		return false;
	}
	r->w.keep = window_offset(&r->w);
	enum leaf found = leaf(r, key_len, &t);
	if (found != LEAF_GOOD) {
		if (found != LEAF_BAD)
			t = (struct trouble){
			    .code = "limit-record", .why = "a key that is far too long", .at = window_offset(&r->w)};
		*event = record_broken(r, out, t);
		return false;
	}
	record_warn_text(r, r->number + 1, window_offset(&r->w));
	r->w.pos += *key_len;
	*c = window_blanks(&r->w);
	bool colon = *c == ':';
	if (colon) {
		r->w.pos++;
		*c = window_blanks(&r->w);
	}
	if (!colon || *c < 0)
		*event = record_broken_here(r, out, *c, "a colon was expected after a key");
	return colon && *c >= 0;
}

static enum record_event stream_own(struct record_reader *r, const struct out *out, size_t key_len)
{
	size_t used;
	struct trouble t;
	enum leaf found = leaf(r, &used, &t);
	if (found != LEAF_GOOD)
		return no_leaf(r, out, found, t, -1);
	uint64_t at = window_offset(&r->w);
	struct str key = {r->w.at + (r->w.keep - r->w.base), key_len};
	record_warn_text(r, r->number + 1, at);
	add_to_frame(r, key, str_cut(window_rest(&r->w), 0, used), at);
	r->w.pos += used;
	r->w.keep = NO_OFFSET;
	return RECORD_NONE;
}

enum record_event record_stream_step(struct record_reader *r, const struct out *out)
{
	int c;
	size_t key_len;
	enum record_event event = RECORD_NONE;
	if (!record_stream_next(r, out, &c, &event))
		return event;
	struct level *l = record_top(r);
	if (l->array)
		return stream_way(r, out, r->paths.at[l->node].elem, c);
	if (!stream_key(r, out, &c, &key_len, &event))
		return event;
	struct str key = {r->w.at + (r->w.keep - r->w.base), key_len};
	int node = path_member(&r->paths, l->node, unquoted(key));
	if (is_own(r, node, c))
		return stream_own(r, out, key_len);
	r->w.keep = NO_OFFSET;
	r->frames[r->n_frames - 1].opened = true;
	return stream_way(r, out, node, c);
}
