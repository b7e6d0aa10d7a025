/* What the span pane gives out: the text that its tab tells, whole. */
#include "tui/screen/pane_copy.h"
#include "tui/screen/pane_span.h"

static void add_part(struct buf *out, const struct message_part *part)
{
	switch (part->type) {
	case PART_TEXT:
	case PART_OTHER: break;
	case PART_REASONING: buf_add_cstr(out, "(reasoning) "); break;
	case PART_TOOL_CALL:
	case PART_TOOL_RESULT:
		buf_printf(out, part->type == PART_TOOL_CALL ? "(calls " STR_FMT ") " : "(result of " STR_FMT ") ",
		           STR_ARG(part->name.len ? part->name : part->id));
		break;
	case PART_MEDIA: buf_printf(out, "(media " STR_FMT ") ", STR_ARG(part->name)); break;
	}
	buf_add_str(out, part->text);
	buf_add_char(out, '\n');
}

/* Under a cursor of its own: the one that it stands on, without what stands around it. Else all. */
static bool is_given(const struct span_pane *p, size_t item)
{
	size_t cursor = p->keys ? span_pane_item(p) : SIZE_MAX;
	return cursor == SIZE_MAX || cursor == item;
}

static bool add_messages(struct buf *out, const struct span_pane *p)
{
	const struct span *span = &p->data.detail.span;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		if (!is_given(p, i))
			continue;
		buf_add_cstr(out, out->len ? "\n" : "");
		buf_add_str(out, m->role.len ? m->role : STR_LIT("message"));
		buf_add_cstr(out, ":\n");
		for (size_t k = 0; k < m->n_parts; k++)
			add_part(out, &m->parts[k]);
	}
	return span->n_messages > 0;
}

static bool add_documents(struct buf *out, const struct span_pane *p)
{
	const struct span *span = &p->data.detail.span;
	for (size_t i = 0; i < span->n_documents; i++) {
		const struct document *doc = &span->documents[i];
		if (!is_given(p, i))
			continue;
		buf_printf(out, "%s%zu " STR_FMT, out->len ? "\n" : "", i + 1, STR_ARG(doc->id));
		if (!IS_UNKNOWN(doc->score)) {
			buf_add_cstr(out, "  score ");
			units_score(out, doc->score);
		}
		buf_add_char(out, '\n');
		buf_add_str(out, doc->content);
		buf_add_char(out, '\n');
	}
	return span->n_documents > 0;
}

static bool add_scores(struct buf *out, const struct span_detail *d)
{
	for (size_t i = 0; i < d->n_scores; i++) {
		const struct score_row *score = &d->scores[i];
		buf_printf(out, "%s" STR_FMT, i ? "\n" : "", STR_ARG(score->name));
		if (!IS_UNKNOWN(score->value)) {
			buf_add_cstr(out, "  ");
			units_score(out, score->value);
		}
		buf_printf(out, "%s" STR_FMT "%s\n", score->label.len ? "  " : "", STR_ARG(score->label),
		           score->pass < 0 ? ""
		           : score->pass   ? "  passed"
		                           : "  failed");
		buf_add_str(out, score->explanation);
		buf_add_cstr(out, score->explanation.len ? "\n" : "");
	}
	return d->n_scores > 0;
}

static bool add_records(struct buf *out, const struct span_detail *d)
{
	for (size_t i = 0; i < d->n_origins; i++) {
		buf_add_cstr(out, i ? "\n" : "");
		buf_add_str(out, d->origins[i].raw);
	}
	return d->n_origins > 0;
}

/* Under a cursor of its own: what that stands on. Else all the tab has. */
static bool add_tree(struct buf *out, const struct span_pane *p)
{
	const struct span_detail *d = &p->data.detail;
	const struct jsonview *view = &p->trees[p->tab].view;
	if (p->keys)
		return jsonview_value(out, view);
	if (p->tab == TAB_RAW)
		return add_records(out, d);
	if (p->tab == TAB_ATTRS)
		attributes_json(out, d->span.attributes, d->span.n_attributes);
	for (size_t i = 0; p->tab == TAB_EVENTS && i < d->span.n_events; i++) {
		buf_add_str(out, d->span.events[i].attributes);
		buf_add_char(out, '\n');
	}
	return out->len > 0;
}

static bool add_value(struct buf *out, const struct span_pane *p)
{
	const struct span *span = &p->data.detail.span;
	switch (span_pane_shown(p)) {
	case TAB_INPUT:
	case TAB_OUTPUT:
		if (p->keys && span_pane_is_tree(p))
			return add_tree(out, p);
		return copy_str(out, span_pane_shown(p) == TAB_INPUT ? span->input : span->output);
	case TAB_MESSAGES: return add_messages(out, p);
	case TAB_DOCS: return add_documents(out, p);
	case TAB_RAW:
		if (p->as_it_came)
			return add_records(out, &p->data.detail);
		return add_tree(out, p);
	case TAB_EVENTS:
	case TAB_ATTRS: return add_tree(out, p);
	case TAB_SCORES: return add_scores(out, &p->data.detail);
	case TAB_OVERVIEW:
	case N_SPAN_TABS: break;
	}
	copy_sheet(out, &p->sheet, p->ascii);
	return p->sheet.rows > 0;
}

/* The span, and the tab if it is not the first one that shows. */
static void add_link(struct buf *out, const struct span_pane *p, const struct trace_row *trace)
{
	struct link link = {.kind = "trace", .of = {trace->text}, .n_of = 1};
	enum span_tab tab = span_pane_shown(p);
	link.part[LINK_SPAN] = p->data.row.id.len ? p->data.row.id : STR_NONE;
	link.part[LINK_TAB] = tab == TAB_OVERVIEW ? STR_NONE : str_of(span_tab_name(tab));
	link_print(out, &link);
}

bool span_pane_copy(const struct span_pane *p, const struct trace_row *trace, enum copy what, struct buf *out)
{
	if (!p->data.loaded || !p->laid_out)
		return false;
	switch (what) {
	case COPY_VALUE: return add_value(out, p);
	case COPY_ID: return copy_str(out, p->data.row.id);
	case COPY_PATH:
		if (p->keys && span_pane_is_tree(p))
			jsonview_path(out, &p->trees[p->tab].view);
		else
			buf_add_str(out, p->data.path);
		return out->len > 0;
	case COPY_COMMAND:
		buf_add_cstr(out, "spoor trace");
		copy_word(out, trace->text);
		if (p->data.row.id.len) {
			buf_add_cstr(out, span_pane_shown(p) == TAB_RAW ? " --raw --span" : " --span");
			copy_word(out, p->data.row.id);
		}
		return true;
	case COPY_LINK: add_link(out, p, trace); return true;
	case COPY_VIEW: return copy_link(out, "trace", trace->text, STR_NONE);
	}
	return false;
}
