/* F1: the scanner. Tokens lie in order and tile the value with nothing but JSON's own punctuation between them; the three code
 * paths agree; a part of a good text is never bad; what is accepted reads the same by cJSON, and again after it was printed. */
#include <cjson/cJSON.h>
#include <math.h>

#include "store/base/scan.h"
#include "store/base/text.h"
#include "tests/fuzz/fuzz.h"

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ':' || c == '"' || c == '[' ||
	       c == ']' || c == '{' || c == '}';
}

/* Offsets rise; each token but containers owns its bytes; what no token owns is punctuation and white space. */
static void check_tokens(const struct scan *s, size_t used)
{
	size_t at = 0;
	FUZZ_CHECK(s->n > 0 && s->tokens[0].next == s->n);
	for (uint32_t i = 0; i < s->n; i++) {
		const struct scan_token *t = &s->tokens[i];
		bool open = t->type == SCAN_ARRAY || t->type == SCAN_OBJECT;
		FUZZ_CHECK(t->at >= at && (size_t)t->at + t->len <= used);
		FUZZ_CHECK(t->next > i && t->next <= s->n && (open || t->next == i + 1));
		for (; at < t->at; at++)
			FUZZ_CHECK(is_between(s->text[at]));
		if (!open)
			at = (size_t)t->at + t->len;
	}
	for (; at < used; at++)
		FUZZ_CHECK(is_between(s->text[at]));
}

static bool same_tokens(const struct scan *a, const struct scan *b)
{
	if (a->n != b->n || a->bad_utf8 != b->bad_utf8 || a->lone_surrogates != b->lone_surrogates)
		return false;
	for (uint32_t i = 0; i < a->n; i++) {
		const struct scan_token *x = &a->tokens[i], *y = &b->tokens[i];
		if (x->at != y->at || x->len != y->len || x->next != y->next || x->type != y->type ||
		    x->escaped != y->escaped)
			return false;
	}
	return true;
}

static void check_paths(const struct scan *s, struct str text, const struct scan_opts *opts, enum scan_status status,
                        size_t used)
{
	static const char *const paths[] = {"plain", "sse2", "avx2"};
	const char *now = scan_path();
	for (size_t i = 0; i < 3; i++) {
		struct scan other = SCAN_INIT;
		size_t other_used = 0;
		if (strcmp(paths[i], now) == 0 || !scan_force(paths[i]))
			continue;
		FUZZ_CHECK(scan_value(&other, text, opts, &other_used) == status);
		if (status == SCAN_OK)
			FUZZ_CHECK(other_used == used && same_tokens(s, &other));
		if (status == SCAN_BAD)
			FUZZ_CHECK(other.bad_at == s->bad_at && strcmp(other.bad, s->bad) == 0);
		scan_done(&other);
	}
	scan_force(now);
}

/* A beginning of a good value may go on: it is never bad while more may come. */
static void check_beginning(struct str text, size_t used, unsigned choice, const struct scan_opts *opts)
{
	struct scan part = SCAN_INIT;
	struct scan_opts more = *opts;
	size_t part_used;
	more.last = false;
	if (used == 0)
		return;
	FUZZ_CHECK(scan_value(&part, str_cut(text, 0, choice * 2654435761u % used), &more, &part_used) == SCAN_MORE);
	scan_done(&part);
}

static void check_string(struct val v, struct arena *arena)
{
	struct str text = val_str(v, arena);
	struct buf quoted = BUF_INIT;
	struct scan again = SCAN_INIT;
	FUZZ_CHECK(text_is_valid(text));
	scan_quote(&quoted, text);
	FUZZ_CHECK(scan_text(&again, buf_str(&quoted), &(struct scan_opts){.last = true}));
	FUZZ_CHECK(str_eq(val_str(scan_root(&again), arena), text));
	scan_done(&again);
	buf_done(&quoted);
}

static void check_number(struct val v)
{
	int64_t n;
	double d;
	char *end, literal[512];
	struct str raw = val_raw(v);
	if (raw.len >= sizeof literal)
		return;
	memcpy(literal, raw.ptr, raw.len);
	literal[raw.len] = '\0';
	if (val_double(v, &d)) {
		double want = strtod(literal, &end);
		FUZZ_CHECK(*end == '\0' && memcmp(&want, &d, sizeof d) == 0);
	} else {
		FUZZ_CHECK(isinf(strtod(literal, &end)));
	}
	if (val_int64(v, &n) && !strpbrk(literal, ".eE"))
		FUZZ_CHECK(strtoll(literal, &end, 10) == n && *end == '\0');
}

/* cJSON cannot say what lies behind a NUL, refuses lone surrogates, and reads at most 63 bytes of a number. */
static bool is_for_cjson(const struct scan *s, struct str text)
{
	if (s->bad_utf8 || s->lone_surrogates || str_find(text, STR_LIT("\\u0000")) != SIZE_MAX)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->tokens[i].type == SCAN_NAN || (s->tokens[i].type == SCAN_NUMBER && s->tokens[i].len > 62))
			return false;
	return true;
}

static enum scan_type type_of(const cJSON *j)
{
	return cJSON_IsNull(j)     ? SCAN_NULL
	       : cJSON_IsFalse(j)  ? SCAN_FALSE
	       : cJSON_IsTrue(j)   ? SCAN_TRUE
	       : cJSON_IsNumber(j) ? SCAN_NUMBER
	       : cJSON_IsString(j) ? SCAN_STRING
	       : cJSON_IsArray(j)  ? SCAN_ARRAY
	                           : SCAN_OBJECT;
}

/* Depth is limited by both (1000). */
static void check_same(struct val v, const cJSON *j, struct arena *arena) /* NOLINT(misc-no-recursion) */
{
	FUZZ_CHECK(val_type(v) == type_of(j));
	if (cJSON_IsString(j))
		FUZZ_CHECK(str_eq(val_str(v, arena), str_of(j->valuestring)));
	if (!cJSON_IsArray(j) && !cJSON_IsObject(j))
		return;
	struct member m = val_first(v);
	for (const cJSON *kid = j->child; kid; kid = kid->next, m = val_next(m)) {
		FUZZ_CHECK(m.ok);
		if (kid->string)
			FUZZ_CHECK(str_eq(member_key(m, arena), str_of(kid->string)));
		check_same(m.val, kid, arena);
	}
	FUZZ_CHECK(!m.ok);
}

static void check_cjson(const struct scan *s, struct str text, struct arena *arena)
{
	if (!is_for_cjson(s, text))
		return;
	cJSON *tree = cJSON_ParseWithLength(text.ptr, text.len);
	FUZZ_CHECK(tree);
	check_same(scan_root(s), tree, arena);
	cJSON_Delete(tree);
}

static void check_printed(const struct scan *s, const struct scan_opts *opts)
{
	void (*const ways[])(struct buf *, struct val) = {scan_compact, scan_pretty, scan_canonical};
	struct buf canonical = BUF_INIT;
	scan_canonical(&canonical, scan_root(s));
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		struct buf out = BUF_INIT, again = BUF_INIT;
		struct scan scan = SCAN_INIT;
		ways[i](&out, scan_root(s));
		FUZZ_CHECK(scan_text(&scan, buf_str(&out), opts));
		scan_canonical(&again, scan_root(&scan));
		FUZZ_CHECK(str_eq(buf_str(&again), buf_str(&canonical)));
		scan_done(&scan);
		buf_done(&out);
		buf_done(&again);
	}
	buf_done(&canonical);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	unsigned choice = fuzz_choice(text);
	struct scan_opts opts = {.last = true, .lenient = choice & 1, .replace_utf8 = choice & 2};
	struct arena arena = ARENA_INIT;
	struct scan s = SCAN_INIT;
	size_t used = 0;
	/* All values, one after another, as in a file of lines. */
	while (text.len) {
		enum scan_status status = scan_value(&s, text, &opts, &used);
		check_paths(&s, text, &opts, status, used);
		FUZZ_CHECK(status != SCAN_MORE);
		if (status == SCAN_BAD) {
			FUZZ_CHECK(s.bad && s.bad_at <= text.len);
			break;
		}
		FUZZ_CHECK(used > 0 && used <= text.len);
		check_tokens(&s, used);
		check_beginning(text, used, choice, &opts);
		for (uint32_t i = 0; i < s.n; i++) {
			struct val v = {&s, i};
			if (s.tokens[i].type == SCAN_STRING)
				check_string(v, &arena);
			else if (s.tokens[i].type == SCAN_NUMBER)
				check_number(v);
		}
		check_cjson(&s, str_cut(text, 0, used), &arena);
		check_printed(&s, &opts);
		text = str_from(text, used);
	}
	scan_done(&s);
	arena_done(&arena);
	return 0;
}
