/* What the commands do not offer yet, or not alone: client annotate|read|checkpoint STORE N [NAME]. Each goes on until it has done its
 * thing N times and its standard input has ended; it prints what was done, and ends with 4 (the store said no) or 1 (the store holds
 * what it must not). */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/annotate.h"

static bool input_ended(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char byte;
	return poll(&in, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

static int failed(const struct err *err)
{
	fprintf(stderr, "client: %s\n", err->text);
	return err_exit_code(err->code);
}

/* The event's id is printed when the call has returned: from then on it must be there. */
static int give(struct db *db, long n, const char *author)
{
	struct err err = ERR_INIT;
	for (long i = 0; i < n; i++) {
		char key[64], line[34];
		unsigned char event[16];
		snprintf(key, sizeof key, "trace:%s-%ld", author, i);
		struct annotation_target target = {str_of(key), STR_LIT("question"), STR_LIT("answer")};
		if (!annotate_add(db, &target, str_of(author), FIELD_VERDICT, STR_LIT("good"), i, event, &err))
			return failed(&err);
		for (size_t k = 0; k < sizeof event; k++)
			snprintf(line + 2 * k, 3, "%02x", event[k]);
		line[32] = '\n';
		if (write(STDOUT_FILENO, line, 33) != 33)
			return 3;
	}
	return 0;
}

/* In one snapshot: the rows a trace says it has are there and its own, and of them as many are real as it says. */
static int read_once(struct db *db)
{
	static const char wrong[] =
	    "SELECT count(*) FROM trace t WHERE"
	    " (SELECT count(*) FROM span WHERE pos >= t.first AND pos < t.first + t.n AND trace = t.id) <> t.n"
	    " OR t.spans > t.n";
	static const char loose[] = "SELECT (SELECT count(*) FROM span_loose) > (SELECT total(loose) FROM trace)";
	struct err err = ERR_INIT;
	int64_t traces = 0, rows = 0;
	bool ok = db_begin_read(db, &err) && db_int(db, wrong, 0, &traces, &err) && db_int(db, loose, 0, &rows, &err);
	if (!ok)
		return failed(&err);
	db_end_read(db);
	if (traces || rows)
		fprintf(stderr, "client: %lld traces hold other rows than they say%s\n", (long long)traces,
		        rows ? ", loose rows nobody counts" : "");
	return traces || rows;
}

static int checkpoint(struct db *db)
{
	db_checkpoint(db, 0);
	nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000L}, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	if (argc < 4)
		return 2;
	enum db_mode mode = strcmp(argv[1], "annotate") == 0 ? DB_DURABLE
	                    : strcmp(argv[1], "read") == 0   ? DB_READ
	                                                     : DB_WRITE;
	struct db *db = db_open(argv[2], mode, &err);
	if (!db)
		return failed(&err);
	long n = strtol(argv[3], NULL, 10);
	int code = 0;
	if (mode == DB_DURABLE)
		code = give(db, n, argc > 4 ? argv[4] : "ann");
	else
		for (long i = 0; !code && (i < n || !input_ended()); i++)
			code = mode == DB_READ ? read_once(db) : checkpoint(db);
	db_close(db);
	return code;
}
