#include "import/repeat.h"

#include <stdlib.h>

#include "store/base/vec.h"

enum { SHORT = 1 << 10, LONG = 256 << 10, PIECE = 1 << 10 };

void repeat_done(struct repeat *r)
{
	buf_done(&r->raw);
	buf_done(&r->text);
	free(r->pieces);
	scan_done(&r->scan);
	free(r->hashes.at);
	*r = (struct repeat){.n_pieces = 0};
}

static size_t same_bytes(struct str a, struct str b)
{
	const size_t block = 256, n = a.len < b.len ? a.len : b.len;
	size_t i = 0;

	while (n - i >= block && memcmp(a.ptr + i, b.ptr + i, block) == 0)
		i += block;
	while (i < n && a.ptr[i] == b.ptr[i])
		i++;
	return i;
}

/* Where the next piece may end: at a blank, which is in no escape. */
static size_t piece_end(struct str body, size_t from)
{
	size_t at = str_find_char(str_from(body, from + PIECE), ' ');

	return body.len - from <= PIECE || at == SIZE_MAX ? body.len : from + PIECE + at;
}

static void note_piece(struct repeat *r, size_t raw, size_t text)
{
	if (r->n_pieces == r->cap_pieces)
		r->pieces = vec_grow(r->pieces, &r->cap_pieces, r->n_pieces, sizeof *r->pieces);
	r->pieces[r->n_pieces++] = (struct repeat_piece){raw, text};
}

/* The body's text; returns how many bytes at its beginning are those of the last. */
static size_t take(struct repeat *r, struct str body)
{
	struct repeat_piece from = {0, 0};
	size_t same = same_bytes(buf_str(&r->raw), body), n = 0;

	while (n < r->n_pieces && r->pieces[n].raw <= same)
		from = r->pieces[n++];
	r->n_pieces = n;
	r->raw.len = from.raw;
	buf_add_str(&r->raw, str_from(body, from.raw));
	r->text.len = from.text;
	buf_reserve(&r->text, body.len - from.raw);
	for (size_t at = from.raw, end; at < body.len; at = end) {
		end = piece_end(body, at);
		r->text.len += scan_body_text(r->text.ptr + r->text.len, str_cut(body, at, end - at));
		if (end < body.len)
			note_piece(r, end, r->text.len);
	}
	return from.text;
}

bool repeat_read(struct repeat *r, struct val string, struct repeat_chat *chat)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct str raw = val_raw(string), body = str_cut(raw, 1, raw.len - 2);
	size_t same;
	uint32_t kept;

	if (!val_is(string, SCAN_STRING) || body.len < SHORT || body.len > LONG || body.ptr[0] != '[' ||
	    string.scan->bad_utf8)
		return false;
	same = take(r, body);
	*chat = (struct repeat_chat){.text = buf_str(&r->text)};
	if (!scan_text_again(&r->scan, chat->text, same, &opts, &kept))
		return true;
	chat->json = &r->scan;
	chat->hash = model_scanned_hash_again(chat->text, &r->scan, kept, &r->hashes);
	return true;
}
