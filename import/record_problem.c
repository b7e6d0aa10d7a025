/* Bad input told: what, where, how bad, and what becomes of the rest. */
#include "import/record_private.h"

#include <string.h>

static struct str path_now(struct record_reader *r, int node)
{
	buf_clear(&r->path_text);
	path_print(&r->path_text, r, node);
	return r->path_text.len ? buf_str(&r->path_text) : STR_NONE;
}

static void add_excerpt(struct record_reader *r, uint64_t at)
{
	struct str rest = window_rest(&r->w);
	rest = str_cut(str_from(rest, (size_t)(at - window_offset(&r->w))), 0, 16);
	size_t line = str_find_char(rest, '\n');
	rest = str_cut(rest, 0, line == SIZE_MAX ? rest.len : line);
	if (rest.len > 0)
		buf_printf(&r->reason, " at \"" STR_FMT "\"", STR_ARG(rest));
}

/* Severity and code depend on what follows. The tail of a file that may still grow is not counted as a record. */
static void judge(struct record_reader *r, struct problem *p, bool cut, bool found, bool rest_blank)
{
	p->severity = SEVERITY_SKIPPED;
	p->kept = STR_LIT("record skipped");
	if (found)
		return;
	if (cut && r->lined && p->line == r->outer_line) {
		p->code = "incomplete-tail";
		p->kept = STR_LIT("read again when the file has grown");
		return;
	}
	if (cut)
		p->code = "truncated";
	if (r->lined && rest_blank)
		return;
	p->severity = SEVERITY_FILE;
	p->kept = STR_LIT("the records before it are kept");
}

/* Bad JSON: leaves all open containers and looks for the next good value. */
enum record_event record_broken(struct record_reader *r, const struct out *out, struct trouble t)
{
	r->phase = PHASE_UNWIND;
	r->lost = true;
	if (t.cut && r->w.failed)
		return RECORD_NONE; /* the reader's failure is told instead */
	struct problem *p = out->problem;
	*p =
	    (struct problem){.record = r->number + 1, .line = window_line(&r->w, t.at), .offset = t.at, .code = t.code};
	p->path = path_now(r, -1);
	buf_clear(&r->reason);
	buf_printf(&r->reason, "invalid JSON: %s", t.why);
	add_excerpt(r, t.at);
	p->reason = buf_str(&r->reason);
	bool rest_blank;
	r->lost = !resync(r, t.at, &rest_blank);
	r->mended = true;
	judge(r, p, t.cut, !r->lost, rest_blank);
	if (strcmp(p->code, "incomplete-tail") != 0)
		r->number++;
	if (!r->lost || !t.cut)
		record_dealt(r);
	return RECORD_PROBLEM;
}

enum record_event record_broken_here(struct record_reader *r, const struct out *out, int c, const char *why)
{
	struct trouble t = {.code = "bad-json", .why = why, .at = window_offset(&r->w), .cut = c < 0};
	if (t.cut)
		t.why = "the text ends inside a value";
	return record_broken(r, out, t);
}

/* A value that is too much for us is skipped by its brackets; what is around it goes on. */
enum record_event record_skip(struct record_reader *r, const struct out *out, enum limit limit, int node, uint64_t seen)
{
	bool unit = record_at_unit(r);
	uint64_t at = window_offset(&r->w);
	buf_clear(&r->reason);
	if (limit == LIMIT_DEPTH)
		buf_printf(&r->reason, "nested deeper than %d (--max-depth)", r->depth_max);
	else
		buf_printf(&r->reason, "a value larger than %zu bytes", r->max);
	*out->problem = (struct problem){.record = r->number + 1,
	                                 .line = window_line(&r->w, at),
	                                 .offset = at,
	                                 .path = path_now(r, node),
	                                 .severity = SEVERITY_SKIPPED,
	                                 .code = limit == LIMIT_DEPTH ? "limit-depth" : "limit-record",
	                                 .reason = buf_str(&r->reason),
	                                 .kept = STR_LIT("skipped; what is around it is kept")};
	r->number++;
	skip_value(r, unit, seen);
	if (unit)
		record_unit_end(r);
	return RECORD_PROBLEM;
}

enum record_event record_wrong_type(struct record_reader *r, const struct out *out, uint64_t at)
{
	*out->problem = (struct problem){.record = ++r->number,
	                                 .line = window_line(&r->w, at),
	                                 .offset = at,
	                                 .path = path_now(r, -1),
	                                 .severity = SEVERITY_SKIPPED,
	                                 .code = "wrong-type",
	                                 .reason = STR_LIT("this element is not of the type expected here"),
	                                 .kept = STR_LIT("element skipped")};
	return RECORD_PROBLEM;
}

/* ---- warnings, given one at each call */

void record_warn(struct record_reader *r, const char *code, uint32_t count, uint64_t record, uint64_t offset)
{
	if (count > 0)
		*vec_add(&r->notices) = (struct notice){.code = code,
		                                        .count = count,
		                                        .record = record,
		                                        .line = window_line(&r->w, offset),
		                                        .offset = offset};
}

/* What the last scan had to replace. */
void record_warn_text(struct record_reader *r, uint64_t record, uint64_t offset)
{
	record_warn(r, "bad-utf8", r->scan.bad_utf8, record, offset);
	record_warn(r, "lone-surrogate", r->scan.lone_surrogates, record, offset);
}

static void print_notice(struct buf *out, const struct notice *n)
{
	if (strcmp(n->code, "limit-record") == 0)
		buf_printf(out, "what surrounds the records is larger than %u bytes", n->count);
	else if (strcmp(n->code, "bad-utf8") == 0)
		buf_printf(out, "bytes that are not UTF-8 in strings, %u times", n->count);
	else
		buf_printf(out, "half a surrogate pair (\\u escape), %u times", n->count);
}

enum record_event record_give_notice(struct record_reader *r, const struct out *out)
{
	const struct notice *n = &r->notices.at[r->notice_at++];
	bool limit = strcmp(n->code, "limit-record") == 0;
	buf_clear(&r->reason);
	print_notice(&r->reason, n);
	*out->problem = (struct problem){.record = n->record,
	                                 .line = n->line,
	                                 .offset = n->offset,
	                                 .severity = limit ? SEVERITY_SKIPPED : SEVERITY_WARNING,
	                                 .code = n->code,
	                                 .reason = buf_str(&r->reason),
	                                 .kept = limit ? STR_LIT("members skipped") : STR_LIT("kept; shown as U+FFFD")};
	if (r->notice_at == r->notices.n) {
		vec_clear(&r->notices);
		r->notice_at = 0;
	}
	return RECORD_PROBLEM;
}
