#include "tui/screen/pane_span_tree.h"

#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/media.h"
#include "tui/screen/pane_span_tabs.h"

enum { GROUPS_DEEP = 12 }; /* deeper names are not taken apart */

void span_tree_init(struct span_tree *t)
{
	*t = (struct span_tree){.laid = false};
	jsonview_init(&t->view);
}

void span_tree_done(struct span_tree *t)
{
	jsonview_done(&t->view);
	arena_done(&t->made);
}

/* ---------------------------------------------------------------- sections */

struct section {
	enum role role;
	struct str heading, text;
};
struct sections {
	struct arena arena; /* of all texts in them */
	VEC(struct section) at;
};

static void add(struct sections *to, enum role role, struct str heading, struct str text)
{
	*vec_add(&to->at) = (struct section){role, arena_str(&to->arena, heading),
	                                     arena_str(&to->arena, text.ptr ? text : STR_LIT(""))};
}

/* The same, with a word in place of base64. */
static void add_shown(struct sections *to, enum role role, struct str heading, struct str text)
{
	struct buf words = BUF_INIT;
	add(to, role, heading, media_shown(&words, text) ? buf_str(&words) : text);
	buf_done(&words);
}

/* Takes the sections over; what shows already stays as it is, with its folds. */
static void take(struct span_tree *t, struct sections *from)
{
	uint64_t hash = from->at.n;
	for (size_t i = 0; i < from->at.n; i++)
		hash = hash * 0x9E3779B97F4A7C15U ^ hash64(from->at.at[i].heading) ^ hash64(from->at.at[i].text) << 1;
	if (t->laid && hash == t->hash) {
		arena_done(&from->arena);
	} else {
		jsonview_clear(&t->view);
		arena_done(&t->made);
		t->made = from->arena;
		for (size_t i = 0; i < from->at.n; i++)
			jsonview_add(&t->view, from->at.at[i].role, from->at.at[i].heading, from->at.at[i].text);
		jsonview_lay(&t->view);
		t->hash = hash;
		t->laid = true;
	}
	vec_done(&from->at);
}

/* ---------------------------------------------------------------- attributes */

static int digits(const char *p, const char *end)
{
	const char *from = p;
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (int)(p - from);
}

/* Bytes, but a dot comes before all others, and numbers go by their size. */
static int compare_names(struct str a, struct str b)
{
	const char *p = a.ptr, *q = b.ptr, *p_end = p + a.len, *q_end = q + b.len;
	while (p < p_end && q < q_end) {
		int n = digits(p, p_end), m = digits(q, q_end);
		if (n && m && n != m && *p != '0' && *q != '0')
			return n - m;
		if (*p != *q)
			return *p == '.' ? -1 : *q == '.' ? 1 : (unsigned char)*p - (unsigned char)*q;
		p++;
		q++;
	}
	return (p < p_end) - (q < q_end);
}

static int by_name(const void *pa, const void *pb)
{
	const struct attribute *const *a = pa, *const *b = pb;
	int order = compare_names((*a)->key, (*b)->key);
	return order ? order : (*a > *b) - (*a < *b); /* equal names as they came */
}

/* attributes[from, to) have the first `skip` bytes in common: the group's name and its dot. */
struct group {
	size_t from, to, skip;
};

static struct str rest_of(const struct attribute *a, size_t skip)
{
	return str_from(a->key, skip);
}

/* The bytes of its first part, with the dot behind it; all of it if it has none. */
static size_t part_len(struct str name)
{
	size_t dot = str_find_char(name, '.');
	return dot == SIZE_MAX || dot == 0 || dot + 1 == name.len ? name.len : dot + 1;
}

/* Those after `i` that begin as it does, as far as the first dot and further dots all of them share. */
static struct group group_at(const struct attribute *const *at, const struct group *in, size_t i)
{
	struct str name = rest_of(at[i], in->skip);
	size_t len = part_len(name), end = i + 1;
	if (len == name.len)
		return (struct group){i, end, in->skip};
	while (end < in->to && str_eq(str_cut(rest_of(at[end], in->skip), 0, len), str_cut(name, 0, len)))
		end++;
	struct str last = rest_of(at[end - 1], in->skip);
	for (size_t more = len;;) { /* sorted: what the first and the last share, all do */
		size_t next = part_len(str_from(name, more));
		if (more + next >= name.len || more + next >= last.len ||
		    !str_eq(str_cut(name, 0, more + next), str_cut(last, 0, more + next)))
			return (struct group){i, end, in->skip + more};
		more += next;
	}
}

static void add_value(struct buf *out, struct str json)
{
	struct scan scan = SCAN_INIT;
	if (scan_text(&scan, json, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true}))
		buf_add_str(out, json);
	else
		scan_quote(out, json);
	scan_done(&scan);
}

static void open_group(struct buf *out, bool *first, struct str name)
{
	buf_add_cstr(out, *first ? "" : ",");
	scan_quote(out, name);
	buf_add_char(out, ':');
	*first = false;
}

void attributes_json(struct buf *out, const struct attribute *at, size_t n)
{
	const struct attribute **sorted = xcalloc(n + 1, sizeof *sorted);
	struct group stack[GROUPS_DEEP] = {{.to = n}};
	size_t deep = 1;
	bool first = true;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &at[i];
	qsort(sorted, n, sizeof *sorted, by_name);
	buf_add_char(out, '{');
	while (deep) {
		struct group *in = &stack[deep - 1];
		if (in->from == in->to) {
			buf_add_char(out, '}');
			first = false;
			deep--;
			continue;
		}
		struct group next = group_at(sorted, in, in->from);
		if (next.to - next.from > 1 && deep < GROUPS_DEEP) {
			open_group(out, &first, str_cut(sorted[in->from]->key, in->skip, next.skip - in->skip - 1));
			buf_add_char(out, '{');
			first = true;
			in->from = next.to;
			stack[deep++] = next;
			continue;
		}
		open_group(out, &first, rest_of(sorted[in->from], in->skip));
		add_value(out, sorted[in->from++]->json);
	}
	free(sorted);
}

void span_tree_attributes(struct span_tree *t, const struct span *span)
{
	struct sections to = {.arena = ARENA_INIT};
	struct buf text = BUF_INIT;
	attributes_json(&text, span->attributes, span->n_attributes);
	if (span->n_attributes)
		add_shown(&to, ROLE_HEADING, STR_NONE, buf_str(&text));
	buf_clear(&text);
	attributes_json(&text, span->resource, span->n_resource);
	if (span->n_resource)
		add_shown(&to, ROLE_HEADING, STR_LIT("of the resource"), buf_str(&text));
	if (!to.at.n)
		add(&to, ROLE_DIM, STR_LIT("This span has no attributes."), STR_NONE);
	buf_done(&text);
	t->view.dotted = true;
	take(t, &to);
}

/* ---------------------------------------------------------------- events */

static void event_heading(struct buf *out, const struct span *span, const struct span_event *event, bool ascii)
{
	buf_add_str(out, event->name.len ? event->name : STR_LIT("event"));
	buf_add_cstr(out, "  ");
	if (event->time_ns == TIME_UNKNOWN) {
		buf_add_cstr(out, "at an unknown time");
	} else if (span->start_ns == TIME_UNKNOWN) {
		units_time_full(out, event->time_ns);
	} else if (event->time_ns < span->start_ns) {
		units_duration(out, units_between(event->time_ns, span->start_ns), ascii);
		buf_add_cstr(out, " before the span began");
	} else {
		buf_add_cstr(out, "after ");
		units_duration(out, event->time_ns - span->start_ns, ascii);
		if (span->end_ns != TIME_UNKNOWN && event->time_ns > span->end_ns)
			buf_add_cstr(out, ", when the span had ended");
	}
}

void span_tree_events(struct span_tree *t, const struct span *span, bool ascii)
{
	struct sections to = {.arena = ARENA_INIT};
	struct buf heading = BUF_INIT;
	for (size_t i = 0; i < span->n_events; i++) {
		const struct span_event *event = &span->events[i];
		buf_clear(&heading);
		event_heading(&heading, span, event, ascii);
		bool empty = !event->attributes.len || str_is(str_trim(event->attributes), "{}");
		add_shown(&to, str_is(event->name, "exception") ? ROLE_ERROR : ROLE_HEADING, buf_str(&heading),
		          empty ? STR_NONE : event->attributes);
	}
	buf_done(&heading);
	t->view.dotted = true;
	take(t, &to);
}

/* ---------------------------------------------------------------- input, output */

void span_tree_value(struct span_tree *t, struct str value)
{
	struct sections to = {.arena = ARENA_INIT};
	add_shown(&to, ROLE_HEADING, STR_NONE, value);
	take(t, &to);
}

/* ---------------------------------------------------------------- records */

void span_tree_records(struct span_tree *t, const struct span_detail *d)
{
	struct sections to = {.arena = ARENA_INIT};
	struct buf heading = BUF_INIT;
	for (size_t i = 0; i < d->n_origins; i++) {
		const struct span_origin *o = &d->origins[i];
		buf_clear(&heading);
		if (i > 0) {
			buf_add_cstr(&heading, "another record of it: ");
			span_tabs_place(&heading, o);
		}
		add(&to, ROLE_HEADING, buf_str(&heading), o->raw);
		for (size_t k = 0; k < o->n_frames; k++)
			if (!str_is(str_trim(o->frames[k]), "{}"))
				add(&to, ROLE_HEADING,
				    k ? STR_LIT("what that stands in") : STR_LIT("what the record stands in"),
				    o->frames[k]);
	}
	if (!to.at.n)
		add(&to, ROLE_DIM, STR_LIT("There is no record of this span."), STR_NONE);
	buf_done(&heading);
	take(t, &to);
}
