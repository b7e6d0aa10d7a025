/* lm-evaluation-harness: results_STAMP.json tells a run, samples_TASK_STAMP.jsonl beside it the rows of one task.
 * What joins them stands in no record, only in the names: the folder's (the model, made fit for a file system) and the stamp.
 * Sources: lm_eval/loggers/evaluation_tracker.py and evaluator.py, 0.4.0 to 0.4.13; 0.3's results; formats/evals.md section 3. */
#include "import/lm_eval_private.h"

#include <stdlib.h>

#include "import/redact.h"
#include "store/base/hash.h"
#include "store/base/text.h"

enum { WORDINGS_MAX = 64, LEAVES_MAX = 4096, LIST_BYTES = 200, TEXTS_MAX = 256, CONFIG_MAX = 200 << 10 };

/* The model's arguments go to whatever serves it; since 0.4.8 they are in each task's metadata, too. */
static const char *const lm_eval_secrets[] = {
    "config.**.api_key",          "config.**.apiKey",          "config.**.token",
    "config.**.auth_token",       "config.**.headers",         "config.**.header",
    "configs.*.metadata.api_key", "configs.*.metadata.token",  "configs.*.metadata.auth_token",
    "configs.*.metadata.headers", "configs.*.metadata.header", NULL};

struct lm_eval_state {
	struct lm_samples samples;
	bool named;
	struct buf run, task, model; /* lm_name_of, once for all rows */
};

static void lm_eval_state_done(void *any)
{
	struct lm_eval_state *state = any;
	buf_done(&state->run);
	buf_done(&state->task);
	buf_done(&state->model);
}

/* ---------------------------------------------------------------- results: the tasks */

struct leaf {
	struct str name;
	struct lm_task task;
};
struct results {
	struct fields *f;
	struct val root, results, subtasks, groups;
	struct leaf *leaves; /* tasks that were run, sorted by name; a group is none */
	size_t n;
	struct str wordings[WORDINGS_MAX]; /* different ones; one that is absent is one, too */
	size_t n_wordings;
};

static bool is_group(const struct results *r, struct str name)
{
	struct val members = val_find(r->subtasks, name);
	if (val_is(members, SCAN_ARRAY))
		return val_count(members) > 0;
	return val_ok(val_find(r->groups, name));
}

static bool is_subtask(const struct results *r, struct str name)
{
	for (struct member group = val_first(r->subtasks); group.ok; group = val_next(group))
		for (struct member m = val_first(group.val); m.ok && val_is(group.val, SCAN_ARRAY); m = val_next(m))
			if (str_eq(val_str(m.val, r->f->arena), name))
				return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct leaf *)a)->name, ((const struct leaf *)b)->name);
}

static void add_wording(struct results *r, struct str wording)
{
	for (size_t i = 0; i < r->n_wordings; i++)
		if (str_eq(r->wordings[i], wording))
			return;
	if (r->n_wordings < WORDINGS_MAX)
		r->wordings[r->n_wordings++] = wording;
}

static struct results results_of(struct fields *f, struct val root)
{
	struct results r = {.f = f,
	                    .root = root,
	                    .results = val_get(root, "results"),
	                    .subtasks = val_get(root, "group_subtasks"),
	                    .groups = val_get(root, "groups")};
	uint32_t most = val_is(r.results, SCAN_OBJECT) ? val_count(r.results) : 0;
	r.leaves = arena_alloc(f->arena, (most + 1) * sizeof *r.leaves);
	for (struct member m = val_first(r.results); m.ok && most && r.n < LEAVES_MAX; m = val_next(m)) {
		struct str name = member_key(m, f->arena);
		if (!is_group(&r, name))
			r.leaves[r.n++] = (struct leaf){name, lm_task_of(name)};
	}
	if (r.n)
		qsort(r.leaves, r.n, sizeof *r.leaves, by_name);
	for (size_t i = 0; i < r.n; i++)
		add_wording(&r, r.leaves[i].task.wording);
	if (!r.n_wordings)
		r.n_wordings = 1;
	return r;
}

/* Whether a member of results is told with the run of this wording: a group without one goes with the tasks without one. */
static bool is_of(const struct results *r, struct str name, struct str wording)
{
	return r->n_wordings == 1 || str_eq(lm_task_of(name).wording, wording);
}

static size_t count_leaves(const struct results *r, struct str wording)
{
	size_t n = 0;
	for (size_t i = 0; i < r->n; i++)
		n += is_of(r, r->leaves[i].name, wording);
	return n;
}

/* ---------------------------------------------------------------- results: what is told */

/* Adds ", name" to a list; false: it is full, and ends with "…". */
static bool list_add(struct buf *list, size_t start, struct str name)
{
	if (list->len > start)
		buf_add_cstr(list, ", ");
	bool room = list->len + name.len < LIST_BYTES;
	if (room)
		buf_add_str(list, name);
	else
		buf_add_cstr(list, "…");
	return room;
}

/* The tasks asked for: groups, and tasks that are in none. */
static struct str run_name(const struct results *r, struct str wording)
{
	struct buf list = BUF_INIT;
	bool room = true;
	for (struct member m = val_first(r->results); m.ok && room && val_is(r->results, SCAN_OBJECT);
	     m = val_next(m)) {
		struct str name = member_key(m, r->f->arena);
		if (is_of(r, name, wording) && !is_subtask(r, name))
			room = list_add(&list, 0, name);
	}
	for (size_t i = 0; i < r->n && room && !list.len; i++)
		if (is_of(r, r->leaves[i].name, wording))
			room = list_add(&list, 0, r->leaves[i].name);
	struct str kept = list.len ? arena_str(r->f->arena, buf_str(&list)) : STR_NONE;
	buf_done(&list);
	return kept;
}

/* One task is its name. Several: their names in order, after that of the group asked for, if it was one; so it says more than any file
 * of samples does, which knows its own task alone. */
static struct str dataset_of(const struct results *r, struct str wording, struct str name)
{
	size_t n = count_leaves(r, wording);
	struct buf list = BUF_INIT;
	bool room = true;
	if (n > 1 && is_group(r, name))
		buf_printf(&list, STR_FMT " (%zu tasks): ", STR_ARG(text_preview(r->f->arena, name, 60)), n);
	size_t start = list.len;
	for (size_t i = 0; i < r->n && room; i++)
		if (is_of(r, r->leaves[i].name, wording))
			room = list_add(&list, start, n == 1 ? r->leaves[i].task.base : r->leaves[i].name);
	struct str kept = list.len ? arena_str(r->f->arena, buf_str(&list)) : STR_NONE;
	buf_done(&list);
	return kept;
}

/* Addresses of Python's functions differ in every run. */
static struct str without_addresses(struct arena *arena, struct str text)
{
	static const char word[] = " at 0x";
	struct buf out = BUF_INIT;
	if (str_find(text, str_of(word)) == SIZE_MAX)
		return text;
	for (size_t at; (at = str_find(text, str_of(word))) != SIZE_MAX;) {
		buf_add_str(&out, str_cut(text, 0, at));
		text = str_from(text, at + sizeof word - 1);
		while (text.len && strchr("0123456789abcdefABCDEF", text.ptr[0]) && text.ptr[0])
			text = str_from(text, 1);
	}
	buf_add_str(&out, text);
	struct str kept = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return kept;
}

static void add_label(struct buf *out, const char *word, struct str text, size_t most)
{
	text = str_cut(text, 0, most);
	if (text.len)
		buf_printf(out, "%s%s" STR_FMT, out->len ? ", " : "", word, STR_ARG(text));
}

/* What a task's prompt was: its version and hash, of several tasks a hash of all of these. */
static void add_versions(const struct results *r, struct str wording, struct buf *out)
{
	struct val versions = val_get(r->root, "versions"), hashes = val_get(r->root, "task_hashes");
	struct val shots = val_get(r->root, "n-shot");
	struct buf all = BUF_INIT;
	struct str shot = STR_NONE;
	bool same_shot = true, one = count_leaves(r, wording) == 1;
	for (size_t i = 0, n = 0; i < r->n; i++) {
		struct str name = r->leaves[i].name;
		if (!is_of(r, name, wording))
			continue;
		struct str version = field_text(r->f, val_find(versions, name));
		struct str hash = field_text(r->f, val_find(hashes, name)),
		           its = field_text(r->f, val_find(shots, name));
		same_shot = same_shot && (!n++ || str_eq(shot, its));
		shot = its;
		if (one) {
			add_label(out, "v", version, 40);
			add_label(out, "task ", hash, 12);
		}
		buf_printf(&all, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n", STR_ARG(name), STR_ARG(version),
		           STR_ARG(hash));
	}
	if (!one && all.len) {
		struct sha256 sum = sha256_of(buf_str(&all));
		struct buf hex = BUF_INIT;
		hash_hex(&hex, sum.byte, 6);
		add_label(out, "tasks ", buf_str(&hex), 12);
		buf_done(&hex);
	}
	if (same_shot && shot.len)
		add_label(out, "shots ", shot, 12);
	buf_done(&all);
}

static struct str prompt_version(const struct results *r, struct str wording)
{
	struct buf out = BUF_INIT;
	add_label(&out, "", wording, 40);
	add_versions(r, wording, &out);
	add_label(&out, "chat ", field_text(r->f, val_get(r->root, "chat_template_sha")), 12);
	add_label(&out, "system ", field_text(r->f, val_get(r->root, "system_instruction_sha")), 12);
	struct str kept = out.len ? arena_str(r->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return kept;
}

/* The system's words, then each task's description and template, under its name if there are several. */
static struct str prompt_text(const struct results *r, struct str wording)
{
	struct val configs = val_get(r->root, "configs");
	struct buf out = BUF_INIT;
	size_t n = 0;
	bool several = count_leaves(r, wording) > 1;
	for (size_t i = 0; i < r->n && n < TEXTS_MAX; i++) {
		struct val config = val_find(configs, r->leaves[i].name), template = val_get(config, "doc_to_text");
		if (!is_of(r, r->leaves[i].name, wording) || !val_ok(template))
			continue;
		if (several)
			buf_printf(&out, "%s# " STR_FMT "\n", n ? "\n\n" : "", STR_ARG(r->leaves[i].name));
		buf_add_str(&out, val_str(val_get(config, "description"), r->f->arena));
		buf_add_str(&out, without_addresses(r->f->arena, field_text(r->f, template)));
		n++;
	}
	struct str instruction = val_str(val_get(r->root, "system_instruction"), r->f->arena);
	struct str kept = out.len ? arena_str(r->f->arena, buf_str(&out)) : STR_NONE;
	if (instruction.len && kept.len) {
		buf_clear(&out);
		buf_add_str(&out, instruction);
		buf_add_cstr(&out, "\n\n");
		buf_add_str(&out, kept);
		kept = arena_str(r->f->arena, buf_str(&out));
	}
	buf_done(&out);
	return kept;
}

/* The metrics of the run's tasks and groups, "asdiv/acc,none"; a task's wording is the run's, so it is left out and both wordings of it
 * have the same names. */
static void add_metrics(const struct results *r, struct val results, struct str wording, bool new_only,
                        struct metric_list *list)
{
	for (struct member task = val_first(results); task.ok && val_is(results, SCAN_OBJECT); task = val_next(task)) {
		struct str name = member_key(task, r->f->arena);
		if (!is_of(r, name, wording) || (new_only && val_ok(val_find(r->results, name))))
			continue;
		for (struct member m = val_first(task.val); m.ok && val_is(task.val, SCAN_OBJECT); m = val_next(m)) {
			double value;
			if (!val_is(m.val, SCAN_NUMBER) || !val_double(m.val, &value) || member_is(m, "sample_len"))
				continue;
			metric_add(list, r->f->arena,
			           arena_printf(r->f->arena, STR_FMT "/" STR_FMT, STR_ARG(lm_task_of(name).base),
			                        STR_ARG(member_key(m, r->f->arena))),
			           value);
		}
	}
}

/* All that is told of the run but its results; the tasks' own configuration, which may be large, only where there is room. */
static struct str config_of(struct fields *f, struct val root, bool with_tasks)
{
	struct buf json = BUF_INIT, clean = BUF_INIT;
	for (struct member m = val_first(root); m.ok; m = val_next(m)) {
		if (member_is(m, "results") || member_is(m, "groups") || member_is(m, "samples") ||
		    (member_is(m, "configs") && !with_tasks))
			continue;
		buf_add_char(&json, json.len ? ',' : '{');
		scan_quote(&json, member_key(m, f->arena));
		buf_add_char(&json, ':');
		scan_compact(&json, m.val);
	}
	buf_add_cstr(&json, json.len ? "}" : "{}");
	uint64_t n_bytes = 0;
	struct str whole = without_addresses(f->arena, arena_str(f->arena, buf_str(&json)));
	if (redact(fields_scan(f, whole), lm_eval_secrets, false, &clean, &n_bytes))
		whole = arena_str(f->arena, buf_str(&clean));
	buf_done(&json);
	buf_done(&clean);
	return whole;
}

/* Names of the model among its arguments: an object, or "pretrained=org/model,dtype=float16". */
static struct str model_of_arguments(struct fields *f, struct val arguments)
{
	static const char *const names[] = {"pretrained", "model", "model_name", "path", "engine", NULL};
	if (val_is(arguments, SCAN_OBJECT))
		return field_text(f, field_any(arguments, names));
	for (const char *const *name = names; *name; name++) {
		struct str rest = val_str(arguments, f->arena), part;
		while (str_split(&rest, ',', &part))
			if (str_starts(part, *name) && part.len > strlen(*name) + 1 && part.ptr[strlen(*name)] == '=')
				return str_from(part, strlen(*name) + 1);
	}
	return STR_NONE;
}

static struct str model_of(struct fields *f, struct val root)
{
	struct val config = val_get(root, "config");
	struct str model = val_str(val_get(root, "model_name"), f->arena);
	if (!model.len)
		model = model_of_arguments(f, val_get(config, "model_args"));
	return model.len ? model : field_text(f, val_get(config, "model"));
}

static void tell_results(const struct results *r, struct str id, struct str wording)
{
	struct fields *f = r->f;
	struct eval_run run = run_start(LM_EVAL_FAMILY);
	struct metric_list metrics = {0};
	struct str config = config_of(f, r->root, true);
	run.id = id;
	run.name = run_name(r, wording);
	run.dataset = dataset_of(r, wording, run.name);
	run.model = model_of(f, r->root);
	run.provider = field_text(f, val_get(r->root, "model_source"));
	run.created_ns = field_time(f, val_get(r->root, "date"), "date");
	run.prompt_name = count_leaves(r, wording) == 1 ? run.dataset : run.name;
	run.prompt_version = prompt_version(r, wording);
	run.prompt_text = prompt_text(r, wording);
	run.config = config.len <= CONFIG_MAX ? config : config_of(f, r->root, false);
	add_metrics(r, r->results, wording, false, &metrics);
	add_metrics(r, r->groups, wording, true, &metrics);
	run_take_metrics(&run, &metrics);
	sink_run(f->im->sink, &run);
}

/* ---------------------------------------------------------------- records */

static struct str told(const struct buf *text)
{
	return text->len ? buf_str(text) : STR_NONE;
}

static struct lm_name name_of(const struct import *im)
{
	struct lm_eval_state *state = im->state;
	if (!state->named) {
		struct lm_name name = lm_name_of(im);
		buf_add_str(&state->run, name.run);
		buf_add_str(&state->task, name.task);
		buf_add_str(&state->model, name.model);
	}
	state->named = true;
	return (struct lm_name){told(&state->run), told(&state->task), told(&state->model)};
}

/* Results of 0.4.0 to 0.4.2 are just results.json, the samples beside them begin with the model's arguments. */
static struct str results_run(struct fields *f, struct val root, struct str run)
{
	struct str arguments = val_str(val_path(root, "config.model_args"), f->arena), folder = source_folder(f->im, 0);
	if (run.len || !str_is(source_stem(f->im), "results") || !arguments.len || !folder.len)
		return run;
	arguments = lm_replaced(f->arena, lm_replaced(f->arena, arguments, "/", "__"), "=", "__");
	return arena_printf(f->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(arguments));
}

/* What simple_evaluate() returns, written as it is, holds the rows as well: {"samples":{TASK:[…]}}. */
static void read_inner_samples(struct fields *f, struct val samples, struct str run, const struct results *r)
{
	struct lm_eval_state *state = f->im->state;
	for (struct member m = val_first(samples); m.ok && val_is(samples, SCAN_OBJECT); m = val_next(m)) {
		struct lm_task task = lm_task_of(member_key(m, f->arena));
		struct str id = run.len || r->n_wordings == 1
		                    ? lm_run_id(f->arena, run, task.wording)
		                    : arena_printf(f->arena, "#" STR_FMT, STR_ARG(task.wording));
		memset(&state->samples, 0, sizeof state->samples);
		for (struct member row = val_first(m.val); row.ok && val_is(m.val, SCAN_ARRAY); row = val_next(row))
			if (lm_is_sample(row.val))
				lm_sample(f, row.val, id, task, &state->samples);
	}
}

static void read_results(struct fields *f, struct val root)
{
	struct results r = results_of(f, root);
	struct str run = results_run(f, root, name_of(f->im).run);
	for (size_t i = 0; i < r.n_wordings; i++) {
		struct str wording = r.wordings[i], id = lm_run_id(f->arena, run, wording);
		if (!run.len && r.n_wordings > 1)
			id = arena_printf(f->arena, "#" STR_FMT, STR_ARG(wording));
		tell_results(&r, id, wording);
	}
	read_inner_samples(f, val_get(root, "samples"), run, &r);
}

static void read_sample(struct fields *f, struct val row)
{
	struct lm_eval_state *state = f->im->state;
	struct lm_name name = name_of(f->im);
	struct lm_task task = lm_task_of(name.task);
	struct str id = lm_run_id(f->arena, name.run, task.wording);
	if (!state->samples.told) {
		struct eval_run run = run_start(LM_EVAL_FAMILY);
		run.id = id;
		run.dataset = task.base;
		run.model = name.model;
		run.prompt_name = task.wording.len ? task.base : STR_NONE;
		run.prompt_version = task.wording;
		sink_run(f->im->sink, &run);
	}
	state->samples.told = true;
	lm_sample(f, row, id, task, &state->samples);
}

static bool is_results(struct val root)
{
	return val_is(val_get(root, "results"), SCAN_OBJECT);
}

static bool lm_eval_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	(void)err;
	if (lm_is_sample(rec->root))
		read_sample(&f, rec->root);
	else if (is_results(rec->root))
		read_results(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped", "%s",
		               val_is(rec->root, SCAN_OBJECT) ? "neither results nor a sample: no doc_id, no results"
		                                              : "not an object");
	fields_done(&f);
	return true;
}

/* ---------------------------------------------------------------- detection */

/* "results.TASK.acc_stderr,none" (since 0.4), "results.TASK.acc_stderr": among many tasks the other members may not be seen. */
static bool has_stderr(const struct sample *sample)
{
	for (size_t i = 0; i < sample->n_keys; i++)
		if (str_starts(sample->keys[i], "results.") &&
		    (str_find(sample->keys[i], STR_LIT("_stderr,")) != SIZE_MAX ||
		     str_ends(sample->keys[i], "_stderr")))
			return true;
	return false;
}

static int lm_eval_probe(const struct sample *sample, const char **why)
{
	bool doc = sample_has(sample, "doc_id"), answers = sample_has(sample, "resps");
	bool results = sample_has(sample, "results"), versions = sample_has(sample, "versions");
	bool error = has_stderr(sample);
	*why = "no doc_id with resps, no results with configs";
	if (doc && answers && (sample_has(sample, "filtered_resps") || sample_has(sample, "arguments"))) {
		*why = "rows have doc_id, resps and filtered_resps or arguments";
		return 96;
	}
	if (doc && sample_has(sample, "doc") && str_starts(sample->name, "samples_") && !sample->whole) {
		*why = "called samples_…, the first row has doc_id and doc";
		return 70;
	}
	if (results && sample_has(sample, "configs") && (versions || sample_has(sample, "n-shot"))) {
		*why = "has results, configs and versions or n-shot";
		return error ? 96 : 92;
	}
	if (results && versions && sample_has(sample, "config")) {
		*why = "has results, versions and config";
		return error ? 90 : 80;
	}
	if (results && error) {
		*why = "results of tasks have a standard error";
		return 75;
	}
	return 0;
}

const struct format format_lm_eval = {
    .name = "lm-eval",
    .title = "lm-evaluation-harness",
    .spec_url = "https://github.com/EleutherAI/lm-evaluation-harness/blob/main/lm_eval/loggers/evaluation_tracker.py",
    .how = "rows with doc_id, resps and filtered_resps; or results with configs, versions or n-shot",
    .fills =
        "one eval run per folder and stamp (results with its samples), case results, a score per metric and filter",
    .example =
        "samples: {\"doc_id\":0,\"doc\":{…},\"target\":\"…\",\"arguments\":{…},\"resps\":[…],\"filtered_resps\":[…],"
        "\"acc\":1.0} · results: {\"results\":{\"TASK\":{\"acc,none\":0.9}},\"configs\":{…},\"versions\":{…}}",
    .secrets = lm_eval_secrets,
    .lenient = true,
    .stateful = true,
    .placed = true,
    .state_size = sizeof(struct lm_eval_state),
    .state_done = lm_eval_state_done,
    .probe = lm_eval_probe,
    .record = lm_eval_record,
};
