#include "import/import_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/base/vec.h"

struct walk {
	struct arena *arena;
	VEC(struct import_path) found;
	VEC(const char *) dirs; /* still to be read */
	VEC(const char *) walked;
};

static int by_path(const void *pa, const void *pb)
{
	const struct import_path *a = pa, *b = pb;
	return strcmp(a->path, b->path);
}

/* Links to files are followed, links to folders are not: they could go round. */
static void add_entry(struct walk *w, const char *path)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		*vec_add(&w->dirs) = path;
		return;
	}
	if (S_ISLNK(st.st_mode) && (stat(path, &st) != 0 || S_ISDIR(st.st_mode)))
		return;
	if (S_ISREG(st.st_mode))
		*vec_add(&w->found) = (struct import_path){.path = path};
}

static void read_dir(struct walk *w, const char *path)
{
	*vec_add(&w->walked) = path;
	DIR *dir = opendir(path);
	if (!dir) {
		*vec_add(&w->found) = (struct import_path){.path = path, .failed = errno};
		return;
	}
	const char *slash = str_ends(str_of(path), "/") ? "" : "/";
	for (struct dirent *e; (e = readdir(dir));) {
		if (e->d_name[0] != '.')
			add_entry(w, arena_printf(w->arena, "%s%s%s", path, slash, e->d_name).ptr);
	}
	closedir(dir);
}

static void walk_dir(struct walk *w, const char *path)
{
	size_t before = w->found.n;
	*vec_add(&w->dirs) = path;
	while (w->dirs.n)
		read_dir(w, w->dirs.at[--w->dirs.n]);
	if (w->found.n == before)
		*vec_add(&w->found) = (struct import_path){.path = path, .empty_dir = true};
	for (size_t i = before; i < w->found.n; i++)
		w->found.at[i].folder = path;
	if (w->found.n > before + 1)
		qsort(w->found.at + before, w->found.n - before, sizeof *w->found.at, by_path);
}

void import_files(char *const *paths, size_t n, struct arena *arena, struct import_path **out, size_t *n_out,
                  struct import_folders *folders)
{
	struct walk w = {.arena = arena};
	for (size_t i = 0; i < n; i++) {
		struct stat st;
		const char *path = arena_cstr(arena, paths[i]).ptr;
		if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			walk_dir(&w, path);
		else
			*vec_add(&w.found) = (struct import_path){.path = path};
	}
	*n_out = w.found.n;
	*out = arena_zalloc(arena, w.found.n + 1, sizeof **out);
	if (w.found.n)
		memcpy(*out, w.found.at, w.found.n * sizeof **out);
	if (folders) {
		folders->n = w.walked.n;
		folders->paths = arena_zalloc(arena, w.walked.n + 1, sizeof *folders->paths);
		if (w.walked.n)
			memcpy(folders->paths, w.walked.at, w.walked.n * sizeof *folders->paths);
	}
	vec_done(&w.walked);
	vec_done(&w.found);
	vec_done(&w.dirs);
}
