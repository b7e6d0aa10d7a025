#include "store/check/check_private.h"
#include "store/study/demand.h"

#include <stdio.h>

#include "store/base/text.h"
#include "store/check/rules_private.h"

/* Raised when a check finds otherwise than before: all traces are looked at again. */
enum { CHECKS_VERSION = 1 };

const struct check checks[N_CHECKS] = {
    [CHECK_INVALID_JSON] = {"invalid-json",     "output",
                            "an answer that was asked for as JSON, or begins as JSON, and is none",                               false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_EMPTY_ANSWER] = {"empty-answer",     "output",    "a model answered with nothing: no text, no tool call",              false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_CUT_OFF] = {"cut-off",          "output",    "a model stopped because it had reached its limit of tokens",        false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_EMAIL] = {"email",            "privacy",
                            "an e-mail address in an answer; a note where it only went in or out of a tool",                      false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_PHONE] = {"phone",            "privacy",   "a phone number in international form, likewise",                    false, CHECK_WARNING, NULL,
                            0,                                                                                                                                         NULL                                                       },
    [CHECK_IBAN] = {"iban",             "privacy",   "a bank account (IBAN with its check digits), likewise",             false, CHECK_WARNING,
                            NULL,                                                                                                                                   0, NULL                                                       },
    [CHECK_CARD] = {"card",             "privacy",   "a card number (issuer's prefix, length and check digit), likewise", false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_SECRET] = {"secret",           "privacy",
                            "an API key, token, private key or password in a URL; a warning where it went in",                    false,
                            CHECK_ERROR,                                                                                                                NULL,       0, NULL                                                       },
    [CHECK_REPEATED_CALL] =
        {"repeated-call",    "behaviour",
                            "a tool called again with the same arguments though it had not failed; a note if results differ",     false,
                            CHECK_WARNING,                                                                                                              "at_least", 2, "calls with the same arguments"                            },
    [CHECK_LOOP] = {"loop",             "behaviour",
                            "the same tools called in the same order with the same arguments, again and again",                   false,
                            CHECK_WARNING,                                                                                                              "at_least", 3, "rounds; twice as many where the arguments differ (a note)"},
    [CHECK_RETRY] = {"retry",            "behaviour", "a call that failed was made again; a note if it worked in the end", false,
                            CHECK_WARNING,                                                                                                              "at_least", 1, "failures in a row"                                        },
    [CHECK_UNUSED_DOCUMENTS] = {"unused-documents", "behaviour",
                            "documents of which no answer has a passage; by wording: a paraphrase is not seen",                   false, CHECK_NOTE,    NULL,       0, NULL                                                       },
    [CHECK_NO_RESULT] = {"no-result",        "behaviour", "a model asked for a tool, and nothing shows that it ran",           false,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_MISSING_PARENT] = {"missing-parent",   "behaviour",
                            "spans whose parent is not in the trace, or whose parents go round in a circle",                      true,
                            CHECK_WARNING,                                                                                                              NULL,       0, NULL                                                       },
    [CHECK_NEVER_ENDED] = {"never-ended",      "behaviour",
                            "spans without an end: still running when written, or their process died",                            false, CHECK_NOTE,
                            NULL,                                                                                                                                   0, NULL                                                       },
    [CHECK_SLOW_TRACE] = {"slow-trace",       "behaviour",
                            "far slower than its like: beyond P75 + 3 IQR and 2 medians of 20 traces or more of its name",
                            true,                                                                                                        CHECK_WARNING, "iqr",      3, "interquartile ranges above P75"                           },
    [CHECK_DEAR_TRACE] = {"dear-trace",       "behaviour", "far dearer than its like, by the same rule",                        true,  CHECK_WARNING,
                            "iqr",                                                                                                                                  3, "interquartile ranges above P75"                           },
    [CHECK_PARTLY_CHECKED] = {"partly-checked",   "behaviour",
                            "a trace of so many spans that only the first 100,000 were looked at",                                true,  CHECK_NOTE,
                            NULL,                                                                                                                                   0, NULL                                                       },
};

static const char *const level_names[N_CHECK_LEVELS] = {"note", "warning", "error"};

const char *check_level_name(enum check_level level)
{
	return level < CHECK_NOTE || level >= N_CHECK_LEVELS ? "off" : level_names[level];
}

bool check_level_named(struct str name, enum check_level *level)
{
	for (int i = CHECK_OFF; i < N_CHECK_LEVELS; i++)
		if (str_ieq(name, check_level_name((enum check_level)i))) {
			*level = (enum check_level)i;
			return true;
		}
	return false;
}

int64_t check_version(const struct rules *rules)
{
	uint64_t v = rules_hash(rules) * 31 + CHECKS_VERSION;
	return (int64_t)(v >> 1);
}

enum check_level check_level_of(const struct check_trace *t, enum check_id id)
{
	return rules_level(t->rules, id);
}

double check_limit_of(const struct check_trace *t, enum check_id id)
{
	return rules_limit(t->rules, id);
}

/* A check that the rules make graver or lighter moves all its findings by as much. */
void check_found(struct check_trace *t, enum check_id id, enum check_level level, int64_t row, int64_t other,
                 double value, const char *fmt, ...)
{
	enum check_level most = check_level_of(t, id);
	struct buf text = BUF_INIT;
	va_list args;
	if (most == CHECK_OFF || t->n_of[id]++ >= CHECK_MOST)
		return;
	int moved = (int)level + (int)most - (int)checks[id].level;
	level = moved < CHECK_NOTE ? CHECK_NOTE : moved > CHECK_ERROR ? CHECK_ERROR : (enum check_level)moved;
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	*vec_add(&t->found) = (struct finding){.name = checks[id].name,
	                                       .level = level,
	                                       .row = row,
	                                       .other = other,
	                                       .value = value,
	                                       .explanation = arena_str(&t->arena, buf_str(&text)),
	                                       .order = (uint32_t)t->found.n};
	buf_done(&text);
}

struct str check_name(struct check_trace *t, int64_t word)
{
	struct word *w = words_get(t->words, t->db, word, NULL);
	return w && w->text.ptr ? arena_str(&t->arena, w->text) : STR_LIT("");
}

size_t check_char(struct str text, size_t at)
{
	return text_n_codes(str_cut(text, 0, at)) + 1;
}

struct str check_answer(const struct span *span)
{
	return demand_answer(span);
}
