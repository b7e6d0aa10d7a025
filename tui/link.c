#include "tui/link.h"

#include "store/base/clean.h"
#include "store/base/near.h"

#define BIT(part) (1U << (part))

static const char *const part_names[] = {
    [LINK_RUN] = "run",         [LINK_CASE] = "case",   [LINK_SPAN] = "span",   [LINK_TAB] = "tab",
    [LINK_VERSION] = "version", [LINK_FROM] = "from",   [LINK_MODEL] = "model", [LINK_NAME] = "name",
    [LINK_BY] = "by",           [LINK_WHERE] = "where", [LINK_SORT] = "sort",   [LINK_ORDER] = "order",
};

/* Options of commands for the parts; NULL: link_command knows. */
static const char *const part_options[N_LINK_PARTS] = {
    [LINK_RUN] = "--run",        [LINK_CASE] = "--case",   [LINK_SPAN] = "--span", [LINK_MODEL] = "--model",
    [LINK_NAME] = "--histogram", [LINK_WHERE] = "--where", [LINK_SORT] = "--sort",
};

/* name, least, most, values, parts, command, flag, after, help */
/* clang-format off */
const struct link_kind link_kinds[] = {
	{"agreement", 0, 1, "QUEUE", BIT(LINK_RUN), "review --report", NULL, NULL, "where reviewers disagree"},
	{"alikes", 0, 1, "TRACE", BIT(LINK_RUN) | BIT(LINK_CASE) | BIT(LINK_SPAN), "alikes", NULL, NULL, "answers that failed as this one did; alone: as the one flagged last"},
	{"begins", 2, 2, "A..B", 0, "compare", NULL, "--begins", "where the regressions of two runs begin"},
	{"checks", 0, 1, "CHECK", 0, "checks", "--check", NULL, "what checks found"},
	{"compare", 2, 2, "A..B", BIT(LINK_CASE) | BIT(LINK_WHERE), "compare", NULL, NULL, "two runs, or a case of both"},
	{"diff", 2, 2, "TRACE..TRACE", 0, "diff", NULL, NULL, "two traces beside each other"},
	{"gate", 1, 2, "RUN, A..B", 0, "gate", NULL, NULL, "a release judged, against a baseline A"},
	{"insights", 0, 0, NULL, BIT(LINK_BY) | BIT(LINK_WHERE), "stats", NULL, NULL, "latency, errors, tokens, cost by kind, model …"},
	{"judges", 0, 1, "JUDGE", BIT(LINK_MODEL) | BIT(LINK_WHERE), "judges", NULL, NULL, "how far judges can be trusted"},
	{"ledger", 1, 1, "TRACE", BIT(LINK_SPAN), "ledger", NULL, NULL, "what each model call of a trace carried"},
	{"noise", 2, 2, "A..B", 0, "compare", NULL, "--noise", "the noise floor of two runs"},
	{"origins", 1, 1, "TRACE", BIT(LINK_SPAN), "origins", NULL, NULL, "where each sentence of an answer came from"},
	{"path", 0, 1, "TRACE", BIT(LINK_WHERE), "path", NULL, NULL, "the critical path, and what would shorten it"},
	{"prompts", 0, 1, "PROMPT", BIT(LINK_VERSION) | BIT(LINK_FROM), "prompts", NULL, NULL, "a prompt's versions; two of them"},
	{"queues", 0, 0, NULL, 0, "review", NULL, "--list", "what there is to review"},
	{"review", 1, 1, "QUEUE", 0, "review", NULL, NULL, "a queue of answers to judge"},
	{"rules", 0, 0, NULL, BIT(LINK_RUN) | BIT(LINK_WHERE), "rules", NULL, "--propose", "rules out of what was flagged"},
	{"run", 1, 1, "RUN", BIT(LINK_CASE), "run", NULL, NULL, "an eval run, or a case of it"},
	{"rundiff", 2, 2, "A..B", 0, "compare", NULL, "--prompts", "what differs between two runs beside the answers"},
	{"runs", 0, LINK_OF_MOST, "A..B..C", BIT(LINK_WHERE), "runs", NULL, NULL, "the eval runs; several beside each other"},
	{"scores", 2, 2, "A..B", BIT(LINK_NAME), "compare", NULL, NULL, "how a score is spread in two runs"},
	{"search", 1, 1, "TEXT", 0, "search", NULL, NULL, "all texts that hold the words"},
	{"session", 1, 1, "SESSION", 0, "session", NULL, NULL, "all traces of one conversation"},
	{"slices", 1, 2, "RUN, A..B", BIT(LINK_BY), "compare", NULL, NULL, "a run or two, cut by a field of the cases"},
	{"trace", 1, 1, "TRACE", BIT(LINK_SPAN) | BIT(LINK_TAB), "trace", NULL, NULL, "a trace, or a span of it"},
	{"traces", 0, 0, NULL, BIT(LINK_WHERE) | BIT(LINK_SORT) | BIT(LINK_ORDER), "traces", NULL, NULL, "the traces"},
	{.name = NULL},
};
/* clang-format on */

const struct link_kind *link_kind_named(struct str name)
{
	for (const struct link_kind *k = link_kinds; k->name; k++)
		if (str_is(name, k->name))
			return k;
	return NULL;
}

const char *link_part_name(enum link_part part)
{
	return part_names[part];
}

/* ---------------------------------------------------------------- printing */

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_plain(struct str value, size_t i)
{
	char c = value.ptr[i];
	if (is_alnum(c))
		return true;
	if (i == 0 || i + 1 == value.len)
		return c == '_';
	if (c == '.')
		return value.ptr[i - 1] != '.' && value.ptr[i + 1] != '.';
	if (c == '=') /* a command's path to zsh with magicequalsubst */
		return value.ptr[i - 1] != ':' && value.ptr[i - 1] != '=';
	return c && strchr("-_:,+=", c);
}

static void add_value(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (is_plain(value, i))
			buf_add_char(out, value.ptr[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)value.ptr[i]);
}

void link_print(struct buf *out, const struct link *link)
{
	buf_add_cstr(out, link->kind);
	for (size_t i = 0; i < link->n_of; i++) {
		buf_add_cstr(out, i ? ".." : ":");
		add_value(out, link->of[i]);
	}
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		if (link->part[i].ptr) {
			buf_printf(out, "/%s:", part_names[i]);
			add_value(out, link->part[i]);
		}
}

bool link_is_masked(struct str text)
{
	return str_find(text, STR_LIT("%E2%80%A6")) != SIZE_MAX || str_find(text, STR_LIT("…")) != SIZE_MAX;
}

/* ---------------------------------------------------------------- the twin */

static void add_word(struct buf *out, struct str word)
{
	buf_add_char(out, ' ');
	clean_shell_word(out, word);
}

static void add_option(struct buf *out, const char *option, struct str value)
{
	if (!value.ptr)
		return;
	buf_printf(out, " %s", option);
	add_word(out, value);
}

/* What is judged, as commands take it: RUN/CASE, trace:ID/span:ID. */
static void add_answer(struct buf *out, const struct link *l)
{
	struct buf word = BUF_INIT;
	if (l->n_of)
		buf_printf(&word, "trace:" STR_FMT, STR_ARG(l->of[0]));
	if (l->n_of && l->part[LINK_SPAN].ptr)
		buf_printf(&word, "/span:" STR_FMT, STR_ARG(l->part[LINK_SPAN]));
	if (l->part[LINK_CASE].ptr)
		buf_printf(&word, STR_FMT "/" STR_FMT, STR_ARG(l->part[LINK_RUN]), STR_ARG(l->part[LINK_CASE]));
	if (word.len)
		add_word(out, buf_str(&word));
	buf_done(&word);
}

/* Those whose words are not in the order of the table; false: it is. */
static bool add_special(struct buf *out, const struct link *l)
{
	const struct str *part = l->part;
	if (strcmp(l->kind, "gate") == 0) {
		buf_add_cstr(out, "spoor gate");
		add_word(out, l->of[l->n_of - 1]);
		if (l->n_of > 1)
			add_option(out, "--baseline", l->of[0]);
	} else if (strcmp(l->kind, "alikes") == 0) {
		buf_add_cstr(out, "spoor alikes");
		add_answer(out, l);
	} else if (strcmp(l->kind, "run") == 0 && part[LINK_CASE].ptr) {
		buf_add_cstr(out, "spoor compare");
		add_word(out, l->of[0]);
		add_word(out, l->of[0]);
		add_option(out, "--case", part[LINK_CASE]);
	} else if (strcmp(l->kind, "slices") == 0) {
		buf_add_cstr(out, l->n_of == 1 ? "spoor run" : "spoor compare");
		for (size_t i = 0; i < l->n_of; i++)
			add_word(out, l->of[i]);
		if (part[LINK_BY].ptr)
			add_option(out, "--slice", part[LINK_BY]);
		else
			buf_add_cstr(out, " --fields");
	} else if (strcmp(l->kind, "scores") == 0 && !part[LINK_NAME].ptr) {
		buf_add_cstr(out, "spoor compare");
		add_word(out, l->of[0]);
		add_word(out, l->of[1]);
		buf_add_cstr(out, " --histogram all");
	} else {
		return false;
	}
	return true;
}

void link_command(struct buf *out, const struct link *l)
{
	const struct link_kind *kind = link_kind_named(str_of(l->kind));
	BUG_ON(!kind);
	if (add_special(out, l))
		return;
	buf_printf(out, "spoor %s", kind->command);
	for (size_t i = 0; i < l->n_of; i++) {
		if (kind->flag)
			buf_printf(out, " %s", kind->flag);
		add_word(out, l->of[i]);
	}
	if (l->n_of && l->part[LINK_VERSION].ptr && l->part[LINK_FROM].ptr)
		add_word(out, l->part[LINK_FROM]);
	if (l->n_of && l->part[LINK_VERSION].ptr)
		add_word(out, l->part[LINK_VERSION]);
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		if (part_options[i])
			add_option(out, part_options[i], l->part[i]);
	if (l->part[LINK_BY].ptr)
		add_option(out, "--by", l->part[LINK_BY]);
	if (l->part[LINK_ORDER].ptr)
		buf_add_cstr(out, str_is(l->part[LINK_ORDER], "asc") ? " --asc" : " --desc");
	if (str_is(l->part[LINK_TAB], "raw"))
		buf_add_cstr(out, " --raw");
	if (kind->after)
		buf_printf(out, " %s", kind->after);
}

/* ---------------------------------------------------------------- reading */

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* A % that two digits do not follow is itself. */
static struct str decoded(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		bool escape = text.ptr[i] == '%' && i + 2 < text.len && digit(text.ptr[i + 1]) >= 0 &&
		              digit(text.ptr[i + 2]) >= 0;
		out[n++] = escape ? (char)(digit(text.ptr[i + 1]) * 16 + digit(text.ptr[i + 2])) : text.ptr[i];
		i += escape ? 2 : 0;
	}
	out[n] = '\0';
	return (struct str){out, n};
}

static struct str before(struct str text, size_t at)
{
	return str_cut(text, 0, at);
}

static bool unknown_kind(struct str name, struct err *err)
{
	struct near near = {.word = name};
	struct buf meant = BUF_INIT;
	for (const struct link_kind *k = link_kinds; k->name; k++)
		near_try(&near, k->name);
	near_say(&near, &meant);
	err_set(err, ERR_USAGE, NULL, "no link begins with \"" STR_FMT "\"%s; spoor help links",
	        STR_ARG(str_cut(name, 0, 60)), buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

static bool read_values(struct arena *arena, const struct link_kind *kind, struct str text, struct link *out,
                        struct err *err)
{
	while (text.ptr) {
		size_t at = kind->most > 1 ? str_find(text, STR_LIT("..")) : SIZE_MAX;
		struct str value = decoded(arena, before(text, at));
		if (!value.len)
			return err_set(err, ERR_USAGE, NULL, "%s: of what? %s:%s", kind->name, kind->name,
			               kind->values ? kind->values : "");
		if (out->n_of == kind->most)
			return kind->most ? err_set(err, ERR_USAGE, NULL, "%s: takes %s", kind->name, kind->values)
			                  : err_set(err, ERR_USAGE, NULL, "%s takes nothing after a colon", kind->name);
		out->of[out->n_of++] = value;
		text = at == SIZE_MAX ? STR_NONE : str_from(text, at + 2);
	}
	if (out->n_of < kind->least)
		return err_set(err, ERR_USAGE, NULL, "%s: takes %s", kind->name, kind->values);
	return true;
}

static bool unknown_part(const struct link_kind *kind, struct str name, struct err *err)
{
	struct near near = {.word = name};
	struct buf meant = BUF_INIT;
	for (size_t i = 0; i < N_LINK_PARTS; i++)
		if (kind->parts & BIT(i))
			near_try(&near, part_names[i]);
	near_say(&near, &meant);
	err_set(err, ERR_USAGE, NULL, "%s has no part \"" STR_FMT "\"%s; a / in a value is %%2F", kind->name,
	        STR_ARG(str_cut(name, 0, 60)), buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

static bool read_part(struct arena *arena, const struct link_kind *kind, struct str text, struct link *out,
                      struct err *err)
{
	size_t colon = str_find_char(text, ':'), i = 0;
	struct str name = before(text, colon);
	while (i < N_LINK_PARTS && !(kind->parts & BIT(i) && str_is(name, part_names[i])))
		i++;
	if (i == N_LINK_PARTS || colon == SIZE_MAX)
		return unknown_part(kind, name, err);
	if (out->part[i].ptr)
		return err_set(err, ERR_USAGE, NULL, "%s: %s: is there twice", kind->name, part_names[i]);
	out->part[i] = decoded(arena, str_from(text, colon + 1));
	return true;
}

bool link_parse(struct arena *arena, struct str text, struct link *out, struct err *err)
{
	*out = (struct link){.kind = NULL};
	if (text.len > LINK_MAX)
		return err_set(err, ERR_USAGE, NULL, "a link has at most %d bytes", LINK_MAX);
	if (!text.len)
		return err_set(err, ERR_USAGE, NULL, "an empty link; spoor help links");
	struct str rest = text, first, part;
	str_split(&rest, '/', &first);
	size_t colon = str_find_char(first, ':');
	const struct link_kind *kind = link_kind_named(before(first, colon));
	if (!kind)
		return unknown_kind(before(first, colon), err);
	out->kind = kind->name;
	if (!read_values(arena, kind, colon == SIZE_MAX ? STR_NONE : str_from(first, colon + 1), out, err))
		return false;
	while (str_split(&rest, '/', &part))
		if (!read_part(arena, kind, part, out, err))
			return false;
	return true;
}

struct str link_of_paste(struct str text)
{
	struct str word = str_trim(text), rest;
	if (str_starts(word, "$ "))
		word = str_trim(str_from(word, 2));
	if (str_starts(word, "spoor "))
		word = str_trim(str_from(word, 6));
	if (str_starts(word, "open "))
		word = str_trim(str_from(word, 5));
	if (str_starts(word, "-")) { /* options: the link is the last word */
		size_t blank = word.len;
		while (blank > 0 && word.ptr[blank - 1] != ' ')
			blank--;
		word = str_from(word, blank);
	}
	for (rest = word; word.len && strchr("<(\"'`[", word.ptr[0]);)
		word = str_from(word, 1);
	while (word.len && strchr(">)\"'`].,;!?", word.ptr[word.len - 1]))
		word = str_cut(word, 0, word.len - 1);
	return word.len ? word : rest;
}

/* ---------------------------------------------------------------- for people */
