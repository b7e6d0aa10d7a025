#include "store/query/talk.h"

#include <stdlib.h>

#include "store/base/vec.h"
#include "store/span_row.h"

enum { ROWS_AT_ONCE = 1000, TOOLS_MAX = 5000, CALLS_KEPT = 2000, LONE_MAX = 1000, OTHERS_TRIED = 4 };

/* ---------------------------------------------------------------- rows around the call */

struct near_span {
	struct tree_row row; /* its texts are the arena's */
	bool like;           /* a call of the name and depth of the one compared */
	bool tried;          /* a call that was compared */
	bool used;           /* a tool whose call is found */
};

struct near {
	struct arena arena;
	VEC(struct near_span) calls, tools;
	bool limited;
};

static int64_t end_of(const struct tree_row *row)
{
	return row->start_ns == TIME_UNKNOWN || row->duration_ns == UNKNOWN_INT ? TIME_UNKNOWN
	                                                                        : row->start_ns + row->duration_ns;
}

/* It was over when `row` began, as far as times are known. Rows come in the order of time where they do not overlap. */
static bool ended_before(const struct tree_row *one, const struct tree_row *row)
{
	int64_t end = end_of(one);
	if (end == TIME_UNKNOWN || row->start_ns == TIME_UNKNOWN)
		return one->pos < row->pos && !(one->pos + one->size > row->pos);
	return end <= row->start_ns && one->start_ns <= row->start_ns;
}

static void sort_out(struct near *near, const struct tree_row *one, const struct tree_row *row)
{
	if (one->kind == KIND_LLM && one->pos != row->pos && one->record > 0 && ended_before(one, row)) {
		if (near->calls.n < CALLS_KEPT)
			*vec_add(&near->calls) = (struct near_span){
			    .row = *one, .like = one->depth == row->depth && str_eq(one->name, row->name)};
		else
			near->limited = true;
	} else if (one->kind == KIND_TOOL && near->tools.n < TOOLS_MAX) {
		*vec_add(&near->tools) = (struct near_span){.row = *one};
	}
}

static void copy_window(struct near *near, const struct tree_window *w, const struct tree_row *row, bool backward)
{
	for (size_t i = 0; i < w->n; i++) {
		struct tree_row one = w->rows[backward ? w->n - 1 - i : i];
		if (one.kind != KIND_LLM && one.kind != KIND_TOOL)
			continue;
		one.name = arena_str(&near->arena, one.name);
		sort_out(near, &one, row);
	}
}

/* Rows [from, to) of the trace, a thousand at a time; backward: the last first. */
static bool read_rows(struct db *db, int64_t first, int64_t n, int64_t from, int64_t to, bool backward,
                      const struct tree_row *row, struct near *near, struct err *err)
{
	const struct folds none = {0};
	for (int64_t left = to - from; left > 0;) {
		int64_t count = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
		int64_t at = backward ? from + left - count : to - left;
		struct tree_window w;
		bool ok = tree_window(db, first, n, &none, at, count, &w, err);
		if (ok)
			copy_window(near, &w, row, backward);
		tree_window_done(&w);
		if (!ok)
			return false;
		left -= count;
	}
	return true;
}

/* ---------------------------------------------------------------- the call before */

static int by_likeness(const void *a, const void *b)
{
	const struct near_span *x = a, *y = b;
	if (x->like != y->like)
		return x->like ? -1 : 1;
	if (x->row.start_ns != y->row.start_ns)
		return x->row.start_ns > y->row.start_ns ? -1 : 1;
	return x->row.pos > y->row.pos ? -1 : x->row.pos < y->row.pos;
}

/* ---- results that are told without their calls */

struct search {
	struct db *db;
	struct block_cache *blocks;
	int64_t trace;
	const struct span *span;
	struct arena *arena;
	struct talk_call *results; /* without a call, in order; name absent: not found yet */
	size_t n_results, n_found;
	size_t bytes; /* read */
	struct talk *out;
};

static void find_lone_results(struct search *s)
{
	const struct span *span = s->span;
	struct arena work = ARENA_INIT;
	struct tool_pairs pairs;
	size_t n = 0;
	tool_pairs(&work, span->messages, span->n_messages, &pairs);
	for (size_t i = 0; i < span->n_messages; i++)
		n += span->messages[i].n_parts;
	s->results = arena_alloc(s->arena, size_mul(n + 1, sizeof *s->results));
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; k < span->messages[i].n_parts && s->n_results < LONE_MAX; k++) {
			const struct message_part *part = &span->messages[i].parts[k];
			if (part->type == PART_TOOL_RESULT && part->id.len && pairs.mate[pairs.first[i] + k] == NO_MATE)
				s->results[s->n_results++] = (struct talk_call){.message = i, .part = k};
		}
	arena_done(&work);
}

static const struct message_part *call_of_id(const struct span *span, struct str id)
{
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; span->messages[i].output && k < span->messages[i].n_parts; k++) {
			const struct message_part *part = &span->messages[i].parts[k];
			if (part->type == PART_TOOL_CALL && str_eq(part->id, id))
				return part;
		}
	return NULL;
}

/* The results that this call asked for; their number. */
static size_t find_their_calls(struct search *s, const struct span *before)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_results; i++) {
		struct talk_call *r = &s->results[i];
		const struct message_part *call =
		    r->name.ptr ? NULL : call_of_id(before, s->span->messages[r->message].parts[r->part].id);
		if (!call)
			continue;
		r->name = arena_str(s->arena, call->name.ptr ? call->name : STR_LIT(""));
		r->arguments = arena_str(s->arena, call->text);
		n++;
	}
	s->n_found += n;
	return n;
}

static void keep_calls(struct search *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->n_results; i++)
		if (s->results[i].name.ptr)
			s->results[kept++] = s->results[i];
	s->out->calls = s->results;
	s->out->n_calls = kept;
}

static int by_result(const void *a, const void *b)
{
	const struct talk_call *x = a, *y = b;
	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

const struct talk_call *talk_call_of(const struct talk *talk, size_t message, size_t part)
{
	const struct talk_call key = {.message = message, .part = part};
	return talk->n_calls ? bsearch(&key, talk->calls, talk->n_calls, sizeof key, by_result) : NULL;
}

/* ---- which call it is */

/* What the call before answered is told to this one, and something else that was told to it; or the results of what it called. */
static bool is_sure(const struct talk *t)
{
	return t->found && (t->only_new || (t->news.n_answer > 0 && t->news.shared >= 2));
}

static bool is_better(const struct new_messages *news, size_t answers, const struct talk *best)
{
	if (news->shared == 0 && answers == 0)
		return false;
	return !best->found || news->shared > best->news.shared || (news->n_answer && news->shared >= 2);
}

static void compare(struct search *s, const struct tree_row *one, const struct span *before)
{
	struct talk *out = s->out;
	struct new_messages news;
	size_t answers = find_their_calls(s, before);
	new_messages(s->arena, before->messages, before->n_messages, s->span->messages, s->span->n_messages, &news);
	if (!is_better(&news, answers, out))
		return;
	out->found = true;
	out->only_new = news.shared == 0;
	out->pos = one->pos;
	out->start_ns = one->start_ns;
	out->name = arena_str(s->arena, one->name);
	out->news = news;
}

static bool try_call(struct search *s, const struct tree_row *one, struct err *err)
{
	struct arena work = ARENA_INIT;
	struct span_detail d;
	struct err trouble = ERR_INIT;
	bool ok = span_detail(s->db, s->blocks, s->trace, one->key, one->record, &work, &d, &trouble);
	bool unread = !ok && trouble.code != ERR_INTERRUPTED && trouble.code != ERR_STORE &&
	              trouble.code != ERR_SYSTEM && trouble.code != ERR_MEMORY; /* its record alone is at fault */
	if (!ok && !unread)
		*err = trouble;
	if (ok)
		compare(s, one, &d.span);
	s->out->calls_read++;
	s->bytes += work.total;
	arena_done(&work);
	return ok || unread;
}

/* Which it is is sure, and so is what each result is the result of. */
static bool has_enough(const struct search *s)
{
	return is_sure(s->out) && (!s->out->only_new || s->n_found == s->n_results);
}

/* Compares calls not tried yet: those of the same name and depth, then at most `others`. */
static bool try_calls(struct search *s, struct near *near, int others, struct err *err)
{
	if (near->calls.n)
		qsort(near->calls.at, near->calls.n, sizeof *near->calls.at, by_likeness);
	for (size_t i = 0; i < near->calls.n && !has_enough(s); i++) {
		struct near_span *one = &near->calls.at[i];
		if (one->tried || (!one->like && others-- <= 0))
			continue;
		if (s->out->calls_read == TALK_CALLS || s->bytes > TALK_BYTES)
			return true;
		one->tried = true;
		if (!try_call(s, &one->row, err))
			return false;
	}
	return true;
}

static bool all_tried(const struct near *near)
{
	for (size_t i = 0; i < near->calls.n; i++)
		if (!near->calls.at[i].tried)
			return false;
	return true;
}

/* Most calls are a few rows after the one before: far rows are read only if it is not among the near ones. */
static bool find_before(struct search *s, struct near *near, int64_t first, int64_t n, const struct tree_row *row,
                        struct err *err)
{
	static const int64_t reach[] = {ROWS_AT_ONCE, 4 * ROWS_AT_ONCE, TALK_ROWS};
	enum { STAGES = sizeof reach / sizeof *reach };
	int64_t seen = row->pos;
	find_lone_results(s);
	for (int i = 0; i < STAGES && !has_enough(s); i++) {
		int64_t from = row->pos > reach[i] ? row->pos - reach[i] : 0;
		if (!read_rows(s->db, first, n, from, seen, true, row, near, err) ||
		    !try_calls(s, near, from == 0 || i + 1 == STAGES ? TALK_CALLS : OTHERS_TRIED, err))
			return false;
		seen = from;
	}
	s->out->limited = !is_sure(s->out) && (near->limited || seen > 0 || !all_tried(near));
	if (!s->out->found)
		new_messages(s->arena, NULL, 0, s->span->messages, s->span->n_messages, &s->out->news);
	keep_calls(s);
	return true;
}

/* ---------------------------------------------------------------- the spans of tools */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "get_weather", "execute_tool get_weather", "tools/get_weather" */
static bool is_of_tool(struct str span_name, struct str tool)
{
	if (!tool.len || span_name.len < tool.len || !str_eq(str_from(span_name, span_name.len - tool.len), tool))
		return false;
	return span_name.len == tool.len || !is_name_char(span_name.ptr[span_name.len - tool.len - 1]);
}

static int by_start(const void *a, const void *b)
{
	const struct near_span *x = a, *y = b;
	if (x->row.start_ns != y->row.start_ns)
		return x->row.start_ns < y->row.start_ns ? -1 : 1;
	return x->row.pos < y->row.pos ? -1 : x->row.pos > y->row.pos;
}

/* From when on, and until when, a message's calls can have been carried out. */
static void times_of(const struct talk *talk, const struct tree_row *row, size_t message, int64_t *from, int64_t *to)
{
	enum message_state state = talk->news.states[message];
	*from = TIME_UNKNOWN;
	*to = state == MESSAGE_MADE ? INT64_MAX : row->start_ns;
	if (state == MESSAGE_MADE)
		*from = row->start_ns;
	else if (talk->found && (state == MESSAGE_ANSWER || talk->only_new))
		*from = talk->start_ns;
	else if (talk->found)
		*to = talk->start_ns;
}

static bool can_be(const struct near_span *one, const struct message_part *call, int64_t from, int64_t to)
{
	return !one->used && is_of_tool(one->row.name, call->name) &&
	       (one->row.start_ns == TIME_UNKNOWN || (one->row.start_ns >= from && one->row.start_ns <= to));
}

static struct near_span *tool_in_order(struct near *near, const struct message_part *call, int64_t from, int64_t to)
{
	for (size_t i = 0; i < near->tools.n; i++)
		if (can_be(&near->tools.at[i], call, from, to))
			return &near->tools.at[i];
	return NULL;
}

static int by_input(const void *a, const void *b)
{
	const struct near_span *const *x = a, *const *y = b;
	uint64_t h = (uint64_t)(*x)->row.input_hash, o = (uint64_t)(*y)->row.input_hash;
	return h != o ? (h < o ? -1 : 1) : by_start(*x, *y);
}

/* sorted: by_input */
static struct near_span *tool_of_same(struct near_span **sorted, size_t n, const struct message_part *call,
                                      int64_t from, int64_t to)
{
	uint64_t hash = model_text_hash(call->text);
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if ((uint64_t)sorted[mid]->row.input_hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	for (; hash && low < n && (uint64_t)sorted[low]->row.input_hash == hash; low++)
		if (can_be(sorted[low], call, from, to))
			return sorted[low];
	return NULL;
}

static int by_place(const void *a, const void *b)
{
	const struct talk_tool *x = a, *y = b;
	if (x->message != y->message)
		return x->message < y->message ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

const struct talk_tool *talk_tool_at(const struct talk *talk, size_t message, size_t part)
{
	const struct talk_tool key = {.message = message, .part = part};
	return talk->n_tools ? bsearch(&key, talk->tools, talk->n_tools, sizeof key, by_place) : NULL;
}

struct finding {
	struct near *near;
	struct near_span **sorted; /* by_input; NULL: by order */
	const struct tree_row *row;
	const struct talk *talk;
	VEC(struct talk_tool) found;
	struct message_part lone;
	size_t n_same; /* of them found by their arguments: sorted */
};

static void find_tool(struct finding *f, const struct message_part *call, size_t message, size_t part)
{
	int64_t from, to;
	times_of(f->talk, f->row, message, &from, &to);
	const struct talk had = {.tools = f->found.at, .n_tools = f->n_same};
	if (!f->sorted && (from == TIME_UNKNOWN || talk_tool_at(&had, message, part)))
		return;
	struct near_span *one = f->sorted ? tool_of_same(f->sorted, f->near->tools.n, call, from, to)
	                                  : tool_in_order(f->near, call, from, to);
	if (!one)
		return;
	one->used = true;
	*vec_add(&f->found) = (struct talk_tool){.message = message,
	                                         .part = part,
	                                         .pos = one->row.pos,
	                                         .duration_ns = one->row.duration_ns,
	                                         .status = one->row.status};
}

/* The call of a result that is told without it. */
static const struct message_part *lone_call(struct finding *f, const struct talk_call *call)
{
	f->lone = (struct message_part){.type = PART_TOOL_CALL, .name = call->name, .text = call->arguments};
	return &f->lone;
}

static void find_all(struct finding *f, const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; k < span->messages[i].n_parts && f->found.n < f->near->tools.n; k++)
			if (span->messages[i].parts[k].type == PART_TOOL_CALL)
				find_tool(f, &span->messages[i].parts[k], i, k);
			else if (talk_call_of(f->talk, i, k))
				find_tool(f, lone_call(f, talk_call_of(f->talk, i, k)), i, k);
}

/* Same arguments first, over all messages; then by order, where it is known between which calls of models a tool was called. */
static void find_tools(struct near *near, const struct tree_row *row, const struct span *span, struct arena *arena,
                       struct talk *out)
{
	struct finding f = {.near = near, .row = row, .talk = out};
	size_t n = near->tools.n;
	if (n == 0)
		return;
	qsort(near->tools.at, n, sizeof *near->tools.at, by_start);
	f.sorted = arena_alloc(&near->arena, size_mul(n, sizeof(struct near_span *)));
	for (size_t i = 0; i < n; i++)
		f.sorted[i] = &near->tools.at[i];
	qsort(f.sorted, n, sizeof *f.sorted, by_input);
	find_all(&f, span);
	f.n_same = f.found.n;
	f.sorted = NULL;
	find_all(&f, span);
	struct talk_tool *kept = arena_alloc(arena, size_mul(f.found.n + 1, sizeof *kept));
	if (f.found.n) {
		memcpy(kept, f.found.at, f.found.n * sizeof *kept);
		qsort(kept, f.found.n, sizeof *kept, by_place);
	}
	out->tools = kept;
	out->n_tools = f.found.n;
	vec_done(&f.found);
}

bool talk_about(struct db *db, struct block_cache *blocks, int64_t trace, int64_t first, int64_t n,
                const struct tree_row *row, const struct span *span, struct arena *arena, struct talk *out,
                struct err *err)
{
	struct near near = {.arena = ARENA_INIT};
	struct search search = {.db = db, .blocks = blocks, .trace = trace, .span = span, .arena = arena, .out = out};
	*out = (struct talk){.known = true};
	int64_t to = n - row->pos > ROWS_AT_ONCE ? row->pos + ROWS_AT_ONCE : n;
	bool ok = find_before(&search, &near, first, n, row, err) &&
	          read_rows(db, first, n, row->pos + 1, to, false, row, &near, err); /* what it called */
	if (ok)
		find_tools(&near, row, span, arena, out);
	vec_done(&near.calls);
	vec_done(&near.tools);
	arena_done(&near.arena);
	return ok;
}

void talk_sentence(struct buf *out, const struct talk *talk)
{
	size_t told = talk->news.told;
	if (talk->only_new)
		buf_printf(out, "%zu message%s since the call before; its source keeps of each call what is new", told,
		           told == 1 ? "" : "s");
	else if (talk->found)
		new_messages_sentence(out, &talk->news);
	else
		buf_add_cstr(out, talk->calls_read ? "no call before it in this trace shares its messages"
		                                   : "the first call of a model in this trace");
	if (talk->limited)
		buf_printf(out, " (%d call%s looked at, %d rows back at most)", talk->calls_read,
		           talk->calls_read == 1 ? "" : "s", TALK_ROWS);
}
