/* The frame of Review: title and progress, the bar, the receipt, the keys. */
#include "tui/screen/pane_review_state.h"

#include "store/base/units.h"
#include "tui/keyed.h"

enum { ROWS_FOR_BAR = 6, ROWS_FOR_RULE = 16, MASKED_COLS = 10, SLOW_NS = 400000000 };

/* Where the frame's own words stand: on wide screens with the text. */
static struct review_page frame_of(int cols)
{
	struct review_page page = review_page(cols);
	int margin = cols > 80 ? 3 : page.col > 1 ? page.col - 1 : page.col;
	if (cols >= REVIEW_BESIDE_COLS)
		return (struct review_page){page.col - margin, page.cols + 2 * margin};
	return (struct review_page){page.col > margin ? page.col - margin : 0,
	                            page.cols + 2 * (page.col > margin ? margin : 0)};
}

static bool is_beside(const struct review_state *s, int cols)
{
	return s->page.kind != REVIEW_NO_PAGE && s->now && !s->now->gone && cols >= REVIEW_PAGE_BESIDE_COLS &&
	       s->page.kind != REVIEW_HELP && s->page.kind != REVIEW_LEAVE && s->page.kind != REVIEW_END;
}

static int frame_rows(int rows)
{
	return (rows >= ROWS_FOR_BAR) + (rows >= ROWS_FOR_RULE);
}

void review_lay(struct screen *screen)
{
	struct review_state *s = review_of(screen);
	int rows = screen->ui->rows - frame_rows(screen->ui->rows), cols = screen->ui->cols;
	bool beside = is_beside(s, cols);
	rows = rows > 1 ? rows : 1;
	if (s->now && !s->now->gone)
		review_item_lay(&s->now->view, rows, beside ? cols / 2 : cols);
	if (s->page.kind != REVIEW_NO_PAGE)
		review_sheet_lay(&s->page, rows, beside ? cols - cols / 2 : cols);
}

/* ---------------------------------------------------------------- rows of the frame */

void review_headline(const struct screen *screen, struct canvas row)
{
	const struct review_state *s = review_of(screen);
	struct review_page f = frame_of(row.cols);
	struct buf words = BUF_INIT;
	if (s->known)
		queue_progress_words(&words, &s->queue.progress, row.grid->ascii);
	int used = text_cols(buf_str(&words)), room = f.cols - used - 2;
	if (room < 12) { /* the short form */
		buf_clear(&words);
		if (s->known)
			buf_printf(&words, "%lld/%lld", (long long)s->queue.progress.done,
			           (long long)s->queue.progress.items);
		used = text_cols(buf_str(&words));
		room = f.cols - used - 2;
	}
	int col = f.col + canvas_putc(row, 0, f.col, room, ROLE_TITLE, "Review") + 2;
	if (s->known)
		canvas_put(row, 0, col, room - (col - f.col), ROLE_TEXT, s->queue.queue.name);
	canvas_put_right(row, 0, f.col, f.cols, ROLE_TITLE, buf_str(&words));
	buf_done(&words);
}

static void draw_bar(const struct review_state *s, struct canvas body)
{
	struct review_page f = frame_of(body.cols);
	int64_t all = s->known ? s->queue.progress.items : 0, done = s->known ? s->queue.progress.done : 0;
	int filled = all > 0 ? (int)((int64_t)f.cols * (done < all ? done : all) / all) : 0;
	canvas_fill(body, 0, f.col, f.cols, ROLE_BAR_OTHER, body.grid->ascii ? "-" : "─");
	canvas_fill(body, 0, f.col, filled, ROLE_OK, body.grid->ascii ? "=" : "━");
}

static void add_right(struct buf *out, int cols, const char *right)
{
	int gap = cols - text_cols(buf_str(out)) - text_cols(str_of(right));
	if (gap < 2)
		return;
	buf_add_fill(out, ' ', (size_t)gap);
	buf_add_cstr(out, right);
}

/* The first that there is room for. */
static void add_undo(struct buf *out, int cols, const char *right)
{
	size_t used = out->len;
	add_right(out, cols, right);
	if (out->len == used)
		add_right(out, cols, keyed("{u} takes it back"));
	if (out->len == used)
		add_right(out, cols, keyed("{u} undoes"));
}

/* "bad, outdated" */
static void add_mine(struct buf *out, const struct review_loaded *l)
{
	if (l->mine.preference.len)
		review_preference_words(out, &l->view, l->mine.preference);
	else
		buf_add_cstr(out, verdict_name(l->mine.verdict));
	if (l->mine.reason.len)
		buf_printf(out, ", " STR_FMT, STR_ARG(l->mine.reason));
}

static void status_of_item(const struct review_state *s, struct buf *out, int cols)
{
	const struct review_loaded *l = s->now;
	bool open = l->state != QUEUE_DONE; /* the same answer, elsewhere */
	if (open)
		buf_add_cstr(out, "You judged this answer before: ");
	else
		buf_printf(out, "Question %lld: you said ", (long long)l->seq + 1);
	add_mine(out, l);
	if (l->mine.note.len)
		buf_add_cstr(out, ", with a note");
	if (l->mine.correction.len)
		buf_add_cstr(out, ", with your answer");
	size_t used = out->len;
	add_right(out, cols,
	          open ? keyed("{Enter} keeps it, {1} {2} {3} change it")
	               : keyed("{1} {2} {3} change it   {n} goes on"));
	if (out->len == used)
		add_right(out, cols, open ? keyed("{Enter} keeps it") : keyed("{n} goes on"));
}

/* A bundle that was written masked: no key shows more. */
static bool came_masked(const struct review_state *s)
{
	return s->now && s->now->view.subject.masked;
}

void review_status(const struct screen *screen, struct buf *out)
{
	const struct review_state *s = review_of(screen);
	struct review_page f = frame_of(screen->ui->cols);
	int cols = f.cols - ((screen->ui->masked || came_masked(s)) && f.col < MASKED_COLS ? MASKED_COLS : 0);
	bool slow = s->writing && screen->ui->now_ns - s->writing_since_ns >= SLOW_NS;
	struct buf words = BUF_INIT;
	if (slow) {
		buf_add_cstr(&words,
		             screen->ui->ascii ? "Saving... another program writes" : "Saving… another program writes");
		add_right(&words, cols, "what you type is kept");
	} else if (s->leaving && s->writing) {
		/* in a moment it is saved, and that is said */
	} else if (s->mode != REVIEW_JUDGES && s->now) {
		buf_printf(&words, "Saved: question %lld is bad. Why?", (long long)s->now->seq + 1);
		if (s->mode == REVIEW_SEVERAL)
			add_right(&words, cols, keyed("{1} {2} {3} … choose, {Enter} goes on"));
		else
			add_undo(&words, cols, keyed("{m} several   {c} a note   {u} takes it back"));
	} else if (s->saved[0] && !(s->now && s->now->mine.judged && s->now->state == QUEUE_OPEN)) {
		buf_add_cstr(&words, s->saved);
		if (s->can_take_back)
			add_undo(&words, cols,
			         s->saved_bad && cols >= 70 ? keyed("{a} look-alikes   {u} takes it back")
			                                    : keyed("{u} takes it back"));
	} else if (s->now && s->now->mine.judged) {
		status_of_item(s, &words, cols);
	}
	int left = f.col - 1;
	if (!screen->ui->masked && came_masked(s)) { /* else the app says so first */
		buf_add_cstr(out, "[masked]");
		left = left > MASKED_COLS - 2 ? left - (MASKED_COLS - 2) : 1;
	}
	if (words.len && left > 0)
		buf_add_fill(out, ' ', (size_t)left);
	buf_add_str(out, buf_str(&words));
	buf_done(&words);
}

/* ---------------------------------------------------------------- the keys */

struct hint {
	const char *key, *words;
	int weight; /* the lightest go first where there is no room */
	bool on;
};

static int hints_cols(const struct hint *hints, size_t n, int gap)
{
	int cols = -gap;
	for (size_t i = 0; i < n; i++)
		if (hints[i].weight >= 0)
			cols += text_cols(str_of(hints[i].key)) + 1 + text_cols(str_of(hints[i].words)) + gap;
	return cols;
}

static void draw_hints(struct hint *hints, size_t n, struct canvas row)
{
	char keys[REVIEW_MOST_REASONS + 8][16];
	for (size_t i = 0; i < n && i < sizeof keys / sizeof *keys; i++) {
		hints[i].key = action_key_shown(review_actions, hints[i].key, keys[i]);
		if (!hints[i].key[0])
			hints[i].weight = -1;
	}
	struct review_page f = frame_of(row.cols);
	int room = row.cols >= 80 ? row.cols - f.col - 1 : row.cols, col = row.cols >= 80 ? f.col + 1 : 0;
	if (room > f.cols + 2) /* with the text, on a wide screen */
		room = f.cols + 2;
	while (hints_cols(hints, n, 1) > room) {
		size_t least = n;
		for (size_t i = 0; i < n; i++)
			if (hints[i].weight >= 0 && (least == n || hints[i].weight < hints[least].weight))
				least = i;
		if (least == n || hints[least].weight >= 9)
			break;
		hints[least].weight = -1;
	}
	int gap = 4;
	while (gap > 1 && hints_cols(hints, n, gap) > room)
		gap--;
	for (size_t i = 0; i < n; i++) {
		if (hints[i].weight < 0)
			continue;
		col += canvas_putc(row, 0, col, -1, ROLE_HINT_KEY, hints[i].key) + 1;
		int from = col;
		col += canvas_putc(row, 0, col, -1, hints[i].on ? ROLE_MARK : ROLE_HINT, hints[i].words);
		if (hints[i].on)
			canvas_reverse(row, 0, from, col - from);
		col += gap;
	}
}

static const char *const digits[REVIEW_MOST_REASONS] = {"1", "2", "3", "4", "5", "6", "7", "8", "9"};

/* On one row; else they are listed. */
static bool reasons_fit(const struct review_state *s, int cols)
{
	int need = 12;
	for (size_t i = 0; i < s->queue.n_reasons; i++)
		need += text_cols(s->queue.reasons[i]) + 3;
	return need <= cols;
}

static void draw_reasons(const struct review_state *s, struct canvas c)
{
	struct review_page page = review_page(c.cols);
	int rows = (int)s->queue.n_reasons + 2, top = c.rows - rows > 0 ? c.rows - rows : 0;
	canvas_clear(canvas_part(c, top, 0, rows, c.cols));
	canvas_rule(c, top, ROLE_BORDER);
	canvas_putc(c, top + 1, page.col, page.cols, ROLE_HEADING, "WHY IS IT BAD?");
	for (size_t i = 0; i < s->queue.n_reasons; i++) {
		bool on = s->mode == REVIEW_SEVERAL && (s->picked >> i & 1);
		int row = top + 2 + (int)i;
		canvas_putc(c, row, page.col, page.cols, ROLE_HINT_KEY, key_now(digits[i]));
		canvas_putc(c, row, page.col + 2, 1, ROLE_MARK, on ? "*" : " ");
		canvas_put(c, row, page.col + 4, page.cols - 4, on ? ROLE_MARK : ROLE_TEXT, s->queue.reasons[i]);
	}
}

static void reason_hints(const struct review_state *s, struct canvas row)
{
	struct hint hints[REVIEW_MOST_REASONS + 1];
	char words[REVIEW_MOST_REASONS][64], range[64];
	size_t n = 0;
	for (; n < s->queue.n_reasons; n++) {
		bool on = s->mode == REVIEW_SEVERAL && (s->picked >> n & 1);
		/* In brackets, too: never by colour alone. */
		snprintf(words[n], sizeof words[n], on ? "[%.*s]" : "%.*s",
		         (int)str_cut(s->queue.reasons[n], 0, 40).len, s->queue.reasons[n].ptr);
		hints[n] = (struct hint){digits[n], words[n], 9, on};
	}
	if (s->mode == REVIEW_REASONS)
		hints[n++] = (struct hint){"Enter", "none", 8, false};
	if (s->queue.n_reasons && !reasons_fit(s, row.cols)) { /* they are listed above it */
		snprintf(words[0], sizeof words[0], s->mode == REVIEW_SEVERAL ? "choose" : "says why");
		snprintf(range, sizeof range, "%s-%s", key_now(digits[0]), key_now(digits[s->queue.n_reasons - 1]));
		hints[0] = (struct hint){range, words[0], 9, false};
		hints[1] = (struct hint){"Enter", s->mode == REVIEW_SEVERAL ? "goes on" : "none", 8, false};
		n = 2;
	}
	draw_hints(hints, n, row);
}

#define DRAW_HINTS(hints, row) draw_hints(hints, sizeof(hints) / sizeof *(hints), row)

bool review_hints(const struct screen *screen, struct canvas row)
{
	const struct review_state *s = review_of(screen);
	canvas_fill(row, 0, 0, row.cols, ROLE_HINT, " ");
	bool more = s->page.kind != REVIEW_NO_PAGE && review_sheet_more(&s->page);
	if (s->page.kind == REVIEW_LEAVE) {
		struct hint hints[] = {
		    {"q",     "Leave", 9, false},
                    {"Enter", "Go on", 9, false}
                };
		DRAW_HINTS(hints, row);
	} else if (s->page.kind == REVIEW_HELP && s->welcome) {
		struct hint hints[] = {
		    {"Enter", "Begin", 9,             false},
                    {"Space", "More",  more ? 5 : -1, false}
                };
		DRAW_HINTS(hints, row);
	} else if (s->page.kind == REVIEW_END) {
		struct hint hints[] = {
		    {"s", "Those skipped", s->queue.progress.left > 0 && s->end == QUEUE_GIVES ? 8 : -1, false},
		    {"b", "Look back",     7,		                                            false},
		    {"u", "Take back",     5,		                                            false},
		    {"q", "Leave",         9,		                                            false},
		    {"?", "Help",          6,		                                            false}
                };
		DRAW_HINTS(hints, row);
	} else if (s->now && s->now->gone) {
		struct hint hints[] = {
		    {"s", "Skip it",   9, false},
                    {"b", "Look back", 7, false},
                    {"q", "Leave",     8, false}
                };
		DRAW_HINTS(hints, row);
	} else if (s->mode != REVIEW_JUDGES) {
		reason_hints(s, row);
	} else if (s->now && review_is_pair(&s->now->view)) {
		struct hint hints[] = {
		    {"1",     "First",     9,                     false},
		    {"2",     "Second",    9,                     false},
		    {"3",     "Both good", 9,                     false},
		    {"4",     "Both bad",  9,                     false},
		    {"c",     "Note",      5,                     false},
		    {"s",     "Skip",      6,                     false},
		    {"Enter", "Close",     s->page.kind ? 8 : -1, false},
		    {"?",     "Help",      8,                     false}
                };
		DRAW_HINTS(hints, row);
	} else {
		bool page = s->page.kind != REVIEW_NO_PAGE;
		struct hint hints[] = {
		    {"1",     "Good",       9,                     false},
		    {"2",     "Bad",        9,                     false},
		    {"3",     "Unsure",     9,                     false},
		    {"c",     "Note",       page ? -1 : 5,         false},
		    {"C",     "Correct it", page ? -1 : 4,         false},
		    {"s",     "Skip",       page ? -1 : 6,         false},
		    {"Space", "More",       page && more ? 7 : -1, false},
		    {"Enter", "Close",      page ? 8 : -1,         false},
		    {"?",     "Help",       8,                     false}
                };
		DRAW_HINTS(hints, row);
	}
	return true;
}

/* ---------------------------------------------------------------- the body */

static void draw_words(struct canvas c, enum role role, const char *words)
{
	struct review_page page = review_page(c.cols);
	struct text_row row;
	struct str text = str_of(words);
	int at = c.rows > 4 ? 1 : 0;
	for (size_t from = 0; from != SIZE_MAX && at < c.rows; at++) {
		from = text_wrap(text, from, page.cols > 0 ? page.cols : 1, &row);
		canvas_put(c, at, page.col, page.cols, role, str_cut(text, row.at, row.len));
	}
}

static void draw_item(const struct review_state *s, struct canvas c)
{
	if (s->why[0])
		draw_words(c, ROLE_WARNING, s->why);
	else if (s->now && s->now->gone)
		draw_words(c, ROLE_WARNING, s->now->why);
	else if (s->now)
		review_item_draw(&s->now->view, c);
}

void review_draw(const struct screen *screen, struct canvas body)
{
	const struct review_state *s = review_of(screen);
	bool bar = body.rows >= ROWS_FOR_BAR, rule = body.rows >= ROWS_FOR_RULE;
	struct canvas c = canvas_part(body, bar, 0, body.rows - frame_rows(body.rows), body.cols);
	if (bar)
		draw_bar(s, body);
	if (rule)
		canvas_rule(body, body.rows - 1, ROLE_BORDER);
	if (s->mode != REVIEW_JUDGES && s->page.kind == REVIEW_NO_PAGE && !reasons_fit(s, body.cols)) {
		draw_item(s, c);
		draw_reasons(s, c);
	} else if (is_beside(s, body.cols)) {
		int half = body.cols / 2;
		draw_item(s, canvas_part(c, 0, 0, c.rows, half));
		review_sheet_draw(&s->page, canvas_part(c, 0, half, c.rows, body.cols - half));
	} else if (s->page.kind != REVIEW_NO_PAGE) {
		review_sheet_draw(&s->page, c);
	} else {
		draw_item(s, c);
	}
}
