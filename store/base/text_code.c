#include "store/base/text_private.h"

#include <locale.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistring/version.h>
#include <uniwidth.h>
#include <wchar.h>

/* ---- what one byte per code point says, made by pages of 256 when first asked for */

static _Atomic(uint8_t *) pages[(CODE_MAX >> 8) + 1];
static locale_t utf8_locale;

static void make_locale(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static int measure(uint32_t code)
{
	return utf8_locale ? wcwidth((wchar_t)code) : uc_width(code, "UTF-8");
}

/* Signs that stand before others (Arabic number sign and the like): format characters by category, but visible. */
static bool is_risk(uint32_t code, int gcb)
{
	if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029)
		return true;
	if (uc_is_property_default_ignorable_code_point(code))
		return true;
	return gcb != GBP_PREPEND && uc_is_general_category(code, UC_FORMAT);
}

static uint8_t classify(uint32_t code)
{
	int cols = measure(code), gcb = uc_graphemeclusterbreak_property(code);
	unsigned flags = cols < 0 || cols > 2 ? 3 : (unsigned)cols;
	if (is_risk(code, gcb))
		flags |= CODE_RISK;
	else if (gcb == GBP_OTHER && cols > 0)
		flags |= CODE_PLAIN;
	if (uc_is_property_extended_pictographic(code))
		flags |= CODE_PICT;
	if (gcb == GBP_EXTEND || gcb == GBP_ZWJ)
		flags |= CODE_EXTEND;
	return (uint8_t)flags;
}

/* The user's locale has no say: wcwidth runs under C.UTF-8, for this thread and only while a page is made. */
static uint8_t *make_page(uint32_t number)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_locale);
	uint8_t *page = xmalloc(256);
	locale_t old = utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
	for (uint32_t i = 0; i < 256; i++)
		page[i] = classify(number << 8 | i);
	if (utf8_locale)
		uselocale(old);
	uint8_t *there = NULL;
	if (atomic_compare_exchange_strong(&pages[number], &there, page))
		return page;
	free(page); /* another thread was faster */
	return there;
}

unsigned text_flags(uint32_t code)
{
	if (code > CODE_MAX)
		code = CODE_BAD;
	uint8_t *page = atomic_load_explicit(&pages[code >> 8], memory_order_acquire);
	if (!page)
		page = make_page(code >> 8);
	return page[code & 0xFF];
}

int text_code_cols(uint32_t code)
{
	unsigned cols = text_flags(code) & CODE_COLS;
	return cols == 3 ? -1 : (int)cols;
}

static bool is_printable(unsigned char c)
{
	return c >= 0x20 && c < 0x7F;
}

static bool is_tag(uint32_t code)
{
	return code >= 0xE0000 && code <= 0xE007F;
}

static bool is_variation(uint32_t code)
{
	return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF) ||
	       (code >= 0x180B && code <= 0x180D) || code == 0x180F;
}

/* Format characters that scripts and emoji need after another character. */
static bool is_joiner(uint32_t code)
{
	return code == CODE_ZWJ || code == 0x200C || code == 0x034F || code == 0x1160 || code == 0x17B4 ||
	       code == 0x17B5;
}

static bool is_honest(const struct text_guard *g, uint32_t code)
{
	uint32_t before = g->before;
	if (is_tag(code))
		return g->base == 0x1F3F4 && (before == g->base || is_tag(before)) && g->n_tags < 7;
	if (before == 0 || (!is_variation(code) && !is_joiner(code)))
		return false;
	if (code == CODE_ZWJ && (before == 0xFE0E || before == 0xFE0F))
		return true;
	if (before < 0x80)
		return (code == 0xFE0E || code == 0xFE0F) && strchr("#*0123456789", (int)before);
	return !(text_flags(before) & CODE_RISK);
}

enum text_risk text_guard_next(struct text_guard *g, uint32_t code)
{
	enum text_risk risk = RISK_NONE;
	unsigned flags = text_flags(code);
	if (flags & CODE_RISK) {
		bool control = code < 0xA0 || code == 0x2028 || code == 0x2029;
		if (control || !is_honest(g, code))
			risk = control ? RISK_CONTROL : RISK_HIDDEN;
		g->n_tags = is_tag(code) ? g->n_tags + 1 : 0;
	} else {
		g->n_tags = 0;
	}
	g->before = code;
	if (risk != RISK_NONE || !(flags & CODE_RISK))
		g->base = code;
	return risk;
}

size_t text_show(char out[16], uint32_t code, bool ascii)
{
	int n;
	if (code >= 0x20 && code != 0x7F)
		n = snprintf(out, 16, "<U+%04X>", code > CODE_MAX ? (unsigned)CODE_BAD : (unsigned)code);
	else if (ascii)
		n = snprintf(out, 16, "^%c", (int)(code ^ 0x40));
	else /* U+2400 + code, U+2421 for DEL */
		n = snprintf(out, 16, "\xE2\x90%c", code == 0x7F ? 0xA1 : (int)(0x80 + code));
	return (size_t)n;
}

static const struct {
	uint32_t first, last;
	char ascii;
} nearest[] = {
    {0x00A0, 0x00A0, ' ' },
    {0x00B7, 0x00B7, '.' },
    {0x00D7, 0x00D7, 'x' },
    {0x2000, 0x200A, ' ' },
    {0x2010, 0x2015, '-' },
    {0x2018, 0x201B, '\''},
    {0x201C, 0x201F, '"' },
    {0x2022, 0x2022, '*' },
    {0x2026, 0x2026, '.' },
    {0x202F, 0x202F, ' ' },
    {0x2190, 0x2190, '<' },
    {0x2192, 0x2192, '>' },
    {0x2212, 0x2212, '-' },
    {0x2248, 0x2248, '~' },
    {0x2264, 0x2264, '<' },
    {0x2265, 0x2265, '>' },
    {0x2500, 0x2501, '-' },
    {0x2502, 0x2503, '|' },
    {0x250C, 0x254B, '+' },
    {0x25CF, 0x25CF, '*' },
    {0x2713, 0x2714, 'v' },
    {0x2717, 0x2718, 'x' },
    {0x3000, 0x3000, ' ' },
    {0x3001, 0x3001, ',' },
    {0x3002, 0x3002, '.' },
};

char text_ascii(uint32_t code)
{
	if (code < 0x80)
		return is_printable((unsigned char)code) ? (char)code : '?';
	if (code >= 0xFF01 && code <= 0xFF5E)
		return (char)(code - 0xFEE0);
	for (size_t i = 0; i < sizeof nearest / sizeof *nearest; i++)
		if (code >= nearest[i].first && code <= nearest[i].last)
			return nearest[i].ascii;
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	for (int step = 0; step < 4 && code >= 0x80; step++) { /* ǖ is ü and a macron, ü is u and a diaeresis */
		if (uc_canonical_decomposition(code, parts) <= 0)
			return '?';
		code = parts[0];
	}
	return code < 0x80 && is_printable((unsigned char)code) ? (char)code : '?';
}

/* ---- UTF-8 */

/* How many bytes the sequence beginning with `first` has, and the range of its second byte (Unicode 15, table 3-7). */
static int lead(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	*high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

uint32_t text_decode_checked(struct str *rest, bool *bad)
{
	const unsigned char *s = (const unsigned char *)rest->ptr;
	unsigned char low, high;
	int n = lead(s[0], &low, &high);
	size_t i = 1;
	uint32_t code = n < 2 ? s[0] : s[0] & (0xFFU >> (n + 1));
	for (; n > 0 && i < (size_t)n && i < rest->len && s[i] >= low && s[i] <= high; i++) {
		code = code << 6 | (s[i] & 0x3FU);
		low = 0x80;
		high = 0xBF;
	}
	*bad = n == 0 || i < (size_t)n; /* then i bytes are the maximal subpart */
	rest->ptr += i;
	rest->len -= i;
	return *bad ? (uint32_t)CODE_BAD : code;
}

uint32_t text_decode(struct str *rest)
{
	bool bad;
	return text_decode_checked(rest, &bad);
}

void text_encode(struct buf *out, uint32_t code)
{
	if (code > CODE_MAX || (code >= 0xD800 && code <= 0xDFFF))
		code = CODE_BAD;
	unsigned char b[4];
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	for (size_t i = n; i-- > 1; code >>= 6)
		b[i] = (unsigned char)(0x80 | (code & 0x3F));
	b[0] = (unsigned char)(n == 1 ? code : (0xF00U >> n & 0xFF) | code);
	buf_add(out, b, n);
}

/* Leading bytes below 0x80, eight at a time. */
static size_t ascii_bytes(struct str s)
{
	size_t i = 0;
	for (uint64_t word; i + 8 <= s.len; i += 8) {
		memcpy(&word, s.ptr + i, 8);
		if (word & 0x8080808080808080U)
			break;
	}
	while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
		i++;
	return i;
}

/* Bytes before the first ill-formed one. */
static size_t valid_bytes(struct str bytes)
{
	struct str rest = bytes;
	for (;;) {
		rest = str_from(rest, ascii_bytes(rest));
		if (rest.len == 0)
			return bytes.len;
		struct str here = rest;
		bool bad;
		text_decode_checked(&rest, &bad);
		if (bad)
			return (size_t)(here.ptr - bytes.ptr);
	}
}

bool text_is_valid(struct str bytes)
{
	return valid_bytes(bytes) == bytes.len;
}

struct str text_valid(struct arena *arena, struct str bytes)
{
	size_t good = valid_bytes(bytes);
	if (good == bytes.len)
		return bytes;
	struct buf out = BUF_INIT;
	for (struct str rest = bytes;; good = valid_bytes(rest)) {
		buf_add(&out, rest.ptr, good);
		rest = str_from(rest, good);
		if (rest.len == 0)
			break;
		text_encode(&out, text_decode(&rest));
	}
	struct str text = arena_str(arena, buf_str(&out));
	buf_done(&out);
	return text;
}

size_t text_n_codes(struct str text)
{
	size_t n = 0;
	while (text.len) {
		size_t ascii = ascii_bytes(text);
		n += ascii;
		text = str_from(text, ascii);
		if (text.len == 0)
			break;
		text_decode(&text);
		n++;
	}
	return n;
}

size_t text_hidden(struct str text)
{
	struct text_guard guard = {0};
	size_t n = 0;
	while (text.len) {
		size_t ascii = ascii_bytes(text);
		if (ascii) {
			guard = (struct text_guard){.before = (unsigned char)text.ptr[ascii - 1]};
			guard.base = guard.before;
			text = str_from(text, ascii);
			continue;
		}
		if (text_guard_next(&guard, text_decode(&text)) == RISK_HIDDEN)
			n++;
	}
	return n;
}

const char *text_library(void)
{
	static char words[16];
	snprintf(words, sizeof words, "%d.%d", _libunistring_version >> 16 & 0xff, _libunistring_version >> 8 & 0xff);
	return words;
}
