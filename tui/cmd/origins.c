/* spoor origins TRACE: each sentence of an answer with the source whose wording it shares.
 *
 * --json: {"trace", "span", "span_name", "whole", "answer", "sentences": [{"text", "at", "bytes", "code", "match", "source", "score", "stretch":
 * {"text", "words", "at", "bytes", "source_at", "source_bytes"}, "numbers": [{"text", "at", "elsewhere"}]}], "sources": [{"kind", "rank", "name",
 * "span", "span_name", "score", "bytes", "used"}], "matched", "unmatched", "too_short", "numbers_in_no_source", "spans_read", "partial"}.
 * match: "match", "none" (no wording match), "short" (too short to tell). source and elsewhere: places in "sources", or null. at: bytes of the
 * answer; source_at: of the source's text, of JSON the texts in it. */
#include "store/query/origins.h"

#include <string.h>

#include "store/base/clean.h"
#include "store/db.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/span_arg.h"

enum { TEXT_COLS = 76 };

/* clang-format off */
static const struct option_row origins_options[] = {
	{"span", 0, OPTION_TEXT, "SPAN", "the answer of this span, not of the whole trace; a prefix of its id will do"},
	{.name = NULL},
};
/* clang-format on */

struct printing {
	struct out out;
	struct trace_row row;
	struct arena arena;
	struct origins o;
	struct buf text;
};

static struct str sentence_text(const struct printing *p, const struct origin *s)
{
	return str_cut(p->o.answer, s->at, s->len);
}

/* ---------------------------------------------------------------- JSON */

static void json_sentence(struct printing *p, struct jout *j, const struct origin *s)
{
	static const char *const kinds[] = {"match", "none", "short"};
	jout_object(j, NULL);
	jout_str(j, "text", sentence_text(p, s));
	jout_int(j, "at", (int64_t)s->at);
	jout_int(j, "bytes", (int64_t)s->len);
	jout_bool(j, "code", s->code);
	jout_cstr(j, "match", kinds[s->kind]);
	jout_int(j, "source", s->source < 0 ? UNKNOWN_INT : s->source);
	jout_double(j, "score", s->source < 0 ? UNKNOWN_DOUBLE : s->score);
	if (s->source_len) {
		jout_object(j, "stretch");
		jout_str(j, "text", str_cut(p->o.sources[s->source].text, s->source_at, s->source_len));
		jout_int(j, "words", s->words);
		jout_int(j, "at", (int64_t)s->answer_at);
		jout_int(j, "bytes", (int64_t)s->answer_len);
		jout_int(j, "source_at", (int64_t)s->source_at);
		jout_int(j, "source_bytes", (int64_t)s->source_len);
		jout_end(j);
	} else {
		jout_null(j, "stretch");
	}
	jout_array(j, "numbers");
	for (size_t i = 0; i < s->n_numbers; i++) {
		jout_object(j, NULL);
		jout_str(j, "text", str_cut(p->o.answer, s->numbers[i].at, s->numbers[i].len));
		jout_int(j, "at", (int64_t)s->numbers[i].at);
		jout_int(j, "elsewhere", s->numbers[i].elsewhere < 0 ? UNKNOWN_INT : s->numbers[i].elsewhere);
		jout_end(j);
	}
	jout_end(j);
	jout_end(j);
}

static void json_source(struct jout *j, const struct origin_source *s)
{
	jout_object(j, NULL);
	jout_cstr(j, "kind", origin_kind_name(s->kind));
	jout_int(j, "rank", s->rank ? s->rank : UNKNOWN_INT);
	jout_str(j, "name", s->name);
	jout_str(j, "span", s->id);
	jout_str(j, "span_name", s->span_name);
	jout_double(j, "score", s->score);
	jout_int(j, "bytes", (int64_t)s->text.len);
	jout_int(j, "used", (int64_t)s->used);
	jout_end(j);
}

static void print_json(struct printing *p)
{
	const struct origins *o = &p->o;
	struct jout j;
	jout_init(&j, &p->text, false);
	jout_object(&j, NULL);
	jout_str(&j, "trace", p->row.text);
	jout_str(&j, "span", o->span_id);
	jout_str(&j, "span_name", o->span_name);
	jout_bool(&j, "whole", o->whole);
	jout_str(&j, "answer", o->answer);
	jout_array(&j, "sentences");
	for (size_t i = 0; i < o->found.n; i++)
		json_sentence(p, &j, &o->found.at[i]);
	jout_end(&j);
	jout_array(&j, "sources");
	for (size_t i = 0; i < o->n_sources; i++)
		json_source(&j, &o->sources[i]);
	jout_end(&j);
	jout_int(&j, "matched", (int64_t)o->found.matched);
	jout_int(&j, "unmatched", (int64_t)o->found.unmatched);
	jout_int(&j, "too_short", (int64_t)o->found.too_short);
	jout_int(&j, "numbers_in_no_source", (int64_t)o->found.numbers);
	jout_int(&j, "spans_read", (int64_t)o->n_looked);
	jout_bool(&j, "partial", o->partial);
	jout_end(&j);
	buf_add_char(&p->text, '\n');
}

/* ---------------------------------------------------------------- text */

static void quoted(struct printing *p, struct str text)
{
	buf_add_char(&p->text, '"');
	out_text(&p->out, &p->text, text, p->out.terminal ? TEXT_COLS : 0);
	buf_add_char(&p->text, '"');
}

static void source_words(struct printing *p, int32_t source)
{
	struct buf words = BUF_INIT;
	origin_source_words(&words, &p->o.sources[source], p->out.ascii);
	out_text(&p->out, &p->text, buf_str(&words), 60);
	buf_done(&words);
}

static void print_source(struct printing *p, const struct origin *s)
{
	struct buf *to = &p->text;
	buf_add_cstr(to, "     ");
	if (s->kind == PROVENANCE_MATCH) {
		source_words(p, s->source);
		buf_printf(to, "  %.2f  ", s->score);
		if (s->source_len)
			quoted(p, str_cut(p->o.sources[s->source].text, s->source_at, s->source_len));
	} else if (s->kind == PROVENANCE_SHORT) {
		buf_add_cstr(to, "too short to tell");
	} else {
		buf_add_cstr(to, "no wording match");
		if (s->source >= 0) {
			buf_add_cstr(to, "; nearest: ");
			source_words(p, s->source);
			buf_printf(to, "  %.2f", s->score);
		}
	}
	buf_add_char(to, '\n');
}

static void print_numbers(struct printing *p, const struct origin *s)
{
	for (size_t i = 0; i < s->n_numbers; i++) {
		const struct origin_number *n = &s->numbers[i];
		buf_add_cstr(&p->text, "     number ");
		out_text(&p->out, &p->text, str_cut(p->o.answer, n->at, n->len), 40);
		if (n->elsewhere < 0) {
			buf_add_cstr(&p->text, " stands in no source");
		} else {
			buf_add_cstr(&p->text, " does not stand there, but in ");
			source_words(p, n->elsewhere);
		}
		buf_add_char(&p->text, '\n');
	}
}

static void print_sources(struct printing *p)
{
	buf_add_cstr(&p->text,
	             p->o.n_sources ? "\nsources\n" : "\nno sources: no documents, tool results or messages\n");
	for (size_t i = 0; i < p->o.n_sources; i++) {
		const struct origin_source *s = &p->o.sources[i];
		struct buf words = BUF_INIT;
		origin_source_words(&words, s, p->out.ascii);
		buf_printf(&p->text, "%5zu  ", s->used);
		out_cell(&p->out, &p->text, buf_str(&words), 40, false, p->out.terminal);
		buf_add_cstr(&p->text, "  ");
		out_text(&p->out, &p->text, s->span_name, 40);
		buf_add_char(&p->text, '\n');
		buf_done(&words);
	}
}

static void print_text(struct printing *p)
{
	const struct origins *o = &p->o;
	struct buf *to = &p->text;
	out_text(&p->out, to, p->row.name.len ? p->row.name : STR_LIT("(no name)"), 40);
	buf_printf(to, "  %zu sentence%s of ", o->found.n, o->found.n == 1 ? "" : "s");
	out_text(&p->out, to, o->span_name, 40);
	buf_printf(to, ": %zu with a wording match, %zu without, %zu too short to tell", o->found.matched,
	           o->found.unmatched, o->found.too_short);
	if (o->found.numbers)
		buf_printf(to, "; %zu number%s in no source", o->found.numbers, o->found.numbers == 1 ? "" : "s");
	buf_add_cstr(to, "\n\n");
	for (size_t i = 0; i < o->found.n; i++) {
		const struct origin *s = &o->found.at[i];
		buf_add_cstr(to, s->kind == PROVENANCE_MATCH ? "=  " : s->kind == PROVENANCE_NONE ? "?  " : ".  ");
		out_text(&p->out, to, sentence_text(p, s), p->out.terminal ? p->out.cols - 4 : 0);
		buf_add_char(to, '\n');
		print_source(p, s);
		print_numbers(p, s);
	}
	print_sources(p);
	if (o->partial)
		buf_add_cstr(to, "only a part of the trace's texts was looked at\n");
}

/* ---------------------------------------------------------------- the command */

static bool origins(const struct command_line *line, struct db *db, struct printing *p, struct err *err)
{
	const char *span = cmd_option(line, "span");
	int64_t id, key = 0;
	if (!traces_find(db, str_of(line->args[0]), &id, err) || !traces_get(db, id, &p->arena, &p->row, err) ||
	    (span && !cmd_span(db, &p->row, str_of(span), &key, err)) ||
	    !origins_find(db, &p->row, span ? &key : NULL, &p->o, err))
		return false;
	if (!p->o.answer.len)
		return err_set(err, ERR_NOT_FOUND, NULL,
		               span ? "that span answered nothing in words" : "the trace has no answer in words");
	if (p->out.form == OUT_JSON_)
		print_json(p);
	else
		print_text(p);
	return out_flush(&p->text, err);
}

static int origins_main(const struct command_line *line, struct err *err)
{
	struct printing p = {.arena = ARENA_INIT};
	out_init(&p.out, line);
	struct db *db = cmd_store(line, DB_READ, err);
	bool ok = db && db_begin_read(db, err);
	if (ok) {
		ok = origins(line, db, &p, err);
		db_end_read(db);
	}
	db_close(db);
	origins_done(&p.o);
	buf_done(&p.text);
	arena_done(&p.arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_origins = {
    .name = "origins",
    .operands = "TRACE",
    .help = "where each sentence of an answer came from, by wording",
    .more = "TRACE is any unambiguous prefix of the trace's id. Each sentence of its answer is compared with the "
            "documents, tool results,\n"
            "user turns and prompts of the same trace: = shares its wording with the source below it, ? with none "
            "(\"no wording match\"\n"
            "says just that), . is too short to tell. Numbers that stand in no source are named. No model is asked. "
            "Exit code 1: no answer.",
    .min_args = 1,
    .max_args = 1,
    .options = origins_options,
    .run = origins_main,
};
