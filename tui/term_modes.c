#include "tui/term_modes.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

/* Bracketed paste and the mouse are DEC private modes as xterm has them. The mouse: presses and releases, no motion (1000); coordinates as
 * numbers (1006), which older terminals do not know and leave out, so it comes first. */
static const char *const bytes[N_TERM_MODES][2] = {
    [MODE_PASTE] = {"\033[?2004l",            "\033[?2004h"           },
    [MODE_MOUSE] = {"\033[?1000l\033[?1006l", "\033[?1006h\033[?1000h"},
};

static const char *capability(const char *name)
{
	const char *value = tigetstr(name);
	return value && value != (char *)-1 && *value ? value : NULL;
}

static bool begins_with_one_of(const char *name, const char *const *families)
{
	for (size_t i = 0; name && families[i]; i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

/* Many descriptions are older than the mode. Terminals of other names may show what they do not know. */
static bool knows_pastes(void)
{
	static const char *const families[] = {"xterm",   "tmux",  "screen", "rxvt",    "alacritty", "foot",
	                                       "kitty",   "vte",   "gnome",  "konsole", "iterm",     "st-",
	                                       "wezterm", "putty", "mintty", "contour", "ghostty",   NULL};
	const char *on = capability("BE");
	return on ? strcmp(on, bytes[MODE_PASTE][true]) == 0 : begins_with_one_of(getenv("TERM"), families);
}

/* The two beginnings of xterm's mouse reports; what else kmous may be, nobody sends any more. */
static bool knows_mouse(void)
{
	const char *report = capability("kmous");
	return report && (strcmp(report, "\033[M") == 0 || strcmp(report, "\033[<") == 0);
}

bool term_mode_known(enum term_mode mode)
{
	return mode == MODE_PASTE ? knows_pastes() : knows_mouse();
}

const char *term_mode_bytes(enum term_mode mode, bool on)
{
	return bytes[mode][on];
}
