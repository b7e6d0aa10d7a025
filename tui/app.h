/* The explorer: loop, screen stack, frame (headline, body, status, hints), prompts, messages. */
#ifndef SPOOR_TUI_APP_H
#define SPOOR_TUI_APP_H

#include "store/base/err.h"
#include "tui/action.h"

struct app_opts {
	const char *store;  /* path */
	char *const *paths; /* files to import first; n_paths 0: none */
	size_t n_paths;
	const char
	    *map;    /* what the columns of tables of results are (import.h); NULL: as remembered, or by their names */
	bool follow; /* and go on reading them as they grow */
	bool ascii, no_color;
	bool mask;         /* personal data is masked from the first frame on */
	bool mouse;        /* on from the first frame on */
	const char *theme; /* name or file; NULL: default */
	const char *open;  /* "trace:ID", "review:QUEUE": where to begin, above the list; NULL: the list */
	bool bundle;       /* the store is a review bundle */
	bool samples;      /* the store and the files are the samples: it begins with the tour */
	bool *to_samples;  /* set when the user leaves for the samples; NULL: there is no way to them */
	int64_t now_ns;    /* UNKNOWN_INT: the clock; else frozen (SPOOR_NOW) */
};

/* Runs until the user quits. *signal_number gets the signal that ended it, 0 if none. False: err. */
bool app_run(const struct app_opts *opts, int *signal_number, struct err *err);

/* The actions that work on every screen (quit, help, redraw …); ends with ACTIONS_END. */
extern const struct action app_actions[];

#endif
