/* Images, sound and other bytes that stand in texts as base64: found, named, measured, decoded. What people see is their type and size,
 * never the base64. Found are, in any text (JSON, JSON within JSON, prose):
 *   data: URIs (RFC 2397) with base64;
 *   values of JSON strings that are base64 of a known beginning (PNG, JPEG, GIF, WebP, WAV, MP3, Ogg, PDF …), from MEDIA_KNOWN bytes on;
 *   values of JSON strings that are valid base64, from MEDIA_BLIND bytes on, with digits and letters of both cases;
 * each in the standard or the URL alphabet (RFC 4648), with or without padding, with line breaks and with the escapes \/ \n \r in it.
 * Linear, but for nothing. */
#ifndef SPOOR_STORE_BASE_MEDIA_H
#define SPOOR_STORE_BASE_MEDIA_H

#include "store/base/str.h"

enum {
	MEDIA_KNOWN = 64,     /* base64 characters */
	MEDIA_BLIND = 256,    /* the same, of unknown type */
	MEDIA_MAX = 256 << 20 /* bytes, decoded: more is not decoded */
};

struct media {
	size_t at, len;  /* where it stands in the text: of a data: URI all of it */
	struct str body; /* base64, as it stands there; borrowed from the text */
	struct str type; /* "image/png"; of a slice of the text, or static; absent: not known */
	size_t bytes;    /* decoded */
};

/* The next one at or after byte `from`; false: none. */
bool media_next(struct str text, size_t from, struct media *out);
/* A value that is known to be base64 or a data: URI as a whole (struct message_part.data); false: it is neither. type: as the source says,
 * may be absent. */
bool media_of(struct str value, struct str type, struct media *out);
/* "[image/png, 48,213 bytes]"; type absent: "[base64, …]" */
void media_word(struct buf *out, struct str type, size_t bytes);
/* The text with a word in place of each of them; false: there is none, nothing is added. */
bool media_shown(struct buf *out, struct str text);
/* The bytes, appended. False: not base64 (a stray character, a wrong length, bits left over) or more than MEDIA_MAX; nothing is added. */
bool media_decode(struct buf *out, struct str base64, struct err *err);
/* A name for a file of that type: ".png", ".bin". Static. */
const char *media_ending(struct str type);

#endif
