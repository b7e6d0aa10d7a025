/* Codex CLI: rollout files (lines of timestamp, type, payload), the older bare items, and the events of `codex exec --json`.
 * A trace is a session; a sub-agent's thread is its own file and hangs below the span "thread:ID" of the call that spawned it, whichever file
 * is read first. A turn is a span; below it a model call for each token_count that says something, with what the model put out since the last,
 * and a tool call for each call item. Calls, ends and outputs come in any order and are matched by call_id.
 * Source: formats/traces-platforms.md section 10, from rollouts of 2026. */
#include <stdlib.h>
#include <string.h>

#include "import/codex_private.h"

enum { SLOT_LINE, SLOT_CALL, SLOT_TOOL, SLOT_TURN };
enum { CALL_MAX = 128 << 10, TEXT_MAX = 400, META_MAX = 16 << 10 };

struct codex_state {
	char *session, *trace,
	    *parent; /* trace: the session, or that of the thread that spawned it; parent: the span below which turns lie */
	char *from; /* the session it was forked from, or that spawned it */
	char *model, *provider, *prompt, *title, *words;
	char *turn; /* id of the turn at work */
	struct buf meta;
	struct buf context;
	struct buf events;                 /* of the turn, that belong to no call: whole lines */
	int64_t turn_ns, last_ns, mark_ns; /* mark: when the model could begin */
	struct buf said, out; /* since the last answer; of the answer being gathered: payloads with commas */
	bool talks;           /* `out` holds words */
	int64_t out_ns, out_end_ns;
	uint64_t n_calls, n_turns;
	bool counted;   /* a token_count was seen */
	uint64_t total; /* hash of the last total_token_usage */
	bool begun;     /* more than its session_meta was met */
	bool replayed;  /* what comes is another session's, told again */
	uint64_t n_replayed;
	struct transcript_calls calls;
};

/* ---------------------------------------------------------------- state */

static void start_state(struct codex_state *st)
{
	if (st->said.cap || st->mark_ns)
		return;
	st->turn_ns = st->last_ns = st->mark_ns = st->out_ns = st->out_end_ns = TIME_UNKNOWN;
}

static void codex_state_done(void *state)
{
	struct codex_state *st = state;
	char *const texts[] = {st->session, st->trace, st->parent, st->model,  st->provider,
	                       st->from,    st->title, st->words,  st->prompt, st->turn};
	struct buf *const bufs[] = {&st->meta, &st->context, &st->events, &st->said, &st->out};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_done(bufs[i]);
	calls_done(&st->calls);
}

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
	return transcript_probe(s, line_score, "no line of a rollout", why);
}

/* ---------------------------------------------------------------- telling */

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
	detail_tell(f, SLOT_CALL, &json, codex_take_call);
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
	detail_tell(f, SLOT_TOOL, &json, codex_take_tool);
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
	detail_tell(f, SLOT_TURN, &json, codex_take_turn);
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
		detail_text(&call->json, "arguments", str_cut(field_text(f, codex_arguments(item)), 0, CALL_MAX / 8));
		detail_end(&call->json);
	}
}

static void name_thread(struct fields *f, struct transcript_call *call, struct str thread)
{
	if (!thread.len)
		return;
	free(call->id);
	call->id = xstrndup(arena_printf(f->arena, "thread:" STR_FMT, STR_ARG(thread)));
	call->key = hash64(str_of(call->id));
}

static int64_t ran_for(const struct fields *f, struct val event)
{
	int64_t s = field_duration(f, val_path(event, "duration.secs"), 1000000000, "duration.secs");
	int64_t ns = field_duration(f, val_path(event, "duration.nanos"), 1, "duration.nanos");
	return s == UNKNOWN_INT || ns == UNKNOWN_INT || s > INT64_MAX / 2 || ns > INT64_MAX / 2 ? UNKNOWN_INT : s + ns;
}

static void keep_event(struct fields *f, struct codex_state *st)
{
	if (st->turn)
		values_keep(f, &st->events, f->rec->bytes);
}

/* The call's end as an event: its time is exact, its code the only word on failure. */
static void take_end(struct fields *f, struct codex_state *st, struct val event, int64_t ns)
{
	struct transcript_call *call = calls_find(&st->calls, transcript_id(f, val_get(event, "call_id")));
	int64_t took = ran_for(f, event);
	if (!call) {
		keep_event(f, st);
		return;
	}
	call_add_result(f, &st->calls, call, val_raw(event));
	name_thread(f, call, transcript_id(f, val_get(event, "new_thread_id")));
	call->end_ns = ns;
	/* In the background it "ends" at once and goes on. */
	if (took > 100000 && ns != TIME_UNKNOWN)
		call->start_ns = ns - took;
}

static void take_output(struct fields *f, struct codex_state *st, struct val item, int64_t ns)
{
	struct str id = transcript_id(f, val_get(item, "call_id"));
	struct transcript_call *call = calls_find(&st->calls, id);
	/* A thread's call has got another name by now. */
	for (size_t i = 0; !call && id.len && i < TRANSCRIPT_CALLS; i++)
		if (st->calls.at[i].id && str_starts(str_of(st->calls.at[i].id), "thread:") &&
		    str_find(buf_str(&st->calls.at[i].json), id) != SIZE_MAX)
			call = &st->calls.at[i];
	if (!call)
		return;
	call_add_result(f, &st->calls, call, val_raw(item));
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
	*into = xstrndup(text_cut(text, TEXT_MAX));
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

/* ---------------------------------------------------------------- sessions */

/* Of what it says of itself, all that is short. */
static void keep_meta(struct codex_state *st, struct val meta)
{
	detail_begin(&st->meta);
	for (struct member m = val_first(meta); m.ok && st->meta.len < META_MAX; m = val_next(m))
		if (val_ok(m.val) && val_raw(m.val).len <= META_MAX / 8)
			detail_member(&st->meta, val_raw(m.key), val_raw(m.val));
}

static void end_session(struct fields *f, struct codex_state *st)
{
	struct trace t = trace_start("codex");
	if (st->turn)
		close_turn(f, st, VAL_NONE, TIME_UNKNOWN);
	else if (st->talks && !st->counted)
		tell_answer(f, st, VAL_NONE, st->out_end_ns);
	tell_tools(f, st, &st->calls, true);
	if (!st->trace)
		return;
	if (!st->meta.len)
		detail_begin(&st->meta);
	if (st->n_replayed)
		detail_json(&st->meta, "replayed_lines",
		            arena_printf(f->arena, "%llu", (unsigned long long)st->n_replayed));
	detail_end(&st->meta);
	t.id = str_of(st->trace);
	t.session = t.id;
	t.service = STR_LIT("codex");
	if (!st->parent) { /* a spawned thread does not name the session */
		t.metadata = buf_str(&st->meta);
		t.input = or_none(st->title ? st->title : st->words);
		t.name = t.input.len ? t.input : STR_LIT("Codex session");
	}
	sink_trace(f->im->sink, &t);
}

static void begin_session(struct fields *f, struct codex_state *st, struct val meta)
{
	struct val spawn = val_path(meta, "source.subagent.thread_spawn");
	struct str parent = transcript_id(f, FIELD_ANY(spawn, "parent_thread_id"));
	struct str root = parent.len ? transcript_id(f, val_get(meta, "session_id")) : STR_NONE;
	struct str from = transcript_id(f, val_get(meta, "forked_from_id"));
	set_text(&st->session, transcript_id(f, FIELD_ANY(meta, "id", "session_id", "thread_id")));
	set_text(&st->trace, root.len ? root : parent.len ? parent : or_none(st->session));
	if (parent.len)
		set_text(&st->parent, arena_printf(f->arena, "thread:%s", st->session ? st->session : ""));
	set_text(&st->from, from.len ? from : parent);
	set_text(&st->provider, field_text(f, val_get(meta, "model_provider")));
	set_text(&st->model, field_text(f, val_get(meta, "model")));
	keep_meta(st, meta);
	st->replayed = from.len > 0;
}

/* The time in an id of UUID version 7, ms; -1: it is none. */
static int64_t uuid_ms(struct str id)
{
	unsigned char bytes[6];
	char hex[12];
	if (id.len != 36 || id.ptr[8] != '-' || id.ptr[14] != '7')
		return -1;
	memcpy(hex, id.ptr, 8);
	memcpy(hex + 8, id.ptr + 9, 4);
	if (!hash_unhex((struct str){hex, 12}, bytes, 6))
		return -1;
	int64_t ms = 0;
	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | bytes[i];
	return ms;
}

/* A fork begins with its parent's session_meta and, mostly, all the parent's lines; a file of several sessions goes on with another. */
static void take_meta(struct fields *f, struct codex_state *st, struct val meta)
{
	struct str id = transcript_id(f, FIELD_ANY(meta, "id", "session_id", "thread_id"));
	bool other = st->session && id.len && !str_is(id, st->session);
	if (other && !st->begun && st->from) {
		st->replayed = true;
		return;
	}
	if (other && (!st->replayed || uuid_ms(id) > uuid_ms(str_of(st->session)))) {
		end_session(f, st);
		codex_state_done(st);
		*st = (struct codex_state){.begun = false};
		start_state(st);
	}
	if (!st->session)
		begin_session(f, st, meta);
}

/* Turns told again are older than the fork, by their ids; their times were written anew. */
static bool is_replay(struct fields *f, struct codex_state *st, struct str type, struct val payload)
{
	struct val turn = val_get(payload, "turn_id");
	if (!st->replayed)
		return false;
	if (val_ok(turn) && (str_is(type, "turn_context") || str_is(type, "event_msg"))) {
		int64_t own = uuid_ms(or_none(st->session)), at = uuid_ms(field_text(f, turn));
		st->replayed = own >= 0 && at >= 0 && at < own;
	}
	st->n_replayed += st->replayed;
	return st->replayed;
}

/* ---------------------------------------------------------------- turns */

static void take_context(struct fields *f, struct codex_state *st, struct val context, int64_t ns)
{
	struct str id = transcript_id(f, val_get(context, "turn_id"));
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
	return text.len && text.ptr[0] != '<' && !str_starts(text, "# AGENTS.md");
}

/* Older files have no user_message: the first words of a user name the session. */
static void note_words(struct fields *f, struct codex_state *st, struct val item)
{
	struct str words = field_text(f, val_get(val_at(val_get(item, "content"), 0), "text"));
	if (!st->words && is_word_of_user(words))
		set_text(&st->words, words);
}

/* Searches of the web run at the model's provider: the item is all there is, and may have no id. */
static void take_call_item(struct fields *f, struct codex_state *st, struct val item, struct str type, int64_t ns)
{
	struct str id = transcript_id(f, FIELD_ANY(item, "call_id", "id"));
	bool hosted = str_is(type, "web_search_call") || str_is(type, "image_generation_call");
	if (!id.len && hosted)
		id = own_id(f, st, "item", f->rec->number);
	add_call(f, st, item, id, ns);
	struct transcript_call *call = hosted ? calls_find(&st->calls, id) : NULL;
	if (!call)
		return;
	call->answered = true;
	call->end_ns = ns;
}

static void take_item(struct fields *f, struct codex_state *st, struct val item, int64_t ns)
{
	struct str type = field_text(f, val_get(item, "type")), role = field_text(f, val_get(item, "role"));
	bool call = str_ends(type, "_call"), words = str_is(type, "message") && str_is(role, "assistant");
	if (str_ends(type, "_output")) {
		take_output(f, st, item, ns);
		values_keep(f, &st->said, val_raw(item));
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
			take_call_item(f, st, item, type, ns);
		return;
	}
	if (str_is(type, "message") && str_is(role, "user"))
		note_words(f, st, item);
	if (str_is(type, "message") && st->talks && !st->counted)
		tell_answer(f, st, VAL_NONE, st->out_end_ns); /* older files count no tokens */
	values_keep(f, &st->said, val_raw(item));
	if (!st->out.len)
		st->mark_ns = ns;
}

/* The same total again tells of limits, not of a call. */
static bool is_new_count(struct codex_state *st, struct val event)
{
	struct val total = val_path(event, "info.total_token_usage");
	uint64_t hash = val_ok(total) ? hash64(val_raw(total)) : 0;
	if (!val_is(val_get(event, "info"), SCAN_OBJECT) || (hash && hash == st->total))
		return false;
	st->total = hash;
	return true;
}

/* They are there as items too. */
static bool is_told_twice(struct str type)
{
	return str_starts(type, "agent_message") || str_starts(type, "agent_reasoning") || str_ends(type, "_begin") ||
	       str_ends(type, "_delta");
}

static void take_event(struct fields *f, struct codex_state *st, struct val event, int64_t ns)
{
	struct str type = field_text(f, val_get(event, "type"));
	struct val usage = val_path(event, "info.last_token_usage");
	if (str_is(type, "task_started") || str_is(type, "turn_started")) {
		close_turn(f, st, VAL_NONE, st->last_ns);
		st->turn_ns = ns;
		st->mark_ns = ns;
	} else if (str_is(type, "token_count")) {
		if (!is_new_count(st, event))
			return;
		st->counted = true;
		tell_answer(f, st, usage, ns);
		tell_tools(f, st, &st->calls, false);
	} else if (str_is(type, "user_message")) {
		struct str words = field_text(f, val_get(event, "message"));
		set_text(&st->prompt, words);
		if (!st->title && is_word_of_user(words))
			set_text(&st->title, words);
	} else if (str_is(type, "task_complete") || str_is(type, "turn_complete") || str_is(type, "turn_aborted")) {
		close_turn(f, st, event, ns);
		st->turn_ns = TIME_UNKNOWN;
	} else if (val_ok(val_get(event, "call_id")) && str_ends(type, "_end")) {
		take_end(f, st, event, ns);
	} else if (!is_told_twice(type)) {
		keep_event(f, st);
	}
}

/* codex exec --json: no times; the thread is the session. */
static void take_exec(struct fields *f, struct codex_state *st, struct val line, struct str type)
{
	struct val item = val_get(line, "item");
	if (str_is(type, "thread.started")) {
		take_meta(f, st, line);
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

static void take_rest(struct fields *f, struct codex_state *st, struct val line, struct str type, int64_t ns)
{
	struct val payload = val_get(line, "payload");
	if (str_is(type, "turn_context"))
		take_context(f, st, payload, ns);
	else if (str_is(type, "response_item"))
		take_item(f, st, payload, ns);
	else if (str_is(type, "event_msg"))
		take_event(f, st, payload, ns);
	else if (str_is(type, "compacted"))
		keep_event(f, st);
	else if (!val_ok(payload) && is_item(type))
		take_item(f, st, line, TIME_UNKNOWN);
	else if (!val_ok(payload))
		take_exec(f, st, line, type);
}

static void take_line(struct fields *f, struct codex_state *st, struct val line)
{
	struct str type = field_text(f, val_get(line, "type"));
	struct val payload = val_get(line, "payload");
	int64_t ns = field_time(f, val_get(line, "timestamp"), "timestamp");
	if (str_is(type, "session_meta")) {
		take_meta(f, st, payload);
	} else if (!type.len && val_ok(val_get(line, "id")) && val_ok(val_get(line, "timestamp"))) {
		take_meta(f, st, line);
	} else {
		if (!is_replay(f, st, type, payload))
			take_rest(f, st, line, type, ns);
		st->begun = true;
	}
	if (ns != TIME_UNKNOWN)
		st->last_ns = ns;
}

static void take_record(struct fields *f, struct val line)
{
	start_state(f->im->state);
	take_line(f, f->im->state, line);
}

static bool codex_record(struct import *im, const struct record *rec, struct err *err)
{
	static const struct transcript_slot takes[] = {
	    {SLOT_CALL, codex_take_call},
            {SLOT_TOOL, codex_take_tool},
            {SLOT_TURN, codex_take_turn},
            {0,         NULL           }
        };
	(void)err;
	transcript_record(im, rec, takes, take_record);
	return true;
}

/* ---------------------------------------------------------------- the end */

static bool codex_finish(struct import *im, struct err *err)
{
	(void)err;
	struct codex_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	start_state(st);
	end_session(&f, st);
	fields_done(&f);
	return true;
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
