/* spoor compare A B --begins: where regressions begin, as text, Markdown and --json. */
#include "tui/cmd/begins.h"

#include "store/base/clean.h"
#include "tui/cmd/compare.h"

enum { NAME_COLS = 48, TITLE_COLS = 60 };

static const struct out_head text_head[] = {
    {"first differs at", false, false},
    {"what differs",     false, false},
    {"losses",           true,  false},
    {"others",           true,  false},
    {"95% interval",     false, false},
    {"p Holm",           true,  false},
    {"in words",         false, false},
};
static const struct out_head markdown_head[] = {
    {"first differs at", false, false},
    {"what differs",     false, false},
    {"losses",           true,  false},
    {"others",           true,  false},
    {"95% interval",     false, false},
    {"p (Holm)",         true,  false},
    {"in words",         false, false},
};

/* ---------------------------------------------------------------- cells */

static void add_points(struct buf *to, double share, bool ascii)
{
	buf_add_cstr(to, share > 0 ? "+" : share < 0 ? (ascii ? "-" : "−") : "");
	buf_printf(to, "%.0fpt", (share < 0 ? -share : share) * 100);
}

static void add_share(struct buf *to, int64_t k, int64_t n)
{
	if (k != UNKNOWN_INT)
		buf_printf(to, "%lld/%lld", (long long)k, (long long)n);
}

static void add_row(struct out_cells *t, const struct begins *b, const struct begins_line *line, bool ascii)
{
	bool no_trace = line->kind == BEGINS_LINE_NO_TRACE;
	buf_add_str(out_cells_add(t), line->inside ? STR_NONE : line->name);
	buf_add_cstr(out_cells_add(t), line->what);
	add_share(out_cells_add(t), line->lost, no_trace ? b->lost.all : b->lost.looked);
	add_share(out_cells_add(t), line->others, no_trace ? b->others.all : b->others.looked);
	struct buf *interval = out_cells_add(t);
	if (!IS_UNKNOWN(line->low)) {
		add_points(interval, line->low, ascii);
		buf_add_cstr(interval, " to ");
		add_points(interval, line->high, ascii);
	}
	struct buf *p = out_cells_add(t);
	if (!IS_UNKNOWN(line->p_holm))
		compare_p(p, line->p_holm, ascii);
	buf_add_cstr(out_cells_add(t), line->words);
}

static struct out_cells cells_of(const struct begins *b, const struct out_head *head, bool ascii)
{
	struct out_cells t = {.head = head, .n = sizeof text_head / sizeof *text_head, .first_cols = NAME_COLS};
	for (size_t i = 0; i < b->n_lines; i++)
		add_row(&t, b, &b->lines[i], ascii);
	return t;
}

/* ---------------------------------------------------------------- text */

static void paragraph(const struct out *o, struct buf *to, struct str text)
{
	if (!text.len)
		return;
	out_text(o, to, text, 0);
	out_end_line(to);
}

static void add_line_name(struct buf *to, const struct begins_line *line)
{
	buf_add_cstr(to, line->then ? "beside that " : "");
	buf_add_str(to, line->name);
	buf_add_cstr(to, line->what[0] ? ": " : "");
	buf_add_cstr(to, line->what);
}

/* Cases that more than one line speaks of are told of at the line that says most: what differs, not the step as a whole, nor what differs
 * everywhere. */
static bool is_told(const struct begins *b, const struct begins_line *line)
{
	if (line->kind == BEGINS_LINE_STEP || line->kind == BEGINS_LINE_BESIDE)
		return false;
	bool everywhere = line->label != BEGINS_NONE && b->labels[line->label].everywhere;
	return !everywhere || b->n_steps == b->n_first;
}

static void text_cases(const struct out *o, struct buf *to, const struct begins *b, const struct compare *c,
                       const struct begins_line *line, int64_t limit)
{
	struct buf raw = BUF_INIT;
	int64_t shown = 0;
	buf_add_char(to, '\n');
	add_line_name(&raw, line);
	buf_printf(&raw, " (%lld)", (long long)line->lost);
	paragraph(o, to, buf_str(&raw));
	for (size_t i = 0; i < b->n_cases; i++) {
		if (!begins_is_behind(b, line, &b->cases[i]))
			continue;
		if (limit >= 0 && shown++ == limit) {
			buf_printf(to, "  and %lld more (--limit N)\n", (long long)(line->lost - limit));
			break;
		}
		const struct compare_row *row = &c->rows[b->cases[i].row];
		buf_add_cstr(to, "  ");
		out_text(o, to, row->title.len ? row->title : row->key, TITLE_COLS);
		out_end_line(to);
	}
	buf_done(&raw);
}

void begins_text(const struct out *o, struct buf *to, const struct begins *b, const struct compare *c, int64_t limit)
{
	paragraph(o, to, b->sentence);
	paragraph(o, to, b->missing);
	if (!b->n_lines)
		return;
	buf_add_char(to, '\n');
	struct out_cells table = cells_of(b, text_head, o->ascii);
	out_cells_text(o, to, &table);
	out_cells_done(&table);
	if (b->others_only)
		buf_printf(to, "%lld other %s, only where cases did not get worse.\n", (long long)b->others_only,
		           b->others_only == 1 ? "step" : "steps");
	if (b->tested > 1)
		buf_printf(to, "p corrected over %lld steps (Holm).\n", (long long)b->tested);
	for (size_t i = 0; i < b->n_lines; i++)
		if (is_told(b, &b->lines[i]))
			text_cases(o, to, b, c, &b->lines[i], limit);
}

/* ---------------------------------------------------------------- Markdown */

void begins_markdown(struct buf *to, const struct begins *b)
{
	buf_add_cstr(to, "\n**");
	clean_markdown(to, b->sentence);
	buf_add_cstr(to, "**\n");
	if (b->missing.len) {
		buf_add_char(to, '\n');
		clean_markdown(to, b->missing);
		buf_add_char(to, '\n');
	}
	if (!b->n_lines)
		return;
	struct out_cells table = cells_of(b, markdown_head, false);
	buf_add_char(to, '\n');
	out_cells_markdown(to, &table);
	out_cells_done(&table);
}

/* ---------------------------------------------------------------- --json */

static void count_json(struct jout *j, const char *key, const struct begins_count *n)
{
	jout_object(j, key);
	jout_int(j, "cases", n->all);
	jout_int(j, "traced", n->traced);
	jout_int(j, "no_trace_a", n->no_a);
	jout_int(j, "no_trace_b", n->no_b);
	jout_int(j, "no_trace", n->neither);
	jout_int(j, "looked_at", n->looked);
	jout_int(j, "nowhere", n->nowhere);
	jout_int(j, "nowhere_beside", n->nowhere_then);
	jout_end(j);
}

static void label_json(struct jout *j, const struct begins_label *l)
{
	jout_object(j, NULL);
	jout_cstr(j, "what", begins_what_name(l->what));
	jout_int(j, "lost", l->lost);
	jout_int(j, "others", l->others);
	jout_int(j, "lost_anywhere", l->lost_any);
	jout_int(j, "others_anywhere", l->others_any);
	jout_bool(j, "everywhere", l->everywhere);
	jout_str(j, "filter", l->filter);
	jout_end(j);
}

static void step_json(struct jout *j, const struct begins *b, const struct begins_step *s)
{
	jout_object(j, NULL);
	jout_str(j, "step", s->name);
	jout_cstr(j, "kind", kind_name(s->kind));
	jout_int(j, "lost", s->lost);
	jout_int(j, "others", s->others);
	jout_double(j, "low", s->low);
	jout_double(j, "high", s->high);
	jout_double(j, "p", s->p);
	jout_double(j, "p_holm", s->p_holm);
	jout_cstr(j, "verdict", begins_verdict_name(s->verdict));
	jout_str(j, "filter", s->filter);
	jout_array(j, "differs");
	for (uint32_t i = s->first; i < s->first + s->n; i++)
		label_json(j, &b->labels[i]);
	jout_end(j);
	jout_end(j);
}

static void place_json(struct jout *j, const char *key, const struct begins *b, uint32_t label)
{
	if (label == BEGINS_NONE) {
		jout_null(j, key);
		return;
	}
	const struct begins_label *l = &b->labels[label];
	jout_object(j, key);
	jout_str(j, "step", b->steps[l->step].name);
	jout_cstr(j, "kind", kind_name(b->steps[l->step].kind));
	jout_cstr(j, "what", begins_what_name(l->what));
	jout_end(j);
}

static void case_json(struct jout *j, const struct begins *b, const struct compare *c, const struct begins_case *at)
{
	static const char *const has[] = {
	    [BEGINS_BOTH] = "both",
	    [BEGINS_NO_A] = "no_a",
	    [BEGINS_NO_B] = "no_b",
	    [BEGINS_NEITHER] = "none",
	    [BEGINS_NOT_LOOKED] = "not_looked_at",
	};
	jout_object(j, NULL);
	jout_str(j, "key", c->rows[at->row].key);
	jout_str(j, "title", c->rows[at->row].title);
	jout_cstr(j, "class", case_class_name(c->rows[at->row].class_));
	jout_cstr(j, "traces", has[at->has]);
	jout_int(j, "repeat_a", at->trace_a ? at->repeat_a : UNKNOWN_INT);
	jout_int(j, "repeat_b", at->trace_b ? at->repeat_b : UNKNOWN_INT);
	place_json(j, "first", b, at->first);
	place_json(j, "beside", b, at->then);
	jout_bool(j, "cut", at->cut);
	jout_end(j);
}

void begins_json(struct jout *j, const struct begins *b, const struct compare *c)
{
	jout_object(j, "begins");
	jout_str(j, "sentence", b->sentence);
	jout_str(j, "brief", b->brief);
	jout_str(j, "missing", b->missing);
	jout_bool(j, "by_scores", b->by_scores);
	jout_int(j, "shared_traces", b->shared);
	count_json(j, "lost", &b->lost);
	count_json(j, "others", &b->others);
	jout_int(j, "holm", b->tested);
	jout_bool(j, "cut", b->cut);
	jout_array(j, "steps");
	for (size_t i = 0; i < b->n_first; i++)
		step_json(j, b, &b->steps[i]);
	jout_end(j);
	jout_array(j, "beside");
	for (size_t i = b->n_first; i < b->n_steps; i++)
		step_json(j, b, &b->steps[i]);
	jout_end(j);
	jout_array(j, "cases");
	for (size_t i = 0; i < b->n_cases; i++)
		if (b->cases[i].lost)
			case_json(j, b, c, &b->cases[i]);
	jout_end(j);
	jout_end(j);
}
