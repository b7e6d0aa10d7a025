#include "store/query/flagged_private.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/vec.h"
#include "store/study/mask.h"

static const char *const verdict_names[N_FLAGGED] = {"none", "good", "bad", "unsure", "disagree"};

const char *flagged_verdict_name(enum flagged_verdict v)
{
	return verdict_names[v];
}

/* ---------------------------------------------------------------- one row of the state */

#define SAID                                                                                                    \
	"SELECT n.target, n.author, n.field, n.part, n.value, n.time_ns, n.event, n.how, n.hint, n.input_hash," \
	" n.output_hash, a.queue FROM annotation_now n LEFT JOIN annotation a ON a.event = n.event"

struct row {
	struct sha256 target;
	struct event_id event;
	struct str author, part, value, hint, queue;
	enum annotation_field field;
	uint64_t input_hash, output_hash;
	int64_t time_ns;
	unsigned how;
};

static bool take_bytes(struct str blob, void *out, size_t n)
{
	if (blob.len != n)
		return false;
	memcpy(out, blob.ptr, n);
	return true;
}

/* Borrowed until the next step. False: damaged. */
static bool take_row(struct stmt *s, struct row *r)
{
	int64_t field = col_int(s, 2);
	*r = (struct row){.author = col_plain(s, 1),
	                  .field = (enum annotation_field)field,
	                  .part = col_str(s, 3),
	                  .value = col_str(s, 4),
	                  .time_ns = col_int(s, 5),
	                  .how = (unsigned)col_int_or(s, 7, 0),
	                  .hint = col_plain(s, 8),
	                  .input_hash = (uint64_t)col_int_or(s, 9, 0),
	                  .output_hash = (uint64_t)col_int_or(s, 10, 0),
	                  .queue = col_plain(s, 11)};
	return field >= 0 && field < N_ANNOTATION_FIELDS && take_bytes(col_blob(s, 0), &r->target, sizeof r->target) &&
	       take_bytes(col_blob(s, 6), &r->event, sizeof r->event);
}

static bool counts(const struct flagged_opts *o, const struct row *r)
{
	return (o->with_proposed || !(r->how & HOW_PROPOSED)) && (!o->author.ptr || str_eq(o->author, r->author)) &&
	       (!o->queue.ptr || str_eq(o->queue, r->queue)) &&
	       (o->since_ns == TIME_UNKNOWN || r->time_ns >= o->since_ns);
}

/* What the verdicts so far come to. */
static enum flagged_verdict together(enum flagged_verdict so_far, struct str verdict)
{
	enum verdict one = verdict_named(verdict);
	enum flagged_verdict v = one == VERDICT_GOOD ? FLAGGED_GOOD : one == VERDICT_BAD ? FLAGGED_BAD : FLAGGED_UNSURE;
	if (one == VERDICT_NONE)
		return so_far;
	return so_far == FLAGGED_NONE || so_far == v ? v : FLAGGED_DISAGREE;
}

/* ---------------------------------------------------------------- which answers */

struct judged {
	struct sha256 target;
	struct place place;
	enum flagged_verdict verdict;
	bool corrected;
};

struct work {
	struct db *db;
	struct block_cache *blocks;
	const struct flagged_opts *opts;
	VEC(struct judged) judged;
	struct arena hints;
	struct hash_set cases, traces;
};

static bool is_wanted(const struct flagged_opts *o, const struct judged *j)
{
	return (!o->verdicts || o->verdicts & 1U << j->verdict) && (!o->corrected || j->corrected);
}

static bool collect(struct work *w, struct err *err)
{
	struct stmt *s = db_query(w->db, SAID " ORDER BY n.target", err);
	if (!s)
		return false;
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct row r;
		if (!take_row(s, &r) || !counts(w->opts, &r))
			continue;
		struct judged *j = w->judged.n ? &w->judged.at[w->judged.n - 1] : NULL;
		if (!j || memcmp(&j->target, &r.target, sizeof r.target) != 0) {
			if (j && !is_wanted(w->opts, j))
				w->judged.n--;
			j = vec_add(&w->judged);
			*j = (struct judged){
			    .target = r.target,
			    .place = {.hint = arena_str(&w->hints, r.hint),
			              .input_hash = r.input_hash,
			              .output_hash = r.output_hash}
                        };
		}
		if (r.field == FIELD_VERDICT)
			j->verdict = together(j->verdict, r.value);
		j->corrected |= r.field == FIELD_CORRECTION;
	}
	stmt_end(s);
	if (w->judged.n && !is_wanted(w->opts, &w->judged.at[w->judged.n - 1]))
		w->judged.n--;
	return step == STEP_DONE;
}

/* The rows a filter keeps. */
static bool read_matches(struct work *w, const struct filter *f, bool cases, struct hash_set *into, struct err *err)
{
	struct buf sql = BUF_INIT;
	int n_params = 0;
	if (!filter_resolve(f, w->db, err))
		return false;
	buf_add_cstr(&sql, cases ? "SELECT c.run, c.case_id, c.repeat FROM case_result c LEFT JOIN case_key k ON k.id ="
	                           " c.case_id WHERE c.repeat >= 0 AND ("
	                         : "SELECT t.id FROM trace t WHERE (");
	filter_sql(&sql, f, &n_params);
	buf_add_cstr(&sql, ")");
	struct stmt *s = db_query_composed(w->db, buf_str(&sql), err);
	buf_done(&sql);
	if (!s)
		return false;
	filter_bind(s, f, 1);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		const struct case_at at = {col_int(s, 0), cases ? col_int(s, 1) : 0, cases ? col_int(s, 2) : 0};
		hash_set_add(into, cases ? places_case(&at) : (uint64_t)at.run);
	}
	stmt_free(s);
	return step == STEP_DONE;
}

static bool find_places(struct work *w, struct err *err)
{
	const struct flagged_opts *o = w->opts;
	bool narrowed = o->cases || o->traces;
	struct places_opts where = {.run = o->run,
	                            .cases = o->cases ? &w->cases : NULL,
	                            .traces = o->traces ? &w->traces : NULL,
	                            .no_cases = narrowed && !o->cases,
	                            .no_traces = narrowed && !o->traces};
	struct place *places = xcalloc(w->judged.n + 1, sizeof *places);
	for (size_t i = 0; i < w->judged.n; i++)
		places[i] = w->judged.at[i].place;
	bool ok = (!o->cases || read_matches(w, o->cases, true, &w->cases, err)) &&
	          (!o->traces || read_matches(w, o->traces, false, &w->traces, err)) &&
	          places_find(w->db, &where, places, w->judged.n, err);
	size_t kept = 0;
	for (size_t i = 0; ok && i < w->judged.n; i++) {
		w->judged.at[kept] = w->judged.at[i];
		w->judged.at[kept].place = places[i];
		kept += places[i].at.kind != SUBJECT_NONE || !(narrowed || o->run);
	}
	w->judged.n = kept;
	free(places);
	return ok;
}

#define ORDER(a, b)     \
	if ((a) != (b)) \
	return (a) < (b) ? -1 : 1

/* So that each block is read once. */
static int in_order(const void *pa, const void *pb)
{
	const struct place *a = &((const struct judged *)pa)->place, *b = &((const struct judged *)pb)->place;
	int ka = a->at.kind == SUBJECT_NONE ? N_SUBJECT_KINDS : (int)a->at.kind;
	int kb = b->at.kind == SUBJECT_NONE ? N_SUBJECT_KINDS : (int)b->at.kind;
	ORDER(ka, kb);
	ORDER(a->at.at.run, b->at.at.run);
	ORDER(a->order, b->order);
	ORDER(a->at.at.case_id, b->at.at.case_id);
	ORDER(a->at.at.repeat, b->at.at.repeat);
	ORDER(a->at.trace, b->at.trace);
	ORDER(a->at.span, b->at.span);
	return memcmp(&((const struct judged *)pa)->target, &((const struct judged *)pb)->target,
	              sizeof(struct sha256));
}

/* ---------------------------------------------------------------- what was said of one */

/* What one person said, in the making. */
struct speaker {
	struct flagged_said said;
	VEC(struct str) reasons, tags;
	VEC(struct flagged_score) scores;
};

struct hearing {
	struct arena *arena;
	VEC(struct speaker) at;
};

static struct speaker *speaker_of(struct hearing *h, const struct row *r)
{
	struct speaker *last = h->at.n ? &h->at.at[h->at.n - 1] : NULL; /* they come by author */
	if (last && str_eq(last->said.author, r->author))
		return last;
	last = vec_add(&h->at);
	*last = (struct speaker){
	    .said = {.author = arena_str(h->arena, r->author), .time_ns = TIME_UNKNOWN}
        };
	return last;
}

static void hear(struct hearing *h, const struct row *r)
{
	struct speaker *p = speaker_of(h, r);
	struct flagged_said *said = &p->said;
	struct str value = arena_str(h->arena, r->value), rest = value, part;
	if (said->time_ns == TIME_UNKNOWN || r->time_ns > said->time_ns) {
		said->time_ns = r->time_ns;
		said->queue = arena_str(h->arena, r->queue);
	}
	if (r->field == FIELD_VERDICT || !said->verdict.ptr)
		said->event = r->event;
	switch (r->field) {
	case FIELD_VERDICT:
		said->verdict = value;
		said->how = r->how;
		break;
	case FIELD_NOTE: said->note = value; break;
	case FIELD_CORRECTION: said->correction = value; break;
	case FIELD_PREFERENCE: said->preference = value; break;
	case FIELD_REASON:
		while (str_split(&rest, ',', &part))
			if (str_trim(part).len)
				*vec_add(&p->reasons) = str_trim(part);
		break;
	case FIELD_TAG: *vec_add(&p->tags) = value; break;
	case FIELD_SCORE: *vec_add(&p->scores) = (struct flagged_score){arena_str(h->arena, r->part), value}; break;
	case N_ANNOTATION_FIELDS: break;
	}
}

#define KEEP(list, arena, into, n_into)                                            \
	do {                                                                       \
		void *copy = arena_alloc(arena, (list).n * sizeof *(list).at + 1); \
		if ((list).n)                                                      \
			memcpy(copy, (list).at, (list).n * sizeof *(list).at);     \
		(into) = copy;                                                     \
		(n_into) = (list).n;                                               \
		vec_done(&(list));                                                 \
	} while (0)

static void keep_speakers(struct hearing *h, struct flagged *f)
{
	f->said = arena_zalloc(h->arena, h->at.n + 1, sizeof *f->said);
	f->n_said = h->at.n;
	for (size_t i = 0; i < h->at.n; i++) {
		struct speaker *p = &h->at.at[i];
		KEEP(p->reasons, h->arena, p->said.reasons, p->said.n_reasons);
		KEEP(p->tags, h->arena, p->said.tags, p->said.n_tags);
		KEEP(p->scores, h->arena, p->said.scores, p->said.n_scores);
		f->said[i] = p->said;
	}
	vec_done(&h->at);
}

static bool read_said(struct work *w, struct flagged *f, struct arena *arena, struct err *err)
{
	struct hearing h = {.arena = arena};
	struct stmt *s = db_query(w->db, SAID " WHERE n.target = ? ORDER BY n.author, n.field, n.part", err);
	if (!s)
		return false;
	stmt_blob(s, 1, (struct str){(const char *)f->target.byte, sizeof f->target.byte});
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct row r;
		if (take_row(s, &r) && counts(w->opts, &r))
			hear(&h, &r);
	}
	stmt_end(s);
	keep_speakers(&h, f);
	return step == STEP_DONE;
}

/* ---------------------------------------------------------------- what it comes to */

static void add_reason(struct str *reasons, size_t *n, struct str reason)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(reasons[i], reason))
			return;
	reasons[(*n)++] = reason;
}

static void sum_up(struct flagged *f, struct arena *arena)
{
	size_t n_reasons = 0, n = 0;
	int64_t noted = TIME_UNKNOWN, corrected = TIME_UNKNOWN;
	struct buf authors = BUF_INIT;
	f->time_ns = TIME_UNKNOWN;
	for (size_t i = 0; i < f->n_said; i++)
		n_reasons += f->said[i].n_reasons;
	struct str *reasons = arena_zalloc(arena, n_reasons + 1, sizeof *reasons);
	for (size_t i = 0; i < f->n_said; i++) {
		const struct flagged_said *s = &f->said[i];
		f->verdict = together(f->verdict, s->verdict);
		for (size_t k = 0; k < s->n_reasons; k++)
			add_reason(reasons, &n, s->reasons[k]);
		if (s->note.len && (noted == TIME_UNKNOWN || s->time_ns > noted)) {
			noted = s->time_ns;
			f->note = s->note;
		}
		if (s->correction.len && (corrected == TIME_UNKNOWN || s->time_ns > corrected)) {
			corrected = s->time_ns;
			f->correction = s->correction;
		}
		if (f->time_ns == TIME_UNKNOWN || s->time_ns > f->time_ns)
			f->time_ns = s->time_ns;
		buf_add_cstr(&authors, i ? ", " : "");
		buf_add_str(&authors, s->author);
	}
	f->reasons = reasons;
	f->n_reasons = n;
	f->authors = arena_str(arena, buf_str(&authors));
	buf_done(&authors);
}

/* Which answer of a pair all prefer. */
static void prefer(struct flagged *f)
{
	const struct subject *s = &f->subject;
	struct str a = s->raw_output.ptr ? s->raw_output : s->error,
	           b = s->raw_output_b.ptr ? s->raw_output_b : s->error_b;
	bool any = false, differ = false;
	for (size_t i = 0; i < f->n_said && f->place.at.kind == SUBJECT_PAIR; i++) {
		if (!f->said[i].preference.len)
			continue;
		int prefers = annotation_prefers(f->said[i].preference, a, b);
		differ = differ || (any && prefers != f->prefers);
		f->prefers = prefers;
		any = true;
	}
	if (differ) {
		f->prefers = -1;
		f->verdict = FLAGGED_DISAGREE;
	}
}

/* ---------------------------------------------------------------- what it was said of */

static struct str one_text(struct work *w, const char *sql, int64_t a, int64_t b, int64_t c, struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct stmt *s = db_query(w->db, sql, &ignored);
	struct str text = STR_NONE;
	if (!s)
		return text;
	stmt_int(s, 1, a);
	stmt_int(s, 2, b);
	stmt_int(s, 3, c);
	if (stmt_step(s, &ignored) == STEP_ROW)
		text = arena_str(arena, col_str(s, 0));
	stmt_end(s);
	return text;
}

/* The trace that a result names and that was not imported: a platform knows it all the same. */
static struct str named_trace(struct work *w, const struct case_at *at, struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct case_detail detail;
	return case_detail(w->db, w->blocks, *at, arena, &detail, &ignored) ? detail.res.trace_id : STR_NONE;
}

static void read_ids(struct work *w, struct flagged *f, struct arena *arena)
{
	const struct subject_at *at = &f->place.at;
	if (at->kind == SUBJECT_CASE) {
		f->case_key = one_text(w, "SELECT text FROM case_key WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3",
		                       at->at.case_id, 0, 0, arena);
		f->run_id =
		    one_text(w, "SELECT text FROM run WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3", at->at.run, 0, 0, arena);
		f->trace_id =
		    one_text(w,
		             "SELECT t.text FROM case_result c JOIN trace t ON t.key = c.trace WHERE c.run = ?1"
		             " AND c.case_id = ?2 AND c.repeat = ?3",
		             at->at.run, at->at.case_id, at->at.repeat, arena);
		f->run = f->subject.run;
		if (!f->trace_id.ptr)
			f->trace_id = named_trace(w, &at->at, arena);
	} else if (at->kind == SUBJECT_PAIR) {
		f->case_key = str_from(f->place.hint, 5);
		f->run = f->subject.run;
	} else if (at->kind == SUBJECT_TRACE || at->kind == SUBJECT_SPAN) {
		f->trace_id =
		    one_text(w, "SELECT text FROM trace WHERE id = ?1 AND ?2 = ?2 AND ?3 = ?3", at->trace, 0, 0, arena);
	}
	size_t span = at->kind == SUBJECT_SPAN ? str_find(f->subject.target.key, STR_LIT("/span:")) : SIZE_MAX;
	if (span != SIZE_MAX)
		f->span_id = str_from(f->subject.target.key, span + 6);
}

static void mask_list(struct arena *arena, const struct subject_text **list, size_t n)
{
	struct subject_text *masked = arena_zalloc(arena, n + 1, sizeof *masked);
	for (size_t i = 0; i < n; i++)
		masked[i] = (struct subject_text){mask_str(arena, (*list)[i].name), mask_str(arena, (*list)[i].text)};
	*list = masked;
}

static void mask_strs(struct arena *arena, const struct str **list, size_t n)
{
	struct str *masked = arena_zalloc(arena, n + 1, sizeof *masked);
	for (size_t i = 0; i < n; i++)
		masked[i] = mask_str(arena, (*list)[i]);
	*list = masked;
}

/* Everything but who judged. An id is masked where there is personal data in it, and then finds nothing any more. */
static void mask_all(struct flagged *f, struct arena *arena)
{
	struct subject *s = &f->subject;
	struct str *const texts[] = {&s->title,        &s->question, &s->answer,    &s->expected,   &s->error,
	                             &s->answer_b,     &s->error_b,  &s->raw_input, &s->raw_output, &s->raw_output_b,
	                             &s->raw_expected, &f->answer,   &f->answer_b,  &f->case_key,   &f->place.hint,
	                             &f->correction,   &f->note,     &f->run,       &s->run,        &s->run_b,
	                             &f->run_id,       &f->trace_id, &f->span_id};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = mask_str(arena, *texts[i]);
	mask_list(arena, &s->turns, s->n_turns);
	mask_list(arena, &s->fields, s->n_fields);
	mask_list(arena, &s->documents, s->n_documents);
	mask_strs(arena, &f->reasons, f->n_reasons);
	for (size_t i = 0; i < f->n_said; i++) {
		struct flagged_said *said = &f->said[i];
		said->note = mask_str(arena, said->note);
		said->correction = mask_str(arena, said->correction);
		said->queue = mask_str(arena, said->queue);
		mask_strs(arena, &said->reasons, said->n_reasons);
		mask_strs(arena, &said->tags, said->n_tags);
		struct flagged_score *scores = arena_zalloc(arena, said->n_scores + 1, sizeof *scores);
		for (size_t k = 0; k < said->n_scores; k++)
			scores[k] = (struct flagged_score){mask_str(arena, said->scores[k].name),
			                                   mask_str(arena, said->scores[k].value)};
		said->scores = scores;
	}
}

static bool tell_one(struct work *w, const struct judged *j, struct arena *arena, flagged_tell *tell, void *context,
                     struct err *err)
{
	struct flagged f = {.target = j->target, .place = j->place, .prefers = -1};
	struct err gone = ERR_INIT;
	if (str_starts(f.place.hint, "pair:") &&
	    !flagged_find_pair(w->db, w->blocks, &f.target, f.place.hint, arena, &f.place.at, err))
		return false;
	if (f.place.at.kind != SUBJECT_NONE && !subject_load(w->db, w->blocks, &f.place.at, arena, &f.subject, &gone)) {
		if (gone.code != ERR_NOT_FOUND && gone.code != ERR_INPUT) {
			*err = gone;
			return false;
		}
		f.subject = (struct subject){.at = {.kind = SUBJECT_NONE}};
		f.place.at.kind = SUBJECT_NONE;
	}
	if (!read_said(w, &f, arena, err))
		return false;
	f.answer = flagged_verbatim(f.subject.raw_output, f.subject.answer, arena);
	f.answer_b = flagged_verbatim(f.subject.raw_output_b, f.subject.answer_b, arena);
	read_ids(w, &f, arena);
	sum_up(&f, arena);
	prefer(&f);
	if (w->opts->masked)
		mask_all(&f, arena);
	return tell(context, &f, err);
}

static bool tell_all(struct work *w, flagged_tell *tell, void *context, struct err *err)
{
	struct arena arena = ARENA_INIT;
	bool ok = true;
	for (size_t i = 0; ok && i < w->judged.n; i++) {
		ok = tell_one(w, &w->judged.at[i], &arena, tell, context, err);
		arena_reset(&arena);
	}
	arena_done(&arena);
	return ok;
}

bool flagged_each(struct db *db, struct block_cache *blocks, const struct flagged_opts *opts, flagged_tell *tell,
                  void *context, struct err *err)
{
	struct work w = {.db = db, .blocks = blocks, .opts = opts, .hints = ARENA_INIT};
	if (!db_begin_read(db, err))
		return false;
	bool ok = collect(&w, err) && find_places(&w, err);
	if (ok && w.judged.n > 1)
		qsort(w.judged.at, w.judged.n, sizeof *w.judged.at, in_order);
	ok = ok && tell_all(&w, tell, context, err);
	db_end_read(db);
	vec_done(&w.judged);
	arena_done(&w.hints);
	hash_set_clear(&w.cases);
	hash_set_clear(&w.traces);
	return ok;
}
