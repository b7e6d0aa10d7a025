#include "tui/screen/pane_span_tabs.h"

#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/span_row.h"
#include "tui/keyed.h"
#include "tui/screen/pane_documents.h"
#include "tui/screen/pane_marks.h"
#include "tui/screen/pane_messages.h"
#include "tui/screen/pane_tree.h"

enum { SCORE_INDENT = 2 };

bool looks_like_json(struct str text)
{
	text = str_trim(text);
	return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* ---------------------------------------------------------------- where it came from */

static struct str last_part(struct str path)
{
	size_t slash = path.len;
	while (slash > 0 && path.ptr[slash - 1] != '/')
		slash--;
	return str_from(path, slash);
}

static void add_place(struct buf *out, uint64_t record, uint64_t line, uint64_t offset)
{
	buf_printf(out, "record %llu, line %llu, byte ", (unsigned long long)record, (unsigned long long)line);
	units_thousands(out, (int64_t)offset);
}

void span_tabs_place(struct buf *out, const struct span_origin *o)
{
	buf_add_str(out, last_part(o->file));
	if (o->member.len)
		buf_printf(out, ": " STR_FMT, STR_ARG(o->member));
	buf_add_cstr(out, ", ");
	add_place(out, o->record, o->line, o->offset);
}

void span_tabs_source(const struct laying *l, bool wide)
{
	const struct span_detail *d = &l->d->detail;
	struct buf place = BUF_INIT;
	if (!d->file.len)
		return;
	sheet_add(l->s, ROLE_TEXT, last_part(d->file));
	if (d->n_origins && d->origins[0].member.len) {
		sheet_addc(l->s, ROLE_DIM, ": ");
		sheet_add(l->s, ROLE_TEXT, d->origins[0].member);
	}
	sheet_addc(l->s, ROLE_DIM, ",");
	if (wide) {
		sheet_addc(l->s, ROLE_DIM, " ");
	} else {
		sheet_row(l->s);
		sheet_column(l->s, SHEET_LABEL);
	}
	add_place(&place, d->record, d->line, d->offset);
	sheet_add(l->s, ROLE_DIM, arena_str(&l->s->arena, buf_str(&place)));
	buf_done(&place);
	sheet_addc(l->s, ROLE_DIM, "  ");
	sheet_add(l->s, ROLE_DIM, d->format);
	if (d->n_origins > 1)
		sheet_printf(l->s, ROLE_DIM, "  and %zu more", d->n_origins - 1);
}

/* ---------------------------------------------------------------- scores */

void span_tabs_score(const struct laying *l, const struct score_row *score)
{
	int outcome = score_outcome(score->pass, score->label);
	sheet_addc(l->s, score_role(outcome), score_mark(outcome, l->ascii));
	sheet_addc(l->s, ROLE_DIM, " ");
	sheet_printf(l->s, ROLE_DIM, "%-5s ", score->source == SOURCE_UNKNOWN ? "" : score_source_name(score->source));
	sheet_add(l->s, ROLE_TEXT, score->name);
	sheet_addc(l->s, ROLE_TEXT, "  ");
	sheet_score(l->s, outcome, score->value, score->label);
	if (score->of_trace && l->d->row.size > 1)
		sheet_addc(l->s, ROLE_DIM, "  whole trace");
}

void sheet_text(struct sheet *s, int indent, enum role role, struct str text)
{
	if (looks_like_json(text)) {
		sheet_json(s, indent, text);
		return;
	}
	sheet_row(s);
	sheet_wrap(s, role, indent, text, 0);
}

static void score_facts(const struct laying *l, const struct score_row *score)
{
	struct buf text = BUF_INIT;
	if (!IS_UNKNOWN(score->threshold)) {
		buf_add_cstr(&text, "passes at ");
		units_score(&text, score->threshold);
	}
	const struct {
		const char *before;
		struct str word;
	} who[] = {
	    {"judged by ", score->judge_model},
	    {"by ",        score->author     },
	};
	for (size_t i = 0; i < 2; i++)
		if (who[i].word.len) {
			buf_printf(&text, "%s%s", text.len ? ", " : "", who[i].before);
			buf_add_str(&text, who[i].word);
		}
	if (score->time_ns != TIME_UNKNOWN) {
		buf_add_cstr(&text, text.len ? ", " : "");
		units_time_full(&text, score->time_ns);
	}
	buf_add_cstr(&text, !score->of_session ? "" : text.len ? ", of the whole session" : "of the whole session");
	if (text.len) {
		sheet_row(l->s);
		sheet_wrap(l->s, ROLE_DIM, SCORE_INDENT, arena_str(&l->s->arena, buf_str(&text)), 0);
	}
	buf_done(&text);
}

static void score_jump(const struct laying *l, const struct span_named *named)
{
	if (!named->id.len)
		return;
	sheet_row(l->s);
	sheet_column(l->s, SCORE_INDENT);
	sheet_addc(l->s, ROLE_DIM, "names ");
	sheet_add(l->s, ROLE_LINK, named->name.len ? named->name : named->id);
	sheet_addc(l->s, ROLE_DIM, keyed("  ({o} goes there)"));
}

/* Each score whole; one is a piece, so that the cursor says whose jump is meant. */
static void lay_scores(const struct laying *l)
{
	const struct span_detail *d = &l->d->detail;
	marks_lay(l->s, "people", l->d->opinions, l->d->n_opinions, l->d->now_ns);
	for (size_t i = 0; i < d->n_scores; i++) {
		const struct score_row *score = &d->scores[i];
		sheet_gap(l->s);
		bool folded = pieces_add(l->pieces, i + 1, 0, l->s->rows, false);
		sheet_row(l->s);
		span_tabs_score(l, score);
		if (folded) {
			sheet_addc(l->s, ROLE_DIM, "  ");
			sheet_add(l->s, ROLE_DIM, text_preview(&l->s->arena, score->explanation, 200));
			continue;
		}
		score_facts(l, score);
		if (score->explanation.len) {
			sheet_row(l->s);
			sheet_wrap(l->s, ROLE_TEXT, SCORE_INDENT, score->explanation, 0);
		}
		score_jump(l, &l->d->about.by_score[i]);
	}
	if (d->n_scores + l->d->n_opinions == 0) {
		sheet_row(l->s);
		sheet_addc(l->s, ROLE_DIM, "Nobody and nothing has scored this span.");
	}
}

void span_tabs_lay(const struct laying *l, enum span_tab tab)
{
	switch (tab) {
	case TAB_OVERVIEW: span_overview_lay(l); break;
	case TAB_MESSAGES: messages_lay(l); break;
	case TAB_DOCS: documents_lay(l); break;
	case TAB_SCORES: lay_scores(l); break;
	case TAB_INPUT:
	case TAB_OUTPUT:
	case TAB_EVENTS:
	case TAB_ATTRS:
	case TAB_RAW:
	case N_SPAN_TABS: break;
	}
}
