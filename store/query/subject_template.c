/* Prompts as one text: with the marks of a chat template, or with examples before the question. */
#include "store/query/subject_private.h"

enum { ROLE_BYTES = 24 };

/* ---------------------------------------------------------------- marks of chat templates */

static const struct marks {
	const char *open, *opened, *close; /* before and after the role; after the message */
	bool known;                        /* a role has to be one that we know */
} templates[] = {
    {"<|im_start|>",        "\n",                "<|im_end|>",    false}, /* ChatML: OpenAI, Qwen */
    {"<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>",    false}, /* Llama 3 */
    {"<start_of_turn>",     "\n",                "<end_of_turn>", false}, /* Gemma */
    {"<|",                  "|>",                "<|end|>",       true }, /* Phi */
};
static const char *const ends[] = {"<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>", "<|endoftext|>", "</s>"};

struct str subject_unmarked(struct str text)
{
	bool again = true;
	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
			if (str_ends(str_trim(text), ends[i])) {
				text = str_trim(text);
				text.len -= strlen(ends[i]);
				again = true;
			}
	}
	return text;
}

/* The next message: its role and text; *open: it has no end, the model is to go on with it. False: there is none. */
static bool next_message(const struct marks *t, struct str *rest, struct str *role, struct str *body, bool *open)
{
	for (size_t at; (at = str_find(*rest, str_of(t->open))) != SIZE_MAX;) {
		*rest = str_from(*rest, at + strlen(t->open));
		size_t named = str_find(str_cut(*rest, 0, ROLE_BYTES + strlen(t->opened)), str_of(t->opened));
		if (named == SIZE_MAX)
			continue;
		*role = str_cut(*rest, 0, named);
		if (t->known && subject_role_of(*role) == ROLE_NONE)
			continue;
		*rest = str_from(*rest, named + strlen(t->opened));
		size_t end = str_find(*rest, str_of(t->close)), skip = strlen(t->close);
		size_t next = t->known ? SIZE_MAX : str_find(str_cut(*rest, 0, end), str_of(t->open));
		if (next < end) { /* it has no end of its own */
			end = next;
			skip = 0;
		}
		*body = str_trim(str_cut(*rest, 0, end));
		*open = end == SIZE_MAX;
		*rest = str_from(*rest, end == SIZE_MAX ? rest->len : end + skip);
		return true;
	}
	return false;
}

static const struct asks {
	const char *question, *answer;
} asks[] = {
    {"Q:",        "A:"        },
    {"Question:", "Answer:"   },
    {"Problem:",  "Solution:" },
    {"Human:",    "Assistant:"},
    {"User:",     "Assistant:"},
    {"Human:",    "AI:"       },
    {"Input:",    "Output:"   },
};

static void ask(struct subject_draft *d, struct str text)
{
	d->question = subject_cut(arena_str(d->arena, str_trim(text)), d->arena);
}

/* A prompt may end in a row that waits for the answer: "Answer:". */
static bool waits(struct str *text, const struct asks *a)
{
	struct str trimmed = str_trim(*text);
	size_t n = strlen(a->answer);
	if (!str_ends(trimmed, a->answer) || (trimmed.len > n && trimmed.ptr[trimmed.len - n - 1] != '\n'))
		return false;
	*text = str_cut(trimmed, 0, trimmed.len - n);
	return true;
}

static struct str without_wait(struct str text)
{
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (waits(&text, &asks[i]))
			break;
	return text;
}

static bool read_marked(struct subject_draft *d, const struct marks *t, struct str text)
{
	struct str rest = text, role, body, question = STR_NONE;
	bool any = false, open;
	while (next_message(t, &rest, &role, &body, &open)) {
		enum subject_role is = subject_role_of(role);
		any = true;
		if (!body.len || (open && is == ROLE_ASSISTANT))
			continue;
		/* A question is one until another comes. */
		if (is != ROLE_INSTRUCTIONS && question.len) {
			subject_add(d, &d->turns, subject_role_name(ROLE_USER), question);
			question = STR_NONE;
		}
		if (is == ROLE_USER)
			question = body;
		else
			subject_add(d, &d->turns, is == ROLE_NONE ? role : subject_role_name(is), body);
	}
	if (question.len)
		ask(d, without_wait(question));
	return any;
}

/* ---------------------------------------------------------------- examples */

/* Where a paragraph begins with the word, from `from` on. */
static size_t find_paragraph(struct str text, const char *word, size_t from)
{
	for (size_t at = from, hit; (hit = str_find(str_from(text, at), str_of(word))) != SIZE_MAX; at++) {
		at += hit;
		if (at == 0 || (at >= 2 && text.ptr[at - 1] == '\n' && text.ptr[at - 2] == '\n'))
			return at;
	}
	return SIZE_MAX;
}

/* The prompt waits for the answer at its end: what stands before its last question are examples. */
static bool read_examples(struct subject_draft *d, const struct asks *a, struct str text)
{
	bool waiting = waits(&text, a);
	size_t at = find_paragraph(text, a->question, 0), next = SIZE_MAX;
	if (at != SIZE_MAX)
		next = find_paragraph(text, a->question, at + 1);
	/* Or there are examples enough. */
	if (!waiting && (next == SIZE_MAX || str_find(str_cut(text, at, next - at), str_of(a->answer)) == SIZE_MAX ||
	                 find_paragraph(text, a->question, next + 1) == SIZE_MAX))
		return false;
	if (at == SIZE_MAX || (next == SIZE_MAX && at > 0)) { /* what stands before belongs to the question */
		ask(d, text);
		return true;
	}
	subject_add(d, &d->turns, subject_role_name(ROLE_INSTRUCTIONS), str_cut(text, 0, at));
	for (; next != SIZE_MAX; at = next, next = find_paragraph(text, a->question, at + 1))
		subject_add(d, &d->turns, STR_LIT("example"), str_cut(text, at, next - at));
	ask(d, str_from(text, at + strlen(a->question)));
	return true;
}

bool subject_read_template(struct subject_draft *d, struct str text)
{
	for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
		if (str_find(text, str_of(templates[i].open)) != SIZE_MAX && read_marked(d, &templates[i], text))
			return true;
	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
		if (read_examples(d, &asks[i], text))
			return true;
	return false;
}
