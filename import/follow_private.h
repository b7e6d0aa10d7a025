/* What follow.c (names, waiting) and follow_file.c (one file) share. For nobody else. */
#ifndef SPOOR_IMPORT_FOLLOW_PRIVATE_H
#define SPOOR_IMPORT_FOLLOW_PRIVATE_H

#include <sys/stat.h>

#include "import/follow.h"
#include "import/follow_watch.h"
#include "import/import_private.h"
#include "store/base/vec.h"

enum { GUARD_TAIL = 256 };

enum entry_kind {
	ENTRY_NEW,   /* nothing of it was read as what it is now */
	ENTRY_PLAIN, /* can be gone on with */
	ENTRY_WHOLE, /* compressed: read again when it has changed */
	ENTRY_ALIAS, /* another entry's file */
	ENTRY_OVER   /* a pipe that has ended; a file let go of */
};

struct followed {
	char *path;
	enum entry_kind kind;
	int fd; /* -1: not held open */
	dev_t dev;
	ino_t ino;
	bool found;    /* dev and ino are known */
	bool named;    /* met by the last look at the names */
	bool asked;    /* its path was given itself, not found in a folder */
	bool detached; /* its name is gone or another's */
	bool is_pipe, polled;
	int watch;

	/* how far it was read */
	struct source known;
	const struct format *format;
	struct job_point point;
	uint64_t stored_bytes; /* the store's resume point as we left it: another's import may move it on */
	struct hash128 stored_hash;
	char tail[GUARD_TAIL];
	size_t tail_len;

	/* how it looked last */
	int64_t size, mtime_ns;
	int64_t waiting_size; /* for stillness */
	bool wait_still, dirty, touched;
	int64_t due_ns;   /* look then at the latest; 0: only when something changes */
	int64_t ready_ns; /* not before */
	int64_t alive_ns; /* detached: when something came last */

	/* large traces */
	bool owes, turn; /* turn: others had theirs before the end was reached */
	int64_t full_ns, full_cost_ns;

	bool troubled;
	struct import_file file;
};

struct follow {
	struct run run;
	struct follow_opts opts;
	struct import_report report;
	struct watch *watch;
	char **paths;
	size_t n_paths;
	VEC(struct followed *) entries;
	VEC(struct followed *) by_watch;
	VEC(struct import_file) done; /* what is over */
	size_t n_folders, n_open, open_max, closed_next;
	const struct followed *pipe; /* being read */
	bool names_due, poll_names, in_pipe, caught_up;
	int64_t names_ready_ns, poll_ns;
	struct err failure;
};

/* follow_file.c. All may be called for any entry. */
bool entry_look(struct follow *f, struct followed *e, struct err *err); /* at its bytes: reads what is new */
bool entry_end(struct follow *f, struct followed *e, struct err *err);  /* the source has ended */
void entry_close(struct follow *f, struct followed *e);                 /* the descriptor */
void entry_forget(struct followed *e);                                  /* how far it was read */
void entry_tell(struct follow *f, const struct followed *e, enum follow_news news, const char *why);
/* follow.c: an entry that has this file, other than `not`; NULL. */
/* `now`'s name stands for the file of `old`, which had lost its own. */
void follow_rename(struct follow *f, struct followed *old, struct followed *now);
struct followed *follow_same(struct follow *f, dev_t dev, ino_t ino, const struct followed * not );

#endif
