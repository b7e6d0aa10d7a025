/* The table of screens. A new one: its file in tui/screen/ and a row here. */
#include <string.h>

#include "tui/screen.h"

extern const struct screen_ops screen_compare, screen_help, screen_runs, screen_trace, screen_traces;

const struct screen_ops *const screens[] = {
    &screen_compare, &screen_help, &screen_runs, &screen_trace, &screen_traces, NULL,
};

const struct action *screen_common_actions;

const struct screen_ops *screen_named(const char *name)
{
	for (size_t i = 0; screens[i]; i++)
		if (strcmp(screens[i]->name, name) == 0)
			return screens[i];
	return NULL;
}
