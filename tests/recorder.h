/* A sink that writes one line per call, with every field that is known, in a fixed order: what a format gives becomes one text
 * that can be compared. Payload lines are indented below their span. For tests only: one translation unit includes it. */
#ifndef SPOOR_TESTS_RECORDER_H
#define SPOOR_TESTS_RECORDER_H

#include "import/format.h"
#include "store/base/scan.h"
#include "store/base/units.h"
#include "store/annotation.h"
#include "store/sink.h"

struct recorder {
	struct sink sink; /* first: ops get &recorder->sink */
	struct buf out;
	uint64_t n_entries;
	uint64_t n_spans, n_traces, n_scores, n_runs, n_cases, n_problems;
	uint64_t n_status[N_CASE_STATUSES];
	void (*on_span)(struct recorder *, const struct span *); /* may be NULL */
	void *data;
};

static void rec_text(struct buf *out, const char *name, struct str text)
{
	if (!text.ptr)
		return;
	buf_printf(out, " %s=", name);
	scan_quote(out, text);
}

static void rec_int(struct buf *out, const char *name, int64_t n)
{
	if (n != UNKNOWN_INT)
		buf_printf(out, " %s=%lld", name, (long long)n);
}

static void rec_double(struct buf *out, const char *name, double d)
{
	if (IS_UNKNOWN(d))
		return;
	buf_printf(out, " %s=", name);
	units_double(out, d);
}

static void rec_scope(struct buf *out, struct id_scope scope)
{
	rec_text(out, "family", scope.family);
	rec_text(out, "project", scope.project);
}

static void rec_tags(struct buf *out, const struct str *tags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rec_text(out, "tag", tags[i]);
}

static void rec_attributes(struct buf *out, const char *name, const struct attribute *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "  %s ", name);
		scan_quote(out, at[i].key);
		buf_add_char(out, ' ');
		buf_add_str(out, at[i].json);
		buf_add_char(out, '\n');
	}
}

static void rec_messages(struct buf *out, const struct span *span)
{
	static const char *const types[] = {"text", "reasoning", "tool-call", "tool-result", "media", "other"};

	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *message = &span->messages[i];

		buf_printf(out, "  message %s", message->output ? "out" : "in");
		rec_text(out, "role", message->role);
		rec_text(out, "name", message->name);
		rec_text(out, "finish", message->finish_reason);
		buf_add_char(out, '\n');
		for (size_t k = 0; k < message->n_parts; k++) {
			const struct message_part *part = &message->parts[k];

			buf_printf(out, "    %s", types[part->type]);
			rec_text(out, "name", part->name);
			rec_text(out, "id", part->id);
			rec_text(out, "text", part->text);
			if (part->size_bytes)
				buf_printf(out, " bytes=%zu", part->size_bytes);
			buf_add_char(out, '\n');
		}
	}
}

static void rec_payload(struct buf *out, const struct span *span)
{
	rec_attributes(out, "attribute", span->attributes, span->n_attributes);
	rec_attributes(out, "resource", span->resource, span->n_resource);
	rec_messages(out, span);
	for (size_t i = 0; i < span->n_documents; i++) {
		buf_add_cstr(out, "  document");
		rec_text(out, "id", span->documents[i].id);
		rec_double(out, "score", span->documents[i].score);
		rec_text(out, "content", span->documents[i].content);
		rec_text(out, "metadata", span->documents[i].metadata);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < span->n_events; i++) {
		buf_add_cstr(out, "  event");
		rec_text(out, "name", span->events[i].name);
		rec_int(out, "time", span->events[i].time_ns);
		rec_text(out, "attributes", span->events[i].attributes);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < span->n_links; i++) {
		buf_add_cstr(out, "  link");
		rec_text(out, "trace", span->links[i].trace_id);
		rec_text(out, "span", span->links[i].span_id);
		rec_text(out, "attributes", span->links[i].attributes);
		buf_add_char(out, '\n');
	}
}

static uint64_t rec_entry(struct sink *sink, const struct entry *entry)
{
	(void)entry;
	return ++((struct recorder *)sink)->n_entries;
}

static void rec_span(struct sink *sink, const struct span *span)
{
	struct recorder *r = (struct recorder *)sink;
	struct buf *out = &r->out;

	r->n_spans++;
	if (r->on_span)
		r->on_span(r, span);
	buf_add_cstr(out, "span");
	rec_scope(out, span->scope);
	rec_text(out, "trace", span->trace_id);
	rec_text(out, "id", span->id);
	rec_text(out, "parent", span->parent_id);
	rec_text(out, "name", span->name);
	buf_printf(out, " kind=%s status=%s", kind_name(span->kind), status_name(span->status));
	rec_text(out, "message", span->message);
	rec_int(out, "start", span->start_ns);
	rec_int(out, "end", span->end_ns);
	rec_text(out, "model", span->model);
	rec_text(out, "provider", span->provider);
	rec_int(out, "in", span->tokens_in);
	rec_int(out, "out", span->tokens_out);
	rec_int(out, "cached", span->tokens_cached);
	rec_int(out, "reasoning", span->tokens_reasoning);
	rec_double(out, "usd", span->cost_usd);
	rec_int(out, "first_token", span->first_token_ns);
	rec_text(out, "prompt_name", span->prompt_name);
	rec_text(out, "prompt_version", span->prompt_version);
	rec_text(out, "prompt_text", span->prompt_text);
	rec_text(out, "session", span->session);
	rec_text(out, "user", span->user);
	rec_text(out, "service", span->service);
	rec_text(out, "trace_name", span->trace_name);
	rec_text(out, "tool", span->tool_name);
	rec_tags(out, span->tags, span->n_tags);
	rec_text(out, "input", span->input);
	rec_text(out, "input_preview", span->input_preview);
	rec_text(out, "output", span->output);
	rec_text(out, "output_preview", span->output_preview);
	/* that there is a hash, not which: tests of model.c say what it is */
	if (span->input_hash || span->output_hash)
		buf_printf(out, " hashed=%s%s", span->input_hash ? "i" : "", span->output_hash ? "o" : "");
	buf_add_char(out, '\n');
	rec_payload(out, span);
}

static void rec_trace(struct sink *sink, const struct trace *trace)
{
	struct recorder *r = (struct recorder *)sink;
	struct buf *out = &r->out;

	r->n_traces++;
	buf_add_cstr(out, "trace");
	rec_scope(out, trace->scope);
	rec_text(out, "id", trace->id);
	rec_text(out, "name", trace->name);
	rec_text(out, "session", trace->session);
	rec_text(out, "user", trace->user);
	rec_text(out, "service", trace->service);
	buf_printf(out, " status=%s", status_name(trace->status));
	rec_int(out, "start", trace->start_ns);
	rec_int(out, "end", trace->end_ns);
	rec_double(out, "usd", trace->cost_usd);
	rec_tags(out, trace->tags, trace->n_tags);
	rec_text(out, "input", trace->input);
	rec_text(out, "output", trace->output);
	rec_text(out, "metadata", trace->metadata);
	buf_add_char(out, '\n');
}

static void rec_score_line(struct buf *out, const struct score *score)
{
	if (score->either)
		buf_add_cstr(out, " or=trace");
	rec_text(out, "session", score->session);
	rec_text(out, "name", score->name);
	rec_double(out, "value", score->value);
	rec_text(out, "label", score->label);
	if (score->pass >= 0)
		buf_printf(out, " pass=%d", score->pass);
	rec_double(out, "threshold", score->threshold);
	buf_printf(out, " source=%s", score_source_name(score->source));
	rec_text(out, "judge", score->judge_model);
	rec_text(out, "author", score->author);
	rec_text(out, "explanation", score->explanation);
	rec_int(out, "time", score->time_ns);
	rec_text(out, "id", score->id);
	if (score->aside)
		buf_add_cstr(out, " aside");
	buf_add_char(out, '\n');
}

static void rec_score(struct sink *sink, const struct score *score)
{
	struct recorder *r = (struct recorder *)sink;

	r->n_scores++;
	buf_add_cstr(&r->out, "score");
	rec_scope(&r->out, score->scope);
	rec_text(&r->out, "trace", score->trace_id);
	rec_text(&r->out, "span", score->span_id);
	rec_text(&r->out, "session", score->session);
	rec_score_line(&r->out, score);
}

static void rec_run(struct sink *sink, const struct eval_run *run)
{
	struct recorder *r = (struct recorder *)sink;
	struct buf *out = &r->out;

	r->n_runs++;
	buf_add_cstr(out, "run");
	rec_scope(out, run->scope);
	rec_text(out, "id", run->id);
	rec_text(out, "name", run->name);
	rec_text(out, "dataset", run->dataset);
	rec_text(out, "model", run->model);
	rec_text(out, "provider", run->provider);
	rec_text(out, "prompt_name", run->prompt_name);
	rec_text(out, "prompt_version", run->prompt_version);
	rec_text(out, "prompt_text", run->prompt_text);
	rec_int(out, "created", run->created_ns);
	rec_text(out, "config", run->config);
	for (size_t i = 0; i < run->n_metrics; i++) {
		buf_add_cstr(out, " metric:");
		scan_quote(out, run->metrics[i].name);
		buf_add_char(out, '=');
		units_double(out, run->metrics[i].value);
	}
	buf_add_char(out, '\n');
}

static void rec_case(struct sink *sink, const struct case_result *res)
{
	struct recorder *r = (struct recorder *)sink;
	struct buf *out = &r->out;

	r->n_cases++;
	r->n_scores += res->n_scores;
	r->n_status[res->status]++;
	buf_add_cstr(out, "case");
	rec_scope(out, res->scope);
	rec_text(out, "run", res->run_id);
	rec_text(out, "key", res->key);
	rec_text(out, "title", res->title);
	rec_int(out, "repeat", res->repeat);
	if (res->part)
		buf_add_cstr(out, " part");
	if (res->weight)
		buf_printf(out, " weight=%lld", (long long)res->weight);
	rec_int(out, "order", res->order);
	if (res->variant)
		buf_printf(out, " variant=%016llx", (unsigned long long)res->variant);
	buf_printf(out, " status=%s", case_status_name(res->status));
	rec_text(out, "input", res->input);
	rec_text(out, "expected", res->expected);
	rec_text(out, "output", res->output);
	rec_text(out, "error", res->error);
	rec_int(out, "latency", res->latency_ns);
	rec_double(out, "usd", res->cost_usd);
	rec_int(out, "in", res->tokens_in);
	rec_int(out, "out", res->tokens_out);
	rec_text(out, "trace", res->trace_id);
	rec_text(out, "metadata", res->metadata);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < res->n_scores; i++) {
		buf_add_cstr(out, "  score");
		rec_score_line(out, &res->scores[i]);
	}
}

static void rec_annotation(struct sink *sink, const struct annotation *a)
{
	struct recorder *r = (struct recorder *)sink;
	struct buf *out = &r->out;

	buf_add_cstr(out, "annotation event=");
	hash_hex(out, a->event.byte, sizeof a->event.byte);
	buf_add_cstr(out, " target=");
	hash_hex(out, a->target.byte, sizeof a->target.byte);
	buf_printf(out, " hashes=%016llx/%016llx field=%s", (unsigned long long)a->input_hash,
	           (unsigned long long)a->output_hash, annotation_field_name(a->field));
	rec_text(out, "part", a->part);
	rec_text(out, "value", a->value);
	rec_text(out, "author", a->author);
	rec_text(out, "hint", a->hint);
	rec_text(out, "queue", a->queue);
	rec_int(out, "time", a->time_ns);
	buf_printf(out, " how=%u%s%s%s\n", a->how, a->is_withdrawal ? " withdraws" : "", a->has_shown ? " shown" : "",
	           a->has_because ? " because" : "");
}

static void rec_problem(struct sink *sink, const struct problem *p)
{
	struct recorder *r = (struct recorder *)sink;

	r->n_problems++;
	buf_printf(&r->out, "problem %s %s ", severity_name(p->severity), p->code);
	problem_sentence(&r->out, p);
	buf_add_char(&r->out, '\n');
}

static void recorder_init(struct recorder *r, unsigned wants)
{
	static const struct sink_ops ops = {.entry = rec_entry,
	                                    .span = rec_span,
	                                    .trace = rec_trace,
	                                    .score = rec_score,
	                                    .run = rec_run,
	                                    .case_result = rec_case,
	                                    .annotation = rec_annotation,
	                                    .problem = rec_problem};

	*r = (struct recorder){
	    .sink = {.ops = &ops, .wants = wants}
        };
}

static void recorder_done(struct recorder *r)
{
	buf_done(&r->out);
}

#endif
