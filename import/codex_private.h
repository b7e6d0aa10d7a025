/* What codex.c gathers and codex_span.c reads: details of one span each (transcript.h). */
#ifndef SPOOR_IMPORT_CODEX_PRIVATE_H
#define SPOOR_IMPORT_CODEX_PRIVATE_H

#include "import/transcript.h"

/* A model's answer: "before" and "lines" are payloads of what went in and what came out. */
void codex_take_call(struct fields *f, struct val detail);
/* A tool's call: "call" is its item, "lines" are its outputs and ends in the order they came. */
void codex_take_tool(struct fields *f, struct val detail);
/* A turn: "context", "prompt", "answer", "events" (whole lines). */
void codex_take_turn(struct fields *f, struct val detail);

struct val codex_arguments(struct val call);

#endif
