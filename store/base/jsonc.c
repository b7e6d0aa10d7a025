#include "store/base/jsonc.h"

#include <math.h>
#include <string.h>

#include "store/base/near.h"
#include "store/base/text.h"

void jsonc_blank(char *s, size_t n)
{
	size_t comma = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"') {
			for (i++; i < n && s[i] != '"'; i++)
				i += s[i] == '\\';
			comma = SIZE_MAX;
		} else if (s[i] == '/' && i + 1 < n && (s[i + 1] == '/' || s[i + 1] == '*')) {
			bool line = s[i + 1] == '/';
			size_t from = i;
			while (i < n && (line ? s[i] != '\n' : i < from + 3 || s[i] != '/' || s[i - 1] != '*'))
				i++;
			size_t end = i < n && !line ? i + 1 : i;
			for (size_t k = from; k < end; k++)
				if (s[k] != '\n')
					s[k] = ' ';
			i = end - 1;
		} else if (s[i] == ',') {
			comma = i;
		} else if (s[i] == '}' || s[i] == ']') {
			if (comma != SIZE_MAX)
				s[comma] = ' ';
			comma = SIZE_MAX;
		} else if (!strchr(" \t\r\n", s[i]) || !s[i]) {
			comma = SIZE_MAX;
		}
	}
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
