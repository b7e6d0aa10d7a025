#include "store/ingest_batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/settle.h"
#include "store/span_row.h"

enum { MAP_PROBES = 64, KEEP_ROWS = 1 << 14 };

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
	       b->case_scores.n * sizeof *b->case_scores.at + b->said.n * sizeof *b->said.at;
}

bool batch_is_empty(const struct batch *b)
{
	return b->entries.n == 0 && b->spans.n == 0 && b->said.n == 0 && b->scores.n == 0 && b->run_said.n == 0 &&
	       b->cases.n == 0 && b->problems.n == 0;
}

/* ---------------------------------------------------------------- maps */

static void map_grow(struct batch_map *map, uint64_t (*hash_of)(const struct batch *, uint32_t), const struct batch *b)
{
	size_t cap = map->cap ? map->cap * 2 : 1024;
	uint32_t *slot = xcalloc(cap, sizeof *slot);
	for (size_t i = 0; i < map->cap; i++) {
		if (!map->slot[i])
			continue;
		size_t at = (size_t)settle_spread(hash_of(b, map->slot[i] - 1)) & (cap - 1);
		while (slot[at])
			at = (at + 1) & (cap - 1);
		slot[at] = map->slot[i];
	}
	free(map->slot);
	map->slot = slot;
	map->cap = cap;
}

/* The slot of what has this hash and is equal, or a free one. Many different things of one hash (made on purpose) are
 * not looked for for long: then the thing is simply noted twice. */
static uint32_t *map_find(struct batch_map *map, const struct batch *b, uint64_t hash,
                          uint64_t (*hash_of)(const struct batch *, uint32_t),
                          bool (*same)(const struct batch *, uint32_t, const void *), const void *what)
{
	if (2 * (map->n + 1) > map->cap)
		map_grow(map, hash_of, b);
	size_t at = (size_t)settle_spread(hash) & (map->cap - 1);
	for (int probes = 0; map->slot[at]; at = (at + 1) & (map->cap - 1)) {
		uint32_t i = map->slot[at] - 1;
		if (hash_of(b, i) == hash && (same(b, i, what) || ++probes > MAP_PROBES))
			return same(b, i, what) ? &map->slot[at] : NULL;
	}
	return &map->slot[at];
}

static uint64_t word_hash(const struct batch *b, uint32_t i)
{
	return b->words.at[i].hash;
}

static bool word_same(const struct batch *b, uint32_t i, const void *text)
{
	return str_eq(b->words.at[i].text, *(const struct str *)text);
}

/* Valid text of at most WORD_BYTES bytes. */
static struct str short_text(struct arena *arena, struct str text)
{
	if (text.len > WORD_BYTES) {
		size_t at = WORD_BYTES;
		while (at > WORD_BYTES - 4 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
			at--;
		text.len = at;
	}
	struct str valid = text_valid(arena, text);
	return valid.ptr == text.ptr ? arena_str(arena, valid) : valid;
}

static uint32_t word(struct batch *b, struct str text)
{
	if (text.len == 0)
		return 0;
	text = str_cut(text, 0, WORD_BYTES + 4);
	uint64_t hash = hash64(text);
	bool plain = text.len <= WORD_BYTES; /* longer text is compared as it was cut */
	struct str key = plain ? text : short_text(&b->arena, text);
	if (!plain)
		hash = hash64(key);
	uint32_t *slot = map_find(&b->word_map, b, hash, word_hash, word_same, &key);
	if (slot && *slot)
		return *slot - 1;
	struct str kept = plain ? arena_str(&b->arena, text) : key;
	*vec_add(&b->words) = (struct batch_word){.text = kept, .hash = hash};
	if (slot) {
		*slot = (uint32_t)b->words.n;
		b->word_map.n++;
	}
	return (uint32_t)b->words.n - 1;
}

static uint64_t key_bits(struct hash128 key)
{
	uint64_t bits;
	memcpy(&bits, key.byte, sizeof bits);
	return bits;
}

static uint64_t trace_hash(const struct batch *b, uint32_t i)
{
	return key_bits(b->traces.at[i].key);
}

static bool trace_same(const struct batch *b, uint32_t i, const void *key)
{
	return hash128_eq(b->traces.at[i].key, *(const struct hash128 *)key);
}

static uint64_t run_hash(const struct batch *b, uint32_t i)
{
	return key_bits(b->runs.at[i].key);
}

static bool run_same(const struct batch *b, uint32_t i, const void *key)
{
	return hash128_eq(b->runs.at[i].key, *(const struct hash128 *)key);
}

/* ---------------------------------------------------------------- facts: what makes two records say the same */

static void fact_bits(struct buf *facts, const void *bits, size_t n)
{
	buf_add(facts, bits, n);
}

static void fact_int(struct buf *facts, int64_t n)
{
	fact_bits(facts, &n, sizeof n);
}

static void fact_double(struct buf *facts, double d)
{
	if (IS_UNKNOWN(d))
		fact_int(facts, UNKNOWN_INT);
	else
		fact_bits(facts, &d, sizeof d);
}

static void fact_text(struct buf *facts, struct str text)
{
	uint64_t hash = text.ptr ? hash64(text) | 1 : 0;
	fact_bits(facts, &hash, sizeof hash);
}

static void fact_word(struct batch *b, uint32_t i)
{
	fact_bits(&b->facts, &b->words.at[i].hash, sizeof b->words.at[i].hash);
}

static uint64_t facts_hash(struct batch *b, const struct batch_place *place)
{
	fact_bits(&b->facts, &place->entry_hash, sizeof place->entry_hash);
	return hash64(buf_str(&b->facts));
}

/* ---------------------------------------------------------------- ids */

static struct hash128 made_up(const struct batch_place *place, uint64_t n)
{
	return model_made_up(place->head, place->record, place->entry_hash, n);
}

static struct str hex_text(struct arena *arena, const void *bytes, size_t n)
{
	struct buf hex = BUF_INIT;
	hash_hex(&hex, bytes, n);
	struct str text = arena_str(arena, buf_str(&hex));
	buf_done(&hex);
	return text;
}

static uint32_t trace_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id)
{
	struct hash128 key = id.len ? model_trace_key(scope, id) : made_up(place, UINT64_MAX);
	uint32_t *slot = map_find(&b->trace_map, b, key_bits(key), trace_hash, trace_same, &key);
	if (slot && *slot)
		return *slot - 1;
	*vec_add(&b->traces) = (struct batch_trace){
	    .key = key,
	    .text = id.len ? short_text(&b->arena, id) : hex_text(&b->arena, key.byte, sizeof key.byte),
	    .first_span = SETTLE_NONE,
	    .last_span = SETTLE_NONE,
	};
	if (slot) {
		*slot = (uint32_t)b->traces.n;
		b->trace_map.n++;
	}
	return (uint32_t)b->traces.n - 1;
}

static uint32_t run_index(struct batch *b, const struct batch_place *place, struct id_scope scope, struct str id)
{
	bool local = id.len && id.ptr[0] == '#'; /* "#1": means something only inside its source (model.h) */
	struct str text =
	    id.len ? short_text(&b->arena, id) : hex_text(&b->arena, place->head.byte, sizeof place->head.byte);
	if (local)
		text = arena_printf(&b->arena, STR_FMT STR_FMT, STR_ARG(hex_text(&b->arena, place->head.byte, 4)),
		                    STR_ARG(text));
	struct hash128 key = local    ? model_local_run_key(place->head, id)
	                     : id.len ? model_trace_key(scope, id)
	                              : place->head;
	uint32_t *slot = map_find(&b->run_map, b, key_bits(key), run_hash, run_same, &key);
	if (slot && *slot)
		return *slot - 1;
	*vec_add(&b->runs) = (struct batch_run){
	    .key = key,
	    .text = text,
	};
	if (slot) {
		*slot = (uint32_t)b->runs.n;
		b->run_map.n++;
	}
	return (uint32_t)b->runs.n - 1;
}

/* ---------------------------------------------------------------- entries */

static struct block_fill *room_for(struct batch *b, size_t bytes)
{
	struct block_fill *last = b->blocks.n ? &b->blocks.at[b->blocks.n - 1] : NULL;
	size_t limit = b->blocks.n == BATCH_BLOCKS ? BLOCK_MOST : BLOCK_BYTES; /* rather than a small one at the end */
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

static uint64_t prompt_hash(const struct batch *b, uint32_t i)
{
	return b->prompts.at[i].hash64;
}

static bool prompt_same(const struct batch *b, uint32_t i, const void *what)
{
	const struct batch_prompt *have = &b->prompts.at[i], *want = what;
	return have->name == want->name && have->has_text == want->has_text && hash128_eq(have->same, want->same);
}

static uint32_t prompt_index(struct batch *b, struct str name, struct str version, struct str text, int64_t when_ns)
{
	if (!name.len && !text.len)
		return 0;
	struct batch_prompt p = {
	    .name = word(b, name.len ? name : STR_LIT("(unnamed)")),
	    .version = str_cut(version, 0, WORD_BYTES),
	    .text = text,
	    .has_text = text.len > 0,
	    .first_ns = when_ns,
	};
	buf_clear(&b->facts);
	fact_int(&b->facts, p.name);
	fact_text(&b->facts, p.version);
	fact_text(&b->facts, p.text);
	p.hash64 = hash64(buf_str(&b->facts));
	p.same = hash128_of(p.text);
	uint32_t *slot = map_find(&b->prompt_map, b, p.hash64, prompt_hash, prompt_same, &p);
	if (slot && *slot) {
		struct batch_prompt *have = &b->prompts.at[*slot - 1];
		if (when_ns != TIME_UNKNOWN && (have->first_ns == TIME_UNKNOWN || when_ns < have->first_ns))
			have->first_ns = when_ns;
		return *slot - 1;
	}
	p.version = version.ptr ? short_text(&b->arena, version) : STR_LIT("");
	p.text = text_valid(&b->arena, text);
	if (p.text.ptr == text.ptr)
		p.text = arena_str(&b->arena, text);
	if (p.has_text)
		memcpy(p.hash, sha256_of(text).byte, sizeof p.hash);
	*vec_add(&b->prompts) = p;
	if (slot) {
		*slot = (uint32_t)b->prompts.n;
		b->prompt_map.n++;
	}
	return (uint32_t)b->prompts.n - 1;
}

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
		p->id = is_hex ? STR_NONE : short_text(&b->arena, span->id);
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
		uint32_t tag = word(b, tags[i]);
		if (tag)
			*vec_add(&b->tags) = (struct batch_tag){trace, tag};
	}
}

static struct span_part part_of(struct batch *b, struct batch_place *place, const struct span *span)
{
	struct span_part p = {
	    .kind = (uint8_t)span->kind,
	    .status = (uint8_t)span->status,
	    .message = span->message.len ? text_preview(&b->arena, span->message, PREVIEW_BYTES) : STR_NONE,
	    .name = word(b, span->name),
	    .model = word(b, span->model),
	    .provider = word(b, span->provider),
	    .session = word(b, span->session),
	    .user = word(b, span->user),
	    .service = word(b, span->service),
	    .trace_name = word(b, span->trace_name),
	    .start_ns = span->start_ns,
	    .end_ns = span->end_ns,
	    .first_token_ns = span->first_token_ns,
	    .tokens_in = count_or_unknown(span->tokens_in),
	    .tokens_out = count_or_unknown(span->tokens_out),
	    .tokens_cached = count_or_unknown(span->tokens_cached),
	    .tokens_reasoning = count_or_unknown(span->tokens_reasoning),
	    .cost_usd = cost_or_unknown(span->cost_usd),
	    .input_hash = span->input_hash,
	    .output_hash = span->output_hash,
	};
	BUG_ON(span->kind >= N_KINDS || span->status >= N_STATUSES);
	bool backwards = p.start_ns != TIME_UNKNOWN && p.end_ns != TIME_UNKNOWN && p.end_ns < p.start_ns;
	p.flags = (backwards ? SPAN_BAD_TIME : 0) | (span->status == STATUS_RUNNING ? SPAN_RUNNING : 0);
	p.prompt = prompt_index(b, span->prompt_name, span->prompt_version, span->prompt_text, span->start_ns);
	fill_ids(b, place, span, &p);
	hash_part(b, place, &p, span->message);
	return p;
}

void batch_span_add(struct batch *b, struct batch_place *place, const struct span *span)
{
	uint32_t trace = trace_index(b, place, span->scope, span->trace_id);
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
	uint32_t at = trace_index(b, place, trace->scope, trace->id);
	struct batch_said s = {
	    .trace = at,
	    .name = word(b, trace->name),
	    .session = word(b, trace->session),
	    .user = word(b, trace->user),
	    .service = word(b, trace->service),
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

void batch_score_add(struct batch *b, struct batch_place *place, const struct score *score)
{
	struct batch_score s = {
	    .trace = trace_index(b, place, score->scope, score->trace_id),
	    .name = word(b, score->name.len ? score->name : STR_LIT("score")),
	    .judge = word(b, score->judge_model),
	    .author = word(b, score->author),
	    .has_span = score->span_id.len > 0,
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
	buf_clear(&b->facts);
	fact_bits(&b->facts, b->traces.at[s.trace].key.byte, sizeof(struct hash128));
	fact_int(&b->facts, s.has_span);
	fact_int(&b->facts, s.span);
	fact_int(&b->facts, s.time_ns);
	fact_int(&b->facts, s.from);
	fact_double(&b->facts, s.value);
	fact_word(b, s.name);
	fact_word(b, s.judge);
	fact_word(b, s.author);
	fact_text(&b->facts, score->label);
	fact_text(&b->facts, score->id);
	s.ident = (int64_t)hash64(buf_str(&b->facts));
	s.record = place->number;
	entry_at_work(b, place, false);
	*vec_add(&b->scores) = s;
}

/* ---------------------------------------------------------------- eval runs, case results */

void batch_run_add(struct batch *b, struct batch_place *place, const struct eval_run *run)
{
	struct batch_run_said s = {
	    .run = run_index(b, place, run->scope, run->id),
	    .dataset = word(b, run->dataset),
	    .model = word(b, run->model),
	    .provider = word(b, run->provider),
	    .prompt = prompt_index(b, run->prompt_name, run->prompt_version, run->prompt_text, run->created_ns),
	    .name = run->name.len ? short_text(&b->arena, run->name) : STR_NONE,
	    .created_ns = run->created_ns,
	    .first_metric = (uint32_t)b->metrics.n,
	};
	if (run->config.len && run->config.len <= CONFIG_BYTES) {
		struct str valid = text_valid(&b->arena, run->config);
		s.config = valid.ptr == run->config.ptr ? arena_str(&b->arena, valid) : valid;
	}
	for (size_t i = 0; i < run->n_metrics; i++) {
		uint32_t name = word(b, run->metrics[i].name);
		if (name && isfinite(run->metrics[i].value))
			*vec_add(&b->metrics) = (struct batch_metric){name, run->metrics[i].value + 0.0};
	}
	s.n_metrics = (uint32_t)b->metrics.n - s.first_metric;
	entry_at_work(b, place, false);
	*vec_add(&b->run_said) = s;
}

static struct str case_key_text(struct batch *b, struct str key)
{
	bool plain = key.len <= CASE_KEY_BYTES && text_is_valid(key);
	for (size_t i = 0; plain && i < key.len; i++)
		plain = (unsigned char)key.ptr[i] >= ' ' && key.ptr[i] != 0x7F;
	if (plain)
		return key.ptr ? arena_str(&b->arena, key) : STR_LIT("");
	struct sha256 hash = sha256_of(key);
	return hex_text(&b->arena, hash.byte, sizeof hash.byte);
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
		    .name = word(b, score->name.len ? score->name : STR_LIT("score")),
		    .judge = word(b, score->judge_model),
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
	    .run = run_index(b, place, res->scope, res->run_id),
	    .key = case_key_text(b, res->key),
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
	add_case_scores(b, &c, res);
	c.hash = facts_hash(b, place);
	c.record = place->number;
	entry_at_work(b, place, false);
	*vec_add(&b->cases) = c;
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
