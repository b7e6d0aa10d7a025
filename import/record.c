/* The reader's life and the top level: values one after another, arrays around them, and how the lines lie. */
#include "import/record_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- life */

struct record_reader *record_open(struct reader *bytes, const struct record_opts *opts)
{
	struct record_reader *r = xcalloc(1, sizeof *r);
	r->max = opts->max ? opts->max : RECORD_MAX;
	window_init(&r->w, bytes, opts->window ? opts->window : RECORD_WINDOW, r->max);
	path_compile(&r->paths, opts->paths, opts->loose_keys);
	r->frames_cap = (size_t)r->paths.objects_max;
	r->frames = xcalloc(r->frames_cap + 1, sizeof *r->frames);
	r->depth_max = opts->depth_max > 0 ? opts->depth_max : SCAN_DEPTH_MAX;
	r->scan_opts = (struct scan_opts){.lenient = opts->lenient, .replace_utf8 = true, .depth_max = r->depth_max};
	r->number = opts->records_before;
	r->w.line = opts->lines_before + 1;
	record_dealt(r);
	r->lined = r->lines_known = opts->lined_before;
	r->mended = r->dealt > 0; /* it may have been inside a top-level array */
	r->at_line_start = true;
	return r;
}

void record_close(struct record_reader *r)
{
	if (!r)
		return;
	window_done(&r->w);
	path_done(&r->paths);
	for (size_t i = 0; i < r->frames_cap; i++)
		frame_done(&r->frames[i]);
	free(r->frames);
	scan_done(&r->scan);
	scan_done(&r->trying);
	vec_done(&r->stack);
	vec_done(&r->notices);
	buf_done(&r->reason);
	buf_done(&r->path_text);
	free(r);
}

uint64_t record_offset(const struct record_reader *r)
{
	return r->dealt;
}

struct level *record_top(struct record_reader *r)
{
	return &r->stack.at[r->stack.n - 1];
}

/* Outside all objects: what is read now is a top-level value or an element of a top-level array. */
bool record_at_unit(const struct record_reader *r)
{
	return r->stack.n == 0 || r->stack.at[r->stack.n - 1].top;
}

void record_dealt(struct record_reader *r)
{
	r->dealt = window_offset(&r->w);
	r->dealt_records = r->number;
	r->dealt_lines = window_line(&r->w, r->dealt) - 1;
}

struct record_point record_point(const struct record_reader *r)
{
	return (struct record_point){.offset = r->dealt,
	                             .records = r->dealt_records,
	                             .lines = r->dealt_lines,
	                             .lined = r->lines_known && r->lined};
}

bool record_at_end(const struct record_reader *r)
{
	return r->w.ended && r->w.pos == r->w.len;
}

void record_unit_end(struct record_reader *r)
{
	record_dealt(r);
	r->w.hold = r->dealt; /* bytes that cannot follow may be the next value's: looked for from here */
	r->at_line_start = false;
	r->unit_ended = true;
	r->unit_one_line = window_line(&r->w, r->dealt) == r->outer_line;
}

/* ---- top level */

static bool skip_mark(struct window *w)
{
	while (w->len - w->pos < 3 && window_more(w))
		;
	bool mark = str_starts(window_rest(w), "\xEF\xBB\xBF");
	w->pos += mark ? 3 : 0;
	return mark;
}

/* A line's end behind a value, or its absence, tells how the source is framed. */
static void note_framing(struct record_reader *r, bool line_end)
{
	if (!r->unit_ended)
		return;
	bool one_line = line_end && r->unit_one_line;
	r->lined = one_line && (!r->lines_known || r->lined);
	r->lines_known = true;
	r->unit_ended = false;
}

/* What may stand between top-level values: white space, commas, RFC 7464's RS, byte order marks of joined files and,
 * behind a bad value, the rest of the array it was in. */
static bool is_between(struct record_reader *r, int c)
{
	if (c == ',' || c == 0x1E || (c == ']' && r->mended)) {
		r->w.pos++;
		r->at_line_start &= c == 0x1E;
		return true;
	}
	return c == 0xEF && skip_mark(&r->w);
}

static int skip_between(struct record_reader *r, bool outside)
{
	for (;;) {
		int c = window_peek(&r->w);
		if (c == '\n') {
			if (outside)
				note_framing(r, true);
			r->at_line_start = true;
			r->indent = 0;
			r->w.pos++;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			r->indent++;
			r->w.pos++;
		} else if (!outside || !is_between(r, c)) {
			return c;
		}
	}
}

static void unit_begin(struct record_reader *r)
{
	r->any = true;
	r->w.hold = window_offset(&r->w);
	if (r->at_line_start)
		r->unit_indent = r->indent;
	r->at_line_start = false;
	if (r->stack.n == 0)
		r->outer_line = window_line(&r->w, r->w.hold);
}

static enum record_event unit(struct record_reader *r, const struct out *out, int c)
{
	unit_begin(r);
	if (c == '[') {
		enum record_event event = record_open_array(r, out, 0);
		if (event == RECORD_NONE)
			record_top(r)->top = true;
		return event;
	}
	if (record_is(r, 0))
		return record_stream(r, out, 0);
	return c == '{' ? record_open_object(r, out, 0) : record_stream_other(r, out);
}

static enum record_event end_of_source(struct record_reader *r, const struct out *out)
{
	r->phase = PHASE_END;
	if (r->any || r->w.failed)
		return RECORD_NONE;
	*out->problem = (struct problem){.record = r->number + 1,
	                                 .line = window_line(&r->w, window_offset(&r->w)),
	                                 .offset = window_offset(&r->w),
	                                 .severity = SEVERITY_FILE,
	                                 .code = "empty",
	                                 .reason = STR_LIT("there is nothing in it"),
	                                 .kept = STR_LIT("nothing imported")};
	return RECORD_PROBLEM;
}

static enum record_event outside_step(struct record_reader *r, const struct out *out)
{
	int c = skip_between(r, true);
	if (c < 0)
		return end_of_source(r, out);
	if (c == '{' || c == '[')
		note_framing(r,
		             false); /* another value on the same line; anything else is rubbish behind a good line */
	r->unit_ended = false;
	return unit(r, out, c);
}

static enum record_event top_array_step(struct record_reader *r, const struct out *out)
{
	int c;
	enum record_event event = RECORD_NONE;
	skip_between(r, false); /* counts the indentation that stream_next would pass over */
	if (!record_stream_next(r, out, &c, &event))
		return event;
	return unit(r, out, c);
}

const char *record_wide_text(struct str s)
{
	const unsigned char *b = (const unsigned char *)s.ptr;
	unsigned nul = 0; /* a bit for each of the first four bytes that is NUL */
	for (size_t i = 0; i < 4 && i < s.len; i++)
		nul |= (b[i] == 0 ? 1U : 0U) << i;
	if (s.len >= 4 && (memcmp(b, "\xFF\xFE\0\0", 4) == 0 || memcmp(b, "\0\0\xFE\xFF", 4) == 0))
		return "UTF-32 text; convert it to UTF-8";
	if (s.len >= 4 && (nul == 0xE || nul == 0x7))
		return "UTF-32 text; convert it to UTF-8";
	if (s.len >= 2 && (memcmp(b, "\xFF\xFE", 2) == 0 || memcmp(b, "\xFE\xFF", 2) == 0))
		return "UTF-16 text; convert it to UTF-8";
	if (s.len >= 2 && (s.len >= 4 ? nul == 0xA || nul == 0x5 : nul == 0x1 || nul == 0x2))
		return "UTF-16 text; convert it to UTF-8";
	return NULL;
}

static enum record_event start(struct record_reader *r, const struct out *out)
{
	while (r->w.len < 4 && window_more(&r->w))
		;
	r->phase = PHASE_READ;
	const char *wide = record_wide_text(window_rest(&r->w));
	if (!wide)
		return RECORD_NONE;
	r->phase = PHASE_END;
	*out->problem = (struct problem){.record = r->number + 1,
	                                 .line = 1,
	                                 .offset = window_offset(&r->w),
	                                 .severity = SEVERITY_FILE,
	                                 .code = "unknown-format",
	                                 .reason = str_of(wide),
	                                 .kept = STR_LIT("nothing imported")};
	return RECORD_PROBLEM;
}

/* ---- the whole */

static enum record_event read_step(struct record_reader *r, const struct out *out)
{
	if (r->stack.n == 0)
		return outside_step(r, out);
	const struct level *l = record_top(r);
	if (l->top)
		return top_array_step(r, out);
	return l->whole ? record_whole_step(r, out) : record_stream_step(r, out);
}

/* Leaves what was open when the input went bad. */
static enum record_event unwind_step(struct record_reader *r, const struct out *out)
{
	while (r->stack.n > 0) {
		struct level l = *record_top(r);
		r->stack.n--;
		if (l.array)
			continue;
		struct open_frame *f = &r->frames[r->n_frames - 1];
		f->frame.broken = true;
		if (f->gave)
			return record_give_frame(r, out);
		r->n_frames--;
	}
	r->w.keep = r->w.hold = NO_OFFSET;
	r->unit_ended = false;
	r->at_line_start = true;
	r->phase = r->lost ? PHASE_END : PHASE_READ;
	return RECORD_NONE;
}

/* ---- a source that was converted: where things are in it, and what was bad in it */

static bool conversion_problem(struct record_reader *r, const struct out *out)
{
	uint64_t records;
	if (!reader_conversion(r->w.source))
		return false;
	/* What was met before a byte that is there is known; before one still to be made there may be more. */
	uint64_t at = UINT64_MAX;
	if (r->phase == PHASE_READ) {
		bool there = r->stack.n == 0 && skip_between(r, true) >= 0;
		at = window_offset(&r->w);
		at -= !there && at > 0 && !record_at_end(r);
	}
	if (!reader_problem(r->w.source, at, out->problem, &records))
		return false;
	out->problem->record = r->number + (records > 0);
	r->number += records;
	r->any = true;
	return true;
}

static enum record_event placed(struct record_reader *r, const struct out *out, enum record_event event)
{
	uint64_t offset, line;
	if (event == RECORD_RECORD && reader_place(r->w.source, out->rec->offset, &offset, &line)) {
		out->rec->offset = offset;
		out->rec->line = line;
	}
	if (event == RECORD_PROBLEM && reader_place(r->w.source, out->problem->offset, &offset, &line)) {
		out->problem->offset = offset;
		out->problem->line = line;
	}
	return event;
}

enum record_event record_next(struct record_reader *r, struct record *rec, struct frame **frame,
                              struct problem *problem, struct err *err)
{
	const struct out out = {.rec = rec, .frame = frame, .problem = problem};
	for (;;) {
		enum record_event event = RECORD_NONE;
		if (r->notice_at < r->notices.n)
			return placed(r, &out, record_give_notice(r, &out));
		if ((r->phase == PHASE_READ || r->phase == PHASE_END) && conversion_problem(r, &out))
			return RECORD_PROBLEM;
		switch (r->phase) {
		case PHASE_START: event = start(r, &out); break;
		case PHASE_READ: event = read_step(r, &out); break;
		case PHASE_UNWIND: event = unwind_step(r, &out); break;
		case PHASE_END:
			if (r->w.failed && err)
				*err = r->w.err;
			return RECORD_NONE;
		}
		if (event != RECORD_NONE)
			return placed(r, &out, event);
	}
}
