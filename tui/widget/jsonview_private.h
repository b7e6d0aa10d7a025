/* Between the files of jsonview. */
#ifndef SPOOR_TUI_WIDGET_JSONVIEW_PRIVATE_H
#define SPOOR_TUI_WIDGET_JSONVIEW_PRIVATE_H

#include "tui/widget/jsonview.h"

#define JSON_NONE UINT32_MAX

static inline struct val jsonview_val(const struct jsonview *v, uint32_t doc, uint32_t token)
{
	return (struct val){&v->docs.at[doc].scan, token};
}
/* Columns before a row's text: the cursor's, then two a level, never more than half of the pane. */
int jsonview_indent(const struct jsonview *v, const struct json_row *row);
/* The text of the string (or other scalar) of a row, as a doc of its own: made when first asked for. */
uint32_t jsonview_child(struct jsonview *v, uint32_t doc, uint32_t token);
/* Makes a token's row show: opens all it lies in. Returns its row. */
int64_t jsonview_reveal(struct jsonview *v, uint32_t doc, uint32_t token);
/* The same for a byte of a string's text that is no JSON. */
int64_t jsonview_reveal_text(struct jsonview *v, uint32_t doc, size_t at);
void jsonview_go(struct jsonview *v, int64_t row);
/* What a row's value looks like as text: the first `max` bytes or more of a string, unescaped into the arena; the rest as written. */
struct str jsonview_head(const struct jsonview *v, const struct json_row *row, size_t max, struct arena *arena);
/* The row that `row` stands in; -1: none. */
int64_t jsonview_parent(const struct jsonview *v, int64_t row);

#endif
