/* spoor trace ID --span SPAN: one span as the details of the screen tell it: what went in and out, messages as a conversation with what is
 * new in this call, documents with what of them the answer uses. */
#include "tui/cmd/trace.h"

#include <stdlib.h>

#include "store/base/clean.h"
#include "store/base/media.h"
#include "store/base/scan.h"
#include "store/base/text.h"
#include "store/query/docuse.h"
#include "store/query/talk.h"
#include "store/span_row.h"

struct span_out {
	struct trace_out *t;
	struct arena arena;
	struct tree_row row;
	struct span_detail d;
	struct talk talk;
	struct docuse use;
};

/* ---------------------------------------------------------------- texts */

/* As it is, cleaned; JSON printed, base64 named, each line behind `indent` blanks. */
static void block(struct span_out *o, int indent, struct str text)
{
	struct buf shown = BUF_INIT, printed = BUF_INIT;
	struct scan scan = SCAN_INIT;
	struct str rest, line;
	text = str_trim(text);
	if (media_shown(&shown, text))
		text = buf_str(&shown);
	bool json = text.len && (text.ptr[0] == '{' || text.ptr[0] == '[') &&
	            scan_text(&scan, text, &(struct scan_opts){.last = true, .lenient = true, .replace_utf8 = true});
	if (json)
		(text.len < 100 ? scan_compact : scan_pretty)(&printed, scan_root(&scan));
	rest = json ? buf_str(&printed) : text;
	while (str_split(&rest, '\n', &line)) {
		buf_add_fill(&o->t->text, ' ', line.len ? (size_t)indent : 0);
		clean_print(&o->t->text, line, false, o->t->out.ascii);
		buf_add_char(&o->t->text, '\n');
	}
	scan_done(&scan);
	buf_done(&shown);
	buf_done(&printed);
}

static void word(struct span_out *o, const char *before, struct str text)
{
	if (!text.len)
		return;
	buf_add_cstr(&o->t->text, before);
	out_text(&o->t->out, &o->t->text, text, 0);
}

static void duration(struct span_out *o, const char *before, int64_t ns)
{
	struct buf text = BUF_INIT;
	if (ns == UNKNOWN_INT)
		return;
	units_duration(&text, ns, o->t->out.ascii);
	word(o, before, buf_str(&text));
	buf_done(&text);
}

/* ---------------------------------------------------------------- messages */

static void print_outcome(struct span_out *o, const struct talk_tool *tool, const struct message_part *result)
{
	if (tool)
		duration(o, "  ", tool->duration_ns);
	if ((result && tool_result_failed(result)) || (tool && tool->status == STATUS_ERROR))
		buf_add_cstr(&o->t->text, "  failed");
	else if (result || (tool && tool->status != STATUS_RUNNING))
		buf_add_cstr(&o->t->text, "  ok");
}

static void print_call(struct span_out *o, const struct tool_pairs *pairs, size_t message, size_t part)
{
	const struct span *span = &o->d.span;
	const struct message_part *call = &span->messages[message].parts[part];
	const struct talk_tool *tool = talk_tool_at(&o->talk, message, part);
	uint32_t mate = pairs->mate[pairs->first[message] + part];
	word(o, "  call ", call->name.len ? call->name : STR_LIT("(no name)"));
	if (mate == NO_MATE && (tool || span->messages[message].output))
		print_outcome(o, tool, NULL);
	else if (mate == NO_MATE)
		buf_add_cstr(&o->t->text, "  no result of it here");
	buf_add_char(&o->t->text, '\n');
	block(o, 4, call->text);
	if (mate == NO_MATE)
		return;
	size_t m = pairs->message[mate];
	const struct message_part *result = &span->messages[m].parts[mate - pairs->first[m]];
	buf_add_cstr(&o->t->text, "  result");
	print_outcome(o, tool, result);
	if (o->talk.found && !o->talk.only_new && o->talk.news.states[m] == MESSAGE_NEW)
		buf_add_cstr(&o->t->text, "  new");
	buf_add_char(&o->t->text, '\n');
	block(o, 4, result->text);
}

static void print_lone_result(struct span_out *o, size_t message, size_t part)
{
	const struct message_part *result = &o->d.span.messages[message].parts[part];
	const struct talk_call *call = talk_call_of(&o->talk, message, part);
	buf_add_cstr(&o->t->text, "  result");
	word(o, " ", call ? call->name : result->name.len ? result->name : result->id);
	print_outcome(o, talk_tool_at(&o->talk, message, part), result);
	buf_add_cstr(&o->t->text, call ? "" : "  no call of it here");
	buf_add_char(&o->t->text, '\n');
	block(o, 4, result->text);
}

static void print_media(struct span_out *o, const struct message_part *part)
{
	struct buf text = BUF_INIT;
	if (part->size_bytes)
		media_word(&text, part->name, part->size_bytes);
	else
		buf_printf(&text, "[" STR_FMT "] ", STR_ARG(part->name.len ? part->name : STR_LIT("media")));
	buf_add_str(&text, part->text);
	word(o, "  ", buf_str(&text));
	buf_add_char(&o->t->text, '\n');
	buf_done(&text);
}

static void print_part(struct span_out *o, const struct tool_pairs *pairs, size_t message, size_t k)
{
	const struct message_part *part = &o->d.span.messages[message].parts[k];
	switch (part->type) {
	case PART_REASONING:
		buf_add_cstr(&o->t->text, "  reasoning\n");
		block(o, 4, part->text);
		break;
	case PART_TEXT:
	case PART_OTHER: block(o, 2, part->text); break;
	case PART_TOOL_CALL: print_call(o, pairs, message, k); break;
	case PART_TOOL_RESULT:
		if (pairs->mate[pairs->first[message] + k] == NO_MATE)
			print_lone_result(o, message, k);
		break;
	case PART_MEDIA: print_media(o, part); break;
	}
}

/* All it holds are results that stand under their calls. */
static bool is_elsewhere(const struct message *m, const struct tool_pairs *pairs, uint32_t first)
{
	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].type != PART_TOOL_RESULT || pairs->mate[first + i] == NO_MATE)
			return false;
	return m->n_parts > 0;
}

static const char *state_word(const struct span_out *o, size_t i)
{
	const struct message *m = &o->d.span.messages[i];
	if (m->output)
		return "  made by this call";
	if (!o->talk.found || o->talk.only_new)
		return "";
	switch (o->talk.news.states[i]) {
	case MESSAGE_NEW: return message_is_system(m) && o->talk.news.prompt == SYSTEM_EDITED ? "  changed" : "  new";
	case MESSAGE_ANSWER: return "  answer of the call before";
	case MESSAGE_BEFORE:
	case MESSAGE_MADE: break;
	}
	return "";
}

static void print_news(struct span_out *o)
{
	struct buf text = BUF_INIT;
	if (!o->talk.known)
		return;
	talk_sentence(&text, &o->talk);
	word(o, "", buf_str(&text));
	if (o->talk.found) {
		word(o, "\nagainst the call before: ", o->talk.name);
		duration(o, " at ", units_between(o->t->row.start_ns, o->talk.start_ns));
		buf_printf(&o->t->text, ", span %lld", (long long)o->talk.pos + 1);
	}
	buf_add_char(&o->t->text, '\n');
	buf_done(&text);
}

static void print_messages(struct span_out *o)
{
	const struct span *span = &o->d.span;
	struct tool_pairs pairs;
	if (!span->n_messages)
		return;
	buf_printf(&o->t->text, "\nmessages %zu\n", span->n_messages);
	print_news(o);
	tool_pairs(&o->arena, span->messages, span->n_messages, &pairs);
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		if (is_elsewhere(m, &pairs, pairs.first[i]))
			continue;
		word(o, "", m->role.len ? m->role : STR_LIT("message"));
		word(o, " ", m->name);
		buf_add_cstr(&o->t->text, state_word(o, i));
		word(o, "  finish: ", m->finish_reason);
		buf_add_char(&o->t->text, '\n');
		for (size_t k = 0; k < m->n_parts; k++)
			print_part(o, &pairs, i, k);
	}
}

/* ---------------------------------------------------------------- documents */

static void print_use(struct span_out *o, const struct document *doc, const struct provenance_use *use)
{
	if (use->n == 0) {
		buf_add_cstr(&o->t->text, "  not used in the answer (no wording match)\n");
		return;
	}
	buf_printf(&o->t->text, "  used: %zu passage%s\n", use->n, use->n == 1 ? "" : "s");
	for (size_t k = 0; k < use->n; k++) {
		word(o, "  in the answer: ",
		     text_preview(&o->arena, str_cut(doc->content, use->passages[k].at, use->passages[k].len), 300));
		buf_add_char(&o->t->text, '\n');
	}
}

static void print_documents(struct span_out *o)
{
	const struct span *span = &o->d.span;
	if (!span->n_documents)
		return;
	buf_printf(&o->t->text, "\ndocuments %zu", span->n_documents);
	if (o->use.answer.len)
		buf_printf(&o->t->text, ", used in the answer %zu", o->use.n_used);
	buf_add_char(&o->t->text, '\n');
	for (size_t i = 0; i < span->n_documents; i++) {
		const struct document *doc = &span->documents[i];
		struct buf score = BUF_INIT;
		buf_printf(&o->t->text, "%zu", i + 1);
		word(o, " ", doc->id);
		if (!IS_UNKNOWN(doc->score)) {
			units_score(&score, doc->score);
			word(o, "  score ", buf_str(&score));
		}
		buf_done(&score);
		if (o->use.answer.len)
			print_use(o, doc, &o->use.uses[i]);
		else
			buf_add_char(&o->t->text, '\n');
		block(o, 4, doc->content);
		if (doc->metadata.len && !str_is(str_trim(doc->metadata), "{}")) {
			buf_add_cstr(&o->t->text, "  metadata\n");
			block(o, 4, doc->metadata);
		}
	}
}

/* ---------------------------------------------------------------- the span */

static void print_figures(struct span_out *o)
{
	const struct tree_row *row = &o->row;
	struct buf text = BUF_INIT;
	buf_add_cstr(&o->t->text, kind_name(row->kind));
	word(o, " ", row->name.len ? row->name : STR_LIT("(no name)"));
	buf_printf(&o->t->text, "  %s", status_name(row->status));
	duration(o, "  ", row->duration_ns);
	word(o, "  ", row->model);
	if (row->tokens_in != UNKNOWN_INT || row->tokens_out != UNKNOWN_INT) {
		out_tokens(&text, row->tokens_in, row->tokens_out);
		word(o, "  ", buf_str(&text));
		buf_add_cstr(&o->t->text, " tokens");
	}
	buf_clear(&text);
	if (!IS_UNKNOWN(row->cost_usd))
		(row->flags & SPAN_ESTIMATED ? units_usd_about : units_usd)(&text, row->cost_usd);
	word(o, "  ", buf_str(&text));
	word(o, "\nid ", row->id);
	word(o, "\nerror ", o->d.span.message.len ? o->d.span.message : row->message);
	buf_add_char(&o->t->text, '\n');
	buf_done(&text);
}

static void print_value(struct span_out *o, const char *name, struct str value)
{
	if (!value.len)
		return;
	buf_printf(&o->t->text, "\n%s\n", name);
	block(o, 2, value);
}

static bool has_messages(const struct span *span, bool output)
{
	for (size_t i = 0; i < span->n_messages; i++)
		if (span->messages[i].output == output)
			return true;
	return false;
}

static bool read_all(struct span_out *o, struct block_cache *blocks, int64_t key, struct err *err)
{
	const struct trace_row *trace = &o->t->row;
	const struct span *span = &o->d.span;
	int64_t pos;
	if (!tree_find(o->t->db, trace->first, trace->n, key, &pos, err) ||
	    !tree_get(o->t->db, trace->first, pos, &o->arena, &o->row, err) ||
	    !span_detail(o->t->db, blocks, trace->id, key, o->row.record, &o->arena, &o->d, err))
		return false;
	if (o->row.kind == KIND_LLM && span->n_messages &&
	    !talk_about(o->t->db, blocks, trace->id, trace->first, trace->n, &o->row, span, &o->arena, &o->talk, err))
		return false;
	return !span->n_documents ||
	       docuse_find(o->t->db, blocks, trace->id, trace->first, trace->n, &o->row, span, &o->arena, &o->use, err);
}

bool trace_span(struct trace_out *t, int64_t key, struct err *err)
{
	struct span_out o = {.t = t, .arena = ARENA_INIT};
	struct block_cache *blocks = block_cache_new(t->db);
	bool ok = read_all(&o, blocks, key, err);
	if (ok) {
		print_figures(&o);
		if (!has_messages(&o.d.span, false)) /* else they say it */
			print_value(&o, "input", o.d.span.input);
		if (!has_messages(&o.d.span, true) && !o.d.span.n_documents)
			print_value(&o, "output", o.d.span.output);
		print_messages(&o);
		print_documents(&o);
	}
	block_cache_free(blocks);
	arena_done(&o.arena);
	return ok;
}
