/* The strict scanner looks first: it knows the place of a mistake, and refuses what cJSON would take or cut in silence
 * (01, raw control bytes, text after the value, NUL in strings). cJSON then only builds the tree. */
#include "store/base/json.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "store/base/jsonc.h"
#include "store/base/scan.h"

/* ---- parsing */

/* Columns count characters from 1, as editors do. */
static bool error_at(struct err *err, struct str text, const char *file, size_t at, const char *why)
{
	uint64_t line = 1, column = 1;
	for (size_t i = 0; i < at && i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	const struct where where = {.file = file, .line = line, .offset = at};
	return err_set(err, ERR_INPUT, &where, "line %llu, column %llu: %s", (unsigned long long)line,
	               (unsigned long long)column, why);
}

/* A NUL would end cJSON's copy of the string early. */
static bool has_nul(const struct scan *s, size_t *at)
{
	struct arena arena = ARENA_INIT;
	bool found = false;
	for (uint32_t i = 0; i < s->n && !found; i++) {
		const struct val v = {s, i};
		if (!s->tokens[i].escaped)
			continue;
		found = str_find_char(val_str(v, &arena), '\0') != SIZE_MAX;
		*at = val_offset(v);
	}
	arena_done(&arena);
	return found;
}

static struct cJSON *tree_of(const char *clean, struct str text, const char *file, struct err *err)
{
	struct scan s = SCAN_INIT;
	struct cJSON *tree = NULL;
	size_t at = 0;
	if (!scan_text(&s, (struct str){clean, text.len}, &(struct scan_opts){.last = true})) {
		error_at(err, text, file, s.bad_at, s.bad);
	} else if (has_nul(&s, &at)) {
		error_at(err, text, file, at, "a string with \\u0000 in it");
	} else {
		const char *end = clean;
		tree = cJSON_ParseWithLengthOpts(clean, text.len, &end, 0);
		if (!tree)
			error_at(err, text, file, (size_t)(end - clean),
			         s.lone_surrogates ? "half a surrogate pair in a string" : "not JSON that can be used");
	}
	scan_done(&s);
	return tree;
}

/* cJSON says the same of a text it cannot use and of memory it cannot get: it gets ours, which never comes back empty. */
static void lend_memory(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = xmalloc, .free_fn = free});
}

struct cJSON *json_parse(struct str text, const char *file, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char *clean = xstrndup(text);
	struct cJSON *tree = NULL;
	pthread_once(&once, lend_memory);
	if (str_starts(text, "\xEF\xBB\xBF"))
		memset(clean, ' ', 3);
	size_t open = jsonc_comments(clean, text.len, false);
	if (open != SIZE_MAX)
		error_at(err, text, file, open, "a comment without an end");
	else
		tree = tree_of(clean, text, file, err);
	free(clean);
	return tree;
}

void json_free(struct cJSON *tree)
{
	cJSON_Delete(tree);
}

/* ---- reading */

const struct cJSON *json_get(const struct cJSON *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const char *json_string(const struct cJSON *object, const char *key)
{
	return json_text(json_get(object, key));
}

bool json_number(const struct cJSON *object, const char *key, double *out)
{
	const struct cJSON *found = json_get(object, key);
	if (!cJSON_IsNumber(found))
		return false;
	*out = found->valuedouble;
	return true;
}

bool json_bool(const struct cJSON *object, const char *key, bool *out)
{
	const struct cJSON *found = json_get(object, key);
	if (!cJSON_IsBool(found))
		return false;
	*out = cJSON_IsTrue(found);
	return true;
}

const struct cJSON *json_first(const struct cJSON *container)
{
	return cJSON_IsObject(container) || cJSON_IsArray(container) ? container->child : NULL;
}

const struct cJSON *json_next(const struct cJSON *member)
{
	return member->next;
}

const char *json_key(const struct cJSON *member)
{
	return member->string;
}

const char *json_text(const struct cJSON *value)
{
	return cJSON_IsString(value) ? value->valuestring : NULL;
}
