/* The ways out of a command: column tables as text, CSV, Markdown and JSON members; bytes to standard output. */
#include "tui/cmd/out.h"

#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "store/base/clean.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/rows.h"
#include "tui/columns_lists.h"
#include "tui/settings.h"

enum { COLUMNS_MAX = 48, ID_COLS = 8, FLEX_COLS = 20, ALIGN_COLS = 60, GAP = 2, STREAM_BYTES = 64 << 10 };

void out_init(struct out *o, const struct command_line *line)
{
	*o = (struct out){.form = OUT_TEXT, .now_ns = cmd_now_ns(), .terminal = isatty(STDOUT_FILENO) == 1};
	o->ascii = cmd_flag(line, "ascii") || setting_on("ascii", strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	struct winsize size;
	if (o->terminal)
		o->cols = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
	o->only = cmd_option(line, "columns");
	o->csv_raw = cmd_flag(line, "csv-raw");
	if (cmd_flag(line, "json"))
		o->form = OUT_JSON_;
	else if (cmd_flag(line, "csv") || o->csv_raw)
		o->form = OUT_CSV;
	else if (cmd_flag(line, "markdown"))
		o->form = OUT_MARKDOWN;
	if (o->form != OUT_TEXT && o->form != OUT_MARKDOWN) /* sentences in it are read by programs, too */
		units_choose((struct units_forms){.durations = UNITS_AUTO});
}

/* ---------------------------------------------------------------- bytes */

bool out_write(const struct buf *text, struct err *err)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t n = write(STDOUT_FILENO, text->ptr + done, text->len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_SYSTEM, NULL, "cannot write standard output: %s", strerror(errno));
		done += (size_t)n;
	}
	return true;
}

bool out_flush(const struct buf *text, struct err *err)
{
	return rows_wanted() ? rows_take(buf_str(text), err) : out_write(text, err);
}

bool out_stream(struct buf *text, struct err *err)
{
	if (text->len < STREAM_BYTES)
		return true;
	bool ok = out_flush(text, err);
	buf_clear(text);
	return ok;
}

/* ---------------------------------------------------------------- text */

void out_text(const struct out *o, struct buf *to, struct str text, int cols)
{
	struct buf clean = BUF_INIT;
	clean_print(&clean, text, false, o->ascii);
	struct str s = buf_str(&clean);
	int ellipsis = o->ascii ? 3 : 1;
	if (cols <= 0 || text_cols(s) <= cols) {
		buf_add_str(to, s);
	} else {
		buf_add_str(to, str_cut(s, 0, text_fit(s, cols > ellipsis ? cols - ellipsis : 0, NULL)));
		buf_add_cstr(to, o->ascii ? &"..."[cols < 3 ? 3 - cols : 0] : "…");
	}
	buf_done(&clean);
}

void out_cell(const struct out *o, struct buf *to, struct str text, int cols, bool right, bool cut)
{
	struct buf cell = BUF_INIT;
	out_text(o, &cell, text, cut ? cols : 0);
	int used = text_cols(buf_str(&cell));
	size_t blanks = used < cols ? (size_t)(cols - used) : 0;
	if (right)
		buf_add_fill(to, ' ', blanks);
	buf_add_str(to, buf_str(&cell));
	if (!right)
		buf_add_fill(to, ' ', blanks);
	buf_done(&cell);
}

void out_end_line(struct buf *to)
{
	while (to->len && to->ptr[to->len - 1] == ' ')
		to->ptr[--to->len] = '\0';
	buf_add_char(to, '\n');
}

/* ---------------------------------------------------------------- a small table of texts */

struct buf *out_cells_add(struct out_cells *t)
{
	struct buf *cell = vec_add(&t->at);
	*cell = BUF_INIT;
	return cell;
}

static size_t cells_rows(const struct out_cells *t)
{
	return t->at.n / (size_t)t->n;
}

static struct str cells_at(const struct out_cells *t, size_t row, int k)
{
	return buf_str(&t->at.at[row * (size_t)t->n + (size_t)k]);
}

static bool is_heading(const struct out_cells *t, size_t row)
{
	bool more = false;
	for (int k = 1; k < t->n && !more; k++)
		more = cells_at(t, row, k).len > 0;
	return !more;
}

static void cells_line(const struct out *o, struct buf *to, const struct out_cells *t, size_t line, const int *cols)
{
	for (int k = 0; k < t->n; k++) {
		struct str cell = line ? cells_at(t, line - 1, k) : str_of(t->head[k].title);
		buf_add_fill(to, ' ', k ? GAP : 0);
		out_cell(o, to, cell, cols[k], t->head[k].right, k == 0);
	}
	out_end_line(to);
}

void out_cells_text(const struct out *o, struct buf *to, const struct out_cells *t)
{
	int cols[OUT_CELLS_MOST] = {0};
	size_t rows = cells_rows(t);
	BUG_ON(t->n > OUT_CELLS_MOST);
	for (int k = 0; k < t->n; k++) {
		cols[k] = text_cols(str_of(t->head[k].title));
		for (size_t i = 0; i < rows; i++) {
			int used = is_heading(t, i) ? 0 : text_cols(cells_at(t, i, k));
			cols[k] = used > cols[k] ? used : cols[k];
		}
	}
	cols[0] = cols[0] > t->first_cols ? t->first_cols : cols[0];
	for (size_t i = 0; i <= rows; i++)
		if (i && is_heading(t, i - 1)) {
			out_text(o, to, cells_at(t, i - 1, 0), 0);
			out_end_line(to);
		} else {
			cells_line(o, to, t, i, cols);
		}
}

void out_cells_markdown(struct buf *to, const struct out_cells *t)
{
	for (int k = 0; k < t->n; k++)
		buf_printf(to, "| %s ", t->head[k].title);
	buf_add_cstr(to, "|\n");
	for (int k = 0; k < t->n; k++)
		buf_add_cstr(to, t->head[k].right ? "|---:" : "|---");
	buf_add_cstr(to, "|\n");
	for (size_t i = 0; i < cells_rows(t); i++) {
		for (int k = 0; k < t->n; k++) {
			buf_add_cstr(to, "| ");
			if (t->head[k].ours)
				buf_add_str(to, cells_at(t, i, k));
			else
				clean_markdown(to, cells_at(t, i, k));
			buf_add_char(to, ' ');
		}
		buf_add_cstr(to, "|\n");
	}
}

void out_cells_done(struct out_cells *t)
{
	for (size_t i = 0; i < t->at.n; i++)
		buf_done(&t->at.at[i]);
	vec_done(&t->at);
}

void out_tokens(struct buf *to, int64_t in, int64_t out)
{
	if (in != UNKNOWN_INT || out == UNKNOWN_INT)
		units_count(to, in);
	if (out == UNKNOWN_INT)
		return;
	buf_add_char(to, '+');
	units_count(to, out);
}

struct str out_short(struct str text)
{
	enum { SHA256_DIGITS = 64, DIGITS_SHOWN = 12 };
	for (size_t i = 0; i < text.len; i++)
		if (!strchr("0123456789abcdef", text.ptr[i]) || !text.ptr[i])
			return text;
	return text.len == SHA256_DIGITS ? str_cut(text, 0, DIGITS_SHOWN) : text;
}

/* ---------------------------------------------------------------- which columns */

struct pick {
	const struct column *column;
	int cols;
	bool known; /* some row has a value */
};

struct table {
	const struct out *o;
	const char *rows;
	size_t n, size;
	struct pick picks[COLUMNS_MAX];
	size_t n_picks;
	struct arena arena;
};

static const void *row_at(const struct table *t, size_t i)
{
	return t->rows + i * t->size;
}

static bool is_id(const struct column *c)
{
	return strcmp(c->name, "id") == 0;
}

static bool is_shown(const struct out *o, const struct column *c)
{
	if (o->form == OUT_CSV)
		return true;
	return is_id(c) || (c->width != 0 && (o->cols == 0 || o->cols >= c->min_cols));
}

static bool add_named(struct table *t, const struct column *columns, struct str name, struct err *err)
{
	const struct column *c = column_named(columns, name);
	if (c && t->n_picks < COLUMNS_MAX)
		t->picks[t->n_picks++] = (struct pick){.column = c, .known = true};
	if (c)
		return true;
	struct buf after = BUF_INIT;
	column_suggest(&after, columns, name);
	err_set(err, ERR_USAGE, NULL, "no such column: " STR_FMT "%s", STR_ARG(str_cut(name, 0, 60)), buf_cstr(&after));
	buf_done(&after);
	return false;
}

/* Those of the settings, in text for people; else those of the screen. */
static void pick_usual(struct table *t, const struct column *columns)
{
	size_t n = 0;
	const struct column *const *chosen = t->o->form == OUT_TEXT ? list_columns(list_kind_of(columns), &n) : NULL;
	for (size_t i = 0; i < n && t->n_picks < COLUMNS_MAX; i++)
		t->picks[t->n_picks++] = (struct pick){.column = chosen[i], .known = true};
	for (const struct column *c = columns; !chosen && c->name && t->n_picks < COLUMNS_MAX; c++)
		if (is_shown(t->o, c))
			t->picks[t->n_picks++] = (struct pick){.column = c};
}

static bool pick_columns(struct table *t, const struct column *columns, struct err *err)
{
	struct str rest = str_of(t->o->only), name;
	if (!t->o->only)
		pick_usual(t, columns);
	while (t->o->only && str_split(&rest, ',', &name))
		if (!add_named(t, columns, str_trim(name), err))
			return false;
	return true;
}

/* ---------------------------------------------------------------- aligned text */

static const char *title_of(const struct pick *p)
{
	if (is_id(p->column))
		return "id";
	return p->column->title[0] ? p->column->title : p->column->name;
}

static struct str printed(struct table *t, size_t row, const struct pick *p, bool *known)
{
	struct buf raw = BUF_INIT, clean = BUF_INIT;
	struct value v = p->column->get(row_at(t, row), &t->arena);
	*known = v.type != VALUE_NONE;
	v.text = out_short(v.text);
	value_print(&raw, &v, t->o->now_ns, t->o->ascii);
	clean_print(&clean, buf_str(&raw), false, t->o->ascii);
	struct str s = arena_str(&t->arena, clean.len ? buf_str(&clean) : STR_LIT(""));
	buf_done(&raw);
	buf_done(&clean);
	return s;
}

/* Ids on a terminal: as many characters as tell these rows apart. */
static int id_cols(const struct str *ids, size_t n, size_t step)
{
	size_t cols = ID_COLS;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n && k < i + 200; k++) {
			struct str a = ids[i * step], b = ids[k * step];
			size_t same = 0;
			while (same < a.len && same < b.len && a.ptr[same] == b.ptr[same])
				same++;
			if (same >= cols && (same < a.len || same < b.len))
				cols = same + 1;
		}
	return cols > 36 ? 36 : (int)cols;
}

static void measure(struct table *t, const struct str *cells, const bool *known)
{
	for (size_t c = 0; c < t->n_picks; c++) {
		struct pick *p = &t->picks[c];
		p->cols = text_cols(str_of(title_of(p)));
		for (size_t r = 0; r < t->n; r++) {
			int cols = text_cols(cells[r * t->n_picks + c]);
			p->known = p->known || known[r * t->n_picks + c];
			if (cols > p->cols && cols <= ALIGN_COLS)
				p->cols = cols;
		}
		if (!t->o->cols)
			continue;
		if (is_id(p->column) && t->n)
			p->cols = id_cols(cells + c, t->n, t->n_picks);
		else if (p->column->width > 0 && p->cols > p->column->width)
			p->cols = p->column->width;
	}
}

/* What is left of a terminal's width goes to the column that takes it. */
static void fit(struct table *t)
{
	int used = 0;
	struct pick *flex = NULL;
	for (size_t c = 0; c < t->n_picks; c++) {
		if (!t->picks[c].known)
			continue;
		if (t->picks[c].column->width < 0)
			flex = &t->picks[c];
		used += t->picks[c].cols + GAP;
	}
	int over = used - GAP - t->o->cols;
	if (flex && over > 0)
		flex->cols = flex->cols - over > FLEX_COLS ? flex->cols - over : FLEX_COLS;
}

static void add_line(struct table *t, struct buf *to, const struct str *cells)
{
	struct buf line = BUF_INIT;
	for (size_t c = 0; c < t->n_picks; c++) {
		const struct pick *p = &t->picks[c];
		if (!p->known)
			continue;
		if (line.len)
			buf_add_fill(&line, ' ', GAP);
		bool cut = t->o->cols != 0;
		if (is_id(p->column) && cut) /* a prefix serves as the id; an ellipsis would be in the way */
			out_cell(t->o, &line, str_cut(cells[c], 0, text_fit(cells[c], p->cols, NULL)), p->cols, false,
			         false);
		else
			out_cell(t->o, &line, cells[c], p->cols, p->column->right, cut);
	}
	struct str s = buf_str(&line);
	if (t->o->cols)
		s = str_cut(s, 0, text_fit(s, t->o->cols, NULL));
	while (s.len && s.ptr[s.len - 1] == ' ')
		s.len--;
	buf_add_str(to, s);
	buf_add_char(to, '\n');
	buf_done(&line);
}

static void text_table(struct table *t, struct buf *to)
{
	size_t n = size_mul(t->n, t->n_picks);
	struct str *cells = arena_zalloc(&t->arena, n, sizeof *cells);
	bool *known = arena_zalloc(&t->arena, n, sizeof *known);
	for (size_t i = 0; i < n; i++)
		cells[i] = printed(t, i / t->n_picks, &t->picks[i % t->n_picks], &known[i]);
	measure(t, cells, known);
	if (t->o->cols)
		fit(t);
	struct str titles[COLUMNS_MAX];
	for (size_t c = 0; c < t->n_picks; c++)
		titles[c] = str_of(title_of(&t->picks[c]));
	if (t->n)
		add_line(t, to, titles);
	for (size_t r = 0; r < t->n; r++)
		add_line(t, to, cells + r * t->n_picks);
}

/* ---------------------------------------------------------------- CSV and Markdown */

static void csv_table(struct table *t, struct buf *to)
{
	for (size_t c = 0; c < t->n_picks && !t->o->no_head; c++)
		buf_printf(to, "%s%s%s", c ? "," : "", t->picks[c].column->name, c + 1 == t->n_picks ? "\r\n" : "");
	for (size_t r = 0; r < t->n; r++) {
		size_t from = to->len;
		for (size_t c = 0; c < t->n_picks; c++) {
			struct value v = t->picks[c].column->get(row_at(t, r), &t->arena);
			if (c)
				buf_add_char(to, ',');
			value_csv(to, &v, t->o->csv_raw);
		}
		clean_csv_end(to, from);
	}
}

static void markdown_cell(struct table *t, struct buf *to, size_t row, const struct pick *p)
{
	struct buf cell = BUF_INIT;
	struct value v = p->column->get(row_at(t, row), &t->arena);
	v.text = out_short(v.text);
	value_print(&cell, &v, t->o->now_ns, t->o->ascii);
	buf_add_cstr(to, "| ");
	if (v.type == VALUE_TEXT || v.type == VALUE_JSON)
		clean_markdown(to, buf_str(&cell));
	else
		buf_add_str(to, buf_str(&cell)); /* figures need no escapes */
	buf_add_char(to, ' ');
	buf_done(&cell);
}

static void markdown_head(const struct table *t, struct buf *to)
{
	struct buf rule = BUF_INIT;
	for (size_t c = 0; c < t->n_picks; c++) {
		buf_printf(to, "| %s ", title_of(&t->picks[c]));
		buf_add_cstr(&rule, t->picks[c].column->right ? "|---:" : "|---");
	}
	buf_printf(to, "|\n%s|\n", buf_cstr(&rule));
	buf_done(&rule);
}

static void markdown_table(struct table *t, struct buf *to)
{
	if (!t->o->no_head)
		markdown_head(t, to);
	for (size_t r = 0; r < t->n; r++) {
		for (size_t c = 0; c < t->n_picks; c++)
			markdown_cell(t, to, r, &t->picks[c]);
		buf_add_cstr(to, "|\n");
	}
}

bool out_table(const struct out *o, struct buf *to, const struct column *columns, const void *rows, size_t n,
               size_t size_bytes, struct err *err)
{
	struct table t = {.o = o, .rows = rows, .n = n, .size = size_bytes, .arena = ARENA_INIT};
	bool ok = pick_columns(&t, columns, err);
	if (ok && o->form == OUT_CSV)
		csv_table(&t, to);
	else if (ok && o->form == OUT_MARKDOWN)
		markdown_table(&t, to);
	else if (ok)
		text_table(&t, to);
	arena_done(&t.arena);
	return ok;
}

/* ---------------------------------------------------------------- JSON */

void out_members_but(struct jout *j, const struct column *columns, const void *row, const char *name,
                     const char *instead)
{
	struct arena arena = ARENA_INIT;
	for (const struct column *c = columns; c->name; c++) {
		struct value v = c->get(row, &arena);
		value_json(j, name && strcmp(c->name, name) == 0 ? instead : c->name, &v);
	}
	arena_done(&arena);
}

void out_members(struct jout *j, const struct column *columns, const void *row)
{
	out_members_but(j, columns, row, NULL, NULL);
}

/* Controls that JSON lets through raw (DEL, C1), and bytes that are no UTF-8, stand only inside strings, where an escape means the same. */
static void add_safe(struct buf *to, struct str json)
{
	while (json.len) {
		unsigned char byte = (unsigned char)json.ptr[0];
		if (byte >= 0x20 && byte < 0x7F) {
			buf_add_char(to, json.ptr[0]);
			json = str_from(json, 1);
			continue;
		}
		uint32_t code = text_decode(&json);
		if (code == '\n' || code == '\r' || code == '\t')
			buf_add_char(to, ' ');
		else if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			buf_printf(to, "\\u%04x", (unsigned)code);
		else
			text_encode(to, code);
	}
}

void out_json_text(struct buf *to, struct str json)
{
	struct scan scan = SCAN_INIT;
	struct scan_opts opts = {.last = true, .replace_utf8 = true};
	if (!json.ptr)
		buf_add_cstr(to, "null");
	else if (!scan_text(&scan, json, &opts))
		clean_json(to, json);
	else
		add_safe(to, str_trim(json));
	scan_done(&scan);
}

static int64_t or_unknown(uint64_t n)
{
	return n ? (int64_t)n : UNKNOWN_INT;
}

void out_score(struct jout *j, const struct score *s)
{
	jout_object(j, NULL);
	jout_str(j, "name", s->name);
	jout_double(j, "value", s->value);
	jout_str(j, "label", s->label);
	if (s->pass < 0)
		jout_null(j, "pass");
	else
		jout_bool(j, "pass", s->pass != 0);
	jout_double(j, "threshold", s->threshold);
	jout_str(j, "explanation", s->explanation);
	jout_cstr(j, "source", score_source_name(s->source));
	jout_str(j, "judge_model", s->judge_model);
	jout_end(j);
}

void out_problem(struct jout *j, const struct problem *p)
{
	jout_cstr(j, "file", p->file);
	jout_cstr(j, "entry", p->entry);
	jout_int(j, "record", or_unknown(p->record));
	jout_int(j, "line", or_unknown(p->line));
	jout_str(j, "path", p->path);
	jout_int(j, "offset", (int64_t)p->offset);
	jout_cstr(j, "severity", severity_name(p->severity));
	jout_cstr(j, "code", p->code);
	jout_str(j, "reason", p->reason);
	jout_str(j, "kept", p->kept);
}
