#include "tui/write.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "tui/handoff.h"

enum { LEAST_ROWS = 5, MOST_ROWS = 18 };

/* ---------------------------------------------------------------- drafts */

/* A name that says nothing of what it is about. */
static void draft_path(const struct write *w, const char *name, struct buf *path)
{
	struct buf all = BUF_INIT, file = BUF_INIT;
	buf_printf(&all, "%s\n%s", w->store, name);
	struct hash128 hash = hash128_of(buf_str(&all));
	buf_add_cstr(&file, "drafts/");
	hash_hex(&file, &hash, sizeof hash);
	file_state_path(path, buf_cstr(&file));
	buf_done(&all);
	buf_done(&file);
}

static void forget_draft(struct write *w)
{
	if (w->has_file)
		unlink(buf_cstr(&w->draft));
	w->has_file = false;
	buf_clear(&w->kept);
}

/* That it could not be kept is no reason to stop anybody who writes. */
static void keep_draft(struct write *w)
{
	struct err err = ERR_INIT;
	struct str text = editor_text(&w->editor);
	if (!w->draft.len || (w->has_file && str_eq(text, buf_str(&w->kept))))
		return;
	if (!editor_is_changed(&w->editor)) {
		forget_draft(w);
		return;
	}
	if (!file_make_dir_of(buf_cstr(&w->draft), &err) || !file_replace(buf_cstr(&w->draft), text, &err))
		return;
	w->has_file = true;
	buf_clear(&w->kept);
	buf_add_str(&w->kept, text);
}

/* What was written before and not saved goes on; one key takes it away again. */
static void take_up_draft(struct write *w)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	if (w->draft.len && file_read(&text, buf_cstr(&w->draft), EDITOR_MOST, &err)) {
		w->has_file = true;
		buf_add_str(&w->kept, buf_str(&text));
		editor_replace(&w->editor, buf_str(&text));
		if (editor_is_changed(&w->editor))
			snprintf(w->editor.said, sizeof w->editor.said,
			         "here is what was not saved the last time; Ctrl-_ takes it away");
		else
			forget_draft(w);
	}
	buf_done(&text);
}

/* ---------------------------------------------------------------- beginning and end */

void write_init(struct write *w, struct ui *ui, const char *store)
{
	*w = (struct write){.ui = ui, .store = store};
}

static void close_editor(struct write *w)
{
	w->on = false;
	editor_done(&w->editor);
	buf_clear(&w->kept);
	w->has_file = false;
}

void write_done(struct write *w)
{
	if (w->on) {
		keep_draft(w);
		close_editor(w);
	}
	buf_done(&w->draft);
	buf_done(&w->kept);
	buf_done(&w->thrown);
	buf_done(&w->of_draft);
	buf_done(&w->answered);
}

void write_start(struct write *w, struct target *t)
{
	struct str text = t->whole ? str_of(t->whole) : str_of(t->line);
	if (w->on) {
		keep_draft(w);
		close_editor(w);
	}
	w->on = true;
	w->answer = t->answer;
	snprintf(w->title, sizeof w->title, "%s%s", t->prompt,
	         w->ui->masked && text.len ? " (masked: saved as it stands here)" : "");
	editor_init(&w->editor, text);
	free(t->whole);
	t->whole = NULL;
	buf_clear(&w->draft);
	if (t->draft[0])
		draft_path(w, t->draft, &w->draft);
	if (w->thrown.len && str_eq(buf_str(&w->draft), buf_str(&w->of_draft)))
		editor_offer(&w->editor, buf_str(&w->thrown));
	take_up_draft(w);
}

struct str write_text(const struct write *w)
{
	return buf_str(&w->answered);
}

/* ---------------------------------------------------------------- keys */

/* What was thrown away can be had back as long as the program runs. */
static enum write_result throw_away(struct write *w)
{
	buf_clear(&w->thrown);
	buf_clear(&w->of_draft);
	buf_add_str(&w->thrown, editor_text(&w->editor));
	buf_add_str(&w->of_draft, buf_str(&w->draft));
	ui_say(w->ui, "thrown away; the same key, then Ctrl-R, brings it back");
	forget_draft(w);
	close_editor(w);
	return WRITE_LEFT;
}

static enum write_result leave(struct write *w)
{
	forget_draft(w);
	close_editor(w);
	return WRITE_LEFT;
}

/* The draft goes only now: what is said of a text is written by others, who say if they could not. */
static enum write_result save(struct write *w)
{
	if (!editor_is_changed(&w->editor)) {
		ui_say(w->ui, "nothing was changed");
		return leave(w);
	}
	buf_clear(&w->answered);
	buf_add_str(&w->answered, editor_text(&w->editor));
	leave(w);
	return WRITE_ANSWERED;
}

static void hand_over(struct write *w)
{
	struct buf text = BUF_INIT;
	keep_draft(w);
	buf_add_str(&text, editor_text(&w->editor));
	w->ui->message[0] = '\0';
	if (handoff_edit(w->ui, &text, EDITOR_MOST))
		editor_replace(&w->editor, buf_str(&text));
	if (w->ui->message[0] && !w->editor.said[0])
		snprintf(w->editor.said, sizeof w->editor.said, "%.119s", w->ui->message);
	w->ui->message[0] = '\0';
	buf_done(&text);
}

enum write_result write_key(struct write *w, int key)
{
	switch (editor_key(&w->editor, key)) {
	case EDITOR_GOES_ON: return WRITE_GOES_ON;
	case EDITOR_SAVE: return save(w);
	case EDITOR_LEAVE: return leave(w);
	case EDITOR_THROW: return throw_away(w);
	case EDITOR_HAND_OVER: break;
	}
	hand_over(w);
	return WRITE_GOES_ON;
}

void write_paste(struct write *w, struct str bytes)
{
	editor_paste(&w->editor, bytes);
}

void write_rest(struct write *w)
{
	if (w->on)
		keep_draft(w);
}

/* ---------------------------------------------------------------- on the screen */

int write_rows(int rows)
{
	int third = rows / 3;
	third = third > MOST_ROWS ? MOST_ROWS : third < LEAST_ROWS ? LEAST_ROWS : third;
	return third < rows ? third : rows;
}

void write_fit(struct write *w, int rows, int cols)
{
	if (w->on)
		editor_fit(&w->editor, write_rows(rows), cols);
}

void write_mouse(struct write *w, int frame_rows, int row, int col, int rows)
{
	if (rows)
		editor_scroll(&w->editor, rows);
	else
		editor_click(&w->editor, row - (frame_rows - write_rows(frame_rows)), col);
}

void write_draw(const struct write *w, struct canvas all)
{
	int rows = write_rows(all.rows);
	editor_draw(&w->editor, canvas_part(all, all.rows - rows, 0, rows, all.cols), w->title);
}
