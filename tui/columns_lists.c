#include "tui/columns_lists.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/near.h"
#include "tui/columns_compare.h"
#include "tui/columns_prompts.h"
#include "tui/settings.h"

enum { NAMED = 60 };

/* clang-format off */
const struct list_kind list_kinds[] = {
	/* name            command     columns                 over            screen      keeps       begins  help */
	{"cases",           "run",      case_columns,           FILTER_CASES,   NULL,       NULL,       false, "the cases of an eval run: spoor run"},
	{"checks",          "checks",   finding_sum_columns,    FILTER_TRACES,  "checks",   "check",    false, "what checks found, summed up: the screen, and spoor checks"},
	{"compare",         "compare",  compare_columns,        FILTER_PAIRS,   "compare",  "title",    false, "the cases of two runs: the screen (spoor compare --columns takes the names, too)"},
	{"findings",        NULL,       finding_columns,        FILTER_TRACES,  NULL,       NULL,       false, "what one check found: spoor checks NAME"},
	{"judges",          "judges",   judge_columns,          FILTER_CASES,   "judges",   "name",     false, "judges on trial: the screen, and spoor judges"},
	{"prompts",         "prompts",  prompt_columns,         FILTER_RUNS,    "prompts",  "prompt",   false, "prompts and their versions: the screen, and spoor prompts"},
	{"runs",            "runs",     run_columns,            FILTER_RUNS,    "runs",     "name",     true,  "eval runs: the screen, and spoor runs"},
	{"search",          "search",   search_columns,         FILTER_TRACES,  "search",   "snippet",  false, "hits of a search: the screen, and spoor search"},
	{"stats-checks",    NULL,       stats_check_columns,    FILTER_TRACES,  "insights", "name",     false, "Insights: checks"},
	{"stats-documents", NULL,       stats_document_columns, FILTER_TRACES,  "insights", "document", false, "Insights: documents"},
	{"stats-spans",     NULL,       stats_span_columns,     FILTER_TRACES,  "insights", "name",     false, "Insights: what spans are counted by: kinds, models, steps …"},
	{"stats-tools",     NULL,       stats_tool_columns,     FILTER_TRACES,  "insights", "name",     false, "Insights: tools"},
	{"stats-traces",    NULL,       stats_trace_columns,    FILTER_TRACES,  "insights", "name",     false, "Insights: what traces are counted by: services, users, days …"},
	{"traces",          "traces",   trace_columns,          FILTER_TRACES,  "traces",   "name",     true,  "traces: the screen, and spoor traces"},
	{.name = NULL},
};
/* clang-format on */
enum { N_LISTS = sizeof list_kinds / sizeof *list_kinds - 1 };

struct choice {
	const struct column *columns[LIST_COLUMNS_MOST];
	size_t n;
};
static struct choice chosen[N_LISTS], settled[N_LISTS]; /* now; by the settings */
static char *filters_set[N_LISTS];
static uint64_t choices;

const struct list_kind *list_kind_named(const char *name)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		if (strcmp(l->name, name) == 0)
			return l;
	return NULL;
}

const struct list_kind *list_kind_of(const struct column *columns)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		if (l->columns == columns)
			return l;
	return NULL;
}

const struct list_kind *list_kind_of_screen(const char *screen)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		if (l->screen && strcmp(l->screen, screen) == 0)
			return l;
	return NULL;
}

const struct list_kind *list_kind_of_command(const char *command)
{
	for (const struct list_kind *l = list_kinds; l->name; l++)
		if (l->command && strcmp(l->command, command) == 0)
			return l;
	return NULL;
}

const struct column *const *list_columns(const struct list_kind *list, size_t *n)
{
	*n = list ? chosen[list - list_kinds].n : 0;
	return *n ? chosen[list - list_kinds].columns : NULL;
}

uint64_t list_choices(void)
{
	return choices;
}

const char *list_filter_text(const struct list_kind *list)
{
	return list ? filters_set[list - list_kinds] : NULL;
}

/* ---------------------------------------------------------------- choosing */

static bool is_chosen(const struct list_kind *list, const struct column *c)
{
	for (size_t i = 0; i < chosen[list - list_kinds].n; i++)
		if (chosen[list - list_kinds].columns[i] == c)
			return true;
	return false;
}

static bool add_column(const struct list_kind *list, struct str name, struct err *err)
{
	const struct column *c = column_named(list->columns, name);
	size_t *n = &chosen[list - list_kinds].n;
	if (c && *n < LIST_COLUMNS_MOST && !is_chosen(list, c))
		chosen[list - list_kinds].columns[(*n)++] = c;
	if (c)
		return true;
	struct buf after = BUF_INIT;
	column_suggest(&after, list->columns, name);
	err_set(err, ERR_USAGE, NULL, "%s have no column " STR_FMT "%s", list->name, STR_ARG(str_cut(name, 0, NAMED)),
	        buf_cstr(&after));
	buf_done(&after);
	return false;
}

static struct str next_name(struct str *names)
{
	size_t from = 0, to;
	while (from < names->len && strchr(", \t", names->ptr[from]))
		from++;
	for (to = from; to < names->len && !strchr(", \t", names->ptr[to]);)
		to++;
	struct str name = str_cut(*names, from, to - from);
	*names = str_from(*names, to);
	return name;
}

bool list_choose(const struct list_kind *list, struct str names, struct err *err)
{
	struct choice *now = &chosen[list - list_kinds], before = *now;
	now->n = 0;
	choices++;
	for (struct str name; (name = next_name(&names)).len;)
		if (!add_column(list, name, err)) {
			*now = before;
			return false;
		}
	return true;
}

void list_column_names(const struct list_kind *list, struct buf *out)
{
	const struct choice *now = &chosen[list - list_kinds];
	const char *comma = "";
	for (size_t i = 0; i < now->n; i++, comma = ",")
		buf_printf(out, "%s%s", comma, now->columns[i]->name);
	for (const struct column *c = list->columns; !now->n && c->name; c++)
		if (c->width) {
			buf_printf(out, "%s%s", comma, c->name);
			comma = ",";
		}
}

bool list_chosen(const struct list_kind *list, struct buf *names)
{
	const struct choice *now = &chosen[list - list_kinds], *usual = &settled[list - list_kinds];
	bool same = now->n == usual->n;
	for (size_t i = 0; same && i < now->n; i++)
		same = now->columns[i] == usual->columns[i];
	for (size_t i = 0; !same && i < now->n; i++)
		buf_printf(names, "%s%s", i ? "," : "", now->columns[i]->name);
	return !same && now->n > 0;
}

void list_choose_again(const struct list_kind *list)
{
	choices++;
	chosen[list - list_kinds] = settled[list - list_kinds];
}

/* ---------------------------------------------------------------- the settings file */

static const struct list_kind *list_of_member(struct member m, const char *table, struct arena *arena)
{
	struct str name = member_key(m, arena);
	struct near near = {.word = name};
	struct buf all = BUF_INIT;
	for (const struct list_kind *l = list_kinds; l->name; l++) {
		if (str_is(name, l->name)) {
			buf_done(&all);
			return l;
		}
		near_try(&near, l->name);
		buf_printf(&all, "%s%s", all.len ? ", " : "; there are ", l->name);
	}
	if (near.name) {
		buf_clear(&all);
		near_say(&near, &all);
	}
	settings_mistake(m.key, "%s: there is no list " STR_FMT "%s", table, STR_ARG(str_cut(name, 0, NAMED)),
	                 buf_cstr(&all));
	buf_done(&all);
	return NULL;
}

static void read_columns(struct member m, struct arena *arena)
{
	const struct list_kind *list = list_of_member(m, "columns", arena);
	struct err err = ERR_INIT;
	if (!list)
		return;
	if (val_is(m.val, SCAN_STRING)) {
		if (!list_choose(list, val_str(m.val, arena), &err))
			settings_mistake(m.val, "columns: %s", err.text);
		return;
	}
	if (!val_is(m.val, SCAN_ARRAY)) {
		settings_mistake(m.key, "columns.%s needs a list, [\"%s\", …]", list->name, list->columns[0].name);
		return;
	}
	chosen[list - list_kinds].n = 0;
	for (struct member e = val_first(m.val); e.ok; e = val_next(e)) {
		err = ERR_INIT;
		if (!val_is(e.val, SCAN_STRING))
			settings_mistake(e.val, "columns.%s: a column is named by a text", list->name);
		else if (!add_column(list, val_str(e.val, arena), &err))
			settings_mistake(e.val, "columns: %s", err.text);
	}
}

static void read_filter(struct member m, int64_t now_ns, struct arena *arena)
{
	const struct list_kind *list = list_of_member(m, "filters", arena);
	struct filter_mistake mistake = {0};
	struct buf words = BUF_INIT;
	if (!list)
		return;
	struct str text = val_str(m.val, arena);
	char **filter = &filters_set[list - list_kinds];
	if (!val_is(m.val, SCAN_STRING)) {
		settings_mistake(m.key, "filters.%s needs a text: spoor help filter", list->name);
	} else if (memchr(text.ptr ? text.ptr : "", 0, text.len) || text.len > 255) {
		settings_mistake(m.key, "filters.%s is longer than 255 bytes", list->name);
	} else if (!filter_parse(arena, text, list->over, now_ns, &mistake)) {
		filter_mistake_words(&words, &mistake);
		settings_mistake(m.val, "filters.%s, column %zu: %s", list->name, mistake.column + 1, buf_cstr(&words));
	} else {
		free(*filter);
		*filter = text.len ? xstrndup(text) : NULL;
	}
	buf_done(&words);
}

void lists_read_set(struct val columns, struct val filters, int64_t now_ns)
{
	struct arena arena = ARENA_INIT;
	for (struct member m = val_first(columns); m.ok; m = val_next(m))
		read_columns(m, &arena);
	memcpy(settled, chosen, sizeof settled);
	for (struct member m = val_first(filters); m.ok; m = val_next(m))
		read_filter(m, now_ns, &arena);
	arena_done(&arena);
}

void lists_read(struct val columns, struct val filters, int64_t now_ns)
{
	for (size_t i = 0; i < N_LISTS; i++) {
		free(filters_set[i]);
		filters_set[i] = NULL;
		chosen[i].n = 0;
	}
	lists_read_set(columns, filters, now_ns);
}

void lists_example(struct buf *out, bool filters)
{
	for (const struct list_kind *l = list_kinds; l->name; l++) {
		buf_printf(out, "    // %s\n    //\"%s\": ", l->help, l->name);
		if (filters) {
			buf_add_cstr(out, "\"\",\n");
			continue;
		}
		for (const struct column *c = l->columns; c->name; c++)
			if (c->width)
				buf_printf(out, "%s\"%s\"",
				           c == l->columns || out->ptr[out->len - 1] == ' ' ? "[" : ", ", c->name);
		buf_add_cstr(out, "],\n");
	}
}
