/* A log's head → eval run. The same in a JSON log (members beside "samples") and in an archive (header.json). */
#include "import/inspect_private.h"

#include "import/redact.h"

const char *const inspect_head_secrets[] = {"**.api_key",       "**.apiKey",        "**.api-key",
                                            "**.Authorization", "**.authorization", NULL};

struct val head_get(const struct inspect_head *head, const char *key)
{
	for (size_t i = 0; i < sizeof head->own / sizeof *head->own; i++) {
		struct val v = val_get(head->own[i], key);
		if (val_ok(v))
			return v;
	}
	return frame_get(head->frame, key, false);
}

/* ---------------------------------------------------------------- names */

static struct str eval_text(const struct inspect *in, const char *key)
{
	return field_text(in->f, val_get(in->eval, key));
}

/* eval_id came in 2025; before that a run (one call of eval) and a task in it name a log. */
struct str inspect_run_id(const struct inspect *in)
{
	struct str id = eval_text(in, "eval_id"), run = eval_text(in, "run_id"), task = eval_text(in, "task_id");
	if (in->headless || (!id.len && !run.len && !task.len))
		return STR_LIT("#log");
	if (id.len)
		return id;
	return arena_printf(in->f->arena, STR_FMT "%s" STR_FMT, STR_ARG(run), run.len && task.len ? "/" : "",
	                    STR_ARG(task));
}

static struct str without_namespace(struct str name)
{
	for (size_t at; (at = str_find_char(name, '/')) != SIZE_MAX && at + 1 < name.len;)
		name = str_from(name, at + 1);
	return name;
}

struct str inspect_task(const struct inspect *in)
{
	return without_namespace(eval_text(in, "task"));
}

/* Several tasks may share a dataset, and take different parts of it for what is asked. */
static struct str dataset_of(const struct inspect *in)
{
	struct str name = field_text(in->f, val_path(in->eval, "dataset.name")), task = inspect_task(in);
	if (!name.len || str_eq(name, task))
		return task;
	return task.len ? arena_printf(in->f->arena, STR_FMT " · " STR_FMT, STR_ARG(name), STR_ARG(task)) : name;
}

/* ---------------------------------------------------------------- prompt */

static void add_template(struct buf *out, const struct inspect *in, struct val v)
{
	struct str text = val_is(v, SCAN_STRING) ? inspect_text(in, v) : STR_NONE;
	if (!str_trim(text).len)
		return;
	if (out->len)
		buf_add_cstr(out, "\n\n");
	buf_add_str(out, str_trim(text));
}

/* The templates of the solvers in their order. Not a sample's first system message: that one is rendered. */
static struct str prompt_text(const struct inspect *in)
{
	static const char *const names[] = {"template", "system_message", "system_prompt",
	                                    "prompt",   "instructions",   "prompt_template"};
	struct buf out = BUF_INIT;
	for (struct member m = val_first(val_get(head_get(&in->head, "plan"), "steps")); m.ok; m = val_next(m)) {
		struct val params = val_get(m.val, "params");
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			struct val v = val_get(params, names[i]);
			add_template(&out, in, val_is(v, SCAN_OBJECT) ? val_get(v, "instructions") : v);
		}
	}
	struct str text = out.len ? arena_str(in->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

static struct str without_secrets(const struct inspect *in, struct str json)
{
	struct val root = fields_scan(in->f, json);
	struct buf out = BUF_INIT;
	uint64_t n_bytes = 0;
	if (root.scan && redact(root, inspect_head_secrets, false, &out, &n_bytes))
		json = arena_str(in->f->arena, buf_str(&out));
	buf_done(&out);
	return json;
}

static struct str prompt_version(const struct inspect *in)
{
	struct val version = val_get(in->eval, "task_version"), args = val_get(in->eval, "task_args");
	struct buf out = BUF_INIT;
	buf_add_str(&out, field_text(in->f, version));
	if (val_first(args).ok) {
		if (out.len)
			buf_add_char(&out, ' ');
		struct buf json = BUF_INIT;
		scan_canonical(&json, args);
		buf_add_str(&out, without_secrets(in, arena_str(in->f->arena, buf_str(&json))));
		buf_done(&json);
	}
	struct str text = out.len ? arena_str(in->f->arena, buf_str(&out)) : STR_NONE;
	buf_done(&out);
	return text;
}

/* ---------------------------------------------------------------- aggregates */

static bool has_metric(const struct metric_list *list, struct str name)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->at[i].name, name))
			return true;
	return false;
}

/* With several reducers of epochs a scorer is there once for each. */
static void add_metric(struct metric_list *list, const struct inspect *in, struct str scorer, struct str reducer,
                       struct str metric, struct val value)
{
	struct arena *a = in->f->arena;
	double number;
	if (val_is(value, SCAN_OBJECT))
		value = val_get(value, "value");
	if (!val_is(value, SCAN_NUMBER) || !val_double(value, &number))
		return;
	struct str name = arena_printf(a, STR_FMT "/" STR_FMT, STR_ARG(scorer), STR_ARG(metric));
	if (reducer.len && has_metric(list, name))
		name = arena_printf(a, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(scorer), STR_ARG(reducer),
		                    STR_ARG(metric));
	metric_add(list, a, name, number);
}

static void add_scorer(struct metric_list *list, const struct inspect *in, struct val scorer, struct val metrics)
{
	struct arena *a = in->f->arena;
	struct val named = FIELD_ANY(scorer, "name", "scorer");
	struct str name = val_is(scorer, SCAN_OBJECT) ? val_text(named, a) : val_text(scorer, a);
	struct str reducer = val_text(val_get(scorer, "reducer"), a), full = val_str(val_get(scorer, "scorer"), a);
	if (full.len && name.len && !inspect_is_scorer(full, name)) /* one of the keys of its values */
		name = arena_printf(a, STR_FMT "." STR_FMT, STR_ARG(without_namespace(full)), STR_ARG(name));
	for (struct member m = val_first(metrics); m.ok && val_is(metrics, SCAN_OBJECT); m = val_next(m))
		add_metric(list, in, name.len ? name : STR_LIT("score"), reducer, member_key(m, a), m.val);
}

static void add_results(struct metric_list *list, const struct inspect *in)
{
	struct val results = head_get(&in->head, "results"), scores = val_get(results, "scores");
	for (struct member m = val_first(scores); m.ok && val_is(scores, SCAN_ARRAY); m = val_next(m))
		add_scorer(list, in, m.val, val_get(m.val, "metrics"));
	if (!val_is(scores, SCAN_ARRAY)) /* until 2024 a log had one scorer */
		add_scorer(list, in, val_get(results, "scorer"), val_get(results, "metrics"));
}

/* ---------------------------------------------------------------- configuration */

/* What Python writes and JSON does not know becomes a text. */
static void add_strict(struct buf *out, struct val v)
{
	const struct scan_token *tokens = v.scan->tokens;
	struct str raw = val_raw(v);
	size_t done = 0, from = val_offset(v);
	for (uint32_t i = v.i; i < tokens[v.i].next; i++) {
		if (tokens[i].type != SCAN_NAN)
			continue;
		buf_add_str(out, str_cut(raw, done, tokens[i].at - from - done));
		scan_quote(out, str_cut(raw, tokens[i].at - from, tokens[i].len));
		done = tokens[i].at - from + tokens[i].len;
	}
	if (done)
		buf_add_str(out, str_from(raw, done));
	else
		scan_compact(out, v);
}

void inspect_member(struct buf *out, struct str name, struct val v)
{
	if (!val_ok(v))
		return;
	buf_add_char(out, out->len ? ',' : '{');
	scan_quote(out, name);
	buf_add_char(out, ':');
	add_strict(out, v);
}

void inspect_member_text(struct buf *out, struct str name, struct str text)
{
	if (!text.len)
		return;
	buf_add_char(out, out->len ? ',' : '{');
	scan_quote(out, name);
	buf_add_char(out, ':');
	scan_quote(out, text);
}

static bool is_one_of(struct member m, const char *const *names)
{
	for (; *names; names++)
		if (member_is(m, *names))
			return true;
	return false;
}

static void add_members(struct buf *out, const struct inspect *in, struct val object, const char *const *without)
{
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m)) {
		bool empty = (val_is(m.val, SCAN_OBJECT) || val_is(m.val, SCAN_ARRAY)) && !val_first(m.val).ok;
		if (!empty && !is_one_of(m, without))
			inspect_member(out, member_key(m, in->f->arena), m.val);
	}
}

static void close_object(struct buf *out)
{
	if (out->len)
		buf_add_char(out, '}');
}

/* Of dataset all but the list of ids, which may be as long as the samples. */
static void add_dataset(struct buf *out, const struct inspect *in)
{
	static const char *const without[] = {"sample_ids", NULL};
	struct buf inner = BUF_INIT;
	add_members(&inner, in, val_get(in->eval, "dataset"), without);
	close_object(&inner);
	if (inner.len) {
		buf_add_cstr(out, out->len ? ",\"dataset\":" : "{\"dataset\":");
		buf_add_str(out, buf_str(&inner));
	}
	buf_done(&inner);
}

/* Without a status it is the journal of a run that has not ended. */
struct str inspect_status(const struct inspect *in)
{
	struct str status = field_text(in->f, head_get(&in->head, "status"));
	return status.len ? status : STR_LIT("started");
}

static struct str config_of(const struct inspect *in)
{
	static const char *const told[] = {"eval_id", "created", "dataset", NULL};
	static const char *const results_told[] = {"scores", "scorer", "metrics", NULL};
	static const char *const head[] = {"version", "error", "plan", "stats", "invalidated", "log_updates"};
	struct buf out = BUF_INIT, results = BUF_INIT;
	inspect_member_text(&out, STR_LIT("status"), inspect_status(in));
	add_members(&out, in, in->eval, told);
	add_dataset(&out, in);
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		inspect_member(&out, str_of(head[i]), head_get(&in->head, head[i]));
	add_members(&results, in, head_get(&in->head, "results"), results_told);
	close_object(&results);
	if (results.len) {
		buf_add_cstr(&out, ",\"results\":");
		buf_add_str(&out, buf_str(&results));
	}
	close_object(&out);
	struct str json = without_secrets(in, arena_str(in->f->arena, buf_str(&out)));
	buf_done(&out);
	buf_done(&results);
	return json;
}

/* ---------------------------------------------------------------- the run */

void inspect_tell_run(const struct inspect *in)
{
	struct eval_run run = run_start(INSPECT);
	struct metric_list metrics = {0};
	struct str model = eval_text(in, "model");
	run.id = inspect_run_id(in);
	run.name = eval_text(in, "task");
	run.dataset = dataset_of(in);
	run.model = model;
	if (str_find_char(model, '/') != SIZE_MAX)
		run.provider = str_cut(model, 0, str_find_char(model, '/'));
	run.prompt_name = run.name;
	run.prompt_version = prompt_version(in);
	run.prompt_text = prompt_text(in);
	run.created_ns = field_time(in->f, val_get(in->eval, "created"), "eval.created");
	run.config = config_of(in);
	add_results(&metrics, in);
	run_take_metrics(&run, &metrics);
	sink_run(in->f->im->sink, &run);
}
