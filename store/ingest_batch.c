#include "store/ingest_batch_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/settle.h"
#include "store/span_row.h"

enum { KEEP_ROWS = 1 << 14 };

/* ---------------------------------------------------------------- life */

void batch_init(struct batch *b, struct block_pool *pool)
{
	*b = (struct batch){.arena = ARENA_INIT, .pool = pool};
	batch_reset(b, 0);
}

static void map_clear(struct batch_map *map)
{
	if (map->cap > 4 * KEEP_ROWS) {
		free(map->slot);
		*map = (struct batch_map){0};
	}
	if (map->slot && map->n)
		memset(map->slot, 0, map->cap * sizeof *map->slot);
	map->n = 0;
}

#define RESET(v)                         \
	do {                             \
		if ((v).cap > KEEP_ROWS) \
			vec_done(&(v));  \
		vec_clear(&(v));         \
	} while (0)

static void drop_blocks(struct batch *b)
{
	for (size_t i = 0; i < b->blocks.n; i++)
		block_fill_done(&b->blocks.at[i], b->pool);
	vec_clear(&b->blocks);
	b->raw_bytes = b->n_helped = 0;
}

void batch_reset(struct batch *b, uint64_t first_entry)
{
	arena_reset(&b->arena);
	drop_blocks(b);
	RESET(b->entries);
	RESET(b->words);
	RESET(b->prompts);
	RESET(b->traces);
	RESET(b->spans);
	RESET(b->said);
	RESET(b->tags);
	RESET(b->scores);
	RESET(b->runs);
	RESET(b->run_said);
	RESET(b->metrics);
	RESET(b->cases);
	RESET(b->case_scores);
	RESET(b->annotations);
	RESET(b->problems);
	map_clear(&b->word_map);
	map_clear(&b->prompt_map);
	map_clear(&b->trace_map);
	map_clear(&b->run_map);
	*vec_add(&b->words) = (struct batch_word){0};
	*vec_add(&b->prompts) = (struct batch_prompt){0};
	b->first_entry = first_entry;
	b->first_ns = b->last_ns = TIME_UNKNOWN;
	b->has_point = b->ends_source = false;
	b->full_blocks = BATCH_BLOCKS;
}

void batch_done(struct batch *b)
{
	arena_done(&b->arena);
	drop_blocks(b);
	vec_done(&b->blocks);
	buf_done(&b->facts);
	vec_done(&b->entries);
	vec_done(&b->words);
	vec_done(&b->prompts);
	vec_done(&b->traces);
	vec_done(&b->spans);
	vec_done(&b->said);
	vec_done(&b->tags);
	vec_done(&b->scores);
	vec_done(&b->runs);
	vec_done(&b->run_said);
	vec_done(&b->metrics);
	vec_done(&b->cases);
	vec_done(&b->case_scores);
	vec_done(&b->annotations);
	vec_done(&b->problems);
	free(b->word_map.slot);
	free(b->prompt_map.slot);
	free(b->trace_map.slot);
	free(b->run_map.slot);
	*b = (struct batch){0};
}

size_t batch_bytes(const struct batch *b)
{
	return b->raw_bytes + b->arena.total + b->spans.n * sizeof *b->spans.at + b->entries.n * sizeof *b->entries.at +
	       b->cases.n * sizeof *b->cases.at + b->scores.n * sizeof *b->scores.at +
	       b->case_scores.n * sizeof *b->case_scores.at + b->said.n * sizeof *b->said.at +
	       b->annotations.n * sizeof *b->annotations.at;
}

bool batch_is_empty(const struct batch *b)
{
	return b->entries.n == 0 && b->spans.n == 0 && b->said.n == 0 && b->scores.n == 0 && b->run_said.n == 0 &&
	       b->cases.n == 0 && b->annotations.n == 0 && b->problems.n == 0;
}

/* ---------------------------------------------------------------- entries */

static struct block_fill *room_for(struct batch *b, size_t bytes)
{
	struct block_fill *last = b->blocks.n ? &b->blocks.at[b->blocks.n - 1] : NULL;
	size_t limit =
	    b->blocks.n == b->full_blocks ? BLOCK_MOST : BLOCK_BYTES; /* rather than a small one at the end */
	if (last && !block_is_full(last, bytes, limit))
		return last;
	struct block_fill *next = vec_add(&b->blocks);
	*next = (struct block_fill){.first = b->first_entry + b->entries.n - 1};
	return next;
}

uint64_t batch_entry_add(struct batch *b, struct batch_place *place, const struct entry *e)
{
	*vec_add(&b->entries) = (struct batch_entry){
	    .type = e->type,
	    .slot = e->slot,
	    .frame = e->frame,
	    .record = e->record,
	    .line = e->line,
	    .offset = e->offset,
	    .hash = hash64(e->bytes),
	    .len = (uint32_t)e->bytes.len,
	};
	BUG_ON(e->bytes.len > UINT32_MAX / 2);
	block_add(room_for(b, e->bytes.len), e, b->pool);
	b->raw_bytes += e->bytes.len;
	if (e->type == ENTRY_RECORD || e->type == ENTRY_DETAIL) {
		place->entry_hash = b->entries.at[b->entries.n - 1].hash;
		place->made_up = 0;
		place->record = e->record;
		place->number = b->first_entry + b->entries.n - 1;
	}
	return b->first_entry + b->entries.n - 1;
}

/* The entry at work, if it is in this batch (a record of very many rows may have been begun in an earlier one). */
static uint32_t entry_at_work(struct batch *b, const struct batch_place *place, bool checked)
{
	if (place->number < b->first_entry || place->number - b->first_entry >= b->entries.n)
		return SETTLE_NONE;
	uint32_t i = (uint32_t)(place->number - b->first_entry);
	b->entries.at[i].rows++;
	b->entries.at[i].keep |= !checked;
	return i;
}

/* ---------------------------------------------------------------- spans */

static int64_t count_or_unknown(int64_t n)
{
	return n < 0 ? UNKNOWN_INT : n;
}

static double cost_or_unknown(double usd)
{
	return isfinite(usd) && usd >= 0 ? usd + 0.0 : UNKNOWN_DOUBLE;
}

static bool names_nothing(struct str id) /* an all-zero parent id means "none" (OpenTelemetry) */
{
	for (size_t i = 0; i < id.len; i++)
		if (id.ptr[i] != '0')
			return false;
	return id.len == 0 || id.len == 16;
}

static void fill_ids(struct batch *b, struct batch_place *place, const struct span *span, struct span_part *p)
{
	bool is_hex = false;
	p->has_parent = !names_nothing(span->parent_id);
	if (p->has_parent)
		p->parent = model_span_key(span->parent_id, &is_hex);
	if (span->id.len) {
		p->key = model_span_key(span->id, &is_hex);
		p->id = is_hex ? STR_NONE : batch_short_text(&b->arena, span->id);
		p->flags |= model_is_answer(span->id) ? SPAN_ANSWER : 0;
		return;
	}
	struct hash128 made = made_up(place, place->made_up++);
	memcpy(&p->key, made.byte, sizeof p->key);
	p->flags |= SPAN_MADE_UP_ID;
}

static void hash_part(struct batch *b, const struct batch_place *place, struct span_part *p, struct str message)
{
	buf_clear(&b->facts);
	const int64_t ints[] = {
	    p->key,
	    p->has_parent ? p->parent : 0,
	    p->has_parent,
	    p->kind,
	    p->status,
	    p->start_ns,
	    p->end_ns,
	    p->first_token_ns,
	    p->tokens_in,
	    p->tokens_out,
	    p->tokens_cached,
	    p->tokens_reasoning,
	    (int64_t)p->input_hash,
	    (int64_t)p->output_hash,
	};
	fact_bits(&b->facts, ints, sizeof ints);
	fact_double(&b->facts, p->cost_usd);
	const uint32_t words[] = {p->name, p->model, p->provider, p->session, p->user, p->service, p->trace_name};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		fact_word(b, words[i]);
	const struct batch_prompt *prompt = &b->prompts.at[p->prompt];
	fact_word(b, prompt->name);
	fact_text(&b->facts, prompt->version);
	fact_bits(&b->facts, prompt->hash, sizeof prompt->hash);
	fact_text(&b->facts, message);
	p->hash = facts_hash(b, place);
}

static void offer_preview(struct batch *b, struct batch_preview *best, struct str text, const struct preview_rank *rank)
{
	if (!text.len || (best->text.ptr && memcmp(best->rank.byte, rank->byte, PREVIEW_RANK) <= 0))
		return;
	*best = (struct batch_preview){text_preview(&b->arena, text, PREVIEW_BYTES), *rank};
}

static void widen(struct batch *b, int64_t ns)
{
	if (ns == TIME_UNKNOWN)
		return;
	if (b->first_ns == TIME_UNKNOWN || ns < b->first_ns)
		b->first_ns = ns;
	if (b->last_ns == TIME_UNKNOWN || ns > b->last_ns)
		b->last_ns = ns;
}

static void add_tags(struct batch *b, uint32_t trace, const struct str *tags, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t tag = batch_word_index(b, tags[i]);
		if (tag)
			*vec_add(&b->tags) = (struct batch_tag){trace, tag};
	}
}

/* After the hash: what a record says is the same whatever the price list says. */
static void estimate(struct span_part *p, const struct span *span)
{
	if (!IS_UNKNOWN(p->cost_usd))
		return;
	p->cost_usd = cost_or_unknown(sink_price(&(struct usage){
	    .model = span->model,
	    .provider = span->provider,
	    .start_ns = p->start_ns,
	    .tokens_in = p->tokens_in,
	    .tokens_out = p->tokens_out,
	    .tokens_cached = p->tokens_cached,
	    .tokens_cache_write = p->tokens_cache_write,
	}));
	p->flags |= IS_UNKNOWN(p->cost_usd) ? 0 : SPAN_ESTIMATED;
}

static struct span_part part_of(struct batch *b, struct batch_place *place, const struct span *span)
{
	struct span_part p = {
	    .kind = (uint8_t)span->kind,
	    .status = (uint8_t)span->status,
	    .message = span->message.len ? text_preview(&b->arena, span->message, PREVIEW_BYTES) : STR_NONE,
	    .name = batch_word_index(b, span->name),
	    .model = batch_word_index(b, span->model),
	    .provider = batch_word_index(b, span->provider),
	    .session = batch_word_index(b, span->session),
	    .user = batch_word_index(b, span->user),
	    .service = batch_word_index(b, span->service),
	    .trace_name = batch_word_index(b, span->trace_name),
	    .start_ns = span->start_ns,
	    .end_ns = span->end_ns,
	    .first_token_ns = span->first_token_ns,
	    .tokens_in = count_or_unknown(span->tokens_in),
	    .tokens_out = count_or_unknown(span->tokens_out),
	    .tokens_cached = count_or_unknown(span->tokens_cached),
	    .tokens_reasoning = count_or_unknown(span->tokens_reasoning),
	    .tokens_cache_write = span->tokens_cache_write > 0 ? span->tokens_cache_write : UNKNOWN_INT,
	    .cost_usd = cost_or_unknown(span->cost_usd),
	    .input_hash = span->input_hash,
	    .output_hash = span->output_hash,
	};
	BUG_ON(span->kind >= N_KINDS || span->status >= N_STATUSES);
	bool backwards = p.start_ns != TIME_UNKNOWN && p.end_ns != TIME_UNKNOWN && p.end_ns < p.start_ns;
	p.flags = (backwards ? SPAN_BAD_TIME : 0) | (span->status == STATUS_RUNNING ? SPAN_RUNNING : 0);
	p.prompt = batch_prompt_index(b, span->prompt_name, span->prompt_version, span->prompt_text, span->start_ns);
	fill_ids(b, place, span, &p);
	hash_part(b, place, &p, span->message);
	estimate(&p, span);
	return p;
}

void batch_span_add(struct batch *b, struct batch_place *place, const struct span *span)
{
	uint32_t trace = batch_trace_index(b, place, span->scope, span->trace_id);
	struct batch_span row = {.part = part_of(b, place, span), .trace = trace, .next = SETTLE_NONE};
	row.entry = entry_at_work(b, place, true);
	row.part.record = place->number;
	*vec_add(&b->spans) = row;
	struct batch_trace *t = &b->traces.at[trace];
	uint32_t index = (uint32_t)b->spans.n - 1;
	if (t->last_span == SETTLE_NONE)
		t->first_span = index;
	else
		b->spans.at[t->last_span].next = index;
	t->last_span = index;
	t->n_spans++;
	struct preview_rank rank = part_preview_rank(&row.part);
	offer_preview(b, &t->input, span->input_preview.len ? span->input_preview : span->input, &rank);
	offer_preview(b, &t->output, span->output_preview.len ? span->output_preview : span->output, &rank);
	add_tags(b, trace, span->tags, span->n_tags);
	widen(b, span->start_ns);
	widen(b, span->end_ns);
}

/* ---------------------------------------------------------------- traces' own words, scores */

void batch_said_add(struct batch *b, struct batch_place *place, const struct trace *trace)
{
	uint32_t at = batch_trace_index(b, place, trace->scope, trace->id);
	struct batch_said s = {
	    .trace = at,
	    .name = batch_word_index(b, trace->name),
	    .session = batch_word_index(b, trace->session),
	    .user = batch_word_index(b, trace->user),
	    .service = batch_word_index(b, trace->service),
	    .start_ns = trace->start_ns,
	    .end_ns = trace->end_ns,
	    .status = trace->status,
	    .cost_usd = cost_or_unknown(trace->cost_usd),
	};
	buf_clear(&b->facts);
	fact_int(&b->facts, s.start_ns);
	fact_int(&b->facts, s.end_ns);
	fact_int(&b->facts, s.status);
	fact_double(&b->facts, s.cost_usd);
	fact_word(b, s.name);
	fact_word(b, s.session);
	fact_word(b, s.user);
	fact_word(b, s.service);
	fact_text(&b->facts, trace->input);
	fact_text(&b->facts, trace->output);
	s.hash = facts_hash(b, place);
	struct preview_rank rank = preview_said_rank(s.start_ns, s.hash);
	offer_preview(b, &b->traces.at[at].input, trace->input, &rank);
	offer_preview(b, &b->traces.at[at].output, trace->output, &rank);
	add_tags(b, at, trace->tags, trace->n_tags);
	b->traces.at[at].n_said++;
	entry_at_work(b, place, false);
	s.record = place->number;
	*vec_add(&b->said) = s;
	widen(b, s.start_ns);
	widen(b, s.end_ns);
}

static double number_or_unknown(double d)
{
	return isfinite(d) ? d + 0.0 : UNKNOWN_DOUBLE; /* + 0.0: no negative zero */
}

static struct str preview_or_none(struct batch *b, struct str text)
{
	return text.len ? text_preview(&b->arena, text, PREVIEW_BYTES) : STR_NONE;
}

/* A score whose trace is not told waits under a name that no trace has (ingest_waiting.c). */
static struct str score_target(struct batch *b, const struct score *score)
{
	if (score->trace_id.len)
		return score->trace_id;
	if (score->span_id.len)
		return arena_printf(&b->arena, "%s" STR_FMT, score->either ? WAITING_EITHER : WAITING_SPAN,
		                    STR_ARG(score->span_id));
	if (score->session.len)
		return arena_printf(&b->arena, WAITING_SESSION STR_FMT, STR_ARG(score->session));
	return STR_NONE;
}

/* What makes two scores one. */
static int64_t score_ident(struct batch *b, const struct score *score, const struct batch_score *s)
{
	buf_clear(&b->facts);
	if (score->own_id && score->id.len) {
		fact_text(&b->facts, score->scope.family);
	} else {
		fact_bits(&b->facts, b->traces.at[s->trace].key.byte, sizeof(struct hash128));
		fact_int(&b->facts, s->has_span);
		fact_int(&b->facts, s->span);
		fact_int(&b->facts, s->time_ns);
		fact_int(&b->facts, s->from);
		fact_word(b, s->judge);
		fact_word(b, s->author);
	}
	fact_double(&b->facts, s->value);
	fact_word(b, s->name);
	fact_text(&b->facts, score->label);
	fact_text(&b->facts, score->id);
	return (int64_t)hash64(buf_str(&b->facts));
}

void batch_score_add(struct batch *b, struct batch_place *place, const struct score *score)
{
	struct batch_score s = {
	    .trace = batch_trace_index(b, place, score->scope, score_target(b, score)),
	    .name = batch_word_index(b, score->name.len ? score->name : STR_LIT("score")),
	    .judge = batch_word_index(b, score->judge_model),
	    .author = batch_word_index(b, score->author),
	    .has_span = score->span_id.len > 0,
	    .waits = score->span_id.len > 0 && !score->trace_id.len,
	    .aside = score->aside,
	    .time_ns = score->time_ns,
	    .value = number_or_unknown(score->value),
	    .threshold = number_or_unknown(score->threshold),
	    .label = preview_or_none(b, score->label),
	    .explanation = preview_or_none(b, score->explanation),
	    .pass = score->pass,
	    .from = score->source,
	};
	bool is_hex;
	if (s.has_span)
		s.span = model_span_key(score->span_id, &is_hex);
	s.ident = score_ident(b, score, &s);
	s.record = place->number;
	entry_at_work(b, place, false);
	*vec_add(&b->scores) = s;
}

/* ---------------------------------------------------------------- eval runs, case results */

void batch_run_add(struct batch *b, struct batch_place *place, const struct eval_run *run)
{
	struct batch_run_said s = {
	    .run = batch_run_index(b, place, run->scope, run->id),
	    .dataset = batch_word_index(b, run->dataset),
	    .model = batch_word_index(b, run->model),
	    .provider = batch_word_index(b, run->provider),
	    .prompt = batch_prompt_index(b, run->prompt_name, run->prompt_version, run->prompt_text, run->created_ns),
	    .name = run->name.len ? batch_short_text(&b->arena, run->name) : STR_NONE,
	    .created_ns = run->created_ns,
	    .first_metric = (uint32_t)b->metrics.n,
	};
	if (run->config.len && run->config.len <= CONFIG_BYTES) {
		struct str valid = text_valid(&b->arena, run->config);
		s.config = valid.ptr == run->config.ptr ? arena_str(&b->arena, valid) : valid;
	}
	for (size_t i = 0; i < run->n_metrics; i++) {
		uint32_t name = batch_word_index(b, run->metrics[i].name);
		if (name && isfinite(run->metrics[i].value))
			*vec_add(&b->metrics) = (struct batch_metric){name, run->metrics[i].value + 0.0};
	}
	s.n_metrics = (uint32_t)b->metrics.n - s.first_metric;
	entry_at_work(b, place, false);
	*vec_add(&b->run_said) = s;
}

static int by_name(const void *pa, const void *pb)
{
	const struct batch_case_score *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return a->n < b->n ? -1 : a->n > b->n;
}

/* Scores of one name are numbered in the order of the record. */
static void add_case_scores(struct batch *b, struct batch_case *c, const struct case_result *res)
{
	c->first_score = (uint32_t)b->case_scores.n;
	for (size_t i = 0; i < res->n_scores; i++) {
		const struct score *score = &res->scores[i];
		struct batch_case_score s = {
		    .name = batch_word_index(b, score->name.len ? score->name : STR_LIT("score")),
		    .judge = batch_word_index(b, score->judge_model),
		    .value = number_or_unknown(score->value),
		    .threshold = number_or_unknown(score->threshold),
		    .label = preview_or_none(b, score->label),
		    .pass = score->pass,
		    .from = score->source,
		    .n = (uint32_t)i,
		};
		fact_word(b, s.name);
		fact_double(&b->facts, s.value);
		fact_text(&b->facts, s.label);
		fact_int(&b->facts, s.pass);
		if (c->part) {
			fact_double(&b->facts, s.threshold);
			fact_int(&b->facts, s.from);
			fact_word(b, s.judge);
		}
		*vec_add(&b->case_scores) = s;
	}
	c->n_scores = (uint32_t)b->case_scores.n - c->first_score;
	struct batch_case_score *mine = b->case_scores.at + c->first_score;
	if (c->n_scores > 1)
		qsort(mine, c->n_scores, sizeof *mine, by_name);
	for (uint32_t i = 0; i < c->n_scores; i++)
		mine[i].n = i && mine[i - 1].name == mine[i].name ? mine[i - 1].n + 1 : 0;
}

void batch_case_add(struct batch *b, struct batch_place *place, const struct case_result *res)
{
	struct str title = res->title.len ? res->title : res->input;
	struct batch_case c = {
	    .run = batch_run_index(b, place, res->scope, res->run_id),
	    .key = model_case_key(&b->arena, res->key),
	    .title = preview_or_none(b, title),
	    .has_repeat = res->repeat >= 0,
	    .repeat = res->repeat >= 0 ? res->repeat : 0,
	    .order = res->order,
	    .variant = res->variant,
	    .status = res->status,
	    .input_hash = model_text_hash(res->input),
	    .expected_hash = model_text_hash(res->expected),
	    .output_hash = model_text_hash(res->output),
	    .latency_ns = count_or_unknown(res->latency_ns),
	    .tokens_in = count_or_unknown(res->tokens_in),
	    .tokens_out = count_or_unknown(res->tokens_out),
	    .cost_usd = cost_or_unknown(res->cost_usd),
	    .has_trace = res->trace_id.len > 0,
	    .part = res->part,
	    .weight = res->part ? res->weight : 0,
	};
	if (c.has_trace)
		c.trace = model_trace_key(res->scope, res->trace_id);
	buf_clear(&b->facts);
	const int64_t ints[] = {c.has_repeat,
	                        c.repeat,
	                        c.order,
	                        c.status,
	                        (int64_t)c.input_hash,
	                        (int64_t)c.expected_hash,
	                        (int64_t)c.output_hash,
	                        c.latency_ns,
	                        c.tokens_in,
	                        c.tokens_out};
	fact_bits(&b->facts, ints, sizeof ints);
	fact_double(&b->facts, c.cost_usd);
	fact_text(&b->facts, c.title);
	fact_bits(&b->facts, c.trace.byte, sizeof c.trace.byte);
	if (c.part) {
		fact_int(&b->facts, 1);
		fact_int(&b->facts, c.weight);
	}
	add_case_scores(b, &c, res);
	c.hash = facts_hash(b, place);
	c.record = place->number;
	entry_at_work(b, place, false);
	*vec_add(&b->cases) = c;
}

/* ---------------------------------------------------------------- annotations */

void batch_annotation_add(struct batch *b, struct batch_place *place, const struct annotation *a)
{
	struct annotation copy = *a;
	copy.hint = arena_str(&b->arena, a->hint);
	copy.author = arena_str(&b->arena, a->author);
	copy.part = arena_str(&b->arena, a->part);
	copy.value = arena_str(&b->arena, a->value);
	copy.queue = arena_str(&b->arena, a->queue);
	uint32_t entry = entry_at_work(b, place, true);
	if (entry != SETTLE_NONE)
		b->entries.at[entry].dups++; /* all of it is in its own table: its bytes are not kept again */
	*vec_add(&b->annotations) = copy;
}

/* ---------------------------------------------------------------- problems */

void batch_problem_add(struct batch *b, const struct problem *p)
{
	struct problem copy = *p;
	copy.file = arena_cstr(&b->arena, p->file ? p->file : "").ptr;
	copy.entry = p->entry ? arena_cstr(&b->arena, p->entry).ptr : NULL;
	copy.code = arena_cstr(&b->arena, p->code).ptr;
	copy.path = arena_str(&b->arena, p->path);
	copy.reason = arena_str(&b->arena, p->reason);
	copy.kept = arena_str(&b->arena, p->kept);
	*vec_add(&b->problems) = copy;
}
