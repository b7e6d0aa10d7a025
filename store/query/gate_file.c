/* The gate file: tables of keys that read it, check it, document it and write an example of it. */
#include <math.h>
#include <stdlib.h>

#include "store/base/file.h"
#include "store/base/jsonc.h"
#include "store/base/text.h"
#include "store/base/vec.h"
#include "store/query/gate.h"

enum { FILE_BYTES = 1 << 20, LIST_MOST = 1000, NAMED = 40, MISTAKES_MOST = 100 };

/* ---------------------------------------------------------------- the tables of keys */

enum key_type {
	KEY_TEXT,
	KEY_TEXTS,
	KEY_BOOL,
	KEY_COUNT,
	KEY_RATE,
	KEY_NUMBER,
	KEY_ABOVE_0, /* a number above 0 */
	KEY_MONEY,
	KEY_DURATION,
	KEY_AGE,
	KEY_FILTER,
	KEY_DATE,
	KEY_BETTER,
	KEY_OBJECT, /* of one section, into the same struct */
	KEY_LIST,   /* of objects of a section */
	KEY_MAP     /* of objects of a section by name */
};

enum section { TOP, REPEATS, MUST_PASS, SLICE, SCORE, ALLOW, N_SECTIONS };

struct file_key {
	const char *name;
	enum key_type type;
	size_t at;            /* in the section's struct */
	enum section section; /* of what it holds */
	bool required;
	const char *example, *help;
};

#define LIM(member)   offsetof(struct gate_limits, member)
#define MUST(member)  offsetof(struct gate_must_pass, member)
#define SLICE(member) offsetof(struct gate_slice, member)
#define SCORE(member) offsetof(struct gate_score, member)
#define ALLOW(member) offsetof(struct gate_allowed, member)

/* clang-format off: one row a line */
static const struct file_key top_keys[] = {
    {"baseline",       KEY_TEXT,     LIM(baseline),       0,         false, "\"previous\"",
     "the run to compare with, as spoor compare names it; previous: the newest earlier one of its dataset"                                                        },
    {"min_cases",      KEY_COUNT,    LIM(min_cases),      0,         false, "50",
     "fewer cases (with a baseline: in both runs) are too few (50)"                                                                                               },
    {"pass_rate",      KEY_RATE,     LIM(pass_rate),      0,         false, "\"85%\"",                 "the share of cases that pass is at least this"            },
    {"strict",         KEY_BOOL,     LIM(strict),         0,         false, "false",
     "a limit holds only if the whole 95% interval is within it; else too few (false: the figure itself decides)"                                                 },
    {"no_regression",  KEY_BOOL,     LIM(no_regression),  0,         false, "true",
     "no metric is significantly worse than in the baseline, all corrected together (true)"                                                                       },
    {"margin",         KEY_ABOVE_0,  LIM(margin),         0,         false, "0.05",
     "rates and scores: getting worse by surely less than this is no regression, and what cannot be told from more is "
     "too few"                                                                                                                                                    },
    {"tolerate",       KEY_TEXTS,    LIM(tolerate),       0,         false, "[\"cost_usd_per_case\"]",
     "metrics that may get worse: pass, a score's name, latency_p50_ns, latency_p95_ns, cost_usd_per_case"                                                        },
    {"max_lost",       KEY_COUNT,    LIM(max_lost),       0,         false, "5",
     "at most so many cases that passed in the baseline fail now (0 once `allow` names any)"                                                                      },
    {"max_new_errors", KEY_COUNT,    LIM(max_new_errors), 0,         false, "0",
     "at most so many cases that gave an answer in the baseline end in an error now (0)"                                                                          },
    {"latency_p50",    KEY_DURATION, LIM(p50_ns),         0,         false, "\"4s\"",                  "half of the results take at most so long"                 },
    {"latency_p95",    KEY_DURATION, LIM(p95_ns),         0,         false, "\"9s\"",
     "19 of 20 results take at most so long; 72 of them at least, or it is too few"                                                                               },
    {"cost_per_task",  KEY_MONEY,    LIM(cost_usd),       0,         false, "0.05",
     "US dollars per case: on average, and at the volume below with the upper end of its interval"                                                                },
    {"volume",         KEY_ABOVE_0,  LIM(volume),         0,         false, "10",
     "the volume the cost is foreseen for: so many times the tasks (10)"                                                                                          },
    {"tasks",          KEY_COUNT,    LIM(tasks),          0,         false, "1000",                    "tasks of the present volume (the run's cases)"            },
    {"traces",         KEY_BOOL,     LIM(traces),         0,         false, "true",
     "every result is linked to a trace, and the trace is in the store (false)"                                                                                   },
    {"max_age",        KEY_AGE,      LIM(max_age_ns),     0,         false, "\"7d\"",                  "the run is not older than this, or any (7d)"              },
    {"drift",          KEY_BOOL,     LIM(drift),          0,         false, "true",
     "the run is not below the band that the earlier runs of its dataset predict (false)"                                                                         },
    {"repeats",        KEY_OBJECT,   0,                   REPEATS,   false, NULL,                      "each case holds over its repeats"                         },
    {"must_pass",      KEY_LIST,     LIM(must_pass),      MUST_PASS, false, NULL,
     "cases of which every result has to pass: red-team cases"                                                                                                    },
    {"slices",         KEY_LIST,     LIM(slices),         SLICE,     false, NULL,                      "limits of the cases with one value of a field"            },
    {"scores",         KEY_MAP,      LIM(scores),         SCORE,     false, NULL,                      "limits of scores, by their names"                         },
    {"allow",          KEY_LIST,     LIM(allowed),        ALLOW,     false, NULL,                      "cases that may be lost or end in a new error, for a while"},
};
static const struct file_key repeats_keys[] = {
    {"min",  KEY_COUNT, LIM(repeats),      0, true,  "3",
     "every case has at least so many repeats with a verdict, else it is too few" },
    {"pass", KEY_COUNT, LIM(repeats_pass), 0, false, "2",
     "a case holds if at least so many of `min` pass, in proportion (all of them)"},
    {"rate", KEY_RATE,  LIM(repeats_rate), 0, false, "\"80%\"",
     "at least this share of the cases holds (pass_rate; else 100%)"              },
};
static const struct file_key must_pass_keys[] = {
    {"name",  KEY_TEXT,   MUST(name),  0, false, "\"red-team\"",     "what the check is called (red-team)"           },
    {"where", KEY_FILTER, MUST(where), 0, false, "\"title~attack\"",
     "the cases that match, in the filter language of cases (spoor help filter)"                                     },
    {"field", KEY_TEXT,   MUST(field), 0, false, "\"category\"",     "or: the cases where this field of the case …"},
    {"value", KEY_TEXT,   MUST(value), 0, false, "\"abuse\"",        "… has this value"                            },
};
static const struct file_key slice_keys[] = {
    {"field",         KEY_TEXT,  SLICE(field),         0, true,  "\"category\"",
     "a field of the cases: of their metadata, variables or tags"                                                      },
    {"value",         KEY_TEXT,  SLICE(value),         0, false, "\"refund\"",
     "its value, of numbers LEAST..GREATEST; without: a check for each value that has no entry of its own"             },
    {"pass_rate",     KEY_RATE,  SLICE(pass_rate),     0, false, "\"75%\"",
     "the share of these cases that pass is at least this"                                                             },
    {"min_cases",     KEY_COUNT, SLICE(min_cases),     0, false, "10",           "fewer of these cases are too few (1)"},
    {"no_regression", KEY_BOOL,  SLICE(no_regression), 0, false, "true",
     "their pass rate is not significantly worse than in the baseline; the values of a field are corrected together "
     "(true)"                                                                                                          },
};
static const struct file_key score_keys[] = {
    {"min",      KEY_NUMBER,  SCORE(min),      0, false, "0.75",       "the mean over the cases is at least this"},
    {"max",      KEY_NUMBER,  SCORE(max),      0, false, "1.0",        "the mean is at most this"                },
    {"max_drop", KEY_NUMBER,  SCORE(max_drop), 0, false, "0.05",
     "it is at most so much worse than in the baseline, over the cases both have"                                },
    {"margin",   KEY_ABOVE_0, SCORE(margin),   0, false, "0.02",       "`margin` for this score alone"           },
    {"better",   KEY_BETTER,  SCORE(better),   0, false, "\"higher\"",
     "which way is better, where the source does not say: higher (else) or lower"                                },
};
static const struct file_key allow_keys[] = {
    {"case",   KEY_TEXT, ALLOW(key),    0, true, "\"case-17\"",
     "the case's key (spoor gate --json), of a SHA-256 the first 8 characters or more"              },
    {"reason", KEY_TEXT, ALLOW(reason), 0, true, "\"the policy changed: ticket 4711\"", "why it may"},
    {"until",  KEY_DATE, ALLOW(until),  0, true, "\"2030-12-31\"",
     "the last day of it, UTC; after that the case counts again"                                    },
};
/* clang-format on */

#define N_OF(keys) (sizeof(keys) / sizeof *(keys))
static const struct {
	const char *name, *what; /* what: for mistakes */
	const struct file_key *keys;
	size_t n, size_bytes;
} sections[N_SECTIONS] = {
    [TOP] = {"",          "key of a gate file",   top_keys,       N_OF(top_keys),       sizeof(struct gate_limits) },
    [REPEATS] = {"repeats",   "key of \"repeats\"",   repeats_keys,   N_OF(repeats_keys),   sizeof(struct gate_limits) },
    [MUST_PASS] = {"must_pass", "key of \"must_pass\"", must_pass_keys, N_OF(must_pass_keys),
             sizeof(struct gate_must_pass)                                                                         },
    [SLICE] = {"slices",    "key of a slice",       slice_keys,     N_OF(slice_keys),     sizeof(struct gate_slice)  },
    [SCORE] = {"scores",    "key of a score",       score_keys,     N_OF(score_keys),     sizeof(struct gate_score)  },
    [ALLOW] = {"allow",     "key of \"allow\"",     allow_keys,     N_OF(allow_keys),     sizeof(struct gate_allowed)},
};

static const struct file_key *key_named(enum section section, struct str name)
{
	for (size_t i = 0; i < sections[section].n; i++)
		if (str_is(name, sections[section].keys[i].name))
			return &sections[section].keys[i];
	return NULL;
}

/* ---------------------------------------------------------------- mistakes */

struct reading {
	const char *file;
	struct str text; /* without comments; the same length */
	struct scan scan;
	int64_t now_ns;
	struct arena *arena;
	struct buf *mistakes;
	size_t n;
};

static void mistake(struct reading *rd, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void mistake(struct reading *rd, size_t at, const char *fmt, ...)
{
	size_t line, column;
	va_list args;
	if (rd->n++ >= MISTAKES_MOST)
		return;
	jsonc_place(rd->text, at, &line, &column);
	buf_printf(rd->mistakes, "%s:%zu:%zu: ", rd->file, line, column);
	va_start(args, fmt);
	buf_vprintf(rd->mistakes, fmt, args);
	va_end(args);
	buf_add_char(rd->mistakes, '\n');
}

static void no_such(struct reading *rd, size_t at, const char *what, struct str word, const char *const *names,
                    size_t n, size_t stride)
{
	struct buf after = BUF_INIT;
	jsonc_suggest(&after, word, names, n, stride);
	mistake(rd, at, "no such %s: \"" STR_FMT "\"%s", what, STR_ARG(str_cut(word, 0, NAMED)), buf_cstr(&after));
	buf_done(&after);
}

/* ---------------------------------------------------------------- values */

static bool read_text(struct reading *rd, struct val v, const char *key, struct str *out)
{
	if (!val_is(v, SCAN_STRING)) {
		mistake(rd, val_offset(v), "\"%s\" is a text in quotes", key);
		return false;
	}
	*out = arena_str(rd->arena, val_str(v, rd->arena));
	if (!out->len)
		mistake(rd, val_offset(v), "\"%s\" is empty", key);
	return out->len > 0;
}

static bool is_number(struct val v, double *out)
{
	return val_is(v, SCAN_NUMBER) && val_double(v, out) && isfinite(*out);
}

static void read_number(struct reading *rd, struct val v, const struct file_key *key, double *out)
{
	double number;
	bool ok = is_number(v, &number);
	if (key->type == KEY_ABOVE_0 && !(ok && number > 0))
		mistake(rd, val_offset(v), "\"%s\" is a number above 0, like %s", key->name, key->example);
	else if (key->type == KEY_MONEY && !(ok && number >= 0))
		mistake(rd, val_offset(v), "\"%s\" is an amount of US dollars, like %s", key->name, key->example);
	else if (!ok)
		mistake(rd, val_offset(v), "\"%s\" is a number, like %s", key->name, key->example);
	else
		*out = number;
}

static void read_rate(struct reading *rd, struct val v, const struct file_key *key, double *out)
{
	double rate = -1;
	if (val_is(v, SCAN_STRING)) {
		struct str text = val_str(v, rd->arena);
		if (!str_ends(text, "%") || !scan_percent(str_cut(text, 0, text.len - 1), &rate))
			rate = -1;
	} else if (!is_number(v, &rate)) {
		rate = -1;
	}
	if (rate >= 0 && rate <= 1)
		*out = rate;
	else
		mistake(rd, val_offset(v), "\"%s\" is a share: from 0 to 1, or \"0%%\" to \"100%%\"", key->name);
}

static void read_count(struct reading *rd, struct val v, const struct file_key *key, int64_t *out)
{
	int64_t n;
	if (val_is(v, SCAN_NUMBER) && val_int64(v, &n) && n >= 0 && n <= 1000000000000)
		*out = n;
	else
		mistake(rd, val_offset(v), "\"%s\" is a whole number from 0, like %s", key->name, key->example);
}

static void read_duration(struct reading *rd, struct val v, const struct file_key *key, int64_t *out)
{
	struct str text = val_is(v, SCAN_STRING) ? val_str(v, rd->arena) : STR_NONE;
	int64_t ns = 0;
	if (key->type == KEY_AGE && str_is(text, "any"))
		*out = 0;
	else if (jsonc_duration(text, &ns) && ns > 0)
		*out = ns;
	else
		mistake(rd, val_offset(v), "\"%s\" is a duration in quotes, like %s%s", key->name, key->example,
		        key->type == KEY_AGE ? ", or \"any\"" : "");
}

static void read_texts(struct reading *rd, struct val v, const struct file_key *key, struct gate_limits *limits)
{
	VEC(struct str) all = {0};
	if (!val_is(v, SCAN_ARRAY)) {
		mistake(rd, val_offset(v), "\"%s\" is a list of names, like %s", key->name, key->example);
		return;
	}
	for (struct member m = val_first(v); m.ok && all.n < LIST_MOST; m = val_next(m)) {
		struct str text;
		if (read_text(rd, m.val, key->name, &text))
			*vec_add(&all) = text;
	}
	struct str *kept = arena_alloc(rd->arena, size_mul(all.n + 1, sizeof *kept));
	for (size_t i = 0; i < all.n; i++)
		kept[i] = all.at[i];
	limits->tolerate = kept;
	limits->n_tolerate = all.n;
	vec_done(&all);
}

static void read_filter(struct reading *rd, struct val v, const struct file_key *key, struct gate_must_pass *out)
{
	struct filter_mistake m;
	if (!read_text(rd, v, key->name, &out->where))
		return;
	out->filter = filter_parse(rd->arena, out->where, FILTER_CASES, rd->now_ns, &m);
	if (!out->filter)
		mistake(rd, val_offset(v), "\"%s\", at character %zu of it: expected %s", key->name,
		        text_n_codes(str_cut(out->where, 0, m.column)) + 1, m.expected);
}

static void read_date(struct reading *rd, struct val v, const struct file_key *key, struct gate_allowed *out)
{
	bool zoneless;
	struct str text = val_is(v, SCAN_STRING) ? val_str(v, rd->arena) : STR_NONE;
	if (!units_iso(text, &out->until_ns, &zoneless)) {
		mistake(rd, val_offset(v), "\"%s\" is a date in quotes, like %s", key->name, key->example);
		out->until_ns = INT64_MAX;
		return;
	}
	out->until = arena_str(rd->arena, text);
	/* A day counts until it is over. */
	if (text.len <= 10 && out->until_ns < INT64_MAX - 86400 * INT64_C(1000000000))
		out->until_ns += 86400 * INT64_C(1000000000);
}

static void read_better(struct reading *rd, struct val v, const struct file_key *key, int *out)
{
	if (val_str_is(v, "higher"))
		*out = 1;
	else if (val_str_is(v, "lower"))
		*out = -1;
	else
		mistake(rd, val_offset(v), "\"%s\" is \"higher\" or \"lower\"", key->name);
}

/* ---------------------------------------------------------------- objects */

static void read_object(struct reading *rd, struct val v, enum section section, void *into);

static void read_list(struct reading *rd, struct val v, const struct file_key *key, struct gate_limits *limits);

static void read_value(struct reading *rd, struct val v, const struct file_key *key, void *into)
{
	void *at = (char *)into + key->at;
	switch (key->type) {
	case KEY_TEXT: read_text(rd, v, key->name, at); break;
	case KEY_TEXTS: read_texts(rd, v, key, into); break;
	case KEY_BOOL:
		if (!val_is(v, SCAN_TRUE) && !val_is(v, SCAN_FALSE))
			mistake(rd, val_offset(v), "\"%s\" is true or false", key->name);
		else
			*(bool *)at = val_is(v, SCAN_TRUE);
		break;
	case KEY_COUNT: read_count(rd, v, key, at); break;
	case KEY_RATE: read_rate(rd, v, key, at); break;
	case KEY_NUMBER:
	case KEY_ABOVE_0:
	case KEY_MONEY: read_number(rd, v, key, at); break;
	case KEY_DURATION:
	case KEY_AGE: read_duration(rd, v, key, at); break;
	case KEY_FILTER: read_filter(rd, v, key, into); break;
	case KEY_DATE: read_date(rd, v, key, into); break;
	case KEY_BETTER: read_better(rd, v, key, at); break;
	case KEY_OBJECT: read_object(rd, v, key->section, into); break;
	case KEY_LIST:
	case KEY_MAP: read_list(rd, v, key, into); break;
	}
}

static void read_object(struct reading *rd, struct val v, enum section section, void *into)
{
	bool seen[32] = {false};
	if (!val_is(v, SCAN_OBJECT)) {
		mistake(rd, val_offset(v), "%s%s%s is an object { … }", section == TOP ? "a gate file" : "each of \"",
		        sections[section].name, section == TOP ? "" : "\"");
		return;
	}
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		struct str name = member_key(m, rd->arena);
		const struct file_key *key = key_named(section, name);
		if (!key) {
			no_such(rd, val_offset(m.key), sections[section].what, name, &sections[section].keys[0].name,
			        sections[section].n, sizeof *sections[section].keys);
			continue;
		}
		size_t i = (size_t)(key - sections[section].keys);
		if (seen[i])
			mistake(rd, val_offset(m.key), "\"%s\" stands here twice", key->name);
		seen[i] = true;
		read_value(rd, m.val, key, into);
	}
	for (size_t i = 0; i < sections[section].n; i++)
		if (sections[section].keys[i].required && !seen[i])
			mistake(rd, val_offset(v), "it needs \"%s\": %s", sections[section].keys[i].name,
			        sections[section].keys[i].help);
}

/* What the keys of one object say together. */
static void check_whole(struct reading *rd, struct val v, enum section section, void *at)
{
	size_t offset = val_offset(v);
	if (section == MUST_PASS) {
		struct gate_must_pass *must = at;
		if (!must->where.len == !must->field.len)
			mistake(rd, offset, "it needs either \"where\" or \"field\" and \"value\"");
		else if (must->field.len && !must->value.len)
			mistake(rd, offset, "\"field\" needs its \"value\"");
		else if (!must->field.len && must->value.len)
			mistake(rd, offset, "\"value\" needs its \"field\"");
		if (!must->name.len)
			must->name = STR_LIT("red-team");
	} else if (section == SLICE) {
		struct gate_slice *slice = at;
		if (IS_UNKNOWN(slice->pass_rate) && !slice->no_regression)
			mistake(rd, offset, "it says nothing of these cases: \"pass_rate\" or \"no_regression\"");
	} else if (section == SCORE) {
		struct gate_score *score = at;
		if (score->min > score->max)
			mistake(rd, offset, "\"min\" is above \"max\"");
		if (score->max_drop < 0)
			mistake(rd, offset, "\"max_drop\" is a loss: 0 or more, whichever way is better");
	}
}

static void init_item(enum section section, struct str name, void *at)
{
	if (section == SLICE)
		*(struct gate_slice *)at =
		    (struct gate_slice){.pass_rate = UNKNOWN_DOUBLE, .min_cases = 1, .no_regression = true};
	if (section == SCORE)
		*(struct gate_score *)at = (struct gate_score){.name = name,
		                                               .min = UNKNOWN_DOUBLE,
		                                               .max = UNKNOWN_DOUBLE,
		                                               .max_drop = UNKNOWN_DOUBLE,
		                                               .margin = UNKNOWN_DOUBLE};
}

/* Two items that would say two things of one. */
static bool is_same_item(enum section section, const void *left, const void *right)
{
	if (section == SCORE)
		return str_eq(((const struct gate_score *)left)->name, ((const struct gate_score *)right)->name);
	if (section == ALLOW)
		return ((const struct gate_allowed *)left)->key.len &&
		       str_eq(((const struct gate_allowed *)left)->key, ((const struct gate_allowed *)right)->key);
	if (section == MUST_PASS)
		return str_eq(((const struct gate_must_pass *)left)->name,
		              ((const struct gate_must_pass *)right)->name);
	if (section != SLICE)
		return false;
	const struct gate_slice *a = left, *b = right;
	return str_eq(a->field, b->field) && str_eq(a->value, b->value);
}

static void set_list(enum section section, struct gate_limits *limits, void *items, size_t n)
{
	switch (section) {
	case MUST_PASS:
		limits->must_pass = items;
		limits->n_must_pass = n;
		break;
	case SLICE:
		limits->slices = items;
		limits->n_slices = n;
		break;
	case SCORE:
		limits->scores = items;
		limits->n_scores = n;
		break;
	case ALLOW:
		limits->allowed = items;
		limits->n_allowed = n;
		break;
	case TOP:
	case REPEATS:
	case N_SECTIONS: break;
	}
}

static void read_list(struct reading *rd, struct val v, const struct file_key *key, struct gate_limits *limits)
{
	enum section section = key->section;
	bool map = key->type == KEY_MAP;
	size_t size = sections[section].size_bytes, n = 0;
	if (!val_is(v, map ? SCAN_OBJECT : SCAN_ARRAY)) {
		mistake(rd, val_offset(v), "\"%s\" is %s", key->name,
		        map ? "an object { … } of objects by name" : "a list [ … ] of objects");
		return;
	}
	size_t most = val_count(v);
	if (most > LIST_MOST) {
		mistake(rd, val_offset(v), "\"%s\" has more than %d entries", key->name, LIST_MOST);
		return;
	}
	char *items = arena_zalloc(rd->arena, most + 1, size);
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		void *item = items + n * size;
		init_item(section, map ? arena_str(rd->arena, member_key(m, rd->arena)) : STR_NONE, item);
		read_object(rd, m.val, section, item);
		if (val_is(m.val, SCAN_OBJECT))
			check_whole(rd, m.val, section, item);
		bool twice = false;
		for (size_t i = 0; val_is(m.val, SCAN_OBJECT) && i < n && !twice; i++)
			twice = is_same_item(section, items + i * size, item);
		if (twice)
			mistake(rd, val_offset(map ? m.key : m.val),
			        section == MUST_PASS ? "two of \"%s\" have one \"name\""
			                             : "the same stands in \"%s\" twice",
			        key->name);
		n++;
	}
	set_list(section, limits, items, n);
}

/* ---------------------------------------------------------------- the file */

void gate_limits_init(struct gate_limits *limits)
{
	*limits = (struct gate_limits){
	    .min_cases = GATE_MIN_CASES,
	    .pass_rate = UNKNOWN_DOUBLE,
	    .margin = UNKNOWN_DOUBLE,
	    .no_regression = true,
	    .max_lost = UNKNOWN_INT,
	    .max_new_errors = 0,
	    .p50_ns = UNKNOWN_INT,
	    .p95_ns = UNKNOWN_INT,
	    .cost_usd = UNKNOWN_DOUBLE,
	    .volume = GATE_VOLUME,
	    .tasks = UNKNOWN_INT,
	    .max_age_ns = GATE_MAX_AGE,
	    .repeats = UNKNOWN_INT,
	    .repeats_pass = UNKNOWN_INT,
	    .repeats_rate = UNKNOWN_DOUBLE,
	};
}

size_t gate_file_parse(struct str text, const char *file, int64_t now_ns, struct arena *arena,
                       struct gate_limits *limits, struct buf *mistakes)
{
	char *copy = xstrndup(text);
	struct reading rd = {
	    .file = file,
	    .text = {copy, text.len},
	    .scan = SCAN_INIT,
	    .now_ns = now_ns,
	    .arena = arena,
	    .mistakes = mistakes,
	};
	if (str_starts(text, "\xEF\xBB\xBF"))
		memset(copy, ' ', 3);
	jsonc_blank(copy, text.len);
	if (!scan_text(&rd.scan, rd.text, &(struct scan_opts){.last = true}))
		mistake(&rd, rd.scan.bad_at, "%s", rd.scan.bad ? rd.scan.bad : "no JSON");
	else
		read_object(&rd, scan_root(&rd.scan), TOP, limits);
	if (!rd.n && limits->repeats_pass != UNKNOWN_INT && limits->repeats_pass > limits->repeats)
		mistake(&rd, 0, "\"repeats\": \"pass\" is more than \"min\"");
	limits->file = arena_cstr(arena, file);
	scan_done(&rd.scan);
	free(copy);
	return rd.n;
}

bool gate_file_load(const char *file, int64_t now_ns, struct arena *arena, struct gate_limits *limits,
                    struct buf *mistakes, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	if (!file_read(&text, file, FILE_BYTES, &why)) {
		buf_done(&text);
		return err_set(err, ERR_USAGE, NULL, "%s", why.text);
	}
	size_t before = mistakes->len, n = gate_file_parse(buf_str(&text), file, now_ns, arena, limits, mistakes);
	buf_done(&text);
	if (!n)
		return true;
	struct str first = str_from(buf_str(mistakes), before);
	size_t end = str_find_char(first, '\n');
	first = str_cut(first, 0, end == SIZE_MAX ? first.len : end);
	if (n == 1)
		return err_set(err, ERR_USAGE, NULL, STR_FMT, STR_ARG(str_cut(first, 0, 400)));
	return err_set(err, ERR_USAGE, NULL, STR_FMT " (and %zu more)", STR_ARG(str_cut(first, 0, 400)), n - 1);
}

/* ---------------------------------------------------------------- one limit from elsewhere */

/* A flag's text as the JSON that a file would have for this key. */
static void flag_json(struct buf *out, const struct file_key *key, struct str text)
{
	bool words = key->type == KEY_TEXT || key->type == KEY_DURATION || key->type == KEY_AGE ||
	             (key->type == KEY_RATE && str_ends(text, "%"));
	struct str part;
	if (key->type == KEY_TEXTS) {
		buf_add_char(out, '[');
		for (bool first = true; str_split(&text, ',', &part); first = false) {
			buf_add_cstr(out, first ? "" : ",");
			scan_quote(out, str_trim(part));
		}
		buf_add_char(out, ']');
	} else if (key->type == KEY_LIST) {
		buf_add_cstr(out, "[{\"where\":");
		scan_quote(out, text);
		buf_add_cstr(out, "}]");
	} else if (words) {
		scan_quote(out, text);
	} else {
		buf_add_str(out, text);
	}
}

bool gate_limit_set(struct gate_limits *limits, const char *key, const char *flag, struct str text, int64_t now_ns,
                    struct arena *arena, struct err *err)
{
	struct buf json = BUF_INIT, mistakes = BUF_INIT;
	bool repeats = str_starts(str_of(key), "repeats.");
	const struct file_key *known = key_named(repeats ? REPEATS : TOP, str_from(str_of(key), repeats ? 8 : 0));
	if (!known)
		return err_set(err, ERR_USAGE, NULL, "no such limit: %s", key);
	struct file_key as_flag = *known;
	as_flag.name = flag;
	flag_json(&json, known, text);
	struct reading rd = {
	    .file = flag, .text = buf_str(&json), .now_ns = now_ns, .arena = arena, .mistakes = &mistakes};
	if (!scan_text(&rd.scan, rd.text, &(struct scan_opts){.last = true})) {
		/* No JSON, so certainly not of the right type: which that is, is told where a text is met. */
		buf_clear(&json);
		scan_quote(&json, text);
		rd.text = buf_str(&json);
		scan_text(&rd.scan, rd.text, &(struct scan_opts){.last = true});
	}
	read_value(&rd, scan_root(&rd.scan), &as_flag, limits);
	scan_done(&rd.scan);
	if (rd.n) {
		/* Without its place: "--pass-rate:1:1: ". */
		struct str line = buf_str(&mistakes);
		line = str_from(line, str_find(line, STR_LIT(": ")) + 2);
		size_t end = str_find_char(line, '\n');
		err_set(err, ERR_USAGE, NULL, "%s%s" STR_FMT, known->type == KEY_LIST ? flag : "",
		        known->type == KEY_LIST ? ": " : "", STR_ARG(str_cut(line, 0, end)));
	}
	buf_done(&json);
	buf_done(&mistakes);
	return !rd.n;
}

/* ---------------------------------------------------------------- help */

static void help_of(struct buf *out, enum section section)
{
	for (size_t i = 0; i < sections[section].n; i++) {
		const struct file_key *key = &sections[section].keys[i];
		buf_printf(out, "  %-15s %-24s %s%s\n", key->name, key->example ? key->example : "",
		           key->required ? "(needed) " : "", key->help);
	}
}

void gate_file_help(struct buf *out)
{
	buf_add_cstr(out,
	             "A gate file holds the limits of spoor gate: --file FILE. JSON with // comments; every key may "
	             "be left out,\n"
	             "an option of the command line goes before it. spoor gate --print-file writes one to begin "
	             "with.\n\nKeys\n");
	help_of(out, TOP);
	for (int section = REPEATS; section < N_SECTIONS; section++) {
		const struct file_key *of = key_named(TOP, str_of(sections[section].name));
		buf_printf(out, "\n\"%s\": %s, %s\n", sections[section].name,
		           of && of->type == KEY_MAP    ? "{\"NAME\": { … }}"
		           : of && of->type == KEY_LIST ? "[{ … }, …]"
		                                        : "{ … }",
		           of ? of->help : "");
		help_of(out, (enum section)section);
	}
}

static void example_of(struct buf *out, enum section section, int indent)
{
	for (size_t i = 0; i < sections[section].n; i++) {
		const struct file_key *key = &sections[section].keys[i];
		/* One way of naming cases is enough, and the margin that goes for all is shown. */
		bool other_way = section == MUST_PASS && key->at != MUST(name) && key->at != MUST(where);
		buf_add_fill(out, ' ', (size_t)indent);
		if (section == TOP && key->section != TOP) {
			const char *open = key->type == KEY_LIST  ? "[{"
			                   : key->type == KEY_MAP ? "{\"groundedness\": {"
			                                          : "{";
			const char *close = key->type == KEY_LIST ? "}]" : key->type == KEY_MAP ? "}}" : "}";
			buf_printf(out, "// %s\n", key->help);
			buf_add_fill(out, ' ', (size_t)indent);
			buf_printf(out, "\"%s\": %s\n", key->name, open);
			example_of(out, key->section, indent + 4);
			buf_add_fill(out, ' ', (size_t)indent);
			buf_printf(out, "%s,\n", close);
			continue;
		}
		buf_printf(out, "%s\"%s\": %s, // %s\n", other_way ? "// " : "", key->name, key->example, key->help);
	}
}

void gate_file_example(struct buf *out)
{
	buf_add_cstr(out, "// Limits of a release: spoor gate RUN --file gate.json. All keys there are; leave out what "
	                  "you do not need.\n{\n");
	example_of(out, TOP, 4);
	buf_add_cstr(out, "}\n");
}
