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
    "5b143bcf3d7a963fe002a0cf3b850aa4e7486b2cc8ebcc416c8251d54d4d2012",
    "aedba67e0949f90c9ea3b20e6c3b666f9418db11847b2d15723feef97851965c",
};
