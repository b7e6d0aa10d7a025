/* What a model said, word for word: for tests and training, where JSON has to stay the JSON that it was. */
#include "store/base/scan.h"
#include "store/query/flagged_private.h"

static struct val last_of(struct val list)
{
	struct val last = VAL_NONE;
	for (struct member m = val_first(list); m.ok; m = val_next(m))
		last = m.val;
	return last;
}

/* The text of a list of content parts; others than texts (calls of tools, pictures): *only_text false. */
static void add_parts(struct buf *out, struct val parts, struct arena *arena, bool *only_text)
{
	for (struct member m = val_first(parts); m.ok; m = val_next(m)) {
		struct val text = val_get(m.val, "text");
		if (!val_is(text, SCAN_STRING))
			text = val_get(m.val, "content");
		if (val_is(m.val, SCAN_STRING))
			text = m.val;
		if (val_is(text, SCAN_STRING))
			buf_add_str(out, val_str(text, arena));
		else
			*only_text = false;
	}
}

/* The message at the end of what was recorded: of a list, of {messages}, {choices: [{message}]}, {message}. */
static struct val find_message(struct val v)
{
	for (int level = 0; level < 4 && v.scan; level++) {
		if (val_is(v, SCAN_ARRAY))
			v = last_of(v);
		else if (val_ok(val_get(v, "role")))
			return v;
		else if (val_ok(val_get(v, "messages")))
			v = val_get(v, "messages");
		else if (val_ok(val_get(v, "choices")))
			v = val_at(val_get(v, "choices"), 0);
		else if (val_ok(val_get(v, "message")))
			v = val_get(v, "message");
		else
			return VAL_NONE;
	}
	return VAL_NONE;
}

struct str flagged_verbatim(struct str raw, struct str readable, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct str text = str_trim(raw), said = raw;
	struct buf parts = BUF_INIT;
	bool only_text = true;
	if ((str_starts(text, "{") || str_starts(text, "[")) &&
	    scan_text(&scan, text, &(struct scan_opts){.last = true, .replace_utf8 = true})) {
		struct val message = find_message(scan_root(&scan)), content = val_get(message, "content");
		if (val_is(content, SCAN_STRING)) {
			said = arena_str(arena, val_str(content, arena));
		} else if (message.scan) {
			add_parts(&parts, val_is(content, SCAN_ARRAY) ? content : val_get(message, "parts"), arena,
			          &only_text);
			said = parts.len && only_text ? arena_str(arena, buf_str(&parts)) : readable;
		}
	}
	buf_done(&parts);
	scan_done(&scan);
	return said.len ? said : readable;
}
