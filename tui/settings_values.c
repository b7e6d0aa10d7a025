#include "tui/settings_values.h"

#include <string.h>

#include "store/base/near.h"
#include "tui/settings_zone.h"

enum { VALUE_BYTES = 4096, NAMED = 60 };

size_t (*settings_theme_names)(struct arena *arena, const char *const **names);

static bool is_one_of(const char *words, struct str word)
{
	struct str rest = str_of(words), one;
	while (str_split(&rest, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

/* Appends what near_say does, of blank-separated words; else all of them. */
static void suggest_words(struct buf *out, const char *words, struct str word)
{
	struct near near = {.word = word};
	struct buf copy = BUF_INIT;
	buf_add_cstr(&copy, words);
	for (char *at = copy.ptr, *end; at; at = end) {
		end = strchr(at, ' ');
		if (end)
			*end++ = 0;
		near_try(&near, at);
	}
	if (near.name)
		near_say(&near, out);
	else
		buf_printf(out, "; there are: %s", words);
	buf_done(&copy);
}

static bool theme_is_known(const char *value, struct buf *after)
{
	const char *const *names;
	struct arena arena = ARENA_INIT;
	struct near near = {.word = str_of(value)};
	bool known = strchr(value, '/') || !settings_theme_names;
	size_t n = known ? 0 : settings_theme_names(&arena, &names);
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < n && !known; i++) {
		known = strcmp(names[i], value) == 0;
		near_try(&near, names[i]);
		buf_printf(&all, "%s%s", i ? " " : "; there are: ", names[i]);
	}
	if (near.name)
		near_say(&near, after);
	else
		buf_add_str(after, buf_str(&all));
	buf_done(&all);
	arena_done(&arena);
	return known;
}

bool setting_is_value(const struct setting *s, const char *value, struct buf *wrong)
{
	struct buf after = BUF_INIT;
	struct str word = str_of(value), shown = str_cut(word, 0, NAMED);
	bool ok = true;
	for (size_t i = 0; ok && i < word.len; i++)
		ok = (unsigned char)word.ptr[i] >= ' ' && word.ptr[i] != 0x7F;
	if (!ok) {
		buf_add_cstr(wrong, "holds a control character");
	} else if (word.len > VALUE_BYTES) {
		ok = false;
		buf_printf(wrong, "is longer than %d bytes", VALUE_BYTES);
	} else if (s->type == SETTING_CHOICE && !is_one_of(s->choices, word)) {
		ok = false;
		suggest_words(&after, s->choices, word);
		buf_printf(wrong, "cannot be " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	} else if (s->type == SETTING_THEME && !theme_is_known(value, &after)) {
		ok = false;
		buf_printf(wrong, "there is no theme " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	} else if (s->type == SETTING_ZONE && !zone_known(value)) {
		ok = false;
		zone_suggest(value, &after);
		buf_printf(wrong, "there is no time zone " STR_FMT "%s", STR_ARG(shown), buf_cstr(&after));
	}
	buf_done(&after);
	return ok;
}

static bool is_word(const char *const *words, size_t n, const char *value)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(str_of(value), words[i]))
			return true;
	return false;
}

bool setting_is_off(const char *value)
{
	static const char *const words[] = {"0", "no", "false", "off"};
	return is_word(words, sizeof words / sizeof *words, value);
}

bool setting_is_on(const char *value)
{
	static const char *const words[] = {"1", "yes", "true", "on"};
	return is_word(words, sizeof words / sizeof *words, value);
}

static void add_member(struct buf *out, struct member m)
{
	buf_add_cstr(out, out->ptr[out->len - 1] == '{' ? "" : ",");
	buf_add_str(out, val_raw(m.key));
	buf_add_char(out, ':');
}

static bool are_objects(struct val a, struct val b)
{
	return val_is(a, SCAN_OBJECT) && val_is(b, SCAN_OBJECT);
}

void settings_merge(struct buf *out, struct val a, struct val b)
{
	struct arena arena = ARENA_INIT;
	buf_add_char(out, '{');
	for (struct member m = val_first(a); m.ok; m = val_next(m)) {
		struct val over = val_find(b, member_key(m, &arena));
		if (over.scan && !are_objects(m.val, over))
			continue;
		add_member(out, m);
		if (over.scan)
			settings_merge(out, m.val, over);
		else
			scan_compact(out, m.val);
	}
	for (struct member m = val_first(b); m.ok; m = val_next(m)) {
		if (are_objects(val_find(a, member_key(m, &arena)), m.val))
			continue;
		add_member(out, m);
		scan_compact(out, m.val);
	}
	buf_add_char(out, '}');
	arena_done(&arena);
}
