/* Codex CLI: rollout files (lines of timestamp, type, payload), the older bare items, and the events of `codex exec --json`.
 * A trace is a session; a sub-agent's thread is its own file and hangs below the span "thread:ID" of the call that spawned it, whichever file
 * is read first. A turn is a span; below it a model call for each token_count that says something, with what the model put out since the last,
 * and a tool call for each call item. Calls, ends and outputs come in any order and are matched by call_id.
 * Source: formats/traces-platforms.md section 10, from rollouts of 2026. */
#include <stdlib.h>
#include <string.h>

#include "import/transcript.h"

enum { SLOT_LINE, SLOT_CALL, SLOT_TOOL, SLOT_TURN };
enum { CALL_MAX = 128 << 10, TEXT_MAX = 400 };

struct codex_state {
	char *session, *trace,
	    *parent; /* trace: the session, or that of the thread that spawned it; parent: the span below which turns lie */
	char *model, *provider, *version, *branch, *cwd, *prompt;
	char *turn; /* id of the turn at work */
	struct buf context;
	struct buf events;                 /* of the turn, that belong to no call */
	int64_t turn_ns, last_ns, mark_ns; /* mark: when the model could begin */
	struct buf said, out; /* since the last answer; of the answer being gathered: payloads with commas */
	bool talks;           /* `out` holds words */
	int64_t out_ns, out_end_ns;
	uint64_t n_calls, n_turns;
	bool counted; /* a token_count was seen */
	struct transcript_calls calls;
};

/* ---------------------------------------------------------------- detection */

static int line_score(struct val v, const char **why)
{
	static const char *const types[] = {"session_meta", "turn_context", "response_item", "event_msg", "compacted"};
	struct val type = val_get(v, "type"), payload = val_get(v, "payload");
	for (size_t i = 0; i < 5; i++)
		if (val_str_is(type, types[i]) && val_is(payload, SCAN_OBJECT)) {
			*why = "type of a rollout line and payload";
			return 95;
		}
	if ((val_str_is(type, "thread.started") && val_ok(val_get(v, "thread_id"))) ||
	    (val_is(type, SCAN_STRING) && str_starts(val_raw(type), "\"item.") &&
	     val_is(val_get(v, "item"), SCAN_OBJECT))) {
		*why = "an event of codex exec --json";
		return 85;
	}
	if (val_get(v, "instructions").scan && val_get(v, "timestamp").scan && val_get(v, "id").scan && !type.scan) {
		*why = "the first line of an older rollout: id, timestamp, instructions";
		return 75;
	}
	return 0;
}

static int codex_probe(const struct sample *s, const char **why)
{
	int best = 0;
	*why = "no line of a rollout";
	for (size_t i = 0; i < s->n_values; i++) {
		const char *reason = "";
		int score = line_score(s->values[i], &reason);
		if (score <= best)
			continue;
		best = score;
		*why = reason;
	}
	return best;
}

/* ---------------------------------------------------------------- reading details */

static void common(const struct fields *f, struct span *span, struct val detail)
{
	detail_facts(f, span, detail);
	span->service = STR_LIT("codex");
	span->session = span->trace_id;
}

/* A model's answer: payloads of what went in and what came out. */
static void take_call(struct fields *f, struct val detail)
{
	struct span span = span_start("codex");
	struct val out = val_get(detail, "lines"), before = val_get(detail, "before");
	common(f, &span, detail);
	span.kind = KIND_LLM;
	span.model = field_text(f, val_get(detail, "model"));
	span.provider = field_text(f, val_get(detail, "provider"));
	span.name = span.model.len ? arena_printf(f->arena, "chat " STR_FMT, STR_ARG(span.model)) : STR_LIT("chat");
	fields_usage(f, &span, val_get(detail, "usage"), "info.last_token_usage");
	fields_input(f, &span, before);
	fields_output(f, &span, out);
	fields_messages(f, &span, before, out);
	fields_attributes(f, &span, val_get(detail, "usage"), "usage.", NULL);
	sink_span(f->im->sink, &span);
}

static bool failed(struct val event)
{
	int64_t code;
	return (val_int64(val_get(event, "exit_code"), &code) && code != 0) ||
	       val_is(val_get(event, "success"), SCAN_FALSE) || val_str_is(val_get(event, "status"), "failed") ||
	       val_ok(val_path(event, "result.Err"));
}

static struct val arguments_of(struct val call)
{
	struct val v = FIELD_ANY(call, "arguments", "input", "action", "query");
	return val_ok(v) ? v : val_get(call, "command");
}

static void take_tool(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"type",   "arguments", "input", "output", "aggregated_output",
	                                     "stdout", "call_id",   NULL};
	struct span span = span_start("codex");
	struct val call = val_get(detail, "call"), parts = val_get(detail, "lines"), output = VAL_NONE;
	common(f, &span, detail);
	span.kind = KIND_TOOL;
	span.name = field_text(f, FIELD_ANY(call, "name", "tool", "type"));
	if (str_is(span.name, "spawn_agent"))
		span.kind = KIND_AGENT;
	span.tool_name = span.name;
	fields_input(f, &span, arguments_of(call));
	for (struct member m = val_first(parts); m.ok; m = val_next(m)) {
		struct val said = FIELD_ANY(m.val, "output", "aggregated_output", "stdout", "result");
		bool item = val_ok(val_get(m.val, "output"));
		if (val_ok(said) && (item || !val_ok(output)))
			output = said;
		if (failed(m.val))
			span.status = STATUS_ERROR;
		fields_attributes(f, &span, m.val, "result.", mapped);
	}
	if (failed(call))
		span.status = STATUS_ERROR;
	if (!val_ok(output))
		output = FIELD_ANY(call, "aggregated_output", "result");
	fields_output(f, &span, output);
	if (span.status == STATUS_ERROR)
		span.message = span.output;
	else if (span.end_ns == TIME_UNKNOWN && span.start_ns != TIME_UNKNOWN)
		span.status = STATUS_RUNNING;
	fields_attributes(f, &span, call, "call.", mapped);
	sink_span(f->im->sink, &span);
}

static void take_turn(struct fields *f, struct val detail)
{
	struct span span = span_start("codex");
	struct val context = val_get(detail, "context"), events = val_get(detail, "events");
	common(f, &span, detail);
	span.kind = KIND_CHAIN;
	span.name = STR_LIT("turn");
	span.model = STR_NONE; /* its calls have it */
	span.status = field_status(field_text(f, val_get(detail, "status")));
	span.message = field_text(f, val_get(detail, "message"));
	fields_input(f, &span, val_get(detail, "prompt"));
	fields_output(f, &span, val_get(detail, "answer"));
	fields_usage(f, &span, val_get(detail, "usage"), "usage");
	fields_attributes(f, &span, context, "", NULL);
	if (f->payload && val_is(events, SCAN_ARRAY)) {
		struct span_event *at = arena_zalloc(f->arena, (size_t)val_count(events) + 1, sizeof *at);
		for (struct member m = val_first(events); m.ok; m = val_next(m))
			at[span.n_events++] = (struct span_event){.name = field_text(f, val_get(m.val, "type")),
			                                          .time_ns = TIME_UNKNOWN,
			                                          .attributes = val_raw(m.val)};
		span.events = at;
	}
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- telling */

typedef void take_fn(struct fields *f, struct val detail);

static void tell(struct fields *f, int slot, struct buf *json, take_fn *take)
{
	detail_end(json);
	struct str text = arena_str(f->arena, buf_str(json));
	import_detail(f->im, f->rec, slot, text);
	take(f, fields_scan(f, text));
	buf_done(json);
}

static struct str or_none(const char *text)
{
	return text ? str_of(text) : STR_NONE;
}

static void begin(struct buf *json, const struct codex_state *st, struct str id, struct str parent, int64_t start_ns,
                  int64_t end_ns)
{
	detail_begin(json);
	detail_text(json, "trace", or_none(st->trace));
	detail_text(json, "id", id);
	detail_text(json, "parent", parent);
	detail_ns(json, "start", start_ns);
	detail_ns(json, "end", end_ns);
}

/* Ids mean something inside their thread only; a trace holds several threads. */
static struct str own_id(const struct fields *f, const struct codex_state *st, const char *what, uint64_t n)
{
	return arena_printf(f->arena, "%s:%s:%llu", or_none(st->session).len ? st->session : "", what,
	                    (unsigned long long)n);
}

static void tell_answer(struct fields *f, struct codex_state *st, struct val usage, int64_t ns)
{
	struct buf json = BUF_INIT;
	begin(&json, st, own_id(f, st, "call", ++st->n_calls), or_none(st->turn),
	      st->out_ns != TIME_UNKNOWN ? st->out_ns : st->mark_ns, ns);
	detail_text(&json, "model", or_none(st->model));
	detail_text(&json, "provider", or_none(st->provider));
	if (val_ok(usage))
		detail_json(&json, "usage", val_raw(usage));
	detail_list(&json, "before", buf_str(&st->said));
	detail_list(&json, "lines", buf_str(&st->out));
	tell(f, SLOT_CALL, &json, take_call);
	buf_clear(&st->said);
	buf_clear(&st->out);
	st->talks = false;
	st->out_ns = TIME_UNKNOWN;
	st->mark_ns = ns;
}

static void tell_tool(struct fields *f, const struct codex_state *st, struct transcript_call *call)
{
	struct buf json = BUF_INIT;
	begin(&json, st, str_of(call->id), call->parent ? str_of(call->parent) : STR_NONE, call->start_ns,
	      call->end_ns);
	detail_json(&json, "call", buf_str(&call->json));
	detail_list(&json, "lines", buf_str(&call->result));
	tell(f, SLOT_TOOL, &json, take_tool);
	call_done(call);
}

/* A spawned thread's span is named by the thread: what has no thread yet cannot be told yet. */
static bool waits_for_thread(const struct transcript_call *call)
{
	return str_find(buf_str(&call->json), STR_LIT("\"spawn_agent\"")) != SIZE_MAX && !call->answered;
}

static void tell_tools(struct fields *f, const struct codex_state *st, struct transcript_calls *calls, bool all)
{
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++) {
		struct transcript_call *call = &calls->at[i];
		if (call->id && (call->answered || (all && !waits_for_thread(call))))
			tell_tool(f, st, call);
	}
}

static void tell_turn(struct fields *f, struct codex_state *st, struct val done, int64_t ns)
{
	struct buf json = BUF_INIT;
	struct val answer = FIELD_ANY(done, "last_agent_message", "message");
	if (!st->turn)
		return;
	begin(&json, st, str_of(st->turn), or_none(st->parent), st->turn_ns, ns);
	detail_json(&json, "context", buf_str(&st->context));
	detail_text(&json, "prompt", or_none(st->prompt));
	if (val_ok(answer))
		detail_json(&json, "answer", val_raw(answer));
	if (val_ok(val_get(done, "usage")))
		detail_json(&json, "usage", val_raw(val_get(done, "usage")));
	if (val_str_is(val_get(done, "type"), "turn_aborted") || val_str_is(val_get(done, "type"), "turn.failed"))
		detail_text(&json, "status", STR_LIT("error"));
	else if (ns == TIME_UNKNOWN && st->turn_ns != TIME_UNKNOWN)
		detail_text(&json, "status", STR_LIT("running"));
	detail_text(&json, "message", field_text(f, FIELD_ANY(done, "reason", "error")));
	detail_list(&json, "events", buf_str(&st->events));
	tell(f, SLOT_TURN, &json, take_turn);
	buf_clear(&st->events);
}

/* ---------------------------------------------------------------- calls */

static void add_call(struct fields *f, struct codex_state *st, struct val item, struct str id, int64_t ns)
{
	struct transcript_call old, *call;
	if (!id.len || calls_find(&st->calls, id))
		return;
	call = calls_add(&st->calls, id, &old);
	if (old.id)
		tell_tool(f, st, &old);
	call->parent = st->turn ? xstrdup(st->turn) : NULL;
	call->start_ns = ns;
	if (!values_add(&call->json, val_raw(item), CALL_MAX)) {
		detail_begin(&call->json); /* whole in the answer's own record */
		detail_text(&call->json, "name", field_text(f, val_get(item, "name")));
		detail_text(&call->json, "arguments", str_cut(field_text(f, arguments_of(item)), 0, CALL_MAX / 8));
		detail_end(&call->json);
	}
}

static void name_thread(struct fields *f, struct transcript_call *call, struct str thread)
{
	if (!thread.len)
		return;
	free(call->id);
	call->id = xstrndup(arena_printf(f->arena, "thread:" STR_FMT, STR_ARG(thread)));
}

static int64_t ran_for(const struct fields *f, struct val event)
{
	int64_t s = field_duration(f, val_path(event, "duration.secs"), 1000000000, "duration.secs");
	int64_t ns = field_duration(f, val_path(event, "duration.nanos"), 1, "duration.nanos");
	return s == UNKNOWN_INT || ns == UNKNOWN_INT || s > INT64_MAX / 2 || ns > INT64_MAX / 2 ? UNKNOWN_INT : s + ns;
}

/* The call's end as an event: its time is exact, its code the only word on failure. */
static void take_end(struct fields *f, struct codex_state *st, struct val event, int64_t ns)
{
	struct transcript_call *call = calls_find(&st->calls, field_text(f, val_get(event, "call_id")));
	int64_t took = ran_for(f, event);
	if (!call) {
		values_add(&st->events, val_raw(event), TRANSCRIPT_BEFORE_MAX);
		return;
	}
	values_add(&call->result, val_raw(event), TRANSCRIPT_BEFORE_MAX);
	name_thread(f, call, field_text(f, val_get(event, "new_thread_id")));
	call->end_ns = ns;
	/* In the background it "ends" at once and goes on. */
	if (took > 100000 && ns != TIME_UNKNOWN)
		call->start_ns = ns - took;
}

static void take_output(struct fields *f, struct codex_state *st, struct val item, int64_t ns)
{
	struct transcript_call *call = calls_find(&st->calls, field_text(f, val_get(item, "call_id")));
	struct str id = field_text(f, val_get(item, "call_id"));
	/* A thread's call has got another name by now. */
	for (size_t i = 0; !call && id.len && i < TRANSCRIPT_CALLS; i++)
		if (st->calls.at[i].id && str_starts(str_of(st->calls.at[i].id), "thread:") &&
		    str_find(buf_str(&st->calls.at[i].json), id) != SIZE_MAX)
			call = &st->calls.at[i];
	if (!call)
		return;
	values_add(&call->result, val_raw(item), TRANSCRIPT_LINES_MAX);
	if (call->end_ns == TIME_UNKNOWN)
		call->end_ns = ns;
	call->answered = true;
}

/* ---------------------------------------------------------------- lines */

static void set_text(char **into, struct str text)
{
	if (!text.len)
		return;
	free(*into);
	*into = xstrndup(str_cut(text, 0, TEXT_MAX));
}

static void take_meta(struct fields *f, struct codex_state *st, struct val meta)
{
	struct val spawn = val_path(meta, "source.subagent.thread_spawn");
	struct str parent = field_text(f, val_get(spawn, "parent_thread_id"));
	if (st->session) /* a forked thread repeats its parent's */
		return;
	set_text(&st->session, field_text(f, val_get(meta, "id")));
	set_text(&st->trace, parent.len ? parent : or_none(st->session));
	if (parent.len)
		set_text(&st->parent, arena_printf(f->arena, "thread:%s", st->session ? st->session : ""));
	set_text(&st->provider, field_text(f, val_get(meta, "model_provider")));
	set_text(&st->model, field_text(f, val_get(meta, "model")));
	set_text(&st->version, field_text(f, val_get(meta, "cli_version")));
	set_text(&st->cwd, field_text(f, val_get(meta, "cwd")));
	set_text(&st->branch, field_text(f, val_path(meta, "git.branch")));
}

static void close_turn(struct fields *f, struct codex_state *st, struct val done, int64_t ns)
{
	tell_tools(f, st, &st->calls, true);
	if (st->talks && !st->counted)
		tell_answer(f, st, VAL_NONE, ns);
	tell_turn(f, st, done, ns);
	free(st->turn);
	st->turn = NULL;
	buf_clear(&st->context);
}

static void take_context(struct fields *f, struct codex_state *st, struct val context, int64_t ns)
{
	struct str id = field_text(f, val_get(context, "turn_id"));
	set_text(&st->model, field_text(f, val_get(context, "model")));
	if (!id.len)
		id = own_id(f, st, "turn", ++st->n_turns);
	if (st->turn && str_is(id, st->turn))
		return;
	close_turn(f, st, VAL_NONE, st->last_ns);
	st->turn = xstrndup(id);
	buf_add_str(&st->context, val_raw(context));
	if (st->turn_ns == TIME_UNKNOWN)
		st->turn_ns = ns;
	st->mark_ns = ns;
}

static bool is_word_of_user(struct str text)
{
	return text.len && text.ptr[0] != '<';
}

static void take_item(struct fields *f, struct codex_state *st, struct val item, int64_t ns)
{
	struct str type = field_text(f, val_get(item, "type")), role = field_text(f, val_get(item, "role"));
	bool call = str_ends(type, "_call"), words = str_is(type, "message") && str_is(role, "assistant");
	if (str_ends(type, "_output")) {
		take_output(f, st, item, ns);
		values_add(&st->said, val_raw(item), TRANSCRIPT_BEFORE_MAX);
		if (!st->out.len)
			st->mark_ns = ns;
		return;
	}
	if (call || words || str_is(type, "reasoning")) {
		if (!st->out.len)
			st->out_ns = st->mark_ns;
		values_add(&st->out, val_raw(item), TRANSCRIPT_LINES_MAX);
		st->talks |= words;
		st->out_end_ns = ns;
		if (call)
			add_call(f, st, item, field_text(f, FIELD_ANY(item, "call_id", "id")), ns);
		return;
	}
	if (str_is(type, "message") && st->talks && !st->counted)
		tell_answer(f, st, VAL_NONE, st->out_end_ns); /* older files count no tokens */
	values_add(&st->said, val_raw(item), TRANSCRIPT_BEFORE_MAX);
	if (!st->out.len)
		st->mark_ns = ns;
}

static void take_event(struct fields *f, struct codex_state *st, struct val event, int64_t ns)
{
	struct str type = field_text(f, val_get(event, "type"));
	struct val usage = val_path(event, "info.last_token_usage");
	if (str_is(type, "task_started") || str_is(type, "turn_started")) {
		close_turn(f, st, VAL_NONE, st->last_ns);
		st->turn_ns = ns;
		st->mark_ns = ns;
	} else if (str_is(type, "token_count") && val_is(val_get(event, "info"), SCAN_OBJECT)) {
		st->counted = true;
		tell_answer(f, st, usage, ns);
		tell_tools(f, st, &st->calls, false);
	} else if (str_is(type, "user_message")) {
		set_text(&st->prompt, field_text(f, val_get(event, "message")));
	} else if (str_is(type, "task_complete") || str_is(type, "turn_complete") || str_is(type, "turn_aborted")) {
		close_turn(f, st, event, ns);
		st->turn_ns = TIME_UNKNOWN;
	} else if (val_ok(val_get(event, "call_id")) && str_ends(type, "_end")) {
		take_end(f, st, event, ns);
	}
}

/* codex exec --json: no times; the thread is the session. */
static void take_exec(struct fields *f, struct codex_state *st, struct val line, struct str type)
{
	struct val item = val_get(line, "item");
	if (str_is(type, "thread.started")) {
		set_text(&st->session, field_text(f, val_get(line, "thread_id")));
		set_text(&st->trace, or_none(st->session));
	} else if (str_is(type, "turn.started")) {
		close_turn(f, st, VAL_NONE, TIME_UNKNOWN);
		st->turn = xstrndup(own_id(f, st, "turn", ++st->n_turns));
	} else if (str_is(type, "turn.completed") || str_is(type, "turn.failed")) {
		close_turn(f, st, line, TIME_UNKNOWN);
	} else if (str_is(type, "item.completed")) {
		struct str kind = field_text(f, FIELD_ANY(item, "type", "item_type"));
		struct str id = own_id(f, st, "item", f->rec->number);
		if (str_is(kind, "agent_message") || str_is(kind, "assistant_message")) {
			values_add(&st->out, val_raw(item), TRANSCRIPT_LINES_MAX);
			tell_answer(f, st, VAL_NONE, TIME_UNKNOWN);
		} else if (!str_is(kind, "reasoning") && !str_is(kind, "todo_list") && !str_is(kind, "error")) {
			add_call(f, st, item, id, TIME_UNKNOWN);
			struct transcript_call *call = calls_find(&st->calls, id);
			if (call)
				tell_tool(f, st, call);
		}
	}
}

static bool is_item(struct str type)
{
	return str_is(type, "message") || str_is(type, "reasoning") || str_ends(type, "_call") ||
	       str_ends(type, "_output");
}

static void take_line(struct fields *f, struct codex_state *st, struct val line)
{
	struct str type = field_text(f, val_get(line, "type"));
	struct val payload = val_get(line, "payload");
	int64_t ns = field_time(f, val_get(line, "timestamp"), "timestamp");
	if (str_is(type, "session_meta"))
		take_meta(f, st, payload);
	else if (!type.len && val_ok(val_get(line, "instructions")))
		take_meta(f, st, line);
	else if (str_is(type, "turn_context"))
		take_context(f, st, payload, ns);
	else if (str_is(type, "response_item"))
		take_item(f, st, payload, ns);
	else if (str_is(type, "event_msg"))
		take_event(f, st, payload, ns);
	else if (!val_ok(payload) && is_item(type))
		take_item(f, st, line, TIME_UNKNOWN);
	else if (!val_ok(payload))
		take_exec(f, st, line, type);
	if (ns != TIME_UNKNOWN)
		st->last_ns = ns;
}

static void start_state(struct codex_state *st)
{
	if (st->said.cap || st->mark_ns)
		return;
	st->turn_ns = st->last_ns = st->mark_ns = st->out_ns = st->out_end_ns = TIME_UNKNOWN;
}

static bool codex_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (rec->slot == SLOT_CALL)
		take_call(&f, rec->root);
	else if (rec->slot == SLOT_TOOL)
		take_tool(&f, rec->root);
	else if (rec->slot == SLOT_TURN)
		take_turn(&f, rec->root);
	else if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", STR_NONE, "left out",
		               "this line is not an object");
	else if (!im->decoding) { /* all it gives is in details */
		start_state(im->state);
		take_line(&f, im->state, rec->root);
	}
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- the end */

static bool codex_finish(struct import *im, struct err *err)
{
	(void)err;
	struct codex_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	struct trace t = trace_start("codex");
	struct buf meta = BUF_INIT;
	start_state(st);
	if (st->turn)
		close_turn(&f, st, VAL_NONE, TIME_UNKNOWN);
	else if (st->talks && !st->counted)
		tell_answer(&f, st, VAL_NONE, st->out_end_ns);
	tell_tools(&f, st, &st->calls, true);
	detail_begin(&meta);
	detail_text(&meta, "cli_version", or_none(st->version));
	detail_text(&meta, "branch", or_none(st->branch));
	detail_text(&meta, "cwd", or_none(st->cwd));
	detail_end(&meta);
	t.id = or_none(st->trace);
	t.session = t.id;
	t.service = STR_LIT("codex");
	t.metadata = buf_str(&meta);
	if (!st->parent) { /* a spawned thread does not name the session */
		t.name = is_word_of_user(or_none(st->prompt)) ? str_of(st->prompt) : STR_LIT("Codex session");
		t.input = or_none(st->prompt);
	}
	if (t.id.len)
		sink_trace(im->sink, &t);
	buf_done(&meta);
	fields_done(&f);
	return true;
}

static void codex_state_done(void *state)
{
	struct codex_state *st = state;
	char *const texts[] = {st->session, st->trace,  st->parent, st->model,  st->provider,
	                       st->version, st->branch, st->cwd,    st->prompt, st->turn};
	struct buf *const bufs[] = {&st->context, &st->events, &st->said, &st->out};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_done(bufs[i]);
	calls_done(&st->calls);
}

const struct format format_codex = {
    .name = "codex",
    .title = "Codex CLI rollouts",
    .spec_url = "https://github.com/openai/codex",
    .how = "lines of timestamp, type and payload (session_meta, turn_context, response_item, event_msg); codex exec "
           "--json; older bare items",
    .fills = "a trace for each session, turns, model calls with tokens, tool calls with results and exit codes, "
             "spawned threads",
    .example = "{\"timestamp\":\"…\",\"type\":\"event_msg\",\"payload\":{\"type\":\"token_count\",\"info\":{…}}}",
    .stateful = true,
    .state_size = sizeof(struct codex_state),
    .state_done = codex_state_done,
    .probe = codex_probe,
    .record = codex_record,
    .finish = codex_finish,
};
