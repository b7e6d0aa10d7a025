#include "store/check/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "store/base/jsonc.h"
#include "store/base/text.h"
#include "store/check/rules_private.h"

enum { RULES_BYTES = 1 << 20 };

/* ---------------------------------------------------------------- the table of keys */

enum key_type {
	KEY_NAME,
	KEY_TEXT,
	KEY_PATTERN,
	KEY_FILTER,
	KEY_SPANS,
	KEY_KIND,
	KEY_LEVEL,
	KEY_FIELD,
	KEY_SCOPE,
	KEY_DURATION,
	KEY_COUNT,
	KEY_MONEY,
	KEY_NUMBER,
	KEY_CASES,
	KEY_FORM
};

#define AT(member) offsetof(struct rule, member)
#define OF(member) offsetof(struct rule, demand.member)
/* clang-format off */
static const struct rule_key {
	const char *name;
	enum key_type type;
	size_t at; /* in struct rule */
	const char *example, *help;
} keys[] = {
	{"name", KEY_NAME, AT(name), "\"no-apology\"", "what its findings are called: small letters, digits, dashes"},
	{"message", KEY_TEXT, AT(message), "\"do not apologise\"", "what its findings say, before what was found"},
	{"level", KEY_LEVEL, AT(level), "\"error\"", "note, warning (unless it says otherwise) or error"},
	{"where", KEY_FILTER, AT(where), "\"tag:prod name:support\"", "only in traces that match (spoor help filter)"},
	{"cases", KEY_CASES, AT(cases), "\"run:v13\"", "only of case results that match; \"\": of all. Without where: of no traces"},
	{"spans", KEY_SPANS, AT(spans), "\"kind:llm tokens>4k\"", "only spans that match, in the same language"},
	{"kind", KEY_KIND, AT(kind), "\"llm\"", "only spans of this kind"},
	{"span", KEY_TEXT, AT(span), "\"summarise\"", "only spans of this name"},
	{"tool", KEY_TEXT, OF(tool), "\"get_balance\"", "only calls of this tool"},
	{"model", KEY_TEXT, AT(model), "\"gpt-4o\"", "only spans of this model"},
	{"scope", KEY_SCOPE, AT(of_trace), "\"trace\"", "what the limits are of: span or trace (of spans if a key above names some)"},
	{"field", KEY_FIELD, OF(field), "\"input\"", "the text that is looked at: output (else), input, error, arguments, result, any"},
	{"must_contain", KEY_TEXT, OF(contain), "\"sources:\"", "the text has this; small letters match capitals, too"},
	{"must_not_contain", KEY_TEXT, OF(not_contain), "\"as an AI\"", "the text has this nowhere"},
	{"must_match", KEY_PATTERN, OF(match), "\"^[0-9]+$\"", "an extended regular expression that matches somewhere"},
	{"must_not_match", KEY_PATTERN, OF(not_match), "\"(?i)sorry|apolog\"", "one that matches nowhere"},
	{"min_length", KEY_COUNT, OF(min_length), "20", "the text has at least so many characters"},
	{"max_length", KEY_COUNT, OF(max_length), "2000", "at most so many"},
	{"must_be", KEY_FORM, OF(json), "\"json\"", "the text is JSON"},
	{"json_field", KEY_TEXT, OF(json_field), "\"refund.amount\"", "the text is JSON with this field, of which alone the keys around this one speak"},
	{"min_value", KEY_NUMBER, OF(min_value), "0", "the text is a number, and not less (with json_field)"},
	{"max_value", KEY_NUMBER, OF(max_value), "500", "and not more"},
	{"must_call", KEY_TEXT, OF(must_call), "\"verify_user\"", "each trace calls this tool"},
	{"must_not_call", KEY_TEXT, OF(must_not_call), "\"delete_user\"", "no trace calls it"},
	{"must_retrieve", KEY_TEXT, OF(must_retrieve), "\"refund-policy-2024\"", "this document is among those each trace retrieves"},
	{"must_not_retrieve", KEY_TEXT, OF(must_not_retrieve), "\"refund-policy-2021\"", "it is not"},
	{"max_duration", KEY_DURATION, OF(max_duration), "\"2s\"", "at most so long"},
	{"max_cost", KEY_MONEY, OF(max_cost), "0.05", "at most so many US dollars"},
	{"max_tokens", KEY_COUNT, OF(max_tokens), "8000", "at most so many tokens, in and out"},
	{"max_calls", KEY_COUNT, OF(max_calls), "3", "at most so many calls of `tool` in a trace"},
	{"call", KEY_TEXT, OF(call), "\"verify_user\"", "a tool that has to be called …"},
	{"before", KEY_TEXT, OF(before), "\"refund\"", "… before this one, in each trace that calls it"},
};
/* clang-format on */
enum { N_KEYS = sizeof keys / sizeof *keys };

static const char *const field_names[N_DEMAND_FIELDS] = {
    [FIELD_OUTPUT] = "output", [FIELD_INPUT] = "input", [FIELD_ARGUMENTS] = "arguments",
    [FIELD_RESULT] = "result", [FIELD_ANY] = "any",     [FIELD_ERROR_TEXT] = "error",
};

/* ---------------------------------------------------------------- reading */

struct reading {
	struct rules *rules;
	const char *file;
	struct str text; /* without comments; the same length */
	struct scan scan;
	int64_t now_ns;
	struct err *err;
};

static bool mistake(const struct reading *rd, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool mistake(const struct reading *rd, size_t at, const char *fmt, ...)
{
	struct buf why = BUF_INIT;
	size_t line, column;
	va_list args;
	va_start(args, fmt);
	buf_vprintf(&why, fmt, args);
	va_end(args);
	jsonc_place(rd->text, at, &line, &column);
	err_set(rd->err, ERR_USAGE, NULL, "%s, line %zu: %s", rd->file, line, buf_cstr(&why));
	buf_done(&why);
	return false;
}

static bool no_such(const struct reading *rd, size_t at, const char *what, struct str word, const char *const *names,
                    size_t n, size_t stride)
{
	struct buf after = BUF_INIT;
	jsonc_suggest(&after, word, names, n, stride);
	mistake(rd, at, "no such %s: \"" STR_FMT "\"%s", what, STR_ARG(str_cut(word, 0, 60)), buf_cstr(&after));
	buf_done(&after);
	return false;
}

static bool want_text(const struct reading *rd, struct val v, const char *key, struct str *out)
{
	*out = STR_NONE;
	if (!val_is(v, SCAN_STRING))
		return mistake(rd, val_offset(v), "\"%s\" is a text in quotes", key);
	*out = arena_str(&rd->rules->arena, val_str(v, &rd->rules->arena));
	return true;
}

static bool read_level(const struct reading *rd, struct val v, enum check_level *level)
{
	static const char *const names[] = {"off", "note", "warning", "error"};
	struct str word;
	if (!want_text(rd, v, "level", &word))
		return false;
	return check_level_named(word, level) || no_such(rd, val_offset(v), "level", word, names, 4, sizeof *names);
}

static bool read_count(const struct reading *rd, struct val v, const char *key, int64_t *out)
{
	return ((val_is(v, SCAN_NUMBER) && val_int64(v, out)) && *out >= 0) ||
	       mistake(rd, val_offset(v), "\"%s\" is a whole number", key);
}

static bool read_filter(const struct reading *rd, struct val v, const char *key, enum filter_over over,
                        const struct filter **out)
{
	struct str text;
	struct filter_mistake m;
	if (!want_text(rd, v, key, &text))
		return false;
	*out = filter_parse(&rd->rules->arena, text, over, rd->now_ns, &m);
	return *out || mistake(rd, val_offset(v), "%s: at character %zu: expected %s", key,
	                       text_n_codes(str_cut(text, 0, m.column)) + 1, m.expected);
}

static bool read_pattern(const struct reading *rd, struct val v, const char *key, const struct pattern **out)
{
	struct str text;
	struct pattern_mistake m;
	if (!want_text(rd, v, key, &text))
		return false;
	*out = pattern_parse(&rd->rules->arena, text, &m);
	return *out || mistake(rd, val_offset(v), "%s: at character %zu: %s", key,
	                       text_n_codes(str_cut(text, 0, m.at)) + 1, m.why);
}

static bool read_kind(const struct reading *rd, struct val v, int64_t *out)
{
	const char *names[N_KINDS];
	struct str word;
	enum span_kind kind = KIND_SPAN;
	if (!want_text(rd, v, "kind", &word))
		return false;
	for (int i = 0; i < N_KINDS; i++)
		names[i] = kind_name((enum span_kind)i);
	if (!kind_named(word, &kind))
		return no_such(rd, val_offset(v), "kind", word, names, N_KINDS, sizeof *names);
	*out = (int64_t)kind;
	return true;
}

static bool read_field(const struct reading *rd, struct val v, enum demand_field *out)
{
	struct str word;
	if (!want_text(rd, v, "field", &word))
		return false;
	for (int i = 0; i < N_DEMAND_FIELDS; i++)
		if (str_ieq(word, field_names[i])) {
			*out = (enum demand_field)i;
			return true;
		}
	return no_such(rd, val_offset(v), "field", word, field_names, N_DEMAND_FIELDS, sizeof *field_names);
}

static bool read_scope(const struct reading *rd, struct val v, bool *of_trace)
{
	static const char *const names[] = {"span", "trace"};
	struct str word;
	if (!want_text(rd, v, "scope", &word))
		return false;
	*of_trace = str_is(word, "trace");
	return *of_trace || str_is(word, "span") || no_such(rd, val_offset(v), "scope", word, names, 2, sizeof *names);
}

static bool read_form(const struct reading *rd, struct val v, bool *json)
{
	static const char *const names[] = {"json"};
	struct str word;
	if (!want_text(rd, v, "must_be", &word))
		return false;
	*json = str_is(word, "json");
	return *json || no_such(rd, val_offset(v), "form", word, names, 1, sizeof *names);
}

/* A name goes into filters and columns. */
static bool read_name(const struct reading *rd, struct val v, const char **out)
{
	struct str word;
	if (!want_text(rd, v, "name", &word))
		return false;
	bool ok = word.len > 0 && word.len <= 40;
	for (size_t i = 0; ok && i < word.len; i++)
		ok = (word.ptr[i] >= 'a' && word.ptr[i] <= 'z') || (word.ptr[i] >= '0' && word.ptr[i] <= '9') ||
		     word.ptr[i] == '-';
	if (!ok)
		return mistake(rd, val_offset(v), "a name is 1 to 40 small letters, digits and dashes");
	for (int i = 0; i < N_CHECKS; i++)
		if (str_is(word, checks[i].name))
			return mistake(rd, val_offset(v), "\"%s\" is a check that spoor has; set it under \"checks\"",
			               checks[i].name);
	for (size_t i = 0; i < rd->rules->n; i++)
		if (str_is(word, rd->rules->at[i].name))
			return mistake(rd, val_offset(v), "two rules are called \"%s\"", rd->rules->at[i].name);
	*out = word.ptr;
	return true;
}

static bool read_key(const struct reading *rd, const struct rule_key *key, struct val v, struct rule *rule)
{
	void *to = (char *)rule + key->at;
	struct str text;
	switch (key->type) {
	case KEY_NAME: return read_name(rd, v, to);
	case KEY_TEXT:
		if (!want_text(rd, v, key->name, to))
			return false;
		return ((struct str *)to)->len || mistake(rd, val_offset(v), "\"%s\" is empty", key->name);
	case KEY_PATTERN: return read_pattern(rd, v, key->name, to);
	case KEY_FILTER: return read_filter(rd, v, key->name, FILTER_TRACES, to);
	case KEY_SPANS: return read_filter(rd, v, key->name, FILTER_SPANS, to);
	case KEY_KIND: return read_kind(rd, v, to);
	case KEY_LEVEL: return read_level(rd, v, to);
	case KEY_FIELD: return read_field(rd, v, to);
	case KEY_SCOPE: return read_scope(rd, v, to);
	case KEY_DURATION:
		if (!want_text(rd, v, key->name, &text))
			return false;
		return jsonc_duration(text, to) ||
		       mistake(rd, val_offset(v), "\"%s\" is a duration with its unit: \"2s\", \"500ms\", \"1m30s\"",
		               key->name);
	case KEY_COUNT: return read_count(rd, v, key->name, to);
	case KEY_CASES: return read_filter(rd, v, key->name, FILTER_CASES, to);
	case KEY_NUMBER:
		return (val_is(v, SCAN_NUMBER) && val_double(v, to)) ||
		       mistake(rd, val_offset(v), "\"%s\" is a number", key->name);
	case KEY_FORM: return read_form(rd, v, to);
	case KEY_MONEY:
		return (val_is(v, SCAN_NUMBER) && val_double(v, to) && *(double *)to >= 0) ||
		       mistake(rd, val_offset(v), "\"%s\" is a number of US dollars", key->name);
	}
	return false;
}

static const struct rule_key *key_named(struct str name)
{
	for (size_t i = 0; i < N_KEYS; i++)
		if (str_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

bool rule_is_of_answers(const struct rule *r)
{
	bool tool = r->demand.tool.len && r->demand.max_calls == UNKNOWN_INT;
	return r->kind == UNKNOWN_INT && !r->spans && !r->span.len && !r->model.len && !tool &&
	       demand_is_of_answers(&r->demand);
}

static bool is_whole(const struct reading *rd, size_t at, const struct rule *r)
{
	const struct demand *d = &r->demand;
	if (!r->name)
		return mistake(rd, at, "a rule needs a \"name\"");
	if ((d->call.len > 0) != (d->before.len > 0))
		return mistake(rd, at, "\"call\" and \"before\" go together");
	if (d->max_calls != UNKNOWN_INT && !d->tool.len)
		return mistake(rd, at, "\"max_calls\" needs a \"tool\"");
	return demand_has_text(d) || demand_has_limit(d) || demand_has_tools(d) || demand_has_documents(d) ||
	       mistake(rd, at, "rule \"%s\" demands nothing: must_…, min_…, max_… or call and before", r->name);
}

static bool read_rule(const struct reading *rd, struct val v)
{
	if (rd->rules->n == RULES_MOST)
		return mistake(rd, val_offset(v), "more than %d rules", RULES_MOST);
	struct rule r = {.level = CHECK_WARNING, .kind = UNKNOWN_INT, .demand = DEMAND_NONE};
	bool scope = false;
	if (!val_is(v, SCAN_OBJECT))
		return mistake(rd, val_offset(v), "a rule is an object { … }");
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str name = member_key(m, &rd->rules->arena);
		const struct rule_key *key = key_named(name);
		if (!key)
			return no_such(rd, val_offset(m.key), "key of a rule", name, &keys[0].name, N_KEYS,
			               sizeof keys[0]);
		scope = scope || key->type == KEY_SCOPE;
		if (!read_key(rd, key, m.val, &r))
			return false;
	}
	if (!is_whole(rd, val_offset(v), &r))
		return false;
	if (!scope)
		r.of_trace = r.kind == UNKNOWN_INT && !r.spans && !r.span.len && !r.demand.tool.len && !r.model.len;
	r.text = arena_str(&rd->rules->arena, val_raw(v));
	rd->rules->at[rd->rules->n++] = r;
	return true;
}

static bool read_check(const struct reading *rd, struct member m)
{
	struct str name = member_key(m, &rd->rules->arena);
	int id = 0;
	while (id < N_CHECKS && !str_is(name, checks[id].name))
		id++;
	if (id == N_CHECKS)
		return no_such(rd, val_offset(m.key), "check", name, &checks[0].name, N_CHECKS, sizeof checks[0]);
	if (val_is(m.val, SCAN_STRING))
		return read_level(rd, m.val, &rd->rules->level[id]);
	if (!val_is(m.val, SCAN_OBJECT))
		return mistake(rd, val_offset(m.val), "\"%s\": \"off\", \"note\", \"warning\", \"error\" or { … }",
		               checks[id].name);
	for (struct member k = val_first(m.val); k.ok; k = val_next(k)) {
		struct str key = member_key(k, &rd->rules->arena);
		if (str_is(key, "level")) {
			if (!read_level(rd, k.val, &rd->rules->level[id]))
				return false;
			continue;
		}
		if (!checks[id].limit_name || !str_is(key, checks[id].limit_name)) {
			const char *names[] = {"level", checks[id].limit_name};
			return no_such(rd, val_offset(k.key), "setting of this check", key, names,
			               checks[id].limit_name ? 2 : 1, sizeof *names);
		}
		double limit;
		if (!val_is(k.val, SCAN_NUMBER) || !val_double(k.val, &limit) || limit < 1 || limit > 1e6)
			return mistake(rd, val_offset(k.val), "\"%s\" is a number from 1 to 1,000,000",
			               checks[id].limit_name);
		rd->rules->limit[id] = limit;
	}
	return true;
}

static bool read_top(const struct reading *rd, struct val top)
{
	static const char *const names[] = {"checks", "rules"};
	if (!val_is(top, SCAN_OBJECT))
		return mistake(rd, 0, "it is an object { … } with \"checks\" and \"rules\"");
	for (struct member m = val_first(top); m.ok; m = val_next(m)) {
		bool rules = member_is(m, "rules");
		if (!rules && !member_is(m, "checks"))
			return no_such(rd, val_offset(m.key), "key", member_key(m, &rd->rules->arena), names, 2,
			               sizeof *names);
		if (!val_is(m.val, rules ? SCAN_ARRAY : SCAN_OBJECT))
			return mistake(rd, val_offset(m.val),
			               rules ? "\"rules\" is a list [ … ]" : "\"checks\" is an object { … }");
		for (struct member k = val_first(m.val); k.ok; k = val_next(k))
			if (!(rules ? read_rule(rd, k.val) : read_check(rd, k)))
				return false;
	}
	return true;
}

/* ---------------------------------------------------------------- the file */

bool rules_parse(struct str text, const char *name, int64_t now_ns, struct rules **out, struct err *err)
{
	struct rules *r = xcalloc(1, sizeof *r);
	struct arena own = ARENA_INIT;
	char *copy = xstrndup(text);
	struct reading rd = {
	    .rules = r, .file = name, .text = {copy, text.len},
                    .scan = SCAN_INIT, .now_ns = now_ns, .err = err
        };
	r->arena = own;
	r->path = arena_cstr(&r->arena, name);
	for (int i = 0; i < N_CHECKS; i++) {
		r->level[i] = checks[i].level;
		r->limit[i] = checks[i].limit;
	}
	jsonc_blank(copy, text.len);
	bool ok = scan_text(&rd.scan, rd.text, &(struct scan_opts){.last = true});
	if (!ok)
		mistake(&rd, rd.scan.bad_at, "%s", rd.scan.bad ? rd.scan.bad : "not JSON");
	ok = ok && read_top(&rd, scan_root(&rd.scan));
	if (ok) {
		struct buf canonical = BUF_INIT;
		scan_canonical(&canonical, scan_root(&rd.scan));
		r->hash = hash64(buf_str(&canonical)) | 1;
		buf_done(&canonical);
	}
	scan_done(&rd.scan);
	free(copy);
	*out = ok ? r : NULL;
	if (!ok)
		rules_free(r);
	return ok;
}

void rules_place(struct buf *out)
{
	const char *set = getenv("SPOOR_RULES");
	if (set && *set)
		buf_add_cstr(out, set);
	else
		file_config_path(out, "rules.json");
}

bool rules_load(const char *path, int64_t now_ns, struct rules **out, struct err *err)
{
	struct buf place = BUF_INIT, text = BUF_INIT;
	struct err why = ERR_INIT;
	const char *set = getenv("SPOOR_RULES");
	bool named = path || (set && *set), ok;
	*out = NULL;
	if (path)
		buf_add_cstr(&place, path);
	else
		rules_place(&place);
	ok = file_read(&text, buf_cstr(&place), RULES_BYTES, &why);
	if (ok)
		ok = rules_parse(buf_str(&text), buf_cstr(&place), now_ns, out, err);
	else if (!named && why.code == ERR_NOT_FOUND)
		ok = true;
	else
		err_set(err, ERR_USAGE, NULL, "%s", why.text);
	buf_done(&place);
	buf_done(&text);
	return ok;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	arena_done(&rules->arena);
	free(rules);
}

/* ---------------------------------------------------------------- what they say */

const char *rules_path(const struct rules *rules)
{
	return rules ? rules->path.ptr : NULL;
}

uint64_t rules_hash(const struct rules *rules)
{
	return rules ? rules->hash : 0;
}

enum check_level rules_level(const struct rules *rules, enum check_id id)
{
	return rules ? rules->level[id] : checks[id].level;
}

double rules_limit(const struct rules *rules, enum check_id id)
{
	return rules ? rules->limit[id] : checks[id].limit;
}

size_t rules_n(const struct rules *rules)
{
	return rules ? rules->n : 0;
}

const char *rules_name(const struct rules *rules, size_t i)
{
	return rules->at[i].name;
}

const char *rules_help_of(const struct rules *rules, size_t i)
{
	return rules->at[i].message.ptr ? rules->at[i].message.ptr : "";
}

enum check_level rules_level_of(const struct rules *rules, size_t i)
{
	return rules->at[i].level;
}

struct str rules_text(const struct rules *rules, size_t i)
{
	return rules->at[i].text;
}

bool rules_trial(const struct rules *rules, size_t i, struct rule_trial *out)
{
	const struct rule *r = &rules->at[i];
	*out = (struct rule_trial){.demand = &r->demand,
	                           .where = r->where,
	                           .cases = r->cases,
	                           .no_cases = r->where && !r->cases,
	                           .no_traces = r->cases && !r->where};
	return rule_is_of_answers(r);
}

void rules_words(const struct rules *rules, size_t i, struct buf *out)
{
	ruleprop_words(&rules->at[i].demand, out);
}

/* ---------------------------------------------------------------- help */

void rules_help(struct buf *out)
{
	buf_add_cstr(
	    out, "Checks look at every trace without a model: spoor checks, has:finding, finding:NAME. A file of rules "
	         "sets them\n"
	         "and adds a team's own: --rules FILE, $SPOOR_RULES, or $XDG_CONFIG_HOME/spoor/rules.json. JSON with "
	         "// comments:\n\n"
	         "  {\n"
	         "    \"checks\": {\"phone\": \"off\", \"repeated-call\": {\"level\": \"error\", \"at_least\": 3}},\n"
	         "    \"rules\": [\n"
	         "      {\"name\": \"no-apology\", \"kind\": \"llm\", \"must_not_match\": \"(?i)sorry|apolog\"},\n"
	         "      {\"name\": \"slow-balance\", \"tool\": \"get_balance\", \"max_duration\": \"500ms\"},\n"
	         "      {\"name\": \"verify-first\", \"call\": \"verify_user\", \"before\": \"refund\", \"level\": "
	         "\"error\"}\n"
	         "    ]\n"
	         "  }\n\n"
	         "Checks there are: off, note, warning or error; with a setting where one is named\n");
	for (int i = 0; i < N_CHECKS; i++) {
		buf_printf(out, "  %-15s %-8s %s\n", checks[i].name, check_level_name(checks[i].level), checks[i].help);
		if (checks[i].limit_name)
			buf_printf(out, "  %-15s          %s (%g): %s\n", "", checks[i].limit_name, checks[i].limit,
			           checks[i].limit_help);
	}
	buf_add_cstr(out, "\nKeys of a rule\n");
	for (size_t i = 0; i < N_KEYS; i++)
		buf_printf(out, "  %-17s %-24s %s\n", keys[i].name, keys[i].example, keys[i].help);
	buf_add_cstr(
	    out,
	    "\nA rule that names no spans is about answers: of whole traces, and of case results when it is tried on "
	    "what people\nsaid of them: spoor rules --back-test. spoor rules --propose makes rules out of flagged "
	    "answers.\n");
	buf_add_cstr(out, "\nRegular expressions are POSIX extended ones, with \\d \\w \\s \\b and (?i) at the "
	                  "beginning for letters of\n"
	                  "both cases; ^ and $ are the ends of a line; there are no references to groups. They take "
	                  "time in proportion\n"
	                  "to the text, whatever they are.\n");
}
