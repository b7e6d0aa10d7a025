#include "tui/app_state.h"

#include <stdlib.h>

#include "tui/saying.h"
#include "tui/verdicts.h"
#include "tui/views.h"

enum {
	ANSWER_WAIT_MS =
	    15, /* the longest a key waits for the query thread before the screen is drawn with what there is */
	MASK_WAIT_MS = 50, /* the longest that M waits for an answer that is under way */
	CURRENT_MS = 2000, /* the longest that copying and the like wait for what they are to give out */
};

static struct screen *screen_of(struct app *app, uint64_t serial)
{
	for (size_t i = app->stack.n; i > 0; i--)
		if (app->stack.at[i - 1]->serial == serial)
			return app->stack.at[i - 1];
	return NULL;
}

/* An answer whose screen was closed meanwhile goes to a stand-in that only frees it. */
static void give(struct app *app, struct query_answer *a)
{
	struct screen *s = screen_of(app, a->owner);
	if (a->ticket <= app->mask_ticket) { /* asked with the other masking: as if it had been interrupted */
		a->ok = false;
		a->err.code = ERR_INTERRUPTED;
	}
	if (a->owner == app->prompt.screen.serial) {
		prompt_take(&app->prompt, a->request, a->ok);
		app->draw = true;
		return;
	}
	if (s) {
		s->ops->take(s, a->request, a->ok);
		s->answered |= a->ok;
		views_come(app->memory, s);
		if (!a->ok)
			ui_fail(&app->ui, &a->err);
	} else {
		struct screen gone = {.ops = a->ops, .ui = &app->ui, .state = xcalloc(1, a->ops->state_size)};
		a->ops->take(&gone, a->request, false);
		if (a->ops->close)
			a->ops->close(&gone);
		free(gone.state);
	}
	app->ask = app->draw = true;
	if (s && s == app_top(app))
		app->goes = s->serial;
}

/* Posted, and waited for as long as a key may. */
static void post(struct app *app, const struct screen *owner, void *request)
{
	struct query_answer a;
	query_post(app->queries, owner, ++app->ticket, request);
	while (query_take(app->queries, ANSWER_WAIT_MS, &a)) {
		give(app, &a);
		if (a.ticket == app->ticket)
			break;
	}
}

void app_ask(struct app *app)
{
	struct screen *s = app_top(app);
	app->ask = false;
	void *request = s->ops->ask ? s->ops->ask(s) : NULL;
	if (!request && !query_busy(app->queries))
		s->mask_turn = app->mask_turn; /* all it shows was read since then */
	if (request)
		post(app, s, request);
	app_go_on(app);
}

bool app_fetch_now(struct ui *ui, const struct screen_ops *ops, void *request, struct err *err)
{
	struct query_answer a;
	struct app *app = app_of(ui);
	struct screen stand_in = {.ops = ops, .ui = ui, .serial = ++app->serial};
	const uint64_t ticket = ++app->ticket;
	int64_t deadline = app_mono_ms() + CURRENT_MS;
	query_post(app->queries, &stand_in, ticket, request);
	app->ask = true; /* what a screen waited for may have been put off by this */
	while (app_mono_ms() < deadline) {
		if (!query_take(app->queries, ANSWER_WAIT_MS, &a))
			continue;
		if (a.ticket != ticket) {
			give(app, &a);
			continue;
		}
		*err = a.err;
		if (!a.ok)
			ops->take(&stand_in, request, false);
		return a.ok;
	}
	return err_set(err, ERR_SYSTEM, NULL, "the store does not answer: try again");
}

void app_ask_for_prompt(struct app *app)
{
	if (!app->prompt.on || query_busy(app->queries))
		return;
	void *request = prompt_ask(&app->prompt);
	if (request)
		post(app, &app->prompt.screen, request);
}

void app_ask_below(struct app *app, struct screen *s)
{
	void *request = s->ops->ask(s);
	if (request)
		post(app, s, request);
}

/* Keys may have been typed ahead of the details of the row under the cursor. */
void app_be_current(struct app *app)
{
	int64_t deadline = app_mono_ms() + CURRENT_MS;
	app->ui.moves = false;
	do {
		struct query_answer a;
		app_ask(app);
		if (query_busy(app->queries) && query_take(app->queries, ANSWER_WAIT_MS, &a))
			give(app, &a);
	} while ((app->ask || query_busy(app->queries)) && app_mono_ms() < deadline);
}

void app_take_answers(struct app *app)
{
	struct query_answer a;
	while (query_take(app->queries, 0, &a))
		give(app, &a);
}

/* What is nearly there comes first: an answer asked for with the other masking is thrown away (give). */
static void finish_queries(struct app *app)
{
	struct query_answer a;
	int64_t deadline = app_mono_ms() + MASK_WAIT_MS;
	while (query_busy(app->queries) && app_mono_ms() < deadline)
		if (query_take(app->queries, ANSWER_WAIT_MS, &a))
			give(app, &a);
	app_take_answers(app);
}

void app_set_mask(struct app *app, bool on)
{
	finish_queries(app);
	app->ui.masked = on;
	app->mask_turn++;
	app->mask_ticket = app->ticket;
	app->ui.generation++; /* all is asked for again */
	query_mask(app->queries, on);
	app_lay_out(app);
}

bool app_is_veiled(const struct app *app, const struct screen *s)
{
	return app->ui.masked && s->mask_turn != app->mask_turn;
}

void app_take_sayings(struct app *app)
{
	struct screen *s = app_top(app);
	struct saying *saying;
	while (s->ops->say && (saying = s->ops->say(s)))
		verdicts_post(app->verdicts, saying, s->serial, NULL);
}

static void said(struct app *app, struct verdict_answer *a)
{
	struct screen *s = screen_of(app, a->owner);
	app->ui.verdicts += a->ok;
	if (s && s->ops->said)
		s->ops->said(s, a->saying, a->ok, &a->err);
	else
		verdict_say(&app->ui, a);
	saying_free(a->saying);
	app->ask = app->draw = true;
}

/* What was said is most often on the disk before the frame that tells of it. */
void app_watch_verdicts(struct app *app)
{
	struct verdict_answer a;
	app_take_sayings(app);
	while (verdicts_take(app->verdicts, verdicts_waiting(app->verdicts, NULL, 0) ? ANSWER_WAIT_MS : 0, &a)) {
		said(app, &a);
		app_take_sayings(app);
	}
	if (verdicts_waiting(app->verdicts, NULL, 0)) /* how long it has waited is told */
		app->draw = true;
}
