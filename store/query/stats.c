#include "store/query/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/hist.h"
#include "store/query/stats_private.h"
#include "store/span_row.h"
#include "store/stat/interval.h"

static const char *const names[N_STATS_BY] = {
    [STATS_KIND] = "kind",         [STATS_MODEL] = "model",     [STATS_PROVIDER] = "provider",
    [STATS_TOOL] = "tool",         [STATS_STEP] = "step",       [STATS_PROMPT] = "prompt",
    [STATS_NAME] = "name",         [STATS_SERVICE] = "service", [STATS_SESSION] = "session",
    [STATS_USER] = "user",         [STATS_HOUR] = "hour",       [STATS_DAY] = "day",
    [STATS_DOCUMENT] = "document", [STATS_CHECK] = "check",
};

const char *stats_by_name(enum stats_by by)
{
	return names[by];
}

bool stats_by_named(struct str name, enum stats_by *by)
{
	for (int i = 0; i < N_STATS_BY; i++)
		if (str_ieq(name, names[i])) {
			*by = (enum stats_by)i;
			return true;
		}
	return false;
}

bool stats_by_is_of_spans(enum stats_by by)
{
	return by < STATS_NAME;
}

/* field="word", if there is a word. */
void stats_filter(struct stats *s, struct str *out, const char *field, struct str word)
{
	struct buf text = BUF_INIT;
	if (!word.len)
		return;
	buf_printf(&text, "%s=\"", field);
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] == '"' || word.ptr[i] == '\\')
			buf_add_char(&text, '\\');
		buf_add_char(&text, word.ptr[i]);
	}
	buf_add_char(&text, '"');
	*out = arena_str(&s->arena, buf_str(&text));
	buf_done(&text);
}

struct stmt *stats_traces(struct db *db, const struct stats_query *q, const char *head, const char *tail, int *params,
                          struct err *err)
{
	struct buf sql = BUF_INIT;
	*params = q->source ? 1 : 0;
	if (!filter_resolve(q->filter, db, err))
		return NULL;
	buf_printf(&sql, "SELECT %s FROM trace t WHERE t.seen > 0%s", head,
	           q->source ? " AND (t.seen = ?1 OR t.source = ?1)" : "");
	if (!filter_is_empty(q->filter)) {
		buf_add_cstr(&sql, " AND (");
		filter_sql(&sql, q->filter, params);
		buf_add_char(&sql, ')');
	}
	buf_add_cstr(&sql, tail);
	struct stmt *s = db_query_composed(db, buf_str(&sql), err);
	buf_done(&sql);
	if (s && q->source)
		stmt_int(s, 1, q->source);
	if (s)
		filter_bind(s, q->filter, q->source ? 2 : 1);
	return s;
}

/* ---------------------------------------------------------------- local hours and days */

enum { CLOCK_PLACES = 4096 };
#define QUARTER_NS (15LL * 60 * 1000000000) /* zones differ by whole quarters of an hour */

struct wall {
	int64_t quarter; /* since the epoch */
	uint32_t day;    /* year, month and day in decimal; 0: not known */
	uint32_t hour;
};
struct clock {
	struct wall at[CLOCK_PLACES];
};

static const struct wall *wall_of(struct clock *clock, int64_t ns)
{
	int64_t quarter = ns / QUARTER_NS - (ns % QUARTER_NS < 0);
	struct wall *wall = &clock->at[(uint64_t)quarter % CLOCK_PLACES];
	struct tm tm;
	if (wall->day && wall->quarter == quarter)
		return wall;
	*wall = (struct wall){.quarter = quarter};
	if (units_local(ns, &tm)) {
		wall->day = (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
		wall->hour = (uint32_t)tm.tm_hour;
	}
	return wall;
}

/* ---------------------------------------------------------------- traces */

struct started {
	int64_t ns;
	bool failed;
};

struct walk {
	const struct stats_query *q;
	struct stats *out;
	struct tally all;
	struct groups groups[N_STATS_BY];
	struct clock *clock;
	VEC(struct started) starts;
	VEC(struct span_range) ranges;
	bool any_estimated;
	double cost_mean, cost_m2; /* Welford */
};

static bool wants(const struct walk *w, enum stats_by by)
{
	return w->q->sections & STATS_BIT(by);
}

/* A trace as it lies in the index: each column is read once, however many sections count it. */
struct walked {
	int64_t start_ns, duration_ns, tokens_in, tokens_out;
	int32_t bucket; /* of its duration; -1: none */
	double cost_usd;
	bool failed, estimated;
};

static void count_trace(struct tally *t, const struct walked *r)
{
	t->n++;
	t->errors += r->failed;
	if (r->bucket >= 0)
		tally_times(t, r->bucket, 1);
	if (r->duration_ns > 0 && __builtin_add_overflow(t->total_ns, r->duration_ns, &t->total_ns))
		t->total_ns = INT64_MAX;
	tally_tokens(t, 0, r->tokens_in);
	tally_tokens(t, 1, r->tokens_out);
	tally_cost(t, r->cost_usd, r->estimated);
}

static void add_cost(struct walk *w, double usd)
{
	if (!isfinite(usd))
		return;
	w->out->head.costed++;
	double before = usd - w->cost_mean;
	w->cost_mean += before / (double)w->out->head.costed;
	w->cost_m2 += before * (usd - w->cost_mean);
}

static void count_by(struct walk *w, const struct walked *r, enum stats_by by, uint64_t key)
{
	count_trace(&groups_of(&w->groups[by], key, 0)->tally, r);
}

#define WALK_FIGURES                                                                                       \
	"t.start_ns, t.duration_ns, t.status = 2 OR t.errors > 0, t.tokens_in, t.tokens_out, t.cost_usd, " \
	"t.spans"
#define WALK_GROUPS ", t.name, t.service, t.session, t.user"
#define WALK_RANGES ", t.first, t.n"
/* Not in the index that has all of the above, but in one of its own; most stores have none or few. */
#define WALK_ESTIMATED ", EXISTS(SELECT 1 FROM trace e INDEXED BY trace_estimated WHERE e.id = t.id AND e.usage = 1)"
enum { AT_GROUPS = 7, AT_RANGES = 11, AT_ESTIMATED = 13 };
_Static_assert(TRACE_COST_ESTIMATED == 1 && STATUS_ERROR == 2, "the SQL above names them by number");

static void read_walked(struct walk *w, struct stmt *s, struct walked *r)
{
	*r = (struct walked){.start_ns = col_int(s, 0),
	                     .duration_ns = col_int(s, 1),
	                     .failed = col_int_or(s, 2, 0) > 0,
	                     .tokens_in = col_int(s, 3),
	                     .tokens_out = col_int(s, 4),
	                     .cost_usd = col_double(s, 5),
	                     .estimated = w->any_estimated && col_int_or(s, AT_ESTIMATED, 0) > 0};
	r->bucket = r->duration_ns >= 0 ? hist_bucket(r->duration_ns) : -1;
}

static void walk_trace(struct walk *w, struct stmt *s)
{
	struct walked r;
	read_walked(w, s, &r);
	count_trace(&w->all, &r);
	add_cost(w, r.cost_usd);
	w->out->spans += col_int_or(s, 6, 0);
	for (int i = 0; i < 4; i++)
		if (wants(w, (enum stats_by)(STATS_NAME + i)))
			count_by(w, &r, (enum stats_by)(STATS_NAME + i), (uint64_t)col_int_or(s, AT_GROUPS + i, 0));
	if (r.start_ns != TIME_UNKNOWN) {
		*vec_add(&w->starts) = (struct started){r.start_ns, r.failed};
		bool hours = wants(w, STATS_HOUR), days = wants(w, STATS_DAY);
		const struct wall *wall = hours || days ? wall_of(w->clock, r.start_ns) : NULL;
		if (hours && wall->day)
			count_by(w, &r, STATS_HOUR, wall->hour);
		if (days && wall->day)
			count_by(w, &r, STATS_DAY, wall->day);
	}
	if (!(w->q->sections & STATS_OF_SPANS))
		return;
	struct span_range range = {col_int_or(s, AT_RANGES, 0), col_int_or(s, AT_RANGES + 1, 0)};
	if (range.n > 0)
		*vec_add(&w->ranges) = range;
}

/* Only the columns that somebody asks for: an index entry is read as far as its last one. */
static struct stmt *open_walk(struct db *db, const struct walk *w, struct err *err)
{
	struct buf columns = BUF_INIT;
	int params;
	bool groups = w->q->sections & STATS_OF_TRACES, ranges = w->q->sections & STATS_OF_SPANS;
	buf_printf(&columns, "%s%s%s%s", WALK_FIGURES, groups ? WALK_GROUPS : ", 0, 0, 0, 0",
	           ranges ? WALK_RANGES : ", 0, 0", w->any_estimated ? WALK_ESTIMATED : "");
	struct stmt *s = stats_traces(db, w->q, buf_cstr(&columns), " ORDER BY t.start_ns DESC", &params, err);
	buf_done(&columns);
	return s;
}

static bool walk(struct db *db, struct walk *w, struct err *err)
{
	int64_t estimated;
	if (!db_int(db, "SELECT 1 FROM trace WHERE usage = 1 LIMIT 1", 0, &estimated, err))
		return false;
	w->any_estimated = estimated != 0;
	struct stmt *s = open_walk(db, w, err);
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW)
		walk_trace(w, s);
	stmt_free(s);
	return step == STEP_DONE;
}

static void fill_buckets(struct walk *w)
{
	struct stats_head *head = &w->out->head;
	head->from_ns = head->to_ns = TIME_UNKNOWN;
	for (size_t i = 0; i < w->starts.n; i++) {
		int64_t ns = w->starts.at[i].ns;
		head->from_ns = i == 0 || ns < head->from_ns ? ns : head->from_ns;
		head->to_ns = i == 0 || ns > head->to_ns ? ns : head->to_ns;
	}
	head->started = (int64_t)w->starts.n;
	/* Unsigned: a file may hold the first and the last instant there is. */
	uint64_t from = (uint64_t)head->from_ns, width = ((uint64_t)head->to_ns - from) / STATS_BUCKETS + 1;
	for (size_t i = 0; i < w->starts.n; i++) {
		uint64_t bucket = ((uint64_t)w->starts.at[i].ns - from) / width;
		head->counts[bucket]++;
		head->errors[bucket] += w->starts.at[i].failed;
	}
}

static void fill_head(struct walk *w)
{
	struct stats_head *head = &w->out->head;
	tally_figures(&w->all, &head->figures);
	w->out->traces = w->all.n;
	head->cost_mean = head->costed ? w->cost_mean : UNKNOWN_DOUBLE;
	head->cost_sd = head->costed > 1 ? sqrt(w->cost_m2 / (double)(head->costed - 1)) : UNKNOWN_DOUBLE;
	fill_buckets(w);
}

/* ---------------------------------------------------------------- sections of traces */

static bool name_trace_row(struct db *db, struct words *words, enum stats_by by, uint64_t key, struct stats *out,
                           struct stats_row *row, struct err *err)
{
	unsigned n = (unsigned)key;
	if (by == STATS_HOUR) {
		row->name = arena_printf(&out->arena, "%02u:00", n);
		row->filter = arena_printf(&out->arena, "hour:%u", n);
		return true;
	}
	if (by == STATS_DAY) {
		row->name = arena_printf(&out->arena, "%04u-%02u-%02u", n / 10000, n / 100 % 100, n % 100);
		row->filter = arena_printf(&out->arena, "start:" STR_FMT, STR_ARG(row->name));
		return true;
	}
	const struct word *word = words_get(words, db, (int64_t)key, err);
	if (!word)
		return false;
	row->name = arena_str(&out->arena, word->text);
	stats_filter(out, &row->filter, names[by], row->name);
	if (!row->name.len && (by == STATS_SESSION || by == STATS_USER))
		row->filter = arena_printf(&out->arena, "not has:%s", names[by]);
	return true;
}

static int by_number(const void *pa, const void *pb)
{
	const struct stats_row *a = pa, *b = pb;
	if (a->figures.n != b->figures.n)
		return a->figures.n > b->figures.n ? -1 : 1;
	return str_cmp(a->name, b->name);
}

static int by_text(const void *pa, const void *pb)
{
	const struct stats_row *a = pa, *b = pb;
	return str_cmp(a->name, b->name);
}

static bool trace_section(struct db *db, struct walk *w, enum stats_by by, struct words *words, struct err *err)
{
	const struct groups *groups = &w->groups[by];
	struct stats_section *section = &w->out->sections[by];
	bool ok = true;
	section->rows = arena_zalloc(&w->out->arena, groups->all.n, sizeof *section->rows);
	section->more = groups->more;
	for (size_t i = 0; ok && i < groups->all.n; i++) {
		const struct group *g = &groups->all.at[i];
		struct stats_row *row = &section->rows[section->n++];
		tally_figures(&g->tally, &row->figures);
		if (g->a == GROUP_REST)
			row->name = STR_LIT("(all others)");
		else
			ok = name_trace_row(db, words, by, g->a, w->out, row, err);
	}
	for (size_t i = 0; i < section->n; i++)
		section->rows[i].share = w->all.n ? (double)section->rows[i].figures.n / (double)w->all.n : 0;
	if (section->n > 1)
		qsort(section->rows, section->n, sizeof *section->rows,
		      by == STATS_HOUR || by == STATS_DAY ? by_text : by_number);
	return ok;
}

static bool trace_sections(struct db *db, struct walk *w, struct err *err)
{
	struct words words = {.n = 0};
	bool ok = true;
	for (int by = STATS_NAME; ok && by < STATS_DOCUMENT; by++)
		if (wants(w, (enum stats_by)by))
			ok = trace_section(db, w, (enum stats_by)by, &words, err);
	words_done(&words);
	return ok;
}

/* ---------------------------------------------------------------- what checks found */

#define FINDINGS                                                                                           \
	"f.name, count(*), count(DISTINCT f.trace), max(f.level) FROM finding f WHERE f.trace IN (SELECT " \
	"t.id"

static bool read_findings(struct db *db, const struct stats_query *q, struct stats *out, struct err *err)
{
	struct stats_section *section = &out->sections[STATS_CHECK];
	VEC(struct stats_row) rows = {0};
	int params;
	struct stmt *s =
	    stats_traces(db, q, FINDINGS, ") GROUP BY f.name ORDER BY max(f.level) DESC, 3 DESC, f.name", &params, err);
	enum step step = STEP_FAIL;
	while (s && (step = stmt_step(s, err)) == STEP_ROW) {
		struct stats_row row = {.name = arena_str(&out->arena, col_str(s, 0)),
		                        .traces = col_int_or(s, 2, 0),
		                        .level = (int)col_int_or(s, 3, 0)};
		struct tally share = TALLY_INIT;
		share.n = out->traces;
		share.errors = row.traces;
		tally_figures(&share, &row.figures);
		row.figures.n = col_int_or(s, 1, 0);
		row.share = row.figures.error_rate;
		stats_filter(out, &row.filter, "finding", row.name);
		*vec_add(&rows) = row;
	}
	stmt_free(s);
	section->n = rows.n;
	section->rows = arena_zalloc(&out->arena, rows.n, sizeof *section->rows);
	for (size_t i = 0; i < rows.n; i++)
		section->rows[i] = rows.at[i];
	vec_done(&rows);
	return step == STEP_DONE;
}

static bool count_checked(struct db *db, const struct stats_query *q, struct stats *out, struct err *err)
{
	int params;
	struct stmt *s = stats_traces(db, q, "count(*)", " AND t.id IN (SELECT c.trace FROM checked c)", &params, err);
	enum step step = s ? stmt_step(s, err) : STEP_FAIL;
	out->checked = step == STEP_ROW ? col_int_or(s, 0, 0) : 0;
	stmt_free(s);
	return step == STEP_ROW;
}

/* ---------------------------------------------------------------- all of it */

static bool read_spans(struct db *db, struct walk *w, struct err *err)
{
	struct spans_read read;
	const struct stats_query *q = w->q;
	if (!(q->sections & STATS_OF_SPANS))
		return true;
	spans_begin(&read);
	bool all = filter_is_empty(q->filter) && !q->source;
	bool ok = (all ? spans_read_all(db, w->ranges.at, w->ranges.n, q->spans_most, &read, err)
	               : spans_scan(db, w->ranges.at, w->ranges.n, q->spans_most, &read, err)) &&
	          spans_sections(db, &read, q->sections, w->out, err);
	w->out->spans_read = read.spans;
	w->out->traces_read = read.traces + (w->out->traces - (int64_t)w->ranges.n); /* those without spans hide none */
	w->out->rolled_up = read.rolled_up;
	spans_done(&read);
	return ok;
}

static void walk_done(struct walk *w)
{
	tally_done(&w->all);
	for (int by = 0; by < N_STATS_BY; by++)
		groups_done(&w->groups[by]);
	free(w->clock);
	vec_done(&w->starts);
	vec_done(&w->ranges);
}

bool stats_get(struct db *db, const struct stats_query *q, struct stats *out, struct err *err)
{
	struct walk w = {.q = q, .out = out, .all = TALLY_INIT, .clock = xcalloc(1, sizeof *w.clock)};
	*out = (struct stats){.arena = ARENA_INIT};
	for (int by = 0; by < N_STATS_BY; by++)
		w.groups[by].most = STATS_ROWS;
	bool ok = walk(db, &w, err);
	if (ok)
		fill_head(&w);
	ok = ok && trace_sections(db, &w, err) && read_spans(db, &w, err);
	if (ok && wants(&w, STATS_DOCUMENT))
		ok = stats_documents(db, q, out, err);
	if (ok && wants(&w, STATS_CHECK))
		ok = read_findings(db, q, out, err) && count_checked(db, q, out, err);
	walk_done(&w);
	return ok;
}

void stats_done(struct stats *s)
{
	arena_done(&s->arena);
	*s = (struct stats){.traces = 0};
}

/* ---------------------------------------------------------------- at N times the volume */

struct stats_projection stats_project(const struct stats_head *head, double times)
{
	enum { MONTH = 30 };
	const double day_ns = 86400e9;
	struct stats_projection p = {.times = times,
	                             .period_ns = units_between(head->from_ns, head->to_ns),
	                             .days = UNKNOWN_DOUBLE,
	                             .traces_per_day = UNKNOWN_DOUBLE,
	                             .per_day = UNKNOWN_DOUBLE,
	                             .per_month = UNKNOWN_DOUBLE,
	                             .month_low = UNKNOWN_DOUBLE,
	                             .month_high = UNKNOWN_DOUBLE};
	if (p.period_ns == UNKNOWN_INT || p.period_ns < STATS_PERIOD_LEAST_NS || !head->costed || !(times > 0))
		return p;
	p.days = (double)p.period_ns / day_ns;
	p.short_period = p.days < 1;
	/* n starts bound n - 1 stretches between them. */
	p.traces_per_day = (double)(head->started - 1) / p.days;
	p.per_day = times * p.traces_per_day * head->cost_mean;
	p.per_month = MONTH * p.per_day;
	struct cost_volume volume = interval_cost_volume((size_t)head->costed, head->cost_mean, head->cost_sd,
	                                                 MONTH * times * p.traces_per_day);
	if (!volume.too_few) {
		p.month_low = volume.low;
		p.month_high = volume.high;
	}
	return p;
}
