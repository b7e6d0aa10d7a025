#include "tui/screen/pane_review_words.h"

#include <ctype.h>

#include "store/base/scan.h"

enum { NAME_MAX_BYTES = 60, LIST_ROW = 60 /* bytes of a list that stands on one row */, INDENT = 2, INDENT_MOST = 12 };

void review_words_done(struct review_words *w)
{
	buf_done(&w->text);
	vec_done(&w->tints);
}

void review_words_add(struct review_words *w, enum role role, struct str text)
{
	if (role != ROLE_TEXT && text.len)
		*vec_add(&w->tints) = (struct tint){w->text.len, text.len, role};
	buf_add_str(&w->text, text);
}

void review_words_addc(struct review_words *w, enum role role, const char *text)
{
	review_words_add(w, role, str_of(text));
}

/* ---------------------------------------------------------------- JSON */

/* ```json … ``` around all of it is no part of the answer. */
static struct str unfenced(struct str text)
{
	text = str_trim(text);
	if (text.len < 7 || !str_starts(text, "```") || !str_ends(text, "```"))
		return text;
	size_t nl = str_find_char(text, '\n');
	if (nl == SIZE_MAX || nl + 4 > text.len)
		return text;
	struct str inner = str_trim(str_cut(text, nl + 1, text.len - nl - 4));
	return str_find(inner, STR_LIT("```")) == SIZE_MAX ? inner : text;
}

/* "order_id" and "orderId" are two words to a reader. */
static void add_name(struct review_words *w, struct str name)
{
	struct buf plain = BUF_INIT;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool hump = i > 0 && c >= 'A' && c <= 'Z' && islower((unsigned char)name.ptr[i - 1]);
		if (hump)
			buf_add_char(&plain, ' ');
		bool lone = hump && !(i + 1 < name.len && isupper((unsigned char)name.ptr[i + 1]));
		buf_add_char(&plain, c == '_' ? ' ' : lone ? (char)tolower((unsigned char)c) : c);
	}
	review_words_add(w, ROLE_JSON_KEY, name.len <= NAME_MAX_BYTES ? buf_str(&plain) : name);
	buf_done(&plain);
}

static void add_scalar(struct review_words *w, struct val v, struct arena *scratch)
{
	switch (val_type(v)) {
	case SCAN_TRUE: review_words_addc(w, ROLE_TEXT, "yes"); return;
	case SCAN_FALSE: review_words_addc(w, ROLE_TEXT, "no"); return;
	case SCAN_NULL:
	case SCAN_NAN: review_words_addc(w, ROLE_DIM, "nothing"); return;
	case SCAN_STRING: {
		struct str text = str_trim(val_str(v, scratch));
		review_words_add(w, text.len ? ROLE_TEXT : ROLE_DIM, text.len ? text : STR_LIT("empty"));
		return;
	}
	case SCAN_NONE:
	case SCAN_NUMBER:
	case SCAN_ARRAY:
	case SCAN_OBJECT: break;
	}
	review_words_add(w, ROLE_TEXT, val_raw(v));
}

static bool is_container(struct val v)
{
	return val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
}

/* "red, green, blue" */
static bool fits_row(struct val array)
{
	if (!val_is(array, SCAN_ARRAY) || val_raw(array).len > LIST_ROW)
		return false;
	for (struct member m = val_first(array); m.ok; m = val_next(m))
		if (is_container(m.val) || (val_is(m.val, SCAN_STRING) && val_token(m.val)->escaped))
			return false;
	return true;
}

static void add_row_list(struct review_words *w, struct val array, struct arena *scratch)
{
	const char *between = "";
	for (struct member m = val_first(array); m.ok; m = val_next(m)) {
		review_words_addc(w, ROLE_TEXT, between);
		add_scalar(w, m.val, scratch);
		between = ", ";
	}
	if (!between[0])
		review_words_addc(w, ROLE_DIM, "none");
}

/* One open container. */
struct level {
	struct member member;
	bool bullet; /* its next row begins with a bullet that stands for the list it is an element of */
};

static void begin_row(struct review_words *w, int depth, bool bullet)
{
	if (w->text.len && w->text.ptr[w->text.len - 1] != '\n')
		buf_add_char(&w->text, '\n');
	int blanks = depth * INDENT;
	buf_add_fill(&w->text, ' ', (size_t)(blanks > INDENT_MOST ? INDENT_MOST : blanks));
	if (bullet) {
		w->text.len -= w->text.len >= 2 && depth > 0 ? 2 : 0;
		review_words_addc(w, ROLE_DIM, "- ");
	}
}

/* A member on its row; a container that does not fit goes on below: true. */
static bool add_member(struct review_words *w, struct member m, struct arena *scratch)
{
	bool below = is_container(m.val) && val_count(m.val) && !fits_row(m.val);
	if (m.key.scan) {
		add_name(w, val_str(m.key, scratch));
		review_words_addc(w, ROLE_TEXT, below ? ":" : ": ");
	}
	if (!is_container(m.val)) {
		add_scalar(w, m.val, scratch);
	} else if (val_count(m.val) == 0) {
		review_words_addc(w, ROLE_DIM, "none");
	} else if (!below) {
		add_row_list(w, m.val, scratch);
	}
	return below;
}

static void add_tree(struct review_words *w, struct val root)
{
	VEC(struct level) stack = {0};
	struct arena scratch = ARENA_INIT;
	*vec_add(&stack) = (struct level){.member = val_first(root)};
	while (stack.n > 0) {
		struct level *top = &stack.at[stack.n - 1];
		struct member m = top->member;
		if (!m.ok || !m.val.scan) {
			stack.n--;
			continue;
		}
		bool element = !m.key.scan, bullet = element || top->bullet;
		top->bullet = false;
		top->member = val_next(m);
		if (element && is_container(m.val) && val_count(m.val) && !fits_row(m.val)) {
			*vec_add(&stack) = (struct level){.member = val_first(m.val), .bullet = true};
			continue;
		}
		begin_row(w, (int)stack.n - 1 + (bullet && stack.n == 1), bullet);
		if (add_member(w, m, &scratch))
			*vec_add(&stack) = (struct level){.member = val_first(m.val)};
		if (scratch.total > 1 << 16)
			arena_reset(&scratch);
	}
	arena_done(&scratch);
	vec_done(&stack);
}

void review_words_json(struct review_words *w, struct str text)
{
	static const struct scan_opts lenient = {.last = true, .lenient = true, .replace_utf8 = true};
	struct str plain = unfenced(text);
	struct scan scan = SCAN_INIT;
	bool likely = plain.len > 1 && plain.len <= REVIEW_WORDS_BYTES && (plain.ptr[0] == '{' || plain.ptr[0] == '[');
	if (likely && scan_text(&scan, plain, &lenient) && val_count(scan_root(&scan)))
		add_tree(w, scan_root(&scan));
	else
		review_words_add(w, ROLE_TEXT, str_trim(text));
	scan_done(&scan);
}

/* ---------------------------------------------------------------- fields and turns */

void review_words_fields(struct review_words *w, const struct subject_text *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str value = str_trim(fields[i].text);
		bool below = str_find_char(value, '\n') != SIZE_MAX || str_starts(value, "{") || str_starts(value, "[");
		if (i > 0)
			buf_add_char(&w->text, '\n');
		add_name(w, fields[i].name);
		review_words_addc(w, ROLE_TEXT, below ? ":\n" : ": ");
		review_words_json(w, value);
	}
}

struct str review_speaker(struct str name)
{
	static const struct {
		const char *name, *words;
	} speakers[] = {
	    {"user",         "User"        },
	    {"human",        "User"        },
	    {"assistant",    "Assistant"   },
	    {"ai",           "Assistant"   },
	    {"model",        "Assistant"   },
	    {"system",       "Instructions"},
	    {"developer",    "Instructions"},
	    {"instructions", "Instructions"},
	    {"tool",         "Looked up"   },
	    {"function",     "Looked up"   },
	};
	for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++)
		if (str_ieq(name, speakers[i].name))
			return str_of(speakers[i].words);
	return name;
}

void review_words_turns(struct review_words *w, const struct subject_text *turns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(&w->text, '\n');
		struct str speaker = review_speaker(turns[i].name);
		if (speaker.len) {
			review_words_add(w, ROLE_JSON_KEY, speaker);
			review_words_addc(w, ROLE_TEXT, ": ");
		}
		review_words_json(w, turns[i].text);
	}
}
