/* store/check: what each check finds, and what it does not; that findings follow their traces. Traces are written as OTLP and imported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/import.h"
#include "store/base/scan.h"
#include "store/check/check.h"
#include "store/check/rules.h"
#include "store/forget.h"
#include "store/query/findings.h"
#include "store/query/span.h"
#include "store/query/traces.h"

static char dir[64], path[96];
static struct db *db;

/* ---------------------------------------------------------------- traces made of lines */

/* A span: "name kind parent start duration status | input | output | more attributes as JSON". parent: number of the span from 1, 0 none,
 * 99 one that is not there. ms; duration -1: no end. */
static void add_attribute(struct buf *out, const char *key, struct str text)
{
	if (!text.ptr)
		return;
	buf_printf(out, ",{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
	scan_quote(out, text);
	buf_add_cstr(out, "}}");
}

static void add_span(struct buf *out, int trace, int n, const char *line)
{
	char name[64], kind[32];
	int parent, start, duration, status, used;
	struct str part[3] = {STR_NONE, STR_NONE, STR_NONE};
	assert_int_equal(
	    sscanf(line, "%63s %31s %d %d %d %d%n", name, kind, &parent, &start, &duration, &status, &used), 6);
	struct str rest = str_from(str_of(line), (size_t)used), piece;
	for (int i = -1; i < 3 && str_split(&rest, '|', &piece); i++)
		if (i >= 0 && piece.len && !str_is(piece, " - ")) /* "-": none */
			part[i] = str_trim(piece);
	buf_printf(out,
	           "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%08x%08x\",",
	           trace + 1, trace + 1, n + 1);
	if (parent)
		buf_printf(out, "\"parentSpanId\":\"%08x%08x\",", trace + 1, parent);
	buf_printf(out, "\"name\":\"%s\",\"startTimeUnixNano\":\"%lld\",", name,
	           1763000000000000000LL + start * 1000000LL);
	if (duration >= 0)
		buf_printf(out, "\"endTimeUnixNano\":\"%lld\",",
		           1763000000000000000LL + (start + duration) * 1000000LL);
	buf_printf(out,
	           "\"status\":{\"code\":%d},\"attributes\":[{\"key\":\"openinference.span.kind\",\"value\":{"
	           "\"stringValue\":\"%s\"}}",
	           status, kind);
	add_attribute(out, "input.value", part[0]);
	add_attribute(out, "output.value", part[1]);
	if (part[2].ptr) {
		buf_add_char(out, ',');
		buf_add_str(out, part[2]);
	}
	buf_add_cstr(out, "]}]}]}]}\n");
}

static void import_text(const char *name, const struct buf *text)
{
	char file[128];
	char *paths[] = {file};
	struct err err = ERR_INIT;
	struct import_report report;
	snprintf(file, sizeof file, "%s/%s", dir, name);
	FILE *f = fopen(file, "wb");
	assert_non_null(f);
	fwrite(text->ptr, 1, text->len, f);
	fclose(f);
	if (!import_paths(db, paths, 1, &(struct import_opts){.strict = false}, NULL, &report, &err))
		fail_msg("%s", err.text);
	import_report_done(&report);
}

static void open_store(void)
{
	struct err err = ERR_INIT;
	snprintf(dir, sizeof dir, "/tmp/spoor-checks-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
}

static void close_store(void)
{
	static const char *const ends[] = {"s.db",        "s.db-wal", "s.db-shm", "s.db-lock",
	                                   "s.db-import", "a.jsonl",  "b.jsonl"};
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s/%s", dir, ends[i]);
		unlink(file);
	}
	rmdir(dir);
}

static void look(const struct rules *rules)
{
	struct err err = ERR_INIT;
	if (!check_run(db, rules, NULL, &err))
		fail_msg("%s", err.text);
	int64_t left = 1;
	assert_true(check_pending(db, rules, &left, &err));
	assert_int_equal(left, 0);
}

/* "warning repeated-call get_balance 3; …": level, check, span, value. */
static void found(struct buf *out, bool words)
{
	struct finding_page page;
	struct err err = ERR_INIT;
	buf_clear(out);
	if (!findings_list(db, &(struct finding_query){.limit = -1}, &page, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < page.n; i++) {
		const struct finding_row *f = &page.rows[i];
		buf_printf(out, "%s%s " STR_FMT " " STR_FMT " %g", i ? "; " : "", finding_level_name(f->level),
		           STR_ARG(f->check), STR_ARG(f->has_span ? f->span_name : STR_LIT("trace")), f->value);
		if (words)
			buf_printf(out, ": " STR_FMT, STR_ARG(f->explanation));
	}
	finding_page_done(&page);
}

#define SPANS 14
struct sample {
	const char *what;
	const char *spans[SPANS];
	const char *found;
};

static void check_samples(const struct sample *samples, size_t n, const struct rules *rules)
{
	struct buf text = BUF_INIT, out = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		open_store();
		buf_clear(&text);
		for (int k = 0; k < SPANS && samples[i].spans[k]; k++)
			add_span(&text, (int)i, k, samples[i].spans[k]);
		import_text("a.jsonl", &text);
		look(rules);
		found(&out, false);
		if (strcmp(buf_cstr(&out), samples[i].found) != 0) {
			struct buf more = BUF_INIT;
			found(&more, true);
			fail_msg("%s:\n  found %s\n  not   %s", samples[i].what, buf_cstr(&more), samples[i].found);
		}
		close_store();
	}
	buf_done(&text);
	buf_done(&out);
}
#define CHECK(samples, rules) check_samples(samples, sizeof samples / sizeof *samples, rules)

/* ---------------------------------------------------------------- behaviour */

static void finds_behaviour(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"three identical calls",
	     {"agent AGENT 0 0 900 1", "get_balance TOOL 1 10 10 1|{\"a\":1}|5",
	      "get_balance TOOL 1 30 10 1|{\"a\":1}|5", "get_balance TOOL 1 50 10 1|{ \"a\": 1 }|5"},
	     "warning repeated-call get_balance 3"	                                                                              },
	    {"a poll: each time another result",
	     {"agent AGENT 0 0 900 1", "status TOOL 1 10 10 1|{\"a\":1}|queued",
	      "status TOOL 1 30 10 1|{\"a\":1}|done"},
	     "note repeated-call status 2"	                                                                                      },
	    {"other arguments, other tools, no arguments",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 10 1|{\"a\":1}|5", "get TOOL 1 30 10 1|{\"a\":2}|5",
	      "put TOOL 1 50 10 1|{\"a\":1}|5", "now TOOL 1 60 10 1", "now TOOL 1 80 10 1"},
	     ""	                                                                                                                 },
	    {"a wrapper is no second call",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 50 1|{\"a\":1}|5", "get TOOL 2 20 30 1|{\"a\":1}|5"},
	     ""	                                                                                                                 },
	    {"identical model calls are samples, not repeats",
	     {"agent AGENT 0 0 900 1", "chat LLM 1 10 10 1|hi|a", "chat LLM 1 30 10 1|hi|b"},
	     ""	                                                                                                                 },
	    {"a retry that worked",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 10 2|{\"a\":1}", "get TOOL 1 30 10 1|{\"a\":1}|5"},
	     "note retry get 1"	                                                                                                 },
	    {"retries that failed",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 10 2|{\"a\":1}", "get TOOL 1 30 10 2|{\"a\":1}",
	      "get TOOL 1 50 10 2|{\"a\":1}"},
	     "warning retry get 3"	                                                                                              },
	    {"side by side is not again; other arguments are another call",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 50 2|{\"a\":1}", "get TOOL 1 20 50 2|{\"a\":1}",
	      "put TOOL 1 100 10 2|{\"a\":1}", "put TOOL 1 120 10 1|{\"a\":2}|x"},
	     ""	                                                                                                                 },
	    {"a loop of two tools",
	     {"agent AGENT 0 0 900 1", "list TOOL 1 10 5 1|{\"a\":1}|1", "find TOOL 1 20 5 1|{\"b\":1}|2",
	      "list TOOL 1 30 5 1|{\"a\":1}|3", "find TOOL 1 40 5 1|{\"b\":1}|4", "list TOOL 1 50 5 1|{\"a\":1}|5",
	      "find TOOL 1 60 5 1|{\"b\":1}|6"},
	     "warning loop list 3; note repeated-call list 3; note repeated-call find 3"                                                },
	    {"an agent that searches and reads: the arguments differ",
	     {"agent AGENT 0 0 900 1", "list TOOL 1 10 5 1|{\"a\":1}|1", "find TOOL 1 20 5 1|{\"b\":1}|2",
	      "list TOOL 1 30 5 1|{\"a\":2}|3", "find TOOL 1 40 5 1|{\"b\":2}|4", "list TOOL 1 50 5 1|{\"a\":3}|5",
	      "find TOOL 1 60 5 1|{\"b\":3}|6"},
	     ""	                                                                                                                 },
	    {"the same, six times",
	     {"agent AGENT 0 0 900 1", "list TOOL 1 10 5 1|{\"a\":1}|1", "find TOOL 1 20 5 1|{\"b\":1}|2",
	      "list TOOL 1 30 5 1|{\"a\":2}|3", "find TOOL 1 40 5 1|{\"b\":2}|4", "list TOOL 1 50 5 1|{\"a\":3}|5",
	      "find TOOL 1 60 5 1|{\"b\":3}|6", "list TOOL 1 70 5 1|{\"a\":4}|7", "find TOOL 1 80 5 1|{\"b\":4}|8",
	      "list TOOL 1 90 5 1|{\"a\":5}|9", "find TOOL 1 100 5 1|{\"b\":5}|10", "list TOOL 1 110 5 1|{\"a\":6}|11",
	      "find TOOL 1 120 5 1|{\"b\":6}|12"},
	     "note loop list 6"	                                                                                                 },
	    {"no root: what called it is elsewhere",
	     {"agent AGENT 99 0 900 1", "get TOOL 1 10 10 1|{}|5"},
	     "note missing-parent trace 1"	                                                                                      },
	    {"a parent that is missing beside a root",
	     {"agent AGENT 0 0 900 1", "get TOOL 99 10 10 1|{}|5"},
	     "warning missing-parent trace 1"	                                                                                   },
	    {"a span without an end",
	     {"agent AGENT 0 0 900 1", "get TOOL 1 10 -1 0|{\"a\":1}"},
	     "note never-ended get 1"	                                                                                           },
	    {"a source that tells no ends",                                 {"agent AGENT 0 0 -1 0", "get TOOL 1 10 -1 0|{\"a\":1}"}, ""},
	};
	CHECK(samples, NULL);
}

/* ---------------------------------------------------------------- answers */

#define REASON(word)                                                                                                  \
	"{\"key\":\"gen_ai.response.finish_reasons\",\"value\":{\"arrayValue\":{\"values\":[{\"stringValue\":\"" word \
	"\"}]}}}"
#define FORMAT(type)                                                                                                  \
	"{\"key\":\"llm.invocation_parameters\",\"value\":{\"stringValue\":\"{\\\"response_format\\\":{\\\"type\\\":" \
	"\\\"" type "\\\"}}\"}}"

static void finds_answers(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"cut off by the limit",                          {"chat LLM 0 0 9 1|q|Once upon a|" REASON("length")},      "warning cut-off chat 1"     },
	    {"cut off, as Anthropic says it",
	     {"chat LLM 0 0 9 1|q|Once upon a|" REASON("max_tokens")},
	     "warning cut-off chat 1"	                                                                                                         },
	    {"stopped by itself",                             {"chat LLM 0 0 9 1|q|The length is 3.|" REASON("stop")},   ""                           },
	    {"not the JSON it begins as",                     {"chat LLM 0 0 9 1|q|{\"a\": 1,}"},                        "warning invalid-json chat 1"},
	    {"ends before it is complete",                    {"chat LLM 0 0 9 1|q|{\"a\": [1, 2"},                      "warning invalid-json chat 1"},
	    {"fenced, and none",                              {"chat LLM 0 0 9 1|q|```json\n{'a': 1}\n```"},             "warning invalid-json chat 1"},
	    {"asked for",
	     {"chat LLM 0 0 9 1|q|I cannot do that.|" FORMAT("json_object")},
	     "warning invalid-json chat 1"	                                                                                                    },
	    {"asked for, with more behind it",
	     {"chat LLM 0 0 9 1|q|{\"a\":1} Hope this helps!|" FORMAT("json_schema")},
	     "warning invalid-json chat 1"	                                                                                                    },
	    {"asked for as text",                             {"chat LLM 0 0 9 1|q|I cannot do that.|" FORMAT("text")},  ""                           },
	    {"JSON",	                                  {"chat LLM 0 0 9 1|q|{\"a\": 1}|" FORMAT("json_object")},  ""                           },
	    {"JSON with words behind it, nobody asked",       {"chat LLM 0 0 9 1|q|{\"a\": 1}\n\nThat is all."},         ""                           },
	    {"lines of JSON",	                         {"chat LLM 0 0 9 1|q|{\"a\": 1}\n{\"a\": 2}"},             ""                           },
	    {"a citation, a template, a Python dict, a link",
	     {"chat LLM 0 0 9 1|q|[1] The policy says so.", "chat LLM 0 20 9 1|q|{name}, welcome",
	      "chat LLM 0 40 9 1|q|{'a': 1}", "chat LLM 0 60 9 1|q|[\"Guide\"](http://a.de)"},
	     ""	                                                                                                                               },
	    {"code with an example of JSON in prose",         {"chat LLM 0 0 9 1|q|Write:\n```json\n{\"a\": …}\n```"}, ""                           },
	    {"a tool's output is no answer",                  {"get TOOL 0 0 9 1|{}|{\"a\": 1,}"},                       ""                           },
	    {"a failed call has no answer",                   {"chat LLM 0 0 9 2|q|{\"a\": 1,}"},                        ""                           },
	    {"no content kept",                               {"chat LLM 0 0 9 1"},                                      ""                           },
	};
	CHECK(samples, NULL);
}

/* ---------------------------------------------------------------- calls and documents */

#define STRING(key, value) "{\"key\":\"" key "\",\"value\":{\"stringValue\":\"" value "\"}}"
#define ASKS(id, tool)                                                        \
	STRING("llm.output_messages.0.message.role", "assistant")             \
	"," STRING("llm.output_messages.0.message.tool_calls.0.tool_call.id", \
	           id) "," STRING("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", tool)
#define GIVEN(id)                                           \
	STRING("llm.input_messages.0.message.role", "tool") \
	"," STRING("llm.input_messages.0.message.content",  \
	           "5") "," STRING("llm.input_messages.0.message.tool_call_id", id)
#define DOCUMENT(n, text) STRING("retrieval.documents." n ".document.content", text)
#define ANSWER                                                                                                         \
	"The late fee is waived for the first ninety days after the account was opened, as long as the balance stays " \
	"above zero."

static void finds_calls_and_documents(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"one call is answered, the other is not",
	     {"agent AGENT 0 0 900 1", "chat LLM 1 10 10 1|q| - |" ASKS("c1", "get"),
	      "chat LLM 1 30 10 1|q| - |" GIVEN("c1") "," ASKS("c2", "put"), "chat LLM 1 50 10 1|q|done"},
	     "warning no-result chat 1"    },
	    {"it ran, as a span",
	     {"agent AGENT 0 0 900 1", "chat LLM 1 10 10 1|q| - |" ASKS("c1", "get"),
	      "chat LLM 1 30 10 1|q| - |" GIVEN("c1") "," ASKS("c2", "put"), "put TOOL 1 45 3 1|{}|ok",
	      "chat LLM 1 50 10 1|q|done"},
	     ""	                    },
	    {"the last word is a form that is filled in",
	     {"agent AGENT 0 0 900 1", "chat LLM 1 10 10 1|q| - |" ASKS("c1", "get"),
	      "chat LLM 1 30 10 1|q| - |" GIVEN("c1") "," ASKS("c2", "final_result")},
	     ""	                    },
	    {"a trace that shows no results",
	     {"agent AGENT 0 0 900 1", "chat LLM 1 10 10 1|q| - |" ASKS("c1", "get"), "chat LLM 1 50 10 1|q|done"},
	     ""	                    },
	    {"an empty answer",
	     {"chat LLM 0 0 9 1|q| - |" STRING("llm.output_messages.0.message.role",
	                                       "assistant") "," STRING("llm.output_messages.0.message.content", "")},
	     "warning empty-answer chat 1" },
	    {"one document of two is used",
	     {"agent AGENT 0 0 900 1",
	      "find RETRIEVER 1 10 10 1|q| - |" DOCUMENT(
	          "0", "Rules. The late fee is waived for the first ninety days "
	               "after the account was opened.") "," DOCUMENT("1", "Parcels are weighed at the counter before "
	                                                                  "they are handed to the carrier."),
	      "chat LLM 1 30 10 1|q|" ANSWER},
	     "note unused-documents find 1"},
	    {"the answer is too short to tell",
	     {"agent AGENT 0 0 900 1",
	      "find RETRIEVER 1 10 10 1|q| - |" DOCUMENT("0", "Parcels are weighed at the counter."),
	      "chat LLM 1 30 10 1|q|Yes."},
	     ""	                    },
	};
	CHECK(samples, NULL);
}

/* ---------------------------------------------------------------- privacy */

static void finds_personal_data(void **state)
{
	(void)state;
	static const struct sample samples[] = {
	    {"an answer that gives an address away",
	     {"chat LLM 0 0 9 1|who?|Ask jane@acme.de"},
	     "warning email chat 1"	                                                                                          },
	    {"once in a trace: where the model said it",
	     {"agent AGENT 0 0 90 1|who?|Ask jane@acme.de", "chat LLM 1 10 9 1|who?|Ask jane@acme.de",
	      "chat LLM 1 30 9 1|Ask jane@acme.de|ok"},
	     "warning email chat 1"	                                                                                          },
	    {"what the user said himself",
	     {"agent AGENT 0 0 90 1|I am jane@acme.de|Hello jane@acme.de"},
	     "note email agent 1"	                                                                                            },
	    {"out of a tool",
	     {"agent AGENT 0 0 90 1|who?|ok", "get TOOL 1 10 9 1|{}|{\"mail\":\"jane@acme.de\"}"},
	     "note email get 1"	                                                                                              },
	    {"in the input alone",
	     {"chat LLM 0 0 9 1|I am jane@acme.de, +49 30 901820|Hello"},
	     "note email chat 1; note phone chat 1"	                                                                          },
	    {"two of a kind",                            {"chat LLM 0 0 9 1|q|a@acme.de b@acme.de a@acme.de"}, "warning email chat 2"},
	    {"account and card",
	     {"chat LLM 0 0 9 1|q|DE89 3704 0044 0532 0130 00 and 4111 1111 1111 1111"},
	     "warning card chat 1; warning iban chat 1"	                                                                      },
	    {"a secret",
	     {"chat LLM 0 0 9 1|q|use ghp"
	      "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"},
	     "error secret chat 1"	                                                                                           },
	    {"a secret that went in",
	     {"chat LLM 0 0 9 1|use ghp"
	      "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8|ok"},
	     "warning secret chat 1"	                                                                                         },
	    {"ids, hashes, times, versions",
	     {"chat LLM 0 0 9 1|order 4711-0815|550e8400-e29b-41d4-a716-446655440000 d41d8cd98f00b204e9800998ecf8427e "
	      "v1.2.3 2026-11-20T09:30:00+02:00"},
	     ""	                                                                                                              },
	};
	CHECK(samples, NULL);
}

/* The text of what was found is nowhere in the store but in the records. */
static void never_repeats_a_secret(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, out = BUF_INIT;
	open_store();
	add_span(&text, 1, 0,
	         "chat LLM 0 0 9 1|q|Grüße: ghp"
	         "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8 and jane@acme.de");
	import_text("a.jsonl", &text);
	look(NULL);
	found(&out, true);
	assert_string_equal(buf_cstr(&out),
	                    "error secret chat 1: a secret in the output at character 8: ghp_…; "
	                    "warning email chat 1: an e-mail address in the output at character 53: j…@acme.de");
	close_store();
	buf_done(&text);
	buf_done(&out);
}

/* ---------------------------------------------------------------- their like */

static void finds_what_is_far_out(void **state)
{
	(void)state;
	struct buf text = BUF_INIT, out = BUF_INIT;
	char line[96];
	for (int slow = 0; slow < 2; slow++) {
		open_store();
		buf_clear(&text);
		for (int i = 0; i < 19 + slow; i++) {
			snprintf(line, sizeof line, "work AGENT 0 0 %d 1", i == 7 ? 9000 : 100 + i);
			add_span(&text, i, 0, line);
		}
		import_text("a.jsonl", &text);
		look(NULL);
		found(&out, false);
		/* Nineteen are too few to tell. */
		assert_string_equal(buf_cstr(&out), slow ? "warning slow-trace trace 9" : "");
		close_store();
	}
	buf_done(&text);
	buf_done(&out);
}

/* ---------------------------------------------------------------- with their traces */

static void dump(struct buf *out)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_query(
	    db,
	    "SELECT t.text || ' ' || f.n || ' ' || f.name || ' ' || ifnull(f.span, '-') || ' ' || f.level || ' ' ||"
	    " f.explanation FROM finding f JOIN trace t ON t.id = f.trace ORDER BY t.text, f.n",
	    &err);
	buf_clear(out);
	while (s && stmt_step(s, &err) == STEP_ROW) {
		buf_add_str(out, col_str(s, 0));
		buf_add_char(out, '\n');
	}
	stmt_end(s);
}

/* In whatever order, and checked in between or at the end: the same findings. */
static void order_does_not_matter(void **state)
{
	(void)state;
	static const char *const spans[] = {"agent AGENT 0 0 900 1|I am jane@acme.de|Hello jane@acme.de",
	                                    "get TOOL 1 10 10 1|{\"a\":1}|5", "get TOOL 1 30 10 1|{\"a\":1}|5",
	                                    "chat LLM 1 50 10 1|q|{\"a\": 1,} DE89370400440532013000",
	                                    "late TOOL 99 70 10 1|x|y"};
	struct buf all = BUF_INIT, first = BUF_INIT, second = BUF_INIT, want = BUF_INIT, got = BUF_INIT;
	for (int n = 0; n < 3; n++)
		for (int k = 0; k < 5; k++) {
			add_span(&all, n, k, spans[k]);
			add_span((k + n) % 2 ? &first : &second, n, k, spans[k]);
		}
	open_store();
	import_text("a.jsonl", &all);
	look(NULL);
	dump(&want);
	close_store();
	assert_true(want.len > 0);
	for (int turn = 0; turn < 4; turn++) {
		open_store();
		import_text("a.jsonl", turn & 1 ? &first : &second);
		if (turn & 2)
			look(NULL);
		import_text("b.jsonl", turn & 1 ? &second : &first);
		look(NULL);
		dump(&got);
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
		close_store();
	}
	buf_done(&all);
	buf_done(&first);
	buf_done(&second);
	buf_done(&want);
	buf_done(&got);
}

static int64_t count(const char *sql)
{
	int64_t n = -1;
	struct err err = ERR_INIT;
	assert_true(db_int(db, sql, 0, &n, &err));
	return n;
}

static void is_forgotten_with_its_trace(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool cut;
	open_store();
	add_span(&text, 1, 0, "chat LLM 0 0 9 1|q|Ask jane@acme.de");
	add_span(&text, 2, 0, "chat LLM 0 0 9 1|q|Ask john@acme.de");
	import_text("a.jsonl", &text);
	look(NULL);
	assert_int_equal(count("SELECT count(*) FROM finding"), 2);
	int64_t id = count("SELECT min(id) FROM trace");
	struct forget *f = forget_open(db, &err);
	assert_non_null(f);
	struct forget_what what = {
	    .traces = {&id, 1}
        };
	assert_true(forget_note(f, &what, &err) && forget_run(f, false, NULL, &cut, &err));
	forget_close(f);
	assert_int_equal(count("SELECT count(*) FROM finding"), 1);
	assert_int_equal(count("SELECT count(*) FROM checked"), 1);
	close_store();
	buf_done(&text);
}

static void are_scores_of_code(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct trace_row row;
	struct score_row *scores;
	size_t n;
	open_store();
	add_span(&text, 1, 0, "chat LLM 0 0 9 1|I am +49 30 901820|Ask jane@acme.de");
	import_text("a.jsonl", &text);
	look(NULL);
	int64_t id = count("SELECT id FROM trace"), key = count("SELECT key FROM span");
	assert_true(span_scores(db, id, key, false, &arena, &scores, &n, &err));
	assert_int_equal(n, 2);
	assert_true(str_is(scores[0].name, "email") && scores[0].pass == 0 && scores[0].source == SOURCE_CODE &&
	            !scores[0].of_trace);
	assert_true(str_is(scores[1].name, "phone") && scores[1].pass == -1); /* a note has not failed */
	assert_true(traces_get(db, id, &arena, &row, &err));
	assert_true(str_is(row.findings, "email"));
	assert_int_equal(row.n_scores, 1);
	arena_done(&arena);
	close_store();
	buf_done(&text);
}

/* A run that is stopped goes on; other rules look again. */
static void goes_on(void **state)
{
	(void)state;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct check_progress progress = {.cancel = true};
	struct rules *rules;
	int64_t left = 0;
	open_store();
	for (int i = 0; i < 300; i++)
		add_span(&text, i, 0, "chat LLM 0 0 9 1|q|Ask jane@acme.de");
	import_text("a.jsonl", &text);
	assert_true(check_run(db, NULL, &progress, &err));
	assert_true(check_pending(db, NULL, &left, &err));
	assert_int_equal(left, 300);
	look(NULL);
	assert_int_equal(count("SELECT count(*) FROM finding WHERE name = 'email' AND level = 1"), 300);
	assert_true(rules_parse(STR_LIT("{\"checks\":{\"email\":\"error\"}}"), "r", 0, &rules, &err));
	assert_true(check_pending(db, rules, &left, &err));
	assert_int_equal(left, 300);
	look(rules);
	assert_int_equal(count("SELECT count(*) FROM finding WHERE name = 'email' AND level = 2"), 300);
	rules_free(rules);
	close_store();
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_behaviour),           cmocka_unit_test(finds_answers),
	    cmocka_unit_test(finds_calls_and_documents), cmocka_unit_test(finds_personal_data),
	    cmocka_unit_test(never_repeats_a_secret),    cmocka_unit_test(finds_what_is_far_out),
	    cmocka_unit_test(order_does_not_matter),     cmocka_unit_test(is_forgotten_with_its_trace),
	    cmocka_unit_test(are_scores_of_code),        cmocka_unit_test(goes_on),
	};
	sink_set_decoder(import_decode);
	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
