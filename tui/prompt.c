#include "tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/query/fields.h"
#include "store/query/runs.h"
#include "store/query/saved.h"
#include "store/query/traces.h"
#include "tui/app.h"
#include "tui/history.h"
#include "tui/keyed.h"
#include "tui/line_words.h"
#include "tui/path_words.h"

enum { LIST_ROWS = 8, TEXT_COLS_MOST = 36, COUNT_COLS = 6 };

#define CTRL(letter) ((letter)&31)

/* ---------------------------------------------------------------- beginning and end */

static enum prompt_sort sort_of(const char *sign)
{
	switch (sign[0]) {
	case ':': return PROMPT_COMMAND;
	case '&': return PROMPT_FILTER;
	case '*': return PROMPT_ALL;
	case '/': return PROMPT_SEARCH;
	default: return PROMPT_OTHER; /* names of files, numbers: for this session only */
	}
}

static void forget_items(struct prompt *p)
{
	arena_reset(&p->arena);
	p->items = NULL;
	p->n_items = 0;
	p->chosen = -1;
}

static void forget_values(struct prompt *p)
{
	suggestions_done(&p->values);
	buf_clear(&p->values_for);
}

/* The line is another: what was said of it no longer holds. */
static void changed(struct prompt *p)
{
	p->stamp++;
	p->said[0] = '\0';
	p->wrong = false;
	p->matching = -1;
	if (!p->is_filter || p->saving)
		return;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	p->wrong = !filter_parse(&arena, buf_str(&p->edit.line), p->over, p->ui->now_ns, &mistake);
	p->mistake = mistake;
	arena_done(&arena);
}

void prompt_done(struct prompt *p)
{
	edit_done(&p->edit);
	for (int i = 0; i < N_PROMPTS; i++)
		edit_history_done(&p->histories[i]);
	buf_done(&p->kept);
	buf_done(&p->values_for);
	suggestions_done(&p->values);
	arena_done(&p->arena);
}

void prompt_start(struct prompt *p, const struct target *t, const struct action *actions)
{
	enum prompt_sort sort = sort_of(t->prompt);
	p->on = true;
	p->answer = t->answer;
	p->actions = actions;
	p->words = t->words;
	p->is_filter = t->filter > 0;
	p->over = p->is_filter ? (enum filter_over)(t->filter - 1) : FILTER_TRACES;
	p->saving = p->open = p->tab_waits = false;
	snprintf(p->sign, sizeof p->sign, "%s", t->prompt);
	if (!p->has_history[sort] && sort != PROMPT_OTHER)
		history_load(&p->histories[sort], p->sign[0]);
	p->has_history[sort] = true;
	if (p->is_filter)
		saved_reload();
	forget_items(p);
	forget_values(p);
	edit_done(&p->edit);
	edit_init(&p->edit, &p->histories[sort], str_of(t->line[0] ? t->line : t->text));
	changed(p);
}

struct str prompt_line(const struct prompt *p)
{
	return buf_str(&p->edit.line);
}

/* ---------------------------------------------------------------- what may stand at the caret */

static void add_item(struct prompt *p, struct str text, struct str insert, int64_t n, struct str help)
{
	if (!p->items)
		p->items = arena_zalloc(&p->arena, PROMPT_ITEMS, sizeof *p->items);
	if (p->n_items < PROMPT_ITEMS)
		p->items[p->n_items++] = (struct prompt_item){text, insert, n, help};
}

static bool begins(struct str text, struct str typed)
{
	return typed.len <= text.len && text_find(str_cut(text, 0, typed.len), typed, 0, true) == 0;
}

/* What a field goes on with: a list of words is asked with a colon, figures are compared. */
static const char *op_after(const struct field *f)
{
	switch (f->type) {
	case TYPE_DURATION:
	case TYPE_COUNT:
	case TYPE_NUMBER:
	case TYPE_MONEY: return ">";
	case TYPE_RATE: return "<";
	case TYPE_SCORE:
	case TYPE_FIELD:
	case TYPE_SCORE_MEAN: return ".";
	case TYPE_WORD:
	case TYPE_ID:
	case TYPE_TEXT:
	case TYPE_FOUND:
	case TYPE_TIME:
	case TYPE_SINCE:
	case TYPE_UNTIL:
	case TYPE_ENUM:
	case TYPE_STEP:
	case TYPE_HAS: break;
	}
	return ":";
}

static void field_items(struct prompt *p, struct str typed)
{
	for (const struct filter_field *f = filter_fields(p->over); f->name; f++) {
		const struct field *field = field_named(p->over, str_of(f->name));
		if (field && begins(str_of(f->name), typed))
			add_item(p, str_of(f->name), arena_printf(&p->arena, "%s%s", f->name, op_after(field)), -1,
			         arena_printf(&p->arena, "%s, as in %s", f->help, f->example));
	}
	static const char *const words[][2] = {
	    {"and", "both conditions; side by side means the same" },
	    {"or",  "one of two conditions; ( ) keep them together"},
	    {"not", "what does not match the next condition"       }
        };
	for (size_t i = 0; typed.len && i < 3; i++)
		if (begins(str_of(words[i][0]), typed))
			add_item(p, str_of(words[i][0]), arena_printf(&p->arena, "%s ", words[i][0]), -1,
			         str_of(words[i][1]));
}

static void saved_items(struct prompt *p, struct str typed)
{
	struct saved_filter *all;
	struct err err = ERR_INIT;
	size_t n;
	if (!saved_all(&p->arena, &all, &n, &err))
		snprintf(p->said, sizeof p->said, "%.159s", err.text);
	for (size_t i = 0; i < n; i++)
		if (begins(all[i].name, typed))
			add_item(p, arena_printf(&p->arena, "@" STR_FMT, STR_ARG(all[i].name)),
			         arena_printf(&p->arena, STR_FMT " ", STR_ARG(all[i].name)), -1, all[i].text);
}

/* The file's name is what tells: `source` asks for a part of the path. */
static struct str shown_value(struct str field, struct str value)
{
	size_t slash = value.len;
	while (str_ieq(field, "source") && slash > 0 && value.ptr[slash - 1] != '/')
		slash--;
	return str_ieq(field, "source") ? str_from(value, slash) : value;
}

static void value_items(struct prompt *p, struct str field, bool of_score)
{
	for (size_t i = 0; i < p->values.n; i++) {
		struct buf text = BUF_INIT;
		struct str value = shown_value(field, p->values.at[i].text);
		filter_quote(&text, value);
		buf_add_cstr(&text, of_score ? "<" : " ");
		add_item(p, value, arena_str(&p->arena, buf_str(&text)), p->values.at[i].n, STR_NONE);
		buf_done(&text);
	}
}

/* What the store is asked for: the field, a zero byte, what is typed of the value. */
static void key_of(const struct filter_spot *spot, struct buf *out)
{
	struct str field = spot->place == FILTER_SCORE_NAME ? STR_LIT("score") : spot->field;
	buf_add_str(out, field);
	buf_add_char(out, '\0');
	buf_add_str(out, spot->typed);
}

static bool needs_values(const struct filter_spot *spot)
{
	return spot->place == FILTER_VALUE || spot->place == FILTER_SCORE_NAME;
}

static bool has_values(const struct prompt *p, const struct filter_spot *spot)
{
	struct buf key = BUF_INIT;
	key_of(spot, &key);
	bool same = str_eq(buf_str(&key), buf_str(&p->values_for));
	buf_done(&key);
	return same;
}

/* A value that the store has no list of: what it looks like. */
static void say_of_field(struct prompt *p, struct str field)
{
	for (const struct filter_field *f = filter_fields(p->over); f->name; f++)
		if (str_ieq(field, f->name))
			snprintf(p->said, sizeof p->said, "%.60s, as in %.60s", f->help, f->example);
}

static void filter_items(struct prompt *p)
{
	struct filter_spot spot;
	filter_spot_at(buf_str(&p->edit.line), p->over, p->edit.caret, &spot);
	p->from = spot.from;
	p->to = spot.to;
	switch (spot.place) {
	case FILTER_NOTHING: break;
	case FILTER_FIELD: field_items(p, spot.typed); break;
	case FILTER_SAVED: saved_items(p, spot.typed); break;
	case FILTER_SCORE_NAME:
	case FILTER_VALUE:
		if (has_values(p, &spot))
			value_items(p, spot.field, spot.place == FILTER_SCORE_NAME);
		if (has_values(p, &spot) && p->n_items == 0)
			say_of_field(p, spot.field);
		break;
	}
	if (spot.place == FILTER_FIELD && (spot.typed.len == 0 || str_is(spot.typed, "@"))) {
		size_t before = p->n_items;
		saved_items(p, STR_NONE);
		for (size_t i = before; i < p->n_items; i++) /* their @ is not typed yet */
			p->items[i].insert = arena_printf(&p->arena, "@" STR_FMT, STR_ARG(p->items[i].insert));
	}
}

/* Names of files, from byte `from` to the line's end: blanks are part of them. */
static void path_items(struct prompt *p, size_t from)
{
	const struct path_word *words;
	p->from = from;
	p->to = p->edit.line.len;
	size_t n = path_words(str_from(buf_str(&p->edit.line), from), &p->arena, &words);
	for (size_t i = 0; i < n; i++)
		add_item(p, words[i].name, words[i].whole, -1, STR_NONE);
}

/* What follows a command's name: the word at the caret. */
static void argument_items(struct prompt *p, struct str line, size_t blank)
{
	const struct line_word *words;
	bool several;
	size_t n = line_words(p->actions, str_cut(line, 0, blank), &p->arena, &words, &several);
	const char *ends = several ? ", " : " ";
	for (p->from = p->edit.caret; p->from > blank + 1 && !strchr(ends, line.ptr[p->from - 1]);)
		p->from--;
	for (p->to = p->edit.caret; p->to < line.len && !strchr(ends, line.ptr[p->to]);)
		p->to++;
	struct str typed = str_cut(line, p->from, p->edit.caret - p->from);
	for (size_t i = 0; i < n; i++)
		if (begins(str_of(words[i].word), typed))
			add_item(p, str_of(words[i].word), str_of(words[i].word), -1, str_of(words[i].help));
}

static void command_items(struct prompt *p)
{
	struct str line = buf_str(&p->edit.line);
	size_t blank = str_find_char(line, ' ');
	const struct action *tables[] = {p->actions, app_actions};
	p->from = 0;
	p->to = blank == SIZE_MAX ? line.len : blank;
	if (p->edit.caret > p->to) {
		if (str_is(str_cut(line, 0, blank), "import"))
			path_items(p, blank + 1);
		else
			argument_items(p, line, blank);
		return;
	}
	struct str typed = str_cut(line, 0, p->edit.caret);
	for (size_t t = 0; t < 2; t++)
		for (const struct action *a = tables[t]; a && a->name; a++)
			if (begins(str_of(a->name), typed))
				add_item(p, str_of(a->name), arena_printf(&p->arena, "%s ", a->name), -1,
				         str_of(keyed(a->help)));
}

/* The words that the prompt came with; the whole line is one of them. */
static void word_items(struct prompt *p)
{
	struct str rest = str_of(p->words), word, line = buf_str(&p->edit.line);
	p->from = 0;
	p->to = line.len;
	while (str_split(&rest, ' ', &word))
		if (word.len && begins(word, line))
			add_item(p, word, word, -1, STR_NONE);
}

static void find_items(struct prompt *p)
{
	forget_items(p);
	if (p->is_filter && !p->saving)
		filter_items(p);
	else if (p->sign[0] == ':')
		command_items(p);
	else if (p->words && strcmp(p->words, "/") == 0)
		path_items(p, 0);
	else if (p->words)
		word_items(p);
}

/* ---------------------------------------------------------------- completing */

static void put(struct prompt *p, struct str text)
{
	struct buf line = BUF_INIT;
	struct str old = buf_str(&p->edit.line);
	buf_add_str(&line, str_cut(old, 0, p->from));
	buf_add_str(&line, text);
	struct str after = str_from(old, p->to);
	if (text.len && text.ptr[text.len - 1] == ' ' && after.len && after.ptr[0] == ' ')
		after = str_from(after, 1);
	buf_add_str(&line, after);
	edit_set(&p->edit, buf_str(&line), p->from + text.len);
	p->to = p->from + text.len;
	buf_done(&line);
}

/* What goes into the line without its quote or what follows the value. */
static bool goes_on_from(const struct prompt_item *item, struct str typed)
{
	return begins(item->insert, typed) || begins(item->text, typed);
}

/* The longest beginning that those share which begin with what is typed; *n: how many do. They come first. */
static struct str shared(const struct prompt *p, struct str typed, size_t *n)
{
	struct str first = p->items[0].insert;
	size_t len = first.len;
	for (*n = 0; *n < p->n_items && goes_on_from(&p->items[*n], typed); ++*n) {
		size_t k = 0;
		while (k < len && k < p->items[*n].insert.len && p->items[*n].insert.ptr[k] == first.ptr[k])
			k++;
		len = k;
	}
	return *n ? str_cut(first, 0, len) : STR_LIT("");
}

static void choose(struct prompt *p, int item)
{
	p->chosen = item;
	put(p, p->items[p->chosen].insert);
	changed(p);
}

/* The next one or the one before, round the end. */
static void choose_next(struct prompt *p, int by)
{
	choose(p, p->chosen < 0
	              ? (by > 0 ? 0 : (int)p->n_items - 1)
	              : (int)(((size_t)p->chosen + p->n_items + (size_t)(by > 0 ? 1 : p->n_items - 1)) % p->n_items));
}

static void complete(struct prompt *p)
{
	struct filter_spot spot = {.place = FILTER_NOTHING};
	if (p->is_filter)
		filter_spot_at(buf_str(&p->edit.line), p->over, p->edit.caret, &spot);
	if (needs_values(&spot) && !has_values(p, &spot)) {
		p->tab_waits = true; /* goes on when they are there */
		return;
	}
	find_items(p);
	p->tab_waits = false;
	if (p->n_items == 0) {
		p->open = false;
		if (!p->said[0])
			snprintf(p->said, sizeof p->said, "nothing there begins so");
		return;
	}
	if (p->n_items == 1) {
		put(p, p->items[0].insert);
		changed(p);
		p->open = false;
		forget_items(p);
		return;
	}
	size_t begin, len = p->edit.caret - p->from;
	struct str typed = arena_str(&p->arena, str_cut(buf_str(&p->edit.line), p->from, len));
	struct str common = shared(p, typed, &begin);
	p->open = true;
	if (begin == 1) { /* others have it somewhere in them: Tab goes on to these */
		choose_next(p, 1);
	} else if (common.len > len) {
		put(p, common);
		changed(p);
		find_items(p);
	}
}

/* ---------------------------------------------------------------- saving */

static void ask_name(struct prompt *p)
{
	if (p->wrong || str_trim(buf_str(&p->edit.line)).len == 0) {
		snprintf(p->said, sizeof p->said, "only a filter without a mistake can be saved");
		return;
	}
	buf_clear(&p->kept);
	buf_add_str(&p->kept, buf_str(&p->edit.line));
	edit_done(&p->edit);
	edit_init(&p->edit, NULL, STR_NONE);
	p->saving = true;
	p->open = false;
	forget_items(p);
}

static void back_to_filter(struct prompt *p)
{
	edit_done(&p->edit);
	edit_init(&p->edit, &p->histories[PROMPT_FILTER], buf_str(&p->kept));
	p->saving = false;
	changed(p);
}

static void save(struct prompt *p)
{
	struct str name = str_trim(buf_str(&p->edit.line));
	struct err err = ERR_INIT;
	bool replaced = false;
	if (str_starts(name, "@"))
		name = str_from(name, 1);
	if (!saved_put(name, str_trim(buf_str(&p->kept)), &replaced, &err)) {
		snprintf(p->said, sizeof p->said, "%.159s", err.text);
		return;
	}
	char said[sizeof p->said];
	snprintf(said, sizeof said, "%s @" STR_FMT, replaced ? "saved anew:" : "saved:", STR_ARG(name));
	back_to_filter(p);
	memcpy(p->said, said, sizeof said);
}

/* ---------------------------------------------------------------- keys */

static enum prompt_result saving_key(struct prompt *p, int key)
{
	p->said[0] = '\0';
	switch (edit_key(&p->edit, key)) {
	case EDIT_DONE: save(p); break;
	case EDIT_CANCELLED: back_to_filter(p); break;
	case EDIT_IGNORED:
	case EDIT_MOVED:
	case EDIT_CHANGED: break;
	}
	return PROMPT_GOES_ON;
}

static bool list_key(struct prompt *p, int key)
{
	if (key == KEY_TAB || key == KEY_SHIFT_TAB) {
		if (p->open && p->n_items)
			choose_next(p, key == KEY_TAB ? 1 : -1);
		else
			complete(p);
		return true;
	}
	if (key == KEY_ESCAPE && p->open) { /* first the list, then the prompt */
		p->open = false;
		forget_items(p);
		return true;
	}
	return false;
}

static enum prompt_result answered(struct prompt *p)
{
	if (p->is_filter && p->wrong)
		return PROMPT_GOES_ON; /* the mistake stands below it */
	if (str_trim(buf_str(&p->edit.line)).len && sort_of(p->sign) != PROMPT_OTHER)
		history_note(p->sign[0], buf_str(&p->edit.line));
	p->on = false;
	return PROMPT_ANSWERED;
}

void prompt_paste(struct prompt *p, struct str text)
{
	while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
		text.len--; /* a line that was copied brings its end along */
	size_t before = p->edit.line.len;
	p->tab_waits = false;
	p->said[0] = '\0';
	edit_insert(&p->edit, text);
	if (text.len && p->edit.line.len == before)
		snprintf(p->said, sizeof p->said, "too long for this line: not taken");
	else if (!p->saving)
		changed(p);
	p->open = false;
	forget_items(p);
}

enum prompt_result prompt_key(struct prompt *p, int key)
{
	if (p->saving)
		return saving_key(p, key);
	p->tab_waits = false;
	if (list_key(p, key))
		return PROMPT_GOES_ON;
	if (key == CTRL('S') && p->is_filter) {
		ask_name(p);
		return PROMPT_GOES_ON;
	}
	if (key == KEY_RETURN && p->is_filter && p->wrong)
		return PROMPT_GOES_ON;
	enum edit_result result = edit_key(&p->edit, key);
	if (result == EDIT_DONE)
		return answered(p);
	if (result == EDIT_CANCELLED) {
		p->on = false;
		return PROMPT_LEFT;
	}
	if (result == EDIT_CHANGED)
		changed(p);
	if (p->open && (result == EDIT_CHANGED || result == EDIT_MOVED))
		find_items(p);
	return PROMPT_GOES_ON;
}

/* ---------------------------------------------------------------- asking the store */

struct request {
	uint64_t serial, stamp;
	struct arena arena;
	struct str count; /* the filter whose matches are counted; absent: none */
	enum filter_over over;
	int64_t now_ns, matching;
	bool values;
	struct str field, typed;
	struct buf key;
	struct suggestions found;
};

static bool can_count(const struct prompt *p)
{
	return p->is_filter && !p->saving && !p->wrong && (p->over == FILTER_TRACES || p->over == FILTER_RUNS) &&
	       str_trim(buf_str(&p->edit.line)).len > 0 && p->counted != p->stamp;
}

void *prompt_ask(struct prompt *p)
{
	static uint64_t serials;
	struct filter_spot spot = {.place = FILTER_NOTHING};
	if (!p->on || p->serial)
		return NULL;
	/* While one goes through the list it stays as it is, though the line changes with it. */
	if (p->is_filter && !p->saving && ((p->open && p->chosen < 0) || p->tab_waits))
		filter_spot_at(buf_str(&p->edit.line), p->over, p->edit.caret, &spot);
	bool values = needs_values(&spot) && !has_values(p, &spot), count = can_count(p);
	if (!values && !count)
		return NULL;
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){
	    .stamp = p->stamp, .over = p->over, .now_ns = p->ui->now_ns, .matching = -1, .values = values};
	if (count && !values) /* what is waited for comes first */
		r->count = arena_str(&r->arena, buf_str(&p->edit.line));
	if (values) {
		r->field = spot.place == FILTER_SCORE_NAME ? STR_LIT("score") : arena_str(&r->arena, spot.field);
		r->typed = arena_str(&r->arena, spot.typed);
		key_of(&spot, &r->key);
	}
	r->serial = p->serial = ++serials;
	return r;
}

static bool count_matching(struct db *db, struct request *r, struct err *err)
{
	struct filter *f = filter_parse(&r->arena, r->count, r->over, r->now_ns, NULL);
	if (!f)
		return true;
	if (r->over == FILTER_TRACES)
		return traces_count(db, f, &r->matching, err);
	struct run_page page = {0};
	bool ok = runs_page(db, f, 0, 0, 1, &page, err);
	r->matching = page.total;
	run_page_done(&page);
	return ok;
}

static bool prompt_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	if (r->values)
		return suggest(db, r->over, r->field, r->typed, &r->found, err);
	return !r->count.ptr || count_matching(db, r, err);
}

static void request_free(struct request *r)
{
	suggestions_done(&r->found);
	buf_done(&r->key);
	arena_done(&r->arena);
	free(r);
}

void prompt_take(struct prompt *p, void *request, bool ok)
{
	struct request *r = request;
	if (r->serial == p->serial) {
		p->serial = 0;
		if (ok && r->values) {
			forget_values(p);
			p->values = r->found;
			r->found = (struct suggestions){.arena = ARENA_INIT};
			buf_add_str(&p->values_for, buf_str(&r->key));
			if (p->on && p->tab_waits)
				complete(p);
			else if (p->on && p->open && p->chosen < 0)
				find_items(p);
		} else if (ok && r->stamp == p->stamp) {
			p->matching = r->matching;
			p->counted = r->stamp;
		}
	}
	request_free(r);
}

static void take_as_screen(struct screen *screen, void *request, bool ok)
{
	(void)ok; /* the app gives its answers to prompt_take; this is for those that come when it is gone */
	(void)screen;
	request_free(request);
}

static const struct screen_ops prompt_ops = {
    .name = "prompt", .title = "", .state_size = 1, .fetch = prompt_fetch, .take = take_as_screen};

void prompt_init(struct prompt *p, struct ui *ui, uint64_t serial)
{
	*p = (struct prompt){.ui = ui, .chosen = -1, .matching = -1};
	p->screen = (struct screen){.ops = &prompt_ops, .ui = ui, .serial = serial};
}

/* ---------------------------------------------------------------- drawing */

static const char items_zone[] = "items"; /* the list's, among the zones of the screen it lies over */

void prompt_click(struct prompt *p, const struct canvas *all, int row, int col)
{
	const struct zone *z = grid_zone_at(all->grid, ZONE_LIST, row, col);
	if (row == all->rows - 2)
		edit_click(&p->edit, all->cols, p->saving ? "save as @" : p->sign, col);
	else if (p->open && z && z->name == items_zone && z->at + row - z->row < (int64_t)p->n_items)
		choose(p, (int)(z->at + row - z->row));
}

/* The rows of the list, the chosen one among them. */
static void draw_list(const struct prompt *p, struct canvas all)
{
	int room = (all.rows - 3) / 2, rows = room < LIST_ROWS ? room : LIST_ROWS;
	if (!p->open || p->n_items == 0 || rows < 1)
		return;
	rows = (int)p->n_items < rows ? (int)p->n_items : rows;
	int first = p->chosen >= rows ? p->chosen - rows + 1 : 0, text_width = 0;
	for (int i = 0; i < rows; i++) {
		int cols = text_cols(p->items[first + i].text);
		text_width = cols > text_width ? cols : text_width;
	}
	text_width = text_width > TEXT_COLS_MOST ? TEXT_COLS_MOST : text_width;
	struct canvas c = canvas_part(all, all.rows - 2 - rows, 0, rows, all.cols);
	canvas_zone(c, (struct zone){.kind = ZONE_LIST, .at = first, .now = p->chosen, .name = items_zone});
	for (int y = 0; y < rows; y++) {
		const struct prompt_item *item = &p->items[first + y];
		int col = 2;
		canvas_fill(c, y, 0, c.cols, ROLE_STATUS, " ");
		if (first + y == p->chosen)
			canvas_putc(c, y, 0, 1, ROLE_CURSOR, ">");
		int used = canvas_put(c, y, col, text_width, ROLE_STATUS, item->text);
		if (first + y == p->chosen)
			canvas_reverse(c, y, col, used);
		col += text_width + 1;
		if (item->n >= 0) {
			struct buf n = BUF_INIT;
			units_count(&n, item->n);
			canvas_put_right(c, y, col, COUNT_COLS, ROLE_STATUS, buf_str(&n));
			buf_done(&n);
			col += COUNT_COLS + 1;
		}
		canvas_put(c, y, col + 1, c.cols - col - 2, ROLE_STATUS, item->help);
		if (y == rows - 1 && (size_t)first + (size_t)rows < p->n_items)
			canvas_printf(c, y, c.cols - 14, 13, ROLE_STATUS, " and %zu more",
			              p->n_items - ((size_t)first + (size_t)rows));
	}
}

/* How many match, if there is room after the line. */
static void draw_count(const struct prompt *p, struct canvas row)
{
	struct buf text = BUF_INIT;
	int used = 2 + text_cols(buf_str(&p->edit.line));
	if (p->matching < 0 || p->saving)
		return;
	units_thousands(&text, p->matching);
	buf_add_cstr(&text, p->matching == 1 ? " matches" : " match");
	int cols = text_cols(buf_str(&text));
	if (used + 3 + cols < row.cols)
		canvas_put_right(row, 0, row.cols - cols - 1, cols, ROLE_DIM, buf_str(&text));
	buf_done(&text);
}

/* What was expected, the caret under the place. Left of it where there is no room to its right. */
static void draw_mistake(const struct prompt *p, struct canvas row, int at)
{
	struct buf text = BUF_INIT;
	if (p->mistake.instead[0]) /* what helps most, where the rest may not fit */
		buf_printf(&text, "did you mean %s? ", p->mistake.instead);
	buf_printf(&text, "expected %s", p->mistake.expected);
	int cols = text_cols(buf_str(&text));
	canvas_putc(row, 0, at, 1, ROLE_ERROR, "^");
	if (at + 2 + cols <= row.cols || at < row.cols / 2)
		canvas_put(row, 0, at + 2, row.cols - at - 3, ROLE_ERROR, buf_str(&text));
	else
		canvas_put_right(row, 0, at - 1 > cols ? at - 1 - cols : 0, at - 1 > cols ? cols : at - 1, ROLE_ERROR,
		                 buf_str(&text));
	buf_done(&text);
}

static void draw_keys(const struct prompt *p, struct canvas row)
{
	static const char *const filter[] = {"Enter", "keep", "Tab",     "complete", "^S",
	                                     "save",  "Up",   "earlier", "Esc",      "leave"};
	static const char *const line[] = {"Enter", "go", "Tab", "complete", "Up", "earlier", "Esc", "leave"};
	static const char *const name[] = {"Enter", "save it under this name", "Esc", "back"};
	static const char *const other[] = {"Enter", "go on", "Esc", "leave"};
	static const char *const find[] = {"Enter", "search", "Up", "earlier", "Esc", "leave"};
	const char *const *keys = p->saving                       ? name
	                          : p->is_filter                  ? filter
	                          : p->sign[0] == ':' || p->words ? line
	                          : p->sign[0] && p->sign[1]      ? other
	                                                          : find;
	size_t n = p->saving                       ? sizeof name / sizeof *name
	           : p->is_filter                  ? sizeof filter / sizeof *filter
	           : p->sign[0] == ':' || p->words ? sizeof line / sizeof *line
	           : p->sign[0] && p->sign[1]      ? sizeof other / sizeof *other
	                                           : sizeof find / sizeof *find;
	int col = 1;
	for (size_t i = 0; i + 1 < n; i += 2) {
		col += canvas_putc(row, 0, col, -1, ROLE_HINT_KEY, keys[i]) + 1;
		col += canvas_putc(row, 0, col, -1, ROLE_HINT, keys[i + 1]) + 2;
	}
}

void prompt_draw(const struct prompt *p, struct canvas all)
{
	struct canvas row = canvas_part(all, all.rows - 2, 0, 1, all.cols);
	struct canvas below = canvas_part(all, all.rows - 1, 0, 1, all.cols);
	draw_list(p, all);
	canvas_fill(row, 0, 0, row.cols, ROLE_INPUT, " ");
	edit_draw(&p->edit, row, 0, p->saving ? "save as @" : p->sign);
	draw_count(p, row);
	canvas_fill(below, 0, 0, below.cols, ROLE_HINT, " ");
	if (p->said[0])
		canvas_putc(below, 0, 1, below.cols - 2, ROLE_WARNING, p->said);
	else if (p->is_filter && p->wrong && !p->saving)
		draw_mistake(p, below, edit_col(&p->edit, row.cols, p->sign, p->mistake.column));
	else
		draw_keys(p, below);
}
