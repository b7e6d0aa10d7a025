#include "store/query/run_diff.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/scan.h"
#include "store/base/vec.h"
#include "store/diff_json.h"
#include "store/query/prompts.h"

const char *run_fact_kind_name(enum run_fact_kind kind)
{
	static const char *const names[N_RUN_FACT_KINDS] = {"prompt", "subject", "setting", "code", "circumstance"};
	return names[kind];
}

const char *run_fact_state_name(enum run_fact_state state)
{
	static const char *const names[] = {"same", "differs", "only_a", "only_b", "unknown"};
	return names[state];
}

void run_diff_done(struct run_diff *d)
{
	arena_done(&d->arena);
	*d = (struct run_diff){.n = 0};
}

struct making {
	struct run_diff *out;
	VEC(struct run_fact) facts;
	struct run_detail a, b;
	bool ascii;
};

static void add_fact(struct making *m, enum run_fact_kind kind, struct str name, struct str a, struct str b)
{
	enum run_fact_state state = !a.len && !b.len ? RUN_FACT_UNKNOWN
	                            : !b.len         ? RUN_FACT_ONLY_A
	                            : !a.len         ? RUN_FACT_ONLY_B
	                            : str_eq(a, b)   ? RUN_FACT_SAME
	                                             : RUN_FACT_DIFFERS;
	*vec_add(&m->facts) = (struct run_fact){name, a, b, kind, state};
}

/* ---------------------------------------------------------------- configurations */

/* What a path's last name says of it. */
static const struct {
	const char *word;
	enum run_fact_kind kind;
} words[] = {
    {"git",          RUN_FACT_CODE        },
    {"commit",       RUN_FACT_CODE        },
    {"revision",     RUN_FACT_CODE        },
    {"sha",          RUN_FACT_CODE        },
    {"hash",         RUN_FACT_CODE        },
    {"packages",     RUN_FACT_CODE        },
    {"branch",       RUN_FACT_CODE        },
    {"transformers", RUN_FACT_CODE        },
    {"id",           RUN_FACT_CIRCUMSTANCE},
    {"date",         RUN_FACT_CIRCUMSTANCE},
    {"time",         RUN_FACT_CIRCUMSTANCE},
    {"timestamp",    RUN_FACT_CIRCUMSTANCE},
    {"created",      RUN_FACT_CIRCUMSTANCE},
    {"updated",      RUN_FACT_CIRCUMSTANCE},
    {"started",      RUN_FACT_CIRCUMSTANCE},
    {"completed",    RUN_FACT_CIRCUMSTANCE},
    {"start",        RUN_FACT_CIRCUMSTANCE},
    {"end",          RUN_FACT_CIRCUMSTANCE},
    {"duration",     RUN_FACT_CIRCUMSTANCE},
    {"seconds",      RUN_FACT_CIRCUMSTANCE},
    {"url",          RUN_FACT_CIRCUMSTANCE},
    {"stats",        RUN_FACT_CIRCUMSTANCE},
    {"results",      RUN_FACT_CIRCUMSTANCE},
    {"usage",        RUN_FACT_CIRCUMSTANCE},
    {"status",       RUN_FACT_CIRCUMSTANCE},
    {"env",          RUN_FACT_CIRCUMSTANCE},
    {"hostname",     RUN_FACT_CIRCUMSTANCE},
};

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* The next word of a name as programs write them: total_seconds, totalSeconds, total-seconds. Lower case in `out`. */
static bool next_word(struct str *rest, char out[24])
{
	size_t n = 0, i = 0;
	while (i < rest->len && !((rest->ptr[i] | 32) >= 'a' && (rest->ptr[i] | 32) <= 'z'))
		i++;
	for (; i < rest->len && ((rest->ptr[i] | 32) >= 'a' && (rest->ptr[i] | 32) <= 'z'); i++) {
		if (n && !is_lower(rest->ptr[i]) && is_lower(rest->ptr[i - 1]))
			break;
		if (n < 23)
			out[n++] = (char)(rest->ptr[i] | 32);
	}
	out[n] = '\0';
	*rest = str_from(*rest, i);
	return n > 0;
}

static enum run_fact_kind kind_of_name(struct str name)
{
	char word[24];
	enum run_fact_kind kind = RUN_FACT_SETTING;
	while (next_word(&name, word))
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (strcmp(word, words[i].word) == 0)
				kind = words[i].kind;
	return kind;
}

/* By the first of its names, which says what the branch is, and by the last. */
static enum run_fact_kind kind_of_path(struct str path)
{
	size_t first = str_find_char(path, '.'), last = path.len;
	enum run_fact_kind kind = first == SIZE_MAX ? RUN_FACT_SETTING : kind_of_name(str_cut(path, 0, first));
	while (last > 0 && path.ptr[last - 1] != '.' && path.ptr[last - 1] != '"')
		last--;
	return kind != RUN_FACT_SETTING ? kind : kind_of_name(str_from(path, last));
}

/* Told already, as the model or as the prompt. */
static bool is_said(const struct making *m, struct str a, struct str b)
{
	const struct run_diff *d = m->out;
	bool model = str_eq(a, d->a.model) && str_eq(b, d->b.model);
	bool text =
	    d->text_a.len && str_eq(str_trim(a), str_trim(d->text_a)) && str_eq(str_trim(b), str_trim(d->text_b));
	return model || text;
}

static int64_t members(struct str json)
{
	struct scan scan = SCAN_INIT;
	bool ok = scan_text(&scan, json, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	int64_t n = ok ? val_count(scan_root(&scan)) : 0;
	scan_done(&scan);
	return n;
}

static bool is_nothing(struct str value)
{
	return str_is(value, "{}") || str_is(value, "[]") || str_is(value, "null") || !value.len;
}

/* A string's text, any other value as it is written. */
static struct str value_of(struct str json, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct str out = json;
	if (json.len && json.ptr[0] == '"' &&
	    scan_text(&scan, json, &(struct scan_opts){.last = true, .replace_utf8 = true}))
		out = arena_str(arena, val_str(scan_root(&scan), arena));
	scan_done(&scan);
	return out;
}

/* "plan.steps[0].params.template" */
static struct str path_of(struct making *m, const struct json_diff *diff, size_t op)
{
	struct buf path = BUF_INIT;
	json_diff_path(&path, diff, op, diff->ops[op].kind == JSON_DIFF_ONLY_B);
	struct str text = buf_str(&path);
	text = str_from(text, str_starts(text, "$.") ? 2 : str_starts(text, "$") ? 1 : 0);
	struct str out = arena_str(&m->out->arena, text);
	buf_done(&path);
	return out;
}

static void add_setting(struct making *m, const struct json_diff *diff, size_t i)
{
	const struct json_diff_op *op = &diff->ops[i];
	struct arena *arena = &m->out->arena;
	if (op->kind == JSON_DIFF_SAME)
		m->out->same_settings += op->n;
	if (op->kind == JSON_DIFF_SAME || op->kind == JSON_DIFF_INSIDE)
		return;
	struct str a = value_of(op->a, arena), b = value_of(op->b, arena), path = path_of(m, diff, i);
	bool alone = op->kind != JSON_DIFF_CHANGED;
	if (alone ? is_nothing(op->a) && is_nothing(op->b) : is_said(m, a, b))
		return;
	*vec_add(&m->facts) = (struct run_fact){.name = path,
	                                        .a = a,
	                                        .b = b,
	                                        .kind = kind_of_path(path),
	                                        .state = !alone                         ? RUN_FACT_DIFFERS
	                                                 : op->kind == JSON_DIFF_ONLY_A ? RUN_FACT_ONLY_A
	                                                                                : RUN_FACT_ONLY_B};
}

static void add_configs(struct making *m)
{
	struct json_diff diff;
	struct run_diff *d = m->out;
	d->has_config_a = m->a.config.len > 2;
	d->has_config_b = m->b.config.len > 2;
	if (!d->has_config_a || !d->has_config_b || !diff_json(&d->arena, m->a.config, m->b.config, &diff))
		return;
	d->cut = diff.cut;
	/* Equal as a whole: all of it is the same. */
	if (!diff.n)
		d->same_settings = members(m->a.config);
	for (size_t i = 0; i < diff.n && m->facts.n < RUN_DIFF_FACTS; i++)
		add_setting(m, &diff, i);
	d->cut = d->cut || m->facts.n >= RUN_DIFF_FACTS;
}

/* ---------------------------------------------------------------- what is told of any run */

static struct str number(struct arena *arena, int64_t n)
{
	return n == UNKNOWN_INT ? STR_NONE : arena_printf(arena, "%lld", (long long)n);
}

static struct str when(struct arena *arena, int64_t ns)
{
	struct buf text = BUF_INIT;
	if (ns != TIME_UNKNOWN)
		units_time_full(&text, ns);
	struct str out = text.len ? arena_str(arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return out;
}

static void add_common(struct making *m)
{
	const struct run_row *a = &m->out->a, *b = &m->out->b;
	struct arena *arena = &m->out->arena;
	struct str name_a, name_b, version_a, version_b;
	prompt_read_name(a->prompt, a->prompt_version, m->out->text_a, &name_a, &version_a);
	prompt_read_name(b->prompt, b->prompt_version, m->out->text_b, &name_b, &version_b);
	add_fact(m, RUN_FACT_PROMPT, STR_LIT("prompt"), name_a, name_b);
	add_fact(m, RUN_FACT_PROMPT, STR_LIT("version"), version_a, version_b);
	add_fact(m, RUN_FACT_SUBJECT, STR_LIT("model"), a->model, b->model);
	add_fact(m, RUN_FACT_SUBJECT, STR_LIT("provider"), a->provider, b->provider);
	add_fact(m, RUN_FACT_SUBJECT, STR_LIT("dataset"), a->dataset, b->dataset);
	add_fact(m, RUN_FACT_SUBJECT, STR_LIT("cases"), number(arena, a->keys), number(arena, b->keys));
	if (a->repeats > 1 || b->repeats > 1)
		add_fact(m, RUN_FACT_SUBJECT, STR_LIT("repeats"), number(arena, a->repeats), number(arena, b->repeats));
	add_fact(m, RUN_FACT_CIRCUMSTANCE, STR_LIT("created"), when(arena, a->created_ns), when(arena, b->created_ns));
	add_fact(m, RUN_FACT_CIRCUMSTANCE, STR_LIT("file"), a->file, b->file);
}

static const struct run_fact *fact_named(const struct making *m, const char *name)
{
	for (size_t i = 0; i < m->facts.n; i++)
		if (str_is(m->facts.at[i].name, name))
			return &m->facts.at[i];
	return NULL;
}

static bool same(const struct making *m, const char *name)
{
	const struct run_fact *f = fact_named(m, name);
	return f && f->state == RUN_FACT_SAME;
}

/* ---------------------------------------------------------------- in words */

static void add_change(struct buf *out, const struct hunks *h, bool ascii)
{
	const char *arrow_minus = ascii ? "-" : "−";
	if (!h->places) {
		buf_add_cstr(out, "the prompt is the same");
		return;
	}
	buf_printf(out, "the prompt changed in %zu %s (+%lld %s%lld words)", h->places,
	           h->places == 1 ? "place" : "places", (long long)h->words_added, arrow_minus,
	           (long long)h->words_removed);
}

static void say_prompt(struct making *m, struct buf *out)
{
	struct run_diff *d = m->out;
	bool a = d->text_a.ptr, b = d->text_b.ptr;
	bool named_a = d->a.prompt.len || d->a.prompt_version.len, named_b = d->b.prompt.len || d->b.prompt_version.len;
	if (a && b) {
		d->prompt = d->hunks.places ? RUN_FACT_DIFFERS : RUN_FACT_SAME;
		add_change(out, &d->hunks, m->ascii);
		return;
	}
	d->prompt = RUN_FACT_UNKNOWN;
	if (!named_a && !named_b && !a && !b) {
		buf_add_cstr(out, "no file says which prompts they had");
	} else if ((!named_a && !a) || (!named_b && !b)) {
		buf_printf(out, "no file says which prompt %s had", !named_a && !a ? "A" : "B");
	} else if (same(m, "prompt") && same(m, "version")) {
		d->prompt = RUN_FACT_SAME;
		buf_add_cstr(out, "prompt and version have the same name (its text is in no file)");
	} else {
		d->prompt = RUN_FACT_DIFFERS;
		buf_printf(out, "they had different prompts or versions, but no file holds the text of %s",
		           a   ? "B's"
		           : b ? "A's"
		               : "either");
	}
}

static bool is_one_sided(enum run_fact_state state)
{
	return state == RUN_FACT_ONLY_A || state == RUN_FACT_ONLY_B;
}

static struct str last_name(const struct run_fact *f)
{
	if (f->kind == RUN_FACT_SUBJECT)
		return str_is(f->name, "cases") ? STR_LIT("number of cases") : f->name;
	size_t at = f->name.len;
	while (at > 0 && f->name.ptr[at - 1] != '.')
		at--;
	return str_cut(str_from(f->name, at), 0, 40);
}

/* How many of a kind are in a state; the names of the first few. */
static size_t list_names(const struct making *m, enum run_fact_kind kind, enum run_fact_state state, struct buf *names)
{
	size_t n = 0;
	for (size_t i = 0; i < m->facts.n; i++) {
		const struct run_fact *f = &m->facts.at[i];
		if (f->kind == kind && f->state == state && ++n <= RUN_DIFF_SAID)
			buf_printf(names, "%s" STR_FMT, names->len ? ", " : "", STR_ARG(last_name(f)));
	}
	if (n > RUN_DIFF_SAID)
		buf_add_cstr(names, m->ascii ? " ..." : " …");
	return n;
}

static bool is_plural(const struct buf *names, size_t n)
{
	return n != 1 || str_is(buf_str(names), "repeats");
}

/* What is known of neither is left out: the table says it. */
static void say_subjects(const struct making *m, struct buf *out)
{
	struct buf same_ones = BUF_INIT, others = BUF_INIT;
	size_t n_same = list_names(m, RUN_FACT_SUBJECT, RUN_FACT_SAME, &same_ones);
	size_t n_others = list_names(m, RUN_FACT_SUBJECT, RUN_FACT_DIFFERS, &others);
	if (n_others)
		buf_printf(out, "; %s %s", buf_cstr(&others), is_plural(&others, n_others) ? "differ" : "differs");
	if (n_same)
		buf_printf(out, "; %s %s the same", buf_cstr(&same_ones), is_plural(&same_ones, n_same) ? "are" : "is");
	buf_done(&same_ones);
	buf_done(&others);
}

static void say_config(const struct making *m, struct buf *out)
{
	struct buf names = BUF_INIT;
	const struct run_diff *d = m->out;
	if (!d->has_config_a || !d->has_config_b) {
		buf_printf(out, "; no file says %s settings",
		           !d->has_config_a && !d->has_config_b ? "their"
		           : d->has_config_a                    ? "B's"
		                                                : "A's");
		return;
	}
	size_t n = list_names(m, RUN_FACT_SETTING, RUN_FACT_DIFFERS, &names), alone = 0;
	for (size_t i = 0; i < m->facts.n; i++)
		alone += m->facts.at[i].kind == RUN_FACT_SETTING && is_one_sided(m->facts.at[i].state);
	if (n)
		buf_printf(out, "; %zu %s: %s", n, n == 1 ? "setting differs" : "settings differ", buf_cstr(&names));
	else
		buf_add_cstr(out, "; no setting differs");
	if (alone)
		buf_printf(out, ", %zu %s said of one run only", alone, alone == 1 ? "is" : "are");
	buf_clear(&names);
	if (list_names(m, RUN_FACT_CODE, RUN_FACT_DIFFERS, &names))
		buf_printf(out, "; other code: %s", buf_cstr(&names));
	buf_done(&names);
}

static void say(struct making *m)
{
	struct buf text = BUF_INIT;
	struct arena *arena = &m->out->arena;
	say_prompt(m, &text);
	m->out->prompt_words = arena_str(arena, buf_str(&text));
	say_subjects(m, &text);
	say_config(m, &text);
	buf_add_char(&text, '.');
	if (text.ptr[0] >= 'a' && text.ptr[0] <= 'z')
		text.ptr[0] = (char)(text.ptr[0] - 32);
	m->out->sentence = arena_str(arena, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- all of it */

static void keep_facts(struct making *m)
{
	struct run_diff *d = m->out;
	d->n = m->facts.n;
	d->facts = arena_zalloc(&d->arena, d->n, sizeof *d->facts);
	size_t n = 0;
	for (int kind = 0; kind < N_RUN_FACT_KINDS; kind++)
		for (size_t i = 0; i < m->facts.n; i++)
			if (m->facts.at[i].kind == (enum run_fact_kind)kind)
				d->facts[n++] = m->facts.at[i];
}

bool run_diff_get(struct db *db, int64_t a, int64_t b, bool ascii, struct run_diff *out, struct err *err)
{
	struct making m = {.out = out, .ascii = ascii};
	*out = (struct run_diff){.arena = ARENA_INIT};
	bool ok = runs_get(db, a, &out->arena, &out->a, err) && runs_get(db, b, &out->arena, &out->b, err) &&
	          runs_detail(db, a, &out->arena, &m.a, err) && runs_detail(db, b, &out->arena, &m.b, err);
	if (ok) {
		out->text_a = m.a.prompt_text;
		out->text_b = m.b.prompt_text;
		if (out->text_a.ptr && out->text_b.ptr)
			out->hunks = diff_hunks(&out->arena, out->text_a, out->text_b);
		add_common(&m);
		add_configs(&m);
		say(&m);
		keep_facts(&m);
	}
	vec_done(&m.facts);
	return ok;
}
