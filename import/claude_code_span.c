/* Claude Code: what a detail says of its span. */
#include "import/claude_code_private.h"

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
		if (val_ok(model) && !val_str_is(model, "<synthetic>")) /* words of the program's own */
			span->model = field_text(f, model);
		if (val_ok(val_get(message, "stop_reason")))
			reason = val_get(message, "stop_reason");
		if (val_is(val_get(m.val, "isApiErrorMessage"), SCAN_TRUE) || val_ok(val_get(m.val, "error")))
			span->status = STATUS_ERROR;
	}
	if (val_count(lines) == 1 && val_is(val_path(val_at(lines, 0), "message.content"), SCAN_ARRAY)) {
		buf_done(&content);
		return val_get(val_at(lines, 0), "message"); /* as it is */
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

/* What is noted beside the conversation: retries, hooks, compactions, what was attached. */
static void take_events(struct fields *f, struct span *span, struct val events)
{
	if (!f->payload || !val_is(events, SCAN_ARRAY))
		return;
	struct span_event *at = arena_zalloc(f->arena, (size_t)val_count(events) + 1, sizeof *at);
	for (struct member m = val_first(events); m.ok; m = val_next(m)) {
		struct val attached = val_get(m.val, "attachment");
		struct val name = FIELD_ANY(m.val, "subtype", "operation");
		if (!val_ok(name))
			name = val_get(attached, "type");
		at[span->n_events++] =
		    (struct span_event){.name = field_text(f, val_ok(name) ? name : val_get(m.val, "type")),
		                        .time_ns = field_time(f, val_get(m.val, "timestamp"), "timestamp"),
		                        .attributes = val_raw(val_ok(attached) ? attached : m.val)};
	}
	span->events = at;
}

void claude_take_call(struct fields *f, struct val detail)
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
	span.output = transcript_text(f, val_get(answer, "content"));
	span.output_hash = model_text_hash(span.output);
	if (span.status == STATUS_ERROR)
		span.message = span.output;
	fields_messages(f, &span, before, answer);
	take_events(f, &span, val_get(detail, "events"));
	fields_attributes(f, &span, val_at(lines, 0), "", mapped);
	fields_attributes(f, &span, val_path(val_at(lines, val_count(lines) - 1), "message.usage"), "usage.", NULL);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- a tool's call and result */

bool claude_is_agent_tool(struct str name)
{
	return str_is(name, "Task") || str_is(name, "Agent");
}

void claude_take_tool(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"content", NULL};
	struct span span = span_start("claude-code");
	struct val call = val_get(detail, "call"), result = val_get(detail, "result");
	struct val told = val_get(detail, "told"), content = val_get(result, "content");
	detail_facts(f, &span, detail);
	span.name = span.tool_name = field_text(f, val_get(call, "name"));
	span.kind = claude_is_agent_tool(span.name) ? KIND_AGENT : KIND_TOOL;
	if (span.kind == KIND_AGENT && val_ok(val_path(call, "input.subagent_type")))
		span.name = field_text(f, val_path(call, "input.subagent_type"));
	span.service = STR_LIT("claude-code");
	span.session = span.trace_id;
	fields_input(f, &span, val_get(call, "input"));
	if (val_is(content, SCAN_ARRAY)) {
		span.output = transcript_text(f, content);
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
