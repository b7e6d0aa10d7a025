#include "tui/app_state.h"

#include <stdlib.h>
#include <string.h>

#include "tui/config.h"
#include "tui/keyed.h"
#include "tui/marked.h"
#include "tui/open_link.h"
#include "tui/views.h"

struct screen *app_top(const struct app *app)
{
	BUG_ON(app->stack.n == 0 || !app->stack.at);
	return app->stack.at[app->stack.n - 1];
}

void app_close_top(struct app *app)
{
	struct screen *s = app_top(app);
	marked_free(s);
	views_leave(app->memory, s);
	if (s->ops->close)
		s->ops->close(s);
	free(s->view);
	free(s->state);
	free(s);
	app->stack.n--;
	keyed_for(app->stack.n ? app->stack.at[app->stack.n - 1]->ops->actions : NULL);
	app->ask = app->draw = true;
}

/* A screen that is already open on the same thing is gone back to, so that Traces → Runs → Traces does not pile up. */
static bool go_back_to(struct app *app, const struct target *t)
{
	if (t->id != 0 || t->text[0] || t->span || t->line[0] || t->sort[0])
		return false;
	for (size_t i = 0; i < app->stack.n; i++) {
		struct target place = {0};
		struct screen *s = app->stack.at[i];
		if (strcmp(s->ops->name, t->screen) != 0)
			continue;
		if (s->ops->place)
			s->ops->place(s, &place);
		if (place.id != 0)
			continue;
		while (app->stack.n > i + 1)
			app_close_top(app);
		return true;
	}
	return false;
}

bool app_open_screen(struct app *app, const struct target *t)
{
	const struct screen_ops *ops = t->screen ? screen_named(t->screen) : NULL;
	BUG_ON(!ops);
	if (go_back_to(app, t))
		return true;
	struct screen *s = xcalloc(1, sizeof *s);
	struct err err = ERR_INIT;
	s->ops = ops;
	s->ui = &app->ui;
	s->serial = ++app->serial;
	s->mask_turn = app->mask_turn;
	s->state = xcalloc(1, ops->state_size);
	struct target with = *t;
	if (!app->opts->n_paths)
		config_filter(&with);
	if (ops->open && !ops->open(s, &with, &err)) {
		ui_fail(&app->ui, &err);
		free(s->state);
		free(s);
		return false;
	}
	s->usual = with.text[0] && !t->text[0];
	s->visit = s->visit && !s->usual;
	if (app->stack.n)
		views_leave(app->memory, app_top(app));
	*vec_add(&app->stack) = s;
	keyed_for(s->ops->actions);
	views_come(app->memory, s);
	app->ask = app->draw = true;
	return true;
}

bool app_open_place(struct ui *ui, const struct target *t, struct str link)
{
	struct app *app = app_of(ui);
	if (app->stack.n > 2 && views_is_of(app->stack.at[app->stack.n - 2], link))
		app_close_top(app);
	if (app->stack.n > 1 && views_is_of(app_top(app), link))
		app_close_top(app);
	app->opened = app_open_screen(app, t);
	return app->opened;
}

/* Screens below the one that shows are not asked for anything yet, and have no name of their own so long. */
bool app_open_again(struct ui *ui, const struct target *t, const char *view)
{
	struct app *app = app_of(ui);
	if (!app_open_screen(app, t))
		return false;
	if (!app_top(app)->view && !app_top(app)->visit)
		app_top(app)->view = xstrdup(view);
	return true;
}

/* Not while a line or a text is typed either: what is done with it is the screen's that asked for it. */
void app_go_on(struct app *app)
{
	struct target t = {0};
	if (app->prompt.on || app->write.on)
		return;
	struct screen *s = app_top(app);
	bool instead = false, asked = app->goes == s->serial;
	app->goes = 0;
	if (!asked || !s->ops->goes || !s->ops->goes(s, &t, &instead))
		return;
	if (instead && app->stack.n > 1)
		app_close_top(app);
	if (t.screen)
		app->opened = app_open_screen(app, &t);
}

/* The list nearest below the screen that has hits. */
static struct screen *hits_below(struct app *app)
{
	for (size_t i = app->stack.n - 1; i > 0; i--)
		if (app->stack.at[i - 1]->ops->hit)
			return app->stack.at[i - 1];
	return NULL;
}

void app_go_to_hit(struct app *app, bool forward)
{
	struct target t = {0};
	struct screen *list = hits_below(app);
	enum hit hit = list ? list->ops->hit(list, forward, &t) : HIT_NONE;
	if (hit == HIT_WAITS) {
		app_ask_below(app, list);
		hit = list->ops->hit(list, forward, &t);
	}
	if (hit == HIT_WAITS)
		ui_say(&app->ui, "more are being looked for: again in a moment");
	else if (hit == HIT_NONE && !app->ui.message[0])
		ui_say(&app->ui, forward ? "that was the last one" : "that was the first one");
	if (hit != HIT_FOUND)
		return;
	while (app_top(app) != list)
		app_close_top(app);
	app->opened = app_open_screen(app, &t);
}

bool app_open_link(struct app *app, struct str text, bool first)
{
	struct err err = ERR_INIT;
	void *request = open_link_new(text, app->ui.now_ns);
	if (!app_fetch_now(&app->ui, &open_link_ops, request, &err)) {
		ui_fail(&app->ui, &err);
		return false;
	}
	const struct link_found *found = open_link_found(request);
	const char *last = found->at[found->n - 1].screen;
	bool ends = first && (strcmp(last, "review") == 0 || strcmp(last, "queues") == 0), ok = true;
	if (first && (ends || strcmp(found->at[0].screen, "traces") != 0))
		ok = app_open_screen(app, &(struct target){.screen = "traces"});
	for (size_t i = ends ? found->n - 1 : !first && found->n > 1 ? 1 : 0; ok && i < found->n; i++) {
		struct target t = found->at[i];
		if (ends)
			t.id2 = 1; /* leaving it leaves the program */
		ok = app_open_screen(app, &t);
	}
	open_link_ops.take(NULL, request, true);
	app->opened = true;
	return ok;
}
