/* What is wrong with an answer that can be seen without understanding it. */
#include "store/base/scan.h"
#include "store/check/check_private.h"

enum { ROLE_MOST = 20 };

/* ---------------------------------------------------------------- the limit of tokens */

static bool is_limit(struct str reason)
{
	static const char *const words[] = {"length", "max_tokens", "max_output_tokens", "model_length", "token_limit"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(reason, words[i]))
			return true;
	return false;
}

/* ["length"], "length", {"type":"max_tokens"} … */
static bool says_limit(struct str json)
{
	static const char *const quoted[] = {"\"length\"", "\"max_tokens\"", "\"MAX_TOKENS\"", "\"max_output_tokens\""};
	for (size_t i = 0; json.len <= 256 && i < sizeof quoted / sizeof *quoted; i++)
		if (str_find(json, str_of(quoted[i])) != SIZE_MAX)
			return true;
	return false;
}

static bool is_cut(const struct span *span)
{
	for (size_t i = 0; i < span->n_messages; i++)
		if (span->messages[i].output && is_limit(span->messages[i].finish_reason))
			return true;
	for (size_t i = 0; i < span->n_attributes; i++) {
		struct str key = span->attributes[i].key;
		if ((str_ends(key, "finish_reason") || str_ends(key, "finish_reasons") ||
		     str_ends(key, "stop_reason")) &&
		    says_limit(span->attributes[i].json))
			return true;
	}
	return false;
}

/* ---------------------------------------------------------------- JSON */

static bool asks_for_json(const struct span *span)
{
	for (size_t i = 0; i < span->n_attributes; i++) {
		struct str key = span->attributes[i].key, json = span->attributes[i].json;
		if (str_is(key, "gen_ai.output.type") && str_is(json, "\"json\""))
			return true;
		size_t at = str_find(key, STR_LIT("response_format")) != SIZE_MAX
		                ? 0
		                : str_find(json, STR_LIT("response_format"));
		if (at != SIZE_MAX && str_find(str_cut(json, at, 64), STR_LIT("json_")) != SIZE_MAX)
			return true;
	}
	return false;
}

static char next_sign(struct str text, size_t at)
{
	while (at < text.len && strchr(" \t\r\n", text.ptr[at]) && text.ptr[at])
		at++;
	return at < text.len ? text.ptr[at] : '\0';
}

/* Nobody writes {" or [{ or [" for anything else; [1] is a note's number, {x} a template. */
static bool begins_as_json(struct str text)
{
	char next = next_sign(text, 1);
	return text.len > 1 && ((text.ptr[0] == '{' && next == '"') ||
	                        (text.ptr[0] == '[' && (next == '{' || next == '"') && text.ptr[text.len - 1] != ')'));
}

/* The inside of a text that is one block fenced as JSON, and nothing else. */
static bool fenced_json(struct str text, struct str *inside)
{
	size_t line = str_find_char(text, '\n');
	if (!str_starts(text, "```") || line == SIZE_MAX || !str_ends(text, "```") ||
	    !str_ieq(str_trim(str_cut(text, 3, line - 3)), "json"))
		return false;
	*inside = str_cut(text, line + 1, text.len - line - 4);
	return str_find(*inside, STR_LIT("```")) == SIZE_MAX;
}

static void check_json(struct check_trace *t, int64_t row, const struct span *span, bool cut)
{
	struct str whole = check_answer(span), text = str_trim(whole), inside = text;
	bool fenced = fenced_json(text, &inside), asked = asks_for_json(span);
	if (!text.len || (!asked && !fenced && !begins_as_json(text)))
		return;
	struct scan scan = SCAN_INIT;
	size_t used = 0;
	const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	enum scan_status status = scan_value(&scan, inside, &opts, &used);
	bool more = status == SCAN_OK && str_trim(str_from(inside, used)).len > 0;
	size_t at = (size_t)(inside.ptr - whole.ptr) + (status == SCAN_OK ? used : scan.bad_at);
	const char *claim = asked    ? "JSON was asked for"
	                    : fenced ? "the answer says it is JSON"
	                             : "the answer begins as JSON";
	if (status == SCAN_OK && more && asked)
		check_found(t, CHECK_INVALID_JSON, CHECK_WARNING, row, NO_ROW, 1,
		            "%s, but text follows the JSON value at character %zu", claim, check_char(whole, at));
	else if (status != SCAN_OK && at >= whole.len)
		check_found(t, CHECK_INVALID_JSON, CHECK_WARNING, row, NO_ROW, 1,
		            "%s, but it ends before it is complete, after character %zu%s", claim,
		            check_char(whole, whole.len) - 1, cut ? ": the limit of tokens cut it off" : "");
	else if (status != SCAN_OK)
		check_found(t, CHECK_INVALID_JSON, CHECK_WARNING, row, NO_ROW, 1,
		            "%s, but it is not at character %zu: %s", claim, check_char(whole, at),
		            scan.bad ? scan.bad : "it ends too early");
	scan_done(&scan);
}

/* ---------------------------------------------------------------- nothing */

/* What a source does not keep is not empty: only an answer that is there and holds nothing. */
static void check_empty(struct check_trace *t, int64_t row, const struct span *span)
{
	bool any = false, reasoning = false;
	for (size_t i = 0; i < span->n_messages; i++) {
		const struct message *m = &span->messages[i];
		any = any || m->output;
		for (size_t k = 0; m->output && k < m->n_parts; k++) {
			if (m->parts[k].type == PART_REASONING)
				reasoning = true;
			else if (m->parts[k].type != PART_TEXT || str_trim(m->parts[k].text).len)
				return;
		}
	}
	bool said = span->output.ptr && !str_trim(span->output).len;
	if (!any && !said)
		return;
	/* An output of another shape than a message's was not understood, rather than empty. "assistant:" is how an empty one reads. */
	struct str whole = str_trim(span->output);
	if (any && !reasoning && whole.len && whole.ptr[0] != '{' && !(whole.len <= ROLE_MOST && str_ends(whole, ":")))
		return;
	if (span->tokens_out > 1 && !reasoning && !said)
		return;
	check_found(t, CHECK_EMPTY_ANSWER, CHECK_WARNING, row, NO_ROW, 1, "%s",
	            reasoning ? "the model answered with reasoning alone: no text, no tool call"
	                      : "the model answered with nothing: no text, no tool call");
}

void check_output(struct check_trace *t, int64_t row, const struct span *span)
{
	const struct check_row *r = &t->rows.at[row];
	if (r->kind != KIND_LLM || r->status == STATUS_ERROR || r->status == STATUS_RUNNING)
		return;
	bool cut = is_cut(span);
	if (cut && span->tokens_out > 0)
		check_found(t, CHECK_CUT_OFF, CHECK_WARNING, row, NO_ROW, (double)span->tokens_out,
		            "the answer stops after %lld tokens, because it had reached the limit of tokens",
		            (long long)span->tokens_out);
	else if (cut)
		check_found(t, CHECK_CUT_OFF, CHECK_WARNING, row, NO_ROW, 1,
		            "the answer stops because it had reached the limit of tokens");
	check_json(t, row, span, cut);
	check_empty(t, row, span);
}
