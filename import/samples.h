/* Sample data of spoor's own (tests/data, invented), built into the program: gen/samples.gz, which the Makefile makes of the files that
 * this table names, in its order: for each a line "NAME SIZE" and its bytes. An installed spoor has them without a file beside it. */
#ifndef SPOOR_IMPORT_SAMPLES_H
#define SPOOR_IMPORT_SAMPLES_H

#include "store/base/str.h"

struct sample_about {
	const char *name;  /* of the file */
	const char *about; /* what it holds, a line */
};
extern const struct sample_about samples_about[]; /* ends with name NULL */

struct samples {
	struct buf bytes; /* owns all below */
	struct sample_text {
		struct str name, text;
	} at[16];
	size_t n;
};
/* Expands them all, 3 MB. The table and the blob disagree, or the blob is damaged: a bug of the build, no error of the world's. */
void samples_open(struct samples *s);
void samples_done(struct samples *s);

/* Writes them into a folder, which is made if need be; readable for its owner alone. A file that is there already with other contents is left alone:
 * ERR_USAGE. */
bool samples_write(const char *dir, struct err *err);

#endif
