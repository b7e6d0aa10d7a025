/* Out of the explorer: clipboard, $PAGER, $EDITOR, plain print. The programs are fakes that write down what they were given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/program.h"

/* A trace whose texts try to act on the terminal, and one text too long for a clipboard. */
static const char hostile[] =
    "\\u001b[31mred\\u001b]52;c;ZXZpbA==\\u0007 \\u202e evil; $(touch /tmp/never) `id`\\nsecond line";

static bool write_file(const char *path, struct str text, mode_t mode)
{
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(text.ptr, 1, text.len, f) == text.len;
	if (f)
		fclose(f);
	return ok && chmod(path, mode) == 0;
}

static void add_span(struct buf *out, int trace, const char *name, const char *input)
{
	buf_printf(
	    out,
	    "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%032x\",\"spanId\":\"%016x\",\"name\":\"%"
	    "s\","
	    "\"startTimeUnixNano\":\"1795132800000000000\",\"endTimeUnixNano\":\"1795132801000000000\",\"attributes\":"
	    "[{\"key\":\"input.value\",\"value\":{\"stringValue\":\"",
	    trace, trace, name);
	buf_add_cstr(out, input);
	buf_add_cstr(out, "\"}}]}]}]}]}\n");
}

static int import_made(void **state)
{
	(void)state;
	char file[128];
	struct buf text = BUF_INIT, large = BUF_INIT;
	if (program_begin("handoff", "made.db") != 0)
		return -1;
	snprintf(file, sizeof file, "%s/made.jsonl", dir);
	for (int i = 0; i < 10000; i++)
		buf_printf(&large, "word %d ", i);
	add_span(&text, 1, "na\\u001bme", hostile);
	add_span(&text, 2, "large", buf_cstr(&large));
	bool ok = write_file(file, buf_str(&text), 0600);
	buf_done(&text);
	buf_done(&large);
	return ok ? run((const char *const[]){program, "import", "--store", store, file, NULL}) : -1;
}

static void start(struct vt *vt, const char *open, const char *const *env)
{
	vt_open(vt, 24, 80, (const char *const[]){program, "--store", store, "--open", open, NULL}, env);
	assert_true(vt_wait_text(vt, "Overview"));
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

#define FIRST  "trace:00000000000000000000000000000001"
#define SECOND "trace:00000000000000000000000000000002"

/* ---------------------------------------------------------------- the clipboard */

static void expect_copied(struct vt *vt, const char *keys, const char *said, const char *sequence)
{
	struct buf raw = BUF_INIT;
	vt->raw = &raw;
	vt_send(vt, keys);
	assert_true(vt_wait_text(vt, said));
	if (str_find(buf_str(&raw), str_of(sequence)) == SIZE_MAX)
		print_error("%s: no %s\n", keys, sequence);
	assert_true(str_find(buf_str(&raw), str_of(sequence)) != SIZE_MAX);
	vt->raw = NULL;
	buf_done(&raw);
}

static void a_value_is_copied(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, NULL);
	vt_send(&vt, "y");
	assert_true(vt_wait_text(&vt, "copy: v value"));
	expect_copied(&vt, "i", "copied 16 bytes (OSC 52", "\033]52;c;MDAwMDAwMDAwMDAwMDAwMQ==\a");
	expect_copied(&vt, "yp", "copied 4 bytes (OSC 52", "\033]52;c;bmFtZQ==\a");
	leave(&vt);
}

static void what_acts_is_not_copied(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, NULL);
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "[Input]"));
	/* "[31mred]52;c;ZXZpbA==  evil; $(touch /tmp/never) `id`\nsecond line" */
	expect_copied(
	    &vt, "yv", "copied 65 bytes (OSC 52",
	    "\033]52;c;WzMxbXJlZF01MjtjO1pYWnBiQT09ICBldmlsOyAkKHRvdWNoIC90bXAvbmV2ZXIpIGBpZGAKc2Vjb25kIGxpbmU=\a");
	expect_copied(&vt, "yc", "copied 110 bytes (OSC 52",
	              "\033]52;c;c3Bvb3IgdHJhY2UgMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDEg");
	vt_send(&vt, "yx");
	assert_true(vt_wait_text(&vt, "nothing copied"));
	leave(&vt);
}

static void a_multiplexer_passes_it_on(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, (const char *const[]){"TMUX=/tmp/tmux,1,0", NULL});
	expect_copied(&vt, "yi", "copied 16 bytes", "\033Ptmux;\033\033]52;c;MDAwMDAwMDAwMDAwMDAwMQ==\a\033\\");
	leave(&vt);
}

static struct buf read_file(const char *path)
{
	struct buf out = BUF_INIT;
	char bytes[4096];
	FILE *f = fopen(path, "rb");
	for (size_t n; f && (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
		buf_add(&out, bytes, n);
	if (f)
		fclose(f);
	return out;
}

static void what_is_too_long_goes_to_a_file(void **state)
{
	(void)state;
	struct vt vt;
	char env[128];
	struct buf shown = BUF_INIT;
	snprintf(env, sizeof env, "XDG_RUNTIME_DIR=%s", dir);
	start(&vt, SECOND, (const char *const[]){env, NULL});
	vt_send(&vt, "\tyv");
	assert_true(vt_wait_text(&vt, "too long to copy: in /tmp/"));
	vt_text(&vt, &shown);
	size_t at = str_find(buf_str(&shown), str_of("/tmp/spoor-handoff-"));
	struct str path = str_from(buf_str(&shown), at);
	path.len = str_find(path, STR_LIT(".txt")) + 4;
	char *name = xstrndup(path);
	struct stat st;
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, 98890);
	unlink(name);
	free(name);
	buf_done(&shown);
	leave(&vt);
}

/* ---------------------------------------------------------------- other programs */

static const char fake[] =
    "#!/bin/sh\n"
    "{ echo \"args: $#\"; for a; do echo \"arg: $a\"; done; echo \"less: $LESS, $LESSSECURE, ${LESSOPEN-unset}\"\n"
    "  stty -a </dev/tty | grep -o -- '-*icanon'; ls -l -L \"/proc/$$/fd/0\" | cut -c1-10; } >LOG\n";

/* LOG stands for the file it writes. */
static void make_fake(const char *name, const char *more, char *out, size_t size)
{
	struct buf script = BUF_INIT, text = BUF_INIT;
	buf_printf(&script, "%s%s", fake, more);
	struct str rest = buf_str(&script);
	snprintf(out, size, "%s/%s", dir, name);
	for (size_t at; (at = str_find(rest, STR_LIT("LOG"))) != SIZE_MAX; rest = str_from(rest, at + 3)) {
		buf_add_str(&text, str_cut(rest, 0, at));
		buf_printf(&text, "%s.log", out);
	}
	buf_add_str(&text, rest);
	assert_true(write_file(out, buf_str(&text), 0700));
	buf_done(&text);
	buf_done(&script);
}

static void expect_log(const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s.log", dir, name);
	struct buf log = read_file(path);
	if (str_find(buf_str(&log), str_of(text)) == SIZE_MAX)
		print_error("%s: no \"%s\" in\n%s\n", path, text, buf_cstr(&log));
	assert_true(str_find(buf_str(&log), str_of(text)) != SIZE_MAX);
	buf_done(&log);
}

static void a_pager_gets_clean_text(void **state)
{
	(void)state;
	struct vt vt;
	char path[96], env[160];
	make_fake("pager", "cat >>LOG\necho in-the-pager\nread key </dev/tty\n", path, sizeof path);
	snprintf(env, sizeof env, "PAGER=%s -x 'two words'", path);
	start(&vt, FIRST, (const char *const[]){env, "LESSOPEN=|evil %s", "LESS=FRX", NULL});
	vt_send(&vt, "\tv");
	assert_true(vt_wait_text(&vt, "in-the-pager"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "[Input]")); /* back, and drawn anew */
	expect_log("pager", "args: 2\narg: -x\narg: two words\nless: FRX -+r -+R -+F, 1, unset\nicanon\nprw-------\n");
	expect_log("pager", "\u241b[31mred\u241b]52;c;ZXZpbA==");
	expect_log("pager", "<U+202E>");
	expect_log("pager", " evil; $(touch /tmp/never) `id`\nsecond line\n");
	assert_int_equal(access("/tmp/never", F_OK), -1);
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "[Output]")); /* keys are keys again */
	leave(&vt);
}

static void an_editor_gets_a_copy(void **state)
{
	(void)state;
	struct vt vt;
	char path[96], env[160], runtime[128];
	make_fake("editor", "ls -l \"$2\" | cut -c1-10 >>LOG\ncat \"$2\" >>LOG\nexit 3\n", path, sizeof path);
	snprintf(env, sizeof env, "VISUAL=%s +1", path);
	snprintf(runtime, sizeof runtime, "XDG_RUNTIME_DIR=%s", dir);
	start(&vt, FIRST, (const char *const[]){env, runtime, "EDITOR=/bin/false", NULL});
	vt_send(&vt, "\tV");
	assert_true(vt_wait_text(&vt, "ended with 3"));
	expect_log("editor", "args: 2\narg: +1\narg: /tmp/spoor-handoff-");
	expect_log("editor", "-r--------\n\033[31mred");
	snprintf(path, sizeof path, "%s/editor.log", dir);
	struct buf log = read_file(path);
	size_t at = str_find(buf_str(&log), STR_LIT("arg: /tmp/"));
	struct str file = str_from(buf_str(&log), at + 5);
	file.len = str_find(file, STR_LIT("\n"));
	char *name = xstrndup(file);
	assert_int_equal(access(name, F_OK), -1);
	free(name);
	buf_done(&log);
	leave(&vt);
}

static void a_program_that_is_not_there_is_said(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, (const char *const[]){"PAGER=/nonexistent/pager", NULL});
	vt_send(&vt, "v");
	assert_true(vt_wait_text(&vt, "/nonexistent/pager: there is no such program; $PAGER names another"));
	leave(&vt);
}

/* What shows, as a link to paste into a shell; where only row ids are known of it, too. */
static void a_link_is_copied(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, NULL);
	/* spoor open trace:00000000000000000000000000000001/span:0000000000000001 */
	expect_copied(
	    &vt, "yl", "copied 71 bytes (OSC 52): spoor open trace:0000000000000000000000",
	    "\033]52;c;c3Bvb3Igb3BlbiB0cmFjZTowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMS9zcGFuOjAwMDAwMDAwMDAwMDAwMDE="
	    "\a");
	vt_send(&vt, "q"); /* of the list: the trace under the cursor, which the back key came to */
	assert_true(vt_wait_text(&vt, "2 traces"));
	expect_copied(&vt, "yl", "copied 49 bytes",
	              "\033]52;c;c3Bvb3Igb3BlbiB0cmFjZTowMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMQ==\a");
	leave(&vt);
}

static void expect_file(const char *path, const char *text)
{
	struct buf got = read_file(path);
	assert_string_equal(buf_cstr(&got), text);
	buf_done(&got);
	unlink(path);
}

static void a_command_takes_what_is_copied(void **state)
{
	(void)state;
	struct vt vt;
	char path[96], env[256];
	snprintf(path, sizeof path, "%s/clip", dir);
	snprintf(env, sizeof env, "SPOOR_CLIPBOARD=cat >%s; echo 'no display' >&2; test ! -e %s.fails", path, path);
	start(&vt, FIRST, (const char *const[]){env, "TMUX=/tmp/tmux,1,0", NULL});
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "copied 16 bytes (cat"));
	expect_file(path, "0000000000000001");
	char fails[128];
	snprintf(fails, sizeof fails, "%s.fails", path);
	assert_true(write_file(fails, str_of("x"), 0600));
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "nothing copied: cat"));
	unlink(fails);
	unlink(path);
	leave(&vt);
	start(&vt, FIRST, (const char *const[]){"SPOOR_CLIPBOARD=/nonexistent/clip", NULL});
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "/nonexistent/clip ended with 127"));
	leave(&vt);
}

/* One that hangs is ended, and all that it started; keys are keys again. */
static void a_command_that_hangs_is_ended(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, (const char *const[]){"SPOOR_CLIPBOARD=sleep 100", NULL});
	vt_send(&vt, "yi");
	assert_true(vt_wait_text(&vt, "did not end in 3 seconds"));
	vt_send(&vt, "\t");
	assert_true(vt_wait_text(&vt, "[Input]"));
	leave(&vt);
}

/* A pager that is left before it has read all; a large text: neither hangs, the terminal comes back. */
static void a_pager_may_stop_reading(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, SECOND, (const char *const[]){"PAGER=head -c 10; echo; echo left-early; read k </dev/tty", NULL});
	vt_send(&vt, "\tv");
	assert_true(vt_wait_text(&vt, "left-early"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "[Input]"));
	leave(&vt);
}

static void a_pager_has_interrupts_for_itself(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST,
	      (const char *const[]){
	          "PAGER=sh -c 'trap \"echo interrupted; go=1\" INT; echo waits; while [ -z \"$go\" ]; do "
	          "sleep 0.05; done; read k </dev/tty'",
	          NULL});
	vt_send(&vt, "v");
	assert_true(vt_wait_text(&vt, "waits"));
	vt_send(&vt, "\003");
	assert_true(vt_wait_text(&vt, "interrupted"));
	vt_send(&vt, "\r");
	assert_true(vt_wait_text(&vt, "[Overview]"));
	leave(&vt);
}

static void plain_print_waits_for_a_key(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, FIRST, NULL);
	vt_send(&vt, "\tP");
	assert_true(vt_wait_text(&vt, "-- a key goes back to spoor --"));
	assert_true(vt_wait_text(&vt, "\u241b[31mred\u241b]52;c;ZXZpbA=="));
	vt_send(&vt, "x");
	assert_true(vt_wait_text(&vt, "[Input]"));
	vt_send(&vt, "q"); /* a list has no value: what it shows is printed */
	assert_true(vt_wait_text(&vt, "2 traces"));
	vt_send(&vt, "P");
	assert_true(vt_wait_text(&vt, "-- a key goes back to spoor --"));
	assert_true(vt_wait_text(&vt, "large"));
	vt_send(&vt, "\003");
	assert_true(vt_wait_text(&vt, "Enter open")); /* the hints: they were not printed */
	vt_send(&vt, "yv");
	assert_true(vt_wait_text(&vt, "there is no value to copy here"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_value_is_copied),
	    cmocka_unit_test(what_acts_is_not_copied),
	    cmocka_unit_test(a_multiplexer_passes_it_on),
	    cmocka_unit_test(what_is_too_long_goes_to_a_file),
	    cmocka_unit_test(a_link_is_copied),
	    cmocka_unit_test(a_command_takes_what_is_copied),
	    cmocka_unit_test(a_command_that_hangs_is_ended),
	    cmocka_unit_test(a_pager_may_stop_reading),
	    cmocka_unit_test(a_pager_gets_clean_text),
	    cmocka_unit_test(an_editor_gets_a_copy),
	    cmocka_unit_test(a_program_that_is_not_there_is_said),
	    cmocka_unit_test(a_pager_has_interrupts_for_itself),
	    cmocka_unit_test(plain_print_waits_for_a_key),
	};
	return cmocka_run_group_tests(tests, import_made, program_end);
}
