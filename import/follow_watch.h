/* What changed among files and folders: inotify where it works; where it does not (network and user-space file systems, no watches left,
 * other systems) the caller polls. */
#ifndef SPOOR_IMPORT_FOLLOW_WATCH_H
#define SPOOR_IMPORT_FOLLOW_WATCH_H

#include <stdbool.h>

struct watch;
/* Never fails; without inotify everything is to be polled. poll_only: as if there were none (tests). */
struct watch *watch_open(bool poll_only);
void watch_close(struct watch *w);
int watch_fd(const struct watch *w); /* readable when something changed; -1: none */
enum { WATCH_NONE = -1 };
/* Begins to watch a file's content and attributes, or the names in a folder: an id, the same for the same file. WATCH_NONE: poll it. */
int watch_file(struct watch *w, const char *path);
int watch_folder(struct watch *w, const char *path);
void watch_drop(struct watch *w, int id);
/* Calls `changed` for each id that changed since; id WATCH_NONE: events were lost, everything may have changed. */
void watch_take(struct watch *w, void (*changed)(void *context, int id), void *context);

#endif
