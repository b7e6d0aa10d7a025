/* A rule into the file of rules: its text grows, nothing else in it moves. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/base/file.h"
#include "store/base/jsonc.h"
#include "store/check/rules_private.h"

enum { FILE_BYTES = 1 << 20, PATH_MOST = 4096 };

/* ---------------------------------------------------------------- where in the text */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Is there a comma between two places, outside of comments? */
static bool has_comma(struct str text, size_t at, size_t end)
{
	while (at < end) {
		bool line = str_starts(str_from(text, at), "//"), block = str_starts(str_from(text, at), "/*");
		if (text.ptr[at] == ',')
			return true;
		size_t skip =
		    line || block ? str_find(str_from(text, at + 2), line ? STR_LIT("\n") : STR_LIT("*/")) : 0;
		if (skip == SIZE_MAX)
			return false;
		at += line || block ? skip + 2 + (block ? 2U : 0U) : 1;
	}
	return false;
}

/* Blanks at the beginning of the line that `at` is in. */
static struct str indent_of(struct str text, size_t at)
{
	size_t begin = at, end;
	while (begin && text.ptr[begin - 1] != '\n')
		begin--;
	for (end = begin; end < at && (text.ptr[end] == ' ' || text.ptr[end] == '\t');)
		end++;
	return str_cut(text, begin, end - begin);
}

struct cut {                      /* the container that grows: its closing bracket, and the end of its last element */
	size_t open, close, last; /* last: SIZE_MAX: it is empty */
	size_t first;             /* where its last element begins */
};

static struct cut cut_of(struct val v)
{
	struct cut c = {.open = val_offset(v), .last = SIZE_MAX};
	c.close = c.open + val_raw(v).len - 1;
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		c.first = val_offset(m.key.scan ? m.key : m.val);
		c.last = val_offset(m.val) + val_raw(m.val).len;
	}
	return c;
}

/* text with `piece` as the container's new last element. */
static void grow(struct str text, const struct cut *c, struct str piece, struct buf *out)
{
	size_t at = c->close, from = 0;
	while (at > c->open + 1 && is_blank(text.ptr[at - 1]))
		at--;
	if (c->last != SIZE_MAX) {
		buf_add_str(out, str_cut(text, 0, c->last));
		if (!has_comma(text, c->last, c->close))
			buf_add_char(out, ',');
		from = c->last;
	}
	buf_add_str(out, str_cut(text, from, at - from));
	struct str inner = c->last != SIZE_MAX ? indent_of(text, c->first) : STR_NONE,
	           outer = indent_of(text, c->close);
	bool lines = memchr(text.ptr + c->open, '\n', c->close - c->open) != NULL;
	buf_add_char(out, '\n');
	if (lines && inner.len > outer.len)
		buf_add_str(out, inner);
	else
		buf_printf(out, STR_FMT "  ", STR_ARG(outer));
	buf_add_str(out, piece);
	if (memchr(text.ptr + at, '\n', c->close - at))
		buf_add_str(out, str_cut(text, at, c->close - at));
	else
		buf_printf(out, "\n" STR_FMT, STR_ARG(outer));
	buf_add_str(out, str_from(text, c->close));
}

bool rules_insert(struct str file, struct str rule, struct buf *out)
{
	struct scan scan = SCAN_INIT;
	char *copy = xstrndup(file);
	bool ok = false;
	if (!str_trim(file).len) {
		buf_printf(out, "{\n  \"rules\": [\n    ");
		buf_add_str(out, rule);
		buf_add_cstr(out, "\n  ]\n}\n");
		free(copy);
		return true;
	}
	jsonc_blank(copy, file.len);
	if (scan_text(&scan, (struct str){copy, file.len}, &(struct scan_opts){.last = true}) &&
	    val_is(scan_root(&scan), SCAN_OBJECT)) {
		struct val list = val_get(scan_root(&scan), "rules");
		struct cut c = cut_of(list.scan ? list : scan_root(&scan));
		struct buf piece = BUF_INIT;
		ok = !list.scan || val_is(list, SCAN_ARRAY);
		if (!list.scan)
			buf_add_cstr(&piece, "\"rules\": [\n    ");
		buf_add_str(&piece, rule);
		if (!list.scan)
			buf_add_cstr(&piece, "\n  ]");
		if (ok)
			grow(file, &c, buf_str(&piece), out);
		buf_done(&piece);
	}
	scan_done(&scan);
	free(copy);
	return ok;
}

/* ---------------------------------------------------------------- the file */

bool rules_parse_one(struct str rule, int64_t now_ns, struct rules **out, struct err *err)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "{\"rules\": [");
	buf_add_str(&text, rule);
	buf_add_cstr(&text, "]}");
	bool ok = rules_parse(buf_str(&text), "the rule", now_ns, out, err);
	buf_done(&text);
	if (ok && rules_n(*out) != 1) {
		rules_free(*out);
		*out = NULL;
		return err_set(err, ERR_USAGE, NULL, "one rule { … } is asked for");
	}
	return ok;
}

/* A link stays one: what it points to is written. The file keeps its mode. */
static bool replace(const char *path, struct str text, struct err *err)
{
	char *real = realpath(path, NULL);
	struct stat st;
	bool there = real && stat(real, &st) == 0;
	bool ok = (there || file_make_dir_of(path, err)) && file_replace(there ? real : path, text, err);
	if (ok && there)
		ok = chmod(real, st.st_mode & 0777) == 0 ||
		     err_set(err, ERR_SYSTEM, NULL, "cannot set the mode of %s", real);
	free(real);
	return ok;
}

bool rules_save(const char *path, struct str rule, int64_t now_ns, struct err *err)
{
	struct buf place = BUF_INIT, old = BUF_INIT, text = BUF_INIT;
	struct rules *check = NULL;
	struct err why = ERR_INIT;
	if (path)
		buf_add_cstr(&place, path);
	else
		rules_place(&place);
	bool ok = file_read(&old, buf_cstr(&place), FILE_BYTES, &why) || why.code == ERR_NOT_FOUND;
	if (!ok)
		err_set(err, ERR_USAGE, NULL, "%s", why.text);
	ok = ok && rules_parse_one(rule, now_ns, &check, err);
	rules_free(check);
	check = NULL;
	/* What is there has to be right before it grows, and afterwards: two rules of one name are a mistake. */
	if (ok && str_trim(buf_str(&old)).len) {
		ok = rules_parse(buf_str(&old), buf_cstr(&place), now_ns, &check, err);
		rules_free(check);
		check = NULL;
	}
	if (ok && !rules_insert(buf_str(&old), rule, &text))
		ok = err_set(err, ERR_USAGE, NULL, "%s: no place for a rule was found in it", buf_cstr(&place));
	ok = ok && rules_parse(buf_str(&text), buf_cstr(&place), now_ns, &check, err);
	rules_free(check);
	ok = ok && replace(buf_cstr(&place), buf_str(&text), err);
	buf_done(&place);
	buf_done(&old);
	buf_done(&text);
	return ok;
}
