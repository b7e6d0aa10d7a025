/* A sample's scores. A scorer's value is a letter (C, P, I, N), a number, a truth, or an object or a list of such; NaN, and null in older logs, is
 * how a scorer says that it has none. Source: inspect_ai/scorer/_metric.py (Score, ScoreEdit, value_to_float). */
#include "import/inspect_private.h"

/* ---------------------------------------------------------------- who scored */

static bool is_bare_name(struct str full, struct str name)
{
	return str_eq(full, name) || (full.len > name.len && full.ptr[full.len - name.len - 1] == '/' &&
	                              str_eq(str_from(full, full.len - name.len), name));
}

/* Two scorers of one name are told apart by a number behind it. */
static struct str without_number(struct str name)
{
	size_t len = name.len;
	while (len > 0 && name.ptr[len - 1] >= '0' && name.ptr[len - 1] <= '9')
		len--;
	return len ? str_cut(name, 0, len) : name;
}

bool inspect_is_scorer(struct str full, struct str name)
{
	return full.len && (is_bare_name(full, name) || is_bare_name(full, without_number(name)));
}

static struct val named_scorer(const struct inspect *in, struct val list, struct str name, const char *key,
                               const char *options)
{
	struct val found = VAL_NONE;
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		struct str full = val_str(val_get(m.val, key), in->f->arena);
		if (str_eq(full, name))
			return val_get(m.val, options);
		if (!found.scan && inspect_is_scorer(full, name))
			found = val_get(m.val, options);
	}
	return found;
}

/* eval.scorers since 2025, results before. */
static struct val params_of(const struct inspect *in, struct str name)
{
	struct val results = head_get(&in->head, "results");
	struct val params = named_scorer(in, val_get(in->eval, "scorers"), name, "name", "options");
	if (!val_ok(params))
		params = named_scorer(in, val_get(results, "scores"), name, "name", "params");
	if (!val_ok(params))
		params = named_scorer(in, val_get(results, "scores"), name, "scorer", "params");
	return val_ok(params) ? params : val_path(results, "scorer.params");
}

static bool names_model(struct str key)
{
	return str_is(key, "model") || str_ends(key, "_model") || str_ends(key, "models") || str_is(key, "grader") ||
	       str_is(key, "judge");
}

/* A model is a name or {"model":name}; a panel of them a list. */
static struct str model_of(const struct inspect *in, struct val v)
{
	struct buf out = BUF_INIT;
	if (val_is(v, SCAN_OBJECT))
		v = val_get(v, "model");
	if (val_is(v, SCAN_STRING))
		return val_str(v, in->f->arena);
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_ARRAY); m = val_next(m)) {
		struct val one = val_is(m.val, SCAN_OBJECT) ? val_get(m.val, "model") : m.val;
		struct str name = val_str(one, in->f->arena);
		if (out.len && name.len)
			buf_add_cstr(&out, ", ");
		buf_add_str(&out, name);
	}
	struct str text = out.len ? arena_str(in->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

static void find_judge(const struct inspect *in, struct str name, struct score *score)
{
	struct val params = params_of(in, name);
	score->source = is_judge_name(name) ? SOURCE_JUDGE : SOURCE_CODE;
	for (struct member m = val_first(params); m.ok && val_is(params, SCAN_OBJECT) && !score->judge_model.len;
	     m = val_next(m))
		if (names_model(member_key(m, in->f->arena)))
			score->judge_model = model_of(in, m.val);
	if (score->judge_model.len)
		score->source = SOURCE_JUDGE;
	else if (score->source == SOURCE_JUDGE)
		score->judge_model = model_of(in, val_path(in->eval, "model_roles.grader"));
}

/* ---------------------------------------------------------------- what it is worth */

/* The letters are Inspect's own: correct, partial, incorrect, no answer. */
static bool letter(struct str text, double *value, int *pass)
{
	static const struct {
		const char *letter;
		double value;
		int pass;
	} rows[] = {
	    {"C", 1,   1 },
	    {"P", 0.5, -1},
	    {"I", 0,   0 },
	    {"N", 0,   0 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_is(text, rows[i].letter)) {
			*value = rows[i].value;
			*pass = rows[i].pass;
			return true;
		}
	return false;
}

/* false: it has no value. */
static bool take_value(const struct inspect *in, struct score *score, struct val v)
{
	struct str text = val_str(v, in->f->arena);
	if (val_is(v, SCAN_STRING) && letter(text, &score->value, &score->pass)) {
		score->label = text;
		return true;
	}
	if (!score_value(in->f, score, v) || (IS_UNKNOWN(score->value) && str_is(score->label, "nan")))
		return false;
	score->pass = pass_of_value(in->f, v);
	return true;
}

/* ---------------------------------------------------------------- who changed it */

/* The last edit: history begins with what the scorer gave, which has no provenance. */
static struct val last_edit(struct val score)
{
	struct val last = VAL_NONE, history = val_get(score, "history");
	for (struct member m = val_first(history); m.ok && val_is(history, SCAN_ARRAY); m = val_next(m))
		last = val_get(m.val, "provenance");
	return val_is(last, SCAN_OBJECT) ? last : VAL_NONE;
}

static void take_edit(const struct inspect *in, struct score *score, struct val edit)
{
	if (!edit.scan)
		return;
	score->source = SOURCE_HUMAN;
	score->judge_model = STR_NONE;
	score->author = field_text(in->f, val_get(edit, "author"));
	score->time_ns = field_time(in->f, val_get(edit, "timestamp"), "scores.history.provenance.timestamp");
}

/* ---------------------------------------------------------------- one scorer */

struct scorer {
	const struct inspect *in;
	struct inspect_scores *out;
	struct str name;
	struct val said; /* the score as written */
};

static struct str explanation_of(const struct scorer *s)
{
	struct str text = inspect_text(s->in, val_get(s->said, "explanation"));
	struct str answer = inspect_text(s->in, val_get(s->said, "answer"));
	if (text.len || !answer.len)
		return text;
	return arena_printf(s->in->f->arena, "answer: " STR_FMT, STR_ARG(answer));
}

/* One score: a scorer's, or of one of the keys of its value. false: it has no value, and is none. */
static bool add_score(const struct scorer *s, struct str name, struct val v, int *pass)
{
	struct score *score = score_add(&s->out->list, s->in->f->arena, name);
	if (!take_value(s->in, score, v)) {
		score_drop(&s->out->list);
		return false;
	}
	find_judge(s->in, s->name, score);
	score->explanation = explanation_of(s);
	take_edit(s->in, score, last_edit(s->said));
	*pass = score->pass;
	return true;
}

static bool add_each(const struct scorer *s, struct val values)
{
	struct arena *a = s->in->f->arena;
	int64_t i = 0;
	bool any = false;
	int unused;
	for (struct member m = val_first(values); m.ok; m = val_next(m), i++) {
		struct str key = m.key.scan ? member_key(m, a) : arena_printf(a, "%lld", (long long)i);
		any |=
		    add_score(s, arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(s->name), STR_ARG(key)), m.val, &unused);
	}
	return any;
}

/* What a score holds beside its value goes to the case. */
static void keep_rest(const struct scorer *s, bool told)
{
	struct val answer = val_get(s->said, "answer"), metadata = val_get(s->said, "metadata");
	struct val history = val_get(s->said, "history");
	struct arena *a = s->in->f->arena;
	inspect_member_text(&s->out->answers, s->name, inspect_text(s->in, answer));
	if (val_first(metadata).ok)
		inspect_member(&s->out->metadata, s->name, inspect_resolved(s->in, metadata));
	if (val_first(history).ok)
		inspect_member(&s->out->metadata, arena_printf(a, STR_FMT " (history)", STR_ARG(s->name)),
		               inspect_resolved(s->in, history));
	if (!told)
		inspect_member(&s->out->metadata, arena_printf(a, STR_FMT " (no value)", STR_ARG(s->name)),
		               inspect_resolved(s->in, s->said));
}

/* The verdict is the first scorer's, if it gives one value; an object of several leaves open which of them counts. */
static void read_scorer(const struct scorer *s, bool first)
{
	struct val value = val_is(s->said, SCAN_OBJECT) ? val_get(s->said, "value") : s->said;
	bool many = val_is(value, SCAN_OBJECT) || val_is(value, SCAN_ARRAY), told;
	int pass = -1;
	told = many ? add_each(s, value) : add_score(s, s->name, value, &pass);
	if (first)
		s->out->pass = pass;
	keep_rest(s, told);
}

/* The name of the only scorer of a log of 2024, where a sample has a "score". */
static struct str only_scorer(const struct inspect *in)
{
	struct val results = head_get(&in->head, "results");
	struct val scorer = val_get(results, "scorer");
	struct val name = val_is(scorer, SCAN_STRING) ? scorer : val_get(scorer, "name");
	if (!val_ok(name))
		name = val_get(val_at(val_get(results, "scores"), 0), "name");
	return field_text(in->f, name);
}

void inspect_read_scores(const struct inspect *in, struct inspect_scores *out)
{
	struct val scores = val_get(in->sample, "scores"), score = val_get(in->sample, "score");
	struct scorer s = {.in = in, .out = out};
	*out = (struct inspect_scores){.pass = -1};
	if (val_ok(scores) && !val_is(scores, SCAN_OBJECT))
		import_problem(in->f->im, in->f->rec, SEVERITY_WARNING, "wrong-type", STR_LIT("scores"),
		               "kept in the record, not read", "not an object");
	bool first = true;
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_OBJECT); m = val_next(m), first = false) {
		s.name = member_key(m, in->f->arena);
		s.said = m.val;
		read_scorer(&s, first);
	}
	if (!val_ok(scores) && val_ok(score)) {
		s.name = only_scorer(in);
		s.name = s.name.len ? s.name : STR_LIT("score");
		s.said = score;
		read_scorer(&s, true);
	}
	if (out->answers.len)
		buf_add_char(&out->answers, '}');
	if (out->metadata.len)
		buf_add_char(&out->metadata, '}');
}
