/* Sentences that name keys: what they say after keys were rebound; and every screen with every key of its own changed, where none may
 * name a key that does nothing any more. tests/keyed.py reads the sources for the same. */
#include "tests/screens.h"

#include "tui/app.h"
#include "tui/config.h"
#include "tui/keyed.h"
#include "tui/rebind.h"

static const struct rebind_table *tables(size_t *n)
{
	screen_common_actions = app_actions;
	return config_keys(n);
}

static const struct action *of(const char *screen, const char *name)
{
	const struct action *actions = strcmp(screen, "everywhere") == 0 ? app_actions : screen_named(screen)->actions;
	const struct action *a = action_named(actions, str_of(name));
	assert_non_null(a);
	return a;
}

static int forget(void **state)
{
	(void)state;
	action_rebind_none();
	keyed_for(NULL);
	keyed_forget();
	return 0;
}

static void test_sentences(void **state)
{
	static const struct {
		const char *screen, *text, *as_it_is, *rebound;
	} cases[] = {
	    {NULL,     "no key at all",                    "no key at all",              "no key at all"             },
	    {NULL,     "{u} takes it back",                "u takes it back",            "x takes it back"           },
	    {NULL,     "({^R} again; {Ctrl+R})",           "(^R again; Ctrl+R)",         "(^T again; Ctrl+T)"        },
	    {NULL,     "{v} shows it",                     "v shows it",                 ":pager shows it"           },
	    {NULL,     "{q} or {Esc}",                     "q or Esc",                   "z or Esc"                  },
	    {"trace",  "{e} goes there, {u} takes back",   "e goes there, u takes back", "E goes there, x takes back"},
	    {"traces", "{e} goes there",                   "e goes there",               "e goes there"              },
	    {"traces", "{trace.e}, {compare.Enter}",       "e, Enter",                   "E, ^O"                     },
	    {"trace",  "{]} and {}} and {{} and {nobody}", "] and } and { and {nobody}", "] and } and { and {nobody}"},
	    {"trace",  "{\"a\": {} {",                     "{\"a\": {} {",               "{\"a\": {} {"              },
	    {"trace",  "{nobody.e} {F1} {",                "{nobody.e} F1 {",            "{nobody.e} F1 {"           },
	};
	size_t n;
	(void)state;
	tables(&n);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			keyed_for(cases[i].screen ? screen_named(cases[i].screen)->actions : NULL);
			const char *said = keyed(cases[i].text);
			assert_string_equal(said, round ? cases[i].rebound : cases[i].as_it_is);
			assert_ptr_equal(said, keyed(cases[i].text)); /* and it stays */
		}
		action_rebind(of("everywhere", "undo"), "x u");
		action_rebind(of("everywhere", "undo"), "x");
		action_rebind(of("everywhere", "redo"), "^T");
		action_rebind(of("everywhere", "pager"), "");
		action_rebind(of("everywhere", "back"), "z Esc");
		action_rebind(of("trace", "next-error"), "E");
		action_rebind(of("compare", "open"), "^O");
	}
	keyed_for(NULL);
	assert_string_equal(key_now("u"), "x");
	action_rebind(of("tour", "stop"), "é ü");
	assert_string_equal(keyed_in(screen_named("tour")->actions, "{1} {2} {3}"), "é ü é");
}

/* Keys that stand for steps go by their place. */
static void test_which(void **state)
{
	const struct action *actions = screen_named("trace")->actions;
	(void)state;
	assert_int_equal(action_which(actions, '3'), 3);
	action_rebind(of("trace", "fold-depth"), " é  ü ö");
	assert_int_equal(action_which(actions, 0xfc), 2);
	assert_int_equal(action_which(actions, '3'), 0);
}

/* ---------------------------------------------------------------- every screen */

/* Those of every screen, but that they do nothing: there is no app to act on. */
static struct action common[100];

static enum outcome nothing(struct screen *s, const struct input *in, struct target *t)
{
	(void)s, (void)in, (void)t;
	return OUT_HANDLED;
}

static void stand_in(void)
{
	size_t n = 0;
	for (; app_actions[n].name && n + 1 < sizeof common / sizeof *common; n++) {
		common[n] = app_actions[n];
		common[n].run = nothing;
		action_rebind(&common[n], action_keys_now(&app_actions[n]));
	}
	common[n] = (struct action)ACTIONS_END;
	screen_common_actions = common;
}

/* Every action gets one key that nothing has by default: a letter of another script. */
static void change_all(void)
{
	size_t n;
	const struct rebind_table *all = tables(&n);
	uint32_t next = 0x410;
	for (size_t t = 0; t < n; t++) {
		uint32_t code = t ? next : 0x410;
		for (const struct action *a = all[t].actions; a && a->name; a++) {
			char key[16];
			if (a->keys[0])
				action_rebind(a, key_name((int)code++, key));
		}
		if (!t)
			next = code;
	}
	assert_int_equal(rebind_conflicts(all, n), 0);
}

static bool is_key_word(struct str word)
{
	static const char *const names[] = {"Enter", "Esc",  "Tab", "S-Tab", "Space", "PgUp",
	                                    "PgDn",  "Home", "F1",  "^R",    "^Z"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(word, names[i]))
			return true;
	return false;
}

static bool does_something(struct str word)
{
	static const char *const does[] = {"takes",   "undoes", "goes",  "asks",  "shows",  "drops",   "clears",
	                                   "changes", "leaves", "opens", "marks", "lists",  "reads",   "answers",
	                                   "follows", "writes", "skips", "keeps", "begins", "compares"};
	for (size_t i = 0; i < sizeof does / sizeof *does; i++)
		if (str_is(word, does[i]))
			return true;
	return false;
}

static struct str bare(struct str word)
{
	while (word.len > 1 && strchr("(,;:.", word.ptr[0]))
		word = str_from(word, 1);
	while (word.len > 1 && strchr("),;:.", word.ptr[word.len - 1]))
		word.len--;
	return word;
}

/* Texts of the samples say "a", "I", "A"; no sentence of theirs has a letter that does something. */
static void assert_no_old_key(const char *screen, const char *after, struct str text)
{
	struct str line, word, before;
	while (str_split(&text, '\n', &line)) {
		before = STR_NONE;
		for (struct str rest = line; str_split(&rest, ' ', &word);) {
			struct str w = bare(word);
			bool single = before.len == 1 && !strchr("aAIB0123456789", before.ptr[0]);
			if (is_key_word(w) || (single && does_something(w)) ||
			    (w.len > 2 && w.len < 12 && (unsigned char)w.ptr[1] < 0x80 && w.ptr[0] == '{' &&
			     w.ptr[w.len - 1] == '}' && key_named(str_cut(w, 1, w.len - 2)) != KEY_NONE))
				fail_msg("%s, after %s: an old key in: " STR_FMT, screen, after, STR_ARG(line));
			before = w;
		}
	}
}

static void look(struct stage *st, const char *after)
{
	struct buf out = BUF_INIT;
	stage_text(st, &out, false);
	assert_no_old_key(st->screen.ops->name, after, buf_str(&out));
	assert_no_old_key(st->screen.ops->name, after, str_of(st->ui->message));
	buf_done(&out);
}

/* Each action once, in the order of the table, and what it said. */
static void act_all(struct stage *st)
{
	look(st, "opening");
	for (const struct action *a = st->screen.ops->actions; a->name; a++) {
		char memory[16];
		int key = a->keys[0] ? key_named(str_of(action_first_key(a, memory))) : KEY_NONE;
		st->ui->message[0] = '\0';
		st->target = (struct target){0};
		st->outcome = a->run(&st->screen, &(struct input){.key = key, .argument = STR_NONE}, &st->target);
		free(st->target.whole);
		stage_settle(st);
		look(st, a->name);
	}
}

static void walk(const char *name, const struct target *t, int rows, int cols)
{
	const struct screen_ops *ops = screen_named(name);
	struct err err = ERR_INIT;
	struct ui ui = {.rows = rows - 3, .cols = cols, .generation = 1};
	struct screen probe = {.ops = ops, .ui = &ui, .state = calloc(1, ops->state_size)};
	keyed_for(ops->actions);
	if (ops->open(&probe, t, &err)) {
		struct stage st;
		stage_open(&st, name, t, rows, cols, false);
		act_all(&st);
		stage_close(&st);
		if (ops->close)
			ops->close(&probe);
	} else {
		assert_no_old_key(name, "not opening", str_of(err.text));
	}
	free(probe.state);
}

static void test_screens(void **state)
{
	static const struct {
		const char *screen;
		struct target t;
	} with[] = {
	    {"trace",     {.text = "d15b07e02026"}      },
	    {"trace",     {.text = "nothing like it"}   },
	    {"session",   {.text = "nothing like it"}   },
	    {"compare",   {.id = 1, .id2 = 2}           },
	    {"begins",    {.id = 1, .id2 = 2}           },
	    {"noise",     {.id = 1, .id2 = 2}           },
	    {"rundiff",   {.id = 1, .id2 = 2}           },
	    {"scores",    {.id = 1, .id2 = 2}           },
	    {"slices",    {.id = 1, .id2 = 2}           },
	    {"release",   {.id = 2, .id2 = 1}           },
	    {"case",      {.id = 1, .id2 = 2, .span = 1}},
	    {"tracediff", {.id = 1, .id2 = 2}           },
	    {"ledger",    {.id = 1}                     },
	    {"origins",   {.id = 1}                     },
	    {"path",      {.id = 1}                     },
	    {"traces",    {.text = "name:nobody"}       },
	    {"runs",      {.text = "dataset:nothing"}   },
	    {"prompts",   {.text = "nobody"}            },
	    {"search",    {.text = "refund"}            },
	    {"help",      {.text = "trace"}             },
	    {"help",      {.text = "review"}            },
	};
	static const int sizes[][2] = {
	    {24, 80 },
            {50, 200}
        };
	(void)state;
	change_all();
	stand_in();
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; screens[i]; i++)
			walk(screens[i]->name, &(struct target){0}, sizes[k][0], sizes[k][1]);
		for (size_t i = 0; i < sizeof with / sizeof *with; i++)
			walk(with[i].screen, &with[i].t, sizes[k][0], sizes[k][1]);
	}
}

/* What the keys do is said in the lists of keys, too. */
static void test_help(void **state)
{
	size_t n;
	(void)state;
	change_all();
	const struct rebind_table *all = tables(&n);
	for (size_t t = 0; t < n; t++)
		for (const struct action *a = all[t].actions; a && a->name; a++)
			assert_no_old_key(all[t].name, a->name, str_of(keyed_in(all[t].actions, a->help)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_sentences, forget),
	    cmocka_unit_test_teardown(test_which, forget),
	    cmocka_unit_test_teardown(test_help, forget),
	    cmocka_unit_test_teardown(test_screens, forget),
	};
	return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
