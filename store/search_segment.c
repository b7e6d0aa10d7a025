#include "store/search_segment.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/pack.h"

/* A page: entries of varint(key - key before), then a byte n > 0 and n block numbers of a byte each, or 0 and a bit per block. */
enum { PAGE = 8000, LISTED_MAX = SEGMENT_BLOCKS / 8, BITS_BYTES = SEGMENT_BLOCKS / 8 };

static bool damaged(struct err *err)
{
	return err_set(err, ERR_STORE, NULL, "the search index is damaged: spoor doctor --index --again makes it new");
}

static void set_bit(struct block_bits *b, unsigned i)
{
	b->word[i / 64] |= UINT64_C(1) << (i % 64);
}

/* Takes one entry off *rest; *key is the key before it. */
static bool take_entry(struct str *rest, uint64_t *key, struct block_bits *bits)
{
	uint64_t delta;
	*bits = (struct block_bits){0};
	if (!pack_unvarint(rest, &delta) || rest->len == 0 || (*key += delta) > UINT32_MAX)
		return false;
	size_t n = (unsigned char)rest->ptr[0], bytes = n ? n : BITS_BYTES;
	*rest = str_from(*rest, 1);
	if (rest->len < bytes || n > LISTED_MAX)
		return false;
	const unsigned char *p = (const unsigned char *)rest->ptr;
	for (size_t i = 0; i < n; i++)
		set_bit(bits, p[i]);
	for (unsigned i = 0; n == 0 && i < SEGMENT_BLOCKS; i++)
		if (p[i / 8] >> (i % 8) & 1)
			set_bit(bits, i);
	*rest = str_from(*rest, bytes);
	return true;
}

bool segment_read(struct stmt *s, struct segment *out, struct err *err)
{
	struct str blocks = col_blob(s, 3);
	uint64_t at = 0, delta;
	*out = (struct segment){.id = col_int(s, 0), .first = col_int(s, 1), .last = col_int(s, 2)};
	while (blocks.len) {
		if (out->n == SEGMENT_BLOCKS || !pack_unvarint(&blocks, &delta) || delta > INT64_MAX - at)
			return damaged(err);
		out->blocks[out->n++] = (int64_t)(at += delta);
	}
	return true;
}

bool segment_pairs(struct db *db, int64_t id, struct key_pairs *to, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT id, data FROM search_page WHERE id BETWEEN ?1 << 32 AND ((?1 + 1) << 32) - 1", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step;
	bool ok = true;
	while (ok && (step = stmt_step(s, err)) == STEP_ROW) {
		struct str rest = col_blob(s, 1);
		uint64_t key = (uint64_t)col_int(s, 0) & UINT32_MAX;
		struct block_bits bits;
		while (ok && rest.len) {
			ok = take_entry(&rest, &key, &bits) || damaged(err);
			for (unsigned i = 0; ok && i < SEGMENT_BLOCKS; i++)
				if (bits.word[i / 64] >> (i % 64) & 1)
					*vec_add(to) = key << 32 | i;
		}
	}
	stmt_end(s);
	return ok && step == STEP_DONE;
}

/* By key, 11 bits a pass; equal keys stay in order. */
static void sort(struct key_pairs *pairs)
{
	enum { BITS = 11, BUCKETS = 1 << BITS };
	uint64_t *other = xmalloc(size_mul(pairs->n + 1, sizeof *other)), *from = pairs->at, *to = other;
	for (int shift = 32; shift < 64; shift += BITS) {
		size_t start[BUCKETS + 1] = {0};
		for (size_t i = 0; i < pairs->n; i++)
			start[(from[i] >> shift & (BUCKETS - 1)) + 1]++;
		for (size_t i = 1; i < BUCKETS; i++)
			start[i] += start[i - 1];
		for (size_t i = 0; i < pairs->n; i++)
			to[start[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
		uint64_t *last = from;
		from = to;
		to = last;
	}
	if (from != pairs->at)
		memcpy(pairs->at, from, pairs->n * sizeof *from);
	free(other);
}

static void add_list(struct buf *page, const uint64_t *pairs, size_t n)
{
	unsigned char bits[BITS_BYTES] = {0};
	buf_add_char(page, (char)(n <= LISTED_MAX ? n : 0));
	for (size_t i = 0; i < n; i++) {
		unsigned block = (unsigned)(pairs[i] & (SEGMENT_BLOCKS - 1));
		if (n <= LISTED_MAX)
			buf_add_char(page, (char)block);
		else
			bits[block / 8] |= (unsigned char)(1u << block % 8);
	}
	if (n > LISTED_MAX)
		buf_add(page, bits, sizeof bits);
}

static bool write_page(struct db *db, int64_t segment, uint64_t key, struct buf *page, struct err *err)
{
	if (page->len == 0)
		return true;
	struct stmt *s = db_query(db, "INSERT INTO search_page(id, data) VALUES(?,?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)((uint64_t)segment << 32 | key));
	stmt_blob_static(s, 2, buf_str(page));
	bool ok = stmt_run(s, err);
	buf_clear(page);
	return ok;
}

static bool write_pages(struct db *db, int64_t segment, const struct key_pairs *pairs, struct err *err)
{
	struct buf page = BUF_INIT;
	uint64_t first = 0, before = 0;
	bool ok = true;
	for (size_t i = 0, n; ok && i < pairs->n; i += n) {
		uint64_t key = pairs->at[i] >> 32;
		for (n = 1; i + n < pairs->n && pairs->at[i + n] >> 32 == key; n++)
			;
		if (page.len >= PAGE)
			ok = write_page(db, segment, first, &page, err);
		if (page.len == 0)
			first = before = key;
		pack_varint(&page, key - before);
		add_list(&page, &pairs->at[i], n);
		before = key;
	}
	ok = ok && write_page(db, segment, first, &page, err);
	buf_done(&page);
	return ok;
}

bool segment_write(struct db *db, struct segment *g, struct key_pairs *pairs, struct err *err)
{
	struct stmt *s = db_query(db, "INSERT INTO search(first, last, blocks) VALUES(?,?,?)", err);
	if (!s)
		return false;
	struct buf blocks = BUF_INIT;
	for (uint32_t i = 0; i < g->n; i++)
		pack_varint(&blocks, (uint64_t)(g->blocks[i] - (i ? g->blocks[i - 1] : 0)));
	stmt_int(s, 1, g->first);
	stmt_int(s, 2, g->last);
	stmt_blob_static(s, 3, buf_str(&blocks));
	bool ok = stmt_run(s, err);
	buf_done(&blocks);
	if (!ok)
		return false;
	g->id = db_last_rowid(db);
	sort(pairs);
	return write_pages(db, g->id, pairs, err);
}

bool segment_drop(struct db *db, int64_t id, struct err *err)
{
	static const char *const sql[] = {
	    "DELETE FROM search_page WHERE id BETWEEN ?1 << 32 AND ((?1 + 1) << 32) - 1",
	    "DELETE FROM search WHERE id = ?1",
	};
	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		struct stmt *s = db_query(db, sql[i], err);
		if (!s)
			return false;
		stmt_int(s, 1, id);
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

bool segment_find(struct db *db, int64_t id, uint32_t key, struct block_bits *out, struct err *err)
{
	*out = (struct block_bits){0};
	struct stmt *s = db_query(
	    db, "SELECT id, data FROM search_page WHERE id BETWEEN ?1 << 32 AND ?2 ORDER BY id DESC LIMIT 1", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	stmt_int(s, 2, (int64_t)((uint64_t)id << 32 | key));
	enum step step = stmt_step(s, err);
	bool ok = step != STEP_FAIL;
	struct str rest = step == STEP_ROW ? col_blob(s, 1) : STR_NONE;
	uint64_t at = step == STEP_ROW ? (uint64_t)col_int(s, 0) & UINT32_MAX : 0;
	struct block_bits bits;
	while (ok && rest.len && at <= key) {
		ok = take_entry(&rest, &at, &bits) || damaged(err);
		if (ok && at == key)
			*out = bits;
	}
	stmt_end(s);
	return ok;
}
