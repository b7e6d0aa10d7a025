#include "import/import_explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/explain_hash.h"
#include "import/generic.h"
#include "import/import_private.h"
#include "import/mistake.h"
#include "store/base/text.h"
#include "store/base/vec.h"

enum { DEPTH = 3, ELEMENTS = 8, EXAMPLE = 60, RECORD_LARGE = 1 << 20 };
static const uint64_t TRIED_BYTES = 64 << 20; /* records read once more for the sake of trying */

struct explain {
	struct explain_report *report;
	const struct import_opts *opts;
	struct import_progress progress;
	struct run run;
};

/* Several records may each give a part of one span. */
struct seen_span {
	uint64_t key;
	enum span_kind kind;
};

/* One source at work. */
struct look {
	struct sink sink; /* first */
	struct explain *e;
	struct explain_source *to;
	const struct format *format;
	uint64_t entries;
	VEC(uint64_t) traces;
	VEC(struct seen_span) spans;
	VEC(struct explain_count) records;
	VEC(uint64_t) runs;
	struct explain_path paths[EXPLAIN_PATHS];
	size_t n_paths;
	uint64_t tried_bytes;
	struct buf path, mutated;
	/* the record at hand */
	struct job *job;
	const struct record *rec;
	bool has_base;
	uint64_t base; /* hash of what it gives */
};

/* ---------------------------------------------------------------- counting */

/* What `filled` counts. */
#define FILLED(X)                \
	X(TRACES, "traces")      \
	X(SPANS, "spans")        \
	X(SCORES, "scores")      \
	X(RUNS, "eval runs")     \
	X(CASES, "case results") \
	X(ANNOTATIONS, "review events")

/* Of a span `s`. */
#define FIELDS(X)                                                                        \
	X(PARENT, "parent", s->parent_id.len > 0)                                        \
	X(START, "start", s->start_ns != TIME_UNKNOWN)                                   \
	X(END, "end", s->end_ns != TIME_UNKNOWN)                                         \
	X(STATUS, "status", s->status != STATUS_UNSET)                                   \
	X(MODEL, "model", s->model.len > 0)                                              \
	X(TOKENS, "tokens", s->tokens_in != UNKNOWN_INT || s->tokens_out != UNKNOWN_INT) \
	X(COST, "cost", !isnan(s->cost_usd))                                             \
	X(MESSAGES, "messages", s->n_messages > 0)                                       \
	X(INPUT, "input", s->input.len > 0)                                              \
	X(OUTPUT, "output", s->output.len > 0)                                           \
	X(DOCUMENTS, "documents", s->n_documents > 0)                                    \
	X(EVENTS, "events", s->n_events > 0)                                             \
	X(LINKS, "links", s->n_links > 0)                                                \
	X(TOOL, "tool", s->tool_name.len > 0)                                            \
	X(PROMPT, "prompt", s->prompt_name.len > 0 || s->prompt_text.len > 0)            \
	X(SESSION, "session", s->session.len > 0)                                        \
	X(USER, "user", s->user.len > 0)                                                 \
	X(SERVICE, "service", s->service.len > 0)                                        \
	X(TAGS, "tags", s->n_tags > 0)                                                   \
	X(FIRST_TOKEN, "time to first token", s->first_token_ns != UNKNOWN_INT)          \
	X(ATTRIBUTES, "attributes", s->n_attributes > 0)

#define FILLED_ENUM(id, label)      FILLED_##id,
#define FIELD_ENUM(id, label, has)  FILLED_##id,
#define FILLED_NAME(id, label)      {.name = (label)},
#define FIELD_NAME(id, label, has)  {.name = (label)},
#define FIELD_COUNT(id, label, has) c[FILLED_##id].n += (has);
enum { FILLED(FILLED_ENUM) FIELDS(FIELD_ENUM) N_FILLED };
static const struct explain_count filled_names[N_FILLED] = {FILLED(FILLED_NAME) FIELDS(FIELD_NAME)};

static struct look *look_of(struct sink *sink)
{
	return (struct look *)(void *)sink;
}

static const char *slot_path(const struct format *format, int slot)
{
	for (const struct record_path *p = format->paths; p && p->path; p++)
		if (p->slot == slot)
			return p->path;
	return "";
}

static uint64_t on_entry(struct sink *sink, const struct entry *e)
{
	struct look *l = look_of(sink);
	l->entries++;
	if (e->type != ENTRY_RECORD)
		return l->entries;
	const char *path = slot_path(l->format, e->slot);
	size_t i = 0;
	while (i < l->records.n && l->records.at[i].name != path)
		i++;
	if (i == l->records.n)
		*vec_add(&l->records) = (struct explain_count){.name = path};
	l->records.at[i].n++;
	return l->entries;
}

/* Without an id: a trace of the record's own. */
static uint64_t note_trace(struct look *l, struct id_scope scope, struct str id)
{
	struct hash128 key;
	uint64_t n = hash64((struct str){(const char *)&l->entries, sizeof l->entries});
	if (id.len) {
		key = model_trace_key(scope, id);
		memcpy(&n, key.byte, sizeof n);
	}
	if (!l->traces.n || l->traces.at[l->traces.n - 1] != n)
		*vec_add(&l->traces) = n;
	return n;
}

static void note_span(struct look *l, const struct span *s, uint64_t trace)
{
	bool is_hex;
	struct str id = s->id;
	uint64_t parts[] = {trace, l->spans.n};
	if (model_is_answer(id)) /* one call with its other half */
		id = str_cut(id, 0, id.len - strlen(MODEL_ANSWER));
	if (id.len)
		parts[1] = (uint64_t)model_span_key(id, &is_hex);
	*vec_add(&l->spans) = (struct seen_span){hash64((struct str){(const char *)parts, sizeof parts}), s->kind};
}

static void on_span(struct sink *sink, const struct span *s)
{
	struct look *l = look_of(sink);
	struct explain_count *c = l->to->filled;
	note_span(l, s, note_trace(l, s->scope, s->trace_id));
	FIELDS(FIELD_COUNT)
}

static void on_trace(struct sink *sink, const struct trace *t)
{
	if (t->id.len)
		note_trace(look_of(sink), t->scope, t->id);
}

static void on_score(struct sink *sink, const struct score *score)
{
	(void)score;
	look_of(sink)->to->filled[FILLED_SCORES].n++;
}

static void on_run(struct sink *sink, const struct eval_run *run)
{
	struct look *l = look_of(sink);
	uint64_t id = run->id.len ? hash64(run->id) : 0;
	for (size_t i = l->runs.n; i-- > 0;)
		if (l->runs.at[i] == id)
			return; /* told again */
	*vec_add(&l->runs) = id;
	l->to->filled[FILLED_RUNS].n++;
}

static void on_case(struct sink *sink, const struct case_result *res)
{
	struct look *l = look_of(sink);
	l->to->filled[FILLED_CASES].n++;
	l->to->filled[FILLED_SCORES].n += (int64_t)res->n_scores;
}

static void on_annotation(struct sink *sink, const struct annotation *a)
{
	(void)a;
	look_of(sink)->to->filled[FILLED_ANNOTATIONS].n++;
}

static void on_problem(struct sink *sink, const struct problem *p)
{
	struct look *l = look_of(sink);
	struct explain_source *to = l->to;
	struct arena *a = &l->e->report->arena;
	int code = problem_exit(p);
	to->exit_code = code > to->exit_code ? code : to->exit_code;
	to->problems_total++;
	if (!to->problems)
		to->problems = arena_zalloc(a, PROBLEMS_SHOWN, sizeof *to->problems);
	if (to->n_problems == PROBLEMS_SHOWN)
		return;
	struct problem *keep = &to->problems[to->n_problems++];
	*keep = *p;
	keep->file = to->file.ptr;
	keep->entry = p->entry ? arena_cstr(a, p->entry).ptr : to->entry.ptr;
	keep->path = arena_str(a, p->path);
	keep->reason = arena_str(a, p->reason);
	keep->kept = arena_str(a, p->kept);
	keep->code = arena_cstr(a, p->code).ptr;
}

static const struct sink_ops counting = {
    .entry = on_entry,
    .span = on_span,
    .trace = on_trace,
    .score = on_score,
    .run = on_run,
    .case_result = on_case,
    .annotation = on_annotation,
    .problem = on_problem,
};

/* ---------------------------------------------------------------- what has an effect */

/* The hash of all that a record gives, but for the attributes, which are kept whatever they are. */
static uint64_t read_hash(struct look *l, const struct record *rec)
{
	struct explain_hash hash;
	struct arena arena = ARENA_INIT;
	struct err unseen = ERR_INIT;
	explain_hash_init(&hash);
	struct import im = {
	    .sink = &hash.sink,
	    .arena = &arena,
	    .format = l->format,
	    .state = l->format->state_size ? xcalloc(1, l->format->state_size) : NULL,
	    .file = "",
	    .map = l->job->known.map,
	};
	l->format->record(&im, rec, &unseen);
	if (l->format->finish) /* what it holds back until more comes */
		l->format->finish(&im, &unseen);
	import_state_done(&im);
	repeat_done(&im.repeat);
	arena_done(&arena);
	return explain_hash_done(&hash);
}

/* Whether the record reads otherwise with `with` in the place of `what`. */
static bool matters(struct look *l, struct val what, const char *with)
{
	struct str raw = val_raw(what), all = l->rec->bytes;
	size_t at = (size_t)(raw.ptr - all.ptr);
	struct scan scan = SCAN_INIT;
	const struct scan_opts opts = {.last = true, .lenient = l->format->lenient, .replace_utf8 = true};
	if (!l->has_base)
		l->base = read_hash(l, l->rec);
	l->has_base = true;
	buf_clear(&l->mutated);
	buf_add_str(&l->mutated, str_cut(all, 0, at));
	buf_add_cstr(&l->mutated, with);
	buf_add_str(&l->mutated, str_from(all, at + raw.len));
	l->tried_bytes += all.len;
	bool differs = true;
	if (scan_text(&scan, buf_str(&l->mutated), &opts)) {
		struct record changed = *l->rec;
		changed.bytes = buf_str(&l->mutated);
		changed.root = scan_root(&scan);
		differs = read_hash(l, &changed) != l->base;
	}
	scan_done(&scan);
	return differs;
}

/* Another value, for what is only a second source of something: the first scalar in it. */
static bool value_matters(struct look *l, struct val value)
{
	for (int depth = 0; depth < DEPTH && (val_is(value, SCAN_OBJECT) || val_is(value, SCAN_ARRAY)); depth++)
		value = val_first(value).val;
	switch (val_type(value)) {
	case SCAN_TRUE: return matters(l, value, "false");
	case SCAN_FALSE: return matters(l, value, "true");
	case SCAN_NUMBER:
	case SCAN_NAN: return matters(l, value, "17");
	case SCAN_STRING: return matters(l, value, "\"17\"") || matters(l, value, "\"TOOL\"");
	case SCAN_NONE:
	case SCAN_NULL:
	case SCAN_ARRAY:
	case SCAN_OBJECT: break;
	}
	return false;
}

static struct explain_path *path_named(struct look *l, struct str path)
{
	for (size_t i = 0; i < l->n_paths; i++)
		if (str_eq(l->paths[i].path, path))
			return &l->paths[i];
	l->to->more_paths |= l->n_paths == EXPLAIN_PATHS;
	if (l->n_paths == EXPLAIN_PATHS)
		return NULL;
	struct explain_path *p = &l->paths[l->n_paths++];
	*p = (struct explain_path){.path = arena_str(&l->e->report->arena, path)};
	return p;
}

/* Something that could have an effect. */
static bool says_something(struct val v)
{
	struct str raw = val_raw(v);
	return val_ok(v) && raw.len > 0 && !str_is(raw, "\"\"") && !str_is(raw, "[]") && !str_is(raw, "{}");
}

/* true: the member has an effect, so what is in it may be looked at, too. */
static bool take_path(struct look *l, struct val name, struct val value)
{
	struct explain_path *p = says_something(value) ? path_named(l, buf_str(&l->path)) : NULL;
	if (!p)
		return false;
	p->times++;
	if (!p->example.ptr)
		p->example = text_preview(&l->e->report->arena, str_cut(val_raw(value), 0, 4 * EXAMPLE), EXAMPLE);
	bool may = p->tries < EXPLAIN_TRIES && l->rec->bytes.len <= RECORD_LARGE && l->tried_bytes < TRIED_BYTES;
	if (!p->used && may) {
		p->tries++;
		p->used = matters(l, name, "\"?~?\"") || value_matters(l, value);
	}
	return p->used;
}

/* One of a list of {"key": …, "value": …}. */
static bool take_pair(struct look *l, struct val element)
{
	struct val key = val_get(element, "key"), value = val_get(element, "value");
	size_t len = l->path.len;
	if (!val_is(key, SCAN_STRING) || !value.scan)
		return false;
	buf_add_char(&l->path, '[');
	buf_add_str(&l->path, str_cut(val_raw(key), 1, val_raw(key).len - 2));
	buf_add_char(&l->path, ']');
	take_path(l, key, value);
	l->path.len = len;
	return true;
}

/* At most DEPTH deep. */
static void walk(struct look *l, struct val container, int depth)
{
	size_t len = l->path.len;
	int elements = 0;
	for (struct member m = val_first(container); m.ok; m = val_next(m)) {
		if (!m.key.scan) {
			bool pair = val_is(m.val, SCAN_OBJECT) && take_pair(l, m.val);
			if (pair || ++elements > ELEMENTS || !val_is(m.val, SCAN_OBJECT))
				continue;
			buf_add_cstr(&l->path, "[]");
			walk(l, m.val, depth);
		} else {
			struct str key = str_cut(val_raw(m.key), 1, val_raw(m.key).len - 2);
			buf_add_cstr(&l->path, len ? "." : "");
			buf_add_str(&l->path, str_cut(key, 0, 100));
			if (take_path(l, m.key, m.val) && depth + 1 < DEPTH)
				walk(l, m.val, depth + 1);
		}
		l->path.len = len;
	}
}

static void on_seen(void *context, struct job *job, const struct record *rec)
{
	struct look *l = context;
	l->job = job;
	l->rec = rec;
	l->has_base = false;
	buf_clear(&l->path);
	if (val_is(rec->root, SCAN_OBJECT))
		walk(l, rec->root, 0);
}

/* ---------------------------------------------------------------- one source */

static int by_score(const void *pa, const void *pb)
{
	const struct explain_probe *a = pa, *b = pb;
	return a->score != b->score ? b->score - a->score : strcmp(a->format->name, b->format->name);
}

static void probe_all(struct explain_source *to, const struct sample *sample, struct arena *arena)
{
	while (formats[to->n_probes])
		to->n_probes++;
	to->probes = arena_zalloc(arena, to->n_probes, sizeof *to->probes);
	for (size_t i = 0; i < to->n_probes; i++) {
		const char *why = "";
		int score = formats[i]->probe(sample, &why);
		to->probes[i] = (struct explain_probe){.format = formats[i], .score = score, .why = why ? why : ""};
	}
	qsort(to->probes, to->n_probes, sizeof *to->probes, by_score);
}

static int by_times(const void *pa, const void *pb)
{
	const struct explain_path *a = pa, *b = pb;
	if (a->times != b->times)
		return a->times < b->times ? 1 : -1;
	return str_cmp(a->path, b->path);
}

static int by_number(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;
	return a < b ? -1 : a > b;
}

/* By key; of parts of one span the one that knows the kind last. */
static int by_key(const void *pa, const void *pb)
{
	const struct seen_span *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->kind != KIND_SPAN) - (b->kind != KIND_SPAN);
}

static void count_spans(struct look *l)
{
	size_t n = l->spans.n;
	const struct seen_span *at = l->spans.at;
	if (n)
		qsort(l->spans.at, n, sizeof *l->spans.at, by_key);
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && at[i + 1].key == at[i].key)
			continue;
		l->to->filled[FILLED_SPANS].n++;
		l->to->kinds[at[i].kind].n++;
	}
}

static void keep_results(struct look *l)
{
	struct explain_source *to = l->to;
	struct arena *a = &l->e->report->arena;
	if (l->traces.n)
		qsort(l->traces.at, l->traces.n, sizeof *l->traces.at, by_number);
	for (size_t i = 0; i < l->traces.n; i++)
		to->filled[FILLED_TRACES].n += i == 0 || l->traces.at[i] != l->traces.at[i - 1];
	count_spans(l);
	to->n_records = l->records.n;
	to->records = arena_zalloc(a, l->records.n + 1, sizeof *to->records);
	if (l->records.n)
		memcpy(to->records, l->records.at, l->records.n * sizeof *to->records);
	to->unused = arena_zalloc(a, l->n_paths + 1, sizeof *to->unused);
	for (size_t i = 0; i < l->n_paths; i++)
		if (l->paths[i].tries && !l->paths[i].used)
			to->unused[to->n_unused++] = l->paths[i];
	if (to->n_unused > 1)
		qsort(to->unused, to->n_unused, sizeof *to->unused, by_times);
}

static bool read_source(struct explain *e, struct explain_source *to, struct job *job, struct err *err)
{
	struct look *l = xcalloc(1, sizeof *l);
	struct arena *a = &e->report->arena;
	*l = (struct look){
	    .sink = {.ops = &counting, .wants = SINK_PAYLOAD},
              .e = e, .to = to, .format = job->format
        };
	to->n_filled = N_FILLED;
	to->filled = arena_zalloc(a, N_FILLED, sizeof *to->filled);
	memcpy(to->filled, filled_names, sizeof filled_names);
	to->n_kinds = N_KINDS;
	to->kinds = arena_zalloc(a, N_KINDS, sizeof *to->kinds);
	for (int i = 0; i < N_KINDS; i++)
		to->kinds[i].name = kind_name((enum span_kind)i);
	job->sink = &l->sink;
	job->seen = job->format->stateful ? NULL : on_seen; /* a record read alone would say little of what it does */
	job->seen_context = l;
	to->untried = job->format->stateful;
	job->stop_at = EXPLAIN_BYTES;
	bool ok = job_show(job, err);
	to->bytes = reader_offset(job->reader);
	to->cut_short = job->cut_short;
	keep_results(l);
	vec_done(&l->traces);
	vec_done(&l->spans);
	vec_done(&l->records);
	vec_done(&l->runs);
	buf_done(&l->path);
	buf_done(&l->mutated);
	free(l);
	return ok;
}

static void refuse(struct explain *e, struct explain_source *to, struct str why, bool quiet)
{
	to->refused = arena_str(&e->report->arena, why);
	to->exit_code = quiet ? 0 : 3;
}

static bool look_at(struct explain *e, struct explain_source *to, struct job *job, bool quiet, struct err *err)
{
	struct err why = ERR_INIT;
	struct str bytes;
	bool whole;
	const char *compression = reader_compression(job->reader);
	if (compression) /* a bundle keeps its archive's */
		to->compression = compression;
	if (!job_look(job, &bytes, &whole, &why)) {
		refuse(e, to, str_of(why.text), false);
		return true;
	}
	to->conversion = reader_conversion(job->reader);
	if (job->is_archive) {
		to->archive = archive_kind_name(job->is_archive);
		if (job->entry)
			refuse(e, to, STR_LIT(ARCHIVE_NESTED), false);
		return true;
	}
	if (whole && str_trim(bytes).len == 0) {
		refuse(e, to, STR_LIT("there is nothing in it"), quiet);
		return true;
	}
	const char *reason = "";
	probe_all(to, &job->sample, &e->report->arena);
	if (!job_find_format(job, &reason, err))
		return false;
	to->format = job->format;
	if (job->format ? generic_is_format(job->format) : to->conversion && strcmp(to->conversion, "csv") == 0) {
		struct generic_said *said;
		to->map = arena_str(&e->report->arena, job->known.map);
		to->mapped_ns = job->mapped_ns;
		to->n_columns = generic_explain(&job->sample, job->known.map, &e->report->arena, &said);
		to->columns = arena_zalloc(&e->report->arena, to->n_columns + 1, sizeof *to->columns);
		for (size_t i = 0; i < to->n_columns; i++)
			to->columns[i] = (struct explain_column){said[i].column, said[i].field, said[i].mapped};
	}
	if (job->format)
		return read_source(e, to, job, err);
	struct problem mistake;
	struct buf text = BUF_INIT;
	if (!quiet && mistake_find(&job->sample, &job->arena, &mistake))
		buf_printf(&text, "record %llu, line %llu, byte %llu: " STR_FMT, (unsigned long long)mistake.record,
		           (unsigned long long)mistake.line, (unsigned long long)mistake.offset,
		           STR_ARG(mistake.reason));
	refuse(e, to, text.len ? buf_str(&text) : str_of(reason), quiet);
	buf_done(&text);
	return true;
}

/* ---------------------------------------------------------------- files and members */

static size_t add_source(struct explain *e, struct str file, struct str entry)
{
	struct explain_report *r = e->report;
	if (r->n_sources == r->cap_sources) {
		size_t cap = r->cap_sources ? size_mul(r->cap_sources, 2) : 8;
		struct explain_source *more = arena_zalloc(&r->arena, cap, sizeof *more);
		if (r->n_sources)
			memcpy(more, r->sources, r->n_sources * sizeof *more);
		r->sources = more;
		r->cap_sources = cap;
	}
	r->sources[r->n_sources] = (struct explain_source){.file = file, .entry = entry};
	return r->n_sources++;
}

static bool member(struct explain *e, struct archive_in *in, const struct archive_member *m, enum archive_event event,
                   const char *path, struct err *err)
{
	struct job job;
	struct import_file unused = {.file = str_of(path)};
	struct err why = ERR_INIT;
	size_t i = add_source(e, str_of(path), arena_cstr(&e->report->arena, m->name));
	struct explain_source *to = &e->report->sources[i];
	bool ok = true;
	job_init(&job, &e->run, &unused, path);
	job.entry = to->entry.ptr;
	if (event == ARCHIVE_IN_MEMBER)
		job.reader = archive_in_member(in, &why);
	if (event != ARCHIVE_IN_MEMBER)
		refuse(e, to, str_of(m->why), event == ARCHIVE_IN_PASSED);
	else if (!job.reader)
		refuse(e, to, str_of(why.text), strcmp(reader_code(NULL), "unknown-format") == 0);
	else
		ok = look_at(e, to, &job, true, err);
	if (job.reader)
		archive_in_gave(in, reader_offset(job.reader));
	job_done(&job);
	return ok;
}

/* An archive that is one source. */
static bool bundle(struct explain *e, size_t archive, struct archive_in *in, const struct bundle_plan *plan,
                   const struct archive_member *first, enum archive_event event, struct err *err)
{
	struct job job;
	struct explain_source *to = &e->report->sources[archive];
	struct import_file unused = {.file = to->file};
	struct err why = ERR_INIT;
	struct bundle *b = bundle_open(plan, in, first, event, e->opts->depth_max);
	bool ok = true;
	job_init(&job, &e->run, &unused, to->file.ptr);
	job.plan = plan;
	job.bundle = b;
	job.reader = bundle_reader(b, to->file.ptr, &why);
	if (job.reader)
		ok = look_at(e, to, &job, false, err);
	else
		refuse(e, to, str_of(why.text), false);
	job_done(&job);
	bundle_close(b);
	return ok;
}

static bool members(struct explain *e, size_t archive, struct job *outer, struct err *err)
{
	struct archive_member m = {.name = NULL};
	enum archive_event event = ARCHIVE_IN_END;
	const char *code = NULL;
	struct err why = ERR_INIT;
	struct bundle_plan plan;
	struct archive_in *in = archive_in_open(outer->reader, outer->path, outer->is_archive, NULL, &code, &why);
	bool ok = true, any = in != NULL;
	if (any)
		event = archive_in_next(in, &m, &code, &why);
	any = any && event != ARCHIVE_IN_END && event != ARCHIVE_IN_STOPPED;
	bundle_plan_init(&plan, outer->reader, outer->path, outer->is_archive, any ? m.name : NULL);
	if (any && plan.format)
		ok = bundle(e, archive, in, &plan, &m, event, err);
	for (; ok && any && !plan.format && event != ARCHIVE_IN_END && event != ARCHIVE_IN_STOPPED;
	     event = archive_in_next(in, &m, &code, &why))
		ok = member(e, in, &m, event, outer->path, err);
	if (code)
		refuse(e, &e->report->sources[archive], str_of(why.text), false);
	bundle_plan_done(&plan);
	archive_in_close(in);
	return ok;
}

static bool one_path(struct explain *e, const struct import_path *path, struct err *err)
{
	struct job job;
	struct import_file unused = {.file = str_of(path->path)};
	struct err why = ERR_INIT;
	size_t i = add_source(e, str_of(path->path), STR_NONE);
	bool quiet = path->folder && !path->empty_dir, ok = true;
	job_init(&job, &e->run, &unused, path->path);
	if (path->failed)
		refuse(e, &e->report->sources[i], str_of(strerror(path->failed)), false);
	else if (path->empty_dir)
		refuse(e, &e->report->sources[i], STR_LIT("there is no file in this folder"), false);
	else if (!(job.reader = reader_open(path->path, NULL, &why)))
		refuse(e, &e->report->sources[i], str_of(why.text), quiet && strcmp(reader_code(NULL), "io") != 0);
	else
		ok = look_at(e, &e->report->sources[i], &job, quiet, err) &&
		     (!job.is_archive || members(e, i, &job, err));
	job_done(&job);
	return ok;
}

bool import_explain(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                    struct explain_report *report, struct err *err)
{
	*report = (struct explain_report){.arena = ARENA_INIT};
	struct explain e = {.report = report, .opts = opts};
	struct import_path *list;
	size_t n_list;
	bool ok = true;
	e.run = (struct run){.db = db, .opts = opts, .progress = &e.progress};
	import_files(paths, n, &report->arena, &list, &n_list, NULL);
	for (size_t i = 0; ok && i < n_list; i++)
		ok = one_path(&e, &list[i], err);
	for (size_t i = 0; i < report->n_sources; i++)
		if (report->sources[i].exit_code > report->exit_code)
			report->exit_code = report->sources[i].exit_code;
	return ok;
}

void explain_report_done(struct explain_report *r)
{
	arena_done(&r->arena);
	*r = (struct explain_report){.arena = ARENA_INIT};
}
