#include "store/ingest_rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "store/hist.h"
#include "store/hist_table.h"
#include "store/span_row.h"

/* ---------------------------------------------------------------- the columns of a part, in one order everywhere */

#define PART_COLUMNS                                                                                                  \
	"trace, key, hash, id, parent, flags, name, kind, status, start_ns, end_ns, first_token_ns, model, provider," \
	" prompt, session, user, service, trace_name, tokens_in, tokens_out, tokens_cached, tokens_reasoning,"        \
	" cost_usd, input_hash, output_hash, message, record, source, tokens_cache_write"
#define PART_OF_SPAN                                                                                                 \
	"trace, key, hash, id, parent, flags, name, kind, status, start_ns, start_ns + duration_ns, first_token_ns," \
	" model, provider, prompt, session, user, service, trace_name, tokens_in, tokens_out, tokens_cached,"        \
	" tokens_reasoning, cost_usd, input_hash, output_hash, message, record, source, tokens_cache_write"
#define PART_VALUES "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?"

enum { SAID_MAX = 16 }; /* of one trace, the first in rank, as with the parts of a span */

static int64_t id_or_null(uint32_t id)
{
	return id ? (int64_t)id : UNKNOWN_INT;
}

static int64_t hash_or_null(uint64_t hash)
{
	return hash ? (int64_t)hash : UNKNOWN_INT;
}

static void bind_part(struct stmt *s, int64_t trace, const struct span_part *p)
{
	stmt_int(s, 1, trace);
	stmt_int(s, 2, p->key);
	stmt_int(s, 3, (int64_t)p->hash);
	stmt_str_static(s, 4, p->id);
	stmt_int(s, 5, p->has_parent ? p->parent : UNKNOWN_INT);
	stmt_int(s, 6, p->flags);
	stmt_int(s, 7, id_or_null(p->name));
	stmt_int(s, 8, p->kind);
	stmt_int(s, 9, p->status);
	stmt_int(s, 10, p->start_ns);
	stmt_int(s, 11, p->end_ns);
	stmt_int(s, 12, p->first_token_ns);
	const uint32_t ids[] = {p->model, p->provider, p->prompt, p->session, p->user, p->service, p->trace_name};
	for (int i = 0; i < 7; i++)
		stmt_int(s, 13 + i, id_or_null(ids[i]));
	stmt_int(s, 20, p->tokens_in);
	stmt_int(s, 21, p->tokens_out);
	stmt_int(s, 22, p->tokens_cached);
	stmt_int(s, 23, p->tokens_reasoning);
	stmt_double(s, 24, p->cost_usd);
	stmt_int(s, 25, hash_or_null(p->input_hash));
	stmt_int(s, 26, hash_or_null(p->output_hash));
	stmt_str_static(s, 27, p->message);
	stmt_int(s, 28, (int64_t)p->record);
	stmt_int(s, 29, p->source);
	stmt_int(s, 30, p->tokens_cache_write);
}

static uint32_t col_id(struct stmt *s, int c)
{
	int64_t id = col_int_or(s, c, 0);
	return id > 0 && id <= UINT32_MAX ? (uint32_t)id : 0;
}

static uint8_t col_below(struct stmt *s, int c, int n)
{
	int64_t v = col_int_or(s, c, 0);
	return v >= 0 && v < n ? (uint8_t)v : 0;
}

static void read_part(struct stmt *s, struct arena *arena, struct span_part *p)
{
	const uint32_t given =
	    SPAN_RUNNING | SPAN_BAD_TIME | SPAN_MADE_UP_ID | SPAN_CONFLICT | SPAN_ANSWER | SPAN_ESTIMATED;
	*p = (struct span_part){
	    .key = col_int_or(s, 1, 0),
	    .hash = (uint64_t)col_int_or(s, 2, 0),
	    .id = arena_str(arena, col_str(s, 3)),
	    .has_parent = !col_null(s, 4),
	    .parent = col_int_or(s, 4, 0),
	    .flags = (uint32_t)col_int_or(s, 5, 0) & given,
	    .name = col_id(s, 6),
	    .kind = col_below(s, 7, N_KINDS),
	    .status = col_below(s, 8, N_STATUSES),
	    .start_ns = col_int(s, 9),
	    .end_ns = col_int(s, 10),
	    .first_token_ns = col_int(s, 11),
	    .model = col_id(s, 12),
	    .provider = col_id(s, 13),
	    .prompt = col_id(s, 14),
	    .session = col_id(s, 15),
	    .user = col_id(s, 16),
	    .service = col_id(s, 17),
	    .trace_name = col_id(s, 18),
	    .tokens_in = col_int(s, 19),
	    .tokens_out = col_int(s, 20),
	    .tokens_cached = col_int(s, 21),
	    .tokens_reasoning = col_int(s, 22),
	    .cost_usd = col_double(s, 23),
	    .input_hash = (uint64_t)col_int_or(s, 24, 0),
	    .output_hash = (uint64_t)col_int_or(s, 25, 0),
	    .message = arena_str(arena, col_str(s, 26)),
	    .record = (uint64_t)col_int_or(s, 27, 0),
	    .source = col_int_or(s, 28, 0),
	    .tokens_cache_write = col_int(s, 29),
	};
}

static bool load_part(struct stmt *s, struct arena *arena, struct span_part *part, struct err *err)
{
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		read_part(s, arena, part);
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL, "a span of the store is gone"));
}

bool rows_load_span(struct db *db, int64_t pos, struct arena *arena, struct span_part *part, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " PART_OF_SPAN " FROM span WHERE pos = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, pos);
	return load_part(s, arena, part, err);
}

bool rows_load_loose(struct db *db, int64_t loose, struct arena *arena, struct span_part *part, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT " PART_COLUMNS " FROM span_loose WHERE loose = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, loose);
	return load_part(s, arena, part, err);
}

bool rows_load_other(struct db *db, int64_t trace, int64_t key, uint64_t hash, struct arena *arena,
                     struct span_part *part, struct err *err)
{
	struct stmt *s =
	    db_query(db, "SELECT " PART_COLUMNS " FROM span_other WHERE trace = ? AND key = ? AND hash = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, key);
	stmt_int(s, 3, (int64_t)hash);
	return load_part(s, arena, part, err);
}

bool rows_load_part(struct db *db, const struct settle_job *job, uint64_t ref, int64_t key, struct arena *arena,
                    struct span_part *part, struct err *err)
{
	uint64_t id = ref >> REF_SHIFT;
	switch (ref_from(ref)) {
	case FROM_SPAN: return rows_load_span(db, (int64_t)id, arena, part, err);
	case FROM_LOOSE: return rows_load_loose(db, (int64_t)id, arena, part, err);
	case FROM_OTHER: return rows_load_other(db, job->id, key, job->others.at[id].hash, arena, part, err);
	case FROM_BATCH: *part = job->batch->spans.at[id].part; return true;
	case FROM_MERGED: break;
	}
	BUG_ON(true);
	return false;
}

static bool load_origin(struct db *db, const char *sql, int64_t id, struct origin *origin, struct err *err)
{
	struct stmt *s = db_query(db, sql, err);
	if (!s)
		return false;
	stmt_int(s, 1, id);
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*origin = (struct origin){(uint64_t)col_int_or(s, 0, 0), (uint64_t)col_int_or(s, 1, 0),
		                          col_int_or(s, 2, 0), col_int(s, 3)};
	stmt_end(s);
	return step == STEP_ROW ||
	       (step == STEP_DONE && err_set(err, ERR_NOT_FOUND, NULL, "a span of the store is gone"));
}

bool rows_load_origin(struct db *db, const struct settle_job *job, uint64_t ref, struct origin *origin, struct err *err)
{
	uint64_t id = ref >> REF_SHIFT;
	const struct span_part *p;
	switch (ref_from(ref)) {
	case FROM_SPAN:
		return load_origin(db, "SELECT hash, record, source, start_ns + duration_ns FROM span WHERE pos = ?",
		                   (int64_t)id, origin, err);
	case FROM_LOOSE:
		return load_origin(db, "SELECT hash, record, source, end_ns FROM span_loose WHERE loose = ?",
		                   (int64_t)id, origin, err);
	case FROM_OTHER: *origin = job->others.at[id]; return true;
	case FROM_BATCH:
		p = &job->batch->spans.at[id].part;
		*origin = (struct origin){p->hash, p->record, p->source, p->end_ns};
		return true;
	case FROM_MERGED: break;
	}
	BUG_ON(true);
	return false;
}

bool rows_insert_loose(struct db *db, int64_t trace, const struct span_part *part, struct err *err)
{
	struct stmt *s = db_query(db, "INSERT INTO span_loose(" PART_COLUMNS ") VALUES(" PART_VALUES ")", err);
	if (!s)
		return false;
	bind_part(s, trace, part);
	return stmt_run(s, err);
}

bool rows_insert_other(struct db *db, int64_t trace, const struct span_part *part, struct err *err)
{
	struct stmt *s =
	    db_query(db, "INSERT OR IGNORE INTO span_other(" PART_COLUMNS ") VALUES(" PART_VALUES ")", err);
	if (!s)
		return false;
	bind_part(s, trace, part);
	return stmt_run(s, err);
}

/* ---------------------------------------------------------------- rows for the tree */

struct settle_row rows_of_part(const struct span_part *p)
{
	return (struct settle_row){
	    .key = p->key,
	    .parent = p->parent,
	    .has_parent = p->has_parent,
	    .start_ns = p->start_ns,
	    .duration_ns = part_duration(p),
	    .tokens = settle_tokens(p->tokens_in, p->tokens_out),
	    .cost_usd = p->cost_usd,
	    .input_hash = p->input_hash,
	    .name = p->name,
	    .service = p->service,
	    .flags = (uint16_t)p->flags,
	    .kind = p->kind,
	    .status = p->status,
	};
}

#define TREE_COLUMNS                                                                                                \
	"key, hash, record, source, parent, flags, name, kind, status, start_ns, tokens_in, tokens_out, cost_usd, " \
	"input_hash, service"

static bool open_rows(struct rows_reader *r, struct db *db, enum origin_from from, const char *sql, int64_t a,
                      int64_t b, struct err *err)
{
	*r = (struct rows_reader){.stmt = db_query(db, sql, err), .from = from};
	if (!r->stmt)
		return false;
	stmt_int(r->stmt, 1, a);
	if (from == FROM_SPAN)
		stmt_int(r->stmt, 2, b);
	return true;
}

bool rows_open_span(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err)
{
	return open_rows(r, db, FROM_SPAN,
	                 "SELECT " TREE_COLUMNS ", pos, duration_ns FROM span WHERE pos >= ? AND pos < ? ORDER BY pos",
	                 job->first, job->first + job->n, err);
}

bool rows_open_loose(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err)
{
	return open_rows(r, db, FROM_LOOSE, "SELECT " TREE_COLUMNS ", loose, end_ns FROM span_loose WHERE trace = ?",
	                 job->id, 0, err);
}

bool rows_open_other(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err)
{
	return open_rows(r, db, FROM_OTHER, "SELECT " TREE_COLUMNS ", 0, end_ns FROM span_other WHERE trace = ?",
	                 job->id, 0, err);
}

enum step rows_next(struct rows_reader *r, struct settle_row *row, struct origin *origin, struct err *err)
{
	struct stmt *s = r->stmt;
	enum step step = stmt_step(s, err);
	if (step != STEP_ROW)
		return step;
	*row = (struct settle_row){
	    .key = col_int_or(s, 0, 0),
	    .parent = col_int_or(s, 4, 0),
	    .has_parent = !col_null(s, 4),
	    .flags = (uint16_t)col_int_or(s, 5, 0),
	    .name = col_id(s, 6),
	    .kind = col_below(s, 7, N_KINDS),
	    .status = col_below(s, 8, N_STATUSES),
	    .start_ns = col_int(s, 9),
	    .tokens = settle_tokens(col_int(s, 10), col_int(s, 11)),
	    .cost_usd = col_double(s, 12),
	    .input_hash = (uint64_t)col_int_or(s, 13, 0),
	    .service = col_id(s, 14),
	    .ref = (uint64_t)col_int_or(s, 15, 0),
	};
	int64_t last = col_int(s, 16), end = last;
	if (r->from == FROM_SPAN) {
		row->duration_ns = last;
		end = settle_end(row);
	} else {
		row->duration_ns = units_between(row->start_ns, end);
	}
	*origin = (struct origin){.hash = (uint64_t)col_int_or(s, 1, 0),
	                          .record = (uint64_t)col_int_or(s, 2, 0),
	                          .source = col_int_or(s, 3, 0),
	                          .end_ns = end};
	return STEP_ROW;
}

bool rows_open_facts(struct rows_reader *r, struct db *db, const struct settle_job *job, struct err *err)
{
	if (!open_rows(
	        r, db, FROM_SPAN,
	        "SELECT tokens_in, tokens_out, tokens_cached, tokens_reasoning, session, user, service, trace_name"
	        " FROM span WHERE pos >= ? AND pos < ? AND NOT flags & ? ORDER BY pos",
	        job->first, job->first + job->n, err))
		return false;
	stmt_int(r->stmt, 3, SPAN_SYNTHETIC);
	return true;
}

enum step rows_next_facts(struct rows_reader *r, struct settle_facts *facts, struct err *err)
{
	struct stmt *s = r->stmt;
	enum step step = stmt_step(s, err);
	if (step == STEP_ROW)
		*facts = (struct settle_facts){col_int(s, 0), col_int(s, 1), col_int(s, 2), col_int(s, 3),
		                               col_id(s, 4),  col_id(s, 5),  col_id(s, 6),  col_id(s, 7)};
	return step;
}

void rows_close(struct rows_reader *r)
{
	stmt_end(r->stmt);
}

/* ---------------------------------------------------------------- settled rows */

#define TREE_OUT \
	"pos, source, up, depth, size, flags, duration_ns, self_ns, sub_tokens, sub_cost, sub_errors, rep_n, rep_len,"
#define TREE_VALUES "?,?,?,?,?,?,?,?,?,?,?,?,?,"
#define FACT_COLUMNS                                                                                                \
	" trace, key, hash, id, parent, name, kind, status, start_ns, first_token_ns, model, provider, prompt, "    \
	"session,"                                                                                                  \
	" user, service, trace_name, tokens_in, tokens_out, tokens_cached, tokens_reasoning, cost_usd, input_hash," \
	" output_hash, message, record, tokens_cache_write"
enum { N_TREE = 13 };

static void bind_tree(struct stmt *s, int64_t pos, const struct settle_row *row, int64_t source)
{
	stmt_int(s, 1, pos);
	stmt_int(s, 2, source);
	stmt_int(s, 3, row->up);
	stmt_int(s, 4, row->depth);
	stmt_int(s, 5, row->size);
	stmt_int(s, 6, row->flags);
	stmt_int(s, 7, row->duration_ns);
	stmt_int(s, 8, row->self_ns);
	stmt_int(s, 9, row->sub_tokens);
	stmt_double(s, 10, row->sub_cost);
	stmt_int(s, 11, row->sub_errors);
	stmt_int(s, 12, row->rep_n ? (int64_t)row->rep_n : UNKNOWN_INT);
	stmt_int(s, 13, row->rep_n ? (int64_t)row->rep_len : UNKNOWN_INT);
}

bool rows_insert(struct db *db, int64_t trace, int64_t pos, const struct settle_row *row, const struct span_part *p,
                 int64_t source, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "INSERT INTO span(" TREE_OUT FACT_COLUMNS ") VALUES(" TREE_VALUES
	                          "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                          err);
	if (!s)
		return false;
	bind_tree(s, pos, row, source);
	int i = N_TREE;
	stmt_int(s, ++i, trace);
	stmt_int(s, ++i, p->key);
	stmt_int(s, ++i, (int64_t)p->hash);
	stmt_str_static(s, ++i, p->id);
	stmt_int(s, ++i, p->has_parent ? p->parent : UNKNOWN_INT);
	stmt_int(s, ++i, id_or_null(p->name));
	stmt_int(s, ++i, p->kind);
	stmt_int(s, ++i, p->status);
	stmt_int(s, ++i, p->start_ns);
	stmt_int(s, ++i, p->first_token_ns);
	const uint32_t ids[] = {p->model, p->provider, p->prompt, p->session, p->user, p->service, p->trace_name};
	for (int k = 0; k < 7; k++)
		stmt_int(s, ++i, id_or_null(ids[k]));
	stmt_int(s, ++i, p->tokens_in);
	stmt_int(s, ++i, p->tokens_out);
	stmt_int(s, ++i, p->tokens_cached);
	stmt_int(s, ++i, p->tokens_reasoning);
	stmt_double(s, ++i, p->cost_usd);
	stmt_int(s, ++i, hash_or_null(p->input_hash));
	stmt_int(s, ++i, hash_or_null(p->output_hash));
	stmt_str_static(s, ++i, p->message);
	stmt_int(s, ++i, (int64_t)p->record);
	stmt_int(s, ++i, p->tokens_cache_write);
	return stmt_run(s, err);
}

bool rows_insert_synthetic(struct db *db, int64_t trace, int64_t pos, const struct settle_row *row, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "INSERT INTO span(" TREE_OUT " trace, key, hash, kind, status, start_ns, record)"
	                          " VALUES(" TREE_VALUES "?,?,0,0,0,?,0)",
	                          err);
	if (!s)
		return false;
	bind_tree(s, pos, row, 0);
	stmt_int(s, N_TREE + 1, trace);
	stmt_int(s, N_TREE + 2, row->key);
	stmt_int(s, N_TREE + 3, row->start_ns);
	return stmt_run(s, err);
}

/* ---------------------------------------------------------------- the trace row */

static void fill(uint32_t *into, uint32_t from)
{
	if (!*into)
		*into = from;
}

static void merge_said(struct stmt *s, struct rows_said *said)
{
	if (said->record == UNKNOWN_INT)
		said->record = col_int_or(s, 8, 0);
	fill(&said->name, col_id(s, 0));
	fill(&said->session, col_id(s, 1));
	fill(&said->user, col_id(s, 2));
	fill(&said->service, col_id(s, 3));
	if (said->start_ns == TIME_UNKNOWN)
		said->start_ns = col_int(s, 4);
	if (said->end_ns == TIME_UNKNOWN)
		said->end_ns = col_int(s, 5);
	enum span_status status = (enum span_status)col_below(s, 6, N_STATUSES);
	bool verdict = status == STATUS_OK || status == STATUS_ERROR;
	bool has_verdict = said->status == STATUS_OK || said->status == STATUS_ERROR;
	if (verdict ? !has_verdict : said->status == STATUS_UNSET && said->end_ns == TIME_UNKNOWN)
		said->status = status;
	if (IS_UNKNOWN(said->cost_usd))
		said->cost_usd = col_double(s, 7);
}

bool rows_load_said(struct db *db, int64_t trace, struct rows_said *said, struct err *err)
{
	*said = ROWS_SAID_NONE;
	struct stmt *s =
	    db_query(db,
	             "SELECT name, session, user, service, start_ns, end_ns, status, cost_usd, record"
	             " FROM trace_said WHERE trace = ?1 ORDER BY end_ns IS NULL, end_ns DESC, hash DESC LIMIT ?2",
	             err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	stmt_int(s, 2, SAID_MAX);
	enum step step;
	while ((step = stmt_step(s, err)) == STEP_ROW)
		merge_said(s, said);
	stmt_end(s);
	return step == STEP_DONE;
}

static int64_t first_known(int64_t a, int64_t b)
{
	return a != UNKNOWN_INT ? a : b;
}

static bool is_better(const struct batch_preview *offered, const struct preview_rank *have, bool has)
{
	return offered->text.ptr && (!has || memcmp(offered->rank.byte, have->byte, PREVIEW_RANK) < 0);
}

/* Text and rank of what a batch offers, at parameters i and j; NULL where the row's own stays. */
static void bind_preview(struct stmt *s, int i, int j, const struct batch_preview *offered,
                         const struct preview_rank *have, bool has)
{
	if (!offered || !is_better(offered, have, has)) {
		stmt_null(s, i);
		stmt_null(s, j);
		return;
	}
	stmt_str_static(s, i, offered->text);
	stmt_blob_static(s, j, (struct str){(const char *)offered->rank.byte, PREVIEW_RANK});
}

static void bind_previews(struct stmt *s, int i, const struct settle_job *job)
{
	const struct batch_trace *t = job->trace;
	bind_preview(s, i, i + 1, t ? &t->input : NULL, &job->input_rank, job->has_input);
	bind_preview(s, i + 2, i + 3, t ? &t->output : NULL, &job->output_rank, job->has_output);
}

static uint32_t first_word(uint32_t a, uint32_t b, uint32_t c)
{
	return a ? a : b ? b : c;
}

static void bind_trace(struct stmt *s, const struct settle_job *job, const struct settle *tree,
                       const struct rows_said *said)
{
	const struct settle_totals *t = &tree->totals;
	stmt_int(s, 1, job->id);
	stmt_int(s, 2, job->first);
	stmt_int(s, 3, job->n);
	stmt_int(s, 4, job->loose);
	stmt_int(s, 5, id_or_null(first_word(t->first_name, said->name, t->root_name)));
	stmt_int(s, 6, id_or_null(first_word(t->first_session, said->session, 0)));
	stmt_int(s, 7, id_or_null(first_word(t->first_user, said->user, 0)));
	stmt_int(s, 8, id_or_null(first_word(t->first_service, said->service, 0)));
	stmt_int(s, 9, first_known(t->start_ns, said->start_ns));
	stmt_int(s, 10, first_known(t->duration_ns, units_between(said->start_ns, said->end_ns)));
	stmt_int(s, 11, t->status == STATUS_UNSET ? said->status : t->status);
	stmt_int(s, 12, t->spans);
	stmt_int(s, 13, t->errors);
	stmt_int(s, 14, t->llm_calls);
	stmt_int(s, 15, t->tool_calls);
	stmt_int(s, 16, t->tokens_in);
	stmt_int(s, 17, t->tokens_out);
	stmt_int(s, 18, t->tokens_cached);
	stmt_int(s, 19, t->tokens_reasoning);
	bool by_source = !IS_UNKNOWN(said->cost_usd) && (IS_UNKNOWN(t->cost_usd) || t->cost_estimated);
	stmt_double(s, 20, by_source ? said->cost_usd : t->cost_usd);
	stmt_int(s, 21, t->repeats);
	stmt_int(s, 22, (int64_t)tree->n_orphans);
	stmt_int(s, 23, (int64_t)tree->cycles.n);
	stmt_int(s, 24, said->record);
	stmt_int(s, 25, job->source);
	stmt_int(s, 26, job->seen);
	bind_previews(s, 27, job);
	stmt_int(s, 31, by_source ? TRACE_COST_SAID : t->cost_estimated ? TRACE_COST_ESTIMATED : 0);
	stmt_int(s, 32, t->usage_repeats);
}

bool rows_write_trace(struct db *db, const struct settle_job *job, const struct settle *tree,
                      const struct rows_said *said, struct err *err)
{
	static const char update[] =
	    "UPDATE trace SET first = ?2, n = ?3, loose = ?4, name = ?5, session = ?6, user = ?7, service = ?8,"
	    " start_ns = ?9, duration_ns = ?10, status = ?11, spans = ?12, errors = ?13, llm_calls = ?14, tool_calls = "
	    "?15,"
	    " tokens_in = ?16, tokens_out = ?17, tokens_cached = ?18, tokens_reasoning = ?19, cost_usd = ?20, repeats "
	    "= ?21,"
	    " orphans = ?22, cycles = ?23, said = ?24, source = ?25, seen = ?26, input = ifnull(?27, input),"
	    " input_rank = ifnull(?28, input_rank), output = ifnull(?29, output), output_rank = ifnull(?30, "
	    "output_rank), usage = ?31, usage_repeats = ?32, words = ifnull(?33, words)"
	    " WHERE id = ?1";
	static const char insert[] =
	    "INSERT INTO trace(id, first, n, loose, name, session, user, service, start_ns, duration_ns, status, spans,"
	    " errors, llm_calls, tool_calls, tokens_in, tokens_out, tokens_cached, tokens_reasoning, cost_usd, repeats,"
	    " orphans, cycles, said, source, seen, input, input_rank, output, output_rank, usage, usage_repeats, "
	    "words, key, text)"
	    " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,?26,?"
	    "27,?28,"
	    "?29,?30,?31,?32,?33,?34,?35)";
	struct stmt *s = db_query(db, job->exists ? update : insert, err);
	if (!s)
		return false;
	bind_trace(s, job, tree, said);
	struct buf words = BUF_INIT;
	if (job->changed)
		trace_words_pack(&job->words, &words);
	stmt_blob(s, 33, job->changed ? buf_str(&words) : STR_NONE);
	buf_done(&words);
	if (!job->exists) {
		const struct hash128 *key = &job->trace->key;
		stmt_blob_static(s, 34, (struct str){(const char *)key->byte, sizeof key->byte});
		stmt_str_static(s, 35, job->trace->text);
	}
	return stmt_run(s, err);
}

bool rows_touch_trace(struct db *db, const struct settle_job *job, int64_t source, int64_t more_loose, struct err *err)
{
	struct stmt *s = db_query(db,
	                          "UPDATE trace SET loose = loose + ?2, seen = ?3,"
	                          " source = CASE source WHEN 0 THEN ?3 ELSE source END, input = ifnull(?4, input),"
	                          " input_rank = ifnull(?5, input_rank), output = ifnull(?6, output),"
	                          " output_rank = ifnull(?7, output_rank) WHERE id = ?1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, job->id);
	stmt_int(s, 2, more_loose);
	stmt_int(s, 3, source);
	bind_previews(s, 4, job);
	return stmt_run(s, err);
}

/* ---------------------------------------------------------------- words for problems */

bool rows_span_words(struct db *db, int64_t trace, int64_t key, struct buf *out, struct err *err)
{
	struct stmt *s = db_query(db, "SELECT text FROM trace WHERE id = ?", err);
	if (!s)
		return false;
	stmt_int(s, 1, trace);
	enum step step = stmt_step(s, err);
	struct str text = step == STEP_ROW ? col_str(s, 0) : STR_NONE;
	buf_printf(out, "trace " STR_FMT ", span %016" PRIx64, STR_ARG(text), (uint64_t)key);
	stmt_end(s);
	return step != STEP_FAIL;
}

/* ---------------------------------------------------------------- the histograms */

static struct hist_delta *hist_slot(struct hist_delta *table, size_t cap, const struct hist_delta *of)
{
	uint64_t key = (uint64_t)of->name << 32 ^ (uint64_t)(uint32_t)of->bucket << 8 ^ (uint64_t)of->what << 6 ^
	               (uint64_t)of->kind;
	size_t at = (size_t)hash_spread(key) & (cap - 1);
	while (table[at].kind >= 0 && (table[at].name != of->name || table[at].kind != of->kind ||
	                               table[at].bucket != of->bucket || table[at].what != of->what))
		at = (at + 1) & (cap - 1);
	return &table[at];
}

static void hist_grow(struct writer *w)
{
	size_t cap = w->hist_cap ? w->hist_cap * 2 : 1024;
	struct hist_delta *table = xmalloc(size_mul(cap, sizeof *table));
	for (size_t i = 0; i < cap; i++)
		table[i].kind = -1;
	for (size_t i = 0; i < w->hist_cap; i++)
		if (w->hist[i].kind >= 0)
			*hist_slot(table, cap, &w->hist[i]) = w->hist[i];
	free(w->hist);
	w->hist = table;
	w->hist_cap = cap;
}

static void hist_add(struct writer *w, const struct settle_row *row, enum hist_what what, int64_t value, int by)
{
	if (value < 0) /* unknown, too */
		return;
	if (2 * (w->n_hist + 1) > w->hist_cap)
		hist_grow(w);
	struct hist_delta of = {row->name, row->kind, (uint8_t)what, hist_bucket(value), 0};
	struct hist_delta *slot = hist_slot(w->hist, w->hist_cap, &of);
	if (slot->kind < 0) {
		*slot = of;
		w->n_hist++;
	}
	slot->n += by;
}

void rows_hist(struct writer *w, const struct settle_row *row, int by)
{
	hist_add(w, row, HIST_TIME, row->duration_ns, by);
	hist_add(w, row, HIST_TOKENS, row->tokens, by);
	if (!IS_UNKNOWN(row->cost_usd))
		hist_add(w, row, HIST_COST, hist_cost(row->cost_usd), by);
}

void settle_drop(struct writer *w)
{
	if (w->hist_cap > 1 << 16) {
		free(w->hist);
		w->hist = NULL;
		w->hist_cap = 0;
	}
	for (size_t i = 0; i < w->hist_cap; i++)
		w->hist[i].kind = -1;
	w->n_hist = 0;
	w->hist_held = false;
}

bool settle_flush(struct writer *w, struct err *err)
{
	if (w->hist_held || !w->n_hist)
		return true;
	size_t n = 0; /* the deltas to the front of the table; it is no table from here on */
	for (size_t i = 0; i < w->hist_cap; i++)
		if (w->hist[i].kind >= 0 && w->hist[i].n != 0)
			w->hist[n++] = w->hist[i];
	bool ok = hist_write(w->db, w->hist, n, err);
	settle_drop(w);
	return ok;
}
