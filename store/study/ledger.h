/* Who paid for every token: the model calls of a trace as a ledger of the pieces of their inputs. A piece is a part of a message, the
 * tools' definitions, or a document inside a prompt, known by the hash of its content; it is new in the call that sends it first and re-sent in those
 * that send it again.
 *
 * Tokens. A call's stated input tokens are apportioned to its pieces by their bytes, so that they add up to what is stated; figures of single
 * pieces are "about". Where more is stated than LEDGER_DENSEST tokens a byte, the trace does not hold all of the input (tools, images, texts left out by
 * the tracer): pieces then get a token for every LEDGER_TOKEN_BYTES bytes, and the rest is a piece of its own, LEDGER_UNRECORDED, one for all calls of a
 * name and model, of which as much is new as it is larger than ever before. Without stated tokens pieces get the same, and the call is `guessed`.
 *
 * Cost. The call's cost (stated, or estimated at import) is parted between input and output as the list of prices parts it; without a price output
 * tokens weigh LEDGER_OUTPUT_WEIGHT times input ones. The input's share goes to the pieces by their tokens; stated cached tokens are the first of the
 * input (prompt caches keep prefixes) and weigh what the list says of cached ones.
 *
 * Linear in the parts of all calls. Memory: pieces, and 24 bytes for each part of each call up to LEDGER_PARTS. */
#ifndef SPOOR_STORE_STUDY_LEDGER_H
#define SPOOR_STORE_STUDY_LEDGER_H

#include "store/base/arena.h"
#include "store/base/vec.h"
#include "store/sink.h"

enum { LEDGER_TOKEN_BYTES = 4, LEDGER_OUTPUT_WEIGHT = 4, LEDGER_PARTS = 4000000, LEDGER_PREVIEW = 160 };
#define LEDGER_DENSEST 0.75

enum ledger_kind {
	LEDGER_SYSTEM,
	LEDGER_TOOLS, /* definitions of tools */
	LEDGER_USER,
	LEDGER_ASSISTANT, /* what the model said before: text, reasoning, calls of tools */
	LEDGER_RESULT,    /* of a tool */
	LEDGER_DOCUMENT,
	LEDGER_MEDIA,
	LEDGER_INPUT, /* the input of a call without messages */
	LEDGER_UNRECORDED,
	N_LEDGER_KINDS
};
const char *ledger_kind_name(
    enum ledger_kind kind); /* "system" "tools" "user" "assistant" "result" "document" "media" "input" "unrecorded" */

struct ledger_part {
	enum ledger_kind kind;
	struct str name;    /* tool, document */
	struct str text;    /* hashed, and its beginning kept */
	size_t bytes;       /* that count; of media what its text takes */
	int64_t span;       /* key of the span that had it before any call (a retriever), 0 none */
	struct str span_id; /* as written */
	bool output;        /* said by this call, not sent to it: known when it is sent later */
};

struct ledger_call_in {
	int64_t span, pos; /* key, place in the tree */
	int64_t start_ns, duration_ns;
	struct str id; /* of the span, as written */
	struct str name, model, provider;
	int64_t tokens_in, tokens_out, tokens_cached, tokens_cache_write, tokens_reasoning;
	double cost_usd;
	bool estimated; /* the cost */
	bool other;     /* no call of a language model (an embedding): costs what it costs on any */
};

struct ledger_piece {
	enum ledger_kind kind;
	struct str name, preview; /* preview: one line */
	int64_t span;             /* where it first appeared */
	struct str span_id;
	uint32_t first; /* call that sent it first, from 0 */
	bool said;      /* first said by a call (`span`), then sent */
	size_t bytes;
	int64_t tokens;  /* about; of all sendings together */
	int64_t most;    /* in one call */
	uint32_t sent;   /* times */
	double cost_usd; /* of all sendings; NaN unknown */
};

struct ledger_item { /* a piece in a call */
	uint32_t piece;
	int64_t tokens, fresh; /* fresh: of them, never sent before */
};

struct ledger_call {
	struct ledger_call_in said;   /* texts are the ledger's */
	bool guessed;                 /* nobody stated its input tokens */
	int64_t tokens_in;            /* stated, or guessed */
	int64_t fresh;                /* of them: first sent here */
	int64_t cached;               /* of them, stated */
	double input_usd, output_usd; /* NaN unknown; together said.cost_usd */
	int64_t tokens_so_far;        /* in, this call's too */
	double usd_so_far;            /* NaN: not known of any so far */
	struct ledger_item *items;    /* in the order of the input */
	size_t n_items;               /* 0 if beyond LEDGER_PARTS (`partial`) */
};

struct ledger {
	struct arena arena;
	VEC(struct ledger_call) calls;
	VEC(struct ledger_piece) pieces; /* after ledger_end: dearest first, then most tokens, then first sent */
	int64_t tokens_in, tokens_out, fresh, cached; /* of all calls */
	int64_t stated;                               /* of tokens_in: what the source states */
	double input_usd, output_usd;                 /* of those whose cost is known; NaN: of none */
	bool guessed, estimated, partial;             /* of some call */
	/* private */
	uint32_t *slot;
	uint64_t *hashes; /* by piece */
	size_t mask, cap_hashes, n_items;
	VEC(struct ledger_item) items;
};

/* Zero-initialised is empty. Calls come in the order of time; parts in the order of the input. All text is copied. */
void ledger_add(struct ledger *l, const struct ledger_call_in *call, const struct ledger_part *parts, size_t n);
void ledger_end(struct ledger *l);
void ledger_done(struct ledger *l);

/* What the same calls would cost on another model, at its newest price, with the same tokens from its cache; what is no call of a language model costs what
 * it did. USD; UNKNOWN_DOUBLE if no price is known for it. */
double ledger_cost_on(const struct ledger *l, struct str model, struct str provider);

#endif
