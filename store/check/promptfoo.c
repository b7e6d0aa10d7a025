#include "store/check/promptfoo.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/units.h"
#include "store/check/rules_private.h"

/* ---------------------------------------------------------------- quoting */

/* A JSON string, which is a double-quoted scalar of YAML 1.2, too. What JSON leaves as it is, but YAML may not hold or nobody would see,
 * becomes an escape. */
static void quote(struct buf *out, struct str text)
{
	struct buf json = BUF_INIT;
	struct text_guard guard = {0};
	clean_json(&json, text);
	for (struct str rest = buf_str(&json); rest.len;) {
		struct str before = rest;
		uint32_t code = text_decode(&rest);
		bool risky =
		    text_guard_next(&guard, code) != RISK_NONE || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
		if (risky && code > 0xFFFF) {
			buf_printf(out, "\\u%04X\\u%04X", 0xD800 + ((code - 0x10000) >> 10),
			           0xDC00 + ((code - 0x10000) & 0x3FF));
		} else if (risky) {
			buf_printf(out, "\\u%04X", code);
		} else {
			buf_add_str(out, str_cut(before, 0, before.len - rest.len));
		}
	}
	buf_done(&json);
}

/* Values are templates: what looks like one is fenced. False: it would end the fence. */
static bool fence(struct str *value, struct arena *arena)
{
	bool template = str_find(*value, STR_LIT("{{")) != SIZE_MAX || str_find(*value, STR_LIT("{%")) != SIZE_MAX ||
	                str_find(*value, STR_LIT("{#")) != SIZE_MAX;
	if (!template)
		return true;
	if (str_find(*value, STR_LIT("endraw")) != SIZE_MAX)
		return false;
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "{% raw %}");
	buf_add_str(&text, *value);
	buf_add_cstr(&text, "{% endraw %}");
	*value = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return true;
}

/* ---------------------------------------------------------------- regular expressions */

struct dialect {
	struct str body; /* without (?i) */
	bool fold, lines, ok;
};

/* Ours are POSIX with the classes of Perl; JavaScript reads most of it alike. */
static struct dialect to_javascript(struct str pattern)
{
	struct dialect d = {.body = pattern, .ok = true};
	bool set = false;
	if (str_starts(pattern, "(?i)")) {
		d.fold = true;
		d.body = str_from(pattern, 4);
	}
	for (size_t i = 0; i < d.body.len; i++) {
		char c = d.body.ptr[i], next = i + 1 < d.body.len ? d.body.ptr[i + 1] : '\0';
		if (c == '\\') {
			bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next & 0x80);
			d.ok = d.ok && next && (!letter || strchr(set ? "dswntr" : "dswDSWbntr", next));
			i++;
		} else if (set) {
			d.ok = d.ok && c != '[';
			set = c != ']';
		} else if (c == '[') {
			/* A ] that comes first is itself in ours, and ends the set in JavaScript. */
			size_t first = i + 1 + (next == '^');
			d.ok = d.ok && first < d.body.len && d.body.ptr[first] != ']';
			set = true;
		} else {
			d.lines = d.lines || c == '^' || c == '$';
		}
	}
	return d;
}

static bool add_test(struct buf *js, const struct pattern *p, bool must, const char *of)
{
	struct dialect d = to_javascript(pattern_text(p));
	buf_printf(js, "%snew RegExp(", must ? "" : "!");
	quote(js, d.body);
	buf_printf(js, ", \"%s%s\").test(%s)", d.fold ? "i" : "", d.lines ? "m" : "", of);
	return d.ok;
}

/* ---------------------------------------------------------------- one rule */

static void add(struct promptfoo *p, const char *type, struct str value, const char *metric)
{
	*vec_add(&p->asserts) = (struct promptfoo_assert){
	    .type = type, .value = arena_str(&p->arena, value), .threshold = UNKNOWN_DOUBLE, .metric = metric};
}

static const char *left_out(const struct rule *r)
{
	const struct demand *d = &r->demand;
	if (!rule_is_of_answers(r))
		return "it is about spans, and an assertion sees the answer alone";
	if (demand_has_text(d) && d->field != FIELD_OUTPUT)
		return "it looks at something else than the output";
	if (demand_has_tools(d))
		return "it is about tools, which an assertion on the output does not see";
	if (demand_has_documents(d))
		return "it is about retrieved documents, which an assertion on the output does not see";
	if (d->max_tokens != UNKNOWN_INT)
		return "it is about tokens, which no assertion counts";
	/* Which traces it is about is no matter to answers of an eval, unless it is about traces alone. */
	if (!filter_is_empty(r->cases) || (!filter_is_empty(r->where) && !r->cases))
		return "it is about some answers only, chosen by a filter";
	return NULL;
}

#define AS_TEXT "(typeof output === \"string\" ? output : JSON.stringify(output))"

static void and (struct buf * js)
{
	buf_add_cstr(js, js->len ? " && " : "");
}

/* What is demanded of a text, as a condition on `of`. */
static bool condition(const struct demand *d, const char *of, struct buf *js)
{
	bool ok = true;
	const struct str texts[] = {d->contain, d->not_contain};
	for (int i = 0; i < 2; i++) {
		if (!texts[i].len)
			continue;
		and(js);
		buf_printf(js, "%s%s.toLowerCase().includes(", i ? "!" : "", of);
		quote(js, texts[i]);
		buf_add_cstr(js, ".toLowerCase())");
	}
	if (d->match) {
		and(js);
		ok = add_test(js, d->match, true, of) && ok;
	}
	if (d->not_match) {
		and(js);
		ok = add_test(js, d->not_match, false, of) && ok;
	}
	if (d->min_length != UNKNOWN_INT || d->max_length != UNKNOWN_INT) {
		bool most = d->max_length != UNKNOWN_INT;
		if (d->min_length != UNKNOWN_INT) {
			and(js);
			buf_printf(js, "[...%s].length >= %lld", of, (long long)d->min_length);
		}
		if (most) {
			and(js);
			buf_printf(js, "[...%s].length <= %lld", of, (long long)d->max_length);
		}
	}
	for (int i = 0; i < 2; i++) {
		double bound = i ? d->max_value : d->min_value;
		if (IS_UNKNOWN(bound))
			continue;
		and(js);
		buf_printf(js, "%s.trim() !== \"\" && Number(%s) %s ", of, of, i ? "<=" : ">=");
		units_double(js, bound);
	}
	return ok;
}

/* One expression: promptfoo returns what it is. The field is looked for as our rules do: the whole name first, then part by part. */
static bool field_script(const struct demand *d, struct buf *js)
{
	struct buf test = BUF_INIT;
	bool ok = condition(d, "s", &test);
	buf_add_cstr(
	    js,
	    "((o, p) => { try { let v = typeof o === \"string\" ? JSON.parse(o) : o; const own = (x, k) => x !== null "
	    "&& "
	    "typeof x === \"object\" && !Array.isArray(x) && Object.hasOwn(x, k); for (const k of own(v, p) ? [p] : "
	    "p.split(\".\")) { if (!own(v, k)) return false; v = v[k]; } const s = typeof v === \"string\" ? v : "
	    "JSON.stringify(v); return ");
	if (test.len)
		buf_add_str(js, buf_str(&test));
	else
		buf_add_cstr(js, "s !== undefined");
	buf_add_cstr(js, "; } catch (e) { return false; } })(output, ");
	quote(js, d->json_field);
	buf_add_char(js, ')');
	buf_done(&test);
	return ok;
}

static bool is_address(struct str s)
{
	return str_starts(s, "file://") || str_starts(s, "package:");
}

/* The parts that have a type of their own; the rest is one script. */
static bool add_text_rule(struct promptfoo *p, const struct demand *d, const char *name)
{
	struct demand rest = *d;
	struct buf js = BUF_INIT;
	bool ok = true;
	if (d->json_field.len) {
		ok = field_script(d, &js);
	} else {
		if (d->json)
			add(p, "is-json", STR_NONE, name);
		if (d->contain.len && !is_address(d->contain)) {
			add(p, "icontains", d->contain, name);
			rest.contain = STR_NONE;
		}
		if (d->not_contain.len && !is_address(d->not_contain)) {
			add(p, "not-icontains", d->not_contain, name);
			rest.not_contain = STR_NONE;
		}
		for (int i = 0; i < 2; i++) {
			const struct pattern **of = i ? &rest.not_match : &rest.match;
			struct dialect js_of = *of ? to_javascript(pattern_text(*of)) : (struct dialect){.fold = true};
			if (js_of.fold || js_of.lines || is_address(js_of.body))
				continue;
			ok = ok && js_of.ok;
			add(p, i ? "not-regex" : "regex", js_of.body, name);
			*of = NULL;
		}
		ok = condition(&rest, AS_TEXT, &js) && ok;
	}
	if (js.len)
		add(p, "javascript", buf_str(&js), name);
	buf_done(&js);
	return ok;
}

static bool fence_from(struct promptfoo *p, size_t first)
{
	for (size_t i = first; i < p->asserts.n; i++)
		if (!fence(&p->asserts.at[i].value, &p->arena))
			return false;
	return true;
}

bool promptfoo_add(struct promptfoo *p, const struct rules *rules, size_t i)
{
	const struct rule *r = &rules->at[i];
	const struct demand *d = &r->demand;
	const char *why = left_out(r);
	size_t first = p->asserts.n;
	if (!why && !add_text_rule(p, d, r->name))
		why = "its regular expression has parts that JavaScript reads otherwise";
	if (!why && d->max_duration != UNKNOWN_INT) {
		add(p, "latency", STR_NONE, r->name);
		p->asserts.at[p->asserts.n - 1].threshold = (double)d->max_duration / 1e6;
	}
	if (!why && !IS_UNKNOWN(d->max_cost)) {
		add(p, "cost", STR_NONE, r->name);
		p->asserts.at[p->asserts.n - 1].threshold = d->max_cost;
	}
	if (!why && !fence_from(p, first))
		why = "its text would end the fence that keeps it from being a template";
	if (!why)
		return true;
	p->asserts.n = first;
	*vec_add(&p->left) = (struct promptfoo_left){r->name, why};
	return false;
}

void promptfoo_done(struct promptfoo *p)
{
	vec_done(&p->asserts);
	vec_done(&p->left);
	arena_done(&p->arena);
}

/* ---------------------------------------------------------------- printing */

void promptfoo_json(const struct promptfoo *p, struct buf *out)
{
	buf_add_cstr(out, "{\n  \"assert\": [");
	for (size_t i = 0; i < p->asserts.n; i++) {
		const struct promptfoo_assert *a = &p->asserts.at[i];
		buf_printf(out, "%s\n    {\"type\": \"%s\"", i ? "," : "", a->type);
		if (a->value.ptr) {
			buf_add_cstr(out, ", \"value\": ");
			quote(out, a->value);
		}
		if (!IS_UNKNOWN(a->threshold)) {
			buf_add_cstr(out, ", \"threshold\": ");
			units_double(out, a->threshold);
		}
		buf_printf(out, ", \"metric\": \"%s\"}", a->metric);
	}
	buf_printf(out, "%s],\n  \"left_out\": [", p->asserts.n ? "\n  " : "");
	for (size_t i = 0; i < p->left.n; i++)
		buf_printf(out, "%s\n    {\"rule\": \"%s\", \"why\": \"%s\"}", i ? "," : "", p->left.at[i].rule,
		           p->left.at[i].why);
	buf_printf(out, "%s]\n}\n", p->left.n ? "\n  " : "");
}

void promptfoo_yaml(const struct promptfoo *p, struct buf *out)
{
	buf_add_cstr(out, "# Assertions for promptfoo. In promptfooconfig.yaml: defaultTest: file://THIS_FILE\n");
	for (size_t i = 0; i < p->left.n; i++)
		buf_printf(out, "# Not among them: %s (%s).\n", p->left.at[i].rule, p->left.at[i].why);
	buf_add_cstr(out, p->asserts.n ? "assert:\n" : "assert: []\n");
	for (size_t i = 0; i < p->asserts.n; i++) {
		const struct promptfoo_assert *a = &p->asserts.at[i];
		buf_printf(out, "  - type: %s\n", a->type);
		if (a->value.ptr) {
			buf_add_cstr(out, "    value: ");
			quote(out, a->value);
			buf_add_char(out, '\n');
		}
		if (!IS_UNKNOWN(a->threshold)) {
			buf_add_cstr(out, "    threshold: ");
			units_double(out, a->threshold);
			buf_add_char(out, '\n');
		}
		buf_printf(out, "    metric: %s\n", a->metric);
	}
}
