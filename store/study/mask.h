/* Personal data and secrets (personal.h) taken out of a text that is shown or exported: each is written as personal_mask writes it, enough
 * to find it again and no more. What a text has none of stays as it is, byte for byte. Pure; linear, about 1 ns a byte where there
 * is nothing. */
#ifndef SPOOR_STORE_STUDY_MASK_H
#define SPOOR_STORE_STUDY_MASK_H

#include "store/base/arena.h"
#include "store/base/str.h"

/* Appends `text` masked. JSON (an object, an array or a string, whole) stays valid JSON that says the same otherwise: what is written
 * with escapes is found too, texts of JSON inside of texts as well, and a number that has to go becomes a string. Returns how many
 * things were masked. */
size_t mask_text(struct buf *out, struct str text);

/* The same for a text that a struct holds: itself if nothing is to be masked (also absent), else a masked copy in `arena`. */
struct str mask_str(struct arena *arena, struct str text);

bool mask_any(struct str text); /* is there something to mask? */

/* Of what is known to be JSON, whatever it begins with: a number that has to go becomes a string. */
struct str mask_json(struct arena *arena, struct str json);

/* Of the `len` bytes at `at` in a long text, what stands around them: `before` and `after` bytes at most, and all of what is personal at
 * their ends, masked. *at and *len become those of the same place in what was appended; if that lies in something masked, all of it. */
void mask_around(struct buf *out, struct str text, size_t *at, size_t *len, size_t before, size_t after);

#endif
