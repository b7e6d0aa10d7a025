#include "tui/screen/pane_documents.h"

#include "store/base/media.h"
#include "store/base/scan.h"
#include "store/base/text.h"

enum {
	ROWS_MAX = 100000, /* of the sheet */
	CONTENT_ROWS = 4,
	PASSAGES = 3,
	BAR_COLS = 5,
	/* parts of a document, in piece ids */
	PART_HEAD = 1,
	PART_CONTENT,
	PART_METADATA
};

struct documents {
	const struct laying *l;
	struct sheet *s;
	const struct document *at;
	size_t n;
	const struct docuse *use;
	double best; /* the highest score; 0: scores are no shares of something */
};

static uint64_t piece_id(size_t document, size_t part)
{
	return (uint64_t)(document + 1) << PIECE_ITEM_SHIFT | part;
}

static bool head(const struct documents *d, uint64_t id, int level, int indent, bool folded)
{
	sheet_row(d->s);
	folded = pieces_add(d->l->pieces, id, level, d->s->rows - 1, folded);
	sheet_column(d->s, indent);
	sheet_addc(d->s, ROLE_DIM, piece_glyph(folded, d->l->ascii));
	sheet_addc(d->s, ROLE_DIM, " ");
	return folded;
}

static struct str shown(const struct documents *d, struct str text)
{
	struct buf words = BUF_INIT;
	text = str_trim(text);
	if (media_shown(&words, text))
		text = arena_str(&d->s->arena, buf_str(&words));
	buf_done(&words);
	return text;
}

/* ---------------------------------------------------------------- the head of a document */

/* Bars go up to 1, or to the best score; scores below 0 (distances, logarithms) have none. */
static double best_score(const struct document *at, size_t n)
{
	double best = 0;
	for (size_t i = 0; i < n; i++) {
		if (IS_UNKNOWN(at[i].score))
			continue;
		if (at[i].score < 0)
			return 0;
		best = at[i].score > best ? at[i].score : best;
	}
	return best > 0 && best < 1 ? 1 : best;
}

static void add_bar(const struct documents *d, double score)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	int filled = (int)(score / d->best * BAR_COLS * 8 + 0.5), used = 0;
	struct buf bar = BUF_INIT;
	for (; used < filled / 8; used++)
		buf_add_cstr(&bar, d->l->ascii ? "#" : "█");
	if (!d->l->ascii && filled % 8) {
		buf_add_cstr(&bar, eighths[filled % 8]);
		used++;
	}
	buf_add_fill(&bar, ' ', (size_t)(used < BAR_COLS ? BAR_COLS - used : 0));
	sheet_addc(d->s, ROLE_DIM, " ");
	sheet_add(d->s, ROLE_BAR, arena_str(&d->s->arena, buf_str(&bar)));
	buf_done(&bar);
}

static void add_score(const struct documents *d, double score)
{
	struct buf text = BUF_INIT;
	if (IS_UNKNOWN(score))
		return;
	units_score(&text, score);
	sheet_addc(d->s, ROLE_DIM, "  score ");
	sheet_add(d->s, ROLE_TEXT, arena_str(&d->s->arena, buf_str(&text)));
	buf_done(&text);
	if (d->best > 0)
		add_bar(d, score);
}

static void add_use(const struct documents *d, size_t i)
{
	if (!d->use->known || !d->use->answer.len)
		return;
	const struct provenance_use *use = &d->use->uses[i];
	if (use->n)
		sheet_printf(d->s, ROLE_OK, "  used: %zu passage%s", use->n, use->n == 1 ? "" : "s");
	else
		sheet_addc(d->s, ROLE_WARNING, "  not used");
}

/* ---------------------------------------------------------------- what it holds */

static void lay_passages(const struct documents *d, size_t i)
{
	if (!d->use->known || !d->use->answer.len)
		return;
	const struct provenance_use *use = &d->use->uses[i];
	for (size_t k = 0; k < use->n && k < PASSAGES; k++) {
		const struct provenance_passage *p = &use->passages[k];
		sheet_row(d->s);
		sheet_column(d->s, 2);
		sheet_addc(d->s, ROLE_DIM, "in the answer: ");
		sheet_add(d->s, ROLE_MARK, text_preview(&d->s->arena, str_cut(d->at[i].content, p->at, p->len), 300));
	}
	if (use->n > PASSAGES) {
		sheet_row(d->s);
		sheet_column(d->s, 2);
		sheet_printf(d->s, ROLE_DIM, "and %zu more", use->n - PASSAGES);
	}
}

static int rows_of(const struct documents *d, struct str text)
{
	int cols = d->s->cols - 4 > 8 ? d->s->cols - 4 : 8, rows = 0;
	for (size_t from = 0; from != SIZE_MAX && rows <= CONTENT_ROWS; rows++) {
		struct text_row row;
		from = text_wrap(text, from, cols, &row);
	}
	return rows;
}

static void lay_content(const struct documents *d, size_t i)
{
	struct str text = shown(d, d->at[i].content);
	if (!text.len)
		return;
	if (rows_of(d, text) <= CONTENT_ROWS) {
		sheet_row(d->s);
		sheet_wrap(d->s, ROLE_TEXT, 4, text, 0);
		return;
	}
	struct buf size = BUF_INIT;
	bool folded = head(d, piece_id(i, PART_CONTENT), 1, 2, true);
	units_bytes(&size, d->at[i].content.len);
	sheet_addc(d->s, ROLE_DIM, "content, ");
	sheet_add(d->s, ROLE_DIM, arena_str(&d->s->arena, buf_str(&size)));
	buf_done(&size);
	sheet_row(d->s);
	sheet_wrap(d->s, ROLE_TEXT, 4, text, folded ? CONTENT_ROWS : 0);
}

static void lay_metadata(const struct documents *d, size_t i)
{
	struct str json = shown(d, d->at[i].metadata);
	if (!json.len || str_is(json, "{}") || str_is(json, "null"))
		return;
	bool folded = head(d, piece_id(i, PART_METADATA), 1, 2, true);
	sheet_addc(d->s, ROLE_DIM, "metadata");
	if (folded) {
		sheet_addc(d->s, ROLE_DIM, "  ");
		sheet_add(d->s, ROLE_DIM, text_preview(&d->s->arena, json, 300));
	} else {
		sheet_text(d->s, 4, ROLE_TEXT, json);
	}
}

/* Its id, else what its metadata call it. */
static struct str title_of(const struct documents *d, const struct document *doc)
{
	static const char *const keys[] = {"title", "source", "file_name", "url", "name", "path"};
	struct scan scan = SCAN_INIT;
	struct str title = doc->id;
	if (!title.len && scan_text(&scan, doc->metadata, &(struct scan_opts){.last = true, .lenient = true}))
		for (size_t i = 0; i < sizeof keys / sizeof *keys && !title.len; i++)
			title = arena_str(&d->s->arena, val_str(val_get(scan_root(&scan), keys[i]), &d->s->arena));
	scan_done(&scan);
	return title;
}

static void lay_document(const struct documents *d, size_t i)
{
	const struct document *doc = &d->at[i];
	sheet_gap(d->s);
	bool folded = head(d, piece_id(i, PART_HEAD), 0, 0, false);
	sheet_printf(d->s, ROLE_HEADING, "%zu ", i + 1);
	struct str title = title_of(d, doc);
	sheet_add(d->s, ROLE_TITLE, str_cut(title, 0, text_fit(title, d->s->cols / 2, NULL)));
	add_score(d, doc->score);
	add_use(d, i);
	if (folded) {
		sheet_addc(d->s, ROLE_DIM, "  ");
		sheet_add(d->s, ROLE_DIM, text_preview(&d->s->arena, shown(d, str_cut(doc->content, 0, 2000)), 300));
		return;
	}
	lay_passages(d, i);
	lay_content(d, i);
	lay_metadata(d, i);
}

static void lay_use(const struct documents *d)
{
	const struct docuse *use = d->use;
	if (!use->known)
		return;
	sheet_row(d->s);
	sheet_printf(d->s, ROLE_HEADING, "%zu document%s", d->n, d->n == 1 ? "" : "s");
	if (!use->answer.len) {
		sheet_addc(d->s, ROLE_DIM, "; no answer after them to compare with");
		return;
	}
	sheet_printf(d->s, ROLE_HEADING, "; %zu used in the answer, %zu not (no wording match)", use->n_used,
	             d->n - use->n_used);
	sheet_row(d->s);
	if (use->of_trace) {
		sheet_addc(d->s, ROLE_DIM, "against the answer of the trace");
	} else {
		sheet_addc(d->s, ROLE_DIM, "against what ");
		sheet_add(d->s, ROLE_TEXT, use->name);
		sheet_printf(d->s, ROLE_DIM, " answered, span %lld", (long long)use->pos + 1);
	}
	if (use->limited && !use->of_trace)
		sheet_printf(d->s, ROLE_WARNING, "  (%d rows looked at)", DOCUSE_ROWS);
}

void documents_lay(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	struct documents d = {.l = l,
	                      .s = l->s,
	                      .at = span->documents,
	                      .n = span->n_documents,
	                      .use = &l->d->docuse,
	                      .best = best_score(span->documents, span->n_documents)};
	l->s->rows_max = ROWS_MAX;
	lay_use(&d);
	for (size_t i = 0; i < d.n; i++)
		lay_document(&d, i);
}
