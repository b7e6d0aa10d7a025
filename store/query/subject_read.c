/* Inputs, answers, expected answers and metadata: which member of an object is the question, the answer, the conversation, the documents. */
#include "store/query/subject_private.h"

/* ---------------------------------------------------------------- names, the more telling first */

static const char *const questions[] = {"question",     "query",         "user_input",  "user_query",
                                        "user_message", "user_question", "instruction", "instructions_to_user",
                                        "input",        "prompt",        "message",     "new_message",
                                        "problem",      "utterance",     "task",        "request",
                                        "goal",         "human_input",   "human",       "user",
                                        "text",         "content",       NULL};
static const char *const question_words[] = {"question", "query",     "message", "prompt",
                                             "input",    "utterance", "request", NULL};
static const char *const wrappers[] = {"input",     "inputs", "kwargs",        "args",     "data",
                                       "variables", "vars",   "example",       "request",  "body",
                                       "payload",   "state",  "example_input", "messages", NULL};
static const char *const talks[] = {"messages", "chat_messages", "contents", "input_messages", NULL};
static const char *const histories[] = {"chat_history",
                                        "history",
                                        "conversation",
                                        "conversation_history",
                                        "previous_messages",
                                        "message_history",
                                        "dialogue",
                                        "dialog",
                                        "turns",
                                        "prior_turns",
                                        NULL};
static const char *const instructions[] = {
    "system", "system_prompt", "system_message", "system_instruction", "instructions", NULL};
static const char *const document_lists[] = {"retrieved_contexts",
                                             "retrieval_context",
                                             "retrieved_context",
                                             "retrieved_documents",
                                             "retrieved_docs",
                                             "retrieved_chunks",
                                             "source_documents",
                                             "documents",
                                             "docs",
                                             "contexts",
                                             "context",
                                             "passages",
                                             "chunks",
                                             "sources",
                                             "search_results",
                                             "retrieved",
                                             NULL};
static const char *const answers[] = {
    "answer",     "final_answer", "output",       "response",       "result",     "reply",
    "completion", "final_output", "output_text",  "generated_text", "prediction", "actual_output",
    "text",       "content",      "summary_text", "return_value",   "outputs",    NULL};
/* Where APIs have what they answered. */
static const char *const replies[] = {"choices",  "candidates", "generations",  "message", "delta",
                                      "messages", "generation", "new_messages", NULL};
static const char *const settings[] = {"model",
                                       "temperature",
                                       "top_p",
                                       "max_tokens",
                                       "max_completion_tokens",
                                       "max_output_tokens",
                                       "stream",
                                       "tools",
                                       "tool_choice",
                                       "functions",
                                       "response_format",
                                       "seed",
                                       "stop",
                                       "n",
                                       "frequency_penalty",
                                       "presence_penalty",
                                       NULL};

/* ---------------------------------------------------------------- lists of texts */

/* What a tool gives back that has nothing to say. */
static bool is_nothing(struct str text)
{
	static const char *const words[] = {"{}", "[]", "null", "None", "\"None\"", "\"\"", "\"null\"", NULL};
	for (size_t i = 0; words[i]; i++)
		if (str_is(text, words[i]))
			return true;
	return false;
}

/* The same document comes from a retrieval and from what ranks it again, perhaps with its title before the text: the longer one stays. */
static bool is_there(struct subject_draft *d, struct str name, struct str text)
{
	for (size_t i = 0; i < d->documents.n; i++) {
		struct subject_text *have = &d->documents.at[i];
		if (str_eq(have->text, text))
			return true;
		if (!name.len || !str_eq(have->name, name))
			continue;
		if (str_find(have->text, text) != SIZE_MAX)
			return true;
		if (str_find(text, have->text) != SIZE_MAX) {
			have->text = arena_str(d->arena, subject_cut(text, d->arena));
			return true;
		}
	}
	return false;
}

void subject_add(struct subject_draft *d, struct subject_list *list, struct str name, struct str text)
{
	text = str_trim(text);
	if (!text.len || (list == &d->documents && is_nothing(text)))
		return;
	if (list == &d->documents && is_there(d, str_trim(name), text))
		return;
	if (list->n == SUBJECT_LIST) {
		list->more++;
		return;
	}
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		struct subject_text *at = arena_zalloc(d->arena, cap, sizeof *at);
		if (list->n)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	name = str_trim(name);
	list->at[list->n++] = (struct subject_text){name.len ? arena_str(d->arena, name) : STR_NONE,
	                                            arena_str(d->arena, subject_cut(text, d->arena))};
}

/* ---------------------------------------------------------------- documents */

/* LangChain's str() of a document: page_content='…' metadata={…} */
static bool add_printed(struct subject_draft *d, struct str text)
{
	static const char begin[] = "page_content=", end[] = " metadata=";
	size_t at;
	if (!str_starts(text, begin))
		return false;
	text = str_from(text, sizeof begin - 1);
	struct str rest = text, meta = STR_NONE;
	for (size_t from = 0; (at = str_find(rest, str_of(end))) != SIZE_MAX; rest = str_from(text, from)) {
		meta = str_from(rest, at + sizeof end - 1);
		from = (size_t)(meta.ptr - text.ptr);
	}
	struct str body = meta.ptr ? str_cut(text, 0, (size_t)(meta.ptr - text.ptr) - (sizeof end - 1)) : text;
	if (body.len >= 2 && (body.ptr[0] == '\'' || body.ptr[0] == '"') && body.ptr[body.len - 1] == body.ptr[0])
		body = str_cut(body, 1, body.len - 2);
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	struct str name = STR_NONE;
	if (subject_open(meta, &scan, &made))
		name = subject_scalar(
		    subject_first(scan_root(&scan), (const char *const[]){"title", "name", "source", NULL}), d->arena);
	subject_add(d, &d->documents, name, body);
	scan_done(&scan);
	buf_done(&made);
	return true;
}

static void add_document(struct subject_draft *d, struct val v)
{
	static const char *const texts[] = {"page_content", "content", "text",    "document", "chunk",
	                                    "passage",      "body",    "snippet", "value",    NULL};
	static const char *const names[] = {"title", "name", "source", "file_name", "url", "path", NULL};
	struct arena scratch = ARENA_INIT;
	struct buf rows = BUF_INIT;
	struct val body = subject_first(v, texts);
	if (val_is(body, SCAN_OBJECT))
		body = subject_first(body, texts);
	struct str text = subject_scalar(val_is(v, SCAN_OBJECT) ? body : v, &scratch);
	if (!text.len) {
		subject_value(&rows, v, 0, 0, &scratch);
		text = buf_str(&rows);
	}
	if (!val_is(v, SCAN_OBJECT) && add_printed(d, text)) {
		buf_done(&rows);
		arena_done(&scratch);
		return;
	}
	struct val meta = val_get(v, "metadata");
	struct str name = subject_scalar(subject_first(v, names), &scratch);
	if (!name.len)
		name = subject_scalar(subject_first(meta, names), &scratch);
	subject_add(d, &d->documents, subject_is_id(name) ? STR_NONE : name, text);
	buf_done(&rows);
	arena_done(&scratch);
}

static void add_documents(struct subject_draft *d, struct val v)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	static const char *const lists[] = {"documents", "docs", "results", "matches", "items", NULL};
	struct val list = val_is(v, SCAN_OBJECT) ? subject_first(v, lists) : v;
	if (!val_is(list, SCAN_ARRAY))
		list = v;
	if (val_is(list, SCAN_STRING) && subject_open(val_str(list, d->arena), &scan, &made) &&
	    val_is(scan_root(&scan), SCAN_ARRAY))
		list = scan_root(&scan);
	if (!val_is(list, SCAN_ARRAY))
		add_document(d, list);
	for (struct member m = val_first(list); val_is(list, SCAN_ARRAY) && m.ok; m = val_next(m)) {
		if (d->documents.n == SUBJECT_LIST)
			d->documents.more++;
		else
			add_document(d, m.val);
	}
	scan_done(&scan);
	buf_done(&made);
}

/* ---------------------------------------------------------------- inputs */

static void read_value(struct subject_draft *d, struct val v, int depth);

static void add_field(struct subject_draft *d, struct member m)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct arena scratch = ARENA_INIT;
	if (d->fields.n == SUBJECT_LIST) {
		d->fields.more++;
		return;
	}
	subject_name(&name, member_key(m, &scratch));
	subject_value(&text, m.val, 0, 1, &scratch);
	subject_add(d, &d->fields, buf_str(&name), buf_str(&text));
	buf_done(&name);
	buf_done(&text);
	arena_done(&scratch);
}

/* Texts that were said before: messages, pairs of question and answer, or one text. */
static void add_history(struct subject_draft *d, struct val v)
{
	if (subject_is_chat(v)) {
		subject_read_chat(d, v, true);
		return;
	}
	struct arena scratch = ARENA_INIT;
	for (struct member m = val_first(v); val_is(v, SCAN_ARRAY) && m.ok; m = val_next(m)) {
		struct buf text = BUF_INIT;
		bool pair = val_is(m.val, SCAN_ARRAY) && val_count(m.val) == 2;
		if (pair) {
			subject_add(d, &d->turns, subject_role_name(ROLE_USER),
			            subject_scalar(val_at(m.val, 0), &scratch));
			subject_add(d, &d->turns, subject_role_name(ROLE_ASSISTANT),
			            subject_scalar(val_at(m.val, 1), &scratch));
		} else {
			subject_value(&text, m.val, 0, 0, &scratch);
			subject_add(d, &d->turns, STR_NONE, buf_str(&text));
		}
		buf_done(&text);
		arena_reset(&scratch);
	}
	if (val_is(v, SCAN_STRING))
		subject_add(d, &d->turns, STR_NONE, val_str(v, &scratch));
	arena_done(&scratch);
}

static bool is_sentence(struct val v)
{
	struct str raw = val_raw(v);
	return val_is(v, SCAN_STRING) && raw.len >= 22 && memchr(raw.ptr, ' ', raw.len) != NULL;
}

/* Which member asks: one of the names; else one whose name ends in such a word; else the only one that is a sentence, the others being words. */
static struct val find_question(struct val v)
{
	struct val found = subject_first(v, questions);
	if (found.scan)
		return found;
	struct arena scratch = ARENA_INIT;
	struct val only = VAL_NONE;
	int sentences = 0;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct buf name = BUF_INIT;
		subject_name(&name, member_key(m, &scratch));
		struct str word = buf_str(&name);
		for (size_t i = 0; question_words[i] && !found.scan; i++)
			if (val_is(m.val, SCAN_STRING) && str_ends(word, question_words[i]) &&
			    str_has_word(word, str_of(question_words[i])))
				found = m.val;
		if (is_sentence(m.val) && !subject_is_named(m, document_lists)) {
			sentences++;
			only = m.val;
		}
		buf_done(&name);
	}
	arena_done(&scratch);
	return found.scan ? found : sentences == 1 ? only : VAL_NONE;
}

static bool has_settings(struct val v)
{
	for (struct member m = val_first(v); m.ok; m = val_next(m))
		if (subject_is_named(m, settings))
			return true;
	return false;
}

/* The one member of an object that says anything. */
static struct val only_member(struct val v)
{
	struct val only = VAL_NONE;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (subject_is_noise(m))
			continue;
		if (only.scan)
			return VAL_NONE;
		only = m.val;
	}
	return only;
}

/* Who asks and in which session, beside a question. */
static const char *const plumbing[] = {"session_id", "thread_id",  "conversation_id", "invocation_id", "run_id",
                                       "trace_id",   "request_id", "user_id",         "chat_id",       NULL};

static void read_rest(struct subject_draft *d, struct val v, struct val talk, struct val question)
{
	bool api = talk.scan && has_settings(v);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (m.val.i == talk.i || m.val.i == question.i || subject_is_noise(m) ||
		    ((talk.scan || question.scan) && subject_is_named(m, plumbing)))
			continue;
		if (subject_is_named(m, histories))
			add_history(d, m.val);
		else if (subject_is_named(m, document_lists))
			add_documents(d, m.val);
		else if (subject_is_named(m, instructions) && (talk.scan || question.scan) &&
		         !val_is(m.val, SCAN_ARRAY))
			subject_add(d, &d->turns, subject_role_name(ROLE_INSTRUCTIONS),
			            subject_plain(val_text(m.val, d->arena), d->arena));
		else if (!api)
			add_field(d, m);
	}
}

static bool is_object(struct val v)
{
	return val_is(v, SCAN_OBJECT);
}

static void read_object(struct subject_draft *d, struct val v, int depth)
{
	struct val only = only_member(v), talk = subject_first(v, talks);
	if (subject_is_message(v)) {
		struct buf text = BUF_INIT;
		struct arena scratch = ARENA_INIT;
		subject_content(&text, v, &scratch);
		d->question = subject_cut(arena_str(d->arena, buf_str(&text)), d->arena);
		buf_done(&text);
		arena_done(&scratch);
		return;
	}
	if (only.scan) {
		struct member m = val_first(v);
		while (m.val.i != only.i)
			m = val_next(m);
		/* A name that says nothing goes; any other stands before its value unless that is a text to be read as the question. */
		if (subject_is_named(m, wrappers) || subject_is_named(m, questions) || subject_is_named(m, talks) ||
		    is_sentence(only) || subject_is_chat(only))
			read_value(d, only, depth + 1);
		else
			read_rest(d, v, VAL_NONE, VAL_NONE);
		return;
	}
	if (!subject_is_chat(talk))
		talk = VAL_NONE;
	struct val question = find_question(v);
	if (question.scan == talk.scan && question.i == talk.i)
		question = VAL_NONE;
	if (talk.scan && !val_is(question, SCAN_STRING))
		question = VAL_NONE;
	read_rest(d, v, talk, question);
	if (talk.scan && question.scan)
		add_history(d, talk);
	else if (talk.scan)
		subject_read_chat(d, talk, false);
	if (question.scan)
		read_value(d, question, depth + 1);
}

static void read_text(struct subject_draft *d, struct str text, int depth)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	if (depth < SUBJECT_DEPTH && subject_open(text, &scan, &made))
		read_value(d, scan_root(&scan), depth + 1);
	else if (!subject_read_template(d, text) && str_trim(text).len)
		d->question = subject_cut(arena_str(d->arena, str_trim(text)), d->arena);
	scan_done(&scan);
	buf_done(&made);
}

static void read_value(struct subject_draft *d, struct val v, int depth)
{
	if (val_is(v, SCAN_STRING)) {
		read_text(d, val_str(v, d->arena), depth);
		return;
	}
	if (subject_is_chat(v)) {
		subject_read_chat(d, v, false);
		return;
	}
	if (val_is(v, SCAN_OBJECT) && depth < SUBJECT_DEPTH) {
		read_object(d, v, depth);
		return;
	}
	if (val_is(v, SCAN_ARRAY) && val_count(v) == 1 && depth < SUBJECT_DEPTH) {
		read_value(d, val_at(v, 0), depth + 1);
		return;
	}
	struct buf text = BUF_INIT;
	struct arena scratch = ARENA_INIT;
	if (subject_is_parts(v))
		subject_parts(&text, v, &scratch);
	else
		subject_value(&text, v, 0, 0, &scratch);
	if (text.len)
		d->question = subject_cut(arena_str(d->arena, buf_str(&text)), d->arena);
	buf_done(&text);
	arena_done(&scratch);
}

void subject_read_input(struct subject_draft *d, struct str text)
{
	if (!subject_is_id(text) || !str_starts(str_trim(text), "weave:"))
		read_text(d, text, 0);
}

/* ---------------------------------------------------------------- answers */

struct reply {
	struct subject_draft *d; /* for its documents; may be NULL */
	struct buf *out;
	struct arena *scratch;
};

static void answer_value(struct reply *r, struct val v, int depth);

static void add_rest(struct reply *r, struct val v, struct val said)
{
	struct buf rows = BUF_INIT;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		bool echo = subject_is_named(m, histories) || subject_is_named(m, talks) ||
		            (said.scan && subject_is_named(m, questions) && !subject_is_named(m, answers));
		if (m.val.i == said.i || subject_is_noise(m) || echo)
			continue;
		if (subject_is_named(m, document_lists)) {
			if (r->d)
				add_documents(r->d, m.val);
			continue;
		}
		struct buf name = BUF_INIT;
		subject_name(&name, member_key(m, r->scratch));
		buf_add_cstr(&rows, rows.len ? "\n" : "");
		buf_add_str(&rows, buf_str(&name));
		buf_add_cstr(&rows, ": ");
		size_t at = rows.len;
		struct buf text = BUF_INIT;
		subject_value(&text, m.val, 2, 1, r->scratch);
		bool rows_of_it = memchr(text.ptr ? text.ptr : "", '\n', text.len) != NULL ||
		                  (val_is(m.val, SCAN_ARRAY) && str_starts(str_trim(buf_str(&text)), "- "));
		if (rows_of_it && (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY)))
			rows.ptr[at - 1] = '\n';
		buf_add_str(&rows, rows_of_it ? buf_str(&text) : str_trim(buf_str(&text)));
		buf_done(&text);
		buf_done(&name);
	}
	if (rows.len)
		buf_add_cstr(r->out, r->out->len ? "\n\n" : "");
	buf_add_str(r->out, buf_str(&rows));
	buf_done(&rows);
}

/* Of an API's message or reply nothing else is of interest. */
static bool is_envelope(struct val v)
{
	static const char *const marks[] = {
	    "role",          "object",         "finish_reason",     "model",       "usage",
	    "model_version", "usage_metadata", "response_metadata", "stop_reason", NULL};
	return subject_is_message(v) || subject_first(v, marks).scan;
}

static void answer_object(struct reply *r, struct val v, int depth)
{
	struct val reply = subject_first(v, replies), said = subject_first(v, answers);
	if (subject_is_message(v)) {
		subject_content(r->out, v, r->scratch);
		return;
	}
	if (val_is(reply, SCAN_STRING))
		reply = VAL_NONE;
	if (!said.scan && !reply.scan && subject_add_call(r->out, v, 0, 0, r->scratch))
		return;
	if (reply.scan && (!val_is(said, SCAN_STRING) || is_envelope(v))) {
		answer_value(r, reply, depth + 1);
		if (r->out->len)
			return;
	}
	if (!said.scan && val_is(val_get(v, "parts"), SCAN_ARRAY) && subject_is_parts(val_get(v, "parts")))
		said = val_get(v, "parts");
	if (said.scan)
		answer_value(r, said, depth + 1);
	if (!said.scan || !is_envelope(v))
		add_rest(r, v, said);
}

static void answer_text(struct reply *r, struct str text, int depth)
{
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	struct str inner = str_trim(text);
	/* ```json … ``` around all of it */
	if (str_starts(inner, "```json") && str_ends(inner, "```") && inner.len > 10)
		inner = str_trim(str_cut(inner, 7, inner.len - 10));
	if (depth < SUBJECT_DEPTH && subject_open(inner, &scan, &made))
		answer_value(r, scan_root(&scan), depth + 1);
	else
		buf_add_str(r->out, subject_unmarked(text));
	scan_done(&scan);
	buf_done(&made);
}

static void answer_value(struct reply *r, struct val v, int depth)
{
	bool list = val_is(v, SCAN_ARRAY);
	if (val_is(v, SCAN_STRING))
		answer_text(r, val_str(v, r->scratch), depth);
	else if (depth < SUBJECT_DEPTH && list && subject_is_chat(v))
		subject_last_answer(r->out, v, r->scratch);
	else if (list && subject_is_parts(v))
		subject_parts(r->out, v, r->scratch);
	else if (depth < SUBJECT_DEPTH && list && (val_count(v) == 1 || subject_first(val_at(v, 0), replies).scan))
		answer_value(r, val_at(v, 0), depth + 1); /* of several choices the first */
	else if (depth < SUBJECT_DEPTH && is_object(v))
		answer_object(r, v, depth);
	else
		subject_value(r->out, v, 0, 0, r->scratch);
}

struct str subject_read_answer(struct subject_draft *d, struct str text, struct arena *arena)
{
	struct arena scratch = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct reply r = {.d = d, .out = &out, .scratch = &scratch};
	if (!text.ptr)
		return text;
	answer_text(&r, text, 0);
	struct str answer;
	/* An object of nothing but ids and settings: as it is. */
	if (str_trim(buf_str(&out)).len)
		answer = arena_str(arena, subject_cut(buf_str(&out), &scratch));
	else
		answer = subject_cut(text, arena);
	buf_done(&out);
	arena_done(&scratch);
	return answer;
}

/* ---------------------------------------------------------------- metadata */

/* Titles beside a list of texts (Ragas: supporting_titles). */
static void name_documents(struct subject_draft *d, struct val titles, size_t from)
{
	if (!val_is(titles, SCAN_ARRAY) || val_count(titles) != d->documents.n - from)
		return;
	size_t i = from;
	for (struct member m = val_first(titles); m.ok; m = val_next(m), i++)
		if (val_is(m.val, SCAN_STRING) && !d->documents.at[i].name.ptr)
			d->documents.at[i].name = arena_str(d->arena, val_str(m.val, d->arena));
}

static void add_choice(struct subject_draft *d, struct buf *out, size_t n, struct val v)
{
	static const char *const texts[] = {"text", "output", "content", "value", NULL};
	struct val inner = v;
	for (int i = 0; i < 3 && is_object(inner); i++)
		inner = subject_first(inner, texts);
	struct str text = subject_scalar(inner, d->arena);
	if (!text.len)
		return;
	buf_printf(out, "%s%c) ", out->len ? "\n" : "", (char)('A' + n));
	buf_add_str(out, text);
}

/* Choices the question was asked with, unless it says them itself. */
static void add_choices(struct subject_draft *d, struct val v)
{
	static const char *const names[] = {"choices", "options", "references", "answer_choices", NULL};
	struct val list = subject_first(v, names);
	if (is_object(list))
		list = subject_first(list, (const char *const[]){"text", "choices", NULL});
	if (!val_is(list, SCAN_ARRAY) || val_count(list) < 2 || val_count(list) > 26)
		return;
	struct buf out = BUF_INIT;
	size_t n = 0;
	bool words = false; /* more than letters to choose from */
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		words = words || val_raw(m.val).len > 3;
		add_choice(d, &out, n++, m.val);
	}
	struct str first = str_cut(buf_str(&out), 3, str_find_char(buf_str(&out), '\n') - 3);
	if (words && out.len && (!d->question.len || str_find(d->question, str_trim(first)) == SIZE_MAX))
		subject_add(d, &d->fields, STR_LIT("choices"), buf_str(&out));
	buf_done(&out);
}

void subject_read_metadata(struct subject_draft *d, struct str json)
{
	static const char *const titles[] = {"supporting_titles", "titles", "document_titles", "sources", NULL};
	struct scan scan = SCAN_INIT;
	struct buf made = BUF_INIT;
	size_t before = d->documents.n;
	if (!subject_open(json, &scan, &made))
		return;
	struct val v = scan_root(&scan), doc = val_get(v, "doc");
	struct val documents = subject_first(v, document_lists);
	if (documents.scan) {
		add_documents(d, documents);
		name_documents(d, subject_first(v, titles), before);
	}
	add_choices(d, is_object(doc) ? doc : v);
	scan_done(&scan);
	buf_done(&made);
}

/* ---------------------------------------------------------------- expected */

/* promptfoo's assertions in words, and in words where they are negated; NULL: a program's, which a layman does not read. %: the value. */
static const struct {
	const char *type, *words, *not_words;
} assertions[] = {
    {"answer-relevance",        "to the point",                         "beside the point"                      },
    {"classifier",              NULL,                                   NULL                                    },
    {"contains",                "says: %",                              "does not say: %"                       },
    {"contains-all",            "says all of: %",                       "does not say all of: %"                },
    {"contains-any",            "says one of: %",                       "says none of: %"                       },
    {"contains-json",           NULL,                                   NULL                                    },
    {"context-faithfulness",    "nothing that is not in the documents", "something that is not in the documents"},
    {"context-recall",          "%",                                    "not: %"                                },
    {"cost",                    NULL,                                   NULL                                    },
    {"equals",                  "%",                                    "not: %"                                },
    {"factuality",              "%",                                    "not: %"                                },
    {"g-eval",                  "%",                                    "not: %"                                },
    {"icontains",               "says: %",                              "does not say: %"                       },
    {"icontains-all",           "says all of: %",                       "does not say all of: %"                },
    {"icontains-any",           "says one of: %",                       "says none of: %"                       },
    {"is-json",                 NULL,                                   NULL                                    },
    {"is-refusal",              "refuses to answer",                    "does not refuse to answer"             },
    {"javascript",              NULL,                                   NULL                                    },
    {"latency",                 NULL,                                   NULL                                    },
    {"levenshtein",             "nearly: %",                            "not nearly: %"                         },
    {"llm-rubric",              "%",                                    "not: %"                                },
    {"model-graded-closedqa",   "%",                                    "not: %"                                },
    {"model-graded-factuality", "%",                                    "not: %"                                },
    {"perplexity",              NULL,                                   NULL                                    },
    {"python",                  NULL,                                   NULL                                    },
    {"regex",                   NULL,                                   NULL                                    },
    {"rouge-n",                 "like: %",                              "unlike: %"                             },
    {"similar",                 "in other words: %",                    "nothing like: %"                       },
    {"starts-with",             "begins with: %",                       "does not begin with: %"                },
    {"webhook",                 NULL,                                   NULL                                    },
};

/* The assertion that begins this row; *value: behind its name. -1: none does. */
static int assertion_of(struct str row, struct str *value, bool *is_not)
{
	*is_not = str_starts(row, "not-");
	struct str name = *is_not ? str_from(row, 4) : row;
	size_t colon = str_find(name, STR_LIT(": "));
	*value = colon == SIZE_MAX ? STR_NONE : str_from(name, colon + 2);
	name = str_cut(name, 0, colon);
	for (size_t i = 0; i < sizeof assertions / sizeof *assertions; i++)
		if (str_is(str_trim(name), assertions[i].type))
			return (int)i;
	return -1;
}

/* "decision":"reject" is a piece of an object. */
static struct str asserted(struct str value, struct arena *arena)
{
	value = str_trim(value);
	if (!str_starts(value, "\"") || str_find(value, STR_LIT("\":")) == SIZE_MAX)
		return subject_plain(value, arena);
	struct str object = arena_printf(arena, "{%.*s}", (int)(value.len < 4096 ? value.len : 4096), value.ptr);
	struct str rows = subject_plain(object, arena);
	return rows.ptr == object.ptr ? value : rows;
}

static struct str assertion_words(struct str text, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str row, value, rest = text;
	int is = -1;
	int hidden = 0;
	bool is_not;
	while (str_split(&rest, '\n', &row)) {
		int next = assertion_of(row, &value, &is_not);
		if (next < 0) {
			if (is >= 0 && assertions[is].words) {
				buf_add_char(&out, '\n');
				buf_add_str(&out, row);
			}
			continue;
		}
		is = next;
		const char *words = is_not ? assertions[is].not_words : assertions[is].words;
		if (!words) {
			hidden++;
			continue;
		}
		buf_add_cstr(&out, out.len ? "\n" : "");
		size_t at = str_find_char(str_of(words), '%');
		buf_add_str(&out, str_cut(str_of(words), 0, at));
		if (at != SIZE_MAX)
			buf_add_str(&out, asserted(value, arena));
	}
	if (hidden)
		buf_printf(&out, "%s(and %d check%s by a program)", out.len ? "\n" : "", hidden,
		           hidden == 1 ? "" : "s");
	struct str words = is < 0 ? text : arena_str(arena, buf_str(&out));
	buf_done(&out);
	return words;
}

struct str subject_read_expected(struct str text, bool assertions_of_promptfoo, struct arena *arena)
{
	if (!str_trim(text).len)
		return STR_NONE;
	if (assertions_of_promptfoo)
		return subject_cut(assertion_words(text, arena), arena);
	return subject_read_answer(NULL, str_trim(text), arena);
}
