/* Cells of delimited text (RFC 4180 and what is written in its place), without memory of its own. Private to csv*.c. */
#ifndef SPOOR_IMPORT_CSV_H
#define SPOOR_IMPORT_CSV_H

#include "import/convert.h"

enum cell_stop {
	CELL_NEXT,    /* a delimiter came: another cell of the row follows */
	CELL_ROW,     /* a line end */
	CELL_CUT,     /* the bytes ran out, in a cell or behind its closing quote: the last one if nothing follows */
	CELL_UNCLOSED /* they ran out inside quotes */
};

struct cell {
	const unsigned char *text; /* without the quotes around it; quotes inside still doubled */
	size_t len;
	const unsigned char *stray; /* what follows the closing quote */
	size_t stray_len;
	const unsigned char *next; /* behind the delimiter or line end */
	bool quoted, doubled;
	size_t lines; /* line ends inside the quotes */
	enum cell_stop stop;
};

void cell_read(struct cell *cell, const unsigned char *p, const unsigned char *end, unsigned char delimiter);

/* Whether text is a table with a header, and by what its cells are parted; see convert_sniff. Bytes that are only commas in prose, code,
 * logs or JSON must not pass: a header of at least two names, and rows as wide. */
enum convert_sniff csv_sniff(struct str head, bool last, unsigned *delimiter);
/* The header begins behind this many bytes: a byte order mark, blank lines, a line "sep=;". */
size_t csv_before_header(struct str head, unsigned *delimiter);

#endif
