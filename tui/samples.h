/* The samples as a session of their own: their files and a store in a folder of $TMPDIR that goes away when the session ends. What spoor
 * remembers of a session (XDG state) goes there, too: nothing of a store that is gone stays behind. */
#ifndef SPOOR_TUI_SAMPLES_H
#define SPOOR_TUI_SAMPLES_H

#include "store/base/vec.h"

struct samples_session {
	struct buf folder, store;
	VEC(char *) paths; /* of the files, to be imported */
};
/* Writes the files and points XDG_STATE_HOME into the folder: for the rest of this process. samples_end either way. */
bool samples_begin(struct samples_session *s, struct err *err);
void samples_end(struct samples_session *s); /* removes the folder with all that is in it */

#endif
