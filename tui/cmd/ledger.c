/* spoor ledger TRACE: what each model call of a trace carried, where it first appeared, how often it was re-sent and what that cost.
 *
 * --json: {"trace", "calls": [{"span", "name", "start", "duration_ns", "model", "tokens_in", "guessed", "tokens_new", "tokens_resent", "tokens_cached",
 * "tokens_out", "cost_usd", "cost_estimated", "input_usd", "output_usd", "tokens_in_so_far", "usd_so_far", "pieces": [{"piece", "tokens", "tokens_new"}]}],
 * "pieces": [{"kind", "name", "preview", "bytes", "tokens", "sent", "cost_usd", "first_call", "first_span", "said"}], "tokens_in", "tokens_stated",
 * "tokens_new", "tokens_resent", "tokens_cached", "tokens_out", "input_usd", "output_usd", "trace_tokens_in", "trace_cost_usd", "times",
 * "usd_at_times", "model", "usd_on_model", "usd_on_model_at_times", "partial"}. pieces of a call: places in "pieces", in the order of its input; first_call: place in
 * "calls"; said: it was said by a call (first_span) before it was sent. tokens of pieces are apportioned by bytes. */
#include "store/query/ledger.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { TIMES = 10, TIMES_MOST = 1000000000, PIECES_SHOWN = 40 };

/* clang-format off */
static const struct option_row ledger_options[] = {
	{"times", 0, OPTION_INT, "N", "what it would cost at N times the volume (10)"},
	{"model", 'm', OPTION_TEXT, "MODEL", "what the same calls would cost on another model, at its newest list price"},
	{"all", 'a', OPTION_FLAG, NULL, "all pieces, not only the 40 dearest"},
	{.name = NULL},
};
/* clang-format on */

struct printing {
	struct out out;
	struct trace_row row;
	struct arena arena;
	struct ledger l;
	int64_t times;
	const char *model; /* NULL: none */
	double on_model;
	bool all;
	struct buf text;
};

static double total(const struct ledger *l)
{
	return l->calls.n ? l->input_usd + l->output_usd : UNKNOWN_DOUBLE;
}

/* ---------------------------------------------------------------- JSON */

static void json_call(struct jout *j, const struct ledger_call *c)
{
	const struct ledger_call_in *in = &c->said;
	jout_object(j, NULL);
	jout_str(j, "span", in->id);
	jout_str(j, "name", in->name);
	jout_time(j, "start", in->start_ns);
	jout_int(j, "duration_ns", in->duration_ns);
	jout_str(j, "model", in->model);
	jout_int(j, "tokens_in", c->tokens_in);
	jout_bool(j, "guessed", c->guessed);
	jout_int(j, "tokens_new", c->fresh);
	jout_int(j, "tokens_resent", c->tokens_in - c->fresh);
	jout_int(j, "tokens_cached", in->tokens_cached);
	jout_int(j, "tokens_out", in->tokens_out);
	jout_double(j, "cost_usd", in->cost_usd);
	jout_bool(j, "cost_estimated", in->estimated);
	jout_double(j, "input_usd", c->input_usd);
	jout_double(j, "output_usd", c->output_usd);
	jout_int(j, "tokens_in_so_far", c->tokens_so_far);
	jout_double(j, "usd_so_far", c->usd_so_far);
	jout_array(j, "pieces");
	for (size_t i = 0; i < c->n_items; i++) {
		jout_object(j, NULL);
		jout_int(j, "piece", c->items[i].piece);
		jout_int(j, "tokens", c->items[i].tokens);
		jout_int(j, "tokens_new", c->items[i].fresh);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void json_piece(struct jout *j, const struct ledger_piece *p)
{
	jout_object(j, NULL);
	jout_cstr(j, "kind", ledger_kind_name(p->kind));
	jout_str(j, "name", p->name);
	jout_str(j, "preview", p->preview);
	jout_int(j, "bytes", (int64_t)p->bytes);
	jout_int(j, "tokens", p->tokens);
	jout_int(j, "sent", p->sent);
	jout_double(j, "cost_usd", p->cost_usd);
	jout_int(j, "first_call", p->first);
	jout_str(j, "first_span", p->span_id);
	jout_bool(j, "said", p->said);
	jout_end(j);
}

static void json_sums(struct printing *p, struct jout *j)
{
	const struct ledger *l = &p->l;
	jout_int(j, "tokens_in", l->tokens_in);
	jout_int(j, "tokens_stated", l->stated);
	jout_int(j, "tokens_new", l->fresh);
	jout_int(j, "tokens_resent", l->tokens_in - l->fresh);
	jout_int(j, "tokens_cached", l->cached);
	jout_int(j, "tokens_out", l->tokens_out);
	jout_double(j, "input_usd", l->calls.n ? l->input_usd : UNKNOWN_DOUBLE);
	jout_double(j, "output_usd", l->calls.n ? l->output_usd : UNKNOWN_DOUBLE);
	jout_int(j, "trace_tokens_in", p->row.tokens_in);
	jout_double(j, "trace_cost_usd", p->row.cost_usd);
	jout_int(j, "times", p->times);
	jout_double(j, "usd_at_times", total(l) * (double)p->times);
	jout_cstr(j, "model", p->model);
	jout_double(j, "usd_on_model", p->on_model);
	jout_double(j, "usd_on_model_at_times", p->on_model * (double)p->times);
	jout_bool(j, "partial", l->partial);
}

static bool print_json(struct printing *p, struct err *err)
{
	struct jout j;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	jout_str(&j, "trace", p->row.text);
	jout_array(&j, "calls");
	bool ok = true;
	for (size_t i = 0; ok && i < p->l.calls.n; i++) {
		json_call(&j, &p->l.calls.at[i]);
		ok = out_stream(&p->text, err);
	}
	jout_end(&j);
	jout_array(&j, "pieces");
	for (size_t i = 0; ok && i < p->l.pieces.n; i++) {
		json_piece(&j, &p->l.pieces.at[i]);
		ok = out_stream(&p->text, err);
	}
	jout_end(&j);
	json_sums(p, &j);
	jout_end(&j);
	buf_add_char(&p->text, '\n');
	return ok;
}

/* ---------------------------------------------------------------- text */

static void cell(struct printing *p, struct buf *made, int cols, bool right)
{
	out_cell(&p->out, &p->text, buf_str(made), cols, right, !right && p->out.cols != 0);
	buf_add_cstr(&p->text, "  ");
	buf_clear(made);
}

static void count_cell(struct printing *p, int64_t n, int cols)
{
	struct buf made = BUF_INIT;
	units_count(&made, n);
	cell(p, &made, cols, true);
	buf_done(&made);
}

static void usd_cell(struct printing *p, double usd, bool about, int cols)
{
	struct buf made = BUF_INIT;
	(about ? units_usd_about : units_usd)(&made, usd);
	cell(p, &made, cols, true);
	buf_done(&made);
}

static void print_usd(struct printing *p, double usd, bool about)
{
	struct buf made = BUF_INIT;
	(about ? units_usd_about : units_usd)(&made, usd);
	out_text(&p->out, &p->text, buf_str(&made), 0);
	buf_done(&made);
}

static void print_head(struct printing *p)
{
	const struct ledger *l = &p->l;
	struct buf *to = &p->text;
	out_text(&p->out, to, p->row.name.len ? p->row.name : STR_LIT("(no name)"), 60);
	buf_printf(to, "  %zu call%s; ", l->calls.n, l->calls.n == 1 ? "" : "s");
	struct buf words = BUF_INIT;
	ledger_sum_words(&words, l, &p->row);
	out_text(&p->out, to, buf_str(&words), 0);
	buf_add_cstr(to, "\nin   ");
	units_thousands(to, l->tokens_in);
	buf_add_cstr(to, " tokens: ");
	units_thousands(to, l->fresh);
	buf_add_cstr(to, " new, ");
	units_thousands(to, l->tokens_in - l->fresh);
	buf_add_cstr(to, " re-sent, ");
	units_thousands(to, l->cached);
	buf_add_cstr(to, " from the cache  ");
	print_usd(p, l->input_usd, l->estimated);
	buf_add_cstr(to, "\nout  ");
	units_thousands(to, l->tokens_out);
	buf_add_cstr(to, " tokens  ");
	print_usd(p, l->output_usd, l->estimated);
	buf_printf(to, "\n%lld times the volume  ", (long long)p->times);
	print_usd(p, total(l) * (double)p->times, l->estimated);
	if (p->model) {
		buf_add_cstr(to, "\non ");
		out_text(&p->out, to, str_of(p->model), 60);
		buf_add_cstr(to, "  ");
		print_usd(p, p->on_model, true);
		buf_printf(to, "; %lld times the volume ", (long long)p->times);
		print_usd(p, p->on_model * (double)p->times, true);
	}
	buf_add_cstr(to, "\n\n");
	buf_done(&words);
}

static void print_calls(struct printing *p)
{
	const struct ledger *l = &p->l;
	struct buf made = BUF_INIT;
	buf_add_cstr(
	    &p->text,
	    "  call     after  model                         in    new  re-sent  cached    out      cost    so far\n");
	for (size_t i = 0; i < l->calls.n; i++) {
		const struct ledger_call *c = &l->calls.at[i];
		buf_printf(&p->text, "%6zu  ", i + 1);
		units_duration(&made, units_between(p->row.start_ns, c->said.start_ns), p->out.ascii);
		cell(p, &made, 8, true);
		buf_add_str(&made, c->said.model.len ? c->said.model : c->said.name);
		cell(p, &made, 24, false);
		count_cell(p, c->tokens_in, 5);
		count_cell(p, c->fresh, 5);
		count_cell(p, c->tokens_in - c->fresh, 7);
		count_cell(p, c->cached, 6);
		count_cell(p, c->said.tokens_out, 5);
		usd_cell(p, c->said.cost_usd, c->said.estimated, 8);
		usd_cell(p, c->usd_so_far, l->estimated, 8);
		p->text.len -= 2;
		buf_add_cstr(&p->text, c->guessed ? "  tokens by length\n" : "\n");
	}
	buf_done(&made);
}

static void print_pieces(struct printing *p)
{
	const struct ledger *l = &p->l;
	struct buf made = BUF_INIT;
	size_t n = p->all || l->pieces.n < PIECES_SHOWN ? l->pieces.n : PIECES_SHOWN;
	buf_add_cstr(&p->text, "\n      cost  tokens   sent  first  piece\n");
	for (size_t i = 0; i < n; i++) {
		const struct ledger_piece *piece = &l->pieces.at[i];
		buf_add_cstr(&p->text, "  ");
		usd_cell(p, piece->cost_usd, l->estimated, 8);
		count_cell(p, piece->tokens, 6);
		buf_printf(&p->text, "%5u  %5u  ", piece->sent, piece->first + 1);
		ledger_piece_words(&made, piece);
		out_cell(&p->out, &p->text, buf_str(&made), 30, false, p->out.cols != 0);
		buf_clear(&made);
		if (piece->preview.len) {
			buf_add_cstr(&p->text, "  ");
			out_text(&p->out, &p->text, piece->preview, p->out.cols > 70 ? p->out.cols - 66 : 80);
		}
		while (p->text.len && p->text.ptr[p->text.len - 1] == ' ')
			p->text.len--;
		buf_add_char(&p->text, '\n');
	}
	if (n < l->pieces.n)
		buf_printf(&p->text, "  and %zu more (--all)\n", l->pieces.n - n);
	if (l->partial)
		buf_add_cstr(&p->text, "  only a part of the trace was read\n");
	buf_done(&made);
}

/* ---------------------------------------------------------------- the command */

static bool ledger(const struct command_line *line, struct db *db, struct printing *p, struct err *err)
{
	int64_t id;
	if (!traces_find(db, str_of(line->args[0]), &id, err) || !traces_get(db, id, &p->arena, &p->row, err) ||
	    !ledger_read(db, &p->row, &p->l, err))
		return false;
	if (!p->l.calls.n)
		return err_set(err, ERR_NOT_FOUND, NULL, "the trace has no model calls");
	p->on_model = p->model ? ledger_cost_on(&p->l, str_of(p->model), STR_NONE) : UNKNOWN_DOUBLE;
	if (p->model && IS_UNKNOWN(p->on_model))
		return err_set(err, ERR_USAGE, NULL, "no price is known for the model %.80s", p->model);
	if (p->out.form == OUT_JSON_) {
		if (!print_json(p, err))
			return false;
	} else {
		print_head(p);
		print_calls(p);
		print_pieces(p);
	}
	return out_flush(&p->text, err);
}

static int ledger_main(const struct command_line *line, struct err *err)
{
	struct printing p = {.model = cmd_option(line, "model"), .all = cmd_flag(line, "all")};
	out_init(&p.out, line);
	if (!cmd_int(line, "times", TIMES, &p.times, err))
		return err_exit_code(err->code);
	if (p.times < 1 || p.times > TIMES_MOST) {
		err_set(err, ERR_USAGE, NULL, "--times is 1 to %d", TIMES_MOST);
		return err_exit_code(err->code);
	}
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	if (ok) {
		ok = ledger(line, db, &p, err);
		db_end_read(db);
	}
	db_close(db);
	ledger_done(&p.l);
	buf_done(&p.text);
	arena_done(&p.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_ledger = {
    .name = "ledger",
    .operands = "TRACE",
    .help = "who paid for every token: what each model call carried",
    .more = "TRACE is any unambiguous prefix of the trace's id. For each model call how much of its input is new, how "
            "much was sent before,\n"
            "what came from the cache, what it cost; then the pieces (messages, tools, documents) by what carrying "
            "them cost in all, with the\n"
            "call that sent them first. Tokens of pieces are apportioned by length, and add up to what the source "
            "states. What it counts beyond\n"
            "the texts recorded with a call (history, tools, images) is \"unrecorded\".",
    .min_args = 1,
    .max_args = 1,
    .options = ledger_options,
    .run = ledger_main,
};
