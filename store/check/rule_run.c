/* A team's rules over one trace. */
#include <stdlib.h>

#include "store/base/text.h"
#include "store/check/check_private.h"
#include "store/check/rules_private.h"

/* The filters as statements: does this trace match, which of its spans do? NULL: there is none. The end of a statement unbinds its values. */
struct asking {
	struct stmt *stmt;
	const struct filter *filter;
	int params;
};
struct rule_state {
	struct asking traces[RULES_MOST], spans[RULES_MOST];
	size_t n;
};

/* ---------------------------------------------------------------- which traces */

/* head … (filter) … tail with two parameters of the caller's. */
static bool prepare(struct db *db, const struct filter *f, const char *head, bool range, struct asking *out,
                    struct err *err)
{
	struct buf sql = BUF_INIT;
	*out = (struct asking){.filter = f};
	if (filter_is_empty(f))
		return true;
	if (!filter_resolve(f, db, err))
		return false;
	buf_printf(&sql, "%s (", head);
	filter_sql(&sql, f, &out->params);
	if (range)
		buf_printf(&sql, ") AND s.pos >= ?%d AND s.pos < ?%d", out->params + 1, out->params + 2);
	else
		buf_printf(&sql, ") AND t.id = ?%d", out->params + 1);
	out->stmt = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	return out->stmt != NULL;
}

bool rules_open(struct db *db, const struct rules *rules, struct rule_state **out, struct err *err)
{
	struct rule_state *s = xcalloc(1, sizeof *s);
	*out = s;
	s->n = rules_n(rules);
	for (size_t i = 0; i < s->n; i++)
		if (!prepare(db, rules->at[i].where, "SELECT 1 FROM trace t WHERE", false, &s->traces[i], err) ||
		    !prepare(db, rules->at[i].spans, "SELECT s.pos FROM span s WHERE", true, &s->spans[i], err))
			return false;
	return true;
}

void rules_close(struct rule_state *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		if (s->traces[i].stmt)
			stmt_free(s->traces[i].stmt);
		if (s->spans[i].stmt)
			stmt_free(s->spans[i].stmt);
	}
	free(s);
}

static bool matches(const struct asking *a, int64_t trace, bool *yes, struct err *err)
{
	*yes = true;
	if (!a->stmt)
		return true;
	filter_bind(a->stmt, a->filter, 1);
	stmt_int(a->stmt, a->params + 1, trace);
	enum step step = stmt_step(a->stmt, err);
	stmt_end(a->stmt);
	*yes = step == STEP_ROW;
	return step != STEP_FAIL;
}

static bool mark_spans(const struct asking *a, struct check_trace *t, size_t rule, struct err *err)
{
	enum step step;
	if (!a->stmt)
		return true;
	filter_bind(a->stmt, a->filter, 1);
	stmt_int(a->stmt, a->params + 1, t->first);
	stmt_int(a->stmt, a->params + 2, t->first + (int64_t)t->rows.n);
	while ((step = stmt_step(a->stmt, err)) == STEP_ROW) {
		int64_t row = col_int_or(a->stmt, 0, 0) - t->first;
		if (row >= 0 && row < (int64_t)t->rows.n)
			t->rows.at[row].rules |= 1ULL << rule;
	}
	stmt_end(a->stmt);
	return step == STEP_DONE;
}

bool rules_begin(struct rule_state *s, struct check_trace *t, struct err *err)
{
	t->rules_kept = 0;
	for (size_t i = 0; i < s->n; i++) {
		bool kept;
		if (!matches(&s->traces[i], t->id, &kept, err))
			return false;
		if (!kept || t->rules->at[i].level == CHECK_OFF || (t->rules->at[i].cases && !t->rules->at[i].where))
			continue;
		t->rules_kept |= 1ULL << i;
		if (!mark_spans(&s->spans[i], t, i, err))
			return false;
	}
	return true;
}

static bool is_kept(const struct check_trace *t, size_t i)
{
	return t->rules_kept >> i & 1;
}

/* ---------------------------------------------------------------- which spans */

static bool word_is(const struct check_trace *t, int64_t word, struct str wanted)
{
	struct word *w = words_get(t->words, t->db, word, NULL);
	return w && str_eq(w->text, wanted);
}

static bool is_about(const struct check_trace *t, const struct rule *r, const struct check_row *row)
{
	bool marked = filter_is_empty(r->spans) || (row->rules >> (r - t->rules->at) & 1);
	return marked && (r->kind == UNKNOWN_INT || r->kind == (int64_t)row->kind) &&
	       (!r->span.len || word_is(t, row->name, r->span)) &&
	       (!r->demand.tool.len || (row->kind == KIND_TOOL && word_is(t, row->name, r->demand.tool))) &&
	       (!r->model.len || word_is(t, row->model, r->model));
}

/* Text rules that name no span are about what the trace as a whole answers: its roots. */
static bool is_read(const struct check_trace *t, const struct rule *r, int64_t row)
{
	const struct check_row *at = &t->rows.at[row];
	return demand_has_text(&r->demand) && (r->of_trace ? at->parent == NO_ROW : is_about(t, r, at));
}

bool rules_want_text(const struct check_trace *t, int64_t row)
{
	for (size_t i = 0; t->rules_kept && i < rules_n(t->rules); i++)
		if (is_kept(t, i) && is_read(t, &t->rules->at[i], row))
			return true;
	return false;
}

/* ---------------------------------------------------------------- findings */

static void found(struct check_trace *t, const struct rule *r, int64_t row, int64_t other, double value,
                  const char *fmt, ...) __attribute__((format(printf, 6, 7)));
static void found(struct check_trace *t, const struct rule *r, int64_t row, int64_t other, double value,
                  const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	size_t n = 0;
	va_list args;
	for (size_t i = 0; i < t->found.n; i++)
		n += t->found.at[i].name == r->name;
	if (n >= CHECK_MOST)
		return;
	if (r->message.len)
		buf_printf(&text, STR_FMT ": ", STR_ARG(str_cut(r->message, 0, 300)));
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	*vec_add(&t->found) = (struct finding){.name = r->name,
	                                       .level = r->level,
	                                       .row = row,
	                                       .other = other,
	                                       .value = value,
	                                       .explanation = arena_str(&t->arena, buf_str(&text)),
	                                       .order = (uint32_t)t->found.n};
	buf_done(&text);
}

/* ---------------------------------------------------------------- texts */

struct text_of { /* where what is wrong with a text belongs */
	struct check_trace *t;
	const struct rule *r;
	int64_t row;
	const char *where;
	struct str text;
};

static void text_found(void *arg, size_t at, size_t len, struct str why)
{
	const struct text_of *of = arg;
	found(of->t, of->r, of->row, NO_ROW, len ? (double)check_char(of->text, at) : 0, "the %s " STR_FMT, of->where,
	      STR_ARG(why));
}

static void check_text(struct check_trace *t, const struct rule *r, int64_t row, const char *where, struct str text)
{
	struct text_of of = {t, r, row, where, text};
	demand_text_broken(&r->demand, text, &(struct demand_found){text_found, &of});
}

static void check_parts(struct check_trace *t, const struct rule *r, int64_t row, const struct span *span,
                        enum part_type type, const char *where)
{
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; k < span->messages[i].n_parts; k++)
			if (span->messages[i].parts[k].type == type &&
			    span->messages[i].output == (type == PART_TOOL_CALL))
				check_text(t, r, row, where, span->messages[i].parts[k].text);
}

/* Arguments of a tool: what went into its span, or what a model asked it with. */
static void check_field(struct check_trace *t, const struct rule *r, int64_t row, const struct span *span)
{
	bool tool = t->rows.at[row].kind == KIND_TOOL;
	struct str answer = check_answer(span);
	switch (r->demand.field) {
	case FIELD_OUTPUT:
		if (answer.ptr)
			check_text(t, r, row, "output", answer);
		return;
	case FIELD_INPUT:
		if (span->input.ptr)
			check_text(t, r, row, "input", span->input);
		return;
	case FIELD_ARGUMENTS:
		if (tool && span->input.ptr)
			check_text(t, r, row, "arguments", span->input);
		else
			check_parts(t, r, row, span, PART_TOOL_CALL, "arguments");
		return;
	case FIELD_RESULT:
		if (tool && span->output.ptr)
			check_text(t, r, row, "result", span->output);
		else
			check_parts(t, r, row, span, PART_TOOL_RESULT, "result");
		return;
	case FIELD_ANY:
		if (span->input.ptr)
			check_text(t, r, row, "input", span->input);
		if (answer.ptr)
			check_text(t, r, row, "output", answer);
		return;
	case FIELD_ERROR_TEXT:
		if (span->message.ptr)
			check_text(t, r, row, "error", span->message);
		return;
	case N_DEMAND_FIELDS: return;
	}
}

void rules_span(struct check_trace *t, int64_t row, const struct span *span)
{
	for (size_t i = 0; t->rules_kept && i < rules_n(t->rules); i++)
		if (is_kept(t, i) && is_read(t, &t->rules->at[i], row))
			check_field(t, &t->rules->at[i], row, span);
}

/* ---------------------------------------------------------------- limits */

static void check_limits(struct check_trace *t, const struct rule *r, int64_t row, int64_t duration_ns, int64_t tokens,
                         double cost)
{
	struct buf is = BUF_INIT, most = BUF_INIT;
	if (r->demand.max_duration != UNKNOWN_INT && duration_ns != UNKNOWN_INT &&
	    duration_ns > r->demand.max_duration) {
		units_duration_usual(&is, duration_ns, false);
		units_duration_usual(&most, r->demand.max_duration, false);
		found(t, r, row, NO_ROW, (double)duration_ns / 1e9, "took %s, more than %s", buf_cstr(&is),
		      buf_cstr(&most));
	}
	buf_clear(&is);
	buf_clear(&most);
	if (!IS_UNKNOWN(r->demand.max_cost) && !IS_UNKNOWN(cost) && cost > r->demand.max_cost) {
		units_usd(&is, cost);
		units_usd(&most, r->demand.max_cost);
		found(t, r, row, NO_ROW, cost, "cost %s, more than %s", buf_cstr(&is), buf_cstr(&most));
	}
	if (r->demand.max_tokens != UNKNOWN_INT && tokens != UNKNOWN_INT && tokens > r->demand.max_tokens)
		found(t, r, row, NO_ROW, (double)tokens, "%lld tokens, more than %lld", (long long)tokens,
		      (long long)r->demand.max_tokens);
	buf_done(&is);
	buf_done(&most);
}

static void check_calls_of(struct check_trace *t, const struct rule *r)
{
	int64_t n = 0, over = NO_ROW;
	for (size_t i = 0; i < t->rows.n; i++)
		if (is_about(t, r, &t->rows.at[i]) && ++n == r->demand.max_calls + 1)
			over = (int64_t)i;
	if (over != NO_ROW)
		found(t, r, over, NO_ROW, (double)n, STR_FMT " was called %lld times, more than %lld",
		      STR_ARG(str_cut(r->demand.tool, 0, 80)), (long long)n, (long long)r->demand.max_calls);
}

/* Rows of one trace are not in the order of time where branches run side by side: so by their starts. */
static void check_order(struct check_trace *t, const struct rule *r)
{
	int64_t first = NO_ROW, done = NO_ROW;
	for (size_t i = 0; i < t->rows.n; i++) {
		const struct check_row *row = &t->rows.at[i];
		if (row->kind != KIND_TOOL)
			continue;
		if (word_is(t, row->name, r->demand.before) &&
		    (first == NO_ROW || row->start_ns < t->rows.at[first].start_ns))
			first = (int64_t)i;
		if (word_is(t, row->name, r->demand.call) && row->status != STATUS_ERROR &&
		    (done == NO_ROW || row->start_ns < t->rows.at[done].start_ns))
			done = (int64_t)i;
	}
	if (first == NO_ROW || (done != NO_ROW && t->rows.at[done].start_ns <= t->rows.at[first].start_ns))
		return;
	struct str call = str_cut(r->demand.call, 0, 80), before = str_cut(r->demand.before, 0, 80);
	found(t, r, first, done, 1, STR_FMT " was called %s " STR_FMT, STR_ARG(before),
	      done == NO_ROW ? "without" : "before", STR_ARG(call));
}

/* Names of tools and documents of the trace, for what a rule demands of the whole of it. */
static void check_whole(struct check_trace *t, const struct rule *r)
{
	const struct demand *d = &r->demand;
	struct demand only = DEMAND_NONE;
	VEC(struct str) names = {0};
	struct buf why = BUF_INIT;
	only.must_call = d->must_call;
	only.must_not_call = d->must_not_call;
	for (size_t i = 0; demand_has_tools(&only) && i < t->rows.n; i++) {
		struct word *w =
		    t->rows.at[i].kind == KIND_TOOL ? words_get(t->words, t->db, t->rows.at[i].name, NULL) : NULL;
		if (w && (str_eq(w->text, d->must_call) || str_eq(w->text, d->must_not_call)))
			*vec_add(&names) = str_eq(w->text, d->must_call) ? d->must_call : d->must_not_call;
	}
	if (demand_has_tools(&only) && demand_tools_broken(&only, names.at, names.n, &why))
		found(t, r, NO_ROW, NO_ROW, 1, "%s", buf_cstr(&why));
	vec_clear(&names);
	buf_clear(&why);
	for (size_t i = 0; demand_has_documents(d) && i < t->documents.n; i++)
		*vec_add(&names) = t->documents.at[i].name;
	if (demand_has_documents(d) && demand_documents_broken(d, names.at, names.n, &why))
		found(t, r, NO_ROW, NO_ROW, 1, "%s", buf_cstr(&why));
	vec_done(&names);
	buf_done(&why);
}

void rules_end(struct check_trace *t)
{
	for (size_t k = 0; t->rules_kept && k < rules_n(t->rules); k++) {
		const struct rule *r = &t->rules->at[k];
		if (!is_kept(t, k))
			continue;
		if (r->of_trace)
			check_limits(t, r, NO_ROW, t->duration_ns, t->tokens, t->cost_usd);
		for (size_t i = 0; !r->of_trace && i < t->rows.n; i++) {
			const struct check_row *row = &t->rows.at[i];
			if (is_about(t, r, row))
				check_limits(t, r, (int64_t)i, row->duration_ns, row->tokens, row->cost_usd);
		}
		if (r->demand.max_calls != UNKNOWN_INT)
			check_calls_of(t, r);
		if (r->demand.call.len)
			check_order(t, r);
		check_whole(t, r);
	}
}
