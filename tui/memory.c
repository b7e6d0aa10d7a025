#include "tui/memory.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "store/base/json.h"
#include "store/base/vec.h"
#include "tui/settings.h"
#include "tui/statefile.h"

#define FILE_NAME "views"
#define KEEP      ",\"keep\":"

enum {
	LINE_MAX_BYTES = 16384, /* of what we wrote: longer ones are not ours */
	READ_MAX = 2 * MEMORY_FILE_MAX
};

/* One of this session. */
struct left {
	char *view, *json;
	bool unsaved;
};

struct memory {
	struct buf store; /* by a name that two spellings of it share */
	struct buf bytes; /* of the file, when the session began */
	VEC(struct left) left;
	bool passing;
};

struct memory *memory_open(const char *store, bool passing)
{
	struct err err = ERR_INIT;
	struct memory *m = xcalloc(1, sizeof *m);
	if (!setting_on("memory", true) || !file_absolute(&m->store, store, &err)) {
		memory_free(m);
		return NULL;
	}
	m->passing = passing;
	if (!passing)
		statefile_read(FILE_NAME, READ_MAX, &m->bytes);
	return m;
}

static void left_done(struct left *l)
{
	free(l->view);
	free(l->json);
}

void memory_free(struct memory *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->left.n; i++)
		left_done(&m->left.at[i]);
	vec_done(&m->left);
	buf_done(&m->store);
	buf_done(&m->bytes);
	free(m);
}

/* ---------------------------------------------------------------- lines */

/* {"store":"…","view":"…","keep": — what the lines of one view begin with. */
static void add_begin(const struct memory *m, struct str view, struct buf *out)
{
	struct jout j;
	jout_init(&j, out, false);
	jout_object(&j, NULL);
	jout_str(&j, "store", buf_str(&m->store));
	jout_str(&j, "view", view);
	buf_add_cstr(out, KEEP);
}

/* The line before *end, without its newline; *end goes to its beginning. */
static bool line_before(struct str bytes, size_t *end, struct str *line)
{
	size_t to = *end;
	if (to == 0)
		return false;
	if (bytes.ptr[to - 1] == '\n')
		to--;
	const char *newline = to ? memrchr(bytes.ptr, '\n', to) : NULL;
	size_t from = newline ? (size_t)(newline - bytes.ptr) + 1 : 0;
	*line = str_cut(bytes, from, to - from);
	*end = from;
	return true;
}

static bool find_in_file(const struct memory *m, struct str view, struct buf *json)
{
	struct buf begin = BUF_INIT;
	struct str line = STR_NONE, bytes = buf_str(&m->bytes);
	size_t end = bytes.len;
	bool found = false;
	add_begin(m, view, &begin);
	while (!found && line_before(bytes, &end, &line))
		found =
		    line.len < LINE_MAX_BYTES && str_starts(line, buf_cstr(&begin)) && line.ptr[line.len - 1] == '}';
	if (found)
		buf_add_str(json, str_cut(line, begin.len, line.len - begin.len - 1));
	buf_done(&begin);
	return found;
}

static struct left *left_of(const struct memory *m, struct str view)
{
	for (size_t i = m->left.n; i > 0; i--)
		if (str_is(view, m->left.at[i - 1].view))
			return &m->left.at[i - 1];
	return NULL;
}

static bool is_nothing(struct str json)
{
	return json.len == 0 || str_is(json, "{}");
}

bool memory_get(const struct memory *m, struct str view, struct buf *json)
{
	buf_clear(json);
	if (!m)
		return false;
	const struct left *l = left_of(m, view);
	if (l)
		buf_add_cstr(json, l->json);
	else
		find_in_file(m, view, json);
	return !is_nothing(buf_str(json)) && json->len <= MEMORY_VIEW_MAX;
}

/* Makes room by the oldest that is on the disk already. */
static void forget_one(struct memory *m)
{
	size_t i = 0;
	while (i < m->left.n && m->left.at[i].unsaved)
		i++;
	if (i == m->left.n)
		i = 0;
	left_done(&m->left.at[i]);
	memmove(&m->left.at[i], &m->left.at[i + 1], (m->left.n - i - 1) * sizeof *m->left.at);
	m->left.n--;
}

void memory_put(struct memory *m, struct str view, struct str json)
{
	struct buf before = BUF_INIT;
	if (!m || view.len == 0 || view.len > MEMORY_NAME_MAX)
		return;
	if (is_nothing(json) || json.len > MEMORY_VIEW_MAX)
		json = STR_LIT("{}");
	bool had = memory_get(m, view, &before);
	bool same = had ? str_eq(json, buf_str(&before)) : is_nothing(json);
	buf_done(&before);
	if (same)
		return;
	struct left *l = left_of(m, view);
	if (!l) {
		if (m->left.n >= MEMORY_VIEWS)
			forget_one(m);
		l = vec_add(&m->left);
		*l = (struct left){.view = xstrndup(view)};
	}
	free(l->json);
	l->json = xstrndup(json);
	l->unsaved = true;
}

void memory_save(struct memory *m)
{
	struct buf lines = BUF_INIT;
	for (size_t i = 0; m && !m->passing && i < m->left.n; i++) {
		struct left *l = &m->left.at[i];
		if (!l->unsaved)
			continue;
		l->unsaved = false; /* what cannot be written is not tried again and again */
		add_begin(m, str_of(l->view), &lines);
		buf_add_cstr(&lines, l->json);
		buf_add_cstr(&lines, "}\n");
	}
	if (lines.len)
		statefile_add(FILE_NAME, buf_str(&lines));
	buf_done(&lines);
}

/* ---------------------------------------------------------------- shortening */

struct keeping {
	struct str lines[2 * MEMORY_VIEWS];
	uint64_t begins[2 * MEMORY_VIEWS]; /* what they begin with, hashed */
	size_t n, views;
};

static bool is_kept(const struct keeping *k, uint64_t begin)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->begins[i] == begin)
			return true;
	return false;
}

/* The newest line of each view, of as many views as may be kept and half of what the file may hold. Marks, which somebody set, outlast
 * views, which only were left. */
static void keep_newest(struct str bytes, struct buf *kept)
{
	struct keeping *k = xcalloc(1, sizeof *k);
	struct str line;
	size_t end = bytes.len, total = 0;
	while (k->n < 2 * MEMORY_VIEWS && total < MEMORY_FILE_MAX / 2 && line_before(bytes, &end, &line)) {
		size_t keep = str_find(line, STR_LIT(KEEP));
		if (line.len > LINE_MAX_BYTES || !str_starts(line, "{\"store\":\"") || keep == SIZE_MAX)
			continue;
		bool view = str_find(str_cut(line, 0, keep), STR_LIT("\"view\":\"@")) == SIZE_MAX;
		uint64_t begin = hash64(str_cut(line, 0, keep));
		if ((view && k->views == MEMORY_VIEWS) || is_kept(k, begin))
			continue;
		k->views += view;
		k->begins[k->n] = begin;
		k->lines[k->n++] = line;
		total += line.len + 1;
	}
	for (size_t i = k->n; i > 0; i--) {
		buf_add_str(kept, k->lines[i - 1]);
		buf_add_char(kept, '\n');
	}
	free(k);
}

void memory_shorten(void)
{
	statefile_shorten(FILE_NAME, MEMORY_FILE_MAX, keep_newest);
}
