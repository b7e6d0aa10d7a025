#include "tui/cmd/page.h"

#include "store/base/text.h"

enum { NAME_COLS = 26, LEFT = 2, GAP = 2, INSET = 4, LONG_WORD = 12 };

/* ---------------------------------------------------------------- roff */

/* Accents and quotes that roff turns into typographic ones, and a dash that could not be copied as an option's, by their names. A long
 * word (a path, JSON) may be broken at its signs. A line that begins with a point or an apostrophe would be a request: \& before it. */
void page_roff(struct buf *out, struct str text)
{
	bool begins = out->len == 0 || out->ptr[out->len - 1] == '\n';
	size_t word = 0; /* bytes of it so far */
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (begins && (c == '.' || c == '\''))
			buf_add_cstr(out, "\\&");
		begins = c == '\n';
		word = c == ' ' || c == '\n' ? 0 : word + 1;
		if (word > LONG_WORD && strchr("{[<\"(", c))
			buf_add_cstr(out, "\\:");
		switch (c) {
		case '\\': buf_add_cstr(out, "\\e"); break;
		case '-': buf_add_cstr(out, "\\-"); break;
		case '\'': buf_add_cstr(out, "\\(aq"); break;
		case '`': buf_add_cstr(out, "\\(ga"); break;
		case '^': buf_add_cstr(out, "\\(ha"); break;
		case '~': buf_add_cstr(out, "\\(ti"); break;
		case '"': buf_add_cstr(out, "\\(dq"); break;
		default: buf_add_char(out, c);
		}
		if (word > LONG_WORD && strchr("/,:;|=", c))
			buf_add_cstr(out, "\\:");
	}
}

static void request(struct page *p, const char *name, const char *text, bool capitals)
{
	struct buf upper = BUF_INIT;
	for (const char *c = text; *c; c++)
		buf_add_char(&upper, capitals && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	buf_printf(p->out, "%s \"", name);
	page_roff(p->out, buf_str(&upper));
	buf_add_cstr(p->out, "\"\n");
	buf_done(&upper);
}

/* Without empty lines between rows. */
static void dense(struct page *p, bool on)
{
	if (p->dense != on)
		buf_add_cstr(p->out, on ? ".PD 0\n" : ".PD\n");
	p->dense = on;
}

/* Text that is filled: lines of the source are kept short, and do not end where a sentence does, after which roff would put two blanks. */
static void roff_lines(struct page *p, struct str text)
{
	enum { LINE = 72 };
	while (text.len) {
		size_t end = text.len < LINE ? text.len : LINE;
		while (end < text.len && (text.ptr[end] != ' ' || strchr(".!?:)\"'", text.ptr[end - 1])))
			end++;
		page_roff(p->out, str_cut(text, 0, end));
		buf_add_char(p->out, '\n');
		text = str_from(text, end + 1);
	}
}

/* ---------------------------------------------------------------- text */

static int margin(const struct page *p)
{
	return p->in * INSET;
}

/* An empty line between what stands here and what comes. */
static void gap(struct page *p)
{
	if (p->out->len && !p->after_title)
		buf_add_char(p->out, '\n');
}

/* Filled to the page's width from column `at` on, where the first line already is. */
static void fill(struct page *p, struct str text, int at)
{
	struct text_row row;
	bool first = true;
	for (size_t from = 0; from < text.len; first = false) {
		size_t next = text_wrap(text, from, PAGE_COLS - at, &row);
		if (!first)
			buf_add_fill(p->out, ' ', (size_t)at);
		buf_add_str(p->out, str_cut(text, row.at, row.len));
		buf_add_char(p->out, '\n');
		if (next <= from)
			break;
		from = next;
	}
}

/* ---------------------------------------------------------------- what is common */

/* Takes a paragraph off *rest: its lines joined by blanks, or a block of lines that begin with a blank, as they are (*verbatim). False:
 * there is no more. */
static bool paragraph(struct str *rest, struct buf *out, bool *verbatim)
{
	struct str line, after = *rest;
	buf_clear(out);
	while (after.len && str_split(&after, '\n', &line)) {
		bool kept = line.len && line.ptr[0] == ' ';
		if (line.len == 0 && out->len == 0) {
			*rest = after;
			continue;
		}
		if (line.len == 0 || (out->len && kept != *verbatim))
			break;
		*verbatim = kept;
		if (out->len)
			buf_add_char(out, kept ? '\n' : ' ');
		buf_add_str(out, line);
		*rest = after;
	}
	return out->len > 0;
}

void page_begin(struct page *p, const char *name, const char *section, const char *date, const char *version,
                const char *line)
{
	if (p->form != PAGE_MAN)
		return;
	struct buf title = BUF_INIT;
	buf_add_cstr(p->out,
	             "'\\\" -*- coding: utf-8 -*-\n.\\\" Made by spoor help --man from its own tables.\n.TH \"");
	for (const char *c = name; *c; c++)
		buf_add_char(&title, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
	page_roff(p->out, buf_str(&title));
	buf_printf(p->out, "\" \"%s\" \"%s\" \"spoor ", section, date);
	page_roff(p->out, str_of(version));
	buf_add_cstr(p->out, "\"\n.nh\n.ad l\n.SH \"NAME\"\n");
	page_roff(p->out, str_of(name));
	buf_add_cstr(p->out, " \\- ");
	roff_lines(p, str_of(line));
	buf_done(&title);
}

static void title(struct page *p, const char *name, const char *macro, bool capitals)
{
	if (p->form == PAGE_MAN) {
		dense(p, false);
		request(p, macro, name, capitals);
	} else {
		buf_printf(p->out, "%s%s\n", p->out->len ? "\n" : "", name);
	}
	p->after_title = true;
}

void page_section(struct page *p, const char *name)
{
	title(p, name, ".SH", true);
}

void page_part(struct page *p, const char *name)
{
	title(p, name, ".SS", false);
}

void page_text(struct page *p, const char *text)
{
	struct str rest = str_of(text);
	struct buf one = BUF_INIT;
	bool verbatim = false;
	while (paragraph(&rest, &one, &verbatim)) {
		if (verbatim) {
			page_verbatim(p, buf_cstr(&one));
			continue;
		}
		if (p->form == PAGE_MAN) {
			dense(p, false);
			buf_add_cstr(p->out, p->after_title ? "" : ".PP\n");
			roff_lines(p, buf_str(&one));
		} else {
			gap(p);
			buf_add_fill(p->out, ' ', (size_t)margin(p));
			fill(p, buf_str(&one), margin(p));
		}
		p->after_title = false;
	}
	buf_done(&one);
}

void page_verbatim(struct page *p, const char *text)
{
	struct str rest = str_of(text), line;
	if (p->form == PAGE_MAN)
		dense(p, false);
	if (p->form == PAGE_MAN)
		buf_add_cstr(p->out, p->after_title ? ".EX\n" : ".PP\n.EX\n");
	else
		gap(p);
	while (rest.len && str_split(&rest, '\n', &line)) {
		if (p->form == PAGE_MAN) {
			page_roff(p->out, line);
		} else {
			buf_add_fill(p->out, ' ', line.len ? (size_t)margin(p) : 0);
			buf_add_str(p->out, line);
		}
		buf_add_char(p->out, '\n');
	}
	if (p->form == PAGE_MAN)
		buf_add_cstr(p->out, ".EE\n");
	p->after_title = false;
}

static void roff_row(struct page *p, const char *name, struct str rest)
{
	struct buf one = BUF_INIT;
	bool verbatim = false, first = true;
	dense(p, p->name_cols > 0);
	if (p->name_cols)
		buf_printf(p->out, ".TP %d\n\\fB", p->name_cols + GAP);
	else
		buf_add_cstr(p->out, ".TP\n\\fB");
	page_roff(p->out, str_of(name));
	buf_add_cstr(p->out, "\\fR\n");
	for (; paragraph(&rest, &one, &verbatim); first = false) {
		buf_add_cstr(p->out, first ? "" : ".IP\n");
		roff_lines(p, buf_str(&one));
	}
	if (first)
		buf_add_cstr(p->out, "\\&\n");
	buf_done(&one);
}

static void text_row_of(struct page *p, const char *name, struct str rest)
{
	int cols = p->name_cols ? p->name_cols : NAME_COLS, at = margin(p) + LEFT + cols + GAP;
	int used = text_cols(str_of(name)), left = margin(p) + LEFT;
	struct buf one = BUF_INIT;
	bool verbatim = false, first = true;
	buf_add_fill(p->out, ' ', (size_t)left);
	buf_add_cstr(p->out, name);
	for (; paragraph(&rest, &one, &verbatim); first = false) {
		if (first && used > cols)
			buf_add_char(p->out, '\n');
		buf_add_fill(p->out, ' ', (size_t)(first && used <= cols ? cols - used + GAP : at));
		fill(p, buf_str(&one), at);
	}
	if (first)
		buf_add_char(p->out, '\n');
	buf_done(&one);
}

void page_row(struct page *p, const char *name, const char *text)
{
	if (p->form == PAGE_MAN)
		roff_row(p, name, str_of(text));
	else
		text_row_of(p, name, str_of(text));
	p->after_title = false;
}

void page_in(struct page *p, int by)
{
	if (p->form == PAGE_MAN)
		buf_add_cstr(p->out, by > 0 ? ".RS\n" : ".RE\n");
	p->in += by;
	p->after_title = by > 0;
}
