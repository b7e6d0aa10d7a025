#include "store/block.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/pack.h"
#include "store/base/scan.h"

enum { EXPANDED_MAX = 512 << 20, CACHED_BLOCKS = 8, FRAMES_MAX = 64 };

/* ---------------------------------------------------------------- writing */

void block_fill_done(struct block_fill *b)
{
	buf_done(&b->heads);
	buf_done(&b->bytes);
	*b = (struct block_fill){0};
}

void block_add(struct block_fill *b, const struct entry *e)
{
	pack_varint(&b->heads, (uint64_t)e->type);
	pack_varint(&b->heads, (uint64_t)e->slot);
	pack_varint(&b->heads, e->frame);
	pack_varint(&b->heads, e->record);
	pack_varint(&b->heads, e->line);
	pack_varint(&b->heads, e->offset);
	pack_varint(&b->heads, e->bytes.len);
	buf_add_str(&b->bytes, e->bytes);
	b->n++;
}

bool block_is_due(const struct block_fill *b)
{
	return b->bytes.len + b->heads.len >= BLOCK_BYTES;
}

bool block_write(struct db *db, struct pack *pack, int64_t source, struct block_fill *b, struct err *err)
{
	if (b->n == 0)
		return true;
	struct buf raw = BUF_INIT, packed = BUF_INIT;
	pack_varint(&raw, b->heads.len);
	buf_add_str(&raw, buf_str(&b->heads));
	buf_add_str(&raw, buf_str(&b->bytes));
	pack_compress(pack, buf_str(&raw), &packed);
	struct stmt *s = db_query(db, "INSERT INTO block(first, n, source, raw_bytes, data) VALUES(?,?,?,?,?)", err);
	if (s) {
		stmt_int(s, 1, (int64_t)b->first);
		stmt_int(s, 2, b->n);
		stmt_int(s, 3, source);
		stmt_int(s, 4, (int64_t)raw.len);
		stmt_blob_static(s, 5, buf_str(&packed));
	}
	bool ok = s && stmt_run(s, err);
	buf_done(&raw);
	buf_done(&packed);
	buf_clear(&b->heads);
	buf_clear(&b->bytes);
	b->first += b->n;
	b->n = 0;
	return ok;
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
	c->pack = pack_new(1);
	return c;
}

static void empty(struct cached *slot)
{
	buf_done(&slot->raw);
	free(slot->entries);
	*slot = (struct cached){0};
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

static bool read_head(struct str *rest, struct entry *e, uint64_t *len)
{
	uint64_t type, slot;
	if (!pack_unvarint(rest, &type) || !pack_unvarint(rest, &slot) || !pack_unvarint(rest, &e->frame) ||
	    !pack_unvarint(rest, &e->record) || !pack_unvarint(rest, &e->line) || !pack_unvarint(rest, &e->offset) ||
	    !pack_unvarint(rest, len) || type > ENTRY_TAIL || slot > 1000)
		return false;
	e->type = (enum entry_type)type;
	e->slot = (int)slot;
	return true;
}

/* The heads are data of a file that may be damaged: every length is checked against what is there. */
static bool read_entries(struct cached *slot, struct err *err)
{
	struct str rest = buf_str(&slot->raw);
	uint64_t heads_len;
	if (!pack_unvarint(&rest, &heads_len) || heads_len > rest.len)
		return err_set(err, ERR_STORE, NULL, "block %llu of the store is damaged",
		               (unsigned long long)slot->first);
	struct str heads = str_cut(rest, 0, (size_t)heads_len), bytes = str_from(rest, (size_t)heads_len);
	slot->entries = xcalloc(slot->n, sizeof *slot->entries);
	for (uint32_t i = 0; i < slot->n; i++) {
		uint64_t len;
		if (!read_head(&heads, &slot->entries[i], &len) || len > bytes.len)
			return err_set(err, ERR_STORE, NULL, "block %llu of the store is damaged",
			               (unsigned long long)slot->first);
		slot->entries[i].bytes = str_cut(bytes, 0, (size_t)len);
		bytes = str_from(bytes, (size_t)len);
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

static bool source_of(struct block_cache *c, int64_t source, struct arena *arena, struct str *path, struct str *format,
                      struct err *err)
{
	struct stmt *s = db_query(c->db, "SELECT path, format FROM source WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, source);
	bool ok = stmt_step(s, err) == STEP_ROW;
	if (ok) {
		*path = arena_str(arena, col_blob(s, 0));
		*format = arena_str(arena, col_str(s, 1));
	}
	stmt_end(s);
	return ok || err_set(err, ERR_STORE, NULL, "the source of a record is not in the store");
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
	struct str path, format = STR_NONE;
	if (!source_of(c, source, arena, &path, &format, err))
		return false;
	out->format = format.ptr;
	return true;
}

bool block_view(struct block_cache *c, uint64_t number, struct block_view *out, struct err *err)
{
	const struct cached *slot = find(c, number, err);
	if (slot)
		*out = (struct block_view){slot->first, slot->n, slot->source, slot->entries};
	return slot != NULL;
}

bool block_source(struct block_cache *c, uint64_t number, struct arena *arena, int64_t *source, struct str *path,
                  struct err *err)
{
	struct cached *slot = find(c, number, err);
	struct str format;
	if (!slot)
		return false;
	*source = slot->source;
	return source_of(c, slot->source, arena, path, &format, err);
}
