/* SQL of a person: what the authorizer lets through and what not, values, deadlines, interrupts, and stores that are not what they seem. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <time.h>

#include "store/query/sql_views.h"
#include "tests/store.h"

static struct db *asking, *payloads;
static struct sql_context *context;

static struct str same(struct arena *arena, struct str text)
{
	(void)arena;
	return text.ptr ? STR_LIT("[hidden]") : text;
}

static void begin(db_mask *mask)
{
	struct err err = ERR_INIT;
	payloads = db_open(store_path, DB_READ, &err);
	asking = db_open(store_path, DB_READ, &err);
	assert_non_null(payloads);
	assert_non_null(asking);
	context = sql_context_new(payloads, mask);
	if (!db_ask_begin(asking, sql_context_rules(context), &err))
		fail_msg("%s", err.text);
}

static void end(void)
{
	db_close(asking);
	sql_context_free(context);
	db_close(payloads);
}

/* The first value of the first row, as text. */
static void answers(const char *sql, const char *want)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_ask(asking, str_of(sql), 10, &err);
	if (!s || ask_step(s, &err) != STEP_ROW)
		fail_msg("%s: %s", sql, err.text);
	struct ask_value v = ask_cell(s, 0);
	struct buf have = BUF_INIT;
	switch (v.type) {
	case ASK_NULL: buf_add_cstr(&have, "null"); break;
	case ASK_INT: buf_printf(&have, "%lld", (long long)v.i); break;
	case ASK_REAL: buf_printf(&have, "%.17g", v.d); break;
	case ASK_TEXT:
	case ASK_BLOB:
	case ASK_FAIL: buf_add_str(&have, v.text); break;
	}
	if (strcmp(buf_cstr(&have), want) != 0)
		fail_msg("%s: %s instead of %s", sql, buf_cstr(&have), want);
	buf_done(&have);
	stmt_free(s);
}

static void refuses(const char *sql, const char *words)
{
	struct err err = ERR_INIT;
	struct stmt *s = db_ask(asking, str_of(sql), 10, &err);
	if (s)
		while (ask_step(s, &err) == STEP_ROW)
			;
	stmt_free(s);
	if (err.code != ERR_USAGE || !strstr(err.text, words))
		fail_msg("%s: (%d) %s instead of %s", sql, (int)err.code, err.text, words);
}

static void fill(void)
{
	run_sql("INSERT INTO word(id, text) VALUES(1, 'root'), (2, 'call'), (3, 'secret model')");
	run_sql("INSERT INTO source(id, path, format, head_len, head_hash, bytes, prefix_hash, records, state)"
	        " VALUES(1, CAST('a.json' AS BLOB), 'otlp', 1, x'00', 1, x'00', 1, 1)");
	run_sql("INSERT INTO trace(id, key, text, first, n, name, start_ns, spans, output, source, seen)"
	        " VALUES(1, x'01', 'aa', 10, 2, 1, 0, 2, 'mail me', 1, 1), (2, x'02', 'bb', 50, 0, 1, NULL, 0, NULL, "
	        "1, 0)");
	run_sql("INSERT INTO span(pos, trace, key, id, up, depth, size, flags, name, kind, status, start_ns, "
	        "duration_ns, model, record, hash,"
	        " source) VALUES(9, 1, 7, NULL, 0, 0, 1, 0, 1, 0, 0, 0, 1, NULL, 1, 1, 1), (10, 1, 1, NULL, 0, 0, 2, "
	        "8, 1, 1, 0, 0, 30, NULL,"
	        " 1, 1, 1), (11, 1, -1, NULL, 1, 1, 1, 0, 2, 3, 2, 5, 10, 3, 1, 1, 1)");
	run_sql("INSERT INTO score(id, ident, trace, span, name, value, from_, record, source) VALUES(1, 1, 1, -1, 2, "
	        "0.25, 1, 1, 1)");
}

static void views_are_answered(void **state)
{
	(void)state;
	fill();
	begin(NULL);
	/* rows that no trace owns, and traces that only a score names, are none */
	answers("select count(*) from spans", "2");
	answers("select count(*) from traces", "1");
	answers("select group_concat(id) from (select id from spans order by position)",
	        "0000000000000001,ffffffffffffffff");
	answers("select parent from spans where depth = 1", "0000000000000001");
	answers("select start from traces", "1970-01-01T00:00:00.000000000Z");
	answers("select span from scores", "ffffffffffffffff");
	answers("select kind || status || critical from spans where position = 1", "llmerror0");
	answers("select percentile(duration_ns, 50) from spans", "20");
	answers("select median(duration_ns) from spans where 0", "null");
	answers("select 9223372036854775807", "9223372036854775807");
	answers("select payload('aa', '0000000000000001', 'input')", "null");
	answers("select payload('no', 'no', 'input')", "null");
	answers("with traces as (select 5 as a) select a from traces", "5");
	answers("select t.name from spans s left join traces t on t.id = s.trace where s.depth = 1", "root");
	answers("select count(*) from json_each('[1,2,3]')", "3");
	end();
}

static void nothing_else_is(void **state)
{
	(void)state;
	begin(NULL);
	static const struct {
		const char *sql, *words;
	} cases[] = {
	    {"select * from trace",	                                      "no view trace (did you mean traces?)"               },
	    {"select text from main.word",                                       "no view word"                                       },
	    {"with traces as (select text from main.word) select * from traces", "no view word"                                       },
	    {"select * from \"\001traces\"",                                     "control characters"                                 },
	    {"select count(*) from word",                                        "no view word"                                       },
	    {"select * from sqlite_temp_schema",                                 "no view sqlite_temp"                                },
	    {"delete from traces",	                                       "nothing can be written"                             },
	    {"delete from main.trace",	                                   "nothing can be written"                             },
	    {"create temp table x(a)",	                                   "nothing can be written"                             },
	    {"/* */ vacuum",	                                             "nothing can be written"                             },
	    {"vacuum into '/tmp/spoor-none'",                                    "nothing can be written"                             },
	    {"attach ':memory:' as x",	                                   "no other file"                                      },
	    {"pragma query_only = 0",	                                    "no PRAGMA"                                          },
	    {"explain select 1",	                                         "EXPLAIN"	                                    },
	    {"select load_extension('x')",                                       "no function load_extension"                         },
	    {"select spoor_shown(1)",	                                    "no function spoor_shown"                            },
	    {"select 1; select 2",	                                       "one statement"                                      },
	    {"select ?1",	                                                "has no value here"                                  },
	    {"select nmae from spans",	                                   "column 8: no such column: nmae (did you mean name?)"},
	    {"select t.nmae from traces t",                                      "did you mean name?"                                 },
	    {"select replace(printf('%.*c', 60000000, 'x'), 'x', 'yy')",         "too big"                                            },
	    {"select 'a' regexp '('",	                                    "cannot be read"                                     },
	    {"select payload('aa', '0000000000000001', 'x')",                    "payload of a span"                                  },
	    {"",	                                                         "no SELECT"	                                  },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		refuses(cases[i].sql, cases[i].words);
	answers("select count(*) from traces", "1"); /* and the connection is as it was */
	end();
}

static void masked_texts_stay_masked(void **state)
{
	(void)state;
	begin(same);
	answers("select output_start from traces", "[hidden]");
	answers("select hex(substr(output_start, 2, 6)) from traces", "68696464656E");
	answers("select count(*) from traces where output_start like '%mail%'", "0");
	answers("select id from traces", "aa");
	end();
}

static const char endless[] = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

static void time_is_limited(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	begin(NULL);
	struct stmt *s = db_ask(asking, str_of(endless), 1, &err);
	assert_non_null(s);
	assert_int_equal(ask_step(s, &err), STEP_FAIL);
	assert_int_equal(err.code, ERR_SYSTEM);
	stmt_free(s);
	answers("select 1", "1");
	end();
}

static void *interrupt(void *any)
{
	nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	db_interrupt(any);
	return NULL;
}

static void it_can_be_interrupted(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	pthread_t thread;
	begin(NULL);
	struct stmt *s = db_ask(asking, str_of(endless), 60, &err);
	assert_non_null(s);
	assert_int_equal(pthread_create(&thread, NULL, interrupt, asking), 0);
	assert_int_equal(ask_step(s, &err), STEP_FAIL);
	assert_int_equal(err.code, ERR_INTERRUPTED);
	pthread_join(thread, NULL);
	stmt_free(s);
	end();
}

/* A store with views and triggers of a stranger is not opened at all. */
static void foreign_views_do_not_matter(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	char path[128];
	snprintf(path, sizeof path, "%s/other.db", store_dir);
	struct db *other = db_open(path, DB_WRITE, &err);
	assert_non_null(other);
	db_close(other);
	sqlite3 *handle;
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(sqlite3_exec(handle, "CREATE VIEW traces AS SELECT load_extension('x')", NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_close(handle);
	assert_null(db_open(path, DB_READ, &err));
	assert_int_equal(err.code, ERR_STORE);
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", "-import"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char name[160];
		snprintf(name, sizeof name, "%s%s", path, ends[i]);
		unlink(name);
	}
}

/* Each view of the table can be asked for all its columns, by name. */
static void all_columns_are_there(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	begin(NULL);
	for (const struct sql_view *v = sql_views; v->name; v++)
		for (const struct sql_column *c = v->columns; c->name; c++) {
			struct buf sql = BUF_INIT;
			buf_printf(&sql, "select \"%s\" from %s", c->name, v->name);
			struct stmt *s = db_ask(asking, buf_str(&sql), 10, &err);
			if (!s)
				fail_msg("%s: %s", buf_cstr(&sql), err.text);
			while (ask_step(s, &err) == STEP_ROW)
				;
			assert_int_equal(err.code, ERR_NONE);
			stmt_free(s);
			buf_done(&sql);
		}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(views_are_answered),       cmocka_unit_test(nothing_else_is),
	    cmocka_unit_test(masked_texts_stay_masked), cmocka_unit_test(time_is_limited),
	    cmocka_unit_test(it_can_be_interrupted),    cmocka_unit_test(foreign_views_do_not_matter),
	    cmocka_unit_test(all_columns_are_there),
	};
	return cmocka_run_group_tests(tests, store_setup, store_teardown);
}
