/* Whether a file holds rows of results at all, where they lie in it, and what shape they have. The last resort of detection: everything else
 * that people keep in JSON and CSV must stay nobody's. */
#include "import/generic_doc.h"

#include <string.h>

extern const struct format format_generic, format_generic_json, format_generic_case;

enum { CLAIM = 20, NEAR = 5, KEYS_LOOKED_AT = 20 };

/* ---------------------------------------------------------------- is it a result */

static bool has_name_of(const struct generic_row *row, const char *const *plain)
{
	for (size_t i = 0; i < row->n; i++)
		for (size_t k = 0; plain[k]; k++)
			if (str_is(row->at[i].plain, plain[k]))
				return true;
	return false;
}

/* Logs, traces, requests, settings, training: they have ids, statuses and outputs, too. */
static bool is_something_else(const struct generic_row *row)
{
	static const char *const names[] = {
	    "level",           "severity",       "logger",      "hostname",    "pid",          "jsonrpc",
	    "custom_id",       "user_agent",     "url",         "request_id",  "span_id",      "parent_id",
	    "parent_run_id",   "parent_span_id", "run_type",    "spans",       "observations", "dependencies",
	    "scripts",         "learning_rate",  "lr",          "grad_norm",   "loss",         "train_loss",
	    "eval_loss",       "choices_object", "http_status", "status_code", "event_type",   "is_root",
	    "span_attributes", "dotted_order",   "op_name",     NULL};
	return has_name_of(row, names);
}

/* Rows to train with: what was asked, and what is to be answered. */
static bool is_training(const struct generic_row *row)
{
	static const char *const alpaca[] = {"instruction", NULL}, *const chat[] = {"prompt", NULL};
	bool pair = row->n == 2 && has_name_of(row, chat) && row->by[GENERIC_OUTPUT] &&
	            str_is(row->by[GENERIC_OUTPUT]->plain, "completion");
	bool triple = row->n <= 5 && has_name_of(row, alpaca) && row->by[GENERIC_OUTPUT] &&
	              str_is(row->by[GENERIC_OUTPUT]->plain, "output") && !row->by[GENERIC_ID];
	return pair || triple;
}

/* A strong name, not "answer" or "result" in the place of an output. */
static bool has_output(const struct generic_row *row)
{
	const struct generic_column *c = row->by[GENERIC_OUTPUT];
	return c && (c->mapped || (c->known && c->known->field == GENERIC_OUTPUT));
}

bool generic_was_run(const struct generic_row *row)
{
	static const enum generic_field fields[] = {GENERIC_LATENCY,   GENERIC_COST,       GENERIC_MODEL,
	                                            GENERIC_TOKENS_IN, GENERIC_TOKENS_OUT, GENERIC_USAGE};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (generic_row_has(row, fields[i]))
			return true;
	return false;
}

bool generic_is_result(const struct generic_row *row)
{
	size_t n_named;
	generic_scores(row, &n_named);
	bool subject = row->by[GENERIC_ID] || row->by[GENERIC_INPUT];
	bool judged = row->by[GENERIC_PASS] || n_named > 0 || row->by[GENERIC_SCORES];
	bool output = has_output(row), expected = row->by[GENERIC_EXPECTED];
	if (is_something_else(row))
		return false;
	if (judged)
		return subject || row->by[GENERIC_OUTPUT];
	if (is_training(row))
		return false;
	if (expected && row->by[GENERIC_OUTPUT] && row->by[GENERIC_EXPECTED]->known &&
	    row->by[GENERIC_EXPECTED]->known->rank < GENERIC_WEAK)
		return true;
	if (row->by[GENERIC_OUTPUT] && subject && generic_was_run(row))
		return true;
	return output && (subject || expected);
}

/* One object alone, and not one of many: settings have inputs and outputs as well. */
static bool is_lone_result(const struct generic_row *row)
{
	size_t n_named;
	generic_scores(row, &n_named);
	bool judged = row->by[GENERIC_PASS] || n_named > 0 || row->by[GENERIC_SCORES] || row->by[GENERIC_EXPECTED];
	bool asked = row->by[GENERIC_INPUT] || row->by[GENERIC_OUTPUT];
	return generic_is_result(row) && ((asked && judged) || (row->by[GENERIC_ID] && has_output(row)));
}

/* ---------------------------------------------------------------- aggregates */

static bool is_aggregate_name(struct str name)
{
	static const char *const words[] = {
	    "acc",    "accuracy",     "auc",       "auroc",        "bleu",        "cer",       "em",
	    "f1",     "meteor",       "mrr",       "ndcg",         "perplexity",  "ppl",       "precision",
	    "recall", "rouge",        "rouge1",    "rouge2",       "rougel",      "wer",       "score",
	    "exact",  "faithfulness", "relevancy", "groundedness", "correctness", "pass_rate", NULL};
	struct str word;
	if (str_is(name, "pass_rate") || str_is(name, "win_rate"))
		return true;
	while (str_split(&name, '_', &word))
		for (size_t i = 0; words[i]; i++)
			if (str_is(word, words[i]))
				return true;
	return false;
}

static size_t aggregate_columns(const struct generic_row *row)
{
	size_t n = 0;
	for (size_t i = 0; i < row->n; i++)
		n += row->at[i].field == GENERIC_SCORE && is_aggregate_name(row->at[i].plain);
	return n;
}

/* LightEval: {"config_general":…,"results":{"task|0":{"acc":…}}}. */
static bool is_lighteval(struct val object)
{
	return val_is(val_get(object, "config_general"), SCAN_OBJECT) &&
	       val_is(val_get(object, "results"), SCAN_OBJECT);
}

/* ---------------------------------------------------------------- where the rows are */

struct found {
	enum generic_doc doc;
	struct val row;
	bool lone;
};

static struct found find_rows(struct fields *f, const struct sample *sample, const struct generic_map *map)
{
	struct found found = {.row = sample->n_values ? sample->values[0] : VAL_NONE};
	struct generic_doc_rows rows;
	bool csv = str_is(sample->conversion, "csv");
	if (!val_is(found.row, SCAN_OBJECT))
		return (struct found){.row = VAL_NONE};
	found.lone = !csv && sample->n_values == 1;
	found.doc = csv ? GENERIC_DOC_ROW : generic_doc_of(f, found.row, map);
	if (found.doc == GENERIC_DOC_ROW)
		found.row = generic_doc_unwrap(found.row);
	if (found.doc == GENERIC_DOC_SPLIT) {
		found.row =
		    generic_doc_zip(f, val_get(found.row, "columns"), val_first(val_get(found.row, "data")).val);
		found.lone = false;
	} else if (found.doc == GENERIC_DOC_LIST) {
		found.row = generic_doc_unwrap(val_first(generic_doc_list(f, found.row, map)).val);
		found.lone = false;
	} else if (found.doc == GENERIC_DOC_COLUMNS || found.doc == GENERIC_DOC_KEYED) {
		generic_doc_rows_begin(f, found.row, found.doc, map, &rows);
		found.row =
		    generic_doc_rows_next(&rows) ? fields_scan(f, arena_str(f->arena, buf_str(&rows.json))) : VAL_NONE;
		generic_doc_rows_done(&rows);
		found.lone = false;
	}
	return found;
}

/* One row fills all that is looked at: what it begins with must do. */
static bool may_be_result(const struct generic_row *row, const struct sample *sample)
{
	const struct generic_column *input = row->by[GENERIC_INPUT];
	bool csv = str_is(sample->conversion, "csv"),
	     strong = input && input->known && input->known->rank < GENERIC_WEAK;
	return !sample->whole && sample->n_values == 1 && strong && (csv || row->by[GENERIC_ID]) &&
	       !is_something_else(row);
}

static bool any_row_is_result(struct fields *f, const struct sample *sample, const struct found *found)
{
	for (size_t i = 0; i < (found->doc == GENERIC_DOC_ROW ? sample->n_values : 1); i++) {
		struct generic_row row;
		struct val v = i == 0 ? found->row : generic_doc_unwrap(sample->values[i]);
		if (!val_is(v, SCAN_OBJECT))
			continue;
		generic_row_read(f, v, NULL, &row);
		if (found->lone ? is_lone_result(&row) : generic_is_result(&row))
			return true;
		if (found->doc == GENERIC_DOC_ROW && may_be_result(&row, sample))
			return true;
		if (is_something_else(&row))
			return false;
	}
	return false;
}

static bool is_aggregate(struct fields *f, const struct sample *sample, const struct found *found)
{
	struct generic_row row;
	bool csv = str_is(sample->conversion, "csv");
	if (found->doc != GENERIC_DOC_ROW || (!csv && !found->lone) || !val_is(found->row, SCAN_OBJECT))
		return false;
	struct generic_figure figure;
	if (is_lighteval(found->row))
		return true;
	generic_row_read(f, found->row, NULL, &row);
	if (generic_is_figure(&row, f->arena, &figure))
		return figure.known && !IS_UNKNOWN(figure.value);
	size_t n = aggregate_columns(&row), n_named, n_scores = generic_scores(&row, &n_named);
	return n > 0 && !is_something_else(&row) && (csv ? n >= 2 : 2 * n >= n_scores && sample->whole);
}

/* A file that is one result, and not the first line of many. */
static const struct format *format_of(const struct sample *sample, const struct found *found)
{
	bool lines = str_ends(sample->name, ".jsonl") || str_ends(sample->name, ".ndjson");
	if (found->doc == GENERIC_DOC_LIST || found->doc == GENERIC_DOC_SPLIT)
		return &format_generic_json;
	return found->lone && sample->whole && !lines ? &format_generic_case : &format_generic;
}

/* How sure, for the one of the three formats that is asked. */
static int claim(const struct sample *sample, const struct format *asked, const char **why)
{
	struct arena arena = ARENA_INIT;
	struct fields f = {.arena = &arena};
	struct found found = find_rows(&f, sample, NULL);
	int score = 0;
	*why = "no rows with an id or input and an output, verdict or score";
	if (val_is(found.row, SCAN_OBJECT)) {
		if (any_row_is_result(&f, sample, &found)) {
			*why = "rows with an id or input and an output, verdict or score";
			score = format_of(sample, &found) == asked ? CLAIM : 0;
		} else if (is_aggregate(&f, sample, &found)) {
			*why = "metrics of a whole run";
			score = asked == &format_generic ? CLAIM : 0;
		}
	}
	fields_done(&f);
	arena_done(&arena);
	return score;
}

int generic_probe(const struct sample *sample, const char **why)
{
	return claim(sample, &format_generic, why);
}

int generic_json_probe(const struct sample *sample, const char **why)
{
	return claim(sample, &format_generic_json, why);
}

int generic_case_probe(const struct sample *sample, const char **why)
{
	return claim(sample, &format_generic_case, why);
}

/* ---------------------------------------------------------------- for maps */

bool generic_is_format(const struct format *format)
{
	return format == &format_generic || format == &format_generic_json || format == &format_generic_case;
}

const struct format *generic_format_for(const struct sample *sample, const struct generic_map *map)
{
	struct arena arena = ARENA_INIT;
	struct fields f = {.arena = &arena};
	struct found found = find_rows(&f, sample, map);
	const struct format *format = NULL;
	if (val_is(found.row, SCAN_OBJECT))
		format = format_of(sample, &found);
	fields_done(&f);
	arena_done(&arena);
	return format;
}

struct val generic_first_row(struct fields *f, const struct sample *sample, const struct generic_map *map)
{
	return find_rows(f, sample, map).row;
}

static int by_name(const void *pa, const void *pb)
{
	return str_cmp(*(const struct str *)pa, *(const struct str *)pb);
}

uint64_t generic_shape(const struct sample *sample)
{
	struct arena arena = ARENA_INIT;
	struct fields f = {.arena = &arena};
	struct val row = generic_first_row(&f, sample, &generic_any);
	struct str *names = arena_zalloc(&arena, GENERIC_COLUMNS_MAX, sizeof *names);
	struct buf all = BUF_INIT;
	size_t n = 0;
	for (struct member m = val_first(row); m.ok && m.key.scan && n < GENERIC_COLUMNS_MAX; m = val_next(m))
		names[n++] = member_key(m, &arena);
	if (n)
		qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n; i++)
		scan_quote(&all, names[i]);
	uint64_t shape = n ? hash64(buf_str(&all)) : 0;
	buf_done(&all);
	fields_done(&f);
	arena_done(&arena);
	return shape;
}
