#include "tui/screen/pane_agreement.h"

#include "store/base/text.h"

enum { NAME_COLS = 28, COUNT_COLS = 8, NOTE_ROWS = 4, QUESTION_ROWS = 4, LABEL_COLS = 9, REASONS = 6 };

/* ---------------------------------------------------------------- one answer */

static enum role verdict_role(enum verdict v)
{
	return v == VERDICT_GOOD ? ROLE_OK : v == VERDICT_BAD ? ROLE_ERROR : ROLE_WARNING;
}

static void add_text(struct sheet *sheet, const char *label, struct str text, int rows)
{
	if (!text.len)
		return;
	sheet_row(sheet);
	sheet_addc(sheet, ROLE_HEADING, label);
	sheet_column(sheet, LABEL_COLS);
	sheet_wrap(sheet, ROLE_TEXT, LABEL_COLS, text, rows);
}

static void add_said(struct sheet *sheet, const struct agreement *all, const struct agreement_said *s,
                     const struct ui *ui)
{
	struct buf when = BUF_INIT;
	units_time(&when, s->time_ns, ui->now_ns);
	sheet_row(sheet);
	sheet_add(sheet, ROLE_TEXT, all->people[s->person].name);
	sheet_addc(sheet, ROLE_DIM, ": ");
	sheet_addc(sheet, verdict_role(s->verdict), verdict_name(s->verdict));
	if (s->reasons.len) {
		sheet_addc(sheet, ROLE_DIM, ", ");
		sheet_add(sheet, ROLE_TEXT, s->reasons);
	}
	sheet_printf(sheet, ROLE_DIM, "  %s%s", buf_cstr(&when), s->blind ? ", blind" : "");
	buf_done(&when);
	if (s->note.len) {
		sheet_row(sheet);
		sheet_wrap(sheet, ROLE_TEXT, 2, s->note, NOTE_ROWS);
	}
	if (s->correction.len) {
		sheet_row(sheet);
		sheet_addc(sheet, ROLE_DIM, "  should be: ");
		sheet_wrap(sheet, ROLE_TEXT, 13, s->correction, NOTE_ROWS);
	}
}

void agreement_item_sheet(struct sheet *sheet, const struct agreement *all, const struct agreement_item *item,
                          const struct subject *subject, const struct ui *ui, int rows)
{
	for (size_t i = 0; i < item->n_said && sheet->rows < rows; i++)
		add_said(sheet, all, &item->said[i], ui);
	if (!subject)
		return;
	sheet_gap(sheet);
	add_text(sheet, "question", subject->question, QUESTION_ROWS);
	if (!subject->question.len)
		for (size_t i = 0; i < subject->n_fields && i < QUESTION_ROWS; i++) {
			sheet_row(sheet);
			sheet_add(sheet, ROLE_HEADING, subject->fields[i].name);
			sheet_addc(sheet, ROLE_DIM, ": ");
			sheet_add(sheet, ROLE_TEXT, subject->fields[i].text);
		}
	int left = rows - sheet->rows - 1;
	if (subject->answer.ptr)
		add_text(sheet, "answer", subject->answer.len ? subject->answer : STR_LIT("(empty)"),
		         left > 2 ? left : 2);
	else
		add_text(sheet, "error", subject->error, left > 2 ? left : 2);
	add_text(sheet, "expected", subject->expected, QUESTION_ROWS);
}

/* ---------------------------------------------------------------- figures */

static struct str fitting(struct str text, int cols)
{
	return str_cut(text, 0, text_fit(text, cols, NULL));
}

static void heading(struct sheet *sheet, const char *title, const char *const *columns)
{
	sheet_gap(sheet);
	sheet_row(sheet);
	sheet_addc(sheet, ROLE_HEADING, title);
	for (int i = 0; columns[i]; i++) {
		sheet_column(sheet, NAME_COLS + i * COUNT_COLS);
		sheet_addc(sheet, ROLE_HEADING, columns[i]);
	}
}

static void count(struct sheet *sheet, int column, int64_t n)
{
	sheet_column(sheet, NAME_COLS + column * COUNT_COLS);
	sheet_count(sheet, n ? ROLE_TEXT : ROLE_DIM, n);
}

static void percent(struct sheet *sheet, int column, double share)
{
	sheet_column(sheet, NAME_COLS + column * COUNT_COLS);
	if (IS_UNKNOWN(share))
		sheet_addc(sheet, ROLE_DIM, "-");
	else
		sheet_printf(sheet, ROLE_TEXT, "%.0f%%", share * 100);
}

static void figure(struct sheet *sheet, int column, double v, struct interval i, const struct ui *ui)
{
	sheet_column(sheet, NAME_COLS + column * COUNT_COLS);
	if (IS_UNKNOWN(v))
		sheet_addc(sheet, ROLE_DIM, "-");
	else
		sheet_printf(sheet, ROLE_TEXT, "%.2f", agreement_round(v));
	if (!IS_UNKNOWN(i.low) && !IS_UNKNOWN(i.high))
		sheet_printf(sheet, ROLE_DIM, " (%.2f %s %.2f)", agreement_round(i.low), ui->ascii ? "to" : "…",
		             agreement_round(i.high));
}

static void add_people(struct sheet *sheet, const struct agreement *all)
{
	static const char *const columns[] = {"judged", "good", "bad", "unsure", "skipped", NULL};
	heading(sheet, "who", columns);
	for (size_t i = 0; i < all->n_people; i++) {
		const struct agreement_person *p = &all->people[i];
		sheet_row(sheet);
		sheet_add(sheet, ROLE_TEXT, fitting(p->name, NAME_COLS - 2));
		const int64_t counts[] = {p->judged, p->good, p->bad, p->unsure, p->skipped};
		for (int c = 0; c < 5; c++)
			count(sheet, c, counts[c]);
		if (p->n_reasons || !IS_UNKNOWN(p->per_minute))
			sheet_row(sheet);
		if (!IS_UNKNOWN(p->per_minute))
			sheet_printf(sheet, ROLE_DIM, "  %.1f a minute  ", p->per_minute);
		else if (p->n_reasons)
			sheet_addc(sheet, ROLE_DIM, "  ");
		for (size_t r = 0; r < p->n_reasons && r < REASONS; r++) {
			sheet_addc(sheet, ROLE_DIM, r ? ", " : "");
			sheet_add(sheet, ROLE_DIM, p->reasons[r].word);
			sheet_printf(sheet, ROLE_DIM, " %lld", (long long)p->reasons[r].n);
		}
		if (p->proposed) {
			sheet_row(sheet);
			sheet_printf(sheet, ROLE_DIM, "  and %lld proposed, in no figure", (long long)p->proposed);
		}
	}
}

static void add_pairs(struct sheet *sheet, const struct agreement *all, const struct ui *ui)
{
	static const char *const columns[] = {"sure", "same", "kappa (95%)", NULL};
	if (!all->n_pairs)
		return;
	heading(sheet, "people among themselves", columns);
	for (size_t i = 0; i < all->n_pairs; i++) {
		const struct agreement_pair *p = &all->pairs[i];
		sheet_row(sheet);
		sheet_add(sheet, ROLE_TEXT, fitting(all->people[p->a].name, NAME_COLS / 2 - 2));
		sheet_addc(sheet, ROLE_DIM, ", ");
		sheet_add(sheet, ROLE_TEXT, fitting(all->people[p->b].name, NAME_COLS / 2 - 2));
		count(sheet, 0, p->n);
		percent(sheet, 1, p->n ? (double)p->same / (double)p->n : UNKNOWN_DOUBLE);
		figure(sheet, 2, p->n ? p->kappa.kappa : UNKNOWN_DOUBLE, p->kappa.interval, ui);
	}
	if (all->alpha.n_units && !IS_UNKNOWN(all->alpha.alpha)) {
		sheet_row(sheet);
		sheet_addc(sheet, ROLE_TEXT, "all (alpha)");
		count(sheet, 0, (int64_t)all->alpha.n_units);
		figure(sheet, 2, all->alpha.alpha, all->alpha.interval, ui);
	}
}

static void add_judges(struct sheet *sheet, const struct agreement *all, const struct ui *ui)
{
	static const char *const columns[] = {"answers", "same", "kappa (95%)", NULL};
	if (!all->n_judges)
		return;
	heading(sheet, "people against judges", columns);
	for (size_t i = 0; i < all->n_judges; i++) {
		const struct agreement_judge *j = &all->judges[i];
		sheet_row(sheet);
		sheet_add(sheet, ROLE_TEXT, fitting(j->name, NAME_COLS - 2));
		count(sheet, 0, j->kappa.n);
		percent(sheet, 1, j->kappa.agreement);
		figure(sheet, 2, j->kappa.kappa, j->kappa.interval, ui);
		if (j->model.len) {
			sheet_row(sheet);
			sheet_printf(sheet, ROLE_DIM, "  by " STR_FMT, STR_ARG(str_cut(j->model, 0, 60)));
		}
	}
}

static void add_preferred(struct sheet *sheet, const struct agreement *all)
{
	if (!all->n_preferred)
		return;
	sheet_gap(sheet);
	sheet_row(sheet);
	sheet_addc(sheet, ROLE_HEADING, "preferences");
	for (size_t i = 0; i < all->n_preferred; i++) {
		const struct agreement_pairs *p = &all->preferred[i];
		sheet_row(sheet);
		sheet_addc(sheet, ROLE_DIM, "A ");
		sheet_add(sheet, ROLE_TEXT, p->name_a);
		sheet_addc(sheet, ROLE_DIM, "  B ");
		sheet_add(sheet, ROLE_TEXT, p->name_b);
		sheet_row(sheet);
		sheet_wrap(sheet, ROLE_TEXT, 2, p->sentence, 3);
	}
}

void agreement_figures_sheet(struct sheet *sheet, const struct agreement *all, const struct ui *ui)
{
	add_people(sheet, all);
	add_pairs(sheet, all, ui);
	add_judges(sheet, all, ui);
	add_preferred(sheet, all);
}
