/* Codex CLI: what a detail says of its span. */
#include "import/codex_private.h"

static void common(const struct fields *f, struct span *span, struct val detail)
{
	detail_facts(f, span, detail);
	span->service = STR_LIT("codex");
	span->session = span->trace_id;
}

void codex_take_call(struct fields *f, struct val detail)
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

/* ---------------------------------------------------------------- tools */

static bool failed(struct val event)
{
	int64_t code;
	return (val_int64(val_get(event, "exit_code"), &code) && code != 0) ||
	       val_is(val_get(event, "success"), SCAN_FALSE) || val_str_is(val_get(event, "status"), "failed") ||
	       val_ok(val_path(event, "result.Err")) || val_is(val_path(event, "result.Ok.is_error"), SCAN_TRUE) ||
	       val_is(val_path(event, "result.Ok.isError"), SCAN_TRUE);
}

/* "Exit code: 1\nWall time: …\nOutput:\n…", "…\nProcess exited with code 1\n…": the head of a command's output is the only word of its end
 * where events are not written. */
static bool head_says_failed(struct str output)
{
	static const char *const words[] = {"Exit code: ", "Process exited with code "};
	size_t end = str_find(output, STR_LIT("Output:"));
	struct str head = str_cut(output, 0, end == SIZE_MAX ? 0 : end < 400 ? end : 400);
	for (size_t i = 0; i < 2; i++) {
		size_t at = str_find(head, str_of(words[i]));
		struct str code = at == SIZE_MAX ? STR_NONE : str_from(head, at + str_of(words[i]).len);
		if (code.len && (at == 0 || head.ptr[at - 1] == '\n'))
			return code.ptr[0] == '-' || (code.ptr[0] >= '1' && code.ptr[0] <= '9');
	}
	return false;
}

/* What the command itself printed. */
static struct str printed(struct str output)
{
	size_t at = str_find(output, STR_LIT("Output:\n"));
	struct str rest = at < 400 ? str_trim(str_from(output, at + 8)) : STR_NONE;
	return rest.len ? rest : output;
}

/* Older rollouts: {"output":"…","metadata":{"exit_code":1,…}} as text. */
static struct val inner_output(struct fields *f, struct span *span, struct val output)
{
	struct val inner = val_is(output, SCAN_STRING) ? field_open(f, output) : output;
	int64_t code;
	if (val_is(output, SCAN_STRING) && head_says_failed(val_str(output, f->arena)))
		span->status = STATUS_ERROR;
	if (val_int64(val_path(inner, "metadata.exit_code"), &code)) {
		if (code != 0)
			span->status = STATUS_ERROR;
		fields_attribute(f, span, "result.exit_code", val_path(inner, "metadata.exit_code"));
		return val_get(inner, "output");
	}
	if (val_is(inner, SCAN_OBJECT) && val_is(val_get(inner, "success"), SCAN_FALSE))
		span->status = STATUS_ERROR;
	return output;
}

struct val codex_arguments(struct val call)
{
	struct val v = FIELD_ANY(call, "arguments", "input", "action", "query");
	return val_ok(v) ? v : val_get(call, "command");
}

void codex_take_tool(struct fields *f, struct val detail)
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
	fields_input(f, &span, codex_arguments(call));
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
	fields_output(f, &span, inner_output(f, &span, output));
	if (span.status == STATUS_ERROR)
		span.message = printed(span.output);
	else if (span.end_ns == TIME_UNKNOWN && span.start_ns != TIME_UNKNOWN)
		span.status = STATUS_RUNNING;
	fields_attributes(f, &span, call, "call.", mapped);
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- turns */

static void take_events(struct fields *f, struct span *span, struct val events)
{
	struct span_event *at = f->payload ? arena_zalloc(f->arena, (size_t)val_count(events) + 1, sizeof *at) : NULL;
	for (struct member m = val_first(events); m.ok; m = val_next(m)) {
		struct val payload = val_get(m.val, "payload"), type = val_get(m.val, "type");
		if (val_str_is(type, "event_msg"))
			type = val_get(payload, "type");
		if (val_str_is(type, "error")) {
			span->status = STATUS_ERROR;
			span->message = field_text(f, val_get(payload, "message"));
		}
		if (at)
			at[span->n_events++] =
			    (struct span_event){.name = field_text(f, type),
			                        .time_ns = field_time(f, val_get(m.val, "timestamp"), "timestamp"),
			                        .attributes = val_raw(payload)};
	}
	span->events = at;
}

void codex_take_turn(struct fields *f, struct val detail)
{
	struct span span = span_start("codex");
	common(f, &span, detail);
	span.kind = KIND_CHAIN;
	span.name = STR_LIT("turn"); /* its calls have the model */
	span.status = field_status(field_text(f, val_get(detail, "status")));
	take_events(f, &span, val_get(detail, "events"));
	if (!span.message.len)
		span.message = field_text(f, val_get(detail, "message"));
	fields_input(f, &span, val_get(detail, "prompt"));
	fields_output(f, &span, val_get(detail, "answer"));
	fields_usage(f, &span, val_get(detail, "usage"), "usage");
	fields_attributes(f, &span, val_get(detail, "context"), "", NULL);
	sink_span(f->im->sink, &span);
}
