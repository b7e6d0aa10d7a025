/* Regular expressions for rules: the extended ones of POSIX (IEEE 1003.1, 9.4) without collating symbols, with \d \w \s \b and "(?i)" at the
 * beginning for letters of both cases; over code points. ^ and $ are the begin and end of a line.
 *
 * Run by Thompson's construction (K. Thompson, CACM 11(6), 1968; R. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009):
 * no pattern and no text takes longer than (length of the text) times (size of the pattern). regexec promises no such thing, and what it
 * would be run over is written by strangers. */
#ifndef SPOOR_STORE_STUDY_PATTERN_H
#define SPOOR_STORE_STUDY_PATTERN_H

#include "store/base/arena.h"

enum { PATTERN_BYTES = 1000, PATTERN_STEPS = 4000 }; /* of the text; of what it is made into ({1,100} counts as 100) */

struct pattern;
struct pattern_mistake {
	size_t at; /* byte in the pattern */
	const char *why;
};
/* The arena's. NULL: *mistake says where and why. */
const struct pattern *pattern_parse(struct arena *arena, struct str text, struct pattern_mistake *mistake);
/* As it was written; lives as long as the pattern. */
struct str pattern_text(const struct pattern *p);
/* Bytes before the first place where a match begins that ends first; SIZE_MAX: none. */
size_t pattern_find(const struct pattern *p, struct str text);
/* The same; *len: bytes of that match. */
size_t pattern_find_len(const struct pattern *p, struct str text, size_t *len);

#endif
