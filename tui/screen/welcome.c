/* The first screen of an empty store: what spoor is, what to do now, where files come from; why those that were tried gave nothing. Choices
 * on top, text below; what does not fit scrolls. */
#include <stdlib.h>

#include "store/db.h"
#include "store/query/sources.h"
#include "tui/keyed.h"
#include "tui/screen/pane_choices.h"
#include "tui/screen/pane_copy.h"
#include "tui/start.h"

enum { MARGIN = 1, TEXT_COL = 5, NAME_COLS = 16, PROBLEMS = 3, PLACES = 4 };

enum choice_kind { CHOOSE_TOUR, CHOOSE_SAMPLES, CHOOSE_FILE, CHOOSE_PLACE };
struct place {
	const char *what; /* static */
	struct str path;
};

/* What was read. */
struct welcome_read {
	struct arena arena;
	bool empty;
	struct str store;
	struct str problems[PROBLEMS];
	int n_problems;
	int64_t more_problems;
	struct place places[PLACES];
	int n_places;
};

struct welcome_state {
	struct welcome_read read;
	bool loaded;                 /* `read` is there */
	bool known;                  /* of this generation, or it cannot be */
	uint64_t generation, serial; /* serial: of the request that is awaited; 0: none */
	struct choices choices;
	enum choice_kind kinds[CHOICES_MOST];
	int first_place;
};

struct request {
	uint64_t serial, generation;
	bool failed; /* and asking again would not help */
	struct welcome_read read;
};

static struct welcome_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- the sheet */

static void lay_choice(struct welcome_state *st, enum choice_kind kind)
{
	static const struct {
		const char *key, *text;
	} words[] = {
	    [CHOOSE_TOUR] = {"{t}", "see five things to try"                                             },
	    [CHOOSE_SAMPLES] = {"{s}", "look at sample data, in a store of its own that goes when you leave"},
	    [CHOOSE_FILE] = {"{i}", "read a file or a folder of yours"                                   },
	    [CHOOSE_PLACE] = {"",    ""	                                                           },
	};
	struct sheet *s = &st->choices.sheet;
	st->kinds[st->choices.n] = kind;
	choices_row(&st->choices);
	sheet_column(s, MARGIN + 1);
	sheet_addc(s, ROLE_HINT_KEY, keyed(words[kind].key));
	sheet_column(s, TEXT_COL);
	if (kind != CHOOSE_PLACE)
		sheet_wrap(s, ROLE_TEXT, TEXT_COL, str_of(words[kind].text), 0);
	choices_rest(&st->choices);
}

static void lay_choices(struct welcome_state *st)
{
	if (st->loaded && !st->read.empty)
		lay_choice(st, CHOOSE_TOUR);
	lay_choice(st, CHOOSE_SAMPLES);
	lay_choice(st, CHOOSE_FILE);
	st->first_place = st->choices.n;
	for (int i = 0; i < st->read.n_places; i++) {
		const struct place *p = &st->read.places[i];
		lay_choice(st, CHOOSE_PLACE);
		sheet_printf(&st->choices.sheet, ROLE_TEXT, "read " STR_FMT, STR_ARG(p->path));
		sheet_printf(&st->choices.sheet, ROLE_DIM, "  %s", p->what);
	}
}

static void lay_heading(struct sheet *s, const char *name)
{
	sheet_row(s);
	sheet_column(s, MARGIN);
	sheet_addc(s, ROLE_HEADING, name);
}

static void lay_problems(struct welcome_state *st)
{
	const struct welcome_read *r = &st->read;
	struct sheet *s = &st->choices.sheet;
	if (!r->n_problems)
		return;
	sheet_gap(s);
	lay_heading(s, "What was tried gave nothing");
	for (int i = 0; i < r->n_problems; i++) {
		sheet_row(s);
		sheet_wrap(s, ROLE_ERROR, MARGIN + 1, r->problems[i], 3);
	}
	sheet_row(s);
	sheet_column(s, MARGIN + 1);
	if (r->more_problems)
		sheet_printf(s, ROLE_DIM, "and %lld more: spoor doctor --problems", (long long)r->more_problems);
	else
		sheet_addc(s, ROLE_DIM, "spoor import --explain FILE says what a file was taken for");
}

static void lay_row(struct sheet *s, const char *name, const char *text)
{
	sheet_row(s);
	sheet_column(s, MARGIN + 1);
	sheet_addc(s, ROLE_TEXT, name);
	sheet_column(s, MARGIN + NAME_COLS);
	sheet_wrap(s, ROLE_DIM, MARGIN + NAME_COLS, str_of(text), 0);
}

static void lay_all(struct screen *screen, bool gaps)
{
	struct welcome_state *st = state_of(screen);
	struct sheet *s = &st->choices.sheet;
	choices_begin(&st->choices, screen->ui->cols);
	sheet_row(s);
	sheet_wrap(s, ROLE_TEXT, MARGIN, str_of(start_what), 0);
	sheet_gap(s);
	lay_choices(st);
	lay_problems(st);
	if (gaps)
		sheet_gap(s);
	lay_heading(s, "Where files come from");
	sheet_addc(s, ROLE_DIM, "  (then: spoor out.json)");
	for (const struct start_source *from = start_sources; from->from; from++)
		lay_row(s, from->from, from->how);
	if (gaps)
		sheet_gap(s);
	lay_heading(s, "What is read");
	if (start_n_formats)
		sheet_printf(s, ROLE_DIM, "  (%zu formats: spoor formats)", start_n_formats);
	for (const struct start_family *f = start_families; f->what; f++)
		lay_row(s, f->what, f->names);
}

static void lay_out(struct screen *screen)
{
	choices_lay(&state_of(screen)->choices, screen, lay_all);
}

/* ---------------------------------------------------------------- data */

static void *welcome_ask(struct screen *screen)
{
	static uint64_t serials;
	struct welcome_state *st = state_of(screen);
	if (!choices_fit(&st->choices, screen->ui->rows, screen->ui->cols))
		lay_out(screen);
	if (st->serial || (st->known && st->generation == screen->ui->generation))
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.serial = ++serials, .generation = screen->ui->generation};
	st->serial = r->serial;
	return r;
}

/* The newest of the problems there are, as sentences. */
static bool read_problems(struct db *db, struct welcome_read *out, struct err *err)
{
	enum { MOST = 200 };
	struct problem *all;
	size_t n;
	int64_t total;
	if (!sources_problems(db, 0, MOST, &out->arena, &all, &n, &total, err))
		return false;
	for (size_t i = n > PROBLEMS ? n - PROBLEMS : 0; i < n; i++) {
		struct buf text = BUF_INIT;
		problem_sentence(&text, &all[i]);
		out->problems[out->n_problems++] = arena_str(&out->arena, buf_str(&text));
		buf_done(&text);
	}
	out->more_problems = total - out->n_problems;
	return true;
}

static void find_places(struct welcome_read *out)
{
	for (size_t i = 0; start_places[i].what && out->n_places < PLACES; i++) {
		struct buf shown = BUF_INIT;
		if (start_place_there(i, &shown))
			out->places[out->n_places++] =
			    (struct place){start_places[i].what, arena_str(&out->arena, buf_str(&shown))};
		buf_done(&shown);
	}
}

static bool welcome_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct welcome_read *out = &r->read;
	out->store = arena_str(&out->arena, str_of(db_path(db)));
	find_places(out);
	bool ok = sources_none(db, &out->empty, err) && (!out->empty || read_problems(db, out, err));
	r->failed = !ok && err->code != ERR_INTERRUPTED;
	return ok;
}

static void welcome_take(struct screen *screen, void *request, bool ok)
{
	struct welcome_state *st = state_of(screen);
	struct request *r = request;
	if (r->serial == st->serial)
		st->serial = 0;
	if (ok || r->failed) {
		st->known = true;
		st->generation = r->generation;
	}
	if (ok) {
		arena_done(&st->read.arena);
		st->read = r->read;
		st->loaded = true;
		lay_out(screen);
	} else {
		arena_done(&r->read.arena);
	}
	free(r);
}

/* ---------------------------------------------------------------- drawing */

static void welcome_draw(const struct screen *screen, struct canvas body)
{
	choices_draw(&state_of(screen)->choices, body);
}

static void welcome_headline(const struct screen *screen, struct canvas row)
{
	const struct welcome_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "spoor");
	if (st->loaded)
		canvas_putc(row, 0, col + 2, -1, ROLE_TITLE,
		            st->read.empty ? "nothing has been read yet" : "how to begin");
}

static void welcome_status(const struct screen *screen, struct buf *out)
{
	const struct welcome_state *st = state_of(screen);
	if (st->loaded)
		buf_printf(out, "store " STR_FMT "%s", STR_ARG(st->read.store), st->read.empty ? " (empty)" : "");
	choices_position(&st->choices, screen->ui->rows, out);
}

static void welcome_place(const struct screen *screen, struct target *out)
{
	(void)screen;
	*out = (struct target){.screen = "welcome"};
}

static bool welcome_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	if (what == COPY_COMMAND)
		buf_add_cstr(out, "spoor help start");
	else if (what == COPY_VALUE)
		copy_sheet(out, &state_of(screen)->choices.sheet, screen->ui->ascii);
	return out->len > 0;
}

/* ---------------------------------------------------------------- actions */

static enum outcome welcome_move(struct screen *screen, enum move move)
{
	return choices_move(&state_of(screen)->choices, move, screen->ui->rows);
}

MOVE_FUNCTIONS(welcome_move)

/* The program's own: it holds the store and the import. */
static enum outcome common(struct screen *screen, const char *name, struct str argument, struct target *target)
{
	const struct action *a = screen_common_actions ? action_named(screen_common_actions, str_of(name)) : NULL;
	struct input in = {.key = KEY_NONE, .argument = argument};
	return a ? a->run(screen, &in, target) : OUT_IGNORED;
}

static enum outcome samples(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in;
	return common(screen, "samples", STR_NONE, target);
}

static enum outcome import(struct screen *screen, const struct input *in, struct target *target)
{
	return common(screen, "import", in->argument, target);
}

static enum outcome tour(struct screen *screen, const struct input *in, struct target *target)
{
	(void)screen, (void)in;
	*target = (struct target){.screen = "tour"};
	return OUT_OPEN;
}

static enum outcome choose(struct screen *screen, const struct input *in, struct target *target)
{
	const struct welcome_state *st = state_of(screen);
	int at = st->choices.cursor;
	switch (st->kinds[at]) {
	case CHOOSE_TOUR: return tour(screen, in, target);
	case CHOOSE_SAMPLES: return samples(screen, in, target);
	case CHOOSE_FILE: return common(screen, "import", STR_NONE, target);
	case CHOOSE_PLACE: return common(screen, "import", st->read.places[at - st->first_place].path, target);
	}
	return OUT_HANDLED;
}

static enum outcome space(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	return welcome_move(screen, MOVE_PAGE_DOWN);
}

/* The lists below it are empty, too. */
static enum outcome leave(struct screen *screen, const struct input *in, struct target *target)
{
	(void)in, (void)target;
	const struct welcome_state *st = state_of(screen);
	return st->loaded && st->read.empty ? OUT_QUIT : OUT_IGNORED;
}

/* clang-format off */
static const struct action actions[] = {
	{.name = "choose", .keys = "Enter", .help = "do what the cursor stands on", .hint = "choose", .hint_order = 1, .run = choose},
	{.name = "samples", .keys = "s", .help = "the sample data, in a store of its own that goes when you leave", .hint = "samples", .hint_order = 3, .run = samples},
	{.name = "import", .keys = "i", .help = "read a file or a folder", .hint = "read", .hint_order = 4, .run = import},
	{.name = "tour", .keys = "t", .help = "five things to try", .run = tour},
	MOVE_ACTIONS,
	{.name = "space", .keys = "Space", .help = "one page down", .run = space},
	{.name = "leave", .keys = "q Esc", .help = "leave; one level up if the store is not empty", .hint = "leave", .hint_order = 2, .run = leave},
	ACTIONS_END,
};
/* clang-format on */

static bool welcome_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)target, (void)err;
	lay_out(screen); /* it shows at once: what is read only adds to it */
	return true;
}

static void welcome_close(struct screen *screen)
{
	struct welcome_state *st = state_of(screen);
	arena_done(&st->read.arena);
	choices_done(&st->choices);
}

const struct screen_ops screen_welcome = {
    .name = "welcome",
    .title = "How to begin",
    .state_size = sizeof(struct welcome_state),
    .actions = actions,
    .open = welcome_open,
    .ask = welcome_ask,
    .fetch = welcome_fetch,
    .take = welcome_take,
    .draw = welcome_draw,
    .headline = welcome_headline,
    .status = welcome_status,
    .place = welcome_place,
    .copy = welcome_copy,
    .close = welcome_close,
};
