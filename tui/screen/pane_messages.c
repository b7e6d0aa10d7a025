#include "tui/screen/pane_messages.h"

#include "store/base/media.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "tui/screen/pane_tree.h"

enum {
	ROWS_MAX = 100000, /* of the sheet */
	TEXT_ROWS = 60,    /* a longer text is a piece of its own, folded to its first SHORT_ROWS */
	RESULT_ROWS = 12,  /* the same for what tools are given and give back */
	REASONING_ROWS = 3,
	SHORT_ROWS = 8,
	FEW_MESSAGES = 12, /* more, without a call before to compare with: those before the last question are folded */
	GROUP = 0xFFFFF    /* of piece ids: a run of old messages */
};

struct talk_sheet {
	const struct laying *l;
	struct sheet *s;
	const struct message *messages;
	size_t n;
	const struct talk *talk;
	struct tool_pairs pairs;
	size_t told_bytes; /* of all messages told to the call */
	int level;         /* of the message being laid: 1 inside a run of old ones */
};

static uint64_t piece_id(size_t message, size_t part)
{
	return (uint64_t)(message + 1) << PIECE_ITEM_SHIFT | (part + 1);
}

/* ---------------------------------------------------------------- figures */

static size_t bytes_of(const struct message *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n_parts; i++)
		n += m->parts[i].text.len;
	return n;
}

/* An estimate: four bytes a token, but no more than its share of what the call says it was told (tools are in that, too). */
static void add_tokens(const struct talk_sheet *t, size_t bytes)
{
	int64_t in = t->l->d->row.tokens_in;
	double tokens = (double)bytes / 4;
	if (in > 0 && t->told_bytes > 0 && (double)in / (double)t->told_bytes < 0.25)
		tokens = (double)bytes / (double)t->told_bytes * (double)in;
	struct buf text = BUF_INIT;
	buf_add_cstr(&text, t->l->ascii ? "about " : "≈");
	units_count(&text, (int64_t)(tokens + 0.5));
	buf_add_cstr(&text, " tok");
	sheet_add(t->s, ROLE_DIM, arena_str(&t->s->arena, buf_str(&text)));
	buf_done(&text);
}

static void add_bytes(const struct talk_sheet *t, size_t bytes)
{
	struct buf text = BUF_INIT;
	units_bytes(&text, bytes);
	sheet_add(t->s, ROLE_DIM, arena_str(&t->s->arena, buf_str(&text)));
	buf_done(&text);
}

static bool is_new(const struct talk_sheet *t, size_t message)
{
	return t->talk->known && t->talk->found && !t->talk->only_new && t->talk->news.states[message] == MESSAGE_NEW;
}

/* ---------------------------------------------------------------- pieces and texts */

/* A new row with a piece's glyph. */
static bool head(const struct talk_sheet *t, uint64_t id, int level, int indent, bool folded)
{
	sheet_row(t->s);
	folded = pieces_add(t->l->pieces, id, level, t->s->rows - 1, folded);
	sheet_column(t->s, indent);
	sheet_addc(t->s, ROLE_DIM, piece_glyph(folded, t->l->ascii));
	sheet_addc(t->s, ROLE_DIM, " ");
	return folded;
}

static bool is_long(const struct talk_sheet *t, int indent, struct str text, int rows)
{
	int cols = t->s->cols - indent > 8 ? t->s->cols - indent : 8, lines = 0;
	if (text.len > (size_t)cols * (size_t)rows)
		return true;
	for (size_t i = 0; i < text.len && lines < rows; i++)
		lines += text.ptr[i] == '\n' || (text.ptr[0] == '{' && (text.ptr[i] == ',' || text.ptr[i] == '{'));
	return lines >= rows;
}

/* base64 as a word; JSON printed, else wrapped. rows > 0: the first ones, and a row that says that there is more. */
static void add_body(const struct talk_sheet *t, int indent, enum role role, struct str text, int rows)
{
	struct sheet *s = t->s;
	int rows_max = s->rows_max;
	if (rows > 0 && s->rows + rows < rows_max)
		s->rows_max = s->rows + rows;
	sheet_text(s, indent, role, text);
	bool more = s->left_out && s->rows_max < rows_max;
	s->rows_max = rows_max;
	if (!more)
		return;
	s->left_out = 0;
	sheet_row(s);
	sheet_column(s, indent);
	sheet_addc(s, ROLE_DIM, t->l->ascii ? "... more" : "… more");
}

static struct str shown(const struct talk_sheet *t, struct str text)
{
	struct buf words = BUF_INIT;
	text = str_trim(text);
	if (media_shown(&words, text))
		text = arena_str(&t->s->arena, buf_str(&words));
	buf_done(&words);
	return text;
}

/* A tool's result as providers wrap it, [{"type":"text","text":"…"},…]: the texts, one below the other. Anything else as it is. */
static struct str unwrapped(const struct talk_sheet *t, struct str text)
{
	struct scan scan = SCAN_INIT;
	struct buf texts = BUF_INIT;
	bool all = str_starts(text, "[{") &&
	           scan_text(&scan, text, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	for (struct member m = all ? val_first(scan_root(&scan)) : (struct member){.ok = false}; m.ok && all;
	     m = val_next(m)) {
		struct val inner = val_get(m.val, "text");
		all = val_str_is(val_get(m.val, "type"), "text") && val_is(inner, SCAN_STRING) &&
		      val_count(m.val) <= 3; /* no more than annotations beside it */
		buf_add_cstr(&texts, texts.len ? "\n\n" : "");
		buf_add_str(&texts, val_str(inner, &t->s->arena));
	}
	if (all)
		text = arena_str(&t->s->arena, buf_str(&texts));
	buf_done(&texts);
	scan_done(&scan);
	return text;
}

/* ---------------------------------------------------------------- parts of a message */

static void add_preview(const struct talk_sheet *t, struct str text)
{
	sheet_addc(t->s, ROLE_DIM, "  ");
	sheet_add(t->s, ROLE_DIM, text_preview(&t->s->arena, str_cut(text, 0, 2000), 300));
}

static void lay_text(const struct talk_sheet *t, size_t message, size_t part, int indent)
{
	struct str text = shown(t, t->messages[message].parts[part].text);
	if (!text.len)
		return;
	if (!is_long(t, indent, text, TEXT_ROWS)) {
		add_body(t, indent, ROLE_TEXT, text, 0);
		return;
	}
	bool folded = head(t, piece_id(message, part), t->level + 1, indent, true);
	sheet_addc(t->s, ROLE_DIM, looks_like_json(text) ? "JSON, " : "text, ");
	add_bytes(t, text.len);
	add_body(t, indent + 2, ROLE_TEXT, text, folded ? SHORT_ROWS : 0);
}

static void lay_reasoning(const struct talk_sheet *t, size_t message, size_t part, int indent)
{
	struct str text = shown(t, t->messages[message].parts[part].text);
	bool is_piece = is_long(t, indent + 2, text, REASONING_ROWS + 1), folded = false;
	if (is_piece) {
		folded = head(t, piece_id(message, part), t->level + 1, indent, true);
	} else {
		sheet_row(t->s);
		sheet_column(t->s, indent + 2);
	}
	sheet_addc(t->s, ROLE_HEADING, "reasoning");
	if (is_piece) {
		sheet_addc(t->s, ROLE_DIM, ", ");
		add_bytes(t, text.len);
	}
	add_body(t, indent + 2, ROLE_DIM, text, folded ? REASONING_ROWS : 0);
}

static void add_mark(const struct talk_sheet *t, const char *word)
{
	sheet_addc(t->s, ROLE_DIM, "  ");
	sheet_addc(t->s, ROLE_INSERTED, word);
}

static void lay_media(const struct talk_sheet *t, const struct message_part *part, int indent)
{
	struct buf word = BUF_INIT;
	sheet_row(t->s);
	sheet_column(t->s, indent);
	if (part->size_bytes) {
		media_word(&word, part->name, part->size_bytes);
		sheet_add(t->s, ROLE_LINK, arena_str(&t->s->arena, buf_str(&word)));
		sheet_addc(t->s, ROLE_DIM, part->data.len ? "  s saves it" : "");
	} else {
		sheet_addc(t->s, ROLE_DIM, "[");
		sheet_add(t->s, ROLE_TEXT, part->name.len ? part->name : STR_LIT("media"));
		sheet_addc(t->s, ROLE_DIM, part->text.len ? "] " : "]");
		sheet_add(t->s, ROLE_LINK, part->text);
	}
	buf_done(&word);
}

/* How the tool's span went: "0.40s ok". */
static void add_outcome(const struct talk_sheet *t, const struct talk_tool *tool, const struct message_part *result)
{
	bool failed = (result && tool_result_failed(result)) || (tool && tool->status == STATUS_ERROR);
	bool known = result || (tool && tool->status != STATUS_RUNNING);
	if (tool && tool->duration_ns != UNKNOWN_INT) {
		sheet_addc(t->s, ROLE_DIM, "  ");
		sheet_duration(t->s, ROLE_TEXT, tool->duration_ns, t->l->ascii);
	}
	if (failed)
		sheet_printf(t->s, ROLE_ERROR, "  %s failed", glyph_error(t->l->ascii));
	else if (known)
		sheet_addc(t->s, ROLE_OK, "  ok");
}

static void lay_result(const struct talk_sheet *t, size_t message, size_t part, int indent,
                       const struct talk_tool *tool, const struct talk_call *call, bool alone)
{
	const struct message_part *result = &t->messages[message].parts[part];
	struct str text = unwrapped(t, shown(t, result->text));
	bool is_piece = is_long(t, indent + 4, text, RESULT_ROWS), folded = false;
	if (is_piece) {
		folded = head(t, piece_id(message, part), t->level + 1, indent, true);
	} else {
		sheet_row(t->s);
		sheet_column(t->s, indent + 2);
	}
	sheet_addc(t->s, ROLE_HEADING, "result");
	if (alone) {
		sheet_addc(t->s, ROLE_TEXT, " ");
		sheet_add(t->s, ROLE_KIND_TOOL, call ? call->name : result->name.len ? result->name : result->id);
	}
	add_outcome(t, tool, result);
	if (!alone && is_new(t, message))
		add_mark(t, "new");
	if (is_piece) {
		sheet_addc(t->s, ROLE_DIM, ", ");
		add_bytes(t, result->text.len);
	}
	if (call) {
		sheet_addc(t->s, ROLE_DIM, "  ");
		sheet_add(t->s, ROLE_DIM, text_preview(&t->s->arena, shown(t, str_cut(call->arguments, 0, 4000)), 300));
	} else if (alone) {
		sheet_addc(t->s, ROLE_WARNING, "  no call of it here");
	}
	if (text.len)
		add_body(t, indent + 4, ROLE_TEXT, text, folded ? SHORT_ROWS : 0);
	else
		sheet_addc(t->s, ROLE_DIM, "  empty");
}

static const struct message_part *part_at(const struct talk_sheet *t, uint32_t number, size_t *message, size_t *part)
{
	*message = t->pairs.message[number];
	*part = number - t->pairs.first[*message];
	return &t->messages[*message].parts[*part];
}

static void lay_call(const struct talk_sheet *t, size_t message, size_t part, int indent)
{
	const struct message_part *call = &t->messages[message].parts[part];
	uint32_t mate = t->pairs.mate[t->pairs.first[message] + part];
	const struct talk_tool *tool = talk_tool_at(t->talk, message, part);
	struct str text = shown(t, call->text);
	bool is_piece = is_long(t, indent + 4, text, RESULT_ROWS), folded = false;
	if (is_piece) {
		folded = head(t, piece_id(message, part), t->level + 1, indent, true);
	} else {
		sheet_row(t->s);
		sheet_column(t->s, indent + 2);
	}
	sheet_addc(t->s, ROLE_HEADING, "call ");
	sheet_add(t->s, ROLE_KIND_TOOL, call->name.len ? call->name : STR_LIT("(no name)"));
	if (mate == NO_MATE && (tool || t->messages[message].output))
		add_outcome(t, tool, NULL);
	else if (mate == NO_MATE)
		sheet_addc(t->s, ROLE_WARNING, "  no result of it here");
	if (text.len && !str_is(text, "{}"))
		add_body(t, indent + 4, ROLE_TEXT, text, folded ? SHORT_ROWS : 0);
	if (mate == NO_MATE)
		return;
	size_t m, p;
	part_at(t, mate, &m, &p);
	lay_result(t, m, p, indent, tool, NULL, false);
}

static void lay_part(const struct talk_sheet *t, size_t message, size_t part, int indent)
{
	const struct message_part *p = &t->messages[message].parts[part];
	switch (p->type) {
	case PART_TEXT: lay_text(t, message, part, indent); break;
	case PART_REASONING: lay_reasoning(t, message, part, indent); break;
	case PART_TOOL_CALL: lay_call(t, message, part, indent); break;
	case PART_TOOL_RESULT:
		if (t->pairs.mate[t->pairs.first[message] + part] == NO_MATE)
			lay_result(t, message, part, indent, talk_tool_at(t->talk, message, part),
			           talk_call_of(t->talk, message, part), true);
		break;
	case PART_MEDIA: lay_media(t, p, indent); break;
	case PART_OTHER:
		sheet_row(t->s);
		sheet_column(t->s, indent);
		sheet_add(t->s, ROLE_DIM, p->name);
		add_body(t, indent + 2, ROLE_TEXT, shown(t, p->text), 0);
		break;
	}
}

/* ---------------------------------------------------------------- a message */

static enum role role_of(struct str role)
{
	static const struct {
		const char *name;
		enum role role;
	} roles[] = {
	    {"system",    ROLE_KIND_PROMPT},
            {"developer", ROLE_KIND_PROMPT},
            {"user",      ROLE_KIND_AGENT },
	    {"human",     ROLE_KIND_AGENT },
            {"assistant", ROLE_KIND_LLM   },
            {"ai",        ROLE_KIND_LLM   },
	    {"model",     ROLE_KIND_LLM   },
            {"tool",      ROLE_KIND_TOOL  },
            {"function",  ROLE_KIND_TOOL  },
	};
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (str_is(role, roles[i].name))
			return roles[i].role;
	return ROLE_HEADING;
}

/* What a folded message says: its first text, and what it calls. */
static struct str first_words(const struct talk_sheet *t, const struct message *m)
{
	struct str text = STR_NONE, call = STR_NONE;
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct message_part *p = &m->parts[i];
		if (p->type == PART_TOOL_CALL && !call.len)
			call = p->name;
		else if (p->type != PART_TOOL_CALL && p->type != PART_REASONING && !text.len)
			text = shown(t, str_cut(p->text, 0, 4000));
	}
	if (!call.len)
		return text;
	return arena_printf(&t->s->arena, STR_FMT "%scall " STR_FMT, STR_ARG(text_preview(&t->s->arena, text, 60)),
	                    text.len ? "  " : "", STR_ARG(call));
}

/* All it holds are results that stand under their calls. */
static bool is_elsewhere(const struct talk_sheet *t, size_t message)
{
	const struct message *m = &t->messages[message];
	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].type != PART_TOOL_RESULT || t->pairs.mate[t->pairs.first[message] + i] == NO_MATE)
			return false;
	return m->n_parts > 0;
}

static void add_state(const struct talk_sheet *t, size_t message)
{
	const struct message *m = &t->messages[message];
	const struct new_messages *news = &t->talk->news;
	if (m->output) {
		sheet_addc(t->s, ROLE_DIM, "  made by this call");
		return;
	}
	if (!t->talk->known || !t->talk->found || t->talk->only_new)
		return;
	if (message_is_system(m) && news->states[message] == MESSAGE_NEW)
		add_mark(t, news->prompt == SYSTEM_EDITED ? "changed" : "new");
	else if (news->states[message] == MESSAGE_NEW)
		add_mark(t, "new");
	else if (news->states[message] == MESSAGE_ANSWER)
		sheet_addc(t->s, ROLE_DIM, "  answer of the call before");
}

static void lay_message(const struct talk_sheet *t, size_t message, bool folded)
{
	const struct message *m = &t->messages[message];
	int indent = t->level * 2;
	if (!indent)
		sheet_gap(t->s);
	folded = head(t, piece_id(message, GROUP - 1), t->level, indent, folded);
	sheet_add(t->s, role_of(m->role), m->role.len ? m->role : STR_LIT("message"));
	if (m->name.len) {
		sheet_addc(t->s, ROLE_DIM, " ");
		sheet_add(t->s, ROLE_TEXT, m->name);
	}
	add_state(t, message);
	if (m->finish_reason.len) {
		static const char *const usual[] = {"stop",      "tool_calls",   "tool_call", "tool-calls",
		                                    "tool_use",  "end_turn",     "toolUse",   "STOP",
		                                    "completed", "stop_sequence"};
		enum role role = ROLE_WARNING;
		for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
			if (str_is(m->finish_reason, usual[i]))
				role = ROLE_DIM;
		sheet_addc(t->s, ROLE_DIM, "  finish: ");
		sheet_add(t->s, role, m->finish_reason);
	}
	if (folded) {
		sheet_addc(t->s, ROLE_DIM, "  ");
		add_tokens(t, bytes_of(m));
		add_preview(t, first_words(t, m));
		return;
	}
	for (size_t k = 0; k < m->n_parts; k++)
		lay_part(t, message, k, indent + 2);
	if (m->n_parts == 0) {
		sheet_row(t->s);
		sheet_column(t->s, indent + 2);
		sheet_addc(t->s, ROLE_DIM, "empty");
	}
}

/* ---------------------------------------------------------------- what is old */

/* The results of its calls came with this call. */
static bool has_new_result(const struct talk_sheet *t, size_t message)
{
	const struct message *m = &t->messages[message];
	for (size_t i = 0; i < m->n_parts; i++) {
		uint32_t mate = t->pairs.mate[t->pairs.first[message] + i];
		if (m->parts[i].type == PART_TOOL_CALL && mate != NO_MATE && is_new(t, t->pairs.message[mate]))
			return true;
	}
	return false;
}

/* Without a call before: what was said before the last question, if it is much. */
static size_t last_question(const struct talk_sheet *t)
{
	size_t told = 0, last = 0;
	for (size_t i = 0; i < t->n; i++) {
		told += !t->messages[i].output;
		if (!t->messages[i].output &&
		    (str_is(t->messages[i].role, "user") || str_is(t->messages[i].role, "human")) &&
		    !is_elsewhere(t, i))
			last = i;
	}
	return told > FEW_MESSAGES ? last : 0;
}

static bool is_old(const struct talk_sheet *t, size_t message, size_t question)
{
	if (t->messages[message].output || message_is_system(&t->messages[message]))
		return false;
	if (t->talk->known && t->talk->found)
		return t->talk->news.states[message] == MESSAGE_BEFORE && !has_new_result(t, message);
	return message < question;
}

static void lay_old(struct talk_sheet *t, size_t from, size_t to)
{
	size_t bytes = 0;
	for (size_t i = from; i < to; i++)
		bytes += bytes_of(&t->messages[i]);
	sheet_gap(t->s);
	bool folded = head(t, piece_id(from, GROUP), 0, 0, true);
	sheet_printf(t->s, ROLE_TEXT, "%zu earlier message%s", to - from, to - from == 1 ? "" : "s");
	sheet_addc(t->s, ROLE_DIM, "  ");
	add_tokens(t, bytes);
	if (t->talk->known && t->talk->found)
		sheet_addc(t->s, ROLE_DIM, ", as in the call before");
	if (folded)
		return;
	t->level = 1;
	for (size_t i = from; i < to; i++)
		if (!is_elsewhere(t, i))
			lay_message(t, i, true);
	t->level = 0;
}

/* ---------------------------------------------------------------- the whole */

static void lay_news(const struct talk_sheet *t)
{
	const struct talk *talk = t->talk;
	struct buf text = BUF_INIT;
	if (!talk->known)
		return;
	talk_sentence(&text, talk);
	sheet_row(t->s);
	sheet_wrap(t->s, talk->limited ? ROLE_WARNING : ROLE_HEADING, 0, arena_str(&t->s->arena, buf_str(&text)), 0);
	if (talk->found) {
		sheet_row(t->s);
		sheet_addc(t->s, ROLE_DIM, "against the call before: ");
		sheet_add(t->s, ROLE_TEXT, talk->name);
		int64_t at = units_between(t->l->trace->start_ns, talk->start_ns);
		if (at != TIME_UNKNOWN) {
			sheet_addc(t->s, ROLE_DIM, " at ");
			sheet_duration(t->s, ROLE_TEXT, at, t->l->ascii);
		}
		sheet_printf(t->s, ROLE_DIM, ", span %lld", (long long)talk->pos + 1);
	}
	buf_done(&text);
}

/* The system prompt is not the one of the call before: worth a look. */
static bool is_changed(const struct talk_sheet *t)
{
	return t->talk->known && t->talk->found && !t->talk->only_new && t->talk->news.prompt == SYSTEM_EDITED;
}

void messages_lay(const struct laying *l)
{
	const struct span *span = &l->d->detail.span;
	struct talk_sheet t = {
	    .l = l, .s = l->s, .messages = span->messages, .n = span->n_messages, .talk = &l->d->talk};
	l->s->rows_max = ROWS_MAX;
	tool_pairs(&l->s->arena, t.messages, t.n, &t.pairs);
	for (size_t i = 0; i < t.n; i++)
		t.told_bytes += t.messages[i].output ? 0 : bytes_of(&t.messages[i]);
	lay_news(&t);
	size_t question = t.talk->known && t.talk->found ? 0 : last_question(&t);
	for (size_t i = 0; i < t.n;) {
		size_t to = i;
		while (to < t.n && is_old(&t, to, question))
			to++;
		if (to > i) {
			lay_old(&t, i, to);
			i = to;
			continue;
		}
		if (!is_elsewhere(&t, i))
			lay_message(&t, i, message_is_system(&t.messages[i]) && !is_changed(&t));
		i++;
	}
}
