#include "store/query/span_text.h"

static struct str messages_text(const struct span *span, bool output, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_messages; i++)
		for (size_t k = 0; span->messages[i].output == output && k < span->messages[i].n_parts; k++) {
			buf_add_str(&text, span->messages[i].parts[k].text);
			buf_add_char(&text, '\n');
		}
	struct str all = text.len ? arena_str(arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return all;
}

struct str span_documents_text(const struct span *span, struct arena *arena)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < span->n_documents; i++) {
		buf_add_str(&text, span->documents[i].id);
		buf_add_char(&text, '\n');
		buf_add_str(&text, span->documents[i].content);
		buf_add_char(&text, '\n');
	}
	struct str all = text.len ? arena_str(arena, buf_str(&text)) : STR_NONE;
	buf_done(&text);
	return all;
}

struct str span_input_text(const struct span *span, struct arena *arena)
{
	return span->input.ptr ? span->input : messages_text(span, false, arena);
}

struct str span_output_text(const struct span *span, struct arena *arena)
{
	if (span->output.ptr)
		return span->output;
	return span->n_documents ? span_documents_text(span, arena) : messages_text(span, true, arena);
}
