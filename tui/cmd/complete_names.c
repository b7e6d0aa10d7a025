/* What each placeholder stands for: out of tables where it is ours, out of the store where it is the user's. */
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/check/check.h"
#include "store/query/compare.h"
#include "store/query/fields.h"
#include "store/query/flagged_out.h"
#include "store/query/names.h"
#include "store/query/saved.h"
#include "store/query/stats.h"
#include "store/query/suggest.h"
#include "store/study/mask.h"
#include "import/format.h"
#include "tui/cmd/complete.h"
#include "tui/cmd/rows.h"
#include "tui/cmd/topics.h"
#include "tui/link.h"
#include "tui/settings.h"

/* ---------------------------------------------------------------- the store */

/* NULL: there is none that can be read. Nothing is made, nothing is said. */
static struct db *store_of(struct completion *c)
{
	struct buf path = BUF_INIT;
	struct err ignored = ERR_INIT;
	const char *masks = getenv("SPOOR_MASK");
	if (c->tried)
		return c->db;
	c->tried = true;
	if (c->store)
		buf_add_cstr(&path, c->store);
	else
		db_default_path(&path);
	c->db = db_open(buf_cstr(&path), DB_READ, &ignored);
	if (c->db && masks && masks[0] && strcmp(masks, "0") != 0)
		db_set_mask(c->db, mask_str);
	buf_done(&path);
	return c->db;
}

static void names(struct completion *c, enum names_of what, struct str of, const char *before, const char *after)
{
	struct named_list *list;
	struct err ignored = ERR_INIT;
	struct str part = complete_part(c);
	size_t skip = strlen(before);
	if (!store_of(c) || (skip && !str_starts(part, before)))
		return;
	list = arena_zalloc(&c->arena, 1, sizeof *list);
	names_of(c->db, what, str_from(part, skip), of, &c->arena, list, &ignored);
	for (size_t i = 0; i < list->n; i++)
		complete_add(c, arena_printf(&c->arena, "%s" STR_FMT "%s", before, STR_ARG(list->at[i].name), after),
		             list->at[i].about, after[0] != '\0');
}

/* Values that a field of the filter language has. quote: as a filter takes them. */
static void values(struct completion *c, int over, const char *field, struct str typed, bool quote, bool quoted)
{
	struct suggestions list = {.arena = ARENA_INIT};
	struct err ignored = ERR_INIT;
	if (!store_of(c))
		return;
	suggest(c->db, (enum filter_over)over, str_of(field), typed, &list, &ignored);
	for (size_t i = 0; i < list.n; i++) {
		struct buf word = BUF_INIT, about = BUF_INIT;
		if (quote)
			filter_quote(&word, list.at[i].text);
		else
			buf_add_str(&word, list.at[i].text);
		if (quoted && word.len && word.ptr[0] != '"') {
			buf_clear(&word);
			buf_printf(&word, "\"" STR_FMT "\"", STR_ARG(list.at[i].text));
		}
		if (list.at[i].n >= 0)
			buf_printf(&about, "%lld", (long long)list.at[i].n);
		complete_add(c, buf_str(&word), buf_str(&about), false);
		buf_done(&word);
		buf_done(&about);
	}
	suggestions_done(&list);
}

static void plain_values(struct completion *c, int over, const char *field)
{
	values(c, over, field, complete_part(c), false, false);
}

/* ---------------------------------------------------------------- filters */

static const char *sign_of(enum field_type type)
{
	switch (type) {
	case TYPE_DURATION:
	case TYPE_COUNT:
	case TYPE_MONEY:
	case TYPE_RATE:
	case TYPE_NUMBER:
	case TYPE_TIME: return ">";
	case TYPE_SCORE:
	case TYPE_SCORE_MEAN:
	case TYPE_FIELD: return ".";
	case TYPE_WORD:
	case TYPE_ID:
	case TYPE_TEXT:
	case TYPE_FOUND:
	case TYPE_SINCE:
	case TYPE_UNTIL:
	case TYPE_ENUM:
	case TYPE_STEP:
	case TYPE_HAS: break;
	}
	return ":";
}

static void signs(struct completion *c, const struct filter_field *f)
{
	static const char *const all[] = {">", "<", ">=", "<=", ":"};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		complete_add(c, arena_printf(&c->arena, "%s%s", f->name, all[i]),
		             arena_printf(&c->arena, "as in %s", f->example), true);
}

static void enum_values(struct completion *c, const struct field *f)
{
	for (int v = f->words ? f->words->first : 0; f->words && v <= f->words->last; v++)
		complete_add(c, str_of(f->words->name(v)), STR_NONE, false);
	for (const struct field_has *has = f->has; has && has->word; has++)
		complete_add(c, str_of(has->word), STR_NONE, false);
}

static void times(struct completion *c)
{
	static const char *const all[] = {"today", "yesterday", "24h", "7d", "30d"};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		complete_add(c, str_of(all[i]), STR_NONE, false);
}

static void field_values_of(struct completion *c, int over, struct str name, const struct filter_spot *spot)
{
	const struct field *f = field_named((enum filter_over)over, name);
	if (!f)
		return;
	if (f->type == TYPE_SINCE || f->type == TYPE_UNTIL || f->type == TYPE_TIME)
		times(c);
	else if (f->words || f->has)
		enum_values(c, f);
	else
		values(c, over, f->name, spot->typed, true, spot->quoted);
}

static void filter_fields_of(struct completion *c, int over)
{
	size_t before = c->found.n;
	const struct filter_field *only = NULL;
	for (const struct filter_field *f = filter_fields((enum filter_over)over); f && f->name; f++) {
		const struct field *field = field_named((enum filter_over)over, str_of(f->name));
		size_t n = c->found.n;
		if (field)
			complete_add(c, arena_printf(&c->arena, "%s%s", f->name, sign_of(field->type)), str_of(f->help),
			             true);
		only = c->found.n > n ? f : only;
	}
	/* A word that is not finished must not be the only one: shells would end it. */
	if (c->found.n == before + 1 && only &&
	    sign_of(field_named((enum filter_over)over, str_of(only->name))->type)[0] == '>')
		signs(c, only);
}

static void saved(struct completion *c)
{
	struct saved_filter *all = NULL;
	size_t n = 0;
	struct err ignored = ERR_INIT;
	if (!saved_all(&c->arena, &all, &n, &ignored))
		return;
	for (size_t i = 0; i < n; i++)
		complete_add(c, all[i].name, all[i].text, false);
}

static void filter_at(struct completion *c, int over, struct filter_spot *spot)
{
	switch (spot->place) {
	case FILTER_NOTHING: break;
	case FILTER_FIELD: filter_fields_of(c, over); break;
	case FILTER_SAVED: saved(c); break;
	case FILTER_SCORE_NAME: plain_values(c, over, "score"); break;
	case FILTER_VALUE: field_values_of(c, over, spot->field, spot); break;
	}
}

void complete_filter(struct completion *c, int over)
{
	struct filter_spot spot;
	struct str part = complete_part(c);
	size_t behind = c->stays.len;
	filter_spot_at(part, (enum filter_over)over, part.len, &spot);
	c->stays = str_cut(c->typed, 0, behind + spot.from);
	filter_at(c, over, &spot);
	/* "status:" alone would be the end of the word: what can follow it. */
	if (c->found.n == 1 && c->found.at[0].open && spot.place == FILTER_FIELD) {
		struct str word = c->found.at[0].word;
		struct str name = str_cut(word, c->stays.len, word.len - c->stays.len - 1);
		struct str typed = c->typed;
		c->typed = word;
		c->stays = word;
		spot = (struct filter_spot){.typed = STR_LIT("")};
		field_values_of(c, over, name, &spot);
		c->typed = typed;
	}
}

/* ---------------------------------------------------------------- our own tables */

static void topics_and_commands(struct completion *c)
{
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			complete_add(c, str_of(commands[i]->name), str_of(commands[i]->help), false);
	for (const struct topic *t = topics; t->name; t++)
		complete_add(c, str_of(t->name), str_of(t->line), false);
}

static void columns(struct completion *c)
{
	for (const struct column *col = c->command ? c->command->columns : NULL; col && col->name; col++)
		complete_add(c, str_of(col->name), str_of(col->title), false);
	for (const struct rows_of *r = rows_table; c->command && !c->command->columns && r->command; r++) {
		struct str rest = str_of(r->columns);
		struct rows_column column;
		if (strcmp(r->command, c->command->name) == 0)
			while (rows_column_next(&rest, &column))
				complete_add(c, arena_str(&c->arena, column.name), str_of(r->name), false);
	}
}

static void themes(struct completion *c)
{
	const char *const *all = NULL;
	size_t n = settings_theme_names ? settings_theme_names(&c->arena, &all) : 0;
	for (size_t i = 0; i < n; i++)
		complete_add(c, str_of(all[i]), STR_NONE, false);
	c->files = n == 0 || c->found.n == 0;
}

/* A name as it stands in a link, behind what is typed before it. */
static void link_names(struct completion *c, const struct link_kind *k, enum names_of what, struct str before)
{
	struct named_list *list = arena_zalloc(&c->arena, 1, sizeof *list);
	struct err ignored = ERR_INIT;
	if (!store_of(c))
		return;
	names_of(c->db, what, str_from(complete_part(c), before.len), STR_NONE, &c->arena, list, &ignored);
	for (size_t i = 0; i < list->n; i++) {
		struct buf text = BUF_INIT;
		link_print(&text, &(struct link){.kind = k->name, .of = {list->at[i].name}, .n_of = 1});
		struct str value = str_from(buf_str(&text), strlen(k->name) + 1);
		complete_add(c, arena_printf(&c->arena, STR_FMT STR_FMT, STR_ARG(before), STR_ARG(value)),
		             list->at[i].about, false);
		buf_done(&text);
	}
}

static void link_values(struct completion *c, const struct link_kind *k)
{
	struct str part = complete_part(c), word, rest = str_of(k->values);
	size_t at = strlen(k->name) + 1;
	for (size_t dots; (dots = str_find(str_from(part, at), STR_LIT(".."))) != SIZE_MAX;)
		at += dots + 2;
	const struct word_row *row = word_next(&rest, &word) ? word_named(word) : NULL;
	enum takes takes = row ? row->takes : TAKES_NOTHING;
	struct str before = str_cut(part, 0, at);
	if (takes == TAKES_TRACE)
		link_names(c, k, NAMES_TRACES, before);
	else if (takes == TAKES_RUN)
		link_names(c, k, NAMES_RUNS, before);
	else if (takes == TAKES_QUEUE)
		link_names(c, k, NAMES_QUEUES, before);
	else if (takes == TAKES_PROMPT)
		link_names(c, k, NAMES_PROMPTS, before);
}

static void links(struct completion *c)
{
	struct str part = complete_part(c);
	for (const struct link_kind *k = link_kinds; k->name; k++) {
		struct str begin = arena_printf(&c->arena, "%s:", k->name);
		if (k->most && begin.len <= part.len && str_eq(str_cut(part, 0, begin.len), begin))
			link_values(c, k);
		if (k->least == 0)
			complete_add(c, str_of(k->name), str_of(k->help), false);
		if (k->most && !(c->found.n && str_eq(part, begin)))
			complete_add(c, begin, str_of(k->help), true);
	}
}

/* RUN/CASE: the run is typed before its cases are looked for. */
static void targets(struct completion *c)
{
	struct str part = complete_part(c);
	size_t slash = str_find_char(part, '/');
	if (str_starts(part, "trace:")) {
		names(c, NAMES_TRACES, STR_NONE, "trace:", "");
	} else if (slash != SIZE_MAX) {
		struct str run = str_cut(part, 0, slash);
		names(c, NAMES_CASES, run, arena_printf(&c->arena, STR_FMT "/", STR_ARG(run)).ptr, "");
	} else {
		complete_add(c, STR_LIT("trace:"), STR_LIT("an answer of a trace, by its id"), true);
		names(c, NAMES_RUNS, STR_NONE, "", "/");
	}
}

static void prompts(struct completion *c)
{
	struct str part = complete_part(c);
	size_t at = str_find_char(part, '@');
	names(c, NAMES_PROMPTS, STR_NONE, "", "");
	if (at != SIZE_MAX)
		names(c, NAMES_VERSIONS, str_cut(part, 0, at),
		      arena_printf(&c->arena, STR_FMT "@", STR_ARG(str_cut(part, 0, at))).ptr, "");
}

static void ours(struct completion *c, enum takes takes)
{
	if (takes == TAKES_FORMAT)
		for (size_t i = 0; formats[i]; i++)
			complete_add(c, str_of(formats[i]->name), str_of(formats[i]->title), false);
	if (takes == TAKES_FORM)
		for (size_t i = 0; flagged_formats[i]; i++)
			complete_add(c, str_of(flagged_formats[i]->name), str_of(flagged_formats[i]->help), false);
	if (takes == TAKES_GROUP)
		for (int by = 0; by < N_STATS_BY; by++)
			complete_add(c, str_of(stats_by_name((enum stats_by)by)), STR_NONE, false);
	if (takes == TAKES_CHECK)
		for (int i = 0; i < N_CHECKS; i++)
			complete_add(c, str_of(checks[i].name), str_of(checks[i].help), false);
	if (takes == TAKES_SETTING)
		for (const struct setting *s = setting_rows; s->name; s++)
			complete_add(c, str_of(s->name), str_of(s->help), false);
}

/* ---------------------------------------------------------------- each */

static void of_cases_and_traces(struct completion *c, const char *field)
{
	plain_values(c, FILTER_CASES, field);
	plain_values(c, FILTER_TRACES, field);
}

void complete_takes(struct completion *c, enum takes takes)
{
	int over = c->command ? c->command->over : FILTER_TRACES;
	switch (takes) {
	case TAKES_NOTHING:
	case N_TAKES: break;
	case TAKES_FILE:
		names(c, NAMES_TRACES, STR_NONE, "trace:", ""); /* spoor forget */
		c->files = c->found.n == 0;
		break;
	case TAKES_COMMAND:
	case TAKES_TOPIC: topics_and_commands(c); break;
	case TAKES_TRACE: names(c, NAMES_TRACES, STR_NONE, "", ""); break;
	case TAKES_SPAN: names(c, NAMES_SPANS, str_of(c->run), "", ""); break;
	case TAKES_RUN: names(c, NAMES_RUNS, STR_NONE, "", ""); break;
	case TAKES_TARGET: targets(c); break;
	case TAKES_LINK: links(c); break;
	case TAKES_SESSION: plain_values(c, FILTER_TRACES, "session"); break;
	case TAKES_PROMPT: prompts(c); break;
	case TAKES_VERSION: names(c, NAMES_VERSIONS, str_of(c->run), "", ""); break;
	case TAKES_DATASET: plain_values(c, FILTER_RUNS, "dataset"); break;
	case TAKES_JUDGE:
	case TAKES_SCORE: of_cases_and_traces(c, "score"); break;
	case TAKES_QUEUE: names(c, NAMES_QUEUES, STR_NONE, "", ""); break;
	case TAKES_MODEL: plain_values(c, FILTER_TRACES, "model"); break;
	case TAKES_STEP: plain_values(c, FILTER_TRACES, "step"); break;
	case TAKES_PERSON: of_cases_and_traces(c, "author"); break;
	case TAKES_REASON: of_cases_and_traces(c, "reason"); break;
	case TAKES_TAG: of_cases_and_traces(c, "tag"); break;
	case TAKES_FILTER: complete_filter(c, over); break;
	case TAKES_COLUMN: columns(c); break;
	case TAKES_CLASS: enum_values(c, field_named(FILTER_PAIRS, STR_LIT("class"))); break;
	case TAKES_THEME: themes(c); break;
	case TAKES_TIME: times(c); break;
	case TAKES_CHECK:
	case TAKES_FORM:
	case TAKES_FORMAT:
	case TAKES_GROUP:
	case TAKES_SETTING: ours(c, takes); break;
	}
}
