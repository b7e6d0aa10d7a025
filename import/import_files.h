/* Arguments → files: folders are walked (sorted, hidden names left out, links to folders not followed). */
#ifndef SPOOR_IMPORT_IMPORT_FILES_H
#define SPOOR_IMPORT_IMPORT_FILES_H

#include "store/base/arena.h"

struct import_path {
	const char *path;   /* terminated; "-" is standard input */
	const char *folder; /* the argument it was found in; NULL: it is an argument itself */
	bool empty_dir;     /* a folder with nothing in it to import */
	int failed;         /* errno of a folder that cannot be read */
};

struct import_folders { /* all that were walked */
	const char **paths;
	size_t n;
};

/* The lists are the arena's. folders may be NULL. */
void import_files(char *const *paths, size_t n, struct arena *arena, struct import_path **out, size_t *n_out,
                  struct import_folders *folders);

#endif
