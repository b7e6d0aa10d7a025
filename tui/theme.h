/* Themes: what each role looks like, at 256 colours, at 8, and without colour. One JSON file each (themes/NAME.json):
 *
 *   { "about": "one line for the list", "roles": { "error": { "256": "203 bold", "8": "red bold", "mono": "bold" }, … } }
 *
 * A style is "FG", "FG/BG" or "" and then any of bold underline dim reverse. A colour is default, a name (black red green yellow
 * blue magenta cyan white, with bright- before it for 8-15) or a number: 0-255 under "256", 0-7 and no bright- under "8".
 * "mono" has no colours. Comments are allowed. A role that is missing looks like "text"; a depth that is missing takes the
 * next poorer one. Bars are blanks on the FG of their role; without one they are lines. */
#ifndef SPOOR_TUI_THEME_H
#define SPOOR_TUI_THEME_H

#include "store/base/arena.h"
#include "tui/role.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_256, N_DEPTHS };

enum { STYLE_BOLD = 1, STYLE_UNDERLINE = 2, STYLE_DIM = 4, STYLE_REVERSE = 8 };

struct style {
	int16_t fg, bg; /* -1: the terminal's own */
	uint8_t attrs;  /* STYLE_… */
};

struct theme {
	char name[64];
	struct style styles[N_DEPTHS][N_ROLES];
};

/* By name: the user's themes/NAME.json beside the config, else the built-in one; with a '/' in it: that file.
 * err: ERR_NOT_FOUND, or ERR_INPUT that names the key. *theme is then unchanged. */
bool theme_load(struct theme *theme, const char *name, struct err *err);
/* From the text of a theme file; `name` is for messages and theme->name. */
bool theme_parse(struct theme *theme, const char *name, struct str text, struct err *err);
/* The names theme_load knows, sorted, the user's own among them; returns how many. Lives in `arena`. */
size_t theme_names(struct arena *arena, const char *const **names);

const char *role_key(enum role role); /* "kind_llm" */
char role_letter(enum role role);     /* for golden screens */

#endif
