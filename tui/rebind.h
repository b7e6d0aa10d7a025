/* Keys of the user's own: the object "keys" of the settings file, {"everywhere": {"quit": "Q ^X"}, "trace": {"next-error": "e", "mark": ""}}:
 * by screen or "everywhere", then by the names of actions, as `spoor help keys` lists them. "" takes an action's keys away.
 *
 * "everywhere" holds for the action that works on every screen; for the name of one that only screens have ("down"), on each of them
 * that has it, unless the screen's own object says otherwise.
 *
 * Refused, with its line and both names, is what would leave a key with two actions: two of one screen; one of a screen and one of
 * everywhere, where not both have that key by default (Esc leaves a search first: that is meant). Of two rebindings the later is refused.
 * What is refused keeps its default, and then others may be in its way: so it goes on until no key has two. Two that swap keys are no
 * conflict. Quit keeps a key, and no screen takes it away.
 *
 * Cannot be rebound: what a prompt, the editor of notes, the letter after `copy` and the keys of the reader's pager understand; and ^C, ^\ and
 * ^Z, which the terminal makes signals of. */
#ifndef SPOOR_TUI_REBIND_H
#define SPOOR_TUI_REBIND_H

#include "store/base/scan.h"
#include "tui/action.h"

struct rebind_table {
	const char *name, *title;     /* of a screen: "trace", "Trace"; of the first table: "everywhere" */
	const struct action *actions; /* ends with ACTIONS_END */
};
/* Rebinds (action_rebind) what `keys` says of the tables, of which the first is everywhere's. keys: an object of the settings file, or
 * VAL_NONE; set: one of --set, which counts above it. Mistakes go to settings_mistake. Linear in actions times refused entries. */
void rebind_apply(const struct rebind_table *tables, size_t n, struct val keys, struct val set);
/* The keys that two actions have (rebound ones included), as rebind_apply would refuse them; for tests. 0: none. */
size_t rebind_conflicts(const struct rebind_table *tables, size_t n);

#endif
