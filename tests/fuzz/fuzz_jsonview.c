/* The folding tree of JSON. The input is keys, a NUL, what is searched for, a NUL, and a text. Whatever is pressed, the cursor is on a
 * row, every row of a string lies in it, and a search that found something stands on it. */
#include "tests/fuzz/fuzz.h"
#include "tui/widget/jsonview.h"

static void check_rows(const struct jsonview *v)
{
	FUZZ_CHECK(v->list.n == 0 || (v->cursor >= 0 && v->cursor < (int64_t)v->list.n));
	FUZZ_CHECK(v->top >= 0 && (v->list.n == 0 || v->top <= v->cursor));
	FUZZ_CHECK(v->cursor < v->top + v->rows);
	for (size_t i = 0; i < v->list.n; i++) {
		const struct json_row *row = &v->list.at[i];
		FUZZ_CHECK(row->doc < v->docs.n);
		const struct json_doc *doc = &v->docs.at[row->doc];
		if (row->kind == JSON_TEXT || row->kind == JSON_MORE)
			FUZZ_CHECK((size_t)row->at + row->n <= doc->text.len);
		else if (row->kind != JSON_HEAD)
			FUZZ_CHECK(doc->json && row->token < doc->scan.n);
		FUZZ_CHECK(i == 0 ? row->depth == 0 : row->depth <= v->list.at[i - 1].depth + 1);
	}
}

static void look(const struct jsonview *v)
{
	struct grid g;
	struct buf out = BUF_INIT;
	grid_init(&g, v->rows, v->cols, false);
	jsonview_draw(v, grid_canvas(&g), true, false);
	grid_done(&g);
	jsonview_path(&out, v);
	FUZZ_CHECK(jsonview_value(&out, v) == (v->list.n > 0));
	buf_done(&out);
}

static void press(struct jsonview *v, char key)
{
	switch (key) {
	case ' ': jsonview_toggle(v); break;
	case 'h': jsonview_fold(v); break;
	case 'l': jsonview_unfold(v); break;
	case 'z': jsonview_levels(v, 1); break;
	case 'Z': jsonview_unfold_all(v); break;
	case 'n': FUZZ_CHECK(!jsonview_next_hit(v, true) || v->hit.row == v->cursor); break;
	case 'N': FUZZ_CHECK(!jsonview_next_hit(v, false) || v->hit.row == v->cursor); break;
	case 'w': jsonview_set_size(v, 7, v->cols == 30 ? 61 : 30); break;
	case 'J': jsonview_scroll(v, 3); break;
	case 'K': jsonview_scroll(v, -3); break;
	default:
		if (key >= '1' && key <= '9')
			jsonview_levels(v, key - '0');
		else
			jsonview_move(v, (enum move)((unsigned char)key % (MOVE_RIGHT + 1)));
	}
}

static struct str part(struct str *rest)
{
	size_t at = 0;
	while (at < rest->len && rest->ptr[at])
		at++;
	struct str before = str_cut(*rest, 0, at);
	*rest = str_from(*rest, at + 1);
	return before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	struct str keys = str_cut(part(&text), 0, 100), what = part(&text);
	struct jsonview v;
	jsonview_init(&v);
	jsonview_set_size(&v, 5, 30);
	jsonview_add(&v, ROLE_HEADING, STR_NONE, text);
	jsonview_add(&v, ROLE_HEADING, what, str_cut(text, text.len / 2, text.len));
	jsonview_lay(&v);
	jsonview_search(&v, what);
	look(&v);
	for (size_t i = 0; i < keys.len; i++) {
		press(&v, keys.ptr[i]);
		check_rows(&v);
		look(&v);
	}
	jsonview_done(&v);
	return 0;
}
