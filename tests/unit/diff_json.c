/* The JSON diff: worked examples, properties on random documents, hostile texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "store/base/scan.h"
#include "store/diff_json.h"
#include "store/stat/rng.h"

static const struct scan_opts OPTS = {.last = true, .lenient = true, .replace_utf8 = true};

/* ---------------------------------------------------------------- as text */

/* "~$.a: 1 -> 2", "-$.b: 3", "+$.c: 4", "=2" for equal neighbours; joined by "; ". */
static void render(struct buf *out, const struct json_diff *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct json_diff_op *op = &d->ops[i];
		if (op->kind == JSON_DIFF_INSIDE)
			continue;
		buf_add_cstr(out, out->len ? "; " : "");
		if (op->kind == JSON_DIFF_SAME) {
			buf_printf(out, "=%lld", (long long)op->n);
			continue;
		}
		buf_add_char(out, op->kind == JSON_DIFF_CHANGED ? '~' : op->kind == JSON_DIFF_ONLY_A ? '-' : '+');
		json_diff_path(out, d, i, op->kind != JSON_DIFF_ONLY_A);
		buf_add_cstr(out, ": ");
		buf_add_str(out, op->a);
		buf_add_cstr(out, op->kind == JSON_DIFF_CHANGED ? " -> " : "");
		buf_add_str(out, op->b);
	}
}

static void check_shape(const struct json_diff *d)
{
	size_t changes = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct json_diff_op *op = &d->ops[i], *up = &d->ops[op->up];
		bool has_a = op->kind != JSON_DIFF_ONLY_B,
		     has_b = op->kind != JSON_DIFF_ONLY_A && op->kind != JSON_DIFF_SAME;
		assert_true(i == 0 ? op->depth == 0
		                   : op->up < i && up->kind == JSON_DIFF_INSIDE && op->depth == up->depth + 1);
		assert_true((op->a.ptr != NULL) == has_a && (op->b.ptr != NULL) == has_b);
		assert_true(op->n == 1 || op->kind == JSON_DIFF_SAME);
		/* Two runs of equal ones beside each other are one. */
		assert_false(i && op->kind == JSON_DIFF_SAME && d->ops[i - 1].kind == JSON_DIFF_SAME &&
		             d->ops[i - 1].up == op->up);
		changes += op->kind != JSON_DIFF_INSIDE && op->kind != JSON_DIFF_SAME;
	}
	assert_int_equal(changes, d->n_changes);
	assert_true((d->n == 0) == (d->n_changes == 0));
}

static void test_examples(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
	    {"{}",	                               "{ }",	                                                ""	                           },
	    {"{\"a\":1}",	                        "{\"a\":1.0}",	                                        ""                                   },
	    {"{\"a\":1}",	                        "{\"a\":10e-1}",	                                      ""                                   },
	    {"{\"a\":0.1}",	                      "{\"a\":0.100000000001}",                                     "~$.a: 0.1 -> 0.100000000001"        },
	    {"{\"a\":0.1}",	                      "{\"a\":0.10000000000000001}",                                ""                                   },
	    {"{\"a\":1700000000000000001}",              "{\"a\":1700000000000000002}",
	     "~$.a: 1700000000000000001 -> 1700000000000000002"	                                                                                     },
	    {"{\"a\":0}",	                        "{\"a\":-0}",	                                         ""                                   },
	    {"{\"a\":1}",	                        "{\"a\":\"1\"}",	                                      "~$.a: 1 -> \"1\""                   },
	    {"{\"a\":null}",	                     "{}",	                                                 "-$.a: null"                         },
	    {"{\"a\":\"\\u00e9\"}",                      "{\"a\":\"\xC3\xA9\"}",                                       ""                                   },
 /* order of members says nothing; of a key given twice the last counts */
	    {"{\"a\":1,\"b\":2}",                        "{\"b\":2,\"a\":1}",                                          ""                                   },
	    {"{\"a\":1,\"a\":2}",                        "{\"a\":2}",	                                          ""                                   },
	    {"{\"a\":2,\"a\":1}",                        "{\"a\":2}",	                                          "~$.a: 1 -> 2"                       },
 /* what only B has stands behind the neighbour it follows there */
	    {"{\"a\":1,\"c\":3}",                        "{\"z\":0,\"a\":1,\"b\":2,\"c\":3}",                          "+$.z: 0; =1; +$.b: 2; =1"           },
	    {"{\"two words\":{\"x\":[1,2]}}",            "{\"two words\":{\"x\":[1,3]}}",                              "=1; ~$[\"two words\"].x[1]: 2 -> 3" },
	    {"{\"\":1,\"1\":1}",                         "{\"\":2,\"1\":2}",                                           "~$[\"\"]: 1 -> 2; ~$[\"1\"]: 1 -> 2"},
	    {"[1,2,3,4]",	                        "[1,9,2,3,4]",	                                        "=1; +$[1]: 9; =3"                   },
	    {"[1,2,3,4]",	                        "[1,2,4]",	                                            "=2; -$[2]: 3; =1"                   },
	    {"[1,2,3]",	                          "[1,5,3]",	                                            "=1; ~$[1]: 2 -> 5; =1"              },
	    {"[]",	                               "[1]",	                                                "+$[0]: 1"                           },
	    {"[{\"x\":1},[2]]",                          "[{\"x\":1.0},[2.0]]",                                        ""                                   },
 /* elements that name themselves alike meet, others do not */
	    {"[{\"id\":1,\"v\":1},{\"id\":2,\"v\":2}]",  "[{\"id\":0,\"v\":0},{\"id\":1,\"v\":1},{\"id\":2,\"v\":3}]",
	     "+$[0]: {\"id\":0,\"v\":0}; =1; =1; ~$[2].v: 2 -> 3"	                                                                                   },
	    {"[{\"name\":\"a\",\"v\":1}]",               "[{\"name\":\"b\",\"v\":1}]",
	     "-$[0]: {\"name\":\"a\",\"v\":1}; +$[0]: {\"name\":\"b\",\"v\":1}"                                                                             },
	    {"{\"items\":[{\"name\":\"x\"},{\"n\":1}]}", "{\"items\":[{\"name\":\"x\"},{\"n\":2}]}",
	     "=1; ~$.items[1].n: 1 -> 2"	                                                                                                            },
	    {"[1]",	                              "{\"a\":1}",	                                          "~$: [1] -> {\"a\":1}"               },
	    {" {\"a\": [1, 2]} ",                        "{\"a\":[1,2]}",                                              ""                                   },
	    {"{\"a\":NaN}",	                      "{\"a\":NaN}",	                                        ""                                   },
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_diff d;
		struct buf out = BUF_INIT;
		assert_true(diff_json(&arena, str_of(rows[i][0]), str_of(rows[i][1]), &d));
		check_shape(&d);
		render(&out, &d);
		assert_string_equal(buf_cstr(&out), rows[i][2]);
		buf_done(&out);
	}
	arena_done(&arena);
}

static void test_not_json(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
	    {"",         "{}"   },
            {"{}",       ""     },
            {"1",        "1"    },
            {"\"a\"",    "\"a\""},
	    {"{}",       "[1,"  },
            {"{\"a\":}", "{}"   },
            {"plain {}", "{}"   },
	};
	struct arena arena = ARENA_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json_diff d;
		assert_false(diff_json(&arena, str_of(rows[i][0]), str_of(rows[i][1]), &d));
		assert_int_equal(d.n, 0);
	}
	arena_done(&arena);
}

/* ---------------------------------------------------------------- random documents */

static void add_random(struct buf *out, struct rng *rng, int depth)
{
	int what = (int)rng_index(rng, depth > 3 ? 5 : 9);
	int n = (int)rng_index(rng, 5);
	if (depth == 0)
		what = 5 + (int)rng_index(rng, 4);
	switch (what) {
	case 0: buf_add_cstr(out, "null"); return;
	case 1: buf_add_cstr(out, rng_index(rng, 2) ? "true" : "false"); return;
	case 2: buf_printf(out, "%d", (int)rng_index(rng, 4)); return;
	case 3: buf_printf(out, "%d.5", (int)rng_index(rng, 3)); return;
	case 4: buf_printf(out, "\"%c\"", 'a' + (int)rng_index(rng, 3)); return;
	case 5:
	case 6:
		buf_add_char(out, '[');
		for (int i = 0; i < n; i++) {
			buf_add_cstr(out, i ? ", " : "");
			add_random(out, rng, depth + 1);
		}
		buf_add_char(out, ']');
		return;
	default:
		buf_add_char(out, '{');
		for (int i = 0; i < n; i++) {
			static const char *const keys[] = {"id", "name", "x y", "k", "m", "z", "p", "q"};
			buf_printf(out, "%s\"%s\" : ", i ? "," : "", keys[i + (int)rng_index(rng, 4)]);
			add_random(out, rng, depth + 1);
		}
		buf_add_char(out, '}');
	}
}

/* What A becomes when all ops are applied to it, from op *i on (an inside one). */
static void apply(struct buf *out, const struct json_diff *d, size_t *i)
{
	const struct json_diff_op *in = &d->ops[*i];
	size_t up = *i;
	bool object = in->a.ptr[0] == '{', first = true;
	buf_add_char(out, object ? '{' : '[');
	for ((*i)++; *i < d->n && d->ops[*i].depth > in->depth;) {
		const struct json_diff_op *op = &d->ops[*i];
		assert_int_equal(op->up, up);
		if (op->kind == JSON_DIFF_ONLY_A) {
			(*i)++;
			continue;
		}
		buf_add_cstr(out, first ? "" : ",");
		first = false;
		if (object && op->kind != JSON_DIFF_SAME) {
			scan_quote(out, op->key);
			buf_add_char(out, ':');
		}
		if (op->kind == JSON_DIFF_INSIDE) {
			apply(out, d, i);
			continue;
		}
		buf_add_str(out, op->kind == JSON_DIFF_SAME ? op->a : op->b);
		(*i)++;
	}
	buf_add_char(out, object ? '}' : ']');
}

static void canonical(struct buf *out, struct str text)
{
	struct scan s = SCAN_INIT;
	assert_true(scan_text(&s, text, &OPTS));
	scan_canonical(out, scan_root(&s));
	scan_done(&s);
}

static bool same_canonical(struct str a, struct str b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	canonical(&x, a);
	canonical(&y, b);
	bool same = str_eq(buf_str(&x), buf_str(&y));
	buf_done(&x);
	buf_done(&y);
	return same;
}

static int by_text(const void *left, const void *right)
{
	return str_cmp(*(const struct str *)left, *(const struct str *)right);
}

/* The changes as a set: "-path: value" and "+path: value", those that changed as both; `swap`: with the sides exchanged. */
static void change_set(struct arena *arena, const struct json_diff *d, bool swap, struct buf *out)
{
	struct str *lines = arena_zalloc(arena, 2 * d->n + 1, sizeof *lines);
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct json_diff_op *op = &d->ops[i];
		for (int side = 0; side < 2; side++) {
			struct str value = side ? op->b : op->a;
			struct buf line = BUF_INIT;
			if (!value.ptr || op->kind == JSON_DIFF_INSIDE || op->kind == JSON_DIFF_SAME)
				continue;
			buf_add_char(&line, (side == 1) != swap ? '+' : '-');
			json_diff_path(&line, d, i, side == 1);
			buf_add_str(&line, value);
			lines[n++] = arena_str(arena, buf_str(&line));
			buf_done(&line);
		}
	}
	qsort(lines, n, sizeof *lines, by_text);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, lines[i]);
		buf_add_char(out, '\n');
	}
}

/* Objects alone: where arrays align in more than one shortest way, both are right, and either direction may find either. */
static bool has_array(struct str text)
{
	return str_find_char(text, '[') != SIZE_MAX;
}

static void test_random(void **state)
{
	(void)state;
	struct rng rng = rng_stream(20261122, 0);
	int mirrored = 0, applied = 0;
	for (int round = 0; round < 20000; round++) {
		struct arena arena = ARENA_INIT;
		struct buf a = BUF_INIT, b = BUF_INIT, made = BUF_INIT;
		struct json_diff d, back, none;
		add_random(&a, &rng, 0);
		add_random(&b, &rng, 0);
		struct str x = buf_str(&a), y = buf_str(&b);
		assert_true(diff_json(&arena, x, y, &d) && diff_json(&arena, y, x, &back) &&
		            diff_json(&arena, x, x, &none));
		check_shape(&d);
		check_shape(&back);
		assert_int_equal(none.n, 0);
		assert_true((d.n == 0) == (back.n == 0));
		assert_true((d.n == 0) == same_canonical(x, y));
		if (d.n && d.ops[0].kind == JSON_DIFF_INSIDE) {
			size_t i = 0;
			apply(&made, &d, &i);
			assert_int_equal(i, d.n);
			assert_true(same_canonical(buf_str(&made), y));
			applied++;
		}
		if (d.n && !has_array(x) && !has_array(y)) {
			struct buf one = BUF_INIT, other = BUF_INIT;
			change_set(&arena, &d, false, &one);
			change_set(&arena, &back, true, &other);
			assert_string_equal(buf_cstr(&one), buf_cstr(&other));
			buf_done(&one);
			buf_done(&other);
			mirrored++;
		}
		buf_done(&a);
		buf_done(&b);
		buf_done(&made);
		arena_done(&arena);
	}
	assert_true(applied > 5000 && mirrored > 1000);
}

/* ---------------------------------------------------------------- large and hostile */

static void fill(struct buf *out, const char *open, const char *close, int n)
{
	for (int i = 0; i < n; i++)
		buf_add_cstr(out, open);
	buf_add_cstr(out, "1");
	for (int i = 0; i < n; i++)
		buf_add_cstr(out, close);
}

static void test_deep(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT, path = BUF_INIT;
	struct json_diff d;
	fill(&a, "[", "]", 900);
	buf_add_cstr(&b, buf_cstr(&a));
	b.ptr[900] = '2';
	assert_true(diff_json(&arena, buf_str(&a), buf_str(&b), &d));
	check_shape(&d);
	assert_int_equal(d.n, 901);
	json_diff_path(&path, &d, d.n - 1, true);
	assert_int_equal(path.len, 1 + 3 * 900);
	buf_clear(&a);
	fill(&a, "[", "]", 5000); /* deeper than a scan goes: no JSON to us */
	assert_false(diff_json(&arena, buf_str(&a), buf_str(&a), &d));
	buf_done(&a);
	buf_done(&b);
	buf_done(&path);
	arena_done(&arena);
}

static void test_long(void **state)
{
	(void)state;
	struct arena arena = ARENA_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct json_diff d;
	for (int i = 0; i < 250000; i++) {
		buf_printf(&a, "%s%d", i ? "," : "[", i);
		buf_printf(&b, "%s%d", i ? "," : "[", i + 1000000);
	}
	buf_add_char(&a, ']');
	buf_add_char(&b, ']');
	assert_true(diff_json(&arena, buf_str(&a), buf_str(&b), &d));
	assert_true(d.approximate && d.cut && d.n == DIFF_JSON_OPS);
	assert_true(diff_json(&arena, buf_str(&a), buf_str(&a), &d));
	assert_int_equal(d.n, 0);
	buf_done(&a);
	buf_done(&b);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_examples), cmocka_unit_test(test_not_json), cmocka_unit_test(test_random),
	    cmocka_unit_test(test_deep),     cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
