/* store/base/units: exact times in, short figures out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <time.h>

#include "store/base/units.h"

#define S  INT64_C(1000000000)
#define MS INT64_C(1000000)

static void test_iso(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ns;
		bool zoneless;
	} rows[] = {
	    {"1970-01-01T00:00:00Z",                0,                   false},
	    {"1969-12-31T23:59:59.999999999Z",      -1,                  false},
	    {"2026-11-20T09:12:00.123456789+02:00", 1795158720123456789, false},
	    {"2026-11-20T07:12:00.123456789Z",      1795158720123456789, false},
	    {"2026-11-20T07:12:00.1234567891239Z",  1795158720123456789, false},
	    {"2026-11-20 09:12:00,123456789 +0200", 1795158720123456789, false},
	    {"2026-11-20T01:42:00.123456789-0530",  1795158720123456789, false},
	    {"2026-11-20T09:12:00.123456789+02",    1795158720123456789, false},
	    {"2026-11-20t07:12:00z",                1795158720 * S,      false},
	    {"2026-11-20 07:12:00 UTC",             1795158720 * S,      false},
	    {" 2026-11-20 07:12:00\n",              1795158720 * S,      true },
	    {"2026-11-20T07:12",                    1795158720 * S,      true },
	    {"2026-11-20",                          1795132800 * S,      true },
	    {"2024-02-29T00:00:00Z",                1709164800 * S,      false},
	    {"2000-02-29",                          951782400 * S,       true },
	    {"2016-12-31T23:59:60Z",                1483228800 * S,      false},
	    {"2262-04-11T23:47:16.854775807Z",      INT64_MAX,           false},
	    {"1677-09-21T00:12:43.145224193Z",      INT64_MIN + 1,       false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ns = 7;
		bool zoneless = !rows[i].zoneless;
		if (!units_iso(str_of(rows[i].text), &ns, &zoneless))
			fail_msg("refused: %s", rows[i].text);
		assert_true(ns == rows[i].ns);
		assert_int_equal(zoneless, rows[i].zoneless);
	}
	int64_t ns;
	assert_true(units_iso(STR_LIT("2026-11-20"), &ns, NULL));
}

static void test_iso_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
	    "",
	    "2026",
	    "2026-11",
	    "2026-13-01",
	    "2026-00-01",
	    "2026-11-31",
	    "2026-11-00",
	    "2023-02-29",
	    "1900-02-29",
	    "2026-11-20T",
	    "2026-11-20T24:00:00Z",
	    "2026-11-20T07",
	    "2026-11-20T07:60:00Z",
	    "2026-11-20T07:12:61Z",
	    "2026-11-20T07:12:00.Z",
	    "2026-11-20T07:12:00+",
	    "2026-11-20T07:12:00+2",
	    "2026-11-20T07:12:00+02:",
	    "2026-11-20T07:12:00+02:60",
	    "2026-11-20T07:12:00+02:00x",
	    "2026-11-20T07:12:00ZZ",
	    "2026-11-20X07:12:00",
	    "+2026-11-20",
	    "2262-04-11T23:47:16.854775808Z",
	    "9999-12-31T23:59:59Z",
	    "0000-01-01",
	    "1717171717",
	    "yesterday",
	};
	int64_t ns;
	bool zoneless;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (units_iso(str_of(bad[i]), &ns, &zoneless))
			fail_msg("taken: %s", bad[i]);
}

/* Out and in again over the whole range, and the calendar against the C library's. */
static void test_iso_round_trip(void **state)
{
	(void)state;
	uint64_t x = 1;
	struct buf b = BUF_INIT;
	for (int i = 0; i < 20000; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		int64_t ns = (int64_t)x, back;
		bool zoneless;
		char text[32];
		if (ns == TIME_UNKNOWN)
			continue;
		buf_clear(&b);
		units_iso_print(&b, ns);
		assert_true(units_iso(buf_str(&b), &back, &zoneless));
		assert_true(back == ns && !zoneless);
		time_t seconds = (time_t)(ns / S - (ns % S < 0));
		struct tm tm;
		assert_non_null(gmtime_r(&seconds, &tm));
		assert_true(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.", &tm) > 0);
		assert_true(str_starts(buf_str(&b), text));
	}
	buf_clear(&b);
	units_iso_print(&b, 1795158720123456789);
	assert_string_equal(buf_cstr(&b), "2026-11-20T07:12:00.123456789Z");
	units_iso_print(&b, TIME_UNKNOWN);
	assert_string_equal(buf_cstr(&b), "2026-11-20T07:12:00.123456789Z");
	buf_done(&b);
}

static void test_epoch(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
	    {"0",	                                                       0	             },
	    {"1717171717",	                                              1717171717 * S        },
	    {"1717171717.5",	                                            1717171717 * S + S / 2},
	    {"1717171717.123456789",	                                    1717171717123456789   },
	    {"1717171717.1234567894999",                                        1717171717123456789   },
	    {"1717171717.1234567895",	                                   1717171717123456790   },
	    {"1717171717123",	                                           1717171717123 * MS    },
	    {"1717171717123.456",	                                       1717171717123456000   },
	    {"1717171717123456",	                                        1717171717123456000   },
	    {"1717171717000000001",	                                     1717171717000000001   }, /* a double would lose this */
	    {"1717171717000000001.4",	                                   1717171717000000001   },
	    {"1.717171717e9",	                                           1717171717 * S        },
	    {"1.717171717123E12",	                                       1717171717123 * MS    },
	    {"1717171717.0000000000000000000000000000000000000000000000000001", 1717171717 * S        },
	    {"-1",	                                                      -S                    },
	    {"-1.5",	                                                    -S - S / 2            },
	    {"-1717171717123",	                                          -1717171717123 * MS   },
	    {"0.000000001",	                                             1                     },
	    {"00000000000000000001",	                                    S                     },
	    {"9223372036854775807",	                                     INT64_MAX             },
	    {"99999999999",	                                             INT64_MIN             }, /* 1e11 s less one do not fit */
	    {"9223372036",	                                              9223372036 * S        },
	    {"100000000000",	                                            100000000000 * MS     },
	    {"99999999999999",	                                          INT64_MIN             },
	    {"9223372036854775808",	                                     INT64_MIN             },
	    {"1e999999999999",	                                          INT64_MIN             },
	    {"",	                                                        INT64_MIN             },
	    {".",	                                                       INT64_MIN             },
	    {"-",	                                                       INT64_MIN             },
	    {"1e",	                                                      INT64_MIN             },
	    {"1x",	                                                      INT64_MIN             },
	    {"NaN",	                                                     INT64_MIN             },
	    {"Infinity",	                                                INT64_MIN             },
	    {"1 2",	                                                     INT64_MIN             },
	    {"0x10",	                                                    INT64_MIN             },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t ns = 7;
		bool ok = units_epoch(str_of(rows[i].text), &ns);
		if (ok != (rows[i].ns != INT64_MIN) || (ok && ns != rows[i].ns))
			fail_msg("%s: %d %lld", rows[i].text, ok, (long long)ns);
	}
}

static void test_seconds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ns;
	} rows[] = {
	    {"12.5",                  12 * S + S / 2    },
	    {"1e-3",                  MS                },
	    {"0",	             0                 },
	    {"-0.0",                  0                 },
	    {"0.30000000000000004",   300 * MS          },
	    {"0.29999999999999999",   300 * MS          },
	    {"123456789.000000001",   123456789000000001},
	    {"1e-10",                 0                 },
	    {"5e-10",                 1                 },
	    {"1e400",                 INT64_MAX         },
	    {"-1e400",                -INT64_MAX        },
	    {"1e-999999",             0                 },
	    {"9223372036.854775807",  INT64_MAX         },
	    {"9223372036.8547758075", INT64_MAX         },
	};
	int64_t ns;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(units_seconds(str_of(rows[i].text), &ns));
		if (ns != rows[i].ns)
			fail_msg("%s: %lld", rows[i].text, (long long)ns);
	}
	assert_false(units_seconds(STR_LIT("12s"), &ns));
	assert_false(units_seconds(STR_NONE, &ns));
}

static void test_between(void **state)
{
	(void)state;
	assert_true(units_between(1, 5) == 4);
	assert_true(units_between(5, 5) == 0);
	assert_true(units_between(5, 1) == TIME_UNKNOWN);
	assert_true(units_between(TIME_UNKNOWN, 5) == TIME_UNKNOWN);
	assert_true(units_between(5, TIME_UNKNOWN) == TIME_UNKNOWN);
	assert_true(units_between(INT64_MIN + 1, INT64_MAX) == INT64_MAX);
}

static void test_local_times(void **state)
{
	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	int64_t now = 1795158720 * S; /* 20 Nov 2026 08:12 in that zone */
	static const struct {
		int64_t ns;
		const char *time, *full;
	} rows[] = {
	    {1795158720123456789, "08:12:00",     "2026-11-20 08:12:00.123 +01:00"},
	    {1795129200 * S,      "00:00:00",     "2026-11-20 00:00:00.000 +01:00"},
	    {1795129199 * S,      "19 Nov 23:59", "2026-11-19 23:59:59.000 +01:00"},
	    {1781856000 * S,      "19 Jun 10:00", "2026-06-19 10:00:00.000 +02:00"},
	    {1763622720 * S,      "2025-11-20",   "2025-11-20 08:12:00.000 +01:00"},
	    {-1,	          "1970-01-01",   "1970-01-01 00:59:59.999 +01:00"},
	    {TIME_UNKNOWN,        "–",          "–"                           },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		units_time(&b, rows[i].ns, now);
		assert_string_equal(buf_cstr(&b), rows[i].time);
		buf_clear(&b);
		units_time_full(&b, rows[i].ns);
		assert_string_equal(buf_cstr(&b), rows[i].full);
	}
	buf_clear(&b);
	units_time(&b, now, TIME_UNKNOWN);
	assert_string_equal(buf_cstr(&b), "2026-11-20");
	setenv("TZ", "NST3:30", 1);
	tzset();
	buf_clear(&b);
	units_time_full(&b, now);
	assert_string_equal(buf_cstr(&b), "2026-11-20 03:42:00.000 -03:30");
	buf_done(&b);
}

/* columns of UTF-8 without marks or wide characters */
static int cols_of(struct str s)
{
	int n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

static void test_duration(void **state)
{
	(void)state;
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
	    {0,	               "0s"     },
	    {1,	               "1ns"    },
	    {999,	             "999ns"  },
	    {1000,	            "1.0µs" },
	    {3449,	            "3.4µs" },
	    {34500,                   "34.5µs"},
	    {99949,                   "99.9µs"},
	    {99950,                   "100µs" },
	    {120000,                  "120µs" },
	    {999499,                  "999µs" },
	    {999500,                  "1.00ms" },
	    {3400000,                 "3.40ms" },
	    {9994999,                 "9.99ms" },
	    {9995000,                 "0.01s"  },
	    {10 * MS,                 "0.01s"  },
	    {120 * MS,                "0.12s"  },
	    {810 * MS,                "0.81s"  },
	    {3350 * MS,               "3.35s"  },
	    {12420 * MS,              "12.42s" },
	    {99994 * MS,              "99.99s" },
	    {99995 * MS,              "1m40s"  },
	    {185 * S,                 "3m05s"  },
	    {3599 * S,                "59m59s" },
	    {3599 * S + S / 2,        "1h00m"  },
	    {7800 * S,                "2h10m"  },
	    {86370 * S,               "1d00h"  },
	    {86369 * S,               "23h59m" },
	    {(5 * 24 + 3) * 3600 * S, "5d03h"  },
	    {INT64_MAX,               "106752d"},
	    {-3350 * MS,              "-3.35s" },
	    {UNKNOWN_INT,             "–"    },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		units_duration(&b, rows[i].ns, false);
		assert_string_equal(buf_cstr(&b), rows[i].text);
	}
	buf_clear(&b);
	units_duration(&b, 3400, true);
	assert_string_equal(buf_cstr(&b), "3.4us");
	for (int64_t ns = 1; ns < INT64_MAX / 3; ns = ns * 3 - 1) {
		buf_clear(&b);
		units_duration(&b, ns, false);
		assert_in_range(cols_of(buf_str(&b)), 2, 7);
	}
	buf_done(&b);
}

static void test_counts(void **state)
{
	(void)state;
	static const struct {
		int64_t n;
		const char *count, *thousands;
	} rows[] = {
	    {0,           "0",     "0"	                },
	    {950,         "950",   "950"                      },
	    {999,         "999",   "999"                      },
	    {1000,        "1.0k",  "1,000"                    },
	    {1249,        "1.2k",  "1,249"                    },
	    {9949,        "9.9k",  "9,949"                    },
	    {9950,        "10k",   "9,950"                    },
	    {11204,       "11k",   "11,204"                   },
	    {18000,       "18k",   "18,000"                   },
	    {999499,      "999k",  "999,499"                  },
	    {999500,      "1.00M", "999,500"                  },
	    {1240000,     "1.24M", "1,240,000"                },
	    {12400000,    "12.4M", "12,400,000"               },
	    {124000000,   "124M",  "124,000,000"              },
	    {INT64_MAX,   "9.22E", "9,223,372,036,854,775,807"},
	    {-1249,       "-1.2k", "-1,249"                   },
	    {UNKNOWN_INT, "–",   "–"                      },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		units_count(&b, rows[i].n);
		assert_string_equal(buf_cstr(&b), rows[i].count);
		buf_clear(&b);
		units_thousands(&b, rows[i].n);
		assert_string_equal(buf_cstr(&b), rows[i].thousands);
	}
	for (int64_t n = 1; n < INT64_MAX / 3; n = n * 3 - 1) {
		buf_clear(&b);
		units_count(&b, n);
		assert_in_range(b.len, 1, 5);
	}
	buf_done(&b);
}

static void test_bytes(void **state)
{
	(void)state;
	static const struct {
		uint64_t n;
		const char *text;
	} rows[] = {
	    {0,          "0 B"    },
            {512,        "512 B"  },
            {999,        "999 B"  },
            {1000,       "1.0 kB" },
	    {1200000,    "1.2 MB" },
            {12440000,   "12.4 MB"},
            {124e6,      "124 MB" },
            {999499,     "999 kB" },
	    {999500,     "1.0 MB" },
            {99949,      "99.9 kB"},
            {99950,      "100 kB" },
            {UINT64_MAX, "18.4 EB"},
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		units_bytes(&b, rows[i].n);
		assert_string_equal(buf_cstr(&b), rows[i].text);
	}
	buf_done(&b);
}

static void test_doubles(void **state)
{
	(void)state;
	static const struct {
		void (*print)(struct buf *, double);
		double d;
		const char *text;
	} rows[] = {
	    {units_usd,     0,              "$0"                 },
	    {units_usd,     0.0412,         "$0.0412"            },
	    {units_usd,     0.041249,       "$0.0412"            },
	    {units_usd,     0.031,          "$0.031"             },
	    {units_usd,     0.5,            "$0.50"              },
	    {units_usd,     0.99999,        "$1.00"              },
	    {units_usd,     1.2,            "$1.20"              },
	    {units_usd,     12.4,           "$12.40"             },
	    {units_usd,     40,             "$40"                },
	    {units_usd,     999.99,         "$999.99"            },
	    {units_usd,     999.999,        "$1,000"             },
	    {units_usd,     1240.2,         "$1,240"             },
	    {units_usd,     1234567,        "$1,234,567"         },
	    {units_usd,     0.00001,        "$0.00001"           },
	    {units_usd,     0.0000123,      "$0.000012"          },
	    {units_usd,     1e-30,          "$0.00"              },
	    {units_usd,     1e300,          "$1e+300"            },
	    {units_usd,     -0.0412,        "-$0.0412"           },
	    {units_usd,     UNKNOWN_DOUBLE, "–"                },
	    {units_percent, 0.875,          "87.5%"              },
	    {units_percent, 0.7,            "70.0%"              },
	    {units_percent, 0,              "0%"                 },
	    {units_percent, 1,              "100%"               },
	    {units_percent, 0.99999,        "99.9%"              },
	    {units_percent, 0.00001,        "0.1%"               },
	    {units_percent, 1.5,            "150.0%"             },
	    {units_percent, -0.125,         "-12.5%"             },
	    {units_percent, UNKNOWN_DOUBLE, "–"                },
	    {units_score,   0.91,           "0.91"               },
	    {units_score,   0.8125,         "0.812"              },
	    {units_score,   1,              "1"                  },
	    {units_score,   0,              "0"                  },
	    {units_score,   -0.0,           "0"                  },
	    {units_score,   -0.5,           "-0.5"               },
	    {units_score,   100,            "100"                },
	    {units_score,   0.00012,        "0.00012"            },
	    {units_score,   1e12,           "1e+12"              },
	    {units_score,   UNKNOWN_DOUBLE, "–"                },
	    {units_double,  0.1,            "0.1"                },
	    {units_double,  1,              "1"                  },
	    {units_double,  -2.5,           "-2.5"               },
	    {units_double,  1e22,           "1e+22"              },
	    {units_double,  0.1 + 0.2,      "0.30000000000000004"},
	    {units_double,  5e-324,         "5e-324"             },
	    {units_double,  UNKNOWN_DOUBLE, "null"               },
	    {units_double,  HUGE_VAL,       "null"               },
	};
	static const char *const locales[] = {"C", "de_DE.UTF-8", "ps_AF.UTF-8"}; /* a comma must not get in */
	struct buf b = BUF_INIT;
	for (size_t k = 0; k < sizeof locales / sizeof *locales; k++) {
		if (!setlocale(LC_ALL, locales[k]))
			continue;
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			buf_clear(&b);
			rows[i].print(&b, rows[i].d);
			assert_string_equal(buf_cstr(&b), rows[i].text);
		}
	}
	setlocale(LC_ALL, "C");
	buf_done(&b);
}

static void test_double_round_trip(void **state)
{
	(void)state;
	uint64_t x = 1;
	struct buf b = BUF_INIT;
	for (int i = 0; i < 20000; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		double d;
		memcpy(&d, &x, sizeof d);
		if (!isfinite(d))
			continue;
		buf_clear(&b);
		units_double(&b, d);
		assert_true(strtod(buf_cstr(&b), NULL) == d);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_iso),
	    cmocka_unit_test(test_iso_refused),
	    cmocka_unit_test(test_iso_round_trip),
	    cmocka_unit_test(test_epoch),
	    cmocka_unit_test(test_seconds),
	    cmocka_unit_test(test_between),
	    cmocka_unit_test(test_local_times),
	    cmocka_unit_test(test_duration),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_doubles),
	    cmocka_unit_test(test_double_round_trip),
	};
	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
