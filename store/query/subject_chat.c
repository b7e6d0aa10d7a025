/* Messages of a conversation, in the forms that APIs, frameworks and chat templates have for them. */
#include "store/query/subject_private.h"

enum { ROLE_BYTES = 40 };

/* ---------------------------------------------------------------- roles */

enum subject_role subject_role_of(struct str role)
{
	static const struct {
		const char *word;
		enum subject_role role;
	} words[] = {
	    {"ai",                ROLE_ASSISTANT   },
	    {"aimessage",         ROLE_ASSISTANT   },
	    {"aimessagechunk",    ROLE_ASSISTANT   },
	    {"assistant",         ROLE_ASSISTANT   },
	    {"bot",               ROLE_ASSISTANT   },
	    {"chatbot",           ROLE_ASSISTANT   },
	    {"customer",          ROLE_USER        },
	    {"developer",         ROLE_INSTRUCTIONS},
	    {"function",          ROLE_TOOL        },
	    {"functionmessage",   ROLE_TOOL        },
	    {"human",             ROLE_USER        },
	    {"humanmessage",      ROLE_USER        },
	    {"humanmessagechunk", ROLE_USER        },
	    {"model",             ROLE_ASSISTANT   },
	    {"system",            ROLE_INSTRUCTIONS},
	    {"systemmessage",     ROLE_INSTRUCTIONS},
	    {"tool",              ROLE_TOOL        },
	    {"toolmessage",       ROLE_TOOL        },
	    {"user",              ROLE_USER        },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(str_trim(role), words[i].word))
			return words[i].role;
	return ROLE_NONE;
}

struct str subject_role_name(enum subject_role role)
{
	static const char *const names[] = {"message", "user", "assistant", "instructions", "tool"};
	return str_of(names[role]);
}

/* A message of LangChain as its loader writes it: {"lc": 1, "type": "constructor", "id": [… "HumanMessage"], "kwargs": {…}}; of others the
 * object that holds role and content. */
static struct val body_of(struct val v, struct val *named)
{
	*named = VAL_NONE;
	if (!val_is(v, SCAN_OBJECT))
		return VAL_NONE;
	struct val kwargs = val_get(v, "kwargs"), id = val_get(v, "id");
	if (val_is(kwargs, SCAN_OBJECT) && val_is(id, SCAN_ARRAY)) {
		for (struct member m = val_first(id); m.ok; m = val_next(m))
			*named = m.val;
		return kwargs;
	}
	struct val inner = val_get(v, "message");
	if (val_is(inner, SCAN_OBJECT) && !val_ok(val_get(v, "role")))
		return inner;
	return v;
}

static enum subject_role role_of(struct val v, struct val *body)
{
	static const char *const names[] = {"role", "message.role", "type", "sender", "author", NULL};
	struct arena scratch = ARENA_INIT;
	struct val named;
	enum subject_role role = ROLE_NONE;
	*body = body_of(v, &named);
	if (val_is(named, SCAN_STRING))
		role = subject_role_of(val_str(named, &scratch));
	for (size_t i = 0; names[i] && role == ROLE_NONE && body->scan; i++) {
		struct val name = val_get(*body, names[i]);
		if (val_is(name, SCAN_STRING) && val_token(name)->len < ROLE_BYTES)
			role = subject_role_of(val_str(name, &scratch));
	}
	arena_done(&scratch);
	return role;
}

static const char *const contents[] = {"content", "parts",   "content_json", "message.content",
                                       "text",    "message", "content_text", NULL};
static const char *const calls[] = {"tool_calls", "message.tool_calls", "function_call", NULL};

/* Items of OpenAI's responses stand among messages. */
static bool is_item(struct val v)
{
	struct val type = val_get(v, "type");
	return val_str_is(type, "function_call") || val_str_is(type, "function_call_output") ||
	       val_str_is(type, "reasoning");
}

bool subject_is_message(struct val v)
{
	struct val body;
	if (!val_is(v, SCAN_OBJECT))
		return false;
	enum subject_role role = role_of(v, &body);
	return role != ROLE_NONE && (subject_first(body, contents).scan || subject_first(body, calls).scan ||
	                             val_ok(val_get_loose(body, "content")));
}

/* ["human", "text"] */
static bool is_pair(struct val v)
{
	struct val role = val_is(v, SCAN_ARRAY) ? val_at(v, 0) : VAL_NONE;
	struct arena scratch = ARENA_INIT;
	bool is = val_is(role, SCAN_STRING) && val_token(role)->len < ROLE_BYTES && val_count(v) == 2 &&
	          val_is(val_at(v, 1), SCAN_STRING) && subject_role_of(val_str(role, &scratch)) != ROLE_NONE;
	arena_done(&scratch);
	return is;
}

bool subject_is_chat(struct val v)
{
	bool any = false;
	int looked = 0;
	if (!val_is(v, SCAN_ARRAY))
		return false;
	for (struct member m = val_first(v); m.ok && looked < 8; m = val_next(m), looked++) {
		bool is = subject_is_message(m.val) || is_pair(m.val);
		if (!is && !(val_is(m.val, SCAN_OBJECT) && is_item(m.val)))
			break;
		any = any || is;
	}
	if (any)
		return true;
	struct val inner = val_at(v, 0);
	return val_is(inner, SCAN_ARRAY) && subject_is_message(val_at(inner, 0));
}

/* ---------------------------------------------------------------- content */

static void paragraph(struct buf *out, struct str text)
{
	text = str_trim(text);
	if (!text.len)
		return;
	buf_add_cstr(out, out->len ? "\n\n" : "");
	buf_add_str(out, text);
}

bool subject_is_parts(struct val v)
{
	static const char *const one_of[] = {"text", "type", "functionCall", "function_call", "functionResponse", NULL};
	if (!val_is(v, SCAN_ARRAY))
		return false;
	struct val first = val_at(v, 0);
	return val_is(first, SCAN_OBJECT) && subject_first(first, one_of).scan && !subject_is_message(first);
}

static void add_plain(struct buf *out, struct val v, struct arena *scratch)
{
	struct buf text = BUF_INIT;
	if (subject_is_parts(v))
		subject_parts(&text, v, scratch);
	else if (val_is(v, SCAN_STRING))
		paragraph(&text, subject_plain(val_str(v, scratch), scratch));
	else if (v.scan)
		subject_value(&text, v, 0, 0, scratch);
	paragraph(out, buf_str(&text));
	buf_done(&text);
}

static bool type_is(struct val part, const char *const *names)
{
	struct val type = val_get(part, "type");
	for (; *names && val_is(type, SCAN_STRING); names++)
		if (val_str_is(type, *names))
			return true;
	return false;
}

static void add_part(struct buf *out, struct val part, struct arena *scratch)
{
	static const char *const hidden[] = {"thinking", "reasoning", "redacted_thinking", "step-start", NULL};
	static const char *const used[] = {"tool_use",      "tool_call",       "tool-call",
	                                   "function_call", "server_tool_use", NULL};
	static const char *const results[] = {"tool_result", "tool-result", "tool_call_response",
	                                      "function_call_output", NULL};
	static const char *const given[] = {"content", "result", "output", "response", NULL};
	static const char *const texts[] = {"text", "content", "refusal", NULL};
	if (val_is(part, SCAN_STRING)) {
		paragraph(out, val_str(part, scratch));
		return;
	}
	if (!val_is(part, SCAN_OBJECT) || type_is(part, hidden))
		return;
	struct buf call = BUF_INIT;
	struct val answer = val_get(part, "functionResponse");
	if (type_is(part, results)) {
		add_plain(out, subject_first(part, given), scratch);
	} else if (val_is(answer, SCAN_OBJECT)) {
		add_plain(out, val_get(answer, "response"), scratch);
	} else if ((type_is(part, used) ||
	            subject_first(part, (const char *const[]){"functionCall", "function_call", NULL}).scan) &&
	           subject_add_call(&call, part, 0, 0, scratch)) {
		paragraph(out, buf_str(&call));
	} else {
		struct val text = subject_first(part, texts), type = val_get(part, "type");
		if (val_is(text, SCAN_STRING)) {
			paragraph(out, val_str(text, scratch));
		} else if (text.scan) {
			add_plain(out, text, scratch);
		} else if (val_is(type, SCAN_STRING)) { /* a picture, a sound … */
			struct buf name = BUF_INIT;
			buf_add_char(&name, '(');
			subject_name(&name, val_str(type, scratch));
			buf_add_char(&name, ')');
			paragraph(out, buf_str(&name));
			buf_done(&name);
		}
	}
	buf_done(&call);
}

void subject_parts(struct buf *out, struct val v, struct arena *scratch)
{
	for (struct member m = val_first(v); m.ok && out->len <= SUBJECT_BYTES * 4; m = val_next(m))
		add_part(out, m.val, scratch);
}

/* A content that is JSON of parts in a string (Goose, the Agents SDK). */
static bool add_parts_in_text(struct buf *out, struct str text, struct arena *scratch)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	bool is = subject_open(text, &scan, &made) && subject_is_parts(scan_root(&scan));
	if (is)
		subject_parts(out, scan_root(&scan), scratch);
	scan_done(&scan);
	buf_done(&made);
	return is;
}

static void add_calls(struct buf *out, struct val v, struct arena *scratch)
{
	struct buf call = BUF_INIT;
	if (val_is(v, SCAN_OBJECT)) {
		subject_add_call(&call, v, 0, 0, scratch);
		paragraph(out, buf_str(&call));
	}
	for (struct member m = val_first(v); val_is(v, SCAN_ARRAY) && m.ok && out->len <= SUBJECT_BYTES * 4;
	     m = val_next(m)) {
		struct val one = val_get(m.val, "tool_call");
		buf_clear(&call);
		if (subject_add_call(&call, val_is(one, SCAN_OBJECT) ? one : m.val, 0, 0, scratch))
			paragraph(out, buf_str(&call));
	}
	buf_done(&call);
}

void subject_content(struct buf *out, struct val message, struct arena *scratch)
{
	struct val body;
	size_t before = out->len;
	if (is_pair(message)) {
		paragraph(out, val_str(val_at(message, 1), scratch));
		return;
	}
	role_of(message, &body);
	struct val content = subject_first(body, contents);
	if (val_is(content, SCAN_STRING)) {
		struct str text = val_str(content, scratch);
		if (!add_parts_in_text(out, text, scratch))
			paragraph(out, subject_unmarked(text));
	} else if (val_is(content, SCAN_ARRAY)) {
		subject_parts(out, content, scratch);
	} else if (content.scan) {
		add_part(out, content, scratch);
	}
	if (out->len == before)
		add_calls(out, subject_first(body, calls), scratch);
}

/* ---------------------------------------------------------------- conversations */

static enum subject_role role_in(struct val v, struct arena *scratch)
{
	struct val body;
	return is_pair(v) ? subject_role_of(val_str(val_at(v, 0), scratch)) : role_of(v, &body);
}

/* Results of tools come as messages of the user from some. */
static bool is_result(struct val message)
{
	struct val body;
	role_of(message, &body);
	struct val content = subject_first(body, contents), first = val_at(content, 0);
	return val_is(content, SCAN_ARRAY) && val_is(first, SCAN_OBJECT) &&
	       (val_str_is(val_get(first, "type"), "tool_result") || val_ok(val_get(first, "functionResponse")) ||
	        val_str_is(val_get(first, "type"), "tool_call_response") ||
	        val_str_is(val_get(first, "type"), "tool-result"));
}

struct chat {
	struct val list;
	uint32_t question, n; /* index of the last message of the user in words (n: none); messages */
};

static struct chat look_over(struct val list, struct arena *scratch)
{
	struct val inner = val_at(list, 0);
	struct chat c = {.list = val_is(inner, SCAN_ARRAY) && !is_pair(inner) ? inner : list};
	uint32_t last = UINT32_MAX, instructions = UINT32_MAX, others = 0;
	for (struct member m = val_first(c.list); m.ok; m = val_next(m), c.n++) {
		enum subject_role role = role_in(m.val, scratch);
		others += role == ROLE_ASSISTANT || role == ROLE_TOOL;
		if (role == ROLE_USER && !is_result(m.val))
			last = c.n;
		else if (role == ROLE_INSTRUCTIONS)
			instructions = c.n;
	}
	/* Nothing but a prompt of the system: that is what was asked. */
	if (last == UINT32_MAX && instructions != UINT32_MAX && others == 0)
		last = instructions;
	c.question = last == UINT32_MAX ? c.n : last;
	return c;
}

static void add_result(struct subject_draft *d, struct val message, struct str text)
{
	static const char *const names[] = {"name", "tool_name", "toolName", NULL};
	struct val body;
	role_of(message, &body);
	struct val name = subject_first(body, names);
	subject_add(d, &d->documents, val_is(name, SCAN_STRING) ? val_str(name, d->arena) : STR_NONE, text);
}

void subject_read_chat(struct subject_draft *d, struct val list, bool before)
{
	struct arena scratch = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct chat c = look_over(list, &scratch);
	uint32_t i = 0;
	c.question = before ? c.n : c.question;
	for (struct member m = val_first(c.list); m.ok; m = val_next(m), i++) {
		enum subject_role role = role_in(m.val, &scratch);
		bool result = role == ROLE_TOOL || is_result(m.val);
		bool old = i < c.question && c.question - i > SUBJECT_LIST && role != ROLE_INSTRUCTIONS;
		if (old || (i > c.question && !result)) {
			d->turns.more += old;
			continue;
		}
		buf_clear(&text);
		subject_content(&text, m.val, &scratch);
		if (i == c.question)
			d->question = subject_cut(arena_str(d->arena, buf_str(&text)), d->arena);
		else if (i > c.question)
			add_result(d, m.val, buf_str(&text));
		else
			subject_add(d, &d->turns, subject_role_name(result ? ROLE_TOOL : role), buf_str(&text));
		arena_reset(&scratch);
	}
	buf_done(&text);
	arena_done(&scratch);
}

void subject_last_answer(struct buf *out, struct val list, struct arena *scratch)
{
	struct val inner = val_at(list, 0), last = VAL_NONE, spoken = VAL_NONE;
	if (val_is(inner, SCAN_ARRAY) && !is_pair(inner))
		list = inner;
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		enum subject_role role = role_in(m.val, scratch);
		if (role == ROLE_ASSISTANT)
			spoken = m.val;
		if (role == ROLE_ASSISTANT || (val_is(m.val, SCAN_OBJECT) && is_item(m.val)))
			last = m.val;
	}
	if (spoken.scan)
		subject_content(out, spoken, scratch);
	else if (last.scan)
		add_part(out, last, scratch);
}

/* ---------------------------------------------------------------- messages that the importer made out */

static void message_text(struct buf *out, const struct message *m, struct arena *scratch)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct message_part *p = &m->parts[i];
		if (p->type == PART_TEXT || p->type == PART_TOOL_RESULT)
			paragraph(out,
			          p->type == PART_TEXT ? subject_unmarked(p->text) : subject_plain(p->text, scratch));
		else if (p->type == PART_MEDIA)
			paragraph(out, arena_printf(scratch, "(" STR_FMT ")",
			                            STR_ARG(p->name.len ? p->name : STR_LIT("attachment"))));
	}
}

static void message_calls(struct buf *out, const struct message *m, struct arena *scratch)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct message_part *p = &m->parts[i];
		struct buf call = BUF_INIT, made = BUF_INIT;
		struct scan scan = SCAN_INIT;
		if (p->type != PART_TOOL_CALL)
			continue;
		if (subject_open(p->text, &scan, &made)) {
			subject_call(&call, p->name, scan_root(&scan), 0, 0, scratch);
		} else {
			buf_add_cstr(&call, "calls ");
			buf_add_str(&call, p->name);
			buf_add_cstr(&call, p->text.len ? ": " : "");
			buf_add_str(&call, p->text);
		}
		paragraph(out, buf_str(&call));
		scan_done(&scan);
		buf_done(&made);
		buf_done(&call);
	}
}

static enum subject_role message_role(const struct message *m)
{
	enum subject_role role = subject_role_of(m->role);
	bool results = m->n_parts > 0;
	for (size_t i = 0; i < m->n_parts; i++)
		results = results && m->parts[i].type == PART_TOOL_RESULT;
	return results ? ROLE_TOOL : role;
}

static bool has_words(const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++)
		if ((m->parts[i].type == PART_TEXT && str_trim(m->parts[i].text).len) || m->parts[i].type == PART_MEDIA)
			return true;
	return false;
}

bool subject_read_messages(struct subject_draft *d, const struct message *messages, size_t n)
{
	struct arena scratch = ARENA_INIT;
	struct buf text = BUF_INIT;
	size_t question = n, only = n, others = 0;
	for (size_t i = 0; i < n; i++) {
		if (messages[i].output)
			continue;
		enum subject_role role = message_role(&messages[i]);
		others += role != ROLE_INSTRUCTIONS;
		if (role == ROLE_USER && has_words(&messages[i]))
			question = i;
		else if (role == ROLE_INSTRUCTIONS && has_words(&messages[i]))
			only = i;
	}
	question = question == n && !others ? only : question;
	for (size_t i = 0; i < n; i++) {
		enum subject_role role = message_role(&messages[i]);
		bool old = i < question && question - i > SUBJECT_LIST && role != ROLE_INSTRUCTIONS;
		if (messages[i].output || old || (i > question && role != ROLE_TOOL)) {
			d->turns.more += old && !messages[i].output;
			continue;
		}
		buf_clear(&text);
		message_text(&text, &messages[i], &scratch);
		if (!text.len)
			message_calls(&text, &messages[i], &scratch);
		if (i == question)
			d->question = subject_cut(arena_str(d->arena, buf_str(&text)), d->arena);
		else if (i > question)
			subject_add(d, &d->documents,
			            messages[i].n_parts ? messages[i].parts[0].name : messages[i].name, buf_str(&text));
		else
			subject_add(d, &d->turns, subject_role_name(role), buf_str(&text));
		arena_reset(&scratch);
	}
	buf_done(&text);
	arena_done(&scratch);
	return question < n || d->turns.n > 0;
}

static bool has_tools(const struct message *m)
{
	bool has = message_role(m) == ROLE_TOOL;
	for (size_t i = 0; i < m->n_parts; i++)
		has = has || m->parts[i].type == PART_TOOL_CALL || m->parts[i].type == PART_TOOL_RESULT;
	return has;
}

/* Of an agent's loop what it says in the end: after the last of its tools, else the last it said at all. */
struct str subject_read_made(const struct message *messages, size_t n, struct arena *arena)
{
	struct arena scratch = ARENA_INIT;
	struct buf text = BUF_INIT;
	size_t from = 0, spoken = n;
	for (size_t i = 0; i < n; i++) {
		if (messages[i].output && has_tools(&messages[i]))
			from = i + 1;
		if (messages[i].output && message_role(&messages[i]) != ROLE_TOOL && has_words(&messages[i]))
			spoken = i;
	}
	for (size_t i = spoken < from ? spoken : from; spoken < n && i <= spoken; i++)
		if (messages[i].output && message_role(&messages[i]) != ROLE_TOOL)
			message_text(&text, &messages[i], &scratch);
	for (size_t i = 0; i < n && !text.len; i++)
		if (messages[i].output)
			message_calls(&text, &messages[i], &scratch);
	struct str made = text.len ? subject_read_answer(NULL, buf_str(&text), arena) : STR_NONE;
	made = made.ptr == text.ptr ? arena_str(arena, made) : made;
	buf_done(&text);
	arena_done(&scratch);
	return made;
}
