/* Rules as assertions of promptfoo, for its `assert:` lists. Source: promptfoo.dev/docs/configuration/expected-outputs (types icontains, regex,
 * is-json, javascript, latency, cost and their not- forms; `metric` names the figure they count for; text values are Nunjucks templates,
 * so braces that would be taken for one are fenced with {% raw %}).
 *
 * All that a rule demands of the answer's text, its time and its price can be said; what it demands of tools, documents, tokens, inputs,
 * errors and single spans cannot, as an assertion sees the output alone. Such a rule is left out whole. */
#ifndef SPOOR_STORE_CHECK_PROMPTFOO_H
#define SPOOR_STORE_CHECK_PROMPTFOO_H

#include "store/base/vec.h"
#include "store/check/rules.h"

struct promptfoo_assert {
	const char *type;   /* "not-icontains" */
	struct str value;   /* absent: none */
	double threshold;   /* NaN: none; latency: ms */
	const char *metric; /* the rule's name */
};
struct promptfoo_left {
	const char *rule, *why;
};
struct promptfoo {
	struct arena arena;
	VEC(struct promptfoo_assert) asserts;
	VEC(struct promptfoo_left) left;
};
/* Adds rule i; rules must outlive it. False: it is left out, and p->left says why. */
bool promptfoo_add(struct promptfoo *p, const struct rules *rules, size_t i);
void promptfoo_done(struct promptfoo *p);

/* {"assert": [ … ], "left_out": [{"rule", "why"}]} and the same as YAML, where what is left out is a comment. Appends. Strings are quoted as
 * JSON does, with every character escaped that YAML or a terminal would not take as it is. */
void promptfoo_json(const struct promptfoo *p, struct buf *out);
void promptfoo_yaml(const struct promptfoo *p, struct buf *out);

#endif
