/* spoor trace ID --otlp: one export request of OTLP/JSON, span after span, that any OpenTelemetry tool reads and that spoor imports as the
 * same trace. What its source called by no convention's name is added under OpenTelemetry's and OpenInference's; what no convention has a
 * name for, and what readers would have to guess, is told in one attribute of ours (import/semconv_own.h says what it holds), so that
 * reading it back needs no guess. */
#include "tui/cmd/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/vec.h"
#include "store/span_row.h"

enum { NEST_MAX = 60 }; /* of lists and objects in a value; what is deeper is told as text */

struct otlp_out {
	struct trace_out *t;
	struct jout j;
	struct block_cache *blocks;
	struct buf resource, next; /* attributes of the resource that is open; of the span's */
	bool open, first;          /* a resource is; no span was written yet */
	char trace_id[33];
	VEC(struct buf) path;  /* ids from the root down to the span before: of parents that only the tree knows */
	VEC(struct str) added; /* names of the attributes that the source did not have */
};

/* ---------------------------------------------------------------- values */

static void any_value(struct jout *j, const char *key, struct val v, int depth);

static void any_text(struct jout *j, const char *key, struct str text)
{
	jout_object(j, key);
	jout_str(j, "stringValue", text.ptr ? text : STR_LIT(""));
	jout_end(j);
}

static void any_list(struct jout *j, struct val v, int depth)
{
	bool object = val_is(v, SCAN_OBJECT);
	jout_object(j, object ? "kvlistValue" : "arrayValue");
	jout_array(j, "values");
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (!object) {
			any_value(j, NULL, m.val, depth + 1);
			continue;
		}
		struct arena arena = ARENA_INIT;
		jout_object(j, NULL);
		jout_str(j, "key", member_key(m, &arena));
		any_value(j, "value", m.val, depth + 1);
		jout_end(j);
		arena_done(&arena);
	}
	jout_end(j);
	jout_end(j);
}

/* A JSON value as an AnyValue; 64-bit integers as text, as the mapping wants them. Nested at most NEST_MAX deep. */
static void any_value(struct jout *j, const char *key, struct val v, int depth)
{
	struct arena arena = ARENA_INIT;
	int64_t n;
	bool truth, nested = val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
	if (val_is(v, SCAN_STRING) || (nested && depth >= NEST_MAX)) {
		any_text(j, key, val_text(v, &arena));
		arena_done(&arena);
		return;
	}
	jout_object(j, key);
	if (nested) {
		any_list(j, v, depth);
	} else if (val_bool(v, &truth)) {
		jout_bool(j, "boolValue", truth);
	} else if (val_is(v, SCAN_NUMBER) && scan_int64(val_raw(v), &n)) {
		jout_str(j, "intValue", val_raw(v));
	} else if (val_is(v, SCAN_NUMBER)) {
		jout_raw(j, "doubleValue", val_raw(v));
	} /* null: no value */
	jout_end(j);
	arena_done(&arena);
}

static void attribute_json(struct jout *j, struct str name, struct str json)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	jout_object(j, NULL);
	jout_str(j, "key", name);
	if (scan_text(&scan, json, &opts))
		any_value(j, "value", scan_root(&scan), 0);
	else
		any_text(j, "value", json);
	jout_end(j);
	scan_done(&scan);
}

static void attributes_of_json(struct jout *j, const char *key, struct str object)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	jout_array(j, key);
	if (object.len && scan_text(&scan, object, &opts) && val_is(scan_root(&scan), SCAN_OBJECT))
		for (struct member m = val_first(scan_root(&scan)); m.ok; m = val_next(m)) {
			struct arena arena = ARENA_INIT;
			attribute_json(j, member_key(m, &arena), val_raw(m.val));
			arena_done(&arena);
		}
	jout_end(j);
	scan_done(&scan);
}

static void nanoseconds(struct jout *j, const char *key, int64_t ns)
{
	char text[24];
	if (ns == TIME_UNKNOWN)
		return;
	snprintf(text, sizeof text, "%lld", (long long)ns);
	jout_cstr(j, key, text);
}

/* ---------------------------------------------------------------- what conventions call it */

/* A span: its row, which settling has made of all its records, and what they hold. */
struct exported {
	const struct tree_row *row;
	const struct span_detail *d;
	bool conventional; /* the source has names of conventions: none are added */
};

static bool has_attribute(const struct exported *s, const char *key)
{
	for (size_t i = 0; i < s->d->span.n_attributes; i++)
		if (str_is(s->d->span.attributes[i].key, key))
			return true;
	return false;
}

static bool begin_added(struct otlp_out *o, const struct exported *s, const char *key)
{
	if (s->conventional || has_attribute(s, key))
		return false;
	*vec_add(&o->added) = str_of(key);
	jout_object(&o->j, NULL);
	jout_cstr(&o->j, "key", key);
	return true;
}

static void add_text(struct otlp_out *o, const struct exported *s, const char *key, struct str text)
{
	if (!text.len || !begin_added(o, s, key))
		return;
	any_text(&o->j, "value", text);
	jout_end(&o->j);
}

static void add_int(struct otlp_out *o, const struct exported *s, const char *key, int64_t n)
{
	char text[24];
	if (n == UNKNOWN_INT || !begin_added(o, s, key))
		return;
	snprintf(text, sizeof text, "%lld", (long long)n);
	jout_object(&o->j, "value");
	jout_cstr(&o->j, "intValue", text);
	jout_end(&o->j);
	jout_end(&o->j);
}

static void add_double(struct otlp_out *o, const struct exported *s, const char *key, double d)
{
	if (!isfinite(d) || !begin_added(o, s, key))
		return;
	jout_object(&o->j, "value");
	jout_double(&o->j, "doubleValue", d);
	jout_end(&o->j);
	jout_end(&o->j);
}

static const char *const kind_words[N_KINDS] = {
    [KIND_AGENT] = "AGENT",       [KIND_CHAIN] = "CHAIN",         [KIND_LLM] = "LLM",
    [KIND_TOOL] = "TOOL",         [KIND_RETRIEVER] = "RETRIEVER", [KIND_EMBEDDING] = "EMBEDDING",
    [KIND_RERANKER] = "RERANKER", [KIND_GUARDRAIL] = "GUARDRAIL", [KIND_EVALUATOR] = "EVALUATOR",
    [KIND_PROMPT] = "PROMPT",     [KIND_PARSER] = "CHAIN",        [KIND_TASK] = "CHAIN",
};
static const char *const operations[N_KINDS] = {
    [KIND_AGENT] = "invoke_agent", [KIND_LLM] = "chat", [KIND_TOOL] = "execute_tool", [KIND_EMBEDDING] = "embeddings"};

/* GenAI's form of messages: {"role", "parts": [{"type": "text", "content"}, {"type": "tool_call", …}]}. */
static void message_json(struct jout *j, const struct message *m)
{
	jout_object(j, NULL);
	jout_str(j, "role", m->role);
	jout_array(j, "parts");
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct message_part *p = &m->parts[i];
		jout_object(j, NULL);
		switch (p->type) {
		case PART_TEXT:
		case PART_REASONING:
			jout_cstr(j, "type", p->type == PART_TEXT ? "text" : "reasoning");
			jout_str(j, "content", p->text);
			break;
		case PART_TOOL_CALL:
			jout_cstr(j, "type", "tool_call");
			jout_str(j, "id", p->id);
			jout_str(j, "name", p->name);
			jout_str(j, "arguments", p->text);
			break;
		case PART_TOOL_RESULT:
			jout_cstr(j, "type", "tool_call_response");
			jout_str(j, "id", p->id);
			jout_str(j, "response", p->text);
			break;
		case PART_MEDIA:
			jout_cstr(j, "type", "uri");
			jout_str(j, "mime_type", p->name);
			jout_str(j, "uri", p->text);
			break;
		case PART_OTHER:
			jout_str(j, "type", p->name);
			jout_str(j, "content", p->text);
			break;
		}
		jout_end(j);
	}
	jout_end(j);
	if (m->finish_reason.len)
		jout_str(j, "finish_reason", m->finish_reason);
	jout_end(j);
}

static void add_messages(struct otlp_out *o, const struct exported *s, const char *key, bool output)
{
	const struct span *span = &s->d->span;
	struct buf text = BUF_INIT;
	struct jout j;
	size_t n = 0;
	jout_init(&j, &text, false);
	jout_array(&j, NULL);
	for (size_t i = 0; i < span->n_messages; i++)
		if (span->messages[i].output == output) {
			message_json(&j, &span->messages[i]);
			n++;
		}
	jout_end(&j);
	if (n)
		add_text(o, s, key, buf_str(&text));
	buf_done(&text);
}

static void add_documents(struct otlp_out *o, const struct exported *s)
{
	const struct span *span = &s->d->span;
	struct buf text = BUF_INIT;
	struct jout j;
	jout_init(&j, &text, false);
	jout_array(&j, NULL);
	for (size_t i = 0; i < span->n_documents; i++) {
		jout_object(&j, NULL);
		jout_str(&j, "id", span->documents[i].id);
		jout_str(&j, "content", span->documents[i].content);
		jout_double(&j, "score", span->documents[i].score);
		jout_end(&j);
	}
	jout_end(&j);
	if (span->n_documents)
		add_text(o, s, "gen_ai.retrieval.documents", buf_str(&text));
	buf_done(&text);
}

static void add_conventional(struct otlp_out *o, const struct exported *s)
{
	const struct tree_row *r = s->row;
	const struct span *span = &s->d->span;
	add_text(o, s, "openinference.span.kind", str_of(kind_words[r->kind]));
	add_text(o, s, "gen_ai.operation.name", str_of(operations[r->kind]));
	add_text(o, s, "gen_ai.request.model", r->model);
	add_text(o, s, "gen_ai.provider.name", r->provider);
	add_int(o, s, "gen_ai.usage.input_tokens", r->tokens_in);
	add_int(o, s, "gen_ai.usage.output_tokens", r->tokens_out);
	add_int(o, s, "gen_ai.usage.cache_read.input_tokens", r->tokens_cached);
	add_int(o, s, "gen_ai.usage.cache_creation.input_tokens", r->tokens_cache_write);
	add_int(o, s, "gen_ai.usage.reasoning.output_tokens", r->tokens_reasoning);
	if (!(r->flags & SPAN_ESTIMATED))
		add_double(o, s, "gen_ai.usage.cost", r->cost_usd);
	add_text(o, s, "gen_ai.prompt.name", r->prompt);
	add_text(o, s, "gen_ai.prompt.version", r->prompt_version);
	add_text(o, s, "gen_ai.tool.name", span->tool_name);
	add_text(o, s, "session.id", span->session);
	add_text(o, s, "user.id", span->user);
	add_text(o, s, "input.value", span->input);
	add_text(o, s, "output.value", span->output);
	add_messages(o, s, "gen_ai.input.messages", false);
	add_messages(o, s, "gen_ai.output.messages", true);
	add_documents(o, s);
}

/* ---------------------------------------------------------------- our own attribute */

static void own_text(struct jout *j, const char *key, struct str text)
{
	if (text.ptr)
		jout_str(j, key, text);
}

static void own_int(struct jout *j, const char *key, int64_t n)
{
	if (n != UNKNOWN_INT)
		jout_int(j, key, n);
}

static void own_double(struct jout *j, const char *key, double d)
{
	if (isfinite(d))
		jout_double(j, key, d);
}

static bool was_added(const struct otlp_out *o, const char *key)
{
	for (size_t i = 0; i < o->added.n; i++)
		if (str_is(o->added.at[i], key))
			return true;
	return false;
}

/* A text that stands in an attribute we have added is not told twice. */
static void own_value(const struct otlp_out *o, struct jout *j, const char *key, const char *attribute, struct str text)
{
	if (text.len && was_added(o, attribute))
		jout_bool(j, key, true);
	else
		own_text(j, key, text);
}

static void own_messages(struct jout *j, const struct span *span)
{
	if (!span->n_messages)
		return;
	jout_array(j, "messages");
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		jout_object(j, NULL);
		own_text(j, "role", m->role);
		own_text(j, "name", m->name);
		own_text(j, "finish_reason", m->finish_reason);
		if (m->output)
			jout_bool(j, "output", true);
		jout_array(j, "parts");
		for (size_t k = 0; k < m->n_parts; k++) {
			const struct message_part *p = &m->parts[k];
			jout_object(j, NULL);
			jout_int(j, "type", p->type);
			own_text(j, "text", p->text);
			own_text(j, "id", p->id);
			own_text(j, "name", p->name);
			if (p->size_bytes)
				jout_int(j, "size", (int64_t)p->size_bytes);
			jout_end(j);
		}
		jout_end(j);
		jout_end(j);
	}
	jout_end(j);
}

static void own_documents(struct jout *j, const struct span *span)
{
	if (!span->n_documents)
		return;
	jout_array(j, "documents");
	for (size_t i = 0; i < span->n_documents; i++) {
		const struct document *d = &span->documents[i];
		jout_object(j, NULL);
		own_text(j, "id", d->id);
		own_text(j, "content", d->content);
		own_text(j, "metadata", d->metadata);
		own_double(j, "score", d->score);
		jout_end(j);
	}
	jout_end(j);
}

static void own_scores(struct jout *j, const struct score_row *rows, size_t n, bool of_trace)
{
	jout_array(j, "scores");
	for (size_t i = 0; i < n; i++) {
		const struct score_row *s = &rows[i];
		if (s->of_trace != of_trace || s->finding) /* what checks found they find again */
			continue;
		jout_object(j, NULL);
		own_text(j, "name", s->name);
		own_double(j, "value", s->value);
		own_text(j, "label", s->label);
		if (s->pass >= 0)
			jout_int(j, "pass", s->pass);
		own_double(j, "threshold", s->threshold);
		own_text(j, "explanation", s->explanation);
		jout_int(j, "source", s->source);
		own_text(j, "judge_model", s->judge_model);
		own_text(j, "author", s->author);
		own_int(j, "time_ns", s->time_ns);
		if (s->of_session)
			jout_bool(j, "of_session", true);
		jout_end(j);
	}
	jout_end(j);
}

/* What is said of the whole trace, with its first span. */
static bool own_trace(struct otlp_out *o, struct jout *j, struct err *err)
{
	const struct trace_row *r = &o->t->row;
	struct score_row *rows;
	size_t n;
	if (!span_scores(o->t->db, r->id, 0, true, &o->t->arena, &rows, &n, err))
		return false;
	jout_object(j, "trace");
	own_text(j, "name", r->name);
	own_text(j, "session", r->session);
	own_text(j, "user", r->user);
	own_text(j, "service", r->service);
	own_int(j, "start_ns", r->start_ns);
	if (r->start_ns != TIME_UNKNOWN && r->duration_ns != UNKNOWN_INT)
		own_int(j, "end_ns", r->start_ns + r->duration_ns);
	jout_cstr(j, "status", status_name(r->status));
	if (r->usage & TRACE_COST_SAID)
		own_double(j, "cost_usd", r->cost_usd);
	own_text(j, "input", r->input);
	own_text(j, "output", r->output);
	own_scores(j, rows, n, true);
	jout_end(j);
	return true;
}

static void own_ids(const struct otlp_out *o, struct jout *j, const struct exported *s)
{
	const struct span *span = &s->d->span;
	if (!str_is(o->t->row.text, o->trace_id))
		own_text(j, "trace_id", o->t->row.text);
	own_text(j, "family", span->scope.family);
	own_text(j, "project", span->scope.project);
	own_text(j, "id", s->row->id);
	own_text(j, "parent", span->parent_id);
	if (!span->n_links)
		return;
	jout_array(j, "links");
	for (size_t i = 0; i < span->n_links; i++) {
		jout_object(j, NULL);
		own_text(j, "trace", span->links[i].trace_id);
		own_text(j, "span", span->links[i].span_id);
		jout_end(j);
	}
	jout_end(j);
}

static bool own_attribute(struct otlp_out *o, const struct exported *s, size_t n_events, bool has_service,
                          struct err *err)
{
	const struct tree_row *r = s->row;
	const struct span *span = &s->d->span;
	struct buf text = BUF_INIT;
	struct jout j;
	bool ok = true;
	jout_init(&j, &text, false);
	jout_object(&j, NULL);
	jout_int(&j, "version", 1);
	own_ids(o, &j, s);
	jout_cstr(&j, "kind", kind_name(r->kind));
	jout_cstr(&j, "status", status_name(r->status));
	own_text(&j, "model", r->model);
	own_text(&j, "provider", r->provider);
	own_int(&j, "tokens_in", r->tokens_in);
	own_int(&j, "tokens_out", r->tokens_out);
	own_int(&j, "tokens_cached", r->tokens_cached);
	own_int(&j, "tokens_reasoning", r->tokens_reasoning);
	own_int(&j, "tokens_cache_write", r->tokens_cache_write);
	if (!(r->flags & SPAN_ESTIMATED)) /* the price list will say it again */
		own_double(&j, "cost_usd", r->cost_usd);
	own_int(&j, "first_token_ns", r->first_token_ns);
	own_text(&j, "prompt_name", r->prompt);
	own_text(&j, "prompt_version", r->prompt_version);
	own_text(&j, "prompt_text", span->prompt_text);
	own_text(&j, "session", span->session);
	own_text(&j, "user", span->user);
	own_text(&j, "service", span->service);
	own_text(&j, "trace_name", span->trace_name);
	own_text(&j, "tool_name", span->tool_name);
	own_value(o, &j, "input", "input.value", span->input);
	own_value(o, &j, "output", "output.value", span->output);
	own_text(&j, "input_preview", span->input_preview);
	own_text(&j, "output_preview", span->output_preview);
	jout_int(&j, "input_hash", r->input_hash == UNKNOWN_INT ? 0 : r->input_hash);
	jout_int(&j, "output_hash", (int64_t)span->output_hash);
	own_messages(&j, span);
	own_documents(&j, span);
	if (span->n_tags) {
		jout_array(&j, "tags");
		for (size_t i = 0; i < span->n_tags; i++)
			jout_str(&j, NULL, span->tags[i]);
		jout_end(&j);
	}
	own_scores(&j, s->d->scores, s->d->n_scores, false);
	if (o->first)
		ok = own_trace(o, &j, err);
	jout_array(&j, "added");
	for (size_t i = 0; i < o->added.n; i++)
		jout_str(&j, NULL, o->added.at[i]);
	jout_end(&j);
	jout_int(&j, "events", (int64_t)n_events); /* further ones are added */
	if (has_service)
		jout_bool(&j, "service_added", true);
	jout_end(&j);
	jout_object(&o->j, NULL);
	jout_cstr(&o->j, "key", "spoor.span");
	any_text(&o->j, "value", buf_str(&text));
	jout_end(&o->j);
	buf_done(&text);
	return ok;
}

/* ---------------------------------------------------------------- spans */

static void hex_id(char *out, int64_t key)
{
	snprintf(out, 17, "%016llx", (unsigned long long)key);
}

/* What stands for an id in hex: itself, or the key that the store knows it by. */
static void span_id(char *out, struct str id)
{
	bool is_hex;
	hex_id(out, model_span_key(id, &is_hex));
}

/* A trace's id as 32 hex digits: its own, a UUID's without the dashes; else what the store knows it by. */
static void trace_hex(char out[33], struct id_scope scope, struct str id)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;
	bool zero = true;
	for (size_t i = 0; i < id.len && n <= 32; i++) {
		if (id.ptr[i] == '-' && id.len == 36)
			continue;
		if (n == 32 || !id.ptr[i] || !strchr(digits, id.ptr[i])) {
			n = 0;
			break;
		}
		zero = zero && id.ptr[i] == '0';
		out[n++] = id.ptr[i];
	}
	out[32] = '\0';
	if (n == 32 && !zero)
		return;
	struct hash128 key = model_trace_key(scope, id);
	for (size_t i = 0; i < 16; i++)
		snprintf(out + 2 * i, 3, "%02x", key.byte[i]);
}

static void write_score_events(struct otlp_out *o, const struct exported *s)
{
	struct jout *j = &o->j;
	for (size_t i = 0; i < s->d->n_scores && !s->conventional; i++) {
		const struct score_row *score = &s->d->scores[i];
		struct buf text = BUF_INIT;
		struct jout pairs;
		if (score->of_trace || score->finding)
			continue;
		jout_init(&pairs, &text, false);
		jout_object(&pairs, NULL);
		jout_str(&pairs, "gen_ai.evaluation.name", score->name);
		if (isfinite(score->value))
			jout_double(&pairs, "gen_ai.evaluation.score.value", score->value);
		if (score->label.len)
			jout_str(&pairs, "gen_ai.evaluation.score.label", score->label);
		if (score->explanation.len)
			jout_str(&pairs, "gen_ai.evaluation.explanation", score->explanation);
		jout_end(&pairs);
		jout_object(j, NULL);
		jout_cstr(j, "name", "gen_ai.evaluation.result");
		nanoseconds(j, "timeUnixNano", score->time_ns != TIME_UNKNOWN ? score->time_ns : s->row->start_ns);
		attributes_of_json(j, "attributes", buf_str(&text));
		jout_end(j);
		buf_done(&text);
	}
}

static void write_events(struct otlp_out *o, const struct exported *s)
{
	const struct span *span = &s->d->span;
	struct jout *j = &o->j;
	jout_array(j, "events");
	for (size_t i = 0; i < span->n_events; i++) {
		jout_object(j, NULL);
		nanoseconds(j, "timeUnixNano", span->events[i].time_ns);
		jout_str(j, "name", span->events[i].name);
		attributes_of_json(j, "attributes", span->events[i].attributes);
		jout_end(j);
	}
	write_score_events(o, s);
	jout_end(j);
}

static void write_links(struct otlp_out *o, const struct exported *s)
{
	const struct span *span = &s->d->span;
	struct jout *j = &o->j;
	char id[33];
	if (!span->n_links)
		return;
	jout_array(j, "links");
	for (size_t i = 0; i < span->n_links; i++) {
		trace_hex(id, span->scope, span->links[i].trace_id);
		jout_object(j, NULL);
		jout_cstr(j, "traceId", id);
		span_id(id, span->links[i].span_id);
		jout_cstr(j, "spanId", id);
		attributes_of_json(j, "attributes", span->links[i].attributes);
		jout_end(j);
	}
	jout_end(j);
}

static void write_status(struct otlp_out *o, const struct exported *s)
{
	struct str message = s->d->span.message.len ? s->d->span.message : s->row->message;
	jout_object(&o->j, "status");
	if (s->row->status == STATUS_OK || s->row->status == STATUS_ERROR)
		jout_int(&o->j, "code", s->row->status == STATUS_OK ? 1 : 2);
	if (message.len)
		jout_str(&o->j, "message", message);
	jout_end(&o->j);
}

static bool is_conventional(const struct span *span)
{
	static const char *const starts[] = {"gen_ai.", "openinference.", "llm.", "traceloop.", "ai."};
	for (size_t i = 0; i < span->n_attributes; i++)
		for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
			if (str_starts(span->attributes[i].key, starts[k]))
				return true;
	return false;
}

/* Of OpenTelemetry's five, as its source said; internal (1) if it did not. */
static int otel_kind(const struct span *span)
{
	static const char *const words[] = {"",           "\"internal\"", "\"server\"",
	                                    "\"client\"", "\"producer\"", "\"consumer\""};
	for (size_t i = 0; i < span->n_attributes; i++)
		for (int k = 1; k <= 5 && str_is(span->attributes[i].key, "otel.kind"); k++)
			if (str_is(span->attributes[i].json, words[k]))
				return k;
	return 1;
}

static bool write_span(struct otlp_out *o, const struct tree_row *row, const struct span_detail *d, struct str parent,
                       bool service_added, struct err *err)
{
	struct exported s = {.row = row, .d = d, .conventional = is_conventional(&d->span)};
	struct jout *j = &o->j;
	char id[17];
	vec_clear(&o->added);
	jout_object(j, NULL);
	jout_cstr(j, "traceId", o->trace_id);
	hex_id(id, row->key);
	jout_cstr(j, "spanId", id);
	if (parent.len) {
		span_id(id, parent);
		jout_cstr(j, "parentSpanId", id);
	}
	jout_str(j, "name", row->name.ptr ? row->name : STR_LIT(""));
	jout_int(j, "kind", otel_kind(&d->span));
	nanoseconds(j, "startTimeUnixNano", row->start_ns);
	int64_t end = row->duration_ns != UNKNOWN_INT && row->start_ns != TIME_UNKNOWN
	                  ? row->start_ns + row->duration_ns
	                  : d->span.end_ns;
	nanoseconds(j, "endTimeUnixNano", row->record ? end : TIME_UNKNOWN);
	jout_array(j, "attributes");
	for (size_t i = 0; i < d->span.n_attributes; i++)
		attribute_json(j, d->span.attributes[i].key, d->span.attributes[i].json);
	add_conventional(o, &s);
	bool ok = own_attribute(o, &s, d->span.n_events, service_added, err);
	jout_end(j);
	write_events(o, &s);
	write_links(o, &s);
	write_status(o, &s);
	jout_end(j);
	o->first = false;
	return ok && out_stream(&o->t->text, err);
}

/* ---------------------------------------------------------------- resources */

/* The span's into o->next; true: a service was added to it. */
static bool make_resource(struct otlp_out *o, const struct span *span)
{
	struct jout j;
	bool has_service = false;
	buf_clear(&o->next);
	jout_init(&j, &o->next, false);
	jout_array(&j, NULL);
	for (size_t i = 0; i < span->n_resource; i++) {
		attribute_json(&j, span->resource[i].key, span->resource[i].json);
		has_service = has_service || str_is(span->resource[i].key, "service.name");
	}
	bool add = !has_service && span->service.len > 0;
	if (add) {
		jout_object(&j, NULL);
		jout_cstr(&j, "key", "service.name");
		any_text(&j, "value", span->service);
		jout_end(&j);
	}
	jout_end(&j);
	return add;
}

static void close_resource(struct otlp_out *o)
{
	if (!o->open)
		return;
	for (int i = 0; i < 2; i++) { /* spans, the scope; scopes, the resource */
		jout_end(&o->j);
		jout_end(&o->j);
	}
	o->open = false;
}

/* Spans that come from one resource and lie beside each other share its object. */
static void open_resource(struct otlp_out *o)
{
	if (o->open && str_eq(buf_str(&o->resource), buf_str(&o->next)))
		return;
	close_resource(o);
	struct buf other = o->resource;
	o->resource = o->next;
	o->next = other;
	jout_object(&o->j, NULL);
	jout_object(&o->j, "resource");
	jout_raw(&o->j, "attributes", buf_str(&o->resource));
	jout_end(&o->j);
	jout_array(&o->j, "scopeSpans");
	jout_object(&o->j, NULL);
	jout_object(&o->j, "scope");
	jout_cstr(&o->j, "name", "spoor");
	jout_end(&o->j);
	jout_array(&o->j, "spans");
	o->open = true;
}

/* ---------------------------------------------------------------- the trace */

static bool fatal(const struct err *err)
{
	return err->code == ERR_STORE || err->code == ERR_SYSTEM || err->code == ERR_MEMORY ||
	       err->code == ERR_INTERRUPTED;
}

static void path_set(struct otlp_out *o, const struct tree_row *row)
{
	while (o->path.n <= (size_t)row->depth)
		*vec_add(&o->path) = BUF_INIT;
	buf_clear(&o->path.at[row->depth]);
	buf_add_str(&o->path.at[row->depth], row->id);
}

static bool export_row(struct otlp_out *o, const struct tree_row *row, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_detail d = {0};
	struct err trouble = ERR_INIT;
	bool ok = true;
	path_set(o, row);
	if (row->flags & SPAN_SYNTHETIC) /* a place for what others name as their parent: the reader makes it again */
		return true;
	if (!span_detail(o->t->db, o->blocks, o->t->row.id, row->key, row->record, &arena, &d, &trouble) &&
	    fatal(&trouble)) {
		*err = trouble;
		ok = false;
	}
	if (ok) {
		bool unread = trouble.code != ERR_NONE;
		if (unread) /* its record no longer reads: what the store knows of it is left */
			d.span = (struct span){.end_ns = TIME_UNKNOWN};
		if (unread && row->depth > 0)
			d.span.parent_id = buf_str(&o->path.at[row->depth - 1]);
		bool added = make_resource(o, &d.span);
		open_resource(o);
		ok = write_span(o, row, &d, d.span.parent_id, added, err);
	}
	arena_done(&arena);
	return ok;
}

bool trace_otlp(struct trace_out *t, struct err *err)
{
	struct otlp_out o = {.t = t, .blocks = block_cache_new(t->db), .first = true};
	struct tree_walk *walk = tree_walk_open(t->db, t->row.first, t->row.n, err);
	struct tree_row row;
	bool ok = walk != NULL;
	trace_hex(o.trace_id, (struct id_scope){.family = t->row.format}, t->row.text);
	jout_init(&o.j, &t->text, false);
	jout_object(&o.j, NULL);
	jout_array(&o.j, "resourceSpans");
	while (ok && tree_walk_next(walk, &row, err))
		ok = export_row(&o, &row, err);
	close_resource(&o);
	jout_end(&o.j);
	jout_end(&o.j);
	buf_add_char(&t->text, '\n');
	tree_walk_close(walk);
	block_cache_free(o.blocks);
	for (size_t i = 0; i < o.path.n; i++)
		buf_done(&o.path.at[i]);
	vec_done(&o.path);
	vec_done(&o.added);
	buf_done(&o.resource);
	buf_done(&o.next);
	return ok && err->code == ERR_NONE;
}
