/* What has to be read in the stored records: outputs, for their length and to find the answers that annotations are of. */
#include <stdlib.h>
#include <string.h>

#include "store/annotate.h"
#include "store/base/hash.h"
#include "store/base/text.h"
#include "store/query/judges_private.h"

enum { FALLBACK_MOST = 20000 /* answers read to find those of annotations whose key is gone */ };

bool jd_stopped(struct jd *d)
{
	return db_ticker_stopped(&d->ticker);
}

/* ---------------------------------------------------------------- one answer's texts */

struct texts {
	struct str input, expected, output, error;
	const struct score *scores;
	size_t n_scores;
};

static bool is_grave(const struct err *err)
{
	return err->code == ERR_INTERRUPTED || err->code == ERR_STORE || err->code == ERR_SYSTEM ||
	       err->code == ERR_MEMORY;
}

static bool read_case(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                      struct texts *out, struct err *err)
{
	struct case_detail detail;
	if (!case_detail(db, blocks, at, arena, &detail, err))
		return false;
	*out = (struct texts){.input = detail.res.input,
	                      .expected = detail.res.expected,
	                      .output = detail.res.output,
	                      .error = detail.res.error,
	                      .scores = detail.res.scores,
	                      .n_scores = detail.res.n_scores};
	return true;
}

/* The row of a span, or of the trace's root; appends its id as the source writes it to `id`, if that is wanted. */
static bool find_span(struct db *db, int64_t trace, bool has_span, int64_t *key, int64_t *record, struct buf *id,
                      struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT s.key, s.record, s.id FROM trace t JOIN span s ON s.pos >= t.first AND"
	                          " s.pos < t.first + t.n WHERE t.id = ?1 AND (?2 = 0 OR s.key = ?3)"
	                          " ORDER BY s.pos LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, has_span);
	stmt_int(s, 3, *key);
	*record = 0;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW) {
		*key = col_int(s, 0);
		*record = col_int_or(s, 1, 0);
		if (id && col_null(s, 2))
			buf_printf(id, "%016llx", (unsigned long long)*key);
		else if (id)
			buf_add_str(id, col_plain(s, 2));
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

static const struct score *scores_of(const struct score_row *rows, size_t n, struct arena *arena)
{
	struct score *out = arena_zalloc(arena, n, sizeof *out);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct score){.name = rows[i].name,
		                        .value = rows[i].value,
		                        .label = rows[i].label,
		                        .pass = rows[i].pass,
		                        .threshold = rows[i].threshold,
		                        .explanation = rows[i].explanation,
		                        .source = rows[i].source,
		                        .judge_model = rows[i].judge_model,
		                        .author = rows[i].author,
		                        .time_ns = rows[i].time_ns};
	return out;
}

static bool read_span(struct db *db, struct block_cache *blocks, int64_t trace, bool has_span, int64_t span,
                      struct arena *arena, struct texts *out, struct err *err)
{
	struct span_detail detail;
	int64_t key = span, record;
	*out = (struct texts){.n_scores = 0};
	if (!find_span(db, trace, has_span, &key, &record, NULL, err))
		return false;
	if (record <= 0)
		return true;
	if (!span_detail(db, blocks, trace, key, record, arena, &detail, err))
		return false;
	*out = (struct texts){.input = detail.span.input,
	                      .output = detail.span.output,
	                      .error = detail.span.message,
	                      .scores = scores_of(detail.scores, detail.n_scores, arena),
	                      .n_scores = detail.n_scores};
	return true;
}

/* A record that no longer reads has no texts; a store that fails is a failure. */
static bool read_texts(struct jd *d, struct block_cache *blocks, const struct jd_target *t, struct arena *arena,
                       struct texts *out, struct err *err)
{
	struct err trouble = ERR_INIT;
	struct case_at at = {t->run, t->case_id, t->repeat};
	bool ok = t->run ? read_case(d->db, blocks, at, arena, out, &trouble)
	                 : read_span(d->db, blocks, t->trace, t->has_span, t->span, arena, out, &trouble);
	if (ok)
		return true;
	*out = (struct texts){.n_scores = 0};
	if (!is_grave(&trouble))
		return true;
	*err = trouble;
	return false;
}

bool judges_read(struct db *db, const struct judge_item *item, struct arena *arena, struct judge_reading *out,
                 struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	struct texts texts;
	bool ok = item->at.run ? read_case(db, blocks, item->at, arena, &texts, err)
	                       : read_span(db, blocks, item->trace, item->has_span, item->span, arena, &texts, err);
	if (ok)
		*out = (struct judge_reading){.input = texts.input,
		                              .expected = texts.expected,
		                              .output = texts.output,
		                              .error = texts.error,
		                              .scores = texts.scores,
		                              .n_scores = texts.n_scores};
	bool other = item->other.run || item->other_trace;
	if (ok && other) {
		ok = item->other.run ? read_case(db, blocks, item->other, arena, &texts, err)
		                     : read_span(db, blocks, item->other_trace, item->other_has_span, item->other_span,
		                                 arena, &texts, err);
		out->again = ok ? texts.scores : NULL;
		out->n_again = ok ? texts.n_scores : 0;
	}
	block_cache_free(blocks);
	return ok;
}

/* ---------------------------------------------------------------- lengths */

/* Records that lie together are read together: a block is expanded once. */
struct to_read {
	int64_t record, trace;
	size_t target;
};

static int by_record(const void *pa, const void *pb)
{
	const struct to_read *a = pa, *b = pb;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	if (a->trace != b->trace)
		return a->trace < b->trace ? -1 : 1;
	return a->target < b->target ? -1 : a->target > b->target;
}

typedef bool read_fn(struct jd *d, size_t target, const struct texts *texts, void *context, struct err *err);

static bool read_targets(struct jd *d, const size_t *targets, size_t n, read_fn *take, void *context, struct err *err)
{
	struct block_cache *blocks = block_cache_new(d->db);
	struct to_read *order = xcalloc(n + 1, sizeof *order);
	struct arena arena = ARENA_INIT;
	bool ok = true;
	for (size_t i = 0; i < n; i++) {
		const struct jd_target *t = &d->targets.at[targets[i]];
		order[i] = (struct to_read){t->record, t->trace, targets[i]};
	}
	if (n > 1)
		qsort(order, n, sizeof *order, by_record);
	for (size_t i = 0; ok && i < n; i++) {
		struct texts texts;
		ok = !jd_stopped(d) && read_texts(d, blocks, &d->targets.at[order[i].target], &arena, &texts, err) &&
		     take(d, order[i].target, &texts, context, err);
		arena_reset(&arena);
	}
	arena_done(&arena);
	free(order);
	block_cache_free(blocks);
	return ok;
}

static bool measure(struct jd *d, size_t target, const struct texts *texts, void *context, struct err *err)
{
	(void)context, (void)err;
	if (texts->output.ptr)
		d->answers.at[d->targets.at[target].answer].length = (int64_t)text_n_codes(texts->output);
	return true;
}

bool jd_lengths(struct jd *d, const size_t *answers, size_t n, struct err *err)
{
	size_t *targets = xcalloc(n + 1, sizeof *targets);
	for (size_t i = 0; i < n; i++)
		targets[i] = d->answers.at[answers[i]].target;
	bool ok = read_targets(d, targets, n, measure, NULL, err);
	free(targets);
	return ok;
}

/* ---------------------------------------------------------------- annotations */

/* A person's newest verdict on a target. */
struct given {
	struct sha256 target, io;
	uint64_t input_hash, output_hash; /* 0: not known */
	bool has_io, found;
	bool placed; /* found by its hashes: nothing of it is looked for in records */
	struct str hint;
	int64_t author, time_ns;
	enum judge_outcome outcome;
};

struct seeking {
	VEC(struct given) given; /* by target */
	VEC(size_t) by_io;       /* of those not found: places in given, by io */
	struct arena arena;
};

static enum judge_outcome verdict_of(struct str value)
{
	if (str_is(value, verdict_name(VERDICT_GOOD)))
		return OUTCOME_GOOD;
	if (str_is(value, verdict_name(VERDICT_BAD)))
		return OUTCOME_BAD;
	return str_is(value, verdict_name(VERDICT_UNSURE)) ? OUTCOME_UNSURE : OUTCOME_NONE;
}

static bool take_hash(struct str blob, struct sha256 *out)
{
	if (blob.len != sizeof out->byte)
		return false;
	memcpy(out->byte, blob.ptr, blob.len);
	return true;
}

/* The newest of each author, none that was taken back, none that was only proposed. */
static bool read_given(struct jd *d, struct seeking *k, struct err *err)
{
	struct stmt *s =
	    db_query(d->db,
	             "SELECT n.target, n.io, n.hint, n.author, n.value, n.time_ns, n.input_hash, n.output_hash"
	             " FROM annotation_now n WHERE n.field = 0 AND n.how & ?1 = 0 AND (?2 IS NULL OR n.target IN"
	             " (SELECT target FROM annotation WHERE queue = ?2 UNION SELECT x.target FROM queue q"
	             " JOIN queue_mark m ON m.queue = q.id JOIN annotation x ON x.event = m.event"
	             " WHERE q.name = ?2)) ORDER BY n.target, n.author",
	             err);
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, HOW_PROPOSED);
	stmt_str(s, 2, d->opts->queue.len ? d->opts->queue : STR_NONE);
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct given g = {.hint = STR_NONE};
		if (!take_hash(col_blob(s, 0), &g.target))
			continue;
		g.has_io = take_hash(col_blob(s, 1), &g.io);
		g.hint = arena_str(&k->arena, col_plain(s, 2));
		g.author = (int64_t)(hash64(col_plain(s, 3)) >> 1);
		g.outcome = verdict_of(col_str(s, 4));
		g.time_ns = col_int(s, 5);
		g.input_hash = (uint64_t)col_int_or(s, 6, 0);
		g.output_hash = (uint64_t)col_int_or(s, 7, 0);
		*vec_add(&k->given) = g;
	}
	stmt_end(s);
	d->out->annotations = (int64_t)k->given.n;
	return step == STEP_DONE;
}
_Static_assert(FIELD_VERDICT == 0, "the SQL above names it by number");

static void give(struct jd *d, struct given *g, size_t target)
{
	g->found = true;
	*vec_add(&d->scores) = (struct jd_score){.target = target,
	                                         .answer = d->targets.at[target].answer,
	                                         .author = g->author,
	                                         .value = UNKNOWN_DOUBLE,
	                                         .threshold = UNKNOWN_DOUBLE,
	                                         .time_ns = g->time_ns,
	                                         .by = SOURCE_HUMAN,
	                                         .pass = -1,
	                                         .label = (int8_t)g->outcome,
	                                         .annotation = true};
}

/* The key that annotations name it by. */
static bool key_of(struct jd *d, const struct jd_target *t, struct buf *out, struct err *err)
{
	struct judge_item item = {.value = UNKNOWN_DOUBLE};
	buf_clear(out);
	if (!jd_item(d, t, &item, err))
		return false;
	if (!t->run)
		buf_add_cstr(out, "trace:");
	buf_add_str(out, item.key);
	if (!t->has_span)
		return true;
	int64_t span = t->span, record;
	buf_add_cstr(out, "/span:");
	return find_span(d->db, t->trace, true, &span, &record, out, err);
}

static bool match_target(struct jd *d, size_t target, const struct texts *texts, void *context, struct err *err)
{
	struct seeking *k = context;
	struct buf key = BUF_INIT;
	bool ok = key_of(d, &d->targets.at[target], &key, err);
	const struct annotation_target t = {buf_str(&key), texts->input, texts->output};
	const struct sha256 hash = annotation_target_hash(&t);
	size_t low = 0, high = k->given.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(k->given.at[middle].target.byte, hash.byte, sizeof hash.byte) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; ok && low < k->given.n; low++) {
		if (memcmp(k->given.at[low].target.byte, hash.byte, sizeof hash.byte) != 0)
			break;
		if (!k->given.at[low].placed)
			give(d, &k->given.at[low], target);
	}
	buf_done(&key);
	return ok;
}

/* Answers of the case or trace that a hint names. */
static bool hinted(struct jd *d, struct str hint, int64_t *case_id, int64_t *trace, struct err *err)
{
	bool of_trace = str_starts(hint, "trace:");
	struct str id = of_trace ? str_from(hint, 6) : hint;
	size_t slash = of_trace ? str_find(id, STR_LIT("/span:")) : SIZE_MAX;
	struct stmt *s = db_query(d->db,
	                          "SELECT (SELECT id FROM case_key WHERE text = ?1),"
	                          " (SELECT id FROM trace WHERE text = ?2 AND seen > 0)",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, of_trace ? STR_NONE : hint);
	stmt_str(s, 2, of_trace ? str_cut(id, 0, slash) : STR_NONE);
	enum step step = stmt_step(s, err);
	*case_id = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	*trace = step == STEP_ROW ? col_int_or(s, 1, 0) : 0;
	stmt_end(s);
	return step != STEP_FAIL;
}

static int by_id(const void *pa, const void *pb)
{
	const int64_t *a = pa, *b = pb;
	return *a < *b ? -1 : *a > *b;
}

/* Reads all that hints name, each answer once as a case and once as a trace. */
static bool seek_hinted(struct jd *d, struct seeking *k, struct err *err)
{
	int64_t *ids = xcalloc(k->given.n + 1, sizeof *ids); /* cases as they are, traces below 0 */
	size_t *targets = xcalloc(d->targets.n + 1, sizeof *targets), n = 0, n_ids = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < k->given.n; i++) {
		int64_t case_id = 0, trace = 0;
		if (!k->given.at[i].placed)
			ok = hinted(d, k->given.at[i].hint, &case_id, &trace, err);
		if (ok && (case_id || trace))
			ids[n_ids++] = case_id ? case_id : -trace;
	}
	if (n_ids > 1)
		qsort(ids, n_ids, sizeof *ids, by_id);
	for (size_t i = 0; ok && n_ids && i < d->targets.n; i++) {
		const struct jd_target *t = &d->targets.at[i];
		int64_t id = t->run ? t->case_id : -t->trace;
		bool new = !t->run || d->answers.at[t->answer].target == i;
		if (new &&bsearch(&id, ids, n_ids, sizeof id, by_id))
			targets[n++] = i;
	}
	ok = ok && read_targets(d, targets, n, match_target, k, err);
	free(ids);
	free(targets);
	return ok;
}

/* ---- by the hashes of input and output, which rows have: no record is read */

/* A target, in order of its hashes. */
struct hashed {
	uint64_t output, input;
	size_t target;
};

static int by_hashes(const void *pa, const void *pb)
{
	const struct hashed *a = pa, *b = pb;
	if (a->output != b->output)
		return a->output < b->output ? -1 : 1;
	if (a->input != b->input)
		return a->input < b->input ? -1 : 1;
	return a->target < b->target ? -1 : a->target > b->target;
}

/* Those that the hint names share it; where it names none of them any more it is the first one's. */
static bool place_given(struct jd *d, const struct hashed *at, size_t n, struct given *g, struct err *err)
{
	int64_t case_id, trace;
	size_t last = SIZE_MAX;
	if (!hinted(d, g->hint, &case_id, &trace, err))
		return false;
	bool of_span = str_find(g->hint, STR_LIT("/span:")) != SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct jd_target *t = &d->targets.at[at[i].target];
		bool named =
		    t->run ? case_id && t->case_id == case_id : trace && t->trace == trace && t->has_span == of_span;
		if (!named || t->answer == last)
			continue;
		give(d, g, at[i].target);
		last = t->answer;
	}
	if (!g->found)
		give(d, g, at[0].target);
	g->placed = true;
	return true;
}

static bool seek_hashes(struct jd *d, struct seeking *k, struct err *err)
{
	struct hashed *order = xcalloc(d->targets.n + 1, sizeof *order);
	size_t n = 0;
	bool ok = true;
	for (size_t i = 0; i < d->targets.n; i++)
		if (d->targets.at[i].output_hash)
			order[n++] = (struct hashed){d->targets.at[i].output_hash, d->targets.at[i].input_hash, i};
	if (n > 1)
		qsort(order, n, sizeof *order, by_hashes);
	for (size_t i = 0; ok && i < k->given.n; i++) {
		struct given *g = &k->given.at[i];
		const struct hashed from = {g->output_hash, g->input_hash, 0};
		size_t low = 0, high = n, end;
		if (!g->output_hash)
			continue;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (by_hashes(&order[middle], &from) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		for (end = low; end < n && order[end].output == g->output_hash && order[end].input == g->input_hash;)
			end++;
		ok = !jd_stopped(d) && (end == low || place_given(d, order + low, end - low, g, err));
	}
	free(order);
	return ok;
}

/* ---- by input and output alone, where the key is another one and their hashes are not known */

static int io_order(const struct seeking *k, size_t i, const struct sha256 *io)
{
	return memcmp(k->given.at[i].io.byte, io->byte, sizeof io->byte);
}

static bool match_io(struct jd *d, size_t target, const struct texts *texts, void *context, struct err *err)
{
	(void)err;
	struct seeking *k = context;
	const struct sha256 io = annotation_io_hash(texts->input, texts->output);
	size_t low = 0, high = k->by_io.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (io_order(k, k->by_io.at[middle], &io) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < k->by_io.n && io_order(k, k->by_io.at[low], &io) == 0; low++)
		if (!k->given.at[k->by_io.at[low]].found)
			give(d, &k->given.at[k->by_io.at[low]], target);
	return true;
}

static int by_given_io(const void *pa, const void *pb)
{
	const struct given *const *a = pa, *const *b = pb;
	int order = memcmp((*a)->io.byte, (*b)->io.byte, sizeof(*a)->io.byte);
	return order ? order : *a < *b ? -1 : *a > *b;
}

static bool seek_io(struct jd *d, struct seeking *k, struct err *err)
{
	const struct given **order = xcalloc(k->given.n + 1, sizeof *order);
	size_t n = 0;
	for (size_t i = 0; i < k->given.n; i++)
		if (!k->given.at[i].found && !k->given.at[i].output_hash && k->given.at[i].has_io)
			order[n++] = &k->given.at[i];
	if (n > 1)
		qsort(order, n, sizeof *order, by_given_io);
	for (size_t i = 0; i < n; i++)
		*vec_add(&k->by_io) = (size_t)(order[i] - k->given.at);
	free(order);
	if (!n)
		return true;
	size_t most = d->answers.n < FALLBACK_MOST ? d->answers.n : FALLBACK_MOST;
	size_t *targets = xcalloc(most + 1, sizeof *targets);
	for (size_t i = 0; i < most; i++)
		targets[i] = d->answers.at[i].target;
	bool ok = read_targets(d, targets, most, match_io, k, err);
	free(targets);
	return ok;
}

bool jd_annotations(struct jd *d, struct err *err)
{
	struct seeking k = {.arena = ARENA_INIT};
	bool ok = read_given(d, &k, err);
	if (ok && k.given.n)
		ok = seek_hashes(d, &k, err) && seek_hinted(d, &k, err) && (!d->opts->lengths || seek_io(d, &k, err));
	for (size_t i = 0; i < k.given.n; i++)
		d->out->annotations_lost += !k.given.at[i].found;
	vec_done(&k.given);
	vec_done(&k.by_io);
	arena_done(&k.arena);
	return ok;
}
