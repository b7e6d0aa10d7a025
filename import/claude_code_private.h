/* What claude_code.c gathers and claude_code_span.c reads: details of one span each (transcript.h). */
#ifndef SPOOR_IMPORT_CLAUDE_CODE_PRIVATE_H
#define SPOOR_IMPORT_CLAUDE_CODE_PRIVATE_H

#include "import/transcript.h"

/* A model's answer: "before" holds messages, "lines" its lines, "events" lines of other types. */
void claude_take_call(struct fields *f, struct val detail);
/* A tool's call: "call" and "result" are blocks, "told" the line's toolUseResult. */
void claude_take_tool(struct fields *f, struct val detail);

bool claude_is_agent_tool(struct str name);

#endif
