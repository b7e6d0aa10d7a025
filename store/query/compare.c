#include "store/query/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/query/compare_private.h"

static const struct {
	const char *name, *title;
} classes[N_CLASSES] = {
    [CLASS_REGRESSED] = {"regressed",  "Lost"      },
    [CLASS_IMPROVED] = {"improved",   "Won"       },
    [CLASS_NEW_ERROR] = {"new_errors", "New errors"},
    [CLASS_CHANGED] = {"changed",    "Changed"   },
    [CLASS_SAME] = {"same",       "Same"      },
    [CLASS_ONLY_A] = {"only_a",     "Only A"    },
    [CLASS_ONLY_B] = {"only_b",     "Only B"    },
};

const char *case_class_name(enum case_class c)
{
	return classes[c].name;
}

const char *case_class_title(enum case_class c)
{
	return classes[c].title;
}

double compare_slower(const struct compare_row *row)
{
	bool known =
	    row->a.present && row->b.present && row->a.latency_ns != UNKNOWN_INT && row->b.latency_ns != UNKNOWN_INT;
	return known ? (double)(row->b.latency_ns - row->a.latency_ns) : UNKNOWN_DOUBLE;
}

double compare_dearer(const struct compare_row *row)
{
	return row->a.present && row->b.present ? row->b.cost_usd - row->a.cost_usd : UNKNOWN_DOUBLE;
}

void compare_done(struct compare *c)
{
	arena_done(&c->arena);
	*c = (struct compare){0};
}

/* ---------------------------------------------------------------- which case meets which */

struct pairs {
	struct pair *at; /* the paired ones first */
	size_t n, cap;
	size_t paired;
};

static void add_pair(struct pairs *p, size_t a, size_t b)
{
	p->at = vec_grow(p->at, &p->cap, p->n, sizeof *p->at);
	p->at[p->n++] = (struct pair){a, b};
	p->paired += a != SIZE_MAX && b != SIZE_MAX;
}

static void pair_by_key(const struct side_run *a, const struct side_run *b, struct pairs *out)
{
	for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
		if (a->cases[i].case_id == b->cases[k].case_id)
			add_pair(out, i++, k++);
		else if (a->cases[i].case_id < b->cases[k].case_id)
			i++;
		else
			k++;
	}
}

struct input {
	uint64_t hash;
	size_t at;
};

static int by_hash(const void *left, const void *right)
{
	const struct input *a = left, *b = right;
	if (a->hash != b->hash)
		return (a->hash > b->hash) - (a->hash < b->hash);
	return (a->at > b->at) - (a->at < b->at);
}

/* The inputs that only one case of the run has, sorted. The caller frees. */
static struct input *unique_inputs(const struct side_run *run, size_t *n)
{
	struct input *all = xmalloc(size_mul(size_add(run->n, 1), sizeof *all));
	size_t used = 0;
	for (size_t i = 0; i < run->n; i++)
		if (run->cases[i].input_hash)
			all[used++] = (struct input){run->cases[i].input_hash, i};
	qsort(all, used, sizeof *all, by_hash);
	*n = 0;
	for (size_t i = 0; i < used; i++)
		if ((i == 0 || all[i - 1].hash != all[i].hash) && (i + 1 == used || all[i + 1].hash != all[i].hash))
			all[(*n)++] = all[i];
	return all;
}

static void pair_by_input(const struct side_run *a, const struct side_run *b, struct pairs *out)
{
	size_t n_a, n_b;
	struct input *in_a = unique_inputs(a, &n_a), *in_b = unique_inputs(b, &n_b);
	for (size_t i = 0, k = 0; i < n_a && k < n_b;) {
		if (in_a[i].hash == in_b[k].hash)
			add_pair(out, in_a[i++].at, in_b[k++].at);
		else if (in_a[i].hash < in_b[k].hash)
			i++;
		else
			k++;
	}
	free(in_a);
	free(in_b);
}

static void add_unpaired(const struct side_run *a, const struct side_run *b, struct pairs *out)
{
	bool *met = xcalloc(size_add(a->n, b->n) + 1, sizeof *met);
	for (size_t i = 0; i < out->n; i++)
		met[out->at[i].a] = met[a->n + out->at[i].b] = true;
	for (size_t i = 0; i < a->n; i++)
		if (!met[i])
			add_pair(out, i, SIZE_MAX);
	for (size_t i = 0; i < b->n; i++)
		if (!met[a->n + i])
			add_pair(out, SIZE_MAX, i);
	free(met);
}

static void align(const struct side_run *a, const struct side_run *b, struct pairs *pairs, struct compare *out)
{
	pair_by_key(a, b, pairs);
	if (!pairs->paired) {
		pair_by_input(a, b, pairs);
		out->by_input = pairs->paired > 0;
	}
	add_unpaired(a, b, pairs);
	out->paired = (int64_t)pairs->paired;
}

/* ---------------------------------------------------------------- scores by name */

struct score_name {
	int64_t word;
	size_t n_a, n_b; /* cases that have it */
	struct str text;
};
struct score_names {
	struct score_name *at;
	size_t n, cap;
};

static int by_word(const void *left, const void *right)
{
	const struct score_name *a = left, *b = right;
	return (a->word > b->word) - (a->word < b->word);
}

static int by_text(const void *left, const void *right)
{
	const struct score_name *a = left, *b = right;
	return str_cmp(a->text, b->text);
}

static int by_use(const void *left, const void *right)
{
	const struct score_name *a = left, *b = right;
	size_t both_a = a->n_a < a->n_b ? a->n_a : a->n_b, both_b = b->n_a < b->n_b ? b->n_a : b->n_b;
	if (both_a != both_b)
		return both_a < both_b ? 1 : -1;
	size_t any_a = a->n_a + a->n_b, any_b = b->n_a + b->n_b;
	if (any_a != any_b)
		return any_a < any_b ? 1 : -1;
	return by_word(left, right);
}

/* Where a word is among the names, by hashing: a file may name a score per case. */
struct name_places {
	size_t *at; /* index + 1; 0 free */
	size_t cap;
};

static size_t *name_place(const struct name_places *p, const struct score_names *names, int64_t word)
{
	size_t i = (uint64_t)word & (p->cap - 1);
	while (p->at[i] && names->at[p->at[i] - 1].word != word)
		i = (i + 1) & (p->cap - 1);
	return &p->at[i];
}

static void grow_places(struct name_places *p, const struct score_names *names)
{
	free(p->at);
	p->cap = p->cap ? 2 * p->cap : 64;
	p->at = xcalloc(p->cap, sizeof *p->at);
	for (size_t i = 0; i < names->n; i++)
		*name_place(p, names, names->at[i].word) = i + 1;
}

static struct score_name *name_of_word(struct score_names *names, struct name_places *p, int64_t word)
{
	if (2 * names->n >= p->cap)
		grow_places(p, names);
	size_t *place = name_place(p, names, word);
	if (!*place) {
		names->at = vec_grow(names->at, &names->cap, names->n, sizeof *names->at);
		names->at[names->n++] = (struct score_name){.word = word};
		*place = names->n;
	}
	return &names->at[*place - 1];
}

/* One entry per name, with how many cases of each run have it. */
static struct score_names count_names(const struct side_run *a, const struct side_run *b)
{
	struct score_names names = {0};
	struct name_places places = {0};
	for (size_t i = 0; i < a->n_scores; i++)
		name_of_word(&names, &places, a->scores[i].name)->n_a++;
	for (size_t i = 0; i < b->n_scores; i++)
		name_of_word(&names, &places, b->scores[i].name)->n_b++;
	free(places.at);
	if (names.n)
		qsort(names.at, names.n, sizeof *names.at, by_word);
	return names;
}

static bool read_name(struct db *db, struct arena *arena, struct score_name *name, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM word WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, name->word);
	enum step step = stmt_step(s, err);
	name->text = step == STEP_ROW ? arena_str(arena, col_str(s, 0)) : arena_cstr(arena, "?");
	stmt_end(s);
	return step != STEP_FAIL;
}

/* The names compared, sorted by text; of more than can be compared, those most cases have. */
static bool read_names(struct db *db, const struct side_run *a, const struct side_run *b, struct compare *out,
                       struct score_names *names, struct err *err)
{
	*names = count_names(a, b);
	if (names->n > COMPARE_MAX_SCORES) {
		qsort(names->at, names->n, sizeof *names->at, by_use);
		names->n = COMPARE_MAX_SCORES;
	}
	for (size_t i = 0; i < names->n; i++)
		if (!read_name(db, &out->arena, &names->at[i], err))
			return false;
	if (names->n)
		qsort(names->at, names->n, sizeof *names->at, by_text);
	out->n_scores = names->n;
	out->scores = arena_alloc(&out->arena, names->n * sizeof *out->scores);
	for (size_t i = 0; i < names->n; i++)
		out->scores[i] = names->at[i].text;
	return true;
}

/* Where a word stands in the list sorted by text. */
struct place {
	int64_t word;
	size_t at;
};

static int by_place_word(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	return (a->word > b->word) - (a->word < b->word);
}

static void spread_scores(struct side_run *run, const struct place *places, size_t n, struct arena *arena)
{
	double *values = arena_alloc(arena, size_mul(size_mul(run->n, n), sizeof *values));
	for (size_t i = 0; i < run->n; i++, values += n) {
		struct side_case *c = &run->cases[i];
		for (size_t k = 0; k < n; k++)
			values[k] = UNKNOWN_DOUBLE;
		for (size_t k = 0; k < c->n_scores; k++) {
			const struct side_score *score = &run->scores[c->scores + k];
			struct place wanted = {.word = score->name};
			const struct place *place = bsearch(&wanted, places, n, sizeof *places, by_place_word);
			if (place)
				values[place->at] = score->value;
		}
		c->side.scores = values;
	}
}

static void place_scores(const struct score_names *names, struct side_run *a, struct side_run *b, struct arena *arena)
{
	struct place places[COMPARE_MAX_SCORES] = {0};
	for (size_t i = 0; i < names->n; i++)
		places[i] = (struct place){names->at[i].word, i};
	qsort(places, names->n, sizeof *places, by_place_word);
	spread_scores(a, places, names->n, arena);
	spread_scores(b, places, names->n, arena);
}

/* ---------------------------------------------------------------- classes and rows */

static bool scores_differ(const struct compare_side *a, const struct compare_side *b, const bool *on_both, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool no_a = IS_UNKNOWN(a->scores[i]), no_b = IS_UNKNOWN(b->scores[i]);
		/* A score that only one of the runs has at all tells how it was judged, not how it answered. */
		if (on_both[i] && (no_a != no_b || (!no_a && paired_difference(a->scores[i], b->scores[i]) != 0)))
			return true;
	}
	return false;
}

enum case_class compare_class_of_verdicts(enum case_status a, enum case_status b)
{
	if (a != CASE_PASSED && b == CASE_PASSED)
		return CLASS_IMPROVED;
	if (a == CASE_PASSED && b == CASE_FAILED)
		return CLASS_REGRESSED;
	if ((a == CASE_PASSED || a == CASE_FAILED) && b == CASE_ERROR)
		return CLASS_NEW_ERROR;
	return CLASS_SAME;
}

static enum case_class class_of(const struct compare_side *a, const struct compare_side *b, const bool *on_both,
                                size_t n_scores)
{
	if (!a->present || !b->present)
		return a->present ? CLASS_ONLY_A : CLASS_ONLY_B;
	enum case_class by_verdict = compare_class_of_verdicts(a->status, b->status);
	if (by_verdict != CLASS_SAME)
		return by_verdict;
	bool differ =
	    a->status != b->status || a->output_hash != b->output_hash || scores_differ(a, b, on_both, n_scores);
	return differ ? CLASS_CHANGED : CLASS_SAME;
}

/* Drop of the mean of the scores both sides have; of the share that passed if the runs have no scores (one measure for all
 * rows, so that they can be ordered by it). */
static double loss_of(const struct compare_side *a, const struct compare_side *b, const bool *lower, size_t n_scores)
{
	double drop = 0;
	size_t n = 0;
	for (size_t i = 0; i < n_scores; i++)
		if (!IS_UNKNOWN(a->scores[i]) && !IS_UNKNOWN(b->scores[i])) {
			drop += lower[i] ? b->scores[i] - a->scores[i] : a->scores[i] - b->scores[i];
			n++;
		}
	if (n_scores)
		return n ? drop / (double)n : 0;
	if (!a->scored || !b->scored)
		return 0;
	return (double)a->passes / (double)a->scored - (double)b->passes / (double)b->scored;
}

static struct compare_side absent_side(struct compare *out)
{
	double *none = arena_alloc(&out->arena, out->n_scores * sizeof *none);
	for (size_t i = 0; i < out->n_scores; i++)
		none[i] = UNKNOWN_DOUBLE;
	return (struct compare_side){.latency_ns = UNKNOWN_INT, .cost_usd = UNKNOWN_DOUBLE, .scores = none};
}

static int by_class_and_loss(const void *left, const void *right)
{
	const struct compare_row *a = left, *b = right;
	if (a->class_ != b->class_)
		return (a->class_ > b->class_) - (a->class_ < b->class_);
	/* The largest move first: for cases won that is the largest gain. */
	double sign = a->class_ == CLASS_IMPROVED ? -1 : 1, loss_a = sign * a->loss, loss_b = sign * b->loss;
	if (loss_a > loss_b || loss_a < loss_b)
		return loss_a > loss_b ? -1 : 1;
	int titles = str_cmp(a->title, b->title);
	return titles ? titles : (a->case_id > b->case_id) - (a->case_id < b->case_id);
}

static void make_rows(const struct side_run *a, const struct side_run *b, const struct pairs *pairs,
                      const bool *on_both, struct compare *out)
{
	struct compare_side none = absent_side(out);
	out->n_rows = pairs->n;
	out->rows = arena_zalloc(&out->arena, pairs->n, sizeof *out->rows);
	for (size_t i = 0; i < pairs->n; i++) {
		const struct side_case *in_a = pairs->at[i].a == SIZE_MAX ? NULL : &a->cases[pairs->at[i].a];
		const struct side_case *in_b = pairs->at[i].b == SIZE_MAX ? NULL : &b->cases[pairs->at[i].b];
		const struct side_case *named = in_a ? in_a : in_b;
		struct compare_row *row = &out->rows[i];
		BUG_ON(!named);
		*row = (struct compare_row){.case_id = named->case_id, .key = named->key, .title = named->title};
		if (!row->title.len && in_b)
			row->title = in_b->title;
		if (!row->title.len)
			row->title = row->key;
		row->a = in_a ? in_a->side : none;
		row->b = in_b ? in_b->side : none;
		row->class_ = class_of(&row->a, &row->b, on_both, out->n_scores);
		row->loss = in_a && in_b ? loss_of(&row->a, &row->b, out->lower, out->n_scores) : 0;
		out->count[row->class_]++;
	}
	qsort(out->rows, out->n_rows, sizeof *out->rows, by_class_and_loss);
}

/* Over n repeats that is a share of them. */
static bool is_yes_or_no(const struct compare_side *side, size_t score)
{
	double d = side->scores[score], n = side->scored > 1 ? (double)side->scored : 1;
	return IS_UNKNOWN(d) || (d >= 0 && d <= 1 && fabs(d * n - round(d * n)) < 1e-9);
}

static void find_yes_no(struct compare *out)
{
	bool scored = false; /* without verdicts such a score is all there is */
	for (size_t i = 0; i < out->n_rows && !scored; i++)
		scored = out->rows[i].a.scored || out->rows[i].b.scored;
	out->yes_no = arena_zalloc(&out->arena, out->n_scores + 1, sizeof *out->yes_no);
	for (size_t k = 0; k < out->n_scores; k++) {
		size_t i = 0;
		while (scored && i < out->n_rows && is_yes_or_no(&out->rows[i].a, k) &&
		       is_yes_or_no(&out->rows[i].b, k))
			i++;
		out->yes_no[k] = scored && i == out->n_rows;
	}
}

/* "Is the following statement something you would say? " before every question: a list shows what comes behind. */
static void find_shared_title(struct compare *out)
{
	enum { WORTH_BYTES = 16, ROWS_LEAST = 3 };
	struct str first = out->n_rows ? out->rows[0].title : STR_LIT("");
	size_t n = out->n_rows < ROWS_LEAST ? 0 : first.len;
	for (size_t i = 1; i < out->n_rows && n >= WORTH_BYTES; i++) {
		struct str title = out->rows[i].title;
		size_t k = 0;
		while (k < n && k < title.len && title.ptr[k] == first.ptr[k])
			k++;
		n = k;
	}
	bool alike = n >= WORTH_BYTES;
	for (size_t i = 0; i < out->n_rows && alike; i++)
		alike = out->rows[i].title.len == n;
	while (!alike && n > 0 && first.ptr[n - 1] != ' ')
		n--;
	out->shared_title = n >= WORTH_BYTES ? n : 0;
}

struct str compare_title_rest(const struct compare *c, const struct compare_row *row)
{
	struct str rest = str_from(row->title, c->shared_title);
	return rest.len ? rest : row->key;
}

/* ---------------------------------------------------------------- repeats */

static void count_case_repeats(const struct side_run *a, const struct side_case *in_a, const struct side_run *b,
                               const struct side_case *in_b, struct compare *out)
{
	const struct side_repeat *x = a->repeats + in_a->first_repeat, *x_end = x + in_a->n_repeats;
	const struct side_repeat *y = b->repeats + in_b->first_repeat, *y_end = y + in_b->n_repeats;
	while (x < x_end && y < y_end) {
		if (x->number == y->number) {
			enum case_class class_ = compare_class_of_verdicts(x->status, y->status);
			out->repeats.paired++;
			out->repeats.improved += class_ == CLASS_IMPROVED;
			out->repeats.regressed += class_ == CLASS_REGRESSED;
			out->repeats.new_errors += class_ == CLASS_NEW_ERROR;
		}
		int64_t least = x->number < y->number ? x->number : y->number;
		x += x->number == least;
		y += y < y_end && y->number == least;
	}
}

static void count_repeats(const struct side_run *a, const struct side_run *b, const struct pairs *pairs,
                          struct compare *out)
{
	bool any = false;
	for (size_t i = 0; i < pairs->n && !any; i++)
		any = pairs->at[i].a != SIZE_MAX && pairs->at[i].b != SIZE_MAX &&
		      (a->cases[pairs->at[i].a].n_repeats > 1 || b->cases[pairs->at[i].b].n_repeats > 1);
	for (size_t i = 0; i < pairs->n && any; i++)
		if (pairs->at[i].a != SIZE_MAX && pairs->at[i].b != SIZE_MAX)
			count_case_repeats(a, &a->cases[pairs->at[i].a], b, &b->cases[pairs->at[i].b], out);
}

/* ---------------------------------------------------------------- two runs */

static struct str name_of(const struct run_row *run)
{
	return run->name.len ? run->name : run->text;
}

/* Where both sources state figures of the whole run, these can be compared; as they stand, since nothing says how they scatter. */
static struct str stated_sentence(struct compare *out)
{
	size_t moved = 0;
	for (size_t i = 0; i < out->n_stated; i++)
		moved += paired_difference(out->stated[i].a, out->stated[i].b) != 0;
	return arena_printf(&out->arena, "No cases to pair, so no test: of %zu %s both sources state, %zu %s.",
	                    out->n_stated, out->n_stated == 1 ? "figure" : "figures", moved,
	                    moved == 1 ? "differs" : "differ");
}

static void add_dataset(struct buf *to, const char *side, const struct run_row *run)
{
	if (run->dataset.len)
		buf_printf(to, "%s is of dataset " STR_FMT, side, STR_ARG(str_cut(run->dataset, 0, 80)));
	else
		buf_printf(to, "%s names no dataset", side);
}

/* Why they share none, perhaps, and which runs do share cases with B: its first 100 are looked for. */
static bool offer_others(struct db *db, struct compare *out, struct err *err)
{
	struct buf text = BUF_INIT;
	buf_add_str(&text, out->refused);
	if (!str_eq(out->a.dataset, out->b.dataset)) {
		buf_add_cstr(&text, ". ");
		add_dataset(&text, "A", &out->a);
		buf_add_cstr(&text, ", ");
		add_dataset(&text, "B", &out->b);
	}
	struct stmt *s =
	    db_query(db,
	             "SELECT ifnull(r.name, r.text) FROM run r WHERE r.id <> ?1 AND EXISTS (SELECT 1 FROM (SELECT "
	             "case_id FROM case_result WHERE"
	             " run = ?1 AND repeat >= 0 LIMIT 100) x JOIN case_result c ON c.run = r.id AND"
	             " c.case_id = x.case_id AND c.repeat >= 0) ORDER BY r.created_ns DESC, r.id DESC LIMIT 4",
	             err);
	if (!s) {
		buf_done(&text);
		return false;
	}
	stmt_int(s, 1, out->b.id);
	enum step step;
	for (int n = 0; (step = stmt_step(s, err)) == STEP_ROW; n++) {
		buf_add_cstr(&text, n == 0 ? ". Cases in common with B have: " : n < 3 ? ", " : ", …");
		if (n < 3)
			buf_add_str(&text, str_cut(col_str(s, 0), 0, 80));
	}
	stmt_end(s);
	out->refused = arena_str(&out->arena, buf_str(&text));
	buf_done(&text);
	return step != STEP_FAIL;
}

static bool refuse(struct db *db, const struct side_run *a, const struct side_run *b, struct compare *out,
                   struct err *err)
{
	out->count[CLASS_ONLY_A] = (int64_t)a->n;
	out->count[CLASS_ONLY_B] = (int64_t)b->n;
	if (!a->n && !b->n) {
		out->refused = out->n_stated ? STR_LIT("neither run has cases")
		                             : STR_LIT("neither run has cases: there is nothing to compare");
	} else if (!a->n || !b->n) {
		const struct run_row *empty = a->n ? &out->b : &out->a;
		out->refused = arena_printf(&out->arena, "run " STR_FMT " has no cases: there is nothing to compare",
		                            STR_ARG(name_of(empty)));
	} else {
		out->refused =
		    arena_printf(&out->arena,
		                 STR_FMT " and " STR_FMT " have no case in common: no key and no input of the"
		                         " %zu in A is among the %zu in B",
		                 STR_ARG(name_of(&out->a)), STR_ARG(name_of(&out->b)), a->n, b->n);
		if (!offer_others(db, out, err))
			return false;
	}
	out->sentence = out->n_stated ? stated_sentence(out) : out->refused;
	return true;
}

/* Asked of the paired cases alone: what others have changes nothing for them. Of one run alone: of all its cases. */
static void find_on_both(struct compare_work *work, size_t n_scores, bool alone)
{
	for (size_t k = 0; k < n_scores; k++) {
		bool in_a = alone, in_b = alone;
		for (size_t i = 0; i < work->paired && !(in_a && in_b); i++) {
			in_a |= !IS_UNKNOWN(work->a.cases[work->pairs[i].a].side.scores[k]);
			in_b |= !IS_UNKNOWN(work->b.cases[work->pairs[i].b].side.scores[k]);
		}
		work->on_both[k] = in_a && in_b;
	}
}

bool compare_sides(struct db *db, const struct compare_opts *opts, struct compare_work *work, struct compare *out,
                   struct err *err)
{
	struct side_run *a = &work->a, *b = &work->b;
	struct pairs pairs = {0};
	align(a, b, &pairs, out);
	work->pairs = pairs.at;
	work->n_pairs = pairs.n;
	work->paired = pairs.paired;
	if (!pairs.paired && out->b.id)
		return refuse(db, a, b, out, err);
	struct score_names names;
	bool ok = read_names(db, a, b, out, &names, err) && compare_read_directions(db, out, err);
	if (ok) {
		place_scores(&names, a, b, &out->arena);
		find_on_both(work, names.n, !out->b.id);
	}
	free(names.at);
	if (!ok || !out->b.id)
		return ok;
	make_rows(a, b, &pairs, work->on_both, out);
	find_yes_no(out);
	find_shared_title(out);
	count_repeats(a, b, &pairs, out);
	if (!opts->rows_only)
		ok = compare_metrics(db, a, b, pairs.at, pairs.paired, work->on_both, opts, out, err);
	compare_sentence(out);
	return ok;
}

void compare_work_done(struct compare_work *work)
{
	side_done(&work->a);
	side_done(&work->b);
	free(work->pairs);
	*work = (struct compare_work){0};
}

bool compare_work_runs(struct db *db, int64_t a, int64_t b, const struct compare_opts *opts, struct compare *out,
                       struct compare_work *work, struct err *err)
{
	*out = (struct compare){.arena = ARENA_INIT};
	*work = (struct compare_work){0};
	bool ok = runs_get(db, a, &out->arena, &out->a, err) && side_read(db, a, STR_NONE, &out->arena, &work->a, err);
	if (b)
		ok = ok && runs_get(db, b, &out->arena, &out->b, err) && compare_read_stated(db, out, err) &&
		     side_read(db, b, STR_NONE, &out->arena, &work->b, err);
	return ok && compare_sides(db, opts, work, out, err);
}

bool compare_runs(struct db *db, int64_t a, int64_t b, const struct compare_opts *opts, struct compare *out,
                  struct err *err)
{
	struct compare_work work;
	bool ok = compare_work_runs(db, a, b, opts, out, &work, err);
	compare_work_done(&work);
	return ok;
}
