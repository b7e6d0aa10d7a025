#include "store/study/personal.h"

#include <string.h>

enum { LOCAL_MOST = 64, HOST_MOST = 253, KEY_MOST = 4096, LOOK_BACK = 160 };

/* ---------------------------------------------------------------- bytes */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_upper(c) || is_lower(c);
}

/* Bytes of other scripts count as letters. */
static bool is_word(char c)
{
	return is_alnum(c) || c == '_' || (unsigned char)c >= 0x80;
}

static char at_or_0(struct str s, size_t i)
{
	return i < s.len ? s.ptr[i] : '\0';
}

/* Does a word begin at i? The letter of an escape ("\n") is not part of the word after it. */
static bool begins(struct str s, size_t i)
{
	if (i == 0 || !is_word(s.ptr[i - 1]))
		return true;
	return i >= 2 && s.ptr[i - 2] == '\\' && strchr("ntrbf", s.ptr[i - 1]) != NULL;
}

static size_t run(struct str s, size_t at, bool (*in)(char), size_t most)
{
	size_t n = 0;
	while (n < most && at + n < s.len && in(s.ptr[at + n]))
		n++;
	return n;
}

static bool has_ignoring_case(struct str s, const char *what)
{
	size_t n = strlen(what);
	for (size_t i = 0; i + n <= s.len; i++)
		if (str_ieq(str_cut(s, i, n), what))
			return true;
	return false;
}

/* ---------------------------------------------------------------- e-mail */

static bool in_local(char c)
{
	return is_alnum(c) || (c && strchr("._%+-", c));
}

static bool in_host(char c)
{
	return is_alnum(c) || c == '.' || c == '-';
}

/* Names that RFC 2606 and RFC 6761 keep for examples and tests, and ends of file names. */
static bool is_nobodys(struct str host, struct str top)
{
	static const char *const tops[] = {"test", "example", "invalid", "localhost", "local",   "internal", "png",
	                                   "jpg",  "jpeg",    "gif",     "svg",       "webp",    "js",       "mjs",
	                                   "ts",   "css",     "json",    "py",        "html",    "txt",      "yaml",
	                                   "yml",  "toml",    "lock",    "log",       "service", "tsx",      "jsx"};
	static const char *const names[] = {"example.com", "example.org", "example.net",   "domain.com",
	                                    "email.com",   "test.com",    "yourdomain.com"};
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
		if (str_ieq(top, tops[i]))
			return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);
		if (host.len >= n && str_ieq(str_from(host, host.len - n), names[i]) &&
		    (host.len == n || host.ptr[host.len - n - 1] == '.'))
			return true;
	}
	return false;
}

static bool is_no_reply(struct str local)
{
	static const char *const names[] = {"noreply", "no-reply", "no_reply", "donotreply", "do-not-reply"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (has_ignoring_case(local, names[i]))
			return true;
	return false;
}

/* Bytes of the host name at `at`; 0: none that mail could go to. *top: its last label. */
static size_t host_len(struct str s, size_t at, struct str *top)
{
	size_t n = run(s, at, in_host, HOST_MOST), label = 0;
	while (n && !is_alnum(s.ptr[at + n - 1]))
		n--;
	int labels = 0;
	for (size_t i = 0; i <= n; i++)
		if (i == n || s.ptr[at + i] == '.') {
			if (i == label || s.ptr[at + label] == '-' || s.ptr[at + i - 1] == '-')
				return 0;
			*top = str_cut(s, at + label, i - label);
			label = i + 1;
			labels++;
		}
	if (labels < 2 || top->len < 2 || top->len > 24)
		return 0;
	for (size_t i = 0; i < top->len; i++)
		if (is_digit(top->ptr[i]) || top->ptr[i] == '-')
			return 0;
	return n;
}

static bool is_email(struct str s, size_t sign, size_t from, size_t *at, size_t *len)
{
	size_t begin = sign;
	struct str top = STR_NONE;
	while (begin > from && sign - begin < LOCAL_MOST && in_local(s.ptr[begin - 1]))
		begin--;
	if (begin > from && begin < sign && s.ptr[begin - 1] == '\\' && strchr("ntrbf", s.ptr[begin]))
		begin++;
	while (begin < sign && !is_alnum(s.ptr[begin]))
		begin++;
	if (begin == sign || s.ptr[sign - 1] == '.' || (begin > 0 && is_word(s.ptr[begin - 1]) && !begins(s, begin)))
		return false;
	size_t n = host_len(s, sign + 1, &top);
	char next = at_or_0(s, sign + 1 + n);
	if (!n || next == '@' || is_word(next) || (next == ':' && is_word(at_or_0(s, sign + 2 + n))))
		return false;
	struct str host = str_cut(s, sign + 1, n), local = str_cut(s, begin, sign - begin);
	if (is_nobodys(host, top) || is_no_reply(local))
		return false;
	*at = begin;
	*len = sign + 1 + n - begin;
	return true;
}

/* ---------------------------------------------------------------- a password in a URL */

static bool is_placeholder(struct str s)
{
	static const char *const words[] = {
	    "password", "passwd", "secret", "xxxx",     "****",  "example", "your", "redacted", "token",           "<",
	    "{",        "$",      "...",    "changeme", "dummy", "sample",  "fake", "00000000", "1234567890abcdef"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_ignoring_case(s, words[i]))
			return true;
	if (s.len == 4 && str_ieq(s, "pass"))
		return true;
	size_t same = 0;
	for (size_t i = 1; i < s.len; i++)
		same += s.ptr[i] == s.ptr[0];
	return s.len > 1 && same == s.len - 1;
}

/* scheme://user:PASSWORD@host */
static bool is_url_password(struct str s, size_t sign, size_t from, size_t *at, size_t *len)
{
	size_t low = sign - from > LOOK_BACK ? sign - LOOK_BACK : from, colon = 0;
	if (!is_alnum(at_or_0(s, sign + 1)))
		return false;
	for (size_t i = sign; i > low; i--) {
		char c = s.ptr[i - 1];
		if ((unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '\\' || c == '@' || c == '`')
			return false;
		if (c == ':')
			colon = i - 1;
		if (c == '/') {
			bool scheme = i >= 3 && s.ptr[i - 2] == '/' && s.ptr[i - 3] == ':';
			if (!scheme || colon < i + 1 || sign - colon < 5)
				return false;
			*at = colon + 1;
			*len = sign - colon - 1;
			return !is_placeholder(str_cut(s, *at, *len));
		}
	}
	return false;
}

/* ---------------------------------------------------------------- phone */

/* Country codes that are assigned (ITU-T E.164, list of 2016), by their first digits; of zones with three-digit codes, the two first. */
static bool is_country(const char *d)
{
	static const char *const codes[] = {
	    "20", "21", "22", "23", "24", "25", "26", "27", "29", "30", "31", "32", "33", "34", "35", "36", "37",
	    "38", "39", "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52", "53", "54",
	    "55", "56", "57", "58", "59", "60", "61", "62", "63", "64", "65", "66", "67", "68", "69", "81", "82",
	    "84", "85", "86", "88", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99"};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (d[0] == codes[i][0] && d[1] == codes[i][1])
			return true;
	return d[0] == '1' || d[0] == '7';
}

/* North America: area and exchange begin with 2 to 9. Russia and Kazakhstan: eleven digits. */
static bool is_phone_number(const char *d, size_t n, bool parted)
{
	if (n < (parted ? 8 : 10) || n > 15 || !is_country(d))
		return false;
	if (d[0] == '1')
		return n == 11 && d[1] >= '2' && d[4] >= '2';
	if (d[0] == '7')
		return n == 11;
	size_t same = 0;
	for (size_t i = 3; i < n; i++)
		same += d[i] == d[2];
	return same < n - 3;
}

static bool is_phone(struct str s, size_t plus, size_t *at, size_t *len)
{
	char digits[16];
	size_t n = 0, i = plus + 1, end = i, groups = 1;
	char before = plus ? s.ptr[plus - 1] : ' ';
	if ((!begins(s, plus) && plus) || before == '+' || before == '.' || before == '=' || before == '%' ||
	    before == '/' || (is_word(before) && !begins(s, plus)))
		return false;
	while (i < s.len && n < sizeof digits) {
		if (is_digit(s.ptr[i])) {
			digits[n++] = s.ptr[i++];
			end = i;
			continue;
		}
		size_t sep = i;
		while (sep < s.len && sep - i < 2 && strchr(" -.()/", s.ptr[sep]) && s.ptr[sep])
			sep++;
		if (sep == i || !is_digit(at_or_0(s, sep)) || n == 0)
			break;
		groups++;
		i = sep;
	}
	if (n == sizeof digits || is_word(at_or_0(s, end)) || groups > 7)
		return false;
	if (!is_phone_number(digits, n, groups > 1))
		return false;
	*at = plus;
	*len = end - plus;
	return true;
}

/* ---------------------------------------------------------------- IBAN */

/* Length by country: SWIFT IBAN Registry, release 97. */
static size_t iban_length(const char *country)
{
	static const char table[] =
	    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18"
	    "FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21"
	    "LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24"
	    "SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";
	for (size_t i = 0; i + 4 < sizeof table; i += 4)
		if (table[i] == country[0] && table[i + 1] == country[1])
			return (size_t)(table[i + 2] - '0') * 10 + (size_t)(table[i + 3] - '0');
	return 0;
}

static unsigned mod97(const char *iban, size_t n)
{
	unsigned rest = 0;
	for (size_t i = 0; i < n; i++) {
		char c = iban[(i + 4) % n];
		unsigned value = is_digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'A') + 10;
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest;
}

static bool is_iban(struct str s, size_t begin, size_t *at, size_t *len)
{
	char iban[34];
	size_t want = iban_length(s.ptr + begin), n = 0, i = begin;
	while (want && i < s.len && n < want) {
		char c = s.ptr[i];
		if (is_digit(c) || is_upper(c))
			iban[n++] = c;
		else if (c != ' ' || n % 4 || !n)
			break;
		i++;
	}
	if (!want || n < want || is_word(at_or_0(s, i)) || !is_digit(iban[2]) || !is_digit(iban[3]) ||
	    mod97(iban, n) != 1)
		return false;
	*at = begin;
	*len = i - begin;
	return true;
}

/* ---------------------------------------------------------------- cards */

static bool luhn(const char *d, size_t n)
{
	int sum = 0;
	for (size_t i = 0; i < n; i++) {
		int v = d[n - 1 - i] - '0';
		v = i % 2 ? v * 2 : v;
		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

static int first_digits(const char *d, int n)
{
	int v = 0;
	for (int i = 0; i < n; i++)
		v = v * 10 + (d[i] - '0');
	return v;
}

/* Issuers' ranges and lengths. Numbers written in one go are taken only at the lengths that cards in use have. */
static bool is_issued(const char *d, size_t n, bool grouped)
{
	int two = first_digits(d, 2), three = first_digits(d, 3), four = first_digits(d, 4);
	if (d[0] == '4' || (two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
		return n == 16;
	if (two == 34 || two == 37)
		return n == 15;
	if (four == 6011 || two == 65 || (three >= 644 && three <= 649) || (four >= 3528 && four <= 3589))
		return n == 16;
	if (grouped && ((three >= 300 && three <= 305) || two == 36 || two == 38))
		return n == 14;
	return grouped && two == 62 && n >= 16 && n <= 19;
}

/* 4-4-4-4 (to -3), 4-6-5, 4-6-4 with one and the same separator, or in one go. */
static bool is_grouped_well(const size_t *group, int n)
{
	if (n == 3)
		return group[0] == 4 && group[1] == 6 && (group[2] == 5 || group[2] == 4);
	if (n < 4 || n > 5)
		return false;
	for (int i = 0; i < 4; i++)
		if (group[i] != 4)
			return false;
	return true;
}

/* What the number is called just before it: "order_id": 4539…, ts=… */
static bool is_called_otherwise(struct str s, size_t at)
{
	static const char *const ends[] = {"id",   "ids",    "uid",  "order",   "orders",   "ts",   "time", "timestamp",
	                                   "seed", "hash",   "size", "invoice", "tracking", "ref",  "isbn", "nonce",
	                                   "sku",  "serial", "imei", "ticket",  "version",  "bytes"};
	size_t i = at, skipped = 0;
	while (i && skipped < 6 && strchr("\"': =#\\[(,.", s.ptr[i - 1])) {
		i--;
		skipped++;
	}
	size_t end = i;
	while (i && is_alnum(s.ptr[i - 1]) && end - i < 16)
		i--;
	struct str word = str_cut(s, i, end - i);
	for (size_t k = 0; k < sizeof ends / sizeof *ends; k++)
		if (str_ieq(word, ends[k]))
			return true;
	/* orderId, traceId */
	return word.len > 2 && (str_ends(word, "Id") || str_ends(word, "ID"));
}

static bool is_card(struct str s, size_t begin, size_t *at, size_t *len)
{
	char digits[20];
	size_t n = 0, i = begin, group[6] = {0};
	int groups = 0;
	char sep = '\0', before = begin ? s.ptr[begin - 1] : ' ';
	if (before && strchr(".-+,/:$", before) && (before != ':' || is_alnum(begin > 1 ? s.ptr[begin - 2] : ' ')))
		return false;
	for (;;) {
		while (i < s.len && is_digit(s.ptr[i]) && n < sizeof digits) {
			digits[n++] = s.ptr[i++];
			group[groups]++;
		}
		char c = at_or_0(s, i);
		if ((c != ' ' && c != '-') || (sep && c != sep) || !is_digit(at_or_0(s, i + 1)) || groups == 4 ||
		    n == sizeof digits)
			break;
		sep = c;
		groups++;
		i++;
	}
	char after = at_or_0(s, i), next = at_or_0(s, i + 1);
	if (n < 14 || n > 19 || is_word(after) || after == '%' ||
	    ((after == '.' || after == ',' || after == '-') && is_word(next)) ||
	    (groups && !is_grouped_well(group, groups + 1)) || !is_issued(digits, n, groups > 0) || !luhn(digits, n))
		return false;
	bool all_same = true;
	for (size_t k = 1; k < n; k++)
		all_same = all_same && digits[k] == digits[0];
	if (all_same || (!groups && is_called_otherwise(s, begin)))
		return false;
	*at = begin;
	*len = i - begin;
	return true;
}

/* ---------------------------------------------------------------- secrets */

static bool in_key(char c)
{
	return is_alnum(c) || c == '_' || c == '-';
}

static bool in_base64url(char c)
{
	return is_alnum(c) || c == '_' || c == '-';
}

/* Drawn by lot rather than written by a person: digits and letters mixed, one piece without a dash long enough. */
static bool is_random(struct str key, size_t piece)
{
	size_t digits = 0, letters = 0, longest = 0, now = 0;
	for (size_t i = 0; i < key.len; i++) {
		digits += is_digit(key.ptr[i]);
		letters += is_upper(key.ptr[i]) || is_lower(key.ptr[i]);
		now = is_alnum(key.ptr[i]) ? now + 1 : 0;
		longest = now > longest ? now : longest;
	}
	return digits >= 2 && letters >= 2 && longest >= piece && !is_placeholder(key);
}

/* Shapes as published: GitHub and GitLab token formats, AWS access key ids, Google API keys, Slack and Stripe tokens, OpenAI, Anthropic,
 * OpenRouter, Langfuse, Hugging Face, npm, PyPI, SendGrid. least: bytes after the prefix; piece: the longest part without dashes. */
static const struct {
	const char *prefix;
	size_t least, piece;
} shapes[] = {
    {"sk-lf-",      36, 8 },
    {"sk-",         20, 16},
    {"sk_live_",    16, 16},
    {"rk_live_",    16, 16},
    {"ghp_",        36, 36},
    {"gho_",        36, 36},
    {"ghu_",        36, 36},
    {"ghs_",        36, 36},
    {"ghr_",        36, 36},
    {"github_pat_", 40, 20},
    {"glpat-",      20, 10},
    {"AIza",        35, 10},
    {"xoxb-",       20, 10},
    {"xoxp-",       20, 10},
    {"xoxa-",       20, 10},
    {"xoxs-",       20, 10},
    {"xapp-",       20, 10},
    {"hf_",         30, 30},
    {"npm_",        36, 36},
    {"pypi-AgE",    50, 20},
    {"lsv2_pt_",    32, 32},
    {"lsv2_sk_",    32, 32},
};

static bool is_aws(struct str s, size_t begin, size_t *len)
{
	size_t n = run(s, begin, is_alnum, KEY_MOST);
	if (n != 20 || (!str_starts(str_from(s, begin), "AKIA") && !str_starts(str_from(s, begin), "ASIA")))
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_lower(s.ptr[begin + i]))
			return false;
	*len = n;
	return !is_word(at_or_0(s, begin + n)) && !is_placeholder(str_cut(s, begin, n));
}

/* Three parts of base64url, the first two JSON objects: RFC 7519. */
static bool is_jwt(struct str s, size_t begin, size_t *len)
{
	size_t i = begin;
	for (int part = 0; part < 3; part++) {
		size_t n = run(s, i, in_base64url, (size_t)KEY_MOST * 4);
		if (n < 10 || (part < 2 && (!str_starts(str_from(s, i), "eyJ") || at_or_0(s, i + n) != '.')))
			return false;
		i += n + (part < 2);
	}
	*len = i - begin;
	return true;
}

/* RFC 7468; a key without an end goes on to the end of the text. */
static bool is_private_key(struct str s, size_t begin, size_t *len)
{
	struct str rest = str_from(s, begin), head = str_cut(rest, 0, 64);
	size_t named = str_find(head, STR_LIT("PRIVATE KEY-----"));
	if (!str_starts(rest, "-----BEGIN ") || named == SIZE_MAX || str_find_char(head, '\n') < named)
		return false;
	struct str body = str_from(rest, named + 16);
	size_t end = str_find(str_cut(body, 0, 1 << 14), STR_LIT("-----END "));
	size_t after = end == SIZE_MAX ? SIZE_MAX : str_find(str_cut(body, end, 64), STR_LIT("KEY-----"));
	struct str inside = str_cut(body, 0, end == SIZE_MAX ? 64 : end);
	size_t letters = 0;
	for (size_t i = 0; i < inside.len; i++)
		letters += is_alnum(inside.ptr[i]);
	*len = after == SIZE_MAX ? named + 16 : named + 16 + end + after + 8;
	return letters >= 24 && !is_placeholder(str_cut(inside, 0, 64));
}

static bool is_secret(struct str s, size_t begin, size_t *len)
{
	struct str rest = str_from(s, begin);
	/* Inside a longer key, or one of many in a row: what began before has been looked at. */
	if (begin && (s.ptr[begin - 1] == '-' || s.ptr[begin - 1] == '_'))
		return false;
	if (is_aws(s, begin, len))
		return true;
	if (str_starts(rest, "eyJ"))
		return is_jwt(s, begin, len);
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		if (!str_starts(rest, shapes[i].prefix))
			continue;
		size_t prefix = strlen(shapes[i].prefix), n = run(s, begin + prefix, in_key, KEY_MOST);
		*len = prefix + n;
		return n >= shapes[i].least && is_random(str_cut(rest, prefix, n), shapes[i].piece);
	}
	return false;
}

/* ---------------------------------------------------------------- all of them */

/* Two bytes that may begin something: the first in a group, the second in the same. Nearly all text is passed over by one look at each of two
 * tables. */
enum pair {
	SIGN = 1 << 0, /* @ and what a host name begins with */
	PLUS = 1 << 1,
	DIGIT = 1 << 2,
	DASH = 1 << 3,
	CAPITAL = 1 << 4,  /* a country of an IBAN, a key of AWS or Google */
	K_SECOND = 1 << 5, /* sk- rk_ */
	G_FIRST = 1 << 6,  /* ghp_ glpat- github_pat_ */
	X_FIRST = 1 << 7,  /* xoxb- xapp- */
	Y_SECOND = 1 << 8, /* eyJ pypi- */
	NP = 1 << 9,       /* npm_ */
	HF = 1 << 10,      /* hf_ */
	LS = 1 << 11,      /* lsv2_ */
};
/* clang-format off */
static const uint16_t firsts[256] = {
    ['+'] = PLUS, ['-'] = DASH, ['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT,
    ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT, ['@'] = SIGN, ['A'] = CAPITAL,
    ['B'] = CAPITAL, ['C'] = CAPITAL, ['D'] = CAPITAL, ['E'] = CAPITAL, ['F'] = CAPITAL, ['G'] = CAPITAL,
    ['H'] = CAPITAL, ['I'] = CAPITAL, ['J'] = CAPITAL, ['K'] = CAPITAL, ['L'] = CAPITAL, ['M'] = CAPITAL,
    ['N'] = CAPITAL, ['O'] = CAPITAL, ['P'] = CAPITAL, ['Q'] = CAPITAL, ['R'] = CAPITAL, ['S'] = CAPITAL,
    ['T'] = CAPITAL, ['U'] = CAPITAL, ['V'] = CAPITAL, ['W'] = CAPITAL, ['X'] = CAPITAL, ['Y'] = CAPITAL,
    ['Z'] = CAPITAL, ['e'] = Y_SECOND, ['g'] = G_FIRST, ['h'] = HF, ['l'] = LS, ['n'] = NP, ['p'] = Y_SECOND,
    ['r'] = K_SECOND, ['s'] = K_SECOND, ['x'] = X_FIRST,
};
static const uint16_t seconds[256] = {
    ['-'] = DASH, ['0'] = SIGN | PLUS | DIGIT, ['1'] = SIGN | PLUS | DIGIT, ['2'] = SIGN | PLUS | DIGIT,
    ['3'] = SIGN | PLUS | DIGIT, ['4'] = SIGN | PLUS | DIGIT, ['5'] = SIGN | PLUS | DIGIT,
    ['6'] = SIGN | PLUS | DIGIT, ['7'] = SIGN | PLUS | DIGIT, ['8'] = SIGN | PLUS | DIGIT,
    ['9'] = SIGN | PLUS | DIGIT, ['A'] = SIGN | CAPITAL, ['B'] = SIGN | CAPITAL, ['C'] = SIGN | CAPITAL,
    ['D'] = SIGN | CAPITAL, ['E'] = SIGN | CAPITAL, ['F'] = SIGN | CAPITAL, ['G'] = SIGN | CAPITAL,
    ['H'] = SIGN | CAPITAL, ['I'] = SIGN | CAPITAL, ['J'] = SIGN | CAPITAL, ['K'] = SIGN | CAPITAL,
    ['L'] = SIGN | CAPITAL, ['M'] = SIGN | CAPITAL, ['N'] = SIGN | CAPITAL, ['O'] = SIGN | CAPITAL,
    ['P'] = SIGN | CAPITAL, ['Q'] = SIGN | CAPITAL, ['R'] = SIGN | CAPITAL, ['S'] = SIGN | CAPITAL,
    ['T'] = SIGN | CAPITAL, ['U'] = SIGN | CAPITAL, ['V'] = SIGN | CAPITAL, ['W'] = SIGN | CAPITAL,
    ['X'] = SIGN | CAPITAL, ['Y'] = SIGN | CAPITAL, ['Z'] = SIGN | CAPITAL, ['a'] = SIGN | X_FIRST, ['b'] = SIGN,
    ['c'] = SIGN, ['d'] = SIGN, ['e'] = SIGN, ['f'] = SIGN | HF, ['g'] = SIGN, ['h'] = SIGN | G_FIRST,
    ['i'] = SIGN | G_FIRST, ['j'] = SIGN, ['k'] = SIGN | K_SECOND, ['l'] = SIGN | G_FIRST, ['m'] = SIGN, ['n'] = SIGN,
    ['o'] = SIGN | X_FIRST, ['p'] = SIGN | NP, ['q'] = SIGN, ['r'] = SIGN, ['s'] = SIGN | LS, ['t'] = SIGN,
    ['u'] = SIGN, ['v'] = SIGN, ['w'] = SIGN, ['x'] = SIGN, ['y'] = SIGN | Y_SECOND, ['z'] = SIGN,
};
/* clang-format on */

/* Does what begins (or, of '@', is) at i count? from: nothing before it is part of anything. */
static bool look(struct str s, size_t i, size_t from, size_t *at, size_t *len, enum personal *kind)
{
	*at = i;
	char c = s.ptr[i];
	if (c == '@') {
		*kind = PERSONAL_SECRET;
		if (is_url_password(s, i, from, at, len))
			return true;
		*kind = PERSONAL_EMAIL;
		return is_email(s, i, from, at, len);
	}
	if (c == '+') {
		*kind = PERSONAL_PHONE;
		return is_phone(s, i, at, len);
	}
	*kind = PERSONAL_SECRET;
	if (c == '-')
		return is_private_key(s, i, len);
	if (!begins(s, i))
		return false;
	if (is_digit(c)) {
		*kind = PERSONAL_CARD;
		return is_card(s, i, at, len);
	}
	if (is_upper(c) && is_digit(at_or_0(s, i + 2))) {
		*kind = PERSONAL_IBAN;
		return is_iban(s, i, at, len);
	}
	return (is_lower(c) || c == 'A') && is_secret(s, i, len);
}

bool personal_next(struct str text, size_t *at, size_t *len, enum personal *kind)
{
	size_t from = *at;
	const unsigned char *s = (const unsigned char *)text.ptr;
	for (size_t i = from; i + 1 < text.len; i++)
		if (firsts[s[i]] & seconds[s[i + 1]] && look(text, i, from, at, len, kind))
			return true;
	return false;
}

/* ---------------------------------------------------------------- words */

static const struct {
	const char *one, *many;
} kinds[N_PERSONALS] = {
    [PERSONAL_EMAIL] = {"e-mail address", "e-mail addresses"},
    [PERSONAL_PHONE] = {"phone number",   "phone numbers"   },
    [PERSONAL_IBAN] = {"bank account",   "bank accounts"   },
    [PERSONAL_CARD] = {"card number",    "card numbers"    },
    [PERSONAL_SECRET] = {"secret",         "secrets"         },
};

const char *personal_name(enum personal kind)
{
	return kinds[kind].one;
}

const char *personal_plural(enum personal kind)
{
	return kinds[kind].many;
}

/* Of a secret no more than its kind's prefix: up to the first dash or underscore, or four bytes of a fixed one. */
static size_t secret_prefix(struct str found)
{
	if (str_starts(found, "-----BEGIN"))
		return 10;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (str_starts(found, shapes[i].prefix))
			return strlen(shapes[i].prefix);
	return str_starts(found, "AKIA") || str_starts(found, "ASIA") ? 4 : str_starts(found, "eyJ") ? 3 : 0;
}

/* The last four signs, without what parts them. */
static void add_tail(struct buf *out, struct str found)
{
	char tail[4];
	size_t n = 0;
	for (size_t i = found.len; i-- > 0 && n < sizeof tail;)
		if (is_alnum(found.ptr[i]))
			tail[n++] = found.ptr[i];
	while (n)
		buf_add_char(out, tail[--n]);
}

void personal_mask(struct buf *out, struct str found, enum personal kind)
{
	size_t host = kind == PERSONAL_EMAIL ? str_find_char(found, '@') : SIZE_MAX, head = kind == PERSONAL_EMAIL   ? 1
	                                                                                    : kind == PERSONAL_PHONE ? 3
	                                                                                    : kind == PERSONAL_IBAN  ? 4
	                                                                                    : kind == PERSONAL_SECRET
	                                                                                        ? secret_prefix(found)
	                                                                                        : 0;
	buf_add_str(out, str_cut(found, 0, head));
	buf_add_cstr(out, "…");
	if (kind == PERSONAL_EMAIL && host != SIZE_MAX)
		buf_add_str(out, str_from(found, host));
	else if (kind == PERSONAL_IBAN || kind == PERSONAL_CARD)
		add_tail(out, found);
}
