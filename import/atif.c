/* ATIF, the Agent Trajectory Interchange Format (Harbor, Terminal-Bench 2, OpenHands, Terminus): one object with an agent and its steps.
 * An agent's step is a model call with what was said since the last one as its input; its tool calls are spans below it. Steps may have no
 * times: then their ids, which are their numbers, keep the order. A continuation is another file of the same session. Trajectories of
 * sub-agents may lie inside: they hang below the call that names them.
 * Source: schema versions 1.0 to 1.8; files of 1.5 and 1.7 (formats/traces-platforms.md section 12). */
#include <stdlib.h>

#include "import/transcript.h"

enum { SLOT_STEP, SLOT_CALL };
enum { AGENTS = 256, TEXT_MAX = 400 };

static const struct record_path atif_paths[] = {
    {"steps[]",                                                 SLOT_STEP},
    {"subagent_trajectories[].steps[]",                         SLOT_STEP},
    {"subagent_trajectories[].subagent_trajectories[].steps[]", SLOT_STEP},
    {NULL,                                                      0        }
};

struct atif_state {
	struct buf said;
	int64_t last_ns;
	bool begun;
	char *session, *prompt;
	uint64_t agents[AGENTS]; /* hashes of the sub-agents that calls have named */
	size_t n_agents;
};

static int atif_probe(const struct sample *s, const char **why)
{
	struct val first = s->n_values ? s->values[0] : VAL_NONE, version = val_get(first, "schema_version");
	*why = "no schema_version that begins with ATIF-v";
	if (val_is(version, SCAN_STRING) && str_starts(val_raw(version), "\"ATIF-v")) {
		*why = "schema_version ATIF-v";
		return 98;
	}
	if (sample_has(s, "steps[].step_id") && sample_has(s, "agent.name") && sample_has(s, "steps[].source")) {
		*why = "steps with step_id and source beside an agent";
		return 80;
	}
	return 0;
}

/* ---------------------------------------------------------------- showing */

/* "own" tells trajectories of one session apart. */
static struct str step_id(const struct fields *f, struct val detail, uint64_t part)
{
	int64_t run = 0, step = 0;
	val_int64(val_get(detail, "continuation"), &run);
	val_int64(val_get(detail, "step"), &step);
	return arena_printf(f->arena, "%06llx" STR_FMT "%08llx%02llx", (unsigned long long)run & 0xFFFFFF,
	                    STR_ARG(field_text(f, val_get(detail, "own"))), (unsigned long long)step & 0xFFFFFFFF,
	                    (unsigned long long)part & 0xFF);
}

/* The sub-agent that a result names. */
static struct str agent_of(const struct fields *f, struct val result)
{
	struct val ref = val_get(result, "subagent_trajectory_ref");
	if (val_is(ref, SCAN_ARRAY))
		ref = val_at(ref, 0);
	return transcript_id(f, FIELD_ANY(ref, "trajectory_id", "session_id"));
}

static struct str agent_span(const struct fields *f, struct str agent)
{
	return arena_printf(f->arena, "agent:" STR_FMT, STR_ARG(agent));
}

static struct val result_of(struct val step, struct val call, uint32_t index)
{
	struct val results = val_path(step, "observation.results"), id = val_get(call, "tool_call_id");
	for (struct member m = val_first(results); m.ok && val_ok(id); m = val_next(m)) {
		struct val source = val_get(m.val, "source_call_id");
		if (val_ok(source) && str_eq(val_raw(source), val_raw(id)))
			return m.val;
	}
	struct val alone = val_is(results, SCAN_ARRAY) ? val_at(results, index) : VAL_NONE;
	return val_ok(val_get(alone, "source_call_id")) ? VAL_NONE : alone;
}

static void take_tool(struct fields *f, struct val detail, struct val step, struct val call, uint32_t index)
{
	struct span span = span_start("atif");
	struct val result = result_of(step, call, index);
	struct str agent = agent_of(f, result);
	detail_facts(f, &span, detail);
	span.parent_id = span.id;
	span.id = agent.len ? agent_span(f, agent) : step_id(f, detail, index + 1);
	span.start_ns = span.end_ns; /* it began when the model had answered */
	span.end_ns = TIME_UNKNOWN;
	span.kind = agent.len ? KIND_AGENT : KIND_TOOL;
	span.name = span.tool_name = field_text(f, val_get(call, "function_name"));
	fields_input(f, &span, val_get(call, "arguments"));
	fields_output(f, &span, val_get(result, "content"));
	fields_attributes(f, &span, call, "", (const char *const[]){"arguments", NULL});
	fields_attributes(f, &span, result, "result.", (const char *const[]){"content", NULL});
	sink_span(f->im->sink, &span);
}

/* The step's words and calls as a message of the usual shape. */
static struct val as_message(struct fields *f, struct val step)
{
	struct buf json = BUF_INIT;
	struct val message = val_get(step, "message"), reasoning = val_get(step, "reasoning_content");
	size_t n = 0;
	buf_add_cstr(&json, "{\"role\":\"assistant\",\"content\":");
	buf_add_str(&json, val_ok(message) ? val_raw(message) : STR_LIT("\"\""));
	if (val_ok(reasoning)) {
		buf_add_cstr(&json, ",\"reasoning_content\":");
		buf_add_str(&json, val_raw(reasoning));
	}
	for (struct member m = val_first(val_get(step, "tool_calls")); m.ok; m = val_next(m)) {
		struct val arguments = val_get(m.val, "arguments");
		buf_add_cstr(&json, n++ ? "," : ",\"tool_calls\":[");
		buf_add_cstr(&json, "{\"id\":");
		scan_quote(&json, val_text(val_get(m.val, "tool_call_id"), f->arena));
		buf_add_cstr(&json, ",\"type\":\"function\",\"function\":{\"name\":");
		scan_quote(&json, val_text(val_get(m.val, "function_name"), f->arena));
		buf_add_cstr(&json, ",\"arguments\":");
		scan_quote(&json, val_text(arguments, f->arena));
		buf_add_cstr(&json, "}}");
	}
	buf_add_cstr(&json, n ? "]}" : "}");
	struct val v = fields_scan(f, arena_str(f->arena, buf_str(&json)));
	buf_done(&json);
	return v;
}

static void take_call(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"message",           "tool_calls", "observation",
	                                     "reasoning_content", "timestamp",  NULL};
	struct span span = span_start("atif");
	struct val step = val_at(val_get(detail, "lines"), 0), agent = val_get(detail, "agent");
	struct val model = val_get(step, "model_name"), before = val_get(detail, "before");
	uint32_t index = 0;
	detail_facts(f, &span, detail);
	span.kind = KIND_LLM;
	span.model = field_text(f, val_ok(model) ? model : val_get(agent, "model_name"));
	span.name = span.model.len ? arena_printf(f->arena, "chat " STR_FMT, STR_ARG(span.model)) : STR_LIT("chat");
	span.service = field_text(f, val_get(agent, "name"));
	span.session = span.trace_id;
	fields_usage(f, &span, val_get(step, "metrics"), "metrics");
	fields_input(f, &span, before);
	fields_output(f, &span, val_get(step, "message"));
	fields_messages(f, &span, before, as_message(f, step));
	fields_attributes(f, &span, step, "", mapped);
	if (!val_ok(val_get(step, "tool_calls")))
		fields_attributes(f, &span, val_get(step, "observation"), "observation.", NULL);
	sink_span(f->im->sink, &span);
	for (struct member m = val_first(val_get(step, "tool_calls")); m.ok && index < 250; m = val_next(m))
		take_tool(f, detail, step, m.val, index++);
}

/* ---------------------------------------------------------------- steps */

static void atif_state_done(void *state)
{
	struct atif_state *st = state;
	buf_done(&st->said);
	free(st->session);
	free(st->prompt);
	*st = (struct atif_state){.begun = false};
}

static void tell_trace(struct fields *f, struct atif_state *st, struct val root, struct str json)
{
	struct trace t = trace_start("atif");
	t.id = t.session = str_of(st->session);
	t.service = field_text(f, val_path(root, "agent.name"));
	t.name = text_cut(str_of(st->prompt), 200);
	t.input = str_of(st->prompt);
	t.cost_usd = field_number(f, val_path(root, "final_metrics.total_cost_usd"), "final_metrics.total_cost_usd");
	t.metadata = json;
	sink_trace(f->im->sink, &t);
	atif_state_done(st);
}

static void add_message(struct fields *f, struct atif_state *st, struct val role, struct val call, struct val content)
{
	struct buf json = BUF_INIT;
	if (!val_ok(content))
		return;
	buf_add_cstr(&json, "{\"role\":");
	scan_quote(&json, role.scan ? val_text(role, f->arena) : STR_LIT("tool"));
	if (val_ok(call)) {
		buf_add_cstr(&json, ",\"tool_call_id\":");
		buf_add_str(&json, val_raw(call));
	}
	buf_add_cstr(&json, ",\"content\":");
	buf_add_str(&json, val_raw(content));
	buf_add_char(&json, '}');
	values_keep(f, &st->said, buf_str(&json));
	buf_done(&json);
}

/* What was observed is what the next call is told. */
static void add_observed(struct fields *f, struct atif_state *st, struct val step)
{
	for (struct member m = val_first(val_path(step, "observation.results")); m.ok; m = val_next(m)) {
		struct str agent = agent_of(f, m.val);
		add_message(f, st, VAL_NONE, val_get(m.val, "source_call_id"), val_get(m.val, "content"));
		if (agent.len && val_ok(val_get(m.val, "source_call_id")))
			st->agents[st->n_agents++ % AGENTS] = hash64(agent);
	}
}

static bool is_named(const struct atif_state *st, struct str agent)
{
	for (size_t i = 0; i < AGENTS && i < st->n_agents; i++)
		if (st->agents[i] == hash64(agent))
			return true;
	return false;
}

/* A trajectory inside another lies below the call that names it. */
static struct str parent_of(struct fields *f, const struct atif_state *st, const struct frame *frame)
{
	static const char *const names[] = {"trajectory_id", "session_id"};
	for (size_t i = 0; frame && frame->level > 0 && i < 2; i++) {
		struct str agent = transcript_id(f, val_get(frame->root, names[i]));
		if (agent.len && is_named(st, agent))
			return agent_span(f, agent);
	}
	return STR_NONE;
}

/* Trajectories of one session count their steps alike. */
static struct str own_of(struct fields *f, const struct atif_state *st, const struct frame *frame)
{
	struct str id = frame ? field_text(f, val_get(frame->root, "trajectory_id")) : STR_NONE;
	if (!id.len && frame && frame->level > 0)
		id = field_text(f, val_get(frame->root, "session_id"));
	if (!id.len || str_is(id, st->session))
		return STR_NONE;
	return arena_printf(f->arena, "%08llx", (unsigned long long)hash64(id) & 0xFFFFFFFF);
}

static void tell_call(struct fields *f, struct atif_state *st, struct val step, struct val agent, int64_t ns)
{
	struct buf json = BUF_INIT;
	int64_t run = 0, number = (int64_t)f->rec->number;
	val_int64(val_path(agent, "extra.continuation_index"), &run);
	val_int64(val_get(step, "step_id"), &number);
	detail_begin(&json);
	buf_printf(&json, "\"continuation\":%lld,\"step\":%lld", (long long)run, (long long)number);
	detail_text(&json, "own", own_of(f, st, f->rec->frame));
	detail_text(&json, "trace", str_of(st->session));
	detail_end(&json);
	struct str id = step_id(f, fields_scan(f, arena_str(f->arena, buf_str(&json))), 0);
	json.len--;
	detail_text(&json, "id", id);
	detail_text(&json, "parent", parent_of(f, st, f->rec->frame));
	detail_ns(&json, "start", st->last_ns != TIME_UNKNOWN ? st->last_ns : ns);
	detail_ns(&json, "end", ns);
	if (val_is(agent, SCAN_OBJECT))
		detail_json(&json, "agent", val_raw(agent));
	detail_list(&json, "before", buf_str(&st->said));
	detail_list(&json, "lines", f->rec->bytes);
	detail_end(&json);
	struct str text = arena_str(f->arena, buf_str(&json));
	import_detail(f->im, f->rec, SLOT_CALL, text);
	take_call(f, fields_scan(f, text));
	buf_done(&json);
	buf_clear(&st->said);
}

static void keep_text(char **into, struct str text)
{
	if (!*into && text.len)
		*into = xstrndup(text_cut(text, TEXT_MAX));
}

/* The outermost trajectory's; a file without any is named by its first step. */
static void note_session(struct fields *f, struct atif_state *st)
{
	const struct frame *top = f->rec->frame;
	while (top && top->outer)
		top = top->outer;
	struct val root = top ? top->root : VAL_NONE;
	struct str id = transcript_id(f, FIELD_ANY(root, "session_id", "trajectory_id"));
	if (st->session && id.len && !str_is(id, st->session)) /* the document before it was cut off */
		tell_trace(f, st, VAL_NONE, STR_NONE);
	keep_text(&st->session, id);
	keep_text(&st->session, arena_printf(f->arena, "session-%016llx", (unsigned long long)hash64(f->rec->bytes)));
}

static void take_step(struct fields *f, struct atif_state *st, struct val step)
{
	struct val agent = frame_get(f->rec->frame, "agent", false), source = val_get(step, "source");
	struct val message = val_get(step, "message");
	int64_t ns = field_time(f, val_get(step, "timestamp"), "timestamp");
	if (!st->begun)
		st->last_ns = TIME_UNKNOWN;
	st->begun = true;
	note_session(f, st);
	if (val_str_is(source, "agent"))
		tell_call(f, st, step, agent, ns);
	else
		add_message(f, st, source, VAL_NONE, message);
	add_observed(f, st, step);
	if (val_str_is(source, "user") && !val_is(val_get(step, "is_copied_context"), SCAN_TRUE))
		keep_text(&st->prompt,
		          field_text(f, val_is(message, SCAN_ARRAY) ? val_get(val_at(message, 0), "text") : message));
	if (ns != TIME_UNKNOWN)
		st->last_ns = ns;
}

static bool atif_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (rec->slot == SLOT_CALL)
		take_call(&f, rec->root);
	else if (!val_is(rec->root, SCAN_OBJECT))
		import_problem(im, rec, SEVERITY_SKIPPED, "wrong-type", STR_NONE, "left out",
		               "this step is not an object");
	else if (!im->decoding) /* all it gives is in details */
		take_step(&f, im->state, rec->root);
	fields_done(&f);
	return true;
}

/* The trace is told when all of its trajectory is known; the next document is another. */
static bool atif_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	(void)err;
	struct atif_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	if (frame->level > 0) {
		buf_clear(&st->said);
		st->begun = false;
	} else if (st->session && !im->decoding) {
		tell_trace(&f, st, frame->root, frame->json);
	}
	fields_done(&f);
	return true;
}

/* The text ended inside the document. */
static bool atif_finish(struct import *im, struct err *err)
{
	(void)err;
	struct atif_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	if (st->session)
		tell_trace(&f, st, VAL_NONE, STR_NONE);
	fields_done(&f);
	return true;
}

const struct format format_atif = {
    .name = "atif",
    .title = "ATIF trajectories (Harbor, OpenHands, Terminus)",
    .spec_url = "https://harborframework.com/docs/trajectory-format",
    .how = "an object whose schema_version begins with ATIF-v",
    .fills = "a trace for each session, model calls with tokens and cost, tool calls with what was observed",
    .example =
        "{\"schema_version\":\"ATIF-v1.7\",\"session_id\":\"…\",\"agent\":{…},\"steps\":[{\"source\":\"agent\",…}]}",
    .paths = atif_paths,
    .stateful = true,
    .state_size = sizeof(struct atif_state),
    .state_done = atif_state_done,
    .probe = atif_probe,
    .record = atif_record,
    .frame_end = atif_frame_end,
    .finish = atif_finish,
};
