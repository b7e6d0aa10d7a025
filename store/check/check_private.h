/* One trace being looked at: its rows, what its records said, what was found. Private to store/check. */
#ifndef SPOOR_STORE_CHECK_CHECK_PRIVATE_H
#define SPOOR_STORE_CHECK_CHECK_PRIVATE_H

#include "store/base/vec.h"
#include "store/check/check.h"
#include "store/check/rules.h"
#include "store/model.h"
#include "store/query/words.h"
#include "store/study/personal.h"

enum { NO_ROW = -1 };

struct check_row {
	int64_t key, record, parent; /* parent: index of the row, NO_ROW */
	int64_t size;                /* rows of its subtree */
	int64_t start_ns, duration_ns;
	int64_t name, model; /* words; UNKNOWN_INT: none */
	uint64_t input_hash, output_hash;
	int64_t tokens; /* in and out; UNKNOWN_INT */
	double cost_usd;
	unsigned flags;
	enum span_kind kind;
	enum span_status status;
	uint64_t rules; /* bit i: it matches the filter over spans of rule i */
};

struct finding {
	const char *name;
	enum check_level level;
	int64_t row, other; /* NO_ROW: the whole trace; none */
	double value;
	struct str explanation;
	uint32_t order; /* of findings of one row */
};

/* A piece of personal data or a secret in a text of a span. */
struct hit {
	uint64_t hash;
	int64_t row;
	enum personal kind;
	int rank; /* which of equal ones is told: the lowest */
	bool output, given;
	struct str masked;
	size_t message, at; /* at: character, from 1 */
};

/* A text that was looked at: of equal ones the first counts. */
struct looked {
	uint64_t hash; /* 0: a free place */
	int64_t row;
};

/* A tool call that a model asked for; a result somebody gave. */
struct asked {
	uint64_t id;
	int64_t row;
	struct str name;
};

/* A retrieved document. */
struct retrieved {
	int64_t row;
	struct str name, content;
};

struct check_trace {
	int64_t id, first, n;
	int64_t name, duration_ns, orphans, cycles, tokens;
	double cost_usd;
	VEC(struct check_row) rows;
	VEC(struct finding) found;
	size_t n_of[N_CHECKS];
	VEC(struct hit) hits;
	struct looked *looked; /* n_looked of looked_cap places, a power of 2 */
	size_t n_looked, looked_cap;
	VEC(struct asked) asked;
	VEC(uint64_t) answered;
	VEC(struct retrieved) documents;
	struct buf answers; /* all texts models answered with */
	struct arena arena;
	/* the run's */
	struct db *db;
	struct words *words;
	const struct rules *rules;
	uint64_t rules_kept; /* bit i: the trace is one that rule i is about */
	void *rule_state;
};

enum check_level check_level_of(const struct check_trace *t, enum check_id id);
double check_limit_of(const struct check_trace *t, enum check_id id);
/* Adds a finding, at most at the check's own level; off: nothing. row: NO_ROW for the whole trace; other: the span that shows it, too. */
void check_found(struct check_trace *t, enum check_id id, enum check_level level, int64_t row, int64_t other,
                 double value, const char *fmt, ...) __attribute__((format(printf, 7, 8)));
struct str check_name(struct check_trace *t, int64_t word); /* "" if it has none; good until the next trace */
/* "span 4bf92f3577b34da6": as the tree shows it; appends. */
void check_span_words(struct buf *out, const struct check_trace *t, int64_t row);

/* The text a model answered with: of its last message, else the output; absent if it has none. */
struct str check_answer(const struct span *span);
/* Characters before byte `at`, plus one. */
size_t check_char(struct str text, size_t at);

/* output.c, privacy.c, behaviour.c: of each record's span, and at the end. */
void check_output(struct check_trace *t, int64_t row, const struct span *span);
void check_privacy(struct check_trace *t, int64_t row, const struct span *span);
void check_privacy_end(struct check_trace *t);
void check_calls(struct check_trace *t, int64_t row, const struct span *span);
void check_behaviour(struct check_trace *t);
/* documents.c */
void check_documents(struct check_trace *t, int64_t row, const struct span *span);
void check_documents_end(struct check_trace *t);

/* like.c: traces that are far slower or dearer than those of their name. All of the store. */
bool check_like(struct db *db, const struct rules *rules, struct err *err);
/* What these rules and these checks are, as one number. */
int64_t check_version(const struct rules *rules);

#endif
