#include "tui/screen/pane_review_load.h"

#include <stdlib.h>

#include "store/base/units.h"
#include "store/block.h"
#include "store/query/queue_subject.h"

static const char usual_reasons[] = "wrong,outdated,unsafe,tone,incomplete,personal data";

void review_queue_done(struct review_queue *q)
{
	arena_done(&q->arena);
	*q = (struct review_queue){.n_reasons = 0};
}

void review_loaded_free(struct review_loaded *l)
{
	if (l)
		review_item_done(&l->view);
	free(l);
}

struct review_request *review_request_new(void)
{
	struct review_request *r = xcalloc(1, sizeof *r);
	r->seq = r->except = REVIEW_NONE;
	return r;
}

void review_request_free(struct review_request *r)
{
	review_queue_done(&r->queue);
	review_loaded_free(r->item);
	agreement_done(&r->figures);
	arena_done(&r->arena);
	free(r);
}

struct str review_author(void)
{
	static char name[128];
	static struct str author; /* of the UI thread's first call: before any request is made */
	if (!author.len)
		author = annotation_author(name);
	return author;
}

/* ---------------------------------------------------------------- the queue */

static void set_reasons(struct review_queue *q)
{
	struct str rest = str_trim(q->queue.reasons).len ? q->queue.reasons : str_of(usual_reasons), word;
	while (q->n_reasons < REVIEW_MOST_REASONS && str_split(&rest, ',', &word))
		if (str_trim(word).len)
			q->reasons[q->n_reasons++] = str_trim(word);
}

static bool load_queue(struct db *db, struct review_request *r, struct err *err)
{
	struct review_queue *q = &r->queue;
	bool ok = r->queue_id ? queue_get(db, r->queue_id, &q->arena, &q->queue, err)
	                      : queue_find(db, r->queue_name, &q->arena, &q->queue, err);
	if (!ok)
		return false;
	set_reasons(q);
	return queue_progress(db, &q->queue, review_author(), r->now_ns, &q->progress, err);
}

/* ---------------------------------------------------------------- an item */

static void set_mine(struct review_loaded *l)
{
	const struct str author = review_author();
	for (size_t i = 0; i < l->n_now; i++) {
		const struct annotation *a = &l->now[i];
		if (!str_eq(a->author, author) || (a->how & HOW_PROPOSED))
			continue;
		if (a->field == FIELD_VERDICT)
			l->mine.verdict = verdict_named(a->value);
		if (a->field == FIELD_PREFERENCE)
			l->mine.preference = a->value;
		if (a->field == FIELD_REASON)
			l->mine.reason = a->value;
		if (a->field == FIELD_NOTE)
			l->mine.note = a->value;
		if (a->field == FIELD_CORRECTION)
			l->mine.correction = a->value;
	}
	l->mine.judged = l->mine.verdict != VERDICT_NONE || l->mine.preference.len;
}

/* Which of two answers is on the left: by the queue's seed, the item and the person, so that it stays for the person and differs among them. */
static bool is_swapped(const struct queue *queue, int64_t seq)
{
	struct buf text = BUF_INIT;
	buf_printf(&text, "%llu/%lld/", (unsigned long long)queue->seed, (long long)seq);
	buf_add_str(&text, review_author());
	bool swapped = hash64(buf_str(&text)) & 1;
	buf_done(&text);
	return swapped;
}

static bool read_subject(struct db *db, const struct queue_item *item, struct review_loaded *l, struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	struct annotation *now = NULL;
	struct review_item *view = &l->view;
	bool ok = queue_subject(db, blocks, item, &view->arena, &view->subject, err) &&
	          annotate_state(db, &view->subject.hash, &view->arena, &now, &l->n_now, err);
	block_cache_free(blocks);
	l->now = now;
	return ok;
}

/* An item that is not in the store any more is no reason to stop. */
static bool load_item(struct db *db, struct review_request *r, int64_t seq, struct err *err)
{
	struct queue_item item;
	struct queue_mark mark;
	struct review_loaded *l = r->item = xcalloc(1, sizeof *l);
	l->seq = seq;
	if (!queue_item(db, r->queue.queue.id, seq, &l->view.arena, &item, err) ||
	    !queue_marked(db, r->queue.queue.id, seq, review_author(), &mark, err))
		return false;
	l->state = mark.state;
	struct err why = ERR_INIT;
	if (!read_subject(db, &item, l, &why)) {
		if (why.code == ERR_INTERRUPTED) {
			*err = why;
			return false;
		}
		l->gone = true;
		snprintf(l->why, sizeof l->why, "%.250s", why.text);
		queue_item_at(&item, &l->view.subject.at);
		return true;
	}
	set_mine(l);
	review_item_make(&l->view, is_swapped(&r->queue.queue, seq));
	return true;
}

static bool load_next(struct db *db, struct review_request *r, struct err *err)
{
	struct queue_turn turn;
	if (!queue_next(db, r->queue.queue.id, review_author(), r->now_ns, r->except, &r->arena, &turn, err))
		return false;
	r->end = turn.end;
	r->skipped = turn.end == QUEUE_GIVES && turn.skipped;
	return turn.end != QUEUE_GIVES || load_item(db, r, turn.item.seq, err);
}

static bool fetch(struct db *db, struct review_request *r, struct err *err)
{
	if (!load_queue(db, r, err))
		return false;
	if (r->purpose == REVIEW_FOR_LEAVE)
		return queue_release(db, r->queue.queue.id, review_author(), err);
	if (r->purpose == REVIEW_FOR_CLAIM)
		return queue_touch(db, r->queue.queue.id, r->seq, review_author(), r->now_ns, err);
	if (r->purpose == REVIEW_FOR_END) {
		const struct agreement_opts opts = {.queue = r->queue.queue.name, .judges = true, .rows = -1};
		return agreement_get(db, &opts, &r->figures, err);
	}
	if (r->seq == REVIEW_NONE)
		return true;
	if (r->seq == REVIEW_NEXT)
		return load_next(db, r, err);
	int64_t seq = r->seq;
	if (r->beside) {
		if (!queue_beside(db, r->queue.queue.id, r->seq, review_author(), r->beside > 0, &seq, err))
			return false;
		if (seq < 0)
			return true;
	}
	return load_item(db, r, seq, err);
}

bool review_fetch(struct db *db, void *request, struct err *err)
{
	struct review_request *r = request;
	bool ok = fetch(db, r, err);
	r->interrupted = !ok && err->code == ERR_INTERRUPTED;
	if (!ok)
		snprintf(r->why, sizeof r->why, "%.290s", err->text);
	return ok;
}
