/* Tokens, cost, time to the first token: single attributes, and objects of all counts (Langfuse, MLflow, Braintrust). */
#include "import/semconv_private.h"

static struct str path_of(const struct mapping *m, const struct attr_in *attr)
{
	return arena_printf(m->arena, "attributes.%.*s", STR_ARG(attr->key));
}

static bool is_digits(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0;
}

static void bad_count(const struct mapping *m, const struct attr_in *attr, struct str text)
{
	double ignored;

	if (is_digits(text))
		return; /* beyond 64 bits: the container has said so */
	if (scan_double(text, &ignored))
		import_problem(m->im, m->rec, SEVERITY_WARNING, "out-of-range", path_of(m, attr), "kept, count unknown",
		               "token count out of range");
	else
		import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", path_of(m, attr), "kept, count unknown",
		               "token count is not a number");
}

static int64_t count_field(struct mapping *m, enum field field)
{
	const struct attr_in *attr = m->best[field].attr;
	struct str text;
	int64_t n = 0;
	double d = 0;

	if (!attr)
		return UNKNOWN_INT;
	if (attr->type == ATTR_INT && attr->integer >= 0)
		return attr->integer;
	text = str_trim(attr_text(attr, m->arena));
	/* SMOLTRACE and others write "0" on agent spans for "not known" (as text: a real count is a number there). */
	if (m->span.kind == KIND_AGENT && attr->type == ATTR_STRING && str_is(text, "0"))
		return UNKNOWN_INT;
	if (scan_int64(text, &n) && n >= 0)
		return n;
	if (attr_double(attr, &d, m->arena) && d >= 0 && d < 9e15 && d == (double)(int64_t)d)
		return (int64_t)d;
	bad_count(m, attr, text);
	return UNKNOWN_INT;
}

static double usd_field(struct mapping *m, enum field field)
{
	const struct attr_in *attr = m->best[field].attr;
	double usd = UNKNOWN_DOUBLE;

	if (!attr)
		return UNKNOWN_DOUBLE;
	if (!attr_double(attr, &usd, m->arena)) {
		import_problem(m->im, m->rec, SEVERITY_WARNING, "bad-value", path_of(m, attr), "kept, cost unknown",
		               "cost is not a number");
		return UNKNOWN_DOUBLE;
	}
	if (usd < 0) {
		import_problem(m->im, m->rec, SEVERITY_WARNING, "out-of-range", path_of(m, attr), "kept, cost unknown",
		               "cost below zero");
		return UNKNOWN_DOUBLE;
	}
	return usd;
}

/* ---- objects of counts */

enum { MEMBERS_MAX = 12 };

/* Names inside usage objects, the best first; parts overlap, so nothing is added up but what has no total. */
static const struct usage_names {
	enum field field;
	const char *names[MEMBERS_MAX];
} usage_names[] = {
    {F_TOKENS_IN,
     {"input_tokens", "prompt_tokens", "input", "inputTokens", "promptTokens", "prompt_token_count",
      "promptTokenCount"}                                                                                            },
    {F_TOKENS_OUT,
     {"output_tokens", "completion_tokens", "output", "outputTokens", "completionTokens", "candidates_token_count",
      "candidatesTokenCount"}                                                                                        },
    {F_TOKENS_TOTAL,       {"total_tokens", "total", "tokens", "totalTokens", "total_token_count", "totalTokenCount"}},
    {F_TOKENS_CACHED,
     {"cache_read_input_tokens", "input_cached_tokens", "input_cache_read", "prompt_cached_tokens", "cached_tokens",
      "input_cache_read_tokens", "cacheReadInputTokens", "cached_content_token_count",
      "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens"}                                   },
    {F_TOKENS_CACHE_WRITE,
     {"cache_creation_input_tokens", "input_cache_creation", "prompt_cache_creation_tokens", "input_cache_write"}    },
    {F_TOKENS_REASONING,
     {"output_reasoning_tokens", "output_reasoning", "reasoning_tokens", "completion_reasoning_tokens",
      "reasoningTokens", "thoughts_token_count", "completion_tokens_details.reasoning_tokens",
      "output_tokens_details.reasoning_tokens"}                                                                      },
};

static bool member_number(struct val object, const char *const *names, double *number)
{
	for (size_t i = 0; i < MEMBERS_MAX && names[i]; i++) {
		struct val v = val_get(object, names[i]);

		if (!val_ok(v))
			v = val_path(object, names[i]);
		if (val_double(v, number) && *number >= 0 && *number < 9e15)
			return true;
	}
	return false;
}

static bool scan_object(struct mapping *m, enum field field, struct scan *scan)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};

	return scan_text(scan, str_trim(semconv_text(m, field)), &opts) && val_is(scan_root(scan), SCAN_OBJECT);
}

/* An answer kept whole says its own usage (Gemini's as ADK keeps it, OpenAI's as Logfire does): asked only where no attribute knows. */
static bool scan_answer(struct mapping *m, struct scan *scan, struct val *usage)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	static const char *const names[] = {"usage_metadata", "usageMetadata", "usage"};
	struct str text;

	if (m->span.kind != KIND_LLM || semconv_has(m, F_TOKENS_IN) || semconv_has(m, F_TOKENS_OUT))
		return false;
	text = str_trim(semconv_text(m, semconv_has(m, F_OUTPUT_CHAT) ? F_OUTPUT_CHAT : F_OUTPUT));
	if (!str_starts(text, "{") || str_find(text, STR_LIT("\"usage")) == SIZE_MAX || !scan_text(scan, text, &opts))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		*usage = val_get(scan_root(scan), names[i]);
		if (val_is(*usage, SCAN_OBJECT))
			return true;
	}
	return false;
}

/* counts[field]: what the object says of it, else UNKNOWN_INT. */
static void usage_object(struct mapping *m, int64_t *counts)
{
	struct scan scan = SCAN_INIT;
	struct val usage = VAL_NONE;
	double number;

	for (size_t i = 0; i < sizeof usage_names / sizeof *usage_names; i++)
		counts[usage_names[i].field] = UNKNOWN_INT;
	if (semconv_has(m, F_USAGE) && scan_object(m, F_USAGE, &scan))
		usage = scan_root(&scan);
	else
		(void)scan_answer(m, &scan, &usage);
	for (size_t i = 0; i < sizeof usage_names / sizeof *usage_names && val_ok(usage); i++) {
		if (member_number(usage, usage_names[i].names, &number))
			counts[usage_names[i].field] = (int64_t)number;
	}
	scan_done(&scan);
}

static double cost_object(struct mapping *m)
{
	static const char *const totals[MEMBERS_MAX] = {"total_cost", "total", "totalCost"};
	static const char *const ins[MEMBERS_MAX] = {"input_cost", "input", "inputCost"};
	static const char *const outs[MEMBERS_MAX] = {"output_cost", "output", "outputCost"};
	struct scan scan = SCAN_INIT;
	double total = UNKNOWN_DOUBLE, in = 0, out = 0;

	if (!semconv_has(m, F_COST_OBJECT))
		return total;
	if (scan_object(m, F_COST_OBJECT, &scan) && !member_number(scan_root(&scan), totals, &total)) {
		bool any = member_number(scan_root(&scan), ins, &in);

		any |= member_number(scan_root(&scan), outs, &out);
		total = any ? in + out : UNKNOWN_DOUBLE;
	}
	scan_done(&scan);
	return total;
}

/* ---- the fields */

static int64_t known_count(struct mapping *m, enum field field, const int64_t *counts)
{
	int64_t n = count_field(m, field);

	return n == UNKNOWN_INT ? counts[field] : n;
}

/* Of a total and one part the other part follows. */
static void complete_by_total(struct mapping *m, const int64_t *counts)
{
	struct span *span = &m->span;
	int64_t total;

	if ((span->tokens_in == UNKNOWN_INT) == (span->tokens_out == UNKNOWN_INT))
		return;
	total = known_count(m, F_TOKENS_TOTAL, counts);
	if (total == UNKNOWN_INT)
		return;
	if (span->tokens_out == UNKNOWN_INT && span->kind == KIND_LLM && total > span->tokens_in)
		span->tokens_out = total - span->tokens_in;
	else if (span->tokens_in == UNKNOWN_INT && total > span->tokens_out)
		span->tokens_in = total - span->tokens_out;
}

/* Some producers give Anthropic's figure, which leaves cached tokens out: then more was read from and written to the cache
 * than came in. */
static void set_tokens(struct mapping *m)
{
	struct span *span = &m->span;
	int64_t counts[N_FIELDS], written;

	usage_object(m, counts);
	span->tokens_in = known_count(m, F_TOKENS_IN, counts);
	span->tokens_out = known_count(m, F_TOKENS_OUT, counts);
	span->tokens_cached = known_count(m, F_TOKENS_CACHED, counts);
	span->tokens_reasoning = known_count(m, F_TOKENS_REASONING, counts);
	written = known_count(m, F_TOKENS_CACHE_WRITE, counts);
	span->tokens_cache_write = written > 0 ? written : 0;
	if (span->tokens_in == UNKNOWN_INT && span->kind == KIND_EMBEDDING)
		span->tokens_in = known_count(m, F_TOKENS_TOTAL, counts); /* an embedding has no output tokens */
	complete_by_total(m, counts);
	if (span->tokens_in != UNKNOWN_INT) {
		uint64_t read = span->tokens_cached == UNKNOWN_INT ? 0 : (uint64_t)span->tokens_cached;
		uint64_t cache = read + (written == UNKNOWN_INT ? 0 : (uint64_t)written);

		if (cache > (uint64_t)span->tokens_in && cache <= (uint64_t)(INT64_MAX - span->tokens_in))
			span->tokens_in += (int64_t)cache;
	}
}

static void set_cost(struct mapping *m)
{
	double in = usd_field(m, F_COST_IN), out = usd_field(m, F_COST_OUT);

	m->span.cost_usd = usd_field(m, F_COST);
	if (IS_UNKNOWN(m->span.cost_usd) && !(IS_UNKNOWN(in) && IS_UNKNOWN(out)))
		m->span.cost_usd = (IS_UNKNOWN(in) ? 0 : in) + (IS_UNKNOWN(out) ? 0 : out);
	if (IS_UNKNOWN(m->span.cost_usd))
		m->span.cost_usd = cost_object(m);
}

static int64_t scaled_ns(double amount, double ns_per_unit)
{
	double ns = amount * ns_per_unit;

	return ns >= 0 && ns < 9e18 ? (int64_t)(ns + 0.5) : TIME_UNKNOWN;
}

static void set_first_token(struct mapping *m)
{
	const struct picked *p = &m->best[F_FIRST_TOKEN];
	double amount;
	int64_t at;
	bool zoneless;

	m->span.first_token_ns = TIME_UNKNOWN;
	if (p->attr && attr_double(p->attr, &amount, m->arena))
		m->span.first_token_ns = scaled_ns(amount, p->conv == C_MILLISECONDS ? 1e6 : 1e9);
	else if (semconv_has(m, F_FIRST_TIME) && units_iso(semconv_text(m, F_FIRST_TIME), &at, &zoneless))
		m->span.first_token_ns = units_between(m->in->start_ns, at);
	else if (m->first_event_ns != TIME_UNKNOWN)
		m->span.first_token_ns = units_between(m->in->start_ns, m->first_event_ns);
}

void semconv_usage(struct mapping *m)
{
	set_tokens(m);
	set_cost(m);
	set_first_token(m);
}
