#include "store/base/jsonc.h"

#include <math.h>
#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"

/* Behind the string that begins at i; one that does not end on its line is a mistake of that line. */
static size_t string_end(const char *s, size_t n, size_t i)
{
	for (i++; i < n && s[i] != '"' && s[i] != '\n'; i++)
		if (s[i] == '\\' && i + 1 < n && s[i + 1] != '\n')
			i++;
	return i < n ? i + 1 : n;
}

/* Behind the comment at i; SIZE_MAX: it has no end. */
static size_t comment_end(struct str text, size_t i)
{
	bool line = text.ptr[i + 1] == '/';
	size_t at = str_find(str_from(text, i + 2), line ? STR_LIT("\n") : STR_LIT("*/"));
	if (at == SIZE_MAX)
		return line ? text.len : SIZE_MAX;
	return i + 2 + at + (line ? 0 : 2);
}

static bool is_comment(const char *s, size_t n, size_t i)
{
	return s[i] == '/' && i + 1 < n && (s[i + 1] == '/' || s[i + 1] == '*');
}

static void blank(char *s, size_t from, size_t end)
{
	for (size_t k = from; k < end; k++)
		if (s[k] != '\n')
			s[k] = ' ';
}

size_t jsonc_comments(char *s, size_t n, bool commas)
{
	size_t comma = SIZE_MAX, i = 0;
	while (i < n) {
		if (is_comment(s, n, i)) {
			size_t end = comment_end((struct str){s, n}, i);
			blank(s, i, end == SIZE_MAX ? n : end);
			if (end == SIZE_MAX)
				return i;
			i = end;
			continue;
		}
		if (commas && (s[i] == '}' || s[i] == ']') && comma != SIZE_MAX)
			s[comma] = ' ';
		if (s[i] == ',')
			comma = i;
		else if (!s[i] || !strchr(" \t\r\n", s[i]))
			comma = SIZE_MAX;
		i = s[i] == '"' ? string_end(s, n, i) : i + 1;
	}
	return SIZE_MAX;
}

void jsonc_blank(char *s, size_t n)
{
	jsonc_comments(s, n, true);
}

void jsonc_place(struct str text, size_t at, size_t *line, size_t *column)
{
	size_t begin = 0;
	*line = 1;
	at = at < text.len ? at : text.len;
	for (size_t i = 0; i < at; i++)
		if (text.ptr[i] == '\n') {
			++*line;
			begin = i + 1;
		}
	*column = text_n_codes(str_cut(text, begin, at - begin)) + 1;
}

void jsonc_suggest(struct buf *out, struct str word, const char *const *names, size_t n, size_t stride)
{
	struct near near = {.word = word};
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		const char *name = *(const char *const *)(const void *)((const char *)names + i * stride);
		near_try(&near, name);
		buf_printf(&all, "%s%s", i ? ", " : "; there are ", name);
	}
	if (near.name)
		near_say(&near, out);
	else
		buf_add_str(out, buf_str(&all));
	buf_done(&all);
}

bool jsonc_duration(struct str text, int64_t *ns)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = {
	    {"ns",  1       },
            {"us",  1e3     },
            {"µs", 1e3     },
            {"ms",  1e6     },
            {"s",   1e9     },
	    {"min", 60e9    },
            {"m",   60e9    },
            {"h",   3600e9  },
            {"d",   86400e9 },
            {"w",   604800e9}
        };
	double sum = 0;
	if (!text.len)
		return false;
	while (text.len) {
		size_t digits = 0;
		double number;
		while (digits < text.len &&
		       ((text.ptr[digits] >= '0' && text.ptr[digits] <= '9') || text.ptr[digits] == '.'))
			digits++;
		if (!digits || !scan_double(str_cut(text, 0, digits), &number))
			return false;
		text = str_from(text, digits);
		size_t i = 0;
		while (i < sizeof units / sizeof *units && !str_starts(text, units[i].name))
			i++;
		if (i == sizeof units / sizeof *units)
			return false;
		sum += number * units[i].ns;
		text = str_from(text, strlen(units[i].name));
	}
	if (sum > 9e18)
		return false;
	*ns = (int64_t)llround(sum); /* 4.1 · 1e9 lies below 4100000000 */
	return true;
}
