#include "tui/cmd/remap.h"

#include "store/query/forget_plan.h"

static bool forget_sources(struct db *db, const int64_t *ids, size_t n, const _Atomic bool *cancel, struct err *err)
{
	struct forget_plan plan = {.spans = 0};
	bool cut;
	for (size_t i = 0; i < n; i++)
		forget_plan_add(&plan.sources, ids[i]);
	bool ok = forget_plan_close(db, &plan, err);
	struct forget *f = ok ? forget_open(db, err) : NULL;
	struct forget_what what = forget_plan_what(&plan);
	ok = f && forget_note(f, &what, err) && forget_run(f, false, cancel, &cut, err);
	forget_close(f);
	forget_plan_done(&plan);
	return ok;
}

bool remap(struct db *db, char *const *paths, size_t n, const struct import_opts *opts, const _Atomic bool *cancel,
           struct err *err)
{
	struct arena arena = ARENA_INIT;
	int64_t *stale;
	size_t n_stale;
	bool ok = import_prepare_map(db, paths, n, opts, &arena, &stale, &n_stale, err) &&
	          (n_stale == 0 || forget_sources(db, stale, n_stale, cancel, err));
	arena_done(&arena);
	return ok;
}
