#include "store/query/ledger.h"

#include <math.h>
#include <stdlib.h>

#include "store/query/said.h"
#include "store/query/span.h"
#include "store/query/span_list.h"
#include "store/span_row.h"
#include "store/study/provenance.h"

enum {
	DOCUMENT_LEAST = 40, /* bytes; shorter ones stand in texts by chance */
	TEXT_LEAST = 100,
	SPLITS = 4096,           /* texts of which it is remembered what stands in them */
	SEARCH_BYTES = 256 << 20 /* of documents looked through in all */
};

struct document_known {
	struct str name, text, span_id;
	int64_t span;
};

/* The documents that stand in a text: bytes of each. */
struct held {
	uint32_t document;
	size_t at, len; /* in the text */
};
struct split {
	uint64_t hash; /* of the text; 0: free */
	const struct held *held;
	size_t n;
};

struct reading {
	struct db *db;
	const struct trace_row *trace;
	struct block_cache *blocks;
	struct ledger *out;
	struct arena arena; /* documents, splits */
	VEC(struct document_known) documents;
	struct split *splits;
	size_t n_splits;
	size_t bytes, searched;
	VEC(struct ledger_part) parts; /* of the call at hand */
};

/* ---------------------------------------------------------------- documents */

static bool read_documents(struct reading *r, struct err *err)
{
	struct span_list list;
	struct arena arena = ARENA_INIT;
	bool ok = span_list(r->db, r->trace, 1U << KIND_RETRIEVER | 1U << KIND_RERANKER, LEDGER_DOCUMENTS, false,
	                    &r->arena, &list, err);
	for (size_t i = 0; ok && i < list.n && r->documents.n < LEDGER_DOCUMENTS; i++) {
		struct span_detail detail;
		ok = span_detail(r->db, r->blocks, r->trace->id, list.rows[i].key, list.rows[i].record, &arena, &detail,
		                 err);
		for (size_t d = 0; ok && d < detail.span.n_documents && r->documents.n < LEDGER_DOCUMENTS; d++) {
			const struct document *document = &detail.span.documents[d];
			if (document->content.len >= DOCUMENT_LEAST)
				*vec_add(&r->documents) = (struct document_known){
				    .name = arena_str(&r->arena, said_document(document, &arena)),
				    .text = arena_str(&r->arena, document->content),
				    .span_id = list.rows[i].id,
				    .span = list.rows[i].key};
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

static struct split *find_split(struct reading *r, uint64_t hash)
{
	size_t i = (size_t)hash % (2 * SPLITS);
	while (r->splits[i].hash && r->splits[i].hash != hash)
		i = (i + 1) % (2 * SPLITS);
	return &r->splits[i];
}

static int by_place(const void *a, const void *b)
{
	const struct held *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

/* All of the document in one place of the text, or len 0. */
static struct held place_of(const struct provenance_answer *text, const struct document_known *d, struct arena *arena)
{
	struct provenance_use use;
	provenance_used(text, d->text, arena, &use);
	if (!use.n || use.share < LEDGER_HELD)
		return (struct held){.len = 0};
	size_t from = SIZE_MAX, to = 0;
	for (size_t i = 0; i < use.n; i++) {
		const struct provenance_passage *p = &use.passages[i];
		from = p->answer_at < from ? p->answer_at : from;
		to = p->answer_at + p->answer_len > to ? p->answer_at + p->answer_len : to;
	}
	return (struct held){.at = from, .len = to - from <= d->text.len * 3 / 2 ? to - from : 0};
}

static void make_split(struct reading *r, struct split *split, struct str text)
{
	struct provenance_answer *index = provenance_answer_new(text);
	struct arena scratch = ARENA_INIT;
	VEC(struct held) found = {0};
	for (size_t i = 0; i < r->documents.n && r->searched < SEARCH_BYTES; i++) {
		struct held held = {.len = 0};
		if (r->documents.at[i].text.len <= 2 * text.len)
			held = place_of(index, &r->documents.at[i], &scratch);
		r->searched += r->documents.at[i].text.len;
		held.document = (uint32_t)i;
		if (held.len)
			*vec_add(&found) = held;
		arena_reset(&scratch);
	}
	if (found.n)
		qsort(found.at, found.n, sizeof *found.at, by_place);
	struct held *kept = arena_alloc(&r->arena, size_mul(found.n + 1, sizeof *kept));
	size_t end = 0;
	for (size_t i = 0; i < found.n; i++)
		if (found.at[i].at >= end) {
			kept[split->n++] = found.at[i];
			end = found.at[i].at + found.at[i].len;
		}
	split->held = kept;
	r->n_splits++;
	vec_done(&found);
	arena_done(&scratch);
	provenance_answer_free(index);
}

/* What documents stand in the text; each text is looked through once, however often it is sent. */
static const struct split *split_of(struct reading *r, struct str text)
{
	static const struct split none = {.n = 0};
	if (!r->documents.n || text.len < TEXT_LEAST)
		return &none;
	uint64_t hash = hash64(text) | 1;
	struct split *split = find_split(r, hash);
	if (split->hash)
		return split;
	if (r->n_splits == SPLITS || r->searched >= SEARCH_BYTES) {
		r->out->partial = true;
		return &none;
	}
	split->hash = hash;
	make_split(r, split, text);
	return split;
}

/* ---------------------------------------------------------------- the parts of a call */

static void add_part(struct reading *r, enum ledger_kind kind, struct str name, struct str text, bool output)
{
	if (!text.len)
		return;
	static const struct split none = {.n = 0};
	const struct split *split = output ? &none : split_of(r, text);
	size_t bytes = text.len;
	for (size_t i = 0; i < split->n; i++)
		bytes -= split->held[i].len < bytes ? split->held[i].len : bytes;
	*vec_add(&r->parts) =
	    (struct ledger_part){.kind = kind, .name = name, .text = text, .bytes = bytes, .output = output};
	for (size_t i = 0; i < split->n; i++) {
		const struct document_known *d = &r->documents.at[split->held[i].document];
		*vec_add(&r->parts) = (struct ledger_part){.kind = LEDGER_DOCUMENT,
		                                           .name = d->name,
		                                           .text = d->text,
		                                           .bytes = split->held[i].len,
		                                           .span = d->span,
		                                           .span_id = d->span_id};
	}
}

static enum ledger_kind kind_of_role(struct str role)
{
	if (str_ieq(role, "system") || str_ieq(role, "developer"))
		return LEDGER_SYSTEM;
	if (str_ieq(role, "assistant") || str_ieq(role, "ai") || str_ieq(role, "model"))
		return LEDGER_ASSISTANT;
	return str_ieq(role, "tool") || str_ieq(role, "function") ? LEDGER_RESULT : LEDGER_USER;
}

static struct str tool_of(const struct span *span, const struct message_part *result)
{
	if (result->name.len || !result->id.len)
		return result->name;
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t p = 0; p < span->messages[i].n_parts; p++) {
			const struct message_part *part = &span->messages[i].parts[p];
			if (part->type == PART_TOOL_CALL && str_eq(part->id, result->id))
				return part->name;
		}
	return STR_NONE;
}

static void add_messages(struct reading *r, const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		enum ledger_kind kind = m->output ? LEDGER_ASSISTANT : kind_of_role(m->role);
		for (size_t p = 0; p < m->n_parts; p++) {
			const struct message_part *part = &m->parts[p];
			if (part->type == PART_TOOL_CALL)
				add_part(r, LEDGER_ASSISTANT, part->name, part->text.len ? part->text : part->name,
				         m->output);
			else if (part->type == PART_TOOL_RESULT)
				add_part(r, LEDGER_RESULT, tool_of(span, part), part->text, m->output);
			else if (part->type == PART_MEDIA)
				add_part(r, LEDGER_MEDIA, part->name, part->text.len ? part->text : part->name,
				         m->output);
			else
				add_part(r, kind, m->name, part->text, m->output);
		}
	}
	bool any = false;
	for (size_t i = 0; i < r->parts.n; i++)
		any = any || !r->parts.at[i].output;
	if (!any)
		add_part(r, LEDGER_INPUT, STR_NONE, span->input, false);
}

/* The definitions of tools, wherever producers put them. */
static void add_tools(struct reading *r, const struct span *span, struct buf *tools)
{
	static const char *const keys[] = {"llm.tools",
	                                   "gen_ai.tool.definitions",
	                                   "gen_ai.request.tools",
	                                   "llm.request.functions",
	                                   "ai.prompt.tools",
	                                   "gen_ai.request.functions",
	                                   NULL};
	buf_clear(tools);
	for (size_t i = 0; i < span->n_attributes; i++) {
		const struct attribute *a = &span->attributes[i];
		bool plain = str_is(a->key, "tools") || str_is(a->key, "functions");
		for (size_t k = 0; keys[k] && !plain; k++)
			plain = str_starts(a->key, keys[k]);
		if (plain && a->json.len > 4)
			buf_add_str(tools, a->json);
	}
	if (tools->len)
		*vec_add(&r->parts) =
		    (struct ledger_part){.kind = LEDGER_TOOLS, .text = buf_str(tools), .bytes = tools->len};
}

/* ---------------------------------------------------------------- calls */

static bool read_call(struct reading *r, const struct tree_row *row, struct buf *tools, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_detail detail = {0};
	bool ok = row->record <= 0 ||
	          span_detail(r->db, r->blocks, r->trace->id, row->key, row->record, &arena, &detail, err);
	const struct ledger_call_in call = {.span = row->key,
	                                    .id = row->id,
	                                    .pos = row->pos,
	                                    .start_ns = row->start_ns,
	                                    .duration_ns = row->duration_ns,
	                                    .name = row->name,
	                                    .model = row->model,
	                                    .provider = row->provider,
	                                    .tokens_in = row->tokens_in,
	                                    .tokens_out = row->tokens_out,
	                                    .tokens_cached = row->tokens_cached,
	                                    .tokens_cache_write = row->tokens_cache_write,
	                                    .tokens_reasoning = row->tokens_reasoning,
	                                    .cost_usd = row->cost_usd,
	                                    .estimated = (row->flags & SPAN_ESTIMATED) != 0,
	                                    .other = row->kind == KIND_EMBEDDING || row->kind == KIND_RERANKER};
	if (ok) {
		vec_clear(&r->parts);
		add_tools(r, &detail.span, tools);
		add_messages(r, &detail.span);
		for (size_t i = 0; i < r->parts.n; i++)
			r->bytes += r->parts.at[i].bytes;
		if (r->parts.n || row->tokens_in != UNKNOWN_INT || !IS_UNKNOWN(row->cost_usd))
			ledger_add(r->out, &call, r->parts.at, r->parts.n);
	}
	arena_done(&arena);
	return ok;
}

/* Of model calls inside each other, of which instrumentation on top of instrumentation makes two of one, those that state figures are calls; if
 * none does, the outermost is. `skip`: by row of the list. */
struct nested {
	int64_t pos;
	size_t row;
};

static int by_pos(const void *a, const void *b)
{
	const struct nested *x = a, *y = b;
	return (x->pos > y->pos) - (x->pos < y->pos);
}

static bool states(const struct tree_row *row)
{
	return row->tokens_in != UNKNOWN_INT || row->tokens_out != UNKNOWN_INT || !IS_UNKNOWN(row->cost_usd);
}

static void mark_nested(const struct span_list *list, struct arena *arena, bool *skip)
{
	struct nested *order = arena_zalloc(arena, list->n + 1, sizeof *order);
	size_t *stated = arena_zalloc(arena, list->n + 1, sizeof *stated), n = 0; /* stated[i]: of the calls before i */
	int64_t end = -1;
	for (size_t i = 0; i < list->n; i++)
		if (list->rows[i].kind == KIND_LLM)
			order[n++] = (struct nested){list->rows[i].pos, i};
	if (n)
		qsort(order, n, sizeof *order, by_pos);
	for (size_t i = 0; i < n; i++)
		stated[i + 1] = stated[i] + states(&list->rows[order[i].row]);
	for (size_t i = 0; i < n; i++) {
		const struct tree_row *row = &list->rows[order[i].row];
		size_t low = i + 1, high = n;
		while (low < high) { /* the first call that is not inside this one */
			size_t mid = low + (high - low) / 2;
			if (order[mid].pos < row->pos + row->size)
				low = mid + 1;
			else
				high = mid;
		}
		if (!states(row))
			skip[order[i].row] = row->pos < end || stated[low] > stated[i + 1];
		end = row->pos + row->size > end ? row->pos + row->size : end;
	}
}

bool ledger_read(struct db *db, const struct trace_row *trace, struct ledger *out, struct err *err)
{
	struct reading r = {.db = db, .trace = trace, .out = out};
	struct span_list list = {.n = 0};
	struct buf tools = BUF_INIT;
	*out = (struct ledger){.mask = 0};
	r.blocks = block_cache_new(db);
	r.splits = xcalloc((size_t)2 * SPLITS, sizeof *r.splits);
	bool ok = span_list(db, trace, 1U << KIND_LLM | SPAN_LIST_USAGE, LEDGER_CALLS, false, &r.arena, &list, err) &&
	          read_documents(&r, err);
	out->partial = list.more;
	bool *skip = xcalloc(list.n + 1, sizeof *skip);
	if (ok)
		mark_nested(&list, &r.arena, skip);
	for (size_t i = 0; ok && i < list.n; i++) {
		if (skip[i] || list.rows[i].flags & SPAN_DUP_USAGE)
			continue;
		if (r.bytes > LEDGER_BYTES) {
			out->partial = true;
			break;
		}
		ok = read_call(&r, &list.rows[i], &tools, err);
	}
	ledger_end(out);
	buf_done(&tools);
	vec_done(&r.documents);
	vec_done(&r.parts);
	free(r.splits);
	free(skip);
	arena_done(&r.arena);
	block_cache_free(r.blocks);
	return ok;
}

/* ---------------------------------------------------------------- words */

void ledger_sum_words(struct buf *out, const struct ledger *l, const struct trace_row *trace)
{
	if (l->partial && trace->tokens_in != UNKNOWN_INT)
		buf_add_cstr(out, "read in part: ");
	if (trace->tokens_in == UNKNOWN_INT) {
		buf_add_cstr(out, "the trace states no tokens; about ");
		units_thousands(out, l->tokens_in);
		buf_add_cstr(out, " by length");
		return;
	}
	buf_add_cstr(out, "adds up to ");
	units_thousands(out, l->stated);
	buf_add_cstr(out, " of ");
	units_thousands(out, trace->tokens_in);
	buf_add_cstr(out, " tokens in");
	double usd = l->input_usd + l->output_usd;
	if (IS_UNKNOWN(trace->cost_usd) || IS_UNKNOWN(usd) || !l->calls.n)
		return;
	buf_add_cstr(out, ", ");
	(l->estimated ? units_usd_about : units_usd)(out, usd);
	if (fabs(usd - trace->cost_usd) > 1e-9 + 1e-6 * fabs(usd)) {
		buf_add_cstr(out, " of ");
		units_usd(out, trace->cost_usd);
	}
}

void ledger_piece_words(struct buf *out, const struct ledger_piece *p)
{
	static const char *const words[N_LEDGER_KINDS] = {
	    "system prompt", "tool definitions", "user turn", "assistant turn", "tool result", "document", "media",
	    "input",         "unrecorded"};
	bool named = p->name.len > 0;
	if (p->kind == LEDGER_ASSISTANT && named)
		buf_add_cstr(out, "call of");
	else if (p->kind == LEDGER_RESULT && named)
		buf_add_cstr(out, "result of");
	else if (p->kind == LEDGER_UNRECORDED && named)
		buf_add_cstr(out, "unrecorded:");
	else
		buf_add_cstr(out, words[p->kind]);
	if (named) {
		buf_add_char(out, ' ');
		buf_add_str(out, p->name);
	}
}
