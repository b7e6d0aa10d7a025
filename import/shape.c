#include "import/shape.h"

enum { LIST_DEPTH = 3 };

static bool is_message(struct val v)
{
	static const char *const types[] = {"human", "ai", "system", "tool", "function_call", "message", NULL};
	struct val type = val_get(v, "type");

	if (!val_is(v, SCAN_OBJECT))
		return false;
	if (val_is(val_get(v, "role"), SCAN_STRING) || val_is(val_path(v, "message.role"), SCAN_STRING))
		return true;
	if (val_is(val_get(v, "kwargs"), SCAN_OBJECT) && val_is(val_get(v, "id"), SCAN_ARRAY))
		return val_ok(val_path(v, "kwargs.content"));
	for (size_t i = 0; types[i]; i++)
		if (val_str_is(type, types[i]) && val_ok(FIELD_ANY(v, "content", "data", "arguments")))
			return true;
	return false;
}

static struct val first_of(struct val v)
{
	for (int i = 0; i < LIST_DEPTH && val_is(v, SCAN_ARRAY); i++) {
		struct member first = val_first(v);
		v = first.ok ? first.val : VAL_NONE;
	}
	return v;
}

bool shape_is_chat(struct val v)
{
	static const char *const lists[] = {"messages", "choices", "generations", "candidates", "contents", NULL};
	struct val first = first_of(v);

	if (is_message(first))
		return true;
	for (size_t i = 0; lists[i]; i++)
		if (val_is(val_get(first, lists[i]), SCAN_ARRAY) && val_is(v, SCAN_OBJECT))
			return true;
	return false;
}

bool shape_is_documents(struct val v)
{
	struct val first = val_is(v, SCAN_ARRAY) ? first_of(v) : VAL_NONE;

	if (val_is(val_get(first, "kwargs"), SCAN_OBJECT))
		first = val_get(first, "kwargs");
	if (val_is(val_get(first, "node"), SCAN_OBJECT))
		return true;
	if (val_ok(FIELD_ANY(first, "page_content", "pageContent")))
		return true;
	return val_ok(FIELD_ANY(first, "content", "text")) && !val_ok(val_get(first, "role")) &&
	       val_ok(FIELD_ANY(first, "score", "metadata")) && !val_ok(val_get(first, "type"));
}

void shape_in_and_out(struct fields *f, struct span *span, struct val in, struct val out)
{
	in = field_open(f, in);
	out = field_open(f, out);
	fields_input(f, span, in);
	fields_output(f, span, out);
	if (shape_is_documents(out))
		fields_documents(f, span, out);
	bool llm = span->kind == KIND_LLM;
	fields_messages(f, span, llm || shape_is_chat(in) ? in : VAL_NONE, llm || shape_is_chat(out) ? out : VAL_NONE);
}
