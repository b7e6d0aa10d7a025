#include "tui/open_link.h"

#include <stdlib.h>

#include "store/query/subject.h"

struct request {
	struct buf text; /* the link; that of the subject, once it is known */
	struct subject_at at;
	int64_t now_ns;
	struct link_found found;
};

void *open_link_new(struct str text, int64_t now_ns)
{
	struct request *r = xcalloc(1, sizeof *r);
	r->now_ns = now_ns;
	buf_add_str(&r->text, text);
	return r;
}

void *open_link_of(const struct subject_at *at)
{
	struct request *r = xcalloc(1, sizeof *r);
	r->at = *at;
	return r;
}

struct str open_link_text(const void *request)
{
	const struct request *r = request;
	return buf_str(&r->text);
}

const struct link_found *open_link_found(const void *request)
{
	const struct request *r = request;
	return &r->found;
}

static bool fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	if (r->at.kind != SUBJECT_NONE)
		return link_of_subject(db, &r->at, &r->text, err);
	return link_find(db, buf_str(&r->text), r->now_ns, &r->found, err);
}

static void take(struct screen *screen, void *request, bool ok)
{
	struct request *r = request;
	(void)screen, (void)ok;
	link_found_done(&r->found);
	buf_done(&r->text);
	free(r);
}

const struct screen_ops open_link_ops = {.name = "open", .state_size = 1, .fetch = fetch, .take = take};
