#include "tui/path_words.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/base/vec.h"

void path_of_line(struct str line, struct buf *out)
{
	const char *home = getenv("HOME");
	line = str_trim(line);
	if (home && str_starts(line, "~/")) {
		buf_add_cstr(out, home);
		line = str_from(line, 1);
	}
	buf_add_str(out, line);
}

static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

static bool goes_on(const char *name, struct str typed)
{
	bool hidden = name[0] == '.' && (typed.len == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0);
	return !hidden && !has_control(name) && typed.len <= strlen(name) &&
	       memcmp(name, typed.ptr ? typed.ptr : "", typed.len) == 0;
}

static bool is_folder(int folder, const char *name)
{
	struct stat st;
	return fstatat(folder, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int by_name(const void *a, const void *b)
{
	const struct path_word *left = a, *right = b;
	return str_cmp(left->name, right->name);
}

size_t path_words(struct str line, struct arena *arena, const struct path_word **out)
{
	while (line.len && line.ptr[0] == ' ')
		line = str_from(line, 1);
	size_t slash = line.len;
	while (slash > 0 && line.ptr[slash - 1] != '/')
		slash--;
	struct str before = str_cut(line, 0, slash), typed = str_from(line, slash);
	struct buf path = BUF_INIT;
	VEC(struct path_word) words = {0};
	path_of_line(before, &path);
	DIR *dir = opendir(path.len ? buf_cstr(&path) : ".");
	buf_done(&path);
	struct dirent *e;
	for (size_t i = 0; dir && i < PATH_WORDS_READ && words.n < PATH_WORDS_MOST && (e = readdir(dir)); i++) {
		if (!goes_on(e->d_name, typed))
			continue;
		const char *end = is_folder(dirfd(dir), e->d_name) ? "/" : "";
		*vec_add(&words) =
		    (struct path_word){arena_printf(arena, "%s%s", e->d_name, end),
		                       arena_printf(arena, STR_FMT "%s%s", STR_ARG(before), e->d_name, end)};
	}
	if (dir)
		closedir(dir);
	if (words.n)
		qsort(words.at, words.n, sizeof *words.at, by_name);
	struct path_word *kept = arena_zalloc(arena, words.n + 1, sizeof *kept);
	if (words.n)
		memcpy(kept, words.at, words.n * sizeof *kept);
	*out = kept;
	size_t n = words.n;
	vec_done(&words);
	return n;
}
