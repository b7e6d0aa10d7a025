/* store/base/clean: hostile text on its way out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <locale.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/text.h"

#define R "\xEF\xBF\xBD"

static void test_print(void **state)
{
	(void)state;
	static const struct {
		const char *text, *one_line, *lines, *ascii;
	} rows[] = {
	    {"plain text",             "plain text",            "plain text",            "plain text"        },
	    {"a\tb\nc",                "a b␤ c",              "a\tb\nc",               "a b^J c"           },
	    {"a\r\nb\rc",              "a␤ b␍c",            "a\nb␍c",              "a^J b^Mc"          },
	    {"\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇",  "␛]52;c;ZXZpbA==␇",  "^[]52;c;ZXZpbA==^G"},
	    {"\x7f",                   "␡",                   "␡",                   "^?"                },
	    {"\xC2\x9B"
	     "31m",       "<U+009B>31m",           "<U+009B>31m",           "<U+009B>31m"       },
	    {"\x9B"
	     "31m",       R "31m",                 R "31m",                 "?31m"              },
	    {"\xE2\x80\xAE"
	     "x",         "<U+202E>x",             "<U+202E>x",             "<U+202E>x"         },
	    {"a\xE2\x80\x8B"
	     "b",         "a<U+200B>b",            "a<U+200B>b",            "a<U+200B>b"        },
	    {"a\U000E0041",            "a<U+E0041>",            "a<U+E0041>",            "a<U+E0041>"        },
	    {"a\xE2\x80\xA8z",         "a<U+2028>z",            "a<U+2028>z",            "a<U+2028>z"        },
	    {"👩‍👩‍👧 é",  "👩‍👩‍👧 é", "👩‍👩‍👧 é", "??? e"             },
	    {"\xCC\x81x",              "<U+0301>x",             "<U+0301>x",             "<U+0301>x"         },
	    {"e\xCC\x81",              "e\xCC\x81",             "e\xCC\x81",             "e"                 },
	    {"a\xFF\xE2\x82z",         "a" R R "z",             "a" R R "z",             "a??z"              },
	    {"日本",                 "日本",                "日本",                "??"                },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		clean_print(&b, str_of(rows[i].text), false, false);
		assert_string_equal(buf_cstr(&b), rows[i].one_line);
		buf_clear(&b);
		clean_print(&b, str_of(rows[i].text), true, false);
		assert_string_equal(buf_cstr(&b), rows[i].lines);
		buf_clear(&b);
		clean_print(&b, str_of(rows[i].text), false, true);
		if (strcmp(rows[i].text, "👩‍👩‍👧 é") != 0) /* joiners have no ASCII form worth a '?' */
			assert_string_equal(buf_cstr(&b), rows[i].ascii);
	}
	buf_clear(&b);
	clean_print(&b, STR_LIT("a\0b"), true, false);
	assert_string_equal(buf_cstr(&b), "a␀b");
	buf_done(&b);
}

static void test_many_marks(void **state)
{
	(void)state;
	struct buf in = BUF_INIT, out = BUF_INIT;
	buf_add_char(&in, 'a');
	for (int i = 0; i < 10000; i++)
		buf_add_cstr(&in, "\xCC\x81");
	clean_print(&out, buf_str(&in), false, false);
	assert_string_equal(buf_cstr(&out), "a\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81+");
	buf_done(&in);
	buf_done(&out);
}

static void test_fput(void **state)
{
	(void)state;
	static const struct {
		const char *locale, *expected;
	} rows[] = {
	    {"C.UTF-8", "a␛é␤ b"},
            {"C",       "a^[e^J b"   }
        };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *text = NULL;
		size_t len = 0;
		assert_non_null(setlocale(LC_CTYPE, rows[i].locale));
		FILE *stream = open_memstream(&text, &len);
		assert_non_null(stream);
		clean_fput(stream, STR_LIT("a\x1bé\nb"));
		fclose(stream);
		assert_string_equal(text, rows[i].expected);
		free(text);
	}
}

static void test_json(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	clean_json(&b, STR_LIT("a\"\\\n\x1b\xFFé\0"));
	struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	assert_true(scan_text(&scan, buf_str(&b), &(struct scan_opts){.last = true}));
	struct str back = val_str(scan_root(&scan), &arena);
	assert_true(str_eq(back, STR_LIT("a\"\\\n\x1b" R "é\0")));
	for (size_t i = 0; i < b.len; i++)
		assert_true((unsigned char)b.ptr[i] >= 0x20);
	scan_done(&scan);
	arena_done(&arena);
	buf_done(&b);
}

static void test_csv(void **state)
{
	(void)state;
	static const struct {
		const char *text, *csv, *raw;
	} rows[] = {
	    {"",	                 "",	                          ""	                        },
	    {"plain",                    "plain",                             "plain"                           },
	    {"a,b",	              "\"a,b\"",                           "\"a,b\""                         },
	    {"a\"b",	             "\"a\"\"b\"",                        "\"a\"\"b\""                      },
	    {"a\nb",	             "\"a\nb\"",                          "\"a\nb\""                        },
	    {"a\r\nb",                   "\"a\r\nb\"",                        "\"a\r\nb\""                      },
	    {"a\rb",	             "\"a␍b\"",                         "\"a\rb\""                        },
	    {" a",	               "\" a\"",                            "\" a\""                          },
	    {"=1+1",	             "'=1+1",                             "=1+1"                            },
	    {"+1",	               "'+1",	                       "+1"	                      },
	    {"-1",	               "'-1",	                       "-1"	                      },
	    {"@SUM(A1)",                 "'@SUM(A1)",                         "@SUM(A1)"                        },
	    {"\t=1",	             "\"'\t=1\"",                         "\"\t=1\""                        },
	    {"\n=1",	             "\"'\n=1\"",                         "\"\n=1\""                        },
	    {"\r\n=1",                   "\"'\r\n=1\"",                       "\"\r\n=1\""                      },
	    {"＝1",	             "'＝1",	                     "＝1"                            },
	    {"＋1",	             "'＋1",	                     "＋1"                            },
	    {"－1",	             "'－1",	                     "－1"                            },
	    {"＠1",	             "'＠1",	                     "＠1"                            },
	    {"=cmd|' /C calc'!A0,\"x\"", "\"'=cmd|' /C calc'!A0,\"\"x\"\"\"", "\"=cmd|' /C calc'!A0,\"\"x\"\"\""},
	    {"a=1",	              "a=1",	                       "a=1"                             },
	    {"\x1b[31m\xC2\x9B",         "␛[31m<U+009B>",                   "\x1b[31m\xC2\x9B"                },
	    {"a\xFF",                    "a" R,	                       "a\xFF"                           },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		clean_csv(&b, str_of(rows[i].text), false);
		assert_string_equal(buf_cstr(&b), rows[i].csv);
		buf_clear(&b);
		clean_csv(&b, str_of(rows[i].text), true);
		assert_string_equal(buf_cstr(&b), rows[i].raw);
	}
	buf_done(&b);
}

static void test_markdown(void **state)
{
	(void)state;
	static const struct {
		const char *text, *markdown;
	} rows[] = {
	    {"plain text, 5 - 3 = 2. Yes!", "plain text, 5 - 3 = 2. Yes!"         },
	    {"`code` a|b",                  "\\`code\\` a\\|b"                    },
	    {"<script>",                    "\\<script>"                          },
	    {"![leak](http://evil/x.png)",  "\\!\\[leak](http://evil/x.png)"      },
	    {"[a](b)",                      "\\[a](b)"                            },
	    {"a\\b",	                "a\\\\b"	                      },
	    {"**bold** _it_ snake_case",    "\\*\\*bold\\*\\* \\_it\\_ snake_case"},
	    {"# head",                      "\\# head"                            },
	    {"a # b",	               "a # b"	                       },
	    {"- item",                      "\\- item"                            },
	    {"---",	                 "\\---"	                       },
	    {"> quote",                     "\\> quote"                           },
	    {"1. one",                      "1\\. one"                            },
	    {"12) one",                     "12\\) one"                           },
	    {"1.5 s",	               "1\\.5 s"                             },
	    {"@team look",                  "@<!-- -->team look"                  },
	    {"mail ann@example.com",        "mail ann@example.com"                },
	    {"&lt;b&gt; a & b",             "\\&lt;b\\&gt; a & b"                 },
	    {"~~x~~",	               "\\~\\~x\\~\\~"                       },
	    {"a\nb\r\n# c\td",              "a b # c d"                           },
	    {"    code",                    "code"	                        },
	    {"a\x1b\xE2\x80\xAE",           "a␛\\<U+202E>"                      },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		clean_markdown(&b, str_of(rows[i].text));
		assert_string_equal(buf_cstr(&b), rows[i].markdown);
	}
	buf_done(&b);
}

static void test_shell(void **state)
{
	(void)state;
	static const struct {
		const char *text, *word;
	} rows[] = {
	    {"",	                 "''"	                },
	    {"dispute v12",              "'dispute v12'"             },
	    {"it's",	             "'it'\\''s'"                },
	    {"$(rm -rf /) `x` \"y\" \\", "'$(rm -rf /) `x` \"y\" \\'"},
	    {"'; rm -rf /; '",           "''\\''; rm -rf /; '\\'''"  },
	    {"a\x1b[201~\nreboot",       "'a␛[201~␤ reboot'"     },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		clean_shell(&b, str_of(rows[i].text));
		assert_string_equal(buf_cstr(&b), rows[i].word);
	}
	buf_done(&b);
}

static void test_xml(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		const char *xml;
	} rows[] = {
	    {STR_INIT("plain Äü 日本"),            "plain Äü 日本"                                      },
	    {STR_INIT("<a href=\"x\">&'</a>]]>"),      "&lt;a href=&quot;x&quot;&gt;&amp;&apos;&lt;/a&gt;]]&gt;"},
	    {STR_INIT("a\nb\tc"),                      "a␤ b c"	                                       },
	    {STR_INIT("\x1B[31m\0\x01"),               "␛[31m␀␁"                                          },
	    {STR_INIT("\xEF\xBF\xBE\xEF\xBF\xBF\xFF"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"                   },
	    {STR_INIT("\xE2\x80\xAE"),                 "&lt;U+202E&gt;"                                         },
	    {STR_INIT(""),	                     ""	                                               },
	};
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		buf_clear(&b);
		clean_xml(&b, rows[i].text);
		assert_string_equal(buf_cstr(&b), rows[i].xml);
	}
	buf_done(&b);
}

/* ---- nothing that acts on a terminal, whatever goes in */

static void expect_harmless(struct str out, bool lines, bool ascii)
{
	struct text_guard guard = {0};
	assert_true(text_is_valid(out));
	while (out.len) {
		uint32_t code = text_decode(&out);
		enum text_risk risk = text_guard_next(&guard, code);
		assert_true(risk == RISK_NONE || (lines && (code == '\n' || code == '\t')));
		assert_true(!ascii || code < 0x7F);
	}
}

static void check(struct str text)
{
	struct buf b = BUF_INIT;
	for (int way = 0; way < 4; way++) {
		buf_clear(&b);
		clean_print(&b, text, way & 1, way & 2);
		expect_harmless(buf_str(&b), way & 1, way & 2);
	}
	buf_clear(&b);
	clean_markdown(&b, text);
	expect_harmless(buf_str(&b), false, false);
	buf_clear(&b);
	clean_shell(&b, text);
	expect_harmless(buf_str(&b), false, false);
	buf_clear(&b);
	clean_xml(&b, text);
	expect_harmless(buf_str(&b), false, false);
	for (size_t i = 0; i < b.len; i++)
		assert_false(b.ptr[i] == '<' || b.ptr[i] == '>' || b.ptr[i] == '"' || b.ptr[i] == '\'');
	buf_done(&b);
}

static void test_any_bytes(void **state)
{
	(void)state;
	static const uint32_t codes[] = {0x1B, 0x9B, 0x202E, 0x200B, 0x200D, 0xFE0F, 0xE0041, 0x1F3F4, 0x301,  0x65E5,
	                                 '\n', '\r', '\t',   ' ',    'a',    '\'',   '@',     '#',     0x2028, 0xFEFF};
	uint64_t x = 7;
	struct buf b = BUF_INIT;
	for (int i = 0; i < 20000; i++) {
		buf_clear(&b);
		for (int n = 0; n < 24; n++) {
			x = x * 6364136223846793005U + 1442695040888963407U;
			uint32_t r = (uint32_t)(x >> 33);
			if (r % 4 == 0)
				buf_add_char(&b, (char)(unsigned char)(r >> 8));
			else
				text_encode(&b, codes[(r >> 8) % (sizeof codes / sizeof *codes)]);
		}
		check(buf_str(&b));
	}
	buf_done(&b);
}

static void check_file(const char *path)
{
	struct buf text = BUF_INIT;
	char chunk[4096];
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
		buf_add(&text, chunk, n);
	fclose(file);
	check(buf_str(&text));
	struct str rest = buf_str(&text), line;
	while (str_split(&rest, '\n', &line))
		check(line);
	buf_done(&text);
}

static void test_corpus(void **state)
{
	(void)state;
	const char *root = getenv("SPOOR_CORPUS");
	static const char *const dirs[] = {"naughty", "unicode"};
	struct buf path = BUF_INIT;
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/hostile/%s", root ? root : "../shared/corpus", dirs[i]);
		size_t len = path.len;
		DIR *dir = opendir(buf_cstr(&path));
		if (!dir) {
			print_message("skipped: no corpus\n");
			break;
		}
		for (struct dirent *entry; (entry = readdir(dir));) {
			if (entry->d_name[0] == '.')
				continue;
			path.len = len;
			buf_printf(&path, "/%s", entry->d_name);
			check_file(buf_cstr(&path));
		}
		closedir(dir);
	}
	buf_done(&path);
}

/* What sh makes of our word is the text. */
static void test_shell_reads_it_back(void **state)
{
	(void)state;
	struct str text = STR_LIT("it's $HOME `id` \\ \"q\" * ~ ! # é");
	struct buf command = BUF_INIT;
	char back[256];
	int fds[2];
	buf_add_cstr(&command, "printf %s ");
	clean_shell(&command, text);
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", buf_cstr(&command), (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], back, sizeof back);
	close(fds[0]);
	assert_true(waitpid(child, NULL, 0) == child);
	assert_true(n > 0 && str_eq((struct str){back, (size_t)n}, text));
	buf_done(&command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_print),  cmocka_unit_test(test_many_marks),
	    cmocka_unit_test(test_fput),   cmocka_unit_test(test_json),
	    cmocka_unit_test(test_csv),    cmocka_unit_test(test_markdown),
	    cmocka_unit_test(test_shell),  cmocka_unit_test(test_any_bytes),
	    cmocka_unit_test(test_corpus), cmocka_unit_test(test_shell_reads_it_back),
	    cmocka_unit_test(test_xml),
	};
	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
