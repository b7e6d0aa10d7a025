#include "store/tool_calls.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/str.h"
#include "store/base/hash.h"

enum { CAP_KEPT = 1 << 16 }; /* a larger table is given back at the next trace */

/* hash 0: the latest call of this name; else that there was one with these arguments. */
struct tool_call {
	uint64_t hash;
	uint32_t name, epoch;
	bool failed;
};

void tool_calls_done(struct tool_calls *c)
{
	free(c->at);
	*c = (struct tool_calls){.at = NULL};
}

void tool_calls_begin(struct tool_calls *c)
{
	if (c->cap > CAP_KEPT)
		tool_calls_done(c);
	if (++c->epoch == 0) {
		memset(c->at, 0, c->cap * sizeof *c->at);
		c->epoch = 1;
	}
	c->n = 0;
}

static struct tool_call *place(const struct tool_calls *c, uint32_t name, uint64_t hash)
{
	size_t i = (size_t)hash_spread(hash ^ (uint64_t)name << 32) & (c->cap - 1);
	while (c->at[i].epoch == c->epoch && (c->at[i].name != name || c->at[i].hash != hash))
		i = (i + 1) & (c->cap - 1);
	return &c->at[i];
}

static void grow(struct tool_calls *c)
{
	struct tool_calls old = *c;
	c->cap = old.cap ? 2 * old.cap : 64;
	c->at = xcalloc(c->cap, sizeof *c->at);
	c->epoch = old.epoch ? old.epoch : 1;
	for (size_t i = 0; i < old.cap; i++)
		if (old.at[i].epoch == old.epoch && old.epoch)
			*place(c, old.at[i].name, old.at[i].hash) = old.at[i];
	free(old.at);
}

/* True if it was there. */
static bool meet(struct tool_calls *c, uint32_t name, uint64_t hash, struct tool_call **out)
{
	if (2 * (c->n + 1) > c->cap)
		grow(c);
	struct tool_call *at = place(c, name, hash);
	bool known = at->epoch == c->epoch;
	if (!known) {
		*at = (struct tool_call){.hash = hash, .name = name, .epoch = c->epoch};
		c->n++;
	}
	*out = at;
	return known;
}

struct tool_call_is tool_calls_add(struct tool_calls *c, uint32_t name, uint64_t input_hash, bool failed)
{
	struct tool_call *call;
	struct tool_call_is is = {.repeat = input_hash && meet(c, name, input_hash, &call)};
	is.retry = meet(c, name, 0, &call) && call->failed;
	call->failed = failed;
	return is;
}
