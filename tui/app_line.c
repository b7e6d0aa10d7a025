#include "tui/app_state.h"

#include <string.h>

#include "store/base/near.h"
#include "tui/keyed.h"

/* Over all texts of the store; with a text at once. */
static enum outcome search_all_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct str text = str_trim(in->argument);
	if (!text.len)
		return OUT_HANDLED;
	if (strcmp(s->ops->name, "search") == 0)
		return action_named(s->ops->actions, STR_LIT("search"))->run(s, in, t);
	*t = (struct target){.screen = "search"};
	snprintf(t->text, sizeof t->text, STR_FMT, STR_ARG(str_cut(text, 0, sizeof t->text - 1)));
	return OUT_OPEN;
}

static const struct action search_all_line = {.name = "search-all", .keys = "", .help = "", .run = search_all_answer};

enum outcome app_search_all(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return search_all_answer(s, in, t);
	*t = (struct target){.prompt = "*", .answer = &search_all_line};
	return OUT_PROMPT;
}

static enum outcome ask_sql_answer(struct screen *s, const struct input *in, struct target *t)
{
	struct str text = str_trim(in->argument);
	if (!text.len)
		return OUT_HANDLED;
	*t = (struct target){.screen = "sql"};
	if (text.len >= sizeof t->line) {
		ui_say(s->ui, "too long for one line: spoor sql --file FILE answers it");
		return OUT_HANDLED;
	}
	snprintf(t->line, sizeof t->line, STR_FMT, STR_ARG(text));
	return OUT_OPEN;
}

static const struct action ask_sql_line = {.name = "sql", .keys = "", .help = "", .run = ask_sql_answer};

enum outcome app_ask_sql(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return ask_sql_answer(s, in, t);
	*t = (struct target){.prompt = "sql ", .answer = &ask_sql_line};
	return OUT_PROMPT;
}

/* ":open LINK". */
static enum outcome open_link_answer(struct screen *s, const struct input *in, struct target *t)
{
	(void)t;
	if (str_trim(in->argument).len)
		app_open_link(app_of(s->ui), in->argument, false);
	return OUT_HANDLED;
}

static const struct action open_link_line = {.name = "open-link", .keys = "", .help = "", .run = open_link_answer};

enum outcome app_ask_for_link(struct screen *s, const struct input *in, struct target *t)
{
	if (in->argument.len)
		return open_link_answer(s, in, t);
	*t = (struct target){.prompt = "open link ", .answer = &open_link_line};
	return OUT_PROMPT;
}

/* What ":name" runs; NULL: no action. With an argument some names mean what they mean as commands of spoor: `spoor search TEXT` is over
 * everything, `spoor open LINK` opens what is named; alone they are the screen's own. */
static const struct action *action_of_line(const struct screen *s, struct str name, bool argument)
{
	static const char *const commands[][2] = {
	    {"open",    "open-link" },
            {"search",  "search-all"},
            {"session", "session"   }
        };
	for (size_t i = 0; argument && i < sizeof commands / sizeof *commands; i++)
		if (str_is(name, commands[i][0]))
			return action_named(app_actions, str_of(commands[i][1]));
	const struct action *a = action_named(s->ops->actions, name);
	return a ? a : action_named(app_actions, name);
}

/* The screen that ":name" opens, and of which the argument says what it shows. False: none. */
static bool screen_of_line(struct str name, struct str argument, struct target *t)
{
	bool session = str_is(name, "session"); /* as spoor session ID */
	if (str_is(name, "trace") || str_is(name, "compare") || (session && !argument.len))
		return false; /* they show what the cursor is on somewhere */
	for (size_t i = 0; screens[i]; i++) {
		if (!str_is(name, screens[i]->name))
			continue;
		*t = (struct target){.screen = screens[i]->name};
		if (session || str_is(name, "prompts")) /* as spoor prompts NAME */
			snprintf(t->text, sizeof t->text, STR_FMT, STR_ARG(str_cut(argument, 0, sizeof t->text - 1)));
		return true;
	}
	return false;
}

static void say_unknown(struct screen *s, struct str name)
{
	struct near near = {.word = name};
	const struct action *tables[] = {s->ops->actions, app_actions};
	for (size_t k = 0; k < 2; k++)
		for (const struct action *a = tables[k]; a && a->name; a++)
			near_try(&near, a->name);
	struct buf meant = BUF_INIT;
	near_say(&near, &meant);
	ui_say(s->ui, "no command \"" STR_FMT "\" here%s", STR_ARG(str_cut(name, 0, 60)),
	       meant.len ? buf_cstr(&meant) : keyed(" ({?} lists them)"));
	buf_done(&meant);
	s->ui->message_is_error = true;
}

/* ":name argument": an action of this screen or the program, or a screen. */
static enum outcome run_line(struct screen *s, const struct input *in, struct target *t)
{
	struct str rest = str_trim(in->argument), name;
	if (!str_split(&rest, ' ', &name) || name.len == 0)
		return OUT_HANDLED;
	struct input with = {.key = KEY_NONE, .argument = rest.ptr ? str_trim(rest) : STR_NONE};
	const struct action *a = action_of_line(s, name, with.argument.len > 0);
	if (a)
		return a->run(s, &with, t);
	if (screen_of_line(name, with.argument, t))
		return OUT_OPEN;
	say_unknown(s, name);
	return OUT_HANDLED;
}

static const struct action line_answer = {.name = "line", .keys = "", .help = "", .run = run_line};

enum outcome app_command(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in;
	*t = (struct target){.prompt = ":", .answer = &line_answer};
	return OUT_PROMPT;
}
