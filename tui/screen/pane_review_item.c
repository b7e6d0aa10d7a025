#include "tui/screen/pane_review_item.h"
#include "tui/keyed.h"

#include <stdlib.h>

enum {
	ANSWER_MOST_BELOW = 999,
	SOURCES_COL = 12,
	SOURCE_GAP = 6,
	BETWEEN = 4,
	ROWS_FOR_SOURCES = 12,
	ROWS_FOR_GAPS = 14
};

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

struct review_page review_page(int cols)
{
	int margin = cols >= 80 ? 4 : cols >= 60 ? 2 : cols >= 30 ? 1 : 0;
	int measure = least(REVIEW_MEASURE, cols - 2 * margin);
	return (struct review_page){.col = (cols - measure) / 2, .cols = measure};
}

bool review_is_pair(const struct review_item *item)
{
	return item->subject.at.kind == SUBJECT_PAIR;
}

/* ---------------------------------------------------------------- texts */

static void add_answer(struct review_words *w, struct str answer, struct str error)
{
	bool has = str_trim(answer).len > 0, failed = str_trim(error).len > 0;
	if (has)
		review_words_json(w, answer);
	else if (failed)
		review_words_addc(w, ROLE_WARNING, "There is no answer: the program stopped with an error.");
	else
		review_words_addc(w, ROLE_WARNING, answer.ptr ? "The answer is empty." : "There is no answer.");
	if (failed) {
		review_words_addc(w, ROLE_WARNING, has ? "\n\nThe program also reported an error:" : "");
		review_words_addc(w, ROLE_TEXT, "\n");
		review_words_json(w, error);
	}
}

static void begin_part(struct review_pane *p, const char *heading)
{
	review_words_done(&p->words);
	pager_done(&p->pager);
	p->words = (struct review_words){.text = BUF_INIT};
	p->heading = heading;
	p->there = false;
}

/* A text that is there gets its pager; one without anything is no part of the page. */
static void end_part(struct review_pane *p, bool json)
{
	p->there = p->words.text.len > 0;
	pager_set(&p->pager, buf_str(&p->words.text));
	p->pager.tints = p->words.tints.at;
	p->pager.n_tints = p->words.tints.n;
	p->pager.json = json;
}

static void make_raw(struct review_item *item)
{
	const struct subject *s = &item->subject;
	struct str first = item->swapped ? s->raw_output_b : s->raw_output;
	struct str second = item->swapped ? s->raw_output : s->raw_output_b;
	review_words_add(&item->part[REVIEW_QUESTION].words, ROLE_TEXT, s->raw_input);
	review_words_add(&item->part[REVIEW_ANSWER].words, ROLE_TEXT, first);
	if (!first.len)
		add_answer(&item->part[REVIEW_ANSWER].words, first, item->swapped ? s->error_b : s->error);
	if (review_is_pair(item))
		review_words_add(&item->part[REVIEW_ANSWER_B].words, ROLE_TEXT, second);
	review_words_add(&item->part[REVIEW_EXPECTED].words, ROLE_TEXT, s->expected);
}

static void make_readable(struct review_item *item)
{
	const struct subject *s = &item->subject;
	review_words_turns(&item->part[REVIEW_TURNS].words, s->turns, s->n_turns);
	struct review_words *q = &item->part[REVIEW_QUESTION].words;
	/* The question before what goes with it: where there is no room for all, it is what shows. */
	review_words_json(q, s->question);
	if (s->n_fields && q->text.len)
		review_words_addc(q, ROLE_TEXT, "\n\n");
	review_words_fields(q, s->fields, s->n_fields);
	add_answer(&item->part[REVIEW_ANSWER].words, item->swapped ? s->answer_b : s->answer,
	           item->swapped ? s->error_b : s->error);
	if (review_is_pair(item))
		add_answer(&item->part[REVIEW_ANSWER_B].words, item->swapped ? s->answer : s->answer_b,
		           item->swapped ? s->error : s->error_b);
	review_words_json(&item->part[REVIEW_EXPECTED].words, s->expected);
}

static void make_parts(struct review_item *item)
{
	bool pair = review_is_pair(item);
	const bool asked = item->subject.question.len || item->raw;
	begin_part(&item->part[REVIEW_TURNS], "CONVERSATION");
	begin_part(&item->part[REVIEW_QUESTION], asked ? "QUESTION" : "GIVEN");
	begin_part(&item->part[REVIEW_ANSWER], pair ? "1  FIRST ANSWER" : "ANSWER");
	begin_part(&item->part[REVIEW_ANSWER_B], "2  SECOND ANSWER");
	begin_part(&item->part[REVIEW_EXPECTED], "EXPECTED");
	if (item->raw)
		make_raw(item);
	else
		make_readable(item);
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		end_part(&item->part[i], item->raw);
	item->rows = item->cols = 0;
}

static void hash_shown(struct review_item *item)
{
	struct buf all = BUF_INIT;
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		if (item->part[i].there) {
			buf_printf(&all, "%s\n", item->part[i].heading);
			buf_add_str(&all, buf_str(&item->part[i].words.text));
			buf_add_char(&all, '\n');
		}
	for (size_t i = 0; i < item->subject.n_documents; i++) {
		buf_add_str(&all, item->subject.documents[i].name);
		buf_add_char(&all, '\n');
	}
	item->shown = sha256_of(buf_str(&all));
	buf_done(&all);
}

/* Names and values are a sentence each, not one all together. */
static struct str sentences_of(struct review_item *item)
{
	struct str text = buf_str(&item->part[REVIEW_ANSWER].words.text), raw = str_trim(item->subject.raw_output), row;
	if (!str_starts(raw, "{") && !str_starts(raw, "[") && !str_starts(raw, "```"))
		return arena_str(&item->arena, text);
	struct buf apart = BUF_INIT;
	while (str_split(&text, '\n', &row)) {
		buf_add_str(&apart, row);
		buf_add_cstr(&apart, "\n\n");
	}
	struct str made = arena_str(&item->arena, buf_str(&apart));
	buf_done(&apart);
	return made;
}

/* A document is known by its name, too: "rule: home-2". review_name_bytes of it come before the text. */
static struct str named_text(struct review_item *item, size_t i)
{
	const struct subject_text *d = &item->subject.documents[i];
	if (!d->name.len)
		return d->text;
	struct buf both = BUF_INIT;
	buf_add_str(&both, d->name);
	buf_add_char(&both, '\n');
	buf_add_str(&both, d->text);
	struct str made = arena_str(&item->arena, buf_str(&both));
	buf_done(&both);
	return made;
}

size_t review_name_bytes(const struct review_item *item, size_t document)
{
	size_t n = item->subject.documents[document].name.len;
	return n ? n + 1 : 0;
}

/* The question is a source, too: what it says stands nowhere else, and is no invention. */
static void find_origins(struct review_item *item)
{
	const struct subject *s = &item->subject;
	struct str asked = buf_str(&item->part[REVIEW_QUESTION].words.text);
	size_t bytes = size_add(s->answer.len, asked.len), n = s->n_documents;
	for (size_t i = 0; i < n; i++)
		bytes = size_add(bytes, s->documents[i].text.len);
	if (review_is_pair(item) || n == 0 || !item->part[REVIEW_ANSWER].there || bytes > REVIEW_ORIGINS)
		return;
	struct provenance_source *sources = arena_alloc(&item->arena, size_mul(n + 1, sizeof *sources));
	for (size_t i = 0; i < n; i++)
		sources[i] = (struct provenance_source){.text = named_text(item, i)};
	sources[n] = (struct provenance_source){.text = arena_str(&item->arena, asked), .rank = 1};
	item->sentences = sentences_of(item);
	provenance_find(item->sentences, sources, n + 1, &item->origins);
}

void review_item_make(struct review_item *item, bool swapped)
{
	item->swapped = swapped && review_is_pair(item);
	item->raw = false;
	make_parts(item);
	hash_shown(item);
	find_origins(item);
}

void review_item_set_raw(struct review_item *item, bool raw)
{
	item->raw = raw;
	make_parts(item);
}

void review_item_done(struct review_item *item)
{
	for (int i = 0; i < N_REVIEW_PARTS; i++) {
		review_words_done(&item->part[i].words);
		pager_done(&item->part[i].pager);
	}
	provenance_done(&item->origins);
	arena_done(&item->arena);
	*item = (struct review_item){.rows = 0};
}

/* ---------------------------------------------------------------- layout */

struct shape {
	bool top_gap, gaps, headings, sources;
	bool part[N_REVIEW_PARTS];
	bool beside; /* two answers */
	int rows[N_REVIEW_PARTS];
};

static int least_rows(enum review_part part, int need, int rows, bool two)
{
	switch (part) {
	case REVIEW_TURNS: return least(need, 2);
	case REVIEW_QUESTION: return least(need, rows < 10 ? 1 : 2);
	case REVIEW_ANSWER:
	case REVIEW_ANSWER_B: return least(need, rows >= 16 ? 5 : rows >= 8 && !two ? 3 : 2);
	case REVIEW_EXPECTED:
	case N_REVIEW_PARTS: break;
	}
	return least(need, 1);
}

/* A part that shares its rows with the one before it. */
static bool shares_rows(const struct shape *s, int part)
{
	return part == REVIEW_ANSWER_B && s->beside;
}

/* What it takes with its parts as high as shape.rows says. */
static int height(const struct shape *s)
{
	int n = s->top_gap, blocks = 0;
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		if (s->part[i] && !shares_rows(s, i)) {
			n += s->rows[i] + s->headings;
			blocks++;
		}
	blocks += s->sources;
	n += s->sources;
	return n + (s->gaps && blocks > 1 ? blocks - 1 : 0);
}

/* Until what has to be there fits. */
static void shed(struct shape *s, int rows)
{
	bool *steps[] = {&s->top_gap,
	                 &s->gaps,
	                 &s->sources,
	                 &s->part[REVIEW_TURNS],
	                 &s->part[REVIEW_EXPECTED],
	                 &s->part[REVIEW_QUESTION],
	                 &s->headings};
	for (size_t i = 0; i < sizeof steps / sizeof *steps && height(s) > rows; i++)
		*steps[i] = false;
}

/* Lets a part grow to `wanted` rows as long as there are rows to spare. */
static void grow(struct shape *s, enum review_part part, int wanted, int rows)
{
	int spare = rows - height(s);
	if (s->part[part] && wanted > s->rows[part])
		s->rows[part] += most(0, least(spare, wanted - s->rows[part]));
}

/* A share of the rows; what is a little longer is not cut for that. */
static int share(int need, int rows)
{
	return need <= rows + 2 ? need : rows;
}

static void share_out(const struct review_item *item, struct shape *s, int rows)
{
	const struct review_pane *part = item->part;
	bool both = s->part[REVIEW_ANSWER_B] && !s->beside;
	grow(s, REVIEW_QUESTION, share(part[REVIEW_QUESTION].need, rows / 3), rows);
	grow(s, REVIEW_EXPECTED, share(part[REVIEW_EXPECTED].need, rows / 5), rows);
	grow(s, REVIEW_TURNS, share(part[REVIEW_TURNS].need, rows / 5), rows);
	int half = s->rows[REVIEW_ANSWER] + (rows - height(s)) / 2;
	grow(s, REVIEW_ANSWER, both ? least(part[REVIEW_ANSWER].need, half) : part[REVIEW_ANSWER].need, rows);
	if (s->beside)
		grow(s, REVIEW_ANSWER, part[REVIEW_ANSWER_B].need, rows);
	else
		grow(s, REVIEW_ANSWER_B, part[REVIEW_ANSWER_B].need, rows);
	static const enum review_part rest[] = {REVIEW_ANSWER, REVIEW_QUESTION, REVIEW_EXPECTED, REVIEW_TURNS};
	for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
		grow(s, rest[i], part[rest[i]].need, rows);
	if (s->beside)
		s->rows[REVIEW_ANSWER_B] = s->rows[REVIEW_ANSWER];
}

static bool is_cut(const struct review_item *item, const struct shape *s)
{
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		if (s->part[i] && s->rows[i] < item->part[i].need)
			return true;
	return false;
}

/* Columns of the parts, and how many rows their texts need there. */
static void measure(struct review_item *item, bool beside, int cols)
{
	struct review_page page = review_page(cols);
	int half = least(REVIEW_MEASURE, (cols - 2 * BETWEEN - BETWEEN) / 2);
	for (int i = 0; i < N_REVIEW_PARTS; i++) {
		struct review_pane *p = &item->part[i];
		p->col = beside ? cols / 2 - half - BETWEEN / 2 : page.col;
		p->cols = page.cols;
		if (beside && (i == REVIEW_ANSWER || i == REVIEW_ANSWER_B)) {
			p->cols = half;
			p->col = i == REVIEW_ANSWER ? p->col : cols / 2 + BETWEEN / 2;
		}
		p->need = p->there ? pager_rows_of(p->pager.text, p->cols, REVIEW_ROWS) : 0;
	}
}

static void place(struct review_item *item, const struct shape *s)
{
	int row = s->top_gap;
	item->has_gaps = s->gaps;
	for (int i = 0; i < N_REVIEW_PARTS; i++) {
		struct review_pane *p = &item->part[i];
		p->rows = 0;
		if (!s->part[i])
			continue;
		if (shares_rows(s, i))
			row = item->part[i - 1].row - s->headings;
		p->head_row = s->headings ? row : -1;
		p->row = row + s->headings;
		p->rows = s->rows[i];
		row = p->row + p->rows + s->gaps;
		pager_set_size(&p->pager, p->rows, p->cols);
	}
	item->sources_row = s->sources ? row : -1;
	pager_move(&item->part[REVIEW_TURNS].pager, MOVE_LAST); /* what was said last is nearest to the question */
}

void review_item_lay(struct review_item *item, int rows, int cols)
{
	if (item->rows == rows && item->cols == cols)
		return;
	item->rows = rows;
	item->cols = cols;
	struct shape s = {.top_gap = true,
	                  .gaps = true,
	                  .headings = true,
	                  .sources = item->subject.n_documents > 0 && !item->raw && rows >= ROWS_FOR_SOURCES,
	                  .beside = review_is_pair(item) && cols >= REVIEW_BESIDE_COLS};
	const bool two = review_is_pair(item) && !s.beside;
	measure(item, s.beside, cols);
	for (int i = 0; i < N_REVIEW_PARTS; i++) {
		s.part[i] = item->part[i].there;
		s.rows[i] = s.part[i] ? least_rows((enum review_part)i, item->part[i].need, rows, two) : 0;
	}
	if (s.beside)
		s.rows[REVIEW_ANSWER] = most(s.rows[REVIEW_ANSWER], s.rows[REVIEW_ANSWER_B]);
	shed(&s, rows);
	if (height(&s) > rows) /* nothing but the answer, as much as there is room for */
		s.rows[REVIEW_ANSWER] = s.rows[REVIEW_ANSWER_B] =
		    s.part[REVIEW_ANSWER_B] && !s.beside ? rows / 2 : rows;
	struct shape tight = s;
	share_out(item, &s, rows);
	if (is_cut(item, &s)) { /* words go before blank rows */
		tight.top_gap = false;
		tight.gaps = tight.gaps && rows >= ROWS_FOR_GAPS;
		s = tight;
		share_out(item, &s, rows);
	}
	place(item, &s);
}

bool review_item_scroll(struct review_item *item, enum move move)
{
	bool moved = item->part[REVIEW_ANSWER].rows > 0 && pager_move(&item->part[REVIEW_ANSWER].pager, move);
	bool other = item->part[REVIEW_ANSWER_B].rows > 0 && pager_move(&item->part[REVIEW_ANSWER_B].pager, move);
	return moved || other;
}

/* ---------------------------------------------------------------- drawing */

static bool in_ascii(struct canvas c)
{
	return c.grid->ascii;
}

/* Columns that the text of a row takes, up to `limit`. */
static int used_cols(struct canvas c, int row, int col, int cols)
{
	int used = 0;
	for (int i = 0; i < cols && col + i < c.cols; i++) {
		const struct cell *cell =
		    &c.grid->cells[(size_t)(c.row + row) * (size_t)c.grid->cols + (size_t)(c.col + col + i)];
		if (cell->cols == 0 || cell->codes[0] != ' ')
			used = i + 1;
	}
	return used;
}

/* "▼ 4 more lines (Space)" at the end of the text, or where it fits next to it. */
static void draw_more(const struct review_item *item, const struct review_pane *p, struct canvas c)
{
	int n = pager_rows_below(&p->pager, ANSWER_MOST_BELOW + 1), last = p->row + p->rows - 1;
	struct buf words = BUF_INIT;
	buf_add_cstr(&words, in_ascii(c) ? "" : "▼ ");
	if (n > ANSWER_MOST_BELOW)
		buf_printf(&words, "more than %d more lines (%s)", ANSWER_MOST_BELOW, key_now("Space"));
	else
		buf_printf(&words, "%d more line%s (%s)", n, n == 1 ? "" : "s", key_now("Space"));
	int cols = text_cols(buf_str(&words));
	bool fits = used_cols(c, last, p->col, p->cols) + 2 + cols <= p->cols;
	int row = fits ? last : item->has_gaps && last + 1 < c.rows ? last + 1 : p->head_row >= 0 ? p->head_row : -1;
	if (row == p->head_row && text_cols(str_of(p->heading)) + 4 + cols > p->cols) {
		buf_clear(&words);
		buf_printf(&words, "%s%d more", in_ascii(c) ? "" : "▼ ", n);
	}
	if (n > 0 && row >= 0)
		canvas_put_right(c, row, p->col, p->cols, ROLE_LINK, buf_str(&words));
	else if (n > 0)
		canvas_put_right(c, last, p->col, p->cols, ROLE_LINK, in_ascii(c) ? STR_LIT(" more") : STR_LIT(" ▼"));
	buf_done(&words);
}

/* Of a part that does not scroll, at the right of its heading: how much of it is here. */
static void draw_cut(const struct review_pane *p, enum review_part which, struct canvas c)
{
	if (p->head_row < 0 || p->need <= p->rows)
		return;
	struct buf words = BUF_INIT;
	buf_printf(&words, "%s %d of %s%d lines (%s shows all)", which == REVIEW_TURNS ? "last" : "first", p->rows,
	           p->need == REVIEW_ROWS ? "more than " : "", p->need, key_now("w"));
	int room = p->cols - text_cols(str_of(p->heading)) - 2;
	struct str shown = text_cols(buf_str(&words)) <= room ? buf_str(&words) : str_of(keyed("({w}: all)"));
	if (text_cols(shown) <= room)
		canvas_put_right(c, p->head_row, p->col, p->cols, ROLE_LINK, shown);
	buf_done(&words);
}

static void draw_part(const struct review_item *item, enum review_part which, struct canvas c)
{
	const struct review_pane *p = &item->part[which];
	if (p->rows <= 0)
		return;
	if (p->head_row >= 0)
		canvas_putc(c, p->head_row, p->col, p->cols, ROLE_HEADING, p->heading);
	pager_draw(&p->pager, canvas_part(c, p->row, p->col, p->rows, p->cols), ROLE_TEXT);
	if (which != REVIEW_ANSWER && which != REVIEW_ANSWER_B) {
		draw_cut(p, which, c);
		return;
	}
	const char *above = in_ascii(c) ? "^ begins further up" : "▲ begins further up";
	if (p->pager.top > 0 && p->head_row >= 0) /* the row may have to tell how it goes on, too */
		canvas_putc(c, p->head_row, p->col + text_cols(str_of(p->heading)) + 2, -1, ROLE_DIM,
		            item->has_gaps ? above
		            : in_ascii(c)  ? "^"
		                           : "▲");
	draw_more(item, p, c);
}

static void draw_sources(const struct review_item *item, struct canvas c)
{
	struct review_page page = {item->part[REVIEW_EXPECTED].col, item->part[REVIEW_EXPECTED].cols};
	const struct subject *s = &item->subject;
	bool wide = page.cols >= 60;
	int col = page.col + (wide ? SOURCES_COL : 8), end = page.col + page.cols - 9 - 2;
	canvas_putc(c, item->sources_row, page.col, page.cols, ROLE_HEADING, "SOURCES");
	canvas_put_right(c, item->sources_row, page.col, page.cols, ROLE_LINK, str_of(keyed("({d} reads)")));
	bool named = false;
	for (size_t i = 0; i < s->n_documents; i++)
		named |= s->documents[i].name.len > 0;
	if (!named)
		canvas_printf(c, item->sources_row, col, end - col, ROLE_TEXT, "%zu document%s", s->n_documents,
		              s->n_documents == 1 ? "" : "s");
	for (size_t i = 0; named && i < s->n_documents; i++) {
		struct buf name = BUF_INIT;
		bool more = i + 1 < s->n_documents;
		buf_printf(&name, "%zu ", i + 1);
		buf_add_str(&name, s->documents[i].name.len ? s->documents[i].name : STR_LIT("a document"));
		int room = end - col - (more ? (wide ? SOURCE_GAP : 2) + 7 : 0);
		bool fits = i == 0 ? room >= 12 : text_cols(buf_str(&name)) <= room;
		if (fits)
			col += canvas_put(c, item->sources_row, col, room, ROLE_TEXT, buf_str(&name)) +
			       (wide ? SOURCE_GAP : 2);
		buf_done(&name);
		if (!fits) {
			canvas_printf(c, item->sources_row, col, end - col, ROLE_DIM, "%zu more", s->n_documents - i);
			return;
		}
	}
}

void review_item_draw(const struct review_item *item, struct canvas c)
{
	for (int i = 0; i < N_REVIEW_PARTS; i++)
		draw_part(item, (enum review_part)i, c);
	if (item->sources_row >= 0 && item->rows > 0)
		draw_sources(item, c);
}
