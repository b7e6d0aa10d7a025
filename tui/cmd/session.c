/* spoor session ID: all traces of one conversation, turn by turn.
 *
 * --json: {"session", "turns", "start", "end", "busy_ns", "spans", "errors", "failed_turns", "llm_calls", "tool_calls", "tokens_in",
 * "tokens_out", "cost_usd", "cost_estimated", "scores": […], "conversation": [{"turn", "trace", "name", "start", "duration_ns", "gap_ns",
 * "status", "errors", "user", "answer", "user_span", "answer_span", "steps": [{"kind", "name", "calls", "errors", "documents",
 * "same_arguments", "duration_ns"}], "spans", "spans_looked_at", "llm_calls", "tool_calls", "tokens_in", "tokens_out", "cost_usd",
 * "cost_estimated", "sum_tokens", "sum_cost_usd", "scores": [{"name", "value", "label", "pass"}], "findings": ["slow-trace"]}]}. gap_ns: from the latest end before
 * to its start. user, answer: whole. */
#include "store/query/session.h"

#include "store/base/clean.h"
#include "store/base/text.h"
#include "store/span_row.h"
#include "tui/cmd/cmds.h"

/* clang-format off */
static const struct option_row session_options[] = {
	{"limit", 'n', OPTION_INT, "N", "at most N turns"},
	{"offset", 0, OPTION_INT, "N", "leave out the first N turns"},
	{"whole", 0, OPTION_FLAG, NULL, "texts whole, each call on a line"},
	{"markdown", 0, OPTION_FLAG, NULL, "as a Markdown document, texts whole"},
	{.name = NULL},
};
/* clang-format on */

enum { LABEL_COLS = 8, INDENT = 4, SHORT_COLS = 100 };

struct telling {
	struct db *db;
	struct out out;
	struct session session;
	struct block_cache *blocks;
	struct buf text;
	struct jout j;
	bool whole, markdown;
	int64_t offset, limit;
};

/* ---------------------------------------------------------------- figures */

static int64_t tokens_of(int64_t in, int64_t out)
{
	return in == UNKNOWN_INT ? out : out == UNKNOWN_INT ? in : in + out;
}

static void add_tokens(struct buf *to, int64_t in, int64_t out)
{
	int64_t both = tokens_of(in, out);
	if (both == UNKNOWN_INT)
		return;
	buf_add_cstr(to, ", ");
	units_count(to, both);
	buf_add_cstr(to, " tokens");
}

static void add_cost(struct buf *to, double usd, bool about)
{
	if (IS_UNKNOWN(usd))
		return;
	buf_add_cstr(to, ", ");
	(about ? units_usd_about : units_usd)(to, usd);
}

static void add_scores(const struct telling *t, struct buf *to, const struct trace_row *row)
{
	size_t before = to->len;
	for (size_t i = 0; i < row->n_scores; i++) {
		const struct trace_score *s = &row->scores[i];
		if (trace_is_finding(row, s->name))
			continue;
		buf_add_cstr(to, to->len > before ? ", " : "");
		out_text(&t->out, to, s->name, 40);
		buf_add_char(to, ' ');
		if (!IS_UNKNOWN(s->value))
			units_score(to, s->value);
		if (s->label.len) {
			buf_add_cstr(to, IS_UNKNOWN(s->value) ? "" : " ");
			out_text(&t->out, to, s->label, 40);
		}
		buf_add_cstr(to, s->pass == 0 ? " FAIL" : "");
	}
}

/* "2 LLM calls, search-policies 4 documents, get_balance ×3 !same". */
static void add_steps(const struct telling *t, struct buf *to, const struct session_turn *turn)
{
	struct buf words = BUF_INIT;
	if (turn->row.llm_calls)
		buf_printf(&words, "%lld LLM call%s", (long long)turn->row.llm_calls,
		           turn->row.llm_calls == 1 ? "" : "s");
	for (size_t i = 0; i < turn->n_steps; i++) {
		buf_add_cstr(&words, words.len ? ", " : "");
		session_step_words(&words, &turn->steps[i], t->out.ascii);
	}
	if (turn->looked_at < turn->row.n)
		buf_printf(&words, " (of the first %lld of %lld spans)", (long long)turn->looked_at,
		           (long long)turn->row.n);
	out_text(&t->out, to, buf_str(&words), 0);
	buf_done(&words);
}

static void add_head(struct telling *t, struct buf *to)
{
	const struct session *s = &t->session;
	units_thousands(to, s->total);
	buf_add_cstr(to, s->total == 1 ? " turn" : " turns");
	if (s->first_ns != TIME_UNKNOWN) {
		buf_add_cstr(to, ", ");
		units_time(to, s->first_ns, t->out.now_ns);
		buf_add_cstr(to, t->out.ascii ? " - " : " – ");
		units_time(to, s->last_ns, t->out.now_ns);
	}
	if (s->busy_ns != UNKNOWN_INT) {
		buf_add_cstr(to, ", ");
		units_duration(to, s->busy_ns, t->out.ascii);
		buf_add_cstr(to, " in all turns");
	}
	add_tokens(to, s->tokens_in, s->tokens_out);
	add_cost(to, s->cost_usd, s->about);
	if (s->failed)
		buf_printf(to, ", %lld with errors", (long long)s->failed);
}

/* ---------------------------------------------------------------- text */

static void print_lines(struct telling *t, const char *label, struct str text)
{
	struct str rest = str_trim(text), line;
	if (!rest.len)
		return;
	for (bool first = true; str_split(&rest, '\n', &line); first = false) {
		buf_printf(&t->text, "%*s%-*s", INDENT, "", LABEL_COLS, first ? label : "");
		out_text(&t->out, &t->text, line, t->whole ? 0 : t->out.cols ? t->out.cols - INDENT - LABEL_COLS : 0);
		buf_add_char(&t->text, '\n');
	}
}

static void print_calls(struct telling *t, const struct session_turn *turn)
{
	for (size_t i = 0; i < turn->n_calls; i++) {
		const struct session_call *c = &turn->calls[i];
		buf_printf(&t->text, "%*s%-*s%-5s ", INDENT, "", LABEL_COLS, "", kind_short(c->kind));
		out_text(&t->out, &t->text, c->name.len ? c->name : STR_LIT("(no name)"), 60);
		buf_add_cstr(&t->text, "  ");
		units_duration(&t->text, c->duration_ns, t->out.ascii);
		if (c->status == STATUS_ERROR) {
			buf_add_cstr(&t->text, "  error ");
			out_text(&t->out, &t->text, c->message, 100);
		}
		buf_add_char(&t->text, '\n');
	}
	if (turn->more_calls)
		buf_printf(&t->text, "%*sand %lld more\n", INDENT + LABEL_COLS, "", (long long)turn->more_calls);
}

static void print_turn(struct telling *t, size_t i, const struct session_turn *turn)
{
	const struct session_mark *m = &t->session.turns[i];
	struct buf line = BUF_INIT, gap = BUF_INIT;
	session_gap_words(&gap, m->gap_ns, t->out.ascii);
	buf_printf(&t->text, "%s%zu  ", i > (size_t)t->offset ? "\n" : "", i + 1);
	units_time(&t->text, m->start_ns, t->out.now_ns);
	if (gap.len)
		buf_printf(&t->text, " (%s)", buf_cstr(&gap));
	buf_add_cstr(&t->text, "  ");
	out_text(&t->out, &t->text, turn->row.name, 40);
	buf_add_cstr(&t->text, "  ");
	units_duration(&t->text, turn->row.duration_ns, t->out.ascii);
	add_tokens(&t->text, turn->row.tokens_in, turn->row.tokens_out);
	add_cost(&t->text, turn->row.cost_usd, turn->row.usage & TRACE_COST_ESTIMATED);
	if (!IS_UNKNOWN(m->sum_cost) && i > 0) {
		buf_add_cstr(&t->text, " (so far ");
		(m->about ? units_usd_about : units_usd)(&t->text, m->sum_cost);
		buf_add_char(&t->text, ')');
	}
	buf_add_cstr(&t->text, turn->row.errors || turn->row.status == STATUS_ERROR ? "  error" : "");
	buf_add_cstr(&t->text, "\n");
	print_lines(t, "user", turn->user);
	add_steps(t, &line, turn);
	print_lines(t, "did", buf_str(&line));
	print_calls(t, turn);
	print_lines(t, "answer", turn->answer);
	buf_clear(&line);
	add_scores(t, &line, &turn->row);
	print_lines(t, "scores", buf_str(&line));
	print_lines(t, "found", turn->row.findings);
	print_lines(t, "trace", turn->row.text);
	buf_done(&line);
	buf_done(&gap);
}

/* ---------------------------------------------------------------- Markdown */

/* Text of a person as a quotation: nothing in it can act as Markdown of ours. */
static void quote(struct telling *t, const char *who, struct str text)
{
	struct str rest = str_trim(text), line;
	if (!rest.len)
		return;
	buf_printf(&t->text, "**%s**\n\n", who);
	while (str_split(&rest, '\n', &line)) {
		buf_add_cstr(&t->text, "> ");
		clean_markdown(&t->text, line);
		buf_add_cstr(&t->text, "  \n");
	}
	buf_add_char(&t->text, '\n');
}

static void markdown_turn(struct telling *t, size_t i, const struct session_turn *turn)
{
	const struct session_mark *m = &t->session.turns[i];
	struct buf line = BUF_INIT;
	buf_printf(&t->text, "## Turn %zu: ", i + 1);
	clean_markdown(&t->text, turn->row.name.len ? turn->row.name : turn->row.text);
	buf_add_cstr(&t->text, "\n\n");
	units_iso_print(&line, m->start_ns);
	if (line.len)
		buf_add_cstr(&line, ", ");
	units_duration(&line, turn->row.duration_ns, false);
	add_tokens(&line, turn->row.tokens_in, turn->row.tokens_out);
	add_cost(&line, turn->row.cost_usd, turn->row.usage & TRACE_COST_ESTIMATED);
	buf_printf(&t->text, "%s, trace ", buf_cstr(&line));
	clean_markdown(&t->text, turn->row.text);
	buf_add_cstr(&t->text, "\n\n");
	quote(t, "User", turn->user);
	buf_clear(&line);
	add_steps(t, &line, turn);
	if (line.len) {
		buf_add_cstr(&t->text, "*Did:* ");
		clean_markdown(&t->text, buf_str(&line));
		buf_add_cstr(&t->text, "\n\n");
	}
	quote(t, "Answer", turn->answer);
	buf_clear(&line);
	add_scores(t, &line, &turn->row);
	if (line.len) {
		buf_add_cstr(&t->text, "*Scores:* ");
		clean_markdown(&t->text, buf_str(&line));
		buf_add_cstr(&t->text, "\n\n");
	}
	if (turn->row.findings.len) {
		buf_add_cstr(&t->text, "*Found by checks:* ");
		clean_markdown(&t->text, turn->row.findings);
		buf_add_cstr(&t->text, "\n\n");
	}
	buf_done(&line);
}

/* ---------------------------------------------------------------- JSON */

static void json_score(struct jout *j, struct str name, double value, struct str label, int pass)
{
	jout_object(j, NULL);
	jout_str(j, "name", name);
	jout_double(j, "value", value);
	jout_str(j, "label", label);
	if (pass < 0)
		jout_null(j, "pass");
	else
		jout_bool(j, "pass", pass);
	jout_end(j);
}

static void json_turn(struct telling *t, size_t i, const struct session_turn *turn)
{
	const struct session_mark *m = &t->session.turns[i];
	const struct trace_row *row = &turn->row;
	struct jout *j = &t->j;
	jout_object(j, NULL);
	jout_int(j, "turn", (int64_t)i + 1);
	jout_str(j, "trace", row->text);
	jout_str(j, "name", row->name);
	jout_time(j, "start", row->start_ns);
	jout_int(j, "duration_ns", row->duration_ns);
	jout_int(j, "gap_ns", m->gap_ns);
	jout_cstr(j, "status", status_name(row->status));
	jout_int(j, "errors", row->errors);
	jout_str(j, "user", turn->user);
	jout_str(j, "answer", turn->answer);
	jout_str(j, "user_span", turn->user_id);
	jout_str(j, "answer_span", turn->answer_id);
	jout_array(j, "steps");
	for (size_t k = 0; k < turn->n_steps; k++) {
		const struct session_step *s = &turn->steps[k];
		jout_object(j, NULL);
		jout_cstr(j, "kind", kind_name(s->kind));
		jout_str(j, "name", s->name);
		jout_int(j, "calls", s->n);
		jout_int(j, "errors", s->errors);
		jout_int(j, "documents", s->documents < 0 ? UNKNOWN_INT : s->documents);
		jout_bool(j, "same_arguments", s->same);
		jout_int(j, "duration_ns", s->duration_ns);
		jout_end(j);
	}
	jout_end(j);
	jout_int(j, "spans", row->spans);
	jout_int(j, "spans_looked_at", turn->looked_at);
	jout_int(j, "llm_calls", row->llm_calls);
	jout_int(j, "tool_calls", row->tool_calls);
	jout_int(j, "tokens_in", row->tokens_in);
	jout_int(j, "tokens_out", row->tokens_out);
	jout_double(j, "cost_usd", row->cost_usd);
	jout_bool(j, "cost_estimated", !IS_UNKNOWN(row->cost_usd) && (row->usage & TRACE_COST_ESTIMATED));
	jout_int(j, "sum_tokens", m->sum_tokens);
	jout_double(j, "sum_cost_usd", m->sum_cost);
	jout_array(j, "scores");
	for (size_t k = 0; k < row->n_scores; k++)
		if (!trace_is_finding(row, row->scores[k].name))
			json_score(j, row->scores[k].name, row->scores[k].value, row->scores[k].label,
			           row->scores[k].pass);
	jout_end(j);
	jout_array(j, "findings");
	struct str rest = row->findings, name;
	while (rest.len && str_split(&rest, ',', &name))
		jout_str(j, NULL, name);
	jout_end(j);
	jout_end(j);
}

static void json_head(struct telling *t)
{
	const struct session *s = &t->session;
	struct jout *j = &t->j;
	jout_init(j, &t->text, false);
	jout_object(j, NULL);
	jout_str(j, "session", s->text.len ? s->text : STR_NONE);
	jout_int(j, "turns", s->total);
	jout_time(j, "start", s->first_ns);
	jout_time(j, "end", s->last_ns);
	jout_int(j, "busy_ns", s->busy_ns);
	jout_int(j, "spans", s->spans);
	jout_int(j, "errors", s->errors);
	jout_int(j, "failed_turns", s->failed);
	jout_int(j, "llm_calls", s->llm_calls);
	jout_int(j, "tool_calls", s->tool_calls);
	jout_int(j, "tokens_in", s->tokens_in);
	jout_int(j, "tokens_out", s->tokens_out);
	jout_double(j, "cost_usd", s->cost_usd);
	jout_bool(j, "cost_estimated", s->about);
	jout_array(j, "scores");
	for (size_t i = 0; i < s->n_scores; i++)
		json_score(j, s->scores[i].name, s->scores[i].value, s->scores[i].label, s->scores[i].pass);
	jout_end(j);
	jout_array(j, "conversation");
}

/* ---------------------------------------------------------------- all of it */

static void print_head(struct telling *t)
{
	struct buf head = BUF_INIT;
	struct str name = t->session.text.len ? t->session.text : STR_LIT("(none: one trace)");
	if (t->out.form == OUT_JSON_) {
		json_head(t);
		return;
	}
	add_head(t, &head);
	buf_add_cstr(&t->text, t->markdown ? "# Session " : "session ");
	if (t->markdown)
		clean_markdown(&t->text, name);
	else
		out_text(&t->out, &t->text, name, 0);
	buf_printf(&t->text, "%s%s\n\n", t->markdown ? "\n\n" : ": ", buf_cstr(&head));
	buf_done(&head);
}

static bool tell(struct telling *t, struct err *err)
{
	bool ok = true;
	size_t from = t->offset > (int64_t)t->session.n ? t->session.n : (size_t)t->offset, end = t->session.n;
	if (t->limit >= 0 && (uint64_t)t->limit < end - from)
		end = from + (size_t)t->limit;
	print_head(t);
	for (size_t i = from; ok && i < end; i++) {
		struct session_turn turn;
		ok = session_turn(t->db, t->blocks, t->session.turns[i].trace, t->whole, &turn, err);
		if (ok && t->out.form == OUT_JSON_)
			json_turn(t, i, &turn);
		else if (ok && t->markdown)
			markdown_turn(t, i, &turn);
		else if (ok)
			print_turn(t, i, &turn);
		session_turn_done(&turn);
		ok = ok && out_stream(&t->text, err);
	}
	if (ok && t->out.form == OUT_JSON_) {
		jout_end(&t->j);
		jout_end(&t->j);
		buf_add_char(&t->text, '\n');
	} else if (ok && end < (size_t)t->session.total) {
		buf_printf(&t->text, "\nturns %zu to %zu of %lld (--limit N, --offset N)\n", from + 1, end,
		           (long long)t->session.total);
	}
	return ok && out_flush(&t->text, err);
}

static int session_main(const struct command_line *line, struct err *err)
{
	struct telling t = {.markdown = cmd_flag(line, "markdown")};
	int64_t trace = 0;
	out_init(&t.out, line);
	t.whole = cmd_flag(line, "whole") || t.markdown || t.out.form == OUT_JSON_;
	bool ok = cmd_int(line, "limit", -1, &t.limit, err) && cmd_int(line, "offset", 0, &t.offset, err);
	if (ok && (t.limit < -1 || t.offset < 0))
		ok = err_set(err, ERR_USAGE, NULL, "--limit and --offset cannot be negative");
	ok = ok && (t.db = cmd_store(line, DB_READ, err)) != NULL && db_begin_read(t.db, err);
	if (ok) {
		t.blocks = block_cache_new(t.db);
		ok = session_find(t.db, str_of(line->args[0]), &trace, err) &&
		     session_open(t.db, trace, &t.session, err) && tell(&t, err);
		block_cache_free(t.blocks);
		db_end_read(t.db);
	}
	session_done(&t.session);
	buf_done(&t.text);
	db_close(t.db);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_session = {
    .name = "session",
    .operands = "SESSION",
    .help = "all traces of one session as one conversation",
    .more = "SESSION is a session's id or an unambiguous prefix of it, or that of one of its traces; a trace without a "
            "session is\n"
            "a conversation of one turn. Turns come in the order of their time: what the user said, what was done "
            "about it\n"
            "in short, the answer, scores; with the time between turns and the cost so far.",
    .min_args = 1,
    .max_args = 1,
    .options = session_options,
    .run = session_main,
};
