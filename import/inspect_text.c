/* What was asked and answered. Long texts stand once, among the sample's attachments, and are named "attachment://<hash>" elsewhere. */
#include "import/inspect_private.h"

#include <string.h>

#define PROTOCOL     "attachment://"
#define OLD_PROTOCOL "tc://" /* in logs of 2024 */

/* ---------------------------------------------------------------- attachments */

bool inspect_expand(const struct inspect *in, size_t n)
{
	if (!in->expanded || *in->expanded > INSPECT_EXPANDED_MAX)
		return false;
	*in->expanded += n;
	return *in->expanded <= INSPECT_EXPANDED_MAX;
}

/* What a name with its protocol stands for; VAL_NONE: it is none, not there, or too much by now. */
static struct val attachment_of(const struct inspect *in, struct str name)
{
	const char *protocol = str_starts(name, PROTOCOL) ? PROTOCOL : OLD_PROTOCOL;
	if (!str_starts(name, protocol))
		return VAL_NONE;
	struct val v = val_find(in->attachments, str_from(name, strlen(protocol)));
	return val_is(v, SCAN_STRING) && inspect_expand(in, val_raw(v).len) ? v : VAL_NONE;
}

struct str inspect_text(const struct inspect *in, struct val v)
{
	struct str text = val_text(v, in->f->arena);
	struct val attached = val_is(v, SCAN_STRING) ? attachment_of(in, text) : VAL_NONE;
	text = attached.scan ? val_str(attached, in->f->arena) : text;
	return text.len ? text : STR_NONE;
}

/* Where the next string that may name an attachment begins, at its quote; SIZE_MAX: none. */
static size_t next_name(struct str json, size_t from)
{
	static const char *const starts[] = {"\"" PROTOCOL, "\"" OLD_PROTOCOL};
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		size_t at = str_find(str_from(json, from), str_of(starts[i]));
		if (at != SIZE_MAX && at + from < best)
			best = at + from;
	}
	return best;
}

/* A quote behind a backslash stands inside a string. */
static bool is_string_start(struct str json, size_t at)
{
	return at == 0 || json.ptr[at - 1] != '\\';
}

struct val inspect_resolved(const struct inspect *in, struct val v)
{
	struct str json = val_raw(v);
	struct buf out = BUF_INIT;
	size_t done = 0, at = val_ok(v) && val_ok(in->attachments) ? next_name(json, 0) : SIZE_MAX;
	while (at != SIZE_MAX) {
		size_t len = str_find_char(str_from(json, at + 1), '"');
		struct val attached =
		    is_string_start(json, at) ? attachment_of(in, str_cut(json, at + 1, len)) : VAL_NONE;
		if (attached.scan) {
			buf_add_str(&out, str_cut(json, done, at - done));
			buf_add_str(&out, val_raw(attached));
			done = at + 1 + len + 1;
		}
		at = next_name(json, at + 1 + len);
	}
	if (!done)
		return v;
	buf_add_str(&out, str_from(json, done));
	struct val resolved = fields_scan(in->f, arena_str(in->f->arena, buf_str(&out)));
	buf_done(&out);
	return resolved.scan ? resolved : v;
}

/* ---------------------------------------------------------------- what was asked */

/* One message of a person's is its text; more are a conversation. */
static struct str chat_text(const struct inspect *in, struct val messages)
{
	struct message_list list = {0};
	message_read(&list, messages, false, in->f->arena);
	if (list.n == 1 && list.at[0].n_parts == 1 && list.at[0].parts[0].type == PART_TEXT)
		return list.at[0].parts[0].text;
	return message_text(&list, in->f->arena);
}

static void add_choices(struct buf *out, const struct inspect *in, struct val choices)
{
	char letter = 'A';
	for (struct member m = val_first(choices); m.ok && val_is(choices, SCAN_ARRAY); m = val_next(m)) {
		buf_add_cstr(out, letter == 'A' ? "\n\n" : "\n");
		if (letter <= 'Z')
			buf_printf(out, "%c) ", letter++);
		buf_add_str(out, inspect_text(in, m.val));
	}
}

struct str inspect_input(const struct inspect *in)
{
	struct val input = val_get(in->sample, "input"), choices = val_get(in->sample, "choices");
	struct str text =
	    val_is(input, SCAN_STRING) ? inspect_text(in, input) : chat_text(in, inspect_resolved(in, input));
	if (!val_first(choices).ok)
		return text;
	struct buf out = BUF_INIT;
	buf_add_str(&out, text);
	add_choices(&out, in, choices);
	text = arena_str(in->f->arena, buf_str(&out));
	buf_done(&out);
	return text;
}

struct str inspect_expected(const struct inspect *in)
{
	struct val target = val_get(in->sample, "target");
	struct buf out = BUF_INIT;
	if (!val_is(target, SCAN_ARRAY))
		return inspect_text(in, target);
	for (struct member m = val_first(target); m.ok; m = val_next(m)) {
		if (out.len)
			buf_add_char(&out, '\n');
		buf_add_str(&out, inspect_text(in, m.val));
	}
	struct str text = out.len ? arena_str(in->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

/* ---------------------------------------------------------------- what was answered */

/* The text of a message; without one its calls. Reasoning is none. */
static struct str answer_of(const struct inspect *in, struct val message)
{
	struct message_list list = {0};
	struct buf out = BUF_INIT;
	message_read(&list, message, true, in->f->arena);
	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < list.at[i].n_parts; k++) {
			const struct message_part *part = &list.at[i].parts[k];
			if (part->type != PART_TEXT || !part->text.len)
				continue;
			if (out.len)
				buf_add_char(&out, '\n');
			buf_add_str(&out, part->text);
		}
	struct str text = out.len ? arena_str(in->f->arena, buf_str(&out)) : message_preview(&list, true, in->f->arena);
	buf_done(&out);
	return text;
}

struct val inspect_choices(const struct inspect *in)
{
	struct val choices = val_path(in->sample, "output.choices");
	return val_is(choices, SCAN_ARRAY) && val_first(choices).ok ? inspect_resolved(in, choices) : VAL_NONE;
}

static struct val last_assistant(struct val messages)
{
	struct val last = VAL_NONE;
	for (struct member m = val_first(messages); m.ok && val_is(messages, SCAN_ARRAY); m = val_next(m))
		if (val_str_is(val_get(m.val, "role"), "assistant"))
			last = m.val;
	return last;
}

struct str inspect_output(const struct inspect *in)
{
	struct val message = val_get(val_at(inspect_choices(in), 0), "message");
	struct val completion = val_path(in->sample, "output.completion");
	struct str text = val_ok(message) ? answer_of(in, message) : STR_NONE;
	if (!text.len && val_is(completion, SCAN_STRING))
		text = inspect_text(in, completion);
	if (text.len)
		return text;
	message = inspect_resolved(in, last_assistant(val_get(in->sample, "messages")));
	return val_ok(message) ? answer_of(in, message) : STR_NONE;
}
