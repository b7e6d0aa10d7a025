/* spoor compare A B --case KEY: one case of two runs whole, as the screen Case shows it. */
#include <stdlib.h>
#include <string.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/query/case_whole.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/compare.h"

struct case_out {
	struct out out;
	struct case_whole w;
	struct buf text;
};

static const char *const subjects[N_CASE_SUBJECTS] = {
    [CASE_ANSWERS] = "answers", [CASE_EXPECTED_A] = "expected_a", [CASE_EXPECTED_B] = "expected_b",
    [CASE_INPUTS] = "inputs",   [CASE_EXPECTEDS] = "expecteds",   [CASE_METADATA] = "metadata"};

/* NULL: the verdicts do not tell. */
static const char *outcome_of(const struct case_whole *w)
{
	enum case_class class_ = case_repeats_class(&w->repeats);
	return class_ == CLASS_SAME ? NULL : case_class_name(class_);
}

/* ---------------------------------------------------------------- --json */

/* Score names may hold any byte: put together by hand, keys quoted. */
static void scores_json(struct jout *j, const struct case_repeats *r, const double *values)
{
	struct buf object = BUF_INIT;
	buf_add_char(&object, '{');
	for (size_t i = 0; i < r->n_scores; i++) {
		buf_add_cstr(&object, i ? "," : "");
		clean_json(&object, r->scores[i]);
		buf_add_char(&object, ':');
		units_double(&object, values[i]);
	}
	buf_add_char(&object, '}');
	jout_raw(j, "scores", buf_str(&object));
	buf_done(&object);
}

static void answer_number(struct jout *j, int64_t answer)
{
	jout_int(j, "answer", answer < 0 ? UNKNOWN_INT : answer + 1);
}

static void repeats_json(struct jout *j, const char *key, const struct case_repeats *r,
                         const struct case_repeats_side *s)
{
	if (!s->n) {
		jout_null(j, key);
		return;
	}
	jout_object(j, key);
	jout_int(j, "count", (int64_t)s->n);
	jout_int(j, "passed", s->passed);
	jout_int(j, "failed", s->failed);
	jout_int(j, "errored", s->errored);
	jout_cstr(j, "status", case_status_name(s->status));
	jout_bool(j, "unstable", s->unstable);
	jout_int(j, "different_answers", (int64_t)s->n_answers);
	jout_object(j, "mean");
	jout_double(j, "latency_ns", s->latency_ns);
	jout_double(j, "cost_usd", s->cost_usd);
	jout_double(j, "tokens_in", s->tokens_in);
	jout_double(j, "tokens_out", s->tokens_out);
	scores_json(j, r, s->scores);
	jout_end(j);
	jout_array(j, "rows");
	for (size_t i = 0; i < s->n; i++) {
		const struct case_repeat *c = &s->at[i];
		jout_object(j, NULL);
		jout_int(j, "repeat", c->at.repeat);
		jout_cstr(j, "status", case_status_name(c->status));
		answer_number(j, c->answer);
		jout_int(j, "latency_ns", c->latency_ns);
		jout_double(j, "cost_usd", c->cost_usd);
		jout_int(j, "tokens_in", c->tokens_in);
		jout_int(j, "tokens_out", c->tokens_out);
		scores_json(j, r, c->scores);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void answers_json(struct jout *j, const struct case_whole *w)
{
	jout_array(j, "answers");
	for (size_t i = 0; i < w->n_answers; i++) {
		jout_object(j, NULL);
		answer_number(j, (int64_t)i);
		jout_int(j, "a", w->answers[i].n_a);
		jout_int(j, "b", w->answers[i].n_b);
		jout_str(j, "output", w->answers[i].text);
		jout_end(j);
	}
	jout_end(j);
}

static void side_json(struct jout *j, const char *key, const struct case_whole_side *s)
{
	const struct case_result *res = &s->detail.res;
	if (!s->repeat) {
		jout_null(j, key);
		return;
	}
	struct buf metadata = BUF_INIT;
	jout_object(j, key);
	jout_int(j, "repeat", s->repeat->at.repeat);
	jout_cstr(j, "status", case_status_name(s->repeat->status));
	jout_bool(j, "record_in_store", s->present);
	jout_str(j, "input", res->input);
	jout_str(j, "expected", res->expected);
	jout_str(j, "output", res->output);
	jout_str(j, "error", res->error);
	jout_int(j, "latency_ns", s->repeat->latency_ns);
	jout_double(j, "cost_usd", s->repeat->cost_usd);
	jout_int(j, "tokens_in", s->repeat->tokens_in);
	jout_int(j, "tokens_out", s->repeat->tokens_out);
	jout_str(j, "trace", res->trace_id);
	jout_bool(j, "trace_in_store", s->repeat->trace > 0);
	out_json_text(&metadata, res->metadata);
	jout_raw(j, "metadata", buf_str(&metadata));
	jout_array(j, "scores");
	for (size_t i = 0; i < res->n_scores; i++)
		out_score(j, &res->scores[i]);
	jout_end(j);
	jout_str(j, "file", s->detail.file);
	jout_int(j, "line",
	         s->detail.n_origins && s->detail.origins[0].line ? (int64_t)s->detail.origins[0].line : UNKNOWN_INT);
	jout_str(j, "format", s->detail.format);
	jout_end(j);
	buf_done(&metadata);
}

static const char *unit_name(enum diff_unit unit)
{
	switch (unit) {
	case DIFF_WORDS: return "words";
	case DIFF_LINES: return "lines";
	case DIFF_WHOLE: return "whole";
	}
	return "";
}

static void json_ops(struct jout *j, const struct json_diff *d)
{
	static const char *const names[] = {[JSON_DIFF_INSIDE] = "inside",
	                                    [JSON_DIFF_SAME] = "same",
	                                    [JSON_DIFF_CHANGED] = "changed",
	                                    [JSON_DIFF_ONLY_A] = "only_a",
	                                    [JSON_DIFF_ONLY_B] = "only_b"};
	jout_array(j, "json");
	for (size_t i = 0; i < d->n; i++) {
		const struct json_diff_op *op = &d->ops[i];
		struct buf path = BUF_INIT, a = BUF_INIT, b = BUF_INIT;
		if (op->kind == JSON_DIFF_INSIDE || op->kind == JSON_DIFF_SAME)
			continue;
		json_diff_path(&path, d, i, op->kind != JSON_DIFF_ONLY_A);
		out_json_text(&a, op->a);
		out_json_text(&b, op->b);
		jout_object(j, NULL);
		jout_cstr(j, "op", names[op->kind]);
		jout_str(j, "path", buf_str(&path));
		jout_raw(j, "a", op->a.ptr ? buf_str(&a) : STR_NONE);
		jout_raw(j, "b", op->b.ptr ? buf_str(&b) : STR_NONE);
		jout_end(j);
		buf_done(&path);
		buf_done(&a);
		buf_done(&b);
	}
	jout_end(j);
}

/* {"equal", "unit", "approximate", "ops": [{"op": "equal" "only_a" "only_b", "text"}], "json": [{"op", "path", "a", "b"}] or null} */
static void texts_json(struct jout *j, const char *key, const struct case_texts *t)
{
	static const char *const names[] = {[DIFF_EQUAL] = "equal", [DIFF_ONLY_A] = "only_a", [DIFF_ONLY_B] = "only_b"};
	if (!t->both) {
		jout_null(j, key);
		return;
	}
	jout_object(j, key);
	jout_bool(j, "equal", t->equal);
	jout_cstr(j, "unit", unit_name(t->words.unit));
	jout_bool(j, "approximate", t->words.approximate);
	jout_int(j, "changes", (int64_t)t->words.n_changes);
	jout_array(j, "ops");
	for (size_t i = 0; i < t->words.n; i++) {
		const struct diff_op *op = &t->words.ops[i];
		jout_object(j, NULL);
		jout_cstr(j, "op", names[op->kind]);
		jout_str(j, "text",
		         op->kind == DIFF_ONLY_B ? str_cut(t->b, op->b_at, op->b_len)
		                                 : str_cut(t->a, op->a_at, op->a_len));
		jout_end(j);
	}
	jout_end(j);
	if (t->is_json)
		json_ops(j, &t->json);
	else
		jout_null(j, "json");
	jout_end(j);
}

static void print_json(struct case_out *o)
{
	const struct case_whole *w = &o->w;
	struct jout j;
	jout_init(&j, &o->text, false);
	jout_object(&j, NULL);
	jout_object(&j, "a");
	out_members(&j, run_columns, &w->run_a);
	jout_end(&j);
	jout_object(&j, "b");
	out_members(&j, run_columns, &w->run_b);
	jout_end(&j);
	jout_object(&j, "case");
	jout_str(&j, "key", w->repeats.key);
	jout_str(&j, "title", w->repeats.title);
	jout_cstr(&j, "paired_by", w->repeats.by_input ? "input" : "key");
	jout_cstr(&j, "outcome", outcome_of(w));
	side_json(&j, "a", &w->a);
	side_json(&j, "b", &w->b);
	jout_object(&j, "repeats");
	repeats_json(&j, "a", &w->repeats, &w->repeats.a);
	repeats_json(&j, "b", &w->repeats, &w->repeats.b);
	answers_json(&j, w);
	jout_end(&j);
	jout_str(&j, "traces_first_differ", w->parts_at);
	jout_str(&j, "traces_differ_in", w->parts_in);
	jout_array(&j, "wordings");
	for (size_t i = 0; i < w->n_wordings; i++) {
		jout_object(&j, NULL);
		jout_cstr(&j, "side", w->wordings[i].of_b ? "b" : "a");
		jout_str(&j, "words", w->wordings[i].words);
		jout_str(&j, "document", w->wordings[i].document);
		jout_end(&j);
	}
	jout_end(&j);
	jout_object(&j, "diff");
	for (int i = 0; i < N_CASE_SUBJECTS; i++)
		texts_json(&j, subjects[i], &w->texts[i]);
	jout_end(&j);
	jout_end(&j);
	jout_end(&j);
	buf_add_char(&o->text, '\n');
}

/* ---------------------------------------------------------------- text and Markdown */

/* Text of a file, over several lines, cleaned; in Markdown inside a block of its own. */
static void add_body(struct case_out *o, struct str text)
{
	if (o->out.form != OUT_MARKDOWN) {
		struct str line;
		while (text.ptr && str_split(&text, '\n', &line)) {
			buf_add_cstr(&o->text, "  ");
			clean_print(&o->text, line, false, o->out.ascii);
			buf_add_char(&o->text, '\n');
		}
		return;
	}
	/* A fence longer than any run of backticks inside. */
	size_t run = 0, most = 2;
	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	buf_add_fill(&o->text, '`', most + 1);
	buf_add_char(&o->text, '\n');
	clean_print(&o->text, text, true, o->out.ascii);
	buf_add_char(&o->text, '\n');
	buf_add_fill(&o->text, '`', most + 1);
	buf_add_char(&o->text, '\n');
}

/* One line of text from a file. */
static void add_line(struct case_out *o, struct str text)
{
	if (o->out.form == OUT_MARKDOWN)
		clean_markdown(&o->text, text);
	else
		clean_print(&o->text, text, false, o->out.ascii);
}

/* A line of the head; in Markdown a point of its list. */
static void add_point(struct case_out *o, struct str text)
{
	buf_add_cstr(&o->text, o->out.form == OUT_MARKDOWN ? "- " : "");
	add_line(o, text);
	buf_add_char(&o->text, '\n');
}

static void add_heading(struct case_out *o, const char *heading)
{
	buf_printf(&o->text, o->out.form == OUT_MARKDOWN ? "\n**%s**\n\n" : "\n%s\n", heading);
}

static void add_section(struct case_out *o, const char *heading, struct str text, const char *none)
{
	if (!text.len && !none)
		return;
	add_heading(o, heading);
	add_body(o, text.len ? text : text.ptr ? STR_LIT("(empty)") : str_of(none));
}

/* Both texts in one: [-only A-]{+only B+}. */
static void add_diff(struct case_out *o, const char *heading, const struct case_texts *t)
{
	struct buf text = BUF_INIT, head = BUF_INIT;
	if (!t->both || t->equal) {
		add_section(o, heading, t->both ? t->a : STR_NONE, NULL);
		return;
	}
	for (size_t i = 0; i < t->words.n; i++) {
		const struct diff_op *op = &t->words.ops[i];
		const char *const marks[][2] = {
		    [DIFF_EQUAL] = {"",   ""  },
                      [DIFF_ONLY_A] = {"[-", "-]"},
                      [DIFF_ONLY_B] = {"{+", "+}"}
                };
		buf_add_cstr(&text, marks[op->kind][0]);
		buf_add_str(&text, op->kind == DIFF_ONLY_B ? str_cut(t->b, op->b_at, op->b_len)
		                                           : str_cut(t->a, op->a_at, op->a_len));
		buf_add_cstr(&text, marks[op->kind][1]);
	}
	buf_printf(&head, "%s (%zu change%s%s)", heading, t->words.n_changes, t->words.n_changes == 1 ? "" : "s",
	           t->words.unit == DIFF_WORDS   ? ""
	           : t->words.unit == DIFF_LINES ? ", too long for words: by lines"
	                                         : ", too long to compare");
	add_section(o, buf_cstr(&head), buf_str(&text), NULL);
	buf_done(&text);
	buf_done(&head);
}

static void add_figures(struct buf *to, const struct case_repeat *r, bool ascii)
{
	if (r->latency_ns != UNKNOWN_INT) {
		buf_add_cstr(to, "  ");
		units_duration(to, r->latency_ns, ascii);
	}
	if (!IS_UNKNOWN(r->cost_usd)) {
		buf_add_cstr(to, "  ");
		units_usd(to, r->cost_usd);
	}
	if (r->tokens_in != UNKNOWN_INT || r->tokens_out != UNKNOWN_INT) {
		buf_add_cstr(to, "  ");
		out_tokens(to, r->tokens_in, r->tokens_out);
		buf_add_cstr(to, " tok");
	}
}

/* "A  passed  repeat 2 of 3 (2 of 3 passed: unstable)  4.63s  $0.0412" */
static void add_side(struct case_out *o, const char *name, const struct case_whole_side *s,
                     const struct case_repeats_side *all)
{
	struct buf line = BUF_INIT;
	buf_printf(&line, "%s  %s", name, s->repeat ? case_status_name(s->repeat->status) : "not in this run");
	if (s->repeat && all->n > 1) {
		buf_printf(&line, "  repeat %lld (", (long long)s->repeat->at.repeat + 1);
		case_repeats_words(&line, all);
		buf_printf(&line, "; %zu different answer%s)", all->n_answers, all->n_answers == 1 ? "" : "s");
	}
	if (s->repeat)
		add_figures(&line, s->repeat, o->out.ascii);
	add_point(o, buf_str(&line));
	buf_done(&line);
}

static void add_score(struct buf *to, const struct score *s)
{
	if (!s) {
		buf_add_cstr(to, "–");
		return;
	}
	buf_add_cstr(to, s->pass == 1 ? "pass " : s->pass == 0 ? "FAIL " : "");
	if (!IS_UNKNOWN(s->value))
		units_score(to, s->value);
	if (s->label.len) {
		buf_add_cstr(to, IS_UNKNOWN(s->value) ? "" : " ");
		buf_add_str(to, s->label);
	}
	if (!IS_UNKNOWN(s->threshold)) {
		buf_add_cstr(to, " needs ");
		units_score(to, s->threshold);
	}
	if (s->explanation.len) {
		buf_add_cstr(to, "  ");
		buf_add_str(to, s->explanation);
	}
}

static void add_scores(struct case_out *o)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < o->w.n_scores; i++) {
		const struct case_score_pair *p = &o->w.scores[i];
		const struct score *any = p->b ? p->b : p->a;
		buf_add_cstr(&text, text.len ? "\n" : "");
		buf_add_str(&text, any->name);
		if (any->source != SOURCE_UNKNOWN)
			buf_printf(&text, "  %s", score_source_name(any->source));
		if (any->judge_model.len)
			buf_printf(&text, " " STR_FMT, STR_ARG(str_cut(any->judge_model, 0, 100)));
		buf_add_cstr(&text, "\n  A ");
		add_score(&text, p->a);
		buf_add_cstr(&text, "\n  B ");
		add_score(&text, p->b);
	}
	add_section(o, "scores", buf_str(&text), NULL);
	buf_done(&text);
}

static void add_repeat_cell(struct buf *to, const struct case_repeats_side *side, int64_t number, bool ascii)
{
	size_t i = case_repeat_index(side, number);
	if (i == SIZE_MAX) {
		buf_add_cstr(to, "–");
		return;
	}
	buf_add_cstr(to, case_status_name(side->at[i].status));
	if (side->at[i].answer >= 0)
		buf_printf(to, ", answer %lld", (long long)side->at[i].answer + 1);
	add_figures(to, &side->at[i], ascii);
}

/* A row a number; then each answer once. */
static void add_repeats(struct case_out *o)
{
	enum { CELL = 52 };
	const struct case_repeats *r = &o->w.repeats;
	struct buf text = BUF_INIT;
	if (r->a.n <= 1 && r->b.n <= 1)
		return;
	for (int64_t number = 0, seen = 0; seen < (int64_t)(r->a.n + r->b.n) && number <= CASE_REPEATS_MOST; number++) {
		size_t a = case_repeat_index(&r->a, number), b = case_repeat_index(&r->b, number);
		if (a == SIZE_MAX && b == SIZE_MAX)
			continue;
		seen += (a != SIZE_MAX) + (b != SIZE_MAX);
		struct buf cell = BUF_INIT;
		add_repeat_cell(&cell, &r->a, number, o->out.ascii);
		buf_printf(&text, "%s%-4lld A %s", text.len ? "\n" : "", (long long)number + 1, buf_cstr(&cell));
		int cols = text_cols(buf_str(&cell));
		buf_add_fill(&text, ' ', cols < CELL ? (size_t)(CELL - cols) : 2);
		buf_clear(&cell);
		add_repeat_cell(&cell, &r->b, number, o->out.ascii);
		buf_printf(&text, "B %s", buf_cstr(&cell));
		buf_done(&cell);
	}
	add_section(o, "repeats", buf_str(&text), NULL);
	for (size_t i = 0; i < o->w.n_answers; i++) {
		const struct case_answer *answer = &o->w.answers[i];
		buf_clear(&text);
		buf_printf(&text, "answer %zu: A %lldx, B %lldx", i + 1, (long long)answer->n_a,
		           (long long)answer->n_b);
		add_section(o, buf_cstr(&text), answer->text, "(not read)");
	}
	buf_done(&text);
}

static void add_run(struct buf *to, const struct run_row *run)
{
	buf_add_str(to, run->name.len ? run->name : run->text);
	if (run->model.len)
		buf_printf(to, ", " STR_FMT, STR_ARG(str_cut(run->model, 0, 200)));
}

static void add_head(struct case_out *o)
{
	const struct case_whole *w = &o->w;
	const char *outcome = outcome_of(w);
	struct buf line = BUF_INIT;
	buf_add_cstr(&o->text, o->out.form == OUT_MARKDOWN ? "### " : "");
	add_line(o, w->repeats.title.len ? w->repeats.title : w->repeats.key);
	buf_add_cstr(&o->text, o->out.form == OUT_MARKDOWN ? "\n\n" : "\n");
	buf_printf(&line, "%s%skey " STR_FMT "; A ", outcome ? outcome : "", outcome ? "; " : "",
	           STR_ARG(out_short(w->repeats.key)));
	add_run(&line, &w->run_a);
	buf_add_cstr(&line, "; B ");
	add_run(&line, &w->run_b);
	add_line(o, buf_str(&line));
	buf_add_cstr(&o->text, "\n\n");
	add_side(o, "A", &w->a, &w->repeats.a);
	add_side(o, "B", &w->b, &w->repeats.b);
	if (w->parts_at.len) {
		buf_clear(&line);
		buf_add_cstr(&line, "traces: ");
		buf_add_str(&line, w->parts_at);
		buf_add_cstr(&line, " (");
		buf_add_str(&line, w->parts_in);
		buf_add_char(&line, ')');
		add_point(o, buf_str(&line));
	}
	for (size_t i = 0; i < w->n_wordings; i++) {
		buf_clear(&line);
		buf_add_cstr(&line, "wording: \"");
		buf_add_str(&line, w->wordings[i].words);
		buf_add_cstr(&line, "\" stands in ");
		buf_add_str(&line, w->wordings[i].document);
		buf_printf(&line, ", which only %s retrieved", w->wordings[i].of_b ? "B" : "A");
		add_point(o, buf_str(&line));
	}
	buf_done(&line);
}

static void print_text(struct case_out *o)
{
	const struct case_whole *w = &o->w;
	const struct case_texts *inputs = &w->texts[CASE_INPUTS], *expecteds = &w->texts[CASE_EXPECTEDS],
	                        *answers = &w->texts[CASE_ANSWERS];
	add_head(o);
	if (inputs->both && !inputs->equal)
		add_diff(o, "input", inputs);
	else
		add_section(o, "input", inputs->b.ptr ? inputs->b : inputs->a, "(the file gives none)");
	if (expecteds->both && !expecteds->equal)
		add_diff(o, "expected", expecteds);
	else
		add_section(o, "expected", expecteds->b.ptr ? expecteds->b : expecteds->a, "(the file gives none)");
	if (answers->both && answers->equal) {
		add_section(o, "A and B answered the same", answers->a, "");
	} else if (answers->both) {
		add_diff(o, "answers", answers);
	} else {
		add_section(o, "A answered", answers->a, w->a.present ? "(no output)" : NULL);
		add_section(o, "B answered", answers->b, w->b.present ? "(no output)" : NULL);
	}
	for (int side = 0; side < 2; side++) {
		const struct case_whole_side *s = side ? &w->b : &w->a;
		if (s->detail.res.error.ptr != s->answer.ptr)
			add_section(o, side ? "B error" : "A error", s->detail.res.error, NULL);
	}
	add_scores(o);
	add_repeats(o);
}

/* ---------------------------------------------------------------- the command */

/* "2,1": numbers from 1; a side may be left empty. */
static bool read_pick(const char *text, int64_t numbers[2], struct err *err)
{
	struct str rest = str_of(text), word;
	numbers[0] = numbers[1] = UNKNOWN_INT;
	for (int i = 0; rest.ptr && str_split(&rest, ',', &word); i++) {
		int64_t n;
		if (!word.len && i < 2)
			continue;
		if (i > 1 || !scan_int64(word, &n) || n < 1)
			return err_set(err, ERR_USAGE, NULL, "--pick is A,B: two numbers of repeats, from 1, not %.60s",
			               text);
		numbers[i] = n - 1;
	}
	return true;
}

static bool has_number(const struct case_repeats_side *side, const char *name, int64_t number, struct err *err)
{
	if (number == UNKNOWN_INT || case_repeat_index(side, number) != SIZE_MAX)
		return true;
	return err_set(err, ERR_USAGE, NULL, "%s has no repeat %lld of this case (it has %zu)", name,
	               (long long)number + 1, side->n);
}

static bool load(struct db *db, const struct command_line *line, struct case_out *o, struct err *err)
{
	int64_t a, b, id, numbers[2];
	return read_pick(cmd_option(line, "pick"), numbers, err) && runs_find(db, str_of(line->args[0]), &a, err) &&
	       runs_find(db, str_of(line->args[1]), &b, err) &&
	       case_find(db, a, b, str_of(cmd_option(line, "case")), &id, err) &&
	       case_whole_load(db, a, b, id, numbers[0], numbers[1], &o->w, err) &&
	       has_number(&o->w.repeats.a, "A", numbers[0], err) && has_number(&o->w.repeats.b, "B", numbers[1], err);
}

int compare_case_main(const struct command_line *line, struct err *err)
{
	struct case_out o = {.text = BUF_INIT};
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	out_init(&o.out, line);
	if (ok) {
		ok = load(db, line, &o, err);
		db_end_read(db);
	}
	if (ok && o.out.form == OUT_JSON_)
		print_json(&o);
	else if (ok)
		print_text(&o);
	ok = ok && out_flush(&o.text, err);
	db_close(db);
	case_whole_done(&o.w);
	buf_done(&o.text);
	return ok ? 0 : err_exit_code(err->code);
}
