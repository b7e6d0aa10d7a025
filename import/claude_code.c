/* Claude Code: session transcripts (JSON Lines), those of sub-agents (agent-ID.jsonl), the web download {"loglines":[…]} and the output of
 * `claude -p --output-format stream-json`.
 * One model answer is several lines with the same message.id and a repeated, growing usage; a tool's call and its result are two lines. So
 * both are gathered in state and told as details (transcript.h). A trace is a session; what a sub-agent did hangs below the span "agent:ID"
 * of the call that began it, whichever file is read first.
 * Source: formats/traces-platforms.md section 9, from recorded sessions of 2.0 and 2.1. */
#include <stdlib.h>
#include <string.h>

#include "import/transcript.h"

enum { SLOT_LINE, SLOT_LOG, SLOT_CALL, SLOT_TOOL };
enum { CHAINS = 8, SEEN = 1 << 16, CALL_MAX = 128 << 10, TEXT_MAX = 400 };

static const struct record_path claude_paths[] = {
    {"loglines[]", SLOT_LOG },
    {"",           SLOT_LINE},
    {NULL,         0        }
};

/* The main conversation, or a sub-agent's: one answer at a time is gathered. */
struct chain {
	bool used;
	uint64_t key, order;
	char *parent;     /* span below which it lies; NULL: none */
	struct buf said;  /* messages since the last answer, with commas */
	int64_t last_ns;  /* of its last record */
	char *message_id; /* of the answer being gathered; NULL: none */
	struct buf before, lines;
	int64_t start_ns, end_ns;
	bool complete;
};

struct claude_state {
	char *session, *title, *prompt, *version, *branch, *cwd;
	struct chain chains[CHAINS];
	uint64_t order;
	struct transcript_calls calls;
	struct transcript_times times;
	uint64_t seen[SEEN]; /* hashes of uuids: a resumed session repeats its lines */
};

/* ---------------------------------------------------------------- detection */

static bool is_any(struct val v, const char *const *words)
{
	for (; *words; words++)
		if (val_str_is(v, *words))
			return true;
	return false;
}

static int line_score(struct val v, const char **why)
{
	static const char *const talk[] = {"user", "assistant", "system", "attachment", "progress", NULL};
	static const char *const meta[] = {"mode",     "permission-mode", "file-history-snapshot", "queue-operation",
	                                   "ai-title", "last-prompt",     "custom-title",          NULL};
	struct val type = val_get(v, "type");
	bool session = val_is(val_get(v, "sessionId"), SCAN_STRING);
	if (is_any(type, talk) && session && val_get(v, "uuid").scan && val_get(v, "parentUuid").scan) {
		*why = "type, uuid, parentUuid and sessionId in a line";
		return 95;
	}
	if (val_str_is(type, "summary") && val_get(v, "leafUuid").scan) {
		*why = "a summary with leafUuid";
		return 85;
	}
	if (is_any(type, meta) && (session || val_get(v, "messageId").scan)) {
		*why = "a line that only session files have";
		return 80;
	}
	if (is_any(type, talk) && val_get(v, "session_id").scan &&
	    (val_is(val_get(v, "message"), SCAN_OBJECT) || val_str_is(val_get(v, "subtype"), "init"))) {
		*why = "a stream-json line: type, session_id, message";
		return 85;
	}
	if ((val_str_is(type, "user") || val_str_is(type, "assistant")) && val_is(val_get(v, "message"), SCAN_OBJECT) &&
	    val_ok(val_path(v, "message.role"))) {
		*why = "type user or assistant around a message";
		return session || val_get(v, "timestamp").scan ? 60 : 30;
	}
	return 0;
}

static int claude_probe(const struct sample *s, const char **why)
{
	int best = 0;
	*why = "no line of a session";
	if (s->n_values && val_is(val_get(s->values[0], "loglines"), SCAN_ARRAY)) {
		*why = "an object with loglines";
		return 90;
	}
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

/* ---------------------------------------------------------------- a model's answer */

static void keep_more(int64_t *into, int64_t n)
{
	if (n != UNKNOWN_INT && (*into == UNKNOWN_INT || n > *into))
		*into = n;
}

/* Early lines of an answer were written while it was streamed: the largest counts hold. */
static void keep_usage(const struct fields *f, struct span *span, struct val usage)
{
	struct span one = span_start("claude-code");
	fields_usage(f, &one, usage, "message.usage");
	keep_more(&span->tokens_in, one.tokens_in);
	keep_more(&span->tokens_out, one.tokens_out);
	keep_more(&span->tokens_cached, one.tokens_cached);
	keep_more(&span->tokens_cache_write, one.tokens_cache_write);
	keep_more(&span->tokens_reasoning, one.tokens_reasoning);
}

static void add_content(struct buf *out, struct val content)
{
	if (val_is(content, SCAN_STRING)) {
		buf_add_cstr(out, out->len ? "," : "");
		buf_add_cstr(out, "{\"type\":\"text\",\"text\":");
		buf_add_str(out, val_raw(content));
		buf_add_char(out, '}');
	}
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		buf_add_cstr(out, out->len ? "," : "");
		buf_add_str(out, val_raw(m.val));
	}
}

/* The lines' blocks as one message. */
static struct val whole_answer(struct fields *f, struct span *span, struct val lines)
{
	struct buf content = BUF_INIT, whole = BUF_INIT;
	struct val reason = VAL_NONE;
	for (struct member m = val_first(lines); m.ok; m = val_next(m)) {
		struct val message = val_get(m.val, "message"), model = val_get(message, "model");
		add_content(&content, val_get(message, "content"));
		keep_usage(f, span, val_get(message, "usage"));
		if (val_ok(model))
			span->model = field_text(f, model);
		if (val_ok(val_get(message, "stop_reason")))
			reason = val_get(message, "stop_reason");
		if (val_is(val_get(m.val, "isApiErrorMessage"), SCAN_TRUE) || val_ok(val_get(m.val, "error")))
			span->status = STATUS_ERROR;
	}
	buf_add_cstr(&whole, "{\"role\":\"assistant\",\"content\":[");
	buf_add_str(&whole, buf_str(&content));
	buf_add_char(&whole, ']');
	if (val_ok(reason)) {
		buf_add_cstr(&whole, ",\"stop_reason\":");
		buf_add_str(&whole, val_raw(reason));
	}
	buf_add_char(&whole, '}');
	struct val answer = fields_scan(f, arena_str(f->arena, buf_str(&whole)));
	buf_done(&content);
	buf_done(&whole);
	return answer;
}

/* Text blocks only: as a person reads them; else the blocks. */
static struct str answer_text(const struct fields *f, struct val content)
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

static void take_call(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"message", "type", "timestamp", "sessionId", "session_id", NULL};
	struct span span = span_start("claude-code");
	struct val lines = val_get(detail, "lines"), before = val_get(detail, "before");
	detail_facts(f, &span, detail);
	struct val answer = whole_answer(f, &span, lines);
	span.kind = KIND_LLM;
	span.provider = STR_LIT("anthropic");
	span.service = STR_LIT("claude-code");
	span.session = span.trace_id;
	span.name = span.model.len ? arena_printf(f->arena, "chat " STR_FMT, STR_ARG(span.model)) : STR_LIT("chat");
	if (span.status == STATUS_UNSET && span.end_ns == TIME_UNKNOWN && val_is(val_get(detail, "open"), SCAN_TRUE))
		span.status = STATUS_RUNNING;
	fields_input(f, &span, before);
	span.output = answer_text(f, val_get(answer, "content"));
	span.output_hash = model_text_hash(span.output);
	if (span.status == STATUS_ERROR)
		span.message = span.output;
	fields_messages(f, &span, before, answer);
	fields_attributes(f, &span, val_at(lines, 0), "", mapped);
	fields_attributes(f, &span, val_path(val_at(lines, 0), "message.usage"), "usage.", NULL);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- a tool's call and result */

static bool is_agent_tool(struct str name)
{
	return str_is(name, "Task") || str_is(name, "Agent");
}

static void take_tool(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"content", NULL};
	struct span span = span_start("claude-code");
	struct val call = val_get(detail, "call"), result = val_get(detail, "result");
	struct val told = val_get(detail, "told"), content = val_get(result, "content");
	detail_facts(f, &span, detail);
	span.name = span.tool_name = field_text(f, val_get(call, "name"));
	span.kind = is_agent_tool(span.name) ? KIND_AGENT : KIND_TOOL;
	if (span.kind == KIND_AGENT && val_ok(val_path(call, "input.subagent_type")))
		span.name = field_text(f, val_path(call, "input.subagent_type"));
	span.service = STR_LIT("claude-code");
	span.session = span.trace_id;
	fields_input(f, &span, val_get(call, "input"));
	if (val_is(content, SCAN_ARRAY)) {
		span.output = answer_text(f, content);
		span.output_hash = model_text_hash(span.output);
	} else {
		fields_output(f, &span, content);
	}
	if (val_is(val_get(result, "is_error"), SCAN_TRUE)) {
		span.status = STATUS_ERROR;
		span.message = span.output;
	} else if (!val_ok(result)) {
		span.status = STATUS_RUNNING;
	}
	fields_usage(f, &span, val_get(told, "usage"), "toolUseResult.usage");
	fields_attributes(f, &span, call, "call.", (const char *const[]){"input", "name", "type", NULL});
	if (val_is(told, SCAN_OBJECT))
		fields_attributes(f, &span, told, "toolUseResult.", mapped);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- telling */

typedef void take_fn(struct fields *f, struct val detail);

/* What is stored is read like any record, so that showing it gives the same. */
static void tell(struct fields *f, int slot, struct str json, take_fn *take)
{
	json = arena_str(f->arena, json);
	import_detail(f->im, f->rec, slot, json);
	take(f, fields_scan(f, json));
}

static void tell_answer(struct fields *f, const struct claude_state *st, struct chain *c, bool last)
{
	struct buf json = BUF_INIT;
	if (!c->message_id)
		return;
	bool open = last && !c->complete;
	detail_begin(&json);
	detail_text(&json, "trace", str_of(st->session));
	detail_text(&json, "id", str_of(c->message_id));
	if (c->parent)
		detail_text(&json, "parent", str_of(c->parent));
	detail_ns(&json, "start", c->start_ns);
	detail_ns(&json, "end", open ? TIME_UNKNOWN : c->end_ns);
	detail_json(&json, "open", open ? STR_LIT("true") : STR_NONE);
	detail_list(&json, "before", buf_str(&c->before));
	detail_list(&json, "lines", buf_str(&c->lines));
	detail_end(&json);
	tell(f, SLOT_CALL, buf_str(&json), take_call);
	buf_done(&json);
	free(c->message_id);
	c->message_id = NULL;
	buf_clear(&c->before);
	buf_clear(&c->lines);
}

static void tell_tool(struct fields *f, struct transcript_call *call, struct val block, struct val line, int64_t ns)
{
	struct buf json = BUF_INIT;
	struct val told = val_get(line, "toolUseResult");
	struct str agent = field_text(f, val_get(told, "agentId"));
	detail_begin(&json);
	detail_text(&json, "trace", str_of(call->trace));
	detail_text(&json, "id",
	            agent.len ? arena_printf(f->arena, "agent:" STR_FMT, STR_ARG(agent)) : str_of(call->id));
	detail_text(&json, "parent", call->parent ? str_of(call->parent) : STR_NONE);
	detail_ns(&json, "start", call->start_ns);
	detail_ns(&json, "end", ns);
	detail_json(&json, "call", buf_str(&call->json));
	if (val_ok(block))
		detail_json(&json, "result", val_raw(block));
	if (val_ok(told))
		detail_json(&json, "told", val_raw(told));
	detail_end(&json);
	tell(f, SLOT_TOOL, buf_str(&json), take_tool);
	buf_done(&json);
	call_done(call);
}

/* ---------------------------------------------------------------- chains */

static void chain_done(struct chain *c)
{
	free(c->parent);
	free(c->message_id);
	buf_done(&c->said);
	buf_done(&c->before);
	buf_done(&c->lines);
	*c = (struct chain){.used = false};
}

static struct chain *chain_of(struct fields *f, struct claude_state *st, uint64_t key)
{
	struct chain *place = &st->chains[0];
	for (size_t i = 0; i < CHAINS; i++)
		if (st->chains[i].used && st->chains[i].key == key)
			return &st->chains[i];
	for (size_t i = 0; i < CHAINS && place->used; i++)
		if (!st->chains[i].used || st->chains[i].order < place->order)
			place = &st->chains[i];
	tell_answer(f, st, place, false);
	chain_done(place);
	*place = (struct chain){.used = true,
	                        .key = key,
	                        .order = ++st->order,
	                        .said = BUF_INIT,
	                        .before = BUF_INIT,
	                        .lines = BUF_INIT,
	                        .last_ns = TIME_UNKNOWN};
	return place;
}

/* "agent-ID.jsonl": older versions say whose file it is by its name alone. */
static struct str agent_of_file(const char *file)
{
	const char *slash = strrchr(file, '/');
	struct str name = str_of(slash ? slash + 1 : file);
	size_t dot = str_find(name, STR_LIT(".jsonl"));
	if (!str_starts(name, "agent-") || dot == SIZE_MAX)
		return STR_NONE;
	return str_cut(name, 6, dot - 6);
}

/* The call of a sub-agent that was begun last and waits: whose lines follow in the same file. */
static struct str waiting_agent(const struct claude_state *st)
{
	const struct transcript_call *last = NULL;
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++) {
		const struct transcript_call *c = &st->calls.at[i];
		if (c->id && str_find(buf_str(&c->json), STR_LIT("\"name\":\"Task\"")) != SIZE_MAX &&
		    (!last || c->order > last->order))
			last = c;
	}
	return last ? str_of(last->id) : STR_NONE;
}

static struct chain *chain_of_line(struct fields *f, struct claude_state *st, struct val line)
{
	struct str agent = field_text(f, val_get(line, "agentId"));
	struct str under = field_text(f, val_get(line, "parent_tool_use_id"));
	bool side = val_is(val_get(line, "isSidechain"), SCAN_TRUE), inside = false;
	if (!agent.len && side)
		agent = agent_of_file(f->im->file);
	if (agent.len)
		under = arena_printf(f->arena, "agent:" STR_FMT, STR_ARG(agent));
	else
		inside = side && !under.len;
	struct chain *c = chain_of(f, st, under.len ? hash64(under) : inside);
	if (!c->parent && inside)
		under = waiting_agent(st);
	if (!c->parent && under.len)
		c->parent = xstrndup(under);
	return c;
}

/* ---------------------------------------------------------------- lines */

static void keep_text(char **into, struct str text)
{
	if (*into || !text.len)
		return;
	*into = xstrndup(str_cut(text, 0, TEXT_MAX));
}

static void keep_call(struct fields *f, struct claude_state *st, const struct chain *c, struct val block, int64_t ns)
{
	struct transcript_call old, *call;
	struct str id = field_text(f, val_get(block, "id")), json = val_raw(block);
	if (!id.len || calls_find(&st->calls, id))
		return;
	call = calls_add(&st->calls, id, &old);
	if (old.id)
		tell_tool(f, &old, VAL_NONE, VAL_NONE, TIME_UNKNOWN);
	call->parent = xstrdup(c->message_id);
	call->trace = xstrdup(st->session);
	call->start_ns = ns;
	if (json.len <= CALL_MAX) {
		buf_add_str(&call->json, json);
		return;
	}
	detail_begin(&call->json); /* whole in the answer's own record */
	detail_text(&call->json, "name", field_text(f, val_get(block, "name")));
	detail_text(&call->json, "input", str_cut(val_raw(val_get(block, "input")), 0, CALL_MAX / 8));
	detail_end(&call->json);
}

static void begin_answer(struct fields *f, const struct claude_state *st, struct chain *c, struct val line,
                         struct str id, int64_t ns)
{
	struct buf empty = BUF_INIT;
	int64_t parent_ns = times_find(&st->times, field_text(f, val_get(line, "parentUuid")));
	c->message_id = xstrndup(id);
	c->start_ns = parent_ns != TIME_UNKNOWN ? parent_ns : c->last_ns != TIME_UNKNOWN ? c->last_ns : ns;
	if (ns != TIME_UNKNOWN && c->start_ns > ns)
		c->start_ns = ns;
	c->end_ns = TIME_UNKNOWN;
	buf_done(&c->before);
	c->before = c->said;
	c->said = empty;
}

static void take_assistant(struct fields *f, struct claude_state *st, struct val line, int64_t ns)
{
	struct val message = val_get(line, "message"), content = val_get(message, "content"), block = VAL_NONE;
	struct str id = field_text(f, val_get(message, "id"));
	struct chain *c = chain_of_line(f, st, line);
	if (!id.len)
		id = field_text(f, val_get(line, "uuid"));
	if (!id.len)
		id = arena_printf(f->arena, "line:%llu", (unsigned long long)f->rec->number);
	if (c->message_id && !str_is(id, c->message_id))
		tell_answer(f, st, c, false);
	if (!c->message_id)
		begin_answer(f, st, c, line, id, ns);
	if (!values_add(&c->lines, f->rec->bytes, TRANSCRIPT_LINES_MAX))
		import_problem(f->im, f->rec, SEVERITY_WARNING, "limit-record", STR_NONE,
		               "kept, not shown with its answer", "an answer of more than 8 MB");
	if (ns != TIME_UNKNOWN && (c->end_ns == TIME_UNKNOWN || ns > c->end_ns))
		c->end_ns = ns;
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		block = m.val;
		if (val_str_is(val_get(block, "type"), "tool_use"))
			keep_call(f, st, c, block, ns);
	}
	c->complete = val_ok(val_get(message, "stop_reason")) || val_str_is(val_get(block, "type"), "text");
}

static bool is_prompt(struct val line, struct str text)
{
	return !val_is(val_get(line, "isMeta"), SCAN_TRUE) && !val_is(val_get(line, "isCompactSummary"), SCAN_TRUE) &&
	       text.len && text.ptr[0] != '<' && !str_starts(text, "Caveat:");
}

static void take_user(struct fields *f, struct claude_state *st, struct val line, int64_t ns)
{
	struct val message = val_get(line, "message"), content = val_get(message, "content");
	struct chain *c = chain_of_line(f, st, line);
	struct str text = val_str(content, f->arena);
	bool results = false;
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		struct str id = field_text(f, val_get(m.val, "tool_use_id"));
		struct transcript_call *call = id.len ? calls_find(&st->calls, id) : NULL;
		results |= id.len > 0;
		if (call)
			tell_tool(f, call, m.val, line, ns);
		else if (!text.len)
			text = val_str(val_get(m.val, "text"), f->arena);
	}
	if (!results) /* a tool may have answered before the answer that called it is all written */
		tell_answer(f, st, c, false);
	if (!c->parent && is_prompt(line, text))
		keep_text(&st->prompt, text);
	if (val_is(message, SCAN_OBJECT))
		values_add(&c->said, val_raw(message), TRANSCRIPT_BEFORE_MAX);
}

/* stream-json's last line. */
static void take_result(struct fields *f, const struct claude_state *st, struct val line)
{
	struct trace t = trace_start("claude-code");
	t.id = str_of(st->session);
	t.cost_usd = field_number(f, val_get(line, "total_cost_usd"), "total_cost_usd");
	t.output = field_text(f, val_get(line, "result"));
	t.status = val_is(val_get(line, "is_error"), SCAN_TRUE) ? STATUS_ERROR : STATUS_UNSET;
	t.metadata = val_raw(line);
	sink_trace(f->im->sink, &t);
}

/* True: it was met before. */
static bool is_again(struct claude_state *st, struct str uuid)
{
	uint64_t key = hash64(uuid);
	if (!uuid.len)
		return false;
	if (st->seen[key % SEEN] == key)
		return true;
	st->seen[key % SEEN] = key;
	return false;
}

static void note_session(struct fields *f, struct claude_state *st, struct val line)
{
	struct str id = field_text(f, FIELD_ANY(line, "sessionId", "session_id"));
	if (!st->session && id.len)
		st->session = xstrndup(id);
	if (!st->session && val_ok(val_get(line, "message"))) /* a download: named by its first message */
		st->session =
		    xstrndup(arena_printf(f->arena, "session-%016llx", (unsigned long long)hash64(f->rec->bytes)));
	keep_text(&st->version, field_text(f, val_get(line, "version")));
	keep_text(&st->branch, field_text(f, val_get(line, "gitBranch")));
	keep_text(&st->cwd, field_text(f, val_get(line, "cwd")));
}

static void take_line(struct fields *f, struct claude_state *st, struct val line)
{
	struct val type = val_get(line, "type");
	struct str uuid = field_text(f, val_get(line, "uuid"));
	int64_t ns = field_time(f, val_get(line, "timestamp"), "timestamp");
	note_session(f, st, line);
	if (is_again(st, uuid))
		return;
	times_note(&st->times, uuid, ns);
	if (val_str_is(type, "assistant") && st->session)
		take_assistant(f, st, line, ns);
	else if (val_str_is(type, "user") && st->session)
		take_user(f, st, line, ns);
	else if (val_str_is(type, "result") && st->session)
		take_result(f, st, line);
	else if (val_str_is(type, "summary") || val_str_is(type, "ai-title") || val_str_is(type, "custom-title"))
		keep_text(&st->title, field_text(f, FIELD_ANY(line, "aiTitle", "customTitle", "summary")));
	if (ns != TIME_UNKNOWN && st->session && (val_str_is(type, "user") || val_str_is(type, "assistant")))
		chain_of_line(f, st, line)->last_ns = ns;
}

static bool claude_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (rec->slot == SLOT_CALL)
		take_call(&f, rec->root);
	else if (rec->slot == SLOT_TOOL)
		take_tool(&f, rec->root);
	else if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", STR_NONE, "left out",
		               "this line is not an object");
	else if (!im->decoding) /* all it gives is in details */
		take_line(&f, im->state, rec->root);
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- the end */

static void tell_trace(struct fields *f, const struct claude_state *st)
{
	struct trace t = trace_start("claude-code");
	struct buf meta = BUF_INIT;
	bool own = !st->chains[0].parent;
	detail_begin(&meta);
	detail_text(&meta, "version", st->version ? str_of(st->version) : STR_NONE);
	detail_text(&meta, "gitBranch", st->branch ? str_of(st->branch) : STR_NONE);
	detail_text(&meta, "cwd", st->cwd ? str_of(st->cwd) : STR_NONE);
	detail_end(&meta);
	t.id = str_of(st->session);
	t.session = t.id;
	t.service = STR_LIT("claude-code");
	t.metadata = buf_str(&meta);
	if (own) { /* a sub-agent's file does not name the session */
		t.name = str_of(st->title ? st->title : st->prompt ? st->prompt : "Claude Code session");
		t.input = st->prompt ? str_of(st->prompt) : STR_NONE;
	}
	sink_trace(f->im->sink, &t);
	buf_done(&meta);
}

static bool claude_finish(struct import *im, struct err *err)
{
	(void)err;
	struct claude_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	if (st->session)
		tell_trace(&f, st);
	for (size_t i = 0; i < CHAINS; i++)
		if (st->chains[i].used)
			tell_answer(&f, st, &st->chains[i], true);
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++) {
		struct transcript_call *call = &st->calls.at[i];
		/* A sub-agent's call gets its name with its result only. */
		bool agent = call->id && str_find(buf_str(&call->json), STR_LIT("\"subagent_type\"")) != SIZE_MAX;
		if (call->id && !agent)
			tell_tool(&f, call, VAL_NONE, VAL_NONE, TIME_UNKNOWN);
	}
	fields_done(&f);
	return true;
}

static void claude_state_done(void *state)
{
	struct claude_state *st = state;
	char *const texts[] = {st->session, st->title, st->prompt, st->version, st->branch, st->cwd};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	for (size_t i = 0; i < CHAINS; i++)
		chain_done(&st->chains[i]);
	calls_done(&st->calls);
}

const struct format format_claude_code = {
    .name = "claude-code",
    .title = "Claude Code sessions",
    .spec_url = "https://docs.anthropic.com/en/docs/claude-code",
    .how = "lines with type, uuid, parentUuid and sessionId; {\"loglines\":[…]}; stream-json lines",
    .fills =
        "a trace for each session, model calls (lines of one message.id joined), tool calls with results, sub-agents",
    .example = "{\"type\":\"assistant\",\"uuid\":\"…\",\"parentUuid\":\"…\",\"sessionId\":\"…\",\"message\":{\"id\":"
               "\"msg_…\",…}}",
    .paths = claude_paths,
    .stateful = true,
    .state_size = sizeof(struct claude_state),
    .state_done = claude_state_done,
    .probe = claude_probe,
    .record = claude_record,
    .finish = claude_finish,
};
