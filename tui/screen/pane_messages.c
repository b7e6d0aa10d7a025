#include "tui/screen/pane_messages.h"

static void lay_part(const struct laying *l, const struct message_part *part)
{
	struct sheet *s = l->s;
	switch (part->type) {
	case PART_TEXT: sheet_text(s, 2, ROLE_TEXT, part->text); break;
	case PART_REASONING: sheet_text(s, 2, ROLE_DIM, part->text); break;
	case PART_TOOL_CALL:
		sheet_row(s);
		sheet_column(s, 2);
		sheet_addc(s, ROLE_DIM, "calls ");
		sheet_add(s, ROLE_KIND_TOOL, part->name);
		sheet_text(s, 4, ROLE_TEXT, part->text);
		break;
	case PART_TOOL_RESULT:
		sheet_row(s);
		sheet_column(s, 2);
		sheet_addc(s, ROLE_DIM, "result ");
		sheet_add(s, ROLE_KIND_TOOL, part->name.len ? part->name : part->id);
		sheet_text(s, 4, ROLE_TEXT, part->text);
		break;
	case PART_MEDIA:
		sheet_row(s);
		sheet_column(s, 2);
		sheet_addc(s, ROLE_DIM, "media ");
		sheet_add(s, ROLE_TEXT, part->name);
		if (part->size_bytes)
			sheet_printf(s, ROLE_DIM, ", %zu bytes", part->size_bytes);
		break;
	case PART_OTHER:
		sheet_row(s);
		sheet_column(s, 2);
		sheet_add(s, ROLE_DIM, part->name);
		sheet_text(s, 4, ROLE_TEXT, part->text);
		break;
	}
}

void messages_lay(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		sheet_gap(l->s);
		sheet_row(l->s);
		sheet_add(l->s, m->output ? ROLE_TAB_ACTIVE : ROLE_HEADING, m->role.len ? m->role : STR_LIT("message"));
		if (m->name.len) {
			sheet_addc(l->s, ROLE_DIM, " ");
			sheet_add(l->s, ROLE_DIM, m->name);
		}
		sheet_addc(l->s, ROLE_DIM, m->output ? "  made by this call" : "");
		if (m->finish_reason.len && !str_is(m->finish_reason, "stop")) {
			sheet_addc(l->s, ROLE_DIM, "  ended by ");
			sheet_add(l->s, ROLE_WARNING, m->finish_reason);
		}
		for (size_t k = 0; k < m->n_parts; k++)
			lay_part(l, &m->parts[k]);
	}
}
