/* The context ledger of a trace: its model calls decoded one after the other into pieces (store/study/ledger.h), with documents that stand in
 * prompts told apart. The screen "ledger" and `spoor ledger` share it. */
#ifndef SPOOR_STORE_QUERY_LEDGER_H
#define SPOOR_STORE_QUERY_LEDGER_H

#include "store/query/traces.h"
#include "store/study/ledger.h"

/* What is read at most; beyond it `partial` says so: calls, bytes of their texts, documents looked for in them. */
enum { LEDGER_CALLS = 10000, LEDGER_BYTES = 512 << 20, LEDGER_DOCUMENTS = 1000 };
/* A document stands in a text that has so much of its wording in one place. */
#define LEDGER_HELD 0.8

/* Calls: model calls, and other spans whose tokens or cost are in the trace's totals; those that repeat others' figures are left out. out: empty. */
bool ledger_read(struct db *db, const struct trace_row *trace, struct ledger *out, struct err *err);
/* How the ledger's sums stand to the trace's: "adds up to 18,204 of 18,204 tokens in". Appends. */
void ledger_sum_words(struct buf *out, const struct ledger *l, const struct trace_row *trace);
/* "tool result of search_docs": what a piece is, for people. Appends. */
void ledger_piece_words(struct buf *out, const struct ledger_piece *p);

#endif
