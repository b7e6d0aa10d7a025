/* Several records that tell of one case, out of one source or many. As long as one alone has told, the case's row is all there is;
 * from the second on each is kept as a row of case_part, and the case's row is made of them anew whenever one comes. */
#include "store/ingest_cases.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- reading */

static struct case_part_score read_score(struct stmt *s, int first, struct arena *arena)
{
	return (struct case_part_score){
	    .name = col_int(s, first),
	    .n = col_int_or(s, first + 1, 0),
	    .value = col_double(s, first + 2),
	    .label = arena_str(arena, col_str(s, first + 3)),
	    .pass = (int)col_int_or(s, first + 4, -1),
	    .threshold = col_double(s, first + 5),
	    .from = (enum score_source)col_int_or(s, first + 6, SOURCE_UNKNOWN),
	    .judge = col_int(s, first + 7),
	    .judge_text = arena_str(arena, col_str(s, first + 8)),
	};
}

static struct case_part read_row(struct stmt *s, struct arena *arena)
{
	return (struct case_part){
	    .status = (enum case_status)col_int_or(s, 0, CASE_UNSCORED),
	    .title = arena_str(arena, col_str(s, 1)),
	    .order = col_int(s, 2),
	    .input_hash = (uint64_t)col_int_or(s, 3, 0),
	    .expected_hash = (uint64_t)col_int_or(s, 4, 0),
	    .output_hash = (uint64_t)col_int_or(s, 5, 0),
	    .variant = (uint64_t)col_int_or(s, 6, 0),
	    .latency_ns = col_int(s, 7),
	    .cost_usd = col_double(s, 8),
	    .tokens_in = col_int(s, 9),
	    .tokens_out = col_int(s, 10),
	    .trace = arena_str(arena, col_blob(s, 11)),
	    .record = col_int_or(s, 12, 0),
	    .hash = (uint64_t)col_int_or(s, 13, 0),
	    .source = col_int_or(s, 14, 0),
	    .weight = col_int_or(s, 15, 0),
	    .part = col_int_or(s, 16, 0) > 0,
	};
}

static struct stmt *of_place(struct writer *w, const char *sql, struct case_place at, struct err *err)
{
	struct stmt *s = db_query(w->db, sql, err);
	if (!s)
		return NULL;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	stmt_int(s, 3, at.repeat);
	return s;
}

#define AT           " WHERE run = ? AND case_id = ? AND repeat = ?"
#define SCORE_VALUES SCORE_COLUMNS ", (SELECT text FROM word WHERE id = judge)"

static bool load_rows(struct writer *w, struct case_place at, bool several, struct case_parts *rows,
                      struct arena *arena, struct err *err)
{
	struct stmt *s =
	    several ? of_place(w, "SELECT " CASE_COLUMNS ", part FROM case_part" AT " ORDER BY hash, source", at, err)
	            : of_place(w, "SELECT " CASE_COLUMNS ", parts FROM case_result" AT, at, err);
	enum step step;
	if (!s)
		return false;
	while ((step = stmt_step(s, err)) == STEP_ROW) {
		struct case_part *row = vec_add(&rows->at);
		*row = read_row(s, arena);
		row->kept = several;
	}
	stmt_end(s);
	return step == STEP_DONE;
}

/* Both come in the order of (hash, source). */
static bool load_scores(struct writer *w, struct case_place at, bool several, struct case_parts *rows, size_t first_row,
                        struct arena *arena, struct err *err)
{
	struct stmt *s =
	    several
	        ? of_place(w, "SELECT " SCORE_VALUES ", hash, source FROM case_part_score" AT " ORDER BY hash, source",
	                   at, err)
	        : of_place(w, "SELECT " SCORE_VALUES " FROM case_score" AT, at, err);
	enum step step;
	size_t i = first_row;
	if (!s)
		return false;
	if (i < rows->at.n)
		rows->at.at[i].first_score = rows->scores.n;
	while ((step = stmt_step(s, err)) == STEP_ROW && i < rows->at.n) {
		struct case_part *row = &rows->at.at[i];
		while (several && (row->hash != (uint64_t)col_int_or(s, 9, 0) || row->source != col_int_or(s, 10, 0)) &&
		       ++i < rows->at.n) {
			row = &rows->at.at[i];
			row->first_score = rows->scores.n;
		}
		if (i == rows->at.n)
			break;
		*vec_add(&rows->scores) = read_score(s, 0, arena);
		row->n_scores++;
	}
	stmt_end(s);
	return step != STEP_FAIL;
}

bool parts_load(struct writer *w, struct case_place at, int64_t parts, struct case_parts *rows, struct arena *arena,
                struct err *err)
{
	size_t first = rows->at.n;
	bool several = parts > 1;
	return load_rows(w, at, several, rows, arena, err) && load_scores(w, at, several, rows, first, arena, err);
}

/* ---------------------------------------------------------------- writing */

static bool insert_scores(struct writer *w, struct case_place at, const struct case_part *row,
                          const struct case_part_score *scores, struct err *err)
{
	for (size_t i = 0; i < row->n_scores; i++) {
		struct stmt *s = of_place(w,
		                          "INSERT OR REPLACE INTO case_part_score(run, case_id, repeat, hash, source,"
		                          " " SCORE_COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
		                          at, err);
		if (!s)
			return false;
		stmt_int(s, 4, (int64_t)row->hash);
		stmt_int(s, 5, row->source);
		cases_bind_score(s, 6, &scores[row->first_score + i]);
		if (!stmt_run(s, err))
			return false;
	}
	return true;
}

static bool insert_part(struct writer *w, struct case_place at, const struct case_part *row,
                        const struct case_part_score *scores, struct err *err)
{
	struct stmt *s = of_place(w,
	                          "INSERT OR REPLACE INTO case_part(run, case_id, repeat, part, " CASE_COLUMNS
	                          ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                          at, err);
	if (!s)
		return false;
	stmt_int(s, 4, row->part);
	cases_bind_row(s, 5, row);
	return stmt_run(s, err) && insert_scores(w, at, row, scores, err);
}

/* The place of these rows, sorted; those that are kept lie there. */
static bool write_place(struct writer *w, struct case_place at, int64_t base, const struct case_parts *rows,
                        struct err *err)
{
	struct case_parts scores = {.at = {0}};
	struct case_part row;
	int64_t n = (int64_t)rows->at.n;
	bool ok = true, any = case_parts_join(rows, 0, &row, &scores);
	BUG_ON(!any);
	for (size_t i = 0; ok && n > 1 && i < rows->at.n; i++)
		ok = rows->at.at[i].kept || insert_part(w, at, &rows->at.at[i], rows->scores.at, err);
	ok = ok && cases_write_row(w, &row, scores.scores.at, at, base, n > 1 ? n : row.part, err);
	case_parts_done(&scores);
	return ok;
}

static bool drop_parts(struct writer *w, struct case_place at, struct err *err)
{
	return WRITER_RUN(w, err, "DELETE FROM case_part" AT, at.run, at.key, at.repeat) &&
	       WRITER_RUN(w, err, "DELETE FROM case_part_score" AT, at.run, at.key, at.repeat);
}

bool parts_replace(struct writer *w, struct case_place at, int64_t base, struct case_parts *rows, struct err *err)
{
	for (size_t i = 0; i < rows->at.n; i++)
		rows->at.at[i].kept = false;
	case_parts_sort(rows);
	return drop_parts(w, at, err) && write_place(w, at, base, rows, err);
}

bool parts_drop(struct writer *w, struct case_place at, struct err *err)
{
	return drop_parts(w, at, err) && WRITER_RUN(w, err, "DELETE FROM case_score" AT, at.run, at.key, at.repeat) &&
	       WRITER_RUN(w, err, "DELETE FROM case_result" AT, at.run, at.key, at.repeat);
}

bool parts_move(struct writer *w, struct case_place at, struct case_place to, struct err *err)
{
	return WRITER_RUN(w, err, "UPDATE case_part SET case_id = ?, repeat = ?" AT, to.key, to.repeat, at.run, at.key,
	                  at.repeat) &&
	       WRITER_RUN(w, err, "UPDATE case_part_score SET case_id = ?, repeat = ?" AT, to.key, to.repeat, at.run,
	                  at.key, at.repeat);
}

void parts_tally(struct writer *w, const struct case_parts *rows, int64_t times)
{
	struct case_parts scores = {.at = {0}};
	struct case_part row;
	if (case_parts_join(rows, w->source, &row, &scores)) {
		w->held.cases += times;
		w->held.scores += times * (int64_t)row.n_scores;
	}
	if (case_parts_join(rows, 0, &row, &scores)) {
		w->fresh.cases += times;
		w->fresh.scores += times * (int64_t)row.n_scores;
	}
	case_parts_done(&scores);
}

/* ---------------------------------------------------------------- adding */

static void add_row(struct case_parts *to, const struct case_parts *from, const struct case_part *row)
{
	size_t first = to->scores.n;
	for (size_t i = 0; i < row->n_scores; i++)
		*vec_add(&to->scores) = from->scores.at[row->first_score + i];
	struct case_part *mine = vec_add(&to->at);
	*mine = *row;
	mine->first_score = first;
}

/* Among the first n rows, sorted. */
static bool is_there(const struct case_parts *rows, size_t n, const struct case_part *row)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = case_part_order(&rows->at.at[middle], row);
		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

size_t parts_wholes(const struct case_parts *rows)
{
	size_t n = 0;
	uint64_t last = 0;
	for (size_t i = 0; i < rows->at.n; i++) {
		const struct case_part *row = &rows->at.at[i];
		n += !row->part && (n == 0 || row->hash != last);
		last = row->part ? last : row->hash;
	}
	return n;
}

/* What comes to what is there. Rows that are told again change nothing. */
static bool join_place(struct writer *w, struct case_place at, struct str key, const struct case_there *there,
                       struct case_parts *more, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct case_parts rows = {.at = {0}};
	bool ok = !there->taken || parts_load(w, at, there->parts, &rows, &arena, err);
	size_t had = rows.at.n;
	if (ok) {
		case_parts_sort(&rows);
		case_parts_sort(more);
		size_t wholes = parts_wholes(&rows);
		parts_tally(w, &rows, -1);
		for (size_t i = 0; i < more->at.n; i++) {
			const struct case_part *row = &more->at.at[i], *last = i ? row - 1 : NULL;
			bool again = last && last->hash == row->hash && last->source == row->source;
			if (!again && !is_there(&rows, had, row))
				add_row(&rows, more, row);
		}
		case_parts_sort(&rows);
		parts_tally(w, &rows, 1);
		if (parts_wholes(&rows) > 1 && wholes < parts_wholes(&rows))
			ok = cases_conflict(w, key, err);
		ok = ok && (rows.at.n == had || write_place(w, at, there->base, &rows, err));
	}
	case_parts_done(&rows);
	arena_done(&arena);
	return ok;
}

static bool has_others(struct writer *w, struct case_place at, bool *has, struct err *err)
{
	struct stmt *s = db_query(w->db,
	                          "SELECT 1 FROM case_result INDEXED BY case_base WHERE run = ? AND base = ?"
	                          " AND base IS NOT NULL LIMIT 1",
	                          err);
	if (!s)
		return false;
	stmt_int(s, 1, at.run);
	stmt_int(s, 2, at.key);
	enum step step = stmt_step(s, err);
	*has = step == STEP_ROW;
	stmt_end(s);
	return step != STEP_FAIL;
}

static int64_t lowest_order(const struct case_parts *rows)
{
	int64_t lowest = UNKNOWN_INT;
	for (size_t i = 0; i < rows->at.n; i++) {
		int64_t order = rows->at.at[i].order;
		if (order != UNKNOWN_INT && (lowest == UNKNOWN_INT || order < lowest))
			lowest = order;
	}
	return lowest;
}

static bool wait_for_place(struct writer *w, struct case_place at, const struct case_parts *told,
                           const struct case_part *row, struct err *err)
{
	struct case_place waiting = at;
	struct case_parts one = {.at = {0}};
	add_row(&one, told, row);
	bool ok = cases_waiting_place(w, &waiting, err) && write_place(w, waiting, at.key, &one, err);
	case_parts_done(&one);
	return ok;
}

/* Without a repeat, rows of one key and of different order are different cases: which is the first is known at the end of the source
 * (ingest_places.c). Those whose order is not known belong to the first. */
bool parts_add(struct writer *w, struct case_place at, struct str key, bool has_repeat, const struct case_parts *told,
               struct err *err)
{
	struct case_there there;
	struct case_parts mine = {.at = {0}};
	bool others = false;
	if (!cases_look(w, at, &there, err) || (!has_repeat && !has_others(w, at, &others, err)))
		return false;
	int64_t order = there.taken ? there.order : UNKNOWN_INT;
	if (order == UNKNOWN_INT)
		order = lowest_order(told);
	bool ok = true;
	for (size_t i = 0; ok && i < told->at.n; i++) {
		const struct case_part *row = &told->at.at[i];
		if (has_repeat || (!others && (row->order == UNKNOWN_INT || row->order == order)))
			add_row(&mine, told, row);
		else
			ok = wait_for_place(w, at, told, row, err);
	}
	ok = ok && (mine.at.n == 0 || join_place(w, at, key, &there, &mine, err));
	case_parts_done(&mine);
	return ok;
}
