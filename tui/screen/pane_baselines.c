#include "tui/screen/pane_baselines.h"

#include <string.h>

#include "store/base/arena.h"
#include "store/base/file.h"
#include "store/base/json.h"
#include "store/base/vec.h"
#include "store/db.h"

/* `["/home/me/spoor.db",`. Two spellings of one path are one store. */
static bool store_of(struct db *db, struct buf *out)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	struct jout j;
	bool ok = file_absolute(&path, db_path(db), &err);
	jout_init(&j, out, false);
	jout_array(&j, NULL);
	jout_str(&j, NULL, buf_str(&path));
	buf_add_char(out, ',');
	buf_done(&path);
	return ok;
}

/* `["/home/me/spoor.db","disputes",` and with a run `"run-7"]`. */
static void line_of(const struct buf *store, struct str dataset, const struct str *run, struct buf *out)
{
	struct buf rest = BUF_INIT;
	struct jout j;
	jout_init(&j, &rest, false);
	jout_array(&j, NULL);
	jout_str(&j, NULL, dataset.ptr ? dataset : STR_LIT(""));
	if (run)
		jout_str(&j, NULL, *run);
	if (run)
		jout_end(&j);
	else
		buf_add_char(&rest, ',');
	buf_clear(out);
	buf_add_str(out, buf_str(store));
	buf_add_str(out, str_from(buf_str(&rest), 1)); /* without its bracket */
	buf_done(&rest);
}

static struct str read_file(struct buf *bytes)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	file_state_path(&path, "baselines");
	bool ok = file_read(bytes, buf_cstr(&path), BASELINES_FILE_MAX, &err);
	buf_done(&path);
	return ok ? buf_str(bytes) : STR_NONE;
}

static bool begins_with(struct str line, const struct buf *prefix)
{
	return line.len >= prefix->len && memcmp(line.ptr, prefix->ptr, prefix->len) == 0;
}

typedef VEC(struct str) lines;

static bool match_runs(struct db *db, const struct buf *store, const lines *kept, struct arena *arena,
                       struct baseline **out, size_t *n, struct err *err)
{
	struct stmt *s = db_query(
	    db, "SELECT r.id, r.text, (SELECT text FROM word WHERE id = r.dataset) FROM run r ORDER BY r.id", err);
	if (!s)
		return false;
	struct baseline *found = arena_alloc(arena, size_mul(kept->n, sizeof *found));
	struct buf line = BUF_INIT;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW && *n < kept->n) {
		struct str run = col_plain(s, 1);
		line_of(store, col_plain(s, 2), &run, &line);
		for (size_t i = 0; i < kept->n; i++)
			if (str_eq(kept->at[i], buf_str(&line))) {
				found[(*n)++] = (struct baseline){col_int(s, 0), arena_str(arena, col_plain(s, 2))};
				break;
			}
	}
	stmt_end(s);
	buf_done(&line);
	*out = found;
	return step != STEP_FAIL;
}

bool baselines_read(struct db *db, struct arena *arena, struct baseline **out, size_t *n, struct err *err)
{
	struct buf bytes = BUF_INIT, store = BUF_INIT;
	struct str rest = read_file(&bytes), line;
	lines kept = {0};
	bool ok = true;
	*out = NULL;
	*n = 0;
	if (rest.len && store_of(db, &store))
		while (kept.n < BASELINES_KEPT && str_split(&rest, '\n', &line))
			if (begins_with(line, &store))
				*vec_add(&kept) = line;
	if (kept.n)
		ok = match_runs(db, &store, &kept, arena, out, n, err);
	vec_done(&kept);
	buf_done(&bytes);
	buf_done(&store);
	return ok;
}

void baselines_set(struct db *db, struct str dataset, struct str run)
{
	struct buf bytes = BUF_INIT, store = BUF_INIT, prefix = BUF_INIT, out = BUF_INIT, path = BUF_INIT;
	struct err err = ERR_INIT;
	file_state_path(&path, "baselines");
	if (store_of(db, &store) && file_make_dir_of(buf_cstr(&path), &err)) {
		struct str rest = read_file(&bytes), line;
		int n = 0;
		line_of(&store, dataset, NULL, &prefix);
		if (run.ptr) {
			line_of(&store, dataset, &run, &out);
			buf_add_char(&out, '\n');
			n++;
		}
		for (; n < BASELINES_KEPT && str_split(&rest, '\n', &line); n++) {
			if (!line.len || begins_with(line, &prefix))
				continue;
			buf_add_str(&out, line);
			buf_add_char(&out, '\n');
		}
		file_replace(buf_cstr(&path), buf_str(&out), &err);
	}
	buf_done(&bytes);
	buf_done(&store);
	buf_done(&prefix);
	buf_done(&out);
	buf_done(&path);
}
