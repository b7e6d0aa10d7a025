/* What an import would make of files, without a store: which formats came near, what is read, what it fills, and what has no effect. */
#ifndef SPOOR_IMPORT_IMPORT_EXPLAIN_H
#define SPOOR_IMPORT_IMPORT_EXPLAIN_H

#include "import/format.h"
#include "import/import.h"

enum { EXPLAIN_BYTES = 64 << 20, EXPLAIN_PATHS = 400, EXPLAIN_TRIES = 3 };

struct explain_probe {
	const struct format *format;
	int score;
	const char *why; /* static; "" if it gave none */
};

/* What of the model's fields the spans have, in the order of the table in import_explain.c. */
struct explain_count {
	const char *name;
	int64_t n;
};

/* A member of records, or a key/value pair in a list of such: "attributes[llm.vendor]". */
struct explain_path {
	struct str path, example; /* example: a value, at most 60 bytes of valid text */
	int64_t times;
	int tries;
	bool used; /* without it, or with another value, something else was read */
};

/* A column of a table of results (generic.h). */
struct explain_column {
	struct str column, field;
	bool mapped; /* the user says so */
};

struct explain_source {
	struct str file, entry;         /* entry: member of an archive, or absent */
	const char *archive;            /* "zip", "tar": only this file's members are sources; NULL */
	const char *compression;        /* "gzip" …; NULL */
	const char *conversion;         /* "csv", "protobuf": read as JSON Lines; NULL */
	struct str refused;             /* it cannot be read, or is of no known format: why */
	const struct format *format;    /* NULL: refused, or an archive */
	struct explain_probe *probes;   /* all formats, best first */
	struct explain_column *columns; /* of a table of results; those of its first row */
	size_t n_columns;
	struct str map;                /* what the user says of them; absent: nothing */
	int64_t mapped_ns;             /* since when that is remembered; 0: it is given now */
	uint64_t bytes;                /* looked at, decompressed */
	bool cut_short;                /* at EXPLAIN_BYTES */
	struct explain_count *records; /* by path; "": top-level values */
	struct explain_count *filled;  /* traces, spans, scores, runs, cases; then fields of spans */
	struct explain_count *kinds;   /* spans by kind */
	size_t n_probes, n_records, n_filled, n_kinds;
	struct explain_path *unused; /* present with a value that changes nothing; most frequent first */
	size_t n_unused;
	bool more_paths;          /* there were more than EXPLAIN_PATHS */
	bool untried;             /* no member was: stateful */
	struct problem *problems; /* the first 20 */
	size_t n_problems;
	int64_t problems_total;
	int exit_code; /* as the import's */
};

struct explain_report {
	struct arena arena;
	struct explain_source *sources;
	size_t n_sources, cap_sources;
	int exit_code;
};
void explain_report_done(struct explain_report *r);

/* Looks at files, folders, archives and "-" as import_paths does. "Without effect" is found by trial: of each member, in the first
 * records that have it with a value, its name and then its value is changed and the record read again (EXPLAIN_TRIES times at most); not of formats whose records depend
 * on each other (stateful). db: where maps of columns are remembered; may be NULL. false: the system
 * failed. */
bool import_explain(struct db *db, char *const *paths, size_t n, const struct import_opts *opts,
                    struct explain_report *report, struct err *err);

#endif
