/* The release sheet: ship, hold or not enough evidence, the checks it rests on, and what is behind each. B is judged against A by the
 * limits of a gate file ($SPOOR_GATE, or asked for here); the same as spoor gate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_release.h"

struct request {
	void *owner;
	uint64_t serial, generation;
	int64_t a, b, now_ns;
	struct release_answer answer;
	bool interrupted;
	char why[512];
};

static struct release_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- data */

static void *release_ask(struct screen *screen)
{
	static uint64_t serials;
	struct release_state *s = state_of(screen);
	list_set_page(&s->list, release_list_rows(screen));
	if (s->serial || ((s->failed || s->loaded) && s->generation == screen->ui->generation))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .a = s->a,
	                      .b = s->b,
	                      .now_ns = screen->ui->now_ns,
	                      .interrupted = true};
	snprintf(r->answer.file, sizeof r->answer.file, "%s", s->file);
	s->serial = r->serial;
	return r;
}

/* A file with mistakes is an answer, too: the screen shows them. */
static bool read_limits(struct request *r, bool *wrong, struct err *err)
{
	struct release_answer *answer = &r->answer;
	gate_limits_init(&answer->limits);
	*wrong = answer->file[0] &&
	         !gate_file_load(answer->file, r->now_ns, &answer->arena, &answer->limits, &answer->mistakes, err);
	return !*wrong || answer->mistakes.len > 0;
}

static bool release_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct gate_opts opts = {.now_ns = r->now_ns};
	bool wrong, ok = read_limits(r, &wrong, err);
	int64_t baseline = r->a;
	if (ok && !wrong) {
		ok = (r->a || gate_baseline(db, r->b, &r->answer.limits, &baseline, err)) &&
		     gate_judge(db, r->b, baseline, &r->answer.limits, &opts, &r->answer.g, err);
		r->answer.judged = ok;
	}
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	if (!ok)
		snprintf(r->why, sizeof r->why, "%s", err->text);
	return ok;
}

static void release_take(struct screen *screen, void *request, bool ok)
{
	struct release_state *s = state_of(screen);
	struct request *r = request;
	if (r->owner == s && r->serial == s->serial) {
		s->serial = 0;
		s->failed = !ok && !r->interrupted;
		if (!r->interrupted)
			s->generation = r->generation;
		snprintf(s->why, sizeof s->why, "%s", r->why);
		if (ok)
			release_adopt(s, &r->answer);
	}
	release_answer_done(&r->answer);
	free(r);
}

static bool release_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct release_state *s = state_of(screen);
	const char *set = getenv("SPOOR_GATE");
	if (!target->id)
		return err_set(err, ERR_USAGE, NULL, "a run is needed to judge");
	s->a = target->id2 ? target->id : 0;
	s->b = target->id2 ? target->id2 : target->id;
	s->from_environment = !target->line[0] && set && *set;
	snprintf(s->file, sizeof s->file, "%s", target->line[0] ? target->line : set ? set : "");
	list_init(&s->list);
	return true;
}

static void release_place(const struct screen *screen, struct target *out)
{
	const struct release_state *s = state_of(screen);
	*out = (struct target){.screen = "release", .id = s->a ? s->a : s->b, .id2 = s->a ? s->b : 0};
	if (!s->from_environment)
		snprintf(out->line, sizeof out->line, "%s", s->file);
}

static void release_close(struct screen *screen)
{
	struct release_state *s = state_of(screen);
	release_answer_done(&s->is);
	free(s->order);
}

static bool release_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct release_state *s = state_of(screen);
	const struct gate_check *c = release_cursor(s);
	if (what == COPY_LINK || what == COPY_VIEW) {
		if (!s->loaded || !s->is.judged)
			return false;
		if (s->is.g.has_baseline)
			return copy_link(out, "gate", s->is.g.compare.a.text, s->is.g.run.text);
		return copy_link(out, "gate", s->is.g.run.text, STR_NONE);
	}
	if (!s->loaded || !s->is.judged)
		return false;
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor gate");
		copy_word(out, s->is.g.run.text);
		if (s->is.g.has_baseline) {
			buf_add_cstr(out, " --baseline");
			copy_word(out, s->is.g.compare.a.text);
		}
		if (s->is.file[0]) {
			buf_add_cstr(out, " --file");
			copy_word(out, str_of(s->is.file));
		}
		return true;
	}
	return c && what != COPY_PATH && copy_str(out, what == COPY_ID ? c->name : c->reason);
}

/* ---------------------------------------------------------------- actions */

static enum outcome release_move(struct screen *screen, enum move move)
{
	list_move(&state_of(screen)->list, move);
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(release_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

/* The comparison, of these cases, the cursor on the first case that the check names. */
static void to_compare(const struct release_state *s, const struct gate_check *c, const char *filter,
                       struct target *target)
{
	*target = (struct target){.screen = "compare", .id = s->is.g.compare.a.id, .id2 = s->is.g.run.id};
	snprintf(target->line, sizeof target->line, "%s", filter);
	if (c->n_cases)
		snprintf(target->text, sizeof target->text, STR_FMT,
		         STR_ARG(str_cut(c->cases[0].key, 0, sizeof target->text - 1)));
}

static void to_traces(const struct release_state *s, struct target *target)
{
	struct buf filter = BUF_INIT;
	buf_add_cstr(&filter, "run:");
	filter_quote(&filter, s->is.g.run.text);
	*target = (struct target){.screen = "traces"};
	snprintf(target->text, sizeof target->text, "%s", buf_cstr(&filter));
	buf_done(&filter);
}

static void to_runs(const struct release_state *s, struct target *target)
{
	struct buf filter = BUF_INIT;
	buf_add_cstr(&filter, "dataset=");
	filter_quote(&filter, s->is.g.run.dataset);
	*target = (struct target){.screen = "runs"};
	snprintf(target->text, sizeof target->text, "%s", buf_cstr(&filter));
	buf_done(&filter);
}

/* Screens of parts of a comparison: of a field's values, of a score. */
static void to_part(const struct release_state *s, const struct gate_check *c, const char *screen,
                    struct target *target)
{
	*target = (struct target){.screen = screen, .id = s->is.g.compare.a.id, .id2 = s->is.g.run.id};
	snprintf(target->text, sizeof target->text, STR_FMT, STR_ARG(str_cut(c->field, 0, sizeof target->text - 1)));
}

ACTION(open_behind)
{
	(void)in;
	struct release_state *s = state_of(screen);
	const struct gate_check *c = release_cursor(s);
	if (!c)
		return OUT_HANDLED;
	bool pair = s->is.g.has_baseline && !s->is.g.compare.refused.len;
	if (c->behind == BEHIND_TREND) {
		to_runs(s, target);
		return OUT_OPEN;
	}
	if (c->behind == BEHIND_SLICES && !s->is.g.has_baseline) {
		*target = (struct target){.screen = "slices", .id = s->is.g.run.id};
		snprintf(target->text, sizeof target->text, STR_FMT,
		         STR_ARG(str_cut(c->field, 0, sizeof target->text - 1)));
		return OUT_OPEN;
	}
	if (c->behind == BEHIND_TRACES || !pair) {
		to_traces(s, target);
		return OUT_OPEN;
	}
	switch (c->behind) {
	case BEHIND_LOST: to_compare(s, c, "class:lost", target); break;
	case BEHIND_ERRORS: to_compare(s, c, "class:new_errors", target); break;
	case BEHIND_REPEATS: to_compare(s, c, "flaky:", target); break;
	case BEHIND_SLICES: to_part(s, c, "slices", target); break;
	case BEHIND_SCORES: to_part(s, c, "scores", target); break;
	case BEHIND_RUN:
	case BEHIND_COMPARE:
	case BEHIND_TRACES:
	case BEHIND_TREND: to_compare(s, c, "", target); break;
	}
	return OUT_OPEN;
}

ACTION(open_compare)
{
	(void)in;
	struct release_state *s = state_of(screen);
	const struct gate_check none = {.n_cases = 0};
	if (!s->is.judged || !s->is.g.has_baseline) {
		ui_say(screen->ui, "there is no baseline to compare with");
		return OUT_HANDLED;
	}
	to_compare(s, &none, "", target);
	return OUT_OPEN;
}

static void judge_again(struct release_state *s)
{
	s->failed = false;
	s->serial = 0; /* what is under way answers another question */
	s->loaded = false;
	release_answer_done(&s->is);
	list_init(&s->list);
}

ACTION(file_line)
{
	(void)target;
	struct release_state *s = state_of(screen);
	struct str name = str_trim(in->argument);
	if (name.len >= sizeof s->file) {
		ui_say(screen->ui, "that name is too long");
		return OUT_HANDLED;
	}
	snprintf(s->file, sizeof s->file, STR_FMT, STR_ARG(name));
	s->from_environment = false;
	judge_again(s);
	return OUT_REFRESH;
}

static const struct action file_answer = {.name = "gate-file-is", .keys = "", .help = "", .run = file_line};

ACTION(gate_file)
{
	if (in->argument.len)
		return file_line(screen, in, target);
	*target = (struct target){.prompt = "gate file: ", .answer = &file_answer};
	snprintf(target->line, sizeof target->line, "%s", state_of(screen)->file);
	return OUT_PROMPT;
}

/* clang-format off */
static const struct action actions[] = {
	{.name = "open", .keys = "Enter", .help = "what is behind the check: lost cases, new errors, slices, traces …", .hint = "behind it", .hint_order = 1, .run = open_behind},
	MOVE_ACTIONS,
	{.name = "compare", .keys = "=", .help = "the comparison it rests on", .hint = "compare", .hint_order = 2, .run = open_compare},
	{.name = "gate-file", .keys = "f", .help = "limits from a gate file (spoor help gate-file), read again with {R}; an empty name: none", .hint = "limits", .hint_order = 3, .run = gate_file},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- how it was left */

static void release_remember(const struct screen *screen, struct jout *out)
{
	remember_row(out, &state_of(screen)->list, STR_NONE);
}

static bool release_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct release_state *s = state_of(screen);
	(void)lately;
	if (!s->loaded)
		return s->failed;
	recall_row(kept, &s->list, -1);
	return true;
}

const struct screen_ops screen_release = {
    .name = "release",
    .title = "Release",
    .state_size = sizeof(struct release_state),
    .actions = actions,
    .open = release_open,
    .ask = release_ask,
    .fetch = release_fetch,
    .take = release_take,
    .draw = release_draw,
    .beside = release_beside,
    .headline = release_headline,
    .status = release_status,
    .place = release_place,
    .copy = release_copy,
    .remember = release_remember,
    .recall = release_recall,
    .close = release_close,
};
