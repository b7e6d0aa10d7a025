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

#endif
