#include "tui/screen/pane_flow.h"

#include <stdlib.h>

void flow_add(struct flow *f, enum role role, struct str text)
{
	if (!text.len)
		return;
	buf_add_str(&f->text, text);
	if (f->ranges.n && f->ranges.at[f->ranges.n - 1].role == role)
		f->ranges.at[f->ranges.n - 1].end = f->text.len;
	else
		*vec_add(&f->ranges) = (struct flow_range){f->text.len, role};
}

void flow_addc(struct flow *f, enum role role, const char *text)
{
	flow_add(f, role, str_of(text));
}

void flow_empty(struct flow *f)
{
	buf_clear(&f->text);
	vec_clear(&f->ranges);
}

void flow_done(struct flow *f)
{
	buf_done(&f->text);
	vec_done(&f->ranges);
}

/* Rows come in order, so the ranges are walked once. */
static void put_row(struct sheet *s, struct flow *f, const struct text_row *row)
{
	size_t at = row->at, end = row->at + row->len;
	while (at < end && f->range < f->ranges.n) {
		const struct flow_range *range = &f->ranges.at[f->range];
		if (range->end <= at) {
			f->range++;
			continue;
		}
		size_t stop = range->end < end ? range->end : end;
		sheet_add(s, range->role, str_cut(f->laid, at, stop - at));
		at = stop;
	}
}

int flow_lay(struct sheet *s, struct flow *const *flows, int n, int max_rows)
{
	for (int i = 0; i < n; i++) {
		flows[i]->laid = arena_str(&s->arena, buf_str(&flows[i]->text));
		flows[i]->from = flows[i]->laid.len ? 0 : SIZE_MAX;
		flows[i]->range = 0;
	}
	int rows = 0;
	for (bool more = true; more && (rows == 0 || !sheet_is_full(s)); rows++) {
		more = false;
		if (rows > 0)
			sheet_row(s);
		for (int i = 0; i < n; i++) {
			struct flow *f = flows[i];
			if (i > 0) {
				sheet_column(s, f->col - 2);
				sheet_addc(s, ROLE_BORDER, "│");
			}
			if (f->from == SIZE_MAX)
				continue;
			struct text_row row;
			f->from = text_wrap(f->laid, f->from, f->cols, &row);
			sheet_column(s, f->col);
			put_row(s, f, &row);
			bool cut = f->from != SIZE_MAX && max_rows > 0 && rows + 1 == max_rows;
			if (cut)
				sheet_addc(s, ROLE_DIM, f->ascii ? "~" : "…");
			more = more || (f->from != SIZE_MAX && !cut);
		}
		if (max_rows > 0 && rows + 1 == max_rows)
			return max_rows;
	}
	return rows;
}

int flow_lay_one(struct sheet *s, struct flow *f, int max_rows)
{
	int rows = flow_lay(s, &f, 1, max_rows);
	flow_empty(f);
	return rows;
}

int flow_rows(const struct flow *f, int limit)
{
	int rows = 0;
	for (size_t from = 0; from != SIZE_MAX && rows < limit; rows++) {
		struct text_row row;
		from = text_wrap(buf_str(&f->text), from, f->cols, &row);
	}
	return rows;
}
