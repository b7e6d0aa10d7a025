/* Flag to check: rules proposed out of flagged against approved answers. Above, the rules and how they count; below (from 120 columns on:
 * beside), the one under the cursor with the answers it hits, misses and flags wrongly, what broke it lit. A rule can be changed in place, is
 * tried again, also on all answers of the store, and goes to the team's rules file or out as promptfoo assertions.
 *
 * target: id: a run (row id), 0: all; text: a filter over cases or traces. */
#include <stdlib.h>
#include <string.h>

#include "store/base/text.h"
#include "store/check/promptfoo.h"
#include "store/check/rules.h"
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_filter.h"
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_propose.h"
#include "tui/screen/pane_save.h"

enum want { WANT_PAGE, WANT_TRY };
struct request {
	void *owner;
	uint64_t serial, generation;
	enum want want;
	struct target from;
	int64_t now_ns;
	struct ruleprop_page page;
	/* a try */
	size_t row;
	bool everything, interrupted;
	struct arena arena;
	struct str name, words, json;
	struct rule_outcome outcome;
};

static struct propose_state *state_of(const struct screen *screen)
{
	return screen->state;
}

static void fit_examples(struct propose_state *s)
{
	const struct offered *e = propose_entry(s);
	list_refit(&s->examples, e ? (int64_t)e->outcome.n_examples : 0, 0);
	list_go(&s->examples, 0);
}

/* ---------------------------------------------------------------- asking */

static struct request *request_new(struct screen *screen, enum want want)
{
	static uint64_t serials;
	struct propose_state *s = state_of(screen);
	struct request *r = xcalloc(1, sizeof *r);
	*r = (struct request){.owner = s,
	                      .serial = ++serials,
	                      .generation = screen->ui->generation,
	                      .want = want,
	                      .from = s->from,
	                      .now_ns = screen->ui->now_ns,
	                      .interrupted = true};
	s->serial = r->serial;
	return r;
}

static void *propose_ask(struct screen *screen)
{
	struct propose_state *s = state_of(screen);
	struct propose_layout l = propose_layout(s, screen->ui->rows, screen->ui->cols);
	list_set_page(&s->rules, l.list_rows);
	list_set_page(&s->examples, l.examples_rows > 0 ? l.examples_rows : 1);
	if (s->serial)
		return NULL;
	if (s->try.len) {
		struct request *r = request_new(screen, WANT_TRY);
		r->json = arena_str(&r->arena, buf_str(&s->try));
		r->row = s->trying;
		r->everything = s->try_everything;
		return r;
	}
	if (!s->failed && (!s->loaded || s->generation != screen->ui->generation))
		return request_new(screen, WANT_PAGE);
	return NULL;
}

/* Cases, traces, or both: what the filter can be about. */
static bool read_scope(const struct request *r, struct arena *arena, struct rule_scope *out, struct err *err)
{
	struct filter_mistake m, other;
	*out = (struct rule_scope){.run = r->from.id};
	if (!r->from.text[0])
		return true;
	out->cases = filter_parse(arena, str_of(r->from.text), FILTER_CASES, r->now_ns, &m);
	out->traces = filter_parse(arena, str_of(r->from.text), FILTER_TRACES, r->now_ns, &other);
	out->no_cases = !out->cases;
	out->no_traces = !out->traces;
	return out->cases || out->traces || err_set(err, ERR_USAGE, NULL, "filter: expected %s", m.expected);
}

static bool try_rule(struct db *db, struct request *r, const struct rule_scope *scope, struct err *err)
{
	struct rules *rules = NULL;
	struct rule_trial trial;
	struct buf words = BUF_INIT;
	if (!rules_parse_one(r->json, r->now_ns, &rules, err))
		return false;
	bool ok = rules_trial(rules, 0, &trial) ||
	          err_set(err, ERR_USAGE, NULL, "the rule is about single spans, which nobody judged as answers");
	rules_words(rules, 0, &words);
	r->words = arena_str(&r->arena, buf_str(&words));
	r->name = arena_cstr(&r->arena, rules_name(rules, 0));
	ok = ok && ruleprop_try(db, scope, &trial, 1, r->everything, NULL, &r->arena, &r->outcome, err);
	buf_done(&words);
	rules_free(rules);
	return ok;
}

static bool propose_fetch(struct db *db, void *request, struct err *err)
{
	struct request *r = request;
	struct rule_scope scope;
	struct arena arena = ARENA_INIT;
	bool ok = read_scope(r, &arena, &scope, err);
	if (ok && r->want == WANT_PAGE)
		ok = ruleprop_page(db, &scope, NULL, &r->page, err);
	else if (ok)
		ok = try_rule(db, r, &scope, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	arena_done(&arena);
	return ok;
}

/* ---------------------------------------------------------------- taking */

static void entry_done(struct offered *e)
{
	arena_done(&e->arena);
}

/* Rules that were changed by hand stay, above those that are proposed. */
static void adopt_page(struct propose_state *s, struct request *r)
{
	struct str at = propose_entry(s) ? propose_entry(s)->name : STR_NONE;
	struct buf name = BUF_INIT;
	size_t kept = 0;
	buf_add_str(&name, at);
	for (size_t i = 0; s->entries && i < s->n; i++) {
		if (s->entries[i].edited)
			s->entries[kept++] = s->entries[i];
		else
			entry_done(&s->entries[i]);
	}
	ruleprop_page_done(&s->page);
	s->page = r->page;
	s->entries = xrealloc(s->entries, kept + s->page.found.n + 1, sizeof *s->entries);
	s->n = kept;
	for (size_t i = 0; i < s->page.found.n; i++) {
		const struct ruleprop_rule *rule = &s->page.found.rules[i];
		s->entries[s->n++] = (struct offered){.name = rule->name,
		                                      .words = rule->words,
		                                      .json = rule->json,
		                                      .kind = rule->kind,
		                                      .outcome = s->page.outcomes[i],
		                                      .p = rule->p_corrected,
		                                      .chosen = rule->chosen,
		                                      .marked = rule->chosen};
	}
	int64_t found = 0;
	for (size_t i = 0; i < s->n; i++)
		if (name.len && str_eq(s->entries[i].name, buf_str(&name)))
			found = (int64_t)i;
	buf_done(&name);
	s->loaded = true;
	s->generation = r->generation;
	list_refit(&s->rules, (int64_t)s->n, found);
	fit_examples(s);
}

/* Takes the request's arena over. */
static void adopt_try(struct propose_state *s, struct request *r)
{
	if (r->row >= s->n)
		return;
	struct offered *e = &s->entries[r->row];
	bool changed = !str_eq(e->json, r->json);
	struct offered fresh = {.name = r->name,
	                        .words = r->words,
	                        .json = r->json,
	                        .kind = changed ? "" : e->kind,
	                        .outcome = r->outcome,
	                        .p = changed ? UNKNOWN_DOUBLE : e->p,
	                        .chosen = e->chosen && !changed,
	                        .edited = e->edited || changed,
	                        .everything = r->everything,
	                        .marked = e->marked || changed,
	                        .saved = e->saved && !changed,
	                        .arena = r->arena};
	entry_done(e);
	*e = fresh;
	r->arena = ARENA_INIT;
	fit_examples(s);
}

static void propose_take(struct screen *screen, void *request, bool ok)
{
	struct propose_state *s = state_of(screen);
	struct request *r = request;
	bool ours = r->owner == s && r->serial == s->serial;
	if (ours)
		s->serial = 0;
	/* A mistake in a rule is said once; a page that could not be read is not asked for again and again. */
	if (ours && !ok && !r->interrupted && r->want == WANT_PAGE)
		s->failed = true;
	if (ours && r->want == WANT_TRY && (ok || !r->interrupted))
		buf_clear(&s->try);
	if (ours && ok && r->want == WANT_PAGE && strcmp(r->from.text, s->from.text) == 0) {
		adopt_page(s, r);
	} else {
		if (ours && ok && r->want == WANT_TRY)
			adopt_try(s, r);
		ruleprop_page_done(&r->page);
	}
	arena_done(&r->arena);
	free(r);
}

static bool propose_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct propose_state *s = state_of(screen);
	s->from = *target;
	snprintf(s->run_text, sizeof s->run_text, "%s", target->find);
	list_init(&s->rules);
	list_init(&s->examples);
	return true;
}

static void propose_close(struct screen *screen)
{
	struct propose_state *s = state_of(screen);
	for (size_t i = 0; i < s->n; i++)
		entry_done(&s->entries[i]);
	free(s->entries);
	buf_done(&s->try);
	ruleprop_page_done(&s->page);
}

static void propose_place(const struct screen *screen, struct target *out)
{
	const struct propose_state *s = state_of(screen);
	*out = (struct target){.screen = "propose", .id = s->from.id};
	memcpy(out->text, s->from.text, sizeof out->text);
}

/* ---------------------------------------------------------------- what it tells of itself */

static void propose_headline(const struct screen *screen, struct canvas row)
{
	const struct propose_state *s = state_of(screen);
	int col = 1 + canvas_putc(row, 0, 1, -1, ROLE_TITLE, "Rules out of flagged answers");
	if (s->loaded)
		col += 2 + canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, "%zu flagged, %zu approved",
		                         s->page.found.n_flagged, s->page.found.n_approved);
	if (s->loaded && s->page.unsure)
		col += canvas_printf(row, 0, col, row.cols - col - 1, ROLE_DIM, ", %lld unsure or disputed",
		                     (long long)s->page.unsure);
	if (s->from.text[0])
		canvas_printf(row, 0, col + 2, row.cols - col - 3, ROLE_DIM, "%s", s->from.text);
}

static void propose_status(const struct screen *screen, struct buf *out)
{
	const struct propose_state *s = state_of(screen);
	const char *part = screen->ui->ascii ? ", " : " · ";
	if (!s->loaded)
		return;
	list_position(out, s->in_examples ? &s->examples : &s->rules);
	if (s->serial)
		buf_printf(out, "%s%s", part,
		           s->try.len ? (s->try_everything ? "trying it on every answer" : "trying it") : "counting");
}

static void propose_command(const struct propose_state *s, struct buf *out)
{
	buf_add_cstr(out, "spoor rules --propose");
	if (s->from.id) {
		buf_add_cstr(out, " --run");
		copy_word(out, str_of(s->run_text));
	}
	if (s->from.text[0]) {
		buf_add_cstr(out, " --where");
		copy_word(out, str_of(s->from.text));
	}
}

static bool propose_link(const struct propose_state *s, bool whole, struct buf *out)
{
	struct link link = {.kind = "rules"};
	if (s->from.id)
		link.part[LINK_RUN] = str_of(s->run_text);
	if (whole && s->from.text[0])
		link.part[LINK_WHERE] = str_of(s->from.text);
	link_print(out, &link);
	return true;
}

static bool propose_copy(const struct screen *screen, enum copy what, struct buf *out)
{
	const struct offered *e = propose_entry(state_of(screen));
	switch (what) {
	case COPY_VALUE: return e && copy_str(out, e->json);
	case COPY_ID: return e && copy_str(out, e->name);
	case COPY_COMMAND: propose_command(state_of(screen), out); return true;
	case COPY_PATH: return false;
	case COPY_LINK:
		if (propose_example(state_of(screen)) && state_of(screen)->in_examples)
			return false; /* the app knows what is judged (subject) */
		return propose_link(state_of(screen), true, out);
	case COPY_VIEW: return propose_link(state_of(screen), false, out);
	}
	return false;
}

/* Verdict keys speak of the answer under the cursor. */
static bool propose_subject(const struct screen *screen, struct subject_at *out)
{
	const struct propose_state *s = state_of(screen);
	const struct rule_example *x = s->in_examples ? propose_example(s) : NULL;
	if (x)
		*out = x->at;
	return x != NULL;
}

/* ---------------------------------------------------------------- actions */

static enum outcome propose_move(struct screen *screen, enum move move)
{
	struct propose_state *s = state_of(screen);
	if (s->in_examples) {
		list_move(&s->examples, move);
		return OUT_HANDLED;
	}
	if (list_move(&s->rules, move))
		fit_examples(s);
	return OUT_HANDLED;
}

MOVE_FUNCTIONS(propose_move)

#define ACTION(name) static enum outcome name(struct screen *screen, const struct input *in, struct target *target)

ACTION(other_list)
{
	(void)in, (void)target;
	struct propose_state *s = state_of(screen);
	const struct offered *e = propose_entry(s);
	s->in_examples = !s->in_examples && e && e->outcome.n_examples;
	return OUT_HANDLED;
}

ACTION(open_item)
{
	struct propose_state *s = state_of(screen);
	const struct rule_example *x = propose_example(s);
	if (!s->in_examples)
		return other_list(screen, in, target);
	if (!x)
		return OUT_HANDLED;
	if (x->at.kind == SUBJECT_CASE)
		*target = (struct target){
		    .screen = "case", .id = x->at.at.run, .id2 = x->at.at.run, .span = x->at.at.case_id};
	else
		*target = (struct target){
		    .screen = "trace", .id = x->at.trace, .span = x->at.kind == SUBJECT_SPAN ? x->at.span : 0};
	return OUT_OPEN;
}

static void set_filter(struct propose_state *s, struct str text)
{
	snprintf(s->from.text, sizeof s->from.text, STR_FMT, STR_ARG(str_cut(text, 0, sizeof s->from.text - 1)));
	s->loaded = s->failed = s->in_examples = false;
}

ACTION(leave_list)
{
	(void)target;
	struct propose_state *s = state_of(screen);
	if (!s->in_examples && s->from.text[0] && in->key == KEY_ESCAPE) {
		set_filter(s, STR_LIT(""));
		return OUT_REFRESH;
	}
	if (!s->in_examples)
		return OUT_IGNORED;
	s->in_examples = false;
	return OUT_HANDLED;
}

static void want_try(struct propose_state *s, struct str json, bool everything)
{
	buf_clear(&s->try);
	buf_add_str(&s->try, json);
	s->trying = (size_t)s->rules.cursor;
	s->try_everything = everything;
}

/* A mistake is said at once, and the line can be asked for again as it was typed. */
ACTION(edited)
{
	(void)target;
	struct propose_state *s = state_of(screen);
	struct rules *rules = NULL;
	struct err err = ERR_INIT;
	struct str text = str_trim(in->argument);
	if (!text.len || !propose_entry(s))
		return OUT_HANDLED;
	if (!rules_parse_one(text, screen->ui->now_ns, &rules, &err)) {
		ui_fail(screen->ui, &err);
		return OUT_HANDLED;
	}
	rules_free(rules);
	want_try(s, text, false);
	return OUT_REFRESH;
}

static const struct action edit_answer = {.name = "edit-as", .keys = "", .help = "", .run = edited};

ACTION(edit)
{
	struct propose_state *s = state_of(screen);
	const struct offered *e = propose_entry(s);
	if (in->argument.len)
		return edited(screen, in, target);
	if (!e)
		return OUT_HANDLED;
	*target = (struct target){.prompt = "rule ", .answer = &edit_answer};
	if (e->json.len >= sizeof target->line) {
		ui_say(screen->ui, "the rule is too long for a line: save it, and change it in the file");
		return OUT_HANDLED;
	}
	memcpy(target->line, e->json.ptr, e->json.len);
	return OUT_PROMPT;
}

ACTION(try_all)
{
	(void)in, (void)target;
	struct propose_state *s = state_of(screen);
	const struct offered *e = propose_entry(s);
	if (!e)
		return OUT_HANDLED;
	want_try(s, e->json, true);
	return OUT_REFRESH;
}

/* Of cases, of traces, or of both: it has to be one of either. */
ACTION(filter_line)
{
	(void)target;
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake, other;
	struct str text = str_trim(in->argument);
	int64_t now_ns = screen->ui->now_ns;
	if (!filter_fits(screen->ui, text, sizeof state_of(screen)->from.text - 1))
		return OUT_HANDLED;
	if (filter_parse(&arena, text, FILTER_CASES, now_ns, &mistake) ||
	    filter_parse(&arena, text, FILTER_TRACES, now_ns, &other))
		set_filter(state_of(screen), text);
	else
		filter_say_mistake(screen->ui, &mistake);
	arena_done(&arena);
	return OUT_REFRESH;
}

static const struct action filter_answer = {.name = "filter-for", .keys = "", .help = "", .run = filter_line};

ACTION(ask_filter)
{
	if (in->argument.len)
		return filter_line(screen, in, target);
	*target = (struct target){.prompt = "&", .answer = &filter_answer, .filter = 1 + FILTER_CASES};
	snprintf(target->line, sizeof target->line, "%s", state_of(screen)->from.text);
	return OUT_PROMPT;
}

ACTION(mark)
{
	(void)in, (void)target;
	struct propose_state *s = state_of(screen);
	struct offered *e = propose_entry(s);
	if (!e)
		return OUT_HANDLED;
	e->marked = !e->marked;
	return s->in_examples ? OUT_HANDLED : propose_move(screen, MOVE_DOWN);
}

ACTION(save)
{
	(void)target;
	struct offered *e = propose_entry(state_of(screen));
	struct err err = ERR_INIT;
	struct buf place = BUF_INIT;
	if (!e)
		return OUT_HANDLED;
	if (in->argument.len)
		buf_add_str(&place, str_trim(in->argument));
	else
		rules_place(&place);
	if (rules_save(buf_cstr(&place), e->json, screen->ui->now_ns, &err)) {
		e->saved = true;
		ui_say(screen->ui, "saved " STR_FMT " to " STR_FMT, STR_ARG(e->name),
		       STR_ARG(str_cut(buf_str(&place), 0, 300)));
	} else {
		ui_fail(screen->ui, &err);
	}
	buf_done(&place);
	return OUT_HANDLED;
}

/* The marked ones; none is: the one under the cursor. */
static bool promptfoo_of(const struct propose_state *s, int64_t now_ns, bool json, struct buf *out, size_t *n,
                         size_t *left, struct err *err)
{
	struct promptfoo p = {.arena = ARENA_INIT};
	struct rules **rules = xcalloc(s->n + 1, sizeof *rules);
	size_t marked = 0;
	bool ok = true;
	for (size_t i = 0; i < s->n; i++)
		marked += s->entries[i].marked;
	for (size_t i = 0; ok && i < s->n; i++) {
		if (marked ? !s->entries[i].marked : (int64_t)i != s->rules.cursor)
			continue;
		ok = rules_parse_one(s->entries[i].json, now_ns, &rules[i], err);
		*n += ok && promptfoo_add(&p, rules[i], 0);
	}
	*left = p.left.n;
	if (ok)
		(json ? promptfoo_json : promptfoo_yaml)(&p, out);
	for (size_t i = 0; i < s->n; i++)
		rules_free(rules[i]);
	free(rules);
	promptfoo_done(&p);
	return ok;
}

ACTION(export_to)
{
	(void)target;
	struct propose_state *s = state_of(screen);
	struct buf text = BUF_INIT, absolute = BUF_INIT;
	struct err err = ERR_INIT;
	struct str path = str_trim(in->argument);
	size_t n = 0, left = 0, bytes;
	if (!path.len)
		return OUT_HANDLED;
	bool ok = promptfoo_of(s, screen->ui->now_ns, str_ends(path, ".json"), &text, &n, &left, &err);
	const struct save_item item = {.body = buf_str(&text)};
	if (ok && save_write(&item, path, &absolute, &bytes, &err)) {
		ui_say(screen->ui, "wrote " STR_FMT ": %zu rule%s%s", STR_ARG(str_cut(path, 0, 300)), n,
		       n == 1 ? "" : "s", left ? "; the others say why not, in the file" : "");
	} else {
		ui_fail(screen->ui, &err);
	}
	buf_done(&text);
	buf_done(&absolute);
	return OUT_HANDLED;
}

static const struct action export_answer = {.name = "export-to", .keys = "", .help = "", .run = export_to};

ACTION(export)
{
	if (in->argument.len)
		return export_to(screen, in, target);
	if (!propose_entry(state_of(screen)))
		return OUT_HANDLED;
	*target = (struct target){.prompt = "promptfoo assertions to (.yaml or .json) ", .answer = &export_answer};
	snprintf(target->line, sizeof target->line, "spoor-asserts.yaml");
	return OUT_PROMPT;
}

/* clang-format off */
static const struct action actions[] = {
	{.name = "open", .keys = "Enter", .help = "to the answers of the rule; there: the answer whole", .hint = "answers", .hint_order = 1, .run = open_item},
	{.name = "other", .keys = "Tab", .help = "between the rules and the answers of the one under the cursor", .run = other_list},
	{.name = "edit", .keys = "e", .help = "change the rule, and see how it counts", .hint = "change", .hint_order = 2, .run = edit},
	{.name = "try-all", .keys = "b", .help = "back-test: try it on every answer of the store, judged or not", .hint = "try on all", .hint_order = 3, .run = try_all},
	{.name = "save", .keys = "w", .help = "write the rule to the team's rules file (:save FILE: to this one)", .hint = "save", .hint_order = 4, .run = save},
	{.name = "mark", .keys = "Space", .help = "mark it for x, or no longer", .hint = "mark", .hint_order = 6, .run = mark},
	{.name = "export", .keys = "x", .help = "the marked rules as promptfoo assertions", .hint = "promptfoo", .hint_order = 5, .run = export},
	{.name = "filter", .keys = "&", .help = "only answers that match, e.g. run:v13", .hint = "filter", .hint_order = 7, .run = ask_filter},
	{.name = "leave", .keys = "Esc", .help = "from the answers back to the rules; then take off the filter; then one level up", .run = leave_list},
	MOVE_ACTIONS,
	ACTIONS_END,
};
/* clang-format on */

/* ---------------------------------------------------------------- how it was left */

/* Which rules are marked is an answer that is being thought about: it is not kept. */
static void propose_remember(const struct screen *screen, struct jout *out)
{
	const struct propose_state *s = state_of(screen);
	remember_row(out, &s->rules, propose_entry(s) ? propose_entry(s)->name : STR_NONE);
}

static bool propose_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct propose_state *s = state_of(screen);
	int64_t at = -1;
	(void)lately;
	if (!s->loaded)
		return s->failed;
	for (size_t i = 0; i < s->n; i++)
		if (recall_is_row(kept, s->entries[i].name))
			at = (int64_t)i;
	recall_row(kept, &s->rules, at);
	fit_examples(s);
	return true;
}

const struct screen_ops screen_propose = {
    .name = "propose",
    .title = "Rules out of flagged answers",
    .state_size = sizeof(struct propose_state),
    .actions = actions,
    .open = propose_open,
    .ask = propose_ask,
    .fetch = propose_fetch,
    .take = propose_take,
    .draw = propose_draw,
    .headline = propose_headline,
    .status = propose_status,
    .place = propose_place,
    .copy = propose_copy,
    .subject = propose_subject,
    .remember = propose_remember,
    .recall = propose_recall,
    .close = propose_close,
};
