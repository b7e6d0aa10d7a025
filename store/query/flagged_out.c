/* Judged answers as lists.
 *
 * jsonl, the golden set, one answer a line; what is not known is null:
 *   {"id": the case's key, "trace:ID" or "trace:ID/span:ID", "kind": "case"|"trace"|"span"|"pair"|null (not in this store), "title": TEXT,
 *    "case": TEXT, "run": ID, "run_name": TEXT, "repeat": N, "trace_id": ID, "span_id": ID, "results": N with this answer,
 *    "input": TEXT, "output": TEXT, "expected": TEXT, "correction": TEXT,
 *    "question": TEXT, "answer": TEXT  (what of input and output a person read; only where that is another text),
 *    "output_b": TEXT, "preferred": "output"|"output_b"|"both"|"neither"  (of a pair only),
 *    "verdict": "good"|"bad"|"unsure"|"disagree"|null, "reasons": [TEXT], "note": TEXT, "author": NAMES, "time": ISO,
 *    "reviews": [{"author": NAME, "verdict": …, "reasons": [], "note": …, "correction": …, "tags": [], "scores": {NAME: TEXT},
 *      "time": ISO, "proposed": BOOL, "blind": BOOL, "queue": TEXT}],
 *    "documents": [{"name": TEXT, "text": TEXT}]  (only if asked for)}
 *
 * csv, the same without reviews and documents: a row an answer, safe to open in a spreadsheet (store/base/clean.h). */
#include <string.h>

#include "store/base/clean.h"
#include "store/base/outfile.h"
#include "store/base/units.h"
#include "store/query/flagged_private.h"

const struct flagged_format *const flagged_formats[] = {
    &flagged_jsonl,      &flagged_csv,    &flagged_promptfoo, &flagged_chat,
    &flagged_preference, &flagged_mlflow, &flagged_langfuse,  NULL};

const struct flagged_format *flagged_format_named(struct str name)
{
	for (size_t i = 0; flagged_formats[i]; i++)
		if (str_is(name, flagged_formats[i]->name))
			return flagged_formats[i];
	return NULL;
}

/* ---------------------------------------------------------------- shared */

bool flagged_has_texts(const struct flagged *f)
{
	return f->place.at.kind != SUBJECT_NONE && (f->subject.raw_input.len || f->subject.raw_output.len);
}

struct str flagged_reference(const struct flagged *f)
{
	if (f->correction.len)
		return f->correction;
	return f->verdict == FLAGGED_GOOD && f->answer.len ? f->answer : STR_NONE;
}

void flagged_comment(struct buf *out, const struct flagged_said *said)
{
	for (size_t i = 0; i < said->n_reasons; i++) {
		buf_add_cstr(out, i ? ", " : "");
		buf_add_str(out, said->reasons[i]);
	}
	if (said->note.len) {
		buf_add_cstr(out, out->len ? ": " : "");
		buf_add_str(out, said->note);
	}
}

void flagged_strs(struct jout *j, const char *key, const struct str *list, size_t n)
{
	jout_array(j, key);
	for (size_t i = 0; i < n; i++)
		jout_str(j, NULL, list[i]);
	jout_end(j);
}

static const char *kind_of(const struct flagged *f)
{
	switch (f->place.at.kind) {
	case SUBJECT_CASE: return "case";
	case SUBJECT_TRACE: return "trace";
	case SUBJECT_SPAN: return "span";
	case SUBJECT_PAIR: return "pair";
	case SUBJECT_NONE:
	case N_SUBJECT_KINDS: break;
	}
	return NULL;
}

static const char *verdict_of(const struct flagged *f)
{
	return f->verdict == FLAGGED_NONE ? NULL : flagged_verdict_name(f->verdict);
}

/* ---------------------------------------------------------------- JSON Lines */

static struct str filled(struct str text)
{
	return text.len ? text : STR_NONE;
}

static struct str or_null(const char *text)
{
	return text ? str_of(text) : STR_NONE;
}

static void put_review(struct jout *j, const struct flagged_said *s)
{
	jout_object(j, NULL);
	jout_str(j, "author", s->author);
	jout_str(j, "verdict", filled(s->verdict));
	flagged_strs(j, "reasons", s->reasons, s->n_reasons);
	jout_str(j, "note", filled(s->note));
	jout_str(j, "correction", filled(s->correction));
	flagged_strs(j, "tags", s->tags, s->n_tags);
	jout_object(j, "scores");
	for (size_t i = 0; i < s->n_scores; i++) {
		struct buf name = BUF_INIT;
		buf_add_str(&name, s->scores[i].name);
		jout_str(j, buf_cstr(&name), s->scores[i].value);
		buf_done(&name);
	}
	jout_end(j);
	jout_time(j, "time", s->time_ns);
	jout_bool(j, "proposed", s->how & HOW_PROPOSED);
	jout_bool(j, "blind", s->how & HOW_BLIND);
	jout_str(j, "queue", filled(s->queue));
	jout_end(j);
}

static void put_texts(struct jout *j, const struct flagged *f)
{
	static const char *const preferred[] = {"output", "output_b", "both", "neither"};
	const struct subject *s = &f->subject;
	jout_str(j, "input", filled(s->raw_input));
	jout_str(j, "output", filled(s->raw_output));
	jout_str(j, "expected", filled(s->raw_expected));
	jout_str(j, "correction", filled(f->correction));
	if (s->question.len && !str_eq(s->question, s->raw_input))
		jout_str(j, "question", s->question);
	if (s->answer.len && !str_eq(s->answer, s->raw_output))
		jout_str(j, "answer", s->answer);
	if (f->place.at.kind != SUBJECT_PAIR)
		return;
	jout_str(j, "output_b", filled(s->raw_output_b));
	jout_str(j, "preferred", f->prefers >= 0 ? str_of(preferred[f->prefers]) : STR_NONE);
}

static void put_documents(struct jout *j, const struct subject *s)
{
	jout_array(j, "documents");
	for (size_t i = 0; i < s->n_documents; i++) {
		jout_object(j, NULL);
		jout_str(j, "name", filled(s->documents[i].name));
		jout_str(j, "text", s->documents[i].text);
		jout_end(j);
	}
	jout_end(j);
}

static int64_t write_jsonl(struct flagged_writing *w, const struct flagged *f)
{
	struct jout j;
	jout_init(&j, w->out, false);
	jout_object(&j, NULL);
	jout_str(&j, "id", filled(f->place.hint));
	jout_str(&j, "kind", or_null(kind_of(f)));
	jout_str(&j, "title", filled(f->subject.title));
	jout_str(&j, "case", filled(f->case_key));
	jout_str(&j, "run", filled(f->run_id));
	jout_str(&j, "run_name", filled(f->run));
	jout_int(&j, "repeat", f->place.at.kind == SUBJECT_CASE ? f->place.at.at.repeat : UNKNOWN_INT);
	jout_str(&j, "trace_id", filled(f->trace_id));
	jout_str(&j, "span_id", filled(f->span_id));
	jout_int(&j, "results", f->place.results ? f->place.results : UNKNOWN_INT);
	put_texts(&j, f);
	jout_str(&j, "verdict", or_null(verdict_of(f)));
	flagged_strs(&j, "reasons", f->reasons, f->n_reasons);
	jout_str(&j, "note", filled(f->note));
	jout_str(&j, "author", f->authors);
	jout_time(&j, "time", f->time_ns);
	jout_array(&j, "reviews");
	for (size_t i = 0; i < f->n_said; i++)
		put_review(&j, &f->said[i]);
	jout_end(&j);
	if (w->documents)
		put_documents(&j, &f->subject);
	jout_end(&j);
	buf_add_char(w->out, '\n');
	return 1;
}

const struct flagged_format flagged_jsonl = {
    .name = "jsonl",
    .ending = ".jsonl",
    .help = "golden set: a line an answer, with input, output, correction and what each person said",
    .one = "answer",
    .many = "answers",
    .answer = write_jsonl,
};

/* ---------------------------------------------------------------- CSV */

static void head_csv(struct flagged_writing *w)
{
	buf_add_cstr(w->out,
	             "id,kind,title,run,trace_id,span_id,input,output,expected,correction,verdict,reasons,note,author,"
	             "time\r\n");
}

static int64_t write_csv(struct flagged_writing *w, const struct flagged *f)
{
	const struct subject *s = &f->subject;
	struct buf reasons = BUF_INIT, time = BUF_INIT;
	for (size_t i = 0; i < f->n_reasons; i++) {
		buf_add_cstr(&reasons, i ? ", " : "");
		buf_add_str(&reasons, f->reasons[i]);
	}
	units_iso_print(&time, f->time_ns);
	const struct str cells[] = {f->place.hint,
	                            or_null(kind_of(f)),
	                            s->title,
	                            f->run,
	                            f->trace_id,
	                            f->span_id,
	                            s->raw_input,
	                            s->raw_output,
	                            s->raw_expected,
	                            f->correction,
	                            or_null(verdict_of(f)),
	                            buf_str(&reasons),
	                            f->note,
	                            f->authors,
	                            buf_str(&time)};
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		buf_add_cstr(w->out, i ? "," : "");
		clean_csv(w->out, cells[i], false);
	}
	buf_add_cstr(w->out, "\r\n");
	buf_done(&reasons);
	buf_done(&time);
	return 1;
}

const struct flagged_format flagged_csv = {
    .name = "csv",
    .ending = ".csv",
    .help = "the same as a table, safe to open in a spreadsheet",
    .one = "answer",
    .many = "answers",
    .head = head_csv,
    .answer = write_csv,
};

/* ---------------------------------------------------------------- writing all of them */

struct all {
	struct flagged_writing *w;
	const struct flagged_format *format;
	bool (*more)(void *context, struct buf *out, struct err *err);
	void *context;
};

static bool write_one(void *context, const struct flagged *f, struct err *err)
{
	struct all *a = context;
	int64_t n = a->format->answer(a->w, f);
	a->w->answers++;
	a->w->written += n;
	a->w->left_out += n == 0;
	a->w->first = a->w->first && n == 0;
	return a->more(a->context, a->w->out, err);
}

bool flagged_write(struct db *db, const struct flagged_opts *opts, const struct flagged_format *format, bool documents,
                   struct buf *out, bool (*more)(void *context, struct buf *out, struct err *err), void *context,
                   struct flagged_writing *w, struct err *err)
{
	struct block_cache *blocks = block_cache_new(db);
	*w = (struct flagged_writing){.out = out, .first = true, .documents = documents};
	struct all all = {w, format, more, context};
	if (format->head)
		format->head(w);
	bool ok = flagged_each(db, blocks, opts, write_one, &all, err);
	if (ok && format->tail)
		format->tail(w);
	block_cache_free(blocks);
	return ok;
}
