/* Functions of ours inside SQL.
 *
 * trace_has(trace.words, sort, list): 1 yes, 0 no, NULL it cannot tell (store/trace_words.h).
 * has_word(text, word): 1 if the word stands in the text, of a path in the file's name, with no letter or digit beside it. */
#include <sqlite3.h>

#include "store/db_private.h"

static void trace_has(sqlite3_context *context, int n, sqlite3_value **values)
{
	struct db *db = sqlite3_user_data(context);
	int of = sqlite3_value_int(values[1]);
	if (n != 3 || of < 0 || of >= N_WORDS_OF)
		return;
	const char *packed = sqlite3_value_blob(values[0]), *text = (const char *)sqlite3_value_text(values[2]);
	struct str words = {packed, packed ? (size_t)sqlite3_value_bytes(values[0]) : 0};
	struct str list = {text, text ? (size_t)sqlite3_value_bytes(values[2]) : 0};
	int has = 0; /* an empty list is in none */
	if (list.len) {
		const struct word_list *wanted = word_list_of(&db->lists, list);
		has = wanted->words.n > WORD_LIST_MOST
		          ? -1
		          : trace_words_has(words, (enum words_of)of, wanted->words.at, wanted->words.n);
	}
	if (has >= 0)
		sqlite3_result_int(context, has);
}

static void has_word(sqlite3_context *context, int n, sqlite3_value **values)
{
	const char *in = sqlite3_value_blob(values[0]), *of = sqlite3_value_blob(values[1]);
	struct str text = {in, in ? (size_t)sqlite3_value_bytes(values[0]) : 0};
	struct str word = {of, of ? (size_t)sqlite3_value_bytes(values[1]) : 0};
	(void)n;
	for (size_t slash = str_find_char(text, '/'); slash != SIZE_MAX; slash = str_find_char(text, '/'))
		text = str_from(text, slash + 1);
	sqlite3_result_int(context, str_has_word(text, word));
}

bool db_add_functions(struct db *db, struct err *err)
{
	enum { PLAIN = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY };
	bool ok =
	    sqlite3_create_function_v2(db->handle, "trace_has", 3, PLAIN, db, trace_has, NULL, NULL, NULL) ==
	        SQLITE_OK &&
	    sqlite3_create_function_v2(db->handle, "has_word", 2, PLAIN, db, has_word, NULL, NULL, NULL) == SQLITE_OK;
	return ok || db_fail(db, err, "opening");
}
