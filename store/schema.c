#include "store/schema.h"

/* One step is one text, longer than the 4,095 bytes ISO C promises; gcc and clang have no such limit. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

const struct schema_step schema_steps[] = {
#include "schema.inc"
};
const size_t n_schema_steps = sizeof schema_steps / sizeof *schema_steps;

const char *const schema_sums[] = {
    "c195d0150a6b9010541aeef97b4f72149e87d822e346e988e8a8a0e7a61c5576",
};
