/* The context ledger: tokens and money of hand-made calls, to the token and the hundredth of a cent. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store/study/ledger.h"

/* A million tokens: 1 dollar in, 0.1 from the cache, 4 out; "twice" costs twice that; others have no price. */
static double price(const struct usage *u)
{
	double times = str_is(u->model, "m") ? 1 : str_is(u->model, "twice") ? 2 : UNKNOWN_DOUBLE;
	int64_t cached = u->tokens_cached > 0 ? u->tokens_cached : 0, out = u->tokens_out > 0 ? u->tokens_out : 0;
	return times * ((double)(u->tokens_in - cached) + 0.1 * (double)cached + 4 * (double)out) / 1e6;
}

static char filler[4][1000];

static struct str text_of(char c, size_t n)
{
	static int next;
	char *to = filler[next++ % 4];
	memset(to, c, n);
	return (struct str){to, n};
}

static struct ledger_part part(enum ledger_kind kind, char c, size_t n)
{
	return (struct ledger_part){.kind = kind, .text = text_of(c, n), .bytes = n};
}

static struct ledger_call_in call_of(const char *model, int64_t span, int64_t in, int64_t out, int64_t cached)
{
	struct ledger_call_in call = {.span = span,
	                              .pos = span,
	                              .name = STR_LIT("chat"),
	                              .model = str_of(model),
	                              .tokens_in = in,
	                              .tokens_out = out,
	                              .tokens_cached = cached,
	                              .tokens_reasoning = UNKNOWN_INT};
	struct usage usage = {
	    .model = call.model, .tokens_in = in, .tokens_out = out, .tokens_cached = cached, .start_ns = TIME_UNKNOWN};
	call.cost_usd = in == UNKNOWN_INT ? UNKNOWN_DOUBLE : price(&usage);
	return call;
}

static const struct ledger_piece *piece_of(const struct ledger *l, char c)
{
	for (size_t i = 0; i < l->pieces.n; i++)
		if (l->pieces.at[i].preview.len && l->pieces.at[i].preview.ptr[0] == c)
			return &l->pieces.at[i];
	fail_msg("no piece of %c", c);
	return NULL;
}

#define USD(got, micros) assert_true(fabs((got)*1e6 - (micros)) < 1e-6)

static void test_resent(void **state)
{
	(void)state;
	struct ledger l = {.mask = 0};
	struct ledger_part first[] = {part(LEDGER_SYSTEM, 's', 400), part(LEDGER_USER, 'u', 100),
	                              part(LEDGER_ASSISTANT, 'a', 80)};
	first[2].output = true;
	struct ledger_call_in call = call_of("m", 11, 125, 50, UNKNOWN_INT);
	ledger_add(&l, &call, first, 3);
	struct ledger_part second[] = {part(LEDGER_SYSTEM, 's', 400), part(LEDGER_USER, 'u', 100),
	                               part(LEDGER_ASSISTANT, 'a', 80), part(LEDGER_RESULT, 'r', 120)};
	second[3].name = STR_LIT("search");
	call = call_of("m", 12, 175, 10, 100);
	ledger_add(&l, &call, second, 4);
	ledger_end(&l);

	assert_int_equal(l.calls.n, 2);
	assert_int_equal(l.tokens_in, 300);
	assert_int_equal(l.stated, 300);
	assert_int_equal(l.tokens_out, 60);
	assert_int_equal(l.calls.at[0].fresh, 125);
	assert_int_equal(l.calls.at[1].fresh, 50); /* what the model said and the tool's result */
	assert_int_equal(l.calls.at[1].cached, 100);
	assert_int_equal(l.calls.at[1].tokens_so_far, 300);
	assert_int_equal(l.pieces.n, 4);
	USD(l.calls.at[0].input_usd, 125);
	USD(l.calls.at[0].output_usd, 200);
	USD(l.calls.at[1].input_usd, 75 + 10);
	USD(l.calls.at[1].usd_so_far, 325 + 85 + 40);

	const struct ledger_piece *prompt = piece_of(&l, 's');
	assert_int_equal(prompt->tokens, 200);
	assert_int_equal(prompt->sent, 2);
	assert_int_equal(prompt->first, 0);
	assert_int_equal(prompt->span, 11);
	USD(prompt->cost_usd, 100 + 10); /* the second time from the cache */
	assert_ptr_equal(prompt, &l.pieces.at[0]);
	const struct ledger_piece *assistant = piece_of(&l, 'a');
	assert_true(assistant->said);
	assert_int_equal(assistant->span, 11); /* said there, */
	assert_int_equal(assistant->first, 1); /* sent here */
	assert_int_equal(assistant->tokens, 20);
	assert_int_equal(piece_of(&l, 'r')->tokens, 30);
	assert_int_equal(piece_of(&l, 'r')->span, 12);
	USD(piece_of(&l, 'u')->cost_usd, 25 + 25);
	USD(ledger_cost_on(&l, STR_LIT("twice"), STR_NONE), 2 * (325 + 125));
	assert_true(IS_UNKNOWN(ledger_cost_on(&l, STR_LIT("nobody's"), STR_NONE)));
	double sum = 0;
	for (size_t i = 0; i < l.pieces.n; i++)
		sum += l.pieces.at[i].cost_usd;
	USD(sum, 125 + 85);
	ledger_done(&l);
}

/* More tokens than the texts can have: the rest is a piece of its own, and only what it grew by is new. */
static void test_unrecorded(void **state)
{
	(void)state;
	struct ledger l = {.mask = 0};
	for (int i = 0; i < 3; i++) {
		struct ledger_part user = part(LEDGER_USER, 'u', 40);
		struct ledger_call_in call = call_of("m", i + 1, 1010 + i * 100, 0, UNKNOWN_INT);
		ledger_add(&l, &call, &user, 1);
	}
	ledger_end(&l);
	assert_int_equal(l.tokens_in, 3330);
	assert_int_equal(l.calls.at[0].fresh, 1010);
	assert_int_equal(l.calls.at[1].fresh, 100);
	assert_int_equal(l.calls.at[2].fresh, 100);
	assert_int_equal(l.pieces.n, 2);
	assert_int_equal(l.pieces.at[0].kind, LEDGER_UNRECORDED);
	assert_int_equal(l.pieces.at[0].tokens, 3300);
	assert_int_equal(l.pieces.at[0].most, 1200);
	assert_int_equal(l.pieces.at[1].tokens, 30);
	assert_int_equal(l.calls.at[2].items[0].fresh, 100);
	USD(l.pieces.at[0].cost_usd, 3300);
	ledger_done(&l);
}

/* Nobody states tokens: by length, said so, and without cost. No price: output tokens weigh four times. */
static void test_guessed(void **state)
{
	(void)state;
	struct ledger l = {.mask = 0};
	struct ledger_part user = part(LEDGER_USER, 'u', 41);
	struct ledger_call_in call = call_of("m", 1, UNKNOWN_INT, UNKNOWN_INT, UNKNOWN_INT);
	ledger_add(&l, &call, &user, 1);
	call = call_of("unpriced", 2, 20, 5, UNKNOWN_INT);
	call.cost_usd = 40e-6;
	user = part(LEDGER_USER, 'v', 80);
	ledger_add(&l, &call, &user, 1);
	ledger_end(&l);
	assert_true(l.calls.at[0].guessed && l.guessed);
	assert_int_equal(l.calls.at[0].tokens_in, 11);
	assert_int_equal(l.stated, 20);
	assert_true(IS_UNKNOWN(l.calls.at[0].usd_so_far));
	USD(l.calls.at[1].input_usd, 20);
	USD(l.calls.at[1].usd_so_far, 40);
	assert_true(IS_UNKNOWN(piece_of(&l, 'u')->cost_usd));
	ledger_done(&l);
	ledger_end(&l);
	ledger_done(&l);
}

/* Shares by length add up to what is stated, whatever the lengths. */
static void test_adds_up(void **state)
{
	(void)state;
	struct ledger l = {.mask = 0};
	for (int64_t c = 0; c < 200; c++) {
		char texts[37][24];
		struct ledger_part parts[37];
		for (int i = 0; i < 37; i++) {
			int n = snprintf(texts[i], sizeof texts[i], "%lld/%d", (long long)(c % 7 ? c : i), i * i * i);
			parts[i] = (struct ledger_part){
			    .kind = LEDGER_USER,
			    .text = {texts[i], (size_t)n},
			    .bytes = (size_t)n + (size_t)(c * i) % 13
                        };
		}
		struct ledger_call_in call = call_of("m", c + 1, 101 + c, 3, c);
		ledger_add(&l, &call, parts, 37);
		int64_t sum = 0;
		for (size_t i = 0; i < l.calls.at[c].n_items; i++) {
			assert_true(l.calls.at[c].items[i].tokens >= 0);
			sum += l.calls.at[c].items[i].tokens;
		}
		assert_int_equal(sum, 101 + c);
	}
	ledger_end(&l);
	double cost = 0;
	int64_t tokens = 0;
	for (size_t i = 0; i < l.pieces.n; i++) {
		cost += l.pieces.at[i].cost_usd;
		tokens += l.pieces.at[i].tokens;
	}
	assert_int_equal(tokens, l.tokens_in);
	assert_true(fabs(cost - l.input_usd) < 1e-9);
	ledger_done(&l);
}

/* Each call says something new, which the next one sends: pieces come while others are held. */
static void test_many(void **state)
{
	(void)state;
	struct ledger l = {.mask = 0};
	enum { N = 3000 };
	for (int i = 0; i < N; i++) {
		char asked[32], said[32];
		int n = snprintf(asked, sizeof asked, "%d was said before", i - 1), m;
		m = snprintf(said, sizeof said, "%d was said before", i);
		struct ledger_part parts[] = {
		    {.kind = LEDGER_ASSISTANT,   .text = {asked, (size_t)n}, .bytes = (size_t)n},
		    { .kind = LEDGER_ASSISTANT, .text = {said, (size_t)m},         .bytes = (size_t)m,     .output = true},
		};
		struct ledger_call_in call = call_of("m", i + 1, 4, 1, UNKNOWN_INT);
		ledger_add(&l, &call, parts, 2);
	}
	ledger_end(&l);
	assert_int_equal(l.pieces.n, N); /* the last answer was sent to nobody */
	for (size_t i = 0; i < l.pieces.n; i++) {
		const struct ledger_piece *p = &l.pieces.at[i];
		assert_int_equal(p->sent, 1);
		assert_int_equal(p->span, p->first ? p->first : 1);
		assert_int_equal(p->said, p->first > 0);
	}
	ledger_done(&l);
}

static int set_price(void **state)
{
	(void)state;
	sink_set_price_list(price);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_resent),  cmocka_unit_test(test_unrecorded), cmocka_unit_test(test_guessed),
	    cmocka_unit_test(test_adds_up), cmocka_unit_test(test_many),
	};
	return cmocka_run_group_tests_name("ledger", tests, set_price, NULL);
}
