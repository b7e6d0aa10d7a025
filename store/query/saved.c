#include "store/query/saved.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/file.h"
#include "store/base/json.h"

enum { FILE_MOST = 1 << 20 };

static struct {
	pthread_mutex_t mutex;
	bool read;
	struct arena arena;
	struct saved_filter *at;
	size_t n;
	struct err err; /* the file is wrong */
} saved = {.mutex = PTHREAD_MUTEX_INITIALIZER};

bool saved_name_is_good(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && c != '_' && c != '-' && c != '.')
			return false;
	}
	return name.len > 0 && name.len <= SAVED_NAME_MAX;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct saved_filter *)a)->name, ((const struct saved_filter *)b)->name);
}

/* One member of the object. A name given twice: the later one counts, as in any JSON reader. */
static bool take_member(const struct cJSON *m, struct err *err)
{
	struct str name = str_of(json_key(m)), text = str_of(json_text(m));
	if (!saved_name_is_good(name))
		return err_set(err, ERR_USAGE, NULL,
		               "filters.json: \"" STR_FMT
		               "\" is no name: letters, digits, _ - . and at most %d of them",
		               STR_ARG(str_cut(name, 0, 60)), SAVED_NAME_MAX);
	if (!text.ptr || text.len > SAVED_TEXT_MAX)
		return err_set(err, ERR_USAGE, NULL, "filters.json: \"" STR_FMT "\" is not a text of at most %d bytes",
		               STR_ARG(name), SAVED_TEXT_MAX);
	size_t i = 0;
	while (i < saved.n && !str_eq(saved.at[i].name, name))
		i++;
	if (i == SAVED_MOST)
		return err_set(err, ERR_USAGE, NULL, "filters.json: more than %d filters", SAVED_MOST);
	saved.at[i] = (struct saved_filter){arena_str(&saved.arena, name), arena_str(&saved.arena, text)};
	saved.n = i == saved.n ? saved.n + 1 : saved.n;
	return true;
}

static bool read_members(struct str bytes, const char *path, struct err *err)
{
	struct cJSON *tree = json_parse(bytes, path, err);
	bool ok = tree != NULL;
	saved.at = arena_zalloc(&saved.arena, SAVED_MOST, sizeof *saved.at);
	for (const struct cJSON *m = ok ? json_first(tree) : NULL; m && ok; m = json_next(m))
		ok = json_key(m) ? take_member(m, err)
		                 : err_set(err, ERR_USAGE, NULL, "filters.json: not an object of names and filters");
	json_free(tree);
	if (!ok)
		saved.n = 0;
	else if (saved.n)
		qsort(saved.at, saved.n, sizeof *saved.at, by_name);
	return ok;
}

/* Under the mutex. */
static void read_file(void)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT;
	if (saved.read)
		return;
	arena_reset(&saved.arena);
	saved.n = 0;
	saved.err = ERR_INIT;
	file_config_path(&path, "filters.json");
	bool ok = file_read(&bytes, buf_cstr(&path), FILE_MOST, &saved.err);
	if (!ok && saved.err.code == ERR_NOT_FOUND)
		saved.err = ERR_INIT;
	else if (ok)
		read_members(buf_str(&bytes), buf_cstr(&path), &saved.err);
	saved.err.at = (struct where){0}; /* the text says it all */
	saved.read = true;
	buf_done(&path);
	buf_done(&bytes);
}

void saved_reload(void)
{
	pthread_mutex_lock(&saved.mutex);
	saved.read = false;
	pthread_mutex_unlock(&saved.mutex);
}

bool saved_all(struct arena *arena, struct saved_filter **out, size_t *n, struct err *err)
{
	pthread_mutex_lock(&saved.mutex);
	read_file();
	*n = saved.n;
	*out = arena_zalloc(arena, saved.n + 1, sizeof **out);
	for (size_t i = 0; i < saved.n; i++)
		(*out)[i] =
		    (struct saved_filter){arena_str(arena, saved.at[i].name), arena_str(arena, saved.at[i].text)};
	bool ok = saved.err.code == ERR_NONE;
	if (!ok && err)
		*err = saved.err;
	pthread_mutex_unlock(&saved.mutex);
	return ok;
}

bool saved_get(struct arena *arena, struct str name, struct str *text, struct err *err)
{
	bool found = false;
	pthread_mutex_lock(&saved.mutex);
	read_file();
	for (size_t i = 0; i < saved.n && !found; i++) {
		found = str_eq(saved.at[i].name, name);
		if (found)
			*text = arena_str(arena, saved.at[i].text);
	}
	if (err)
		*err = saved.err;
	pthread_mutex_unlock(&saved.mutex);
	return found;
}

/* ---------------------------------------------------------------- writing */

static void add_member(struct buf *out, struct str name, struct str text)
{
	buf_printf(out, "\t\"" STR_FMT "\": ", STR_ARG(name));
	clean_json(out, text);
}

/* The whole file anew: comments in it are lost. */
static void write_all(struct buf *out, const struct saved_filter *all, size_t n, struct str name, struct str text)
{
	bool done = false;
	buf_add_cstr(out, "{\n");
	for (size_t i = 0; i < n; i++) {
		bool this = str_eq(all[i].name, name);
		add_member(out, all[i].name, this ? text : all[i].text);
		done |= this;
		buf_add_cstr(out, i + 1 < n || !done ? ",\n" : "\n");
	}
	if (!done) {
		add_member(out, name, text);
		buf_add_char(out, '\n');
	}
	buf_add_cstr(out, "}\n");
}

/* A new one goes before the brace that ends the file, so that what somebody wrote around the others stays. False: the file does not
 * end so plainly. */
static bool append_to(struct buf *out, struct str bytes, bool any, struct str name, struct str text)
{
	struct str head = str_trim(bytes);
	if (!head.len || head.ptr[head.len - 1] != '}')
		return false;
	head = str_trim(str_cut(head, 0, head.len - 1));
	char last = head.len ? head.ptr[head.len - 1] : '\0';
	if (any ? last != '"' : last != '{')
		return false;
	buf_add_str(out, head);
	buf_add_cstr(out, any ? ",\n" : "\n");
	add_member(out, name, text);
	buf_add_cstr(out, "\n}\n");
	struct cJSON *tree = json_parse(buf_str(out), "filters.json", NULL); /* the last " may be one of a comment */
	bool ok = tree != NULL;
	json_free(tree);
	return ok;
}

bool saved_put(struct str name, struct str text, bool *replaced, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct buf path = BUF_INIT, bytes = BUF_INIT, out = BUF_INIT;
	struct saved_filter *all;
	struct str old;
	size_t n;
	if (!saved_name_is_good(name))
		return err_set(err, ERR_USAGE, NULL, "a name has letters, digits, _ - . and at most %d of them",
		               SAVED_NAME_MAX);
	if (text.len == 0 || text.len > SAVED_TEXT_MAX)
		return err_set(err, ERR_USAGE, NULL, "a saved filter has 1 to %d bytes", SAVED_TEXT_MAX);
	saved_reload(); /* another process may have saved one */
	bool ok = saved_all(&arena, &all, &n, err);
	file_config_path(&path, "filters.json");
	*replaced = ok && saved_get(&arena, name, &old, NULL);
	if (ok && (*replaced || !file_read(&bytes, buf_cstr(&path), FILE_MOST, NULL) ||
	           !append_to(&out, buf_str(&bytes), n > 0, name, text))) {
		buf_clear(&out);
		write_all(&out, all, n, name, text);
	}
	ok = ok && file_make_dir_of(buf_cstr(&path), err) && file_replace(buf_cstr(&path), buf_str(&out), err);
	saved_reload();
	arena_done(&arena);
	buf_done(&path);
	buf_done(&bytes);
	buf_done(&out);
	return ok;
}
