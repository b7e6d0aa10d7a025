/* Small pictures: the time ruler over latency bars, intervals, sparklines, progress. (A latency bar itself is canvas_bar.) */
#ifndef SPOOR_TUI_WIDGET_BARS_H
#define SPOOR_TUI_WIDGET_BARS_H

#include "tui/canvas.h"

/* The step between ticks at least 8 columns apart, when `cols` stand for total_ns (> 0): 1 2 3 5 times a power of ten up to
 * 30 s, then 1 2 3 5 10 15 20 30 minutes, 1 2 3 6 12 hours, days doubled. */
int64_t bars_tick_step(int64_t total_ns, int cols);

/* "╷0s     ╷3s      ╷6s      ╷9s 12.42s": [from_ns, to_ns] of the trace over columns [col, col + cols), so that a bar
 * (canvas_bar) starts under its time. The end is written out at the right. */
void bars_ruler(struct canvas c, int row, int col, int cols, int64_t from_ns, int64_t to_ns);

/* A difference and its interval, "··──●──│·······": the axis has 0 in the middle and ±scale at its ends, right is better
 * (less_is_better turns it). The line touches the middle exactly if low <= 0 <= high. NaN: dots only. */
struct interval {
	double point, low, high;
	double scale;
	bool less_is_better;
};
void bars_interval(struct canvas c, int row, int col, int cols, const struct interval *interval, enum role role);

/* "▁▃▅█": n values >= 0 over cols columns (the largest of those that share one), the top of a column is `highest`
 * (<= 0: the largest value). NaN and 0: blank. */
void bars_sparkline(struct canvas c, int row, int col, int cols, const double *values, size_t n, double highest,
                    enum role role);

/* Progress: done of the width heavy, the rest a light rule. share 0..1. */
void bars_progress(struct canvas c, int row, int col, int cols, double share);

#endif
