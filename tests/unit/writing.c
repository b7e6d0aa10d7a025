/* Texts written in place, over the explorer in a terminal: notes, pastes, drafts, the user's editor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>

#include "tests/program.h"

static char state_home[96];

/* Each test has a store and a state of its own. */
static int make(void **state)
{
	(void)state;
	if (program_begin("writing", "made.db") != 0)
		return -1;
	snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s/state", dir);
	return run((const char *const[]){program, "import", "--store", store, "tests/data/traces-agent.jsonl", NULL});
}

static void start(struct vt *vt, const char *editor)
{
	char visual[160];
	snprintf(visual, sizeof visual, "VISUAL=%s", editor ? editor : "false");
	vt_open(vt, 24, 80, (const char *const[]){program, "--store", store, NULL},
	        (const char *const[]){state_home, visual, "SPOOR_AUTHOR=ann", NULL});
	assert_true(vt_wait_text(vt, "dispute-agent"));
}

static void leave(struct vt *vt)
{
	vt_send(vt, "Q");
	assert_int_equal(vt_close(vt), 0);
}

/* How many drafts there are, and the mode of the last. */
static size_t drafts(mode_t *mode)
{
	char path[192];
	size_t n = 0;
	snprintf(path, sizeof path, "%s/state/spoor/drafts", dir);
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		struct stat info;
		char file[512];
		snprintf(file, sizeof file, "%s/%s", path, e->d_name);
		if (e->d_name[0] != '.' && stat(file, &info) == 0) {
			*mode = info.st_mode & 0777;
			n++;
		}
	}
	if (d)
		closedir(d);
	return n;
}

#define PASTE(text) "\033[200~" text "\033[201~"
#define SAVE        "\x13"

/* ---------------------------------------------------------------- tests */

static void a_note_is_written_in_place(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, NULL);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	vt_send(&vt, "The limit is 120 days\rnot 60.");
	assert_true(vt_wait_text(&vt, "not 60."));
	vt_resize(&vt, 12, 40);
	assert_true(vt_wait_text(&vt, "not 60."));
	vt_resize(&vt, 24, 80);
	vt_send(&vt, SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "not 60."));
	vt_send(&vt, "\033"); /* nothing was changed: nothing is asked */
	assert_true(vt_wait_gone(&vt, "Note on this answer"));
	leave(&vt);
	mode_t mode = 0;
	assert_int_equal(drafts(&mode), 0);
}

static void wrong_keys_lose_nothing(void **state)
{
	(void)state;
	struct vt vt;
	start(&vt, NULL);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	vt_send(&vt, "precious");
	assert_true(vt_wait_text(&vt, "precious"));
	vt_send(&vt, "\x03"); /* ^C does not end the program now */
	assert_true(vt_wait_text(&vt, "Save what you wrote?"));
	vt_send(&vt, "x");
	assert_true(vt_wait_text(&vt, "preciousx"));
	vt_send(&vt, "\033b"); /* Alt-b: a word back */
	vt_send(&vt, "very ");
	assert_true(vt_wait_text(&vt, "very preciousx"));
	vt_send(&vt, "\033[1;5C\x7f");
	assert_true(vt_wait_gone(&vt, "preciousx"));
	vt_send(&vt, "\033");
	assert_true(vt_wait_text(&vt, "Save what you wrote?"));
	vt_send(&vt, "n");
	assert_true(vt_wait_text(&vt, "thrown away"));
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	assert_true(vt_wait_gone(&vt, "precious"));
	vt_send(&vt, "\x12"); /* ^R brings it back */
	assert_true(vt_wait_text(&vt, "very precious"));
	vt_send(&vt, SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	leave(&vt);
}

static void pastes(void **state)
{
	(void)state;
	struct vt vt;
	struct buf raw = BUF_INIT;
	start(&vt, NULL);
	/* On a list they run nothing, whatever they say. */
	vt_send(&vt, PASTE("Q:quit\rqqqQ"));
	assert_true(vt_wait_text(&vt, "pasted text: nothing here takes it"));
	/* The prompt takes one as a line. */
	vt_send(&vt, "/");
	vt_send(&vt, PASTE("two\rlines\r"));
	assert_true(vt_wait_text(&vt, "/two lines"));
	vt_send(&vt, "\033");
	assert_true(vt_wait_gone(&vt, "/two lines"));
	/* An end mark inside does not end it. */
	vt_send(&vt, PASTE("a\033[201~Q:quit\rQ"));
	assert_true(vt_wait_text(&vt, "pasted text: nothing here takes it"));
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	vt_send(&vt, PASTE("one\r\ntwo\033[31m\033[201~\x13three"));
	assert_true(vt_wait_text(&vt, "three"));
	assert_true(vt_wait_text(&vt, "pasted without"));
	/* Keys right behind one are keys. */
	vt_send(&vt, PASTE("four") SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	vt.raw = &raw;
	vt_send(&vt, "Q");
	assert_int_equal(vt_close(&vt), 0);
	assert_true(str_find(buf_str(&raw), STR_LIT("\033[?2004l")) != SIZE_MAX);
	assert_int_equal(str_find(buf_str(&raw), STR_LIT("\033[?2004h")), SIZE_MAX);
	buf_done(&raw);
}

/* A paste as long as a person would think of, in pieces as a line brings them. */
static void a_long_paste(void **state)
{
	(void)state;
	struct vt vt;
	struct buf text = BUF_INIT;
	start(&vt, NULL);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	buf_add_cstr(&text, "\033[200~");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "line %d\r", i);
	buf_add_cstr(&text, "the end\033[201~");
	vt_send_bytes(&vt, text.ptr, text.len);
	assert_true(vt_wait_text(&vt, "the end"));
	assert_true(vt_wait_text(&vt, "lines above"));
	vt_send(&vt, "\x1f"); /* ^_ takes all of it back */
	assert_true(vt_wait_gone(&vt, "the end"));
	vt_send(&vt, "\033");
	assert_true(vt_wait_gone(&vt, "Note on this answer"));
	leave(&vt);
	buf_done(&text);
}

static void expect_draft(const char *text)
{
	struct vt vt;
	start(&vt, NULL);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, text));
	assert_true(vt_wait_text(&vt, "what was not saved the last time"));
	vt_send(&vt, SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	leave(&vt);
	mode_t mode = 0;
	assert_int_equal(drafts(&mode), 0);
}

/* Whatever ends the program, what was written is there the next time. */
static void drafts_are_kept(void **state)
{
	(void)state;
	static const int ends[] = {SIGHUP, SIGTERM, SIGKILL};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct vt vt;
		char text[32];
		mode_t mode = 0;
		snprintf(text, sizeof text, "unsaved %zu", i);
		start(&vt, NULL);
		vt_send(&vt, "c");
		assert_true(vt_wait_text(&vt, "Note on this answer"));
		vt_send(&vt, "\x15"); /* the note of the round before */
		vt_send(&vt, text);
		assert_true(vt_wait_text(&vt, text));
		for (int n = 0; ends[i] == SIGKILL && drafts(&mode) == 0 && n < VT_PATIENCE_MS / 20; n++)
			vt_pump(&vt, 20); /* kept when the keys rest */
		kill(vt.pid, ends[i]);
		vt_close(&vt);
		assert_int_equal(drafts(&mode), 1);
		assert_int_equal(mode, 0600);
		expect_draft(text);
	}
}

static void the_users_editor(void **state)
{
	(void)state;
	struct vt vt;
	char editor[128], command[160];
	snprintf(editor, sizeof editor, "%s/editor", dir);
	FILE *f = fopen(editor, "w");
	assert_non_null(f);
	fprintf(f,
	        "#!/bin/sh\nstat -c %%a \"$1\" > %s/mode\ncat \"$1\" > %s/was\nprintf 'from the editor\\n' >> \"$1\"\n",
	        dir, dir);
	fclose(f);
	assert_int_equal(chmod(editor, 0700), 0);
	snprintf(command, sizeof command, "%s", editor);
	start(&vt, command);
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "Note on this answer"));
	vt_send(&vt, "begun here, \x05");
	assert_true(vt_wait_text(&vt, "begun here, from the editor"));
	vt_send(&vt, SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	leave(&vt);
	/* One that fails changes nothing. */
	start(&vt, "false");
	vt_send(&vt, "c");
	assert_true(vt_wait_text(&vt, "begun here, from the editor"));
	vt_send(&vt, "!\x05");
	assert_true(vt_wait_text(&vt, "false ended with 1"));
	assert_true(vt_wait_text(&vt, "from the editor!"));
	vt_send(&vt, SAVE);
	assert_true(vt_wait_text(&vt, "saved: note"));
	leave(&vt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_note_is_written_in_place, make, program_end),
	    cmocka_unit_test_setup_teardown(wrong_keys_lose_nothing, make, program_end),
	    cmocka_unit_test_setup_teardown(pastes, make, program_end),
	    cmocka_unit_test_setup_teardown(a_long_paste, make, program_end),
	    cmocka_unit_test_setup_teardown(drafts_are_kept, make, program_end),
	    cmocka_unit_test_setup_teardown(the_users_editor, make, program_end),
	};
	return cmocka_run_group_tests_name("writing", tests, NULL, NULL);
}
