#include "tui/screen/pane_marks.h"

#include <string.h>

#include "store/base/text.h"

static enum role verdict_role(enum verdict v)
{
	switch (v) {
	case VERDICT_GOOD: return ROLE_OK;
	case VERDICT_BAD: return ROLE_ERROR;
	case VERDICT_UNSURE: return ROLE_WARNING;
	case VERDICT_NONE: break;
	}
	return ROLE_TEXT;
}

static const char *verdict_sign(enum verdict v)
{
	static const char *const signs[] = {"", "+", "-", "~"};
	return signs[v];
}

const char *marks_sign(const struct marks *m, bool ascii, enum role *role)
{
	*role = verdict_role(m->verdict);
	if (!marks_any(m))
		return NULL;
	if (m->inside)
		return ascii ? "`" : "↳";
	if (m->differ) {
		*role = ROLE_WARNING;
		return ascii ? "!" : "±";
	}
	if (m->proposed) {
		*role = ROLE_DIM;
		return "?";
	}
	return m->verdict != VERDICT_NONE ? verdict_sign(m->verdict) : "c";
}

void marks_draw(const struct marks *m, struct canvas c, int y, int col)
{
	enum role role;
	const char *sign = marks_sign(m, c.grid->ascii, &role);
	if (sign)
		canvas_putc(c, y, col, 1, role, sign);
}

/* ---------------------------------------------------------------- who says what */

static const struct opinion *part_of(const struct opinion *o, size_t n, struct str author, enum annotation_field field)
{
	for (size_t i = 0; i < n; i++)
		if (o[i].field == field && str_eq(o[i].author, author))
			return &o[i];
	return NULL;
}

static void lay_when(struct sheet *s, int64_t time_ns, int64_t now_ns)
{
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, "  ");
	units_time(&text, time_ns, now_ns);
	sheet_add(s, ROLE_DIM, arena_str(&s->arena, buf_str(&text)));
	buf_done(&text);
}

/* "- bad  ana  15:45:02  outdated, tone" */
static void lay_verdict(struct sheet *s, const struct opinion *verdict, const struct opinion *reason, struct str author,
                        int64_t now_ns)
{
	if (verdict) {
		enum verdict v = verdict_named(verdict->value);
		bool proposed = verdict->how & HOW_PROPOSED;
		sheet_printf(s, proposed ? ROLE_DIM : verdict_role(v), "%s %s%s", proposed ? "?" : verdict_sign(v),
		             verdict_name(v), proposed ? " proposed" : "");
		sheet_addc(s, ROLE_DIM, "  ");
	}
	sheet_add(s, ROLE_TEXT, author);
	if (verdict)
		lay_when(s, verdict->time_ns, now_ns);
	if (reason) {
		sheet_addc(s, ROLE_DIM, "  ");
		sheet_add(s, ROLE_WARNING, reason->value);
	}
}

static void lay_text(struct sheet *s, const char *name, const struct opinion *o)
{
	if (!o)
		return;
	sheet_row(s);
	sheet_column(s, SHEET_LABEL);
	sheet_addc(s, ROLE_DIM, name);
	sheet_wrap(s, ROLE_TEXT, SHEET_LABEL + (int)strlen(name), o->value, 0);
}

/* Tags and scores set right: "tag refunds", "groundedness 0.2". */
static void lay_others(struct sheet *s, const struct opinion *o, size_t n, struct str author)
{
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(o[i].author, author) || (o[i].field != FIELD_TAG && o[i].field != FIELD_SCORE))
			continue;
		if (first) {
			sheet_row(s);
			sheet_column(s, SHEET_LABEL);
		}
		sheet_addc(s, ROLE_DIM, first ? "" : "  ");
		sheet_addc(s, ROLE_DIM, o[i].field == FIELD_TAG ? "tag " : "");
		sheet_add(s, ROLE_TEXT, o[i].part);
		if (o[i].field == FIELD_SCORE) {
			sheet_addc(s, ROLE_TEXT, " ");
			sheet_add(s, ROLE_TEXT, o[i].value);
		}
		first = false;
	}
}

void marks_line(struct sheet *s, const char *name, const struct opinion *opinions, size_t n)
{
	bool first = true;
	if (!n)
		return;
	sheet_label(s, name);
	for (size_t i = 0; i < n; i++) {
		enum verdict v = opinions[i].field == FIELD_VERDICT ? verdict_named(opinions[i].value) : VERDICT_NONE;
		bool proposed = opinions[i].how & HOW_PROPOSED;
		if (v == VERDICT_NONE)
			continue;
		sheet_addc(s, ROLE_DIM, first ? "" : ", ");
		sheet_printf(s, proposed ? ROLE_DIM : verdict_role(v), "%s%s ", proposed ? "?" : verdict_sign(v),
		             verdict_name(v));
		sheet_add(s, ROLE_TEXT, opinions[i].author);
		first = false;
	}
	for (size_t i = 0; i < n; i++)
		if (opinions[i].field != FIELD_VERDICT) {
			sheet_printf(s, ROLE_DIM, "%s%s ", first ? "" : "  ", annotation_field_name(opinions[i].field));
			sheet_add(s, ROLE_TEXT, text_preview(&s->arena, opinions[i].value, 80));
			first = false;
		}
}

void marks_lay(struct sheet *s, const char *name, const struct opinion *opinions, size_t n, int64_t now_ns)
{
	for (size_t i = 0; i < n; i++) {
		struct str author = opinions[i].author;
		if (i && str_eq(opinions[i - 1].author, author))
			continue; /* they are by author: all of his are laid with the first */
		sheet_label(s, i ? "" : name);
		lay_verdict(s, part_of(opinions, n, author, FIELD_VERDICT), part_of(opinions, n, author, FIELD_REASON),
		            author, now_ns);
		lay_text(s, "note  ", part_of(opinions, n, author, FIELD_NOTE));
		lay_text(s, "should be  ", part_of(opinions, n, author, FIELD_CORRECTION));
		lay_others(s, opinions, n, author);
	}
}
