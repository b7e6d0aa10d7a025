#include "tui/mouse.h"

#include <stdlib.h>
#include <string.h>

#include "tui/term.h"
#include "tui/widget/move.h"

enum { STEPS_MOST = 64 }; /* tabs or columns one may be away from */

/* ---------------------------------------------------------------- actions */

/* By the key it has before any rebinding: what the key means stays, whatever it is called now. */
static const struct action *with_key(const struct action *actions, const char *key)
{
	for (const struct action *a = actions; a && a->name; a++) {
		struct str rest = str_of(a->keys), word;
		while (str_split(&rest, ' ', &word))
			if (str_is(word, key))
				return a;
	}
	return NULL;
}

static const struct action *action_of(const struct screen *s, const char *key)
{
	const struct action *a = with_key(s->ops->actions, key);
	return a ? a : with_key(screen_common_actions, key);
}

static const struct action *named(const struct screen *s, const char *name)
{
	const struct action *a = action_named(s->ops->actions, str_of(name));
	return a ? a : action_named(screen_common_actions, str_of(name));
}

/* False: there is no such action, or the screen is another one afterwards, or asks for something. */
static bool act(const struct mouse *m, const struct action *a, int key, int count)
{
	struct screen *s = m->top(m->ui);
	if (!s || !a)
		return false;
	uint64_t serial = s->serial;
	m->act(m->ui, a, &(struct input){.key = key, .argument = STR_NONE, .count = count});
	s = m->top(m->ui);
	return s && s->serial == serial;
}

static bool press(const struct mouse *m, const char *key)
{
	const struct screen *s = m->top(m->ui);
	return s && act(m, action_of(s, key), key_named(str_of(key)), 0);
}

bool mouse_may_press(const struct action *action)
{
	static const char *const judging[] = {"good", "bad", "unsure", "no-verdict", "judge-1", "judge-2", "judge-3"};
	for (size_t i = 0; i < sizeof judging / sizeof *judging; i++)
		if (strcmp(action->name, judging[i]) == 0)
			return false;
	return true;
}

/* ---------------------------------------------------------------- where it points */

static const struct zone *zone_at(const struct mouse *m, enum zone_kind kind, int row, int col)
{
	const struct grid *g = m->look(m->ui);
	return g ? grid_zone_at(g, kind, row, col) : NULL;
}

/* The list there, once the keys are its: at most all panes are gone through. */
static const struct zone *list_with_keys(const struct mouse *m, int row, int col)
{
	const struct zone *z = zone_at(m, ZONE_LIST, row, col);
	for (int i = 0; i < 3 && z && z->now < 0; i++) {
		if (!press(m, "Tab"))
			return NULL;
		z = zone_at(m, ZONE_LIST, row, col);
	}
	return z && z->now >= 0 ? z : NULL;
}

/* ---------------------------------------------------------------- clicks */

/* Whether the cursor is on it now; *was: it was before. */
static bool go_to_row(const struct mouse *m, int row, int col, bool *was)
{
	const struct zone *before = zone_at(m, ZONE_LIST, row, col), *z = list_with_keys(m, row, col);
	*was = false;
	if (!z)
		return false;
	*was = before && z->at + row - z->row == z->now;
	return *was || act(m, named(m->top(m->ui), "line"), KEY_NONE, row - z->row + 1);
}

static void click_row(const struct mouse *m, int row, int col)
{
	const struct zone *z = zone_at(m, ZONE_LIST, row, col);
	bool had_keys = z && z->now >= 0, was;
	const char *opens = z && z->name ? z->name : "Enter";
	if (go_to_row(m, row, col, &was) && was && had_keys)
		press(m, opens);
}

static void click_fold(const struct mouse *m, int row, int col)
{
	bool was;
	if (go_to_row(m, row, col, &was))
		press(m, "Space");
}

/* What a row of titles or tabs shows as chosen now: where each stands may have changed. */
static bool chosen_in(const struct mouse *m, enum zone_kind kind, int line, int64_t *now)
{
	const struct grid *g = m->look(m->ui);
	for (size_t k = 0; g && k < g->n_zones; k++)
		if (g->zones[k].kind == kind && g->zones[k].row == line) {
			*now = g->zones[k].now;
			return true;
		}
	return false;
}

/* Step by step, since what lies between may be left out: until it is the one, or a step leads nowhere. */
static void click_tab(const struct mouse *m, const struct zone *z)
{
	int64_t wanted = z->at, now = z->now, before;
	int line = z->row;
	bool forward = wanted > now;
	for (int i = 0; i < STEPS_MOST && now != wanted && (now < wanted) == forward; i++) {
		before = now;
		if (!press(m, forward ? "Tab" : "S-Tab") || !chosen_in(m, ZONE_TAB, line, &now) || now == before)
			return;
	}
}

static void click_column(const struct mouse *m, const struct zone *z)
{
	int64_t wanted = z->at, now = z->now, first = now;
	int line = z->row;
	if (now == wanted)
		press(m, "I");
	for (int i = 0; i < STEPS_MOST && now != wanted; i++)
		if (!press(m, ">") || !chosen_in(m, ZONE_COLUMN, line, &now) || (now == first && now >= 0))
			return;
}

/* The name of the screen: what stands before the first gap of two blanks. */
static void click_title(const struct mouse *m, int col)
{
	const struct grid *g = m->look(m->ui);
	int blanks = 0;
	for (int i = 1; g && i <= col && i < g->cols; i++) {
		blanks = g->cells[i].codes[0] == ' ' ? blanks + 1 : 0;
		if (blanks == 2)
			return;
	}
	if (m->is_first(m->ui))
		return;
	press(m, "q");
}

static void click(const struct mouse *m, int row, int col)
{
	const struct zone *z = zone_at(m, ZONE_KEY, row, col);
	if (z)
		act(m, named(m->top(m->ui), z->name), KEY_NONE, 0);
	else if (row == 0)
		click_title(m, col);
	else if ((z = zone_at(m, ZONE_TAB, row, col)))
		click_tab(m, z);
	else if ((z = zone_at(m, ZONE_COLUMN, row, col)))
		click_column(m, z);
	else if (zone_at(m, ZONE_FOLD, row, col))
		click_fold(m, row, col);
	else if (zone_at(m, ZONE_LIST, row, col))
		click_row(m, row, col);
}

/* ---------------------------------------------------------------- the wheel */

static void wheel(const struct mouse *m, bool down, int row, int col)
{
	const struct zone *pane = zone_at(m, ZONE_PANE, row, col), *list = zone_at(m, ZONE_LIST, row, col);
	char name[40];
	snprintf(name, sizeof name, "%s-%s", pane ? pane->name : "scroll", down ? "down" : "up");
	if (pane) {
		act(m, named(m->top(m->ui), name), KEY_NONE, MOUSE_ROWS);
		return;
	}
	if (list && list->now < 0 && !list_with_keys(m, row, col))
		return;
	for (int i = 0; i < MOUSE_ROWS; i++)
		if (!m->top(m->ui) || !act(m, named(m->top(m->ui), name), KEY_NONE, 0))
			return;
}

void mouse_key(const struct mouse *m, int key, int row, int col)
{
	const struct grid *g = m->look(m->ui);
	if (!g || !m->top(m->ui) || row < 0 || col < 0 || row >= g->rows || col >= g->cols)
		return;
	if (key == KEY_CLICK)
		click(m, row, col);
	else
		wheel(m, key == KEY_WHEEL_DOWN, row, col);
}
