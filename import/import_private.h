/* What the parts of the driver share: import.c (many files, one after another), import_archive.c (the members of one), follow.c (files
 * that grow), import_source.c (reading one source), import_known.c (what it is, and whether it is known), import_report.c. For nobody
 * else. */
#ifndef SPOOR_IMPORT_IMPORT_PRIVATE_H
#define SPOOR_IMPORT_IMPORT_PRIVATE_H

#include "import/archive.h"
#include "import/bundle.h"
#include "import/format.h"
#include "import/import.h"
#include "import/import_files.h"
#include "import/reader.h"
#include "import/record.h"

enum { PROBLEMS_SHOWN = 20 };
#define ARCHIVE_NESTED "an archive inside an archive is not opened; unpack the outer one first"

struct run {
	struct db *db;
	const struct import_opts *opts;
	struct import_progress *progress; /* never NULL */
	struct import_report *report;
	struct ingest *ingest;
	/* Waits for a pipe as long as it takes; the ingest rests meanwhile. false: to be stopped. NULL: only waits. */
	bool (*wait)(void *context, int fd);
	void *wait_context;
};

/* How a reading ends. */
enum job_end {
	JOB_END,   /* the source has ended */
	JOB_PAUSE, /* more may come: what stands at the end and is not whole is left for the next time */
	JOB_PAUSE_LIGHT
};

/* Where reading can go on in a plain file, and by what that it is still the same file is known. */
struct job_point {
	struct record_point at;
	struct hasher *hasher; /* of the bytes before at.offset; NULL: there is no such point */
	uint64_t read_to;      /* bytes that were looked at, and their hash */
	struct hash128 read_hash;
};

/* One source at work. */
struct job {
	struct run *run;
	struct import_file *file;
	const char *path, *entry; /* entry: member of an archive, or NULL */
	bool quiet;               /* nobody named this one: if it is of no known format that is no problem */
	struct reader *reader;
	/* Of a member: its bytes once more, from the start; NULL: they come once. */
	struct reader *(*again)(void *context);
	void *again_context;
	const struct archive_in *archive; /* whose member it is, or that it is made of */
	const struct bundle_plan *plan;   /* of a bundle */
	struct bundle *bundle;
	enum archive_kind is_archive; /* job_identify: no source, but many (import_archive) */
	struct sample sample;
	const struct format *format;
	struct source known;
	int64_t mapped_ns; /* known.map is remembered since; 0: it is given */
	struct arena arena, record_arena;
	struct hasher *hasher;

	enum job_end end;
	int64_t deadline_ns;    /* stop at the next value's end after it; 0: none (writer_clock_ns's clock) */
	struct job_point point; /* in: where to begin; out: where to go on. Owned */

	/* Reading that stores nothing (run->ingest is NULL then): where to, who looks on, how many bytes at most. */
	struct sink *sink;
	void (*seen)(void *context, struct job *job, const struct record *rec);
	void *seen_context;
	uint64_t stop_at;

	struct record_reader *records;
	struct import import;
	struct buf scratch;
	uint64_t began_at;                              /* offset */
	uint64_t done_records, last_point, last_offset; /* handed in; at the last point */
	int64_t rested_ns;                              /* when what had come was last committed, at a pipe */
	uint64_t secrets_told;                          /* paths of the format's secrets (redact_which) */
	bool begun;                                     /* the ingest has the source open */
	bool cut_short, lost;                           /* stopped before its end; the end could not be read */
	bool lost_as_before;                            /* lost, and an earlier import told it */
	bool yielded;                                   /* stopped at the deadline */
	bool hurried;                                   /* large traces need not be settled at its end */
	bool ending;                                    /* cancel does not stop this one: it is the end, and short */
	int64_t end_ns;                                 /* how long ending or pausing it took */
	struct err failure;                             /* of the store, while a pipe was waited for */
};

void job_init(struct job *job, struct run *run, struct import_file *file, const char *path);
void job_done(struct job *job);
int64_t job_clock_ns(void); /* monotonic */
bool job_cancelled(const struct job *job);
reader_wait job_wait; /* reader_open_wait with the job */

/* import_known.c: looks at the job's open reader. *go_on false: refused, stopped or unchanged, all of it in the report; then the point
 * tells where an unchanged file can be gone on with. Or it is an archive: job->is_archive, and nothing said yet. */
bool job_identify(struct job *job, bool *go_on, struct err *err);

/* import_map.c: the format of job->sample and what is said of its columns (job->known.map). NULL: none; *why. false: err. */
bool job_find_format(struct job *job, const char **why, struct err *err);
/* import_known.c: the source of the store that these bytes are; known_id 0: none. */
bool job_find_source(struct job *job, struct source *best, struct err *err);

/* The first bytes, which are given back: fills job->sample and is_archive; whole: there are no more. false: there are none, for `why`
 * or because it is to stop. */
bool job_look(struct job *job, struct str *bytes, bool *whole, struct err *why);

/* import_archive.c: the members of what `outer` reads from its start, each with a file of the list, which also gets a word on the whole if
 * one is to be said. */
struct member_list {
	struct import_file *(*begin)(void *context); /* zeroed but for `file`; good until `end` */
	void (*end)(void *context, struct import_file *file);
	void *context;
	bool quiet; /* nobody named the archive */
};
bool import_archive(struct run *run, struct reader *outer, const char *path, enum archive_kind kind,
                    const struct member_list *list, struct err *err);

/* import_source.c: reads, from job->point on, and commits. */
bool job_read(struct job *job, struct err *err);
/* Reads into job->sink alone, as far as job->stop_at: job->cut_short then; job->lost: its end could not be read. */
bool job_show(struct job *job, struct err *err);

/* import_report.c */
bool report_refused(struct job *job, const char *code, struct str reason, struct err *err);
/* The same for a mistake at a place of it (mistake.h); p: its place, code and reason. */
bool report_mistake(struct job *job, struct problem *p, struct err *err);
void report_unknown(struct job *job, struct str why); /* nobody asked for it, and it is none of ours */
/* A word about a file or member that is no source's own. */
bool report_said(struct job *job, enum severity severity, const char *code, struct str reason, struct str kept,
                 struct err *err);
bool report_unread(struct job *job, const struct reader *reader, const struct err *why, struct err *err);
bool report_unchanged(struct job *job, struct err *err);
/* Once all are read: what a later file has mended is not told of an earlier one. */
bool report_mended(struct run *run, struct err *err);
/* A member's part of what is told of its archive as a whole; what it holds is added to `held`. */
void report_add_file(struct import_report *report, struct import_file *to, const struct import_file *member,
                     struct ingest_counts *held);
/* What a reading held and gave; adds to what the file's earlier readings gave. */
bool report_imported(struct job *job, const struct ingest_counts *held, const struct ingest_counts *fresh,
                     struct err *err);

#endif
