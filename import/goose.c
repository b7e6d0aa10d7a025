/* Goose: session files (a header line, then messages), rows of the sessions database's messages table, and exported session objects with a
 * conversation. An assistant's message is a model call with what was said since the last one as its input; a toolRequest and its toolResponse
 * are a tool's call. Times are whole seconds: ids are the messages' numbers, which keeps the order.
 * Source: block/goose crates/goose/src/session (formats/traces-platforms.md section 11). */
#include <stdlib.h>

#include "import/transcript.h"

enum { SLOT_LINE, SLOT_TALK, SLOT_CALL, SLOT_TOOL };
enum { CALL_MAX = 128 << 10, TEXT_MAX = 400 };

static const struct record_path goose_paths[] = {
    {"conversation[]", SLOT_TALK},
    {"",               SLOT_LINE},
    {NULL,             0        }
};

struct goose_state {
	char *session, *name;
	struct buf said, meta;
	int64_t last_ns;
	bool begun;
	bool talked; /* more than its header was met */
	struct transcript_calls calls;
};

static const char *const content_types[] = {"toolRequest", "toolResponse", "frontendToolRequest",
                                            "toolConfirmationRequest", NULL};

static struct val content_of(struct fields *f, struct val message)
{
	struct val text = val_get(message, "content_json");
	return val_ok(text) ? field_open(f, text) : val_get(message, "content");
}

/* ---------------------------------------------------------------- detection */

static bool is_header(struct val v)
{
	return val_get(v, "working_dir").scan && !val_get(v, "role").scan &&
	       (val_get(v, "description").scan || val_get(v, "message_count").scan || val_get(v, "conversation").scan);
}

static bool has_goose_content(struct val content)
{
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m))
		for (const char *const *type = content_types; *type; type++)
			if (val_str_is(val_get(m.val, "type"), *type))
				return true;
	return false;
}

static int goose_probe(const struct sample *s, const char **why)
{
	*why = "no session of Goose";
	for (size_t i = 0; i < s->n_values; i++) {
		struct val v = s->values[i];
		if (is_header(v)) {
			*why = val_get(v, "conversation").scan ? "a session with working_dir and conversation"
			                                       : "a header line with working_dir";
			return 92;
		}
		if (val_get(v, "content_json").scan && val_get(v, "role").scan) {
			*why = "role and content_json";
			return 90;
		}
		if (val_get(v, "created").scan && has_goose_content(val_get(v, "content"))) {
			*why = "created and content with toolRequest or toolResponse";
			return 85;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- showing */

/* Newer results: {"content":[blocks],"isError":…}. */
static struct val answer_of(struct val result)
{
	struct val value = FIELD_ANY(result, "value", "error"), blocks = val_get(value, "content");
	return val_is(blocks, SCAN_ARRAY) ? blocks : value;
}

static void add_block(struct buf *out, struct val block, struct arena *a)
{
	struct val type = val_get(block, "type"), call = val_path(block, "toolCall.value");
	if (out->len)
		buf_add_char(out, ',');
	if (val_str_is(type, "toolRequest") || val_str_is(type, "frontendToolRequest")) {
		buf_add_cstr(out, "{\"type\":\"tool_use\",\"id\":");
		scan_quote(out, val_text(val_get(block, "id"), a));
		buf_add_cstr(out, ",\"name\":");
		scan_quote(out, val_text(val_get(call, "name"), a));
		buf_add_cstr(out, ",\"input\":");
		buf_add_str(out,
		            val_ok(val_get(call, "arguments")) ? val_raw(val_get(call, "arguments")) : STR_LIT("{}"));
		buf_add_char(out, '}');
	} else if (val_str_is(type, "toolResponse")) {
		struct val value = answer_of(val_get(block, "toolResult"));
		buf_add_cstr(out, "{\"type\":\"tool_result\",\"tool_use_id\":");
		scan_quote(out, val_text(val_get(block, "id"), a));
		buf_add_cstr(out, ",\"content\":");
		if (val_is(value, SCAN_STRING) || val_is(value, SCAN_ARRAY))
			buf_add_str(out, val_raw(value));
		else
			scan_quote(out, val_text(value, a));
		buf_add_char(out, '}');
	} else {
		buf_add_str(out, val_raw(block));
	}
}

/* A message in the usual shape, as text. */
static void usual_message(struct fields *f, struct buf *out, struct val message)
{
	struct buf blocks = BUF_INIT;
	struct val content = content_of(f, message);
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m))
		add_block(&blocks, m.val, f->arena);
	buf_add_cstr(out, "{\"role\":");
	scan_quote(out, val_text(val_get(message, "role"), f->arena));
	buf_add_cstr(out, ",\"content\":[");
	buf_add_str(out, buf_str(&blocks));
	buf_add_cstr(out, "]}");
	buf_done(&blocks);
}

static struct val usual(struct fields *f, struct val messages)
{
	struct buf all = BUF_INIT;
	for (struct member m = val_first(messages); m.ok; m = val_next(m)) {
		buf_add_char(&all, all.len ? ',' : '[');
		usual_message(f, &all, m.val);
	}
	buf_add_cstr(&all, all.len ? "]" : "null");
	struct val v = fields_scan(f, arena_str(f->arena, buf_str(&all)));
	buf_done(&all);
	return v;
}

static struct str words_of(struct fields *f, struct val message)
{
	struct val content = content_of(f, message);
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m))
		if (val_str_is(val_get(m.val, "type"), "text"))
			return field_text(f, val_get(m.val, "text"));
	return STR_NONE;
}

static void take_call(struct fields *f, struct val detail)
{
	static const char *const mapped[] = {"content", "content_json", NULL};
	struct span span = span_start("goose");
	struct val lines = val_get(detail, "lines"), before = val_get(detail, "before"), message = val_at(lines, 0);
	detail_facts(f, &span, detail);
	span.kind = KIND_LLM;
	span.name = STR_LIT("chat");
	span.service = STR_LIT("goose");
	span.session = span.trace_id;
	fields_input(f, &span, before);
	span.output = words_of(f, message);
	if (!span.output.len)
		span.output = field_text(f, content_of(f, message));
	span.output_hash = model_text_hash(span.output);
	fields_messages(f, &span, usual(f, before), usual(f, lines));
	fields_attributes(f, &span, message, "", mapped);
	sink_span(f->im->sink, &span);
}

static void take_tool(struct fields *f, struct val detail)
{
	struct span span = span_start("goose");
	struct val call = val_get(detail, "call"), result = val_get(detail, "result");
	struct val value = val_path(call, "toolCall.value"), answer = val_get(result, "toolResult");
	detail_facts(f, &span, detail);
	span.kind = KIND_TOOL;
	span.name = span.tool_name = field_text(f, val_get(value, "name"));
	if (!span.name.len)
		span.name = STR_LIT("tool");
	span.service = STR_LIT("goose");
	span.session = span.trace_id;
	fields_input(f, &span, val_get(value, "arguments"));
	if (val_is(answer_of(answer), SCAN_ARRAY)) {
		span.output = transcript_text(f, answer_of(answer));
		span.output_hash = model_text_hash(span.output);
	} else {
		fields_output(f, &span, answer_of(answer));
	}
	if (val_is(val_path(answer, "value.isError"), SCAN_TRUE) || val_str_is(val_get(answer, "status"), "error") ||
	    val_str_is(val_path(call, "toolCall.status"), "error")) {
		span.status = STATUS_ERROR;
		span.message = span.output;
		if (!span.message.len)
			span.message = field_text(f, val_path(call, "toolCall.error"));
	} else if (!val_ok(result)) {
		span.status = STATUS_RUNNING;
	}
	fields_attributes(f, &span, call, "call.", (const char *const[]){"type", "toolCall", NULL});
	sink_span(f->im->sink, &span);
}

/* ---------------------------------------------------------------- telling */

/* Rows of a database have numbers of their own. */
static struct str number_id(const struct fields *f, uint64_t part)
{
	int64_t row = (int64_t)f->rec->number;
	val_int64(val_get(f->rec->root, "id"), &row);
	return arena_printf(f->arena, "%014llx%02llx", (unsigned long long)row & 0xFFFFFFFFFFFFFF,
	                    (unsigned long long)part & 0xFF);
}

static void tell_tool(struct fields *f, struct transcript_call *call, struct val result, int64_t ns)
{
	struct buf json = BUF_INIT;
	detail_begin(&json);
	detail_text(&json, "trace", str_of(call->trace));
	detail_text(&json, "id", buf_str(&call->result));
	detail_text(&json, "parent", str_of(call->parent));
	detail_ns(&json, "start", call->start_ns);
	detail_ns(&json, "end", ns);
	detail_json(&json, "call", buf_str(&call->json));
	if (val_ok(result))
		detail_json(&json, "result", val_raw(result));
	detail_tell(f, SLOT_TOOL, &json, take_tool);
	call_done(call);
}

static void keep_call(struct fields *f, struct goose_state *st, struct val block, struct str parent, uint64_t part,
                      int64_t ns)
{
	struct transcript_call old, *call;
	struct str id = transcript_id(f, val_get(block, "id"));
	if (!id.len)
		id = number_id(f, part);
	if (calls_find(&st->calls, id))
		return;
	call = calls_add(&st->calls, id, &old);
	if (old.id)
		tell_tool(f, &old, VAL_NONE, TIME_UNKNOWN);
	call->parent = xstrndup(parent);
	call->trace = xstrdup(st->session);
	call->start_ns = ns;
	buf_add_str(&call->result, number_id(f, part)); /* its span's id, in the messages' order */
	if (values_add(&call->json, val_raw(block), CALL_MAX))
		return;
	detail_begin(&call->json); /* whole in the message's own record */
	detail_text(&call->json, "id", id);
	detail_end(&call->json);
}

static void take_assistant(struct fields *f, struct goose_state *st, struct val message, int64_t ns)
{
	struct buf json = BUF_INIT;
	struct val content = content_of(f, message);
	struct str id = number_id(f, 0);
	uint64_t part = 0;
	detail_begin(&json);
	detail_text(&json, "trace", str_of(st->session));
	detail_text(&json, "id", id);
	detail_ns(&json, "start", st->last_ns != TIME_UNKNOWN ? st->last_ns : ns);
	detail_ns(&json, "end", ns);
	detail_list(&json, "before", buf_str(&st->said));
	detail_list(&json, "lines", f->rec->bytes);
	detail_tell(f, SLOT_CALL, &json, take_call);
	buf_clear(&st->said);
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		struct val type = val_get(m.val, "type");
		if (val_str_is(type, "toolRequest") || val_str_is(type, "frontendToolRequest"))
			keep_call(f, st, m.val, id, ++part, ns);
	}
}

static void take_user(struct fields *f, struct goose_state *st, struct val message, int64_t ns)
{
	struct val content = content_of(f, message);
	for (struct member m = val_first(content); m.ok && val_is(content, SCAN_ARRAY); m = val_next(m)) {
		struct str id = transcript_id(f, val_get(m.val, "id"));
		struct transcript_call *call =
		    id.len && val_str_is(val_get(m.val, "type"), "toolResponse") ? calls_find(&st->calls, id) : NULL;
		if (call)
			tell_tool(f, call, m.val, ns);
	}
	if (!st->name && words_of(f, message).len)
		st->name = xstrndup(text_cut(words_of(f, message), TEXT_MAX));
	values_keep(f, &st->said, f->rec->bytes);
}

static void tell_trace(struct fields *f, const struct goose_state *st)
{
	struct trace t = trace_start("goose");
	t.id = t.session = str_of(st->session);
	t.service = STR_LIT("goose");
	t.name = str_of(st->name ? st->name : "Goose session");
	t.metadata = st->meta.len ? buf_str(&st->meta) : STR_NONE;
	sink_trace(f->im->sink, &t);
}

/* Calls that wait know their session; the rest is the next one's. */
static void end_session(struct fields *f, struct goose_state *st)
{
	if (st->session)
		tell_trace(f, st);
	free(st->session);
	free(st->name);
	st->session = st->name = NULL;
	buf_clear(&st->said);
	buf_clear(&st->meta);
	st->last_ns = TIME_UNKNOWN;
	st->talked = false;
}

static void take_header(struct fields *f, struct goose_state *st, struct val header)
{
	struct str id = transcript_id(f, FIELD_ANY(header, "id", "session_id")),
	           name = field_text(f, FIELD_ANY(header, "description", "name"));
	if (!st->session && id.len)
		st->session = xstrndup(id);
	if (name.len) {
		free(st->name);
		st->name = xstrndup(text_cut(name, TEXT_MAX));
	}
	if (!st->meta.len && val_raw(header).len <= TRANSCRIPT_BEFORE_MAX)
		buf_add_str(&st->meta, val_raw(header));
}

static void take_line(struct fields *f, struct goose_state *st, struct val line)
{
	struct val role = val_get(line, "role");
	struct str id = transcript_id(f, val_get(line, "session_id"));
	bool header = is_header(line);
	int64_t ns = field_time(f, FIELD_ANY(line, "created", "created_timestamp"), "created");
	if (!st->begun)
		st->last_ns = TIME_UNKNOWN;
	st->begun = true;
	if (header ? st->talked : st->session && id.len && !str_is(id, st->session))
		end_session(f, st);
	if (f->rec->slot == SLOT_TALK && f->rec->frame)
		take_header(f, st, f->rec->frame->root);
	else if (header)
		take_header(f, st, line);
	if (!st->session)
		st->session = xstrndup(
		    id.len ? id : arena_printf(f->arena, "session-%016llx", (unsigned long long)hash64(f->rec->bytes)));
	st->talked |= !header;
	if (val_str_is(role, "assistant"))
		take_assistant(f, st, line, ns);
	else if (val_ok(role))
		take_user(f, st, line, ns);
	if (ns != TIME_UNKNOWN)
		st->last_ns = ns;
}

static void take_record(struct fields *f, struct val line)
{
	take_line(f, f->im->state, line);
}

static bool goose_record(struct import *im, const struct record *rec, struct err *err)
{
	static const struct transcript_slot takes[] = {
	    {SLOT_CALL, take_call},
            {SLOT_TOOL, take_tool},
            {0,         NULL     }
        };
	(void)err;
	transcript_record(im, rec, takes, take_record);
	return true;
}

/* ---------------------------------------------------------------- the end */

/* An exported session is done; the next is another. */
static bool goose_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	(void)err;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	struct goose_state *st = im->state;
	if (frame->level == 0 && !im->decoding) {
		if (st->session && frame->json.len <= TRANSCRIPT_BEFORE_MAX) {
			buf_clear(&st->meta); /* what stands after the conversation too */
			buf_add_str(&st->meta, frame->json);
		}
		end_session(&f, st);
	}
	fields_done(&f);
	return true;
}

static bool goose_finish(struct import *im, struct err *err)
{
	(void)err;
	struct goose_state *st = im->state;
	struct record none = {.number = 0};
	struct fields f = fields_of(im, &none);
	for (size_t i = 0; i < TRANSCRIPT_CALLS; i++)
		if (st->calls.at[i].id)
			tell_tool(&f, &st->calls.at[i], VAL_NONE, TIME_UNKNOWN);
	if (st->session)
		tell_trace(&f, st);
	fields_done(&f);
	return true;
}

static void goose_state_done(void *state)
{
	struct goose_state *st = state;
	free(st->session);
	free(st->name);
	buf_done(&st->said);
	buf_done(&st->meta);
	calls_done(&st->calls);
}

const struct format format_goose = {
    .name = "goose",
    .title = "Goose sessions",
    .spec_url = "https://block.github.io/goose/",
    .how =
        "a header line with working_dir, then messages; rows with role and content_json; a session with a conversation",
    .fills = "a trace for each session, an assistant's messages as model calls, tool requests with their responses",
    .example = "{\"role\":\"assistant\",\"created\":1735689601,\"content\":[{\"type\":\"toolRequest\",…}]}",
    .seen = "documented shape; one small sample made by hand",
    .paths = goose_paths,
    .stateful = true,
    .state_size = sizeof(struct goose_state),
    .state_done = goose_state_done,
    .probe = goose_probe,
    .record = goose_record,
    .frame_end = goose_frame_end,
    .finish = goose_finish,
};
