#include "tui/screen/pane_save.h"

#include <stdlib.h>
#include <unistd.h>

#include "store/base/file.h"
#include "store/base/scan.h"
#include "store/base/vec.h"

/* ---------------------------------------------------------------- what can be saved */

static void add_item(struct save_list *l, const struct media *m)
{
	if (l->n < SAVE_MAX)
		*vec_add(l) = (struct save_item){.body = m->body, .type = m->type, .bytes = m->bytes, .base64 = true};
}

static void add_text(struct save_list *l, struct str text)
{
	struct media m;
	for (size_t from = 0; l->n < SAVE_MAX && media_next(text, from, &m); from = m.at + m.len)
		add_item(l, &m);
}

static void add_message(struct save_list *l, const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		struct media media;
		if (m->parts[i].data.len && media_of(m->parts[i].data, m->parts[i].name, &media))
			add_item(l, &media);
		add_text(l, m->parts[i].text);
	}
}

static void add_messages(struct save_list *l, const struct span_pane *p)
{
	const struct span *span = &p->data.detail.span;
	size_t cursor = span_pane_item(p), before = SIZE_MAX;
	for (size_t i = 0; i < span->n_messages; i++) {
		size_t n = l->n;
		add_message(l, &span->messages[i]);
		if (l->n > n && i >= cursor && before == SIZE_MAX)
			l->near = before = n; /* in the cursor's message, or after it */
	}
	if (before == SIZE_MAX && l->n)
		l->near = l->n - 1;
}

static void add_media(struct save_list *l, const struct span_pane *p, enum span_tab tab)
{
	const struct span_detail *d = &p->data.detail;
	switch (tab) {
	case TAB_MESSAGES: add_messages(l, p); break;
	case TAB_INPUT: add_text(l, d->span.input); break;
	case TAB_OUTPUT: add_text(l, d->span.output); break;
	case TAB_OVERVIEW:
		add_text(l, d->span.input);
		add_text(l, d->span.output);
		break;
	case TAB_DOCS:
		for (size_t i = 0; i < d->span.n_documents; i++) {
			add_text(l, d->span.documents[i].content);
			add_text(l, d->span.documents[i].metadata);
		}
		break;
	case TAB_ATTRS:
		for (size_t i = 0; i < d->span.n_attributes; i++)
			add_text(l, d->span.attributes[i].json);
		break;
	case TAB_EVENTS:
		for (size_t i = 0; i < d->span.n_events; i++)
			add_text(l, d->span.events[i].attributes);
		break;
	case TAB_RAW:
		for (size_t i = 0; i < d->n_origins; i++)
			add_text(l, d->origins[i].raw);
		break;
	case TAB_SCORES:
	case N_SPAN_TABS: break;
	}
}

void save_list_of(struct save_list *out, const struct span_pane *p)
{
	*out = (struct save_list){0};
	if (!p->data.loaded)
		return;
	add_media(out, p, span_pane_shown(p));
	if (out->n)
		return;
	if (span_pane_copy(p, p->trace, COPY_VALUE, &out->text))
		*vec_add(out) = (struct save_item){.body = buf_str(&out->text), .bytes = out->text.len};
}

void save_list_done(struct save_list *l)
{
	free(l->at);
	buf_done(&l->text);
	*l = (struct save_list){0};
}

/* ---------------------------------------------------------------- a file */

static const char *text_ending(struct str text)
{
	struct scan scan = SCAN_INIT;
	text = str_trim(text);
	bool json = text.len && (text.ptr[0] == '{' || text.ptr[0] == '[') &&
	            scan_text(&scan, text, &(struct scan_opts){.last = true});
	scan_done(&scan);
	return json ? ".json" : ".txt";
}

void save_name(struct buf *out, const struct save_list *l, size_t i, const struct span_pane *p)
{
	struct str id = p->data.row.id;
	buf_add_cstr(out, "spoor-");
	for (size_t k = 0; k < id.len && k < 16; k++) { /* an id may hold anything: a name does not */
		char c = id.ptr[k];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
		buf_add_char(out, plain ? c : '_');
	}
	if (l->n > 1)
		buf_printf(out, "-%zu", i + 1);
	buf_add_cstr(out, l->at[i].base64 ? media_ending(l->at[i].type) : text_ending(l->at[i].body));
}

static bool put(struct str bytes, const char *path, struct err *err)
{
	struct buf temp = BUF_INIT;
	bool ok = file_temp_beside(&temp, path, err);
	if (ok) {
		FILE *f = fopen(temp.ptr, "wb");
		ok = f && (bytes.len == 0 || fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len);
		ok = f && fclose(f) == 0 && ok;
		if (!ok)
			err_set(err, ERR_SYSTEM, NULL, "cannot write %s", path);
		ok = ok && file_put(temp.ptr, path, false, err);
		if (!ok)
			unlink(temp.ptr);
	}
	buf_done(&temp);
	return ok;
}

/* "~/x" is in the home directory, as in a shell. */
static void expand(struct buf *out, struct str path)
{
	const char *home = getenv("HOME");
	if (home && str_starts(path, "~/")) {
		buf_add_cstr(out, home);
		path = str_from(path, 1);
	}
	buf_add_str(out, path);
}

bool save_write(const struct save_item *item, struct str path, struct buf *absolute, size_t *bytes, struct err *err)
{
	struct buf decoded = BUF_INIT, name = BUF_INIT;
	expand(&name, str_trim(path));
	bool ok =
	    (!item->base64 || media_decode(&decoded, item->body, err)) && file_absolute(absolute, buf_cstr(&name), err);
	struct str out = item->base64 ? buf_str(&decoded) : item->body;
	*bytes = out.len;
	ok = ok && put(out, buf_cstr(absolute), err);
	buf_done(&decoded);
	buf_done(&name);
	return ok;
}

/* ---------------------------------------------------------------- the action */

static enum outcome ask(struct ui *ui, struct span_pane *p, const struct save_list *l, size_t i,
                        const struct action *answer, struct target *target)
{
	struct buf prompt = BUF_INIT, name = BUF_INIT;
	p->save_at = i;
	buf_add_cstr(&prompt, "save ");
	if (l->n > 1)
		buf_printf(&prompt, "%zu/%zu ", i + 1, l->n);
	if (l->at[i].base64) {
		media_word(&prompt, l->at[i].type, l->at[i].bytes);
		buf_add_char(&prompt, ' ');
	}
	buf_add_cstr(&prompt, "as ");
	save_name(&name, l, i, p);
	snprintf(p->save_prompt, sizeof p->save_prompt, "%s", buf_cstr(&prompt));
	*target = (struct target){.prompt = p->save_prompt, .answer = answer};
	snprintf(target->text, sizeof target->text, "%s", buf_cstr(&name));
	if (l->n > 1)
		ui_say(ui, "a number instead of a name: another of the %zu", l->n);
	buf_done(&prompt);
	buf_done(&name);
	return OUT_PROMPT;
}

static void write_one(struct ui *ui, const struct save_item *item, struct str path)
{
	struct buf absolute = BUF_INIT, size = BUF_INIT;
	struct err err = ERR_INIT;
	size_t bytes;
	if (save_write(item, path, &absolute, &bytes, &err)) {
		units_thousands(&size, (int64_t)bytes);
		ui_say(ui, "wrote " STR_FMT ", %s bytes", STR_ARG(str_cut(path, 0, 300)), buf_cstr(&size));
	} else {
		ui_fail(ui, &err);
	}
	buf_done(&absolute);
	buf_done(&size);
}

enum outcome save_run(struct ui *ui, struct span_pane *p, const struct input *in, const struct action *answer,
                      struct target *target)
{
	struct save_list l;
	enum outcome outcome = OUT_HANDLED;
	int64_t number;
	save_list_of(&l, p);
	if (l.n == 0)
		ui_say(ui, "there is nothing to save here");
	else if (!in->argument.ptr)
		outcome = ask(ui, p, &l, l.near, answer, target);
	else if (l.n > 1 && scan_int64(str_trim(in->argument), &number) && number >= 1 && (uint64_t)number <= l.n)
		outcome = ask(ui, p, &l, (size_t)number - 1, answer, target);
	else if (str_trim(in->argument).len)
		write_one(ui, &l.at[p->save_at < l.n ? p->save_at : 0], in->argument);
	save_list_done(&l);
	return outcome;
}
