#include "import/explain_hash.h"

#include <string.h>

#include "store/annotation.h"

static void add_int(struct hasher *h, int64_t n)
{
	hasher_add(h, (struct str){(const char *)&n, sizeof n});
}

static void add_double(struct hasher *h, double d)
{
	hasher_add(h, (struct str){(const char *)&d, sizeof d});
}

/* With its length, so that two texts are not one. */
static void add_str(struct hasher *h, struct str s)
{
	add_int(h, s.ptr ? (int64_t)s.len : -1);
	if (s.len)
		hasher_add(h, s);
}

static void add_strs(struct hasher *h, const struct str *s, size_t n)
{
	add_int(h, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		add_str(h, s[i]);
}

static void add_scope(struct hasher *h, struct id_scope scope)
{
	add_str(h, scope.family);
	add_str(h, scope.project);
}

static void add_message(struct hasher *h, const struct message *m)
{
	const struct str texts[] = {m->role, m->name, m->finish_reason};
	add_strs(h, texts, 3);
	add_int(h, m->output);
	add_int(h, (int64_t)m->n_parts);
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct message_part *p = &m->parts[i];
		const struct str part[] = {p->text, p->id, p->name};
		add_int(h, (int64_t)p->type);
		add_int(h, (int64_t)p->size_bytes);
		add_strs(h, part, 3);
	}
}

static void add_payload(struct hasher *h, const struct span *s)
{
	for (size_t i = 0; i < s->n_messages; i++)
		add_message(h, &s->messages[i]);
	for (size_t i = 0; i < s->n_documents; i++) {
		const struct document *d = &s->documents[i];
		const struct str texts[] = {d->id, d->content, d->metadata};
		add_strs(h, texts, 3);
		add_double(h, d->score);
	}
	for (size_t i = 0; i < s->n_events; i++) {
		add_str(h, s->events[i].name);
		add_int(h, s->events[i].time_ns);
		add_str(h, s->events[i].attributes);
	}
	for (size_t i = 0; i < s->n_links; i++) {
		const struct str texts[] = {s->links[i].trace_id, s->links[i].span_id, s->links[i].attributes};
		add_strs(h, texts, 3);
	}
}

static struct hasher *hasher_of(struct sink *sink)
{
	return ((struct explain_hash *)(void *)sink)->hasher;
}

static uint64_t on_entry(struct sink *sink, const struct entry *e)
{
	(void)sink;
	(void)e;
	return 1;
}

static void on_span(struct sink *sink, const struct span *s)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {s->trace_id, s->id,       s->parent_id,     s->name,           s->message,
	                            s->model,    s->provider, s->prompt_name,   s->prompt_version, s->prompt_text,
	                            s->session,  s->user,     s->service,       s->trace_name,     s->tool_name,
	                            s->input,    s->output,   s->input_preview, s->output_preview};
	const int64_t numbers[] = {(int64_t)s->kind,      (int64_t)s->status, s->start_ns,      s->end_ns,
	                           s->tokens_in,          s->tokens_out,      s->tokens_cached, s->tokens_reasoning,
	                           s->tokens_cache_write, s->first_token_ns};
	add_scope(h, s->scope);
	add_strs(h, texts, sizeof texts / sizeof *texts);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		add_int(h, numbers[i]);
	add_double(h, s->cost_usd);
	add_strs(h, s->tags, s->n_tags);
	add_payload(h, s);
}

static void on_trace(struct sink *sink, const struct trace *t)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {t->id, t->name, t->session, t->user, t->service, t->input, t->output, t->metadata};
	add_scope(h, t->scope);
	add_strs(h, texts, sizeof texts / sizeof *texts);
	add_int(h, t->start_ns);
	add_int(h, t->end_ns);
	add_int(h, (int64_t)t->status);
	add_double(h, t->cost_usd);
	add_strs(h, t->tags, t->n_tags);
}

static void on_score(struct sink *sink, const struct score *s)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {s->trace_id,    s->span_id,     s->session, s->name, s->label,
	                            s->explanation, s->judge_model, s->author,  s->id};
	add_scope(h, s->scope);
	add_strs(h, texts, sizeof texts / sizeof *texts);
	add_double(h, s->value);
	add_double(h, s->threshold);
	add_int(h, s->pass);
	add_int(h, (int64_t)s->source);
	add_int(h, s->time_ns);
}

static void on_run(struct sink *sink, const struct eval_run *r)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {r->id,          r->name,           r->dataset,     r->model, r->provider,
	                            r->prompt_name, r->prompt_version, r->prompt_text, r->config};
	add_scope(h, r->scope);
	add_strs(h, texts, sizeof texts / sizeof *texts);
	add_int(h, r->created_ns);
	for (size_t i = 0; i < r->n_metrics; i++) {
		add_str(h, r->metrics[i].name);
		add_double(h, r->metrics[i].value);
	}
}

static void on_case(struct sink *sink, const struct case_result *c)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {c->run_id,   c->key,    c->title, c->input,
	                            c->expected, c->output, c->error, c->trace_id};
	const int64_t numbers[] = {c->repeat,     c->order,     (int64_t)c->variant, (int64_t)c->status,
	                           c->latency_ns, c->tokens_in, c->tokens_out};
	add_scope(h, c->scope);
	add_strs(h, texts, sizeof texts / sizeof *texts);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		add_int(h, numbers[i]);
	add_double(h, c->cost_usd);
	for (size_t i = 0; i < c->n_scores; i++)
		on_score(sink, &c->scores[i]);
}

static void on_annotation(struct sink *sink, const struct annotation *a)
{
	struct hasher *h = hasher_of(sink);
	const struct str texts[] = {a->hint, a->author, a->part, a->value, a->queue};
	add_strs(h, texts, sizeof texts / sizeof *texts);
	add_str(h, (struct str){(const char *)&a->event, sizeof a->event});
	add_str(h, (struct str){(const char *)&a->target, sizeof a->target});
	add_int(h, (int64_t)a->field);
	add_int(h, a->time_ns);
	add_int(h, a->how);
}

static void on_problem(struct sink *sink, const struct problem *p)
{
	(void)sink;
	(void)p;
}

void explain_hash_init(struct explain_hash *h)
{
	static const struct sink_ops ops = {
	    .entry = on_entry,
	    .span = on_span,
	    .trace = on_trace,
	    .score = on_score,
	    .run = on_run,
	    .case_result = on_case,
	    .annotation = on_annotation,
	    .problem = on_problem,
	};
	*h = (struct explain_hash){
	    .sink = {.ops = &ops, .wants = SINK_PAYLOAD},
              .hasher = hasher_new()
        };
}

uint64_t explain_hash_done(struct explain_hash *h)
{
	struct hash128 all = hasher_value(h->hasher);
	uint64_t n;
	memcpy(&n, all.byte, sizeof n);
	hasher_free(h->hasher);
	return n;
}
