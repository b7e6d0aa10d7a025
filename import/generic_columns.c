/* A row's columns: each name is looked up, each value must be one that the field can have, and of several the best name has it. What is left
 * over and is a number or a boolean is a score, unless its name says that it is a place, an amount, a time or a setting. */
#include "import/generic.h"

#include <math.h>
#include <string.h>

enum { NAME_MAX_BYTES = 200, WORD_MAX_BYTES = 40 };

const char *generic_field_name(enum generic_field field)
{
	static const char *const names[N_GENERIC_FIELDS] = {
	    [GENERIC_NONE] = "metadata",
	    [GENERIC_ID] = "id",
	    [GENERIC_INPUT] = "input",
	    [GENERIC_EXPECTED] = "expected",
	    [GENERIC_OUTPUT] = "output",
	    [GENERIC_PASS] = "pass",
	    [GENERIC_ERROR] = "error",
	    [GENERIC_LATENCY] = "latency",
	    [GENERIC_COST] = "cost",
	    [GENERIC_MODEL] = "model",
	    [GENERIC_PROVIDER] = "provider",
	    [GENERIC_TOKENS_IN] = "tokens_in",
	    [GENERIC_TOKENS_OUT] = "tokens_out",
	    [GENERIC_USAGE] = "usage",
	    [GENERIC_PROMPT] = "prompt",
	    [GENERIC_PROMPT_NAME] = "prompt_name",
	    [GENERIC_PROMPT_VERSION] = "prompt_version",
	    [GENERIC_RUN] = "run",
	    [GENERIC_DATASET] = "dataset",
	    [GENERIC_REPEAT] = "repeat",
	    [GENERIC_TURN] = "turn",
	    [GENERIC_TRACE] = "trace",
	    [GENERIC_TITLE] = "title",
	    [GENERIC_REASON] = "reason",
	    [GENERIC_JUDGE] = "judge",
	    [GENERIC_THRESHOLD] = "threshold",
	    [GENERIC_SCORES] = "scores",
	    [GENERIC_SCORE] = "score",
	    [GENERIC_LABEL] = "label",
	};
	return names[field];
}

/* ---------------------------------------------------------------- names */

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "latencyMs", "Latency (ms)" → "latency_ms". */
static struct str plain_name(struct str name, struct arena *arena)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < name.len && i < NAME_MAX_BYTES; i++) {
		char c = name.ptr[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
		bool begins = is_upper(c) && i > 0 && name.ptr[i - 1] >= 'a' && name.ptr[i - 1] <= 'z';
		if ((begins || !(word || is_upper(c))) && out.len && out.ptr[out.len - 1] != '_')
			buf_add_char(&out, '_');
		if (word || is_upper(c))
			buf_add_char(&out, is_upper(c) ? (char)(c + 32) : c);
	}
	while (out.len && out.ptr[out.len - 1] == '_')
		out.len--;
	struct str kept = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

static bool is_one_of(struct str word, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

static bool has_word_of(struct str name, const char *const *words)
{
	struct str word;
	while (str_split(&name, '_', &word))
		if (is_one_of(word, words))
			return true;
	return false;
}

static struct str first_word(struct str name)
{
	return str_cut(name, 0, str_find_char(name, '_'));
}

static struct str last_word(struct str name)
{
	size_t at = name.len;
	while (at > 0 && name.ptr[at - 1] != '_')
		at--;
	return str_from(name, at);
}

static const char *const metric_words[] = {
    "acc",          "accuracy",  "auc",         "auroc",        "bertscore",     "bleu",
    "cer",          "coherence", "conciseness", "correctness",  "consistency",   "correct",
    "elo",          "em",        "exact",       "f1",           "factual",       "factuality",
    "faithfulness", "fluency",   "grade",       "groundedness", "hallucination", "helpfulness",
    "judge",        "mae",       "map",         "match",        "meteor",        "metric",
    "mrr",          "mse",       "ndcg",        "pass",         "perplexity",    "ppl",
    "precision",    "quality",   "rating",      "recall",       "relevance",     "relevancy",
    "reward",       "rmse",      "rouge",       "rouge1",       "rouge2",        "rougel",
    "safety",       "score",     "scores",      "similarity",   "toxicity",      "wer",
    "win",          NULL};

/* What a number that ends so, or begins so, is not: a score. */
static const char *const no_score_last[] = {
    "id",      "idx",        "index",    "uuid",        "hash",    "seed",     "row",        "line",    "number",
    "no",      "num",        "nr",       "tokens",      "token",   "length",   "len",        "chars",   "words",
    "bytes",   "year",       "month",    "day",         "date",    "time",     "timestamp",  "tstamp",  "ts",
    "at",      "ms",         "s",        "sec",         "secs",    "seconds",  "minutes",    "us",      "ns",
    "latency", "duration",   "elapsed",  "runtime",     "cost",    "price",    "usd",        "version", "epoch",
    "trial",   "attempt",    "attempts", "turn",        "step",    "steps",    "iteration",  "round",   "fold",
    "shot",    "shots",      "fewshot",  "temperature", "port",    "page",     "offset",     "weight",  "threshold",
    "age",     "zip",        "zipcode",  "batch",       "timeout", "position", "count",      "size",    "limit",
    "repeat",  "repetition", "retries",  "retry",       "phone",   "code",     "difficulty", "level",   "k",
    NULL};
static const char *const no_score_first[] = {"n",       "num",     "number",  "total", "max",      "min",
                                             "created", "updated", "started", "ended", "start",    "end",
                                             "unnamed", "id",      "top",     "count", "possible", NULL};
static const char *const no_score_flags[] = {"cached",     "truncated", "stream",    "streaming",
                                             "from_cache", "is_train",  "timed_out", "timeout",
                                             "has_image",  "is_cached", NULL};

static bool is_metric_name(struct str plain)
{
	return has_word_of(plain, metric_words);
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static bool may_be_score(struct str plain, struct str name)
{
	if (is_digits(plain) && (!plain.len || name.ptr[0] == '#' || str_eq(plain, name)))
		return plain.len == 0 && name.len > 0 && name.ptr[0] != '#'; /* an index, a year; not "%" */
	if (is_one_of(last_word(plain), no_score_last) || is_one_of(plain, no_score_flags))
		return false;
	/* "total_score" is one, "max_score" is what it could have been */
	bool bound = is_one_of(first_word(plain), (const char *const[]){"max", "min", "possible", NULL});
	return !is_one_of(first_word(plain), no_score_first) || (!bound && is_metric_name(plain));
}

/* ---------------------------------------------------------------- values */

bool generic_is_empty(struct val v)
{
	static const char *const words[] = {"none", "null", "nan", "n/a", "na", "undefined"};
	if (!val_ok(v))
		return true;
	if (val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY))
		return !val_first(v).ok;
	if (val_is(v, SCAN_NAN))
		return true;
	if (!val_is(v, SCAN_STRING))
		return false;
	struct str raw = val_raw(v), text = str_trim(str_cut(raw, 1, raw.len - 2));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(text, words[i]))
			return true;
	return !text.len;
}

static bool is_number(struct val v, double *number)
{
	return (val_is(v, SCAN_NUMBER) || val_is(v, SCAN_STRING)) && val_double(v, number);
}

static bool is_container(struct val v)
{
	return val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
}

static bool is_boolean(struct val v, struct arena *arena)
{
	if (!val_is(v, SCAN_STRING))
		return val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE);
	struct str text = str_trim(val_str(v, arena));
	return str_ieq(text, "true") || str_ieq(text, "false");
}

/* A number, a boolean, or what a program writes for a number that is none. */
static bool is_figure(struct val v, struct arena *arena)
{
	static const char *const words[] = {"nan", "inf", "-inf", "infinity", "-infinity"};
	double number;
	if (val_is(v, SCAN_NUMBER) || val_is(v, SCAN_NAN) || is_number(v, &number) || is_boolean(v, arena))
		return true;
	if (!val_is(v, SCAN_STRING))
		return false;
	struct str text = str_trim(val_str(v, arena));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(text, words[i]))
			return true;
	return false;
}

/* What tests and runners write beside passed and failed. A test that took too long has failed, a case that did was not answered. */
int generic_verdict(const struct fields *f, const struct generic_column *c)
{
	static const char *const late[] = {"timeout", "timed_out", "timed out", "timedout", NULL};
	static const char *const broken[] = {"error", "errored", "crash", "crashed", "exception", "aborted", NULL};
	int pass = pass_of_value(f, c->val);
	if (pass >= 0 || !val_is(c->val, SCAN_STRING))
		return pass;
	struct str word = str_trim(val_str(c->val, f->arena));
	bool of_test =
	    str_is(c->plain, "plus_status") || str_is(c->plain, "base_status") || str_is(c->plain, "test_status");
	for (size_t i = 0; late[i]; i++)
		if (str_ieq(word, late[i]))
			return of_test ? 0 : GENERIC_BROKEN;
	for (size_t i = 0; broken[i]; i++)
		if (str_ieq(word, broken[i]))
			return GENERIC_BROKEN;
	return -1;
}

/* A word, number or boolean that says passed or failed, or that it was not done at all. */
static bool is_verdict(const struct fields *f, const struct generic_column *c)
{
	double number;
	bool weak = c->known->rank >= GENERIC_WEAK, numeric = is_number(c->val, &number);
	if (is_container(c->val) || (weak && numeric))
		return false;
	return generic_verdict(f, c) != -1 || (!weak && (generic_is_empty(c->val) || !numeric));
}

static bool is_money(struct val v)
{
	double number;
	struct str raw = val_raw(v);
	return is_number(v, &number) || (val_is(v, SCAN_STRING) && raw.len > 3 && raw.ptr[1] == '$' &&
	                                 scan_double(str_cut(raw, 2, raw.len - 3), &number));
}

/* Whether the value is one that the field can have. */
static bool can_be(const struct fields *f, const struct generic_column *c, enum generic_field field)
{
	double number;
	switch (field) {
	case GENERIC_PASS: return is_verdict(f, c);
	case GENERIC_ERROR: return !is_number(c->val, &number);
	case GENERIC_LATENCY:
		return generic_is_empty(c->val) || (is_number(c->val, &number) && number >= 0 && number < 1e9);
	case GENERIC_COST: return generic_is_empty(c->val) || is_money(c->val);
	case GENERIC_TOKENS_IN:
	case GENERIC_TOKENS_OUT:
	case GENERIC_THRESHOLD: return generic_is_empty(c->val) || is_number(c->val, &number);
	case GENERIC_USAGE: return val_is(c->val, SCAN_OBJECT);
	case GENERIC_SCORES: return is_container(c->val) || (val_is(c->val, SCAN_STRING) && val_raw(c->val).len > 2);
	case GENERIC_REASON: return !is_figure(c->val, f->arena);
	case GENERIC_ID:
	case GENERIC_MODEL:
	case GENERIC_PROVIDER:
	case GENERIC_PROMPT_NAME:
	case GENERIC_PROMPT_VERSION:
	case GENERIC_RUN:
	case GENERIC_DATASET:
	case GENERIC_REPEAT:
	case GENERIC_TURN:
	case GENERIC_TRACE:
	case GENERIC_TITLE: return !is_container(c->val);
	case GENERIC_NONE:
	case GENERIC_INPUT:
	case GENERIC_EXPECTED:
	case GENERIC_OUTPUT:
	case GENERIC_PROMPT:
	case GENERIC_JUDGE:
	case GENERIC_SCORE:
	case GENERIC_LABEL:
	case N_GENERIC_FIELDS: break;
	}
	return true;
}

bool generic_row_has(const struct generic_row *row, enum generic_field field)
{
	return field < GENERIC_SCORE && row->by[field] && !generic_is_empty(row->by[field]->val);
}

/* ---------------------------------------------------------------- units of time */

static int64_t unit_of_name(struct str plain)
{
	static const struct {
		const char *word;
		int64_t ns;
	} units[] = {
	    {"ns",           1              },
	    {"nanoseconds",  1              },
	    {"us",           1000           },
	    {"microseconds", 1000           },
	    {"ms",           1000000        },
	    {"millis",       1000000        },
	    {"msec",         1000000        },
	    {"milliseconds", 1000000        },
	    {"s",            1000000000     },
	    {"sec",          1000000000     },
	    {"secs",         1000000000     },
	    {"seconds",      1000000000     },
	    {"min",          60000000000LL  },
	    {"minutes",      60000000000LL  },
	    {"h",            3600000000000LL},
	};
	struct str word = last_word(plain);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_is(word, units[i].word))
			return units[i].ns;
	return 0;
}

/* No unit in the name. Scripts write seconds, as a fraction; a whole number of some size is milliseconds, and sooner so of a "latency" than
 * of a "duration". */
static int64_t unit_of_value(struct str plain, struct val v)
{
	double number = 0;
	struct str raw = val_raw(v);
	bool whole = str_find_char(raw, '.') == SIZE_MAX && str_find_char(raw, 'e') == SIZE_MAX;
	bool answer =
	    str_find(plain, STR_LIT("latency")) != SIZE_MAX || str_find(plain, STR_LIT("response")) != SIZE_MAX;
	double most = !whole ? 1000 : answer ? 60 : 10000;
	return is_number(v, &number) && number >= most ? 1000000 : 1000000000;
}

/* ---------------------------------------------------------------- who has which field */

static void take(struct generic_row *row, struct generic_column *c, enum generic_field field)
{
	c->field = field;
	c->taken = true;
	if (field < GENERIC_SCORE)
		row->by[field] = c;
}

static bool is_better(const struct generic_column *c, const struct generic_column *than)
{
	if (!than)
		return true;
	if (c->known->rank != than->known->rank)
		return c->known->rank < than->known->rank;
	return str_eq(c->plain, c->name) && !str_eq(than->plain, than->name); /* "output" rather than "Output" */
}

/* `off`: the user says that no column is that field. */
static struct generic_column *best_of(const struct fields *f, struct generic_row *row, enum generic_field field,
                                      bool weak)
{
	struct generic_column *best = NULL;
	for (size_t i = 0; i < row->n; i++) {
		struct generic_column *c = &row->at[i];
		if (c->taken || !c->known || c->known->field != field || (c->known->rank >= GENERIC_WEAK) != weak)
			continue;
		if (is_better(c, best) && can_be(f, c, field))
			best = c;
	}
	return best;
}

static void give_field(const struct fields *f, struct generic_row *row, enum generic_field field, bool weak,
                       const bool *off)
{
	struct generic_column *c = row->by[field] || off[field] ? NULL : best_of(f, row, field, weak);
	if (c)
		take(row, c, field);
}

static struct generic_column *named(struct generic_row *row, const char *plain)
{
	for (size_t i = 0; i < row->n; i++)
		if (!row->at[i].taken && str_is(row->at[i].plain, plain))
			return &row->at[i];
	return NULL;
}

/* "answer" is what was expected beside an output, or where an error came instead of one; alone it is the output. "result" is one if it is
 * no verdict. */
static void give_output(const struct fields *f, struct generic_row *row)
{
	static const char *const names[] = {"answer", "result", "solution"};
	give_field(f, row, GENERIC_OUTPUT, true, (const bool[GENERIC_SCORE]){false});
	if (generic_row_has(row, GENERIC_ERROR))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names && !row->by[GENERIC_OUTPUT]; i++) {
		struct generic_column *c = named(row, names[i]);
		if (c && (i != 1 || !is_figure(c->val, f->arena)))
			take(row, c, GENERIC_OUTPUT);
	}
}

/* Beside an input a name is an id still, a place in a table is not. */
static void give_weak_id(const struct fields *f, struct generic_row *row)
{
	for (size_t i = 0; i < row->n && !row->by[GENERIC_ID]; i++) {
		struct generic_column *c = &row->at[i];
		bool weak = c->known && c->known->field == GENERIC_ID && c->known->rank >= GENERIC_WEAK;
		if (!c->taken && weak && !is_figure(c->val, f->arena) && !generic_is_empty(c->val) &&
		    !is_container(c->val))
			take(row, c, GENERIC_ID);
	}
}

/* What a judge wrote under the name of a verdict. */
static void give_judgement(const struct fields *f, struct generic_row *row)
{
	static const char *const names[] = {"judgment", "judgement", "assessment", "evaluation"};
	for (size_t i = 0; i < sizeof names / sizeof *names && !row->by[GENERIC_REASON]; i++) {
		struct generic_column *c = named(row, names[i]);
		if (c && val_is(c->val, SCAN_STRING) && !is_figure(c->val, f->arena))
			take(row, c, GENERIC_REASON);
	}
}

static void give_weak(const struct fields *f, struct generic_row *row, const bool *off)
{
	give_field(f, row, GENERIC_PASS, true, off);
	if (!row->by[GENERIC_OUTPUT] && !off[GENERIC_OUTPUT])
		give_output(f, row);
	if (row->by[GENERIC_OUTPUT] || generic_row_has(row, GENERIC_ERROR))
		give_field(f, row, GENERIC_EXPECTED, true, off);
	if (!off[GENERIC_REASON])
		give_judgement(f, row);
	give_field(f, row, GENERIC_INPUT, true, off);
	if (!row->by[GENERIC_INPUT])
		give_field(f, row, GENERIC_ID, true, off);
	else if (!off[GENERIC_ID])
		give_weak_id(f, row);
	give_field(f, row, GENERIC_DATASET, true, off);
}

static void give_scores(const struct fields *f, struct generic_row *row)
{
	for (size_t i = 0; i < row->n && !row->scored; i++) {
		struct generic_column *c = &row->at[i];
		bool verdict = c->known && c->known->field == GENERIC_PASS && val_is(c->val, SCAN_STRING) &&
		               generic_verdict(f, c) >= 0;
		if (c->taken || !(verdict || is_figure(c->val, f->arena)) || !may_be_score(c->plain, c->name))
			continue;
		if (generic_is_empty(c->val) && !is_metric_name(c->plain))
			continue; /* NaN stands for a missing text, too */
		c->score = c->name;
		take(row, c, GENERIC_SCORE);
	}
}

static struct generic_column *column_named(struct generic_row *row, struct str name)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_eq(row->at[i].name, name))
			return &row->at[i];
	return NULL;
}

/* A column that the map names; a dotted name that no column has goes into an object. */
static struct generic_column *mapped_column(struct fields *f, struct generic_row *row, struct val object,
                                            struct str name)
{
	struct generic_column *c = column_named(row, name);
	if (c || str_find_char(name, '.') == SIZE_MAX)
		return c;
	struct val inner = field_path(f, object, arena_str(f->arena, name).ptr);
	if (!inner.scan)
		return NULL;
	row->at[row->n] = (struct generic_column){.name = name, .val = inner, .plain = plain_name(name, f->arena)};
	return &row->at[row->n++];
}

static void apply_map(struct fields *f, struct generic_row *row, struct val object, const struct generic_map *map,
                      bool *off)
{
	for (size_t i = 0; map && i < map->n; i++) {
		const struct generic_map_row *m = &map->at[i];
		row->scored = row->scored || m->field == GENERIC_SCORE;
		if (m->field < GENERIC_SCORE)
			off[m->field] = true; /* the user's, or nobody's */
		struct generic_column *c = m->column.ptr ? mapped_column(f, row, object, m->column) : NULL;
		if (!c || c->taken)
			continue;
		take(row, c, m->field);
		c->mapped = true;
		c->unit_ns = m->unit_ns;
		c->score = m->name.ptr ? m->name : c->name;
	}
}

void generic_row_read(struct fields *f, struct val object, const struct generic_map *map, struct generic_row *row)
{
	bool off[GENERIC_SCORE] = {false};
	size_t more = map ? map->n : 0, n = val_count(object);
	n = n < GENERIC_COLUMNS_MAX ? n : GENERIC_COLUMNS_MAX;
	*row = (struct generic_row){.at = arena_zalloc(f->arena, n + more + 1, sizeof *row->at)};
	for (struct member m = val_first(object); m.ok && m.key.scan && row->n < n; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		struct generic_column *c = column_named(row, name); /* told twice: the last one counts */
		if (c && !row->twice.ptr)
			row->twice = name;
		c = c ? c : &row->at[row->n++];
		*c = (struct generic_column){.name = name, .val = m.val, .plain = plain_name(name, f->arena)};
		c->known = generic_name_find(c->plain);
	}
	apply_map(f, row, object, map, off);
	for (int field = GENERIC_ID; field < GENERIC_SCORE; field++)
		give_field(f, row, (enum generic_field)field, false, off);
	give_weak(f, row, off);
	give_scores(f, row);
	struct generic_column *latency = row->by[GENERIC_LATENCY];
	if (latency && !latency->unit_ns)
		latency->unit_ns = unit_of_name(latency->plain);
	if (latency && !latency->unit_ns)
		latency->unit_ns = unit_of_value(latency->plain, latency->val);
}

static const struct generic_column *column_of(const struct generic_row *row, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; i < row->n; i++)
			if (str_is(row->at[i].plain, *names))
				return &row->at[i];
	return NULL;
}

bool generic_is_figure(const struct generic_row *row, struct arena *arena, struct generic_figure *figure)
{
	static const char *const names[] = {"metric", "metric_name", "measure", NULL};
	static const char *const values[] = {"score", "value", "mean", "average", "avg", "result", NULL};
	const struct generic_column *name = column_of(row, names), *value = column_of(row, values);
	if (row->by[GENERIC_ID] || row->by[GENERIC_INPUT] || row->by[GENERIC_OUTPUT] || row->by[GENERIC_EXPECTED])
		return false;
	if (!name || !value || !val_is(name->val, SCAN_STRING))
		return false;
	figure->said = value->val;
	if (!val_double(value->val, &figure->value))
		figure->value = UNKNOWN_DOUBLE;
	figure->name = str_trim(val_str(name->val, arena));
	figure->known = is_metric_name(plain_name(figure->name, arena));
	return figure->name.len > 0;
}

bool generic_may_be_score(struct str name, struct arena *arena)
{
	return may_be_score(plain_name(name, arena), name);
}

size_t generic_scores(const struct generic_row *row, size_t *n_named)
{
	size_t n = 0;
	*n_named = 0;
	for (size_t i = 0; i < row->n; i++) {
		const struct generic_column *c = &row->at[i];
		if (c->field != GENERIC_SCORE && c->field != GENERIC_LABEL)
			continue;
		n++;
		*n_named += is_metric_name(c->plain) || c->mapped;
	}
	return n;
}
