/* store/study/personal: what is found, and above all what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/study/personal.h"

/* Put together here, so that no scanner of repositories takes them for real ones. */
#define GITHUB \
	"ghp"  \
	"_"    \
	"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
#define OPENAI   \
	"sk"     \
	"-proj-" \
	"Zx81kQ0vPq27LmN4rTy6UwEa93Bd"
#define SLACK \
	"xox" \
	"b-"  \
	"2413512361-2413512362-aB3dE5fG7hI9"
#define AWS  \
	"AK" \
	"IA" \
	"Q3EGT7WNZ5LMX2PB"
#define JWT "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsIm4iOjF9.c2lnbmF0dXJlLWhlcmU"
#define PEM                      \
	"-----BEGIN RSA PRIVATE" \
	" KEY-----\nMIIEpAIBAAKCAQEA75kQ8vq2ZrT1mN\n-----END RSA PRIVATE KEY-----"

static void all_of(struct str text, struct buf *out)
{
	size_t at = 0, len = 0;
	enum personal kind;
	buf_clear(out);
	for (; personal_next(text, &at, &len, &kind); at += len) {
		assert_true(len > 0 && at + len <= text.len);
		buf_printf(out, "%s%s <" STR_FMT ">", out->len ? "; " : "", personal_name(kind),
		           STR_ARG(str_cut(text, at, len)));
	}
}

struct row {
	const char *text, *found;
};

static void check(const struct row *rows, size_t n)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		all_of(str_of(rows[i].text), &out);
		if (strcmp(buf_cstr(&out), rows[i].found) != 0)
			fail_msg("%s\n  found: %s\n  not:   %s", rows[i].text, buf_cstr(&out), rows[i].found);
	}
	buf_done(&out);
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

static void test_found(void **state)
{
	(void)state;
	static const struct row rows[] = {
	    {"write to jane.doe@acme.co.uk.",              "e-mail address <jane.doe@acme.co.uk>"                      },
	    {"a@acme.de,b+tag@acme.de",                    "e-mail address <a@acme.de>; e-mail address <b+tag@acme.de>"},
	    {"\"to\\njane@acme.de\\n\"",                   "e-mail address <jane@acme.de>"                             },
	    {"mailto:jane@acme.de?subject=x",              "e-mail address <jane@acme.de>"                             },
	    {"<jane@acme.de>",                             "e-mail address <jane@acme.de>"                             },
	    {"+49 30 901820",	                      "phone number <+49 30 901820>"                              },
	    {"Call +1 (415) 867-5309 now",                 "phone number <+1 (415) 867-5309>"                          },
	    {"tel:+442071838750",                          "phone number <+442071838750>"                              },
	    {"+33 1 42 68 53 00, thanks",                  "phone number <+33 1 42 68 53 00>"                          },
	    {"DE89 3704 0044 0532 0130 00",                "bank account <DE89 3704 0044 0532 0130 00>"                },
	    {"iban=GB82WEST12345698765432;",               "bank account <GB82WEST12345698765432>"                     },
	    {"Card 4111 1111 1111 1111.",                  "card number <4111 1111 1111 1111>"                         },
	    {"4242-4242-4242-4242",                        "card number <4242-4242-4242-4242>"                         },
	    {"5555555555554444",                           "card number <5555555555554444>"                            },
	    {"amex 3782 822463 10005",                     "card number <3782 822463 10005>"                           },
	    {"\"card_number\": \"4012888888881881\"",      "card number <4012888888881881>"                            },
	    {"token " GITHUB,	                      "secret <" GITHUB ">"                                       },
	    {"OPENAI_API_KEY=" OPENAI "\n",                "secret <" OPENAI ">"                                       },
	    {"\"" SLACK "\"",	                      "secret <" SLACK ">"                                        },
	    {"id " AWS " key",                             "secret <" AWS ">"                                          },
	    {"Bearer " JWT,	                        "secret <" JWT ">"                                          },
	    {PEM,	                                  "secret <" PEM ">"	                                  },
	    {"postgres://app:hunter2zz@db.acme.de:5432/x", "secret <hunter2zz>"                                        },
	};
	CHECK(rows);
}

static void test_not_found(void **state)
{
	(void)state;
	static const struct row rows[] = {
  /* addresses that are none, or nobody's */
	    {"jane@example.com user@mail.example.org x@y.test",                                    ""},
	    {"no-reply@acme.de noreply@github.com",                                                ""},
	    {"git@github.com:acme/repo.git",	                                               ""},
	    {"icon@2x.png logo@3x.webp",	                                                   ""},
	    {"react@18.2.0 lodash@4.17.21 left-pad@latest",                                        ""},
	    {"@app.route('/x') @pytest.mark.skip",                                                 ""},
	    {"user@host and a@b",	                                                          ""},
	    {"\\@acme.de @acme.de",	                                                        ""},
	    {"a@-acme.de a@acme-.de a@acme..de",	                                           ""},
	    {"x@unit.service",	                                                             ""},
 /* numbers that are no telephones */
	    {"2026-11-20T09:30:00+02:00 +0200 +01:00",                                             ""},
	    {"1+23456789012 a+4915112345678",	                                              ""},
	    {"+1234567 +0123456789 +99",	                                                   ""},
	    {"+1,000,000,000 +15.5% +2.5e10",	                                              ""},
	    {"C++20 +111111111111 +44444444444",	                                           ""},
	    {"555-867-5309 (415) 867-5309 030 901820",                                             ""},
	    {"+20261120093012345678",	                                                      ""},
 /* numbers that are no accounts and no cards */
	    {"DE88 3704 0044 0532 0130 00",	                                                ""},
	    {"GB82WEST1234569876543 AB12CDEF",	                                             ""},
	    {"GB82WEST12345698765432X",	                                                    ""},
	    {"4111 1111 1111 1112",	                                                        ""},
	    {"order 4111-1111-1111-1111-1111",	                                             ""},
	    {"\"order_id\": 4111111111111111",	                                             ""},
	    {"\"orderId\":\"4111111111111111\"",	                                           ""},
	    {"ts=4111111111111111",	                                                        ""},
	    {"0.4111111111111111 -4111111111111111",                                               ""},
	    {"4111111111111111.5 4111111111111111e3",                                              ""},
	    {"1763630000000000000 1763630000000000",                                               ""},
	    {"00000000-4111-1111-1111-111111111111",                                               ""},
	    {"550e8400-e29b-41d4-a716-446655440000",                                               ""},
	    {"d41d8cd98f00b204e9800998ecf8427e",	                                           ""},
	    {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",                   ""},
	    {"4444444444444444 0000000000000000",	                                          ""},
	    {"x4111111111111111 4111111111111111x",                                                ""},
	    {"20261120093012345",	                                                          ""},
	    {"4111 1111 1111 11111",	                                                       ""},
 /* words that look like keys, placeholders */
	    {"sk-container-id-1 div.sk-parallel-item::after",                                      ""},
	    {"sk-learn-something-very-long-without-digits",                                        ""},
	    {"sk-xxxxxxxxxxxxxxxxxxxxxxxx sk-...",                                                 ""},
	    {"sk-your-api-key-goes-here-1234567890",                                               ""},
	    {"task-a1B2c3D4e5F6g7H8i9J0k1L2",	                                              ""},
	    {"AKIA"
	     "IOSFODNN7EXAMPLE",	                                              ""},
	    {"AKIAshort AKIAq3egt7wnz5lmx2pb",	                                             ""},
	    {"ghp_short hf_abc npm_install",	                                               ""},
	    {"eyJ eyJhbGciOiJIUzI1NiJ9",	                                                   ""},
	    {"-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOC\n-----END PUBLIC KEY-----", ""},
	    {"-----BEGIN PRIVATE"
	     " KEY-----\n...\n-----END PRIVATE KEY-----",	                     ""},
	    {"postgres://user:password@localhost/x https://u:${TOKEN}@host.de",                    ""},
	    {"https://acme.de:8080/@user http://a/b:c@d",                                          ""},
	    {"v1.2.3-rc4 2026.11.20 192.168.100.200",                                              ""},
	    {"",	                                                                           ""},
	};
	CHECK(rows);
}

static void test_masked(void **state)
{
	(void)state;
	static const struct {
		const char *found;
		enum personal kind;
		const char *masked;
	} rows[] = {
	    {"jane@acme.de",                PERSONAL_EMAIL,  "j…@acme.de" },
	    {"+49 30 901820",               PERSONAL_PHONE,  "+49…"       },
	    {"GB82WEST12345698765432",      PERSONAL_IBAN,   "GB82…5432"  },
	    {"DE89 3704 0044 0532 0130 00", PERSONAL_IBAN,   "DE89…3000"  },
	    {"4111 1111 1111 1111",         PERSONAL_CARD,   "…1111"      },
	    {OPENAI,	                PERSONAL_SECRET, "sk-…"       },
	    {JWT,	                   PERSONAL_SECRET, "eyJ…"       },
	    {PEM,	                   PERSONAL_SECRET, "-----BEGIN…"},
	    {"hunter2zz",                   PERSONAL_SECRET, "…"          },
	};
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&out);
		personal_mask(&out, str_of(rows[i].found), rows[i].kind);
		assert_string_equal(buf_cstr(&out), rows[i].masked);
	}
	buf_done(&out);
}

/* What somebody made to be slow takes time in proportion all the same. */
static void test_hostile(void **state)
{
	(void)state;
	static const char *const pieces[] = {"@",          "a@",    "a@a.",   "sk-a1",
	                                     "eyJa-",      "eyJa.", "+49 1 ", "4111 ",
	                                     "DE89 3704 ", "://u:", "://a@",  "-----BEGIN PRIVATE KEY-----",
	                                     "AKIA"};
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct buf text = BUF_INIT, out = BUF_INIT;
		while (text.len < 1 << 20)
			buf_add_cstr(&text, pieces[i]);
		clock_t began = clock();
		all_of(buf_str(&text), &out);
		double s = (double)(clock() - began) / CLOCKS_PER_SEC;
		if (s > 2)
			fail_msg("1 MB of \"%s\" took %.1f s", pieces[i], s);
		buf_done(&text);
		buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_found),
	    cmocka_unit_test(test_not_found),
	    cmocka_unit_test(test_masked),
	    cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests_name("personal", tests, NULL, NULL);
}
