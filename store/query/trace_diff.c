#include "store/query/trace_diff.h"

#include <stdlib.h>
#include <string.h>

#include "store/query/words.h"

enum { LEAST_NS = 1000000, LEAST_PART = 100 /* of the longer trace */ };

void trace_diff_done(struct trace_diff *d)
{
	arena_done(&d->arena);
	*d = (struct trace_diff){0};
}

const struct diff_span *trace_diff_span(const struct trace_diff_row *row)
{
	return row->b.present ? &row->b : &row->a;
}

/* ---------------------------------------------------------------- in words */

static const struct {
	unsigned mark;
	const char *name, *one, *many; /* one: of a row; many: after a number of them */
} marks[] = {
    {ALIGN_ADDED,     "added",     "only in B",       "only in B"           },
    {ALIGN_REMOVED,   "removed",   "only in A",       "only in A"           },
    {ALIGN_MOVED,     "moved",     "moved",           "moved"               },
    {ALIGN_RENAMED,   "renamed",   "renamed",         "renamed"             },
    {ALIGN_MODEL,     "model",     "other model",     "with another model"  },
    {ALIGN_INPUT,     "input",     "other arguments", "with other arguments"},
    {ALIGN_DOCUMENTS, "documents", "other documents", "with other documents"},
    {ALIGN_OUTPUT,    "output",    "other output",    "with another output" },
    {ALIGN_STATUS,    "status",    "other status",    "with another status" },
    {ALIGN_SLOWER,    "slower",    "slower",          "slower"              },
    {ALIGN_FASTER,    "faster",    "faster",          "faster"              },
};
enum { N_MARKS = sizeof marks / sizeof *marks };

const char *trace_diff_mark_name(unsigned mark)
{
	for (size_t i = 0; i < N_MARKS; i++)
		if (marks[i].mark == mark)
			return marks[i].name;
	return "";
}

/* A failure is told as one; what goes in is the arguments of a tool and the input of others. */
static const char *word_of(const struct trace_diff_row *row, size_t i)
{
	if (marks[i].mark == ALIGN_STATUS && row->b.status == STATUS_ERROR)
		return "failed in B";
	if (marks[i].mark == ALIGN_STATUS && row->a.status == STATUS_ERROR)
		return "failed in A";
	if (marks[i].mark == ALIGN_INPUT && row->b.kind != KIND_TOOL)
		return "other input";
	return marks[i].one;
}

void trace_diff_words(struct buf *out, const struct trace_diff_row *row)
{
	size_t before = out->len;
	for (size_t i = 0; i < N_MARKS; i++) {
		if (!(row->marks & marks[i].mark))
			continue;
		if (marks[i].mark == ALIGN_OUTPUT && row->marks & ALIGN_DOCUMENTS)
			continue; /* they are the output */
		buf_add_cstr(out, out->len > before ? ", " : "");
		buf_add_cstr(out, word_of(row, i));
	}
}

void trace_diff_first_words(struct buf *out, const struct trace_diff *d)
{
	if (d->first < 0) {
		buf_add_cstr(out,
		             d->counts.slower + d->counts.faster ? "they differ in time alone" : "nothing differs");
		return;
	}
	const struct trace_diff_row *row = &d->rows[d->first];
	const struct diff_span *span = trace_diff_span(row);
	struct trace_diff_row told = *row;
	told.marks &= row->marks & ALIGN_GOES_IN ? ALIGN_GOES_IN : ALIGN_COMES_OUT;
	buf_add_cstr(out, "first differs at ");
	buf_add_str(out, span->name.len ? str_cut(span->name, 0, 120) : STR_LIT("(no name)"));
	buf_add_cstr(out, ": ");
	trace_diff_words(out, &told);
}

static void counts_of(const struct trace_diff_counts *c, int64_t out[N_MARKS])
{
	const int64_t counts[N_MARKS] = {c->added,     c->removed, c->moved,  c->renamed, c->model, c->input,
	                                 c->documents, c->output,  c->status, c->slower,  c->faster};
	memcpy(out, counts, sizeof counts);
}

void trace_diff_counts_words(struct buf *out, const struct trace_diff *d)
{
	int64_t counts[N_MARKS];
	size_t before = out->len;
	counts_of(&d->counts, counts);
	for (size_t i = 0; i < N_MARKS; i++) {
		if (!counts[i])
			continue;
		buf_add_cstr(out, out->len > before ? ", " : "");
		units_thousands(out, counts[i]);
		buf_add_char(out, ' ');
		buf_add_cstr(out, marks[i].many);
	}
	buf_add_cstr(out, out->len > before ? ", " : "");
	units_thousands(out, d->counts.same);
	buf_add_cstr(out, " the same");
}

void trace_diff_counts_short(struct buf *out, const struct trace_diff *d, bool ascii)
{
	int64_t counts[N_MARKS];
	counts_of(&d->counts, counts);
	buf_add_char(out, '+');
	units_thousands(out, d->counts.added);
	buf_add_cstr(out, ascii ? " -" : " −");
	units_thousands(out, d->counts.removed);
	for (size_t i = 0; i < N_MARKS; i++) {
		if (!counts[i] || marks[i].mark & (ALIGN_ADDED | ALIGN_REMOVED))
			continue;
		buf_printf(out, ", %s ", marks[i].name);
		units_thousands(out, counts[i]);
	}
	buf_add_cstr(out, ", same ");
	units_thousands(out, d->counts.same);
}

/* ---------------------------------------------------------------- two traces in line */

static bool same_documents(const struct span *a, const struct span *b)
{
	if (a->n_documents != b->n_documents)
		return false;
	for (size_t i = 0; i < a->n_documents; i++) {
		const struct document *x = &a->documents[i], *y = &b->documents[i];
		if (!str_eq(x->id, y->id) || !str_eq(x->content, y->content))
			return false;
	}
	return true;
}

static bool compare_documents(struct db *db, struct block_cache *blocks, int64_t most, struct trace_pair *p,
                              struct err *err)
{
	bool ok = true;
	for (uint32_t i = 0; ok && i < p->aligned.n; i++) {
		struct align_row *row = &p->aligned.rows[i];
		if (row->a == ALIGN_NONE || row->b == ALIGN_NONE)
			continue;
		unsigned kind = p->spans_b.spans.at[row->b].kind;
		if (kind != KIND_RETRIEVER && kind != KIND_RERANKER)
			continue;
		if (most-- <= 0) {
			p->documents_cut = true;
			break;
		}
		const struct study_row *in_a = &p->spans_a.rows.at[row->a], *in_b = &p->spans_b.rows.at[row->b];
		struct arena arena = ARENA_INIT;
		struct span_detail a, b;
		ok = span_detail(db, blocks, p->a.id, in_a->key, in_a->record, &arena, &a, err) &&
		     span_detail(db, blocks, p->b.id, in_b->key, in_b->record, &arena, &b, err);
		if (ok && !same_documents(&a.span, &b.span))
			row->marks |= ALIGN_DOCUMENTS;
		arena_done(&arena);
	}
	return ok;
}

void trace_pair_done(struct trace_pair *p)
{
	study_rows_done(&p->spans_a);
	study_rows_done(&p->spans_b);
	align_done(&p->aligned);
	arena_done(&p->arena);
}

bool trace_pair_load(struct db *db, struct block_cache *blocks, int64_t a, int64_t b, struct trace_pair_most most,
                     struct trace_pair *out, struct err *err)
{
	*out = (struct trace_pair){.arena = ARENA_INIT};
	if (!traces_get(db, a, &out->arena, &out->a, err) || !traces_get(db, b, &out->arena, &out->b, err) ||
	    !study_rows_read(db, &out->a, false, most.spans, &out->spans_a, err) ||
	    !study_rows_read(db, &out->b, false, most.spans, &out->spans_b, err))
		return false;
	int64_t longer = out->a.duration_ns > out->b.duration_ns ? out->a.duration_ns : out->b.duration_ns;
	out->least_ns = longer / LEAST_PART > LEAST_NS ? longer / LEAST_PART : LEAST_NS;
	out->cut_a = out->a.n > most.spans;
	out->cut_b = out->b.n > most.spans;
	align_run(out->spans_a.spans.at, (uint32_t)out->spans_a.spans.n, out->spans_b.spans.at,
	          (uint32_t)out->spans_b.spans.n, out->least_ns, &out->aligned);
	if (!compare_documents(db, blocks, most.documents, out, err))
		return false;
	align_count(&out->aligned);
	return true;
}

/* ---------------------------------------------------------------- rows */

struct load {
	struct db *db;
	struct trace_diff *out;
	struct err *err;
	struct trace_pair pair;
	struct words words;
};

static bool word_text(struct load *l, uint32_t id, struct str *out)
{
	struct word *w = words_get(&l->words, l->db, id ? (int64_t)id : UNKNOWN_INT, l->err);
	*out = w ? arena_str(&l->out->arena, w->text) : STR_NONE;
	return w != NULL;
}

static bool fill_span(struct load *l, const struct trace_row *trace, const struct study_rows *rows, uint32_t i,
                      struct diff_span *out)
{
	if (i == ALIGN_NONE)
		return true;
	const struct path_span *p = &rows->spans.at[i];
	const struct study_row *row = &rows->rows.at[i];
	bool timed = p->start_ns != TIME_UNKNOWN && trace->start_ns != TIME_UNKNOWN;
	*out = (struct diff_span){.present = true,
	                          .pos = row->pos,
	                          .key = row->key,
	                          .record = row->record,
	                          .kind = (enum span_kind)p->kind,
	                          .status = (enum span_status)p->status,
	                          .at_ns = timed ? p->start_ns - trace->start_ns : UNKNOWN_INT,
	                          .duration_ns = p->duration_ns,
	                          .tokens = p->tokens,
	                          .cost_usd = p->cost_usd};
	return word_text(l, p->name, &out->name) && word_text(l, p->model, &out->model);
}

static bool fill_rows(struct load *l)
{
	struct trace_diff *d = l->out;
	bool ok = true;
	d->n = l->pair.aligned.n;
	d->rows = arena_zalloc(&d->arena, d->n + 1, sizeof *d->rows);
	for (size_t i = 0; ok && i < d->n; i++) {
		const struct align_row *from = &l->pair.aligned.rows[i];
		struct trace_diff_row *row = &d->rows[i];
		row->up = from->up;
		row->depth = from->depth;
		row->more_ns = UNKNOWN_INT;
		ok = fill_span(l, &d->a, &l->pair.spans_a, from->a, &row->a) &&
		     fill_span(l, &d->b, &l->pair.spans_b, from->b, &row->b);
		if (row->a.present && row->b.present && row->a.duration_ns != UNKNOWN_INT &&
		    row->b.duration_ns != UNKNOWN_INT)
			row->more_ns = row->b.duration_ns - row->a.duration_ns;
		int64_t by = row->more_ns == UNKNOWN_INT ? 0 : row->more_ns < 0 ? -row->more_ns : row->more_ns;
		d->most_ns = by > d->most_ns ? by : d->most_ns;
	}
	return ok;
}

/* ---------------------------------------------------------------- what differs */

static void find_alone(struct trace_diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		d->rows[i].alone = d->rows[i].marks & (ALIGN_ADDED | ALIGN_REMOVED);
	for (size_t i = d->n; i-- > 0;) {
		const struct trace_diff_row *row = &d->rows[i];
		struct trace_diff_row *up = row->up ? &d->rows[i - row->up] : NULL;
		if (up && (!row->alone || row->marks != up->marks))
			up->alone = false;
	}
}

static void count_marks(struct load *l)
{
	struct trace_diff_counts *c = &l->out->counts;
	for (size_t i = 0; i < l->out->n; i++) {
		struct trace_diff_row *row = &l->out->rows[i];
		unsigned m = l->pair.aligned.rows[i].marks;
		row->marks = m;
		row->size = l->pair.aligned.rows[i].size;
		row->changes = l->pair.aligned.rows[i].changes;
		c->same += m == 0;
		c->added += (m & ALIGN_ADDED) != 0;
		c->removed += (m & ALIGN_REMOVED) != 0;
		c->moved += (m & ALIGN_MOVED) != 0;
		c->renamed += (m & ALIGN_RENAMED) != 0;
		c->model += (m & ALIGN_MODEL) != 0;
		c->input += (m & ALIGN_INPUT) != 0;
		c->output += (m & ALIGN_OUTPUT) && !(m & ALIGN_DOCUMENTS);
		c->documents += (m & ALIGN_DOCUMENTS) != 0;
		c->status += (m & ALIGN_STATUS) != 0;
		c->slower += (m & ALIGN_SLOWER) != 0;
		c->faster += (m & ALIGN_FASTER) != 0;
	}
}

/* ---------------------------------------------------------------- all of it */

static bool load(struct load *l, struct block_cache *blocks, int64_t a, int64_t b)
{
	static const struct trace_pair_most most = {.spans = DIFF_SPANS, .documents = DIFF_DOCUMENTS};
	struct trace_diff *d = l->out;
	const struct trace_pair *p = &l->pair;
	if (!traces_get(l->db, a, &d->arena, &d->a, l->err) || !traces_get(l->db, b, &d->arena, &d->b, l->err) ||
	    !trace_pair_load(l->db, blocks, a, b, most, &l->pair, l->err))
		return false;
	d->least_ns = p->least_ns;
	d->cut_a = p->cut_a;
	d->cut_b = p->cut_b;
	d->bounded = p->aligned.bounded;
	d->documents_cut = p->documents_cut;
	if (!fill_rows(l))
		return false;
	uint32_t first = align_first(&p->aligned);
	d->first = first == ALIGN_NONE ? -1 : (int64_t)first;
	count_marks(l);
	find_alone(d);
	return true;
}

bool trace_diff_load(struct db *db, struct block_cache *blocks, int64_t a, int64_t b, struct trace_diff *out,
                     struct err *err)
{
	*out = (struct trace_diff){.arena = ARENA_INIT, .first = -1};
	struct load l = {.db = db, .out = out, .err = err};
	bool ok = load(&l, blocks, a, b);
	trace_pair_done(&l.pair);
	words_done(&l.words);
	return ok;
}

static bool find_other(struct db *db, const char *sql, int64_t trace, int64_t *other, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*other = col_int(s, 0);
	stmt_end(s);
	return step != STEP_FAIL;
}

bool trace_diff_previous(struct db *db, int64_t trace, int64_t *other, struct err *err)
{
#define LIKE                                                                                                          \
	"SELECT o.id FROM trace t JOIN trace o ON o.name = t.name WHERE t.id = ? AND o.id <> t.id AND o.seen > 0 AND" \
	" o.n > 0 AND (o.start_ns, o.id) "
	*other = 0;
	if (!find_other(db, LIKE "< (t.start_ns, t.id) ORDER BY o.start_ns DESC, o.id DESC LIMIT 1", trace, other, err))
		return false;
	if (!*other &&
	    !find_other(db, LIKE "> (t.start_ns, t.id) ORDER BY o.start_ns, o.id LIMIT 1", trace, other, err))
		return false;
#undef LIKE
	return *other || err_set(err, ERR_NOT_FOUND, NULL, "no other trace has the name of this one: name its id");
}
