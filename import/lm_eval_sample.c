/* Rows of samples_TASK_STAMP.jsonl. A row is one document under one filter; the rows of a document are parts of one case.
 * Requests come as {"gen_args_0":{"arg_0":…,"arg_1":…}} (since 2024), as [[context, continuation], …], or flat as
 * [context, continuation]; of a multiple choice there is one for each choice, and the answer is the likeliest.
 * Sources: lm_eval/evaluator.py and loggers/evaluation_tracker.py, 0.4.0 to 0.4.13; real files since 2023 (formats/evals.md section 3). */
#include "import/lm_eval_private.h"

#include <math.h>

#include "store/base/hash.h"
#include "store/base/text.h"

enum { TITLE_BYTES = 100 };

/* ---------------------------------------------------------------- requests and answers */

/* Lists of one element around a value say nothing. */
static struct val unwrapped(struct val v)
{
	for (int i = 0; i < 8 && val_is(v, SCAN_ARRAY) && val_count(v) == 1; i++)
		v = val_at(v, 0);
	return v;
}

static uint32_t n_requests(struct val arguments)
{
	struct member first = val_first(arguments);
	if (!first.ok)
		return 0;
	bool flat = val_is(arguments, SCAN_ARRAY) && !val_is(first.val, SCAN_ARRAY) && !val_is(first.val, SCAN_OBJECT);
	return flat ? 1 : val_count(arguments);
}

/* Argument n of request i. */
static struct val request_argument(struct val arguments, uint32_t i, uint32_t n)
{
	struct member m = val_first(arguments);
	if (n_requests(arguments) == 1 && val_is(arguments, SCAN_ARRAY) && !val_is(m.val, SCAN_ARRAY) &&
	    !val_is(m.val, SCAN_OBJECT))
		return i == 0 ? val_at(arguments, n) : VAL_NONE;
	for (; m.ok && i; i--)
		m = val_next(m);
	if (!m.ok)
		return VAL_NONE;
	if (val_is(m.val, SCAN_ARRAY))
		return val_at(m.val, n);
	return n ? val_get(m.val, "arg_1") : val_get(m.val, "arg_0");
}

/* Messages as text: one alone is its content, of several each begins with its role. VAL of another shape: STR_NONE. */
static struct str messages_text(const struct fields *f, struct val list)
{
	struct buf text = BUF_INIT;
	uint32_t n = val_is(list, SCAN_ARRAY) ? val_count(list) : 0;
	bool good = n > 0;
	for (struct member m = val_first(list); good && m.ok; m = val_next(m)) {
		struct str content = field_text(f, val_get(m.val, "content"));
		struct str role = val_str(val_get(m.val, "role"), f->arena);
		good = val_is(m.val, SCAN_OBJECT) && role.len;
		if (good && n > 1) {
			if (text.len)
				buf_add_cstr(&text, "\n\n");
			buf_add_str(&text, role);
			buf_add_cstr(&text, ": ");
		}
		buf_add_str(&text, content);
	}
	struct str kept = good ? arena_str(f->arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return kept;
}

/* A request's context: a text, or (chat) messages as JSON in a text. */
static struct str context_text(struct fields *f, struct val v)
{
	struct val opened = field_open(f, unwrapped(v));
	struct str messages = messages_text(f, opened);
	return messages.ptr ? messages : field_text(f, unwrapped(v));
}

/* A log-probability and whether it was the greedy choice: [-10.5, false], also as texts. */
static bool is_likelihood(struct val v, double *logprob)
{
	struct val number = val_at(v, 0), greedy = val_at(v, 1);
	bool truth;
	if (!val_is(v, SCAN_ARRAY) || val_count(v) != 2)
		return false;
	struct str word = val_raw(greedy);
	if (!val_bool(greedy, &truth) && str_find(word, STR_LIT("True")) == SIZE_MAX &&
	    str_find(word, STR_LIT("False")) == SIZE_MAX)
		return false;
	if (!val_double(number, logprob))
		*logprob = -HUGE_VAL; /* "-inf", NaN: never the likeliest */
	return true;
}

/* The likeliest of several choices. UINT32_MAX: it is no multiple choice. */
static uint32_t chosen(struct val row, struct val answers)
{
	uint32_t n = val_is(answers, SCAN_ARRAY) ? val_count(answers) : 0, i = 0, best = 0;
	double most = -HUGE_VAL, logprob = 0;
	if (n < 2)
		return UINT32_MAX;
	if (val_ok(val_get(row, "acc_mutual_info")) && n % 2 == 0)
		n /= 2; /* the second half is asked without the context */
	for (struct member m = val_first(answers); m.ok && i < n; m = val_next(m), i++) {
		if (!is_likelihood(m.val, &logprob))
			return UINT32_MAX;
		if (logprob > most) {
			most = logprob;
			best = i;
		}
	}
	return best;
}

/* What choice i says: its continuation, or, where the choices differ in the context instead (winogrande), its context. Absent: the
 * row does not have it. */
static struct str choice_text(struct fields *f, struct val arguments, uint32_t i)
{
	uint32_t n = n_requests(arguments);
	if (n < 2 || i >= n)
		return STR_NONE;
	struct str first = val_str(request_argument(arguments, 0, 1), f->arena);
	struct str second = val_str(request_argument(arguments, 1, 1), f->arena);
	if (!str_eq(first, second))
		return str_trim(val_str(request_argument(arguments, i, 1), f->arena));
	return context_text(f, request_argument(arguments, i, 0));
}

static struct str choice_or_number(struct fields *f, struct val arguments, uint32_t i)
{
	struct str text = choice_text(f, arguments, i);
	return text.len ? text : arena_printf(f->arena, "%u", (unsigned)i);
}

/* ---------------------------------------------------------------- a row's own fields */

/* A few words that tell the document from the others: the whole request begins with the same examples in every case. */
static struct str title_of(const struct fields *f, struct val doc)
{
	static const char *const names[] = {"question", "query", "problem", "goal",        "sentence",
	                                    "prompt",   "text",  "input",   "instruction", "premise",
	                                    "context",  "ctx",   "body",    NULL};
	for (const char *const *name = names; *name; name++) {
		struct val v = val_get(doc, *name);
		struct str text = val_is(v, SCAN_STRING) ? str_trim(val_str(v, f->arena)) : STR_NONE;
		if (text.len)
			return text_preview(f->arena, text, TITLE_BYTES);
	}
	for (struct member m = val_first(doc); m.ok && val_is(doc, SCAN_OBJECT); m = val_next(m)) {
		struct str text = val_is(m.val, SCAN_STRING) ? str_trim(val_str(m.val, f->arena)) : STR_NONE;
		if (str_find_char(text, ' ') != SIZE_MAX)
			return text_preview(f->arena, text, TITLE_BYTES);
	}
	return STR_NONE;
}

static struct str answer_text(const struct fields *f, struct val answers)
{
	struct val answer = unwrapped(answers);
	return val_is(answer, SCAN_ARRAY) && !val_count(answer) ? STR_NONE : field_text(f, answer);
}

/* The output is what the model said, the same under every filter; what a filter made of it stands with its scores. */
static void read_texts(struct fields *f, struct val row, struct case_result *res)
{
	struct val arguments = val_get(row, "arguments"), target = val_get(row, "target");
	int64_t index;
	uint32_t choice = chosen(row, val_get(row, "filtered_resps"));
	res->input = context_text(f, request_argument(arguments, 0, 0));
	res->expected = field_text(f, unwrapped(target));
	if (choice == UINT32_MAX) {
		res->output = answer_text(f, FIELD_ANY(row, "resps", "filtered_resps"));
		return;
	}
	res->output = choice_or_number(f, arguments, choice);
	if (val_int64(target, &index) && index >= 0 && index < UINT32_MAX) {
		struct str text = choice_text(f, arguments, (uint32_t)index);
		res->expected = text.len ? text : res->expected;
	}
}

/* ---------------------------------------------------------------- scores */

static bool is_known_member(struct member m)
{
	static const char *const names[] = {"doc_id",         "doc",    "target",  "arguments", "resps",
	                                    "filtered_resps", "filter", "metrics", "doc_hash",  "prompt_hash",
	                                    "target_hash"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (member_is(m, names[i]))
			return true;
	return false;
}

static bool is_listed(struct val metrics, struct str name, struct arena *arena)
{
	for (struct member m = val_first(metrics); m.ok; m = val_next(m))
		if (str_eq(val_str(m.val, arena), name))
			return true;
	return false;
}

/* Rows name their metrics since late 2024; before, whatever is a number and nothing known is one. */
static bool is_metric(const struct fields *f, struct val metrics, struct member m)
{
	enum scan_type type = val_type(m.val);
	if (is_known_member(m) || type == SCAN_OBJECT || type == SCAN_ARRAY)
		return false;
	if (val_is(metrics, SCAN_ARRAY))
		return is_listed(metrics, member_key(m, f->arena), f->arena);
	return type == SCAN_NUMBER || type == SCAN_NAN || type == SCAN_TRUE || type == SCAN_FALSE;
}

/* 1 and 0, true and false; nothing between is a verdict, and no text is. */
static int verdict_of(struct val v)
{
	double value;
	if (val_is(v, SCAN_TRUE) || val_is(v, SCAN_FALSE))
		return val_is(v, SCAN_TRUE);
	if (!val_is(v, SCAN_NUMBER) || !val_double(v, &value))
		return -1;
	return value <= 0 && value >= 0 ? 0 : value <= 1 && value >= 1 ? 1 : -1;
}

static const char *const verdicts[] = {"acc", "exact_match", "acc_norm", "pass@1", "prompt_level_strict_acc", NULL};

static int row_verdict(struct val row)
{
	for (const char *const *name = verdicts; *name; name++) {
		int pass = verdict_of(val_get(row, *name));
		if (pass >= 0)
			return pass;
	}
	return -1;
}

static bool is_verdict(struct str name)
{
	for (const char *const *known = verdicts; *known; known++)
		if (str_is(name, *known))
			return true;
	return false;
}

static void read_scores(struct fields *f, struct val row, bool choice, struct case_result *res)
{
	struct score_list list = {0};
	struct val metrics = val_get(row, "metrics");
	struct str filter = val_str(val_get(row, "filter"), f->arena);
	struct str kept = answer_text(f, val_get(row, "filtered_resps"));
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		if (!is_metric(f, metrics, m))
			continue;
		struct str name = member_key(m, f->arena);
		struct score *score = score_add(
		    &list, f->arena,
		    filter.len ? arena_printf(f->arena, STR_FMT "," STR_FMT, STR_ARG(name), STR_ARG(filter)) : name);
		score->source = SOURCE_CODE;
		if (!choice && !str_eq(kept, res->output))
			score->explanation =
			    arena_printf(f->arena, "after the filter: " STR_FMT, STR_ARG(str_cut(kept, 0, 1000)));
		score->pass = is_verdict(name) ? verdict_of(m.val) : -1;
		if (!score_value(f, score, m.val))
			score_drop(&list);
	}
	case_take_scores(res, &list);
}

/* ---------------------------------------------------------------- filters */

/* The verdict is the first filter's. Rows of old files do not name their filter: there the second row of a document is another's. */
static bool is_first_filter(struct lm_samples *samples, struct val filter, int64_t doc, struct arena *arena)
{
	if (val_is(filter, SCAN_STRING)) {
		uint64_t hash = hash64(val_str(filter, arena));
		if (!samples->any_filter)
			samples->filter = hash;
		samples->any_filter = true;
		return samples->filter == hash;
	}
	if (doc < 0 || doc >= LM_DOCS)
		return true;
	unsigned char bit = (unsigned char)(1u << (doc % 8)), *at = &samples->seen[doc / 8];
	bool first = !(*at & bit);
	*at |= bit;
	return first;
}

/* ---------------------------------------------------------------- the rest */

static void add_member(struct buf *json, struct str name, struct val v)
{
	buf_add_char(json, json->len ? ',' : '{');
	scan_quote(json, name);
	buf_add_char(json, ':');
	scan_compact(json, v);
}

/* What the model has no place for: the document, hashes, metrics that are lists, how it was asked, and the answer after the filter. */
static struct str metadata_of(struct fields *f, struct val row)
{
	struct val metrics = val_get(row, "metrics"), settings = request_argument(val_get(row, "arguments"), 0, 1);
	struct buf json = BUF_INIT;
	for (struct member m = val_first(row); m.ok; m = val_next(m)) {
		bool said = member_is(m, "target") || member_is(m, "arguments") || member_is(m, "metrics") ||
		            member_is(m, "resps");
		if (said || !val_ok(m.val) || is_metric(f, metrics, m))
			continue;
		add_member(&json, member_key(m, f->arena), m.val);
	}
	if (val_is(settings, SCAN_OBJECT))
		add_member(&json, STR_LIT("generation_kwargs"), settings);
	if (json.len)
		buf_add_char(&json, '}');
	struct str kept = json.len ? arena_str(f->arena, buf_str(&json)) : STR_NONE;
	buf_done(&json);
	return kept;
}

bool lm_is_sample(struct val row)
{
	return val_is(row, SCAN_OBJECT) && val_ok(val_get(row, "doc_id")) &&
	       (val_ok(val_get(row, "resps")) || val_ok(val_get(row, "filtered_resps")) ||
	        val_ok(val_get(row, "arguments")));
}

void lm_sample(struct fields *f, struct val row, struct str run_id, struct lm_task task, struct lm_samples *samples)
{
	struct case_result res = case_start(LM_EVAL_FAMILY);
	struct str hash = val_str(val_get(row, "doc_hash"), f->arena);
	bool choice = chosen(row, val_get(row, "filtered_resps")) != UINT32_MAX;
	int64_t doc;
	if (val_int64(val_get(row, "doc_id"), &doc) && doc >= 0)
		res.order = doc;
	res.run_id = run_id;
	res.key = CASE_KEY(f->arena, task.base, hash.len ? hash : case_key_part(f, val_get(row, "doc_id")));
	res.part = true;
	res.title = title_of(f, val_get(row, "doc"));
	read_texts(f, row, &res);
	read_scores(f, row, choice, &res);
	if (is_first_filter(samples, val_get(row, "filter"), res.order, f->arena))
		res.status = status_of_pass(row_verdict(row));
	res.metadata = metadata_of(f, row);
	sink_case(f->im->sink, &res);
}
