#include "store/base/media.h"

#include "store/base/units.h"

enum {
	HEAD_MAX = 200, /* of a data: URI, up to the comma */
	LINE_MIN = 60   /* base64 in lines has long ones: what is shorter ends it */
};

static int digit_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* ---------------------------------------------------------------- a run of base64 */

struct run {
	size_t len;    /* bytes of the text it takes, with padding, breaks and escapes */
	size_t digits; /* base64 characters */
	bool upper, lower, number;
	bool bad_end; /* a padding that cannot be */
};

/* Bytes of a break or an escape within base64 at text[i]: a line break, \n, \r, or the backslash before a slash; 0: none. */
static size_t skipped(struct str text, size_t i)
{
	if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
		return 1;
	if (text.ptr[i] != '\\' || i + 1 >= text.len)
		return 0;
	char c = text.ptr[i + 1];
	return c == 'n' || c == 'r' ? 2 : c == '/' ? 1 : 0;
}

static void count_digit(struct run *run, char c)
{
	run->digits++;
	run->upper |= c >= 'A' && c <= 'Z';
	run->lower |= c >= 'a' && c <= 'z';
	run->number |= c >= '0' && c <= '9';
}

static struct run run_at(struct str text, size_t from)
{
	struct run run = {0};
	size_t i = from, padding = 0, end = from, line = 0;
	while (i < text.len) {
		size_t skip = skipped(text, i);
		bool slash = skip == 1 && text.ptr[i] == '\\';
		if (skip && !slash && line > 0 && line < LINE_MIN)
			break;
		if (skip) {
			line = slash ? line : 0;
			i += skip;
			continue;
		}
		if (digit_of(text.ptr[i]) < 0)
			break;
		count_digit(&run, text.ptr[i]);
		line++;
		end = ++i;
	}
	/* Breaks at its end are not its own, unless padding follows. */
	while (i < text.len && text.ptr[i] == '=' && padding < 2) {
		padding++;
		end = ++i;
	}
	run.len = end - from;
	run.bad_end = run.digits % 4 == 1 || (padding && (run.digits + padding) % 4 != 0);
	return run;
}

static size_t decoded_size(size_t digits)
{
	return digits / 4 * 3 + (digits % 4 ? digits % 4 - 1 : 0);
}

/* ---------------------------------------------------------------- what it is */

/* The first bytes of files as base64 begins with them. */
static const struct {
	const char *begins, *type;
} beginnings[] = {
    {"iVBORw0KGg", "image/png"       },
    {"/9j/",       "image/jpeg"      },
    {"R0lGOD",     "image/gif"       },
    {"UklGR",      "application/riff"}, /* WebP or WAV: see riff_type */
    {"PHN2Z",      "image/svg+xml"   },
    {"SUQz",       "audio/mpeg"      },
    {"T2dnUw",     "audio/ogg"       },
    {"ZkxhQ",      "audio/flac"      },
    {"JVBERi0",    "application/pdf" },
    {"UEsDB",      "application/zip" },
    {"H4sI",       "application/gzip"},
    {"GkXfo",      "video/webm"      },
};

static struct str riff_type(struct str body)
{
	char head[12] = "";
	size_t n = 0;
	unsigned bits = 0, have = 0;
	for (size_t i = 0; i < body.len && n < sizeof head; i++) {
		int digit = digit_of(body.ptr[i]);
		if (digit < 0)
			continue;
		bits = bits << 6 | (unsigned)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			head[n++] = (char)(bits >> have & 255);
		}
	}
	struct str kind = {head + 8, 4};
	return str_is(kind, "WAVE") ? STR_LIT("audio/wav") : str_is(kind, "WEBP") ? STR_LIT("image/webp") : STR_NONE;
}

static struct str type_of(struct str body)
{
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (str_starts(body, beginnings[i].begins))
			return str_is(str_of(beginnings[i].begins), "UklGR") ? riff_type(body)
			                                                     : str_of(beginnings[i].type);
	return STR_NONE;
}

const char *media_ending(struct str type)
{
	static const char *const endings[][2] = {
	    {"image/png",        ".png" },
	    {"image/jpeg",       ".jpg" },
	    {"image/jpg",        ".jpg" },
	    {"image/gif",        ".gif" },
	    {"image/webp",       ".webp"},
	    {"image/bmp",        ".bmp" },
	    {"image/svg+xml",    ".svg" },
	    {"audio/wav",        ".wav" },
	    {"audio/x-wav",      ".wav" },
	    {"wav",              ".wav" },
	    {"audio/mpeg",       ".mp3" },
	    {"audio/mp3",        ".mp3" },
	    {"mp3",              ".mp3" },
	    {"audio/ogg",        ".ogg" },
	    {"audio/flac",       ".flac"},
	    {"application/pdf",  ".pdf" },
	    {"application/zip",  ".zip" },
	    {"application/gzip", ".gz"  },
	    {"video/webm",       ".webm"},
	    {"video/mp4",        ".mp4" },
	    {"text/plain",       ".txt" },
	    {"text/csv",         ".csv" },
	    {"application/json", ".json"},
	};
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (str_ieq(type, endings[i][0]))
			return endings[i][1];
	return ".bin";
}

/* ---------------------------------------------------------------- finding */

static bool is_type_char(char c)
{
	return digit_of(c) >= 0 || c == '.' || c == ';' || c == '=' || c == '*' || c == '\\' || c == '"';
}

/* "data:image/png;base64," at text[at]: its length, and the type in it; 0: it is none. */
static size_t uri_head(struct str text, size_t at, struct str *type)
{
	struct str head = str_cut(text, at, HEAD_MAX);
	if (!str_starts(head, "data:"))
		return 0;
	size_t i = strlen("data:");
	while (i < head.len && is_type_char(head.ptr[i]))
		i++;
	struct str params = str_cut(head, 5, i - 5);
	if (i == head.len || head.ptr[i] != ',' || !str_ends(params, ";base64"))
		return 0;
	*type = str_cut(params, 0, str_find_char(params, ';'));
	return i + 1;
}

static bool uri_at(struct str text, size_t at, struct media *out)
{
	struct str type = STR_NONE;
	size_t head = uri_head(text, at, &type);
	if (!head)
		return false;
	struct run run = run_at(text, at + head);
	if (run.digits < 4 || run.bad_end)
		return false;
	struct str body = str_cut(text, at + head, run.len);
	*out = (struct media){.at = at,
	                      .len = head + run.len,
	                      .body = body,
	                      .type = type.len ? type : type_of(body),
	                      .bytes = decoded_size(run.digits)};
	return true;
}

static bool ends_string(struct str text, size_t at)
{
	return at == text.len || text.ptr[at] == '"' || text.ptr[at] == '\'' ||
	       (text.ptr[at] == '\\' && at + 1 < text.len && text.ptr[at + 1] == '"');
}

/* A run of base64 that is a whole value, and is worth being taken for one. */
static bool value_at(struct str text, size_t at, const struct run *run, struct media *out)
{
	struct str body = str_cut(text, at, run->len);
	bool begins = at == 0 || text.ptr[at - 1] == '"' || text.ptr[at - 1] == '\'';
	if (!begins || run->bad_end || run->digits < MEDIA_KNOWN || !ends_string(text, at + run->len))
		return false;
	struct str type = type_of(body);
	if (!type.len && (run->digits < MEDIA_BLIND || !run->upper || !run->lower || !run->number))
		return false;
	*out =
	    (struct media){.at = at, .len = run->len, .body = body, .type = type, .bytes = decoded_size(run->digits)};
	return true;
}

bool media_next(struct str text, size_t from, struct media *out)
{
	for (size_t i = from; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == 'd' && uri_at(text, i, out))
			return true;
		if (digit_of(c) < 0)
			continue;
		struct run run = run_at(text, i);
		if (value_at(text, i, &run, out))
			return true;
		/* On to the end of this word: in a run no value begins, but a data: URI may end it ("seedata:" does not count). */
		size_t end = i + (run.len ? run.len : 1);
		if (end < text.len && text.ptr[end] == ':' && end - i >= 4 && uri_at(text, end - 4, out))
			return true;
		i = end - 1;
	}
	return false;
}

bool media_of(struct str value, struct str type, struct media *out)
{
	value = str_trim(value);
	if (!uri_at(value, 0, out)) {
		struct run run = run_at(value, 0);
		if (run.len != value.len || run.digits < 2 || run.bad_end)
			return false;
		*out = (struct media){
		    .len = value.len, .body = value, .type = type_of(value), .bytes = decoded_size(run.digits)};
	}
	if (type.len && (!out->type.len || str_find_char(type, '/') != SIZE_MAX))
		out->type = type;
	return out->len == value.len;
}

/* ---------------------------------------------------------------- showing and decoding */

void media_word(struct buf *out, struct str type, size_t bytes)
{
	buf_add_char(out, '[');
	buf_add_str(out, type.len ? str_cut(type, 0, 60) : STR_LIT("base64"));
	buf_add_cstr(out, ", ");
	units_thousands(out, (int64_t)bytes);
	buf_add_cstr(out, bytes == 1 ? " byte]" : " bytes]");
}

bool media_shown(struct buf *out, struct str text)
{
	struct media m;
	size_t from = 0;
	while (media_next(text, from, &m)) {
		buf_add_str(out, str_cut(text, from, m.at - from));
		media_word(out, m.type, m.bytes);
		from = m.at + m.len;
	}
	if (from)
		buf_add_str(out, str_from(text, from));
	return from > 0;
}

static bool not_base64(struct buf *out, size_t had, struct err *err)
{
	if (out->ptr) {
		out->len = had;
		out->ptr[had] = '\0';
	}
	return err_set(err, ERR_INPUT, NULL, "this is not base64 as it should be: it cannot be decoded");
}

bool media_decode(struct buf *out, struct str base64, struct err *err)
{
	struct run run = run_at(base64, 0);
	size_t had = out->len;
	unsigned bits = 0, have = 0;
	if (run.len != base64.len || run.bad_end || run.digits == 0)
		return not_base64(out, had, err);
	if (decoded_size(run.digits) > MEDIA_MAX)
		return err_set(err, ERR_INPUT, NULL, "this is more than %d MB: it is not decoded", MEDIA_MAX >> 20);
	buf_reserve(out, decoded_size(run.digits) + 1);
	for (size_t i = 0; i < base64.len; i++) {
		size_t skip = skipped(base64, i);
		int digit = skip ? -1 : digit_of(base64.ptr[i]);
		i += skip ? skip - 1 : 0;
		if (digit < 0)
			continue; /* breaks and padding: run_at has looked at them */
		bits = (bits << 6 | (unsigned)digit) & 0xFFFFFF;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_add_char(out, (char)(bits >> have & 255));
		}
	}
	if (bits & ((1U << have) - 1))
		return not_base64(out, had, err);
	return true;
}
