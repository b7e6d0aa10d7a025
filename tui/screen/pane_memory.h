/* Members of what is remembered of a view (screen_ops.remember, recall). What is as a view opens by itself is not written. */
#ifndef SPOOR_TUI_SCREEN_PANE_MEMORY_H
#define SPOOR_TUI_SCREEN_PANE_MEMORY_H

#include "store/base/json.h"
#include "store/query/filter.h"
#include "tui/widget/list.h"

void remember_text(struct jout *out, const char *key, struct str text); /* unless empty */
void remember_int(struct jout *out, const char *key, int64_t n);        /* unless 0 */
void remember_flag(struct jout *out, const char *key, bool on);
void remember_key(struct jout *out, const char *key, int64_t span); /* all 64 bits; unless 0 */
/* Of a text that tells a row from others. */
enum { ROW_HASH = 20 };
void remember_hash(struct str text, char out[ROW_HASH]);
/* The row under the cursor, by its place. Text (may be STR_NONE) tells whether it is still that row: by its hash, since texts of traces
 * stand in the store alone. */
void remember_row(struct jout *out, const struct list *list, struct str text);

struct str recall_text(const struct cJSON *kept, const char *key);
/* 0 if it is absent, no whole number, or not in [low, high]. */
int64_t recall_int(const struct cJSON *kept, const char *key, int64_t low, int64_t high);
bool recall_flag(const struct cJSON *kept, const char *key);
int64_t recall_key(const struct cJSON *kept, const char *key);
/* Puts the cursor where it was; `at`: where the row of that text is now, -1: not known, it is its place that counts. */
void recall_row(const struct cJSON *kept, struct list *list, int64_t at);
/* Whether the row of this text is the one that the cursor was on. */
bool recall_is_row(const struct cJSON *kept, struct str text);
/* A filter that still means something and is shorter than `size`, as text; STR_NONE. */
struct str recall_filter(const struct cJSON *kept, const char *key, enum filter_over over, int64_t now_ns, size_t size);

/* tui/keyed.h: what stands behind a filter that was brought back, so that nobody believes that data is missing. */
#define RECALLED_FILTER keyed(" (from last time, {Esc} clears)")

#endif
