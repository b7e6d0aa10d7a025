#include "store/study/demand.h"

#include "store/base/scan.h"
#include "store/base/text.h"

bool demand_has_text(const struct demand *d)
{
	return d->contain.len || d->not_contain.len || d->match || d->not_match || d->min_length != UNKNOWN_INT ||
	       d->max_length != UNKNOWN_INT || d->json || d->json_field.len || !IS_UNKNOWN(d->min_value) ||
	       !IS_UNKNOWN(d->max_value);
}

bool demand_has_limit(const struct demand *d)
{
	return d->max_duration != UNKNOWN_INT || d->max_tokens != UNKNOWN_INT || !IS_UNKNOWN(d->max_cost);
}

bool demand_has_tools(const struct demand *d)
{
	return d->must_call.len || d->must_not_call.len || d->call.len || d->max_calls != UNKNOWN_INT;
}

bool demand_has_documents(const struct demand *d)
{
	return d->must_retrieve.len || d->must_not_retrieve.len;
}

bool demand_is_of_answers(const struct demand *d)
{
	return !demand_has_text(d) || (d->field != FIELD_ARGUMENTS && d->field != FIELD_RESULT);
}

/* ---------------------------------------------------------------- JSON */

static struct str at_path(struct val v, struct str path, struct arena *arena)
{
	struct str part;
	struct val whole = val_find(v, path);
	if (whole.scan) /* a key that has dots itself */
		return arena_str(arena, val_is(whole, SCAN_NULL) ? STR_LIT("null") : val_text(whole, arena));
	while (v.scan && str_split(&path, '.', &part))
		v = val_find(v, part);
	if (!v.scan)
		return STR_NONE;
	return arena_str(arena, val_is(v, SCAN_NULL) ? STR_LIT("null") : val_text(v, arena));
}

struct str demand_json_field(struct str json, struct str path, struct arena *arena, bool *is_json)
{
	struct scan scan = SCAN_INIT;
	*is_json = scan_text(&scan, json, &(struct scan_opts){.last = true, .replace_utf8 = true});
	struct str out = STR_NONE;
	if (*is_json && val_is(scan_root(&scan), SCAN_OBJECT))
		out = at_path(scan_root(&scan), path, arena);
	scan_done(&scan);
	return out;
}

static bool is_json(struct str text)
{
	struct scan scan = SCAN_INIT;
	bool ok = scan_text(&scan, text, &(struct scan_opts){.last = true, .replace_utf8 = true});
	scan_done(&scan);
	return ok;
}

/* ---------------------------------------------------------------- one text */

static size_t char_of(struct str text, size_t at)
{
	return text_n_codes(str_cut(text, 0, at)) + 1;
}

struct telling {
	const struct demand_found *found;
	bool any;
};

static void tell(struct telling *t, size_t at, size_t len, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void tell(struct telling *t, size_t at, size_t len, const char *fmt, ...)
{
	t->any = true;
	if (!t->found)
		return;
	struct buf why = BUF_INIT;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&why, fmt, args);
	va_end(args);
	t->found->tell(t->found->arg, at, len, buf_str(&why));
	buf_done(&why);
}

static void look_length(const struct demand *d, struct str text, struct telling *t)
{
	if (d->min_length == UNKNOWN_INT && d->max_length == UNKNOWN_INT)
		return;
	int64_t n = (int64_t)text_n_codes(text);
	if (d->min_length != UNKNOWN_INT && n < d->min_length)
		tell(t, 0, 0, "has %lld characters, fewer than %lld", (long long)n, (long long)d->min_length);
	if (d->max_length != UNKNOWN_INT && n > d->max_length)
		tell(t, 0, 0, "has %lld characters, more than %lld", (long long)n, (long long)d->max_length);
}

static void look_value(const struct demand *d, struct str text, struct telling *t)
{
	double v;
	if (IS_UNKNOWN(d->min_value) && IS_UNKNOWN(d->max_value))
		return;
	if (!scan_double(str_trim(text), &v)) {
		tell(t, 0, text.len, "is no number");
		return;
	}
	if (!IS_UNKNOWN(d->min_value) && v < d->min_value)
		tell(t, 0, text.len, "is %.15g, less than %.15g", v, d->min_value);
	if (!IS_UNKNOWN(d->max_value) && v > d->max_value)
		tell(t, 0, text.len, "is %.15g, more than %.15g", v, d->max_value);
}

static void look(const struct demand *d, struct str text, struct telling *t)
{
	size_t at, len;
	struct str shown = str_cut(d->not_contain, 0, 60), missing = str_cut(d->contain, 0, 60);
	if (d->not_contain.len && (at = text_find(text, d->not_contain, 0, true)) != SIZE_MAX)
		tell(t, at, d->not_contain.len, "has \"" STR_FMT "\" at character %zu", STR_ARG(shown),
		     char_of(text, at));
	if (d->not_match && (at = pattern_find_len(d->not_match, text, &len)) != SIZE_MAX)
		tell(t, at, len, "matches what it must not at character %zu", char_of(text, at));
	if (d->contain.len && text_find(text, d->contain, 0, true) == SIZE_MAX)
		tell(t, 0, 0, "lacks \"" STR_FMT "\"", STR_ARG(missing));
	if (d->match && pattern_find(d->match, text) == SIZE_MAX)
		tell(t, 0, 0, "does not match what it must");
	look_length(d, text, t);
	look_value(d, text, t);
}

/* What is said of a field is told of the place of its value in the text, where that can be found. */
struct in_field {
	const struct demand_found *found;
	struct str text, path, value;
};

static void tell_field(void *arg, size_t at, size_t len, struct str why)
{
	const struct in_field *f = arg;
	struct buf words = BUF_INIT;
	size_t place = f->value.len ? str_find(f->text, f->value) : SIZE_MAX;
	(void)at;
	(void)len;
	buf_printf(&words, "has a \"" STR_FMT "\" that ", STR_ARG(str_cut(f->path, 0, 60)));
	buf_add_str(&words, why);
	f->found->tell(f->found->arg, place == SIZE_MAX ? 0 : place, place == SIZE_MAX ? 0 : f->value.len,
	               buf_str(&words));
	buf_done(&words);
}

bool demand_text_broken(const struct demand *d, struct str text, const struct demand_found *found)
{
	struct telling t = {.found = found};
	if (!d->json_field.len) {
		if (d->json && !is_json(text))
			tell(&t, 0, 0, "is no JSON");
		look(d, text, &t);
		return t.any;
	}
	struct arena arena = ARENA_INIT;
	bool json;
	struct str value = demand_json_field(text, d->json_field, &arena, &json);
	if (!json) {
		tell(&t, 0, 0, "is no JSON");
	} else if (!value.ptr) {
		tell(&t, 0, 0, "has no field \"" STR_FMT "\"", STR_ARG(str_cut(d->json_field, 0, 60)));
	} else {
		struct in_field in = {found, text, d->json_field, value};
		const struct demand_found inner = {tell_field, &in};
		struct telling of = {.found = found ? &inner : NULL};
		look(d, value, &of);
		t.any = of.any;
	}
	arena_done(&arena);
	return t.any;
}

/* ---------------------------------------------------------------- tools and documents */

static size_t first_of(const struct str *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return i;
	return SIZE_MAX;
}

static bool say(struct buf *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool say(struct buf *why, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	if (why)
		buf_vprintf(why, fmt, args);
	va_end(args);
	return true;
}

bool demand_tools_broken(const struct demand *d, const struct str *tools, size_t n, struct buf *why)
{
	int64_t calls = 0;
	for (size_t i = 0; d->max_calls != UNKNOWN_INT && i < n; i++)
		calls += str_eq(tools[i], d->tool);
	if (d->must_call.len && first_of(tools, n, d->must_call) == SIZE_MAX)
		return say(why, STR_FMT " was not called", STR_ARG(str_cut(d->must_call, 0, 80)));
	if (d->must_not_call.len && first_of(tools, n, d->must_not_call) != SIZE_MAX)
		return say(why, STR_FMT " was called", STR_ARG(str_cut(d->must_not_call, 0, 80)));
	if (d->max_calls != UNKNOWN_INT && calls > d->max_calls)
		return say(why, STR_FMT " was called %lld times, more than %lld", STR_ARG(str_cut(d->tool, 0, 80)),
		           (long long)calls, (long long)d->max_calls);
	if (!d->call.len)
		return false;
	size_t before = first_of(tools, n, d->before), call = first_of(tools, n, d->call);
	return before != SIZE_MAX && call >= before &&
	       say(why, STR_FMT " was called %s " STR_FMT, STR_ARG(str_cut(d->before, 0, 80)),
	           call == SIZE_MAX ? "without" : "before", STR_ARG(str_cut(d->call, 0, 80)));
}

bool demand_documents_broken(const struct demand *d, const struct str *documents, size_t n, struct buf *why)
{
	if (d->must_retrieve.len && first_of(documents, n, d->must_retrieve) == SIZE_MAX)
		return say(why, "document " STR_FMT " was not retrieved", STR_ARG(str_cut(d->must_retrieve, 0, 80)));
	return d->must_not_retrieve.len && first_of(documents, n, d->must_not_retrieve) != SIZE_MAX &&
	       say(why, "document " STR_FMT " was retrieved", STR_ARG(str_cut(d->must_not_retrieve, 0, 80)));
}

/* ---------------------------------------------------------------- an answer */

struct first_found {
	struct buf *why;
	struct demand_place *place;
	const char *where;
	bool told;
};

static void keep_first(void *arg, size_t at, size_t len, struct str why)
{
	struct first_found *f = arg;
	if (f->told)
		return;
	f->told = true;
	if (f->why) {
		buf_printf(f->why, "the %s ", f->where);
		buf_add_str(f->why, why);
	}
	if (f->place) {
		f->place->at = at;
		f->place->len = len;
	}
}

static bool text_broken(const struct demand *d, struct str text, enum demand_field field, const char *where,
                        struct buf *why, struct demand_place *place)
{
	struct first_found first = {.why = why, .place = place, .where = where};
	const struct demand_found found = {keep_first, &first};
	if (!text.ptr || !demand_text_broken(d, text, why || place ? &found : NULL))
		return false;
	if (place)
		place->field = field;
	return true;
}

static bool limits_broken(const struct demand *d, const struct answer *a, struct buf *why)
{
	struct buf is = BUF_INIT, most = BUF_INIT;
	bool broken = false;
	if (d->max_duration != UNKNOWN_INT && a->duration_ns != UNKNOWN_INT && a->duration_ns > d->max_duration) {
		units_duration_usual(&is, a->duration_ns, false);
		units_duration_usual(&most, d->max_duration, false);
		broken = say(why, "took %s, more than %s", buf_cstr(&is), buf_cstr(&most));
	} else if (!IS_UNKNOWN(d->max_cost) && !IS_UNKNOWN(a->cost_usd) && a->cost_usd > d->max_cost) {
		units_usd(&is, a->cost_usd);
		units_usd(&most, d->max_cost);
		broken = say(why, "cost %s, more than %s", buf_cstr(&is), buf_cstr(&most));
	} else if (d->max_tokens != UNKNOWN_INT && a->tokens != UNKNOWN_INT && a->tokens > d->max_tokens) {
		broken = say(why, "%lld tokens, more than %lld", (long long)a->tokens, (long long)d->max_tokens);
	}
	buf_done(&is);
	buf_done(&most);
	return broken;
}

bool demand_broken(const struct demand *d, const struct answer *a, struct buf *why, struct demand_place *place)
{
	if (place)
		*place = (struct demand_place){.field = d->field};
	if (demand_has_text(d)) {
		bool in = d->field == FIELD_INPUT || d->field == FIELD_ANY,
		     out = d->field == FIELD_OUTPUT || d->field == FIELD_ANY;
		if ((out && text_broken(d, a->output, FIELD_OUTPUT, "output", why, place)) ||
		    (in && text_broken(d, a->input, FIELD_INPUT, "input", why, place)) ||
		    (d->field == FIELD_ERROR_TEXT && text_broken(d, a->error, FIELD_ERROR_TEXT, "error", why, place)))
			return true;
	}
	return (demand_has_limit(d) && limits_broken(d, a, why)) ||
	       (a->has_tools && demand_has_tools(d) && demand_tools_broken(d, a->tools, a->n_tools, why)) ||
	       (a->has_documents && demand_has_documents(d) &&
	        demand_documents_broken(d, a->documents, a->n_documents, why));
}

struct str demand_answer(const struct span *span)
{
	bool any = false;
	for (size_t i = span->n_messages; i-- > 0;) {
		const struct message *m = &span->messages[i];
		any = any || m->output;
		for (size_t k = 0; m->output && k < m->n_parts; k++)
			if (m->parts[k].type == PART_TEXT && m->parts[k].text.len)
				return m->parts[k].text;
	}
	return any ? STR_NONE : span->output;
}
