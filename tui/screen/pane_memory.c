#include "tui/screen/pane_memory.h"

#include "store/base/hash.h"
#include "store/base/scan.h"

void remember_text(struct jout *out, const char *key, struct str text)
{
	if (text.len)
		jout_str(out, key, text);
}

void remember_int(struct jout *out, const char *key, int64_t n)
{
	if (n)
		jout_int(out, key, n);
}

void remember_flag(struct jout *out, const char *key, bool on)
{
	if (on)
		jout_bool(out, key, true);
}

void remember_key(struct jout *out, const char *key, int64_t span)
{
	char text[32];
	snprintf(text, sizeof text, "%lld", (long long)span);
	remember_text(out, key, span ? str_of(text) : STR_NONE);
}

void remember_hash(struct str text, char out[ROW_HASH])
{
	snprintf(out, ROW_HASH, "%016llx", (unsigned long long)hash64(text));
}

void remember_row(struct jout *out, const struct list *list, struct str text)
{
	if (list->cursor <= 0 && list->top <= 0)
		return;
	jout_int(out, "row", list->cursor);
	remember_int(out, "above", list->cursor - list->top);
	char hash[ROW_HASH];
	remember_hash(text, hash);
	remember_text(out, "on", text.len ? str_of(hash) : STR_NONE);
}

struct str recall_text(const struct cJSON *kept, const char *key)
{
	return str_of(json_string(kept, key));
}

int64_t recall_int(const struct cJSON *kept, const char *key, int64_t low, int64_t high)
{
	double n;
	if (!json_number(kept, key, &n) || !(n >= -9e15 && n <= 9e15))
		return 0;
	int64_t whole = (int64_t)n;
	return whole < low || whole > high ? 0 : whole;
}

bool recall_flag(const struct cJSON *kept, const char *key)
{
	bool on;
	return json_bool(kept, key, &on) && on;
}

int64_t recall_key(const struct cJSON *kept, const char *key)
{
	int64_t span;
	return scan_int64(recall_text(kept, key), &span) ? span : 0;
}

bool recall_is_row(const struct cJSON *kept, struct str text)
{
	char hash[ROW_HASH];
	remember_hash(text, hash);
	return text.len && str_is(recall_text(kept, "on"), hash);
}

void recall_row(const struct cJSON *kept, struct list *list, int64_t at)
{
	int64_t row = recall_int(kept, "row", 0, INT64_MAX), above = recall_int(kept, "above", 0, INT64_MAX);
	if (at < 0 && row == 0)
		return;
	list->top = (at < 0 ? row : at) - above;
	list_go(list, at < 0 ? row : at);
}

struct str recall_filter(const struct cJSON *kept, const char *key, enum filter_over over, int64_t now_ns, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct filter_mistake mistake;
	struct str text = recall_text(kept, key);
	bool good = text.len && text.len < size && filter_parse(&arena, text, over, now_ns, &mistake) != NULL;
	arena_done(&arena);
	return good ? text : STR_NONE;
}
