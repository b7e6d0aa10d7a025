#include "tui/screen/pane_casetabs.h"

#include "store/base/scan.h"
#include "tui/keyed.h"
#include "tui/screen/pane_marks.h"

enum { LABEL = 10, ASKED_ROWS = 6, ASKED_TIGHT = 3, REASON_ROWS = 4, REASON_TIGHT = 2, FIELDS_MOST = 40 };

static const struct scan_opts LOOSE = {.last = true, .lenient = true, .replace_utf8 = true};

/* ---------------------------------------------------------------- JSON that people read */

/* Members that are no objects or arrays: "name  value", one a line. False: there are others, or too many. */
static bool add_fields(struct buf *out, struct val object, struct arena *arena)
{
	if (!val_is(object, SCAN_OBJECT) || val_count(object) > FIELDS_MOST || val_count(object) == 0)
		return false;
	for (struct member m = val_first(object); m.ok; m = val_next(m))
		if (val_is(m.val, SCAN_ARRAY) || val_is(m.val, SCAN_OBJECT))
			return false;
	for (struct member m = val_first(object); m.ok; m = val_next(m)) {
		buf_add_cstr(out, out->len ? "\n" : "");
		buf_add_str(out, member_key(m, arena));
		buf_add_cstr(out, ": ");
		buf_add_str(out, val_ok(m.val) ? val_text(m.val, arena) : STR_LIT("null"));
	}
	return true;
}

/* A conversation: "user: …", one message after the other. False: it is none, or holds more than text. */
static bool add_messages(struct buf *out, struct val array, struct arena *arena)
{
	if (!val_is(array, SCAN_ARRAY) || val_count(array) == 0)
		return false;
	for (struct member m = val_first(array); m.ok; m = val_next(m))
		if (!val_is(val_get(m.val, "role"), SCAN_STRING) || !val_is(val_get(m.val, "content"), SCAN_STRING) ||
		    val_ok(val_get(m.val, "tool_calls")))
			return false;
	for (struct member m = val_first(array); m.ok; m = val_next(m)) {
		buf_add_cstr(out, out->len ? "\n" : "");
		buf_add_str(out, val_str(val_get(m.val, "role"), arena));
		buf_add_cstr(out, ": ");
		buf_add_str(out, val_str(val_get(m.val, "content"), arena));
	}
	return true;
}

/* The text, as people read it; in the arena if it was changed for that. pretty: other JSON over several lines. */
static struct str readable(struct str text, bool pretty, struct arena *arena)
{
	struct scan scan = SCAN_INIT;
	struct buf out = BUF_INIT;
	struct arena keys = ARENA_INIT;
	struct str made = text;
	if (diff_json_may(text) && scan_text(&scan, text, &LOOSE)) {
		struct val root = scan_root(&scan);
		bool read = add_fields(&out, root, &keys) || add_messages(&out, root, &keys);
		if (!read && pretty)
			scan_pretty(&out, root);
		made = out.len ? arena_str(arena, buf_str(&out)) : text;
	}
	arena_done(&keys);
	scan_done(&scan);
	buf_done(&out);
	return made;
}

/* ---------------------------------------------------------------- verdicts */

enum role case_status_role(enum case_status status)
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

const char *case_outcome(const struct case_whole *w)
{
	enum case_class class_ = case_repeats_class(&w->repeats);
	return class_ == CLASS_SAME ? NULL : class_ == CLASS_NEW_ERROR ? "New error" : case_class_title(class_);
}

static void add_gap(struct buf *out)
{
	buf_add_cstr(out, "  ");
}

void case_head(struct flow *f, const struct case_whole_side *side, const struct case_repeats_side *repeats,
               const char *name, bool ascii)
{
	struct buf out = BUF_INIT;
	flow_addc(f, ROLE_HEADING, name);
	flow_addc(f, ROLE_TEXT, "  ");
	if (!side->repeat) {
		flow_addc(f, ROLE_DIM, "not in this run");
		return;
	}
	const struct case_repeat *r = side->repeat;
	flow_addc(f, case_status_role(r->status), case_status_name(r->status));
	if (repeats->n > 1)
		buf_printf(&out, "  repeat %lld", (long long)r->at.repeat + 1);
	if (r->latency_ns != UNKNOWN_INT) {
		add_gap(&out);
		units_duration(&out, r->latency_ns, ascii);
	}
	if (!IS_UNKNOWN(r->cost_usd)) {
		add_gap(&out);
		units_usd(&out, r->cost_usd);
	}
	if (r->tokens_in != UNKNOWN_INT) {
		buf_add_cstr(&out, "  in ");
		units_thousands(&out, r->tokens_in);
	}
	if (r->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(&out, "  out ");
		units_thousands(&out, r->tokens_out);
	}
	flow_add(f, ROLE_TEXT, buf_str(&out));
	if (!side->present)
		flow_addc(f, ROLE_DIM, "  its record is not in the store");
	buf_done(&out);
}

/* A judge's words tell more than a rule's, and any words more than none. */
static const struct score *failing(const struct case_whole_side *side)
{
	const struct score *found = NULL;
	for (size_t i = 0; i < side->detail.res.n_scores; i++) {
		const struct score *score = &side->detail.res.scores[i];
		if (score_outcome(score->pass, score->label) != 0 || !score->explanation.len)
			continue;
		if (!found || (found->source != SOURCE_JUDGE && score->source == SOURCE_JUDGE))
			found = score;
	}
	return found;
}

static bool did_fail(const struct case_whole_side *side)
{
	return side->present && (side->repeat->status == CASE_FAILED || side->repeat->status == CASE_ERROR);
}

/* Why the side that failed did: B if both did. */
static void lay_reason(struct sheet *s, const struct case_whole *w, int most, bool ascii)
{
	const struct case_whole_side *side = did_fail(&w->b) ? &w->b : did_fail(&w->a) ? &w->a : NULL;
	struct flow f = {.cols = s->cols, .ascii = ascii};
	if (!side)
		return;
	const struct score *score = failing(side);
	struct str error = side->detail.res.error;
	flow_addc(&f, ROLE_ERROR, side == &w->b ? "B " : "A ");
	if (side->repeat->status == CASE_ERROR && error.len) {
		flow_addc(&f, ROLE_ERROR, "error: ");
		flow_add(&f, ROLE_TEXT, error);
	} else if (score) {
		flow_add(&f, ROLE_ERROR, score->name);
		flow_addc(&f, ROLE_ERROR, ": ");
		flow_add(&f, ROLE_TEXT, score->explanation);
	} else {
		flow_done(&f);
		return;
	}
	flow_lay_one(s, &f, most);
	sheet_row(s);
	flow_done(&f);
}

/* "repeats   A 2 of 3 passed: unstable   B all 3 failed   4 different answers" */
static void lay_repeats(struct sheet *s, const struct case_whole *w)
{
	const struct case_repeats *r = &w->repeats;
	struct buf out = BUF_INIT;
	if (r->a.n <= 1 && r->b.n <= 1)
		return;
	sheet_addc(s, ROLE_HEADING, "repeats");
	for (int i = 0; i < 2; i++) {
		const struct case_repeats_side *side = i ? &r->b : &r->a;
		buf_clear(&out);
		buf_printf(&out, "%s ", i ? "   B" : "A");
		case_repeats_words(&out, side);
		if (i == 0)
			sheet_column(s, LABEL);
		sheet_add(s, side->unstable ? ROLE_WARNING : ROLE_TEXT, arena_str(&s->arena, buf_str(&out)));
	}
	sheet_printf(s, ROLE_DIM, "   %zu different answer%s", r->n_answers, r->n_answers == 1 ? "" : "s");
	sheet_row(s);
	buf_done(&out);
}

/* Where the traces of both results part, and what differs in them. */
static void lay_traces(struct sheet *s, const struct case_whole *w, int most, bool ascii)
{
	struct flow f = {.col = LABEL, .cols = s->cols - LABEL > 8 ? s->cols - LABEL : 8, .ascii = ascii};
	if (!w->parts_at.len && !w->traces_large)
		return;
	sheet_addc(s, ROLE_HEADING, "traces");
	if (w->traces_large) {
		flow_addc(&f, ROLE_DIM, keyed("too large to put in line here: {t} does"));
	} else {
		flow_add(&f, ROLE_WARNING, w->parts_at);
		flow_addc(&f, ROLE_DIM, keyed("  ({t}) "));
		flow_add(&f, ROLE_DIM, w->parts_in);
	}
	flow_lay_one(s, &f, most);
	sheet_row(s);
	flow_done(&f);
}

/* "wording   60 days stands in pol-refund-2021, which only B retrieved" */
static void lay_wordings(struct sheet *s, const struct case_whole *w, size_t most, bool ascii)
{
	struct flow f = {.col = LABEL, .cols = s->cols - LABEL > 8 ? s->cols - LABEL : 8, .ascii = ascii};
	for (size_t i = 0; i < w->n_wordings && i < most; i++) {
		const struct case_wording *found = &w->wordings[i];
		if (i == 0)
			sheet_addc(s, ROLE_HEADING, "wording");
		flow_addc(&f, ROLE_TEXT, "\"");
		flow_add(&f, ROLE_WARNING, found->words);
		flow_addc(&f, ROLE_TEXT, "\" stands in ");
		flow_add(&f, ROLE_TEXT, found->document);
		flow_addc(&f, ROLE_TEXT, found->of_b ? ", which only B retrieved" : ", which only A retrieved");
		flow_lay_one(s, &f, 1);
		sheet_row(s);
	}
	flow_done(&f);
}

/* ---------------------------------------------------------------- what was asked and expected */

/* Without the lines at its end that are blank or a chat template's tags ("<|im_start|>assistant"). */
static struct str before_tags(struct str text)
{
	struct str left = str_trim(text);
	for (size_t at = left.len; at > 0; at--) {
		if (left.ptr[at - 1] != '\n')
			continue;
		struct str line = str_trim(str_from(left, at));
		if (line.len && line.ptr[0] != '<')
			return left;
		left.len = at - 1;
	}
	return left.len ? left : text;
}

/* A long text by its first row and its last ones: in a prompt with examples, in a conversation, the question comes last. */
static void add_ends(struct flow *f, struct str text, int rows, bool ascii)
{
	enum { ROWS = 8, LONG_ROWS = 12, LOOKED_AT = 1 << 16 };
	size_t starts[ROWS] = {0}, n = 0, from = 0, first = 0;
	text = before_tags(text);
	struct str tail = text.len > LOOKED_AT ? str_from(text, text.len - LOOKED_AT) : text;
	while (from != SIZE_MAX) {
		struct text_row row;
		from = text_wrap(tail, from, f->cols, &row);
		if (n == 1)
			first = row.at;
		starts[n++ % ROWS] = row.at;
	}
	rows = rows < ROWS ? rows : ROWS;
	if (n <= LONG_ROWS || rows < 3) {
		flow_add(f, ROLE_TEXT, text);
		return;
	}
	struct str head = str_trim(str_cut(text, 0, tail.len < text.len ? (size_t)f->cols / 2 : first));
	struct str line =
	    str_cut(head, 0, str_find_char(head, '\n') == SIZE_MAX ? head.len : str_find_char(head, '\n'));
	flow_add(f, ROLE_TEXT, str_cut(line, 0, text_fit(line, f->cols - 4 > 8 ? f->cols - 4 : 8, NULL)));
	flow_addc(f, ROLE_DIM, ascii ? " ...\n" : " …\n");
	flow_add(f, ROLE_TEXT, str_from(tail, starts[(n - (size_t)rows + 1) % ROWS]));
}

static void lay_labelled(struct sheet *s, const char *label, struct str text, const char *none, int max_rows, bool ends,
                         bool ascii)
{
	struct flow f = {.col = LABEL, .cols = s->cols - LABEL > 8 ? s->cols - LABEL : 8, .ascii = ascii};
	struct str shown = str_trim(readable(text, max_rows <= 0, &s->arena));
	sheet_addc(s, ROLE_HEADING, label);
	if (text.len && ends)
		add_ends(&f, shown, max_rows, ascii);
	else if (text.len)
		flow_add(&f, ROLE_TEXT, shown);
	else
		flow_addc(&f, ROLE_DIM, text.ptr ? "(empty)" : none);
	flow_lay_one(s, &f, max_rows);
	flow_done(&f);
}

static void lay_asked(struct sheet *s, const struct case_whole *w, enum case_subject subject, const char *label,
                      const char *none, const struct casetabs_look *look)
{
	const struct case_texts *t = &w->texts[subject];
	lay_labelled(s, label, t->b.ptr ? t->b : t->a, none, look->tight ? ASKED_TIGHT : ASKED_ROWS,
	             subject == CASE_INPUTS, look->show.ascii);
	sheet_row(s);
	if (t->both && !t->equal) {
		sheet_column(s, LABEL);
		sheet_addc(s, ROLE_WARNING,
		           subject == CASE_INPUTS ? "(B's; A was asked something else: tab Input)"
		                                  : "(B's; of A something else was expected: tab Input)");
		sheet_row(s);
	}
}

/* ---------------------------------------------------------------- tabs */

static void lay_errors(struct sheet *s, const struct case_whole *w, bool ascii)
{
	for (int i = 0; i < 2; i++) {
		const struct case_whole_side *side = i ? &w->b : &w->a;
		struct str error = side->detail.res.error;
		/* Where there is no output the error stands in its place. */
		if (!error.len || error.ptr == side->answer.ptr)
			continue;
		sheet_gap(s);
		sheet_row(s);
		lay_labelled(s, i ? "B error" : "A error", error, "", 0, false, ascii);
	}
}

static const char *no_answer(const struct case_whole_side *side)
{
	return !side->repeat ? "not in this run" : side->present ? "no output" : "its record is not in the store";
}

/* Heads of both sides, each with what it answered; where only one has an answer, the other's head alone. */
static void lay_answers(struct sheet *s, const struct case_whole *w, const struct case_show *show)
{
	static const char *const names[] = {"A", "B"};
	const struct case_texts *t = &w->texts[CASE_ANSWERS];
	struct flow heads[2] = {
	    {.cols = s->cols, .ascii = show->ascii},
            {.cols = s->cols, .ascii = show->ascii}
        };
	struct case_show headed = *show;
	headed.heads = heads;
	case_head(&heads[0], &w->a, &w->repeats.a, "A", show->ascii);
	case_head(&heads[1], &w->b, &w->repeats.b, "B", show->ascii);
	if (t->a.ptr && t->b.ptr)
		casediff_lay(s, t, names, &headed);
	for (int side = 0; side < 2 && !(t->a.ptr && t->b.ptr); side++) {
		struct str text = side ? t->b : t->a;
		const struct case_whole_side *of = side ? &w->b : &w->a;
		if (side)
			sheet_row(s);
		if (!text.ptr && of->repeat)
			flow_addc(&heads[side], ROLE_DIM, of->present ? "  no output" : "");
		flow_lay_one(s, &heads[side], 0);
		if (text.ptr) {
			sheet_row(s);
			casediff_text(s, 0, text, 0, show->ascii);
		}
	}
	flow_done(&heads[0]);
	flow_done(&heads[1]);
}

static void lay_people(struct sheet *s, const struct case_whole *w, const struct casetabs_look *look)
{
	marks_lay(s, "on A", w->a.opinions, w->a.n_opinions, look->now_ns);
	marks_lay(s, "on B", w->b.opinions, w->b.n_opinions, look->now_ns);
	if (w->a.n_opinions + w->b.n_opinions)
		sheet_row(s);
}

static void lay_all(struct sheet *s, const struct case_whole *w, const struct casetabs_look *look)
{
	bool ascii = look->show.ascii;
	lay_people(s, w, look);
	lay_reason(s, w, look->tight ? REASON_TIGHT : REASON_ROWS, ascii);
	lay_repeats(s, w);
	lay_traces(s, w, look->tight ? 1 : 2, ascii);
	lay_wordings(s, w, look->tight ? 2 : CASE_WORDINGS, ascii);
	lay_asked(s, w, CASE_INPUTS, "input", "the file gives no input", look);
	lay_asked(s, w, CASE_EXPECTEDS, "expected", "the file gives no expected answer", look);
	if (!look->tight)
		sheet_row(s);
	lay_answers(s, w, &look->show);
	lay_errors(s, w, ascii);
	casescores_lay(s, w, &look->show);
	sheet_gap(s);
	sheet_row(s);
	casescores_figures(s, w, ascii);
}

static void lay_expected(struct sheet *s, const struct case_whole *w, const struct casetabs_look *look)
{
	const struct case_texts *t = casetabs_texts(w, CASE_TAB_EXPECTED, look);
	const char *const names[] = {"expected", look->of_a ? "A answered" : "B answered"};
	sheet_printf(s, ROLE_HEADING, "expected against %s", look->of_a ? "A" : "B");
	sheet_printf(s, ROLE_DIM, "  (%s: against %s)", key_now("x"), look->of_a ? "B" : "A");
	sheet_row(s);
	if (!t->a.ptr)
		sheet_addc(s, ROLE_DIM, "The file gives no expected answer for this case.");
	else if (!t->b.ptr)
		sheet_printf(s, ROLE_DIM, "%s: %s", look->of_a ? "A" : "B", no_answer(look->of_a ? &w->a : &w->b));
	if (!t->a.ptr || !t->b.ptr) {
		sheet_row(s);
		casediff_text(s, 0, t->a.ptr ? t->a : t->b, 0, look->show.ascii);
		return;
	}
	casediff_lay(s, t, names, &look->show);
}

/* A text that both sides have is compared; one that only one side has, shown. */
static void lay_pair(struct sheet *s, const struct case_texts *t, const char *label, const char *none,
                     const struct case_show *show)
{
	static const char *const names[] = {"A", "B"};
	sheet_addc(s, ROLE_HEADING, label);
	if (t->both && t->equal) {
		sheet_addc(s, ROLE_DIM, t->a.len ? "  the same on both sides" : "  empty on both sides");
		sheet_row(s);
		casediff_text(s, 0, readable(t->a, true, &s->arena), 0, show->ascii);
		return;
	}
	if (!t->both) {
		sheet_printf(s, ROLE_DIM, "  %s", t->a.ptr ? "of A; B has none" : t->b.ptr ? "of B; A has none" : none);
		sheet_row(s);
		if (t->a.ptr || t->b.ptr)
			casediff_text(s, 0, readable(t->a.ptr ? t->a : t->b, true, &s->arena), 0, show->ascii);
		return;
	}
	sheet_row(s);
	casediff_lay(s, t, names, show);
}

static void lay_id(struct sheet *s, const char *name, const struct case_whole_side *side)
{
	if (!side->present)
		return;
	sheet_row(s);
	sheet_addc(s, ROLE_HEADING, name);
	sheet_column(s, LABEL);
	sheet_add(s, ROLE_TEXT, side->detail.file);
	if (side->detail.n_origins && side->detail.origins[0].line)
		sheet_printf(s, ROLE_DIM, "  line %llu", (unsigned long long)side->detail.origins[0].line);
	sheet_printf(s, ROLE_DIM, "  " STR_FMT, STR_ARG(side->detail.format));
	if (side->detail.res.trace_id.len) {
		sheet_row(s);
		sheet_column(s, LABEL);
		sheet_addc(s, ROLE_TEXT, "trace ");
		sheet_add(s, ROLE_TEXT, side->detail.res.trace_id);
		sheet_addc(s, ROLE_DIM, side->repeat->trace ? keyed("  ({t})") : "  not in the store");
	}
}

static void lay_metadata(struct sheet *s, const struct case_whole *w, const struct case_show *show)
{
	sheet_addc(s, ROLE_HEADING, "key");
	sheet_column(s, LABEL);
	sheet_add(s, ROLE_TEXT, w->repeats.key);
	if (w->repeats.by_input)
		sheet_addc(s, ROLE_DIM, "  (met by its input: the runs share no keys)");
	lay_id(s, "A", &w->a);
	lay_id(s, "B", &w->b);
	sheet_gap(s);
	sheet_row(s);
	lay_pair(s, &w->texts[CASE_METADATA], "metadata", "none on either side", show);
}

void casetabs_lay(struct sheet *s, int cols, enum case_tab tab, const struct case_whole *w,
                  const struct casetabs_look *look)
{
	sheet_begin(s, cols);
	switch (tab) {
	case CASE_TAB_ALL: lay_all(s, w, look); break;
	case CASE_TAB_EXPECTED: lay_expected(s, w, look); break;
	case CASE_TAB_INPUT:
		lay_pair(s, &w->texts[CASE_INPUTS], "input", "the file gives no input", &look->show);
		if (w->texts[CASE_EXPECTEDS].both && !w->texts[CASE_EXPECTEDS].equal) {
			sheet_gap(s);
			sheet_row(s);
			lay_pair(s, &w->texts[CASE_EXPECTEDS], "expected", "", &look->show);
		}
		break;
	case CASE_TAB_SCORES:
		lay_people(s, w, look);
		casescores_figures(s, w, look->show.ascii);
		if (w->repeats.a.n > 1 || w->repeats.b.n > 1)
			casescores_means(s, w, look->show.ascii);
		casescores_lay(s, w, &look->show);
		break;
	case CASE_TAB_METADATA: lay_metadata(s, w, &look->show); break;
	case CASE_TAB_REPEATS:
	case CASE_TAB_RAW:
	case N_CASE_TABS: break;
	}
}

const struct case_texts *casetabs_texts(const struct case_whole *w, enum case_tab tab, const struct casetabs_look *look)
{
	switch (tab) {
	case CASE_TAB_ALL: return &w->texts[CASE_ANSWERS];
	case CASE_TAB_EXPECTED: return &w->texts[look->of_a ? CASE_EXPECTED_A : CASE_EXPECTED_B];
	case CASE_TAB_INPUT: return &w->texts[CASE_INPUTS];
	case CASE_TAB_METADATA: return &w->texts[CASE_METADATA];
	case CASE_TAB_SCORES:
	case CASE_TAB_REPEATS:
	case CASE_TAB_RAW:
	case N_CASE_TABS: break;
	}
	return NULL;
}

/* ---------------------------------------------------------------- as plain text */

static void copy_text(struct buf *out, const char *label, struct str text)
{
	buf_printf(out, "%s%s:\n", out->len ? "\n\n" : "", label);
	buf_add_str(out, text);
}

static void copy_scores(struct buf *out, const struct case_whole *w)
{
	for (size_t i = 0; i < w->n_scores; i++)
		for (int side = 0; side < 2; side++) {
			const struct score *score = side ? w->scores[i].b : w->scores[i].a;
			struct flow f = {.cols = 80};
			if (!score)
				continue;
			casescores_add(&f, score, true, false);
			buf_printf(out, "%s%s ", out->len ? "\n" : "", side ? "B" : "A");
			buf_add_str(out, score->name);
			buf_add_cstr(out, ": ");
			buf_add_str(out, buf_str(&f.text));
			flow_done(&f);
		}
}

static void copy_pair(struct buf *out, const struct case_texts *t, const char *a, const char *b)
{
	if (t->a.ptr)
		copy_text(out, a, t->a);
	if (t->b.ptr)
		copy_text(out, b, t->b);
}

void casetabs_copy(struct buf *out, const struct case_whole *w, enum case_tab tab, const struct casetabs_look *look)
{
	const struct case_texts *inputs = &w->texts[CASE_INPUTS], *expecteds = &w->texts[CASE_EXPECTEDS];
	switch (tab) {
	case CASE_TAB_ALL:
		buf_add_str(out, w->repeats.title.len ? w->repeats.title : w->repeats.key);
		copy_text(out, "input", inputs->b.ptr ? inputs->b : inputs->a);
		copy_text(out, "expected", expecteds->b.ptr ? expecteds->b : expecteds->a);
		copy_pair(out, &w->texts[CASE_ANSWERS], "A", "B");
		buf_add_cstr(out, "\n");
		copy_scores(out, w);
		break;
	case CASE_TAB_EXPECTED: copy_pair(out, casetabs_texts(w, tab, look), "expected", look->of_a ? "A" : "B"); break;
	case CASE_TAB_INPUT:
		copy_pair(out, inputs, "A input", "B input");
		copy_pair(out, expecteds, "A expected", "B expected");
		break;
	case CASE_TAB_SCORES: copy_scores(out, w); break;
	case CASE_TAB_REPEATS:
		for (size_t i = 0; i < w->n_answers; i++) {
			buf_printf(out, "%sanswer %zu: A %lld times, B %lld times\n", i ? "\n\n" : "", i + 1,
			           (long long)w->answers[i].n_a, (long long)w->answers[i].n_b);
			buf_add_str(out, w->answers[i].text);
		}
		break;
	case CASE_TAB_METADATA: copy_pair(out, &w->texts[CASE_METADATA], "A metadata", "B metadata"); break;
	case CASE_TAB_RAW:
	case N_CASE_TABS: break;
	}
	buf_add_char(out, '\n');
}
