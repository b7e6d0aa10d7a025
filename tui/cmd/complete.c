/* spoor complete: what could come next on a command line that is being typed, for the shells' completion (tui/completion). It is for
 * programs, and stands in no list.
 *
 *   spoor complete --shell bash --breaks CHARS -- LINE     one candidate a line, quoted as it goes into the line
 *   spoor complete --shell zsh|fish -- WORD… TYPED         one a line, then a tab and what it is; the shell quotes
 *   spoor complete --script bash|zsh|fish                  the script that asks
 *
 * Exit code 1: the name of a file fits best. It says nothing else, whatever is wrong, and writes nothing: a store that is missing, busy
 * or damaged has no names. Words come whole; what stands in a store is offered only if it is text through and through. */
#include "tui/cmd/complete.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "tui/cmd/shell_line.h"

static const struct {
	const char *name, *text;
} scripts[] = {
#include "completion.inc"
};

/* ---------------------------------------------------------------- candidates */

struct str complete_part(const struct completion *c)
{
	return str_from(c->typed, c->stays.len);
}

/* Nothing that clean_print would change: controls, direction marks, what is not seen. */
static bool is_clean(struct str word)
{
	struct buf clean = BUF_INIT;
	clean_print(&clean, word, false, false);
	bool same = str_eq(buf_str(&clean), word);
	buf_done(&clean);
	return same;
}

/* Of "lost,won,": a word that is chosen already is not offered again. */
static bool is_chosen(struct str stays, struct str word)
{
	struct str rest = str_from(stays, str_find_char(stays, '=') == SIZE_MAX ? 0 : str_find_char(stays, '=') + 1),
	           part;
	while (str_ends(stays, ",") && rest.len && str_split(&rest, ',', &part))
		if (str_eq(part, word))
			return true;
	return false;
}

void complete_add(struct completion *c, struct str word, struct str about, bool open)
{
	enum { MOST = 400, LONGEST = 400 };
	struct str part = complete_part(c);
	bool begins = word.len && word.len >= part.len && str_eq(str_cut(word, 0, part.len), part);
	if (!begins || is_chosen(c->stays, word) || word.len > LONGEST || c->found.n >= MOST || !is_clean(word))
		return;
	struct str whole = arena_printf(&c->arena, STR_FMT STR_FMT, STR_ARG(c->stays), STR_ARG(word));
	for (size_t i = 0; i < c->found.n; i++)
		if (str_eq(c->found.at[i].word, whole))
			return;
	*vec_add(&c->found) = (struct candidate){.word = whole, .about = arena_str(&c->arena, about), .open = open};
}

/* ---------------------------------------------------------------- placeholders */

/* "mean|majority": words in small letters are what may be typed. */
static void literal(struct completion *c, struct str word)
{
	struct str rest = word, part;
	while (rest.len && str_split(&rest, '|', &part))
		if (part.len && part.ptr[0] >= 'a' && part.ptr[0] <= 'z')
			complete_add(c, part, STR_NONE, part.ptr[part.len - 1] == ':');
}

static void one_word(struct completion *c, struct str word)
{
	const struct word_row *row = word_named(word);
	literal(c, word);
	if (row)
		complete_takes(c, row->takes);
}

void complete_placeholder(struct completion *c, const char *placeholder)
{
	struct str rest = str_of(placeholder), word, part = complete_part(c);
	if (strcmp(placeholder, "SETTING=VALUE") == 0) {
		complete_setting(c);
		return;
	}
	if (strstr(placeholder, ",…")) { /* several: the last one is being typed */
		size_t at = part.len;
		while (at && part.ptr[at - 1] != ',')
			at--;
		c->stays.len += at;
		c->stays.ptr = c->typed.ptr;
	}
	if (word_next(&rest, &word) && !(strchr(placeholder, '=') && str_find_char(part, '=') != SIZE_MAX))
		one_word(c, word);
}

/* The placeholder of operand `n` (from 0) in "A B", "TRACE…", "[PROMPT [VERSION [VERSION]]]"; the last one goes on. "FILE…|DIR…|-" is one. */
static void operand(struct completion *c, size_t n)
{
	const struct command *command = c->command;
	struct str rest = str_of(command->operands), word, here = STR_NONE;
	if (command->max_args >= 0 && n >= (size_t)command->max_args)
		return;
	for (size_t i = 0; i <= n && word_next(&rest, &word); i++)
		here = word;
	if (here.len)
		one_word(c, here);
}

/* ---------------------------------------------------------------- options */

static const struct option_row *row_at(const struct completion *c, size_t i)
{
	if (c->command)
		return command_option(c->command, i);
	return front_options[i].name ? &front_options[i] : NULL;
}

static void options(struct completion *c)
{
	const struct option_row *row;
	for (size_t i = 0; (row = row_at(c, i)) != NULL; i++) {
		struct str name = arena_printf(&c->arena, "--%s", row->name);
		struct str about =
		    row->letter ? arena_printf(&c->arena, "-%c  %s", row->letter, row->help) : str_of(row->help);
		complete_add(c, name, about, false);
	}
}

/* By its name, or by its letter. */
static const struct option_row *option_of(const struct completion *c, struct str name, char letter)
{
	const struct option_row *row;
	for (size_t i = 0; (row = row_at(c, i)) != NULL; i++)
		if (letter ? row->letter == letter : str_is(name, row->name))
			return row;
	return NULL;
}

static void option_value(struct completion *c, const struct option_row *row)
{
	if (row->value)
		complete_placeholder(c, row->value);
}

/* ---------------------------------------------------------------- the words before */

struct walk {
	struct completion *c;
	const struct option_row *waits; /* the last word is an option whose value comes next */
	size_t operands;
	bool only_operands; /* after -- */
	bool has_file;      /* of the explorer */
};

static void take_value(struct walk *w, const struct option_row *row, const char *value)
{
	if (strcmp(row->name, "store") == 0)
		w->c->store = value;
	if (strcmp(row->name, "run") == 0)
		w->c->run = value;
}

static void walk_option(struct walk *w, struct str word)
{
	struct completion *c = w->c;
	size_t equals = str_find_char(word, '=');
	const struct option_row *row;
	if (word.ptr[1] == '-') {
		row = option_of(c, str_cut(word, 2, (equals == SIZE_MAX ? word.len : equals) - 2), 0);
		if (row && row->type != OPTION_FLAG && equals != SIZE_MAX)
			take_value(w, row, arena_printf(&c->arena, STR_FMT, STR_ARG(str_from(word, equals + 1))).ptr);
		else if (row && row->type != OPTION_FLAG)
			w->waits = row;
		return;
	}
	for (size_t i = 1; i < word.len; i++) {
		row = option_of(c, STR_NONE, word.ptr[i]);
		if (row && row->type != OPTION_FLAG) {
			w->waits = i + 1 == word.len ? row : NULL;
			return;
		}
	}
}

static void walk_word(struct walk *w, struct str word)
{
	struct completion *c = w->c;
	const char *text = arena_printf(&c->arena, STR_FMT, STR_ARG(word)).ptr;
	if (w->waits) {
		take_value(w, w->waits, text);
		w->waits = NULL;
	} else if (!w->only_operands && str_is(word, "--")) {
		w->only_operands = true;
	} else if (!w->only_operands && word.len > 1 && word.ptr[0] == '-') {
		walk_option(w, word);
	} else if (!c->command && !w->has_file && command_named(word)) {
		c->command = command_named(word);
	} else if (!c->command) {
		w->has_file = true;
	} else {
		if (w->operands++ == 0 && !c->run)
			c->run = text;
	}
}

/* ---------------------------------------------------------------- what fits here */

static void first_word(struct completion *c)
{
	for (size_t i = 0; commands[i]; i++)
		if (!commands[i]->hidden)
			complete_add(c, str_of(commands[i]->name), str_of(commands[i]->help), false);
	c->files = c->found.n == 0;
}

static void at_place(struct walk *w)
{
	struct completion *c = w->c;
	size_t equals = str_find_char(c->typed, '=');
	if (w->waits) {
		option_value(c, w->waits);
	} else if (!w->only_operands && str_starts(c->typed, "--") && equals != SIZE_MAX) {
		const struct option_row *row = option_of(c, str_cut(c->typed, 2, equals - 2), 0);
		c->stays = str_cut(c->typed, 0, equals + 1);
		if (row)
			option_value(c, row);
	} else if (!w->only_operands && str_starts(c->typed, "-")) {
		options(c);
	} else if (c->command) {
		operand(c, w->operands);
	} else if (w->has_file) {
		c->files = true;
	} else {
		first_word(c);
	}
}

/* ---------------------------------------------------------------- the two ways in */

static void bash_lines(const struct completion *c, const struct shell_line *l, struct buf *out)
{
	for (size_t i = 0; i < c->found.n; i++) {
		size_t before = out->len;
		if (!shell_word(out, c->found.at[i].word, l->stays, l->in)) {
			out->len = before;
			continue;
		}
		buf_add_cstr(out, c->found.at[i].open || l->in != SHELL_BARE ? "\n" : " \n");
	}
}

static void plain_lines(const struct completion *c, struct buf *out)
{
	for (size_t i = 0; i < c->found.n; i++) {
		buf_add_str(out, c->found.at[i].word);
		if (c->found.at[i].about.len) {
			buf_add_char(out, '\t');
			clean_print(out, str_cut(c->found.at[i].about, 0, 200), false, false);
		}
		buf_add_char(out, '\n');
	}
}

/* NAME=VALUE before a command's name sets a variable for it. */
static bool sets_variable(struct str word)
{
	size_t equals = str_find_char(word, '=');
	return equals != SIZE_MAX && equals > 0 && str_find_char(str_cut(word, 0, equals), '/') == SIZE_MAX &&
	       word.ptr[0] != '-';
}

static void complete_line(struct completion *c, const char *text, const char *breaks, struct buf *out)
{
	struct shell_line l;
	struct walk w = {.c = c};
	size_t i = 0;
	shell_line_read(&l, str_of(text), breaks, &c->arena);
	while (i < l.words.n && sets_variable(l.words.at[i]))
		i++;
	for (i++; i < l.words.n; i++)
		walk_word(&w, l.words.at[i]);
	c->typed = l.typed;
	at_place(&w);
	bash_lines(c, &l, out);
	shell_line_done(&l);
}

static void complete_words(struct completion *c, char *const *words, size_t n, struct buf *out)
{
	struct walk w = {.c = c};
	for (size_t i = 0; i + 1 < n; i++)
		walk_word(&w, str_of(words[i]));
	c->typed = n ? str_of(words[n - 1]) : STR_LIT("");
	at_place(&w);
	plain_lines(c, out);
}

static int print_script(const char *shell, struct err *err)
{
	struct buf out = BUF_INIT, file = BUF_INIT;
	bool found = false;
	buf_printf(&file, "spoor.%s", shell);
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts && !found; i++) {
		found = strcmp(scripts[i].name, buf_cstr(&file)) == 0;
		if (found)
			buf_add_cstr(&out, scripts[i].text);
	}
	bool ok = found ? out_flush(&out, err)
	                : err_set(err, ERR_USAGE, NULL, "there is no script for %.40s: bash, zsh or fish", shell);
	buf_done(&out);
	buf_done(&file);
	return ok ? 0 : err_exit_code(err->code);
}

static int complete_main(const struct command_line *line, struct err *err)
{
	const char *script = cmd_option(line, "script"), *shell = cmd_option(line, "shell");
	if (script)
		return print_script(script, err);
	struct completion c = {.arena = ARENA_INIT, .typed = STR_LIT("")};
	struct buf out = BUF_INIT;
	if (shell && strcmp(shell, "bash") == 0)
		complete_line(&c, line->n_args ? line->args[0] : "", cmd_option(line, "breaks"), &out);
	else
		complete_words(&c, line->args, line->n_args, &out);
	int code = c.found.n == 0 && c.files ? 1 : 0;
	if (!out_flush(&out, err))
		code = err_exit_code(err->code);
	db_close(c.db);
	vec_done(&c.found);
	arena_done(&c.arena);
	buf_done(&out);
	return code;
}

/* clang-format off */
static const struct option_row complete_options[] = {
	{"shell", 0, OPTION_TEXT, "bash|zsh|fish", "for this shell"},
	{"breaks", 0, OPTION_TEXT, "CHARS", "bash: $COMP_WORDBREAKS"},
	{"script", 0, OPTION_TEXT, "bash|zsh|fish", "print the shell's script"},
	{.name = NULL},
};
/* clang-format on */

const struct command command_complete = {
    .name = "complete",
    .operands = "WORD…",
    .help = "what could come next, for the completion of shells",
    .hidden = true,
    .min_args = 0,
    .max_args = -1,
    .options = complete_options,
    .run = complete_main,
};
