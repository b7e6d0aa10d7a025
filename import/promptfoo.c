/* promptfoo's result exports: the JSON of `-o x.json`, versions 1 to 3, and the JSON Lines of its rows.
 * A run is one prompt with one provider: `promptIdx`. Rows come in the order they were done, never in the order of the tests.
 * Sources: promptfoo 0.123 output and real exports since January 2025 (formats/evals.md section 1). */
#include "import/promptfoo.h"

#include "import/redact.h"

enum { SLOT_ROW, SLOT_BODY, OUTPUTS_MAX = 4096 };

struct promptfoo_state {
	struct promptfoo_told told;
	uint64_t n_rows, n_bodies;
	bool no_eval_id;
};

static const struct record_path promptfoo_paths[] = {
    {"results.results[]",    SLOT_ROW },
    {"results.table.body[]", SLOT_BODY}, /* versions 1 and 2 have each case here as well */
    {"body[]",               SLOT_BODY}, /* the table alone, as the web page and its API give it */
    {NULL,                   0        },
};

/* What a configuration may hold below `at`. The keys are those of promptfoo's providers and of the SDKs it hands them on to. */
#define SETTINGS_SECRETS(at)                                                                                       \
	at "**.headers", at "**.apiKey", at "**.api_key", at "**.cookies", at "**.cookie", at "**.authorization",  \
	    at "**.Authorization", at "**.password", at "**.token", at "**.clientSecret", at "**.secretAccessKey", \
	    at "**.sessionToken", at "**.privateKey", at "**.env"

/* Raw HTTP headers hold cookies and account ids; configurations hold keys and environments (seen in a public repository). */
static const char *const promptfoo_secrets[] = {
    "**.http.headers",
    "**.http.requestHeaders",
    "response.metadata.headers",
    "response.headers",
    "metadata.headers",
    SETTINGS_SECRETS("config."),
    "testCase.**.apiKey",
    "testCase.options.**.headers",
    SETTINGS_SECRETS("provider.config."),
    NULL,
};

/* ---- small readers */

static struct str text_at(struct val v, const char *path, struct arena *arena)
{
	return val_text(val_path(v, path), arena);
}

static double double_at(struct val v, const char *path)
{
	double d;

	return val_double(val_path(v, path), &d) ? d : UNKNOWN_DOUBLE;
}

static int64_t count_at(struct val v, const char *path)
{
	int64_t n;

	return val_int64(val_path(v, path), &n) && n >= 0 ? n : UNKNOWN_INT;
}

static int64_t latency_ns(struct val v, const char *path)
{
	double ms = double_at(v, path);

	return ms >= 0 && ms < 9e12 ? (int64_t)(ms * 1e6 + 0.5) : UNKNOWN_INT;
}

static int pass_of(struct val v)
{
	bool pass;

	return val_bool(v, &pass) ? pass : -1;
}

/* ---- runs */

/* Exports without an evalId (JSON Lines) have run ids that begin with "#": they mean something only in their source. */
static struct str numbered_run(struct str eval, int64_t prompt, struct arena *arena)
{
	return arena_printf(arena, "%.*s#%lld", STR_ARG(eval), (long long)prompt);
}

/* Rows of versions 1 and 2 have no promptIdx: there the provider and the prompt's text tell the runs apart. */
static struct str run_id(struct import *im, const struct record *rec, struct val row, int64_t prompt)
{
	struct promptfoo_state *state = im->state;
	struct str eval = val_str(frame_get(rec->frame, "evalId", false), im->arena), id;
	struct str label = text_at(row, "prompt.label", im->arena);
	struct buf both = BUF_INIT;

	state->no_eval_id = !eval.len;
	if (prompt != UNKNOWN_INT)
		return numbered_run(eval, prompt, im->arena);
	buf_add_str(&both, text_at(row, "provider.id", im->arena));
	buf_add_char(&both, '\n');
	buf_add_str(&both, label.len ? label : text_at(row, "prompt.display", im->arena));
	id = arena_printf(im->arena, "%.*s#%016llx", STR_ARG(eval), (unsigned long long)hash64(buf_str(&both)));
	buf_done(&both);
	return id;
}

static int64_t time_of(struct val v, struct arena *arena)
{
	bool zoneless;
	int64_t ns;

	if (units_iso(val_str(v, arena), &ns, &zoneless))
		return ns;
	return val_is(v, SCAN_NUMBER) && units_epoch(val_raw(v), &ns) ? ns : TIME_UNKNOWN;
}

static void add_metrics(struct eval_run *run, struct val metrics, struct arena *arena)
{
	static const char *const names[] = {"score",           "testPassCount",   "testFailCount",  "testErrorCount",
	                                    "assertPassCount", "assertFailCount", "totalLatencyMs", "cost"};
	struct metric_list list = {0};
	struct val named = val_get(metrics, "namedScores");

	if (!val_is(metrics, SCAN_OBJECT))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		metric_add(&list, arena, str_of(names[i]), double_at(metrics, names[i]));
	for (struct member m = val_first(named); m.ok && val_is(named, SCAN_OBJECT); m = val_next(m)) {
		double value;

		if (val_double(m.val, &value))
			metric_add(&list, arena, member_key(m, arena), value);
	}
	run_take_metrics(run, &list);
}

/* config.tests: a file's name is the dataset; inline tests have none. */
static struct str dataset_of(struct val config, struct arena *arena)
{
	struct val tests = val_get(config, "tests");

	if (val_is(tests, SCAN_ARRAY) && val_count(tests) == 1)
		tests = val_at(tests, 0);
	return val_str(tests, arena);
}

/* The suite's part of a run: in the frames, so known for all rows at once. */
static void run_of_frames(struct eval_run *run, const struct frame *frame, int64_t prompt_index, struct arena *a)
{
	struct val prompts = frame_get(frame, "prompts", false), prompt = VAL_NONE;
	struct val config = frame_get(frame, "config", false);

	if (!val_is(prompts, SCAN_ARRAY))
		prompts = val_get(frame_get(frame, "head", false), "prompts");
	if (prompt_index >= 0 && prompt_index < UINT32_MAX)
		prompt = val_at(prompts, (uint32_t)prompt_index);
	run->name = text_at(config, "description", a);
	if (run->name.len && val_count(prompts) > 1)
		run->name =
		    promptfoo_run_name(a, run->name, text_at(prompt, "label", a), text_at(prompt, "provider", a));
	run->dataset = dataset_of(config, a);
	run->prompt_name = text_at(prompt, "label", a);
	run->prompt_version = text_at(prompt, "id", a);
	run->prompt_text = text_at(prompt, "raw", a);
	run->created_ns = time_of(frame_get(frame, "timestamp", false), a);
	add_metrics(run, val_get(prompt, "metrics"), a);
}

/* What the suite was run with: providers and their settings, defaults, options. Not its cases, nor what is told elsewhere. */
static struct str settings_of(struct import *im, const struct record *rec)
{
	static const char *const told[] = {
	    "description", "prompts", "tests", "scenarios", "env", "outputPath", "sharing", "writeLatestResults", NULL};
	static const char *const secrets[] = {SETTINGS_SECRETS(""), NULL};
	struct fields f = fields_of(im, rec);
	struct rest rest = {BUF_INIT};

	rest_add_all(&rest, frame_get(rec->frame, "config", false), told);
	struct str settings = rest_end(&rest, &f, secrets);
	fields_done(&f);
	return settings;
}

static void tell_run(struct import *im, const struct record *rec, struct val row, struct str id, int64_t prompt)
{
	const struct promptfoo_state *state = im->state;
	struct arena *a = im->arena;
	struct eval_run run = run_start("promptfoo");
	struct val provider = val_get(row, "provider");
	struct str label;

	run.id = id;
	run_of_frames(&run, rec->frame, prompt, a);
	run.config = settings_of(im, rec);
	run.model = val_is(provider, SCAN_OBJECT) ? text_at(provider, "id", a) : val_str(provider, a);
	run.provider = promptfoo_provider(run.model);
	if (!run.prompt_name.len)
		run.prompt_name = text_at(row, "prompt.label", a);
	if (!run.prompt_text.len)
		run.prompt_text = promptfoo_template(run.prompt_name);
	if (!run.prompt_version.len)
		run.prompt_version = text_at(row, "promptId", a);
	if (!run.name.len && state->no_eval_id) { /* nobody names the suite: JSON Lines, tables */
		label = text_at(provider, "label", a);
		run.name = promptfoo_run_name(a, STR_NONE, run.prompt_name, label.len ? label : run.model);
	}
	sink_run(im->sink, &run);
}

/* ---- scores */

static bool starts_any(struct str type, const char *const *words)
{
	for (; *words; words++) {
		if (str_starts(type, *words))
			return true;
	}
	return false;
}

static enum score_source source_of(struct str type)
{
	static const char *const judges[] = {
	    "llm-rubric",  "model-graded-",          "g-eval", "factuality",    "answer-relevance", "context-",
	    "select-best", "conversation-relevance", "pi",     "search-rubric", "agent-rubric",     NULL};

	if (str_starts(type, "not-"))
		type = str_from(type, 4);
	if (str_is(type, "human"))
		return SOURCE_HUMAN;
	return type.len && starts_any(type, judges) ? SOURCE_JUDGE : SOURCE_CODE;
}

static void read_component(struct score *score, struct val component, struct arena *arena)
{
	struct val assertion = val_get(component, "assertion"), judge = val_get(assertion, "provider");

	score->value = double_at(component, "score");
	score->pass = pass_of(val_get(component, "pass"));
	if (IS_UNKNOWN(score->value) && score->pass >= 0)
		score->value = score->pass;
	score->threshold = double_at(assertion, "threshold");
	score->explanation = text_at(component, "reason", arena);
	score->source = source_of(text_at(assertion, "type", arena));
	if (score->source == SOURCE_JUDGE)
		score->judge_model = val_is(judge, SCAN_OBJECT) ? text_at(judge, "id", arena) : val_str(judge, arena);
}

static void add_component(struct score_list *list, struct val component, struct arena *arena)
{
	struct str metric = text_at(component, "assertion.metric", arena);

	if (val_is(component, SCAN_OBJECT))
		read_component(
		    score_add(list, arena, metric.len ? metric : text_at(component, "assertion.type", arena)),
		    component, arena);
}

static bool is_named(const struct score *scores, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(scores[i].name, name))
			return true;
	}
	return false;
}

static void read_scores(struct case_result *res, struct val row, struct arena *arena)
{
	struct val grading = val_get(row, "gradingResult"), components = val_get(grading, "componentResults");
	struct val named = val_get(row, "namedScores");
	struct score_list list = {0};
	size_t n_components;

	if (!val_is(named, SCAN_OBJECT))
		named = val_get(grading, "namedScores");
	for (struct member m = val_first(components); m.ok; m = val_next(m))
		add_component(&list, m.val, arena);
	n_components = list.n;
	for (struct member m = val_first(named); m.ok && val_is(named, SCAN_OBJECT); m = val_next(m)) {
		struct str name = member_key(m, arena);
		double value;

		if (is_named(list.at, n_components, name) || !val_double(m.val, &value))
			continue;
		struct score *score = score_add(&list, arena, name);
		score->value = value;
		score->source = SOURCE_CODE;
	}
	if (!n_components && val_is(grading, SCAN_OBJECT)) {
		add_component(&list, grading, arena);
		if (list.n && IS_UNKNOWN(list.at[list.n - 1].value))
			score_drop(&list);
	}
	case_take_scores(res, &list);
}

/* ---- cases */

static struct val vars_of(struct val row)
{
	struct val vars = val_get(row, "vars");

	return val_is(vars, SCAN_OBJECT) ? vars : val_path(row, "testCase.vars");
}

static struct str case_key(struct import *im, const struct record *rec, struct val vars, struct str description)
{
	struct fields f = fields_of(im, rec);
	struct promptfoo_var *list = arena_alloc(im->arena, ((size_t)val_count(vars) + 1) * sizeof *list);
	size_t n = 0;
	struct str key;

	for (struct member m = val_first(vars); m.ok && val_is(vars, SCAN_OBJECT); m = val_next(m))
		list[n++] = (struct promptfoo_var){member_key(m, im->arena), m.val};
	key = promptfoo_key(&f, list, n, description);
	fields_done(&f);
	return key;
}

/* One variable is the question itself; several stay an object; none: the prompt as it was sent. */
static struct str case_input(struct val vars, struct val row, struct arena *arena)
{
	struct member first = val_first(vars), second = first.ok ? val_next(first) : first;

	if (!val_is(vars, SCAN_OBJECT) || !first.ok)
		return text_at(row, "prompt.raw", arena);
	return second.ok ? val_raw(vars) : val_text(first.val, arena);
}

/* What the test asks for: "contains: 30 days", one line per assertion that has a value. */
static struct str case_expected(struct val asserts, struct arena *arena)
{
	struct buf out = BUF_INIT;
	struct str text;

	for (struct member m = val_first(asserts); m.ok; m = val_next(m)) {
		struct str type = text_at(m.val, "type", arena), value = text_at(m.val, "value", arena);

		if (!value.len)
			value = text_at(m.val, "threshold", arena);
		if (!value.len && !type.len)
			continue;
		if (out.len)
			buf_add_char(&out, '\n');
		buf_add_str(&out, type);
		if (value.len) {
			buf_add_cstr(&out, ": ");
			buf_add_str(&out, value);
		}
	}
	text = out.len ? arena_str(arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

/* `error` is filled for failed assertions, too: only failureReason tells (0 none, 1 assertion, 2 provider). Exports of
 * January 2025 have none: there an error without a grading is the provider's. */
static enum case_status verdict_of(struct val row, struct str error)
{
	struct val grading = val_get(row, "gradingResult");
	int64_t reason;
	int pass;

	if (val_int64(val_get(row, "failureReason"), &reason)) {
		if (reason == 2)
			return CASE_ERROR;
	} else if (error.len && !val_is(grading, SCAN_OBJECT)) {
		return CASE_ERROR;
	}
	pass = pass_of(val_get(row, "success"));
	if (pass < 0)
		pass = pass_of(val_get(row, "pass"));
	if (pass < 0)
		pass = pass_of(val_get(grading, "pass"));
	return pass < 0 ? CASE_UNSCORED : pass ? CASE_PASSED : CASE_FAILED;
}

static struct str trace_of(struct val row, struct arena *arena)
{
	static const char *const paths[] = {"metadata.traceId",
	                                    "metadata.trace_id",
	                                    "vars.traceId",
	                                    "vars.trace_id",
	                                    "testCase.metadata.traceId",
	                                    "testCase.metadata.trace_id",
	                                    "response.metadata.traceId"};

	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct str id = val_str(val_path(row, paths[i]), arena);

		if (id.len)
			return id;
	}
	return STR_NONE;
}

static void read_usage(struct case_result *res, struct val row)
{
	res->latency_ns = latency_ns(row, "latencyMs");
	if (res->status == CASE_ERROR && res->latency_ns == 0)
		res->latency_ns = UNKNOWN_INT; /* nothing was measured */
	res->cost_usd = double_at(row, "cost");
	if (IS_UNKNOWN(res->cost_usd))
		res->cost_usd = double_at(row, "response.cost");
	res->tokens_in = count_at(row, "response.tokenUsage.prompt");
	res->tokens_out = count_at(row, "response.tokenUsage.completion");
}

/* The record's secrets are gone from what is stored; the metadata goes to the store on its own, too. */
static struct str clean_metadata(struct val metadata, struct arena *arena)
{
	static const char *const secrets[] = {"**.headers", "**.requestHeaders", "**.cookies", "**.apiKey", NULL};
	struct buf out = BUF_INIT;
	struct str text = val_raw(metadata);
	uint64_t n_bytes = 0;

	if (!val_is(metadata, SCAN_OBJECT) || !val_first(metadata).ok)
		return STR_NONE;
	if (redact(metadata, secrets, false, &out, &n_bytes))
		text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

/* One result wherever it was: a row of results, or an output of a table's row with the test beside it. */
struct result {
	struct val row, test, vars;
	struct str run;
	int64_t order;
};

static void tell_case(struct import *im, const struct record *rec, const struct result *in)
{
	struct arena *a = im->arena;
	struct val output = val_path(in->row, "response.output"), metadata = val_get(in->row, "metadata");
	struct case_result res = case_start("promptfoo");

	res.run_id = in->run;
	res.order = in->order;
	res.title = text_at(in->test, "description", a);
	if (!res.title.len)
		res.title = text_at(in->row, "description", a);
	res.key = case_key(im, rec, in->vars, res.title);
	/* --repeat writes the same test again under the next testIdx; another test of the same variables asserts something else. */
	res.variant = model_text_hash(val_raw(in->test));
	res.input = case_input(in->vars, in->row, a);
	res.expected = case_expected(val_get(in->test, "assert"), a);
	res.output = val_text(val_ok(output) ? output : val_get(in->row, "text"), a);
	res.error = text_at(in->row, "error", a);
	if (!res.error.len)
		res.error = text_at(in->row, "response.error", a);
	res.status = verdict_of(in->row, res.error);
	if (res.status != CASE_ERROR)
		res.error = STR_NONE; /* a failed assertion: its score says why */
	read_usage(&res, in->row);
	res.trace_id = trace_of(in->row, a);
	res.metadata = clean_metadata(metadata, a);
	read_scores(&res, in->row, a);
	sink_case(im->sink, &res);
}

static bool is_row(struct val row)
{
	return val_is(row, SCAN_OBJECT) && (val_ok(val_get(row, "success")) || val_ok(val_get(row, "gradingResult")) ||
	                                    val_ok(val_get(row, "error")) || val_ok(val_get(row, "response")));
}

static void read_row(struct import *im, const struct record *rec)
{
	struct promptfoo_state *state = im->state;
	struct val row = rec->root;
	int64_t prompt = count_at(row, "promptIdx");
	struct result result = {.row = row, .test = val_get(row, "testCase"), .vars = vars_of(row)};

	if (!is_row(row)) {
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(row, SCAN_OBJECT) ? "not a result: no success, grading, response or error"
		                                        : "not an object");
		return;
	}
	if (state->n_bodies)
		return; /* the table has told them */
	state->n_rows++;
	result.run = run_id(im, rec, row, prompt);
	result.order = count_at(row, "testIdx");
	if (result.order == UNKNOWN_INT)
		result.order = (int64_t)rec->number; /* versions 1 and 2 write rows in the order of the tests */
	if (promptfoo_must_tell(&state->told, prompt))
		tell_run(im, rec, row, result.run, prompt);
	tell_case(im, rec, &result);
}

/* A table's row has its variables' values in a list; their names are in the table's head. */
static bool table_vars(const struct record *rec, struct buf *json)
{
	struct val values = val_get(rec->root, "vars");
	struct val names = val_get(frame_get(rec->frame, "head", false), "vars");
	struct member name = val_first(names);

	if (!val_is(values, SCAN_ARRAY) || !val_is(names, SCAN_ARRAY))
		return false;
	for (struct member m = val_first(values); m.ok && name.ok; m = val_next(m), name = val_next(name)) {
		if (!val_is(name.val, SCAN_STRING))
			return false;
		buf_add_char(json, json->len ? ',' : '{');
		buf_add_str(json, val_raw(name.val));
		buf_add_char(json, ':');
		buf_add_str(json, val_raw(m.val));
	}
	if (json->len)
		buf_add_char(json, '}');
	return json->len > 0;
}

/* A table's row holds one test for all prompts. Its outputs are the results in other words: they count only in an export
 * without a list of results. */
static void read_body(struct import *im, const struct record *rec)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct promptfoo_state *state = im->state;
	struct val test = val_get(rec->root, "test"), vars = val_get(test, "vars");
	struct scan scan = SCAN_INIT;
	struct buf json = BUF_INIT;
	int64_t prompt = 0;

	if (state->n_rows)
		return;
	state->n_bodies++;
	if (!val_is(vars, SCAN_OBJECT) && table_vars(rec, &json) && scan_text(&scan, buf_str(&json), &opts))
		vars = scan_root(&scan);
	for (struct member m = val_first(val_get(rec->root, "outputs")); m.ok && prompt < OUTPUTS_MAX;
	     m = val_next(m), prompt++) {
		struct result result = {.row = m.val, .test = test, .vars = vars, .order = (int64_t)rec->number};

		if (!val_is(m.val, SCAN_OBJECT))
			continue; /* this test was not run with this prompt */
		result.run = run_id(im, rec, m.val, prompt);
		if (promptfoo_must_tell(&state->told, prompt))
			tell_run(im, rec, m.val, result.run, prompt);
		tell_case(im, rec, &result);
	}
	scan_done(&scan);
	buf_done(&json);
}

static bool promptfoo_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	if (rec->slot == SLOT_BODY)
		read_body(im, rec);
	else
		read_row(im, rec);
	return true;
}

/* What stood behind the rows of an export larger than the window: the suite's description, its prompts. */
static bool promptfoo_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct promptfoo_state *state = im->state;
	struct str eval = val_str(frame_get(frame, "evalId", false), im->arena);

	(void)err;
	for (int64_t i = 0; i < PROMPTFOO_RUNS_MAX && frame->late; i++) {
		struct eval_run run = run_start("promptfoo");

		if (!(state->told.bits[i / 8] & (1u << (i % 8))))
			continue;
		run.id = numbered_run(state->no_eval_id ? STR_NONE : eval, i, im->arena);
		run_of_frames(&run, frame, i, im->arena);
		sink_run(im->sink, &run);
	}
	return true;
}

/* ---- detection */

static int promptfoo_probe(const struct sample *sample, const char **why)
{
	bool rows = sample_has(sample, "results.results"), eval = sample_has(sample, "evalId");
	bool table = sample_has(sample, "results.table"), version = sample_has(sample, "results.version");

	if ((eval || version) && rows) {
		*why = "has results.results with evalId or version";
		return 97;
	}
	/* long prompts may push the rows out of the sample */
	if ((eval || version) && (table || sample_has(sample, "results.prompts"))) {
		*why = "has evalId or version with results.prompts or results.table";
		return 93;
	}
	if (rows) {
		*why = "has results.results";
		return 85;
	}
	if (sample_has(sample, "head.prompts") && sample_has(sample, "head.vars") &&
	    (sample_has(sample, "body[].outputs") || sample_has(sample, "body"))) {
		*why = "a table of head.prompts, head.vars and body";
		return 92;
	}
	*why = "no results.results";
	return 0;
}

static int lines_probe(const struct sample *sample, const char **why)
{
	if (sample_has(sample, "promptIdx") && sample_has(sample, "testIdx") &&
	    (sample_has(sample, "success") || sample_has(sample, "gradingResult"))) {
		*why = "rows have promptIdx and testIdx";
		return 95;
	}
	*why = "no promptIdx";
	return 0;
}

const struct format format_promptfoo = {
    .name = "promptfoo",
    .title = "promptfoo results (JSON)",
    .spec_url = "https://www.promptfoo.dev/docs/configuration/outputs/",
    .how = "results.results with evalId or a version, results.table, or a table of head and body",
    .fills = "one eval run per prompt and provider, case results, a score per assertion and named score",
    .example = "{\"evalId\":\"eval-…\",\"results\":{\"version\":3,\"results\":[{\"promptIdx\":0,…}],\"stats\":{…}},"
               "\"config\":{…}}",
    .paths = promptfoo_paths,
    .secrets = promptfoo_secrets,
    .state_size = sizeof(struct promptfoo_state),
    .probe = promptfoo_probe,
    .record = promptfoo_record,
    .frame_end = promptfoo_frame_end,
};

const struct format format_promptfoo_jsonl = {
    .name = "promptfoo-jsonl",
    .title = "promptfoo results (JSON Lines)",
    .spec_url = "https://www.promptfoo.dev/docs/configuration/outputs/",
    .how = "lines with promptIdx, testIdx and success or gradingResult",
    .fills = "as promptfoo, without the suite's name and time",
    .example = "{\"promptIdx\":0,\"testIdx\":0,\"success\":true,\"gradingResult\":{…},\"response\":{…}}",
    .secrets = promptfoo_secrets,
    .state_size = sizeof(struct promptfoo_state),
    .probe = lines_probe,
    .record = promptfoo_record,
};
