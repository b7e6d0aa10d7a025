/* Files that grow: read to their ends, committed, watched (inotify, else a look every half second), and gone on with.
 *
 * Grown: reading goes on behind the last whole value; nothing before it is read again. What stands at the end and is not whole
 * (a line without its end, a document still being written) waits. A growing file's rows are in the store within 0.2 s; of a trace of
 * more than 16384 spans as often as a fifth of the time allows, since it is written again each time.
 * Renamed or deleted: what is still written to the open file is read until nothing has come for a while, and the name is waited for.
 * Shorter, or other bytes where others were read (checked: the first 4 KiB, the last 256 bytes, all of a tail, and the whole
 * if the time changed and the size did not): another source, read from its start once it has been still for a moment.
 * Not readable: said once, tried again every second.
 * Compressed files cannot be gone on with: they are read again from the start when they have changed and stay still, and
 * what is known is passed over; members appended are so found. Pipes are read one after another, each to its end.
 * Folders: files that appear in them are followed, too. One file under several names is read once. Of many files only some are
 * held open (128, or a quarter of the limit): one of the others that is renamed is found again by its name only.
 *
 * After each look the store holds exactly the records before some byte, its resume point; the source is in state SOURCE_READING
 * until follow_end. A killed follower's source is gone on with as a stopped import's is.
 * Memory: a hash state and a few hundred bytes for each file; one parser's window at a time. */
#ifndef SPOOR_IMPORT_FOLLOW_H
#define SPOOR_IMPORT_FOLLOW_H

#include "import/import.h"

enum follow_news {
	FOLLOW_FOUND,     /* a file is known for what it is, and read as far as it goes */
	FOLLOW_READ,      /* more of it was read and committed */
	FOLLOW_ROTATED,   /* the name stands for another file now: followed as well */
	FOLLOW_GONE,      /* the name is gone: waited for */
	FOLLOW_REPLACED,  /* other bytes in the same file, or it is shorter: read again as another source */
	FOLLOW_TROUBLE,   /* it cannot be read, or not as anything known: state's last problem; tried again */
	FOLLOW_CAUGHT_UP, /* all there is has been read: now it waits. Of no file */
};
struct follow_event {
	enum follow_news news;
	struct str file;
	const struct import_file *state; /* what is known of it so far; NULL: of no file */
	const char *why;                 /* FOLLOW_REPLACED */
};

struct follow_opts {
	struct import_opts import; /* not strict */
	/* Tells; on the follower's thread. May be NULL. */
	void (*tell)(void *context, const struct follow_event *e);
	void *context;
	/* Tests: no inotify; and how long a file must be still, an old one quiet, and two looks apart, instead of 300, 5000 and
	 * 100 ms. */
	bool poll_only, set_times;
	int still_ms, quiet_ms, apart_ms;
};

struct follow;
/* Borrows all but the words. NULL: err. */
struct follow *follow_open(struct db *db, char *const *paths, size_t n, const struct follow_opts *opts,
                           struct import_progress *progress, struct err *err);
/* Waits until there may be something to do, at most timeout_ms (-1: for ever; cancel ends it), and does it. false: err, of the store
 * or the system; what was committed stays. */
bool follow_step(struct follow *f, int timeout_ms, struct err *err);
bool follow_is_idle(const struct follow *f); /* nothing is to do before something changes */
bool follow_is_over(const struct follow *f); /* only pipes were given, and they have ended */
size_t follow_files(const struct follow *f); /* followed now */
/* Steps until it is cancelled or over, then ends. */
bool follow_run(struct follow *f, struct import_report *report, struct err *err);
/* The sources are ended: tails that never became whole and parents that never came are problems now. For at most half a second;
 * sources left over stay as a killed import leaves them. The report is the caller's. */
bool follow_end(struct follow *f, struct import_report *report, struct err *err);
/* After follow_end, or instead of it. */
void follow_close(struct follow *f);

#endif
