/* The case that somebody means. All cases of both runs are read once and compared level by level, as runs_find does. */
#include <string.h>

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/query/case_repeats.h"

enum level {
	BY_KEY,
	BY_KEY_PREFIX,
	BY_TITLE,
	BY_KEY_WORD, /* "flaky" in ["desk","flaky"] */
	BY_TITLE_PART,
	N_LEVELS
};

struct found {
	int64_t first, n;
	struct buf names; /* of the first few */
};

static bool answers(enum level level, struct str key, struct str title, struct str name, bool ignore_case)
{
	switch (level) {
	case BY_KEY: return str_eq(key, name);
	case BY_KEY_PREFIX: return name.len <= key.len && str_eq(str_cut(key, 0, name.len), name);
	case BY_TITLE: return str_eq(title, name);
	case BY_KEY_WORD: return str_has_word(key, name);
	case BY_TITLE_PART: return text_find(title, name, 0, ignore_case) != SIZE_MAX;
	case N_LEVELS: break;
	}
	return false;
}

static void add_found(struct found *f, int64_t id, struct str key, struct str title)
{
	if (f->n++ == 0)
		f->first = id;
	if (f->n <= 4)
		buf_printf(&f->names, "%s" STR_FMT " (" STR_FMT ")", f->n > 1 ? ", " : "", STR_ARG(str_cut(key, 0, 12)),
		           STR_ARG(str_cut(title, 0, 40)));
}

static bool decide(const struct found *found, struct str name, int64_t *id, struct err *err)
{
	for (int level = 0; level < N_LEVELS; level++) {
		const struct found *f = &found[level];
		*id = f->first;
		if (f->n == 1)
			return true;
		if (f->n > 1)
			return err_set(err, ERR_USAGE, NULL, "\"" STR_FMT "\" could be %lld cases: %s%s",
			               STR_ARG(str_cut(name, 0, 80)), (long long)f->n, buf_cstr(&f->names),
			               f->n > 4 ? ", …" : "");
	}
	return err_set(err, ERR_NOT_FOUND, NULL, "no case of these runs has \"" STR_FMT "\" as its key or in its title",
	               STR_ARG(str_cut(name, 0, 80)));
}

static bool has_capital(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z')
			return true;
	return false;
}

bool case_find(struct db *db, int64_t run_a, int64_t run_b, struct str name, int64_t *case_id, struct err *err)
{
	struct found found[N_LEVELS] = {0};
	enum step step;
	if (!name.len)
		return err_set(err, ERR_NOT_FOUND, NULL, "no case has an empty name");
	struct stmt *s = db_query(db,
	                          "SELECT c.case_id, k.text, max(c.title) FROM case_result c"
	                          " LEFT JOIN case_key k ON k.id = c.case_id WHERE c.run IN (?, ?) AND c.repeat >= 0"
	                          " GROUP BY c.case_id ORDER BY c.case_id",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run_a);
	stmt_int(s, 2, run_b);
	bool ignore_case = !has_capital(name);
	while ((step = stmt_step(s, err)) == STEP_ROW)
		for (int level = 0; level < N_LEVELS; level++)
			if (answers((enum level)level, col_plain(s, 1), col_plain(s, 2), name, ignore_case))
				add_found(&found[level], col_int(s, 0), col_str(s, 1), col_str(s, 2));
	stmt_end(s);
	bool ok = step == STEP_DONE && decide(found, name, case_id, err);
	for (int level = 0; level < N_LEVELS; level++)
		buf_done(&found[level].names);
	return ok;
}

/* nth: from 1. */
static bool nth_repeat(struct db *db, struct case_at *at, int64_t nth, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT repeat FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0"
	                          " ORDER BY repeat LIMIT 1 OFFSET ?",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, at->run);
	stmt_int(s, 2, at->case_id);
	stmt_int(s, 3, nth - 1);
	enum step step = stmt_step(s, err);
	at->repeat = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL, "the case has no repeat %lld", (long long)nth));
}

bool case_find_repeat(struct db *db, struct str name, struct case_at *at, struct err *err)
{
	struct err whole = ERR_INIT;
	size_t mark = name.len;
	int64_t nth;
	if (case_find(db, at->run, at->run, name, &at->case_id, &whole))
		return nth_repeat(db, at, 1, err);
	while (mark > 0 && name.ptr[mark - 1] != '#')
		mark--;
	if (mark > 1 && scan_int64(str_from(name, mark), &nth) && nth > 0)
		return case_find(db, at->run, at->run, str_cut(name, 0, mark - 1), &at->case_id, err) &&
		       nth_repeat(db, at, nth, err);
	*err = whole;
	return false;
}
