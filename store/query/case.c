#include "store/query/case.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/base/vec.h"
#include "store/query/payload.h"
#include "store/query/case_private.h"

/* ---------------------------------------------------------------- what the store says of it */

static bool read_wanted(struct db *db, struct case_at at, struct arena *arena, struct case_wanted *out, struct err *err)
{
	struct stmt *s =
	    db_query(db,
	             "SELECT k.text, b.text, c.ord, r.key, ifnull(c.parts, 0), c.record,"
	             " ifnull(c.weight, 0) FROM case_result c"
	             " JOIN case_key k ON k.id = c.case_id JOIN run r ON r.id = c.run"
	             " LEFT JOIN case_key b ON b.id = c.base WHERE c.run = ? AND c.case_id = ? AND c.repeat = ?",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.case_id);
	stmt_int(s, 3, at.repeat);
	enum step step = stmt_step(s, err);
	*out = (struct case_wanted){.repeat = at.repeat, .order = UNKNOWN_INT};
	if (step == STEP_ROW) {
		struct str run = col_blob(s, 3);
		out->key = arena_str(arena, col_plain(s, 0));
		out->base = arena_str(arena, col_plain(s, 1));
		out->order = col_int(s, 2);
		if (run.len == sizeof out->run.byte)
			memcpy(out->run.byte, run.ptr, run.len);
		out->several = col_int_or(s, 4, 0) > 1;
		out->part = col_int_or(s, 4, 0) == 1;
		out->record = col_int_or(s, 5, 0);
		out->weight = col_int_or(s, 6, 0);
	}
	stmt_end(s);
	if (step == STEP_DONE)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no such case any more");
	return step == STEP_ROW;
}

struct told { /* a record of it */
	int64_t record, weight;
	bool part;
	bool counts; /* not beaten by another that says it is the whole case */
};

/* In the order in which they count; hashes are unsigned. */
static bool read_told(struct db *db, struct case_at at, struct told *told, size_t *n, struct err *err)
{
	struct stmt *s = db_query(
	    db,
	    "SELECT record, part, ifnull(weight, 0) FROM case_part WHERE run = ? AND case_id = ? AND repeat = ?"
	    " GROUP BY hash ORDER BY ifnull(weight, 0) DESC, hash < 0 DESC, hash DESC LIMIT ?",
	    err);
	bool whole = false;
	enum step step;
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.case_id);
	stmt_int(s, 3, at.repeat);
	stmt_int(s, 4, CASE_ORIGINS);
	for (*n = 0; (step = stmt_step(s, err)) == STEP_ROW;) {
		bool part = col_int_or(s, 1, 0) != 0;
		told[(*n)++] = (struct told){col_int_or(s, 0, 0), col_int_or(s, 2, 0), part, part || !whole};
		whole = whole || !part;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- a sink that keeps one case of a record
 *
 * All text given to a sink is borrowed for the call; here it is copied into the caller's arena. */
struct keeper {
	struct sink sink;
	struct arena *arena;
	struct case_wanted wanted;
	struct hash128 head; /* of the source: a run without an id of its own is known by it */
	size_t n;            /* cases of the record so far */
	int rank;            /* of the one kept: how surely it is the case */
	struct case_result res;
	struct str prompt_text;
	bool prompt_is_ours; /* not of another run */
};

static struct keeper *keeper_of(struct sink *s)
{
	return (struct keeper *)(void *)s;
}

static struct str keep(struct keeper *k, struct str s)
{
	return arena_str(k->arena, s);
}

static struct score *keep_scores(struct keeper *k, const struct score *from, size_t n)
{
	struct score *to = arena_zalloc(k->arena, n, sizeof *to);
	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		to[i].name = from[i].name.len ? keep(k, from[i].name) : STR_LIT("score");
		struct str *const texts[] = {&to[i].trace_id,    &to[i].span_id,     &to[i].session, &to[i].label,
		                             &to[i].explanation, &to[i].judge_model, &to[i].author,  &to[i].id};
		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			*texts[t] = keep(k, *texts[t]);
	}
	return to;
}

/* ---------------------------------------------------------------- parts of one case as one */

static void join_text(struct str *into, struct str from)
{
	if (!into->ptr)
		*into = from;
}

static void join_number(int64_t *into, int64_t from)
{
	if (*into == UNKNOWN_INT)
		*into = from;
}

static bool same_number(double a, double b)
{
	return IS_UNKNOWN(a) || IS_UNKNOWN(b) ? IS_UNKNOWN(a) && IS_UNKNOWN(b) : !(a < b) && !(a > b);
}

static bool same_score(const struct score *a, const struct score *b)
{
	return str_eq(a->name, b->name) && same_number(a->value, b->value) && str_eq(a->label, b->label) &&
	       a->pass == b->pass && same_number(a->threshold, b->threshold) && a->source == b->source &&
	       str_eq(a->judge_model, b->judge_model);
}

static void join_scores(struct arena *arena, struct case_result *into, const struct case_result *from)
{
	struct score *to = arena_zalloc(arena, into->n_scores + from->n_scores, sizeof *to);
	size_t n = into->n_scores;
	if (n)
		memcpy(to, into->scores, n * sizeof *to);
	for (size_t i = 0; i < from->n_scores; i++) {
		size_t k = 0;
		while (k < n && !same_score(&to[k], &from->scores[i]))
			k++;
		if (k == n)
			to[n++] = from->scores[i];
		else
			join_text(&to[k].explanation, from->scores[i].explanation);
	}
	into->scores = to;
	into->n_scores = n;
}

static struct case_result keep_case(struct keeper *k, const struct case_result *res)
{
	struct case_result to = *res;
	struct str *const texts[] = {&to.run_id, &to.key,   &to.title,    &to.input,   &to.expected,
	                             &to.output, &to.error, &to.trace_id, &to.metadata};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = keep(k, *texts[i]);
	to.scores = keep_scores(k, res->scores, res->n_scores);
	if (res->part) { /* equal scores are one */
		const struct case_result told = to;
		to.n_scores = 0;
		join_scores(k->arena, &to, &told);
	}
	return to;
}

static void add_members(struct buf *out, struct val object, struct val but)
{
	struct arena arena = ARENA_INIT;
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		if (val_ok(val_find(but, member_key(m, &arena))))
			continue;
		buf_add_char(out, out->len ? ',' : '{');
		buf_add_str(out, val_raw(m.key));
		buf_add_char(out, ':');
		buf_add_str(out, val_raw(m.val));
	}
	arena_done(&arena);
}

/* Of a member that both have the first one's. */
static void join_metadata(struct arena *arena, struct str *into, struct str from)
{
	struct scan a = SCAN_INIT, b = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	if (!into->len || !from.len || str_eq(*into, from)) {
		join_text(into, from);
		return;
	}
	if (scan_text(&a, *into, &opts) && scan_text(&b, from, &opts) && val_is(scan_root(&a), SCAN_OBJECT) &&
	    val_is(scan_root(&b), SCAN_OBJECT)) {
		struct buf both = BUF_INIT;
		add_members(&both, scan_root(&a), VAL_NONE);
		add_members(&both, scan_root(&b), scan_root(&a));
		buf_add_cstr(&both, both.len ? "}" : "{}");
		*into = arena_str(arena, buf_str(&both));
		buf_done(&both);
	}
	scan_done(&a);
	scan_done(&b);
}

static void join_case(struct arena *arena, struct case_result *a, const struct case_result *b)
{
	struct str *const texts[] = {&a->run_id, &a->key,      &a->title, &a->input,
	                             &a->output, &a->expected, &a->error, &a->trace_id};
	const struct str from[] = {b->run_id, b->key,      b->title, b->input,
	                           b->output, b->expected, b->error, b->trace_id};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		join_text(texts[i], from[i]);
	a->status = b->status > a->status ? b->status : a->status;
	join_number(&a->order, b->order);
	join_number(&a->latency_ns, b->latency_ns);
	join_number(&a->tokens_in, b->tokens_in);
	join_number(&a->tokens_out, b->tokens_out);
	if (IS_UNKNOWN(a->cost_usd))
		a->cost_usd = b->cost_usd;
	join_metadata(arena, &a->metadata, b->metadata);
	join_scores(arena, a, b);
}

/* ---------------------------------------------------------------- which of a record's cases it is */

static bool is_our_run(const struct case_wanted *w, struct hash128 head, struct id_scope scope, struct str id)
{
	struct hash128 key = !id.len            ? head
	                     : id.ptr[0] == '#' ? model_local_run_key(head, id)
	                                        : model_trace_key(scope, id);
	return hash128_eq(key, w->run);
}

/* As parts are joined: without a repeat, one whose order is not known belongs to the first case of its key. */
static int place_rank(const struct case_wanted *w, const struct case_result *res)
{
	enum { OTHER, PERHAPS, SURE };
	bool known = w->order != UNKNOWN_INT && res->order != UNKNOWN_INT;
	if (res->repeat >= 0)
		return res->repeat == w->repeat ? SURE : OTHER;
	if (known)
		return res->order == w->order ? SURE : OTHER;
	if (res->part)
		return w->base.ptr ? OTHER : SURE;
	return PERHAPS;
}

int case_rank(const struct case_wanted *w, struct hash128 head, const struct case_result *res, struct str key)
{
	enum { IS_KEY = 8, IS_RUN = 4 };
	bool is_key = str_eq(key, w->key) || (w->base.ptr && str_eq(key, w->base));
	if (!is_key || res->part != w->part || (res->part && res->weight != w->weight))
		return 0;
	return IS_KEY + (is_our_run(w, head, res->scope, res->run_id) ? IS_RUN : 0) + place_rank(w, res);
}

static void on_case(struct sink *s, const struct case_result *res)
{
	struct keeper *k = keeper_of(s);
	int rank = case_rank(&k->wanted, k->head, res, model_case_key(k->arena, res->key));
	if (!k->n || rank > k->rank) {
		k->res = keep_case(k, res);
		k->rank = rank;
	} else if (rank && rank == k->rank && res->part) {
		struct case_result more = keep_case(k, res);
		join_case(k->arena, &k->res, &more);
	}
	k->n++;
}

static void on_run(struct sink *s, const struct eval_run *run)
{
	struct keeper *k = keeper_of(s);
	bool ours = is_our_run(&k->wanted, k->head, run->scope, run->id);
	if (!run->prompt_text.ptr || (k->prompt_text.ptr && (k->prompt_is_ours || !ours)))
		return;
	k->prompt_text = keep(k, run->prompt_text);
	k->prompt_is_ours = ours;
}

static const struct sink_ops keeper_ops = {
    .run = on_run,
    .case_result = on_case,
};

/* ---------------------------------------------------------------- reading */

static bool read_origin(struct block_cache *blocks, int64_t record, struct keeper *k, struct span_origin *out,
                        struct err *err)
{
	struct stored_record rec;
	k->sink = (struct sink){.ops = &keeper_ops, .wants = SINK_PAYLOAD};
	k->n = 0;
	if (!block_fetch(blocks, (uint64_t)record, k->arena, &rec, err))
		return false;
	k->head = rec.head;
	bool ok = payload_decode(block_cache_db(blocks), &rec, k->arena, &k->sink, err);
	*out = (struct span_origin){.raw = rec.entry.bytes,
	                            .frames = rec.frames,
	                            .n_frames = rec.n_frames,
	                            .format = str_of(rec.format),
	                            .file = rec.file,
	                            .member = rec.member,
	                            .record = rec.entry.record,
	                            .line = rec.entry.line,
	                            .offset = rec.entry.offset};
	return ok;
}

bool case_detail(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                 struct case_detail *out, struct err *err)
{
	struct case_wanted wanted;
	struct told told[CASE_ORIGINS];
	size_t n = 1;
	*out = (struct case_detail){
	    .res = {.repeat = UNKNOWN_INT, .order = UNKNOWN_INT}
        };
	if (!read_wanted(db, at, arena, &wanted, err) || (wanted.several && !read_told(db, at, told, &n, err)))
		return false;
	if (n == 0)
		return err_set(err, ERR_STORE, NULL, "the records of a case are not in the store");
	if (!wanted.several)
		told[0] = (struct told){wanted.record, wanted.weight, wanted.part, true};
	struct keeper k = {.arena = arena, .wanted = wanted};
	struct span_origin *origins = arena_zalloc(arena, n, sizeof *origins);
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		k.wanted.part = told[i].part;
		k.wanted.weight = told[i].weight;
		if (!read_origin(blocks, told[i].record, &k, &origins[i], err))
			return false;
		bool found = k.n && (k.rank || k.n == 1); /* one alone is it, whatever it is called by now */
		if (!found || !told[i].counts)
			continue;
		if (any)
			join_case(arena, &out->res, &k.res);
		else
			out->res = k.res;
		any = true;
	}
	out->origins = origins;
	out->n_origins = n;
	out->raw = origins[0].raw;
	out->file = origins[0].file;
	out->format = origins[0].format;
	out->prompt_text = k.prompt_text;
	return true;
}
