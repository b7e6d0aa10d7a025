/* The spans of a trace as rows of a tree: a window of what is visible, whatever the size. Rows lie contiguously in pre-order, so a
 * folded span hides exactly the size-1 rows after it, and a screen is a few rowid ranges. */
#ifndef SPOOR_STORE_QUERY_TREE_H
#define SPOOR_STORE_QUERY_TREE_H

#include "store/base/arena.h"
#include "store/db.h"
#include "store/model.h"
#include "store/query/tree_view.h"

struct tree_row {
	int64_t index; /* of the row in the view that shows it; without one its pos. Windows only */
	int64_t pos;   /* rows from the trace's first, from 0: the row's place in the whole tree */
	int64_t key;   /* span key; with the trace it names the span for good */
	struct str id; /* as written (lower-case hex for 16-digit ids) */
	int64_t up;    /* rows back to the parent, 0: a root */
	int depth;
	int64_t size;   /* rows of its subtree, itself with it */
	unsigned flags; /* enum span_flag */
	struct str name;
	enum span_kind kind;
	enum span_status status;
	int64_t start_ns, duration_ns, self_ns, first_token_ns;
	struct str model, provider, prompt, prompt_version, message;
	int64_t tokens_in, tokens_out, tokens_cached, tokens_reasoning, tokens_cache_write;
	double cost_usd; /* flags say whether it is estimated */
	int64_t sub_tokens, sub_errors;
	double sub_cost;
	int64_t rep_n, rep_len; /* first of rep_n like siblings; rows they take together */
	struct str
	    findings; /* names of checks that found something in it, but for notes: "iban,loop"; in windows and tree_get only */
	int64_t n_documents; /* not stored: -1 unless the decoder was asked */
	uint64_t lines; /* bit d: the ancestor at depth d (counted from `lines_from`) has a later sibling: draw │ */
	int lines_from; /* depth of bit 0: 0 unless the tree is deeper than 64 */
	int64_t record;
	int64_t input_hash;
	int64_t below;                  /* rows of its subtree in the trace, itself with it, whatever the view */
	bool dim;                       /* in a view: it shows only for what hangs on it */
	const struct tree_agent *agent; /* in a view of agents; the view's */
};

/* What is folded: sorted, disjoint ranges of hidden rows. */
struct fold {
	int64_t pos;    /* the row that shows for them */
	int64_t hidden; /* rows after it that do not show */
	int64_t key;    /* of its span: finds it again when the trace has grown */
	bool group;     /* a folded group of repeated siblings, not a subtree */
};
struct fold_outer {
	int64_t pos, hidden;
	int64_t before; /* rows that the outermost folds before this one hide */
};
struct folds {
	struct fold *at; /* outermost and inner ones; sorted by pos; inner ones may lie inside a hidden range */
	size_t n, cap;
	struct fold_outer *outer; /* of `at`, those that no other hides */
	size_t n_outer, cap_outer;
};
void folds_done(struct folds *f);
void folds_copy(struct folds *to, const struct folds *from);                           /* *to is written over */
void folds_set(struct folds *f, int64_t pos, int64_t hidden, bool group, int64_t key); /* replaces one at pos */
void folds_unset(struct folds *f, int64_t pos);
const struct fold *folds_at(const struct folds *f, int64_t pos); /* NULL: not folded */
void folds_open_to(struct folds *f, int64_t pos);                /* unfolds whatever hides pos */
/* Numbers of rows: a binary search each. */
int64_t folds_visible(const struct folds *f, int64_t n);          /* visible rows of n */
int64_t folds_pos(const struct folds *f, int64_t n, int64_t row); /* visible row → pos */
int64_t folds_row(const struct folds *f, int64_t pos);            /* pos → visible row (of the row that shows it) */

struct tree_window {
	struct arena arena;
	struct tree_row *rows; /* visible rows [from, from + n) */
	size_t n;
	int64_t from;
};
void tree_window_done(struct tree_window *w);

/* Visible rows from, from+1, … of a trace under these folds. first, n: from the trace's row. A few range reads. */
bool tree_window(struct db *db, int64_t first, int64_t n, const struct folds *folds, int64_t from, int64_t count,
                 struct tree_window *out, struct err *err);
/* Which rows: [from, to) by pos, or by index in a view (then from is 0 and to its n). With a view, up, depth, size, lines and SPAN_LAST of
 * the rows are the view's. */
struct tree_scope {
	int64_t from, to;
	const struct tree_view *view; /* NULL: none */
};
/* The same of a scope; rows are numbered from pos or index 0 on, whatever scope.from. */
bool tree_window_of(struct db *db, int64_t first, const struct tree_scope *scope, const struct folds *folds,
                    int64_t from, int64_t count, struct tree_window *out, struct err *err);
/* One row by pos. */
bool tree_get(struct db *db, int64_t first, int64_t pos, struct arena *arena, struct tree_row *out, struct err *err);
/* The same without what its words say: name, model, provider, prompt are empty. */
bool tree_get_figures(struct db *db, int64_t first, int64_t pos, struct arena *arena, struct tree_row *out,
                      struct err *err);
/* pos of a span key in the trace; -1 if not there. */
bool tree_find(struct db *db, int64_t first, int64_t n, int64_t key, int64_t *pos, struct err *err);
/* A span by its id as written, or by a prefix of it that only one of them has: its key. ERR_NOT_FOUND: none; ERR_USAGE: several. A walk over the
 * trace's rows. */
bool tree_find_id(struct db *db, int64_t first, int64_t n, struct str id, int64_t *key, struct err *err);
/* The same in all traces, over all spans of the store: *trace is the row id. At least TREE_ID_LEAST bytes of it. */
enum { TREE_ID_LEAST = 4 };
bool tree_find_anywhere(struct db *db, struct str id, int64_t *trace, int64_t *key, struct err *err);
/* The groups of repeated siblings of a trace (rep_n >= at_least), as folds to begin with; at most 100,000. Those at the top and those with
 * spans below them only if all have the same arguments: an agent's calls of its model are what its trace tells. The first 1,000 of the
 * smaller ones go into `smaller`, unless that is NULL. */
bool tree_groups(struct db *db, int64_t trace, int64_t first, int at_least, struct folds *out, struct folds *smaller,
                 struct err *err);
/* Like siblings that are one row to begin with; fewer only if their arguments are the same. */
enum { TREE_GROUP_LEAST = 3 };
/* The folds a trace opens with: groups of like siblings, and pairs with the same arguments. */
bool tree_first_folds(struct db *db, int64_t trace, int64_t first, struct folds *out, struct err *err);
/* Folds every span at `depth` or deeper that has children (depth >= 1); of more than 100,000 only those that then show. */
bool tree_fold_depth(struct db *db, int64_t first, const struct tree_scope *scope, int depth, struct folds *out,
                     struct err *err);
/* The same, and (without a view) the groups above. */
bool tree_depth_folds(struct db *db, int64_t trace, int64_t first, const struct tree_scope *scope, int depth,
                      struct folds *out, struct err *err);
/* `now` with all spans of a kind that have others below them folded (*n of them), or if all of them were, unfolded. */
bool tree_kind_folds(struct db *db, int64_t first, const struct tree_scope *scope, enum span_kind kind,
                     const struct folds *now, struct folds *out, int64_t *n, bool *unfolded, struct err *err);
/* Folds by pos as folds of a view; groups are none there. */
void tree_folds_to_view(const struct tree_view *v, const struct folds *spans, struct folds *out);
/* The folds `old` (by pos) of a trace that was written anew since, found by their spans; with new_groups also groups that came or grew,
 * unless somebody opened them (by key). */
bool tree_folds_again(struct db *db, int64_t trace, int64_t first, int64_t n, const struct folds *old, bool new_groups,
                      const int64_t *opened, size_t n_opened, struct folds *out, struct err *err);

enum tree_seek { SEEK_ERROR, SEEK_CRITICAL, SEEK_NAME, SEEK_SAME };
/* The next (or previous) row after pos, wrapping, that is an error / on the critical path / whose name contains `text` (smart case) /
 * that has the name of the one at pos; -1 if none. Folded ones, too. */
bool tree_seek(struct db *db, int64_t first, int64_t n, int64_t pos, bool forward, enum tree_seek what, struct str text,
               int64_t *found, struct err *err);
/* The same in the order of a scope, of what shows in it. */
bool tree_seek_in(struct db *db, int64_t first, const struct tree_scope *scope, int64_t pos, bool forward,
                  enum tree_seek what, struct str text, int64_t *found, struct err *err);

/* The place-th (from 0) of the spans of a scope by their own time or cost, largest first; of a view only what matches. Cost: a read of
 * them. */
enum tree_rank_by { RANK_SELF_TIME, RANK_COST, RANK_TOKENS };
struct tree_ranked {
	int64_t pos; /* -1: there are not so many */
	int64_t
	    call; /* what to show for it: pos; of a span without a kind (a request) below a call of a model, a tool, … the call */
	int64_t n;            /* spans that have it */
	enum tree_rank_by by; /* RANK_COST becomes RANK_TOKENS where no span says what it cost */
	double value;         /* ns, USD, tokens */
};
bool tree_ranked(struct db *db, int64_t first, const struct tree_scope *scope, enum tree_rank_by by, int64_t place,
                 struct tree_ranked *out, struct err *err);

/* When the rows [from, from + n) began and ended, all together; TIME_UNKNOWN: none of them says. */
struct tree_times {
	int64_t start_ns, end_ns;
};
bool tree_times(struct db *db, int64_t first, int64_t from, int64_t n, struct tree_times *out, struct err *err);
/* When one span ran (from TIME_UNKNOWN: not known; to: from, if it has no end), and the rows of its subtree. */
bool tree_stretch(struct db *db, int64_t first, int64_t pos, int64_t *from_ns, int64_t *to_ns, int64_t *size,
                  struct err *err);
/* The spans of one depth in [from, to): a group of siblings. */
struct tree_sum {
	struct tree_times times;
	int64_t self_ns, errors; /* UNKNOWN_INT: no self time is known */
	bool running, last;
};
bool tree_sum(struct db *db, int64_t first, int64_t from, int64_t to, int depth, struct tree_sum *out, struct err *err);
/* How many of them ran at a moment, and which of those had begun last. */
struct tree_moment {
	int64_t n;
	struct str newest;
};
bool tree_moment(struct db *db, int64_t first, int64_t from, int64_t n, int64_t at_ns, struct arena *arena,
                 struct tree_moment *out, struct err *err);

/* Walks all rows of a trace in pre-order (trace --json, exports): row after row, borrowed until the next call. */
struct tree_walk;
struct tree_walk *tree_walk_open(struct db *db, int64_t first, int64_t n, struct err *err);
bool tree_walk_next(struct tree_walk *w, struct tree_row *row,
                    struct err *err); /* false: end (err->code ERR_NONE) or failure */
void tree_walk_close(struct tree_walk *w);

/* How a figure of a span stands among those of all spans of its name and kind that have it (log histogram, error below 1.6 %). */
struct figure_rank {
	int64_t n;        /* of those spans, this one with them */
	double more_than; /* share 0..1; NaN when n < 5 or the figure is unknown */
	int64_t p50, p95; /* ns, tokens, billionths of a USD; UNKNOWN_INT */
};
struct tree_rank {
	struct figure_rank time, tokens, cost;
};
bool tree_rank(struct db *db, const struct tree_row *row, struct tree_rank *out, struct err *err);

#endif
