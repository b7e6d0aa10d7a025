/* F3: text → cells, wrapping, cutting, finding, and the other ways out (clean.h). Widths add up to the columns drawn, no byte
 * that acts leaves, nothing is wider than asked, and no byte of the text is lost on the way. */
#include <locale.h>

#include "store/base/clean.h"
#include "store/base/text.h"
#include "tests/fuzz/fuzz.h"

static bool acts(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
	       (code >= 0xe0000 && code <= 0xe007f) || code == 0xfeff;
}

static void check_cell(const struct cell_text *cell, bool ascii)
{
	int cols = 0;
	FUZZ_CHECK(cell->cols == 1 || cell->cols == 2);
	FUZZ_CHECK(cell->codes[0]);
	for (int i = 0; i < CELL_CODES && cell->codes[i]; i++) {
		FUZZ_CHECK(!acts(cell->codes[i]));
		FUZZ_CHECK(!ascii || cell->codes[i] < 0x7f);
		FUZZ_CHECK(text_code_cols(cell->codes[i]) >= 0);
		cols += text_code_cols(cell->codes[i]);
	}
	FUZZ_CHECK(ascii || cols == cell->cols);
}

static int check_cells(struct str text, bool ascii)
{
	struct text_iter it;
	struct cell_text cell;
	int cols = 0;
	size_t at = 0;
	text_iter_init(&it, text, ascii);
	while (text_next(&it, &cell)) {
		check_cell(&cell, ascii);
		FUZZ_CHECK(it.at >= at && it.at < text.len && it.next_at > it.at && it.next_at <= text.len);
		at = it.at;
		cols += cell.cols;
		FUZZ_CHECK(it.col == cols);
	}
	FUZZ_CHECK(it.next_at == text.len && it.rest.len == 0);
	return cols;
}

static void check_fit(struct str text, int cols, int whole)
{
	int used;
	size_t n = text_fit(text, cols, &used);
	FUZZ_CHECK(n <= text.len && used <= cols && used >= 0);
	FUZZ_CHECK((n == text.len) == (whole <= cols));
	FUZZ_CHECK(text_cols(str_cut(text, 0, n)) == used);
}

/* All of it is one cluster: the only thing that may be wider than a row. */
static bool is_one_cluster(struct str text)
{
	struct text_iter it;
	struct cell_text cell;
	text_iter_init(&it, text, false);
	while (text_next(&it, &cell))
		if (it.at > 0)
			return false;
	return true;
}

/* Only blanks, line ends and nothing else lie between the rows. */
static void check_gap(struct str text, size_t from, size_t to)
{
	FUZZ_CHECK(from <= to);
	for (; from < to; from++)
		FUZZ_CHECK(strchr(" \t\r\n", text.ptr[from]) && text.ptr[from]);
}

static void check_wrap(struct str text, int cols)
{
	struct text_row row;
	size_t from = 0, next, end = 0, rows = 0;
	do {
		next = text_wrap(text, from, cols, &row);
		FUZZ_CHECK(row.at >= from && row.at + row.len <= text.len);
		check_gap(text, end, row.at);
		end = row.at + row.len;
		FUZZ_CHECK(row.cols <= cols || is_one_cluster(str_cut(text, row.at, row.len)));
		FUZZ_CHECK(row.cols >= 0);
		FUZZ_CHECK(next == SIZE_MAX || (next > from && next <= text.len));
		FUZZ_CHECK(++rows <= text.len + 1);
		from = next;
	} while (next != SIZE_MAX);
	check_gap(text, end, text.len);
}

static void check_printable(struct str out, bool lines, bool ascii, bool hidden_ok)
{
	FUZZ_CHECK(text_is_valid(out));
	while (out.len) {
		uint32_t code = text_decode(&out);
		FUZZ_CHECK(!ascii || code < 0x7f);
		bool line = lines && (code == '\n' || code == '\t' || code == '\r');
		FUZZ_CHECK(line || !(code < 0x20 || (code >= 0x7f && code < 0xa0)));
		FUZZ_CHECK(hidden_ok || !((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)));
	}
}

static void check_ways_out(struct str text)
{
	struct buf out = BUF_INIT;
	for (unsigned i = 0; i < 4; i++) {
		buf_clear(&out);
		clean_print(&out, text, i & 1, i & 2);
		check_printable(buf_str(&out), i & 1, i & 2, false);
	}
	buf_clear(&out);
	clean_json(&out, text);
	check_printable(buf_str(&out), false, false, true);
	buf_clear(&out);
	clean_csv(&out, text, false);
	check_printable(buf_str(&out), true, false, true);
	if (out.len)
		FUZZ_CHECK(!strchr("=+-@\t\r", out.ptr[out.ptr[0] == '"']) || out.ptr[0] == '\0');
	buf_clear(&out);
	clean_markdown(&out, text);
	check_printable(buf_str(&out), false, false, false);
	buf_clear(&out);
	clean_shell(&out, text);
	check_printable(buf_str(&out), false, false, false);
	FUZZ_CHECK(out.len >= 2 && out.ptr[0] == '\'' && out.ptr[out.len - 1] == '\'');
	buf_done(&out);
}

static void check_copies(struct str text, size_t bytes)
{
	struct arena arena = ARENA_INIT;
	struct str valid = text_valid(&arena, text);
	FUZZ_CHECK(text_is_valid(valid) && text_n_codes(valid) == text_n_codes(text));
	FUZZ_CHECK(!text_is_valid(text) || valid.ptr == text.ptr);
	struct str preview = text_preview(&arena, text, bytes);
	FUZZ_CHECK(preview.len <= bytes && text_is_valid(preview));
	FUZZ_CHECK(str_eq(str_trim(preview), preview));
	arena_done(&arena);
}

static void check_find(struct str text, unsigned choice)
{
	if (text.len == 0)
		return;
	size_t at = choice * 2654435761u % text.len;
	struct str what = str_cut(text, at, 1 + choice % 5);
	size_t exact = text_find(text, what, 0, false), loose = text_find(text, what, 0, true);
	FUZZ_CHECK(exact <= at);
	FUZZ_CHECK(str_eq(str_cut(text, exact, what.len), what));
	FUZZ_CHECK(loose == SIZE_MAX || loose <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	unsigned choice = fuzz_choice(text);
	int cols = check_cells(text, false);
	check_cells(text, true);
	FUZZ_CHECK(text_cols(text) == cols);
	check_fit(text, (int)(choice % 100), cols);
	check_fit(text, 0, cols);
	check_wrap(text, 1);
	check_wrap(text, 1 + (int)(choice % 90));
	check_ways_out(text);
	check_copies(text, choice % 300);
	check_find(text, choice);
	text_hidden(text);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	setlocale(LC_ALL, "C.UTF-8");
	return 0;
}
