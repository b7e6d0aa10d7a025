/* The real terminal code on a pseudo-terminal: the test forks, the child paints a screen of known cells and obeys keys, the
 * parent looks at what libvterm made of the bytes, and counts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <locale.h>
#include <termios.h>

#include "tests/vterm.h"
#include "tui/term.h"

/* ---- the child */

struct demo {
	const char *theme;
	struct term_opts opts;
	int ack; /* gets a byte after each frame */
	bool crash_on_open;
};

enum { N_ROWS = 100000, TOP = 2 };

struct state {
	int top, cursor, key, clicks;
};

static void paint_row(struct canvas c, int row, int index, bool cursor)
{
	static const enum role kinds[] = {ROLE_KIND_LLM, ROLE_KIND_TOOL, ROLE_KIND_RETRIEVER, ROLE_KIND_TASK};
	static const char *const words[] = {"llm  ", "tool ", "retr ", "task "};
	enum role bar = index % 5 == 0 ? ROLE_BAR_CRITICAL : index % 7 == 0 ? ROLE_BAR_ERROR : ROLE_BAR;
	canvas_putc(c, row, 1, -1, ROLE_DIM, index % 3 ? "├─▸" : "│  └─");
	canvas_putc(c, row, 7, -1, kinds[index % 4], words[index % 4]);
	int used = canvas_printf(c, row, 12, 22, ROLE_TEXT, "step-%d-of-agent", index * 7919 % 1000);
	canvas_printf(c, row, 36, 7, ROLE_TEXT, "%d.%02ds", index % 13, index % 100);
	canvas_bar(c, row, 44, c.cols - 44, index % 17 / 20.0, (index % 17 + 2.3) / 20, bar);
	if (cursor) {
		canvas_putc(c, row, 0, 1, ROLE_CURSOR, ">");
		canvas_reverse(c, row, 12, used);
	}
}

static void paint(struct grid *g, const struct state *s)
{
	struct canvas c = grid_canvas(g);
	canvas_clear(c);
	canvas_putc(c, 0, 1, -1, ROLE_TITLE, "dispute-agent");
	canvas_putc(c, 0, 20, -1, ROLE_ERROR, "✗ error");
	canvas_putc(c, 0, 30, -1, ROLE_TEXT, "日本 é");
	canvas_rule(c, 1, ROLE_BORDER);
	for (int row = TOP; row < c.rows - 2; row++)
		paint_row(c, row, s->top + row - TOP, s->top + row - TOP == s->cursor);
	char name[32];
	int row, col;
	term_mouse(&row, &col);
	snprintf(name, sizeof name, "U+%X", (unsigned)s->key);
	if (s->key > KEY_NONE)
		snprintf(name, sizeof name, "%s %d,%d",
		         s->key == KEY_CLICK      ? "click"
		         : s->key == KEY_WHEEL_UP ? "up"
		                                  : "down",
		         row, col);
	canvas_printf(c, c.rows - 2, 1, -1, ROLE_STATUS, "row %5d of %d", s->cursor, N_ROWS);
	canvas_printf(c, c.rows - 2, 40, -1, ROLE_STATUS, "key %-8s size %dx%d", name, c.rows, c.cols);
	canvas_putc(c, c.rows - 1, 1, 1, ROLE_HINT_KEY, "q");
	canvas_putc(c, c.rows - 1, 3, -1, ROLE_HINT, "quit");
	if (s->clicks)
		canvas_printf(c, c.rows - 1, 30, -1, ROLE_HINT, "%d clicks", s->clicks);
	g->caret_row = s->key == '/' ? c.rows - 1 : -1;
	g->caret_col = 5;
}

static void obey(struct state *s, int key, int rows)
{
	s->key = key;
	int page = rows - 2 - TOP;
	if (key == 'j')
		s->cursor++;
	if (key == ' ')
		s->cursor += page;
	if (s->cursor >= s->top + page)
		s->top = s->cursor - page + 1;
	if (key == 'c')
		raise(SIGSEGV);
	if (key == 'a')
		abort();
	if (key == 'b')
		err_bug("demo.c", 7, "a bug");
	if (key == 'z')
		term_suspend();
	if (key == '^')
		term_redraw();
	if (key == 'W')
		term_wake();
	if (key == 'm' || key == 'M')
		term_set_mouse(key == 'm');
	if (key == 'e') /* another program for a moment */
		term_leave();
	if (key == KEY_CLICK)
		s->clicks++;
}

static int run_demo(void *arg)
{
	const struct demo *demo = arg;
	struct theme theme;
	struct err err = ERR_INIT;
	setlocale(LC_ALL, "");
	if (!theme_load(&theme, demo->theme ? demo->theme : "default", &err) || !term_open(&theme, &demo->opts, &err)) {
		printf("error %d: %s\n", (int)err.code, err.text);
		fflush(stdout);
		return err_exit_code(err.code);
	}
	struct state s = {.cursor = 3};
	while (s.key != 'q' && !term_signal()) {
		int rows, cols;
		struct grid g;
		term_size(&rows, &cols);
		grid_init(&g, rows, cols, demo->opts.ascii);
		paint(&g, &s);
		term_show(&g);
		grid_done(&g);
		if (demo->ack >= 0 && write(demo->ack, ".", 1) < 0)
			break;
		int key = term_read(-1);
		do
			obey(&s, key, rows);
		while (term_pending() && (key = term_read(0)) != KEY_NONE);
	}
	int number = term_signal();
	term_close();
	printf("closed\n");
	fflush(stdout);
	return number ? 128 + number : 0;
}

/* ---- the parent */

struct demo_vt {
	struct vt vt;
	int frames; /* read end of the acknowledgements */
};

static void start(struct demo_vt *d, struct demo demo, int rows, int cols, const char *const *env)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	demo.ack = ends[1];
	vt_fork(&d->vt, rows, cols, run_demo, &demo, env);
	close(ends[1]);
	d->frames = ends[0];
}

static int stop(struct demo_vt *d)
{
	int code = vt_close(&d->vt);
	close(d->frames);
	return code;
}

/* Waits for the next frame to be written whole. */
static void frame(struct demo_vt *d)
{
	int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
	for (;;) {
		struct pollfd fds[] = {
		    {.fd = d->frames, .events = POLLIN},
                    {.fd = d->vt.fd,  .events = POLLIN}
                };
		assert_true(poll(fds, 2, (int)(deadline - vt_now_ms())) > 0);
		if (fds[1].revents & POLLIN)
			vt_pump(&d->vt, 0);
		char byte;
		if (fds[0].revents && !(fds[1].revents & POLLIN)) {
			assert_int_equal(read(d->frames, &byte, 1), 1);
			return;
		}
	}
}

static void assert_row(struct vt *vt, int row, const char *expected)
{
	struct buf text = BUF_INIT;
	vt_add_row(vt, &text, row);
	assert_string_equal(buf_cstr(&text), expected);
	buf_clear(&text);
	buf_done(&text);
}

static void assert_letters(struct vt *vt, int row, const char *expected)
{
	struct buf text = BUF_INIT;
	vt_add_letters(vt, &text, row);
	assert_string_equal(buf_cstr(&text), expected);
	buf_done(&text);
}

static void test_cells(void **state)
{
	(void)state;
	struct demo_vt d;
	start(&d, (struct demo){0}, 10, 60, NULL);
	frame(&d);
	assert_row(&d.vt, 0, " dispute-agent      ✗ error   日本 é");
	assert_letters(&d.vt, 0, ": ttttttttttttt      E EEEEE   .... .\n");
	assert_row(&d.vt, 5, ">│  └─ task step-757-of-agent       3.03s     ▍ ▎");
	assert_letters(&d.vt, 5, ":Cd  dd ffff CCCCCCCCCCCCCCCCC       .....     bbb\n");
	assert_row(&d.vt, 9, " q quit");
	assert_letters(&d.vt, 9, ": k iiii\n");
	assert_true(vt_golden(&d.vt, "term-demo"));
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

static void test_keys(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		int key;
	} keys[] = {
	    {"x",              1,  'x'           },
	    {"\x01",           1,  1             },
	    {"\xc3\xa9",       2,  0xE9          },
	    {"\xe6\x97\xa5",   3,  0x65E5        },
	    {"\r",             1,  KEY_RETURN    },
	    {"\t",             1,  KEY_TAB       },
	    {"\x7f",           1,  KEY_ERASE     },
	    {"\033",           1,  KEY_ESCAPE    },
	    {"\033OA",         3,  KEY_ARROW_UP  },
	    {"\033[A",         3,  KEY_ARROW_UP  },
	    {"\033[B",         3,  KEY_ARROW_DOWN},
	    {"\033[5~",        4,  KEY_PAGE_UP   },
	    {"\033[6~",        4,  KEY_PAGE_DOWN },
	    {"\033[H",         3,  KEY_TO_HOME   },
	    {"\033[1~",        4,  KEY_TO_HOME   },
	    {"\033OF",         3,  KEY_TO_END    },
	    {"\033[Z",         3,  KEY_SHIFT_TAB },
	    {"\033[3~",        4,  KEY_DEL       },
	    {"\033OP",         3,  KEY_F1_       },
	    {"\033[?7;9$yx",   9,  'x'           }, /* an answer nobody asked for is no key */
	    {"\033[200;300Ry", 11, 'y'           },
	    {"\xff"
	     "w", 2,  'w'           },
	    {"\0v",            2,  'v'           },
	    {"x\033k",         3,  'k'           },
	    {"\033\033k",      3,  'k'           },
	    {"\033k",          2,  'k'           },
	};
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		char expected[32];
		vt_send_bytes(&d.vt, keys[i].bytes, keys[i].n);
		snprintf(expected, sizeof expected, "key U+%X ", (unsigned)keys[i].key);
		assert_true(vt_wait_text(&d.vt, expected));
		vt_send(&d.vt, "~");
		assert_true(vt_wait_text(&d.vt, "key U+7E "));
	}
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

static void test_wake(void **state)
{
	(void)state;
	struct demo_vt d;
	char expected[32];
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	vt_send(&d.vt, "W");
	snprintf(expected, sizeof expected, "key U+%X ", (unsigned)KEY_NONE);
	assert_true(vt_wait_text(&d.vt, expected)); /* term_read returned without a key */
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

#define MOUSE_ON  "\033[?1006h\033[?1000h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"

static size_t count_of(const struct buf *raw, const char *bytes)
{
	size_t n = 0, at;
	for (struct str rest = buf_str(raw); (at = str_find(rest, str_of(bytes))) != SIZE_MAX; n++)
		rest = str_from(rest, at + strlen(bytes));
	return n;
}

/* Waits until the bytes have come n times; they never come more often. */
static void assert_count(struct demo_vt *d, const char *bytes, size_t n)
{
	int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
	while (count_of(d->vt.raw, bytes) < n && !d->vt.over && vt_now_ms() < deadline)
		vt_pump(&d->vt, 100);
	assert_int_equal(count_of(d->vt.raw, bytes), n);
}

/* Sends the bytes and a key behind them; what is shown then came of the bytes alone if it is no key's name. */
static void mouse_says(struct demo_vt *d, const char *bytes, const char *expected)
{
	vt_send(&d->vt, bytes);
	assert_true(vt_wait_text(&d->vt, expected));
}

static void test_mouse(void **state)
{
	(void)state;
	static const char *const terms[] = {"TERM=xterm-256color", "TERM=tmux-256color", "TERM=screen"};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct demo_vt d;
		struct buf raw = BUF_INIT;
		start(&d, (struct demo){0}, 40, 400, (const char *const[]){terms[i], NULL});
		d.vt.raw = &raw;
		frame(&d);
		assert_count(&d, "\033[?100", 0); /* off at first */
		vt_send(&d.vt, "m");
		frame(&d);
		assert_count(&d, MOUSE_ON, 1);
		mouse_says(&d, "\033[<0;301;12M\033[<0;301;12m", "click 11,300 ");
		mouse_says(&d, "\033[<64;1;1M", "up 0,0 ");
		mouse_says(&d, "\033[<65;399;40M", "down 39,398 ");
		mouse_says(&d, "\033[<20;5;6M", "click 5,4 "); /* with Shift and Control */
		mouse_says(&d, "\033[M\x20\x23\x25", "click 4,2 ");
		mouse_says(&d, "\033[M\x60\xff\x21", "up 0,222 ");
		mouse_says(&d, "\033[M\x60\x21\xffx", "key U+78 "); /* row 223 is not on this screen */
		static const char *const nothing[] = {"\033[<32;9;9M",  "\033[<35;9;9M",  "\033[<0;9;9m",
		                                      "\033[<2;9;9M",   "\033[<1;9;9M",   "\033[<66;9;9M",
		                                      "\033[<0;0;9M",   "\033[<0;500;9M", "\033[<0;99999999999999;9M",
		                                      "\033[<0;9M",     "\033[<0;1;2;3M", "\033[<0:1!2;3M",
		                                      "\033[<0?1;2;3M", "\033[<;;M",      "\033[M\x23\x25\x25"};
		for (size_t k = 0; k < sizeof nothing / sizeof *nothing; k++) {
			vt_send(&d.vt, nothing[k]);
			mouse_says(&d, "x", "key U+78 ");
			mouse_says(&d, "~", "key U+7E ");
		}
		assert_true(vt_has_text(&d.vt, "3 clicks"));
		mouse_says(&d, "\033[<0;3;3M\033[<0;3;3m\033[<0;3;3M\033[<0;3;3m", "5 clicks");
		vt_send(&d.vt, "e"); /* off while another program has the terminal, on with the next frame */
		assert_count(&d, MOUSE_OFF, 1);
		assert_count(&d, MOUSE_ON, 2);
		vt_send(&d.vt, "M");
		assert_count(&d, MOUSE_OFF, 2);
		vt_send(&d.vt, i == 1 ? "q" : "mq");
		while (!d.vt.over)
			vt_pump(&d.vt, VT_PATIENCE_MS);
		assert_count(&d, MOUSE_OFF, i == 1 ? 2 : count_of(&raw, MOUSE_ON));
		assert_int_equal(stop(&d), 0);
		buf_done(&raw);
	}
}

/* Where the description knows no mouse the modes are not sent, and what a mouse would send elsewhere is no key. */
static void test_no_mouse(void **state)
{
	(void)state;
	struct demo_vt d;
	struct buf raw = BUF_INIT;
	start(&d, (struct demo){.opts = {.mouse = true}}, 24, 80, (const char *const[]){"TERM=vt220", NULL});
	d.vt.raw = &raw;
	frame(&d);
	mouse_says(&d, "m\033[<0;3;3Mx", "key U+78 ");
	assert_false(vt_has_text(&d.vt, "click"));
	vt_send(&d.vt, "c");
	while (!d.vt.over)
		vt_pump(&d.vt, VT_PATIENCE_MS);
	assert_count(&d, "\033[?100", 0);
	stop(&d);
	buf_done(&raw);
}

static size_t median(size_t *counts, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = i; j > 0 && counts[j] < counts[j - 1]; j--) {
			size_t swap = counts[j];
			counts[j] = counts[j - 1];
			counts[j - 1] = swap;
		}
	return counts[n / 2];
}

enum { N_MOVES = 15 };

static size_t bytes_per_key(struct demo_vt *d, const char *key)
{
	size_t counts[N_MOVES];
	for (size_t i = 0; i < N_MOVES; i++) {
		size_t before = d->vt.n_bytes;
		vt_send(&d->vt, key);
		frame(d);
		counts[i] = d->vt.n_bytes - before;
	}
	return median(counts, N_MOVES);
}

static void test_bytes(void **state)
{
	(void)state;
	static const struct {
		int rows, cols;
		const char *term;
	} sizes[] = {
	    {24, 80,  "TERM=xterm-256color"},
	    {60, 200, "TERM=xterm-256color"},
	    {24, 80,  "TERM=tmux-256color" },
	    {60, 200, "TERM=tmux-256color" },
	    {24, 80,  "TERM=linux"         }
        };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct demo_vt d;
		start(&d, (struct demo){0}, sizes[i].rows, sizes[i].cols, (const char *const[]){sizes[i].term, NULL});
		frame(&d);
		size_t first = d.vt.n_bytes, move = bytes_per_key(&d, "j");
		for (int at = 3 + N_MOVES; at < sizes[i].rows - 5; at++) {
			vt_send(&d.vt, "j");
			frame(&d);
		}
		size_t scroll = bytes_per_key(&d, "j"), page = bytes_per_key(&d, " ");
		printf("%s %dx%d: first %zu, move %zu, line scroll %zu, page %zu bytes\n", sizes[i].term, sizes[i].cols,
		       sizes[i].rows, first, move, scroll, page);
		assert_true(move <= 130);
		assert_true(scroll <= 260);
		vt_send(&d.vt, "q");
		assert_int_equal(stop(&d), 0);
	}
}

static void test_resize(void **state)
{
	(void)state;
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	static const int sizes[][2] = {
	    {60, 200},
            {12, 90 },
            {1,  1  },
            {2,  2  },
            {30, 100}
        };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		vt_resize(&d.vt, sizes[i][0], sizes[i][1]);
		frame(&d);
		char expected[32];
		snprintf(expected, sizeof expected, "size %dx%d", sizes[i][0], sizes[i][1]);
		if (sizes[i][1] > 2)
			assert_true(vt_wait_text(&d.vt, expected));
	}
	assert_row(&d.vt, 0, " dispute-agent      ✗ error   日本 é");
	struct winsize huge = {.ws_row = 9999, .ws_col = 9999}; /* libvterm itself is spared */
	ioctl(d.vt.fd, TIOCSWINSZ, &huge);
	frame(&d);
	vt_resize(&d.vt, 24, 80);
	assert_true(vt_wait_text(&d.vt, "size 24x80"));
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

static void test_redraw_repairs(void **state)
{
	(void)state;
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	static const char noise[] = "\033[3;3Hgarbage from another program";
	vterm_input_write(d.vt.vterm, noise, sizeof noise - 1);
	assert_true(vt_has_text(&d.vt, "garbage"));
	vt_send(&d.vt, "^");
	frame(&d);
	assert_false(vt_has_text(&d.vt, "garbage"));
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

/* A shell of the kind that matters here: its job gets its own process group and the terminal, and is stopped and continued. */
static int run_shell(void *arg)
{
	signal(SIGTTOU, SIG_IGN);
	pid_t job = fork();
	if (job == 0) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		while (tcgetpgrp(0) != getpgrp())
			poll(NULL, 0, 1);
		_exit(run_demo(arg));
	}
	setpgid(job, job);
	tcsetpgrp(0, job);
	int status;
	while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
		tcsetpgrp(0, getpgrp());
		struct termios modes;
		tcgetattr(0, &modes);
		printf("\nstopped by %d, echo %s\n", WSTOPSIG(status), modes.c_lflag & ECHO ? "on" : "off");
		fflush(stdout);
		char line[16];
		if (read(0, line, sizeof line) <= 0)
			return 99;
		tcsetpgrp(0, job);
		kill(-job, SIGCONT);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void test_suspend(void **state)
{
	(void)state;
	struct vt vt;
	struct demo demo = {.ack = -1};
	vt_fork(&vt, 24, 80, run_shell, &demo, NULL);
	assert_true(vt_wait_text(&vt, "row     3 of"));
	static const char *const ways[] = {"\x1a", "z", "\x1a"};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		vt_send(&vt, ways[i]);
		assert_true(vt_wait_text(&vt, "stopped by 20, echo on"));
		assert_false(vt_has_text(&vt, "dispute-agent")); /* back on the main screen */
		if (i == 2)
			vt_resize(&vt, 30, 90);
		vt_send(&vt, "\n");
		assert_true(vt_wait_text(&vt, "row     3 of"));
		assert_row(&vt, 0, " dispute-agent      ✗ error   日本 é");
	}
	assert_true(vt_wait_text(&vt, "size 30x90"));
	vt_send(&vt, "q");
	assert_int_equal(vt_close(&vt), 0);
}

static void test_signals(void **state)
{
	(void)state;
	static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct demo_vt d;
		start(&d, (struct demo){0}, 24, 80, NULL);
		frame(&d);
		kill(d.vt.pid, numbers[i]);
		assert_true(vt_wait_text(&d.vt, "closed"));
		assert_false(vt_has_text(&d.vt, "dispute-agent"));
		assert_int_equal(stop(&d), 128 + numbers[i]);
	}
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	vt_send(&d.vt, "\x03");
	assert_true(vt_wait_text(&d.vt, "closed"));
	assert_int_equal(stop(&d), 130);
}

static void test_crash(void **state)
{
	(void)state;
	static const struct {
		const char *key;
		int code;
	} crashes[] = {
	    {"c", 128 + SIGSEGV},
            {"a", 128 + SIGABRT},
            {"b", 128 + SIGABRT}
        };
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
		struct demo_vt d;
		struct buf raw = BUF_INIT;
		start(&d, (struct demo){.opts = {.mouse = true}}, 24, 80, NULL);
		d.vt.raw = &raw;
		frame(&d);
		vt_send(&d.vt, crashes[i].key);
		while (!d.vt.over)
			vt_pump(&d.vt, VT_PATIENCE_MS);
		assert_count(&d, MOUSE_ON, 1);
		assert_count(&d, MOUSE_OFF, 1);
		buf_done(&raw);
		assert_false(vt_has_text(&d.vt, "dispute-agent")); /* left the other screen */
		struct termios modes;
		assert_int_equal(tcgetattr(d.vt.fd, &modes), 0);
		int code = stop(&d);
#if !defined(__SANITIZE_ADDRESS__)
		assert_true(modes.c_lflag & ECHO);
		assert_int_equal(code, crashes[i].code);
#else
		assert_int_not_equal(code, 0); /* the sanitizer takes the signal after us */
#endif
	}
}

static void test_depths(void **state)
{
	(void)state;
	static const struct {
		const char *env[3];
		struct term_opts opts;
		const char *theme, *row; /* row 5 from column 36 on */
		int fg;
	} cases[] = {
	    {{"TERM=xterm-256color"},               {0},                               "default", "3.03s     ▍ ▎", 60},
	    {{"TERM=xterm"},                        {0},                               "default", "3.03s     ▍ ▎", 4 },
	    {{"TERM=vt100"},                        {0},                               "default", "3.03s     ──",  -1},
	    {{"TERM=xterm-256color", "NO_COLOR=1"}, {0},                               "default", "3.03s     ──",  -1},
	    {{"TERM=xterm-256color"},               {.no_color = true},                "default", "3.03s     ──",  -1},
	    {{"TERM=xterm-256color"},               {0},                               "mono",    "3.03s     ──",  -1},
	    {{"TERM=xterm-256color"},               {.ascii = true, .no_color = true}, "default", "3.03s     --",      -1},
	    {{"TERM=xterm-256color"},               {.ascii = true},                   "default", "3.03s",             60},
	    {{"TERM=linux"},                        {0},                               "light",   "3.03s     ▍ ▎", 6 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct demo_vt d;
		start(&d, (struct demo){.theme = cases[i].theme, .opts = cases[i].opts}, 10, 60, cases[i].env);
		frame(&d);
		struct buf row = BUF_INIT;
		vt_add_row(&d.vt, &row, 5);
		const char *at = strstr(buf_cstr(&row), "3.03s");
		assert_non_null(at);
		assert_string_equal(at, cases[i].row);
		buf_done(&row);
		VTermScreenCell cell;
		struct style full = vt_style(&d.vt, 5, 47, &cell);
		assert_int_equal(full.bg, cases[i].fg); /* a bar is blanks on its colour */
		vt_send(&d.vt, "q");
		assert_int_equal(stop(&d), 0);
	}
}

static void test_no_terminal(void **state)
{
	(void)state;
	static const char *const terms[] = {"TERM=dumb", "TERM=unknown", "TERM=no-such-terminal", "TERM=", "TERM"};
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
		struct vt vt;
		struct demo demo = {.ack = -1};
		vt_fork(&vt, 24, 200, run_demo, &demo, (const char *const[]){terms[i], NULL});
		assert_true(vt_wait_text(&vt, "spoor import, traces"));
		assert_int_equal(vt_close(&vt), 2);
	}
}

static void test_hangup(void **state)
{
	(void)state;
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	signal(SIGHUP, SIG_IGN);
	close(d.vt.fd);
	int status;
	assert_int_equal(waitpid(d.vt.pid, &status, 0), d.vt.pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
	signal(SIGHUP, SIG_DFL);
	close(d.frames);
	vterm_free(d.vt.vterm);
	rmdir(d.vt.home);
}

static void test_caret(void **state)
{
	(void)state;
	struct demo_vt d;
	start(&d, (struct demo){0}, 24, 80, NULL);
	frame(&d);
	vt_send(&d.vt, "/");
	frame(&d);
	VTermPos pos;
	vterm_state_get_cursorpos(vterm_obtain_state(d.vt.vterm), &pos);
	assert_int_equal(pos.row, 23);
	assert_int_equal(pos.col, 5);
	vt_send(&d.vt, "q");
	assert_int_equal(stop(&d), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cells),       cmocka_unit_test(test_keys),           cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_resize),      cmocka_unit_test(test_redraw_repairs), cmocka_unit_test(test_suspend),
	    cmocka_unit_test(test_signals),     cmocka_unit_test(test_crash),          cmocka_unit_test(test_depths),
	    cmocka_unit_test(test_no_terminal), cmocka_unit_test(test_hangup),         cmocka_unit_test(test_caret),
	    cmocka_unit_test(test_wake),        cmocka_unit_test(test_mouse),          cmocka_unit_test(test_no_mouse),
	};
	return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
