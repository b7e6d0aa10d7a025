/* DSPy's history (lm.history, dspy.inspect_history): what an LM was asked and said, call by call. The entries have nothing in common but
 * the list they are in: they are one flat trace, named by the first of them. DSPy writes no such file by itself; users dump the list.
 * Source: stanfordnlp/dspy dspy/clients/base_lm.py (entry), at version 3. */
#include "import/fields.h"

#include "store/base/hash.h"

enum { TRACE_MAX = 64 };

struct dspy_state {
	char trace[TRACE_MAX];
};

/* api_key is left out by DSPy itself, other keys of clients are not. */
static const char *const dspy_secrets[] = {"kwargs.**.api_key", "kwargs.headers", "kwargs.extra_headers", NULL};

static bool is_entry(struct val v)
{
	return val_is(v, SCAN_OBJECT) && val_get(v, "outputs").scan &&
	       (val_ok(val_get(v, "messages")) || val_ok(val_get(v, "prompt"))) &&
	       (val_get(v, "usage").scan || val_get(v, "lm_usage").scan || val_get(v, "model_type").scan);
}

static struct str trace_of(const struct fields *f, struct str id)
{
	struct dspy_state *s = f->im->state;
	if (!*s->trace) {
		struct str first =
		    id.len ? id : arena_printf(f->arena, "history-%016llx", (unsigned long long)hash64(f->rec->bytes));
		first = str_cut(first, 0, TRACE_MAX - 1);
		memcpy(s->trace, first.ptr, first.len);
		s->trace[first.len] = 0;
	}
	return str_of(s->trace);
}

/* "openai/gpt-4o-mini": LiteLLM's provider before the model's name. */
static void read_model(const struct fields *f, struct span *span, struct val v)
{
	struct str model = field_text(f, FIELD_ANY(v, "model", "response_model"));
	size_t slash = str_find_char(model, '/');
	span->model = slash == SIZE_MAX ? model : str_from(model, slash + 1);
	span->provider = slash == SIZE_MAX ? STR_NONE : str_cut(model, 0, slash);
}

/* One answer is shown as such. */
static struct val single(struct val list)
{
	return val_is(list, SCAN_ARRAY) && val_count(list) == 1 ? val_at(list, 0) : list;
}

static void read_content(struct fields *f, struct span *span, struct val v)
{
	struct val in = FIELD_ANY(v, "messages", "prompt"), out = single(field_open(f, val_get(v, "outputs")));
	struct val text = val_get(out, "text"), response = field_open(f, val_get(v, "response"));
	bool plain = val_is(text, SCAN_STRING) && !val_ok(val_get(out, "tool_calls")) &&
	             !val_ok(val_get(out, "reasoning_content"));
	fields_input(f, span, in);
	fields_output(f, span, plain ? text : out);
	/* With tool calls and reasoning the provider's own answer says more than what DSPy took from it. */
	fields_messages(f, span, in, val_is(val_get(response, "choices"), SCAN_ARRAY) ? response : plain ? text : out);
}

static const struct field_rule rules[] = {
    {"kwargs", FIELD_OBJECT},
    {NULL,     FIELD_OBJECT},
};

static void read_entry(struct fields *f, struct val v)
{
	static const char *const mapped[] = {"prompt",    "messages", "outputs", "usage",  "lm_usage", "cost",
	                                     "timestamp", "uuid",     "model",   "kwargs", "response", NULL};
	struct span span = span_start("dspy");
	fields_expect(f, v, rules, "");
	struct val usage = field_open(f, FIELD_ANY(v, "usage", "lm_usage"));
	span.id = field_text(f, val_get(v, "uuid"));
	span.trace_id = trace_of(f, span.id);
	span.trace_name = STR_LIT("DSPy history");
	span.name = STR_LIT("LM");
	span.kind = KIND_LLM;
	span.status = STATUS_OK;
	/* Taken when the answer was there; how long it took is not said. */
	span.start_ns = field_time(f, val_get(v, "timestamp"), "timestamp");
	read_model(f, &span, v);
	span.cost_usd = field_number(f, val_get(v, "cost"), "cost");
	fields_usage(f, &span, usage, "usage");
	read_content(f, &span, v);
	fields_attributes(f, &span, v, "", mapped);
	fields_attributes(f, &span, field_open(f, val_get(v, "kwargs")), "kwargs.", NULL);
	sink_span(f->im->sink, &span);
}

static bool dspy_record(struct import *im, const struct record *rec, struct err *err)
{
	(void)err;
	struct fields f = fields_of(im, rec);
	if (is_entry(rec->root))
		read_entry(&f, rec->root);
	else
		import_problem(im, rec, SEVERITY_SKIPPED, "bad-value", STR_NONE, "record skipped",
		               "not a call of an LM");
	fields_done(&f);
	return true;
}

static int dspy_probe(const struct sample *sample, const char **why)
{
	struct val v = sample->n_values ? sample->values[0] : VAL_NONE;
	*why = "no messages with outputs, usage and timestamp";
	if (!is_entry(v) || !val_get(v, "timestamp").scan)
		return 0;
	*why = "calls with messages, outputs, usage and timestamp";
	return val_get(v, "uuid").scan && val_get(v, "kwargs").scan ? 92 : 75;
}

const struct format format_dspy = {
    .name = "dspy",
    .title = "DSPy history",
    .spec_url = "https://dspy.ai/api/utils/inspect_history/",
    .how = "messages or prompt, outputs, usage and timestamp in each entry",
    .fills = "one flat trace of llm spans with messages, tokens and cost; no durations",
    .example = "{\"messages\":[…],\"outputs\":[\"…\"],\"usage\":{…},\"cost\":…,\"timestamp\":…,\"uuid\":…,\"model\":"
               "\"openai/…\"}",
    .seen = "documented shape (DSPy's own code), no real sample seen",
    .secrets = dspy_secrets,
    .stateful = true,
    .state_size = sizeof(struct dspy_state),
    .probe = dspy_probe,
    .record = dspy_record,
};
