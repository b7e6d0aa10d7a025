/* store/query/filter: what is taken, where mistakes are found, printing back, and the SQL against a store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>
#include <unistd.h>

#include "store/base/units.h"
#include "store/db.h"
#include "store/query/filter.h"

#define DAY_NS INT64_C(86400000000000)
#define NOW_NS INT64_C(1795222000000000000) /* 2026-11-20 */

static char dir[64], path[96];
static struct db *db;

static int open_store(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	snprintf(dir, sizeof dir, "/tmp/spoor-filter-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/s.db", dir);
	db = db_open(path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	static const char rows[] =
	    "INSERT INTO word VALUES(1,'dispute-agent'),(2,'Get_Balance'),(3,'gpt-4o'),(4,'openai'),(5,'prod'),(6,'"
	    "groundedness'),(7,'api'),(8,'x''); DROP TABLE trace; --'),(9,'dispute'),(10,'tone'),(11,'refunds');"
	    "INSERT INTO source(id,path,format,head_len,head_hash,bytes,prefix_hash,records,state)"
	    " VALUES(1,CAST('runs/Monday.jsonl' AS BLOB),'otlp',1,x'00',1,x'00',1,1),"
	    "(2,CAST('runs/eval-v13.json' AS BLOB),'own',1,x'00',1,x'00',1,1);"
	    "INSERT INTO prompt(id,name,version,hash) VALUES(1,9,'v13',x'01');"
	    "INSERT INTO trace(id,key,text,first,n,name,service,start_ns,duration_ns,status,spans,errors,llm_calls,"
	    "tool_calls,tokens_in,tokens_out,cost_usd,repeats,input,output,scores,verdict,source,seen) VALUES"
	    "(1,x'01','aa11',1,3,1,7,1795220000000000000,12400000000,2,3,1,1,1,4000,20,0.0412,3,'I was charged TWICE',"
	    "'refund policy',1,NULL,1,1),"
	    "(2,x'02','bb22',4,1,2,NULL,1790000000000000000,1000000,1,1,0,0,1,NULL,7,NULL,0,NULL,NULL,0,NULL,1,1),"
	    "(3,x'03','cc33',0,0,8,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,NULL,NULL,0,NULL,2,2);"
	    "INSERT INTO "
	    "span(pos,trace,key,up,depth,size,flags,name,kind,status,model,provider,prompt,record,hash,source)"
	    " VALUES(1,1,1,0,0,3,0,1,1,2,NULL,NULL,NULL,1,1,1),(2,1,2,1,1,1,0,2,4,1,NULL,NULL,NULL,2,2,1),"
	    "(3,1,3,2,1,1,0,1,3,1,3,4,1,3,3,1),(4,2,4,0,0,1,0,2,4,1,NULL,NULL,NULL,4,4,1);"
	    "UPDATE span SET "
	    "start_ns=1795220000000000000,duration_ns=12400000000,self_ns=100000000,sub_errors=2,message='no' "
	    "WHERE pos=1;"
	    "UPDATE span SET "
	    "flags=264,rep_n=3,rep_len=3,self_ns=50000000,duration_ns=2000000000,sub_errors=1,service=7 WHERE "
	    "pos=2;"
	    "UPDATE span SET first_token_ns=3000000,tokens_in=4000,tokens_out=20,cost_usd=0.04,self_ns=49000000 WHERE "
	    "pos=3;"
	    "UPDATE span SET flags=1 WHERE pos=4;"
	    "INSERT INTO trace_tag VALUES(1,5);"
	    "INSERT INTO score(id,ident,trace,span,name,value,label,from_,record,source) "
	    "VALUES(1,1,1,3,6,0.31,NULL,1,1,1),"
	    "(2,2,1,NULL,10,NULL,'Rude',1,1,1);"
	    "INSERT INTO "
	    "run(id,key,text,name,dataset,model,prompt,created_ns,cases,passed,pass_shares,scored_keys,p95_ns,"
	    "cost_usd,source,seen) "
	    "VALUES(1,x'01','run-1','Nightly',11,3,1,1795220000000000000,2,1,1.0,2,8000000000,0.2,2,2),"
	    "(2,x'02','run-2',NULL,NULL,NULL,NULL,NULL,0,0,NULL,0,NULL,NULL,1,1);"
	    "INSERT INTO run_source VALUES(2,1),(1,2);"
	    "INSERT INTO run_score VALUES(1,6,2,0.4);"
	    "INSERT INTO case_key VALUES(1,'case-1'),(2,'case-2');"
	    "INSERT INTO case_result(run,case_id,repeat,status,title,latency_ns,cost_usd,trace,record,hash,source) "
	    "VALUES"
	    "(1,1,0,1,'disputed hotel charge',2500000000,0.1,x'01',1,1,2),(1,2,0,3,NULL,NULL,NULL,NULL,2,2,2);"
	    "INSERT INTO case_score(run,case_id,repeat,name,n,value,from_) VALUES(1,1,0,6,0,0.9,1);";
	if (!db_exec(db, rows, &err))
		fail_msg("%s", err.text);
	const struct annotation_target bad = {STR_LIT("trace:aa11"), STR_NONE, STR_NONE},
	                               noted = {STR_LIT("trace:bb22/span:4"), STR_NONE, STR_NONE};
	unsigned char event[16];
	if (!annotate_add(db, &bad, STR_LIT("me"), FIELD_VERDICT, STR_LIT("bad"), 1, event, &err) ||
	    !annotate_add(db, &noted, STR_LIT("me"), FIELD_NOTE, STR_LIT("note"), 1, event, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int close_store(void **state)
{
	(void)state;
	static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock"};
	db_close(db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s/%s", dir, names[i]);
		unlink(file);
	}
	return rmdir(dir);
}

static struct filter *parse(struct arena *arena, struct str text, enum filter_over over)
{
	struct filter_mistake mistake = {0};
	struct filter *f = filter_parse(arena, text, over, NOW_NS, &mistake);
	if (!f)
		fail_msg("\"" STR_FMT "\": column %zu, expected %s", STR_ARG(text), mistake.column, mistake.expected);
	return f;
}

/* Ids of the rows kept, as "1,2". Parameters start behind one of another part of the statement. */
static void kept_by(const struct filter *f, enum filter_over over, struct buf *out)
{
	static const char *const heads[] = {
	    [FILTER_TRACES] = "SELECT t.id FROM trace t WHERE ?1 = 1 AND ",
	    [FILTER_CASES] = "SELECT c.case_id FROM case_result c WHERE ?1 = 1 AND ",
	    [FILTER_RUNS] = "SELECT r.id FROM run r WHERE ?1 = 1 AND ",
	    [FILTER_SPANS] = "SELECT s.pos FROM span s WHERE ?1 = 1 AND ",
	};
	struct buf sql = BUF_INIT;
	struct err err = ERR_INIT;
	int params = 1;
	buf_add_cstr(&sql, heads[over]);
	filter_sql(&sql, f, &params);
	buf_add_cstr(&sql, " ORDER BY 1");
	struct stmt *s = db_query_composed(db, buf_str(&sql), &err);
	if (!s)
		fail_msg("%s: %s", err.text, buf_cstr(&sql));
	stmt_int(s, 1, 1);
	filter_bind(s, f, 2);
	enum step step;
	while ((step = stmt_step(s, &err)) == STEP_ROW)
		buf_printf(out, "%s%lld", out->len ? "," : "", (long long)col_int(s, 0));
	if (step == STEP_FAIL)
		fail_msg("%s", err.text);
	stmt_free(s);
	buf_done(&sql);
}

static void keeps(struct str text, enum filter_over over, const char *ids)
{
	struct arena arena = ARENA_INIT;
	struct buf got = BUF_INIT;
	kept_by(parse(&arena, text, over), over, &got);
	if (strcmp(buf_cstr(&got), ids) != 0)
		fail_msg("\"" STR_FMT "\" keeps %s, not %s", STR_ARG(text), buf_cstr(&got), ids);
	buf_done(&got);
	arena_done(&arena);
}

static void keeps_the_right_rows(void **state)
{
	(void)state;
	static const struct {
		enum filter_over over;
		const char *text, *ids;
	} cases[] = {
	    {FILTER_TRACES, "",	                                                 "1,2,3"  },
	    {FILTER_TRACES, "  \t ",	                                            "1,2,3"  },
	    {FILTER_TRACES, "dispute",	                                          "1"      },
	    {FILTER_TRACES, "\"DISPUTE-a\"",                                            "1"      },
	    {FILTER_TRACES, "name:DISPUTE-AGENT",                                       "1"      },
	    {FILTER_TRACES, "name=Dispute-agent",                                       ""       },
	    {FILTER_TRACES, "name = dispute-agent",                                     "1"      },
	    {FILTER_TRACES, "name~balance",	                                     "2"      },
	    {FILTER_TRACES, "not dispute",	                                      "2,3"    },
	    {FILTER_TRACES, "not service:api",                                          "2,3"    },
	    {FILTER_TRACES, "not (cost>0.01 or dur<1ms)",                               "2,3"    },
	    {FILTER_TRACES, "not (cost>0.01 name~agent) not (dur>1h spans>1)",          "2,3"    },
	    {FILTER_TRACES, "not (cost>0.01 or not (id:bb or id:cc))",                  "2,3"    },
	    {FILTER_TRACES, "not not cost>0.01",                                        "1"      },
	    {FILTER_TRACES, "status:error",	                                     "1"      },
	    {FILTER_TRACES, "STATUS:Error AND Kind:LLM",                                "1"      },
	    {FILTER_TRACES, "kind:llm",	                                         "1"      },
	    {FILTER_TRACES, "kind:tool",	                                        "1,2"    },
	    {FILTER_TRACES, "kind:retr",	                                        ""       },
	    {FILTER_TRACES, "model~gpt-4",	                                      "1"      },
	    {FILTER_TRACES, "provider:OpenAI",                                          "1"      },
	    {FILTER_TRACES, "tool:get_balance",                                         "1,2"    },
	    {FILTER_TRACES, "tool:dispute-agent",                                       ""       },
	    {FILTER_TRACES, "tag:prod",	                                         "1"      },
	    {FILTER_TRACES, "id:AA",	                                            "1"      },
	    {FILTER_TRACES, "id=aa",	                                            ""       },
	    {FILTER_TRACES, "dur>2s",	                                           "1"      },
	    {FILTER_TRACES, "dur>=12.4s dur<=12400ms dur<1m30s",                        "1"      },
	    {FILTER_TRACES, "dur:1ms",	                                          "2"      },
	    {FILTER_TRACES, "cost>$0.0411 cost<0.05",                                   "1"      },
	    {FILTER_TRACES, "tokens>=4k",	                                       "1"      },
	    {FILTER_TRACES, "tokens:7",	                                         "2"      },
	    {FILTER_TRACES, "tokens>4.021k",                                            ""       },
	    {FILTER_TRACES, "spans>1 errors:1 llm>0 tools=1 repeats>=3",                "1"      },
	    {FILTER_TRACES, "since:7d",	                                         "1"      },
	    {FILTER_TRACES, "until:7d",	                                         "2"      },
	    {FILTER_TRACES, "start<2026-11-01",                                         "2"      },
	    {FILTER_TRACES, "start>2026-11-01T10:00:00Z",                               "1"      },
	    {FILTER_TRACES, "start:2026-11-20 or start:2026-11-21 or start:2026-11-19", "1"      },
	    {FILTER_TRACES, "score.groundedness<0.5",                                   "1"      },
	    {FILTER_TRACES, "score.Groundedness<31%",                                   ""       },
	    {FILTER_TRACES, "score.tone:rude",                                          "1"      },
	    {FILTER_TRACES, "score.\"tone\"~RU",                                        "1"      },
	    {FILTER_TRACES, "score.relevance<1",                                        ""       },
	    {FILTER_TRACES, "has:annotation",                                           "1,2"    },
	    {FILTER_TRACES, "has:error or has:score or has:repeat or has:cost",         "1"      },
	    {FILTER_TRACES, "has:case has:tag",                                         "1"      },
	    {FILTER_TRACES, "verdict:bad",	                                      "1"      },
	    {FILTER_TRACES, "verdict:good",	                                     ""       },
	    {FILTER_TRACES, "prompt:dispute version:v13",                               "1"      },
	    {FILTER_TRACES, "run:nightly",	                                      "1"      },
	    {FILTER_TRACES, "run:v13",	                                          "1"      },
	    {FILTER_TRACES, "source:monday",                                            "1,2"    },
	    {FILTER_TRACES, "kind:llm or status:ok name~bal",                           "1,2"    },
	    {FILTER_TRACES, "(kind:llm or status:ok) name~bal",                         "2"      },
	    {FILTER_RUNS,   "night",	                                            "1"      },
	    {FILTER_RUNS,   "run-2",	                                            "2"      },
	    {FILTER_RUNS,   "dataset:refunds model~gpt prompt:dispute version:v13",     "1"      },
	    {FILTER_RUNS,   "pass>=50% pass<0.51 cases:2 cost<1 p95>7s since:1d",       "1"      },
	    {FILTER_RUNS,   "score.groundedness<0.5",                                   "1"      },
	    {FILTER_RUNS,   "not has:score",	                                    "2"      },
	    {FILTER_RUNS,   "source:EVAL",	                                      "1"      },
	    {FILTER_CASES,  "hotel",	                                            "1"      },
	    {FILTER_CASES,  "case-2",	                                           "2"      },
	    {FILTER_CASES,  "status:passed latency>2s dur<3s cost:0.1 has:trace",       "1"      },
	    {FILTER_CASES,  "score.groundedness:0.9 run:v13",                           "1"      },
 /* numbers with exponents, and what no clock reaches */
	    {FILTER_TRACES, "dur>=1.24e1s dur<=1.24E+4ms dur>1240e-2ms",                "1"      },
	    {FILTER_TRACES, "dur>0",	                                            "1,2"    },
	    {FILTER_TRACES, "dur<1e300d",	                                       "1,2"    },
	    {FILTER_TRACES, "dur<-1e300d",	                                      ""       },
	    {FILTER_TRACES, "tokens<1e300",	                                     "1,2"    },
	    {FILTER_TRACES, "since:1e300d",	                                     "1,2"    },
	    {FILTER_TRACES, "since:-1e300d",                                            ""       },
	    {FILTER_TRACES, "until:-1e300d",                                            "1,2"    },
	    {FILTER_TRACES, "since:1677-09-22T00:00Z",                                  "1,2"    },
	    {FILTER_TRACES, "dispute\v\f\r\nkind:llm\r\n",                              "1"      },
	    {FILTER_SPANS,  "",	                                                 "1,2,3,4"},
	    {FILTER_SPANS,  "balance",	                                          "2,4"    },
	    {FILTER_SPANS,  "kind:tool or kind:llm",                                    "2,3,4"  },
	    {FILTER_SPANS,  "status:error",	                                     "1"      },
	    {FILTER_SPANS,  "model~GPT provider:openai",                                "3"      },
	    {FILTER_SPANS,  "tool:get_balance",                                         "2,4"    },
	    {FILTER_SPANS,  "tool:dispute-agent",                                       ""       },
	    {FILTER_SPANS,  "prompt:dispute version:v13",                               "3"      },
	    {FILTER_SPANS,  "id:000000000000000",                                       "1,2,3,4"},
	    {FILTER_SPANS,  "id:0000000000000003",                                      "3"      },
	    {FILTER_SPANS,  "depth:0",	                                          "1,4"    },
	    {FILTER_SPANS,  "depth>0 not kind:tool",                                    "3"      },
	    {FILTER_SPANS,  "critical:yes",	                                     "2"      },
	    {FILTER_SPANS,  "critical:no running:yes",                                  "4"      },
	    {FILTER_SPANS,  "dur>2s",	                                           "1"      },
	    {FILTER_SPANS,  "self>=50ms",	                                       "1,2"    },
	    {FILTER_SPANS,  "first<1s",	                                         "3"      },
	    {FILTER_SPANS,  "cost>0.01 tokens>=4k tokens_in:4k tokens_out<30",          "3"      },
	    {FILTER_SPANS,  "errors>0",	                                         "1,2"    },
	    {FILTER_SPANS,  "repeats>=3 has:repeat",                                    "2"      },
	    {FILTER_SPANS,  "service:api",	                                      "2"      },
	    {FILTER_SPANS,  "score.groundedness<0.5",                                   "3"      },
	    {FILTER_SPANS,  "score.tone:rude",                                          ""       },
	    {FILTER_SPANS,  "has:score or has:message",                                 "1,3"    },
	    {FILTER_SPANS,  "since:7d",	                                         "1"      },
	    {FILTER_CASES,  "has:error",	                                        "2"      },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		keeps(str_of(cases[i].text), cases[i].over, cases[i].ids);
}

static void finds_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t column;
		const char *expected;
	} cases[] = {
	    {"colour:red",       0,  "a field: name, status"},
	    {"kind:llm hue>3",   9,  "a field: "            },
	    {"kind:llmx",        5,  "agent, chain, llm"    },
	    {"kind>llm",         4,  "a colon"              },
	    {"name<3",           4,  "one of : = ~"         },
	    {"dur~3",            3,  "one of : = < >"       },
	    {"since>7d",         5,  "a colon"              },
	    {"dur>",             4,  "a value"              },
	    {"dur> )",           5,  "a value"              },
	    {"dur>2x",           5,  "2s, 500ms"            },
	    {"dur>2",            5,  "2s, 500ms"            },
	    {"dur>fast",         4,  "2s, 500ms"            },
	    {"dur>1m30",         8,  "2s, 500ms"            },
	    {"dur>\"2x\"",       4,  "2s, 500ms"            },
	    {"dur>2e",           5,  "2s, 500ms"            },
	    {"dur>2e+",          5,  "2s, 500ms"            },
	    {"tokens>-",         7,  "4k"                   },
	    {"tokens>4k5",       9,  "4k"                   },
	    {"start:2262-04-11", 6,  "a time"               }, /* begins within what is counted in ns, and ends beyond */
	    {"start:2262-04-12", 6,  "a time"               },
	    {"\"",               1,  "a closing \""         },
	    {"dur<",             4,  "a value"              },
	    {"tokens>4q",        8,  "4k"                   },
	    {"tokens>1.2.3",     7,  "4k"                   },
	    {"cost>$x",          6,  "US dollars"           },
	    {"cost>1€",        6,  "US dollars"           },
	    {"since:2026-13-01", 6,  "a time"               },
	    {"since:7q",         7,  "a time"               },
	    {"has:luck",         4,  "annotation"           },
	    {"verdict:none",     8,  "good, bad, unsure"    },
	    {"score<0.5",        5,  "score.NAME"           },
	    {"score.<0.5",       6,  "score.NAME"           },
	    {"score.x>high",     8,  "a number"             },
	    {"score.\"x y\"",    11, "one of : ="           },
	    {"(",                1,  "a condition"          },
	    {"()",               1,  "a condition"          },
	    {"(a",               2,  "a closing )"          },
	    {"a)",               1,  "no ( is open"         },
	    {"a or",             4,  "a condition"          },
	    {"a and or b",       6,  "a condition"          },
	    {"or a",             0,  "a condition"          },
	    {"not",              3,  "a condition"          },
	    {"name:\"abc",       9,  "a closing \""         },
	    {"\"abc",            4,  "a closing \""         },
	    {"name:a\"b\"",      6,  "a blank"              },
	    {"foo\"b\"",         3,  "a blank"              },
	    {"= 3",              0,  "a field before it"    },
	    {"\"name\":x",       6,  "a blank"              },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {.column = 999};
		if (filter_parse(&arena, str_of(cases[i].text), FILTER_TRACES, NOW_NS, &mistake))
			fail_msg("%s was taken", cases[i].text);
		if (mistake.column != cases[i].column || !strstr(mistake.expected, cases[i].expected))
			fail_msg("%s: column %zu, expected %s", cases[i].text, mistake.column, mistake.expected);
		arena_done(&arena);
	}
	struct arena arena = ARENA_INIT;
	assert_null(filter_parse(&arena, STR_LIT("pass>90"), FILTER_RUNS, NOW_NS, NULL));
	arena_done(&arena);
}

static void nested(struct buf *text, int levels, const char *open, const char *inside, const char *close)
{
	buf_clear(text);
	for (int i = 0; i < levels; i++)
		buf_add_cstr(text, open);
	buf_add_cstr(text, inside);
	for (int i = 0; i < levels; i++)
		buf_add_cstr(text, close);
}

/* The deepest and the longest filters that are taken run in SQLite; one more is a mistake, not a crash. */
static void bounds_depth_and_length(void **state)
{
	(void)state;
	static const char *const leaves[] = {"text:refund", "run:v13", "has:annotation", "score.x~y", "version:v13"};
	static const struct {
		const char *open, *close;
		int most; /* levels that are taken */
	} shapes[] = {
	    {"(",	                 ")",         100},
	    {"not ",	              "",          100},
	    {"not (",                     ")",         50 },
	    {"(a or (b ",                 "))",        8  },
	    {"not (a or not (b c ",       "))",        8  },
	    {"(a b c d e f g not (h or ", ")) ",       8  },
	    {"((",	                " a) or b)", 8  },
	};
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes * (sizeof leaves / sizeof *leaves); i++) {
		int taken = 0, shape = (int)(i % (sizeof shapes / sizeof *shapes));
		for (int levels = 1; levels <= 3000; levels = levels < 120 ? levels + 1 : levels * 3) {
			struct arena arena = ARENA_INIT;
			struct filter_mistake mistake = {0};
			nested(&text, levels, shapes[shape].open, leaves[i / (sizeof shapes / sizeof *shapes)],
			       shapes[shape].close);
			struct filter *f = filter_parse(&arena, buf_str(&text), FILTER_TRACES, NOW_NS, &mistake);
			if (f) {
				struct buf ids = BUF_INIT;
				kept_by(f, FILTER_TRACES, &ids);
				buf_done(&ids);
				taken = levels;
			} else if (!strstr(mistake.expected, "100 levels") && !strstr(mistake.expected, "simpler")) {
				fail_msg("%s: %s", buf_cstr(&text), mistake.expected);
			}
			arena_done(&arena);
		}
		if (taken != shapes[shape].most)
			fail_msg("%s: %d levels taken", shapes[shape].open, taken);
	}
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake = {0};
	buf_clear(&text);
	for (int i = 0; i < 500; i++)
		buf_add_cstr(&text, "dispute ");
	struct buf ids = BUF_INIT;
	kept_by(parse(&arena, buf_str(&text), FILTER_TRACES), FILTER_TRACES, &ids);
	assert_string_equal(buf_cstr(&ids), "1");
	buf_add_cstr(&text, "dispute");
	assert_null(filter_parse(&arena, buf_str(&text), FILTER_TRACES, NOW_NS, &mistake));
	assert_int_equal(mistake.column, 500 * 8);
	buf_done(&ids);
	buf_done(&text);
	arena_done(&arena);
}

static void compiles_every_field(void **state)
{
	(void)state;
	static const char *const values[] = {"x",          "1",     "2s",    "4k",      "0.5",   "7d",
	                                     "2026-11-20", "error", "tool",  "passed",  "bad",   "\"x y\"",
	                                     "\"0.5\"",    "cost",  "score", "prompt",  "trace", "repeat",
	                                     "yes",        "tag",   "user",  "session", "case",  "annotation"};
	static const char *const ops[] = {":", "=", "~", "<", ">", "<=", ">="};
	for (int over = FILTER_TRACES; over <= FILTER_SPANS; over++)
		for (const struct filter_field *f = filter_fields((enum filter_over)over); f->name; f++) {
			int taken = 0;
			struct arena arena = ARENA_INIT;
			struct buf text = BUF_INIT, ids = BUF_INIT;
			const char *more = strcmp(f->name, "score") == 0 ? ".x" : "";
			for (size_t v = 0; v < sizeof values / sizeof *values; v++)
				for (size_t o = 0; o < sizeof ops / sizeof *ops; o++) {
					struct filter_mistake mistake = {0};
					buf_clear(&text);
					buf_printf(&text, "not %s%s%s%s", f->name, more, ops[o], values[v]);
					struct filter *filter = filter_parse(&arena, buf_str(&text),
					                                     (enum filter_over)over, NOW_NS, &mistake);
					if (!filter)
						continue;
					taken++;
					buf_clear(&ids);
					kept_by(filter, (enum filter_over)over, &ids);
				}
			if (!taken || !f->help || !f->example)
				fail_msg("field %s takes nothing or is not explained", f->name);
			parse(&arena, str_of(f->example), (enum filter_over)over);
			arena_done(&arena);
			buf_done(&text);
			buf_done(&ids);
		}
}

static void finds_hostile_text_literally(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	int64_t before = 0, after = 0, rows = 0;
	assert_true(db_int(db, "SELECT sum(length(sql)) FROM sqlite_schema", 0, &before, &err));
	keeps(STR_LIT("name:\"x'); DROP TABLE trace; --\""), FILTER_TRACES, "3");
	keeps(STR_LIT("\"x'); drop table\""), FILTER_TRACES, "3");
	keeps(STR_LIT("x';--"), FILTER_TRACES, "");
	static const char *const values[] = {
	    "'",  "''",           "\\\"",     "\\\\",    "%",  "_%",      "?1", "?999",     "@x",           "{t.id}",
	    "}",  "') OR 1=1 --", "\" OR \"", "x'00'",   "/*", "*/ 1 --", ";",  "\xff\xfe", "\xe2\x80\xae", "$1",
	    ":a", "\x01",         "NULL",     "1 OR 1=1"};
	static const char *const fields[] = {"",         "name:", "name=",    "name~",   "id:",  "tool:",   "text:",
	                                     "score.x:", "tag:",  "session:", "source:", "run:", "version~"};
	for (size_t v = 0; v < sizeof values / sizeof *values; v++)
		for (size_t f = 0; f < sizeof fields / sizeof *fields; f++) {
			struct buf text = BUF_INIT;
			buf_printf(&text, "%s\"qq%s\"", fields[f], values[v]);
			if (strcmp(values[v], "\" OR \"") != 0)
				keeps(buf_str(&text), FILTER_TRACES, "");
			buf_done(&text);
		}
	/* A name of a score is text of the user, too. */
	keeps(STR_LIT("score.\"x') OR 1=1 --\"<5"), FILTER_TRACES, "");
	assert_true(db_int(db, "SELECT sum(length(sql)) FROM sqlite_schema", 0, &after, &err));
	assert_true(db_int(db, "SELECT count(*) FROM trace", 0, &rows, &err));
	assert_int_equal(before, after);
	assert_int_equal(rows, 3);
}

/* ---- printing */

static uint64_t seed = 20261120;

static unsigned below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void random_filter(struct buf *out, int depth)
{
	static const char *const terms[] = {"refund",
	                                    "\"two words\"",
	                                    "kind:llm",
	                                    "NAME=\"a \\\"b\\\" \\\\c\"",
	                                    "dur>2s",
	                                    "dur > 1m30s",
	                                    "cost<=$0.01",
	                                    "tokens>=4k",
	                                    "score.\"a b\"<0.5",
	                                    "score.x:\"0.5\"",
	                                    "score.x~lab",
	                                    "since:7d",
	                                    "start:2026-11-20",
	                                    "has:score",
	                                    "text:\"(a or b)\"",
	                                    "\"and\"",
	                                    "name:\"\"",
	                                    "name:=x",
	                                    "name<=\"",
	                                    "verdict:bad",
	                                    "\xe6\x97\xa5\xe6\x9c\xac",
	                                    "name~\xff",
	                                    "name:a:b",
	                                    "id:\"not\"",
	                                    "status:OK"};
	unsigned what = depth > 5 ? 9 : below(10);
	if (what < 2) {
		buf_add_cstr(out, what ? "not " : "NOT ");
		random_filter(out, depth + 1);
	} else if (what < 6) {
		const char *joint = what < 4 ? " or " : what == 4 ? " " : " and ";
		buf_add_char(out, '(');
		for (unsigned i = 0, n = 1 + below(4); i < n; i++) {
			buf_add_cstr(out, i ? joint : "");
			random_filter(out, depth + 1);
		}
		buf_add_char(out, ')');
	} else {
		unsigned i = below(sizeof terms / sizeof *terms);
		buf_add_cstr(out, strcmp(terms[i], "name<=\"") == 0 ? "name:\"=\"" : terms[i]);
	}
}

static void prints_back(void **state)
{
	(void)state;
	static const struct {
		const char *text, *printed;
	} cases[] = {
	    {"  KIND:llm   and\tdur >2s ",          "kind:llm dur>2s"                    },
	    {"a or b c",	                    "a or b c"                           },
	    {"(a or b) c",                          "(a or b) c"                         },
	    {"(a b) or ((c))",                      "a b or c"                           },
	    {"a (b (c d))",                         "a b c d"                            },
	    {"not (a b) not (a or b) not not c",    "not (a b) not (a or b) not not c"   },
	    {"\"or\" \"a b\" \"a\\\"b\" name:\"\"", "\"or\" \"a b\" \"a\\\"b\" name:\"\""},
	    {"name:\"and\" \"NOT\" name:\"Or\"",    "name:\"and\" \"NOT\" name:\"Or\""   },
	    {"score.\"a b\"<0.5 score.\"x\">1",     "score.\"a b\"<0.5 score.x>1"        },
	    {"",	                            ""	                           },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = ARENA_INIT;
		struct buf out = BUF_INIT;
		filter_print(&out, parse(&arena, str_of(cases[i].text), FILTER_TRACES));
		assert_string_equal(buf_cstr(&out), cases[i].printed);
		buf_done(&out);
		arena_done(&arena);
	}
}

static void prints_back_random_trees(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct arena arena = ARENA_INIT;
		struct buf text = BUF_INIT, once = BUF_INIT, twice = BUF_INIT, sql = BUF_INIT, sql_again = BUF_INIT;
		random_filter(&text, 0);
		struct filter_mistake mistake = {0};
		struct filter *f = filter_parse(&arena, buf_str(&text), FILTER_TRACES, NOW_NS, &mistake);
		if (f) {
			int n = 0, n_again = 0;
			filter_print(&once, f);
			struct filter *again = parse(&arena, buf_str(&once), FILTER_TRACES);
			filter_print(&twice, again);
			filter_sql(&sql, f, &n);
			filter_sql(&sql_again, again, &n_again);
			assert_string_equal(buf_cstr(&once), buf_cstr(&twice));
			assert_string_equal(buf_cstr(&sql), buf_cstr(&sql_again));
			assert_int_equal(n, n_again);
			if (i % 20 == 0) {
				struct buf ids = BUF_INIT, ids_again = BUF_INIT;
				kept_by(f, FILTER_TRACES, &ids);
				kept_by(again, FILTER_TRACES, &ids_again);
				assert_string_equal(buf_cstr(&ids), buf_cstr(&ids_again));
				buf_done(&ids);
				buf_done(&ids_again);
			}
		} else if (!strstr(mistake.expected, "500 at most")) {
			fail_msg("%s: column %zu: %s", buf_cstr(&text), mistake.column, mistake.expected);
		}
		buf_done(&text);
		buf_done(&once);
		buf_done(&twice);
		buf_done(&sql);
		buf_done(&sql_again);
		arena_done(&arena);
	}
}

/* Any bytes: a tree or a mistake inside the text. */
static void survives_any_bytes(void **state)
{
	(void)state;
	static const char alphabet[] = "ab:=~<>()\"\\ 1.$%-\t\xff\xc2orand";
	for (int i = 0; i < 20000; i++) {
		char text[24];
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {0};
		size_t len = below(sizeof text);
		for (size_t k = 0; k < len; k++)
			text[k] = alphabet[below(sizeof alphabet)]; /* its NUL, too */
		if (!filter_parse(&arena, (struct str){text, len}, FILTER_TRACES, NOW_NS, &mistake)) {
			assert_true(mistake.column <= len);
			assert_true(mistake.expected[0] != '\0');
		}
		arena_done(&arena);
	}
}

static void knows_local_midnight(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	/* 2026-11-20 02:26:40 in Tokyo is still 2026-11-19 in UTC. */
	struct err err = ERR_INIT;
	assert_true(db_exec(db, "UPDATE trace SET start_ns = 1795109200000000000 WHERE id = 2", &err));
	keeps(STR_LIT("since:2026-11-20"), FILTER_TRACES, "1,2");
	keeps(STR_LIT("start:2026-11-20"), FILTER_TRACES, "2");
	keeps(STR_LIT("since:2026-11-20T02:26:40"), FILTER_TRACES, "1,2");
	keeps(STR_LIT("since:2026-11-20T02:26:41"), FILTER_TRACES, "1");
	keeps(STR_LIT("since:2026-11-20T00:00Z"), FILTER_TRACES, "1");
	keeps(STR_LIT("start:today"), FILTER_TRACES, "1");
	keeps(STR_LIT("start:yesterday"), FILTER_TRACES, "2");
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_the_right_rows),         cmocka_unit_test(finds_mistakes),
	    cmocka_unit_test(bounds_depth_and_length),      cmocka_unit_test(compiles_every_field),
	    cmocka_unit_test(finds_hostile_text_literally), cmocka_unit_test(prints_back),
	    cmocka_unit_test(prints_back_random_trees),     cmocka_unit_test(survives_any_bytes),
	    cmocka_unit_test(knows_local_midnight),
	};
	return cmocka_run_group_tests_name("filter", tests, open_store, close_store);
}
