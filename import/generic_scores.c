/* A row's values, and its scores: columns of figures, objects and lists of scores, the verdict, and what is said of them beside. */
#include "import/generic_doc.h"

#include <math.h>
#include <string.h>

/* ---------------------------------------------------------------- values */

/* As a person reads it. Words for "nothing" may well be an answer: only what is not there is nothing. */
struct str generic_text(const struct generic_row *row, enum generic_field field, struct arena *arena)
{
	const struct generic_column *c = row->by[field];
	if (!c || val_is(c->val, SCAN_NAN))
		return STR_NONE;
	struct str text = val_text(c->val, arena);
	return text.len ? text : STR_NONE;
}

/* A word or name. */
struct str generic_word(const struct generic_row *row, enum generic_field field, struct arena *arena)
{
	return generic_row_has(row, field) ? str_trim(val_text(row->by[field]->val, arena)) : STR_NONE;
}

double generic_number(const struct generic_row *row, enum generic_field field, struct arena *arena)
{
	double number;
	if (!generic_row_has(row, field))
		return UNKNOWN_DOUBLE;
	struct str text = str_trim(val_text(row->by[field]->val, arena));
	text = text.len && text.ptr[0] == '$' ? str_from(text, 1) : text;
	return scan_double(text, &number) ? number : UNKNOWN_DOUBLE;
}

int64_t generic_count(const struct generic_row *row, enum generic_field field, struct arena *arena)
{
	double number = generic_number(row, field, arena);
	return number >= 0 && number < 1e15 ? (int64_t)(number + 0.5) : UNKNOWN_INT;
}

/* ---------------------------------------------------------------- scores */

/* A member of an object of scores, or an element of a list: a value, or an object with value, verdict and reason. */
static void add_inner_score(struct fields *f, struct score_list *list, struct str name, struct val v)
{
	struct val value = v;
	if (val_is(v, SCAN_OBJECT)) {
		struct val own =
		    FIELD_ANY(v, "name", "metric", "metric_name", "key", "evaluator", "scorer", "criterion");
		name = val_is(own, SCAN_STRING) ? val_str(own, f->arena) : name;
		value = FIELD_ANY(v, "score", "value", "result", "grade", "rating", "passed", "pass", "success");
	}
	if (val_is(value, SCAN_ARRAY) && val_count(value) == 1)
		value = val_at(value, 0);
	struct score *score = score_add(list, f->arena, name);
	if (!score_value(f, score, value) ||
	    (IS_UNKNOWN(score->value) && !val_is(v, SCAN_OBJECT) && score->label.len > 40)) {
		score_drop(list);
		return;
	}
	score->source = is_judge_name(score->name) ? SOURCE_JUDGE : SOURCE_UNKNOWN;
	if (!val_is(v, SCAN_OBJECT))
		return;
	score->pass = pass_of_value(f, FIELD_ANY(v, "passed", "pass", "success"));
	score->explanation =
	    field_text(f, FIELD_ANY(v, "reason", "explanation", "rationale", "comment", "feedback", "reasoning"));
	double threshold;
	if (val_double(val_get(v, "threshold"), &threshold))
		score->threshold = threshold;
}

static void add_inner_scores(struct fields *f, struct score_list *list, struct generic_column *c)
{
	struct val all = field_open_cell(f, c->val);
	size_t before = list->n;
	for (struct member m = val_first(all); m.ok; m = val_next(m))
		add_inner_score(f, list, m.key.scan ? member_key(m, f->arena) : c->name, m.val);
	c->taken = list->n > before; /* else it is metadata */
}

struct generic_column *generic_named(const struct generic_row *row, struct str plain)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_eq(row->at[i].plain, plain))
			return &row->at[i];
	return NULL;
}

/* "f1_reason" beside "f1" or "f1_score". */
static void explain_by_name(struct fields *f, const struct generic_row *row, const struct generic_column *c,
                            struct score *score)
{
	static const char *const after[] = {"_reason",   "_explanation", "_reasoning",    "_rationale",
	                                    "_feedback", "_comment",     "_justification"};
	static const char *const threshold[] = {"_threshold"};
	struct str stems[] = {c->plain, c->plain};
	if (str_ends(c->plain, "_score"))
		stems[1].len -= strlen("_score");
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < sizeof after / sizeof *after && !score->explanation.len; i++) {
			struct generic_column *why =
			    generic_named(row, arena_printf(f->arena, STR_FMT "%s", STR_ARG(stems[k]), after[i]));
			if (!why || why->taken)
				continue;
			score->explanation = field_text(f, why->val);
			why->taken = score->explanation.len > 0;
		}
		struct generic_column *bound =
		    generic_named(row, arena_printf(f->arena, STR_FMT "%s", STR_ARG(stems[k]), threshold[0]));
		if (bound && val_double(bound->val, &score->threshold))
			bound->taken = true;
	}
}

static enum score_source source_of(struct str plain)
{
	if (str_starts(plain, "human") || str_starts(plain, "annotator"))
		return SOURCE_HUMAN;
	return is_judge_name(plain) ? SOURCE_JUDGE : SOURCE_UNKNOWN;
}

static void add_score(struct fields *f, struct score_list *list, const struct generic_row *row,
                      const struct generic_column *c)
{
	struct score *score = score_add(list, f->arena, c->score);
	struct val v = c->val;
	if (val_is(v, SCAN_ARRAY) && val_count(v) == 1)
		v = val_at(v, 0);
	if (!score_value(f, score, v) || (c->field == GENERIC_LABEL && !val_ok(v))) {
		score_drop(list);
		return;
	}
	if (c->field == GENERIC_LABEL)
		score->label = val_text(v, f->arena);
	if (c->known && c->known->field == GENERIC_PASS && IS_UNKNOWN(score->value) && generic_verdict(f, c) >= 0)
		score->value = score->pass = generic_verdict(f, c); /* a second verdict */
	score->source = source_of(c->plain);
	explain_by_name(f, row, c, score);
}

/* The verdict is a score as well: it keeps its word. */
static void add_verdict(struct fields *f, struct score_list *list, const struct generic_row *row, int pass)
{
	struct generic_column *c = row->by[GENERIC_PASS];
	struct score *score = score_add(list, f->arena, c->name);
	if (pass == GENERIC_BROKEN || generic_is_empty(c->val) || !score_value(f, score, c->val)) {
		score_drop(list);
		return;
	}
	if (pass >= 0)
		score->value = pass;
	score->pass = pass;
	score->source = source_of(c->plain);
	explain_by_name(f, row, c, score);
}

/* What the row says without a name is of its verdict, or of its one telling score: a reason; of both: the judge. A threshold is a number's. */
static struct score *telling_score(struct score_list *list, const struct generic_row *row)
{
	static const char *const telling[] = {"score", "rating", "grade", "overall", "overall_score", "total_score"};
	size_t first = row->by[GENERIC_PASS] && list->n && list->at[0].pass >= 0;
	for (size_t i = first; i < list->n; i++)
		for (size_t k = 0; k < sizeof telling / sizeof *telling; k++)
			if (str_ieq(list->at[i].name, telling[k]))
				return &list->at[i];
	return list->n > first ? &list->at[first] : NULL;
}

static void say_judge(const struct generic_row *row, struct score *score, struct arena *arena)
{
	if (!score || !generic_row_has(row, GENERIC_JUDGE))
		return;
	struct val judge = row->by[GENERIC_JUDGE]->val;
	score->judge_model = val_text(val_is(judge, SCAN_ARRAY) ? val_at(judge, 0) : judge, arena);
	score->source = SOURCE_JUDGE;
}

static void say_whose(struct fields *f, struct score_list *list, const struct generic_row *row)
{
	static const enum generic_field said[] = {GENERIC_REASON, GENERIC_JUDGE, GENERIC_THRESHOLD};
	struct score *first = list->n ? &list->at[0] : NULL, *telling = telling_score(list, row);
	double threshold = generic_number(row, GENERIC_THRESHOLD, f->arena);
	bool judged = first && row->by[GENERIC_PASS] && first->pass >= 0;
	first = judged ? first : telling;
	for (size_t i = 0; !first && i < sizeof said / sizeof *said; i++)
		if (row->by[said[i]])
			row->by[said[i]]->taken = false;
	if (!first)
		return;
	if (!first->explanation.len)
		first->explanation = generic_text(row, GENERIC_REASON, f->arena);
	say_judge(row, first, f->arena);
	say_judge(row, telling, f->arena);
	if (!IS_UNKNOWN(threshold))
		(telling ? telling : first)->threshold = threshold;
}

void generic_read_scores(struct fields *f, struct case_result *res, const struct generic_row *row, int pass)
{
	struct score_list list = {0};
	if (row->by[GENERIC_PASS])
		add_verdict(f, &list, row, pass);
	for (size_t i = 0; i < row->n; i++)
		if (row->at[i].field >= GENERIC_SCORE)
			add_score(f, &list, row, &row->at[i]);
	if (row->by[GENERIC_SCORES])
		add_inner_scores(f, &list, row->by[GENERIC_SCORES]);
	say_whose(f, &list, row);
	case_take_scores(res, &list);
}
