#include "store/base/near.h"

#include <string.h>

enum { NEAR_MAX = 40 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance with neighbours exchanged as one edit (optimal string alignment). Both at most NEAR_MAX bytes. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][NEAR_MAX + 1];
	for (size_t k = 0; k <= b.len; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = rows[i % 3], *last = rows[(i - 1) % 3];
		now[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			size_t edit = last[k - 1] + (a.ptr[i - 1] != b.ptr[k - 1]);
			now[k] = least(edit, least(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a.ptr[i - 1] == b.ptr[k - 2] && a.ptr[i - 2] == b.ptr[k - 1])
				now[k] = least(now[k], rows[(i - 2) % 3][k - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

void near_try(struct near *n, const char *name)
{
	struct str other = str_of(name);
	if (n->word.len == 0 || n->word.len > NEAR_MAX || other.len > NEAR_MAX)
		return;
	size_t d = distance(n->word, other);
	if (n->word.len >= 2 && other.len > n->word.len && memcmp(other.ptr, n->word.ptr, n->word.len) == 0)
		d = 1; /* "dur" for "duration_ns" */
	if (d > 2 || d * 2 > other.len || (n->name && d >= n->distance))
		return;
	n->name = name;
	n->distance = d;
}

void near_say(const struct near *n, struct buf *out)
{
	if (n->name)
		buf_printf(out, " (did you mean %s?)", n->name);
}
