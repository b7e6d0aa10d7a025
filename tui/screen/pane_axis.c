/* Apart from pane_metrics.c because both store/stat and the bars have a struct interval. */
#include "tui/screen/pane_axis.h"

#include "tui/widget/bars.h"

void axis_draw(struct canvas c, int row, int col, int cols, const struct axis *axis, enum role role)
{
	struct interval interval = {.point = axis->point,
	                            .low = axis->low,
	                            .high = axis->high,
	                            .scale = axis->scale,
	                            .less_is_better = axis->less_is_better};
	bars_interval(c, row, col, cols, &interval, role);
}
