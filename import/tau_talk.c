#include "import/tau_bench.h"

/* A message with where it stands. */
struct turn {
	const struct tau_talk *talk;
	struct member message;
	uint32_t index;
	int64_t start_ns, end_ns;
	struct val before; /* what was said since the speaker spoke last: a list */
};

static struct str span_id(const struct fields *f, uint64_t index, uint64_t part)
{
	return arena_printf(f->arena, "%014llx%02llx", (unsigned long long)index, (unsigned long long)part & 0xff);
}

static struct str root_id(const struct fields *f)
{
	return span_id(f, 0, 1);
}

static bool is_role(struct val message, const char *role)
{
	return val_str_is(val_get(message, "role"), role);
}

static struct span span_of(const struct fields *f, const struct tau_talk *talk)
{
	struct span span = span_start("tau-bench");
	span.trace_id = talk->trace_id;
	span.parent_id = root_id(f);
	return span;
}

/* ---- tools */

static struct val call_id(struct val message)
{
	return FIELD_ANY(message, "tool_call_id", "id");
}

struct answers {
	struct val id; /* the call's */
	uint32_t n, at;
	struct val nth, named;
};

static void look_at_answer(struct answers *a, struct val answer)
{
	struct val id = call_id(answer);
	if (a->at++ == a->n)
		a->nth = answer;
	if (!a->named.scan && val_ok(a->id) && val_ok(id) && str_eq(val_raw(id), val_raw(a->id)))
		a->named = answer;
}

/* The answer to the n'th call of a message: tools answer in order; where ids say otherwise, they win. Ids may repeat ("0" each time). */
static struct val answer_to(struct member message, struct val call, uint32_t n)
{
	struct answers a = {.id = val_get(call, "id"), .n = n};
	for (struct member m = val_next(message); m.ok && is_role(m.val, "tool"); m = val_next(m)) {
		struct val several = val_get(m.val, "tool_messages");
		if (!val_is(several, SCAN_ARRAY))
			look_at_answer(&a, m.val);
		for (struct member inner = val_first(several); inner.ok; inner = val_next(inner))
			look_at_answer(&a, inner.val);
	}
	bool agrees =
	    a.nth.scan && (!val_ok(a.id) || !val_ok(call_id(a.nth)) || str_eq(val_raw(call_id(a.nth)), val_raw(a.id)));
	return agrees || !a.named.scan ? a.nth : a.named;
}

static void tell_tool(struct fields *f, const struct turn *turn, struct val call, uint32_t n)
{
	struct span span = span_of(f, turn->talk);
	struct val function = val_get(call, "function"), answer = answer_to(turn->message, call, n);
	struct val what = val_is(function, SCAN_OBJECT) ? function : call;
	bool failed = false;
	span.id = span_id(f, turn->index + 1, n + 2);
	span.parent_id = span_id(f, turn->index + 1, 1);
	span.kind = KIND_TOOL;
	span.name = span.tool_name = field_text(f, val_get(what, "name"));
	span.start_ns = turn->end_ns;
	if (val_ok(val_get(answer, "timestamp")))
		span.end_ns = field_time(f, val_get(answer, "timestamp"), "timestamp");
	fields_input(f, &span, val_get(what, "arguments"));
	fields_output(f, &span, val_get(answer, "content"));
	if (field_bool(f, val_get(answer, "error"), &failed) && failed) {
		span.status = STATUS_ERROR;
		span.message = field_text(f, val_get(answer, "content"));
	}
	sink_span(f->im->sink, &span);
}

/* ---- messages */

static void tell_message(struct fields *f, const struct turn *turn, struct tau_talk *talk)
{
	static const char *const mapped[] = {"role", "content",   "tool_calls", "usage",
	                                     "cost", "timestamp", "turn_idx",   NULL};
	struct val v = turn->message.val;
	bool agent = is_role(v, "assistant");
	struct str model = agent ? talk->model : talk->user_model;
	struct span span = span_of(f, talk);
	span.id = span_id(f, turn->index + 1, 1);
	span.start_ns = turn->start_ns;
	span.end_ns = turn->end_ns;
	span.cost_usd = field_number(f, val_get(v, "cost"), "cost");
	fields_usage(f, &span, val_get(v, "usage"), "usage");
	span.kind = agent || span.tokens_in != UNKNOWN_INT || val_ok(val_get(v, "raw_data")) ? KIND_LLM : KIND_SPAN;
	if (span.kind == KIND_LLM)
		span.model = model;
	span.name = agent ? STR_LIT("agent") : STR_LIT("user");
	fields_input(f, &span, turn->before);
	fields_output(f, &span, val_get(v, "content"));
	fields_messages(f, &span, turn->before, v);
	fields_attributes(f, &span, v, "", mapped);
	sink_span(f->im->sink, &span);
	if (!agent)
		return;
	if (val_ok(val_get(v, "content")) && !val_is(val_get(v, "tool_calls"), SCAN_ARRAY))
		talk->output = field_text(f, val_get(v, "content"));
	if (span.tokens_in != UNKNOWN_INT)
		talk->tokens_in = span.tokens_in + (talk->tokens_in == UNKNOWN_INT ? 0 : talk->tokens_in);
	if (span.tokens_out != UNKNOWN_INT)
		talk->tokens_out = span.tokens_out + (talk->tokens_out == UNKNOWN_INT ? 0 : talk->tokens_out);
}

static void tell_root(struct fields *f, const struct tau_talk *talk, int64_t first_ns, int64_t last_ns)
{
	struct span span = span_of(f, talk);
	span.id = root_id(f);
	span.parent_id = STR_NONE;
	span.kind = KIND_AGENT;
	span.name = span.trace_name = talk->name;
	span.start_ns = talk->start_ns != TIME_UNKNOWN ? talk->start_ns : first_ns;
	span.end_ns = talk->end_ns != TIME_UNKNOWN ? talk->end_ns : last_ns;
	span.input = talk->input;
	span.output = talk->output;
	span.input_hash = model_text_hash(span.input);
	span.output_hash = model_text_hash(span.output);
	span.status = talk->error.len ? STATUS_ERROR : STATUS_OK;
	span.message = talk->error;
	sink_span(f->im->sink, &span);
}

/* The messages from `from` up to, not with, `to` as a list. */
static struct val list_between(struct fields *f, struct member from, struct member to)
{
	struct buf json = BUF_INIT;
	for (; from.ok && from.val.i != to.val.i; from = val_next(from)) {
		buf_add_char(&json, json.len ? ',' : '[');
		buf_add_str(&json, val_raw(from.val));
	}
	if (!json.len)
		return VAL_NONE;
	buf_add_char(&json, ']');
	struct val list = fields_scan(f, arena_str(f->arena, buf_str(&json)));
	buf_done(&json);
	return list;
}

void tau_talk(struct fields *f, struct tau_talk *talk)
{
	struct member agent_from = val_first(talk->messages), user_from = agent_from;
	int64_t first_ns = TIME_UNKNOWN, last_ns = TIME_UNKNOWN;
	uint32_t index = 0;
	talk->tokens_in = talk->tokens_out = UNKNOWN_INT;
	for (struct member m = val_first(talk->messages); m.ok; m = val_next(m), index++) {
		bool agent = is_role(m.val, "assistant"), user = is_role(m.val, "user");
		int64_t ns = field_time(f, val_get(m.val, "timestamp"), "timestamp");
		struct turn turn = {.talk = talk, .message = m, .index = index, .start_ns = last_ns, .end_ns = ns};
		if (ns != TIME_UNKNOWN && first_ns == TIME_UNKNOWN)
			first_ns = ns;
		if (ns != TIME_UNKNOWN)
			last_ns = ns;
		if (!agent && !user)
			continue;
		if (turn.start_ns == TIME_UNKNOWN)
			turn.start_ns = ns;
		turn.before = list_between(f, agent ? agent_from : user_from, m);
		*(agent ? &agent_from : &user_from) = val_next(m);
		tell_message(f, &turn, talk);
		struct val calls = val_get(m.val, "tool_calls");
		uint32_t n = 0;
		for (struct member c = val_first(calls); c.ok && val_is(calls, SCAN_ARRAY) && n < 250; c = val_next(c))
			if (val_is(c.val, SCAN_OBJECT))
				tell_tool(f, &turn, c.val, n++);
	}
	tell_root(f, talk, first_ns, last_ns);
}
