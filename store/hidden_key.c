#include "store/hidden_key.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"
#include "store/base/vec.h"

struct known_case {
	struct sha256 hash;
	int64_t id;
};

struct key_hashes {
	struct db *db;
	bool read;
	VEC(struct known_case) cases;
};

static const char pair[] = "pair:", sign[] = "sha256:";

struct str key_hide(struct arena *arena, struct str key)
{
	struct buf out = BUF_INIT;
	bool of_pair = str_starts(key, pair);
	struct sha256 hash = sha256_of(of_pair ? str_from(key, sizeof pair - 1) : key);
	buf_printf(&out, "%s%s", of_pair ? pair : "", sign);
	hash_hex(&out, hash.byte, sizeof hash.byte);
	struct str hidden = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return hidden;
}

struct key_hashes *key_hashes_new(struct db *db)
{
	struct key_hashes *k = xcalloc(1, sizeof *k);
	k->db = db;
	return k;
}

void key_hashes_free(struct key_hashes *k)
{
	if (!k)
		return;
	vec_done(&k->cases);
	free(k);
}

static int by_hash(const void *a, const void *b)
{
	const struct known_case *x = a, *y = b;
	return memcmp(x->hash.byte, y->hash.byte, sizeof x->hash.byte);
}

static bool read_cases(struct key_hashes *k, struct err *err)
{
	struct stmt *s = db_query(k->db, "SELECT id, text FROM case_key", err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		*vec_add(&k->cases) = (struct known_case){sha256_of(col_plain(s, 1)), col_int(s, 0)};
	stmt_end(s);
	if (k->cases.n > 1)
		qsort(k->cases.at, k->cases.n, sizeof *k->cases.at, by_hash);
	k->read = step == STEP_DONE;
	return k->read;
}

bool key_show(struct key_hashes *k, struct arena *arena, struct str *key, struct err *err)
{
	struct known_case wanted = {.id = 0};
	bool of_pair = str_starts(*key, pair);
	struct str rest = of_pair ? str_from(*key, sizeof pair - 1) : *key;
	if (!str_starts(rest, sign) ||
	    !hash_unhex(str_from(rest, sizeof sign - 1), wanted.hash.byte, sizeof wanted.hash.byte))
		return true;
	if (!k->read && !read_cases(k, err))
		return false;
	const struct known_case *found =
	    k->cases.n ? bsearch(&wanted, k->cases.at, k->cases.n, sizeof *k->cases.at, by_hash) : NULL;
	struct stmt *s = found ? db_query(k->db, "SELECT text FROM case_key WHERE id = ?", err) : NULL;
	if (!s)
		return !found;
	stmt_int(s, 1, found->id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		struct buf whole = BUF_INIT;
		buf_add_cstr(&whole, of_pair ? pair : "");
		buf_add_str(&whole, col_plain(s, 0));
		*key = arena_str(arena, buf_str(&whole));
		buf_done(&whole);
	}
	stmt_end(s);
	return step != STEP_FAIL;
}
