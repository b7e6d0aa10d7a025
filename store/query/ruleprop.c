#include "store/query/ruleprop.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/base/hash_set.h"
#include "store/query/ruleprop_private.h"
#include "store/query/subject_text.h"

enum {
	TITLE_BYTES = 120,
	TITLE_JSON = 64 << 10, /* of an input that is opened for one */
	BEFORE_BYTES = 60,
	EXCERPT_BYTES = 240,
	TEXTS_BYTES = 64 << 20,
	TEXT_LEAST = 4096,
	CHECK_EVERY = 64
};

const char *rule_outcome_name(enum rule_outcome_kind kind)
{
	static const char *const names[N_RULE_OUTCOMES] = {"false alarm", "hit", "miss", "not judged"};
	return names[kind];
}

/* ---------------------------------------------------------------- examples */

static bool continues(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* A piece of the text with what broke the rule in it; cut between characters. */
static void take_excerpt(struct rule_example *e, struct str text, const struct demand_place *place, struct arena *arena)
{
	size_t lit = place->len && place->at <= text.len ? place->at : 0,
	       from = lit > BEFORE_BYTES ? lit - BEFORE_BYTES : 0;
	while (from && from < text.len && continues(text.ptr[from]))
		from--;
	size_t end = from + EXCERPT_BYTES < text.len ? from + EXCERPT_BYTES : text.len;
	while (end < text.len && continues(text.ptr[end]))
		end++;
	e->excerpt = arena_str(arena, str_cut(text, from, end - from));
	e->lit_at = lit - from;
	e->lit_len = place->len < end - lit ? place->len : end - lit;
}

static struct str text_of(const struct answer *a, enum demand_field field)
{
	return field == FIELD_INPUT ? a->input : field == FIELD_ERROR_TEXT ? a->error : a->output;
}

/* What was asked, in words where it is a list of messages or named values. */
static struct str title_of(struct str text, struct arena *arena)
{
	struct str shown = str_trim(text);
	struct subject_draft d = {.arena = arena};
	if (!shown.len || shown.len > TITLE_JSON || (shown.ptr[0] != '{' && shown.ptr[0] != '['))
		return text_preview(arena, text, TITLE_BYTES);
	subject_read_input(&d, text);
	struct str said = d.question.len ? d.question : d.fields.n ? d.fields.at[0].text : text;
	return text_preview(arena, said, TITLE_BYTES);
}

struct keeping { /* what is kept of a rule while answers pass by */
	VEC(struct rule_example) of[N_RULE_OUTCOMES];
};

static void keep_example(struct keeping *k, enum rule_outcome_kind kind, const struct rp_item *item,
                         const struct answer *a, struct str title, const struct demand_place *place, struct str why,
                         struct arena *arena)
{
	if (k->of[kind].n >= RULE_EXAMPLES)
		return;
	struct rule_example *e = vec_add(&k->of[kind]);
	*e = (struct rule_example){.kind = kind, .at = item->at};
	e->title = title_of(title, arena);
	e->why = why.len ? arena_str(arena, why) : STR_NONE;
	take_excerpt(e, text_of(a, place->field), place, arena);
}

static void finish(struct keeping *k, struct rule_outcome *out, struct arena *arena)
{
	size_t n = 0;
	for (int i = 0; i < N_RULE_OUTCOMES; i++)
		n += k->of[i].n;
	out->examples = arena_zalloc(arena, n, sizeof *out->examples);
	for (int i = 0; i < N_RULE_OUTCOMES; i++) {
		for (size_t e = 0; e < k->of[i].n; e++)
			out->examples[out->n_examples++] = k->of[i].at[e];
		vec_done(&k->of[i]);
	}
	out->precision = interval_wilson((double)out->hits, (double)(out->hits + out->alarms));
	out->recall = interval_wilson((double)out->hits, (double)(out->hits + out->misses));
}

static void count(struct rule_outcome *o, struct keeping *k, const struct rule_trial *rule, const struct rp_item *item,
                  const struct answer *a, struct str title, struct arena *arena)
{
	struct demand_place place;
	struct buf why = BUF_INIT;
	bool broken = demand_broken(rule->demand, a, NULL, NULL);
	o->hits += item->judged == JUDGED_BAD && broken;
	o->misses += item->judged == JUDGED_BAD && !broken;
	o->alarms += item->judged == JUDGED_GOOD && broken;
	o->passed += item->judged == JUDGED_GOOD && !broken;
	o->unjudged += item->judged == JUDGED_NOT;
	o->would += item->judged == JUDGED_NOT && broken;
	bool told = item->judged == JUDGED_BAD || (broken && item->judged != JUDGED_UNSURE);
	enum rule_outcome_kind kind = item->judged == JUDGED_BAD    ? (broken ? RULE_HIT : RULE_MISS)
	                              : item->judged == JUDGED_GOOD ? RULE_ALARM
	                                                            : RULE_WOULD;
	if (!told || k->of[kind].n >= RULE_EXAMPLES)
		return;
	demand_broken(rule->demand, a, &why, &place);
	keep_example(k, kind, item, a, title, &place, buf_str(&why), arena);
	buf_done(&why);
}

/* ---------------------------------------------------------------- which items a rule is about */

static uint64_t place_of(const struct rp_item *it)
{
	bool is_case = it->at.kind == SUBJECT_CASE;
	uint64_t a = (uint64_t)(is_case ? it->at.at.run : it->at.trace),
	         b = (uint64_t)(is_case ? it->at.at.case_id : 0), c = (uint64_t)(is_case ? it->at.at.repeat : -7);
	return ((a * UINT64_C(0x9e3779b97f4a7c15) ^ b) * UINT64_C(0xff51afd7ed558ccd) ^ c) *
	       UINT64_C(0xc4ceb9fe1a85ec53);
}

static bool matching(struct db *db, const struct filter *f, bool cases, struct hash_set *out, struct err *err)
{
	struct buf sql = BUF_INIT;
	int params = 0;
	enum step step;
	if (filter_is_empty(f))
		return true;
	if (!filter_resolve(f, db, err))
		return false;
	buf_add_cstr(&sql, cases ? "SELECT c.run, c.case_id, c.repeat FROM case_result c WHERE "
	                         : "SELECT t.id FROM trace t WHERE ");
	filter_sql(&sql, f, &params);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return false;
	filter_bind(s, f, 1);
	hash_set_add(out, 1); /* there is a filter, even if nothing matches */
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct rp_item it = {.at = {.kind = cases ? SUBJECT_CASE : SUBJECT_TRACE}};
		if (cases)
			it.at.at =
			    (struct case_at){.run = col_int(s, 0), .case_id = col_int(s, 1), .repeat = col_int(s, 2)};
		else
			it.at.trace = col_int(s, 0);
		hash_set_add(out, place_of(&it));
	}
	stmt_free(s);
	return step == STEP_DONE;
}

struct about {
	struct hash_set cases, traces; /* empty: all */
};

static bool is_about(const struct rule_trial *rule, const struct about *about, const struct rp_item *it)
{
	bool is_case = it->at.kind == SUBJECT_CASE;
	const struct hash_set *of = is_case ? &about->cases : &about->traces;
	return !(is_case ? rule->no_cases : rule->no_traces) && (!of->n || hash_set_has(of, place_of(it)));
}

/* ---------------------------------------------------------------- trying */

struct trying {
	struct rp_reading reading;
	const struct rule_trial *rules;
	size_t n;
	struct about *about;
	struct keeping *kept;
	struct rule_outcome *out;
	struct rule_progress *progress;
	struct db_ticker ticker;
	unsigned wants;
};

static unsigned wants_of(const struct rule_trial *rules, size_t n)
{
	unsigned wants = 0;
	for (size_t i = 0; i < n; i++)
		wants |= (demand_has_tools(rules[i].demand) ? RP_TOOLS : 0U) |
		         (demand_has_documents(rules[i].demand) ? RP_DOCUMENTS : 0U);
	return wants;
}

static bool stopped(struct rule_progress *p, struct db_ticker *ticker, struct err *err)
{
	if (p && atomic_load(&p->cancel))
		return !err_set(err, ERR_INTERRUPTED, NULL, "stopped");
	return db_ticker_stopped(ticker);
}

static bool walk(struct trying *t, struct arena *arena, struct err *err)
{
	struct arena own = ARENA_INIT;
	bool ok = true;
	for (size_t i = 0; ok && i < t->reading.items.n; i++) {
		const struct rp_item *it = &t->reading.items.at[i];
		struct answer a;
		struct str title;
		bool there;
		if (i % CHECK_EVERY == 0) {
			if (stopped(t->progress, &t->ticker, err)) {
				ok = false;
				break;
			}
			if (t->progress)
				atomic_store(&t->progress->percent, (int)(i * 100 / t->reading.items.n));
		}
		ok = rp_answer(&t->reading, it, t->wants, &own, &a, &title, &there, err);
		for (size_t k = 0; ok && k < t->n; k++) {
			if (!is_about(&t->rules[k], &t->about[k], it))
				continue;
			if (there)
				count(&t->out[k], &t->kept[k], &t->rules[k], it, &a, title, arena);
			else
				t->out[k].unreadable++;
		}
		arena_reset(&own);
	}
	arena_done(&own);
	return ok;
}

bool ruleprop_try(struct db *db, const struct rule_scope *scope, const struct rule_trial *rules, size_t n,
                  bool everything, struct rule_progress *progress, struct arena *arena, struct rule_outcome *out,
                  struct err *err)
{
	struct trying t = {.rules = rules, .n = n, .out = out, .progress = progress, .wants = wants_of(rules, n)};
	t.about = xcalloc(n + 1, sizeof *t.about);
	t.kept = xcalloc(n + 1, sizeof *t.kept);
	memset(out, 0, n * sizeof *out);
	bool ok = rp_open(&t.reading, db, scope, everything, err);
	for (size_t i = 0; ok && i < n; i++)
		ok = matching(db, rules[i].cases, true, &t.about[i].cases, err) &&
		     matching(db, rules[i].where, false, &t.about[i].traces, err);
	if (ok && db_ticker_begin(db, &t.ticker, err)) {
		ok = walk(&t, arena, err);
		db_ticker_end(&t.ticker);
	} else {
		ok = false;
	}
	for (size_t i = 0; i < n; i++) {
		finish(&t.kept[i], &out[i], arena);
		out[i].unsure = t.reading.unsure;
		out[i].left_out = t.reading.left_out;
		hash_set_clear(&t.about[i].cases);
		hash_set_clear(&t.about[i].traces);
	}
	rp_close(&t.reading);
	free(t.about);
	free(t.kept);
	return ok;
}

/* ---------------------------------------------------------------- proposing */

struct judged_answers {
	struct answer *of[2]; /* flagged, approved */
	struct str *titles[2];
	const struct rp_item **items[2];
	size_t n[2];
};

struct proposing {
	struct rp_reading reading;
	struct judged_answers answers;
	struct rule_progress *progress;
	struct db_ticker ticker;
	struct err *err;
};

static bool cancelled(void *arg)
{
	struct proposing *p = arg;
	return stopped(p->progress, &p->ticker, p->err);
}

static struct str cut_text(struct str text, size_t most)
{
	size_t end = most;
	if (text.len <= most)
		return text;
	while (end && continues(text.ptr[end]))
		end--;
	return str_cut(text, 0, end);
}

/* Texts are copied cut: 20,000 of 1 MB must not fill the memory. */
static bool collect(struct proposing *p, struct ruleprop_page *out, struct err *err)
{
	struct rp_reading *r = &p->reading;
	struct arena own = ARENA_INIT;
	size_t n = r->items.n < 2 * RULEPROP_ANSWERS ? r->items.n : 2 * RULEPROP_ANSWERS,
	       share = TEXTS_BYTES / (n ? n : 1);
	share = share < TEXT_LEAST ? TEXT_LEAST : share;
	for (int i = 0; i < 2; i++) {
		p->answers.of[i] = arena_zalloc(&out->arena, n, sizeof *p->answers.of[i]);
		p->answers.titles[i] = arena_zalloc(&out->arena, n, sizeof *p->answers.titles[i]);
		p->answers.items[i] = arena_zalloc(&out->arena, n, sizeof *p->answers.items[i]);
	}
	bool ok = true;
	for (size_t i = 0; ok && i < r->items.n; i++) {
		const struct rp_item *it = &r->items.at[i];
		struct answer a;
		struct str title;
		bool there;
		int side = it->judged == JUDGED_GOOD;
		if (it->judged != JUDGED_BAD && it->judged != JUDGED_GOOD)
			continue;
		if (p->answers.n[side] >= RULEPROP_ANSWERS / 2) {
			out->left_out++;
			continue;
		}
		if (i % CHECK_EVERY == 0 && cancelled(p)) {
			ok = false;
			break;
		}
		ok = rp_answer(r, it, RP_TOOLS | RP_DOCUMENTS, &own, &a, &title, &there, err);
		out->unreadable += ok && !there;
		if (ok && there) {
			struct str *tools = arena_zalloc(&out->arena, a.n_tools, sizeof *tools),
			           *documents = arena_zalloc(&out->arena, a.n_documents, sizeof *documents);
			for (size_t k = 0; k < a.n_tools; k++)
				tools[k] = arena_str(&out->arena, a.tools[k]);
			for (size_t k = 0; k < a.n_documents; k++)
				documents[k] = arena_str(&out->arena, a.documents[k]);
			a.tools = tools;
			a.documents = documents;
			a.output = arena_str(&out->arena, cut_text(a.output, share));
			a.input = STR_NONE;
			a.error = arena_str(&out->arena, cut_text(a.error, TEXT_LEAST));
			size_t at = p->answers.n[side]++;
			p->answers.of[side][at] = a;
			p->answers.titles[side][at] = title_of(title, &out->arena);
			p->answers.items[side][at] = it;
		}
		arena_reset(&own);
	}
	arena_done(&own);
	return ok;
}

/* ---------------------------------------------------------------- what a proposed rule is about
 *
 * What was judged: answers of these cases, and traces of the name that theirs have. A rule out of one pipeline's answers would raise findings in
 * every other's: "is no JSON" in all that never was meant to be. */

enum { NAMES_MOST = 3 };

struct names {
	struct str at[NAMES_MOST];
	size_t n;
	bool more, unnamed; /* other traces have other names; or none */
};

static bool add_name(struct db *db, int64_t trace, struct names *names, struct arena *arena, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT w.text FROM trace t LEFT JOIN word w ON w.id = t.name WHERE t.id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	enum step step = stmt_step(s, err);
	struct str name = step == STEP_ROW ? col_str(s, 0) : STR_NONE;
	bool known = false;
	names->unnamed = names->unnamed || (step == STEP_ROW && !name.len);
	for (size_t i = 0; i < names->n; i++)
		known = known || str_eq(names->at[i], name);
	if (name.len && !known && names->n < NAMES_MOST && name.len <= 100)
		names->at[names->n++] = arena_str(arena, name);
	else
		names->more = names->more || (name.len && !known);
	stmt_end(s);
	return step != STEP_FAIL;
}

static void about_json(const struct names *names, bool cases, bool traces, struct buf *out)
{
	struct buf filter = BUF_INIT;
	for (size_t i = 0; i < names->n; i++) {
		buf_printf(&filter, "%sname=", i ? " or " : "");
		filter_quote(&filter, names->at[i]);
	}
	bool told = names->n && !names->more && !names->unnamed;
	if (told) {
		buf_add_cstr(out, ", \"where\": ");
		clean_json(out, buf_str(&filter));
	}
	if (cases && (told || !traces))
		buf_add_cstr(out, ", \"cases\": \"\"");
	buf_done(&filter);
}

static bool tell_about(struct proposing *p, struct ruleprop_page *out, struct err *err)
{
	struct names names = {.n = 0};
	struct buf about = BUF_INIT;
	bool cases = false, traces = false, ok = true;
	for (int side = 0; ok && side < 2; side++)
		for (size_t i = 0; ok && i < p->answers.n[side]; i++) {
			const struct rp_item *it = p->answers.items[side][i];
			int64_t trace = it->at.kind == SUBJECT_CASE ? it->trace : it->at.trace;
			cases = cases || it->at.kind == SUBJECT_CASE;
			traces = traces || it->at.kind != SUBJECT_CASE;
			ok = !trace || add_name(p->reading.db, trace, &names, &out->arena, err);
		}
	about_json(&names, cases, traces, &about);
	for (size_t i = 0; i < out->found.n; i++) {
		struct str json = out->found.rules[i].json;
		out->found.rules[i].json =
		    arena_printf(&out->arena, STR_FMT STR_FMT "}", STR_ARG(str_cut(json, 0, json.len - 1)),
		                 STR_ARG(buf_str(&about)));
	}
	buf_done(&about);
	return ok;
}

static void tell_outcomes(struct proposing *p, struct ruleprop_page *out)
{
	out->outcomes = arena_zalloc(&out->arena, out->found.n, sizeof *out->outcomes);
	for (size_t i = 0; i < out->found.n; i++) {
		const struct rule_trial rule = {.demand = &out->found.rules[i].demand};
		struct keeping kept = {0};
		for (int side = 0; side < 2; side++)
			for (size_t k = 0; k < p->answers.n[side]; k++)
				count(&out->outcomes[i], &kept, &rule, p->answers.items[side][k],
				      &p->answers.of[side][k], p->answers.titles[side][k], &out->arena);
		finish(&kept, &out->outcomes[i], &out->arena);
		out->outcomes[i].unsure = out->unsure;
	}
}

bool ruleprop_page(struct db *db, const struct rule_scope *scope, struct rule_progress *progress,
                   struct ruleprop_page *out, struct err *err)
{
	struct proposing p = {.progress = progress, .err = err};
	*out = (struct ruleprop_page){.arena = ARENA_INIT};
	bool ok = rp_open(&p.reading, db, scope, false, err);
	out->unsure = p.reading.unsure;
	if (ok && db_ticker_begin(db, &p.ticker, err)) {
		const struct ruleprop_opts opts = {cancelled, &p};
		const struct judged_answers *a = &p.answers;
		ok = collect(&p, out, err) &&
		     ruleprop_find(a->of[0], a->n[0], a->of[1], a->n[1], &opts, &out->arena, &out->found);
		ok = ok && tell_about(&p, out, err);
		if (ok)
			tell_outcomes(&p, out);
		db_ticker_end(&p.ticker);
	} else {
		ok = false;
	}
	rp_close(&p.reading);
	if (!ok)
		ruleprop_page_done(out);
	return ok;
}

void ruleprop_page_done(struct ruleprop_page *p)
{
	arena_done(&p->arena);
	*p = (struct ruleprop_page){.arena = ARENA_INIT};
}
