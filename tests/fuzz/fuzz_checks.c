/* Personal data in any bytes, regular expressions, and the rules file. What is found lies in the text, one after the other, and its mask does not
 * tell it; a pattern's mistake lies in the pattern, and a match in the text; rules that are refused say why. */
#include "store/base/text.h"
#include "store/study/pattern.h"
#include "store/check/rules.h"
#include "store/study/personal.h"
#include "tests/fuzz/fuzz.h"

static void check_personal(struct str text)
{
	size_t at = 0, len = 0, end = 0;
	enum personal kind;
	for (; personal_next(text, &at, &len, &kind); at += len) {
		struct buf mask = BUF_INIT;
		FUZZ_CHECK(kind < N_PERSONALS && len > 0 && at >= end && len <= text.len && at <= text.len - len);
		end = at + len;
		personal_mask(&mask, str_cut(text, at, len), kind);
		FUZZ_CHECK(mask.len > 0 && str_find(buf_str(&mask), str_cut(text, at, len)) == SIZE_MAX);
		buf_done(&mask);
	}
}

/* The first line is the pattern, the rest the text. */
static void check_pattern(struct str text)
{
	struct arena arena = ARENA_INIT;
	struct pattern_mistake m = {0};
	struct str rest = text, line;
	if (!str_split(&rest, '\n', &line)) {
		arena_done(&arena);
		return;
	}
	const struct pattern *p = pattern_parse(&arena, line, &m);
	if (p) {
		size_t at = pattern_find(p, rest);
		FUZZ_CHECK(at == SIZE_MAX || at <= rest.len);
	} else {
		FUZZ_CHECK(m.why && m.why[0] && m.at <= line.len);
	}
	arena_done(&arena);
}

static void check_rules(struct str text)
{
	struct rules *rules = NULL;
	struct err err = ERR_INIT;
	if (!rules_parse(text, "fuzz", 0, &rules, &err)) {
		FUZZ_CHECK(!rules && err.code == ERR_USAGE && strncmp(err.text, "fuzz, line ", 11) == 0);
		return;
	}
	FUZZ_CHECK(rules && rules_hash(rules));
	for (int i = 0; i < N_CHECKS; i++)
		FUZZ_CHECK(rules_level(rules, (enum check_id)i) >= CHECK_OFF &&
		           rules_limit(rules, (enum check_id)i) >= 0);
	for (size_t i = 0; i < rules_n(rules); i++)
		FUZZ_CHECK(rules_name(rules, i)[0] && rules_help_of(rules, i));
	rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	check_personal(text);
	check_pattern(text);
	check_rules(text);
	return 0;
}
