/* Messages for people: previews, conversations as text. */
#include "import/message_private.h"

enum { PREVIEW_MAX = 4096 };

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

struct str message_telling(const struct message_list *list, bool output, struct arena *arena)
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
	struct str found = message_telling(list, output, arena);

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
