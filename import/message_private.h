/* What the parts of the message reader share: message.c (whose message it is), message_part.c (what is in it),
 * message_text.c (for people). For nobody else. */
#ifndef SPOOR_IMPORT_MESSAGE_PRIVATE_H
#define SPOOR_IMPORT_MESSAGE_PRIVATE_H

#include "import/message.h"

struct parts {
	struct message_part *at;
	size_t n, cap;
	struct arena *arena;
};

enum part_shape { SHAPE_TEXT, SHAPE_REASONING, SHAPE_CALL, SHAPE_RESULT, SHAPE_MEDIA, SHAPE_NONE };

/* message_part.c */
void *message_grow(struct arena *arena, void *at, size_t *cap, size_t n, size_t size); /* room for one more */
/* The first of up to four keys that is there and not null. */
struct val message_find(struct val object, const struct str keys[4]);
static inline struct val message_get(struct val object, const char *a, const char *b, const char *c, const char *d)
{
	const struct str keys[4] = {str_of(a), str_of(b), str_of(c), str_of(d)};

	return message_find(object, keys);
}
struct str message_val_text(struct val v, struct arena *arena); /* of any value; null: STR_NONE */
enum part_shape message_shape_by_type(struct str type);
enum part_shape message_shape_by_key(struct val v); /* Gemini parts and Bedrock blocks have no type: the key says it */
struct message_part *message_add_part(struct parts *parts, enum part_type type);
void message_read_call(struct parts *parts, struct val v);
void message_read_part(struct parts *parts, struct val v);
void message_read_content(struct parts *parts, struct val content);

/* message_text.c */
/* message_preview, but nothing where no user (output: no assistant) has spoken. */
struct str message_telling(const struct message_list *list, bool output, struct arena *arena);

#endif
