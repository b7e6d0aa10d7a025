#include "tui/views.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/json.h"
#include "tui/columns_lists.h"
#include "tui/link.h"
#include "tui/widget/pane_size.h"

enum { STACK_MOST = 20 };

static const int64_t ns_a_day = 86400 * (int64_t)1000000000;

static int64_t today(const struct screen *s)
{
	return s->ui->now_ns / ns_a_day;
}

/* ---------------------------------------------------------------- one view */

/* A name that masking left something out of would bring back nothing. */
static bool is_withheld(const struct screen *s, const struct buf *name)
{
	return s->ui->masked && link_is_masked(buf_str(name));
}

/* Its name, once the screen knows what it shows. */
static const char *name_of(struct screen *s)
{
	struct buf name = BUF_INIT;
	if (!s->view && s->ops->copy && s->ops->copy(s, COPY_VIEW, &name) && name.len && name.len <= MEMORY_NAME_MAX &&
	    !is_withheld(s, &name))
		s->view = xstrndup(buf_str(&name));
	buf_done(&name);
	return s->view;
}

/* The columns that were chosen for a list hold for all that show it, so they are no screen's. */
static void recall_columns(const struct screen *s, const struct cJSON *kept)
{
	const struct list_kind *list = list_kind_named(s->ops->name);
	struct buf now = BUF_INIT;
	struct err err = ERR_INIT;
	const char *names = json_string(kept, "columns");
	if (list && list->screen && names && !list_chosen(list, &now) && !list_choose(list, str_of(names), &err))
		list_choose_again(list); /* one of them is not there any more */
	buf_done(&now);
}

static void remember_columns(const struct screen *s, struct jout *out)
{
	const struct list_kind *list = list_kind_named(s->ops->name);
	struct buf names = BUF_INIT;
	if (list && list->screen && list_chosen(list, &names))
		jout_str(out, "columns", buf_str(&names));
	buf_done(&names);
}

void views_come(struct memory *m, struct screen *s)
{
	s->recalled |= !m || s->visit || !s->ops->recall;
	if (s->recalled || !name_of(s))
		return;
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct cJSON *kept = NULL;
	double day = 0;
	s->recalled = true;
	if (s->ops->recall && memory_get(m, str_of(s->view), &json))
		kept = json_parse(buf_str(&json), "views", &err);
	bool lately = kept && json_number(kept, "day", &day) && day >= (double)(today(s) - VIEWS_LATELY_DAYS);
	recall_columns(s, kept);
	if (kept)
		s->recalled = s->ops->recall(s, kept, lately);
	json_free(kept);
	buf_done(&json);
}

void views_leave(struct memory *m, struct screen *s)
{
	struct buf json = BUF_INIT;
	struct jout j;
	if (!m || s->visit || !s->recalled || !s->answered || !s->ops->remember || !name_of(s))
		return;
	jout_init(&j, &json, false);
	jout_object(&j, NULL);
	s->ops->remember(s, &j);
	remember_columns(s, &j);
	if (json.len > 1)
		jout_int(&j, "day", today(s));
	jout_end(&j);
	memory_put(m, str_of(s->view), buf_str(&json));
	buf_done(&json);
}

bool views_is_of(const struct screen *s, struct str link)
{
	if (!s->view || s->visit || !str_starts(link, s->view))
		return false;
	struct str rest = str_from(link, strlen(s->view));
	return rest.len == 0 || rest.ptr[0] == '/';
}

/* ---------------------------------------------------------------- the stack */

/* What the stack names a screen by: its view; where another screen sent it, the link of what it shows. False: no link names that. */
static bool stack_name(struct screen *s, struct buf *out)
{
	const struct link_kind *kind = link_kind_named(str_of(s->ops->name));
	struct target at = {.screen = NULL};
	buf_clear(out);
	if (!s->visit)
		buf_add_cstr(out, name_of(s) ? s->view : "");
	if (!s->visit || !kind || !s->ops->copy || !s->ops->place)
		return out->len > 0;
	if (s->ops->copy(s, COPY_LINK, out) && str_starts(buf_str(out), kind->name) && out->len > strlen(kind->name) &&
	    strchr(":/", out->ptr[strlen(kind->name)]))
		return out->len <= MEMORY_NAME_MAX;
	buf_clear(out); /* that was of a row: a list is named by its filter */
	s->ops->place(s, &at);
	if (at.text[0] && !at.id && !at.id2 && (kind->most == 0 || strcmp(kind->name, "runs") == 0) &&
	    (kind->parts & 1U << LINK_WHERE))
		link_print(out, &(struct link){.kind = kind->name, .part[LINK_WHERE] = str_of(at.text)});
	return out->len > 0 && out->len <= MEMORY_NAME_MAX;
}

static void put_panes(struct memory *m, int share)
{
	struct buf json = BUF_INIT;
	if (share)
		buf_printf(&json, "{\"share\":%d}", share);
	memory_put(m, STR_LIT("@panes"), buf_str(&json));
	buf_done(&json);
}

void views_put_stack(struct memory *m, struct screen *const *stack, size_t n)
{
	struct buf json = BUF_INIT, name = BUF_INIT;
	struct jout j;
	if (!m)
		return;
	jout_init(&j, &json, false);
	jout_object(&j, NULL);
	jout_array(&j, "stack");
	for (size_t i = 0; i < n && i < STACK_MOST; i++) /* one that no link names (the list of one file) is left out */
		if (stack_name(stack[i], &name) && !is_withheld(stack[i], &name))
			jout_str(&j, NULL, buf_str(&name));
	jout_end(&j);
	jout_end(&j);
	memory_put(m, STR_LIT("@last"), buf_str(&json));
	if (n)
		put_panes(m, stack[0]->ui->pane_share);
	buf_done(&json);
	buf_done(&name);
}

void views_get_stack(const struct memory *m, struct view_names *out)
{
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct cJSON *kept = NULL;
	*out = (struct view_names){0};
	if (memory_get(m, STR_LIT("@last"), &json))
		kept = json_parse(buf_str(&json), "views", &err);
	const struct cJSON *one = json_first(json_get(kept, "stack"));
	for (; one && out->at.n < STACK_MOST; one = json_next(one)) {
		if (!json_text(one) || strlen(json_text(one)) > MEMORY_NAME_MAX)
			break;
		*vec_add(&out->at) = xstrndup(str_of(json_text(one)));
	}
	json_free(kept);
	buf_done(&json);
}

void view_names_done(struct view_names *names)
{
	for (size_t i = 0; i < names->at.n; i++)
		free(names->at.at[i]);
	vec_done(&names->at);
}

int views_get_panes(const struct memory *m)
{
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct cJSON *kept = NULL;
	double share = 0;
	if (memory_get(m, STR_LIT("@panes"), &json))
		kept = json_parse(buf_str(&json), "views", &err);
	if (!json_number(kept, "share", &share) || !(share >= -PANE_STEPS && share <= PANE_STEPS))
		share = 0;
	json_free(kept);
	buf_done(&json);
	return (int)share;
}

/* ---------------------------------------------------------------- marks */

bool views_mark_is(int key)
{
	return (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z') || key == '\'';
}

static struct str mark_name(int letter, char name[16])
{
	snprintf(name, 16, "@mark:%c", (char)letter);
	return str_of(name);
}

bool views_put_mark(struct memory *m, int letter, const struct screen *s)
{
	struct buf link = BUF_INIT, json = BUF_INIT;
	struct jout j;
	char name[16];
	bool has = m && s->ops->copy && (s->ops->copy(s, COPY_LINK, &link) || s->ops->copy(s, COPY_VIEW, &link));
	has = has && !is_withheld(s, &link);
	if (has && link.len) {
		jout_init(&j, &json, false);
		jout_object(&j, NULL);
		jout_str(&j, "link", buf_str(&link));
		jout_end(&j);
		memory_put(m, mark_name(letter, name), buf_str(&json));
	}
	buf_done(&link);
	buf_done(&json);
	return has;
}

bool views_get_mark(const struct memory *m, int letter, struct buf *link)
{
	struct buf json = BUF_INIT;
	struct err err = ERR_INIT;
	struct cJSON *kept = NULL;
	char name[16];
	buf_clear(link);
	if (memory_get(m, mark_name(letter, name), &json))
		kept = json_parse(buf_str(&json), "views", &err);
	const char *text = json_string(kept, "link");
	if (text)
		buf_add_cstr(link, text);
	json_free(kept);
	buf_done(&json);
	return link->len > 0;
}

void views_list_marks(const struct memory *m, struct buf *out)
{
	struct buf link = BUF_INIT;
	for (int letter = 'A'; letter <= 'z'; letter++)
		if (views_mark_is(letter) && views_get_mark(m, letter, &link))
			buf_printf(out, "%s%c", out->len ? " " : "", (char)letter);
	buf_done(&link);
}
