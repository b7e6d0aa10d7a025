/* text:"refund policy" in a filter: the traces that a search finds, bound to the filter's SQL as a JSON array of row ids. */
#include <stdlib.h>
#include <string.h>

#include "store/query/answers.h"
#include "store/query/filter_private.h"
#include "store/query/search.h"

enum { FOUND_MAX = 2000 };

/* In quotes a phrase; else the beginnings of words. */
static void search_text(const struct filter_term *t, struct buf *out)
{
	struct str text = t->value.text;
	char last = text.ptr[text.len - 1];
	bool word = (last & 0x80) || (last >= '0' && last <= '9') || ((last | 0x20) >= 'a' && (last | 0x20) <= 'z');
	buf_add_str(out, text);
	buf_add_cstr(out, word && !t->quoted ? "*" : "");
}

static bool resolve_term(const struct filter *f, const struct filter_term *t, struct db *db, struct err *err)
{
	int64_t version = db_version_of_data(db), *ids = NULL;
	size_t n = 0;
	if (t->found->ids.ptr && t->found->version == version)
		return true;
	struct buf text = BUF_INIT, list = BUF_INIT, question = BUF_INIT;
	const int64_t *kept;
	bool ok = true;
	if (t->value.text.len) {
		search_text(t, &text);
		buf_printf(&question, "%s:" STR_FMT, t->quoted ? "phrase" : "text", STR_ARG(buf_str(&text)));
		if (answer_get(db, buf_str(&question), &kept, &n)) {
			ids = xmalloc(size_mul(n + 1, sizeof *ids));
			if (n)
				memcpy(ids, kept, n * sizeof *ids);
		} else {
			ok = search_traces(db, buf_str(&text), t->quoted, FOUND_MAX, &ids, &n, err);
			if (ok)
				answer_keep(db, buf_str(&question), version, ids, n);
		}
	}
	if (ok) {
		for (size_t i = 0; i < n; i++)
			buf_printf(&list, "%c%lld", i ? ',' : '[', (long long)ids[i]);
		buf_add_cstr(&list, n ? "]" : "[]");
		*t->found = (struct filter_found){arena_str(f->arena, buf_str(&list)), version};
		free(ids);
	}
	buf_done(&text);
	buf_done(&list);
	buf_done(&question);
	return ok;
}

static bool resolve_node(const struct filter *f, const struct filter_node *node, struct db *db, struct err *err)
{
	if (node->type == NODE_TERM)
		return node->term.field->type != TYPE_FOUND || resolve_term(f, &node->term, db, err);
	for (const struct filter_node *kid = node->kids; kid; kid = kid->next)
		if (!resolve_node(f, kid, db, err)) /* depth is bounded by the parser */
			return false;
	return true;
}

bool filter_resolve(const struct filter *f, struct db *db, struct err *err)
{
	return filter_is_empty(f) || resolve_node(f, f->root, db, err);
}
