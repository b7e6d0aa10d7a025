#include "tui/osc52.h"

static void add_base64(struct buf *out, struct str bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < bytes.len; i += 3) {
		uint32_t group = 0;
		for (size_t j = 0; j < 3; j++)
			group = group << 8 | (i + j < bytes.len ? (unsigned char)bytes.ptr[i + j] : 0U);
		for (size_t j = 0; j < 4; j++)
			buf_add_char(out, i + j > bytes.len ? '=' : digits[group >> (18 - 6 * j) & 63]);
	}
}

bool osc52_add(struct buf *out, struct str text)
{
	if (text.len > OSC52_MAX)
		return false;
	const char *term = getenv("TERM");
	bool tmux = getenv("TMUX") != NULL;
	bool screen = !tmux && term && strncmp(term, "screen", 6) == 0;
	buf_add_cstr(out, tmux ? "\033Ptmux;\033\033]52;c;" : screen ? "\033P\033]52;c;" : "\033]52;c;");
	add_base64(out, text);
	buf_add_cstr(out, tmux || screen ? "\a\033\\" : "\a");
	return true;
}
