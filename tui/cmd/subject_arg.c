#include "tui/cmd/subject_arg.h"

#include "store/base/scan.h"
#include "store/query/case_repeats.h"
#include "store/query/traces.h"
#include "tui/cmd/span_arg.h"

static bool find_span(struct db *db, int64_t trace, struct str id, struct subject_at *out, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct trace_row row;
	*out = (struct subject_at){.kind = SUBJECT_SPAN, .trace = trace};
	bool ok = traces_get(db, trace, &arena, &row, err) && cmd_span(db, &row, id, &out->span, err);
	arena_done(&arena);
	return ok;
}

/* "KEY#2": the repeat, counted from 1; what is no number belongs to the key. */
static struct str take_repeat(struct str name, int64_t *repeat)
{
	size_t at = name.len;
	while (at > 0 && name.ptr[at - 1] != '#')
		at--;
	*repeat = 1;
	if (!at || !scan_int64(str_from(name, at), repeat) || *repeat < 1) {
		*repeat = 1;
		return name;
	}
	return str_cut(name, 0, at - 1);
}

static bool find_result(struct db *db, int64_t run, struct str name, struct subject_at *out, struct err *err)
{
	int64_t nth, case_id;
	struct err whole = ERR_INIT;
	bool found = case_find(db, run, run, name, &case_id, &whole); /* "KEY#2" may be a key of its own */
	struct str key = take_repeat(name, &nth);
	if (found)
		nth = 1;
	else if (!case_find(db, run, run, key, &case_id, err))
		return false;
	struct stmt *s = db_query(db,
	                          "SELECT repeat FROM case_result WHERE run = ? AND case_id = ? AND repeat >= 0"
	                          " ORDER BY repeat LIMIT 1 OFFSET ?",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, run);
	stmt_int(s, 2, case_id);
	stmt_int(s, 3, nth - 1);
	enum step step = stmt_step(s, err);
	*out = (struct subject_at){
	    .kind = SUBJECT_CASE, .at = {run, case_id, step == STEP_ROW ? col_int(s, 0) : 0}
        };
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL, "the case has no repeat %lld", (long long)nth));
}

bool cmd_subject(struct db *db, struct str target, struct subject_at *out, struct err *err)
{
	struct err as_trace = ERR_INIT;
	size_t slash = str_find_char(target, '/');
	int64_t id;
	if (traces_find(db, target, &id, &as_trace)) {
		*out = (struct subject_at){.kind = SUBJECT_TRACE, .trace = id};
		return true;
	}
	if (slash == SIZE_MAX) {
		*err = as_trace;
		return false;
	}
	struct str before = str_cut(target, 0, slash), after = str_from(target, slash + 1);
	if (traces_find(db, before, &id, &as_trace))
		return find_span(db, id, after, out, err);
	return runs_find(db, before, &id, err) && find_result(db, id, after, out, err);
}
