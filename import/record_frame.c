#include "import/record_private.h"

#include <stdlib.h>

/* ---- an opened object's own members, while it is read */

void frame_begin(struct open_frame *f, const struct frame *outer, const char *path)
{
	buf_clear(&f->json);
	buf_clear(&f->late);
	buf_add_char(&f->json, '{');
	f->shown = f->gave = f->full = f->opened = false;
	f->frame = (struct frame){.outer = outer, .level = outer ? outer->level + 1 : 0, .path = path};
}

/* key with its quotes. */
bool frame_add(struct open_frame *f, struct str key, struct str value, size_t max)
{
	size_t size = size_add(size_add(f->json.len, f->late.len), size_add(key.len, value.len));
	if (size > max)
		return false;
	struct buf *out = f->shown ? &f->late : &f->json;
	bool first = f->json.len == 1 && f->late.len == 0;
	buf_reserve(out, key.len + value.len + 3);
	if (!first)
		buf_add_char(out, ',');
	buf_add_str(out, key);
	buf_add_char(out, ':');
	buf_add_str(out, value);
	f->frame.late |= f->gave;
	return true;
}

/* The brace that closes it stays behind the end of json, for frame.json. */
static void close_and_scan(struct open_frame *f, const struct scan_opts *opts)
{
	buf_add_char(&f->json, '}');
	f->frame.json = buf_str(&f->json);
	f->json.len--;
	/* Its members were scanned before: this cannot fail, unless for memory's sake it is cut short. */
	f->frame.root = scan_text(&f->scan, f->frame.json, opts) ? scan_root(&f->scan) : VAL_NONE;
	f->shown = true;
}

/* all: late members, too; else only once they are as many as the others, so that the work stays linear. */
void frame_show(struct open_frame *f, bool all, const struct scan_opts *opts)
{
	if (f->shown && (f->late.len == 0 || (!all && f->late.len < f->json.len)))
		return;
	buf_add_str(&f->json, buf_str(&f->late));
	buf_clear(&f->late);
	close_and_scan(f, opts);
}

void frame_done(struct open_frame *f)
{
	buf_done(&f->json);
	buf_done(&f->late);
	scan_done(&f->scan);
}

void record_frame_stored(struct record_reader *r, const struct frame *frame, uint64_t number)
{
	struct frame *own = &r->frames[frame->level].frame;
	BUG_ON(own != frame);
	own->number = number;
	own->stored = own->json.len;
}

bool frame_tail(const struct frame *frame, struct buf *out)
{
	if (frame->stored == 0 || frame->json.len <= frame->stored)
		return false;
	/* stored ended with the brace; now a comma is in its place, unless the frame was empty: "{}" */
	buf_add_char(out, '{');
	buf_add_str(out, str_from(frame->json, frame->stored == 2 ? 1 : frame->stored));
	return true;
}

struct val frame_get(const struct frame *frame, const char *key, bool loose)
{
	struct val v = VAL_NONE;
	for (; frame && !v.scan; frame = frame->outer)
		v = loose ? val_get_loose(frame->root, key) : val_get(frame->root, key);
	return v;
}

/* ---- stored records */

/* Which of the paths of this slot opens that many objects: its text tells the frames' paths. */
static struct str stored_path(const struct record_path *paths, int slot, size_t n_objects)
{
	for (; paths && paths->path; paths++) {
		struct str path = str_of(paths->path);
		size_t objects = path.len > 0;
		for (size_t i = 0; i < path.len; i++)
			objects += path.ptr[i] == '.';
		if (paths->slot == slot && objects == n_objects)
			return path;
	}
	return STR_NONE;
}

/* The part of a record's path that leads to its object of `level`: "a[]" of "a[].b[].c" for 1. */
static struct str frame_path(struct str path, size_t level)
{
	size_t end = 0;
	for (size_t dots = 0; level > 0 && end < path.len; end++)
		if (path.ptr[end] == '.' && ++dots == level)
			break;
	return str_cut(path, 0, level > 0 ? end : 0);
}

static bool scan_stored(struct scan *s, struct str text, const struct scan_opts *opts, const char *what,
                        struct err *err)
{
	if (scan_text(s, text, opts))
		return true;
	return err_set(err, ERR_STORE, NULL, "a stored %s no longer reads: %s (byte %zu)", what, s->bad, s->bad_at);
}

bool record_memory_init(struct record_memory *m, const struct stored_record *stored, const struct record_opts *opts,
                        struct err *err)
{
	const struct scan_opts scan_opts = {
	    .lenient = opts->lenient, .replace_utf8 = true, .depth_max = opts->depth_max};
	size_t n = stored->n_frames;
	*m = (struct record_memory){.n_frames = n};
	m->frames = xcalloc(n ? n : 1, sizeof *m->frames);
	m->scans = xcalloc(n + 1, sizeof *m->scans);
	struct str path = stored_path(opts->paths, stored->entry.slot, n);
	bool fine = scan_stored(&m->scans[0], stored->entry.bytes, &scan_opts, "record", err);
	for (size_t i = 0; fine && i < n; i++) {
		size_t level = n - 1 - i;
		fine = scan_stored(&m->scans[i + 1], stored->frames[i], &scan_opts, "frame", err);
		m->frames[i] = (struct frame){.outer = i + 1 < n ? &m->frames[i + 1] : NULL,
		                              .json = stored->frames[i],
		                              .root = scan_root(&m->scans[i + 1]),
		                              .number = i == 0 ? stored->entry.frame : 0,
		                              .level = (int)level,
		                              .path = arena_str(&m->arena, frame_path(path, level)).ptr};
		if (!m->frames[i].path)
			m->frames[i].path = "";
	}
	m->rec = (struct record){.bytes = stored->entry.bytes,
	                         .root = scan_root(&m->scans[0]),
	                         .slot = stored->entry.slot,
	                         .frame = n ? m->frames : NULL,
	                         .number = stored->entry.record,
	                         .line = stored->entry.line,
	                         .offset = stored->entry.offset};
	if (!fine)
		record_memory_done(m);
	return fine;
}

void record_memory_done(struct record_memory *m)
{
	for (size_t i = 0; m->scans && i <= m->n_frames; i++)
		scan_done(&m->scans[i]);
	free(m->scans);
	free(m->frames);
	arena_done(&m->arena);
	*m = (struct record_memory){.n_frames = 0};
}
