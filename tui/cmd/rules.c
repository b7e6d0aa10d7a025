/* spoor rules: the team's rules; rules proposed out of flagged answers; rules tried on what people said.
 *
 * --json alone: {"file", "rules": [{"name", "level", "flags", "of_answers", "rule"}]}. --propose: {"flagged", "approved", "unsure", "unreadable",
 * "left_out", "tried", "too_few", "needed", "covered", "false_alarms", "looked_bytes", "rules": [{"name", "kind", "flags", "chosen", "adds",
 * "hits", "misses", "false_alarms", "passed", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high", "p",
 * "p_corrected", "rule"}]}. --back-test: {"everything", "rules": [{"name", "flags", "of_answers", "hits", "misses", "false_alarms", "passed",
 * "precision_low", "precision_high", "recall_low", "recall_high", "unjudged", "would_flag", "unsure", "unreadable", "left_out", "examples":
 * [{"kind", "target", "title", "excerpt", "why"}]}]}. --promptfoo: {"assert", "left_out"}. --save: {"saved", "file"}.
 * flags: in words; chosen: of the small set that covers most; needed: null where there are enough; target: what `spoor` opens. */
#include <stdlib.h>

#include "store/base/file.h"
#include "store/check/promptfoo.h"
#include "store/check/rules.h"
#include "tui/cmd/cmds.h"

enum { RULES_MOST_TRIED = 64, EXAMPLES_TOLD = 5, FILE_BYTES = 1 << 20 };

/* clang-format off */
static const struct option_row rules_options[] = {
	{"propose", 'p', OPTION_FLAG, NULL, "rules out of flagged against approved answers"},
	{"back-test", 'b', OPTION_TEXT, "RULE", "try a rule: its name, a file of rules, '{…}', or all"},
	{"everything", 'e', OPTION_FLAG, NULL, "also on answers nobody judged: how many it would flag"},
	{"save", 's', OPTION_TEXT, "NAME", "write a proposed rule, or a rule '{…}', to the rules file"},
	{"promptfoo", 0, OPTION_FLAG, NULL, "as promptfoo assertions (YAML; with --json JSON)"},
	{"where", 'w', OPTION_TEXT, "FILTER", "only answers that match, of cases or traces"},
	{"run", 'r', OPTION_TEXT, "RUN", "only answers of this run"},
	{"reason", 0, OPTION_TEXT, "REASON", "flagged for this reason"},
	{"author", 0, OPTION_TEXT, "PERSON", "judged by this person"},
	{"rules", 0, OPTION_TEXT, "FILE", "this file of rules (spoor help rules)"},
	{"limit", 'n', OPTION_INT, "N", "at most N examples of each kind (5)"},
	{.name = NULL},
};
/* clang-format on */

struct ruling {
	const struct command_line *line;
	struct db *db;
	struct out out;
	struct arena arena;
	struct rules *rules; /* of the file; NULL: there is none */
	struct rule_scope scope;
	struct buf text;
	struct jout j;
	int64_t examples;
};

/* ---------------------------------------------------------------- which answers */

/* A filter may speak of cases, of traces, or of both: what it does not know of is left out. */
static bool read_where(struct ruling *c, struct err *err)
{
	const char *where = cmd_option(c->line, "where");
	struct filter_mistake m, other;
	if (!where)
		return true;
	c->scope.cases = filter_parse(&c->arena, str_of(where), FILTER_CASES, cmd_now_ns(), &m);
	c->scope.traces = filter_parse(&c->arena, str_of(where), FILTER_TRACES, cmd_now_ns(), &other);
	c->scope.no_cases = !c->scope.cases;
	c->scope.no_traces = !c->scope.traces;
	if (c->scope.cases || c->scope.traces)
		return true;
	struct buf words = BUF_INIT;
	filter_mistake_words(&words, &m);
	err_set(err, ERR_USAGE, NULL, "--where: at character %zu: %s", m.column + 1, buf_cstr(&words));
	buf_done(&words);
	return false;
}

static bool read_scope(struct ruling *c, struct err *err)
{
	const char *run = cmd_option(c->line, "run");
	c->scope.author = str_of(cmd_option(c->line, "author"));
	c->scope.reason = str_of(cmd_option(c->line, "reason"));
	return read_where(c, err) && (!run || runs_find(c->db, str_of(run), &c->scope.run, err));
}

/* ---------------------------------------------------------------- words */

static void add_words(const struct ruling *c, struct buf *to, struct str text)
{
	out_text(&c->out, to, text, 0);
}

static void add_share(struct buf *to, int64_t k, int64_t n)
{
	buf_printf(to, "%lld of %lld", (long long)k, (long long)n);
}

/* ---------------------------------------------------------------- the file's rules */

static void json_head_of(struct ruling *c, size_t i)
{
	struct buf words = BUF_INIT;
	struct rule_trial trial;
	bool of_answers = rules_trial(c->rules, i, &trial);
	rules_words(c->rules, i, &words);
	jout_cstr(&c->j, "name", rules_name(c->rules, i));
	jout_cstr(&c->j, "level", check_level_name(rules_level_of(c->rules, i)));
	jout_str(&c->j, "flags", buf_str(&words));
	jout_bool(&c->j, "of_answers", of_answers);
	buf_done(&words);
}

static bool list_rules(struct ruling *c, struct err *err)
{
	struct buf place = BUF_INIT;
	rules_place(&place);
	if (c->out.form == OUT_JSON_) {
		jout_object(&c->j, NULL);
		jout_cstr(&c->j, "file", rules_path(c->rules));
		jout_array(&c->j, "rules");
		for (size_t i = 0; i < rules_n(c->rules); i++) {
			jout_object(&c->j, NULL);
			json_head_of(c, i);
			jout_raw(&c->j, "rule", rules_text(c->rules, i));
			jout_end(&c->j);
		}
		jout_end(&c->j);
		jout_end(&c->j);
		buf_add_char(&c->text, '\n');
	} else if (!c->rules) {
		buf_add_cstr(&c->text, "No file of rules yet (");
		add_words(c, &c->text, buf_str(&place));
		buf_add_cstr(&c->text, "). spoor rules --propose makes rules out of flagged answers.\n");
	} else {
		add_words(c, &c->text, str_of(rules_path(c->rules)));
		buf_printf(&c->text, ": %zu rule%s\n", rules_n(c->rules), rules_n(c->rules) == 1 ? "" : "s");
		for (size_t i = 0; i < rules_n(c->rules); i++) {
			struct buf words = BUF_INIT;
			rules_words(c->rules, i, &words);
			buf_printf(&c->text, "  %-28s %-8s ", rules_name(c->rules, i),
			           check_level_name(rules_level_of(c->rules, i)));
			add_words(c, &c->text, buf_str(&words));
			out_end_line(&c->text);
			buf_done(&words);
		}
	}
	buf_done(&place);
	return out_flush(&c->text, err);
}

/* ---------------------------------------------------------------- proposing */

static void json_interval(struct jout *j, const char *name, int64_t k, int64_t n, struct interval i)
{
	char low[32], high[32];
	snprintf(low, sizeof low, "%s_low", name);
	snprintf(high, sizeof high, "%s_high", name);
	jout_double(j, name, n ? (double)k / (double)n : UNKNOWN_DOUBLE);
	jout_double(j, low, i.low);
	jout_double(j, high, i.high);
}

static void json_proposed(struct ruling *c, const struct ruleprop_rule *r)
{
	jout_object(&c->j, NULL);
	jout_str(&c->j, "name", r->name);
	jout_cstr(&c->j, "kind", r->kind);
	jout_str(&c->j, "flags", r->words);
	jout_bool(&c->j, "chosen", r->chosen);
	jout_int(&c->j, "adds", r->adds);
	jout_int(&c->j, "hits", r->hits);
	jout_int(&c->j, "misses", r->misses);
	jout_int(&c->j, "false_alarms", r->alarms);
	jout_int(&c->j, "passed", r->passed);
	json_interval(&c->j, "precision", r->hits, r->hits + r->alarms, r->precision);
	json_interval(&c->j, "recall", r->hits, r->hits + r->misses, r->recall);
	jout_double(&c->j, "p", r->p);
	jout_double(&c->j, "p_corrected", r->p_corrected);
	jout_raw(&c->j, "rule", r->json);
	jout_end(&c->j);
}

static void json_page(struct ruling *c, const struct ruleprop_page *page)
{
	const struct ruleprop *f = &page->found;
	jout_object(&c->j, NULL);
	jout_int(&c->j, "flagged", (int64_t)f->n_flagged);
	jout_int(&c->j, "approved", (int64_t)f->n_approved);
	jout_int(&c->j, "unsure", page->unsure);
	jout_int(&c->j, "unreadable", page->unreadable);
	jout_int(&c->j, "left_out", page->left_out);
	jout_int(&c->j, "tried", f->tried);
	jout_bool(&c->j, "too_few", f->too_few);
	jout_int(&c->j, "needed", f->needed);
	jout_int(&c->j, "covered", f->covered);
	jout_int(&c->j, "false_alarms", f->alarmed);
	jout_int(&c->j, "looked_bytes", f->cut_bytes ? (int64_t)f->cut_bytes : UNKNOWN_INT);
	jout_array(&c->j, "rules");
	for (size_t i = 0; i < f->n; i++)
		json_proposed(c, &f->rules[i]);
	jout_end(&c->j);
	jout_end(&c->j);
	buf_add_char(&c->text, '\n');
}

static void text_rule(struct ruling *c, const struct ruleprop_rule *r)
{
	buf_add_cstr(&c->text, "  ");
	add_words(c, &c->text, r->words);
	buf_add_cstr(&c->text, "\n      hits ");
	add_share(&c->text, r->hits, r->hits + r->misses);
	buf_add_cstr(&c->text, " flagged, ");
	add_share(&c->text, r->alarms, r->alarms + r->passed);
	buf_printf(&c->text, " approved%s   p %s%.2g corrected\n      ", r->alarms ? " (false alarms)" : "",
	           r->p_corrected < RULEPROP_P_SHOWN ? "< " : "",
	           r->p_corrected < RULEPROP_P_SHOWN ? RULEPROP_P_SHOWN : r->p_corrected);
	add_words(c, &c->text, r->json);
	out_end_line(&c->text);
}

static void text_page(struct ruling *c, const struct ruleprop_page *page)
{
	const struct ruleprop *f = &page->found;
	struct buf why = BUF_INIT;
	buf_printf(&c->text, "%zu flagged and %zu approved answers", f->n_flagged, f->n_approved);
	if (page->unsure)
		buf_printf(&c->text, "; %lld left out (unsure, disputed, or flagged for another reason)",
		           (long long)page->unsure);
	buf_add_cstr(&c->text, ".\n");
	ruleprop_verdict(f, &why);
	buf_add_str(&c->text, buf_str(&why));
	buf_add_char(&c->text, '\n');
	buf_done(&why);
	for (size_t i = 0; i < f->n; i++) {
		if (i == 0 || f->rules[i].chosen != f->rules[i - 1].chosen)
			buf_add_cstr(&c->text, f->rules[i].chosen
			                           ? "\nTogether they cover most with the fewest rules:\n"
			                           : "\nOthers that are more than chance:\n");
		text_rule(c, &f->rules[i]);
	}
	if (page->left_out)
		buf_printf(&c->text,
		           "\n%lld judged answers more were left out: the first %d of each side were looked at.\n",
		           (long long)page->left_out, RULEPROP_ANSWERS / 2);
	if (f->cut_bytes)
		buf_printf(&c->text, "\nPhrases were looked for in the first %zu bytes of each answer.\n",
		           f->cut_bytes);
	if (f->n)
		buf_add_cstr(&c->text, "\nTo keep one: spoor rules --save NAME, with the options given here.\n");
}

static bool propose(struct ruling *c, int *code, struct err *err)
{
	struct ruleprop_page page;
	if (!ruleprop_page(c->db, &c->scope, NULL, &page, err))
		return false;
	if (cmd_flag(c->line, "promptfoo")) {
		struct promptfoo p = {.arena = ARENA_INIT};
		struct rules *rules[RULEPROP_OFFERS] = {NULL};
		bool ok = true;
		for (size_t i = 0; ok && i < page.found.n; i++) {
			ok = !page.found.rules[i].chosen ||
			     rules_parse_one(page.found.rules[i].json, cmd_now_ns(), &rules[i], err);
			if (ok && rules[i])
				promptfoo_add(&p, rules[i], 0);
		}
		if (ok)
			(c->out.form == OUT_JSON_ ? promptfoo_json : promptfoo_yaml)(&p, &c->text);
		for (size_t i = 0; i < RULEPROP_OFFERS; i++)
			rules_free(rules[i]);
		promptfoo_done(&p);
		ruleprop_page_done(&page);
		return ok && out_flush(&c->text, err);
	}
	if (c->out.form == OUT_JSON_)
		json_page(c, &page);
	else
		text_page(c, &page);
	*code = page.found.n ? 0 : page.found.too_few ? 5 : 1;
	ruleprop_page_done(&page);
	return out_flush(&c->text, err);
}

/* ---------------------------------------------------------------- trying */

struct tried {
	struct rules *own; /* read for this; else the file's */
	size_t at[RULES_MOST_TRIED];
	struct rule_trial trial[RULES_MOST_TRIED];
	bool of_answers[RULES_MOST_TRIED];
	size_t n;
};

static bool no_such_rule(const struct rules *rules, struct str name, struct err *err)
{
	struct near near = {.word = name};
	struct buf after = BUF_INIT;
	for (size_t i = 0; i < rules_n(rules); i++)
		near_try(&near, rules_name(rules, i));
	near_say(&near, &after);
	err_set(err, ERR_USAGE, NULL, "no rule, and no file, is called \"" STR_FMT "\"%s; spoor rules lists them",
	        STR_ARG(str_cut(name, 0, 60)), buf_cstr(&after));
	buf_done(&after);
	return false;
}

static bool is_file(const char *path)
{
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	bool there = file_read(&text, path, FILE_BYTES, &ignored);
	buf_done(&text);
	return there;
}

/* A name wins over a file, as commands do. */
static bool read_tried(struct ruling *c, const char *what, struct tried *t, struct err *err)
{
	struct str name = str_trim(str_of(what));
	const struct rules *rules = c->rules;
	bool all = str_is(name, "all"), one = false;
	for (size_t i = 0; i < rules_n(rules); i++)
		one = one || str_is(name, rules_name(rules, i));
	if (str_starts(name, "{")) {
		if (!rules_parse_one(name, cmd_now_ns(), &t->own, err))
			return false;
		all = true;
	} else if (!one && !all) {
		if (!is_file(what))
			return no_such_rule(rules, name, err);
		if (!rules_load(what, cmd_now_ns(), &t->own, err))
			return false;
		all = true;
	}
	rules = t->own ? t->own : rules;
	for (size_t i = 0; i < rules_n(rules) && t->n < RULES_MOST_TRIED; i++)
		if (all || str_is(name, rules_name(rules, i))) {
			t->at[t->n] = i;
			t->of_answers[t->n] = rules_trial(rules, i, &t->trial[t->n]);
			if (!t->of_answers[t->n])
				t->trial[t->n].no_cases = t->trial[t->n].no_traces = true;
			t->n++;
		}
	return t->n > 0 || err_set(err, ERR_USAGE, NULL, "there are no rules in the file");
}

static bool target_of(struct ruling *c, const struct subject_at *at, struct buf *out)
{
	struct err ignored = ERR_INIT;
	return subject_key(c->db, at, out, &ignored);
}

static void json_examples(struct ruling *c, const struct rule_outcome *o)
{
	int64_t told[N_RULE_OUTCOMES] = {0};
	jout_array(&c->j, "examples");
	for (size_t i = 0; i < o->n_examples; i++) {
		const struct rule_example *e = &o->examples[i];
		struct buf target = BUF_INIT;
		if (told[e->kind]++ >= c->examples)
			continue;
		target_of(c, &e->at, &target);
		jout_object(&c->j, NULL);
		jout_cstr(&c->j, "kind", rule_outcome_name(e->kind));
		jout_str(&c->j, "target", buf_str(&target));
		jout_str(&c->j, "title", e->title);
		jout_str(&c->j, "excerpt", e->excerpt);
		jout_str(&c->j, "why", e->why);
		jout_end(&c->j);
		buf_done(&target);
	}
	jout_end(&c->j);
}

static void json_tried(struct ruling *c, const struct rules *rules, const struct tried *t, size_t i,
                       const struct rule_outcome *o)
{
	struct buf words = BUF_INIT;
	rules_words(rules, t->at[i], &words);
	jout_object(&c->j, NULL);
	jout_cstr(&c->j, "name", rules_name(rules, t->at[i]));
	jout_str(&c->j, "flags", buf_str(&words));
	jout_bool(&c->j, "of_answers", t->of_answers[i]);
	jout_int(&c->j, "hits", o->hits);
	jout_int(&c->j, "misses", o->misses);
	jout_int(&c->j, "false_alarms", o->alarms);
	jout_int(&c->j, "passed", o->passed);
	json_interval(&c->j, "precision", o->hits, o->hits + o->alarms, o->precision);
	json_interval(&c->j, "recall", o->hits, o->hits + o->misses, o->recall);
	jout_int(&c->j, "unjudged", o->unjudged);
	jout_int(&c->j, "would_flag", o->would);
	jout_int(&c->j, "unsure", o->unsure);
	jout_int(&c->j, "unreadable", o->unreadable);
	jout_int(&c->j, "left_out", o->left_out);
	json_examples(c, o);
	jout_end(&c->j);
	buf_done(&words);
}

/* What broke the rule with a little before it; where nothing in particular did, why. */
static struct str shown_of(const struct rule_example *e)
{
	enum { BEFORE = 20 };
	size_t from = e->lit_at > BEFORE ? e->lit_at - BEFORE : 0;
	while (from && ((unsigned char)e->excerpt.ptr[from] & 0xC0) == 0x80)
		from--;
	if (!e->lit_len)
		return e->why.len ? e->why : e->excerpt;
	return str_from(e->excerpt, from);
}

static void text_examples(struct ruling *c, const struct rule_outcome *o)
{
	int64_t told[N_RULE_OUTCOMES] = {0};
	for (size_t i = 0; i < o->n_examples; i++) {
		const struct rule_example *e = &o->examples[i];
		if (told[e->kind]++ >= c->examples)
			continue;
		struct buf target = BUF_INIT;
		target_of(c, &e->at, &target);
		buf_printf(&c->text, "    %-11s ", rule_outcome_name(e->kind));
		out_cell(&c->out, &c->text, out_short(buf_str(&target)), 12, false, false);
		buf_add_cstr(&c->text, "  ");
		out_cell(&c->out, &c->text, e->title, 34, false, true);
		buf_add_cstr(&c->text, "  ");
		out_text(&c->out, &c->text, shown_of(e), 70);
		out_end_line(&c->text);
		buf_done(&target);
	}
}

static void text_tried(struct ruling *c, const struct rules *rules, const struct tried *t, size_t i,
                       const struct rule_outcome *o, bool everything)
{
	struct buf words = BUF_INIT;
	rules_words(rules, t->at[i], &words);
	buf_printf(&c->text, "%s%s: ", i ? "\n" : "", rules_name(rules, t->at[i]));
	add_words(c, &c->text, buf_str(&words));
	buf_add_char(&c->text, '\n');
	buf_done(&words);
	if (!t->of_answers[i]) {
		buf_add_cstr(
		    &c->text,
		    "  It is about single spans, which nobody judged as answers: spoor checks shows what it finds.\n");
		return;
	}
	buf_add_cstr(&c->text, "  hits ");
	add_share(&c->text, o->hits, o->hits + o->misses);
	buf_add_cstr(&c->text, " flagged answers, false alarms on ");
	add_share(&c->text, o->alarms, o->alarms + o->passed);
	buf_add_cstr(&c->text, " approved");
	if (o->hits + o->alarms)
		buf_printf(&c->text, "; of what it flags %.0f to %.0f%% is bad", 100 * o->precision.low,
		           100 * o->precision.high);
	buf_add_cstr(&c->text, ".\n");
	if (everything)
		buf_printf(&c->text, "  Of %lld answers nobody judged it would flag %lld.\n", (long long)o->unjudged,
		           (long long)o->would);
	if (o->unreadable)
		buf_printf(&c->text, "  %lld answers could not be read.\n", (long long)o->unreadable);
	if (o->left_out)
		buf_printf(&c->text, "  The first %d answers were looked at; %lld more were not.\n", RULE_ITEMS,
		           (long long)o->left_out);
	text_examples(c, o);
}

static bool back_test(struct ruling *c, const char *what, struct err *err)
{
	struct tried t = {.n = 0};
	bool everything = cmd_flag(c->line, "everything"), ok = read_tried(c, what, &t, err);
	struct rule_outcome *out = arena_zalloc(&c->arena, RULES_MOST_TRIED, sizeof *out);
	ok = ok && ruleprop_try(c->db, &c->scope, t.trial, t.n, everything, NULL, &c->arena, out, err);
	const struct rules *rules = t.own ? t.own : c->rules;
	if (ok && c->out.form == OUT_JSON_) {
		jout_object(&c->j, NULL);
		jout_bool(&c->j, "everything", everything);
		jout_array(&c->j, "rules");
	}
	for (size_t i = 0; ok && i < t.n; i++) {
		if (c->out.form == OUT_JSON_)
			json_tried(c, rules, &t, i, &out[i]);
		else
			text_tried(c, rules, &t, i, &out[i], everything);
	}
	if (ok && c->out.form == OUT_JSON_) {
		jout_end(&c->j);
		jout_end(&c->j);
		buf_add_char(&c->text, '\n');
	}
	rules_free(t.own);
	return ok && out_flush(&c->text, err);
}

/* ---------------------------------------------------------------- saving, exporting */

/* Where what it finds will be seen. */
static void say_saved(struct ruling *c, struct str rule)
{
	struct rules *rules = NULL;
	struct rule_trial trial = {.demand = NULL};
	struct err ignored = ERR_INIT;
	bool of_answers = rules_parse_one(rule, cmd_now_ns(), &rules, &ignored) && rules_trial(rules, 0, &trial);
	buf_printf(&c->text, ". %s%s%s.\n", trial.no_traces ? "" : "spoor checks looks at traces with it",
	           of_answers && !trial.no_traces && !trial.no_cases ? ", " : "",
	           of_answers && !trial.no_cases ? "spoor rules --back-test at case results" : "");
	rules_free(rules);
}

static bool save(struct ruling *c, const char *what, struct err *err)
{
	struct str rule = str_trim(str_of(what));
	struct ruleprop_page page = {.arena = ARENA_INIT};
	struct buf place = BUF_INIT;
	const char *file = cmd_option(c->line, "rules");
	bool ok = true;
	if (!str_starts(rule, "{")) {
		struct str name = rule;
		rule = STR_NONE;
		ok = ruleprop_page(c->db, &c->scope, NULL, &page, err);
		for (size_t i = 0; ok && i < page.found.n; i++)
			if (str_eq(page.found.rules[i].name, name))
				rule = page.found.rules[i].json;
		if (ok && !rule.len)
			ok = err_set(err, ERR_USAGE, NULL,
			             "no rule \"" STR_FMT "\" is proposed: spoor rules --propose says which are",
			             STR_ARG(str_cut(name, 0, 60)));
	}
	ok = ok && rules_save(file, rule, cmd_now_ns(), err);
	if (file)
		buf_add_cstr(&place, file);
	else
		rules_place(&place);
	if (ok && c->out.form == OUT_JSON_) {
		jout_object(&c->j, NULL);
		jout_raw(&c->j, "saved", rule);
		jout_str(&c->j, "file", buf_str(&place));
		jout_end(&c->j);
		buf_add_char(&c->text, '\n');
	} else if (ok) {
		buf_add_cstr(&c->text, "Saved to ");
		add_words(c, &c->text, buf_str(&place));
		say_saved(c, rule);
	}
	ruleprop_page_done(&page);
	buf_done(&place);
	return ok && out_flush(&c->text, err);
}

static bool export(struct ruling *c, struct err *err)
{
	struct promptfoo p = {.arena = ARENA_INIT};
	for (size_t i = 0; i < rules_n(c->rules); i++)
		promptfoo_add(&p, c->rules, i);
	(c->out.form == OUT_JSON_ ? promptfoo_json : promptfoo_yaml)(&p, &c->text);
	promptfoo_done(&p);
	return out_flush(&c->text, err);
}

/* ---------------------------------------------------------------- the command */

static bool rules_of(struct ruling *c, int *code, struct err *err)
{
	const char *back = cmd_option(c->line, "back-test"), *keep = cmd_option(c->line, "save");
	bool proposes = cmd_flag(c->line, "propose"), as_promptfoo = cmd_flag(c->line, "promptfoo");
	bool rule_given = keep && str_starts(str_trim(str_of(keep)), "{");
	if ((back != NULL) + (keep != NULL) + proposes > 1)
		return err_set(err, ERR_USAGE, NULL, "--propose, --back-test and --save: one at a time");
	if (!back && !keep && !proposes && cmd_flag(c->line, "where"))
		return err_set(err, ERR_USAGE, NULL, "--where is of answers: with --propose or --back-test");
	/* A file that is not there yet is where --save begins one. */
	if (!keep && !rules_load(cmd_option(c->line, "rules"), cmd_now_ns(), &c->rules, err))
		return false;
	if (back || proposes || (keep && !rule_given)) {
		if ((c->db = cmd_store(c->line, DB_READ, err)) == NULL || !read_scope(c, err))
			return false;
	}
	if (back)
		return back_test(c, back, err);
	if (keep)
		return save(c, keep, err);
	if (proposes)
		return propose(c, code, err);
	return as_promptfoo ? export(c, err) : list_rules(c, err);
}

static int rules_main(const struct command_line *line, struct err *err)
{
	struct ruling c = {.line = line, .arena = ARENA_INIT};
	int code = 0;
	out_init(&c.out, line);
	jout_init(&c.j, &c.text, false);
	bool ok = cmd_int(line, "limit", EXAMPLES_TOLD, &c.examples, err) && rules_of(&c, &code, err);
	buf_done(&c.text);
	rules_free(c.rules);
	db_close(c.db);
	arena_done(&c.arena);
	return ok ? code : err_exit_code(err->code);
}

const struct command command_rules = {
    .name = "rules",
    .operands = "",
    .help = "your rules: proposed from flagged answers, tried, saved",
    .more = "Answers that people flagged are held against those they approved: what do the bad ones have that the good "
            "ones have not?\n"
            "Phrases said or missing, patterns, length, JSON and its fields, refusals, tools, documents, time and "
            "cost; each counted\n"
            "exactly, corrected for how many were tried, so that chance is not offered. --back-test tries any rule on "
            "what people\n"
            "said: what it hits and misses, and its false alarms; with --everything also how many answers nobody "
            "judged it would\n"
            "flag. Exit code 1: no rule is more than chance; 5: too few flagged answers to tell. How rules are "
            "written: spoor help rules.",
    .min_args = 0,
    .max_args = 0,
    .options = rules_options,
    .run = rules_main,
};
