/* One reader for all chat shapes: it looks at the keys that are there, not at who wrote them. A message has a role (or a LangChain
 * type, an OpenInference "message.role", a Gemini "model"); its content is text, a list of parts, or calls beside it. */
#include "import/message_private.h"

enum { NEST_MAX = 6 };

struct reading {
	struct message_list *list;
	struct arena *arena;
	bool output;
};

static struct message *add_message(struct reading *r, struct str role)
{
	struct message_list *list = r->list;

	list->at = message_grow(r->arena, list->at, &list->cap, list->n, sizeof *list->at);
	list->at[list->n] = (struct message){.role = role, .output = r->output};
	return &list->at[list->n++];
}

static struct str lower_of(struct str s, struct arena *arena)
{
	char *copy;

	for (size_t i = 0; i <= s.len; i++) {
		if (i == s.len)
			return s;
		if (s.ptr[i] >= 'A' && s.ptr[i] <= 'Z')
			break;
	}
	copy = arena_alloc(arena, s.len + 1);
	for (size_t i = 0; i < s.len; i++)
		copy[i] = s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? (char)(s.ptr[i] - 'A' + 'a') : s.ptr[i];
	copy[s.len] = 0;
	return (struct str){copy, s.len};
}

/* Their words for the four roles people know. */
struct str message_role(struct str word, struct arena *arena)
{
	static const struct {
		const char *theirs, *ours;
	} roles[] = {
	    {"human",           "user"     },
            {"humanmessage",    "user"     },
            {"ai",              "assistant"},
	    {"aimessage",       "assistant"},
            {"model",           "assistant"},
            {"aimessagechunk",  "assistant"},
	    {"system",          "system"   },
            {"systemmessage",   "system"   },
            {"function",        "tool"     },
	    {"toolmessage",     "tool"     },
            {"functionmessage", "tool"     },
            {"bot",             "assistant"},
	    {"chatmessage",     "user"     },
	};

	if (str_starts(word, "MessageRole."))
		word = str_from(word, strlen("MessageRole."));
	word = lower_of(word, arena);
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (str_is(word, roles[i].theirs))
			return str_of(roles[i].ours);
	}
	return word;
}

/* ---- messages */

/* "content" of a tool's message is the result of the call it names. */
static void content_to_result(struct parts *parts, size_t from, struct str id, struct str name)
{
	for (size_t i = from; i < parts->n; i++) {
		struct message_part *part = &parts->at[i];

		if (part->type != PART_TEXT && part->type != PART_OTHER)
			continue;
		part->type = PART_TOOL_RESULT;
		part->id = id;
		part->name = name;
	}
}

static void read_calls_beside(struct parts *parts, struct val v)
{
	struct val calls = message_get(v, "tool_calls", "toolCalls", "message.tool_calls", NULL);
	struct val single = message_get(v, "function_call", "message.function_call", NULL, NULL);
	struct val more = val_get(v, "additional_kwargs");

	if (!val_ok(calls) && val_is(more, SCAN_OBJECT))
		calls = val_get(more, "tool_calls");
	for (struct member m = val_first(calls); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT) && !(val_is(calls, SCAN_OBJECT)))
			message_read_call(parts, m.val);
	}
	if (val_is(single, SCAN_OBJECT))
		message_read_call(parts, single);
}

static void read_reasoning_beside(struct parts *parts, struct val v)
{
	struct val reasoning = message_get(v, "reasoning_content", "reasoning", "thinking", NULL);

	if (val_is(reasoning, SCAN_STRING) && val_str(reasoning, parts->arena).len)
		message_add_part(parts, PART_REASONING)->text = val_str(reasoning, parts->arena);
}

static void read_message(struct reading *r, struct val v, struct str role)
{
	struct arena *a = r->arena;
	struct parts parts = {.arena = a};
	struct val content = message_get(v, "parts", "content", "message.content", "message.contents");
	struct str id =
	    message_val_text(message_get(v, "tool_call_id", "message.tool_call_id", "toolCallId", "call_id"), a);
	struct str name = message_val_text(message_get(v, "name", "message.name", NULL, NULL), a);
	struct message *message;

	if (!val_ok(content))
		content = message_get(v, "text", "refusal", "blocks", NULL);
	read_reasoning_beside(&parts, v);
	message_read_content(&parts, content);
	if (str_is(role, "tool") && !name.len && val_is(val_get(v, "function"), SCAN_STRING)) /* Inspect AI */
		name = message_val_text(val_get(v, "function"), a);
	if (str_is(role, "tool"))
		content_to_result(&parts, 0, id.len ? id : message_val_text(val_get(v, "id"), a), name);
	read_calls_beside(&parts, v);
	message = add_message(r, role);
	message->name = name;
	message->parts = parts.at;
	message->n_parts = parts.n;
	message->finish_reason =
	    message_val_text(message_get(v, "finish_reason", "finishReason", "stop_reason", NULL), a);
}

static void other_message(struct reading *r, struct val v, enum part_type type)
{
	struct parts parts = {.arena = r->arena};
	struct message *message = add_message(r, r->output ? STR_LIT("assistant") : STR_LIT("user"));
	struct message_part *part = message_add_part(&parts, type);

	part->text = message_val_text(v, r->arena);
	message->parts = parts.at;
	message->n_parts = parts.n;
}

/* The role a value claims, whatever key says it; STR_NONE: not a message. */
static struct str claimed_role(struct val v, struct arena *arena)
{
	struct val role = message_get(v, "role", "message.role", "author", NULL);
	struct str type;

	if (val_is(role, SCAN_STRING))
		return message_role(val_str(role, arena), arena);
	if (!val_ok(message_get(v, "content", "parts", "data", NULL)))
		return STR_NONE;
	type = val_str(message_get(v, "type", "kind", NULL, NULL), arena);
	if (str_is(type, "request"))
		return STR_LIT("user");
	if (str_is(type, "response") || str_is(type, "message"))
		return STR_LIT("assistant");
	if (str_is(type, "human") || str_is(type, "ai") || str_is(type, "system") || str_is(type, "tool") ||
	    str_is(type, "function") || str_is(type, "AIMessageChunk"))
		return message_role(type, arena);
	return STR_NONE;
}

static void read_value(struct reading *r, struct val v, int depth);

static void read_each(struct reading *r, struct val list, int depth)
{
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		read_value(r, m.val, depth);
}

/* LangChain's serialised objects: {"lc":1,"id":["langchain",…,"HumanMessage"],"kwargs":{…}}. */
static bool read_langchain(struct reading *r, struct val v)
{
	struct val id = val_get(v, "id"), kwargs = val_get(v, "kwargs");
	struct str class_name = STR_NONE;

	if (!val_is(kwargs, SCAN_OBJECT) || !val_is(id, SCAN_ARRAY))
		return false;
	for (struct member m = val_first(id); m.ok; m = val_next(m))
		class_name = val_str(m.val, r->arena);
	if (!str_ends(class_name, "Message") && !str_ends(class_name, "MessageChunk"))
		return false;
	read_message(r, kwargs, message_role(class_name, r->arena));
	return true;
}

/* What a value is that stands alone in a list of messages: items of the Responses API, parts without a message. */
static enum part_shape lone_shape(struct val v, struct arena *arena)
{
	struct str type = val_str(message_get(v, "type", "part_kind", NULL, NULL), arena);

	if (type.len)
		return message_shape_by_type(type);
	return val_is(val_get(v, "toolName"), SCAN_STRING) ? SHAPE_CALL /* ai.response.toolCalls */ : SHAPE_NONE;
}

static void read_lone_part(struct reading *r, struct val v, enum part_shape shape)
{
	struct str type = val_str(message_get(v, "type", "part_kind", NULL, NULL), r->arena);
	struct parts parts = {.arena = r->arena};
	struct message *message;
	struct str role = r->output ? STR_LIT("assistant") : STR_LIT("user");

	if (shape == SHAPE_CALL || shape == SHAPE_REASONING)
		role = STR_LIT("assistant");
	else if (shape == SHAPE_RESULT)
		role = STR_LIT("tool");
	else if (str_is(type, "system-prompt"))
		role = STR_LIT("system");
	if (!type.len && shape == SHAPE_CALL)
		message_read_call(&parts, v);
	else
		message_read_part(&parts, v);
	if (!parts.n)
		return;
	message = add_message(r, role);
	message->parts = parts.at;
	message->n_parts = parts.n;
}

/* Who wraps a message says why it ended: {"finish_reason":"stop","message":{…}}, Gemini's candidates. */
static void finish_of_wrapper(struct reading *r, struct val v, size_t before)
{
	struct val reason = message_get(v, "finish_reason", "finishReason", "stop_reason", NULL);
	struct message *last = r->list->n > before ? &r->list->at[r->list->n - 1] : NULL;

	if (last && !last->finish_reason.len && val_is(reason, SCAN_STRING))
		last->finish_reason = val_str(reason, r->arena);
}

static struct val system_of(struct val v)
{
	struct val text = message_get(v, "system", "systemInstruction", "system_instruction", "instructions");

	if (!val_ok(text)) /* Gemini's requests, as ADK keeps them */
		text = message_get(val_get(v, "config"), "system_instruction", "systemInstruction", NULL, NULL);
	return text;
}

/* {"system":…,"messages":[…]} and its relatives. False: none of them. */
static bool read_wrapper(struct reading *r, struct val v, int depth)
{
	struct val system_text = system_of(v);
	size_t before = r->list->n;
	struct val list = message_get(v, "messages", "contents", "choices", "candidates");

	if (!val_ok(list))
		list = message_get(v, "generations", "message", "prompt", "message.messages");
	if (!val_ok(list))
		list = message_get(v, "output", "input", NULL, NULL);
	if (val_is(list, SCAN_NUMBER) || val_is(list, SCAN_TRUE) || val_is(list, SCAN_FALSE) || !val_ok(list))
		return false;
	if (val_ok(system_text) && !val_is(system_text, SCAN_NUMBER)) {
		struct parts parts = {.arena = r->arena};
		struct message *message;

		message_read_content(&parts, system_text);
		message = add_message(r, STR_LIT("system"));
		message->parts = parts.at;
		message->n_parts = parts.n;
	}
	if (val_is(list, SCAN_ARRAY))
		read_each(r, list, depth + 1);
	else
		read_value(r, list, depth + 1);
	finish_of_wrapper(r, v, before);
	return true;
}

/* Pydantic AI 1 and log bodies: {"event.name":"gen_ai.choice","message":{…}}, {"event.name":"gen_ai.user.message","content":…}. */
static bool read_event_item(struct reading *r, struct val v)
{
	struct str name = val_str(val_get(v, "event.name"), r->arena);
	struct val inner = val_get(v, "message");
	bool was_output = r->output;
	struct str role;

	if (!str_starts(name, "gen_ai."))
		return false;
	if (str_is(name, "gen_ai.choice")) {
		r->output = true;
		role = claimed_role(val_is(inner, SCAN_OBJECT) ? inner : v, r->arena);
		read_message(r, val_is(inner, SCAN_OBJECT) ? inner : v, role.len ? role : STR_LIT("assistant"));
		if (val_ok(val_get(v, "finish_reason")))
			r->list->at[r->list->n - 1].finish_reason =
			    message_val_text(val_get(v, "finish_reason"), r->arena);
		r->output = was_output;
		return true;
	}
	role = claimed_role(v, r->arena);
	if (!role.len && str_ends(name, ".message"))
		role = str_cut(name, 7, name.len - 7 - strlen(".message"));
	read_message(r, v, role.len ? role : STR_LIT("user"));
	return true;
}

static void read_object(struct reading *r, struct val v, int depth)
{
	struct str role;
	struct val data = val_get(v, "data");
	size_t before = r->list->n;
	enum part_shape shape;

	if (read_event_item(r, v) || read_langchain(r, v))
		return;
	role = claimed_role(v, r->arena);
	if (role.len) {
		read_message(r, val_is(data, SCAN_OBJECT) && !val_ok(val_get(v, "content")) ? data : v, role);
		return;
	}
	if (val_is(val_get(v, "content"), SCAN_OBJECT) && val_ok(val_path(v, "content.parts"))) {
		read_message(r, val_get(v, "content"), STR_LIT("assistant")); /* a Gemini candidate */
		finish_of_wrapper(r, v, before);
		return;
	}
	if (val_is(val_get(v, "tool_calls"), SCAN_ARRAY) && !val_ok(val_get(v, "messages"))) {
		read_message(r, v, STR_LIT("assistant")); /* nobody says who: only an assistant calls */
		return;
	}
	shape = lone_shape(v, r->arena);
	if (shape == SHAPE_NONE && depth < NEST_MAX && read_wrapper(r, v, depth))
		return;
	if (shape == SHAPE_NONE)
		shape = message_shape_by_key(v);
	if (shape == SHAPE_NONE)
		other_message(r, v, PART_OTHER);
	else
		read_lone_part(r, v, shape);
}

/* One of a list of messages that are JSON text each. */
static bool read_written_message(struct reading *r, struct val v, int depth)
{
	struct str text = val_is(v, SCAN_STRING) && depth > 0 ? str_trim(val_str(v, r->arena)) : STR_NONE;
	struct scan scan = SCAN_INIT;
	bool is = str_starts(text, "{") && message_scan(&scan, text) && claimed_role(scan_root(&scan), r->arena).len;

	if (is)
		read_object(r, scan_root(&scan), depth);
	scan_done(&scan);
	return is;
}

static void read_value(struct reading *r, struct val v, int depth)
{
	if (read_written_message(r, v, depth))
		return;
	if (val_is(v, SCAN_ARRAY)) {
		if (depth < NEST_MAX)
			read_each(r, v, depth + 1);
		else
			other_message(r, v, PART_OTHER);
	} else if (val_is(v, SCAN_OBJECT)) {
		read_object(r, v, depth);
	} else if (val_ok(v)) {
		other_message(r, v, PART_TEXT);
	}
}

void message_append(struct message_list *list, const struct message *message, struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = message->output};

	*add_message(&r, message->role) = *message;
}

void message_read(struct message_list *list, struct val value, bool output, struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = output};

	if (val_is(value, SCAN_STRING))
		message_read_text(list, val_str(value, arena), output, arena);
	else
		read_value(&r, value, 0);
}

static const struct scan_opts scan_opts = {.last = true, .lenient = true, .replace_utf8 = true};

static bool may_be_json(struct str text)
{
	return text.len && (text.ptr[0] == '[' || text.ptr[0] == '{');
}

static void read_plain(struct reading *r, struct str text)
{
	struct message *message = add_message(r, r->output ? STR_LIT("assistant") : STR_LIT("user"));
	struct message_part *part = arena_zalloc(r->arena, 1, sizeof *part);

	part->text = text;
	message->parts = part;
	message->n_parts = 1;
}

bool message_scan(struct scan *scan, struct str text)
{
	struct str trimmed = str_trim(text);

	return may_be_json(trimmed) && scan_text(scan, trimmed, &scan_opts);
}

void message_read_scanned(struct message_list *list, struct str text, const struct scan *json, bool output,
                          struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = output};

	if (json)
		read_value(&r, scan_root(json), 0);
	else if (text.ptr)
		read_plain(&r, text);
}

void message_read_text(struct message_list *list, struct str text, bool output, struct arena *arena)
{
	struct scan scan = SCAN_INIT;

	message_read_scanned(list, text, message_scan(&scan, text) ? &scan : NULL, output, arena);
	scan_done(&scan);
}

/* Reads a list's elements from the last back to the first that tells; false: none does. */
static bool read_last(struct reading *r, struct val list)
{
	size_t n = 0;
	struct val *items = arena_alloc(r->arena, ((size_t)val_count(list) + 1) * sizeof *items);
	struct message_list *whole = r->list;
	bool told = false;

	for (struct member m = val_first(list); m.ok; m = val_next(m))
		items[n++] = m.val;
	while (n > 0 && !told) {
		struct message_list some = {0};

		r->list = &some;
		read_value(r, items[--n], 1);
		told = message_telling(&some, r->output, r->arena).len > 0;
		if (told)
			*whole = some;
	}
	r->list = whole;
	return told;
}

void message_read_last(struct message_list *list, struct str text, const struct scan *json, bool output,
                       struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = output};

	if (!json || list->n || !val_is(scan_root(json), SCAN_ARRAY) || !read_last(&r, scan_root(json)))
		message_read_scanned(list, text, json, output, arena);
}
