/* DSPy's Evaluate(save_as_json=…, save_as_csv=…): a row is an example's fields, then the prediction's, then a column named after the metric's
 * function. Names that both have are example_NAME and pred_NAME; a prediction without fields is `prediction`. What an example and a
 * prediction both have is what was asked for: expected and output. A call that failed has the failure score (0.0) like any other.
 * Source: stanfordnlp/dspy dspy/evaluate/evaluate.py, merge_dicts and _prepare_results_output (formats/evals.md section 14). */
#include "import/eval_row.h"

#define FAMILY  "dspy"
#define EXAMPLE "example_"
#define PRED    "pred_"

struct dspy_eval_state {
	bool told; /* the run */
};

/* ---------------------------------------------------------------- whose a field is */

/* Without its quotes; escapes stay. */
static struct str name_of(struct member m)
{
	struct str raw = val_raw(m.key);
	return str_cut(raw, 1, raw.len - 2);
}

struct layout {
	size_t n;            /* members */
	size_t last_example; /* index of the last example_ member; SIZE_MAX: none */
	size_t first_pred;   /* of the first pred_ or prediction; SIZE_MAX: none */
	bool plain;          /* `prediction` */
};

static struct layout layout_of(struct val row)
{
	struct layout l = {.last_example = SIZE_MAX, .first_pred = SIZE_MAX};
	for (struct member m = val_first(row); m.ok && val_is(row, SCAN_OBJECT); m = val_next(m), l.n++) {
		struct str name = name_of(m);
		if (str_starts(name, EXAMPLE))
			l.last_example = l.n;
		bool pred = str_starts(name, PRED);
		bool plain = str_is(name, "prediction");
		if ((pred || plain) && l.first_pred == SIZE_MAX) {
			l.first_pred = l.n;
			l.plain = plain && !pred;
		}
	}
	return l;
}

enum part { PART_EXAMPLE, PART_PREDICTION, PART_METRIC };

/* Between the last field of an example and the first of a prediction that say what they are, it is the prediction's: its reasoning comes
 * before its answer. A row of a call that failed has no prediction at all. */
static enum part part_of(const struct layout *l, size_t i)
{
	if (i + 1 == l->n)
		return PART_METRIC;
	if (l->first_pred == SIZE_MAX)
		return PART_EXAMPLE;
	if (l->last_example != SIZE_MAX)
		return i <= l->last_example ? PART_EXAMPLE : PART_PREDICTION;
	return i < l->first_pred ? PART_EXAMPLE : PART_PREDICTION;
}

/* ---------------------------------------------------------------- cases */

/* Fields of one side: one alone is its text, several are an object. */
struct side {
	struct rest all;
	struct val only;
	size_t n;
};

static void side_add(struct fields *f, struct side *side, struct str name, struct val v)
{
	rest_add_cell_as(f, &side->all, name, v);
	side->only = v;
	side->n++;
}

static struct str side_take(struct fields *f, struct side *side)
{
	struct str text = rest_end(&side->all, f, NULL);
	return side->n == 1 ? field_text(f, field_open_cell(f, side->only)) : text;
}

/* What an example calls the answer, where the prediction does not repeat it. */
static bool is_gold(struct str name)
{
	static const char *const names[] = {"answer",       "label",     "gold",    "gold_answer", "target",
	                                    "expected",     "reference", "output",  "answers",     "response",
	                                    "ground_truth", "labels",    "solution"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, names[i]))
			return true;
	return false;
}

/* False: there is no score in it. A metric for GEPA gives its score with feedback. */
static bool read_metric(struct fields *f, struct case_result *res, struct score_list *list, struct member m)
{
	struct score *score = score_add(list, f->arena, member_key(m, f->arena));
	struct val value = field_open_cell(f, m.val);
	bool truth;
	score->scope.family = STR_LIT(FAMILY);
	score->source = is_judge_name(score->name) || str_find(score->name, STR_LIT("Semantic")) != SIZE_MAX ||
	                        str_find(score->name, STR_LIT("Grounded")) != SIZE_MAX
	                    ? SOURCE_JUDGE
	                    : SOURCE_CODE;
	if (val_is(value, SCAN_OBJECT)) {
		score->explanation = field_text(f, val_get(value, "feedback"));
		value = val_get(value, "score");
	}
	if (!row_score_value(f, score, value)) {
		score_drop(list);
		return false;
	}
	/* A truth is a verdict; a number, also 0 or 1, is a share of something. */
	if (str_is(score->label, "true") || str_is(score->label, "false")) {
		score->pass = field_bool(f, value, &truth) ? truth : -1;
		res->status = status_of_pass(score->pass);
	}
	return true;
}

struct sides {
	struct side input, expected, output;
	struct rest key, rest;
};

static void add_field(struct fields *f, struct sides *s, const struct layout *l, enum part part, struct member m)
{
	struct str name = member_key(m, f->arena);
	bool marked = str_starts(name, EXAMPLE), pred = str_starts(name, PRED);
	if (part == PART_EXAMPLE) {
		struct str bare = marked ? str_from(name, sizeof EXAMPLE - 1) : name;
		bool gold = marked || ((l->plain || l->first_pred == SIZE_MAX) && is_gold(bare));
		side_add(f, gold ? &s->expected : &s->input, bare, m.val);
		rest_add_cell_as(f, &s->key, bare, m.val);
	} else if (pred) {
		side_add(f, &s->output, str_from(name, sizeof PRED - 1), m.val);
	} else if (str_is(name, "prediction")) {
		side_add(f, &s->output, name, m.val);
	} else {
		rest_add_cell(f, &s->rest, m);
	}
}

/* All of the example, whatever its order. */
static struct str key_of(struct fields *f, struct rest *key)
{
	struct str fields = rest_end(key, f, NULL);
	return fields.len ? case_key_part(f, fields_scan(f, fields)) : STR_LIT("");
}

static void read_row(struct fields *f, struct val row)
{
	struct layout l = layout_of(row);
	struct case_result res = case_start(FAMILY);
	struct score_list scores = {0};
	struct sides s = {.input = {.n = 0}};
	size_t i = 0;
	res.run_id = source_run_id(f->im);
	res.order = (int64_t)f->rec->number;
	for (struct member m = val_first(row); m.ok; m = val_next(m), i++) {
		enum part part = part_of(&l, i);
		if (part != PART_METRIC)
			add_field(f, &s, &l, part, m);
		else if (!read_metric(f, &res, &scores, m))
			rest_add_cell(f, &s.rest, m);
	}
	res.input = side_take(f, &s.input);
	res.expected = side_take(f, &s.expected);
	res.output = side_take(f, &s.output);
	res.key = key_of(f, &s.key);
	res.metadata = rest_end(&s.rest, f, NULL);
	case_take_scores(&res, &scores);
	sink_case(f->im->sink, &res);
}

static bool dspy_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct dspy_eval_state *state = im->state;
	struct fields f = fields_of(im, rec);
	(void)err;
	if (val_is(rec->root, SCAN_OBJECT) && layout_of(rec->root).n > 1) {
		source_tell_run(im, FAMILY, &state->told);
		read_row(&f, rec->root);
	} else {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "not a row of an example, a prediction and a metric");
	}
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static bool is_metric_value(struct val v)
{
	double d;
	return val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE) || val_double(v, &d) || val_str_is(v, "True") ||
	       val_str_is(v, "False");
}

static bool has_both(struct val row)
{
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct str name = name_of(m);
		if (!str_starts(name, EXAMPLE))
			continue;
		for (struct member p = val_first(row); p.ok; p = val_next(p)) {
			struct str other = name_of(p);
			if (str_starts(other, PRED) &&
			    str_eq(str_from(other, sizeof PRED - 1), str_from(name, sizeof EXAMPLE - 1)))
				return true;
		}
	}
	return false;
}

/* What functions that judge are called. "score" and "confidence" are columns of anybody's table. */
static bool is_metric_name(struct str name)
{
	static const char *const parts[] = {"metric", "exact_match", "match",   "validate", "evaluate",
	                                    "F1",     "accuracy",    "correct", "judge"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (str_find(name, str_of(parts[i])) != SIZE_MAX)
			return true;
	return false;
}

static int dspy_eval_probe(const struct sample *s, const char **why)
{
	struct val row = s->n_values ? s->values[0] : VAL_NONE;
	struct layout l = layout_of(row);
	struct member last = {.ok = false};
	*why = "no example_NAME beside pred_NAME";
	if (!val_is(row, SCAN_OBJECT) || l.n < 3 || l.n > 400)
		return 0;
	for (struct member m = val_first(row); m.ok; m = val_next(m))
		last = m;
	if (has_both(row)) {
		*why = "rows have example_NAME and pred_NAME";
		return is_metric_value(last.val) ? 83 : 60;
	}
	if (l.plain && l.first_pred + 2 == l.n && is_metric_value(last.val) && is_metric_name(name_of(last))) {
		*why = "rows end with prediction and a metric";
		return 45;
	}
	return 0;
}

const struct format format_dspy_eval = {
    .name = "dspy-eval",
    .title = "DSPy evaluations",
    .spec_url = "https://dspy.ai/api/evaluation/Evaluate/",
    .how = "rows with example_NAME and pred_NAME, or prediction and last a metric's column: save_as_json, save_as_csv",
    .fills = "one eval run per file, case results, the metric's score",
    .example = "[{\"question\":\"…\",\"example_answer\":\"…\",\"reasoning\":\"…\",\"pred_answer\":\"…\",\"exact_"
               "match\":true}]",
    .seen = "documented shape (DSPy's own code), no real sample seen",
    .lenient = true,
    .state_size = sizeof(struct dspy_eval_state),
    .probe = dspy_eval_probe,
    .record = dspy_eval_record,
};
