#include "store/base/clean.h"

#include <langinfo.h>
#include <stdio.h>

#include "store/base/scan.h"
#include "store/base/text.h"

enum { MARKS_MAX = 8 }; /* honest scripts need 3 or 4; hundreds have crashed terminals (CVE-2021-26937) */

/* What printing has to remember from one code point to the next. */
struct printing {
	struct buf *out;
	bool lines, ascii;
	bool bare; /* nothing a mark could sit on stands before */
	int n_marks;
	struct text_guard guard;
};

static bool is_printable(char c)
{
	return c >= 0x20 && c < 0x7F;
}

static void add_shown(struct printing *p, uint32_t code)
{
	char shown[16];
	buf_add(p->out, shown, text_show(shown, code, p->ascii));
}

static void add_newline(struct printing *p)
{
	if (p->lines)
		buf_add_char(p->out, '\n');
	else
		buf_add_cstr(p->out, p->ascii ? "^J " : "\xE2\x90\xA4 ");
}

static void add_visible(struct printing *p, uint32_t code)
{
	if (p->ascii)
		buf_add_char(p->out, text_ascii(code));
	else
		text_encode(p->out, code);
}

static void add_mark(struct printing *p, uint32_t code)
{
	if (p->bare) {
		add_shown(p, code);
		return;
	}
	p->n_marks++;
	if (p->n_marks == MARKS_MAX)
		buf_add_char(p->out, '+');
	else if (p->n_marks < MARKS_MAX && !p->ascii)
		text_encode(p->out, code);
}

static void print_code(struct printing *p, uint32_t code)
{
	enum text_risk risk = text_guard_next(&p->guard, code);
	if (code == '\n' || code == '\t') {
		if (code == '\n')
			add_newline(p);
		else
			buf_add_char(p->out, p->lines ? '\t' : ' ');
		p->bare = true;
		p->n_marks = 0;
	} else if (risk != RISK_NONE) {
		add_shown(p, code);
		p->bare = true;
		p->n_marks = 0;
	} else if (text_code_cols(code) == 0) {
		add_mark(p, code);
	} else {
		add_visible(p, code);
		p->bare = false;
		p->n_marks = 0;
	}
}

void clean_print(struct buf *out, struct str text, bool lines, bool ascii)
{
	struct printing p = {.out = out, .lines = lines, .ascii = ascii, .bare = true};
	while (text.len) {
		size_t n = 0;
		while (n < text.len && is_printable(text.ptr[n]))
			n++;
		if (n) {
			buf_add(out, text.ptr, n);
			uint32_t last = (unsigned char)text.ptr[n - 1];
			p.guard = (struct text_guard){.before = last, .base = last};
			p.bare = false;
			p.n_marks = 0;
			text = str_from(text, n);
			continue;
		}
		if (text.len > 1 && text.ptr[0] == '\r' && text.ptr[1] == '\n')
			text = str_from(text, 1);
		print_code(&p, text_decode(&text));
	}
}

void clean_fput(void *stream, struct str text)
{
	struct buf out = BUF_INIT;
	clean_print(&out, text, false, strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	fwrite(buf_cstr(&out), 1, out.len, stream);
	buf_done(&out);
}

void clean_json(struct buf *out, struct str text)
{
	scan_quote(out, text);
}

/* ---- CSV */

static bool is_formula(struct str text)
{
	static const char *const starts[] = {
	    "=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (str_starts(text, starts[i]))
			return true;
	return false;
}

static bool needs_quotes(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(",\"\r\n\t;", text.ptr[i]) && text.ptr[i])
			return true;
	return text.len && (text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ');
}

/* Data stays data here, but for controls: CSV has no escape for them, and standard output may be a terminal. */
static void csv_code(struct buf *out, uint32_t code, bool newline_follows)
{
	char shown[16];
	bool kept = code == '\n' || code == '\t' || (code == '\r' && newline_follows);
	bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
	if (control && !kept)
		buf_add(out, shown, text_show(shown, code, false));
	else if (code == '"')
		buf_add_cstr(out, "\"\"");
	else
		text_encode(out, code);
}

static void csv_raw(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, text.ptr[i]);
	}
}

void clean_csv(struct buf *out, struct str text, bool raw)
{
	bool quotes = needs_quotes(text);
	if (quotes)
		buf_add_char(out, '"');
	if (raw) {
		csv_raw(out, text);
	} else {
		if (is_formula(text))
			buf_add_char(out, '\'');
		while (text.len) {
			uint32_t code = text_decode(&text);
			csv_code(out, code, text.len && text.ptr[0] == '\n');
		}
	}
	if (quotes)
		buf_add_char(out, '"');
}

void clean_csv_end(struct buf *out, size_t from)
{
	if (out->len == from)
		buf_add_cstr(out, "\"\"");
	buf_add_cstr(out, "\r\n");
}

/* ---- Markdown */

/* 0 at the ends of the text */
static unsigned char byte_at(struct str text, size_t i)
{
	return i < text.len ? (unsigned char)text.ptr[i] : 0;
}

static bool is_word(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "1." and "1)" at the start begin a list: is the sign at i such a one? */
static bool ends_list_number(struct str text, size_t i)
{
	if (i == 0 || i > 9) /* CommonMark: at most nine digits */
		return false;
	for (size_t k = 0; k < i; k++)
		if (text.ptr[k] < '0' || text.ptr[k] > '9')
			return false;
	return true;
}

static bool markdown_acts(struct str text, size_t i)
{
	unsigned char before = i ? byte_at(text, i - 1) : 0, after = byte_at(text, i + 1);
	switch (text.ptr[i]) {
	case '`':
	case '|':
	case '<':
	case '[':
	case '\\':
	case '*':
	case '~': return true;
	case '_': return !is_word(before) || !is_word(after);
	case '!': return after == '[';
	case '&': return after == '#' || is_word(after);
	case '#':
	case '-':
	case '+':
	case '=':
	case '>': return i == 0;
	case '.':
	case ')': return ends_list_number(text, i);
	default: return false;
	}
}

/* A backslash does not stop a forge from mailing whoever is called @name: it looks at the rendered text. */
static bool is_mention(struct str text, size_t i)
{
	unsigned char before = i ? byte_at(text, i - 1) : 0;
	return text.ptr[i] == '@' && is_word(byte_at(text, i + 1)) && !is_word(before);
}

void clean_markdown(struct buf *out, struct str text)
{
	struct buf printed = BUF_INIT;
	clean_print(&printed, str_trim(text), true, false);
	struct str s = buf_str(&printed);
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (markdown_acts(s, i))
			buf_add_char(out, '\\');
		buf_add_char(out, c == '\n' || c == '\t' ? ' ' : c);
		if (is_mention(s, i))
			buf_add_cstr(out, "<!-- -->");
	}
	buf_done(&printed);
}

void clean_shell(struct buf *out, struct str text)
{
	struct buf printed = BUF_INIT;
	clean_print(&printed, text, false, false);
	struct str s = buf_str(&printed);
	buf_add_char(out, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'')
			buf_add_cstr(out, "'\\''");
		else
			buf_add_char(out, s.ptr[i]);
	}
	buf_add_char(out, '\'');
	buf_done(&printed);
}

static bool is_plain_word(struct str word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      (c && strchr("._:/@%+,=-", c) && (i || !strchr("-=%", c)))))
			return false;
	}
	return word.len > 0;
}

void clean_shell_word(struct buf *out, struct str word)
{
	if (is_plain_word(word))
		buf_add_str(out, word);
	else
		clean_shell(out, word);
}

/* ---- XML */

static const char *xml_entity(uint32_t code)
{
	switch (code) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&apos;";
	case 0xFFFE:
	case 0xFFFF: return "\xEF\xBF\xBD"; /* no characters of XML */
	default: return NULL;
	}
}

void clean_xml(struct buf *out, struct str text)
{
	struct buf shown = BUF_INIT;
	clean_print(&shown, text, false, false);
	for (struct str rest = buf_str(&shown); rest.len;) {
		uint32_t code = text_decode(&rest);
		const char *entity = xml_entity(code);
		if (entity)
			buf_add_cstr(out, entity);
		else
			text_encode(out, code);
	}
	buf_done(&shown);
}
