/* The explorer's own parts without a terminal: keys on screens that are not in the product, over a store's query thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/store.h"
#include "tui/app_state.h"

/* ---------------------------------------------------------------- a screen that goes on by itself once it has its answer */

static char story[16]; /* what happened to it: r(un), t(ake), y (its value was asked for), c(lose) */
static bool wants;     /* an answer */

static void tell(char what)
{
	size_t n = strlen(story);
	assert_true(n + 1 < sizeof story);
	story[n] = what;
	story[n + 1] = '\0';
}

static void *want(struct screen *s)
{
	(void)s;
	void *request = wants ? xcalloc(1, 1) : NULL;
	wants = false;
	return request;
}

static bool answer(struct db *from, void *request, struct err *err)
{
	(void)from, (void)request, (void)err;
	return true;
}

static void take(struct screen *s, void *request, bool ok)
{
	(void)s;
	assert_true(ok);
	tell('t');
	free(request);
}

static bool goes(struct screen *s, struct target *out, bool *instead)
{
	(void)s, (void)out;
	return *instead = true;
}

static bool value(const struct screen *s, enum copy what, struct buf *out)
{
	(void)s, (void)what, (void)out;
	tell('y');
	return false; /* nothing to be given out: no terminal is needed */
}

static void closed(struct screen *s)
{
	(void)s;
	tell('c');
}

static enum outcome run(struct screen *s, const struct input *in, struct target *t)
{
	(void)in, (void)t;
	app_be_current(app_of(s->ui));
	tell('r');
	return OUT_HANDLED;
}

static const struct action actions[] = {
    {.name = "waits", .keys = "x", .help = "", .run = run},
    ACTIONS_END
};
static const struct screen_ops below_ops = {.name = "below", .actions = actions};
static const struct screen_ops going_ops = {.name = "going",
                                            .actions = actions,
                                            .ask = want,
                                            .fetch = answer,
                                            .take = take,
                                            .goes = goes,
                                            .copy = value,
                                            .close = closed};

/* ---------------------------------------------------------------- the program around it */

static struct app app;
static const struct app_opts opts = {.now_ns = 1};

static void wake(void)
{
}

static void push(const struct screen_ops *ops)
{
	struct screen *s = xcalloc(1, sizeof *s);
	*s = (struct screen){.ops = ops, .ui = &app.ui, .state = xcalloc(1, 1), .serial = ++app.serial};
	*vec_add(&app.stack) = s;
}

static void begin(void)
{
	struct err err = ERR_INIT;
	app = (struct app){.opts = &opts};
	app.queries = query_start(store_path, wake, &err);
	assert_non_null(app.queries);
	prompt_init(&app.prompt, &app.ui, ++app.serial);
	push(&below_ops);
	push(&going_ops);
	story[0] = '\0';
	wants = true;
}

static void end(void)
{
	query_quit(app.queries);
	app_take_answers(&app);
	while (app.stack.n)
		app_close_top(&app);
	query_free(app.queries);
	prompt_done(&app.prompt);
	vec_done(&app.stack);
	vec_done(&app.held);
}

/* As if typed ahead; ^M for Enter. */
static void type(const char *keys)
{
	for (; *keys; keys++)
		*vec_add(&app.held) = *keys == '\r' ? KEY_RETURN : *keys;
	app_obey_held(&app);
}

/* What waits for the store has the screen in its hands until it returns: the screen goes on after that, however early its answer comes. */
static void goes_on_between_actions_only(void **state)
{
	(void)state;
	static const struct {
		const char *keys, *story;
	} cases[] = {
	    {"x",         "tr"}, /* the screen's own action */
	    {"yi",        "ty"}, /* the program's: a key that an action waits for */
	    {":copy i\r", "ty"}, /* and a line */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		begin();
		type(cases[i].keys);
		/* What came of the keys may have settled already: but it was whole before the screen was closed. */
		assert_memory_equal(story, cases[i].story, 2);
		app_go_on(&app);
		assert_string_equal(story + 2, "c");
		assert_ptr_equal(app_top(&app)->ops, &below_ops);
		app_go_on(&app);
		assert_int_equal(app.stack.n, 1);
		end();
	}
}

/* A line that is typed is meant for the screen it was begun on. */
static void goes_on_when_the_line_is_done(void **state)
{
	(void)state;
	begin();
	type(":");
	app_ask(&app);
	app_go_on(&app);
	assert_string_equal(story, "t");
	type("\r");
	app_go_on(&app);
	assert_string_equal(story, "tc");
	end();
}

/* What another screen's answer asked for is not asked of the one that came above it. */
static void goes_on_from_the_top_only(void **state)
{
	(void)state;
	begin();
	app.acting = true;
	app_ask(&app);
	app.acting = false;
	push(&below_ops);
	app_go_on(&app);
	assert_string_equal(story, "t");
	assert_int_equal(app.stack.n, 3);
	end();
}

/* ---------------------------------------------------------------- lines */

static void say_of_line(const char *line, const char *screen, const char *text, const char *message)
{
	struct target t = {0};
	struct screen s = {.ops = &below_ops, .ui = &app.ui};
	struct input in = {.key = KEY_NONE, .argument = str_of(line)};
	app.ui.message[0] = '\0';
	assert_int_equal(app_command(&s, &in, &t), OUT_PROMPT);
	enum outcome outcome = t.answer->run(&s, &in, &t);
	if (message) {
		assert_int_equal(outcome, OUT_HANDLED);
		assert_string_equal(app.ui.message, message);
	} else {
		assert_int_equal(outcome, OUT_OPEN);
		assert_string_equal(t.screen, screen);
		assert_string_equal(t.text, text);
	}
}

/* ":name" is an action, a command of spoor with its argument, or a screen; what shows a thing under the cursor is not opened by name. */
static void lines(void **state)
{
	(void)state;
	begin();
	say_of_line("runs", "runs", "", NULL);
	say_of_line("  prompts   dispute agent ", "prompts", "dispute agent", NULL);
	say_of_line("prompts", "prompts", "", NULL);
	say_of_line("session abc", "session", "abc", NULL);
	say_of_line("search two words", "search", "two words", NULL);
	say_of_line("search-all x", "search", "x", NULL);
	say_of_line("session", NULL, NULL, "no command \"session\" here (? lists them)");
	say_of_line("trace", NULL, NULL, "no command \"trace\" here (? lists them)");
	say_of_line("waist", NULL, NULL, "no command \"waist\" here (did you mean waits?)");
	say_of_line(" ", NULL, NULL, "");
	end();
}

int main(void)
{
	setenv("XDG_STATE_HOME", "/dev/null/none", 1); /* what is typed is not kept */
	const struct CMUnitTest tests[] = {cmocka_unit_test(goes_on_between_actions_only),
	                                   cmocka_unit_test(goes_on_when_the_line_is_done),
	                                   cmocka_unit_test(goes_on_from_the_top_only), cmocka_unit_test(lines)};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
