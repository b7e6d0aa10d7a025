/* "/" asks for a text, "n" and "N" go to its next and previous match: the same in every screen that has all its rows at hand.
 *
 *   static struct buf *find_text(struct screen *screen);            what is searched for
 *   static enum outcome search_again(struct screen *screen, int by, bool stay);     by: 1 on, -1 back; stay: here counts, too
 *   FIND_FUNCTIONS(find_text, search_again)                         search, search_next, search_previous for the action table */
#ifndef SPOOR_TUI_FIND_H
#define SPOOR_TUI_FIND_H

#include "tui/screen.h"

#define FIND_STEP(name, again, by)                                                                     \
	static enum outcome name(struct screen *screen, const struct input *in, struct target *target) \
	{                                                                                              \
		(void)in, (void)target;                                                                \
		return again(screen, by, false);                                                       \
	}

#define FIND_FUNCTIONS(text_of, again)                                                                                 \
	static enum outcome search_line(struct screen *screen, const struct input *in, struct target *target)          \
	{                                                                                                              \
		struct buf *text = text_of(screen);                                                                    \
		(void)target;                                                                                          \
		buf_clear(text);                                                                                       \
		buf_add_str(text, in->argument);                                                                       \
		return again(screen, 1, true);                                                                         \
	}                                                                                                              \
	static const struct action search_answer = {.name = "search-for", .keys = "", .help = "", .run = search_line}; \
	static enum outcome search(struct screen *screen, const struct input *in, struct target *target)               \
	{                                                                                                              \
		if (in->argument.len)                                                                                  \
			return search_line(screen, in, target);                                                        \
		*target = (struct target){.prompt = "/", .answer = &search_answer};                                    \
		return OUT_PROMPT;                                                                                     \
	}                                                                                                              \
	FIND_STEP(search_next, again, 1)                                                                               \
	FIND_STEP(search_previous, again, -1)

#endif
