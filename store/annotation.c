#include "store/annotation.h"

#include "store/base/arena.h"
#include "store/base/text.h"

static const char *const verdicts[] = {"none", "good", "bad", "unsure"};

const char *verdict_name(enum verdict v)
{
	return verdicts[v];
}

enum verdict verdict_named(struct str word)
{
	for (enum verdict v = VERDICT_GOOD; v <= VERDICT_UNSURE; v++)
		if (str_is(word, verdicts[v]))
			return v;
	return VERDICT_NONE;
}

static const char *const fields[N_ANNOTATION_FIELDS] = {"verdict", "note",  "correction", "reason",
                                                        "tag",     "score", "preference"};

const char *annotation_field_name(enum annotation_field field)
{
	return fields[field];
}

bool annotation_field_named(struct str word, enum annotation_field *out)
{
	for (size_t i = 0; i < N_ANNOTATION_FIELDS; i++)
		if (str_is(word, fields[i])) {
			*out = (enum annotation_field)i;
			return true;
		}
	return false;
}

/* ---------------------------------------------------------------- events of another's making */

enum { NAME_BYTES = 1024, HINT_BYTES = 8192, VALUE_BYTES = 1 << 20 };
#define TIME_LATEST INT64_C(7258118400000000000) /* 2200-01-01: whoever corrects it later needs a time after it */

/* NULs would end the text for half of those who read it. */
static struct str mend(struct str text, struct arena *arena)
{
	struct str valid = text_valid(arena, text);
	if (str_find_char(valid, '\0') == SIZE_MAX)
		return valid;
	struct buf mended = BUF_INIT;
	for (size_t i = 0; i < valid.len; i++) {
		if (valid.ptr[i])
			buf_add_char(&mended, valid.ptr[i]);
		else
			buf_add_cstr(&mended, "\xEF\xBF\xBD");
	}
	valid = arena_str(arena, buf_str(&mended));
	buf_done(&mended);
	return valid;
}

static bool is_preference(struct str value)
{
	unsigned char better[8];
	if (str_is(value, "tie") || str_is(value, "both-bad"))
		return true;
	return str_starts(value, "better:") && hash_unhex(str_from(value, 7), better, sizeof better);
}

static const char *wrong_value(const struct annotation *a)
{
	if (a->is_withdrawal || (a->value.ptr && !a->value.len)) /* nothing: what was said is emptied */
		return NULL;
	if (!a->value.ptr)
		return "no value";
	if (a->field == FIELD_VERDICT && verdict_named(a->value) == VERDICT_NONE)
		return "a verdict that is not good, bad or unsure";
	if (a->field == FIELD_PREFERENCE && !is_preference(a->value))
		return "a preference that names no answer";
	return NULL;
}

bool annotation_check(struct annotation *a, struct arena *arena, const char **why)
{
	*why = NULL;
	if (!str_trim(a->author).len)
		*why = "no author";
	else if (a->author.len > NAME_BYTES || a->part.len > NAME_BYTES || a->queue.len > NAME_BYTES)
		*why = "a name longer than 1024 bytes";
	else if (a->hint.len > HINT_BYTES)
		*why = "a hint longer than 8192 bytes";
	else if (a->value.len > VALUE_BYTES)
		*why = "a text longer than 1 MiB";
	else if (a->time_ns < 0 || a->time_ns > TIME_LATEST)
		*why = "a time before 1970 or after 2199";
	else
		*why = wrong_value(a);
	if (*why)
		return false;
	a->author = mend(a->author, arena);
	a->part = mend(a->part, arena);
	a->queue = mend(a->queue, arena);
	a->hint = mend(a->hint, arena);
	a->value = mend(a->value, arena);
	a->how &= HOW_PROPOSED | HOW_BLIND;
	return true;
}
