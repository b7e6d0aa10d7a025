/* Curses keeps two pictures of the screen and sends the difference. So a frame is: set every cell that differs from the last
 * frame, refresh; never clear(), which would defeat the difference and the scrolling (performance.md, section 4). */
#include "tui/term.h"

#define key_name curses_key_name /* curses has a function of that name too (action.h) */
#include <curses.h>
#undef key_name
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "tui/osc52.h"
#include "tui/term_keys.h"
#include "tui/term_modes.h"
#include "tui/term_signals.h"

enum { MAX_ROWS = 500, MAX_COLS = 1000, MAX_PAIRS = 256, LOOK_BYTES = 64 << 10 };

struct look {
	attr_t attrs;
	short pair;
	bool visible_blank; /* a blank shows: background, underline or reverse */
};

static struct {
	SCREEN *screen;
	FILE *input; /* /dev/tty, or NULL: standard input */
	int in_fd, out_fd;
	bool watched; /* curses_ended is called at exit */
	bool asking;  /* for the terminal's description, in curses */
	struct term_opts opts;
	struct theme theme;
	bool utf8, default_colors;
	enum depth depth;
	struct look looks[N_ROLES], bars[N_ROLES]; /* bars: blanks on the colour */
	short pair_fg[MAX_PAIRS], pair_bg[MAX_PAIRS];
	int n_pairs;
	short plain;       /* the pair of the terminal's own colours (plain_pair) */
	struct grid shown; /* the last frame; rows 0: nothing is known */
	cchar_t *line;     /* one row on its way */
	int peeked;        /* a key read ahead, or KEY_NONE */
	bool known[N_TERM_MODES], wanted[N_TERM_MODES], on[N_TERM_MODES]; /* on: of the terminal, as far as we know */
} t = {.peeked = KEY_NONE};

/* ---- colours */

static short pair_of(int16_t fg, int16_t bg)
{
	if (t.depth == DEPTH_MONO || (fg < 0 && bg < 0))
		return t.plain;
	for (int i = 1; i < t.n_pairs; i++)
		if (t.pair_fg[i] == fg && t.pair_bg[i] == bg)
			return (short)i;
	if (t.n_pairs >= MAX_PAIRS || t.n_pairs >= COLOR_PAIRS)
		return t.plain;
	short pair = (short)t.n_pairs++;
	t.pair_fg[pair] = fg;
	t.pair_bg[pair] = bg;
	short no_fg = t.default_colors ? -1 : COLOR_WHITE, no_bg = t.default_colors ? -1 : COLOR_BLACK;
	init_pair(pair, fg < 0 ? no_fg : fg, bg < 0 ? no_bg : bg);
	return pair;
}

/* Back to pair 0 curses sends what ends a colour and then what ends all attributes; to a pair that is as plain, only one of them: 3 to 5
 * bytes at the end of each coloured word. Blanks that are skipped or erased are of pair 0, as those of a cleared screen. */
static void open_plain_pair(void)
{
	t.plain = t.depth != DEPTH_MONO && t.default_colors && init_pair(1, -1, -1) == OK ? 1 : 0;
}

static struct look look_of(struct style style)
{
	struct look look = {.attrs = A_NORMAL, .pair = pair_of(style.fg, style.bg)};
	if (style.attrs & STYLE_BOLD)
		look.attrs |= A_BOLD;
	if (style.attrs & STYLE_UNDERLINE)
		look.attrs |= A_UNDERLINE;
	if (style.attrs & STYLE_DIM)
		look.attrs |= A_DIM;
	if (style.attrs & STYLE_REVERSE)
		look.attrs |= A_REVERSE;
	look.visible_blank = style.bg >= 0 || (look.attrs & (A_UNDERLINE | A_REVERSE)) != 0;
	return look;
}

static void make_looks(void)
{
	t.n_pairs = t.plain + 1;
	for (int role = 0; role < N_ROLES; role++) {
		struct style style = t.theme.styles[t.depth][role];
		t.looks[role] = look_of(style);
		t.bars[role] = look_of((struct style){.fg = -1, .bg = style.fg});
	}
}

static void open_colors(void)
{
	const char *no_color = getenv("NO_COLOR");
	t.depth = DEPTH_MONO;
	if (t.opts.no_color || (no_color && *no_color) || !has_colors() || start_color() == ERR)
		return;
	t.default_colors = use_default_colors() == OK;
	t.depth = COLORS >= 256 ? DEPTH_256 : COLORS >= 8 ? DEPTH_8 : DEPTH_MONO;
	open_plain_pair();
}

void term_set_theme(const struct theme *theme)
{
	t.theme = *theme;
	make_looks();
	grid_done(&t.shown);
	redrawwin(stdscr); /* a pair's number now means other colours */
}

enum depth term_depth(void)
{
	return t.depth;
}

/* ---- opening and closing */

static bool write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno != EINTR)
			return false;
		bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return true;
}

static bool no_terminal(struct err *err, const char *why)
{
	return err_set(err, ERR_USAGE, NULL,
	               "%s; without a screen use: spoor import, traces, trace, runs, run, compare "
	               "(spoor help lists all)",
	               why);
}

/* We close the terminal before we end, so it is curses that ends us: where it finds no memory it calls exit(1), in the middle. */
static void curses_ended(void)
{
	if (term_signals_are_open()) {
		term_signals_give_back();
		_exit(4);
	}
	if (t.asking)
		err_die("out of memory (the terminal's description)");
}

static bool describe_terminal(int fd)
{
	int result = 0;
	if (!t.watched)
		t.watched = atexit(curses_ended) == 0;
	t.asking = true;
	/* Where memory was short it calls the terminal unknown: a second time tells. */
	bool ok = setupterm(NULL, fd, &result) == OK || setupterm(NULL, fd, &result) == OK;
	t.asking = false;
	return ok;
}

static bool can_move_cursor(void)
{
	const char *cup = tigetstr("cup");
	return cup && cup != (char *)-1 && !tigetflag("hc");
}

/* False: it has no cursor that can be moved, or nobody knows. */
static bool find_terminal(struct err *err)
{
	const char *name = getenv("TERM");
	char why[256];
	if (!name || !*name)
		return no_terminal(err, "TERM is not set: TERM=xterm-256color fits most terminals");
	bool known = describe_terminal(t.out_fd);
	if (known && can_move_cursor())
		return true;
	if (known)
		snprintf(why, sizeof why, "TERM=%.60s: no terminal on which the cursor can be moved", name);
	else
		snprintf(why, sizeof why,
		         "TERM=%.60s is not in terminfo: install its description (Debian: ncurses-term), or try "
		         "TERM=xterm-256color",
		         name);
	return no_terminal(err, why);
}

/* Appends a terminfo string without its padding. */
static void add_capability(struct term_reset *reset, const char *name)
{
	const char *s = tigetstr(name);
	if (!s || s == (char *)-1)
		return;
	while (*s && reset->n < sizeof reset->bytes) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
		if (end)
			s = end + 1;
		else
			reset->bytes[reset->n++] = *s++;
	}
}

static void add_bytes(struct term_reset *reset, const char *bytes)
{
	for (; *bytes && reset->n < sizeof reset->bytes; bytes++)
		reset->bytes[reset->n++] = *bytes;
}

static struct term_reset make_reset(void)
{
	struct term_reset reset = {.fd = t.out_fd};
	static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
	for (enum term_mode mode = 0; mode < N_TERM_MODES; mode++)
		if (t.known[mode])
			add_bytes(&reset, term_mode_bytes(mode, false));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		add_capability(&reset, names[i]);
	return reset;
}

/* ---- modes that curses does not know */

static void find_modes(void)
{
	for (enum term_mode mode = 0; mode < N_TERM_MODES; mode++) {
		t.known[mode] = term_mode_known(mode);
		t.on[mode] = false;
	}
	t.wanted[MODE_SYNC] = false; /* only within term_show */
	t.wanted[MODE_PASTE] = true;
	t.wanted[MODE_MOUSE] = t.opts.mouse;
}

/* Straight to the terminal: curses has nothing waiting when this is called. */
static void set_mode(enum term_mode mode, bool on)
{
	if (t.known[mode] && on != t.on[mode])
		write_all(t.out_fd, str_of(term_mode_bytes(mode, on)));
	t.on[mode] = on;
}

static void set_modes(bool ours)
{
	for (enum term_mode mode = 0; mode < N_TERM_MODES; mode++)
		set_mode(mode, ours && t.wanted[mode]);
}

static bool open_input(struct err *err)
{
	t.input = NULL;
	t.in_fd = STDIN_FILENO;
	if (isatty(STDIN_FILENO))
		return true;
	t.input = fopen("/dev/tty", "r+e");
	if (!t.input)
		return no_terminal(err, "no terminal to read keys from");
	t.in_fd = fileno(t.input);
	return true;
}

static void close_input(void)
{
	if (t.input)
		fclose(t.input);
	t.input = NULL;
}

/* A terminal may say it has a million columns. */
static void window_size(int *rows, int *cols)
{
	struct winsize size = {0};
	ioctl(t.out_fd, TIOCGWINSZ, &size);
	*rows = size.ws_row > MAX_ROWS ? MAX_ROWS : size.ws_row;
	*cols = size.ws_col > MAX_COLS ? MAX_COLS : size.ws_col;
}

bool term_look(struct term_look *out)
{
	struct winsize size = {0};
	*out = (struct term_look){.library = curses_version()};
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		out->rows = size.ws_row;
		out->cols = size.ws_col;
	}
	free(xmalloc(LOOK_BYTES)); /* curses crashes where memory fails it: out of memory is said by us */
	if (!describe_terminal(STDOUT_FILENO))
		return false;
	int colors = tigetnum("colors");
	const char *cup = tigetstr("cup");
	out->colors = colors > 0 ? colors : 0;
	out->moves = cup && cup != (char *)-1 && !tigetflag("hc");
	out->mouse = term_mode_known(MODE_MOUSE);
	out->pastes = term_mode_known(MODE_PASTE);
	out->syncs = term_mode_known(MODE_SYNC);
	del_curterm(cur_term);
	return true;
}

static void cut_out(char *from, size_t n)
{
	memmove(from, from + n, strlen(from + n) + 1);
}

/* What a change of attributes says of the alternate character set is not needed, since line drawing goes as Unicode or ASCII;
 * with xterm it is 3 of 8 bytes, several times a key. These are curses' own strings, made shorter where they are. */
static void shorten_attributes(void)
{
	static const char *const plain_sets[] = {"\033(B", "\017"};
	char *all = tigetstr("sgr"), *none = tigetstr("sgr0");
	if (!all || all == (char *)-1 || !none || none == (char *)-1)
		return;
	char *from = strstr(all, "%?%p9%t"), *to = from ? strstr(from, "%;") : NULL;
	if (!to)
		return;
	cut_out(from, (size_t)(to + 2 - from));
	for (size_t i = 0; i < sizeof plain_sets / sizeof *plain_sets; i++)
		if ((from = strstr(none, plain_sets[i])) != NULL)
			cut_out(from, strlen(plain_sets[i]));
}

/* Curses takes a size from this variable before it asks the terminal, and finds no memory for a large one: no more than we use. Gone
 * afterwards: it is anybody's, and a later size would not count. */
static void limit_size(const char *name, int size, int most)
{
	char value[32];
	const char *set = getenv(name);
	long n = size > 0 ? size : set ? strtol(set, NULL, 10) : 0;
	snprintf(value, sizeof value, "%ld", n < most ? n : most);
	if (n > 0)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static bool open_screen(struct err *err)
{
	int rows, cols;
	window_size(&rows, &cols);
	limit_size("LINES", rows, MAX_ROWS);
	limit_size("COLUMNS", cols, MAX_COLS);
	FILE *input = t.input ? t.input : stdin;
	TERMINAL *asked = cur_term; /* setupterm's own, which newterm does not take over */
	t.screen = newterm(NULL, stdout, input);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (asked && asked != cur_term)
		del_curterm(asked);
	if (!t.screen) /* it was found usable a moment ago */
		return err_set(err, ERR_MEMORY, NULL, "out of memory (opening the terminal)");
	set_term(t.screen);
	shorten_attributes();
	return true;
}

bool term_open(const struct theme *theme, const struct term_opts *opts, struct err *err)
{
	t.opts = *opts;
	t.theme = *theme;
	t.out_fd = STDOUT_FILENO;
	t.peeked = KEY_NONE;
	t.plain = 0;
	t.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!isatty(STDOUT_FILENO))
		return no_terminal(err, "standard output is no terminal");
	if (!find_terminal(err))
		return false;
	if (!open_input(err))
		return false;
	find_modes();
	struct term_reset reset = make_reset();
	/* Before curses: it installs no handlers where it finds some. */
	if (!term_signals_open(&reset, err) || !open_screen(err)) {
		term_signals_close();
		close_input();
		return false;
	}
	term_keys_open(t.in_fd, t.utf8, t.known[MODE_MOUSE]);
	open_colors();
	make_looks();
	idlok(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	err_set_exit_hook(term_signals_give_back); /* curses may be at work in another thread */
	return true;
}

void term_close(void)
{
	if (!t.screen)
		return;
	err_set_exit_hook(NULL);
	grid_done(&t.shown);
	free(t.line);
	t.line = NULL;
	set_modes(false);
	endwin();
	term_keys_close();
	t.screen = NULL; /* delscreen crashes in the cache of tparm if memory ever ran out there (ncurses 6.4) */
	term_signals_close();
	close_input();
}

bool term_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void term_size(int *rows, int *cols)
{
	*rows = LINES;
	*cols = COLS;
}

/* ---- showing */

struct glyph {
	wchar_t codes[CELL_CODES + 1];
	struct look look;
	bool empty; /* nothing to see: takes whatever look is cheapest */
};

static void take_bar(const struct grid *g, int row, int col, const struct cell *cell, struct glyph *glyph)
{
	bool colored = t.bars[cell->role].pair != t.plain;
	if (!colored) {
		glyph->codes[0] = (wchar_t)canvas_bar_code(g, row, col);
	} else if (cell->lead && !g->ascii &&
	           t.utf8) {                 /* no glyph fills a cell to its right: what does not, reversed */
		bool half = cell->lead == 4; /* but this one, which costs fewer bytes */
		glyph->codes[0] = (wchar_t)(half ? 0x2590 : 0x2590 - cell->lead);
		glyph->look.attrs ^= half ? 0 : A_REVERSE;
		glyph->look.visible_blank = true;
	} else if (cell->eighth < 8 && !g->ascii && t.utf8) {
		glyph->codes[0] = (wchar_t)(0x2590 - cell->eighth);
	} else {
		glyph->look = t.bars[cell->role];
	}
}

static struct glyph glyph_of(const struct grid *g, int row, int col, const struct cell *cell)
{
	struct glyph glyph = {.codes = {L' '}, .look = t.looks[cell->role]};
	if (cell->eighth)
		take_bar(g, row, col, cell, &glyph);
	else
		for (int i = 0; i < CELL_CODES; i++)
			glyph.codes[i] = (wchar_t)cell->codes[i];
	if (!t.utf8 && glyph.codes[0] >= 0x7F)
		memcpy(glyph.codes, (wchar_t[CELL_CODES + 1]){L'?'}, sizeof glyph.codes);
	if (cell->reverse) {
		glyph.look.attrs ^= A_REVERSE;
		glyph.look.visible_blank = true;
	}
	glyph.empty = glyph.codes[0] == L' ' && !glyph.look.visible_blank;
	return glyph;
}

static void put_glyph(cchar_t *out, const struct glyph *glyph)
{
	if (setcchar(out, glyph->codes, glyph->look.attrs, glyph->look.pair, NULL) == ERR)
		setcchar(out, L"?", glyph->look.attrs, glyph->look.pair, NULL);
}

enum { WIDE_GAP = 6 }; /* blanks beyond it are skipped if the screen is blank there, or erased: plain ones only */

static bool is_quiet(const struct look *look)
{
	return look->attrs == A_NORMAL && !look->visible_blank;
}

/* Each change of colour costs bytes. So blanks take the look of what stands right or left of them, if a blank does not show it,
 * and those at the end none: they can be erased with one sequence. Where the cursor is must not matter, or the blanks beside its
 * mark and name would be sent again with each move. */
static void fill_gap(int from, int to, const struct look *left, const struct look *right)
{
	struct glyph blank = {.codes = {L' '}, .empty = true};
	if (from == 0) /* where the mark comes and goes */
		put_glyph(&t.line[from++], &blank);
	bool inside =
	    left->attrs == right->attrs && left->pair == right->pair && !left->visible_blank; /* a name of two words */
	bool wide = to - from > WIDE_GAP;
	blank.look.pair = wide ? 0 : t.plain;
	bool colored =
	    left->pair != t.plain && right->pair == t.plain; /* a reversed name after it needs nothing before */
	bool from_right = !(colored && is_quiet(left)) && (inside || is_quiet(right));
	if (!wide && (from_right || is_quiet(left)))
		blank.look = from_right ? *right : *left;
	while (from < to)
		put_glyph(&t.line[from++], &blank);
}

static void show_row(const struct grid *g, int row, int cols)
{
	const struct cell *cells = &g->cells[(size_t)row * (size_t)g->cols];
	const struct look none = {.attrs = A_NORMAL, .pair = t.plain};
	struct look left = none;
	int n = 0, gap = 0; /* gap: where the blanks before n begin */
	for (int col = 0; col < cols; col++) {
		if (cells[col].cols == 0)
			continue;
		struct glyph glyph = glyph_of(g, row, col, &cells[col]);
		if (!glyph.empty) {
			struct look look = cells[col].reverse ? t.looks[cells[col].role] : glyph.look;
			bool marked = cells[0].role == ROLE_CURSOR && gap == 1 && cells[col].reverse && n < WIDE_GAP;
			if (gap < n && marked)
				fill_gap(gap, n, &t.looks[ROLE_CURSOR],
				         &none); /* sent again anyway: they are too few to go past */
			else if (gap < n)
				fill_gap(gap, n, &left, &look);
			put_glyph(&t.line[n], &glyph);
			left = cells[col].role == ROLE_CURSOR ? none : look;
			gap = n + 1;
		}
		n++;
	}
	struct glyph rest = {.codes = {L' '}};
	for (; gap < n; gap++)
		put_glyph(&t.line[gap], &rest);
	mvadd_wchnstr(row, 0, t.line, n);
}

static bool fits_shown(const struct grid *g)
{
	return t.shown.rows == g->rows && t.shown.cols == g->cols && t.shown.ascii == g->ascii;
}

static bool same_row(const struct cell *a, const struct cell *b, size_t cells)
{
	return memcmp(a, b, cells * sizeof *a) == 0;
}

/* Whether a row stood one line higher or lower in the last frame: the terminal moves it. */
static bool was_beside(const struct cell *now, int row, int rows)
{
	size_t cells = (size_t)t.shown.cols;
	const struct cell *before = &t.shown.cells[(size_t)row * cells];
	return (row > 0 && same_row(now, before - cells, cells)) ||
	       (row + 1 < rows && same_row(now, before + cells, cells));
}

/* A page or another screen, and no move or scroll: many rows are new. */
static bool changes_much(const struct grid *g, int rows)
{
	enum { PART = 4 };
	size_t cells = (size_t)g->cols;
	int n = 0;
	if (!fits_shown(g))
		return true;
	for (int row = 0; row < rows; row++) {
		const struct cell *now = &g->cells[(size_t)row * cells], *before = &t.shown.cells[(size_t)row * cells];
		n += !same_row(now, before, cells) && !was_beside(now, row, rows);
	}
	return n > rows / PART;
}

static void show_cells(const struct grid *g, int rows, int cols)
{
	bool known = fits_shown(g);
	if (!known) {
		grid_done(&t.shown);
		grid_init(&t.shown, g->rows, g->cols, g->ascii);
		t.line = xrealloc(t.line, (size_t)g->cols + 1, sizeof *t.line);
		erase();
	}
	size_t row_cells = (size_t)g->cols;
	for (int row = 0; row < rows; row++) {
		const struct cell *now = &g->cells[(size_t)row * row_cells];
		struct cell *before = &t.shown.cells[(size_t)row * row_cells];
		if (known && same_row(now, before, row_cells))
			continue;
		show_row(g, row, cols);
		memcpy(before, now, row_cells * sizeof *now);
	}
}

static void show_caret(const struct grid *g)
{
	bool visible = g->caret_row >= 0 && g->caret_row < LINES && g->caret_col >= 0 && g->caret_col < COLS;
	leaveok(stdscr, !visible);
	curs_set(visible ? 1 : 0);
	if (visible)
		move(g->caret_row, g->caret_col);
}

void term_show(const struct grid *grid)
{
	if (!t.screen)
		return;
	int rows = grid->rows < LINES ? grid->rows : LINES, cols = grid->cols < COLS ? grid->cols : COLS;
	if (t.known[MODE_SYNC] && changes_much(grid, rows))
		set_mode(MODE_SYNC, true); /* until set_modes */
	show_cells(grid, rows, cols);
	show_caret(grid);
	refresh();
	set_modes(true);
}

int term_queued(void)
{
	int n = 0;
	return ioctl(t.out_fd, TIOCOUTQ, &n) == 0 && n > 0 ? n : 0;
}

void term_redraw(void)
{
	grid_done(&t.shown);
	clearok(curscr, TRUE);
}

/* ---- stopping, resizing, leaving */

static void resize(void)
{
	int rows, cols;
	window_size(&rows, &cols);
	if (rows > 0 && cols > 0 && is_term_resized(rows, cols))
		resize_term(rows, cols);
	term_redraw(); /* terminals reflow or cut what they show */
}

void term_leave(void)
{
	if (!t.screen || isendwin())
		return;
	set_modes(false);
	endwin();
	term_redraw();
}

void term_tidy(void)
{
	struct term_reset reset = make_reset();
	if (t.screen && isendwin())
		write_all(t.out_fd, (struct str){(const char *)reset.bytes, reset.n});
}

void term_suspend(void)
{
	kill(0, SIGTSTP);
}

static void stop(void)
{
	term_leave();
	term_signals_stop();
	if (term_signals_take() & SAW_WAKE) /* and the SIGCONT that woke us */
		term_signals_wake();
	resize();
}

/* Stopped by SIGSTOP and gone on: the shell may have set other modes. */
static void go_on(void)
{
	if (!isendwin())
		reset_prog_mode();
	memset(t.on, true, sizeof t.on); /* what they are now nobody knows: off, and on again with the next frame */
	set_modes(false);
	resize();
}

/* ---- keys */

static int take_key(void)
{
	int key = t.peeked;
	t.peeked = KEY_NONE;
	return key != KEY_NONE ? key : term_keys_take();
}

struct str term_paste(void)
{
	return term_keys_paste();
}

static int64_t monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False: nothing that calls for a new frame. */
static bool obey_signals(unsigned saw)
{
	if (saw & SAW_SUSPEND)
		stop();
	else if (saw & SAW_CONTINUE)
		go_on();
	else if (saw & SAW_RESIZE)
		resize();
	return (saw & (SAW_SUSPEND | SAW_CONTINUE | SAW_RESIZE)) != 0;
}

/* Waits; false when term_read has to return without a key. */
static bool wait_for_input(int timeout_ms, bool *hung)
{
	struct pollfd fds[2] = {{.fd = t.in_fd}, {.fd = term_signals_fd()}};
	fds[0].events = fds[1].events = POLLIN;
	int n = poll(fds, 2, timeout_ms);
	if (n < 0)
		return errno == EINTR;
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
		*hung = !(fds[0].revents & POLLIN);
		return !*hung;
	}
	if (fds[0].revents & POLLIN) {
		int bytes = 0;
		*hung = ioctl(t.in_fd, FIONREAD, &bytes) == 0 && bytes == 0; /* readable and empty: end of file */
		return !*hung;
	}
	return fds[1].revents != 0;
}

/* The key for now; *saw says what else happened. */
static int next_key(unsigned *saw)
{
	*saw = term_signals_take();
	int key = obey_signals(*saw) ? KEY_RESIZED : term_signals_ending() ? KEY_NONE : take_key();
	if (key != KEY_NONE && (*saw & SAW_WAKE))
		term_signals_wake(); /* not lost over the key */
	return key;
}

int term_read(int timeout_ms)
{
	int64_t deadline = monotonic_ms() + timeout_ms;
	for (;;) {
		unsigned saw;
		int key = next_key(&saw);
		if (key != KEY_NONE || (saw & SAW_WAKE) || term_signals_ending())
			return key;
		int64_t left = timeout_ms < 0 ? -1 : deadline - monotonic_ms();
		bool hung = false;
		if (wait_for_input(timeout_ms >= 0 && left < 0 ? 0 : (int)left, &hung))
			continue;
		if (hung)
			term_signals_note_hangup();
		return KEY_NONE;
	}
}

bool term_pending(void)
{
	if (t.peeked == KEY_NONE)
		t.peeked = take_key();
	return t.peeked != KEY_NONE;
}

void term_unread(int key)
{
	t.peeked = key;
}

bool term_has_mouse(void)
{
	return t.known[MODE_MOUSE];
}

void term_set_mouse(bool on)
{
	t.wanted[MODE_MOUSE] = on;
	if (t.screen && !isendwin())
		set_mode(MODE_MOUSE, on);
}

void term_mouse(int *row, int *col)
{
	term_keys_mouse(row, col);
}

int term_signal(void)
{
	return term_signals_ending();
}

void term_clear_interrupt(void)
{
	term_signals_clear_interrupt();
}

int term_news_fd(void)
{
	return term_signals_are_open() ? term_signals_fd() : -1;
}

void term_news_seen(void)
{
	term_signals_drain();
}

void term_wake(void)
{
	term_signals_wake();
}

/* ---- the clipboard */

bool term_copy(struct str text, bool tmux_has)
{
	struct buf out = BUF_INIT;
	bool ok = t.screen && osc52_add(&out, text, tmux_has) && write_all(t.out_fd, buf_str(&out));
	buf_done(&out);
	return ok;
}
