/* What was said: messages from attributes, flattened lists and events, and from them a span's input, output and previews. */
#include "import/semconv_private.h"

/* ---- messages */

static void read_chat(struct message_list *list, const struct attr_in *attr, bool output, struct arena *arena)
{
	message_read_text(list, attr_text(attr, arena), output, arena);
}

static bool same_text(const struct message *a, const struct message *b)
{
	return a->n_parts == 1 && b->n_parts == 1 && str_eq(a->parts[0].text, b->parts[0].text);
}

/* System instructions stand beside the messages; some producers give them in both places. They are shown once. */
static void put_system_first(struct mapping *m)
{
	struct message_list first = {0}, *list = &m->inputs;
	struct message *at, whole = {.role = STR_LIT("system")};
	struct message_part *parts;

	if (!semconv_has(m, F_SYSTEM))
		return;
	read_chat(&first, m->best[F_SYSTEM].attr, false, m->arena);
	if (!first.n)
		return;
	parts = arena_zalloc(m->arena, first.n, sizeof *parts);
	for (size_t i = 0; i < first.n; i++) {
		if (first.at[i].n_parts)
			parts[whole.n_parts++] = first.at[i].parts[0];
	}
	whole.parts = parts;
	if (list->n && str_is(list->at[0].role, "system") && same_text(&list->at[0], &whole))
		return;
	at = arena_alloc(m->arena, (list->n + 1) * sizeof *at);
	at[0] = whole;
	if (list->n)
		memcpy(at + 1, list->at, list->n * sizeof *at);
	*list = (struct message_list){at, list->n + 1, list->n + 1};
}

/* Vercel gives an answer's text and its tool calls apart: one message holds both. */
static void add_calls(struct mapping *m)
{
	struct message_list calls = {0};
	struct message *last;
	struct message_part *parts;

	if (!semconv_has(m, F_OUTPUT_CALLS))
		return;
	read_chat(&calls, m->best[F_OUTPUT_CALLS].attr, true, m->arena);
	if (!m->outputs.n) {
		m->outputs = calls;
		return;
	}
	last = &m->outputs.at[m->outputs.n - 1];
	parts = arena_zalloc(m->arena, last->n_parts + calls.n, sizeof *parts);
	if (last->n_parts)
		memcpy(parts, last->parts, last->n_parts * sizeof *parts);
	last->parts = parts;
	for (size_t i = 0; i < calls.n; i++) {
		if (calls.at[i].n_parts)
			parts[last->n_parts++] = calls.at[i].parts[0];
	}
}

/* What was thought stands beside the answer. */
static void add_reasoning(struct mapping *m)
{
	struct message_part *parts;
	struct message *last;

	if (!semconv_has(m, F_REASONING) || !m->outputs.n)
		return;
	last = &m->outputs.at[m->outputs.n - 1];
	parts = arena_zalloc(m->arena, last->n_parts + 1, sizeof *parts);
	parts[0] = (struct message_part){.type = PART_REASONING, .text = semconv_text(m, F_REASONING)};
	if (last->n_parts)
		memcpy(parts + 1, last->parts, last->n_parts * sizeof *parts);
	last->parts = parts;
	last->n_parts++;
}

struct side {
	enum field text, chat;
	enum flat_list flat[3];
	struct message_list *list;
	bool output;
};

static void read_flat(struct mapping *m, const struct side *side)
{
	for (size_t i = 0; i < 3 && !side->list->n; i++) {
		struct flat_items items = flat_of(m->flat, side->flat[i]);

		if (items.n)
			flat_messages(items, side->output, side->list, m->arena);
	}
}

static bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

static bool talks(enum span_kind kind)
{
	return kind == KIND_LLM || kind == KIND_AGENT || kind == KIND_CHAIN;
}

/* JSON that is no conversation comes back as one unknown part. */
static bool is_no_chat(const struct message_list *list)
{
	return list->n == 1 && list->at[0].n_parts == 1 && list->at[0].parts[0].type == PART_OTHER;
}

/* Plain text that is an assistant's turn: something else of that turn stands beside it, or the turns before it are there. */
static bool is_answer(const struct mapping *m, const struct side *side)
{
	return side->output && (semconv_has(m, F_OUTPUT_CALLS) || semconv_has(m, F_REASONING) ||
	                        (m->span.kind == KIND_LLM && m->inputs.n));
}

static void read_messages(struct mapping *m, const struct side *side, struct str talk, const struct scan *json,
                          bool all)
{
	m->mixed = m->best[side->chat].conv == C_MIXED;
	if (all || m->mixed || sink_wants(m->im->sink, SINK_PAYLOAD))
		message_read_scanned(side->list, talk, json, side->output, m->arena);
	else
		message_read_last(side->list, talk, json, side->output, m->arena);
}

/* The attribute that holds a side's messages: scanned once, for them and for the hash of the side's text if it is that, too. */
static void read_talk(struct mapping *m, const struct side *side, struct str text, uint64_t *hash)
{
	const struct attr_in *chat = m->best[side->chat].attr;
	bool own = chat == m->best[side->text].attr;
	struct str talk = own ? text : attr_text(chat, m->arena);
	struct scan scan = SCAN_INIT;
	const struct scan *json = message_scan(&scan, talk) ? &scan : NULL;

	read_messages(m, side, talk, json, !text.len);
	if (own && json)
		*hash = model_scanned_hash(text, json);
	scan_done(&scan);
}

/* An input that may begin with the last one. */
static bool read_repeat(struct mapping *m, const struct side *side, struct str *text, uint64_t *hash)
{
	const struct attr_in *chat = m->best[side->chat].attr;
	struct repeat_chat again;

	if (!chat || chat != m->best[side->text].attr || side->output || chat->type != ATTR_STRING || chat->text.ptr ||
	    sink_wants(m->im->sink, SINK_PAYLOAD) || !repeat_read(&m->im->repeat, chat->string, &again))
		return false;
	*text = again.text;
	*hash = again.hash;
	read_messages(m, side, again.text, again.json, false);
	return true;
}

/* Fills one side's list, from the best place that has messages, and returns the side's own text. *hash: the text's, or 0 if it
 * was not worked out on the way. */
static struct str read_side(struct mapping *m, const struct side *side, uint64_t *hash)
{
	const struct picked *chat = &m->best[side->chat], *best = &m->best[side->text];
	struct str text = STR_NONE;
	bool done = read_repeat(m, side, &text, hash);

	if (!done && best->attr)
		text = semconv_text(m, side->text);
	if (chat->attr && chat->conv == C_MIXED && side->output) {
		if (!m->mixed)
			read_chat(side->list, chat->attr, true, m->arena);
	} else if (chat->attr && !done) {
		read_talk(m, side, text, hash);
	}
	if (!side->list->n)
		read_flat(m, side);
	if (!side->list->n && text.len && talks(m->span.kind) && (looks_like_json(text) || is_answer(m, side))) {
		message_read_text(side->list, text, side->output, m->arena);
		if (is_no_chat(side->list))
			side->list->n = 0;
	}
	return text;
}

/* ---- events */

static bool is_first_token(struct str name)
{
	return str_is(name, "gen_ai.first_token") || str_is(name, "ai.stream.firstChunk") ||
	       str_is(name, "First Token Stream Event") || str_is(name, "llm.content.completion.chunk") ||
	       str_is(name, "gen_ai.content.completion.chunk");
}

/* gen_ai.user.message and its siblings, gen_ai.choice */
static bool is_message_event(struct str name)
{
	return str_is(name, "gen_ai.choice") ||
	       (str_starts(name, "gen_ai.") && str_ends(name, ".message") && name.len >= 16);
}

static bool is_json(struct str text)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	bool good = looks_like_json(text) && scan_text(&scan, text, &opts);

	scan_done(&scan);
	return good;
}

/* message and tool_calls, and content that is a list, may be JSON text. */
static void event_member(struct buf *json, const struct attr_in *attr, struct arena *arena)
{
	struct str text = attr_text(attr, arena);
	bool may_be_json = str_is(attr->key, "message") || str_is(attr->key, "tool_calls") ||
	                   (str_is(attr->key, "content") && str_starts(str_trim(text), "["));

	buf_add_char(json, ',');
	scan_quote(json, attr->key);
	buf_add_char(json, ':');
	buf_add_str(json, may_be_json && is_json(text) ? text : semconv_json(attr, arena));
}

/* The members of a message are attributes of its event, or all in one attribute: written out as the JSON object they once
 * were, with the event's name to say what it is. */
static void read_event_message(struct mapping *m, const struct event_in *event)
{
	struct arena *a = m->arena;
	bool output = str_is(event->name, "gen_ai.choice");
	struct str whole = str_trim(semconv_get(&event->attrs, "gen_ai.event.content", a));
	struct buf json = BUF_INIT;

	buf_add_cstr(&json, "{\"event.name\":");
	scan_quote(&json, event->name);
	if (str_starts(whole, "{") && is_json(whole) && str_trim(str_cut(whole, 1, whole.len - 2)).len) {
		buf_add_char(&json, ',');
		buf_add(&json, whole.ptr + 1, whole.len - 1);
	} else {
		for (size_t i = 0; i < event->attrs.n; i++) {
			if (!str_starts(event->attrs.at[i].key, "gen_ai."))
				event_member(&json, &event->attrs.at[i], a);
		}
		buf_add_char(&json, '}');
	}
	message_read_text(output ? &m->outputs : &m->inputs, arena_str(a, buf_str(&json)), output, a);
	buf_done(&json);
}

static struct str either(const struct attrs_in *attrs, const char *name, const char *other, struct arena *arena)
{
	struct str text = semconv_get(attrs, name, arena);

	return text.len ? text : semconv_get(attrs, other, arena);
}

/* gen_ai.prompt.0.content and its siblings as attributes of an event. */
static void read_event_flat(struct mapping *m, const struct attrs_in *attrs)
{
	struct flat_items flat = {arena_alloc(m->arena, size_mul(attrs->n + 1, sizeof *flat.at)), 0};
	struct flat_items prompt, answer;

	for (size_t i = 0; i < attrs->n; i++) {
		struct flat_item item = {.attr = &attrs->at[i], .order = (uint32_t)i};

		item.list = semconv_flat(attrs->at[i].key, &item.index, &item.rest);
		if (item.list != FLAT_NONE)
			flat.at[flat.n++] = item;
	}
	flat_sort(flat);
	prompt = flat_of(flat, FLAT_PROMPT);
	answer = flat_of(flat, FLAT_COMPLETION);
	if (prompt.n && !m->inputs.n)
		flat_messages(prompt, false, &m->inputs, m->arena);
	if (answer.n && !m->outputs.n)
		flat_messages(answer, true, &m->outputs, m->arena);
}

/* gen_ai.content.prompt and .completion, or all in gen_ai.client.inference.operation.details */
static void read_event_content(struct mapping *m, const struct event_in *event)
{
	struct str prompt = either(&event->attrs, "gen_ai.input.messages", "gen_ai.prompt", m->arena);
	struct str answer = either(&event->attrs, "gen_ai.output.messages", "gen_ai.completion", m->arena);

	for (size_t i = 0; i < event->attrs.n && !semconv_has(m, F_SYSTEM); i++) {
		if (str_is(event->attrs.at[i].key, "gen_ai.system_instructions"))
			m->best[F_SYSTEM] = (struct picked){&event->attrs.at[i], C_TEXT, 1};
	}
	if (prompt.len && !m->inputs.n)
		message_read_text(&m->inputs, prompt, false, m->arena);
	if (answer.len && !m->outputs.n)
		message_read_text(&m->outputs, answer, true, m->arena);
	if (!prompt.len || !answer.len)
		read_event_flat(m, &event->attrs);
}

/* A message of AWS's log bodies: its content may be what LangChain gave, as JSON text. */
static void read_body_message(struct message_list *list, struct val v, bool output, struct arena *arena)
{
	struct val content = val_get(v, "content");
	struct str text = val_is(content, SCAN_STRING) ? val_str(content, arena) : STR_NONE;
	struct message_list inner = {0};

	if (looks_like_json(text))
		message_read_text(&inner, text, output, arena);
	if (!inner.n || is_no_chat(&inner) || (inner.n == 1 && inner.at[0].parts[0].type == PART_TEXT && !text.len)) {
		message_read(list, v, output, arena);
		return;
	}
	for (size_t i = 0; i < inner.n; i++) {
		inner.at[i].output = output;
		message_append(list, &inner.at[i], arena);
	}
}

/* {"input":{"messages":[…]},"output":{"messages":[…]}}: AWS ADOT */
static void read_event_body(struct mapping *m, struct str body, bool want_input, bool want_output)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;

	if (scan_text(&scan, body, &opts)) {
		struct val in = val_path(scan_root(&scan), "input.messages");
		struct val out = val_path(scan_root(&scan), "output.messages");

		for (struct member i = val_first(in); i.ok && want_input; i = val_next(i))
			read_body_message(&m->inputs, i.val, false, m->arena);
		for (struct member i = val_first(out); i.ok && want_output; i = val_next(i))
			read_body_message(&m->outputs, i.val, true, m->arena);
	}
	scan_done(&scan);
}

/* Messages in events count only where no attribute has them. */
static void read_events(struct mapping *m, bool want_input, bool want_output)
{
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];
		bool wanted = str_is(event->name, "gen_ai.choice") ? want_output : want_input;
		struct str body = str_trim(semconv_get(&event->attrs, "body", m->arena));

		if (wanted && is_message_event(event->name))
			read_event_message(m, event);
		else if (str_starts(event->name, "gen_ai.content.") ||
		         str_is(event->name, "gen_ai.client.inference.operation.details"))
			read_event_content(m, event);
		else if (str_starts(body, "{"))
			read_event_body(m, body, want_input, want_output);
	}
}

static void set_exception(struct mapping *m, const struct event_in *event)
{
	struct str type = semconv_get(&event->attrs, "exception.type", m->arena);
	struct str text = semconv_get(&event->attrs, "exception.message", m->arena);

	if (type.len && text.len)
		m->exception = arena_printf(m->arena, "%.*s: %.*s", STR_ARG(type), STR_ARG(text));
	else
		m->exception = text.len ? text : type;
}

void semconv_look_at_events(struct mapping *m)
{
	m->first_event_ns = TIME_UNKNOWN;
	for (size_t i = 0; i < m->in->n_events; i++) {
		const struct event_in *event = &m->in->events[i];

		if (str_is(event->name, "exception"))
			set_exception(m, event);
		else if (m->first_event_ns == TIME_UNKNOWN && is_first_token(event->name))
			m->first_event_ns = event->time_ns;
	}
}

/* ---- input and output */

static struct str preview_of(const struct message_list *list, bool output, struct arena *arena)
{
	return list->n ? message_preview(list, output, arena) : STR_NONE;
}

static void set_finish(struct mapping *m)
{
	const struct str *reasons;
	size_t n = m->outputs.n ? semconv_texts(m, F_FINISH, &reasons) : 0;
	struct message *last = m->outputs.n ? &m->outputs.at[m->outputs.n - 1] : NULL;

	if (n && last && !last->finish_reason.len)
		last->finish_reason = reasons[0];
}

/* The texts an embedding was made of, where nothing else says them. */
static struct str embedded_texts(struct mapping *m)
{
	struct flat_items items = flat_of(m->flat, FLAT_EMBEDDINGS);
	struct buf out = BUF_INIT;
	struct str text;

	for (size_t i = 0; i < items.n; i++) {
		if (!str_ends(items.at[i].rest, "text"))
			continue;
		if (out.len)
			buf_add_char(&out, '\n');
		buf_add_str(&out, attr_text(items.at[i].attr, m->arena));
	}
	text = out.len ? arena_str(m->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

void semconv_input_output(struct mapping *m)
{
	const struct side in = {
	    F_INPUT, F_INPUT_CHAT, {FLAT_INPUT, FLAT_PROMPT, FLAT_PROMPTS},
              &m->inputs, false
        };
	const struct side out = {
	    F_OUTPUT, F_OUTPUT_CHAT, {FLAT_OUTPUT, FLAT_COMPLETION, FLAT_CHOICES},
              &m->outputs, true
        };
	struct span *span = &m->span;
	bool no_input, no_output, payload = sink_wants(m->im->sink, SINK_PAYLOAD);

	span->input = read_side(m, &in, &span->input_hash);
	span->output = read_side(m, &out, &span->output_hash);
	if (!span->input.len && m->flat.n && !m->inputs.n)
		span->input = embedded_texts(m);
	no_input = !m->inputs.n && !span->input.len;
	no_output = !m->outputs.n && !span->output.len;
	if ((no_input || no_output) && m->in->n_events)
		read_events(m, no_input, no_output);
	add_calls(m);
	if (payload)
		add_reasoning(m);
	span->input_preview = preview_of(&m->inputs, false, m->arena);
	if (payload || !span->input_preview.len || !span->input.len)
		put_system_first(m);
	if (payload)
		set_finish(m);
	if (!span->input_preview.len)
		span->input_preview = preview_of(&m->inputs, false, m->arena);
	span->output_preview = preview_of(m->mixed && !m->outputs.n ? &m->inputs : &m->outputs, true, m->arena);
	if (!span->input.len && m->inputs.n)
		span->input = message_text(&m->inputs, m->arena);
	if (!span->output.len && semconv_has(m, F_OUTPUT_CALLS))
		span->output = semconv_text(m, F_OUTPUT_CALLS);
	if (!span->output.len && m->outputs.n)
		span->output = message_text(&m->outputs, m->arena);
	else if (!span->output.len && m->mixed)
		span->output = span->output_preview;
	if (!span->input_hash)
		span->input_hash = model_text_hash(span->input);
	if (!span->output_hash)
		span->output_hash = model_text_hash(span->output);
}
