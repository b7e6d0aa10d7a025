#include "tui/cmd/shell_line.h"

#include <string.h>

/* A character of the line at a time: what it means depends on the quote it stands in. */
struct reading {
	struct shell_line *line;
	struct str text;
	size_t at;
	const char *breaks;
	struct buf word;
	struct arena *arena;
	bool any; /* a word has begun, perhaps with an empty quote */
};

static void end_word(struct reading *r)
{
	if (r->any)
		*vec_add(&r->line->words) = arena_str(r->arena, buf_str(&r->word));
	buf_clear(&r->word);
	r->line->stays = 0;
	r->any = false;
}

static char next(const struct reading *r)
{
	return r->at + 1 < r->text.len ? r->text.ptr[r->at + 1] : '\0';
}

static void bare(struct reading *r, char c)
{
	if (c == ' ' || c == '\t' || c == '\n') {
		end_word(r);
		return;
	}
	r->any = true;
	if (c == '\'' || c == '"') {
		r->line->in = c == '"' ? SHELL_DOUBLE : SHELL_SINGLE;
		r->line->stays = r->word.len;
		return;
	}
	if (c == '\\' && next(r) == '\0')
		return; /* what it stands before is not typed yet */
	if (c == '\\')
		c = r->text.ptr[++r->at];
	else if (r->breaks && strchr(r->breaks, c)) {
		buf_add_char(&r->word, c);
		r->line->stays = r->word.len;
		return;
	}
	buf_add_char(&r->word, c);
}

static void quoted(struct reading *r, char c)
{
	bool twice = r->line->in == SHELL_DOUBLE;
	if (c == (twice ? '"' : '\'')) {
		r->line->in = SHELL_BARE;
		r->line->stays = r->breaks && strchr(r->breaks, c) ? r->word.len : 0;
		return;
	}
	if (twice && c == '\\' && next(r) && strchr("\"\\$`", next(r)))
		c = r->text.ptr[++r->at];
	buf_add_char(&r->word, c);
}

void shell_line_read(struct shell_line *l, struct str text, const char *breaks, struct arena *arena)
{
	struct reading r = {.line = l, .text = text, .breaks = breaks, .arena = arena};
	*l = (struct shell_line){.in = SHELL_BARE};
	for (r.at = 0; r.at < text.len; r.at++) {
		char c = text.ptr[r.at];
		if (c == '\0')
			break;
		if (l->in == SHELL_BARE)
			bare(&r, c);
		else
			quoted(&r, c);
	}
	l->typed = arena_str(arena, buf_str(&r.word));
	buf_done(&r.word);
}

void shell_line_done(struct shell_line *l)
{
	vec_done(&l->words);
}

/* ---------------------------------------------------------------- putting it back */

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 ||
	       strchr("_-./:=@%+,", c) != NULL;
}

static void add_quoted(struct buf *out, char c, enum shell_quote in)
{
	if (in == SHELL_SINGLE && c == '\'')
		buf_add_cstr(out, "'\\''");
	else if (in == SHELL_BARE ? !is_plain(c) : in == SHELL_DOUBLE && strchr("\"\\$`", c))
		buf_printf(out, "\\%c", c);
	else
		buf_add_char(out, c);
}

bool shell_word(struct buf *out, struct str word, size_t from, enum shell_quote in)
{
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.ptr[i];
		if (c < ' ' || c == 0x7F)
			return false; /* a shell takes a newline, a line editor does not */
		if (c == '!' && in == SHELL_DOUBLE)
			return false; /* bash would look into its history, and a backslash would stay */
	}
	for (size_t i = from; i < word.len; i++)
		add_quoted(out, word.ptr[i], in);
	return true;
}
