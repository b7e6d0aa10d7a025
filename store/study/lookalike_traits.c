/* What of an item is compared: errors without what differs each time, forms, values, documents, steps, wording. */
#include <stdlib.h>

#include "store/base/text.h"
#include "store/base/text_words.h"
#include "store/study/lookalike_private.h"

enum {
	ERROR_READ = 2000, /* bytes of an error that are looked at */
	ERROR_MOST = 300,  /* of its template */
	FIELD_DEPTH = 6,
	VALUE_BYTES = 48,
	JSON_BYTES = 1 << 20,
	REFUSAL_BYTES = 200, /* from its begin */
	LABEL_WORDS = 2,
	PERIOD = 8,       /* steps that repeat as a block */
	STEPS_SHOWN = 160 /* bytes */
};

void alike_work_done(struct alike_work *w)
{
	arena_done(&w->arena);
	scan_done(&w->scan);
	buf_done(&w->text);
	buf_done(&w->plain);
	vec_done(&w->runs);
	vec_done(&w->asked);
	vec_done(&w->steps);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* ---------------------------------------------------------------- errors */

/* Of a stack trace what names the error: Python's comes last, JavaScript's and Java's before the first "at". */
static struct str telling_line(struct str error)
{
	error = str_trim(error);
	if (str_find(str_cut(error, 0, ERROR_READ), STR_LIT("Traceback (most recent call last)")) != SIZE_MAX) {
		size_t at = error.len;
		while (at > 0 && error.ptr[at - 1] != '\n')
			at--;
		return str_trim(str_cut(error, at, ERROR_READ));
	}
	error = str_cut(error, 0, ERROR_READ);
	for (size_t at = 0, line; (line = str_find_char(str_from(error, at), '\n')) != SIZE_MAX;) {
		at += line + 1;
		struct str next = str_trim(str_from(error, at));
		if (str_starts(next, "at "))
			return str_cut(error, 0, at - 1);
	}
	return error;
}

/* A word of letters and digits that nobody wrote by hand: an id. */
static bool is_made(struct str w)
{
	size_t digits = 0, letters = 0, hex = 0, changes = 0;
	for (size_t i = 0; i < w.len; i++) {
		char c = w.ptr[i];
		digits += is_digit(c);
		letters += is_letter(c);
		hex += is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
		changes += i > 0 && is_digit(c) != is_digit(w.ptr[i - 1]);
	}
	return digits && letters && ((w.len >= 8 && hex == w.len) || (w.len >= 8 && changes >= 4));
}

static bool is_place(struct str w)
{
	size_t slashes = 0;
	for (size_t i = 0; i < w.len; i++) {
		slashes += w.ptr[i] == '/' || w.ptr[i] == '\\';
		if (w.ptr[i] == ':' && str_starts(str_from(w, i), "://"))
			return true;
		if (w.ptr[i] == '@' && i && i + 1 < w.len)
			return true;
	}
	return slashes >= 2 || (slashes && (w.ptr[0] == '/' || w.ptr[0] == '.'));
}

/* Digits, with what stands between two of them ("12.5", "10:30"), as one mark. */
static void add_folded(struct buf *out, struct str w)
{
	for (size_t i = 0; i < w.len;) {
		if (!is_digit(w.ptr[i])) {
			buf_add_char(out, w.ptr[i++]);
			continue;
		}
		while (i < w.len &&
		       (is_digit(w.ptr[i]) || (i + 1 < w.len && str_find_char(STR_LIT(".,:-"), w.ptr[i]) != SIZE_MAX &&
		                               is_digit(w.ptr[i + 1]))))
			i++;
		buf_add_char(out, '#');
	}
}

static void add_word(struct buf *out, struct str w)
{
	const struct str around = STR_LIT("()[]{}<>,;:.!?=");
	size_t from = 0, to = w.len;
	while (from < to && str_find_char(around, w.ptr[from]) != SIZE_MAX)
		from++;
	while (to > from && str_find_char(around, w.ptr[to - 1]) != SIZE_MAX)
		to--;
	struct str core = str_cut(w, from, to - from);
	size_t equals = is_place(core) ? SIZE_MAX : str_find_char(core, '=');
	buf_add_str(out, str_cut(w, 0, from));
	if (equals != SIZE_MAX) {
		buf_add_str(out, str_cut(core, 0, equals + 1));
		core = str_from(core, equals + 1);
	}
	if (is_place(core))
		buf_add_cstr(out, "…");
	else if (is_made(core))
		buf_add_char(out, '#');
	else
		add_folded(out, core);
	buf_add_str(out, str_from(w, to));
}

/* The end of a quotation that begins at `at`, on its line; SIZE_MAX: it is none ("can't"). */
static size_t quotation(struct str text, size_t at)
{
	char c = text.ptr[at];
	if ((c != '"' && c != '\'' && c != '`') || (at && (is_letter(text.ptr[at - 1]) || is_digit(text.ptr[at - 1]))))
		return SIZE_MAX;
	for (size_t i = at + 1; i < text.len && text.ptr[i] != '\n'; i++)
		if (text.ptr[i] == c && (i + 1 == text.len || !is_letter(text.ptr[i + 1])))
			return i;
	return SIZE_MAX;
}

void lookalike_error(struct buf *out, struct str error)
{
	struct str text = telling_line(error);
	size_t begin = out->len;
	if (str_starts(text, "Error: ")) /* no class of errors: some sources write it, some do not */
		text = str_from(text, 7);
	for (size_t i = 0; i < text.len && out->len - begin < ERROR_MOST;) {
		if (is_blank(text.ptr[i])) {
			if (out->len > begin && out->ptr[out->len - 1] != ' ')
				buf_add_char(out, ' ');
			i++;
			continue;
		}
		size_t end = quotation(text, i);
		if (end != SIZE_MAX) {
			buf_add_cstr(out, "\"…\"");
			i = end + 1;
			continue;
		}
		size_t to = i;
		while (to < text.len && !is_blank(text.ptr[to]) && (to == i || quotation(text, to) == SIZE_MAX))
			to++;
		add_word(out, str_cut(text, i, to - i));
		i = to;
	}
	struct str made = str_from(buf_str(out), begin);
	if (made.len > ERROR_MOST) /* at the begin of a code point */
		for (made.len = ERROR_MOST; made.len && ((unsigned char)made.ptr[made.len] & 0xC0) == 0x80;)
			made.len--;
	out->len = begin + made.len;
	while (out->len > begin && out->ptr[out->len - 1] == ' ')
		out->len--;
	if (out->ptr)
		out->ptr[out->len] = 0;
}

/* ---------------------------------------------------------------- taking */

struct taking {
	struct alike_work *w;
	alike_take *take;
	void *context;
};

static void give(struct taking *t, enum alike_aspect aspect, struct str text)
{
	if (text.len)
		t->take(t->context, &(struct alike_trait){.aspect = aspect, .hash = hash64(text), .text = text});
}

static void give_all(struct taking *t, enum alike_aspect aspect, const struct str *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		give(t, aspect, str_trim(texts[i]));
}

/* ---------------------------------------------------------------- values */

struct field {
	struct str name, value;
};
struct fields {
	struct field at[LOOKALIKE_FIELDS];
	size_t n;
};

/* JSON as models write it: perhaps inside a fence. */
static struct str json_of(struct str text)
{
	text = str_trim(text);
	if (str_starts(text, "```")) {
		size_t line = str_find_char(text, '\n');
		text = line == SIZE_MAX ? STR_NONE : str_trim(str_from(text, line));
		if (str_ends(text, "```"))
			text = str_trim(str_cut(text, 0, text.len - 3));
	}
	bool may_be = text.len > 1 && text.len <= JSON_BYTES && (text.ptr[0] == '{' || text.ptr[0] == '[');
	return may_be ? text : STR_NONE;
}

static void add_value(struct alike_work *w, struct fields *out, struct str name, struct str value)
{
	buf_add_str(&w->plain, value);
	buf_add_char(&w->plain, '\n');
	value = str_trim(value);
	if (value.len && value.len <= VALUE_BYTES && out->n < LOOKALIKE_FIELDS)
		out->at[out->n++] = (struct field){arena_str(&w->arena, name), arena_str(&w->arena, value)};
}

/* The scalars of a JSON text by their dotted path, those of a list by its name; all their texts go to w->plain. False: it is no JSON. */
static bool read_fields(struct alike_work *w, struct str text, struct fields *out)
{
	struct level {
		struct member m;
		size_t name; /* length of the path around it */
	} levels[FIELD_DEPTH];
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct buf name = BUF_INIT;
	int depth = 0;
	out->n = 0;
	buf_clear(&w->plain);
	text = json_of(text);
	if (!text.len || !scan_text(&w->scan, text, &opts))
		return false;
	levels[0] = (struct level){val_first(scan_root(&w->scan)), 0};
	while (depth >= 0) {
		struct level *l = &levels[depth];
		if (!l->m.ok) {
			depth--;
			continue;
		}
		struct val v = l->m.val;
		name.len = name.len < l->name ? name.len : l->name;
		if (l->m.key.scan) {
			buf_add_cstr(&name, l->name ? "." : "");
			buf_add_str(&name, member_key(l->m, &w->arena));
		}
		l->m = val_next(l->m);
		if (val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY)) {
			if (depth + 1 < FIELD_DEPTH)
				levels[++depth] = (struct level){val_first(v), name.len};
		} else if (val_ok(v)) {
			add_value(w, out, buf_str(&name), val_text(v, &w->arena));
		}
	}
	buf_done(&name);
	return true;
}

static const struct field *field_of(const struct fields *f, struct str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->at[i].name, name))
			return &f->at[i];
	return NULL;
}

static void give_value(struct taking *t, struct str name, struct str value, struct str instead)
{
	struct buf *b = &t->w->text;
	buf_clear(b);
	if (name.len) {
		buf_add_str(b, name);
		buf_add_cstr(b, ": ");
	}
	buf_add_str(b, value);
	if (instead.len) {
		buf_add_cstr(b, " instead of ");
		buf_add_str(b, instead);
	}
	t->take(t->context, &(struct alike_trait){.aspect = ALIKE_VALUE,
	                                          .hash = alike_mix(hash64(buf_str(b)), instead.len > 0),
	                                          .field = hash64(name),
	                                          .text = buf_str(b),
	                                          .wrong = instead.len > 0});
}

static bool same_text(struct str a, struct str b)
{
	a = str_trim(a), b = str_trim(b);
	return a.len == b.len && text_find(a, b, 0, true) == 0;
}

static void give_fields(struct taking *t, const struct fields *said, const struct fields *expected)
{
	for (size_t i = 0; i < said->n; i++) {
		const struct field *f = &said->at[i], *e = field_of(expected, f->name);
		if (e && same_text(e->value, f->value))
			continue; /* that one is right */
		if (e)
			give_value(t, f->name, f->value, e->value);
		give_value(t, f->name, f->value, STR_NONE);
	}
}

/* ---------------------------------------------------------------- wording */

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

enum { NUMBER = 1, SPOKEN_LEAST = 3 /* words: fewer are no wording */ };

static uint64_t word_hash(struct str text, const struct word *word)
{
	for (size_t i = word->at; i < word->at + word->len; i++)
		if (is_digit(text.ptr[i]))
			return NUMBER; /* numbers and what is made of them are one word */
	return word->hash;
}

static void sort_once(alike_runs *runs)
{
	size_t kept = 0;
	if (runs->n > 1)
		qsort(runs->at, runs->n, sizeof *runs->at, by_hash);
	for (size_t i = 0; i < runs->n; i++)
		if (!kept || runs->at[i] != runs->at[kept - 1])
			runs->at[kept++] = runs->at[i];
	runs->n = kept;
}

/* Words of it, at most `most`; *spoken: those that are no numbers. A text of fewer than 3 is one run. */
static size_t read_wording(alike_runs *runs, struct str text, size_t most, size_t *spoken)
{
	struct words words = words_of(text);
	struct word word;
	uint64_t before[2] = {0, 0};
	size_t n = 0;
	*spoken = 0;
	vec_clear(runs);
	while (n < most && words_next(&words, &word)) {
		uint64_t hash = word_hash(text, &word);
		*spoken += hash != NUMBER;
		if (n++ >= 2)
			*vec_add(runs) = alike_mix(alike_mix(before[0], before[1]), hash);
		before[0] = before[1];
		before[1] = hash;
	}
	if (n && n <= LABEL_WORDS)
		*vec_add(runs) = alike_mix(before[0], before[1]);
	sort_once(runs);
	return n;
}

/* ---------------------------------------------------------------- forms */

/* How models decline; an answer that only goes on to say more of it has it in its first sentence. */
static bool is_refusal(struct str answer)
{
	static const char *const says[] = {
	    "i can't help",         "i cannot help",    "i can't assist",        "i cannot assist",
	    "i'm unable to",        "i am unable to",   "i'm not able to",       "i am not able to",
	    "i can't provide",      "i cannot provide", "i won't be able to",    "as an ai",
	    "i can't comply",       "i cannot comply",  "i must decline",        "i can’t help",
	    "i can’t assist",       "i’m unable to",    "i’m not able to",       "i can’t provide",
	    "ich kann dabei nicht", "leider kann ich",  "kann ich nicht helfen", "je ne peux pas",
	    "no puedo ayudar",      "non posso aiutar", "申し訳ありませんが",    "抱歉，我"};
	char head[REFUSAL_BYTES];
	struct str text = str_cut(str_trim(answer), 0, REFUSAL_BYTES);
	for (size_t i = 0; i < text.len; i++)
		head[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] - 'A' + 'a') : text.ptr[i];
	for (size_t i = 0; i < sizeof says / sizeof *says; i++)
		if (str_find((struct str){head, text.len}, str_of(says[i])) != SIZE_MAX)
			return true;
	return false;
}

static void give_form(struct taking *t, const struct alike_facts *f, bool json)
{
	struct str answer = str_trim(f->answer);
	if (!f->read)
		return;
	if (!answer.len) {
		if (!f->error.len)
			give(t, ALIKE_FORM, STR_LIT("empty"));
		return;
	}
	bool broken = !json && json_of(answer).len && answer.ptr[0] == '{' && !str_ends(answer, "}");
	if (f->cut || broken)
		give(t, ALIKE_FORM, STR_LIT("cut off"));
	if (!json && is_refusal(answer))
		give(t, ALIKE_FORM, STR_LIT("a refusal"));
}

/* An answer of a word or two is a value, not a wording. */
static void give_answer(struct taking *t, const struct alike_facts *f)
{
	struct fields said, expected = {.n = 0};
	struct alike_work *w = t->w;
	bool json = read_fields(w, f->answer, &said);
	size_t spoken,
	    n_words = read_wording(&w->runs, json ? buf_str(&w->plain) : f->answer, LOOKALIKE_WORDS, &spoken);
	w->spoken = spoken >= SPOKEN_LEAST;
	w->label = n_words <= LABEL_WORDS;
	give_form(t, f, json);
	if (json) {
		read_fields(w, f->expected, &expected);
		give_fields(t, &said, &expected);
	} else if (n_words && w->label) {
		struct str answer = str_trim(f->answer), wanted = str_trim(f->expected);
		bool label = wanted.len && wanted.len <= VALUE_BYTES && !same_text(answer, wanted);
		if (answer.len <= VALUE_BYTES && label)
			give_value(t, STR_NONE, answer, wanted);
		if (answer.len <= VALUE_BYTES && !same_text(answer, wanted))
			give_value(t, STR_NONE, answer, STR_NONE);
	}
}

static void read_question(struct alike_work *w, struct str question)
{
	struct fields none;
	size_t spoken;
	bool json = read_fields(w, question, &none);
	read_wording(&w->asked, json ? buf_str(&w->plain) : question, LOOKALIKE_ASKED, &spoken);
}

/* ---------------------------------------------------------------- steps */

static void add_step(struct buf *out, struct str name)
{
	if (out->len > STEPS_SHOWN) /* the hash goes over all of them, the text says where it goes on */
		return;
	if (out->len)
		buf_add_cstr(out, " › ");
	if (out->len > STEPS_SHOWN)
		buf_add_cstr(out, "…");
	else
		add_folded(out, name.len ? str_cut(name, 0, 60) : STR_LIT("(no name)"));
}

static uint64_t step_hash(struct alike_work *w, const struct alike_step *s)
{
	w->plain.len = 0;
	add_folded(&w->plain, s->name);
	return alike_mix(hash64(buf_str(&w->plain)), (uint64_t)s->kind);
}

/* A block of up to PERIOD steps that repeats the one before it is left out: two turns of a loop are as good as ten. */
static void fold_repeats(struct alike_work *w)
{
	for (size_t p = 1; p <= PERIOD && 2 * p <= w->steps.n; p++) {
		const uint64_t *last = w->steps.at + w->steps.n - p;
		if (memcmp(last, last - p, p * sizeof *last) == 0) {
			w->steps.n -= p;
			return;
		}
	}
}

static void give_steps(struct taking *t, const struct alike_facts *f)
{
	struct alike_work *w = t->w;
	size_t n = f->n_steps < LOOKALIKE_STEPS ? f->n_steps : LOOKALIKE_STEPS;
	uint64_t hash = f->n_steps > n;
	if (n < 2)
		return;
	vec_clear(&w->steps);
	buf_clear(&w->text);
	for (size_t i = 0; i < n; i++) {
		size_t before = w->steps.n;
		*vec_add(&w->steps) = step_hash(w, &f->steps[i]);
		fold_repeats(w);
		if (w->steps.n > before)
			add_step(&w->text, f->steps[i].name);
	}
	for (size_t i = 0; i < w->steps.n; i++)
		hash = alike_mix(hash, w->steps.at[i]);
	t->take(t->context, &(struct alike_trait){.aspect = ALIKE_STEPS, .hash = hash, .text = buf_str(&w->text)});
}

/* The first step that failed, and of those below it that failed the deepest of the first: with the names above it. */
static void give_failed_step(struct taking *t, const struct alike_facts *f)
{
	struct alike_work *w = t->w;
	size_t n = f->n_steps < LOOKALIKE_STEPS ? f->n_steps : LOOKALIKE_STEPS, at = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (at != SIZE_MAX && f->steps[i].depth <= f->steps[at].depth)
			break;
		if (f->steps[i].failed)
			at = i;
	}
	if (at == SIZE_MAX || n < 2)
		return;
	const struct alike_step *above[64];
	size_t depth = 0;
	for (size_t i = at + 1; i-- > 0 && depth < 64;)
		if (!depth || f->steps[i].depth < above[depth - 1]->depth)
			above[depth++] = &f->steps[i];
	buf_clear(&w->text);
	while (depth-- > 0)
		add_step(&w->text, above[depth]->name);
	give(t, ALIKE_FAILED_STEP, buf_str(&w->text));
}

/* ---------------------------------------------------------------- all */

void alike_traits(struct alike_work *w, const struct alike_facts *f, alike_take *take, void *context)
{
	struct taking t = {w, take, context};
	arena_reset(&w->arena);
	buf_clear(&w->text);
	lookalike_error(&w->text, f->error);
	give(&t, ALIKE_ERROR, buf_str(&w->text));
	read_question(w, f->question);
	give_answer(&t, f);
	give_all(&t, ALIKE_USED, f->used, f->n_used);
	give_all(&t, ALIKE_MISSING, f->missing, f->n_missing);
	give_all(&t, ALIKE_SCORE, f->scores, f->n_scores);
	give_all(&t, ALIKE_CHECK, f->checks, f->n_checks);
	give_failed_step(&t, f);
	give_steps(&t, f);
}
