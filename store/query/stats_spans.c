/* Spans → cells (kind, name, model, provider, prompt) → the rows of a section. */
#include <math.h>
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/query/stats_private.h"
#include "store/span_row.h"
#include "store/tool_calls.h"

enum { CELLS_MOST = 50000, MESSAGES_MOST = 20000, MESSAGE_LEN = 200 };

void spans_begin(struct spans_read *r)
{
	*r = (struct spans_read){.arena = ARENA_INIT, .cells.most = CELLS_MOST, .messages.most = MESSAGES_MOST};
}

void spans_done(struct spans_read *r)
{
	groups_done(&r->cells);
	groups_done(&r->messages);
	arena_done(&r->arena);
}

/* ---------------------------------------------------------------- cells */

enum { KIND_BITS = 4, PROVIDER_BITS = 28 };
_Static_assert(N_KINDS <= 1 << KIND_BITS, "a kind fits");

struct group *cell_of(struct groups *cells, const struct cell_key *k)
{
	uint64_t provider = k->provider & ((1u << PROVIDER_BITS) - 1);
	return groups_of(cells, (uint64_t)k->name << 32 | k->model,
	                 provider << (32 + KIND_BITS) | (uint64_t)k->prompt << KIND_BITS | k->kind);
}

struct cell_key cell_key(const struct group *cell)
{
	return (struct cell_key){
	    .name = (uint32_t)(cell->a >> 32),
	    .model = (uint32_t)cell->a,
	    .provider = (uint32_t)(cell->b >> (32 + KIND_BITS)),
	    .prompt = (uint32_t)(cell->b >> KIND_BITS),
	    .kind = cell->b & ((1u << KIND_BITS) - 1),
	};
}

static bool is_rest(const struct group *g)
{
	return g->a == GROUP_REST && g->b == GROUP_REST;
}

/* ---------------------------------------------------------------- the scan */

/* A span whose subtree is not yet through. What of its usage counts is what its subtree has beyond its children's: sub_tokens and sub_cost
 * are sums of what counts. */
struct open_span {
	struct cell_key cell;
	int64_t depth, key, tokens[TALLY_TOKENS], sub_tokens, kids_tokens;
	double cost_usd, sub_cost, kids_cost;
	bool synthetic, estimated;
};

struct scan_state {
	struct spans_read *out;
	struct tool_calls calls;
	VEC(struct open_span) stack;
};

static int64_t known(int64_t n)
{
	return n == UNKNOWN_INT ? 0 : n;
}

static void close_span(struct scan_state *s)
{
	const struct open_span *o = &s->stack.at[--s->stack.n];
	if (s->stack.n) {
		struct open_span *up = &s->stack.at[s->stack.n - 1];
		up->kids_tokens += known(o->sub_tokens);
		up->kids_cost += IS_UNKNOWN(o->sub_cost) ? 0 : o->sub_cost;
	}
	if (o->synthetic)
		return;
	struct tally *t = &cell_of(&s->out->cells, &o->cell)->tally;
	bool none = known(o->tokens[0]) == 0 && known(o->tokens[1]) == 0;
	if (none || known(o->sub_tokens) != o->kids_tokens)
		for (int i = 0; i < TALLY_TOKENS; i++)
			tally_tokens(t, i, o->tokens[i]);
	double own = (IS_UNKNOWN(o->sub_cost) ? 0 : o->sub_cost) - o->kids_cost;
	if (!IS_UNKNOWN(o->cost_usd) && (o->cost_usd == 0 || fabs(own) > fabs(o->cost_usd) / 2))
		tally_cost(t, o->cost_usd, o->estimated);
}

static uint32_t word_id(struct stmt *s, int c)
{
	return (uint32_t)col_int_or(s, c, 0);
}

static void add_message(struct spans_read *out, const struct cell_key *k, struct str text)
{
	text = str_trim(text);
	size_t line = str_find_char(text, '\n');
	text = str_cut(text, 0, line < MESSAGE_LEN ? line : MESSAGE_LEN);
	if (!text.len)
		return;
	struct group *g = groups_of(&out->messages, MESSAGE_OF(k->name, k->kind), hash64(text));
	if (!g->tally.n)
		g->text = arena_str(&out->arena, text);
	g->tally.n++;
}

#define SCAN_COLUMNS                                                                                        \
	"depth, key, flags, name, kind, status, duration_ns, self_ns, model, provider, prompt, tokens_in, " \
	"tokens_out, tokens_cached, tokens_reasoning, cost_usd, sub_tokens, sub_cost, input_hash,"          \
	" CASE status WHEN 2 THEN message END"
_Static_assert(STATUS_ERROR == 2, "the SQL above names it by number");

/* The answering half of a call is the same span as its caller, which is the row above it. */
static bool is_counted(const struct scan_state *s, int64_t flags, int64_t key)
{
	if (!(flags & SPAN_ANSWER))
		return true;
	return !s->stack.n || s->stack.at[s->stack.n - 1].key != model_other_half(key);
}

static void add_span(struct scan_state *s, struct stmt *row)
{
	int64_t flags = col_int_or(row, 2, 0), kind = col_int_or(row, 4, 0), depth = col_int_or(row, 0, 0);
	while (s->stack.n && s->stack.at[s->stack.n - 1].depth >= depth)
		close_span(s);
	struct open_span span = {
	    .cell = {word_id(row, 3), word_id(row, 8),            word_id(row, 9),  word_id(row, 10),
	             kind >= 0 && kind < N_KINDS ? (uint8_t)kind : KIND_SPAN},
	    .depth = depth,
	    .key = col_int_or(row, 1, 0),
	    .tokens = {col_int(row,           11),   col_int(row, 12), col_int(row,         13), col_int(row, 14)},
	    .cost_usd = col_double(row, 15),
	    .sub_tokens = col_int(row, 16),
	    .sub_cost = col_double(row, 17),
	    .synthetic = (flags & SPAN_SYNTHETIC) != 0,
	    .estimated = (flags & SPAN_ESTIMATED) != 0,
	};
	if (!span.synthetic && is_counted(s, flags, span.key)) {
		struct tally *t = &cell_of(&s->out->cells, &span.cell)->tally;
		bool failed = col_int_or(row, 5, 0) == STATUS_ERROR;
		int64_t self = col_int(row, 7);
		t->n++;
		t->errors += failed;
		tally_time(t, col_int(row, 6));
		t->total_ns += self > 0 ? self : 0;
		if (span.cell.kind == KIND_TOOL) {
			struct tool_call_is is =
			    tool_calls_add(&s->calls, span.cell.name, (uint64_t)col_int_or(row, 18, 0), failed);
			t->retries += is.retry;
			t->repeats += is.repeat;
		}
		if (failed)
			add_message(s->out, &span.cell, col_str(row, 19));
		s->out->spans++;
	}
	*vec_add(&s->stack) = span;
}

static bool scan_trace(struct db *db, struct scan_state *s, const struct span_range *range, struct err *err)
{
	struct stmt *row =
	    db_query(db, "SELECT " SCAN_COLUMNS " FROM span WHERE pos >= ? AND pos < ? ORDER BY pos", err);
	if (!row)
		return false;
	stmt_int(row, 1, range->first);
	stmt_int(row, 2, range->first + range->n);
	tool_calls_begin(&s->calls);
	enum step step;
	while ((step = stmt_step(row, err)) == STEP_ROW)
		add_span(s, row);
	while (s->stack.n)
		close_span(s);
	stmt_end(row);
	s->out->traces++;
	return step == STEP_DONE;
}

bool spans_scan(struct db *db, const struct span_range *ranges, size_t n, int64_t most, struct spans_read *out,
                struct err *err)
{
	struct scan_state state = {.out = out};
	bool ok = true;
	int64_t before = out->spans;
	for (size_t i = 0; ok && i < n && (most < 0 || out->spans - before < most); i++)
		ok = scan_trace(db, &state, &ranges[i], err);
	tool_calls_done(&state.calls);
	vec_done(&state.stack);
	return ok;
}

/* ---------------------------------------------------------------- sections */

/* Which group of a section a cell belongs to; false: none. */
static bool group_in(enum stats_by by, const struct cell_key *k, uint64_t *key)
{
	bool calls_model = k->kind == KIND_LLM || k->kind == KIND_EMBEDDING;
	switch (by) {
	case STATS_KIND: *key = k->kind; return true;
	case STATS_MODEL: *key = k->model; return k->model || calls_model;
	case STATS_PROVIDER: *key = k->provider; return k->provider || calls_model;
	case STATS_TOOL: *key = MESSAGE_OF(k->name, k->kind); return k->kind == KIND_TOOL;
	case STATS_STEP: *key = MESSAGE_OF(k->name, k->kind); return k->kind != KIND_TOOL;
	case STATS_PROMPT: *key = k->prompt; return k->prompt != 0;
	case STATS_NAME:
	case STATS_SERVICE:
	case STATS_SESSION:
	case STATS_USER:
	case STATS_HOUR:
	case STATS_DAY:
	case STATS_DOCUMENT:
	case STATS_CHECK:
	case N_STATS_BY: break;
	}
	return false;
}

/* Of the groups with one `a` the one that came most often: a → its index + 1. */
static void best_messages(const struct spans_read *r, struct groups *best)
{
	for (size_t i = 0; i < r->messages.all.n; i++) {
		const struct group *m = &r->messages.all.at[i];
		if (is_rest(m))
			continue;
		struct tally *t = &groups_of(best, m->a, 0)->tally;
		bool more = m->tally.n > t->n ||
		            (m->tally.n == t->n && str_cmp(m->text, r->messages.all.at[t->errors - 1].text) < 0);
		if (!more)
			continue;
		t->n = m->tally.n;
		t->errors = (int64_t)i + 1;
	}
}

static bool read_prompt(struct db *db, int64_t id, struct stats *out, struct stats_row *row, struct err *err)
{
	struct stmt *s = db_query(
	    db, "SELECT (SELECT text FROM word WHERE id = p.name), p.version FROM prompt p WHERE p.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		struct str name = col_str(s, 0), version = col_str(s, 1), by_name = STR_NONE, by_version = STR_NONE;
		row->name = name.len && version.len
		                ? arena_printf(&out->arena, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(version))
		                : arena_str(&out->arena, name.len ? name : version);
		stats_filter(out, &by_name, "prompt", name);
		stats_filter(out, &by_version, "version", version);
		row->filter = by_name.len && by_version.len ? arena_printf(&out->arena, STR_FMT " " STR_FMT,
		                                                           STR_ARG(by_name), STR_ARG(by_version))
		              : by_name.len                 ? by_name
		                                            : by_version;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static bool name_row(struct db *db, struct words *words, enum stats_by by, uint64_t key, struct stats *out,
                     struct stats_row *row, struct err *err)
{
	static const char *const fields[] = {
	    [STATS_MODEL] = "model", [STATS_PROVIDER] = "provider", [STATS_TOOL] = "tool", [STATS_STEP] = "step"};
	if (by == STATS_PROMPT)
		return read_prompt(db, (int64_t)key, out, row, err);
	bool named = by == STATS_TOOL || by == STATS_STEP;
	row->has_kind = by == STATS_STEP || by == STATS_KIND;
	row->kind = by == STATS_KIND ? (enum span_kind)key : named ? (enum span_kind)(key & 0xff) : KIND_SPAN;
	if (by == STATS_KIND) {
		row->name = str_of(kind_name(row->kind));
		row->filter = arena_printf(&out->arena, "kind:%s", kind_name(row->kind));
		return true;
	}
	const struct word *word = words_get(words, db, (int64_t)(named ? key >> 8 : key), err);
	if (!word)
		return false;
	row->name = arena_str(&out->arena, word->text);
	stats_filter(out, &row->filter, fields[by], row->name);
	return true;
}

static int by_time(const void *pa, const void *pb)
{
	const struct stats_row *a = pa, *b = pb;
	if (a->figures.total_ns != b->figures.total_ns)
		return a->figures.total_ns > b->figures.total_ns ? -1 : 1;
	if (a->figures.n != b->figures.n)
		return a->figures.n > b->figures.n ? -1 : 1;
	int order = str_cmp(a->name, b->name);
	return order ? order : (int)a->kind - (int)b->kind;
}

static bool fill_section(struct db *db, const struct spans_read *r, enum stats_by by, struct groups *best,
                         struct words *words, struct stats *out, struct err *err)
{
	struct groups groups = {.most = STATS_ROWS};
	struct stats_section *section = &out->sections[by];
	bool ok = true;
	for (size_t i = 0; i < r->cells.all.n; i++) {
		struct cell_key k = cell_key(&r->cells.all.at[i]);
		uint64_t key = GROUP_REST;
		bool rest = is_rest(&r->cells.all.at[i]);
		if (rest || group_in(by, &k, &key))
			tally_merge(&groups_of(&groups, key, rest ? GROUP_REST : 0)->tally, &r->cells.all.at[i].tally);
	}
	section->rows = arena_zalloc(&out->arena, groups.all.n, sizeof *section->rows);
	for (size_t i = 0; ok && i < groups.all.n; i++) {
		const struct group *g = &groups.all.at[i];
		struct stats_row *row = &section->rows[section->n++];
		tally_figures(&g->tally, &row->figures);
		row->retries = g->tally.retries;
		row->repeats = g->tally.repeats;
		if (is_rest(g)) {
			row->name = STR_LIT("(all others)");
			section->more = true;
			continue;
		}
		ok = name_row(db, words, by, g->a, out, row, err);
		if (by != STATS_TOOL && by != STATS_STEP)
			continue;
		const struct tally *message = &groups_of(best, g->a, 0)->tally;
		if (message->n) {
			row->message = arena_str(&out->arena, r->messages.all.at[message->errors - 1].text);
			row->message_n = message->n;
		}
	}
	double total = 0;
	for (size_t i = 0; i < section->n; i++)
		total += (double)section->rows[i].figures.total_ns;
	for (size_t i = 0; i < section->n; i++)
		section->rows[i].share = total > 0 ? (double)section->rows[i].figures.total_ns / total : 0;
	groups_done(&groups);
	if (section->n > 1)
		qsort(section->rows, section->n, sizeof *section->rows, by_time);
	return ok;
}

bool spans_sections(struct db *db, const struct spans_read *r, unsigned wanted, struct stats *out, struct err *err)
{
	struct groups best = {.most = 0};
	struct words words = {.n = 0};
	bool ok = true;
	best_messages(r, &best);
	for (int by = 0; ok && by < STATS_NAME; by++)
		if (wanted & STATS_BIT(by))
			ok = fill_section(db, r, (enum stats_by)by, &best, &words, out, err);
	struct tally all = TALLY_INIT;
	for (size_t i = 0; i < r->cells.all.n; i++)
		for (int k = 2; k < TALLY_TOKENS; k++)
			tally_tokens(&all, k, r->cells.all.at[i].tally.tokens[k]);
	out->head.figures.tokens_cached = all.tokens[2];
	out->head.figures.tokens_reasoning = all.tokens[3];
	groups_done(&best);
	words_done(&words);
	return ok;
}
