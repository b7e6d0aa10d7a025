#include "tui/widget/bars.h"

#include <math.h>

#include "store/base/units.h"

static const int64_t US = 1000, MS = 1000000, SECOND = 1000000000;
enum { MIN_TICK_COLS = 8 };

/* ---- the ruler */

int64_t bars_tick_step(int64_t total_ns, int cols)
{
	static const int decimal[] = {1, 2, 3, 5};
	static const int long_s[] = {60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200};
	double least = (double)total_ns * MIN_TICK_COLS / (cols > 0 ? cols : 1);
	for (int64_t ten = 1; ten <= 10 * SECOND; ten *= 10)
		for (size_t i = 0; i < sizeof decimal / sizeof *decimal; i++)
			if ((double)(decimal[i] * ten) >= least && decimal[i] * ten <= 30 * SECOND)
				return decimal[i] * ten;
	for (size_t i = 0; i < sizeof long_s / sizeof *long_s; i++)
		if ((double)(long_s[i] * SECOND) >= least)
			return long_s[i] * SECOND;
	int64_t step = 86400 * SECOND;
	while ((double)step < least && step < INT64_MAX / 2)
		step *= 2;
	return step;
}

static void add_clock(struct buf *out, int64_t seconds)
{
	if (seconds >= 86400)
		buf_printf(out, "%lldd", (long long)(seconds / 86400));
	if (seconds % 86400 >= 3600)
		buf_printf(out, "%lldh", (long long)(seconds % 86400 / 3600));
	if (seconds % 3600 >= 60)
		buf_printf(out, "%lldm", (long long)(seconds % 3600 / 60));
	if (seconds % 60 || seconds == 0)
		buf_printf(out, "%llds", (long long)(seconds % 60));
}

/* "3s" "0.5s" "1m30s" "250ms": just the digits that the step needs. */
static void add_tick(struct buf *out, int64_t ns, int64_t step, bool ascii)
{
	if (step >= 60 * SECOND || (ns >= 60 * SECOND && ns % SECOND == 0))
		add_clock(out, ns / SECOND);
	else if (step >= SECOND)
		buf_printf(out, "%llds", (long long)(ns / SECOND));
	else if (step >= SECOND / 10)
		buf_printf(out, "%lld.%llds", (long long)(ns / SECOND), (long long)(ns % SECOND / (SECOND / 10)));
	else if (step >= MS)
		buf_printf(out, "%lldms", (long long)(ns / MS));
	else if (step >= US)
		buf_printf(out, "%lld%s", (long long)(ns / US), ascii ? "us" : "µs");
	else
		buf_printf(out, "%lldns", (long long)ns);
}

void bars_ruler(struct canvas c, int row, int col, int cols, int64_t from_ns, int64_t to_ns)
{
	int64_t total;
	if (cols <= 0 || from_ns < 0 || __builtin_sub_overflow(to_ns, from_ns, &total) || total <= 0)
		return;
	bool ascii = c.grid->ascii;
	struct buf end = BUF_INIT, label = BUF_INIT;
	units_duration(&end, to_ns, ascii);
	int limit = cols - text_cols(buf_str(&end)); /* a label ends before the end's own */
	int64_t step = bars_tick_step(total, cols);
	int64_t first = from_ns / step + (from_ns % step != 0);
	for (int64_t i = 0; i < cols && first + i <= to_ns / step; i++) {
		int64_t tick = (first + i) * step;
		int at = (int)lround((double)(tick - from_ns) / (double)total * cols); /* as canvas_bar */
		buf_clear(&label);
		buf_add_cstr(&label, ascii ? "|" : "╷");
		add_tick(&label, tick, step, ascii);
		if (at + text_cols(buf_str(&label)) < limit)
			canvas_put(c, row, col + at, -1, ROLE_DIM, buf_str(&label));
	}
	canvas_put_right(c, row, col, cols, ROLE_DIM, buf_str(&end));
	buf_done(&end);
	buf_done(&label);
}

/* ---- intervals */

enum part { EMPTY, LINE, MIDDLE, CROSSED, POINT, N_PARTS };

static const char *const part_glyphs[2][N_PARTS] = {
    {[EMPTY] = "·", [LINE] = "─", [MIDDLE] = "│", [CROSSED] = "┼", [POINT] = "●"},
    {[EMPTY] = ".",  [LINE] = "-",   [MIDDLE] = "|",   [CROSSED] = "+",   [POINT] = "*"  },
};

/* The column of a value: the middle is for 0 alone, so rounding never makes a clear difference touch it. */
static int column_of(double value, double scale, int middle)
{
	if (value == 0)
		return middle;
	double share = fmin(fmax(value / scale, -1), 1) * middle;
	int off = (int)lround(share);
	if (off == 0)
		off = value > 0 ? 1 : -1;
	return middle + off;
}

void bars_interval(struct canvas c, int row, int col, int cols, const struct interval *interval, enum role role)
{
	int middle = cols / 2;
	double sign = interval->less_is_better ? -1 : 1;
	double low = sign > 0 ? interval->low : -interval->high, high = sign > 0 ? interval->high : -interval->low;
	bool known = !isnan(low) && !isnan(high) && interval->scale > 0 && middle > 0;
	int from = known ? column_of(low, interval->scale, middle) : 1;
	int to = known ? column_of(high, interval->scale, middle) : 0;
	int point = known && !isnan(interval->point) ? column_of(sign * interval->point, interval->scale, middle) : -1;
	for (int i = 0; i < cols && i <= 2 * middle; i++) {
		bool line = i >= from && i <= to;
		enum part part = i == point ? POINT : i == middle ? (line ? CROSSED : MIDDLE) : line ? LINE : EMPTY;
		enum role part_role = line || part == POINT ? role : ROLE_DIM;
		canvas_putc(c, row, col + i, 1, part_role, part_glyphs[c.grid->ascii][part]);
	}
}

/* ---- sparklines, progress */

/* The largest value of [from, to), NaN if there is none. */
static double largest(const double *values, size_t from, size_t to)
{
	double most = (double)NAN;
	for (size_t i = from; i < to; i++)
		most = fmax(most, values[i]);
	return most;
}

void bars_sparkline(struct canvas c, int row, int col, int cols, const double *values, size_t n, double highest,
                    enum role role)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {".", ".", ":", ":", "+", "+", "#", "#"};
	if (cols <= 0 || n == 0)
		return;
	if (!(highest > 0))
		highest = largest(values, 0, n);
	size_t width = n < (size_t)cols ? n : (size_t)cols;
	for (size_t i = 0; i < width; i++) {
		double value = largest(values, i * n / width, (i + 1) * n / width);
		if (!(value > 0) || !(highest > 0))
			continue;
		int level = (int)ceil(fmin(value / highest, 1) * 8);
		const char *const *glyphs = c.grid->ascii ? letters : blocks;
		canvas_putc(c, row, col + (int)i, 1, role, glyphs[level > 0 ? level - 1 : 0]);
	}
}

void bars_progress(struct canvas c, int row, int col, int cols, double share)
{
	canvas_fill(c, row, col, cols, ROLE_BORDER, "─");
	int done = cols > 0 ? (int)lround(fmin(fmax(share, 0), 1) * cols) : 0;
	if (done > 0) /* whole columns: a part of one would leave a hole in the rule */
		canvas_bar(c, row, col, done, 0, 1, ROLE_BAR_CRITICAL);
}
