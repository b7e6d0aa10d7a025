#include "tui/app_state.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/subject.h"
#include "tui/handoff.h"
#include "tui/keyed.h"
#include "tui/line_words.h"
#include "tui/marked.h"
#include "tui/open_link.h"
#include "tui/pane_step.h"
#include "tui/places.h"
#include "tui/review_key.h"
#include "tui/term.h"

static enum outcome quit(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	return OUT_QUIT;
}

static enum outcome back(struct screen *s, const struct input *in, struct target *t)
{
	if (in->key == KEY_ESCAPE && marked_n(s))
		return marked_none(s, in, t);
	return OUT_BACK;
}

/* The samples have a store of their own: the program goes on with that one. */
static enum outcome samples(struct screen *s, const struct input *in, struct target *t)
{
	(void)in;
	const struct app_opts *opts = app_of(s->ui)->opts;
	if (opts->samples) {
		*t = (struct target){.screen = "tour"};
		return OUT_OPEN;
	}
	if (!opts->to_samples) {
		ui_say(s->ui, "not from here: spoor samples");
		return OUT_HANDLED;
	}
	*opts->to_samples = true;
	return OUT_QUIT;
}

static enum outcome help(struct screen *s, const struct input *in, struct target *t)
{
	(void)in;
	if (strcmp(s->ops->name, "help") == 0)
		return OUT_HANDLED;
	*t = (struct target){.screen = "help"};
	snprintf(t->text, sizeof t->text, "%s", s->ops->name);
	return OUT_OPEN;
}

static enum outcome redraw(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	term_redraw();
	return OUT_HANDLED;
}

static enum outcome reload(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	s->ui->generation++;
	return OUT_REFRESH;
}

/* The theme after this one in the list of names, round the end. */
static void name_after(const char *name, char *out, size_t size)
{
	struct arena arena = ARENA_INIT;
	const char *const *names;
	size_t n = theme_names(&arena, &names), i = 0;
	while (i < n && strcmp(names[i], name) <= 0)
		i++;
	snprintf(out, size, "%s", n ? names[i < n ? i : 0] : name);
	arena_done(&arena);
}

static enum outcome next_theme(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	struct app *app = app_of(s->ui);
	struct theme fresh;
	struct err err = ERR_INIT;
	char name[128];
	if (in->argument.len)
		snprintf(name, sizeof name, STR_FMT, STR_ARG(str_cut(in->argument, 0, sizeof name - 1)));
	else
		name_after(app->theme.name, name, sizeof name);
	if (!theme_load(&fresh, name, &err)) {
		ui_fail(s->ui, &err);
		return OUT_HANDLED;
	}
	app->theme = fresh;
	term_set_theme(&app->theme);
	ui_say(s->ui, "theme %s", app->theme.name);
	return OUT_HANDLED;
}

static enum outcome mask(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	app_set_mask(app_of(s->ui), !s->ui->masked);
	ui_say(s->ui, "%s",
	       s->ui->masked ? keyed("personal data and secrets are masked; {M} shows them")
	                     : "personal data and secrets show again");
	return OUT_REFRESH;
}

void app_set_mouse(struct app *app, bool on)
{
	app->mouse = on && term_has_mouse();
	term_set_mouse(app->mouse);
	if (app->mouse)
		ui_say(&app->ui, "mouse on: Shift selects text");
	else
		ui_say(&app->ui, on ? "this terminal tells of no mouse (spoor doctor)" : "mouse off");
}

/* :mouse, :mouse on, :mouse off */
static enum outcome mouse(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	struct app *app = app_of(s->ui);
	bool named = str_is(in->argument, "on") || str_is(in->argument, "off");
	app_set_mouse(app, named ? str_is(in->argument, "on") : !app->mouse);
	return OUT_HANDLED;
}

static void look_at_body(struct ui *ui, struct buf *out)
{
	struct app *app = app_of(ui);
	app_paint(app);
	canvas_text(out, canvas_part(grid_canvas(&app->grid), 1, 0, ui->rows, ui->cols), false, true);
}

static enum outcome resize_pane(struct screen *s, int by)
{
	struct beside b;
	pane_step(s->ui, by, s->ops->beside && s->ops->beside(s, &b), look_at_body);
	app_lay_out(app_of(s->ui));
	return OUT_REFRESH;
}

static enum outcome pane_larger(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	return resize_pane(s, 1);
}

static enum outcome pane_smaller(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	return resize_pane(s, -1);
}

static enum outcome suspend(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	term_suspend();
	return OUT_HANDLED;
}

/* False, and said: what would be given out is not masked yet. */
bool app_may_give_out(struct app *app)
{
	app_be_current(app);
	if (!app_is_veiled(app, app_top(app)))
		return true;
	ui_say(&app->ui, "not given out: it is being masked; again in a moment");
	return false;
}

/* What is judged has a link, also where the screen has only row ids of it. */
static void copy_link_of_subject(struct screen *s)
{
	struct subject_at at = {.kind = SUBJECT_NONE};
	struct err err = ERR_INIT;
	bool is = s->ops->subject && s->ops->subject(s, &at) && at.kind != SUBJECT_NONE;
	void *request = is ? open_link_of(&at) : NULL;
	if (is && app_fetch_now(s->ui, &open_link_ops, request, &err)) {
		handoff_copy_link(s, open_link_text(request));
		open_link_ops.take(NULL, request, true);
	} else if (is) {
		ui_fail(s->ui, &err);
	} else {
		handoff_copy_view(s);
	}
}

void app_copy_choice(struct screen *s, int letter)
{
	if (letter == 'l' && !handoff_has_link(s))
		copy_link_of_subject(s);
	else
		handoff_copy(s, letter);
}

static enum outcome copy(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	if (in->argument.len) {
		if (app_may_give_out(app_of(s->ui)))
			app_copy_choice(s, in->argument.ptr[0]);
		return OUT_HANDLED;
	}
	app_of(s->ui)->copying = true;
	if (marked_n(s))
		ui_say(s->ui, "copy of %zu marked: v answers  p titles  i ids  l links  c command lines", marked_n(s));
	else
		ui_say(s->ui, HANDOFF_CHOICES);
	return OUT_HANDLED;
}

#define HANDOFF(name, does)                                                                  \
	static enum outcome name(struct screen *s, const struct input *in, struct target *t) \
	{                                                                                    \
		(void)in, (void)t;                                                           \
		if (app_may_give_out(app_of(s->ui)))                                         \
			does(s);                                                             \
		return OUT_REFRESH;                                                          \
	}
HANDOFF(show_in_pager, handoff_pager)
HANDOFF(show_in_editor, handoff_editor)
HANDOFF(print_plain, handoff_print)

/* name, keys, help, hint, order, run */
/* clang-format off */
const struct action app_actions[] = {
	{"bad", "-", "this answer is bad", NULL, 0, verdict_bad},
	{"alikes", "a A", "other answers that failed in the same way as this one", NULL, 0, verdict_alikes},
	{"back", "q Esc", "one level up; {q} at the first screen: quit", NULL, 0, back},
	{"columns", "", "columns of this list: :columns start,name,cost; alone: as they were", NULL, 0, choose_columns},
	{"command", ":", "type a command: any name of this list, or a screen", NULL, 0, app_command},
	{"copy", "y", "copy, then v: the value, p: its path, i: its id, c: the command line, l: a link", "copy", 35, copy},
	{"correct", "C", "the answer as it should be", NULL, 0, verdict_correct},
	{"editor", "V", "a copy of the value in $EDITOR", NULL, 0, show_in_editor},
	{"follow", "F", "go on reading the files as they grow; again: stop", NULL, 0, app_follow},
	{"go-to-mark", "'", "to a marked place: {'} and its letter; {'}' back to where you were", NULL, 0, places_go},
	{"good", "+", "this answer is good", NULL, 0, verdict_good},
	{"help", "? F1", "what the keys do here", "help", HELP_ORDER, help},
	{"import", "", "read a file or a folder: :import FILE", NULL, 0, app_import_file},
	{"larger", ";", "details larger, beside the list or below it, on all screens", NULL, 0, pane_larger},
	{"mark", "Space", "mark this row: what is said, reviewed or copied is of all marked", NULL, 0, marked_toggle},
	{"mark-all", "", "mark all rows that the list shows under its filter", NULL, 0, marked_all},
	{"mark-none", "", "mark none (so does {Esc}, after search and filter)", NULL, 0, marked_none},
	{"mask", "M", "mask personal data and secrets in all that shows, or show them again", NULL, 0, mask},
	{"mouse", "@", "the mouse: clicks and the wheel, or the terminal's own selecting again", NULL, 0, mouse},
	{"no-verdict", "", "no verdict on this answer any more: neither good, bad nor unsure", NULL, 0, verdict_none},
	{"note", "c", "a note on this answer", NULL, 0, verdict_note},
	{"open-link", "", "what a link names: :open trace:4bf92f35/span:00f067aa, or an id alone", NULL, 0, app_ask_for_link},
	{"pager", "v", "the value in $PAGER", NULL, 0, show_in_pager},
	{"print", "P", "the value as plain text outside of the screen", NULL, 0, print_plain},
	{"quit", "Q", "leave spoor", NULL, 0, quit},
	{"reason", "", "why this answer is bad: :reason outdated", NULL, 0, verdict_reason},
	{"redo", "^R", "say again what {u} took back", NULL, 0, verdict_redo},
	{"redraw", "^L", "draw the whole screen again", NULL, 0, redraw},
	{"reload", "R", "read the store again", NULL, 0, reload},
	{"review", "r", "judge what this list shows, one by one", NULL, 0, review_list},
	{"samples", "", "the sample data, in a store of its own that goes when you leave", NULL, 0, samples},
	{"search-all", "*", "search all inputs and outputs of all traces, as :search TEXT", NULL, 0, app_search_all},
	{"set-mark", "m", "mark this place by a letter; it is kept for the next time", NULL, 0, places_mark},
	{"smaller", ",", "details smaller", NULL, 0, pane_smaller},
	{"sql", "", "ask in SQL, as :sql select name, count(*) from spans group by name", NULL, 0, app_ask_sql},
	{"suspend", "^Z", "to the shell; fg comes back", NULL, 0, suspend},
	{"tag", "", "a word to find this answer by: :tag refunds", NULL, 0, verdict_tag},
	{"theme", "T", "next theme, or the one named", NULL, 0, next_theme},
	{"undo", "u", "take back what was said last", NULL, 0, verdict_undo},
	{"unsure", "~", "whether this answer is good cannot be told", NULL, 0, verdict_unsure},
	ACTIONS_END,
};
/* clang-format on */
