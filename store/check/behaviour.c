/* What an agent did, from its spans' rows: calls made again, loops, retries, what is missing. n log n of the rows. */
#include <inttypes.h>
#include <stdlib.h>

#include "store/base/hash.h"
#include "store/base/text.h"
#include "store/check/check_private.h"
#include "store/span_row.h"

enum { PERIOD_MOST = 8, NAMED_MOST = 4 };

static const struct check_row *row_at(const struct check_trace *t, int64_t i)
{
	return &t->rows.at[i];
}

static bool is_real(const struct check_row *r)
{
	return !(r->flags & (SPAN_SYNTHETIC | SPAN_ANSWER));
}

void check_span_words(struct buf *out, const struct check_trace *t, int64_t row)
{
	struct stmt *s = db_query(t->db, "SELECT id FROM span WHERE pos = ? AND trace = ?", NULL);
	bool any = false;
	if (s) {
		stmt_int(s, 1, t->first + row);
		stmt_int(s, 2, t->id);
		if (stmt_step(s, NULL) == STEP_ROW && (any = !col_null(s, 0)))
			buf_add_str(out, str_cut(col_str(s, 0), 0, 16));
		stmt_end(s);
	}
	if (!any)
		buf_printf(out, "%016" PRIx64, (uint64_t)row_at(t, row)->key);
}

/* " (spans a, b, c and 4 more)" */
static void span_list(struct buf *out, const struct check_trace *t, const int64_t *rows, size_t n)
{
	buf_add_cstr(out, "spans ");
	for (size_t i = 0; i < n && i < NAMED_MOST; i++) {
		buf_add_cstr(out, i ? ", " : "");
		check_span_words(out, t, rows[i]);
	}
	if (n > NAMED_MOST)
		buf_printf(out, " and %zu more", n - NAMED_MOST);
}

/* ---------------------------------------------------------------- calls of tools */

struct call {
	int64_t row, name;
	uint64_t input, output;
	bool failed;
};
typedef VEC(struct call) call_list;

/* A wrapper around a call has its arguments (a retriever's, at times others): the call is told once. */
static bool is_wrapped(const struct check_trace *t, const struct check_row *r)
{
	const struct check_row *up = r->parent == NO_ROW ? NULL : row_at(t, r->parent);
	if (!up || up->kind != r->kind)
		return false;
	return r->kind == KIND_RETRIEVER || (up->input_hash == r->input_hash && (r->input_hash || up->name == r->name));
}

static void collect_calls(const struct check_trace *t, call_list *out)
{
	for (size_t i = 0; i < t->rows.n; i++) {
		const struct check_row *r = row_at(t, (int64_t)i);
		if ((r->kind == KIND_TOOL || r->kind == KIND_RETRIEVER) && is_real(r) && r->name != UNKNOWN_INT &&
		    !is_wrapped(t, r))
			*vec_add(out) = (struct call){.row = (int64_t)i,
			                              .name = r->name,
			                              .input = r->input_hash,
			                              .output = r->output_hash,
			                              .failed = r->status == STATUS_ERROR};
	}
}

static int by_call(const void *a, const void *b)
{
	const struct call *x = a, *y = b;
	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	if (x->input != y->input)
		return x->input < y->input ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int by_hash(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* 0: not known of each; 1: the same each time; 2: each another; 3: some alike. */
static int results_of(const struct call *calls, size_t n)
{
	uint64_t *outputs = xcalloc(n + 1, sizeof *outputs);
	size_t same = 0;
	bool known = true;
	for (size_t i = 0; i < n; i++) {
		outputs[i] = calls[i].output;
		known = known && calls[i].output;
	}
	qsort(outputs, n, sizeof *outputs, by_hash);
	for (size_t i = 1; i < n; i++)
		same += outputs[i] == outputs[i - 1];
	free(outputs);
	return !known ? 0 : same == n - 1 ? 1 : same == 0 ? 2 : 3;
}

static void tell_repeats(struct check_trace *t, const struct call *calls, size_t n)
{
	static const char *const results[] = {"", " and gave the same result each time",
	                                      ", each time with another result", ", with some results alike"};
	VEC(int64_t) rows = {0};
	struct buf spans = BUF_INIT;
	int result = results_of(calls, n);
	for (size_t i = 0; i < n; i++)
		*vec_add(&rows) = calls[i].row;
	span_list(&spans, t, rows.at, rows.n);
	struct str name = check_name(t, calls[0].name);
	check_found(t, CHECK_REPEATED_CALL, result == 2 ? CHECK_NOTE : CHECK_WARNING, calls[0].row, calls[n - 1].row,
	            (double)n, STR_FMT " was called %zu times with the same arguments%s: %s",
	            STR_ARG(str_cut(name, 0, 80)), n, results[result], buf_cstr(&spans));
	buf_done(&spans);
	vec_done(&rows);
}

/* calls: sorted by_call. A call after one that failed is another matter. */
static void repeated_calls(struct check_trace *t, struct call *calls, size_t n)
{
	size_t least = (size_t)check_limit_of(t, CHECK_REPEATED_CALL);
	for (size_t i = 0, end; i < n; i = end) {
		size_t good = i;
		for (end = i; end < n && calls[end].name == calls[i].name && calls[end].input == calls[i].input; end++)
			if (!calls[end].failed)
				calls[good++] = calls[end];
		if (calls[i].input && good - i >= 2 && good - i >= least)
			tell_repeats(t, calls + i, good - i);
	}
}

/* ---------------------------------------------------------------- loops */

static bool same_step(const struct call *a, const struct call *b, bool arguments)
{
	return a->name == b->name && (!arguments || (a->input && a->input == b->input));
}

static bool has_two_names(const struct call *calls, size_t period)
{
	for (size_t i = 1; i < period; i++)
		if (calls[i].name != calls[0].name)
			return true;
	return false;
}

static void tell_loop(struct check_trace *t, const struct call *calls, size_t period, size_t rounds, bool arguments)
{
	struct buf names = BUF_INIT;
	for (size_t i = 0; i < period; i++) {
		struct str name = check_name(t, calls[i].name);
		buf_printf(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(str_cut(name, 0, 40)));
	}
	check_found(t, CHECK_LOOP, arguments ? CHECK_WARNING : CHECK_NOTE, calls[0].row, calls[period * rounds - 1].row,
	            (double)rounds, "%s were called in this order %zu times%s", buf_cstr(&names), rounds,
	            arguments ? ", each with the same arguments" : ", with other arguments");
	buf_done(&names);
}

/* Calls in their order: where a run of them equals the run before, and so on. The shortest period is told; what it covers, once. One tool
 * called again and again is no loop of several. */
static void loops(struct check_trace *t, const struct call *calls, size_t n, bool arguments)
{
	size_t least = (size_t)check_limit_of(t, CHECK_LOOP) * (arguments ? 1 : 2), covered = 0;
	for (size_t i = 0; least > 1 && i < n; i++) {
		for (size_t period = 2; i >= covered && period <= PERIOD_MOST && i + period * least <= n; period++) {
			size_t same = 0;
			if (!has_two_names(calls + i, period))
				continue;
			while (i + period + same < n &&
			       same_step(&calls[i + same], &calls[i + period + same], arguments))
				same++;
			size_t rounds = 1 + same / period;
			if (rounds < least)
				continue;
			tell_loop(t, calls + i, period, rounds, arguments);
			covered = i + period * rounds;
		}
	}
}

/* ---------------------------------------------------------------- retries */

static bool may_fail(const struct check_row *r)
{
	return is_real(r) && r->name != UNKNOWN_INT &&
	       (r->kind == KIND_TOOL || r->kind == KIND_LLM || r->kind == KIND_RETRIEVER || r->kind == KIND_EMBEDDING ||
	        r->kind == KIND_RERANKER);
}

/* The next sibling, if it is the same call made again after this one had failed. */
static int64_t tried_again(const struct check_trace *t, int64_t i)
{
	const struct check_row *a = row_at(t, i);
	int64_t next = i + a->size;
	if (a->status != STATUS_ERROR || !may_fail(a) || next >= (int64_t)t->rows.n)
		return NO_ROW;
	const struct check_row *b = row_at(t, next);
	if (b->parent != a->parent || b->name != a->name || b->kind != a->kind ||
	    (a->input_hash && b->input_hash && a->input_hash != b->input_hash))
		return NO_ROW;
	/* Side by side is not again. */
	if (a->start_ns == TIME_UNKNOWN || a->duration_ns == UNKNOWN_INT || b->start_ns == TIME_UNKNOWN ||
	    b->start_ns - a->start_ns < a->duration_ns)
		return NO_ROW;
	return next;
}

static void retries(struct check_trace *t)
{
	int64_t done = NO_ROW, least = (int64_t)check_limit_of(t, CHECK_RETRY);
	for (int64_t i = 0; i < (int64_t)t->rows.n; i++) {
		int64_t last = i, failures = 0, next;
		if (i <= done || row_at(t, i)->status != STATUS_ERROR)
			continue;
		for (; (next = tried_again(t, last)) != NO_ROW; last = next)
			failures++;
		if (last == i)
			continue;
		done = last;
		bool failed = row_at(t, last)->status == STATUS_ERROR;
		struct str name = str_cut(check_name(t, row_at(t, i)->name), 0, 80);
		failures += failed;
		if (failures < least)
			continue;
		if (failed)
			check_found(t, CHECK_RETRY, CHECK_WARNING, i, last, (double)failures,
			            STR_FMT " failed %lld times in a row with the same call", STR_ARG(name),
			            (long long)failures);
		else
			check_found(t, CHECK_RETRY, CHECK_NOTE, i, last, (double)failures,
			            STR_FMT " failed %lld time%s and was called again; then it worked", STR_ARG(name),
			            (long long)failures, failures == 1 ? "" : "s");
	}
}

/* ---------------------------------------------------------------- calls without a result */

/* Which tools a model asked for, and which results there are, by the ids that pair them. */
void check_calls(struct check_trace *t, int64_t row, const struct span *span)
{
	enum { MOST = 100000 };
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; k < span->messages[i].n_parts; k++) {
			const struct message_part *p = &span->messages[i].parts[k];
			bool model = t->rows.at[row].kind == KIND_LLM;
			if (p->type == PART_TOOL_RESULT && t->answered.n < MOST)
				*vec_add(&t->answered) = p->id.len ? hash64(p->id) : 1;
			else if (p->type == PART_TOOL_CALL && model && span->messages[i].output && p->id.len &&
			         t->asked.n < MOST)
				*vec_add(&t->asked) =
				    (struct asked){.id = hash64(p->id),
				                   .row = row,
				                   .name = arena_str(&t->arena, str_cut(p->name, 0, 80))};
		}
}

/* What has run, each name once. */
struct ran {
	int64_t name, row, start_ns; /* of the latest */
};
typedef VEC(struct ran) ran_list;

/* calls: sorted by_call. */
static void names_run(const struct check_trace *t, const call_list *calls, ran_list *out)
{
	enum { MOST = 500 };
	for (size_t i = 0; i < calls->n && out->n < MOST; i++) {
		const struct call *c = &calls->at[i];
		int64_t start = row_at(t, c->row)->start_ns;
		if (!out->n || out->at[out->n - 1].name != c->name)
			*vec_add(out) = (struct ran){c->name, c->row, start};
		struct ran *last = &out->at[out->n - 1];
		last->row = c->row > last->row ? c->row : last->row;
		last->start_ns = start > last->start_ns ? start : last->start_ns;
	}
}

enum run { NEVER_RAN, RAN_BEFORE, RAN_AFTER };

/* "execute_tool search" runs search. */
static enum run has_run(struct check_trace *t, const ran_list *ran, const struct asked *asked)
{
	enum run most = NEVER_RAN;
	for (size_t i = 0; i < ran->n && most != RAN_AFTER; i++) {
		struct word *w = words_get(t->words, t->db, ran->at[i].name, NULL);
		if (!w || !asked->name.len || str_find(w->text, asked->name) == SIZE_MAX)
			continue;
		most = ran->at[i].row > asked->row || ran->at[i].start_ns >= row_at(t, asked->row)->start_ns
		           ? RAN_AFTER
		           : RAN_BEFORE;
	}
	return most;
}

/* Did the model go on, a sibling later? For each row that has children the last of them that is a model's. */
static int64_t *last_models(const struct check_trace *t)
{
	int64_t *last = xcalloc(t->rows.n + 1, sizeof *last);
	for (size_t i = 0; i < t->rows.n; i++)
		if (row_at(t, (int64_t)i)->kind == KIND_LLM)
			last[row_at(t, (int64_t)i)->parent + 1] = (int64_t)i;
	return last;
}

/* Only where the trace shows that results come back. A model that fills in a form "calls" it as its last word; what never ran and is not
 * answered before the model goes on is missing. */
static void missing_results(struct check_trace *t, const call_list *calls)
{
	enum { MOST = 1000 };
	struct buf names = BUF_INIT;
	ran_list ran = {0};
	if (!t->answered.n || !t->asked.n || t->asked.n > MOST)
		return;
	int64_t *last = last_models(t);
	names_run(t, calls, &ran);
	qsort(t->answered.at, t->answered.n, sizeof *t->answered.at, by_hash);
	for (size_t i = 0, next; i < t->asked.n; i = next) {
		size_t n = 0;
		int64_t row = t->asked.at[i].row;
		bool went_on = last[row_at(t, row)->parent + 1] > row;
		buf_clear(&names);
		for (next = i; next < t->asked.n && t->asked.at[next].row == row; next++) {
			const struct asked *a = &t->asked.at[next];
			if (bsearch(&a->id, t->answered.at, t->answered.n, sizeof a->id, by_hash))
				continue;
			enum run when = has_run(t, &ran, a);
			if (when == RAN_BEFORE || (when == NEVER_RAN && went_on))
				buf_printf(&names, "%s" STR_FMT, n++ ? ", " : "", STR_ARG(a->name));
		}
		if (n)
			check_found(t, CHECK_NO_RESULT, CHECK_WARNING, row, NO_ROW, (double)n,
			            "the model asked for %s, and the trace shows neither a call nor a result of %s",
			            buf_cstr(&names), n == 1 ? "it" : "them");
	}
	vec_done(&ran);
	free(last);
	buf_done(&names);
}

/* ---------------------------------------------------------------- the tree */

static void missing_parents(struct check_trace *t)
{
	bool rootless = t->rows.n > 0;
	for (size_t i = 0; rootless && i < t->rows.n; i++)
		rootless = row_at(t, (int64_t)i)->parent != NO_ROW || (row_at(t, (int64_t)i)->flags & SPAN_SYNTHETIC);
	/* One without its parent and no root: what called it is not traced here. */
	if (t->orphans > 0)
		check_found(t, CHECK_MISSING_PARENT, rootless && t->orphans == 1 ? CHECK_NOTE : CHECK_WARNING, NO_ROW,
		            NO_ROW, (double)t->orphans, "%lld span%s a parent that is not in the trace%s",
		            (long long)t->orphans, t->orphans == 1 ? " names" : "s name",
		            rootless ? ": it has no root" : "");
	if (t->cycles > 0)
		check_found(t, CHECK_MISSING_PARENT, CHECK_WARNING, NO_ROW, NO_ROW, (double)t->cycles,
		            "the parents of some spans go round in a circle: cut in %lld place%s", (long long)t->cycles,
		            t->cycles == 1 ? "" : "s");
}

/* Where nothing has an end, the source does not tell ends. The innermost is where it stood. */
static void never_ended(struct check_trace *t)
{
	int64_t deepest = NO_ROW, n = 0, ended = 0;
	for (size_t i = 0; i < t->rows.n; i++) {
		const struct check_row *r = row_at(t, (int64_t)i);
		if (!is_real(r))
			continue;
		ended += r->duration_ns != UNKNOWN_INT && !(r->flags & SPAN_RUNNING);
		if (!(r->flags & SPAN_RUNNING) && r->status != STATUS_RUNNING)
			continue;
		n++;
		deepest = (int64_t)i;
	}
	if (!n || !ended)
		return;
	struct str name = str_cut(check_name(t, row_at(t, deepest)->name), 0, 80);
	if (!name.len)
		name = STR_LIT("a span");
	if (n == 1)
		check_found(t, CHECK_NEVER_ENDED, CHECK_NOTE, deepest, NO_ROW, 1,
		            STR_FMT " has no end: still running when it was written, or its process died",
		            STR_ARG(name));
	else
		check_found(t, CHECK_NEVER_ENDED, CHECK_NOTE, deepest, NO_ROW, (double)n,
		            "%lld spans have no end, the last of them " STR_FMT
		            ": still running when they were written, or their process died",
		            (long long)n, STR_ARG(name));
}

void check_behaviour(struct check_trace *t)
{
	call_list calls = {0};
	collect_calls(t, &calls);
	loops(t, calls.at, calls.n, true);
	if (!t->n_of[CHECK_LOOP])
		loops(t, calls.at, calls.n, false);
	if (calls.n)
		qsort(calls.at, calls.n, sizeof *calls.at, by_call);
	missing_results(t, &calls);
	repeated_calls(t, calls.at, calls.n);
	retries(t);
	missing_parents(t);
	never_ended(t);
	vec_done(&calls);
}
