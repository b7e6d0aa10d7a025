#include "tui/keys.h"

#include <string.h>

#include "tui/app.h"
#include "tui/screen.h"

typedef void key_row(void *to, const char *where, const char *keys, const char *action, const char *help);

static void each_of(const char *where, const struct action *actions, key_row *row, void *to)
{
	for (const struct action *a = actions; a && a->name; a++) {
		struct buf keys = BUF_INIT;
		action_keys(&keys, a);
		row(to, where, buf_cstr(&keys), a->name, a->help);
		buf_done(&keys);
	}
}

void keys_each(key_row *row, void *to)
{
	each_of("Everywhere", app_actions, row, to);
	for (size_t i = 0; screens[i]; i++)
		if (strcmp(screens[i]->name, "help") != 0)
			each_of(screens[i]->title, screens[i]->actions, row, to);
}
