#include "tui/screen/pane_release.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "tui/screen/pane_two.h"
#include "tui/screen/pane_axis.h"

enum {
	BANNER_ROWS = 3,
	BANNER_COLS = 22,
	WORD_COLS = 9, /* "✓ skipped" */
	TITLE_COLS = 24,
	FIGURE_COLS = 11,
	DRAW_LEAST = 11,
	DRAW_MOST = 41,
	DETAIL_ROWS = 6,
	LIST_LEAST = 5,
	LIMIT_LEAST = 1 + WORD_COLS + 1 + TITLE_COLS + 2 * FIGURE_COLS, /* narrower: no limit */
	FIGURE_LEAST = LIMIT_LEAST - FIGURE_COLS                        /* and no figure */
};

/* ---------------------------------------------------------------- state */

void release_answer_done(struct release_answer *r)
{
	gate_done(&r->g);
	arena_done(&r->arena);
	buf_done(&r->mistakes);
	*r = (struct release_answer){.judged = false};
}

static int weight(enum gate_status s)
{
	static const int weights[N_GATE_STATUSES] = {
	    [GATE_FAIL] = 0, [GATE_TOO_FEW] = 1, [GATE_PASS] = 2, [GATE_SKIPPED] = 3};
	return weights[s];
}

const struct gate_check *release_cursor(const struct release_state *s)
{
	int64_t row = s->list.cursor;
	return s->is.judged && s->order && row >= 0 && (size_t)row < s->is.g.n_checks ? &s->is.g.checks[s->order[row]]
	                                                                              : NULL;
}

static void put_in_order(struct release_state *s)
{
	size_t n = 0;
	free(s->order);
	s->order = xmalloc(size_mul(s->is.g.n_checks + 1, sizeof *s->order));
	for (int w = 0; w < N_GATE_STATUSES; w++)
		for (size_t i = 0; i < s->is.g.n_checks; i++)
			if (weight(s->is.g.checks[i].status) == w)
				s->order[n++] = i;
}

void release_adopt(struct release_state *s, struct release_answer *r)
{
	/* On the first row it stays: what speaks against the release most is there. */
	const struct gate_check *before = s->list.cursor ? release_cursor(s) : NULL;
	struct buf name = BUF_INIT;
	int64_t found = before ? -1 : 0;
	if (before)
		buf_add_str(&name, before->name);
	release_answer_done(&s->is);
	s->is = *r;
	*r = (struct release_answer){.judged = false};
	put_in_order(s);
	for (size_t i = 0; before && i < s->is.g.n_checks; i++)
		if (str_eq(s->is.g.checks[s->order[i]].name, buf_str(&name)))
			found = (int64_t)i;
	list_refit(&s->list, (int64_t)s->is.g.n_checks, found);
	buf_done(&name);
	s->loaded = true;
}

/* ---------------------------------------------------------------- the answer, large */

/* Letters three rows high, as far as the two short answers need them. */
static const struct {
	char letter;
	const char *rows[BANNER_ROWS];
} letters[] = {
    {'D', {"█▀▀▄", "█  █", "▀▀▀ "}      },
    {'H', {"█  █", "█▀▀█", "▀  ▀"}        },
    {'I', {"▀█▀", " █ ", "▀▀▀"}             },
    {'L', {"█   ", "█   ", "▀▀▀▀"}            },
    {'O', {"█▀▀█", "█  █", "▀▀▀▀"}    },
    {'P', {"█▀▀█", "█▀▀▀", "▀   "}      },
    {'S', {"█▀▀▀", "▀▀▀█", "▀▀▀▀"}},
};

static int put_letter(struct canvas c, int col, char letter, enum role role)
{
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
		if (letters[i].letter != letter)
			continue;
		for (int row = 0; row < BANNER_ROWS; row++)
			canvas_putc(c, row, col, -1, role, letters[i].rows[row]);
		return text_cols(str_of(letters[i].rows[0])) + 1;
	}
	return 0;
}

static void put_spaced(struct canvas c, int row, struct str word, enum role role)
{
	for (size_t i = 0; i < word.len; i++)
		canvas_put(c, row, 1 + 2 * (int)i, 1, role, str_cut(word, i, 1));
}

static enum role answer_role(enum gate_answer answer)
{
	switch (answer) {
	case GATE_SHIP: return ROLE_OK;
	case GATE_HOLD: return ROLE_ERROR;
	case GATE_NOT_ENOUGH:
	case N_GATE_ANSWERS: break;
	}
	return ROLE_WARNING;
}

static void draw_word(struct canvas c, enum gate_answer answer)
{
	struct str rest = str_of(gate_answer_title(answer)), word;
	enum role role = answer_role(answer);
	if (answer == GATE_NOT_ENOUGH) { /* three words, a row each */
		for (int row = 0; str_split(&rest, ' ', &word); row++)
			put_spaced(c, row, word, role);
	} else if (c.grid->ascii) {
		put_spaced(c, 1, rest, role);
		canvas_fill(c, 0, 1, 2 * (int)rest.len - 1, role, "=");
		canvas_fill(c, 2, 1, 2 * (int)rest.len - 1, role, "=");
	} else {
		for (size_t i = 0, col = 1; i < rest.len; i++)
			col += (size_t)put_letter(c, (int)col, rest.ptr[i], role);
	}
}

static void draw_wrapped(struct canvas c, enum role role, struct str text)
{
	struct sheet sheet = {0};
	sheet_begin(&sheet, c.cols);
	sheet_row(&sheet);
	sheet_wrap(&sheet, role, 0, text, c.rows);
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

static void draw_answer(const struct gate *g, struct canvas c)
{
	draw_word(canvas_part(c, 0, 0, BANNER_ROWS, BANNER_COLS), g->answer);
	draw_wrapped(canvas_part(c, 0, BANNER_COLS, BANNER_ROWS, c.cols - BANNER_COLS - 1), ROLE_TEXT, g->sentence);
}

/* ---------------------------------------------------------------- the checks */

static enum role status_role(enum gate_status s)
{
	switch (s) {
	case GATE_PASS: return ROLE_OK;
	case GATE_FAIL: return ROLE_ERROR;
	case GATE_TOO_FEW: return ROLE_WARNING;
	case GATE_SKIPPED:
	case N_GATE_STATUSES: break;
	}
	return ROLE_DIM;
}

static bool is_change(const struct gate_check *c)
{
	return str_starts(c->name, "regression.");
}

static void put_cell(struct canvas line, int col, enum role role, const struct gate_check *c, bool limit)
{
	struct buf text = BUF_INIT;
	bool ascii = line.grid->ascii;
	if (!limit)
		gate_figure(&text, c->unit, c->value, is_change(c) && !IS_UNKNOWN(c->before), ascii);
	else if (is_change(c) && IS_UNKNOWN(c->limit) && !IS_UNKNOWN(c->value))
		buf_add_cstr(&text, "not worse");
	else
		gate_limit(&text, c, ascii);
	canvas_put_right(line, 0, col, FIGURE_COLS - 1, role, buf_str(&text));
	buf_done(&text);
}

/* The figure and its interval about the limit, which stands in the middle: what lies to the right is within it. */
static void draw_figure(struct canvas line, int col, int cols, const struct gate_check *c)
{
	double limit = is_change(c) && IS_UNKNOWN(c->limit) ? 0 : c->limit;
	bool known = !IS_UNKNOWN(c->low) && !IS_UNKNOWN(c->high);
	struct axis i = {.point = c->value - limit,
	                 .low = (known ? c->low : c->value) - limit,
	                 .high = (known ? c->high : c->value) - limit,
	                 .less_is_better = c->at_most};
	if (IS_UNKNOWN(i.point) || c->unit == GATE_COUNT)
		return;
	i.scale = 1.1 * fmax(fabs(i.point), fmax(fabs(i.low), fabs(i.high)));
	i.scale = i.scale > 0 ? i.scale : 1;
	axis_draw(line, 0, col, cols, &i, status_role(c->status));
}

static int draw_cols(int cols)
{
	int left = cols - 1 - WORD_COLS - 1 - TITLE_COLS - 2 * FIGURE_COLS - 2;
	left = left > DRAW_MOST ? DRAW_MOST : left;
	left -= left % 2 == 0;
	return left < DRAW_LEAST ? 0 : left;
}

static void draw_check(const void *context, struct canvas line, int64_t row, bool cursor)
{
	const struct release_state *s = context;
	if (row < 0 || (size_t)row >= s->is.g.n_checks)
		return;
	const struct gate_check *c = &s->is.g.checks[s->order[row]];
	enum role role = c->status == GATE_SKIPPED ? ROLE_DIM : ROLE_TEXT;
	int col = 1, drawing = draw_cols(line.cols);
	canvas_printf(line, 0, col, WORD_COLS, status_role(c->status), "%s %s",
	              gate_status_mark(c->status, line.grid->ascii), gate_status_title(c->status));
	col += WORD_COLS + 1;
	int used = canvas_put(line, 0, col, TITLE_COLS - 1, role, c->title);
	if (cursor)
		canvas_reverse(line, 0, col, used);
	col += TITLE_COLS;
	if (line.cols >= FIGURE_LEAST)
		put_cell(line, col, role, c, false);
	if (line.cols >= LIMIT_LEAST)
		put_cell(line, col + FIGURE_COLS, role, c, true);
	col += 2 * FIGURE_COLS + 1;
	if (drawing)
		draw_figure(line, col, drawing, c);
}

static void draw_head(struct canvas head)
{
	int col = 1 + WORD_COLS + 1, drawing = draw_cols(head.cols);
	canvas_putc(head, 0, col, TITLE_COLS - 1, ROLE_HEADING, "check");
	col += TITLE_COLS;
	if (head.cols >= FIGURE_LEAST)
		canvas_put_right(head, 0, col, FIGURE_COLS - 1, ROLE_HEADING, STR_LIT("figure"));
	if (head.cols >= LIMIT_LEAST)
		canvas_put_right(head, 0, col + FIGURE_COLS, FIGURE_COLS - 1, ROLE_HEADING, STR_LIT("limit"));
	col += 2 * FIGURE_COLS + 1;
	if (!drawing)
		return;
	int middle = drawing / 2;
	canvas_put_right(head, 0, col, middle, ROLE_HEADING, middle > 8 ? STR_LIT("beyond ") : STR_LIT("out "));
	canvas_putc(head, 0, col + middle, 1, ROLE_HEADING, head.grid->ascii ? "|" : "│");
	canvas_putc(head, 0, col + middle + 1, drawing - middle - 1, ROLE_HEADING, middle > 8 ? " within" : " in");
}

/* ---------------------------------------------------------------- what is behind it */

/* As many as fit in so many rows; where not all do, how many more there are. */
static void add_cases(struct sheet *sheet, const struct gate_check *c, int rows)
{
	if (!c->n_cases || rows < 1)
		return;
	int64_t shown = c->all_cases <= rows ? c->all_cases : rows - 1;
	if (shown > (int64_t)c->n_cases)
		shown = (int64_t)c->n_cases;
	for (int64_t i = 0; i < shown; i++) {
		sheet_row(sheet);
		sheet_addc(sheet, ROLE_DIM, "- ");
		sheet_add(sheet, ROLE_TEXT, c->cases[i].title);
	}
	if (c->all_cases > shown) {
		sheet_row(sheet);
		sheet_printf(sheet, ROLE_DIM, shown ? "and %lld more" : "%lld cases",
		             (long long)(c->all_cases - shown));
	}
}

static void add_labelled(struct sheet *sheet, const char *label, struct str text, int rows)
{
	if (!text.len)
		return;
	sheet_row(sheet);
	sheet_addc(sheet, ROLE_HEADING, label);
	sheet_row(sheet);
	sheet_wrap(sheet, ROLE_TEXT, 0, text, rows);
}

/* "regression.pass": what the check is called in files and --json. */
static void draw_details(const struct release_state *s, struct canvas c)
{
	const struct gate_check *check = release_cursor(s);
	struct sheet sheet = {0};
	bool roomy = c.rows > DETAIL_ROWS;
	sheet_begin(&sheet, c.cols);
	if (check) {
		sheet_row(&sheet);
		sheet_add(&sheet, ROLE_TITLE, check->title);
		sheet_addc(&sheet, ROLE_TEXT, "  ");
		sheet_addc(&sheet, status_role(check->status), gate_status_title(check->status));
		if (roomy)
			sheet_printf(&sheet, ROLE_DIM, "  " STR_FMT, STR_ARG(check->name));
		sheet_row(&sheet);
		sheet_wrap(&sheet, ROLE_TEXT, 0, check->reason, roomy ? 8 : 3);
		add_cases(&sheet, check, c.rows - sheet.rows - (roomy ? 10 : 0));
	}
	if (roomy)
		sheet_gap(&sheet);
	if (roomy) {
		add_labelled(&sheet, "What would settle it", s->is.g.settle, 4);
		sheet_gap(&sheet);
		add_labelled(&sheet, "What these cases can show", s->is.g.evidence, 4);
	} else if (sheet.rows < c.rows && s->is.g.evidence.len) {
		sheet_row(&sheet);
		sheet_wrap(&sheet, ROLE_DIM, 0, s->is.g.evidence, c.rows - sheet.rows + 1);
	}
	sheet_draw(&sheet, c, 0, false, STR_NONE);
	sheet_done(&sheet);
}

/* ---------------------------------------------------------------- the whole */

static int banner_rows(int rows)
{
	return rows >= BANNER_ROWS + 1 + 1 + LIST_LEAST ? BANNER_ROWS + 1 : 1;
}

/* The answer first, then the list; the details below it, or beside. */
static struct two_panes panes(int rows, int cols)
{
	return two_panes(
	    &(struct two_sizes){
	        .top = banner_rows(rows), .below = DETAIL_ROWS, .list_least = LIST_LEAST, .percent = 60},
	    rows, cols);
}

int release_list_rows(const struct screen *screen)
{
	return panes(screen->ui->rows, screen->ui->cols).rows;
}

bool release_beside(const struct screen *screen, struct beside *out)
{
	const struct release_state *s = screen->state;
	struct two_panes p = panes(screen->ui->rows, screen->ui->cols);
	return s->loaded && s->is.judged && two_beside(&p, &s->list, out);
}

/* Nothing was judged by a file with mistakes: they are what is to be seen. */
static void draw_mistakes(const struct release_state *s, struct canvas body)
{
	struct sheet sheet = {0};
	struct str rest = buf_str(&s->is.mistakes), line;
	sheet_begin(&sheet, body.cols - 2);
	sheet_row(&sheet);
	sheet_addc(&sheet, ROLE_ERROR, "The gate file has mistakes, so nothing was judged:");
	sheet_gap(&sheet);
	while (str_split(&rest, '\n', &line))
		if (line.len) {
			sheet_row(&sheet);
			sheet_wrap(&sheet, ROLE_TEXT, 0, line, 3);
		}
	bool all = sheet.rows <= body.rows;
	sheet_draw(&sheet, canvas_part(body, 0, 1, body.rows - !all, body.cols - 2), 0, false, STR_NONE);
	if (!all)
		canvas_printf(body, body.rows - 1, 1, body.cols - 2, ROLE_DIM,
		              "%d rows more: spoor gate RUN --file %s lists all", sheet.rows - body.rows + 1,
		              s->is.file);
	sheet_done(&sheet);
}

void release_draw(const struct screen *screen, struct canvas body)
{
	const struct release_state *s = screen->state;
	if (!s->loaded) {
		draw_wrapped(canvas_part(body, 1, 1, body.rows - 1, body.cols - 2), ROLE_DIM,
		             s->failed && s->why[0] ? str_of(s->why)
		             : s->failed            ? STR_LIT("could not be judged")
		                                    : STR_LIT("judging: both runs are read, their metrics tested"));
		return;
	}
	if (!s->is.judged) {
		draw_mistakes(s, body);
		return;
	}
	struct two_panes p = panes(body.rows, body.cols);
	if (p.top > 1)
		draw_answer(&s->is.g, canvas_part(body, 0, 0, BANNER_ROWS, body.cols));
	else
		canvas_printf(body, 0, 1, body.cols - 2, answer_role(s->is.g.answer), "%s: " STR_FMT,
		              gate_answer_title(s->is.g.answer), STR_ARG(s->is.g.sentence));
	draw_head(two_titles(&p, body));
	list_draw(&s->list, two_list(&p, body), draw_check, s);
	struct canvas details = two_details(&p, body);
	if (details.rows > 0)
		draw_details(s, details);
}

/* Runs of one name are told apart by their model, else by their time. */
static void add_name(struct buf *out, const struct run_row *r, const struct run_row *other, int64_t now_ns)
{
	struct str name = r->name.len ? r->name : r->text;
	buf_add_str(out, name);
	if (!other || !str_eq(name, other->name.len ? other->name : other->text))
		return;
	buf_add_char(out, ' ');
	if (!str_eq(r->model, other->model))
		buf_add_str(out, r->model);
	else
		units_time(out, r->created_ns, now_ns);
}

static const char *base_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	return slash && slash[1] ? slash + 1 : file;
}

void release_headline(const struct screen *screen, struct canvas row)
{
	const struct release_state *s = screen->state;
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Release");
	if (!s->loaded || !s->is.judged)
		return;
	struct buf text = BUF_INIT;
	const struct gate *g = &s->is.g;
	const struct run_row *base = g->has_baseline ? &g->compare.a : NULL;
	int most = base ? (row.cols - col - 12) / 2 : row.cols - col - 16;
	add_name(&text, &g->run, base, screen->ui->now_ns);
	col += 2 + canvas_put(row, 0, col + 2, most > 8 ? most : 8, ROLE_TEXT, buf_str(&text));
	col += canvas_putc(row, 0, col, -1, ROLE_DIM, base ? " against " : ", no baseline");
	buf_clear(&text);
	if (base) {
		add_name(&text, base, &g->run, screen->ui->now_ns);
		col += canvas_put(row, 0, col, row.cols - col - 1, ROLE_TEXT, buf_str(&text));
	}
	buf_clear(&text);
	if (s->is.file[0])
		buf_printf(&text, "limits: %s%s", base_of(s->is.file), s->from_environment ? " ($SPOOR_GATE)" : "");
	else
		buf_add_cstr(&text, "no gate file");
	canvas_put(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

void release_status(const struct screen *screen, struct buf *out)
{
	const struct release_state *s = screen->state;
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!s->loaded || !s->is.judged)
		return;
	list_position(out, &s->list);
	const int64_t *n = s->is.g.count;
	buf_printf(out, "%s%lld failed%s%lld too few%s%lld passed%s%lld skipped", dot, (long long)n[GATE_FAIL], dot,
	           (long long)n[GATE_TOO_FEW], dot, (long long)n[GATE_PASS], dot, (long long)n[GATE_SKIPPED]);
}
