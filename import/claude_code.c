/* Claude Code: session transcripts (JSON Lines), those of sub-agents (agent-ID.jsonl), the web download {"loglines":[…]} and the output of
 * `claude -p --output-format stream-json`.
 * One model answer is several lines with the same message.id and a repeated, growing usage; a tool's call and its result are two lines. So
 * both are gathered in state and told as details (transcript.h). A trace is a session; what a sub-agent did hangs below the span "agent:ID"
 * of the call that began it, whichever file is read first.
 * Source: formats/traces-platforms.md section 9, from recorded sessions of 2.0 and 2.1. */
#include <stdlib.h>
#include <string.h>

#include "import/claude_code_private.h"

enum { SLOT_LINE, SLOT_LOG, SLOT_CALL, SLOT_TOOL };
enum { CHAINS = 16, SESSIONS = 16, SUMMARIES = 16, SEEN = 1 << 16, CALL_MAX = 128 << 10, TEXT_MAX = 400 };

static const struct record_path claude_paths[] = {
    {"loglines[]", SLOT_LOG },
    {"",           SLOT_LINE},
    {NULL,         0        }
};

/* What lines say of their session. A file may hold several: one after another, or a fork that repeats lines of its parent. */
struct session {
	char *id; /* NULL: free */
	uint64_t order;
	char *custom, *title, *summary, *prompt; /* what names it, the best first */
	char *version, *branch, *cwd;
	bool own; /* not only a sub-agent's lines were met */
};

/* A summary is written into the file of a later session too: it names the session that has its leaf. */
struct summary {
	uint64_t leaf;
	char *text; /* NULL: free */
};

/* The main conversation of a session, or a sub-agent's: one answer at a time is gathered. */
struct chain {
	bool used;
	uint64_t key, order;
	char *session;
	char *parent;     /* span below which it lies; NULL: none */
	struct buf said;  /* messages since the last answer, with commas */
	int64_t last_ns;  /* of its last record */
	char *message_id; /* of the answer being gathered; NULL: none */
	struct buf before, lines;
	struct buf events; /* lines of other types since the last answer was told */
	int64_t start_ns, end_ns;
	bool complete;
};

struct claude_state {
	struct session sessions[SESSIONS];
	struct session *at; /* that of the line at hand, or of the last that named one; NULL: none yet */
	struct summary summaries[SUMMARIES];
	uint64_t n_summaries;
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
	if (is_any(type, talk) && session && val_get(v, "parentUuid").scan && val_get(v, "isSidechain").scan) {
		*why = "type, parentUuid, isSidechain and sessionId in a line"; /* a long line is cut before its uuid */
		return 90;
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
	if (s->n_values && val_is(val_get(s->values[0], "loglines"), SCAN_ARRAY)) {
		*why = "an object with loglines";
		return 90;
	}
	return transcript_probe(s, line_score, "no line of a session", why);
}

/* ---------------------------------------------------------------- telling */

static void tell_answer(struct fields *f, struct chain *c, bool last)
{
	struct buf json = BUF_INIT;
	if (!c->message_id)
		return;
	bool open = last && !c->complete;
	detail_begin(&json);
	detail_text(&json, "trace", str_of(c->session));
	detail_text(&json, "id", str_of(c->message_id));
	if (c->parent)
		detail_text(&json, "parent", str_of(c->parent));
	detail_ns(&json, "start", c->start_ns);
	detail_ns(&json, "end", open ? TIME_UNKNOWN : c->end_ns);
	detail_json(&json, "open", open ? STR_LIT("true") : STR_NONE);
	detail_list(&json, "before", buf_str(&c->before));
	detail_list(&json, "lines", buf_str(&c->lines));
	detail_list(&json, "events", buf_str(&c->events));
	detail_tell(f, SLOT_CALL, &json, claude_take_call);
	free(c->message_id);
	c->message_id = NULL;
	buf_clear(&c->before);
	buf_clear(&c->lines);
	buf_clear(&c->events);
}

static void tell_tool(struct fields *f, struct transcript_call *call, struct val block, struct val line, int64_t ns)
{
	struct buf json = BUF_INIT;
	struct val told = val_get(line, "toolUseResult");
	struct str agent = transcript_id(f, val_get(told, "agentId"));
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
	detail_tell(f, SLOT_TOOL, &json, claude_take_tool);
	call_done(call);
}

/* ---------------------------------------------------------------- chains */

static void chain_done(struct chain *c)
{
	free(c->session);
	free(c->parent);
	free(c->message_id);
	buf_done(&c->said);
	buf_done(&c->before);
	buf_done(&c->lines);
	buf_done(&c->events);
	*c = (struct chain){.used = false};
}

static struct chain *chain_of(struct fields *f, struct claude_state *st, uint64_t under)
{
	uint64_t key = hash64(str_of(st->at->id)) ^ under;
	struct chain *place = &st->chains[0];
	for (size_t i = 0; i < CHAINS; i++)
		if (st->chains[i].used && st->chains[i].key == key)
			return &st->chains[i];
	for (size_t i = 0; i < CHAINS && place->used; i++)
		if (!st->chains[i].used || st->chains[i].order < place->order)
			place = &st->chains[i];
	tell_answer(f, place, false);
	chain_done(place);
	*place = (struct chain){.used = true,
	                        .key = key,
	                        .order = ++st->order,
	                        .session = xstrdup(st->at->id),
	                        .said = BUF_INIT,
	                        .before = BUF_INIT,
	                        .lines = BUF_INIT,
	                        .events = BUF_INIT,
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
		if (c->id && c->named_later && (!last || c->order > last->order))
			last = c;
	}
	return last ? str_of(last->id) : STR_NONE;
}

static struct chain *chain_of_line(struct fields *f, struct claude_state *st, struct val line)
{
	struct str agent = transcript_id(f, val_get(line, "agentId"));
	struct str under = transcript_id(f, val_get(line, "parent_tool_use_id"));
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
	*into = xstrndup(text_cut(text, TEXT_MAX));
}

static void keep_call(struct fields *f, struct claude_state *st, const struct chain *c, struct val block, int64_t ns)
{
	struct transcript_call old, *call;
	struct str id = transcript_id(f, val_get(block, "id")), json = val_raw(block);
	if (!id.len || calls_find(&st->calls, id))
		return;
	call = calls_add(&st->calls, id, &old);
	if (old.id)
		tell_tool(f, &old, VAL_NONE, VAL_NONE, TIME_UNKNOWN);
	call->parent = xstrdup(c->message_id);
	call->trace = xstrdup(c->session);
	call->named_later = claude_is_agent_tool(field_text(f, val_get(block, "name")));
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

static void take_assistant(struct fields *f, struct claude_state *st, struct chain *c, struct val line, int64_t ns)
{
	struct val message = val_get(line, "message"), content = val_get(message, "content"), block = VAL_NONE;
	struct str id = transcript_id(f, val_get(message, "id"));
	if (!id.len)
		id = transcript_id(f, val_get(line, "uuid"));
	if (!id.len)
		id = arena_printf(f->arena, "line:%llu", (unsigned long long)f->rec->number);
	if (c->message_id && !str_is(id, c->message_id))
		tell_answer(f, c, false);
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
	       text.len && text.ptr[0] != '<' && !str_starts(text, "Caveat:") &&
	       !str_starts(text, "[Request interrupted");
}

static void take_user(struct fields *f, struct claude_state *st, struct chain *c, struct val line, int64_t ns)
{
	struct val message = val_get(line, "message"), content = val_get(message, "content");
	struct str text = val_str(content, f->arena);
	bool results = false;
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		struct str id = transcript_id(f, val_get(m.val, "tool_use_id"));
		struct transcript_call *call = id.len ? calls_find(&st->calls, id) : NULL;
		results |= id.len > 0;
		if (call)
			tell_tool(f, call, m.val, line, ns);
		else if (!text.len)
			text = val_str(val_get(m.val, "text"), f->arena);
	}
	if (!results) /* a tool may have answered before the answer that called it is all written */
		tell_answer(f, c, false);
	if (!c->parent && is_prompt(line, text))
		keep_text(&st->at->prompt, text);
	if (val_is(message, SCAN_OBJECT))
		values_keep(f, &c->said, val_raw(message));
}

/* stream-json's last line. */
static void take_result(struct fields *f, const struct claude_state *st, struct val line)
{
	struct trace t = trace_start("claude-code");
	t.id = str_of(st->at->id);
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

/* ---------------------------------------------------------------- sessions */

static void set_text(char **into, struct str text)
{
	if (!text.len)
		return;
	free(*into);
	*into = xstrndup(text_cut(text, TEXT_MAX));
}

static struct str first_of(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (texts[i])
			return str_of(texts[i]);
	return STR_NONE;
}

static void tell_trace(struct fields *f, const struct session *s)
{
	struct trace t = trace_start("claude-code");
	struct buf meta = BUF_INIT;
	detail_begin(&meta);
	detail_text(&meta, "version", str_of(s->version));
	detail_text(&meta, "gitBranch", str_of(s->branch));
	detail_text(&meta, "cwd", str_of(s->cwd));
	detail_end(&meta);
	t.id = str_of(s->id);
	t.session = t.id;
	t.service = STR_LIT("claude-code");
	t.metadata = buf_str(&meta);
	if (s->own) { /* a sub-agent's file does not name the session */
		t.name = first_of(
		    (const char *const[]){s->custom, s->title, s->summary, s->prompt, "Claude Code session"}, 5);
		t.input = str_of(s->prompt);
	}
	sink_trace(f->im->sink, &t);
	buf_done(&meta);
}

static void session_done(struct session *s)
{
	char *const texts[] = {s->id, s->custom, s->title, s->summary, s->prompt, s->version, s->branch, s->cwd};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	*s = (struct session){.id = NULL};
}

/* The one met longest ago makes room. */
static struct session *session_of(struct fields *f, struct claude_state *st, struct str id)
{
	struct session *place = &st->sessions[0];
	if (st->at && str_is(id, st->at->id))
		return st->at;
	for (size_t i = 0; i < SESSIONS; i++)
		if (st->sessions[i].id && str_is(id, st->sessions[i].id))
			return &st->sessions[i];
	for (size_t i = 0; i < SESSIONS && place->id; i++)
		if (!st->sessions[i].id || st->sessions[i].order < place->order)
			place = &st->sessions[i];
	if (place->id)
		tell_trace(f, place);
	session_done(place);
	place->id = xstrndup(id);
	return place;
}

static void note_session(struct fields *f, struct claude_state *st, struct val line)
{
	struct val from = val_path(line, "forkedFrom.sessionId"); /* a fork repeats lines: they are its parent's */
	struct str id = transcript_id(f, val_ok(from) ? from : FIELD_ANY(line, "sessionId", "session_id"));
	if (!id.len && !st->at && val_ok(val_get(line, "message"))) /* a download: named by its first message */
		id = arena_printf(f->arena, "session-%016llx", (unsigned long long)hash64(f->rec->bytes));
	if (id.len)
		st->at = session_of(f, st, id);
	if (!st->at)
		return;
	st->at->order = ++st->order;
	if (st->at->version && st->at->branch && st->at->cwd)
		return;
	keep_text(&st->at->version, field_text(f, val_get(line, "version")));
	keep_text(&st->at->branch, field_text(f, val_get(line, "gitBranch")));
	keep_text(&st->at->cwd, field_text(f, val_get(line, "cwd")));
}

static bool was_seen(const struct claude_state *st, uint64_t uuid)
{
	return st->seen[uuid % SEEN] == uuid;
}

static void take_summary(struct fields *f, struct claude_state *st, struct val line)
{
	uint64_t leaf = hash64(field_text(f, val_get(line, "leafUuid")));
	struct str text = field_text(f, val_get(line, "summary"));
	if (st->at && was_seen(st, leaf)) {
		set_text(&st->at->summary, text);
		return;
	}
	struct summary *s = &st->summaries[st->n_summaries++ % SUMMARIES];
	set_text(&s->text, text);
	s->leaf = leaf;
}

/* The leaf has come after its summary. */
static void note_leaf(struct claude_state *st, uint64_t uuid)
{
	for (size_t i = 0; i < SUMMARIES && i < st->n_summaries; i++)
		if (st->summaries[i].leaf == uuid && st->summaries[i].text)
			set_text(&st->at->summary, str_of(st->summaries[i].text));
}

/* ---------------------------------------------------------------- records */

static void take_talk(struct fields *f, struct claude_state *st, struct val line, struct val type, int64_t ns)
{
	struct chain *c = chain_of_line(f, st, line);
	if (val_str_is(type, "assistant"))
		take_assistant(f, st, c, line, ns);
	else
		take_user(f, st, c, line, ns);
	st->at->own |= !c->parent;
	if (ns != TIME_UNKNOWN)
		c->last_ns = ns;
}

static void take_line(struct fields *f, struct claude_state *st, struct val line)
{
	struct val type = val_get(line, "type");
	struct str uuid = field_text(f, val_get(line, "uuid"));
	int64_t ns = field_time(f, val_get(line, "timestamp"), "timestamp");
	bool talk = val_str_is(type, "user") || val_str_is(type, "assistant");
	note_session(f, st, line);
	if (val_str_is(type, "summary"))
		take_summary(f, st, line);
	if (!st->at || is_again(st, uuid))
		return;
	times_note(&st->times, uuid, ns);
	if (uuid.len && st->n_summaries)
		note_leaf(st, hash64(uuid));
	if (talk)
		take_talk(f, st, line, type, ns);
	else if (val_str_is(type, "result"))
		take_result(f, st, line);
	else if (val_str_is(type, "system") || val_str_is(type, "attachment") || val_str_is(type, "queue-operation"))
		values_keep(f, &chain_of_line(f, st, line)->events, f->rec->bytes);
	else if (val_str_is(type, "custom-title"))
		set_text(&st->at->custom, field_text(f, val_get(line, "customTitle")));
	else if (val_str_is(type, "ai-title"))
		set_text(&st->at->title, field_text(f, val_get(line, "aiTitle")));
}

static void take_record(struct fields *f, struct val line)
{
	take_line(f, f->im->state, line);
}

static bool claude_record(struct import *im, const struct record *rec, struct err *err)
{
	static const struct transcript_slot takes[] = {
	    {SLOT_CALL, claude_take_call},
            {SLOT_TOOL, claude_take_tool},
            {0,         NULL            }
        };
	(void)err;
	transcript_record(im, rec, takes, take_record);
	return true;
}

/* ---------------------------------------------------------------- the end */

/* Lines below it have said its name already. */
static bool is_parent(const struct claude_state *st, const char *id)
{
	for (size_t i = 0; i < CHAINS; i++)
		if (st->chains[i].parent && strcmp(st->chains[i].parent, id) == 0)
			return true;
	return false;
}

static bool claude_finish(struct import *im, struct err *err)
{
	(void)err;
	struct claude_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	for (size_t i = 0; i < SESSIONS; i++)
		if (st->sessions[i].id)
			tell_trace(&f, &st->sessions[i]);
	for (size_t i = 0; i < CHAINS; i++)
		if (st->chains[i].used)
			tell_answer(&f, &st->chains[i], true);
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++) {
		struct transcript_call *call = &st->calls.at[i];
		if (call->id && (!call->named_later || is_parent(st, call->id)))
			tell_tool(&f, call, VAL_NONE, VAL_NONE, TIME_UNKNOWN);
	}
	fields_done(&f);
	return true;
}

static void claude_state_done(void *state)
{
	struct claude_state *st = state;
	for (size_t i = 0; i < SESSIONS; i++)
		session_done(&st->sessions[i]);
	for (size_t i = 0; i < SUMMARIES; i++)
		free(st->summaries[i].text);
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
