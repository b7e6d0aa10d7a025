#include "tui/job.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "import/follow.h"
#include "store/check/rules.h"
#include "store/db.h"
#include "store/query/sources.h"
#include "store/query/stats.h"
#include "store/search.h"
#include "store/study/mask.h"
#include "tui/cmd/remap.h"

/* ---------------------------------------------------------------- queries */

enum { ANSWERS_MAX = 64 };

struct query_thread {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t posted, answered;
	struct db *db;
	void (*wake)(void);
	bool quit, running, masks;
	struct query_answer waiting; /* request NULL: nothing waits */
	struct query_answer done[ANSWERS_MAX];
	size_t n_done;
};

static void answer(struct query_thread *q, const struct query_answer *a)
{
	BUG_ON(q->n_done == ANSWERS_MAX);
	q->done[q->n_done++] = *a;
	pthread_cond_signal(&q->answered);
	q->wake();
}

static void *query_loop(void *arg)
{
	struct query_thread *q = arg;
	pthread_mutex_lock(&q->lock);
	while (!q->quit) {
		if (!q->waiting.request) {
			pthread_cond_wait(&q->posted, &q->lock);
			continue;
		}
		struct query_answer a = q->waiting;
		q->waiting.request = NULL;
		q->running = true;
		db_set_mask(q->db, q->masks ? mask_str : NULL);
		pthread_mutex_unlock(&q->lock);
		a.err = ERR_INIT;
		/* One snapshot for all that a screen shows, whatever an import commits meanwhile. */
		a.ok = db_begin_read(q->db, &a.err) && a.ops->fetch(q->db, a.request, &a.err);
		db_end_read(q->db);
		pthread_mutex_lock(&q->lock);
		q->running = false;
		answer(q, &a);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

struct query_thread *query_start(const char *store, void (*wake)(void), struct err *err)
{
	struct db *db = db_open(store, DB_READ, err);
	if (!db)
		return NULL;
	db_set_roomy(db);
	struct query_thread *q = xcalloc(1, sizeof *q);
	q->db = db;
	q->wake = wake;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->posted, NULL);
	pthread_cond_init(&q->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int failed = pthread_create(&q->thread, NULL, query_loop, q);
	if (failed) {
		err_set(err, ERR_SYSTEM, NULL, "no thread for queries: %s", strerror(failed));
		db_close(db);
		free(q);
		return NULL;
	}
	return q;
}

void query_mask(struct query_thread *q, bool on)
{
	pthread_mutex_lock(&q->lock);
	q->masks = on;
	pthread_mutex_unlock(&q->lock);
}

void query_post(struct query_thread *q, const struct screen *owner, uint64_t ticket, void *request)
{
	pthread_mutex_lock(&q->lock);
	if (q->waiting.request) {
		q->waiting.ok = false;
		q->waiting.err = ERR_INIT;
		q->waiting.err.code = ERR_INTERRUPTED;
		answer(q, &q->waiting);
	}
	q->waiting =
	    (struct query_answer){.ops = owner->ops, .owner = owner->serial, .ticket = ticket, .request = request};
	if (q->running)
		db_interrupt(q->db);
	pthread_cond_signal(&q->posted);
	pthread_mutex_unlock(&q->lock);
}

bool query_take(struct query_thread *q, int wait_ms, struct query_answer *out)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)wait_ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&q->lock);
	while (q->n_done == 0 && wait_ms > 0 && pthread_cond_timedwait(&q->answered, &q->lock, &until) == 0)
		;
	bool any = q->n_done > 0;
	if (any) {
		*out = q->done[0];
		memmove(q->done, q->done + 1, --q->n_done * sizeof *q->done);
	}
	pthread_mutex_unlock(&q->lock);
	return any;
}

bool query_busy(struct query_thread *q)
{
	pthread_mutex_lock(&q->lock);
	bool busy = q->running || q->waiting.request || q->n_done;
	pthread_mutex_unlock(&q->lock);
	return busy;
}

void query_quit(struct query_thread *q)
{
	pthread_mutex_lock(&q->lock);
	q->quit = true;
	if (q->running)
		db_interrupt(q->db);
	pthread_cond_signal(&q->posted);
	pthread_mutex_unlock(&q->lock);
	pthread_join(q->thread, NULL);
	if (q->waiting.request) {
		q->waiting.ok = false;
		answer(q, &q->waiting);
		q->waiting.request = NULL;
	}
}

void query_free(struct query_thread *q)
{
	if (!q)
		return;
	db_close(q->db);
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->posted);
	pthread_cond_destroy(&q->answered);
	free(q);
}

/* ---------------------------------------------------------------- the check */

struct check_thread {
	pthread_t thread;
	struct db *db;
	void (*wake)(void);
	struct store_health health;
	_Atomic bool finished;
	bool said;
};

static void *check_loop(void *arg)
{
	struct check_thread *c = arg;
	struct err err = ERR_INIT;
	if (!sources_health(c->db, true, &c->health, &err) && err.code != ERR_INTERRUPTED) {
		c->health.checked = true;
		c->health.sound = false;
		snprintf(c->health.trouble, sizeof c->health.trouble, "%.180s", err.text);
	}
	atomic_store(&c->finished, true);
	c->wake();
	return NULL;
}

struct check_thread *check_start(const char *store, void (*wake)(void))
{
	struct db *db = db_open(store, DB_READ, NULL);
	if (!db)
		return NULL;
	struct check_thread *c = xcalloc(1, sizeof *c);
	c->db = db;
	c->wake = wake;
	if (pthread_create(&c->thread, NULL, check_loop, c) == 0)
		return c;
	db_close(db);
	free(c);
	return NULL;
}

bool check_trouble(struct check_thread *c, char *text, size_t size)
{
	if (!c || c->said || !atomic_load(&c->finished))
		return false;
	c->said = true;
	if (!c->health.checked || c->health.sound)
		return false;
	snprintf(text, size, "the store is damaged: %.180s (spoor doctor)", c->health.trouble);
	return true;
}

void check_stop(struct check_thread *c)
{
	if (!c)
		return;
	db_interrupt(c->db);
	pthread_join(c->thread, NULL);
	db_close(c->db);
	free(c);
}

/* ---------------------------------------------------------------- the index */

enum { NEWS_S = 2 };

struct index_thread {
	pthread_t thread;
	struct db *db;
	void (*wake)(void);
	struct search_progress progress;
	struct check_progress checks;
	struct rules *rules; /* NULL: none; no_checks: they have a mistake */
	bool no_checks;
	time_t told_s; /* when it last said that there is news */
	_Atomic bool finished;
};

/* What fails here (a full disk, another writer) fails again where somebody sees it; until then searches read. */
static void *index_loop(void *arg)
{
	struct index_thread *t = arg;
	search_index(t->db, 1, &t->progress, NULL);
	stats_roll(t->db, &t->progress.cancel, NULL);
	if (!t->no_checks && !atomic_load(&t->progress.cancel))
		check_run(t->db, t->rules, &t->checks, NULL);
	atomic_store(&t->finished, true);
	t->wake();
	return NULL;
}

struct index_thread *index_start(const char *store, int64_t now_ns, void (*wake)(void), struct err *err)
{
	struct db *db = db_open(store, DB_WRITE, NULL);
	if (!db)
		return NULL;
	struct index_thread *t = xcalloc(1, sizeof *t);
	t->db = db;
	t->wake = wake;
	t->no_checks = !rules_load(NULL, now_ns, &t->rules, err);
	atomic_store(&t->progress.percent, 100);
	if (pthread_create(&t->thread, NULL, index_loop, t) == 0)
		return t;
	rules_free(t->rules);
	db_close(db);
	free(t);
	return NULL;
}

bool index_has_news(struct index_thread *t)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!atomic_load(&t->finished) && now.tv_sec - t->told_s < NEWS_S)
		return false;
	t->told_s = now.tv_sec;
	return atomic_exchange(&t->checks.traces, 0) > 0;
}

bool index_is_done(struct index_thread *t)
{
	return atomic_load(&t->finished);
}

int index_percent(struct index_thread *t)
{
	int percent = t && !atomic_load(&t->finished) ? atomic_load(&t->progress.percent) : 100;
	return percent < 100 ? percent : -1;
}

void index_stop(struct index_thread *t)
{
	if (!t)
		return;
	atomic_store(&t->progress.cancel, true);
	atomic_store(&t->checks.cancel, true);
	pthread_join(t->thread, NULL);
	rules_free(t->rules);
	db_close(t->db);
	free(t);
}

/* ---------------------------------------------------------------- imports */

struct import_thread {
	pthread_t thread;
	struct db *db;
	char *const *paths;
	size_t n;
	struct import_opts opts;
	struct import_progress progress;
	struct import_report report;
	struct err err;
	bool ok;
	_Atomic bool finished; /* ok, err and report are written */
	void (*wake)(void);
	bool follow;
	pthread_mutex_t lock;
	char news[200]; /* under lock; "" none */
};

/* On the import's thread. */
static void on_news(void *context, const struct follow_event *e)
{
	struct import_thread *t = context;
	struct str file = e->file;
	for (size_t at; (at = str_find_char(file, '/')) != SIZE_MAX && at + 1 < file.len;)
		file = str_from(file, at + 1);
	file = str_cut(file, 0, 60);
	pthread_mutex_lock(&t->lock);
	switch (e->news) {
	case FOLLOW_FOUND:
	case FOLLOW_READ:
	case FOLLOW_CAUGHT_UP: break;
	case FOLLOW_ROTATED:
		snprintf(t->news, sizeof t->news, STR_FMT ": another file has its name now", STR_ARG(file));
		break;
	case FOLLOW_GONE:
		snprintf(t->news, sizeof t->news, STR_FMT ": gone; waiting for it to come back", STR_ARG(file));
		break;
	case FOLLOW_REPLACED: snprintf(t->news, sizeof t->news, STR_FMT ": %s", STR_ARG(file), e->why); break;
	case FOLLOW_TROUBLE:
		if (e->state && e->state->n_problems)
			snprintf(t->news, sizeof t->news, STR_FMT ": " STR_FMT, STR_ARG(file),
			         STR_ARG(str_cut(e->state->problems[e->state->n_problems - 1].reason, 0, 100)));
		break;
	}
	pthread_mutex_unlock(&t->lock);
	t->wake();
}

static bool follow_files_of(struct import_thread *t)
{
	const struct follow_opts opts = {.import = t->opts, .tell = on_news, .context = t};
	struct follow *f = follow_open(t->db, t->paths, t->n, &opts, &t->progress, &t->err);
	bool ok = f && follow_run(f, &t->report, &t->err);
	follow_close(f);
	return ok;
}

static void *import_loop(void *arg)
{
	struct import_thread *t = arg;
	t->ok = remap(t->db, t->paths, t->n, &t->opts, &t->progress.cancel, &t->err);
	if (t->ok && t->follow)
		t->ok = follow_files_of(t);
	else if (t->ok)
		t->ok = import_paths(t->db, t->paths, t->n, &t->opts, &t->progress, &t->report, &t->err);
	db_checkpoint(t->db, 0);
	atomic_store(&t->finished, true);
	t->wake();
	return NULL;
}

struct import_thread *import_start(const char *store, char *const *paths, size_t n, const struct import_opts *opts,
                                   bool follow, void (*wake)(void), struct err *err)
{
	struct db *db = db_open(store, DB_WRITE, err);
	if (!db)
		return NULL;
	struct import_thread *t = xcalloc(1, sizeof *t);
	t->db = db;
	t->paths = paths;
	t->n = n;
	t->opts = *opts;
	t->wake = wake;
	t->follow = follow;
	pthread_mutex_init(&t->lock, NULL);
	if (!import_progress_init(&t->progress, err)) {
		db_close(db);
		free(t);
		return NULL;
	}
	db_set_patient(db, &t->progress.cancel);
	int failed = pthread_create(&t->thread, NULL, import_loop, t);
	if (failed) {
		err_set(err, ERR_SYSTEM, NULL, "no thread for the import: %s", strerror(failed));
		import_progress_done(&t->progress);
		db_close(db);
		free(t);
		return NULL;
	}
	return t;
}

bool import_follows(const struct import_thread *t)
{
	return t->follow;
}

bool import_news(struct import_thread *t, char *text, size_t size)
{
	pthread_mutex_lock(&t->lock);
	bool any = t->news[0] != 0;
	if (any)
		snprintf(text, size, "%s", t->news);
	t->news[0] = '\0';
	pthread_mutex_unlock(&t->lock);
	return any;
}

void import_ask_to_stop(struct import_thread *t)
{
	import_cancel(&t->progress);
}

struct import_progress *import_progress_of(struct import_thread *t)
{
	return &t->progress;
}

int64_t import_waits_for(struct import_thread *t)
{
	return db_waits_for(t->db);
}

bool import_is_done(struct import_thread *t)
{
	return atomic_load(&t->finished);
}

const struct import_report *import_report_of(struct import_thread *t, bool *ok, struct err *err)
{
	*ok = t->ok;
	*err = t->err;
	return &t->report;
}

void import_stop(struct import_thread *t)
{
	if (!t)
		return;
	import_cancel(&t->progress);
	pthread_join(t->thread, NULL);
	import_progress_done(&t->progress);
	import_report_done(&t->report);
	pthread_mutex_destroy(&t->lock);
	db_close(t->db);
	free(t);
}
