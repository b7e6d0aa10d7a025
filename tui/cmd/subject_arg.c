#include "tui/cmd/subject_arg.h"

#include <string.h>

#include "store/base/scan.h"
#include "store/query/case_repeats.h"
#include "tui/cmd/span_arg.h"

static size_t find_text(struct str in, const char *what)
{
	size_t n = strlen(what);
	for (size_t i = 0; i + n <= in.len; i++)
		if (memcmp(in.ptr + i, what, n) == 0)
			return i;
	return SIZE_MAX;
}

static bool of_trace(struct db *db, struct str id, struct subject_at *out, struct err *err)
{
	size_t span = find_text(id, "/span:");
	*out = (struct subject_at){.kind = span == SIZE_MAX ? SUBJECT_TRACE : SUBJECT_SPAN};
	if (!traces_find(db, str_cut(id, 0, span), &out->trace, err))
		return false;
	if (span == SIZE_MAX)
		return true;
	struct arena arena = ARENA_INIT;
	struct trace_row row;
	bool ok = traces_get(db, out->trace, &arena, &row, err) &&
	          cmd_span(db, &row, str_from(id, span + strlen("/span:")), &out->span, err);
	arena_done(&arena);
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

/* CASE, or CASE#2: its second repeat, where no case is called that. */
static bool in_run(struct db *db, struct str name, struct case_at *at, struct err *err)
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

/* Names of runs and of cases may hold a slash: the first one that parts a run from a case. */
static bool of_case(struct db *db, struct str word, struct subject_at *out, struct err *err)
{
	struct err first = ERR_INIT, other = ERR_INIT;
	for (size_t i = 0; i < word.len; i++) {
		int64_t run;
		if (word.ptr[i] != '/')
			continue;
		struct err *why = first.code == ERR_NONE ? &first : &other;
		if (!runs_find(db, str_cut(word, 0, i), &run, why))
			continue;
		*out = (struct subject_at){.kind = SUBJECT_CASE, .at = {.run = run}};
		return in_run(db, str_from(word, i + 1), &out->at, err);
	}
	*err = first;
	return false;
}

bool cmd_subject(struct db *db, struct str word, struct subject_at *out, struct err *err)
{
	word = str_trim(word);
	if (word.len == 0)
		return err_set(err, ERR_USAGE, NULL, "what is meant? " SUBJECT_NAMES);
	if (str_starts(word, "trace:"))
		return of_trace(db, str_from(word, strlen("trace:")), out, err);
	if (str_find_char(word, '/') != SIZE_MAX)
		return of_case(db, word, out, err);
	return of_trace(db, word, out, err);
}
