#include "store/query/fields.h"

#include "store/model.h"
#include "store/query/compare.h"
#include "store/query/marks.h"
#include "store/span_row.h"
#include "store/trace_words.h"

/* ---------------------------------------------------------------- words of the enums */

static const char *word_of_kind(int value)
{
	return kind_name((enum span_kind)value);
}

static bool kind_of_word(struct str word, int *value)
{
	enum span_kind kind;
	bool ok = kind_named(word, &kind);
	if (ok)
		*value = (int)kind;
	return ok;
}

static const char *word_of_status(int value)
{
	return status_name((enum span_status)value);
}

static bool status_of_word(struct str word, int *value)
{
	enum span_status status;
	bool ok = status_named(word, &status);
	if (ok)
		*value = (int)status;
	return ok;
}

static const char *word_of_case_status(int value)
{
	return case_status_name((enum case_status)value);
}

static bool case_status_of_word(struct str word, int *value)
{
	enum case_status status;
	bool ok = case_status_named(word, &status);
	if (ok)
		*value = (int)status;
	return ok;
}

static const char *word_of_verdict(int value)
{
	return verdict_name((enum verdict)value);
}

static bool verdict_of_word(struct str word, int *value)
{
	for (int v = VERDICT_GOOD; v <= VERDICT_UNSURE; v++)
		if (str_ieq(word, word_of_verdict(v))) {
			*value = v;
			return true;
		}
	return false;
}

static const char *word_of_yes(int value)
{
	return value ? "yes" : "no";
}

static bool yes_of_word(struct str word, int *value)
{
	*value = str_ieq(word, "yes");
	return *value || str_ieq(word, "no");
}

/* Short, as the tabs of a comparison call them; those of --json are known, too. */
static const char *const class_words[N_CLASSES] = {
    [CLASS_REGRESSED] = "lost",  [CLASS_IMPROVED] = "won", [CLASS_NEW_ERROR] = "new_errors",
    [CLASS_CHANGED] = "changed", [CLASS_SAME] = "same",    [CLASS_ONLY_A] = "only_a",
    [CLASS_ONLY_B] = "only_b"};

static const char *word_of_class(int value)
{
	return class_words[value];
}

static bool class_of_word(struct str word, int *value)
{
	for (int k = 0; k < N_CLASSES; k++)
		if (str_ieq(word, class_words[k]) || str_ieq(word, case_class_name((enum case_class)k))) {
			*value = k;
			return true;
		}
	return false;
}

static const struct field_words classes = {
    .first = 0, .last = N_CLASSES - 1, .name = word_of_class, .named = class_of_word};
static const struct field_words yes_no = {.first = 0, .last = 1, .name = word_of_yes, .named = yes_of_word};
static const struct field_words kinds = {
    .first = KIND_SPAN, .last = N_KINDS - 1, .name = word_of_kind, .named = kind_of_word};
static const struct field_words statuses = {
    .first = STATUS_UNSET, .last = N_STATUSES - 1, .name = word_of_status, .named = status_of_word};
static const struct field_words case_statuses = {
    .first = CASE_UNSCORED, .last = N_CASE_STATUSES - 1, .name = word_of_case_status, .named = case_status_of_word};
static const struct field_words verdicts = {
    .first = VERDICT_GOOD, .last = VERDICT_UNSURE, .name = word_of_verdict, .named = verdict_of_word};

/* ---------------------------------------------------------------- SQL
 *
 * A word is looked up in `word` once for the whole statement (the inner SELECT depends on nothing), then rows compare numbers. */

_Static_assert(KIND_TOOL == 4 && STATUS_ERROR == 2 && CASE_ERROR == 3 && SPAN_SYNTHETIC == 16 &&
                   SPAN_CRITICAL == 1 << 3 && SPAN_SAME == 256 && SPAN_ESTIMATED == 4096 && SPAN_RUNNING == 1,
               "the SQL below names them by number");
_Static_assert(WORDS_KIND == 0 && WORDS_NAME == 1 && WORDS_TOOL == 2 && WORDS_MODEL == 3 && WORDS_PROVIDER == 4 &&
                   WORDS_PROMPT == 5 && N_KINDS <= 13,
               "and these");

#define WORD_IS(column)   column " IN (SELECT w.id FROM word w WHERE {w.text})"
#define PROMPT_IS(column) column " IN (SELECT p.id FROM prompt p WHERE " WORD_IS("p.name") ")"
/* Also by the beginning of its text's hash, at least 8 digits. */
#define VERSION            "({p.version} OR ($ AND length(#) >= 8 AND substr(lower(hex(p.hash)), 1, length(#)) = lower(#)))"
#define VERSION_IS(column) column " IN (SELECT p.id FROM prompt p WHERE " VERSION ")"
#define SPAN_HAS(condition)                                                                                    \
	"EXISTS(SELECT 1 FROM span s WHERE s.pos BETWEEN t.first AND t.first + t.n - 1 AND (s.flags & 16) = 0" \
	" AND " condition ")"
/* What a trace's spans have is packed in its row; only of a trace with very many different words its spans are read. */
#define TRACE_HAS(of, list, otherwise)                                               \
	"CASE trace_has(t.words, " of ", (SELECT group_concat(i) FROM (SELECT " list \
	" LIMIT 1001))) WHEN 1 THEN 1 WHEN 0 THEN 0 ELSE " otherwise " END"
#define WORD_LIST    "w.id AS i FROM word w WHERE {w.text}"
#define KIND_LIST    "column1 + 1 AS i FROM (VALUES(0),(1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12)) WHERE {column1}"
#define PROMPT_LIST  "p.id AS i FROM prompt p WHERE " WORD_IS("p.name")
#define VERSION_LIST "p.id AS i FROM prompt p WHERE " VERSION
#define SCORE_NAME   "x.name IN (SELECT w.id FROM word w WHERE w.text = @ COLLATE NOCASE)"
/* As `spoor run NAME` finds it: with ":" also by a word of its name, id or file. */
#define RUN_IS                                                                                                \
	"(SELECT r.id FROM run r LEFT JOIN prompt p ON p.id = r.prompt LEFT JOIN source o ON o.id = r.source" \
	" WHERE {r.text} OR {r.name} OR {p.version} OR {CAST(o.path AS TEXT)}"                                \
	" OR ($ AND (has_word(r.name, #) OR has_word(r.text, #) OR has_word(o.path, #))))"
#define FILE_IS "(SELECT o.id FROM source o WHERE {CAST(o.path AS TEXT)} OR {o.entry})"
#define OF_FILE "(SELECT f.run FROM run_source f WHERE f.source IN " FILE_IS ")"
/* What people say now (store/query/marks.h). What was only proposed is nobody's word. */
#define SAID "(n.how & 1) = 0"
#define SAID_VERDICT \
	"n.field = 0 AND " SAID " AND {CASE n.value WHEN 'good' THEN 1 WHEN 'bad' THEN 2 WHEN 'unsure' THEN 3 END}"
#define SAID_AUTHOR SAID " AND {n.author}"
#define SAID_NOTE   "n.field = 1 AND " SAID " AND {n.value}"
/* One of several, "outdated, tone". */
#define SAID_REASON             \
	"n.field = 3 AND " SAID \
	" AND ({n.value} OR ($ AND instr(', ' || lower(n.value) || ', ', ', ' || lower(#) || ', ') > 0))"
#define SAID_TAG "n.field = 4 AND " SAID " AND {n.value}"
#define SAID_DIFFER                                                                                           \
	"n.field = 0 AND " SAID " AND n.value < (SELECT max(o.value) FROM annotation_now o WHERE o.target = " \
	"n.target AND o.field = 0 AND (o.how & 1) = 0)"
_Static_assert(FIELD_VERDICT == 0 && FIELD_NOTE == 1 && FIELD_CORRECTION == 2 && FIELD_REASON == 3 && FIELD_TAG == 4 &&
                   VERDICT_GOOD == 1 && VERDICT_BAD == 2 && VERDICT_UNSURE == 3 && HOW_PROPOSED == 1,
               "and these");
#define HAS_SAID(OF)                                                                                              \
	{"annotation", OF(SAID)}, {"correction", OF("n.field = 2 AND " SAID)}, {"disagreement", OF(SAID_DIFFER)}, \
	    {"note", OF("n.field = 1 AND " SAID)},                                                                \
	{                                                                                                         \
		"proposed", OF("n.field = 0 AND (n.how & 1) = 1")                                                 \
	}

static const struct field_has trace_has[] = {
    HAS_SAID(MARKS_TRACE),
    {"case",    "t.key IN (SELECT c.trace FROM case_result c WHERE c.trace IS NOT NULL)"},
    {"cost",    "t.cost_usd IS NOT NULL"                                                },
    {"error",   "(t.errors > 0 OR t.status = 2)"                                        },
    {"finding", "t.id IN (SELECT x.trace FROM finding x WHERE x.level > 0)"             },
    {"repeat",  "t.repeats > 1"                                                         },
    {"score",   "EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id)"                    },
    {"session", "t.session IS NOT NULL"                                                 },
    {"tag",     "EXISTS(SELECT 1 FROM trace_tag g WHERE g.trace = t.id)"                },
    {"user",    "t.user IS NOT NULL"                                                    },
    {NULL,      NULL                                                                    },
};
static const struct field_has case_has[] = {
    HAS_SAID(MARKS_CASE),
    {"cost",  "c.cost_usd IS NOT NULL"                                                                         },
    {"error", "c.status = 3"                                                                                   },
    {"score",
                  "EXISTS(SELECT 1 FROM case_score x WHERE x.run = c.run AND x.case_id = c.case_id AND x.repeat = c.repeat)"},
    {"trace", "c.trace IN (SELECT t.key FROM trace t)"                                                         },
    {NULL,    NULL                                                                                             },
};
static const struct field_has run_has[] = {
    HAS_SAID(MARKS_RUN),
    {"cost",   "r.cost_usd IS NOT NULL"                              },
    {"error",  "r.errored > 0"                                       },
    {"prompt", "r.prompt IS NOT NULL"                                },
    {"score",  "EXISTS(SELECT 1 FROM run_score x WHERE x.run = r.id)"},
    {NULL,     NULL                                                  },
};

static const struct field_has span_has[] = {
    HAS_SAID(MARKS_SPAN),
    {"cost",     "s.cost_usd IS NOT NULL"                                                                    },
    {"error",    "s.status = 2"                                                                              },
    {"finding",  "EXISTS(SELECT 1 FROM finding x WHERE x.trace = s.trace AND x.span = s.key AND x.level > 0)"},
    {"estimate", "(s.flags & 4096) != 0"                                                                     },
    {"message",  "s.message IS NOT NULL"                                                                     },
    {"model",    "s.model IS NOT NULL"                                                                       },
    {"prompt",   "s.prompt IS NOT NULL"                                                                      },
    {"repeat",   "s.rep_n > 1 AND (s.flags & 256) != 0"                                                      },
    {"score",    "EXISTS(SELECT 1 FROM score x WHERE x.trace = s.trace AND x.span = s.key)"                  },
    {"tokens",   "coalesce(s.tokens_in, s.tokens_out) IS NOT NULL"                                           },
    {NULL,       NULL                                                                                        },
};

/* ---------------------------------------------------------------- the tables: name, type, SQL, words, help, example */

#define SAID_FIELDS(X, OF, whom)                                                                                   \
	X("verdict", TYPE_ENUM, OF(SAID_VERDICT), &verdicts, NULL, "what people say of " whom, "verdict:bad")      \
	X("author", TYPE_WORD, OF(SAID_AUTHOR), NULL, NULL, "this person said something of " whom, "author:ana")   \
	X("reason", TYPE_WORD, OF(SAID_REASON), NULL, NULL, "why people find fault with " whom, "reason:outdated") \
	X("note", TYPE_TEXT, OF(SAID_NOTE), NULL, NULL, "people's notes on " whom " contain", "note:refund")
#define NO_SQL(cond) NULL

#define TRACE_FIELDS(X)                                                                                                \
	X("name", TYPE_WORD, WORD_IS("t.name"), NULL, NULL, "name of the trace; a bare word: the name contains it",    \
	  "name=\"dispute-agent\"")                                                                                    \
	X("status", TYPE_ENUM, "{t.status}", &statuses, NULL, "how the trace ended", "status:error")                   \
	X("kind", TYPE_ENUM, TRACE_HAS("0", KIND_LIST, SPAN_HAS("{s.kind}")), &kinds, NULL, "has a span of this kind", \
	  "kind:llm")                                                                                                  \
	X("model", TYPE_WORD, TRACE_HAS("3", WORD_LIST, SPAN_HAS(WORD_IS("s.model"))), NULL, NULL,                     \
	  "a span used this model", "model~gpt-4")                                                                     \
	X("provider", TYPE_WORD, TRACE_HAS("4", WORD_LIST, SPAN_HAS(WORD_IS("s.provider"))), NULL, NULL,               \
	  "a span used this provider", "provider:openai")                                                              \
	X("tool", TYPE_WORD, TRACE_HAS("2", WORD_LIST, SPAN_HAS("s.kind = 4 AND " WORD_IS("s.name"))), NULL, NULL,     \
	  "called this tool", "tool:get_balance")                                                                      \
	X("step", TYPE_WORD, TRACE_HAS("1", WORD_LIST, SPAN_HAS("s.kind <> 4 AND " WORD_IS("s.name"))), NULL, NULL,    \
	  "has a span of this name that is no tool call", "step:draft-answer")                                         \
	X("service", TYPE_WORD, WORD_IS("t.service"), NULL, NULL, "service that made the trace", "service:api")        \
	X("session", TYPE_WORD, WORD_IS("t.session"), NULL, NULL, "session, conversation, thread", "session:s-42")     \
	X("user", TYPE_WORD, WORD_IS("t.user"), NULL, NULL, "user it was made for", "user:u-7")                        \
	X("tag", TYPE_WORD,                                                                                            \
	  "(EXISTS(SELECT 1 FROM trace_tag g WHERE g.trace = t.id AND " WORD_IS("g.tag") ") OR " MARKS_TRACE(          \
	      SAID_TAG) ")",                                                                                           \
	  NULL, NULL, "has this tag", "tag:prod")                                                                      \
	X("id", TYPE_ID, "{t.text}", NULL, NULL, "id of the trace begins with", "id:4bf92f35")                         \
	X("dur", TYPE_DURATION, "{t.duration_ns}", NULL, NULL, "time from start to end", "dur>2s")                     \
	X("cost", TYPE_MONEY, "{t.cost_usd}", NULL, NULL, "cost in US dollars", "cost>0.01")                           \
	X("tokens", TYPE_COUNT, "{coalesce(t.tokens_in + t.tokens_out, t.tokens_in, t.tokens_out)}", NULL, NULL,       \
	  "tokens in and out", "tokens>=4k")                                                                           \
	X("tokens_in", TYPE_COUNT, "{t.tokens_in}", NULL, NULL, "tokens in", "tokens_in>10k")                          \
	X("tokens_out", TYPE_COUNT, "{t.tokens_out}", NULL, NULL, "tokens out", "tokens_out<10")                       \
	X("spans", TYPE_COUNT, "{t.spans}", NULL, NULL, "number of spans", "spans>100")                                \
	X("errors", TYPE_COUNT, "{t.errors}", NULL, NULL, "number of spans that failed", "errors>0")                   \
	X("llm", TYPE_COUNT, "{t.llm_calls}", NULL, NULL, "number of LLM calls", "llm>10")                             \
	X("tools", TYPE_COUNT, "{t.tool_calls}", NULL, NULL, "number of tool calls", "tools>=12")                      \
	X("repeats", TYPE_COUNT, "{t.repeats}", NULL, NULL, "the most calls with the same arguments", "repeats>=3")    \
	X("start", TYPE_TIME, "{t.start_ns}", NULL, NULL, "when it began", "start>2026-11-20T09:30")                   \
	X("hour", TYPE_COUNT,                                                                                          \
	  "{CAST(strftime('%H', t.start_ns / 1000000000 - (t.start_ns % 1000000000 < 0), 'unixepoch', 'localtime') "   \
	  "AS INTEGER)}",                                                                                              \
	  NULL, NULL, "hour of the day it began in, 0 to 23, local", "hour>=22")                                       \
	X("since", TYPE_SINCE, "{t.start_ns}", NULL, NULL, "began at this time or later", "since:7d")                  \
	X("until", TYPE_UNTIL, "{t.start_ns}", NULL, NULL, "began before this time", "until:2026-11-20")               \
	X("score", TYPE_SCORE, "EXISTS(SELECT 1 FROM score x WHERE x.trace = t.id AND " SCORE_NAME " AND {x})", NULL,  \
	  NULL, "score.NAME: a score on the trace or one of its spans", "score.groundedness<0.5")                      \
	X("finding", TYPE_WORD, "t.id IN (SELECT x.trace FROM finding x WHERE {x.name})", NULL, NULL,                  \
	  "a check found this (spoor checks)", "finding:repeated-call")                                                \
	X("has", TYPE_HAS, NULL, NULL, trace_has, "has any of it", "has:annotation")                                   \
	SAID_FIELDS(X, MARKS_TRACE, "it or of a step of it")                                                           \
	X("prompt", TYPE_WORD, TRACE_HAS("5", PROMPT_LIST, SPAN_HAS(PROMPT_IS("s.prompt"))), NULL, NULL,               \
	  "a span used this prompt", "prompt:dispute")                                                                 \
	X("version", TYPE_WORD, TRACE_HAS("5", VERSION_LIST, SPAN_HAS(VERSION_IS("s.prompt"))), NULL, NULL,            \
	  "a span used this prompt version", "version:v13")                                                            \
	X("run", TYPE_WORD, "t.key IN (SELECT c.trace FROM case_result c WHERE c.run IN " RUN_IS ")", NULL, NULL,      \
	  "belongs to a case of this eval run", "run:v13")                                                             \
	X("source", TYPE_TEXT, "(t.source IN " FILE_IS " OR t.seen IN " FILE_IS ")", NULL, NULL,                       \
	  "the file's path contains", "source:monday")                                                                 \
	X("text", TYPE_FOUND, "t.id IN (SELECT j.value FROM json_each(#) j)", NULL, NULL,                              \
	  "an input, output, message, document … holds the words; the newest 2,000", "text:\"refund policy\"")

#define CASE_FIELDS(X)                                                                                                 \
	X("title", TYPE_WORD, "{ifnull(c.title, (SELECT k.text FROM case_key k WHERE k.id = c.case_id))}", NULL, NULL, \
	  "title of the case; a bare word: the title contains it", "title~hotel")                                      \
	X("key", TYPE_ID, "{(SELECT k.text FROM case_key k WHERE k.id = c.case_id)}", NULL, NULL,                      \
	  "key of the case begins with", "key:case-17")                                                                \
	X("status", TYPE_ENUM, "{c.status}", &case_statuses, NULL, "verdict on the case", "status:failed")             \
	X("score", TYPE_SCORE,                                                                                         \
	  "EXISTS(SELECT 1 FROM case_score x WHERE x.run = c.run AND x.case_id = c.case_id AND x.repeat = c.repeat"    \
	  " AND " SCORE_NAME " AND {x})",                                                                              \
	  NULL, NULL, "score.NAME: a score of the case", "score.groundedness<0.5")                                     \
	X("latency", TYPE_DURATION, "{c.latency_ns}", NULL, NULL, "time the answer took", "latency>2s")                \
	X("dur", TYPE_DURATION, "{c.latency_ns}", NULL, NULL, "the same as latency", "dur>2s")                         \
	X("cost", TYPE_MONEY, "{c.cost_usd}", NULL, NULL, "cost in US dollars", "cost>0.01")                           \
	X("tokens", TYPE_COUNT, "{coalesce(c.tokens_in + c.tokens_out, c.tokens_in, c.tokens_out)}", NULL, NULL,       \
	  "tokens in and out", "tokens>=4k")                                                                           \
	X("repeat", TYPE_COUNT, "{c.repeat}", NULL, NULL, "number of the repeat, from 0", "repeat:0")                  \
	X("run", TYPE_WORD, "c.run IN " RUN_IS, NULL, NULL, "belongs to this eval run", "run:v13")                     \
	SAID_FIELDS(X, MARKS_CASE, "the answer")                                                                       \
	X("tag", TYPE_WORD, MARKS_CASE(SAID_TAG), NULL, NULL, "people gave the answer this tag", "tag:refunds")        \
	X("has", TYPE_HAS, NULL, NULL, case_has, "has any of it", "has:trace")

#define RUN_FIELDS(X)                                                                                         \
	X("name", TYPE_WORD, "{ifnull(r.name, r.text)}", NULL, NULL,                                          \
	  "name of the run; a bare word: the name contains it", "name~nightly")                               \
	X("id", TYPE_ID, "{r.text}", NULL, NULL, "id of the run begins with", "id:4bf92f35")                  \
	X("dataset", TYPE_WORD, WORD_IS("r.dataset"), NULL, NULL, "dataset it ran on", "dataset:refunds")     \
	X("model", TYPE_WORD, WORD_IS("r.model"), NULL, NULL, "model under test", "model~gpt-4")              \
	X("provider", TYPE_WORD, WORD_IS("r.provider"), NULL, NULL, "its provider", "provider:openai")        \
	X("prompt", TYPE_WORD, PROMPT_IS("r.prompt"), NULL, NULL, "prompt under test", "prompt:dispute")      \
	X("version", TYPE_WORD, VERSION_IS("r.prompt"), NULL, NULL, "version of the prompt", "version:v13")   \
	X("cases", TYPE_COUNT, "{r.cases}", NULL, NULL, "number of case results", "cases>=50")                \
	X("errors", TYPE_COUNT, "{r.errored}", NULL, NULL, "case results that are errors", "errors>0")        \
	X("pass", TYPE_RATE, "{r.pass_shares / r.scored_keys}", NULL, NULL, "pass rate", "pass<90%")          \
	X("p50", TYPE_DURATION, "{r.p50_ns}", NULL, NULL, "median latency", "p50<2s")                         \
	X("p95", TYPE_DURATION, "{r.p95_ns}", NULL, NULL, "latency of the slowest 5 %", "p95>8s")             \
	X("cost", TYPE_MONEY, "{r.cost_usd}", NULL, NULL, "cost in US dollars", "cost>0.01")                  \
	X("created", TYPE_TIME, "{r.created_ns}", NULL, NULL, "when it was made", "created>2026-11-20")       \
	X("since", TYPE_SINCE, "{r.created_ns}", NULL, NULL, "made at this time or later", "since:7d")        \
	X("until", TYPE_UNTIL, "{r.created_ns}", NULL, NULL, "made before this time", "until:2026-11-20")     \
	X("score", TYPE_SCORE_MEAN,                                                                           \
	  "EXISTS(SELECT 1 FROM run_score x WHERE x.run = r.id AND " SCORE_NAME " AND {x.mean})", NULL, NULL, \
	  "score.NAME: mean of a score", "score.groundedness<0.5")                                            \
	SAID_FIELDS(X, MARKS_RUN, "one of its answers")                                                       \
	X("source", TYPE_TEXT, "r.id IN " OF_FILE, NULL, NULL, "the file's path contains", "source:eval-v13") \
	X("has", TYPE_HAS, NULL, NULL, run_has, "has any of it", "has:score")

#define SPAN_FIELDS(X)                                                                                                 \
	X("name", TYPE_WORD, WORD_IS("s.name"), NULL, NULL, "name of the span; a bare word: the name contains it",     \
	  "name=\"get_balance\"")                                                                                      \
	X("kind", TYPE_ENUM, "{s.kind}", &kinds, NULL, "what sort of step it is", "kind:llm")                          \
	X("status", TYPE_ENUM, "{s.status}", &statuses, NULL, "how it ended", "status:error")                          \
	X("model", TYPE_WORD, WORD_IS("s.model"), NULL, NULL, "model it used", "model~gpt-4")                          \
	X("provider", TYPE_WORD, WORD_IS("s.provider"), NULL, NULL, "its provider", "provider:openai")                 \
	X("tool", TYPE_WORD, "(s.kind = 4 AND " WORD_IS("s.name") ")", NULL, NULL, "a call of this tool",              \
	  "tool:get_balance")                                                                                          \
	X("service", TYPE_WORD, WORD_IS("s.service"), NULL, NULL, "service that made it", "service:api")               \
	X("prompt", TYPE_WORD, PROMPT_IS("s.prompt"), NULL, NULL, "used this prompt", "prompt:dispute")                \
	X("version", TYPE_WORD, VERSION_IS("s.prompt"), NULL, NULL, "used this prompt version", "version:v13")         \
	X("id", TYPE_ID, "{ifnull(s.id, printf('%016x', s.key))}", NULL, NULL, "id of the span begins with",           \
	  "id:da1576ec")                                                                                               \
	X("dur", TYPE_DURATION, "{s.duration_ns}", NULL, NULL, "time from start to end", "dur>2s")                     \
	X("self", TYPE_DURATION, "{s.self_ns}", NULL, NULL, "time that the spans below leave", "self>500ms")           \
	X("first", TYPE_DURATION, "{s.first_token_ns}", NULL, NULL, "time to the first token", "first>1s")             \
	X("cost", TYPE_MONEY, "{s.cost_usd}", NULL, NULL, "cost in US dollars", "cost>0.01")                           \
	X("tokens", TYPE_COUNT, "{coalesce(s.tokens_in + s.tokens_out, s.tokens_in, s.tokens_out)}", NULL, NULL,       \
	  "tokens in and out", "tokens>=4k")                                                                           \
	X("tokens_in", TYPE_COUNT, "{s.tokens_in}", NULL, NULL, "tokens in", "tokens_in>10k")                          \
	X("tokens_out", TYPE_COUNT, "{s.tokens_out}", NULL, NULL, "tokens out", "tokens_out<10")                       \
	X("errors", TYPE_COUNT, "{s.sub_errors}", NULL, NULL, "spans that failed, itself and below", "errors>1")       \
	X("depth", TYPE_COUNT, "{s.depth}", NULL, NULL, "spans above it; a root: 0", "depth<3")                        \
	X("critical", TYPE_ENUM, "{(s.flags >> 3) & 1}", &yes_no, NULL, "on the critical path", "critical:yes")        \
	X("running", TYPE_ENUM, "{s.flags & 1}", &yes_no, NULL, "has not ended", "running:yes")                        \
	X("repeats", TYPE_COUNT, "{s.rep_n}", NULL, NULL, "like siblings in a row, on their first", "repeats>=3")      \
	X("start", TYPE_TIME, "{s.start_ns}", NULL, NULL, "when it began", "start>2026-11-20T09:30")                   \
	X("since", TYPE_SINCE, "{s.start_ns}", NULL, NULL, "began at this time or later", "since:7d")                  \
	X("until", TYPE_UNTIL, "{s.start_ns}", NULL, NULL, "began before this time", "until:2026-11-20")               \
	X("score", TYPE_SCORE,                                                                                         \
	  "EXISTS(SELECT 1 FROM score x WHERE x.trace = s.trace AND x.span = s.key AND " SCORE_NAME " AND {x})", NULL, \
	  NULL, "score.NAME: a score of the span", "score.groundedness<0.5")                                           \
	X("finding", TYPE_WORD,                                                                                        \
	  "EXISTS(SELECT 1 FROM finding x WHERE x.trace = s.trace AND x.span = s.key AND {x.name})", NULL, NULL,       \
	  "a check found this in it", "finding:cut-off")                                                               \
	SAID_FIELDS(X, MARKS_SPAN, "it")                                                                               \
	X("tag", TYPE_WORD, MARKS_SPAN(SAID_TAG), NULL, NULL, "people gave it this tag", "tag:refunds")                \
	X("has", TYPE_HAS, NULL, NULL, span_has, "has any of it", "has:score")

/* Of a comparison's rows (compare_filter.c): what SQL of a case there is answers of either side's result. */
#define PAIR_FIELDS(X)                                                                                             \
	X("case", TYPE_WORD, NULL, NULL, NULL, "title or key of the case; a bare word: one of them contains it",   \
	  "case~hotel")                                                                                            \
	X("class", TYPE_ENUM, NULL, &classes, NULL, "what became of it from A to B", "class:lost")                 \
	X("title", TYPE_WORD, NULL, NULL, NULL, "title of the case", "title~hotel")                                \
	X("key", TYPE_ID, NULL, NULL, NULL, "key of the case begins with", "key:case-17")                          \
	X("status", TYPE_ENUM, NULL, &case_statuses, NULL, "verdict of A or of B", "status:error")                 \
	X("flaky", TYPE_ENUM, NULL, &yes_no, NULL, "repeats of one side disagree", "flaky:no")                     \
	X("loss", TYPE_NUMBER, NULL, NULL, NULL, "how far its scores fell, in the mean", "loss>0.2")               \
	X("delta", TYPE_SCORE_MEAN, NULL, NULL, NULL, "delta.NAME: B's score less A's", "delta.groundedness<-0.2") \
	X("a", TYPE_SCORE_MEAN, NULL, NULL, NULL, "a.NAME: a score of A", "a.groundedness>0.9")                    \
	X("b", TYPE_SCORE_MEAN, NULL, NULL, NULL, "b.NAME: a score of B", "b.groundedness<0.5")                    \
	X("score", TYPE_SCORE, NULL, NULL, NULL, "score.NAME: a score of A or of B", "score.groundedness<0.5")     \
	X("latency", TYPE_DURATION, NULL, NULL, NULL, "time A's or B's answer took", "latency>2s")                 \
	X("dur", TYPE_DURATION, NULL, NULL, NULL, "the same as latency", "dur>2s")                                 \
	X("slower", TYPE_DURATION, NULL, NULL, NULL, "B's latency less A's", "slower>1s")                          \
	X("cost", TYPE_MONEY, NULL, NULL, NULL, "cost of A's or B's answer in US dollars", "cost>0.01")            \
	X("dearer", TYPE_MONEY, NULL, NULL, NULL, "B's cost less A's", "dearer>0.01")                              \
	X("tokens", TYPE_COUNT, NULL, NULL, NULL, "tokens in and out, of A's or B's answer", "tokens>=4k")         \
	X("field", TYPE_FIELD, NULL, NULL, NULL, "field.NAME: what the case's metadata say (S lists the fields)",  \
	  "field.tier:gold")                                                                                       \
	X("begins", TYPE_STEP, NULL, NULL, NULL, "got worse, and its traces first differ at this step",            \
	  "begins:retrieve-policy")                                                                                \
	X("noise", TYPE_STEP, NULL, NULL, NULL,                                                                    \
	  "beyond (or within) what a run differs from itself, or a metric beyond it", "noise:beyond")              \
	SAID_FIELDS(X, NO_SQL, "A's or B's answer")                                                                \
	X("tag", TYPE_WORD, NULL, NULL, NULL, "people gave A's or B's answer this tag", "tag:refunds")             \
	X("has", TYPE_HAS, NULL, NULL, case_has, "A's or B's result has it", "has:trace")

#define FIELD(name_, type_, sql_, words_, has_, help_, example_) \
	{.name = name_, .type = type_, .sql = sql_, .words = words_, .has = has_},
#define HELP(name_, type_, sql_, words_, has_, help_, example_) {.name = name_, .help = help_, .example = example_},

static const struct field trace_fields[] = {TRACE_FIELDS(FIELD){.name = NULL}};
static const struct field case_fields[] = {CASE_FIELDS(FIELD){.name = NULL}};
static const struct field run_fields[] = {RUN_FIELDS(FIELD){.name = NULL}};
static const struct field span_fields[] = {SPAN_FIELDS(FIELD){.name = NULL}};
static const struct field pair_fields[] = {PAIR_FIELDS(FIELD){.name = NULL}};
static const struct filter_field trace_help[] = {TRACE_FIELDS(HELP){.name = NULL}};
static const struct filter_field case_help[] = {CASE_FIELDS(HELP){.name = NULL}};
static const struct filter_field run_help[] = {RUN_FIELDS(HELP){.name = NULL}};
static const struct filter_field span_help[] = {SPAN_FIELDS(HELP){.name = NULL}};

static const struct filter_field pair_help[] = {PAIR_FIELDS(HELP){.name = NULL}};

static const struct field *fields_of(enum filter_over over)
{
	switch (over) {
	case FILTER_TRACES: return trace_fields;
	case FILTER_CASES: return case_fields;
	case FILTER_RUNS: return run_fields;
	case FILTER_SPANS: return span_fields;
	case FILTER_PAIRS: return pair_fields;
	}
	return trace_fields;
}

const struct filter_field *filter_fields(enum filter_over over)
{
	switch (over) {
	case FILTER_TRACES: return trace_help;
	case FILTER_CASES: return case_help;
	case FILTER_RUNS: return run_help;
	case FILTER_SPANS: return span_help;
	case FILTER_PAIRS: return pair_help;
	}
	return trace_help;
}

bool field_takes_name(const struct field *f)
{
	return f->type == TYPE_SCORE || f->type == TYPE_SCORE_MEAN || f->type == TYPE_FIELD;
}

const struct field *field_named(enum filter_over over, struct str name)
{
	for (const struct field *f = fields_of(over); f->name; f++)
		if (str_ieq(name, f->name))
			return f;
	return NULL;
}

const struct field *field_of_bare_words(enum filter_over over)
{
	return &fields_of(over)[0];
}

void field_list(struct buf *out, enum filter_over over)
{
	for (const struct field *f = fields_of(over); f->name; f++)
		buf_printf(out, "%s%s", f == fields_of(over) ? "" : ", ", f->name);
}

void field_values(struct buf *out, const struct field *f)
{
	if (f->words)
		for (int v = f->words->first; v <= f->words->last; v++)
			buf_printf(out, "%s%s", v == f->words->first ? "" : ", ", f->words->name(v));
	for (const struct field_has *has = f->has; has && has->word; has++)
		buf_printf(out, "%s%s", has == f->has ? "" : ", ", has->word);
}
