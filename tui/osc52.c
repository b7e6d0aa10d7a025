#include "tui/osc52.h"

#include <stdlib.h>

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

/* The only ESC of the sequence is its first byte: that is doubled. */
static void add_for_tmux(struct buf *out, struct str plain)
{
	buf_add_cstr(out, "\033Ptmux;\033");
	buf_add_str(out, plain);
	buf_add_cstr(out, "\033\\");
}

static void add_for_screen(struct buf *out, struct str plain)
{
	for (size_t i = 0; i < plain.len; i += OSC52_PIECE) {
		buf_add_cstr(out, "\033P");
		buf_add_str(out, str_cut(plain, i, OSC52_PIECE));
		buf_add_cstr(out, "\033\\");
	}
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);
	return value && value[0];
}

bool osc52_add(struct buf *out, struct str text, bool tmux_has)
{
	if (text.len > OSC52_MAX)
		return false;
	struct str term = str_of(getenv("TERM"));
	bool tmux = is_set("TMUX"), screen = !tmux && is_set("STY");
	bool like_tmux = !screen && str_starts(term, "tmux"), like_screen = !tmux && str_starts(term, "screen");
	struct buf plain = BUF_INIT;
	buf_add_cstr(&plain, "\033]52;c;");
	add_base64(&plain, text);
	buf_add_char(&plain, '\a');
	if (!tmux_has && !screen)
		buf_add_str(out, buf_str(&plain));
	if (tmux || like_tmux)
		add_for_tmux(out, buf_str(&plain));
	else if (screen || like_screen)
		add_for_screen(out, buf_str(&plain));
	buf_done(&plain);
	return true;
}
