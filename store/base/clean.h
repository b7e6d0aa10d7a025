/* Hostile text → each way out. Text from files leaves the program only through text.h (screens) and these. */
#ifndef SPOOR_STORE_BASE_CLEAN_H
#define SPOOR_STORE_BASE_CLEAN_H

#include "store/base/str.h"

/* For a terminal or a pipe (stdout, stderr): controls, C1, bidi, zero-width and tags made visible, ill-formed bytes U+FFFD.
 * Newlines and tabs: kept if `lines`, else shown as ␤ and a blank. ascii: nothing beyond 0x7E. */
void clean_print(struct buf *out, struct str text, bool lines, bool ascii);
/* The same, straight to a stdio stream, for one line of a message (no newline is added). ASCII unless the locale is UTF-8. */
void clean_fput(void *stream, struct str text);
/* A JSON string with quotes (scan_quote): control characters as escapes, ill-formed UTF-8 U+FFFD. */
void clean_json(struct buf *out, struct str text);
/* One RFC 4180 field. Text that begins with = + - @ TAB CR LF (or full-width forms) gets ' before it unless `raw`.
 * Controls but newline and tab become pictures and ill-formed bytes U+FFFD, unless `raw`. Numbers: write them raw. */
void clean_csv(struct buf *out, struct str text, bool raw);
/* Ends the record that begins at byte `from`. One empty cell alone is "": readers take an empty line for no record. */
void clean_csv_end(struct buf *out, size_t from);
/* Inline Markdown: escapes ` | < [ ! \ * _ # - @ (and ~ & > + = 1.) where they would act; newlines become
 * blanks, the ends are trimmed; hidden characters are shown as in clean_print. */
void clean_markdown(struct buf *out, struct str text);
/* Text of XML 1.0, in an element or in an attribute's quotes: & < > " ' as entities, newlines shown as in clean_print, and so is all
 * that XML has no way to write. */
void clean_xml(struct buf *out, struct str text);
/* A word for sh in single quotes: for command lines shown to be copied. Controls are shown as in clean_print. */
void clean_shell(struct buf *out, struct str text);
/* The same; as it is where no shell would take it for anything else. */
void clean_shell_word(struct buf *out, struct str word);

#endif
