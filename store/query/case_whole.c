#include "store/query/case_whole.h"

#include "store/query/trace_diff.h"

void case_whole_done(struct case_whole *w)
{
	case_repeats_done(&w->repeats);
	arena_done(&w->arena);
	*w = (struct case_whole){0};
}

/* ---------------------------------------------------------------- texts */

/* The same text, however long, needs no search. */
static struct diff all_equal(struct arena *arena, struct str text)
{
	struct diff d = {.ops = arena_zalloc(arena, 1, sizeof *d.ops), .n = text.len > 0, .unit = DIFF_WORDS};
	d.ops[0] = (struct diff_op){.kind = DIFF_EQUAL, .a_len = text.len, .b_len = text.len};
	return d;
}

static struct case_texts compare_texts(struct arena *arena, struct str a, struct str b)
{
	struct case_texts t = {.a = a, .b = b, .both = a.ptr && b.ptr};
	if (!t.both)
		return t;
	t.equal = str_eq(a, b);
	t.words = t.equal ? all_equal(arena, a) : diff_text(arena, a, b, DIFF_WORDS);
	t.lines = t.equal || t.words.unit != DIFF_WORDS ? t.words : diff_text(arena, a, b, DIFF_LINES);
	t.is_json = diff_json(arena, a, b, &t.json);
	t.objects = t.is_json && str_trim(a).ptr[0] == '{' && str_trim(b).ptr[0] == '{';
	return t;
}

static void compare_all(struct case_whole *w)
{
	const struct case_result *a = &w->a.detail.res, *b = &w->b.detail.res;
	struct str sides[N_CASE_SUBJECTS][2] = {
	    [CASE_ANSWERS] = {w->a.answer, w->b.answer},
              [CASE_EXPECTED_A] = {a->expected, w->a.answer},
	    [CASE_EXPECTED_B] = {b->expected, w->b.answer},
              [CASE_INPUTS] = {a->input,    b->input   },
	    [CASE_EXPECTEDS] = {a->expected, b->expected},
              [CASE_METADATA] = {a->metadata, b->metadata},
	};
	for (int i = 0; i < N_CASE_SUBJECTS; i++) {
		/* An error in the place of an answer is no other answer. */
		bool alike = !a->output.ptr == !b->output.ptr;
		if (i == CASE_ANSWERS && !alike) {
			w->texts[i] = (struct case_texts){.a = w->a.answer, .b = w->b.answer};
			continue;
		}
		w->texts[i] = compare_texts(&w->arena, sides[i][0], sides[i][1]);
	}
}

/* ---------------------------------------------------------------- scores */

/* Which of the scores of its name it is. */
static size_t number_of(const struct case_result *res, size_t at)
{
	size_t k = 0;
	for (size_t i = 0; i < at; i++)
		k += str_eq(res->scores[i].name, res->scores[at].name);
	return k;
}

static const struct score *score_of(const struct case_result *res, struct str name, size_t k)
{
	for (size_t i = 0; i < res->n_scores; i++)
		if (str_eq(res->scores[i].name, name) && k-- == 0)
			return &res->scores[i];
	return NULL;
}

static void pair_scores(struct case_whole *w)
{
	const struct case_result *a = &w->a.detail.res, *b = &w->b.detail.res;
	w->scores = arena_zalloc(&w->arena, a->n_scores + b->n_scores + 1, sizeof *w->scores);
	for (size_t i = 0; i < a->n_scores; i++)
		w->scores[w->n_scores++] =
		    (struct case_score_pair){.a = &a->scores[i], .b = score_of(b, a->scores[i].name, number_of(a, i))};
	for (size_t i = 0; i < b->n_scores; i++)
		if (!score_of(a, b->scores[i].name, number_of(b, i)))
			w->scores[w->n_scores++] = (struct case_score_pair){.b = &b->scores[i]};
	for (size_t i = 0; i < w->n_scores; i++) {
		struct case_score_pair *p = &w->scores[i];
		if (p->a && p->b && p->a->explanation.ptr && p->b->explanation.ptr)
			p->why = diff_text(&w->arena, p->a->explanation, p->b->explanation, DIFF_WORDS);
	}
}

/* ---------------------------------------------------------------- answers of all repeats */

static const struct case_repeat *first_with(const struct case_repeats *r, int64_t answer)
{
	const struct case_repeats_side *const sides[] = {&r->a, &r->b};
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < sides[side]->n; i++)
			if (sides[side]->at[i].answer == answer)
				return &sides[side]->at[i];
	return NULL;
}

/* Those that are looked at are there already. */
static bool read_answer(struct db *db, struct block_cache *blocks, struct case_whole *w, size_t i, struct err *err)
{
	const struct case_repeat *from = first_with(&w->repeats, (int64_t)i);
	const struct case_whole_side *const sides[] = {&w->a, &w->b};
	struct case_detail detail;
	for (int side = 0; side < 2; side++)
		if (sides[side]->present && sides[side]->repeat->answer == (int64_t)i) {
			w->answers[i].text = sides[side]->answer;
			return true;
		}
	if (!from || from->record <= 0)
		return true;
	if (!case_detail(db, blocks, from->at, &w->arena, &detail, err))
		return false;
	w->answers[i].text = detail.res.output;
	return true;
}

static bool read_answers(struct db *db, struct block_cache *blocks, struct case_whole *w, struct err *err)
{
	const struct case_repeats *r = &w->repeats;
	if (r->a.n <= 1 && r->b.n <= 1)
		return true;
	w->n_answers = r->n_answers;
	w->answers = arena_zalloc(&w->arena, w->n_answers + 1, sizeof *w->answers);
	for (size_t i = 0; i < r->a.n; i++)
		if (r->a.at[i].answer >= 0)
			w->answers[r->a.at[i].answer].n_a++;
	for (size_t i = 0; i < r->b.n; i++)
		if (r->b.at[i].answer >= 0)
			w->answers[r->b.at[i].answer].n_b++;
	for (size_t i = 0; i < w->n_answers && i < CASE_ANSWERS_READ; i++)
		if (!read_answer(db, blocks, w, i, err))
			return false;
	return true;
}

/* ---------------------------------------------------------------- traces */

static bool are_small(struct db *db, int64_t a, int64_t b, bool *small, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT max(n) FROM trace WHERE id IN (?, ?)", err);
	if (!s)
		return false;
	stmt_int(s, 1, a);
	stmt_int(s, 2, b);
	enum step step = stmt_step(s, err);
	*small = step == STEP_ROW && col_int_or(s, 0, 0) <= CASE_SPANS;
	stmt_end(s);
	return step != STEP_FAIL;
}

/* A trace that cannot be read says nothing; the case is there all the same. */
static bool read_traces(struct db *db, struct block_cache *blocks, struct case_whole *w, struct err *err)
{
	bool small = false;
	struct trace_diff d = {0};
	struct err trouble = ERR_INIT;
	struct buf words = BUF_INIT;
	if (!w->a.repeat || !w->b.repeat || !w->a.repeat->trace || !w->b.repeat->trace)
		return true;
	if (!are_small(db, w->a.repeat->trace, w->b.repeat->trace, &small, err))
		return false;
	w->traces_large = !small;
	if (!small)
		return true;
	if (trace_diff_load(db, blocks, w->a.repeat->trace, w->b.repeat->trace, &d, &trouble)) {
		trace_diff_first_words(&words, &d);
		w->parts_at = arena_str(&w->arena, buf_str(&words));
		buf_clear(&words);
		trace_diff_counts_words(&words, &d);
		w->parts_in = arena_str(&w->arena, buf_str(&words));
		const struct case_texts *answers = &w->texts[CASE_ANSWERS];
		if (answers->both)
			case_wordings(db, blocks, &d, &answers->words, answers->a, answers->b, &w->arena, w->wordings,
			              &w->n_wordings, &trouble);
		trace_diff_done(&d);
	}
	buf_done(&words);
	if (trouble.code == ERR_INTERRUPTED)
		*err = trouble;
	return trouble.code != ERR_INTERRUPTED;
}

/* ---------------------------------------------------------------- loading */

static bool load_side(struct db *db, struct block_cache *blocks, const struct case_repeats_side *repeats, size_t at,
                      struct arena *arena, struct case_whole_side *out, struct err *err)
{
	*out = (struct case_whole_side){.repeat = at < repeats->n ? &repeats->at[at] : NULL};
	out->detail.res = (struct case_result){
	    .latency_ns = UNKNOWN_INT, .tokens_in = UNKNOWN_INT, .tokens_out = UNKNOWN_INT, .cost_usd = UNKNOWN_DOUBLE};
	if (!out->repeat || out->repeat->record <= 0)
		return true;
	if (!case_detail(db, blocks, out->repeat->at, arena, &out->detail, err))
		return false;
	out->present = true;
	out->answer = out->detail.res.output.ptr ? out->detail.res.output : out->detail.res.error;
	const struct subject_at subject = {.kind = SUBJECT_CASE, .at = out->repeat->at};
	return opinions_of(db, &subject, arena, &out->opinions, &out->n_opinions, err);
}

static size_t wanted(const struct case_repeats_side *side, int64_t number, size_t otherwise)
{
	size_t at = number == UNKNOWN_INT ? SIZE_MAX : case_repeat_index(side, number);
	return at == SIZE_MAX ? otherwise : at;
}

bool case_whole_load(struct db *db, int64_t run_a, int64_t run_b, int64_t case_id, int64_t number_a, int64_t number_b,
                     struct case_whole *out, struct err *err)
{
	*out = (struct case_whole){.arena = ARENA_INIT};
	if (!runs_get(db, run_a, &out->arena, &out->run_a, err) ||
	    !runs_get(db, run_b, &out->arena, &out->run_b, err) ||
	    !case_repeats_load(db, run_a, run_b, case_id, &out->repeats, err))
		return false;
	out->at_a = wanted(&out->repeats.a, number_a, out->repeats.pick_a);
	out->at_b = wanted(&out->repeats.b, number_b, out->repeats.pick_b);
	struct block_cache *blocks = block_cache_new(db);
	bool ok = load_side(db, blocks, &out->repeats.a, out->at_a, &out->arena, &out->a, err) &&
	          load_side(db, blocks, &out->repeats.b, out->at_b, &out->arena, &out->b, err) &&
	          read_answers(db, blocks, out, err);
	if (ok) {
		compare_all(out);
		pair_scores(out);
		ok = read_traces(db, blocks, out, err);
	}
	block_cache_free(blocks);
	return ok;
}
