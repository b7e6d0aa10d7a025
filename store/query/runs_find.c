/* A run by what a person calls it. There are few runs, so all are read and compared here, level by level: the first level
 * on which any run answers decides, and several answers on it are an ambiguity. */
#include <string.h>

#include "store/base/vec.h"
#include "store/query/runs.h"

enum level {
	BY_ID,
	BY_NUMBER, /* "#3" */
	BY_NAME,   /* the run's name, or its file's, with or without extension */
	BY_PROMPT_VERSION,
	BY_BARE_NUMBER, /* "3" */
	BY_ID_PREFIX,
	BY_WORD, /* "v13" in eval-v13.json, or in the run's id, which may be made of folders */
	N_LEVELS
};

struct found {
	int64_t first, n;
	struct buf names; /* of the first few */
};

static struct str file_base(struct str path)
{
	for (size_t i = path.len; i-- > 0;)
		if (path.ptr[i] == '/')
			return str_from(path, i + 1);
	return path;
}

/* Without the last extension; false if there is none. */
static bool cut_extension(struct str *name)
{
	for (size_t i = name->len; i-- > 1;)
		if (name->ptr[i] == '.') {
			*name = str_cut(*name, 0, i);
			return true;
		}
	return false;
}

/* "a.json.gz" is called a.json.gz, a.json or a. */
static bool is_file_called(struct str path, struct str name)
{
	if (!path.len)
		return false;
	struct str base = file_base(path);
	if (str_eq(path, name) || str_eq(base, name))
		return true;
	bool packed =
	    str_ends(base, ".gz") || str_ends(base, ".zst") || str_ends(base, ".xz") || str_ends(base, ".bz2");
	if (!cut_extension(&base))
		return false;
	return str_eq(base, name) || (packed && cut_extension(&base) && str_eq(base, name));
}

static bool is_number(struct str digits, int64_t id)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)id);
	return str_is(digits, text);
}

/* Columns: id, text, name, prompt version, path, entry. */
static bool answers(struct stmt *s, enum level level, struct str name)
{
	struct str text = col_plain(s, 1), run_name = col_plain(s, 2), path = col_blob(s, 4), entry = col_plain(s, 5);
	switch (level) {
	case BY_ID: return str_eq(text, name);
	case BY_NUMBER: return name.ptr[0] == '#' && is_number(str_from(name, 1), col_int(s, 0));
	case BY_NAME: return str_eq(run_name, name) || is_file_called(path, name) || is_file_called(entry, name);
	case BY_PROMPT_VERSION: return str_eq(col_plain(s, 3), name);
	case BY_ID_PREFIX: return name.len <= text.len && str_eq(str_cut(text, 0, name.len), name);
	case BY_BARE_NUMBER: return is_number(name, col_int(s, 0));
	case BY_WORD:
		return str_has_word(file_base(path), name) || str_has_word(file_base(entry), name) ||
		       str_has_word(run_name, name) || str_has_word(text, name);
	case N_LEVELS: break;
	}
	return false;
}

static void add_found(struct found *f, struct stmt *s)
{
	struct str file = file_base(col_blob(s, 4)), name = col_str(s, 2).len ? col_str(s, 2) : col_str(s, 1);
	if (f->n++ == 0)
		f->first = col_int(s, 0);
	if (f->n <= 5)
		buf_printf(&f->names, "%s#%lld " STR_FMT "%s" STR_FMT "%s", f->n > 1 ? ", " : "",
		           (long long)col_int(s, 0), STR_ARG(str_cut(name, 0, 40)), file.len ? " (" : "",
		           STR_ARG(str_cut(file, 0, 40)), file.len ? ")" : "");
}

static bool ambiguous(const struct found *f, struct str name, struct err *err)
{
	return err_set(err, ERR_USAGE, NULL, "\"" STR_FMT "\" could be %lld runs: %s%s", STR_ARG(str_cut(name, 0, 80)),
	               (long long)f->n, buf_cstr(&f->names), f->n > 5 ? ", …" : "");
}

static bool decide(const struct found *found, struct str name, int64_t *id, struct err *err)
{
	const struct found *several = NULL;
	for (int level = 0; level < N_LEVELS; level++) {
		const struct found *f = &found[level];
		if (f->n == 1) {
			*id = f->first;
			return true;
		}
		/* Many runs share a prompt version: there another way to read the name may still be the one meant. */
		if (f->n > 1 && level != BY_PROMPT_VERSION)
			return ambiguous(several ? several : f, name, err);
		if (f->n > 1)
			several = f;
	}
	if (several)
		return ambiguous(several, name, err);
	return err_set(err, ERR_NOT_FOUND, NULL, "no run has \"" STR_FMT "\" as its id, name, prompt version or file",
	               STR_ARG(str_cut(name, 0, 80)));
}

bool runs_find(struct db *db, struct str name, int64_t *id, struct err *err)
{
	if (!name.len)
		return err_set(err, ERR_NOT_FOUND, NULL, "no run has an empty name");
	struct stmt *s = db_query(db,
	                          "SELECT r.id, r.text, r.name, p.version, s.path, s.entry FROM run r"
	                          " LEFT JOIN prompt p ON p.id = r.prompt LEFT JOIN source s ON s.id = r.source"
	                          " ORDER BY r.created_ns DESC, r.id DESC",
	                          err);
	if (!s)
		return false;
	struct found found[N_LEVELS] = {0};
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		for (int level = 0; level < N_LEVELS; level++)
			if (answers(s, (enum level)level, name))
				add_found(&found[level], s);
	stmt_end(s);
	bool ok = step == STEP_DONE && decide(found, name, id, err);
	for (int level = 0; level < N_LEVELS; level++)
		buf_done(&found[level].names);
	return ok;
}
