/* What the files of fields.h share. */
#ifndef SPOOR_IMPORT_FIELDS_PRIVATE_H
#define SPOOR_IMPORT_FIELDS_PRIVATE_H

#include "import/fields.h"

bool field_is_there(struct val v);      /* not null, not "", not NaN */
bool field_is_nothing(struct str text); /* "", and what Python and JavaScript write for a value that is none */

#endif
