/* Documents that were retrieved and of which no answer has a passage (study/provenance.h). By wording: what was only paraphrased is not seen,
 * so it is no more than a note, and none where the answers are too short to tell. */
#include "store/check/check_private.h"
#include "store/study/provenance.h"

enum {
	DOCUMENTS_MOST = 256,
	DOCUMENT_BYTES = 16 << 10,
	ANSWERS_BYTES = 256 << 10,
	TELLING_BYTES = 100,
	NAMED_MOST = 3
};

void check_documents(struct check_trace *t, int64_t row, const struct span *span)
{
	const struct check_row *r = &t->rows.at[row];
	if (r->kind == KIND_LLM && t->answers.len < ANSWERS_BYTES) {
		buf_add_str(&t->answers, str_cut(check_answer(span), 0, ANSWERS_BYTES));
		buf_add_cstr(&t->answers, "\n\n");
	}
	if (r->kind != KIND_RETRIEVER || (r->parent != NO_ROW && t->rows.at[r->parent].kind == KIND_RETRIEVER))
		return;
	for (size_t i = 0; i < span->n_documents && t->documents.n < DOCUMENTS_MOST; i++) {
		const struct document *d = &span->documents[i];
		*vec_add(&t->documents) =
		    (struct retrieved){.row = row,
		                       .name = arena_str(&t->arena, str_cut(d->id, 0, 200)),
		                       .content = arena_str(&t->arena, str_cut(d->content, 0, DOCUMENT_BYTES))};
	}
}

static void tell(struct check_trace *t, const struct retrieved *docs, const bool *used, size_t n)
{
	struct buf names = BUF_INIT;
	size_t unused = 0, told = 0;
	for (size_t i = 0; i < n; i++) {
		unused += !used[i];
		if (!used[i] && docs[i].name.len && told++ < NAMED_MOST)
			buf_printf(&names, "%s" STR_FMT, told > 1 ? ", " : ": ", STR_ARG(str_cut(docs[i].name, 0, 60)));
	}
	if (told > NAMED_MOST)
		buf_printf(&names, " and %zu more", told - NAMED_MOST);
	if (unused == n)
		check_found(t, CHECK_UNUSED_DOCUMENTS, CHECK_NOTE, docs[0].row, NO_ROW, (double)n,
		            "no answer has a passage of %s %zu document%s%s", n == 1 ? "the" : "any of the", n,
		            n == 1 ? "" : "s", buf_cstr(&names));
	else if (unused)
		check_found(t, CHECK_UNUSED_DOCUMENTS, CHECK_NOTE, docs[0].row, NO_ROW, (double)unused,
		            "no answer has a passage of %zu of the %zu documents%s", unused, n, buf_cstr(&names));
	buf_done(&names);
}

void check_documents_end(struct check_trace *t)
{
	struct arena arena = ARENA_INIT;
	if (!t->documents.n || t->answers.len < TELLING_BYTES || check_level_of(t, CHECK_UNUSED_DOCUMENTS) == CHECK_OFF)
		return;
	struct provenance_answer *answer = provenance_answer_new(buf_str(&t->answers));
	bool *used = arena_zalloc(&arena, t->documents.n, sizeof *used);
	for (size_t i = 0; i < t->documents.n; i++) {
		struct provenance_use use;
		provenance_used(answer, t->documents.at[i].content, &arena, &use);
		used[i] = use.n > 0 || !t->documents.at[i].content.len;
	}
	for (size_t i = 0, next; i < t->documents.n; i = next) {
		for (next = i + 1; next < t->documents.n && t->documents.at[next].row == t->documents.at[i].row;)
			next++;
		tell(t, &t->documents.at[i], used + i, next - i);
	}
	provenance_answer_free(answer);
	arena_done(&arena);
}
