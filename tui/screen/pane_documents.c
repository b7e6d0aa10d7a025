#include "tui/screen/pane_documents.h"

void documents_lay(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	for (size_t i = 0; i < span->n_documents; i++) {
		const struct document *doc = &span->documents[i];
		sheet_gap(l->s);
		sheet_row(l->s);
		sheet_printf(l->s, ROLE_HEADING, "%zu ", i + 1);
		sheet_add(l->s, ROLE_TITLE, doc->id);
		if (!IS_UNKNOWN(doc->score)) {
			struct buf text = BUF_INIT;
			buf_add_cstr(&text, "  score ");
			units_score(&text, doc->score);
			sheet_add(l->s, ROLE_DIM, arena_str(&l->s->arena, buf_str(&text)));
			buf_done(&text);
		}
		if (doc->content.len) {
			sheet_row(l->s);
			sheet_wrap(l->s, ROLE_TEXT, 2, doc->content, 0);
		}
		if (doc->metadata.len)
			sheet_json(l->s, 2, doc->metadata);
	}
}
