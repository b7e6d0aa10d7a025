#include "import/transcript.h"

#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 200 };

/* ---------------------------------------------------------------- details */

void detail_begin(struct buf *out)
{
	buf_clear(out);
	buf_add_char(out, '{');
}

static void add_key(struct buf *out, const char *key)
{
	if (out->len > 1)
		buf_add_char(out, ',');
	scan_quote(out, str_of(key));
	buf_add_char(out, ':');
}

void detail_text(struct buf *out, const char *key, struct str text)
{
	if (!text.ptr)
		return;
	add_key(out, key);
	scan_quote(out, text);
}

void detail_ns(struct buf *out, const char *key, int64_t ns)
{
	if (ns == TIME_UNKNOWN)
		return;
	add_key(out, key);
	buf_printf(out, "\"%lld\"", (long long)ns);
}

void detail_json(struct buf *out, const char *key, struct str json)
{
	if (!json.len)
		return;
	add_key(out, key);
	buf_add_str(out, json);
}

void detail_member(struct buf *out, struct str key, struct str json)
{
	if (!key.len || !json.len)
		return;
	if (out->len > 1)
		buf_add_char(out, ',');
	buf_add_str(out, key);
	buf_add_char(out, ':');
	buf_add_str(out, json);
}

void detail_list(struct buf *out, const char *key, struct str values)
{
	if (!values.len)
		return;
	add_key(out, key);
	buf_add_char(out, '[');
	buf_add_str(out, values);
	buf_add_char(out, ']');
}

void detail_end(struct buf *out)
{
	buf_add_char(out, '}');
}

bool values_add(struct buf *list, struct str json, size_t most)
{
	if (!json.len) /* a member that is not there */
		return true;
	if (size_add(list->len, json.len) > most)
		return false;
	if (list->len)
		buf_add_char(list, ',');
	buf_add_str(list, json);
	return true;
}

static void say_left_out(const struct fields *f, size_t len)
{
	import_problem(f->im, f->rec, SEVERITY_WARNING, "limit-record", STR_NONE, "kept, not shown with its span",
	               "%zu bytes more than a span's conversation may hold", len);
}

void values_keep(const struct fields *f, struct buf *list, struct str json)
{
	if (!values_add(list, json, TRANSCRIPT_BEFORE_MAX))
		say_left_out(f, json.len);
}

struct str text_cut(struct str text, size_t most)
{
	if (text.len <= most)
		return text;
	while (most && ((unsigned char)text.ptr[most] & 0xC0) == 0x80)
		most--;
	return str_cut(text, 0, most);
}

struct str transcript_id(const struct fields *f, struct val v)
{
	struct str id = field_text(f, v);
	if (id.len <= ID_MAX)
		return id;
	struct str head = text_cut(id, ID_MAX / 2);
	return arena_printf(f->arena, STR_FMT "…%016llx", STR_ARG(head), (unsigned long long)hash64(id));
}

struct str transcript_text(const struct fields *f, struct val content)
{
	struct buf text = BUF_INIT;
	bool only = val_count(content) > 0;
	for (struct member m = val_first(content); m.ok && only; m = val_next(m)) {
		only = val_str_is(val_get(m.val, "type"), "text");
		if (!only)
			break;
		buf_add_cstr(&text, text.len ? "\n\n" : "");
		buf_add_str(&text, val_text(val_get(m.val, "text"), f->arena));
	}
	struct str out = only ? arena_str(f->arena, buf_str(&text)) : val_raw(content);
	buf_done(&text);
	return out;
}

void detail_tell(struct fields *f, int slot, struct buf *json, transcript_take *take)
{
	detail_end(json);
	struct str text = arena_str(f->arena, buf_str(json));
	import_detail(f->im, f->rec, slot, text);
	take(f, fields_scan(f, text));
	buf_done(json);
}

int transcript_probe(const struct sample *s, int (*score)(struct val v, const char **why), const char *nothing,
                     const char **why)
{
	int best = 0;
	*why = nothing;
	for (size_t i = 0; i < s->n_values; i++) {
		const char *reason = "";
		int one = score(s->values[i], &reason);
		if (one <= best)
			continue;
		best = one;
		*why = reason;
	}
	return best;
}

void transcript_record(struct import *im, const struct record *rec, const struct transcript_slot *takes,
                       transcript_take *line)
{
	struct fields f = fields_of(im, rec);
	while (takes->take && takes->slot != rec->slot)
		takes++;
	if (takes->take)
		takes->take(&f, rec->root);
	else if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", STR_NONE, "left out",
		               "this line is not an object");
	else if (!im->decoding)
		line(&f, rec->root);
	fields_done(&f);
}

void detail_facts(const struct fields *f, struct span *span, struct val detail)
{
	span->trace_id = field_text(f, val_get(detail, "trace"));
	span->id = field_text(f, val_get(detail, "id"));
	span->parent_id = field_text(f, val_get(detail, "parent"));
	span->start_ns = field_time_in(f, val_get(detail, "start"), 1, "start");
	span->end_ns = field_time_in(f, val_get(detail, "end"), 1, "end");
}

/* ---------------------------------------------------------------- times */

void times_note(struct transcript_times *t, struct str id, int64_t ns)
{
	uint64_t key = hash64(id);
	if (!id.len || ns == TIME_UNKNOWN)
		return;
	t->at[key % TRANSCRIPT_TIMES].key = key;
	t->at[key % TRANSCRIPT_TIMES].ns = ns;
}

int64_t times_find(const struct transcript_times *t, struct str id)
{
	uint64_t key = hash64(id);
	return id.len && t->at[key % TRANSCRIPT_TIMES].key == key ? t->at[key % TRANSCRIPT_TIMES].ns : TIME_UNKNOWN;
}

/* ---------------------------------------------------------------- calls */

struct transcript_call *calls_add(struct transcript_calls *c, struct str id, struct transcript_call *old)
{
	struct transcript_call *place = &c->at[0];
	for (size_t i = 0; i < TRANSCRIPT_CALLS && place->id; i++)
		if (!c->at[i].id || c->at[i].order < place->order)
			place = &c->at[i];
	*old = *place;
	*place = (struct transcript_call){.id = xstrndup(id),
	                                  .key = hash64(id),
	                                  .json = BUF_INIT,
	                                  .result = BUF_INIT,
	                                  .start_ns = TIME_UNKNOWN,
	                                  .end_ns = TIME_UNKNOWN,
	                                  .order = ++c->order};
	return place;
}

struct transcript_call *calls_find(struct transcript_calls *c, struct str id)
{
	uint64_t key = hash64(id);
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++)
		if (c->at[i].id && c->at[i].key == key && str_is(id, c->at[i].id))
			return &c->at[i];
	return NULL;
}

void call_add_result(const struct fields *f, const struct transcript_calls *c, struct transcript_call *call,
                     struct str json)
{
	size_t all = 0;
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++)
		all += c->at[i].result.len;
	if (all - call->result.len >= TRANSCRIPT_RESULTS_MAX ||
	    !values_add(&call->result, json, TRANSCRIPT_RESULTS_MAX - (all - call->result.len)))
		say_left_out(f, json.len);
}

void call_done(struct transcript_call *call)
{
	free(call->id);
	free(call->parent);
	free(call->trace);
	buf_done(&call->json);
	buf_done(&call->result);
	*call = (struct transcript_call){.id = NULL};
}

void calls_done(struct transcript_calls *c)
{
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++)
		call_done(&c->at[i]);
}
