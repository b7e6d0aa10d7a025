/* What the user says of the columns of tables of results: to which files it applies, and what is remembered of it. A map is given for files that
 * are named, and remembered for all that have the same columns. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/generic.h"
#include "import/import_private.h"
#include "store/base/vec.h"

#define MAP_NONE "none"

static bool is_given(const struct import_opts *opts)
{
	return opts->map && strcmp(opts->map, MAP_NONE) != 0;
}

/* A file that was named must fit; what lies in a folder or archive has it if it does. */
static bool take_given(struct job *job, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct generic_map map;
	struct err why = ERR_INIT;
	struct str text = str_of(job->run->opts->map);
	bool ok = generic_map_parse(text, &arena, &map, err);
	if (ok && generic_map_fits(text, &job->sample, &why)) {
		job->format = generic_format_for(&job->sample, &map);
		job->known.map = text;
	} else if (ok && !job->quiet && !job->entry) {
		*err = why;
		ok = err_in(err, "%s", job->path);
	}
	arena_done(&arena);
	return ok;
}

/* A file that was read with a map keeps it, whatever is forgotten of its shape, until it is told otherwise itself. */
static bool known_map(struct job *job, struct source_map *out, struct err *err)
{
	struct source known;
	bool any;
	if (!source_map_any(job->run->db, &any, err))
		return false;
	if (!any || (reader_fd(job->reader) < 0 && !job->again))
		return true;
	if (!job_find_source(job, &known, err))
		return false;
	out->map = known.id && known.map.len ? known.map : STR_NONE;
	return true;
}

static bool take_remembered(struct job *job, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct source_map remembered;
	struct generic_map map;
	struct err unseen = ERR_INIT;
	uint64_t shape = job->run->db ? generic_shape(&job->sample) : 0;
	if (!shape)
		return true;
	bool ok = source_map_get(job->run->db, shape, &job->arena, &remembered, err);
	if (ok && !remembered.map.ptr)
		ok = known_map(job, &remembered, err);
	if (ok && remembered.map.len && generic_map_parse(remembered.map, &arena, &map, &unseen) &&
	    generic_map_fits(remembered.map, &job->sample, &unseen)) {
		job->format = generic_format_for(&job->sample, &map);
		job->known.map = remembered.map;
		job->mapped_ns = remembered.since_ns == TIME_UNKNOWN ? 0 : remembered.since_ns;
	}
	arena_done(&arena);
	return ok;
}

bool job_find_format(struct job *job, const char **why, struct err *err)
{
	const char *map = job->run->opts->map;
	job->format = format_detect(&job->sample, why);
	if (is_given(job->run->opts))
		return take_given(job, err);
	if (map || (job->format && !generic_is_format(job->format)))
		return true;
	return take_remembered(job, err);
}

/* ---------------------------------------------------------------- before an import */

struct prepare {
	struct run run;
	VEC(int64_t) stale;
};

static bool remember(struct prepare *p, struct job *job, struct err *err)
{
	const struct import_opts *opts = p->run.opts;
	uint64_t shape = opts->map ? generic_shape(&job->sample) : 0;
	if (!shape || (is_given(opts) && !job->known.map.len))
		return true;
	const struct source_map map = {
	    .shape = shape, .map = is_given(opts) ? str_of(opts->map) : STR_NONE, .since_ns = opts->now_ns};
	return source_map_set(p->run.db, &map, err);
}

static bool look_at(struct prepare *p, struct job *job, struct err *err)
{
	struct err why = ERR_INIT;
	struct str bytes;
	struct source known;
	bool whole;
	const char *reason;
	if (!job_look(job, &bytes, &whole, &why) || job->is_archive)
		return true; /* told by the import */
	if (!job_find_format(job, &reason, err) || !remember(p, job, err) || !job_find_source(job, &known, err))
		return false;
	if (job->format && known.id && !str_eq(known.map, job->known.map))
		*vec_add(&p->stale) = known.id;
	return true;
}

static bool prepare_file(struct prepare *p, const struct import_path *path, struct err *err)
{
	struct job job;
	struct import_file unused = {.file = str_of(path->path)};
	struct err why = ERR_INIT;
	struct stat st;
	if (path->failed || path->empty_dir || stat(path->path, &st) != 0 || !S_ISREG(st.st_mode))
		return true; /* a pipe comes only once */
	job_init(&job, &p->run, &unused, path->path);
	job.quiet = path->folder != NULL;
	job.reader = reader_open(path->path, NULL, &why);
	bool ok = !job.reader || look_at(p, &job, err);
	job_done(&job);
	return ok;
}

bool import_prepare_map(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                        struct arena *arena, int64_t **stale, size_t *n_stale, struct err *err)
{
	struct import_progress progress = {0};
	struct prepare p = {
	    .run = {.db = db, .opts = opts, .progress = &progress}
        };
	struct import_path *list;
	size_t n_list;
	bool any = opts->map != NULL, ok;
	*stale = NULL;
	*n_stale = 0;
	ok = any || source_map_any(db, &any, err);
	if (!ok || !any)
		return ok;
	import_files(paths, n, arena, &list, &n_list, NULL);
	for (size_t i = 0; ok && i < n_list; i++)
		ok = prepare_file(&p, &list[i], err);
	if (p.stale.n) {
		*stale = arena_alloc(arena, p.stale.n * sizeof **stale);
		memcpy(*stale, p.stale.at, p.stale.n * sizeof **stale);
		*n_stale = p.stale.n;
	}
	vec_done(&p.stale);
	return ok;
}

bool import_map_check(const char *text, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct generic_map map;
	bool ok = strcmp(text, MAP_NONE) == 0 || generic_map_parse(str_of(text), &arena, &map, err);
	arena_done(&arena);
	return ok;
}
