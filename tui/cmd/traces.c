/* spoor traces: the list. Pages of rows, so that a store of any size prints in constant memory. */
#include "store/query/traces.h"

#include "store/db.h"
#include "tui/cmd/cmds.h"

enum { PAGE = 10000 };

static const struct option_row traces_options[] = {
    LIST_OPTIONS,
    {.name = NULL},
};

struct listing {
	struct db *db;
	struct list_opts *opts;
	struct buf out;
	struct jout j;
	int64_t shown, total;
};

static bool print_page(struct listing *l, const struct trace_page *page, struct err *err)
{
	struct out *o = &l->opts->out;
	if (o->form != OUT_JSON_) {
		bool ok = out_table(o, &l->out, trace_columns, page->rows, page->n, sizeof *page->rows, err);
		o->no_head = true;
		return ok && out_stream(&l->out, err);
	}
	if (l->shown == 0) {
		jout_object(&l->j, NULL);
		jout_int(&l->j, "total", page->total);
		jout_array(&l->j, "traces");
	}
	for (size_t i = 0; i < page->n; i++) {
		jout_object(&l->j, NULL);
		out_members(&l->j, trace_columns, &page->rows[i]);
		jout_end(&l->j);
		if (!out_stream(&l->out, err))
			return false;
	}
	return true;
}

static bool print_pages(struct listing *l, struct trace_query *q, struct err *err)
{
	bool ok = true, more = true;
	while (ok && more) {
		struct trace_page page = {0};
		int64_t left = l->opts->limit < 0 ? PAGE : l->opts->limit - l->shown;
		q->limit = left < PAGE ? left : PAGE;
		q->offset = l->opts->offset + l->shown;
		ok = traces_page(l->db, q, &page, err) && print_page(l, &page, err);
		l->shown += (int64_t)page.n;
		l->total = page.total;
		more = (int64_t)page.n == PAGE && (l->opts->limit < 0 || l->shown < l->opts->limit);
		trace_page_done(&page);
	}
	if (ok && l->opts->out.form == OUT_JSON_) {
		jout_end(&l->j);
		jout_end(&l->j);
		buf_add_char(&l->out, '\n');
	}
	return ok && out_flush(&l->out, err);
}

static bool print_list(struct listing *l, struct err *err)
{
	struct trace_query q = {.filter = l->opts->filter, .ascending = l->opts->ascending};
	if (l->opts->sort && !trace_sort_named(str_of(l->opts->sort->name), &q.sort))
		return err_set(err, ERR_USAGE, NULL, "cannot sort by %s", l->opts->sort->name);
	jout_init(&l->j, &l->out, false);
	bool ok = db_begin_read(l->db, err) && print_pages(l, &q, err);
	db_end_read(l->db);
	if (ok)
		list_more(l->opts, l->shown, l->total, "traces");
	buf_done(&l->out);
	return ok;
}

static int traces_main(const struct command_line *line, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct list_opts opts;
	struct listing l = {.opts = &opts};
	bool ok = list_opts(line, FILTER_TRACES, trace_columns, &arena, &opts, err) &&
	          (l.db = cmd_store(line, DB_READ, err)) != NULL && print_list(&l, err);
	db_close(l.db);
	arena_done(&arena);
	return ok ? 0 : err_exit_code(err->code);
}

const struct command command_traces = {
    .name = "traces",
    .operands = "",
    .help = "the traces, newest first",
    .columns = trace_columns,
    .min_args = 0,
    .max_args = 0,
    .options = traces_options,
    .run = traces_main,
};
