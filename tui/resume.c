#include "tui/resume.h"

#include <stdlib.h>

#include "store/query/traces.h"
#include "tui/link_find.h"

struct request {
	struct view_names names;
	int64_t looked, now_ns, fresh;
	VEC(struct link_found) found; /* own what the targets point at */
	VEC(struct target) targets;
};

void *resume_new(struct view_names *names, int64_t looked, int64_t now_ns)
{
	struct request *r = xcalloc(1, sizeof *r);
	r->names = *names;
	r->looked = looked;
	r->now_ns = now_ns;
	*names = (struct view_names){0};
	return r;
}

static bool fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct err gone = ERR_INIT;
	for (size_t i = 0; i < r->names.at.n; i++) {
		struct link_found found = {.n = 0};
		if (!link_find(db, str_of(r->names.at.at[i]), r->now_ns, &found, &gone) || found.n == 0) {
			link_found_done(&found);
			break; /* what stood above it belongs to it */
		}
		*vec_add(&r->found) = found;
		*vec_add(&r->targets) = found.at[found.n - 1];
	}
	struct trace_page page;
	struct trace_query q = {.limit = 1, .looked = r->looked};
	if (!r->looked)
		return true;
	bool ok = traces_page(db, &q, &page, err);
	r->fresh = ok ? page.fresh : 0;
	trace_page_done(&page);
	return ok;
}

static void take(struct screen *screen, void *request, bool ok)
{
	struct request *r = request;
	(void)screen, (void)ok;
	view_names_done(&r->names);
	for (size_t i = 0; i < r->found.n; i++)
		link_found_done(&r->found.at[i]);
	vec_done(&r->found);
	vec_done(&r->targets);
	free(r);
}

const struct screen_ops resume_ops = {.name = "resume", .state_size = 1, .fetch = fetch, .take = take};

size_t resume_targets(const void *request, const struct target **at)
{
	const struct request *r = request;
	*at = r->targets.at;
	return r->targets.n;
}

const char *resume_view(const void *request, size_t i)
{
	const struct request *r = request;
	return r->names.at.at[i];
}

int64_t resume_fresh(const void *request)
{
	return ((const struct request *)request)->fresh;
}
