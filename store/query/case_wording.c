#include "store/query/case_wording.h"

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/base/vec.h"

struct documents {
	VEC(struct document) at;
	int retrievals;
	size_t bytes;
};

/* ---------------------------------------------------------------- documents */

static bool read_documents(struct db *db, struct block_cache *blocks, int64_t trace, const struct diff_span *span,
                           struct arena *arena, struct documents *out, struct err *err)
{
	struct span_detail d;
	struct err trouble = ERR_INIT;
	bool retrieval = span->kind == KIND_RETRIEVER || span->kind == KIND_RERANKER;
	if (!span->present || !retrieval || out->retrievals >= CASE_RETRIEVALS)
		return true;
	out->retrievals++;
	if (!span_detail(db, blocks, trace, span->key, span->record, arena, &d, &trouble)) {
		if (trouble.code == ERR_INTERRUPTED)
			*err = trouble;
		return trouble.code != ERR_INTERRUPTED;
	}
	for (size_t i = 0; i < d.span.n_documents && out->at.n < CASE_DOCUMENTS; i++) {
		out->bytes += d.span.documents[i].content.len;
		if (out->bytes <= CASE_DOCUMENT_BYTES)
			*vec_add(&out->at) = d.span.documents[i];
	}
	return true;
}

static const struct document *holding(const struct documents *docs, struct str phrase)
{
	for (size_t i = 0; i < docs->at.n; i++)
		if (text_find(docs->at.at[i].content, phrase, 0, true) != SIZE_MAX)
			return &docs->at.at[i];
	return NULL;
}

/* Its id; without one, what its metadata call it. */
static struct str name_of(const struct document *doc, struct arena *arena)
{
	static const char *const keys[] = {"title", "source", "file_name", "url", "name", "path"};
	struct scan scan = SCAN_INIT;
	struct str name = doc->id;
	if (!name.len && scan_text(&scan, doc->metadata, &(struct scan_opts){.last = true, .lenient = true}))
		for (size_t i = 0; i < sizeof keys / sizeof *keys && !name.len; i++)
			name = val_str(val_get(scan_root(&scan), keys[i]), arena);
	name = arena_str(arena, name.len ? name : STR_LIT("a document"));
	scan_done(&scan);
	return name;
}

/* ---------------------------------------------------------------- phrases */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Whether a letter or digit: what is no ASCII counts as one. */
static bool is_letter(char c)
{
	unsigned char u = (unsigned char)c;
	return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z');
}

/* From a changed stretch of `text`: its first words up to a line's end, and the one after it where it is a single word. Fewer than two
 * words: absent, they stand in any document. */
static struct str phrase_of(struct str text, size_t at, size_t len)
{
	size_t end = at + len, from = at, to, words = 0;
	while (from < end && !is_letter(text.ptr[from]))
		from++;
	if (from == end)
		return STR_NONE;
	for (to = from; to < text.len && words < CASE_PHRASE_WORDS && (to < end || words < 2);) {
		size_t word = to;
		while (word < text.len && !is_blank(text.ptr[word]))
			word++;
		bool last = word < text.len && (text.ptr[word] == '\n' || text.ptr[word] == '\r');
		words += word > to;
		to = word;
		if (last || word == text.len)
			break;
		while (word < text.len && (text.ptr[word] == ' ' || text.ptr[word] == '\t'))
			word++;
		if (words >= CASE_PHRASE_WORDS || (word >= end && words >= 2))
			break;
		to = word;
	}
	while (to > from && !is_letter(text.ptr[to - 1]))
		to--;
	struct str phrase = str_cut(text, from, to - from);
	return words >= 2 && str_find_char(phrase, ' ') != SIZE_MAX ? phrase : STR_NONE;
}

static bool is_told(const struct case_wording *out, size_t n, struct str phrase)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(out[i].words, phrase))
			return true;
	return false;
}

static void find_wordings(const struct diff *words, const struct str answers[2], const struct documents docs[2],
                          struct arena *arena, struct case_wording *out, size_t *n)
{
	size_t looked = 0;
	for (size_t i = 0; i < words->n && *n < CASE_WORDINGS && looked < CASE_PHRASES; i++) {
		const struct diff_op *op = &words->ops[i];
		if (op->kind == DIFF_EQUAL)
			continue;
		int side = op->kind == DIFF_ONLY_B;
		looked++;
		struct str phrase =
		    side ? phrase_of(answers[1], op->b_at, op->b_len) : phrase_of(answers[0], op->a_at, op->a_len);
		const struct document *doc = phrase.len ? holding(&docs[side], phrase) : NULL;
		if (doc && !holding(&docs[!side], phrase) && !is_told(out, *n, phrase))
			out[(*n)++] = (struct case_wording){
			    .of_b = side == 1, .words = arena_str(arena, phrase), .document = name_of(doc, arena)};
	}
}

/* ---------------------------------------------------------------- outside */

bool case_wordings(struct db *db, struct block_cache *blocks, const struct trace_diff *traces, const struct diff *words,
                   struct str answer_a, struct str answer_b, struct arena *arena, struct case_wording *out, size_t *n,
                   struct err *err)
{
	struct documents docs[2] = {0};
	struct arena read = ARENA_INIT;
	bool ok = true;
	*n = 0;
	for (size_t i = 0; ok && words->n_changes && i < traces->n; i++)
		ok = read_documents(db, blocks, traces->a.id, &traces->rows[i].a, &read, &docs[0], err) &&
		     read_documents(db, blocks, traces->b.id, &traces->rows[i].b, &read, &docs[1], err);
	if (ok)
		find_wordings(words, (struct str[]){answer_a, answer_b}, docs, arena, out, n);
	vec_done(&docs[0].at);
	vec_done(&docs[1].at);
	arena_done(&read);
	return ok;
}
