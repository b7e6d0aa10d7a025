#include "tui/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/file.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "tui/child.h"
#include "tui/clipboard.h"
#include "tui/keyed.h"
#include "tui/link.h"
#include "tui/marked.h"
#include "tui/term.h"

enum { KEY_POLL_MS = 200, SMALL = 4 << 20 };

extern char **environ;

/* ---------------------------------------------------------------- what is given out */

static bool value_of(const struct screen *s, enum copy what, struct buf *out)
{
	return s->ops->copy && s->ops->copy(s, what, out);
}

static void shown_of(const struct screen *s, struct buf *out)
{
	struct grid grid;
	grid_init(&grid, s->ui->rows, s->ui->cols, s->ui->ascii);
	s->ops->draw(s, grid_canvas(&grid));
	canvas_text(out, grid_canvas(&grid), false, false);
	grid_done(&grid);
}

/* The value, else what the screen shows. */
static void text_of(const struct screen *s, struct buf *out)
{
	if (!value_of(s, COPY_VALUE, out))
		shown_of(s, out);
	if (out->len && out->ptr[out->len - 1] != '\n')
		buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- files */

static bool fail(struct ui *ui, const char *what, const char *path)
{
	struct err err = ERR_INIT;
	err_set(&err, ERR_SYSTEM, NULL, "%s %.200s: %s", what, path, strerror(errno));
	ui_fail(ui, &err);
	return false;
}

/* For a text of that size: the user's own folder lies in memory, and is small. */
static const char *private_folder(size_t size)
{
	static const char *const names[] = {"XDG_RUNTIME_DIR", "TMPDIR"};
	for (size_t i = size > SMALL; i < sizeof names / sizeof *names; i++) {
		const char *folder = getenv(names[i]);
		if (folder && folder[0] == '/' && access(folder, W_OK | X_OK) == 0)
			return folder;
	}
	return "/tmp";
}

static bool write_whole(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno != EINTR)
			return false;
		bytes = str_from(bytes, n > 0 ? (size_t)n : 0);
	}
	return true;
}

/* A new file of mode 0600 that holds `text`; its path is appended. < 0: said. */
static int new_file(struct ui *ui, struct buf *path, struct str text)
{
	buf_printf(path, "%s/spoor-XXXXXX.txt", private_folder(text.len));
	int fd = mkostemps(path->ptr, 4, O_CLOEXEC);
	if (fd < 0) {
		fail(ui, "cannot make", buf_cstr(path));
	} else if (!write_whole(fd, text)) {
		fail(ui, "cannot write", buf_cstr(path));
		close(fd);
		unlink(buf_cstr(path));
		fd = -1;
	}
	return fd;
}

/* ---------------------------------------------------------------- copying */

/* Without what a paste should not carry: a terminal or a shell might act on it. */
static void add_pasteable(struct buf *out, struct str text)
{
	struct text_guard guard = {0};
	while (text.len) {
		uint32_t code = text_decode(&text);
		if (text_guard_next(&guard, code) == RISK_NONE || code == '\n' || code == '\t')
			text_encode(out, code);
	}
}

static void say_size(struct buf *out, size_t n)
{
	units_thousands(out, (int64_t)n);
	buf_add_cstr(out, n == 1 ? " byte" : " bytes");
}

static void copy_to_file(struct ui *ui, struct str text)
{
	struct buf path = BUF_INIT, size = BUF_INIT;
	int fd = new_file(ui, &path, text);
	say_size(&size, text.len);
	if (fd >= 0) {
		ui_say(ui, "too long to copy: in %s (%s)", buf_cstr(&path), buf_cstr(&size));
		close(fd);
	}
	buf_done(&path);
	buf_done(&size);
}

/* told: what was copied is short, and shows. */
static void say_copied(struct ui *ui, struct str text, const char *how, bool told)
{
	struct buf size = BUF_INIT;
	say_size(&size, text.len);
	if (told)
		ui_say(ui, "copied %s (%.*s): " STR_FMT, buf_cstr(&size), (int)strcspn(how, ",;|>"), how,
		       STR_ARG(str_cut(text, 0, 300)));
	else
		ui_say(ui, "copied %s (%.200s)", buf_cstr(&size), how);
	buf_done(&size);
}

static void copy_text(struct ui *ui, struct str text, bool told)
{
	struct buf clean = BUF_INIT;
	struct err err = ERR_INIT;
	const char *how = "";
	add_pasteable(&clean, text);
	if (clipboard_put(buf_str(&clean), &how, &err))
		say_copied(ui, buf_str(&clean), how, told);
	else if (err.code == ERR_NONE)
		copy_to_file(ui, text);
	else
		ui_fail(ui, &err);
	buf_done(&clean);
}

bool handoff_has_link(const struct screen *s)
{
	struct buf text = BUF_INIT;
	bool has = value_of(s, COPY_LINK, &text);
	buf_done(&text);
	return has;
}

/* What is masked on the screen stays so, and without it the link or the command is none. */
static bool is_withheld(struct ui *ui, struct str text)
{
	if (!ui->masked || !link_is_masked(text))
		return false;
	ui_say(ui, "not copied: it would have to name what is masked; %s", keyed("{M} shows it"));
	return true;
}

void handoff_copy_link(struct screen *s, struct str link)
{
	struct buf text = BUF_INIT;
	if (is_withheld(s->ui, link))
		return;
	buf_printf(&text, "spoor open " STR_FMT, STR_ARG(link));
	copy_text(s->ui, buf_str(&text), true);
	buf_done(&text);
}

void handoff_copy_view(struct screen *s)
{
	struct buf text = BUF_INIT;
	if (value_of(s, COPY_VIEW, &text))
		handoff_copy_link(s, buf_str(&text));
	else
		ui_say(s->ui, "there is no link to copy here");
	buf_done(&text);
}

/* What the screen cannot know. */
static void add_surroundings(struct buf *command, const struct ui *ui)
{
	const char *masks = getenv("SPOOR_MASK");
	bool usual = masks && masks[0] && strcmp(masks, "0") != 0;
	if (ui->store) {
		buf_add_cstr(command, " --store ");
		clean_shell_word(command, str_of(ui->store));
	}
	if (ui->masked && !usual)
		buf_add_cstr(command, " --mask");
}

/* Of the marked rows, one a line. */
static void copy_marked(struct screen *s, int letter)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool made = marked_copy(s, letter, &text, &err), leads = letter == 'l' || letter == 'c';
	if (!made)
		ui_fail(s->ui, &err);
	else if (!leads || !is_withheld(s->ui, buf_str(&text)))
		copy_text(s->ui, buf_str(&text), false);
	buf_done(&text);
}

void handoff_copy(struct screen *s, int letter)
{
	if (marked_n(s) && letter != KEY_ESCAPE) {
		copy_marked(s, letter);
		return;
	}
	static const struct {
		int letter;
		enum copy what;
		const char *name;
	} choices[] = {
	    {'v', COPY_VALUE,   "value"       },
            {'p', COPY_PATH,    "path"        },
            {'i', COPY_ID,      "id"          },
	    {'c', COPY_COMMAND, "command line"},
            {'l', COPY_LINK,    "link"        },
	};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		if (choices[i].letter != letter)
			continue;
		bool has = value_of(s, choices[i].what, &text);
		if (has && choices[i].what == COPY_COMMAND)
			add_surroundings(&text, s->ui);
		if (!has)
			ui_say(s->ui, "there is no %s to copy here", choices[i].name);
		else if (choices[i].what == COPY_LINK)
			handoff_copy_link(s, buf_str(&text));
		else if (choices[i].what != COPY_COMMAND || !is_withheld(s->ui, buf_str(&text)))
			copy_text(s->ui, buf_str(&text), choices[i].what != COPY_VALUE);
		buf_done(&text);
		return;
	}
	ui_say(s->ui, "%s", letter == KEY_ESCAPE ? "" : "nothing copied: " HANDOFF_CHOICES);
}

/* ---------------------------------------------------------------- other programs */

/* variable: where the user says which program it is. */
static void say_end(struct ui *ui, const char *name, const char *variable, int code)
{
	struct err err = ERR_INIT;
	if (code < 0)
		fail(ui, "cannot run", "/bin/sh");
	else if (code == 126 || code == 127) {
		err_set(&err, ERR_SYSTEM, NULL,
		        code == 127 ? "%.200s: there is no such program; %s names another"
		                    : "%.200s cannot be run; %s names another",
		        name, variable);
		ui_fail(ui, &err);
	} else if (code > 0)
		ui_say(ui, "%s ended with %d", name, code);
}

/* The environment, with what makes less harmless: no commands from it, nothing raw, and it stays when all fits on one screen. */
struct pager_env {
	char **at;
	struct buf less;
};

static void pager_env_init(struct pager_env *e)
{
	static char secure[] = "LESSSECURE=1", stops[] = "LESSSECURE_ALLOW=stop"; /* ^Z */
	size_t n = 0, kept = 0;
	const char *less = getenv("LESS");
	while (environ[n])
		n++;
	e->at = xcalloc(n + 4, sizeof *e->at);
	for (size_t i = 0; i < n; i++) {
		struct str row = str_of(environ[i]);
		if (!str_starts(row, "LESS=") && !str_starts(row, "LESSOPEN=") && !str_starts(row, "LESSCLOSE=") &&
		    !str_starts(row, "LESSSECURE"))
			e->at[kept++] = environ[i];
	}
	e->less = (struct buf){0};
	buf_printf(&e->less, "LESS=%s -+r -+R -+F", less ? less : "-M");
	e->at[kept++] = e->less.ptr;
	e->at[kept++] = secure;
	e->at[kept] = stops;
}

static void pager_env_done(struct pager_env *e)
{
	free(e->at);
	buf_done(&e->less);
}

/* Of blanks alone it names nothing: sh would end at once, and show nothing. */
static const char *command_of(const char *variable)
{
	const char *command = getenv(variable);
	return command && str_trim(str_of(command)).len ? command : NULL;
}

void handoff_pager(struct screen *s)
{
	struct buf text = BUF_INIT;
	struct pager_env env;
	const char *named = command_of("SPOOR_PAGER"), *pager = named ? named : command_of("PAGER");
	text_of(s, &text);
	pager_env_init(&env);
	struct child_text in = {buf_str(&text), s->ui->ascii};
	term_leave();
	int code = child_run(pager ? pager : "if command -v less >/dev/null; then exec less; else exec more; fi", NULL,
	                     &in, env.at);
	say_end(s->ui, pager ? pager : "less", named ? "$SPOOR_PAGER" : "$PAGER", code);
	pager_env_done(&env);
	buf_done(&text);
}

/* ---------------------------------------------------------------- the editor */

static bool fill_copy(struct ui *ui, const char *path, struct str text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok = fd >= 0 && write_whole(fd, text);
	if (!ok)
		fail(ui, "cannot write", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

static const char *editor_of_user(void)
{
	const char *names[] = {command_of("SPOOR_EDITOR"), command_of("VISUAL"), command_of("EDITOR")};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i])
			return names[i];
	return "vi";
}

/* The text in a file of a folder of its own, looked at or changed in the user's editor; the file is still there then. Gives the editor's
 * exit code; < 0: it was not run. What went wrong is said. */
static int run_editor(struct ui *ui, const char *path, struct str text, mode_t mode)
{
	struct buf command = BUF_INIT;
	const char *editor = editor_of_user();
	int code = -1;
	buf_printf(&command, "%s \"$1\"", editor);
	if (fill_copy(ui, path, text, mode)) {
		term_leave();
		code = child_run(buf_cstr(&command), path, NULL, environ);
		say_end(ui, editor, "$EDITOR", code);
	}
	buf_done(&command);
	return code;
}

/* A folder that only we can look into, and the path of a file in it. */
static bool make_folder(struct ui *ui, size_t size, struct buf *folder, struct buf *path)
{
	buf_printf(folder, "%s/spoor-XXXXXX", private_folder(size));
	if (!mkdtemp(folder->ptr))
		return fail(ui, "cannot make", buf_cstr(folder));
	buf_printf(path, "%s/value.txt", buf_cstr(folder));
	return true;
}

static void drop_folder(struct ui *ui, const struct buf *folder, const struct buf *path)
{
	unlink(buf_cstr(path));
	if (rmdir(buf_cstr(folder)) != 0)
		fail(ui, "the editor left something in", buf_cstr(folder));
}

void handoff_editor(struct screen *s)
{
	struct buf text = BUF_INIT, folder = BUF_INIT, path = BUF_INIT;
	text_of(s, &text);
	if (make_folder(s->ui, text.len, &folder, &path)) {
		run_editor(s->ui, buf_cstr(&path), buf_str(&text), S_IRUSR);
		drop_folder(s->ui, &folder, &path);
	}
	buf_done(&text);
	buf_done(&folder);
	buf_done(&path);
}

bool handoff_edit(struct ui *ui, struct buf *text, size_t most)
{
	struct buf folder = BUF_INIT, path = BUF_INIT, now = BUF_INIT;
	struct err err = ERR_INIT;
	bool changed = false;
	if (make_folder(ui, text->len, &folder, &path)) {
		int code = run_editor(ui, buf_cstr(&path), buf_str(text), S_IRUSR | S_IWUSR);
		if (code == 0 || (code > 0 && term_signal())) { /* what was saved before all ended is not lost */
			if (!file_read(&now, buf_cstr(&path), most, &err))
				ui_fail(ui, &err);
			else
				changed = !str_eq(buf_str(&now), buf_str(text));
		}
		drop_folder(ui, &folder, &path);
	}
	if (changed) {
		buf_clear(text);
		buf_add_str(text, buf_str(&now));
	}
	buf_done(&folder);
	buf_done(&path);
	buf_done(&now);
	return changed;
}

/* ---------------------------------------------------------------- plain print */

/* As the screen draws it, cell for cell, but for line breaks: where two terminals would measure differently, neither gets the chance. */
static void add_drawn(struct buf *out, struct str text, bool ascii)
{
	struct str line;
	while (str_split(&text, '\n', &line)) {
		struct text_iter it;
		struct cell_text cell;
		text_iter_init(&it, line, ascii);
		while (text_next(&it, &cell))
			for (int i = 0; i < CELL_CODES && cell.codes[i]; i++)
				text_encode(out, cell.codes[i]);
		buf_add_char(out, '\n');
	}
}

/* Prints, and waits for any key, read past curses, which has left the terminal; or for a signal that ends the program. */
static void print_and_wait(struct str text)
{
	struct termios old, single;
	int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	bool keys = fd >= 0 && tcgetattr(fd, &old) == 0;
	if (keys) {
		single = old;
		single.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
		tcsetattr(fd, TCSADRAIN, &single);
	}
	struct pollfd waits = {.fd = fd, .events = POLLIN};
	bool printed = write_whole(STDOUT_FILENO, text);
	while (keys && printed && !term_signal() && poll(&waits, 1, KEY_POLL_MS) == 0)
		continue;
	if (keys) {
		tcflush(fd, TCIFLUSH); /* an arrow is several bytes */
		tcsetattr(fd, TCSADRAIN, &old);
	}
	if (fd >= 0)
		close(fd);
	write_whole(STDOUT_FILENO, STR_LIT("\n"));
}

void handoff_print(struct screen *s)
{
	struct buf text = BUF_INIT, clean = BUF_INIT;
	text_of(s, &text);
	add_drawn(&clean, buf_str(&text), s->ui->ascii);
	buf_add_cstr(&clean, "-- a key goes back to spoor --");
	term_leave();
	print_and_wait(buf_str(&clean));
	buf_done(&text);
	buf_done(&clean);
}
