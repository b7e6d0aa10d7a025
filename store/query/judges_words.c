/* What a score says: good, bad, unsure, or nothing that can be set against a verdict. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/query/judges_private.h"

const char *judge_outcome_name(enum judge_outcome o)
{
	switch (o) {
	case OUTCOME_NONE: return NULL;
	case OUTCOME_BAD: return "bad";
	case OUTCOME_GOOD: return "good";
	case OUTCOME_UNSURE: return "unsure";
	}
	return NULL;
}

/* ---------------------------------------------------------------- words */

struct word_row {
	const char *word;
	enum judge_outcome outcome;
};

/* Labels as judges and people write them, letters and digits alone, lower case; sorted. */
static const struct word_row words[] = {
    {"acceptable",   OUTCOME_GOOD  },
    {"accepted",     OUTCOME_GOOD  },
    {"accurate",     OUTCOME_GOOD  },
    {"approved",     OUTCOME_GOOD  },
    {"bad",          OUTCOME_BAD   },
    {"bias",         OUTCOME_BAD   },
    {"biased",       OUTCOME_BAD   },
    {"c",            OUTCOME_GOOD  }, /* Inspect: correct, incorrect, partly, no answer */
    {"correct",      OUTCOME_GOOD  },
    {"dislike",      OUTCOME_BAD   },
    {"down",         OUTCOME_BAD   },
    {"factual",      OUTCOME_GOOD  },
    {"fail",         OUTCOME_BAD   },
    {"failed",       OUTCOME_BAD   },
    {"faithful",     OUTCOME_GOOD  },
    {"false",        OUTCOME_BAD   },
    {"good",         OUTCOME_GOOD  },
    {"grounded",     OUTCOME_GOOD  },
    {"hallucinated", OUTCOME_BAD   },
    {"harmful",      OUTCOME_BAD   },
    {"harmless",     OUTCOME_GOOD  },
    {"helpful",      OUTCOME_GOOD  },
    {"i",            OUTCOME_BAD   },
    {"inaccurate",   OUTCOME_BAD   },
    {"incorrect",    OUTCOME_BAD   },
    {"invalid",      OUTCOME_BAD   },
    {"irrelevant",   OUTCOME_BAD   },
    {"like",         OUTCOME_GOOD  },
    {"negative",     OUTCOME_BAD   },
    {"neutral",      OUTCOME_UNSURE},
    {"no",           OUTCOME_BAD   },
    {"nontoxic",     OUTCOME_GOOD  },
    {"notfactual",   OUTCOME_BAD   },
    {"notsure",      OUTCOME_UNSURE},
    {"ok",           OUTCOME_GOOD  },
    {"p",            OUTCOME_UNSURE},
    {"partial",      OUTCOME_UNSURE},
    {"pass",         OUTCOME_GOOD  },
    {"passed",       OUTCOME_GOOD  },
    {"positive",     OUTCOME_GOOD  },
    {"rejected",     OUTCOME_BAD   },
    {"relevant",     OUTCOME_GOOD  },
    {"safe",         OUTCOME_GOOD  },
    {"thumbsdown",   OUTCOME_BAD   },
    {"thumbsup",     OUTCOME_GOOD  },
    {"toxic",        OUTCOME_BAD   },
    {"true",         OUTCOME_GOOD  },
    {"unacceptable", OUTCOME_BAD   },
    {"unclear",      OUTCOME_UNSURE},
    {"unfaithful",   OUTCOME_BAD   },
    {"ungrounded",   OUTCOME_BAD   },
    {"unhelpful",    OUTCOME_BAD   },
    {"unknown",      OUTCOME_UNSURE},
    {"unrelated",    OUTCOME_BAD   },
    {"unsafe",       OUTCOME_BAD   },
    {"unsure",       OUTCOME_UNSURE},
    {"up",           OUTCOME_GOOD  },
    {"valid",        OUTCOME_GOOD  },
    {"wrong",        OUTCOME_BAD   },
    {"yes",          OUTCOME_GOOD  },
};

enum { WORD_LEN = 32 };

/* Letters and digits in lower case; false: too long to be one of ours, or with other letters. */
static bool fold(struct str text, char out[WORD_LEN])
{
	size_t n = 0;
	text = str_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
			if ((unsigned char)c >= 0x80)
				return false;
			continue;
		}
		if (n + 1 == WORD_LEN)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

static int by_word(const void *key, const void *row)
{
	return strcmp(key, ((const struct word_row *)row)->word);
}

enum judge_outcome judges_label(struct str label)
{
	char word[WORD_LEN];
	if (str_find(label, STR_LIT("\U0001F44D")) != SIZE_MAX)
		return OUTCOME_GOOD;
	if (str_find(label, STR_LIT("\U0001F44E")) != SIZE_MAX)
		return OUTCOME_BAD;
	if (!label.len || !fold(label, word))
		return OUTCOME_NONE;
	const struct word_row *row = bsearch(word, words, sizeof words / sizeof *words, sizeof *words, by_word);
	return row ? row->outcome : OUTCOME_NONE;
}

/* ---------------------------------------------------------------- names */

static int by_name(const void *key, const void *row)
{
	return strcmp(key, *(const char *const *)row);
}

bool judges_is_general(struct str name)
{
	static const char *const names[] = {
	    "acceptable",  "accepted",   "annotation",   "approved",     "correct",    "correctness",   "csat",
	    "expert",      "feedback",   "good",         "grade",        "human",      "humanfeedback", "humanlabel",
	    "humanreview", "humanscore", "humanverdict", "label",        "overall",    "pass",          "passed",
	    "quality",     "rating",     "reaction",     "resolved",     "review",     "score",         "solved",
	    "thumb",       "thumbs",     "thumbsup",     "userfeedback", "userrating", "userscore",     "verdict",
	};
	char word[WORD_LEN];
	return fold(name, word) && bsearch(word, names, sizeof names / sizeof *names, sizeof *names, by_name);
}

/* ---------------------------------------------------------------- scales */

static int by_scale(const void *pa, const void *pb)
{
	const struct jd_scale *a = pa, *b = pb;
	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	return a->by - b->by;
}

static void meet(struct jd_scale *s, double value)
{
	BUG_ON(!s); /* every score has one */
	if (!s->any) {
		*s = (struct jd_scale){.name = s->name,
		                       .by = s->by,
		                       .low = value,
		                       .high = value,
		                       .any = true,
		                       .whole = true,
		                       .signs = true,
		                       .zero_one = true,
		                       .lower = s->lower};
	}
	s->low = value < s->low ? value : s->low;
	s->high = value > s->high ? value : s->high;
	s->whole = s->whole && !(floor(value) < value);
	bool zero = fabs(value) <= 0, one = fabs(value - 1) <= 0, minus = fabs(value + 1) <= 0;
	s->zero_one = s->zero_one && (zero || one);
	s->signs = s->signs && (zero || one || minus);
}

static struct jd_scale *find(const struct jd *d, int64_t name, int by)
{
	const struct jd_scale key = {.name = name, .by = (int8_t)by};
	return d->scales.n ? bsearch(&key, d->scales.at, d->scales.n, sizeof key, by_scale) : NULL;
}

const struct jd_scale *jd_scale_of(const struct jd *d, int64_t name, int by)
{
	return find(d, name, by);
}

static int by_name_source(const void *pa, const void *pb)
{
	const struct jd_score *const *a = pa, *const *b = pb;
	if ((*a)->name != (*b)->name)
		return (*a)->name < (*b)->name ? -1 : 1;
	return (*a)->by - (*b)->by;
}

void jd_scales(struct jd *d)
{
	const struct jd_score **order = xcalloc(d->scores.n + 1, sizeof *order);
	for (size_t i = 0; i < d->scores.n; i++)
		order[i] = &d->scores.at[i];
	if (d->scores.n > 1)
		qsort(order, d->scores.n, sizeof *order, by_name_source);
	for (size_t i = 0; i < d->scores.n; i++)
		if (i == 0 || by_name_source(&order[i - 1], &order[i]) != 0)
			*vec_add(&d->scales) = (struct jd_scale){.name = order[i]->name, .by = order[i]->by};
	free(order);
	for (size_t i = 0; i < d->scores.n; i++)
		if (isfinite(d->scores.at[i].value))
			meet(find(d, d->scores.at[i].name, d->scores.at[i].by), d->scores.at[i].value);
}

/* ---------------------------------------------------------------- verdicts */

/* Ratings: by sign, or one to five; else as any number from 0 to 1. */
static enum judge_outcome of_rating(const struct jd_scale *scale, double v)
{
	if (scale->signs && scale->low < 0)
		return v > 0 ? OUTCOME_GOOD : v < 0 ? OUTCOME_BAD : OUTCOME_UNSURE;
	if (scale->low >= 0 && scale->high <= 1)
		return v >= 0.5 ? OUTCOME_GOOD : OUTCOME_BAD;
	if (scale->whole && scale->low >= 0 && scale->high <= 5)
		return v >= 4 ? OUTCOME_GOOD : v <= 2 ? OUTCOME_BAD : OUTCOME_UNSURE;
	return OUTCOME_NONE;
}

static enum judge_outcome against(double value, double threshold, bool lower)
{
	bool good = lower ? value <= threshold : value >= threshold;
	return good ? OUTCOME_GOOD : OUTCOME_BAD;
}

/* *threshold: what it was measured against, if it was; *assumed: nobody says so. */
enum judge_outcome jd_outcome(const struct jd *d, const struct jd_score *s, double *threshold, bool *assumed)
{
	const struct jd_scale *scale = jd_scale_of(d, s->name, s->by);
	*threshold = s->threshold;
	*assumed = false;
	if (s->annotation)
		return (enum judge_outcome)s->label;
	if (s->pass >= 0)
		return s->pass ? OUTCOME_GOOD : OUTCOME_BAD;
	if (!isfinite(s->value))
		return (enum judge_outcome)s->label;
	if (!IS_UNKNOWN(s->threshold))
		return against(s->value, s->threshold, scale->lower);
	if (s->label != OUTCOME_NONE)
		return (enum judge_outcome)s->label;
	if (s->by == SOURCE_HUMAN)
		return of_rating(scale, s->value);
	*threshold = d->opts->threshold;
	if (IS_UNKNOWN(*threshold)) {
		*assumed = !scale->zero_one;
		*threshold = scale->low >= 0 && scale->high <= 1 ? 0.5 : UNKNOWN_DOUBLE;
	}
	if (IS_UNKNOWN(*threshold)) {
		*assumed = false;
		return OUTCOME_NONE;
	}
	return against(s->value, *threshold, scale->lower || d->opts->lower);
}
