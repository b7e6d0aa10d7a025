#include "store/study/newmessages.h"

#include <stdlib.h>

#include "store/base/vec.h"

/* ---------------------------------------------------------------- what a message says */

static struct str role_of(struct str role)
{
	static const char *const same[][2] = {
	    {"ai",        "assistant"},
            {"model",     "assistant"},
            {"human",     "user"     },
	    {"function",  "tool"     },
            {"developer", "system"   },
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (str_is(role, same[i][0]))
			return str_of(same[i][1]);
	return role;
}

bool message_is_system(const struct message *m)
{
	return str_is(role_of(m->role), "system");
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t both[2] = {a, b};
	return hash64((struct str){(const char *)both, sizeof both});
}

static uint64_t part_hash(const struct message_part *part)
{
	uint64_t h = mix((uint64_t)part->type + 1, model_text_hash(part->text));
	if (part->type == PART_TOOL_CALL || part->type == PART_MEDIA || part->type == PART_OTHER)
		h = mix(h, hash64(part->name));
	return part->type == PART_MEDIA ? mix(h, mix(part->size_bytes, hash64(part->data))) : h;
}

static bool says_more(const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].type != PART_REASONING)
			return true;
	return false;
}

uint64_t message_hash(const struct message *m)
{
	uint64_t h = hash64(role_of(m->role));
	bool more = says_more(m);
	for (size_t i = 0; i < m->n_parts; i++)
		if (!more || m->parts[i].type != PART_REASONING)
			h = mix(h, part_hash(&m->parts[i]));
	return h;
}

/* ---------------------------------------------------------------- two lists of hashes, matched */

struct said {
	uint64_t hash;
	size_t index;     /* in the call's messages */
	size_t mate;      /* in the other list; SIZE_MAX: none */
	bool answer;      /* of the call before: its output */
	bool alone_in_me; /* no other of the rest of this list says the same */
};

struct list {
	struct said *at;
	size_t n;
};

static void match(struct list *a, size_t i, struct list *b, size_t k)
{
	a->at[i].mate = k;
	b->at[k].mate = i;
}

/* What is told, then what was answered; without system prompts. */
static struct list list_of(struct arena *arena, const struct message *at, size_t n, bool answers)
{
	struct list list = {.at = arena_alloc(arena, size_mul(n + 1, sizeof *list.at))};
	for (int output = 0; output < (answers ? 2 : 1); output++)
		for (size_t i = 0; i < n; i++)
			if (at[i].output == (output == 1) && !message_is_system(&at[i]))
				list.at[list.n++] = (struct said){
				    .hash = message_hash(&at[i]), .index = i, .mate = SIZE_MAX, .answer = output == 1};
	return list;
}

static int by_hash(const void *a, const void *b)
{
	const struct said *const *x = a, *const *y = b;
	return (*x)->hash < (*y)->hash ? -1 : (*x)->hash > (*y)->hash;
}

/* The rest of a list sorted by hash, with those marked that are there once. */
static struct said **sorted_rest(struct arena *arena, struct list *l, size_t from)
{
	size_t n = l->n - from;
	struct said **sorted = arena_alloc(arena, size_mul(n + 1, sizeof(struct said *)));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &l->at[from + i];
	qsort(sorted, n, sizeof *sorted, by_hash);
	for (size_t i = 0; i < n; i++)
		sorted[i]->alone_in_me = (i == 0 || sorted[i - 1]->hash != sorted[i]->hash) &&
		                         (i + 1 == n || sorted[i + 1]->hash != sorted[i]->hash);
	return sorted;
}

/* Matches what is once in each rest, whatever the order. */
static void match_single(struct arena *arena, struct list *a, struct list *b, size_t from)
{
	struct said **x = sorted_rest(arena, a, from), **y = sorted_rest(arena, b, from);
	size_t i = 0, k = 0;
	while (i < a->n - from && k < b->n - from) {
		if (x[i]->hash == y[k]->hash && x[i]->alone_in_me && y[k]->alone_in_me)
			match(a, (size_t)(x[i] - a->at), b, (size_t)(y[k] - b->at));
		if (x[i]->hash <= y[k]->hash)
			i++;
		else
			k++;
	}
}

/* Of the matches from `from` on those that are in the same order in both: the longest rising run (patience). in_order: by place in `now`. */
static void rising_run(struct arena *arena, const struct list *now, size_t from, bool *in_order)
{
	size_t n = now->n - from, piles = 0;
	size_t *top = arena_alloc(arena, size_mul(n + 1, sizeof *top)); /* of each pile, a place in now */
	size_t *under = arena_alloc(arena, size_mul(n + 1, sizeof *under));
	for (size_t i = from; i < now->n; i++) {
		size_t mate = now->at[i].mate, low = 0, high = piles;
		if (mate == SIZE_MAX)
			continue;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (now->at[top[mid]].mate < mate)
				low = mid + 1;
			else
				high = mid;
		}
		under[i - from] = low ? top[low - 1] : SIZE_MAX;
		top[low] = i;
		piles += low == piles;
	}
	for (size_t i = piles ? top[piles - 1] : SIZE_MAX; i != SIZE_MAX; i = under[i - from])
		in_order[i] = true;
}

/* Equal neighbours of what matches in order match, too. */
static void match_neighbours(struct list *now, struct list *before, bool *in_order)
{
	for (int back = 0; back < 2; back++)
		for (size_t step = 0; step < now->n; step++) {
			size_t i = back ? now->n - 1 - step : step, k = now->at[i].mate;
			size_t to = back ? i - 1 : i + 1, mate = back ? k - 1 : k + 1; /* SIZE_MAX before 0 */
			if (!in_order[i] || to >= now->n || mate >= before->n || now->at[to].mate != SIZE_MAX ||
			    before->at[mate].mate != SIZE_MAX || now->at[to].hash != before->at[mate].hash)
				continue;
			match(now, to, before, mate);
			in_order[to] = true;
		}
}

static bool *match_lists(struct arena *arena, struct list *now, struct list *before)
{
	bool *in_order = arena_zalloc(arena, now->n + 1, sizeof *in_order);
	size_t same = 0;
	while (same < now->n && same < before->n && now->at[same].hash == before->at[same].hash) {
		match(now, same, before, same);
		in_order[same++] = true;
	}
	match_single(arena, now, before, same);
	rising_run(arena, now, same, in_order);
	match_neighbours(now, before, in_order);
	return in_order;
}

/* ---------------------------------------------------------------- the answer told again, cut in other pieces */

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

static uint64_t *answer_parts(struct arena *arena, const struct message *before, size_t n_before, size_t *n)
{
	size_t most = 0;
	for (size_t i = 0; i < n_before; i++)
		most += before[i].output ? before[i].n_parts : 0;
	uint64_t *at = arena_alloc(arena, size_mul(most + 1, sizeof *at));
	*n = 0;
	for (size_t i = 0; i < n_before; i++)
		for (size_t k = 0; before[i].output && k < before[i].n_parts; k++)
			at[(*n)++] = part_hash(&before[i].parts[k]);
	qsort(at, *n, sizeof *at, by_value);
	return at;
}

static bool is_of_answer(const struct message *m, const uint64_t *parts, size_t n)
{
	if (!says_more(m) || !str_is(role_of(m->role), "assistant"))
		return false;
	for (size_t i = 0; i < m->n_parts; i++) {
		uint64_t h = part_hash(&m->parts[i]);
		if (m->parts[i].type != PART_REASONING && !bsearch(&h, parts, n, sizeof h, by_value))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- system prompts */

static uint64_t system_hash(const struct message *at, size_t n, size_t *count)
{
	uint64_t h = 0;
	*count = 0;
	for (size_t i = 0; i < n; i++)
		if (!at[i].output && message_is_system(&at[i])) {
			h = mix(h, message_hash(&at[i]));
			++*count;
		}
	return h;
}

static enum system_state system_of(const struct message *before, size_t n_before, const struct message *now,
                                   size_t n_now)
{
	size_t had, has;
	uint64_t was = system_hash(before, n_before, &had), is = system_hash(now, n_now, &has);
	if (!had && !has)
		return SYSTEM_NONE;
	if (!had)
		return SYSTEM_ADDED;
	if (!has)
		return SYSTEM_DROPPED;
	return was == is ? SYSTEM_SAME : SYSTEM_EDITED;
}

/* ---------------------------------------------------------------- all of it */

/* Between two matches in order (or before the first): something dropped on one side, something new on the other. */
static bool is_replaced(const struct list *now, const struct list *before, const bool *in_order)
{
	size_t i = 0, k = 0;
	for (size_t next = 0; next <= now->n; next++) {
		if (next < now->n && !in_order[next])
			continue;
		size_t mate = next < now->n ? now->at[next].mate : before->n;
		bool dropped = false, is_new = false;
		for (; k < mate; k++)
			dropped |= before->at[k].mate == SIZE_MAX && !before->at[k].answer;
		for (; i < next; i++)
			is_new |= now->at[i].mate == SIZE_MAX;
		if (dropped && is_new)
			return true;
		i = next + 1;
		k = mate + 1;
	}
	return false;
}

static void count(struct new_messages *out, enum message_state state)
{
	out->n_new += state == MESSAGE_NEW;
	out->n_answer += state == MESSAGE_ANSWER;
	out->shared += state == MESSAGE_BEFORE || state == MESSAGE_ANSWER;
}

void new_messages(struct arena *arena, const struct message *before, size_t n_before, const struct message *now,
                  size_t n_now, struct new_messages *out)
{
	*out = (struct new_messages){.states = arena_alloc(arena, size_mul(n_now + 1, sizeof *out->states)),
	                             .prompt = system_of(before, n_before, now, n_now)};
	struct arena work = ARENA_INIT;
	struct list is = list_of(&work, now, n_now, false), was = list_of(&work, before, n_before, true);
	const bool *in_order = match_lists(&work, &is, &was);
	size_t n_parts;
	const uint64_t *parts = answer_parts(&work, before, n_before, &n_parts);
	for (size_t i = 0; i < n_now; i++) {
		out->states[i] = now[i].output                ? MESSAGE_MADE
		                 : out->prompt == SYSTEM_SAME ? MESSAGE_BEFORE
		                                              : MESSAGE_NEW;
		out->told += !now[i].output;
	}
	for (size_t i = 0; i < is.n; i++) {
		const struct said *s = &is.at[i];
		enum message_state *state = &out->states[s->index];
		if (s->mate != SIZE_MAX)
			*state = was.at[s->mate].answer ? MESSAGE_ANSWER : MESSAGE_BEFORE;
		else
			*state = is_of_answer(&now[s->index], parts, n_parts) ? MESSAGE_ANSWER : MESSAGE_NEW;
		count(out, *state);
	}
	for (size_t i = 0; i < was.n; i++)
		out->dropped += was.at[i].mate == SIZE_MAX && !was.at[i].answer;
	out->whole = out->dropped == 0;
	out->replaced = out->dropped > 0 && is_replaced(&is, &was, in_order);
	arena_done(&work);
}

void new_messages_sentence(struct buf *out, const struct new_messages *n)
{
	static const char *const words[] = {
	    [SYSTEM_NONE] = "no system prompt",         [SYSTEM_SAME] = "system prompt as before",
	    [SYSTEM_EDITED] = "system prompt changed",  [SYSTEM_ADDED] = "system prompt added",
	    [SYSTEM_DROPPED] = "system prompt dropped",
	};
	buf_printf(out, "new in this call: %zu of %zu message%s", n->n_new, n->told, n->told == 1 ? "" : "s");
	if (n->n_answer)
		buf_add_cstr(out, " and the last answer");
	buf_printf(out, "; %s", words[n->prompt]);
	if (n->dropped)
		buf_printf(out, "; %zu message%s dropped", n->dropped, n->dropped == 1 ? "" : "s");
	if (n->replaced)
		buf_add_cstr(out, ", others in their place");
}
