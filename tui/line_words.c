#include "tui/line_words.h"

#include <string.h>

#include "store/base/vec.h"
#include "tui/app.h"
#include "tui/theme.h"

static const char own[] = "default";

const struct list_kind *list_that_shows(const struct screen *s)
{
	if (!s->ops->columns)
		return list_kind_of_screen(s->ops->name);
	const struct column *table = s->ops->columns(s);
	return table ? list_kind_of(table) : NULL;
}

static bool has_word(const struct line_word *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i].word, word) == 0)
			return true;
	return false;
}

/* Of all lists the screen shows. sorts: only those that the list can be ordered by. */
static size_t column_words(const struct action *actions, bool sorts, struct arena *arena, const struct line_word **out)
{
	const char *screen = "";
	size_t most = 1, n = 0;
	for (size_t i = 0; screens[i]; i++)
		if (screens[i]->actions == actions)
			screen = screens[i]->name;
	for (const struct list_kind *l = list_kinds; l->name; l++)
		for (const struct column *c = l->columns; c->name; c++)
			most++;
	struct line_word *words = arena_zalloc(arena, most + 1, sizeof *words);
	for (const struct list_kind *l = list_kinds; l->name; l++)
		for (const struct column *c = l->columns; l->screen && strcmp(l->screen, screen) == 0 && c->name; c++)
			if ((!sorts || c->sort) && !has_word(words, n, c->name))
				words[n++] = (struct line_word){c->name, c->title};
	if (n && !sorts)
		words[n++] = (struct line_word){own, "as they were"};
	*out = words;
	return n;
}

static size_t theme_words(struct arena *arena, const struct line_word **out)
{
	const char *const *names;
	size_t n = theme_names(arena, &names);
	struct line_word *words = arena_zalloc(arena, n + 1, sizeof *words);
	for (size_t i = 0; i < n; i++)
		words[i].word = names[i];
	*out = words;
	return n;
}

size_t line_words(const struct action *actions, struct str name, struct arena *arena, const struct line_word **out,
                  bool *several)
{
	*several = str_is(name, "columns");
	if (*several || str_is(name, "sort"))
		return column_words(actions, !*several, arena, out);
	return str_is(name, "theme") ? theme_words(arena, out) : 0;
}

/* The line with the columns there are, to be changed. */
static enum outcome ask_columns(struct screen *s, const struct list_kind *list, struct target *target)
{
	const struct action *command = action_named(app_actions, STR_LIT("command"));
	struct buf names = BUF_INIT;
	list_column_names(list, &names);
	enum outcome outcome = command->run(s, &(struct input){.key = KEY_NONE}, target);
	snprintf(target->line, sizeof target->line, "columns %s", buf_cstr(&names));
	buf_done(&names);
	return outcome;
}

static void say_chosen(struct screen *s, const struct list_kind *list)
{
	struct buf names = BUF_INIT;
	list_column_names(list, &names);
	ui_say(s->ui, ":columns default takes this back; for commands, too: config.json: \"columns\": {\"%s\": \"%s\"}",
	       list->name, buf_cstr(&names));
	buf_done(&names);
}

enum outcome choose_columns(struct screen *s, const struct input *in, struct target *target)
{
	const struct list_kind *list = list_that_shows(s);
	struct err err = ERR_INIT;
	if (!list) {
		ui_say(s->ui, "there are no columns to choose here");
		return OUT_HANDLED;
	}
	if (!in->argument.len)
		return ask_columns(s, list, target);
	if (str_is(in->argument, own)) {
		list_choose_again(list);
		ui_say(s->ui, "columns as they were");
	} else if (list_choose(list, in->argument, &err)) {
		say_chosen(s, list);
	} else {
		ui_fail(s->ui, &err);
		return OUT_HANDLED;
	}
	return OUT_REFRESH;
}
