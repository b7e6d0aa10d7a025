#include "tui/term_keys.h"

#define key_name curses_key_name /* curses has a function of that name too (action.h) */
#include <curses.h>
#undef key_name
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>

#include "store/base/text.h"
#include "tui/term.h"
#include "tui/term_modes.h"

/* ESC_MS: within which the bytes of one key come, unless $ESCDELAY says; no longer than SOON_MOST. PASTE_MS: those of one paste, on a slow line.
 * AHEAD_MOST: curses takes back 137. */
enum { ESC_MS = 25, SOON_MOST = 1000, PASTE_MS = 2000, AHEAD_MOST = 100 };

/* Codes for keys that curses has no name for; its own end at KEY_MAX, and those it makes up begin there. */
enum {
	CODE_WORD_LEFT = KEY_MAX + 4096,
	CODE_WORD_RIGHT,
	CODE_TOP,
	CODE_BOTTOM,
	CODE_PASTE,
	CODE_MOUSE,
	CODE_MOUSE_OLD,
	CODE_PAD /* and the character */
};

static struct {
	WINDOW *pad; /* reading from it refreshes nothing */
	int fd;
	bool utf8;
	struct buf paste;
	int mouse_row, mouse_col;
} k;

/* ---- which bytes are which key */

/* The keypad in application mode (VT100 user guide, table 3-8): its digits are digits. */
static void add_keypad(void)
{
	static const struct {
		char letter, means;
	} pad[] = {
	    {'M', '\r'},
            {'j', '*' },
            {'k', '+' },
            {'l', ',' },
            {'m', '-' },
            {'n', '.' },
            {'o', '/' },
            {'X', '=' }
        };
	char bytes[] = "\033Ox";
	for (int digit = 0; digit <= 9; digit++) {
		bytes[2] = (char)('p' + digit);
		define_key(bytes, CODE_PAD + '0' + digit);
	}
	for (size_t i = 0; i < sizeof pad / sizeof *pad; i++) {
		bytes[2] = pad[i].letter;
		define_key(bytes, CODE_PAD + pad[i].means);
	}
}

/* Cursor keys as terminals send them that do not switch to application mode, or call themselves by another's name. */
static void add_keys(bool mouse)
{
	static const struct {
		const char *bytes;
		int code;
	} more[] = {
	    {"\033[A",   KEY_UP   },
            {"\033[B",   KEY_DOWN },
            {"\033[C",   KEY_RIGHT},
            {"\033[D",   KEY_LEFT },
	    {"\033[H",   KEY_HOME },
            {"\033[F",   KEY_END  },
            {"\033[1~",  KEY_HOME },
            {"\033[4~",  KEY_END  },
	    {"\033[7~",  KEY_HOME },
            {"\033[8~",  KEY_END  },
            {"\033[5~",  KEY_PPAGE},
            {"\033[6~",  KEY_NPAGE},
	    {"\033[3~",  KEY_DC   },
            {"\033[Z",   KEY_BTAB },
            {"\033OP",   KEY_F(1) },
            {"\033[11~", KEY_F(1) },
	    {"\033[[A",  KEY_F(1) },
            {"\033[[B",  KEY_F(2) },
            {"\033[[C",  KEY_F(3) },
            {"\033[[D",  KEY_F(4) },
	    {"\033[[E",  KEY_F(5) },
            {"\033OA",   KEY_UP   },
            {"\033OB",   KEY_DOWN },
            {"\033OC",   KEY_RIGHT},
	    {"\033OD",   KEY_LEFT },
            {"\033OH",   KEY_HOME },
            {"\033OF",   KEY_END  },
	};
	/* Those that curses knows under numbers of its own making. */
	static const struct {
		const char *bytes;
		int code;
	} ours[] = {
	    {"\033[1;5D", CODE_WORD_LEFT },
            {"\033[1;3D", CODE_WORD_LEFT },
            {"\033Od",    CODE_WORD_LEFT },
	    {"\033[5D",   CODE_WORD_LEFT },
            {"\033[1;5C", CODE_WORD_RIGHT},
            {"\033[1;3C", CODE_WORD_RIGHT},
	    {"\033Oc",    CODE_WORD_RIGHT},
            {"\033[5C",   CODE_WORD_RIGHT},
            {"\033[1;5H", CODE_TOP       },
	    {"\033[7^",   CODE_TOP       },
            {"\033[1;5F", CODE_BOTTOM    },
            {"\033[8^",   CODE_BOTTOM    },
	    {"\033[200~", CODE_PASTE     },
	};
	for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
		int known = key_defined(more[i].bytes);
		if (known == 0 || known > KEY_MAX) /* an extended name of the description, as kcbt2 of linux */
			define_key(more[i].bytes, more[i].code);
	}
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		define_key(ours[i].bytes, ours[i].code);
	if (mouse) { /* elsewhere they are other keys */
		define_key("\033[<", CODE_MOUSE);
		define_key("\033[M", CODE_MOUSE_OLD);
	}
	add_keypad();
}

/* ^S and ^Q are keys here, not flow control that would freeze the screen. */
static void no_flow_control(void)
{
	struct termios modes;
	if (tcgetattr(k.fd, &modes) != 0)
		return;
	modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
	if (tcsetattr(k.fd, TCSANOW, &modes) == 0)
		def_prog_mode(); /* so that it is so again after ^Z */
}

void term_keys_open(int fd, bool utf8, bool mouse)
{
	k.fd = fd;
	k.utf8 = utf8;
	cbreak();
	noecho();
	nonl();
	typeahead(-1); /* a frame is drawn whole: the app reads all waiting keys before it draws */
	if (!getenv("ESCDELAY"))
		set_escdelay(ESC_MS);
	k.pad = newpad(1, 1);
	keypad(k.pad, TRUE);
	nodelay(k.pad, TRUE);
	meta(k.pad, TRUE);
	no_flow_control();
	add_keys(mouse);
}

void term_keys_close(void)
{
	buf_done(&k.paste);
	delwin(k.pad);
	k.pad = NULL;
}

/* ---- keys */

/* A byte that is there or, in the middle of a sequence, comes soon; ERR if not. Codes of curses are above 255. */
static int byte_within(int ms)
{
	if (isendwin()) /* back from another program, no frame yet: in its modes a ^S typed ahead would stop all output for good */
		reset_prog_mode();
	int c = wgetch(k.pad);
	struct pollfd fd = {.fd = k.fd, .events = POLLIN};
	if (c == ERR && ms && poll(&fd, 1, ms) > 0)
		c = wgetch(k.pad);
	return c;
}

static int next_byte(bool soon)
{
	int delay = get_escdelay();
	return byte_within(!soon ? 0 : delay < ESC_MS ? ESC_MS : delay > SOON_MOST ? SOON_MOST : delay);
}

/* Reads on into k.paste until its end mark (not kept). What is beyond any use is read and forgotten. False: the rest does not come. */
static bool read_paste(void)
{
	static const struct str tail = STR_INIT(PASTE_TAIL);
	size_t same = 0; /* bytes of the mark that have come */
	for (int c; same < tail.len;) {
		if ((c = byte_within(PASTE_MS)) == ERR)
			return false;
		if (c > 255)
			continue; /* the window's size changed: the frame that follows sees it */
		if (k.paste.len <= TERM_PASTE_MOST)
			buf_add_char(&k.paste, (char)c);
		same = c == tail.ptr[same] ? same + 1 : c == tail.ptr[0];
	}
	if (k.paste.len <= TERM_PASTE_MOST)
		k.paste.len -= tail.len;
	return true;
}

/* A mark in the middle of what is pasted looks like its end, and the rest would be taken for keys. Not all terminals keep it out; but the
 * rest is there at once, has a mark of its own behind it, or is more than anybody types within that time. */
static bool goes_on_behind_mark(void)
{
	char ahead[AHEAD_MOST];
	size_t n = 0;
	for (int c; n < sizeof ahead && (c = next_byte(true)) != ERR;)
		if (c <= 255)
			ahead[n++] = (char)c;
	struct str bytes = {ahead, n};
	bool pasted = n == sizeof ahead;
	if (str_find(bytes, STR_LIT(PASTE_TAIL)) != SIZE_MAX && str_find(bytes, STR_LIT(PASTE_HEAD)) == SIZE_MAX)
		pasted = true;
	while (n > 0)
		ungetch((unsigned char)ahead[--n]);
	return pasted;
}

static int take_paste(void)
{
	buf_clear(&k.paste);
	keypad(k.pad, FALSE); /* every byte as itself */
	while (read_paste() && goes_on_behind_mark())
		continue;
	keypad(k.pad, TRUE);
	return KEY_PASTE;
}

struct str term_keys_paste(void)
{
	return buf_str(&k.paste);
}

/* The rest of a sequence that terminfo does not know (ECMA-48, 5.4): swallowed, or its letters would act as keys. */
static void swallow_sequence(int introducer)
{
	int c;
	for (int i = 0; i < 32 && (c = next_byte(true)) != ERR; i++)
		if (introducer == 'O' || c < 0x20 || (c >= 0x40 && c <= 0x7E))
			break;
}

/* ---- the mouse: reports as xterm sends them (its ctlseqs, "Mouse Tracking"). By hand, because curses reads them past its own keys, waits for ever for
 * the rest of one and takes the coordinates beyond column 223 only where the description says so. */

enum { BUTTON_LEFT = 0, BUTTON_WHEEL = 64, BUTTON_MODIFIERS = 4 | 8 | 16 };

/* From the button's code (with modifiers) and the place, from 1. */
static int key_of_button(int button, int row, int col)
{
	int plain = button & ~BUTTON_MODIFIERS;
	if (row < 1 || col < 1 || row > LINES || col > COLS)
		return KEY_NONE;
	k.mouse_row = row - 1;
	k.mouse_col = col - 1;
	switch (plain) {
	case BUTTON_LEFT: return KEY_CLICK;
	case BUTTON_WHEEL: return KEY_WHEEL_UP;
	case BUTTON_WHEEL + 1: return KEY_WHEEL_DOWN;
	default: return KEY_NONE; /* another button, a release, motion */
	}
}

/* Behind ESC [ <: button ; column ; row, then M (pressed) or m (released). What is wrong is read to its end too, or would act as keys. */
static int read_mouse(void)
{
	enum { FAR = 100000 };
	int numbers[3] = {0}, at = 0, c;
	while ((c = next_byte(true)) >= '0' && c <= ';') {
		if (c == ';')
			at++;
		else if (at < 3 && numbers[at] < FAR)
			numbers[at] = numbers[at] * 10 + c - '0';
	}
	if (c >= 0x20 && c < 0x40)
		swallow_sequence('[');
	return c == 'M' && at == 2 ? key_of_button(numbers[0], numbers[2], numbers[1]) : KEY_NONE;
}

/* Behind ESC [ M, from terminals without mode 1006: three bytes, each 32 more than it means. */
static int read_old_mouse(void)
{
	int numbers[3];
	for (int i = 0; i < 3; i++) {
		int c = next_byte(true);
		if (c < 32 || c > 255)
			return KEY_NONE;
		numbers[i] = c - 32;
	}
	return key_of_button(numbers[0], numbers[2], numbers[1]);
}

void term_keys_mouse(int *row, int *col)
{
	*row = k.mouse_row;
	*col = k.mouse_col;
}

static int key_of_code(int code)
{
	static const struct {
		int code, key;
	} keys[] = {
	    {KEY_UP,          KEY_ARROW_UP   },
	    {KEY_DOWN,        KEY_ARROW_DOWN },
	    {KEY_LEFT,        KEY_ARROW_LEFT },
	    {KEY_RIGHT,       KEY_ARROW_RIGHT},
	    {KEY_PPAGE,       KEY_PAGE_UP    },
	    {KEY_NPAGE,       KEY_PAGE_DOWN  },
	    {KEY_HOME,        KEY_TO_HOME    },
	    {KEY_END,         KEY_TO_END     },
	    {KEY_FIND,        KEY_TO_HOME    }, /* of a VT220, where others have Home */
	    {KEY_SELECT,      KEY_TO_END     },
	    {KEY_BTAB,        KEY_SHIFT_TAB  },
	    {KEY_ENTER,       KEY_RETURN     },
	    {KEY_BACKSPACE,   KEY_ERASE      },
	    {KEY_DC,          KEY_DEL        },
	    {CODE_WORD_LEFT,  KEY_WORD_LEFT  },
	    {CODE_WORD_RIGHT, KEY_WORD_RIGHT },
	    {CODE_TOP,        KEY_TO_TOP     },
	    {CODE_BOTTOM,     KEY_TO_BOTTOM  },
	    {KEY_RESIZE,      KEY_RESIZED    },
	};
	if (code == CODE_MOUSE)
		return read_mouse();
	if (code == CODE_MOUSE_OLD)
		return read_old_mouse();
	if (code == CODE_PASTE)
		return take_paste();
	if (code > CODE_PAD && code < CODE_PAD + 127)
		return code == CODE_PAD + '\r' ? KEY_RETURN : code - CODE_PAD;
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return KEY_F1_ + code - KEY_F(1);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].code == code)
			return keys[i].key;
	return KEY_NONE;
}

/* Not by get_wch: it takes the keys after a stray byte for the rest of a character. */
static int key_of_utf8(int first)
{
	char bytes[4] = {(char)first};
	size_t n = 1, need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (!k.utf8 || first < 0xC2 || first > 0xF4)
		return KEY_NONE;
	while (n < need) {
		int c = next_byte(true);
		if (c < 0x80 || c > 0xBF) {
			if (c != ERR)
				ungetch(c);
			return KEY_NONE;
		}
		bytes[n++] = (char)c;
	}
	struct str rest = {bytes, n};
	uint32_t code = text_decode(&rest);
	return rest.len ? KEY_NONE : (int)code;
}

static int key_of_byte(int c)
{
	switch (c) {
	case 0: return KEY_NONE;
	case '\t': return KEY_TAB;
	case '\n':
	case '\r': return KEY_RETURN;
	case 8:
	case 127: return KEY_ERASE;
	case 27: return KEY_ESCAPE;
	default: return c > 255 ? key_of_code(c) : c > 127 ? key_of_utf8(c) : c;
	}
}

static int key_after_escape(void)
{
	int c = next_byte(false);
	if (c == '[' || c == 'O') {
		swallow_sequence(c);
		return KEY_NONE;
	}
	if (c != ERR)
		ungetch(c);
	return KEY_ESCAPE;
}

int term_keys_take(void)
{
	for (int tries = 0; tries < 64; tries++) {
		int c = next_byte(false);
		if (c == ERR)
			return KEY_NONE;
		int key = c == 27 ? key_after_escape() : key_of_byte(c);
		if (key != KEY_NONE)
			return key;
	}
	return KEY_NONE;
}
