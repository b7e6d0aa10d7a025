/* spoor trace ID --json: the trace, then its spans flat in pre-order, each with its payload decoded from the stored record. */
#include "tui/cmd/trace.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/base/vec.h"
#include "store/span_row.h"

/* Ids of the spans from the root down to the one being written. */
struct path {
	VEC(struct buf) ids;
};

static void path_set(struct path *p, int depth, struct str id)
{
	while (p->ids.n <= (size_t)depth)
		*vec_add(&p->ids) = BUF_INIT;
	buf_clear(&p->ids.at[depth]);
	buf_add_str(&p->ids.at[depth], id);
}

static void path_done(struct path *p)
{
	for (size_t i = 0; i < p->ids.n; i++)
		buf_done(&p->ids.at[i]);
	vec_done(&p->ids);
}

/* ---------------------------------------------------------------- payload */

static void raw_json(struct jout *j, const char *key, struct str json)
{
	struct buf safe = BUF_INIT;
	out_json_text(&safe, json);
	jout_raw(j, key, buf_str(&safe));
	buf_done(&safe);
}

/* Keys come from files and may hold any byte: the object is put together here and handed on whole. */
static void attributes(struct jout *j, const char *key, const struct attribute *at, size_t n)
{
	struct buf object = BUF_INIT;
	buf_add_char(&object, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(&object, ',');
		clean_json(&object, at[i].key.ptr ? at[i].key : STR_LIT(""));
		buf_add_char(&object, ':');
		out_json_text(&object, at[i].json);
	}
	buf_add_char(&object, '}');
	jout_raw(j, key, buf_str(&object));
	buf_done(&object);
}

static const char *part_name(enum part_type type)
{
	switch (type) {
	case PART_TEXT: return "text";
	case PART_REASONING: return "reasoning";
	case PART_TOOL_CALL: return "tool_call";
	case PART_TOOL_RESULT: return "tool_result";
	case PART_MEDIA: return "media";
	case PART_OTHER: break;
	}
	return "other";
}

static void messages(struct jout *j, const struct span *span)
{
	jout_array(j, "messages");
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		jout_object(j, NULL);
		jout_str(j, "role", m->role);
		jout_str(j, "name", m->name);
		jout_bool(j, "output", m->output);
		jout_str(j, "finish_reason", m->finish_reason);
		jout_array(j, "parts");
		for (size_t k = 0; k < m->n_parts; k++) {
			const struct message_part *part = &m->parts[k];
			jout_object(j, NULL);
			jout_cstr(j, "type", part_name(part->type));
			jout_str(j, "text", part->text);
			jout_str(j, "id", part->id);
			jout_str(j, "name", part->name);
			jout_int(j, "size_bytes", part->size_bytes ? (int64_t)part->size_bytes : UNKNOWN_INT);
			jout_end(j);
		}
		jout_end(j);
		jout_end(j);
	}
	jout_end(j);
}

static void documents(struct jout *j, const struct span *span)
{
	jout_array(j, "documents");
	for (size_t i = 0; i < span->n_documents; i++) {
		jout_object(j, NULL);
		jout_str(j, "id", span->documents[i].id);
		jout_str(j, "content", span->documents[i].content);
		jout_double(j, "score", span->documents[i].score);
		raw_json(j, "metadata", span->documents[i].metadata);
		jout_end(j);
	}
	jout_end(j);
}

static void events(struct jout *j, const struct span *span)
{
	jout_array(j, "events");
	for (size_t i = 0; i < span->n_events; i++) {
		jout_object(j, NULL);
		jout_str(j, "name", span->events[i].name);
		jout_time(j, "time", span->events[i].time_ns);
		raw_json(j, "attributes", span->events[i].attributes);
		jout_end(j);
	}
	jout_end(j);
}

static void links(struct jout *j, const struct span *span)
{
	jout_array(j, "links");
	for (size_t i = 0; i < span->n_links; i++) {
		jout_object(j, NULL);
		jout_str(j, "trace", span->links[i].trace_id);
		jout_str(j, "span", span->links[i].span_id);
		raw_json(j, "attributes", span->links[i].attributes);
		jout_end(j);
	}
	jout_end(j);
}

static void scores(struct jout *j, const char *name, const struct score_row *rows, size_t n, bool of_trace)
{
	jout_array(j, name);
	for (size_t i = 0; i < n; i++) {
		const struct score_row *s = &rows[i];
		if (s->of_trace != of_trace)
			continue;
		jout_object(j, NULL);
		jout_str(j, "name", s->name);
		jout_double(j, "value", s->value);
		jout_str(j, "label", s->label);
		if (s->pass < 0)
			jout_null(j, "pass");
		else
			jout_bool(j, "pass", s->pass != 0);
		jout_double(j, "threshold", s->threshold);
		jout_str(j, "explanation", s->explanation);
		jout_cstr(j, "source", score_source_name(s->source));
		jout_str(j, "judge_model", s->judge_model);
		jout_str(j, "author", s->author);
		jout_time(j, "time", s->time_ns);
		jout_end(j);
	}
	jout_end(j);
}

/* ---------------------------------------------------------------- spans */

static void figures(struct jout *j, const struct tree_row *row, struct str parent)
{
	out_members(j, span_columns, row);
	jout_str(j, "parent", parent);
	jout_bool(j, "critical", (row->flags & SPAN_CRITICAL) != 0);
	jout_int(j, "first_token_ns", row->first_token_ns);
	jout_str(j, "prompt", row->prompt);
	jout_str(j, "prompt_version", row->prompt_version);
	jout_bool(j, "usage_repeated", (row->flags & SPAN_DUP_USAGE) != 0);
	if (row->flags & SPAN_SYNTHETIC)
		jout_bool(j, "synthetic", true);
}

static void payload(struct jout *j, const struct span_detail *d, struct str trouble)
{
	jout_str(j, "input", d->span.input);
	jout_str(j, "output", d->span.output);
	messages(j, &d->span);
	documents(j, &d->span);
	attributes(j, "attributes", d->span.attributes, d->span.n_attributes);
	attributes(j, "resource", d->span.resource, d->span.n_resource);
	events(j, &d->span);
	if (trouble.len)
		jout_str(j, "payload_error", trouble);
}

/* A record that no longer reads costs its payload, not the answer; a store that fails does. */
static bool fatal(const struct err *err)
{
	return err->code == ERR_STORE || err->code == ERR_SYSTEM || err->code == ERR_MEMORY ||
	       err->code == ERR_INTERRUPTED;
}

static bool print_span(struct trace_out *t, struct block_cache *blocks, struct jout *j, const struct tree_row *row,
                       struct str parent, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_detail d;
	struct err trouble = ERR_INIT;
	bool ok = span_detail(t->db, blocks, t->row.id, row->key, row->record, &arena, &d, &trouble);
	if (!ok && fatal(&trouble)) {
		*err = trouble;
		arena_done(&arena);
		return false;
	}
	jout_object(j, NULL);
	figures(j, row, parent);
	if (t->payload)
		payload(j, &d, str_of(trouble.text));
	links(j, &d.span);
	scores(j, "scores", d.scores, d.n_scores, false);
	jout_end(j);
	arena_done(&arena);
	return out_stream(&t->text, err);
}

static bool print_spans(struct trace_out *t, struct jout *j, struct err *err)
{
	struct tree_walk *walk = tree_walk_open(t->db, t->row.first, t->row.n, err);
	if (!walk)
		return false;
	struct block_cache *blocks = block_cache_new(t->db);
	struct path path = {0};
	struct tree_row row;
	bool ok = true;
	while (ok && tree_walk_next(walk, &row, err)) {
		path_set(&path, row.depth, row.id);
		struct str parent = row.depth > 0 ? buf_str(&path.ids.at[row.depth - 1]) : STR_NONE;
		ok = print_span(t, blocks, j, &row, parent, err);
	}
	path_done(&path);
	block_cache_free(blocks);
	tree_walk_close(walk);
	return ok && err->code == ERR_NONE;
}

/* "scores" of a trace are means by name: here are those given to the whole trace or its session, each as it was given. */
static bool trace_scores(struct trace_out *t, struct jout *j, struct err *err)
{
	struct score_row *rows;
	size_t n;
	if (!span_scores(t->db, t->row.id, 0, true, &t->arena, &rows, &n, err))
		return false;
	scores(j, "trace_scores", rows, n, true);
	return true;
}

bool trace_json(struct trace_out *t, struct err *err)
{
	struct jout j;
	jout_init(&j, &t->text, false);
	jout_object(&j, NULL);
	out_members_but(&j, trace_columns, &t->row, "spans", "span_count"); /* here "spans" are the spans */
	if (!trace_scores(t, &j, err))
		return false;
	jout_array(&j, "spans");
	if (!print_spans(t, &j, err))
		return false;
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&t->text, '\n');
	return true;
}
