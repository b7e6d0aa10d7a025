/* What model calls cost: the list of prices, and the estimate made of it where a source has tokens and a model but no cost.
 *
 * Two files make the list: prices.json, which comes with the program, and the user's own (prices_path), whose rows win over equal
 * ones. A file is {"prices": [ROW, …]}, other members of it are for people. A row:
 *
 *   model     "gpt-4o"; with * at its end any name that begins so
 *   aliases   further names of the same (list)
 *   provider  whose model it is; for people
 *   hosts     only where the provider, or a part of the model's name before a slash, is one of these (list): models that many
 *             sell at their own price. Absent: whoever sells it
 *   input output cached cache_write   USD for a million tokens. cached: read from a cache; without it as input. cache_write: likewise
 *   over      the row holds for calls of more input tokens than this; absent: 0
 *   from      the first day the price holds, "2024-10-02" (UTC); absent: always
 *   until     the last day for which it is known to hold; absent: it still does
 *   source    the page that says so
 *   read      the day it was read
 *
 * Which row: names are compared without regard to ASCII case and to what stands before the last slash ("openai/gpt-4o",
 * "models/gemini-1.5-pro"), to the region and vendor of Bedrock ("us.anthropic.claude-…-v1:0"), and to a version at the end:
 * "-2024-08-06", "-20241022", "@20241022", "-0613", "-001", "-latest", "-v2:0". The longest model wins; of those of equal length one with
 * hosts, then the user's; of its rows the newest that had begun when the span did (none had: the first
 * one), and of these the one with the highest `over` that the call exceeds. None that holds any more, no estimate; a span without a
 * start is charged by the newest. What runs locally (provider ollama, vllm, llama.cpp, …) has no price unless a row names it as a host. Batches, priority, searches and
 * other fees are not in any row: an estimate is what the tokens cost at the list price.
 *
 * Rows of the store keep what was estimated when they were imported: a changed list changes what is imported from then on (and spans
 * of which a further record comes). Importing the same file again changes nothing, `spoor forget` of it and importing it does. */
#ifndef SPOOR_IMPORT_PRICES_H
#define SPOOR_IMPORT_PRICES_H

#include "store/base/arena.h"
#include "store/base/err.h"
#include "store/sink.h"

/* For sink_set_price_list. Reads both files at the first call, from any thread; a user's file that cannot be read counts as none. */
price_fn prices_cost;

/* $SPOOR_PRICES, else "$XDG_CONFIG_HOME/spoor/prices.json". Appends. */
void prices_path(struct buf *out);

/* How many rows the list has; *n_own: of them the user's; *newest: the last day one of the program's was read ("2026-08-02"). */
size_t prices_count(size_t *n_own, struct str *newest);
/* What is wrong with the user's file, a sentence with its line each: "PATH: line 3: …". The rows named are left out. */
const struct str *prices_mistakes(size_t *n);

/* ---- the parts, for tests: a list of one's own. */
struct price_list;
/* own: NULL for none; path names it in sentences. Never NULL. */
struct price_list *price_list_new(struct str built_in, const struct str *own, const char *path);
void price_list_free(struct price_list *list);
double price_list_cost(const struct price_list *list, const struct usage *usage);
const struct str *price_list_mistakes(const struct price_list *list, size_t *n);

#endif
