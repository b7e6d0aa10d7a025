/* The gate's answer on its way out: what text, Markdown, JUnit and --json of `spoor gate` share. */
#ifndef SPOOR_TUI_CMD_GATE_H
#define SPOOR_TUI_CMD_GATE_H

#include "store/query/gate.h"
#include "tui/cmd/out.h"

struct gate_out {
	struct out out;
	struct gate g;
	struct gate_limits limits;
	int64_t shown; /* cases of each class in Markdown, of each check as text */
	struct buf text;
};

void gate_text(struct gate_out *o);
void gate_markdown(struct gate_out *o);
void gate_junit(struct gate_out *o);
void gate_json(struct gate_out *o);

#endif
