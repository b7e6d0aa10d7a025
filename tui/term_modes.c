#include "tui/term_modes.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

/* Synchronized output (https://github.com/contour-terminal/vt-extensions/blob/master/synchronized-output.md): between the two the terminal shows the
 * frame before. Bracketed paste and the mouse are DEC private modes as xterm has them. The mouse: presses and releases, no motion (1000); coordinates as
 * numbers (1006), which older terminals do not know and leave out, so it comes first. */
static const char *const bytes[N_TERM_MODES][2] = {
    [MODE_SYNC] = {"\033[?2026l",            "\033[?2026h"           },
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

static bool says(const char *capability, int parameter, const char *expected)
{
	char *text = tiparm(capability, parameter);
	return text && strcmp(text, expected) == 0;
}

/* tmux 3.7 is the first that obeys programs, but 3.7a loses what is written behind an erase within a frame (its issue 5340) and all 3.7 send the whole pane
 * again at the end of one (pull request 5612): from 3.8 on. */
static bool tmux_syncs(const char *version)
{
	char *rest;
	long major = version ? strtol(version, &rest, 10) : 0;
	return major > 3 || (major == 3 && *rest == '.' && strtol(rest + 1, NULL, 10) >= 8);
}

/* By the description (parameter 1 begins, 2 ends); else by the terminal's name, where the description is of a plain xterm by the name of the program
 * that drives it. One that is older than the mode leaves it out. */
static bool knows_sync(void)
{
	static const char *const terms[] = {"xterm-kitty", "kitty",         "alacritty", "foot", "wezterm", "contour",
	                                    "ghostty",     "xterm-ghostty", "mintty",    "rio",  NULL};
	static const char *const programs[] = {"iTerm.app", "WezTerm", "ghostty", "kitty",
	                                       "mintty",    "contour", "rio",     NULL};
	const char *term = getenv("TERM"), *program = getenv("TERM_PROGRAM"), *sync = capability("Sync");
	if (program && strcmp(program, "tmux") == 0)
		return tmux_syncs(getenv("TERM_PROGRAM_VERSION"));
	if (sync)
		return says(sync, 1, bytes[MODE_SYNC][true]) && says(sync, 2, bytes[MODE_SYNC][false]);
	return begins_with_one_of(term, terms) ||
	       (term && strncmp(term, "xterm", 5) == 0 && begins_with_one_of(program, programs));
}

/* The two beginnings of xterm's mouse reports; what else kmous may be, nobody sends any more. */
static bool knows_mouse(void)
{
	const char *report = capability("kmous");
	return report && (strcmp(report, "\033[M") == 0 || strcmp(report, "\033[<") == 0);
}

bool term_mode_known(enum term_mode mode)
{
	static bool (*const knows[N_TERM_MODES])(void) = {
	    [MODE_SYNC] = knows_sync, [MODE_PASTE] = knows_pastes, [MODE_MOUSE] = knows_mouse};
	return knows[mode]();
}

const char *term_mode_bytes(enum term_mode mode, bool on)
{
	return bytes[mode][on];
}
