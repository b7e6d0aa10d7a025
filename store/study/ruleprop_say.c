/* A hypothesis as a rule: what it demands, its name, its words, its line in the rules file. */
#include <stdio.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/study/ruleprop_private.h"

enum { NAME_BYTES = 40 };

/* ---------------------------------------------------------------- regular expressions */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What means something in our patterns or in JavaScript's, and nothing else: an escaped letter would. */
void rp_escape(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] && strchr("\\^$.|?*+()[]{}", text.ptr[i]))
			buf_add_char(out, '\\');
		buf_add_char(out, text.ptr[i]);
	}
}

bool rp_generalise(struct buf *out, struct str text)
{
	bool numbers = false, others = false;
	for (size_t i = 0; i < text.len; i++) {
		bool parts = false;
		if (!is_digit(text.ptr[i])) {
			rp_escape(out, str_cut(text, i, 1));
			others = others || !strchr(" +-.,", text.ptr[i]);
			continue;
		}
		for (; i + 1 < text.len; i++) {
			bool dot = strchr(".,", text.ptr[i + 1]) && i + 2 < text.len && is_digit(text.ptr[i + 2]);
			if (!is_digit(text.ptr[i + 1]) && !dot)
				break;
			parts = parts || dot;
		}
		numbers = true;
		buf_add_cstr(out, parts ? "\\d[\\d.,]*" : "\\d+");
	}
	return numbers && others;
}

/* Of a phrase, which is looked for in letters of both cases. */
static void generalise(struct buf *out, struct str text)
{
	bool letters = false;
	for (size_t i = 0; i < text.len; i++)
		letters =
		    letters || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z') || (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z');
	if (letters)
		buf_add_cstr(out, "(?i)");
	rp_generalise(out, text);
}

/* ---------------------------------------------------------------- names */

static void add_slug(struct buf *name, struct str text)
{
	bool dash = name->len && name->ptr[name->len - 1] != '-';
	for (size_t i = 0; i < text.len && name->len < NAME_BYTES - 3; i++) {
		char c = text.ptr[i];
		c = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		bool plain = (c >= 'a' && c <= 'z') || is_digit(c);
		if (!plain) {
			dash = name->len > 0;
			continue;
		}
		if (dash && name->ptr[name->len - 1] != '-')
			buf_add_char(name, '-');
		dash = false;
		buf_add_char(name, c);
	}
	while (name->len && name->ptr[name->len - 1] == '-')
		name->ptr[--name->len] = '\0';
}

static bool is_taken(const struct ruleprop_rule *rules, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(rules[i].name, name))
			return true;
	return false;
}

/* ---------------------------------------------------------------- the rule as text */

static void add_key(struct buf *json, const char *key)
{
	buf_add_cstr(json, json->len > 1 ? ", " : "");
	clean_json(json, str_of(key));
	buf_add_cstr(json, ": ");
}

static void add_text(struct buf *json, const char *key, struct str text)
{
	if (!text.len)
		return;
	add_key(json, key);
	clean_json(json, text);
}

static void add_count(struct buf *json, const char *key, int64_t n)
{
	if (n == UNKNOWN_INT)
		return;
	add_key(json, key);
	buf_printf(json, "%lld", (long long)n);
}

static void add_number(struct buf *json, const char *key, double v)
{
	if (IS_UNKNOWN(v))
		return;
	add_key(json, key);
	units_double(json, v);
}

/* As many ns as there are, in a unit that says them all. */
static void add_duration(struct buf *json, const char *key, int64_t ns)
{
	static const struct {
		int64_t ns;
		const char *unit;
	} units[] = {
	    {1000000000, "s" },
            {1000000,    "ms"},
            {1000,       "us"},
            {1,          "ns"}
        };
	if (ns == UNKNOWN_INT)
		return;
	add_key(json, key);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (ns % units[i].ns == 0) {
			buf_printf(json, "\"%lld%s\"", (long long)(ns / units[i].ns), units[i].unit);
			return;
		}
}

static struct str rule_json(const struct demand *d, struct str name, struct str pattern, struct arena *arena)
{
	struct buf json = BUF_INIT;
	buf_add_char(&json, '{');
	add_text(&json, "name", name);
	if (d->field == FIELD_ERROR_TEXT)
		add_text(&json, "field", STR_LIT("error"));
	if (d->field == FIELD_INPUT)
		add_text(&json, "field", STR_LIT("input"));
	if (d->json)
		add_text(&json, "must_be", STR_LIT("json"));
	add_text(&json, "json_field", d->json_field);
	add_text(&json, "must_contain", d->contain);
	add_text(&json, "must_not_contain", d->not_contain);
	add_text(&json, d->match ? "must_match" : "must_not_match", pattern);
	add_count(&json, "min_length", d->min_length);
	add_count(&json, "max_length", d->max_length);
	add_number(&json, "min_value", d->min_value);
	add_number(&json, "max_value", d->max_value);
	add_text(&json, "must_call", d->must_call);
	add_text(&json, "must_not_call", d->must_not_call);
	add_text(&json, "tool", d->tool);
	add_count(&json, "max_calls", d->max_calls);
	add_text(&json, "must_retrieve", d->must_retrieve);
	add_text(&json, "must_not_retrieve", d->must_not_retrieve);
	add_duration(&json, "max_duration", d->max_duration);
	add_count(&json, "max_tokens", d->max_tokens);
	add_number(&json, "max_cost", d->max_cost);
	buf_add_char(&json, '}');
	struct str out = arena_str(arena, buf_str(&json));
	buf_done(&json);
	return out;
}

void rp_name_apart(struct ruleprop_rule *rules, size_t n, struct arena *arena)
{
	for (size_t i = 0; i < n; i++) {
		struct str base = str_cut(rules[i].name, 0, NAME_BYTES - 3), old = rules[i].name;
		for (int k = 2; is_taken(rules, i, rules[i].name); k++)
			rules[i].name = arena_printf(arena, STR_FMT "-%d", STR_ARG(base), k);
		if (!str_eq(old, rules[i].name)) {
			struct str rest = str_from(rules[i].json, STR_LIT("{\"name\": \"").len + old.len);
			rules[i].json =
			    arena_printf(arena, "{\"name\": \"" STR_FMT STR_FMT, STR_ARG(rules[i].name), STR_ARG(rest));
		}
	}
}

/* ---------------------------------------------------------------- in words */

static struct str duration_words(int64_t ns, struct arena *arena)
{
	struct buf text = BUF_INIT;
	units_duration_usual(&text, ns, false);
	struct str out = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return out;
}

/* The value of ^value$. */
static struct str bare(struct str pattern, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 1; i + 1 < pattern.len; i++) {
		if (pattern.ptr[i] == '\\' && i + 2 < pattern.len)
			i++;
		buf_add_char(&text, pattern.ptr[i]);
	}
	struct str out = arena_str(arena, buf_str(&text));
	buf_done(&text);
	return out;
}

struct spoken {
	struct str words;
	const char *name; /* what its name begins with */
	struct str slug;
};

#define WORDS(...) arena_printf(arena, __VA_ARGS__)

static struct spoken speak_field(const struct demand *d, struct str pattern, struct arena *arena)
{
	struct str f = d->json_field;
	bool whole = pattern.len > 2 && pattern.ptr[0] == '^' && pattern.ptr[pattern.len - 1] == '$';
	if (pattern.len && !whole)
		return (struct spoken){WORDS(d->match ? "\"" STR_FMT "\" has nothing like " STR_FMT
		                                      : "\"" STR_FMT "\" has something like " STR_FMT,
		                             STR_ARG(f), STR_ARG(pattern)),
		                       "like", f};
	if (pattern.len) {
		bool open = str_find(pattern, STR_LIT("\\d")) != SIZE_MAX;
		struct str value = open ? str_cut(pattern, 1, pattern.len - 2) : bare(pattern, arena);
		return (struct spoken){
		    WORDS(d->match ? "\"" STR_FMT "\" is not " STR_FMT : "\"" STR_FMT "\" is " STR_FMT, STR_ARG(f),
		          STR_ARG(value)),
		    d->match ? "is" : "is-not", WORDS(STR_FMT " " STR_FMT, STR_ARG(f), STR_ARG(value))};
	}
	if (!IS_UNKNOWN(d->max_value))
		return (struct spoken){WORDS("\"" STR_FMT "\" is more than %.15g", STR_ARG(f), d->max_value), "at-most",
		                       f};
	if (!IS_UNKNOWN(d->min_value))
		return (struct spoken){WORDS("\"" STR_FMT "\" is less than %.15g", STR_ARG(f), d->min_value),
		                       "at-least", f};
	return (struct spoken){WORDS("has no field \"" STR_FMT "\"", STR_ARG(f)), "has-field", f};
}

static struct spoken speak_text(const char *kind, const struct demand *d, struct str pattern, struct arena *arena)
{
	if (strcmp(kind, "refusal") == 0)
		return (struct spoken){STR_LIT("refuses: \"I'm sorry\", \"I cannot\", \"as an AI\" …"), "no-refusal",
		                       STR_NONE};
	if (strcmp(kind, "empty") == 0)
		return (struct spoken){STR_LIT("is empty"), "not-empty", STR_NONE};
	if (strcmp(kind, "error") == 0)
		return (struct spoken){STR_LIT("has an error"), "without-error", STR_NONE};
	if (d->not_contain.len)
		return (struct spoken){WORDS("says \"" STR_FMT "\"", STR_ARG(d->not_contain)), "never", d->not_contain};
	if (d->contain.len)
		return (struct spoken){WORDS("does not say \"" STR_FMT "\"", STR_ARG(d->contain)), "says", d->contain};
	struct str shown = str_starts(pattern, "(?i)") ? str_from(pattern, 4) : pattern;
	return (struct spoken){
	    WORDS(d->match ? "has nothing like " STR_FMT : "has something like " STR_FMT, STR_ARG(shown)),
	    d->match ? "like" : "nothing-like", shown};
}

static struct spoken speak(const char *kind, const struct demand *d, struct str pattern, struct arena *arena)
{
	if (d->json_field.len)
		return speak_field(d, pattern, arena);
	if (d->json)
		return (struct spoken){STR_LIT("is no JSON"), "is-json", STR_NONE};
	if (d->max_length != UNKNOWN_INT)
		return (struct spoken){WORDS("is longer than %lld characters", (long long)d->max_length),
		                       "length-at-most", WORDS("%lld", (long long)d->max_length)};
	if (d->min_length != UNKNOWN_INT)
		return (struct spoken){WORDS("is shorter than %lld characters", (long long)d->min_length),
		                       "length-at-least", WORDS("%lld", (long long)d->min_length)};
	if (d->must_call.len)
		return (struct spoken){WORDS("does not call " STR_FMT, STR_ARG(d->must_call)), "calls", d->must_call};
	if (d->must_not_call.len)
		return (struct spoken){WORDS("calls " STR_FMT, STR_ARG(d->must_not_call)), "does-not-call",
		                       d->must_not_call};
	if (d->max_calls != UNKNOWN_INT)
		return (struct spoken){
		    WORDS("calls " STR_FMT " more than %lld times", STR_ARG(d->tool), (long long)d->max_calls),
		    "calls-at-most", WORDS("%lld " STR_FMT, (long long)d->max_calls, STR_ARG(d->tool))};
	if (d->must_retrieve.len)
		return (struct spoken){WORDS("did not retrieve " STR_FMT, STR_ARG(d->must_retrieve)), "retrieves",
		                       d->must_retrieve};
	if (d->must_not_retrieve.len)
		return (struct spoken){WORDS("retrieved " STR_FMT, STR_ARG(d->must_not_retrieve)), "without",
		                       d->must_not_retrieve};
	if (d->max_duration != UNKNOWN_INT)
		return (struct spoken){
		    WORDS("took more than " STR_FMT, STR_ARG(duration_words(d->max_duration, arena))), "time-at-most",
		    duration_words(d->max_duration, arena)};
	if (d->max_tokens != UNKNOWN_INT)
		return (struct spoken){WORDS("took more than %lld tokens", (long long)d->max_tokens), "tokens-at-most",
		                       WORDS("%lld", (long long)d->max_tokens)};
	if (!IS_UNKNOWN(d->max_cost))
		return (struct spoken){WORDS("cost more than $%.6g", d->max_cost), "cost-at-most",
		                       WORDS("%.6g", d->max_cost)};
	return speak_text(kind, d, pattern, arena);
}

static void say_part(struct buf *out, const struct demand *part, struct str pattern, struct arena *arena)
{
	buf_add_cstr(out, out->len ? "; " : "");
	buf_add_str(out, speak("", part, pattern, arena).words);
}

/* Each demand alone, as a proposed rule has it. */
void ruleprop_words(const struct demand *d, struct buf *out)
{
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	bool field_said = false;
#define PART(member, has, pattern)                       \
	if (has) {                                       \
		struct demand part = DEMAND_NONE;        \
		part.member = d->member;                 \
		part.json_field = d->json_field;         \
		part.tool = d->tool;                     \
		say_part(&text, &part, pattern, &arena); \
		field_said = true;                       \
	}
	PART(not_contain, d->not_contain.len && !d->json_field.len, STR_NONE)
	PART(contain, d->contain.len && !d->json_field.len, STR_NONE)
	PART(not_match, d->not_match, pattern_text(d->not_match))
	PART(match, d->match, pattern_text(d->match))
	PART(min_length, d->min_length != UNKNOWN_INT && !d->json_field.len, STR_NONE)
	PART(max_length, d->max_length != UNKNOWN_INT && !d->json_field.len, STR_NONE)
	PART(min_value, !IS_UNKNOWN(d->min_value), STR_NONE)
	PART(max_value, !IS_UNKNOWN(d->max_value), STR_NONE)
	PART(json, d->json, STR_NONE)
#undef PART
	if (d->json_field.len && !field_said)
		say_part(&text,
		         &(struct demand){
		             .json_field = d->json_field, .min_value = UNKNOWN_DOUBLE, .max_value = UNKNOWN_DOUBLE},
		         STR_NONE, &arena);
#define PART(member, has)                                 \
	if (has) {                                        \
		struct demand part = DEMAND_NONE;         \
		part.member = d->member;                  \
		part.tool = d->tool;                      \
		say_part(&text, &part, STR_NONE, &arena); \
	}
	PART(must_call, d->must_call.len)
	PART(must_not_call, d->must_not_call.len)
	PART(max_calls, d->max_calls != UNKNOWN_INT)
	PART(must_retrieve, d->must_retrieve.len)
	PART(must_not_retrieve, d->must_not_retrieve.len)
	PART(max_duration, d->max_duration != UNKNOWN_INT)
	PART(max_tokens, d->max_tokens != UNKNOWN_INT)
	PART(max_cost, !IS_UNKNOWN(d->max_cost))
#undef PART
	if (d->call.len)
		buf_printf(&text, "%scalls " STR_FMT " without " STR_FMT " before it", text.len ? "; " : "",
		           STR_ARG(d->before), STR_ARG(d->call));
	if (d->field == FIELD_ERROR_TEXT && text.len)
		buf_add_cstr(&text, " (its error)");
	if (d->field == FIELD_INPUT && text.len)
		buf_add_cstr(&text, " (its input)");
	buf_add_str(out, buf_str(&text));
	buf_done(&text);
	arena_done(&arena);
}

static void say_needed(const struct ruleprop *f, struct buf *out)
{
	if (f->needed != UNKNOWN_INT && f->needed < 100)
		buf_printf(out, " About %lld flagged, and as many approved, would do.", (long long)f->needed);
}

void ruleprop_verdict(const struct ruleprop *f, struct buf *out)
{
	struct buf tried = BUF_INIT;
	units_count(&tried, f->tried);
	if (!f->n_flagged)
		buf_add_cstr(out, "Nothing is flagged yet: rules are made out of answers people called bad.");
	else if (!f->n_approved)
		buf_add_cstr(
		    out, "Nothing is approved yet: a rule has to leave the good answers alone, so some must be known.");
	else if (f->too_few)
		buf_printf(
		    out,
		    "Too few to tell: with %zu flagged and %zu approved even a rule without a mistake could be chance.",
		    f->n_flagged, f->n_approved);
	else if (!f->n)
		buf_printf(out, "No rule parts them beyond chance (%s things were tried).", buf_cstr(&tried));
	if (!f->n) {
		if (f->n_flagged && f->n_approved)
			say_needed(f, out);
		buf_done(&tried);
		return;
	}
	size_t chosen = 0;
	while (chosen < f->n && f->rules[chosen].chosen)
		chosen++;
	buf_printf(out, "%zu rule%s more than chance (%s things were tried). ", f->n, f->n == 1 ? " is" : "s are",
	           buf_cstr(&tried));
	buf_printf(out, chosen == 1 ? "The first hits" : "The first %zu hit", chosen);
	buf_printf(out, " %lld of %zu flagged, with %lld false alarm%s on %zu approved.", (long long)f->covered,
	           f->n_flagged, (long long)f->alarmed, f->alarmed == 1 ? "" : "s", f->n_approved);
	buf_done(&tried);
}

/* ---------------------------------------------------------------- from a hypothesis */

static void demand_phrase(struct rp *r, const struct rp_cand *c, struct demand *d, struct str *pattern)
{
	const struct rp_doc *doc = &r->docs[c->doc];
	const struct rp_word *first = &doc->words[c->first], *last = &doc->words[c->first + c->n - 1];
	struct str text = str_cut(doc->answer->output, first->at, last->at + last->len - first->at);
	if (!c->shape) {
		*(c->lacks ? &d->contain : &d->not_contain) = arena_str(r->arena, text_valid(r->arena, text));
		return;
	}
	struct buf re = BUF_INIT;
	struct pattern_mistake mistake;
	generalise(&re, text_valid(r->arena, text));
	*pattern = arena_str(r->arena, buf_str(&re));
	*(c->lacks ? &d->match : &d->not_match) = pattern_parse(r->arena, *pattern, &mistake);
	buf_done(&re);
}

void rp_spell(struct rp *r, const struct rp_cand *c, struct ruleprop_rule *out)
{
	struct str pattern = c->pattern;
	struct buf name = BUF_INIT;
	out->kind = c->lacks && !c->shape ? "missing phrase" : c->kind;
	out->demand = DEMAND_NONE;
	if (c->demand)
		out->demand = *c->demand;
	else
		demand_phrase(r, c, &out->demand, &pattern);
	struct spoken s = speak(c->kind, &out->demand, pattern, r->arena);
	buf_add_cstr(&name, s.name);
	add_slug(&name, s.slug);
	out->name = arena_str(r->arena, buf_str(&name));
	out->words = s.words;
	out->json = rule_json(&out->demand, out->name, pattern, r->arena);
	buf_done(&name);
}
