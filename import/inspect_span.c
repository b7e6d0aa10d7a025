/* The tree of a sample's events → spans of one trace. The scores are the case's and are not told again. */
#include "import/inspect_events.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/units.h"

struct telling {
	const struct inspect *in;
	const struct inspect_tree *tree;
	struct str trace_id;
	struct val *pool; /* messages that calls name by their place */
	size_t n_pool;
};

/* One span: what is made for it goes when it is told. */
struct at_work {
	struct telling *t;
	struct inspect in; /* with the fields of this span */
	const struct node *node;
	struct span span;
};

/* ---------------------------------------------------------------- the trace */

struct str inspect_trace_id(const struct inspect *in)
{
	struct arena *a = in->f->arena;
	struct str uuid = val_text(val_get(in->sample, "uuid"), a);
	if (!val_first(in->events).ok && !val_first(val_get(in->sample, "messages")).ok)
		return STR_NONE;
	if (uuid.len)
		return uuid;
	return arena_printf(a, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(inspect_run_id(in)),
	                    STR_ARG(case_key_part(in->f, val_get(in->sample, "id"))),
	                    STR_ARG(val_text(val_get(in->sample, "epoch"), a)));
}

static int64_t time_at(const struct inspect *in, struct val v, const char *key)
{
	return field_time(in->f, val_get(v, key), key);
}

static int64_t first_known(int64_t a, int64_t b)
{
	return a != TIME_UNKNOWN ? a : b;
}

static void sample_times(const struct telling *t, int64_t *start, int64_t *end)
{
	const struct inspect *in = t->in;
	*start = first_known(time_at(in, in->sample, "started_at"), time_at(in, t->tree->first, "timestamp"));
	*end = first_known(time_at(in, in->sample, "completed_at"), time_at(in, t->tree->last, "timestamp"));
	int64_t first = time_at(in, t->tree->first, "timestamp"), last = time_at(in, t->tree->last, "timestamp");
	if (first != TIME_UNKNOWN && first < *start) /* it is set up before it is said to start */
		*start = first;
	if (last != TIME_UNKNOWN && last > *end)
		*end = last;
}

/* ---------------------------------------------------------------- conversations */

static void read_pool(struct telling *t)
{
	struct val pool = val_path(t->in->sample, "events_data.messages");
	if (!val_is(pool, SCAN_ARRAY))
		pool = val_get(t->in->sample, "message_pool");
	if (!val_is(pool, SCAN_ARRAY))
		return;
	t->pool = arena_alloc(t->in->f->arena, ((size_t)val_count(pool) + 1) * sizeof *t->pool);
	for (struct member m = val_first(pool); m.ok; m = val_next(m))
		t->pool[t->n_pool++] = m.val;
}

static bool add_pooled(struct buf *out, struct telling *t, int64_t at)
{
	if (at < 0 || (uint64_t)at >= t->n_pool)
		return false;
	struct str raw = val_raw(t->pool[at]);
	if (!inspect_expand(t->in, raw.len))
		return false;
	buf_add_char(out, out->len ? ',' : '[');
	buf_add_str(out, raw);
	return true;
}

/* input_refs: [from, to) each. false: something it names is not there. */
static bool add_refs(struct buf *out, struct telling *t, struct val refs)
{
	bool whole = true;
	for (struct member m = val_first(refs); m.ok && val_is(refs, SCAN_ARRAY) && whole; m = val_next(m)) {
		int64_t from, to;
		if (val_is(m.val, SCAN_NUMBER) && val_int64(m.val, &from))
			to = from < INT64_MAX ? from + 1 : from;
		else if (!val_int64(val_at(m.val, 0), &from) || !val_int64(val_at(m.val, 1), &to))
			return false;
		for (; from < to && whole; from++)
			whole = add_pooled(out, t, from);
	}
	return whole;
}

/* That a sample is too large is said once, of all of it. */
static void say_of_refs(const struct at_work *w)
{
	const struct fields *f = w->t->in->f;
	if (*w->t->in->expanded <= INSPECT_EXPANDED_MAX)
		import_problem(f->im, f->rec, SEVERITY_WARNING, "bad-value", STR_LIT("events.input_refs"),
		               "the call is kept without those messages", "messages that are not in the sample's pool");
}

/* What a call was given: its messages, or those of the pool. */
static struct val call_input(struct at_work *w)
{
	struct val input = val_get(w->node->event, "input"), refs = val_get(w->node->event, "input_refs");
	struct buf out = BUF_INIT;
	if (val_first(input).ok)
		return inspect_resolved(&w->in, input);
	if (!add_refs(&out, w->t, refs))
		say_of_refs(w);
	struct val v = VAL_NONE;
	if (out.len) {
		buf_add_char(&out, ']');
		v = inspect_resolved(&w->in, fields_scan(w->in.f, arena_str(w->in.f->arena, buf_str(&out))));
	}
	buf_done(&out);
	return v;
}

/* ---------------------------------------------------------------- what is common to all */

static void add_attributes(struct at_work *w, struct val event, const char *const *mapped)
{
	if (w->in.f->payload)
		fields_attributes(w->in.f, &w->span, inspect_resolved(&w->in, event), "", mapped);
}

static void add_events(struct at_work *w)
{
	const struct inspect_tree *tree = w->t->tree;
	struct arena *a = w->in.f->arena;
	size_t n = 0;
	for (uint32_t i = w->node->first; i != UINT32_MAX; i = tree->notes[i].next)
		n++;
	if (!n || !w->in.f->payload)
		return;
	struct span_event *at = arena_zalloc(a, n, sizeof *at);
	for (uint32_t i = w->node->first; i != UINT32_MAX; i = tree->notes[i].next) {
		struct val event = tree->notes[i].event;
		at[w->span.n_events++] = (struct span_event){.name = val_text(val_get(event, "event"), a),
		                                             .time_ns = time_at(&w->in, event, "timestamp"),
		                                             .attributes = val_raw(inspect_resolved(&w->in, event))};
	}
	w->span.events = at;
}

/* An error is a text, or {"message":…,"traceback":…}, {"type":…,"message":…}. */
static void take_error(struct at_work *w, struct val error)
{
	if (!val_ok(error) || (val_is(error, SCAN_OBJECT) && !val_first(error).ok))
		return;
	struct val said = val_is(error, SCAN_OBJECT) ? val_get(error, "message") : error;
	w->span.status = STATUS_ERROR;
	if (!w->span.message.len)
		w->span.message = inspect_text(&w->in, said);
}

static void take_times(struct at_work *w, struct val event, struct val end)
{
	w->span.start_ns = time_at(&w->in, event, "timestamp");
	w->span.end_ns = time_at(&w->in, end.scan ? end : event, end.scan ? "timestamp" : "completed");
	int64_t took = field_duration(w->in.f, val_get(event, "working_time"), 1000000000, "working_time");
	if (w->span.end_ns == TIME_UNKNOWN && w->span.start_ns != TIME_UNKNOWN && took != UNKNOWN_INT && !end.scan)
		__builtin_add_overflow(w->span.start_ns, took, &w->span.end_ns);
}

/* A list of parts of text is that text. */
static void take_result(struct at_work *w, struct val v)
{
	struct buf text = BUF_INIT;
	v = inspect_resolved(&w->in, v);
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_ARRAY); m = val_next(m)) {
		struct val part = val_get(m.val, "text");
		if (!val_is(part, SCAN_STRING)) {
			buf_done(&text);
			break;
		}
		if (text.len)
			buf_add_char(&text, '\n');
		buf_add_str(&text, val_str(part, w->in.f->arena));
	}
	fields_output(w->in.f, &w->span, v);
	if (text.len) {
		w->span.output = arena_str(w->in.f->arena, buf_str(&text));
		w->span.output_hash = model_text_hash(w->span.output);
	}
	buf_done(&text);
}

/* ---------------------------------------------------------------- the kinds of nodes */

static void fill_span(struct at_work *w)
{
	static const char *const mapped[] = {"uuid",      "span_id", "timestamp", "event", "id",
	                                     "parent_id", "name",    "action",    NULL};
	static const struct {
		const char *type;
		enum span_kind kind;
	} kinds[] = {
	    {"agent",   KIND_AGENT    },
            {"scorer",  KIND_EVALUATOR},
            {"scorers", KIND_EVALUATOR},
            {"solver",  KIND_CHAIN    },
	    {"solvers", KIND_CHAIN    },
            {"init",    KIND_CHAIN    },
            {"handoff", KIND_AGENT    },
            {"subtask", KIND_CHAIN    },
	    {"fork",    KIND_CHAIN    },
            {"tool",    KIND_TOOL     },
            {"sample",  KIND_TASK     },
	};
	struct val event = w->node->event, type = val_get(event, "type");
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (val_str_is(type, kinds[i].type))
			w->span.kind = kinds[i].kind;
	w->span.name = val_text(val_get(event, "name"), w->in.f->arena);
	take_times(w, event, w->node->end);
	if (w->node->score.scan)
		fields_output(w->in.f, &w->span, inspect_resolved(&w->in, val_get(w->node->score, "score")));
	add_attributes(w, event, mapped);
}

static void take_usage(struct at_work *w, struct val usage)
{
	struct inspect_usage u;
	inspect_usage(w->in.f, usage, &u);
	w->span.tokens_in = u.in;
	w->span.tokens_out = u.out;
	w->span.tokens_cached = u.cached;
	w->span.tokens_reasoning = u.reasoning;
	w->span.tokens_cache_write = u.cache_write > 0 ? u.cache_write : 0;
	w->span.cost_usd = u.cost;
}

/* "openai/azure/gpt-x": whose API it was, and what answered. */
static void take_model(struct at_work *w, struct str asked, struct str answered)
{
	size_t slash = str_find_char(asked, '/');
	w->span.model = answered.len ? answered : asked;
	if (slash != SIZE_MAX)
		w->span.provider = str_cut(asked, 0, slash);
}

static void fill_model(struct at_work *w)
{
	static const char *const mapped[] = {"uuid",    "span_id",    "timestamp",      "event", "model",
	                                     "input",   "input_refs", "output",         "call",  "error",
	                                     "pending", "completed",  "traceback_ansi", NULL};
	struct val event = w->node->event, output = val_get(event, "output"), choices = val_get(output, "choices");
	struct str asked = val_text(val_get(event, "model"), w->in.f->arena);
	struct val in = call_input(w);
	bool pending = false;
	w->span.kind = KIND_LLM;
	w->span.name = asked.len ? asked : STR_LIT("model");
	take_model(w, asked, val_text(val_get(output, "model"), w->in.f->arena));
	take_times(w, event, VAL_NONE);
	take_usage(w, val_get(output, "usage"));
	choices = val_first(choices).ok ? inspect_resolved(&w->in, choices) : VAL_NONE;
	if (val_ok(val_get(event, "error"))) /* then it is only a place for an answer */
		choices = VAL_NONE;
	fields_input(w->in.f, &w->span, in);
	fields_output(w->in.f, &w->span, choices);
	fields_messages(w->in.f, &w->span, in, choices);
	if (field_bool(w->in.f, val_get(event, "pending"), &pending) && pending)
		w->span.status = STATUS_RUNNING;
	take_error(w, val_get(event, "error"));
	take_error(w, val_get(output, "error"));
	add_attributes(w, event, mapped);
}

static void fill_tool(struct at_work *w)
{
	static const char *const mapped[] = {"uuid",   "span_id", "timestamp", "event",   "function",  "arguments",
	                                     "result", "error",   "events",    "pending", "completed", NULL};
	struct val call = w->node->call;
	bool truth = false;
	w->span.kind = KIND_TOOL;
	w->span.tool_name = w->span.name = val_text(val_get(call, "function"), w->in.f->arena);
	take_times(w, call, VAL_NONE);
	if (w->span.end_ns == TIME_UNKNOWN)
		w->span.end_ns = time_at(&w->in, w->node->end, "timestamp");
	fields_input(w->in.f, &w->span, inspect_resolved(&w->in, val_get(call, "arguments")));
	take_result(w, val_get(call, "result"));
	if (field_bool(w->in.f, val_get(call, "pending"), &truth) && truth)
		w->span.status = STATUS_RUNNING;
	if (field_bool(w->in.f, val_get(call, "failed"), &truth) && truth)
		w->span.status = STATUS_ERROR;
	take_error(w, val_get(call, "error"));
	add_attributes(w, call, mapped);
}

static void fill_subtask(struct at_work *w)
{
	static const char *const mapped[] = {"uuid",   "span_id", "timestamp", "event",     "name", "input",
	                                     "result", "events",  "pending",   "completed", NULL};
	struct val event = w->node->event;
	w->span.kind = KIND_CHAIN;
	w->span.name = val_text(val_get(event, "name"), w->in.f->arena);
	take_times(w, event, VAL_NONE);
	fields_input(w->in.f, &w->span, inspect_resolved(&w->in, val_get(event, "input")));
	take_result(w, val_get(event, "result"));
	add_attributes(w, event, mapped);
}

/* A command in the sandbox, or a file read or written there. */
static void fill_sandbox(struct at_work *w)
{
	static const char *const mapped[] = {"uuid", "span_id", "timestamp", "event",     "action", "cmd",
	                                     "file", "input",   "output",    "completed", NULL};
	struct val event = w->node->event, cmd = val_get(event, "cmd");
	struct arena *a = w->in.f->arena;
	w->span.name = arena_printf(a, "sandbox " STR_FMT, STR_ARG(val_text(val_get(event, "action"), a)));
	take_times(w, event, VAL_NONE);
	fields_input(w->in.f, &w->span, inspect_resolved(&w->in, val_ok(cmd) ? cmd : val_get(event, "file")));
	take_result(w, val_ok(val_get(event, "output")) ? val_get(event, "output") : val_get(event, "input"));
	add_attributes(w, event, mapped);
}

/* ---------------------------------------------------------------- the sample itself */

static void fill_root(struct at_work *w, const struct case_result *res, struct str name)
{
	struct telling *t = w->t;
	struct val messages = inspect_resolved(&w->in, val_get(t->in->sample, "messages"));
	w->span.kind = KIND_TASK;
	w->span.name = w->span.trace_name = name;
	w->span.input = res->input;
	w->span.output = res->output;
	w->span.input_hash = model_text_hash(res->input);
	w->span.output_hash = model_text_hash(res->output);
	fields_messages(w->in.f, &w->span, messages, VAL_NONE);
	w->span.input_preview = w->span.output_preview = STR_NONE;
	sample_times(t, &w->span.start_ns, &w->span.end_ns);
	if (!t->tree->n_models) { /* without its events: what the sample says of them all */
		take_model(w, val_text(val_get(t->in->eval, "model"), w->in.f->arena), STR_NONE);
		w->span.tokens_in = res->tokens_in;
		w->span.tokens_out = res->tokens_out;
		w->span.cost_usd = res->cost_usd;
	}
	take_error(w, val_get(t->in->sample, "error"));
}

static struct str sample_name(const struct inspect *in)
{
	struct arena *a = in->f->arena;
	struct str id = case_key_part(in->f, val_get(in->sample, "id")), task = inspect_task(in);
	int64_t epoch, epochs;
	bool many = val_int64(val_path(in->eval, "config.epochs"), &epochs) && epochs > 1;
	if (many && val_int64(val_get(in->sample, "epoch"), &epoch))
		return arena_printf(a, STR_FMT " " STR_FMT " (epoch %lld)", STR_ARG(task), STR_ARG(id),
		                    (long long)epoch);
	return arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(task), STR_ARG(id));
}

/* ---------------------------------------------------------------- telling */

static void tell_node(struct telling *t, const struct node *node, const struct case_result *res, struct str name)
{
	struct arena own = ARENA_INIT;
	struct fields f = *t->in->f;
	struct at_work w = {.t = t, .in = *t->in, .node = node, .span = span_start(INSPECT)};
	memset(&f.scans, 0, sizeof f.scans);
	f.arena = &own;
	w.in.f = &f;
	w.span.trace_id = t->trace_id;
	w.span.id = node->id;
	w.span.parent_id = node->kind == NODE_ROOT ? STR_NONE : t->tree->nodes[node->parent].id;
	w.span.status = STATUS_OK;
	switch (node->kind) {
	case NODE_ROOT: fill_root(&w, res, name); break;
	case NODE_SPAN: fill_span(&w); break;
	case NODE_MODEL: fill_model(&w); break;
	case NODE_TOOL: fill_tool(&w); break;
	case NODE_SUBTASK: fill_subtask(&w); break;
	case NODE_SANDBOX: fill_sandbox(&w); break;
	}
	take_error(&w, val_get(node->error, "error"));
	add_events(&w);
	sink_span(t->in->f->im->sink, &w.span);
	fields_done(&f);
	arena_done(&own);
}

static void tell_whole(const struct telling *t, const struct case_result *res, struct str name)
{
	struct trace trace = trace_start(INSPECT);
	struct buf json = BUF_INIT;
	trace.id = t->trace_id;
	trace.name = name;
	trace.input = res->input;
	trace.output = res->output;
	sample_times(t, &trace.start_ns, &trace.end_ns);
	trace.status = val_ok(val_get(t->in->sample, "error")) ? STATUS_ERROR : STATUS_OK;
	inspect_member_text(&json, STR_LIT("eval"), inspect_run_id(t->in));
	inspect_member_text(&json, STR_LIT("task"), inspect_task(t->in));
	inspect_member(&json, STR_LIT("sample"), val_get(t->in->sample, "id"));
	inspect_member(&json, STR_LIT("epoch"), val_get(t->in->sample, "epoch"));
	buf_add_cstr(&json, json.len ? "}" : "{}");
	trace.metadata = arena_str(t->in->f->arena, buf_str(&json));
	buf_done(&json);
	sink_trace(t->in->f->im->sink, &trace);
}

void inspect_tell_trace(const struct inspect *in, const struct case_result *res)
{
	struct inspect_tree tree;
	struct telling t = {.in = in, .tree = &tree, .trace_id = res->trace_id};
	if (!res->trace_id.len)
		return;
	struct str name = sample_name(in);
	inspect_read_tree(in, &tree);
	read_pool(&t);
	tell_whole(&t, res, name);
	for (uint32_t i = 0; i < tree.n_nodes; i++)
		tell_node(&t, &tree.nodes[i], res, name);
}
