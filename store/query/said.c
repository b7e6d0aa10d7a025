#include "store/query/said.h"

#include "store/base/scan.h"

enum { ANSWER_STEPS = 12, PLAIN_BYTES = 8 << 20 };

static const struct scan_opts lenient = {.last = true, .lenient = true, .replace_utf8 = true};

static bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* ---------------------------------------------------------------- answers */

/* The first of the names that the object has. */
static struct val first_of(struct val object, const char *const *names)
{
	for (; *names; names++) {
		struct val v = val_get(object, *names);
		if (val_ok(v))
			return v;
	}
	return VAL_NONE;
}

static struct val last_element(struct val array)
{
	struct val last = VAL_NONE;
	for (struct member m = val_first(array); m.ok; m = val_next(m))
		last = m.val;
	return last;
}

/* Down the members that hold answers, to a text; of a list of messages the last, of choices the first. */
static struct str find_answer(struct val v, struct arena *arena)
{
	static const char *const names[] = {
	    "answer",     "output",  "response", "final_answer", "final_output", "result",   "content", "text", "reply",
	    "completion", "message", "choices",  "generations",  "outputs",      "messages", "parts",   NULL};
	bool is_messages = true;
	for (int i = 0; i < ANSWER_STEPS && val_ok(v); i++) {
		if (val_is(v, SCAN_STRING))
			return val_str(v, arena);
		if (val_is(v, SCAN_ARRAY)) {
			v = is_messages ? last_element(v) : val_at(v, 0);
			continue;
		}
		struct val next = first_of(v, names);
		is_messages = !val_ok(val_get(v, "choices")) && !val_ok(val_get(v, "generations"));
		v = next;
	}
	return STR_NONE;
}

static struct str answer_in(struct str text, struct arena *arena)
{
	if (!looks_like_json(text) || text.len > PLAIN_BYTES)
		return text;
	struct scan scan = SCAN_INIT;
	struct str answer = STR_NONE;
	if (scan_text(&scan, text, &lenient))
		answer = arena_str(arena, find_answer(scan_root(&scan), arena));
	scan_done(&scan);
	return str_trim(answer).len ? answer : said_plain(text, arena);
}

struct str said_answer(const struct span *span, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		for (size_t p = 0; m->output && p < m->n_parts; p++) {
			if (m->parts[p].type != PART_TEXT || !m->parts[p].text.len)
				continue;
			if (text.len)
				buf_add_cstr(&text, "\n\n");
			buf_add_str(&text, m->parts[p].text);
		}
	}
	bool calls = false;
	for (size_t i = 0; i < span->n_messages && !text.len; i++)
		for (size_t p = 0; span->messages[i].output && p < span->messages[i].n_parts; p++)
			calls = calls || span->messages[i].parts[p].type == PART_TOOL_CALL;
	struct str said = text.len ? arena_str(arena, buf_str(&text)) : calls ? STR_NONE : span->output;
	buf_done(&text);
	return said.len ? answer_in(said, arena) : STR_NONE;
}

/* ---------------------------------------------------------------- texts of JSON */

struct str said_plain(struct str text, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	if (!looks_like_json(text) || text.len > PLAIN_BYTES || !scan_text(&scan, text, &lenient)) {
		scan_done(&scan);
		return text;
	}
	struct buf out = BUF_INIT;
	struct arena scratch = ARENA_INIT;
	for (uint32_t i = 0; i < scan.n; i++) {
		struct val v = {&scan, i};
		enum scan_type type = val_type(v);
		if (type == SCAN_OBJECT || type == SCAN_ARRAY || type == SCAN_NULL)
			continue;
		buf_add_str(&out, val_text(v, &scratch));
		/* A name is a string right before a value, with a colon between: it shares the value's row. */
		size_t at = val_offset(v) + val_raw(v).len;
		while (at < text.len &&
		       (text.ptr[at] == ' ' || text.ptr[at] == '\n' || text.ptr[at] == '\t' || text.ptr[at] == '\r'))
			at++;
		buf_add_cstr(&out, type == SCAN_STRING && at < text.len && text.ptr[at] == ':' ? ": " : "\n");
		if (scratch.total > 1 << 16)
			arena_reset(&scratch);
	}
	struct str plain = arena_str(arena, str_trim(buf_str(&out)));
	arena_done(&scratch);
	buf_done(&out);
	scan_done(&scan);
	return plain;
}

/* ---------------------------------------------------------------- documents */

struct str said_document(const struct document *document, struct arena *arena)
{
	static const char *const names[] = {"title",  "name",      "file_name", "filename", "document_title",
	                                    "source", "file_path", "path",      "url",      "uri",
	                                    "doc_id", "id",        NULL};
	struct scan scan = SCAN_INIT;
	struct str name = STR_NONE;
	if (document->metadata.len && scan_text(&scan, document->metadata, &lenient)) {
		struct val v = first_of(scan_root(&scan), names);
		if (!val_is(v, SCAN_OBJECT) && !val_is(v, SCAN_ARRAY))
			name = arena_str(arena, str_trim(val_text(v, arena)));
	}
	scan_done(&scan);
	return name.len ? name : document->id;
}
