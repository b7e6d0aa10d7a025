#include "tui/cmd/subject_arg.h"

#include <string.h>

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
		return case_find_repeat(db, str_from(word, i + 1), &out->at, err);
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
