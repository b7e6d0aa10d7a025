/* Columns of judges on trial, and of the answers and other judges that belong to one. */
#include "store/query/judges.h"
#include "tui/columns.h"

static struct value text(struct str s, enum role role)
{
	return (struct value){.type = s.len ? VALUE_TEXT : VALUE_NONE, .text = s, .role = role};
}

static struct value word(const char *s, enum role role)
{
	return text(str_of(s), role);
}

static struct value number(enum value_type type, double d)
{
	return (struct value){.type = IS_UNKNOWN(d) ? VALUE_NONE : type, .d = d, .role = ROLE_TEXT};
}

static struct value count(int64_t i)
{
	return (struct value){.type = VALUE_COUNT, .i = i, .role = i ? ROLE_TEXT : ROLE_DIM};
}

static struct value none(void)
{
	return (struct value){.type = VALUE_NONE};
}

static struct value share(int64_t k, int64_t n)
{
	return number(VALUE_SHARE, n ? (double)k / (double)n : UNKNOWN_DOUBLE);
}

static struct value yes(bool b)
{
	return (struct value){.type = VALUE_BOOL, .i = b, .role = ROLE_DIM};
}

static struct value outcome(enum judge_outcome o)
{
	return word(judge_outcome_name(o), o == OUTCOME_BAD ? ROLE_ERROR : o == OUTCOME_GOOD ? ROLE_OK : ROLE_DIM);
}

/* A judge says pass and fail, people good and bad. */
static struct value passes(enum judge_outcome o)
{
	switch (o) {
	case OUTCOME_NONE: break;
	case OUTCOME_BAD: return word("fail", ROLE_ERROR);
	case OUTCOME_GOOD: return word("pass", ROLE_OK);
	case OUTCOME_UNSURE: return word("unsure", ROLE_DIM);
	}
	return (struct value){.type = VALUE_NONE};
}

/* An evaluator without a model is marked as what it is. */
static struct value model_shown(const struct judge *j, struct arena *arena)
{
	if (j->all_models)
		return text(arena_printf(arena, "%lld models", (long long)j->models), ROLE_DIM);
	if (j->model.len || j->by == SOURCE_JUDGE)
		return text(j->model, ROLE_TEXT);
	return word(j->by == SOURCE_CODE ? "(code)" : "(not said)", ROLE_DIM);
}

static int64_t agreeing(const struct judge *j)
{
	return j->cells[0][0] + j->cells[1][1];
}

/* A run's title may be long; a trace's name stands for it. */
static struct value title_of(const struct judge_item *i)
{
	return text(i->title.len ? i->title : i->key, ROLE_TEXT);
}

static struct value key_of(const struct judge_item *i)
{
	return text(i->at.run ? i->key : STR_NONE, ROLE_DIM);
}

static struct value people(const struct judge_item *i, struct arena *arena)
{
	if (i->n_good + i->n_bad == 0)
		return (struct value){.type = VALUE_NONE};
	bool several = i->n_good + i->n_bad > 1;
	struct str votes = several ? arena_printf(arena, "%s %lld:%lld", judge_outcome_name(i->human),
	                                          (long long)i->n_good, (long long)i->n_bad)
	                           : str_of(judge_outcome_name(i->human));
	return text(votes, i->human == OUTCOME_BAD ? ROLE_ERROR : ROLE_OK);
}

static struct value verdicts(const struct judge_item *i, struct arena *arena)
{
	if (i->n_judge < 2)
		return passes(i->judge);
	return text(arena_printf(arena, "%lld of %lld", (long long)i->n_passed, (long long)i->n_judge),
	            i->judge == OUTCOME_BAD ? ROLE_ERROR : ROLE_OK);
}

/* One row of a table, one line. */
/* clang-format off */
#define GET(type, table, name, expression)                                       \
	static struct value table##_##name(const void *any, struct arena *arena) \
	{                                                                        \
		const struct type *row = any;                                    \
		(void)arena;                                                     \
		return expression;                                               \
	}
#define ROW(name, expression)   GET(judge, judge, name, expression)
#define ITEM(name, expression)  GET(judge_item, item, name, expression)
#define OTHER(name, expression) GET(judge_other, other, name, expression)

ROW(name, text(row->name, ROLE_TEXT))
ROW(model, model_shown(row, arena))
ROW(model_id, row->all_models ? none() : text(row->model, ROLE_TEXT))
ROW(source, word(score_source_name(row->by), row->by == SOURCE_JUDGE ? ROLE_TEXT : ROLE_DIM))
ROW(all_models, yes(row->all_models))
ROW(scores, count(row->scores))
ROW(answers, count(row->answers))
ROW(passed, count(row->passed))
ROW(failed, count(row->failed))
ROW(unscored, count(row->unscored))
ROW(low, number(VALUE_SCORE, row->low))
ROW(high, number(VALUE_SCORE, row->high))
ROW(threshold, number(VALUE_SCORE, row->threshold))
ROW(assumed, yes(row->assumed))
ROW(n, count(row->kappa.n))
ROW(agree, row->kappa.n ? count(agreeing(row)) : none())
ROW(agreement, share(agreeing(row), row->kappa.n))
ROW(agreement_low, number(VALUE_SHARE, row->agreement.low))
ROW(agreement_high, number(VALUE_SHARE, row->agreement.high))
ROW(chance, number(VALUE_SHARE, row->by_chance))
ROW(kappa, number(VALUE_SCORE, row->kappa.kappa))
ROW(kappa_told, number(VALUE_SCORE, row->one_sided ? UNKNOWN_DOUBLE : row->kappa.kappa))
ROW(kappa_low, number(VALUE_SCORE, row->kappa.interval.low))
ROW(kappa_high, number(VALUE_SCORE, row->kappa.interval.high))
ROW(too_few, yes(row->kappa.too_few))
ROW(rough, yes(row->kappa.rough))
ROW(flips, share(row->flips.flipped, row->flips.groups))
ROW(flipped, row->flips.groups ? count(row->flips.flipped) : none())
ROW(flip_groups, count(row->flips.groups))
ROW(rho, number(VALUE_SCORE, row->length.rho))
ROW(unlabelled, count(row->unlabelled))
ROW(disagreements, count(row->disagreements_of))
ROW(sentence, text(row->sentence, ROLE_TEXT))

const struct column judge_columns[] = {
	{"name", "judge", -1, 0, false, "name", judge_name},
	{"model", "model", 16, 60, false, "model", judge_model},
	{"source", "source", 7, 150, false, "source", judge_source},
	{"answers", "answers", 7, 70, true, "answers", judge_answers},
	{"n", "people", 6, 0, true, "n", judge_n},
	{"agree", "agree", 5, 0, true, "agree", judge_agree},
	{"agreement", "%", 6, 100, true, "agreement", judge_agreement},
	{"kappa", "kappa", 6, 0, true, "kappa", judge_kappa_told},
	{"kappa_low", "from", 6, 100, true, "kappa_low", judge_kappa_low},
	{"kappa_high", "to", 6, 100, true, "kappa_high", judge_kappa_high},
	{"flips", "flips", 6, 60, true, "flips", judge_flips},
	{"rho", "length", 6, 70, true, "rho", judge_rho},
	{.name = NULL},
};

/* All of a judge that is one figure, for --json. */
const struct column judge_figures[] = {
	{"name", "", 0, 0, false, NULL, judge_name},
	{"model", "", 0, 0, false, NULL, judge_model_id},
	{"source", "", 0, 0, false, NULL, judge_source},
	{"all_models", "", 0, 0, false, NULL, judge_all_models},
	{"scores", "", 0, 0, false, NULL, judge_scores},
	{"answers", "", 0, 0, false, NULL, judge_answers},
	{"passed", "", 0, 0, false, NULL, judge_passed},
	{"failed", "", 0, 0, false, NULL, judge_failed},
	{"unscored", "", 0, 0, false, NULL, judge_unscored},
	{"low", "", 0, 0, false, NULL, judge_low},
	{"high", "", 0, 0, false, NULL, judge_high},
	{"threshold", "", 0, 0, false, NULL, judge_threshold},
	{"threshold_assumed", "", 0, 0, false, NULL, judge_assumed},
	{"n", "", 0, 0, false, NULL, judge_n},
	{"agree", "", 0, 0, false, NULL, judge_agree},
	{"agreement", "", 0, 0, false, NULL, judge_agreement},
	{"agreement_low", "", 0, 0, false, NULL, judge_agreement_low},
	{"agreement_high", "", 0, 0, false, NULL, judge_agreement_high},
	{"by_chance", "", 0, 0, false, NULL, judge_chance},
	{"kappa", "", 0, 0, false, NULL, judge_kappa},
	{"kappa_low", "", 0, 0, false, NULL, judge_kappa_low},
	{"kappa_high", "", 0, 0, false, NULL, judge_kappa_high},
	{"too_few", "", 0, 0, false, NULL, judge_too_few},
	{"rough", "", 0, 0, false, NULL, judge_rough},
	{"flips", "", 0, 0, false, NULL, judge_flips},
	{"flipped", "", 0, 0, false, NULL, judge_flipped},
	{"flip_groups", "", 0, 0, false, NULL, judge_flip_groups},
	{"unlabelled", "", 0, 0, false, NULL, judge_unlabelled},
	{"disagreements_of", "", 0, 0, false, NULL, judge_disagreements},
	{"sentence", "", 0, 0, false, NULL, judge_sentence},
	{.name = NULL},
};

ITEM(title, title_of(row))
ITEM(key, key_of(row))
ITEM(run, text(row->run, ROLE_DIM))
ITEM(repeat, row->at.run ? count(row->at.repeat) : none())
ITEM(trace, text(row->at.run ? STR_NONE : row->key, ROLE_DIM))
ITEM(judge, passes(row->judge))
ITEM(verdicts, verdicts(row, arena))
ITEM(value, number(VALUE_SCORE, row->value))
ITEM(threshold, number(VALUE_SCORE, row->threshold))
ITEM(distance, number(VALUE_SCORE, row->distance))
ITEM(spread, number(VALUE_SCORE, row->spread))
ITEM(human, outcome(row->human))
ITEM(people, people(row, arena))
ITEM(good, count(row->n_good))
ITEM(bad, count(row->n_bad))
ITEM(n_judge, count(row->n_judge))
ITEM(n_passed, count(row->n_passed))
ITEM(why, word(row->why, ROLE_DIM))

const struct column judge_item_columns[] = {
	{"title", "answer to", -1, 0, false, "title", item_title},
	{"key", "case", 0, 0, false, "key", item_key},
	{"run", "run", 14, 100, false, "run", item_run},
	{"repeat", "repeat", 0, 0, true, "repeat", item_repeat},
	{"trace", "trace", 0, 0, false, "trace", item_trace},
	{"judge", "judge", 0, 0, false, "judge", item_judge},
	{"verdicts", "judge", 8, 0, false, NULL, item_verdicts},
	{"value", "value", 6, 0, true, "value", item_value},
	{"threshold", "cut", 6, 90, true, "threshold", item_threshold},
	{"distance", "off by", 6, 60, true, "distance", item_distance},
	{"spread", "spread", 6, 90, true, "spread", item_spread},
	{"human", "people", 0, 0, false, "human", item_human},
	{"people", "people", 9, 0, false, NULL, item_people},
	{"good", "good", 0, 0, true, "good", item_good},
	{"bad", "bad", 0, 0, true, "bad", item_bad},
	{"verdicts_given", "", 0, 0, true, NULL, item_n_judge},
	{"verdicts_passed", "", 0, 0, true, NULL, item_n_passed},
	{"why", "why this one", 0, 0, false, "why", item_why},
	{.name = NULL},
};

OTHER(name, text(row->name, ROLE_TEXT))
OTHER(model, text(row->model, ROLE_TEXT))
OTHER(source, word(score_source_name(row->by), ROLE_DIM))
OTHER(n, count(row->kappa.n))
OTHER(agree, count(row->cells[0][0] + row->cells[1][1]))
OTHER(agreement, share(row->cells[0][0] + row->cells[1][1], row->kappa.n))
OTHER(kappa, number(VALUE_SCORE, row->kappa.kappa))
OTHER(low, number(VALUE_SCORE, row->kappa.interval.low))
OTHER(high, number(VALUE_SCORE, row->kappa.interval.high))
OTHER(both, count(row->cells[1][1]))
OTHER(only_this, count(row->cells[0][1]))
OTHER(only_other, count(row->cells[1][0]))
OTHER(neither, count(row->cells[0][0]))

const struct column judge_other_columns[] = {
	{"name", "the other", -1, 0, false, "name", other_name},
	{"model", "model", 22, 80, false, "model", other_model},
	{"source", "source", 7, 60, false, "source", other_source},
	{"n", "both", 6, 0, true, "n", other_n},
	{"agree", "agree", 6, 0, true, "agree", other_agree},
	{"agreement", "%", 6, 0, true, "agreement", other_agreement},
	{"kappa", "kappa", 6, 0, true, "kappa", other_kappa},
	{"kappa_low", "from", 6, 70, true, "kappa_low", other_low},
	{"kappa_high", "to", 6, 70, true, "kappa_high", other_high},
	{"both_pass", "", 0, 0, true, NULL, other_both},
	{"only_this_passes", "", 0, 0, true, NULL, other_only_this},
	{"only_other_passes", "", 0, 0, true, NULL, other_only_other},
	{"both_fail", "", 0, 0, true, NULL, other_neither},
	{.name = NULL},
};
/* clang-format on */
