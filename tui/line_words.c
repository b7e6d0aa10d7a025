#include "tui/line_words.h"

#include <string.h>

#include "store/base/vec.h"
#include "tui/columns_lists.h"
#include "tui/theme.h"

/* The list a screen shows; NULL: none whose columns can be chosen. */
static const struct list_kind *list_of_screen(const char *screen)
{
	const struct list_kind *list = list_kind_named(screen);
	return list && list->screen ? list : NULL;
}

/* sorts: only those that the list can be ordered by. */
static size_t column_words(const struct action *actions, bool sorts, struct arena *arena, const struct line_word **out)
{
	const struct list_kind *list = NULL;
	size_t all = 0, n = 0;
	for (size_t i = 0; screens[i] && !list; i++)
		if (screens[i]->actions == actions)
			list = list_of_screen(screens[i]->name);
	for (const struct column *c = list ? list->columns : NULL; c && c->name; c++)
		all++;
	struct line_word *words = arena_zalloc(arena, all + 1, sizeof *words);
	for (size_t i = 0; i < all; i++)
		if (!sorts || list->columns[i].sort)
			words[n++] = (struct line_word){list->columns[i].name, list->columns[i].title};
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

enum outcome choose_columns(struct screen *s, const struct input *in, struct target *target)
{
	const struct list_kind *list = list_of_screen(s->ops->name);
	struct err err = ERR_INIT;
	(void)target;
	if (!list) {
		ui_say(s->ui, "columns are chosen on the lists of traces and of runs");
		return OUT_HANDLED;
	}
	if (!in->argument.len)
		list_choose_again(list);
	else if (!list_choose(list, in->argument, &err)) {
		ui_fail(s->ui, &err);
		return OUT_HANDLED;
	}
	if (!in->argument.len)
		ui_say(s->ui, "columns as they were; :columns NAME,… chooses");
	s->ui->generation++; /* lists that keep their columns ask again */
	return OUT_REFRESH;
}
