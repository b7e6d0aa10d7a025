/* What pane_runs.c and pane_runs_draw.c share. */
#ifndef SPOOR_TUI_SCREEN_PANE_RUNS_DRAW_H
#define SPOOR_TUI_SCREEN_PANE_RUNS_DRAW_H

enum { RUNS_BAR_COLS = 13 /* of the pass rate, 0 to 100 % */ };

#endif
