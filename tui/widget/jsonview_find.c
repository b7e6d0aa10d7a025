/* Searching: keys and values in the order in which they stand, then inside the string that has the match. */
#include "store/base/text_words.h"
#include "tui/widget/jsonview_private.h"

enum { BACK_STEP = 64 * 1024 };

void jsonview_search(struct jsonview *v, struct str what)
{
	struct buf copy = BUF_INIT; /* `what` may be the old one */
	buf_add_str(&copy, what);
	buf_done(&v->what);
	v->what = copy;
	v->ignore_case = true;
	for (size_t i = 0; i < what.len; i++)
		v->ignore_case &= !(copy.ptr[i] >= 'A' && copy.ptr[i] <= 'Z');
	v->hit.row = -1;
	v->fresh = true;
}

/* The fewest bytes that can match: words (store/base/text_words.h) may be short ones. */
static size_t least_len(const struct jsonview *v)
{
	return str_starts(buf_str(&v->what), "\n") ? 1 : v->what.len;
}

static size_t find_from(const struct jsonview *v, struct str text, size_t from)
{
	size_t len;
	return words_find(text, buf_str(&v->what), from, v->ignore_case, &len);
}

static bool holds(const struct jsonview *v, struct str text)
{
	return text.len >= least_len(v) && find_from(v, text, 0) != SIZE_MAX;
}

static bool token_holds(const struct jsonview *v, uint32_t doc, uint32_t i, struct arena *arena)
{
	const struct json_doc *d = &v->docs.at[doc];
	const struct scan_token *token = &d->scan.tokens[i];
	if (token->type == SCAN_OBJECT || token->type == SCAN_ARRAY || token->len < least_len(v))
		return false;
	if (!token->escaped)
		return holds(v, str_cut(d->text, token->at, token->len));
	bool found = holds(v, val_str(jsonview_val(v, doc, i), arena));
	arena_reset(arena);
	return found;
}

/* The next token after (before) `from` that has it; -1: none. */
static int64_t find_token(const struct jsonview *v, uint32_t doc, int64_t from, bool forward)
{
	struct arena arena = ARENA_INIT;
	int64_t n = v->docs.at[doc].scan.n, i = from + (forward ? 1 : -1);
	while (i >= 0 && i < n && !token_holds(v, doc, (uint32_t)i, &arena))
		i += forward ? 1 : -1;
	arena_done(&arena);
	return i >= 0 && i < n ? i : -1;
}

/* The last match that begins before `limit`. */
static size_t find_before(const struct jsonview *v, struct str text, size_t limit)
{
	struct str what = buf_str(&v->what);
	for (size_t end = limit < text.len ? limit : text.len; end > 0;) {
		size_t from = end > BACK_STEP ? end - BACK_STEP : 0, last = SIZE_MAX;
		struct str part = str_cut(text, 0, size_add(end, what.len));
		for (size_t at = from; (at = find_from(v, part, at)) < end; at++)
			last = at;
		if (last != SIZE_MAX)
			return last;
		end = from;
	}
	return SIZE_MAX;
}

/* Where a search goes on from: tokens after (before) `token`; in a text that is no JSON, bytes from (before) `at`. */
struct place {
	uint32_t doc;
	int64_t token;
	size_t at;
	bool head; /* the section's heading is yet to be looked at */
};

static struct place end_of(const struct jsonview *v, uint32_t doc, bool forward)
{
	const struct json_doc *d = &v->docs.at[doc];
	return (struct place){doc, forward ? 0 : d->scan.n, forward ? 0 : d->text.len, true};
}

static struct place start(struct jsonview *v, bool forward)
{
	const struct json_hit hit = v->hit;
	if (hit.row >= 0 && hit.row == v->cursor && hit.token >= 0)
		return (struct place){hit.doc, hit.token, forward ? hit.at + 1 : hit.at, !forward};
	const struct json_row row = v->list.at[v->cursor];
	bool here = v->fresh && forward;
	switch ((enum json_row_kind)row.kind) {
	case JSON_HEAD: return (struct place){row.doc, 0, 0, here};
	case JSON_TEXT: return (struct place){row.doc, 0, forward && !here ? row.at + row.n : row.at, !forward};
	case JSON_MORE: return (struct place){row.doc, 0, row.at, !forward};
	case JSON_LONG:
		if (!here && forward)
			return end_of(v, jsonview_child(v, row.doc, row.token), true);
		break;
	case JSON_LEAF:
	case JSON_FOLD: break;
	}
	int64_t first = (int64_t)row.token - row.keyed;
	return (struct place){row.doc, !forward ? first : here ? first - 1 : row.token, 0, !forward};
}

static bool arrive(struct jsonview *v, uint32_t doc, int64_t token, size_t at, int64_t row)
{
	if (row < 0)
		return false;
	v->cursor = row;
	v->top = row - v->rows / 3; /* with something before it */
	jsonview_go(v, row);
	v->hit = (struct json_hit){.doc = doc, .token = token, .at = at, .row = v->cursor};
	v->fresh = false;
	return true;
}

static bool arrive_head(struct jsonview *v, uint32_t doc)
{
	for (size_t i = 0; i < v->list.n; i++)
		if (v->list.at[i].kind == JSON_HEAD && v->list.at[i].doc == doc)
			return arrive(v, doc, -1, 0, (int64_t)i);
	return false;
}

/* In one text, from a place on; what is in a string is looked for there. */
static bool find_in(struct jsonview *v, struct place from, bool forward)
{
	uint32_t outer = JSON_NONE;
	int64_t outer_token = 0;
	for (;;) {
		if (!v->docs.at[from.doc].json) {
			struct str text = v->docs.at[from.doc].text;
			size_t at = forward ? find_from(v, text, from.at) : find_before(v, text, from.at);
			if (at != SIZE_MAX)
				return arrive(v, from.doc, 0, at, jsonview_reveal_text(v, from.doc, at));
			break;
		}
		int64_t token = find_token(v, from.doc, from.token, forward);
		if (token < 0)
			break;
		int64_t row = jsonview_reveal(v, from.doc, (uint32_t)token);
		if (row < 0)
			return false;
		const struct json_row found = v->list.at[row];
		if (found.kind != JSON_LONG || found.token != token)
			return arrive(v, from.doc, token, 0, row);
		outer = from.doc;
		outer_token = token;
		from = end_of(v, jsonview_child(v, outer, (uint32_t)token), forward);
	}
	/* The match lies across what the string holds: the string itself is it. */
	if (outer != JSON_NONE)
		return arrive(v, outer, outer_token, 0, jsonview_reveal(v, outer, (uint32_t)outer_token));
	return false;
}

bool jsonview_next_hit(struct jsonview *v, bool forward)
{
	if (v->what.len == 0 || v->list.n == 0)
		return false;
	struct place from = start(v, forward);
	for (uint32_t turns = 0; turns <= v->n_sections;) {
		const struct json_doc *doc = &v->docs.at[from.doc];
		uint32_t up = doc->up;
		bool head = up == JSON_NONE && from.head && holds(v, doc->heading);
		if (forward && head)
			return arrive_head(v, from.doc);
		if (find_in(v, from, forward))
			return true;
		if (head)
			return arrive_head(v, from.doc);
		if (up != JSON_NONE) {
			from = (struct place){up, v->docs.at[from.doc].token, 0, !forward};
			continue;
		}
		turns++;
		from = end_of(v, (from.doc + (forward ? 1 : v->n_sections - 1)) % v->n_sections, forward);
	}
	return false;
}
