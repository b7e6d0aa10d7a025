/* Between text.c and text_code.c only. */
#ifndef SPOOR_STORE_BASE_TEXT_PRIVATE_H
#define SPOOR_STORE_BASE_TEXT_PRIVATE_H

#include "store/base/text.h"

enum { CODE_BAD = 0xFFFD, CODE_ZWJ = 0x200D, CODE_MAX = 0x10FFFF };

/* Bits of text_flags. */
enum {
	CODE_COLS = 3,   /* mask: 0..2 columns; 3: not assigned */
	CODE_PLAIN = 4,  /* shows as itself and joins no other plain one to a cluster */
	CODE_PICT = 8,   /* Extended_Pictographic */
	CODE_RISK = 16,  /* control, format or default ignorable: text_guard_next decides */
	CODE_EXTEND = 32 /* Grapheme_Cluster_Break Extend or ZWJ */
};

unsigned text_flags(uint32_t code);
uint32_t text_decode_checked(struct str *rest, bool *bad); /* text_decode; *bad: what was taken is ill-formed */

#endif
