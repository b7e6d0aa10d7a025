#include "tui/app_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/keyed.h"
#include "tui/path_words.h"
#include "tui/settings.h"
#include "tui/term.h"

bool app_start_import(struct app *app, char *const *paths, size_t n, bool follow, struct err *err)
{
	struct import_opts opts = {.now_ns = app_clock_ns(app), .map = app->opts->map};
	app->import_seen = 0;
	app->import = import_start(app->opts->store, paths, n, &opts, follow, term_wake, err);
	return app->import != NULL;
}

/* The files this session was given; standard input only comes once. Without any: the one that is looked at. */
static bool start_following(struct app *app, struct str shown, struct err *err)
{
	const struct app_opts *o = app->opts;
	if (o->n_paths && strcmp(o->paths[0], "-") != 0)
		return app_start_import(app, o->paths, o->n_paths, true, err);
	if (!shown.len || str_is(shown, "-"))
		return err_set(err, ERR_USAGE, NULL, "no file to follow here: spoor --follow FILE");
	free(app->follow_path);
	app->follow_path = xstrndup(shown);
	if (access(app->follow_path, R_OK) != 0)
		return err_set(err, ERR_INPUT, NULL, "%.200s: %s", app->follow_path, strerror(errno));
	return app_start_import(app, &app->follow_path, 1, true, err);
}

enum outcome app_follow(struct screen *s, const struct input *in, struct target *t)
{
	struct app *app = app_of(s->ui);
	struct err err = ERR_INIT;
	(void)in, (void)t;
	if (app->import && import_follows(app->import)) {
		import_ask_to_stop(app->import);
		return OUT_HANDLED;
	}
	if (app->import) {
		ui_say(s->ui, "%s", keyed("still importing: {F} follows when that is done"));
		return OUT_HANDLED;
	}
	if (!start_following(app, s->ops->file ? s->ops->file(s) : STR_NONE, &err))
		ui_fail(s->ui, &err);
	return OUT_HANDLED;
}

static enum outcome import_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct app *app = app_of(s->ui);
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	(void)t;
	path_of_line(in->argument, &path);
	if (!path.len) {
		buf_done(&path);
		return OUT_HANDLED;
	}
	if (app->import) {
		ui_say(s->ui, "still importing: again when that is done");
		buf_done(&path);
		return OUT_HANDLED;
	}
	free(app->follow_path);
	app->follow_path = buf_detach(&path);
	if (app->read_only)
		err_set(&err, ERR_STORE, NULL, "the store can only be read");
	else if (access(app->follow_path, R_OK) != 0)
		err_set(&err, ERR_INPUT, NULL, "%.200s: %s", app->follow_path, strerror(errno));
	else
		app->import_jump = app_start_import(app, &app->follow_path, 1, false, &err);
	ui_fail(s->ui, &err);
	return OUT_HANDLED;
}

static const struct action import_line = {.name = "import-file", .keys = "", .help = "", .run = import_answer};

enum outcome app_import_file(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return import_answer(s, in, t);
	*t = (struct target){.prompt = "read file or folder: ", .answer = &import_line, .words = "/"};
	return OUT_PROMPT;
}

/* It was the first screen before anything was known of the store, which has eval runs alone. */
static void leave_empty_list(struct app *app)
{
	if (app->stack.n == 1 && strcmp(app_top(app)->ops->name, "traces") == 0 && strcmp(app_home(app), "traces") != 0)
		app_close_top(app);
}

/* What the files hold decides where to go: one trace → its tree, runs → the runs, else the list of traces. */
static void jump_to_imported(struct app *app, const struct import_report *r)
{
	int64_t traces = 0, runs = 0, source = 0, n_sources = 0;
	for (size_t i = 0; i < r->n_files; i++) {
		traces += r->files[i].held.traces;
		runs += r->files[i].held.runs;
		n_sources += r->files[i].source != 0;
		if (r->files[i].source)
			source = n_sources == 1 ? r->files[i].source : 0;
	}
	struct target t = {.screen = runs > 0 ? "runs" : "traces", .id2 = source};
	if (runs == 0 && traces == 1 && source) {
		t = (struct target){.screen = "trace", .id2 = source};
	}
	const bool welcomes = strcmp(app_top(app)->ops->name, "welcome") == 0;
	if (traces + runs == 0) {
		if (app->empty && !welcomes) /* where it says why */
			app_open_screen(app, &(struct target){.screen = "welcome"});
		return;
	}
	app->empty = false;
	if (welcomes && app->stack.n > 1)
		app_close_top(app);
	if (strcmp(t.screen, "traces") == 0 && strcmp(app_top(app)->ops->name, "traces") == 0)
		app_close_top(app);
	leave_empty_list(app);
	app_open_screen(app, &t);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* ", 3 spans"; nothing for 0. */
static void add_count(struct buf *out, int64_t n, const char *what)
{
	if (!n)
		return;
	buf_add_cstr(out, out->len ? ", " : "");
	units_thousands(out, n);
	buf_printf(out, " %s%s", what, n == 1 ? "" : "s");
}

/* All files of a report. */
struct sum {
	int64_t traces, spans, cases, fresh, problems;
	const struct problem *first; /* NULL: none */
};

static struct sum sum_of(const struct import_report *r)
{
	struct sum sum = {.traces = 0};
	for (size_t i = 0; i < r->n_files; i++) {
		sum.first = !sum.first && r->files[i].n_problems ? &r->files[i].problems[0] : sum.first;
		sum.problems += r->files[i].problems_total;
		sum.traces += r->files[i].held.traces;
		sum.spans += r->files[i].held.spans;
		sum.cases += r->files[i].held.cases;
		sum.fresh += r->files[i].fresh.spans + r->files[i].fresh.cases + r->files[i].fresh.traces;
	}
	return sum;
}

/* The only one is said as it is; `briefly`: more is said after it. */
static void say_problems(struct buf *text, const struct sum *sum, bool briefly)
{
	if (sum->problems == 1 && sum->first && !briefly) {
		buf_printf(text, "; 1 problem: " STR_FMT, STR_ARG(sum->first->reason));
		return;
	}
	add_count(text, sum->problems, "problem");
	if (sum->problems && !briefly)
		buf_add_cstr(text, " (spoor doctor --problems)");
}

static bool of_samples(const struct app *app, const struct import_report *r)
{
	return app->opts->samples && app->opts->n_paths && r->n_files && str_is(r->files[0].file, app->opts->paths[0]);
}

static void say_counts(struct buf *text, const struct sum *sum)
{
	add_count(text, sum->traces, "trace");
	add_count(text, sum->spans, "span");
	add_count(text, sum->cases, "case");
	if (!text->len)
		buf_add_cstr(text, "nothing imported");
	else if (!sum->fresh)
		buf_add_cstr(text, ", all known");
}

/* What was read; a mistake in the settings that was said at the start is not lost over it. */
static void say_imported(struct app *app, const struct import_report *r)
{
	const struct sum sum = sum_of(r);
	bool nothing = !(sum.traces || sum.spans || sum.cases);
	struct buf text = BUF_INIT, mistake = BUF_INIT;
	if (app->mistake_waits)
		settings_say(&mistake);
	if (nothing && sum.first) { /* the reason matters more here than where the file lies */
		buf_printf(&text, "%s: ", base_name(sum.first->file));
		if (sum.first->record)
			buf_printf(&text, "byte %llu: ", (unsigned long long)sum.first->offset);
		buf_add_str(&text, sum.first->reason);
	} else {
		say_counts(&text, &sum);
		if (!of_samples(app, r)) /* theirs are planted */
			say_problems(&text, &sum, mistake.len > 0);
	}
	if (mistake.len)
		buf_printf(&text, "; %s", buf_cstr(&mistake));
	ui_say(&app->ui, "%s", buf_cstr(&text));
	app->ui.message_is_error = (sum.problems > 0 && nothing) || mistake.len > 0;
	app->mistake_waits = false;
	buf_done(&mistake);
	buf_done(&text);
}

void app_start_index(struct app *app)
{
	struct err err = ERR_INIT;
	app->index = index_start(app->opts->store, app->ui.now_ns, term_wake, &err);
	if (err.code != ERR_NONE) {
		ui_fail(&app->ui, &err);
		app->draw = true;
	}
}

static void end_import(struct app *app)
{
	struct err err;
	bool ok;
	const struct import_report *report = import_report_of(app->import, &ok, &err);
	app->ui.generation++;
	app->ask = true;
	if (ok && import_follows(app->import)) {
		ui_say(&app->ui, "no longer following");
	} else if (ok) {
		say_imported(app, report);
		if (app->import_jump && app->opts->open) /* what was asked for is there by now, if it comes at all */
			app_open_link(app, str_of(app->opts->open), false);
		else if (app->import_jump)
			jump_to_imported(app, report);
	} else {
		ui_fail(&app->ui, &err);
	}
	import_stop(app->import);
	app->import = NULL;
	app_start_index(app);
}

void app_watch_import(struct app *app)
{
	if (!app->import)
		return;
	struct import_progress *p = import_progress_of(app->import);
	int64_t generation = atomic_load(&p->generation);
	app->draw = true;
	if (import_news(app->import, app->ui.message, sizeof app->ui.message))
		app->ui.message_is_error = false;
	if (app->import_jump && atomic_load(&p->caught_up)) {
		app->import_jump = false;
		if (atomic_load(&p->cases) && !atomic_load(&p->traces)) {
			leave_empty_list(app);
			app_open_screen(app, &(struct target){.screen = "runs"});
		}
	}
	if (generation != app->import_seen) {
		app->import_seen = generation;
		app->ui.generation++;
		app->ask = true;
	}
	if (import_is_done(app->import))
		end_import(app);
}

/* Behind everything else; an import that begins later waits for no more than a transaction of it. */
void app_watch_index(struct app *app)
{
	if (!app->index)
		return;
	bool done = index_is_done(app->index);
	if (index_has_news(app->index)) {
		app->ui.generation++;
		app->ask = true;
	}
	if (!done) {
		int percent = index_percent(app->index);
		app->draw |= percent != app->index_drawn;
		app->index_drawn = percent;
		return;
	}
	index_stop(app->index);
	app->index = NULL;
	app->draw = true;
}
