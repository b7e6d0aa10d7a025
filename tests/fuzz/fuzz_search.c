/* F5: what people search for. Whatever is typed, the full-text index takes it as words: no error of SQL or of FTS5. */
#include "store/query/search.h"
#include "tests/fuzz/fuzz.h"

static struct db *db;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	static char path[96];
	struct err err = ERR_INIT;
	db = db_open(fuzz_file(path, "s.db"), DB_WRITE, &err);
	FUZZ_CHECK(db);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t *ids = NULL;
	size_t n = 0;
	struct err err = ERR_INIT;
	bool ok = search_traces(db, fuzz_str(data, size), size % 2, 10, &ids, &n, &err);
	if (!ok)
		fprintf(stderr, "%s\n", err.text);
	FUZZ_CHECK(ok || err.code == ERR_USAGE);
	FUZZ_CHECK(!ok || n == 0);
	free(ids);
	return 0;
}
