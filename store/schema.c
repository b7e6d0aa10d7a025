#include "store/schema.h"

/* One step is one text, longer than the 4,095 bytes ISO C promises; gcc and clang have no such limit. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

const struct schema_step schema_steps[] = {
#include "schema.inc"
};
const size_t n_schema_steps = sizeof schema_steps / sizeof *schema_steps;

const char *const schema_sums[] = {
    "b38cf93694e0e1201b1239028956c2017ff183e7ff3913dba551ddd83dedd279",
    "126830c7a4585fb7980a56b62e813e5ca590733fd01cda8926dbfd9e26cd76ad",
    "389a2211782cdfbb6db7eb1011e9cb695e3f5beddf440fd56b6a7abf208011ad",
};
