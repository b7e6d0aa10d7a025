/* What is in a message: text, calls, results, media, by the keys that are there. */
#include "import/message_private.h"

enum { PARTS_MAX = 100000 };

void *message_grow(struct arena *arena, void *at, size_t *cap, size_t n, size_t size)
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

struct message_part *message_add_part(struct parts *parts, enum part_type type)
{
	parts->at = message_grow(parts->arena, parts->at, &parts->cap, parts->n, sizeof *parts->at);
	parts->at[parts->n] = (struct message_part){.type = type};
	return &parts->at[parts->n++];
}

/* ---- small lookups */

struct val message_find(struct val object, const struct str keys[4])
{
	for (int i = 0; i < 4 && keys[i].ptr; i++) {
		struct val v = val_find(object, keys[i]);

		if (val_ok(v))
			return v;
	}
	return VAL_NONE;
}

struct str message_val_text(struct val v, struct arena *arena)
{
	return val_ok(v) ? val_text(v, arena) : STR_NONE;
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
	struct message_part *part = message_add_part(parts, PART_MEDIA);

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
	part->data = data.len ? data : STR_NONE;
}

/* {"url": …} or a plain string. */
static struct str url_of(struct val v, struct arena *arena)
{
	if (val_is(v, SCAN_OBJECT))
		v = message_get(v, "url", "image.url", "uri", "fileUri");
	return val_str(v, arena);
}

static void read_media(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct val source = message_get(v, "source", "inlineData", "inline_data", "image");
	struct val holder = val_is(source, SCAN_OBJECT) ? source : v;
	struct val url = message_get(v, "image_url", "uri", "url", "image.image.url");
	struct str mime = message_val_text(message_get(holder, "media_type", "mime_type", "mimeType", "mediaType"), a);
	struct str data = message_val_text(message_get(holder, "data", "content", "base64", NULL), a);
	struct str uri;

	if (!val_ok(url))
		url = message_get(holder, "url", "fileUri", "file_uri", "file_id");
	if (!val_ok(url) && !data.len)
		url = message_get(v, "image", "file", "fileData", "audio");
	uri = url_of(url, a);
	if (!mime.len)
		mime = message_val_text(message_get(v, "mime_type", "modality", "mediaType", "format"), a);
	media_part(parts, uri, data, mime);
}

void message_read_call(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct message_part *part = message_add_part(parts, PART_TOOL_CALL);
	struct val function = message_get(v, "function", "functionCall", "function_call", "tool_call");
	struct val inner = val_is(function, SCAN_OBJECT) ? function : v;

	if (val_is(val_get(inner, "function"), SCAN_OBJECT))
		inner = val_get(inner, "function");
	/* The Responses API has both: results name the second. */
	part->id = message_val_text(message_get(v, "call_id", "id", "toolCallId", "tool_call_id"), a);
	if (!part->id.len)
		part->id = message_val_text(message_get(v, "tool_call.id", "toolUseId", NULL, NULL), a);
	part->name = message_val_text(message_get(inner, "name", "toolName", "tool_name", "function.name"), a);
	part->text = message_val_text(message_get(inner, "arguments", "args", "input", "parameters"), a);
	if (!part->text.len) /* what a provider's own tool was asked, in no fixed shape */
		part->text = message_val_text(val_get(v, "server_tool_call"), a);
	if (!part->name.len) /* the second: any-agent */
		part->name = message_val_text(message_get(v, "tool_call.function.name", "tool.name", NULL, NULL), a);
	if (!part->text.len)
		part->text = message_val_text(
		    message_get(inner, "function.arguments", "tool_call.function.arguments", "tool.args", "action"), a);
	if (!part->name.len && val_is(function, SCAN_STRING)) /* Inspect AI */
		part->name = val_str(function, a);
	if (!part->name.len) /* calls whose type is their name: web_search_call */
		part->name = message_val_text(val_get(v, "type"), a);
}

/* The text of a tool's answer: a string, {"type":"text","text":…}, a list of such, {"type":"json","value":…}, any JSON. */
static struct str result_text(struct val v, struct arena *arena)
{
	struct val inner;

	if (val_is(v, SCAN_ARRAY) && val_count(v) == 1)
		v = val_at(v, 0);
	if (!val_is(v, SCAN_OBJECT))
		return message_val_text(v, arena);
	inner = val_get(v, "text");
	if (val_is(inner, SCAN_STRING))
		return val_str(inner, arena);
	if (val_is(val_get(v, "type"), SCAN_STRING) && val_ok(val_get(v, "value")))
		return val_text(val_get(v, "value"), arena);
	return val_text(v, arena);
}

/* Anthropic, MCP, Vercel, Bedrock. */
static bool says_failed(struct val v)
{
	bool is_error = false;

	return (val_bool(message_get(v, "is_error", "isError", "error", NULL), &is_error) && is_error) ||
	       val_str_is(val_get(v, "status"), "error");
}

static void read_result(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct message_part *part = message_add_part(parts, PART_TOOL_RESULT);
	struct val inner = message_get(v, "functionResponse", "function_response", "toolResult", NULL);
	struct val result;

	if (!val_is(inner, SCAN_OBJECT))
		inner = v;
	result = message_get(inner, "response", "result", "output", "content");
	if (!val_ok(result))
		result = val_get(v, "server_tool_call_response");
	part->id = message_val_text(message_get(inner, "tool_use_id", "tool_call_id", "toolCallId", "call_id"), a);
	if (!part->id.len)
		part->id = message_val_text(message_get(inner, "id", "toolUseId", NULL, NULL), a);
	part->name = message_val_text(message_get(inner, "name", "toolName", "tool_name", NULL), a);
	part->text = result_text(result, a);
	part->failed = says_failed(inner);
}

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
    {"custom_tool_call",          SHAPE_CALL     },
    {"local_shell_call",          SHAPE_CALL     },
    {"web_search_call",           SHAPE_CALL     },
    {"mcp_call",                  SHAPE_CALL     },
    {"custom_tool_call_output",   SHAPE_RESULT   },
    {"local_shell_call_output",   SHAPE_RESULT   },
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

enum part_shape message_shape_by_type(struct str type)
{
	for (size_t i = 0; i < sizeof part_shapes / sizeof *part_shapes; i++) {
		if (str_is(type, part_shapes[i].type))
			return part_shapes[i].shape;
	}
	return SHAPE_NONE;
}

enum part_shape message_shape_by_key(struct val v)
{
	if (val_ok(message_get(v, "functionCall", "function_call", "toolUse", "tool.name")))
		return SHAPE_CALL;
	if (val_ok(message_get(v, "functionResponse", "function_response", "toolResult", NULL)))
		return SHAPE_RESULT;
	if (val_ok(message_get(v, "inlineData", "inline_data", "fileData", "file_data")))
		return SHAPE_MEDIA;
	if (val_is(val_get(v, "text"), SCAN_STRING))
		return SHAPE_TEXT;
	return SHAPE_NONE;
}

static bool is_empty(struct val v)
{
	return (val_is(v, SCAN_STRING) && val_raw(v).len <= 2) || (val_is(v, SCAN_ARRAY) && val_count(v) == 0);
}

void message_read_part(struct parts *parts, struct val v)
{
	struct arena *a = parts->arena;
	struct val type = message_get(v, "type", "part_kind", "message_content.type", NULL);
	struct val text = message_get(v, "text", "content", "message_content.text", "refusal");
	enum part_shape shape;

	if (parts->n >= PARTS_MAX)
		return;
	if (val_is(v, SCAN_STRING)) {
		message_add_part(parts, PART_TEXT)->text = val_str(v, a);
		return;
	}
	shape = val_is(type, SCAN_STRING) ? message_shape_by_type(val_str(type, a)) : message_shape_by_key(v);
	if (val_ok(val_get(v, "toolUse")))
		v = val_get(v, "toolUse");
	switch (shape) {
	case SHAPE_TEXT: message_add_part(parts, PART_TEXT)->text = message_val_text(text, a); return;
	case SHAPE_REASONING:
		if (!val_ok(text))
			text = message_get(v, "reasoning", "thinking", "summary", NULL);
		if (is_empty(text)) /* kept secret: only a signature or an encrypted text is there */
			return;
		message_add_part(parts, PART_REASONING)->text = result_text(text, a);
		return;
	case SHAPE_CALL: message_read_call(parts, v); return;
	case SHAPE_RESULT: read_result(parts, v); return;
	case SHAPE_MEDIA: read_media(parts, v); return;
	case SHAPE_NONE: {
		struct message_part *part = message_add_part(parts, PART_OTHER);

		part->text = message_val_text(v, a);
		part->name = message_val_text(type, a);
		return;
	}
	}
}

void message_read_content(struct parts *parts, struct val content)
{
	if (val_is(content, SCAN_ARRAY)) {
		for (struct member m = val_first(content); m.ok; m = val_next(m))
			message_read_part(parts, m.val);
	} else if (val_is(content, SCAN_OBJECT)) {
		struct val inner = message_get(content, "parts", "content", "message", NULL);

		if (val_is(inner, SCAN_ARRAY))
			message_read_content(parts, inner); /* once more at most: an array's items go to read_part */
		else if (val_is(inner, SCAN_STRING) && !val_ok(val_get(content, "type")))
			message_add_part(parts, PART_TEXT)->text = val_str(inner, parts->arena); /* AWS's log bodies */
		else
			message_read_part(parts, content);
	} else if (val_ok(content)) {
		message_add_part(parts, PART_TEXT)->text = message_val_text(content, parts->arena);
	}
}

size_t message_parts_in(struct str text, struct message_part **out, struct arena *arena)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct parts parts = {.arena = arena};
	struct scan scan = SCAN_INIT;

	text = str_trim(text);
	if (str_starts(text, "[{") && scan_text(&scan, text, &opts)) {
		struct val list = scan_root(&scan);
		bool typed = true;

		for (struct member m = val_first(list); m.ok && typed; m = val_next(m)) {
			struct str type = val_str(val_get(m.val, "type"), arena);

			typed = type.len && message_shape_by_type(type) != SHAPE_NONE;
		}
		if (typed)
			message_read_content(&parts, list);
	}
	scan_done(&scan);
	*out = parts.at;
	return parts.n;
}
