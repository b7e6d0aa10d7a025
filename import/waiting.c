#include "import/waiting.h"

#include <stdlib.h>

bool waiting_put(struct waiting *w, struct str id, const struct record *rec)
{
	struct str json = val_raw(rec->root);
	if (w->rows.n >= WAITING_RECORDS || json.len > WAITING_BYTES - w->bytes)
		return false;
	struct waiting_row *row = vec_add(&w->rows);
	*row = (struct waiting_row){
	    .id = xstrndup(id), .slot = rec->slot, .number = rec->number, .line = rec->line, .offset = rec->offset};
	buf_add_str(&row->json, json);
	w->bytes += json.len;
	return true;
}

static void row_done(struct waiting_row *row)
{
	free(row->id);
	buf_done(&row->json);
}

static bool hand_over(const struct waiting_row *row, struct import *im, waiting_tell *tell, struct err *err)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	bool ok = true;
	if (scan_text(&scan, buf_str(&row->json), &opts)) {
		const struct record rec = {.bytes = buf_str(&row->json),
		                           .root = scan_root(&scan),
		                           .slot = row->slot,
		                           .number = row->number,
		                           .line = row->line,
		                           .offset = row->offset};
		ok = tell(im, &rec, err);
	}
	scan_done(&scan);
	return ok;
}

/* id absent: all. Rows are taken out before they are told, since telling one may ask again or put it back. */
static bool hand_out(struct waiting *w, struct str id, struct import *im, waiting_tell *tell, struct err *err)
{
	bool ok = true;
	size_t i = 0;
	for (size_t left = w->rows.n; ok && left > 0; left--) {
		if (id.ptr && !str_is(id, w->rows.at[i].id)) {
			i++;
			continue;
		}
		struct waiting_row row = w->rows.at[i];
		memmove(&w->rows.at[i], &w->rows.at[i + 1], (w->rows.n - i - 1) * sizeof row);
		w->rows.n--;
		w->bytes -= row.json.len;
		ok = hand_over(&row, im, tell, err);
		row_done(&row);
	}
	return ok;
}

bool waiting_come(struct waiting *w, struct str id, struct import *im, waiting_tell *tell, struct err *err)
{
	return !w->rows.n || !id.len || hand_out(w, id, im, tell, err);
}

bool waiting_end(struct waiting *w, struct import *im, waiting_tell *tell, struct err *err)
{
	return hand_out(w, STR_NONE, im, tell, err);
}

void waiting_done(struct waiting *w)
{
	for (size_t i = 0; i < w->rows.n; i++)
		row_done(&w->rows.at[i]);
	vec_done(&w->rows);
	w->bytes = 0;
}
