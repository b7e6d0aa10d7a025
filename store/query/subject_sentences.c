#include "store/query/subject.h"

#include "store/study/provenance.h"

void subject_sentences(const struct subject *s, struct str answer, struct arena *arena, struct subject_sentence **out,
                       size_t *n)
{
	struct provenance found = {.n = 0};
	struct provenance_source *sources = arena_zalloc(arena, s->n_documents + 1, sizeof *sources);
	for (size_t i = 0; i < s->n_documents; i++)
		sources[i].text = s->documents[i].text;
	provenance_find(answer, sources, s->n_documents, &found);
	*n = found.n;
	*out = arena_zalloc(arena, found.n + 1, sizeof **out);
	for (size_t i = 0; i < found.n; i++) {
		const struct origin *o = &found.at[i];
		bool match = o->kind == PROVENANCE_MATCH;
		(*out)[i] = (struct subject_sentence){.at = o->at,
		                                      .len = o->len,
		                                      .document = match ? o->source : -1,
		                                      .too_short = o->kind == PROVENANCE_SHORT,
		                                      .document_at = match ? o->source_at : 0,
		                                      .document_len = match ? o->source_len : 0};
	}
	provenance_done(&found);
}
