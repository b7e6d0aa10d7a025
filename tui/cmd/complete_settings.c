/* What could come next behind --set: names of settings, of what stands in their tables, and their values. */
#include <string.h>

#include "tui/cmd/complete.h"
#include "tui/columns_lists.h"
#include "tui/settings.h"

static void list_names(struct completion *c, const char *table)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		complete_add(c, arena_printf(&c->arena, "%s.%s=", table, l->name), str_of(l->help), true);
}

static void action_name(void *to, const struct cmd_key *key)
{
	struct completion *c = to;
	struct str about = arena_printf(&c->arena, "%s  %s", key->keys, key->help);
	complete_add(c, arena_printf(&c->arena, "keys.%s.%s=", key->screen, key->action), about, true);
}

static void screen_name(void *to, const struct cmd_key *key)
{
	struct completion *c = to;
	complete_add(c, arena_printf(&c->arena, "keys.%s.", key->screen), str_of(key->where), true);
}

/* Screens first: all their actions would be too many to read. */
static void key_names(struct completion *c)
{
	struct str rest = str_from(complete_part(c), strlen("keys."));
	if (cmd_each_key)
		cmd_each_key(str_find_char(rest, '.') == SIZE_MAX ? screen_name : action_name, c);
}

static void names(struct completion *c)
{
	for (const struct setting *s = setting_rows; s->name; s++) {
		struct str begin = arena_printf(&c->arena, "%s.", s->name);
		if (s->type != SETTING_TABLE)
			complete_add(c, arena_printf(&c->arena, "%s=", s->name), str_of(s->help), true);
		else if (!str_starts(complete_part(c), begin.ptr))
			complete_add(c, begin, str_of(s->help), true);
		else if (strcmp(s->name, "keys") == 0)
			key_names(c);
		else
			list_names(c, s->name);
	}
}

static void column_names(struct completion *c, const struct list_kind *list)
{
	struct str part = complete_part(c);
	size_t at = part.len;
	while (at && part.ptr[at - 1] != ',')
		at--;
	c->stays.len += at;
	for (const struct column *col = list->columns; col->name; col++)
		complete_add(c, str_of(col->name), str_of(col->title), false);
}

static void member_values(struct completion *c, struct str name)
{
	size_t dot = str_find_char(name, '.');
	struct str member = str_from(name, dot == SIZE_MAX ? name.len : dot + 1);
	for (const struct list_kind *l = list_kinds; l->name; l++)
		if (str_is(member, l->name) && str_starts(name, "columns."))
			column_names(c, l);
		else if (str_is(member, l->name) && str_starts(name, "filters."))
			complete_filter(c, (int)l->over);
}

static void values(struct completion *c, const struct setting *s)
{
	struct str rest = str_of(s->choices ? s->choices : "true false"), word;
	if (s->type == SETTING_THEME)
		complete_takes(c, TAKES_THEME);
	else if (s->type == SETTING_PATH)
		c->files = true;
	else if (s->type == SETTING_BOOL || s->type == SETTING_CHOICE)
		while (str_split(&rest, ' ', &word))
			complete_add(c, word, STR_NONE, false);
}

void complete_setting(struct completion *c)
{
	struct str part = complete_part(c);
	size_t equals = str_find_char(part, '=');
	if (equals == SIZE_MAX) {
		names(c);
		return;
	}
	struct str name = str_cut(part, 0, equals);
	const struct setting *s = setting_named(name);
	c->stays = str_cut(c->typed, 0, c->stays.len + equals + 1);
	if (s)
		values(c, s);
	else
		member_values(c, name);
}
