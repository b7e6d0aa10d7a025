/* Moving: what lists and texts have in common, as a fragment of an action table. A screen says once what a move does:
 *
 *   static enum outcome traces_move(struct screen *screen, enum move move) { … list_move(&state->list, move) … }
 *   MOVE_FUNCTIONS(traces_move)
 *   static const struct action actions[] = { MOVE_ACTIONS, { .name = "open", … }, ACTIONS_END };
 *
 * and, if it has texts, SCROLL_ACTIONS after it (h l left right; a tree has other uses for them). */
#ifndef SPOOR_TUI_WIDGET_MOVE_H
#define SPOOR_TUI_WIDGET_MOVE_H

#include "tui/screen.h"

enum move {
	MOVE_DOWN,
	MOVE_UP,
	MOVE_PAGE_DOWN,
	MOVE_PAGE_UP,
	MOVE_HALF_DOWN,
	MOVE_HALF_UP,
	MOVE_FIRST,
	MOVE_LAST,
	MOVE_SCROLL_DOWN, /* the page by a row; the cursor stays on its row while that shows */
	MOVE_SCROLL_UP,
	MOVE_LEFT,
	MOVE_RIGHT,
	MOVE_LINE /* and above: to the row on line (move - MOVE_LINE) of the page, as a click does; texts have none */
};

/* How many rows further a move goes in a text; a page is so many (one less than are seen, to read on by). To the first and the last
 * row, 500 million: the caller stays within its text. 0: it does not go up or down. */
int move_rows(enum move move, int page);

#define MOVE_FUNCTION(function, name, move)                                                                   \
	static enum outcome move_##name(struct screen *screen, const struct input *in, struct target *target) \
	{                                                                                                     \
		(void)target;                                                                                 \
		return move_times(function, screen, move, in->count);                                         \
	}

/* A move as often as was asked for (0: once); to the first or last: to that row, the last if there are fewer. In a text of which no count of
 * rows is known it ends after COUNT_MS, wherever that is. */
enum outcome move_times(enum outcome (*function)(struct screen *, enum move), struct screen *screen, enum move move,
                        int count);

/* What "line" is to do: MOVE_LINE and above; something below it if no line was named. */
enum move move_to_line(const struct input *in);

#define MOVE_LINE_FUNCTION(function)                                                                        \
	static enum outcome move_line(struct screen *screen, const struct input *in, struct target *target) \
	{                                                                                                   \
		(void)target;                                                                               \
		enum move move = move_to_line(in);                                                          \
		return move >= MOVE_LINE ? function(screen, move) : OUT_HANDLED;                            \
	}

#define MOVE_FUNCTIONS(function)                               \
	MOVE_FUNCTION(function, down, MOVE_DOWN)               \
	MOVE_FUNCTION(function, up, MOVE_UP)                   \
	MOVE_FUNCTION(function, page_down, MOVE_PAGE_DOWN)     \
	MOVE_FUNCTION(function, page_up, MOVE_PAGE_UP)         \
	MOVE_FUNCTION(function, half_down, MOVE_HALF_DOWN)     \
	MOVE_FUNCTION(function, half_up, MOVE_HALF_UP)         \
	MOVE_FUNCTION(function, first, MOVE_FIRST)             \
	MOVE_FUNCTION(function, last, MOVE_LAST)               \
	MOVE_FUNCTION(function, scroll_down, MOVE_SCROLL_DOWN) \
	MOVE_FUNCTION(function, scroll_up, MOVE_SCROLL_UP)     \
	MOVE_LINE_FUNCTION(function)

#define SCROLL_FUNCTIONS(function)               \
	MOVE_FUNCTION(function, left, MOVE_LEFT) \
	MOVE_FUNCTION(function, right, MOVE_RIGHT)

/* clang-format off */
#define MOVE_ACTIONS MOVE_ACTIONS_BUT("g Home")
/* Where a screen has another use for g. */
#define MOVE_ACTIONS_BUT(first_keys)                                                                     \
	{.name = "down", .keys = "j Down ^N", .help = "one row down", .run = move_down},                 \
	{.name = "up", .keys = "k Up ^P", .help = "one row up", .run = move_up},                         \
	{.name = "page-down", .keys = "PgDn ^F", .help = "one page down", .run = move_page_down},        \
	{.name = "page-up", .keys = "PgUp ^B", .help = "one page up", .run = move_page_up},              \
	{.name = "half-down", .keys = "^D", .help = "half a page down", .run = move_half_down},          \
	{.name = "half-up", .keys = "^U", .help = "half a page up", .run = move_half_up},                \
	{.name = "first", .keys = first_keys, .help = "to the first row", .run = move_first},              \
	{.name = "last", .keys = "G End", .help = "to the last row", .run = move_last},                  \
	{.name = "scroll-down", .keys = "^E", .help = "the page a row further, as the wheel does", .run = move_scroll_down}, \
	{.name = "scroll-up", .keys = "^Y", .help = "the page a row back", .run = move_scroll_up}, \
	{.name = "line", .keys = "", .help = "to a line of the page: :line 3", .run = move_line}

#define SCROLL_ACTIONS                                                                                   \
	{.name = "left", .keys = "h Left", .help = "scroll left", .run = move_left},                     \
	{.name = "right", .keys = "l Right", .help = "scroll right", .run = move_right}
/* clang-format on */

#endif
