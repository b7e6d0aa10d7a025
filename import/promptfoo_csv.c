/* promptfoo's CSV: a row is a test, its first columns are the variables, and each prompt of each provider has one column "[provider] label",
 * in new exports with more behind it: Reasoning, Status, Score, Named Scores, one "Metric: …" each, Grader Reason, Comment. Before 0.120 the
 * verdict stood in the cell itself, "[FAIL] (0.42, kind: 0.25)", blank line, text, blank line, "Fail Reason: …"; the web page's download had
 * "[FAIL] text" and Grader Reason, Comment, Latency (ms). Names of columns repeat for each prompt (csv.c numbers them).
 * Sources: a real export of 0.123 and promptfoo's src/util.ts, evalTableUtils.ts since 0.36. */
#include "import/promptfoo.h"

enum { COLUMNS_MAX = 4096 };

enum part {
	COLUMN_REASONING,
	COLUMN_STATUS,
	COLUMN_SCORE,
	COLUMN_NAMED,
	COLUMN_METRIC,
	COLUMN_REASON,
	COLUMN_COMMENT,
	COLUMN_LATENCY,
	N_COLUMNS
};

#define METRIC "Metric: "

static const char *const part_names[N_COLUMNS] = {
    [COLUMN_REASONING] = "Reasoning", [COLUMN_STATUS] = "Status",        [COLUMN_SCORE] = "Score",
    [COLUMN_NAMED] = "Named Scores",  [COLUMN_METRIC] = METRIC,          [COLUMN_REASON] = "Grader Reason",
    [COLUMN_COMMENT] = "Comment",     [COLUMN_LATENCY] = "Latency (ms)",
};

struct column {
	struct str name; /* without the number of its repeat */
	struct val cell;
};

/* A row's columns, in order. */
struct table_row {
	struct column *at;
	size_t n;
};

/* The cells of one prompt: at[output], and what stands behind it up to at[end]. */
struct answer {
	size_t output, end;
};

/* "Status#2" → Status, if the row has a Status: the number is csv.c's. */
static struct str without_number(struct val row, struct str name)
{
	size_t at = name.len;
	while (at > 0 && name.ptr[at - 1] >= '0' && name.ptr[at - 1] <= '9')
		at--;
	if (at < 2 || at == name.len || name.ptr[at - 1] != '#')
		return name;
	struct str stem = str_cut(name, 0, at - 1);
	return val_find(row, stem).scan ? stem : name;
}

static struct table_row row_of(struct val v, struct arena *arena)
{
	uint32_t n = val_count(v);
	struct table_row row = {arena_alloc(arena, ((size_t)(n < COLUMNS_MAX ? n : COLUMNS_MAX) + 1) * sizeof *row.at),
	                        0};
	for (struct member m = val_first(v); m.ok && row.n < COLUMNS_MAX; m = val_next(m))
		row.at[row.n++] = (struct column){without_number(v, member_key(m, arena)), m.val};
	return row;
}

static int part_of(struct str name)
{
	for (int i = 0; i < N_COLUMNS; i++)
		if (i == COLUMN_METRIC ? str_starts(name, METRIC) : str_is(name, part_names[i]))
			return i;
	return -1;
}

static bool is_part(const struct table_row *row, size_t i, enum part part)
{
	return i < row->n && str_is(row->at[i].name, part_names[part]);
}

/* A prompt's column: Status and Score follow, or it is called "[provider] label". */
static bool is_output(const struct table_row *row, size_t i)
{
	struct str name = row->at[i].name;
	size_t status = i + 1 + is_part(row, i + 1, COLUMN_REASONING);
	if (part_of(name) >= 0)
		return false;
	if (is_part(row, status, COLUMN_STATUS) && is_part(row, status + 1, COLUMN_SCORE))
		return true;
	return str_starts(name, "[") && str_find(name, STR_LIT("] ")) != SIZE_MAX;
}

/* The first prompt at or behind column i. */
static bool next_answer(const struct table_row *row, size_t i, struct answer *answer)
{
	while (i < row->n && !is_output(row, i))
		i++;
	if (i == row->n)
		return false;
	answer->output = i;
	for (i++; i < row->n && part_of(row->at[i].name) >= 0 && !is_output(row, i);)
		i++;
	answer->end = i;
	return true;
}

/* ---- a cell with its verdict inside */

struct verdict {
	enum case_status status;
	double score;
	struct str named; /* "kind: 0.25, brief: 1.00" */
	struct str reason, text;
};

static bool take_tag(struct str *cell, enum case_status *status)
{
	static const struct {
		const char *tag;
		enum case_status status;
	} tags[] = {
	    {"[PASS]",  CASE_PASSED},
	    {"[FAIL]",  CASE_FAILED},
	    {"[ERROR]", CASE_ERROR },
	};
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
		if (!str_starts(*cell, tags[i].tag))
			continue;
		*status = tags[i].status;
		*cell = str_trim(str_from(*cell, strlen(tags[i].tag)));
		return true;
	}
	return false;
}

/* "(0.42, kind: 0.25)" before the text, "Fail Reason: …" behind it. */
static void take_grading(struct verdict *v)
{
	static const char *const ends[] = {"Pass Reason: ", "Fail Reason: "};
	size_t close = str_find(v->text, STR_LIT(")\n"));
	struct str head = str_cut(v->text, 1, close == SIZE_MAX ? v->text.len : close - 1), number;
	if (close == SIZE_MAX && str_ends(v->text, ")"))
		head.len--;
	if (!str_starts(v->text, "(") || !str_split(&head, ',', &number))
		return;
	if (!scan_double(str_trim(number), &v->score) && !str_is(number, "undefined"))
		return;
	v->named = head;
	v->text = close == SIZE_MAX ? STR_LIT("") : str_trim(str_from(v->text, close + 1));
	for (size_t i = v->text.len; i-- > 0;) {
		struct str rest = str_from(v->text, i);
		if ((i > 0 && v->text.ptr[i - 1] != '\n') || !(str_starts(rest, ends[0]) || str_starts(rest, ends[1])))
			continue;
		v->reason = str_from(rest, strlen(ends[0]));
		v->text = str_trim(str_cut(v->text, 0, i));
		return;
	}
}

/* ---- one prompt's answer to one test */

struct line {
	struct fields *f;
	struct table_row row;
	struct answer answer;
	struct score_list scores;
	struct val parts[N_COLUMNS];
	struct verdict verdict;
};

static void add_named(struct line *l, struct str name, struct val value)
{
	for (size_t i = 0; i < l->scores.n; i++)
		if (str_eq(l->scores.at[i].name, name))
			return;
	struct score *score = score_add(&l->scores, l->f->arena, name);
	if (!score_value(l->f, score, value))
		score_drop(&l->scores);
}

/* "kind: 0.25, brief: 1.00"; a name may hold anything but ", ". */
static void add_listed(struct line *l, struct str list)
{
	struct str item;
	while (str_split(&list, ',', &item)) {
		size_t colon = SIZE_MAX;
		double value;
		for (size_t i = 0; i < item.len; i++)
			if (item.ptr[i] == ':')
				colon = i;
		if (colon != SIZE_MAX && scan_double(str_trim(str_from(item, colon + 1)), &value))
			score_add(&l->scores, l->f->arena, str_trim(str_cut(item, 0, colon)))->value = value;
	}
}

static void read_scores(struct line *l)
{
	struct val named = field_open_cell(l->f, l->parts[COLUMN_NAMED]);
	const struct verdict *v = &l->verdict;
	if (v->status == CASE_ERROR && !v->reason.len)
		return; /* "0.00": nobody graded it */
	if (!IS_UNKNOWN(v->score) || v->reason.len) {
		struct score *score = score_add(&l->scores, l->f->arena, STR_LIT("score"));
		score->pass = v->status == CASE_PASSED ? 1 : v->status == CASE_FAILED ? 0 : -1;
		score->value = IS_UNKNOWN(v->score) && score->pass >= 0 ? score->pass : v->score;
		score->explanation = v->reason;
	}
	for (struct member m = val_first(named); m.ok && val_is(named, SCAN_OBJECT); m = val_next(m))
		add_named(l, member_key(m, l->f->arena), m.val);
	for (size_t i = l->answer.output + 1; i < l->answer.end; i++)
		if (str_starts(l->row.at[i].name, METRIC))
			add_named(l, str_from(l->row.at[i].name, strlen(METRIC)), l->row.at[i].cell);
	add_listed(l, v->named);
}

/* The cells behind the output, by what they are; false: this test was not run with this prompt. */
static bool read_verdict(struct line *l)
{
	struct arena *a = l->f->arena;
	struct verdict *v = &l->verdict;
	*v = (struct verdict){.status = CASE_UNSCORED, .score = UNKNOWN_DOUBLE};
	v->text = val_str(l->row.at[l->answer.output].cell, a);
	for (size_t i = l->answer.output + 1; i < l->answer.end; i++)
		l->parts[part_of(l->row.at[i].name)] = l->row.at[i].cell;
	struct str status = val_str(l->parts[COLUMN_STATUS], a);
	v->reason = field_text(l->f, l->parts[COLUMN_REASON]);
	if (l->parts[COLUMN_STATUS].scan) {
		v->score = field_number(l->f, l->parts[COLUMN_SCORE], "Score");
		v->status = str_is(status, "PASS")    ? CASE_PASSED
		            : str_is(status, "FAIL")  ? CASE_FAILED
		            : str_is(status, "ERROR") ? CASE_ERROR
		                                      : CASE_UNSCORED;
		if (status.len && v->status == CASE_UNSCORED)
			import_problem(l->f->im, l->f->rec, SEVERITY_WARNING, "bad-value", STR_LIT("Status"),
			               "kept without a verdict", "neither PASS, FAIL nor ERROR");
		return status.len || v->text.len;
	}
	if (take_tag(&v->text, &v->status))
		take_grading(v);
	/* of a failed assertion the cell has the reason once more, before what was answered */
	if (v->reason.len && v->text.len > v->reason.len + 4 && str_eq(str_cut(v->text, 0, v->reason.len), v->reason) &&
	    str_starts(str_from(v->text, v->reason.len), "\n---\n"))
		v->text = str_from(v->text, v->reason.len + 5);
	return v->status != CASE_UNSCORED || v->text.len;
}

static void add_member(struct buf *json, struct str name, struct val v)
{
	if (!v.scan || str_is(val_raw(v), "\"\""))
		return;
	buf_add_char(json, json->len ? ',' : '{');
	scan_quote(json, name);
	buf_add_char(json, ':');
	buf_add_str(json, val_raw(v));
}

static struct str json_end(struct buf *json, struct arena *arena)
{
	if (json->len)
		buf_add_char(json, '}');
	struct str text = json->len ? arena_str(arena, buf_str(json)) : STR_NONE;
	buf_done(json);
	return text;
}

/* The columns behind the prompts are those of a red team's row: pluginId, strategyId, … */
static struct str metadata_of(const struct line *l, size_t behind)
{
	struct buf json = BUF_INIT;
	add_member(&json, STR_LIT("reasoning"), l->parts[COLUMN_REASONING]);
	add_member(&json, STR_LIT("comment"), l->parts[COLUMN_COMMENT]);
	for (size_t i = behind; i < l->row.n; i++)
		add_member(&json, l->row.at[i].name, l->row.at[i].cell);
	return json_end(&json, l->f->arena);
}

/* ---- a row */

struct promptfoo_csv_state {
	struct promptfoo_told told;
};

static void tell_run(struct import *im, struct str id, struct str header)
{
	struct eval_run run = run_start("promptfoo");
	size_t close = str_starts(header, "[") ? str_find(header, STR_LIT("] ")) : SIZE_MAX;
	run.id = id;
	run.prompt_name = header;
	if (close != SIZE_MAX) {
		run.model = str_cut(header, 1, close - 1);
		run.provider = promptfoo_provider(run.model);
		run.prompt_name = str_from(header, close + 2);
	}
	run.prompt_text = promptfoo_template(run.prompt_name);
	run.name = promptfoo_run_name(im->arena, STR_NONE, run.prompt_name, run.model);
	sink_run(im->sink, &run);
}

/* What the answers of a row share. */
struct test {
	struct str key, title, input;
};

static struct test read_test(struct fields *f, const struct table_row *row, size_t n)
{
	struct test test = {.title = STR_NONE};
	struct promptfoo_var *vars = arena_alloc(f->arena, (n + 1) * sizeof *vars);
	struct buf json = BUF_INIT;
	size_t n_vars = 0;
	if (n && str_is(row->at[0].name, "Description"))
		test.title = field_text(f, row->at[0].cell);
	for (size_t i = n && str_is(row->at[0].name, "Description"); i < n; i++) {
		vars[n_vars++] = (struct promptfoo_var){row->at[i].name, row->at[i].cell};
		add_member(&json, row->at[i].name, row->at[i].cell);
	}
	test.input = json_end(&json, f->arena);
	if (n_vars == 1)
		test.input = val_str(vars[0].value, f->arena);
	test.key = promptfoo_key(f, vars, n_vars, test.title);
	return test;
}

static void tell_case(struct line *l, const struct test *test, struct str run, size_t behind)
{
	struct case_result res = case_start("promptfoo");
	const struct verdict *v = &l->verdict;
	res.run_id = run;
	res.key = test->key;
	res.title = test->title;
	res.input = test->input;
	res.order = (int64_t)l->f->rec->number;
	res.variant = model_text_hash(test->key); /* --repeat writes the same test again */
	res.status = v->status;
	if (v->status == CASE_ERROR)
		res.error = v->text.len ? v->text : v->reason.len ? v->reason : STR_NONE;
	else
		res.output = v->text;
	res.latency_ns = field_duration(l->f, l->parts[COLUMN_LATENCY], 1000000, "Latency (ms)");
	if (v->status == CASE_ERROR && res.latency_ns == 0)
		res.latency_ns = UNKNOWN_INT;
	res.metadata = metadata_of(l, behind);
	read_scores(l);
	case_take_scores(&res, &l->scores);
	sink_case(l->f->im->sink, &res);
}

static bool csv_record(struct import *im, const struct record *rec, struct err *err)
{
	struct promptfoo_csv_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct table_row row = row_of(rec->root, im->arena);
	struct answer answer, last = {0, row.n};
	(void)err;
	for (size_t at = 0; next_answer(&row, at, &answer); at = answer.end)
		last = answer;
	if (!next_answer(&row, 0, &answer)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "row skipped",
		               "no column of a prompt in it");
		fields_done(&f);
		return true;
	}
	struct test test = read_test(&f, &row, answer.output);
	int64_t prompt = 0;
	do {
		struct line l = {.f = &f, .row = row, .answer = answer};
		if (read_verdict(&l)) {
			struct str run = arena_printf(im->arena, "#%lld", (long long)prompt);
			if (promptfoo_must_tell(&state->told, prompt))
				tell_run(im, run, row.at[answer.output].name);
			tell_case(&l, &test, run, last.end);
		}
		prompt++;
	} while (next_answer(&row, answer.end, &answer));
	fields_done(&f);
	return true;
}

/* ---- detection */

static bool has_tag(struct val cell)
{
	static const char *const tags[] = {"\"[PASS]", "\"[FAIL]", "\"[ERROR]"};
	struct str raw = val_raw(cell);
	return str_starts(raw, tags[0]) || str_starts(raw, tags[1]) || str_starts(raw, tags[2]);
}

static bool named_part(struct member m, const char *name)
{
	return m.ok && (val_str_is(m.key, name) ||
	                (str_starts(val_raw(m.key), "\"") && str_starts(str_from(val_raw(m.key), 1), name) &&
	                 str_starts(str_from(val_raw(m.key), 1 + strlen(name)), "#")));
}

/* A column with Status, Score and Named Scores or Grader Reason behind it. */
static bool has_parts(struct val row)
{
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		struct member next = val_next(m);
		if (named_part(next, "Reasoning"))
			next = val_next(next);
		if (!named_part(next, "Status") || !named_part(val_next(next), "Score"))
			continue;
		next = val_next(val_next(next));
		if (named_part(next, "Named Scores") || named_part(next, "Grader Reason"))
			return true;
	}
	return false;
}

static int csv_probe(const struct sample *sample, const char **why)
{
	*why = "no column of a prompt with its verdict";
	if (!str_is(sample->conversion, "csv") || !sample->n_values)
		return 0;
	if (has_parts(sample->values[0])) {
		*why = "columns Status, Score and Grader Reason behind a prompt's column";
		return 95;
	}
	for (size_t i = 0; i < sample->n_values; i++) {
		for (struct member m = val_first(sample->values[i]); m.ok && val_is(sample->values[i], SCAN_OBJECT);
		     m = val_next(m)) {
			if (!str_starts(val_raw(m.key), "\"[") || !has_tag(m.val))
				continue;
			*why = "a column [provider] prompt with [PASS], [FAIL] or [ERROR] in its cells";
			return 94;
		}
	}
	return 0;
}

const struct format format_promptfoo_csv = {
    .name = "promptfoo-csv",
    .title = "promptfoo results (CSV)",
    .spec_url = "https://www.promptfoo.dev/docs/configuration/outputs/",
    .how = "a column per prompt with Status, Score, Grader Reason behind it, or cells that begin [PASS], [FAIL]",
    .fills = "as promptfoo-jsonl, with the scores the table has",
    .example = "question,[openai:gpt-4o] Answer: {{question}},Status,Score,Named Scores,Grader Reason,Comment",
    .seen = "0.123; older tables from promptfoo's own source",
    .state_size = sizeof(struct promptfoo_csv_state),
    .probe = csv_probe,
    .record = csv_record,
};
