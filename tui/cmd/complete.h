/* What could come next on a command line of spoor: between complete.c (which words) and complete_names.c (what there is). */
#ifndef SPOOR_TUI_CMD_COMPLETE_H
#define SPOOR_TUI_CMD_COMPLETE_H

#include "store/base/arena.h"
#include "store/base/vec.h"
#include "tui/cmd/cmds.h"
#include "tui/cmd/words.h"

struct candidate {
	struct str word, about; /* whole words, without quotes */
	bool open;              /* something else has to follow in the same word: "status:" */
};

struct completion {
	struct arena arena;
	const struct command *command; /* NULL: none yet */
	const char *store;             /* --store; NULL: the usual one */
	const char *run;               /* --run, or the first operand; NULL: none */
	struct str typed;              /* the word being typed, up to the caret */
	struct str stays; /* what stands before the part that is completed: "--where=", "kind,"; begins `typed` */
	struct db *db;    /* opened when first asked for */
	bool tried;       /* and it may have failed: then there are no names */
	bool files;       /* names of files fit */
	VEC(struct candidate) found;
};

/* The part of `typed` behind `stays`. */
struct str complete_part(const struct completion *c);
/* A candidate for that part. Left out if it does not begin with what is typed, or holds what no terminal should get. */
void complete_add(struct completion *c, struct str word, struct str about, bool open);
/* All that the words of a placeholder stand for: "TRACE", "mean|majority", "COLUMN,…". */
void complete_placeholder(struct completion *c, const char *placeholder);
void complete_takes(struct completion *c, enum takes takes);
void complete_filter(struct completion *c, int over);
/* SETTING=VALUE, as --set takes it. */
void complete_setting(struct completion *c);

#endif
