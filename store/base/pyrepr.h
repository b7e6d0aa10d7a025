/* Python's repr of data → JSON: what str() of a dict leaves in the cells of a table, {'a': None, 'b': [1.5, True]}.
 * Known: dict, list, tuple, set, strings with their prefixes and escapes, numbers, True, False, None, nan and inf (null), calls:
 * datetime.datetime(2025, 3, 1, 10, 0, tzinfo=…) becomes an ISO time, NAME(a=1) an object, NAME('x') its argument, <Enum.X: 'x'> its value.
 * Source: docs.python.org/3/library/stdtypes.html and reference/lexical_analysis.html#string-and-bytes-literals. */
#ifndef SPOOR_STORE_BASE_PYREPR_H
#define SPOOR_STORE_BASE_PYREPR_H

#include "store/base/str.h"

/* Appends the JSON of the whole text. false: it is no such repr (out holds rubbish then). Nests 64 deep at most; linear. */
bool pyrepr_json(struct buf *out, struct str text);

#endif
