#include "tui/verdicts.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/base/units.h"
#include "store/base/vec.h"
#include "store/block.h"
#include "store/query/propose.h"
#include "store/queue.h"

enum {
	RETRY_MS = 200, /* after a failure that passes */
	OPEN_TRIES = 25,
	SOME = 16,     /* answers judged in one transaction: well under 100 ms */
	TELL_MS = 1000 /* from then on it is told that something waits */
};

/* What was said together: taken back and said again together. */
struct group {
	uint64_t id;
	struct saying *all; /* says of every saying that joined; queue and seq of the one that had them */
	VEC(struct event_id) events;
	struct queue_mark before; /* of the queue's item, before the group */
	bool has_before;
};

struct job {
	struct saying *saying;
	struct group *group; /* NULL: nothing is there to be taken back */
	uint64_t owner;
	int64_t since_ms;
};

struct finished {
	struct verdict_answer answer;
	struct job job;
};

struct verdicts {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t posted, answered;
	char *store;
	struct str author;
	int64_t now_ns;
	void (*wake)(void);
	bool quit;
	_Atomic bool give_up; /* stop waiting for others */
	uint64_t newest;      /* group */
	VEC(struct job) jobs; /* the first is being written */
	VEC(struct finished) done;
	VEC(struct group *) groups; /* all; they live as long as the program */
	VEC(struct group *) said, undone;
	char why[200]; /* of the last failure that passes */
	/* The thread's alone, but for db_waits_for. */
	struct db *_Atomic db;
	struct block_cache *blocks;
};

static int64_t mono_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t now_ns(const struct verdicts *v)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return v->now_ns != UNKNOWN_INT ? v->now_ns : (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The item of a queue is done, open again (no verdict any more) or skipped with it; a reason or a note alone leaves the mark as it is.
 * event: of the verdict; NULL: none. */
static bool mark_item(struct verdicts *v, struct saying *s, const struct event_id *event, bool is_empty,
                      struct queue_mark *before, struct err *err)
{
	struct queue_mark m = {.state = s->kind == SAYING_SKIP ? QUEUE_SKIPPED
	                                : is_empty             ? QUEUE_OPEN
	                                                       : QUEUE_DONE,
	                       .time_ns = s->time_ns,
	                       .spent_ns = s->spent_ns};
	if (!event && s->kind != SAYING_SKIP)
		s->queue = 0;
	if (event)
		m.has_event = true, m.event = *event;
	return !s->queue || queue_mark(v->db, s->queue, s->seq, v->author, &m, before, err);
}

/* ---------------------------------------------------------------- writing one */

static bool find_target(struct verdicts *v, const struct saying *s, struct arena *arena, struct annotation_kept *out,
                        struct err *err)
{
	struct subject subject;
	*out = s->target;
	if (s->has_target)
		return true;
	if (!v->blocks)
		v->blocks = block_cache_new(v->db);
	bool ok = db_begin_read(v->db, err) && subject_target(v->db, v->blocks, &s->at, arena, &subject, err);
	db_end_read(v->db);
	if (ok)
		*out = subject_kept(&subject);
	return ok;
}

/* What this author says of the target now in that field; NULL: nothing. */
static const struct annotation *mine(const struct annotation *now, size_t n, struct str author, const struct say *say)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(now[i].author, author) && now[i].field == say->field &&
		    str_eq(now[i].part, say->part.ptr ? say->part : STR_LIT("")))
			return &now[i];
	return NULL;
}

/* Nothing new is in it: the same words by the same author, and as much his own. In a queue it is new that they are said there, too. */
static bool is_so(const struct saying *s, const struct annotation *now, const struct say *say)
{
	if (!now)
		return !say->value.len;
	return str_eq(now->value, say->value) && !(now->how & HOW_PROPOSED & ~s->how) &&
	       (!s->queue || str_eq(now->queue, s->queue_name));
}

static struct annotate_opts opts_of(const struct verdicts *v, const struct saying *s)
{
	return (struct annotate_opts){.author = v->author,
	                              .now_ns = s->time_ns,
	                              .how = s->how,
	                              .because = s->has_because ? &s->because : NULL,
	                              .shown = s->has_shown ? &s->shown : NULL,
	                              .queue = s->queue_name};
}

static bool is_judgement(enum annotation_field field)
{
	return field == FIELD_VERDICT || field == FIELD_PREFERENCE;
}

/* In a transaction: the events of what is new in it, and the mark. */
static bool add_all(struct verdicts *v, struct saying *s, const struct annotation_kept *target,
                    struct queue_mark *before, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct annotation *now;
	size_t n_now, n = 0;
	struct say fresh[SAYS_MOST];
	struct event_id was_events[SAYS_MOST];
	size_t n_was = 0;
	bool is_empty = false;
	const struct event_id *judged = NULL;
	const struct annotate_opts opts = opts_of(v, s);
	bool ok = annotate_state(v->db, &target->hash, &arena, &now, &n_now, err);
	for (size_t i = 0; ok && i < s->n_says; i++) {
		const struct annotation *was = mine(now, n_now, v->author, &s->says[i]);
		if (!is_so(s, was, &s->says[i])) {
			fresh[n++] = s->says[i];
			continue;
		}
		if (was && is_judgement(was->field))
			judged = &was->event;
		if (was)
			was_events[n_was++] = was->event;
	}
	ok = ok && annotate_kept_in(v->db, target, &opts, fresh, n, s->events, err);
	for (size_t i = 0; ok && i < n; i++)
		if (is_judgement(fresh[i].field)) {
			judged = &s->events[i];
			is_empty = !fresh[i].value.len;
		}
	s->n_events = ok ? n : 0;
	s->was_so = ok && n == 0 && s->kind != SAYING_SKIP;
	if (s->was_so && n_was) {
		memcpy(s->events, was_events, n_was * sizeof *was_events);
		s->n_events = n_was;
	}
	ok = ok && mark_item(v, s, judged, is_empty, before, err);
	arena_done(&arena);
	return ok;
}

static bool in_transaction(struct verdicts *v, const struct job *job, const struct annotation_kept *target,
                           struct queue_mark *before, struct err *err)
{
	struct saying *s = job->saying;
	const struct group *g = job->group;
	if (s->kind == SAYING_DROP)
		return annotate_take_back_in(v->db, s->drop, s->n_drop, v->author, s->time_ns, err);
	if (s->kind != SAYING_TAKE_BACK)
		return add_all(v, s, target, before, err);
	return annotate_take_back_in(v->db, g->events.at, g->events.n, v->author, s->time_ns, err) &&
	       (!g->has_before || queue_mark(v->db, s->queue, s->seq, v->author, &g->before, NULL, err));
}

static bool drop(struct group **at, size_t *n, const struct group *g)
{
	for (size_t i = *n; i > 0; i--)
		if (at[i - 1] == g) {
			memmove(&at[i - 1], &at[i], (*n - i) * sizeof *at);
			(*n)--;
			return true;
		}
	return false;
}

/* What was said before is what `u` takes back now: the group it was said in comes to the top, or this one stands for it. */
static struct group *adopt(struct verdicts *v, struct group *g, const struct saying *s)
{
	struct group *was = NULL;
	for (size_t i = 0; i < v->said.n && !was && s->n_events; i++)
		for (size_t k = 0; k < v->said.at[i]->events.n && !was; k++)
			if (memcmp(&v->said.at[i]->events.at[k], &s->events[0], sizeof s->events[0]) == 0)
				was = v->said.at[i];
	if (!was && s->n_events)
		return g;
	drop(v->said.at, &v->said.n, g);
	if (was && drop(v->said.at, &v->said.n, was))
		*vec_add(&v->said) = was;
	return was;
}

/* The thread's part of a group, once it is on the disk. */
static void note_written(struct verdicts *v, struct job *job, const struct queue_mark *before)
{
	struct saying *s = job->saying;
	struct group *g = job->group, *was = s->was_so ? adopt(v, g, s) : g;
	s->done_group = was ? was->id : 0;
	if (was != g || !g)
		return;
	if (s->kind == SAYING_TAKE_BACK) {
		vec_clear(&g->events);
		g->has_before = false;
		return;
	}
	for (size_t i = 0; i < s->n_events; i++)
		*vec_add(&g->events) = s->events[i];
	if (s->queue && !g->has_before) {
		g->before = *before;
		g->has_before = true;
	}
}

/* Batch after batch; what was written stays written, so that after a failure that passes it goes on where it was. */
static bool write_many(struct verdicts *v, struct job *job, struct err *err)
{
	struct saying *s = job->saying;
	if (!v->blocks)
		v->blocks = block_cache_new(v->db);
	for (size_t left; (left = s->n_many - s->n_written - s->n_left) > 0;) {
		struct proposing p = {.author = v->author,
		                      .says = s->says,
		                      .n_says = s->n_says,
		                      .because = s->because,
		                      .at = s->many + (s->n_many - left),
		                      .n = left};
		bool ok = propose_next(v->db, v->blocks, &p, s->time_ns, err);
		pthread_mutex_lock(&v->lock);
		for (size_t i = 0; i < p.events.n; i++)
			*vec_add(&job->group->events) = p.events.at[i];
		pthread_mutex_unlock(&v->lock);
		vec_done(&p.events);
		if (!ok)
			return false;
		s->n_written += p.done - p.skipped;
		s->n_left += p.skipped;
	}
	s->done_group = job->group->id;
	return true;
}

/* What is said of some of them in one transaction, in few milliseconds. Their texts are read before it begins. */
static bool write_some(struct verdicts *v, struct job *job, size_t from, size_t n, struct err *err)
{
	struct saying *s = job->saying;
	struct arena arena = ARENA_INIT;
	struct annotation_kept targets[SOME];
	bool there[SOME];
	VEC(struct event_id) events = {0};
	size_t written = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct saying one = {.at = s->many[from + i]};
		there[i] = find_target(v, &one, &arena, &targets[i], err);
		ok = there[i] || err->code == ERR_NOT_FOUND; /* forgotten meanwhile */
	}
	*err = ok ? ERR_INIT : *err;
	bool begun = ok && (ok = db_begin(v->db, err));
	for (size_t i = 0; ok && i < n; i++) {
		struct saying one = *s;
		struct queue_mark before;
		one.queue = 0;
		if (!there[i])
			continue;
		ok = add_all(v, &one, &targets[i], &before, err);
		for (size_t k = 0; ok && !one.was_so && k < one.n_events; k++)
			*vec_add(&events) = one.events[k];
		written += ok && !one.was_so;
	}
	ok = ok && db_commit(v->db, err);
	if (begun && !ok)
		db_rollback(v->db);
	if (ok) {
		pthread_mutex_lock(&v->lock);
		for (size_t i = 0; i < events.n; i++)
			*vec_add(&job->group->events) = events.at[i];
		pthread_mutex_unlock(&v->lock);
		s->n_written += written;
		s->n_left += n - written;
	}
	vec_done(&events);
	arena_done(&arena);
	return ok;
}

/* As write_many: what is written stays so. */
static bool write_each(struct verdicts *v, struct job *job, struct err *err)
{
	struct saying *s = job->saying;
	for (size_t at; (at = s->n_written + s->n_left) < s->n_many;)
		if (!write_some(v, job, at, s->n_many - at < SOME ? s->n_many - at : SOME, err))
			return false;
	s->done_group = job->group->id;
	pthread_mutex_lock(&v->lock);
	if (!job->group->events.n) { /* all was so before: there is nothing of it to be taken back */
		drop(v->said.at, &v->said.n, job->group);
		s->done_group = 0;
	}
	pthread_mutex_unlock(&v->lock);
	return true;
}

static bool write_job(struct verdicts *v, struct job *job, struct err *err)
{
	struct saying *s = job->saying;
	if (s->kind == SAYING_PROPOSE)
		return write_many(v, job, err);
	if (s->kind == SAYING_MANY)
		return write_each(v, job, err);
	struct arena arena = ARENA_INIT;
	struct annotation_kept target = {.key = STR_NONE};
	struct queue_mark before = {.state = QUEUE_OPEN};
	bool ok = s->kind == SAYING_TAKE_BACK || s->kind == SAYING_DROP || s->n_says == 0 ||
	          find_target(v, s, &arena, &target, err);
	ok = ok && db_begin(v->db, err);
	if (ok) {
		ok = in_transaction(v, job, &target, &before, err) && db_commit(v->db, err);
		if (!ok)
			db_rollback(v->db);
	}
	arena_done(&arena);
	if (!ok)
		return false;
	pthread_mutex_lock(&v->lock);
	note_written(v, job, &before);
	pthread_mutex_unlock(&v->lock);
	return true;
}

/* ---------------------------------------------------------------- the stack, under the lock */

static struct group *find_group(struct group **at, size_t n, uint64_t id)
{
	for (size_t i = n; i > 0; i--)
		if (id == 0 || at[i - 1]->id == id)
			return at[i - 1];
	return NULL;
}

/* What the group is said again with: the last word of each field. False: it holds no more. */
static bool join(struct group *g, const struct saying *s)
{
	size_t fresh = 0;
	for (size_t i = 0; i < s->n_says; i++) {
		bool there = false;
		for (size_t k = 0; k < g->all->n_says; k++)
			there |=
			    g->all->says[k].field == s->says[i].field && str_eq(g->all->says[k].part, s->says[i].part);
		fresh += !there;
	}
	if (g->all->n_says + fresh > SAYS_MOST || (s->queue && g->all->queue && s->queue != g->all->queue))
		return false;
	for (size_t i = 0; i < s->n_says; i++)
		saying_add(g->all, s->says[i].field, s->says[i].part, s->says[i].value);
	return true;
}

static void copy_frame(struct saying *to, const struct saying *from)
{
	to->at = from->at;
	to->how = from->how;
	to->has_because = from->has_because;
	to->because = from->because;
	to->has_shown = from->has_shown;
	to->shown = from->shown;
	saying_many(to, from->many, from->n_many);
	if (from->has_target)
		to->has_target = true, saying_target(to, &from->target);
	saying_queue(to, from->queue, from->seq, from->queue_name, from->spent_ns);
}

static bool same_subject(const struct saying *a, const struct saying *b)
{
	if (a->has_target && b->has_target)
		return memcmp(&a->target.hash, &b->target.hash, sizeof a->target.hash) == 0;
	return a->at.kind != SUBJECT_NONE && subject_is(&a->at, &b->at);
}

static bool has_judgement(const struct saying *s)
{
	for (size_t i = 0; i < s->n_says; i++)
		if (is_judgement(s->says[i].field))
			return true;
	return false;
}

/* Why alone, of a verdict given just before: taken back with it. */
static bool is_reason(const struct saying *s)
{
	return s->kind == SAYING_ADD && s->n_says == 1 && s->says[0].field == FIELD_REASON;
}

static struct group *new_group(struct verdicts *v, const struct saying *s)
{
	struct group *g = xcalloc(1, sizeof *g);
	g->id = ++v->newest;
	g->all = saying_new(s->kind, &s->at);
	copy_frame(g->all, s);
	BUG_ON(!join(g, s));
	*vec_add(&v->groups) = g;
	*vec_add(&v->said) = g;
	return g;
}

/* The group of a request, and where it stands on the stacks from now on. NULL: there is none. */
static struct group *group_of(struct verdicts *v, struct saying *s)
{
	struct group *g;
	if (s->kind == SAYING_TAKE_BACK || s->kind == SAYING_AGAIN) {
		bool back = s->kind == SAYING_TAKE_BACK;
		g = back ? find_group(v->said.at, v->said.n, s->group)
		         : find_group(v->undone.at, v->undone.n, s->group);
		if (!g)
			return NULL;
		if (back) {
			drop(v->said.at, &v->said.n, g);
			*vec_add(&v->undone) = g;
		} else {
			drop(v->undone.at, &v->undone.n, g);
			*vec_add(&v->said) = g;
		}
		s->group = g->id;
		copy_frame(s, g->all);
		s->n_says = 0;
		for (size_t i = 0; i < g->all->n_says; i++)
			saying_add(s, g->all->says[i].field, g->all->says[i].part, g->all->says[i].value);
		if (g->all->kind == SAYING_SKIP && !back)
			s->kind = SAYING_SKIP;
		if ((g->all->kind == SAYING_PROPOSE || g->all->kind == SAYING_MANY) && !back)
			s->kind = g->all->kind;
		return g;
	}
	if (s->kind == SAYING_DROP)
		return NULL;
	vec_clear(&v->undone);
	g = s->group || is_reason(s) ? find_group(v->said.at, v->said.n, s->group) : NULL;
	if (g && same_subject(g->all, s) && (s->group || has_judgement(g->all)) && join(g, s))
		return g;
	return new_group(v, s);
}

/* Nothing came of it: as if it had not been asked. */
static void undo_group(struct verdicts *v, const struct job *job)
{
	struct group *g = job->group;
	bool back = job->saying->kind == SAYING_TAKE_BACK;
	if (!g)
		return;
	if (back && drop(v->undone.at, &v->undone.n, g) && (g->events.n || g->has_before))
		*vec_add(&v->said) = g;
	if (!back && g->events.n == 0 && drop(v->said.at, &v->said.n, g) && job->saying->group == g->id)
		*vec_add(&v->undone) = g; /* it could not be said again */
}

/* ---------------------------------------------------------------- the thread */

static void answer(struct verdicts *v, const struct job *job, bool ok, const struct err *err)
{
	*vec_add(&v->done) = (struct finished){
	    {job->saying, job->owner, ok, *err},
            *job
        };
	pthread_cond_signal(&v->answered);
	v->wake();
}

static void rest(struct verdicts *v, const struct err *err)
{
	pthread_mutex_lock(&v->lock);
	snprintf(v->why, sizeof v->why, "%.190s", err->text);
	pthread_mutex_unlock(&v->lock);
	nanosleep(&(struct timespec){.tv_nsec = RETRY_MS * 1000000L}, NULL);
}

/* Nobody's going away makes it writable. */
static bool is_read_only(const struct verdicts *v)
{
	struct err ignored = ERR_INIT;
	struct db_state state;
	db_ensure(v->store, &state, &ignored);
	return state.read_only;
}

static bool open_store(struct verdicts *v, struct err *err)
{
	if (v->db)
		return true;
	struct db *db = NULL;
	for (int i = 0; i < OPEN_TRIES && !atomic_load(&v->give_up); i++) {
		if ((db = db_open(v->store, DB_DURABLE, err)) || is_read_only(v))
			break;
		rest(v, err);
	}
	if (db) {
		*err = ERR_INIT;
		db_set_patient(db, &v->give_up);
	}
	v->db = db;
	return db != NULL;
}

/* Until it is written, or failed for good. False with ERR_INTERRUPTED: nobody waits any more. */
static bool write_until_done(struct verdicts *v, struct job *job, struct err *err)
{
	if (!job->group && job->saying->kind != SAYING_DROP)
		return err_set(
		    err, ERR_NOT_FOUND, NULL,
		    job->saying->kind == SAYING_AGAIN
		        ? "nothing was taken back that could be said again"
		        : "nothing said since spoor was opened is left to take back (:no-verdict empties one)");
	bool empty = job->saying->kind == SAYING_TAKE_BACK && job->group->events.n == 0 && !job->saying->queue;
	if (empty)
		return err_set(err, ERR_NOT_FOUND, NULL, "that was not saved: there is nothing to take back");
	if (!open_store(v, err))
		return false;
	for (;;) {
		*err = ERR_INIT;
		if (write_job(v, job, err))
			return true;
		if (!db_may_pass(v->db))
			return false;
		if (atomic_load(&v->give_up))
			return err_set(err, ERR_INTERRUPTED, NULL, "interrupted");
		rest(v, err);
	}
}

/* The first of the list; false: told to end, and nothing is left (or nobody waits for it). */
static bool next_job(struct verdicts *v, struct job *out)
{
	while (v->jobs.n == 0 && !v->quit)
		pthread_cond_wait(&v->posted, &v->lock);
	if (v->jobs.n == 0 || atomic_load(&v->give_up))
		return false;
	*out = v->jobs.at[0];
	return true;
}

static void *write_loop(void *arg)
{
	struct verdicts *v = arg;
	struct job job;
	pthread_mutex_lock(&v->lock);
	while (next_job(v, &job)) {
		struct err err = ERR_INIT;
		pthread_mutex_unlock(&v->lock);
		bool ok = write_until_done(v, &job, &err);
		pthread_mutex_lock(&v->lock);
		if (!ok && err.code == ERR_INTERRUPTED)
			break; /* it stays in the list, to be told of */
		v->why[0] = '\0';
		memmove(v->jobs.at, v->jobs.at + 1, --v->jobs.n * sizeof *v->jobs.at);
		if (v->jobs.n)
			v->jobs.at[0].since_ms = mono_ms();
		answer(v, &job, ok, &err);
		if (v->jobs.n == 0 && v->db) { /* nobody waits: a good moment */
			pthread_mutex_unlock(&v->lock);
			db_checkpoint(v->db, DB_LOG_BYTES);
			pthread_mutex_lock(&v->lock);
		}
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

struct verdicts *verdicts_start(const char *store, struct str author, int64_t now, void (*wake)(void), struct err *err)
{
	struct verdicts *v = xcalloc(1, sizeof *v);
	v->store = xstrndup(str_of(store));
	v->author = author;
	v->now_ns = now;
	v->wake = wake;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->posted, NULL);
	pthread_cond_init(&v->answered, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int failed = pthread_create(&v->thread, NULL, write_loop, v);
	if (!failed)
		return v;
	err_set(err, ERR_SYSTEM, NULL, "no thread to save verdicts: %s", strerror(failed));
	verdicts_free(v);
	return NULL;
}

void verdicts_post(struct verdicts *v, struct saying *s, uint64_t owner, uint64_t *group)
{
	s->time_ns = now_ns(v);
	pthread_mutex_lock(&v->lock);
	struct group *g = group_of(v, s);
	if (group)
		*group = g ? g->id : 0;
	*vec_add(&v->jobs) = (struct job){s, g, owner, mono_ms()};
	pthread_cond_signal(&v->posted);
	pthread_mutex_unlock(&v->lock);
}

bool verdicts_take(struct verdicts *v, int wait_ms, struct verdict_answer *out)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&v->lock);
	while (v->done.n == 0 && wait_ms > 0 && pthread_cond_timedwait(&v->answered, &v->lock, &until) == 0)
		;
	bool any = v->done.n > 0;
	if (any) {
		*out = v->done.at[0].answer;
		/* Until it is told of, what failed stays on the stack: a key pressed meanwhile means it, and nothing before it. */
		if (!out->ok)
			undo_group(v, &v->done.at[0].job);
		memmove(v->done.at, v->done.at + 1, --v->done.n * sizeof *v->done.at);
	}
	pthread_mutex_unlock(&v->lock);
	return any;
}

size_t verdicts_waiting(struct verdicts *v, char *why, size_t size)
{
	pthread_mutex_lock(&v->lock);
	size_t n = v->jobs.n;
	bool tell = n && mono_ms() - v->jobs.at[0].since_ms >= TELL_MS;
	struct db *db = v->db;
	int64_t holder = tell && db ? db_waits_for(db) : 0;
	if (why && !tell)
		*why = '\0';
	else if (why && holder > 0)
		snprintf(why, size, "process %lld is writing", (long long)holder);
	else if (why)
		snprintf(why, size, "%s", v->why[0] ? v->why : "another spoor is writing");
	pthread_mutex_unlock(&v->lock);
	return n;
}

/* "bad, note" */
static void tell_lost(const struct saying *s, struct buf *out)
{
	for (size_t i = 0; i < s->n_says; i++)
		buf_printf(out, "%s" STR_FMT, out->len ? ", " : "",
		           STR_ARG(s->says[i].field == FIELD_VERDICT
		                       ? s->says[i].value
		                       : str_of(annotation_field_name(s->says[i].field))));
}

size_t verdicts_quit(struct verdicts *v, int ms, struct buf *lost)
{
	int64_t until = mono_ms() + ms;
	pthread_mutex_lock(&v->lock);
	v->quit = true;
	pthread_cond_signal(&v->posted);
	while (v->jobs.n && mono_ms() < until) {
		pthread_mutex_unlock(&v->lock);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		pthread_mutex_lock(&v->lock);
	}
	pthread_mutex_unlock(&v->lock);
	atomic_store(&v->give_up, true);
	pthread_join(v->thread, NULL);
	for (size_t i = 0; i < v->jobs.n; i++)
		tell_lost(v->jobs.at[i].saying, lost);
	return v->jobs.n;
}

void verdicts_free(struct verdicts *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->jobs.n; i++)
		saying_free(v->jobs.at[i].saying);
	for (size_t i = 0; i < v->done.n; i++)
		saying_free(v->done.at[i].answer.saying);
	for (size_t i = 0; i < v->groups.n; i++) {
		saying_free(v->groups.at[i]->all);
		vec_done(&v->groups.at[i]->events);
		free(v->groups.at[i]);
	}
	vec_done(&v->jobs);
	vec_done(&v->done);
	vec_done(&v->groups);
	vec_done(&v->said);
	vec_done(&v->undone);
	block_cache_free(v->blocks);
	db_close(v->db);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->posted);
	pthread_cond_destroy(&v->answered);
	free(v->store);
	free(v);
}
