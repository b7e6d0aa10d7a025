/* Work beside the screen: the query thread (its own read connection, newest request wins) and the import thread. Both wake the
 * user's loop by calling `wake` (from their own threads). */
#ifndef SPOOR_TUI_JOB_H
#define SPOOR_TUI_JOB_H

#include "import/import.h"
#include "tui/screen.h"

/* ---- the query thread */
struct query_thread;
struct query_answer {
	const struct screen_ops *ops;
	uint64_t owner;  /* serial of the screen whose request it is */
	uint64_t ticket; /* as given to query_post */
	void *request;
	bool ok;
	struct err err;
};
/* Opens its own DB_READ connection on `store`. */
struct query_thread *query_start(const char *store, void (*wake)(void), struct err *err);
/* Personal data is masked in all answers to what is posted from now on (store/study/mask.h), or no more. */
void query_mask(struct query_thread *q, bool on);
/* Hands over a request. One that waits is given back unanswered (ok false) at once through query_take; one that runs is
 * interrupted. */
void query_post(struct query_thread *q, const struct screen *owner, uint64_t ticket, void *request);
/* The next answer, waiting at most wait_ms; false: none yet. */
bool query_take(struct query_thread *q, int wait_ms, struct query_answer *out);
bool query_busy(struct query_thread *q);
void query_quit(struct query_thread *q); /* interrupts and joins; what was not answered can then be taken (ok false) */
void query_free(struct query_thread *q); /* after query_quit and the last query_take */

/* ---- a look at a store whose last writer may have been killed (quick_check), beside everything else */
struct check_thread;
struct check_thread *check_start(const char *store, void (*wake)(void)); /* NULL: it could not start; nothing is lost */
/* True once, when it is done and found trouble: copied into text. */
bool check_trouble(struct check_thread *c, char *text, size_t size);
void check_stop(struct check_thread *c); /* interrupts, joins, frees; NULL is fine */

/* ---- what is not yet indexed for search is, and what checks have not yet looked at, behind everything else */
struct index_thread;
/* NULL: it could not start; searches read instead. err: the rules have a mistake (check/rules.h); the index is made all the same. */
struct index_thread *index_start(const char *store, int64_t now_ns, void (*wake)(void), struct err *err);
bool index_has_news(struct index_thread *t); /* checks looked at more traces since it last said so; every 2 s at most */
bool index_is_done(struct index_thread *t);
int index_percent(
    struct index_thread *t); /* of the store that is indexed; -1: nothing to say (NULL, done, all indexed) */
void index_stop(struct index_thread *t); /* cancels at the next block, joins, frees; NULL is fine */

/* ---- the import thread */
struct import_thread;
/* follow: goes on as the files grow, until import_stop; then it wakes whenever something was committed. */
struct import_thread *import_start(const char *store, char *const *paths, size_t n, const struct import_opts *opts,
                                   bool follow, void (*wake)(void), struct err *err);
bool import_follows(const struct import_thread *t);
/* What happened to a file that people should know, once: copied into text. */
bool import_news(struct import_thread *t, char *text, size_t size);
void import_ask_to_stop(struct import_thread *t); /* import_is_done tells when it has */
struct import_progress *import_progress_of(struct import_thread *t);
/* The process whose writing it has waited for longer than 5 s; -1: one without a name; 0: it does not wait. */
int64_t import_waits_for(struct import_thread *t);
bool import_is_done(struct import_thread *t);
/* After it is done: the report (owned by the thread object) and whether it failed. */
const struct import_report *import_report_of(struct import_thread *t, bool *ok, struct err *err);
void import_stop(struct import_thread *t); /* cancels at the next safe point, joins, frees */

#endif
