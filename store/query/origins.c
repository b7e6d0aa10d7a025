#include "store/query/origins.h"

#include <stdlib.h>

#include "store/base/vec.h"
#include "store/query/said.h"
#include "store/query/span.h"
#include "store/query/span_list.h"

enum { TRIES = 64 /* model calls looked at for the last that answered in words */ };

const char *origin_kind_name(enum origin_kind kind)
{
	static const char *const names[] = {"document", "tool", "user", "system", "assistant"};
	return names[kind];
}

void origin_source_words(struct buf *out, const struct origin_source *s, bool ascii)
{
	const char *dot = ascii ? ", " : " · ";
	buf_add_cstr(out, s->kind == ORIGIN_TOOL        ? "tool"
	                  : s->kind == ORIGIN_DOCUMENT  ? "doc"
	                  : s->kind == ORIGIN_ASSISTANT ? "earlier answer"
	                  : s->kind == ORIGIN_USER      ? "user"
	                                                : "system");
	if (s->rank > 0)
		buf_printf(out, s->kind == ORIGIN_USER ? " turn %d" : " %d", s->rank);
	if (s->name.len) {
		buf_add_cstr(out, s->kind == ORIGIN_TOOL ? " " : dot);
		buf_add_str(out, s->name);
	}
}

/* ---------------------------------------------------------------- gathering */

struct gathering {
	struct db *db;
	const struct trace_row *trace;
	struct block_cache *blocks;
	struct origins *out;
	struct span_list list;
	VEC(struct origin_source) kinds[ORIGINS_KINDS];
	VEC(uint64_t)
	seen;           /* texts there are already, sorted; they come in twice with each call that sends them again */
	int64_t end_ns; /* sources begin before */
	size_t bytes;
};

static bool read_span(struct gathering *g, const struct tree_row *row, struct arena *arena, struct span_detail *out,
                      struct err *err)
{
	g->out->n_looked++;
	return span_detail(g->db, g->blocks, g->trace->id, row->key, row->record, arena, out, err);
}

static bool is_new(struct gathering *g, struct str text)
{
	uint64_t hash = hash64(text);
	size_t low = 0, high = g->seen.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (g->seen.at[mid] < hash)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < g->seen.n && g->seen.at[low] == hash)
		return false;
	(void)vec_add(&g->seen);
	memmove(g->seen.at + low + 1, g->seen.at + low, (g->seen.n - 1 - low) * sizeof *g->seen.at);
	g->seen.at[low] = hash;
	return true;
}

static void add(struct gathering *g, const struct tree_row *row, enum origin_kind kind, struct str text,
                struct str name, int rank, double score)
{
	struct arena *arena = &g->out->arena;
	text = str_trim(text);
	if (!text.len)
		return;
	if (g->bytes + text.len > ORIGINS_BYTES || g->kinds[kind].n >= PROVENANCE_SOURCES) {
		g->out->partial = true;
		return;
	}
	if (!is_new(g, text))
		return;
	g->bytes += text.len;
	struct str plain = said_plain(text, arena);
	*vec_add(&g->kinds[kind]) =
	    (struct origin_source){.kind = kind,
	                           .span = row->key,
	                           .pos = row->pos,
	                           .span_name = row->name,
	                           .id = row->id,
	                           .name = arena_str(arena, name),
	                           .rank = rank,
	                           .score = score,
	                           .text = plain.ptr == text.ptr ? arena_str(arena, text) : plain};
}

static void add_documents(struct gathering *g, const struct tree_row *row, const struct span *span)
{
	for (size_t i = 0; i < span->n_documents; i++)
		add(g, row, ORIGIN_DOCUMENT, span->documents[i].content,
		    said_document(&span->documents[i], &g->out->arena), (int)i + 1, span->documents[i].score);
}

/* The tool whose call a result answers. */
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

static enum origin_kind kind_of_role(struct str role)
{
	if (str_ieq(role, "system") || str_ieq(role, "developer"))
		return ORIGIN_SYSTEM;
	if (str_ieq(role, "assistant") || str_ieq(role, "ai") || str_ieq(role, "model"))
		return ORIGIN_ASSISTANT;
	return str_ieq(role, "tool") || str_ieq(role, "function") ? ORIGIN_TOOL : ORIGIN_USER;
}

/* What went into a call: the parts of its input messages. */
static void add_messages(struct gathering *g, const struct tree_row *row, const struct span *span)
{
	int turn = 0;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		enum origin_kind kind = kind_of_role(m->role);
		if (m->output)
			continue;
		turn += kind == ORIGIN_USER;
		for (size_t p = 0; p < m->n_parts; p++) {
			const struct message_part *part = &m->parts[p];
			if (part->type == PART_TOOL_RESULT)
				add(g, row, ORIGIN_TOOL, part->text, tool_of(span, part), 0, UNKNOWN_DOUBLE);
			else if (part->type == PART_TEXT)
				add(g, row, kind, part->text, m->name, kind == ORIGIN_USER ? turn : 0, UNKNOWN_DOUBLE);
		}
	}
	if (!span->n_messages && span->kind != KIND_TOOL)
		add(g, row, ORIGIN_USER, span->input, STR_NONE, 1, UNKNOWN_DOUBLE);
}

static bool began_before(const struct gathering *g, const struct tree_row *row)
{
	return g->end_ns == TIME_UNKNOWN || row->start_ns == TIME_UNKNOWN || row->start_ns <= g->end_ns;
}

static bool is_source(const struct tree_row *row)
{
	return row->kind == KIND_RETRIEVER || row->kind == KIND_RERANKER || row->kind == KIND_TOOL;
}

static int64_t end_of(const struct tree_row *row)
{
	int64_t end;
	if (row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT ||
	    __builtin_add_overflow(row->start_ns, row->duration_ns, &end))
		return TIME_UNKNOWN;
	return end;
}

/* Documents and results where they were first had. What a tool span inside a tool gives, both give: once is enough. */
static bool gather_spans(struct gathering *g, struct err *err)
{
	struct arena arena = ARENA_INIT;
	bool ok = true;
	for (size_t i = 0; ok && i < g->list.n; i++) {
		const struct tree_row *row = &g->list.rows[i];
		struct span_detail detail;
		if (!is_source(row) || row->key == g->out->span || !began_before(g, row))
			continue;
		if (g->bytes > ORIGINS_BYTES) {
			g->out->partial = true;
			break;
		}
		ok = read_span(g, row, &arena, &detail, err);
		if (ok) {
			add_documents(g, row, &detail.span);
			if (row->kind == KIND_TOOL)
				add(g, row, ORIGIN_TOOL, detail.span.output,
				    detail.span.tool_name.len ? detail.span.tool_name : row->name, 0, UNKNOWN_DOUBLE);
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

/* What was said to the model: of the answering call, else of the last call before, which has all the turns; and what the root was asked. */
static bool gather_turns(struct gathering *g, const struct tree_row *answer, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct span_detail detail;
	struct tree_row root;
	bool ok = tree_get(g->db, g->trace->first, 0, &g->out->arena, &root, err) &&
	          read_span(g, answer, &arena, &detail, err);
	if (ok) {
		add_documents(g, answer, &detail.span);
		add_messages(g, answer, &detail.span);
	}
	arena_reset(&arena);
	for (size_t i = g->list.n; ok && answer->kind != KIND_LLM && i-- > 0;) {
		const struct tree_row *row = &g->list.rows[i];
		if (row->kind != KIND_LLM || !began_before(g, row))
			continue;
		ok = read_span(g, row, &arena, &detail, err);
		if (ok)
			add_messages(g, row, &detail.span);
		break;
	}
	arena_reset(&arena);
	if (ok && root.key != answer->key && root.record > 0) {
		ok = read_span(g, &root, &arena, &detail, err);
		if (ok)
			add_messages(g, &root, &detail.span);
	}
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- the answer */

static void take_answer(struct gathering *g, const struct tree_row *row, struct str answer)
{
	struct origins *o = g->out;
	o->answer = arena_str(&o->arena, answer);
	o->span = row->key;
	o->pos = row->pos;
	o->span_name = row->name;
	o->span_id = row->id;
	o->kind = row->kind;
	g->end_ns = end_of(row);
}

static bool answer_of(struct gathering *g, const struct tree_row *row, struct arena *arena, struct str *out,
                      struct err *err)
{
	struct span_detail detail;
	*out = STR_NONE;
	if (row->record <= 0)
		return true;
	if (!read_span(g, row, arena, &detail, err))
		return false;
	*out = str_trim(said_answer(&detail.span, arena));
	return true;
}

/* The last model call that said `wanted` (absent: anything in words); pos -1: none. */
static bool last_call(struct gathering *g, struct str wanted, struct tree_row *found, struct err *err)
{
	struct arena arena = ARENA_INIT;
	bool ok = true;
	int tries = 0;
	found->pos = -1;
	for (size_t i = g->list.n; ok && i-- > 0 && tries < TRIES && found->pos < 0;) {
		const struct tree_row *row = &g->list.rows[i];
		struct str said;
		if (row->kind != KIND_LLM)
			continue;
		if (!wanted.ptr && row->status == STATUS_ERROR)
			break; /* it was to answer, and did not */
		tries++;
		ok = answer_of(g, row, &arena, &said, err);
		if (ok && said.len && (!wanted.ptr || str_eq(said, wanted))) {
			*found = *row;
			take_answer(g, row, said);
		}
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

static bool find_answer(struct gathering *g, struct tree_row *row, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct str said;
	struct tree_row root, call;
	g->out->whole = true;
	bool ok = tree_get(g->db, g->trace->first, 0, &g->out->arena, &root, err) &&
	          answer_of(g, &root, &arena, &said, err) && last_call(g, said.len ? said : STR_NONE, &call, err);
	if (ok && call.pos < 0)
		take_answer(g, &root, said);
	*row = ok && call.pos >= 0 ? call : root;
	arena_done(&arena);
	return ok;
}

static bool asked_answer(struct gathering *g, int64_t key, struct tree_row *row, struct err *err)
{
	struct arena arena = ARENA_INIT;
	int64_t pos;
	struct str said;
	bool ok = tree_find(g->db, g->trace->first, g->trace->n, key, &pos, err);
	if (ok && pos < 0)
		ok = err_set(err, ERR_NOT_FOUND, NULL, "the trace has no such span");
	ok = ok && tree_get(g->db, g->trace->first, pos, &g->out->arena, row, err) &&
	     answer_of(g, row, &arena, &said, err);
	if (ok)
		take_answer(g, row, said);
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- all together */

/* A draft or an inner call that said just the same is no source of it. */
static bool is_the_answer(const struct gathering *g, const struct origin_source *s)
{
	return str_eq(s->text, str_trim(g->out->answer));
}

static void compare(struct gathering *g)
{
	static const int ranks[] = {0, 0, 1, 2, 3};
	struct origins *o = g->out;
	size_t n = 0;
	for (int k = 0; k < ORIGINS_KINDS; k++)
		n += g->kinds[k].n;
	o->sources = arena_zalloc(&o->arena, n + 1, sizeof *o->sources);
	struct provenance_source *texts = arena_zalloc(&o->arena, n + 1, sizeof *texts);
	for (int k = 0; k < ORIGINS_KINDS; k++)
		for (size_t i = 0; i < g->kinds[k].n; i++) {
			if (is_the_answer(g, &g->kinds[k].at[i]))
				continue;
			texts[o->n_sources] = (struct provenance_source){g->kinds[k].at[i].text, ranks[k]};
			o->sources[o->n_sources++] = g->kinds[k].at[i];
		}
	provenance_find(o->answer, texts, o->n_sources, &o->found);
	o->partial = o->partial || o->found.partial;
	for (size_t i = 0; i < o->found.n; i++)
		if (o->found.at[i].kind == PROVENANCE_MATCH)
			o->sources[o->found.at[i].source].used++;
}

bool origins_find(struct db *db, const struct trace_row *trace, const int64_t *span, struct origins *out,
                  struct err *err)
{
	enum { KINDS = 1 << KIND_LLM | 1 << KIND_TOOL | 1 << KIND_RETRIEVER | 1 << KIND_RERANKER };
	struct gathering g = {.db = db, .trace = trace, .out = out};
	struct tree_row row;
	*out = (struct origins){.n_sources = 0};
	if (trace->n <= 0)
		return err_set(err, ERR_NOT_FOUND, NULL, "the trace has no spans");
	g.blocks = block_cache_new(db);
	bool ok = span_list(db, trace, KINDS, ORIGINS_SPANS, true, &out->arena, &g.list, err) &&
	          (span ? asked_answer(&g, *span, &row, err) : find_answer(&g, &row, err));
	if (ok && out->answer.len) {
		out->partial = g.list.more;
		ok = gather_spans(&g, err) && gather_turns(&g, &row, err);
		if (ok)
			compare(&g);
	}
	for (int k = 0; k < ORIGINS_KINDS; k++)
		vec_done(&g.kinds[k]);
	vec_done(&g.seen);
	block_cache_free(g.blocks);
	return ok;
}

void origins_done(struct origins *o)
{
	provenance_done(&o->found);
	arena_done(&o->arena);
	*o = (struct origins){.n_sources = 0};
}
