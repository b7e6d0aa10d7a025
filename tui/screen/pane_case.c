#include "tui/screen/pane_case.h"

#include "store/query/case_repeats.h"
#include "tui/screen/pane_marks.h"

enum {
	BEFORE = 40, /* bytes of equal text kept before the first change of an excerpt */
	EXCERPT_LABEL = 4,
	AROUND = 28 /* and on both sides of a gap between two changes */
};

/* ---------------------------------------------------------------- loading */

static bool load_side(struct db *db, struct block_cache *blocks, struct case_at at, struct arena *arena,
                      struct case_side *out, struct err *err)
{
	if (!at.run)
		return true;
	if (!case_detail(db, blocks, at, arena, &out->detail, err))
		return false;
	out->present = true;
	out->repeat = at.repeat;
	out->at = at;
	out->answer = out->detail.res.output.ptr ? out->detail.res.output : out->detail.res.error;
	const struct subject_at subject = {.kind = SUBJECT_CASE, .at = at};
	return opinions_of(db, &subject, arena, &out->opinions, &out->n_opinions, err);
}

/* run 0: it has no record. */
static struct case_at at_of(const struct case_repeats_side *side, size_t pick)
{
	return pick < side->n && side->at[pick].record > 0 ? side->at[pick].at : (struct case_at){0};
}

static bool choose(struct db *db, const struct compare_row *row, struct case_at at[2], struct err *err)
{
	const struct compare_side *sides[2] = {&row->a, &row->b};
	struct case_repeats repeats;
	for (int i = 0; i < 2; i++)
		at[i] = sides[i]->present && sides[i]->record > 0 ? sides[i]->at : (struct case_at){0};
	if (!at[0].run || !at[1].run || (row->a.scored <= 1 && row->b.scored <= 1))
		return true;
	if (!case_repeats_load(db, at[0].run, at[1].run, row->case_id, &repeats, err))
		return false;
	at[0] = at_of(&repeats.a, repeats.pick_a);
	at[1] = at_of(&repeats.b, repeats.pick_b);
	case_repeats_done(&repeats);
	return true;
}

bool case_pair_load(struct db *db, const struct compare_row *row, struct case_pair *out, struct err *err)
{
	struct case_at at[2];
	*out = (struct case_pair){.arena = ARENA_INIT,
	                          .case_id = row->case_id,
	                          .record_a = row->a.present ? row->a.record : 0,
	                          .record_b = row->b.present ? row->b.record : 0};
	if (!choose(db, row, at, err))
		return false;
	struct block_cache *blocks = block_cache_new(db);
	bool ok = load_side(db, blocks, at[0], &out->arena, &out->a, err) &&
	          load_side(db, blocks, at[1], &out->arena, &out->b, err);
	block_cache_free(blocks);
	if (ok && out->a.answer.ptr && out->b.answer.ptr)
		out->diff = diff_text(&out->arena, out->a.answer, out->b.answer, DIFF_WORDS);
	return ok;
}

void case_pair_done(struct case_pair *p)
{
	arena_done(&p->arena);
	*p = (struct case_pair){0};
}

bool case_pair_is_of(const struct case_pair *p, const struct compare_row *row)
{
	return p->case_id == row->case_id && p->record_a == (row->a.present ? row->a.record : 0) &&
	       p->record_b == (row->b.present ? row->b.record : 0);
}

/* ---------------------------------------------------------------- the reason */

static bool failed(const struct case_side *side)
{
	return side->present && (side->detail.res.status == CASE_FAILED || side->detail.res.status == CASE_ERROR);
}

/* A judge's words tell more than a rule's, and any words more than none. */
static const struct score *failing_score(const struct case_side *side)
{
	const struct score *found = NULL;
	for (size_t i = 0; i < side->detail.res.n_scores; i++) {
		const struct score *score = &side->detail.res.scores[i];
		if (score->pass != 0 || !score->explanation.len)
			continue;
		if (!found || (found->source != SOURCE_JUDGE && score->source == SOURCE_JUDGE))
			found = score;
	}
	return found;
}

void case_reason(const struct case_pair *p, struct buf *who, struct buf *why)
{
	const struct case_side *side = failed(&p->b) ? &p->b : failed(&p->a) ? &p->a : NULL;
	if (!side)
		return;
	const char *name = side == &p->b ? "B" : "A";
	const struct score *score = failing_score(side);
	struct str error = side->detail.res.error;
	if (side->detail.res.status == CASE_ERROR && error.len) {
		buf_printf(who, "%s error: ", name);
		buf_add_str(why, error);
	} else if (score) {
		buf_printf(who, "%s " STR_FMT ": ", name, STR_ARG(str_cut(score->name, 0, 40)));
		buf_add_str(why, score->explanation);
	}
}

/* ---------------------------------------------------------------- changed words */

void case_add_change(struct flow *f, bool is_b, struct str text, bool brackets)
{
	enum role role = is_b ? ROLE_INSERTED : ROLE_DELETED;
	if (brackets)
		flow_addc(f, role, is_b ? "{+" : "[-");
	flow_add(f, role, text);
	if (brackets)
		flow_addc(f, role, is_b ? "+}" : "-]");
}

struct str case_of_op(const struct case_pair *p, const struct diff_op *op, bool is_b)
{
	return is_b ? str_cut(p->b.answer, op->b_at, op->b_len) : str_cut(p->a.answer, op->a_at, op->a_len);
}

/* Where a text may be cut near `at`: after the next blank, else before the next whole character. */
static size_t cut_near(struct str text, size_t at)
{
	for (size_t i = at; i < text.len && i < at + 16; i++)
		if (text.ptr[i] == ' ' || text.ptr[i] == '\n')
			return i + 1;
	while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static void add_folded(struct flow *f, enum role role, struct str text)
{
	struct str line;
	bool first = true;
	while (str_split(&text, '\n', &line)) {
		if (!first)
			flow_addc(f, role, " ");
		flow_add(f, role, line);
		first = false;
	}
}

/* Equal text of an excerpt: its end before the first change, both its ends between two, after the last one its beginning or,
 * with `tail`, all of it. */
static void add_context(struct flow *f, struct str text, bool first, bool last, bool tail, bool ascii)
{
	bool cut = text.len > (first ? BEFORE : last ? AROUND : 2 * AROUND) + 24;
	if (!cut || (first && last) || (last && tail)) {
		add_folded(f, ROLE_TEXT, text);
		return;
	}
	if (!first)
		add_folded(f, ROLE_TEXT, str_cut(text, 0, cut_near(text, AROUND)));
	flow_addc(f, ROLE_DIM, ascii ? "~" : "…");
	if (first)
		flow_addc(f, ROLE_DIM, " ");
	if (!last)
		add_folded(f, ROLE_TEXT, str_from(text, cut_near(text, text.len - (first ? BEFORE : AROUND))));
}

static void add_excerpt(struct flow *f, const struct case_pair *p, bool is_b, const struct case_look *look, bool tail)
{
	for (size_t i = 0; i < p->diff.n && f->text.len < 4000; i++) {
		const struct diff_op *op = &p->diff.ops[i];
		if (op->kind == DIFF_EQUAL)
			add_context(f, case_of_op(p, op, is_b), i == 0, i + 1 == p->diff.n, tail, look->ascii);
		else if ((op->kind == DIFF_ONLY_B) == is_b)
			case_add_change(f, is_b, case_of_op(p, op, is_b), look->brackets);
	}
}

bool case_answers_equal(const struct case_pair *p)
{
	return p->a.present && p->b.present && p->a.answer.ptr && p->b.answer.ptr && p->diff.n_changes == 0;
}

const char *case_no_answer(const struct case_side *side)
{
	return side->present ? "(no output)" : "(not in this run)";
}

static void add_side(struct flow *f, const struct case_pair *p, bool is_b, const struct case_look *look, bool tail)
{
	const struct case_side *side = is_b ? &p->b : &p->a;
	if (p->diff.n)
		add_excerpt(f, p, is_b, look, tail);
	else if (side->answer.len)
		add_folded(f, ROLE_TEXT, str_cut(side->answer, 0, 4000));
	else
		flow_addc(f, ROLE_DIM, case_no_answer(side));
}

struct str case_expected(const struct case_pair *p)
{
	return p->b.detail.res.expected.len ? p->b.detail.res.expected : p->a.detail.res.expected;
}

struct str case_input(const struct case_pair *p)
{
	return p->b.detail.res.input.len ? p->b.detail.res.input : p->a.detail.res.input;
}

static void lay_labelled(struct sheet *s, const char *label, struct flow *f, int max_rows)
{
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, label);
	flow_lay_one(s, f, max_rows);
}

/* Each side its half; what one does not need the other gets. Returns the rows used. */
static int lay_sides(struct sheet *s, struct flow *a, struct flow *b, int room)
{
	int need_a = flow_rows(a, room), need_b = flow_rows(b, room), half = room / 2;
	int rows_b = need_b < room - half ? need_b : room - half;
	int rows_a = need_a < room - rows_b ? need_a : room - rows_b;
	if (need_b > rows_b)
		rows_b = need_b < room - rows_a ? need_b : room - rows_a;
	if (rows_a > 0)
		lay_labelled(s, "A", a, rows_a);
	if (rows_b > 0)
		lay_labelled(s, "B", b, rows_b);
	return rows_a + rows_b;
}

void case_excerpt(struct sheet *s, int cols, int rows, const struct case_pair *p, const struct case_look *look)
{
	int room_cols = cols - EXCERPT_LABEL - 1;
	struct flow a = {.col = EXCERPT_LABEL, .cols = room_cols > 8 ? room_cols : 8, .ascii = look->ascii}, b = a;
	struct str expected = case_expected(p);
	int room = rows - (look->expected ? 1 : 0), used = 0;
	sheet_begin(s, cols);
	marks_line(s, "on A", p->a.opinions, p->a.n_opinions);
	marks_line(s, "on B", p->b.opinions, p->b.n_opinions);
	room -= s->rows;
	if (room > 0 && case_answers_equal(p)) {
		add_folded(&a, ROLE_TEXT, str_cut(p->b.answer, 0, 4000));
		used = flow_rows(&a, room);
		lay_labelled(s, "A=B", &a, room);
	} else if (room > 0) {
		add_side(&a, p, false, look, true);
		add_side(&b, p, true, look, true);
		if (flow_rows(&a, room) + flow_rows(&b, room) >
		    room) { /* what comes after the last change matters least */
			flow_empty(&a);
			flow_empty(&b);
			add_side(&a, p, false, look, false);
			add_side(&b, p, true, look, false);
		}
		used = lay_sides(s, &a, &b, room);
	}
	/* A row that would stay empty may as well say what was expected. */
	if (look->expected || (used < room && expected.len)) {
		flow_empty(&a);
		add_folded(&a, expected.len ? ROLE_TEXT : ROLE_DIM,
		           expected.len ? str_cut(expected, 0, 1000) : STR_LIT("the file gives no expected answer"));
		lay_labelled(s, "exp", &a, 1);
	}
	flow_done(&a);
	flow_done(&b);
}
