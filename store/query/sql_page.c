#include "store/query/sql_page.h"

#include <string.h>

#include "store/base/text.h"
#include "store/base/units.h"
#include "store/base/vec.h"

void sql_page_done(struct sql_page *p)
{
	arena_done(&p->arena);
	*p = (struct sql_page){.arena = ARENA_INIT};
}

static struct str cut(struct str text)
{
	if (text.len <= SQL_CELL_BYTES)
		return text;
	size_t n = SQL_CELL_BYTES;
	while (n && ((unsigned char)text.ptr[n] & 0xC0) == 0x80) /* not inside of a character */
		n--;
	return str_cut(text, 0, n);
}

static struct sql_cell cell_of(struct arena *arena, const struct ask_value *v)
{
	struct sql_cell cell = {.text = STR_NONE};
	struct buf text = BUF_INIT;
	switch (v->type) {
	case ASK_FAIL:
	case ASK_NULL: break;
	case ASK_INT:
		buf_printf(&text, "%lld", (long long)v->i);
		cell = (struct sql_cell){.number = true, .value = (double)v->i};
		break;
	case ASK_REAL:
		units_double(&text, v->d);
		cell = (struct sql_cell){.number = true, .value = v->d};
		break;
	case ASK_TEXT: buf_add_str(&text, cut(v->text)); break;
	case ASK_BLOB:
		for (size_t i = 0; i < v->text.len && i < SQL_CELL_BYTES / 2; i++)
			buf_printf(&text, "%02x", (unsigned)(unsigned char)v->text.ptr[i]);
		break;
	}
	if (v->type != ASK_NULL && v->type != ASK_FAIL)
		cell.text = arena_str(arena, text.len ? buf_str(&text) : STR_LIT(""));
	buf_done(&text);
	return cell;
}

static bool read_rows(struct stmt *s, struct sql_page *p, struct err *err)
{
	VEC(struct sql_cell) cells = {0};
	enum step step;
	p->n_columns = (size_t)ask_columns(s);
	p->names = arena_zalloc(&p->arena, p->n_columns, sizeof *p->names);
	for (size_t c = 0; c < p->n_columns; c++)
		p->names[c] = arena_cstr(&p->arena, ask_name(s, (int)c));
	while ((step = ask_step(s, err)) == STEP_ROW) {
		p->more = p->n == SQL_PAGE_ROWS || p->arena.total > SQL_PAGE_BYTES;
		if (p->more)
			break;
		for (size_t c = 0; c < p->n_columns; c++) {
			struct ask_value v = ask_cell(s, (int)c);
			*vec_add(&cells) = cell_of(&p->arena, &v);
		}
		p->n++;
	}
	p->cells = arena_zalloc(&p->arena, cells.n, sizeof *p->cells);
	if (cells.n)
		memcpy(p->cells, cells.at, cells.n * sizeof *cells.at);
	vec_done(&cells);
	return step != STEP_FAIL;
}

bool sql_page_read(struct db *db, struct str sql, struct sql_page *out, struct err *err)
{
	struct err ticking = ERR_INIT;
	struct db_ticker ticker = {.stmt = NULL};
	struct sql_context *context = NULL;
	*out = (struct sql_page){.arena = ARENA_INIT};
	struct db *payloads = db_open(db_path(db), DB_READ, err);
	struct db *asking = payloads ? db_open(db_path(db), DB_READ, err) : NULL;
	bool ok = asking && db_ticker_begin(db, &ticker, &ticking);
	if (ok) {
		db_set_mask(payloads, db_masks(db));
		context = sql_context_new(payloads, db_masks(db));
		ok = db_ask_begin(asking, sql_context_rules(context), err);
		db_ask_stop_with(asking, db_ticker_stopped, &ticker);
		struct stmt *s = ok && db_begin_read(asking, err) ? db_ask(asking, sql, SQL_PAGE_SECONDS, err) : NULL;
		ok = s && read_rows(s, out, err);
		stmt_free(s);
	}
	db_ticker_end(&ticker);
	db_close(asking);
	sql_context_free(context);
	db_close(payloads);
	return ok;
}
