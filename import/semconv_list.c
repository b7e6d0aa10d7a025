#include "import/semconv_list.h"

#include <stdlib.h>

enum { SUBS_MAX = 4096 };

struct str attr_text(const struct attr_in *attr, struct arena *arena)
{
	switch (attr->type) {
	case ATTR_STRING: return attr->text.ptr ? attr->text : val_str(attr->string, arena);
	case ATTR_JSON: return attr->text;
	case ATTR_INT: return arena_printf(arena, "%lld", (long long)attr->integer);
	case ATTR_BOOL: return attr->integer ? STR_LIT("true") : STR_LIT("false");
	case ATTR_DOUBLE: break;
	}
	if (!attr->text.ptr) {
		struct buf out = BUF_INIT;
		struct str text;

		units_double(&out, attr->number);
		text = arena_str(arena, buf_str(&out));
		buf_done(&out);
		return text;
	}
	return attr->text;
}

bool attr_double(const struct attr_in *attr, double *out, struct arena *arena)
{
	switch (attr->type) {
	case ATTR_DOUBLE: *out = attr->number; return !IS_UNKNOWN(attr->number);
	case ATTR_INT: *out = (double)attr->integer; return true;
	case ATTR_BOOL: *out = attr->integer ? 1 : 0; return true;
	case ATTR_STRING:
	case ATTR_JSON: break;
	}
	return scan_double(str_trim(attr_text(attr, arena)), out);
}

static int compare_items(const void *left, const void *right)
{
	const struct flat_item *a = left, *b = right;

	if (a->list != b->list)
		return a->list < b->list ? -1 : 1;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

void flat_sort(struct flat_items all)
{
	bool sorted = true;

	for (size_t i = 1; i < all.n && sorted; i++)
		sorted = compare_items(&all.at[i - 1], &all.at[i]) < 0;
	if (!sorted)
		qsort(all.at, all.n, sizeof *all.at, compare_items);
}

struct flat_items flat_of(struct flat_items all, enum flat_list list)
{
	struct flat_items slice = {NULL, 0};

	for (size_t i = 0; i < all.n; i++) {
		if (all.at[i].list != list)
			continue;
		if (!slice.n)
			slice.at = &all.at[i];
		slice.n++;
	}
	return slice;
}

struct flat_items flat_next(struct flat_items *rest)
{
	struct flat_items group = {rest->at, 0};

	while (group.n < rest->n && rest->at[group.n].index == rest->at[0].index)
		group.n++;
	rest->at += group.n;
	rest->n -= group.n;
	return group;
}

/* Takes "WORD." off *rest. */
static bool take_word(struct str *rest, const char *word)
{
	size_t n = strlen(word);

	if (!str_starts(*rest, word) || rest->len <= n || rest->ptr[n] != '.')
		return false;
	*rest = str_from(*rest, n + 1);
	return true;
}

static bool take_number(struct str *rest, uint32_t *number)
{
	size_t n = 0;

	*number = 0;
	while (n < rest->len && n < 9 && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
		*number = *number * 10 + (uint32_t)(rest->ptr[n++] - '0');
	if (!n || n >= rest->len || rest->ptr[n] != '.')
		return false;
	*rest = str_from(*rest, n + 1);
	return true;
}

/* ---- messages */

/* A content part or a tool call under construction. */
struct sub {
	bool call;
	uint32_t number;
	struct str type, text, id, name, url;
};

struct subs {
	struct sub at[64]; /* a message with more parts than this keeps the first 64; the attributes have all */
	size_t n;
};

static struct sub *sub_for(struct subs *subs, bool call, uint32_t number)
{
	for (size_t i = subs->n; i-- > 0;) {
		if (subs->at[i].call == call && subs->at[i].number == number)
			return &subs->at[i];
	}
	if (subs->n == sizeof subs->at / sizeof *subs->at)
		return NULL;
	subs->at[subs->n] = (struct sub){.call = call, .number = number};
	return &subs->at[subs->n++];
}

static int compare_subs(const void *left, const void *right)
{
	const struct sub *a = left, *b = right;

	if (a->call != b->call)
		return a->call ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

static void sub_field(struct sub *sub, struct str rest, struct str text)
{
	if (sub->call) {
		(void)take_word(&rest, "tool_call");
		(void)take_word(&rest, "function");
		if (str_is(rest, "id"))
			sub->id = text;
		else if (str_is(rest, "name"))
			sub->name = text;
		else if (str_is(rest, "arguments"))
			sub->text = text;
		return;
	}
	(void)take_word(&rest, "message_content");
	if (str_is(rest, "type"))
		sub->type = text;
	else if (str_is(rest, "text"))
		sub->text = text;
	else if (str_is(rest, "id"))
		sub->id = text;
	else if (str_is(rest, "image.image.url") || str_is(rest, "data"))
		sub->url = text;
}

struct flat_message {
	struct str role, name, content, call_id, finish, function, arguments, reasoning;
	struct subs subs;
};

static bool is_number(struct str s)
{
	size_t i = 0;

	while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
		i++;
	return i && i == s.len;
}

static void add_text(struct flat_message *m, struct str text)
{
	struct sub *sub = sub_for(&m->subs, false, (uint32_t)m->subs.n);

	if (sub)
		sub->text = text;
}

static void message_field(struct flat_message *m, struct str rest, struct str text)
{
	uint32_t number;
	struct sub *sub = NULL;

	(void)take_word(&rest, "message");
	if (str_is(rest, "role"))
		m->role = text;
	else if (str_is(rest, "content") || str_is(rest, "prompt.text") || str_is(rest, "completion.text"))
		m->content = text;
	else if (str_is(rest, "name"))
		m->name = text;
	else if (str_is(rest, "tool_call_id"))
		m->call_id = text;
	else if (str_is(rest, "finish_reason"))
		m->finish = text;
	else if (str_is(rest, "function_call_name") || str_is(rest, "function_call.name"))
		m->function = text;
	else if (str_is(rest, "function_call_arguments_json") || str_is(rest, "function_call.arguments"))
		m->arguments = text;
	else if (str_is(rest, "reasoning") || str_is(rest, "reasoning_content"))
		m->reasoning = text;
	else if (str_starts(rest, "content.") && is_number(str_from(rest, strlen("content."))))
		add_text(m, text); /* content that was a list of strings */
	else if (take_word(&rest, "contents") && take_number(&rest, &number))
		sub = sub_for(&m->subs, false, number);
	else if (take_word(&rest, "tool_calls") && take_number(&rest, &number))
		sub = sub_for(&m->subs, true, number);
	if (sub)
		sub_field(sub, rest, text);
}

static struct message_part part_of_sub(const struct sub *sub)
{
	if (sub->call)
		return (struct message_part){
		    .type = PART_TOOL_CALL, .text = sub->text, .id = sub->id, .name = sub->name};
	if (sub->url.len) {
		bool inlined = str_starts(sub->url, "data:");

		return (struct message_part){.type = PART_MEDIA,
		                             .text = inlined ? STR_NONE : sub->url,
		                             .name = sub->type,
		                             .size_bytes = inlined ? sub->url.len / 4 * 3 : 0,
		                             .data = inlined ? sub->url : STR_NONE};
	}
	return (struct message_part){
	    .type = str_is(sub->type, "reasoning") || str_is(sub->type, "thinking") ? PART_REASONING : PART_TEXT,
	    .text = sub->text,
	    .id = sub->id};
}

static void finish_message(struct flat_message *m, bool output, struct message *message, struct arena *arena)
{
	bool answers = m->call_id.len || str_is(m->role, "tool");
	struct message_part *inner = NULL, *parts;
	size_t n = 0, n_inner = answers ? 0 : message_parts_in(m->content, &inner, arena);

	parts = arena_zalloc(arena, size_add(m->subs.n + 3, n_inner), sizeof *parts);
	qsort(m->subs.at, m->subs.n, sizeof *m->subs.at, compare_subs);
	if (m->reasoning.len)
		parts[n++] = (struct message_part){.type = PART_REASONING, .text = m->reasoning};
	for (size_t i = 0; i < n_inner; i++)
		parts[n++] = inner[i];
	if (m->content.len && answers)
		parts[n++] = (struct message_part){
		    .type = PART_TOOL_RESULT, .text = m->content, .id = m->call_id, .name = m->name};
	else if (m->content.len && !n_inner)
		parts[n++] = (struct message_part){.type = PART_TEXT, .text = m->content};
	for (size_t i = 0; i < m->subs.n; i++)
		parts[n++] = part_of_sub(&m->subs.at[i]);
	if (m->function.len || m->arguments.len)
		parts[n++] = (struct message_part){.type = PART_TOOL_CALL, .text = m->arguments, .name = m->function};
	*message = (struct message){.role = m->role.len ? message_role(m->role, arena)
	                                    : output    ? STR_LIT("assistant")
	                                                : STR_LIT("user"),
	                            .name = m->name,
	                            .parts = parts,
	                            .n_parts = n,
	                            .finish_reason = m->finish,
	                            .output = output};
}

static size_t count_groups(struct flat_items items)
{
	size_t n = 0;

	while (flat_next(&items).n)
		n++;
	return n;
}

void flat_messages(struct flat_items items, bool output, struct message_list *list, struct arena *arena)
{
	size_t n = size_add(list->n, count_groups(items));
	struct message *at = arena_zalloc(arena, n, sizeof *at);
	struct flat_items group;

	if (list->n)
		memcpy(at, list->at, list->n * sizeof *at);
	list->at = at;
	list->cap = n;
	while ((group = flat_next(&items)).n) {
		struct flat_message m = {.subs = {.n = 0}};

		for (size_t i = 0; i < group.n; i++)
			message_field(&m, group.at[i].rest, attr_text(group.at[i].attr, arena));
		finish_message(&m, output, &list->at[list->n++], arena);
	}
}

/* ---- documents */

struct document *flat_documents(struct flat_items items, size_t *n, struct arena *arena)
{
	struct document *at = arena_zalloc(arena, count_groups(items) + 1, sizeof *at);
	struct flat_items group;

	*n = 0;
	while ((group = flat_next(&items)).n) {
		struct document *doc = &at[(*n)++];

		doc->score = UNKNOWN_DOUBLE;
		for (size_t i = 0; i < group.n; i++) {
			struct str rest = group.at[i].rest;

			(void)(take_word(&rest, "document") || take_word(&rest, "embedding"));
			if (str_is(rest, "id"))
				doc->id = attr_text(group.at[i].attr, arena);
			else if (str_is(rest, "content") || str_is(rest, "text"))
				doc->content = attr_text(group.at[i].attr, arena);
			else if (str_is(rest, "metadata"))
				doc->metadata = attr_text(group.at[i].attr, arena);
			else if (str_is(rest, "score") && !attr_double(group.at[i].attr, &doc->score, arena))
				doc->score = UNKNOWN_DOUBLE;
		}
	}
	return at;
}

/* ---- annotations */

/* {"model":"gpt-4o"}: which model judged */
static struct str model_in(struct str metadata, struct arena *arena)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	struct str model = STR_NONE;

	if (scan_text(&scan, str_trim(metadata), &opts))
		model = arena_str(arena, val_str(val_get(scan_root(&scan), "model"), arena));
	scan_done(&scan);
	return model;
}

static void score_field(struct score *score, struct str field, const struct attr_in *attr, struct str *bad,
                        struct arena *arena)
{
	struct str text = attr_text(attr, arena);

	if (str_is(field, "name")) {
		score->name = text;
	} else if (str_is(field, "label")) {
		score->label = text;
	} else if (str_is(field, "explanation")) {
		score->explanation = text;
	} else if (str_is(field, "identifier")) {
		score->id = text;
	} else if (str_is(field, "metadata")) {
		score->judge_model = model_in(text, arena);
	} else if (str_is(field, "annotator_kind")) {
		score->source = str_ieq(text, "HUMAN")  ? SOURCE_HUMAN
		                : str_ieq(text, "LLM")  ? SOURCE_JUDGE
		                : str_ieq(text, "CODE") ? SOURCE_CODE
		                                        : SOURCE_UNKNOWN;
	} else if (str_is(field, "score") && !attr_double(attr, &score->value, arena)) {
		score->value = UNKNOWN_DOUBLE;
		*bad = attr->key;
	}
}

size_t flat_scores(struct flat_items items, struct score *out, size_t max, struct str *bad, struct arena *arena)
{
	struct flat_items group;
	size_t n = 0;

	while (n < max && (group = flat_next(&items)).n) {
		struct score *score = &out[n];

		*score = (struct score){
		    .value = UNKNOWN_DOUBLE, .threshold = UNKNOWN_DOUBLE, .pass = -1, .time_ns = TIME_UNKNOWN};
		for (size_t i = 0; i < group.n; i++) {
			struct str rest = group.at[i].rest;

			(void)(take_word(&rest, "annotation") || take_word(&rest, "evaluation"));
			score_field(score, rest, group.at[i].attr, bad, arena);
		}
		if (score->name.len)
			n++;
		else
			*bad = group.at[0].attr->key;
	}
	return n;
}
