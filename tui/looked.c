#include "tui/looked.h"

#include "store/base/file.h"
#include "store/base/scan.h"

static void looked_path(struct buf *path)
{
	file_state_path(path, "looked");
}

/* The store by a name that two spellings of it share; a name with a newline has no place in the file. */
static bool name_of(const char *store, struct buf *out)
{
	struct err err = ERR_INIT;
	return file_absolute(out, store, &err) && str_find_char(buf_str(out), '\n') == SIZE_MAX;
}

static bool read_line(struct str line, int64_t *id, struct str *store)
{
	size_t blank = str_find_char(line, ' ');
	if (blank == SIZE_MAX || !scan_int64(str_cut(line, 0, blank), id) || *id <= 0)
		return false;
	*store = str_from(line, blank + 1);
	return store->len > 0;
}

int64_t looked_get(const char *store)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT, name = BUF_INIT;
	struct err err = ERR_INIT;
	int64_t found = 0, id;
	looked_path(&path);
	struct str rest = STR_NONE, line, other;
	if (name_of(store, &name) && file_read(&bytes, buf_cstr(&path), LOOKED_FILE_MAX, &err))
		rest = buf_str(&bytes);
	while (str_split(&rest, '\n', &line))
		if (read_line(line, &id, &other) && str_eq(other, buf_str(&name)))
			found = id > found ? id : found;
	buf_done(&path);
	buf_done(&bytes);
	buf_done(&name);
	return found;
}

void looked_set(const char *store, int64_t newest)
{
	struct buf path = BUF_INIT, bytes = BUF_INIT, name = BUF_INIT, out = BUF_INIT;
	struct err err = ERR_INIT;
	int64_t id, before = looked_get(store);
	int n = 1;
	looked_path(&path);
	if (newest > before && name_of(store, &name) && file_make_dir_of(buf_cstr(&path), &err)) {
		struct str rest = STR_NONE, line, other;
		buf_printf(&out, "%lld " STR_FMT "\n", (long long)newest, STR_ARG(buf_str(&name)));
		if (file_read(&bytes, buf_cstr(&path), LOOKED_FILE_MAX, &err))
			rest = buf_str(&bytes);
		while (n < LOOKED_STORES && str_split(&rest, '\n', &line))
			if (read_line(line, &id, &other) && !str_eq(other, buf_str(&name))) {
				buf_add_str(&out, line);
				buf_add_char(&out, '\n');
				n++;
			}
		file_replace(buf_cstr(&path), buf_str(&out), &err); /* what cannot be written is not remembered */
	}
	buf_done(&path);
	buf_done(&bytes);
	buf_done(&name);
	buf_done(&out);
}
