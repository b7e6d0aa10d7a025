/* Sessions after each other, on a pseudo-terminal: plain spoor comes back to where one was, however the last one ended; marks; lines that
 * were typed at prompts. Each test has a state directory of its own; nothing of it is in the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

static char state_home[128], views[160];

static int import_samples(void **state)
{
	(void)state;
	if (program_begin("resume", "samples.db") != 0)
		return -1;
	return run((const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl",
	                                 "tests/data/eval-v12.json", "tests/data/eval-v13.json", NULL});
}

/* A user who was never here. */
static int new_user(void **state)
{
	static int users;
	(void)state;
	snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s/state%d", dir, ++users);
	snprintf(views, sizeof views, "%s/state%d/spoor/views", dir, users);
	return 0;
}

/* A session: of the samples by plain spoor, but for what is said here. */
struct how {
	const char *store, *option, *variable;
};

static void start(struct vt *vt, struct how how)
{
	const char *const env[] = {"SPOOR_NOW=2026-11-21T00:00:00Z", state_home, how.variable, NULL};
	vt_open(vt, 24, 80, (const char *const[]){program, "--store", how.store ? how.store : store, how.option, NULL},
	        env);
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

/* Waits for a text and sends keys, in turn; it ends with a text, and NULL. */
static void walk_on(struct vt *vt, va_list steps)
{
	const char *keys;
	do {
		const char *text = va_arg(steps, const char *);
		if (!vt_wait_text(vt, text))
			fail_msg("%s does not show", text);
		keys = va_arg(steps, const char *);
		if (keys)
			vt_send(vt, keys);
	} while (keys);
}

static void __attribute__((sentinel)) walk(struct vt *vt, ...)
{
	va_list steps;
	va_start(steps, vt);
	walk_on(vt, steps);
	va_end(steps);
}

/* A whole session, left by Q where the walk ends. */
static void __attribute__((sentinel)) session(struct how how, ...)
{
	struct vt vt;
	va_list steps;
	start(&vt, how);
	va_start(steps, how);
	walk_on(&vt, steps);
	va_end(steps);
	leave(&vt);
}

static void import(const char *into, const char *file, const char *other)
{
	assert_int_equal(run((const char *const[]){program, "import", "--store", into, file, other, NULL}), 0);
}

#define PLAIN                 \
	(struct how)          \
	{                     \
		.store = NULL \
	}

/* All but the status line and the hints. */
static void picture(struct vt *vt, struct buf *out)
{
	vt_settle(vt);
	for (int row = 0; row < vt->rows - 2; row++) {
		vt_add_row(vt, out, row);
		buf_add_char(out, '\n');
	}
}

/* Into a trace: its tree folded, on a span, the tab of its input. Ends with the picture. */
static void into_a_trace(struct vt *vt, struct buf *out)
{
	walk(vt, "dispute-agent", "jjjjj\r", "Overview", "jjh\t", "[Input]", NULL);
	vt_send(vt, ";;"); /* its details larger */
	picture(vt, out);
}

/* Left there. */
static void session_in_a_trace(struct how how, struct buf *out)
{
	struct vt vt;
	start(&vt, how);
	into_a_trace(&vt, out);
	leave(&vt);
}

static void assert_is_there(struct buf *left)
{
	struct vt vt;
	struct buf now = BUF_INIT;
	start(&vt, PLAIN);
	walk(&vt, "where you were; q goes up", NULL);
	picture(&vt, &now);
	assert_string_equal(buf_cstr(&now), buf_cstr(left));
	vt_send(&vt, "q"); /* up to the list, the cursor on that trace; a further q would end it */
	walk(&vt, "row 6 of", NULL);
	leave(&vt);
	buf_done(&now);
	buf_done(left);
}

static void it_begins_where_it_ended(void **state)
{
	struct vt vt;
	struct buf left = BUF_INIT;
	(void)state;
	session_in_a_trace(PLAIN, &left);
	assert_is_there(&left);
	/* It ended in the list: it begins there, and says nothing. */
	start(&vt, PLAIN);
	walk(&vt, "row 6 of", NULL);
	assert_false(vt_has_text(&vt, "where you were"));
	leave(&vt);
}

static bool was_kept(const char *text)
{
	struct buf bytes = BUF_INIT;
	char block[4096];
	FILE *f = fopen(views, "rb");
	for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
		buf_add(&bytes, block, n);
	if (f)
		fclose(f);
	bool found = str_find(buf_str(&bytes), str_of(text)) != SIZE_MAX;
	buf_done(&bytes);
	return found;
}

/* Killed while the keys rest: what showed was kept by then. */
static void it_begins_where_it_was_killed(void **state)
{
	static const int signals[] = {SIGKILL, SIGTERM, SIGHUP};
	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct vt vt;
		struct buf left = BUF_INIT;
		new_user(NULL);
		start(&vt, PLAIN);
		into_a_trace(&vt, &left);
		int64_t deadline = vt_now_ms() + VT_PATIENCE_MS;
		while (signals[i] == SIGKILL && !was_kept("\"tab\":1") && vt_now_ms() < deadline)
			vt_pump(&vt, 50);
		kill(vt.pid, signals[i]);
		assert_int_equal(vt_close(&vt), 128 + signals[i]);
		assert_is_there(&left);
	}
}

static void one_can_begin_afresh(void **state)
{
	struct buf left = BUF_INIT;
	(void)state;
	session_in_a_trace(PLAIN, &left);
	/* The list, as it was left. */
	session((struct how){.option = "--fresh"}, "row 6 of", "\r", "[Input]", NULL);
	session((struct how){.variable = "SPOOR_RESUME=0"}, "row 6 of", "\r", "[Input]", NULL);
	session((struct how){.variable = "SPOOR_MEMORY=0"}, "row 1 of", "jj\r", "[Overview]", NULL);
	session((struct how){.option = "tests/data/eval-v12.json"}, "eval runs", NULL);
	buf_done(&left);
}

/* What the last session showed is not in the store any more: as far as it goes. */
static void what_is_gone_is_not_waited_for(void **state)
{
	char other[128];
	struct vt vt;
	(void)state;
	snprintf(other, sizeof other, "%s/other.db", dir);
	import(other, "tests/data/traces-agent.jsonl", NULL);
	start(&vt, (struct how){.store = other});
	walk(&vt, "dispute-agent", "jj\r", "Overview", NULL);
	vt_send(&vt, "jjj");
	vt_settle(&vt);
	leave(&vt);
	unlink(other);
	import(other, "tests/data/eval-v12.json", "tests/data/traces-voice.json.gz");
	start(&vt, (struct how){.store = other});
	walk(&vt, "Traces", NULL);
	vt_settle(&vt);
	assert_false(vt_has_text(&vt, "where you were"));
	assert_false(vt_has_text(&vt, "no such"));
	leave(&vt);
}

/* Three screens, and again without having looked at the one in the middle. */
static void a_stack_is_kept_whole(void **state)
{
	struct vt vt;
	struct buf left = BUF_INIT;
	(void)state;
	start(&vt, PLAIN);
	into_a_trace(&vt, &left);
	vt_send(&vt, "w");
	assert_true(vt_wait_gone(&vt, "[Input]"));
	vt_settle(&vt);
	leave(&vt);
	for (int i = 0; i < 2; i++) {
		start(&vt, PLAIN);
		walk(&vt, "where you were; q goes up", NULL);
		assert_false(vt_has_text(&vt, "[Input]"));
		leave(&vt);
	}
	session(PLAIN, "where you were; q goes up", "q", "[Input]", "q", "row 6 of", NULL);
	buf_done(&left);
}

static void new_traces_are_said(void **state)
{
	struct buf left = BUF_INIT;
	char mine[128];
	(void)state;
	snprintf(mine, sizeof mine, "%s/mine.db", dir);
	import(mine, "tests/data/traces-agent.jsonl", NULL);
	session_in_a_trace((struct how){.store = mine}, &left);
	import(mine, "tests/data/traces-voice.json.gz", NULL);
	session((struct how){.store = mine}, "where you were; q goes up; 6 new traces", NULL);
	buf_done(&left);
}

static void write_span(const char *path, int key, int parent, const char *name, int seconds, int end)
{
	FILE *f = fopen(path, "a");
	assert_non_null(f);
	fprintf(f, "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",", 77,
	        key);
	if (parent)
		fprintf(f, "\"parentSpanId\":\"%016x\",", parent);
	fprintf(
	    f, "\"endTimeUnixNano\":\"%lld000000000\",\"name\":\"%s\",\"startTimeUnixNano\":\"%lld000000000\"}]}]}]}\n",
	    1795219080LL + end, name, 1795219080LL + seconds);
	fclose(f);
}

/* Between two sessions spans came before the cursor's, among them one below what is folded: cursor and folds are of spans, not of rows. */
static void a_trace_that_grew_is_as_it_was_left(void **state)
{
	struct vt vt;
	char path[128], grown[128];
	(void)state;
	snprintf(path, sizeof path, "%s/grows.jsonl", dir);
	snprintf(grown, sizeof grown, "%s/grows.db", dir);
	write_span(path, 1, 0, "agent", 0, 60);
	write_span(path, 2, 1, "plan", 10, 20);
	write_span(path, 3, 2, "think", 11, 12);
	write_span(path, 4, 1, "act", 30, 40);
	write_span(path, 5, 4, "call", 31, 32);
	import(grown, path, NULL);
	/* plan folded, the cursor on call */
	session((struct how){.store = grown}, "row 1 of 1", "\r", "row 1 of 5", "j", "row 2 of 5", "hjj", "row 4 of 4",
	        NULL);
	write_span(path, 6, 1, "greet", 1, 2);
	write_span(path, 7, 2, "think again", 13, 14);
	import(grown, path, NULL);
	start(&vt, (struct how){.store = grown});
	walk(&vt, "row 5 of 5", NULL);
	assert_true(vt_has_text(&vt, "greet"));
	assert_false(vt_has_text(&vt, "think"));
	leave(&vt);
}

static void marks_hold_across_sessions(void **state)
{
	struct vt vt;
	struct buf left = BUF_INIT;
	(void)state;
	start(&vt, PLAIN);
	into_a_trace(&vt, &left);
	vt_send(&vt, "m");
	walk(&vt, "mark this place by a letter", "k", "mark k: trace:", NULL);
	vt_send(&vt, "q\tq");
	leave(&vt);
	session((struct how){.option = "--fresh"}, "dispute-agent", "'", "to which mark? k", "x",
	        "no such mark; there are k", "'k", "[Input]", ":set-mark 7\r", "a mark is a letter", NULL);
	buf_done(&left);
}

/* A line typed in one session is at hand in the next, by its beginning. */
static void typed_lines_come_back(void **state)
{
	struct vt vt;
	(void)state;
	session(PLAIN, "dispute-agent", "&status:error\r", "& status:error", "\x1b", "no filter", "&dur>1s\r",
	        "& dur>1s", "\x1b", "no filter", NULL);
	start(&vt, PLAIN);
	walk(&vt, "dispute-agent", "&st\x1b[A", "&status:error", NULL);
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_gone(&vt, "&status:error"));
	vt_send(&vt, "&\x1b[A");
	walk(&vt, "&dur>1s", NULL);
	vt_send(&vt, "\x1b");
	assert_true(vt_wait_gone(&vt, "&dur>1s"));
	leave(&vt);
}

int main(void)
{
#define SESSIONS(test) cmocka_unit_test_setup(test, new_user)
	const struct CMUnitTest tests[] = {
	    SESSIONS(it_begins_where_it_ended),
	    SESSIONS(it_begins_where_it_was_killed),
	    SESSIONS(one_can_begin_afresh),
	    SESSIONS(what_is_gone_is_not_waited_for),
	    SESSIONS(a_stack_is_kept_whole),
	    SESSIONS(new_traces_are_said),
	    SESSIONS(a_trace_that_grew_is_as_it_was_left),
	    SESSIONS(marks_hold_across_sessions),
	    SESSIONS(typed_lines_come_back),
	};
	return cmocka_run_group_tests(tests, import_samples, program_end);
}
