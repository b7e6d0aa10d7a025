#include "store/schema.h"

/* One step is one text, longer than the 4,095 bytes ISO C promises; gcc and clang have no such limit. */
#pragma GCC diagnostic ignored "-Woverlength-strings"

const struct schema_step schema_steps[] = {
#include "schema.inc"
};
const size_t n_schema_steps = sizeof schema_steps / sizeof *schema_steps;

const char *const schema_sums[] = {
    "a1ec087e05b1fad7d1f08ee77580588057b7b1e456fd96f1ee26d6aa82568a65",
};
