/* Two runs: what differs between them beside their answers. */
#include <stdlib.h>

#include "tui/screen/pane_memory.h"
#include "tui/keyed.h"
#include "tui/screen.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_rundiff.h"
#include "tui/widget/find.h"
#include "tui/widget/move.h"

struct request {
	int64_t a, b;
	uint64_t serial, generation;
	bool ascii, failed;
	struct run_diff data;
};

struct state {
	int64_t a, b;
	struct run_diff data;
	bool loaded, failed, asked;
	uint64_t serial, generation, asked_generation;
	bool whole, fresh;
	struct sheet sheet;
	int top;
	struct buf find;
};

static struct state *state_of(const struct screen *screen)
{
	return screen->state;
}

static void lay_out(struct screen *screen)
{
	struct state *st = state_of(screen);
	int cols = screen->ui->cols - 2;
	if (!st->loaded || (st->fresh && st->sheet.cols == (cols > 1 ? cols : 1)))
		return;
	struct template_look look = {.ascii = screen->ui->ascii, .brackets = screen->ui->mono, .whole = st->whole};
	rundiff_sheet(&st->sheet, cols, &st->data, &look);
	st->fresh = true;
}

/* ---------------------------------------------------------------- data */

static void *rundiff_ask(struct screen *screen)
{
	struct state *st = state_of(screen);
	uint64_t generation = screen->ui->generation;
	lay_out(screen);
	bool current = (st->loaded || st->failed) && st->generation == generation;
	if (current || (st->asked && st->asked_generation == generation))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .a = st->a, .b = st->b, .serial = ++st->serial, .generation = generation, .ascii = screen->ui->ascii};
	st->asked = true;
	st->asked_generation = generation;
	return r;
}

static bool rundiff_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	bool ok = run_diff_get(db, r->a, r->b, r->ascii, &r->data, err);
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void rundiff_take(struct screen *screen, void *request, bool ok)
{
	struct state *st = state_of(screen);
	struct request *r = request;
	if (r->serial == st->serial) {
		st->asked = false;
		st->failed = r->failed;
		if (ok || r->failed)
			st->generation = r->generation;
		if (ok) {
			struct run_diff old = st->data;
			st->data = r->data;
			r->data = old;
			st->loaded = true;
			st->fresh = false;
		}
	}
	run_diff_done(&r->data);
	free(r);
	lay_out(screen);
}

/* ---------------------------------------------------------------- drawing */

static void rundiff_draw(const struct screen *screen, struct canvas body)
{
	const struct state *st = state_of(screen);
	if (!st->loaded) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed          ? "The runs could not be read."
		            : screen->ui->ascii ? "reading both runs ..."
		                                : "reading both runs …");
		return;
	}
	sheet_draw(&st->sheet, canvas_part(body, 0, 1, body.rows, body.cols - 1), st->top, false, buf_str(&st->find));
}

static void rundiff_headline(const struct screen *screen, struct canvas row)
{
	(void)screen;
	canvas_putc(row, 0, 1, -1, ROLE_TITLE, "What differs between the runs beside their answers");
}

static void rundiff_status(const struct screen *screen, struct buf *out)
{
	const struct state *st = state_of(screen);
	if (!st->loaded)
		return;
	buf_printf(out, "row %d of %d", st->sheet.rows ? st->top + 1 : 0, st->sheet.rows);
	if (st->find.len)
		buf_printf(out, "%s/ %s", screen->ui->ascii ? ", " : " · ", buf_cstr(&st->find));
}

/* ---------------------------------------------------------------- actions */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome rundiff_move(struct screen *screen, enum move move)
{
	struct state *st = state_of(screen);
	template_scroll(&st->top, st->sheet.rows, screen->ui->rows, move);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(rundiff_move)

static enum outcome by_change(struct screen *screen, bool forward)
{
	struct state *st = state_of(screen);
	case_go_to_change(screen->ui, st->loaded ? &st->sheet : NULL, &st->top, forward);
	return OUT_HANDLED;
}

ACTION(next_difference)
{
	UNUSED;
	return by_change(screen, true);
}

ACTION(previous_difference)
{
	UNUSED;
	return by_change(screen, false);
}

static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct state *st = state_of(screen);
	if (!st->find.len) {
		if (!stay)
			ui_say(screen->ui, "%s", keyed("nothing is being searched for: {/} asks"));
		return OUT_HANDLED;
	}
	int row =
	    st->sheet.rows > 0 ? sheet_find(&st->sheet, buf_str(&st->find), st->top + (stay ? 0 : by), by > 0) : -1;
	if (row >= 0)
		st->top = row;
	else
		ui_say(screen->ui, "not here%s: %s", st->whole ? "" : keyed(", {x} shows more"), buf_cstr(&st->find));
	return OUT_HANDLED;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

ACTION(all_lines)
{
	UNUSED;
	struct state *st = state_of(screen);
	st->whole = !st->whole;
	st->fresh = false;
	lay_out(screen);
	return rundiff_move(screen, MOVE_LEFT);
}

ACTION(swap)
{
	UNUSED;
	struct state *st = state_of(screen);
	int64_t a = st->a;
	st->a = st->b;
	st->b = a;
	st->generation = screen->ui->generation - 1;
	st->asked = st->failed = false;
	return OUT_REFRESH;
}

ACTION(open_prompts)
{
	(void)in;
	const struct state *st = state_of(screen);
	int64_t id = !st->loaded ? 0 : st->data.b.prompt_id ? st->data.b.prompt_id : st->data.a.prompt_id;
	if (!id) {
		ui_say(screen->ui, "no file says which prompts these runs had");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = "prompts", .id = id};
	return OUT_OPEN;
}

ACTION(compare)
{
	(void)in;
	const struct state *st = state_of(screen);
	*target = (struct target){.screen = "compare", .id = st->a, .id2 = st->b};
	return OUT_OPEN;
}

/* Esc first forgets what was searched for; then the app's own "back" comes. */
ACTION(clear)
{
	UNUSED;
	struct state *st = state_of(screen);
	if (!st->find.len)
		return OUT_IGNORED;
	buf_clear(&st->find);
	return OUT_HANDLED;
}

/* clang-format off */
static const struct action actions[] = {
	MOVE_ACTIONS,
	{.name = "prompts", .keys = "Enter p", .help = "all versions of the prompt, how each scored", .hint = "prompts", .hint_order = 1, .run = open_prompts},
	{.name = "next-difference", .keys = "}", .help = "next difference", .hint = "next", .hint_order = 2, .run = next_difference},
	{.name = "prev-difference", .keys = "{", .help = "the difference before", .run = previous_difference},
	{.name = "all-lines", .keys = "x", .help = "values and templates whole, or a few lines around each difference", .hint = "whole", .hint_order = 3, .run = all_lines},
	{.name = "compare", .keys = "d", .help = "the comparison of the two runs", .hint = "compare", .hint_order = 4, .run = compare},
	{.name = "swap", .keys = "s", .help = "A becomes B and B becomes A", .hint = "swap", .hint_order = 5, .run = swap},
	{.name = "search", .keys = "/", .help = "search", .hint = "search", .hint_order = 6, .run = search},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "clear", .keys = "Esc", .help = "forget the search; then one level up", .run = clear},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool rundiff_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct state *st = state_of(screen);
	if (!target->id || !target->id2)
		return err_set(err, ERR_USAGE, NULL, "two runs are needed to say what differs between them");
	st->a = target->id;
	st->b = target->id2;
	return true;
}

static void rundiff_place(const struct screen *screen, struct target *out)
{
	*out = (struct target){.screen = "rundiff", .id = state_of(screen)->a, .id2 = state_of(screen)->b};
}

static bool rundiff_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct state *st = state_of(screen);
	if (what == COPY_LINK || what == COPY_VIEW)
		return st->loaded && copy_link(out, "rundiff", st->data.a.text, st->data.b.text);
	if (!st->loaded)
		return false;
	if (what == COPY_COMMAND) {
		buf_add_cstr(out, "spoor compare");
		copy_word(out, st->data.a.text);
		copy_word(out, st->data.b.text);
		buf_add_cstr(out, " --prompts");
		return true;
	}
	if (what == COPY_VALUE) {
		copy_sheet(out, &st->sheet, screen->ui->ascii);
		return true;
	}
	return what == COPY_ID && copy_str(out, st->data.b.text);
}

static void rundiff_close(struct screen *screen)
{
	struct state *st = state_of(screen);
	run_diff_done(&st->data);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

/* ---------------------------------------------------------------- how it was left */

static void rundiff_remember(const struct screen *screen, struct jout *out)
{
	const struct state *st = state_of(screen);
	remember_int(out, "top", st->top);
	remember_flag(out, "whole", st->whole);
}

static bool rundiff_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct state *st = state_of(screen);
	(void)lately;
	if (!st->loaded)
		return st->failed;
	st->whole = recall_flag(kept, "whole");
	st->top = (int)recall_int(kept, "top", 0, INT32_MAX / 2);
	st->fresh = false;
	lay_out(screen);
	return true;
}

const struct screen_ops screen_rundiff = {
    .name = "rundiff",
    .title = "What differs",
    .state_size = sizeof(struct state),
    .actions = actions,
    .open = rundiff_open,
    .ask = rundiff_ask,
    .fetch = rundiff_fetch,
    .take = rundiff_take,
    .draw = rundiff_draw,
    .headline = rundiff_headline,
    .status = rundiff_status,
    .place = rundiff_place,
    .copy = rundiff_copy,
    .remember = rundiff_remember,
    .recall = rundiff_recall,
    .close = rundiff_close,
};
