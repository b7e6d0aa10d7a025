/* Finding on the samples: every example of the filter language, orders, what completion offers, the prompt as it is typed at, a search's
 * hits from trace to trace, and conversations. */
#include "tests/screens.h"

#include "store/base/file.h"
#include "store/query/saved.h"
#include "store/query/session.h"
#include "store/query/suggest.h"
#include "store/query/traces.h"
#include "tui/prompt.h"

static const int64_t day_ns = INT64_C(86400000000000);

static int64_t now_ns(void)
{
	int64_t ns = 0;
	assert_true(units_iso(STR_LIT("2026-11-21T00:00:00Z"), &ns, &(bool){false}));
	return ns;
}

/* ---------------------------------------------------------------- the filter language, as the manual shows it */

/* How many of the 231 sample traces match, and one that does, by the end of its id. */
static const struct {
	const char *filter;
	int64_t n;
	const char *one;
} examples[] = {
    {"kind:llm",                               230, "b10c"    },
    {"status:error",                           4,   "b10c"    },
    {"dur>2s",                                 216, "b10c"    },
    {"cost>0.01",                              179, "1009"    },
    {"tokens>=4k",                             175, "b10c"    },
    {"model~gpt-4",                            229, "b10c"    },
    {"name=\"get_balance\"",                   0,   NULL      }, /* a trace's name; of a tool: */
    {"tool=\"get_balance\"",                   21,  "b10c"    },
    {"score.groundedness<0.5",                 9,   "0043"    },
    {"text:\"refund policy\"",                 115, NULL      },
    {"tag:prod",                               9,   "0046"    },
    {"since:7d",                               231, "b10c"    },
    {"since:3d",                               121, "b10c"    },
    {"until:2026-11-15",                       82,  NULL      },
    {"has:annotation",                         0,   NULL      },
    {"verdict:bad",                            0,   NULL      },
    {"run:v13",                                84,  "00360000"},
    {"run:v1",                                 0,   NULL      },
    {"( status:error or cost>1 )",             5,   "1009"    },
    {"not kind:tool",                          35,  NULL      },
    {"kind:llm status:error dur>2s",           3,   "b10c"    },
    {"status:error or score.groundedness<0.3", 9,   "0043"    },
    {"repeats>=3",                             3,   "1009"    },
    {"session:conv-2002700",                   2,   "0043"    },
    {"not ( kind:tool or kind:guardrail )",    1,   NULL      },
};

static void test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct arena arena = ARENA_INIT;
		struct filter_mistake mistake = {0};
		struct err err = ERR_INIT;
		struct trace_page page = {0};
		struct filter *f = filter_parse(&arena, str_of(examples[i].filter), FILTER_TRACES, now_ns(), &mistake);
		if (!f)
			fail_msg("%s: column %zu: %s", examples[i].filter, mistake.column, mistake.expected);
		struct trace_query q = {.filter = f, .limit = -1};
		int64_t counted = -1;
		assert_true(traces_page(stage_db, &q, &page, &err));
		assert_true(traces_count(stage_db, f, &counted, &err));
		bool found = !examples[i].one;
		for (size_t k = 0; k < page.n; k++)
			found |= examples[i].one && str_ends(page.rows[k].text, examples[i].one);
		if (page.total != examples[i].n || counted != page.total || !found)
			fail_msg("%s: %lld match", examples[i].filter, (long long)page.total);
		trace_page_done(&page);
		arena_done(&arena);
	}
}

/* ---------------------------------------------------------------- orders */

/* A figure of the row, so that it can be told whether the order is kept; NaN: not known. */
static double figure(const struct trace_row *row, enum trace_sort sort)
{
	switch (sort) {
	case TRACE_BY_START: return row->start_ns == TIME_UNKNOWN ? UNKNOWN_DOUBLE : (double)row->start_ns;
	case TRACE_BY_STATUS: return row->status == STATUS_ERROR ? 4 : (double)row->status;
	case TRACE_BY_DURATION: return row->duration_ns == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)row->duration_ns;
	case TRACE_BY_SPANS: return (double)row->spans;
	case TRACE_BY_ERRORS: return (double)row->errors;
	case TRACE_BY_LLM: return (double)row->llm_calls;
	case TRACE_BY_TOOLS: return (double)row->tool_calls;
	case TRACE_BY_TOKENS_IN: return row->tokens_in == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)row->tokens_in;
	case TRACE_BY_TOKENS_OUT: return row->tokens_out == UNKNOWN_INT ? UNKNOWN_DOUBLE : (double)row->tokens_out;
	case TRACE_BY_TOKENS:
		if (row->tokens_in == UNKNOWN_INT && row->tokens_out == UNKNOWN_INT)
			return UNKNOWN_DOUBLE;
		return (double)((row->tokens_in == UNKNOWN_INT ? 0 : row->tokens_in) +
		                (row->tokens_out == UNKNOWN_INT ? 0 : row->tokens_out));
	case TRACE_BY_COST: return row->cost_usd;
	case TRACE_BY_REPEATS: return (double)row->repeats;
	case TRACE_BY_NAME:
	case TRACE_BY_SESSION:
	case TRACE_BY_USER:
	case TRACE_BY_SERVICE:
	case TRACE_BY_SCORES:
	case TRACE_BY_VERDICT:
	case TRACE_BY_SOURCE:
	case N_TRACE_SORTS: break;
	}
	return 0;
}

static struct str word(const struct trace_row *row, enum trace_sort sort)
{
	return sort == TRACE_BY_NAME      ? row->name
	       : sort == TRACE_BY_SESSION ? row->session
	       : sort == TRACE_BY_USER    ? row->user
	       : sort == TRACE_BY_SERVICE ? row->service
	       : sort == TRACE_BY_SOURCE  ? row->file
	                                  : STR_NONE;
}

static bool in_order(const struct trace_row *a, const struct trace_row *b, enum trace_sort sort, bool ascending)
{
	if (trace_sort_is_text(sort)) {
		struct str x = word(a, sort), y = word(b, sort);
		if (!x.len || !y.len)
			return x.len || !y.len; /* unknown last */
		return ascending ? str_cmp(x, y) <= 0 : str_cmp(x, y) >= 0;
	}
	double x = figure(a, sort), y = figure(b, sort);
	if (IS_UNKNOWN(x) || IS_UNKNOWN(y))
		return !IS_UNKNOWN(x) || IS_UNKNOWN(y);
	return ascending ? x <= y : x >= y;
}

/* Both ways; unknown values last either way; pages are parts of one order. */
static void test_orders(void **state)
{
	(void)state;
	for (int sort = 0; sort < N_TRACE_SORTS; sort++)
		for (int ascending = 0; ascending < 2; ascending++) {
			struct err err = ERR_INIT;
			struct trace_page all = {0}, part = {0};
			enum trace_sort named;
			struct trace_query q = {.sort = (enum trace_sort)sort, .ascending = ascending, .limit = -1};
			assert_true(trace_sort_named(str_of(trace_sort_name(q.sort)), &named));
			assert_int_equal(named, sort);
			assert_true(traces_page(stage_db, &q, &all, &err));
			assert_int_equal(all.n, 231);
			for (size_t i = 1; i < all.n; i++)
				if (!in_order(&all.rows[i - 1], &all.rows[i], q.sort, ascending))
					fail_msg("%s: row %zu", trace_sort_name(q.sort), i);
			q.offset = 100;
			q.limit = 30;
			assert_true(traces_page(stage_db, &q, &part, &err));
			for (size_t i = 0; i < part.n; i++)
				assert_int_equal(part.rows[i].id, all.rows[100 + i].id);
			trace_page_done(&all);
			trace_page_done(&part);
		}
}

static void test_order_on_screen(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	stage_keys(&st, "> > > > > >");
	assert_non_null(strstr(st.ui->message, "by LLM calls, largest first"));
	assert_true(stage_shows(&st, "\xe2\x96\xbellm")); /* a column of its own at 80, too */
	const struct action *sort = action_named(st.screen.ops->actions, STR_LIT("sort"));
	assert_non_null(sort);
	struct target t = {0};
	sort->run(&st.screen, &(struct input){.key = KEY_NONE, .argument = STR_LIT("session")}, &t);
	stage_settle(&st);
	assert_true(stage_shows(&st, "call-7001"));
	sort->run(&st.screen, &(struct input){.key = KEY_NONE, .argument = STR_LIT("cost")},
	          &t); /* as it stands in the head */
	stage_settle(&st);
	assert_true(stage_shows(&st, "\xe2\x96\xbe"
	                             "cost"));
	sort->run(&st.screen, &(struct input){.key = KEY_NONE, .argument = STR_LIT("nonesuch")}, &t);
	assert_non_null(strstr(st.ui->message, ":sort takes start"));
	stage_close(&st);
}

/* ---------------------------------------------------------------- what completion offers */

static void test_suggestions(void **state)
{
	(void)state;
	static const struct {
		enum filter_over over;
		const char *field, *typed, *first;
		int64_t n_first;
		size_t at_least;
	} rows[] = {
	    {FILTER_TRACES, "status",  "",        "unset",                           222, 4 },
	    {FILTER_TRACES, "kind",    "",        "llm",                             230, 10},
	    {FILTER_TRACES, "model",   "",        "gpt-4o-mini-2024-07-18",          229, 5 },
	    {FILTER_TRACES, "model",   "MISTRAL", "mistral-large-2411",              4,   1 },
	    {FILTER_TRACES, "tool",    "get_bal", "get_balance",                     21,  1 },
	    {FILTER_TRACES, "session", "2002700", "conv-2002700",                    2,   1 },
	    {FILTER_TRACES, "service", "",        "dispute-agent",                   225, 1 },
	    {FILTER_TRACES, "tag",     "pr",      "prod",                            9,   1 },
	    {FILTER_TRACES, "score",   "",        "groundedness",                    48,  4 },
	    {FILTER_TRACES, "version", "v1",      "v12",                             -2,  2 },
	    {FILTER_TRACES, "source",  "voice",   "tests/data/traces-voice.json.gz", -2,  1 },
	    {FILTER_TRACES, "has",     "an",      "annotation",                      -1,  1 },
	    {FILTER_TRACES, "dur",     "",        NULL,                              0,   0 },
	    {FILTER_TRACES, "nosuch",  "",        NULL,                              0,   0 },
	    {FILTER_RUNS,   "name",    "",        "dispute v13",                     84,  2 },
	    {FILTER_RUNS,   "score",   "g",       "groundedness",                    2,   1 },
	    {FILTER_CASES,  "status",  "",        "passed",                          129, 3 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct suggestions s;
		struct err err = ERR_INIT;
		assert_true(suggest(stage_db, rows[i].over, str_of(rows[i].field), str_of(rows[i].typed), &s, &err));
		if (s.n < rows[i].at_least || (rows[i].first && (!s.n || !str_is(s.at[0].text, rows[i].first))) ||
		    (rows[i].first && rows[i].n_first > -2 && s.at[0].n != rows[i].n_first) || (!rows[i].first && s.n))
			fail_msg("%s:%s: %zu, first " STR_FMT " %lld", rows[i].field, rows[i].typed, s.n,
			         STR_ARG(s.n ? s.at[0].text : STR_LIT("none")), (long long)(s.n ? s.at[0].n : 0));
		suggestions_done(&s);
	}
}

/* ---------------------------------------------------------------- the prompt */

static void prompt_settle(struct prompt *p)
{
	void *request;
	int rounds = 0;
	while ((request = prompt_ask(p))) {
		struct err err = ERR_INIT;
		bool ok = p->screen.ops->fetch(stage_db, request, &err);
		prompt_take(p, request, ok);
		assert_true(++rounds < 10);
	}
}

/* Blank-separated: names of keys of more than one letter, other text as it is ("_": a blank). */
static void prompt_keys(struct prompt *p, const char *keys)
{
	struct str rest = str_of(keys), name;
	while (str_split(&rest, ' ', &name)) {
		int key = name.len > 1 ? key_named(name) : KEY_NONE;
		if (key != KEY_NONE) {
			prompt_key(p, key);
			prompt_settle(p);
			continue;
		}
		for (size_t i = 0; i < name.len; i++) {
			prompt_key(p, name.ptr[i] == '_' ? ' ' : (unsigned char)name.ptr[i]);
			prompt_settle(p);
		}
	}
}

static void prompt_open(struct prompt *p, struct stage *st, const char *text)
{
	struct target t = {.prompt = "&", .filter = 1 + FILTER_TRACES};
	snprintf(t.line, sizeof t.line, "%s", text);
	prompt_init(p, st->ui, 7);
	prompt_start(p, &t, st->screen.ops->actions);
	prompt_settle(p);
}

static void prompt_golden(struct prompt *p, struct stage *st, const char *name)
{
	char path[256];
	struct buf got = BUF_INIT, want = BUF_INIT;
	snprintf(path, sizeof path, "tests/screen/%s.golden", name);
	stage_draw(st);
	prompt_draw(p, grid_canvas(&st->grid));
	canvas_text(&got, grid_canvas(&st->grid), false, true);
	bool ok = true;
	if (getenv("SPOOR_GOLDEN")) {
		FILE *f = fopen(path, "wb");
		ok = f && fwrite(got.ptr, 1, got.len, f) == got.len;
		if (f)
			fclose(f);
	} else {
		ok = stage_read(path, &want) && stage_same(path, buf_str(&want), buf_str(&got));
	}
	buf_done(&got);
	buf_done(&want);
	assert_true(ok);
}

static const struct {
	const char *name, *line, *keys;
	int rows, cols;
	bool ascii;
} prompts[] = {
    {"prompt-80x24-fields",        "",                          "t Tab",          24, 80,  false},
    {"prompt-80x24-values",        "status:error ",             "model: Tab Tab", 24, 80,  false},
    {"prompt-80x24-values-ascii",  "status:error ",             "model: Tab Tab", 24, 80,  true },
    {"prompt-80x24-mistake",       "kind:llm statsu:ok dur>2s", "",               24, 80,  false},
    {"prompt-80x24-mistake-ascii", "kind:llm statsu:ok dur>2s", "",               24, 80,  true },
    {"prompt-60x12-scores",        "score.",                    "Tab",            12, 60,  false},
    {"prompt-200x50-sessions",     "session:conv-",             "Tab Tab Tab",    50, 200, false},
};

static void test_prompts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
		struct stage st;
		struct prompt p;
		stage_open(&st, "traces", &(struct target){.screen = "traces"}, prompts[i].rows, prompts[i].cols,
		           prompts[i].ascii);
		prompt_open(&p, &st, prompts[i].line);
		prompt_keys(&p, prompts[i].keys);
		prompt_golden(&p, &st, prompts[i].name);
		prompt_done(&p);
		stage_close(&st);
	}
}

static void assert_line(const struct prompt *p, const char *line)
{
	struct str got = prompt_line(p);
	if (!str_is(got, line))
		fail_msg("the line is \"" STR_FMT "\", not \"%s\"", STR_ARG(got), line);
}

static void test_prompt_completes(void **state)
{
	(void)state;
	struct stage st;
	struct prompt p;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	prompt_open(&p, &st, "");
	prompt_keys(&p, "stat Tab");
	assert_line(&p, "status:"); /* only one begins so */
	prompt_keys(&p, "er Tab");
	assert_line(&p, "status:error ");
	assert_int_equal(p.matching, 4);
	prompt_keys(&p, "tool:get Tab");
	assert_line(&p, "status:error tool:get_"); /* what all of them share */
	prompt_keys(&p, "Esc ^U tok Tab");
	assert_line(&p, "tokens"); /* what all three share */
	assert_true(p.open && p.n_items == 3);
	prompt_keys(&p, "Tab Tab");
	assert_line(&p, "tokens_in>");
	prompt_keys(&p, "S-Tab");
	assert_line(&p, "tokens>");
	prompt_keys(&p, "4k Esc"); /* the list closes first */
	assert_true(p.on && !p.open);
	assert_int_equal(p.matching, 175); /* counted as one types */
	prompt_keys(&p, "^U service:d Tab");
	assert_line(&p, "service:dispute-agent ");
	prompt_keys(&p, "^U name:r Tab");
	assert_line(&p, "name:\"R\xc3\xbc"
	                "ckruf zur Kartensperre\" "); /* quoted where it needs it */
	prompt_keys(&p, "^U dur> Tab");
	assert_false(p.open);
	assert_non_null(strstr(p.said, "as in dur>2s"));
	prompt_keys(&p, "^U statsu:x");
	assert_true(p.wrong);
	assert_int_equal(prompt_key(&p, KEY_RETURN), PROMPT_GOES_ON); /* not with a mistake */
	assert_true(p.on);
	prompt_keys(&p, "^U status:error");
	assert_int_equal(prompt_key(&p, KEY_RETURN), PROMPT_ANSWERED);
	assert_line(&p, "status:error");
	struct target again = {.prompt = "&", .filter = 1 + FILTER_TRACES};
	prompt_start(&p, &again, st.screen.ops->actions);
	prompt_keys(&p, "Up");
	assert_line(&p, "status:error"); /* earlier lines */
	assert_int_equal(prompt_key(&p, KEY_ESCAPE), PROMPT_LEFT);
	prompt_done(&p);
	stage_close(&st);
}

static void test_prompt_saves(void **state)
{
	(void)state;
	char dir[] = "/tmp/spoor-prompt-XXXXXX", path[96];
	assert_non_null(mkdtemp(dir));
	setenv("XDG_CONFIG_HOME", dir, 1);
	saved_reload();
	struct stage st;
	struct prompt p;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	prompt_open(&p, &st, "dur>5s");
	prompt_keys(&p, "^S slow");
	assert_true(p.saving);
	prompt_key(&p, KEY_RETURN);
	assert_false(p.saving);
	assert_line(&p, "dur>5s"); /* the filter is as it was */
	assert_non_null(strstr(p.said, "saved: @slow"));
	prompt_keys(&p, "^U @ Tab");
	assert_line(&p, "@slow ");
	assert_int_equal(p.matching, 75); /* as spoor traces --where 'dur>5s' */
	prompt_keys(&p, "status:error");
	assert_int_equal(p.matching, 4);
	prompt_keys(&p, "^S ^C");
	assert_line(&p, "@slow status:error");
	prompt_done(&p);
	stage_close(&st);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	saved_reload();
	snprintf(path, sizeof path, "%s/spoor/filters.json", dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/spoor", dir);
	rmdir(path);
	rmdir(dir);
}

/* ---------------------------------------------------------------- a search's hits, from trace to trace */

static void test_hits(void **state)
{
	(void)state;
	struct stage list, trace;
	enum hit hit = HIT_NONE;
	stage_open(&list, "search", &(struct target){.text = "statement date"}, 24, 80, false);
	stage_keys(&list, "G G"); /* the last hits are of documents */
	stage_keys(&list, "Enter");
	assert_int_equal(list.outcome, OUT_OPEN);
	assert_string_equal(list.target.find, "\nstatement\ndate");
	assert_string_equal(list.target.field, "document");
	struct target t = list.target;
	stage_open(&trace, "trace", &t, 24, 80, false);
	assert_true(stage_shows(&trace, "[Docs "));
	assert_true(stage_shows(&trace, "statement date"));
	for (int i = 0; i < 5; i++) /* what else this text has, then the next */
		if (trace.outcome != OUT_PREV_HIT)
			stage_keys(&trace, "N");
	assert_int_equal(trace.outcome, OUT_PREV_HIT);
	stage_close(&trace);
	int64_t before = t.id;
	t = (struct target){0};
	hit = list.screen.ops->hit(&list.screen, false, &t);
	assert_int_equal(hit, HIT_FOUND);
	assert_string_equal(t.screen, "trace");
	assert_true(t.id != 0);
	assert_true((t.id == before) == (strstr(list.ui->message, "the same trace") != NULL));
	assert_true((t.id != before) == (strstr(list.ui->message, "previous trace") != NULL));
	/* To the end of the list, and no further. */
	hit = list.screen.ops->hit(&list.screen, true, &t);
	assert_int_equal(hit, HIT_FOUND);
	assert_int_equal(t.id, before);
	for (int i = 0; i < 400 && hit != HIT_NONE; i++) {
		hit = list.screen.ops->hit(&list.screen, true, &t);
		stage_settle(&list);
	}
	assert_int_equal(hit, HIT_NONE);
	stage_close(&list);
}

/* ---------------------------------------------------------------- conversations */

static int64_t trace_named(const char *id)
{
	int64_t row = 0;
	struct err err = ERR_INIT;
	assert_true(traces_find(stage_db, str_of(id), &row, &err));
	return row;
}

#define TURN_ONE "d15b07e0202611200000000000000043"
#define TURN_TWO "d15b07e0202611200000000000000044"
#define ALONE    "e7a10013202611200000000000360000"

static void test_session(void **state)
{
	(void)state;
	struct session s;
	struct session_turn turn;
	struct err err = ERR_INIT;
	struct block_cache *blocks = block_cache_new(stage_db);
	assert_true(session_open(stage_db, trace_named(TURN_TWO), &s, &err));
	assert_true(str_is(s.text, "conv-2002700"));
	assert_int_equal(s.n, 2);
	assert_int_equal(s.total, 2);
	assert_int_equal(s.turns[0].trace, trace_named(TURN_ONE)); /* in order of time */
	assert_true(s.turns[0].gap_ns == TIME_UNKNOWN);
	assert_true(s.turns[1].gap_ns > 43 * INT64_C(1000000000) && s.turns[1].gap_ns < 44 * INT64_C(1000000000));
	assert_int_equal(s.turns[1].gap_ns, s.turns[1].start_ns - s.turns[0].end_ns);
	assert_true(s.turns[1].sum_cost > 0.01486 && s.turns[1].sum_cost < 0.01487);
	assert_true(s.cost_usd == s.turns[1].sum_cost);
	assert_int_equal(s.turns[1].sum_tokens, s.tokens_in + s.tokens_out);
	assert_true(s.last_ns - s.first_ns < day_ns);
	assert_true(session_turn(stage_db, blocks, s.turns[0].trace, false, &turn, &err));
	assert_int_equal(turn.row.llm_calls, 2);
	assert_int_equal(turn.n_steps, 3);
	assert_true(str_is(turn.steps[0].name, "retrieve-policy"));
	assert_int_equal(turn.steps[0].documents, 3);
	assert_int_equal(turn.n_calls, 0);
	session_turn_done(&turn);
	assert_true(session_turn(stage_db, blocks, s.turns[1].trace, true, &turn, &err));
	assert_true(str_is(turn.user, "OK, please open the case."));
	assert_true(str_starts(turn.answer, "The case is open."));
	assert_true(turn.user_span && turn.user_id.len);
	assert_int_equal(turn.n_calls, 4);
	session_turn_done(&turn);
	session_done(&s);
	/* A trace without a session is one turn. */
	assert_true(session_open(stage_db, trace_named(ALONE), &s, &err));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.text.len, 0);
	session_done(&s);
	assert_false(session_open(stage_db, 999999, &s, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	session_done(&s);
	/* By name. */
	int64_t trace = 0;
	err = ERR_INIT;
	assert_true(session_find(stage_db, STR_LIT("conv-2002700"), &trace, &err));
	assert_int_equal(trace, trace_named(TURN_ONE));
	assert_true(session_find(stage_db, STR_LIT(ALONE), &trace, &err));
	assert_int_equal(trace, trace_named(ALONE));
	assert_false(session_find(stage_db, STR_LIT("conv-200"), &trace, &err));
	assert_int_equal(err.code, ERR_USAGE);
	err = ERR_INIT;
	assert_false(session_find(stage_db, STR_LIT("nothing of the kind"), &trace, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	block_cache_free(blocks);
}

static const struct {
	const char *name, *trace, *keys;
	int rows, cols;
	bool ascii;
} sessions[] = {
    {"session-80x24",       TURN_ONE,                           NULL,        24, 80,  false},
    {"session-80x24-ascii", TURN_ONE,                           "Space j",   24, 80,  true },
    {"session-80x24-whole", TURN_TWO,                           "Space j j", 24, 80,  false},
    {"session-80x24-lines", TURN_TWO,                           "z",         24, 80,  false},
    {"session-80x24-loop",  "d15b07e0202611190000000000001009", NULL,        24, 80,  false},
    {"session-80x24-alone", ALONE,                              NULL,        24, 80,  false},
    {"session-60x12",       TURN_ONE,                           NULL,        12, 60,  false},
    {"session-200x50",      TURN_ONE,                           "3",         50, 200, false},
};

static void test_session_screens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
		struct stage st;
		struct target t = {.screen = "session", .id = trace_named(sessions[i].trace)};
		stage_open(&st, "session", &t, sessions[i].rows, sessions[i].cols, sessions[i].ascii);
		if (sessions[i].keys)
			stage_keys(&st, sessions[i].keys);
		stage_golden(&st, sessions[i].name);
		stage_close(&st);
	}
}

static void test_session_keys(void **state)
{
	(void)state;
	struct stage st, list;
	stage_open(&list, "traces", &(struct target){.text = "session:conv-2002700"}, 24, 80, false);
	stage_keys(&list, "W");
	assert_int_equal(list.outcome, OUT_OPEN);
	assert_string_equal(list.target.screen, "session");
	stage_open(&st, "session", &list.target, 24, 80, false);
	assert_true(stage_shows(&st, "turn 2 of 2")); /* where one came from */
	stage_keys(&st, "k Enter");
	assert_int_equal(st.outcome, OUT_OPEN);
	assert_int_equal(st.target.id, trace_named(TURN_ONE));
	assert_int_equal(st.target.span, 0);
	stage_keys(&st, "Space j Enter"); /* at the call under the cursor */
	assert_true(st.target.span != 0);
	stage_keys(&st, "g /");
	stage_line(&st, "open the case");
	assert_true(stage_shows(&st, "turn 2 of 2"));
	stage_keys(&st, "n"); /* the only one */
	assert_true(stage_shows(&st, "turn 2 of 2"));
	stage_keys(&st, "/");
	stage_line(&st, "nowhere at all");
	assert_non_null(strstr(st.ui->message, "no turn of this session has that"));
	stage_keys(&st, "Esc e");
	assert_non_null(strstr(st.ui->message, "no turn of this session failed"));
	stage_keys(&st, "g !");
	assert_true(stage_shows(&st, "turn 2 of 2")); /* 4.93 s against 4.17 s */
	stage_keys(&st, "$ $");
	assert_true(stage_shows(&st, "turn 2 of 2"));
	stage_keys(&st, "$");
	assert_true(stage_shows(&st, "turn 1 of 2")); /* $0.00894 against $0.00592 */
	/* The store changes: cursor and folds stay. */
	stage_keys(&st, "z G");
	st.ui->generation++;
	stage_settle(&st);
	assert_true(stage_shows(&st, "turn 2 of 2"));
	assert_false(stage_shows(&st, "retrieve-policy"));
	struct buf copied = BUF_INIT;
	assert_true(st.screen.ops->copy(&st.screen, COPY_COMMAND, &copied));
	assert_string_equal(buf_cstr(&copied), "spoor session conv-2002700");
	buf_done(&copied);
	stage_close(&st);
	stage_close(&list);
}

/* What came since the user last looked has a mark. */
static void test_new(void **state)
{
	(void)state;
	struct stage st;
	stage_open(&st, "traces", &(struct target){.screen = "traces"}, 24, 80, false);
	assert_false(stage_shows(&st, " new"));
	assert_int_equal(st.ui->newest, 231);
	st.ui->looked = 221;
	st.ui->generation++;
	stage_settle(&st);
	assert_true(stage_shows(&st, "231 traces  10 new  5 with errors"));
	stage_close(&st);
}

/* What is typed behind & is completed, and what is wrong with it is said in the same words, on every screen. */
static void test_filters(void **state)
{
	(void)state;
	static const struct {
		const char *screen, *wrong, *meant;
	} rows[] = {
	    {"insights", "nme:x",  "(did you mean name?)" },
            {"judges",   "titl:x", "(did you mean title?)"},
	    {"prompts",  "nme:x",  "(did you mean name?)" },
            {"runs",     "nme:x",  "(did you mean name?)" },
	    {"traces",   "nme:x",  "(did you mean name?)" },
	};
	char long_one[1200];
	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stage st;
		stage_open(&st, rows[i].screen, &(struct target){.screen = rows[i].screen}, 24, 160, false);
		stage_keys(&st, "&");
		assert_int_equal(st.outcome, OUT_PROMPT);
		assert_true(st.target.filter > 0);
		stage_line(&st, rows[i].wrong);
		if (!strstr(st.ui->message, "filter, column 1: expected") || !strstr(st.ui->message, rows[i].meant))
			fail_msg("%s: %s", rows[i].screen, st.ui->message);
		stage_keys(&st, "&");
		stage_line(&st, long_one);
		if (!strstr(st.ui->message, "a filter has at most") || !st.ui->message_is_error)
			fail_msg("%s: %s", rows[i].screen, st.ui->message);
		stage_close(&st);
	}
}

int main(void)
{
	setenv("XDG_STATE_HOME", "/nonexistent", 1); /* nothing of the user's */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_examples),        cmocka_unit_test(test_orders),
	    cmocka_unit_test(test_order_on_screen), cmocka_unit_test(test_suggestions),
	    cmocka_unit_test(test_prompts),         cmocka_unit_test(test_prompt_completes),
	    cmocka_unit_test(test_prompt_saves),    cmocka_unit_test(test_hits),
	    cmocka_unit_test(test_session),         cmocka_unit_test(test_session_screens),
	    cmocka_unit_test(test_session_keys),    cmocka_unit_test(test_new),
	    cmocka_unit_test(test_filters),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
