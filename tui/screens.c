/* The table of screens: a new one is its file in tui/screen/, which defines screen_NAME, and a row here. */
#include <string.h>

#include "tui/screen.h"

#define SCREENS(X)   \
	X(agreement) \
	X(alikes)    \
	X(begins)    \
	X(beside)    \
	X(case)      \
	X(checks)    \
	X(compare)   \
	X(help)      \
	X(insights)  \
	X(judges)    \
	X(ledger)    \
	X(noise)     \
	X(origins)   \
	X(path)      \
	X(prompts)   \
	X(propose)   \
	X(queues)    \
	X(release)   \
	X(review)    \
	X(rundiff)   \
	X(runs)      \
	X(scores)    \
	X(search)    \
	X(session)   \
	X(slices)    \
	X(sql)       \
	X(tour)      \
	X(trace)     \
	X(tracediff) \
	X(traces)    \
	X(welcome)

#define DECLARE(name) extern const struct screen_ops screen_##name;
#define ROW(name)     &screen_##name,
SCREENS(DECLARE)
const struct screen_ops *const screens[] = {SCREENS(ROW) NULL};

const struct action *screen_common_actions;

const struct screen_ops *screen_named(const char *name)
{
	for (size_t i = 0; screens[i]; i++)
		if (strcmp(screens[i]->name, name) == 0)
			return screens[i];
	return NULL;
}
