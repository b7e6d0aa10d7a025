/* Judged answers as tests and as training data.
 *
 * promptfoo: a JSON list of tests, for `tests: file://FILE.json` (promptfoo.dev/docs/configuration/test-cases). vars: the members of an input that is
 * a JSON object, as they were; else {"input": TEXT}. Asserted is the answer as it should be (the correction, or a good answer itself), "equals"
 * for a label, else "factuality"; of a bad answer that nobody corrected: that it does not come again ("not-equals"), what was
 * wrong with it ("llm-rubric"), and what the data set expects. Answers on which people differ are no test. Texts of the data are no
 * templates and name no files there: braces of Nunjucks, and what begins as the name of a file does, are put in raw blocks, and of a data set's own
 * assertions those that run code are left out.
 *
 * chat: OpenAI's fine-tuning lines {"messages":[…]}: the conversation and the corrected (or good) answer as the assistant's.
 *
 * preference: OpenAI's preference lines {"input":{"messages":[…]},"preferred_output":[…],"non_preferred_output":[…]}: a bad answer and its
 * correction, or the two answers of a pair. */
#include <string.h>

#include "store/base/scan.h"
#include "store/query/flagged_private.h"
#include "store/query/subject_text.h"

/* ---------------------------------------------------------------- promptfoo */

enum { LABEL_BYTES = 60 };

static bool has_braces(struct str text)
{
	return str_find(text, STR_LIT("{{")) != SIZE_MAX || str_find(text, STR_LIT("{%")) != SIZE_MAX ||
	       str_find(text, STR_LIT("{#")) != SIZE_MAX;
}

static bool names_file(struct str text)
{
	return str_starts(text, "file://") || str_starts(text, "package:") || str_starts(text, "python:") ||
	       str_starts(text, "exec:");
}

/* The word of its own tags, the one thing that a raw block cannot hold (blocks nest in Nunjucks), stands between two of them. */
static void add_raw(struct buf *out, struct str text)
{
	struct str rest = text;
	buf_add_cstr(out, "{% raw %}");
	for (size_t at; (at = str_find(rest, STR_LIT("raw"))) != SIZE_MAX; rest = str_from(rest, at + 3)) {
		buf_add_str(out, str_cut(rest, 0, at));
		buf_add_cstr(out, "{% endraw %}raw{% raw %}");
	}
	buf_add_str(out, rest);
	buf_add_cstr(out, "{% endraw %}");
}

/* A text that promptfoo takes as it is. */
static void put_text(struct jout *j, const char *key, struct str text)
{
	struct buf safe = BUF_INIT;
	if (has_braces(text) || names_file(text)) /* what is a file's name is looked for before it is rendered */
		add_raw(&safe, text);
	else
		buf_add_str(&safe, text);
	jout_str(j, key, buf_str(&safe));
	buf_done(&safe);
}

/* A list among vars would be taken for several tests: it goes as text. */
static void put_var(struct jout *j, const char *key, struct val v, struct arena *arena)
{
	struct str raw = val_raw(v);
	struct buf compact = BUF_INIT;
	switch (val_type(v)) {
	case SCAN_STRING: put_text(j, key, val_str(v, arena)); break;
	case SCAN_ARRAY: put_text(j, key, raw); break;
	case SCAN_OBJECT:
		if (has_braces(raw) || names_file(raw) || str_find_char(raw, '\\') != SIZE_MAX) {
			put_text(j, key, raw);
		} else {
			scan_compact(&compact, v);
			jout_raw(j, key, buf_str(&compact));
		}
		break;
	case SCAN_NONE:
	case SCAN_NULL:
	case SCAN_TRUE:
	case SCAN_FALSE:
	case SCAN_NAN:
	case SCAN_NUMBER: jout_raw(j, key, raw); break;
	}
	buf_done(&compact);
}

static void put_vars(struct jout *j, struct str input)
{
	struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct str text = str_trim(input);
	bool object = str_starts(text, "{") &&
	              scan_text(&scan, text, &(struct scan_opts){.last = true, .replace_utf8 = true}) &&
	              val_is(scan_root(&scan), SCAN_OBJECT) && val_count(scan_root(&scan)) > 0;
	jout_object(j, "vars");
	if (!object)
		put_text(j, "input", input);
	for (struct member m = val_first(object ? scan_root(&scan) : VAL_NONE); m.ok; m = val_next(m))
		put_var(j, arena_str(&arena, member_key(m, &arena)).ptr, m.val, &arena);
	jout_end(j);
	arena_done(&arena);
	scan_done(&scan);
}

/* Words for which any other words are wrong. */
static bool is_exact(struct str text)
{
	struct str t = str_trim(text);
	return t.len <= LABEL_BYTES && str_find_char(t, '\n') == SIZE_MAX && !strchr(".!?", t.ptr[t.len - 1]);
}

static void put_assertion(struct jout *j, const char *type, struct str value)
{
	jout_object(j, NULL);
	jout_cstr(j, "type", type);
	put_text(j, "value", value);
	jout_end(j);
}

static void put_mistakes(struct jout *j, const struct flagged *f)
{
	struct buf rubric = BUF_INIT, said = BUF_INIT;
	for (size_t i = 0; i < f->n_said; i++) {
		buf_add_cstr(&said, said.len ? "; " : "");
		struct buf one = BUF_INIT;
		flagged_comment(&one, &f->said[i]);
		buf_add_str(&said, buf_str(&one));
		buf_done(&one);
	}
	if (said.len) {
		buf_add_cstr(&rubric, "An earlier answer was judged bad. The answer must not repeat this mistake: ");
		buf_add_str(&rubric, buf_str(&said));
		put_assertion(j, "llm-rubric", buf_str(&rubric));
	}
	buf_done(&said);
	buf_done(&rubric);
}

/* A line "contains: 120 days" of what a promptfoo data set expects. */
static void put_own_assertion(struct jout *j, struct str line)
{
	static const char *const types[] = {"contains",    "icontains",  "equals",
	                                    "starts-with", "factuality", "llm-rubric"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct str value = str_from(line, strlen(types[i]));
		if (str_starts(line, types[i]) && str_starts(value, ": "))
			put_assertion(j, types[i], str_from(value, 2));
	}
}

/* Read for people as something else: promptfoo's own assertions, a line each. */
static void put_expected(struct jout *j, const struct subject *s)
{
	struct str rest = s->raw_expected, line;
	if (str_eq(str_trim(s->raw_expected), str_trim(s->expected))) {
		if (str_trim(s->expected).len)
			put_assertion(j, is_exact(s->expected) ? "equals" : "factuality", s->expected);
		return;
	}
	while (str_split(&rest, '\n', &line))
		put_own_assertion(j, line);
}

static void head_promptfoo(struct flagged_writing *w)
{
	buf_add_cstr(w->out, "[");
}

static void tail_promptfoo(struct flagged_writing *w)
{
	buf_add_cstr(w->out, "\n]\n");
}

/* "input" of an input that is no object: its question, if that is all there is. */
static struct str input_of(const struct flagged *f)
{
	const struct subject *s = &f->subject;
	bool whole = s->question.len && s->question.len < SUBJECT_BYTES && !s->n_turns && !s->n_fields;
	return whole && str_starts(str_trim(s->raw_input), "[") ? s->question : s->raw_input;
}

static int64_t write_promptfoo(struct flagged_writing *w, const struct flagged *f)
{
	struct str reference = flagged_reference(f);
	bool bad = f->verdict == FLAGGED_BAD && f->answer.len;
	struct jout j;
	if (!flagged_has_texts(f) || !f->subject.raw_input.len || f->place.at.kind == SUBJECT_PAIR ||
	    (!str_trim(reference).len && !bad))
		return 0;
	buf_add_cstr(w->out, w->first ? "\n" : ",\n");
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	put_text(&j, "description", f->subject.title.len ? f->subject.title : f->place.hint);
	put_vars(&j, input_of(f));
	jout_array(&j, "assert");
	if (str_trim(reference).len) {
		put_assertion(&j, is_exact(reference) ? "equals" : "factuality", reference);
	} else {
		put_assertion(&j, "not-equals", f->answer);
		put_mistakes(&j, f);
		put_expected(&j, &f->subject);
	}
	jout_end(&j);
	jout_object(&j, "metadata");
	jout_str(&j, "spoor", f->place.hint);
	jout_cstr(&j, "verdict", flagged_verdict_name(f->verdict));
	jout_str(&j, "author", f->authors);
	if (f->trace_id.len)
		jout_str(&j, "trace_id", f->trace_id);
	if (f->run.len)
		jout_str(&j, "run", f->run);
	jout_end(&j);
	jout_end(&j);
	return 1;
}

const struct flagged_format flagged_promptfoo = {
    .name = "promptfoo",
    .ending = ".json",
    .help = "regression tests: tests: file://FILE.json in promptfooconfig.yaml",
    .one = "test",
    .many = "tests",
    .lacks = "not in this store, or people differ, or nobody said what is good or bad",
    .head = head_promptfoo,
    .answer = write_promptfoo,
    .tail = tail_promptfoo,
};

/* ---------------------------------------------------------------- conversations */

static bool is_cut(struct str text)
{
	return text.len >= SUBJECT_BYTES;
}

/* Nobody is to learn from half a text. */
static bool has_conversation(const struct flagged *f)
{
	const struct subject *s = &f->subject;
	bool whole = !s->more_turns && !s->more_fields && !is_cut(s->question) && (s->question.len || s->n_fields);
	for (size_t i = 0; whole && i < s->n_turns; i++)
		whole = !is_cut(s->turns[i].text);
	for (size_t i = 0; whole && i < s->n_fields; i++)
		whole = !is_cut(s->fields[i].text);
	return flagged_has_texts(f) && whole;
}

static const char *role_of(struct str name)
{
	if (str_is(name, "instructions") || str_is(name, "system") || str_is(name, "developer"))
		return "system";
	return str_is(name, "assistant") ? "assistant" : "user";
}

static void put_message(struct jout *j, const char *role, struct str text)
{
	jout_object(j, NULL);
	jout_cstr(j, "role", role);
	jout_str(j, "content", text);
	jout_end(j);
}

/* What was said up to the answer. Results of tools have no call here that they could belong to: they are told as the user's. */
static void put_conversation(struct jout *j, const struct subject *s)
{
	struct buf asked = BUF_INIT;
	for (size_t i = 0; i < s->n_turns; i++)
		put_message(j, role_of(s->turns[i].name), s->turns[i].text);
	for (size_t i = 0; i < s->n_fields; i++) {
		buf_add_str(&asked, s->fields[i].name);
		buf_add_cstr(&asked, s->fields[i].name.len ? ": " : "");
		buf_add_str(&asked, s->fields[i].text);
		buf_add_char(&asked, '\n');
	}
	if (s->question.len && asked.len)
		buf_add_char(&asked, '\n');
	buf_add_str(&asked, s->question);
	put_message(j, "user", str_trim(buf_str(&asked)));
	buf_done(&asked);
}

static int64_t write_chat(struct flagged_writing *w, const struct flagged *f)
{
	struct str answer = f->correction.len ? f->correction : f->verdict == FLAGGED_GOOD ? f->answer : STR_NONE;
	struct jout j;
	if (!str_trim(answer).len || is_cut(answer) || !has_conversation(f) || f->place.at.kind == SUBJECT_PAIR)
		return 0;
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	jout_array(&j, "messages");
	put_conversation(&j, &f->subject);
	put_message(&j, "assistant", answer);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(w->out, '\n');
	return 1;
}

const struct flagged_format flagged_chat = {
    .name = "chat",
    .ending = ".jsonl",
    .help = "fine-tuning lines: the conversation, with the corrected or good answer as the assistant's",
    .one = "example",
    .many = "examples",
    .lacks = "neither judged good nor corrected, or without a question in words",
    .answer = write_chat,
};

/* ---------------------------------------------------------------- preferences */

static void put_output(struct jout *j, const char *key, struct str text)
{
	jout_array(j, key);
	put_message(j, "assistant", text);
	jout_end(j);
}

static int64_t write_preference(struct flagged_writing *w, const struct flagged *f)
{
	struct str better = f->correction, worse = f->answer;
	struct jout j;
	if (f->place.at.kind == SUBJECT_PAIR) {
		if (f->prefers != 0 && f->prefers != 1)
			return 0;
		better = f->prefers == 0 ? f->answer : f->answer_b;
		worse = f->prefers == 0 ? f->answer_b : f->answer;
	}
	if (!str_trim(better).len || !str_trim(worse).len || str_eq(str_trim(better), str_trim(worse)) ||
	    is_cut(better) || is_cut(worse) || !has_conversation(f))
		return 0;
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	jout_object(&j, "input");
	jout_array(&j, "messages");
	put_conversation(&j, &f->subject);
	jout_end(&j);
	jout_end(&j);
	put_output(&j, "preferred_output", better);
	put_output(&j, "non_preferred_output", worse);
	jout_end(&j);
	buf_add_char(w->out, '\n');
	return 1;
}

const struct flagged_format flagged_preference = {
    .name = "preference",
    .ending = ".jsonl",
    .help = "preference lines (DPO): a correction before the bad answer, or the better one of a pair",
    .one = "pair",
    .many = "pairs",
    .lacks = "not corrected, or without a question in words",
    .answer = write_preference,
};
