/* Choosing what a review queue holds: once each, what is not judged yet, a sample by content; and its words. */
#include "store/query/queue_make.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/base/hash.h"
#include "store/base/hash_set.h"
#include "store/base/units.h"
#include "store/query/queue_make_private.h"
#include "store/query/queue_subject.h"
#include "store/query/runs.h"
#include "store/stat/rng.h"

void queue_found_done(struct queue_found *f)
{
	arena_done(&f->arena);
	*f = (struct queue_found){.n = 0};
}

static struct subject_at at_of(const struct candidate *c)
{
	switch ((enum subject_kind)c->kind) {
	case SUBJECT_CASE:
		return (struct subject_at){
		    .kind = SUBJECT_CASE, .at = {c->a, c->b, c->c}
                };
	case SUBJECT_PAIR:
		return (struct subject_at){
		    .kind = SUBJECT_PAIR, .at = {c->run_a, c->a, c->b},
                         .run_b = c->run_b, .repeat_b = c->c
                };
	case SUBJECT_TRACE: return (struct subject_at){.kind = SUBJECT_TRACE, .trace = c->a};
	case SUBJECT_SPAN: return (struct subject_at){.kind = SUBJECT_SPAN, .trace = c->a, .span = c->b};
	case SUBJECT_NONE:
	case N_SUBJECT_KINDS: break;
	}
	return (struct subject_at){.kind = SUBJECT_NONE};
}

/* ---------------------------------------------------------------- judged before */

struct judged {
	struct hash_set texts;       /* of the input and output of what this author judged */
	struct hash_set pairs;       /* input hashes of preferences: their pairs are looked at whole */
	struct hash_set preferences; /* targets */
};

static uint64_t texts_key(uint64_t input, uint64_t output)
{
	uint64_t both[2] = {input, output};
	return hash64((struct str){(const char *)both, sizeof both});
}

static bool read_judged(struct db *db, struct str author, struct judged *out, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "SELECT field, input_hash, output_hash, target FROM annotation_now WHERE author = ?1"
	                          " AND field IN (?2, ?3) AND (how & ?4) = 0",
	                          err);
	if (!s)
		return false;
	stmt_str(s, 1, author);
	stmt_int(s, 2, FIELD_VERDICT);
	stmt_int(s, 3, FIELD_PREFERENCE);
	stmt_int(s, 4, HOW_PROPOSED);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		uint64_t input = (uint64_t)col_int_or(s, 1, 0);
		if (col_int(s, 0) == FIELD_PREFERENCE) {
			hash_set_add(&out->pairs, input);
			hash_set_add(&out->preferences, hash64(col_blob(s, 3)));
		} else {
			hash_set_add(&out->texts, texts_key(input, (uint64_t)col_int_or(s, 2, 0)));
		}
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* A pair has its hash only as texts: those of an input that was judged are read. */
static bool is_judged(struct db *db, struct block_cache *blocks, const struct judged *j, const struct candidate *c,
                      bool *out, struct err *err)
{
	*out = false;
	if (c->kind != SUBJECT_PAIR) {
		*out = c->output && hash_set_has(&j->texts, texts_key(c->input, c->output));
		return true;
	}
	if (!hash_set_has(&j->pairs, c->input))
		return true;
	struct arena arena = ARENA_INIT;
	struct subject subject;
	const struct subject_at at = at_of(c);
	bool ok = subject_target(db, blocks, &at, &arena, &subject, err);
	*out = ok && hash_set_has(&j->preferences,
	                          hash64((struct str){(const char *)subject.hash.byte, sizeof subject.hash}));
	arena_done(&arena);
	if (!ok && err->code == ERR_NOT_FOUND) {
		*err = ERR_INIT;
		return true;
	}
	return ok;
}

/* ---------------------------------------------------------------- choosing */

/* Keeps the first of each answer, without those that are not to be judged; counts the others. */
static bool keep_fit(struct db *db, const struct queue_ask *ask, struct candidates *c, struct queue_found *out,
                     struct err *err)
{
	struct hash_set seen = {0};
	struct judged judged = {.texts = {0}};
	struct block_cache *blocks = block_cache_new(db);
	bool ok = ask->again || read_judged(db, ask->author, &judged, err);
	size_t kept = 0;
	for (size_t i = 0; ok && i < c->rows.n; i++) {
		struct candidate *row = &c->rows.at[i];
		bool before = false;
		out->met++;
		if (row->silent) {
			out->silent++;
		} else if (row->identical) {
			out->identical++;
		} else if (hash_set_has(&seen, row->ident)) {
			out->equal++;
		} else {
			hash_set_add(&seen, row->ident);
			ok = ask->again || is_judged(db, blocks, &judged, row, &before, err);
			out->judged += before;
			if (!before)
				c->rows.at[kept++] = *row;
		}
	}
	c->rows.n = kept;
	out->fit = (int64_t)kept;
	hash_set_clear(&seen);
	hash_set_clear(&judged.texts);
	hash_set_clear(&judged.pairs);
	hash_set_clear(&judged.preferences);
	block_cache_free(blocks);
	return ok;
}

struct place {
	uint64_t order, stratum, rank;
	size_t at;
};

static int by_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->order != y->order ? (x->order > y->order) - (x->order < y->order) : (x->at > y->at) - (x->at < y->at);
}

static int by_stratum(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->stratum != y->stratum ? (x->stratum > y->stratum) - (x->stratum < y->stratum) : by_order(a, b);
}

static int by_rank(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : by_order(a, b);
}

/* The smallest hashes; of each stratum in turn, so that all have as many, or all they have. */
static void sample(const struct queue_ask *ask, struct candidates *c)
{
	size_t n = c->rows.n, want = ask->sample < (int64_t)n ? (size_t)ask->sample : n;
	struct place *places = xcalloc(n + 1, sizeof *places);
	struct candidate *chosen = xcalloc(want + 1, sizeof *chosen);
	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){.order = rng_mix64(c->rows.at[i].ident ^ rng_mix64(ask->seed)),
		                           .stratum = c->rows.at[i].stratum,
		                           .at = i};
	qsort(places, n, sizeof *places, by_stratum);
	for (size_t i = 1; i < n; i++)
		places[i].rank = places[i].stratum == places[i - 1].stratum ? places[i - 1].rank + 1 : 0;
	qsort(places, n, sizeof *places, by_rank);
	qsort(places, want, sizeof *places, by_order);
	for (size_t i = 0; i < want; i++)
		chosen[i] = c->rows.at[places[i].at];
	memcpy(c->rows.at, chosen, want * sizeof *chosen);
	c->rows.n = want;
	free(chosen);
	free(places);
}

static void take_items(const struct queue_ask *ask, const struct candidates *c, struct queue_found *out)
{
	size_t most = ask->most > 0 && ask->most < QUEUE_ITEMS ? (size_t)ask->most : QUEUE_ITEMS,
	       n = c->rows.n > most ? most : c->rows.n;
	out->cut = ask->most <= 0 && (c->cut || n < c->rows.n);
	out->items = arena_zalloc(&out->arena, n + 1, sizeof *out->items);
	for (size_t i = 0; i < n; i++) {
		const struct candidate *row = &c->rows.at[i];
		const struct subject_at at = at_of(row);
		out->items[i] = queue_item_of(&at, row->input, row->output);
	}
	out->n = n;
}

/* ---------------------------------------------------------------- words */

static void run_words(struct db *db, int64_t run, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct run_row row;
	if (runs_get(db, run, &arena, &row, &ignored))
		buf_add_str(out, row.name.len ? row.name : row.text);
	else
		buf_printf(out, "run %lld", (long long)run);
	arena_done(&arena);
}

static void source_words(struct db *db, int64_t source, struct buf *out)
{
	struct err ignored = ERR_INIT;
	struct stmt *s = db_query(db, "SELECT CAST(path AS TEXT) FROM source WHERE id = ?", &ignored);
	if (!s)
		return;
	stmt_int(s, 1, source);
	if (stmt_step(s, &ignored) == STEP_ROW)
		buf_add_str(out, str_cut(col_str(s, 0), 0, 1000));
	stmt_end(s);
}

static const char *what_of(enum queue_from from)
{
	switch (from) {
	case QUEUE_TRACES: return "traces";
	case QUEUE_SPANS: return "steps";
	case QUEUE_NEXT: return "to label next";
	case QUEUE_DISPUTED: return "judge or people: who is right";
	case QUEUE_ANSWERS:
	case QUEUE_CASES:
	case QUEUE_PAIRS:
	case QUEUE_LISTED: break;
	}
	return "answers";
}

static void made_from(struct db *db, const struct queue_ask *ask, struct buf *out)
{
	buf_add_cstr(out, ask->from == QUEUE_LISTED ? "" : what_of(ask->from));
	if (ask->from == QUEUE_LISTED)
		buf_printf(out, STR_FMT " (%zu)", STR_ARG(ask->listed), ask->n_items);
	if (ask->from == QUEUE_SPANS)
		buf_printf(out, " " STR_FMT, STR_ARG(str_cut(ask->step, 0, 200)));
	if (ask->dataset.len)
		buf_printf(out, " of " STR_FMT, STR_ARG(str_cut(ask->dataset, 0, 200)));
	if (ask->source) {
		buf_add_cstr(out, " of ");
		source_words(db, ask->source, out);
	}
	if (ask->run) {
		buf_add_cstr(out, " of ");
		run_words(db, ask->run, out);
	}
	if (ask->from == QUEUE_PAIRS) {
		buf_add_cstr(out, " and ");
		run_words(db, ask->run_b, out);
	}
	if (ask->judge.len)
		buf_printf(out, ", judge " STR_FMT, STR_ARG(str_cut(ask->judge, 0, 200)));
	if (ask->where.len)
		buf_printf(out, " where " STR_FMT, STR_ARG(str_cut(ask->where, 0, 1000)));
	if (ask->sorted && ask->from == QUEUE_TRACES)
		buf_printf(out, ", by %s%s", trace_sort_name(ask->sort), ask->ascending ? ", smallest first" : "");
	if (ask->most)
		buf_printf(out, ", the first %lld", (long long)ask->most);
	if (ask->sample)
		buf_printf(out, ", %lld of them by seed %llu", (long long)ask->sample, (unsigned long long)ask->seed);
	if (ask->sample && ask->stratify.len)
		buf_printf(out, ", evenly by " STR_FMT, STR_ARG(str_cut(ask->stratify, 0, 40)));
	if (ask->again)
		buf_add_cstr(out, ", judged ones too");
}

/* The name of a file without its folders and its ending: "file://claims.yaml" is "claims". */
static struct str short_name(struct str name)
{
	size_t from = 0, dot;
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.ptr[i] == '/')
			from = i + 1;
	name = str_from(name, from);
	dot = name.len;
	for (size_t i = 1; i < name.len; i++)
		if (name.ptr[i] == '.')
			dot = i;
	return name.len - dot <= 6 ? str_cut(name, 0, dot) : name;
}

/* The dataset of what is asked, if it is one; appends. */
static void dataset_words(struct db *db, const struct queue_ask *ask, struct buf *out)
{
	struct err ignored = ERR_INIT;
	if (ask->dataset.len) {
		buf_add_str(out, short_name(ask->dataset));
		return;
	}
	if (!db)
		return;
	struct stmt *s = db_query(db,
	                          "SELECT min(w.text), count(DISTINCT r.dataset) FROM run r LEFT JOIN word w ON"
	                          " w.id = r.dataset WHERE (?1 = 0 OR r.id = ?1)",
	                          &ignored);
	if (!s)
		return;
	stmt_int(s, 1, ask->run);
	if (stmt_step(s, &ignored) == STEP_ROW && col_int_or(s, 1, 0) == 1)
		buf_add_str(out, short_name(col_str(s, 0)));
	stmt_end(s);
}

/* Says neither which run nor what came out: a blind queue has it for its title. */
struct str queue_name_of(struct db *db, const struct queue_ask *ask, struct arena *arena)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct buf out = BUF_INIT;
	struct tm day;
	if (ask->from == QUEUE_SPANS)
		buf_add_str(&out, ask->step);
	else if (ask->from == QUEUE_LISTED)
		buf_add_str(&out, ask->listed);
	else if (ask->from == QUEUE_CASES || ask->from == QUEUE_PAIRS)
		dataset_words(db, ask, &out);
	if (ask->from == QUEUE_PAIRS)
		buf_add_cstr(&out, out.len ? ", A or B" : "A or B");
	if (!out.len)
		buf_add_cstr(&out, what_of(ask->from));
	while (out.len > QUEUE_NAME_MAX - 20)
		out.len--;
	if (units_local(ask->now_ns, &day) && day.tm_mon >= 0 && day.tm_mon < 12)
		buf_printf(&out, ", %d %s", day.tm_mday, months[day.tm_mon]);
	for (size_t i = 0; i < out.len; i++)
		if ((unsigned char)out.ptr[i] < ' ' || out.ptr[i] == 0x7f)
			out.ptr[i] = ' ';
	struct str name = arena_str(arena, str_trim(buf_str(&out)));
	buf_done(&out);
	return queue_name_is_good(name) ? name : arena_cstr(arena, what_of(ask->from));
}

static void add_left_out(struct buf *out, int64_t n, const char *one, const char *many)
{
	if (n)
		buf_printf(out, "%s%lld %s", out->len ? ", " : "", (long long)n, n == 1 ? one : many);
}

static void left_out_words(const struct queue_found *f, struct buf *out)
{
	add_left_out(out, f->equal, "equal to another", "equal to others");
	add_left_out(out, f->identical, "pair of equal answers", "pairs of equal answers");
	add_left_out(out, f->judged, "judged by you before", "judged by you before");
	add_left_out(out, f->silent, "without an answer", "without an answer");
}

static void why_words(const struct queue_ask *ask, const struct queue_found *f, struct buf *out)
{
	long long n = (long long)f->met;
	if (f->n)
		return;
	if (!f->met && ask->from == QUEUE_PAIRS)
		buf_printf(out, "no case is in both of these runs%s", ask->where.len ? " and matches" : "");
	else if (!f->met)
		buf_printf(out, "nothing matches: " STR_FMT, STR_ARG(f->made_from));
	else if (f->judged && f->judged + f->equal == f->met)
		buf_printf(out, "you have judged all %lld before (--again: once more)", n);
	else if (f->identical == f->met)
		buf_printf(out, "both runs gave the same answer to all %lld cases", n);
	else if (f->silent == f->met && n == 1)
		buf_add_cstr(out, "the only one that matches has no answer to judge");
	else if (f->silent == f->met)
		buf_printf(out, "none of the %lld has an answer to judge", n);
	else
		buf_printf(out, "none of %lld is left to judge", n);
}

static void write_words(struct db *db, const struct queue_ask *ask, struct queue_found *f)
{
	struct buf text = BUF_INIT;
	made_from(db, ask, &text);
	f->made_from = arena_str(&f->arena, buf_str(&text));
	f->name = queue_name_of(db, ask, &f->arena);
	buf_clear(&text);
	left_out_words(f, &text);
	f->left_out = arena_str(&f->arena, buf_str(&text));
	buf_clear(&text);
	why_words(ask, f, &text);
	f->why = arena_str(&f->arena, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- */

enum { READ_MORE = 10 };

static bool read_traces_sorted(struct db *db, const struct queue_ask *ask, struct arena *arena, struct candidates *out,
                               struct err *err)
{
	struct filter_mistake mistake = {0};
	struct trace_page page = {.arena = ARENA_INIT};
	struct filter *filter = filter_parse(arena, ask->where, FILTER_TRACES, ask->now_ns, &mistake);
	if (!filter)
		return err_set(err, ERR_USAGE, NULL, "--where, column %zu: %s", mistake.column + 1, mistake.expected);
	struct trace_query query = {.filter = filter,
	                            .sort = ask->sort,
	                            .ascending = ask->ascending,
	                            .source = ask->source,
	                            .limit = QUEUE_ITEMS};
	if (ask->most > 0) /* some of them may be judged, or have no answer */
		query.limit = ask->most < QUEUE_ITEMS / READ_MORE ? ask->most * READ_MORE : QUEUE_ITEMS;
	bool ok = traces_page(db, &query, &page, err);
	struct subject_at *items = xcalloc(page.n + 1, sizeof *items);
	for (size_t i = 0; ok && i < page.n; i++)
		items[i] = (struct subject_at){.kind = SUBJECT_TRACE, .trace = page.rows[i].id};
	ok = ok && queue_read_listed(db, items, page.n, out, err);
	out->cut = page.total > (int64_t)page.n;
	free(items);
	trace_page_done(&page);
	return ok;
}

static bool read_candidates(struct db *db, const struct queue_ask *ask, struct arena *arena, struct candidates *out,
                            struct err *err)
{
	struct subject_at *items;
	size_t n;
	if (ask->from == QUEUE_LISTED)
		return queue_read_listed(db, ask->items, ask->n_items, out, err);
	if (ask->from == QUEUE_NEXT || ask->from == QUEUE_DISPUTED)
		return queue_read_judges(db, ask, arena, &items, &n, err) && queue_read_listed(db, items, n, out, err);
	if (ask->from == QUEUE_TRACES && (ask->source || (ask->sorted && !ask->sample)))
		return read_traces_sorted(db, ask, arena, out, err);
	return queue_read_rows(db, ask, arena, out, err);
}

/* No case matches: traces may, if the filter means anything for them. */
static bool try_traces(struct db *db, struct queue_ask *ask, struct arena *arena, struct candidates *out,
                       struct err *err)
{
	struct queue_ask traces = *ask;
	traces.from = QUEUE_TRACES;
	if (!read_candidates(db, &traces, arena, out, err)) {
		if (err->code != ERR_USAGE)
			return false;
		*err = ERR_INIT;
	}
	if (out->rows.n)
		ask->from = QUEUE_TRACES;
	return true;
}

bool queue_candidates(struct db *db, const struct queue_ask *asked, struct queue_found *out, struct err *err)
{
	struct queue_ask ask = *asked;
	struct candidates c = {.rows = {0}};
	*out = (struct queue_found){.arena = ARENA_INIT};
	if (ask.from == QUEUE_ANSWERS) {
		bool cases = true;
		if (!(ask.run || ask.dataset.len) && !queue_means_cases(db, &ask, &cases, err))
			return false;
		ask.from = cases ? QUEUE_CASES : QUEUE_TRACES;
	}
	out->from = ask.from;
	bool ok = read_candidates(db, &ask, &out->arena, &c, err);
	if (ok && !c.rows.n && asked->from == QUEUE_ANSWERS && ask.from == QUEUE_CASES && !ask.run && !ask.dataset.len)
		ok = try_traces(db, &ask, &out->arena, &c, err);
	out->from = ask.from;
	ok = ok && keep_fit(db, &ask, &c, out, err);
	if (ok) {
		if (ask.sample > 0)
			sample(&ask, &c);
		take_items(&ask, &c, out);
		write_words(db, &ask, out);
	}
	vec_done(&c.rows);
	return ok;
}

/* ---------------------------------------------------------------- making it, or going on */

/* An open one made of the same words, in which this person has something left. */
static bool made_before(struct db *db, const struct queue_ask *ask, struct str words, struct arena *arena,
                        struct queue *out, bool *found, struct err *err)
{
	struct queue *all;
	size_t n;
	*found = false;
	if (!queue_list(db, false, arena, &all, &n, err))
		return false;
	for (size_t i = 0; i < n && !*found; i++) {
		struct queue_progress p;
		if (!str_eq(all[i].made_from, words))
			continue;
		if (!queue_progress(db, &all[i], ask->author, ask->now_ns, &p, err))
			return false;
		*found = p.left > 0;
		*out = all[i];
	}
	return true;
}

static void go_on_with(struct queue_begun *out, const struct queue *q)
{
	out->id = q->id;
	out->resumed = true;
	out->name = arena_str(&out->found.arena, q->name);
	out->made_from = arena_str(&out->found.arena, q->made_from);
	out->items = q->n_items;
	out->mode = q->mode;
}

/* A queue of exactly this name. */
static bool named(struct db *db, struct str name, struct arena *arena, struct queue *out, bool *found, struct err *err)
{
	*found = false;
	if (!name.len)
		return true;
	bool ok = queue_find(db, name, arena, out, err);
	if (!ok && (err->code == ERR_NOT_FOUND || err->code == ERR_USAGE)) {
		*err = ERR_INIT;
		return true;
	}
	*found = ok && str_eq(out->name, name);
	return ok;
}

static bool make(struct db *db, const struct queue_ask *ask, const struct queue_begin *how, struct queue_begun *out,
                 struct err *err)
{
	struct buf name = BUF_INIT;
	struct queue_found *f = &out->found;
	if (!f->n)
		return true;
	bool ok = how->name.len || queue_free_name(db, f->name, &name, err);
	const struct queue_make m = {.name = how->name.len ? how->name : buf_str(&name),
	                             .author = ask->author,
	                             .made_from = f->made_from,
	                             .reasons = how->reasons,
	                             .rubric = how->rubric,
	                             .now_ns = ask->now_ns,
	                             .copies = how->copies,
	                             .mode = how->mode | (f->items[0].kind == SUBJECT_PAIR ? QUEUE_PAIRWISE : 0U),
	                             .seed = ask->seed,
	                             .items = f->items,
	                             .n = f->n};
	ok = ok && queue_make(db, &m, &out->id, err);
	out->name = arena_str(&f->arena, m.name);
	out->made_from = f->made_from;
	out->items = (int64_t)f->n;
	out->mode = m.mode;
	buf_done(&name);
	return ok;
}

bool queue_begin(struct db *db, const struct queue_ask *ask, const struct queue_begin *how, struct queue_begun *out,
                 struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct queue q;
	bool found;
	*out = (struct queue_begun){.found = {.arena = ARENA_INIT}};
	bool ok = named(db, how->name, &arena, &q, &found, err);
	if (ok && !found) {
		ok = queue_candidates(db, ask, &out->found, err);
		if (ok && !how->name.len)
			ok = made_before(db, ask, out->found.made_from, &arena, &q, &found, err);
	}
	if (ok && found)
		go_on_with(out, &q);
	else if (ok)
		ok = make(db, ask, how, out, err);
	arena_done(&arena);
	return ok;
}

void queue_begun_done(struct queue_begun *b)
{
	queue_found_done(&b->found);
	*b = (struct queue_begun){.id = 0};
}

/* ---------------------------------------------------------------- wishes */

struct queue_wish *queue_wish_new(const struct queue_ask *ask)
{
	struct queue_wish *w = xcalloc(1, sizeof *w);
	struct subject_at *items;
	w->arena = ARENA_INIT;
	w->ask = *ask;
	struct str *const texts[] = {&w->ask.where,  &w->ask.dataset, &w->ask.step, &w->ask.stratify,
	                             &w->ask.author, &w->ask.listed,  &w->ask.judge};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = arena_str(&w->arena, *texts[i]);
	items = arena_alloc(&w->arena, (ask->n_items + 1) * sizeof *items);
	if (ask->n_items)
		memcpy(items, ask->items, ask->n_items * sizeof *items);
	w->ask.items = items;
	w->title = ask->from == QUEUE_LISTED ? w->ask.listed : w->ask.where;
	return w;
}

void queue_wish_free(struct queue_wish *w)
{
	if (!w)
		return;
	arena_done(&w->arena);
	free(w);
}
