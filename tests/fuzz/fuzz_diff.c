/* F9: the word diff, and that of JSON. The input is two texts with a NUL between them. The operations rebuild both, none is empty, no two
 * neighbours are of one kind, and what is equal is equal. */
#include "store/diff.h"
#include "store/diff_json.h"
#include "tests/fuzz/fuzz.h"

static void check(struct str a, struct str b, enum diff_unit unit)
{
	struct arena arena = ARENA_INIT;
	struct diff d = diff_text(&arena, a, b, unit);
	size_t at_a = 0, at_b = 0, changes = 0;
	bool equal_before = true;
	for (size_t i = 0; i < d.n; i++) {
		const struct diff_op *op = &d.ops[i];
		FUZZ_CHECK(op->a_at == at_a && op->b_at == at_b);
		FUZZ_CHECK(i == 0 || op->kind != d.ops[i - 1].kind);
		FUZZ_CHECK(i == 0 || op->kind != DIFF_ONLY_A || d.ops[i - 1].kind != DIFF_ONLY_B);
		FUZZ_CHECK(op->a_len + op->b_len > 0);
		FUZZ_CHECK(op->kind != DIFF_ONLY_A || op->b_len == 0);
		FUZZ_CHECK(op->kind != DIFF_ONLY_B || op->a_len == 0);
		if (op->kind == DIFF_EQUAL)
			FUZZ_CHECK(op->a_len == op->b_len && memcmp(a.ptr + at_a, b.ptr + at_b, op->a_len) == 0);
		else if (equal_before)
			changes++;
		equal_before = op->kind == DIFF_EQUAL;
		at_a += op->a_len;
		at_b += op->b_len;
	}
	FUZZ_CHECK(at_a == a.len && at_b == b.len);
	FUZZ_CHECK(changes == d.n_changes && d.unit >= unit);
	if (str_eq(a, b))
		FUZZ_CHECK(d.n_changes == 0);
	arena_done(&arena);
}

/* As JSON, if they are: either way round the same says whether they differ; no op stands outside of one that holds it. */
static void check_json(struct str a, struct str b)
{
	struct arena arena = ARENA_INIT;
	struct json_diff d, back, none;
	if (diff_json(&arena, a, b, &d) && diff_json(&arena, b, a, &back) && diff_json(&arena, a, a, &none)) {
		struct buf path = BUF_INIT;
		FUZZ_CHECK((d.n == 0) == (back.n == 0) && none.n == 0 && (d.n_changes == 0) == (d.n == 0));
		for (size_t i = 0; i < d.n; i++) {
			const struct json_diff_op *op = &d.ops[i], *up = &d.ops[op->up];
			FUZZ_CHECK(i == 0 ||
			           (op->up < i && up->kind == JSON_DIFF_INSIDE && op->depth == up->depth + 1));
			if (i < 100)
				json_diff_path(&path, &d, i, true);
		}
		buf_done(&path);
	}
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = fuzz_str(data, size), a = STR_LIT(""), b = STR_LIT("");
	size_t at = 0;
	while (at < all.len && all.ptr[at])
		at++;
	a = str_cut(all, 0, at);
	b = str_from(all, at + 1);
	check(a, b, DIFF_WORDS);
	check(b, a, DIFF_WORDS);
	check(a, b, DIFF_LINES);
	check(a, a, DIFF_WORDS);
	check_json(a, b);
	return 0;
}
