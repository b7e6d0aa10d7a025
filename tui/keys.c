#include "tui/keys.h"

#include <string.h>

#include "tui/app.h"
#include "tui/keyed.h"
#include "tui/screen.h"

static void each_of(const char *screen, const char *where, const struct action *actions, cmd_key_row *row, void *to)
{
	for (const struct action *a = actions; a && a->name; a++) {
		struct buf keys = BUF_INIT;
		action_keys(&keys, a);
		row(to, &(struct cmd_key){screen, where, buf_cstr(&keys), a->name, keyed_in(actions, a->help)});
		buf_done(&keys);
	}
}

void keys_each(cmd_key_row *row, void *to)
{
	screen_common_actions = app_actions;
	each_of("everywhere", "Everywhere", app_actions, row, to);
	for (size_t i = 0; screens[i]; i++)
		if (strcmp(screens[i]->name, "help") != 0)
			each_of(screens[i]->name, screens[i]->title, screens[i]->actions, row, to);
}

void keys_each_name(void (*each)(void *to, const char *name), void *to)
{
	static const char none[] = "\xef\xbf\xbd"; /* key_name of what has none */
	char text[16];
	each(to, key_name(' ', text));
	for (int key = KEY_BASE + 1; key < KEY_NONE; key++)
		if (strcmp(key_name(key, text), none) != 0)
			each(to, key_name(key, text));
}
