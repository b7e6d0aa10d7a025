#include "store/query/docuse.h"

#include <stdlib.h>

#include "store/base/vec.h"

enum { ROWS_AT_ONCE = 1000 };

struct asking {
	struct db *db;
	struct block_cache *blocks;
	int64_t trace, first, n;
	const struct tree_row *row;
	struct arena *arena;
	struct docuse *out;
};

static bool is_structure(struct str text)
{
	text = str_trim(text);
	return text.len && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* What a call of a model said, in words. */
static struct str said(const struct span *span, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; span->messages[i].output && k < span->messages[i].n_parts; k++)
			if (span->messages[i].parts[k].type == PART_TEXT) {
				buf_add_cstr(&text, text.len ? "\n" : "");
				buf_add_str(&text, span->messages[i].parts[k].text);
			}
	if (!text.len && span->n_messages == 0)
		buf_add_str(&text, span->output);
	struct str out = text.len ? arena_str(arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return out;
}

/* A record that no longer reads has said nothing; a store that fails is a failure. */
static bool read_span(const struct asking *a, const struct tree_row *row, struct span_detail *d, struct err *err)
{
	struct err trouble = ERR_INIT;
	if (span_detail(a->db, a->blocks, a->trace, row->key, row->record, a->arena, d, &trouble))
		return true;
	*d = (struct span_detail){0};
	if (trouble.code != ERR_INTERRUPTED && trouble.code != ERR_STORE && trouble.code != ERR_SYSTEM &&
	    trouble.code != ERR_MEMORY)
		return true;
	*err = trouble;
	return false;
}

static bool read_root(const struct asking *a, struct str *text, struct err *err)
{
	struct tree_row root;
	struct span_detail d;
	*text = STR_NONE;
	if (a->row->pos == 0)
		return true;
	if (!tree_get(a->db, a->first, 0, a->arena, &root, err) || !read_span(a, &root, &d, err))
		return false;
	*text = d.span.output;
	return true;
}

/* The last calls of models after the retrieval, the last first. */
static bool late_calls(const struct asking *a, struct tree_row *calls, size_t *n, struct err *err)
{
	const struct folds none = {0};
	int64_t from = a->row->pos + 1, to = a->n - from > DOCUSE_ROWS ? from + DOCUSE_ROWS : a->n;
	a->out->limited = to < a->n;
	*n = 0;
	for (int64_t at = to; at > from && *n < DOCUSE_CALLS;) {
		int64_t count = at - from < ROWS_AT_ONCE ? at - from : ROWS_AT_ONCE;
		struct tree_window w;
		bool ok = tree_window(a->db, a->first, a->n, &none, at - count, count, &w, err);
		for (size_t i = w.n; ok && i-- > 0 && *n < DOCUSE_CALLS;) {
			if (w.rows[i].kind != KIND_LLM || w.rows[i].record <= 0)
				continue;
			calls[*n] = w.rows[i];
			calls[(*n)++].name = arena_str(a->arena, w.rows[i].name);
		}
		tree_window_done(&w);
		if (!ok)
			return false;
		at -= count;
	}
	return true;
}

static bool read_call(const struct asking *a, struct err *err)
{
	struct tree_row calls[DOCUSE_CALLS];
	size_t n;
	if (!late_calls(a, calls, &n, err))
		return false;
	for (size_t i = 0; i < n && !a->out->answer.len; i++) {
		struct span_detail d;
		if (!read_span(a, &calls[i], &d, err))
			return false;
		a->out->answer = said(&d.span, a->arena);
		a->out->name = calls[i].name;
		a->out->pos = calls[i].pos;
	}
	return true;
}

static bool find_answer(const struct asking *a, struct err *err)
{
	struct str root;
	if (!read_root(a, &root, err))
		return false;
	if (str_trim(root).len && !is_structure(root)) {
		a->out->answer = root;
		a->out->of_trace = true;
		return true;
	}
	if (!read_call(a, err))
		return false;
	if (!a->out->answer.len && root.len) {
		a->out->answer = root;
		a->out->of_trace = true;
	}
	return true;
}

bool docuse_find(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                 const struct tree_row *row, const struct span *span, struct arena *arena, struct docuse *out,
                 struct err *err)
{
	const struct asking a = {
	    .db = db, .blocks = blocks, .trace = trace, .first = first, .n = n, .row = row, .arena = arena, .out = out};
	*out = (struct docuse){.known = true};
	if (!find_answer(&a, err))
		return false;
	if (!out->answer.len)
		return true;
	out->uses = arena_zalloc(arena, span->n_documents + 1, sizeof *out->uses);
	struct provenance_answer *answer = provenance_answer_new(out->answer);
	for (size_t i = 0; i < span->n_documents; i++) {
		provenance_used(answer, span->documents[i].content, arena, &out->uses[i]);
		out->n_used += out->uses[i].n > 0;
	}
	provenance_answer_free(answer);
	return true;
}
