/* What is remembered of a trace: cursor, folds, what of it shows, tab. Spans go by their keys, so it holds when the trace has grown. */
#include "tui/screen/pane_memory.h"
#include "tui/screen/pane_trace_state.h"

enum { MANY = 100000 }; /* spans: a filter or an order of more takes longer than opening may */

static struct trace_state *state_of(const struct screen *s)
{
	return s->state;
}

/* ---------------------------------------------------------------- folds: "-12" span 12 unfolded, "+g12" its group folded, "+k3" a kind */

static void remember_folds(const struct tree_changes *c, struct jout *out)
{
	static const char *const sorts[] = {[CHANGE_SPAN] = "", [CHANGE_GROUP] = "g", [CHANGE_KIND] = "k"};
	remember_int(out, "depth", c->depth);
	if (c->at.n == 0)
		return;
	jout_array(out, "folds");
	for (size_t i = 0; i < c->at.n; i++) {
		const struct tree_change *one = &c->at.at[i];
		char text[40];
		snprintf(text, sizeof text, "%c%s%lld", one->folded ? '+' : '-', sorts[one->what], (long long)one->key);
		jout_cstr(out, NULL, text);
	}
	jout_end(out);
}

static void recall_fold(struct tree_changes *c, struct str text)
{
	int64_t key;
	if (text.len < 2 || (text.ptr[0] != '+' && text.ptr[0] != '-'))
		return;
	bool folded = text.ptr[0] == '+';
	char sort = text.ptr[1];
	if (scan_int64(str_from(text, sort == 'g' || sort == 'k' ? 2 : 1), &key))
		tree_changes_add(c, key, sort == 'g' ? CHANGE_GROUP : sort == 'k' ? CHANGE_KIND : CHANGE_SPAN, folded);
}

static void recall_folds(struct tree_changes *c, const struct cJSON *kept)
{
	c->depth = (int)recall_int(kept, "depth", -1, 100);
	vec_clear(&c->at);
	const struct cJSON *one = json_first(json_get(kept, "folds"));
	for (int i = 0; one && i < TREE_CHANGES_MOST; i++, one = json_next(one))
		recall_fold(c, str_of(json_text(one)));
}

/* ---------------------------------------------------------------- the screen's */

void trace_remember(const struct screen *screen, struct jout *out)
{
	const struct trace_state *s = state_of(screen);
	const struct tree_row *row = tree_pane_row(&s->tree);
	if (!s->opened || s->row.n == 0)
		return;
	if (row && (s->tree.cursor > 0 || s->tree.top > 0)) {
		remember_key(out, "cursor", row->key);
		remember_int(out, "above", tree_pane_place(&s->tree, s->tree.cursor) - s->tree.top);
	}
	remember_folds(&s->tree.changes, out);
	remember_int(out, "tab", s->span.tab);
	remember_flag(out, "full", s->full);
	remember_flag(out, "self", s->tree.self_time);
	/* Of the view that was asked for last: its answer may not be there yet. */
	remember_int(out, "order", s->view.order);
	remember_key(out, "zoom", s->view.zoom_key);
	remember_key(out, "root", s->view.root_key);
	remember_flag(out, "agents", s->view.agents);
	remember_text(out, "filter", str_of(s->view.filter));
}

/* What hides spans comes back lately only. */
static void recall_view(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct trace_state *s = state_of(screen);
	if (s->row.n > MANY)
		return;
	s->view.order = (enum tree_order)recall_int(kept, "order", 0, N_TREE_ORDERS - 1);
	s->view.zoom_key = recall_key(kept, "zoom");
	if (!lately || s->sent)
		return;
	struct str filter = recall_filter(kept, "filter", FILTER_SPANS, screen->ui->now_ns, sizeof s->view.filter);
	snprintf(s->view.filter, sizeof s->view.filter, STR_FMT, STR_ARG(filter));
	s->view.root_key = recall_key(kept, "root");
	s->view.agents = !filter.len && recall_flag(kept, "agents");
	s->full = recall_flag(kept, "full");
	s->view_is_old = filter.len || s->view.root_key || s->view.agents;
}

bool trace_recall(struct screen *screen, const struct cJSON *kept, bool lately)
{
	struct trace_state *s = state_of(screen);
	if (s->lost || s->recall == RECALL_DONE || (s->opened && s->row.n == 0))
		return true;
	if (!s->opened || s->recall == RECALL_ASKED)
		return false;
	s->recall = RECALL_ASKED;
	if (!s->tab_sent)
		s->span.tab = (enum span_tab)recall_int(kept, "tab", 0, N_SPAN_TABS - 1);
	s->tree.self_time = recall_flag(kept, "self");
	recall_view(screen, kept, lately);
	recall_folds(&s->tree.changes, kept);
	s->back = s->sent ? s->asked : recall_key(kept, "cursor");
	s->back_above = recall_int(kept, "above", 0, INT32_MAX);
	s->wish = (struct trace_want){.job = s->came_back ? JOB_VIEW : JOB_RECALL};
	return false;
}
