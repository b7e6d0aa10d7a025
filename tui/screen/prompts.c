/* Prompts and their versions: when each was used, how it scored, what it costs, and what changed in its text. */
#include <stdio.h>
#include <string.h>

#include "tui/screen/pane_memory.h"
#include "tui/keyed.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_text.h"
#include "tui/screen/pane_prompts_ask.h"
#include "tui/widget/find.h"

static struct prompts_state *state_of(const struct screen *screen)
{
	return screen->state;
}

/* ---------------------------------------------------------------- drawing */

static void draw_empty(const struct prompts_state *st, const struct ui *ui, struct canvas body)
{
	if (!st->loaded || (!st->data.has_uses && !st->uses_failed)) {
		canvas_putc(body, 1, 3, -1, ROLE_DIM,
		            st->failed  ? "The prompts could not be read."
		            : ui->ascii ? "reading the prompts ..."
		                        : "reading the prompts …");
		return;
	}
	if (st->filter[0]) {
		canvas_putc(body, 1, 3, -1, ROLE_HEADING, "No run that matches the filter names a prompt.");
		canvas_putc(body, 3, 3, -1, ROLE_TEXT, keyed("{Esc} clears it, {&} asks for another one."));
		return;
	}
	struct canvas c = canvas_part(body, 1, 3, body.rows - 1, body.cols - 4);
	int at = sheet_say(c, ROLE_HEADING, "No prompt has a name in this store.") + 1;
	at += sheet_say(
	          canvas_part(c, at, 0, c.rows - at, c.cols), ROLE_TEXT,
	          "Prompts come with eval results (promptfoo, Inspect, lm-eval, HELM, DeepEval, MLflow, your own "
	          "tables with a "
	          "column prompt_version) and with traces whose spans name the prompt they used (Langfuse, Phoenix and "
	          "OpenInference, MLflow, LangSmith, Opik).") +
	      1;
	sheet_say(canvas_part(c, at, 0, c.rows - at, c.cols), ROLE_DIM,
	          "spoor help import says how a table's columns are named.");
}

static void prompts_draw(const struct screen *screen, struct canvas body)
{
	const struct prompts_state *st = state_of(screen);
	if (!st->loaded || !st->data.n) {
		draw_empty(st, screen->ui, body);
		return;
	}
	if (st->whole) {
		sheet_draw(&st->sheet, canvas_part(body, 0, 1, body.rows, body.cols - 1), st->top, false,
		           buf_str(&st->find));
		return;
	}
	struct prompts_places at = prompts_places(body.rows, body.cols, st->view.list.total);
	bool beside = at.pane_col > 1;
	prompts_view_draw(&st->view, screen->ui,
	                  canvas_part(body, 0, 0, at.list_rows + 1, beside ? at.list_cols - 1 : at.list_cols));
	if (!at.pane_rows)
		return;
	for (int i = 0; beside && i < body.rows; i++)
		canvas_putc(body, i, at.pane_col - 2, 1, ROLE_BORDER, "│");
	if (!beside)
		canvas_rule(canvas_part(body, at.pane_row - 1, 0, 1, body.cols), 0, ROLE_BORDER);
	sheet_draw(&st->sheet, canvas_part(body, at.pane_row, at.pane_col, at.pane_rows, at.pane_cols), 0,
	           st->sheet_version != prompts_cursor_version(&st->view), buf_str(&st->find));
}

static bool prompts_beside(const struct screen *screen, struct beside *out)
{
	const struct prompts_state *st = state_of(screen);
	struct prompts_places at = prompts_places(screen->ui->rows, screen->ui->cols, st->view.list.total);
	bool beside = at.pane_col > 1;
	*out = (struct beside){.row = at.pane_row,
	                       .col = at.pane_col,
	                       .rows = at.pane_rows,
	                       .cols = at.pane_cols,
	                       .scroll_row = beside ? 1 : -1,
	                       .top = st->view.list.top,
	                       .id = st->view.list.cursor + 1};
	return at.pane_rows > 0 && st->view.list.total > 0 && !st->whole;
}

static void prompts_headline(const struct screen *screen, struct canvas row)
{
	const struct prompts_state *st = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Prompts");
	if (!st->loaded || !st->data.n)
		return;
	canvas_printf(row, 0, col, row.cols - col - 1, ROLE_TITLE, "  %zu %s, %zu %s", st->data.n,
	              st->data.n == 1 ? "prompt" : "prompts", st->data.n_versions,
	              st->data.n_versions == 1 ? "version" : "versions");
}

static int n_marks(const struct prompts_state *st)
{
	return (st->view.marks[0] != 0) + (st->view.marks[1] != 0);
}

static void prompts_status(const struct screen *screen, struct buf *out)
{
	const struct prompts_state *st = state_of(screen);
	const char *dot = screen->ui->ascii ? ", " : " · ";
	if (!st->loaded)
		return;
	if (st->whole)
		buf_printf(out, "row %d of %d", st->top + 1, st->sheet.rows);
	else
		list_position(out, &st->view.list);
	if (n_marks(st))
		buf_printf(out, "%s%d marked", dot, n_marks(st));
	if (!st->data.has_uses && !st->uses_failed)
		buf_printf(out, "%scounting traces", dot);
	else if (st->data.calls_read < st->data.calls_of)
		buf_printf(out, "%scalls of the newest %lld of %lld traces", dot, (long long)st->data.calls_read,
		           (long long)st->data.calls_of);
	if (st->data.unsure)
		buf_printf(out, "%s%lld large traces not looked through", dot, (long long)st->data.unsure);
	if (st->filter[0])
		buf_printf(out, "%s& %s%s", dot, st->filter, st->filter_is_old ? RECALLED_FILTER : "");
	if (st->find.len)
		buf_printf(out, "%s/ %s", dot, buf_cstr(&st->find));
}

/* ---------------------------------------------------------------- moving */

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)
#define UNUSED       (void)screen, (void)in, (void)target

static enum outcome prompts_move(struct screen *screen, enum move move)
{
	struct prompts_state *st = state_of(screen);
	if (!st->whole) {
		list_move(&st->view.list, move);
		prompts_lay_out(screen);
		return OUT_REFRESH;
	}
	template_scroll(&st->top, st->sheet.rows, screen->ui->rows, move);
	return OUT_HANDLED;
}
MOVE_FUNCTIONS(prompts_move)

static enum outcome fold_to(struct screen *screen, bool fold)
{
	struct prompts_state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	if (!line || st->whole || st->data.all[line->prompt].n < 2)
		return OUT_HANDLED;
	prompts_remember(st);
	prompts_fold(&st->view, line->prompt, fold);
	prompts_lines(&st->view);
	st->fresh = false;
	return OUT_REFRESH;
}

ACTION(fold)
{
	UNUSED;
	return fold_to(screen, true);
}

ACTION(unfold)
{
	UNUSED;
	return fold_to(screen, false);
}

ACTION(fold_all)
{
	UNUSED;
	struct prompts_state *st = state_of(screen);
	bool any = false;
	for (size_t i = 0; i < st->data.n; i++)
		any = any || (st->data.all[i].n > 1 && !prompts_is_folded(&st->view, i));
	prompts_remember(st);
	vec_clear(&st->view.folded);
	for (size_t i = 0; any && i < st->data.n; i++)
		if (st->data.all[i].n > 1)
			prompts_fold(&st->view, i, true);
	prompts_lines(&st->view);
	st->fresh = false;
	return OUT_REFRESH;
}

static enum outcome by_version(struct screen *screen, int by)
{
	struct prompts_state *st = state_of(screen);
	int64_t at = st->view.list.cursor;
	do
		at += by;
	while (at >= 0 && at < st->view.list.total && st->view.lines.at[at].version == SIZE_MAX);
	if (at < 0 || at >= st->view.list.total) {
		ui_say(screen->ui, by > 0 ? "this is the last version" : "this is the first version");
		return OUT_HANDLED;
	}
	list_go(&st->view.list, at);
	st->top = 0;
	st->fresh = false;
	return OUT_REFRESH;
}

ACTION(next_version)
{
	UNUSED;
	return by_version(screen, 1);
}

ACTION(previous_version)
{
	UNUSED;
	return by_version(screen, -1);
}

static enum outcome by_change(struct screen *screen, bool forward)
{
	struct prompts_state *st = state_of(screen);
	if (!st->whole)
		return OUT_IGNORED;
	case_go_to_change(screen->ui, &st->sheet, &st->top, forward);
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

/* ---------------------------------------------------------------- searching and sorting */

/* Names at once; a text that is being looked for comes with the answer. */
static enum outcome search_again(struct screen *screen, int by, bool stay)
{
	struct prompts_state *st = state_of(screen);
	st->view.find = buf_str(&st->find);
	if (stay) {
		st->view.n_found = 0;
		st->find_pending = st->find_go = st->find.len > 0;
	}
	if (!st->find.len) {
		if (!stay)
			ui_say(screen->ui, "%s", keyed("nothing is being searched for: {/} asks"));
		return OUT_HANDLED;
	}
	if (st->whole) {
		int row =
		    st->sheet.rows > 0 ? sheet_find(&st->sheet, st->view.find, st->top + (stay ? 0 : by), by > 0) : -1;
		st->find_go = false;
		if (row >= 0)
			st->top = row;
		else
			ui_say(screen->ui, "not in this text: %s", buf_cstr(&st->find));
		return OUT_REFRESH;
	}
	if (prompts_go_to_found(screen, st->view.list.cursor + (stay ? 0 : by), by))
		st->find_go = false;
	else if (!stay)
		ui_say(screen->ui, "no name, version or text has it: %s", buf_cstr(&st->find));
	return OUT_REFRESH;
}

static struct buf *find_text(struct screen *screen)
{
	return &state_of(screen)->find;
}
FIND_FUNCTIONS(find_text, search_again)

static enum outcome reorder(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	prompts_remember(st);
	prompts_lines(&st->view);
	ui_say(screen->ui, "by %s, %s first", prompts_order_name(st->view.by),
	       st->view.by == BY_NAME   ? st->view.inverted ? "Z" : "A"
	       : st->view.by == BY_SEEN ? st->view.inverted ? "oldest" : "newest"
	       : st->view.inverted      ? "smallest"
	                                : "largest");
	return OUT_HANDLED;
}

static enum outcome sort_by(struct screen *screen, int step)
{
	struct prompts_view *v = &state_of(screen)->view;
	v->by = (enum prompts_order)(((int)v->by + step + N_PROMPTS_ORDERS) % N_PROMPTS_ORDERS);
	v->inverted = false;
	return reorder(screen);
}

ACTION(sort_next)
{
	UNUSED;
	return sort_by(screen, 1);
}

ACTION(sort_previous)
{
	UNUSED;
	return sort_by(screen, -1);
}

ACTION(invert)
{
	UNUSED;
	state_of(screen)->view.inverted = !state_of(screen)->view.inverted;
	return reorder(screen);
}

/* ---------------------------------------------------------------- by which runs */

static enum outcome set_filter(struct screen *screen, struct str text)
{
	struct prompts_state *st = state_of(screen);
	snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(str_cut(text, 0, sizeof st->filter - 1)));
	st->filter_is_old = false;
	st->stamp++;
	st->asked = ASK_NOTHING;
	st->failed = st->uses_failed = false;
	st->generation = screen->ui->generation - 1; /* is not the app's: asks again */
	return OUT_REFRESH;
}

ACTION(filter_line)
{
	(void)target;
	struct str text = str_trim(in->argument);
	bool good = filter_typed(screen->ui, text, FILTER_RUNS, sizeof state_of(screen)->filter - 1);
	return good ? set_filter(screen, text) : OUT_HANDLED;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

ACTION(filter)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_RUNS};
	snprintf(target->text, sizeof target->text, "%s", state_of(screen)->filter);
	return OUT_PROMPT;
}

/* ---------------------------------------------------------------- the rest of the keys */

ACTION(mark)
{
	UNUSED;
	struct prompts_state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	if (st->whole)
		return prompts_move(screen, MOVE_PAGE_DOWN);
	if (!line)
		return OUT_HANDLED;
	if (line->version == SIZE_MAX)
		return fold_to(screen, !prompts_is_folded(&st->view, line->prompt));
	int64_t id = st->data.versions[line->version].id, *marks = st->view.marks;
	st->fresh = false;
	int i = 0, other = 0;
	while (i < PROMPT_MARKS && marks[i] != id)
		i++;
	while (other < PROMPT_MARKS && marks[other])
		other++;
	if (i == PROMPT_MARKS && other == PROMPT_MARKS) {
		ui_say(screen->ui, "%s",
		       keyed("two versions are marked: {Enter} shows what differs, {Space} on one takes its mark off"));
		return OUT_HANDLED;
	}
	if (i < PROMPT_MARKS)
		marks[i] = 0;
	else
		marks[other] = id;
	list_move(&st->view.list, MOVE_DOWN);
	return OUT_REFRESH;
}

ACTION(open_texts)
{
	UNUSED;
	struct prompts_state *st = state_of(screen);
	if (!prompts_cursor(&st->view) || st->whole)
		return OUT_HANDLED;
	st->whole = true;
	st->top = 0;
	st->fresh = false;
	prompts_lay_out(screen);
	return OUT_REFRESH;
}

ACTION(all_lines)
{
	UNUSED;
	struct prompts_state *st = state_of(screen);
	if (!st->whole)
		return OUT_IGNORED;
	st->all_lines = !st->all_lines;
	st->fresh = false;
	prompts_lay_out(screen);
	return prompts_move(screen, MOVE_LEFT);
}

/* Esc first forgets what was searched for; then both close the texts; then Esc forgets the filter, then the marks; then the app's own
 * "back" comes. */
ACTION(leave)
{
	(void)target;
	struct prompts_state *st = state_of(screen);
	bool escape = in->key == KEY_ESCAPE;
	if (escape && st->find.len) {
		buf_clear(&st->find);
		st->view.find = STR_NONE;
		st->view.n_found = 0;
		return OUT_HANDLED;
	}
	if (st->whole) {
		st->whole = st->fresh = false;
		prompts_lay_out(screen);
		return OUT_REFRESH;
	}
	if (escape && st->filter[0])
		return set_filter(screen, STR_NONE);
	if (!escape || !n_marks(st))
		return OUT_IGNORED;
	st->view.marks[0] = st->view.marks[1] = 0;
	st->fresh = false;
	return OUT_REFRESH;
}

static enum outcome open_list(struct screen *screen, const char *name, const char *what, int64_t n,
                              struct target *target)
{
	const struct prompts_state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	*target = (struct target){.screen = name};
	if (!line)
		return OUT_HANDLED;
	if (!n) {
		ui_say(screen->ui, "no %s used it", what);
		return OUT_HANDLED;
	}
	if (prompts_filter(&st->data, line->prompt, line->version, target->text, sizeof target->text))
		return OUT_OPEN;
	ui_say(screen->ui, "a filter for it would be too long");
	return OUT_HANDLED;
}

ACTION(open_runs)
{
	(void)in;
	const struct prompts_state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	int64_t n = !line                       ? 0
	            : line->version == SIZE_MAX ? st->data.all[line->prompt].runs
	                                        : (int64_t)st->data.versions[line->version].n_runs;
	return open_list(screen, "runs", "run", n, target);
}

ACTION(open_traces)
{
	(void)in;
	const struct prompts_state *st = state_of(screen);
	const struct prompts_line *line = prompts_cursor(&st->view);
	int64_t n = !line || !st->data.has_uses ? line != NULL
	            : line->version == SIZE_MAX ? st->data.all[line->prompt].traces
	                                        : st->data.versions[line->version].calls.traces;
	return open_list(screen, "traces", "trace", n, target);
}

/* The newest runs of both on one dataset, of two marked ones or of this version and the one before. */
static bool runs_of(const struct prompt_version *a, const struct prompt_version *b, int64_t *run_a, int64_t *run_b)
{
	for (size_t i = 0; i < b->n_scores; i++) {
		const struct prompt_score *in_a = prompt_score_on(a, b->scores[i].dataset_id);
		if (!in_a)
			continue;
		*run_a = in_a->newest;
		*run_b = b->scores[i].newest;
		return true;
	}
	return false;
}

static enum outcome open_pair(struct screen *screen, const char *name, struct target *target)
{
	const struct prompts_state *st = state_of(screen);
	const struct prompt_version *a, *b;
	int64_t run_a = 0, run_b = 0;
	prompts_pair(st, &a, &b);
	if (!a || !b) {
		ui_say(screen->ui, "%s", keyed("this is the first version: mark another one with {Space}"));
		return OUT_HANDLED;
	}
	if (b->pair_a && b->before != SIZE_MAX && a == &st->data.versions[b->before]) {
		run_a = b->pair_a;
		run_b = b->pair_b;
	} else if (!runs_of(a, b, &run_a, &run_b)) {
		ui_say(screen->ui, "no dataset has runs of both versions");
		return OUT_HANDLED;
	}
	*target = (struct target){.screen = name, .id = run_a, .id2 = run_b};
	return OUT_OPEN;
}

ACTION(compare)
{
	(void)in;
	return open_pair(screen, "compare", target);
}

ACTION(run_differences)
{
	(void)in;
	return open_pair(screen, "rundiff", target);
}

/* clang-format off */
static const struct action actions[] = {
	MOVE_ACTIONS,
	{.name = "open", .keys = "Enter", .help = "what changed in its text since the version before, or between two marked ones", .hint = "text", .hint_order = 1, .run = open_texts},
	{.name = "mark", .keys = "Space", .help = "mark a version: two of any prompt are held against each other; fold a prompt", .hint = "mark", .hint_order = 2, .run = mark},
	{.name = "compare", .keys = "d", .help = "compare their newest runs: this version and the one before, or two marked ones", .hint = "compare", .hint_order = 3, .run = compare},
	{.name = "runs", .keys = "e", .help = "the eval runs that used it", .hint = "runs", .hint_order = 4, .run = open_runs},
	{.name = "traces", .keys = "t", .help = "the traces that used it", .hint = "traces", .hint_order = 5, .run = open_traces},
	{.name = "run-differences", .keys = "p", .help = "what else differs between these runs: model, settings, code", .run = run_differences},
	{.name = "search", .keys = "/", .help = "search names, versions and texts", .hint = "search", .hint_order = 7, .run = search},
	{.name = "filter", .keys = "&", .help = "only by runs that match, e.g. model~gpt dataset:claims since:30d", .hint = "filter", .hint_order = 8, .run = filter},
	{.name = "next-match", .keys = "n", .help = "next match", .run = search_next},
	{.name = "prev-match", .keys = "N", .help = "previous match", .run = search_previous},
	{.name = "next-version", .keys = "J", .help = "next version, also from inside its text", .run = next_version},
	{.name = "prev-version", .keys = "K", .help = "the version before, also from inside its text", .run = previous_version},
	{.name = "next-difference", .keys = "}", .help = "inside a text: next difference", .hint = "next", .hint_order = 6, .run = next_difference},
	{.name = "prev-difference", .keys = "{", .help = "inside a text: the difference before", .run = previous_difference},
	{.name = "all-lines", .keys = "x", .help = "inside a text: all lines, or a few around each difference", .run = all_lines},
	{.name = "fold", .keys = "h Left", .help = "fold a prompt's versions", .run = fold},
	{.name = "unfold", .keys = "l Right", .help = "unfold them", .run = unfold},
	{.name = "fold-all", .keys = "z", .help = "fold all prompts, or unfold them", .run = fold_all},
	{.name = "sort-next", .keys = ">", .help = "order by the next column", .run = sort_next},
	{.name = "sort-prev", .keys = "<", .help = "order by the column before", .run = sort_previous},
	{.name = "invert", .keys = "I", .help = "turn the order round", .run = invert},
	{.name = "leave", .keys = "q Esc", .help = "out of the text; out of the prompts", .run = leave},
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- life */

static bool prompts_open(struct screen *screen, const struct target *target, struct err *err)
{
	struct prompts_state *st = state_of(screen);
	(void)err;
	st->sent = target->id || target->text[0];
	st->view.data = &st->data;
	st->view.compared = &st->compared;
	if (target->id)
		snprintf(st->start, sizeof st->start, "#%lld", (long long)target->id);
	else
		snprintf(st->start, sizeof st->start, "%s", target->text);
	snprintf(st->from, sizeof st->from, "%.127s", target->find);
	list_init(&st->view.list);
	return true;
}

static void prompts_place(const struct screen *screen, struct target *out)
{
	const struct prompt_version *v = prompts_cursor_version(&state_of(screen)->view);
	*out = (struct target){.screen = "prompts", .id = v ? v->id : 0};
}

static bool prompts_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct prompts_state *st = state_of(screen);
	const struct prompt_version *v = prompts_cursor_version(&st->view), *a, *b;
	struct arena arena = ARENA_INIT;
	bool ok = true;
	if (!v)
		return false;
	prompts_pair(st, &a, &b);
	struct str name = prompt_name(&st->data.all[v->prompt]), label = prompt_version_name(v, &arena);
	switch (what) {
	case COPY_VALUE: ok = prompts_texts_are_of(st, a, b) && copy_str(out, st->texts.text_b); break;
	case COPY_ID: ok = copy_str(out, v->hash.len ? v->hash : v->label); break;
	case COPY_PATH: buf_printf(out, STR_FMT "@" STR_FMT, STR_ARG(name), STR_ARG(label)); break;
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor prompts");
		copy_word(out, name);
		if (st->whole && a && a->prompt == b->prompt) {
			copy_word(out, prompt_version_name(a, &arena));
			copy_word(out, prompt_version_name(b, &arena));
		}
		break;
	case COPY_LINK: {
		struct link link = {.kind = "prompts", .of = {name}, .n_of = 1, .part[LINK_VERSION] = label};
		if (st->whole && a && a->prompt == b->prompt) {
			link.part[LINK_VERSION] = prompt_version_name(b, &arena);
			link.part[LINK_FROM] = prompt_version_name(a, &arena);
		}
		link_print(out, &link);
		break;
	}
	case COPY_VIEW: ok = copy_link(out, "prompts", STR_NONE, STR_NONE); break;
	}
	arena_done(&arena);
	return ok;
}

static void prompts_close(struct screen *screen)
{
	struct prompts_state *st = state_of(screen);
	prompts_view_done(&st->view);
	prompts_done(&st->data);
	arena_done(&st->texts.arena);
	arena_done(&st->compared_arena);
	arena_done(&st->found_arena);
	vec_done(&st->compared);
	sheet_done(&st->sheet);
	buf_done(&st->find);
}

/* ---------------------------------------------------------------- how it was left */

static const struct prompt_version *version_of_line(const struct prompts_view *v, int64_t line)
{
	size_t version = line < (int64_t)v->lines.n ? v->lines.at[line].version : SIZE_MAX;
	return version == SIZE_MAX ? NULL : &v->data->versions[version];
}

/* A version goes by the hash of its text, or what it is called. */
static struct str version_name(const struct prompt_version *v)
{
	return !v ? STR_NONE : v->hash.len ? v->hash : v->label;
}

static void prompts_keep(const struct screen *screen, struct jout *out)
{
	const struct prompts_state *st = state_of(screen);
	const struct prompts_view *v = &st->view;
	if (!st->loaded)
		return;
	const struct prompt_version *at = version_of_line(v, v->list.cursor); /* NULL: a prompt's own line */
	remember_text(out, "filter", str_of(st->filter));
	remember_int(out, "by", (int64_t)v->by);
	remember_flag(out, "inverted", v->inverted);
	remember_row(out, &v->list, version_name(at));
	if (!v->marks[0] && !v->marks[PROMPT_MARKS - 1])
		return;
	jout_array(out, "marks");
	for (size_t i = 0; i < v->data->n_versions; i++)
		for (int k = 0; k < PROMPT_MARKS; k++)
			if (v->marks[k] && v->marks[k] == v->data->versions[i].id)
				jout_str(out, NULL, version_name(&v->data->versions[i]));
	jout_end(out);
}

static void recall_marks(struct prompts_view *v, const struct cJSON *marks)
{
	int n = 0;
	for (const struct cJSON *m = json_first(marks); m && n < PROMPT_MARKS; m = json_next(m))
		for (size_t i = 0; json_text(m) && i < v->data->n_versions; i++)
			if (str_is(version_name(&v->data->versions[i]), json_text(m))) {
				v->marks[n++] = v->data->versions[i].id;
				break;
			}
}

static bool prompts_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct prompts_state *st = state_of(screen);
	struct prompts_view *v = &st->view;
	struct str filter = recall_filter(kept, "filter", FILTER_RUNS, screen->ui->now_ns, sizeof st->filter);
	int64_t at = -1;
	if (!st->recalls && lately && filter.len) {
		snprintf(st->filter, sizeof st->filter, STR_FMT, STR_ARG(filter));
		st->filter_is_old = true;
		st->stamp++;
	}
	st->recalls = true;
	if (!st->loaded)
		return st->failed;
	v->by = (enum prompts_order)recall_int(kept, "by", 0, N_PROMPTS_ORDERS - 1);
	v->inverted = recall_flag(kept, "inverted");
	recall_marks(v, json_get(kept, "marks"));
	prompts_lines(v);
	for (int64_t i = 0; recall_text(kept, "on").len && i < (int64_t)v->lines.n && at < 0; i++)
		if (recall_is_row(kept, version_name(version_of_line(v, i))))
			at = i;
	if (!st->sent)
		recall_row(kept, &v->list, at);
	return true;
}

const struct screen_ops screen_prompts = {
    .name = "prompts",
    .title = "Prompts",
    .state_size = sizeof(struct prompts_state),
    .actions = actions,
    .open = prompts_open,
    .ask = prompts_ask,
    .fetch = prompts_fetch,
    .take = prompts_take,
    .draw = prompts_draw,
    .beside = prompts_beside,
    .headline = prompts_headline,
    .status = prompts_status,
    .place = prompts_place,
    .copy = prompts_copy,
    .remember = prompts_keep,
    .recall = prompts_recall,
    .close = prompts_close,
};
