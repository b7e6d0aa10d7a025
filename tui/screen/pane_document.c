/* A case of two runs as a pane shows it. */
#include "store/base/scan.h"
#include "tui/screen/pane_case.h"
#include "tui/screen/pane_marks.h"

enum {
	LABEL = 10,       /* columns of the names of sections */
	FIELDS_MOST = 40, /* of an object shown as names and values */
	FIELD_COLS = 24
};

/* A new block, with an empty row before it where there is room to breathe. */
static void block(struct sheet *s, const struct case_look *look)
{
	if (s->n == 0)
		return;
	if (!look->tight)
		sheet_gap(s);
	sheet_row(s);
}

/* An object of plain values reads best as a list of names and values; false: it is none. */
static bool add_fields(struct sheet *s, struct val object)
{
	int widest = 0;
	bool plain = val_is(object, SCAN_OBJECT) && val_count(object) <= FIELDS_MOST;
	for (struct member m = val_first(object); m.ok && plain; m = val_next(m)) {
		int cols = text_cols(member_key(m, &s->arena));
		plain = cols <= FIELD_COLS && !val_is(m.val, SCAN_ARRAY) && !val_is(m.val, SCAN_OBJECT);
		widest = cols > widest ? cols : widest;
	}
	if (!plain || val_count(object) == 0)
		return false;
	struct flow f = {.col = LABEL + widest + 2};
	f.cols = s->cols - f.col > 20 ? s->cols - f.col : 20;
	bool first = true;
	for (struct member m = val_first(object); m.ok; m = val_next(m), first = false) {
		if (!first)
			sheet_row(s);
		sheet_column(s, LABEL);
		sheet_add(s, ROLE_JSON_KEY,
		          arena_str(&s->arena, member_key(m, &s->arena))); /* not a slice of the case */
		flow_add(&f, ROLE_TEXT, val_text(m.val, &s->arena));
		flow_lay_one(s, &f, 0);
	}
	flow_done(&f);
	return true;
}

/* False: it is no JSON object or array. */
static bool add_json(struct sheet *s, struct str text)
{
	struct str trimmed = str_trim(text);
	if (trimmed.len < 2 || (trimmed.ptr[0] != '{' && trimmed.ptr[0] != '['))
		return false;
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	bool ok = scan_text(&scan, text, &opts);
	if (ok && !add_fields(s, scan_root(&scan)))
		sheet_json(s, 2, text);
	scan_done(&scan);
	return ok;
}

static void section(struct sheet *s, const struct case_look *look, const char *label, struct str text, const char *none)
{
	struct flow f = {.col = LABEL, .cols = s->cols - LABEL > 8 ? s->cols - LABEL : 8};
	block(s, look);
	sheet_addc(s, ROLE_HEADING, label);
	if (add_json(s, text))
		return;
	flow_add(&f, ROLE_TEXT, text);
	if (!text.len)
		flow_addc(&f, ROLE_DIM, none);
	flow_lay_one(s, &f, 0);
	flow_done(&f);
}

static enum role status_role(enum case_status status)
{
	switch (status) {
	case CASE_PASSED: return ROLE_OK;
	case CASE_FAILED:
	case CASE_ERROR: return ROLE_ERROR;
	case CASE_UNSCORED:
	case N_CASE_STATUSES: break;
	}
	return ROLE_DIM;
}

static void add_figures(struct flow *f, const struct case_result *res, bool ascii)
{
	struct buf out = BUF_INIT;
	if (res->latency_ns != UNKNOWN_INT) {
		buf_add_cstr(&out, "  ");
		units_duration(&out, res->latency_ns, ascii);
	}
	if (!IS_UNKNOWN(res->cost_usd)) {
		buf_add_cstr(&out, "  ");
		units_usd(&out, res->cost_usd);
	}
	if (res->tokens_in != UNKNOWN_INT) {
		buf_add_cstr(&out, "  in ");
		units_thousands(&out, res->tokens_in);
	}
	if (res->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(&out, "  out ");
		units_thousands(&out, res->tokens_out);
	}
	flow_add(f, ROLE_TEXT, buf_str(&out));
	buf_done(&out);
}

/* "A  failed  4.63s  $0.0307  in 8,934  out 821" */
static void add_side_head(struct flow *f, const struct case_side *side, const struct compare_side *row,
                          const char *name, bool ascii)
{
	flow_addc(f, ROLE_HEADING, name);
	flow_addc(f, ROLE_TEXT, "  ");
	if (!side->present) {
		flow_addc(f, ROLE_DIM, row->present ? "its record is not in the store" : "not in this run");
		return;
	}
	const struct case_result *res = &side->detail.res;
	flow_addc(f, status_role(res->status), case_status_name(res->status));
	add_figures(f, res, ascii);
	if (row->scored > 1) {
		struct buf out = BUF_INIT;
		buf_printf(&out, "  repeat %lld; %lld of %lld passed%s", (long long)side->repeat + 1,
		           (long long)row->passes, (long long)row->scored, row->flaky ? ": unstable" : "");
		flow_add(f, row->flaky ? ROLE_WARNING : ROLE_DIM, buf_str(&out));
		buf_done(&out);
	}
}

/* Lays equal lines of both answers beside each other: the flows are emptied at each line end that both sides share. */
static void lay_side_by_side(struct sheet *s, const struct case_pair *p, struct flow *a, struct flow *b, bool brackets)
{
	struct flow *const both[2] = {a, b};
	for (size_t i = 0; i < p->diff.n && !sheet_is_full(s); i++) {
		const struct diff_op *op = &p->diff.ops[i];
		if (op->kind != DIFF_EQUAL) {
			bool is_b = op->kind == DIFF_ONLY_B;
			case_add_change(is_b ? b : a, is_b, case_of_op(p, op, is_b), brackets);
			continue;
		}
		struct str rest = case_of_op(p, op, false), line;
		while (str_split(&rest, '\n', &line)) {
			flow_add(a, ROLE_TEXT, line);
			flow_add(b, ROLE_TEXT, line);
			if (!rest.ptr)
				break;
			flow_lay(s, both, 2, 0);
			flow_empty(a);
			flow_empty(b);
			sheet_row(s);
		}
	}
	flow_lay(s, both, 2, 0);
	flow_empty(a);
	flow_empty(b);
}

static void add_whole(struct flow *f, const struct case_pair *p, bool is_b, bool brackets)
{
	const struct case_side *side = is_b ? &p->b : &p->a;
	for (size_t i = 0; i < p->diff.n; i++) {
		const struct diff_op *op = &p->diff.ops[i];
		if (op->kind == DIFF_EQUAL)
			flow_add(f, ROLE_TEXT, case_of_op(p, op, is_b));
		else if ((op->kind == DIFF_ONLY_B) == is_b)
			case_add_change(f, is_b, case_of_op(p, op, is_b), brackets);
	}
	if (!p->diff.n && side->answer.len)
		flow_add(f, ROLE_TEXT, side->answer);
	else if (!side->answer.len)
		flow_addc(f, ROLE_DIM, case_no_answer(side));
}

static void answers(struct sheet *s, const struct case_pair *p, const struct compare_row *row,
                    const struct case_look *look, struct flow *a, struct flow *b)
{
	block(s, look);
	add_side_head(a, &p->a, &row->a, "A", look->ascii);
	add_side_head(b, &p->b, &row->b, "B", look->ascii);
	if (look->side_by_side) {
		flow_lay(s, (struct flow *const[]){a, b}, 2, 0);
		flow_empty(a);
		flow_empty(b);
		sheet_row(s);
		if (p->diff.n) {
			lay_side_by_side(s, p, a, b, look->brackets);
			return;
		}
		add_whole(a, p, false, look->brackets);
		add_whole(b, p, true, look->brackets);
		flow_lay(s, (struct flow *const[]){a, b}, 2, 0);
		flow_empty(a);
		flow_empty(b);
		return;
	}
	flow_lay_one(s, a, 0);
	sheet_row(s);
	add_whole(a, p, false, look->brackets);
	flow_lay_one(s, a, 0);
	block(s, look);
	flow_lay_one(s, b, 0);
	sheet_row(s);
	add_whole(b, p, true, look->brackets);
	if (case_answers_equal(p)) {
		flow_empty(b);
		flow_addc(b, ROLE_DIM, "the same answer, word for word");
	}
	flow_lay_one(s, b, 0);
}

/* The k-th score of this name. */
static const struct score *score_of(const struct case_side *side, struct str name, int k)
{
	for (size_t i = 0; i < side->detail.res.n_scores; i++)
		if (str_eq(side->detail.res.scores[i].name, name) && k-- == 0)
			return &side->detail.res.scores[i];
	return NULL;
}

static int number_of(const struct case_side *side, size_t at)
{
	int k = 0;
	for (size_t i = 0; i < at; i++)
		k += str_eq(side->detail.res.scores[i].name, side->detail.res.scores[at].name);
	return k;
}

/* "✗ 0.68 of 0.7  No retrieved document supports it." */
static void add_score(struct flow *f, const struct score *score)
{
	if (!score) {
		flow_addc(f, ROLE_DIM, "–");
		return;
	}
	struct buf out = BUF_INIT;
	enum role role = score->pass == 1 ? ROLE_OK : score->pass == 0 ? ROLE_ERROR : ROLE_TEXT;
	if (score->pass >= 0)
		flow_addc(f, role, score->pass ? "✓ " : "✗ ");
	if (!IS_UNKNOWN(score->value))
		units_score(&out, score->value);
	else
		buf_add_str(&out, score->label.len ? score->label : STR_LIT("–"));
	flow_add(f, role, buf_str(&out));
	buf_clear(&out);
	if (!IS_UNKNOWN(score->threshold)) {
		buf_add_cstr(&out, " needs ");
		units_score(&out, score->threshold);
		flow_add(f, ROLE_DIM, buf_str(&out));
	}
	if (score->explanation.len) {
		flow_addc(f, ROLE_TEXT, "  ");
		flow_add(f, ROLE_TEXT, score->explanation);
	}
	buf_done(&out);
}

/* "groundedness  judge gpt-4.1", then what A and B got. */
static void score_rows(struct sheet *s, const struct case_look *look, const struct score *score_a,
                       const struct score *score_b, struct flow *a, struct flow *b)
{
	const struct score *any = score_a ? score_a : score_b;
	block(s, look);
	sheet_add(s, ROLE_HEADING, arena_str(&s->arena, any->name)); /* an old sheet outlives its case */
	if (any->source != SOURCE_UNKNOWN)
		sheet_printf(s, ROLE_DIM, "  %s " STR_FMT, score_source_name(any->source),
		             STR_ARG(str_cut(any->judge_model, 0, 60)));
	sheet_row(s);
	if (look->side_by_side) {
		add_score(a, score_a);
		add_score(b, score_b);
		flow_lay(s, (struct flow *const[]){a, b}, 2, 0);
		flow_empty(a);
		flow_empty(b);
		return;
	}
	flow_addc(a, ROLE_HEADING, "A ");
	add_score(a, score_a);
	flow_lay_one(s, a, 0);
	sheet_row(s);
	flow_addc(b, ROLE_HEADING, "B ");
	add_score(b, score_b);
	flow_lay_one(s, b, 0);
}

static void scores(struct sheet *s, const struct case_pair *p, const struct case_look *look, struct flow *a,
                   struct flow *b)
{
	for (size_t i = 0; i < p->a.detail.res.n_scores && !sheet_is_full(s); i++) {
		const struct score *score = &p->a.detail.res.scores[i];
		score_rows(s, look, score, score_of(&p->b, score->name, number_of(&p->a, i)), a, b);
	}
	for (size_t i = 0; i < p->b.detail.res.n_scores && !sheet_is_full(s); i++) {
		const struct score *score = &p->b.detail.res.scores[i];
		if (!score_of(&p->a, score->name, number_of(&p->b, i)))
			score_rows(s, look, NULL, score, a, b);
	}
}

static void asked(struct sheet *s, const struct case_pair *p, const struct case_look *look)
{
	section(s, look, "input", case_input(p), "the file gives no input");
	section(s, look, "expected", case_expected(p), "the file gives no expected answer");
}

static void errors(struct sheet *s, const struct case_pair *p, const struct case_look *look)
{
	const struct case_side *sides[2] = {&p->a, &p->b};
	for (int i = 0; i < 2; i++) {
		struct str error = sides[i]->detail.res.error;
		/* Where there is no output the error stands in its place. */
		if (error.len && error.ptr != sides[i]->answer.ptr)
			section(s, look, i == 0 ? "A error" : "B error", error, "");
	}
}

void case_document(struct sheet *s, int cols, const struct case_pair *p, const struct compare_row *row,
                   const struct case_look *look)
{
	sheet_begin(s, cols);
	marks_lay(s, "on A", p->a.opinions, p->a.n_opinions, look->now_ns);
	marks_lay(s, "on B", p->b.opinions, p->b.n_opinions, look->now_ns);
	int half = look->side_by_side ? (s->cols - 3) / 2 : s->cols;
	struct flow a = {.col = 0, .cols = half}, b = {.col = look->side_by_side ? half + 3 : 0, .cols = half};
	answers(s, p, row, look, &a, &b);
	if (p->diff.unit != DIFF_WORDS && p->diff.n) {
		sheet_row(s);
		sheet_addc(s, ROLE_DIM,
		           p->diff.unit == DIFF_LINES ? "(too long to compare by words: compared by lines)"
		                                      : "(too long to compare)");
	}
	errors(s, p, look);
	scores(s, p, look, &a, &b);
	asked(s, p, look);
	flow_done(&a);
	flow_done(&b);
}

/* ---------------------------------------------------------------- going from change to change */

int case_next_change(const struct sheet *s, int from, bool forward)
{
	int before = -2, found = -1; /* before: the last row with a change */
	for (size_t i = 0; i < s->n; i++) {
		const struct sheet_part *part = &s->parts[i];
		if (part->role != ROLE_DELETED && part->role != ROLE_INSERTED)
			continue;
		bool begins = part->row > before + 1;
		before = part->row;
		if (begins && forward && part->row > from)
			return part->row;
		if (begins && !forward && part->row < from)
			found = part->row;
	}
	return found;
}

void case_go_to_change(struct ui *ui, const struct sheet *s, int *top, bool forward)
{
	int row = s ? case_next_change(s, *top, forward) : -1;
	if (row < 0)
		ui_say(ui, forward ? "no difference further down" : "no difference further up");
	else
		*top = row;
}
