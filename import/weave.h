/* What the files of the Weave importer share. For nobody else. */
#ifndef SPOOR_IMPORT_WEAVE_H
#define SPOOR_IMPORT_WEAVE_H

#include "import/fields.h"

/* One row of feedback to the sink. of: the call it stands in; NULL: its weave_ref names the call. */
void weave_feedback(struct fields *f, struct val row, const struct span *of);

#endif
