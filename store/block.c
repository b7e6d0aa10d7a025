#include "store/block.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/pack.h"
#include "store/base/scan.h"

enum { EXPANDED_MAX = 512 << 20, CACHED_BLOCKS = 8, FRAMES_MAX = 64, SLOT_MAX = 1000 };

/* ---------------------------------------------------------------- buffers */

enum { RAW_ROOM = BLOCK_MOST, RAW_KEPT = 2 * RAW_ROOM, HEADS_LEN = 4 };

void block_pool_init(struct block_pool *p)
{
	*p = (struct block_pool){.n = 0};
	pthread_mutex_init(&p->mutex, NULL);
}

void block_pool_done(struct block_pool *p)
{
	while (p->n)
		buf_done(&p->spare[--p->n]);
	pthread_mutex_destroy(&p->mutex);
}

static void take(struct block_pool *pool, struct buf *out)
{
	if (pool) {
		pthread_mutex_lock(&pool->mutex);
		if (pool->n) {
			buf_done(out);
			*out = pool->spare[--pool->n];
		}
		pthread_mutex_unlock(&pool->mutex);
	}
	buf_clear(out);
	if (pool)
		buf_reserve(out, RAW_ROOM);
}

static void give_back(struct block_pool *pool, struct buf *raw)
{
	if (pool && raw->ptr && raw->cap <= RAW_KEPT) {
		pthread_mutex_lock(&pool->mutex);
		if (pool->n < (int)(sizeof pool->spare / sizeof *pool->spare)) {
			pool->spare[pool->n++] = *raw;
			*raw = (struct buf){0};
		}
		pthread_mutex_unlock(&pool->mutex);
	}
	buf_done(raw);
}

/* ---------------------------------------------------------------- writing */

void block_fill_done(struct block_fill *b, struct block_pool *pool)
{
	give_back(pool, &b->raw);
	buf_done(&b->heads);
	buf_done(&b->packed);
	*b = (struct block_fill){0};
}

bool block_is_full(const struct block_fill *b, size_t more, size_t limit)
{
	return b->n && b->raw.len + b->heads.len + more > limit;
}

static void add_change(struct buf *heads, uint64_t from, uint64_t to) /* small whichever way it goes */
{
	uint64_t up = to - from;
	pack_varint(heads, up >> 63 ? ~(up << 1) : up << 1);
}

void block_add(struct block_fill *b, const struct entry *e, struct block_pool *pool)
{
	uint64_t number = b->first + b->n;
	BUG_ON(b->raw_bytes);
	if (!b->n)
		take(pool, &b->raw);
	pack_varint(&b->heads, (uint64_t)e->type | (uint64_t)e->slot << 2);
	pack_varint(&b->heads, e->frame ? number - e->frame : 0);
	add_change(&b->heads, b->record, e->record);
	add_change(&b->heads, b->line, e->line);
	add_change(&b->heads, b->offset, e->offset);
	pack_varint(&b->heads, e->bytes.len);
	buf_add_str(&b->raw, e->bytes);
	b->record = e->record;
	b->line = e->line;
	b->offset = e->offset + e->bytes.len;
	b->n++;
}

static void close_block(struct block_fill *b)
{
	if (b->raw_bytes)
		return;
	uint32_t n = (uint32_t)b->heads.len;
	const char len[HEADS_LEN] = {(char)(unsigned char)n, (char)(unsigned char)(n >> 8),
	                             (char)(unsigned char)(n >> 16), (char)(unsigned char)(n >> 24)};
	buf_add_str(&b->raw, buf_str(&b->heads));
	buf_add(&b->raw, len, sizeof len);
	buf_done(&b->heads);
	b->raw_bytes = b->raw.len;
}

void block_pack(struct block_fill *b, struct pack *pack, struct block_pool *pool)
{
	if (!b->n || b->packed.len)
		return;
	close_block(b);
	pack_compress(pack, buf_str(&b->raw), &b->packed);
	give_back(pool, &b->raw);
}

bool block_raw(struct block_fill *b, struct pack *pack, struct str *raw, struct err *err)
{
	close_block(b);
	if (!b->raw.len && !pack_expand(pack, buf_str(&b->packed), b->raw_bytes, b->raw_bytes, &b->raw, err))
		return false;
	*raw = buf_str(&b->raw);
	return true;
}

bool block_write(struct db *db, struct pack *pack, int64_t source, struct block_fill *b, struct block_pool *pool,
                 struct err *err)
{
	if (!b->n)
		return true;
	block_pack(b, pack, pool);
	struct stmt *s = db_query(db, "INSERT INTO block(first, n, source, raw_bytes, data) VALUES(?,?,?,?,?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)b->first);
	stmt_int(s, 2, b->n);
	stmt_int(s, 3, source);
	stmt_int(s, 4, (int64_t)b->raw_bytes);
	stmt_blob_static(s, 5, buf_str(&b->packed));
	return stmt_run(s, err);
}

/* ---------------------------------------------------------------- reading */

struct cached {
	uint64_t first, used;
	uint32_t n;
	int64_t source;
	struct buf raw;
	struct entry *entries; /* n, their bytes in raw */
};

struct block_cache {
	struct db *db;
	struct pack *pack;
	struct cached slot[CACHED_BLOCKS];
	uint64_t clock;
};

struct block_cache *block_cache_new(struct db *db)
{
	struct block_cache *c = xcalloc(1, sizeof *c);
	c->db = db;
	c->pack = pack_new(BLOCK_LEVEL);
	return c;
}

static void empty(struct cached *slot)
{
	buf_done(&slot->raw);
	free(slot->entries);
	*slot = (struct cached){0};
}

struct db *block_cache_db(const struct block_cache *c)
{
	return c->db;
}

void block_cache_free(struct block_cache *c)
{
	if (!c)
		return;
	for (int i = 0; i < CACHED_BLOCKS; i++)
		empty(&c->slot[i]);
	pack_free(c->pack);
	free(c);
}

static bool take_change(struct str *rest, uint64_t *value) /* of add_change; value: from, then to */
{
	uint64_t n;
	if (!pack_unvarint(rest, &n))
		return false;
	*value += n & 1 ? ~(n >> 1) : n >> 1;
	return true;
}

/* e: the entry before, then this one. */
static bool read_head(struct str *rest, uint64_t number, struct entry *e, uint64_t *len)
{
	uint64_t sort, back;
	if (!pack_unvarint(rest, &sort) || sort >> 2 > SLOT_MAX || !pack_unvarint(rest, &back) || back >= number ||
	    !take_change(rest, &e->record) || !take_change(rest, &e->line) || !take_change(rest, &e->offset) ||
	    !pack_unvarint(rest, len))
		return false;
	e->type = (enum entry_type)(sort & 3);
	e->slot = (int)(sort >> 2);
	e->frame = back ? number - back : 0;
	return true;
}

static bool is_damaged(const struct cached *slot, struct err *err)
{
	return err_set(err, ERR_STORE, NULL, "block %llu of the store is damaged", (unsigned long long)slot->first);
}

/* The heads are data of a file that may be damaged: every length is checked against what is there. */
static bool read_entries(struct cached *slot, struct err *err)
{
	struct str raw = buf_str(&slot->raw);
	if (raw.len < HEADS_LEN)
		return is_damaged(slot, err);
	const unsigned char *end = (const unsigned char *)raw.ptr + raw.len - HEADS_LEN;
	size_t heads_len = (size_t)end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
	if (heads_len > raw.len - HEADS_LEN || slot->n > heads_len)
		return is_damaged(slot, err);
	size_t bytes_len = raw.len - HEADS_LEN - heads_len;
	struct str bytes = str_cut(raw, 0, bytes_len), heads = str_cut(raw, bytes_len, heads_len);
	slot->entries = xcalloc(slot->n, sizeof *slot->entries);
	struct entry e = {.offset = 0};
	for (uint32_t i = 0; i < slot->n; i++) {
		uint64_t len;
		if (!read_head(&heads, slot->first + i, &e, &len) || len > bytes.len)
			return is_damaged(slot, err);
		e.bytes = str_cut(bytes, 0, (size_t)len);
		bytes = str_from(bytes, (size_t)len);
		slot->entries[i] = e;
		e.offset += len;
	}
	return true;
}

static bool load(struct block_cache *c, struct cached *slot, uint64_t number, struct err *err)
{
	struct stmt *s = db_query(
	    c->db, "SELECT first, n, source, raw_bytes, data FROM block WHERE first <= ? ORDER BY first DESC LIMIT 1",
	    err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)number);
	bool ok = false;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW && col_int(s, 1) > 0 && col_int(s, 1) <= UINT32_MAX &&
	    (int64_t)number < col_int(s, 0) + col_int(s, 1)) {
		*slot = (struct cached){
		    .first = (uint64_t)col_int(s, 0), .n = (uint32_t)col_int(s, 1), .source = col_int(s, 2)};
		ok = pack_expand(c->pack, col_blob(s, 4), (size_t)col_int(s, 3), EXPANDED_MAX, &slot->raw, err) &&
		     read_entries(slot, err);
		if (!ok)
			empty(slot);
	} else if (step != STEP_FAIL) {
		err_set(err, ERR_STORE, NULL, "record %llu is not in the store", (unsigned long long)number);
	}
	stmt_end(s);
	return ok;
}

static struct cached *find(struct block_cache *c, uint64_t number, struct err *err)
{
	struct cached *oldest = &c->slot[0];
	for (int i = 0; i < CACHED_BLOCKS; i++) {
		struct cached *slot = &c->slot[i];
		if (slot->n && number >= slot->first && number - slot->first < slot->n) {
			slot->used = ++c->clock;
			return slot;
		}
		if (slot->used < oldest->used)
			oldest = slot;
	}
	empty(oldest);
	if (!load(c, oldest, number, err))
		return NULL;
	oldest->used = ++c->clock;
	return oldest;
}

static const struct entry *entry_at(struct block_cache *c, uint64_t number, struct err *err)
{
	struct cached *slot = find(c, number, err);
	return slot ? &slot->entries[number - slot->first] : NULL;
}

/* Two JSON objects as one: {"a":1} and {"b":2} → {"a":1,"b":2}. */
static struct str join_objects(struct arena *arena, struct str head, struct str tail)
{
	head = str_trim(head);
	tail = str_trim(tail);
	if (tail.len <= 2)
		return head;
	if (head.len <= 2)
		return tail;
	char *joined = arena_alloc(arena, head.len + tail.len);
	memcpy(joined, head.ptr, head.len - 1);
	joined[head.len - 1] = ',';
	memcpy(joined + head.len, tail.ptr + 1, tail.len - 1);
	return (struct str){joined, head.len + tail.len - 1};
}

static bool add_tail(struct block_cache *c, uint64_t frame, struct arena *arena, struct str *json, struct err *err)
{
	struct stmt *s = db_query(c->db, "SELECT tail FROM frame_tail WHERE frame = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)frame);
	enum step step = stmt_step(s, err);
	int64_t tail = step == STEP_ROW ? col_int(s, 0) : 0;
	stmt_end(s);
	if (step == STEP_FAIL || tail <= 0)
		return step != STEP_FAIL;
	const struct entry *e = entry_at(c, (uint64_t)tail, err);
	if (!e)
		return false;
	*json = join_objects(arena, *json, arena_str(arena, e->bytes));
	return true;
}

struct source_words {
	struct str path, format, member, map;
	struct hash128 head;
};

static bool source_of(struct block_cache *c, int64_t source, struct arena *arena, struct source_words *words,
                      struct err *err)
{
	struct stmt *s = db_query(c->db, "SELECT path, format, entry, map, head_hash FROM source WHERE id = ?", err);
	*words = (struct source_words){.path = STR_NONE};
	if (!s)
		return false;
	stmt_int(s, 1, source);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		words->path = arena_str(arena, col_blob(s, 0));
		words->format = arena_str(arena, col_str(s, 1));
		words->member = arena_str(arena, col_str(s, 2));
		words->map = arena_str(arena, col_str(s, 3));
		struct str head = col_blob(s, 4);
		if (head.len == sizeof words->head.byte)
			memcpy(words->head.byte, head.ptr, head.len);
	}
	stmt_end(s);
	if (step == STEP_DONE)
		return err_set(err, ERR_STORE, NULL, "the source of a record is not in the store");
	return step == STEP_ROW; /* failed, or interrupted: err says so */
}

bool block_fetch(struct block_cache *c, uint64_t number, struct arena *arena, struct stored_record *out,
                 struct err *err)
{
	const struct entry *e = entry_at(c, number, err);
	if (!e)
		return false;
	int64_t source = find(c, number, err)->source;
	*out = (struct stored_record){.entry = *e};
	out->entry.bytes = arena_str(arena, e->bytes);
	struct str frames[FRAMES_MAX];
	size_t n = 0;
	for (uint64_t frame = e->frame; frame && n < FRAMES_MAX; n++) {
		const struct entry *f = entry_at(c, frame, err);
		if (!f)
			return false;
		uint64_t outer = f->frame;
		frames[n] = arena_str(arena, f->bytes);
		if (!add_tail(c, frame, arena, &frames[n], err))
			return false;
		if (outer >= frame) /* frames point backwards: anything else is damage, and could go round for ever */
			return err_set(err, ERR_STORE, NULL, "a frame of record %llu is damaged",
			               (unsigned long long)number);
		frame = outer;
	}
	struct str *kept = arena_alloc(arena, n * sizeof *kept);
	if (n)
		memcpy(kept, frames, n * sizeof *kept);
	out->frames = kept;
	out->n_frames = n;
	struct source_words words;
	if (!source_of(c, source, arena, &words, err))
		return false;
	out->format = words.format.ptr;
	out->map = words.map;
	out->file = words.path;
	out->member = words.member;
	out->head = words.head;
	return true;
}

bool block_view(struct block_cache *c, uint64_t number, struct block_view *out, struct err *err)
{
	const struct cached *slot = find(c, number, err);
	if (slot)
		*out = (struct block_view){slot->first, slot->n, slot->source, slot->entries};
	return slot != NULL;
}

bool block_source(struct block_cache *c, uint64_t number, struct arena *arena, struct str *path, struct str *member,
                  struct err *err)
{
	const struct cached *slot = find(c, number, err);
	struct source_words words;
	if (!slot || !source_of(c, slot->source, arena, &words, err))
		return false;
	*path = words.path;
	*member = words.member;
	return true;
}

/* ---------------------------------------------------------------- taking records out */

bool block_walk(struct block_cache *c, uint64_t first, block_visit *visit, void *context, struct err *err)
{
	struct cached *slot = find(c, first, err);
	if (!slot)
		return false;
	for (uint32_t i = slot->n; i > 0; i--)
		visit(context, slot->first + i - 1, &slot->entries[i - 1]);
	return true;
}

static bool replace(struct block_cache *c, struct block_fill *b, bool any, struct err *err)
{
	struct stmt *s = NULL;
	if (!any) {
		s = db_query(c->db, "DELETE FROM block WHERE first = ?", err);
		if (s)
			stmt_int(s, 1, (int64_t)b->first);
		return s && stmt_run(s, err);
	}
	block_pack(b, c->pack, NULL);
	s = db_query(c->db, "UPDATE block SET raw_bytes = ?, data = ? WHERE first = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, (int64_t)b->raw_bytes);
	stmt_blob_static(s, 2, buf_str(&b->packed));
	stmt_int(s, 3, (int64_t)b->first);
	return stmt_run(s, err);
}

bool block_blank(struct block_cache *c, uint64_t first, block_visit *keep, void *context, int64_t *taken,
                 struct err *err)
{
	struct cached *slot = find(c, first, err);
	if (!slot)
		return false;
	struct block_fill b = {.first = slot->first};
	bool any = false;
	*taken = 0;
	for (uint32_t i = 0; i < slot->n; i++) {
		struct entry e = slot->entries[i];
		bool kept = e.bytes.len && keep(context, slot->first + i, &e);
		*taken += e.bytes.len && !kept;
		any = any || kept;
		if (!kept)
			e.bytes = STR_LIT("");
		block_add(&b, &e, NULL);
	}
	bool ok = !*taken || replace(c, &b, any, err);
	if (*taken)
		empty(slot);
	block_fill_done(&b, NULL);
	return ok;
}
