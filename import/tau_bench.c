/* tau-bench and tau2-bench: an agent, a simulated user and a domain's tools. tau-bench writes a list of {task_id, reward, info, traj, trial};
 * tau2-bench one object with info, tasks and simulations, or results.json without simulations and one file each in simulations/ beside it.
 * A case is a task, its trials are repeats; the domain is the dataset. It passes with the whole reward. An agent that gave up, or ran into
 * a limit, failed; what broke around it (infrastructure_error, an exception of tau-bench's own) is an error. The conversation is a trace
 * (tau_talk.c). tau-bench names neither model nor domain: the file's name is all there is.
 * Sources: sierra-research/tau-bench run.py, types.py; tau2-bench data_model/simulation.py, message.py; a real record, a real results.json. */
#include "import/tau_bench.h"

#include "store/base/text.h"

enum { SLOT_DOC, SLOT_SIMULATION, SLOT_INDEX };

#define WHOLE (1 - 1e-6)

static const struct record_path tau_paths[] = {
    {"",                   SLOT_DOC       },
    {"simulations[]",      SLOT_SIMULATION},
    {"simulation_index[]", SLOT_INDEX     },
    {NULL,                 0              },
};

struct tau_state {
	bool told;
};

/* ---- the run */

/* RUN.json; RUN/results.json with RUN/simulations/ID.json. */
static struct str run_name(const struct import *im, bool simulation)
{
	struct str stem = source_stem(im), folder = source_folder(im, 0);
	if (simulation)
		return str_is(folder, "simulations") ? source_folder(im, 1) : folder.len ? folder : stem;
	return str_is(stem, "results") && folder.len ? folder : stem;
}

static struct eval_run run_begin(const struct import *im, bool simulation)
{
	struct eval_run run = run_start("tau-bench");
	run.name = run_name(im, simulation);
	run.id = run.name.len ? run.name : STR_LIT("#run");
	return run;
}

/* What tau2-bench says of the whole run. */
static void tell_info(const struct fields *f, struct val info, struct val timestamp)
{
	struct eval_run run = run_begin(f->im, false);
	struct val environment = val_get(info, "environment_info");
	run.model = field_text(f, val_path(info, "agent_info.llm"));
	run.dataset = field_text(f, val_get(environment, "domain_name"));
	run.prompt_text = field_text(f, val_get(environment, "policy"));
	if (run.prompt_text.len)
		run.prompt_name =
		    arena_printf(f->arena, STR_FMT "%spolicy", STR_ARG(run.dataset), run.dataset.len ? " " : "");
	run.created_ns = field_time(f, timestamp, "timestamp");
	run.config = fields_rest(f, info, (const char *const[]){"environment_info", NULL});
	sink_run(f->im->sink, &run);
}

/* ---- the task */

static struct val task_named(const struct fields *f, struct val tasks, struct str id)
{
	for (struct member m = val_first(tasks); m.ok && val_is(tasks, SCAN_ARRAY); m = val_next(m))
		if (str_eq(field_text(f, val_get(m.val, "id")), id))
			return m.val;
	return VAL_NONE;
}

/* tau2's instructions have parts: "reason_for_call: …", each a paragraph. */
static struct str instructions(const struct fields *f, struct val v)
{
	struct buf text = BUF_INIT;
	if (!val_is(v, SCAN_OBJECT))
		return field_text(f, v);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (!val_ok(m.val))
			continue;
		buf_add_cstr(&text, text.len ? "\n\n" : "");
		buf_add_str(&text, member_key(m, f->arena));
		buf_add_cstr(&text, ": ");
		buf_add_str(&text, val_text(m.val, f->arena));
	}
	struct str kept = text.len ? arena_str(f->arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return kept;
}

static void take_task(const struct fields *f, struct case_result *res, struct val sim)
{
	static const char *const own[] = {"instruction", "user_id", "annotator", NULL};
	struct val old = val_path(sim, "info.task");
	struct val task = task_named(f, frame_get(f->rec->frame, "tasks", false), res->key);
	if (val_is(old, SCAN_OBJECT)) {
		res->input = field_text(f, val_get(old, "instruction"));
		res->expected = fields_rest(f, old, own);
		return;
	}
	res->input = instructions(f, val_path(task, "user_scenario.instructions"));
	if (!res->input.len)
		res->input = field_text(f, val_get(task, "user_scenario"));
	res->expected = field_text(f, val_get(task, "evaluation_criteria"));
}

/* ---- the verdict */

static bool is_word_in(struct str word, const char *const *words)
{
	for (; *words; words++)
		if (str_is(word, *words))
			return true;
	return false;
}

/* What ended the conversation before its time; NULL: nobody counts it as the agent's. */
static void take_end(const struct fields *f, struct case_result *res, struct val sim)
{
	static const char *const broken[] = {"infrastructure_error", "unexpected_error", "context_window_exceeded",
	                                     NULL};
	static const char *const given_up[] = {"agent_error", "user_error", "too_many_errors",
	                                       "max_steps",   "timeout",    NULL};
	struct str reason = field_text(f, val_get(sim, "termination_reason"));
	struct str raised = field_text(f, val_path(sim, "info.error"));
	if (is_word_in(reason, broken) || (raised.len && val_get(sim, "traj").scan)) {
		res->status = CASE_ERROR;
		res->error = raised.len ? raised : reason;
	} else if (is_word_in(reason, given_up)) {
		res->error = reason;
	}
}

static void take_assertions(const struct fields *f, struct score_list *scores, struct val list)
{
	for (struct member m = val_first(list); m.ok && val_is(list, SCAN_ARRAY); m = val_next(m)) {
		if (!val_ok(val_get(m.val, "met")))
			continue;
		struct score *score = score_add(scores, f->arena, field_text(f, val_get(m.val, "nl_assertion")));
		score_value(f, score, val_get(m.val, "met"));
		score->pass = pass_of_value(f, val_get(m.val, "met"));
		score->explanation = field_text(f, val_get(m.val, "justification"));
		score->source = SOURCE_JUDGE;
	}
}

static void take_reward(const struct fields *f, struct case_result *res, struct score_list *scores, struct val sim)
{
	struct val info = val_get(sim, "reward_info"), breakdown = val_get(info, "reward_breakdown");
	double reward = field_number(f, FIELD_ANY(sim, "reward"), "reward");
	if (IS_UNKNOWN(reward))
		reward = field_number(f, val_get(info, "reward"), "reward_info.reward");
	if (!IS_UNKNOWN(reward) && res->status != CASE_ERROR) {
		struct score *score = score_add(scores, f->arena, STR_LIT("reward"));
		score->value = reward;
		score->threshold = 1;
		score->pass = reward >= WHOLE;
		score->source = SOURCE_CODE;
		score->explanation = field_text(f, FIELD_ANY(val_get(info, "info"), "note"));
		res->status = status_of_pass(score->pass);
	}
	for (struct member m = val_first(breakdown); m.ok && val_is(breakdown, SCAN_OBJECT); m = val_next(m)) {
		double value;
		if (!val_double(m.val, &value))
			continue;
		struct score *score = score_add(scores, f->arena, member_key(m, f->arena));
		score->value = value;
		score->source = str_is(score->name, "NL_ASSERTION") ? SOURCE_JUDGE : SOURCE_CODE;
	}
	take_assertions(f, scores, val_get(info, "nl_assertions"));
}

/* ---- records */

/* The members that became something else; what remains of the reward's making is metadata. Of a spoken conversation's ticks, sound and all, it
 * says how many there are. */
static struct str metadata_of(struct fields *f, struct val sim)
{
	static const char *const mapped[] = {"traj", "messages", "ticks",    "reward",     "task_id",     "trial",
	                                     "id",   "info",     "duration", "agent_cost", "reward_info", NULL};
	static const char *const in_info[] = {"task", "error", "reward_info", NULL};
	static const char *const in_reward[] = {"reward", "reward_breakdown", "nl_assertions", NULL};
	struct val reward = val_get(sim, "reward_info"), ticks = val_get(sim, "ticks");
	struct rest rest = {.json = BUF_INIT};
	rest_add_all(&rest, sim, mapped);
	rest_add_all(&rest, val_get(sim, "info"), in_info);
	rest_add_all(&rest, val_is(reward, SCAN_OBJECT) ? reward : val_path(sim, "info.reward_info"), in_reward);
	if (val_is(ticks, SCAN_ARRAY))
		rest_add(&rest, STR_LIT("ticks"), fields_scan(f, arena_printf(f->arena, "%u", val_count(ticks))));
	return rest_end(&rest, f, NULL);
}

static struct str trace_id(const struct fields *f, struct str run, const struct case_result *res, struct val sim)
{
	struct str id = field_text(f, val_get(sim, "id"));
	if (id.len)
		return id;
	return arena_printf(f->arena, STR_FMT "/" STR_FMT "/%lld", STR_ARG(run), STR_ARG(res->key),
	                    (long long)res->repeat);
}

static void read_simulation(struct fields *f, struct val sim, const struct eval_run *run)
{
	struct case_result res = case_start("tau-bench");
	struct score_list scores = {0};
	int64_t trial = field_count(f, val_get(sim, "trial"), "trial");
	bool old = val_get(sim, "traj").scan != NULL;
	struct tau_talk talk = {.messages = val_get(sim, old ? "traj" : "messages")};
	res.run_id = run->id;
	res.part = true;
	res.key = field_text(f, val_get(sim, "task_id"));
	res.title = arena_printf(f->arena, "task " STR_FMT, STR_ARG(res.key));
	res.repeat = trial == UNKNOWN_INT ? 0 : trial;
	take_task(f, &res, sim);
	take_end(f, &res, sim);
	take_reward(f, &res, &scores, sim);
	case_take_scores(&res, &scores);
	res.cost_usd = field_number(f, val_get(sim, "agent_cost"), "agent_cost");
	res.latency_ns = field_duration(f, val_get(sim, "duration"), 1000000000, "duration");
	res.metadata = metadata_of(f, sim);
	if (val_first(talk.messages).ok && val_is(talk.messages, SCAN_ARRAY)) {
		struct val info = frame_get(f->rec->frame, "info", false);
		talk.trace_id = res.trace_id = trace_id(f, run->id, &res, sim);
		talk.name = res.repeat ? arena_printf(f->arena, STR_FMT " trial %lld", STR_ARG(res.title),
		                                      (long long)res.repeat)
		                       : res.title;
		talk.input = res.input;
		talk.error = res.error;
		talk.model = field_text(f, val_path(info, "agent_info.llm"));
		talk.user_model = field_text(f, val_path(info, "user_info.llm"));
		talk.start_ns = field_time(f, val_get(sim, "start_time"), "start_time");
		talk.end_ns = field_time(f, val_get(sim, "end_time"), "end_time");
		tau_talk(f, &talk);
		res.output = talk.output;
		res.tokens_in = talk.tokens_in;
		res.tokens_out = talk.tokens_out;
	}
	sink_case(f->im->sink, &res);
}

/* tau-bench's agent is told the policy first. */
static void tell_old_run(const struct fields *f, struct val sim, struct eval_run *run)
{
	struct val first = val_at(val_get(sim, "traj"), 0);
	if (val_str_is(val_get(first, "role"), "system")) {
		run->prompt_text = field_text(f, val_get(first, "content"));
		run->prompt_name = STR_LIT("policy");
	}
	sink_run(f->im->sink, run);
}

static bool is_simulation(struct val v)
{
	return val_is(v, SCAN_OBJECT) && val_ok(val_get(v, "task_id")) &&
	       (val_get(v, "reward").scan || val_get(v, "termination_reason").scan || val_get(v, "reward_info").scan);
}

static void skipped(struct import *im, const struct record *rec)
{
	import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
	               "no task_id with a reward or a termination_reason");
}

static bool tau_record(struct import *im, const struct record *rec, struct err *err)
{
	struct tau_state *state = im->state;
	struct fields f = fields_of(im, rec);
	struct val v = rec->root;
	bool alone = rec->slot == SLOT_DOC && !val_get(v, "traj").scan;
	struct eval_run run = run_begin(im, alone);
	(void)err;
	if (rec->slot == SLOT_DOC && val_is(val_get(v, "info"), SCAN_OBJECT) && !is_simulation(v)) {
		tell_info(&f, val_get(v, "info"), val_get(v, "timestamp"));
	} else if (!is_simulation(v)) {
		skipped(im, rec);
	} else {
		if (rec->slot != SLOT_DOC && !state->told)
			tell_info(&f, frame_get(rec->frame, "info", false), frame_get(rec->frame, "timestamp", false));
		else if (rec->slot == SLOT_DOC)
			tell_old_run(&f, v, &run);
		state->told = true;
		read_simulation(&f, v, &run);
	}
	fields_done(&f);
	return true;
}

/* A run without simulations, or one whose info came behind them. */
static bool tau_frame_end(struct import *im, const struct frame *frame, struct err *err)
{
	const struct tau_state *state = im->state;
	struct record none = {.number = 0, .frame = frame};
	struct fields f = fields_of(im, &none);
	(void)err;
	if (frame->level == 0 && !im->decoding && (frame->late || !state->told))
		tell_info(&f, val_get(frame->root, "info"), val_get(frame->root, "timestamp"));
	fields_done(&f);
	return true;
}

static int tau_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	*why = "no task_id with reward and traj, no info.agent_info with tasks";
	if (str_is(sample->conversion, "csv") || !val_is(v, SCAN_OBJECT))
		return 0;
	if (val_get(v, "task_id").scan && val_get(v, "reward").scan && val_get(v, "traj").scan) {
		*why = "task_id, reward and traj";
		return 95;
	}
	if (val_path(v, "info.agent_info").scan &&
	    (val_path(v, "info.environment_info").scan || val_path(v, "info.user_info").scan)) {
		*why = "info with agent_info and user_info";
		return 94;
	}
	if (val_get(v, "task_id").scan && val_get(v, "termination_reason").scan &&
	    (val_get(v, "reward_info").scan || val_get(v, "messages").scan || val_get(v, "ticks").scan)) {
		*why = "task_id and termination_reason with reward_info or messages";
		return 93;
	}
	return 0;
}

const struct format format_tau_bench = {
    .name = "tau-bench",
    .title = "tau-bench and tau2-bench results",
    .spec_url = "https://github.com/sierra-research/tau2-bench",
    .how = "task_id, reward and traj; info.agent_info with tasks and simulations; or one simulation",
    .fills = "a run for each file or folder, a case per task with its trials, its conversation as a trace",
    .example = "{\"info\":{\"agent_info\":{\"llm\":\"gpt-4.1\"},…},\"tasks\":[…],\"simulations\":[{\"task_id\":\"0\","
               "\"trial\":0,…}]}",
    .seen = "one real tau-bench record, one results.json without simulations; the rest from tau2's own data model",
    .paths = tau_paths,
    .placed = true,
    .state_size = sizeof(struct tau_state),
    .probe = tau_probe,
    .record = tau_record,
    .frame_end = tau_frame_end,
};
