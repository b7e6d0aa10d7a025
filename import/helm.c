/* HELM: the folder of one run, benchmark_output/runs/SUITE/SCENARIO:ARG=…,model=…, holds run_spec.json (the run), scenario.json,
 * scenario_state.json (each request with its answer), stats.json (the run's metrics), per_instance_stats.json (the cases' metrics), and
 * for its web site instances.json, display_requests.json and display_predictions.json; the suite's folder lists its runs in run_specs.json and
 * runs.json. No file names the others: the folder joins
 * them, told apart from the same run in another suite by the folder around it. Each tells parts of the same cases.
 * Sources: helm/benchmark/{runner,adaptation/scenario_state,metrics/metric,metrics/statistic,presentation/schema}.py, v0.2 to v0.5;
 * real files of 2025 (formats/evals.md section 8). */
#include "import/eval.h"

#include "store/base/text.h"

#define HELM_FAMILY "helm"

enum { SLOT_STATE, SLOT_VALUE };

static const struct record_path helm_paths[] = {
    {"request_states[]", SLOT_STATE},
    {"",                 SLOT_VALUE},
    {NULL,               0         },
};

struct helm_state {
	bool named, told;
	struct buf run, folder; /* what the names of folders tell: the run's id, and the innermost */
	int64_t created_ns;     /* earliest told */
};

static void helm_state_done(void *any)
{
	struct helm_state *state = any;
	buf_done(&state->run);
	buf_done(&state->folder);
}

/* ---------------------------------------------------------------- the run */

static void read_folders(struct import *im)
{
	struct helm_state *state = im->state;
	struct str inner = source_folder(im, 0), outer = source_folder(im, 1);
	if (state->named)
		return;
	state->named = true;
	state->created_ns = TIME_UNKNOWN;
	buf_add_str(&state->folder, inner);
	if (inner.len && outer.len)
		buf_printf(&state->run, STR_FMT "/" STR_FMT, STR_ARG(outer), STR_ARG(inner));
	else
		buf_add_str(&state->run, inner);
}

static struct str run_id(const struct import *im)
{
	const struct helm_state *state = im->state;
	return state->run.len ? arena_str(im->arena, buf_str(&state->run)) : STR_NONE;
}

/* "mmlu:subject=philosophy,method=multiple_choice_joint,model=openai_gpt2" without its model: what two models have in common.
 * Absent: the name is not of this form. */
static struct str scenario_of(struct arena *arena, struct str name)
{
	struct buf out = BUF_INIT;
	struct str rest = name, part;
	bool model = false;
	for (bool first = true; str_split(&rest, ',', &part); first = false) {
		size_t at = str_find(part, STR_LIT("model="));
		if (first && at != SIZE_MAX && at > 0 && (part.ptr[at - 1] == ':' || part.ptr[at - 1] == '-')) {
			model = true;
			buf_add_str(&out, str_cut(part, 0, at - 1)); /* "boolq:model=…" */
			continue;
		}
		if (str_starts(part, "model=") || str_starts(part, "model_deployment=")) {
			model = true;
			continue;
		}
		if (out.len)
			buf_add_char(&out, ',');
		buf_add_str(&out, part);
	}
	struct str kept = model && out.len ? arena_str(arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return kept;
}

/* The template of one request: HELM puts the examples before it. */
static struct str prompt_text(const struct fields *f, struct val adapter)
{
	static const struct {
		const char *before, *slot, *after;
	} parts[] = {
	    {"global_prefix",    NULL,          "instructions"    },
            {"instance_prefix",  NULL,          NULL              },
	    {"input_prefix",     "{input}",     "input_suffix"    },
            {"reference_prefix", "{reference}", "reference_suffix"},
	    {"output_prefix",    "{output}",    "output_suffix"   },
            {NULL,               NULL,          "global_suffix"   },
	};
	struct buf out = BUF_INIT;
	bool joint = val_str_is(val_get(adapter, "method"), "multiple_choice_joint");
	if (!val_is(adapter, SCAN_OBJECT))
		return STR_NONE;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (parts[i].slot && strcmp(parts[i].slot, "{reference}") == 0 && !joint)
			continue;
		if (parts[i].before)
			buf_add_str(&out, val_str(val_get(adapter, parts[i].before), f->arena));
		if (parts[i].slot)
			buf_add_cstr(&out, parts[i].slot);
		if (parts[i].after)
			buf_add_str(&out, val_str(val_get(adapter, parts[i].after), f->arena));
	}
	struct str kept = arena_str(f->arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

/* The prompt is one scenario's, asked by one method. */
static struct str prompt_name(const struct fields *f, struct str dataset, struct val adapter)
{
	struct str method = val_str(val_get(adapter, "method"), f->arena);
	if (!dataset.len)
		return method;
	if (!method.len || str_find(dataset, method) != SIZE_MAX)
		return dataset;
	return arena_printf(f->arena, STR_FMT ", " STR_FMT, STR_ARG(dataset), STR_ARG(method));
}

/* What is known in every file. */
static struct eval_run run_of_folder(const struct fields *f)
{
	const struct helm_state *state = f->im->state;
	struct eval_run run = run_start(HELM_FAMILY);
	run.id = run_id(f->im);
	run.name = state->folder.len ? arena_str(f->arena, buf_str(&state->folder)) : STR_NONE;
	run.dataset = scenario_of(f->arena, run.name);
	return run;
}

static struct str compact(const struct fields *f, struct val v)
{
	struct buf out = BUF_INIT;
	scan_compact(&out, v);
	struct str kept = arena_str(f->arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

static void read_adapter(const struct fields *f, struct eval_run *run, struct val adapter)
{
	run->model = field_text(f, FIELD_ANY(adapter, "model", "model_deployment"));
	run->prompt_name = prompt_name(f, run->dataset, adapter);
	run->prompt_text = prompt_text(f, adapter);
	if (val_is(adapter, SCAN_OBJECT))
		run->config = compact(f, adapter);
}

static void tell_folder(const struct fields *f)
{
	struct helm_state *state = f->im->state;
	struct eval_run run = run_of_folder(f);
	if (!state->told)
		sink_run(f->im->sink, &run);
	state->told = true;
}

/* A run of the suite that holds the file, by the name of its own folder: '/' is '_' there. */
static struct str suite_run(const struct fields *f, struct str name)
{
	const struct helm_state *state = f->im->state;
	struct buf id = BUF_INIT;
	if (state->folder.len)
		buf_printf(&id, "%s/", buf_cstr(&state->folder));
	else
		buf_add_char(&id, '#');
	for (size_t i = 0; i < name.len; i++)
		buf_add_char(&id, name.ptr[i] == '/' ? '_' : name.ptr[i]);
	struct str kept = arena_str(f->arena, buf_str(&id));
	buf_done(&id);
	return kept;
}

/* One of many, in run_specs.json and runs.json of a suite. */
static bool is_listed(const struct fields *f)
{
	return !f->rec->frame && str_starts(record_path_text(f->rec, f->arena), "[");
}

static void read_run_spec(const struct fields *f, struct val spec, const struct metric_list *metrics)
{
	struct eval_run run = run_of_folder(f);
	struct str name = val_str(val_get(spec, "name"), f->arena), scenario = scenario_of(f->arena, name);
	if (name.len && is_listed(f))
		run.id = suite_run(f, name);
	run.name = name.len ? name : run.name;
	if (scenario.len || name.len)
		run.dataset = scenario.len ? scenario : name;
	read_adapter(f, &run, val_get(spec, "adapter_spec"));
	run.config = compact(f, spec);
	run_take_metrics(&run, metrics);
	sink_run(f->im->sink, &run);
}

static void read_scenario(const struct fields *f, struct val scenario)
{
	struct eval_run run = run_of_folder(f);
	if (!run.dataset.len)
		run.dataset = val_str(val_get(scenario, "name"), f->arena);
	run.config = compact(f, scenario);
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- statistics */

/* {"name":{"name":…,"split":…,"perturbation":{"name":…,"computed_on":"worst"}},"count":1,"mean":…}. No mean where count is 0. */
static double stat_value(struct val stat)
{
	double value, count;
	if (val_is(val_get(stat, "mean"), SCAN_NUMBER) && val_double(val_get(stat, "mean"), &value))
		return value;
	if (val_double(val_get(stat, "count"), &count) && count > 0 && val_double(val_get(stat, "sum"), &value))
		return value / count;
	return UNKNOWN_DOUBLE;
}

static void add_name_part(struct buf *out, const struct fields *f, struct val v)
{
	struct str text = val_str(v, f->arena);
	if (text.len)
		buf_printf(out, "/" STR_FMT, STR_ARG(text));
}

/* "exact_match/test", "exact_match/test/typos/worst" */
static struct str stat_name(const struct fields *f, struct val name)
{
	struct val perturbation = val_get(name, "perturbation");
	struct buf out = BUF_INIT;
	buf_add_str(&out, field_text(f, val_get(name, "name")));
	add_name_part(&out, f, val_get(name, "split"));
	add_name_part(&out, f, val_get(name, "sub_split"));
	add_name_part(&out, f, val_get(perturbation, "name"));
	add_name_part(&out, f, val_get(perturbation, "computed_on"));
	struct str kept = arena_str(f->arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

static void add_run_stat(const struct fields *f, struct val stat, struct metric_list *metrics)
{
	metric_add(metrics, f->arena, stat_name(f, val_get(stat, "name")), stat_value(stat));
}

/* {"run_path":…,"run_spec":{…},"stats":[…]} */
static void read_summarized_run(const struct fields *f, struct val v)
{
	struct metric_list metrics = {0};
	for (struct member m = val_first(val_get(v, "stats")); m.ok; m = val_next(m))
		add_run_stat(f, m.val, &metrics);
	read_run_spec(f, val_get(v, "run_spec"), &metrics);
}

static void read_run_stat(const struct fields *f, struct val stat)
{
	struct eval_run run = run_of_folder(f);
	struct metric_list metrics = {0};
	add_run_stat(f, stat, &metrics);
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* Two of three statistics keep the books: no more of them is better or worse, so nothing that weighs scores must weigh them. They stand
 * behind those a reviewer looks for, their figure as a label. */
static bool is_bookkeeping(struct str name)
{
	static const char *const starts[] = {"num_",       "training_",     "inference_",
	                                     "batch_size", "finish_reason", "prompt_truncated"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts(name, starts[i]))
			return true;
	return str_is(name, "logprob") || str_is(name, "max_prob");
}

static struct str figure_text(struct arena *arena, double value)
{
	struct buf text = BUF_INIT;
	if (IS_UNKNOWN(value))
		return STR_NONE;
	units_double(&text, value);
	struct str kept = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return kept;
}

/* 1 and 0 of what compares the answer with the references as a whole; nothing else is a verdict. */
static int verdict_of(struct str name, double value)
{
	bool verdict = str_is(name, "exact_match") || str_is(name, "quasi_exact_match");
	if (!verdict || !(value >= 0 && value <= 1) || (value > 0 && value < 1))
		return -1;
	return value > 0;
}

struct case_stats {
	struct fields *f;
	struct case_result *res;
	struct score_list scores;
	int exact, quasi; /* verdicts; -1 none */
};

static void add_stat(struct case_stats *s, struct str name, struct str computed_on, double value, bool books)
{
	bool plain = !computed_on.len || str_is(computed_on, "perturbed");
	if (is_bookkeeping(name) != books)
		return;
	struct str whole =
	    plain ? name : arena_printf(s->f->arena, STR_FMT "/" STR_FMT, STR_ARG(name), STR_ARG(computed_on));
	struct score *score = score_add(&s->scores, s->f->arena, whole);
	score->value = books ? UNKNOWN_DOUBLE : value;
	score->label = books ? figure_text(s->f->arena, value) : STR_NONE;
	score->source = SOURCE_CODE;
	if (!plain)
		return;
	score->pass = verdict_of(name, value);
	if (str_is(name, "exact_match"))
		s->exact = score->pass;
	if (str_is(name, "quasi_exact_match"))
		s->quasi = score->pass;
	if (str_is(name, "num_prompt_tokens") && value > 0)
		s->res->tokens_in = (int64_t)value;
	if ((str_is(name, "num_output_tokens") || str_is(name, "num_completion_tokens")) && value > 0 &&
	    s->res->tokens_out == UNKNOWN_INT)
		s->res->tokens_out = (int64_t)value;
	if (str_is(name, "inference_runtime") && value > 0 && value < 9e9)
		s->res->latency_ns = (int64_t)(value * 1e9 + 0.5);
}

static void add_stats(struct case_stats *s, struct val stats, bool books)
{
	for (struct member m = val_first(stats); m.ok; m = val_next(m)) {
		struct val name = val_get(m.val, "name");
		double value;
		if (val_is(stats, SCAN_OBJECT) &&
		    val_double(m.val, &value)) /* display_predictions: {"exact_match":0.0} */
			add_stat(s, member_key(m, s->f->arena), STR_NONE, value, books);
		else if (val_is(m.val, SCAN_OBJECT))
			add_stat(s, field_text(s->f, val_is(name, SCAN_OBJECT) ? val_get(name, "name") : name),
			         val_str(val_path(name, "perturbation.computed_on"), s->f->arena), stat_value(m.val),
			         books);
	}
}

static void read_stats(struct fields *f, struct case_result *res, struct val stats)
{
	struct case_stats s = {.f = f, .res = res, .exact = -1, .quasi = -1};
	add_stats(&s, stats, false);
	add_stats(&s, stats, true);
	case_take_scores(res, &s.scores);
	res->status = status_of_pass(s.exact >= 0 ? s.exact : s.quasi);
}

/* ---------------------------------------------------------------- cases */

/* A text is {"text":…}, media parts with a text each, or (2022) the text itself. */
static struct str text_of(const struct fields *f, struct val content)
{
	struct str text =
	    val_is(content, SCAN_STRING) ? val_str(content, f->arena) : val_str(val_get(content, "text"), f->arena);
	struct val media = val_path(content, "multimedia_content.media_objects");
	struct buf out = BUF_INIT;
	if (text.len || !val_is(media, SCAN_ARRAY))
		return text;
	for (struct member m = val_first(media); m.ok; m = val_next(m)) {
		struct str part = field_text(f, FIELD_ANY(m.val, "text", "location", "content_type"));
		buf_printf(&out, "%s", out.len ? "\n" : "");
		buf_add_str(&out, part);
	}
	text = out.len ? arena_str(f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

/* What was changed in an instance, without where a statistic of it was taken. */
static struct str perturbation_key(const struct fields *f, struct val perturbation)
{
	struct buf json = BUF_INIT;
	if (!val_is(perturbation, SCAN_OBJECT))
		return field_text(f, perturbation);
	for (struct member m = val_first(perturbation); m.ok; m = val_next(m)) {
		if (member_is(m, "computed_on") || !val_ok(m.val))
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, member_key(m, f->arena));
		buf_add_char(&json, ':');
		buf_add_str(&json, val_raw(m.val));
	}
	buf_add_cstr(&json, json.len ? "}" : "");
	struct str text = arena_str(f->arena, buf_str(&json));
	buf_done(&json);
	return text;
}

/* The instance and how it was changed; not the folder: two models' runs must meet, and folders are renamed. */
static struct case_result helm_case(struct fields *f, struct val id, struct val perturbation, struct val trial,
                                    struct str input)
{
	struct case_result res = case_start(HELM_FAMILY);
	struct str instance = val_ok(id) ? case_key_part(f, id) : input;
	struct val changed = fields_scan(f, perturbation_key(f, perturbation));
	int64_t repeat;
	res.run_id = run_id(f->im);
	res.key = changed.scan ? CASE_KEY(f->arena, instance, case_key_part(f, changed)) : instance;
	res.repeat = val_int64(trial, &repeat) && repeat >= 0 ? repeat : 0;
	res.part = true;
	return res;
}

static void read_references(struct fields *f, struct case_result *res, struct val references)
{
	struct buf out = BUF_INIT;
	for (struct member m = val_first(references); m.ok; m = val_next(m)) {
		bool correct = false;
		for (struct member tag = val_first(val_get(m.val, "tags")); tag.ok; tag = val_next(tag))
			correct = correct || val_str_is(tag.val, "correct");
		if (!correct)
			continue;
		if (out.len)
			buf_add_char(&out, '\n');
		buf_add_str(&out, text_of(f, val_get(m.val, "output")));
	}
	res->expected = out.len ? arena_str(f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
}

/* A letter stands for the text it is mapped to; any other answer for itself. */
static struct str mapped(const struct fields *f, struct val mapping, struct str answer)
{
	struct val text = val_find(mapping, str_trim(answer));
	return val_is(text, SCAN_STRING) ? val_str(text, f->arena) : answer;
}

/* The members of `object` but these, after what json has already. */
static void add_rest(struct buf *json, const struct fields *f, struct val object, const char *const *but)
{
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m)) {
		bool said = !val_ok(m.val);
		for (const char *const *name = but; *name && !said; name++)
			said = member_is(m, *name);
		if (said)
			continue;
		buf_add_char(json, json->len ? ',' : '{');
		scan_quote(json, member_key(m, f->arena));
		buf_add_char(json, ':');
		scan_compact(json, m.val);
	}
}

static void take_metadata(struct case_result *res, const struct fields *f, struct buf *json)
{
	if (json->len)
		buf_add_char(json, '}');
	res->metadata = json->len ? arena_str(f->arena, buf_str(json)) : STR_NONE;
	buf_done(json);
}

/* The run begins with its earliest request. */
static void read_created(struct fields *f, struct val result)
{
	struct helm_state *state = f->im->state;
	struct eval_run run = run_of_folder(f);
	run.created_ns = field_time_in(f, val_get(result, "request_datetime"), 1000000000, "result.request_datetime");
	if (run.created_ns == TIME_UNKNOWN ||
	    (state->created_ns != TIME_UNKNOWN && state->created_ns <= run.created_ns))
		return;
	state->created_ns = run.created_ns;
	sink_run(f->im->sink, &run);
}

static void read_result(struct fields *f, struct case_result *res, struct val state)
{
	struct val result = val_get(state, "result"), completions = val_get(result, "completions");
	bool success = true;
	double seconds;
	if (val_bool(val_get(result, "success"), &success) && !success) {
		res->status = CASE_ERROR;
		res->error = field_text(f, val_get(result, "error"));
		if (!res->error.len)
			res->error = STR_LIT("the request failed");
	}
	if (val_double(val_get(result, "request_time"), &seconds) && seconds > 0 && seconds < 9e9)
		res->latency_ns = (int64_t)(seconds * 1e9 + 0.5);
	/* Asked once for each reference ("multiple_choice_separate_…"), what is completed is the reference, not an answer. */
	if (success && !val_ok(val_get(state, "reference_index")))
		res->output = mapped(f, val_get(state, "output_mapping"), text_of(f, val_at(completions, 0)));
}

static void read_instance(struct fields *f, struct case_result *res, struct val instance, struct buf *json)
{
	static const char *const said[] = {"input", "id", NULL};
	res->input = text_of(f, val_get(instance, "input"));
	read_references(f, res, val_get(instance, "references"));
	add_rest(json, f, instance, said);
}

static void read_request_state(struct fields *f, struct val state, struct val adapter)
{
	static const char *const said[] = {"instance", "train_trial_index", "result", NULL};
	struct helm_state *known = f->im->state;
	struct val instance = val_get(state, "instance"), result = val_get(state, "result");
	bool several = val_count(val_get(result, "completions")) > 1;
	const char *const said_of_result[] = {
	    "success", "error", "request_time", "request_datetime", "embedding", several ? NULL : "completions", NULL};
	struct str input = text_of(f, val_get(instance, "input"));
	struct case_result res = helm_case(f, val_get(instance, "id"), val_get(instance, "perturbation"),
	                                   val_get(state, "train_trial_index"), input);
	struct buf json = BUF_INIT;
	struct eval_run run = run_of_folder(f);
	if (!known->told) {
		read_adapter(f, &run, adapter);
		sink_run(f->im->sink, &run);
	}
	known->told = true;
	read_created(f, result);
	read_instance(f, &res, instance, &json);
	read_result(f, &res, state);
	add_rest(&json, f, state, said);
	add_rest(&json, f, result, said_of_result);
	take_metadata(&res, f, &json);
	sink_case(f->im->sink, &res);
}

static void read_case_stats(struct fields *f, struct val row)
{
	static const char *const said[] = {"instance_id", "train_trial_index", "stats", NULL};
	struct case_result res = helm_case(f, val_get(row, "instance_id"), val_get(row, "perturbation"),
	                                   val_get(row, "train_trial_index"), STR_NONE);
	struct buf json = BUF_INIT;
	tell_folder(f);
	read_stats(f, &res, val_get(row, "stats"));
	/* What was answered, of the web site's files; a letter with nothing it stands for is better told by scenario_state.json. */
	res.output = field_text(f, val_get(row, "mapped_output"));
	add_rest(&json, f, row, said);
	take_metadata(&res, f, &json);
	sink_case(f->im->sink, &res);
}

static void read_bare_instance(struct fields *f, struct val instance)
{
	struct case_result res = helm_case(f, val_get(instance, "id"), val_get(instance, "perturbation"), VAL_NONE,
	                                   text_of(f, val_get(instance, "input")));
	struct buf json = BUF_INIT;
	tell_folder(f);
	read_instance(f, &res, instance, &json);
	take_metadata(&res, f, &json);
	sink_case(f->im->sink, &res);
}

/* ---------------------------------------------------------------- records */

static bool read_value(struct fields *f, struct val v)
{
	struct val name = val_get(v, "name");
	if (!val_is(v, SCAN_OBJECT))
		return false;
	if (val_ok(val_get(v, "instance_id")) && (val_ok(val_get(v, "stats")) || val_ok(val_get(v, "request"))))
		read_case_stats(f, v);
	else if (val_is(name, SCAN_OBJECT) && val_ok(val_get(v, "count")))
		read_run_stat(f, v);
	else if (val_is(val_get(v, "run_spec"), SCAN_OBJECT))
		read_summarized_run(f, v);
	else if (val_is(val_get(v, "adapter_spec"), SCAN_OBJECT))
		read_run_spec(f, v, &(struct metric_list){0});
	else if (val_ok(val_get(v, "input")) && val_is(val_get(v, "references"), SCAN_ARRAY))
		read_bare_instance(f, v);
	else if (val_is(name, SCAN_STRING) && (val_ok(val_get(v, "definition_path")) || val_ok(val_get(v, "tags"))))
		read_scenario(f, v);
	else
		return false;
	return true;
}

static bool helm_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	read_folders(im);
	if (rec->slot == SLOT_STATE && val_is(val_get(rec->root, "instance"), SCAN_OBJECT))
		read_request_state(&f, rec->root, frame_get(rec->frame, "adapter_spec", false));
	else if (rec->slot == SLOT_STATE || !read_value(&f, rec->root))
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(rec->root, SCAN_OBJECT) ? "no request with its instance, no statistic, no run"
		                                              : "not an object");
	fields_done(&f);
	return true;
}

/* A state without a request; an adapter that stands behind its requests. */
static bool helm_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	struct helm_state *state = im->state;
	struct record none = {.frame = frame};
	(void)err;
	read_folders(im);
	if (frame->level || (state->told && !frame->late))
		return true;
	struct fields f = fields_of(im, &none);
	struct eval_run run = run_of_folder(&f);
	read_adapter(&f, &run, frame_get(frame, "adapter_spec", false));
	sink_run(im->sink, &run);
	state->told = true;
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

static int helm_probe(const struct sample *sample, const char **why)
{
	static const struct sample_sign clues[] = {
	    {{"adapter_spec", "scenario_spec", "metric_specs"},                     97, "has adapter_spec, scenario_spec and metric_specs"    },
	    {{"run_path", "run_spec.adapter_spec"},                                 95, "has run_path and run_spec"                           },
	    {{"adapter_spec", "request_states"},                                    97, "has adapter_spec and request_states"                 },
	    {{"adapter_spec", "scenario_spec"},                                     90, "has adapter_spec and scenario_spec"                  },
	    {{"adapter_spec.method", "adapter_spec.instructions"},
	     85,	                                                                "has an adapter_spec with its method and instructions"},
	    {{"instance_id", "stats[].name.name", "stats[].count"},                 97, "instances have stats"                                },
	    {{"instance_id", "train_trial_index"},                                  93, "rows have instance_id and train_trial_index"         },
	    {{"name.name", "count", "sum"},                                         92, "statistics have name.name, count and sum"            },
	    {{"input.text", "references[].output.text", "references[].tags", "id"},
	     90,	                                                                "instances have input, references and id"             },
	    {{"name", "definition_path", "tags", "description"},                    88, "has name, tags and definition_path"                  },
	};
	*why = "no adapter_spec, no statistics of instances";
	return sample_signs(sample, clues, sizeof clues / sizeof *clues, why);
}

const struct format format_helm = {
    .name = "helm",
    .title = "HELM runs",
    .spec_url = "https://crfm-helm.readthedocs.io/en/latest/code/",
    .how = "adapter_spec with scenario_spec or request_states; instances with stats; statistics with name.name, count "
           "and sum",
    .fills = "one eval run per folder, case results with a score per statistic, the run's own metrics",
    .example = "scenario_state.json: "
               "{\"adapter_spec\":{…},\"request_states\":[{\"instance\":{…},\"request\":{…},\"result\":{…}}]}",
    .paths = helm_paths,
    .lenient = true,
    .placed = true,
    .state_size = sizeof(struct helm_state),
    .state_done = helm_state_done,
    .probe = helm_probe,
    .record = helm_record,
    .frame_end = helm_frame_end,
};
