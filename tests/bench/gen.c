/* Text is drawn from a pool of paragraphs escaped beforehand, once (plain JSON text) and twice (JSON inside a string), so that making
 * a file is mostly copying. */
#include "tests/bench/gen.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/base/str.h"
#include "store/stat/rng.h"

enum { N_WORDS = 12000, N_PARAGRAPHS = 8192, FLUSH_BYTES = 1 << 20, HISTORY_BYTES = 60000, SPANS_PER_LINE = 64 };

static const int64_t START_NS = 1760000000000000000;
static const char *const models[] = {"gpt-4o",         "gpt-4o-mini",   "claude-sonnet-4",
                                     "gemini-2.5-pro", "mistral-large", "qwen3-32b"};
static const char *const tools[] = {"lookup_order", "search_policy", "send_mail",
                                    "run_query",    "open_page",     "issue_refund"};
enum { N_MODELS = sizeof models / sizeof *models, N_TOOLS = sizeof tools / sizeof *tools };

struct gen {
	FILE *file;
	struct rng dice;
	struct buf out;
	int64_t written, spans;
	struct str once[N_PARAGRAPHS], twice[N_PARAGRAPHS];
	struct buf pool;
};

static uint64_t roll(struct gen *g, uint64_t n)
{
	return rng_index(&g->dice, n);
}

static double unit(struct gen *g)
{
	return ((double)(rng_next(&g->dice) >> 11) + 0.5) / 9007199254740992.0;
}

/* Log-normal: most are near `median`, a few far above (Box & Muller 1958). */
static double spread(struct gen *g, double median, double sigma)
{
	double r = sqrt(-2 * log(unit(g)));
	return median * exp(sigma * r * cos(2 * 3.141592653589793 * unit(g)));
}

static void flush(struct gen *g)
{
	if (fwrite(g->out.ptr, 1, g->out.len, g->file) != g->out.len)
		err_die("cannot write the data of the benchmark: %s", strerror(errno));
	g->written += (int64_t)g->out.len;
	buf_clear(&g->out);
}

/* ---------------------------------------------------------------- text */

static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '"' || c == '\\')
			buf_add_char(out, '\\');
		if (c == '\n' || c == '\t')
			buf_add_cstr(out, c == '\n' ? "\\n" : "\\t");
		else
			buf_add_char(out, c);
	}
}

static void make_word(struct gen *g, struct buf *out)
{
	static const char *const parts[] = {"al",  "be",  "cor", "da",  "el",  "fi", "gra", "ho",  "in",
	                                    "ju",  "kel", "lo",  "mi",  "nor", "ol", "pe",  "qua", "ro",
	                                    "sti", "ta",  "um",  "ver", "wi",  "xe", "yo",  "zan"};
	static const char *const common[] = {"the",    "of",    "to",     "and",   "a",    "in",
	                                     "refund", "error", "policy", "naïve", "答え", "🙂"};
	if (roll(g, 4) == 0) {
		buf_add_cstr(out, common[roll(g, sizeof common / sizeof *common)]);
		return;
	}
	for (uint64_t n = 2 + roll(g, 3); n; n--)
		buf_add_cstr(out, parts[roll(g, sizeof parts / sizeof *parts)]);
}

/* A few words are used very often and most seldom (Zipf): the square of a uniform number stands for it. */
static struct str pick(struct gen *g, const struct str *words)
{
	double u = unit(g);
	return words[(size_t)(u * u * u * (N_WORDS - 1))];
}

static void make_paragraph(struct gen *g, const struct str *words, struct buf *out)
{
	static const char *const between[3] = {" ", ": \\\"", "\": \""};
	uint64_t form = roll(g, 10), n = 20 + roll(g, 50);
	buf_add_cstr(out, form == 0 ? "```\ncheck(" : form == 1 ? "{\"" : "");
	for (uint64_t i = 0; i < n; i++) {
		buf_add_str(out, pick(g, words));
		buf_add_cstr(out, form == 1 ? (i + 1 == n ? "\"}" : i % 2 ? "\", \"" : between[2]) : between[0]);
	}
	buf_add_cstr(out, form == 0 ? ")\n\treturn \"ok\"\n```\n" : ".\n\n");
}

static void make_pool(struct gen *g)
{
	struct buf vocabulary = BUF_INIT, text = BUF_INIT, escaped = BUF_INIT;
	size_t *ends = xcalloc(2 * N_PARAGRAPHS, sizeof *ends);
	struct str *words = xcalloc(N_WORDS, sizeof *words);
	for (size_t i = 0; i < N_WORDS; i++) {
		make_word(g, &vocabulary);
		words[i].len = vocabulary.len; /* its end, until the text no longer moves */
	}
	for (size_t i = N_WORDS; i-- > 0;) {
		size_t from = i ? words[i - 1].len : 0;
		words[i] = (struct str){vocabulary.ptr + from, words[i].len - from};
	}
	for (size_t i = 0; i < N_PARAGRAPHS; i++) {
		buf_clear(&text);
		buf_clear(&escaped);
		make_paragraph(g, words, &text);
		add_escaped(&escaped, buf_str(&text));
		buf_add_str(&g->pool, buf_str(&escaped));
		ends[2 * i] = g->pool.len;
		add_escaped(&g->pool, buf_str(&escaped));
		ends[2 * i + 1] = g->pool.len;
	}
	for (size_t i = 0; i < N_PARAGRAPHS; i++) {
		size_t from = i ? ends[2 * i - 1] : 0;
		g->once[i] = (struct str){g->pool.ptr + from, ends[2 * i] - from};
		g->twice[i] = (struct str){g->pool.ptr + ends[2 * i], ends[2 * i + 1] - ends[2 * i]};
	}
	free(words);
	free(ends);
	buf_done(&vocabulary);
	buf_done(&text);
	buf_done(&escaped);
}

static void text(struct gen *g, struct buf *out, uint64_t n)
{
	while (n--)
		buf_add_str(out, g->once[roll(g, N_PARAGRAPHS)]);
}

static void text_twice(struct gen *g, struct buf *out, uint64_t n)
{
	while (n--)
		buf_add_str(out, g->twice[roll(g, N_PARAGRAPHS)]);
}

/* ---------------------------------------------------------------- spans */

static void add_hex(struct buf *out, uint64_t v)
{
	char hex[16];
	for (int i = 15; i >= 0; i--, v >>= 4)
		hex[i] = "0123456789abcdef"[v & 15];
	buf_add(out, hex, sizeof hex);
}

static void add_int(struct buf *out, int64_t v)
{
	char digits[20];
	size_t n = sizeof digits;
	do
		digits[--n] = (char)('0' + v % 10);
	while (v /= 10);
	buf_add(out, digits + n, sizeof digits - n);
}

struct gen_span {
	uint64_t trace, id, parent; /* parent 0: a root */
	const char *name, *name_2;  /* the name is both together */
	int kind;
	int64_t start_ns, duration_ns;
};

static void begin_span(struct gen *g, const struct gen_span *s)
{
	struct buf *out = &g->out;
	buf_add_cstr(out, "{\"traceId\":\"");
	add_hex(out, s->trace);
	add_hex(out, ~s->trace);
	buf_add_cstr(out, "\",\"spanId\":\"");
	add_hex(out, s->id);
	if (s->parent) {
		buf_add_cstr(out, "\",\"parentSpanId\":\"");
		add_hex(out, s->parent);
	}
	buf_add_cstr(out, "\",\"name\":\"");
	buf_add_cstr(out, s->name);
	buf_add_cstr(out, s->name_2);
	buf_add_cstr(out, "\",\"kind\":");
	add_int(out, s->kind);
	buf_add_cstr(out, ",\"startTimeUnixNano\":\"");
	add_int(out, s->start_ns);
	buf_add_cstr(out, "\",\"endTimeUnixNano\":\"");
	add_int(out, s->start_ns + s->duration_ns);
	buf_add_cstr(out, "\",\"attributes\":[");
}

static void attr_name(struct buf *out, const char *name, const char *type)
{
	if (out->ptr[out->len - 1] != '[')
		buf_add_char(out, ',');
	buf_add_cstr(out, "{\"key\":\"");
	buf_add_cstr(out, name);
	buf_add_cstr(out, "\",\"value\":{\"");
	buf_add_cstr(out, type);
	buf_add_cstr(out, "\":");
}

static void attr_str(struct buf *out, const char *name, const char *value)
{
	attr_name(out, name, "stringValue");
	buf_add_char(out, '"');
	buf_add_cstr(out, value);
	buf_add_cstr(out, "\"}}");
}

static void attr_int(struct buf *out, const char *name, int64_t value)
{
	attr_name(out, name, "intValue");
	buf_add_char(out, '"');
	add_int(out, value);
	buf_add_cstr(out, "\"}}");
}

/* A string that the caller writes: what follows goes between its quotes. */
static void attr_open(struct buf *out, const char *name)
{
	attr_name(out, name, "stringValue");
	buf_add_char(out, '"');
}

static void attr_close(struct buf *out)
{
	buf_add_cstr(out, "\"}}");
}

static void end_span(struct gen *g, bool failed)
{
	buf_add_cstr(&g->out, failed ? "],\"status\":{\"code\":2,\"message\":\"it failed\"}}" : "],\"status\":{}}");
	g->spans++;
}

static void message(struct gen *g, struct buf *out, const char *role, uint64_t paragraphs)
{
	buf_add_cstr(out, "{\\\"role\\\":\\\"");
	buf_add_cstr(out, role);
	buf_add_cstr(out, "\\\",\\\"parts\\\":[{\\\"type\\\":\\\"text\\\",\\\"content\\\":\\\"");
	text_twice(g, out, paragraphs);
	buf_add_cstr(out, "\\\"}]}");
}

/* One agent's run, made span by span. */
struct agent {
	uint64_t trace, root, chat;
	const char *model;
	int64_t left, now_ns, start_ns, user;
	int tools; /* calls left before the next chat */
	bool root_first;
	struct buf history; /* the conversation so far: escaped twice, messages with commas between */
};

static uint64_t new_id(struct gen *g)
{
	return rng_next(&g->dice) | 1;
}

static void agent_begin(struct gen *g, struct agent *a, int64_t spans, int64_t start_ns)
{
	struct buf history = a->history;
	buf_clear(&history);
	*a = (struct agent){.trace = new_id(g),
	                    .root = new_id(g),
	                    .model = models[roll(g, N_MODELS)],
	                    .left = spans,
	                    .now_ns = start_ns,
	                    .start_ns = start_ns,
	                    .user = (int64_t)roll(g, 500),
	                    .history = history};
	message(g, &a->history, "system", 2);
}

static void root_span(struct gen *g, const struct agent *a, int64_t duration_ns)
{
	begin_span(g, &(struct gen_span){.trace = a->trace,
	                                 .id = a->root,
	                                 .name = "invoke_agent ",
	                                 .name_2 = "desk",
	                                 .kind = 1,
	                                 .start_ns = a->start_ns,
	                                 .duration_ns = duration_ns});
	attr_str(&g->out, "gen_ai.operation.name", "invoke_agent");
	attr_str(&g->out, "gen_ai.agent.name", "desk");
	attr_open(&g->out, "session.id");
	add_hex(&g->out, a->trace >> 20);
	attr_close(&g->out);
	attr_open(&g->out, "user.id");
	buf_add_char(&g->out, 'u');
	add_int(&g->out, a->user);
	attr_close(&g->out);
	end_span(g, false);
}

static void chat_span(struct gen *g, struct agent *a)
{
	static const uint64_t lengths[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3};
	struct buf *out = &g->out;
	int64_t took = (int64_t)spread(g, 1e9, 0.8);
	uint64_t odd = roll(g, 400);
	if (a->history.len > HISTORY_BYTES || roll(g, 4) == 0) {
		buf_clear(&a->history); /* the agent compacted its context */
		message(g, &a->history, "system", 2);
	}
	buf_add_char(&a->history, ',');
	message(g, &a->history, "user", odd == 0 ? 140 : odd < 3 ? 30 : lengths[roll(g, 16)]);
	a->chat = new_id(g);
	begin_span(g, &(struct gen_span){.trace = a->trace,
	                                 .id = a->chat,
	                                 .parent = a->root,
	                                 .name = "chat ",
	                                 .name_2 = a->model,
	                                 .kind = 3,
	                                 .start_ns = a->now_ns,
	                                 .duration_ns = took});
	attr_str(out, "gen_ai.operation.name", "chat");
	attr_str(out, "gen_ai.provider.name", "openai");
	attr_str(out, "gen_ai.request.model", a->model);
	attr_int(out, "gen_ai.usage.input_tokens", (int64_t)a->history.len / 4);
	attr_int(out, "gen_ai.usage.output_tokens", 5 + (int64_t)roll(g, 900));
	attr_open(out, "gen_ai.input.messages");
	buf_add_char(out, '[');
	buf_add_str(out, buf_str(&a->history));
	buf_add_char(out, ']');
	attr_close(out);
	buf_add_char(&a->history, ',');
	size_t answer = a->history.len;
	message(g, &a->history, "assistant", 1);
	attr_open(out, "gen_ai.output.messages");
	buf_add_char(out, '[');
	buf_add_str(out, str_from(buf_str(&a->history), answer));
	buf_add_char(out, ']');
	attr_close(out);
	end_span(g, roll(g, 100) == 0);
	a->now_ns += took;
}

static void tool_span(struct gen *g, struct agent *a)
{
	struct buf *out = &g->out;
	bool is_tool = roll(g, 5) < 3;
	int64_t took = (int64_t)spread(g, 6e7, 1.5);
	const char *tool = tools[roll(g, N_TOOLS)];
	begin_span(g, &(struct gen_span){.trace = a->trace,
	                                 .id = new_id(g),
	                                 .parent = a->chat,
	                                 .name = is_tool ? "execute_tool " : "POST",
	                                 .name_2 = is_tool ? tool : "",
	                                 .kind = is_tool ? 1 : 3,
	                                 .start_ns = a->now_ns,
	                                 .duration_ns = took});
	if (is_tool) {
		attr_str(out, "gen_ai.operation.name", "execute_tool");
		attr_str(out, "gen_ai.tool.name", tool);
		attr_open(out, "gen_ai.tool.call.id");
		buf_add_cstr(out, "call_");
		add_hex(out, new_id(g));
		attr_close(out);
		attr_open(out, "gen_ai.tool.call.arguments");
		buf_add_cstr(out, "{\\\"query\\\":\\\"");
		add_hex(out, roll(g, 100000));
		buf_add_cstr(out, "\\\"}");
		attr_close(out);
		attr_open(out, "gen_ai.tool.call.result");
		text(g, out, 1 + roll(g, 10) / 6);
		attr_close(out);
	} else {
		attr_str(out, "http.request.method", "POST");
		attr_int(out, "http.response.status_code", roll(g, 4) ? 200 : 429);
		attr_open(out, "url.full");
		buf_add_cstr(out, "https://api.example.com/v1/items?id=");
		add_hex(out, rng_next(&g->dice));
		attr_close(out);
		attr_str(out, "server.address", "api.example.com");
	}
	end_span(g, roll(g, 33) == 0);
	a->now_ns += took;
}

/* One span of the agent; the root comes last, when how long it took is known. */
static void agent_span(struct gen *g, struct agent *a)
{
	if (--a->left == 0)
		root_span(g, a, a->now_ns - a->start_ns);
	else if (a->tools-- == 0) {
		chat_span(g, a);
		a->tools = 1 + (int)roll(g, 5);
	} else
		tool_span(g, a);
}

static const char head[] =
    "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":"
    "\"desk\"}},{\"key\":\"service.version\",\"value\":{\"stringValue\":\"2.1.0\"}}]},"
    "\"scopeSpans\":[{\"scope\":{\"name\":\"desk\"},\"spans\":[";
static const char foot[] = "]}]}]}\n";

/* A line of its own, for programs that want a time in each. */
static void begin_line(struct gen *g, enum gen_kind kind, int64_t at_ns)
{
	if (kind == GEN_SINGLE) {
		time_t seconds = (time_t)(at_ns / 1000000000);
		struct tm utc;
		char text[64];
		gmtime_r(&seconds, &utc);
		strftime(text, sizeof text, "{\"time\":\"%Y-%m-%dT%H:%M:%S\",", &utc);
		buf_add_cstr(&g->out, text);
		buf_add_cstr(&g->out, head + 1);
	} else
		buf_add_cstr(&g->out, head);
}

static void agents(struct gen *g, int64_t limit, enum gen_kind kind)
{
	struct agent a = {.history = BUF_INIT};
	bool document = kind == GEN_DOC;
	int64_t start_ns = START_NS;
	uint64_t on_line = 0;
	a.chat = 1;
	if (document)
		buf_add_cstr(&g->out, head);
	while (g->written + (int64_t)g->out.len < limit || a.left > 0) {
		if (g->written + (int64_t)g->out.len >= limit)
			a.left = 1; /* the last one ends here, with its root */
		if (a.left == 0) {
			double n = spread(g, 30, 1.1);
			start_ns += (int64_t)(-log(unit(g)) * 5e9);
			agent_begin(g, &a, 2 + (int64_t)(n < 20000 ? n : 20000), start_ns);
		}
		if (document ? g->spans > 0 : on_line > 0)
			buf_add_char(&g->out, ',');
		if (!document && on_line == 0) {
			begin_line(g, kind, a.now_ns);
			on_line = kind == GEN_SINGLE ? 1 : 1 + roll(g, SPANS_PER_LINE);
		}
		agent_span(g, &a);
		if (!document && --on_line == 0)
			buf_add_cstr(&g->out, foot);
		if (g->out.len > FLUSH_BYTES)
			flush(g);
	}
	if (document || on_line)
		buf_add_cstr(&g->out, foot);
	flush(g);
	buf_done(&a.history);
}

/* ---------------------------------------------------------------- very many small spans */

static void small_span(struct gen *g, const struct agent *a, struct gen_span *s, bool chat)
{
	begin_span(g, s);
	attr_str(&g->out, "gen_ai.operation.name", chat ? "chat" : "execute_tool");
	if (chat) {
		attr_str(&g->out, "gen_ai.request.model", a->model);
		attr_int(&g->out, "gen_ai.usage.input_tokens", 100 + (int64_t)roll(g, 4000));
		attr_int(&g->out, "gen_ai.usage.output_tokens", 5 + (int64_t)roll(g, 900));
	} else {
		attr_open(&g->out, "gen_ai.tool.call.arguments");
		buf_add_cstr(&g->out, "{\\\"n\\\":");
		add_int(&g->out, (int64_t)roll(g, 1000000));
		buf_add_cstr(&g->out, "}");
		attr_close(&g->out);
	}
	end_span(g, roll(g, 2000) == 0);
}

/* Root, steps of at most 50 spans, in a step chats with their tools: a tree of four levels. */
static void small_trace(struct gen *g, int64_t spans, int64_t start_ns)
{
	struct agent a = {.history = BUF_INIT};
	uint64_t step = 0;
	int64_t last = 0;
	agent_begin(g, &a, spans, start_ns);
	buf_done(&a.history);
	for (int64_t i = 0; i < spans; i++) {
		if (i % SPANS_PER_LINE == 0)
			buf_add_cstr(&g->out, i ? "]}]}]}\n" : "");
		buf_add_cstr(&g->out, i % SPANS_PER_LINE == 0 ? head : ",");
		last = 1000000 + (int64_t)roll(g, 4000000);
		struct gen_span s = {.trace = a.trace,
		                     .id = new_id(g),
		                     .start_ns = a.now_ns,
		                     .duration_ns = last,
		                     .kind = 1,
		                     .name_2 = ""};
		if (i == 0) {
			root_span(g, &a, spans * 5000000);
		} else if (i % 50 == 1) {
			step = a.chat = s.id;
			s.parent = a.root;
			s.name = "step";
			s.duration_ns = 50 * 5000000;
			small_span(g, &a, &s, false);
		} else if (i % 4 == 2) {
			a.chat = s.id;
			s.parent = step;
			s.name = "chat ";
			s.name_2 = a.model;
			small_span(g, &a, &s, true);
		} else {
			s.parent = a.chat;
			s.name = "execute_tool ";
			s.name_2 = tools[roll(g, N_TOOLS)];
			small_span(g, &a, &s, false);
		}
		a.now_ns += last;
		if (g->out.len > FLUSH_BYTES)
			flush(g);
	}
	buf_add_cstr(&g->out, foot);
}

static void many(struct gen *g, int64_t limit)
{
	int64_t traces = limit / 100 > 3 ? limit / 100 : 3, start_ns = START_NS;
	int64_t largest = limit / 10, large = limit / 1000, rest = (limit - largest - large) / (traces - 2);
	for (int64_t i = 0; i < traces; i++) {
		int64_t n = i == traces - 10  ? largest
		            : i == traces / 2 ? large
		                              : rest / 2 + (int64_t)roll(g, (uint64_t)(rest > 0 ? rest : 1));
		start_ns += (int64_t)(-log(unit(g)) * 5e9);
		small_trace(g, n > 2 ? n : 2, start_ns);
	}
	flush(g);
}

/* ---------------------------------------------------------------- eval results */

static void eval_case(struct gen *g, int64_t i, uint64_t seed, bool b)
{
	static const double scores[8] = {0, 0.25, 0.5, 0.75, 1, 1, 1, 1};
	struct buf *out = &g->out, question = BUF_INIT, answer = BUF_INIT;
	g->dice = rng_stream(seed, (uint64_t)i + 1); /* each case alone: B meets A's text */
	text(g, &question, 1 + roll(g, 3));
	text(g, &answer, 1 + roll(g, 3));
	double score = scores[roll(g, 8)], faithful = unit(g), ms = spread(g, 800, 0.7);
	bool error = roll(g, 100) == 0, pass = score >= 0.5, is_new = false;
	if (b) {
		uint64_t change = roll(g, 100);
		is_new = change == 1;
		if (change == 0)
			goto out;
		if (roll(g, 10) < 3) {
			buf_clear(&answer);
			text(g, &answer, 2);
		}
		if (roll(g, 100) < 12)
			score = scores[roll(g, 8)];
		faithful += (unit(g) - 0.5) / 10;
		ms *= 0.8 + unit(g) / 2;
		pass = score >= 0.5;
	}
	buf_printf(
	    out,
	    "{\"id\":\"%s-%07lld\",\"testIdx\":%lld,\"promptIdx\":0,\"promptId\":\"p0\",\"success\":%s,\"score\":%g,",
	    b ? "b" : "a", (long long)i, (long long)i, pass && !error ? "true" : "false", score);
	buf_printf(
	    out,
	    "\"latencyMs\":%d,\"cost\":%.6f,\"namedScores\":{\"correct\":%g,\"faithful\":%.3f},\"failureReason\":%d,",
	    (int)ms, ms / 1e6, score, faithful,
	    error  ? 2
	    : pass ? 0
	           : 1);
	if (error)
		buf_add_cstr(out, "\"error\":\"timeout\",");
	buf_printf(out, "\"provider\":{\"id\":\"openai:gpt-4o\"},\"prompt\":{\"raw\":\"Answer.\",\"label\":\"%s\"},",
	           b ? "v2" : "v1");
	buf_printf(out, "\"vars\":{\"number\":\"%s%lld\",\"question\":\"", is_new ? "new-" : "", (long long)i);
	buf_add_str(out, buf_str(&question));
	buf_add_cstr(out, "\"},\"response\":{\"output\":\"");
	buf_add_str(out, buf_str(&answer));
	buf_printf(out, "\",\"tokenUsage\":{\"prompt\":%zu,\"completion\":%zu}}}\n", question.len / 4, answer.len / 4);
	g->spans++;
out:
	buf_done(&question);
	buf_done(&answer);
}

static void evals(struct gen *g, int64_t limit, uint64_t seed, bool b)
{
	for (int64_t i = 0; g->spans < limit; i++) {
		eval_case(g, i, seed, b);
		if (g->out.len > FLUSH_BYTES)
			flush(g);
	}
	flush(g);
}

bool gen_named(const char *name, enum gen_kind *kind)
{
	static const char *const names[N_GEN_KINDS] = {"lines", "doc", "single", "many", "eval-a", "eval-b"};
	for (int k = 0; k < N_GEN_KINDS; k++)
		if (strcmp(names[k], name) == 0) {
			*kind = (enum gen_kind)k;
			return true;
		}
	return false;
}

int64_t gen_write(FILE *file, enum gen_kind kind, int64_t limit, uint64_t seed)
{
	struct gen *g = xcalloc(1, sizeof *g);
	g->file = file;
	g->dice = rng_stream(
	    seed, (uint64_t)(kind == GEN_EVAL_B ? GEN_EVAL_A : kind)); /* of one pool: cases meet by their text */
	make_pool(g);
	switch (kind) {
	case GEN_LINES:
	case GEN_DOC:
	case GEN_SINGLE: agents(g, limit, kind); break;
	case GEN_MANY: many(g, limit); break;
	case GEN_EVAL_A: evals(g, limit, seed, false); break;
	case GEN_EVAL_B: evals(g, limit, seed, true); break;
	case N_GEN_KINDS: break;
	}
	if (fflush(file) != 0)
		err_die("cannot write the data of the benchmark: %s", strerror(errno));
	int64_t made = g->spans;
	buf_done(&g->pool);
	buf_done(&g->out);
	free(g);
	return made;
}
