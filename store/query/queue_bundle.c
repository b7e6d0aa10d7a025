#include "store/query/queue_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/hidden_key.h"
#include "store/query/queue_subject.h"
#include "store/study/mask.h"

enum { LEVEL = 9 };

/* ---------------------------------------------------------------- content */

/* Never given another meaning; what is not known is passed over. Of the lists a text ends its element, whose name comes before it. */
enum tag {
	TAG_KIND = 1,
	TAG_KEY,
	TAG_INPUT,
	TAG_OUTPUT,
	TAG_TITLE,
	TAG_QUESTION,
	TAG_ANSWER,
	TAG_EXPECTED,
	TAG_ERROR,
	TAG_ANSWER_B,
	TAG_ERROR_B,
	TAG_RAW_INPUT,
	TAG_RAW_OUTPUT,
	TAG_RAW_OUTPUT_B,
	TAG_NAME,
	TAG_TURN,
	TAG_FIELD,
	TAG_DOCUMENT,
	TAG_HASHES, /* of a masked item, instead of TAG_INPUT and TAG_OUTPUT: struct hashes */
	N_TAGS
};

static void add(struct buf *out, enum tag tag, struct str text)
{
	if (!text.ptr)
		return;
	pack_varint(out, tag);
	pack_varint(out, text.len);
	buf_add_str(out, text);
}

static void add_list(struct buf *out, enum tag tag, const struct subject_text *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add(out, TAG_NAME, texts[i].name);
		add(out, tag, texts[i].text.ptr ? texts[i].text : STR_LIT(""));
	}
}

/* What annotate() makes of texts that do not travel: target and io hash, input and output hash (little-endian), both answers of a pair. */
enum { HASH = sizeof(struct sha256), HASHES_BYTES = 4 * HASH + 16 };

static void add_hash64(struct buf *out, uint64_t hash)
{
	for (int i = 0; i < 8; i++)
		buf_add_char(out, (char)(hash >> 8 * i & 0xff));
}

static uint64_t hash64_at(const char *p)
{
	uint64_t hash = 0;
	for (int i = 0; i < 8; i++)
		hash |= (uint64_t)(unsigned char)p[i] << 8 * i;
	return hash;
}

static void add_hashes(struct buf *out, const struct subject *s)
{
	struct buf all = BUF_INIT;
	const struct sha256 *const hashes[] = {&s->hash, &s->io, &s->answers[0], &s->answers[1]};
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		buf_add(&all, hashes[i]->byte, HASH);
	add_hash64(&all, s->input_hash);
	add_hash64(&all, s->output_hash);
	add(out, TAG_HASHES, buf_str(&all));
	buf_done(&all);
}

static void take_hashes(struct subject *s, struct str all)
{
	struct sha256 *const hashes[] = {&s->hash, &s->io, &s->answers[0], &s->answers[1]};
	s->masked = all.len == HASHES_BYTES;
	if (!s->masked)
		return;
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
		memcpy(hashes[i]->byte, all.ptr + i * HASH, HASH);
	s->input_hash = hash64_at(all.ptr + 4 * HASH);
	s->output_hash = hash64_at(all.ptr + 4 * HASH + 8);
}

void queue_content_write(struct pack *pack, const struct subject *s, struct buf *out)
{
	struct buf raw = BUF_INIT, packed = BUF_INIT;
	const char kind = (char)s->at.kind;
	const struct {
		enum tag tag;
		struct str text;
	} texts[] = {
	    {TAG_KIND,         {&kind, 1}                             },
	    {TAG_KEY,          s->target.key                          },
	    {TAG_INPUT,        s->masked ? STR_NONE : s->target.input },
	    {TAG_OUTPUT,       s->masked ? STR_NONE : s->target.output},
	    {TAG_TITLE,        s->title                               },
	    {TAG_QUESTION,     s->question                            },
	    {TAG_ANSWER,       s->answer                              },
	    {TAG_EXPECTED,     s->expected                            },
	    {TAG_ERROR,        s->error                               },
	    {TAG_ANSWER_B,     s->answer_b                            },
	    {TAG_ERROR_B,      s->error_b                             },
	    {TAG_RAW_INPUT,    s->raw_input                           },
	    {TAG_RAW_OUTPUT,   s->raw_output                          },
	    {TAG_RAW_OUTPUT_B, s->raw_output_b                        },
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		add(&raw, texts[i].tag, texts[i].text);
	if (s->masked)
		add_hashes(&raw, s);
	add_list(&raw, TAG_TURN, s->turns, s->n_turns);
	add_list(&raw, TAG_FIELD, s->fields, s->n_fields);
	add_list(&raw, TAG_DOCUMENT, s->documents, s->n_documents);
	pack_compress(pack, buf_str(&raw), &packed);
	buf_clear(out);
	pack_varint(out, raw.len);
	buf_add_str(out, buf_str(&packed));
	buf_done(&packed);
	buf_done(&raw);
}

typedef VEC(struct subject_text) texts_vec;

struct reading {
	struct subject *out;
	struct str name; /* of the element to come */
	texts_vec turns, fields, documents;
};

static struct str *place_of(struct subject *s, uint64_t tag)
{
	switch (tag) {
	case TAG_KEY: return &s->target.key;
	case TAG_INPUT: return &s->target.input;
	case TAG_OUTPUT: return &s->target.output;
	case TAG_TITLE: return &s->title;
	case TAG_QUESTION: return &s->question;
	case TAG_ANSWER: return &s->answer;
	case TAG_EXPECTED: return &s->expected;
	case TAG_ERROR: return &s->error;
	case TAG_ANSWER_B: return &s->answer_b;
	case TAG_ERROR_B: return &s->error_b;
	case TAG_RAW_INPUT: return &s->raw_input;
	case TAG_RAW_OUTPUT: return &s->raw_output;
	case TAG_RAW_OUTPUT_B: return &s->raw_output_b;
	default: return NULL;
	}
}

static void take_text(struct reading *r, uint64_t tag, struct str text)
{
	struct str *place = place_of(r->out, tag);
	texts_vec *list = tag == TAG_TURN       ? &r->turns
	                  : tag == TAG_FIELD    ? &r->fields
	                  : tag == TAG_DOCUMENT ? &r->documents
	                                        : NULL;
	if (place) {
		*place = text;
	} else if (list) {
		*vec_add(list) = (struct subject_text){r->name, text};
		r->name = STR_NONE;
	} else if (tag == TAG_NAME) {
		r->name = text;
	} else if (tag == TAG_HASHES) {
		take_hashes(r->out, text);
	} else if (tag == TAG_KIND && text.len == 1) {
		r->out->at.kind = (enum subject_kind)(unsigned char)text.ptr[0];
	}
}

static const struct subject_text *keep(struct arena *arena, texts_vec *list, size_t *n)
{
	struct subject_text *kept = arena_alloc(arena, (list->n + 1) * sizeof *kept);
	if (list->n)
		memcpy(kept, list->at, list->n * sizeof *kept);
	*n = list->n;
	vec_done(list);
	return kept;
}

/* The texts lie in `raw`, which must live as long as *out. */
static bool read_texts(struct str raw, struct arena *arena, struct subject *out)
{
	struct reading r = {.out = out};
	uint64_t tag, len;
	bool ok = true;
	while (ok && raw.len) {
		ok = pack_unvarint(&raw, &tag) && pack_unvarint(&raw, &len) && len <= raw.len;
		if (ok) {
			take_text(&r, tag, str_cut(raw, 0, (size_t)len));
			raw = str_from(raw, (size_t)len);
		}
	}
	out->turns = keep(arena, &r.turns, &out->n_turns);
	out->fields = keep(arena, &r.fields, &out->n_fields);
	out->documents = keep(arena, &r.documents, &out->n_documents);
	return ok && out->at.kind > SUBJECT_NONE && out->at.kind < N_SUBJECT_KINDS && out->target.key.ptr;
}

static bool expand(struct str content, struct buf *raw, struct err *err)
{
	uint64_t size;
	if (!pack_unvarint(&content, &size) || size > CONTENT_BYTES)
		return false;
	struct pack *pack = pack_new(LEVEL);
	bool ok = pack_expand(pack, content, (size_t)size, CONTENT_BYTES, raw, err);
	pack_free(pack);
	return ok;
}

bool queue_content_read(struct str content, struct arena *arena, struct subject *out, struct err *err)
{
	struct buf raw = BUF_INIT;
	struct err ignored = ERR_INIT;
	*out = (struct subject){.at = {.kind = SUBJECT_NONE}};
	bool ok = expand(content, &raw, &ignored) && read_texts(arena_str(arena, buf_str(&raw)), arena, out);
	buf_done(&raw);
	if (!ok)
		return err_set(err, ERR_INPUT, NULL, "this item of the bundle is damaged");
	const int64_t none = UNKNOWN_INT;
	out->at.at = (struct case_at){none, none, none};
	out->at.run_b = out->at.repeat_b = out->at.trace = out->at.span = none;
	if (!out->masked)
		subject_set_target(out);
	return true;
}

/* ---------------------------------------------------------------- the file */

static void mask_item(struct arena *arena, struct subject *s)
{
	subject_mask(mask_str, arena, s);
	if (mask_any(s->target.key))
		s->target.key = key_hide(arena, s->target.key);
	s->masked = true;
}

static bool add_items(struct db *db, int64_t queue, bool masked, struct arena *arena, struct queue_item **items,
                      size_t *n, struct queue_bundle *out, struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	struct pack *pack = pack_new(LEVEL);
	struct buf content = BUF_INIT;
	size_t kept = 0;
	bool ok = queue_items(db, queue, arena, items, n, err);
	for (size_t i = 0; ok && i < *n; i++) {
		struct arena one = ARENA_INIT;
		struct subject subject;
		struct queue_item item;
		ok = queue_item(db, queue, (*items)[i].seq, &one, &item, err);
		if (ok && queue_subject(db, blocks, &item, &one, &subject, err)) {
			if (masked)
				mask_item(&one, &subject);
			queue_content_write(pack, &subject, &content);
			(*items)[kept++] = (struct queue_item){.kind = item.kind,
			                                       .run = UNKNOWN_INT,
			                                       .case_id = UNKNOWN_INT,
			                                       .repeat = UNKNOWN_INT,
			                                       .run_b = UNKNOWN_INT,
			                                       .repeat_b = UNKNOWN_INT,
			                                       .trace = UNKNOWN_INT,
			                                       .span = UNKNOWN_INT,
			                                       .input_hash = item.input_hash,
			                                       .output_hash = item.output_hash,
			                                       .content = arena_str(arena, buf_str(&content))};
		} else if (ok && err->code == ERR_NOT_FOUND) {
			*err = ERR_INIT;
			out->missing++;
		} else {
			ok = false;
		}
		arena_done(&one);
	}
	*n = kept;
	out->items = (int64_t)kept;
	buf_done(&content);
	pack_free(pack);
	block_cache_free(blocks);
	return ok;
}

/* A store in a folder of its own, from which the file is made in one go. */
struct workshop {
	char dir[512], path[560];
	struct db *db;
};

static bool open_workshop(struct workshop *w, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	snprintf(w->dir, sizeof w->dir, "%.400s/spoor-bundle-XXXXXX", folder && *folder ? folder : "/tmp");
	if (!mkdtemp(w->dir)) {
		w->dir[0] = '\0';
		return err_set(err, ERR_SYSTEM, NULL, "no folder for the bundle: %s", strerror(errno));
	}
	snprintf(w->path, sizeof w->path, "%s/bundle", w->dir);
	w->db = db_open(w->path, DB_WRITE, err);
	return w->db != NULL;
}

static void close_workshop(struct workshop *w)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import", "-journal"};
	db_close(w->db);
	for (size_t i = 0; w->dir[0] && i < sizeof ends / sizeof *ends; i++) {
		char file[600];
		snprintf(file, sizeof file, "%s%s", w->path, ends[i]);
		unlink(file);
	}
	if (w->dir[0])
		rmdir(w->dir);
}

/* People know the queue by its name, and so does what is said in it: that stays, or there is no masked bundle. */
static bool mask_queue(struct arena *arena, struct queue *q, struct err *err)
{
	if (mask_any(q->name))
		return err_set(err, ERR_USAGE, NULL,
		               "the queue's name holds personal data: spoor review NAME --rename first");
	q->author = mask_str(arena, q->author);
	q->made_from = mask_str(arena, q->made_from);
	q->reasons = mask_str(arena, q->reasons);
	q->rubric = mask_str(arena, q->rubric);
	return true;
}

static bool fill(struct db *db, const struct queue *q, const struct queue_item *items, size_t n, struct err *err)
{
	int64_t id;
	bool blind = (q->mode & QUEUE_BLIND) != 0;
	const struct queue_make make = {.name = q->name,
	                                .author = q->author,
	                                .made_from = blind ? STR_LIT("a review bundle") : q->made_from,
	                                .reasons = q->reasons,
	                                .rubric = q->rubric,
	                                .now_ns = q->made_ns,
	                                .mode = q->mode,
	                                .copies = 0,
	                                .seed = q->seed,
	                                .items = items,
	                                .n = n};
	if (!queue_make(db, &make, &id, err) || !db_begin(db, err))
		return false;
	if (db_exec(db, "INSERT OR REPLACE INTO meta(key, value) VALUES('bundle', 1)", err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

bool queue_bundle_write(struct db *db, int64_t queue, const struct queue_bundle_opts *opts, const char *file,
                        struct queue_bundle *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct workshop w = {.db = NULL};
	struct db_progress progress = {0};
	struct queue_item *items;
	struct queue q;
	size_t n;
	*out = (struct queue_bundle){.items = 0};
	bool ok = queue_get(db, queue, &arena, &q, err) && (!opts->masked || mask_queue(&arena, &q, err)) &&
	          add_items(db, queue, opts->masked, &arena, &items, &n, out, err);
	if (ok && !n)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "none of the queue's answers is in the store any more");
	ok = ok && open_workshop(&w, err) && fill(w.db, &q, items, n, err) &&
	     db_backup(w.db, file, opts->force, &progress, &out->bytes, err);
	close_workshop(&w);
	arena_done(&arena);
	return ok;
}

static bool is_database(const char *file)
{
	static const char magic[16] = "SQLite format 3";
	char head[sizeof magic] = {0};
	struct stat st;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	bool is = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
	          memcmp(head, magic, sizeof magic) == 0;
	close(fd);
	return is;
}

bool queue_bundle_is(const char *file, struct buf *name, struct err *err)
{
	int64_t bundle = 0, queue = 0;
	struct arena arena = ARENA_INIT;
	struct queue q;
	if (!is_database(file))
		return false;
	struct db *db = db_open(file, DB_READ, err);
	bool ok = db && db_int(db, "SELECT value FROM meta WHERE key = 'bundle'", 0, &bundle, err) && bundle == 1 &&
	          db_int(db, "SELECT min(id) FROM queue", 0, &queue, err) && queue_get(db, queue, &arena, &q, err);
	if (ok && !queue_name_is_good(q.name))
		ok = err_set(err, ERR_INPUT, NULL, "this review bundle is damaged");
	if (ok)
		buf_add_str(name, q.name);
	db_close(db);
	arena_done(&arena);
	return ok;
}
