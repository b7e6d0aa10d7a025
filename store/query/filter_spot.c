/* What stands where in a filter that is being typed: for completion. No parser: the text is mostly not right yet. */
#include "store/query/filter_private.h"

static size_t skip(struct str text, size_t at, bool (*belongs)(char))
{
	while (at < text.len && belongs(text.ptr[at]))
		at++;
	return at;
}

/* The end of a quoted text that begins at `at`, behind its quote; the text's end if that is missing. */
static size_t skip_quoted(struct str text, size_t at)
{
	for (at++; at < text.len && text.ptr[at] != '"'; at++)
		if (text.ptr[at] == '\\' && at + 1 < text.len)
			at++;
	return at < text.len ? at + 1 : text.len;
}

static void found(struct filter_spot *out, enum filter_place place, struct str text, size_t from, size_t to,
                  size_t caret)
{
	bool quoted = text.ptr && from < text.len && text.ptr[from] == '"' && caret > from;
	*out = (struct filter_spot){.place = place, .from = from, .to = to, .quoted = quoted};
	out->typed = str_cut(text, from + quoted, caret - from - quoted);
}

/* The first word of a condition: a field, a word alone, score.NAME, @NAME. Where its value or the next begins. */
static void found_field(struct filter_spot *out, struct str text, enum filter_over over, size_t from, size_t to,
                        size_t caret)
{
	size_t dot = str_find_char(str_cut(text, from, caret - from), '.');
	const struct field *f = dot == SIZE_MAX ? NULL : field_named(over, str_cut(text, from, dot));
	if (text.ptr && from < text.len && text.ptr[from] == '@' && caret > from) {
		found(out, FILTER_SAVED, text, from + 1, to, caret);
	} else if (f && field_takes_name(f) && f->type != TYPE_FIELD) { /* fields have no list that is quick to read */
		found(out, FILTER_SCORE_NAME, text, from + dot + 1, to, caret);
	} else {
		found(out, FILTER_FIELD, text, from, to, caret);
	}
}

void filter_spot_at(struct str text, enum filter_over over, size_t caret, struct filter_spot *out)
{
	size_t at = 0;
	caret = caret > text.len ? text.len : caret;
	*out = (struct filter_spot){.place = FILTER_FIELD, .from = caret, .to = caret};
	while (at < text.len) {
		at = skip(text, at, filter_is_blank);
		if (at > caret)
			return;
		if (at < text.len && (text.ptr[at] == '(' || text.ptr[at] == ')')) {
			at++;
			continue;
		}
		size_t from = at, word = skip(text, at, filter_is_word), end = word;
		if (end < text.len && text.ptr[end] == '"')
			end = skip_quoted(text, end);
		if (caret <= end && (end > from || caret == from)) {
			found_field(out, text, over, from, end, caret);
			return;
		}
		size_t op = skip(text, end, filter_is_blank), value = skip(text, op, filter_is_op);
		at = end > from ? end : from + 1;
		if (value == op || end == from)
			continue;
		value = skip(text, value, filter_is_blank);
		end = value < text.len && text.ptr[value] == '"' ? skip_quoted(text, value)
		                                                 : skip(text, value, filter_is_value);
		if (caret >= value && caret <= end) {
			found(out, FILTER_VALUE, text, value, end, caret);
			out->field = str_cut(text, from, word - from);
			return;
		}
		at = end > at ? end : at;
	}
}

void filter_quote(struct buf *out, struct str value)
{
	bool plain = value.len > 0 && value.ptr[0] != '=';
	for (size_t i = 0; i < value.len; i++)
		plain &= filter_is_value(value.ptr[i]);
	if (plain) {
		buf_add_str(out, value);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, value.ptr[i]);
	}
	buf_add_char(out, '"');
}
