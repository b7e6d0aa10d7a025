/* What can be undone: every change as what it took and what it put there, newest last. Typing runs together by words, so that undo takes
 * back what a person thinks of as one thing. */
#include "tui/widget/editor_private.h"

#include <stdlib.h>

enum { UNDO_BYTES = 8 << 20 };

struct editor_change {
	size_t at, caret; /* caret: before it */
	struct buf removed, added;
	bool typing;
};

static void drop(struct editor *e, struct editor_change *c)
{
	e->bytes_changes -= c->removed.len + c->added.len;
	buf_done(&c->removed);
	buf_done(&c->added);
}

void editor_forget_changes(struct editor *e)
{
	for (size_t i = 0; i < e->n_changes; i++)
		drop(e, &e->changes[i]);
	free(e->changes);
	e->changes = NULL;
	e->n_changes = e->cap_changes = e->done_changes = 0;
}

static void forget_undone(struct editor *e)
{
	while (e->n_changes > e->done_changes)
		drop(e, &e->changes[--e->n_changes]);
}

static void forget_oldest(struct editor *e)
{
	size_t n = 0;
	while (n < e->n_changes && e->bytes_changes > UNDO_BYTES)
		drop(e, &e->changes[n++]);
	if (!n)
		return;
	memmove(e->changes, e->changes + n, (e->n_changes - n) * sizeof *e->changes);
	e->n_changes -= n;
	e->done_changes -= n < e->done_changes ? n : e->done_changes;
}

/* ---------------------------------------------------------------- doing */

static void put(struct editor *e, size_t at, size_t removed, struct str added)
{
	size_t old = e->text.len, tail = old - at - removed;
	buf_reserve(&e->text, added.len + 1);
	memmove(e->text.ptr + at + added.len, e->text.ptr + at + removed, tail);
	if (added.len)
		memcpy(e->text.ptr + at, added.ptr, added.len);
	e->text.len = at + added.len + tail;
	e->text.ptr[e->text.len] = '\0';
	editor_wrap_change(e, at, removed, added.len);
}

static void set_caret(struct editor *e, size_t at)
{
	e->caret = editor_boundary(e, at);
	e->clings = false;
	e->goal = -1;
}

/* Does a cluster typed behind `before` begin a new word? */
static bool begins_word(struct str before, struct str added)
{
	char last = before.len ? before.ptr[before.len - 1] : ' ';
	return (last == ' ' || last == '\n') && added.len && added.ptr[0] != ' ' && added.ptr[0] != '\n';
}

/* Goes on where the last one ended: typed behind it, or rubbed out before it. */
static bool joins(const struct editor *e, size_t at, size_t removed, struct str added, bool typing)
{
	if (!typing || e->sealed || !e->done_changes)
		return false;
	const struct editor_change *last = &e->changes[e->done_changes - 1];
	if (!last->typing || (removed != 0) != (last->removed.len != 0))
		return false;
	if (removed)
		return at + removed == last->at && !last->added.len && !added.len;
	return at == last->at + last->added.len && !begins_word(buf_str(&last->added), added);
}

static void join(struct editor *e, size_t at, size_t removed, struct str added)
{
	struct editor_change *last = &e->changes[e->done_changes - 1];
	struct buf taken = BUF_INIT;
	buf_add_str(&last->added, added);
	if (removed) {
		buf_add_str(&taken, str_cut(buf_str(&e->text), at, removed));
		buf_add_str(&taken, buf_str(&last->removed));
		buf_done(&last->removed);
		last->removed = taken;
		last->at = at;
	}
}

static void note(struct editor *e, size_t at, size_t removed, struct str added, bool typing)
{
	if (e->n_changes == e->cap_changes) {
		e->cap_changes = e->cap_changes ? e->cap_changes * 2 : 32;
		e->changes = xrealloc(e->changes, e->cap_changes, sizeof *e->changes);
	}
	struct editor_change *c = &e->changes[e->n_changes++];
	*c = (struct editor_change){.at = at, .caret = e->caret, .typing = typing};
	buf_add_str(&c->removed, str_cut(buf_str(&e->text), at, removed));
	buf_add_str(&c->added, added);
	e->done_changes = e->n_changes;
}

void editor_change(struct editor *e, size_t at, size_t removed, struct str added, bool typing)
{
	if (!removed && !added.len)
		return;
	forget_undone(e);
	if (joins(e, at, removed, added, typing))
		join(e, at, removed, added);
	else
		note(e, at, removed, added, typing);
	e->sealed = false;
	e->bytes_changes += removed + added.len;
	put(e, at, removed, added);
	set_caret(e, at + added.len);
	forget_oldest(e);
}

bool editor_undo(struct editor *e)
{
	if (!e->done_changes)
		return false;
	const struct editor_change *c = &e->changes[--e->done_changes];
	put(e, c->at, c->added.len, buf_str(&c->removed));
	set_caret(e, c->caret);
	e->sealed = true;
	return true;
}

bool editor_redo(struct editor *e)
{
	if (e->done_changes == e->n_changes)
		return false;
	const struct editor_change *c = &e->changes[e->done_changes++];
	put(e, c->at, c->removed.len, buf_str(&c->added));
	set_caret(e, c->at + c->added.len);
	e->sealed = true;
	return true;
}
