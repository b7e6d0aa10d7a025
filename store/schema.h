/* The schema steps, embedded from store/schema/NNN.sql at build: step i takes a store from version i to i + 1. */
#ifndef SPOOR_STORE_SCHEMA_H
#define SPOOR_STORE_SCHEMA_H

#include <stddef.h>

struct schema_step {
	const char *name, *sql;
};
extern const struct schema_step schema_steps[];
extern const size_t n_schema_steps;
/* Of each version, SHA-256 of its tables as SQLite 3.40 tells them (db_schema_sum); tests/unit/db.c says what it must be. */
extern const char *const schema_sums[];

#endif
