/* What the keys do: the actions of one screen and those of every screen, scrolled, kept to what matches. */
#include <string.h>

#include "store/base/text.h"
#include "store/base/vec.h"
#include "tui/keyed.h"
#include "tui/screen.h"
#include "tui/screen/pane_text.h"
#include "tui/widget/move.h"

enum { KEY_COLS = 20, NAME_COLS = 16 };

struct help_state {
	char screen[32]; /* whose keys */
	struct buf keep; /* only actions that hold this */
	struct sheet sheet;
	int shown, of; /* actions */
	int top;
	int laid_cols;
	bool stale;
};

static struct help_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- the sheet */

static bool holds(const char *text, struct str what)
{
	return text_find(str_of(text), what, 0, find_ignores_case(what)) != SIZE_MAX;
}

static bool is_kept(const struct action *of, const struct action *a, struct str keep)
{
	return keep.len == 0 || holds(a->name, keep) || holds(action_keys_now(a), keep) ||
	       holds(keyed_in(of, a->help), keep);
}

static bool is_taken(const struct action *own, struct str key)
{
	for (const struct action *a = own; a && a->name; a++) {
		struct str rest = str_of(action_keys_now(a)), one;
		while (str_split(&rest, ' ', &one))
			if (str_eq(one, key))
				return true;
	}
	return false;
}

/* The keys that do it here: those the screen has a use of its own for do not. */
static void keys_left(struct buf *out, const struct action *a, const struct action *own)
{
	struct str rest = str_of(action_keys_now(a)), one;
	while (str_split(&rest, ' ', &one))
		if (one.len && !is_taken(own, one))
			buf_printf(out, "%s" STR_FMT, out->len ? " " : "", STR_ARG(one));
}

/* of: the actions it is one of. own: those of the screen that come before; NULL: none do. */
static void lay_action(struct sheet *s, const struct action *of, const struct action *a, const struct action *own)
{
	struct buf keys = BUF_INIT;
	keys_left(&keys, a, own);
	if (!keys.len)
		buf_printf(&keys, ":%s", a->name);
	sheet_row(s);
	sheet_column(s, 2);
	sheet_add(s, ROLE_HINT_KEY, arena_str(&s->arena, buf_str(&keys)));
	int col = text_cols(buf_str(&keys)) + 2 < KEY_COLS ? KEY_COLS : text_cols(buf_str(&keys)) + 4;
	buf_done(&keys);
	bool names = s->cols >= KEY_COLS + NAME_COLS + 40;
	if (names) {
		sheet_column(s, col);
		sheet_addc(s, ROLE_DIM, a->name);
		col += (int)strlen(a->name) + 1 > NAME_COLS ? (int)strlen(a->name) + 1 : NAME_COLS;
	}
	sheet_wrap(s, ROLE_TEXT, col, str_of(keyed_in(of, a->help)), 0);
}

static void lay_title(struct sheet *s, const char *title)
{
	sheet_row(s);
	sheet_column(s, 1);
	sheet_addc(s, ROLE_HEADING, title);
}

/* What no table of actions has (tui/fingers.h). */
static void lay_habits(struct sheet *s)
{
	static const char *const habits[][2] = {
	    {"10j 3^F",      "a number before a key that moves: so many times; where digits are no keys"},
	    {"200G :200",    "to that row"	                                                      },
	    {"F3 F4 F6 F10", "as / & > Q; \\ as &"	                                              },
	    {":q :q! :wq",   "as {q}, {Q}, {Q}"	                                                 },
	};
	sheet_gap(s);
	lay_title(s, "As in vim, less, tig and htop");
	for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
		sheet_row(s);
		sheet_column(s, 2);
		sheet_addc(s, ROLE_HINT_KEY, habits[i][0]);
		sheet_wrap(s, ROLE_TEXT, KEY_COLS, str_of(keyed(habits[i][1])), 0);
	}
}

static void lay_actions(struct help_state *h, const char *title, const struct action *actions, const struct action *own)
{
	bool first = true;
	for (const struct action *a = actions; a && a->name; a++) {
		h->of++;
		if (!is_kept(actions, a, buf_str(&h->keep)))
			continue;
		if (first) {
			sheet_gap(&h->sheet);
			lay_title(&h->sheet, title);
			first = false;
		}
		h->shown++;
		lay_action(&h->sheet, actions, a, own);
	}
}

static void lay_out(struct help_state *h, int cols)
{
	const struct screen_ops *ops = screen_named(h->screen);
	h->shown = h->of = 0;
	h->laid_cols = cols;
	h->stale = false;
	sheet_begin(&h->sheet, cols);
	if (ops)
		lay_actions(h, ops->title, ops->actions, NULL);
	lay_actions(h, "Everywhere", screen_common_actions, ops ? ops->actions : NULL);
	if (!h->keep.len)
		lay_habits(&h->sheet);
	if (h->shown == 0) {
		sheet_row(&h->sheet);
		sheet_addc(&h->sheet, ROLE_TEXT, "No key does anything like that.");
	}
}

/* ---------------------------------------------------------------- a screen without data */

static bool help_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct help_state *h = state_of(screen);
	(void)err;
	snprintf(h->screen, sizeof h->screen, "%.31s", target->text);
	h->stale = true;
	return true;
}

static void help_close(struct screen *screen)
{
	struct help_state *h = state_of(screen);
	sheet_done(&h->sheet);
	buf_done(&h->keep);
}

static void scroll(struct screen *screen, int64_t by)
{
	struct help_state *h = state_of(screen);
	int last = h->sheet.rows > screen->ui->rows ? h->sheet.rows - screen->ui->rows : 0;
	int64_t top = h->top + by;
	h->top = (int)(top < 0 ? 0 : top > last ? last : top);
}

static void *help_ask(struct screen *screen)
{
	struct help_state *h = state_of(screen);
	if (h->stale || h->laid_cols != screen->ui->cols)
		lay_out(h, screen->ui->cols);
	scroll(screen, 0);
	return NULL;
}

static bool help_fetch(struct db *db, void *request, struct err *err)
{
	(void)db, (void)request, (void)err;
	return true;
}

static void help_take(struct screen *screen, void *request, bool ok)
{
	(void)screen, (void)request, (void)ok;
}

static void help_draw(const struct screen *screen, struct canvas body)
{
	const struct help_state *h = state_of(screen);
	sheet_draw(&h->sheet, body, h->top, false, buf_str(&h->keep));
}

static void help_headline(const struct screen *screen, struct canvas row)
{
	const struct help_state *h = state_of(screen);
	const struct screen_ops *ops = screen_named(h->screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Keys");
	if (ops)
		col += canvas_printf(row, 0, col + 2, -1, ROLE_TITLE, "%s", ops->title) + 2;
	if (h->keep.len)
		canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_MARK, "/ " STR_FMT, STR_ARG(buf_str(&h->keep)));
}

static void help_status(const struct screen *screen, struct buf *out)
{
	const struct help_state *h = state_of(screen);
	if (h->keep.len) {
		buf_printf(out, "%d of %d actions", h->shown, h->of);
		return;
	}
	int last = h->top + screen->ui->rows < h->sheet.rows ? h->top + screen->ui->rows : h->sheet.rows;
	buf_printf(out, "rows %d-%d of %d%s%d actions", h->top + 1, last, h->sheet.rows,
	           screen->ui->ascii ? ", " : " · ", h->of);
}

static void help_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "help"};
	snprintf(out->text, sizeof out->text, "%s", state_of(screen)->screen);
}

/* ---------------------------------------------------------------- actions */

static enum outcome help_move(struct screen *screen, enum move move)
{
	scroll(screen, move_rows(move, screen->ui->rows > 1 ? screen->ui->rows - 1 : 1));
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(help_move)

static enum outcome keep_answer(struct screen *screen, const struct input *in, struct target *target)
{
	struct help_state *h = state_of(screen);
	(void)target;
	buf_clear(&h->keep);
	buf_add_str(&h->keep, str_cut(in->argument, 0, 100));
	h->stale = true;
	h->top = 0;
	return OUT_REFRESH;
}

static const struct action keep_line = {.name = "search-for", .keys = "", .help = "", .run = keep_answer};

static enum outcome keep(struct screen *screen, const struct input *in, struct target *target)
{
	if (in->argument.len)
		return keep_answer(screen, in, target);
	*target = (struct target){.prompt = "/", .answer = &keep_line};
	return OUT_PROMPT;
}

static enum outcome space(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return help_move(screen, MOVE_PAGE_DOWN);
}

static enum outcome clear(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	struct help_state *h = state_of(screen);
	if (h->keep.len == 0)
		return OUT_IGNORED;
	buf_clear(&h->keep);
	h->stale = true;
	return OUT_REFRESH;
}

static enum outcome leave(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in, (void)target;
	return OUT_BACK;
}

/* name, keys, help, hint, order, run */
static const struct action actions[] = {
    {"search", "/",      "keep only what holds this",         "find", 1, keep },
    MOVE_ACTIONS,
    {"space",  "Space",  "one page down",                     NULL,   0, space},
    {"clear",  "Esc",    "show all again, else one level up", NULL,   0, clear},
    {"leave",  "q ? F1", "back",                              "back", 2, leave},
    ACTIONS_END,
};

const struct screen_ops screen_help = {
    .name = "help",
    .title = "Keys",
    .state_size = sizeof(struct help_state),
    .actions = actions,
    .open = help_open,
    .ask = help_ask,
    .fetch = help_fetch,
    .take = help_take,
    .draw = help_draw,
    .headline = help_headline,
    .status = help_status,
    .place = help_place,
    .close = help_close,
};
