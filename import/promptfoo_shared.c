#include "import/promptfoo.h"

#include <stdlib.h>

#include "store/base/text.h"

static int by_name(const void *a, const void *b)
{
	const struct promptfoo_var *left = a, *right = b;
	return str_cmp(left->name, right->name);
}

/* What promptfoo sets while the tests run is no part of a test. */
static bool is_set_by_running(struct str name)
{
	return str_is(name, "_conversation") || str_is(name, "sessionId");
}

/* The variable as the table would say it, quoted; false: it says nothing. */
static bool add_value(struct fields *f, struct buf *key, struct val v)
{
	struct val open = field_open(f, v);
	if (val_is(open, SCAN_OBJECT) || val_is(open, SCAN_ARRAY)) {
		scan_canonical(key, open);
		return true;
	}
	struct str text = val_text(open, f->arena);
	if (text.len)
		scan_quote(key, text);
	return text.len > 0;
}

struct str promptfoo_key(struct fields *f, struct promptfoo_var *vars, size_t n, struct str description)
{
	struct buf key = BUF_INIT;
	bool first = true;
	qsort(vars, n, sizeof *vars, by_name);
	buf_add_cstr(&key, "{\"description\":");
	if (description.len)
		scan_quote(&key, description);
	else
		buf_add_cstr(&key, "null");
	buf_add_cstr(&key, ",\"vars\":{");
	for (size_t i = 0; i < n; i++) {
		size_t before = key.len;
		if (!first)
			buf_add_char(&key, ',');
		scan_quote(&key, vars[i].name);
		buf_add_char(&key, ':');
		if (is_set_by_running(vars[i].name) || !add_value(f, &key, vars[i].value))
			key.len = before;
		else
			first = false;
	}
	buf_add_cstr(&key, "}}");
	struct str text = arena_str(f->arena, buf_str(&key));
	buf_done(&key);
	return text;
}

/* "p12.txt: Answer …" → the bytes before the text: a file's name has a dot or a slash and no blank. */
static size_t file_prefix(struct str label)
{
	size_t colon = str_find(label, STR_LIT(": "));
	bool file = false;
	for (size_t i = 0; colon != SIZE_MAX && i < colon; i++) {
		if (label.ptr[i] == ' ' || label.ptr[i] == '\n')
			return 0;
		file = file || label.ptr[i] == '.' || label.ptr[i] == '/';
	}
	return file ? colon : 0;
}

struct str promptfoo_template(struct str label)
{
	size_t prefix = file_prefix(label);
	if (str_find(label, STR_LIT("{{")) == SIZE_MAX)
		return STR_NONE;
	return prefix ? str_from(label, prefix + 2) : label;
}

struct str promptfoo_run_name(struct arena *a, struct str description, struct str label, struct str provider)
{
	size_t colon = str_find(label, STR_LIT(": "));
	if (colon != SIZE_MAX)
		label.len = colon;
	label = text_preview(a, label, 32);
	return arena_printf(a, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(description),
	                    description.len && label.len ? " · " : "", STR_ARG(label),
	                    (description.len || label.len) && provider.len ? " · " : "", STR_ARG(provider));
}

struct str promptfoo_provider(struct str model)
{
	size_t colon = str_find_char(model, ':');
	return colon == SIZE_MAX || str_starts(str_from(model, colon), "://") ? STR_NONE : str_cut(model, 0, colon);
}

bool promptfoo_must_tell(struct promptfoo_told *told, int64_t prompt)
{
	if (prompt < 0 || prompt >= PROMPTFOO_RUNS_MAX)
		return true;
	unsigned char bit = (unsigned char)(1u << (prompt % 8));
	if (told->bits[prompt / 8] & bit)
		return false;
	told->bits[prompt / 8] |= bit;
	return true;
}
