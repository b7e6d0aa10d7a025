/* For tests that fill a store by hand: one of its own in a folder of its own, and SQL that must succeed. Include after cmocka.h.
 *
 *   cmocka_run_group_tests(tests, store_setup, store_teardown)        then run_sql("INSERT …") and `db` */
#ifndef SPOOR_TESTS_STORE_H
#define SPOOR_TESTS_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "import/import.h"
#include "store/db.h"
#include "store/sink.h"

static char store_dir[64], store_path[96];
static struct db *db;

static inline void run_sql(const char *sql)
{
	struct err err = ERR_INIT;
	if (!db_exec(db, sql, &err))
		fail_msg("%s: %.300s", err.text, sql);
}

static int store_setup(void **state)
{
	(void)state;
	struct err err = ERR_INIT;
	snprintf(store_dir, sizeof store_dir, "/tmp/spoor-store-XXXXXX");
	assert_non_null(mkdtemp(store_dir));
	snprintf(store_path, sizeof store_path, "%s/s.db", store_dir);
	sink_set_decoder(import_decode);
	db = db_open(store_path, DB_WRITE, &err);
	if (!db)
		fail_msg("%s", err.text);
	return 0;
}

static int store_teardown(void **state)
{
	(void)state;
	static const char *const names[] = {"s.db", "s.db-wal", "s.db-shm", "s.db-lock", "s.db-import"};
	db_close(db);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char file[128];
		snprintf(file, sizeof file, "%s/%s", store_dir, names[i]);
		unlink(file);
	}
	return rmdir(store_dir);
}

#endif
