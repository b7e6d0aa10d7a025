/* One reader for all chat shapes: it looks at the keys that are there, not at who wrote them. A message has a role (or a LangChain
 * type, an OpenInference "message.role", a Gemini "model"); its content is text, a list of parts, or calls beside it. */
#include "import/message.h"

#include "store/base/vec.h"

enum { NEST_MAX = 6, PARTS_MAX = 100000, PREVIEW_MAX = 4096 };

struct reading {
	struct message_list *list;
	struct arena *arena;
	bool output;
};

struct parts {
	struct message_part *at;
	size_t n, cap;
	struct arena *arena;
};

static void *arena_grow(struct arena *arena, void *at, size_t *cap, size_t n, size_t size)
{
	void *bigger;

	if (n < *cap)
		return at;
	*cap = *cap ? size_mul(*cap, 2) : 4;
	bigger = arena_alloc(arena, size_mul(*cap, size));
	if (n)
		memcpy(bigger, at, n * size);
	return bigger;
}

static struct message_part *add_part(struct parts *parts, enum part_type type)
{
	parts->at = arena_grow(parts->arena, parts->at, &parts->cap, parts->n, sizeof *parts->at);
	parts->at[parts->n] = (struct message_part){.type = type};
	return &parts->at[parts->n++];
}

static struct message *add_message(struct reading *r, struct str role)
{
	struct message_list *list = r->list;

	list->at = arena_grow(r->arena, list->at, &list->cap, list->n, sizeof *list->at);
	list->at[list->n] = (struct message){.role = role, .output = r->output};
	return &list->at[list->n++];
}

/* ---- small lookups */

/* The first of up to four keys that is there and not null. */
static struct val get_any(struct val object, const char *a, const char *b, const char *c, const char *d)
{
	const char *const keys[] = {a, b, c, d};

	for (int i = 0; i < 4 && keys[i]; i++) {
		struct val v = val_get(object, keys[i]);

		if (val_ok(v))
			return v;
	}
	return VAL_NONE;
}

static struct str text_of(struct val v, struct arena *arena)
{
	return val_ok(v) ? val_text(v, arena) : STR_NONE;
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
static struct str role_of(struct str word, struct arena *arena)
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

/* ---- parts */

/* Decoded size of base64 text, with or without its "data:…;base64," head. */
static size_t base64_bytes(struct str text)
{
	size_t comma = str_starts(text, "data:") ? str_find_char(str_cut(text, 0, 256), ',') : SIZE_MAX;

	if (comma != SIZE_MAX)
		text = str_from(text, comma + 1);
	while (text.len && text.ptr[text.len - 1] == '=')
		text.len--;
	return text.len / 4 * 3 + (text.len % 4 ? text.len % 4 - 1 : 0);
}

static void media_part(struct parts *parts, struct str uri, struct str data, struct str mime)
{
	struct message_part *part = add_part(parts, PART_MEDIA);

	if (!data.len && str_starts(uri, "data:")) {
		size_t end = str_find_char(str_cut(uri, 0, 256), ';');

		data = uri;
		if (!mime.len && end != SIZE_MAX)
			mime = str_cut(uri, 5, end - 5);
		uri = STR_NONE;
	}
	part->text = uri;
	part->name = mime;
	part->size_bytes = data.len ? base64_bytes(data) : 0;
}

/* {"url": …} or a plain string. */
static struct str url_of(struct val v, struct arena *arena)
{
	if (val_is(v, SCAN_OBJECT))
		v = get_any(v, "url", "image.url", "uri", "fileUri");
	return val_str(v, arena);
}

static void read_media(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct val source = get_any(v, "source", "inlineData", "inline_data", "image");
	struct val holder = val_is(source, SCAN_OBJECT) ? source : v;
	struct val url = get_any(v, "image_url", "uri", "url", "image.image.url");
	struct str mime = text_of(get_any(holder, "media_type", "mime_type", "mimeType", "mediaType"), a);
	struct str data = text_of(get_any(holder, "data", "content", "base64", NULL), a);
	struct str uri;

	if (!val_ok(url))
		url = get_any(holder, "url", "fileUri", "file_uri", "file_id");
	if (!val_ok(url) && !data.len)
		url = get_any(v, "image", "file", "fileData", "audio");
	uri = url_of(url, a);
	if (!mime.len)
		mime = text_of(get_any(v, "mime_type", "modality", "mediaType", "format"), a);
	media_part(parts, uri, data, mime);
}

static void read_call(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct message_part *part = add_part(parts, PART_TOOL_CALL);
	struct val function = get_any(v, "function", "functionCall", "function_call", "tool_call");
	struct val inner = val_is(function, SCAN_OBJECT) ? function : v;

	if (val_is(val_get(inner, "function"), SCAN_OBJECT))
		inner = val_get(inner, "function");
	part->id = text_of(get_any(v, "id", "call_id", "toolCallId", "tool_call_id"), a);
	if (!part->id.len)
		part->id = text_of(get_any(v, "tool_call.id", "toolUseId", NULL, NULL), a);
	part->name = text_of(get_any(inner, "name", "toolName", "tool_name", "function.name"), a);
	part->text = text_of(get_any(inner, "arguments", "args", "input", "parameters"), a);
	if (!part->name.len)
		part->name = text_of(get_any(v, "tool_call.function.name", NULL, NULL, NULL), a);
	if (!part->text.len)
		part->text =
		    text_of(get_any(inner, "function.arguments", "tool_call.function.arguments", NULL, NULL), a);
}

/* The text of a tool's answer: a string, {"type":"text","text":…}, a list of such, {"type":"json","value":…}, any JSON. */
static struct str result_text(struct val v, struct arena *arena)
{
	struct val inner;

	if (val_is(v, SCAN_ARRAY) && val_count(v) == 1)
		v = val_at(v, 0);
	if (!val_is(v, SCAN_OBJECT))
		return text_of(v, arena);
	inner = val_get(v, "text");
	if (val_is(inner, SCAN_STRING))
		return val_str(inner, arena);
	if (val_is(val_get(v, "type"), SCAN_STRING) && val_ok(val_get(v, "value")))
		return val_text(val_get(v, "value"), arena);
	return val_text(v, arena);
}

static void read_result(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct message_part *part = add_part(parts, PART_TOOL_RESULT);
	struct val inner = get_any(v, "functionResponse", "function_response", "toolResult", NULL);
	struct val result;

	if (!val_is(inner, SCAN_OBJECT))
		inner = v;
	result = get_any(inner, "response", "result", "output", "content");
	part->id = text_of(get_any(inner, "tool_use_id", "tool_call_id", "toolCallId", "call_id"), a);
	if (!part->id.len)
		part->id = text_of(get_any(inner, "id", "toolUseId", NULL, NULL), a);
	part->name = text_of(get_any(inner, "name", "toolName", "tool_name", NULL), a);
	part->text = result_text(result, a);
}

enum part_shape { SHAPE_TEXT, SHAPE_REASONING, SHAPE_CALL, SHAPE_RESULT, SHAPE_MEDIA, SHAPE_NONE };

static const struct {
	const char *type; /* OTel GenAI, OpenAI, Anthropic, Responses, Vercel, Pydantic AI */
	enum part_shape shape;
} part_shapes[] = {
    {"text",                      SHAPE_TEXT     },
    {"input_text",                SHAPE_TEXT     },
    {"output_text",               SHAPE_TEXT     },
    {"refusal",                   SHAPE_TEXT     },
    {"user-prompt",               SHAPE_TEXT     },
    {"system-prompt",             SHAPE_TEXT     },
    {"retry-prompt",              SHAPE_TEXT     },
    {"summary_text",              SHAPE_REASONING},
    {"reasoning",                 SHAPE_REASONING},
    {"thinking",                  SHAPE_REASONING},
    {"redacted_thinking",         SHAPE_REASONING},
    {"tool_call",                 SHAPE_CALL     },
    {"tool_use",                  SHAPE_CALL     },
    {"tool-call",                 SHAPE_CALL     },
    {"function_call",             SHAPE_CALL     },
    {"function",                  SHAPE_CALL     },
    {"server_tool_use",           SHAPE_CALL     },
    {"server_tool_call",          SHAPE_CALL     },
    {"tool_call_response",        SHAPE_RESULT   },
    {"tool_result",               SHAPE_RESULT   },
    {"tool-result",               SHAPE_RESULT   },
    {"tool-return",               SHAPE_RESULT   },
    {"function_call_output",      SHAPE_RESULT   },
    {"server_tool_call_response", SHAPE_RESULT   },
    {"image",                     SHAPE_MEDIA    },
    {"image_url",                 SHAPE_MEDIA    },
    {"input_image",               SHAPE_MEDIA    },
    {"image-url",                 SHAPE_MEDIA    },
    {"audio",                     SHAPE_MEDIA    },
    {"input_audio",               SHAPE_MEDIA    },
    {"file",                      SHAPE_MEDIA    },
    {"input_file",                SHAPE_MEDIA    },
    {"document",                  SHAPE_MEDIA    },
    {"video",                     SHAPE_MEDIA    },
    {"blob",                      SHAPE_MEDIA    },
    {"uri",                       SHAPE_MEDIA    },
};

static enum part_shape shape_by_type(struct str type)
{
	for (size_t i = 0; i < sizeof part_shapes / sizeof *part_shapes; i++) {
		if (str_is(type, part_shapes[i].type))
			return part_shapes[i].shape;
	}
	return SHAPE_NONE;
}

/* Gemini parts and Bedrock blocks have no type: the key says it. */
static enum part_shape shape_by_key(struct val v)
{
	if (val_ok(get_any(v, "functionCall", "function_call", "toolUse", NULL)))
		return SHAPE_CALL;
	if (val_ok(get_any(v, "functionResponse", "function_response", "toolResult", NULL)))
		return SHAPE_RESULT;
	if (val_ok(get_any(v, "inlineData", "inline_data", "fileData", "file_data")))
		return SHAPE_MEDIA;
	if (val_is(val_get(v, "text"), SCAN_STRING))
		return SHAPE_TEXT;
	return SHAPE_NONE;
}

static void read_part(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct val type = get_any(v, "type", "part_kind", "message_content.type", NULL);
	struct val text = get_any(v, "text", "content", "message_content.text", "refusal");
	enum part_shape shape;

	if (parts->n >= PARTS_MAX)
		return;
	if (val_is(v, SCAN_STRING)) {
		add_part(parts, PART_TEXT)->text = val_str(v, a);
		return;
	}
	shape = val_is(type, SCAN_STRING) ? shape_by_type(val_str(type, a)) : shape_by_key(v);
	if (val_ok(val_get(v, "toolUse")))
		v = val_get(v, "toolUse");
	switch (shape) {
	case SHAPE_TEXT: add_part(parts, PART_TEXT)->text = text_of(text, a); return;
	case SHAPE_REASONING:
		if (!val_ok(text))
			text = get_any(v, "reasoning", "thinking", "summary", NULL);
		add_part(parts, PART_REASONING)->text = result_text(text, a);
		return;
	case SHAPE_CALL: read_call(parts, v); return;
	case SHAPE_RESULT: read_result(parts, v); return;
	case SHAPE_MEDIA: read_media(parts, v); return;
	case SHAPE_NONE: {
		struct message_part *part = add_part(parts, PART_OTHER);

		part->text = text_of(v, a);
		part->name = text_of(type, a);
		return;
	}
	}
}

static void read_content(struct parts *parts, struct val content)
{
	if (val_is(content, SCAN_ARRAY)) {
		for (struct member m = val_first(content); m.ok; m = val_next(m))
			read_part(parts, m.val);
	} else if (val_is(content, SCAN_OBJECT)) {
		struct val inner = get_any(content, "parts", "content", NULL, NULL);

		if (val_is(inner, SCAN_ARRAY))
			read_content(parts, inner); /* once more at most: an array's items go to read_part */
		else
			read_part(parts, content);
	} else if (val_ok(content)) {
		add_part(parts, PART_TEXT)->text = text_of(content, parts->arena);
	}
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
	struct val calls = get_any(v, "tool_calls", "toolCalls", "message.tool_calls", NULL);
	struct val single = get_any(v, "function_call", "message.function_call", NULL, NULL);
	struct val more = val_get(v, "additional_kwargs");

	if (!val_ok(calls) && val_is(more, SCAN_OBJECT))
		calls = val_get(more, "tool_calls");
	for (struct member m = val_first(calls); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_OBJECT) && !(val_is(calls, SCAN_OBJECT)))
			read_call(parts, m.val);
	}
	if (val_is(single, SCAN_OBJECT))
		read_call(parts, single);
}

static void read_reasoning_beside(struct parts *parts, struct val v)
{
	struct val reasoning = get_any(v, "reasoning_content", "reasoning", "thinking", NULL);

	if (val_is(reasoning, SCAN_STRING) && val_str(reasoning, parts->arena).len)
		add_part(parts, PART_REASONING)->text = val_str(reasoning, parts->arena);
}

static void read_message(struct reading *r, struct val v, struct str role)
{
	struct arena *a = r->arena;
	struct parts parts = {.arena = a};
	struct val content = get_any(v, "parts", "content", "message.content", "message.contents");
	struct str id = text_of(get_any(v, "tool_call_id", "message.tool_call_id", "toolCallId", "call_id"), a);
	struct str name = text_of(get_any(v, "name", "message.name", NULL, NULL), a);
	struct message *message;

	if (!val_ok(content))
		content = get_any(v, "text", "refusal", NULL, NULL);
	read_reasoning_beside(&parts, v);
	read_content(&parts, content);
	if (str_is(role, "tool"))
		content_to_result(&parts, 0, id.len ? id : text_of(val_get(v, "id"), a), name);
	read_calls_beside(&parts, v);
	message = add_message(r, role);
	message->name = name;
	message->parts = parts.at;
	message->n_parts = parts.n;
	message->finish_reason = text_of(get_any(v, "finish_reason", "finishReason", "stop_reason", NULL), a);
}

static void other_message(struct reading *r, struct val v, enum part_type type)
{
	struct parts parts = {.arena = r->arena};
	struct message *message = add_message(r, r->output ? STR_LIT("assistant") : STR_LIT("user"));
	struct message_part *part = add_part(&parts, type);

	part->text = text_of(v, r->arena);
	message->parts = parts.at;
	message->n_parts = parts.n;
}

/* The role a value claims, whatever key says it; STR_NONE: not a message. */
static struct str claimed_role(struct val v, struct arena *arena)
{
	struct val role = get_any(v, "role", "message.role", "author", NULL);
	struct str type;

	if (val_is(role, SCAN_STRING))
		return role_of(val_str(role, arena), arena);
	if (!val_ok(get_any(v, "content", "parts", "data", NULL)))
		return STR_NONE;
	type = val_str(get_any(v, "type", "kind", NULL, NULL), arena);
	if (str_is(type, "request"))
		return STR_LIT("user");
	if (str_is(type, "response") || str_is(type, "message"))
		return STR_LIT("assistant");
	if (str_is(type, "human") || str_is(type, "ai") || str_is(type, "system") || str_is(type, "tool") ||
	    str_is(type, "function") || str_is(type, "AIMessageChunk"))
		return role_of(type, arena);
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
	read_message(r, kwargs, role_of(class_name, r->arena));
	return true;
}

/* What a value is that stands alone in a list of messages: items of the Responses API, parts without a message. */
static enum part_shape lone_shape(struct val v, struct arena *arena)
{
	struct str type = val_str(get_any(v, "type", "part_kind", NULL, NULL), arena);

	if (type.len)
		return shape_by_type(type);
	return val_is(val_get(v, "toolName"), SCAN_STRING) ? SHAPE_CALL /* ai.response.toolCalls */ : SHAPE_NONE;
}

static void read_lone_part(struct reading *r, struct val v, enum part_shape shape)
{
	struct str type = val_str(get_any(v, "type", "part_kind", NULL, NULL), r->arena);
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
		read_call(&parts, v);
	else
		read_part(&parts, v);
	message = add_message(r, role);
	message->parts = parts.at;
	message->n_parts = parts.n;
}

/* {"system":…,"messages":[…]} and its relatives. False: none of them. */
static bool read_wrapper(struct reading *r, struct val v, int depth)
{
	struct val system_text = get_any(v, "system", "systemInstruction", "system_instruction", "instructions");
	struct val list = get_any(v, "messages", "contents", "choices", "candidates");

	if (!val_ok(list))
		list = get_any(v, "generations", "message", "prompt", "message.messages");
	if (!val_ok(list))
		list = get_any(v, "output", "input", NULL, NULL);
	if (val_is(list, SCAN_NUMBER) || val_is(list, SCAN_TRUE) || val_is(list, SCAN_FALSE) || !val_ok(list))
		return false;
	if (val_ok(system_text) && !val_is(system_text, SCAN_NUMBER)) {
		struct parts parts = {.arena = r->arena};
		struct message *message;

		read_content(&parts, system_text);
		message = add_message(r, STR_LIT("system"));
		message->parts = parts.at;
		message->n_parts = parts.n;
	}
	if (val_is(list, SCAN_ARRAY))
		read_each(r, list, depth + 1);
	else
		read_value(r, list, depth + 1);
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
			r->list->at[r->list->n - 1].finish_reason = text_of(val_get(v, "finish_reason"), r->arena);
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
		return;
	}
	shape = lone_shape(v, r->arena);
	if (shape == SHAPE_NONE && depth < NEST_MAX && read_wrapper(r, v, depth))
		return;
	if (shape == SHAPE_NONE)
		shape = shape_by_key(v);
	if (shape == SHAPE_NONE)
		other_message(r, v, PART_OTHER);
	else
		read_lone_part(r, v, shape);
}

static void read_value(struct reading *r, struct val v, int depth)
{
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

void message_read_text(struct message_list *list, struct str text, bool output, struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = output};
	struct str trimmed = str_trim(text);
	struct scan scan = SCAN_INIT;

	if (!text.ptr)
		return;
	if (may_be_json(trimmed) && scan_text(&scan, trimmed, &scan_opts))
		read_value(&r, scan_root(&scan), 0);
	else
		read_plain(&r, text);
	scan_done(&scan);
}

static struct str telling_preview(const struct message_list *list, bool output, struct arena *arena);

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
		told = telling_preview(&some, r->output, r->arena).len > 0;
		if (told)
			*whole = some;
	}
	r->list = whole;
	return told;
}

void message_read_last(struct message_list *list, struct str text, bool output, struct arena *arena)
{
	struct reading r = {.list = list, .arena = arena, .output = output};
	struct str trimmed = str_trim(text);
	struct scan scan = SCAN_INIT;

	if (!text.ptr)
		return;
	if (!may_be_json(trimmed) || !scan_text(&scan, trimmed, &scan_opts))
		read_plain(&r, text);
	else if (list->n || !val_is(scan_root(&scan), SCAN_ARRAY) || !read_last(&r, scan_root(&scan)))
		read_value(&r, scan_root(&scan), 0);
	scan_done(&scan);
}

/* ---- for people */

static struct str parts_text(const struct message *message, enum part_type type)
{
	for (size_t i = message->n_parts; i-- > 0;) {
		if (message->parts[i].type == type && message->parts[i].text.len)
			return message->parts[i].text;
	}
	return STR_NONE;
}

static struct str calls_text(const struct message *message, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	for (size_t i = 0; i < message->n_parts; i++) {
		const struct message_part *part = &message->parts[i];

		if (part->type != PART_TOOL_CALL)
			continue;
		if (out.len)
			buf_add_cstr(&out, ", ");
		buf_add_str(&out, part->name);
		buf_add_char(&out, '(');
		buf_add_str(&out, str_cut(part->text, 0, 400));
		buf_add_char(&out, ')');
		if (out.len > 1000)
			break;
	}
	text = out.len ? arena_str(arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

/* "role: text", by hand: previews are made for every span. */
static struct str said_by(struct str role, struct str text, struct arena *arena)
{
	char *said;

	text = str_cut(text, 0, PREVIEW_MAX);
	said = arena_alloc(arena, role.len + text.len + 3);
	if (role.len)
		memcpy(said, role.ptr, role.len);
	memcpy(said + role.len, ": ", 2);
	memcpy(said + role.len + 2, text.ptr, text.len);
	said[role.len + 2 + text.len] = 0;
	return (struct str){said, role.len + 2 + text.len};
}

static struct str preview_of(const struct message *message, bool output, struct arena *arena)
{
	struct str text = parts_text(message, PART_TEXT);

	if (!output)
		return text.len ? said_by(message->role, text, arena) : STR_NONE;
	return text.len ? text : calls_text(message, arena);
}

static struct str telling_preview(const struct message_list *list, bool output, struct arena *arena)
{
	struct str found = STR_NONE;

	for (size_t i = list->n; i-- > 0 && !found.len;) {
		const struct message *message = &list->at[i];
		bool telling = output ? message->output || str_is(message->role, "assistant")
		                      : !message->output && str_is(message->role, "user");

		if (telling)
			found = preview_of(message, output, arena);
	}
	return found;
}

struct str message_preview(const struct message_list *list, bool output, struct arena *arena)
{
	struct str found = telling_preview(list, output, arena);

	/* No user has spoken: the last of whatever was said. */
	for (size_t i = list->n; i-- > 0 && !found.len && !output;) {
		if (!list->at[i].output)
			found = preview_of(&list->at[i], false, arena);
	}
	return found;
}

static void print_part(struct buf *out, const struct message_part *part)
{
	switch (part->type) {
	case PART_TEXT: buf_add_str(out, part->text); return;
	case PART_REASONING:
		buf_add_cstr(out, "(reasoning) ");
		buf_add_str(out, part->text);
		return;
	case PART_TOOL_CALL:
		buf_add_str(out, part->name);
		buf_add_char(out, '(');
		buf_add_str(out, part->text);
		buf_add_char(out, ')');
		return;
	case PART_TOOL_RESULT:
		buf_add_str(out, part->name);
		buf_add_cstr(out, part->name.len ? " -> " : "-> ");
		buf_add_str(out, part->text);
		return;
	case PART_MEDIA:
		buf_add_char(out, '[');
		buf_add_str(out, part->name.len ? part->name : STR_LIT("media"));
		if (part->size_bytes)
			buf_printf(out, ", %zu bytes", part->size_bytes);
		if (part->text.len) {
			buf_add_char(out, ' ');
			buf_add_str(out, part->text);
		}
		buf_add_char(out, ']');
		return;
	case PART_OTHER: buf_add_str(out, part->text); return;
	}
}

struct str message_text(const struct message_list *list, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	for (size_t i = 0; i < list->n; i++) {
		const struct message *message = &list->at[i];

		if (out.len)
			buf_add_cstr(&out, "\n\n");
		buf_add_str(&out, message->role);
		buf_add_char(&out, ':');
		for (size_t k = 0; k < message->n_parts; k++) {
			buf_add_char(&out, k ? '\n' : ' ');
			print_part(&out, &message->parts[k]);
		}
	}
	text = list->n ? arena_str(arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}
